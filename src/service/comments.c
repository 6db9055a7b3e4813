/* Comments on communes and perimeters, for the inside alone. Who is bound to départements reads and
 * writes those of what lies there. */
#include "service/change.h"
#include "service/ogc.h"
#include "service/perimeters.h"

#include <string.h>

/* ---- who may see ---- */

static const char KINDS[2][10] = {"commune", "perimetre"};

/* Whether what a comment is on lies where who asks may see. */
static maille_status sees_subject(view *v, maille_store *store, const request *r, const char *kind,
                                  const char *subject, const char *scenario, bool *sees) {
    const maille_loaded *loaded = NULL;
    if (strcmp(kind, KINDS[0]) != 0 || !r->narrowed.narrowed_count)
        return sees_named(v, store, r, scenario, subject, sees);
    maille_status status = world_ground(v, &loaded);
    if (status == MAILLE_OK) {
        const maille_ground *ground = maille_loaded_ground(loaded);
        *sees = sees_unit(r, ground, maille_ground_unit(ground, subject));
    }
    return status;
}

static maille_status say_not_there(const request *r, reply *out) {
    return reply_problem(r, out, 404,
                         ogc_say(r, "Ce commentaire n’existe pas.", "There is no such comment."));
}

static maille_status say_elsewhere(const request *r, reply *out) {
    return reply_problem(r, out, 403,
                         ogc_say(r,
                                 "Ce compte est limité à des départements : ce commentaire porte "
                                 "sur autre chose.",
                                 "This account is bound to départements: this comment is on "
                                 "something else."));
}

/* ---- GET /comments ---- */

/* Whether the row is about the same as the one before. */
static bool same_subject(const maille_table *rows, size_t a, size_t b) {
    static const char *const columns[] = {"subject_kind", "subject", "scenario"};
    for (size_t i = 0; i < 3; i++) {
        const maille_column *c = &rows->columns[maille_table_column(rows, columns[i])];
        if (strcmp(c->texts[a], c->texts[b]) != 0)
            return false;
    }
    return true;
}

static maille_status sees_row(view *v, maille_store *store, const request *r,
                              const maille_table *rows, size_t row, bool *sees) {
    if (row > 0 && same_subject(rows, row, row - 1))
        return MAILLE_OK;
    return sees_subject(v, store, r,
                        rows->columns[maille_table_column(rows, "subject_kind")].texts[row],
                        rows->columns[maille_table_column(rows, "subject")].texts[row],
                        rows->columns[maille_table_column(rows, "scenario")].texts[row], sees);
}

static maille_status list_comments(view *v, const request *r, reply *out) {
    const char *commune = request_parameter(r, "commune");
    const char *perimeter = request_parameter(r, "perimetre");
    const char *scenario = request_parameter(r, "scenario");
    maille_table *rows = NULL;
    maille_jout j = {0};
    bool sees = true;
    maille_status status = MAILLE_OK;
    if (r->audience == MAILLE_PUBLIC)
        return reply_problem(r, out, 403,
                             ogc_say(r, "Les commentaires ne sont pas publics.",
                                     "Comments are not for the public."));
    if (commune && perimeter)
        MAILLE_TRY(maille_fail(
            v->ctx, MAILLE_USAGE, "%s",
            ogc_say(r, "commune ou perimetre, pas les deux", "commune or perimetre, not both")));
    MAILLE_TRY(maille_comment_list(v->ctx, v->store,
                                   commune     ? KINDS[0]
                                   : perimeter ? KINDS[1]
                                               : NULL,
                                   commune ? commune : perimeter,
                                   scenario ? maille_scenario_named(scenario) : NULL, &rows));
    maille_j_open(&j, NULL, '{');
    maille_j_open(&j, "commentaires", '[');
    for (size_t row = 0; row < rows->rows; row++) {
        MAILLE_TRY(sees_row(v, v->store, r, rows, row, &sees));
        if (sees)
            maille_j_comment(&j, NULL, rows, row);
    }
    maille_j_close(&j, ']');
    maille_j_close(&j, '}');
done:
    maille_table_free(rows);
    return live_end(v, r, &j, out, status);
}

/* ---- writing ---- */

/* The comment of that id; no rows where there is none. */
static maille_status find_comment(view *v, maille_store *store, const char *id,
                                  maille_table **out) {
    const maille_value which = maille_text_value(id);
    const maille_filter filter = maille_equals("id", &which);
    return maille_store_read(v->ctx, store, &(maille_query){.table = "comment", .filter = &filter},
                             out);
}

/* What became of it is the answer. */
static maille_status answer_comment(writing *w, const char *id, reply *out) {
    maille_table *rows = NULL;
    maille_jout j = {0};
    maille_status status = find_comment(w->v, w->store, id, &rows);
    if (status == MAILLE_OK && rows->rows == 1)
        maille_j_comment(&j, NULL, rows, 0);
    if (status == MAILLE_OK) {
        maille_strbuf_add_char(&j.s, '\n');
        maille_strbuf_free(&out->body);
        out->body = j.s;
        j.s = (maille_strbuf){0};
        status = out->body.failed ? maille_no_memory(w->v->ctx) : MAILLE_OK;
    }
    maille_strbuf_free(&j.s);
    maille_table_free(rows);
    return status;
}

static maille_status refuse(view *v, const request *r, const char *french, const char *english) {
    return maille_fail(v->ctx, MAILLE_REFUSED, "%s", ogc_say(r, french, english));
}

/* For what is not there and what is not to be seen alike. */
static maille_status no_such_perimeter(const writing *w) {
    return refuse(w->v, w->r, "Ce périmètre n’existe pas.", "There is no such perimeter.");
}

/* REFUSED, in the words of who asks, where what is commented is not there. */
static maille_status judge_subject(const writing *w, const maille_comment *comment) {
    static const maille_moment now;
    const maille_value code = maille_text_value(comment->subject);
    const maille_filter by_code = maille_equals("code", &code);
    maille_perimeter *p = NULL;
    int64_t there = 0;
    maille_status status = MAILLE_OK;
    if (strcmp(comment->subject_kind, KINDS[0]) == 0) {
        status = maille_store_count(w->v->ctx, w->store, "commune", &by_code, &there);
        if (status == MAILLE_OK && !there)
            status = refuse(w->v, w->r, "Cette commune n’existe pas.", "There is no such commune.");
        return status;
    }
    status = maille_perimeter_load(w->v->ctx, w->store, comment->scenario, comment->subject, &now,
                                   &p, NULL);
    maille_perimeter_free(p);
    return status == MAILLE_NOT_FOUND ? no_such_perimeter(w) : status;
}

static const char *cell(const maille_table *rows, const char *column) {
    return rows->columns[maille_table_column(rows, column)].texts[0];
}

/* An answer is on what its question is on. */
static maille_status judge_reply(const writing *w, const maille_comment *comment) {
    maille_table *rows = NULL;
    maille_status status =
        comment->reply_to ? find_comment(w->v, w->store, comment->reply_to, &rows) : MAILLE_OK;
    if (status != MAILLE_OK || !rows)
        return status;
    if (rows->rows != 1 || strcmp(cell(rows, "subject_kind"), comment->subject_kind) != 0 ||
        strcmp(cell(rows, "subject"), comment->subject) != 0 ||
        strcmp(cell(rows, "scenario"), comment->scenario) != 0)
        status = refuse(w->v, w->r, "« reponse_a » n’est pas un commentaire sur la même chose.",
                        "\"reponse_a\" was no comment on the same.");
    maille_table_free(rows);
    return status;
}

static maille_status add_in_transaction(writing *w, reply *out) {
    const maille_comment *comment = w->user;
    char id[33];
    bool sees = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(judge_subject(w, comment));
    MAILLE_TRY(sees_subject(w->v, w->store, w->r, comment->subject_kind, comment->subject,
                            comment->scenario, &sees));
    if (!sees && strcmp(comment->subject_kind, KINDS[0]) == 0)
        return say_elsewhere(w->r, out);
    if (!sees)
        MAILLE_TRY(no_such_perimeter(w));
    MAILLE_TRY(judge_reply(w, comment));
    MAILLE_TRY(maille_comment_add(w->v->ctx, w->store, comment, id));
done:
    if (status != MAILLE_OK)
        return reply_refused(w->v, w->r, out, status);
    out->status = 201;
    return answer_comment(w, id, out);
}

static maille_status judge_text(view *v, const request *r, const char *text) {
    size_t characters = 0;
    if (!text || !text[strspn(text, " \t\r\n")])
        return refuse(v, r, "Le commentaire est vide : « texte ».",
                      "The comment was empty: \"texte\".");
    for (const char *c = text; *c; c++)
        characters += ((unsigned char)*c & 0xC0) != 0x80;
    return characters <= MAILLE_COMMENT_MOST
               ? MAILLE_OK
               : maille_fail(v->ctx, MAILLE_REFUSED,
                             ogc_say(r, "Le commentaire a %zu signes ; %d au plus.",
                                     "The comment had %zu characters; %d is the most."),
                             characters, MAILLE_COMMENT_MOST);
}

/* What the body asks for; USAGE tells what does not hold. */
static maille_status read_comment(view *v, const request *r, const maille_json *body,
                                  const char **request_id, maille_comment *out) {
    const char *commune = NULL, *perimeter = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(body_text(v, r, body, "id", request_id));
    MAILLE_TRY(body_text(v, r, body, KINDS[0], &commune));
    MAILLE_TRY(body_text(v, r, body, KINDS[1], &perimeter));
    MAILLE_TRY(body_text(v, r, body, "scenario", &out->scenario));
    MAILLE_TRY(body_text(v, r, body, "texte", &out->text));
    MAILLE_TRY(body_text(v, r, body, "reponse_a", &out->reply_to));
    if (!commune == !perimeter)
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_USAGE, "%s",
                               ogc_say(r,
                                       "Un commentaire porte sur une « commune » ou un "
                                       "« perimetre », et un seul.",
                                       "A comment is on one \"commune\" or one \"perimetre\".")));
    MAILLE_TRY(judge_text(v, r, out->text));
    out->subject_kind = commune ? KINDS[0] : KINDS[1];
    out->subject = commune ? commune : perimeter;
    out->scenario = maille_scenario_named(out->scenario);
done:
    return status;
}

static maille_status post_comment(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"id",    "commune",   "perimetre", "scenario",
                                       "texte", "reponse_a", NULL};
    maille_json *body = NULL;
    const char *request_id = NULL;
    maille_comment comment = {0};
    maille_status status = body_object(v, r, keys, &body);
    if (status == MAILLE_OK)
        status = read_comment(v, r, body, &request_id, &comment);
    status = status == MAILLE_OK
                 ? write_once(v, r, request_id, NULL, add_in_transaction, &comment, out)
                 : reply_refused(v, r, out, status);
    maille_json_free(body);
    return status;
}

/* A change of the comment that the address names. */
typedef struct {
    bool withdraws, settled;
} turn;

/* Whether who asks may do that to it, as it stands; `out` says so where not. */
static maille_status judge_turn(const writing *w, const turn *t, const maille_table *rows,
                                reply *out, bool *may) {
    const request *r = w->r;
    const char *account = cell(rows, "account");
    bool own = account && strcmp(account, r->account->id) == 0;
    *may = false;
    if (t->withdraws && !own && r->account->role != MAILLE_ADMIN)
        return reply_problem(r, out, 403,
                             ogc_say(r, "Seul son auteur retire un commentaire.",
                                     "Only its author withdraws a comment."));
    if (t->withdraws && cell(rows, "withdrawn"))
        return reply_problem(
            r, out, 409,
            ogc_say(r, "Ce commentaire est déjà retiré.", "This comment was withdrawn already."));
    if (!t->withdraws && t->settled == (cell(rows, "settled") != NULL))
        return reply_problem(
            r, out, 409,
            t->settled
                ? ogc_say(r, "Ce commentaire est déjà réglé.", "This comment was settled already.")
                : ogc_say(r, "Ce commentaire n’est pas réglé.", "This comment was not settled."));
    *may = true;
    return MAILLE_OK;
}

static maille_status look_at(writing *w, reply *out, bool *may) {
    maille_table *rows = NULL;
    bool sees = false;
    *may = false;
    maille_status status = find_comment(w->v, w->store, w->r->part[0], &rows);
    if (status == MAILLE_OK && rows->rows == 1)
        status = sees_row(w->v, w->store, w->r, rows, 0, &sees);
    if (status == MAILLE_OK)
        status = sees ? judge_turn(w, w->user, rows, out, may) : say_not_there(w->r, out);
    maille_table_free(rows);
    return status;
}

static maille_status turn_in_transaction(writing *w, reply *out) {
    const turn *t = w->user;
    maille_ctx *ctx = w->v->ctx;
    const char *id = w->r->part[0];
    bool may = false;
    maille_status status = look_at(w, out, &may);
    if (status != MAILLE_OK || !may)
        return status;
    status = t->withdraws
                 ? maille_comment_withdraw(ctx, w->store, id, w->r->account->role == MAILLE_ADMIN)
                 : maille_comment_settle(ctx, w->store, id, t->settled);
    return status == MAILLE_OK ? answer_comment(w, id, out)
                               : reply_refused(w->v, w->r, out, status);
}

static maille_status patch_comment(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"id", "regle", NULL};
    maille_json *body = NULL;
    const char *request_id = NULL;
    turn t = {0};
    maille_status status = body_object(v, r, keys, &body);
    if (status == MAILLE_OK)
        status = body_text(v, r, body, "id", &request_id);
    if (status == MAILLE_OK && maille_json_is_null(maille_json_get(body, "regle")))
        status = maille_fail(v->ctx, MAILLE_USAGE, "%s",
                             ogc_say(r, "« regle » manque : vrai ou faux.",
                                     "\"regle\" was missing: true or false."));
    if (status == MAILLE_OK)
        status = body_bool(v, r, body, "regle", &t.settled);
    status = status == MAILLE_OK ? write_once(v, r, request_id, NULL, turn_in_transaction, &t, out)
                                 : reply_refused(v, r, out, status);
    maille_json_free(body);
    return status;
}

static maille_status delete_comment(view *v, const request *r, reply *out) {
    turn t = {.withdraws = true};
    return write_once(v, r, NULL, NULL, turn_in_transaction, &t, out);
}

/* ---- routes ---- */

#define OR_NULL(key) "\"" key "\":{\"type\":\"string\",\"nullable\":true}"
#define WHEN_OR_NULL(key)                                                                          \
    "\"" key "\":{\"type\":\"string\",\"format\":\"date-time\",\"nullable\":true}"
#define COMMENT                                                                                    \
    "{\"type\":\"object\",\"required\":[\"id\",\"scenario\",\"texte\",\"le\",\"qui\"],"            \
    "\"properties\":{\"id\":{\"type\":\"string\"},\"commune\":{\"type\":\"string\"},"              \
    "\"perimetre\":{\"type\":\"string\"},\"scenario\":{\"type\":\"string\"},\"le\":{\"type\":"     \
    "\"string\",\"format\":\"date-time\"},\"qui\":{\"type\":\"string\"}," OR_NULL("texte") ","     \
    OR_NULL("reponse_a") "," WHEN_OR_NULL("regle") "," OR_NULL("regle_par") ","                    \
    WHEN_OR_NULL("retire") "}}"
#define COMMENTS                                                                                   \
    "{\"type\":\"object\",\"required\":[\"commentaires\"],\"properties\":{\"commentaires\":{"      \
    "\"type\":\"array\",\"items\":" COMMENT "}}}"
#define REQUEST_ID "\"id\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z0-9_.:-]{1,64}$\"}"
#define NEW_COMMENT                                                                                \
    "{\"type\":\"object\",\"required\":[\"texte\"],\"properties\":{" REQUEST_ID ",\"commune\":{"   \
    "\"type\":\"string\"},\"perimetre\":{\"type\":\"string\"}," OR_NULL("scenario") ",\"texte\":{" \
    "\"type\":\"string\",\"minLength\":1,\"maxLength\":4000}," OR_NULL("reponse_a") "}}"
#define SETTLING                                                                                   \
    "{\"type\":\"object\",\"required\":[\"regle\"],\"properties\":{" REQUEST_ID                    \
    ",\"regle\":{"                                                                                 \
    "\"type\":\"boolean\"}}}"

static const char *const json[] = {"json", NULL};
static const route_parameter of_what[] = {
    {.name = "commune", .type = "string", .description = "Code de la commune commentée"},
    {.name = "perimetre", .type = "string", .description = "Identifiant du périmètre commenté"},
    {.name = "scenario",
     .type = "string",
     .description = "Scénario (« reference » : la référence) ; sans lui, tous"},
    {0}};
static const route_parameter which[] = {
    {.name = "id", .in_path = true, .type = "string", .description = "Identifiant du commentaire"},
    {0}};
static const route routes[] = {
    {.verbs = GET,
     .path = "/comments",
     .id = "commentaires",
     .tag = "Commentaires",
     .summary = "Commentaires sur une commune ou un périmètre, du plus ancien au plus récent",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = of_what,
     .answers = COMMENTS,
     .answer = list_comments},
    {.verbs = POST,
     .path = "/comments",
     .id = "commenter",
     .tag = "Commentaires",
     .summary = "Commenter une commune ou un périmètre, ou répondre",
     .least = MAILLE_RELECTEUR,
     .writes = true,
     .formats = json,
     .body = NEW_COMMENT,
     .answers = COMMENT,
     .answer = post_comment},
    {.verbs = PATCH,
     .path = "/comments/{id}",
     .id = "regler-commentaire",
     .tag = "Commentaires",
     .summary = "Dire qu’un commentaire est réglé, ou ne l’est plus",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = which,
     .body = SETTLING,
     .answers = COMMENT,
     .answer = patch_comment},
    {.verbs = DELETE,
     .path = "/comments/{id}",
     .id = "retirer-commentaire",
     .tag = "Commentaires",
     .summary = "Retirer son commentaire : sa place reste, son texte s’en va",
     .least = MAILLE_RELECTEUR,
     .writes = true,
     .formats = json,
     .parameters = which,
     .answers = COMMENT,
     .answer = delete_comment},
};
const route_table comment_routes = {routes, sizeof routes / sizeof *routes};
