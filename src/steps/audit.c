/* The journal as an audit reads it, and names that go when the rule set that the study names says
 * so. */
#include <maille/journal.h>
#include <maille/memory.h>
#include <maille/rules.h>
#include <maille/steps.h>
#include <string.h>
#include <time.h>

/* ---- telling ---- */

static const struct {
    const char *key, *column;
} told[] = {{"numero", "id"},          {"le", "at"},         {"qui", "who"},
            {"compte", "account"},     {"action", "action"}, {"scenario", "scenario"},
            {"genre", "subject_kind"}, {"objet", "subject"}, {"changement", "change_id"},
            {"motif", "why"},          {"detail", "detail"}, {"oublie", "forgotten"}};
enum { TOLD = sizeof told / sizeof *told };

static const maille_column *column_of(const maille_table *entries, size_t i) {
    return &entries->columns[maille_table_column(entries, told[i].column)];
}

/* A member that is JSON already. */
static void add_json(maille_jout *j, const char *key, const char *json) {
    maille_strbuf_add(&j->s, j->comma ? "," : "");
    maille_json_text(&j->s, key);
    maille_strbuf_addf(&j->s, ":%s", json);
    j->comma = true;
}

void maille_journal_json(maille_jout *j, const maille_table *entries) {
    for (size_t row = 0; row < entries->rows; row++) {
        maille_j_open(j, NULL, '{');
        for (size_t i = 0; i < TOLD; i++) {
            const maille_column *column = column_of(entries, i);
            if (column->type == MAILLE_INT)
                maille_j_int(j, told[i].key, column->ints[row]);
            else if (strcmp(told[i].column, "detail") == 0 && column->texts[row])
                add_json(j, told[i].key, column->texts[row]);
            else
                maille_j_text(j, told[i].key, column->texts[row]);
        }
        maille_j_close(j, '}');
    }
}

/* What a spreadsheet would take for a formula is told to be a text. */
static void add_csv_text(maille_strbuf *s, const char *text) {
    maille_strbuf cell = {0};
    if (!text || !strchr("=+-@", *text) || !*text) {
        maille_strbuf_add_csv(s, text ? text : "");
        return;
    }
    maille_strbuf_addf(&cell, "'%s", text);
    maille_strbuf_add_csv(s, cell.text ? cell.text : "");
    s->failed = s->failed || cell.failed;
    maille_strbuf_free(&cell);
}

void maille_journal_csv(maille_strbuf *s, const maille_table *entries, bool head) {
    for (size_t i = 0; head && i < TOLD; i++)
        maille_strbuf_addf(s, "%s%s", i ? "," : "", told[i].key);
    maille_strbuf_add(s, head ? "\n" : "");
    for (size_t row = 0; row < entries->rows; row++) {
        for (size_t i = 0; i < TOLD; i++) {
            const maille_column *column = column_of(entries, i);
            maille_strbuf_add(s, i ? "," : "");
            if (column->type == MAILLE_INT)
                maille_strbuf_add_int(s, column->ints[row]);
            else
                add_csv_text(s, column->texts[row]);
        }
        maille_strbuf_add_char(s, '\n');
    }
}

/* ---- retention ---- */

/* The day that is so many days ago: what is older lost its time. */
static void days_ago(int days, char out[11]) {
    time_t then = time(NULL) - (time_t)days * 24 * 60 * 60;
    struct tm day;
    gmtime_r(&then, &day);
    strftime(out, 11, "%Y-%m-%d", &day);
}

maille_status maille_retention_apply(maille_ctx *ctx, maille_store *store, int64_t *count) {
    char *json = NULL, audit[11], authors[11];
    maille_study *study = NULL;
    maille_retention_rules *rules = NULL;
    maille_status status = MAILLE_OK;
    *count = 0;
    MAILLE_TRY(maille_store_get(ctx, store, "study_json", &json));
    if (json)
        MAILLE_TRY(maille_study_from_json(ctx, json, &study));
    MAILLE_TRY(maille_retention_rules_read(
        ctx, study && study->retention ? study->retention : MAILLE_DEFAULT_RETENTION, &rules));
    days_ago(rules->audit_days, audit);
    days_ago(rules->authors_days, authors);
    MAILLE_TRY(maille_names_forget(ctx, store, audit, authors, count));
done:
    maille_retention_rules_free(rules);
    maille_study_free(study);
    maille_free(json);
    return status;
}
