/* The ground that perimeters stand on, from what a run of the chain has loaded. */
#ifndef MAILLE_STEPS_GROUND_H
#define MAILLE_STEPS_GROUND_H

#include "steps/loads.h"

#include <maille/edit.h>
#include <maille/memory.h>

struct maille_loaded {
    maille_ground ground;
    maille_judge_rules rules, unsized; /* the latter without size classes */
    loads *l;                          /* texts and arrays of the ground live there … */
    maille_arena *arena;               /* … and here */
    loads *own;                        /* `l` where it is to be freed with the ground */
    const char *target;                /* id of the target rules */
    maille_size_rules *sizes;
    maille_overlap_rules *overlaps;
    const maille_publication_rules *publication;
    grouping **groupings;
    uint32_t grouping_count;
    unsigned with; /* what it holds beside units, borders and links */
};

/* The same as maille_loaded_new for steps: `l` is borrowed and must outlive the ground, and nobody
 * asks whether steps have run. */
maille_status ground_new(maille_ctx *ctx, loads *l, unsigned with, maille_loaded **out);

/* Minutes within which a road joins two communes, by the rule set of the study. */
maille_status link_limit(maille_ctx *ctx, loads *l, double *minutes);

/* Adds what of `with` is not there yet. */
maille_status ground_extend(maille_ctx *ctx, maille_loaded *loaded, unsigned with);

/* src/steps/ground_facts.c: services, groupings, indicators, ages. */
maille_status ground_add_facts(maille_ctx *ctx, maille_loaded *loaded);

/* A zeroed block that lives as long as the ground; NULL when memory ran out. */
void *ground_alloc(maille_loaded *loaded, size_t count, size_t size);

#endif
