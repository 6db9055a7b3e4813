/* maille network info: what a road file holds, and what was dropped from it. */
#include "cli/roads.h"

#include <maille/json.h>
#include <maille/memory.h>
#include <stdio.h>
#include <string.h>

static void print_report(const char *path, const maille_network_report *r) {
    const struct {
        const char *what;
        uint64_t count;
    } dropped[] = {{"no geometry", r->no_geometry},
                   {"no length", r->no_length},
                   {"no speed", r->no_speed},
                   {"no access for this mode", r->no_access},
                   {"neither road nor ferry", r->no_highway},
                   {"missing nodes", r->missing_nodes},
                   {"loops", r->loops},
                   {"parallel arcs", r->parallels},
                   {"turn restrictions at some hours", r->restrictions_at_hours},
                   {"turn restrictions of other modes", r->restrictions_not_ours},
                   {"turn restrictions that fit no road", r->restrictions_unfit}};
    const struct {
        const char *what;
        uint64_t count;
    } bound[] = {{"turn restrictions", r->restrictions},
                 {"nodes for turns", r->turn_nodes},
                 {"signals", r->signals},
                 {"level crossings", r->level_crossings},
                 {"closed barriers", r->barriers}};
    printf(
        "%s\n  lines read          %llu\n  edges               %llu\n  arcs                %llu\n"
        "  nodes               %llu\n  components          %u (largest: %u nodes, %.1f %%)\n"
        "  length              %.1f km\n",
        path, (unsigned long long)r->lines_read, (unsigned long long)r->edges,
        (unsigned long long)r->arcs, (unsigned long long)r->nodes, r->components,
        r->largest_component, r->nodes ? 100.0 * r->largest_component / (double)r->nodes : 0.0,
        r->length_km);
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (bound[i].count)
            printf("  %-18s  %llu\n", bound[i].what, (unsigned long long)bound[i].count);
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        if (dropped[i].count)
            printf("  left out            %llu: %s\n", (unsigned long long)dropped[i].count,
                   dropped[i].what);
    for (uint32_t i = 0; i < r->class_count; i++)
        printf("  %-18s %10.1f km\n", r->classes[i].name, r->classes[i].km);
}

static void print_report_json(const char *path, const maille_network_report *r) {
    maille_strbuf s = {0};
    maille_strbuf_add(&s, "{\"file\":");
    maille_json_text(&s, path);
    maille_strbuf_addf(
        &s,
        ",\"lines_read\":%llu,\"edges\":%llu,\"arcs\":%llu,\"nodes\":%llu,\"components\":%u,"
        "\"largest_component\":%u,\"length_km\":%.3f,\"no_geometry\":%llu,\"no_length\":%llu,"
        "\"no_speed\":%llu,\"no_access\":%llu,\"no_highway\":%llu,\"missing_nodes\":%llu,"
        "\"loops\":%llu,\"parallels\":%llu,",
        (unsigned long long)r->lines_read, (unsigned long long)r->edges,
        (unsigned long long)r->arcs, (unsigned long long)r->nodes, r->components,
        r->largest_component, r->length_km, (unsigned long long)r->no_geometry,
        (unsigned long long)r->no_length, (unsigned long long)r->no_speed,
        (unsigned long long)r->no_access, (unsigned long long)r->no_highway,
        (unsigned long long)r->missing_nodes, (unsigned long long)r->loops,
        (unsigned long long)r->parallels);
    maille_strbuf_addf(
        &s,
        "\"restrictions\":%llu,\"restrictions_at_hours\":%llu,"
        "\"restrictions_not_ours\":%llu,\"restrictions_unfit\":%llu,"
        "\"turn_nodes\":%llu,\"signals\":%llu,\"level_crossings\":%llu,"
        "\"barriers\":%llu,\"classes\":{",
        (unsigned long long)r->restrictions, (unsigned long long)r->restrictions_at_hours,
        (unsigned long long)r->restrictions_not_ours, (unsigned long long)r->restrictions_unfit,
        (unsigned long long)r->turn_nodes, (unsigned long long)r->signals,
        (unsigned long long)r->level_crossings, (unsigned long long)r->barriers);
    for (uint32_t i = 0; i < r->class_count; i++) {
        maille_strbuf_add(&s, i ? "," : "");
        maille_json_text(&s, r->classes[i].name);
        maille_strbuf_addf(&s, ":%.3f", r->classes[i].km);
    }
    maille_strbuf_add(&s, "}}\n");
    if (!s.failed)
        fputs(s.text, stdout);
    maille_strbuf_free(&s);
}

static maille_status run(maille_ctx *ctx, int argc, char **argv) {
    const char *fields = NULL, *mode = "car";
    const char **rest = maille_alloc((size_t)argc + 1, sizeof *rest);
    bool directed = false, json = false, quiet = false;
    const option options[] = {{"fields", 0, &fields, NULL},
                              {"mode", 0, &mode, NULL},
                              {"directed", 0, NULL, &directed},
                              {"json", 0, NULL, &json},
                              {"quiet", 'q', NULL, &quiet}};
    size_t rest_count = 0;
    maille_crs *crs = NULL;
    maille_network *network = NULL;
    maille_status status = MAILLE_OK;
    if (!rest)
        return maille_no_memory(ctx);
    TRY(parse_options(ctx, &cmd_network, argc, argv, options, 5, rest, &rest_count));
    if (rest_count < 2 || strcmp(rest[0], "info") != 0) {
        status = maille_fail(ctx, MAILLE_USAGE, "expected: maille network info ROADS…");
        goto done;
    }
    TRY(maille_crs_new(ctx, maille_crs_choose(NULL, 0), &crs));
    for (size_t i = 1; i < rest_count; i++) {
        maille_network_report report = {0};
        TRY(read_roads(ctx, rest[i], fields, directed, mode, crs, &network, &report));
        if (json)
            print_report_json(rest[i], &report);
        else
            print_report(rest[i], &report);
        maille_network_free(network);
        network = NULL;
    }
done:
    maille_network_free(network);
    maille_crs_free(crs);
    maille_free((void *)rest);
    return status;
}

const command cmd_network = {
    "network",
    "info ROADS… [--fields from=…,to=…,length_m=…,speed_kmh=…] [--directed] [--mode car|foot]",
    "nodes, arcs, components, kilometres by class, what was dropped",
    "ROADS: an .osm.pbf file, any line layer, or a CSV of links.\n\n"
    "      --fields a=b,…   our field=theirs: from to length_m speed_kmh time_s direction\n"
    "      --directed       each line is one direction\n"
    "      --mode M         car (default) or foot: the profile of OSM files\n"
    "      --json           one JSON object a file\n",
    run};
