/* maille serve: a workspace on HTTP. */
#include "cli/cli.h"

#include <maille/json.h>
#include <maille/memory.h>
#include <maille/service.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { GRACE_S = 10 };

static void tell(const char *address, bool json, bool quiet) {
    if (json) {
        printf("{\"address\":\"%s\"}\n", address);
        fflush(stdout);
    }
    if (!quiet)
        fprintf(stderr, "listening on http://%s\n", address);
}

/* Connections are files, and 1,024 of them, as shells set it, are too few. */
static void allow_many_files(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static maille_status serve(maille_ctx *ctx, const char *workspace,
                           const maille_serve_config *config, bool json, bool quiet) {
    maille_server *server = NULL;
    sigset_t ends, before;
    int which;
    /* Before any thread is there, so that none of them takes the signal. */
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ends, &before);
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    maille_status status = maille_server_start(ctx, workspace, config, &server);
    if (!status) {
        tell(maille_server_address(server), json, quiet);
        sigwait(&ends, &which);
        /* A second signal ends it at once. */
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (!quiet)
            fprintf(stderr, "stopping\n");
        maille_server_stop(server, GRACE_S);
    }
    return status;
}

static maille_status run_serve(maille_ctx *ctx, int argc, char **argv) {
    const char *workspace = NULL, *listen = NULL, *file = NULL;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool json = false, quiet = false;
    const option options[] = {{"workspace", 'w', &workspace, NULL},
                              {"listen", 'l', &listen, NULL},
                              {"config", 'c', &file, NULL},
                              {"json", 0, NULL, &json},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0;
    maille_serve_config *config = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_serve, argc, argv, options, sizeof options / sizeof *options, rest,
                      &rest_count));
    if (rest_count || !workspace) {
        status = maille_fail(ctx, MAILLE_USAGE, "-w WORKSPACE was expected, and no other word");
        goto done;
    }
    TRY(maille_serve_config_read(ctx, file, &config));
    maille_serve_config wanted = *config;
    if (listen)
        wanted.listen = listen;
    TRY(serve(ctx, workspace, &wanted, json, quiet));
done:
    maille_serve_config_free(config);
    maille_free((void *)rest);
    return status;
}

const command cmd_serve = {
    "serve", "-w WORKSPACE [--listen ADDRESS:PORT] [--config serve.yaml]",
    "layers, tiles and answers of a workspace on HTTP",
    "  -w, --workspace FILE     the workspace; other programs may write to it meanwhile\n"
    "  -l, --listen ADDR:PORT   127.0.0.1:8080 where neither this nor the file says; port 0 is\n"
    "                           any free one\n"
    "  -c, --config FILE        limits, cache, log, public address: see docs/serving.md\n"
    "      --json               the address as JSON on standard output\n"
    "\nSIGTERM and SIGINT stop it when what is under way was answered.\n",
    run_serve};
