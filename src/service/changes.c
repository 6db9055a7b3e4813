/* Changing perimeters: trying out, strokes, queues of strokes. All that changes runs through the
 * one writer and tells its effect before → after. */
#include "service/change.h"

#include "service/ogc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_QUEUED = 1000 };

/* ---- rights ---- */

static bool within(const request *r, const maille_ground *ground, const maille_perimeter *p) {
    for (uint32_t i = 0; p && i < p->member_count; i++)
        if (!sees_unit(r, ground, maille_ground_unit(ground, p->members[i].code)))
            return false;
    return true;
}

/* Whether the account may make this of a perimeter: communes that come or go are its own, and for
 * all else the whole of it is. */
static maille_status may_make(view *v, const request *r, const maille_ground *ground,
                              const maille_perimeter *before, const maille_perimeter *after,
                              bool *may) {
    maille_differences *found = NULL;
    bool whole = within(r, ground, before) && within(r, ground, after);
    maille_status status = maille_perimeter_diff(v->ctx, before, after, &found);
    *may = whole || (before && after);
    for (uint32_t i = 0; status == MAILLE_OK && *may && i < found->count; i++) {
        const char *code = found->items[i].code;
        *may = whole || (code && sees_unit(r, ground, maille_ground_unit(ground, code)));
    }
    maille_differences_free(found);
    return status;
}

maille_status check_sides(view *v, const request *r, const maille_ground *ground,
                          const maille_change_sides *sides, reply *out, bool *may) {
    maille_status status = MAILLE_OK;
    *may = true;
    for (uint32_t i = 0; r->narrowed.narrowed_count && *may && i < sides->count; i++)
        MAILLE_TRY(may_make(v, r, ground, sides->items[i].before, sides->items[i].after, may));
    if (!*may)
        status = reply_problem(r, out, 403,
                               ogc_say(r,
                                       "Ce compte est limité à des départements : ce changement "
                                       "en touche d’autres.",
                                       "This account is bound to départements: this change "
                                       "touches others."));
done:
    return status;
}

/* ---- telling ---- */

static void j_states(maille_jout *j, const maille_change_sides *sides) {
    char tag[MAILLE_STATE_TAG];
    maille_j_open(j, "etats", '{');
    for (uint32_t i = 0; i < sides->count; i++) {
        maille_state_tag(sides->items[i].version, sides->items[i].after_hash, tag);
        maille_j_text(j, sides->items[i].perimeter, tag);
    }
    maille_j_close(j, '}');
}

static maille_status write_change(writing *w, const made_change *m,
                                  const maille_change_sides *sides, reply *out) {
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "fait", m->what.text);
    maille_j_bool(&j, "enregistre", true);
    maille_j_int(&j, "changement", m->result.number);
    maille_j_text(&j, "id_changement", m->result.id);
    j_states(&j, sides);
    MAILLE_TRY(maille_tell_effect(w->v->ctx, maille_loaded_ground(desk_loaded(m->d)),
                                  desk_rules(m->d), desk_kind(m->d), desk_live(m->d), &j));
    maille_j_close(&j, '}');
    if (j.s.failed)
        status = maille_no_memory(w->v->ctx);
    out->body = j.s;
    j.s = (maille_strbuf){0};
done:
    maille_strbuf_free(&j.s);
    return status;
}

/* The kind of the perimeters that a change touched: that of the first. */
static const char *kind_of_sides(const maille_change_sides *sides) {
    const maille_perimeter *p = sides->count ? sides->items[0].after : NULL;
    p = p || !sides->count ? p : sides->items[0].before;
    return p ? p->kind : "cpts";
}

maille_status tell_change(writing *w, made_change *m, reply *out) {
    maille_change_sides *sides = NULL;
    bool may = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_change_sides_of(w->v->ctx, w->store, m->scenario, m->result.id, &sides));
    if (!m->d) {
        m->told = true; /* it catches up with what is not kept yet */
        MAILLE_TRY(desk_take(w->v, w->store, m->scenario, m->kind ? m->kind : kind_of_sides(sides),
                             &m->d));
    }
    MAILLE_TRY(check_sides(w->v, w->r, maille_loaded_ground(desk_loaded(m->d)), sides, out, &may));
    if (!may)
        goto done;
    m->told = true;
    MAILLE_TRY(desk_decide(w->v->ctx, m->d, sides, m->result.number));
    MAILLE_TRY(write_change(w, m, sides, out));
done:
    maille_change_sides_free(sides);
    return status;
}

void release_change(made_change *m, bool kept) {
    if (kept || !m->told)
        desk_give(m->d);
    else
        desk_drop(m->d);
    m->d = NULL;
    maille_strbuf_free(&m->what);
}

/* ---- strokes ---- */

/* One change on its way through the writer. */
typedef struct {
    asked_change asked;
    made_change made;
} stroke;

static void after_stroke(writing *w, bool kept) {
    stroke *s = w->user;
    release_change(&s->made, kept);
}

/* The perimeter that the first gesture is about; NULL: it names none. */
static const char *first_named(const asked_change *c) {
    const maille_json *first = maille_json_at(c->gestures, 0);
    const char *id = maille_json_as_text(maille_json_get(first, "perimetre"));
    id = id ? id : maille_json_as_text(maille_json_get(first, "vers"));
    return id ? id : c->perimeter;
}

/* The desk of the kind that was said, or of the perimeter that the first gesture is about; most are
 * of the first kind that is looked at. */
static maille_status find_desk(view *v, maille_store *store, const asked_change *c, desk **out) {
    static const maille_moment now;
    const maille_json *first = maille_json_at(c->gestures, 0);
    const char *said = c->kind ? c->kind : maille_json_as_text(maille_json_get(first, "genre"));
    const char *id = first_named(c);
    maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(desk_take(v, store, c->scenario, said ? said : "cpts", out));
    if (said || !id || maille_live_perimeter(desk_live(*out), id))
        goto done;
    status = maille_perimeter_load(v->ctx, store, c->scenario, id, &now, &p, NULL);
    if (status == MAILLE_OK && strcmp(p->kind, desk_kind(*out)) != 0) {
        desk_give(*out);
        *out = NULL;
        status = desk_take(v, store, c->scenario, p->kind, out);
    } else if (status == MAILLE_NOT_FOUND) {
        status = MAILLE_OK; /* the gesture tells */
    }
done:
    maille_perimeter_free(p);
    return status;
}

static bool is_seen(const asked_change *c, const char *perimeter) {
    for (size_t i = 0; i < c->seen.count; i++)
        if (strcmp(c->seen.items[i].perimeter, perimeter) == 0)
            return true;
    return c->blind;
}

/* 428 where strokes touch what is there and was not said to have been seen. */
static maille_status want_seen(writing *w, const asked_change *c, desk *d, const op_list *ops,
                               reply *out) {
    char state[65], detail[512];
    for (size_t i = 0; i < ops->count; i++) {
        const char *perimeter = ops->items[i].perimeter;
        desk_version(d, perimeter, state);
        if (!*state || is_seen(c, perimeter))
            continue;
        snprintf(detail, sizeof detail,
                 ogc_say(w->r,
                         "Dites l’état de « %.100s » que vous avez vu : « vu » dans le corps, ou "
                         "l’en-tête If-Match.",
                         "Tell the state of \"%.100s\" that you saw: \"vu\" in the body, or header "
                         "If-Match."),
                 perimeter);
        return reply_problem(w->r, out, 428, detail);
    }
    return MAILLE_OK;
}

maille_status refuse_hidden(writing *w, const asked_change *c, const char *also, reply *out) {
    maille_status status = MAILLE_OK;
    char detail[256];
    bool sees = true;
    const char *id = NULL;
    for (size_t i = 0; sees && i < c->seen.count + (also != NULL); i++) {
        id = i < c->seen.count ? c->seen.items[i].perimeter : also;
        MAILLE_TRY(sees_named(w->v, w->store, w->r, c->scenario, id, &sees));
    }
    if (sees)
        goto done;
    snprintf(
        detail, sizeof detail,
        ogc_say(w->r, "Il n’y a pas de périmètre « %.100s ».", "There is no perimeter \"%.100s\"."),
        id);
    status = reply_problem(w->r, out, 404, detail);
done:
    return status;
}

/* What a gesture asks cannot be done: since something changed meanwhile, or because it is so. */
static maille_status refuse_gestures(writing *w, const maille_edit *edit, reply *out) {
    maille_stale *stale = NULL;
    char why[1024];
    snprintf(why, sizeof why, "%s", maille_message(w->v->ctx));
    maille_status status = maille_edit_stale(w->v->ctx, w->store, edit, &stale);
    if (status == MAILLE_OK)
        status = stale ? reply_stale(w->v, w->r, out, 412, NULL, stale)
                       : reply_problem(w->r, out, 422, why);
    maille_stale_free(stale);
    return status;
}

/* Saves; `*saved` false: `out` tells why not. */
static maille_status save(writing *w, maille_edit edit, const op_list *ops,
                          maille_edit_result *result, reply *out, bool *saved) {
    maille_stale *stale = NULL;
    edit.stale = &stale;
    maille_status status =
        maille_edit_apply(w->v->ctx, w->store, &edit, ops->items, ops->count, result);
    *saved = status == MAILLE_OK;
    if (status == MAILLE_REFUSED && stale)
        status = reply_stale(w->v, w->r, out, 412, NULL, stale);
    else
        status = reply_refused(w->v, w->r, out, status);
    maille_stale_free(stale);
    return status;
}

static maille_status do_stroke(writing *w, reply *out) {
    stroke *s = w->user;
    const asked_change *c = &s->asked;
    made_change *m = &s->made;
    view *v = w->v;
    maille_edit edit = {.scenario = c->scenario,
                        .why = c->why,
                        .seen_count = c->seen.count,
                        .see_all = !c->blind,
                        .tolerant = c->tolerant};
    maille_seen *seen = NULL;
    op_list ops = {0};
    uint32_t adopted = 0;
    bool saved = false;
    maille_status status = MAILLE_OK;
    w->after = after_stroke;
    m->scenario = c->scenario;
    MAILLE_TRY(maille_history_adopt(v->ctx, w->store, &adopted));
    MAILLE_TRY(refuse_hidden(w, c, NULL, out));
    if (out->status)
        goto done;
    MAILLE_TRY(find_desk(v, w->store, c, &m->d));
    if ((status = asked_seen_known(w, c, &seen)) != MAILLE_OK) {
        status = reply_refused(v, w->r, out, status);
        goto done;
    }
    edit.seen = seen;
    m->told = true; /* until what is tried was taken back */
    status = gestures_try(v, w->r, m->d, c->gestures, c->perimeter, &ops);
    if (status == MAILLE_REFUSED || status == MAILLE_USAGE)
        m->told = false;
    if (status) {
        status = status == MAILLE_REFUSED ? refuse_gestures(w, &edit, out)
                                          : reply_refused(v, w->r, out, status);
        goto done;
    }
    MAILLE_TRY(maille_live_undo(v->ctx, desk_live(m->d)));
    m->told = false;
    MAILLE_TRY(want_seen(w, c, m->d, &ops, out));
    if (out->status)
        goto done;
    MAILLE_TRY(save(w, edit, &ops, &m->result, out, &saved));
    if (!saved)
        goto done;
    MAILLE_TRY(maille_tell_ops(v->ctx, ops.items, ops.count, &m->what));
    MAILLE_TRY(tell_change(w, m, out));
done:
    MAILLE_VEC_FREE(&ops);
    return status;
}

/* One change of a body; the same change hashes alike, alone or in a queue. */
static maille_status run_stroke(view *v, const request *r, const maille_json *json, stroke *s,
                                reply *out) {
    maille_strbuf what = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(asked_change_read(v, r, json, &s->asked));
    maille_strbuf_addf(&what, "%s %s ", s->asked.perimeter ? s->asked.perimeter : "",
                       s->asked.perimeter ? r->if_match : "");
    MAILLE_TRY(maille_json_write(v->ctx, json, &what));
    MAILLE_TRY(write_once(v, r, s->asked.id, what.text, do_stroke, s, out));
done:
    maille_strbuf_free(&what);
    asked_change_clear(&s->asked);
    return reply_refused(v, r, out, status);
}

static maille_status parse_body(view *v, const request *r, maille_json **out) {
    maille_status status =
        maille_json_parse(v->ctx, ogc_say(r, "le corps", "the body"), r->body, out);
    if (status == MAILLE_REFUSED)
        status = maille_fail(v->ctx, MAILLE_USAGE, "%s",
                             ogc_say(r, "Le corps n’est pas du JSON.", "The body was no JSON."));
    return status;
}

static maille_status post_change(view *v, const request *r, reply *out) {
    maille_json *tree = NULL;
    stroke s = {0};
    maille_status status = parse_body(v, r, &tree);
    status = status ? reply_refused(v, r, out, status) : run_stroke(v, r, tree, &s, out);
    maille_json_free(tree);
    return status;
}

/* PATCH and DELETE of one perimeter: what was seen stands in If-Match. */
static maille_status change_one(view *v, const request *r, const char *body, reply *out) {
    maille_json *tree = NULL;
    stroke s = {.asked = {.perimeter = r->part[0]}};
    maille_status status = MAILLE_OK;
    if (!*r->if_match)
        return reply_problem(r, out, 428,
                             ogc_say(r,
                                     "L’en-tête If-Match manque : l’état que vous avez vu (ETag).",
                                     "Header If-Match is missing: the state that you saw (ETag)."));
    if (!asked_match_read(r, &s.asked))
        return reply_problem(r, out, 412,
                             ogc_say(r, "If-Match ne dit pas un état (\"v4-0123456789abcdef\").",
                                     "If-Match tells no state (\"v4-0123456789abcdef\")."));
    status = body ? maille_json_parse(v->ctx, "delete", body, &tree) : parse_body(v, r, &tree);
    status = status ? reply_refused(v, r, out, status) : run_stroke(v, r, tree, &s, out);
    maille_json_free(tree);
    asked_change_clear(&s.asked);
    return status;
}

static maille_status patch_perimeter(view *v, const request *r, reply *out) {
    return change_one(v, r, NULL, out);
}

static maille_status delete_perimeter(view *v, const request *r, reply *out) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "scenario", request_parameter(r, "scenario"));
    maille_j_text(&j, "motif", request_parameter(r, "motif"));
    maille_j_open(&j, "gestes", '[');
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "geste", "delete");
    maille_j_close(&j, '}');
    maille_j_close(&j, ']');
    maille_j_close(&j, '}');
    maille_status status = j.s.failed ? maille_no_memory(v->ctx) : change_one(v, r, j.s.text, out);
    maille_strbuf_free(&j.s);
    return status;
}

/* ---- a queue of changes ---- */

static void add_answer(maille_strbuf *to, const char *id, const reply *one) {
    maille_strbuf_add(to, to->length && to->text[to->length - 1] == '}' ? "," : "");
    maille_strbuf_add(to, "{\"id\":");
    maille_json_text(to, id);
    maille_strbuf_addf(to, ",\"status\":%d,\"reponse\":", one->status ? one->status : 200);
    maille_strbuf_add(to, one->body.length ? one->body.text : "null");
    maille_strbuf_add_char(to, '}');
}

static maille_status run_queue(view *v, const request *r, const maille_json *changes, reply *out) {
    maille_strbuf answers = {0};
    size_t done = 0, count = maille_json_count(changes);
    bool well = true;
    maille_status status = MAILLE_OK;
    for (size_t i = 0; i < count; i++)
        if (!maille_json_as_text(maille_json_get(maille_json_at(changes, i), "id")))
            return reply_problem(r, out, 400,
                                 ogc_say(r, "Chaque changement d’une file a un « id ».",
                                         "Each change of a queue has an \"id\"."));
    for (size_t i = 0; well && i < count; i++) {
        const maille_json *json = maille_json_at(changes, i);
        reply one = {.file = -1};
        stroke s = {0};
        MAILLE_TRY(run_stroke(v, r, json, &s, &one));
        well = !one.status || one.status < 300;
        done += well;
        add_answer(&answers, maille_json_as_text(maille_json_get(json, "id")), &one);
        maille_strbuf_free(&one.body);
    }
    maille_strbuf_addf(&out->body, "{\"faits\":%zu,\"reponses\":[%s]}", done,
                       answers.text ? answers.text : "");
    out->cache = CACHE_NO_STORE;
    if (answers.failed || out->body.failed)
        status = maille_no_memory(v->ctx);
done:
    maille_strbuf_free(&answers);
    return status;
}

static maille_status post_queue(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"changements", NULL};
    maille_json *tree = NULL;
    maille_status status = body_object(v, r, keys, &tree);
    const maille_json *changes = maille_json_get(tree, "changements");
    if (status == MAILLE_OK &&
        (!maille_json_is_array(changes) || maille_json_count(changes) > MOST_QUEUED))
        status =
            maille_fail(v->ctx, MAILLE_USAGE,
                        ogc_say(r, "« changements » n’est pas une liste de %d changements au plus.",
                                "\"changements\" was no list of %d changes at most."),
                        MOST_QUEUED);
    status = status ? reply_refused(v, r, out, status) : run_queue(v, r, changes, out);
    maille_json_free(tree);
    return status;
}

/* ---- what if ---- */

static maille_status write_trial(view *v, desk *d, const op_list *ops, reply *out) {
    maille_strbuf what = {0};
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_tell_ops(v->ctx, ops->items, ops->count, &what));
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "fait", what.text);
    maille_j_bool(&j, "enregistre", false);
    MAILLE_TRY(maille_tell_effect(v->ctx, maille_loaded_ground(desk_loaded(d)), desk_rules(d),
                                  desk_kind(d), desk_live(d), &j));
    maille_j_close(&j, '}');
    if (j.s.failed)
        status = maille_no_memory(v->ctx);
    out->body = j.s;
    j.s = (maille_strbuf){0};
done:
    maille_strbuf_free(&j.s);
    maille_strbuf_free(&what);
    return status;
}

static maille_status try_gestures(view *v, const request *r, const asked_change *c, reply *out) {
    desk *d = NULL;
    op_list ops = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(find_desk(v, v->store, c, &d));
    if ((status = gestures_try(v, r, d, c->gestures, NULL, &ops)) != MAILLE_OK) {
        if (status != MAILLE_REFUSED && status != MAILLE_USAGE) { /* something may stand there */
            desk_drop(d);
            d = NULL;
        }
        status = reply_refused(v, r, out, status);
        goto done;
    }
    status = write_trial(v, d, &ops, out);
    maille_status back = maille_live_undo(v->ctx, desk_live(d));
    if (back) { /* it shows what nobody decided */
        desk_drop(d);
        d = NULL;
    }
    status = status ? status : back;
done:
    MAILLE_VEC_FREE(&ops);
    desk_give(d);
    return status;
}

static maille_status what_if(view *v, const request *r, reply *out) {
    maille_json *tree = NULL;
    asked_change c = {0};
    maille_status status = parse_body(v, r, &tree);
    if (status == MAILLE_OK)
        status = asked_change_read(v, r, tree, &c);
    status = status ? reply_refused(v, r, out, status) : try_gestures(v, r, &c, out);
    out->cache = CACHE_NO_STORE;
    asked_change_clear(&c);
    maille_json_free(tree);
    return reply_refused(v, r, out, status);
}

/* ---- routes ---- */

#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define SEEN                                                                                       \
    "\"vu\":{\"type\":\"object\",\"nullable\":true,\"additionalProperties\":{\"oneOf\":[{"         \
    "\"type\":\"string\",\"pattern\":\"^v[0-9]+(-[0-9a-f]{16})?$\"},{\"type\":\"object\","         \
    "\"required\":[\"apres\"],\"properties\":{\"apres\":{\"type\":\"string\"}}}]}}"
#define REQUEST_ID "\"id\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_.:-]{1,64}$\"}"
#define GESTURES                                                                                   \
    "\"gestes\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"object\",\"required\":["  \
    "\"geste\"],\"properties\":{\"geste\":{\"type\":\"string\",\"enum\":[\"create\",\"add\","      \
    "\"remove\",\"share\",\"on-purpose\",\"zone\",\"rename\",\"contact\",\"status\",\"delete\","   \
    "\"move\",\"merge\",\"give-gap\"]},\"perimetre\":{\"type\":\"string\"},\"codes\":{\"type\":"   \
    "\"array\",\"items\":{\"type\":\"string\"}},\"part\":{\"type\":\"number\",\"maximum\":1},"     \
    "\"de\":" TEXT_OR_NULL                                                                         \
    ",\"vers\":{\"type\":\"string\"},\"nom\":{\"type\":\"string\"},"                               \
    "\"genre\":{\"type\":\"string\"},\"statut\":{\"type\":\"string\"},\"depuis\":{\"type\":"       \
    "\"string\",\"format\":\"date\"},\"accompagnement\":{\"type\":\"string\"},"                    \
    "\"raison\":" TEXT_OR_NULL ",\"zone\":" TEXT_OR_NULL ",\"contact\":" TEXT_OR_NULL              \
    ",\"zone_blanche\":{\"type\":\"string\"}}}}"
#define COMMON "\"scenario\":" TEXT_OR_NULL ",\"motif\":" TEXT_OR_NULL
#define CHANGE                                                                                     \
    "{\"type\":\"object\",\"required\":[\"gestes\"],\"properties\":{" REQUEST_ID "," COMMON        \
    ",\"genre\":" TEXT_OR_NULL ",\"tolerant\":{\"type\":\"boolean\"}," SEEN "," GESTURES "}}"
#define EFFECT                                                                                     \
    "\"perimetres\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},\"constats_disparus\":{"  \
    "\"type\":\"array\",\"items\":{\"type\":\"object\"}},\"constats_apparus\":{\"type\":"          \
    "\"array\",\"items\":{\"type\":\"object\"}}"
#define SAVED                                                                                      \
    "{\"type\":\"object\",\"properties\":{\"fait\":{\"type\":\"string\"},\"enregistre\":{"         \
    "\"type\":"                                                                                    \
    "\"boolean\"},\"changement\":{\"type\":\"integer\"},\"id_changement\":{\"type\":\"string\"},"  \
    "\"etats\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}," EFFECT "}}"
#define TRIED                                                                                      \
    "{\"type\":\"object\",\"properties\":{\"fait\":{\"type\":\"string\"},\"enregistre\":{"         \
    "\"type\":"                                                                                    \
    "\"boolean\"}," EFFECT "}}"
#define TURN                                                                                       \
    "{\"type\":\"object\",\"properties\":{" REQUEST_ID "," COMMON ",\"perimetre\":" TEXT_OR_NULL   \
    ",\"tous\":{\"type\":\"boolean\"}," SEEN "}}"
#define RESTORE                                                                                    \
    "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{" REQUEST_ID "," COMMON             \
    ",\"perimetre\":" TEXT_OR_NULL ",\"a\":{\"type\":\"string\"}," SEEN "}}"
#define QUEUE                                                                                      \
    "{\"type\":\"object\",\"required\":[\"changements\"],\"properties\":{\"changements\":{"        \
    "\"type\":\"array\",\"items\":" CHANGE "}}}"
#define QUEUED                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"faits\":{\"type\":\"integer\"},\"reponses\":{"         \
    "\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":" TEXT_OR_NULL       \
    ",\"status\":{\"type\":\"integer\"},\"reponse\":{\"type\":\"object\",\"nullable\":true}}}}}}"

static const char *const json[] = {"json", NULL};
static const route_parameter one_perimeter[] = {
    {.name = "id", .in_path = true, .type = "string", .description = "Identifiant du périmètre"},
    {0}};
static const route_parameter one_and_why[] = {
    {.name = "id", .in_path = true, .type = "string", .description = "Identifiant du périmètre"},
    {.name = "scenario", .type = "string", .description = "Scénario ; sans lui, la référence"},
    {.name = "motif", .type = "string", .description = "Raison, gardée dans l’historique"},
    {0}};
static const route routes[] = {
    {.verbs = POST,
     .path = "/what-if",
     .id = "essai",
     .tag = "Édition",
     .summary = "Essayer des gestes : chiffres et constats avant → après ; rien n’est enregistré",
     .least = MAILLE_LECTEUR,
     .no_csrf = true,
     .formats = json,
     .body = CHANGE,
     .answers = TRIED,
     .answer = what_if},
    {.verbs = POST,
     .path = "/changes",
     .id = "changement",
     .tag = "Édition",
     .summary = "Changer des périmètres, tout ou rien, une seule fois par identifiant",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .body = CHANGE,
     .answers = SAVED,
     .answer = post_change},
    {.verbs = POST,
     .path = "/changes/queue",
     .id = "file-de-changements",
     .tag = "Édition",
     .summary = "Rejouer des changements dans l’ordre, jusqu’au premier qui ne passe pas",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .body = QUEUE,
     .answers = QUEUED,
     .answer = post_queue},
    {.verbs = PATCH,
     .path = "/perimeters/{id}",
     .id = "changement-perimetre",
     .tag = "Édition",
     .summary = "Changer un périmètre tel qu’il a été vu (If-Match)",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = one_perimeter,
     .body = CHANGE,
     .answers = SAVED,
     .by_state = true,
     .answer = patch_perimeter},
    {.verbs = DELETE,
     .path = "/perimeters/{id}",
     .id = "suppression-perimetre",
     .tag = "Édition",
     .summary = "Supprimer un périmètre tel qu’il a été vu (If-Match) ; son historique reste",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = one_and_why,
     .answers = SAVED,
     .by_state = true,
     .answer = delete_perimeter},
    {.verbs = POST,
     .path = "/undo",
     .id = "annulation",
     .tag = "Édition",
     .summary = "Annuler son dernier changement, ou avec « tous » le dernier de quiconque",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .body = TURN,
     .answers = SAVED,
     .answer = change_undo},
    {.verbs = POST,
     .path = "/redo",
     .id = "retablissement",
     .tag = "Édition",
     .summary = "Rétablir ce qui vient d’être annulé",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .body = TURN,
     .answers = SAVED,
     .answer = change_redo},
    {.verbs = POST,
     .path = "/restore",
     .id = "restauration",
     .tag = "Édition",
     .summary = "Revenir à un moment, par un nouveau changement",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .body = RESTORE,
     .answers = SAVED,
     .answer = change_restore},
};
const route_table change_routes = {routes, sizeof routes / sizeof *routes};
