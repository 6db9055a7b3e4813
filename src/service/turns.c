/* Going back: taking changes back, taking them up again, bringing back what was. */
#include "service/change.h"

#include "service/ogc.h"

#include <maille/text.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    asked_change asked;
    const char *perimeter;
    maille_moment when;
    bool all; /* anybody's changes */
    char how; /* 'u', 'r', 't': undo, redo, restore */
    made_change made;
} turn;

static void after_turn(writing *w, bool kept) {
    turn *t = w->user;
    release_change(&t->made, kept);
}

static maille_status turn_back(writing *w, const turn *t, const maille_edit *edit,
                               maille_edit_result *result) {
    maille_ctx *ctx = w->v->ctx;
    switch (t->how) {
    case 'u':
        return maille_edit_undo(ctx, w->store, edit, t->perimeter, result);
    case 'r':
        return maille_edit_redo(ctx, w->store, edit, t->perimeter, result);
    default:
        return maille_edit_restore(ctx, w->store, edit, t->perimeter, &t->when, result);
    }
}

static const char *nothing_to_turn(const request *r, char how) {
    switch (how) {
    case 'u':
        return ogc_say(r, "Il n’y a rien à annuler.", "There is nothing to take back.");
    case 'r':
        return ogc_say(r, "Il n’y a rien à rétablir.", "There is nothing to take up again.");
    default:
        return ogc_say(r, "Rien n’est connu de ce moment.", "Nothing is known of that moment.");
    }
}

/* What stands in the way of going back is 409; what was not as seen is 412. */
static maille_status refuse_turn(writing *w, const turn *t, const maille_stale *stale,
                                 maille_status status, reply *out) {
    const request *r = w->r;
    bool seen = t->asked.seen.count > 0;
    if (status == MAILLE_NOT_FOUND)
        return reply_problem(r, out, 409, nothing_to_turn(r, t->how));
    if (status == MAILLE_REFUSED && stale)
        return reply_stale(w->v, r, out, seen ? 412 : 409,
                           seen ? NULL
                                : ogc_say(r,
                                          "D’autres changements ont suivi sur ce périmètre : celui-"
                                          "ci ne peut pas être annulé ou rétabli seul.",
                                          "Other changes of this perimeter followed: this one "
                                          "cannot be taken back or up alone."),
                           stale);
    if (status == MAILLE_REFUSED && t->how == 't')
        return reply_problem(r, out, 409,
                             ogc_say(r, "C’est déjà ce qui est en place : rien ne changerait.",
                                     "That is what stands already: nothing would change."));
    if (status == MAILLE_REFUSED)
        return reply_problem(r, out, 409, maille_message(w->v->ctx));
    return reply_refused(w->v, r, out, status);
}

static maille_status do_turn(writing *w, reply *out) {
    static const char *const done_words[] = {"changement annulé", "changement rétabli",
                                             "état rétabli"};
    turn *t = w->user;
    made_change *m = &t->made;
    maille_stale *stale = NULL;
    maille_seen *seen = NULL;
    maille_edit edit = {.scenario = t->asked.scenario,
                        .why = t->asked.why,
                        .seen_count = t->asked.seen.count,
                        .own = !t->all,
                        .stale = &stale};
    maille_status status = MAILLE_OK;
    w->after = after_turn;
    m->scenario = t->asked.scenario;
    MAILLE_TRY(refuse_hidden(w, &t->asked, t->perimeter, out));
    if (out->status)
        goto done;
    if ((status = asked_seen_known(w, &t->asked, &seen)) != MAILLE_OK) {
        status = reply_refused(w->v, w->r, out, status);
        goto done;
    }
    edit.seen = seen;
    if ((status = turn_back(w, t, &edit, &m->result)) != MAILLE_OK) {
        status = refuse_turn(w, t, stale, status, out);
        goto done;
    }
    maille_strbuf_add(&m->what, done_words[t->how == 'u' ? 0 : t->how == 'r' ? 1 : 2]);
    MAILLE_TRY(tell_change(w, m, out));
done:
    maille_stale_free(stale);
    return status;
}

/* "2026-01-31" or "v3". */
static maille_status take_moment(view *v, const request *r, const char *text, maille_moment *out) {
    char *end = NULL;
    if (text && *text == 'v' && text[1] >= '1' && text[1] <= '9') {
        out->version = strtoll(text + 1, &end, 10);
        if (!*end && strlen(text) < 12)
            return MAILLE_OK;
    }
    out->version = 0;
    out->at = text;
    if (text && strlen(text) == 10 && maille_is_date(text))
        return MAILLE_OK;
    return maille_fail(v->ctx, MAILLE_USAGE, "%s",
                       ogc_say(r, "« a » n’est ni un jour AAAA-MM-JJ ni une version (v3).",
                               "\"a\" was neither a day YYYY-MM-DD nor a version (v3)."));
}

static maille_status read_turn(view *v, const request *r, const maille_json *body, turn *t) {
    const char *moment = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(body_text(v, r, body, "scenario", &t->asked.scenario));
    t->asked.scenario = maille_scenario_named(t->asked.scenario);
    MAILLE_TRY(body_text(v, r, body, "motif", &t->asked.why));
    MAILLE_TRY(body_text(v, r, body, "id", &t->asked.id));
    MAILLE_TRY(body_text(v, r, body, "perimetre", &t->perimeter));
    MAILLE_TRY(body_bool(v, r, body, "tous", &t->all));
    MAILLE_TRY(asked_seen_read(v, r, maille_json_get(body, "vu"), &t->asked));
    if (t->how == 't') {
        MAILLE_TRY(body_text(v, r, body, "a", &moment));
        MAILLE_TRY(take_moment(v, r, moment, &t->when));
        t->all = true;
    }
done:
    return status;
}

static maille_status go_back(view *v, const request *r, char how, const char *const *keys,
                             reply *out) {
    maille_json *tree = NULL;
    turn t = {.how = how};
    maille_status status = body_object(v, r, keys, &tree);
    if (status == MAILLE_OK)
        status = read_turn(v, r, tree, &t);
    if (status)
        status = reply_refused(v, r, out, status);
    else if (how == 't' && t.perimeter && !t.asked.seen.count)
        status = reply_problem(r, out, 428,
                               ogc_say(r, "Dites l’état du périmètre que vous avez vu : « vu ».",
                                       "Tell the state of the perimeter that you saw: \"vu\"."));
    else
        status = write_once(v, r, t.asked.id, NULL, do_turn, &t, out);
    asked_change_clear(&t.asked);
    maille_json_free(tree);
    return status;
}

maille_status change_undo(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"id", "scenario", "perimetre", "motif", "tous", "vu", NULL};
    return go_back(v, r, 'u', keys, out);
}

maille_status change_redo(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"id", "scenario", "perimetre", "motif", "tous", "vu", NULL};
    return go_back(v, r, 'r', keys, out);
}

maille_status change_restore(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"id", "scenario", "perimetre", "motif", "a", "vu", NULL};
    return go_back(v, r, 't', keys, out);
}
