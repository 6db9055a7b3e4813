/* One stream of events: from a number in the journal to the bytes on the wire. I/O threads ask for
 * bytes; where there are none the connection sleeps until the hub has something for it. */
#include "service/hub.h"
#include "service/server.h"

#include <stddef.h>
#include <string.h>

/* A piece of the journal that a worker reads at a time: rows, and bytes to be sent. Blocks are of
 * connections without chunks. */
enum { ROWS = 64, ROWS_A_JOB = 256, PIECE = 32 << 10, BLOCK = 1 << 10 };

/* ---- coming and going ---- */

static bool same_listener(const listener *l, const request *r) {
    if (r->account->role != MAILLE_ANONYMOUS)
        return strcmp(l->holder, r->account->id) == 0;
    return !*l->holder && strcmp(l->peer, r->peer) == 0;
}

/* Those that end already do not count. Locked. */
static opening count_others(const hub *h, const request *r) {
    const maille_serve_config *config = h->service->config;
    unsigned all = 0, same = 0;
    for (const listener *l = h->listeners; l; l = l->next)
        if (!l->over) {
            all++;
            same += same_listener(l, r);
        }
    return h->stopping                           ? LISTENER_ENDING
           : all >= config->streams              ? LISTENER_FULL
           : same >= config->streams_per_account ? LISTENER_MANY
                                                 : LISTENER_OPEN;
}

/* Clients come back at once when they are cut off: those that went are looked for before one that
 * comes is refused. */
static opening may_open(hub *h, const request *r) {
    opening may = count_others(h, r);
    if (may == LISTENER_OPEN)
        return may;
    hub_find_gone(h);
    return count_others(h, r);
}

/* Texts behind the listener, in its own block: there may be thousands of them. */
typedef struct {
    char *at;
    size_t size;
} texts;

/* Counts where there is no room yet. */
static const char *put(texts *to, const char *value) {
    size_t size = value ? strlen(value) + 1 : 0;
    char *place = to->at;
    to->size += size;
    if (!place || !size)
        return NULL;
    memcpy(place, value, size);
    to->at += size;
    return place;
}

static void put_who(listener *l, const request *r, const char **codes, texts *to) {
    scope *who = &l->who;
    size_t count = r->narrowed.narrowed_count;
    l->holder = put(to, r->account->id);
    l->session = put(to, r->session);
    l->peer = put(to, r->peer);
    l->target = put(to, r->target);
    who->public = r->audience == MAILLE_PUBLIC;
    who->account = who->public ? "" : l->holder;
    who->departments = codes;
    who->department_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *code = put(to, r->narrowed.narrowed[i]);
        if (codes)
            codes[i] = code;
    }
    /* The key: all codes, one after the other. */
    who->key = to->at;
    for (size_t i = 0; i < count; i++) {
        put(to, r->narrowed.narrowed[i]);
        if (to->at)
            to->at[-1] = ' ';
    }
    put(to, "");
}

static listener *make(hub *h, const request *r) {
    listener counted = {0};
    texts room = {0};
    put_who(&counted, r, NULL, &room);
    size_t codes = r->narrowed.narrowed_count * sizeof(char *);
    listener *l = maille_alloc(1, sizeof *l + codes + room.size);
    if (!l)
        return NULL;
    room = (texts){.at = (char *)(l + 1) + codes};
    l->hub = h;
    l->told = seconds_monotonic();
    put_who(l, r, (const char **)(void *)(l + 1), &room);
    return l;
}

opening listener_new(hub *h, const request *r, listener **out) {
    listener *l = make(h, r);
    if (!l)
        return LISTENER_MEMORY;
    pthread_mutex_lock(&h->lock);
    opening may = may_open(h, r);
    if (may == LISTENER_OPEN) {
        l->since = h->looks + h->looking;
        l->next = h->listeners;
        if (l->next)
            l->next->previous = l;
        h->listeners = l;
        h->listener_count++;
    }
    pthread_mutex_unlock(&h->lock);
    if (may == LISTENER_OPEN)
        *out = l;
    else
        maille_free(l);
    return may;
}

void listener_free(listener *l) {
    if (!l)
        return;
    hub *h = l->hub;
    pthread_mutex_lock(&h->lock);
    *(l->previous ? &l->previous->next : &h->listeners) = l->next;
    if (l->next)
        l->next->previous = l->previous;
    h->listener_count--;
    pthread_mutex_unlock(&h->lock);
    wording_drop(l->sending);
    maille_free(l);
}

/* ---- what it begins with ---- */

/* Everything is to be read again; what comes goes on from here. */
static void add_anew(const listener *l, maille_strbuf *s) {
    int64_t last = hub_told_number(l->hub, &l->who, l->cursor);
    maille_strbuf_add(s, "id: ");
    maille_strbuf_add_int(s, last);
    maille_strbuf_add(s, "\nevent: relire\ndata: {\"numero\":");
    maille_strbuf_add_int(s, last);
    maille_strbuf_add(s, "}\n\n");
}

static wording *end_text(maille_strbuf *s) {
    wording *made = s->failed ? NULL : wording_new(s->text, s->length);
    maille_strbuf_free(s);
    return made;
}

/* A client that is cut before its first event knows from where to go on. */
bool listener_begin(listener *l, const beginning *how) {
    hub *h = l->hub;
    maille_strbuf s = {0};
    pthread_mutex_lock(&h->lock);
    l->cursor = how->resumes && !how->anew ? how->from : h->last;
    maille_strbuf_add(&s, ": maille\nretry: 2000\nid: ");
    maille_strbuf_add_int(&s, hub_told_number(h, &l->who, l->cursor));
    maille_strbuf_add(&s, "\n\n");
    if (how->anew)
        add_anew(l, &s);
    l->sending = end_text(&s);
    pthread_mutex_unlock(&h->lock);
    return l->sending != NULL;
}

/* ---- what comes next; locked ---- */

/* Passes over what it may not see. True where there is something to send, or to be read from the
 * journal. */
static bool has_event(listener *l) {
    hub *h = l->hub;
    if (l->cursor < h->ring_after)
        return true;
    for (event *e; (e = hub_event_after(h, l->cursor)); l->cursor = event_number(e))
        if (event_shows(e, &l->who))
            return true;
    if (l->cursor < h->last)
        l->cursor = h->last;
    return false;
}

/* The next text on its way, where there is one; false when the stream ends. */
static bool take_text(listener *l) {
    hub *h = l->hub;
    maille_strbuf s = {0};
    if (l->over || h->stopping)
        return false;
    if (l->sending)
        return true;
    if (l->anew) {
        l->anew = false;
        l->cursor = h->last;
        add_anew(l, &s);
        l->sending = end_text(&s);
    } else if (has_event(l)) {
        if (l->cursor < h->ring_after)
            return true; /* a worker has to read it */
        event *e = hub_event_after(h, l->cursor);
        l->sending = event_text(e, &l->who);
        l->cursor = event_number(e);
    } else if (l->beat) {
        l->sending = wording_new(":\n\n", 3);
    } else {
        return true;
    }
    l->beat = false;
    return l->sending != NULL;
}

void listener_look(listener *l, double now, double heartbeat_s) {
    if (!l->asleep)
        return;
    l->beat = now - l->told >= heartbeat_s;
    if (!l->over && !l->hub->stopping && !l->anew && !l->beat && !has_event(l))
        return;
    l->asleep = false;
    connection_expect(l->on->on, l->hub->service->config->answer_s);
    MHD_resume_connection(l->on->on->mhd);
}

/* ---- on a worker: what is older than the ring ---- */

typedef struct {
    scope who;
    const areas *communes;
    int64_t cursor, until;
    maille_strbuf piece;
    size_t rows;
} reading;

/* The public's entries are far between: each is gone to at once. */
static int64_t skip_to_public(listener *l, int64_t cursor) {
    hub *h = l->hub;
    pthread_mutex_lock(&h->lock);
    size_t next = (size_t)hub_ordinal(h, cursor);
    int64_t number = next < h->public.count ? h->public.items[next] - 1 : h->last;
    pthread_mutex_unlock(&h->lock);
    return number > cursor ? number : cursor;
}

static maille_status read_row(view *v, listener *l, reading *in, const maille_table *rows,
                              size_t row, int64_t number) {
    event *e = NULL;
    int64_t ordinal = 0;
    if (in->who.public) {
        pthread_mutex_lock(&l->hub->lock);
        ordinal = hub_ordinal(l->hub, number);
        pthread_mutex_unlock(&l->hub->lock);
    }
    maille_status status = event_new(v->ctx, v->store, in->communes, rows, row, ordinal, &e);
    if (!status && e && event_shows(e, &in->who)) {
        wording *t = event_text(e, &in->who);
        if (t)
            maille_strbuf_add_n(&in->piece, t->bytes, t->length);
        else
            status = maille_no_memory(v->ctx);
        wording_drop(t);
    }
    event_free(e);
    return status;
}

static maille_status read_piece(view *v, listener *l, reading *in) {
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    bool more = true;
    while (more && in->piece.length < PIECE && in->rows < ROWS_A_JOB) {
        if (in->who.public)
            in->cursor = skip_to_public(l, in->cursor);
        MAILLE_TRY(
            maille_journal_read(v->ctx, v->store, in->cursor, in->who.public ? 1 : ROWS, &rows));
        int id = maille_table_column(rows, "id");
        more = rows->rows > 0;
        for (size_t i = 0; more && i < rows->rows && in->piece.length < PIECE; i++) {
            int64_t number = rows->columns[id].ints[i];
            if (!(more = number <= in->until))
                break;
            MAILLE_TRY(read_row(v, l, in, rows, i, number));
            in->cursor = number;
            in->rows++;
        }
        maille_table_free(rows);
        rows = NULL;
    }
    if (!more && in->cursor < in->until)
        in->cursor = in->until;
done:
    maille_table_free(rows);
    return status;
}

static void run_reading(job *self) {
    listener *l = (listener *)(void *)((char *)self - offsetof(listener, job));
    hub *h = l->hub;
    view *v = NULL;
    pthread_mutex_lock(&h->lock);
    reading in = {.who = l->who, .cursor = l->cursor, .until = h->ring_after};
    areas *communes = areas_hold(h->communes);
    pthread_mutex_unlock(&h->lock);
    in.communes = communes;
    maille_status status = view_take(h->service->views, &v);
    if (!status) {
        status = read_piece(v, l, &in);
        if (status)
            maille_log(h->service->ctx, MAILLE_LOG_ERROR, "events could not be read again: %s",
                       maille_message(v->ctx));
        view_give(v);
    }
    areas_drop(communes);
    wording *made = in.piece.length ? end_text(&in.piece) : NULL;
    bool failed = status || (in.piece.failed || (in.piece.length && !made));
    pthread_mutex_lock(&h->lock);
    l->over |= failed;
    l->sending = made;
    l->cursor = in.cursor;
    exchange_resume(l->on);
    pthread_mutex_unlock(&h->lock); /* the stream may be over now */
}

/* ---- on an I/O thread ---- */

static ssize_t give(listener *l, char *buffer, size_t most) {
    const wording *t = l->sending;
    size_t left = t->length - l->taken, n = left < most ? left : most;
    memcpy(buffer, t->bytes + l->taken, n);
    l->taken += n;
    l->on->bytes += n;
    l->told = seconds_monotonic();
    if (n == left) {
        wording_drop(l->sending);
        l->sending = NULL;
        l->taken = 0;
    }
    connection_expect(l->on->on, l->hub->service->config->answer_s);
    return (ssize_t)n;
}

/* Nothing to send: until there is, or until a worker has read what was missed. */
static ssize_t wait_for(listener *l) {
    maille_server *m = l->on->on->server;
    if (l->cursor >= l->hub->ring_after) {
        l->asleep = true;
        connection_expect(l->on->on, 0);
        MHD_suspend_connection(l->on->on->mhd);
        return 0;
    }
    if (!exchange_suspend(l->on))
        return MHD_CONTENT_READER_END_OF_STREAM;
    l->job.run = run_reading;
    workers_push(m->workers, &l->job);
    return 0;
}

static ssize_t read_listener(void *user, uint64_t position, char *buffer, size_t most) {
    listener *l = user;
    (void)position;
    pthread_mutex_lock(&l->hub->lock);
    ssize_t n = !take_text(l) ? MHD_CONTENT_READER_END_OF_STREAM
                : l->sending  ? give(l, buffer, most)
                              : wait_for(l);
    pthread_mutex_unlock(&l->hub->lock);
    return n;
}

struct MHD_Response *listener_response(exchange *x, const reply *from) {
    listener *l = x->listener;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_listener, l, NULL);
    if (!response)
        return NULL;
    reply dressed = *from;
    reply_dress(&x->on->server->core, x->request, &dressed);
    if (!send_headers(response, x->keep->arena, &dressed, false, false, NULL)) {
        MHD_destroy_response(response);
        return NULL;
    }
    pthread_mutex_lock(&l->hub->lock);
    l->on = x;
    pthread_mutex_unlock(&l->hub->lock);
    return response;
}
