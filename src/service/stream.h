/* Bodies that are sent as they grow: each piece is made by a worker and taken by an I/O thread. */
#ifndef SERVICE_STREAM_H
#define SERVICE_STREAM_H

#include "service/connections.h"

/* Takes over the view and the reply's stream, whatever comes of it. NULL when memory ran out, or
 * with `*busy` when as many streams as may be are under way. */
struct MHD_Response *stream_response(exchange *x, view *v, reply *from, bool *busy);

#endif
