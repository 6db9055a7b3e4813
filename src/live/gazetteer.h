/* What the gazetteer keeps (inside live). */
#ifndef LIVE_GAZETTEER_H
#define LIVE_GAZETTEER_H

#include <maille/answers.h>
#include <maille/memory.h>
#include <maille/vec.h>

typedef enum { CODE, NAME, OLD_CODE, OLD_NAME } entry_kind;

/* One way to say a commune. */
typedef struct {
    const char *key;
    uint64_t letters;   /* which signs it has, as bits: two may share one */
    const char *former; /* the old name or code as it was written; NULL */
    uint32_t length, commune;
    entry_kind kind;
} entry;

enum { COMMUNE_CODE, COMMUNE_NAME, COMMUNE_DEPARTMENT, COMMUNE_POPULATION, COMMUNE_COLUMNS };

struct maille_gazetteer {
    maille_table *communes;
    uint32_t *place; /* of each commune among all: most populous first, then by code */
    MAILLE_VEC(entry) entries;
    maille_arena *arena;
};

/* Appends the key of a name: the words of its slug, "st" and "ste" written out. `short_end`: how
 * the last word was written where it was one of these; NULL. */
maille_status gazetteer_key(maille_ctx *ctx, const char *text, maille_strbuf *out,
                            const char **short_end);
uint64_t gazetteer_letters(const char *key, size_t length);

#endif
