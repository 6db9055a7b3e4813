/* Which columns of a file a reader wants (inside geo). */
#ifndef GEO_COLUMNS_H
#define GEO_COLUMNS_H

#include <maille/ctx.h>
#include <maille/vectorfile.h>

/* What a file offers. */
typedef struct {
    size_t count;
    char **names; /* owned, as are the texts */
    maille_type *types;
} maille_offer;

maille_status maille_offer_new(maille_ctx *ctx, size_t count, maille_offer *out);
/* Names column i; blank names become "column_3", repeated ones get "_2". */
maille_status maille_offer_name(maille_ctx *ctx, maille_offer *offer, size_t i, const char *name);
void maille_offer_clear(maille_offer *offer);

/* An empty table of the wanted columns; `picked[k]` is the offer's number of table column k. With
 * NULL options: all columns, without "geom" and "#row"; otherwise "geom" if wanted and "#row" stand
 * last. REFUSED with the names that were found when a wanted one is missing. */
maille_status maille_offer_table(maille_ctx *ctx, const char *path, const maille_offer *offer,
                                 const maille_read_options *options, uint32_t **picked,
                                 size_t *picked_count, maille_table **out);

#endif
