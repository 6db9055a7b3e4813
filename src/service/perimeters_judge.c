/* What is found about perimeters: findings, communes that several claim, coverage, and who could
 * take what nobody holds. */
#include "service/perimeters.h"

#include <maille/clock.h>
#include <maille/map.h>
#include <maille/rules.h>
#include <math.h>
#include <string.h>

/* ---- GET /findings ---- */

typedef struct {
    const char *perimeter; /* NULL: all */
    bool met;
    MAILLE_VEC(maille_told_flag) flags;
} gathering;

static uint32_t claim_of(const picture *p, const char *id) {
    for (uint32_t i = 0; i < p->plan->count; i++)
        if (strcmp(p->plan->claims[i].id, id) == 0)
            return i;
    return MAILLE_ABSENT;
}

static maille_status gather(picture *p, void *user) {
    gathering *g = user;
    uint32_t claim = g->perimeter ? claim_of(p, g->perimeter) : MAILLE_ABSENT;
    maille_flags seen = {0};
    maille_told_flags told = {0};
    maille_status status = MAILLE_OK;
    if (!picture_is_told(p) ||
        (g->perimeter && (claim == MAILLE_ABSENT || !picture_sees(p, claim))))
        return MAILLE_OK;
    g->met = true;
    MAILLE_TRY(picture_flags_seen(p, &seen));
    MAILLE_TRY(maille_tell_flags(p->v->ctx, p->ground, p->rules, p->kind, p->plan, &seen, claim,
                                 p->r->arena, &told));
    for (size_t i = 0; i < told.count; i++)
        if (!MAILLE_VEC_PUSH(&g->flags, told.items[i]))
            return maille_no_memory(p->v->ctx);
done:
    return status;
}

maille_status answer_findings(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    gathering g = {.perimeter = request_parameter(r, "perimetre")};
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_DAY, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(picture_each(v, r, &s, loaded, gather, &g));
    if (g.perimeter && !g.met) {
        status = maille_fail(v->ctx, MAILLE_NOT_FOUND, "there was no perimeter %s", g.perimeter);
        goto done;
    }
    const maille_told_flags told = {g.flags.count, g.flags.items};
    maille_j_flags(&j, NULL, &told);
done:
    MAILLE_VEC_FREE(&g.flags);
    return live_end(v, r, &j, out, status);
}

/* ---- GET /contested ---- */

/* The ground looks for drives beyond its times with what it alone holds: one at a time. */
static pthread_mutex_t driving = PTHREAD_MUTEX_INITIALIZER;

static maille_status tell_contested(picture *p, void *user) {
    maille_holders holders = {0};
    maille_contested *found = NULL;
    uint32_t seen = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_holders_new(p->v->ctx, p->ground, p->plan, &holders));
    MAILLE_TRY(maille_contested_new(p->v->ctx, p->ground, p->plan, &holders, &found));
    for (uint32_t i = 0; i < found->count; i++)
        if (sees_unit(p->r, p->ground, found->units[i].unit))
            found->units[seen++] = found->units[i];
    found->count = seen;
    pthread_mutex_lock(&driving);
    status = maille_loaded_contested(p->v->ctx, p->loaded, found);
    pthread_mutex_unlock(&driving);
    MAILLE_TRY(status);
    MAILLE_TRY(maille_tell_contested(p->v->ctx, p->ground, p->plan, found, user));
done:
    maille_contested_free(found);
    maille_holders_free(&holders);
    return status;
}

maille_status answer_contested(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_DAY, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    s.kind = s.kind ? s.kind : KIND_OF_DEFAULT;
    MAILLE_TRY(picture_each(v, r, &s, loaded, tell_contested, &j));
done:
    return live_end(v, r, &j, out, status);
}

/* ---- GET /coverage ---- */

static const maille_column *column(const maille_table *rows, const char *name) {
    return &rows->columns[maille_table_column(rows, name)];
}

/* Whether an account that is bound to départements is told of the area. */
static bool sees_area(const request *r, const char *scope_of, const char *area) {
    bool seen = !r->narrowed.narrowed_count;
    for (size_t i = 0; i < r->narrowed.narrowed_count && !seen; i++)
        seen = strcmp(scope_of, "departement") == 0 && strcmp(area, r->narrowed.narrowed[i]) == 0;
    return seen;
}

static void keep_areas(const request *r, maille_table *rows) {
    size_t kept = 0;
    for (size_t row = 0; row < rows->rows; row++) {
        if (!sees_area(r, column(rows, "scope")->texts[row], column(rows, "area")->texts[row]))
            continue;
        table_move(rows, row, kept++);
    }
    rows->rows = kept;
}

static void write_coverage(const request *r, const char *day, const maille_table *rows,
                           const maille_target_rules *target, double share, maille_jout *j) {
    static const maille_j_column columns[] = {{"etendue", "scope"},
                                              {"id", "area"},
                                              {"nom", "title"},
                                              {"statut", "status"},
                                              {"perimetres", "perimeters"},
                                              {"communes", "communes"},
                                              {"population", "population"},
                                              {"part_communes", "share_communes"},
                                              {"part_population", "share_population"}};
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "date", day);
    maille_j_table(j, "lignes", rows, columns, sizeof columns / sizeof *columns);
    maille_j_open(j, "objectif", '{');
    maille_j_text(j, "regle", target->head.id);
    maille_j_text(j, "date", target->date);
    maille_j_number(j, "part_visee", target->share_population);
    maille_j_number(j, "part", r->narrowed.narrowed_count ? NAN : share);
    maille_j_close(j, '}');
    maille_j_close(j, '}');
}

maille_status answer_coverage(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    char today[11];
    const maille_loaded *loaded = NULL;
    maille_target_rules *target = NULL;
    maille_table *rows = NULL;
    double share = NAN;
    maille_status status = MAILLE_OK;
    maille_utc_today(today);
    MAILLE_TRY(scope_read(v, r, ASK_DAY | ASK_PUBLICLY, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    const char *day = s.when.at ? s.when.at : today;
    MAILLE_TRY(maille_target_rules_read(v->ctx, maille_loaded_target(loaded), &target));
    MAILLE_TRY(maille_coverage_on(v->ctx, v->store, maille_loaded_ground(loaded), s.scenario,
                                  s.kind ? s.kind : KIND_OF_DEFAULT, r->audience, day, target,
                                  &rows, &share));
    keep_areas(r, rows);
    write_coverage(r, day, rows, target, share, &j);
done:
    maille_table_free(rows);
    maille_target_rules_free(target);
    return live_end(v, r, &j, out, status);
}

/* ---- GET /proposals ---- */

typedef struct {
    maille_jout *j;
    maille_completion how;
    double limit_min;
} proposing;

static void write_move(maille_jout *j, const picture *p, const maille_move *m) {
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "code", p->ground->code[m->unit]);
    maille_j_text(j, "nom", p->ground->name[m->unit]);
    maille_j_number(j, "population", p->ground->population[m->unit]);
    maille_j_text(j, "vers", p->plan->claims[m->claim].id);
    maille_j_number(j, "minutes", m->minutes);
    maille_j_text(j, "motif", m->why);
    maille_j_close(j, '}');
}

static maille_status propose(picture *p, void *user) {
    const proposing *asked = user;
    maille_holders holders = {0};
    maille_move *moves = NULL;
    uint32_t count = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_holders_new(p->v->ctx, p->ground, p->plan, &holders));
    MAILLE_TRY(maille_propose(p->v->ctx, p->ground, p->plan, &holders, asked->how, asked->limit_min,
                              &moves, &count));
    maille_j_open(asked->j, NULL, '[');
    for (uint32_t i = 0; i < count; i++)
        if (sees_unit(p->r, p->ground, moves[i].unit) && picture_sees(p, moves[i].claim))
            write_move(asked->j, p, &moves[i]);
    maille_j_close(asked->j, ']');
done:
    maille_free(moves);
    maille_holders_free(&holders);
    return status;
}

maille_status answer_proposals(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    proposing asked = {.j = &j};
    int64_t minutes = 30;
    const char *method = request_parameter(r, "methode");
    bool nearest = method && strcmp(method, "nearest") == 0;
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, 0, &s));
    MAILLE_TRY(count_read(v, r, "minutes", 1, 1000, &minutes));
    if (method && !nearest && strcmp(method, "enclosed") != 0)
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_USAGE, "%s",
                               ogc_say(r, "methode n’est ni enclosed ni nearest",
                                       "methode was neither enclosed nor nearest")));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    s.kind = s.kind ? s.kind : KIND_OF_DEFAULT;
    asked.how = nearest ? MAILLE_COMPLETE_NEAREST : MAILLE_COMPLETE_ENCLOSED;
    asked.limit_min = (double)minutes;
    MAILLE_TRY(picture_each(v, r, &s, loaded, propose, &asked));
done:
    return live_end(v, r, &j, out, status);
}
