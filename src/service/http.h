/* The way of a request: wire (server.c) → request (router.c) → reply (handlers, on a worker) →
 * wire.
 */
#ifndef SERVICE_HTTP_H
#define SERVICE_HTTP_H

#include "service/service.h"

typedef struct service service;

/* ---- the state of the workspace (world.c, views.c) ----------------------------------------------
 */

/* What is shared by all threads; made by views_open, which service.c of server.c calls first. */
typedef struct views views;
maille_status views_open(maille_ctx *ctx, service *s, const char *workspace,
                         const maille_serve_config *config, views **out);
/* After the last view came back. */
void views_close(views *all);
/* The world of now, held until world_drop. Any thread; never waits for the disk. */
world *world_now(views *all);
void world_drop(world *w);
/* A number that is another for each world. */
uint64_t world_number(const world *w);
/* A number that is another one after each commit: beside that of the world it tells the state of
 * decisions, which change without a new world. Whoever commits says so at once. */
uint64_t views_decisions(const views *all);
void views_decided(views *all);
/* How many tile sets were made so far. */
uint64_t views_tilesets_made(const views *all);
/* A view of the world of now (its transaction is open: one state all through); MAILLE_BUSY when all
 * are out. Workers never find that: there are `workers` + `downloads` views. */
maille_status view_take(views *all, view **out);
void view_give(view *v);
/* True as long as the workspace can be read; `why` (may be NULL) gets one line. */
bool views_ready(views *all, char *why, size_t size);

/* ---- from the wire ------------------------------------------------------------------------------
 */

typedef struct wire {
    const char *method, *target; /* as sent */
    const char *peer;            /* numeric address of the other end of the connection */
    /* Value of a header, "" where there is none; more than one: the first (`header_count` tells).
     */
    const char *(*header)(const struct wire *w, const char *name);
    unsigned (*header_count)(const struct wire *w, const char *name);
    void *connection;
    const char *body; /* whole, NUL after it */
    size_t body_length;
    maille_arena *arena;
} wire;

/* On an I/O thread, before any body is read: route, parameters, account, format. Either *out and
 * *found, or a reply that is the answer already (`*out` NULL): a problem, a redirect, OPTIONS. */
maille_status request_begin(service *s, world *w, const wire *in, request **out,
                            const route **found, reply *at_once);
/* What an answer of the cache is filed under: who asks (audience and narrowing, never the name),
 * format, language, base, target; false where it is not to be kept. */
bool request_key(const request *r, const route *found, maille_strbuf *key);
/* Headers of every reply: CORS, Vary, Cache-Control by policy and audience, security (nosniff,
 * frame, referrer, CSP for html), Content-Disposition. */
void reply_dress(service *s, const request *r, reply *out);

/* ---- sessions, wrong tokens (sessions.c) --------------------------------------------------------
 */

typedef struct gatekeeper gatekeeper;
maille_status gatekeeper_new(maille_ctx *ctx, const maille_serve_config *config, gatekeeper **out);
void gatekeeper_free(gatekeeper *g);
/* Who asks: bearer token or session cookie. `*status` 0, or 401 (a token that does not hold) or 429
 * (too many wrong ones from this address; `*wait_s`). */
const maille_account *gatekeeper_account(gatekeeper *g, const world *w, const wire *in,
                                         const char *peer, int *status, unsigned *wait_s,
                                         const char **session, const char **csrf);
/* Whether a session (its id as request.session) is still open. */
bool gatekeeper_holds(gatekeeper *g, const char *session);

/* ---- counters (metrics.c) -----------------------------------------------------------------------
 */

typedef struct metrics metrics;
maille_status metrics_new(maille_ctx *ctx, metrics **out);
void metrics_free(metrics *m);
/* One answered request; `found` NULL: none was found. Lock-free. */
void metrics_add(metrics *m, const route *found, int status, double seconds, uint64_t bytes,
                 bool from_cache);
void metrics_write(const metrics *m, maille_strbuf *out); /* Prometheus text 0.0.4 */

/* ---- the service --------------------------------------------------------------------------------
 */

struct service {
    maille_ctx *ctx; /* log only: its log may be called from any thread */
    const maille_serve_config *config;
    const char *workspace;
    views *views;
    gatekeeper *gatekeeper;
    metrics *metrics;
    struct writer *writer; /* of editing.h */
    struct desks *desks;
    struct hub *hub;
    struct jobs *jobs;
    struct web *web; /* of web.h */
    double started;  /* monotonic */
    bool stopping;
};

#endif
