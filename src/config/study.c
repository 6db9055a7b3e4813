/* The study file, read into a checked struct. */
#include "config/tree.h"

#include <maille/json.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_AT_MOST = 12 };

/* What each kind of source has beside the keys that all share, and its fields. */
static const struct {
    const char *kind;
    const char *keys[5];
    const char *fields[FIELDS_AT_MOST];
} kinds[] = {
    {"communes", {NULL}, {"!code", "!name", "population", "department", NULL}},
    {"centres", {NULL}, {"!code", "!lon", "!lat", NULL}},
    {"roads",
     {"profile", "directed", NULL},
     {"from", "to", "length_m", "speed_kmh", "time_s", "direction", NULL}},
    {"supply", {"service", NULL}, {"!code", "!count", NULL}},
    {"facilities",
     {"service", NULL},
     {"code", "count", "id", "name", "lon", "lat", "status", NULL}},
    {"grouping", {"name", NULL}, {"!code", "!group", "title", NULL}},
    {"perimeters",
     {"perimeter_kind", NULL},
     {"!id", "!name", "!status", "!code", "share", "contact", "since", "by", "shared", "reason",
      "zone", NULL}},
    {"movements",
     {"from_vintage", "to_vintage", NULL},
     {"!from", "!to", "ratio", "from_name", "date", "from_type", "to_type", NULL}},
    {"indicators", {"name", "unit", "how", "title", NULL}, {"!code", "!value", "weight", NULL}},
    {"population_age", {NULL}, {"!code", "!from", "!population", "to", NULL}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *const common_keys[] = {"kind",    "file", "layer",  "vintage", "source",
                                          "licence", "crs",  "fields", NULL};

static size_t kind_number(const char *kind) {
    size_t k = 0;
    while (k < KINDS && strcmp(kinds[k].kind, kind) != 0)
        k++;
    return k;
}

const char *const *maille_source_fields(const char *kind) {
    size_t k = kind_number(kind);
    return k < KINDS ? kinds[k].fields : NULL;
}

const char *maille_source_field(const maille_source *source, const char *key) {
    for (size_t i = 0; i < source->field_count; i++)
        if (strcmp(source->field_keys[i], key) == 0)
            return source->field_values[i];
    return NULL;
}

bool maille_is_aggregation(const char *text) {
    return strcmp(text, "somme") == 0 || strcmp(text, "moyenne") == 0;
}

bool maille_is_perimeter_kind(const char *text) {
    return *text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* What the reading functions share. */
typedef struct {
    maille_ctx *ctx;
    maille_yaml_file *file;
    maille_study *study;
} reader;

static maille_status text_of(const reader *r, const maille_yaml *map, const char *key,
                             bool required, const char **out) {
    return maille_yaml_text(r->ctx, r->file, map, key, required, out);
}

/* ---- paths and numbers ---- */

/* `path` as seen from the current folder: absolute as it is, else behind the study's folder. */
static maille_status resolve(const reader *r, const char *path, const char **out) {
    const char *study = maille_yaml_path(r->file), *slash = strrchr(study, '/');
    if (!path || *path == '/' || !slash) {
        *out = path;
        return MAILLE_OK;
    }
    maille_strbuf whole = {0};
    maille_strbuf_add_n(&whole, study, (size_t)(slash + 1 - study));
    maille_strbuf_add(&whole, path);
    *out = whole.failed ? NULL : config_strdup(r->file, whole.text);
    maille_strbuf_free(&whole);
    return *out ? MAILLE_OK : maille_no_memory(r->ctx);
}

/* Number of "EPSG:n", or 0. */
static int epsg_number(const char *text) {
    int64_t n = 0;
    bool ok = strncmp(text, "EPSG:", 5) == 0 && text[5] >= '1' && text[5] <= '9' &&
              maille_parse_int(text + 5, &n) && n < 1000000;
    return ok ? (int)n : 0;
}

static maille_status read_epsg(const reader *r, const maille_yaml *map, const char **text,
                               int *epsg) {
    maille_status status = text_of(r, map, "crs", false, text);
    if (!status && *text && !(*epsg = epsg_number(*text)))
        return config_refuse(r->ctx, r->file, config_line(map, "crs"),
                             "crs \"%s\" was not of the form EPSG:2154", *text);
    return status;
}

/* ---- sources ---- */

static maille_status refuse_kind(const reader *r, const maille_yaml *map, const char *kind) {
    maille_strbuf known = {0};
    for (size_t k = 0; k < KINDS; k++)
        maille_strbuf_addf(&known, "%s%s", k ? ", " : "", kinds[k].kind);
    maille_status status =
        config_refuse(r->ctx, r->file, config_line(map, "kind"),
                      "kind \"%s\" was not known; known kinds: %s", kind, known.text);
    maille_strbuf_free(&known);
    return status;
}

static maille_status refuse_unknown_keys(const reader *r, const maille_yaml *map, size_t kind) {
    const char *allowed[16];
    size_t count = 0;
    for (size_t i = 0; common_keys[i]; i++)
        allowed[count++] = common_keys[i];
    for (size_t i = 0; kinds[kind].keys[i]; i++)
        allowed[count++] = kinds[kind].keys[i];
    allowed[count] = NULL;
    return maille_yaml_only(r->ctx, r->file, map, allowed);
}

static maille_status read_fields(const reader *r, const maille_yaml *map, size_t kind,
                                 maille_source *source) {
    const maille_yaml *fields = NULL;
    const char *known[FIELDS_AT_MOST];
    size_t known_count = 0;
    for (; kinds[kind].fields[known_count]; known_count++)
        known[known_count] =
            kinds[kind].fields[known_count] + (*kinds[kind].fields[known_count] == '!');
    known[known_count] = NULL;
    maille_status status = config_map(r->ctx, r->file, map, "fields", false, &fields);
    if (status || !fields)
        return status;
    if ((status = maille_yaml_only(r->ctx, r->file, fields, known)) != MAILLE_OK)
        return status;
    source->field_keys = fields->keys;
    source->field_values = config_alloc(r->file, fields->count, sizeof *source->field_values);
    if (!source->field_values)
        return maille_no_memory(r->ctx);
    source->field_count = fields->count;
    for (size_t i = 0; i < fields->count && !status; i++)
        status = text_of(r, fields, fields->keys[i], true, &source->field_values[i]);
    return status;
}

/* Words of a source that follow a pattern. */
static maille_status judge_words(const reader *r, const maille_yaml *map,
                                 const maille_source *source) {
    const struct {
        const char *key, *value;
        bool (*holds)(const char *text);
        const char *expected;
    } words[] = {{"name", source->name, maille_is_id, "made of a-z, 0-9 and _"},
                 {"how", source->how, maille_is_aggregation, "somme or moyenne"},
                 {"perimeter_kind", source->perimeter_kind, maille_is_perimeter_kind,
                  "made of a-z, 0-9 and -"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].value && !words[i].holds(words[i].value))
            return config_refuse(r->ctx, r->file, config_line(map, words[i].key),
                                 "%s \"%s\" was not %s", words[i].key, words[i].value,
                                 words[i].expected);
    return MAILLE_OK;
}

/* The keys that only some kinds have. */
static maille_status read_kind_keys(const reader *r, const maille_yaml *map,
                                    maille_source *source) {
    const char *kind = source->kind;
    bool moves = strcmp(kind, "movements") == 0;
    bool served = strcmp(kind, "supply") == 0 || strcmp(kind, "facilities") == 0;
    bool named = strcmp(kind, "grouping") == 0 || strcmp(kind, "indicators") == 0;
    const struct {
        const char *key;
        bool required;
        const char **place;
    } texts[] = {
        {"service", served, &source->service}, {"name", named, &source->name},
        {"unit", false, &source->unit},        {"how", false, &source->how},
        {"title", false, &source->title},      {"perimeter_kind", false, &source->perimeter_kind},
        {"profile", false, &source->profile}};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++)
        status = text_of(r, map, texts[i].key, texts[i].required, texts[i].place);
    if (!status)
        status = maille_yaml_bool(r->ctx, r->file, map, "directed", false, &source->directed);
    if (!status)
        status = config_date(r->ctx, r->file, map, "from_vintage", moves, &source->from_vintage);
    if (!status)
        status = config_date(r->ctx, r->file, map, "to_vintage", moves, &source->to_vintage);
    if (status)
        return status;
    if (strcmp(kind, "perimeters") == 0 && !source->perimeter_kind)
        source->perimeter_kind = "cpts";
    if (strcmp(kind, "roads") == 0 && !source->profile)
        source->profile = "car";
    return judge_words(r, map, source);
}

static maille_status read_source(const reader *r, const maille_yaml *map, maille_source *source) {
    const char *file = NULL;
    int epsg = 0;
    if (map->kind != MAILLE_YAML_MAP)
        return config_refuse(r->ctx, r->file, map->line, "a source was no map of keys and values");
    source->line = map->line;
    maille_status status = text_of(r, map, "kind", true, &source->kind);
    if (status)
        return status;
    size_t kind = kind_number(source->kind);
    if (kind == KINDS)
        return refuse_kind(r, map, source->kind);
    if ((status = refuse_unknown_keys(r, map, kind)) != MAILLE_OK)
        return status;
    if ((status = text_of(r, map, "file", true, &file)) != MAILLE_OK ||
        (status = resolve(r, file, &source->file)) != MAILLE_OK)
        return status;
    if ((status = text_of(r, map, "layer", false, &source->layer)) != MAILLE_OK ||
        (status = text_of(r, map, "source", false, &source->source)) != MAILLE_OK ||
        (status = text_of(r, map, "licence", false, &source->licence)) != MAILLE_OK ||
        (status = config_date(r->ctx, r->file, map, "vintage", false, &source->vintage)) !=
            MAILLE_OK ||
        (status = read_epsg(r, map, &source->crs, &epsg)) != MAILLE_OK)
        return status;
    if ((status = read_kind_keys(r, map, source)) != MAILLE_OK)
        return status;
    return read_fields(r, map, kind, source);
}

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Two sources may share a file, not a place in the workspace; and services must be those of the
 * study. */
static maille_status check_sources(const reader *r, const maille_yaml *list) {
    const maille_study *study = r->study;
    for (size_t i = 0; i < study->source_count; i++) {
        const maille_source *s = &study->sources[i];
        for (size_t k = 0; k < i; k++) {
            const maille_source *o = &study->sources[k];
            if (same(s->kind, o->kind) && same(s->file, o->file) && same(s->layer, o->layer) &&
                same(s->service, o->service) && same(s->name, o->name))
                return config_refuse(r->ctx, r->file, s->line,
                                     "this source was the one of line %d again", o->line);
        }
        bool known = !s->service;
        for (size_t k = 0; k < study->service_count && !known; k++)
            known = strcmp(study->services[k].id, s->service) == 0;
        if (!known)
            return config_refuse(r->ctx, r->file, config_line(list->items[i], "service"),
                                 "service \"%s\" was not among the study's services", s->service);
    }
    return MAILLE_OK;
}

static maille_status read_sources(const reader *r, const maille_yaml *root) {
    maille_study *study = r->study;
    const maille_yaml *list = NULL;
    maille_status status = config_list(r->ctx, r->file, root, "sources", false, &list);
    if (status || !list)
        return status;
    study->sources = config_alloc(r->file, list->count, sizeof *study->sources);
    if (!study->sources)
        return maille_no_memory(r->ctx);
    study->source_count = list->count;
    for (size_t i = 0; i < list->count && !status; i++)
        status = read_source(r, list->items[i], &study->sources[i]);
    return status ? status : check_sources(r, list);
}

/* ---- services ---- */

static maille_status read_bands(const reader *r, const maille_yaml *map, maille_service *service) {
    const maille_yaml *bands = NULL;
    maille_status status = config_list(r->ctx, r->file, map, "bands_min", true, &bands);
    if (status)
        return status;
    size_t most = sizeof service->bands_min / sizeof *service->bands_min;
    if (bands->count < 1 || bands->count > most)
        return config_refuse(r->ctx, r->file, bands->line,
                             "bands_min held %zu values, not 1 to %zu", bands->count, most);
    for (size_t i = 0; i < bands->count; i++) {
        const maille_yaml *item = bands->items[i];
        double value = 0;
        if (item->kind != MAILLE_YAML_SCALAR || item->quoted ||
            !maille_parse_number(item->text, &value) || value <= 0)
            return config_refuse(r->ctx, r->file, item->line,
                                 "bands_min held something that is no number of minutes");
        if (i > 0 && value <= service->bands_min[i - 1])
            return config_refuse(r->ctx, r->file, item->line, "bands_min did not ascend at %s",
                                 item->text);
        service->bands_min[i] = value;
    }
    service->band_count = bands->count;
    return MAILLE_OK;
}

static maille_status read_service(const reader *r, const maille_yaml *map,
                                  maille_service *service) {
    static const char *const keys[] = {"id", "title", "bands_min", "alternative_to", NULL};
    maille_status status = maille_yaml_only(r->ctx, r->file, map, keys);
    if (!status)
        status = text_of(r, map, "id", true, &service->id);
    if (status)
        return status;
    if (!maille_is_id(service->id))
        return config_refuse(r->ctx, r->file, config_line(map, "id"),
                             "id \"%s\" was not made of a-z, 0-9 and _", service->id);
    service->title.fr = service->id;
    status = config_title(r->ctx, r->file, map, "title", false, &service->title);
    if (!status)
        status = text_of(r, map, "alternative_to", false, &service->alternative_to);
    return status ? status : read_bands(r, map, service);
}

/* What stands in for a service names one that stands for itself. */
static maille_status check_alternatives(const reader *r, const maille_yaml *list) {
    const maille_study *study = r->study;
    for (size_t i = 0; i < study->service_count; i++) {
        const char *to = study->services[i].alternative_to;
        size_t k = 0;
        while (to && k < study->service_count && strcmp(study->services[k].id, to) != 0)
            k++;
        if (to && (k == study->service_count || study->services[k].alternative_to))
            return config_refuse(r->ctx, r->file, config_line(list->items[i], "alternative_to"),
                                 k == study->service_count
                                     ? "alternative_to \"%s\" was not among the study's services"
                                     : "alternative_to \"%s\" was itself an alternative",
                                 to);
    }
    return MAILLE_OK;
}

static maille_status read_services(const reader *r, const maille_yaml *root) {
    maille_study *study = r->study;
    const maille_yaml *list = NULL;
    maille_status status = config_list(r->ctx, r->file, root, "services", false, &list);
    if (status || !list)
        return status;
    study->services = config_alloc(r->file, list->count, sizeof *study->services);
    if (!study->services)
        return maille_no_memory(r->ctx);
    study->service_count = list->count;
    for (size_t i = 0; i < list->count && !status; i++) {
        status = read_service(r, list->items[i], &study->services[i]);
        for (size_t k = 0; k < i && !status; k++)
            if (strcmp(study->services[k].id, study->services[i].id) == 0)
                status = config_refuse(r->ctx, r->file, list->items[i]->line,
                                       "service \"%s\" stood twice", study->services[i].id);
    }
    return status ? status : check_alternatives(r, list);
}

/* ---- rules and the whole ---- */

static maille_status read_rules(const reader *r, const maille_yaml *root) {
    static const char *const zoning_keys[] = {"set", "unit", NULL};
    maille_study *study = r->study;
    const struct {
        const char *key, **value;
    } sets[] = {{"sizes", &study->sizes},           {"publication", &study->publication},
                {"overlaps", &study->overlaps},     {"estimation", &study->estimation},
                {"contiguity", &study->contiguity}, {"target", &study->target},
                {"retention", &study->retention}};
    enum { SETS = sizeof sets / sizeof *sets };
    const char *keys[SETS + 2] = {"zoning"};
    const maille_yaml *rules = NULL, *zoning = NULL;
    maille_status status = config_map(r->ctx, r->file, root, "rules", false, &rules);
    if (status || !rules)
        return status;
    for (size_t i = 0; i < SETS; i++)
        keys[i + 1] = sets[i].key;
    if ((status = maille_yaml_only(r->ctx, r->file, rules, keys)) != MAILLE_OK)
        return status;
    for (size_t i = 0; i < SETS && !status; i++)
        status = text_of(r, rules, sets[i].key, false, sets[i].value);
    if (!status)
        status = config_map(r->ctx, r->file, rules, "zoning", false, &zoning);
    if (status || !zoning)
        return status;
    if ((status = maille_yaml_only(r->ctx, r->file, zoning, zoning_keys)) != MAILLE_OK ||
        (status = text_of(r, zoning, "set", true, &study->zoning)) != MAILLE_OK)
        return status;
    return text_of(r, zoning, "unit", true, &study->zoning_unit);
}

static maille_status read_head(const reader *r, const maille_yaml *root) {
    maille_study *study = r->study;
    const char *workspace = NULL, *crs = NULL;
    maille_status status;
    if ((status = text_of(r, root, "study", true, &study->id)) != MAILLE_OK)
        return status;
    study->title.fr = study->id;
    if ((status = config_title(r->ctx, r->file, root, "title", false, &study->title)) !=
            MAILLE_OK ||
        (status = text_of(r, root, "workspace", false, &workspace)) != MAILLE_OK ||
        (status = resolve(r, workspace, &study->workspace)) != MAILLE_OK ||
        (status = read_epsg(r, root, &crs, &study->crs)) != MAILLE_OK)
        return status;
    return config_texts(r->ctx, r->file, root, "layers", false, &study->layers,
                        &study->layer_count);
}

/* Takes the file, also when it fails. */
static maille_status study_of(maille_ctx *ctx, maille_yaml_file *file, maille_study **out) {
    static const char *const keys[] = {"study",    "title", "workspace", "crs", "sources",
                                       "services", "rules", "layers",    NULL};
    const maille_yaml *root = maille_yaml_root(file);
    reader r = {ctx, file, config_alloc(file, 1, sizeof(maille_study))};
    maille_status status =
        r.study ? maille_yaml_only(ctx, file, root, keys) : maille_no_memory(ctx);
    if (status)
        goto done;
    r.study->file = file;
    r.study->path = maille_yaml_path(file);
    if ((status = read_head(&r, root)) != MAILLE_OK ||
        (status = read_services(&r, root)) != MAILLE_OK ||
        (status = read_sources(&r, root)) != MAILLE_OK)
        goto done;
    status = read_rules(&r, root);
done:
    if (status)
        maille_yaml_free(file);
    else
        *out = r.study;
    return status;
}

maille_status maille_study_read(maille_ctx *ctx, const char *path, maille_study **out) {
    maille_yaml_file *file = NULL;
    maille_status status = maille_yaml_read(ctx, path, &file);
    return status ? status : study_of(ctx, file, out);
}

void maille_study_free(maille_study *study) {
    if (study)
        maille_yaml_free(study->file);
}

/* ---- the study in the workspace ---- */

static void add_pair(maille_strbuf *s, const char *key, const char *value) {
    if (!value)
        return;
    if (s->text[s->length - 1] != '{')
        maille_strbuf_add_char(s, ',');
    maille_json_text(s, key);
    maille_strbuf_add_char(s, ':');
    maille_json_text(s, value);
}

static void add_title(maille_strbuf *s, const maille_title *title) {
    maille_strbuf_add(s, ",\"title\":{");
    add_pair(s, "fr", title->fr);
    add_pair(s, "en", title->en);
    maille_strbuf_add_char(s, '}');
}

static void add_service(maille_strbuf *s, const maille_service *service) {
    maille_strbuf_add_char(s, '{');
    add_pair(s, "id", service->id);
    add_title(s, &service->title);
    maille_strbuf_add(s, ",\"bands_min\":[");
    for (size_t b = 0; b < service->band_count; b++) {
        maille_strbuf_add(s, b ? "," : "");
        maille_strbuf_add_double(s, service->bands_min[b]);
    }
    maille_strbuf_add_char(s, ']');
    add_pair(s, "alternative_to", service->alternative_to);
    maille_strbuf_add_char(s, '}');
}

maille_status maille_study_to_json(maille_ctx *ctx, const maille_study *study, char **out) {
    maille_strbuf s = {0};
    maille_strbuf_add_char(&s, '{');
    if (!s.failed) {
        add_pair(&s, "study", study->id);
        add_title(&s, &study->title);
        maille_strbuf_add(&s, ",\"services\":[");
        for (size_t i = 0; i < study->service_count; i++) {
            maille_strbuf_add(&s, i ? "," : "");
            add_service(&s, &study->services[i]);
        }
        maille_strbuf_add(&s, "],\"rules\":{");
        add_pair(&s, "sizes", study->sizes);
        add_pair(&s, "publication", study->publication);
        add_pair(&s, "overlaps", study->overlaps);
        add_pair(&s, "estimation", study->estimation);
        add_pair(&s, "contiguity", study->contiguity);
        add_pair(&s, "target", study->target);
        add_pair(&s, "retention", study->retention);
        if (study->zoning) {
            maille_strbuf_add(&s, s.text[s.length - 1] == '{' ? "\"zoning\":{" : ",\"zoning\":{");
            add_pair(&s, "set", study->zoning);
            add_pair(&s, "unit", study->zoning_unit);
            maille_strbuf_add_char(&s, '}');
        }
        maille_strbuf_add(&s, "}}");
    }
    if (s.failed) {
        maille_strbuf_free(&s);
        return maille_no_memory(ctx);
    }
    *out = s.text;
    return MAILLE_OK;
}

/* JSON is YAML: one reader does for both. */
maille_status maille_study_from_json(maille_ctx *ctx, const char *json, maille_study **out) {
    maille_yaml_file *file = NULL;
    maille_status status = config_read_text(ctx, "study of the workspace", json, &file);
    return status ? status : study_of(ctx, file, out);
}
