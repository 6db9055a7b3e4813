/* A set of numbers, places or others: one bit each, and one for each 64 of those, so that a walk
 * through few members of many passes the others by (internal to the room). */
#ifndef MAILLE_TRAVEL_MARKS_H
#define MAILLE_TRAVEL_MARKS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <maille/memory.h>

#define TRAVEL_NO_PLACE UINT32_MAX
#define TRAVEL_NO_WORD UINT32_MAX

typedef struct {
    uint64_t *words, *groups;
    uint32_t count;
} travel_marks;

static inline bool travel_marks_init(travel_marks *marks, uint32_t count) {
    marks->count = count;
    marks->words = maille_alloc((size_t)count / 64 + 1, sizeof *marks->words);
    marks->groups = maille_alloc((size_t)count / 4096 + 1, sizeof *marks->groups);
    return marks->words && marks->groups;
}

static inline void travel_marks_free(travel_marks *marks) {
    maille_free(marks->words);
    maille_free(marks->groups);
    *marks = (travel_marks){0};
}

static inline void travel_marks_clear(travel_marks *marks) {
    memset(marks->words, 0, ((size_t)marks->count / 64 + 1) * sizeof *marks->words);
    memset(marks->groups, 0, ((size_t)marks->count / 4096 + 1) * sizeof *marks->groups);
}

static inline bool travel_marked(const travel_marks *marks, uint32_t place) {
    return marks->words[place / 64] >> place % 64 & 1;
}

static inline void travel_mark(travel_marks *marks, uint32_t place) {
    marks->words[place / 64] |= UINT64_C(1) << place % 64;
    marks->groups[place / 4096] |= UINT64_C(1) << place / 64 % 64;
}

/* Takes out all that stand near `place`: for a walk that takes out every member. */
static inline void travel_unmark_near(travel_marks *marks, uint32_t place) {
    marks->words[place / 64] = 0;
    marks->groups[place / 4096] = 0;
}

/* The highest member below `place` (at most `count`), or TRAVEL_NO_PLACE. */
static inline uint32_t travel_marked_below(const travel_marks *marks, uint32_t place) {
    uint32_t word = place / 64, group = word / 64;
    uint64_t bits = marks->words[word] & ((UINT64_C(1) << place % 64) - 1);
    if (!bits) {
        uint64_t words = marks->groups[group] & ((UINT64_C(1) << word % 64) - 1);
        while (!words) {
            if (group == 0)
                return TRAVEL_NO_PLACE;
            words = marks->groups[--group];
        }
        word = group * 64 + 63 - (uint32_t)__builtin_clzll(words);
        bits = marks->words[word];
    }
    return word * 64 + 63 - (uint32_t)__builtin_clzll(bits);
}

/* The first word with members from `word` on, or TRAVEL_NO_WORD. */
static inline uint32_t travel_marked_word(const travel_marks *marks, uint32_t word) {
    uint32_t group = word / 64;
    if (word > marks->count / 64)
        return TRAVEL_NO_WORD;
    uint64_t words = marks->groups[group] & (UINT64_MAX << word % 64);
    while (!words) {
        if (group == marks->count / 4096)
            return TRAVEL_NO_WORD;
        words = marks->groups[++group];
    }
    return group * 64 + (uint32_t)__builtin_ctzll(words);
}

#endif
