/* maille audit: who did what, when and why; and names that go when their time is over. */
#include "cli/cli.h"

#include <maille/journal.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <maille/text.h>
#include <string.h>

enum { PAGE = 1000 }; /* entries that are held at a time */

typedef struct {
    const char *workspace, *since, *until, *action, *name, *csv;
    bool json, forget, quiet;
} asked;

/* ---- what was done ---- */

/* Where the entries go, a page at a time. */
typedef struct {
    const asked *a;
    FILE *file; /* of the CSV */
    maille_jout json;
    text_table text;
    size_t pages;
} audit;

static const char *text_of(const maille_table *entries, const char *column, size_t row) {
    const char *text = entries->columns[maille_table_column(entries, column)].texts[row];
    return text ? text : "";
}

static void add_to_text(audit *to, const maille_table *entries) {
    for (size_t row = 0; row < entries->rows; row++) {
        const char *who = text_of(entries, "who", row);
        const char *cells[] = {text_of(entries, "at", row),
                               *text_of(entries, "forgotten", row) ? "(forgotten)" : who,
                               text_of(entries, "action", row),
                               text_of(entries, "scenario", row),
                               text_of(entries, "subject", row),
                               text_of(entries, "why", row),
                               text_of(entries, "detail", row)};
        text_table_add(&to->text, cells);
    }
}

static maille_status add_page(maille_ctx *ctx, audit *to, const maille_table *entries) {
    maille_strbuf csv = {0};
    maille_status status = MAILLE_OK;
    bool first = to->pages++ == 0;
    if (to->a->json) {
        maille_journal_json(&to->json, entries);
        fputs(to->json.s.text ? to->json.s.text : "", stdout);
    } else if (to->file) {
        maille_journal_csv(&csv, entries, first);
        fputs(csv.text ? csv.text : "", to->file);
    } else {
        add_to_text(to, entries);
    }
    if (csv.failed || to->json.s.failed)
        status = maille_no_memory(ctx);
    maille_strbuf_clear(&to->json.s);
    maille_strbuf_free(&csv);
    return status;
}

static maille_status each_page(maille_ctx *ctx, maille_store *store, audit *to) {
    const asked *a = to->a;
    maille_journal_query query = {
        .since = a->since, .until = a->until, .action = a->action, .who = a->name, .most = PAGE};
    maille_table *entries = NULL;
    size_t found = PAGE;
    maille_status status = MAILLE_OK;
    while (found == PAGE) {
        TRY(maille_journal_find(ctx, store, &query, &entries));
        TRY(add_page(ctx, to, entries));
        found = entries->rows;
        if (found)
            query.before = entries->columns[0].ints[found - 1];
        maille_table_free(entries);
        entries = NULL;
    }
done:
    maille_table_free(entries);
    return status;
}

static maille_status show(maille_ctx *ctx, maille_store *store, const asked *a) {
    audit to = {.a = a,
                .text = {.columns = 7,
                         .titles = {"when", "who", "what", "scenario", "of", "why", "detail"}}};
    maille_status status = MAILLE_OK;
    if (a->csv)
        TRY(open_result(ctx, a->csv, &to.file));
    if (a->json)
        putchar('[');
    status = each_page(ctx, store, &to);
    if (a->csv) {
        maille_status closed = close_result(ctx, a->csv, to.file);
        status = status ? status : closed;
    } else if (a->json) {
        puts("]");
    } else {
        text_table_print(&to.text);
    }
done:
    text_table_free(&to.text);
    maille_strbuf_free(&to.json.s);
    return status;
}

/* ---- forgetting ---- */

static maille_status forget(maille_ctx *ctx, maille_store *store, const asked *a) {
    int64_t count = 0;
    maille_status status = maille_retention_apply(ctx, store, &count);
    if (status == MAILLE_OK && a->json)
        printf("{\"noms_oublies\":%lld}\n", (long long)count);
    else if (status == MAILLE_OK && !a->quiet)
        fprintf(stderr, "%lld entries lost a name\n", (long long)count);
    return status;
}

/* ---- the command ---- */

static maille_status check_options(maille_ctx *ctx, const asked *a, size_t rest_count) {
    const char *const days[] = {a->since, a->until};
    if (rest_count || !a->workspace)
        return maille_fail(ctx, MAILLE_USAGE, "-w WORKSPACE was expected, and nothing more");
    if (a->forget && (a->since || a->until || a->action || a->name || a->csv))
        return maille_fail(ctx, MAILLE_USAGE, "--forget goes with -w, --json and --quiet alone");
    if (a->json && a->csv)
        return maille_fail(ctx, MAILLE_USAGE, "--json and --csv exclude each other");
    for (size_t i = 0; i < 2; i++)
        if (days[i] && (strlen(days[i]) != strlen("YYYY-MM-DD") || !maille_is_date(days[i])))
            return maille_fail(ctx, MAILLE_USAGE, "\"%s\" was no day YYYY-MM-DD", days[i]);
    return MAILLE_OK;
}

static maille_status run_audit(maille_ctx *ctx, int argc, char **argv) {
    asked a = {0};
    const option options[] = {{"workspace", 'w', &a.workspace, NULL},
                              {"since", 0, &a.since, NULL},
                              {"until", 0, &a.until, NULL},
                              {"action", 0, &a.action, NULL},
                              {"who", 0, &a.name, NULL},
                              {"csv", 0, &a.csv, NULL},
                              {"json", 0, NULL, &a.json},
                              {"forget", 0, NULL, &a.forget},
                              {"quiet", 'q', NULL, &a.quiet}};
    size_t rest_count = 0;
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_audit, argc, argv, options, sizeof options / sizeof *options, rest,
                      &rest_count));
    TRY(check_options(ctx, &a, rest_count));
    TRY(maille_store_open(ctx, a.workspace, a.forget ? MAILLE_STORE_WRITE : MAILLE_STORE_READ,
                          who(), &store));
    status = a.forget ? forget(ctx, store, &a) : show(ctx, store, &a);
done:
    maille_store_close(store);
    maille_free((void *)rest);
    return status;
}

const command cmd_audit = {
    "audit", "-w WORKSPACE [--since D] [--until D] [--action A] [--who N] [--json|--csv FILE]",
    "who did what, when and why; newest first",
    "  -w, --workspace FILE   the workspace\n"
    "      --since D          from that day on, YYYY-MM-DD\n"
    "      --until D          to the end of that day\n"
    "      --action A         only import, edition, annulation, retablissement, restauration,\n"
    "                         fusion, reception, note, commentaire, scenario, calcul, jeton,\n"
    "                         export or oubli\n"
    "      --who N            only what that person did\n"
    "      --csv FILE         as CSV (- for standard output)\n"
    "      --json             as JSON\n"
    "      --forget           instead: names whose retention is over go, by the rule set of the\n"
    "                         study (rules: retention); what was done stays\n",
    run_audit};
