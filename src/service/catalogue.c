/* What there is to look at, for a map that knows nothing of it beforehand: the layers with all that
 * their definitions tell, and what is not there with what it lacks. */
#include "service/catalogue.h"

#include <maille/hash.h>
#include <maille/version.h>
#include <math.h>
#include <string.h>

static const char *title_of(const request *r, const char *const title[2]) {
    return title[ogc_english(r)];
}

/* ---- properties and legends ---- */

static const char *const types[] = {
    [MAILLE_P_TEXT] = "text", [MAILLE_P_INT] = "int",     [MAILLE_P_NUMBER] = "number",
    [MAILLE_P_BOOL] = "bool", [MAILLE_P_TEXTS] = "texts",
};

static bool is_text(const maille_property *p) {
    return p->type == MAILLE_P_TEXT || p->type == MAILLE_P_TEXTS;
}

static void add_property(maille_jout *j, const request *r, const maille_property *p) {
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "nom", p->name);
    maille_j_text(j, "titre", title_of(r, p->title));
    maille_j_text(j, "sens", title_of(r, p->meaning));
    maille_j_text(j, "unite", p->unit);
    maille_j_text(j, "type", types[p->type]);
    maille_j_int(j, "decimales", p->type == MAILLE_P_NUMBER ? p->decimals : 0);
    maille_j_close(j, '}');
}

/* A category as features have it, or the upper bound of a class; null: there is none above. */
static void add_legend(maille_jout *j, const request *r, const maille_legend *legend) {
    const maille_legend_def *def = legend->def;
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "titre", title_of(r, legend->title));
    maille_j_text(j, "propriete", legend->property->name);
    maille_j_text(j, "unite", legend->property->unit);
    maille_j_text(j, "manquant", def->missing_colour);
    maille_j_open(j, "entrees", '[');
    for (size_t i = 0; i < def->count; i++) {
        const char *value = def->entries[i].value;
        maille_j_open(j, NULL, '{');
        if (!value)
            maille_j_number(j, "jusqua", def->entries[i].upto);
        else if (is_text(legend->property))
            maille_j_text(j, "valeur", value);
        else
            maille_j_json(j, "valeur", value);
        maille_j_text(j, "couleur", def->entries[i].colour);
        maille_j_text(j, "titre", ogc_title(r, &def->entries[i].title));
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_close(j, '}');
}

const char *catalogue_key(const maille_layer_def *def, const maille_property *properties,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        const maille_property_def *p = properties[i].def;
        if (!p->from && !def->key_prefix && strcmp(p->column, def->key) == 0)
            return properties[i].name;
    }
    return NULL;
}

static maille_status add_properties(view *v, const request *r, const maille_layer_def *def,
                                    maille_jout *j) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    const maille_property *properties = NULL;
    const maille_legend *legends = NULL;
    size_t count = 0, legend_count = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_layer_properties(v->ctx, catalogue, def->id, &properties, &count));
    MAILLE_TRY(maille_layer_legends(v->ctx, catalogue, def->id, &legends, &legend_count));
    maille_j_open(j, "proprietes", '[');
    for (size_t i = 0; i < count; i++)
        add_property(j, r, &properties[i]);
    maille_j_close(j, ']');
    maille_j_text(j, "cle", catalogue_key(def, properties, count));
    maille_j_open(j, "legendes", '[');
    for (size_t i = 0; i < legend_count; i++)
        add_legend(j, r, &legends[i]);
    maille_j_close(j, ']');
done:
    return status;
}

const char *catalogue_grouping(const view *v, const request *r, const char *grouping) {
    const maille_name_rules *names = maille_catalogue_names(ogc_catalogue(v, r));
    const maille_title *title = maille_grouping_title(names, grouping);
    return title ? ogc_title(r, title) : grouping;
}

/* ---- a layer ---- */

static maille_status count_objects(view *v, const request *r, const maille_layer_def *def,
                                   int64_t *out) {
    maille_items *items = NULL;
    const maille_selection selection = {.limit = -1,
                                        .without_geometry = true,
                                        .narrowed = r->narrowed.narrowed,
                                        .narrowed_count = r->narrowed.narrowed_count};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_items_open(v->ctx, ogc_catalogue(v, r), def->id, &selection, &items));
    MAILLE_TRY(maille_items_matched(v->ctx, items, out));
done:
    maille_items_free(items);
    return status;
}

void catalogue_box(maille_jout *j, const char *key, const double box[4]) {
    if (isnan(box[0])) {
        maille_j_text(j, key, NULL);
        return;
    }
    maille_j_open(j, key, '[');
    for (int i = 0; i < 4; i++) {
        maille_strbuf_add(&j->s, i ? "," : "");
        maille_json_fixed(&j->s, box[i], 7);
    }
    maille_j_close(j, ']');
}

static maille_status add_extent(view *v, const request *r, const maille_layer_def *def,
                                maille_jout *j) {
    double box[4];
    maille_status status = ogc_extent(v, r, def, box);
    if (!status)
        catalogue_box(j, "etendue", box);
    return status;
}

void catalogue_source(maille_jout *j, const char *key, const char *name, const char *vintage,
                      const char *licence) {
    maille_j_open(j, key, '{');
    maille_j_text(j, "nom", name);
    maille_j_text(j, "millesime", vintage);
    maille_j_text(j, "licence", licence);
    maille_j_close(j, '}');
}

static maille_status add_origin(view *v, const maille_json *members, maille_jout *j) {
    maille_strbuf parameters = {0};
    bool estimated = false;
    maille_status status = MAILLE_OK;
    const maille_json *sources = maille_json_get(members, "sources");
    maille_json_as_bool(maille_json_get(members, "estime"), &estimated);
    maille_j_bool(j, "estime", estimated);
    maille_j_text(j, "audience", maille_json_as_text(maille_json_get(members, "audience")));
    maille_j_text(j, "licence", maille_json_as_text(maille_json_get(members, "licence")));
    maille_j_open(j, "sources", '[');
    for (size_t i = 0; i < maille_json_count(sources); i++) {
        const maille_json *source = maille_json_at(sources, i);
        catalogue_source(j, NULL, maille_json_as_text(maille_json_get(source, "name")),
                         maille_json_as_text(maille_json_get(source, "vintage")),
                         maille_json_as_text(maille_json_get(source, "licence")));
    }
    maille_j_close(j, ']');
    MAILLE_TRY(maille_json_write(v->ctx, maille_json_get(members, "parameters"), &parameters));
    maille_j_json(j, "parametres", parameters.text);
done:
    maille_strbuf_free(&parameters);
    return status;
}

static void add_tiles(maille_jout *j, const maille_layer_def *def, const char *version) {
    maille_strbuf path = {0};
    maille_strbuf_addf(&path, "/tiles/%s/{z}/{x}/{y}?v=%s", def->id, version);
    j->s.failed = j->s.failed || path.failed;
    maille_j_text(j, "tuiles", def->geometry ? path.text : NULL);
    maille_strbuf_free(&path);
}

/* Another one whenever its features or what its definition makes of them may be others. It rests on
 * what files bear, so that it tells nothing of what who asks does not see. */
static maille_status version_of(view *v, const maille_layer_state *layer,
                                const maille_json *members, char version[17]) {
    maille_hasher *hasher = NULL;
    maille_sha256 definition, all;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_hash_file(v->ctx, layer->def->path, &definition));
    if (!(hasher = maille_hasher_new()))
        return maille_no_memory(v->ctx);
    maille_hasher_add_text(hasher, MAILLE_VERSION);
    maille_hasher_add_text(hasher, definition.hex);
    maille_hasher_add_text(hasher, layer->def->id);
    maille_hasher_add_text(hasher, layer->stale ? "stale" : "");
    maille_hasher_add_text(hasher, maille_json_as_text(maille_json_get(members, "workspace_hash")));
    maille_hasher_end(hasher, &all);
    memcpy(version, all.hex, 16);
    version[16] = '\0';
done:
    return status;
}

static maille_status add_layer(view *v, const request *r, const maille_layer_state *layer,
                               maille_jout *j) {
    const maille_layer_def *def = layer->def;
    maille_json *members = NULL; /* what a file of it bears */
    int64_t objects = 0;
    char version[17];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ogc_members(v, r, layer, &members));
    MAILLE_TRY(version_of(v, layer, members, version));
    MAILLE_TRY(count_objects(v, r, def, &objects));
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "id", def->id);
    maille_j_text(j, "titre", ogc_title(r, &def->title));
    maille_j_text(j, "description", ogc_title(r, &def->description));
    maille_j_text(j, "geometrie", def->geometry ? def->geometry_type : "none");
    add_tiles(j, def, version);
    maille_j_text(j, "version", version);
    maille_j_bool(j, "perime", layer->stale);
    maille_j_int(j, "objets", objects);
    MAILLE_TRY(add_extent(v, r, def, j));
    MAILLE_TRY(add_origin(v, members, j));
    MAILLE_TRY(add_properties(v, r, def, j));
    maille_j_close(j, '}');
done:
    maille_json_free(members);
    return status;
}

/* ---- all of them ---- */

/* The maps that the house shows together; who does not see the layer of one lacks it. */
static void add_views(view *v, const request *r, maille_jout *j) {
    size_t count = 0;
    const maille_view *all = maille_catalogue_views(ogc_catalogue(v, r), &count);
    maille_j_open(j, "vues", '[');
    for (size_t i = 0; i < count; i++) {
        const maille_view_def *def = all[i].def;
        bool there = all[i].layer && ogc_shown(r, all[i].layer);
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", def->id);
        maille_j_text(j, "titre", ogc_title(r, &def->title));
        maille_j_text(j, "description", ogc_title(r, &def->description));
        maille_j_text(j, "couche", def->layer);
        maille_j_text(j, "propriete", there ? all[i].property : NULL);
        maille_j_bool(j, "disponible", there);
        maille_j_text(j, "manque", there ? NULL : ogc_title(r, &def->lacking));
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

/* What cannot be shown yet. Of layers that tell départements apart by no means, an account that is
 * bound to some hears nothing. */
static void add_absent(view *v, const request *r, maille_jout *j) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    bool bound = r->narrowed.narrowed_count > 0;
    maille_j_open(j, "absentes", '[');
    for (size_t i = 0; i < maille_catalogue_count(catalogue); i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        const maille_layer_def *def = layer->def;
        if (layer->ready || (bound && def->by_audience && !def->departments_by))
            continue;
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", def->id);
        maille_j_text(j, "titre", ogc_title(r, &def->title));
        maille_j_text(j, "manque", layer->lacks);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

maille_status answer_layers(view *v, const request *r, reply *out) {
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    size_t count = maille_catalogue_count(catalogue);
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    maille_j_open(&j, NULL, '{');
    maille_j_open(&j, "couches", '[');
    for (size_t i = 0; i < count; i++) {
        const maille_layer_state *layer = maille_catalogue_layer(catalogue, i);
        if (ogc_shown(r, layer))
            MAILLE_TRY(add_layer(v, r, layer, &j));
    }
    maille_j_close(&j, ']');
    add_views(v, r, &j);
    add_absent(v, r, &j);
    maille_j_close(&j, '}');
done:
    out->body = j.s;
    /* A stroke moves what a bound account sees, and no world with it. */
    out->keep = r->narrowed.narrowed_count == 0;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}
