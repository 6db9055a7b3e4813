/* Codes of one vintage carried to that of the study's communes, by the passage tables. */
#ifndef MAILLE_STEPS_PASSAGE_H
#define MAILLE_STEPS_PASSAGE_H

#include "steps/loads.h"

/* A code's heirs with the share of it that each takes; shares sum to 1. */
typedef struct {
    const char *code;
    double share;
} heir;

typedef struct passage passage;
/* From the vintage of an import to that of the communes; with the same year or a vintage not said,
 * every code is its own heir. `no_way` tells that vintages differ and no chain of passage
 * tables joins them: codes then stay as published. */
maille_status passage_new(maille_ctx *ctx, loads *l, const char *from_vintage, passage **out,
                          bool *no_way);
void passage_free(passage *p);
/* Heirs of a code, borrowed until the next call; a code without a row is its own heir. */
maille_status passage_heirs(maille_ctx *ctx, passage *p, const char *code, const heir **heirs,
                            size_t *count);

#endif
