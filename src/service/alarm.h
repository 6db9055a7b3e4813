/* Waiting for a while by the clock that never goes back. */
#ifndef SERVICE_ALARM_H
#define SERVICE_ALARM_H

#include <pthread.h>

/* A condition whose waits are counted on CLOCK_MONOTONIC. */
void alarm_init(pthread_cond_t *condition);
/* Waits until it is signalled, `ms` at most; the lock is held before and after. */
void alarm_wait(pthread_cond_t *condition, pthread_mutex_t *lock, long ms);

#endif
