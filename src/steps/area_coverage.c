/* How much of the territory perimeters of a status covered on a day, by région and département. */
#include "steps/history.h"
#include "steps/history_reference.h"
#include "steps/loads.h"

#include <maille/map.h>
#include <maille/vec.h>
#include <math.h>
#include <string.h>

#define TRY MAILLE_TRY

/* A perimeter that stood on the day, under the status that it had then. */
typedef struct {
    maille_perimeter *members; /* owned; NULL: those of `present` */
    const maille_perimeter *present;
    const char *status;
} standing;

/* One line of the table: an area under a status. */
typedef struct {
    uint32_t perimeters, communes;
    double population;
    size_t last; /* perimeter that was counted last, + 1 */
} tally;

/* The study, then the regions, then the départements; `of_unit` NULL: all. */
typedef struct {
    const char *scope;
    const maille_partition *partition;
    uint32_t first, count; /* places in `totals` */
} area_scope;

typedef struct {
    maille_store *store;
    const maille_ground *ground;
    const char *scenario, *kind, *day;
    maille_audience audience;
    loads *loads;
    const maille_publication_rules *rules;
    carrier carrier;
    maille_perimeter_list *present;
    MAILLE_VEC(standing) standings;
    MAILLE_VEC(const char *) statuses; /* that the standing ones have, in the order of the rules */
    area_scope scopes[3];
    uint32_t area_count;
    tally *totals, *tallies; /* of each area */
    double *share;           /* of each unit, under the status at hand */
    unsigned char *whole;    /* 1: a commune whose parts are units too; they count instead */
} area_coverage;

/* ---- what stood on the day ---- */

/* Only what stood counts: not given up nor opposed, and of a status that the audience may see. */
static maille_status stand(maille_ctx *ctx, area_coverage *c, const maille_perimeter *present,
                           const maille_perimeter *told, maille_perimeter **members) {
    const maille_status_entry *entry = maille_perimeter_status_on(told, c->day);
    if (!entry)
        return MAILLE_OK;
    unsigned char sees = 0;
    maille_audience_sees(c->rules, c->audience, &entry->status, 1, &sees);
    if (!sees || !maille_status_active(c->rules, entry->status))
        return MAILLE_OK;
    if (!MAILLE_VEC_PUSH(&c->standings, ((standing){*members, present, entry->status})))
        return maille_no_memory(ctx);
    *members = NULL;
    return MAILLE_OK;
}

static const maille_perimeter *find_present(const area_coverage *c, const char *id) {
    for (uint32_t i = 0; i < c->present->count; i++)
        if (strcmp(c->present->items[i]->id, id) == 0)
            return c->present->items[i];
    return NULL;
}

/* A state of the past on the study's codes. */
static maille_status read_state(maille_ctx *ctx, area_coverage *c, const char *id,
                                const char *state, maille_perimeter **out) {
    maille_status status = MAILLE_OK;
    char *vintage = NULL;
    TRY(history_document(ctx, c->store, state, out));
    TRY(history_vintage(ctx, c->store, c->scenario, id, state, &vintage));
    TRY(carrier_carry(ctx, c->store, &c->carrier, vintage, *out));
done:
    maille_free(vintage);
    return status;
}

/* Members that the history knows at that day; statuses as they are told today, where it is still
 * there. What has stood since is what is present: imports may not be recorded yet. */
static maille_status stand_as_then(maille_ctx *ctx, area_coverage *c, const char *id,
                                   const history_head *head) {
    maille_status status = MAILLE_OK;
    maille_perimeter *then = NULL;
    const maille_perimeter *present = find_present(c, id);
    history_head now;
    TRY(history_head_of(ctx, c->store, c->scenario, id, &now));
    if (now.version == head->version) {
        if (present)
            TRY(stand(ctx, c, present, present, &then));
        goto done;
    }
    TRY(read_state(ctx, c, id, head->state, &then));
    if (strcmp(then->kind, c->kind) == 0)
        TRY(stand(ctx, c, present, present ? present : then, &then));
done:
    maille_perimeter_free(then);
    return status;
}

/* The history does not reach so far back: the first members that it knows, else those of today (an
 * import that is not recorded yet). */
static maille_status stand_as_first(maille_ctx *ctx, area_coverage *c,
                                    const maille_perimeter *present) {
    const maille_moment first = {.version = 1};
    maille_perimeter *then = NULL;
    history_head head;
    maille_status status = history_at(ctx, c->store, c->scenario, present->id, &first, &head);
    if (status == MAILLE_OK && *head.state)
        status = read_state(ctx, c, present->id, head.state, &then);
    if (status == MAILLE_OK || status == MAILLE_NOT_FOUND)
        status = stand(ctx, c, present, present, &then);
    maille_perimeter_free(then);
    return status;
}

/* The history is for the inside: of what the public sees today, the days and members told today. */
static maille_status stand_as_published(maille_ctx *ctx, area_coverage *c) {
    maille_perimeter *none = NULL;
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < c->present->count; i++)
        status = stand(ctx, c, c->present->items[i], c->present->items[i], &none);
    return status;
}

static maille_status find_standing(maille_ctx *ctx, area_coverage *c) {
    const maille_moment when = {.at = c->day};
    maille_status status = MAILLE_OK;
    history_heads *then = NULL;
    maille_names *known = NULL;
    TRY(maille_perimeters_load(ctx, c->store, c->scenario, c->kind, c->audience, NULL,
                               &c->present));
    if (c->audience == MAILLE_PUBLIC)
        return stand_as_published(ctx, c);
    TRY(history_all_at(ctx, c->store, c->scenario, &when, &then));
    known = maille_names_new(then->count);
    if (!known) {
        status = maille_no_memory(ctx);
        goto done;
    }
    for (uint32_t i = 0; i < then->count; i++) {
        const char *id = then->items[i].perimeter;
        if (!maille_names_set(known, id, i)) {
            status = maille_no_memory(ctx);
            goto done;
        }
        if (*then->items[i].head.state)
            TRY(stand_as_then(ctx, c, id, &then->items[i].head));
    }
    for (uint32_t i = 0; i < c->present->count; i++)
        if (maille_names_get(known, c->present->items[i]->id) == MAILLE_ABSENT)
            TRY(stand_as_first(ctx, c, c->present->items[i]));
done:
    maille_names_free(known);
    history_heads_free(then);
    return status;
}

/* ---- statuses ---- */

static bool has_status(const area_coverage *c, const char *status) {
    for (size_t i = 0; i < c->standings.count; i++)
        if (strcmp(c->standings.items[i].status, status) == 0)
            return true;
    return false;
}

static bool is_listed(const area_coverage *c, const char *status) {
    for (size_t i = 0; i < c->statuses.count; i++)
        if (strcmp(c->statuses.items[i], status) == 0)
            return true;
    return false;
}

/* "" first, then those of the rules in their order, then others as they come. */
static maille_status list_statuses(maille_ctx *ctx, area_coverage *c) {
    bool ok = MAILLE_VEC_PUSH(&c->statuses, "");
    for (size_t i = 0; ok && i < c->rules->count; i++)
        if (has_status(c, c->rules->statuses[i].id))
            ok = MAILLE_VEC_PUSH(&c->statuses, c->rules->statuses[i].id);
    for (size_t i = 0; ok && i < c->standings.count; i++)
        if (!is_listed(c, c->standings.items[i].status))
            ok = MAILLE_VEC_PUSH(&c->statuses, c->standings.items[i].status);
    return ok ? MAILLE_OK : maille_no_memory(ctx);
}

/* ---- counting ---- */

/* The place of a unit's area of a scope in the tallies, or MAILLE_ABSENT. */
static uint32_t area_of(const area_scope *scope, uint32_t unit) {
    if (!scope->partition)
        return scope->first;
    uint32_t group = scope->partition->of_commune[unit];
    return group == MAILLE_ABSENT ? MAILLE_ABSENT : scope->first + group;
}

static void count_unit(const area_coverage *c, tally *tallies, uint32_t unit, double share) {
    for (size_t s = 0; s < 3; s++) {
        uint32_t area = area_of(&c->scopes[s], unit);
        if (area == MAILLE_ABSENT)
            continue;
        tallies[area].communes++;
        tallies[area].population += share * c->ground->population[unit];
    }
}

static void count_perimeter(const area_coverage *c, uint32_t unit, size_t number) {
    for (size_t s = 0; s < 3; s++) {
        uint32_t area = area_of(&c->scopes[s], unit);
        if (area == MAILLE_ABSENT || c->tallies[area].last == number + 1)
            continue;
        c->tallies[area].last = number + 1;
        c->tallies[area].perimeters++;
    }
}

/* What is held of a unit: as itself, or as a part of a commune that is held. */
static double held_share(const area_coverage *c, uint32_t unit) {
    double share = 0;
    for (uint32_t u = unit; u != MAILLE_ABSENT;
         u = c->ground->part_of ? c->ground->part_of[u] : MAILLE_ABSENT)
        share += c->share[u];
    return share < 1 ? share : 1;
}

static bool is_among(const char *status, const char *const *statuses, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(status, statuses[i]) == 0)
            return true;
    return count == 0;
}

/* The tallies of some statuses together (none = any). */
static void count_statuses(area_coverage *c, const char *const *statuses, size_t count) {
    const maille_ground *g = c->ground;
    memset(c->share, 0, g->count * sizeof *c->share);
    memset(c->tallies, 0, c->area_count * sizeof *c->tallies);
    for (size_t i = 0; i < c->standings.count; i++) {
        const standing *s = &c->standings.items[i];
        const maille_perimeter *p = s->members ? s->members : s->present;
        if (!is_among(s->status, statuses, count))
            continue;
        for (uint32_t m = 0; m < p->member_count; m++) {
            uint32_t unit = maille_ground_unit(g, p->members[m].code);
            if (unit == MAILLE_ABSENT)
                continue;
            c->share[unit] += p->members[m].share;
            count_perimeter(c, unit, i);
        }
    }
    for (uint32_t u = 0; u < g->count; u++) {
        double share = c->whole[u] ? 0 : held_share(c, u);
        if (share > 0)
            count_unit(c, c->tallies, u, share);
    }
}

static maille_status lay_out(maille_ctx *ctx, area_coverage *c) {
    const maille_ground *g = c->ground;
    c->scopes[0] = (area_scope){"etude", NULL, 0, 1};
    c->scopes[1] = (area_scope){"region", &g->region, 1, g->region.count};
    c->scopes[2] =
        (area_scope){"departement", &g->department, 1 + g->region.count, g->department.count};
    c->area_count = 1 + g->region.count + g->department.count;
    c->totals = maille_alloc(c->area_count, sizeof *c->totals);
    c->tallies = maille_alloc(c->area_count, sizeof *c->tallies);
    c->share = maille_alloc(g->count, sizeof *c->share);
    c->whole = maille_alloc(g->count, sizeof *c->whole);
    if (!c->totals || !c->tallies || !c->share || !c->whole)
        return maille_no_memory(ctx);
    for (uint32_t u = 0; g->part_of && u < g->count; u++)
        if (g->part_of[u] != MAILLE_ABSENT)
            c->whole[g->part_of[u]] = 1;
    for (uint32_t u = 0; u < g->count; u++)
        if (!c->whole[u])
            count_unit(c, c->totals, u, 1);
    return MAILLE_OK;
}

/* ---- the table ---- */

enum {
    SCOPE,
    AREA,
    TITLE,
    STATUS,
    PERIMETERS,
    COMMUNES,
    POPULATION,
    SHARE_COMMUNES,
    SHARE_POPULATION,
    COLUMNS
};

static maille_status add_line(maille_ctx *ctx, const area_coverage *c, const area_scope *scope,
                              uint32_t number, const char *status_id, maille_table *table) {
    const maille_partition *p = scope->partition;
    const tally *t = &c->tallies[scope->first + number], *all = &c->totals[scope->first + number];
    maille_status status = MAILLE_OK;
    size_t row;
    TRY(maille_table_add_row(ctx, table, &row));
    TRY(maille_set_text(ctx, table, row, SCOPE, scope->scope));
    TRY(maille_set_text(ctx, table, row, AREA, p ? p->id[number] : ""));
    TRY(maille_set_text(ctx, table, row, TITLE, p && p->title ? p->title[number] : NULL));
    TRY(maille_set_text(ctx, table, row, STATUS, status_id));
    maille_set_int(table, row, PERIMETERS, t->perimeters);
    maille_set_int(table, row, COMMUNES, t->communes);
    maille_set_real(table, row, POPULATION, t->population);
    maille_set_real(table, row, SHARE_COMMUNES,
                    all->communes ? (double)t->communes / all->communes : NAN);
    maille_set_real(table, row, SHARE_POPULATION,
                    all->population > 0 ? t->population / all->population : NAN);
done:
    return status;
}

/* Every area with all of its statuses; "" always, others where there is a perimeter of them. */
static maille_status write_lines(maille_ctx *ctx, area_coverage *c, maille_table *table) {
    maille_status status = MAILLE_OK;
    size_t lines = c->statuses.count;
    tally *all = maille_alloc((size_t)c->area_count * lines, sizeof *all), *kept = c->tallies;
    if (!all)
        return maille_no_memory(ctx);
    for (size_t s = 0; s < lines; s++) {
        c->tallies = all + s * c->area_count;
        count_statuses(c, &c->statuses.items[s], s > 0); /* the first line is of any */
    }
    for (size_t k = 0; k < 3; k++)
        for (uint32_t i = 0; i < c->scopes[k].count; i++)
            for (size_t s = 0; s < lines; s++) {
                c->tallies = all + s * c->area_count;
                if (s == 0 || c->tallies[c->scopes[k].first + i].perimeters > 0)
                    TRY(add_line(ctx, c, &c->scopes[k], i, c->statuses.items[s], table));
            }
done:
    c->tallies = kept;
    maille_free(all);
    return status;
}

/* Share of the study's population in perimeters of the statuses that a target names. */
static double share_that_counts(area_coverage *c, const maille_target_rules *target) {
    count_statuses(c, target->statuses, target->status_count);
    return c->totals[0].population > 0 ? c->tallies[0].population / c->totals[0].population : NAN;
}

static void close_coverage(area_coverage *c) {
    for (size_t i = 0; i < c->standings.count; i++)
        maille_perimeter_free(c->standings.items[i].members);
    MAILLE_VEC_FREE(&c->standings);
    MAILLE_VEC_FREE(&c->statuses);
    maille_perimeter_list_free(c->present);
    carrier_clear(&c->carrier);
    maille_free(c->totals);
    maille_free(c->tallies);
    maille_free(c->share);
    maille_free(c->whole);
    loads_free(c->loads);
}

maille_status maille_coverage_on(maille_ctx *ctx, maille_store *store, const maille_ground *ground,
                                 const char *scenario, const char *kind, maille_audience audience,
                                 const char *day, const maille_target_rules *target,
                                 maille_table **out, double *share) {
    static const maille_column_spec columns[COLUMNS] = {
        [SCOPE] = {"scope", MAILLE_TEXT},
        [AREA] = {"area", MAILLE_TEXT},
        [TITLE] = {"title", MAILLE_TEXT},
        [STATUS] = {"status", MAILLE_TEXT},
        [PERIMETERS] = {"perimeters", MAILLE_INT},
        [COMMUNES] = {"communes", MAILLE_INT},
        [POPULATION] = {"population", MAILLE_REAL},
        [SHARE_COMMUNES] = {"share_communes", MAILLE_REAL},
        [SHARE_POPULATION] = {"share_population", MAILLE_REAL}};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    area_coverage c = {.store = store,
                       .ground = ground,
                       .scenario = scenario,
                       .kind = kind,
                       .day = day,
                       .audience = audience};
    if (day && !history_is_day(day))
        return maille_fail(ctx, MAILLE_USAGE, "\"%s\" was no day YYYY-MM-DD", day);
    TRY(loads_new(ctx, store, &c.loads));
    TRY(load_publication(ctx, c.loads, &c.rules));
    TRY(find_standing(ctx, &c));
    TRY(list_statuses(ctx, &c));
    TRY(lay_out(ctx, &c));
    TRY(maille_table_new(ctx, columns, COLUMNS, &table));
    TRY(write_lines(ctx, &c, table));
    if (target)
        *share = share_that_counts(&c, target);
    *out = table;
    table = NULL;
done:
    maille_table_free(table);
    close_coverage(&c);
    return status;
}
