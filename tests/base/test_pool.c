/* Parallel loops: the same outcome with any number of threads. */
#include "harness.h"

#include <stdatomic.h>
#include <time.h>

#include <maille/pool.h>

enum { COUNT = 10000 };

typedef struct {
    unsigned char seen[COUNT];
    atomic_int busy[64];
    atomic_int faults;
    unsigned jobs;
    size_t grain, fail_from, fail_step, fail_alone;
} probe;

static maille_status mark(maille_ctx *ctx, void *user, unsigned worker, size_t begin, size_t end) {
    probe *p = user;
    if (worker >= p->jobs || begin >= end || end - begin > p->grain || begin % p->grain != 0)
        atomic_fetch_add(&p->faults, 1);
    if (atomic_exchange(&p->busy[worker], 1)) /* scratch is one piece's at a time */
        atomic_fetch_add(&p->faults, 1);
    for (size_t i = begin; i < end; i++)
        p->seen[i]++;
    maille_status status = MAILLE_OK;
    if (p->fail_step && begin >= p->fail_from && (begin - p->fail_from) % p->fail_step == 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "piece at %zu was refused", begin);
    if (p->fail_alone && begin == p->fail_alone)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "piece at %zu was not found", begin);
    atomic_store(&p->busy[worker], 0);
    return status;
}

static maille_ctx *ctx_with_jobs(unsigned jobs) {
    maille_ctx *ctx = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    maille_ctx_set_jobs(ctx, jobs);
    return ctx;
}

TEST(every_index_is_visited_once) {
    static const size_t grains[] = {1, 7, 64, 9999, 10000, 20000};
    for (unsigned jobs = 1; jobs <= 5; jobs++)
        for (size_t g = 0; g < sizeof grains / sizeof *grains; g++) {
            static probe p;
            memset(&p, 0, sizeof p);
            p.jobs = jobs;
            p.grain = grains[g];
            maille_ctx *ctx = ctx_with_jobs(jobs);
            CHECK(maille_parallel(ctx, COUNT, p.grain, mark, &p) == MAILLE_OK);
            CHECK_INT(p.faults, 0);
            int faults = 0;
            for (size_t i = 0; i < COUNT; i++)
                faults += p.seen[i] != 1;
            CHECK_INT(faults, 0);
            maille_ctx_free(ctx);
        }
}

TEST(the_first_failed_piece_speaks) {
    for (int repeat = 0; repeat < 200; repeat++)
        for (unsigned jobs = 1; jobs <= 4; jobs++) {
            static probe p;
            memset(&p, 0, sizeof p);
            p.jobs = jobs;
            p.grain = 10;
            p.fail_from = 500;
            p.fail_step = 10;
            p.fail_alone = 490;
            maille_ctx *ctx = ctx_with_jobs(jobs);
            CHECK(maille_parallel(ctx, COUNT, p.grain, mark, &p) == MAILLE_NOT_FOUND);
            CHECK_TEXT(maille_message(ctx), "piece at 490 was not found");
            for (size_t i = 0; i < 500; i++)
                CHECK(p.seen[i] == 1); /* all before the failure have run, as in a serial loop */
            CHECK_INT(p.seen[COUNT - 1], 0);
            maille_ctx_free(ctx);
        }
}

static maille_status fail_first_and_dawdle(maille_ctx *ctx, void *user, unsigned worker,
                                           size_t begin, size_t end) {
    (void)worker, (void)end;
    atomic_fetch_add((atomic_int *)user, 1);
    if (begin == 0)
        return maille_fail(ctx, MAILLE_FAILED, "the first piece failed");
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return MAILLE_OK;
}

TEST(a_failure_stops_the_loop) {
    atomic_int run = 0;
    maille_ctx *ctx = ctx_with_jobs(2);
    CHECK(maille_parallel(ctx, 1000, 1, fail_first_and_dawdle, &run) == MAILLE_FAILED);
    CHECK(atomic_load(&run) < 500);
    maille_ctx_free(ctx);
}

static maille_status same_ctx(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                              size_t end) {
    CHECK(ctx == user && worker == 0 && begin == 0 && end == 5);
    return MAILLE_OK;
}

static maille_status never(maille_ctx *ctx, void *user, unsigned worker, size_t begin, size_t end) {
    (void)user, (void)worker, (void)begin, (void)end;
    return maille_fail(ctx, MAILLE_FAILED, "an empty range has no piece");
}

TEST(one_piece_runs_inline_and_none_not_at_all) {
    maille_ctx *ctx = ctx_with_jobs(4);
    CHECK(maille_parallel(ctx, 5, 10, same_ctx, ctx) == MAILLE_OK);
    CHECK(maille_parallel(ctx, 0, 10, never, NULL) == MAILLE_OK);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(every_index_is_visited_once), CASE(the_first_failed_piece_speaks),
          CASE(a_failure_stops_the_loop), CASE(one_piece_runs_inline_and_none_not_at_all))
