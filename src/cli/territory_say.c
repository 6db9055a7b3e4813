/* Flags in French, one sentence each. */
#include "cli/territory.h"

#include <maille/map.h>
#include <math.h>
#include <string.h>

/* What a sentence is made of. */
typedef struct {
    const territory *t;
    const char *kind; /* of perimeter */
    const maille_flags *list;
    const maille_flag *flag;
    const char *const *ids; /* of the plan */
    const char *a, *b;
    maille_strbuf *s;
} saying;

enum { NAMED = 5 };

/* " : A, B, C et 3 autres" */
static void add_names(const saying *w) {
    const uint32_t *units = w->list->units + w->flag->first;
    uint32_t named = w->flag->count <= NAMED ? w->flag->count : NAMED - 1;
    for (uint32_t i = 0; i < named; i++)
        maille_strbuf_addf(w->s, "%s%s", i ? ", " : " : ", w->t->ground->name[units[i]]);
    if (w->flag->count > named)
        maille_strbuf_addf(w->s, " et %u autres", w->flag->count - named);
}

/* "3 communes (1 234 habitants)" */
static void add_extent(const saying *w) {
    maille_strbuf_addf(w->s, "%u commune%s (%s habitant%s)", w->flag->count, plural(w->flag->count),
                       in_french(w->flag->population, 0).text, plural(w->flag->population));
}

static void say_overlap(const saying *w) {
    maille_strbuf_addf(w->s, "%s et %s ", w->a, w->b);
    maille_strbuf_add(w->s,
                      w->flag->kind == MAILLE_FLAG_SHARED ? "partagent exprès " : "ont en commun ");
    add_extent(w);
    add_names(w);
}

static void say_overshared(const saying *w) {
    maille_strbuf_addf(w->s, "les parts dépassent 1 (somme %s)", in_french(w->flag->value, 3).text);
    add_names(w);
}

static void say_gap(const saying *w) {
    const maille_ground *g = w->t->ground;
    const maille_flag *f = w->flag;
    bool cpts = strcmp(w->kind, "cpts") == 0;
    maille_strbuf_addf(w->s, "zone blanche%s zb-%s%s%s, ", f->enclosed ? " enclavée" : "",
                       cpts ? "" : w->kind, cpts ? "" : "-", g->code[w->list->units[f->first]]);
    add_extent(w);
    add_names(w);
    if (f->places)
        maille_strbuf_addf(w->s, " ; %u lieu%s de soins", f->places, f->places > 1 ? "x" : "");
    for (uint32_t i = 0; i < f->taker_count; i++) {
        const maille_taker *taker = &w->list->takers[f->first_taker + i];
        maille_strbuf_addf(w->s, "%s%s (%s habitants après, %s)",
                           i ? ", " : " ; voisins : ", w->ids[taker->claim],
                           in_french(taker->population_after, 0).text,
                           taker->size_after ? taker->size_after : "hors classe");
    }
}

static void say_parts(const saying *w) {
    maille_strbuf_addf(w->s, "%s est en %s morceaux ; à part, ", w->a,
                       in_french(w->flag->value, 0).text);
    add_extent(w);
    add_names(w);
}

static void say_links(const saying *w) {
    const maille_ground *g = w->t->ground;
    maille_strbuf_addf(w->s, "%s n’est d’un seul tenant que par la route", w->a);
    for (uint32_t i = 0; i < w->flag->link_count; i++) {
        const maille_link *link = &g->links[w->list->links[w->flag->first_link + i]];
        maille_strbuf_addf(w->s, "%s%s – %s (%s min)", i ? ", " : " : ", g->name[link->a],
                           g->name[link->b], in_french(link->minutes, 1).text);
    }
}

static void say_hole(const saying *w) {
    maille_strbuf_addf(w->s, "dans %s, ", w->a);
    add_extent(w);
    maille_strbuf_add(w->s, " qui n’en sont pas");
    add_names(w);
}

static void say_size(const saying *w) {
    bool small = w->flag->kind == MAILLE_FLAG_SMALL;
    maille_strbuf_addf(w->s, "%s compte %s habitants ; %s de %s que la règle %s", w->a,
                       in_french(w->flag->population, 0).text, in_french(w->flag->value, 0).text,
                       small ? "moins" : "plus", maille_loaded_rules(w->t->loaded)->sizes->head.id);
}

static void say_areas(const saying *w) {
    bool regions = w->flag->kind == MAILLE_FLAG_REGIONS;
    maille_strbuf_addf(w->s, "%s est sur %s %s ; hors %s, ", w->a,
                       in_french(w->flag->value, 0).text, regions ? "régions" : "départements",
                       regions ? "de la principale" : "du principal");
    add_extent(w);
    add_names(w);
}

static void say_split(const saying *w) {
    const maille_partition *p = &w->t->ground->groupings[w->flag->grouping];
    const char *title = p->title ? p->title[w->flag->group] : NULL;
    maille_strbuf_addf(w->s, "%s coupe %s %s ; n’en a pas ", w->a, p->name,
                       title ? title : p->id[w->flag->group]);
    add_extent(w);
    add_names(w);
}

static void say_lost(const saying *w) {
    maille_strbuf_addf(w->s, "%s a %s membre%s hors du millésime des communes", w->a,
                       in_french(w->flag->value, 0).text, plural(w->flag->value));
}

static void say_empty(const saying *w) {
    maille_strbuf_addf(w->s, "%s n’a aucune commune", w->a);
}

static void (*const sentences[MAILLE_FLAG_KINDS])(const saying *) = {
    [MAILLE_FLAG_EMPTY] = say_empty,
    [MAILLE_FLAG_LOST] = say_lost,
    [MAILLE_FLAG_OVERLAP] = say_overlap,
    [MAILLE_FLAG_SHARED] = say_overlap,
    [MAILLE_FLAG_OVERSHARED] = say_overshared,
    [MAILLE_FLAG_GAP] = say_gap,
    [MAILLE_FLAG_PARTS] = say_parts,
    [MAILLE_FLAG_LINKED] = say_links,
    [MAILLE_FLAG_HOLE] = say_hole,
    [MAILLE_FLAG_SMALL] = say_size,
    [MAILLE_FLAG_LARGE] = say_size,
    [MAILLE_FLAG_DEPARTMENTS] = say_areas,
    [MAILLE_FLAG_REGIONS] = say_areas,
    [MAILLE_FLAG_SPLIT] = say_split,
};

maille_status say_flag(territory *t, const char *kind, const maille_flags *list,
                       const maille_flag *flag, const char *const *ids, said_flag *out) {
    maille_strbuf s = {0};
    const char **codes = maille_arena_alloc(t->arena, (flag->count + 1) * sizeof *codes);
    const char *a = flag->a == MAILLE_ABSENT ? NULL : maille_arena_strdup(t->arena, ids[flag->a]);
    const char *b = flag->b == MAILLE_ABSENT ? NULL : maille_arena_strdup(t->arena, ids[flag->b]);
    saying words = {t, kind, list, flag, ids, a ? a : "", b ? b : "", &s};
    sentences[flag->kind](&words);
    const char *sentence = s.failed || !s.text ? NULL : maille_arena_strdup(t->arena, s.text);
    maille_strbuf_free(&s);
    if (!codes || !sentence)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < flag->count; i++)
        codes[i] = t->ground->code[list->units[flag->first + i]];
    *out = (said_flag){.severity = maille_severity_name(flag->severity),
                       .kind = maille_flag_name(flag->kind),
                       .a = a,
                       .b = b,
                       .sentence = sentence,
                       .codes = codes,
                       .code_count = flag->count,
                       .population = flag->population};
    return MAILLE_OK;
}

maille_status say_flags(territory *t, const standing *s, uint32_t claim, said_flags *out) {
    maille_status status = MAILLE_OK;
    const char **ids = maille_arena_alloc(t->arena, (s->plan->count + 1) * sizeof *ids);
    if (!ids)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < s->plan->count; i++)
        ids[i] = s->plan->claims[i].id;
    for (uint32_t i = 0; status == MAILLE_OK && i < s->flags.count; i++) {
        const maille_flag *flag = &s->flags.flags[i];
        said_flag f;
        if (claim != MAILLE_ABSENT && flag->a != claim && flag->b != claim)
            continue;
        status = say_flag(t, s->kind, &s->flags, flag, ids, &f);
        if (status == MAILLE_OK && !MAILLE_VEC_PUSH(out, f))
            status = maille_no_memory(t->ctx);
    }
    return status;
}

void print_flags(const said_flags *flags, const char *sign) {
    for (size_t i = 0; i < flags->count; i++)
        printf("%s%s, %s : %s\n", sign, flags->items[i].severity, flags->items[i].kind,
               flags->items[i].sentence);
}
