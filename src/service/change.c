/* Reading what a caller asks: a change with what was seen, and how refusals are told. */
#include "service/change.h"

#include "service/ogc.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SEEN = 5000 };

void asked_change_clear(asked_change *c) {
    MAILLE_VEC_FREE(&c->seen);
}

/* ---- bodies ---- */

maille_status body_text(view *v, const request *r, const maille_json *body, const char *key,
                        const char **out) {
    const maille_json *value = maille_json_get(body, key);
    *out = maille_json_as_text(value);
    if (*out || maille_json_is_null(value))
        return MAILLE_OK;
    return maille_fail(v->ctx, MAILLE_USAGE,
                       ogc_say(r, "« %s » n’est pas un texte.", "\"%s\" was no text."), key);
}

maille_status body_bool(view *v, const request *r, const maille_json *body, const char *key,
                        bool *out) {
    const maille_json *value = maille_json_get(body, key);
    *out = false;
    if (maille_json_is_null(value) || maille_json_as_bool(value, out))
        return MAILLE_OK;
    return maille_fail(
        v->ctx, MAILLE_USAGE,
        ogc_say(r, "« %s » n’est ni vrai ni faux.", "\"%s\" was neither true nor false."), key);
}

static maille_status refuse_keys(view *v, const request *r, const maille_json *object,
                                 const char *const *keys) {
    if (!maille_json_is_object(object))
        return maille_fail(v->ctx, MAILLE_USAGE, "%s",
                           ogc_say(r, "Ce n’est pas un objet JSON.", "It was no JSON object."));
    const char *other = maille_json_other_key(object, keys);
    if (!other)
        return MAILLE_OK;
    return maille_fail(
        v->ctx, MAILLE_USAGE,
        ogc_say(r, "La clé « %.60s » n’est pas connue ici.", "Key \"%.60s\" was not known here."),
        other);
}

maille_status body_object(view *v, const request *r, const char *const *keys, maille_json **out) {
    maille_status status =
        maille_json_parse(v->ctx, ogc_say(r, "le corps", "the body"), r->body, out);
    if (status == MAILLE_REFUSED)
        status = maille_fail(v->ctx, MAILLE_USAGE, "%s",
                             ogc_say(r, "Le corps n’est pas du JSON.", "The body was no JSON."));
    return status ? status : refuse_keys(v, r, *out, keys);
}

/* ---- what was seen ---- */

static maille_status refuse_seen(view *v, const request *r, const char *perimeter) {
    return maille_fail(
        v->ctx, MAILLE_USAGE,
        ogc_say(r,
                "« vu » ne dit pas l’état de %.60s (\"v4-0123456789abcdef\" ou {\"apres\": id}).",
                "\"vu\" did not tell the state of %.60s (\"v4-0123456789abcdef\" or {\"apres\": "
                "id})."),
        perimeter);
}

maille_status asked_seen_read(view *v, const request *r, const maille_json *vu, asked_change *out) {
    const char *key;
    if (maille_json_is_null(vu))
        return MAILLE_OK;
    if (!maille_json_is_object(vu))
        return refuse_seen(v, r, "vu");
    for (size_t i = 0; (key = maille_json_key(vu, i)); i++) {
        const maille_json *value = maille_json_get(vu, key);
        const char *tag = maille_json_as_text(value);
        saw one = {.perimeter = key};
        one.after = maille_json_as_text(maille_json_get(value, "apres"));
        if (i >= MOST_SEEN || (tag && !maille_state_tag_read(tag, &one.version, one.state)) ||
            (!tag && !one.after))
            return refuse_seen(v, r, key);
        if (!MAILLE_VEC_PUSH(&out->seen, one))
            return maille_no_memory(v->ctx);
    }
    return MAILLE_OK;
}

bool asked_match_read(const request *r, asked_change *out) {
    const char *text = r->if_match;
    size_t length = strlen(text);
    saw one = {.perimeter = out->perimeter};
    if (strcmp(text, "*") == 0) {
        out->blind = true;
        return true;
    }
    if (length < 3 || text[0] != '"' || text[length - 1] != '"')
        return false;
    char *tag = maille_arena_strndup(r->arena, text + 1, length - 2);
    if (!tag)
        return false;
    length -= 2;
    if (length > 3 && strcmp(tag + length - 3, "-gz") == 0) /* as it was sent compressed */
        tag[length - 3] = '\0';
    return maille_state_tag_read(tag, &one.version, one.state) && MAILLE_VEC_PUSH(&out->seen, one);
}

/* State of a perimeter as another request of the account left it. */
static maille_status look_up(writing *w, const saw *one, maille_seen *out) {
    view *v = w->v;
    char *answer = NULL, *state = NULL;
    maille_json *tree = NULL;
    int code = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(
        maille_request_find(v->ctx, w->store, w->r->account->id, one->after, NULL, &code, &answer));
    if (answer)
        MAILLE_TRY(maille_json_parse(v->ctx, "answer", answer, &tree));
    const char *tag =
        maille_json_as_text(maille_json_get(maille_json_get(tree, "etats"), one->perimeter));
    state = maille_arena_alloc(w->r->arena, 17);
    if (!state)
        MAILLE_TRY(maille_no_memory(v->ctx));
    out->perimeter = one->perimeter;
    out->state = state;
    if (!tag || !maille_state_tag_read(tag, &out->version, state))
        status = maille_fail(
            v->ctx, MAILLE_REFUSED,
            ogc_say(w->r, "La demande « %.64s » n’a pas changé %.60s (« vu », « apres »).",
                    "Request \"%.64s\" did not change %.60s (\"vu\", \"apres\")."),
            one->after, one->perimeter);
done:
    maille_json_free(tree);
    maille_free(answer);
    return status;
}

maille_status asked_seen_known(writing *w, const asked_change *c, maille_seen **out) {
    maille_status status = MAILLE_OK;
    maille_seen *seen = maille_arena_alloc(w->r->arena, (c->seen.count + 1) * sizeof *seen);
    if (!seen)
        return maille_no_memory(w->v->ctx);
    for (size_t i = 0; i < c->seen.count; i++) {
        const saw *one = &c->seen.items[i];
        seen[i] = (maille_seen){one->perimeter, one->version, one->state};
        if (one->after)
            MAILLE_TRY(look_up(w, one, &seen[i]));
    }
    *out = seen;
done:
    return status;
}

/* ---- a change ---- */

maille_status asked_change_read(view *v, const request *r, const maille_json *json,
                                asked_change *out) {
    static const char *const keys[] = {"id", "scenario", "genre",  "motif",
                                       "vu", "tolerant", "gestes", NULL};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(refuse_keys(v, r, json, keys));
    MAILLE_TRY(body_text(v, r, json, "id", &out->id));
    MAILLE_TRY(body_text(v, r, json, "scenario", &out->scenario));
    MAILLE_TRY(body_text(v, r, json, "genre", &out->kind));
    MAILLE_TRY(body_text(v, r, json, "motif", &out->why));
    MAILLE_TRY(body_bool(v, r, json, "tolerant", &out->tolerant));
    MAILLE_TRY(asked_seen_read(v, r, maille_json_get(json, "vu"), out));
    out->scenario = maille_scenario_named(out->scenario);
    out->gestures = maille_json_get(json, "gestes");
done:
    return status;
}

/* ---- refusals ---- */

maille_status reply_refused(view *v, const request *r, reply *out, maille_status status) {
    if (status == MAILLE_REFUSED)
        return reply_problem(r, out, 422, maille_message(v->ctx));
    return status ? reply_failure(v, r, out, status) : MAILLE_OK;
}

maille_status reply_stale(view *v, const request *r, reply *out, int code, const char *detail,
                          const maille_stale *stale) {
    maille_jout j = {0};
    char tag[MAILLE_STATE_TAG];
    maille_j_open(&j, "perimetres", '[');
    for (uint32_t i = 0; i < stale->count; i++) {
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "id", stale->items[i].perimeter);
        maille_j_text(&j, "nom", stale->items[i].name);
        maille_j_int(&j, "version_vue", stale->items[i].seen);
        maille_j_int(&j, "version", stale->items[i].version);
        maille_state_tag(stale->items[i].version, stale->items[i].state, tag);
        maille_j_text(&j, "etat", tag);
        maille_j_history(&j, "changements", stale->items[i].changes);
        maille_j_differences(&j, "differences", stale->items[i].differences);
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
    if (!detail)
        detail = ogc_say(r,
                         "Ce périmètre a changé depuis que vous l’avez vu. Rien n’est enregistré ; "
                         "les différences sont jointes.",
                         "This perimeter has changed since you saw it. Nothing was saved; the "
                         "differences are attached.");
    maille_status status =
        j.s.failed ? maille_no_memory(v->ctx) : reply_problem_with(r, out, code, detail, j.s.text);
    maille_strbuf_free(&j.s);
    return status;
}
