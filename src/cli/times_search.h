/* The searches of maille times, and its answer (internal to the command). */
#ifndef MAILLE_CLI_TIMES_SEARCH_H
#define MAILLE_CLI_TIMES_SEARCH_H

#include "cli/points.h"

/* Rows are `from`, columns `to`. With `dispatch` who is at `to` comes to `from`. */
typedef struct {
    const maille_network *network;
    const placing *from, *to;
    bool dispatch;
    uint32_t limit_ms; /* MAILLE_UNREACHED - 1: none */
    uint32_t nearest;  /* of each row; 0: all */
    bool quiet;
} times_search;
/* Writes from_id,to_id,minutes; `count` is how many. A file is there whole or not at all. */
maille_status times_write(maille_ctx *ctx, const times_search *search, const char *path,
                          uint64_t *count);

#endif
