/* The mesh: equal points have one number. */
#include "geo/mesh.h"

#include <string.h>

static size_t bucket_of(mesh_point p, size_t mask) {
    uint64_t h = (uint64_t)p.x * 0x9E3779B97F4A7C15u + (uint64_t)p.y;
    h = (h ^ h >> 32) * 0xD6E8FEB86659FD93u;
    return (size_t)(h ^ h >> 29) & mask;
}

static void put(mesh_points *set, uint32_t number) {
    size_t mask = set->bucket_count - 1, at = bucket_of(set->points[number], mask);
    while (set->buckets[at])
        at = (at + 1) & mask;
    set->buckets[at] = number + 1;
}

bool mesh_points_prepare(mesh_points *set, size_t expected) {
    size_t wanted = 64;
    while (wanted < 2 * expected)
        wanted *= 2;
    if (wanted <= set->bucket_count)
        return true;
    uint32_t *buckets = maille_alloc(wanted, sizeof *buckets);
    if (!buckets)
        return false;
    maille_free(set->buckets);
    set->buckets = buckets;
    set->bucket_count = wanted;
    for (uint32_t i = 0; i < set->count; i++)
        put(set, i);
    return true;
}

bool mesh_points_number(mesh_points *set, mesh_point p, uint32_t *number) {
    if (2 * (size_t)set->count >= set->bucket_count &&
        !mesh_points_prepare(set, (size_t)set->count + 1))
        return false;
    size_t mask = set->bucket_count - 1, at = bucket_of(p, mask);
    for (; set->buckets[at]; at = (at + 1) & mask) {
        const mesh_point *q = &set->points[set->buckets[at] - 1];
        if (q->x == p.x && q->y == p.y) {
            *number = set->buckets[at] - 1;
            return true;
        }
    }
    if (set->count == set->point_capacity &&
        !maille_vec_grow((void **)&set->points, &set->point_capacity, (size_t)set->count + 1,
                         sizeof *set->points))
        return false;
    *number = set->count++;
    set->points[*number] = p;
    set->buckets[at] = set->count;
    return true;
}

void mesh_points_free(mesh_points *set) {
    maille_free(set->points);
    maille_free(set->buckets);
    *set = (mesh_points){0};
}
