/* All figures of a perimeter or of any list of communes, beside département, region and study. */
#include <maille/answers.h>
#include <maille/portrait.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ms_per_minute = 60000;

/* ---- what it is of
 * ------------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static maille_status take_codes(maille_ctx *ctx, maille_portrait *p, const char *const *codes,
                                size_t count) {
    p->units = maille_arena_alloc(p->arena, (count + 1) * sizeof *p->units);
    if (!p->units)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < count; i++) {
        p->units[i] = maille_ground_unit(p->ground, codes[i]);
        if (p->units[i] == MAILLE_ABSENT)
            return maille_fail(ctx, MAILLE_USAGE, "%s was no commune of the study", codes[i]);
    }
    if (count > 0)
        qsort(p->units, count, sizeof *p->units, by_number);
    for (size_t i = 0; i < count; i++)
        if (p->count == 0 || p->units[p->count - 1] != p->units[i])
            p->units[p->count++] = p->units[i];
    return MAILLE_OK;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const maille_sub_zone *)a)->name, ((const maille_sub_zone *)b)->name);
}

static void count_zone(maille_portrait *p, const maille_member *member, uint32_t unit) {
    const maille_ground *g = p->ground;
    size_t at = 0;
    if (!member->zone)
        return;
    while (at < p->zone_count && strcmp(p->zones[at].name, member->zone) != 0)
        at++;
    if (at == p->zone_count)
        p->zones[p->zone_count++] = (maille_sub_zone){.name = member->zone};
    p->zones[at].communes++;
    if (!isnan(g->population[unit]))
        p->zones[at].population += member->share * g->population[unit];
}

static maille_status take_members(maille_ctx *ctx, maille_portrait *p) {
    size_t most = p->perimeter->member_count + (size_t)1;
    p->units = maille_arena_alloc(p->arena, most * sizeof *p->units);
    p->shares = maille_arena_alloc(p->arena, most * sizeof *p->shares);
    p->zones = maille_arena_alloc(p->arena, most * sizeof *p->zones);
    if (!p->units || !p->shares || !p->zones)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < p->perimeter->member_count; i++) {
        const maille_member *member = &p->perimeter->members[i];
        uint32_t unit = maille_ground_unit(p->ground, member->code);
        if (unit == MAILLE_ABSENT)
            continue;
        p->units[p->count] = unit;
        p->shares[p->count++] = member->share;
        count_zone(p, member, unit);
    }
    if (p->zone_count)
        qsort(p->zones, p->zone_count, sizeof *p->zones, by_name);
    return MAILLE_OK;
}

/* ---- figures
 * ------------------------------------------------------------------------------------ */

/* The group of a partition that most of the population is in. */
static uint32_t main_group(const maille_crosswalk *c) {
    uint32_t best = MAILLE_ABSENT;
    double most = -1;
    for (uint32_t i = 0; i < c->count; i++)
        if (c->items[i].population > most) {
            most = c->items[i].population;
            best = c->items[i].group;
        }
    return best;
}

/* Figures of all units, or of one group of a partition. */
static maille_status side_figures(maille_ctx *ctx, const maille_portrait *p,
                                  const maille_judge_rules *rules, const maille_partition *of,
                                  uint32_t group, maille_figures **out) {
    const maille_ground *g = p->ground;
    uint32_t count = 0, *units = maille_alloc((size_t)g->count + 1, sizeof *units);
    if (!units)
        return maille_no_memory(ctx);
    for (uint32_t i = 0; i < g->count; i++)
        if (!of || of->of_commune[i] == group)
            units[count++] = i;
    maille_status status =
        maille_figures_new(ctx, g, rules, units, NULL, count, MAILLE_WITH_SERVICES, out);
    maille_free(units);
    return status;
}

const char *maille_group_name(const maille_partition *partition, uint32_t group) {
    return partition->title && partition->title[group] ? partition->title[group]
                                                       : partition->id[group];
}

static maille_status find_links(maille_ctx *ctx, maille_portrait *p) {
    uint32_t pieces = 0;
    uint32_t *piece_of = maille_alloc(p->count + (size_t)1, sizeof *piece_of);
    if (!piece_of)
        return maille_no_memory(ctx);
    maille_status status = maille_pieces(ctx, p->ground, p->units, p->count, true, &pieces,
                                         piece_of, &p->links, &p->link_count);
    maille_free(piece_of);
    return status;
}

static maille_status measure(maille_ctx *ctx, maille_portrait *p, const maille_judge_rules *rules,
                             const maille_judge_rules *rules_of_kind) {
    const maille_ground *g = p->ground;
    const maille_partition *parts[] = {&g->department, &g->region};
    maille_status status = MAILLE_OK;
    p->titles[MAILLE_SELF] = p->perimeter ? p->perimeter->name : "la liste";
    p->titles[MAILLE_STUDY] = "l’étude";
    MAILLE_TRY(find_links(ctx, p));
    MAILLE_TRY(maille_figures_new(
        ctx, g, rules_of_kind, p->units, p->shares, p->count,
        MAILLE_WITH_DRIVES | MAILLE_WITH_SERVICES | MAILLE_WITH_CROSSWALKS, &p->f[MAILLE_SELF]));
    p->drives_up_to_min = p->f[MAILLE_SELF]->pairs_beyond ? g->time_limit_ms / ms_per_minute : NAN;
    for (uint32_t i = 0; i < 2 && i < p->f[MAILLE_SELF]->crosswalk_count; i++) {
        uint32_t group = main_group(&p->f[MAILLE_SELF]->crosswalks[i]);
        if (group == MAILLE_ABSENT)
            continue;
        p->titles[MAILLE_DEPARTMENT + i] = maille_group_name(parts[i], group);
        MAILLE_TRY(side_figures(ctx, p, rules, parts[i], group, &p->f[MAILLE_DEPARTMENT + i]));
    }
    MAILLE_TRY(side_figures(ctx, p, rules, NULL, 0, &p->f[MAILLE_STUDY]));
done:
    return status;
}

/* ---- portraits
 * ---------------------------------------------------------------------------------- */

static maille_status portrait_new(maille_ctx *ctx, const maille_ground *ground,
                                  maille_portrait **out) {
    maille_portrait *p = maille_alloc(1, sizeof *p);
    maille_arena *arena = maille_arena_new();
    if (!p || !arena) {
        maille_free(p);
        maille_arena_free(arena);
        return maille_no_memory(ctx);
    }
    p->ground = ground;
    p->arena = arena;
    *out = p;
    return MAILLE_OK;
}

void maille_portrait_free(maille_portrait *portrait) {
    if (!portrait)
        return;
    for (size_t i = 0; i < MAILLE_SIDES; i++)
        maille_figures_free(portrait->f[i]);
    maille_free(portrait->links);
    maille_arena_free(portrait->arena);
    maille_free(portrait);
}

maille_status maille_portrait_of_codes(maille_ctx *ctx, const maille_ground *ground,
                                       const maille_judge_rules *rules, const char *const *codes,
                                       size_t count, maille_portrait **out) {
    maille_status status = MAILLE_OK;
    maille_portrait *p = NULL;
    MAILLE_TRY(portrait_new(ctx, ground, &p));
    MAILLE_TRY(take_codes(ctx, p, codes, count));
    MAILLE_TRY(measure(ctx, p, rules, rules));
    *out = p;
    p = NULL;
done:
    maille_portrait_free(p);
    return status;
}

maille_status maille_portrait_of_perimeter(maille_ctx *ctx, const maille_ground *ground,
                                           const maille_judge_rules *rules,
                                           const maille_judge_rules *rules_of_kind,
                                           const maille_perimeter *perimeter,
                                           maille_portrait **out) {
    maille_status status = MAILLE_OK;
    maille_portrait *p = NULL;
    MAILLE_TRY(portrait_new(ctx, ground, &p));
    p->perimeter = perimeter;
    MAILLE_TRY(take_members(ctx, p));
    MAILLE_TRY(measure(ctx, p, rules, rules_of_kind));
    *out = p;
    p = NULL;
done:
    maille_portrait_free(p);
    return status;
}

maille_status maille_list_figures(maille_ctx *ctx, const maille_ground *ground,
                                  const maille_judge_rules *rules, const char *const *codes,
                                  size_t count, maille_strbuf *out) {
    maille_status status = MAILLE_OK;
    maille_portrait *p = NULL;
    maille_jout j = {0};
    MAILLE_TRY(maille_portrait_of_codes(ctx, ground, rules, codes, count, &p));
    maille_j_open(&j, NULL, '{');
    maille_portrait_members(p, &j);
    maille_j_close(&j, '}');
    if (j.s.failed)
        status = maille_no_memory(ctx);
    else
        maille_strbuf_add_n(out, j.s.text, j.s.length);
    if (out->failed)
        status = maille_no_memory(ctx);
done:
    maille_strbuf_free(&j.s);
    maille_portrait_free(p);
    return status;
}
