/* Before → after of a change: population, size class, parts, findings gone and come. */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <string.h>

void effect_free(effect *e) {
    for (size_t i = 0; i < e->perimeters.count; i++) {
        maille_figures_free(e->perimeters.items[i].before);
        maille_figures_free(e->perimeters.items[i].after);
    }
    MAILLE_VEC_FREE(&e->perimeters);
    MAILLE_VEC_FREE(&e->gone);
    MAILLE_VEC_FREE(&e->come);
}

/* ---- between two states
 * --------------------------------------------------------------------------- */

static maille_status flags_of_kind(territory *t, const maille_perimeter_list *before,
                                   const maille_perimeter_list *after, const char *kind,
                                   effect *out) {
    standing *was = NULL, *is = NULL;
    said_flags old = {0}, now = {0};
    maille_status status = MAILLE_OK;
    TRY(standing_new(t, before, kind, &was));
    TRY(standing_new(t, after, kind, &is));
    TRY(say_flags(t, kind, was->plan, &was->flags, MAILLE_ABSENT, &old));
    TRY(say_flags(t, kind, is->plan, &is->flags, MAILLE_ABSENT, &now));
    TRY(flags_news(t->ctx, &old, &now, &out->gone, &out->come));
done:
    MAILLE_VEC_FREE(&old);
    MAILLE_VEC_FREE(&now);
    standing_free(was);
    standing_free(is);
    return status;
}

static maille_status same_state(maille_ctx *ctx, const maille_perimeter *a,
                                const maille_perimeter *b, bool *same) {
    char one[65] = "", other[65] = "";
    *same = false;
    if (!a || !b)
        return MAILLE_OK;
    maille_status status = maille_perimeter_hash(ctx, a, one);
    if (status == MAILLE_OK)
        status = maille_perimeter_hash(ctx, b, other);
    *same = status == MAILLE_OK && strcmp(one, other) == 0;
    return status;
}

/* Kinds are few: a list of those whose flags were told. */
typedef MAILLE_VEC(const char *) kinds;

static maille_status add_kind(maille_ctx *ctx, kinds *list, const char *kind) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], kind) == 0)
            return MAILLE_OK;
    return MAILLE_VEC_PUSH(list, kind) ? MAILLE_OK : maille_no_memory(ctx);
}

/* What changed, and of which kinds it was. */
typedef struct {
    effect *out;
    kinds list;
} comparing;

static maille_status add_touched(territory *t, const maille_perimeter *one,
                                 const maille_perimeter *before, const maille_perimeter *after,
                                 void *user) {
    comparing *c = user;
    bool same = false;
    maille_status status = MAILLE_OK;
    touched p = {0};
    TRY(same_state(t->ctx, before, after, &same));
    if (same)
        goto done;
    p.id = maille_arena_strdup(t->arena, one->id);
    p.name = maille_arena_strdup(t->arena, one->name);
    if (!p.id || !p.name) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    if (before) {
        TRY(perimeter_figures(t, before, 0, &p.before));
        TRY(add_kind(t->ctx, &c->list, before->kind));
    }
    if (after) {
        TRY(perimeter_figures(t, after, 0, &p.after));
        TRY(add_kind(t->ctx, &c->list, after->kind));
    }
    if (!MAILLE_VEC_PUSH(&c->out->perimeters, p)) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    p = (touched){0};
done:
    maille_figures_free(p.before);
    maille_figures_free(p.after);
    return status;
}

maille_status effect_between(territory *t, const maille_perimeter_list *before,
                             const maille_perimeter_list *after, effect *out) {
    comparing c = {.out = out};
    maille_status status = MAILLE_OK;
    TRY(each_pair(t, before, after, add_touched, &c));
    for (size_t i = 0; i < c.list.count; i++)
        TRY(flags_of_kind(t, before, after, c.list.items[i], out));
done:
    MAILLE_VEC_FREE(&c.list);
    return status;
}

/* ---- of a try
 * ------------------------------------------------------------------------------------- */

/* A perimeter that goes keeps the name that it had. */
static const char *name_in_try(const maille_live *live, const maille_plan *before, const char *id) {
    const maille_perimeter *known = maille_live_perimeter(live, id);
    for (uint32_t i = 0; !known && i < before->count; i++)
        if (strcmp(before->claims[i].id, id) == 0)
            return before->claims[i].name;
    return known ? known->name : id;
}

maille_status effect_of_live(territory *t, const maille_plan *before, maille_live *live,
                             effect *out) {
    maille_effect *e = NULL;
    said_flags old = {0}, now = {0};
    maille_status status = MAILLE_OK;
    TRY(maille_live_effect_of_last(t->ctx, live, &e));
    for (uint32_t i = 0; i < e->count; i++) {
        touched p = {.id = maille_arena_strdup(t->arena, e->perimeters[i].id)};
        p.name = maille_arena_strdup(t->arena, name_in_try(live, before, e->perimeters[i].id));
        if (!p.id || !p.name || !MAILLE_VEC_PUSH(&out->perimeters, p)) {
            status = maille_no_memory(t->ctx);
            goto done;
        }
        touched *kept = &out->perimeters.items[i];
        kept->before = e->perimeters[i].before; /* taken over */
        kept->after = e->perimeters[i].after;
        e->perimeters[i].before = e->perimeters[i].after = NULL;
    }
    TRY(say_flags(t, t->kind, before, &e->gone, MAILLE_ABSENT, &old));
    TRY(say_flags(t, t->kind, maille_live_plan(live), &e->come, MAILLE_ABSENT, &now));
    TRY(flags_news(t->ctx, &old, &now, &out->gone, &out->come));
done:
    MAILLE_VEC_FREE(&old);
    MAILLE_VEC_FREE(&now);
    maille_effect_free(e);
    return status;
}

/* ---- printing
 * ------------------------------------------------------------------------------------- */

static void j_side(maille_jout *j, const char *key, const maille_figures *f) {
    if (!f) {
        maille_j_text(j, key, NULL);
        return;
    }
    maille_j_open(j, key, '{');
    j_size(j, f);
    maille_j_int(j, "parties", f->parts);
    maille_j_number(j, "surface_km2", f->area_m2 / 1e6);
    maille_j_close(j, '}');
}

static maille_status print_json(territory *t, const effect *e, const char *what,
                                const maille_edit_result *saved) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "fait", what);
    maille_j_bool(&j, "enregistre", saved != NULL);
    if (saved) {
        maille_j_int(&j, "changement", saved->number);
        maille_j_text(&j, "id_changement", saved->id);
        maille_j_int(&j, "version", saved->version);
        maille_j_int(&j, "nombre", saved->perimeters);
    }
    maille_j_open(&j, "perimetres", '[');
    for (size_t i = 0; i < e->perimeters.count; i++) {
        const touched *p = &e->perimeters.items[i];
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "id", p->id);
        maille_j_text(&j, "nom", p->name);
        j_side(&j, "avant", p->before);
        j_side(&j, "apres", p->after);
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
    j_flags(&j, "constats_disparus", &e->gone);
    j_flags(&j, "constats_apparus", &e->come);
    maille_j_close(&j, '}');
    return j_print(t->ctx, &j);
}

/* "12 345 habitants (T1)" */
static number in_words(const maille_figures *f) {
    number out = {"absent"};
    if (f)
        snprintf(out.text, sizeof out.text, "%.24s (%.32s)", in_french(f->population, 0).text,
                 f->size_class ? f->size_class : "hors classe");
    return out;
}

static number count_of(const maille_figures *f, bool parts) {
    return f ? in_french(parts ? f->parts : f->communes, 0) : (number){"–"};
}

static void print_sides(const touched *p) {
    printf("population %s → %s, communes %s → %s, morceaux %s → %s", in_words(p->before).text,
           in_words(p->after).text, count_of(p->before, false).text, count_of(p->after, false).text,
           count_of(p->before, true).text, count_of(p->after, true).text);
}

static void print_saved(const maille_edit_result *saved) {
    if (!saved)
        printf(" (rien n’est enregistré)\n");
    else if (saved->perimeters == 1)
        printf(" (version %lld, changement %lld)\n", (long long)saved->version,
               (long long)saved->number);
    else
        printf(" (%u périmètres, changement %lld)\n", saved->perimeters, (long long)saved->number);
}

/* More are a table of their own: maille territory list, findings. */
enum { MOST_LINES = 20, MOST_FLAGS = 40 };

static void print_perimeters(const effect *e, const char *what, const maille_edit_result *saved) {
    const touched *p = e->perimeters.items;
    if (e->perimeters.count == 1) {
        printf("%s %s : %s ; ", p->id, p->name, what);
        print_sides(p);
        print_saved(saved);
        return;
    }
    printf("%s", what);
    if (e->perimeters.count || saved)
        print_saved(saved);
    else
        printf("\n");
    for (size_t i = 0; i < e->perimeters.count && e->perimeters.count <= MOST_LINES; i++) {
        printf("%s %s : ", p[i].id, p[i].name);
        print_sides(&p[i]);
        printf("\n");
    }
}

/* Those of `flags` that the other side names too, or those that it does not. */
static maille_status pick(maille_ctx *ctx, const said_flags *flags, const maille_names *other,
                          bool there, said_flags *out) {
    for (size_t i = 0; i < flags->count; i++)
        if ((maille_names_get(other, flags->items[i].id) != MAILLE_ABSENT) == there &&
            !MAILLE_VEC_PUSH(out, flags->items[i]))
            return maille_no_memory(ctx);
    return MAILLE_OK;
}

static maille_status names_of(maille_ctx *ctx, const said_flags *flags, maille_names **out) {
    *out = maille_names_new(flags->count);
    bool kept = *out != NULL;
    for (size_t i = 0; kept && i < flags->count; i++)
        kept = maille_names_set(*out, flags->items[i].id, 1);
    return kept ? MAILLE_OK : maille_no_memory(ctx);
}

/* A finding that went and came with other figures is one line, as it is now. */
static maille_status print_news(maille_ctx *ctx, const said_flags *gone, const said_flags *come) {
    maille_names *went = NULL, *is = NULL;
    said_flags lost = {0}, other = {0}, fresh = {0};
    maille_status status = MAILLE_OK;
    TRY(names_of(ctx, gone, &went));
    TRY(names_of(ctx, come, &is));
    TRY(pick(ctx, gone, is, false, &lost));
    TRY(pick(ctx, come, went, true, &other));
    TRY(pick(ctx, come, went, false, &fresh));
    if (lost.count + other.count + fresh.count > MOST_FLAGS) {
        printf("constats : %zu disparus, %zu changés, %zu apparus\n", lost.count, other.count,
               fresh.count);
        goto done;
    }
    print_flags(&lost, "− ");
    print_flags(&other, "~ ");
    print_flags(&fresh, "+ ");
done:
    maille_names_free(went);
    maille_names_free(is);
    MAILLE_VEC_FREE(&lost);
    MAILLE_VEC_FREE(&other);
    MAILLE_VEC_FREE(&fresh);
    return status;
}

maille_status effect_print(territory *t, const effect *e, const char *what,
                           const maille_edit_result *saved) {
    if (t->o.json)
        return print_json(t, e, what, saved);
    if (t->o.quiet)
        return MAILLE_OK;
    print_perimeters(e, what, saved);
    return print_news(t->ctx, &e->gone, &e->come);
}
