/* Filters as people and programs send them: CQL2 text (OGC 21-065r2) as a tree (room: layers).
 *
 * Basic CQL2 with like, between, in, is null, case-insensitive keywords, and the spatial function
 * S_INTERSECTS with WKT or BBOX(); dates as texts, DATE('…') too. Properties by name, quoted with "
 * where need be. No SQL: the tree is bound to a layer's columns and its values are bound. */
#ifndef MAILLE_CQL_H
#define MAILLE_CQL_H

#include <maille/ctx.h>
#include <stddef.h>

typedef struct maille_cql maille_cql;

/* MAILLE_USAGE with the place (character, from 1) and what was expected there. 16 KiB, 24 levels
 * and 1,000 operands at most. */
maille_status maille_cql_parse(maille_ctx *ctx, const char *text, maille_cql **out);
void maille_cql_free(maille_cql *cql);
/* The tree as CQL2 text again, canonical; owned by the caller. */
maille_status maille_cql_text(maille_ctx *ctx, const maille_cql *cql, char **out);

#endif
