/* Passage of codes: shares sum to 1 and totals are kept. */
#include "harness.h"

#include <maille/territory.h>

static maille_ctx *ctx;

TEST(given_ratios_are_normalised) {
    maille_passage_row rows[] = {{0, 1, 2}, {0, 2, 6}, {3, 1, 0.4}};
    CHECK(maille_passage_normalise(ctx, rows, 3, NULL, 4) == MAILLE_OK);
    CHECK_NEAR(rows[0].ratio, 0.25, 0);
    CHECK_NEAR(rows[1].ratio, 0.75, 0);
    CHECK_NEAR(rows[2].ratio, 1, 0);
}

TEST(what_is_not_said_goes_by_weight) {
    const double weight[] = {0, 300, 100, 0, 0};
    maille_passage_row rows[] = {{0, 1, NAN}, {0, 2, NAN}, {3, 0, NAN}, {3, 4, NAN}};
    CHECK(maille_passage_normalise(ctx, rows, 4, weight, 5) == MAILLE_OK);
    CHECK_NEAR(rows[0].ratio, 0.75, 0);
    CHECK_NEAR(rows[1].ratio, 0.25, 0);
    CHECK_NEAR(rows[2].ratio, 0.5, 0);
    CHECK_NEAR(rows[3].ratio, 0.5, 0);
}

TEST(what_is_said_leaves_the_rest) {
    const double weight[] = {0, 300, 100, 5};
    maille_passage_row rows[] = {{0, 3, 0.6}, {0, 1, NAN}, {0, 2, NAN}};
    CHECK(maille_passage_normalise(ctx, rows, 3, weight, 4) == MAILLE_OK);
    CHECK_NEAR(rows[0].ratio, 0.6, 0);
    CHECK_NEAR(rows[1].ratio, 0.3, 1e-15);
    CHECK_NEAR(rows[2].ratio, 0.1, 1e-15);
    maille_passage_row full[] = {{0, 3, 1}, {0, 1, NAN}};
    CHECK(maille_passage_normalise(ctx, full, 2, weight, 4) == MAILLE_OK);
    CHECK_NEAR(full[0].ratio, 1, 0);
    CHECK_NEAR(full[1].ratio, 0, 0);
    maille_passage_row none[] = {{0, 3, 0}, {0, 1, 0}};
    CHECK(maille_passage_normalise(ctx, none, 2, weight, 4) == MAILLE_OK);
    CHECK_NEAR(none[0].ratio, 0.5, 0);
    CHECK_NEAR(none[1].ratio, 0.5, 0);
}

TEST(rows_that_do_not_hold_are_refused) {
    maille_passage_row rows[] = {{0, 1, 1}, {0, 4, 1}};
    CHECK_INT(maille_passage_normalise(ctx, rows, 2, NULL, 4), MAILLE_REFUSED);
    CHECK_TEXT(maille_message(ctx), "passage row 2 named an absent code");
    rows[1] = (maille_passage_row){0, 1, -0.5};
    CHECK_INT(maille_passage_normalise(ctx, rows, 2, NULL, 4), MAILLE_REFUSED);
}

/* 0 and 1 merge into 1; 2 splits into 2 and 3; 4 changes its code to 5; 6 stays. */
TEST(figures_move_and_totals_stay) {
    maille_passage_row rows[] = {{0, 1, 1}, {1, 1, 1}, {2, 2, 0.25}, {2, 3, 0.75}, {4, 5, 1}};
    const unsigned char has_row[] = {1, 1, 1, 0, 1, 0, 0};
    const double values[] = {10, 20, 40, 0, 7, 0, 3};
    const double want[] = {0, 30, 10, 30, 0, 7, 3};
    double out[7];
    maille_passage_apply(rows, 5, values, out, 7, has_row);
    for (int i = 0; i < 7; i++)
        CHECK_NEAR(out[i], want[i], 0);
}

TEST(random_tables_keep_totals) {
    enum { NAMES = 50, ROWS = 200 };
    srand(5);
    for (int round = 0; round < 100; round++) {
        maille_passage_row rows[ROWS];
        unsigned char has_row[NAMES] = {0};
        double values[NAMES], weight[NAMES], out[NAMES], before = 0, after = 0, share[NAMES] = {0};
        for (int i = 0; i < NAMES; i++) {
            values[i] = rand() % 1000;
            weight[i] = rand() % 3 * 10;
            before += values[i];
        }
        for (int k = 0; k < ROWS; k++) {
            rows[k].from = (uint32_t)(rand() % NAMES);
            rows[k].to = (uint32_t)(rand() % NAMES);
            rows[k].ratio = rand() % 2 ? NAN : rand() % 10 / 20.0;
            has_row[rows[k].from] = 1;
        }
        CHECK(maille_passage_normalise(ctx, rows, ROWS, weight, NAMES) == MAILLE_OK);
        for (int k = 0; k < ROWS; k++) {
            CHECK(rows[k].ratio >= 0 && rows[k].ratio <= 1 + 1e-12);
            share[rows[k].from] += rows[k].ratio;
        }
        for (int i = 0; i < NAMES; i++)
            CHECK_NEAR(share[i], has_row[i], 1e-12);
        maille_passage_apply(rows, ROWS, values, out, NAMES, has_row);
        for (int i = 0; i < NAMES; i++)
            after += out[i];
        CHECK_NEAR(after, before, 1e-9 * before);
    }
}

int main(void) {
    static const test_case cases[] = {
        CASE(given_ratios_are_normalised),  CASE(what_is_not_said_goes_by_weight),
        CASE(what_is_said_leaves_the_rest), CASE(rows_that_do_not_hold_are_refused),
        CASE(figures_move_and_totals_stay), CASE(random_tables_keep_totals)};
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
