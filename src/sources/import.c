/* The frame of an import: hash, "has it changed?", reading by the kind's own reader, then one
 * transaction that records where the rows come from, saves them and says what was met. */
#include "sources/job.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <maille/json.h>
#include <maille/provenance.h>
#include <maille/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *name;
    maille_status (*load)(maille_job *job);
    maille_status (*before)(maille_job *job); /* rows are appended; may be NULL, as may `after` */
    maille_status (*after)(maille_job *job);
} import_kind;

static const import_kind kinds[] = {
    {"communes", maille_load_communes, NULL, maille_save_communes},
    {"centres", maille_load_centres, NULL, NULL},
    {"roads", maille_load_roads, maille_save_roads, NULL},
    {"supply", maille_load_supply, NULL, NULL},
    {"facilities", maille_load_facilities, NULL, NULL},
    {"grouping", maille_load_grouping, NULL, NULL},
    {"perimeters", maille_load_perimeters, maille_save_perimeters, NULL},
    {"movements", maille_load_movements, NULL, NULL},
    {"indicators", maille_load_indicators, NULL, NULL},
    {"population_age", maille_load_population_age, NULL, NULL},
};

static maille_status find_kind(maille_ctx *ctx, const char *name, const import_kind **out) {
    maille_strbuf known = {0};
    *out = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !*out; i++)
        if (name && strcmp(kinds[i].name, name) == 0)
            *out = &kinds[i];
    if (*out)
        return MAILLE_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        maille_strbuf_addf(&known, "%s%s", i ? ", " : "", kinds[i].name);
    maille_fail(ctx, MAILLE_USAGE, "kind %s of a source was unknown; known are: %s",
                name ? name : "(none)", known.text ? known.text : "");
    maille_strbuf_free(&known);
    return MAILLE_USAGE;
}

static maille_status refuse_key(const maille_job *job, const char *const *known, const char *key) {
    maille_strbuf list = {0};
    for (size_t k = 0; known[k]; k++)
        maille_strbuf_addf(&list, "%s%s", k ? ", " : "", known[k] + (known[k][0] == '!'));
    maille_status status =
        maille_fail(job->ctx, MAILLE_USAGE, "field %s was unknown to sources of %s; known are: %s",
                    key, job->source->kind, list.text ? list.text : "");
    maille_strbuf_free(&list);
    return status;
}

/* A mapped field that the kind does not know would be left out without a word. */
static maille_status judge_fields(const maille_job *job) {
    const maille_source *s = job->source;
    const char *const *known = maille_source_fields(s->kind);
    for (size_t i = 0; known && i < s->field_count; i++) {
        bool found = false;
        for (size_t k = 0; known[k] && !found; k++)
            found = strcmp(known[k] + (known[k][0] == '!'), s->field_keys[i]) == 0;
        if (!found)
            return refuse_key(job, known, s->field_keys[i]);
    }
    return MAILLE_OK;
}

static bool is_epsg(const char *text) {
    int64_t number = 0;
    return strncmp(text, "EPSG:", 5) == 0 && maille_parse_int(text + 5, &number) && number > 0;
}

/* What a study's reader has judged with its line, and a command line brings as it is. */
static maille_status judge_words(const maille_job *job) {
    const maille_source *s = job->source;
    const struct {
        const char *option, *value;
        bool (*holds)(const char *text);
        const char *expected;
    } words[] = {
        {"vintage", s->vintage, maille_is_date, "a date (2018-01-01, 2018-01 or 2018)"},
        {"from_vintage", s->from_vintage, maille_is_date, "a date"},
        {"to_vintage", s->to_vintage, maille_is_date, "a date"},
        {"crs", s->crs, is_epsg, "of the form EPSG:2154"},
        {"service", s->service, maille_is_id, "made of a-z, 0-9 and _"},
        {"name", s->name, maille_is_id, "made of a-z, 0-9 and _"},
        {"how", s->how, maille_is_aggregation, "somme or moyenne"},
        {"perimeter_kind", s->perimeter_kind, maille_is_perimeter_kind, "made of a-z, 0-9 and -"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].value && !words[i].holds(words[i].value))
            return maille_fail(job->ctx, MAILLE_USAGE, "%s \"%s\" was not %s", words[i].option,
                               words[i].value, words[i].expected);
    return MAILLE_OK;
}

/* ---- the file ---- */

static maille_status not_found(const maille_job *job, const char *why) {
    char line[48] = "";
    if (job->source->line > 0)
        snprintf(line, sizeof line, " (line %d of the study)", job->source->line);
    return maille_fail(job->ctx,
                       errno == ENOENT || errno == ENOTDIR ? MAILLE_NOT_FOUND : MAILLE_FAILED,
                       "file %s of %s was not read%s: %s", job->file, job->source->kind, line, why);
}

static maille_status find_file(maille_job *job) {
    char resolved[PATH_MAX];
    struct stat about;
    if (!job->file || !*job->file)
        return maille_fail(job->ctx, MAILLE_USAGE, "a source of %s named no file",
                           job->source->kind);
    if (!realpath(job->file, resolved) || stat(resolved, &about) != 0)
        return not_found(job, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return maille_fail(job->ctx, MAILLE_REFUSED, "%s was no file", job->file);
    job->path = maille_arena_strdup(job->arena, resolved);
    const char *slash = strrchr(job->file, '/');
    job->file_name = slash ? slash + 1 : job->file;
    return job->path ? maille_hash_file(job->ctx, job->path, &job->hash)
                     : maille_no_memory(job->ctx);
}

/* ---- settings: what the reading depends on beside the file ---- */

typedef MAILLE_VEC(const char *) settings;

static maille_status set(maille_job *job, settings *all, const char *group, const char *key,
                         const char *value) {
    maille_strbuf text = {0};
    if (!value)
        return MAILLE_OK;
    maille_strbuf_addf(&text, "%s%s%s=%s", group, *group ? "." : "", key, value);
    const char *copy = text.failed ? NULL : maille_arena_strdup(job->arena, text.text);
    maille_strbuf_free(&text);
    return copy && MAILLE_VEC_PUSH(all, copy) ? MAILLE_OK : maille_no_memory(job->ctx);
}

/* A Shapefile is several files; the hash of the record is that of the .shp. */
static maille_status set_companions(maille_job *job, settings *all) {
    static const char *const endings[] = {"dbf", "prj", "cpg", "shx"};
    size_t length = strlen(job->path);
    maille_status status = MAILLE_OK;
    if (length < 5 || (strcmp(job->path + length - 4, ".shp") != 0 &&
                       strcmp(job->path + length - 4, ".SHP") != 0))
        return MAILLE_OK;
    char *path = maille_arena_strdup(job->arena, job->path);
    if (!path)
        return maille_no_memory(job->ctx);
    for (size_t i = 0; i < 4 && status == MAILLE_OK; i++) {
        maille_sha256 hash;
        struct stat about;
        memcpy(path + length - 3, endings[i], 3);
        if (stat(path, &about) != 0)
            continue;
        status = maille_hash_file(job->ctx, path, &hash);
        if (status == MAILLE_OK)
            status = set(job, all, "part", endings[i], hash.hex);
    }
    return status;
}

static maille_status set_profile(maille_job *job, settings *all) {
    const char *path;
    maille_sha256 hash;
    if (strcmp(job->source->kind, "roads") != 0)
        return MAILLE_OK;
    maille_status status = maille_profile_path(job->ctx, job->arena, job->source->profile, &path);
    if (status != MAILLE_OK || !path)
        return status;
    status = maille_hash_file(job->ctx, path, &hash);
    return status == MAILLE_OK ? set(job, all, "profile", "sha256", hash.hex) : status;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A JSON array of sorted "key=value": the same text for the same settings. */
static maille_status describe_settings(maille_job *job) {
    const maille_source *s = job->source;
    const char *const named[][2] = {{"crs", s->crs},
                                    {"directed", s->directed ? "true" : NULL},
                                    {"from_vintage", s->from_vintage},
                                    {"how", s->how},
                                    {"layer", s->layer},
                                    {"perimeter_kind", s->perimeter_kind},
                                    {"profile", s->profile},
                                    {"title", s->title},
                                    {"to_vintage", s->to_vintage},
                                    {"unit", s->unit}};
    settings all = {0};
    maille_strbuf json = {0};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < sizeof named / sizeof *named && status == MAILLE_OK; i++)
        status = set(job, &all, "", named[i][0], named[i][1]);
    for (size_t i = 0; i < s->field_count && status == MAILLE_OK; i++)
        status = set(job, &all, "fields", s->field_keys[i], s->field_values[i]);
    if (status == MAILLE_OK)
        status = set_companions(job, &all);
    if (status == MAILLE_OK)
        status = set_profile(job, &all);
    if (status != MAILLE_OK)
        goto done;
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, by_text);
    maille_json_texts(&json, all.items, all.count);
    job->settings = json.failed ? NULL : maille_arena_strdup(job->arena, json.text);
    if (!job->settings)
        status = maille_no_memory(job->ctx);
done:
    maille_strbuf_free(&json);
    MAILLE_VEC_FREE(&all);
    return status;
}

/* ---- what stands in the workspace ---- */

static const char *import_text(const maille_job *job, const char *column, size_t row) {
    return job->imports->columns[maille_table_column(job->imports, column)].texts[row];
}

static int64_t import_id(const maille_job *job, size_t row) {
    return job->imports->columns[maille_table_column(job->imports, "id")].ints[row];
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const char *maille_job_file_of(const maille_job *job, int64_t id) {
    for (size_t i = 0; i < job->imports->rows; i++)
        if (import_id(job, i) == id)
            return last_part(import_text(job, "file", i));
    return "another import";
}

static bool is_there(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

/* Row of the import that this one takes the place of, or the number of rows: as the caller says;
 * else the one of this path; else one of this file name whose own file is gone, for a folder may
 * have moved. Files of one name in several folders stand side by side. */
static size_t find_replaced(const maille_job *job) {
    const maille_source *s = job->source;
    size_t moved = job->imports->rows;
    for (size_t i = 0; i < job->imports->rows; i++) {
        const char *file = import_text(job, "file", i);
        if (job->options->replaces != 0) {
            if (import_id(job, i) == job->options->replaces)
                return i;
            continue;
        }
        if (!same(import_text(job, "kind", i), s->kind) ||
            !same(import_text(job, "name", i), s->name) ||
            !same(import_text(job, "service", i), s->service))
            continue;
        if (same(file, job->path))
            return i;
        if (same(last_part(file), last_part(job->path)) && !is_there(file))
            moved = i;
    }
    return moved;
}

/* Looks up the import that this one replaces; `unchanged`: it read the same in the same way. */
static maille_status compare(maille_job *job, bool *unchanged) {
    const maille_source *s = job->source;
    *unchanged = false;
    maille_status status = maille_imports(job->ctx, job->store, &job->imports);
    if (status != MAILLE_OK)
        return status;
    size_t i = find_replaced(job);
    if (i == job->imports->rows)
        return MAILLE_OK;
    bool here = same(import_text(job, "file", i), job->path);
    job->replaces = import_id(job, i);
    *unchanged = same(import_text(job, "sha256", i), job->hash.hex) &&
                 same(import_text(job, "options", i), job->settings) &&
                 same(import_text(job, "vintage", i), s->vintage) &&
                 same(import_text(job, "source", i), s->source) &&
                 same(import_text(job, "licence", i), s->licence) &&
                 /* roads stay in their file: where it lies must be known */
                 (strcmp(s->kind, "roads") != 0 || here);
    if (!here && !*unchanged)
        maille_log(job->ctx, MAILLE_LOG_WARNING, "%s takes the place of the import of %s",
                   job->path, import_text(job, "file", i));
    return MAILLE_OK;
}

maille_status maille_job_standing(maille_job *job, const char *table, const char *column,
                                  const maille_filter *filter, maille_names **out) {
    const char *const columns[] = {column, "import_id"};
    maille_query query = {.table = table, .columns = columns, .column_count = 2, .filter = filter};
    maille_table *rows = NULL;
    *out = NULL;
    maille_status status = maille_store_read(job->ctx, job->store, &query, &rows);
    if (status != MAILLE_OK)
        return status;
    maille_names *names = maille_names_new(rows->rows);
    if (!names)
        status = maille_no_memory(job->ctx);
    for (size_t i = 0; i < rows->rows && status == MAILLE_OK; i++)
        if (rows->columns[1].ints[i] != job->replaces &&
            !maille_names_set(names, rows->columns[0].texts[i], (uint32_t)rows->columns[1].ints[i]))
            status = maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        *out = names;
    else
        maille_names_free(names);
    maille_table_free(rows);
    return status;
}

/* ---- saving ---- */

maille_status maille_job_stage(maille_job *job, const char *table,
                               const maille_column_spec *columns, size_t count,
                               maille_table **out) {
    maille_status status = maille_table_new(job->ctx, columns, count, out);
    if (status != MAILLE_OK)
        return status;
    job->batches[job->batch_count].table = table;
    job->batches[job->batch_count++].rows = *out;
    return MAILLE_OK;
}

static maille_status append(maille_job *job, const char *table, maille_table *rows, int64_t id) {
    size_t column = (size_t)maille_table_column(rows, "import_id");
    for (size_t i = 0; i < rows->rows; i++)
        maille_set_int(rows, i, column, id);
    return rows->rows ? maille_store_append(job->ctx, job->store, table, rows) : MAILLE_OK;
}

/* Inside the transaction. */
static maille_status save(maille_job *job, const import_kind *kind) {
    const maille_source *s = job->source;
    maille_import import = {.kind = s->kind,
                            .name = s->name,
                            .service = s->service,
                            .file = job->path,
                            .sha256 = job->hash.hex,
                            .vintage = s->vintage,
                            .source = s->source,
                            .licence = s->licence,
                            .options = job->settings,
                            .replaces = job->replaces};
    maille_strbuf report = {0};
    maille_status status = maille_import_record(job->ctx, job->store, &import, &import.id);
    if (status == MAILLE_OK && kind->before)
        status = kind->before(job);
    for (size_t i = 0; i < job->batch_count && status == MAILLE_OK; i++)
        status = append(job, job->batches[i].table, job->batches[i].rows, import.id);
    if (status == MAILLE_OK && kind->after)
        status = kind->after(job);
    if (status == MAILLE_OK)
        status = maille_report_save(job->ctx, job->store, &job->report, s->kind, job->file_name,
                                    import.id);
    if (status != MAILLE_OK)
        goto done;
    maille_report_json(&job->report, &report);
    if (report.failed) {
        status = maille_no_memory(job->ctx);
        goto done;
    }
    import.rows_read = job->read;
    import.rows_kept = job->kept;
    import.rows_repaired = job->report.repaired;
    import.rows_refused = job->report.refused;
    import.report = report.text;
    status = maille_import_counts(job->ctx, job->store, &import);
done:
    maille_strbuf_free(&report);
    return status;
}

static maille_status save_at_once(maille_job *job, const import_kind *kind) {
    maille_status status = maille_store_begin(job->ctx, job->store);
    if (status != MAILLE_OK)
        return status;
    status = save(job, kind);
    if (status == MAILLE_OK)
        status = maille_store_commit(job->ctx, job->store);
    if (status != MAILLE_OK)
        maille_store_rollback(job->store);
    return status;
}

/* ---- all of it ---- */

static void tell(const maille_job *job, maille_import_result *result) {
    result->read = job->read;
    result->kept = job->kept;
    result->repaired = job->report.repaired;
    result->refused = job->report.refused;
    if (result->unchanged)
        snprintf(result->message, sizeof result->message, "%s %s: unchanged", job->source->kind,
                 job->file_name);
    else
        snprintf(result->message, sizeof result->message,
                 "%s %s: %" PRId64 " rows read, %" PRId64 " kept, %" PRId64 " repaired, %" PRId64
                 " refused",
                 job->source->kind, job->file_name, result->read, result->kept, result->repaired,
                 result->refused);
    maille_report_warn(job->ctx, &job->report, job->file_name);
}

static void clear(maille_job *job) {
    for (size_t i = 0; i < job->batch_count; i++)
        maille_table_free(job->batches[i].rows);
    maille_table_free(job->imports);
    maille_names_free(job->codes);
    maille_network_free(job->network);
    maille_report_clear(&job->report);
    maille_arena_free(job->arena);
}

maille_status maille_import_source(maille_ctx *ctx, maille_store *store,
                                   const maille_source *source,
                                   const maille_import_options *options,
                                   maille_import_result *result) {
    static const maille_import_options defaults = {0};
    const import_kind *kind;
    maille_job job = {.ctx = ctx,
                      .store = store,
                      .source = source,
                      .options = options ? options : &defaults,
                      .file = source->file,
                      .arena = maille_arena_new()};
    *result = (maille_import_result){0};
    if (!job.arena)
        return maille_no_memory(ctx);
    maille_status status = find_kind(ctx, source->kind, &kind);
    if (status == MAILLE_OK)
        status = judge_fields(&job);
    if (status == MAILLE_OK)
        status = judge_words(&job);
    if (status == MAILLE_OK)
        status = find_file(&job);
    if (status == MAILLE_OK)
        status = describe_settings(&job);
    if (status == MAILLE_OK)
        status = compare(&job, &result->unchanged);
    if (status != MAILLE_OK)
        goto done;
    if (job.options->force)
        result->unchanged = false;
    if (!result->unchanged) {
        status = kind->load(&job);
        if (status == MAILLE_OK && !job.options->dry_run)
            status = save_at_once(&job, kind);
    }
    if (status == MAILLE_OK)
        tell(&job, result);
done:
    clear(&job);
    return status;
}
