/* Connections as the wire keeps them, and the request that is on each: one at a time, so that a
 * request needs no allocation but its arena. */
#ifndef SERVICE_CONNECTIONS_H
#define SERVICE_CONNECTIONS_H

#include "service/http.h"
#include "service/send.h"
#include "service/workers.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct maille_server;
struct connection;

/* What a request rests on. A stream outlives the request that asked for it and holds it too. */
typedef struct keep {
    atomic_uint holders;
    maille_arena *arena; /* this struct lies in it */
    world *world;
    maille_strbuf body;
} keep;
void keep_hold(keep *k);
void keep_drop(keep *k); /* NULL is fine */

typedef enum {
    STAGE_LINE, /* the request line was read; its header is being read */
    STAGE_BODY,
    STAGE_WORK,
    STAGE_SENT, /* the answer was queued */
} stage;

typedef struct exchange {
    job job;
    struct connection *on;
    stage stage;
    keep *keep;
    const char *method, *target;
    uintptr_t target_at; /* where the target stood in the buffer of the connection */
    wire in;
    request *request;
    bool accepted; /* the router found a route */
    const route *route;
    maille_strbuf key;
    bool head, get, zip; /* `zip`: who asks takes gzip */
    bool old;            /* HTTP/1.0: no chunks */
    bool last;           /* the connection ends with the answer */
    bool counted;        /* among those that a stop waits for */
    /* The answer: a parcel, or a response of its own (streams, files). */
    parcel *parcel;
    coding coding;
    struct MHD_Response *response;
    struct listener *listener; /* the response is a stream of events */
    bool streams, cached;
    int status;
    uint64_t bytes;
    double began;
    const char *peer, *account; /* for the log: who asked; an id, or NULL */
} exchange;

typedef struct connection {
    struct maille_server *server;
    struct MHD_Connection *mhd;
    int socket;
    char peer[64];
    unsigned char address[16]; /* as IPv6 */
    atomic_llong deadline;     /* ms of the monotonic clock; then the watch cuts it; 0 = never */
    atomic_bool cut;           /* by the watch: it was too slow */
    bool unread;               /* closed with bytes of the other end unread: see linger */
    bool began;                /* a request was read */
    exchange now;
    struct connection *previous, *next;
} connection;

typedef struct {
    pthread_mutex_t lock;
    connection *first;
    const maille_serve_config *config;
} connections;

/* ---- MHD's callbacks ---- */

enum MHD_Result connections_accept(void *server, const struct sockaddr *address, socklen_t length);
void connections_notify(void *server, struct MHD_Connection *mhd, void **context,
                        enum MHD_ConnectionNotificationCode code);
/* A request line was read. */
void *exchange_begin(void *server, const char *target, struct MHD_Connection *mhd);
void exchange_end(void *server, struct MHD_Connection *mhd, void **context,
                  enum MHD_RequestTerminationCode code);

/* ---- time ---- */

double seconds_monotonic(void);
/* The connection is cut when it is still in this state after so many seconds; 0 = never. */
void connection_expect(connection *c, double seconds);

#endif
