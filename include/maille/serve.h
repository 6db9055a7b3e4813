/* serve.yaml: how a workspace is served (room: config). */
#ifndef MAILLE_SERVE_H
#define MAILLE_SERVE_H

#include <maille/ctx.h>
#include <maille/yaml.h>
#include <stdint.h>

/* Keys of the file are the names below. What is absent has the default told here. */
typedef struct {
    const char *listen;     /* "127.0.0.1:8080"; port 0 = any free one, said when it listens */
    const char *public_url; /* links begin with it; NULL: what the request's Host says */
    size_t proxy_count;     /* proxies: addresses whose X-Forwarded-* are believed; none */
    const char **proxies;
    size_t origin_count; /* origins: who may read with credentials (CORS); others: without */
    const char **origins;
    unsigned io_threads;                /* 2 */
    unsigned workers;                   /* 0 = as many as processors, 2 at least */
    unsigned downloads;                 /* at a time: 8 */
    unsigned connections;               /* 1,024 */
    unsigned connections_per_address;   /* 64; loopback and proxies are not limited */
    unsigned header_kib;                /* 16 */
    unsigned uri_bytes;                 /* 8,192 */
    unsigned body_kib;                  /* 1,024 */
    unsigned queue;                     /* requests that wait for a worker: 256, then 503 */
    double header_s, idle_s, answer_s;  /* to send a whole header 10; between requests 30; 60 */
    unsigned cache_mib;                 /* of answers: 64; 0 = none */
    unsigned cache_entry_kib;           /* an answer larger than this is not kept: 4,096 */
    unsigned tiles_mib;                 /* of tile sets: 512 */
    unsigned limit, limit_most;         /* features a page: 100, 10,000 */
    double max_age_s;                   /* Cache-Control of public answers: 60 */
    bool secure_cookies;                /* false: cookies go over http too (loopback) */
    double session_hours;               /* 12 */
    unsigned failures, failure_minutes; /* wrong tokens from one address: 10 in 5 minutes */
    double write_wait_s;                /* for another writer of the workspace: 5, then 503 */
    unsigned jobs;                      /* that wait: 16, then 503 */
    double job_keep_hours;              /* results of jobs: 24 */
    double settle_s; /* without a change before layers are computed again: 2; and at the latest */
    double settle_most_s; /* after the first change: 20; 0 in both: never by itself */
    unsigned streams;     /* of events, beside `connections`: 2,000; per account 50 */
    unsigned streams_per_account;
    double heartbeat_s;    /* of a stream without events: 20 */
    double requests_hours; /* answered requests are remembered so long: 168 */
    const char
        *tiles; /* base_map: background of the map, "https://…/{z}/{x}/{y}.png"; NULL: none */
    const char *tiles_attribution; /* whom it is owed to; NULL without one */
    const char *tiles_origin;      /* "https://host[:port]" of it; NULL */
    const char *log; /* access log as JSON lines: a path; "-" = standard error; "" none */
    maille_yaml_file *file;
} maille_serve_config;

/* `path` NULL: the defaults. MAILLE_REFUSED with file and line. */
maille_status maille_serve_config_read(maille_ctx *ctx, const char *path,
                                       maille_serve_config **out);
void maille_serve_config_free(maille_serve_config *config);

/* Folder of the map: $MAILLE_WEB where it is set, else the first that is there of share/maille/web
 * of the tree that the library is installed in, the source tree that it was built from, and the
 * place where its build meant to install it; MAILLE_NOT_FOUND names those. Owned by the caller. */
maille_status maille_web_folder(maille_ctx *ctx, char **out);

#endif
