/* The parts of maille_figures_new (inside territory). */
#ifndef TERRITORY_FIGURES_H
#define TERRITORY_FIGURES_H

#include "territory/judge_common.h"

typedef struct {
    const maille_ground *ground;
    maille_unit_list list;
    maille_figures *figures;
} figures_call;

maille_status maille_figures_add_drives(maille_ctx *ctx, const figures_call *call);
maille_status maille_figures_add_services(maille_ctx *ctx, const figures_call *call);
maille_status maille_figures_add_crosswalks(maille_ctx *ctx, const figures_call *call);

/* A zeroed block that lives as long as the figures; NULL when memory ran out. */
void *maille_figures_alloc(const figures_call *call, size_t count, size_t size);

#endif
