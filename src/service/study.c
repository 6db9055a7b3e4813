/* What the study is: places, kinds of perimeters, groupings, services and the rules that it goes
 * by, each with its reference. A map begins with it. */
#include "service/catalogue.h"
#include "service/perimeters.h"
#include "service/world.h"

#include <maille/portrait.h>
#include <math.h>
#include <string.h>

/* ---- places ---- */

static maille_status add_department(view *v, const maille_ground *ground, uint32_t d,
                                    maille_jout *j) {
    const maille_partition *all = &ground->department;
    const maille_value code = maille_text_value(all->id[d]);
    const maille_filter inside = maille_equals("department", &code);
    double box[4], population = 0;
    uint32_t communes = 0;
    maille_status status = maille_store_extent(v->ctx, v->store, "commune", &inside, box);
    for (uint32_t i = 0; i < ground->count; i++)
        if (all->of_commune[i] == d) {
            communes++;
            population += ground->population[i];
        }
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "code", all->id[d]);
    maille_j_text(j, "nom", maille_group_name(all, d));
    maille_j_int(j, "communes", communes);
    maille_j_number(j, "population", population);
    catalogue_box(j, "etendue", box);
    maille_j_close(j, '}');
    return status;
}

static maille_status add_places(view *v, const maille_ground *ground, maille_jout *j) {
    double box[4];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_extent(v->ctx, v->store, "commune", NULL, box));
    catalogue_box(j, "etendue", box);
    maille_j_open(j, "departements", '[');
    for (uint32_t d = 0; d < ground->department.count; d++)
        MAILLE_TRY(add_department(v, ground, d, j));
    maille_j_close(j, ']');
done:
    return status;
}

/* ---- kinds of perimeters ---- */

typedef struct {
    maille_jout *j;
    bool has_default;
} kinds;

static void add_kind(maille_jout *j, const view *v, const request *r, const char *kind,
                     uint32_t perimeters) {
    const maille_title *title =
        maille_kind_title(maille_catalogue_names(ogc_catalogue(v, r)), kind);
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "id", kind);
    maille_j_text(j, "titre", title ? ogc_title(r, title) : kind);
    maille_j_int(j, "perimetres", perimeters);
    maille_j_close(j, '}');
}

static maille_status count_kind(picture *p, void *user) {
    kinds *k = user;
    if (picture_is_told(p))
        add_kind(k->j, p->v, p->r, p->kind, picture_seen(p));
    k->has_default |= strcmp(p->kind, KIND_OF_DEFAULT) == 0;
    return MAILLE_OK;
}

static maille_status add_kinds(view *v, const request *r, const maille_loaded *loaded,
                               maille_jout *j) {
    const scope now = {.scenario = ""};
    kinds k = {.j = j};
    maille_j_open(j, "genres", '[');
    maille_status status = picture_each(v, r, &now, loaded, count_kind, &k);
    if (!k.has_default)
        add_kind(j, v, r, KIND_OF_DEFAULT, 0);
    maille_j_close(j, ']');
    return status;
}

/* ---- groupings and services ---- */

static void add_groupings(const view *v, const request *r, const maille_ground *ground,
                          maille_jout *j) {
    maille_j_open(j, "groupements", '[');
    for (uint32_t i = 0; i < ground->grouping_count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", ground->groupings[i].name);
        maille_j_text(j, "titre", catalogue_grouping(v, r, ground->groupings[i].name));
        maille_j_int(j, "groupes", ground->groupings[i].count);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

static void add_services(const request *r, const maille_study *study, maille_jout *j) {
    maille_j_open(j, "services", '[');
    for (size_t i = 0; i < study->service_count; i++) {
        const maille_service *s = &study->services[i];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", s->id);
        maille_j_text(j, "titre", ogc_title(r, &s->title));
        maille_j_open(j, "tranches_min", '[');
        for (size_t b = 0; b < s->band_count; b++)
            maille_j_number(j, NULL, s->bands_min[b]);
        maille_j_close(j, ']');
        maille_j_text(j, "alternative_a", s->alternative_to);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

/* ---- rules ---- */

static void open_rules(maille_jout *j, const char *key, const request *r,
                       const maille_rule_head *head) {
    maille_j_open(j, key, '{');
    maille_j_text(j, "id", head->id);
    maille_j_text(j, "titre", ogc_title(r, &head->title));
    maille_j_text(j, "reference", head->source);
    maille_j_text(j, "depuis", head->valid_from);
}

/* Bounds that are in the class say so. */
static void add_sizes(const request *r, const maille_size_rules *sizes, maille_jout *j) {
    open_rules(j, "tailles", r, &sizes->head);
    maille_j_open(j, "classes", '[');
    for (size_t i = 0; i < sizes->count; i++) {
        const maille_size_class *c = &sizes->classes[i];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", c->id);
        maille_j_number(j, "de", c->from);
        maille_j_number(j, "a", c->to);
        maille_j_bool(j, "de_compris", c->from_included);
        maille_j_bool(j, "a_compris", c->to_included);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_number(j, "plancher", sizes->least > 0 ? sizes->least : NAN);
    maille_j_number(j, "plafond", sizes->most);
    maille_j_texts(j, "genres", sizes->kinds, sizes->kind_count);
    maille_j_close(j, '}');
}

static void add_statuses(const request *r, const maille_publication_rules *rules, maille_jout *j) {
    maille_j_open(j, "statuts", '[');
    for (size_t i = 0; i < rules->count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", rules->statuses[i].id);
        maille_j_text(j, "titre", ogc_title(r, &rules->statuses[i].title));
        maille_j_bool(j, "public", rules->statuses[i].published);
        maille_j_bool(j, "actif", rules->statuses[i].active);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    open_rules(j, "publication", r, &rules->head);
    maille_j_close(j, '}');
}

static void add_zoning(const request *r, const maille_zoning_rules *rules, const char *unit,
                       maille_jout *j) {
    if (!rules) {
        maille_j_text(j, "zonage", NULL);
        return;
    }
    open_rules(j, "zonage", r, &rules->head);
    maille_j_text(j, "unite", unit);
    maille_j_close(j, '}');
}

/* ---- the background of the map ---- */

static void add_background(const view *v, maille_jout *j) {
    const maille_serve_config *config = v->service->config;
    if (!config->tiles) {
        maille_j_text(j, "fond", NULL);
        return;
    }
    maille_j_open(j, "fond", '{');
    maille_j_text(j, "url", config->tiles);
    maille_j_text(j, "attribution", config->tiles_attribution);
    maille_j_close(j, '}');
}

/* ---- when ---- */

/* What strokes run again tells of drafts, not of what is shown. */
static bool is_of_strokes(const char *step) {
    return strcmp(step, "members") == 0 || strcmp(step, "versions") == 0;
}

/* The day on which something of what the audience sees was last computed; NULL: nothing was. */
static const char *day_of(const view *v, const request *r) {
    const maille_table *runs = v->world->print.runs;
    const maille_column *steps = &runs->columns[maille_table_column(runs, "step")];
    const maille_column *audiences = &runs->columns[maille_table_column(runs, "audience")];
    const maille_column *at = &runs->columns[maille_table_column(runs, "at")];
    const char *last = NULL;
    for (size_t i = 0; i < runs->rows; i++) {
        const char *audience = audiences->texts[i];
        bool seen = !*audience || strcmp(audience, maille_audience_name(r->audience)) == 0;
        if (seen && !is_of_strokes(steps->texts[i]) && (!last || strcmp(last, at->texts[i]) < 0))
            last = at->texts[i];
    }
    return last ? maille_arena_strndup(r->arena, last, strlen("2026-01-31")) : NULL;
}

/* ---- the answer ---- */

static maille_status add_head(view *v, const request *r, maille_jout *j) {
    const char *title = NULL;
    char *id = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ogc_study(v, r, &title));
    MAILLE_TRY(maille_store_get(v->ctx, v->store, "study", &id));
    maille_j_text(j, "id", id);
    maille_j_text(j, "titre", title);
    maille_j_text(j, "audience", maille_audience_name(r->audience));
    maille_j_text(j, "date", day_of(v, r));
done:
    maille_free(id);
    return status;
}

maille_status answer_study(view *v, const request *r, reply *out) {
    static const char *const modes[] = {"voiture", "pied"};
    const maille_catalogue *catalogue = ogc_catalogue(v, r);
    const maille_study *study = maille_catalogue_study(catalogue);
    const maille_loaded *loaded = NULL;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        return MAILLE_OK;
    const maille_ground *ground = maille_loaded_ground(loaded);
    maille_j_open(&j, NULL, '{');
    MAILLE_TRY(add_head(v, r, &j));
    MAILLE_TRY(add_places(v, ground, &j));
    MAILLE_TRY(add_kinds(v, r, loaded, &j));
    add_groupings(v, r, ground, &j);
    add_services(r, study, &j);
    add_statuses(r, maille_catalogue_publication(catalogue), &j);
    add_sizes(r, maille_loaded_rules(loaded)->sizes, &j);
    add_zoning(r, maille_catalogue_zoning(catalogue), study->zoning_unit, &j);
    maille_j_texts(&j, "modes", modes, ground->has_roads ? 2 : 0);
    add_background(v, &j);
    maille_j_bool(&j, "estime", ground->estimated);
    maille_j_close(&j, '}');
done:
    out->body = j.s;
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
    return ogc_end(v, r, out, status);
}
