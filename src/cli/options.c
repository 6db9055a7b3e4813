/* Options of the command line, and small things that commands share. */
#include "cli/cli.h"

#include <errno.h>
#include <maille/memory.h>
#include <maille/vectorfile.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* `word` is "--name", "--name=value" or "-n". */
static const option *find_option(const option *options, size_t count, const char *word) {
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < count; i++) {
        if (strncmp(word, "--", 2) == 0 && strlen(options[i].name) == length - 2 &&
            strncmp(options[i].name, word + 2, length - 2) == 0)
            return &options[i];
        if (word[0] == '-' && word[1] && word[1] == options[i].short_name && !word[2])
            return &options[i];
    }
    return NULL;
}

maille_status parse_options(maille_ctx *ctx, const command *c, int argc, char **argv,
                            const option *options, size_t count, const char **rest,
                            size_t *rest_count) {
    bool ended = false;
    *rest_count = 0;
    for (int i = 0; i < argc; i++) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
            continue;
        }
        if (ended || argv[i][0] != '-' || !argv[i][1]) {
            rest[(*rest_count)++] = argv[i];
            continue;
        }
        const option *o = find_option(options, count, argv[i]);
        if (!o)
            return maille_fail(ctx, MAILLE_USAGE, "option %s was not known; see maille %s -h",
                               argv[i], c->name);
        const char *equals = strchr(argv[i], '=');
        if (o->flag && equals)
            return maille_fail(ctx, MAILLE_USAGE, "option --%s takes no value (%s)", o->name,
                               argv[i]);
        if (o->flag) {
            *o->flag = true;
            continue;
        }
        if (equals) {
            *o->value = equals + 1;
            continue;
        }
        if (i + 1 == argc)
            return maille_fail(ctx, MAILLE_USAGE, "option %s had no value", argv[i]);
        *o->value = argv[++i];
    }
    return MAILLE_OK;
}

maille_status parse_count(maille_ctx *ctx, const char *what, const char *text, long least,
                          long most, long *out) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most)
        return maille_fail(ctx, MAILLE_USAGE, "%s was \"%s\", expected a number from %ld to %ld",
                           what, text, least, most);
    *out = value;
    return MAILLE_OK;
}

maille_status parse_pairs(maille_ctx *ctx, const char *what, const char *text, pairs *out) {
    out->count = 0;
    out->text = maille_strdup(text ? text : "");
    if (!out->text)
        return maille_no_memory(ctx);
    char *save = NULL;
    for (char *part = strtok_r(out->text, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
        char *equals = strchr(part, '=');
        if (!equals || equals == part || !equals[1] || out->count == 32)
            return maille_fail(ctx, MAILLE_USAGE, "%s held \"%s\", expected name=field", what,
                               part);
        *equals = 0;
        out->keys[out->count] = part;
        out->values[out->count++] = equals + 1;
    }
    return MAILLE_OK;
}

const char *pairs_get(const pairs *p, const char *key) {
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->keys[i], key) == 0)
            return p->values[i];
    return NULL;
}

const char *who(void) {
    const char *user = getenv("SUDO_USER");
    if (!user || !*user)
        user = getenv("USER");
    if (user && *user)
        return user;
    const struct passwd *entry = getpwuid(getuid());
    return entry ? entry->pw_name : "unknown";
}

maille_status set_jobs(maille_ctx *ctx, const char *jobs) {
    long count = 0;
    maille_status status = jobs ? parse_count(ctx, "--jobs", jobs, 1, 1024, &count) : MAILLE_OK;
    if (status == MAILLE_OK)
        maille_ctx_set_jobs(ctx, (unsigned)count);
    return status;
}

long long file_row(const maille_table *table, size_t i) {
    return (long long)table->columns[maille_table_column(table, MAILLE_ROW_COLUMN)].ints[i];
}

maille_status open_result(maille_ctx *ctx, const char *path, FILE **out) {
    *out = path && strcmp(path, "-") != 0 ? fopen(path, "wb") : stdout;
    return *out ? MAILLE_OK
                : maille_fail(ctx, MAILLE_FAILED, "%s was not opened for writing: %s", path,
                              strerror(errno));
}

maille_status close_result(maille_ctx *ctx, const char *path, FILE *file) {
    bool failed = ferror(file) != 0;
    failed = (file == stdout ? fflush(file) : fclose(file)) != 0 || failed;
    return failed ? maille_fail(ctx, MAILLE_FAILED, "%s was not written whole",
                                path ? path : "standard output")
                  : MAILLE_OK;
}

double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
