/* Before → after of a change: population, size class, parts, findings gone and come. */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <string.h>

/* ---- between two states
 * --------------------------------------------------------------------------- */

static maille_status flags_of_kind(territory *t, const maille_perimeter_list *before,
                                   const maille_perimeter_list *after, const char *kind,
                                   maille_told_effect *out) {
    standing *was = NULL, *is = NULL;
    maille_told_flags old, now, gone, come;
    maille_status status = MAILLE_OK;
    TRY(standing_new(t, before, kind, &was));
    TRY(standing_new(t, after, kind, &is));
    TRY(tell_flags(t, kind, was->plan, &was->flags, MAILLE_ABSENT, &old));
    TRY(tell_flags(t, kind, is->plan, &is->flags, MAILLE_ABSENT, &now));
    TRY(maille_tell_news(t->ctx, &old, &now, t->arena, &gone, &come));
    TRY(join_flags(t, &out->gone, &gone));
    TRY(join_flags(t, &out->come, &come));
done:
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
    maille_told_effect *out;
    kinds list;
} comparing;

static maille_status add_touched(territory *t, const maille_perimeter *one,
                                 const maille_perimeter *before, const maille_perimeter *after,
                                 void *user) {
    comparing *c = user;
    bool same = false;
    maille_status status = MAILLE_OK;
    maille_told_perimeter p = {0};
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
    c->out->perimeters[c->out->count++] = p;
    p = (maille_told_perimeter){0};
done:
    maille_figures_free(p.before);
    maille_figures_free(p.after);
    return status;
}

maille_status effect_between(territory *t, const maille_perimeter_list *before,
                             const maille_perimeter_list *after, maille_told_effect *out) {
    comparing c = {.out = out};
    maille_status status = MAILLE_OK;
    size_t most = (size_t)before->count + after->count + 1;
    out->perimeters = maille_arena_alloc(t->arena, most * sizeof *out->perimeters);
    if (!out->perimeters)
        return maille_no_memory(t->ctx);
    TRY(each_pair(t, before, after, add_touched, &c));
    for (size_t i = 0; i < c.list.count; i++)
        TRY(flags_of_kind(t, before, after, c.list.items[i], out));
done:
    MAILLE_VEC_FREE(&c.list);
    return status;
}

/* ---- printing
 * ------------------------------------------------------------------------------------- */

static maille_status print_json(territory *t, maille_told_effect *e, const char *what,
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
    drop_ids(&e->gone);
    drop_ids(&e->come);
    maille_j_effect(&j, e);
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

static void print_sides(const maille_told_perimeter *p) {
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

static void print_perimeters(const maille_told_effect *e, const char *what,
                             const maille_edit_result *saved) {
    const maille_told_perimeter *p = e->perimeters;
    if (e->count == 1) {
        printf("%s %s : %s ; ", p->id, p->name, what);
        print_sides(p);
        print_saved(saved);
        return;
    }
    printf("%s", what);
    if (e->count || saved)
        print_saved(saved);
    else
        printf("\n");
    for (size_t i = 0; i < e->count && e->count <= MOST_LINES; i++) {
        printf("%s %s : ", p[i].id, p[i].name);
        print_sides(&p[i]);
        printf("\n");
    }
}

/* Those of `flags` that the other side names too, or those that it does not. */
static maille_status pick(territory *t, const maille_told_flags *flags, const maille_names *other,
                          bool there, maille_told_flags *out) {
    out->items = maille_arena_alloc(t->arena, (flags->count + 1) * sizeof *out->items);
    if (!out->items)
        return maille_no_memory(t->ctx);
    for (size_t i = 0; i < flags->count; i++)
        if ((maille_names_get(other, flags->items[i].id) != MAILLE_ABSENT) == there)
            out->items[out->count++] = flags->items[i];
    return MAILLE_OK;
}

static maille_status names_of(maille_ctx *ctx, const maille_told_flags *flags, maille_names **out) {
    *out = maille_names_new(flags->count);
    bool kept = *out != NULL;
    for (size_t i = 0; kept && i < flags->count; i++)
        kept = maille_names_set(*out, flags->items[i].id, 1);
    return kept ? MAILLE_OK : maille_no_memory(ctx);
}

/* A finding that went and came with other figures is one line, as it is now. */
static maille_status print_news(territory *t, const maille_told_flags *gone,
                                const maille_told_flags *come) {
    maille_names *went = NULL, *is = NULL;
    maille_told_flags lost = {0}, other = {0}, fresh = {0};
    maille_status status = MAILLE_OK;
    TRY(names_of(t->ctx, gone, &went));
    TRY(names_of(t->ctx, come, &is));
    TRY(pick(t, gone, is, false, &lost));
    TRY(pick(t, come, went, true, &other));
    TRY(pick(t, come, went, false, &fresh));
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
    return status;
}

maille_status effect_print(territory *t, maille_told_effect *e, const char *what,
                           const maille_edit_result *saved) {
    if (t->o.json)
        return print_json(t, e, what, saved);
    if (t->o.quiet)
        return MAILLE_OK;
    print_perimeters(e, what, saved);
    return print_news(t, &e->gone, &e->come);
}
