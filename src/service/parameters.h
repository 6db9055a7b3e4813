/* What a request selects of a layer: its parameters read, checked and turned into a selection.
 *
 * Each that is unknown or malformed is MAILLE_USAGE, named, in the request's language. */
#ifndef SERVICE_PARAMETERS_H
#define SERVICE_PARAMETERS_H

#include "service/service.h"

/* A reference system that coordinates can be asked in. */
typedef struct {
    const char *uri;
    int epsg; /* as the selection has it; 0 = CRS 84 */
    bool latitude_first, geographic;
} reference_system;
/* The first is CRS 84, in which layers are kept. */
extern const reference_system reference_systems[];
extern const size_t reference_system_count;

typedef struct {
    maille_selection selection; /* texts live as long as the request */
    maille_cql *filter;
    const reference_system *crs; /* of the answer */
    const maille_property *properties;
    size_t property_count;
} wanted;

typedef enum {
    WANTED_FEATURE, /* crs alone */
    WANTED_ALL,     /* all but limit and offset */
    WANTED_PAGE,
} wanted_kind;

/* In HTML a parameter that a form left empty was not given. */
maille_status wanted_read(view *v, const request *r, const maille_layer_state *layer,
                          wanted_kind kind, wanted *out);
void wanted_free(wanted *w);

/* An instant (a date or a time with its zone) of RFC 3339 that the calendar has. */
bool is_instant(const char *text);
/* Numbers with commas between, `most` at most; how many, 0 where the text is anything else. */
size_t read_numbers(const char *text, double *out, size_t most);

#endif
