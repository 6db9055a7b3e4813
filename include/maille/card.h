/* The card of a commune: what the layers say of it, in one place (room: layers). */
#ifndef MAILLE_CARD_H
#define MAILLE_CARD_H

#include <maille/items.h>

/* What layers do not hold and the caller knows: inhabitants within so many minutes by road of the
 * commune's centre (maille_ground_people_within). NaN: not known. */
typedef struct {
    double minutes, people;
} maille_card_people;

/* As a JSON object, from layers that the catalogue's audience may see and that are ready: code,
 * nom, population, departement, centre, etendue; services: for each the nearest with minutes, band,
 * name, commune of the place and whether it lies in another département (`autre_departement`) or
 * outside the study (`hors_etude`); autres: of services that stand in for another the nearest,
 * where it is within the widest band; habitants_a: `people`; apl and classe with the unit that it
 * is the class of and the rule set that says why: its title, reference, first day and threshold;
 * cpts: those that hold it, with status and contact; groupings; voisins: communes that share a line
 * of border; sources. What is not known is null. `narrowed` as in maille_selection, the rest of it
 * unused. MAILLE_NOT_FOUND. */
maille_status maille_commune_card(maille_ctx *ctx, const maille_catalogue *catalogue,
                                  const maille_selection *narrowed, const char *code,
                                  const maille_card_people *people, size_t people_count,
                                  maille_strbuf *out);

#endif
