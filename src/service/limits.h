/* Wrong tokens by address: how many came lately, and how long to wait. */
#ifndef SERVICE_LIMITS_H
#define SERVICE_LIMITS_H

#include <stdbool.h>

typedef struct limits limits;
/* `most` failures within `minutes`, then none is heard until they have passed. NULL: memory ran
 * out. Threads may share it. */
limits *limits_new(unsigned most, unsigned minutes);
void limits_free(limits *l);
/* Seconds until this address is heard again; 0 = it is. `now` in seconds of a clock that never goes
 * back. */
unsigned limits_wait(limits *l, const char *address, double now);
void limits_failed(limits *l, const char *address, double now);

#endif
