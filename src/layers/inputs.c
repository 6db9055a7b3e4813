/* What a workspace was made from, and its hash for one audience: imports by content, recipe, rules,
 * and the perimeters that the audience may see. Never paths, times of day or names of people; and
 * nothing that would tell a draft from no draft. */
#include "layers/catalogue.h"

#include <maille/map.h>
#include <stdlib.h>
#include <string.h>

static bool is_of_perimeters(const maille_catalogue *c, size_t import) {
    return strcmp(c->imports->columns[IMPORT_KIND].texts[import], "perimeters") == 0;
}

static maille_status read_imports(maille_ctx *ctx, maille_catalogue *c) {
    static const char *const columns[IMPORT_COLUMNS] = {
        "id", "kind", "name", "service", "sha256", "vintage", "source", "licence", "options"};
    static const char *const order[] = {"kind", "name", "service", "sha256", "options"};
    maille_query query = {.table = "import",
                          .columns = columns,
                          .column_count = IMPORT_COLUMNS,
                          .order = order,
                          .order_count = sizeof order / sizeof *order};
    maille_status status = maille_store_read(ctx, c->store, &query, &c->imports);
    if (status)
        return status;
    if (!(c->credited = maille_alloc(c->imports->rows, 1)))
        return maille_no_memory(ctx);
    for (size_t i = 0; i < c->imports->rows; i++) {
        const char *kind = c->imports->columns[IMPORT_KIND].texts[i];
        c->has_roads = c->has_roads || strcmp(kind, "roads") == 0;
        c->credited[i] = !is_of_perimeters(c, i);
    }
    return MAILLE_OK;
}

/* A file of perimeters is not hashed: it may hold drafts. What is visible of it is. */
static void hash_imports(const maille_catalogue *c, maille_hasher *hasher) {
    for (size_t i = 0; i < c->imports->rows; i++)
        for (int k = IMPORT_KIND; !is_of_perimeters(c, i) && k < IMPORT_COLUMNS; k++)
            maille_hasher_add_text(hasher, c->imports->columns[k].texts[i]);
}

/* ---- rules ---- */

/* The tree as it stands, so that comments and layout of the file do not count. */
static void hash_tree(maille_hasher *hasher, const maille_yaml *node) {
    unsigned char kind = (unsigned char)node->kind;
    maille_hasher_add(hasher, &kind, 1);
    if (node->kind == MAILLE_YAML_SCALAR) {
        maille_hasher_add_text(hasher, node->text);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == MAILLE_YAML_MAP)
            maille_hasher_add_text(hasher, node->keys[i]);
        hash_tree(hasher, node->items[i]);
    }
    maille_hasher_add_text(hasher, NULL);
}

static void hash_file(maille_hasher *hasher, const maille_yaml_file *file) {
    hash_tree(hasher, maille_yaml_root(file));
}

static maille_status hash_rules(maille_ctx *ctx, const maille_catalogue *c, maille_hasher *hasher) {
    const maille_study *s = c->study;
    maille_size_rules *sizes = NULL;
    maille_overlap_rules *overlaps = NULL;
    maille_travel_rules *travel = NULL;
    maille_contiguity_rules *contiguity = NULL;
    maille_status status;
    if ((status = maille_size_rules_read(ctx, s->sizes ? s->sizes : MAILLE_DEFAULT_SIZES,
                                         &sizes)) != MAILLE_OK ||
        (status = maille_overlap_rules_read(
             ctx, s->overlaps ? s->overlaps : MAILLE_DEFAULT_OVERLAPS, &overlaps)) != MAILLE_OK ||
        (status = maille_travel_rules_read(
             ctx, s->estimation ? s->estimation : MAILLE_DEFAULT_TRAVEL, &travel)) != MAILLE_OK ||
        (status = maille_contiguity_rules_read(
             ctx, s->contiguity ? s->contiguity : MAILLE_DEFAULT_CONTIGUITY, &contiguity)) !=
            MAILLE_OK)
        goto done;
    hash_file(hasher, sizes->file);
    hash_file(hasher, overlaps->file);
    hash_file(hasher, travel->file);
    hash_file(hasher, contiguity->file);
    hash_file(hasher, c->publication->file);
    if (c->zoning)
        hash_file(hasher, c->zoning->file);
done:
    maille_size_rules_free(sizes);
    maille_overlap_rules_free(overlaps);
    maille_travel_rules_free(travel);
    maille_contiguity_rules_free(contiguity);
    return status;
}

static maille_status hash_setting(maille_ctx *ctx, const maille_catalogue *c, const char *key,
                                  maille_hasher *hasher) {
    char *value = NULL;
    maille_status status = maille_store_get(ctx, c->store, key, &value);
    if (!status)
        maille_hasher_add_text(hasher, value);
    maille_free(value);
    return status;
}

/* ---- perimeters ---- */

/* The columns that are read; the import comes last. Vintage: of the codes of edited members. */
enum {
    PERIMETER_ID,
    PERIMETER_KIND,
    PERIMETER_NAME,
    PERIMETER_STATUS,
    PERIMETER_CONTACT,
    PERIMETER_VINTAGE,
    PERIMETER_IMPORT,
    PERIMETER_COLUMNS
};

static maille_status read_perimeters(maille_ctx *ctx, const maille_catalogue *c, maille_table **out,
                                     unsigned char **sees) {
    static const char *const columns[] = {"id",      "kind",    "name",     "status",
                                          "contact", "vintage", "import_id"};
    maille_query query = {
        .table = "perimeter", .columns = columns, .column_count = PERIMETER_COLUMNS};
    maille_status status = maille_store_read(ctx, c->store, &query, out);
    if (status)
        return status;
    if (!(*sees = maille_alloc((*out)->rows, 1)))
        return maille_no_memory(ctx);
    maille_audience_sees(c->publication, c->audience, (*out)->columns[PERIMETER_STATUS].texts,
                         (*out)->rows, *sees);
    return MAILLE_OK;
}

/* An import of perimeters is credited when the audience sees one that came from it. */
static void credit_imports(maille_catalogue *c, const maille_table *perimeters,
                           const unsigned char *sees) {
    const maille_column *from = &perimeters->columns[perimeters->column_count - 1];
    for (size_t i = 0; i < c->imports->rows; i++)
        for (size_t p = 0; p < perimeters->rows && !c->credited[i]; p++)
            c->credited[i] = sees[p] && !from->null[p] &&
                             from->ints[p] == c->imports->columns[IMPORT_ID].ints[i];
}

/* Vintage of the codes of a perimeter's members: that of its last edit, else of its import. */
static const char *vintage_of(const maille_catalogue *c, const maille_table *perimeters,
                              size_t row) {
    const maille_column *import = &perimeters->columns[PERIMETER_IMPORT];
    if (perimeters->columns[PERIMETER_VINTAGE].texts[row])
        return perimeters->columns[PERIMETER_VINTAGE].texts[row];
    for (size_t i = 0; i < c->imports->rows && !import->null[row]; i++)
        if (c->imports->columns[IMPORT_ID].ints[i] == import->ints[row])
            return c->imports->columns[IMPORT_VINTAGE].texts[i];
    return NULL;
}

/* "kind code" */
static void claim_key(maille_strbuf *key, const maille_table *perimeters, size_t p,
                      const char *code) {
    maille_strbuf_clear(key);
    maille_strbuf_addf(key, "%s %s", perimeters->columns[PERIMETER_KIND].texts[p], code);
}

/* Whether "kind code" is a member of a perimeter that is seen (1) or of several (2). */
static maille_status count_claims(maille_ctx *ctx, const maille_catalogue *c,
                                  const maille_table *perimeters, const unsigned char *sees,
                                  maille_names **out) {
    static const char *const columns[] = {"perimeter_id", "code"};
    maille_query query = {.table = "perimeter_member_raw", .columns = columns, .column_count = 2};
    maille_names *kinds = maille_names_new(perimeters->rows), *claims = maille_names_new(0);
    maille_table *rows = NULL;
    maille_strbuf key = {0};
    bool kept = kinds && claims;
    maille_status status = maille_store_read(ctx, c->store, &query, &rows);
    for (size_t p = 0; kept && p < perimeters->rows; p++)
        if (sees[p])
            kept = maille_names_set(kinds, perimeters->columns[PERIMETER_ID].texts[p], (uint32_t)p);
    for (size_t i = 0; kept && !status && i < rows->rows; i++) {
        uint32_t p = maille_names_get(kinds, rows->columns[0].texts[i]);
        if (p == MAILLE_ABSENT)
            continue;
        claim_key(&key, perimeters, p, rows->columns[1].texts[i]);
        bool again = !key.failed && maille_names_get(claims, key.text) != MAILLE_ABSENT;
        kept = !key.failed && maille_names_set(claims, key.text, again ? 2 : 1);
    }
    if (!status && !kept)
        status = maille_no_memory(ctx);
    maille_names_free(kinds);
    maille_table_free(rows);
    maille_strbuf_free(&key);
    *out = claims;
    return status;
}

static void hash_identity(const maille_catalogue *c, const maille_table *perimeters, size_t p,
                          maille_hasher *hasher) {
    for (int k = PERIMETER_ID; k < PERIMETER_VINTAGE; k++)
        maille_hasher_add_text(hasher, perimeters->columns[k].texts[p]);
    maille_hasher_add_text(hasher, vintage_of(c, perimeters, p));
}

static void hash_member(const maille_cursor *member, bool claimed_twice, maille_hasher *hasher) {
    double share = maille_cursor_real(member, 2);
    int64_t on_purpose = claimed_twice ? maille_cursor_int(member, 3) : 0;
    maille_hasher_add_text(hasher, maille_cursor_text(member, 1));
    maille_hasher_add(hasher, &share, sizeof share);
    maille_hasher_add(hasher, &on_purpose, sizeof on_purpose);
}

/* Perimeters and members both come in order of the perimeter's id. What is shared on purpose counts
 * where another one that is seen holds it too: else it would tell of one that is not. */
static maille_status hash_perimeters(maille_ctx *ctx, const maille_catalogue *c,
                                     const maille_table *perimeters, const unsigned char *sees,
                                     maille_hasher *hasher) {
    static const char *const columns[] = {"perimeter_id", "code", "share", "on_purpose"};
    maille_query query = {.table = "perimeter_member_raw", .columns = columns, .column_count = 4};
    maille_cursor *members = NULL;
    maille_names *claims = NULL;
    maille_strbuf key = {0};
    bool row = false;
    maille_status status = count_claims(ctx, c, perimeters, sees, &claims);
    if (!status)
        status = maille_store_scan(ctx, c->store, &query, &members);
    if (!status)
        status = maille_cursor_next(ctx, members, &row);
    for (size_t p = 0; p < perimeters->rows && !status; p++) {
        const char *id = perimeters->columns[PERIMETER_ID].texts[p];
        if (sees[p])
            hash_identity(c, perimeters, p, hasher);
        int order = 0;
        while (!status && row && (order = strcmp(maille_cursor_text(members, 0), id)) <= 0) {
            if (order == 0 && sees[p]) {
                claim_key(&key, perimeters, p, maille_cursor_text(members, 1));
                hash_member(members, !key.failed && maille_names_get(claims, key.text) == 2,
                            hasher);
            }
            status = maille_cursor_next(ctx, members, &row);
        }
    }
    if (!status && key.failed)
        status = maille_no_memory(ctx);
    maille_cursor_free(members);
    maille_names_free(claims);
    maille_strbuf_free(&key);
    return status;
}

/* Dates of the statuses of what is seen; to the public the present one alone. */
static maille_status hash_statuses(maille_ctx *ctx, const maille_catalogue *c,
                                   const maille_table *perimeters, const unsigned char *sees,
                                   maille_hasher *hasher) {
    static const char *const columns[] = {"perimeter_id", "status", "since"};
    maille_query query = {.table = "perimeter_status", .columns = columns, .column_count = 3};
    maille_table *rows = NULL;
    maille_status status = maille_store_read(ctx, c->store, &query, &rows);
    size_t p = 0;
    for (size_t i = 0; !status && i < rows->rows; i++) {
        while (p < perimeters->rows &&
               strcmp(perimeters->columns[PERIMETER_ID].texts[p], rows->columns[0].texts[i]) < 0)
            p++;
        bool last = i + 1 == rows->rows ||
                    strcmp(rows->columns[0].texts[i], rows->columns[0].texts[i + 1]) != 0;
        bool seen =
            p < perimeters->rows && sees[p] && (last || c->audience == MAILLE_INTERNE) &&
            strcmp(perimeters->columns[PERIMETER_ID].texts[p], rows->columns[0].texts[i]) == 0;
        for (size_t k = 0; seen && k < 3; k++)
            maille_hasher_add_text(hasher, rows->columns[k].texts[i]);
    }
    maille_table_free(rows);
    return status;
}

/* Notes on gaps are for the inside. */
static maille_status hash_notes(maille_ctx *ctx, const maille_catalogue *c, maille_hasher *hasher) {
    static const char *const columns[] = {"code", "note", "since"};
    maille_query query = {.table = "gap_note", .columns = columns, .column_count = 3};
    maille_table *rows = NULL;
    maille_status status =
        c->audience == MAILLE_INTERNE ? maille_store_read(ctx, c->store, &query, &rows) : MAILLE_OK;
    for (size_t i = 0; rows && i < rows->rows; i++)
        for (size_t k = 0; k < 3; k++)
            maille_hasher_add_text(hasher, rows->columns[k].texts[i]);
    maille_table_free(rows);
    return status;
}

maille_status layers_read_inputs(maille_ctx *ctx, maille_catalogue *c) {
    maille_table *perimeters = NULL;
    unsigned char *sees = NULL;
    maille_status status;
    MAILLE_TRY(read_imports(ctx, c));
    MAILLE_TRY(read_perimeters(ctx, c, &perimeters, &sees));
    credit_imports(c, perimeters, sees);
done:
    maille_table_free(perimeters);
    maille_free(sees);
    return status;
}

maille_status layers_hash(maille_ctx *ctx, const maille_catalogue *c, maille_sha256 *out) {
    maille_table *perimeters = NULL;
    unsigned char *sees = NULL;
    maille_hasher *hasher = maille_hasher_new();
    maille_sha256 hash;
    maille_status status = hasher ? MAILLE_OK : maille_no_memory(ctx);
    MAILLE_TRY(status);
    hash_imports(c, hasher);
    MAILLE_TRY(hash_setting(ctx, c, "study_json", hasher));
    MAILLE_TRY(hash_setting(ctx, c, "crs", hasher));
    MAILLE_TRY(hash_rules(ctx, c, hasher));
    MAILLE_TRY(read_perimeters(ctx, c, &perimeters, &sees));
    MAILLE_TRY(hash_perimeters(ctx, c, perimeters, sees, hasher));
    MAILLE_TRY(hash_statuses(ctx, c, perimeters, sees, hasher));
    MAILLE_TRY(hash_notes(ctx, c, hasher));
done:
    if (hasher)
        maille_hasher_end(hasher, &hash);
    if (!status)
        *out = hash;
    maille_table_free(perimeters);
    maille_free(sees);
    return status;
}
