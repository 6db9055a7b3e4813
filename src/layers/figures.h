/* Figures of the summary table, gathered while the features pass by. */
#ifndef LAYERS_FIGURES_H
#define LAYERS_FIGURES_H

#include "layers/items.h"

typedef struct layers_figures layers_figures;

maille_status layers_figures_new(maille_ctx *ctx, const maille_catalogue *catalogue,
                                 const layers_plan *plan, layers_figures **out);
void layers_figures_free(layers_figures *figures);
void layers_figures_add(layers_figures *figures, const maille_items *items);
/* Results, as many as `written` has places for. */
void layers_figures_end(const layers_figures *figures, maille_layer_written *written);

#endif
