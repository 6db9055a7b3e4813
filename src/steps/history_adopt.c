/* Imports write the tables of perimeters on their own: what they brought, changed or took away
 * becomes versions of the history. */
#include "steps/history.h"
#include "steps/history_reference.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/map.h>
#include <string.h>

/* The reference as the tables and as the history have it. */
typedef struct {
    maille_store *store;
    reference *present;
    history_heads *heads;
    maille_names *head_of; /* id → place in `heads` */
    maille_names *row_of;  /* id → place in `present` */
    int64_t *version;      /* of each present perimeter, once it is recorded */
    uint32_t recorded;
} adoption;

static maille_status number_all(maille_ctx *ctx, adoption *a) {
    a->head_of = maille_names_new(a->heads->count);
    a->row_of = maille_names_new(a->present->count);
    a->version = maille_alloc(a->present->count + 1u, sizeof *a->version);
    if (!a->head_of || !a->row_of || !a->version)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < a->heads->count; i++)
        if (!maille_names_set(a->head_of, a->heads->items[i].perimeter, i))
            return maille_no_memory(ctx);
    for (uint32_t i = 0; i < a->present->count; i++) {
        a->version[i] = a->present->items[i].version;
        if (!maille_names_set(a->row_of, a->present->items[i].perimeter->id, i))
            return maille_no_memory(ctx);
    }
    return MAILLE_OK;
}

static history_head head_of(const adoption *a, const char *id) {
    uint32_t place = maille_names_get(a->head_of, id);
    const history_head none = {.own = true};
    return place == MAILLE_ABSENT ? none : a->heads->items[place].head;
}

/* A change begins with the first version that it has. */
static maille_status record(maille_ctx *ctx, adoption *a, const history_about *about,
                            history_change *change, const char *id, const history_head *head,
                            const char *hash, const char *vintage) {
    maille_status status = MAILLE_OK;
    if (change->perimeters == 0)
        TRY(history_begin(ctx, a->store, about, change));
    TRY(history_record(ctx, change, id, head, hash, vintage));
    a->recorded++;
done:
    return status;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Who an import was by, when, and of which file; what came of no import is of now. */
static history_about about_import(const reference *present, int64_t import_id) {
    const maille_table *t = present->imports;
    history_about about = {.scenario = "", .kind = "import"};
    size_t row = reference_import(t, import_id);
    if (row == t->rows)
        return about;
    about.at = t->columns[maille_table_column(t, "at")].texts[row];
    about.who = t->columns[maille_table_column(t, "who")].texts[row];
    about.why = last_part(t->columns[maille_table_column(t, "file")].texts[row]);
    return about;
}

/* What the file says is as it was, but the study now says of when its codes are: the version stays,
 * and its codes are read anew. */
static maille_status restate_vintage(maille_ctx *ctx, adoption *a, const char *id, int64_t version,
                                     const char *vintage) {
    maille_query query = {.table = "perimeter_version"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter line;
    row_where_two(&line, "perimeter_id", id, "scenario", "");
    const maille_value number = maille_int_value(version);
    const maille_filter of_version = maille_equals("version", &number);
    const maille_filter *const both[] = {&line.all, &of_version};
    const maille_filter scope = {.op = MAILLE_F_AND, .children = both, .count = 2};
    query.filter = &scope;
    TRY(maille_store_read(ctx, a->store, &query, &rows));
    size_t column = (size_t)maille_table_column(rows, "vintage");
    const char *said = rows->rows ? rows->columns[column].texts[0] : NULL;
    if (!rows->rows || !vintage || (said && strcmp(said, vintage) == 0))
        goto done;
    TRY(maille_set_text(ctx, rows, 0, column, vintage));
    status = maille_store_replace(ctx, a->store, "perimeter_version", &scope, rows);
done:
    maille_table_free(rows);
    return status;
}

/* One change for all that one import brought. */
static maille_status adopt_import(maille_ctx *ctx, adoption *a, int64_t import_id) {
    history_about about = about_import(a->present, import_id);
    history_change change = {0};
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < a->present->count; i++) {
        const reference_item *item = &a->present->items[i];
        const char *id = item->perimeter->id;
        history_head head = head_of(a, id);
        char hash[65];
        if (a->version[i] != 0 || item->import_id != import_id)
            continue;
        TRY(history_keep(ctx, a->store, item->perimeter, hash));
        if (strcmp(hash, head.state) != 0) {
            if (head.version > 0 && !*head.state)
                maille_log(ctx, MAILLE_LOG_WARNING,
                           "perimeter %s had been deleted and was brought back by %s", id,
                           about.why ? about.why : "an import");
            TRY(record(ctx, a, &about, &change, id, &head, hash, item->vintage));
            head.version = change.version;
        } else
            TRY(restate_vintage(ctx, a, id, head.version, item->vintage));
        a->version[i] = head.version;
    }
    TRY(history_tell(ctx, &change));
done:
    return status;
}

/* Those that the history has and the tables no longer. */
static maille_status adopt_absent(maille_ctx *ctx, adoption *a) {
    static const history_about about = {
        .scenario = "", .kind = "import", .why = "n’est plus dans les fichiers importés"};
    history_change change = {0};
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < a->heads->count; i++) {
        const char *id = a->heads->items[i].perimeter;
        const history_head *head = &a->heads->items[i].head;
        if (*head->state && maille_names_get(a->row_of, id) == MAILLE_ABSENT)
            TRY(record(ctx, a, &about, &change, id, head, "", NULL));
    }
    TRY(history_tell(ctx, &change));
done:
    return status;
}

/* ---- the tables, with versions ----------------------------------------------------------------
 */

static maille_status write_versions(maille_ctx *ctx, const adoption *a) {
    maille_query query = {.table = "perimeter"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_store_read(ctx, a->store, &query, &rows));
    size_t id = (size_t)maille_table_column(rows, "id");
    size_t version = (size_t)maille_table_column(rows, "version");
    for (size_t row = 0; row < rows->rows; row++) {
        uint32_t place = maille_names_get(a->row_of, rows->columns[id].texts[row]);
        maille_set_int(rows, row, version, a->version[place]);
    }
    status = maille_store_replace(ctx, a->store, "perimeter", NULL, rows);
done:
    maille_table_free(rows);
    return status;
}

static maille_status adopt_all(maille_ctx *ctx, adoption *a) {
    maille_status status = MAILLE_OK;
    TRY(reference_read(ctx, a->store, NULL, &a->present));
    TRY(history_heads_of(ctx, a->store, "", &a->heads));
    TRY(number_all(ctx, a));
    TRY(adopt_absent(ctx, a));
    for (uint32_t i = 0; i < a->present->count; i++)
        if (a->version[i] == 0)
            TRY(adopt_import(ctx, a, a->present->items[i].import_id));
    TRY(write_versions(ctx, a));
done:
    return status;
}

/* Whether the tables hold something that the history has not, or the other way round: what has a
 * version stands in the history, so that as many here as there are the same. */
static maille_status is_behind(maille_ctx *ctx, maille_store *store, bool *behind) {
    const maille_filter fresh = {.op = MAILLE_F_NULL, .column = "version"};
    const maille_filter gone = {.op = MAILLE_F_NULL, .column = "state"};
    const maille_filter *const not_gone[] = {&gone};
    const maille_filter there = {.op = MAILLE_F_NOT, .children = not_gone, .count = 1};
    maille_status status = MAILLE_OK;
    int64_t unrecorded = 0, present = 0, standing = 0;
    row_filter of_reference;
    row_where(&of_reference, "scenario", "");
    const maille_filter *const both[] = {&of_reference.all, &there};
    const maille_filter stands = {.op = MAILLE_F_AND, .children = both, .count = 2};
    TRY(maille_store_count(ctx, store, "perimeter", &fresh, &unrecorded));
    TRY(maille_store_count(ctx, store, "perimeter", NULL, &present));
    TRY(maille_store_count(ctx, store, "scenario_head", &stands, &standing));
    *behind = unrecorded > 0 || present != standing;
done:
    return status;
}

maille_status history_adopt(maille_ctx *ctx, maille_store *store, uint32_t *count) {
    adoption a = {.store = store};
    maille_status status = MAILLE_OK;
    bool behind = false;
    TRY(is_behind(ctx, store, &behind));
    if (behind)
        TRY(adopt_all(ctx, &a));
    if (count)
        *count = a.recorded;
done:
    reference_free(a.present);
    history_heads_free(a.heads);
    maille_names_free(a.head_of);
    maille_names_free(a.row_of);
    maille_free(a.version);
    return status;
}

maille_status maille_history_adopt(maille_ctx *ctx, maille_store *store, uint32_t *count) {
    maille_status status = MAILLE_OK;
    bool own = false;
    TRY(maille_store_enter(ctx, store, &own));
    TRY(history_adopt(ctx, store, count));
done:
    return maille_store_leave(ctx, store, own, status);
}
