/* Who asks: accounts by tokens (room: store). A token is 32 random bytes, told once as text; the
 * workspace keeps its hash (BLAKE2b by libsodium). */
#ifndef MAILLE_ACCOUNT_H
#define MAILLE_ACCOUNT_H

#include <maille/ctx.h>
#include <maille/memory.h>
#include <maille/store.h>
#include <stdbool.h>

/* Each may what the one before may. */
typedef enum {
    MAILLE_ANONYMOUS,     /* public audience */
    MAILLE_LECTEUR,       /* reads what is internal */
    MAILLE_RELECTEUR,     /* comments */
    MAILLE_PLANIFICATEUR, /* edits */
    MAILLE_ADMIN,         /* operation: metrics, backups */
} maille_role;
const char *maille_role_name(maille_role role); /* "anonyme", "lecteur", … */
maille_status maille_role_parse(maille_ctx *ctx, const char *text, maille_role *out);

typedef struct {
    const char *id, *name; /* of the token; "" for anonymous */
    maille_role role;
    const char *const *departments; /* NULL = all */
    size_t department_count;
} maille_account;

enum { MAILLE_TOKEN_TEXT = 7 + 43 + 1 }; /* "maille_", 32 bytes as unpadded base64url, NUL */

/* `departments` must be codes of départements; `expires` a date YYYY-MM-DD (its last day) or NULL.
 * MAILLE_REFUSED for a name in use by a token that holds. */
typedef struct {
    const char *name, *expires;
    maille_role role;
    const char *const *departments;
    size_t department_count;
} maille_token_wish;
maille_status maille_token_create(maille_ctx *ctx, maille_store *store,
                                  const maille_token_wish *wish, char token[MAILLE_TOKEN_TEXT],
                                  char id[17]);
/* By id or name; MAILLE_NOT_FOUND. It stays in the list, revoked. */
maille_status maille_token_revoke(maille_ctx *ctx, maille_store *store, const char *which);
/* Columns id, name, role, departments, made, who, expires, revoked: never the hash. */
maille_status maille_token_list(maille_ctx *ctx, maille_store *store, maille_table **out);

/* The tokens of a workspace held for checking; immutable, threads may share it. */
typedef struct maille_accounts maille_accounts;
maille_status maille_accounts_load(maille_ctx *ctx, maille_store *store, maille_accounts **out);
void maille_accounts_free(maille_accounts *accounts);
/* The account of a token that holds today, or NULL; time does not tell how near a wrong one was.
 * Borrowed from `accounts`. */
const maille_account *maille_account_of(const maille_accounts *accounts, const char *token);
/* By id, as a session keeps it. */
const maille_account *maille_account_by_id(const maille_accounts *accounts, const char *id);
const maille_account *maille_account_anonymous(void);

#endif
