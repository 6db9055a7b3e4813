/* The watch over connections: cuts those that take longer than they may, and reads to its end what
 * is still sent to a connection that was answered early. */
#ifndef SERVICE_WATCH_H
#define SERVICE_WATCH_H

#include "service/connections.h"

typedef struct watch watch;
maille_status watch_start(maille_ctx *ctx, connections *all, watch **out);
/* After an answer that came before the request was read: closing at once would make the other
 * end's system throw the answer away. Takes the socket (a copy); closes it when the other end has
 * closed, or after two seconds. */
void watch_linger(watch *w, int socket);
void watch_stop(watch *w);

#endif
