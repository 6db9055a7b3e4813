/* maille check: what was found wrong or worth knowing in a workspace. */
#include "cli/cli.h"

#include <maille/json.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <math.h>
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

/* What a finding says, in the order of columns; texts are borrowed, NULL where there is none. */
enum { FINDING_TEXTS = 8 };
static const char *const finding_names[FINDING_TEXTS] = {"gravite", "genre", "objet",   "a",
                                                         "b",       "codes", "constat", "piste"};

static void texts_of(const maille_finding *f, const char *texts[FINDING_TEXTS]) {
    const char *const all[FINDING_TEXTS] = {f->severity, f->kind,  f->subject, f->a,
                                            f->b,        f->codes, f->message, f->remedy};
    memcpy((void *)texts, (const void *)all, sizeof all);
}

/* Codes are JSON already. */
static void print_findings_json(const maille_finding *findings, size_t count) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, "[");
    for (size_t i = 0; i < count; i++) {
        const char *texts[FINDING_TEXTS];
        texts_of(&findings[i], texts);
        maille_strbuf_add(&s, i ? ",\n{" : "{");
        for (size_t k = 0; k < FINDING_TEXTS; k++) {
            maille_strbuf_addf(&s, "\"%s\":", finding_names[k]);
            if (k == 5)
                maille_strbuf_add(&s, texts[k] ? texts[k] : "null");
            else
                maille_json_text(&s, texts[k]);
            maille_strbuf_add(&s, ",");
        }
        maille_strbuf_add(&s, "\"population\":");
        maille_json_double(&s, findings[i].population);
        maille_strbuf_add(&s, "}");
    }
    maille_strbuf_add(&s, "]\n");
    if (!s.failed)
        fputs(s.text, stdout);
    maille_strbuf_free(&s);
}

/* Codes of communes parted by spaces, as a spreadsheet can read them. */
static maille_status add_codes(maille_ctx *ctx, maille_strbuf *line, const char *json) {
    char **codes = NULL;
    size_t count = 0;
    maille_strbuf joined = {0};
    maille_status status = MAILLE_OK;
    if (json)
        TRY(maille_json_read_texts(ctx, json, &codes, &count));
    for (size_t i = 0; i < count; i++)
        maille_strbuf_addf(&joined, "%s%s", i ? " " : "", codes[i]);
    maille_strbuf_add_csv(line, joined.text ? joined.text : "");
done:
    maille_strbuf_free(&joined);
    maille_free((void *)codes);
    return status;
}

static maille_status write_findings_csv(maille_ctx *ctx, const char *path,
                                        const maille_finding *findings, size_t count) {
    maille_strbuf s = {0};
    FILE *file = NULL;
    maille_status status = MAILLE_OK;
    for (size_t k = 0; k < FINDING_TEXTS; k++)
        maille_strbuf_addf(&s, "%s,", finding_names[k]);
    maille_strbuf_add(&s, "population\n");
    for (size_t i = 0; i < count; i++) {
        const char *texts[FINDING_TEXTS];
        texts_of(&findings[i], texts);
        for (size_t k = 0; k < FINDING_TEXTS; k++) {
            if (k == 5)
                TRY(add_codes(ctx, &s, texts[k]));
            else
                maille_strbuf_add_csv(&s, texts[k] ? texts[k] : "");
            maille_strbuf_add_char(&s, ',');
        }
        if (isfinite(findings[i].population))
            maille_strbuf_add_double(&s, findings[i].population);
        maille_strbuf_add_char(&s, '\n');
    }
    if (s.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    TRY(open_result(ctx, path, &file));
    fputs(s.text, file);
    status = close_result(ctx, path, file);
done:
    maille_strbuf_free(&s);
    return status;
}

/* Keeps the findings of one kind, or about one perimeter; the rest are freed. */
static void choose_findings(maille_finding *findings, size_t *count, const char *kind,
                            const char *perimeter) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        maille_finding *f = &findings[i];
        bool wanted = !kind || strcmp(f->kind, kind) == 0;
        if (perimeter && strcmp(f->subject, perimeter) != 0 &&
            !(f->a && strcmp(f->a, perimeter) == 0) && !(f->b && strcmp(f->b, perimeter) == 0))
            wanted = false;
        maille_finding swap = findings[kept];
        if (!wanted)
            continue;
        findings[kept++] = *f;
        *f = swap;
    }
    *count = kept;
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
    const char *workspace = NULL, *fail_on = NULL, *seen = NULL, *csv = NULL, *kind = NULL,
               *perimeter = NULL;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool json = false, quiet = false;
    const option options[] = {{"workspace", 'w', &workspace, NULL},
                              {"fail-on", 0, &fail_on, NULL},
                              {"audience", 0, &seen, NULL},
                              {"kind", 0, &kind, NULL},
                              {"perimeter", 0, &perimeter, NULL},
                              {"csv", 0, &csv, NULL},
                              {"json", 0, NULL, &json},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0, all = 0, count = 0;
    int threshold = 1;
    maille_audience audience = MAILLE_INTERNE;
    maille_store *store = NULL;
    maille_finding *findings = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_check, argc, argv, options, 8, rest, &rest_count));
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
    TRY(maille_check(ctx, store, audience, &findings, &all));
    count = all;
    choose_findings(findings, &count, kind, perimeter);
    if (csv)
        TRY(write_findings_csv(ctx, csv, findings, count));
    if (json)
        print_findings_json(findings, count);
    else if (!quiet && !(csv && strcmp(csv, "-") == 0))
        print_findings(findings, count);
    for (size_t i = 0; i < count; i++)
        if (rank_of(findings[i].severity) >= threshold)
            status = MAILLE_FOUND;
done:
    maille_findings_free(findings, all);
    maille_store_close(store);
    maille_free((void *)rest);
    return status;
}

const command cmd_check = {
    "check",
    "-w WORKSPACE [--fail-on warning|error] [--audience interne|public] [--kind K] "
    "[--perimeter ID] [--csv FILE] [--json]",
    "overlaps, gaps, contiguity, sizes, stale results, what imports remarked",
    "  -w, --workspace FILE   the workspace\n"
    "      --fail-on LEVEL    exit with 5 from warning on (default), or error only\n"
    "      --audience A       interne (default) or public\n"
    "      --kind K           findings of one kind: chevauchement, zone-blanche, morcellement …\n"
    "      --perimeter ID     findings about one perimeter\n"
    "      --csv FILE         findings as CSV, \"-\" for stdout\n"
    "      --json             findings as JSON on stdout\n"
    "  -q, --quiet            the exit code only\n",
    run};
