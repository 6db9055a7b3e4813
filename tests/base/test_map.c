/* Hash maps against a plain array. */
#include "harness.h"

#include <maille/map.h>

enum { KEYS = 5000 };

TEST(names_agree_with_an_array) {
    static uint32_t want[KEYS];
    memset(want, 0xFF, sizeof want);
    maille_names *map = maille_names_new(0);
    size_t count = 0;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        unsigned key = (unsigned)rand() % KEYS;
        uint32_t value = (uint32_t)rand();
        char name[32];
        snprintf(name, sizeof name, "commune %u", key);
        count += want[key] == MAILLE_ABSENT;
        want[key] = value;
        CHECK(maille_names_set(map, name, value));
        memset(name, 0, sizeof name); /* the map keeps its own copy */
    }
    CHECK_INT(maille_names_count(map), count);
    int faults = 0;
    for (unsigned key = 0; key < KEYS; key++) {
        char name[32];
        snprintf(name, sizeof name, "commune %u", key);
        faults += maille_names_get(map, name) != want[key];
    }
    CHECK_INT(faults, 0);
    CHECK(maille_names_get(map, "") == MAILLE_ABSENT);
    CHECK(maille_names_set(map, "", 3));
    CHECK_INT(maille_names_get(map, ""), 3);
    maille_names_free(map);
    maille_names_free(NULL);
}

/* So many names that some share their 32-bit hash. */
TEST(names_of_one_hash_stay_apart) {
    enum { NAMES = 400000 };
    maille_names *map = maille_names_new(NAMES);
    char name[16];
    int faults = 0;
    for (uint32_t i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "%u", i);
        faults += !maille_names_set(map, name, i);
    }
    CHECK_INT(maille_names_count(map), NAMES);
    for (uint32_t i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "%u", i);
        faults += maille_names_get(map, name) != i;
    }
    CHECK_INT(faults, 0);
    maille_names_free(map);
}

/* Keys that differ in high bits only, in low bits only, and at the ends. */
static uint64_t key_of(unsigned i) {
    return i % 3 == 0 ? (uint64_t)i << 44 : i % 3 == 1 ? i : UINT64_MAX - i;
}

TEST(ids_agree_with_an_array) {
    static uint32_t want[KEYS];
    memset(want, 0xFF, sizeof want);
    maille_ids *map = maille_ids_new(10);
    size_t count = 0;
    srand(2);
    for (int i = 0; i < 20000; i++) {
        unsigned key = (unsigned)rand() % KEYS;
        uint32_t value = (uint32_t)rand();
        bool is_new = want[key] == MAILLE_ABSENT;
        count += is_new;
        if (i % 2) {
            want[key] = value;
            CHECK(maille_ids_set(map, key_of(key), value));
        } else {
            if (is_new)
                want[key] = value;
            CHECK_INT(maille_ids_intern(map, key_of(key), value), want[key]);
        }
    }
    CHECK_INT(maille_ids_count(map), count);
    int faults = 0;
    for (unsigned key = 0; key < KEYS; key++)
        faults += maille_ids_get(map, key_of(key)) != want[key];
    CHECK_INT(faults, 0);
    maille_ids_free(map);
    maille_ids_free(NULL);
}

TEST(an_impossible_size_is_refused) {
    CHECK(maille_ids_new(SIZE_MAX) == NULL);
    CHECK(maille_names_new(SIZE_MAX) == NULL);
}

RUN_TESTS(CASE(names_agree_with_an_array), CASE(names_of_one_hash_stay_apart),
          CASE(ids_agree_with_an_array), CASE(an_impossible_size_is_refused))
