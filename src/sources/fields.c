/* Fields of a file: which column means what, and its cells as codes and numbers. */
#include "sources/job.h"

#include <inttypes.h>
#include <maille/text.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What publishers call our fields: this study's names, ADMIN EXPRESS 3 and 4, Etalab, INSEE, DGCL.
 * The first that a file has is taken: INSEE_ARM before INSEE_COM, for a layer of arrondissements
 * holds both. */
static const struct {
    const char *key;
    const char *names[8];
} published[] = {
    {"code",
     {"code", "insee_arm", "insee_com", "code_insee", "codgeo", "code_commune", "depcom", "insee"}},
    {"name", {"nom", "name", "nom_officiel", "nom_com", "libelle", "libgeo"}},
    {"population", {"population", "pmun"}},
    {"department", {"insee_dep", "code_insee_du_departement", "departement", "department", "dep"}},
    {"lon", {"lon", "longitude"}},
    {"lat", {"lat", "latitude"}},
    {"count", {"count", "nombre", "effectif"}},
    {"id", {"id", "finess", "identifiant"}},
    {"status", {"statut", "status"}},
    {"contact", {"contact"}},
    {"share", {"share", "part"}},
    {"group", {"group", "groupe"}},
    {"title", {"title", "titre"}},
    {"from", {"from", "from_node", "age_min", "com_av"}},
    {"to", {"to", "to_node", "age_max", "com_ap"}},
    {"from_name", {"from_name", "libelle_av"}},
    {"from_type", {"typecom_av"}},
    {"to_type", {"typecom_ap"}},
    {"date", {"date_eff"}},
    {"ratio", {"ratio"}},
    {"length_m", {"length_m"}},
    {"speed_kmh", {"speed_kmh"}},
    {"time_s", {"time_s"}},
    {"direction", {"direction"}},
    {"since", {"since", "depuis", "date_statut"}},
    {"by", {"by", "accompagnement", "accompagne_par"}},
    {"shared", {"shared", "partage", "partage_voulu"}},
    {"reason", {"reason", "motif_partage"}},
    {"zone", {"zone", "sous_zone"}},
    {"value", {"value", "valeur"}},
    {"weight", {"weight", "poids"}},
};

static const char *column_named(const maille_table *columns, const char *name) {
    for (size_t i = 0; i < columns->column_count; i++)
        if (strcasecmp(columns->columns[i].name, name) == 0)
            return columns->columns[i].name;
    return NULL;
}

const char *maille_field_named(const maille_table *columns, const char *key, const char *also) {
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        if (strcmp(published[i].key, key) != 0)
            continue;
        for (size_t n = 0; n < 8 && published[i].names[n]; n++) {
            const char *column = column_named(columns, published[i].names[n]);
            if (column)
                return column;
        }
    }
    return also ? column_named(columns, also) : NULL;
}

const char *maille_other_field(const maille_table *columns, const char *code) {
    if (!code || columns->column_count != 2)
        return NULL;
    return columns->columns[strcasecmp(columns->columns[0].name, code) == 0].name;
}

/* ---- reading ---- */

static maille_status refuse_field(const maille_job *job, const maille_table *columns,
                                  const char *key) {
    maille_strbuf found = {0};
    for (size_t i = 0; i < columns->column_count; i++)
        maille_strbuf_addf(&found, "%s%s", i ? ", " : "", columns->columns[i].name);
    maille_status status =
        maille_fail(job->ctx, MAILLE_REFUSED,
                    "%s had no field for %s: name it (fields: %s=…); its fields were: %s",
                    job->file, key, key, found.text ? found.text : "none");
    maille_strbuf_free(&found);
    return status;
}

/* The name of each wanted field in the file: as the user mapped it; else, for what is required or
 * when nothing was mapped at all, by what publishers call it. */
static maille_status find_fields(const maille_job *job, const maille_table *columns,
                                 const maille_wanted *wanted, size_t wanted_count,
                                 const char **names) {
    const maille_source *source = job->source;
    const char *also = source->name ? source->name : source->service;
    for (size_t i = 0; i < wanted_count; i++) {
        names[i] = maille_source_field(source, wanted[i].key);
        if (names[i])
            continue; /* whether the file has it, the reader tells */
        bool count = strcmp(wanted[i].key, "count") == 0 || strcmp(wanted[i].key, "value") == 0;
        bool theirs = count || strcmp(wanted[i].key, "group") == 0;
        if (wanted[i].required || source->field_count == 0)
            names[i] = maille_field_named(columns, wanted[i].key, theirs ? also : NULL);
        if (!names[i] && count && wanted[i].required) /* a code and its figure */
            names[i] = maille_other_field(columns, names[0]);
        if (!names[i] && wanted[i].required)
            return refuse_field(job, columns, wanted[i].key);
    }
    return MAILLE_OK;
}

static maille_status judge_geometry(const maille_job *job, const maille_file_info *info,
                                    maille_geometry_wish wish, bool *with_geometry) {
    static const char *const wished[] = {NULL, "point", "polygon"};
    bool any = info->geometry[0] != '\0';
    bool fits = any && wish != GEOMETRY_IGNORED && strcmp(info->geometry, wished[wish]) == 0;
    *with_geometry = fits;
    if (wish != GEOMETRY_POLYGONS || fits)
        return MAILLE_OK;
    if (any)
        return maille_fail(job->ctx, MAILLE_REFUSED, "%s held %ss where polygons were expected",
                           job->file, info->geometry);
    /* a layer without any row is told as such by the reader */
    maille_table *rows = NULL;
    maille_read_options options = {.layer = job->source->layer};
    maille_status status = maille_file_read(job->ctx, job->file, &options, &rows);
    maille_table_free(rows);
    return status != MAILLE_OK ? status
                               : maille_fail(job->ctx, MAILLE_REFUSED, "%s held no polygons (%s)",
                                             job->file, info->format);
}

maille_status maille_job_read(maille_job *job, const maille_wanted *wanted, size_t count,
                              maille_geometry_wish wish, maille_rows *out) {
    maille_file_info info = {0};
    const char *names[JOB_FIELDS] = {NULL}, *columns[JOB_FIELDS];
    maille_read_options options = {.layer = job->source->layer,
                                   .columns = columns,
                                   .texts = true,
                                   .assume_crs = job->source->crs};
    *out = (maille_rows){.geometry = -1};
    maille_status status = maille_file_inspect(job->ctx, job->file, job->source->layer, &info);
    if (status == MAILLE_OK)
        status = judge_geometry(job, &info, wish, &options.with_geometry);
    if (status == MAILLE_OK)
        status = find_fields(job, info.columns, wanted, count, names);
    if (status != MAILLE_OK)
        goto done;
    for (size_t i = 0; i < count; i++) {
        out->column[i] = names[i] ? (int)options.column_count : -1;
        if (names[i])
            columns[options.column_count++] = names[i];
    }
    status = maille_file_read(job->ctx, job->file, &options, &out->table);
    if (status != MAILLE_OK)
        goto done;
    if (options.with_geometry)
        out->geometry = maille_table_column(out->table, "geom");
    out->row = maille_table_column(out->table, MAILLE_ROW_COLUMN);
    job->read = (int64_t)out->table->rows;
done:
    maille_file_info_clear(&info);
    return status;
}

/* ---- cells ---- */

int64_t maille_row_number(const maille_rows *rows, size_t i) {
    return rows->table->columns[rows->row].ints[i];
}

const char *maille_cell(const maille_rows *rows, size_t i, size_t field) {
    if (rows->column[field] < 0)
        return NULL;
    const char *text = rows->table->columns[rows->column[field]].texts[i];
    return maille_is_missing(text) ? NULL : text;
}

maille_status maille_job_refuse(const maille_job *job, int64_t row, const char *format, ...) {
    char reason[512];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return maille_fail(job->ctx, MAILLE_REFUSED, "%s, row %" PRId64 ": %s", job->file, row, reason);
}

maille_status maille_job_number(const maille_job *job, const maille_rows *rows, size_t i,
                                size_t field, const char *what, double *out) {
    const char *text = maille_cell(rows, i, field);
    *out = NAN;
    if (text && !maille_parse_number(text, out))
        return maille_job_refuse(job, maille_row_number(rows, i), "%s was no number (%s)", what,
                                 text);
    return MAILLE_OK;
}

maille_status maille_job_amount(const maille_job *job, const maille_rows *rows, size_t i,
                                size_t field, const char *what, double *out) {
    maille_status status = maille_job_number(job, rows, i, field, what, out);
    if (status == MAILLE_OK && *out < 0)
        status = maille_job_refuse(job, maille_row_number(rows, i), "%s was negative (%s)", what,
                                   maille_cell(rows, i, field));
    return status;
}

maille_status maille_job_yes(const maille_job *job, const maille_rows *rows, size_t i, size_t field,
                             const char *what, bool *out) {
    static const char *const words[2][3] = {{"non", "false", "0"}, {"oui", "true", "1"}};
    const char *text = maille_cell(rows, i, field);
    *out = false;
    if (!text)
        return MAILLE_OK;
    for (size_t yes = 0; yes < 2; yes++)
        for (size_t w = 0; w < 3; w++)
            if (strcasecmp(text, words[yes][w]) == 0) {
                *out = yes == 1;
                return MAILLE_OK;
            }
    return maille_job_refuse(job, maille_row_number(rows, i), "%s was neither oui nor non (%s)",
                             what, text);
}

/* ---- blanks ---- */

/* Bytes of a blank (also the no-break one) at `text`, or 0. */
static size_t blank(const char *text) {
    return strchr(" \t\r\n", *text) && *text ? 1 : strncmp(text, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

/* `text` without blanks around it, with the letter of Corsica as a capital. */
static char *tidy(maille_arena *arena, const char *text) {
    size_t n;
    while ((n = blank(text)) > 0)
        text += n;
    size_t length = strlen(text);
    for (;;) {
        if (length > 0 && blank(text + length - 1) == 1)
            length -= 1;
        else if (length > 1 && blank(text + length - 2) == 2)
            length -= 2;
        else
            break;
    }
    char *code = maille_arena_strndup(arena, text, length);
    if (code && length == 5 && code[0] == '2' && (code[1] == 'a' || code[1] == 'b'))
        code[1] = code[1] == 'a' ? 'A' : 'B';
    return code;
}

/* ---- days ---- */

/* Up to three whole numbers of 1 to 4 digits between separators of one kind; `width`: their digits.
 * Returns how many, 0 where the text is something else. */
static size_t read_parts(const char *text, char separator, int parts[3], size_t width[3]) {
    size_t count = 0;
    for (;; text++) {
        width[count] = strspn(text, "0123456789");
        if (width[count] < 1 || width[count] > 4)
            return 0;
        parts[count] = 0;
        for (size_t i = 0; i < width[count]; i++)
            parts[count] = 10 * parts[count] + (*text++ - '0');
        count++;
        if (*text == '\0')
            return count;
        if (*text != separator || count == 3)
            return 0;
    }
}

static bool is_day(int year, int month, int day) {
    char text[40];
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    return year >= 1900 && year < 2200 && maille_is_date(text);
}

/* The day as year, month, day. GDAL writes dates of spreadsheets as 2021/07/01. */
static bool parse_day(const char *text, int out[3], bool *year_only) {
    int parts[3] = {0, 1, 1};
    size_t width[3] = {0};
    bool slashes = strchr(text, '/') != NULL;
    size_t count = read_parts(text, slashes ? '/' : '-', parts, width);
    bool french = slashes && count == 3 && width[2] == 4 && width[0] <= 2;
    *year_only = count == 1 && width[0] == 4;
    if (!french && !*year_only && !(count == 3 && width[0] == 4 && width[2] <= 2))
        return false;
    out[0] = parts[french ? 2 : 0];
    out[1] = *year_only ? 1 : parts[1];
    out[2] = *year_only ? 1 : parts[french ? 0 : 2];
    return is_day(out[0], out[1], out[2]);
}

maille_status maille_job_day(const maille_job *job, const maille_rows *rows, size_t i, size_t field,
                             const char *what, const char **out, bool *year_only) {
    const char *text = maille_cell(rows, i, field);
    char day[40];
    int parts[3];
    *out = NULL;
    *year_only = false;
    if (!text)
        return MAILLE_OK;
    const char *bare = tidy(job->arena, text);
    if (!bare)
        return maille_no_memory(job->ctx);
    if (!parse_day(bare, parts, year_only))
        return maille_job_refuse(job, maille_row_number(rows, i),
                                 "%s was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (%s)",
                                 what, text);
    snprintf(day, sizeof day, "%04d-%02d-%02d", parts[0], parts[1], parts[2]);
    *out = maille_arena_strdup(job->arena, day);
    return *out ? MAILLE_OK : maille_no_memory(job->ctx);
}

/* ---- codes ---- */

/* Every code that the workspace knows: of its communes, and of older vintages by its movements. */
static maille_status know_codes(maille_job *job) {
    static const struct {
        const char *table, *column;
    } places[] = {{"commune", "code"}, {"movement", "from_code"}};
    if (job->codes)
        return MAILLE_OK;
    maille_names *codes = maille_names_new(0);
    maille_status status = codes ? MAILLE_OK : maille_no_memory(job->ctx);
    for (size_t p = 0; p < 2 && status == MAILLE_OK; p++) {
        maille_table *table = NULL;
        maille_query query = {
            .table = places[p].table, .columns = &places[p].column, .column_count = 1};
        status = maille_store_read(job->ctx, job->store, &query, &table);
        for (size_t i = 0; status == MAILLE_OK && i < table->rows; i++)
            if (!maille_names_set(codes, table->columns[0].texts[i], 1))
                status = maille_no_memory(job->ctx);
        maille_table_free(table);
    }
    if (status == MAILLE_OK)
        job->codes = codes;
    else
        maille_names_free(codes);
    return status;
}

static bool is_four_digits(const char *code) {
    return strlen(code) == 4 && strspn(code, "0123456789") == 4;
}

maille_status maille_job_code(maille_job *job, const maille_rows *rows, size_t i, size_t field,
                              bool zeros, const char **out) {
    const char *text = maille_cell(rows, i, field);
    *out = NULL;
    if (!text)
        return MAILLE_OK;
    const char *code = tidy(job->arena, text);
    if (!code)
        return maille_no_memory(job->ctx);
    maille_status status = MAILLE_OK;
    if (strcmp(code, text) != 0)
        status = maille_report_add(job->ctx, &job->report, CASE_CODE_TIDIED,
                                   maille_row_number(rows, i), code);
    if (status == MAILLE_OK && zeros && is_four_digits(code)) {
        char whole[6] = {'0', code[0], code[1], code[2], code[3], '\0'};
        status = know_codes(job);
        if (status == MAILLE_OK && maille_names_get(job->codes, whole) != MAILLE_ABSENT) {
            code = maille_arena_strdup(job->arena, whole);
            status = code ? maille_report_add(job->ctx, &job->report, CASE_LEADING_ZERO,
                                              maille_row_number(rows, i), code)
                          : maille_no_memory(job->ctx);
        }
    }
    *out = code;
    return status;
}
