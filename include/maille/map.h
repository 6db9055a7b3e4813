/* Hash maps: text → number, 64-bit key → number (room: base). Iteration order is not offered, so
 * that no result can depend on it. */
#ifndef MAILLE_MAP_H
#define MAILLE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAILLE_ABSENT UINT32_MAX

typedef struct maille_names maille_names; /* text → uint32; keys are copied */
maille_names *maille_names_new(size_t expected);
void maille_names_free(maille_names *map);
/* Value of a key, or MAILLE_ABSENT. */
uint32_t maille_names_get(const maille_names *map, const char *key);
/* False when memory ran out. Replaces. */
bool maille_names_set(maille_names *map, const char *key, uint32_t value);
size_t maille_names_count(const maille_names *map);

typedef struct maille_ids maille_ids; /* uint64 → uint32 */
maille_ids *maille_ids_new(size_t expected);
void maille_ids_free(maille_ids *map);
uint32_t maille_ids_get(const maille_ids *map, uint64_t key);
bool maille_ids_set(maille_ids *map, uint64_t key, uint32_t value);
/* Value of `key`, or sets it to `value` and returns that; MAILLE_ABSENT when memory ran out. */
uint32_t maille_ids_intern(maille_ids *map, uint64_t key, uint32_t value);
size_t maille_ids_count(const maille_ids *map);

#endif
