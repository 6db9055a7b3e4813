/* Writing one layer of a workspace as GeoJSON.
 *
 *     bench_export WORKSPACE LAYER FOLDER
 *
 * Prints one line of JSON with the median of the runs; `memory_mb` is the most that the process
 * held. */
#include <maille/layers.h>
#include <maille/memory.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { RUNS = 3, MOST_STEPS = 64 };

static _Noreturn void die(const char *what) {
    fprintf(stderr, "bench_export: %s\n", what);
    exit(1);
}

/* The layer is measured, not the chain: every step that a definition needs counts as done. */
static size_t all_done(maille_layer_def **defs, size_t def_count, maille_step_state *steps) {
    size_t count = 0;
    for (size_t d = 0; d < def_count; d++)
        for (size_t n = 0; n < defs[d]->need_count; n++) {
            if (count == MOST_STEPS)
                die("too many steps");
            steps[count++] = (maille_step_state){.step = defs[d]->needs[n], .done = true};
        }
    return count;
}

static double median(double *values) {
    for (int i = 1; i < RUNS; i++)
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            double swap = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swap;
        }
    return values[RUNS / 2];
}

int main(int argc, char **argv) {
    maille_ctx *ctx = NULL;
    maille_store *store = NULL;
    maille_catalogue *catalogue = NULL;
    maille_layer_def **defs = NULL;
    maille_step_state steps[MOST_STEPS];
    maille_layer_written written = {0};
    size_t def_count = 0;
    char *folder = NULL;
    double seconds[RUNS];
    if (argc != 4)
        die("usage: bench_export WORKSPACE LAYER FOLDER");
    if (maille_ctx_new(&ctx))
        die("no context");
    if (maille_layers_folder(ctx, &folder) ||
        maille_layer_defs_read(ctx, folder, &defs, &def_count) ||
        maille_store_open(ctx, argv[1], MAILLE_STORE_READ, "bench", &store) ||
        maille_catalogue_new(ctx, store, MAILLE_INTERNE, steps, all_done(defs, def_count, steps),
                             &catalogue))
        die(maille_message(ctx));
    for (int i = 0; i < RUNS; i++) {
        if (maille_layer_write(ctx, catalogue, argv[2], MAILLE_GEOJSON, argv[3], &written))
            die(maille_message(ctx));
        seconds[i] = written.seconds;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf(
        "{\"name\":\"export\",\"ours_s\":%.4f,\"memory_mb\":%.1f,\"features\":%llu,"
        "\"megabytes\":%.1f}\n",
        median(seconds), (double)usage.ru_maxrss / 1024, (unsigned long long)written.features,
        (double)written.bytes / 1e6);
    maille_catalogue_free(catalogue);
    maille_store_close(store);
    maille_layer_defs_free(defs, def_count);
    maille_free(folder);
    maille_ctx_free(ctx);
    return 0;
}
