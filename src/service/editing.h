/* Editing from inside: what the files of writing, live answers, events and jobs share.
 *
 * All writes go through one writer: one at a time, each in a transaction, each request once. What
 * stands is held warm at desks; the journal tells everybody what was done. */
#ifndef SERVICE_EDITING_H
#define SERVICE_EDITING_H

#include "service/http.h"

#include <maille/comment.h>
#include <maille/edit.h>
#include <maille/journal.h>
#include <maille/json.h>
#include <maille/jsontree.h>
#include <maille/live.h>
#include <maille/tell.h>

/* ---- writing (writer.c) -------------------------------------------------------------------------
 */

typedef struct writer writer;
maille_status writer_new(service *s, writer **out);
void writer_free(writer *w);

/* What a write is done with: a store in the account's name inside a transaction that the writer
 * begins and ends. The function writes its answer, JSON, to out->body; with a status of its own
 * other than 200 to 299 (reply_problem: a refusal, a conflict) all is rolled back, as when it
 * fails. */
typedef struct writing {
    view *v; /* of the request: context, ground; what its own store reads is older */
    const request *r;
    maille_store *store; /* what to read and write */
    void *user;
    /* Told whether it was kept, before another write begins; NULL: nobody is. */
    void (*after)(struct writing *w, bool kept);
} writing;
typedef maille_status (*write_fn)(writing *w, reply *out);
/* Runs `write` once: where the account's request of this id (`id` NULL: the header Idempotency-Key,
 * without either every time anew) was answered before, that answer is given again with
 * Idempotency-Replayed: true; another request of the same id is 422. `what` is what is asked, for
 * that comparison (NULL: method, path and body). While another process writes it waits for
 * write_wait_s, then 503 with Retry-After. Events and desks follow by themselves. Only for routes
 * that say `writes`. */
maille_status write_once(view *v, const request *r, const char *id, const char *what,
                         write_fn write, void *user, reply *out);

/* 403 with a problem unless the account may do that to each perimeter: communes that come or go
 * must be of its départements; for all else every commune of the perimeter, before and after.
 * `*may` tells which; out has the problem where not. */
maille_status check_sides(view *v, const request *r, const maille_ground *ground,
                          const maille_change_sides *sides, reply *out, bool *may);

/* ---- desks (desk.c) -----------------------------------------------------------------------------
 */

/* Perimeters of a kind of a scenario, held warm as they stand (internal audience): one at a time
 * works at a desk. */
typedef struct desks desks;
maille_status desks_new(service *s, desks **out);
void desks_free(desks *all);
/* What they know is of a workspace that is gone: those to come begin anew. */
void desks_forget(desks *all);
typedef struct desk desk;
/* The desk, brought to what the store (the view's or the writer's) holds at least; to be given
 * back. MAILLE_NOT_FOUND: no such scenario; MAILLE_BUSY: steps that the ground rests on must run
 * first. */
maille_status desk_take(view *v, maille_store *store, const char *scenario, const char *kind,
                        desk **out);
void desk_give(desk *d);
/* Given back and thrown away: what it was told did not come true. */
void desk_drop(desk *d);
maille_live *desk_live(desk *d);
const maille_loaded *desk_loaded(const desk *d);
const maille_judge_rules *desk_rules(const desk *d);
const char *desk_kind(const desk *d);
/* Tells the desk what the change of that number made of perimeters; its effect is that of the live
 * territory's last change. The writer's alone, before it commits; desk_drop where that fails. */
maille_status desk_decide(maille_ctx *ctx, desk *d, const maille_change_sides *sides,
                          int64_t number);
/* Version and hash of the state of a perimeter there; 0 and "" where there is none. */
int64_t desk_version(const desk *d, const char *perimeter, char state[65]);

/* Whether an account sees a perimeter: any of its communes is in its départements, or it has none.
 */
bool sees_perimeter(const request *r, const maille_ground *ground, const maille_perimeter *p);
/* The same of the perimeter of that name in a scenario of a store; what is not there is hidden from
 * who is bound to départements: it was anybody's. */
maille_status sees_named(view *v, maille_store *store, const request *r, const char *scenario,
                         const char *perimeter, bool *sees);
bool sees_unit(const request *r, const maille_ground *ground, uint32_t unit);

/* ---- gestures (gestures.c) ----------------------------------------------------------------------
 */

typedef MAILLE_VEC(maille_op) op_list;
/* Strokes from the JSON of gestures (docs/editing.md), as they would be made upon what stands at
 * the desk; texts in the request's arena and in the tree. `perimeter` is meant where a gesture
 * names none (NULL: it must). They are tried out at the desk as ONE change, so that its effect can
 * be told: maille_live_undo takes them back; on failure nothing stays. USAGE: a gesture does not
 * hold; REFUSED: what stands does not allow it; the message, in the request's language, names the
 * gesture by its place, from 1. */
maille_status gestures_try(view *v, const request *r, desk *d, const maille_json *gestures,
                           const char *perimeter, op_list *ops);

/* ---- events (events.c, hub.c) -------------------------------------------------------------------
 */

typedef struct hub hub;
maille_status hub_new(service *s, hub **out);
void hub_free(hub *h);
/* Something was committed, here or elsewhere: whoever listens is told. Never waits. */
void hub_wake(hub *h);
/* No new streams; those that are open end. */
void hub_stop(hub *h);

/* ---- names that go (journal.c) ------------------------------------------------------------------
 */

/* Names whose retention is over go: at the start of the service and once a day, on a thread of its
 * caller with a context of its own. It takes the lock like another program (MAILLE_BUSY while
 * somebody else has it: ask again later) and must not be called with the writer's store roused. */
maille_status forget_names(service *s, maille_ctx *ctx);

/* ---- jobs (jobs.c) ------------------------------------------------------------------------------
 */

typedef struct jobs jobs;
maille_status jobs_new(service *s, jobs **out);
void jobs_free(jobs *j);
/* Decisions changed: layers are computed again when it has been quiet for settle_s. Never waits. */
void jobs_decided(jobs *j);

#endif
