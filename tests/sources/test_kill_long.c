/* An import that is killed at any moment leaves the workspace as it was or as it would have been.
 * Every process is forked from one that has never touched GDAL or SQLite. */
#include "fixture.h"

#include <maille/provenance.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KILLS 24

static char workspace[1024], versions[2][1024];

/* Two versions of one file: Corsica, and Corsica with one inhabitant more. */
static void write_versions(void) {
    static const char population[] = "\"population\":67507";
    FILE *file = fopen(test_real("corse/communes.geojson"), "rb");
    char *text = calloc(1, 1 << 20);
    CHECK(file && text && fread(text, 1, (1 << 20) - 1, file) > 100000);
    fclose(file);
    for (int v = 0; v < 2; v++) {
        char folder[16];
        snprintf(folder, sizeof folder, "version-%d", v);
        CHECK_INT(mkdir(test_scratch(folder), 0777), 0);
        snprintf(versions[v], sizeof versions[v], "%s/communes.geojson", test_scratch(folder));
        file = fopen(versions[v], "wb");
        CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
        char *place = strstr(text, population);
        CHECK(place || v == 1);
        if (place)
            place[strlen(population) - 1] = '8';
    }
    free(text);
}

/* In the place of the version that stands there, if any does. */
static int import_version(int version) {
    maille_ctx *ctx;
    maille_store *store;
    maille_table *standing = NULL;
    maille_import_options options = {.replaces = MAILLE_REPLACES_NONE};
    maille_import_result result;
    maille_source source = {.kind = "communes", .file = versions[version]};
    if (maille_ctx_new(&ctx) != MAILLE_OK)
        return 1;
    maille_status status = maille_store_open(ctx, workspace, MAILLE_STORE_WRITE, "test", &store);
    if (status == MAILLE_OK)
        status = maille_imports(ctx, store, &standing);
    if (status == MAILLE_OK && standing->rows)
        options.replaces = standing->columns[maille_table_column(standing, "id")].ints[0];
    if (status == MAILLE_OK)
        status = maille_import_source(ctx, store, &source, &options, &result);
    if (status != MAILLE_OK)
        fprintf(stderr, "%s\n", maille_message(ctx));
    maille_table_free(standing);
    maille_store_close(store);
    maille_ctx_free(ctx);
    return (int)status;
}

/* 10 + the version that stands in the workspace, all of it; anything else is a defect. */
static int judge_workspace(void) {
    fixture f = {0};
    int version = -1;
    if (maille_ctx_new(&f.ctx) != MAILLE_OK ||
        maille_store_open(f.ctx, workspace, MAILLE_STORE_WRITE, "test", &f.store) != MAILLE_OK ||
        maille_store_check(f.ctx, f.store) != MAILLE_OK) {
        fprintf(stderr, "%s\n", maille_message(f.ctx));
        return 1;
    }
    const char *population = cell(&f, "commune", "code", "2A004", "population");
    for (int v = 0; v < 2; v++) {
        maille_sha256 hash;
        if (maille_hash_file(f.ctx, versions[v], &hash) == MAILLE_OK &&
            strcmp(cell(&f, "import", "kind", "communes", "sha256"), hash.hex) == 0)
            version = v;
    }
    bool whole = count_rows(&f, "commune") == 360 && count_rows(&f, "import") == 1 &&
                 strcmp(cell(&f, "import", "kind", "communes", "rows_kept"), "360") == 0 &&
                 strcmp(population, version == 1 ? "67508" : "67507") == 0;
    maille_store_close(f.store);
    maille_ctx_free(f.ctx);
    return whole && version >= 0 ? 10 + version : 1;
}

/* Runs `work` in a child; kills it after `delay_us` if that is not 0. Its exit code, or -1. */
static int in_child(int (*work)(int), int argument, long delay_us) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(work(argument));
    if (delay_us > 0) {
        struct timespec delay = {delay_us / 1000000, delay_us % 1000000 * 1000};
        nanosleep(&delay, NULL);
        kill(child, SIGKILL);
    }
    int state = 0;
    waitpid(child, &state, 0);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static int make_workspace(int version) {
    maille_ctx *ctx;
    maille_store *store;
    if (maille_ctx_new(&ctx) != MAILLE_OK ||
        maille_store_create(ctx, workspace, 0, "test", &store) != MAILLE_OK)
        return 1;
    maille_store_close(store);
    maille_ctx_free(ctx);
    return import_version(version);
}

static int judge(int unused) {
    (void)unused;
    return judge_workspace();
}

static long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

TEST(a_killed_import_leaves_all_or_nothing) {
    int seen[2] = {0, 0}, standing = 0;
    uint32_t random = 20260101;
    write_versions();
    snprintf(workspace, sizeof workspace, "%s", test_scratch("kill.maille"));
    CHECK_INT(in_child(make_workspace, 0, 0), 0);
    CHECK_INT(in_child(judge, 0, 0), 10);
    long begin = microseconds();
    CHECK_INT(in_child(import_version, 1, 0), 0);
    long whole = microseconds() - begin; /* of an import that nobody kills */
    CHECK_INT(in_child(judge, 0, 0), 11);
    standing = 1;
    for (int i = 0; i < KILLS; i++) {
        random = random * 1664525 + 1013904223;
        /* from the middle of the reading to just after the end */
        double part = 0.4 + (double)(random >> 8) / (1 << 24) * 0.8;
        long delay = 1 + (long)(part * (double)whole);
        in_child(import_version, 1 - standing, delay);
        int found = in_child(judge, 0, 0);
        CHECK(found == 10 || found == 11);
        if (found == 10 || found == 11) {
            seen[found - 10 == standing]++;
            standing = found - 10;
        }
    }
    fprintf(stderr, "%d imports were whole, %d left nothing, of %d killed within %ld ms\n", seen[0],
            seen[1], KILLS, whole / 1000);
    CHECK(seen[1] > 0); /* else nothing was killed in time, and nothing shown */
    CHECK_INT(in_child(import_version, 1 - standing, 0), 0);
    CHECK_INT(in_child(judge, 0, 0), 10 + 1 - standing);
}

RUN_TESTS(CASE(a_killed_import_leaves_all_or_nothing))
