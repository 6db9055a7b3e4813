/* What the tests of the handover share: two who work on the same perimeters, each in a workspace of
 * their own, and the file that goes from one to the other. */
#ifndef TESTS_STEPS_HANDOVER_KIT_H
#define TESTS_STEPS_HANDOVER_KIT_H

#include "chronicle.h"

static maille_ctx *ctx;
static maille_merge_report *report;
static maille_edit_result result;

static const char *const three =
    "id,nom,statut,code\n"
    "a,Alpha,projet,01001\n"
    "a,Alpha,projet,01002\n"
    "b,Beta,projet,01003\n"
    "c,Gamma,projet,01004\n"
    "c,Gamma,projet,01005\n";

/* ---- workspaces and what is done in them ---- */

static inline maille_store *workspace_on(const char *who, const char *vintage) {
    static int number_of;
    char name[32];
    maille_store *store = NULL;
    snprintf(name, sizeof name, "h%d.maille", ++number_of);
    CHECK_OK(maille_store_create(ctx, test_scratch(name), 2154, who, &store));
    add_communes(ctx, store, vintage, commune_codes, commune_people, COMMUNES);
    return store;
}

static inline maille_store *workspace_of(const char *who) {
    return workspace_on(who, "2020-01-01");
}

static inline maille_store *workspace_with_three(const char *who) {
    maille_store *store = workspace_of(who);
    import_perimeters(ctx, store, "three.csv", three, "2020-01-01", false);
    return store;
}

static inline void edit_many(maille_store *store, const char *why, const maille_op *ops,
                             size_t count) {
    maille_edit how = {.scenario = "", .why = why};
    CHECK_OK(maille_edit_apply(ctx, store, &how, ops, count, NULL));
}

static inline void add(maille_store *store, const char *perimeter, const char *code) {
    maille_op op = {.kind = MAILLE_OP_ADD, .perimeter = perimeter, .code = code};
    edit_many(store, "ajout", &op, 1);
}

static inline void rename_to(maille_store *store, const char *perimeter, const char *name) {
    maille_op op = {.kind = MAILLE_OP_RENAME, .perimeter = perimeter, .text = name};
    edit_many(store, "nom", &op, 1);
}

static inline const char *export_to(maille_store *store, const char *name, const char *id) {
    const char *path = test_scratch(name);
    CHECK_OK(maille_history_export(ctx, store, &id, 1, path));
    return path;
}

static inline maille_status receive(maille_store *store, const char *path, const char *prefer) {
    const maille_edit how = {.scenario = ""};
    maille_merge_report_free(report);
    report = NULL;
    result = (maille_edit_result){0};
    return maille_history_receive(ctx, store, &how, path, prefer, &report, &result);
}

/* One perimeter goes over; how many changed there. */
static inline uint32_t hand_over(maille_store *from, maille_store *to, const char *id,
                                 const char *prefer) {
    CHECK_OK(receive(to, export_to(from, "over.json", id), prefer));
    CHECK_INT(result.perimeters, report->merged);
    return report->merged;
}

static inline const char *now(maille_store *store, const char *id) {
    return document_at(ctx, store, "", id, NULL);
}

/* ---- looking ---- */

/* All rows of the tables of perimeters and their history, as one hash. */
static inline const char *print_of(maille_store *store) {
    static char prints[8][65];
    static int next;
    static const char *const tables[] = {
        "perimeter",         "perimeter_member_raw", "perimeter_status",   "change",
        "perimeter_version", "scenario_head",        "perimeter_document", "meta"};
    maille_sha256 sha;
    maille_hasher *hasher = maille_hasher_new();
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        maille_table *table = all_rows(ctx, store, tables[t]);
        for (size_t i = 0; i < table->rows * table->column_count; i++) {
            const maille_column *c = &table->columns[i % table->column_count];
            size_t row = i / table->column_count;
            if (c->type == MAILLE_TEXT)
                maille_hasher_add_text(hasher, c->texts[row]);
            else if (c->type == MAILLE_INT)
                maille_hasher_add(hasher, &c->ints[row], sizeof *c->ints);
            else
                maille_hasher_add(hasher, &c->reals[row], sizeof *c->reals);
        }
        maille_table_free(table);
    }
    maille_hasher_end(hasher, &sha);
    char *out = prints[next++ % 8];
    memcpy(out, sha.hex, sizeof prints[0]);
    return out;
}

/* ---- first and last of the cases ---- */

static inline void open_context(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

static inline void close_context(void) {
    maille_merge_report_free(report);
    maille_ctx_free(ctx);
}

#endif
