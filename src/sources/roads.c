/* Roads: they stay in their file. The workspace keeps path, hash and counts; the network that was
 * made of them lies in the cache and is made again from the file when it is not there. */
#include "sources/job.h"

#include <dirent.h>
#include <inttypes.h>
#include <maille/crs.h>
#include <maille/json.h>
#include <maille/provenance.h>
#include <maille/rules.h>
#include <maille/version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CACHE_FORMAT "network format 1"

/* ---- reading a file of roads ---- */

maille_status maille_profile_path(maille_ctx *ctx, maille_arena *arena, const char *name,
                                  const char **out) {
    maille_strbuf path = {0};
    char *folder = NULL;
    *out = NULL;
    maille_status status = maille_layers_folder(ctx, &folder);
    if (status != MAILLE_OK)
        return status;
    maille_strbuf_addf(&path, "%s/rules/profiles/%s.yaml", folder, name ? name : "car");
    maille_free(folder);
    if (path.failed)
        status = maille_no_memory(ctx);
    else if (access(path.text, R_OK) == 0)
        status = (*out = maille_arena_strdup(arena, path.text)) ? MAILLE_OK : maille_no_memory(ctx);
    else if (name) /* the user asked for it; "car" is only needed by files of OpenStreetMap */
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "speed profile %s was not found: %s", name,
                             path.text);
    maille_strbuf_free(&path);
    return status;
}

bool maille_is_pbf(const char *path) {
    unsigned char head[16] = {0};
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    return length == sizeof head && memcmp(head + 4, "\n\tOSMHeader", 11) == 0;
}

/* Field names as mapped; where nothing was mapped, this study's own names, if the file has them (BD
 * TOPO's are known to the network). Columns are kept in `info`. */
static maille_status road_fields(maille_ctx *ctx, const char *path, const maille_source *source,
                                 maille_file_info *info, maille_road_fields *out) {
    struct {
        const char *key, **name;
    } fields[] = {{"from", &out->from},         {"to", &out->to},
                  {"length_m", &out->length_m}, {"speed_kmh", &out->speed_kmh},
                  {"time_s", &out->time_s},     {"direction", &out->direction}};
    maille_status status = MAILLE_OK;
    out->directed = source->directed;
    bool pbf = maille_is_pbf(path), guess = source->field_count == 0 && !pbf;
    out->layer = pbf ? source->layer : maille_roads_layer(ctx, path, source->layer);
    if (guess)
        status = maille_file_inspect(ctx, path, out->layer, info);
    for (size_t i = 0; i < sizeof fields / sizeof *fields && status == MAILLE_OK; i++)
        *fields[i].name = guess ? maille_field_named(info->columns, fields[i].key, NULL)
                                : maille_source_field(source, fields[i].key);
    return status;
}

static maille_status read_network(maille_ctx *ctx, const char *path, const maille_source *source,
                                  const maille_crs *crs, maille_network **out,
                                  maille_network_report *report) {
    maille_road_fields fields = {0};
    maille_file_info info = {0};
    maille_arena *arena = maille_arena_new();
    *out = NULL;
    maille_status status = arena ? MAILLE_OK : maille_no_memory(ctx);
    if (status == MAILLE_OK)
        status = maille_profile_path(ctx, arena, source->profile, &fields.profile);
    if (status == MAILLE_OK)
        status = road_fields(ctx, path, source, &info, &fields);
    if (status == MAILLE_OK)
        status = maille_network_read(ctx, path, &fields, crs, out, report);
    maille_file_info_clear(&info);
    maille_arena_free(arena);
    return status;
}

/* ---- the cache ---- */

static maille_status cache_key(maille_ctx *ctx, const char *sha256, const char *settings, int epsg,
                               maille_sha256 *out) {
    char number[16];
    maille_hasher *hasher = maille_hasher_new();
    if (!hasher)
        return maille_no_memory(ctx);
    snprintf(number, sizeof number, "%d", epsg);
    maille_hasher_add_text(hasher, sha256);
    maille_hasher_add_text(hasher, settings);
    maille_hasher_add_text(hasher, number);
    maille_hasher_add_text(hasher, MAILLE_VERSION);
    maille_hasher_add_text(hasher, CACHE_FORMAT);
    maille_hasher_end(hasher, out);
    return MAILLE_OK;
}

/* `kind` of the file: "graph" or "hierarchy". */
static maille_status cache_path(maille_ctx *ctx, maille_store *store, const maille_sha256 *key,
                                const char *kind, maille_strbuf *out) {
    const char *folder;
    maille_status status = maille_store_cache(ctx, store, &folder);
    if (status != MAILLE_OK)
        return status;
    maille_strbuf_addf(out, "%s/roads-%.16s.%s", folder, key->hex, kind);
    return out->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* What could not be kept is made again next time: that is no failure, but it is said. */
static maille_status without_cache(maille_ctx *ctx, maille_status status, const char *what) {
    if (status != MAILLE_FAILED)
        return status;
    maille_log(ctx, MAILLE_LOG_WARNING, "%s; %s", maille_message(ctx), what);
    return MAILLE_OK;
}

/* Files of roads of other keys: nothing asks for them any more. Who has one mapped keeps it. */
static void drop_others(const char *kept) {
    const char *name = strrchr(kept, '/') + 1;
    size_t folder_length = (size_t)(name - kept), same = strcspn(name, ".") + 1;
    maille_strbuf path = {0};
    maille_strbuf_addf(&path, "%.*s", (int)folder_length, kept);
    DIR *folder = path.failed ? NULL : opendir(path.text);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        const char *ending = strrchr(entry->d_name, '.');
        if (strncmp(entry->d_name, "roads-", 6) != 0 || strncmp(entry->d_name, name, same) == 0 ||
            !ending || (strcmp(ending, ".graph") != 0 && strcmp(ending, ".hierarchy") != 0))
            continue;
        maille_strbuf_clear(&path);
        maille_strbuf_addf(&path, "%.*s%s", (int)folder_length, kept, entry->d_name);
        if (!path.failed)
            unlink(path.text);
    }
    if (folder)
        closedir(folder);
    maille_strbuf_free(&path);
}

static maille_status save_in_cache(maille_ctx *ctx, maille_store *store,
                                   const maille_network *network, const maille_sha256 *key) {
    maille_strbuf path = {0};
    maille_status status = cache_path(ctx, store, key, "graph", &path);
    if (status == MAILLE_OK)
        status = maille_network_save(ctx, network, path.text, key->hex);
    if (status == MAILLE_OK)
        drop_others(path.text);
    maille_strbuf_free(&path);
    return without_cache(ctx, status, "roads are read again next time");
}

/* MAILLE_OK with *out NULL when the cache has it not, or not whole. */
static maille_status load_from_cache(maille_ctx *ctx, maille_store *store, const maille_sha256 *key,
                                     maille_network **out) {
    maille_strbuf path = {0};
    *out = NULL;
    maille_status status = cache_path(ctx, store, key, "graph", &path);
    if (status == MAILLE_OK && access(path.text, R_OK) == 0) {
        status = maille_network_load(ctx, path.text, key->hex, out);
        if (status == MAILLE_REFUSED || status == MAILLE_NOT_FOUND) {
            maille_log(ctx, MAILLE_LOG_WARNING, "%s; roads are read again", maille_message(ctx));
            status = MAILLE_OK;
        }
    }
    maille_strbuf_free(&path);
    return without_cache(ctx, status, "roads are read without the cache");
}

/* ---- import ---- */

/* One network per workspace; `force` puts another file in the place of the one that stands. */
static maille_status judge_standing(const maille_job *job) {
    const maille_table *imports = job->imports;
    const char **kind = imports->columns[maille_table_column(imports, "kind")].texts;
    const int64_t *id = imports->columns[maille_table_column(imports, "id")].ints;
    for (size_t i = 0; i < imports->rows; i++)
        if (strcmp(kind[i], "roads") == 0 && id[i] != job->replaces && !job->options->force)
            return maille_fail(job->ctx, MAILLE_REFUSED,
                               "roads of %s were refused: the workspace has its roads from %s and "
                               "keeps one network (--force puts this file in its place)",
                               job->file, maille_job_file_of(job, id[i]));
    return MAILLE_OK;
}

static maille_status report_pieces(maille_job *job, const maille_network_report *n) {
    char detail[160];
    if (n->components <= 1)
        return MAILLE_OK;
    snprintf(detail, sizeof detail,
             "%" PRIu32 " composantes fortement connexes, la plus grande de %" PRIu32
             " nœuds sur %" PRIu64,
             n->components, n->largest_component, n->nodes);
    return maille_report_count(job->ctx, &job->report, CASE_PIECES, 1, detail);
}

static maille_status report_ferries(maille_job *job, const maille_network_report *n) {
    char detail[96];
    snprintf(detail, sizeof detail, "dont %" PRIu64 " sans durée, à la vitesse du profil",
             n->ferries_untimed);
    return maille_report_count(job->ctx, &job->report, CASE_FERRIES, n->ferries,
                               n->ferries_untimed ? detail : NULL);
}

static maille_status report_network(maille_job *job, const maille_network_report *n) {
    const struct {
        maille_case_kind kind;
        uint64_t count;
    } counts[] = {{CASE_NO_GEOMETRY, n->no_geometry},
                  {CASE_NO_SPEED, n->no_speed},
                  {CASE_NO_LENGTH, n->no_length},
                  {CASE_MISSING_NODES, n->missing_nodes},
                  {CASE_LOOPS, n->loops},
                  {CASE_PARALLELS, n->parallels},
                  {CASE_NO_ACCESS, n->no_access},
                  {CASE_OTHER_MODE, n->other_mode},
                  {CASE_NOT_BUILT, n->not_built},
                  {CASE_AREAS, n->areas},
                  {CASE_REVERSIBLE, n->reversible},
                  {CASE_NO_ROAD, n->no_highway},
                  {CASE_UNKNOWN_LIMITS, n->unknown_limits},
                  {CASE_AT_HOURS, n->at_hours},
                  {CASE_DESTINATION, n->destination},
                  {CASE_BARRIERS, n->barriers},
                  {CASE_TURNS, n->restrictions},
                  {CASE_TURNS_AT_HOURS, n->restrictions_at_hours},
                  {CASE_TURNS_OF_OTHERS, n->restrictions_not_ours},
                  {CASE_TURNS_UNFIT, n->restrictions_unfit}};
    maille_status status = MAILLE_OK;
    job->read = (int64_t)n->lines_read;
    job->kept = (int64_t)n->edges;
    for (size_t i = 0; i < sizeof counts / sizeof *counts && status == MAILLE_OK; i++)
        status = maille_report_count(job->ctx, &job->report, counts[i].kind, counts[i].count, NULL);
    if (status == MAILLE_OK)
        status = report_ferries(job, n);
    return status == MAILLE_OK ? report_pieces(job, n) : status;
}

/* Nodes outside the area of use of the CRS; a table of links without geometry has none. */
static maille_status judge_nodes(maille_job *job, const maille_crs *crs) {
    const maille_network *n = job->network;
    maille_xy *placed = maille_alloc(n->node_count, sizeof *placed);
    maille_lonlat *points = maille_alloc(n->node_count, sizeof *points);
    size_t count = 0;
    maille_status status = placed && points ? MAILLE_OK : maille_no_memory(job->ctx);
    for (size_t i = 0; status == MAILLE_OK && i < n->node_count; i++)
        if (!isnan(n->node_xy[i].x))
            placed[count++] = n->node_xy[i];
    if (status == MAILLE_OK)
        status = maille_crs_unproject(job->ctx, crs, placed, points, count);
    if (status == MAILLE_OK)
        status = maille_job_judge(job, points, NULL, NULL, count);
    maille_free(placed);
    maille_free(points);
    return status;
}

maille_status maille_load_roads(maille_job *job) {
    maille_network_report report = {0};
    maille_crs *crs = NULL;
    maille_status status = judge_standing(job);
    if (status == MAILLE_OK && job->source->crs)
        status = maille_fail(job->ctx, MAILLE_USAGE,
                             "crs was given for the roads of %s: a file of roads must name its own",
                             job->file);
    if (status == MAILLE_OK)
        status = maille_stored_epsg(job->ctx, job->store, &job->epsg);
    if (status == MAILLE_OK && job->epsg == 0)
        status = maille_fail(job->ctx, MAILLE_REFUSED,
                             "roads of %s were refused: the workspace had no CRS yet; import "
                             "communes first or name the CRS",
                             job->file);
    if (status == MAILLE_OK)
        status = maille_crs_new(job->ctx, job->epsg, &crs);
    if (status == MAILLE_OK)
        status = read_network(job->ctx, job->file, job->source, crs, &job->network, &report);
    if (status == MAILLE_OK)
        status = report_network(job, &report);
    if (status == MAILLE_OK)
        status = judge_nodes(job, crs);
    maille_crs_free(crs);
    return status;
}

/* Inside the transaction: forgets the file that `force` replaces, and fills the cache. */
maille_status maille_save_roads(maille_job *job) {
    maille_value kind = maille_text_value("roads"), file = maille_text_value(job->path);
    maille_filter of_roads = maille_equals("kind", &kind), other = maille_equals("file", &file);
    const maille_filter *const both[] = {&of_roads, &other};
    maille_filter replaced = {.op = MAILLE_F_AND, .children = both, .count = 2};
    maille_value origin = maille_text_value("import:roads");
    maille_filter of_origin = maille_equals("origin", &origin);
    maille_sha256 key;
    other.op = MAILLE_F_NE;
    maille_status status = maille_store_delete(job->ctx, job->store, "import", &replaced);
    if (status == MAILLE_OK) /* this import's own remarks are not written yet */
        status = maille_store_delete(job->ctx, job->store, "remark", &of_origin);
    if (status == MAILLE_OK)
        status = cache_key(job->ctx, job->hash.hex, job->settings, job->epsg, &key);
    return status == MAILLE_OK ? save_in_cache(job->ctx, job->store, job->network, &key) : status;
}

/* ---- use ---- */

/* A recorded import of roads. Texts are borrowed from `imports`. */
typedef struct {
    maille_table *imports;
    char **settings; /* "key=value" */
    const char *file, *sha256, *options;
    const char *profile_sha256; /* NULL where no profile was there */
    const char *keys[16];
    const char *values[16];
    maille_source source;
} recorded;

static maille_status find_roads(maille_ctx *ctx, maille_store *store, recorded *r) {
    maille_status status = maille_imports(ctx, store, &r->imports);
    if (status != MAILLE_OK)
        return status;
    const maille_table *t = r->imports;
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(t->columns[maille_table_column(t, "kind")].texts[i], "roads") != 0)
            continue;
        r->file = t->columns[maille_table_column(t, "file")].texts[i];
        r->sha256 = t->columns[maille_table_column(t, "sha256")].texts[i];
        r->options = t->columns[maille_table_column(t, "options")].texts[i];
    }
    return MAILLE_OK;
}

/* The source as it was imported, from its recorded settings. */
static maille_status restore_source(maille_ctx *ctx, recorded *r) {
    size_t count;
    maille_status status = maille_json_read_texts(ctx, r->options, &r->settings, &count);
    if (status != MAILLE_OK)
        return status;
    r->source = (maille_source){
        .kind = "roads", .file = r->file, .field_keys = r->keys, .field_values = r->values};
    for (size_t i = 0; i < count; i++) {
        char *value = strchr(r->settings[i], '=');
        if (!value)
            continue;
        *value++ = '\0';
        const char *key = r->settings[i];
        if (strcmp(key, "directed") == 0)
            r->source.directed = true;
        else if (strcmp(key, "layer") == 0)
            r->source.layer = value;
        else if (strcmp(key, "profile") == 0)
            r->source.profile = value;
        else if (strcmp(key, "profile.sha256") == 0)
            r->profile_sha256 = value;
        else if (strncmp(key, "fields.", 7) == 0 && r->source.field_count < 16) {
            r->keys[r->source.field_count] = key + 7;
            r->values[r->source.field_count++] = value;
        }
    }
    return MAILLE_OK;
}

static maille_status judge_file(maille_ctx *ctx, const recorded *r) {
    maille_sha256 now;
    if (access(r->file, R_OK) != 0)
        return maille_fail(ctx, MAILLE_NOT_FOUND,
                           "roads could not be read: their file %s is gone, and the cache too",
                           r->file);
    maille_status status = maille_hash_file(ctx, r->file, &now);
    if (status == MAILLE_OK && strcmp(now.hex, r->sha256) != 0)
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s has changed since its import and the cache is gone: import it "
                             "again",
                             r->file);
    return status;
}

/* The speeds by which the roads were imported are those of the workspace's record. */
static maille_status judge_profile(maille_ctx *ctx, const recorded *r) {
    const char *path = NULL;
    maille_sha256 now;
    maille_arena *arena = maille_arena_new();
    maille_status status = arena ? MAILLE_OK : maille_no_memory(ctx);
    if (status == MAILLE_OK)
        status = maille_profile_path(ctx, arena, r->source.profile, &path);
    if (status == MAILLE_OK && path)
        status = maille_hash_file(ctx, path, &now);
    if (status == MAILLE_OK && path && r->profile_sha256 && strcmp(now.hex, r->profile_sha256) != 0)
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s has changed since %s was imported by it and the cache is gone: "
                             "import the roads again",
                             path, r->file);
    maille_arena_free(arena);
    return status;
}

maille_status maille_source_network(maille_ctx *ctx, maille_store *store, const maille_crs *crs,
                                    maille_network **out) {
    maille_network_report report = {0};
    recorded r = {0};
    maille_sha256 key;
    *out = NULL;
    maille_status status = find_roads(ctx, store, &r);
    if (status != MAILLE_OK || !r.file)
        goto done;
    status = cache_key(ctx, r.sha256, r.options, maille_crs_epsg(crs), &key);
    if (status == MAILLE_OK)
        status = load_from_cache(ctx, store, &key, out);
    if (status != MAILLE_OK || *out)
        goto done;
    status = judge_file(ctx, &r);
    if (status == MAILLE_OK)
        status = restore_source(ctx, &r);
    if (status == MAILLE_OK)
        status = judge_profile(ctx, &r);
    if (status == MAILLE_OK)
        status = read_network(ctx, r.file, &r.source, crs, out, &report);
    if (status == MAILLE_OK)
        status = save_in_cache(ctx, store, *out, &key);
done:
    if (status != MAILLE_OK) {
        maille_network_free(*out);
        *out = NULL;
    }
    maille_free(r.settings);
    maille_table_free(r.imports);
    return status;
}

/* As with the network: MAILLE_OK with *out NULL where it must be built. */
static maille_status load_hierarchy(maille_ctx *ctx, maille_store *store, const maille_sha256 *key,
                                    const maille_network *network, maille_hierarchy **out) {
    maille_strbuf path = {0};
    *out = NULL;
    maille_status status = cache_path(ctx, store, key, "hierarchy", &path);
    if (status == MAILLE_OK && access(path.text, R_OK) == 0) {
        status = maille_hierarchy_load(ctx, path.text, key->hex, out);
        if (status == MAILLE_OK && (*out)->node_count != network->node_count) {
            status = maille_fail(ctx, MAILLE_REFUSED, "%s: was made of another network", path.text);
            maille_hierarchy_free(*out);
            *out = NULL;
        }
        if (status == MAILLE_REFUSED || status == MAILLE_NOT_FOUND) {
            maille_log(ctx, MAILLE_LOG_WARNING, "%s; the hierarchy is built again",
                       maille_message(ctx));
            status = MAILLE_OK;
        }
    }
    maille_strbuf_free(&path);
    return without_cache(ctx, status, "the hierarchy is built without the cache");
}

static maille_status save_hierarchy(maille_ctx *ctx, maille_store *store,
                                    const maille_hierarchy *hierarchy, const maille_sha256 *key) {
    maille_strbuf path = {0};
    maille_status status = cache_path(ctx, store, key, "hierarchy", &path);
    if (status == MAILLE_OK)
        status = maille_hierarchy_save(ctx, hierarchy, path.text, key->hex);
    maille_strbuf_free(&path);
    return without_cache(ctx, status, "the hierarchy is built again next time");
}

maille_status maille_source_hierarchy(maille_ctx *ctx, maille_store *store, const maille_crs *crs,
                                      const maille_network *network, maille_hierarchy **out) {
    maille_status status = MAILLE_OK;
    recorded r = {0};
    maille_sha256 key;
    *out = NULL;
    MAILLE_TRY(find_roads(ctx, store, &r));
    MAILLE_TRY(cache_key(ctx, r.sha256, r.options, maille_crs_epsg(crs), &key));
    MAILLE_TRY(load_hierarchy(ctx, store, &key, network, out));
    if (!*out) {
        MAILLE_TRY(maille_hierarchy_build(ctx, network, out));
        MAILLE_TRY(save_hierarchy(ctx, store, *out, &key));
    }
done:
    if (status != MAILLE_OK) {
        maille_hierarchy_free(*out);
        *out = NULL;
    }
    maille_free(r.settings);
    maille_table_free(r.imports);
    return status;
}
