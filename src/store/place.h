/* Where files lie, and how a finished one gets its name. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <maille/ctx.h>

/* Both texts, one behind the other; NULL when memory ran out. */
char *maille_place_joined(const char *a, const char *b);
/* The absolute path, links resolved; the file itself need not be there, its folder must. */
maille_status maille_place_of(maille_ctx *ctx, const char *path, char **out);
/* Removes what SQLite keeps beside a file; left behind, it would be taken for part of the next. */
maille_status maille_place_clear(maille_ctx *ctx, const char *file);
/* Gives the finished file `from` the name `to` (a place); after a power cut either both names'
 * states hold. */
maille_status maille_place_settle(maille_ctx *ctx, const char *from, const char *to);

#endif
