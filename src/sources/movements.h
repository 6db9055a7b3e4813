/* What the readers of movements share (inside sources). */
#ifndef SOURCES_MOVEMENTS_H
#define SOURCES_MOVEMENTS_H

#include "sources/job.h"

/* Fields of the file. With DATE each row is an event of its day; else a passage between the two
 * vintages. */
enum { FROM, TO, RATIO, FROM_NAME, DATE, FROM_TYPE, TO_TYPE, FIELDS };
/* Columns of table `movement`. */
enum {
    TO_IMPORT,
    TO_ROW,
    TO_FROM_VINTAGE,
    TO_TO_VINTAGE,
    TO_FROM,
    TO_TO,
    TO_FROM_NAME,
    TO_RATIO,
    TO_COLUMNS
};

/* Stages the passage that events between the two vintages make: from every code that a row tells,
 * with the name that it had, to what it has become by the later vintage. */
maille_status stage_events(maille_job *job, const maille_rows *rows, maille_table *to);

#endif
