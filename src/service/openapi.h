/* The interface as it is told: which routes, in which order, with which parameters (openapi.c for
 * programs, pages_api.c for people). */
#ifndef SERVICE_OPENAPI_H
#define SERVICE_OPENAPI_H

#include "service/ogc.h"

/* Whether who asks may know of the route. */
bool api_shown(const request *r, const route *call);
/* Name of the n-th of these verbs, in small letters; NULL beyond the last. */
const char *api_verb(unsigned of, size_t n);
/* The route's description of a {part} or parameter; NULL where it has none. */
const route_parameter *api_parameter(const route *call, const char *name);
/* The name of the n-th {part} of a path, in `name`; false beyond the last. */
bool api_part(const char *path, size_t n, char name[64]);
/* Whether a parameter must be given. */
bool api_needs(const route *call, const route_parameter *p);
/* Whether a request by this verb (small letters) has a body, and its media types. */
bool api_body(const route *call, const char *method);
const char *api_body_types(const route *call);

#endif
