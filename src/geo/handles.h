/* The context's handles of GEOS, PROJ and GDAL (inside geo). */
#ifndef GEO_HANDLES_H
#define GEO_HANDLES_H

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>
#include <maille/ctx.h>
#include <proj.h>

/* Made at their first use, freed with the context. NULL when memory ran out. */
GEOSContextHandle_t maille_geos(maille_ctx *ctx);
/* FAILED with GEOS's last word on `what`. */
maille_status maille_geos_fail(maille_ctx *ctx, const char *what);

/* Network off, messages to the log. FAILED when proj.db is missing. */
maille_status maille_proj(maille_ctx *ctx, PJ_CONTEXT **out);
/* One thing that was made with it, which it leaves when another comes, or before it goes; kept only
 * where maille_proj gave a handle before. */
void *maille_proj_kept(const maille_ctx *ctx);
void maille_proj_keep(maille_ctx *ctx, void *thing, void (*leave)(void *thing));
/* PROJ's last message in this context, or "". */
const char *maille_proj_message(maille_ctx *ctx);

/* Every use of GDAL stands between these two: what GDAL says meanwhile goes to the log, and its
 * last error stays in CPLGetLastErrorMsg(). Drivers are registered once per process. */
void maille_gdal_enter(maille_ctx *ctx);
void maille_gdal_leave(void);

#endif
