/* Threads that do what the I/O threads must not wait for, in the order in which it came. */
#ifndef SERVICE_WORKERS_H
#define SERVICE_WORKERS_H

#include <maille/ctx.h>

typedef struct job {
    struct job *next;
    void (*run)(struct job *self); /* on a worker; the job may be gone or offered again in it */
} job;

typedef struct workers workers;
/* At most `most` offered jobs wait. */
maille_status workers_start(maille_ctx *ctx, unsigned count, unsigned most, workers **out);
/* False: too many wait. The job is borrowed until it runs. */
bool workers_offer(workers *w, job *j);
/* For work that goes on: never refused, before what was offered. */
void workers_push(workers *w, job *j);
/* Runs what is left, then ends the threads. */
void workers_stop(workers *w);

#endif
