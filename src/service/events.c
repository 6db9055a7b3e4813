/* GET /events: what happens in the workspace, as it happens (server-sent events). */
#include "service/hub.h"
#include "service/ogc_links.h"
#include "service/router.h"

#include <stdlib.h>
#include <string.h>

enum { MISSED = 1000, MISSED_MOST = 10000, ROWS = 512 };

/* ---- what is asked ---- */

static bool read_number(const char *text, int64_t *out) {
    size_t length = strlen(text);
    if (!length || length > 18 || text[strspn(text, "0123456789")])
        return false;
    *out = strtoll(text, NULL, 10);
    return true;
}

typedef struct {
    bool resumes;
    bool unknown; /* what the client saw last is no number of ours */
    int64_t from; /* as it was told */
    int64_t most; /* missed entries */
} asking;

/* A browser that comes back sends the header with the address that it began with: the header tells
 * the later number. */
static maille_status read_asking(view *v, const request *r, asking *out) {
    const char *since = request_parameter(r, "depuis"), *most = request_parameter(r, "au_plus");
    *out = (asking){.most = MISSED};
    if (since && !read_number(since, &out->from))
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "depuis : un nombre entier était attendu, pas « %s »",
                                   "depuis: a whole number was expected, not \"%s\""),
                           since);
    if (most && !read_number(most, &out->most))
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "au_plus : un nombre entier était attendu, pas « %s »",
                                   "au_plus: a whole number was expected, not \"%s\""),
                           most);
    if (out->most > MISSED_MOST)
        out->most = MISSED_MOST;
    out->resumes = since || *r->last_event;
    out->unknown = *r->last_event && !read_number(r->last_event, &out->from);
    return MAILLE_OK;
}

/* ---- what was missed ---- */

/* Whether more than `most` entries that are told to this one come after a number, up to the last.
 */
static maille_status too_many(view *v, const scope *who, int64_t from, int64_t last, int64_t most,
                              bool *many) {
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    int64_t missed = 0;
    *many = false;
    while (from < last && missed <= most) {
        MAILLE_TRY(maille_journal_read(v->ctx, v->store, from, ROWS, &rows));
        const maille_column *all = rows->columns;
        int id = maille_table_column(rows, "id"), action = maille_table_column(rows, "action"),
            change = maille_table_column(rows, "change_id");
        if (!rows->rows)
            break;
        for (size_t i = 0; i < rows->rows; i++)
            missed += event_is_told(all[action].texts[i], all[change].texts[i], who);
        from = all[id].ints[rows->rows - 1];
        maille_table_free(rows);
        rows = NULL;
    }
    *many = missed > most;
done:
    maille_table_free(rows);
    return status;
}

static maille_status find_beginning(view *v, listener *l, const asking *in, beginning *out) {
    hub *h = l->hub;
    const scope *who = &l->who;
    pthread_mutex_lock(&h->lock);
    int64_t last = hub_told_number(h, who, h->last), number = in->from;
    if (who->public && number > 0 && number <= last)
        number = h->public.items[number - 1];
    pthread_mutex_unlock(&h->lock);
    *out = (beginning){.resumes = in->resumes, .from = number};
    out->anew = in->resumes && (in->unknown || in->from > last);
    if (!in->resumes || out->anew)
        return MAILLE_OK;
    if (!who->public)
        return too_many(v, who, number, last, in->most, &out->anew);
    out->anew = last - in->from > in->most;
    return MAILLE_OK;
}

/* ---- the answer ---- */

static maille_status refuse(const request *r, reply *out, opening why) {
    bool many = why == LISTENER_MANY;
    reply_header(out, "Retry-After", many ? "30" : "10");
    if (many)
        return reply_problem(r, out, 429,
                             router_say(r, "Trop de flux d’événements sont ouverts pour ce compte.",
                                        "This account has too many event streams open."));
    return reply_problem(r, out, 503,
                         router_say(r, "Aucun autre flux d’événements ne peut être ouvert.",
                                    "No other event stream can be opened now."));
}

static maille_status events(view *v, const request *r, reply *out) {
    maille_status status = MAILLE_OK;
    listener *l = NULL;
    hub *h = v->service->hub;
    asking in;
    beginning how;
    MAILLE_TRY(read_asking(v, r, &in));
    opening may = listener_new(h, r, &l);
    if (may == LISTENER_MEMORY)
        return maille_no_memory(v->ctx);
    if (may != LISTENER_OPEN)
        return refuse(r, out, may);
    if (!hub_read_all(h)) {
        listener_free(l);
        return refuse(r, out, LISTENER_FULL);
    }
    MAILLE_TRY(find_beginning(v, l, &in, &how));
    if (!listener_begin(l, &how))
        MAILLE_TRY(maille_no_memory(v->ctx));
    reply_header(out, "X-Accel-Buffering", "no"); /* nginx */
    out->cache = CACHE_NO_STORE;
    out->type = format_type("sse");
    out->listener = l;
    return MAILLE_OK;
done:
    listener_free(l);
    return status;
}

static const char *const formats[] = {"sse", NULL};
static const route_parameter parameters[] = {
    {"depuis", false, "integer",
     "Numéro du dernier événement reçu : le flux reprend après lui. L'en-tête Last-Event-ID, que "
     "les navigateurs envoient d'eux-mêmes, passe avant.",
     "\"minimum\":0"},
    {"au_plus", false, "integer",
     "Nombre d'événements manqués au-delà duquel un événement « relire » en tient lieu.",
     "\"minimum\":0,\"maximum\":10000,\"default\":1000"},
    {0},
};
static const route routes[] = {
    {.verbs = GET,
     .path = "/events",
     .id = "evenements",
     .tag = "Événements",
     .summary = "Ce qui change, à mesure que cela change (server-sent events)",
     .formats = formats,
     .parameters = parameters,
     .answer = events},
};
const route_table event_routes = {routes, sizeof routes / sizeof *routes};
