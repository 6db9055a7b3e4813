/* An entry of the journal as event streams tell it: made once, sent to many. */
#ifndef SERVICE_EVENT_H
#define SERVICE_EVENT_H

#include <maille/memory.h>
#include <maille/store.h>
#include <stdatomic.h>

/* Text that many streams send at a time. */
typedef struct wording {
    atomic_uint holders;
    size_t length;
    char bytes[];
} wording;
wording *wording_new(const char *bytes, size_t length); /* NULL: memory ran out */
wording *wording_hold(wording *t);
void wording_drop(wording *t); /* NULL is fine */

/* The département of each commune, as imported last. Immutable; shared. */
typedef struct areas areas;
maille_status areas_load(maille_ctx *ctx, maille_store *store, areas **out);
areas *areas_hold(areas *a);
void areas_drop(areas *a); /* NULL is fine */

/* What a stream may tell: the same for all whose key is the same. */
typedef struct {
    bool public;         /* layers of the public alone */
    const char *account; /* id; "" for the public */
    const char *const *departments;
    size_t department_count; /* 0: all */
    const char *key;         /* the départements in one text */
} scope;

typedef struct event event;
/* The entry in row `row` of a table of the journal; `ordinal` counts the entries that are for the
 * public (0: this one is not). `*out` NULL: nobody is told of it. */
maille_status event_new(maille_ctx *ctx, maille_store *store, const areas *communes,
                        const maille_table *rows, size_t row, int64_t ordinal, event **out);
void event_free(event *e);
int64_t event_number(const event *e);
size_t event_size(const event *e); /* bytes of memory */
bool event_shows(const event *e, const scope *to);
/* Held for the caller; made when it is first asked for: threads must not ask at once. NULL: memory
 * ran out. */
wording *event_text(event *e, const scope *to);

/* Whether an entry of that action is ever told, and whether the public is told of it. */
bool event_is_told(const char *action, const char *change, const scope *to);
bool event_is_public(const char *action, const char *detail);

#endif
