/* Who asks: tokens, kept as their hashes. */
#include <maille/account.h>

#include "store/internal.h"

#include <maille/clock.h>
#include <maille/journal.h>
#include <maille/json.h>
#include <maille/secret.h>
#include <maille/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_BYTES = 32, ID_BYTES = 8 };

/* ---- roles ---- */

static const char *const role_names[] = {"anonyme", "lecteur", "relecteur", "planificateur",
                                         "admin"};

const char *maille_role_name(maille_role role) {
    return role_names[role];
}

maille_status maille_role_parse(maille_ctx *ctx, const char *text, maille_role *out) {
    *out = MAILLE_ANONYMOUS;
    for (int role = MAILLE_LECTEUR; role <= MAILLE_ADMIN; role++)
        if (strcmp(text, role_names[role]) == 0) {
            *out = (maille_role)role;
            return MAILLE_OK;
        }
    return maille_fail(ctx, MAILLE_USAGE,
                       "role \"%s\" was none of lecteur, relecteur, planificateur, admin", text);
}

/* ---- a new token ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Metropolitan: two digits, 2A or 2B; overseas: 97 or 98 and a digit. */
static bool is_department(const char *code) {
    size_t length = strlen(code);
    if (strcmp(code, "2A") == 0 || strcmp(code, "2B") == 0)
        return true;
    if (length < 2 || !is_digit(code[0]) || !is_digit(code[1]) || strcmp(code, "00") == 0)
        return false;
    bool overseas = code[0] == '9' && code[1] >= '7';
    bool metropolitan = strcmp(code, "20") != 0 && strcmp(code, "95") <= 0;
    return overseas ? code[1] <= '8' && length == 3 && is_digit(code[2])
                    : length == 2 && metropolitan;
}

static int by_code(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* As a JSON array in order, each once. */
static maille_status write_departments(maille_ctx *ctx, const maille_token_wish *wish,
                                       maille_strbuf *to) {
    size_t kept = 0;
    const char **codes = maille_alloc(wish->department_count + 1, sizeof *codes);
    if (!codes)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < wish->department_count; i++) {
        codes[i] = wish->departments[i];
        if (is_department(codes[i]))
            continue;
        maille_status status =
            maille_fail(ctx, MAILLE_USAGE, "\"%s\" was no code of a département", codes[i]);
        maille_free(codes);
        return status;
    }
    qsort(codes, wish->department_count, sizeof *codes, by_code);
    for (size_t i = 0; i < wish->department_count; i++)
        if (kept == 0 || strcmp(codes[i], codes[kept - 1]) != 0)
            codes[kept++] = codes[i];
    maille_json_texts(to, codes, kept);
    maille_free(codes);
    return to->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

static maille_status check_wish(maille_ctx *ctx, const maille_token_wish *wish) {
    size_t length = wish->name ? strlen(wish->name) : 0;
    if (length == 0 || length > 200 || !maille_is_utf8(wish->name, length))
        return maille_fail(ctx, MAILLE_USAGE, "a token needs a name of 200 bytes at most");
    for (const char *c = wish->name; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return maille_fail(ctx, MAILLE_USAGE, "the name of a token was no line of text");
    if (wish->role < MAILLE_LECTEUR || wish->role > MAILLE_ADMIN)
        return maille_fail(ctx, MAILLE_USAGE, "a token without a role was asked for");
    if (wish->expires && !maille_is_date(wish->expires))
        return maille_fail(ctx, MAILLE_USAGE, "\"%s\" was no date YYYY-MM-DD", wish->expires);
    return MAILLE_OK;
}

/* A name says who: no two tokens that hold bear the same. */
static maille_status check_name(maille_ctx *ctx, maille_store *store, const char *name) {
    static const char SQL[] =
        "SELECT count(*) FROM token WHERE name = ? AND revoked IS NULL AND "
        "(expires IS NULL OR expires >= ?)";
    char today[11];
    sqlite3_stmt *find = NULL;
    maille_status status = maille_sql_prepare(ctx, store->db, SQL, "token", &find);
    if (status != MAILLE_OK)
        return status;
    maille_utc_today(today);
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(find, 2, today, -1, SQLITE_STATIC);
    if (sqlite3_step(find) != SQLITE_ROW)
        status = maille_sql_fail(ctx, store->db, "tokens could not be read");
    else if (sqlite3_column_int(find, 0) > 0)
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "a token named \"%s\" was there already; revoke it first", name);
    sqlite3_finalize(find);
    return status;
}

/* Tells the journal what became of a token. */
static maille_status tell_token(maille_ctx *ctx, maille_store *store, const char *name,
                                const char *role, const char *what) {
    maille_jout detail = {0};
    maille_j_open(&detail, NULL, '{');
    maille_j_text(&detail, "jeton", what);
    maille_j_text(&detail, "role", role);
    maille_j_close(&detail, '}');
    maille_status status = detail.s.failed
                               ? maille_no_memory(ctx)
                               : maille_journal_add(ctx, store,
                                                    &(maille_entry){.action = "jeton",
                                                                    .subject_kind = "jeton",
                                                                    .subject = name,
                                                                    .detail = detail.s.text});
    maille_strbuf_free(&detail.s);
    return status;
}

/* Runs a change whose parameters are these texts (NULL = null). */
static maille_status run_change(maille_ctx *ctx, maille_store *store, const char *sql,
                                const char *const *values, int count) {
    sqlite3_stmt *change = NULL;
    maille_status status = maille_sql_prepare(ctx, store->db, sql, "token", &change);
    if (status != MAILLE_OK)
        return status;
    for (int i = 0; i < count; i++)
        if (values[i])
            sqlite3_bind_text(change, i + 1, values[i], -1, SQLITE_STATIC);
    if (sqlite3_step(change) != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "the token could not be kept");
    sqlite3_finalize(change);
    return status;
}

static void make_secrets(char token[MAILLE_TOKEN_TEXT], char id[17]) {
    static const char prefix[] = "maille_";
    unsigned char bytes[SECRET_BYTES];
    memcpy(token, prefix, sizeof prefix);
    maille_random(bytes, sizeof bytes);
    maille_base64url(bytes, sizeof bytes, token + sizeof prefix - 1);
    maille_random(bytes, sizeof bytes);
    for (size_t i = 0; i < ID_BYTES; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    maille_wipe(bytes, sizeof bytes);
}

maille_status maille_token_create(maille_ctx *ctx, maille_store *store,
                                  const maille_token_wish *wish, char token[MAILLE_TOKEN_TEXT],
                                  char id[17]) {
    static const char SQL[] =
        "INSERT INTO token (id, name, hash, role, departments, made, who, "
        "expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    char hash[65], now[21];
    maille_change change;
    maille_strbuf departments = {0};
    maille_status status = MAILLE_OK;
    token[0] = id[0] = '\0';
    MAILLE_TRY(check_wish(ctx, wish));
    MAILLE_TRY(write_departments(ctx, wish, &departments));
    MAILLE_TRY(maille_change_begin(ctx, store, &change));
    status = check_name(ctx, store, wish->name);
    if (status == MAILLE_OK) {
        make_secrets(token, id);
        maille_secret_hash(token, hash);
        maille_utc_now(now);
        const char *const values[] = {
            id,  wish->name, hash,         role_names[wish->role], departments.text,
            now, store->who, wish->expires};
        status = run_change(ctx, store, SQL, values, 8);
        if (status == MAILLE_OK)
            status = tell_token(ctx, store, wish->name, role_names[wish->role], "créé");
    }
    MAILLE_TRY(maille_change_end(ctx, store, &change, status));
done:
    if (status != MAILLE_OK)
        maille_wipe(token, MAILLE_TOKEN_TEXT);
    maille_strbuf_free(&departments);
    return status;
}

/* ---- those that are there ---- */

/* Tells the journal which tokens are about to be revoked; MAILLE_NOT_FOUND where there is none. */
static maille_status tell_revoked(maille_ctx *ctx, maille_store *store, const char *which) {
    static const char SQL[] =
        "SELECT name, role FROM token WHERE (id = ?1 OR name = ?1) AND revoked IS NULL";
    sqlite3_stmt *find = NULL;
    int step, found = 0;
    maille_status status = maille_sql_prepare(ctx, store->db, SQL, "token", &find);
    if (status != MAILLE_OK)
        return status;
    sqlite3_bind_text(find, 1, which, -1, SQLITE_STATIC);
    while ((step = sqlite3_step(find)) == SQLITE_ROW && status == MAILLE_OK) {
        const char *name = (const char *)sqlite3_column_text(find, 0);
        const char *role = (const char *)sqlite3_column_text(find, 1);
        status =
            name && role ? tell_token(ctx, store, name, role, "révoqué") : maille_no_memory(ctx);
        found++;
    }
    if (status == MAILLE_OK && step != SQLITE_DONE)
        status = maille_sql_fail(ctx, store->db, "tokens could not be read");
    else if (status == MAILLE_OK && !found)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "no token \"%s\" that holds was found", which);
    sqlite3_finalize(find);
    return status;
}

maille_status maille_token_revoke(maille_ctx *ctx, maille_store *store, const char *which) {
    static const char SQL[] =
        "UPDATE token SET revoked = ?1 WHERE (id = ?2 OR name = ?2) AND revoked IS NULL";
    char now[21];
    maille_change change;
    maille_status status = maille_change_begin(ctx, store, &change);
    if (status != MAILLE_OK)
        return status;
    maille_utc_now(now);
    status = tell_revoked(ctx, store, which);
    if (status == MAILLE_OK)
        status = run_change(ctx, store, SQL, (const char *const[]){now, which}, 2);
    return maille_change_end(ctx, store, &change, status);
}

maille_status maille_token_list(maille_ctx *ctx, maille_store *store, maille_table **out) {
    static const char *const columns[] = {"id",   "name", "role",    "departments",
                                          "made", "who",  "expires", "revoked"},
                             *const order[] = {"made", "name"};
    const maille_query query = {
        .table = "token", .columns = columns, .column_count = 8, .order = order, .order_count = 2};
    return maille_store_read(ctx, store, &query, out);
}

/* ---- checking ---- */

typedef struct {
    maille_account account;
    char hash[65];
    char last_day[11]; /* "" = none */
} held_token;

struct maille_accounts {
    held_token *tokens;
    size_t count;
    maille_arena *arena;
};

static maille_status take_departments(maille_ctx *ctx, maille_accounts *accounts, const char *json,
                                      maille_account *account) {
    char **codes = NULL;
    size_t count = 0;
    maille_status status = maille_json_read_texts(ctx, json, &codes, &count);
    if (status != MAILLE_OK)
        return status;
    const char **kept = maille_arena_alloc(accounts->arena, (count + 1) * sizeof *kept);
    for (size_t i = 0; i < count && kept; i++)
        if (!(kept[i] = maille_arena_strdup(accounts->arena, codes[i])))
            kept = NULL;
    maille_free(codes);
    if (!kept)
        return maille_no_memory(ctx);
    account->departments = count ? kept : NULL;
    account->department_count = count;
    return MAILLE_OK;
}

static maille_status take_token(maille_ctx *ctx, maille_accounts *accounts,
                                const maille_cursor *row, held_token *to) {
    const char *expires = maille_cursor_text(row, 5);
    to->account.id = maille_arena_strdup(accounts->arena, maille_cursor_text(row, 0));
    to->account.name = maille_arena_strdup(accounts->arena, maille_cursor_text(row, 1));
    if (!to->account.id || !to->account.name)
        return maille_no_memory(ctx);
    snprintf(to->hash, sizeof to->hash, "%s", maille_cursor_text(row, 2));
    snprintf(to->last_day, sizeof to->last_day, "%s", expires ? expires : "");
    maille_status status = maille_role_parse(ctx, maille_cursor_text(row, 3), &to->account.role);
    return status == MAILLE_OK
               ? take_departments(ctx, accounts, maille_cursor_text(row, 4), &to->account)
               : status;
}

maille_status maille_accounts_load(maille_ctx *ctx, maille_store *store, maille_accounts **out) {
    static const char *const columns[] = {"id", "name", "hash", "role", "departments", "expires"};
    const maille_filter holds = {.op = MAILLE_F_NULL, .column = "revoked"};
    const maille_query query = {
        .table = "token", .columns = columns, .column_count = 6, .filter = &holds};
    MAILLE_VEC(held_token) tokens = {0};
    maille_cursor *rows = NULL;
    bool row;
    maille_status status = MAILLE_OK;
    *out = NULL;
    maille_accounts *accounts = maille_alloc(1, sizeof *accounts);
    if (!accounts || !(accounts->arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(maille_store_scan(ctx, store, &query, &rows));
    while ((status = maille_cursor_next(ctx, rows, &row)) == MAILLE_OK && row) {
        held_token token = {0};
        MAILLE_TRY(take_token(ctx, accounts, rows, &token));
        MAILLE_TRY(MAILLE_VEC_PUSH(&tokens, token) ? MAILLE_OK : maille_no_memory(ctx));
    }
    if (status != MAILLE_OK)
        goto done;
    accounts->tokens = tokens.items;
    accounts->count = tokens.count;
    *out = accounts;
    accounts = NULL;
    tokens.items = NULL;
done:
    maille_cursor_free(rows);
    MAILLE_VEC_FREE(&tokens);
    maille_accounts_free(accounts);
    return status;
}

void maille_accounts_free(maille_accounts *accounts) {
    if (!accounts)
        return;
    maille_arena_free(accounts->arena);
    maille_free(accounts->tokens);
    maille_free(accounts);
}

static const maille_account *if_it_holds(const held_token *token) {
    char today[11];
    maille_utc_today(today);
    return !token->last_day[0] || strcmp(today, token->last_day) <= 0 ? &token->account : NULL;
}

const maille_account *maille_account_of(const maille_accounts *accounts, const char *token) {
    const held_token *found = NULL;
    char hash[65];
    maille_secret_hash(token, hash);
    for (size_t i = 0; i < accounts->count; i++) /* all of them, whichever it is */
        if (maille_secret_equal(hash, accounts->tokens[i].hash))
            found = &accounts->tokens[i];
    return found ? if_it_holds(found) : NULL;
}

const maille_account *maille_account_by_id(const maille_accounts *accounts, const char *id) {
    for (size_t i = 0; i < accounts->count; i++)
        if (strcmp(accounts->tokens[i].account.id, id) == 0)
            return if_it_holds(&accounts->tokens[i]);
    return NULL;
}

const maille_account *maille_account_anonymous(void) {
    static const maille_account anonymous = {.id = "", .name = "", .role = MAILLE_ANONYMOUS};
    return &anonymous;
}
