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

/* How a grouping is said: its own name where the rules know none. */
const char *catalogue_grouping(const view *v, const request *r, const char *grouping);

/* study.c */
maille_status answer_study(view *v, const request *r, reply *out);

/* Parts of schemas of answers. */
#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define FLAG "{\"type\":\"boolean\"}"
#define WHOLE "{\"type\":\"integer\"}"
#define ARRAY_OF(properties)                                                                       \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" properties "}}}"
#define NUMBER_OR_NULL "{\"type\":\"number\",\"nullable\":true}"
#define TEXTS "{\"type\":\"array\",\"items\":" TEXT "}"
#define BOX                                                                                        \
    "{\"type\":\"array\",\"nullable\":true,\"minItems\":4,\"maxItems\":4,\"items\":"               \
    "{\"type\":\"number\"}}"

#endif
