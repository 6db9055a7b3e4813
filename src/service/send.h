/* Finished answers on their way out: bytes that many responses share, with their headers. */
#ifndef SERVICE_SEND_H
#define SERVICE_SEND_H

#include "service/http.h"

#include <microhttpd.h>
#include <stdatomic.h>

typedef enum { PLAIN, GZIP, CODINGS } coding;

typedef struct blob {
    atomic_uint holders;
    size_t length;
    char *text;
} blob;

/* A whole answer: what the handler said, its bytes, and responses that are ready to be queued as
 * often as it is asked for. */
typedef struct parcel {
    atomic_uint holders;
    maille_arena *arena; /* of its texts */
    int status;
    reply bare;             /* without body, before reply_dress */
    bool lasting;           /* as long as the service: compressed as far as it goes */
    bool may_zip;           /* worth it, and of a kind that shrinks */
    char etag[CODINGS][48]; /* "" = none */
    pthread_mutex_t lock;   /* of what follows */
    blob *body[CODINGS];    /* that of GZIP when it was first asked for */
    bool is_dressed;
    reply dressed; /* headers of `ready` */
    struct MHD_Response *ready[CODINGS];
} parcel;

/* Takes the reply's body; the rest is copied. `format` tells the type where the reply does not.
 * NULL when memory ran out; the body is gone then too. */
parcel *parcel_new(const char *format, bool tagged, reply *from);
void parcel_hold(parcel *p);
void parcel_drop(parcel *p); /* NULL is fine */
/* Bytes of memory that it stands for. */
size_t parcel_size(parcel *p);
/* Makes the compressed bytes where there are none yet; false when it could not. */
bool parcel_zip(parcel *p);
bool parcel_has(parcel *p, coding which);
/* A response with the headers that this request gets (NULL: one that no route was found for).
 * Where `*shared` is given as true it may be one that is ready and stays the parcel's; else it is
 * to be given to MHD_destroy_response. NULL when memory ran out. */
struct MHD_Response *parcel_response(service *s, const request *r, parcel *p, coding which,
                                     bool *shared);

/* Adds type, headers and what goes with the coding to a response that is not a parcel's. */
bool send_headers(struct MHD_Response *response, maille_arena *arena, const reply *dressed,
                  bool varies, bool zipped, const char *etag);

/* ---- what the request wants ---- */

bool send_takes_gzip(const char *accept_encoding);
/* Text, JSON, XML, tiles: not what is compressed already. */
bool send_shrinks(const char *type);
bool send_matches(const char *if_none_match, const char *etag);
void reply_clear(reply *r); /* frees body, stream and file; all is zero then */

#endif
