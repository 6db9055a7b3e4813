/* maille run: import what changed, compute what is out of date, write the layers. */
#include "cli/cli.h"

#include <maille/memory.h>
#include <maille/steps.h>
#include <maille/tiles.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const char *workspace, *to, *audience, *jobs, *format;
    bool force, json, quiet;
} run_options;

static maille_status open_workspace(maille_ctx *ctx, const char *path, int crs,
                                    maille_store **out) {
    if (access(path, F_OK) == 0)
        return maille_store_open(ctx, path, MAILLE_STORE_WRITE, who(), out);
    return maille_store_create(ctx, path, crs, who(), out);
}

/* What was done, one line a source or step, on stderr: stdout is for the table of layers. */
static void say_imports(const maille_study *study, const maille_import_result *results,
                        size_t *changed) {
    for (size_t i = 0; i < study->source_count; i++) {
        const maille_import_result *r = &results[i];
        if (r->unchanged)
            continue;
        ++*changed;
        fprintf(stderr, "import %s\n", r->message);
    }
}

static void say_steps(const maille_step_result *results, size_t count, size_t *ran) {
    for (size_t i = 0; i < count; i++) {
        const maille_step_result *r = &results[i];
        if (r->outcome == MAILLE_STEP_RAN)
            fprintf(stderr, "step   %-20s %6.2f s  %s\n", r->step, r->seconds, r->message);
        else if (r->outcome == MAILLE_STEP_LACKS)
            fprintf(stderr, "step   %-20s    –    manque : %s\n", r->step, r->message);
        *ran += r->outcome == MAILLE_STEP_RAN;
    }
}

static maille_status run_chain(maille_ctx *ctx, maille_store *store, const maille_study *study,
                               maille_audience audience, const run_options *o, bool *nothing) {
    maille_status status = MAILLE_OK;
    maille_step_result *steps = NULL;
    size_t step_count = 0, dropped = 0, changed = 0, ran = 0;
    maille_import_result *imports = maille_alloc(study->source_count + 1, sizeof *imports);
    maille_run_options options = {.force = o->force, .audience = audience};
    if (!imports)
        return maille_no_memory(ctx);
    double began = seconds_now();
    TRY(maille_study_apply(ctx, store, study, o->force, imports, &dropped));
    if (!o->quiet)
        say_imports(study, imports, &changed);
    double imported = seconds_now();
    TRY(maille_steps_run(ctx, store, &options, &steps, &step_count));
    if (!o->quiet) {
        say_steps(steps, step_count, &ran);
        if (changed || ran)
            fprintf(stderr, "imports %.2f s, steps %.2f s\n", imported - began,
                    seconds_now() - imported);
    }
    *nothing = !changed && !ran && !dropped;
done:
    maille_free(imports);
    maille_free(steps);
    return status;
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    run_options o = {0};
    const option options[] = {{"workspace", 'w', &o.workspace, NULL},
                              {"to", 0, &o.to, NULL},
                              {"audience", 0, &o.audience, NULL},
                              {"jobs", 'j', &o.jobs, NULL},
                              {"format", 0, &o.format, NULL},
                              {"force", 'f', NULL, &o.force},
                              {"json", 0, NULL, &o.json},
                              {"quiet", 'q', NULL, &o.quiet}};
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    size_t rest_count = 0;
    maille_audience audience = MAILLE_INTERNE;
    maille_layer_format format = MAILLE_GEOJSON;
    maille_status status = MAILLE_OK;
    maille_study *study = NULL;
    maille_store *store = NULL;
    bool nothing = false;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_run, argc, argv, options, sizeof options / sizeof *options, rest,
                      &rest_count));
    if (rest_count != 1) {
        status = maille_fail(ctx, MAILLE_USAGE, "one study file was expected, %zu were given",
                             rest_count);
        goto done;
    }
    TRY(set_jobs(ctx, o.jobs));
    TRY(parse_format(ctx, o.format, &format));
    if (o.audience)
        TRY(maille_audience_parse(ctx, o.audience, &audience));
    TRY(maille_study_read(ctx, rest[0], &study));
    const char *workspace = o.workspace ? o.workspace : study->workspace;
    if (!workspace) {
        status =
            maille_fail(ctx, MAILLE_USAGE, "%s names no workspace and -w was not given", rest[0]);
        goto done;
    }
    TRY(open_workspace(ctx, workspace, study->crs, &store));
    TRY(run_chain(ctx, store, study, audience, &o, &nothing));
    if (nothing && !o.quiet)
        fprintf(stderr, "nothing had changed: nothing was imported or computed\n");
    if (o.to)
        TRY(publish_layers(ctx, store, audience, study->layers, study->layer_count, format,
                           MAILLE_TILES_ZOOM_MOST, o.to, o.json, o.quiet));
done:
    maille_store_close(store);
    maille_study_free(study);
    maille_free((void *)rest);
    return status;
}

const command cmd_run = {
    "run", "STUDY.yaml [-w WORKSPACE] [--to DIR] [--audience interne|public] [--force] [--jobs N]",
    "import what changed, compute what is out of date, write the layers",
    "  -w, --workspace FILE   workspace, instead of the study's own\n"
    "      --to DIR           folder of the layers; without it none are written\n"
    "      --audience A       interne (default) or public: published perimeters only\n"
    "      --format F         geojson (default), gpkg, csv or mbtiles\n"
    "  -f, --force            import and compute all again; replaces perimeters edited since\n"
    "  -j, --jobs N           threads (default: all processors)\n"
    "      --json             the table of layers as JSON on stdout\n"
    "  -q, --quiet            errors only\n",
    run};
