/* The figures of maille territory show as people read them. */
#include "cli/territory_show.h"

#include <maille/map.h>
#include <math.h>
#include <string.h>

/* ---- beside each other
 * -------------------------------------------------------------------------- */

typedef struct {
    const portrait *p;
    text_table table;
} sides;

/* A row: one number of each side. */
typedef struct {
    number of[MAILLE_SIDES];
} numbers;

static void add_side_row(sides *s, const char *title, const numbers *n) {
    text_table_add(&s->table, (const char *const[]){
                                  title, n->of[MAILLE_SELF].text, n->of[MAILLE_DEPARTMENT].text,
                                  n->of[MAILLE_REGION].text, n->of[MAILLE_STUDY].text});
}

#define SIDE_ROW(s, title, expression)                                                             \
    do {                                                                                           \
        numbers row = {{{"–"}, {"–"}, {"–"}, {"–"}}};                                              \
        for (size_t side = 0; side < MAILLE_SIDES; side++) {                                       \
            const maille_figures *f = (s)->p->of->f[side];                                         \
            if (f)                                                                                 \
                row.of[side] = (expression);                                                       \
        }                                                                                          \
        add_side_row((s), (title), &row);                                                          \
    } while (0)

static void add_service(sides *s, uint32_t i) {
    const maille_ground_service *service = &s->p->t->ground->services[i];
    territory *t = s->p->t;
    const char *title = service->title ? service->title : service->id;
    SIDE_ROW(s, text_of(t, "%s : lieux", title), in_french(f->services[i].places, 0));
    SIDE_ROW(s, text_of(t, "%s : offre", title), in_french(f->services[i].amount, 1));
    for (uint32_t b = 0; b < service->band_count; b++)
        SIDE_ROW(
            s, text_of(t, "%s : à %s min au plus", title, in_french(service->bands_min[b], 0).text),
            in_percent(f->services[i].within[b]));
    SIDE_ROW(s, text_of(t, "%s : temps moyen (min)", title), in_french(f->services[i].mean_min, 1));
    if (service->apl)
        SIDE_ROW(s, text_of(t, "%s : APL", title), in_french(f->services[i].apl, 3));
}

static number class_of(const maille_figures *f) {
    number out;
    snprintf(out.text, sizeof out.text, "%s", f->size_class ? f->size_class : "hors classe");
    return out;
}

static void add_indicators(sides *s) {
    const maille_ground *g = s->p->t->ground;
    territory *t = s->p->t;
    for (uint32_t i = 0; i < g->age_count; i++) {
        const char *title = isinf(g->ages[i].to)
                                ? text_of(t, "%s ans et plus", in_french(g->ages[i].from, 0).text)
                                : text_of(t, "%s à %s ans", in_french(g->ages[i].from, 0).text,
                                          in_french(g->ages[i].to, 0).text);
        SIDE_ROW(s, title, f->ages ? in_french(f->ages[i], 0) : (number){"–"});
    }
    for (uint32_t i = 0; i < g->indicator_count; i++) {
        const maille_indicator *one = &g->indicators[i];
        SIDE_ROW(s,
                 text_of(t, "%s%s%s%s%s%s", one->title ? one->title : one->id,
                         one->unit ? " (" : "", one->unit ? one->unit : "", one->unit ? ")" : "",
                         one->source ? ", " : "", one->source ? one->source : ""),
                 f->indicators ? in_french(f->indicators[i], 2) : (number){"–"});
    }
}

static void print_sides(const portrait *p) {
    sides s = {
        .p = p,
        .table = {.columns = MAILLE_SIDES + 1,
                  .titles = {"", p->of->titles[MAILLE_SELF],
                             or_dash(p->of->titles[MAILLE_DEPARTMENT]),
                             or_dash(p->of->titles[MAILLE_REGION]), p->of->titles[MAILLE_STUDY]},
                  .right = {false, true, true, true, true}}};
    SIDE_ROW(&s, "communes", in_french(f->communes, 0));
    SIDE_ROW(&s, "population", in_french(f->population, 0));
    SIDE_ROW(&s, "surface (km²)", in_french(f->area_m2 / 1e6, 1));
    SIDE_ROW(&s, "densité (hab./km²)", in_french(f->density, 1));
    SIDE_ROW(&s, "taille", class_of(f));
    add_indicators(&s);
    for (uint32_t i = 0; i < p->t->ground->service_count; i++)
        add_service(&s, i);
    text_table_print(&s.table);
    text_table_free(&s.table);
}

/* ---- of itself
 * ---------------------------------------------------------------------------------- */

static void print_identity(const portrait *p) {
    const maille_perimeter *of = p->of->perimeter;
    if (!of)
        return;
    printf("%s %s (%s)%s%s\n", of->id, of->name, of->kind, of->contact ? ", contact : " : "",
           of->contact ? of->contact : "");
    for (uint32_t i = 0; i < of->status_count; i++)
        printf("  %s depuis %s%s%s\n", of->statuses[i].status, or_dash(of->statuses[i].since),
               of->statuses[i].by ? ", avec " : "", of->statuses[i].by ? of->statuses[i].by : "");
    if (of->member_count > p->of->count)
        printf("  %u membre%s hors du millésime des communes\n", of->member_count - p->of->count,
               plural(of->member_count - p->of->count));
    for (size_t i = 0; i < p->of->zone_count; i++) {
        const maille_sub_zone *zone = &p->of->zones[i];
        printf("  sous-zone %s : %u commune%s, %s habitants\n", zone->name, zone->communes,
               plural(zone->communes), in_french(zone->population, 0).text);
    }
}

static void print_size(const maille_figures *f) {
    printf("taille %s", f->size_class ? f->size_class : "hors classe");
    if (!isnan(f->to_lower))
        printf(" ; %s habitants au-dessus de son seuil", in_french(f->to_lower, 0).text);
    if (!isnan(f->to_upper))
        printf(" ; %s de moins que la taille suivante", in_french(f->to_upper, 0).text);
    printf("\n");
}

static void print_pieces(const portrait *p) {
    const maille_ground *g = p->t->ground;
    const maille_figures *f = p->of->f[MAILLE_SELF];
    printf("morceaux : %u par frontière, %u par frontière ou par route ; trous : %u\n",
           f->parts_by_border, f->parts, f->holes);
    for (uint32_t i = 0; i < p->of->link_count; i++) {
        const maille_link *link = &g->links[p->of->links[i]];
        printf("  lien routier %s – %s : %s min\n", g->name[link->a], g->name[link->b],
               in_french(link->minutes, 1).text);
    }
}

static void print_drives(const portrait *p) {
    const maille_ground *g = p->t->ground;
    const maille_figures *f = p->of->f[MAILLE_SELF];
    if (!g->time_start) {
        printf("trajets : non calculés (maille compute times)\n");
        return;
    }
    if (f->pairs_beyond)
        printf("plus long trajet : – (%u trajet%s sans route)\n", f->pairs_beyond,
               plural(f->pairs_beyond));
    else if (!isnan(f->longest_min))
        printf("plus long trajet : %s min, de %s à %s\n", in_french(f->longest_min, 1).text,
               f->longest_from == MAILLE_ABSENT ? "–" : g->name[f->longest_from],
               f->longest_to == MAILLE_ABSENT ? "–" : g->name[f->longest_to]);
    if (f->meeting != MAILLE_ABSENT)
        printf("lieu de rencontre : %s, à %s min au plus, %s en moyenne\n", g->name[f->meeting],
               in_french(f->meeting_max_min, 1).text, in_french(f->meeting_mean_min, 1).text);
    if (g->estimated)
        printf("temps estimés à vol d’oiseau : aucune route n’est chargée\n");
}

/* ---- crosswalks
 * ---------------------------------------------------------------------------------- */

static void print_crosswalks(const portrait *p) {
    const maille_figures *f = p->of->f[MAILLE_SELF];
    text_table table = {.columns = 7,
                        .titles = {"découpage", "groupe", "communes", "population", "part",
                                   "part du groupe", "il en manque"},
                        .right = {[2] = true, [3] = true, [4] = true, [5] = true, [6] = true}};
    for (uint32_t i = 0; i < f->crosswalk_count; i++) {
        const maille_crosswalk *c = &f->crosswalks[i];
        for (uint32_t k = 0; k < c->count; k++) {
            const maille_crossing *x = &c->items[k];
            text_table_add(
                &table, (const char *const[]){
                            k ? "" : c->partition->name, maille_group_name(c->partition, x->group),
                            in_french(x->common, 0).text, in_french(x->population, 0).text,
                            in_percent(x->part_of_list).text, in_percent(x->part_of_group).text,
                            in_french(x->missing, 0).text});
        }
        if (c->outside)
            text_table_add(&table, (const char *const[]){
                                       c->count ? "" : c->partition->name, "hors de tout groupe",
                                       in_french(c->outside, 0).text, "", "", "", ""});
    }
    if (table.rows) {
        printf("\n");
        text_table_print(&table);
    }
    text_table_free(&table);
}

void print_portrait(const portrait *p) {
    const maille_figures *f = p->of->f[MAILLE_SELF];
    print_identity(p);
    print_size(f);
    print_pieces(p);
    printf("compacité : Polsby-Popper %s, Reock %s, enveloppe convexe %s\n",
           in_french(f->polsby_popper, 3).text, in_french(f->reock, 3).text,
           in_french(f->hull_ratio, 3).text);
    print_drives(p);
    printf("\n");
    print_sides(p);
    print_crosswalks(p);
    if (p->flags.count)
        printf("\n");
    print_flags(&p->flags, "");
}
