/* Answers to single questions: what their handlers share. */
#ifndef SERVICE_ANSWERS_H
#define SERVICE_ANSWERS_H

#include "service/ogc.h"

/* Kinds of imports that an answer rests on; NULL ends. */
extern const char *const answer_of_names[], *const answer_of_roads[], *const answer_of_figures[];
/* Ends an object that stands open: sources and licence, then the brace. */
maille_status answer_close(view *v, const request *r, const char *const *kinds, maille_strbuf *s);

/* Parameters, checked: MAILLE_USAGE names what does not hold. `number` stays as it is where the
 * parameter is not given. */
maille_status answer_number(view *v, const request *r, const char *key, double least, double most,
                            double *number);
/* Texts between commas, in the request's arena; each once, `most` at most. */
maille_status answer_list(view *v, const request *r, const char *key, const char *text, size_t most,
                          const char ***out, size_t *count);
/* What the roads cannot answer, there being none. */
maille_status answer_no_roads(const request *r, reply *out);

/* The card of a commune (as JSON) as a page (answers_page.c). */
maille_status answer_card_page(view *v, const request *r, const char *card, maille_strbuf *s);

/* answers_commune.c, answers_figures.c, answers_reach.c */
maille_status answer_search(view *v, const request *r, reply *out);
maille_status answer_commune(view *v, const request *r, reply *out);
maille_status answer_perimeter(view *v, const request *r, reply *out);
maille_status answer_figures(view *v, const request *r, reply *out);
maille_status answer_isochrone(view *v, const request *r, reply *out);
maille_status answer_times(view *v, const request *r, reply *out);

#endif
