/* Reading the ground: units by code, drives, groups, borders, lists of units. */
#include <maille/ground.h>

#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t maille_ground_unit(const maille_ground *ground, const char *code) {
    uint32_t low = 0, high = ground->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(ground->code[middle], code);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return MAILLE_ABSENT;
}

uint32_t maille_ground_ms(const maille_ground *ground, uint32_t a, uint32_t b) {
    if (a == b)
        return 0;
    if (!ground->time_start)
        return UINT32_MAX;
    uint64_t low = ground->time_start[a], end = ground->time_start[a + 1], high = end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (ground->time_column[middle] < b)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && ground->time_column[low] == b ? ground->time_ms[low] : UINT32_MAX;
}

double maille_ground_people_within(const maille_ground *ground, uint32_t unit, uint32_t limit_ms) {
    double people = ground->population[unit];
    if (!ground->time_start || limit_ms > ground->time_limit_ms)
        return NAN;
    for (uint64_t i = ground->time_start[unit]; i < ground->time_start[unit + 1]; i++)
        if (ground->time_ms[i] <= limit_ms && ground->time_column[i] != unit)
            people += ground->population[ground->time_column[i]];
    return people;
}

double maille_border_length(const maille_adjacency *adjacency, uint32_t a, uint32_t b) {
    uint32_t low = 0, high = adjacency->count;
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const maille_border *border = &adjacency->borders[middle];
        if (border->a < a || (border->a == a && border->b < b))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == adjacency->count)
        return 0;
    const maille_border *border = &adjacency->borders[low];
    return border->a == a && border->b == b && border->line ? border->length_m : 0;
}

/* ---- lists of units ---------------------------------------------------------------------------
 */

int maille_compare_numbers(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

uint32_t maille_unit_place(const uint32_t *units, uint32_t count, uint32_t unit) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (units[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && units[low] == unit ? low : MAILLE_ABSENT;
}

double maille_list_people(const maille_ground *ground, const maille_unit_list *list) {
    double people = 0;
    for (uint32_t k = 0; k < list->count; k++)
        people += maille_unit_people(ground, list, k);
    return people;
}

/* ---- partitions -------------------------------------------------------------------------------
 */

maille_status maille_partition_index(maille_ctx *ctx, maille_partition *partition, uint32_t units,
                                     maille_arena *arena) {
    const uint32_t *of = partition->of_commune;
    size_t places = (size_t)partition->count + 2;
    uint32_t *start = maille_arena_alloc(arena, places * sizeof *start);
    uint32_t *unit = maille_arena_alloc(arena, ((size_t)units + 1) * sizeof *unit);
    if (!start || !unit)
        return maille_no_memory(ctx);
    /* start[g + 2] counts, start[g + 1] becomes the next free place, and then the end, of g */
    for (size_t g = 0; g < places; g++)
        start[g] = 0;
    for (uint32_t u = 0; u < units; u++)
        if (of[u] != MAILLE_ABSENT)
            start[of[u] + 2]++;
    for (size_t g = 2; g < places; g++)
        start[g] += start[g - 1];
    for (uint32_t u = 0; u < units; u++)
        if (of[u] != MAILLE_ABSENT)
            unit[start[of[u] + 1]++] = u;
    partition->start = start;
    partition->unit = unit;
    return MAILLE_OK;
}

maille_group_walk maille_group_units(const maille_ground *ground, const maille_partition *partition,
                                     uint32_t group) {
    maille_group_walk walk = {.partition = partition, .group = group, .end = ground->count};
    if (partition->start) {
        walk.at = partition->start[group];
        walk.end = partition->start[group + 1];
    }
    return walk;
}

uint32_t maille_group_next(maille_group_walk *walk) {
    const maille_partition *p = walk->partition;
    if (!p->start)
        while (walk->at < walk->end && p->of_commune[walk->at] != walk->group)
            walk->at++;
    if (walk->at >= walk->end)
        return MAILLE_ABSENT;
    uint32_t unit = p->start ? p->unit[walk->at] : walk->at;
    walk->at++;
    return unit;
}

static int compare_met(const void *left, const void *right) {
    const maille_met *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

maille_status maille_groups_met(maille_ctx *ctx, const maille_partition *partition,
                                const maille_unit_list *list, maille_met **out, uint32_t *count) {
    maille_met *met = maille_alloc(list->count, sizeof *met);
    uint32_t n = 0;
    *out = NULL;
    *count = 0;
    if (!met)
        return maille_no_memory(ctx);
    for (uint32_t k = 0; k < list->count; k++) {
        uint32_t group =
            partition->of_commune ? partition->of_commune[list->unit[k]] : MAILLE_ABSENT;
        if (group != MAILLE_ABSENT)
            met[n++] = (maille_met){group, k};
    }
    if (n > 1)
        qsort(met, n, sizeof *met, compare_met);
    *out = met;
    *count = n;
    return MAILLE_OK;
}
