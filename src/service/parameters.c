/* Parameters of a selection: one reader a parameter, then what needs several of them at once. */
#include "service/parameters.h"

#include "service/ogc_links.h"

#include <inttypes.h>
#include <maille/extract.h>
#include <stdlib.h>
#include <string.h>

typedef MAILLE_VEC(const char *) texts;

/* A selection while it is read. */
typedef struct {
    view *v;
    const request *r;
    const maille_layer_state *layer;
    wanted *w;
    const reference_system *box_crs, *filter_crs;
    const char *filter;  /* as sent */
    maille_strbuf among; /* CQL2 of the queryables that were given as parameters */
} reading;

#define REFUSE(in, fr, en, ...)                                                                    \
    maille_fail((in)->v->ctx, MAILLE_USAGE, ogc_say((in)->r, fr, en), __VA_ARGS__)

/* A block of the request's arena. */
static void *block(const reading *in, size_t count, size_t size) {
    return maille_arena_alloc(in->r->arena, (count ? count : 1) * size);
}

/* Parts of a list with commas between. */
static maille_status split(const reading *in, const char *value, const char *const **out,
                           size_t *count) {
    char *copy = maille_arena_strdup(in->r->arena, value), *rest = NULL;
    size_t most = 1;
    for (const char *p = value; *p; p++)
        most += *p == ',';
    const char **parts = block(in, most, sizeof *parts);
    *count = 0;
    if (!copy || !parts)
        return maille_no_memory(in->v->ctx);
    for (char *part = strtok_r(copy, ",", &rest); part; part = strtok_r(NULL, ",", &rest))
        parts[(*count)++] = part;
    *out = parts;
    return MAILLE_OK;
}

static const maille_property *property_of(const reading *in, const char *name) {
    for (size_t i = 0; i < in->w->property_count; i++)
        if (strcmp(in->w->properties[i].name, name) == 0)
            return &in->w->properties[i];
    return NULL;
}

static maille_status no_property(const reading *in, const char *key, const char *name) {
    return REFUSE(in, "%s : la couche « %s » n'a pas de propriété « %s »",
                  "%s: layer \"%s\" has no property \"%s\"", key, in->layer->def->id, name);
}

/* ---- pages ---- */

static maille_status whole_number(const reading *in, const char *key, const char *value,
                                  int64_t least, int64_t *out) {
    char *end;
    size_t length = strlen(value);
    if (length == 0 || length > 18 || value[strspn(value, "0123456789")] ||
        (*out = strtoll(value, &end, 10)) < least)
        return REFUSE(in, "%s : un nombre entier, %" PRId64 " au moins, était attendu, pas « %s »",
                      "%s: a whole number, %" PRId64 " at least, was expected, not \"%s\"", key,
                      least, value);
    return MAILLE_OK;
}

static maille_status read_limit(reading *in, const char *value) {
    int64_t most = in->v->service->config->limit_most, limit = 0;
    maille_status status = whole_number(in, "limit", value, 1, &limit);
    in->w->selection.limit = limit < most ? limit : most;
    return status;
}

static maille_status read_offset(reading *in, const char *value) {
    return whole_number(in, "offset", value, 0, &in->w->selection.offset);
}

/* ---- places ---- */

static maille_status read_bbox(reading *in, const char *value) {
    double n[6], *box = in->w->selection.box;
    size_t count = read_numbers(value, n, 6), up = count == 6 ? 3 : 2;
    if (count != 4 && count != 6)
        return REFUSE(
            in,
            "bbox : quatre ou six nombres séparés par des virgules étaient attendus, pas « %s »",
            "bbox: four or six numbers with commas between were expected, not \"%s\"", value);
    box[0] = n[0], box[1] = n[1], box[2] = n[up], box[3] = n[up + 1];
    if (count == 6 && n[2] > n[5])
        return REFUSE(in, "bbox : la hauteur %s est plus grande que la suivante",
                      "bbox: the height in %s is larger than the next", value);
    in->w->selection.has_box = true;
    return MAILLE_OK;
}

static maille_status crs_of(const reading *in, const char *key, const char *value,
                            const reference_system **out) {
    for (size_t i = 0; i < reference_system_count; i++)
        if (strcmp(reference_systems[i].uri, value) == 0) {
            *out = &reference_systems[i];
            return MAILLE_OK;
        }
    return REFUSE(in, "%s : « %s » n'est pas un des systèmes de la collection (membre crs)",
                  "%s: \"%s\" is none of the collection's systems (member crs)", key, value);
}

static maille_status read_crs(reading *in, const char *value) {
    return crs_of(in, "crs", value, &in->w->crs);
}

static maille_status read_bbox_crs(reading *in, const char *value) {
    return crs_of(in, "bbox-crs", value, &in->box_crs);
}

/* The box as the selection has it: lon/lat. */
static maille_status bring_box(reading *in) {
    double *box = in->w->selection.box;
    if (in->box_crs->latitude_first) {
        double swapped[4] = {box[1], box[0], box[3], box[2]};
        memcpy(box, swapped, sizeof swapped);
    }
    bool turned = box[1] > box[3] || (box[0] > box[2] && !in->box_crs->geographic);
    bool beyond = in->box_crs->geographic && (box[1] < -90 || box[3] > 90 || box[0] < -180 ||
                                              box[0] > 180 || box[2] < -180 || box[2] > 180);
    if (turned || beyond)
        return REFUSE(in, "bbox : %s", "bbox: %s",
                      turned ? ogc_say(in->r, "le coin haut est sous le coin bas",
                                       "the upper corner lies below the lower one")
                             : ogc_say(in->r, "les degrés vont de -180 à 180 et de -90 à 90",
                                       "degrees go from -180 to 180 and from -90 to 90"));
    return in->box_crs->geographic ? MAILLE_OK
                                   : maille_box_to_lonlat(in->v->ctx, in->box_crs->epsg, box);
}

static maille_status add_equals(reading *in, const maille_property *property, const char *value);

static maille_status read_departement(reading *in, const char *value) {
    maille_selection *s = &in->w->selection;
    const maille_property *property = property_of(in, "departement");
    if (!in->layer->def->departments_by && property)
        return add_equals(in, property, value);
    if (!in->layer->def->departments_by)
        return REFUSE(in, "departement : la couche « %s » ne dit pas de département (%s)",
                      "departement: layer \"%s\" tells no département (%s)", in->layer->def->id,
                      value);
    maille_status status = split(in, value, &s->departments, &s->department_count);
    for (size_t i = 0; i < s->department_count && !status; i++) {
        const char *code = s->departments[i];
        size_t length = strlen(code);
        if (length < 2 || length > 3 || code[strspn(code, "0123456789AB")])
            status = REFUSE(in, "departement : « %s » n'est pas un code de département",
                            "departement: \"%s\" is no code of a département", code);
    }
    if (!status && s->department_count == 0)
        status = REFUSE(in, "departement : un code était attendu, pas « %s »",
                        "departement: a code was expected, not \"%s\"", value);
    return status;
}

static maille_status read_commune(reading *in, const char *value) {
    size_t length = strlen(value);
    if (length != 5 || value[strspn(value, "0123456789AB")])
        return REFUSE(in, "commune : « %s » n'est pas un code de commune (cinq signes)",
                      "commune: \"%s\" is no code of a commune (five signs)", value);
    in->w->selection.commune = value;
    return MAILLE_OK;
}

/* ---- time ---- */

/* One end of an interval; ".." and nothing leave it open. */
static maille_status end_of(const reading *in, const char *text, const char **out) {
    *out = NULL;
    if (!*text || strcmp(text, "..") == 0)
        return MAILLE_OK;
    *out = text;
    return is_instant(text)
               ? MAILLE_OK
               : REFUSE(in, "datetime : « %s » n'est pas une date ou un instant de la RFC 3339",
                        "datetime: \"%s\" is no date or time of RFC 3339", text);
}

static maille_status read_datetime(reading *in, const char *value) {
    maille_selection *s = &in->w->selection;
    char *from = maille_arena_strdup(in->r->arena, value);
    if (!from)
        return maille_no_memory(in->v->ctx);
    char *until = strchr(from, '/');
    if (until)
        *until++ = '\0';
    if (until ? strlen(from) + strlen(until) == 0 : strcmp(from, "..") == 0 || !*from)
        return REFUSE(in,
                      "datetime : une date, un instant ou un intervalle était attendu, pas « %s »",
                      "datetime: a date, a time or an interval was expected, not \"%s\"", value);
    maille_status status = end_of(in, from, &s->from);
    if (!status)
        status = end_of(in, until ? until : from, &s->until);
    /* Days compare as texts; times of one day may be told in two zones. */
    if (!status && s->from && s->until && strncmp(s->from, s->until, 10) > 0)
        status = REFUSE(in, "datetime : l'intervalle « %s » finit avant de commencer",
                        "datetime: interval \"%s\" ends before it begins", value);
    return status;
}

/* ---- filters ---- */

static maille_status read_filter(reading *in, const char *value) {
    in->filter = value;
    return MAILLE_OK;
}

static maille_status read_filter_lang(reading *in, const char *value) {
    return strcmp(value, "cql2-text") == 0
               ? MAILLE_OK
               : REFUSE(in, "filter-lang : cql2-text était attendu, pas « %s »",
                        "filter-lang: cql2-text was expected, not \"%s\"", value);
}

static maille_status read_filter_crs(reading *in, const char *value) {
    return crs_of(in, "filter-crs", value, &in->filter_crs);
}

/* 'text', with ' doubled. */
static void add_quoted(maille_strbuf *s, const char *text) {
    maille_strbuf_add_char(s, '\'');
    for (; *text; text++)
        maille_strbuf_add(s, *text == '\'' ? "''" : (char[]){*text, '\0'});
    maille_strbuf_add_char(s, '\'');
}

static maille_status add_literal(reading *in, const maille_property *p, const char *value) {
    double number;
    switch (p->type) {
    case MAILLE_P_TEXT:
        add_quoted(&in->among, value);
        return MAILLE_OK;
    case MAILLE_P_INT:
    case MAILLE_P_NUMBER:
        if (read_numbers(value, &number, 1) != 1)
            return REFUSE(in, "%s : un nombre était attendu, pas « %s »",
                          "%s: a number was expected, not \"%s\"", p->name, value);
        maille_strbuf_add_double(&in->among, number);
        return MAILLE_OK;
    case MAILLE_P_BOOL:
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
            return REFUSE(in, "%s : true ou false était attendu, pas « %s »",
                          "%s: true or false was expected, not \"%s\"", p->name, value);
        maille_strbuf_add(&in->among, value);
        return MAILLE_OK;
    case MAILLE_P_TEXTS:
        break;
    }
    return REFUSE(in, "%s : cette propriété est une liste, qui ne se demande pas ainsi (« %s »)",
                  "%s: this property is a list, which is not asked for so (\"%s\")", p->name,
                  value);
}

static maille_status add_equals(reading *in, const maille_property *property, const char *value) {
    maille_strbuf_addf(&in->among, "%s\"%s\" = ", in->among.length ? " AND " : "", property->name);
    return add_literal(in, property, value);
}

/* A pattern that finds the text anywhere; what has a meaning in patterns loses it. */
static void add_anywhere(maille_strbuf *s, const char *text) {
    maille_strbuf_add(s, "'%");
    for (; *text; text++) {
        maille_strbuf_add(s, strchr("%_\\", *text) ? "\\" : "");
        maille_strbuf_add(s, *text == '\'' ? "''" : (char[]){*text, '\0'});
    }
    maille_strbuf_add(s, "%'");
}

/* Found in any of the texts. */
static maille_status read_q(reading *in, const char *value) {
    size_t found = 0;
    if (!*value)
        return REFUSE(in, "q : un texte à chercher était attendu%s",
                      "q: a text to look for was expected%s", "");
    maille_strbuf_add(&in->among, in->among.length ? " AND (" : "(");
    for (size_t i = 0; i < in->w->property_count; i++) {
        if (in->w->properties[i].type != MAILLE_P_TEXT)
            continue;
        maille_strbuf_addf(&in->among, "%s\"%s\" LIKE ", found++ ? " OR " : "",
                           in->w->properties[i].name);
        add_anywhere(&in->among, value);
    }
    maille_strbuf_add_char(&in->among, ')');
    return found ? MAILLE_OK
                 : REFUSE(in, "q : la couche « %s » n'a pas de texte où chercher",
                          "q: layer \"%s\" has no text to look in", in->layer->def->id);
}

/* The filter as it was sent, its geometries brought to lon/lat. */
static maille_status parse_filter(reading *in) {
    maille_ctx *ctx = in->v->ctx;
    maille_strbuf brought = {0};
    const char *text = in->filter;
    maille_status status = MAILLE_OK;
    if (in->filter_crs->epsg != 0) {
        status = maille_cql_to_lonlat(ctx, text, in->filter_crs->epsg,
                                      in->filter_crs->latitude_first, &brought);
        text = brought.text ? brought.text : "";
    }
    if (!status)
        status = maille_cql_parse(ctx, text, &in->w->filter);
    maille_strbuf_free(&brought);
    return status;
}

/* The filter is read alone first, so that its errors tell its own places. */
static maille_status combine_filters(reading *in) {
    maille_ctx *ctx = in->v->ctx;
    char *text = NULL;
    maille_strbuf both = {0};
    maille_status status = in->filter ? parse_filter(in) : MAILLE_OK;
    if (status || in->among.length == 0)
        return status;
    if (in->w->filter) {
        MAILLE_TRY(maille_cql_text(ctx, in->w->filter, &text));
        maille_cql_free(in->w->filter);
        in->w->filter = NULL;
        maille_strbuf_addf(&both, "(%s) AND ", text);
    }
    maille_strbuf_add(&both, in->among.text);
    if (both.failed || in->among.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    status = maille_cql_parse(ctx, both.text, &in->w->filter);
done:
    maille_free(text);
    maille_strbuf_free(&both);
    return status;
}

/* ---- what is answered ---- */

static maille_status read_properties(reading *in, const char *value) {
    maille_selection *s = &in->w->selection;
    maille_status status = split(in, value, &s->properties, &s->property_count);
    for (size_t i = 0; i < s->property_count && !status; i++)
        if (!property_of(in, s->properties[i]))
            status = no_property(in, "properties", s->properties[i]);
    if (!status && s->property_count == 0)
        status = REFUSE(in, "properties : des noms étaient attendus, pas « %s »",
                        "properties: names were expected, not \"%s\"", value);
    return status;
}

static maille_status read_sortby(reading *in, const char *value) {
    const char *const *parts = NULL;
    size_t count = 0;
    maille_status status = split(in, value, &parts, &count);
    if (!status && count == 0)
        status = REFUSE(in, "sortby : des noms étaient attendus, pas « %s »",
                        "sortby: names were expected, not \"%s\"", value);
    struct maille_sort *sort = block(in, count, sizeof *sort);
    if (!sort)
        return maille_no_memory(in->v->ctx);
    for (size_t i = 0; i < count && !status; i++) {
        /* "+" of a query comes as a blank where it is read as forms are. */
        const char *name = parts[i] + (strchr("+- ", parts[i][0]) != NULL);
        sort[i] = (struct maille_sort){name, parts[i][0] == '-'};
        if (!property_of(in, name))
            status = no_property(in, "sortby", name);
    }
    in->w->selection.sort = sort;
    in->w->selection.sort_count = status ? 0 : count;
    return status;
}

static maille_status read_skip_geometry(reading *in, const char *value) {
    in->w->selection.without_geometry = strcmp(value, "true") == 0;
    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
        return MAILLE_OK;
    return REFUSE(in, "skipGeometry : true ou false était attendu, pas « %s »",
                  "skipGeometry: true or false was expected, not \"%s\"", value);
}

/* ---- all of them ---- */

static const struct {
    const char *key;
    wanted_kind least; /* of which kinds it is a parameter: this one and those after it */
    maille_status (*read)(reading *in, const char *value);
} readers[] = {
    {"limit", WANTED_PAGE, read_limit},
    {"offset", WANTED_PAGE, read_offset},
    {"bbox", WANTED_ALL, read_bbox},
    {"bbox-crs", WANTED_ALL, read_bbox_crs},
    {"crs", WANTED_FEATURE, read_crs},
    {"datetime", WANTED_ALL, read_datetime},
    {"filter", WANTED_ALL, read_filter},
    {"filter-lang", WANTED_ALL, read_filter_lang},
    {"filter-crs", WANTED_ALL, read_filter_crs},
    {"properties", WANTED_ALL, read_properties},
    {"sortby", WANTED_ALL, read_sortby},
    {"skipGeometry", WANTED_ALL, read_skip_geometry},
    {"q", WANTED_ALL, read_q},
    {"departement", WANTED_ALL, read_departement},
    {"commune", WANTED_ALL, read_commune},
};

/* What every address takes is the router's. */
static bool is_everywhere(const char *key) {
    return strcmp(key, "f") == 0 || strcmp(key, "lang") == 0 || strcmp(key, "audience") == 0;
}

static maille_status read_one(reading *in, const parameter *p, wanted_kind kind) {
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strcmp(readers[i].key, p->key) == 0 && readers[i].least <= kind)
            return readers[i].read(in, p->value);
    const maille_property *property = kind == WANTED_FEATURE ? NULL : property_of(in, p->key);
    if (property)
        return add_equals(in, property, p->value);
    return REFUSE(in, "« %s » n'est ni un paramètre de cette adresse ni une propriété de « %s »",
                  "\"%s\" is neither a parameter of this address nor a property of \"%s\"", p->key,
                  in->layer->def->id);
}

static maille_status read_all(reading *in, wanted_kind kind) {
    const request *r = in->r;
    bool form = ogc_is(r, "html");
    for (size_t i = 0; i < r->parameter_count; i++) {
        const parameter *p = &r->parameters[i];
        if (is_everywhere(p->key) || (form && !*p->value))
            continue;
        maille_status status = read_one(in, p, kind);
        if (status)
            return status;
    }
    maille_selection *s = &in->w->selection;
    s->epsg = in->w->crs->epsg;
    s->latitude_first = in->w->crs->latitude_first;
    maille_status status = s->has_box ? bring_box(in) : MAILLE_OK;
    return status ? status : combine_filters(in);
}

maille_status wanted_read(view *v, const request *r, const maille_layer_state *layer,
                          wanted_kind kind, wanted *out) {
    reading in = {.v = v,
                  .r = r,
                  .layer = layer,
                  .w = out,
                  .box_crs = &reference_systems[0],
                  .filter_crs = &reference_systems[0]};
    maille_status status;
    *out = (wanted){.crs = &reference_systems[0]};
    out->selection.limit = kind == WANTED_PAGE ? (int64_t)v->service->config->limit : -1;
    out->selection.narrowed = r->narrowed.narrowed;
    out->selection.narrowed_count = r->narrowed.narrowed_count;
    MAILLE_TRY(maille_layer_properties(v->ctx, ogc_catalogue(v, r), layer->def->id,
                                       &out->properties, &out->property_count));
    MAILLE_TRY(read_all(&in, kind));
    out->selection.filter = out->filter;
done:
    maille_strbuf_free(&in.among);
    if (status)
        wanted_free(out);
    return status;
}

void wanted_free(wanted *w) {
    maille_cql_free(w->filter);
    *w = (wanted){0};
}
