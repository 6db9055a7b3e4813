/* A change as a caller asks for it (change.c reads it, changes.c does it). */
#ifndef SERVICE_CHANGE_H
#define SERVICE_CHANGE_H

#include "service/editing.h"

/* Of perimeters that the caller says to have seen. */
typedef struct {
    const char *perimeter;
    int64_t version;
    char state[17];
    const char *after; /* what it became by this other request of the account; NULL */
} saw;

/* Texts are the tree's or the request's arena's. */
typedef struct {
    const char *id, *scenario, *why; /* id NULL: not named */
    const char *kind;                /* of the perimeters; NULL: not said */
    const char *perimeter;           /* of the address; NULL */
    const maille_json *gestures;
    bool tolerant;
    bool blind; /* If-Match: * */
    MAILLE_VEC(saw) seen;
} asked_change;
void asked_change_clear(asked_change *c);

/* From {"id","scenario","genre","motif","vu","tolerant","gestes"}; USAGE tells what does not hold.
 */
maille_status asked_change_read(view *v, const request *r, const maille_json *json,
                                asked_change *out);
/* "vu" of a body, also for what goes back. */
maille_status asked_seen_read(view *v, const request *r, const maille_json *vu, asked_change *out);
/* If-Match: "v4-…", or * ; false where it is neither. */
bool asked_match_read(const request *r, asked_change *out);
/* What was seen, with `after` looked up in what was answered; REFUSED: that request did not go
 * through. The array is the arena's. */
maille_status asked_seen_known(writing *w, const asked_change *c, maille_seen **out);

/* A text of a body; absent and null are NULL, another type is USAGE. */
maille_status body_text(view *v, const request *r, const maille_json *body, const char *key,
                        const char **out);
/* false where absent. */
maille_status body_bool(view *v, const request *r, const maille_json *body, const char *key,
                        bool *out);
/* The body as an object whose keys are among these (NULL-terminated). */
maille_status body_object(view *v, const request *r, const char *const *keys, maille_json **out);
/* REFUSED and USAGE as a problem: 422 with the message, 400. Others as reply_failure. */
maille_status reply_refused(view *v, const request *r, reply *out, maille_status status);
/* 412 or 409 with what changed since; `detail` NULL: the usual words. */
maille_status reply_stale(view *v, const request *r, reply *out, int code, const char *detail,
                          const maille_stale *stale);

/* 404 where an account that is bound to départements names a perimeter (among what was seen, or
 * `also`, which may be NULL) that is not there or that it does not see: a difference would show it.
 */
maille_status refuse_hidden(writing *w, const asked_change *c, const char *also, reply *out);

/* POST /undo, /redo, /restore (turns.c). */
maille_status change_undo(view *v, const request *r, reply *out);
maille_status change_redo(view *v, const request *r, reply *out);
maille_status change_restore(view *v, const request *r, reply *out);

/* The common end of writes that made a change: rights, the desk of `kind` told, and the answer. */
typedef struct {
    const char *scenario, *kind;
    desk *d;                   /* NULL: desk_take is done here */
    maille_strbuf what;        /* what was done, in words */
    maille_edit_result result; /* perimeters 0: nothing was changed */
    bool told;                 /* the desk: it is thrown away where that does not come true */
} made_change;
maille_status tell_change(writing *w, made_change *m, reply *out);
/* For writing.after: the desk is given back, or thrown away. */
void release_change(made_change *m, bool kept);

#endif
