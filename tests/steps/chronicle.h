/* What the tests of the history share: a workspace of communes, files of perimeters to import, and
 * a look at the tables that finds whether the history holds together. */
#ifndef TESTS_STEPS_CHRONICLE_H
#define TESTS_STEPS_CHRONICLE_H

#include "board.h"

#include <maille/edit.h>
#include <maille/hash.h>
#include <maille/memory.h>
#include <maille/sources.h>

enum { COMMUNES = 20 };
static const char *const commune_codes[COMMUNES] = {
    "01001", "01002", "01003", "01004", "01005", "01006", "01007", "01008", "01009", "01010",
    "01011", "01012", "01013", "01014", "01015", "01016", "01017", "75056", "75101", "751010203"};
static const double commune_people[COMMUNES] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
                                                10, 20, 30, 40, 50, 60, 70, 80, 90, 100};

/* A workspace with its communes, of vintage 2020. */
static inline maille_store *new_study(maille_ctx *ctx) {
    maille_store *store = new_workspace(ctx);
    add_communes(ctx, store, "2020-01-01", commune_codes, commune_people, COMMUNES);
    return store;
}

static inline void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    if (!file)
        exit(1);
    fputs(text, file);
    fclose(file);
}

/* Imports a file of perimeters (name in the scratch folder, text); its message. */
static inline const char *import_perimeters(maille_ctx *ctx, maille_store *store, const char *name,
                                            const char *text, const char *vintage, bool force) {
    static maille_import_result result;
    maille_source source = {.kind = "perimeters", .file = test_scratch(name), .vintage = vintage};
    maille_import_options options = {.force = force};
    write_file(source.file, text);
    CHECK_OK(maille_import_source(ctx, store, &source, &options, &result));
    return result.message;
}

static inline uint32_t adopt(maille_ctx *ctx, maille_store *store) {
    uint32_t count = 99;
    CHECK_OK(maille_history_adopt(ctx, store, &count));
    return count;
}

/* ---- reading ---- */

static inline maille_table *all_rows(maille_ctx *ctx, maille_store *store, const char *name) {
    maille_query query = {.table = name};
    maille_table *table = NULL;
    CHECK_OK(maille_store_read(ctx, store, &query, &table));
    return table;
}

static inline const char *cell(const maille_table *table, size_t row, const char *column) {
    int i = maille_table_column(table, column);
    return i < 0 ? "(no such column)" : table->columns[i].texts[row];
}

static inline int64_t number(const maille_table *table, size_t row, const char *column) {
    int i = maille_table_column(table, column);
    return i < 0 || table->columns[i].null[row] ? -1 : table->columns[i].ints[row];
}

/* The document of a perimeter, "-" where there is none then; stays until the next call but 7. */
static inline const char *document_at(maille_ctx *ctx, maille_store *store, const char *scenario,
                                      const char *id, const maille_moment *when) {
    static char texts[8][4096];
    static int next;
    char *text = texts[next++ % 8];
    maille_perimeter *perimeter = NULL;
    maille_strbuf json = {0};
    maille_status status = maille_perimeter_load(ctx, store, scenario, id, when, &perimeter, NULL);
    snprintf(text, sizeof texts[0], "-");
    CHECK(status == MAILLE_OK || status == MAILLE_NOT_FOUND);
    if (status == MAILLE_OK) {
        maille_perimeter_write(&json, perimeter);
        snprintf(text, sizeof texts[0], "%s", json.text);
    }
    maille_strbuf_free(&json);
    maille_perimeter_free(perimeter);
    return text;
}

/* "01001 01002": codes of the members, "-" where it is not there. */
static inline const char *members_of(maille_ctx *ctx, maille_store *store, const char *id,
                                     const maille_moment *when) {
    static char texts[8][2048];
    static int next;
    char *text = texts[next++ % 8];
    size_t used = 0;
    maille_perimeter *perimeter = NULL;
    maille_status status = maille_perimeter_load(ctx, store, "", id, when, &perimeter, NULL);
    snprintf(text, sizeof texts[0], "-");
    CHECK(status == MAILLE_OK || status == MAILLE_NOT_FOUND);
    if (status == MAILLE_OK)
        text[0] = '\0';
    for (uint32_t i = 0; status == MAILLE_OK && i < perimeter->member_count; i++)
        used += (size_t)snprintf(text + used, sizeof texts[0] - used, "%s%s", i ? " " : "",
                                 perimeter->members[i].code);
    maille_perimeter_free(perimeter);
    return text;
}

/* ---- the history holds together ---- */

static inline bool is_null(const maille_table *table, size_t row, const char *column) {
    return table->columns[maille_table_column(table, column)].null[row] != 0;
}

static inline bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Documents are named by their SHA-256. */
static inline void check_documents(const maille_table *documents) {
    for (size_t row = 0; row < documents->rows; row++) {
        maille_sha256 sha;
        maille_hasher *hasher = maille_hasher_new();
        const char *text = cell(documents, row, "document");
        maille_hasher_add(hasher, text, strlen(text));
        maille_hasher_end(hasher, &sha);
        CHECK_TEXT(cell(documents, row, "hash"), sha.hex);
    }
}

static inline bool holds(const maille_table *table, const char *column, const char *text) {
    for (size_t row = 0; row < table->rows; row++)
        if (same_text(cell(table, row, column), text))
            return true;
    return false;
}

/* Each version begins with what the one before left; its change and its documents are there. */
static inline void check_versions(const maille_table *versions, const maille_table *changes,
                                  const maille_table *documents) {
    for (size_t row = 0; row < versions->rows; row++) {
        const char *id = cell(versions, row, "perimeter_id");
        const char *before = cell(versions, row, "before"), *after = cell(versions, row, "after");
        bool reference = cell(versions, row, "scenario")[0] == '\0';
        bool goes_on =
            row > 0 && same_text(cell(versions, row - 1, "perimeter_id"), id) &&
            same_text(cell(versions, row - 1, "scenario"), cell(versions, row, "scenario"));
        if (goes_on) {
            CHECK_INT(number(versions, row, "version"), number(versions, row - 1, "version") + 1);
            CHECK(same_text(cell(versions, row - 1, "after"), before));
        } else if (reference) {
            CHECK_INT(number(versions, row, "version"), 1);
            CHECK(before == NULL);
        }
        CHECK(!same_text(before, after));
        CHECK(!before || holds(documents, "hash", before));
        CHECK(!after || holds(documents, "hash", after));
        CHECK(holds(changes, "id", cell(versions, row, "change_id")));
    }
}

/* What the tables of the reference say of each perimeter is its last version. */
static inline void check_reference(maille_ctx *ctx, maille_store *store,
                                   const maille_table *perimeters, const maille_table *heads) {
    maille_perimeter_list *list = NULL;
    size_t standing = 0;
    for (size_t row = 0; row < heads->rows; row++)
        standing += cell(heads, row, "scenario")[0] == '\0' && !is_null(heads, row, "state");
    CHECK_INT(standing, perimeters->rows);
    CHECK_OK(maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, NULL, &list));
    CHECK_INT(list->count, perimeters->rows);
    for (uint32_t i = 0; i < list->count; i++) {
        char hash[65];
        size_t row = 0;
        CHECK_TEXT(list->items[i]->id, cell(perimeters, i, "id"));
        CHECK_OK(maille_perimeter_hash(ctx, list->items[i], hash));
        while (row < heads->rows && (cell(heads, row, "scenario")[0] != '\0' ||
                                     strcmp(cell(heads, row, "perimeter_id"), list->items[i]->id)))
            row++;
        CHECK(row < heads->rows);
        if (row == heads->rows)
            continue;
        CHECK_TEXT(hash, cell(heads, row, "state"));
        CHECK_INT(number(perimeters, i, "version"), number(heads, row, "version"));
    }
    maille_perimeter_list_free(list);
}

/* Looks at all of it; codes of all perimeters must be of the study's vintage. */
static inline void check_sound(maille_ctx *ctx, maille_store *store) {
    maille_table *changes = all_rows(ctx, store, "change");
    maille_table *versions = all_rows(ctx, store, "perimeter_version");
    maille_table *documents = all_rows(ctx, store, "perimeter_document");
    maille_table *heads = all_rows(ctx, store, "scenario_head");
    maille_table *perimeters = all_rows(ctx, store, "perimeter");
    maille_table *statuses = all_rows(ctx, store, "perimeter_status");
    maille_table *members = all_rows(ctx, store, "perimeter_member_raw");
    int64_t sum = 0, count = (int64_t)changes->rows;
    for (size_t row = 0; row < changes->rows; row++) {
        CHECK_INT(strlen(cell(changes, row, "id")), 32);
        CHECK(holds(versions, "change_id", cell(changes, row, "id")));
        sum += number(changes, row, "number");
    }
    CHECK_INT(sum, count * (count + 1) / 2);
    check_documents(documents);
    check_versions(versions, changes, documents);
    for (size_t row = 0; row < heads->rows; row++)
        CHECK(is_null(heads, row, "state") || holds(documents, "hash", cell(heads, row, "state")));
    check_reference(ctx, store, perimeters, heads);
    for (size_t row = 0; row < statuses->rows; row++)
        CHECK(holds(perimeters, "id", cell(statuses, row, "perimeter_id")));
    for (size_t row = 0; row < members->rows; row++)
        CHECK(holds(perimeters, "id", cell(members, row, "perimeter_id")));
    maille_table_free(changes);
    maille_table_free(versions);
    maille_table_free(documents);
    maille_table_free(heads);
    maille_table_free(perimeters);
    maille_table_free(statuses);
    maille_table_free(members);
}

#endif
