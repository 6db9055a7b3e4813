/* Streams. MHD asks for bytes on an I/O thread; where there are none the connection sleeps while a
 * worker makes the next piece, so that memory holds one piece a stream. What fails in the middle
 * breaks the connection: never does a cut answer look whole. */
#include "service/stream.h"
#include "service/server.h"

#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

enum { BLOCK = 64 << 10 };

typedef struct {
    job job;      /* the next piece, or the end of it all */
    exchange *on; /* not to be touched once the response is gone */
    maille_server *server;
    keep *keep;
    view *view;
    body_stream source;
    maille_strbuf piece; /* ready to be sent, from `taken` on */
    size_t taken;
    bool end, failed;
    bool zips;
    z_stream z;
    maille_strbuf raw; /* before it is compressed */
} stream;

/* ---- on a worker ---- */

static bool squeeze(stream *s) {
    char out[BLOCK / 4];
    s->z.next_in = (Bytef *)s->raw.text;
    s->z.avail_in = (uInt)s->raw.length;
    int flush = s->end ? Z_FINISH : s->z.total_in == 0 ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
        s->z.next_out = (Bytef *)out;
        s->z.avail_out = sizeof out;
        if (deflate(&s->z, flush) == Z_STREAM_ERROR)
            return false;
        maille_strbuf_add_n(&s->piece, out, sizeof out - s->z.avail_out);
    } while (s->z.avail_out == 0);
    maille_strbuf_clear(&s->raw);
    return !s->piece.failed;
}

static void make_piece(stream *s) {
    maille_strbuf *into = s->zips ? &s->raw : &s->piece;
    maille_strbuf_clear(&s->piece);
    s->taken = 0;
    while (!s->end && !s->failed && !s->piece.length) {
        maille_status status = s->source.more(s->view, s->source.state, into, &s->end);
        if (status || into->failed || into->length > UINT32_MAX / 2) {
            maille_log(s->server->core.ctx, MAILLE_LOG_ERROR, "an answer was broken off: %s",
                       status ? maille_message(s->view->ctx) : "memory ran out");
            s->failed = true;
        } else if (s->zips) {
            s->failed = !squeeze(s);
        }
    }
}

static void run_piece(job *self) {
    stream *s = (stream *)(void *)self;
    make_piece(s);
    exchange_resume(s->on);
}

/* The last one to see a stream: what its state rests on goes after it. */
static void run_end(job *self) {
    stream *s = (stream *)(void *)self;
    maille_server *m = s->server;
    if (s->source.drop)
        s->source.drop(s->source.state);
    if (s->zips)
        deflateEnd(&s->z);
    maille_strbuf_free(&s->piece);
    maille_strbuf_free(&s->raw);
    view_give(s->view);
    keep_drop(s->keep);
    maille_free(s);
    atomic_fetch_sub(&m->downloads, 1);
}

/* ---- on an I/O thread ---- */

/* Chunks tell that the last one is missing. Without them the end is told by closing, and what was
 * cut would look whole: the connection is reset (which is what connecting to nowhere does). */
static ssize_t break_off(stream *s) {
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (s->on->old)
        (void)!connect(s->on->on->socket, &nowhere, sizeof nowhere);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_stream(void *user, uint64_t position, char *buffer, size_t most) {
    stream *s = user;
    (void)position;
    size_t left = s->piece.length - s->taken;
    if (left) {
        size_t n = left < most ? left : most;
        memcpy(buffer, s->piece.text + s->taken, n);
        s->taken += n;
        s->on->bytes += n;
        return (ssize_t)n;
    }
    if (s->failed)
        return break_off(s);
    if (s->end)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!exchange_suspend(s->on))
        return break_off(s);
    s->job.run = run_piece;
    workers_push(s->server->workers, &s->job);
    return 0;
}

static void end_stream(void *user) {
    stream *s = user;
    s->job.run = run_end;
    workers_push(s->server->workers, &s->job);
}

/* ---- the response ---- */

static bool may_start(maille_server *m) {
    if (atomic_fetch_add(&m->downloads, 1) < m->config.downloads)
        return true;
    atomic_fetch_sub(&m->downloads, 1);
    return false;
}

static bool wants_zip(const exchange *x, const char *type, const reply *from) {
    for (size_t i = 0; i < from->header_count; i++)
        if (strcmp(from->headers[i].name, "Content-Encoding") == 0)
            return false;
    return x->zip && send_shrinks(type);
}

static stream *stream_new(exchange *x, view *v, reply *from) {
    stream *s = maille_alloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->on = x;
    s->server = x->on->server;
    s->view = v;
    s->zips = wants_zip(x, from->type, from);
    if (s->zips && deflateInit2(&s->z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        s->zips = false;
    s->keep = x->keep;
    keep_hold(x->keep);
    s->source = from->stream;
    from->stream = (body_stream){0};
    return s;
}

struct MHD_Response *stream_response(exchange *x, view *v, reply *from, bool *busy) {
    maille_server *m = x->on->server;
    *busy = !may_start(m);
    if (!from->type && x->request->format)
        from->type = format_type(x->request->format);
    stream *s = *busy ? NULL : stream_new(x, v, from);
    if (!s) {
        if (!*busy)
            atomic_fetch_sub(&m->downloads, 1);
        reply_clear(from);
        view_give(v);
        return NULL;
    }
    if (!x->head)
        make_piece(s); /* so that a fault at the beginning can still be told */
    struct MHD_Response *response = NULL;
    if (!s->failed)
        response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, s, end_stream);
    if (!response) {
        run_end(&s->job);
        return NULL;
    }
    reply dressed = *from;
    reply_dress(&m->core, x->request, &dressed);
    if (!send_headers(response, x->keep->arena, &dressed, send_shrinks(dressed.type), s->zips,
                      NULL)) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}
