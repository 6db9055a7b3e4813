/* Names whose retention is over go, by the rule set that the study names. */
#include <maille/journal.h>
#include <maille/memory.h>
#include <maille/rules.h>
#include <maille/steps.h>
#include <time.h>

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
