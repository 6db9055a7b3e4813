/* The allocator seam, arenas and vectors. */
#include "harness.h"

#include <maille/memory.h>
#include <maille/vec.h>

TEST(sizes_are_checked) {
    CHECK(maille_alloc(SIZE_MAX / 2, 4) == NULL);
    CHECK(maille_alloc(SIZE_MAX, 1) == NULL);
    char *p = maille_alloc(0, 8);
    CHECK(p != NULL);
    char *same = maille_resize(p, SIZE_MAX, 16);
    CHECK(same == NULL); /* and p stays valid */
    p = maille_resize(p, 4, 8);
    CHECK(p != NULL);
    maille_free(p);
    unsigned char *zeroed = maille_alloc(100, 10);
    int faults = 0;
    for (int i = 0; i < 1000; i++)
        faults += zeroed[i] != 0;
    CHECK_INT(faults, 0);
    maille_free(zeroed);
    maille_free(NULL);
}

TEST(copies_of_text) {
    char *a = maille_strdup("texte"), *b = maille_strndup("texte", 3), *c = maille_strndup("a", 9);
    CHECK_TEXT(a, "texte");
    CHECK_TEXT(b, "tex");
    CHECK_TEXT(c, "a");
    CHECK(maille_strdup(NULL) == NULL && maille_strndup(NULL, 3) == NULL);
    maille_free(a);
    maille_free(b);
    maille_free(c);
}

TEST(the_named_allocation_fails) {
    uint64_t before = maille_memory_count();
    maille_memory_fail_at(2);
    void *first = maille_alloc(1, 1), *second = maille_alloc(1, 1), *third = maille_alloc(1, 1);
    maille_memory_fail_at(0);
    CHECK(first && !second && third);
    CHECK_INT(maille_memory_count() - before, 3);
    maille_free(first);
    maille_free(third);
}

TEST(arena_pieces_are_aligned_and_apart) {
    enum { PIECES = 4000 };
    static unsigned char *pieces[PIECES];
    static size_t sizes[PIECES];
    maille_arena *arena = maille_arena_new();
    srand(9);
    int faults = 0;
    for (int i = 0; i < PIECES; i++) {
        sizes[i] = (size_t)(rand() % (i % 100 == 0 ? 100000 : 200));
        pieces[i] = maille_arena_alloc(arena, sizes[i]);
        faults += !pieces[i] || (uintptr_t)pieces[i] % 16 != 0;
        memset(pieces[i], i % 251, sizes[i]);
    }
    for (int i = 0; i < PIECES; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            faults += pieces[i][k] != i % 251;
    CHECK_INT(faults, 0);
    CHECK_TEXT(maille_arena_strdup(arena, "abc"), "abc");
    CHECK_TEXT(maille_arena_strndup(arena, "abc", 2), "ab");
    CHECK(maille_arena_strdup(arena, NULL) == NULL);
    CHECK(maille_arena_alloc(arena, SIZE_MAX) == NULL);
    CHECK(maille_arena_alloc(arena, SIZE_MAX / 2 - 20) == NULL);
    maille_arena_free(arena);
    maille_arena_free(NULL);
}

TEST(vectors_grow) {
    typedef MAILLE_VEC(uint32_t) numbers;
    numbers v = {0};
    for (uint32_t i = 0; i < 100000; i++)
        CHECK(MAILLE_VEC_PUSH(&v, i * 3));
    int faults = 0;
    for (size_t i = 0; i < v.count; i++)
        faults += v.items[i] != i * 3;
    CHECK_INT(faults, 0);
    CHECK_INT(v.count, 100000);
    CHECK(!MAILLE_VEC_RESERVE(&v, SIZE_MAX));
    CHECK(!MAILLE_VEC_RESERVE(&v, SIZE_MAX / 4 + 2));
    CHECK(v.items[5] == 15); /* untouched */
    MAILLE_VEC_FREE(&v);
    CHECK(v.items == NULL && v.capacity == 0);
}

RUN_TESTS(CASE(sizes_are_checked), CASE(copies_of_text), CASE(the_named_allocation_fails),
          CASE(arena_pieces_are_aligned_and_apart), CASE(vectors_grow))
