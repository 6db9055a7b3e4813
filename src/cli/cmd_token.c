/* maille token: who may ask the service for more than the public sees. */
#include "cli/cli.h"

#include <maille/account.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    const char *workspace, *name, *role, *expires;
    const char **departments, **rest;
    size_t department_count, rest_count;
    bool json, quiet;
} asked;

/* Takes every --department out of argv: the one option that may be given again. */
static maille_status take_departments(maille_ctx *ctx, int *argc, char **argv, asked *a) {
    static const char word[] = "--department";
    const size_t length = sizeof word - 1;
    int kept = 0;
    bool ended = false;
    for (int i = 0; i < *argc; i++) {
        ended = ended || strcmp(argv[i], "--") == 0;
        if (ended || strncmp(argv[i], word, length) != 0 ||
            (argv[i][length] && argv[i][length] != '=')) {
            argv[kept++] = argv[i];
            continue;
        }
        if (argv[i][length] == '=')
            a->departments[a->department_count++] = argv[i] + length + 1;
        else if (i + 1 < *argc)
            a->departments[a->department_count++] = argv[++i];
        else
            return maille_fail(ctx, MAILLE_USAGE, "option %s had no value", argv[i]);
    }
    *argc = kept;
    return MAILLE_OK;
}

static maille_status create(maille_ctx *ctx, maille_store *store, const asked *a) {
    char token[MAILLE_TOKEN_TEXT], id[17];
    maille_token_wish wish = {.name = a->name,
                              .expires = a->expires,
                              .departments = a->departments,
                              .department_count = a->department_count};
    maille_status status = maille_role_parse(ctx, a->role, &wish.role);
    if (status == MAILLE_OK)
        status = maille_token_create(ctx, store, &wish, token, id);
    if (status != MAILLE_OK)
        return status;
    printf("%s\n", token);
    if (!a->quiet)
        fprintf(stderr, "token %s of %s (%s): it is told this once, keep it\n", id, wish.name,
                maille_role_name(wish.role));
    return MAILLE_OK;
}

static maille_status print_json(maille_ctx *ctx, const maille_table *tokens) {
    maille_strbuf s = {0};
    maille_strbuf_add_char(&s, '[');
    for (size_t row = 0; row < tokens->rows; row++) {
        maille_strbuf_add(&s, row ? ",{" : "{");
        for (size_t i = 0; i < tokens->column_count; i++) {
            const maille_column *column = &tokens->columns[i];
            maille_strbuf_add(&s, i ? "," : "");
            maille_json_text(&s, column->name);
            maille_strbuf_add_char(&s, ':');
            if (strcmp(column->name, "departments") == 0)
                maille_strbuf_add(&s, column->texts[row]); /* JSON already */
            else
                maille_json_text(&s, column->texts[row]);
        }
        maille_strbuf_add_char(&s, '}');
    }
    maille_strbuf_add(&s, "]\n");
    maille_status status = s.failed ? maille_no_memory(ctx) : MAILLE_OK;
    if (status == MAILLE_OK)
        fputs(s.text, stdout);
    maille_strbuf_free(&s);
    return status;
}

static void print_table(const maille_table *tokens) {
    text_table t = {
        .columns = 8,
        .titles = {"id", "name", "role", "departments", "made", "by", "expires", "revoked"}};
    for (size_t row = 0; row < tokens->rows; row++) {
        const char *cells[8];
        for (size_t i = 0; i < 8; i++) {
            const char *text = tokens->columns[i].texts[row];
            cells[i] = text && strcmp(text, "[]") != 0 ? text : "";
        }
        text_table_add(&t, cells);
    }
    text_table_print(&t);
    text_table_free(&t);
}

static maille_status list(maille_ctx *ctx, maille_store *store, const asked *a) {
    maille_table *tokens;
    maille_status status = maille_token_list(ctx, store, &tokens);
    if (status != MAILLE_OK)
        return status;
    if (a->json)
        status = print_json(ctx, tokens);
    else
        print_table(tokens);
    maille_table_free(tokens);
    return status;
}

static maille_status revoke(maille_ctx *ctx, maille_store *store, const asked *a) {
    maille_status status = maille_token_revoke(ctx, store, a->rest[1]);
    if (status == MAILLE_OK && !a->quiet)
        fprintf(stderr, "token %s was revoked\n", a->rest[1]);
    return status;
}

static const struct {
    const char *name;
    size_t words;
    maille_store_mode mode;
    maille_status (*run)(maille_ctx *ctx, maille_store *store, const asked *a);
} actions[] = {{"create", 1, MAILLE_STORE_WRITE, create},
               {"list", 1, MAILLE_STORE_READ, list},
               {"revoke", 2, MAILLE_STORE_WRITE, revoke}};
enum { CREATE, LIST, REVOKE, ACTION_COUNT };

/* Options that do not go with an action, or that it lacks. */
static maille_status check_options(maille_ctx *ctx, const asked *a, size_t action) {
    if (action != CREATE && (a->name || a->role || a->expires || a->department_count))
        return maille_fail(ctx, MAILLE_USAGE,
                           "--name, --role, --department and --expires are of create");
    if (action == CREATE && (!a->name || !a->role))
        return maille_fail(ctx, MAILLE_USAGE, "create: --name and --role are needed");
    if (action != LIST && a->json)
        return maille_fail(ctx, MAILLE_USAGE, "--json is of list");
    return a->workspace ? MAILLE_OK : maille_fail(ctx, MAILLE_USAGE, "-w WORKSPACE was missing");
}

/* Finds what is to be done, and whether all of it was said. */
static maille_status choose_action(maille_ctx *ctx, const asked *a, size_t *action) {
    const char *word = a->rest_count ? a->rest[0] : "";
    for (*action = 0; *action < ACTION_COUNT; ++*action)
        if (strcmp(word, actions[*action].name) == 0)
            break;
    if (*action == ACTION_COUNT)
        return maille_fail(ctx, MAILLE_USAGE, "create, list or revoke was expected%s%s",
                           *word ? ", not " : "", word);
    if (a->rest_count != actions[*action].words)
        return maille_fail(ctx, MAILLE_USAGE, "%s: %s was expected", word,
                           *action == REVOKE ? "one token" : "nothing more");
    return check_options(ctx, a, *action);
}

static maille_status run_token(maille_ctx *ctx, int argc, char **argv) {
    asked a = {0};
    const option options[] = {{"workspace", 'w', &a.workspace, NULL},
                              {"name", 0, &a.name, NULL},
                              {"role", 0, &a.role, NULL},
                              {"expires", 0, &a.expires, NULL},
                              {"json", 0, NULL, &a.json},
                              {"quiet", 'q', NULL, &a.quiet}};
    size_t action;
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    a.departments = maille_alloc((size_t)argc + 1, sizeof *a.departments);
    a.rest = maille_alloc((size_t)argc + 1, sizeof *a.rest);
    if (!a.departments || !a.rest) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(take_departments(ctx, &argc, argv, &a));
    TRY(parse_options(ctx, &cmd_token, argc, argv, options, 6, a.rest, &a.rest_count));
    TRY(choose_action(ctx, &a, &action));
    TRY(maille_store_open(ctx, a.workspace, actions[action].mode, who(), &store));
    status = actions[action].run(ctx, store, &a);
done:
    maille_store_close(store);
    maille_free((void *)a.rest);
    maille_free((void *)a.departments);
    return status;
}

const command cmd_token = {
    "token", "create|list|revoke … -w WORKSPACE",
    "tokens of those who may ask the service for more",
    "create --name N --role R [--department D]… [--expires DATE]\n"
    "                         makes a token and prints it, this once\n"
    "list [--json]            those that were made\n"
    "revoke WHICH             ends one, by its id or name\n\n"
    "  -w, --workspace FILE   the workspace\n"
    "      --name N           whose it is\n"
    "      --role R           lecteur (reads what is internal), relecteur (comments too),\n"
    "                         planificateur (edits too), admin (operates the service too)\n"
    "      --department D     only what lies in it; may be given again (default: everywhere)\n"
    "      --expires DATE     its last day, YYYY-MM-DD (default: none)\n"
    "      --json             the list as JSON\n",
    run_token};
