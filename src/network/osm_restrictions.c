/* From relations of ways to sequences of arcs. */
#include "network/osm_restrictions.h"

#include <string.h>

void osm_restrictions_clear(osm_restrictions *restrictions) {
    MAILLE_VEC_FREE(&restrictions->items);
    MAILLE_VEC_FREE(&restrictions->ids);
}

/* ---- what a relation says ---- */

static const char *tag(const osm_relation *relation, const char *key) {
    for (size_t i = 0; i < relation->tag_count; i++) {
        const osm_tag *t = &relation->tags[i];
        if (t->key && t->value && strcmp(t->key, key) == 0)
            return t->value;
    }
    return NULL;
}

/* Whether a list that semicolons part names one of the profile's modes. */
static bool names_mode(const network_profile *p, const char *list) {
    for (const char *at = list ? list : ""; *at; at += strspn(at, "; ")) {
        size_t length = strcspn(at, "; ");
        for (size_t i = 0; i < p->turn_modes.count; i++)
            if (strlen(p->turn_modes.items[i]) == length &&
                strncmp(at, p->turn_modes.items[i], length) == 0)
                return true;
        at += length;
    }
    return false;
}

/* The mode that "restriction:<mode>" names is one of the profile's; `any` tells of other modes. */
static const char *restriction_of_mode(const network_profile *p, const osm_relation *relation,
                                       bool *others) {
    static const char prefix[] = "restriction:";
    for (size_t m = 0; m < p->turn_modes.count; m++)
        for (size_t i = 0; i < relation->tag_count; i++) {
            const osm_tag *t = &relation->tags[i];
            if (t->key && t->value && strncmp(t->key, prefix, sizeof prefix - 1) == 0 &&
                strcmp(t->key + sizeof prefix - 1, p->turn_modes.items[m]) == 0)
                return t->value;
        }
    for (size_t i = 0; i < relation->tag_count; i++) {
        const char *key = relation->tags[i].key;
        *others = *others || (key && strncmp(key, prefix, sizeof prefix - 1) == 0 &&
                              !strstr(key, ":conditional"));
    }
    return NULL;
}

/* The kind of restriction for the profile's mode, or NULL: counted why not. */
static const char *kind_of(const network_profile *p, const osm_relation *relation,
                           maille_network_report *report) {
    bool others = false;
    const char *kind = restriction_of_mode(p, relation, &others);
    if (!kind)
        kind = tag(relation, "restriction");
    if (!p->turn_modes.count || names_mode(p, tag(relation, "except")) || (!kind && others)) {
        report->restrictions_not_ours++;
        return NULL;
    }
    if (!kind || strchr(kind, '@') || tag(relation, "day_on") || tag(relation, "hour_on")) {
        report->restrictions_at_hours++;
        return NULL;
    }
    if (strncmp(kind, "no_", 3) != 0 && strncmp(kind, "only_", 5) != 0) {
        report->restrictions_unfit++;
        return NULL;
    }
    return kind;
}

static bool has_role(const osm_member *member, const char *role) {
    return member->role && strcmp(member->role, role) == 0;
}

/* Adds the ways of one role. False without memory. */
static bool add_ways(osm_restrictions *r, const osm_relation *relation, const char *role,
                     uint32_t *count) {
    for (size_t i = 0; i < relation->member_count; i++) {
        const osm_member *m = &relation->members[i];
        if (m->type != OSM_MEMBER_WAY || !has_role(m, role))
            continue;
        if (!MAILLE_VEC_PUSH(&r->ids, m->id))
            return false;
        ++*count;
    }
    return true;
}

/* Via nodes of a relation; the last of them. */
static uint32_t count_via_nodes(const osm_relation *relation, uint64_t *node) {
    uint32_t count = 0;
    for (size_t i = 0; i < relation->member_count; i++) {
        const osm_member *m = &relation->members[i];
        if (m->type != OSM_MEMBER_NODE || !has_role(m, "via"))
            continue;
        *node = m->id;
        count++;
    }
    return count;
}

/* By one node or by ways. Several ways to come from, or to go to, only where none may be taken: who
 * must take two would not know which. Both several is beyond the format's words, but real; how many
 * pairs they make is bound. */
static bool is_whole(const osm_restriction *r, uint32_t via_nodes) {
    enum { MOST_PAIRS = 64 };
    if (via_nodes > 1 || (via_nodes == 1) == (r->via_count > 0))
        return false;
    bool one_from = r->from_count == 1, one_to = r->to_count == 1;
    if (r->only || one_from || one_to)
        return r->only ? one_from && one_to : r->from_count && r->to_count;
    return (uint64_t)r->from_count * r->to_count <= MOST_PAIRS && r->from_count && r->to_count;
}

bool osm_restrictions_add(osm_restrictions *r, const network_profile *profile,
                          const osm_relation *relation, maille_network_report *report) {
    const char *type = tag(relation, "type");
    if (!type || strcmp(type, "restriction") != 0)
        return true;
    const char *kind = kind_of(profile, relation, report);
    if (!kind)
        return true;
    osm_restriction kept = {.first = r->ids.count, .only = kind[0] == 'o'};
    uint32_t nodes = count_via_nodes(relation, &kept.via_node);
    if (!add_ways(r, relation, "from", &kept.from_count) ||
        !add_ways(r, relation, "via", &kept.via_count) ||
        !add_ways(r, relation, "to", &kept.to_count))
        return false;
    kept.by_node = nodes == 1;
    if (!is_whole(&kept, nodes)) {
        r->ids.count = kept.first;
        report->restrictions_unfit++;
        return true;
    }
    return MAILLE_VEC_PUSH(&r->items, kept);
}

/* ---- where it lies ---- */

/* A real restriction looks at some dozens of arcs; a file of which each looks at tens of thousands
 * was made to take for ever. */
enum { MOST_STEPS = 256, MOST_LOOKS = 1 << 28 };

typedef struct {
    const osm_places *places;
    network_draft *draft;
    uint32_t *looks; /* that the file may yet take */
    uint32_t steps[MOST_STEPS], count;
    bool closed; /* a step is in a direction that nobody may drive */
} path;

static uint32_t tail_of(const network_draft *d, uint32_t arc) {
    return arc % 2 ? d->to.items[arc / 2] : d->from.items[arc / 2];
}

static uint32_t head_of(const network_draft *d, uint32_t arc) {
    return tail_of(d, arc ^ 1u);
}

static bool is_closed(const network_draft *d, uint32_t arc) {
    return (arc % 2 ? d->back_ms.items[arc / 2] : d->ms.items[arc / 2]) == MAILLE_NO_ARC;
}

static const osm_way_edges *way_of(const osm_places *places, uint64_t id) {
    uint32_t way = maille_ids_get(places->ways, id);
    return way == MAILLE_ABSENT ? NULL : &places->edges[way];
}

/* Arcs of a way that come to a node (or leave it): 1 where it ends there, 2 where it passes. */
static uint32_t arcs_at(const path *p, const osm_way_edges *way, uint32_t node, bool leaving,
                        uint32_t out[2]) {
    const network_draft *d = p->draft;
    uint32_t found = 0, looks = 2 * (way->end_edge - way->first_edge);
    if (looks > *p->looks)
        return 0;
    *p->looks -= looks;
    for (uint32_t arc = 2 * way->first_edge; arc < 2 * way->end_edge; arc++) {
        if ((leaving ? tail_of(d, arc) : head_of(d, arc)) != node)
            continue;
        if (found < 2)
            out[found] = arc;
        found++;
    }
    return found;
}

static bool step(path *p, uint32_t arc) {
    if (p->count == MOST_STEPS)
        return false;
    p->closed = p->closed || is_closed(p->draft, arc);
    p->steps[p->count++] = arc;
    return true;
}

/* Along a whole way from one of its ends; false where it does not begin at `node`. */
static bool follow(path *p, const osm_way_edges *way, uint32_t *node) {
    const network_draft *d = p->draft;
    uint32_t edges = way->end_edge - way->first_edge;
    if (edges == 0)
        return false;
    bool back = d->from.items[way->first_edge] != *node;
    for (uint32_t i = 0; i < edges; i++) {
        uint32_t arc = back ? 2 * (way->end_edge - 1 - i) + 1 : 2 * (way->first_edge + i);
        if (tail_of(d, arc) != *node || !step(p, arc))
            return false;
        *node = head_of(d, arc);
    }
    return true;
}

/* Along all via ways, in whatever order they come. */
static bool follow_all(path *p, const uint64_t *vias, uint32_t count, uint32_t *node) {
    bool driven[MOST_STEPS] = {false};
    if (count > MOST_STEPS)
        return false;
    for (uint32_t done = 0; done < count; done++) {
        uint32_t v = 0;
        for (; v < count; v++) {
            const osm_way_edges *way = way_of(p->places, vias[v]);
            uint32_t before = p->count;
            bool closed = p->closed;
            if (driven[v] || !way)
                continue;
            uint32_t at = *node;
            if (follow(p, way, &at)) {
                *node = at;
                driven[v] = true;
                break;
            }
            p->count = before;
            p->closed = closed;
        }
        if (v == count)
            return false;
    }
    return true;
}

typedef struct {
    maille_ctx *ctx;
    path path;
    bool only, fits;
} resolver;

/* What nobody may drive needs no restriction, but must not be the only way on. */
static maille_status keep_path(resolver *r) {
    network_turns *turns = &r->path.draft->turns;
    network_restriction kept = {turns->steps.count, r->path.count, r->only};
    if (r->path.closed) {
        r->fits = r->fits || !r->only;
        return MAILLE_OK;
    }
    r->fits = true;
    for (uint32_t i = 0; i < r->path.count; i++)
        if (!MAILLE_VEC_PUSH(&turns->steps, r->path.steps[i]))
            return maille_no_memory(r->ctx);
    return MAILLE_VEC_PUSH(&turns->restrictions, kept) ? MAILLE_OK : maille_no_memory(r->ctx);
}

/* From one way by a node to another. Where a way passes the node instead of ending there, only a
 * turn back into itself is clear. */
static maille_status by_node(resolver *r, const osm_way_edges *from, uint32_t node,
                             const osm_way_edges *to) {
    uint32_t in[2], out[2];
    uint32_t ins = arcs_at(&r->path, from, node, false, in),
             outs = arcs_at(&r->path, to, node, true, out);
    maille_status status = MAILLE_OK;
    bool back = from == to && ins == outs && ins <= 2;
    if (!back && (ins != 1 || outs != 1))
        return MAILLE_OK;
    for (uint32_t i = 0; i < ins && !status; i++) {
        r->path.count = 0;
        r->path.closed = false;
        if (step(&r->path, in[i]) && step(&r->path, back ? in[i] ^ 1u : out[i]))
            status = keep_path(r);
    }
    return status;
}

/* Whether one of the ways begins or ends at the node. */
static bool is_end_of_any(const osm_places *places, const network_draft *d, const uint64_t *ways,
                          uint32_t count, uint32_t node) {
    for (uint32_t i = 0; i < count; i++) {
        const osm_way_edges *way = way_of(places, ways[i]);
        if (way && way->first_edge < way->end_edge &&
            (d->from.items[way->first_edge] == node || d->to.items[way->end_edge - 1] == node))
            return true;
    }
    return false;
}

/* From one way by others to another: from whichever end of the first of the others fits. */
static maille_status by_ways(resolver *r, const osm_way_edges *from, const uint64_t *vias,
                             uint32_t via_count, const osm_way_edges *to) {
    const network_draft *d = r->path.draft;
    maille_status status = MAILLE_OK;
    uint64_t looks = UINT64_C(8) * (from->end_edge - from->first_edge) * via_count;
    if (looks > *r->path.looks)
        return MAILLE_OK;
    *r->path.looks -= (uint32_t)looks;
    for (uint32_t arc = 2 * from->first_edge; arc < 2 * from->end_edge && !status; arc++) {
        uint32_t node = head_of(d, arc), in[2], out[2];
        r->path.count = 0;
        r->path.closed = false;
        if (!is_end_of_any(r->path.places, d, vias, via_count, node) ||
            arcs_at(&r->path, from, node, false, in) != 1 || !step(&r->path, arc) ||
            !follow_all(&r->path, vias, via_count, &node) ||
            arcs_at(&r->path, to, node, true, out) != 1 || !step(&r->path, out[0]))
            continue;
        status = keep_path(r);
    }
    return status;
}

static maille_status resolve(resolver *r, const osm_restriction *it, const uint64_t *ids) {
    const osm_places *places = r->path.places;
    maille_status status = MAILLE_OK;
    const uint64_t *vias = ids + it->from_count, *tos = vias + it->via_count;
    uint32_t point = it->by_node ? maille_ids_get(places->points, it->via_node) : MAILLE_ABSENT;
    uint32_t node = point == MAILLE_ABSENT ? MAILLE_ABSENT : places->nodes[point];
    for (uint32_t f = 0; f < it->from_count; f++)
        for (uint32_t t = 0; t < it->to_count && !status; t++) {
            const osm_way_edges *from = way_of(places, ids[f]), *to = way_of(places, tos[t]);
            if (!from || !to || (it->by_node && node == MAILLE_ABSENT))
                continue;
            status = it->by_node ? by_node(r, from, node, to)
                                 : by_ways(r, from, vias, it->via_count, to);
        }
    return status;
}

maille_status osm_restrictions_resolve(maille_ctx *ctx, const osm_restrictions *restrictions,
                                       const osm_places *places, network_draft *draft,
                                       maille_network_report *report) {
    maille_status status = MAILLE_OK;
    uint32_t looks = MOST_LOOKS;
    for (size_t i = 0; i < restrictions->items.count && !status; i++) {
        const osm_restriction *it = &restrictions->items.items[i];
        resolver r = {.ctx = ctx,
                      .path = {.places = places, .draft = draft, .looks = &looks},
                      .only = it->only};
        status = resolve(&r, it, restrictions->ids.items + it->first);
        *(r.fits ? &report->restrictions : &report->restrictions_unfit) += 1;
    }
    return status;
}
