/* Two branches of perimeters meet: what merging a scenario and receiving a history share. */
#ifndef MAILLE_STEPS_MERGE_H
#define MAILLE_STEPS_MERGE_H

#include "steps/history_reference.h"

#include <maille/edit.h>

typedef struct {
    maille_store *store;
    bool refuse, theirs; /* at conflicts: refuse them all; else take ours, or theirs */
    maille_merge_report *report;
    uint32_t capacity; /* of report->items */
    carrier carrier;
} merging;
/* `prefer`: NULL, "ours" or "theirs"; MAILLE_USAGE for others. */
maille_status merging_open(maille_ctx *ctx, maille_store *store, const char *prefer, merging *m);
/* Hands the report over (may be NULL: not wanted) when `status` is MAILLE_OK or MAILLE_FOUND; the
 * status. Closes `m`. */
maille_status merging_close(merging *m, maille_status status, maille_merge_report **report);

/* A state with the vintage of its codes; NULL: the study's. Perimeter NULL: not there. */
typedef struct {
    maille_perimeter *perimeter;
    char *vintage;
} merge_state;
/* Frees what it holds. */
void merge_state_clear(merge_state *s);
/* Brings the three sides to one vintage (the study's, where they are of several; MAILLE_REFUSED
 * when no passage table leads there), and together. Conflicts are told in the report; `*conflict`
 * says whether there were any. `merged` is as m->theirs says. */
maille_status merge_sides(maille_ctx *ctx, merging *m, const char *perimeter, merge_state sides[3],
                          merge_state *merged, bool *conflict);
/* MAILLE_FOUND with the names of the perimeters that did not go together, where they are refused;
 * else MAILLE_OK. */
maille_status merge_verdict(maille_ctx *ctx, const merging *m, const char *what);

#endif
