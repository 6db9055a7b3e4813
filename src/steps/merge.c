/* Two branches of perimeters meet: what merging a scenario and receiving a history share. */
#include "steps/merge.h"
#include "steps/passage.h"

#include <maille/memory.h>
#include <maille/strbuf.h>
#include <string.h>

enum { YEAR = 4, MOST_NAMED = 5 };

void maille_merge_report_free(maille_merge_report *report) {
    if (!report)
        return;
    for (uint32_t i = 0; i < report->count; i++)
        maille_differences_free(report->items[i].conflicts);
    maille_free(report->items);
    maille_arena_free(report->arena);
    maille_free(report);
}

maille_status merging_open(maille_ctx *ctx, maille_store *store, const char *prefer, merging *m) {
    *m = (merging){.store = store, .refuse = !prefer};
    m->theirs = prefer && strcmp(prefer, "theirs") == 0;
    if (prefer && !m->theirs && strcmp(prefer, "ours") != 0)
        return maille_fail(ctx, MAILLE_USAGE, "\"%s\" was neither ours nor theirs", prefer);
    m->report = maille_alloc(1, sizeof *m->report);
    if (!m->report || !(m->report->arena = maille_arena_new()))
        return maille_no_memory(ctx);
    return MAILLE_OK;
}

maille_status merging_close(merging *m, maille_status status, maille_merge_report **report) {
    if (report)
        *report = NULL;
    if (report && (status == MAILLE_OK || status == MAILLE_FOUND))
        *report = m->report;
    else
        maille_merge_report_free(m->report);
    carrier_clear(&m->carrier);
    *m = (merging){0};
    return status;
}

void merge_state_clear(merge_state *s) {
    maille_perimeter_free(s->perimeter);
    maille_free(s->vintage);
    *s = (merge_state){0};
}

static maille_status tell_conflicts(maille_ctx *ctx, merging *m, const char *perimeter,
                                    maille_differences *conflicts) {
    maille_merge_report *r = m->report;
    if (r->count == m->capacity) {
        uint32_t capacity = m->capacity ? 2 * m->capacity : 8;
        void *items = maille_resize(r->items, capacity, sizeof *r->items);
        if (!items)
            return maille_no_memory(ctx);
        r->items = items;
        m->capacity = capacity;
    }
    const char *name = maille_arena_strdup(r->arena, perimeter);
    if (!name)
        return maille_no_memory(ctx);
    r->items[r->count].perimeter = name;
    r->items[r->count++].conflicts = conflicts;
    return MAILLE_OK;
}

static bool same_vintage(const char *a, const char *b) {
    return a && b ? strncmp(a, b, YEAR) == 0 : a == b;
}

/* Codes that no passage table carries would meet others that they are not. */
static maille_status check_way(maille_ctx *ctx, const merging *m, const char *perimeter,
                               const char *vintage) {
    loads *l = NULL;
    passage *way = NULL;
    bool no_way = false;
    maille_status status = loads_new(ctx, m->store, &l);
    if (status == MAILLE_OK)
        status = passage_new(ctx, l, vintage, &way, &no_way);
    if (status == MAILLE_OK && no_way)
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "perimeter %s: no passage table carried its codes of %s to those of "
                             "the communes here",
                             perimeter, vintage);
    passage_free(way);
    loads_free(l);
    return status;
}

static maille_status carry_side(maille_ctx *ctx, merging *m, const char *perimeter,
                                merge_state *side) {
    maille_status status = MAILLE_OK;
    if (!side->perimeter || !side->vintage)
        return MAILLE_OK;
    bool known = m->carrier.way && strcmp(m->carrier.from, side->vintage) == 0;
    if (!known)
        MAILLE_TRY(check_way(ctx, m, perimeter, side->vintage));
    MAILLE_TRY(carrier_carry(ctx, m->store, &m->carrier, side->vintage, side->perimeter));
done:
    return status;
}

/* Sides that are there are brought to one vintage; it stays theirs where it is one already. */
static maille_status bring_to_one_vintage(maille_ctx *ctx, merging *m, const char *perimeter,
                                          merge_state sides[3], char **vintage) {
    const merge_state *first = NULL;
    maille_status status = MAILLE_OK;
    bool one = true;
    for (int i = 0; i < 3; i++) {
        if (!sides[i].perimeter)
            continue;
        one = one && (!first || same_vintage(first->vintage, sides[i].vintage));
        first = first ? first : &sides[i];
    }
    *vintage = NULL;
    if (one && first && first->vintage) {
        *vintage = maille_strdup(first->vintage);
        return *vintage ? MAILLE_OK : maille_no_memory(ctx);
    }
    for (int i = 0; i < 3 && !one; i++)
        MAILLE_TRY(carry_side(ctx, m, perimeter, &sides[i]));
done:
    return status;
}

maille_status merge_sides(maille_ctx *ctx, merging *m, const char *perimeter, merge_state sides[3],
                          merge_state *merged, bool *conflict) {
    maille_differences *conflicts = NULL, *again = NULL;
    maille_status status = MAILLE_OK;
    *merged = (merge_state){0};
    *conflict = false;
    MAILLE_TRY(bring_to_one_vintage(ctx, m, perimeter, sides, &merged->vintage));
    MAILLE_TRY(maille_perimeter_merge(ctx, sides[0].perimeter, sides[1].perimeter,
                                      sides[2].perimeter, &merged->perimeter, &conflicts));
    *conflict = conflicts->count > 0;
    if (!*conflict)
        goto done;
    MAILLE_TRY(tell_conflicts(ctx, m, perimeter, conflicts));
    conflicts = NULL;
    if (m->theirs) { /* what stays at a conflict is the first of the two sides */
        maille_perimeter_free(merged->perimeter);
        merged->perimeter = NULL;
        MAILLE_TRY(maille_perimeter_merge(ctx, sides[0].perimeter, sides[2].perimeter,
                                          sides[1].perimeter, &merged->perimeter, &again));
    }
done:
    maille_differences_free(conflicts);
    maille_differences_free(again);
    if (status != MAILLE_OK)
        merge_state_clear(merged);
    return status;
}

maille_status merge_verdict(maille_ctx *ctx, const merging *m, const char *what) {
    const maille_merge_report *r = m->report;
    maille_strbuf names = {0};
    if (!m->refuse || r->count == 0)
        return MAILLE_OK;
    for (uint32_t i = 0; i < r->count && i < MOST_NAMED; i++)
        maille_strbuf_addf(&names, "%s%s", i ? ", " : "", r->items[i].perimeter);
    if (r->count > MOST_NAMED)
        maille_strbuf_addf(&names, " and %u more", r->count - MOST_NAMED);
    maille_status status =
        maille_fail(ctx, MAILLE_FOUND, "%s changed what had changed here too: %s", what,
                    names.failed || !names.text ? "" : names.text);
    maille_strbuf_free(&names);
    return status;
}
