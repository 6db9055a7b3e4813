/* Communes by what people type: names, codes, and those that communes had.
 *
 * Every name is a key of letters, digits and hyphens ("saint-etienne"): folded, without articles,
 * "st" written out. A search runs over all keys; which letters a key has, as bits, tells most of
 * them apart before any is read. Typing errors are counted bit-parallel: Hyyrö, "A bit-vector
 * algorithm for computing Levenshtein and Damerau edit distances", 2003. */
#include "live/gazetteer.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <maille/vec.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MOST = 64, TYPOS_MOST = 3, LETTERS_A_TYPO = 3, BEGINNING_LEAST = 5 };

/* ---- keys
 * --------------------------------------------------------------------------------------- */

maille_status gazetteer_key(maille_ctx *ctx, const char *text, maille_strbuf *out,
                            const char **short_end) {
    char *slug = maille_slug(text);
    if (!slug)
        return maille_no_memory(ctx);
    *short_end = NULL;
    for (const char *word = slug; *word;) {
        size_t length = strcspn(word, "-");
        bool is_short = (length == 2 || length == 3) && strncmp(word, "ste", length) == 0;
        *short_end = is_short ? length == 2 ? "st" : "ste" : NULL;
        if (is_short)
            maille_strbuf_add(out, length == 2 ? "saint" : "sainte");
        else
            maille_strbuf_add_n(out, word, length);
        word += length;
        if (*word) {
            maille_strbuf_add_char(out, '-');
            word++;
        }
    }
    maille_free(slug);
    return out->failed ? maille_no_memory(ctx) : MAILLE_OK;
}

uint64_t gazetteer_letters(const char *key, size_t length) {
    uint64_t letters = 0;
    for (size_t i = 0; i < length; i++)
        letters |= (uint64_t)1 << ((unsigned char)key[i] % 64);
    return letters;
}

/* ---- typing errors
 * ------------------------------------------------------------------------------ */

/* What is typed, as columns of bits: where each sign stands in it. */
typedef struct {
    const char *text;
    size_t length;
    uint64_t letters;
    uint64_t at[256];
    uint32_t typos; /* that are forgiven */
} pattern;

static void make_pattern(pattern *p, const char *text, size_t length) {
    *p = (pattern){.text = text, .length = length, .letters = gazetteer_letters(text, length)};
    p->typos = length > PATTERN_MOST                  ? 0
               : length / LETTERS_A_TYPO < TYPOS_MOST ? (uint32_t)(length / LETTERS_A_TYPO)
                                                      : TYPOS_MOST;
    for (size_t i = 0; i < length && i < PATTERN_MOST; i++)
        p->at[(unsigned char)text[i]] |= (uint64_t)1 << i;
}

/* Errors (a sign too many, too few, another, two exchanged) between what was typed and the whole
 * key, and the least to any beginning of it. */
static void count_typos(const pattern *p, const char *key, size_t length, uint32_t *whole,
                        uint32_t *beginning) {
    uint64_t last = (uint64_t)1 << (p->length - 1), vp = ~(uint64_t)0, vn = 0, d0 = 0, before = 0;
    uint32_t typos = (uint32_t)p->length, least = typos;
    for (size_t j = 0; j < length; j++) {
        uint64_t at = p->at[(unsigned char)key[j]];
        uint64_t swapped = ((~d0 & at) << 1) & before;
        d0 = (((at & vp) + vp) ^ vp) | at | vn | swapped;
        uint64_t hp = vn | ~(d0 | vp), hn = d0 & vp;
        typos += (hp & last) != 0;
        typos -= (hn & last) != 0;
        hp = (hp << 1) | 1;
        hn <<= 1;
        vp = hn | ~(d0 | hp);
        vn = hp & d0;
        before = at;
        if (typos < least)
            least = typos;
    }
    *whole = typos;
    *beginning = least;
}

/* ---- matches
 * ------------------------------------------------------------------------------------ */

/* Ranks, best first: the upper bits of a match's weight. */
typedef enum {
    RANK_CODE,
    RANK_NAME,
    RANK_OLD_CODE,
    RANK_OLD_NAME,
    RANK_BEGINNING,
    RANK_CODE_BEGINNING,
    RANK_OLD_BEGINNING,
    RANK_WORD,
    RANK_OLD_WORD,
    RANK_TYPO,
    RANK_NONE
} rank;

/* Whether the letters stand at the beginning of a word of the key. */
static bool begins_word(const char *key, const char *letters) {
    for (const char *at = strstr(key, letters); at; at = strstr(at + 1, letters))
        if (at == key || at[-1] == '-')
            return true;
    return false;
}

/* Whether each word typed begins a word of the key. */
static bool has_words(const char *key, const char *typed) {
    char word[PATTERN_MOST + 1];
    while (*typed) {
        size_t length = strcspn(typed, "-");
        if (length > PATTERN_MOST)
            return false;
        memcpy(word, typed, length);
        word[length] = '\0';
        if (!begins_word(key, word))
            return false;
        typed += length + (typed[length] == '-');
    }
    return true;
}

static rank rank_of(const entry *e, const pattern *p) {
    bool begins = e->length >= p->length && memcmp(e->key, p->text, p->length) == 0;
    bool whole = begins && e->length == p->length;
    switch (e->kind) {
    case CODE:
        return whole ? RANK_CODE : begins && p->length > 1 ? RANK_CODE_BEGINNING : RANK_NONE;
    case OLD_CODE:
        return whole ? RANK_OLD_CODE : RANK_NONE;
    case NAME:
        return whole                        ? RANK_NAME
               : begins                     ? RANK_BEGINNING
               : has_words(e->key, p->text) ? RANK_WORD
                                            : RANK_NONE;
    case OLD_NAME:
        return whole                        ? RANK_OLD_NAME
               : begins                     ? RANK_OLD_BEGINNING
               : has_words(e->key, p->text) ? RANK_OLD_WORD
                                            : RANK_NONE;
    }
    return RANK_NONE;
}

/* The best matches so far, each commune once. */
typedef struct {
    const maille_gazetteer *gazetteer;
    const char *department;
    struct match {
        uint64_t weight;
        const entry *entry;
        rank rank;
    } * best;
    size_t count, most;
} matches;

static const char *const hows[] = {
    [CODE] = "code", [NAME] = "nom", [OLD_CODE] = "ancien-code", [OLD_NAME] = "ancien-nom"};

static const char *how_of(const struct match *m) {
    if (m->entry->kind != NAME || m->rank == RANK_NAME)
        return hows[m->entry->kind];
    return m->rank == RANK_BEGINNING ? "debut" : m->rank == RANK_WORD ? "mot" : "approchant";
}

static void take(matches *m, const entry *e, rank r, uint32_t typos, uint32_t order) {
    uint64_t weight = (uint64_t)r << 56 | (uint64_t)typos << 48 | (uint64_t)order << 40 |
                      m->gazetteer->place[e->commune];
    if (m->count == m->most && weight >= m->best[m->count - 1].weight)
        return;
    size_t at = 0;
    while (at < m->count && m->best[at].entry->commune != e->commune)
        at++;
    if (at < m->count && m->best[at].weight <= weight)
        return;
    if (at == m->count && m->count < m->most)
        m->count++;
    if (at == m->most)
        at--;
    for (; at > 0 && m->best[at - 1].weight > weight; at--)
        m->best[at] = m->best[at - 1];
    m->best[at] = (struct match){weight, e, r};
}

static bool is_asked(const matches *m, const entry *e) {
    return !m->department ||
           strcmp(m->gazetteer->communes->columns[COMMUNE_DEPARTMENT].texts[e->commune],
                  m->department) == 0;
}

static void find_written(matches *m, const pattern *p) {
    const maille_gazetteer *g = m->gazetteer;
    for (size_t i = 0; i < g->entries.count; i++) {
        const entry *e = &g->entries.items[i];
        if ((p->letters & ~e->letters) != 0 || !is_asked(m, e))
            continue;
        rank r = rank_of(e, p);
        if (r != RANK_NONE)
            take(m, e, r, 0, 0);
    }
}

static uint32_t bits(uint64_t set) {
    uint32_t count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

static void find_typos(matches *m, const pattern *p) {
    const maille_gazetteer *g = m->gazetteer;
    bool beginnings = p->length >= BEGINNING_LEAST;
    if (p->typos == 0)
        return;
    for (size_t i = 0; i < g->entries.count; i++) {
        const entry *e = &g->entries.items[i];
        uint32_t whole, beginning;
        if (e->kind == CODE || e->kind == OLD_CODE || e->length + p->typos < p->length ||
            (!beginnings && e->length > p->length + p->typos) ||
            bits(p->letters & ~e->letters) > p->typos || !is_asked(m, e))
            continue;
        count_typos(p, e->key, e->length, &whole, &beginning);
        bool is_whole = whole <= beginning;
        uint32_t typos = is_whole || !beginnings ? whole : beginning;
        if (typos <= p->typos)
            take(m, e, RANK_TYPO, typos, 2 * (uint32_t)!is_whole + (e->kind == OLD_NAME));
    }
}

/* What was typed as a code whose zero was lost: "1004". */
static void find_without_zero(matches *m, const char *typed, size_t length) {
    char code[6] = "0";
    pattern p;
    if (length != 4 || strspn(typed, "0123456789") != 4)
        return;
    memcpy(code + 1, typed, length);
    make_pattern(&p, code, 5);
    find_written(m, &p);
}

static maille_status give(maille_ctx *ctx, const matches *m, maille_commune_found **out,
                          size_t *count) {
    const maille_column *columns = m->gazetteer->communes->columns;
    maille_commune_found *found = maille_alloc(m->count + 1, sizeof *found);
    if (!found)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < m->count; i++) {
        const entry *e = m->best[i].entry;
        bool old = e->kind == OLD_NAME || e->kind == OLD_CODE;
        found[i] =
            (maille_commune_found){.code = columns[COMMUNE_CODE].texts[e->commune],
                                   .name = columns[COMMUNE_NAME].texts[e->commune],
                                   .department = columns[COMMUNE_DEPARTMENT].texts[e->commune],
                                   .population = columns[COMMUNE_POPULATION].reals[e->commune],
                                   .how = how_of(&m->best[i]),
                                   .former = old ? e->former : NULL};
    }
    *out = found;
    *count = m->count;
    return MAILLE_OK;
}

maille_status maille_gazetteer_find(maille_ctx *ctx, const maille_gazetteer *gazetteer,
                                    const char *text, const char *department, size_t most,
                                    maille_commune_found **out, size_t *count) {
    matches m = {.gazetteer = gazetteer, .department = department, .most = most};
    maille_strbuf key = {0};
    pattern p;
    const char *short_end = NULL;
    maille_status status = MAILLE_OK;
    m.best = maille_alloc(most + 1, sizeof *m.best);
    if (!m.best)
        return maille_no_memory(ctx);
    MAILLE_TRY(gazetteer_key(ctx, text, &key, &short_end));
    if (key.length > 0 && most > 0) {
        make_pattern(&p, key.text, key.length);
        find_written(&m, &p);
        find_without_zero(&m, key.text, key.length);
        if (m.count < most)
            find_typos(&m, &p);
        if (short_end) { /* it may be the beginning of another word */
            key.length -= strlen(short_end) + 3;
            maille_strbuf_add(&key, short_end);
            make_pattern(&p, key.text, key.length);
            find_written(&m, &p);
        }
    }
    if (key.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    MAILLE_TRY(give(ctx, &m, out, count));
done:
    maille_strbuf_free(&key);
    maille_free(m.best);
    return status;
}
