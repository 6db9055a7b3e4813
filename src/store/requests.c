/* Requests that were answered, so that one that is sent again changes nothing. */
#include <maille/journal.h>

#include "store/internal.h"

#include <maille/clock.h>
#include <string.h>

/* The row of an account's request, as a filter that borrows them. */
typedef struct {
    maille_value account, id;
    maille_filter equal[2], both;
    const maille_filter *parts[2];
} key;

static const maille_filter *key_of(key *k, const char *account, const char *id) {
    k->account = maille_text_value(account ? account : "");
    k->id = maille_text_value(id);
    k->equal[0] = maille_equals("account", &k->account);
    k->equal[1] = maille_equals("id", &k->id);
    k->parts[0] = &k->equal[0];
    k->parts[1] = &k->equal[1];
    k->both = (maille_filter){.op = MAILLE_F_AND, .children = k->parts, .count = 2};
    return &k->both;
}

maille_status maille_request_find(maille_ctx *ctx, maille_store *store, const char *account,
                                  const char *id, const char *hash, int *status, char **answer) {
    static const char *const columns[] = {"hash", "status", "answer"};
    key k;
    const maille_query query = {.table = "request",
                                .columns = columns,
                                .column_count = 3,
                                .filter = key_of(&k, account, id)};
    maille_cursor *rows = NULL;
    bool row = false;
    maille_status result = MAILLE_OK;
    *status = 0;
    *answer = NULL;
    result = maille_store_scan(ctx, store, &query, &rows);
    if (result == MAILLE_OK)
        result = maille_cursor_next(ctx, rows, &row);
    if (result != MAILLE_OK || !row)
        goto done;
    if (hash && strcmp(maille_cursor_text(rows, 0), hash) != 0) {
        result = maille_fail(ctx, MAILLE_REFUSED,
                             "request \"%s\" was another one when it came first", id);
        goto done;
    }
    *status = (int)maille_cursor_int(rows, 1);
    *answer = maille_strdup(maille_cursor_text(rows, 2));
    if (!*answer)
        result = maille_no_memory(ctx);
done:
    maille_cursor_free(rows);
    return result;
}

maille_status maille_request_keep(maille_ctx *ctx, maille_store *store, const char *account,
                                  const char *id, const char *hash, int status,
                                  const char *answer) {
    static const maille_column_spec columns[] = {{"account", MAILLE_TEXT}, {"id", MAILLE_TEXT},
                                                 {"hash", MAILLE_TEXT},    {"answer", MAILLE_TEXT},
                                                 {"at", MAILLE_TEXT},      {"status", MAILLE_INT}};
    maille_table *rows = NULL;
    maille_status result = MAILLE_OK;
    char now[21];
    size_t row = 0;
    maille_utc_now(now);
    const char *texts[] = {account ? account : "", id, hash, answer, now};
    if ((result = maille_table_new(ctx, columns, 6, &rows)) == MAILLE_OK)
        result = maille_table_add_row(ctx, rows, &row);
    for (size_t i = 0; i < 5 && result == MAILLE_OK; i++)
        result = maille_set_text(ctx, rows, row, i, texts[i]);
    if (result == MAILLE_OK) {
        maille_set_int(rows, row, 5, status);
        result = maille_store_append(ctx, store, "request", rows);
    }
    maille_table_free(rows);
    return result;
}

maille_status maille_request_forget(maille_ctx *ctx, maille_store *store, const char *before,
                                    int64_t *count) {
    const maille_value bound = maille_text_value(before);
    const maille_filter old = {.op = MAILLE_F_LT, .column = "at", .values = &bound, .count = 1};
    maille_change change;
    *count = 0;
    maille_status status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    status = maille_store_count(ctx, store, "request", &old, count);
    if (status == MAILLE_OK && *count > 0)
        status = maille_store_delete(ctx, store, "request", &old);
    return maille_change_end(ctx, store, &change, status);
}
