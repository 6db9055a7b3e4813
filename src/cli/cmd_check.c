/* maille check: what was found wrong or worth knowing in a workspace. */
#include "cli/cli.h"

#include <maille/json.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <stdio.h>
#include <string.h>

static int rank_of(const char *severity) {
    return strcmp(severity, "erreur") == 0 ? 2 : strcmp(severity, "alerte") == 0;
}

static void print_findings(const maille_finding *findings, size_t count) {
    static const char *const words[] = {"information", "alerte", "erreur"};
    size_t totals[3] = {0};
    text_table t = {.columns = 4, .titles = {"gravité", "genre", "objet", "constat"}};
    for (int rank = 2; rank >= 0; rank--)
        for (size_t i = 0; i < count; i++)
            if (rank_of(findings[i].severity) == rank) {
                text_table_add(&t, (const char *const[]){findings[i].severity, findings[i].kind,
                                                         findings[i].subject, findings[i].message});
                totals[rank]++;
            }
    if (count)
        text_table_print(&t);
    printf("%zu constats :", count);
    for (int rank = 2; rank >= 0; rank--)
        printf(" %zu %s%s%s", totals[rank], words[rank], totals[rank] > 1 ? "s" : "",
               rank ? "," : "\n");
    text_table_free(&t);
}

static void print_findings_json(const maille_finding *findings, size_t count) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, "[");
    for (size_t i = 0; i < count; i++) {
        const char *const pairs_of[][2] = {{"gravite", findings[i].severity},
                                           {"genre", findings[i].kind},
                                           {"objet", findings[i].subject},
                                           {"constat", findings[i].message}};
        maille_strbuf_add(&s, i ? ",\n{" : "{");
        for (size_t k = 0; k < 4; k++) {
            maille_strbuf_addf(&s, "%s\"%s\":", k ? "," : "", pairs_of[k][0]);
            maille_json_text(&s, pairs_of[k][1]);
        }
        maille_strbuf_add(&s, "}");
    }
    maille_strbuf_add(&s, "]\n");
    if (!s.failed)
        fputs(s.text, stdout);
    maille_strbuf_free(&s);
}

static maille_status parse_threshold(maille_ctx *ctx, const char *text, int *rank) {
    if (!text || strcmp(text, "warning") == 0)
        *rank = 1;
    else if (strcmp(text, "error") == 0)
        *rank = 2;
    else
        return maille_fail(ctx, MAILLE_USAGE, "--fail-on was \"%s\", expected warning or error",
                           text);
    return MAILLE_OK;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    const char *workspace = NULL, *fail_on = NULL, *seen = NULL;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool json = false, quiet = false;
    const option options[] = {{"workspace", 'w', &workspace, NULL},
                              {"fail-on", 0, &fail_on, NULL},
                              {"audience", 0, &seen, NULL},
                              {"json", 0, NULL, &json},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0, count = 0;
    int threshold = 1;
    maille_audience audience = MAILLE_INTERNE;
    maille_store *store = NULL;
    maille_finding *findings = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_check, argc, argv, options, 5, rest, &rest_count));
    if (!workspace || rest_count) {
        status = maille_fail(ctx, MAILLE_USAGE, "%s",
                             workspace ? "check takes no argument" : "-w WORKSPACE was missing");
        goto done;
    }
    TRY(parse_threshold(ctx, fail_on, &threshold));
    if (seen)
        TRY(maille_audience_parse(ctx, seen, &audience));
    TRY(maille_store_open(ctx, workspace, MAILLE_STORE_READ, who(), &store));
    TRY(maille_store_begin(ctx, store)); /* one state for all findings */
    TRY(maille_check(ctx, store, audience, &findings, &count));
    if (json)
        print_findings_json(findings, count);
    else if (!quiet)
        print_findings(findings, count);
    for (size_t i = 0; i < count; i++)
        if (rank_of(findings[i].severity) >= threshold)
            status = MAILLE_FOUND;
done:
    maille_findings_free(findings, count);
    maille_store_close(store);
    maille_free((void *)rest);
    return status;
}

const command cmd_check = {
    "check", "-w WORKSPACE [--fail-on warning|error] [--audience interne|public] [--json]",
    "overlaps, gaps, contiguity, sizes, stale results, what imports remarked",
    "  -w, --workspace FILE   the workspace\n"
    "      --fail-on LEVEL    exit with 5 from warning on (default), or error only\n"
    "      --audience A       interne (default) or public\n"
    "      --json             findings as JSON on stdout\n"
    "  -q, --quiet            the exit code only\n",
    run};
