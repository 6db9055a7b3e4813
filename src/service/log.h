/* The access log: JSON lines, written by a thread of its own. */
#ifndef SERVICE_LOG_H
#define SERVICE_LOG_H

#include <maille/ctx.h>
#include <stdint.h>

typedef struct {
    const char *method, *target, *peer;
    const char *route, *account; /* NULL = null */
    int status;                  /* 408, 499: it was too slow, it left before it was answered */
    uint64_t bytes;              /* of the body */
    double seconds;
    bool cached;
} access_line;

typedef struct access_log access_log;
/* "-" is standard error; "" keeps none (*out NULL). */
maille_status access_log_open(maille_ctx *ctx, const char *path, access_log **out);
void access_log_add(access_log *log, const access_line *line); /* any thread; NULL log is fine */
/* Writes what is left. */
void access_log_close(access_log *log);

#endif
