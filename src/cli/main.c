/* maille: a table of commands. Results on stdout, the rest on stderr. */
#include "cli/cli.h"

#include <locale.h>
#include <maille/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const command *const commands[] = {
    &cmd_run,    &cmd_init,    &cmd_import,    &cmd_compute, &cmd_check, &cmd_export, &cmd_times,
    &cmd_access, &cmd_network, &cmd_territory, &cmd_token,   &cmd_audit, &cmd_backup, &cmd_serve,
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static void print_commands(FILE *out) {
    fprintf(out, "maille %s: territories, drive times and access to care\n\nUsage:\n",
            MAILLE_VERSION);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  maille %-9s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out,
            "\n`maille COMMAND -h` tells a command's options. Exit codes: 0 done, 1 failed, "
            "2 usage, 3 data refused,\n4 not found, 5 check found something.\n");
}

static void print_help(const command *c) {
    printf("Usage: maille %s %s\n\n%s\n\n%s", c->name, c->usage, c->summary, c->help);
}

static void print_log(void *user, maille_level level, const char *message) {
    static const char *const words[] = {"error", "warning", "note", "debug"};
    (void)user;
    fprintf(stderr, "maille: %s: %s\n", words[level], message);
}

/* A bar on a terminal, nothing elsewhere: the steps print their own lines. */
static void print_progress(void *user, const char *what, size_t done, size_t total) {
    (void)user;
    enum { WIDTH = 24 };
    char bar[WIDTH + 1];
    size_t filled = total ? done * WIDTH / total : 0;
    for (size_t i = 0; i < WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[WIDTH] = 0;
    if (total && done >= total)
        fprintf(stderr, "\r\033[K");
    else
        fprintf(stderr, "\r\033[K[%s] %s", bar, what);
    fflush(stderr);
}

static const command *find_command(const char *name) {
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static bool wants(int argc, char **argv, const char *word, const char *letter) {
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], word) == 0 || (letter && strcmp(argv[i], letter) == 0))
            return true;
    return false;
}

/* Runs a command with the words behind its name; what went wrong is told on stderr. */
static maille_status run_command(const command *c, int argc, char **argv) {
    maille_ctx *ctx = NULL;
    if (maille_ctx_new(&ctx) != MAILLE_OK) {
        fprintf(stderr, "maille: memory ran out\n");
        return MAILLE_FAILED;
    }
    bool quiet = wants(argc, argv, "--quiet", "-q");
    maille_ctx_set_log(ctx, print_log, NULL, quiet ? MAILLE_LOG_ERROR : MAILLE_LOG_WARNING);
    if (!quiet && isatty(STDERR_FILENO))
        maille_ctx_set_progress(ctx, print_progress, NULL);
    maille_status status = c->run(ctx, argc - 2, argv + 2);
    if (status != MAILLE_OK && *maille_message(ctx))
        fprintf(stderr, "maille %s: %s\n", c->name, maille_message(ctx));
    maille_ctx_free(ctx);
    return status;
}

/* An answer that could not be written whole is none. */
static maille_status judge_output(maille_status status) {
    bool failed = ferror(stdout) != 0;
    failed = fflush(stdout) != 0 || failed;
    if (!failed || (status != MAILLE_OK && status != MAILLE_FOUND))
        return status;
    fprintf(stderr, "maille: standard output could not be written\n");
    return MAILLE_FAILED;
}

int main(int argc, char **argv) {
    setlocale(LC_CTYPE, "C.UTF-8"); /* numbers stay as they are in every locale */
    if (argc < 2 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_commands(argc < 2 ? stderr : stdout);
        return maille_exit_code(judge_output(argc < 2 ? MAILLE_USAGE : MAILLE_OK));
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("maille %s\n", MAILLE_VERSION);
        return maille_exit_code(judge_output(MAILLE_OK));
    }
    const command *c = find_command(argv[1]);
    if (!c) {
        fprintf(stderr, "maille: command \"%s\" was not known; see maille -h\n", argv[1]);
        return MAILLE_USAGE;
    }
    if (wants(argc, argv, "--help", "-h")) {
        if (c == &cmd_territory)
            print_territory_help(argc - 2, argv + 2);
        else
            print_help(c);
        return maille_exit_code(judge_output(MAILLE_OK));
    }
    return maille_exit_code(judge_output(run_command(c, argc, argv)));
}
