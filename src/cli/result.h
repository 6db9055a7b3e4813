/* A file of results that is there whole or not at all. */
#ifndef MAILLE_CLI_RESULT_H
#define MAILLE_CLI_RESULT_H

#include "cli/cli.h"

/* Written beside its place under another name; streams (standard output for NULL and "-", devices,
 * links) are written as they are. */
typedef struct {
    const char *path;
    char *part; /* its name meanwhile, or NULL */
    FILE *file;
} result_file;
maille_status result_open(maille_ctx *ctx, const char *path, result_file *out);
/* Gives the file its name where `status` is MAILLE_OK and nothing was lost, else takes it away.
 * Returns `status`, or what went wrong here. */
maille_status result_close(maille_ctx *ctx, result_file *out, maille_status status);

#endif
