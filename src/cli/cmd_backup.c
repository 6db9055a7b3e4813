/* maille backup: a copy of a workspace, whoever reads and writes it meanwhile. */
#include "cli/cli.h"

#include <maille/memory.h>
#include <stdio.h>

static maille_status run_backup(maille_ctx *ctx, int argc, char **argv) {
    const char *workspace = NULL, *out = NULL;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool force = false, quiet = false;
    const option options[] = {{"workspace", 'w', &workspace, NULL},
                              {"out", 'o', &out, NULL},
                              {"force", 'f', NULL, &force},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0;
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_backup, argc, argv, options, 4, rest, &rest_count));
    if (rest_count || !workspace || !out) {
        status = maille_fail(ctx, MAILLE_USAGE, "-w WORKSPACE and --out FILE were expected");
        goto done;
    }
    TRY(maille_store_open(ctx, workspace, MAILLE_STORE_READ, who(), &store));
    TRY(maille_store_backup(ctx, store, out, force));
    if (!quiet)
        fprintf(stderr, "%s was made\n", out);
done:
    maille_store_close(store);
    maille_free((void *)rest);
    return status;
}

const command cmd_backup = {
    "backup", "-w WORKSPACE --out FILE [--force]",
    "copy a workspace as it stands, while others use it",
    "  -w, --workspace FILE   the workspace\n"
    "  -o, --out FILE         the copy: one file, checked, in its place when it is whole\n"
    "  -f, --force            replace the file that is there\n"
    "  -q, --quiet            say nothing\n\n"
    "The copy holds what the workspace holds, tokens (as their hashes) too. The cache beside a\n"
    "workspace is not in it: it is made again when it is needed.\n",
    run_backup};
