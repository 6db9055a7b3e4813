/* Perimeters judged and tried out, for the benchmarks perimeters-bretagne, -move and -france.
 *
 *     bench_perimeters judge WORKSPACE RUNS [SEEDS]     all figures and flags of its perimeters
 *     bench_perimeters move WORKSPACE EDITS [SEEDS]     random moves of one commune, one by one
 *
 * With SEEDS, of perimeters made of the units nearest to that many of them, with a few overlaps and
 * gaps. Judge prints what it found as the peer does (tools/bench.d/perimeters-compute.sql); the
 * last line is JSON with medians in seconds; `memory_mb` is the most that the process held. Move
 * holds the outcome against a full judgement and exits with 1 when they differ, or when all moves
 * taken back are not the start. */
#include <maille/edit.h>
#include <maille/live.h>
#include <maille/memory.h>
#include <maille/store.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void die(const char *what) {
    fprintf(stderr, "bench_perimeters: %s\n", what);
    exit(1);
}

static void must(maille_ctx *ctx, maille_status status) {
    if (status != MAILLE_OK)
        die(maille_message(ctx));
}

static double memory_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, size_t count, double q) {
    qsort(values, count, sizeof *values, by_value);
    return values[(size_t)(q * (double)(count - 1) + 0.5)];
}

static double *numbers(size_t count) {
    double *values = maille_alloc(count, sizeof *values);
    if (!values)
        die("memory ran out");
    return values;
}

/* ---- a workspace as it is read ---- */

typedef struct {
    maille_store *store;
    maille_loaded *loaded;
    const maille_ground *ground;
    const maille_judge_rules *rules;
    maille_perimeter_list *perimeters;
    maille_plan *plan;
    maille_perimeter **seeded; /* in their place; NULL */
    uint32_t seeded_count;
    double load_s;
} territory;

static territory load(maille_ctx *ctx, const char *path) {
    static const maille_moment at_present = {0};
    territory t = {0};
    double began = now();
    must(ctx, maille_store_open(ctx, path, MAILLE_STORE_READ, "bench", &t.store));
    must(ctx, maille_loaded_new(ctx, t.store, MAILLE_GROUND_FACTS, &t.loaded));
    t.ground = maille_loaded_ground(t.loaded);
    t.rules = maille_loaded_rules(t.loaded);
    must(ctx, maille_perimeters_load(ctx, t.store, "", NULL, MAILLE_INTERNE, &at_present,
                                     &t.perimeters));
    must(ctx, maille_plan_new(ctx, t.ground, maille_loaded_publication(t.loaded),
                              (const maille_perimeter *const *)t.perimeters->items,
                              t.perimeters->count, &t.plan));
    t.load_s = now() - began;
    return t;
}

static void unload(territory *t) {
    for (uint32_t i = 0; i < t->seeded_count; i++)
        maille_perimeter_free(t->seeded[i]);
    maille_free(t->seeded);
    maille_plan_free(t->plan);
    maille_perimeter_list_free(t->perimeters);
    maille_loaded_free(t->loaded);
    maille_store_close(t->store);
}

/* ---- all figures and flags ---- */

typedef struct {
    maille_flags flags;
    maille_figures **figures;
} outcome;

static outcome judge(maille_ctx *ctx, const maille_ground *ground, const maille_judge_rules *rules,
                     const maille_plan *plan) {
    outcome out = {.figures = maille_alloc(plan->count, sizeof(maille_figures *))};
    must(ctx, maille_judge(ctx, ground, rules, plan, &out.flags));
    for (uint32_t c = 0; c < plan->count; c++) {
        const maille_claim *claim = &plan->claims[c];
        must(ctx,
             maille_figures_new(ctx, ground, rules, claim->member, claim->share, claim->count,
                                MAILLE_WITH_SERVICES | MAILLE_WITH_CROSSWALKS, &out.figures[c]));
    }
    return out;
}

static void outcome_free(outcome *o, uint32_t count) {
    for (uint32_t c = 0; c < count; c++)
        maille_figures_free(o->figures[c]);
    maille_free(o->figures);
    maille_flags_free(&o->flags);
}

typedef struct {
    uint32_t flags, units, takers, enclosed;
    double population, value;
} sum;

/* In the order of the peer's last line. */
static void print_found(const maille_plan *plan, const outcome *o) {
    sum sums[MAILLE_FLAG_KINDS] = {{0}};
    for (uint32_t c = 0; c < plan->count; c++) {
        const maille_figures *f = o->figures[c];
        printf("claim|%s|%u|%.17g|%.17g|%.17g|%.17g|%u|%s\n", plan->claims[c].id, f->communes,
               f->population, f->area_m2, f->outline_m, f->hull_ratio, f->parts_by_border,
               f->size_class ? f->size_class : "");
    }
    for (uint32_t i = 0; i < o->flags.count; i++) {
        const maille_flag *flag = &o->flags.flags[i];
        sum *s = &sums[flag->kind];
        s->flags++;
        s->units += flag->count;
        s->takers += flag->taker_count;
        s->enclosed += flag->enclosed;
        s->population += flag->population;
        s->value += flag->value;
    }
    const sum *overlap = &sums[MAILLE_FLAG_OVERLAP], *gap = &sums[MAILLE_FLAG_GAP];
    const sum *parts = &sums[MAILLE_FLAG_PARTS], *split = &sums[MAILLE_FLAG_SPLIT];
    printf("found|%u|%.17g|%u|%.17g|%u|%u|%u|%u|%u|%u|%u|%.17g\n", overlap->flags,
           overlap->population, gap->flags, gap->population, gap->enclosed, gap->takers,
           sums[MAILLE_FLAG_SMALL].flags, parts->flags, parts->units,
           sums[MAILLE_FLAG_DEPARTMENTS].flags, split->flags, split->value);
}

static void run_judge(maille_ctx *ctx, const territory *t, size_t runs) {
    const maille_plan *plan = t->plan;
    double *seconds = numbers(runs);
    uint32_t flags = 0;
    for (size_t run = 0; run < runs; run++) {
        double began = now();
        outcome o = judge(ctx, t->ground, t->rules, plan);
        seconds[run] = now() - began;
        flags = o.flags.count;
        if (run == 0)
            print_found(plan, &o);
        outcome_free(&o, plan->count);
    }
    printf(
        "{\"units\":%u,\"perimeters\":%u,\"flags\":%u,\"load_s\":%.6f,\"judge_s\":%.6f,"
        "\"memory_mb\":%.1f}\n",
        t->ground->count, plan->count, flags, t->load_s, quantile(seconds, runs, 0.5), memory_mb());
    maille_free(seconds);
}

/* ---- perimeters around seeds ---- */

static uint64_t state = 20190620;
static uint32_t pick(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static uint32_t nearest(const maille_ground *g, const uint32_t *seeds, uint32_t count, uint32_t u,
                        uint32_t *second) {
    double best = INFINITY, next = INFINITY;
    uint32_t found = 0;
    *second = 0;
    for (uint32_t s = 0; s < count; s++) {
        double dx = g->centre[u].x - g->centre[seeds[s]].x;
        double dy = g->centre[u].y - g->centre[seeds[s]].y;
        double far = dx * dx + dy * dy;
        if (far < best) {
            next = best;
            *second = found;
            best = far;
            found = s;
        } else if (far < next) {
            next = far;
            *second = s;
        }
    }
    return found;
}

static void hold(maille_ctx *ctx, maille_perimeter **perimeter, const char *code) {
    maille_op op = {.kind = MAILLE_OP_ADD, .perimeter = (*perimeter)->id, .code = code};
    must(ctx, maille_perimeter_apply(ctx, perimeter, &op));
}

/* Each unit to the nearest seed; one in fifty to the second nearest too, one in fifty to nobody. In
 * place of the perimeters of the workspace. */
static void plan_around_seeds(maille_ctx *ctx, territory *t, uint32_t count) {
    static const char *const statuses[] = {"projet", "contractualisee"};
    const maille_ground *g = t->ground;
    maille_perimeter **items = maille_alloc(count, sizeof(maille_perimeter *));
    uint32_t *seeds = maille_alloc(count, sizeof *seeds);
    if (!items || !seeds)
        die("memory ran out");
    for (uint32_t s = 0; s < count; s++) {
        char id[16];
        snprintf(id, sizeof id, "p-%05u", s);
        seeds[s] = pick(g->count);
        must(ctx, maille_perimeter_new(ctx, id, "cpts", "Autour", statuses[s % 2], NULL, NULL,
                                       &items[s]));
    }
    for (uint32_t u = 0; u < g->count; u++) {
        uint32_t dice = pick(50), second, first = nearest(g, seeds, count, u, &second);
        if (dice != 0)
            hold(ctx, &items[first], g->code[u]);
        if (dice == 1 && second != first)
            hold(ctx, &items[second], g->code[u]);
    }
    maille_free(seeds);
    t->seeded = items;
    t->seeded_count = count;
    maille_plan_free(t->plan);
    t->plan = NULL;
    must(ctx, maille_plan_new(ctx, t->ground, maille_loaded_publication(t->loaded),
                              (const maille_perimeter *const *)items, count, &t->plan));
}

/* ---- moves ---- */

/* Who holds a unit, but `not_this`; NULL when nobody does. */
static const maille_claim *holder(const maille_plan *plan, uint32_t unit,
                                  const maille_claim *not_this) {
    uint32_t first = pick(plan->count);
    for (uint32_t c = 0; c < plan->count; c++) {
        const maille_claim *claim = &plan->claims[(first + c) % plan->count];
        for (uint32_t k = 0; claim != not_this && k < claim->count; k++)
            if (claim->member[k] == unit)
                return claim;
    }
    return NULL;
}

/* At the border of a perimeter: a commune goes to the one beside it, is let go, or one from over
 * the border is held too. 0 when the dice found none. */
static size_t any_edit(const maille_ground *g, const maille_plan *plan, maille_op *ops) {
    const maille_claim *from = &plan->claims[pick(plan->count)];
    const maille_adjacency *a = g->adjacency;
    if (from->count == 0)
        return 0;
    uint32_t unit = from->member[pick(from->count)], first = a->start[unit];
    if (a->start[unit + 1] == first)
        return 0;
    uint32_t beside = a->neighbour[first + pick(a->start[unit + 1] - first)], dice = pick(6);
    const maille_claim *to = holder(plan, beside, from);
    bool more = dice < 3;
    ops[0] = (maille_op){.kind = more ? MAILLE_OP_ADD : MAILLE_OP_REMOVE,
                         .perimeter = from->id,
                         .code = g->code[more ? beside : unit]};
    if (dice < 4)
        return 1;
    ops[1] =
        (maille_op){.kind = MAILLE_OP_ADD, .perimeter = to ? to->id : "", .code = g->code[unit]};
    return to ? 2 : 0;
}

static bool same_number(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void compare(maille_ctx *ctx, const territory *t, maille_live *live, const char *when) {
    const maille_plan *plan = maille_live_plan(live);
    const maille_flags *flags = NULL;
    outcome whole = judge(ctx, t->ground, t->rules, plan);
    must(ctx, maille_live_flags(ctx, live, &flags));
    if (!maille_flags_equal(flags, &whole.flags))
        die(when);
    for (uint32_t c = 0; c < plan->count; c++) {
        const maille_figures *f = NULL;
        must(ctx, maille_live_figures(ctx, live, c, &f));
        if (!same_number(f->population, whole.figures[c]->population) ||
            !same_number(f->outline_m, whole.figures[c]->outline_m) ||
            !same_number(f->reock, whole.figures[c]->reock) ||
            f->parts != whole.figures[c]->parts || f->holes != whole.figures[c]->holes)
            die(when);
    }
    outcome_free(&whole, plan->count);
}

/* One edit with the figures of those it touched and all flags after it; seconds, or −1 when it was
 * refused. */
static double one_edit(maille_ctx *ctx, const territory *t, maille_live *live) {
    const maille_plan *plan = maille_live_plan(live);
    const maille_flags *flags = NULL;
    maille_op ops[2];
    size_t count = any_edit(t->ground, plan, ops);
    double began = now();
    if (count == 0 || maille_live_apply(ctx, live, ops, count) != MAILLE_OK)
        return -1;
    must(ctx, maille_live_flags(ctx, live, &flags));
    plan = maille_live_plan(live);
    for (size_t i = 0; i < count; i++)
        for (uint32_t c = 0; c < plan->count; c++) {
            const maille_figures *figures = NULL;
            if (strcmp(plan->claims[c].id, ops[i].perimeter) == 0)
                must(ctx, maille_live_figures(ctx, live, c, &figures));
        }
    return now() - began;
}

static void run_moves(maille_ctx *ctx, const territory *t, size_t edits) {
    double *seconds = numbers(edits);
    maille_live *live = NULL;
    maille_flags first = {0};
    const maille_flags *flags = NULL;
    maille_perimeter **items = t->seeded ? t->seeded : t->perimeters->items;
    must(ctx, maille_live_new(ctx, t->ground, t->rules, maille_loaded_publication(t->loaded),
                              (const maille_perimeter *const *)items, t->plan->count, &live));
    must(ctx, maille_live_flags(ctx, live, &flags));
    must(ctx, maille_flags_append(ctx, &first, flags));
    compare(ctx, t, live, "the start differed from a full judgement");
    for (size_t done = 0; done < edits;) {
        double took = one_edit(ctx, t, live);
        if (took < 0)
            continue;
        seconds[done++] = took;
        if (done % 100 == 0)
            compare(ctx, t, live, "an edit differed from a full judgement");
    }
    for (size_t i = 0; i < edits; i++)
        must(ctx, maille_live_undo(ctx, live));
    must(ctx, maille_live_flags(ctx, live, &flags));
    if (!maille_flags_equal(flags, &first))
        die("all edits taken back were not the start");
    compare(ctx, t, live, "all edits taken back differed from a full judgement");
    double median = quantile(seconds, edits, 0.5), most = quantile(seconds, edits, 0.99);
    printf("{\"edits\":%zu,\"compared\":%zu,\"median_s\":%.9f,\"p99_s\":%.9f,\"memory_mb\":%.1f}\n",
           edits, edits / 100 + 2, median, most, memory_mb());
    maille_flags_free(&first);
    maille_live_free(live);
    maille_free(seconds);
}

int main(int argc, char **argv) {
    maille_ctx *ctx = NULL;
    long number = argc >= 4 ? strtol(argv[3], NULL, 10) : 0;
    long seeds = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
    if (number < 1 || seeds < 0 || argc > 5 ||
        (strcmp(argv[1], "judge") != 0 && strcmp(argv[1], "move") != 0) ||
        maille_ctx_new(&ctx) != MAILLE_OK)
        die("usage: bench_perimeters judge|move WORKSPACE NUMBER [SEEDS]");
    maille_ctx_set_jobs(ctx, 0);
    territory t = load(ctx, argv[2]);
    if (seeds)
        plan_around_seeds(ctx, &t, (uint32_t)seeds);
    if (strcmp(argv[1], "judge") == 0)
        run_judge(ctx, &t, (size_t)number);
    else
        run_moves(ctx, &t, (size_t)number);
    unload(&t);
    maille_ctx_free(ctx);
    return 0;
}
