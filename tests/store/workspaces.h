/* What the tests of this room share: fresh workspaces, and rows to put in them. */
#ifndef TESTS_STORE_WORKSPACES_H
#define TESTS_STORE_WORKSPACES_H

#include "harness.h"

#include <maille/store.h>
#include <unistd.h>

/* Succeeded; else the message is told. */
#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        maille_status status_ = (call);                                                            \
        CHECK_TEXT(status_ == MAILLE_OK ? "" : maille_message(ctx), "");                           \
        CHECK_INT(status_, MAILLE_OK);                                                             \
    } while (0)

/* Failed so, with a message that holds `part`. */
#define CHECK_FAILS(call, status, part)                                                            \
    do {                                                                                           \
        CHECK_INT((call), (status));                                                               \
        if (!strstr(maille_message(ctx), (part)))                                                  \
            CHECK_TEXT(maille_message(ctx), (part));                                               \
    } while (0)

static inline maille_ctx *new_ctx(void) {
    maille_ctx *ctx;
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    return ctx;
}

/* A fresh path: no two calls give the same. */
static inline const char *fresh_path(void) {
    static int number;
    char name[32];
    snprintf(name, sizeof name, "w%d.maille", ++number);
    return test_scratch(name);
}

static inline maille_store *new_workspace(maille_ctx *ctx) {
    maille_store *store;
    CHECK_OK(maille_store_create(ctx, fresh_path(), 2154, "test", &store));
    if (!store)
        exit(1);
    return store;
}

static inline int64_t count_of(maille_ctx *ctx, maille_store *store, const char *table) {
    int64_t count = -1;
    CHECK_OK(maille_store_count(ctx, store, table, NULL, &count));
    return count;
}

/* Rows of table `centre`: codes "<prefix>0", "<prefix>1", … */
static inline maille_table *centres(maille_ctx *ctx, const char *prefix, int count,
                                    int64_t import_id) {
    static const maille_column_spec columns[] = {{"code", MAILLE_TEXT},
                                                 {"lon", MAILLE_REAL},
                                                 {"lat", MAILLE_REAL},
                                                 {"import_id", MAILLE_INT}};
    maille_table *table;
    size_t row;
    char code[32];
    CHECK_OK(maille_table_new(ctx, columns, 4, &table));
    for (int i = 0; i < count; i++) {
        CHECK_OK(maille_table_add_row(ctx, table, &row));
        snprintf(code, sizeof code, "%s%d", prefix, i);
        CHECK_OK(maille_set_text(ctx, table, row, 0, code));
        maille_set_real(table, row, 1, i * 0.5);
        maille_set_real(table, row, 2, -i * 0.25);
        maille_set_int(table, row, 3, import_id);
    }
    return table;
}

/* The same numbers on every run and machine (xorshift). */
static inline uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
