/* A portrait as JSON. */
#include <maille/portrait.h>
#include <maille/tell.h>

#include <maille/map.h>
#include <math.h>
#include <stdlib.h>

static void add_services(const maille_portrait *p, maille_jout *j, const maille_figures *f) {
    const maille_ground *g = p->ground;
    maille_j_open(j, "services", '[');
    for (uint32_t s = 0; s < g->service_count; s++) {
        const maille_service_figures *v = &f->services[s];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", g->services[s].id);
        maille_j_int(j, "lieux", v->places);
        maille_j_number(j, "offre", v->amount);
        maille_j_open(j, "part_dans", '[');
        for (uint32_t b = 0; b < g->services[s].band_count; b++) {
            maille_j_open(j, NULL, '{');
            maille_j_number(j, "minutes", g->services[s].bands_min[b]);
            maille_j_number(j, "part", v->within[b]);
            maille_j_close(j, '}');
        }
        maille_j_close(j, ']');
        maille_j_number(j, "apl", v->apl);
        maille_j_number(j, "temps_moyen_min", v->mean_min);
        maille_j_number(j, "population_non_atteinte", v->population_unreached);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

static void add_indicators(const maille_portrait *p, maille_jout *j, const maille_figures *f) {
    const maille_ground *g = p->ground;
    maille_j_open(j, "indicateurs", '[');
    for (uint32_t i = 0; i < g->indicator_count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "id", g->indicators[i].id);
        maille_j_text(j, "titre", g->indicators[i].title);
        maille_j_text(j, "unite", g->indicators[i].unit);
        maille_j_text(j, "source", g->indicators[i].source);
        maille_j_text(j, "agregation", g->indicators[i].how == MAILLE_SUM ? "somme" : "moyenne");
        maille_j_number(j, "valeur", f->indicators ? f->indicators[i] : NAN);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_open(j, "ages", '[');
    for (uint32_t i = 0; i < g->age_count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_number(j, "de", g->ages[i].from);
        maille_j_number(j, "a", g->ages[i].to);
        maille_j_number(j, "population", f->ages ? f->ages[i] : NAN);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

static void add_side(const maille_portrait *p, maille_jout *j, const char *key, size_t side) {
    const maille_figures *f = p->f[side];
    if (!f) {
        maille_j_text(j, key, NULL);
        return;
    }
    maille_j_open(j, key, '{');
    maille_j_text(j, "nom", p->titles[side]);
    maille_j_int(j, "communes", f->communes);
    maille_j_number(j, "population", f->population);
    maille_j_text(j, "taille", f->size_class);
    maille_j_int(j, "population_inconnue", f->unknown_population);
    maille_j_number(j, "surface_km2", f->area_m2 / 1e6);
    maille_j_number(j, "densite", f->density);
    add_services(p, j, f);
    add_indicators(p, j, f);
    maille_j_close(j, '}');
}

static void add_shape(const maille_portrait *p, maille_jout *j, const maille_figures *f) {
    const maille_ground *g = p->ground;
    bool met = f->longest_from != MAILLE_ABSENT && !isnan(f->longest_min);
    maille_j_number(j, "jusqu_a_la_taille_suivante", f->to_upper);
    maille_j_number(j, "au_dessus_du_seuil", f->to_lower);
    maille_j_number(j, "perimetre_km", f->outline_m / 1000);
    maille_j_number(j, "polsby_popper", f->polsby_popper);
    maille_j_number(j, "reock", f->reock);
    maille_j_number(j, "enveloppe_convexe", f->hull_ratio);
    maille_j_int(j, "parties_par_frontiere", f->parts_by_border);
    maille_j_int(j, "parties", f->parts);
    maille_j_int(j, "trous", f->holes);
    maille_j_number(j, "trajet_max_min", f->longest_min);
    maille_j_text(j, "trajet_de", met ? g->code[f->longest_from] : NULL);
    maille_j_text(j, "trajet_vers", met ? g->code[f->longest_to] : NULL);
    maille_j_int(j, "paires_sans_route", f->pairs_beyond);
    maille_j_number(j, "trajets_cherches_jusqu_a_min", p->drives_up_to_min);
    maille_j_text(j, "rencontre", f->meeting == MAILLE_ABSENT ? NULL : g->code[f->meeting]);
    maille_j_number(j, "rencontre_max_min", f->meeting_max_min);
    maille_j_number(j, "rencontre_moyenne_min", f->meeting_mean_min);
    maille_j_bool(j, "estime", g->estimated);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool holds(const maille_portrait *p, uint32_t unit) {
    return bsearch(&unit, p->units, p->count, sizeof unit, by_number) != NULL;
}

/* Codes of a group that the list lacks. */
static void add_missing(const maille_portrait *p, maille_jout *j, const maille_partition *of,
                        uint32_t group) {
    const maille_ground *g = p->ground;
    const char **codes = maille_alloc((size_t)g->count + 1, sizeof *codes);
    size_t count = 0;
    for (uint32_t i = 0; codes && i < g->count; i++)
        if (of->of_commune[i] == group && !holds(p, i))
            codes[count++] = g->code[i];
    maille_j_texts(j, "manquent", codes, count);
    maille_free((void *)codes);
}

static void add_crosswalks(const maille_portrait *p, maille_jout *j) {
    const maille_figures *f = p->f[MAILLE_SELF];
    maille_j_open(j, "croisements", '[');
    for (uint32_t i = 0; i < f->crosswalk_count; i++) {
        const maille_crosswalk *c = &f->crosswalks[i];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "decoupage", c->partition->name);
        maille_j_int(j, "hors", c->outside);
        maille_j_open(j, "groupes", '[');
        for (uint32_t k = 0; k < c->count; k++) {
            const maille_crossing *x = &c->items[k];
            maille_j_open(j, NULL, '{');
            maille_j_text(j, "id", c->partition->id[x->group]);
            maille_j_text(j, "nom", maille_group_name(c->partition, x->group));
            maille_j_int(j, "communes", x->common);
            maille_j_number(j, "population", x->population);
            maille_j_number(j, "part", x->part_of_list);
            maille_j_number(j, "part_du_groupe", x->part_of_group);
            add_missing(p, j, c->partition, x->group);
            maille_j_close(j, '}');
        }
        maille_j_close(j, ']');
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

static void add_identity(const maille_portrait *p, maille_jout *j) {
    const maille_perimeter *of = p->perimeter;
    if (!of)
        return;
    maille_j_text(j, "id", of->id);
    maille_j_text(j, "nom", of->name);
    maille_j_text(j, "genre", of->kind);
    maille_j_text(j, "contact", of->contact);
    maille_j_statuses(j, of);
    maille_j_open(j, "sous_zones", '[');
    for (size_t i = 0; i < p->zone_count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "nom", p->zones[i].name);
        maille_j_int(j, "communes", p->zones[i].communes);
        maille_j_number(j, "population", p->zones[i].population);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_int(j, "membres_disparus", of->member_count - p->count);
}

static void add_links(const maille_portrait *p, maille_jout *j) {
    const maille_ground *g = p->ground;
    maille_j_open(j, "liens_routiers", '[');
    for (uint32_t i = 0; i < p->link_count; i++) {
        const maille_link *link = &g->links[p->links[i]];
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "a", g->code[link->a]);
        maille_j_text(j, "b", g->code[link->b]);
        maille_j_number(j, "minutes", link->minutes);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

void maille_portrait_members(const maille_portrait *portrait, maille_jout *j) {
    static const char *const keys[MAILLE_SIDES] = {"ensemble", "departement", "region", "etude"};
    add_identity(portrait, j);
    add_shape(portrait, j, portrait->f[MAILLE_SELF]);
    add_links(portrait, j);
    for (size_t i = 0; i < MAILLE_SIDES; i++)
        add_side(portrait, j, keys[i], i);
    add_crosswalks(portrait, j);
}
