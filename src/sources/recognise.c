/* What a file looks like, told by its columns and geometry: a kind with its field mapping. */
#include "sources/job.h"

#include <maille/text.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FIELDS_AT_MOST JOB_FIELDS

typedef struct {
    maille_ctx *ctx;
    const char *path;
    maille_arena *arena;
    maille_file_info info;
    maille_source *out;
    const char *keys[FIELDS_AT_MOST], *values[FIELDS_AT_MOST];
    size_t count;
    bool failed; /* memory ran out */
} recognising;

static bool geometry_is(const recognising *r, const char *geometry) {
    return strcmp(r->info.geometry, geometry) == 0;
}

static const char *find(const recognising *r, const char *key) {
    return maille_field_named(r->info.columns, key, NULL);
}

/* Maps a field, if the file has a column for it. */
static bool map_to(recognising *r, const char *key, const char *column) {
    if (!column)
        return false;
    r->keys[r->count] = key;
    r->values[r->count] = maille_arena_strdup(r->arena, column);
    r->failed = r->failed || !r->values[r->count];
    r->count++;
    return true;
}

static bool map(recognising *r, const char *key) {
    return map_to(r, key, find(r, key));
}

/* ---- kinds, the most particular first; each is true when the file is one ---- */

static bool is_perimeters(recognising *r) {
    if (!find(r, "id") || !find(r, "name") || !find(r, "status") || !find(r, "code") ||
        find(r, "lon") || r->info.geometry[0])
        return false;
    r->out->kind = "perimeters";
    r->out->perimeter_kind = "cpts";
    static const char *const keys[] = {"id",    "name", "status", "code",   "share", "contact",
                                       "since", "by",   "shared", "reason", "zone"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        map(r, keys[i]);
    return true;
}

/* The year of a column "cod2018" or "code_2018", or 0. */
static int64_t year_of(const char *column) {
    int64_t year = 0;
    size_t prefix = strncasecmp(column, "code_", 5) == 0 ? 5
                    : strncasecmp(column, "cod", 3) == 0 ? 3
                                                         : 0;
    return prefix && strlen(column + prefix) == 4 && maille_parse_int(column + prefix, &year) &&
                   year >= 1900 && year < 2200
               ? year
               : 0;
}

static const char *vintage_of(recognising *r, int64_t year) {
    char text[32];
    snprintf(text, sizeof text, "%04d-01-01", (int)year);
    const char *copy = maille_arena_strdup(r->arena, text);
    r->failed = r->failed || !copy;
    return copy;
}

/* Two columns of codes with a year each, in any order. */
static bool is_movements(recognising *r) {
    const maille_table *t = r->info.columns;
    const char *from = NULL, *to = NULL;
    int64_t first = 0, last = 0;
    for (size_t i = 0; i < t->column_count; i++) {
        const char *name = t->columns[i].name;
        int64_t year = year_of(name);
        if (year == 0)
            continue;
        if (!from || year < first) {
            from = name;
            first = year;
        }
        if (!to || year > last) {
            to = name;
            last = year;
        }
    }
    if (first == last)
        return false;
    r->out->kind = "movements";
    r->out->from_vintage = vintage_of(r, first);
    r->out->to_vintage = vintage_of(r, last);
    map_to(r, "from", from);
    map_to(r, "to", to);
    map(r, "ratio");
    map(r, "from_name");
    return true;
}

/* The vintages that a passage by these days leads between: before the first and the last. */
static void set_vintages(recognising *r, const maille_column *days, size_t count) {
    const char *first = NULL, *last = NULL;
    int64_t year = 0;
    for (size_t i = 0; i < count; i++) {
        const char *day = days->texts[i];
        if (!maille_is_date(day))
            continue;
        first = !first || strcmp(day, first) < 0 ? day : first;
        last = !last || strcmp(day, last) > 0 ? day : last;
    }
    if (!first)
        return;
    char text[5] = {first[0], first[1], first[2], first[3], '\0'};
    r->out->from_vintage = maille_parse_int(text, &year) ? vintage_of(r, year - 1) : NULL;
    r->out->to_vintage = maille_arena_strdup(r->arena, last);
    r->failed = r->failed || !r->out->to_vintage;
}

/* INSEE's list of events. */
static maille_status recognise_events(recognising *r, bool *found) {
    static const char *const keys[] = {"from", "to", "from_name", "date", "from_type", "to_type"};
    const char *date = find(r, "date");
    maille_read_options options = {.columns = &date, .column_count = 1, .texts = true};
    maille_table *days = NULL;
    *found = date && find(r, "from") && find(r, "to") && find(r, "from_type");
    if (!*found)
        return MAILLE_OK;
    maille_status status = maille_file_read(r->ctx, r->path, &options, &days);
    if (status != MAILLE_OK)
        return status;
    r->out->kind = "movements";
    set_vintages(r, &days->columns[0], days->rows);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        map(r, keys[i]);
    maille_table_free(days);
    return MAILLE_OK;
}

static bool is_communes(recognising *r) {
    if (!geometry_is(r, "polygon") || !find(r, "code") || !find(r, "name"))
        return false;
    r->out->kind = "communes";
    map(r, "code");
    map(r, "name");
    map(r, "population");
    map(r, "department");
    return true;
}

/* Points with an id are facilities; points with a commune's code alone are centres. */
static bool is_points(recognising *r) {
    bool fields = find(r, "lon") && find(r, "lat");
    if (!geometry_is(r, "point") && !fields)
        return false;
    bool facility = find(r, "id") || find(r, "status");
    if (!facility && !find(r, "code"))
        return false;
    static const char *const keys[] = {"id", "name", "status"};
    r->out->kind = facility ? "facilities" : "centres";
    map(r, "code");
    for (size_t i = 0; facility && i < sizeof keys / sizeof *keys; i++)
        map(r, keys[i]);
    if (!geometry_is(r, "point")) {
        map(r, "lon");
        map(r, "lat");
    }
    return true;
}

/* Groupings as INSEE and DGCL publish them, and this study's own. */
static bool is_grouping(recognising *r) {
    static const char *const known[] = {"EPCI",   "TV",     "TVS",     "BV2022", "BV2012",
                                        "BV",     "ARR",    "CANOV",   "CV",     "ZE2020",
                                        "ZE2010", "UU2020", "AAV2020", "SIREN"};
    const maille_table *t = r->info.columns;
    const char *group = NULL, *name = NULL;
    if (!find(r, "code"))
        return false;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        for (size_t i = 0; i < t->column_count; i++) {
            if (strcasecmp(t->columns[i].name, known[k]) != 0)
                continue;
            if (group)
                maille_log(r->ctx, MAILLE_LOG_WARNING,
                           "%s holds the grouping %s too (import grouping FILE --name … --fields "
                           "code=%s,group=%s)",
                           r->path, t->columns[i].name, find(r, "code"), t->columns[i].name);
            else {
                group = t->columns[i].name;
                name = known[k];
            }
        }
    if (!group)
        return false;
    char *id = maille_fold(strcmp(name, "SIREN") == 0 ? "epci" : name);
    r->out->kind = "grouping";
    r->out->name = id ? maille_arena_strdup(r->arena, id) : NULL;
    r->failed = r->failed || !r->out->name;
    maille_free(id);
    map(r, "code");
    map_to(r, "group", group);
    if (strcmp(name, "SIREN") == 0)
        map_to(r, "title", maille_field_named(t, "", "raison_sociale"));
    return true;
}

/* Inhabitants by age: bands, which no other table of communes has. */
static bool is_population_age(recognising *r) {
    static const char *const keys[] = {"code", "from", "to", "population"};
    int ages = maille_table_column(r->info.columns, "age_min");
    if (ages < 0 || !find(r, "code") || !find(r, "population") || r->info.geometry[0])
        return false;
    r->out->kind = "population_age";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        map(r, keys[i]);
    return true;
}

/* A code and one count; of which service, the file does not say. */
static bool is_supply(recognising *r) {
    const char *code = find(r, "code"), *count = find(r, "count");
    if (!code || r->info.geometry[0])
        return false;
    if (!count)
        count = maille_other_field(r->info.columns, code);
    if (!count)
        return false;
    r->out->kind = "supply";
    map(r, "code");
    map_to(r, "count", count);
    return true;
}

/* ---- roads ---- */

/* Whether a table of links lists each direction as a line of its own: a two-way road then stands
 * there twice, once turned round. Told by a quarter of the lines having their turned twin. */
static maille_status judge_directed(recognising *r, const char *from, const char *to) {
    const char *const columns[] = {from, to};
    maille_read_options options = {.columns = columns, .column_count = 2, .texts = true};
    maille_table *table = NULL;
    maille_strbuf key = {0};
    maille_names *pairs = maille_names_new(0);
    size_t turned = 0;
    maille_status status = pairs ? MAILLE_OK : maille_no_memory(r->ctx);
    if (status == MAILLE_OK)
        status = maille_file_read(r->ctx, r->path, &options, &table);
    for (int pass = 0; pass < 2 && status == MAILLE_OK; pass++)
        for (size_t i = 0; i < table->rows && status == MAILLE_OK; i++) {
            const char *a = table->columns[pass].texts[i], *b = table->columns[1 - pass].texts[i];
            maille_strbuf_clear(&key);
            maille_strbuf_addf(&key, "%s\n%s", a ? a : "", b ? b : "");
            if (key.failed || (pass == 0 && !maille_names_set(pairs, key.text, 1)))
                status = maille_no_memory(r->ctx);
            else if (pass == 1 && maille_names_get(pairs, key.text) != MAILLE_ABSENT)
                turned++;
        }
    if (status == MAILLE_OK)
        r->out->directed = turned * 4 >= table->rows;
    maille_strbuf_free(&key);
    maille_table_free(table);
    maille_names_free(pairs);
    return status;
}

static maille_status recognise_roads(recognising *r, bool *found) {
    static const char *const keys[] = {"from",      "to",     "length_m",
                                       "speed_kmh", "time_s", "direction"};
    const char *from = find(r, "from"), *to = find(r, "to");
    bool links = from && to && (find(r, "length_m") || find(r, "time_s"));
    *found = geometry_is(r, "line") || links;
    if (!*found)
        return MAILLE_OK;
    r->out->kind = "roads";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (i > 1 || (from && to))
            map(r, keys[i]);
    return from && to ? judge_directed(r, from, to) : MAILLE_OK;
}

/* ---- all of it ---- */

static maille_status refuse(const recognising *r) {
    maille_strbuf found = {0};
    for (size_t i = 0; i < r->info.columns->column_count; i++)
        maille_strbuf_addf(&found, "%s%s", i ? ", " : "", r->info.columns->columns[i].name);
    bool csv = strncmp(r->info.format, "CSV", 3) == 0 && r->info.format[3];
    maille_status status = maille_fail(
        r->ctx, MAILLE_REFUSED,
        "%s was not recognised (%s%s%s%s%s): name its kind and fields (import KIND … "
        "--fields); its fields were: %s",
        r->path, csv ? "CSV with \"" : "", r->info.format + (csv ? 3 : 0), csv ? "\"" : "",
        r->info.geometry[0] ? ", " : "", r->info.geometry, found.text ? found.text : "none");
    maille_strbuf_free(&found);
    return status;
}

static maille_status by_columns(recognising *r) {
    static bool (*const kinds[])(recognising *) = {is_movements,      is_communes, is_perimeters,
                                                   is_population_age, is_points,   is_grouping,
                                                   is_supply};
    bool found = false;
    maille_status status = maille_file_inspect(r->ctx, r->path, NULL, &r->info);
    if (status == MAILLE_OK)
        status = recognise_roads(r, &found);
    if (status == MAILLE_OK && !found)
        status = recognise_events(r, &found);
    for (size_t i = 0; status == MAILLE_OK && !found && i < sizeof kinds / sizeof *kinds; i++)
        found = kinds[i](r);
    return status == MAILLE_OK && !found ? refuse(r) : status;
}

/* The mapping, into the arena. */
static maille_status keep_fields(recognising *r) {
    size_t size = r->count * sizeof(char *);
    const char **keys = maille_arena_alloc(r->arena, size + 1),
               **values = maille_arena_alloc(r->arena, size + 1);
    r->out->file = maille_arena_strdup(r->arena, r->path);
    if (r->failed || !keys || !values || !r->out->file)
        return maille_no_memory(r->ctx);
    memcpy(keys, r->keys, size);
    memcpy(values, r->values, size);
    r->out->field_keys = keys;
    r->out->field_values = values;
    r->out->field_count = r->count;
    return MAILLE_OK;
}

maille_status maille_source_recognise(maille_ctx *ctx, const char *path, maille_arena *arena,
                                      maille_source *out) {
    recognising r = {.ctx = ctx, .path = path, .arena = arena, .out = out};
    *out = (maille_source){0};
    maille_status status = MAILLE_OK;
    if (maille_is_pbf(path))
        out->kind = "roads";
    else
        status = by_columns(&r);
    if (status == MAILLE_OK)
        status = keep_fields(&r);
    maille_file_info_clear(&r.info);
    return status;
}
