/* The journal for who answers for the service: who did what, when and why; and names that go when
 * their retention is over. */
#include "service/change.h"
#include "service/ogc.h"
#include "service/perimeters.h"

#include <maille/steps.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- names that go ---- */

/* The time so many hours ago. */
static void clock_before(double hours, char out[21]) {
    time_t then = time(NULL) - (time_t)(hours * 3600);
    struct tm utc;
    gmtime_r(&then, &utc);
    strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

maille_status forget_names(service *s, maille_ctx *ctx) {
    maille_store *store = NULL;
    int64_t count = 0, answered = 0;
    char before[21];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_open(ctx, s->workspace, MAILLE_STORE_WRITE, "maille serve", &store));
    MAILLE_TRY(maille_retention_apply(ctx, store, &count));
    clock_before(s->config->requests_hours, before);
    MAILLE_TRY(maille_request_forget(ctx, store, before, &answered));
    if (count)
        maille_log(ctx, MAILLE_LOG_INFO, "%lld entries lost a name: their retention was over",
                   (long long)count);
done:
    maille_store_close(store);
    if (count)
        hub_wake(s->hub);
    return status;
}

/* ---- GET /journal ---- */

enum { USUAL = 100, USUAL_CSV = 10000, MOST = 10000 };

static maille_status read_day(view *v, const request *r, const char *key, const char **out) {
    *out = request_parameter(r, key);
    if (!*out || (strlen(*out) == strlen("YYYY-MM-DD") && maille_is_date(*out)))
        return MAILLE_OK;
    return maille_fail(v->ctx, MAILLE_USAGE,
                       ogc_say(r, "%s n’est pas un jour AAAA-MM-JJ", "%s was no day YYYY-MM-DD"),
                       key);
}

static maille_status read_query(view *v, const request *r, maille_journal_query *out) {
    int64_t most = strcmp(r->format, "csv") == 0 ? USUAL_CSV : USUAL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(read_day(v, r, "depuis", &out->since));
    MAILLE_TRY(read_day(v, r, "jusque", &out->until));
    MAILLE_TRY(count_read(v, r, "avant", 1, INT64_MAX, &out->before));
    MAILLE_TRY(count_read(v, r, "au_plus", 1, MOST, &most));
    out->action = request_parameter(r, "action");
    out->who = request_parameter(r, "qui");
    out->subject = request_parameter(r, "objet");
    out->most = (size_t)most + 1; /* one more tells whether there is a next page */
done:
    return status;
}

/* Takes away the entry that was read to see whether there are more. */
static bool cut_page(maille_table *entries, size_t most) {
    bool more = entries->rows == most;
    entries->rows -= more;
    return more;
}

static void add_json(const maille_table *entries, bool more, maille_jout *j) {
    maille_j_open(j, NULL, '{');
    maille_j_open(j, "entrees", '[');
    maille_journal_json(j, entries);
    maille_j_close(j, ']');
    if (more)
        maille_j_int(j, "avant", entries->columns[0].ints[entries->rows - 1]);
    else
        maille_j_text(j, "avant", NULL);
    maille_j_close(j, '}');
}

static maille_status show_journal(view *v, const request *r, reply *out) {
    maille_journal_query query = {0};
    maille_table *entries = NULL;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    out->cache = CACHE_NO_STORE;
    MAILLE_TRY(read_query(v, r, &query));
    MAILLE_TRY(maille_journal_find(v->ctx, v->store, &query, &entries));
    bool more = cut_page(entries, query.most);
    if (strcmp(r->format, "csv") == 0) {
        maille_journal_csv(&out->body, entries, true);
        out->download = "journal.csv";
    } else {
        add_json(entries, more, &j);
        maille_strbuf_free(&out->body);
        out->body = j.s;
        j.s = (maille_strbuf){0};
        maille_strbuf_add_char(&out->body, '\n');
    }
    if (out->body.failed)
        status = maille_no_memory(v->ctx);
done:
    maille_strbuf_free(&j.s);
    maille_table_free(entries);
    return status ? reply_failure(v, r, out, status) : MAILLE_OK;
}

/* ---- routes ---- */

#define OR_NULL(key) "\"" key "\":{\"type\":\"string\",\"nullable\":true}"
#define ENTRIES                                                                                    \
    "{\"type\":\"object\",\"required\":[\"entrees\",\"avant\"],\"properties\":{\"entrees\":{"      \
    "\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"numero\":{\"type\":"      \
    "\"integer\"},\"le\":{\"type\":\"string\",\"format\":\"date-time\"},\"qui\":{\"type\":"        \
    "\"string\"},\"action\":{\"type\":\"string\"}," OR_NULL("compte") "," OR_NULL("scenario") ","  \
    OR_NULL("genre") "," OR_NULL("objet") "," OR_NULL("changement") "," OR_NULL("motif") ","       \
    OR_NULL("oublie") ",\"detail\":{\"type\":\"object\",\"nullable\":true}}}},\"avant\":{"         \
    "\"type\":\"integer\",\"nullable\":true}}}"

static const char *const formats[] = {"json", "csv", NULL};
static const route_parameter parameters[] = {
    {.name = "depuis",
     .type = "string",
     .description = "Premier jour, AAAA-MM-JJ",
     .extra = "\"format\":\"date\""},
    {.name = "jusque",
     .type = "string",
     .description = "Dernier jour, compris",
     .extra = "\"format\":\"date\""},
    {.name = "action",
     .type = "string",
     .description = "Ce qui a été fait : import, edition, annulation, retablissement, "
                    "restauration, fusion, reception, note, commentaire, scenario, calcul, jeton, "
                    "export ou oubli"},
    {.name = "qui", .type = "string", .description = "Nom de qui l’a fait"},
    {.name = "objet",
     .type = "string",
     .description = "Ce dont il s’agit : périmètre, commune, scénario, jeton…"},
    {.name = "avant",
     .type = "integer",
     .description = "Seulement les entrées de numéro inférieur : « avant » de la page précédente",
     .extra = "\"minimum\":1"},
    {.name = "au_plus",
     .type = "integer",
     .description = "Nombre d’entrées ; 100 sans lui, 10 000 en CSV",
     .extra = "\"minimum\":1,\"maximum\":10000"},
    {0}};
static const route routes[] = {
    {.verbs = GET,
     .path = "/journal",
     .id = "journal",
     .tag = "Exploitation",
     .summary = "Qui a fait quoi, quand et pourquoi, du plus récent au plus ancien",
     .least = MAILLE_ADMIN,
     .formats = formats,
     .parameters = parameters,
     .answers = ENTRIES,
     .answer = show_journal},
};
const route_table journal_routes = {routes, sizeof routes / sizeof *routes};
