/* Answers: point queries on a workspace that is held warm (room: live). Nothing is saved. */
#ifndef MAILLE_ANSWERS_H
#define MAILLE_ANSWERS_H

#include <maille/ground.h>
#include <maille/judge.h>
#include <maille/network.h>
#include <maille/rules.h>
#include <maille/store.h>
#include <maille/strbuf.h>
#include <maille/travel.h>

/* ---- communes by what people type ---------------------------------------------------------------
 */

/* Names, codes and old names of a workspace's communes; immutable, threads may share it. */
typedef struct maille_gazetteer maille_gazetteer;
maille_status maille_gazetteer_new(maille_ctx *ctx, maille_store *store, maille_gazetteer **out);
void maille_gazetteer_free(maille_gazetteer *gazetteer);
typedef struct {
    const char *code, *name, *department;
    double population; /* NaN = not known */
    const char *how; /* "code", "nom", "debut", "mot", "approchant", "ancien-nom", "ancien-code" */
    const char *former; /* the old name or code that was met; NULL */
} maille_commune_found;
/* Best first: exact, beginning, a word of the name, then typos (one for three letters, three at
 * most; in beginnings from five letters on), larger communes first among equals; accents, case,
 * articles, hyphens and "st" for "saint" do not count. `department` NULL = all. At most `most`;
 * texts are the gazetteer's, block the caller's. */
maille_status maille_gazetteer_find(maille_ctx *ctx, const maille_gazetteer *gazetteer,
                                    const char *text, const char *department, size_t most,
                                    maille_commune_found **out, size_t *count);

/* ---- figures of any list of communes ------------------------------------------------------------
 */

/* As JSON, what `maille territory show --json` tells of figures, for a list of codes; MAILLE_USAGE
 * names a code that is no commune. */
maille_status maille_list_figures(maille_ctx *ctx, const maille_ground *ground,
                                  const maille_judge_rules *rules, const char *const *codes,
                                  size_t count, maille_strbuf *out);

/* ---- times and isochrones -----------------------------------------------------------------------
 */

/* A network with its snapper and rules, immutable; threads may share it. Takes network and rules
 * over (maille_roads_load), also when it fails. */
typedef struct maille_roads maille_roads;
maille_status maille_roads_new(maille_ctx *ctx, maille_network *network, maille_travel_rules *rules,
                               int epsg, maille_roads **out);
void maille_roads_free(maille_roads *reach);

/* GeoJSON FeatureCollection: one feature per band (ascending) with `minutes`, `sens`, `point`;
 * `direction` as in travel.h; `note` where the point is far from any road (then the feature has no
 * geometry), 10 bands of 180 minutes at most. */
maille_status maille_isochrone_from(maille_ctx *ctx, const maille_roads *reach, maille_lonlat at,
                                    maille_direction direction, const double *bands_min,
                                    size_t band_count, maille_strbuf *out);
/* The same on foot, along the roads that cars have, for lack of others; what that rests on is told
 * as "marche": {"vitesse_kmh", "sans_routes_au_dela_de_kmh"}. */
maille_status maille_isochrone_on_foot(maille_ctx *ctx, const maille_roads *reach, maille_lonlat at,
                                       maille_direction direction, const double *bands_min,
                                       size_t band_count, maille_strbuf *out);
/* {"de":[…],"vers":[…],"minutes":[[…]]}: rows are origins; null where unreached. At most 10,000
 * pairs. Points that no road is near to are named in "non_rattaches". */
maille_status maille_times_between(maille_ctx *ctx, const maille_roads *reach,
                                   const maille_lonlat *from, size_t from_count,
                                   const maille_lonlat *to, size_t to_count, maille_strbuf *out);

#endif
