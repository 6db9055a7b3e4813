/* Two users take back and take up again what each did, in every order of so many steps: held
 * against stacks of plain numbers. All steps of an order run in one transaction of this file's, so
 * that nothing is left of it. */
#ifndef TESTS_STEPS_TOGETHER_UNDO_H
#define TESTS_STEPS_TOGETHER_UNDO_H

#include "chronicle.h"

#include <maille/journal.h>

static maille_ctx *ctx;
static maille_edit_result result;

enum { USERS = 2, PLACES = 2, DEEPEST = 6, MOST = DEEPEST + 1 };
enum { DO, UNDO, REDO, DEEDS, LETTERS = USERS * DEEDS };
static const char *const place_ids[PLACES] = {"p", "q"};
static const char *const names[USERS] = {"anne", "bruno"};

/* What each user's changes touch, as bits of places; whether each has an account. */
typedef struct {
    const char *name;
    unsigned touches[USERS];
    const char *accounts[USERS];
} layout;
static const layout layouts[] = {
    {"one perimeter", {1, 1}, {"ka", "kb"}},
    {"a perimeter each", {1, 2}, {"ka", NULL}},
    {"two together, one of them alone", {3, 2}, {"ka", "kb"}},
};

/* ---- the model ---- */

typedef struct {
    int user;
    unsigned before[PLACES], after[PLACES]; /* communes as bits */
    bool stands;
    int stood_at, taken_at;
    int lost_to[PLACES]; /* user whose new change made it impossible to take up again; -1 */
} deed;
typedef struct {
    int items[MOST];
    int count;
} pile;
typedef struct {
    unsigned touches[USERS], set[PLACES];
    deed deeds[MOST];
    int count, clock;
    pile done[PLACES], undone[PLACES];
} model;

static int top(const pile *s) {
    return s->count ? s->items[s->count - 1] : -1;
}

static bool on(const model *m, const deed *d, int where) {
    return (m->touches[d->user] >> where & 1) != 0;
}

static void model_do(model *m, int user) {
    int made = m->count++;
    deed *d = &m->deeds[made];
    *d = (deed){.user = user, .stands = true, .stood_at = ++m->clock, .lost_to = {-1, -1}};
    for (int where = 0; where < PLACES; where++) {
        if (!on(m, d, where))
            continue;
        d->before[where] = m->set[where];
        d->after[where] = m->set[where] |= 1U << made;
        for (int i = 0; i < m->undone[where].count; i++)
            m->deeds[m->undone[where].items[i]].lost_to[where] = user;
        m->undone[where].count = 0;
        m->done[where].items[m->done[where].count++] = made;
    }
}

/* The user's deed that stands and stood up last, or was taken back last before `before`; -1. */
static int latest(const model *m, int user, bool stands, int before) {
    int found = -1;
    for (int i = 0; i < m->count; i++) {
        const deed *d = &m->deeds[i];
        int when = stands ? d->stood_at : d->taken_at;
        int last = found < 0 ? 0 : stands ? m->deeds[found].stood_at : m->deeds[found].taken_at;
        if (d->user == user && d->stands == stands && when < before && when > last)
            found = i;
    }
    return found;
}

/* Who stands in the way of a deed: the first user; -1: nobody. `*others`: not only its own. */
static int in_the_way(const model *m, int number, bool back, bool *others) {
    const deed *d = &m->deeds[number];
    int first = -1;
    *others = false;
    for (int where = 0; where < PLACES; where++) {
        int last = top(back ? &m->done[where] : &m->undone[where]);
        if (!on(m, d, where) || last == number)
            continue;
        int who = !back && d->lost_to[where] >= 0 ? d->lost_to[where] : m->deeds[last].user;
        *others = *others || who != d->user;
        first = first < 0 ? who : first;
    }
    return first;
}

static void model_turn(model *m, int number, bool back) {
    deed *d = &m->deeds[number];
    d->stands = !back;
    *(back ? &d->taken_at : &d->stood_at) = ++m->clock;
    for (int where = 0; where < PLACES; where++) {
        if (!on(m, d, where))
            continue;
        pile *from = back ? &m->done[where] : &m->undone[where];
        pile *to = back ? &m->undone[where] : &m->done[where];
        from->count--;
        to->items[to->count++] = number;
        m->set[where] = back ? d->before[where] : d->after[where];
    }
}

/* What must come of a step; `*blamed` is who is named where it is refused. */
static maille_status model_step(model *m, int letter, int *blamed) {
    int user = letter / DEEDS, before = 1000, number;
    bool back = letter % DEEDS == UNDO, others = false;
    *blamed = -1;
    if (letter % DEEDS == DO) {
        model_do(m, user);
        return MAILLE_OK;
    }
    while ((number = latest(m, user, back, before)) >= 0) {
        int who = in_the_way(m, number, back, &others);
        if (who < 0) {
            model_turn(m, number, back);
            return MAILLE_OK;
        }
        if (back || others) {
            *blamed = who;
            return MAILLE_REFUSED;
        }
        before = m->deeds[number].taken_at; /* its own newer change made it be forgotten */
    }
    return MAILLE_NOT_FOUND;
}

/* ---- the store ---- */

static const char *const codes[MOST] = {"01001", "01002", "01003", "01004",
                                        "01005", "01006", "01007"};

static maille_status step(maille_store *store, const layout *l, int letter, int made,
                          maille_stale **stale) {
    int user = letter / DEEDS;
    const maille_edit edit = {.scenario = "", .own = true, .stale = stale};
    maille_op ops[PLACES];
    size_t count = 0;
    CHECK_OK(maille_store_act_as(ctx, store, names[user], l->accounts[user]));
    for (int where = 0; where < PLACES; where++)
        if (l->touches[user] >> where & 1)
            ops[count++] = (maille_op){
                .kind = MAILLE_OP_ADD, .perimeter = place_ids[where], .code = codes[made]};
    return letter % DEEDS == DO     ? maille_edit_apply(ctx, store, &edit, ops, count, &result)
           : letter % DEEDS == UNDO ? maille_edit_undo(ctx, store, &edit, NULL, &result)
                                    : maille_edit_redo(ctx, store, &edit, NULL, &result);
}

static bool stands(maille_store *store, const model *m) {
    bool same = true;
    for (int where = 0; where < PLACES; where++) {
        maille_perimeter *p = NULL;
        unsigned set = 0;
        CHECK_OK(maille_perimeter_load(ctx, store, "", place_ids[where], NULL, &p, NULL));
        for (int c = 0; c < MOST; c++)
            set |= maille_perimeter_find(p, codes[c]) == MAILLE_ABSENT ? 0 : 1U << c;
        same = same && set == m->set[where];
        maille_perimeter_free(p);
    }
    return same;
}

typedef struct {
    maille_store *store;
    const layout *layout;
    int letters[DEEPEST], deepest;
    unsigned through, refused, nothing;
} walk;

/* One more step after those that went well, on the store and on the model. */
static maille_status take_step(walk *w, int depth, const model *m, model *then) {
    static const model empty;
    model before = empty;
    maille_stale *stale = NULL;
    int blamed;
    memcpy(before.touches, w->layout->touches, sizeof before.touches);
    CHECK_OK(maille_store_begin(ctx, w->store));
    for (int i = 0; i < depth; i++) {
        CHECK_OK(step(w->store, w->layout, w->letters[i], before.count, NULL));
        model_step(&before, w->letters[i], &blamed);
    }
    *then = *m;
    maille_status want = model_step(then, w->letters[depth], &blamed);
    maille_status got = step(w->store, w->layout, w->letters[depth], m->count, &stale);
    if (got != want) {
        printf("%s:", w->layout->name);
        for (int i = 0; i <= depth; i++)
            printf(" %s %s,", names[w->letters[i] / DEEDS],
                   (const char *[]){"does", "undoes", "redoes"}[w->letters[i] % DEEDS]);
        printf(" %s\n", got ? maille_message(ctx) : "");
    }
    CHECK_INT(got, want);
    if (got == MAILLE_OK)
        CHECK(stands(w->store, then));
    if (got == MAILLE_REFUSED && blamed >= 0)
        CHECK(strstr(maille_message(ctx), names[blamed]) != NULL);
    CHECK((stale != NULL) == (got == MAILLE_REFUSED));
    for (uint32_t i = 0; stale && i < stale->count; i++)
        CHECK(stale->items[i].changes->rows > 0);
    maille_stale_free(stale);
    maille_store_rollback(w->store);
    return got;
}

static void go_on(walk *w, int depth, const model *m) {
    if (depth >= (int)(sizeof w->letters / sizeof *w->letters))
        return;
    for (int letter = 0; letter < LETTERS; letter++) {
        model then;
        w->letters[depth] = letter;
        maille_status status = take_step(w, depth, m, &then);
        w->through += status == MAILLE_OK;
        w->refused += status == MAILLE_REFUSED;
        w->nothing += status == MAILLE_NOT_FOUND;
        if (status == MAILLE_OK && depth + 1 < w->deepest) /* what is refused changes nothing */
            go_on(w, depth + 1, &then);
    }
}

static void walk_all(int deepest) {
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        walk w = {.store = new_study(ctx), .layout = &layouts[i], .deepest = deepest};
        model m = {0};
        memcpy(m.touches, w.layout->touches, sizeof m.touches);
        import_perimeters(ctx, w.store, "p.csv",
                          "id;name;status;code\np;P;projet;01016\nq;Q;projet;01017\n", "2020-01-01",
                          false);
        CHECK_INT(adopt(ctx, w.store), 2);
        go_on(&w, 0, &m);
        CHECK(stands(w.store, &m));
        check_sound(ctx, w.store);
        printf("%s: %u steps went through, %u were refused, %u found nothing\n", w.layout->name,
               w.through, w.refused, w.nothing);
        CHECK(w.through > 10 && w.nothing > 0 && (w.refused > 0 || i == 1));
        maille_store_close(w.store);
    }
}

#endif
