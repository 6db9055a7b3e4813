/* Turns on real roads: whatever restrictions the files hold and whatever turns cost, all searches
 * give the times that an edge-based graph gives, which is read from the file by other means. */
#include <time.h>

#include <maille/memory.h>
#include <maille/reach.h>

#include "network/osm_oracle.h"

enum { STOPS = 200, PAIRS = 10000 };

static maille_ctx *ctx;

typedef struct {
    oracle oracle;
    maille_network *network;
    maille_hierarchy *hierarchy;
    maille_network_report report;
    network_profile *profile;
} town;

static void read_town(town *t, const char *file, int epsg, const char *profile) {
    maille_road_fields fields = {.profile = profile};
    maille_crs *crs = NULL;
    *t = (town){0};
    if (maille_crs_new(ctx, epsg, &crs) || network_profile_read(ctx, profile, &t->profile) ||
        maille_network_read(ctx, file, &fields, crs, &t->network, &t->report) ||
        maille_hierarchy_build(ctx, t->network, &t->hierarchy)) {
        fprintf(stderr, "%s\n", maille_message(ctx));
        exit(1);
    }
    oracle_make(&t->oracle, ctx, file, t->profile, crs);
    maille_crs_free(crs);
}

static void free_town(town *t) {
    maille_hierarchy_free(t->hierarchy);
    maille_network_free(t->network);
    network_profile_free(t->profile);
    oracle_free(&t->oracle);
}

/* The same roads in the same order, the same restrictions. */
static void check_roads(const town *t) {
    const oracle *o = &t->oracle;
    const maille_network *n = t->network;
    const maille_network_report *got = &t->report, *want = &o->report;
    uint32_t wrong = 0;
    CHECK_INT(n->place_count, o->vertices);
    CHECK_INT(n->edge_count, o->edges.count);
    for (uint32_t e = 0; e < n->edge_count && e < o->edges.count; e++) {
        const oracle_edge *it = &o->edges.items[e];
        maille_xy begin = n->edge_lines->points[n->edge_lines->start[e]];
        wrong += n->edge_from[e] != it->from || n->edge_to[e] != it->to ||
                 n->edge_ms[e] != it->ms[0] || n->edge_back_ms[e] != it->ms[1] ||
                 hypot(begin.x - it->begin[0].x, begin.y - it->begin[0].y) > 1e-6;
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(got->restrictions, want->restrictions);
    CHECK_INT(got->restrictions_at_hours, want->restrictions_at_hours);
    CHECK_INT(got->restrictions_not_ours, want->restrictions_not_ours);
    CHECK_INT(got->restrictions_unfit, want->restrictions_unfit);
    if (n->place_count != o->vertices || wrong)
        exit(1); /* what follows goes by their numbers */
}

static uint64_t seed = 4711;

static uint32_t draw(uint32_t bound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % bound);
}

static uint64_t different(const maille_matrix *m, const uint32_t *table, uint32_t limit) {
    uint64_t wrong = 0;
    for (uint32_t row = 0; row < m->rows; row++) {
        uint64_t i = m->start[row];
        for (uint32_t column = 0; column < m->columns; column++) {
            uint32_t want = table[row * STOPS + column];
            bool there = i < m->start[row + 1] && m->column[i] == column;
            wrong +=
                (there ? m->ms[i] : MAILLE_UNREACHED) != (want <= limit ? want : MAILLE_UNREACHED);
            i += there;
        }
    }
    return wrong;
}

/* Tables, sparse matrices by plain searches and by the hierarchy, with one thread and with two. */
static void check_tables(const town *t, const maille_stop *from, const maille_stop *to,
                         const uint32_t *right) {
    static const uint32_t limits[] = {300000, MAILLE_UNREACHED - 1};
    uint32_t *table = maille_alloc((size_t)STOPS * STOPS, sizeof *table);
    maille_matrix *m = NULL;
    for (unsigned jobs = 1; jobs <= 2; jobs++) {
        maille_ctx_set_jobs(ctx, jobs);
        CHECK_INT(maille_reach_table(ctx, t->network, t->hierarchy, from, STOPS, to, STOPS, table),
                  0);
        CHECK_INT(memcmp(table, right, (size_t)STOPS * STOPS * sizeof *table), 0);
        for (size_t l = 0; l < 2; l++) {
            CHECK_INT(maille_times(ctx, t->network, from, STOPS, to, STOPS, limits[l], &m), 0);
            CHECK_INT(different(m, right, limits[l]), 0);
            maille_matrix_free(m);
            CHECK_INT(maille_reach_times(ctx, t->network, t->hierarchy, from, STOPS, to, STOPS,
                                         limits[l], &m),
                      0);
            CHECK_INT(different(m, right, limits[l]), 0);
            maille_matrix_free(m);
        }
    }
    maille_free(table);
}

/* One to all from a stop by both kinds of search; one to one for some. */
static void check_one(const town *t, maille_reacher *reach, const maille_stop *from,
                      const uint32_t *vertex_ms, const maille_stop *to, uint32_t ones) {
    const maille_network *n = t->network;
    uint32_t *ms = maille_alloc(n->node_count, 2 * sizeof *ms), *which = ms + n->node_count;
    uint32_t plain = 0, swept = 0, wrong = 0, one;
    CHECK_INT(maille_nearest_nodes(ctx, n, from, 1, MAILLE_FROM, MAILLE_UNREACHED - 1, ms, which),
              0);
    for (uint32_t v = 0; v < n->place_count; v++)
        plain += maille_network_place_ms(n, ms, v) != vertex_ms[v];
    CHECK_INT(maille_reach_all(ctx, reach, from, MAILLE_FROM, ms), 0);
    for (uint32_t v = 0; v < n->place_count; v++)
        swept += maille_network_place_ms(n, ms, v) != vertex_ms[v];
    for (uint32_t k = 0; k < ones; k++) {
        CHECK_INT(maille_reach_one(ctx, reach, from, &to[k], &one), 0);
        wrong += one != vertex_ms[to[k].node];
    }
    CHECK_INT(plain, 0);
    CHECK_INT(swept, 0);
    CHECK_INT(wrong, 0);
    maille_free(ms);
}

static void check_times(town *t, const char *name) {
    uint32_t *right = maille_alloc((size_t)STOPS * STOPS, sizeof *right);
    uint32_t *vertex_ms = maille_alloc(t->oracle.vertices, sizeof *vertex_ms), joined = 0;
    maille_stop from[STOPS], to[STOPS];
    maille_reacher *reach = NULL;
    CHECK_INT(maille_reacher_new(ctx, t->network, t->hierarchy, &reach), 0);
    for (uint32_t i = 0; i < STOPS; i++) {
        from[i] = maille_stop_at_node(draw(t->network->place_count));
        to[i] = maille_stop_at_node(draw(t->network->place_count));
    }
    for (uint32_t i = 0; i < STOPS; i++) {
        oracle_search(&t->oracle, from[i].node, vertex_ms);
        for (uint32_t k = 0; k < STOPS; k++) {
            right[i * STOPS + k] = vertex_ms[to[k].node];
            joined += vertex_ms[to[k].node] != MAILLE_UNREACHED;
        }
        check_one(t, reach, &from[i], vertex_ms, to, PAIRS / STOPS + 1);
    }
    check_tables(t, from, to, right);
    CHECK(joined > STOPS * STOPS / 10);
    fprintf(stderr, "  %s: %u of %u pairs joined, %u times one to all, %u one to one\n", name,
            joined, STOPS * STOPS, STOPS, STOPS * (PAIRS / STOPS + 1));
    maille_reacher_free(reach);
    maille_free(vertex_ms);
    maille_free(right);
}

/* ---- each restriction for itself ---- */

/* Whether the network lets someone who stands at the copy or place `node` enter the arc. */
static bool may_enter(const maille_network *n, uint32_t node, uint32_t arc) {
    uint32_t place = arc % 2 ? n->edge_to[arc / 2] : n->edge_from[arc / 2];
    if (node == place)
        return true;
    for (uint32_t i = n->enter_first[arc]; i < n->enter_first[arc + 1]; i++)
        if (n->enter_node[i] == node)
            return true;
    return false;
}

/* Whether all nodes at which one may stand after `steps` keep one from driving `next`. */
static bool is_barred(const town *t, const oracle_rule *rule, uint32_t next) {
    const maille_network *n = t->network;
    uint32_t standing[64], count = 1, arrived = rule->steps[0];
    standing[0] = maille_network_arrival(n, arrived / 2, arrived % 2);
    for (uint32_t s = 1; s + 1 < rule->count; s++) {
        uint32_t arc = rule->steps[s], after[64], found = 0;
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t out = n->first_out[standing[i]]; out < n->first_out[standing[i] + 1];
                 out++)
                if (may_enter(n, standing[i], arc) && found < 64 &&
                    maille_network_place(n, n->head[out]) == oracle_head(&t->oracle, arc))
                    after[found++] = n->head[out];
        memcpy(standing, after, sizeof after);
        count = found;
    }
    for (uint32_t i = 0; i < count; i++)
        if (may_enter(n, standing[i], next))
            return false;
    return true;
}

/* Another restriction with the same beginning allows it. */
static bool is_allowed_by_another(const oracle *o, const oracle_rule *rule, uint32_t next) {
    for (size_t i = 0; i < o->rules.count; i++) {
        const oracle_rule *r = &o->rules.items[i];
        if (r->only && r->count == rule->count && r->steps[r->count - 1] == next &&
            memcmp(r->steps, rule->steps, (r->count - 1) * sizeof *r->steps) == 0)
            return true;
    }
    return false;
}

typedef struct {
    uint32_t obeyed, manoeuvres, quickest, lengthened;
} tally;

/* What the manoeuvre from before `steps` to behind `next` would take if nothing forbade it. */
static uint32_t manoeuvre_ms(const oracle *o, const oracle_rule *rule, uint32_t next) {
    uint32_t ms = oracle_weight(o, rule->steps[0]), before = rule->steps[0];
    for (uint32_t s = 1; s < rule->count; s++) {
        uint32_t arc = s + 1 < rule->count ? rule->steps[s] : next;
        uint32_t turn = oracle_turn(o, before, arc);
        if (turn == MAILLE_NO_ARC)
            return MAILLE_UNREACHED;
        ms += turn + oracle_weight(o, arc);
        before = arc;
    }
    return ms;
}

static uint32_t time_of(const town *t, const maille_stop *from, const maille_stop *to) {
    maille_reacher *reach = NULL;
    uint32_t ms = 0;
    CHECK_INT(maille_reacher_new(ctx, t->network, t->hierarchy, &reach), 0);
    CHECK_INT(maille_reach_one(ctx, reach, from, to, &ms), 0);
    maille_reacher_free(reach);
    return ms;
}

/* A forbidden manoeuvre: not to be driven; where it would be the quickest way from its beginning to
 * its end, the time is the oracle's, which is longer or that of another way. */
static void check_manoeuvre(town *t, const town *free, const oracle_rule *rule, uint32_t next,
                            tally *sum) {
    const oracle *o = &t->oracle;
    uint32_t from = oracle_tail(o, rule->steps[0]), to = oracle_head(o, next);
    uint32_t direct = manoeuvre_ms(o, rule, next), ours, unbound;
    maille_stop a = maille_stop_at_node(from), b = maille_stop_at_node(to);
    uint32_t *vertex_ms = maille_alloc(o->vertices, sizeof *vertex_ms);
    sum->manoeuvres++;
    CHECK(is_barred(t, rule, next));
    if (from == to || direct == MAILLE_UNREACHED)
        goto done;
    oracle_search(&t->oracle, from, vertex_ms);
    ours = time_of(t, &a, &b);
    unbound = time_of(free, &a, &b);
    CHECK_INT(ours, vertex_ms[to]);
    CHECK(unbound <= ours && unbound <= direct);
    sum->quickest += unbound == direct;
    sum->lengthened += unbound == direct && ours > direct;
done:
    maille_free(vertex_ms);
}

static void check_restrictions(town *t, const town *free, const char *name) {
    const oracle *o = &t->oracle;
    tally sum = {0};
    for (size_t i = 0; i < o->rules.count; i++) {
        const oracle_rule *rule = &o->rules.items[i];
        uint32_t last = rule->steps[rule->count - 1], at = oracle_tail(o, last);
        if (!rule->only)
            check_manoeuvre(t, free, rule, last, &sum);
        for (uint32_t k = o->first_out[at]; rule->only && k < o->first_out[at + 1]; k++)
            if (o->out[k] != last && !is_allowed_by_another(o, rule, o->out[k]))
                check_manoeuvre(t, free, rule, o->out[k], &sum);
        sum.obeyed++;
    }
    fprintf(stderr,
            "  %s: %u restrictions on open roads (of %llu), %u manoeuvres forbidden; %u would be "
            "the quickest way, %u of these take longer now\n",
            name, sum.obeyed, (unsigned long long)t->report.restrictions, sum.manoeuvres,
            sum.quickest, sum.lengthened);
    CHECK(sum.manoeuvres >= sum.obeyed && sum.quickest > 0 && sum.lengthened * 2 > sum.quickest);
}

/* The profile without its restrictions, as a file beside. */
static const char *without_restrictions(const char *profile) {
    static char text[1 << 14];
    const char *path = test_scratch("free.yaml"), list[] = "[motorcar, motor_vehicle, vehicle]";
    FILE *in = fopen(profile, "r"), *out = fopen(path, "w");
    if (!in || !out)
        exit(1);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    char *at = strstr(text, "restrictions: [");
    if (!at || strncmp(at + 14, list, sizeof list - 1) != 0)
        exit(1);
    fprintf(out, "%.*s[]%s", (int)(at + 14 - text), text, at + 14 + sizeof list - 1);
    fclose(in);
    fclose(out);
    return path;
}

static void check_file(const char *file, int epsg, const char *profile_name) {
    char path[1024], name[200], profile[1024];
    town t, free;
    snprintf(path, sizeof path, "%s", test_real(file));
    snprintf(profile, sizeof profile, "%s", test_source(profile_name));
    snprintf(name, sizeof name, "%s, %s", strrchr(file, '/') + 1, strrchr(profile_name, '/') + 1);
    read_town(&t, path, epsg, profile);
    check_roads(&t);
    check_times(&t, name);
    if (t.oracle.rules.count) {
        read_town(&free, path, epsg, without_restrictions(profile));
        CHECK_INT(free.oracle.rules.count, 0);
        check_restrictions(&t, &free, name);
        free_town(&free);
    }
    free_town(&t);
}

static const struct {
    const char *file;
    int epsg;
} files[] = {{"osm/cathedral-no-left.osm.pbf", 32618},
             {"osm/malta-latest.osm.pbf", 32633},
             {"osm/monaco.osm.pbf", 2154},
             {"osm/andorra-latest.osm.pbf", 2154},
             {"osm/liechtenstein-latest.osm.pbf", 32632},
             {"osm/paris_bss.osm.pbf", 2154}};

TEST(a_car_is_bound_by_restrictions) {
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        check_file(files[i].file, files[i].epsg, "layers/rules/profiles/car.yaml");
}

TEST(at_busy_hours_turns_signals_and_crossings_cost_too) {
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        check_file(files[i].file, files[i].epsg, "layers/rules/profiles/car-peak.yaml");
}

/* The restriction that the file is named for: no left turn into Cathedral Avenue. */
TEST(nobody_turns_left_into_cathedral_avenue) {
    enum { NO_LEFT = 5696764 };
    char profile[1024];
    town t, free;
    snprintf(profile, sizeof profile, "%s", test_source("layers/rules/profiles/car.yaml"));
    const char *file = test_real("osm/cathedral-no-left.osm.pbf");
    read_town(&t, file, 32618, profile);
    read_town(&free, file, 32618, without_restrictions(profile));
    const oracle_rule *rule = NULL;
    for (size_t i = 0; i < t.oracle.rules.count; i++)
        if (t.oracle.rules.items[i].relation == NO_LEFT)
            rule = &t.oracle.rules.items[i];
    if (!rule)
        exit(1);
    CHECK(rule->count == 2 && !rule->only);
    maille_stop a = maille_stop_at_node(oracle_tail(&t.oracle, rule->steps[0])),
                b = maille_stop_at_node(oracle_head(&t.oracle, rule->steps[1]));
    uint32_t bound = time_of(&t, &a, &b), unbound = time_of(&free, &a, &b);
    /* from point 3787925673 of Connecticut Avenue to 49761406 of Cathedral Avenue: straight 13.127
     * s; as it is, on to the next crossing, which is 5.235 s away, and back from there */
    CHECK_INT(t.oracle.edges.items[rule->steps[0] / 2].ends[0], 3787925673);
    CHECK_INT(t.oracle.edges.items[rule->steps[1] / 2].ends[1], 49761406);
    CHECK_INT(manoeuvre_ms(&t.oracle, rule, rule->steps[1]), 13127);
    CHECK_INT(unbound, 13127);
    CHECK_INT(bound, 13127 + 2 * 5235);
    free_town(&t);
    free_town(&free);
}

int main(void) {
    static const test_case cases[] = {CASE(nobody_turns_left_into_cathedral_avenue),
                                      CASE(a_car_is_bound_by_restrictions),
                                      CASE(at_busy_hours_turns_signals_and_crossings_cost_too)};
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
