/* Roads from an OpenStreetMap file (.osm.pbf). The file is read twice: the ways that the profile
 * may use and what restricts turns, then the places of their points; once more between where a
 * relation alone makes a way a ferry. A way is cut where it meets
 * another, where points are absent from the file, and in two at a barrier. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <maille/map.h>
#include <maille/memory.h>

#include "network/osm_ferries.h"
#include "network/osm_pbf.h"
#include "network/osm_restrictions.h"
#include "network/osm_tags.h"
#include "network/read.h"

typedef struct {
    size_t first, count; /* points of the way in `refs` */
    double kmh, back_kmh, duration_s;
    unsigned class_of;
    bool ferry, untold; /* `untold`: nothing is said of access */
} osm_way;

typedef struct {
    const network_input *input;
    const network_profile *profile;
    maille_ids *points;        /* OSM id → number of the point */
    MAILLE_VEC(uint32_t) refs; /* points of all ways */
    MAILLE_VEC(osm_way) ways;
    MAILLE_VEC(osm_way_edges) way_edges;
    maille_ids *way_ids; /* OSM id → number of the way */
    osm_restrictions restrictions;
    osm_ferries ferries;
    maille_ids *wanted;               /* ways that only a relation makes ferries */
    MAILLE_VEC(unsigned char) uses;   /* of each point: 1, or 2 = several */
    MAILLE_VEC(unsigned char) marks;  /* of each point: osm_read_point_tags */
    MAILLE_VEC(maille_lonlat) places; /* NaN where the file lacks the point */
    maille_xy *metres;
    uint32_t *nodes; /* graph node of a point, or MAILLE_ABSENT */
    MAILLE_VEC(maille_xy) drawing;
    char unknown_limit[32];
} osm_reader;

static bool add_points(osm_reader *r, const osm_line *way) {
    for (size_t i = 0; i < way->ref_count; i++) {
        uint64_t id = way->refs[i];
        uint32_t next = (uint32_t)r->uses.count;
        uint32_t point = maille_ids_intern(r->points, id, next);
        if (point == MAILLE_ABSENT)
            return false;
        if (point == next) {
            maille_lonlat nowhere = {NAN, NAN};
            if (!MAILLE_VEC_PUSH(&r->uses, 1) || !MAILLE_VEC_PUSH(&r->marks, 0) ||
                !MAILLE_VEC_PUSH(&r->places, nowhere))
                return false;
        } else {
            r->uses.items[point] = 2;
        }
        if (!MAILLE_VEC_PUSH(&r->refs, point))
            return false;
    }
    return true;
}

/* Counts what a way that is left out is; true where it is kept. */
static bool is_kept(maille_network_report *report, osm_use use) {
    uint64_t *const reasons[] = {
        [OSM_NO_HIGHWAY] = &report->no_highway, [OSM_OTHER_MODE] = &report->other_mode,
        [OSM_NOT_BUILT] = &report->not_built,   [OSM_AREA] = &report->areas,
        [OSM_REVERSIBLE] = &report->reversible, [OSM_NO_ACCESS] = &report->no_access};
    if (use < OSM_NO_HIGHWAY)
        return true;
    ++*reasons[use];
    return false;
}

/* What of a kept way was passed over. */
static void note_use(osm_reader *r, const osm_way_use *use) {
    maille_network_report *report = r->input->report;
    report->at_hours += use->at_hours;
    report->destination += use->destination;
    report->ferries += use->use == OSM_FERRY;
    if (use->unknown_limit && report->unknown_limits++ == 0)
        snprintf(r->unknown_limit, sizeof r->unknown_limit, "%s", use->unknown_limit);
}

static bool keep_way(osm_reader *r, const osm_line *way, const osm_way_use *use) {
    maille_network_report *report = r->input->report;
    if (way->ref_count < 2) {
        report->no_geometry++;
        return true;
    }
    note_use(r, use);
    osm_way kept = {.first = r->refs.count,
                    .count = way->ref_count,
                    .kmh = use->kmh,
                    .back_kmh = use->back_kmh,
                    .duration_s = use->duration_s,
                    .ferry = use->use == OSM_FERRY,
                    .untold = use->untold,
                    .class_of = network_report_class(report, use->name)};
    return add_points(r, way) && MAILLE_VEC_PUSH(&r->ways, kept) &&
           maille_ids_set(r->way_ids, way->id, (uint32_t)r->ways.count - 1);
}

static bool on_way(void *user, const osm_line *way) {
    osm_reader *r = user;
    r->input->report->lines_read++;
    osm_way_use use = osm_read_tags(r->profile, way->tags, way->tag_count);
    return !is_kept(r->input->report, use.use) || keep_way(r, way, &use);
}

/* A way that is wanted as a ferry and is no road either. */
static bool on_wanted_way(void *user, const osm_line *way) {
    static const osm_tag route = {"route", "ferry"};
    osm_reader *r = user;
    osm_tag tags[64];
    if (maille_ids_get(r->wanted, way->id) == MAILLE_ABSENT ||
        way->tag_count >= sizeof tags / sizeof *tags ||
        osm_read_tags(r->profile, way->tags, way->tag_count).use != OSM_NO_HIGHWAY)
        return true;
    tags[0] = route;
    if (way->tag_count)
        memcpy(tags + 1, way->tags, way->tag_count * sizeof *tags);
    osm_way_use use = osm_read_tags(r->profile, tags, way->tag_count + 1);
    r->input->report->no_highway--;
    return !is_kept(r->input->report, use.use) || keep_way(r, way, &use);
}

static bool on_relation(void *user, const osm_relation *relation) {
    osm_reader *r = user;
    return osm_ferries_add(&r->ferries, r->profile, relation) &&
           osm_restrictions_add(&r->restrictions, r->profile, relation, r->input->report);
}

/* Ways that are ferries by a relation alone, for which the file is read once more; then closes
 * ferries of which only their relation tells that they are. */
static maille_status read_ferries(osm_reader *r) {
    const osm_visitor wanted = {.user = r, .way = on_wanted_way};
    size_t count = 0;
    maille_status status = MAILLE_OK;
    r->wanted = osm_ferries_unknown(&r->ferries, r->way_ids, &count);
    if (!r->wanted)
        return maille_no_memory(r->input->ctx);
    if (count)
        status = osm_pbf_read(r->input->ctx, r->input->path, &wanted);
    for (size_t f = 0; f < r->ferries.items.count && !status; f++) {
        const osm_ferry *ferry = &r->ferries.items.items[f];
        for (uint32_t i = 0; i < ferry->count && ferry->closed; i++) {
            uint32_t at = maille_ids_get(r->way_ids, r->ferries.ids.items[ferry->first + i]);
            osm_way *way = at == MAILLE_ABSENT ? NULL : &r->ways.items[at];
            if (!way || !way->ferry || !way->untold || way->count == 0)
                continue;
            way->count = 0;
            r->input->report->no_access++;
            r->input->report->ferries--;
        }
    }
    return status;
}

static bool on_node(void *user, const osm_node *node) {
    osm_reader *r = user;
    uint32_t point = maille_ids_get(r->points, node->id);
    bool on_earth = node->lat >= -90 && node->lat <= 90 && node->lon >= -180 && node->lon <= 180;
    if (point == MAILLE_ABSENT || !on_earth)
        return true;
    r->places.items[point] = (maille_lonlat){node->lon, node->lat};
    unsigned char marks = osm_read_point_tags(r->profile, node->tags, node->tag_count);
    r->marks.items[point] = marks;
    r->input->report->signals += (marks & (OSM_SIGNAL_ALONG | OSM_SIGNAL_AGAINST)) != 0;
    r->input->report->level_crossings += (marks & OSM_LEVEL_CROSSING) != 0;
    r->input->report->barriers += (marks & OSM_BARRIER) != 0;
    return true;
}

static maille_status place_points(osm_reader *r) {
    maille_ctx *ctx = r->input->ctx;
    size_t count = r->places.count;
    r->metres = maille_alloc(count, sizeof *r->metres);
    r->nodes = maille_alloc(count, sizeof *r->nodes);
    if (!r->metres || !r->nodes)
        return maille_no_memory(ctx);
    memset(r->nodes, 0xFF, count * sizeof *r->nodes);
    maille_status status =
        maille_crs_project(ctx, r->input->crs, r->places.items, r->metres, count, NULL);
    for (size_t i = 0; i < count && !status; i++)
        if (isnan(r->places.items[i].lon)) /* whatever the transform made of it */
            r->metres[i] = (maille_xy){NAN, NAN};
    return status;
}

static bool is_placed(const osm_reader *r, uint32_t point) {
    return isfinite(r->metres[point].x) && isfinite(r->metres[point].y);
}

static double stretch_length(const osm_reader *r, size_t first, size_t last) {
    double length = 0;
    for (size_t i = first + 1; i <= last; i++)
        length += network_metres_between(r->places.items[r->refs.items[i - 1]],
                                         r->places.items[r->refs.items[i]]);
    return length;
}

/* Behind a barrier is another place than before it. */
static maille_status graph_node(osm_reader *r, uint32_t point, uint32_t *node) {
    maille_status status = MAILLE_OK;
    if (r->marks.items[point] & OSM_BARRIER)
        return network_draft_add_node(r->input->ctx, r->input->draft, r->metres[point], NULL, node);
    if (r->nodes[point] == MAILLE_ABSENT)
        status = network_draft_add_node(r->input->ctx, r->input->draft, r->metres[point], NULL,
                                        &r->nodes[point]);
    *node = r->nodes[point];
    return status;
}

static uint32_t milliseconds(double seconds) {
    return (uint32_t)lround(seconds * 1000);
}

/* What signals and level crossings between the ends of a stretch cost; the tracks of one crossing
 * count once. */
static uint32_t delay(const osm_reader *r, size_t first, size_t last, unsigned char signal) {
    const network_profile *p = r->profile;
    uint32_t signals = 0;
    bool crossing = false;
    for (size_t i = first + 1; i < last; i++) {
        unsigned char marks = r->marks.items[r->refs.items[i]];
        signals += (marks & signal) != 0;
        crossing = crossing || (marks & OSM_LEVEL_CROSSING);
    }
    return signals * milliseconds(p->signals_s) + crossing * milliseconds(p->level_crossing_s);
}

static uint32_t stretch_ms(double length_m, double kmh, uint32_t delay_ms) {
    if (!(kmh > 0))
        return MAILLE_NO_ARC;
    uint64_t ms = (uint64_t)maille_arc_ms(length_m, kmh) + delay_ms;
    return ms < MAILLE_NO_ARC ? (uint32_t)ms : MAILLE_NO_ARC - 1;
}

/* One edge: refs first..last of a way. */
static maille_status add_stretch(osm_reader *r, const osm_way *way, size_t first, size_t last) {
    network_draft_edge edge = {.class_of = way->class_of};
    if (r->refs.items[first] == r->refs.items[last]) {
        r->input->report->loops++;
        return MAILLE_OK;
    }
    edge.length_m = stretch_length(r, first, last);
    edge.ms = stretch_ms(edge.length_m, way->kmh, delay(r, first, last, OSM_SIGNAL_ALONG));
    edge.back_ms =
        stretch_ms(edge.length_m, way->back_kmh, delay(r, first, last, OSM_SIGNAL_AGAINST));
    r->drawing.count = 0;
    for (size_t i = first; i <= last; i++)
        if (!MAILLE_VEC_PUSH(&r->drawing, r->metres[r->refs.items[i]]))
            return maille_no_memory(r->input->ctx);
    edge.points = r->drawing.items;
    edge.point_count = (uint32_t)r->drawing.count;
    maille_status status = graph_node(r, r->refs.items[first], &edge.from);
    if (!status)
        status = graph_node(r, r->refs.items[last], &edge.to);
    return status ? status : network_draft_add_edge(r->input->ctx, r->input->draft, &edge);
}

/* Metres of a ferry's way that has no duration of its own; NAN where it is not whole. */
static double untimed_length(const osm_reader *r, uint64_t id) {
    uint32_t at = maille_ids_get(r->way_ids, id);
    const osm_way *way = at == MAILLE_ABSENT ? NULL : &r->ways.items[at];
    if (!way || !way->ferry || way->count < 2 || way->duration_s > 0)
        return NAN;
    for (size_t i = 0; i < way->count; i++)
        if (!is_placed(r, r->refs.items[way->first + i]))
            return NAN;
    return stretch_length(r, way->first, way->first + way->count - 1);
}

/* A relation's duration is parted by length over its ways: only where all of them are known, and
 * none has one of its own. */
static void share_durations(osm_reader *r) {
    for (size_t f = 0; f < r->ferries.items.count; f++) {
        const osm_ferry *ferry = &r->ferries.items.items[f];
        const uint64_t *ids = r->ferries.ids.items + ferry->first;
        double whole = 0;
        for (uint32_t i = 0; i < ferry->count; i++)
            whole += untimed_length(r, ids[i]);
        if (!(ferry->duration_s > 0) || !(whole > 0))
            continue;
        double speed = whole / ferry->duration_s;
        for (uint32_t i = 0; i < ferry->count; i++) {
            double length = untimed_length(r, ids[i]);
            if (length > 0)
                r->ways.items[maille_ids_get(r->way_ids, ids[i])].duration_s = length / speed;
        }
    }
}

/* A ferry's duration holds for its whole way: only where all of its points are known. */
static void apply_duration(const osm_reader *r, osm_way *way) {
    if (!(way->duration_s > 0)) {
        r->input->report->ferries_untimed += way->ferry;
        return;
    }
    for (size_t i = 0; i < way->count; i++)
        if (!is_placed(r, r->refs.items[way->first + i]))
            return;
    double kmh = stretch_length(r, way->first, way->first + way->count - 1) / way->duration_s * 3.6;
    if (!(kmh > 0))
        return;
    way->kmh = way->kmh > 0 ? kmh : 0;
    way->back_kmh = way->back_kmh > 0 ? kmh : 0;
}

static maille_status cut_way(osm_reader *r, osm_way *way) {
    maille_status status = MAILLE_OK;
    size_t end = way->first + way->count, first = SIZE_MAX;
    if (way->count == 0)
        return MAILLE_OK;
    apply_duration(r, way);
    for (size_t i = way->first; i < end && !status; i++) {
        uint32_t point = r->refs.items[i];
        if (!is_placed(r, point)) {
            r->input->report->missing_nodes++;
            first = SIZE_MAX;
            continue;
        }
        bool last = i + 1 == end || !is_placed(r, r->refs.items[i + 1]);
        if (first == SIZE_MAX) {
            first = i;
        } else if (last || r->uses.items[point] > 1 || (r->marks.items[point] & OSM_BARRIER)) {
            status = add_stretch(r, way, first, i);
            first = i;
        }
    }
    return status;
}

/* Cuts all ways into edges and remembers which came of which. */
static maille_status cut_ways(osm_reader *r) {
    const network_draft *draft = r->input->draft;
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < r->ways.count && !status; i++) {
        osm_way_edges edges = {.first_edge = (uint32_t)draft->from.count};
        status = cut_way(r, &r->ways.items[i]);
        edges.end_edge = (uint32_t)draft->from.count;
        if (!status && !MAILLE_VEC_PUSH(&r->way_edges, edges))
            status = maille_no_memory(r->input->ctx);
    }
    return status;
}

/* What turns cost, and what restrictions forbid. */
static maille_status bind_turns(osm_reader *r) {
    const network_profile *p = r->profile;
    network_draft *draft = r->input->draft;
    osm_places places = {r->way_ids, r->way_edges.items, r->points, r->nodes};
    draft->turns.costs = network_costs_of(p);
    if (p->signals_s > 0 || p->level_crossing_s > 0) {
        for (size_t v = 0; v < draft->node_xy.count; v++)
            if (!MAILLE_VEC_PUSH(&draft->turns.pass_ms, 0))
                return maille_no_memory(r->input->ctx);
        for (size_t i = 0; i < r->marks.count; i++) {
            unsigned marks = r->marks.items[i];
            if (r->nodes[i] != MAILLE_ABSENT && (marks & OSM_LEVEL_CROSSING))
                draft->turns.pass_ms.items[r->nodes[i]] += milliseconds(p->level_crossing_s);
            if (r->nodes[i] != MAILLE_ABSENT && (marks & (OSM_SIGNAL_ALONG | OSM_SIGNAL_AGAINST)))
                draft->turns.pass_ms.items[r->nodes[i]] += milliseconds(p->signals_s);
        }
    }
    return osm_restrictions_resolve(r->input->ctx, &r->restrictions, &places, draft,
                                    r->input->report);
}

static void free_reader(osm_reader *r) {
    maille_ids_free(r->points);
    maille_ids_free(r->way_ids);
    maille_ids_free(r->wanted);
    osm_restrictions_clear(&r->restrictions);
    osm_ferries_clear(&r->ferries);
    MAILLE_VEC_FREE(&r->refs);
    MAILLE_VEC_FREE(&r->ways);
    MAILLE_VEC_FREE(&r->way_edges);
    MAILLE_VEC_FREE(&r->uses);
    MAILLE_VEC_FREE(&r->marks);
    MAILLE_VEC_FREE(&r->places);
    MAILLE_VEC_FREE(&r->drawing);
    maille_free(r->metres);
    maille_free(r->nodes);
}

maille_status network_read_osm(const network_input *input) {
    maille_ctx *ctx = input->ctx;
    osm_reader r = {.input = input};
    const osm_visitor ways = {.user = &r, .way = on_way, .relation = on_relation};
    const osm_visitor nodes = {.user = &r, .node = on_node};
    network_profile *profile = NULL;
    maille_status status = MAILLE_OK;
    if (!input->fields->profile)
        return maille_fail(ctx, MAILLE_USAGE, "%s: an OpenStreetMap file needs a speed profile",
                           input->path);
    MAILLE_TRY(network_profile_read(ctx, input->fields->profile, &profile));
    r.profile = profile;
    r.points = maille_ids_new(1 << 16);
    r.way_ids = maille_ids_new(1 << 12);
    if (!r.points || !r.way_ids) {
        status = maille_no_memory(ctx);
        goto done;
    }
    maille_progress(ctx, "roads", 0, 3);
    MAILLE_TRY(osm_pbf_read(ctx, input->path, &ways));
    MAILLE_TRY(read_ferries(&r));
    maille_progress(ctx, "roads", 1, 3);
    MAILLE_TRY(osm_pbf_read(ctx, input->path, &nodes));
    MAILLE_TRY(place_points(&r));
    share_durations(&r);
    maille_progress(ctx, "roads", 2, 3);
    MAILLE_TRY(cut_ways(&r));
    MAILLE_TRY(bind_turns(&r));
    if (input->report->unknown_limits)
        maille_log(ctx, MAILLE_LOG_WARNING,
                   "%s: %llu speed limits were not understood (e.g. “%s”): the speed of the class "
                   "was taken",
                   input->path, (unsigned long long)input->report->unknown_limits, r.unknown_limit);
done:
    network_profile_free(profile);
    free_reader(&r);
    return status;
}
