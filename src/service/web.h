/* The map that browsers read: its pages and files, held in memory as they were when the service
 * started (docs/serving.md, "The map"). */
#ifndef SERVICE_WEB_H
#define SERVICE_WEB_H

#include "service/send.h"

typedef struct web web;
/* Reads the folder of the map. Where there is none, or where what it brings along was not fetched,
 * this is logged, and its pages tell what to do. */
maille_status web_open(maille_ctx *ctx, web **out);
void web_free(web *w);
/* Whether the map can be shown. */
bool web_has_map(const web *w);

#endif
