/* What the answers of the catalogue share. */
#ifndef SERVICE_CATALOGUE_H
#define SERVICE_CATALOGUE_H

#include "service/ogc.h"

#include <maille/json.h>

/* [west, south, east, north], or null. */
void catalogue_box(maille_jout *j, const char *key, const double box[4]);
/* {"nom":…,"millesime":…,"licence":…} */
void catalogue_source(maille_jout *j, const char *key, const char *name, const char *vintage,
                      const char *licence);

/* The property that features are known by, or NULL. */
const char *catalogue_key(const maille_layer_def *def, const maille_property *properties,
                          size_t count);
/* How a grouping is said: its own name where the rules know none. */
const char *catalogue_grouping(const view *v, const request *r, const char *grouping);

/* catalogue.c, study.c, members.c, columns.c, groupings.c */
maille_status answer_layers(view *v, const request *r, reply *out);
maille_status answer_study(view *v, const request *r, reply *out);
maille_status answer_members(view *v, const request *r, reply *out);
maille_status answer_columns(view *v, const request *r, reply *out);
maille_status answer_groupings(view *v, const request *r, reply *out);
maille_status answer_grouping(view *v, const request *r, reply *out);
maille_status answer_perimeter_groupings(view *v, const request *r, reply *out);

#endif
