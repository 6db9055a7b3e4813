/* Allocation: the project's one seam to the heap, and arenas (room: base).
 *
 * All memory of ours goes through these, so that a test can make allocation N fail
 * (maille_memory_fail_at). Sizes are checked for overflow. */
#ifndef MAILLE_MEMORY_H
#define MAILLE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

void *maille_alloc(size_t count,
                   size_t size); /* zeroed; NULL when memory ran out; count 0 is fine */
void *maille_resize(void *old, size_t count, size_t size); /* old stays valid on NULL */
void maille_free(void *p);
char *maille_strdup(const char *text); /* NULL in, NULL out */
char *maille_strndup(const char *text, size_t length);

/* Test seam: the N-th allocation from now (1 = next) returns NULL; 0 turns it off. */
void maille_memory_fail_at(uint64_t n);
/* Allocations since the process started. */
uint64_t maille_memory_count(void);

/* An arena: many small pieces, freed together. */
typedef struct maille_arena maille_arena;
maille_arena *maille_arena_new(void);
void maille_arena_free(maille_arena *arena);
void *maille_arena_alloc(maille_arena *arena, size_t size); /* aligned to 16, not zeroed */
char *maille_arena_strdup(maille_arena *arena, const char *text);
char *maille_arena_strndup(maille_arena *arena, const char *text, size_t length);

#endif
