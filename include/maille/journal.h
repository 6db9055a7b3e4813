/* What was done, by whom: the journal of a workspace, and requests that were answered once
 * (room: store). Written in the transaction of what it tells of, so that one is never there without
 * the other. */
#ifndef MAILLE_JOURNAL_H
#define MAILLE_JOURNAL_H

#include <maille/ctx.h>
#include <maille/store.h>

/* ---- in whose name ------------------------------------------------------------------------------
 */

/* From here on what is written to the store is in the name of `who`, of the account (id of its
 * token; NULL: none). Copied. maille_store_who tells the name. */
maille_status maille_store_act_as(maille_ctx *ctx, maille_store *store, const char *who,
                                  const char *account);
const char *maille_store_account(const maille_store *store); /* NULL */

/* ---- entries ------------------------------------------------------------------------------------
 */

/* NULL: nothing to say. */
typedef struct {
    const char *action;   /* kinds of table change; "note", "commentaire", "scenario", "import",
                           * "calcul", "jeton", "export", "oubli" */
    const char *scenario; /* "" = reference */
    const char *subject_kind,
        *subject; /* "perimetre", "commune", "scenario", "couche" … and which */
    const char *change_id, *why;
    const char *detail; /* a JSON object */
} maille_entry;
/* Adds one, of now, by who acts; inside a transaction of the caller or one of its own. */
maille_status maille_journal_add(maille_ctx *ctx, maille_store *store, const maille_entry *entry);
/* Those after number `after`, ascending, at most `most`: all columns of table journal. */
maille_status maille_journal_read(maille_ctx *ctx, maille_store *store, int64_t after, size_t most,
                                  maille_table **out);
/* Number of the last one; 0 = none. */
maille_status maille_journal_last(maille_ctx *ctx, maille_store *store, int64_t *id);

/* What an audit asks. NULL: any. */
typedef struct {
    const char *since, *until; /* days YYYY-MM-DD, both included */
    const char *action, *who, *subject;
    int64_t before; /* only entries with smaller numbers; 0 = all */
    size_t most;
} maille_journal_query;
/* Newest first. */
maille_status maille_journal_find(maille_ctx *ctx, maille_store *store,
                                  const maille_journal_query *query, maille_table **out);

/* Names whose retention is over go: of the journal, imports, steps and tokens that hold no more
 * from before `audit_before`, with the requests of that time; of changes, notes, comments and
 * scenarios from before `authors_before` (days, not included; NULL: none). What was done stays. One
 * entry "oubli" tells how many, where there were any; `count` rows lost a name. */
maille_status maille_names_forget(maille_ctx *ctx, maille_store *store, const char *audit_before,
                                  const char *authors_before, int64_t *count);

/* ---- requests that were answered
 * -----------------------------------------------------------------
 */

/* What an account's request of that id was answered; `*answer` (the caller's) NULL where there was
 * none. MAILLE_REFUSED: it was another request (`hash` of what was asked differs; NULL: any). */
maille_status maille_request_find(maille_ctx *ctx, maille_store *store, const char *account,
                                  const char *id, const char *hash, int *status, char **answer);
/* Inside the transaction of what was asked. */
maille_status maille_request_keep(maille_ctx *ctx, maille_store *store, const char *account,
                                  const char *id, const char *hash, int status, const char *answer);
/* Those answered before a time go. */
maille_status maille_request_forget(maille_ctx *ctx, maille_store *store, const char *before,
                                    int64_t *count);

#endif
