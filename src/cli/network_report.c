/* A file of roads in words and as JSON: what there is, what was left out and why. */
#include "cli/network_info.h"

#include <maille/json.h>
#include <string.h>

enum { LEFT_OUT = 14, BOUND = 10 };

typedef struct {
    const char *key, *what; /* of JSON; for people */
    uint64_t count;
} figure;

static void list_left_out(const maille_network_report *r, figure out[LEFT_OUT]) {
    const figure all[LEFT_OUT] = {
        {"no_geometry", "without a drawing", r->no_geometry},
        {"no_length", "without a length", r->no_length},
        {"no_speed", "without a speed", r->no_speed},
        {"no_access", "closed to this mode", r->no_access},
        {"other_mode", "of other modes", r->other_mode},
        {"not_built", "planned, being built or given up", r->not_built},
        {"areas", "areas", r->areas},
        {"reversible", "one way or the other by the hour", r->reversible},
        {"no_highway", "neither road nor ferry", r->no_highway},
        {"missing_nodes", "points that are not in the file", r->missing_nodes},
        {"loops", "loops", r->loops},
        {"restrictions_at_hours", "turn restrictions at some hours", r->restrictions_at_hours},
        {"restrictions_not_ours", "turn restrictions of other modes", r->restrictions_not_ours},
        {"restrictions_unfit", "turn restrictions that fit no road", r->restrictions_unfit}};
    memcpy(out, all, sizeof all);
}

static void list_bound(const maille_network_report *r, figure out[BOUND]) {
    const figure all[BOUND] = {
        {"restrictions", "turn restrictions", r->restrictions},
        {"turn_nodes", "nodes that stand for turns", r->turn_nodes},
        {"signals", "signals", r->signals},
        {"level_crossings", "level crossings", r->level_crossings},
        {"barriers", "barriers that cut a road", r->barriers},
        {"ferries", "ferries", r->ferries},
        {"ferries_untimed", "of them without a duration", r->ferries_untimed},
        {"unknown_limits", "speed limits not understood: the class's", r->unknown_limits},
        {"at_hours", "roads with rules by the hour: passed over", r->at_hours},
        {"destination", "roads for who goes there only: taken for open", r->destination}};
    memcpy(out, all, sizeof all);
}

static void print_figures(const char *title, const figure *figures, size_t count) {
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!figures[i].count)
            continue;
        if (!any)
            printf("  %s\n", title);
        any = true;
        printf("    %12llu  %s\n", (unsigned long long)figures[i].count, figures[i].what);
    }
}

static void print_words(const char *path, const maille_network_report *r) {
    figure left_out[LEFT_OUT], bound[BOUND];
    list_left_out(r, left_out);
    list_bound(r, bound);
    printf("%s\n", path);
    printf(
        "    %12llu  lines read\n    %12llu  edges\n    %12llu  arcs (%llu parallel ones beside)\n"
        "    %12llu  nodes\n    %12u  components; the largest has %u nodes (%.1f %%)\n"
        "    %12.1f  km\n",
        (unsigned long long)r->lines_read, (unsigned long long)r->edges,
        (unsigned long long)r->arcs, (unsigned long long)r->parallels, (unsigned long long)r->nodes,
        r->components, r->largest_component,
        r->nodes ? 100.0 * r->largest_component / (double)r->nodes : 0.0, r->length_km);
    print_figures("on the roads", bound, BOUND);
    print_figures("left out", left_out, LEFT_OUT);
    if (r->class_count)
        printf("  kilometres\n");
    for (uint32_t i = 0; i < r->class_count; i++)
        printf("    %12.1f  %s\n", r->classes[i].km, r->classes[i].name);
}

static void add_figures(maille_strbuf *s, const figure *figures, size_t count) {
    for (size_t i = 0; i < count; i++)
        maille_strbuf_addf(s, ",\"%s\":%llu", figures[i].key, (unsigned long long)figures[i].count);
}

static void print_json(const char *path, const maille_network_report *r) {
    figure left_out[LEFT_OUT], bound[BOUND];
    maille_strbuf s = {0};
    list_left_out(r, left_out);
    list_bound(r, bound);
    maille_strbuf_add(&s, "{\"file\":");
    maille_json_text(&s, path);
    maille_strbuf_addf(&s,
                       ",\"lines_read\":%llu,\"edges\":%llu,\"arcs\":%llu,\"parallels\":%llu,"
                       "\"nodes\":%llu,\"components\":%u,\"largest_component\":%u,"
                       "\"length_km\":%.3f",
                       (unsigned long long)r->lines_read, (unsigned long long)r->edges,
                       (unsigned long long)r->arcs, (unsigned long long)r->parallels,
                       (unsigned long long)r->nodes, r->components, r->largest_component,
                       r->length_km);
    add_figures(&s, bound, BOUND);
    add_figures(&s, left_out, LEFT_OUT);
    maille_strbuf_add(&s, ",\"classes\":{");
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

void print_network_report(const char *path, const maille_network_report *report, bool json) {
    if (json)
        print_json(path, report);
    else
        print_words(path, report);
}
