/* Comments on a commune or a perimeter, for the inside only (room: steps). Each writes its entry of
 * the journal. */
#ifndef MAILLE_COMMENT_H
#define MAILLE_COMMENT_H

#include <maille/ctx.h>
#include <maille/store.h>

enum { MAILLE_COMMENT_MOST = 4000 }; /* characters of a text */

typedef struct {
    const char *subject_kind; /* "commune" or "perimetre" */
    const char *subject;      /* code or id; must be there */
    const char *scenario;     /* "" = reference */
    const char *reply_to;     /* another comment on the same; NULL */
    const char *text;
} maille_comment;
/* By who acts on the store; MAILLE_REFUSED for what is not there and for texts that are empty or
 * too long. */
maille_status maille_comment_add(maille_ctx *ctx, maille_store *store,
                                 const maille_comment *comment, char id[33]);
/* Takes the text away: its author's account alone (`anyone`: whoever). MAILLE_NOT_FOUND;
 * MAILLE_REFUSED when it is another's. */
maille_status maille_comment_withdraw(maille_ctx *ctx, maille_store *store, const char *id,
                                      bool anyone);
/* Settled, or open again. */
maille_status maille_comment_settle(maille_ctx *ctx, maille_store *store, const char *id,
                                    bool settled);
/* All columns of table comment, oldest first; NULL: any. */
maille_status maille_comment_list(maille_ctx *ctx, maille_store *store, const char *subject_kind,
                                  const char *subject, const char *scenario, maille_table **out);

#endif
