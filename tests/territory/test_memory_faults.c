/* When any one allocation fails, each function says so, gives nothing and leaks nothing (the leaks
 * are seen by the sanitizer). */
#include "territory/sketch.h"

static sketch_pad pad = {.random = 3};
static maille_shapes *squares, *broken;
static maille_adjacency *adjacency;
static maille_perimeters perimeters;
static uint32_t start[] = {0, 5, 9}, members[] = {0, 1, 2, 3, 5, 3, 4, 5, 8};
static double people[9];

static maille_status adjacency_fails(bool *nothing) {
    maille_adjacency *out = NULL;
    maille_status status = maille_adjacency_new(pad.ctx, squares, &out);
    *nothing = out == NULL;
    maille_adjacency_free(out);
    return status;
}

static maille_status dissolve_of(const maille_shapes *shapes, bool *nothing) {
    maille_shapes *out = NULL;
    maille_status status = maille_dissolve(pad.ctx, shapes, start, members, 2, &out, NULL);
    *nothing = out == NULL;
    maille_shapes_free(out);
    return status;
}

static maille_status dissolve_fails(bool *nothing) {
    return dissolve_of(squares, nothing);
}

static maille_status union_fails(bool *nothing) {
    return dissolve_of(broken, nothing);
}

static maille_status overlaps_fail(bool *nothing) {
    maille_overlaps *out = NULL;
    maille_status status = maille_overlaps_new(pad.ctx, &perimeters, people, 9, &out);
    *nothing = out == NULL;
    maille_overlaps_free(out);
    return status;
}

static maille_status gaps_fail(bool *nothing) {
    maille_gaps *out = NULL;
    maille_status status = maille_gaps_new(pad.ctx, &perimeters, adjacency, people, &out);
    *nothing = out == NULL;
    maille_gaps_free(out);
    return status;
}

static maille_status parts_fail(bool *nothing) {
    uint32_t parts = 77;
    maille_status status = maille_parts(pad.ctx, adjacency, members, 5, &parts, NULL);
    *nothing = parts == 77;
    return status;
}

static maille_status passage_fails(bool *nothing) {
    maille_passage_row rows[] = {{0, 1, 3}, {0, 2, 1}};
    maille_status status = maille_passage_normalise(pad.ctx, rows, 2, NULL, 3);
    *nothing = rows[0].ratio == 3;
    return status;
}

static void check_every_failure(maille_status (*call)(bool *nothing), const char *name) {
    uint64_t n = 0;
    maille_status status;
    do {
        bool nothing;
        maille_memory_fail_at(++n);
        status = call(&nothing);
        maille_memory_fail_at(0);
        /* GEOS says that it failed, not why */
        bool told = status == MAILLE_NO_MEMORY || (status == MAILLE_FAILED && call == union_fails);
        test_check(status == MAILLE_OK || (told && nothing), name, __FILE__, __LINE__);
    } while (status != MAILLE_OK && n < 1000);
    test_check(n > 1 && n < 1000, name, __FILE__, __LINE__);
}

TEST(each_allocation_may_fail) {
    squares = sketch_squares(&pad, 3, 1000);
    broken = sketch_squares(&pad, 3, 1000);
    broken->points[2].x += 400; /* square 0 now reaches over its neighbours */
    perimeters = (maille_perimeters){2, start, members, NULL};
    CHECK(maille_adjacency_new(pad.ctx, squares, &adjacency) == MAILLE_OK);
    maille_ctx_set_jobs(pad.ctx, 1);
    check_every_failure(adjacency_fails, "adjacency");
    check_every_failure(dissolve_fails, "dissolve");
    check_every_failure(union_fails, "dissolve by union");
    check_every_failure(overlaps_fail, "overlaps");
    check_every_failure(gaps_fail, "gaps");
    check_every_failure(parts_fail, "parts");
    check_every_failure(passage_fails, "passage");
    maille_adjacency_free(adjacency);
    maille_shapes_free(squares);
    maille_shapes_free(broken);
}

int main(void) {
    static const test_case cases[] = {CASE(each_allocation_may_fail)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
