/* The service from inside: what its files share.
 *
 * I/O threads (libmicrohttpd, epoll) read requests, answer from the cache and hand the rest to
 * workers; they never wait. A worker takes a view (a read connection with its catalogues), asks the
 * route's handler for a reply, and wakes the connection. What all requests of one state of the
 * workspace share is its world; when the workspace changes a new world takes its place, and the old
 * one goes with its last request. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include <maille/account.h>
#include <maille/answers.h>
#include <maille/card.h>
#include <maille/edit.h>
#include <maille/items.h>
#include <maille/memory.h>
#include <maille/serve.h>
#include <maille/strbuf.h>
#include <maille/tiles.h>
#include <maille/vec.h>
#include <pthread.h>

/* ---- the world: shared by all requests of one state of the workspace (world.c) -----------------
 */

typedef struct world world;
/* Each is made when it is first asked for (threads wait for the first), and borrowed from the
 * world. What cannot be made says why as its maker does. `view` is the asker's. */
struct view;
const maille_accounts *world_accounts(const world *w);
maille_status world_gazetteer(struct view *v, const maille_gazetteer **out);
maille_status world_ground(struct view *v, const maille_loaded **out);
maille_status world_reach(struct view *v, const maille_roads **out);
/* Tile sets are kept as long as they fit, the least used go first; give back when done. */
maille_status world_tileset(struct view *v, maille_audience audience, const char *layer,
                            const maille_account *narrowed, maille_tileset **out);
void world_tileset_done(world *w, maille_tileset *set);

/* ---- a view: one thread's eyes on the workspace (views.c) --------------------------------------
 */

typedef struct view {
    maille_ctx *ctx;
    maille_store *store;
    maille_catalogue *catalogues[2]; /* by audience; of the state of `world` */
    world *world;                    /* held while the view is out */
    uint64_t file;                   /* which of the files that bore the workspace's name it sees */
    struct service *service;
} view;

/* ---- requests ----------------------------------------------------------------------------------
 */

typedef enum { GET = 1, POST = 2, PUT = 4, PATCH = 8, DELETE = 16 } verb; /* HEAD is GET */

typedef struct {
    const char *key, *value; /* decoded; UTF-8 is checked */
} parameter;

typedef struct request {
    verb verb;
    const char *target;  /* path and query, as sent */
    const char *path;    /* decoded once; no "..", no empty segment, no %2f, no control sign */
    const char *part[4]; /* what the route's {…} stand for, decoded */
    const parameter *parameters;
    size_t parameter_count;
    const char *body; /* NUL after its end; "" where there is none */
    size_t body_length;
    const char *body_type; /* media type without parameters; "" */
    const char *base; /* "https://carte.example/cpts": links are base + "/…"; no slash at end */
    const char *language; /* "fr" or "en": parameter `lang`, else Accept-Language, else fr */
    const char *format;   /* one of the route's formats: parameter f, else Accept, else the first */
    const char *prefer;   /* header Prefer; "" */
    const maille_account
        *account; /* never NULL; an account may ask as the public: audience=public */
    maille_audience audience;
    maille_selection narrowed; /* its `narrowed` alone is set: what the account is bound to */
    const char *peer;          /* address of who asks */
    const char *if_match, *if_none_match; /* as sent, "" without */
    const char *idempotency_key;          /* header Idempotency-Key; "" */
    const char *last_event;               /* header Last-Event-ID; "" */
    const char *cookie_csrf;              /* of the session, "" without */
    const char *session;                  /* id of the session, NULL without */
    maille_arena *arena;                  /* lives as long as the request */
} request;

/* The value of a parameter, or NULL; MAILLE_USAGE where it is given twice is the router's. */
const char *request_parameter(const request *r, const char *key);
/* Names of parameters that are not among `known` (NULL-terminated; f, lang, audience and those that
 * the route lists always are): the router refuses them with 400 before the handler. */

/* ---- replies -----------------------------------------------------------------------------------
 */

/* How long others may keep an answer. PRIVATE for whatever depends on the account. */
/* LONG and CHECKED are for what is the same for everybody: kept for a year, or asked again each
 * time. */
typedef enum { CACHE_NO_STORE, CACHE_BY_AUDIENCE, CACHE_LONG, CACHE_CHECKED } cache_policy;

/* Makes the next piece of a body that is sent as it grows; `*end` when it was the last. */
typedef struct {
    maille_status (*more)(view *v, void *state, maille_strbuf *piece, bool *end);
    void (*drop)(void *state); /* NULL: nothing to free */
    void *state;
} body_stream;

typedef struct {
    int status;       /* 0 = 200 */
    const char *type; /* media type; NULL with a body = that of the format */
    maille_strbuf body;
    body_stream stream;        /* instead of body: the view stays with the reply until its end */
    struct parcel *ready;      /* instead of all else: an answer that was made before (send.h) */
    struct listener *listener; /* instead of body: a stream of events (hub.h) */
    int file;                  /* -1, or an open file that is sent and closed */
    cache_policy cache;
    bool keep; /* the cache of answers may keep it (GET, 200): it is a function of the
                * workspace, the target and who asks */
    /* Bytes of `body` that tell the time of answering: left out of the ETag. 0, 0 = none. */
    size_t time_at, time_length;
    const char *download; /* file name for Content-Disposition; NULL */
    struct {
        const char *name, *value; /* in the request's arena */
    } headers[20];
    size_t header_count;
} reply;

void reply_header(reply *out, const char *name, const char *value);
/* A problem document (RFC 9457) in the request's language: `status` with its title, `detail` told
 * to people; never more than who asks may know. Returns MAILLE_OK: it is the answer. */
maille_status reply_problem(const request *r, reply *out, int status, const char *detail);
/* The same with more members of the document, as JSON text ("key":value,…); NULL: none. */
maille_status reply_problem_with(const request *r, reply *out, int status, const char *detail,
                                 const char *members);
/* What became of a status: USAGE and REFUSED 400 with the message, NOT_FOUND 404, BUSY 503, else
 * 500 without it (the log has it). */
maille_status reply_failure(view *v, const request *r, reply *out, maille_status status);

/* ---- routes (each file of handlers has its table; router.c knows them all) ----------------------
 */

typedef struct {
    const char *name; /* parameter of the query, or of the path where `in_path` */
    bool in_path;
    const char *type;        /* OpenAPI: string, integer, number, boolean, array */
    const char *description; /* French */
    const char *extra;       /* more of the OpenAPI parameter's schema as JSON members, or NULL */
} route_parameter;

typedef struct route {
    unsigned verbs;
    const char *path;          /* "/collections/{collection}/items" */
    const char *id;            /* OpenAPI operationId; also the label in metrics */
    const char *tag, *summary; /* French */
    maille_role least;         /* 401 for anonymous, 403 for an account that may less */
    bool hidden;               /* who may not asks is told 404 */
    bool writes;               /* the workspace: done by the one thread that writes */
    bool no_csrf;              /* a POST that changes nothing, or opens a session */
    bool of_layers; /* what it answers rests on layers, settings and the ground alone: a stroke
                     * leaves it in the cache. Else what is kept goes with each commit. */
    bool page; /* of the map, for browsers: not in OpenAPI; what its query says it reads itself */
    bool any_parameter; /* items: every queryable is a parameter; the handler refuses others */
    const char *const
        *formats; /* "json", "html", "geojson" …, NULL-terminated; the first is default */
    const route_parameter *parameters; /* NULL name ends */
    const char
        *needs;       /* parameters of the query that must be given, blanks between them, or NULL */
    const char *body; /* JSON schema of the body that it takes (OpenAPI), or NULL; with one, other
                       * media types than `body_type` are 415 (with blanks between them; NULL:
                       * application/json) */
    const char *body_type;
    const char *answers; /* JSON schema of what it answers as JSON, or NULL */
    int made;            /* status of that answer; 0 = 200 */
    bool by_state;       /* takes If-Match, the state that was seen */
    maille_status (*answer)(view *v, const request *r, reply *out);
} route;

typedef struct {
    const route *routes;
    size_t count;
} route_table;
/* ogc.c ogc_items.c (OGC API), tiles.c, downloads.c, answers.c, sessions.c, operation.c,
 * catalogue.c; of editing: perimeters.c changes.c scenarios.c comments.c journal.c exchange.c
 * events.c jobs.c */
extern const route_table ogc_routes, item_routes, tile_routes, download_routes, answer_routes,
    session_routes, operation_routes, catalogue_routes;
extern const route_table perimeter_routes, change_routes, scenario_routes, comment_routes,
    journal_routes, exchange_routes, event_routes, job_routes, web_routes;
extern const route_table *const all_routes[];
extern const size_t all_route_count;

/* Media type of a format: "geojson" → "application/geo+json". */
const char *format_type(const char *format);

#endif
