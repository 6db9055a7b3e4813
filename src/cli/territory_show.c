/* All figures of a perimeter or of any list of communes, beside département, region and study. */
#include "cli/territory_show.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void portrait_free(portrait *p) {
    for (size_t i = 0; i < SIDES; i++)
        maille_figures_free(p->f[i]);
    standing_free(p->plan);
    maille_free(p->links);
    MAILLE_VEC_FREE(&p->flags);
    MAILLE_VEC_FREE(&p->zones);
}

/* ---- what is shown
 * ------------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static maille_status portrait_of_codes(portrait *p) {
    territory *t = p->t;
    code_list codes = {0};
    maille_status status = MAILLE_OK;
    TRY(read_codes(t, &t->o, NULL, 0, &codes));
    p->units = maille_arena_alloc(t->arena, (codes.count + 1) * sizeof *p->units);
    if (!p->units) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    for (size_t i = 0; i < codes.count; i++)
        p->units[p->count++] = maille_ground_unit(t->ground, codes.items[i]);
    qsort(p->units, p->count, sizeof *p->units, by_number);
done:
    return status;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const sub_zone *)a)->name, ((const sub_zone *)b)->name);
}

static maille_status count_zone(portrait *p, const maille_member *member, uint32_t unit) {
    const maille_ground *g = p->t->ground;
    size_t at = 0;
    if (!member->zone)
        return MAILLE_OK;
    while (at < p->zones.count && strcmp(p->zones.items[at].name, member->zone) != 0)
        at++;
    if (at == p->zones.count && !MAILLE_VEC_PUSH(&p->zones, ((sub_zone){.name = member->zone})))
        return maille_no_memory(p->t->ctx);
    sub_zone *zone = &p->zones.items[at];
    zone->communes++;
    if (!isnan(g->population[unit]))
        zone->population += member->share * g->population[unit];
    return MAILLE_OK;
}

static maille_status portrait_of_members(portrait *p) {
    territory *t = p->t;
    size_t most = p->perimeter->member_count + (size_t)1;
    p->units = maille_arena_alloc(t->arena, most * sizeof *p->units);
    p->shares = maille_arena_alloc(t->arena, most * sizeof *p->shares);
    if (!p->units || !p->shares)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < p->perimeter->member_count; i++) {
        const maille_member *member = &p->perimeter->members[i];
        uint32_t unit = maille_ground_unit(t->ground, member->code);
        if (unit == MAILLE_ABSENT)
            continue;
        p->units[p->count] = unit;
        p->shares[p->count++] = member->share;
        maille_status status = count_zone(p, member, unit);
        if (status != MAILLE_OK)
            return status;
    }
    if (p->zones.count)
        qsort(p->zones.items, p->zones.count, sizeof *p->zones.items, by_name);
    return MAILLE_OK;
}

/* The group of a partition that most of the population is in. */
static uint32_t main_group(const maille_crosswalk *c) {
    uint32_t best = MAILLE_ABSENT;
    double most = -1;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->items[i].population > most) {
            most = c->items[i].population;
            best = c->items[i].group;
        }
    return best;
}

/* Figures of all units, or of one group of a partition. */
static maille_status side_figures(portrait *p, const maille_partition *of, uint32_t group,
                                  maille_figures **out) {
    const maille_ground *g = p->t->ground;
    uint32_t count = 0, *units = maille_alloc((size_t)g->count + 1, sizeof *units);
    if (!units)
        return maille_no_memory(p->t->ctx);
    for (uint32_t i = 0; i < g->count; i++)
        if (!of || of->of_commune[i] == group)
            units[count++] = i;
    maille_status status = maille_figures_new(p->t->ctx, g, maille_loaded_rules(p->t->loaded),
                                              units, NULL, count, MAILLE_WITH_SERVICES, out);
    maille_free(units);
    return status;
}

const char *group_name(const maille_partition *p, uint32_t group) {
    return p->title && p->title[group] ? p->title[group] : p->id[group];
}

static maille_status measure(portrait *p) {
    territory *t = p->t;
    const maille_ground *g = t->ground;
    const maille_partition *parts[] = {&g->department, &g->region};
    maille_status status = MAILLE_OK;
    p->titles[SELF] = p->perimeter ? p->perimeter->name : "la liste";
    p->titles[STUDY] = "l’étude";
    TRY(maille_figures_new(
        t->ctx, g, maille_loaded_rules_of(t->loaded, p->perimeter ? p->perimeter->kind : "cpts"),
        p->units, p->shares, p->count,
        MAILLE_WITH_DRIVES | MAILLE_WITH_SERVICES | MAILLE_WITH_CROSSWALKS, &p->f[SELF]));
    if (p->f[SELF]->pairs_beyond)
        TRY(maille_loaded_drives(t->ctx, t->loaded, p->units, p->shares, p->count, p->f[SELF]));
    for (uint32_t i = 0; i < 2 && i < p->f[SELF]->crosswalk_count; i++) {
        uint32_t group = main_group(&p->f[SELF]->crosswalks[i]);
        if (group == MAILLE_ABSENT)
            continue;
        p->titles[DEPARTMENT + i] = group_name(parts[i], group);
        TRY(side_figures(p, parts[i], group, &p->f[DEPARTMENT + i]));
    }
    TRY(side_figures(p, NULL, 0, &p->f[STUDY]));
done:
    return status;
}

/* ---- JSON
 * --------------------------------------------------------------------------------------- */

static void j_services(const portrait *p, maille_jout *j, const maille_figures *f) {
    const maille_ground *g = p->t->ground;
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

static void j_indicators(const portrait *p, maille_jout *j, const maille_figures *f) {
    const maille_ground *g = p->t->ground;
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

static void j_side(const portrait *p, maille_jout *j, const char *key, size_t side) {
    const maille_figures *f = p->f[side];
    if (!f) {
        maille_j_text(j, key, NULL);
        return;
    }
    maille_j_open(j, key, '{');
    maille_j_text(j, "nom", p->titles[side]);
    j_size(j, f);
    maille_j_int(j, "population_inconnue", f->unknown_population);
    maille_j_number(j, "surface_km2", f->area_m2 / 1e6);
    maille_j_number(j, "densite", f->density);
    j_services(p, j, f);
    j_indicators(p, j, f);
    maille_j_close(j, '}');
}

static void j_shape(const portrait *p, maille_jout *j, const maille_figures *f) {
    const maille_ground *g = p->t->ground;
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
    maille_j_text(j, "rencontre", f->meeting == MAILLE_ABSENT ? NULL : g->code[f->meeting]);
    maille_j_number(j, "rencontre_max_min", f->meeting_max_min);
    maille_j_number(j, "rencontre_moyenne_min", f->meeting_mean_min);
    maille_j_bool(j, "estime", g->estimated);
}

static bool holds(const portrait *p, uint32_t unit) {
    return bsearch(&unit, p->units, p->count, sizeof unit, by_number) != NULL;
}

/* Codes of a group that the list lacks. */
static void j_missing(const portrait *p, maille_jout *j, const maille_partition *of,
                      uint32_t group) {
    const maille_ground *g = p->t->ground;
    const char **codes = maille_alloc((size_t)g->count + 1, sizeof *codes);
    size_t count = 0;
    for (uint32_t i = 0; codes && i < g->count; i++)
        if (of->of_commune[i] == group && !holds(p, i))
            codes[count++] = g->code[i];
    maille_j_texts(j, "manquent", codes, count);
    maille_free((void *)codes);
}

static void j_crosswalks(const portrait *p, maille_jout *j) {
    const maille_figures *f = p->f[SELF];
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
            maille_j_text(j, "nom", group_name(c->partition, x->group));
            maille_j_int(j, "communes", x->common);
            maille_j_number(j, "population", x->population);
            maille_j_number(j, "part", x->part_of_list);
            maille_j_number(j, "part_du_groupe", x->part_of_group);
            j_missing(p, j, c->partition, x->group);
            maille_j_close(j, '}');
        }
        maille_j_close(j, ']');
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

static void j_identity(const portrait *p, maille_jout *j) {
    const maille_perimeter *of = p->perimeter;
    if (!of)
        return;
    maille_j_text(j, "id", of->id);
    maille_j_text(j, "nom", of->name);
    maille_j_text(j, "genre", of->kind);
    maille_j_text(j, "contact", of->contact);
    maille_j_open(j, "statuts", '[');
    for (uint32_t i = 0; i < of->status_count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "statut", of->statuses[i].status);
        maille_j_text(j, "depuis", of->statuses[i].since);
        maille_j_text(j, "avec", of->statuses[i].by);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_open(j, "sous_zones", '[');
    for (size_t i = 0; i < p->zones.count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "nom", p->zones.items[i].name);
        maille_j_int(j, "communes", p->zones.items[i].communes);
        maille_j_number(j, "population", p->zones.items[i].population);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
    maille_j_int(j, "membres_disparus", of->member_count - p->count);
}

static void j_links(const portrait *p, maille_jout *j) {
    const maille_ground *g = p->t->ground;
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

static maille_status print_json(const portrait *p) {
    static const char *const keys[SIDES] = {"ensemble", "departement", "region", "etude"};
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    j_identity(p, &j);
    j_shape(p, &j, p->f[SELF]);
    j_links(p, &j);
    for (size_t i = 0; i < SIDES; i++)
        j_side(p, &j, keys[i], i);
    j_crosswalks(p, &j);
    j_flags(&j, "constats", &p->flags);
    maille_j_close(&j, '}');
    return j_print(p->t->ctx, &j);
}

/* ---- show
 * --------------------------------------------------------------------------------------- */

static maille_status find_links(portrait *p) {
    uint32_t pieces = 0, *links = NULL, link_count = 0;
    uint32_t *piece_of = maille_alloc(p->count + 1u, sizeof *piece_of);
    if (!piece_of)
        return maille_no_memory(p->t->ctx);
    maille_status status = maille_pieces(p->t->ctx, p->t->ground, p->units, p->count, true, &pieces,
                                         piece_of, &links, &link_count);
    p->links = links;
    p->link_count = link_count;
    maille_free(piece_of);
    return status;
}

static maille_status find_flags(portrait *p, const maille_perimeter_list *list) {
    uint32_t claim;
    maille_status status = standing_new(p->t, list, p->perimeter->kind, &p->plan);
    if (status != MAILLE_OK)
        return status;
    claim = standing_find(p->plan, p->perimeter->id);
    return claim == MAILLE_ABSENT
               ? MAILLE_OK
               : say_flags(p->t, p->plan->kind, p->plan->plan, &p->plan->flags, claim, &p->flags);
}

static maille_status show(portrait *p) {
    maille_status status = MAILLE_OK;
    TRY(find_links(p));
    TRY(measure(p));
    if (p->t->o.json)
        TRY(print_json(p));
    else if (!p->t->o.quiet)
        print_portrait(p);
done:
    return status;
}

maille_status run_show(territory *t) {
    portrait p = {.t = t};
    maille_perimeter_list *list = NULL;
    maille_perimeter *old = NULL;
    bool of_list = t->o.codes || t->o.list;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, of_list ? 0 : 1, of_list ? 0 : 1));
    TRY(territory_ground(t, NEEDS_TIMES));
    if (of_list) {
        TRY(portrait_of_codes(&p));
    } else if (t->when.version) {
        TRY(maille_perimeter_load(t->ctx, t->store, t->scenario, t->words[0], &t->when, &old,
                                  NULL));
        p.perimeter = old;
        TRY(portrait_of_members(&p));
    } else {
        TRY(territory_perimeters(t, NULL, &list));
        TRY(territory_perimeter(t, list, t->words[0], &p.perimeter));
        TRY(portrait_of_members(&p));
        TRY(find_flags(&p, list));
    }
    TRY(show(&p));
done:
    portrait_free(&p);
    maille_perimeter_free(old);
    maille_perimeter_list_free(list);
    return status;
}
