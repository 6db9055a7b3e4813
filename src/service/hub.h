/* The hub from inside, and the streams that hang on it.
 *
 * One thread reads new entries of the journal and makes each into an event, once; the last ones
 * stay in a ring. A stream is a number, up to which its client was told all that it may see, and
 * who that is: it holds no view and no text but the one that is on its way. What is older than the
 * ring is read from the journal by a worker, piece by piece. */
#ifndef SERVICE_HUB_H
#define SERVICE_HUB_H

#include "service/connections.h"
#include "service/editing.h"
#include "service/event.h"

#include <poll.h>

enum { HUB_RING = 4096, HUB_RING_BYTES = 32 << 20 };

typedef struct listener {
    hub *hub;
    struct listener *next, *previous;
    exchange *on; /* NULL: its response is not made yet */
    scope who;
    const char *holder;  /* id of the account, even where it asks as the public; "" */
    const char *session; /* hash of its id; NULL without */
    const char *peer, *target;
    uint64_t since; /* number of the first look that began after it came */
    int64_t cursor; /* entries up to this number were told */
    bool asleep;    /* the connection is suspended, nobody has it in hand */
    bool over;      /* the account does not hold any more, or something failed */
    bool beat;      /* a sign of life is due */
    bool anew;      /* the workspace is another one: the client must read everything */
    wording *sending;
    size_t taken;
    double told; /* when something was last sent, monotonic */
    job job;     /* reads from the journal what is older than the ring */
} listener;

struct hub {
    service *service;
    maille_ctx *ctx; /* of the thread, as store, accounts and state */
    maille_store *store;
    maille_accounts *accounts;
    uint64_t state; /* that was read last */
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t wake, looked;
    bool woken, stopping, ending;
    bool looking;          /* at the workspace; `looks` counts those that ended */
    bool well;             /* the last one could read it */
    bool attended;         /* somebody listened all the time since the last one */
    uint64_t looks, known; /* `known`: those whose accounts are `accounts` */
    listener *listeners;
    unsigned listener_count;
    int64_t last;               /* number of the last entry that was read */
    MAILLE_VEC(int64_t) public; /* numbers of the entries that are for the public */
    areas *communes;
    event *ring[HUB_RING]; /* ascending numbers, from `first` on */
    size_t first, count, bytes;
    int64_t ring_after; /* the ring holds all that is told after this number */
    MAILLE_VEC(struct pollfd) polled;
};

/* ---- hub.c; the lock is held where it says so ---- */

/* Waits until the hub has read all that was committed before; false: it could not. */
bool hub_read_all(hub *h);
/* How many entries for the public have a number up to this one. Locked. */
int64_t hub_ordinal(const hub *h, int64_t number);
/* The first event in the ring after a number, or NULL. Locked. */
event *hub_event_after(const hub *h, int64_t number);
/* The number that its client knows an entry by: of the journal, or among those for the public.
 * Locked. */
int64_t hub_told_number(const hub *h, const scope *who, int64_t number);

/* A client that went away is not seen while its connection sleeps: its stream is over then. Locked.
 */
void hub_find_gone(hub *h);

/* ---- listener.c ---- */

/* What a stream begins with. */
typedef struct {
    bool resumes; /* goes on after entry `from`; else from now on */
    int64_t from;
    bool anew; /* too much was missed */
} beginning;
typedef enum {
    LISTENER_OPEN,
    LISTENER_FULL,
    LISTENER_MANY,
    LISTENER_ENDING,
    LISTENER_MEMORY
} opening;
/* Counts the stream; listener_begin says where it starts. */
opening listener_new(hub *h, const request *r, listener **out);
bool listener_begin(listener *l, const beginning *how);
void listener_free(listener *l); /* NULL is fine */
/* The response of a listener's stream; NULL when memory ran out. */
struct MHD_Response *listener_response(exchange *x, const reply *from);
/* Wakes a sleeping stream where it has something to do. Locked. */
void listener_look(listener *l, double now, double heartbeat_s);

/* ---- for others ---- */

unsigned hub_streams(hub *h);

#endif
