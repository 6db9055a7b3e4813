/* Perimeters for tests: a plain model of small numbers beside the value that it stands for, so that
 * what the code answers can be worked out a second time, without it. */
#ifndef TESTS_TERRITORY_PERIMETER_KIT_H
#define TESTS_TERRITORY_PERIMETER_KIT_H

#include "harness.h"

#include <maille/map.h>
#include <maille/perimeter.h>

enum { UNITS = 10, SHARES = 4, TEXTS = 3, MOST_STATUSES = 4, STATUSES = 5 };

/* Ascending, as bytes are. */
static const char *const unit_code[UNITS] = {"01001", "01002",     "22093",     "2A004", "2B033",
                                             "33063", "751010101", "751010102", "97411", "é-1"};
static const double share_value[SHARES] = {1, 0.5, 1.0 / 3, 1e-7};
static const char *const share_text[SHARES] = {"1", "0.5", "0.3333333333333333", "1e-07"};
/* 0 is none. */
static const char *const reason_text[TEXTS] = {NULL, "accord du 3 mai : \"partage\"",
                                               "deux lignes\n\tet un \\"};
static const char *const zone_text[TEXTS] = {NULL, "Nord", "Sud-Évêché"};
static const char *const contact_text[TEXTS] = {NULL, "cpts@exemple.test", "M. Ça, 1 rue d’Ys"};
static const char *const name_text[TEXTS] = {"CPTS du Trégor", "Trégor \"sud\"", "Ys"};
static const char *const kind_text[TEXTS] = {"cpts", "pta", "cls-2"};
static const char *const status_text[STATUSES] = {"idee", "projet", "contractualisee",
                                                  "en-fonctionnement", "abandonnee"};
static const char *const by_text[TEXTS] = {NULL, "URPS", "ARS (délégation du 22)"};
/* of the status at each place; the first may have none */
static const char *const since_text[MOST_STATUSES] = {"2018-12-31", "2019-07-01", "2019-07-01",
                                                      "2024-02-29"};

typedef struct {
    bool in;
    int share, reason, zone;
} model_member;
typedef struct {
    int status, by;
    bool dated;
} model_status;
typedef struct {
    bool there;
    int name, contact, kind, status_count;
    model_status statuses[MOST_STATUSES];
    model_member members[UNITS];
} model;

/* ---- chance ---- */

static uint64_t chance_state = 88172645463325252u;

static int chance(int below) {
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (int)(chance_state % (uint64_t)below);
}

static inline model_member random_member(void) {
    if (chance(2))
        return (model_member){0};
    return (model_member){true, chance(SHARES), chance(TEXTS), chance(TEXTS)};
}

/* Neighbours in the list differ, as a status is not taken twice in a row. */
static inline void append_random_status(model *m) {
    int last = m->status_count > 0 ? m->statuses[m->status_count - 1].status : -1;
    int status = chance(STATUSES);
    if (status == last)
        status = (status + 1) % STATUSES;
    bool dated = m->status_count > 0 || chance(2);
    m->statuses[m->status_count++] = (model_status){status, chance(TEXTS), dated};
}

static inline model random_model(void) {
    model m = {.there = true, .name = chance(TEXTS), .contact = chance(TEXTS), .kind = chance(2)};
    for (int count = 1 + chance(MOST_STATUSES); m.status_count < count;)
        append_random_status(&m);
    for (int u = 0; u < UNITS; u++)
        m.members[u] = random_member();
    return m;
}

/* One change of one thing; units from `first` on, every `step`. */
static inline void change_model(model *m, int first, int step) {
    int u = first + step * chance((UNITS - first + step - 1) / step);
    model_member *member = &m->members[u];
    switch (chance(4)) {
    case 0:
        *member = random_member();
        break;
    case 1:
        member->share = member->in ? chance(SHARES) : 0;
        break;
    case 2:
        member->reason = member->in ? chance(TEXTS) : 0;
        break;
    default:
        member->zone = member->in ? chance(TEXTS) : 0;
        break;
    }
}

/* ---- from the model to the value ---- */

static inline maille_status_entry entry_of_model(const model *m, int k) {
    const model_status *s = &m->statuses[k];
    return (maille_status_entry){status_text[s->status], s->dated ? since_text[k] : NULL,
                                 by_text[s->by]};
}

/* Written out by itself: the struct is public. NULL for what is not there. */
static inline maille_perimeter *value_of(const model *m) {
    if (!m->there)
        return NULL;
    maille_arena *arena = maille_arena_new();
    maille_status_entry statuses[MOST_STATUSES];
    maille_member members[UNITS];
    maille_perimeter p = {.id = "tregor",
                          .kind = kind_text[m->kind],
                          .name = name_text[m->name],
                          .contact = contact_text[m->contact],
                          .statuses = statuses,
                          .members = members,
                          .arena = arena};
    for (int k = 0; k < m->status_count; k++)
        statuses[p.status_count++] = entry_of_model(m, k);
    for (int u = 0; u < UNITS; u++)
        if (m->members[u].in)
            members[p.member_count++] = (maille_member){
                unit_code[u], share_value[m->members[u].share], m->members[u].reason > 0,
                reason_text[m->members[u].reason], zone_text[m->members[u].zone]};
    maille_ctx *own = NULL;
    maille_perimeter *copy = NULL;
    CHECK_INT(maille_ctx_new(&own), MAILLE_OK);
    CHECK_INT(maille_perimeter_copy(own, &p, &copy), MAILLE_OK);
    maille_ctx_free(own);
    maille_arena_free(arena);
    return copy;
}

static inline bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Field by field, by the public struct alone. */
static inline bool is_model(const maille_perimeter *p, const model *m) {
    if (!p || !m->there)
        return !p && !m->there;
    bool same = same_text(p->id, "tregor") && same_text(p->name, name_text[m->name]) &&
                same_text(p->kind, kind_text[m->kind]) &&
                same_text(p->contact, contact_text[m->contact]) &&
                p->status_count == (uint32_t)m->status_count;
    for (int k = 0; same && k < m->status_count; k++) {
        maille_status_entry want = entry_of_model(m, k);
        const maille_status_entry *got = &p->statuses[k];
        same = same_text(got->status, want.status) && same_text(got->since, want.since) &&
               same_text(got->by, want.by);
    }
    uint32_t at = 0;
    for (int u = 0; same && u < UNITS; u++) {
        const model_member *want = &m->members[u];
        if (!want->in)
            continue;
        const maille_member *got = at < p->member_count ? &p->members[at++] : NULL;
        same = got && same_text(got->code, unit_code[u]) &&
               got->share == share_value[want->share] && got->on_purpose == (want->reason > 0) &&
               same_text(got->reason, reason_text[want->reason]) &&
               same_text(got->zone, zone_text[want->zone]);
    }
    return same && at == p->member_count;
}

#endif
