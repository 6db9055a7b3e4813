/* One perimeter as a value: what it is, its statuses with dates, its members; what can be done to
 * it, how two states of it differ, how two branches of it meet (room: territory). Pure: no store,
 * no clock.
 *
 * A perimeter travels as its document, canonical JSON: the same state gives the same bytes, so that
 * the SHA-256 of the document names the state in every workspace. */
#ifndef MAILLE_PERIMETER_H
#define MAILLE_PERIMETER_H

#include <maille/ctx.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *code; /* of a commune, a municipal arrondissement, or a finer unit of the data */
    double share;     /* of its population, in (0, 1] */
    bool on_purpose;  /* shared with another perimeter on purpose: true where `reason` says why */
    const char *reason;
    const char *zone; /* name of the sub-zone of the perimeter that it is in; NULL */
} maille_member;

typedef struct {
    const char *status; /* id of the publication rules */
    const char *since;  /* YYYY-MM-DD; NULL: not dated, only the first may be so */
    const char *by;     /* who accompanied the change (URPS, ARS …); NULL */
} maille_status_entry;

typedef struct {
    const char *id, *kind, *name, *contact; /* contact NULL: none */
    uint32_t status_count;                  /* ascending dates; the last is the present one */
    maille_status_entry *statuses;
    uint32_t member_count; /* ascending code, none twice */
    maille_member *members;
    maille_arena *arena; /* all texts and arrays */
} maille_perimeter;

/* Empty, with one status (`since` and `by` may be NULL). */
maille_status maille_perimeter_new(maille_ctx *ctx, const char *id, const char *kind,
                                   const char *name, const char *status, const char *since,
                                   const char *by, maille_perimeter **out);
void maille_perimeter_free(maille_perimeter *perimeter);
maille_status maille_perimeter_copy(maille_ctx *ctx, const maille_perimeter *from,
                                    maille_perimeter **out);
/* Its place among the members, or MAILLE_ABSENT. */
uint32_t maille_perimeter_find(const maille_perimeter *perimeter, const char *code);
/* Status on a day (YYYY-MM-DD; NULL = the present one): the last entry that is not later. NULL
 * where the first is. */
const maille_status_entry *maille_perimeter_status_on(const maille_perimeter *perimeter,
                                                      const char *day);

/* ---- the document ----------------------------------------------------------------------------
 *
 * Keys in this order, no blanks; those of what is NULL, no share below 1 or not on purpose are left
 * out; members in ascending code, shares as the shortest number that reads back to them:
 *
 *     {"id":…,"kind":…,"name":…,"contact":…,
 *      "statuses":[{"status":…,"since":…,"by":…}],
 *      "members":[{"code":…,"share":…,"on_purpose":<reason>,"zone":…}]}
 *
 * Ids, kinds, codes and statuses are one line of any printable text; the other texts may have line
 * breaks and tabs; none is blank. */

void maille_perimeter_write(maille_strbuf *json, const maille_perimeter *perimeter);
/* MAILLE_REFUSED with what does not hold (`what` names the file or row in the message). Keys and
 * members may come in any order; unknown keys are refused. */
maille_status maille_perimeter_parse(maille_ctx *ctx, const char *what, const char *json,
                                     maille_perimeter **out);
/* SHA-256 of the document. */
maille_status maille_perimeter_hash(maille_ctx *ctx, const maille_perimeter *perimeter,
                                    char hash[65]);

/* ---- what can be done to it ------------------------------------------------------------------
 */

typedef enum {
    MAILLE_OP_CREATE,     /* text = name, kind, status, since, by */
    MAILLE_OP_DELETE,     /* the perimeter goes; its history stays */
    MAILLE_OP_ADD,        /* code, share (0 = 1), zone; refused when it is a member already */
    MAILLE_OP_REMOVE,     /* code; refused when it is none */
    MAILLE_OP_SHARE,      /* code, share */
    MAILLE_OP_ON_PURPOSE, /* code, text = reason; text NULL takes it back */
    MAILLE_OP_ZONE,       /* code, zone; NULL takes it out */
    MAILLE_OP_RENAME,     /* text = name */
    MAILLE_OP_CONTACT,    /* text; NULL takes it away */
    MAILLE_OP_STATUS,     /* status, since, by; refused when `since` is before the present one's or
                           * absent, and when it is the present status */
} maille_op_kind;

/* One stroke. Texts are borrowed. The caller has checked codes against the communes and statuses
 * against the rules. */
typedef struct {
    maille_op_kind kind;
    const char *perimeter; /* id */
    const char *code;
    double share;
    const char *text, *zone, *perimeter_kind, *status, *since, *by;
} maille_op;

/* Applies a stroke to the perimeter it names, in place; `*perimeter` is NULL before CREATE and
 * after DELETE; any other stroke leaves the struct where it is and renews all texts and arrays in
 * it. A failure leaves it as it was and says why. */
maille_status maille_perimeter_apply(maille_ctx *ctx, maille_perimeter **perimeter,
                                     const maille_op *op);

/* ---- two states ------------------------------------------------------------------------------
 */

/* One difference: what is "commune" (in: before NULL, out: after NULL; the other is its share),
 * "part", "partage-voulu" (reasons), "zone", "nom", "contact", "genre", "statut" (entry by entry,
 * "contractualisee 2020-05-01 (ARS)"); and only where branches meet "perimetre" (names; NULL where
 * it was deleted). The code of a commune is NULL elsewhere. Texts live in the list's arena. */
typedef struct {
    const char *what, *code, *before, *after;
} maille_difference;
typedef struct {
    uint32_t count;
    maille_difference *items; /* what in the order above, then code */
    maille_arena *arena;
} maille_differences;
/* Either may be NULL (not there). */
maille_status maille_perimeter_diff(maille_ctx *ctx, const maille_perimeter *before,
                                    const maille_perimeter *after, maille_differences **out);
void maille_differences_free(maille_differences *found);

/* Three-way: what only one side changed since `base` is taken; what both changed alike is taken
 * once; what they changed otherwise is a conflict (before = ours, after = theirs) and stays as
 * ours has it. What one side took away conflicts with any change to it on the other. Statuses are
 * one list: where both sides went on from it, one must have gone on as the other did. Any of the
 * three may be NULL (not there: base NULL = made on both sides; one side NULL = deleted there).
 * `merged` is NULL when the outcome is that it is not there. */
maille_status maille_perimeter_merge(maille_ctx *ctx, const maille_perimeter *base,
                                     const maille_perimeter *ours, const maille_perimeter *theirs,
                                     maille_perimeter **merged, maille_differences **conflicts);

#endif
