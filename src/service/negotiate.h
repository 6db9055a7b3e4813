/* What is answered: format and language, by what is asked for and what is there. */
#ifndef SERVICE_NEGOTIATE_H
#define SERVICE_NEGOTIATE_H

#include "service/service.h"

/* The format that header Accept likes best; on a tie the one that stands first; NULL where none is
 * acceptable. An empty header accepts all. */
const char *negotiate_format(const char *accept, const char *const *formats);
/* "fr" or "en"; French where nothing tells. */
const char *negotiate_language(const char *accept_language);
/* Is a page wanted rather than a document for programs? */
bool negotiate_page(const char *accept);

#endif
