/* What does not stand as it was seen, told without a change. */
#include "steps/history.h"

#define TRY MAILLE_TRY

maille_status maille_edit_stale(maille_ctx *ctx, maille_store *store, const maille_edit *edit,
                                maille_stale **out) {
    maille_edit strict = {.scenario = edit->scenario,
                          .seen = edit->seen,
                          .seen_count = edit->seen_count,
                          .stale = out};
    seeing s;
    maille_status status = MAILLE_OK;
    *out = NULL;
    seeing_open(&s, store, &strict);
    for (size_t i = 0; i < strict.seen_count; i++)
        TRY(seeing_look(ctx, &s, strict.seen[i].perimeter, NULL, 0));
    status = seeing_verdict(ctx, &s);
done:
    status = seeing_close(&s, status);
    return status == MAILLE_REFUSED && *out ? MAILLE_OK : status;
}
