/* What the tests of this room share: a workspace of square communes, filled by hand. */
#ifndef TESTS_STEPS_BOARD_H
#define TESTS_STEPS_BOARD_H

#include "harness.h"

#include <maille/provenance.h>
#include <maille/store.h>

#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        maille_status status_ = (call);                                                            \
        CHECK_TEXT(status_ == MAILLE_OK ? "" : maille_message(ctx), "");                           \
        CHECK_INT(status_, MAILLE_OK);                                                             \
        if (status_ != MAILLE_OK)                                                                  \
            exit(1);                                                                               \
    } while (0)

/* An import of a kind; its number. */
static inline int64_t add_import(maille_ctx *ctx, maille_store *store, const char *kind,
                                 const char *file, const char *vintage) {
    maille_import import = {.kind = kind,
                            .file = file,
                            .sha256 = "0",
                            .vintage = vintage,
                            .options = "[]",
                            .report = "{}"};
    int64_t id = 0;
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_import_record(ctx, store, &import, &id));
    CHECK_OK(maille_store_commit(ctx, store));
    return id;
}

/* A square of 0.01 degree with its south-west corner at (lon, lat), as WKB. */
static inline void square_wkb(double lon, double lat, unsigned char out[93]) {
    const double side = 0.01;
    const double ring[5][2] = {
        {lon, lat}, {lon + side, lat}, {lon + side, lat + side}, {lon, lat + side}, {lon, lat}};
    const uint32_t head[3] = {3, 1, 5}; /* polygon, rings, points */
    out[0] = 1;
    memcpy(out + 1, head, sizeof head);
    memcpy(out + 13, ring, sizeof ring);
}

/* Communes in a row from west to east near 3° E, 46.5° N. */
static inline void add_communes(maille_ctx *ctx, maille_store *store, const char *vintage,
                                const char *const *codes, const double *people, size_t count) {
    static const maille_column_spec columns[] = {
        {"code", MAILLE_TEXT},       {"name", MAILLE_TEXT},     {"population", MAILLE_REAL},
        {"department", MAILLE_TEXT}, {"import_id", MAILLE_INT}, {"geom", MAILLE_GEOMETRY}};
    int64_t id = add_import(ctx, store, "communes", "/data/communes.geojson", vintage);
    maille_table *table = NULL;
    CHECK_OK(maille_table_new(ctx, columns, 6, &table));
    for (size_t i = 0; i < count; i++) {
        unsigned char wkb[93];
        square_wkb(3 + 0.01 * (double)i, 46.5, wkb);
        CHECK_OK(maille_table_add_row(ctx, table, NULL));
        CHECK_OK(maille_set_text(ctx, table, i, 0, codes[i]));
        CHECK_OK(maille_set_text(ctx, table, i, 1, codes[i]));
        maille_set_real(table, i, 2, people[i]);
        CHECK_OK(maille_set_text(ctx, table, i, 3, "01"));
        maille_set_int(table, i, 4, id);
        CHECK_OK(maille_set_bytes(ctx, table, i, 5, wkb, sizeof wkb));
    }
    CHECK_OK(maille_store_append(ctx, store, "commune", table));
    maille_table_free(table);
}

static inline maille_store *new_workspace(maille_ctx *ctx) {
    static int number;
    char name[32];
    maille_store *store = NULL;
    snprintf(name, sizeof name, "w%d.maille", ++number);
    CHECK_OK(maille_store_create(ctx, test_scratch(name), 2154, "test", &store));
    return store;
}

#endif
