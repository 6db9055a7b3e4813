/* Desks: the perimeters of a kind of a scenario held warm as they stand, for what-ifs, strokes and
 * findings. A desk catches up with the workspace by the changes that it has not seen; it is made
 * anew when the ground that it stands on is another. */
#include "service/editing.h"
#include "service/world.h"

#include <maille/map.h>
#include <stdio.h>
#include <string.h>

enum {
    MARK = 96,
    MOST_DESKS = 16, /* those that nobody works at go first, the least used of them */
    MOST_BEHIND = 64 /* changes to catch up with; more are read as a whole */
};

/* Version and state of a perimeter. */
typedef struct {
    int64_t version;
    char state[65];
} standing;

struct desk {
    char *scenario, *kind;
    desks *all;
    unsigned users; /* under the lock of `all`, as what follows up to `last_use` */
    bool spoilt;
    uint64_t last_use;
    pthread_mutex_t lock; /* who works at it */
    held_ground *ground;  /* NULL: nothing is known yet */
    uint64_t file;        /* that its number is of */
    char made[MARK];      /* when the scenario was, and by whom: another may bear its id later */
    maille_live *live;
    int64_t number; /* of the last change that it knows */
    maille_names *place;
    MAILLE_VEC(standing) standings;
};

struct desks {
    service *service;
    pthread_mutex_t lock;
    MAILLE_VEC(desk *) of;
    uint64_t clock;
};

maille_status desks_new(service *s, desks **out) {
    desks *all = maille_alloc(1, sizeof *all);
    if (!all)
        return maille_no_memory(s->ctx);
    all->service = s;
    pthread_mutex_init(&all->lock, NULL);
    *out = all;
    return MAILLE_OK;
}

/* What it knows; its name stays. */
static void forget(desk *d) {
    maille_live_free(d->live);
    maille_names_free(d->place);
    MAILLE_VEC_FREE(&d->standings);
    if (d->ground)
        ground_drop(d->ground);
    d->live = NULL;
    d->place = NULL;
    d->ground = NULL;
    d->number = 0;
}

static void desk_free(desk *d) {
    if (!d)
        return;
    forget(d);
    pthread_mutex_destroy(&d->lock);
    maille_free(d->scenario);
    maille_free(d->kind);
    maille_free(d);
}

void desks_free(desks *all) {
    if (!all)
        return;
    for (size_t i = 0; i < all->of.count; i++)
        desk_free(all->of.items[i]);
    MAILLE_VEC_FREE(&all->of);
    pthread_mutex_destroy(&all->lock);
    maille_free(all);
}

/* ---- which desk ---- */

static desk *desk_new(desks *all, const char *scenario, const char *kind) {
    desk *d = maille_alloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->all = all;
    pthread_mutex_init(&d->lock, NULL);
    d->scenario = maille_strdup(scenario);
    d->kind = maille_strdup(kind);
    if (!d->scenario || !d->kind) {
        desk_free(d);
        return NULL;
    }
    return d;
}

void desks_forget(desks *all) {
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->of.count; i++)
        all->of.items[i]->spoilt = true;
    pthread_mutex_unlock(&all->lock);
}

/* Spoilt desks that nobody works at go, and the least used beyond the most. */
static void tidy(desks *all) {
    desk *oldest = NULL;
    for (size_t i = 0; all->of.count > MOST_DESKS && i < all->of.count; i++) {
        desk *d = all->of.items[i];
        if (!d->users && (!oldest || d->last_use < oldest->last_use))
            oldest = d;
    }
    for (size_t i = all->of.count; i-- > 0;) {
        desk *d = all->of.items[i];
        if (d->users || (!d->spoilt && d != oldest))
            continue;
        all->of.items[i] = all->of.items[--all->of.count];
        desk_free(d);
    }
}

/* The desk of that name, made where there is none; NULL: memory ran out. */
static desk *find(desks *all, const char *scenario, const char *kind) {
    for (size_t i = 0; i < all->of.count; i++) {
        desk *d = all->of.items[i];
        if (!d->spoilt && strcmp(d->scenario, scenario) == 0 && strcmp(d->kind, kind) == 0)
            return d;
    }
    desk *d = desk_new(all, scenario, kind);
    if (d && !MAILLE_VEC_PUSH(&all->of, d)) {
        desk_free(d);
        return NULL;
    }
    return d;
}

static desk *sit_down(desks *all, const char *scenario, const char *kind) {
    pthread_mutex_lock(&all->lock);
    tidy(all);
    desk *d = find(all, scenario, kind);
    if (d) {
        d->users++;
        d->last_use = ++all->clock;
    }
    pthread_mutex_unlock(&all->lock);
    return d;
}

static void leave(desk *d, bool spoilt) {
    desks *all = d->all;
    pthread_mutex_lock(&all->lock); /* who waits for the desk is to find it spoilt */
    d->spoilt |= spoilt;
    pthread_mutex_unlock(&all->lock);
    pthread_mutex_unlock(&d->lock);
    pthread_mutex_lock(&all->lock);
    d->users--;
    tidy(all);
    pthread_mutex_unlock(&all->lock);
}

void desk_give(desk *d) {
    if (d)
        leave(d, false);
}

void desk_drop(desk *d) {
    if (d)
        leave(d, true);
}

/* ---- what stands ---- */

static maille_status stands(maille_ctx *ctx, desk *d, const char *id, int64_t version,
                            const char *state) {
    standing now = {.version = version};
    uint32_t at = maille_names_get(d->place, id);
    snprintf(now.state, sizeof now.state, "%s", state ? state : "");
    if (at != MAILLE_ABSENT && at < d->standings.count && d->standings.items) {
        d->standings.items[at] = now;
        return MAILLE_OK;
    }
    at = (uint32_t)d->standings.count;
    return MAILLE_VEC_PUSH(&d->standings, now) && maille_names_set(d->place, id, at)
               ? MAILLE_OK
               : maille_no_memory(ctx);
}

/* Versions and states of a table of heads. */
static maille_status read_heads(maille_ctx *ctx, desk *d, maille_store *store, const char *table) {
    static const char *const columns[] = {"perimeter_id", "version", "state"};
    const maille_value scenario = maille_text_value(d->scenario);
    const maille_filter of = maille_equals("scenario", &scenario);
    const maille_query query = {
        .table = table, .columns = columns, .column_count = 3, .filter = &of};
    maille_table *rows = NULL;
    maille_status status = maille_store_read(ctx, store, &query, &rows);
    for (size_t i = 0; status == MAILLE_OK && i < rows->rows; i++)
        status = stands(ctx, d, rows->columns[0].texts[i], rows->columns[1].ints[i],
                        rows->columns[2].texts[i]);
    maille_table_free(rows);
    return status;
}

/* Takes the ground over. */
static maille_status warm_up(view *v, desk *d, maille_store *store, held_ground *ground,
                             int64_t number) {
    static const maille_moment now;
    maille_ctx *ctx = v->ctx;
    maille_perimeter_list *list = NULL;
    maille_status status = MAILLE_OK;
    const maille_loaded *loaded = ground_loaded(ground);
    forget(d);
    d->ground = ground;
    d->file = v->file;
    MAILLE_TRY(
        maille_perimeters_load(ctx, store, d->scenario, d->kind, MAILLE_INTERNE, &now, &list));
    d->place = maille_names_new(list->count);
    if (!d->place)
        MAILLE_TRY(maille_no_memory(ctx));
    MAILLE_TRY(read_heads(ctx, d, store, "scenario_base"));
    MAILLE_TRY(read_heads(ctx, d, store, "scenario_head"));
    MAILLE_TRY(
        maille_live_new(ctx, maille_loaded_ground(loaded), maille_loaded_rules_of(loaded, d->kind),
                        maille_loaded_publication(loaded),
                        (const maille_perimeter *const *)list->items, list->count, &d->live));
    d->number = number;
done:
    maille_perimeter_list_free(list);
    if (status)
        forget(d);
    return status;
}

/* The perimeter as this kind has it. */
static const maille_perimeter *of_kind(const desk *d, const maille_perimeter *p) {
    return p && strcmp(p->kind, d->kind) == 0 ? p : NULL;
}

static maille_status take_change(maille_ctx *ctx, desk *d, maille_store *store, const char *id,
                                 int64_t number) {
    maille_change_sides *sides = NULL;
    maille_status status = maille_change_sides_of(ctx, store, d->scenario, id, &sides);
    if (status == MAILLE_OK)
        status = desk_decide(ctx, d, sides, number);
    maille_change_sides_free(sides);
    return status;
}

/* Brings the territory to one side of a change. */
static maille_status set_side(maille_ctx *ctx, desk *d, const maille_change_sides *sides,
                              bool after) {
    maille_live_state *states = maille_alloc((size_t)sides->count + 1, sizeof *states);
    if (!states)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < sides->count; i++)
        states[i] =
            (maille_live_state){sides->items[i].perimeter,
                                of_kind(d, after ? sides->items[i].after : sides->items[i].before)};
    maille_status status = maille_live_set(ctx, d->live, states, sides->count);
    maille_free(states);
    return status;
}

/* From before to after, so that the last change is this one even where it was known already. */
maille_status desk_decide(maille_ctx *ctx, desk *d, const maille_change_sides *sides,
                          int64_t number) {
    maille_status status = MAILLE_OK;
    MAILLE_TRY(set_side(ctx, d, sides, false));
    MAILLE_TRY(set_side(ctx, d, sides, true));
    for (uint32_t i = 0; i < sides->count; i++)
        MAILLE_TRY(stands(ctx, d, sides->items[i].perimeter, sides->items[i].version,
                          sides->items[i].after_hash));
    d->number = number;
done:
    return status;
}

/* False where it must be read as a whole. */
static maille_status catch_up(maille_ctx *ctx, desk *d, maille_store *store, int64_t number,
                              bool *done_so) {
    maille_table *missed = NULL;
    maille_status status = MAILLE_OK;
    *done_so = false;
    MAILLE_TRY(maille_history_since(ctx, store, d->scenario, d->number, &missed));
    if (missed->rows > MOST_BEHIND)
        goto done;
    const maille_column *ids = &missed->columns[maille_table_column(missed, "id")];
    const maille_column *numbers = &missed->columns[maille_table_column(missed, "number")];
    for (size_t i = 0; i < missed->rows; i++)
        MAILLE_TRY(take_change(ctx, d, store, ids->texts[i], numbers->ints[i]));
    d->number = number;
    *done_so = true;
done:
    maille_table_free(missed);
    return status;
}

/* "" for the reference; MAILLE_NOT_FOUND: no such scenario. */
static maille_status read_mark(maille_ctx *ctx, maille_store *store, const char *scenario,
                               char mark[MARK]) {
    static const char *const columns[] = {"at", "who"};
    const maille_value id = maille_text_value(scenario);
    const maille_filter of = maille_equals("id", &id);
    const maille_query query = {
        .table = "scenario", .columns = columns, .column_count = 2, .filter = &of};
    maille_table *rows = NULL;
    mark[0] = '\0';
    if (!*scenario)
        return MAILLE_OK;
    maille_status status = maille_store_read(ctx, store, &query, &rows);
    if (status == MAILLE_OK && !rows->rows)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "there was no scenario %s", scenario);
    else if (status == MAILLE_OK)
        snprintf(mark, MARK, "%s %s", rows->columns[0].texts[0], rows->columns[1].texts[0]);
    maille_table_free(rows);
    return status;
}

/* A request that began earlier may know an older ground, or fewer changes: the desk stays with what
 * it has. */
static maille_status bring_up(view *v, desk *d, maille_store *store) {
    held_ground *ground = NULL;
    int64_t number = 0;
    bool caught_up = false;
    char mark[MARK];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(read_mark(v->ctx, store, d->scenario, mark));
    status = ground_hold(v, &ground);
    if (status == MAILLE_NOT_FOUND) /* communes were imported: until that is computed */
        status = d->live ? MAILLE_OK : MAILLE_BUSY;
    MAILLE_TRY(status);
    MAILLE_TRY(maille_history_last(v->ctx, store, &number));
    bool stays = d->live && v->file <= d->file && strcmp(mark, d->made) == 0 &&
                 (!ground || ground_number(ground) <= ground_number(d->ground));
    if (stays && number <= d->number)
        goto done;
    if (stays)
        MAILLE_TRY(catch_up(v->ctx, d, store, number, &caught_up));
    if (!caught_up && !ground) {
        status = MAILLE_BUSY;
    } else if (!caught_up) {
        status = warm_up(v, d, store, ground, number);
        snprintf(d->made, MARK, "%s", mark);
        ground = NULL;
    }
done:
    if (ground)
        ground_drop(ground);
    return status;
}

/* Whether it was thrown away while one waited for it. */
static bool is_spoilt(desk *d) {
    pthread_mutex_lock(&d->all->lock);
    bool spoilt = d->spoilt;
    pthread_mutex_unlock(&d->all->lock);
    return spoilt;
}

maille_status desk_take(view *v, maille_store *store, const char *scenario, const char *kind,
                        desk **out) {
    desk *d = NULL;
    *out = NULL;
    while (!d) {
        if (!(d = sit_down(v->service->desks, scenario, kind)))
            return maille_no_memory(v->ctx);
        pthread_mutex_lock(&d->lock);
        if (is_spoilt(d)) {
            desk_give(d);
            d = NULL;
        }
    }
    maille_status status = bring_up(v, d, store);
    if (status)
        desk_drop(d); /* half told, or of what is not there */
    else
        *out = d;
    return status;
}

maille_live *desk_live(desk *d) {
    return d->live;
}

const maille_loaded *desk_loaded(const desk *d) {
    return ground_loaded(d->ground);
}

const maille_judge_rules *desk_rules(const desk *d) {
    return maille_loaded_rules_of(desk_loaded(d), d->kind);
}

const char *desk_kind(const desk *d) {
    return d->kind;
}

int64_t desk_version(const desk *d, const char *perimeter, char state[65]) {
    uint32_t at = maille_names_get(d->place, perimeter);
    snprintf(state, 65, "%s", at == MAILLE_ABSENT ? "" : d->standings.items[at].state);
    return at == MAILLE_ABSENT ? 0 : d->standings.items[at].version;
}

/* ---- what an account sees ---- */

bool sees_unit(const request *r, const maille_ground *ground, uint32_t unit) {
    if (!r->narrowed.narrowed_count)
        return true;
    uint32_t department =
        unit == MAILLE_ABSENT ? MAILLE_ABSENT : ground->department.of_commune[unit];
    for (size_t i = 0; department != MAILLE_ABSENT && i < r->narrowed.narrowed_count; i++)
        if (strcmp(ground->department.id[department], r->narrowed.narrowed[i]) == 0)
            return true;
    return false;
}

bool sees_perimeter(const request *r, const maille_ground *ground, const maille_perimeter *p) {
    if (!r->narrowed.narrowed_count || !p->member_count)
        return true;
    for (uint32_t i = 0; i < p->member_count; i++)
        if (sees_unit(r, ground, maille_ground_unit(ground, p->members[i].code)))
            return true;
    return false;
}

maille_status sees_named(view *v, maille_store *store, const request *r, const char *scenario,
                         const char *perimeter, bool *sees) {
    static const maille_moment now;
    const maille_loaded *loaded = NULL;
    maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    *sees = !r->narrowed.narrowed_count;
    if (*sees)
        return MAILLE_OK;
    MAILLE_TRY(world_ground(v, &loaded));
    status = maille_perimeter_load(v->ctx, store, scenario, perimeter, &now, &p, NULL);
    *sees = status == MAILLE_OK && sees_perimeter(r, maille_loaded_ground(loaded), p);
    if (status == MAILLE_NOT_FOUND)
        status = MAILLE_OK;
done:
    maille_perimeter_free(p);
    return status;
}
