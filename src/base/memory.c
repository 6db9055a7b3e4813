/* The one seam to the heap, with its fault injection, and arenas. */
#include <maille/memory.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t allocations; /* since the process started */
static _Atomic uint64_t failing;     /* the allocation, by number, that fails; 0 = none */

/* False when the size overflows or a test wants this allocation to fail. */
static int may_allocate(size_t count, size_t size, size_t *bytes) {
    uint64_t number = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
    if (number == atomic_load_explicit(&failing, memory_order_relaxed))
        return 0;
    if (size && count > PTRDIFF_MAX / size)
        return 0;
    *bytes = count * size;
    if (*bytes == 0)
        *bytes = 1; /* so that NULL always means "memory ran out" */
    return 1;
}

void *maille_alloc(size_t count, size_t size) {
    size_t bytes;
    return may_allocate(count, size, &bytes) ? calloc(1, bytes) : NULL;
}

void *maille_resize(void *old, size_t count, size_t size) {
    size_t bytes;
    return may_allocate(count, size, &bytes) ? realloc(old, bytes) : NULL;
}

void maille_free(void *p) {
    free(p);
}

char *maille_strdup(const char *text) {
    return text ? maille_strndup(text, strlen(text)) : NULL;
}

char *maille_strndup(const char *text, size_t length) {
    if (!text)
        return NULL;
    length = strnlen(text, length);
    char *copy = maille_resize(NULL, length + 1, 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void maille_memory_fail_at(uint64_t n) {
    atomic_store(&failing, n ? atomic_load(&allocations) + n : 0);
}

uint64_t maille_memory_count(void) {
    return atomic_load(&allocations);
}

/* ---- arenas ---- */

#define ALIGNMENT 16u
#define FIRST_BLOCK 4096u
#define LARGEST_BLOCK (1u << 20)

typedef struct block {
    struct block *next;
    size_t used, capacity;
    _Alignas(ALIGNMENT) unsigned char bytes[];
} block;

struct maille_arena {
    block *blocks; /* the first one is being filled */
    size_t next_capacity;
};

maille_arena *maille_arena_new(void) {
    maille_arena *arena = maille_alloc(1, sizeof *arena);
    if (arena)
        arena->next_capacity = FIRST_BLOCK;
    return arena;
}

void maille_arena_free(maille_arena *arena) {
    if (!arena)
        return;
    for (block *b = arena->blocks; b;) {
        block *next = b->next;
        maille_free(b);
        b = next;
    }
    maille_free(arena);
}

static block *new_block(size_t capacity) {
    if (capacity > PTRDIFF_MAX - sizeof(block))
        return NULL;
    block *b = maille_resize(NULL, sizeof(block) + capacity, 1);
    if (b) {
        b->next = NULL;
        b->used = 0;
        b->capacity = capacity;
    }
    return b;
}

/* A piece that would waste much of a block gets its own, behind the one being filled. */
static void *alloc_alone(maille_arena *arena, size_t size) {
    block *b = new_block(size);
    if (!b)
        return NULL;
    b->used = size;
    if (arena->blocks) {
        b->next = arena->blocks->next;
        arena->blocks->next = b;
    } else {
        arena->blocks = b;
    }
    return b->bytes;
}

void *maille_arena_alloc(maille_arena *arena, size_t size) {
    if (size > PTRDIFF_MAX - ALIGNMENT)
        return NULL;
    size = size ? (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1) : ALIGNMENT;
    block *b = arena->blocks;
    if (!b || b->capacity - b->used < size) {
        if (size > arena->next_capacity / 4)
            return alloc_alone(arena, size);
        b = new_block(arena->next_capacity);
        if (!b)
            return NULL;
        b->next = arena->blocks;
        arena->blocks = b;
        if (arena->next_capacity < LARGEST_BLOCK)
            arena->next_capacity *= 2;
    }
    void *piece = b->bytes + b->used;
    b->used += size;
    return piece;
}

char *maille_arena_strdup(maille_arena *arena, const char *text) {
    return text ? maille_arena_strndup(arena, text, strlen(text)) : NULL;
}

char *maille_arena_strndup(maille_arena *arena, const char *text, size_t length) {
    if (!text)
        return NULL;
    length = strnlen(text, length);
    char *copy = maille_arena_alloc(arena, length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
