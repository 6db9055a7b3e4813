/* Judgement of random plans on random boards with water and roads, beside plain computations on
 * the board's cells. */
#include "territory/land.h"

#include <maille/map.h>

enum { SIDE = 20, CELLS = SIDE * SIDE, CLAIMS = 12, LINKS = 60, BOARDS = 25 };

static sketch_pad pad = {.random = 2026};
static maille_size_rules sizes;
static maille_overlap_rules policy = {.policy = "alerte",
                                      .both_published = "erreur",
                                      .one_published = "alerte",
                                      .both_drafts = "information"};
static const maille_judge_rules rules = {.sizes = &sizes, .overlaps = &policy};

/* ---- boards -----------------------------------------------------------------------------------
 */

typedef struct {
    bool is_land[CELLS];
    uint32_t unit_of[CELLS], cell_of[CELLS], count;
    land land;
    maille_link links[LINKS];
    maille_claim claims[CLAIMS];
    maille_plan plan;
    uint32_t member[CLAIMS][CELLS];
    double share[CLAIMS][CELLS];
    unsigned char on_purpose[CLAIMS][CELLS];
    uint32_t epci[CELLS];
    maille_partition groupings[1];
} board;

static uint32_t beside(const board *b, uint32_t unit, int direction) {
    static const int dx[] = {1, -1, 0, 0}, dy[] = {0, 0, 1, -1};
    int x = (int)(b->cell_of[unit] % SIDE) + dx[direction];
    int y = (int)(b->cell_of[unit] / SIDE) + dy[direction];
    return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? MAILLE_ABSENT : b->unit_of[y * SIDE + x];
}

static bool touch(const board *b, uint32_t u, uint32_t v) {
    for (int d = 0; d < 4; d++)
        if (beside(b, u, d) == v)
            return true;
    return false;
}

static int compare_links(const void *left, const void *right) {
    const maille_link *a = left, *b = right;
    return a->a != b->a ? (a->a > b->a) - (a->a < b->a) : (a->b > b->b) - (a->b < b->b);
}

static void make_links(board *b) {
    uint32_t count = 0, kept = 0;
    while (count < LINKS) {
        uint32_t u = sketch_random(&pad, b->count), v = sketch_random(&pad, b->count);
        if (u != v && !touch(b, u, v))
            b->links[count++] =
                (maille_link){u < v ? u : v, u < v ? v : u, 1 + sketch_random(&pad, 5)};
    }
    qsort(b->links, count, sizeof *b->links, compare_links);
    for (uint32_t k = 0; k < count; k++)
        if (k == 0 || compare_links(&b->links[k], &b->links[k - 1]) != 0)
            b->links[kept++] = b->links[k];
    b->land.ground.links = b->links;
    b->land.ground.link_count = kept;
}

/* A patch grown from a unit, a ring around one, or units strewn about. */
static void choose_members(board *b, bool *in, uint32_t claim) {
    uint32_t size = 1 + sketch_random(&pad, 60), at = sketch_random(&pad, b->count);
    uint32_t radius = 1 + sketch_random(&pad, 5);
    for (uint32_t k = 0; k < size && claim % 3 == 0; k++)
        in[sketch_random(&pad, b->count)] = true;
    for (uint32_t k = 0; k < 4 * size && claim % 3 == 1; k++) {
        in[at] = true;
        uint32_t next = beside(b, at, (int)sketch_random(&pad, 4));
        at = next == MAILLE_ABSENT ? at : next;
    }
    for (uint32_t u = 0; u < b->count && claim % 3 == 2; u++) {
        uint32_t x = b->cell_of[u] % SIDE, y = b->cell_of[u] / SIDE;
        uint32_t far_x = (uint32_t)abs((int)x - (int)(b->cell_of[at] % SIDE));
        uint32_t far_y = (uint32_t)abs((int)y - (int)(b->cell_of[at] / SIDE));
        in[u] = (far_x > far_y ? far_x : far_y) == radius;
    }
}

static void make_claims(board *b) {
    static const char *const ids[CLAIMS] = {"a", "b", "c", "d", "e", "f",
                                            "g", "h", "i", "j", "k", "l"};
    for (uint32_t c = 0; c < CLAIMS; c++) {
        bool in[CELLS] = {false};
        maille_claim *claim = &b->claims[c];
        choose_members(b, in, c);
        *claim = (maille_claim){.id = ids[c],
                                .name = ids[c],
                                .active = sketch_random(&pad, 7) != 0,
                                .published = sketch_random(&pad, 2) == 0,
                                .member = b->member[c],
                                .share = b->share[c],
                                .on_purpose = b->on_purpose[c]};
        for (uint32_t u = 0; u < b->count; u++)
            if (in[u]) {
                b->member[c][claim->count] = u;
                b->on_purpose[c][claim->count] = sketch_random(&pad, 3) == 0;
                b->share[c][claim->count++] = (1 + sketch_random(&pad, 4)) / 4.0;
            }
    }
    b->plan = (maille_plan){CLAIMS, b->claims};
}

static void make_board(board *b) {
    memset(b, 0, sizeof *b);
    uint32_t water = sketch_random(&pad, 30);
    for (uint32_t i = 0; i < CELLS; i++)
        b->is_land[i] = water == 0 || sketch_random(&pad, 4 * water) != 0;
    land_make(&pad, land_board(&pad, SIDE, SIDE, 1000, b->is_land, b->unit_of), &b->land);
    for (uint32_t i = 0; i < CELLS; i++)
        if (b->unit_of[i] != MAILLE_ABSENT)
            b->cell_of[b->count++] = i;
    CHECK_INT(b->count, b->land.ground.count);
    for (uint32_t u = 0; u < b->count; u++) {
        b->land.population[u] = sketch_random(&pad, 8) * 25;
        b->epci[u] = sketch_random(&pad, 5) == 0
                         ? MAILLE_ABSENT
                         : b->cell_of[u] % SIDE / 5 + b->cell_of[u] / SIDE / 5 * 4;
    }
    b->groupings[0] = (maille_partition){.name = "epci", .count = 16, .of_commune = b->epci};
    b->land.ground.groupings = b->groupings;
    b->land.ground.grouping_count = 1;
    b->land.ground.department = b->groupings[0];
    make_links(b);
    make_claims(b);
}

/* ---- plain computations -----------------------------------------------------------------------
 */

static bool holds(const board *b, uint32_t claim, uint32_t unit, uint32_t *place) {
    for (uint32_t k = 0; k < b->claims[claim].count; k++)
        if (b->claims[claim].member[k] == unit) {
            if (place)
                *place = k;
            return true;
        }
    return false;
}

/* Numbers groups of marked units that touch, by repeated relabelling; MAILLE_ABSENT elsewhere. */
static void label_groups(const board *b, const bool *marked, uint32_t *label) {
    bool changed = true;
    for (uint32_t u = 0; u < b->count; u++)
        label[u] = marked[u] ? u : MAILLE_ABSENT;
    while (changed) {
        changed = false;
        for (uint32_t u = 0; u < b->count; u++)
            for (int d = 0; d < 4 && marked[u]; d++) {
                uint32_t v = beside(b, u, d);
                if (v != MAILLE_ABSENT && marked[v] && label[v] < label[u]) {
                    label[u] = label[v];
                    changed = true;
                }
            }
    }
}

static bool has_open_side(const board *b, uint32_t unit) {
    for (int d = 0; d < 4; d++)
        if (beside(b, unit, d) == MAILLE_ABSENT)
            return true;
    return false;
}

/* in_hole[u]: lowest unit of the hole that u is in; MAILLE_ABSENT. */
static void plain_holes(const board *b, uint32_t claim, uint32_t *in_hole) {
    bool outside[CELLS] = {false}, open[CELLS] = {false};
    uint32_t label[CELLS];
    for (uint32_t u = 0; u < b->count; u++)
        outside[u] = !holds(b, claim, u, NULL);
    label_groups(b, outside, label);
    for (uint32_t u = 0; u < b->count; u++)
        if (outside[u] && has_open_side(b, u))
            open[label[u]] = true;
    for (uint32_t u = 0; u < b->count; u++)
        in_hole[u] = outside[u] && !open[label[u]] ? label[u] : MAILLE_ABSENT;
}

static void check_holes(const board *b, const maille_flags *flags) {
    uint32_t in_hole[CELLS], holes = 0, found = 0;
    for (uint32_t c = 0; c < CLAIMS; c++) {
        if (!b->claims[c].active || b->claims[c].count == 0)
            continue;
        plain_holes(b, c, in_hole);
        for (uint32_t u = 0; u < b->count; u++)
            holes += in_hole[u] == u;
        for (uint32_t i = 0; i < flags->count; i++) {
            const maille_flag *f = &flags->flags[i];
            uint32_t size = 0;
            if (f->kind != MAILLE_FLAG_HOLE || f->a != c)
                continue;
            found++;
            for (uint32_t u = 0; u < b->count; u++)
                size += in_hole[u] == f->first_unit;
            CHECK_INT(f->count, size);
            for (uint32_t k = 0; k < f->count; k++)
                CHECK_INT(in_hole[flags->units[f->first + k]], f->first_unit);
        }
    }
    CHECK_INT(found, holes);
}

/* Joins by borders, then again and again the shortest link that joins two pieces. */
static double plain_pieces(const board *b, uint32_t claim, bool by_road, uint32_t *label,
                           uint32_t *links) {
    bool in[CELLS];
    double minutes = 0;
    for (uint32_t u = 0; u < b->count; u++)
        in[u] = holds(b, claim, u, NULL);
    label_groups(b, in, label);
    *links = 0;
    while (by_road) {
        const maille_link *best = NULL;
        for (uint32_t l = 0; l < b->land.ground.link_count; l++) {
            const maille_link *link = &b->links[l];
            if (in[link->a] && in[link->b] && label[link->a] != label[link->b] &&
                (!best || link->minutes < best->minutes))
                best = link;
        }
        if (!best)
            break;
        uint32_t low = label[best->a], high = label[best->b];
        if (low > high) {
            low = label[best->b];
            high = label[best->a];
        }
        for (uint32_t u = 0; u < b->count; u++)
            label[u] = label[u] == high ? low : label[u];
        minutes += best->minutes;
        (*links)++;
    }
    return minutes;
}

static void check_pieces(const board *b, uint32_t claim, bool by_road) {
    const maille_claim *c = &b->claims[claim];
    uint32_t label[CELLS], piece_of[CELLS], number_of[CELLS], pieces = 77, count, *links = NULL;
    uint32_t want_links, want = 0;
    double minutes = 0, want_minutes = plain_pieces(b, claim, by_road, label, &want_links);
    CHECK(maille_pieces(pad.ctx, &b->land.ground, c->member, c->count, by_road, &pieces, piece_of,
                        &links, &count) == MAILLE_OK);
    for (uint32_t k = 0; k < c->count; k++) {
        if (label[c->member[k]] == c->member[k])
            number_of[c->member[k]] = want++;
        CHECK_INT(piece_of[k], number_of[label[c->member[k]]]);
    }
    CHECK_INT(pieces, want);
    CHECK_INT(count, want_links);
    for (uint32_t k = 0; k < count; k++) {
        CHECK(k == 0 || links[k - 1] < links[k]);
        minutes += b->links[links[k]].minutes;
    }
    CHECK_NEAR(minutes, want_minutes, 0);
    maille_free(links);
}

/* Sides of cells without a member on the other side. */
static void check_shape(const board *b, uint32_t claim) {
    const maille_claim *c = &b->claims[claim];
    maille_figures *f = NULL;
    uint32_t sides = 0, in_hole[CELLS], holes = 0, label[CELLS], links, parts = 0;
    double people = 0;
    CHECK(maille_figures_new(pad.ctx, &b->land.ground, &rules, c->member, c->share, c->count, 0,
                             &f) == MAILLE_OK);
    for (uint32_t k = 0; k < c->count; k++) {
        people += b->land.population[c->member[k]] * c->share[k];
        for (int d = 0; d < 4; d++) {
            uint32_t next = beside(b, c->member[k], d);
            sides += next == MAILLE_ABSENT || !holds(b, claim, next, NULL);
        }
    }
    plain_holes(b, claim, in_hole);
    plain_pieces(b, claim, true, label, &links);
    for (uint32_t u = 0; u < b->count; u++) {
        holes += in_hole[u] == u;
        parts += label[u] == u;
    }
    CHECK_NEAR(f->population, people, 1e-9);
    CHECK_NEAR(f->outline_m, 1000.0 * sides, 1e-6);
    CHECK_NEAR(f->area_m2, 1e6 * c->count, 1e-3);
    CHECK_INT(f->holes, holes);
    CHECK_INT(f->parts, parts);
    CHECK_INT(f->parts_by_border, parts + links);
    maille_figures_free(f);
}

/* Sides of a gap's cells along a claim, and roads to it. */
static void meetings(const board *b, const maille_flags *flags, const maille_flag *gap,
                     uint32_t claim, uint32_t *sides, uint32_t *roads) {
    bool in_gap[CELLS] = {false};
    *sides = *roads = 0;
    for (uint32_t k = 0; k < gap->count; k++)
        in_gap[flags->units[gap->first + k]] = true;
    for (uint32_t u = 0; u < b->count; u++)
        for (int d = 0; d < 4 && in_gap[u]; d++) {
            uint32_t next = beside(b, u, d);
            *sides +=
                next != MAILLE_ABSENT && b->claims[claim].active && holds(b, claim, next, NULL);
        }
    for (uint32_t l = 0; l < b->land.ground.link_count; l++) {
        const maille_link *link = &b->links[l];
        if (b->claims[claim].active && in_gap[link->a] != in_gap[link->b])
            *roads += holds(b, claim, in_gap[link->a] ? link->b : link->a, NULL);
    }
}

static void check_takers(const board *b, const maille_flags *flags, const maille_flag *gap) {
    uint32_t expected = 0, last_sides = UINT32_MAX, last_roads = UINT32_MAX, last = 0;
    for (uint32_t c = 0; c < CLAIMS; c++) {
        uint32_t sides, roads;
        meetings(b, flags, gap, c, &sides, &roads);
        expected += sides > 0 || roads > 0;
    }
    CHECK_INT(gap->taker_count, expected);
    for (uint32_t k = 0; k < gap->taker_count; k++) {
        const maille_taker *taker = &flags->takers[gap->first_taker + k];
        uint32_t sides, roads;
        double people = gap->population;
        meetings(b, flags, gap, taker->claim, &sides, &roads);
        CHECK(sides > 0 || roads > 0);
        CHECK(sides < last_sides || (sides == last_sides && roads < last_roads) ||
              (sides == last_sides && roads == last_roads && taker->claim > last));
        last_sides = sides;
        last_roads = roads;
        last = taker->claim;
        for (uint32_t m = 0; m < b->claims[last].count; m++)
            people += b->land.population[b->claims[last].member[m]] * b->claims[last].share[m];
        CHECK_NEAR(taker->population_after, people, 1e-9);
    }
}

/* Each unit is held or in exactly one gap; gaps are whole groups; enclosed where no side is open.
 */
static void check_gaps(const board *b, const maille_flags *flags) {
    bool nobodys[CELLS] = {false};
    uint32_t label[CELLS], in_gaps[CELLS] = {0};
    for (uint32_t u = 0; u < b->count; u++) {
        nobodys[u] = true;
        for (uint32_t c = 0; c < CLAIMS; c++)
            nobodys[u] = nobodys[u] && !(b->claims[c].active && holds(b, c, u, NULL));
    }
    label_groups(b, nobodys, label);
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        bool open = false;
        if (f->kind != MAILLE_FLAG_GAP)
            continue;
        for (uint32_t k = 0; k < f->count; k++) {
            uint32_t unit = flags->units[f->first + k];
            in_gaps[unit]++;
            CHECK_INT(label[unit], f->first_unit);
            open = open || has_open_side(b, unit);
        }
        CHECK(f->enclosed == !open);
        CHECK_INT(f->severity, !open && f->population > 0 ? MAILLE_ALERTE : MAILLE_INFORMATION);
        check_takers(b, flags, f);
    }
    for (uint32_t u = 0; u < b->count; u++)
        CHECK_INT(in_gaps[u], nobodys[u]);
}

/* Units of a pair on purpose of both, or the others. */
static uint32_t plain_common(const board *b, uint32_t c, uint32_t d, bool on_purpose,
                             double *people, uint32_t *units) {
    uint32_t count = 0, i, j;
    *people = 0;
    for (uint32_t u = 0; u < b->count; u++) {
        if (!holds(b, c, u, &i) || !holds(b, d, u, &j) ||
            (b->on_purpose[c][i] && b->on_purpose[d][j]) != on_purpose)
            continue;
        units[count++] = u;
        *people += b->land.population[u] * fmin(b->share[c][i], b->share[d][j]);
    }
    return count;
}

static void check_pairs(const board *b, const maille_flags *flags) {
    uint32_t pairs = 0, found = 0, units[CELLS];
    double people;
    for (uint32_t c = 0; c < CLAIMS; c++)
        for (uint32_t d = c + 1; d < CLAIMS; d++)
            for (int purpose = 0; purpose < 2; purpose++)
                pairs += b->claims[c].active && b->claims[d].active &&
                         plain_common(b, c, d, purpose, &people, units) > 0;
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        if (f->kind != MAILLE_FLAG_OVERLAP && f->kind != MAILLE_FLAG_SHARED)
            continue;
        found++;
        CHECK(f->a < f->b);
        CHECK_INT(f->count,
                  plain_common(b, f->a, f->b, f->kind == MAILLE_FLAG_SHARED, &people, units));
        CHECK(memcmp(units, flags->units + f->first, f->count * sizeof *units) == 0);
        CHECK_NEAR(f->population, people, 1e-9);
    }
    CHECK_INT(found, pairs);
}

static void check_shares(const board *b, const maille_flags *flags) {
    uint32_t found = 0, expected = 0, place;
    for (uint32_t i = 0; i < flags->count; i++)
        found += flags->flags[i].kind == MAILLE_FLAG_OVERSHARED;
    for (uint32_t u = 0; u < b->count; u++) {
        double sum = 0, least = 1;
        for (uint32_t c = 0; c < CLAIMS; c++)
            if (b->claims[c].active && holds(b, c, u, &place)) {
                sum += b->share[c][place];
                least = fmin(least, b->share[c][place]);
            }
        expected += least < 1 && sum > 1;
        for (uint32_t i = 0; i < flags->count; i++)
            if (flags->flags[i].kind == MAILLE_FLAG_OVERSHARED && flags->flags[i].first_unit == u)
                CHECK_NEAR(flags->flags[i].value, sum, 1e-12);
    }
    CHECK_INT(found, expected);
}

/* A group of which a claim holds some and lacks some. */
static void check_splits(const board *b, const maille_flags *flags) {
    uint32_t found = 0, expected = 0;
    for (uint32_t c = 0; c < CLAIMS; c++)
        for (uint32_t g = 0; g < 16 && b->claims[c].active; g++) {
            uint32_t has = 0, lacks = 0;
            for (uint32_t u = 0; u < b->count; u++) {
                bool in = holds(b, c, u, NULL);
                has += b->epci[u] == g && in;
                lacks += b->epci[u] == g && !in;
            }
            expected += has > 0 && lacks > 0;
            for (uint32_t i = 0; i < flags->count; i++) {
                const maille_flag *f = &flags->flags[i];
                if (f->kind != MAILLE_FLAG_SPLIT || f->a != c || f->group != g)
                    continue;
                found++;
                CHECK_INT(f->count, lacks);
                for (uint32_t k = 0; k < f->count; k++)
                    CHECK(b->epci[flags->units[f->first + k]] == g &&
                          !holds(b, c, flags->units[f->first + k], NULL));
            }
        }
    CHECK_INT(found, expected);
}

/* ---- all on each board ------------------------------------------------------------------------
 */

TEST(flags_are_what_plain_computations_find) {
    board *b = maille_alloc(1, sizeof *b);
    for (int round = 0; round < BOARDS; round++) {
        maille_flags flags = {0};
        make_board(b);
        CHECK(maille_judge(pad.ctx, &b->land.ground, &rules, &b->plan, &flags) == MAILLE_OK);
        check_holes(b, &flags);
        check_gaps(b, &flags);
        check_pairs(b, &flags);
        check_shares(b, &flags);
        check_splits(b, &flags);
        for (uint32_t c = 0; c < CLAIMS; c++) {
            check_pieces(b, c, false);
            check_pieces(b, c, true);
            if (b->claims[c].count > 0)
                check_shape(b, c);
        }
        maille_flags_free(&flags);
        land_free(&b->land);
    }
    maille_free(b);
}

TEST(the_same_with_one_thread_and_with_two) {
    board *b = maille_alloc(1, sizeof *b);
    for (int round = 0; round < BOARDS; round++) {
        maille_flags one = {0}, two = {0};
        make_board(b);
        maille_ctx_set_jobs(pad.ctx, 1);
        CHECK(maille_judge(pad.ctx, &b->land.ground, &rules, &b->plan, &one) == MAILLE_OK);
        maille_ctx_set_jobs(pad.ctx, 2);
        CHECK(maille_judge(pad.ctx, &b->land.ground, &rules, &b->plan, &two) == MAILLE_OK);
        CHECK(one.count > 0 && maille_flags_equal(&one, &two));
        maille_flags_free(&one);
        maille_flags_free(&two);
        land_free(&b->land);
    }
    maille_free(b);
}

/* Put together from its parts: each claim alone, each with all others, the rest. */
TEST(the_whole_is_the_sum_of_its_parts) {
    board *b = maille_alloc(1, sizeof *b);
    for (int round = 0; round < BOARDS; round++) {
        maille_flags whole = {0}, parts = {0}, pairs = {0}, rest = {0};
        maille_holders holders;
        make_board(b);
        CHECK(maille_judge(pad.ctx, &b->land.ground, &rules, &b->plan, &whole) == MAILLE_OK);
        CHECK(maille_holders_new(pad.ctx, &b->land.ground, &b->plan, &holders) == MAILLE_OK);
        for (uint32_t c = 0; c < CLAIMS; c++) {
            CHECK(maille_judge_claim(pad.ctx, &b->land.ground, &rules, &b->plan, c, &parts) ==
                  MAILLE_OK);
            CHECK(maille_judge_pairs(pad.ctx, &b->land.ground, &rules, &b->plan, &holders, c, true,
                                     &pairs) == MAILLE_OK);
        }
        CHECK(maille_judge_rest(pad.ctx, &b->land.ground, &rules, &b->plan, &holders, &rest) ==
              MAILLE_OK);
        maille_flags_sort(&pairs); /* each pair was seen from both sides */
        for (uint32_t i = 0; i < pairs.count; i += 2) {
            maille_flags once = pairs, again = pairs;
            once.flags = &pairs.flags[i];
            again.flags = &pairs.flags[i + 1];
            once.count = again.count = 1;
            CHECK(maille_flags_equal(&once, &again));
            CHECK(maille_flags_append(pad.ctx, &parts, &once) == MAILLE_OK);
        }
        CHECK(maille_flags_append(pad.ctx, &parts, &rest) == MAILLE_OK);
        maille_flags_sort(&parts);
        CHECK(maille_flags_equal(&whole, &parts));
        maille_flags_free(&whole);
        maille_flags_free(&parts);
        maille_flags_free(&pairs);
        maille_flags_free(&rest);
        maille_holders_free(&holders);
        land_free(&b->land);
    }
    maille_free(b);
}

int main(void) {
    static const test_case cases[] = {CASE(flags_are_what_plain_computations_find),
                                      CASE(the_same_with_one_thread_and_with_two),
                                      CASE(the_whole_is_the_sum_of_its_parts)};
    sizes = land_sizes();
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
