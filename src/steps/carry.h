/* Figures of communes, as published, on the study's codes (inside steps; step codes). */
#ifndef MAILLE_STEPS_CARRY_H
#define MAILLE_STEPS_CARRY_H

#include "steps/step.h"

/* What was carried, for the step's message. */
typedef struct {
    uint32_t indicators, ages; /* rows left */
    uint32_t moved;            /* rows carried to another code */
} carried;

/* indicator_raw → commune_indicator, population_age_raw → commune_age. */
maille_status carry_figures(maille_ctx *ctx, step_call *call, const communes *c, remarks *r,
                            carried *out);

#endif
