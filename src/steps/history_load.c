/* Perimeters of a scenario at a moment, as values on the study's codes. */
#include "steps/history.h"
#include "steps/history_reference.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/map.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    maille_store *store;
    const char *kind; /* NULL: all */
    maille_audience audience;
    const char *day; /* of the moment; NULL: now */
    const maille_publication_rules *rules;
    loads *loads;
    carrier carrier;
    maille_table *versions; /* of all scenarios: where vintages are looked up */
    maille_names *vintages; /* "id hash" → row of `versions` */
    maille_perimeter_list *list;
} loading;

void maille_perimeter_list_free(maille_perimeter_list *list) {
    if (!list)
        return;
    for (uint32_t i = 0; list->items && i < list->count; i++)
        maille_perimeter_free(list->items[i]);
    maille_free(list->items);
    maille_free(list);
}

static maille_status list_new(maille_ctx *ctx, uint32_t room, maille_perimeter_list **out) {
    maille_perimeter_list *list = maille_alloc(1, sizeof *list);
    if (list)
        list->items = maille_alloc(room + 1u, sizeof(maille_perimeter *));
    if (!list || !list->items) {
        maille_perimeter_list_free(list);
        return maille_no_memory(ctx);
    }
    *out = list;
    return MAILLE_OK;
}

/* Of the kind, and seen by the audience with the status that it had on the day. */
static bool is_wanted(const loading *l, const maille_perimeter *p) {
    const maille_status_entry *entry = maille_perimeter_status_on(p, l->day);
    const char *status = entry ? entry->status : NULL;
    unsigned char sees = 0;
    if (l->kind && strcmp(l->kind, p->kind) != 0)
        return false;
    maille_audience_sees(l->rules, l->audience, &status, 1, &sees);
    return sees != 0;
}

/* What is public of a perimeter: neither its life as a draft nor who accompanied it, why a commune
 * is shared, how it is divided. */
static void keep_public(const loading *l, maille_perimeter *p) {
    uint32_t first = p->status_count;
    unsigned char sees = 1;
    while (first > 0 && sees) {
        maille_audience_sees(l->rules, MAILLE_PUBLIC, &p->statuses[first - 1].status, 1, &sees);
        first -= sees;
    }
    p->statuses += first;
    p->status_count -= first;
    for (uint32_t i = 0; i < p->status_count; i++)
        p->statuses[i].by = NULL;
    for (uint32_t i = 0; i < p->member_count; i++) {
        p->members[i].reason = NULL;
        p->members[i].zone = NULL;
    }
}

/* Takes the perimeter into the list, or frees it. */
static maille_status take(maille_ctx *ctx, loading *l, maille_perimeter *p, const char *vintage) {
    if (!is_wanted(l, p)) {
        maille_perimeter_free(p);
        return MAILLE_OK;
    }
    if (l->audience == MAILLE_PUBLIC)
        keep_public(l, p);
    l->list->items[l->list->count++] = p;
    return carrier_carry(ctx, l->store, &l->carrier, vintage, p);
}

/* ---- from the tables --------------------------------------------------------------------------
 */

static maille_status load_reference(maille_ctx *ctx, loading *l) {
    reference *present = NULL;
    maille_status status = MAILLE_OK;
    TRY(reference_read(ctx, l->store, NULL, &present));
    TRY(list_new(ctx, present->count, &l->list));
    for (uint32_t i = 0; i < present->count; i++) {
        maille_perimeter *p = present->items[i].perimeter;
        present->items[i].perimeter = NULL;
        TRY(take(ctx, l, p, present->items[i].vintage));
    }
done:
    reference_free(present);
    return status;
}

/* ---- from documents ---------------------------------------------------------------------------
 */

static maille_status read_vintages(maille_ctx *ctx, loading *l) {
    static const char *const columns[] = {"perimeter_id", "after", "vintage"};
    maille_status status = MAILLE_OK;
    maille_strbuf key = {0};
    TRY(rows_of(ctx, l->store, "perimeter_version", columns, 3, NULL, &l->versions));
    l->vintages = maille_names_new(l->versions->rows);
    bool kept = l->vintages != NULL;
    for (size_t row = 0; kept && row < l->versions->rows; row++) {
        maille_strbuf_clear(&key);
        maille_strbuf_addf(&key, "%s %s", row_text(l->versions, row, 0),
                           row_text(l->versions, row, 1));
        kept = !key.failed && maille_names_set(l->vintages, key.text, (uint32_t)row);
    }
    if (!kept)
        status = maille_no_memory(ctx);
done:
    maille_strbuf_free(&key);
    return status;
}

static maille_status load_document(maille_ctx *ctx, loading *l, const char *id, const char *hash) {
    maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    maille_strbuf key = {0};
    maille_strbuf_addf(&key, "%s %s", id, hash);
    uint32_t row = key.failed ? MAILLE_ABSENT : maille_names_get(l->vintages, key.text);
    TRY(history_document(ctx, l->store, hash, &p));
    status = take(ctx, l, p, row == MAILLE_ABSENT ? NULL : l->versions->columns[2].texts[row]);
done:
    maille_strbuf_free(&key);
    return status;
}

static maille_status load_documents(maille_ctx *ctx, loading *l, const char *scenario,
                                    const maille_moment *when) {
    history_heads *heads = NULL;
    maille_status status = MAILLE_OK;
    TRY(history_all_at(ctx, l->store, scenario, when, &heads));
    TRY(list_new(ctx, heads->count, &l->list));
    TRY(read_vintages(ctx, l));
    for (uint32_t i = 0; i < heads->count; i++)
        if (*heads->items[i].head.state)
            TRY(load_document(ctx, l, heads->items[i].perimeter, heads->items[i].head.state));
done:
    history_heads_free(heads);
    return status;
}

/* ---- lists and single ones --------------------------------------------------------------------
 */

maille_status maille_perimeters_load(maille_ctx *ctx, maille_store *store, const char *scenario,
                                     const char *kind, maille_audience audience,
                                     const maille_moment *when, maille_perimeter_list **out) {
    loading l = {.store = store, .kind = kind, .audience = audience};
    bool now = !when || (!when->at && !when->version);
    maille_status status = MAILLE_OK;
    char day[11];
    TRY(history_scenario(ctx, store, scenario));
    TRY(loads_new(ctx, store, &l.loads));
    TRY(load_publication(ctx, l.loads, &l.rules));
    if (!now && when->at) {
        snprintf(day, sizeof day, "%s", when->at);
        l.day = day;
    }
    if (now && !*scenario)
        TRY(load_reference(ctx, &l));
    else
        TRY(load_documents(ctx, &l, scenario, when));
    *out = l.list;
    l.list = NULL;
done:
    maille_perimeter_list_free(l.list);
    carrier_clear(&l.carrier);
    loads_free(l.loads);
    maille_table_free(l.versions);
    maille_names_free(l.vintages);
    return status;
}

static maille_status load_one(maille_ctx *ctx, maille_store *store, const char *id,
                              maille_perimeter **out, int64_t *version) {
    reference *present = NULL;
    carrier c = {0};
    maille_status status = MAILLE_OK;
    TRY(reference_read(ctx, store, id, &present));
    if (present->count == 0)
        goto done;
    TRY(carrier_carry(ctx, store, &c, present->items[0].vintage, present->items[0].perimeter));
    *out = present->items[0].perimeter;
    *version = present->items[0].version;
    present->items[0].perimeter = NULL;
done:
    reference_free(present);
    carrier_clear(&c);
    return status;
}

static maille_status load_one_document(maille_ctx *ctx, maille_store *store, const char *scenario,
                                       const char *id, const maille_moment *when,
                                       maille_perimeter **out, int64_t *version) {
    history_head head;
    carrier c = {0};
    char *vintage = NULL;
    maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    TRY(history_at(ctx, store, scenario, id, when, &head));
    TRY(history_document(ctx, store, head.state, &p));
    if (!p)
        goto done;
    TRY(history_vintage(ctx, store, scenario, id, head.state, &vintage));
    TRY(carrier_carry(ctx, store, &c, vintage, p));
    *version = head.version;
    *out = p;
    p = NULL;
done:
    maille_perimeter_free(p);
    carrier_clear(&c);
    maille_free(vintage);
    return status;
}

maille_status history_present(maille_ctx *ctx, maille_store *store, const char *scenario,
                              const char *id, const maille_moment *when, maille_perimeter **out,
                              int64_t *version) {
    bool now = !when || (!when->at && !when->version);
    *out = NULL;
    *version = 0;
    return now && !*scenario ? load_one(ctx, store, id, out, version)
                             : load_one_document(ctx, store, scenario, id, when, out, version);
}

maille_status maille_perimeter_load(maille_ctx *ctx, maille_store *store, const char *scenario,
                                    const char *id, const maille_moment *when,
                                    maille_perimeter **out, int64_t *version) {
    maille_status status = MAILLE_OK;
    maille_perimeter *p = NULL;
    int64_t found = 0;
    TRY(history_scenario(ctx, store, scenario));
    TRY(history_present(ctx, store, scenario, id, when, &p, &found));
    if (!p)
        return maille_fail(ctx, MAILLE_NOT_FOUND, "there was no perimeter %s%s%s", id,
                           when && when->at ? " on " : "", when && when->at ? when->at : "");
    *out = p;
    if (version)
        *version = found;
done:
    return status;
}
