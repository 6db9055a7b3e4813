/* Perimeters as who asks may know them: what the handlers that read them share. What stands now
 * comes from the desks, the past and what is published from the workspace. */
#ifndef SERVICE_PERIMETERS_H
#define SERVICE_PERIMETERS_H

#include "service/editing.h"
#include "service/ogc.h"

/* ---- what is asked about ---- */

typedef struct {
    const char *scenario; /* "" = the reference */
    const char *kind;     /* NULL: not said */
    maille_moment when;
} scope;
/* The kind that is meant where an answer is about one and none is said. */
#define KIND_OF_DEFAULT "cpts"
/* What parameter `a` may be; the last: for the public too. */
enum { ASK_DAY = 1, ASK_VERSION = 2, ASK_MOMENT = 3, ASK_PUBLICLY = 4 };
/* From the parameters scenario, kind and a; plans and the past are for the inside. */
maille_status scope_read(view *v, const request *r, unsigned moments, scope *out);
/* "2026-01-31" or "v3", NULL: now; MAILLE_USAGE names the parameter. */
maille_status moment_read(view *v, const request *r, const char *key, unsigned moments,
                          maille_moment *out);
/* A whole number within bounds; `number` stays where the parameter is not given. */
maille_status count_read(view *v, const request *r, const char *key, int64_t least, int64_t most,
                         int64_t *number);

/* The ground; NULL where what it rests on was not computed, and `out` says so. */
maille_status ground_read(view *v, const request *r, reply *out, const maille_loaded **loaded);
/* Whether the past and drafts are asked for by the public: `out` says that they are not. */
bool only_inside(const request *r, reply *out, maille_status *status);
/* Ends a handler of answers that nobody keeps. */
maille_status live_end(view *v, const request *r, maille_jout *j, reply *out, maille_status status);

/* Moves a row to another place of the table: for those that keep some of them. */
void table_move(maille_table *t, size_t from, size_t to);

/* ---- one perimeter (perimeters_picture.c) ---- */

typedef struct {
    maille_perimeter *perimeter; /* its own */
    int64_t version;             /* 0: what stands is not told (the public) */
    char state[65];
} holding;
/* MAILLE_NOT_FOUND for what is not there, and for what who asks may not see. */
maille_status holding_find(view *v, const request *r, const scope *s, const maille_loaded *loaded,
                           const char *id, holding *out);
void holding_free(holding *h);
/* Figures of a perimeter by the rules of its kind; `with` what beyond the cheap ones. */
maille_status holding_figures(view *v, const maille_loaded *loaded, const maille_perimeter *p,
                              unsigned with, maille_figures **out);

/* ---- all of a kind (perimeters_picture.c) ---- */

typedef struct {
    view *v;
    const request *r;
    const scope *asked;
    const char *kind;
    const maille_loaded *loaded;
    const maille_ground *ground;
    const maille_judge_rules *rules; /* of the kind */
    const maille_plan *plan;
    /* inside */
    desk *desk; /* NULL: loaded */
    const maille_perimeter **items;
    uint32_t count;
    maille_plan *own_plan;
    maille_flags own_flags;
    bool judged;
    maille_figures *own_figures;
} picture;
/* Calls `visit` for the kind that is asked for, or for each kind in order of first mention. */
typedef maille_status (*picture_visitor)(picture *p, void *user);
maille_status picture_each(view *v, const request *r, const scope *s, const maille_loaded *loaded,
                           picture_visitor visit, void *user);

const maille_perimeter *picture_perimeter(const picture *p, uint32_t claim);
bool picture_sees(const picture *p, uint32_t claim);
/* How many of its perimeters who asks sees, and whether its kind is told to them at all: one of
 * which they see nothing is not, but for the one that anybody would begin with. */
uint32_t picture_seen(const picture *p);
bool picture_is_told(const picture *p);
bool picture_sees_flag(const picture *p, const maille_flags *flags, const maille_flag *flag);
/* Borrowed until the next figures of the picture. */
maille_status picture_figures(picture *p, uint32_t claim, const maille_figures **out);
maille_status picture_flags(picture *p, const maille_flags **out);
/* Those that who asks sees, in the request's arena (what they name stays the picture's). */
maille_status picture_flags_seen(picture *p, maille_flags *out);
/* Version and state of what stands; false where that is not told. */
bool picture_state(const picture *p, uint32_t claim, char tag[MAILLE_STATE_TAG]);

/* ---- handlers ---- */

/* perimeters_judge.c */
maille_status answer_findings(view *v, const request *r, reply *out);
maille_status answer_contested(view *v, const request *r, reply *out);
maille_status answer_coverage(view *v, const request *r, reply *out);
maille_status answer_proposals(view *v, const request *r, reply *out);
/* perimeters_past.c */
maille_status answer_history(view *v, const request *r, reply *out);
maille_status answer_diff(view *v, const request *r, reply *out);

/* ---- merges (scenarios.c) ---- */

/* 409 with what did not go together. */
maille_status reply_conflicts(writing *w, const maille_merge_report *report, reply *out);
/* NULL, "ours" or "theirs". */
bool is_prefer(const char *text);

#endif
