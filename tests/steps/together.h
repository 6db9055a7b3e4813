/* Two writers prepare each its change upon one state; one writes, then the other. Plain sets and
 * texts say what must come of it. */
#ifndef TESTS_STEPS_TOGETHER_H
#define TESTS_STEPS_TOGETHER_H

#include "chronicle.h"

#include <maille/journal.h>

static maille_ctx *ctx;
static maille_edit_result result;

/* ---- the model: perimeters as sets of communes and a few texts ---- */

enum { P, Q, R, PLACES };
static const char *const place_ids[PLACES] = {"p", "q", "r"};
enum { CODES = 9, WHOLE = 7, PART = 8 }; /* WHOLE and PART exclude each other */
static const char *const codes[CODES] = {"01001", "01002", "01003", "01004", "01005",
                                         "01006", "01007", "75056", "75101"};

typedef struct {
    bool there;
    char name[16], contact[16], status[32]; /* "" = none */
    struct {
        bool in;
        double share;
        char zone[16], reason[16];
    } member[CODES];
} place;
typedef struct {
    place at[PLACES];
} world;

static const char file[] =
    "id;name;status;code;share\n"
    "p;Pe;projet;01001;\n"
    "p;Pe;projet;01002;0.5\n"
    "p;Pe;projet;01003;\n"
    "q;Ku;projet;01004;\n"
    "q;Ku;projet;01005;\n";

static world first_world(void) {
    world w = {0};
    w.at[P] = (place){.there = true, .name = "Pe", .status = "projet"};
    w.at[Q] = (place){.there = true, .name = "Ku", .status = "projet"};
    for (int c = 0; c < 5; c++) {
        w.at[c < 3 ? P : Q].member[c].in = true;
        w.at[c < 3 ? P : Q].member[c].share = c == 1 ? 0.5 : 1;
    }
    return w;
}

static int place_of(const char *id) {
    return id[0] - 'p';
}

static int code_of(const char *code) {
    int c = 0;
    while (strcmp(codes[c], code) != 0)
        c++;
    return c;
}

static void put(char *to, const char *text) {
    snprintf(to, 16, "%s", text ? text : "");
}

/* One stroke; false where it cannot be. */
static bool model_member(place *at, const maille_op *op) {
    int c = code_of(op->code);
    bool in = at->member[c].in;
    if (op->kind == MAILLE_OP_ADD) {
        at->member[c].in = true;
        at->member[c].share = op->share > 0 ? op->share : 1;
        put(at->member[c].zone, op->zone);
        put(at->member[c].reason, "");
        return !in && !(at->member[WHOLE].in && at->member[PART].in);
    }
    if (op->kind == MAILLE_OP_REMOVE)
        memset(&at->member[c], 0, sizeof at->member[c]);
    else if (op->kind == MAILLE_OP_SHARE)
        at->member[c].share = op->share;
    else if (op->kind == MAILLE_OP_ZONE)
        put(at->member[c].zone, op->zone);
    else
        put(at->member[c].reason, op->text);
    return in;
}

static bool model_stroke(world *w, const maille_op *op) {
    place *at = &w->at[place_of(op->perimeter)];
    bool there = at->there;
    switch (op->kind) {
    case MAILLE_OP_CREATE:
        *at = (place){.there = true};
        put(at->name, op->text);
        snprintf(at->status, sizeof at->status, "%s", op->status);
        return !there;
    case MAILLE_OP_DELETE:
        memset(at, 0, sizeof *at);
        return there;
    case MAILLE_OP_RENAME:
        put(at->name, op->text);
        return there;
    case MAILLE_OP_CONTACT:
        put(at->contact, op->text);
        return there;
    case MAILLE_OP_STATUS:
        snprintf(at->status, sizeof at->status, "%s", op->status);
        return there;
    default:
        return there && model_member(at, op);
    }
}

static bool same_member(const place *a, const place *b, int c) {
    return a->member[c].in == b->member[c].in && a->member[c].share == b->member[c].share &&
           strcmp(a->member[c].zone, b->member[c].zone) == 0 &&
           strcmp(a->member[c].reason, b->member[c].reason) == 0;
}

static bool same_place(const place *a, const place *b) {
    bool same = a->there == b->there && strcmp(a->name, b->name) == 0 &&
                strcmp(a->contact, b->contact) == 0 && strcmp(a->status, b->status) == 0;
    for (int c = 0; c < CODES; c++)
        same = same && same_member(a, b, c);
    return same;
}

/* ---- the changes ---- */

enum { MOST_STROKES = 3 };
typedef struct {
    const char *name;
    maille_op strokes[MOST_STROKES];
} change;
static const change changes[] = {
    {"add", {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01006"}}},
    {"add another", {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01007", .zone = "Sud"}}},
    {"add a whole", {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "75056"}}},
    {"add its part", {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "75101"}}},
    {"remove", {{.kind = MAILLE_OP_REMOVE, .perimeter = "p", .code = "01001"}}},
    {"share", {{.kind = MAILLE_OP_SHARE, .perimeter = "p", .code = "01002", .share = 0.75}}},
    {"zone", {{.kind = MAILLE_OP_ZONE, .perimeter = "p", .code = "01003", .zone = "Nord"}}},
    {"on purpose",
     {{.kind = MAILLE_OP_ON_PURPOSE, .perimeter = "p", .code = "01002", .text = "accord"}}},
    {"rename", {{.kind = MAILLE_OP_RENAME, .perimeter = "p", .text = "Pi"}}},
    {"contact", {{.kind = MAILLE_OP_CONTACT, .perimeter = "p", .text = "Anne"}}},
    {"status",
     {{.kind = MAILLE_OP_STATUS,
       .perimeter = "p",
       .status = "lettre-intention",
       .since = "2020-05-01"}}},
    {"delete", {{.kind = MAILLE_OP_DELETE, .perimeter = "p"}}},
    {"move",
     {{.kind = MAILLE_OP_REMOVE, .perimeter = "p", .code = "01001"},
      {.kind = MAILLE_OP_ADD, .perimeter = "q", .code = "01001"}}},
    {"merge",
     {{.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01004"},
      {.kind = MAILLE_OP_ADD, .perimeter = "p", .code = "01005"},
      {.kind = MAILLE_OP_DELETE, .perimeter = "q"}}},
    {"create",
     {{.kind = MAILLE_OP_CREATE, .perimeter = "r", .text = "Er", .status = "projet"},
      {.kind = MAILLE_OP_ADD, .perimeter = "r", .code = "01006"}}},
    {"remove there", {{.kind = MAILLE_OP_REMOVE, .perimeter = "q", .code = "01004"}}},
};
enum { CHANGES = sizeof changes / sizeof *changes };

static size_t strokes_of(const change *c) {
    size_t n = 1;
    while (n < MOST_STROKES && c->strokes[n].perimeter)
        n++;
    return n;
}

static bool touches(const change *c, int where) {
    for (size_t i = 0; i < strokes_of(c); i++)
        if (place_of(c->strokes[i].perimeter) == where)
            return true;
    return false;
}

static bool model_apply(world *w, const change *c) {
    for (size_t i = 0; i < strokes_of(c); i++)
        if (!model_stroke(w, &c->strokes[i]))
            return false;
    return true;
}

/* Whether a stroke has to do with what became of its perimeter. */
static bool meets(const maille_op *op, const place *was, const place *is) {
    switch (op->kind) {
    case MAILLE_OP_RENAME:
        return strcmp(was->name, is->name) != 0;
    case MAILLE_OP_CONTACT:
        return strcmp(was->contact, is->contact) != 0;
    case MAILLE_OP_STATUS:
        return strcmp(was->status, is->status) != 0;
    case MAILLE_OP_CREATE:
    case MAILLE_OP_DELETE:
        return true;
    default:
        return !same_member(was, is, code_of(op->code));
    }
}

/* What must come of `second`, prepared upon `was`, where `is` stands. */
typedef struct {
    bool through, bare;    /* bare: refused for what it is, nobody is to look again */
    bool conflict[PLACES]; /* else what is told */
    world then;
} verdict;

static verdict judge(const world *was, const world *is, const change *second, bool tolerant,
                     bool sees_new) {
    verdict v = {.through = true, .then = *is};
    world alone = *was;
    bool impossible = !model_apply(&v.then, second);
    CHECK(model_apply(&alone, second));
    for (int where = 0; where < PLACES; where++) {
        const place *a = &was->at[where], *b = &is->at[where];
        bool known = where != R || sees_new;
        if (!touches(second, where) || !known || same_place(a, b))
            continue;
        bool conflict = !tolerant || !a->there || !b->there;
        for (size_t i = 0; i < strokes_of(second); i++)
            if (place_of(second->strokes[i].perimeter) == where)
                conflict = conflict || meets(&second->strokes[i], a, b);
        v.conflict[where] = conflict;
        v.through = v.through && !conflict;
    }
    if (v.through && impossible) {
        v.through = false;
        v.bare = touches(second, R); /* made twice, and it was not said that it was not there */
        v.conflict[P] = !v.bare;     /* else a whole and its part, in p */
    }
    return v;
}

/* ---- the store ---- */

static void load(maille_store *store, world *w, int64_t versions[PLACES], char states[PLACES][65]) {
    memset(w, 0, sizeof *w);
    for (int where = 0; where < PLACES; where++) {
        place *at = &w->at[where];
        maille_perimeter *p = NULL;
        maille_status status =
            maille_perimeter_load(ctx, store, "", place_ids[where], NULL, &p, &versions[where]);
        states[where][0] = '\0';
        if (status == MAILLE_NOT_FOUND) {
            versions[where] = 0;
            continue;
        }
        CHECK_OK(status);
        CHECK_OK(maille_perimeter_hash(ctx, p, states[where]));
        at->there = true;
        put(at->name, p->name);
        put(at->contact, p->contact);
        snprintf(at->status, sizeof at->status, "%s", p->statuses[p->status_count - 1].status);
        for (uint32_t m = 0; m < p->member_count; m++) {
            int c = code_of(p->members[m].code);
            at->member[c].in = true;
            at->member[c].share = p->members[m].share;
            put(at->member[c].zone, p->members[m].zone);
            put(at->member[c].reason, p->members[m].reason);
        }
        maille_perimeter_free(p);
    }
}

static bool stands(maille_store *store, const world *want) {
    int64_t versions[PLACES];
    char states[PLACES][65];
    world got;
    load(store, &got, versions, states);
    for (int where = 0; where < PLACES; where++)
        if (!same_place(&got.at[where], &want->at[where]))
            return false;
    return true;
}

/* What a writer saw: of p and q their versions and the beginnings of their states; of r, where
 * `sees_new`, that it is not there. */
typedef struct {
    maille_seen seen[PLACES];
    char states[PLACES][65];
    size_t count;
} view;

static view look(maille_store *store, bool sees_new) {
    view v = {.count = sees_new ? PLACES : R};
    int64_t versions[PLACES];
    world w;
    load(store, &w, versions, v.states);
    for (int where = 0; where < PLACES; where++) {
        v.states[where][16] = '\0';
        v.seen[where] = (maille_seen){.perimeter = place_ids[where], .version = versions[where]};
    }
    return v;
}

static maille_status write_as(maille_store *store, const char *who, view *v, bool tolerant,
                              const change *c, maille_stale **stale) {
    for (size_t i = 0; i < v->count; i++)
        v->seen[i].state = v->states[i];
    const maille_edit edit = {.scenario = "",
                              .seen = v->seen,
                              .seen_count = v->count,
                              .see_all = true,
                              .tolerant = tolerant,
                              .stale = stale};
    CHECK_OK(maille_store_act_as(ctx, store, who, who));
    return maille_edit_apply(ctx, store, &edit, c->strokes, strokes_of(c), &result);
}

/* What is told is told of each conflict and of nothing else, with the change of the other. */
static void check_stale(const maille_stale *stale, const verdict *v, const world *was,
                        const world *is, const char *change_id) {
    uint32_t conflicts = 0;
    for (int where = 0; where < PLACES; where++)
        conflicts += v->conflict[where];
    CHECK_INT(stale ? stale->count : 0, conflicts);
    for (uint32_t i = 0; stale && i < stale->count; i++) {
        int where = place_of(stale->items[i].perimeter);
        const maille_differences *d = stale->items[i].differences;
        uint32_t in_or_out = 0, told = 0;
        CHECK(v->conflict[where]);
        CHECK_INT(stale->items[i].changes->rows, 1);
        CHECK_TEXT(cell(stale->items[i].changes, 0, "id"), change_id);
        CHECK_TEXT(cell(stale->items[i].changes, 0, "who"), "anne");
        CHECK(stale->items[i].version == number(stale->items[i].changes, 0, "version"));
        CHECK((stale->items[i].state[0] != '\0') == is->at[where].there);
        for (int c = 0; c < CODES; c++)
            in_or_out += was->at[where].member[c].in != is->at[where].member[c].in;
        for (uint32_t k = 0; k < d->count; k++)
            told += strcmp(d->items[k].what, "commune") == 0;
        CHECK(d->count > 0);
        CHECK_INT(told, in_or_out);
    }
}

static uint32_t went_through, were_told, were_bare;

static void try_pair(maille_store *store, const world *was, const change *a, const change *b,
                     bool tolerant) {
    bool sees_new = tolerant;
    view anne = look(store, false), bruno = look(store, sees_new);
    maille_stale *stale = NULL;
    world is = *was;
    CHECK(model_apply(&is, a));
    CHECK_OK(write_as(store, "anne", &anne, false, a, NULL));
    CHECK(stands(store, &is));
    char first[33];
    snprintf(first, sizeof first, "%s", result.id);
    const verdict v = judge(was, &is, b, tolerant, sees_new);
    maille_status status = write_as(store, "bruno", &bruno, tolerant, b, &stale);
    if ((status == MAILLE_OK) != v.through)
        printf("%s, then %s%s: %s\n", a->name, b->name, tolerant ? ", tolerantly" : "",
               status ? maille_message(ctx) : "went through");
    CHECK_INT(status, v.through ? MAILLE_OK : MAILLE_REFUSED);
    CHECK((stale != NULL) == (!v.through && !v.bare));
    if (!v.through && !v.bare)
        check_stale(stale, &v, was, &is, first);
    CHECK(stands(store, v.through ? &v.then : &is)); /* what was acknowledged is there */
    went_through += v.through;
    were_bare += v.bare;
    were_told += !v.through && !v.bare;
    maille_stale_free(stale);
    const maille_edit back = {.scenario = ""};
    if (v.through) {
        CHECK_OK(maille_edit_undo(ctx, store, &back, NULL, &result));
        CHECK(stands(store, &is));
    }
    CHECK_OK(maille_edit_undo(ctx, store, &back, NULL, &result));
    CHECK(stands(store, was));
}

static maille_store *new_place(void) {
    maille_store *store = new_study(ctx);
    import_perimeters(ctx, store, "p.csv", file, "2020-01-01", false);
    CHECK_INT(adopt(ctx, store), 2);
    return store;
}

/* Every change after every other, strictly and tolerantly: each `every`th of these pairs. */
static void try_pairs(size_t every) {
    const world was = first_world();
    maille_store *store = new_place();
    size_t tried = 0;
    CHECK(stands(store, &was));
    for (size_t i = 0; i < (size_t)2 * CHANGES * CHANGES; i += every, tried++)
        try_pair(store, &was, &changes[i / 2 / CHANGES], &changes[i / 2 % CHANGES], i % 2 != 0);
    check_sound(ctx, store);
    printf("pairs: %zu, went through: %u, told: %u, refused for what they are: %u\n", tried,
           went_through, were_told, were_bare);
    maille_store_close(store);
}

#endif
