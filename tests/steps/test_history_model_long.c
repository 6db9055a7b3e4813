/* 500 random changes of perimeters against a plain model kept here: what stands, undo to the start
 * and redo to the end, any time of the past. */
#include "chronicle.h"

static maille_ctx *ctx;
static maille_edit_result result;
static uint64_t seed = 0x9E3779B97F4A7C15;

static uint32_t below(uint32_t n) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 33) % n);
}

/* ---- the model: perimeters as plain structs, the past as an array of all states -------------- */

enum { PERIMETERS = 4, USED = 17 /* communes without parts */, MOST_STATUSES = 24 };
static const char *const ids[PERIMETERS] = {"p0", "p1", "p2", "p3"};
static const char *const words[] = {"Nord", "Sud", "Est", "Ouest", "Centre"};
static const char *const statuses[] = {"idee", "projet", "contractualisee", "en-fonctionnement"};

typedef struct {
    bool there;
    const char *name, *contact;
    int status_count;
    struct {
        const char *id;
        int day; /* of 2020-01-01 on; -1: not dated */
    } status[MOST_STATUSES];
    struct {
        double share; /* 0: no member */
        const char *reason, *zone;
    } member[USED];
} model;
typedef struct {
    model p[PERIMETERS];
} world;

static void day_text(int day, char out[32]) {
    snprintf(out, 32, "20%02d-%02d-%02d", 20 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
}

/* The stroke on the model; false when it is to be refused. */
static bool model_apply(model *m, const maille_op *op, int day) {
    uint32_t code = op->code ? (uint32_t)strtol(op->code + 2, NULL, 10) - 1 : 0;
    if (op->kind == MAILLE_OP_CREATE) {
        if (m->there)
            return false;
        *m = (model){.there = true, .name = op->text, .status_count = 1};
        m->status[0].id = op->status;
        m->status[0].day = day;
        return true;
    }
    if (!m->there)
        return false;
    bool member = m->member[code].share > 0;
    switch (op->kind) {
    case MAILLE_OP_DELETE:
        *m = (model){0};
        return true;
    case MAILLE_OP_ADD:
        if (member)
            return false;
        m->member[code].share = op->share > 0 ? op->share : 1;
        m->member[code].zone = op->zone;
        return true;
    case MAILLE_OP_REMOVE:
        if (member)
            memset(&m->member[code], 0, sizeof m->member[code]);
        return member;
    case MAILLE_OP_SHARE:
        if (!member || op->share <= 0 || op->share > 1)
            return false;
        m->member[code].share = op->share;
        return true;
    case MAILLE_OP_ON_PURPOSE:
        if (member)
            m->member[code].reason = op->text;
        return member;
    case MAILLE_OP_ZONE:
        if (member)
            m->member[code].zone = op->zone;
        return member;
    case MAILLE_OP_RENAME:
        m->name = op->text;
        return true;
    case MAILLE_OP_CONTACT:
        m->contact = op->text;
        return true;
    default:
        if (day < 0 || day < m->status[m->status_count - 1].day ||
            strcmp(op->status, m->status[m->status_count - 1].id) == 0)
            return false;
        m->status[m->status_count].id = op->status;
        m->status[m->status_count++].day = day;
        return true;
    }
}

static bool same_words(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_model(const model *a, const model *b) {
    if (a->there != b->there || !same_words(a->name, b->name) ||
        !same_words(a->contact, b->contact) || a->status_count != b->status_count)
        return false;
    for (int i = 0; i < a->status_count; i++)
        if (strcmp(a->status[i].id, b->status[i].id) != 0 || a->status[i].day != b->status[i].day)
            return false;
    for (int i = 0; i < USED; i++)
        if (a->member[i].share != b->member[i].share ||
            !same_words(a->member[i].reason, b->member[i].reason) ||
            !same_words(a->member[i].zone, b->member[i].zone))
            return false;
    return true;
}

static bool same_world(const world *a, const world *b) {
    for (int i = 0; i < PERIMETERS; i++)
        if (!same_model(&a->p[i], &b->p[i]))
            return false;
    return true;
}

static void check_member(const maille_member *got, const model *m, uint32_t code) {
    CHECK_TEXT(got->code, commune_codes[code]);
    CHECK_NEAR(got->share, m->member[code].share, 0);
    CHECK(same_words(got->reason, m->member[code].reason));
    CHECK(got->on_purpose == (m->member[code].reason != NULL));
    CHECK(same_words(got->zone, m->member[code].zone));
}

static void check_perimeter(const maille_perimeter *got, const model *m) {
    uint32_t n = 0;
    CHECK_TEXT(got->kind, "cpts");
    CHECK_TEXT(got->name, m->name);
    CHECK(same_words(got->contact, m->contact));
    CHECK_INT(got->status_count, m->status_count);
    for (int i = 0; i < m->status_count; i++) {
        char day[32];
        day_text(m->status[i].day, day);
        CHECK_TEXT(got->statuses[i].status, m->status[i].id);
        CHECK(same_words(got->statuses[i].since, m->status[i].day < 0 ? NULL : day));
    }
    for (uint32_t i = 0; i < USED; i++)
        if (m->member[i].share > 0) {
            CHECK(n < got->member_count);
            if (n < got->member_count)
                check_member(&got->members[n++], m, i);
        }
    CHECK_INT(got->member_count, n);
}

/* The workspace shows what the model has, at a moment (NULL: now). */
static void check_world(maille_store *store, const world *w, const maille_moment *when) {
    maille_perimeter_list *list = NULL;
    uint32_t n = 0;
    CHECK_OK(maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, when, &list));
    for (int i = 0; i < PERIMETERS; i++) {
        if (!w->p[i].there)
            continue;
        CHECK(n < list->count);
        if (n == list->count)
            break;
        CHECK_TEXT(list->items[n]->id, ids[i]);
        check_perimeter(list->items[n++], &w->p[i]);
    }
    CHECK_INT(list->count, n);
    maille_perimeter_list_free(list);
}

/* ---- random strokes -------------------------------------------------------------------------- */

static maille_op random_stroke(const world *w, uint32_t perimeter, int *day, char since[32]) {
    static const double shares[] = {1, 0.5, 0.25, 0.125, 0, 1.5};
    static const maille_op_kind often[] = {
        MAILLE_OP_ADD,    MAILLE_OP_ADD,        MAILLE_OP_ADD,    MAILLE_OP_ADD,
        MAILLE_OP_REMOVE, MAILLE_OP_REMOVE,     MAILLE_OP_SHARE,  MAILLE_OP_ON_PURPOSE,
        MAILLE_OP_ZONE,   MAILLE_OP_RENAME,     MAILLE_OP_RENAME, MAILLE_OP_CONTACT,
        MAILLE_OP_STATUS, MAILLE_OP_ON_PURPOSE, MAILLE_OP_DELETE, MAILLE_OP_CREATE};
    const model *m = &w->p[perimeter];
    maille_op op = {.kind = often[below(16)],
                    .perimeter = ids[perimeter],
                    .code = commune_codes[below(USED)],
                    .text = words[below(5)],
                    .zone = below(3) ? words[below(5)] : NULL};
    if (!m->there && below(4))
        op.kind = MAILLE_OP_CREATE;
    if (op.kind == MAILLE_OP_DELETE && below(3))
        op.kind = MAILLE_OP_REMOVE;
    if (op.kind == MAILLE_OP_STATUS && m->status_count == MOST_STATUSES)
        op.kind = MAILLE_OP_ZONE;
    if (op.kind == MAILLE_OP_SHARE || op.kind == MAILLE_OP_ADD)
        op.share = shares[below(op.kind == MAILLE_OP_ADD ? 5 : 6)];
    if ((op.kind == MAILLE_OP_ON_PURPOSE || op.kind == MAILLE_OP_CONTACT) && !below(3))
        op.text = NULL;
    *day = -1;
    if (op.kind == MAILLE_OP_STATUS || op.kind == MAILLE_OP_CREATE) {
        int last = m->there ? m->status[m->status_count - 1].day : 0;
        op.status = statuses[below(4)];
        *day = below(8) ? last + (int)below(4) - (last > 0) : -1;
        day_text(*day, since);
        op.since = *day < 0 ? NULL : since;
    }
    return op;
}

/* The n-th second of 2021. */
static void time_text(uint32_t n, char out[32]) {
    snprintf(out, 32, "2021-%02u-%02uT%02u:%02u:00Z", 1 + n / 1440 / 28, 1 + n / 1440 % 28,
             n / 60 % 24, n % 60);
}

enum { CHANGES = 500 };
static world past[CHANGES + 1];    /* states that undo leads back to */
static world moments[3 * CHANGES]; /* state after each change, taking back or up, in time */
static uint32_t now, done, undone; /* moments; changes to take back; to take up again */

static bool random_change(maille_store *store) {
    maille_op ops[4];
    char since[4][32], at[32];
    uint32_t count = 1 + below(3), at_first = below(PERIMETERS);
    world *w = &past[done], next = *w;
    bool legal = true;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t perimeter = below(3) ? at_first : below(PERIMETERS);
        int day;
        ops[i] = random_stroke(&next, perimeter, &day, since[i]);
        legal = legal && model_apply(&next.p[perimeter], &ops[i], day);
        if (!legal)
            count = i + 1;
    }
    time_text(now, at);
    const maille_edit edit = {.scenario = "", .at = at};
    maille_status status = maille_edit_apply(ctx, store, &edit, ops, count, &result);
    if (!legal || same_world(w, &next)) {
        CHECK_INT(status, MAILLE_REFUSED);
        return false;
    }
    CHECK_OK(status);
    past[++done] = next;
    undone = done;
    moments[now++] = next;
    return true;
}

/* Takes back (or up again) as the model does. */
static void turn(maille_store *store, bool back) {
    char at[32];
    time_text(now, at);
    const maille_edit edit = {.scenario = "", .at = at};
    maille_status status = back ? maille_edit_undo(ctx, store, &edit, NULL, &result)
                                : maille_edit_redo(ctx, store, &edit, NULL, &result);
    if (back ? done == 0 : done == undone) {
        CHECK_INT(status, MAILLE_NOT_FOUND);
        return;
    }
    CHECK_OK(status);
    done += back ? UINT32_MAX : 1;
    moments[now++] = past[done];
}

static void all_documents(maille_store *store, char out[PERIMETERS][4096]) {
    for (int i = 0; i < PERIMETERS; i++)
        snprintf(out[i], 4096, "%s", document_at(ctx, store, "", ids[i], NULL));
}

TEST(five_hundred_random_changes_as_the_model_has_them) {
    static char start[PERIMETERS][4096], end[PERIMETERS][4096], again[PERIMETERS][4096];
    maille_store *store = new_study(ctx);
    uint32_t changes = 0, refused = 0;
    all_documents(store, start);
    while (changes < CHANGES && refused < 20 * CHANGES) {
        uint32_t what = below(12);
        if (what == 0 && now < 2 * CHANGES)
            turn(store, true);
        else if (what == 1 && now < 2 * CHANGES)
            turn(store, false);
        else if (random_change(store))
            changes++;
        else
            refused++;
        if (below(4) == 0)
            check_world(store, &past[done], NULL);
    }
    CHECK_INT(changes, CHANGES);
    CHECK(refused > 50);
    check_world(store, &past[done], NULL);
    check_sound(ctx, store);
    all_documents(store, end);
    uint32_t last = done;
    CHECK(last > 100);
    for (uint32_t i = 0; i < 60; i++) { /* any time of the past */
        char at[32];
        uint32_t then = below(now);
        time_text(then, at);
        check_world(store, &moments[then], &(maille_moment){.at = at});
    }
    while (done > 0)
        turn(store, true);
    all_documents(store, again);
    CHECK(memcmp(start, again, sizeof start) == 0);
    turn(store, true); /* nothing is left */
    while (done < last)
        turn(store, false);
    turn(store, false);
    all_documents(store, again);
    for (int i = 0; i < PERIMETERS; i++)
        CHECK_TEXT(again[i], end[i]);
    check_sound(ctx, store);
    maille_store_close(store);
}

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(five_hundred_random_changes_as_the_model_has_them), CASE(tear_down))
