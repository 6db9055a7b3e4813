/* Accounts: a token is told once and known again by its hash alone, until it is revoked or its last
 * day is over. */
#include "store/internal.h"
#include "workspaces.h"

#include <maille/account.h>
#include <maille/memory.h>
#include <maille/secret.h>
#include <stdio.h>
#include <time.h>

static maille_store *ctx_store(maille_ctx **ctx) {
    *ctx = new_ctx();
    return new_workspace(*ctx);
}

static void create(maille_ctx *ctx, maille_store *store, const char *name, maille_role role,
                   const char *expires, char token[MAILLE_TOKEN_TEXT], char id[17]) {
    const maille_token_wish wish = {.name = name, .role = role, .expires = expires};
    CHECK_OK(maille_token_create(ctx, store, &wish, token, id));
}

static maille_accounts *load(maille_ctx *ctx, maille_store *store) {
    maille_accounts *accounts;
    CHECK_OK(maille_accounts_load(ctx, store, &accounts));
    if (!accounts)
        exit(1);
    return accounts;
}

TEST(roles_have_names) {
    maille_ctx *ctx = new_ctx();
    static const char *const names[] = {"lecteur", "relecteur", "planificateur", "admin"};
    maille_role role;
    for (size_t i = 0; i < 4; i++) {
        CHECK_OK(maille_role_parse(ctx, names[i], &role));
        CHECK_INT(role, MAILLE_LECTEUR + i);
        CHECK_TEXT(maille_role_name(role), names[i]);
    }
    CHECK_TEXT(maille_role_name(MAILLE_ANONYMOUS), "anonyme");
    CHECK_FAILS(maille_role_parse(ctx, "anonyme", &role), MAILLE_USAGE, "none of lecteur");
    CHECK_FAILS(maille_role_parse(ctx, "Admin", &role), MAILLE_USAGE, "\"Admin\"");
    maille_ctx_free(ctx);
}

TEST(a_token_is_known_again) {
    maille_ctx *ctx;
    maille_store *store = ctx_store(&ctx);
    static const char *const departments[] = {"56", "2A", "974", "56"};
    const maille_token_wish wish = {.name = "Ève",
                                    .role = MAILLE_PLANIFICATEUR,
                                    .departments = departments,
                                    .department_count = 4};
    char token[MAILLE_TOKEN_TEXT], id[17], other[MAILLE_TOKEN_TEXT], other_id[17];
    CHECK_OK(maille_token_create(ctx, store, &wish, token, id));
    create(ctx, store, "Yann", MAILLE_LECTEUR, NULL, other, other_id);
    CHECK_INT(strlen(token), MAILLE_TOKEN_TEXT - 1);
    CHECK(strncmp(token, "maille_", 7) == 0);
    CHECK_INT(strlen(id), 16);
    CHECK(strcmp(token, other) != 0 && strcmp(id, other_id) != 0);

    maille_accounts *accounts = load(ctx, store);
    const maille_account *account = maille_account_of(accounts, token);
    CHECK(account != NULL);
    if (!account)
        exit(1);
    CHECK_TEXT(account->id, id);
    CHECK_TEXT(account->name, "Ève");
    CHECK_INT(account->role, MAILLE_PLANIFICATEUR);
    CHECK_INT(account->department_count, 3); /* in order, each once */
    CHECK_TEXT(account->departments[0], "2A");
    CHECK_TEXT(account->departments[1], "56");
    CHECK_TEXT(account->departments[2], "974");
    CHECK(maille_account_by_id(accounts, id) == account);
    account = maille_account_of(accounts, other);
    CHECK(account && strcmp(account->name, "Yann") == 0 && !account->departments);

    /* Any other text is nobody's, the hash that is kept and the id too. */
    char hash[65];
    maille_secret_hash(token, hash);
    static const char *const wrong[] = {"", "maille_", "x"};
    for (size_t i = 0; i < 3; i++)
        CHECK(maille_account_of(accounts, wrong[i]) == NULL);
    CHECK(maille_account_of(accounts, hash) == NULL);
    CHECK(maille_account_of(accounts, id) == NULL);
    CHECK(maille_account_by_id(accounts, token) == NULL);
    CHECK(maille_account_by_id(accounts, "") == NULL);
    for (size_t i = 0; i < MAILLE_TOKEN_TEXT - 1; i++) {
        token[i] ^= 1;
        CHECK(maille_account_of(accounts, token) == NULL);
        token[i] ^= 1;
    }
    CHECK(maille_account_of(accounts, token) != NULL);
    maille_accounts_free(accounts);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* Whether the bytes of the workspace hold a text. */
static bool file_holds(const char *path, const char *text) {
    static char bytes[8 << 20];
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0, wanted = strlen(text);
    if (file)
        fclose(file);
    for (size_t i = 0; i + wanted <= length; i++)
        if (memcmp(bytes + i, text, wanted) == 0)
            return true;
    return false;
}

TEST(the_workspace_keeps_the_hash_only) {
    maille_ctx *ctx;
    maille_store *store = ctx_store(&ctx);
    char token[MAILLE_TOKEN_TEXT], id[17], hash[65], path[1100];
    create(ctx, store, "Ève", MAILLE_ADMIN, NULL, token, id);
    maille_secret_hash(token, hash);
    snprintf(path, sizeof path, "%s", maille_store_path(store));
    maille_store_close(store);
    CHECK(file_holds(path, hash));
    CHECK(!file_holds(path, token + 7));
    maille_ctx_free(ctx);
}

TEST(a_revoked_token_is_nobodys) {
    maille_ctx *ctx;
    maille_store *store = ctx_store(&ctx);
    char token[3][MAILLE_TOKEN_TEXT], id[3][17];
    create(ctx, store, "a", MAILLE_LECTEUR, NULL, token[0], id[0]);
    create(ctx, store, "b", MAILLE_LECTEUR, NULL, token[1], id[1]);
    CHECK_OK(maille_token_revoke(ctx, store, "a"));
    CHECK_OK(maille_token_revoke(ctx, store, id[1]));
    CHECK_FAILS(maille_token_revoke(ctx, store, "a"), MAILLE_NOT_FOUND, "\"a\"");
    CHECK_FAILS(maille_token_revoke(ctx, store, "c"), MAILLE_NOT_FOUND, "\"c\"");
    create(ctx, store, "a", MAILLE_ADMIN, NULL, token[2], id[2]); /* the name is free again */
    maille_accounts *accounts = load(ctx, store);
    CHECK(maille_account_of(accounts, token[0]) == NULL);
    CHECK(maille_account_by_id(accounts, id[0]) == NULL);
    CHECK(maille_account_of(accounts, token[1]) == NULL);
    CHECK(maille_account_of(accounts, token[2]) != NULL);
    maille_table *list;
    CHECK_OK(maille_token_list(ctx, store, &list));
    CHECK_INT(list->rows, 3);
    CHECK_INT(list->column_count, 8);
    CHECK_INT(maille_table_column(list, "hash"), -1);
    size_t revoked = 0;
    for (size_t i = 0; i < list->rows; i++)
        revoked += !list->columns[maille_table_column(list, "revoked")].null[i];
    CHECK_INT(revoked, 2);
    maille_table_free(list);
    maille_accounts_free(accounts);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

static void day_from_now(int days, char out[11]) {
    time_t then = time(NULL) + (time_t)days * 86400;
    struct tm parts;
    CHECK(gmtime_r(&then, &parts) && strftime(out, 11, "%Y-%m-%d", &parts) == 10);
}

TEST(a_token_holds_until_its_last_day_is_over) {
    maille_ctx *ctx;
    maille_store *store = ctx_store(&ctx);
    char token[3][MAILLE_TOKEN_TEXT], id[3][17], day[3][11];
    static const char *const names[] = {"yesterday", "today", "tomorrow"};
    for (int i = 0; i < 3; i++) {
        day_from_now(i - 1, day[i]);
        create(ctx, store, names[i], MAILLE_LECTEUR, day[i], token[i], id[i]);
    }
    maille_accounts *accounts = load(ctx, store);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(maille_account_of(accounts, token[i]) != NULL, i > 0);
        CHECK_INT(maille_account_by_id(accounts, id[i]) != NULL, i > 0);
    }
    const maille_token_wish again = {.name = "tomorrow", .role = MAILLE_LECTEUR},
                            over = {.name = "yesterday", .role = MAILLE_LECTEUR};
    CHECK_FAILS(maille_token_create(ctx, store, &again, token[0], id[0]), MAILLE_REFUSED,
                "a token named \"tomorrow\" was there already");
    CHECK_TEXT(token[0], "");
    CHECK_OK(maille_token_create(ctx, store, &over, token[0], id[0]));
    maille_accounts_free(accounts);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

TEST(wishes_that_do_not_hold_are_told) {
    maille_ctx *ctx;
    maille_store *store = ctx_store(&ctx);
    static const char *const bad[] = {"00", "20", "96",       "99", "1",   "001",  "970a", "97",
                                      "2C", "2a", "Morbihan", "",   "56'", "984 ", "999"},
                             *const good[] = {"01", "19", "21", "95", "2A", "2B", "971", "988"};
    char token[MAILLE_TOKEN_TEXT], id[17];
    maille_token_wish wish = {.name = "x", .role = MAILLE_LECTEUR, .department_count = 1};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wish.departments = &bad[i];
        CHECK_FAILS(maille_token_create(ctx, store, &wish, token, id), MAILLE_USAGE,
                    "was no code of a département");
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        wish.departments = &good[i];
        CHECK_OK(maille_token_create(ctx, store, &wish, token, id));
        CHECK_OK(maille_token_revoke(ctx, store, id));
    }
    wish.department_count = 0;
    wish.expires = "2026-02-30";
    CHECK_FAILS(maille_token_create(ctx, store, &wish, token, id), MAILLE_USAGE, "no date");
    wish.expires = NULL;
    wish.role = MAILLE_ANONYMOUS;
    CHECK_FAILS(maille_token_create(ctx, store, &wish, token, id), MAILLE_USAGE, "without a role");
    wish.role = MAILLE_LECTEUR;
    static const char *const names[] = {NULL, "", "a\nb", "\xff"};
    for (size_t i = 0; i < 4; i++) {
        wish.name = names[i];
        CHECK_FAILS(maille_token_create(ctx, store, &wish, token, id), MAILLE_USAGE, "name");
    }
    wish.name = "x";
    maille_store *reader;
    CHECK_OK(maille_store_open(ctx, maille_store_path(store), MAILLE_STORE_READ, "r", &reader));
    CHECK_FAILS(maille_token_create(ctx, reader, &wish, token, id), MAILLE_FAILED, "reading only");
    CHECK_FAILS(maille_token_revoke(ctx, reader, "x"), MAILLE_FAILED, "reading only");
    maille_accounts *accounts = load(ctx, reader);
    CHECK(maille_account_of(accounts, "") == NULL);
    CHECK_INT(maille_account_anonymous()->role, MAILLE_ANONYMOUS);
    CHECK_TEXT(maille_account_anonymous()->id, "");
    maille_accounts_free(accounts);
    maille_store_close(reader);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

/* Whatever allocation fails, it is told, and nothing is lost. */
TEST(memory_that_runs_out_is_told) {
    maille_ctx *ctx;
    maille_store *store = ctx_store(&ctx);
    static const char *const departments[] = {"56", "35"};
    const maille_token_wish wish = {
        .name = "x", .role = MAILLE_LECTEUR, .departments = departments, .department_count = 2};
    char token[MAILLE_TOKEN_TEXT], id[17];
    maille_accounts *accounts;
    maille_status status = MAILLE_NO_MEMORY;
    for (uint64_t n = 1; status != MAILLE_OK && n < 200; n++) {
        maille_memory_fail_at(n);
        status = maille_token_create(ctx, store, &wish, token, id);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || status == MAILLE_NO_MEMORY);
    }
    CHECK_INT(status, MAILLE_OK);
    status = MAILLE_NO_MEMORY;
    for (uint64_t n = 1; status != MAILLE_OK && n < 200; n++) {
        maille_memory_fail_at(n);
        status = maille_accounts_load(ctx, store, &accounts);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || (status == MAILLE_NO_MEMORY && !accounts));
    }
    CHECK_INT(status, MAILLE_OK);
    CHECK(maille_account_of(accounts, token) != NULL);
    maille_accounts_free(accounts);
    maille_store_close(store);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(roles_have_names), CASE(a_token_is_known_again),
          CASE(the_workspace_keeps_the_hash_only), CASE(a_revoked_token_is_nobodys),
          CASE(a_token_holds_until_its_last_day_is_over), CASE(wishes_that_do_not_hold_are_told),
          CASE(memory_that_runs_out_is_told))
