/* Notes on gaps: why nobody holds some communes. */
#include "steps/history.h"
#include "steps/history_rows.h"
#include "steps/step.h"

#include <maille/clock.h>
#include <maille/journal.h>

maille_status maille_gap_note_set(maille_ctx *ctx, maille_store *store, const char *code,
                                  const char *note, const char *date) {
    maille_status status = MAILLE_OK;
    int64_t there = 0, notes = 0;
    bool own = false;
    row_filter by_code;
    char now[21];
    maille_utc_now(now);
    row_where(&by_code, "code", code);
    TRY(maille_store_enter(ctx, store, &own));
    TRY(maille_store_count(ctx, store, "commune", &by_code.all, &there));
    TRY(maille_store_count(ctx, store, "gap_note", &by_code.all, &notes));
    const row_cell cells[] = {ROW_TEXT("code", code), ROW_TEXT("note", note),
                              ROW_TEXT("since", date), ROW_TEXT("at", now),
                              ROW_TEXT("who", maille_store_who(store))};
    if (date && !history_is_day(date))
        status = maille_fail(ctx, MAILLE_REFUSED, "\"%s\" was no day YYYY-MM-DD", date);
    else if (!note && notes == 0)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "there was no note on %s", code);
    else if (!note)
        status = maille_store_delete(ctx, store, "gap_note", &by_code.all);
    else if (there == 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "no commune had code %s", code);
    else if (!*note)
        status = maille_fail(ctx, MAILLE_REFUSED, "the note on %s was empty", code);
    else
        status = row_put(ctx, store, "gap_note", &by_code.all, cells, 5);
    if (status == MAILLE_OK)
        status = maille_journal_add(ctx, store,
                                    &(maille_entry){.action = "note",
                                                    .scenario = "",
                                                    .subject_kind = "commune",
                                                    .subject = code,
                                                    .why = note});
done:
    return maille_store_leave(ctx, store, own, status);
}

maille_status maille_gap_notes(maille_ctx *ctx, maille_store *store, maille_table **out) {
    static const char *const columns[] = {"code", "note", "since", "at", "who"};
    return rows_of(ctx, store, "gap_note", columns, 5, NULL, out);
}
