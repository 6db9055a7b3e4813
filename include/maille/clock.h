/* What time it is, in UTC, as texts are kept (room: base). No figure depends on it. */
#ifndef MAILLE_CLOCK_H
#define MAILLE_CLOCK_H

/* "2026-03-01T12:34:56Z" */
void maille_utc_now(char out[21]);
/* "2026-03-01" */
void maille_utc_today(char out[11]);

#endif
