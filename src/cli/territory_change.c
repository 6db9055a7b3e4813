/* Subcommands that change perimeters, and what-if, which says what they would do. */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <stdlib.h>
#include <string.h>

/* ---- saving
 * ------------------------------------------------------------------------------------- */

static maille_status members_if_reference(territory *t) {
    return *t->scenario ? MAILLE_OK : territory_members(t);
}

/* `make` or the strokes `ops`. */
static maille_status change(territory *t, const op_list *ops, change_maker make, const char *what) {
    maille_edit edit = edit_of(t);
    maille_edit_result saved = {0};
    maille_perimeter_list *before = NULL, *after = NULL;
    maille_told_effect e = {0};
    maille_status status = MAILLE_OK;
    TRY(maille_perimeters_load(t->ctx, t->store, t->scenario, NULL, MAILLE_INTERNE,
                               &(maille_moment){0}, &before));
    if (ops)
        TRY(maille_edit_apply(t->ctx, t->store, &edit, ops->items, ops->count, &saved));
    else
        TRY(make(t, &edit, &saved, &what));
    TRY(members_if_reference(t));
    TRY(maille_perimeters_load(t->ctx, t->store, t->scenario, NULL, MAILLE_INTERNE,
                               &(maille_moment){0}, &after));
    TRY(effect_between(t, before, after, &e));
    if (saved.perimeters)
        TRY(effect_print(t, &e, what, &saved));
    else
        TRY(effect_print(t, &e, "rien de nouveau", NULL));
done:
    maille_told_effect_clear(&e);
    maille_perimeter_list_free(before);
    maille_perimeter_list_free(after);
    return status;
}

maille_status save_ops(territory *t, const op_list *ops, const char *what) {
    return change(t, ops, NULL, what);
}

maille_status make_change(territory *t, change_maker make) {
    return change(t, NULL, make, NULL);
}

/* ---- strokes
 * ------------------------------------------------------------------------------------ */

/* Perimeters of the strokes' kind, warm. */
static maille_status warm_up(territory *t, maille_live **out) {
    const maille_publication_rules *publication = maille_loaded_publication(t->loaded);
    maille_perimeter_list *all = NULL;
    maille_status status = MAILLE_OK;
    const maille_perimeter **items = NULL;
    uint32_t count = 0;
    TRY(maille_perimeters_load(t->ctx, t->store, t->scenario, NULL, MAILLE_INTERNE,
                               &(maille_moment){0}, &all));
    items = maille_alloc((size_t)all->count + 1, sizeof(const maille_perimeter *));
    t->kind = maille_arena_strdup(t->arena, kind_of_strokes(t, all));
    if (!items || !t->kind) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    for (uint32_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i]->kind, t->kind) == 0)
            items[count++] = all->items[i];
    TRY(maille_live_new(t->ctx, t->ground, maille_loaded_rules_of(t->loaded, t->kind), publication,
                        items, count, out));
done:
    maille_free((void *)items);
    maille_perimeter_list_free(all);
    return status;
}

/* "3 communes ajoutées" */
static const char *in_words(territory *t, const op_list *ops) {
    maille_strbuf s = {0};
    const char *out = NULL;
    if (maille_tell_ops(t->ctx, ops->items, ops->count, &s) == MAILLE_OK)
        out = maille_arena_strdup(t->arena, s.text);
    maille_strbuf_free(&s);
    return out ? out : "fait";
}

maille_status run_strokes(territory *t) {
    maille_live *trying = NULL;
    op_list ops = {0};
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, SIZE_MAX));
    TRY(territory_ground(t, 0));
    TRY(warm_up(t, &trying));
    TRY(apply_strokes(t, trying, &ops));
    TRY(save_ops(t, &ops, in_words(t, &ops)));
done:
    maille_live_free(trying);
    return status;
}

maille_status run_what_if(territory *t) {
    maille_live *trying = NULL;
    op_list ops = {0};
    maille_told_effect e = {0};
    maille_status status = MAILLE_OK;
    TRY(territory_ground(t, 0));
    TRY(warm_up(t, &trying));
    TRY(apply_strokes(t, trying, &ops));
    TRY(maille_tell_last(t->ctx, t->ground, maille_loaded_rules(t->loaded), t->kind, trying,
                         t->arena, &e));
    TRY(effect_print(t, &e, in_words(t, &ops), NULL));
done:
    maille_told_effect_clear(&e);
    maille_live_free(trying);
    return status;
}

/* ---- create
 * ------------------------------------------------------------------------------------- */

/* Ids of a grouping's perimeters begin with the kind: another prefix takes its place. */
static maille_status put_prefix(territory *t, op_list *ops) {
    size_t length = strlen(t->kind);
    for (size_t i = 0; t->o.prefix && i < ops->count; i++) {
        ops->items[i].perimeter = text_of(t, "%s%s", t->o.prefix, ops->items[i].perimeter + length);
        if (!ops->items[i].perimeter)
            return maille_no_memory(t->ctx);
    }
    return MAILLE_OK;
}

static maille_status status_word(territory *t, const char **out) {
    const char *text = t->o.status ? t->o.status : "idee";
    const maille_perimeter_status *found =
        maille_publication_status(maille_loaded_publication(t->loaded), text);
    *out = found ? found->id : NULL;
    return found ? MAILLE_OK
                 : maille_fail(t->ctx, MAILLE_REFUSED, "status \"%s\" was not known", text);
}

static maille_status create_of_grouping(territory *t) {
    op_list ops = {0};
    const char *first = NULL;
    maille_status status = MAILLE_OK;
    TRY(check_id(t->ctx, t->kind));
    if (t->o.prefix)
        TRY(check_id(t->ctx, t->o.prefix));
    TRY(territory_ground(t, 0));
    TRY(status_word(t, &first));
    TRY(maille_start_from_grouping(t->ctx, t->store, t->o.grouping, t->kind, first, t->arena,
                                   &ops.items, &ops.count));
    TRY(put_prefix(t, &ops));
    for (size_t i = 0; i < ops.count; i++)
        if (ops.items[i].kind == MAILLE_OP_CREATE) {
            ops.items[i].since = t->o.since;
            ops.items[i].by = t->o.by;
        }
    TRY(save_ops(t, &ops, in_words(t, &ops)));
done:
    return status;
}

static const maille_partition *find_partition(const maille_ground *g, const char *name) {
    if (strcmp(name, g->department.name) == 0)
        return &g->department;
    for (uint32_t i = 0; i < g->grouping_count; i++)
        if (strcmp(g->groupings[i].name, name) == 0)
            return &g->groupings[i];
    return NULL;
}

/* "epci=200012345": the codes of one group join the stroke's words. */
static maille_status take_group(territory *t) {
    const maille_ground *g = t->ground;
    const char *equals = strchr(t->o.grouping, '=');
    const char *name = text_of(t, "%.*s", (int)(equals - t->o.grouping), t->o.grouping);
    const maille_partition *p = name ? find_partition(g, name) : NULL;
    uint32_t group = 0;
    if (!p)
        return maille_fail(t->ctx, MAILLE_NOT_FOUND, "grouping %s was not there", name ? name : "");
    while (group < p->count && strcmp(p->id[group], equals + 1) != 0 &&
           (!p->title || !p->title[group] || strcmp(p->title[group], equals + 1) != 0))
        group++;
    if (group == p->count)
        return maille_fail(t->ctx, MAILLE_NOT_FOUND, "grouping %s had no group %s", name,
                           equals + 1);
    stroke *s = &t->strokes[0];
    const char **grown = maille_resize((void *)s->words, s->count + g->count + 1, sizeof *grown);
    if (!grown)
        return maille_no_memory(t->ctx);
    s->words = grown;
    for (uint32_t i = 0; i < g->count; i++)
        if (p->of_commune[i] == group)
            s->words[s->count++] = g->code[i];
    return MAILLE_OK;
}

maille_status run_create(territory *t) {
    maille_live *trying = NULL;
    op_list ops = {0};
    bool of_group = t->o.grouping && strchr(t->o.grouping, '=');
    maille_status status = MAILLE_OK;
    if (t->o.since)
        TRY(check_day(t->ctx, "--since", t->o.since));
    if (t->o.grouping && !of_group) {
        TRY(want_words(t, 0, 0));
        return create_of_grouping(t);
    }
    TRY(want_words(t, 1, SIZE_MAX));
    TRY(territory_ground(t, 0));
    if (of_group)
        TRY(take_group(t));
    TRY(warm_up(t, &trying));
    TRY(apply_strokes(t, trying, &ops));
    TRY(save_ops(t, &ops, in_words(t, &ops)));
done:
    maille_live_free(trying);
    return status;
}

/* ---- propose
 * ------------------------------------------------------------------------------------ */

static void print_moves(const territory *t, const standing *s, const maille_move *moves,
                        uint32_t count) {
    text_table table = {.columns = 6,
                        .titles = {"code", "commune", "habitants", "vers", "minutes", "motif"},
                        .right = {false, false, true, false, true, false}};
    const maille_ground *g = t->ground;
    for (uint32_t i = 0; i < count; i++)
        text_table_add(&table,
                       (const char *const[]){g->code[moves[i].unit], g->name[moves[i].unit],
                                             in_french(g->population[moves[i].unit], 0).text,
                                             s->plan->claims[moves[i].claim].id,
                                             in_french(moves[i].minutes, 1).text, moves[i].why});
    text_table_print(&table);
    text_table_free(&table);
    printf("%u commune%s à attribuer ; rien n’est enregistré sans --apply\n", count, plural(count));
}

static maille_status print_moves_json(territory *t, const standing *s, const maille_move *moves,
                                      uint32_t count) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '[');
    for (uint32_t i = 0; i < count; i++) {
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "code", t->ground->code[moves[i].unit]);
        maille_j_text(&j, "nom", t->ground->name[moves[i].unit]);
        maille_j_number(&j, "population", t->ground->population[moves[i].unit]);
        maille_j_text(&j, "vers", s->plan->claims[moves[i].claim].id);
        maille_j_number(&j, "minutes", moves[i].minutes);
        maille_j_text(&j, "motif", moves[i].why);
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
    return j_print(t->ctx, &j);
}

static maille_status save_moves(territory *t, const standing *s, const maille_move *moves,
                                uint32_t count) {
    op_list ops = {maille_arena_alloc(t->arena, (count + 1) * sizeof *ops.items), count};
    if (!ops.items)
        return maille_no_memory(t->ctx);
    for (uint32_t i = 0; i < count; i++)
        ops.items[i] = (maille_op){.kind = MAILLE_OP_ADD,
                                   .perimeter = s->plan->claims[moves[i].claim].id,
                                   .code = t->ground->code[moves[i].unit]};
    return save_ops(t, &ops, in_words(t, &ops));
}

static maille_status propose(territory *t, maille_completion how, double limit_min) {
    maille_perimeter_list *list = NULL;
    standing *s = NULL;
    maille_holders holders = {0};
    maille_move *moves = NULL;
    uint32_t count = 0;
    maille_status status = MAILLE_OK;
    TRY(territory_ground(t, how == MAILLE_COMPLETE_NEAREST ? NEEDS_TIMES : 0));
    TRY(territory_perimeters(t, t->kind, &list));
    TRY(standing_new(t, list, t->kind, &s));
    TRY(maille_holders_new(t->ctx, t->ground, s->plan, &holders));
    TRY(maille_propose(t->ctx, t->ground, s->plan, &holders, how, limit_min, &moves, &count));
    if (t->o.apply && count)
        TRY(save_moves(t, s, moves, count));
    else if (t->o.json)
        TRY(print_moves_json(t, s, moves, count));
    else if (!t->o.quiet)
        print_moves(t, s, moves, count);
done:
    maille_free(moves);
    maille_holders_free(&holders);
    standing_free(s);
    maille_perimeter_list_free(list);
    return status;
}

maille_status run_propose(territory *t) {
    long limit_min = 30;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, 1));
    t->writes = t->o.apply;
    bool nearest = strcmp(t->words[0], "nearest") == 0;
    if (!nearest && strcmp(t->words[0], "enclosed") != 0)
        return want_words(t, 2, 0); /* tells the usage */
    if (t->o.limit_min)
        TRY(parse_count(t->ctx, "--limit-min", t->o.limit_min, 1, 1000, &limit_min));
    TRY(propose(t, nearest ? MAILLE_COMPLETE_NEAREST : MAILLE_COMPLETE_ENCLOSED,
                (double)limit_min));
done:
    return status;
}

/* ---- notes
 * -------------------------------------------------------------------------------------- */

maille_status run_note(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, 1));
    if ((t->o.text != NULL) == t->o.remove)
        return maille_fail(t->ctx, MAILLE_USAGE, "note takes --text T or --remove");
    if (t->o.date)
        TRY(check_day(t->ctx, "--date", t->o.date));
    TRY(territory_open(t));
    TRY(maille_gap_note_set(t->ctx, t->store, t->words[0], t->o.remove ? NULL : t->o.text,
                            t->o.date));
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "code", t->words[0]);
        maille_j_text(&j, "note", t->o.text);
        maille_j_text(&j, "date", t->o.date);
        maille_j_close(&j, '}');
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet) {
        printf("note %s sur la zone blanche de %s\n", t->o.remove ? "retirée" : "posée",
               t->words[0]);
    }
done:
    return status;
}
