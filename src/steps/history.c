/* The inside of the history: documents, what stands, changes with their versions. */
#include "steps/history.h"
#include "steps/history_reference.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/clock.h>
#include <maille/hash.h>
#include <maille/journal.h>
#include <maille/map.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ------------------------------------------------------------------------------------
 */

/* As many digits as the pattern has at its 0s, all else as it stands there. */
static bool is_like(const char *text, const char *pattern) {
    size_t i = 0;
    for (; pattern[i] && text[i]; i++)
        if (pattern[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != pattern[i])
            return false;
    return !pattern[i] && !text[i];
}

bool history_is_day(const char *text) {
    return is_like(text, "0000-00-00") && maille_is_date(text);
}

bool history_is_time(const char *text) {
    char day[11];
    snprintf(day, sizeof day, "%s", text);
    return is_like(text, "0000-00-00T00:00:00Z") && maille_is_date(day) &&
           strncmp(text + 11, "24", 2) < 0 && text[14] < '6' && text[17] < '6';
}

/* ---- transactions -----------------------------------------------------------------------------
 */

maille_status history_scenario(maille_ctx *ctx, maille_store *store, const char *scenario) {
    int64_t count = 0;
    maille_status status = MAILLE_OK;
    row_filter by_id;
    if (!*scenario)
        return MAILLE_OK;
    row_where(&by_id, "id", scenario);
    TRY(maille_store_count(ctx, store, "scenario", &by_id.all, &count));
    if (count == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "the workspace had no scenario %s", scenario);
done:
    return status;
}

maille_status history_enter(maille_ctx *ctx, maille_store *store, const char *scenario, bool *own) {
    maille_status status = MAILLE_OK;
    TRY(maille_store_enter(ctx, store, own));
    TRY(history_scenario(ctx, store, scenario));
    TRY(history_adopt(ctx, store, NULL));
done:
    return status;
}

/* ---- documents --------------------------------------------------------------------------------
 */

maille_status history_text(maille_ctx *ctx, maille_store *store, const char *hash, char **out) {
    static const char *const columns[] = {"document"};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    row_filter by_hash;
    *out = NULL;
    row_where(&by_hash, "hash", hash);
    TRY(rows_of(ctx, store, "perimeter_document", columns, 1, &by_hash.all, &rows));
    if (rows->rows == 0)
        status = maille_fail(ctx, MAILLE_FAILED, "%s: document %s of the history was not there",
                             maille_store_path(store), hash);
    else if (!(*out = maille_strdup(row_text(rows, 0, 0))))
        status = maille_no_memory(ctx);
done:
    maille_table_free(rows);
    return status;
}

maille_status history_document(maille_ctx *ctx, maille_store *store, const char *hash,
                               maille_perimeter **out) {
    maille_status status = MAILLE_OK;
    char *text = NULL;
    *out = NULL;
    if (!*hash)
        return MAILLE_OK;
    TRY(history_text(ctx, store, hash, &text));
    status = maille_perimeter_parse(ctx, maille_store_path(store), text, out);
done:
    maille_free(text);
    return status;
}

maille_status history_keep(maille_ctx *ctx, maille_store *store, const maille_perimeter *perimeter,
                           char hash[65]) {
    maille_status status = MAILLE_OK;
    maille_strbuf json = {0};
    int64_t count = 0;
    row_filter by_hash;
    hash[0] = '\0';
    if (!perimeter)
        return MAILLE_OK;
    TRY(maille_perimeter_hash(ctx, perimeter, hash));
    row_where(&by_hash, "hash", hash);
    TRY(maille_store_count(ctx, store, "perimeter_document", &by_hash.all, &count));
    if (count)
        goto done;
    maille_perimeter_write(&json, perimeter);
    if (json.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    const row_cell cells[] = {ROW_TEXT("hash", hash), ROW_TEXT("document", json.text)};
    status = row_put(ctx, store, "perimeter_document", NULL, cells, 2);
done:
    maille_strbuf_free(&json);
    return status;
}

/* ---- what stands ------------------------------------------------------------------------------
 */

static void set_hash(char to[65], const char *hash) {
    snprintf(to, 65, "%s", hash ? hash : "");
}

maille_status history_head_of(maille_ctx *ctx, maille_store *store, const char *scenario,
                              const char *perimeter, history_head *out) {
    static const char *const columns[] = {"version", "state", "began"};
    maille_table *own = NULL, *base = NULL;
    maille_status status = MAILLE_OK;
    row_filter where;
    *out = (history_head){.own = !*scenario};
    row_where_two(&where, "scenario", scenario, "perimeter_id", perimeter);
    TRY(rows_of(ctx, store, "scenario_head", columns, 3, &where.all, &own));
    if (own->rows) {
        out->own = true;
        out->version = own->columns[0].ints[0];
        set_hash(out->state, own->columns[1].texts[0]);
        set_hash(out->began, own->columns[2].texts[0]);
        goto done;
    }
    TRY(rows_of(ctx, store, "scenario_base", columns, 2, &where.all, &base));
    if (base->rows) {
        out->version = base->columns[0].ints[0];
        set_hash(out->state, base->columns[1].texts[0]);
        set_hash(out->began, base->columns[1].texts[0]);
    }
done:
    maille_table_free(own);
    maille_table_free(base);
    return status;
}

/* ---- a change ---------------------------------------------------------------------------------
 */

/* The last number is a setting of the workspace, so that it need not be searched for. */
static maille_status next_number(maille_ctx *ctx, maille_store *store, int64_t *out) {
    char *last = NULL, text[24];
    maille_status status = MAILLE_OK;
    TRY(maille_store_get(ctx, store, "last_change", &last));
    *out = (last ? strtoll(last, NULL, 10) : 0) + 1;
    snprintf(text, sizeof text, "%lld", (long long)*out);
    status = maille_store_set(ctx, store, "last_change", text);
done:
    maille_free(last);
    return status;
}

maille_status history_begin(maille_ctx *ctx, maille_store *store, const history_about *about,
                            history_change *out) {
    maille_status status = MAILLE_OK;
    char now[21];
    *out = (history_change){.store = store,
                            .seeing = about->seeing,
                            .scenario = about->scenario,
                            .kind = about->kind,
                            .why = about->why};
    maille_utc_now(now);
    if (about->at && !history_is_time(about->at))
        return maille_fail(ctx, MAILLE_USAGE, "\"%s\" was no time YYYY-MM-DDTHH:MM:SSZ", about->at);
    if (about->id)
        snprintf(out->id, sizeof out->id, "%s", about->id);
    else
        TRY(maille_random_hex(ctx, out->id));
    TRY(next_number(ctx, store, &out->number));
    const row_cell cells[] = {ROW_TEXT("id", out->id),
                              ROW_INT("number", out->number),
                              ROW_TEXT("kind", about->kind),
                              ROW_TEXT("of_change", about->of_change),
                              ROW_TEXT("at", about->at ? about->at : now),
                              ROW_TEXT("who", about->who ? about->who : maille_store_who(store)),
                              ROW_TEXT("why", about->why),
                              ROW_TEXT("account", about->who ? NULL : maille_store_account(store)),
                              ROW_TEXT("scenario", about->scenario)};
    status = row_put(ctx, store, "change", NULL, cells, sizeof cells / sizeof *cells);
done:
    return status;
}

maille_status history_record(maille_ctx *ctx, history_change *change, const char *perimeter,
                             const history_head *head, const char *after, const char *vintage) {
    maille_store *store = change->store;
    int64_t version = head->version + 1;
    maille_status status = MAILLE_OK;
    row_filter where;
    const row_cell cells[] = {ROW_TEXT("perimeter_id", perimeter),
                              ROW_TEXT("scenario", change->scenario),
                              ROW_INT("version", version),
                              ROW_TEXT("change_id", change->id),
                              ROW_HASH("before", head->state),
                              ROW_HASH("after", after),
                              ROW_TEXT("vintage", *after ? vintage : NULL)};
    const row_cell stands[] = {ROW_TEXT("scenario", change->scenario),
                               ROW_TEXT("perimeter_id", perimeter), ROW_INT("version", version),
                               ROW_HASH("state", after), ROW_HASH("began", head->began)};
    row_where_two(&where, "scenario", change->scenario, "perimeter_id", perimeter);
    TRY(row_put(ctx, store, "perimeter_version", NULL, cells, 7));
    TRY(row_put(ctx, store, "scenario_head", &where.all, stands, 5));
    change->perimeters++;
    change->version = version;
done:
    return status;
}

maille_status history_add_of(maille_ctx *ctx, history_change *change, const char *perimeter,
                             const maille_perimeter *after, const char *vintage) {
    maille_store *store = change->store;
    maille_status status = MAILLE_OK;
    history_head head;
    char hash[65], *of_study = NULL;
    TRY(history_head_of(ctx, store, change->scenario, perimeter, &head));
    TRY(history_keep(ctx, store, after, hash));
    if (strcmp(hash, head.state) == 0)
        goto done;
    if (change->seeing) {
        TRY(*head.state ? seeing_require(ctx, change->seeing, perimeter) : MAILLE_OK);
        TRY(seeing_look(ctx, change->seeing, perimeter, NULL, 0));
    }
    if (!vintage)
        TRY(study_vintage(ctx, store, &of_study));
    vintage = vintage ? vintage : of_study;
    TRY(history_record(ctx, change, perimeter, &head, hash, vintage));
    if (!*change->scenario)
        TRY(reference_write(ctx, store, perimeter, after, change->version, vintage));
done:
    maille_free(of_study);
    return status;
}

maille_status history_add(maille_ctx *ctx, history_change *change, const char *perimeter,
                          const maille_perimeter *after) {
    return history_add_of(ctx, change, perimeter, after, NULL);
}

/* The perimeter that a change touched alone, else NULL; borrowed from `rows`. */
static maille_status only_one(maille_ctx *ctx, const history_change *change, maille_table **rows,
                              const char **out) {
    static const char *const columns[] = {"perimeter_id"};
    maille_status status = MAILLE_OK;
    row_filter where;
    row_where_two(&where, "change_id", change->id, "scenario", change->scenario);
    *out = NULL;
    if (change->perimeters != 1)
        return MAILLE_OK;
    TRY(rows_of(ctx, change->store, "perimeter_version", columns, 1, &where.all, rows));
    *out = (*rows)->rows == 1 ? row_text(*rows, 0, 0) : NULL;
done:
    return status;
}

maille_status history_tell(maille_ctx *ctx, const history_change *change) {
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    const char *perimeter = NULL;
    char detail[40];
    if (change->perimeters == 0)
        return MAILLE_OK;
    snprintf(detail, sizeof detail, "{\"perimetres\":%u}", change->perimeters);
    TRY(only_one(ctx, change, &rows, &perimeter));
    const maille_entry entry = {.action = change->kind,
                                .scenario = change->scenario,
                                .subject_kind = perimeter ? "perimetre" : NULL,
                                .subject = perimeter,
                                .change_id = change->id,
                                .why = change->why,
                                .detail = detail};
    status = maille_journal_add(ctx, change->store, &entry);
done:
    maille_table_free(rows);
    return status;
}

maille_status history_end(maille_ctx *ctx, const history_change *change, maille_edit_result *out) {
    maille_status status = MAILLE_OK;
    if (change->seeing)
        TRY(seeing_verdict(ctx, change->seeing));
    if (change->perimeters == 0)
        return maille_fail(ctx, MAILLE_REFUSED, "nothing would change");
    TRY(history_tell(ctx, change));
    if (out) {
        *out = (maille_edit_result){
            .number = change->number, .perimeters = change->perimeters, .version = change->version};
        memcpy(out->id, change->id, sizeof out->id);
    }
done:
    return status;
}
