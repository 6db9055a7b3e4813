/* Credits of an answer that is no layer: licences add up there too (room: layers). */
#ifndef MAILLE_CREDITS_H
#define MAILLE_CREDITS_H

#include <maille/layers.h>
#include <maille/strbuf.h>

/* Appends "sources":[…],"licence":"…" for what rests on these kinds of imports, as the files of
 * layers bear them (DESIGN, "The layers"). */
maille_status maille_credits_of(maille_ctx *ctx, const maille_catalogue *catalogue,
                                const char *const *kinds, size_t count, maille_strbuf *to);

#endif
