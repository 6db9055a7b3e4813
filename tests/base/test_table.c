/* Tables: typed columns, nulls, texts of their own. */
#include "harness.h"

#include <maille/table.h>

static const maille_column_spec specs[] = {{"population", MAILLE_INT},
                                           {"minutes", MAILLE_REAL},
                                           {"nom", MAILLE_TEXT},
                                           {"payload", MAILLE_BLOB},
                                           {"geometry", MAILLE_GEOMETRY}};

TEST(cells_hold_what_was_set) {
    maille_ctx *ctx = NULL;
    maille_table *table = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    CHECK(maille_table_new(ctx, specs, 5, &table) == MAILLE_OK);
    CHECK_INT(maille_table_column(table, "nom"), 2);
    CHECK_INT(maille_table_column(table, "absent"), -1);
    for (int i = 0; i < 1000; i++) {
        size_t row = 0;
        char name[16];
        CHECK(maille_table_add_row(ctx, table, &row) == MAILLE_OK);
        CHECK_INT(row, i);
        if (i % 3 == 0)
            continue; /* a row of nulls */
        snprintf(name, sizeof name, "n%d", i);
        maille_set_int(table, row, 0, i);
        maille_set_real(table, row, 1, i / 2.0);
        CHECK(maille_set_text(ctx, table, row, 2, name) == MAILLE_OK);
        CHECK(maille_set_bytes(ctx, table, row, 3, name, 2) == MAILLE_OK);
        CHECK(maille_set_bytes(ctx, table, row, 4, "", 0) == MAILLE_OK);
    }
    int faults = 0;
    for (size_t i = 0; i < table->rows; i++) {
        const maille_column *c = table->columns;
        if (i % 3 == 0) {
            for (int k = 0; k < 5; k++)
                faults += c[k].null[i] != 1;
            faults += c[0].ints[i] != 0 || !isnan(c[1].reals[i]) || c[2].texts[i] ||
                      c[3].blobs[i].bytes || c[4].blobs[i].length;
            continue;
        }
        char name[16];
        snprintf(name, sizeof name, "n%d", (int)i);
        for (int k = 0; k < 5; k++)
            faults += c[k].null[i] != 0;
        faults += c[0].ints[i] != (int64_t)i || c[1].reals[i] != (double)i / 2;
        faults += strcmp(c[2].texts[i], name) != 0;
        faults += c[3].blobs[i].length != 2 || memcmp(c[3].blobs[i].bytes, name, 2) != 0;
        faults += c[4].blobs[i].bytes == NULL || c[4].blobs[i].length != 0;
    }
    CHECK_INT(faults, 0);
    maille_table_free(table);
    maille_table_free(NULL);
    maille_ctx_free(ctx);
}

TEST(cells_become_null_again) {
    maille_ctx *ctx = NULL;
    maille_table *table = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    CHECK(maille_table_new(ctx, specs, 5, &table) == MAILLE_OK);
    CHECK(maille_table_reserve(ctx, table, 3) == MAILLE_OK);
    CHECK_INT(table->rows, 0);
    CHECK(maille_table_add_row(ctx, table, NULL) == MAILLE_OK);
    maille_set_real(table, 0, 1, 3);
    CHECK_INT(table->columns[1].null[0], 0);
    maille_set_real(table, 0, 1, (double)NAN);
    CHECK_INT(table->columns[1].null[0], 1);
    CHECK(maille_set_text(ctx, table, 0, 2, "a") == MAILLE_OK);
    CHECK(maille_set_text(ctx, table, 0, 2, NULL) == MAILLE_OK);
    CHECK(table->columns[2].null[0] == 1 && table->columns[2].texts[0] == NULL);
    CHECK(maille_set_bytes(ctx, table, 0, 4, "a", 1) == MAILLE_OK);
    CHECK(maille_set_bytes(ctx, table, 0, 4, NULL, 0) == MAILLE_OK);
    CHECK(table->columns[4].null[0] == 1 && table->columns[4].blobs[0].bytes == NULL);
    maille_table_free(table);
    maille_ctx_free(ctx);
}

TEST(no_columns_is_a_table_too) {
    maille_ctx *ctx = NULL;
    maille_table *table = NULL;
    CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
    CHECK(maille_table_new(ctx, NULL, 0, &table) == MAILLE_OK);
    CHECK(maille_table_add_row(ctx, table, NULL) == MAILLE_OK);
    CHECK_INT(table->rows, 1);
    maille_table_free(table);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(cells_hold_what_was_set), CASE(cells_become_null_again),
          CASE(no_columns_is_a_table_too))
