/* Lists of flags: what was found, with its units, takers and links. */
#include "territory/judge_common.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *maille_flag_name(maille_flag_kind kind) {
    static const char *const names[MAILLE_FLAG_KINDS] = {
        [MAILLE_FLAG_EMPTY] = "sans-commune",
        [MAILLE_FLAG_LOST] = "membre-disparu",
        [MAILLE_FLAG_OVERLAP] = "chevauchement",
        [MAILLE_FLAG_SHARED] = "partage-voulu",
        [MAILLE_FLAG_OVERSHARED] = "parts-au-dela-de-un",
        [MAILLE_FLAG_GAP] = "zone-blanche",
        [MAILLE_FLAG_PARTS] = "morcellement",
        [MAILLE_FLAG_LINKED] = "reliee-par-la-route",
        [MAILLE_FLAG_HOLE] = "trou",
        [MAILLE_FLAG_SMALL] = "taille",
        [MAILLE_FLAG_LARGE] = "taille",
        [MAILLE_FLAG_DEPARTMENTS] = "plusieurs-departements",
        [MAILLE_FLAG_REGIONS] = "plusieurs-regions",
        [MAILLE_FLAG_SPLIT] = "groupement-coupe"};
    return names[kind];
}

const char *maille_severity_name(maille_severity severity) {
    static const char *const names[] = {[MAILLE_INFORMATION] = "information",
                                        [MAILLE_ALERTE] = "alerte",
                                        [MAILLE_ERREUR] = "erreur"};
    return names[severity];
}

maille_flag maille_flag_of(maille_flag_kind kind, maille_severity severity, uint32_t claim) {
    return (maille_flag){.kind = kind,
                         .severity = severity,
                         .a = claim,
                         .b = MAILLE_ABSENT,
                         .grouping = MAILLE_ABSENT,
                         .group = MAILLE_ABSENT,
                         .first_unit = MAILLE_ABSENT,
                         .value = NAN};
}

bool maille_flag_alerts(const maille_flag *flag) {
    return flag->kind == MAILLE_FLAG_OVERLAP || flag->severity != MAILLE_INFORMATION;
}

void maille_flags_clear(maille_flags *flags) {
    flags->count = flags->unit_count = flags->taker_count = flags->link_count = 0;
}

void maille_flags_cut(maille_flags *flags, const maille_flags *mark) {
    flags->count = mark->count;
    flags->unit_count = mark->unit_count;
    flags->taker_count = mark->taker_count;
    flags->link_count = mark->link_count;
}

void maille_flags_free(maille_flags *flags) {
    maille_free(flags->flags);
    maille_free(flags->units);
    maille_free(flags->takers);
    maille_free(flags->links);
    *flags = (maille_flags){0};
}

/* Room for `more` beyond `count`; the block, grown where it had to be, or NULL. */
static void *room_for(void *items, uint32_t *capacity, uint32_t count, uint32_t more, size_t size) {
    uint64_t wanted = (uint64_t)count + more, next = *capacity ? 2 * (uint64_t)*capacity : 8;
    if (items && wanted <= *capacity)
        return items;
    if (next < wanted)
        next = wanted;
    if (next >= UINT32_MAX)
        return NULL;
    void *grown = maille_resize(items, (size_t)next, size);
    if (grown)
        *capacity = (uint32_t)next;
    return grown;
}

static bool reserve(maille_flags *to, const maille_flag *flag) {
    void *flags = room_for(to->flags, &to->capacity, to->count, 1, sizeof *to->flags);
    if (!flags)
        return false;
    to->flags = flags;
    void *units =
        room_for(to->units, &to->unit_capacity, to->unit_count, flag->count, sizeof *to->units);
    if (!units)
        return false;
    to->units = units;
    void *takers = room_for(to->takers, &to->taker_capacity, to->taker_count, flag->taker_count,
                            sizeof *to->takers);
    if (!takers)
        return false;
    to->takers = takers;
    void *links = room_for(to->links, &to->link_capacity, to->link_count, flag->link_count,
                           sizeof *to->links);
    if (!links)
        return false;
    to->links = links;
    return true;
}

maille_status maille_flags_add(maille_ctx *ctx, maille_flags *flags, const maille_flag *flag,
                               const uint32_t *units, const maille_taker *takers,
                               const uint32_t *links) {
    if (!reserve(flags, flag))
        return maille_no_memory(ctx);
    maille_flag *added = &flags->flags[flags->count++];
    *added = *flag;
    added->first = flags->unit_count;
    added->first_taker = flags->taker_count;
    added->first_link = flags->link_count;
    added->first_unit = flag->count > 0 ? units[0] : MAILLE_ABSENT;
    for (uint32_t k = 0; k < flag->count; k++)
        flags->units[flags->unit_count++] = units[k];
    for (uint32_t k = 0; k < flag->taker_count; k++)
        flags->takers[flags->taker_count++] = takers[k];
    for (uint32_t k = 0; k < flag->link_count; k++)
        flags->links[flags->link_count++] = links[k];
    return MAILLE_OK;
}

maille_status maille_flags_append(maille_ctx *ctx, maille_flags *to, const maille_flags *from) {
    const maille_flags mark = *to;
    for (uint32_t i = 0; i < from->count; i++) {
        const maille_flag *flag = &from->flags[i];
        maille_status status =
            maille_flags_add(ctx, to, flag, from->units + flag->first,
                             from->takers + flag->first_taker, from->links + flag->first_link);
        if (status != MAILLE_OK) {
            maille_flags_cut(to, &mark);
            return status;
        }
    }
    return MAILLE_OK;
}

int maille_flag_order(const maille_flag *a, const maille_flag *b) {
    const uint32_t keys[][2] = {{a->kind, b->kind},   {a->a, b->a},
                                {a->b, b->b},         {a->grouping, b->grouping},
                                {a->group, b->group}, {a->first_unit, b->first_unit}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (keys[k][0] != keys[k][1])
            return keys[k][0] < keys[k][1] ? -1 : 1;
    return 0;
}

static int compare(const void *left, const void *right) {
    return maille_flag_order(left, right);
}

void maille_flags_sort(maille_flags *flags) {
    if (flags->count > 1)
        qsort(flags->flags, flags->count, sizeof *flags->flags, compare);
}

static bool same_bits(double a, double b) {
    uint64_t bits_a, bits_b;
    memcpy(&bits_a, &a, sizeof a);
    memcpy(&bits_b, &b, sizeof b);
    return bits_a == bits_b;
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_numbers(const uint32_t *a, const uint32_t *b, uint32_t count) {
    return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

static bool same_takers(const maille_taker *a, const maille_taker *b, uint32_t count) {
    for (uint32_t k = 0; k < count; k++)
        if (a[k].claim != b[k].claim || !same_bits(a[k].population_after, b[k].population_after) ||
            !same_text(a[k].size_after, b[k].size_after))
            return false;
    return true;
}

static bool same_flag(const maille_flags *in_a, const maille_flag *a, const maille_flags *in_b,
                      const maille_flag *b) {
    return compare(a, b) == 0 && a->severity == b->severity && a->count == b->count &&
           a->taker_count == b->taker_count && a->link_count == b->link_count &&
           same_bits(a->population, b->population) && same_bits(a->value, b->value) &&
           a->enclosed == b->enclosed && a->places == b->places && a->lost_codes == b->lost_codes &&
           same_numbers(in_a->units + a->first, in_b->units + b->first, a->count) &&
           same_takers(in_a->takers + a->first_taker, in_b->takers + b->first_taker,
                       a->taker_count) &&
           same_numbers(in_a->links + a->first_link, in_b->links + b->first_link, a->link_count);
}

bool maille_flags_equal(const maille_flags *a, const maille_flags *b) {
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!same_flag(a, &a->flags[i], b, &b->flags[i]))
            return false;
    return true;
}
