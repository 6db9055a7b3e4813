/* One request, from its header to its answer. What is here runs on the I/O threads and never waits,
 * but for what `run_request` does on a worker. */
#include "service/hub.h"
#include "service/negotiate.h"
#include "service/server.h"
#include "service/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* A reader may take this much longer for each block of a body. */
enum { SLOW_BLOCK = 256 << 10 };

/* ---- headers as the router sees them ---- */

static const char *wire_header(const wire *w, const char *name) {
    const char *value = MHD_lookup_connection_value(w->connection, MHD_HEADER_KIND, name);
    if (!value)
        return "";
    size_t length = strlen(value);
    if (!length || (value[length - 1] != ' ' && value[length - 1] != '\t'))
        return value;
    while (length && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    const char *trimmed = maille_arena_strndup(w->arena, value, length);
    return trimmed ? trimmed : "";
}

typedef struct {
    const char *name;
    unsigned count;
} counted;

static enum MHD_Result count_header(void *user, enum MHD_ValueKind kind, const char *name,
                                    const char *value) {
    counted *c = user;
    (void)kind, (void)value;
    c->count += strcasecmp(name, c->name) == 0;
    return MHD_YES;
}

static unsigned wire_header_count(const wire *w, const char *name) {
    counted c = {.name = name};
    MHD_get_connection_values(w->connection, MHD_HEADER_KIND, count_header, &c);
    return c.count;
}

/* ---- refusals ---- */

/* For what was refused before the router saw it. */
static request *bare_request(const exchange *x) {
    request *r = maille_arena_alloc(x->keep->arena, sizeof *r);
    if (!r)
        return NULL;
    *r = (request){.verb = GET,
                   .target = x->target,
                   .path = "/",
                   .body = "",
                   .body_type = "",
                   .base = "",
                   .language = negotiate_language(wire_header(&x->in, "Accept-Language")),
                   .format = "json",
                   .prefer = "",
                   .if_match = "",
                   .if_none_match = "",
                   .idempotency_key = "",
                   .last_event = "",
                   .account = maille_account_anonymous(),
                   .audience = MAILLE_PUBLIC,
                   .peer = x->on->peer,
                   .cookie_csrf = "",
                   .arena = x->keep->arena};
    return r;
}

/* Takes the reply; x->parcel stays NULL when memory ran out. */
static void answer_with(exchange *x, reply *what) {
    if (x->request)
        x->parcel = parcel_new(x->request->format, x->get && x->accepted, what);
    reply_clear(what);
}

static void refuse(exchange *x, int status, const saying *why) {
    reply out = {.file = -1};
    if (!x->request)
        x->request = bare_request(x);
    if (!x->request)
        return;
    const char *detail = !why                                      ? NULL
                         : strcmp(x->request->language, "en") == 0 ? why->english
                                                                   : why->french;
    if (reply_problem(x->request, &out, status, detail) != MAILLE_OK) {
        reply_clear(&out);
        out.status = status;
    }
    if (status == 503)
        reply_header(&out, "Retry-After", "2");
    answer_with(x, &out);
}

/* ---- the answer ---- */

bool exchange_suspend(exchange *x) {
    maille_server *m = x->on->server;
    atomic_fetch_add(&m->suspended, 1);
    if (atomic_load(&m->hurry)) {
        atomic_fetch_sub(&m->suspended, 1);
        return false;
    }
    connection_expect(x->on, 0);
    MHD_suspend_connection(x->on->mhd);
    return true;
}

void exchange_resume(exchange *x) {
    maille_server *m = x->on->server;
    connection_expect(x->on, m->config.answer_s);
    MHD_resume_connection(x->on->mhd);
    /* From here on the request may be over. */
    atomic_fetch_sub(&m->suspended, 1);
}

static bool is_unchanged(const exchange *x) {
    const char *etag = x->parcel->etag[x->coding];
    if (!*etag || !x->get)
        return false;
    const char *known = MHD_lookup_connection_value(x->on->mhd, MHD_HEADER_KIND, "If-None-Match");
    return known && send_matches(known, etag);
}

/* The response to be queued; `*shared` when it is not ours to give back. */
static struct MHD_Response *take_response(exchange *x, bool *shared) {
    struct MHD_Response *response = x->response;
    if (response) {
        x->response = NULL;
        *shared = false;
    } else if (x->parcel) {
        *shared = !x->last;
        response = parcel_response(&x->on->server->core, x->accepted ? x->request : NULL, x->parcel,
                                   x->coding, shared);
        x->status = x->parcel->status;
        if (is_unchanged(x))
            x->status = 304;
        else if (!x->head)
            x->bytes = x->parcel->body[x->coding]->length;
    }
    if (response && x->last && MHD_add_response_header(response, "Connection", "close") == MHD_NO)
        x->on->unread = true;
    return response;
}

/* A stream of events may last for days: it holds neither the world nor the request that it began
 * with. */
static void let_go(exchange *x) {
    const listener *l = x->listener;
    x->target = l->target;
    x->peer = l->peer;
    x->account = *l->holder ? l->holder : NULL;
    x->request = NULL;
    maille_strbuf_free(&x->key);
    keep_drop(x->keep);
    x->keep = NULL;
}

static enum MHD_Result queue_answer(exchange *x) {
    bool shared = false;
    x->last |= atomic_load_explicit(&x->on->server->stopping, memory_order_relaxed);
    struct MHD_Response *response = take_response(x, &shared);
    if (!response)
        return MHD_NO;
    const maille_serve_config *config = &x->on->server->config;
    connection_expect(x->on, config->answer_s * (1 + (double)x->bytes / SLOW_BLOCK));
    x->stage = STAGE_SENT;
    enum MHD_Result queued = MHD_queue_response(x->on->mhd, (unsigned)x->status, response);
    if (!shared)
        MHD_destroy_response(response);
    if (x->listener)
        let_go(x);
    return queued;
}

/* ---- on a worker ---- */

static struct MHD_Response *file_response(exchange *x, reply *from) {
    struct stat info;
    if (!from->type && x->request->format)
        from->type = format_type(x->request->format);
    if (fstat(from->file, &info) != 0)
        return NULL;
    struct MHD_Response *response =
        MHD_create_response_from_fd64((uint64_t)info.st_size, from->file);
    if (!response)
        return NULL;
    from->file = -1; /* MHD closes it */
    reply dressed = *from;
    reply_dress(&x->on->server->core, x->request, &dressed);
    if (!send_headers(response, x->keep->arena, &dressed, false, false, NULL)) {
        MHD_destroy_response(response);
        return NULL;
    }
    if (!x->head)
        x->bytes = (uint64_t)info.st_size;
    return response;
}

/* A stream of events needs no view. */
static void pack_listener(exchange *x, view *v, reply *raw) {
    view_give(v);
    x->status = 200;
    x->listener = raw->listener;
    raw->listener = NULL;
    x->response = listener_response(x, raw);
    reply_clear(raw);
    if (x->response)
        return;
    listener_free(x->listener);
    x->listener = NULL;
    refuse(x, 500, NULL);
}

/* Makes the answer of a reply; the view is given back, now or by the stream at its end. */
static void pack(exchange *x, view *v, reply *raw) {
    maille_server *m = x->on->server;
    if (raw->listener) {
        pack_listener(x, v, raw);
        return;
    }
    if (raw->ready) {
        x->parcel = raw->ready;
        raw->ready = NULL;
        reply_clear(raw);
        view_give(v);
        return;
    }
    if (raw->stream.more || raw->file >= 0) {
        bool busy = false;
        x->status = raw->status ? raw->status : 200;
        if (raw->stream.more) {
            x->streams = true;
            x->response = stream_response(x, v, raw, &busy);
        } else {
            x->response = file_response(x, raw);
            view_give(v);
        }
        reply_clear(raw);
        if (!x->response)
            refuse(x, busy ? 503 : 500, NULL);
        return;
    }
    bool kept = raw->keep && x->key.length;
    answer_with(x, raw);
    if (kept && x->parcel && x->parcel->status == 200)
        cache_keep(m->cache, world_number(v->world), x->key.text, x->key.length, x->parcel);
    view_give(v);
}

static void answer(exchange *x) {
    maille_server *m = x->on->server;
    view *v = NULL;
    reply raw = {.file = -1};
    if (x->key.length) /* another may have asked for the same meanwhile */
        x->parcel = cache_find(m->cache, world_number(x->keep->world), x->key.text, x->key.length);
    x->cached = x->parcel != NULL;
    if (x->cached)
        return;
    if (view_take(m->core.views, &v) != MAILLE_OK) {
        refuse(x, 503, NULL);
        return;
    }
    maille_status status = x->route->answer(v, x->request, &raw);
    if (status) {
        reply_clear(&raw);
        status = reply_failure(v, x->request, &raw, status);
    }
    if (status || raw.body.failed) {
        reply_clear(&raw);
        raw.status = 500;
    }
    pack(x, v, &raw);
}

static void run_request(job *self) {
    exchange *x = (exchange *)(void *)self;
    if (x->parcel) /* of the cache: to be compressed */
        x->cached = true;
    else if (atomic_load(&x->on->server->hurry))
        refuse(x, 503, NULL);
    else
        answer(x);
    if (x->parcel && x->zip && x->parcel->may_zip && parcel_zip(x->parcel))
        x->coding = GZIP;
    exchange_resume(x);
}

/* ---- on an I/O thread ---- */

static enum MHD_Result give_to_workers(exchange *x) {
    maille_server *m = x->on->server;
    x->stage = STAGE_WORK;
    x->job.run = run_request;
    if (!exchange_suspend(x))
        return MHD_NO;
    if (!workers_offer(x->route && x->route->writes ? m->writers : m->workers, &x->job)) {
        parcel_drop(x->parcel);
        x->parcel = NULL;
        x->cached = false;
        refuse(x, 503, NULL);
        exchange_resume(x);
    }
    return MHD_YES;
}

/* Looks for the answer among those that are kept. */
static void find_kept(exchange *x) {
    maille_server *m = x->on->server;
    if (x->get && m->config.cache_mib && !request_key(x->request, x->route, &x->key))
        maille_strbuf_clear(&x->key);
    /* Where perimeters lie is a decision: who is narrowed sees others after a stroke. */
    if (x->key.length && (!x->route->of_layers || x->request->narrowed.narrowed_count))
        maille_strbuf_addf(&x->key, "\n%" PRIu64, views_decisions(m->core.views));
    if (x->key.failed)
        maille_strbuf_free(&x->key);
    if (!x->key.length)
        return;
    x->parcel = cache_find(m->cache, world_number(x->keep->world), x->key.text, x->key.length);
    x->cached = x->parcel != NULL;
}

/* The request is there with its body. */
static enum MHD_Result on_whole(exchange *x) {
    if (x->parcel)
        return queue_answer(x);
    if (!x->accepted)
        return MHD_NO; /* memory ran out for the refusal */
    if (x->keep->body.length) {
        x->request->body = x->keep->body.text;
        x->request->body_length = x->keep->body.length;
    }
    find_kept(x);
    if (!x->parcel)
        return give_to_workers(x);
    if (!x->zip || !x->parcel->may_zip)
        return queue_answer(x);
    if (!parcel_has(x->parcel, GZIP))
        return give_to_workers(x);
    x->coding = GZIP;
    return queue_answer(x);
}

/* MHD takes no answer in the middle of a body: it is written past it, and the connection ends. */
static enum MHD_Result refuse_body(exchange *x) {
    static const char answer[] =
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
        "Content-Length: 0\r\n\r\n";
    x->status = 413;
    x->on->unread = true;
    (void)!send(x->on->socket, answer, sizeof answer - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    return MHD_NO;
}

static enum MHD_Result on_body(exchange *x, const char *data, size_t *size) {
    maille_strbuf *body = &x->keep->body;
    if (body->length + *size > (size_t)x->on->server->config.body_kib << 10)
        return refuse_body(x);
    maille_strbuf_add_n(body, data, *size);
    *size = 0;
    return body->failed ? MHD_NO : MHD_YES;
}

static void begin(exchange *x) {
    maille_server *m = x->on->server;
    reply at_once = {.file = -1};
    x->keep->world = world_now(m->core.views);
    request *r = NULL;
    maille_status status = request_begin(&m->core, x->keep->world, &x->in, &r, &x->route, &at_once);
    x->request = r;
    x->accepted = !status && r;
    if (r) {
        x->peer = r->peer;
        x->account = *r->account->id ? r->account->id : NULL;
    }
    if (status) {
        refuse(x, 500, NULL);
    } else if (!r) {
        x->request = bare_request(x);
        answer_with(x, &at_once);
    }
    reply_clear(&at_once);
}

static enum MHD_Result on_header(exchange *x, const char *method, const char *version) {
    maille_server *m = x->on->server;
    struct MHD_Connection *mhd = x->on->mhd;
    uint64_t length;
    bool has_body;
    const saying *why;
    x->stage = STAGE_BODY;
    x->method = method;
    x->head = strcmp(method, "HEAD") == 0;
    x->get = x->head || strcmp(method, "GET") == 0;
    x->old = strcmp(version, "HTTP/1.0") == 0;
    x->counted = true;
    atomic_fetch_add(&m->active, 1);
    x->in = (wire){.method = method,
                   .target = x->target,
                   .peer = x->on->peer,
                   .header = wire_header,
                   .header_count = wire_header_count,
                   .connection = mhd,
                   .body = "",
                   .arena = x->keep->arena};
    int fault = shape_fault(x, version, &length, &has_body, &why);
    if (fault) {
        x->last = true;
        has_body = true; /* who knows */
        refuse(x, fault, why);
    } else if (atomic_load_explicit(&m->stopping, memory_order_relaxed)) {
        refuse(x, 503, NULL);
    } else if (length > (uint64_t)m->config.body_kib << 10) {
        refuse(x, 413, NULL);
    } else {
        const char *accepts = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Accept-Encoding");
        x->zip = accepts && send_takes_gzip(accepts);
        begin(x);
    }
    connection_expect(x->on, has_body ? m->config.answer_s : 0);
    if (!x->parcel || !has_body)
        return MHD_YES;
    x->last = true;
    x->on->unread = true;
    return queue_answer(x);
}

enum MHD_Result exchange_step(void *server, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context) {
    exchange *x = *context;
    (void)server, (void)mhd, (void)url;
    if (!x)
        return MHD_NO;
    switch (x->stage) {
    case STAGE_LINE:
        return on_header(x, method, version);
    case STAGE_BODY:
        return *size ? on_body(x, data, size) : on_whole(x);
    case STAGE_WORK:
        return queue_answer(x);
    default:
        return MHD_NO;
    }
}
