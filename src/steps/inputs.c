/* The hash of all that a step depends on: imports, rules, parameters and the steps before it. A
 * step whose hash is that of its last run has nothing to do. */
#include "steps/step.h"

#include <maille/hash.h>
#include <maille/json.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/provenance.h>
#include <maille/version.h>
#include <stdio.h>
#include <string.h>

static maille_status add_imports(maille_ctx *ctx, maille_store *store, const char *const *kinds,
                                 maille_hasher *hasher) {
    static const char *const columns[] = {"kind",   "name",    "service",
                                          "sha256", "vintage", "options"};
    static const char *const order[] = {"kind", "name", "service", "sha256", "options"};
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    for (; kinds && *kinds; kinds++) {
        maille_value kind = maille_text_value(*kinds);
        maille_filter filter = maille_equals("kind", &kind);
        maille_query query = {.table = "import",
                              .columns = columns,
                              .column_count = 6,
                              .filter = &filter,
                              .order = order,
                              .order_count = 5};
        TRY(maille_store_read(ctx, store, &query, &table));
        for (size_t row = 0; row < table->rows; row++)
            for (size_t i = 0; i < 6; i++)
                maille_hasher_add_text(hasher, table->columns[i].texts[row]);
        maille_table_free(table);
        table = NULL;
    }
done:
    maille_table_free(table);
    return status;
}

/* A rule set is its file: any change of it counts. */
static maille_status add_rule(maille_ctx *ctx, const char *family, const char *id,
                              maille_hasher *hasher) {
    maille_status status = MAILLE_OK;
    char *folder = NULL, path[1024];
    maille_sha256 sha;
    TRY(maille_layers_folder(ctx, &folder));
    snprintf(path, sizeof path, "%s/rules/%s-%s.yaml", folder, family, id);
    TRY(maille_hash_file(ctx, path, &sha));
    maille_hasher_add_text(hasher, family);
    maille_hasher_add_text(hasher, sha.hex);
done:
    maille_free(folder);
    return status;
}

/* Id of the rule set of a family that the study uses. */
static const char *rule_of(const maille_study *study, const char *family) {
    const struct {
        const char *family, *chosen, *usual;
    } known[] = {
        {"sizes", study->sizes, MAILLE_DEFAULT_SIZES},
        {"publication", study->publication, MAILLE_DEFAULT_PUBLICATION},
        {"zoning", study->zoning, MAILLE_DEFAULT_ZONING},
        {"overlaps", study->overlaps, MAILLE_DEFAULT_OVERLAPS},
        {"travel", study->estimation, MAILLE_DEFAULT_TRAVEL},
        {"contiguity", study->contiguity, MAILLE_DEFAULT_CONTIGUITY},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].family, family) == 0)
            return known[i].chosen ? known[i].chosen : known[i].usual;
    return NULL;
}

static maille_status add_rules(maille_ctx *ctx, loads *l, const char *const *families,
                               maille_hasher *hasher) {
    const maille_study *study = NULL;
    maille_status status = MAILLE_OK;
    TRY(load_study(ctx, l, &study));
    for (; families && *families; families++) {
        TRY(add_rule(ctx, *families, rule_of(study, *families), hasher));
        if (strcmp(*families, "zoning") == 0)
            maille_hasher_add_text(hasher, study->zoning ? study->zoning_unit : NULL);
    }
done:
    return status;
}

/* ,"services":{"id":[5,10]} */
static void say_services(const maille_study *study, maille_strbuf *out) {
    maille_strbuf_add(out, ",\"services\":{");
    for (size_t i = 0; i < study->service_count; i++) {
        maille_strbuf_add(out, i ? "," : "");
        maille_json_text(out, study->services[i].id);
        for (size_t b = 0; b < study->services[i].band_count; b++) {
            maille_strbuf_add(out, b ? "," : ":[");
            maille_strbuf_add_double(out, study->services[i].bands_min[b]);
        }
        maille_strbuf_add(out, study->services[i].band_count ? "]" : ":[]");
    }
    maille_strbuf_add(out, "}");
}

maille_status step_parameters(maille_ctx *ctx, loads *l, const step *s, maille_strbuf *out) {
    const maille_study *study = NULL;
    const maille_crs *crs = NULL;
    maille_status status = MAILLE_OK;
    TRY(load_study(ctx, l, &study));
    TRY(load_crs(ctx, l, &crs));
    maille_strbuf_addf(out, "{\"version\":%d,\"crs\":\"EPSG:%d\",\"rules\":{", s->version,
                       maille_crs_epsg(crs));
    for (const char *const *family = s->rules; family && *family; family++) {
        maille_strbuf_addf(out, "%s\"%s\":", family == s->rules ? "" : ",", *family);
        maille_json_text(out, rule_of(study, *family));
    }
    maille_strbuf_add(out, "}");
    if (s->reads_services)
        say_services(study, out);
    maille_strbuf_add(out, "}");
    if (out->failed)
        status = maille_no_memory(ctx);
done:
    return status;
}

static maille_status add_services(maille_ctx *ctx, loads *l, maille_hasher *hasher) {
    const maille_study *study = NULL;
    maille_status status = load_study(ctx, l, &study);
    for (size_t i = 0; status == MAILLE_OK && i < study->service_count; i++) {
        maille_hasher_add_text(hasher, study->services[i].id);
        maille_hasher_add(hasher, study->services[i].bands_min,
                          study->services[i].band_count * sizeof(double));
    }
    return status;
}

static const char *vintage_of(const maille_table *imports, int64_t id) {
    int ids = maille_table_column(imports, "id"), vintage = maille_table_column(imports, "vintage");
    for (size_t row = 0; row < imports->rows; row++)
        if (imports->columns[ids].ints[row] == id)
            return imports->columns[vintage].texts[row];
    return NULL;
}

/* An import counts by the vintage of its codes: its number is another one each time. */
static void add_cell(const maille_column *column, size_t row, const maille_table *imports,
                     maille_hasher *hasher) {
    if (column->type == MAILLE_TEXT)
        maille_hasher_add_text(hasher, column->texts[row]);
    else if (column->type == MAILLE_REAL)
        maille_hasher_add(hasher, &column->reals[row], sizeof(double));
    else if (strcmp(column->name, "import_id") != 0)
        maille_hasher_add(hasher, &column->ints[row], sizeof(int64_t));
    else
        maille_hasher_add_text(hasher,
                               column->null[row] ? NULL : vintage_of(imports, column->ints[row]));
}

/* Rows whose first column is among those seen (NULL: all). */
static maille_status add_rows(maille_ctx *ctx, maille_store *store, const maille_query *query,
                              const maille_names *seen, maille_hasher *hasher) {
    maille_table *table = NULL, *imports = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_imports(ctx, store, &imports));
    TRY(maille_store_read(ctx, store, query, &table));
    for (size_t row = 0; row < table->rows; row++) {
        if (seen && maille_names_get(seen, table->columns[0].texts[row]) == MAILLE_ABSENT)
            continue;
        for (size_t i = 0; i < table->column_count; i++)
            add_cell(&table->columns[i], row, imports, hasher);
    }
done:
    maille_table_free(table);
    maille_table_free(imports);
    return status;
}

/* Texts on gaps, for the steps that show them. */
static maille_status add_notes(maille_ctx *ctx, maille_store *store, const step *s,
                               maille_audience audience, maille_hasher *hasher) {
    static const char *const columns[] = {"code", "note", "since"};
    const maille_query query = {.table = "gap_note", .columns = columns, .column_count = 3};
    bool shown = audience == MAILLE_INTERNE; /* notes are for the inside */
    for (const char *const *table = s->tables; shown && table && *table; table++)
        if (strcmp(*table, "gap") == 0 || strcmp(*table, "finding") == 0)
            return add_rows(ctx, store, &query, NULL, hasher);
    return MAILLE_OK;
}

/* What is said of the perimeters seen. A status that is not dated says no more than the perimeter
 * itself, whether it has a row or not. */
static maille_status add_decisions(maille_ctx *ctx, maille_store *store, const maille_names *seen,
                                   maille_hasher *hasher) {
    static const char *const perimeter[] = {"id", "kind", "name", "status", "contact", "vintage"};
    static const char *const dated[] = {"perimeter_id", "place", "status", "since", "by_whom"};
    static const char *const member[] = {"perimeter_id", "code",   "share", "import_id",
                                         "on_purpose",   "reason", "zone"};
    const maille_filter no_day = {.op = MAILLE_F_NULL, .column = "since"};
    const maille_filter nobody = {.op = MAILLE_F_NULL, .column = "by_whom"};
    const maille_filter *const both[] = {&no_day, &nobody};
    const maille_filter bare = {.op = MAILLE_F_AND, .children = both, .count = 2};
    const maille_filter *const not_bare[] = {&bare};
    const maille_filter said = {.op = MAILLE_F_NOT, .children = not_bare, .count = 1};
    const maille_query queries[] = {
        {.table = "perimeter", .columns = perimeter, .column_count = 6},
        {.table = "perimeter_status", .columns = dated, .column_count = 5, .filter = &said},
        {.table = "perimeter_member_raw", .columns = member, .column_count = 7}};
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        TRY(add_rows(ctx, store, &queries[i], seen, hasher));
done:
    return status;
}

/* Decisions on perimeters: those that the audience may see, as they are in the workspace. A draft
 * that changes leaves every public hash alone. */
static maille_status add_perimeters(maille_ctx *ctx, maille_store *store, loads *l,
                                    maille_audience audience, maille_hasher *hasher) {
    static const char *const columns[] = {"id", "status"};
    maille_query query = {.table = "perimeter", .columns = columns, .column_count = 2};
    const maille_publication_rules *rules = NULL;
    maille_status status = MAILLE_OK;
    maille_table *table = NULL;
    unsigned char *sees = NULL;
    maille_names *seen = maille_names_new(64);
    if (!seen)
        return maille_no_memory(ctx);
    TRY(load_publication(ctx, l, &rules));
    TRY(maille_store_read(ctx, store, &query, &table));
    sees = maille_alloc(table->rows + 1, 1);
    if (!sees) {
        status = maille_no_memory(ctx);
        goto done;
    }
    maille_audience_sees(rules, audience, table->columns[1].texts, table->rows, sees);
    for (size_t row = 0; row < table->rows; row++)
        if (sees[row] && !maille_names_set(seen, table->columns[0].texts[row], 1)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    TRY(add_decisions(ctx, store, seen, hasher));
done:
    maille_free(sees);
    maille_names_free(seen);
    maille_table_free(table);
    return status;
}

/* Which version of each perimeter was made on which day: the same decisions give the same hash in
 * every workspace, whoever took them at what time. */
static maille_status add_history(maille_ctx *ctx, maille_store *store, maille_hasher *hasher) {
    enum { ID, AT, OF = 0, VERSION, AFTER, VINTAGE, CHANGE, DAY = 10 };
    static const char *const change[] = {"id", "at"};
    static const char *const version[] = {"perimeter_id", "version", "after", "vintage",
                                          "change_id"};
    const maille_value reference = maille_text_value("");
    const maille_filter filter = maille_equals("scenario", &reference);
    const maille_query of_changes = {
        .table = "change", .columns = change, .column_count = 2, .filter = &filter};
    const maille_query of_versions = {
        .table = "perimeter_version", .columns = version, .column_count = 5, .filter = &filter};
    maille_status status = MAILLE_OK;
    maille_table *changes = NULL, *versions = NULL;
    maille_names *row_of = maille_names_new(0);
    if (!row_of)
        return maille_no_memory(ctx);
    TRY(maille_store_read(ctx, store, &of_changes, &changes));
    TRY(maille_store_read(ctx, store, &of_versions, &versions));
    for (size_t row = 0; row < changes->rows; row++)
        if (!maille_names_set(row_of, changes->columns[ID].texts[row], (uint32_t)row)) {
            status = maille_no_memory(ctx);
            goto done;
        }
    for (size_t row = 0; row < versions->rows; row++) {
        const maille_column *c = versions->columns;
        uint32_t made = maille_names_get(row_of, c[CHANGE].texts[row]);
        maille_hasher_add_text(hasher, c[OF].texts[row]);
        maille_hasher_add(hasher, &c[VERSION].ints[row], sizeof(int64_t));
        maille_hasher_add_text(hasher, c[AFTER].texts[row]);
        maille_hasher_add_text(hasher, c[VINTAGE].texts[row]);
        if (made != MAILLE_ABSENT)
            maille_hasher_add(hasher, changes->columns[AT].texts[made], DAY);
    }
done:
    maille_table_free(changes);
    maille_table_free(versions);
    maille_names_free(row_of);
    return status;
}

static maille_status add_needs(maille_ctx *ctx, maille_store *store, loads *l, const step *s,
                               maille_audience audience, maille_hasher *hasher,
                               const char **lacks) {
    maille_status status = MAILLE_OK;
    for (const char *const *need = s->needs; need && *need; need++) {
        const step *before = step_named(*need);
        const char *missing = NULL;
        char hash[65];
        TRY(step_inputs_hash(ctx, store, l, before, audience, hash, &missing));
        /* Steps by audience hash the decisions they see, not all that a step before converted. */
        if (s->by_audience && before->reads_drafts)
            TRY(add_imports(ctx, store, before->kinds, hasher));
        else
            maille_hasher_add_text(hasher, hash);
        if (missing && !*lacks)
            *lacks = missing;
    }
done:
    return status;
}

static maille_status compute_hash(maille_ctx *ctx, maille_store *store, loads *l, const step *s,
                                  maille_audience audience, char hash[65], const char **lacks) {
    maille_status status = MAILLE_OK;
    const char *missing = NULL;
    char *crs = NULL;
    maille_sha256 sha;
    maille_hasher *hasher = maille_hasher_new();
    if (!hasher)
        return maille_no_memory(ctx);
    TRY(maille_store_get(ctx, store, "crs", &crs));
    maille_hasher_add_text(hasher, s->name);
    maille_hasher_add(hasher, &s->version, sizeof s->version);
    maille_hasher_add_text(hasher, MAILLE_VERSION);
    maille_hasher_add_text(hasher, crs);
    TRY(add_imports(ctx, store, s->kinds, hasher));
    TRY(add_rules(ctx, l, s->rules, hasher));
    if (s->reads_services)
        TRY(add_services(ctx, l, hasher));
    TRY(add_notes(ctx, store, s, audience, hasher));
    if (s->by_audience)
        TRY(add_perimeters(ctx, store, l, audience, hasher));
    else if (s->reads_drafts)
        TRY(add_perimeters(ctx, store, l, MAILLE_INTERNE, hasher));
    if (s->reads_history)
        TRY(add_history(ctx, store, hasher));
    TRY(add_needs(ctx, store, l, s, audience, hasher, &missing));
    if (!missing && s->lacks)
        TRY(s->lacks(ctx, store, l, &missing));
done:
    maille_hasher_end(hasher, &sha);
    memcpy(hash, sha.hex, 65);
    if (lacks)
        *lacks = missing;
    maille_free(crs);
    return status;
}

maille_status step_inputs_hash(maille_ctx *ctx, maille_store *store, loads *l, const step *s,
                               maille_audience audience, char hash[65], const char **lacks) {
    step_known *known = loads_known(l, (size_t)(s - maille_all_steps), audience);
    const char *missing = NULL;
    maille_status status = MAILLE_OK;
    if (known && known->known) {
        memcpy(hash, known->hash, sizeof known->hash);
        missing = known->lacks;
    } else {
        TRY(compute_hash(ctx, store, l, s, audience, hash, &missing));
    }
    if (known && !known->known) {
        memcpy(known->hash, hash, sizeof known->hash);
        known->lacks = missing;
        known->known = true;
    }
    if (lacks)
        *lacks = missing;
done:
    return status;
}
