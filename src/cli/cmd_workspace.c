/* maille init, compute, export: commands on a workspace without a study file. */
#include "cli/cli.h"

#include <maille/crs.h>
#include <maille/memory.h>
#include <maille/steps.h>
#include <maille/tiles.h>
#include <stdio.h>
#include <string.h>

/* ---- init
 * ------------------------------------------------------------------------------------------- */

static maille_status run_init(maille_ctx *ctx, int argc, char **argv) {
    const char *crs = NULL, **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool quiet = false;
    const option options[] = {{"crs", 0, &crs, NULL}, {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0;
    long epsg = 0;
    maille_crs *known = NULL;
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_init, argc, argv, options, 2, rest, &rest_count));
    if (rest_count != 1) {
        status = maille_fail(ctx, MAILLE_USAGE, "one workspace was expected");
        goto done;
    }
    if (crs)
        TRY(parse_count(ctx, "--crs", strncmp(crs, "EPSG:", 5) == 0 ? crs + 5 : crs, 1024, 999999,
                        &epsg));
    if (crs)
        TRY(maille_crs_new(ctx, (int)epsg, &known));
    TRY(maille_store_create(ctx, rest[0], (int)epsg, who(), &store));
    if (!quiet)
        fprintf(stderr, "%s was made\n", rest[0]);
done:
    maille_store_close(store);
    maille_crs_free(known);
    maille_free((void *)rest);
    return status;
}

const command cmd_init = {"init", "WORKSPACE [--crs EPSG:n]", "make an empty workspace",
                          "      --crs EPSG:n   the study's CRS; without it the extent of the "
                          "communes chooses\n",
                          run_init};

/* ---- compute
 * ------------------------------------------------------------------------------------------- */

static const char *outcome_word(maille_step_outcome outcome) {
    return outcome == MAILLE_STEP_RAN ? "ran" : outcome == MAILLE_STEP_FRESH ? "fresh" : "lacks";
}

static void print_steps(const maille_step_result *results, size_t count) {
    text_table t = {.columns = 4,
                    .titles = {"step", "state", "seconds", "found"},
                    .right = {false, false, true, false}};
    for (size_t i = 0; i < count; i++) {
        char seconds[32] = "";
        if (results[i].outcome == MAILLE_STEP_RAN)
            snprintf(seconds, sizeof seconds, "%.3f", results[i].seconds);
        text_table_add(&t, (const char *const[]){results[i].step, outcome_word(results[i].outcome),
                                                 seconds, results[i].message});
    }
    text_table_print(&t);
    text_table_free(&t);
}

static void print_steps_json(const maille_step_result *results, size_t count) {
    printf("[");
    for (size_t i = 0; i < count; i++)
        printf("%s{\"step\":\"%s\",\"state\":\"%s\",\"seconds\":%.6f}", i ? "," : "",
               results[i].step, outcome_word(results[i].outcome), results[i].seconds);
    printf("]\n");
}

static maille_status run_compute(maille_ctx *ctx, int argc, char **argv) {
    const char *workspace = NULL, *jobs = NULL, *seen = NULL;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool force = false, json = false, quiet = false;
    const option options[] = {{"workspace", 'w', &workspace, NULL},
                              {"jobs", 'j', &jobs, NULL},
                              {"audience", 0, &seen, NULL},
                              {"force", 'f', NULL, &force},
                              {"json", 0, NULL, &json},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0, count = 0;
    maille_audience audience = MAILLE_INTERNE;
    maille_store *store = NULL;
    maille_step_result *results = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_compute, argc, argv, options, 6, rest, &rest_count));
    if (!workspace) {
        status = maille_fail(ctx, MAILLE_USAGE, "-w WORKSPACE was missing");
        goto done;
    }
    TRY(set_jobs(ctx, jobs));
    if (seen)
        TRY(maille_audience_parse(ctx, seen, &audience));
    TRY(maille_store_open(ctx, workspace, MAILLE_STORE_WRITE, who(), &store));
    maille_run_options run = {.force = force,
                              .audience = audience,
                              .only = rest_count ? rest : NULL,
                              .only_count = rest_count};
    TRY(maille_steps_run(ctx, store, &run, &results, &count));
    if (json)
        print_steps_json(results, count);
    else if (!quiet)
        print_steps(results, count);
done:
    maille_free(results);
    maille_store_close(store);
    maille_free((void *)rest);
    return status;
}

const command cmd_compute = {
    "compute", "[STEP…] -w WORKSPACE [--audience interne|public] [--force] [--jobs N]",
    "compute what is out of date",
    "  -w, --workspace FILE   the workspace\n"
    "      --audience A       interne (default) or public, for the steps on perimeters\n"
    "  -f, --force            compute again what is fresh too (of the steps named, if any)\n"
    "  -j, --jobs N           threads (default: all processors)\n"
    "      --json             states and seconds as JSON\n\n"
    "Steps, in order: borders codes groupings members network times coverage catchments\n"
    "isochrones access zones perimeters findings drives perimeter-catchments versions. A step "
    "brings\n"
    "along those it needs.\n",
    run_compute};

/* ---- export
 * ---------------------------------------------------------------------------------------------- */

static maille_status run_export(maille_ctx *ctx, int argc, char **argv) {
    const char *workspace = NULL, *to = NULL, *format_name = NULL, *zoom = NULL;
    const char *seen = NULL;
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool json = false, quiet = false;
    const option options[] = {{"workspace", 'w', &workspace, NULL}, {"to", 0, &to, NULL},
                              {"format", 0, &format_name, NULL},    {"max-zoom", 0, &zoom, NULL},
                              {"audience", 0, &seen, NULL},         {"json", 0, NULL, &json},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0;
    long most_zoom = MAILLE_TILES_ZOOM_MOST;
    maille_layer_format format = MAILLE_GEOJSON;
    maille_audience audience = MAILLE_INTERNE;
    maille_store *store = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_export, argc, argv, options, 7, rest, &rest_count));
    if (!workspace || !to) {
        status = maille_fail(ctx, MAILLE_USAGE, "%s was missing",
                             workspace ? "--to DIR" : "-w WORKSPACE");
        goto done;
    }
    TRY(parse_format(ctx, format_name, &format));
    if (zoom && format != MAILLE_MBTILES) {
        status = maille_fail(ctx, MAILLE_USAGE, "--max-zoom goes with --format mbtiles only");
        goto done;
    }
    if (zoom)
        TRY(parse_count(ctx, "--max-zoom", zoom, 0, MAILLE_TILES_ZOOM_MOST, &most_zoom));
    if (seen)
        TRY(maille_audience_parse(ctx, seen, &audience));
    TRY(maille_store_open(ctx, workspace, MAILLE_STORE_READ, who(), &store));
    TRY(maille_store_begin(ctx, store)); /* one state for all layers, whoever writes meanwhile */
    TRY(publish_layers(ctx, store, audience, rest_count ? rest : NULL, rest_count, format,
                       (unsigned)most_zoom, to, json, quiet));
done:
    maille_store_close(store);
    maille_free((void *)rest);
    return status;
}

const command cmd_export = {
    "export",
    "[LAYER…] -w WORKSPACE --to DIR [--format geojson|gpkg|csv|mbtiles] [--max-zoom N] "
    "[--audience interne|public]",
    "write layers of a workspace",
    "  -w, --workspace FILE   the workspace\n"
    "      --to DIR           folder of the layers\n"
    "      --format F         geojson (default), gpkg, csv or mbtiles (vector tiles)\n"
    "      --max-zoom N       the deepest zoom of mbtiles, 14 by default\n"
    "      --audience A       interne (default) or public: published perimeters only\n"
    "      --json             what was written as JSON on stdout\n"
    "  -q, --quiet            errors only\n\n"
    "Without a name, every layer whose inputs exist; the others are listed with what they lack.\n",
    run_export};
