/* Two branches meet: what the outcome must be whatever they hold, and what it is field by field. */
#include "territory/perimeter_kit.h"

static maille_ctx *ctx;

/* ---- the oracle: each field as a number, by who changed it ---- */

typedef struct {
    model out;
    int conflicts;
} outcome;

static int merge_number(int base, int ours, int theirs, int *conflicts) {
    bool we = ours != base, they = theirs != base;
    if (we && they && ours != theirs)
        ++*conflicts;
    return we ? ours : theirs;
}

static bool same_model_member(model_member a, model_member b) {
    return a.in == b.in && a.share == b.share && a.reason == b.reason && a.zone == b.zone;
}

static model_member merge_model_member(model_member b, model_member o, model_member t,
                                       int *conflicts) {
    if (o.in && t.in) {
        int share = b.in ? b.share : -1; /* a share that nobody had */
        return (model_member){true, merge_number(share, o.share, t.share, conflicts),
                              merge_number(b.reason, o.reason, t.reason, conflicts),
                              merge_number(b.zone, o.zone, t.zone, conflicts)};
    }
    if (!o.in && !t.in)
        return o;
    bool we = !same_model_member(o, b), they = !same_model_member(t, b);
    *conflicts += we && they;
    return we ? o : t;
}

static int status_key(const model *m, int k) {
    if (k >= m->status_count)
        return -1;
    return m->statuses[k].status * 100 + m->statuses[k].by * 10 + m->statuses[k].dated;
}

/* How many statuses both begin with. */
static int common(const model *a, const model *b) {
    int k = 0;
    while (k < a->status_count && k < b->status_count && status_key(a, k) == status_key(b, k))
        k++;
    return k;
}

static void take_statuses(model *to, const model *from) {
    memcpy(to->statuses, from->statuses, sizeof to->statuses);
    to->status_count = from->status_count;
}

static void merge_model_statuses(const model *b, const model *o, const model *t, outcome *all) {
    bool same_ot = common(o, t) == o->status_count && o->status_count == t->status_count;
    bool same_bo = common(b, o) == b->status_count && o->status_count == b->status_count;
    bool same_bt = common(b, t) == b->status_count && t->status_count == b->status_count;
    take_statuses(&all->out, o);
    if (same_ot || same_bt)
        return;
    bool both_went_on = common(b, o) == b->status_count && common(b, t) == b->status_count;
    bool they_are_ahead = common(o, t) == o->status_count;
    bool we_are_ahead = common(o, t) == t->status_count;
    if (same_bo || (both_went_on && they_are_ahead)) {
        take_statuses(&all->out, t);
    } else if (!(both_went_on && we_are_ahead)) {
        for (int k = 0; k < MOST_STATUSES; k++)
            all->conflicts += status_key(o, k) != status_key(t, k);
    }
}

static outcome merge_models(const model *b, const model *o, const model *t) {
    static const model none = {.name = -1, .kind = -1};
    outcome all = {.out = *o};
    if (!b->there)
        b = &none;
    for (int u = 0; u < UNITS; u++)
        all.out.members[u] =
            merge_model_member(b->members[u], o->members[u], t->members[u], &all.conflicts);
    all.out.name = merge_number(b->name, o->name, t->name, &all.conflicts);
    all.out.contact = merge_number(b->contact, o->contact, t->contact, &all.conflicts);
    all.out.kind = merge_number(b->kind, o->kind, t->kind, &all.conflicts);
    merge_model_statuses(b, o, t, &all);
    return all;
}

/* ---- chance ---- */

/* A few changes anywhere. */
static model branch_of(model m) {
    for (int changes = chance(5); m.there && changes > 0; changes--) {
        if (chance(4) == 0)
            m.name = chance(TEXTS);
        if (chance(4) == 0)
            m.contact = chance(TEXTS);
        if (chance(8) == 0)
            m.kind = chance(TEXTS);
        if (chance(4) == 0 && m.status_count < MOST_STATUSES)
            append_random_status(&m);
        if (chance(12) == 0)
            take_statuses(&m, &(model){.status_count = 1, .statuses = {{chance(5), 0, true}}});
        change_model(&m, 0, 1);
    }
    return m;
}

typedef struct {
    model models[3]; /* base, ours, theirs */
    maille_perimeter *values[3];
} triple;

static triple random_triple(void) {
    triple t;
    t.models[0] = random_model();
    for (int k = 1; k < 3; k++)
        t.models[k] = chance(10) == 0 ? random_model() : branch_of(t.models[0]);
    for (int k = 0; k < 3; k++)
        if (chance(15) == 0)
            t.models[k] = (model){0};
    for (int k = 0; k < 3; k++)
        t.values[k] = value_of(&t.models[k]);
    return t;
}

static void free_triple(triple *t) {
    for (int k = 0; k < 3; k++)
        maille_perimeter_free(t->values[k]);
}

/* Merges, and returns how many conflicts there were. */
static uint32_t conflicts_of(const maille_perimeter *b, const maille_perimeter *o,
                             const maille_perimeter *t, const model *want) {
    maille_perimeter *merged = NULL;
    maille_differences *conflicts = NULL;
    CHECK_INT(maille_perimeter_merge(ctx, b, o, t, &merged, &conflicts), MAILLE_OK);
    uint32_t count = conflicts->count;
    CHECK(is_model(merged, want));
    maille_perimeter_free(merged);
    maille_differences_free(conflicts);
    return count;
}

/* ---- laws ---- */

TEST(who_did_nothing_has_no_say) {
    for (int round = 0; round < 2000; round++) {
        triple t = random_triple();
        const maille_perimeter *b = t.values[0], *x = t.values[1];
        CHECK_INT(conflicts_of(b, b, x, &t.models[1]), 0);
        CHECK_INT(conflicts_of(b, x, b, &t.models[1]), 0);
        CHECK_INT(conflicts_of(b, x, x, &t.models[1]), 0);
        CHECK_INT(conflicts_of(b, b, b, &t.models[0]), 0);
        free_triple(&t);
    }
}

TEST(sides_change_places_and_conflicts_with_them) {
    int quiet = 0, loud = 0;
    for (int round = 0; round < 3000; round++) {
        triple t = random_triple();
        maille_perimeter *one = NULL, *two = NULL;
        maille_differences *first = NULL, *second = NULL;
        maille_perimeter *const *v = t.values;
        CHECK_INT(maille_perimeter_merge(ctx, v[0], v[1], v[2], &one, &first), MAILLE_OK);
        CHECK_INT(maille_perimeter_merge(ctx, v[0], v[2], v[1], &two, &second), MAILLE_OK);
        CHECK_INT(first->count, second->count);
        for (uint32_t i = 0; i < first->count && i < second->count; i++) {
            const maille_difference *f = &first->items[i], *s = &second->items[i];
            CHECK_TEXT(f->what, s->what);
            CHECK(same_text(f->code, s->code));
            CHECK(same_text(f->before, s->after) && same_text(f->after, s->before));
            CHECK(!same_text(f->before, f->after));
        }
        if (first->count == 0) { /* then they commute */
            maille_differences *none = NULL;
            CHECK_INT(maille_perimeter_diff(ctx, one, two, &none), MAILLE_OK);
            CHECK_INT(none->count, 0);
            maille_differences_free(none);
            quiet++;
        } else {
            loud++;
        }
        maille_perimeter_free(one);
        maille_perimeter_free(two);
        maille_differences_free(first);
        maille_differences_free(second);
        free_triple(&t);
    }
    CHECK(quiet > 300 && loud > 300);
}

TEST(edits_of_different_things_never_conflict) {
    for (int round = 0; round < 2000; round++) {
        model b = random_model(), both;
        model x = b, y = b;
        for (int changes = chance(6); changes > 0; changes--)
            change_model(&x, 0, 2);
        for (int changes = chance(6); changes > 0; changes--)
            change_model(&y, 1, 2);
        x.name = chance(TEXTS);
        y.contact = chance(TEXTS);
        if (y.status_count < MOST_STATUSES)
            append_random_status(&y);
        both = y;
        both.name = x.name;
        for (int u = 0; u < UNITS; u += 2)
            both.members[u] = x.members[u];
        maille_perimeter *vb = value_of(&b), *vx = value_of(&x), *vy = value_of(&y);
        CHECK_INT(conflicts_of(vb, vx, vy, &both), 0);
        CHECK_INT(conflicts_of(vb, vy, vx, &both), 0);
        maille_perimeter_free(vb);
        maille_perimeter_free(vx);
        maille_perimeter_free(vy);
    }
}

TEST(random_branches_meet_as_the_models_do) {
    int loud = 0;
    for (int round = 0; round < 5000; round++) {
        triple t = random_triple();
        const model *m = t.models;
        if (m[1].there && m[2].there) {
            outcome want = merge_models(&m[0], &m[1], &m[2]);
            CHECK_INT(conflicts_of(t.values[0], t.values[1], t.values[2], &want.out),
                      want.conflicts);
            loud += want.conflicts > 0;
        }
        free_triple(&t);
    }
    CHECK(loud > 500);
}

/* ---- what is not there ---- */

static void check_absent(const model *b, const model *o, const model *t, const model *want,
                         bool conflict) {
    maille_perimeter *vb = value_of(b), *vo = value_of(o), *vt = value_of(t), *merged = NULL;
    maille_differences *found = NULL;
    CHECK_INT(maille_perimeter_merge(ctx, vb, vo, vt, &merged, &found), MAILLE_OK);
    CHECK(is_model(merged, want));
    CHECK_INT(found->count, conflict);
    if (conflict) {
        CHECK_TEXT(found->items[0].what, "perimetre");
        CHECK(same_text(found->items[0].before, vo ? vo->name : NULL));
        CHECK(same_text(found->items[0].after, vt ? vt->name : NULL));
    }
    maille_perimeter_free(vb);
    maille_perimeter_free(vo);
    maille_perimeter_free(vt);
    maille_perimeter_free(merged);
    maille_differences_free(found);
}

TEST(a_deletion_meets_what_was_left_alone_or_changed) {
    const model none = {0};
    model b = random_model(), changed = b;
    changed.name = (b.name + 1) % TEXTS;
    check_absent(&b, &none, &b, &none, false);
    check_absent(&b, &b, &none, &none, false);
    check_absent(&b, &none, &none, &none, false);
    check_absent(&b, &none, &changed, &none, true);
    check_absent(&b, &changed, &none, &changed, true);
    check_absent(&none, &none, &b, &b, false);
    check_absent(&none, &b, &none, &b, false);
    check_absent(&none, &none, &none, &none, false);
    /* any change at all is one */
    for (int round = 0; round < 500; round++) {
        model x = branch_of(b);
        maille_perimeter *v = value_of(&x);
        check_absent(&b, &none, &x, &none, !is_model(v, &b));
        maille_perimeter_free(v);
    }
}

/* ---- by hand ---- */

static maille_perimeter *tregor(const char *statuses, const char *members) {
    maille_strbuf json = {0};
    maille_perimeter *p = NULL;
    maille_strbuf_addf(&json,
                       "{\"id\":\"a\",\"kind\":\"cpts\",\"name\":\"N\",\"statuses\":[%s],"
                       "\"members\":[%s]}",
                       statuses, members);
    CHECK_INT(maille_perimeter_parse(ctx, "x", json.text, &p), MAILLE_OK);
    maille_strbuf_free(&json);
    return p;
}

/* `want`: "what code before after; …" of the conflicts. */
static void check_conflicts(maille_perimeter *b, maille_perimeter *o, maille_perimeter *t,
                            const char *want) {
    maille_perimeter *merged = NULL;
    maille_differences *found = NULL;
    maille_strbuf text = {0};
    CHECK_INT(maille_perimeter_merge(ctx, b, o, t, &merged, &found), MAILLE_OK);
    maille_strbuf_add(&text, "");
    for (uint32_t i = 0; i < found->count; i++) {
        const maille_difference *d = &found->items[i];
        maille_strbuf_addf(&text, "%s %s %s %s; ", d->what, d->code ? d->code : "-",
                           d->before ? d->before : "-", d->after ? d->after : "-");
    }
    CHECK_TEXT(text.text, want);
    maille_strbuf_free(&text);
    maille_perimeter_free(b);
    maille_perimeter_free(o);
    maille_perimeter_free(t);
    maille_perimeter_free(merged);
    maille_differences_free(found);
}

#define IDEA "{\"status\":\"idee\"}"
#define DRAFT IDEA ",{\"status\":\"projet\",\"since\":\"2020-01-01\"}"
#define SENT DRAFT ",{\"status\":\"transmis\",\"since\":\"2020-03-01\"}"
#define LATER IDEA ",{\"status\":\"projet\",\"since\":\"2020-02-01\"}"

TEST(statuses_go_on_or_conflict) {
    check_conflicts(tregor(IDEA, ""), tregor(DRAFT, ""), tregor(DRAFT, ""), "");
    check_conflicts(tregor(IDEA, ""), tregor(DRAFT, ""), tregor(SENT, ""), "");
    check_conflicts(tregor(IDEA, ""), tregor(LATER, ""), tregor(SENT, ""),
                    "statut - projet 2020-02-01 projet 2020-01-01; "
                    "statut - - transmis 2020-03-01; ");
    check_conflicts(NULL, tregor(IDEA, ""), tregor(DRAFT, ""), "");
}

TEST(members_conflict_by_field) {
    static const char *const half = "{\"code\":\"1\",\"share\":0.5}";
    check_conflicts(tregor(IDEA, "{\"code\":\"1\"}"), tregor(IDEA, half), tregor(IDEA, ""),
                    "commune 1 0.5 -; ");
    check_conflicts(tregor(IDEA, "{\"code\":\"1\"}"), tregor(IDEA, half),
                    tregor(IDEA, "{\"code\":\"1\",\"share\":0.25}"), "part 1 0.5 0.25; ");
    check_conflicts(tregor(IDEA, ""), tregor(IDEA, half), tregor(IDEA, "{\"code\":\"1\"}"),
                    "part 1 0.5 1; ");
    check_conflicts(tregor(IDEA, ""), tregor(IDEA, half), tregor(IDEA, half), "");
    check_conflicts(tregor(IDEA, "{\"code\":\"1\"}"), tregor(IDEA, half),
                    tregor(IDEA, "{\"code\":\"1\",\"zone\":\"Z\",\"on_purpose\":\"r\"}"), "");
    check_conflicts(tregor(IDEA, "{\"code\":\"1\"}"),
                    tregor(IDEA, "{\"code\":\"1\",\"zone\":\"Y\",\"on_purpose\":\"q\"}"),
                    tregor(IDEA, "{\"code\":\"1\",\"zone\":\"Z\",\"on_purpose\":\"r\"}"),
                    "partage-voulu 1 q r; zone 1 Y Z; ");
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(who_did_nothing_has_no_say),
          CASE(sides_change_places_and_conflicts_with_them),
          CASE(edits_of_different_things_never_conflict),
          CASE(random_branches_meet_as_the_models_do),
          CASE(a_deletion_meets_what_was_left_alone_or_changed), CASE(statuses_go_on_or_conflict),
          CASE(members_conflict_by_field), CASE(stop))
