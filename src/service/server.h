/* The server: what the files of the wire share. */
#ifndef SERVICE_SERVER_H
#define SERVICE_SERVER_H

#include "service/cache.h"
#include "service/connections.h"
#include "service/log.h"
#include "service/watch.h"

#include <maille/service.h>

struct maille_server {
    service core;
    maille_serve_config config; /* with what "0 = …" stands for */
    struct MHD_Daemon *daemon;
    int socket;
    char address[80];
    connections connections;
    workers *workers;
    workers *writers; /* one thread: writes wait for each other and for nobody else */
    cache *cache;
    access_log *log;
    watch *watch;
    atomic_uint active;    /* requests whose header was read and that are not answered yet */
    atomic_uint suspended; /* of them, in the hands of workers */
    atomic_uint downloads;
    atomic_bool stopping; /* no new request is answered */
    atomic_bool hurry;    /* nor is a stream carried on */
};

/* MHD's handler of requests. */
enum MHD_Result exchange_step(void *server, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context);
typedef struct {
    const char *french, *english;
} saying;
/* What is wrong with the shape of a request that was read whole: its status, and why. 0 = fine. */
int shape_fault(const exchange *x, const char *version, uint64_t *body_length, bool *has_body,
                const saying **why);
/* Hands the connection over to the workers, unless the service stops. */
bool exchange_suspend(exchange *x);
void exchange_resume(exchange *x);

#endif
