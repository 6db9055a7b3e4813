/* The card of a commune: what the layers say of it, in one place (room: layers). */
#ifndef MAILLE_CARD_H
#define MAILLE_CARD_H

#include <maille/items.h>

/* As a JSON object, from layers that the catalogue's audience may see and that are ready: code,
 * nom, population, departement; services: for each the nearest with minutes, band, name, commune of
 * the place and whether it lies in another département (`autre_departement`) or outside the study
 * (`hors_etude`); apl and classe with the unit that it is the class of and the rule set that says
 * why; cpts: those that hold it, with status and contact; groupings; sources. What is not known is
 * null. `narrowed` as in maille_selection, the rest of it unused. MAILLE_NOT_FOUND. */
maille_status maille_commune_card(maille_ctx *ctx, const maille_catalogue *catalogue,
                                  const maille_selection *narrowed, const char *code,
                                  maille_strbuf *out);

#endif
