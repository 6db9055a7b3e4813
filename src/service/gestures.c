/* Gestures of planners, as JSON, become strokes that are tried out upon what stands. What does not
 * hold is told in the language of who asks, with the place of the gesture. */
#include "service/editing.h"
#include "service/ogc.h"

#include <maille/rules.h>
#include <maille/strbuf.h>
#include <maille/text.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_GESTURES = 500, MOST_CODES = 50000, MOST_TEXT = 2000 };

/* One gesture on its way. */
typedef struct {
    view *v;
    const request *r;
    desk *d;
    const maille_json *json;
    const char *verb;
    size_t place;          /* from 1 */
    const char *perimeter; /* of the address; NULL */
    op_list ops;           /* of this gesture */
} making;

/* ---- what does not hold ---- */

/* "geste 2 (add) : …" */
static maille_status refuse(const making *m, maille_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static maille_status refuse(const making *m, maille_status status, const char *format, ...) {
    char said[512];
    va_list values;
    va_start(values, format);
    vsnprintf(said, sizeof said, format, values);
    va_end(values);
    return maille_fail(m->v->ctx, status,
                       ogc_say(m->r, "Geste %zu (%.20s) : %s", "Gesture %zu (%.20s): %s"), m->place,
                       m->verb ? m->verb : "?", said);
}

/* The two formats take the same values. */
#define REFUSE(m, status, french, english, ...)                                                    \
    (strcmp((m)->r->language, "en") == 0 ? refuse(m, status, english, __VA_ARGS__)                 \
                                         : refuse(m, status, french, __VA_ARGS__))

/* ---- members of a gesture ---- */

/* A text; absent and null are NULL. */
static maille_status take_text(const making *m, const char *key, const char **out) {
    const maille_json *value = maille_json_get(m->json, key);
    *out = maille_json_as_text(value);
    if (!*out && !maille_json_is_null(value))
        return REFUSE(m, MAILLE_USAGE, "« %s » n’est pas un texte.", "\"%s\" was no text.", key);
    if (*out && !(*out)[strspn(*out, " \t\r\n")])
        return REFUSE(m, MAILLE_USAGE, "« %s » est vide.", "\"%s\" was empty.", key);
    if (*out && strlen(*out) > MOST_TEXT)
        return REFUSE(m, MAILLE_USAGE, "« %s » est trop long.", "\"%s\" was too long.", key);
    return MAILLE_OK;
}

static maille_status want_text(const making *m, const char *key, const char **out) {
    maille_status status = take_text(m, key, out);
    if (status == MAILLE_OK && !*out)
        status = REFUSE(m, MAILLE_USAGE, "« %s » manque.", "\"%s\" was missing.", key);
    return status;
}

/* "2026-01-31" */
static maille_status check_day(const making *m, const char *text) {
    if (!text || (strlen(text) == 10 && maille_is_date(text)))
        return MAILLE_OK;
    return REFUSE(m, MAILLE_USAGE, "« %.40s » n’est pas un jour AAAA-MM-JJ.",
                  "\"%.40s\" was no day YYYY-MM-DD.", text);
}

/* A key that must be there, with null for "take it away". */
static maille_status want_text_or_null(const making *m, const char *key, const char **out) {
    maille_status status = take_text(m, key, out);
    if (status == MAILLE_OK && !*out && !maille_json_get(m->json, key))
        status = REFUSE(m, MAILLE_USAGE, "« %s » manque (null pour l’enlever).",
                        "\"%s\" was missing (null takes it away).", key);
    return status;
}

static maille_status take_share(const making *m, bool must, double *out) {
    const maille_json *value = maille_json_get(m->json, "part");
    *out = 0;
    if (!value && !must)
        return MAILLE_OK;
    if (maille_json_as_number(value, out) && *out > 0 && *out <= 1)
        return MAILLE_OK;
    return REFUSE(m, MAILLE_USAGE, "« %s » n’est pas un nombre au-dessus de 0 et jusqu’à 1.",
                  "\"%s\" was no number over 0 and up to 1.", "part");
}

/* Codes of communes; each must be one unless `any`: what is no commune any more can be let go. */
static maille_status take_codes(const making *m, bool must, bool any, size_t *count) {
    const maille_json *list = maille_json_get(m->json, "codes");
    const maille_ground *ground = maille_loaded_ground(desk_loaded(m->d));
    *count = maille_json_count(list);
    if ((list && !maille_json_is_array(list)) || (must && *count == 0))
        return REFUSE(m, MAILLE_USAGE, "« %s » n’est pas une liste de codes de communes.",
                      "\"%s\" was no list of commune codes.", "codes");
    if (*count > MOST_CODES)
        return REFUSE(m, MAILLE_USAGE, "« %s » est trop long.", "\"%s\" was too long.", "codes");
    for (size_t i = 0; i < *count; i++) {
        const char *code = maille_json_as_text(maille_json_at(list, i));
        if (!code || strlen(code) > 32)
            return REFUSE(m, MAILLE_USAGE, "« %s » n’est pas une liste de codes de communes.",
                          "\"%s\" was no list of commune codes.", "codes");
        uint32_t unit = maille_ground_unit(ground, code);
        if (!any && unit == MAILLE_ABSENT)
            return REFUSE(m, MAILLE_REFUSED, "« %s » n’est pas une commune de l’étude.",
                          "\"%s\" was no commune of the study.", code);
        if (!sees_unit(m->r, ground, unit))
            return REFUSE(m, MAILLE_REFUSED, "« %s » n’est pas dans les départements de ce compte.",
                          "\"%s\" was not in this account's départements.", code);
    }
    return MAILLE_OK;
}

static const char *code_at(const making *m, size_t i) {
    return maille_json_as_text(maille_json_at(maille_json_get(m->json, "codes"), i));
}

static maille_status push(making *m, maille_op op) {
    return MAILLE_VEC_PUSH(&m->ops, op) ? MAILLE_OK : maille_no_memory(m->v->ctx);
}

/* ---- perimeters ---- */

/* Ids stand in addresses and names of files. */
static bool is_id(const char *id) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t length = strlen(id);
    return length > 0 && length <= 100 && strspn(id, allowed) == length && id[0] != '.';
}

/* The perimeter that a key names (that of the address where it is not there), as it stands. */
static maille_status take_perimeter(const making *m, const char *key, const char **id,
                                    const maille_perimeter **out) {
    maille_status status = take_text(m, key, id);
    if (status)
        return status;
    if (!*id)
        *id = m->perimeter;
    if (!*id)
        return REFUSE(m, MAILLE_USAGE, "« %s » manque.", "\"%s\" was missing.", key);
    *out = maille_live_perimeter(desk_live(m->d), *id);
    if (!*out || !sees_perimeter(m->r, maille_loaded_ground(desk_loaded(m->d)), *out))
        return REFUSE(m, MAILLE_REFUSED, "il n’y a pas de périmètre « %s » de ce genre.",
                      "there was no perimeter \"%s\" of that kind.", *id);
    return MAILLE_OK;
}

/* What takes a perimeter away is for who may change all of it: its effect tells of others. */
static maille_status want_whole(const making *m, const maille_perimeter *p) {
    const maille_ground *ground = maille_loaded_ground(desk_loaded(m->d));
    for (uint32_t i = 0; i < p->member_count; i++)
        if (!sees_unit(m->r, ground, maille_ground_unit(ground, p->members[i].code)))
            return REFUSE(m, MAILLE_REFUSED,
                          "« %s » n’est pas tout entier dans les départements de ce compte.",
                          "\"%s\" was not wholly in this account's départements.", p->id);
    return MAILLE_OK;
}

static maille_status want_member(const making *m, const maille_perimeter *p, const char *code) {
    if (maille_perimeter_find(p, code) != MAILLE_ABSENT)
        return MAILLE_OK;
    return REFUSE(m, MAILLE_REFUSED, "%s ne fait pas partie de « %s ».", "%s was no member of %s.",
                  code, p->id);
}

static maille_status want_no_member(const making *m, const maille_perimeter *p, const char *code) {
    if (maille_perimeter_find(p, code) == MAILLE_ABSENT)
        return MAILLE_OK;
    return REFUSE(m, MAILLE_REFUSED, "%s fait déjà partie de « %s ».",
                  "%s was a member of %s already.", code, p->id);
}

static maille_status refuse_status(const making *m, const char *text) {
    const maille_publication_rules *rules = maille_loaded_publication(desk_loaded(m->d));
    maille_strbuf all = {0};
    for (size_t i = 0; i < rules->count; i++)
        maille_strbuf_addf(&all, "%s%s", i ? ", " : "", rules->statuses[i].id);
    maille_status status =
        REFUSE(m, MAILLE_REFUSED, "le statut « %.60s » n’est pas connu ; il y a %s.",
               "status \"%.60s\" was not known; there are %s.", text, all.text ? all.text : "–");
    maille_strbuf_free(&all);
    return status;
}

static maille_status take_status(const making *m, bool must, maille_op *op) {
    const char *text = NULL;
    maille_status status = must ? want_text(m, "statut", &text) : take_text(m, "statut", &text);
    if (status)
        return status;
    const maille_perimeter_status *known = maille_publication_status(
        maille_loaded_publication(desk_loaded(m->d)), text ? text : "idee");
    if (!known)
        return refuse_status(m, text);
    op->status = known->id;
    status = must ? want_text(m, "depuis", &op->since) : take_text(m, "depuis", &op->since);
    status = status ? status : check_day(m, op->since);
    return status ? status : take_text(m, "accompagnement", &op->by);
}

/* ---- verbs ---- */

static maille_status make_create(making *m) {
    maille_op op = {.kind = MAILLE_OP_CREATE, .perimeter_kind = desk_kind(m->d)};
    const char *kind = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_text(m, "perimetre", &op.perimeter));
    op.perimeter = op.perimeter ? op.perimeter : m->perimeter;
    if (!op.perimeter || !is_id(op.perimeter))
        return REFUSE(m, MAILLE_USAGE,
                      "« %s » n’est pas un identifiant : lettres sans accent, chiffres, - _ et .",
                      "\"%s\" was no id of letters, digits, - _ and .",
                      op.perimeter ? op.perimeter : "perimetre");
    if (maille_live_perimeter(desk_live(m->d), op.perimeter))
        return REFUSE(m, MAILLE_REFUSED, "le périmètre « %s » existe déjà.",
                      "perimeter \"%s\" was there already.", op.perimeter);
    MAILLE_TRY(take_text(m, "genre", &kind));
    if (kind && strcmp(kind, op.perimeter_kind) != 0)
        return REFUSE(m, MAILLE_USAGE, "le genre « %s » n’est pas celui de la demande (%s).",
                      "kind \"%s\" was not that of the request (%s).", kind, op.perimeter_kind);
    MAILLE_TRY(want_text(m, "nom", &op.text));
    MAILLE_TRY(take_status(m, false, &op));
    MAILLE_TRY(push(m, op));
    MAILLE_TRY(take_codes(m, false, false, &count));
    for (size_t i = 0; i < count; i++)
        MAILLE_TRY(push(
            m,
            (maille_op){.kind = MAILLE_OP_ADD, .perimeter = op.perimeter, .code = code_at(m, i)}));
done:
    return status;
}

/* One stroke like `op` for each code; `present`: the codes must be members, or must not. */
static maille_status for_each_code(making *m, maille_op op, bool present) {
    const maille_perimeter *p = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_perimeter(m, "perimetre", &op.perimeter, &p));
    MAILLE_TRY(take_codes(m, true, present, &count));
    for (size_t i = 0; i < count; i++) {
        op.code = code_at(m, i);
        MAILLE_TRY(present ? want_member(m, p, op.code) : want_no_member(m, p, op.code));
        MAILLE_TRY(push(m, op));
    }
done:
    return status;
}

static maille_status make_add(making *m) {
    maille_op op = {.kind = MAILLE_OP_ADD};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_share(m, false, &op.share));
    MAILLE_TRY(take_text(m, "zone", &op.zone));
    MAILLE_TRY(for_each_code(m, op, false));
done:
    return status;
}

static maille_status make_remove(making *m) {
    return for_each_code(m, (maille_op){.kind = MAILLE_OP_REMOVE}, true);
}

static maille_status make_share(making *m) {
    maille_op op = {.kind = MAILLE_OP_SHARE};
    maille_status status = take_share(m, true, &op.share);
    return status ? status : for_each_code(m, op, true);
}

static maille_status make_on_purpose(making *m) {
    maille_op op = {.kind = MAILLE_OP_ON_PURPOSE};
    maille_status status = want_text_or_null(m, "raison", &op.text);
    return status ? status : for_each_code(m, op, true);
}

static maille_status make_zone(making *m) {
    maille_op op = {.kind = MAILLE_OP_ZONE};
    maille_status status = want_text_or_null(m, "zone", &op.zone);
    return status ? status : for_each_code(m, op, true);
}

static maille_status make_rename(making *m) {
    maille_op op = {.kind = MAILLE_OP_RENAME};
    const maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_perimeter(m, "perimetre", &op.perimeter, &p));
    MAILLE_TRY(want_text(m, "nom", &op.text));
    MAILLE_TRY(push(m, op));
done:
    return status;
}

static maille_status make_contact(making *m) {
    maille_op op = {.kind = MAILLE_OP_CONTACT};
    const maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_perimeter(m, "perimetre", &op.perimeter, &p));
    MAILLE_TRY(want_text_or_null(m, "contact", &op.text));
    MAILLE_TRY(push(m, op));
done:
    return status;
}

static maille_status make_status(making *m) {
    maille_op op = {.kind = MAILLE_OP_STATUS};
    const maille_perimeter *p = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_perimeter(m, "perimetre", &op.perimeter, &p));
    MAILLE_TRY(take_status(m, true, &op));
    const maille_status_entry *now = maille_perimeter_status_on(p, NULL);
    if (now && strcmp(now->status, op.status) == 0)
        return REFUSE(m, MAILLE_REFUSED, "« %s » a déjà le statut %s.",
                      "\"%s\" had status %s already.", p->id, op.status);
    if (now && now->since && strcmp(op.since, now->since) < 0)
        return REFUSE(m, MAILLE_REFUSED, "%s est avant le début du statut présent (%s).",
                      "%s was before the present status began (%s).", op.since, now->since);
    MAILLE_TRY(push(m, op));
done:
    return status;
}

static maille_status make_delete(making *m) {
    maille_op op = {.kind = MAILLE_OP_DELETE};
    const maille_perimeter *p = NULL;
    maille_status status = take_perimeter(m, "perimetre", &op.perimeter, &p);
    status = status ? status : want_whole(m, p);
    return status ? status : push(m, op);
}

static maille_status push_all(making *m, const maille_op *ops, size_t count) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; status == MAILLE_OK && i < count; i++)
        status = push(m, ops[i]);
    return status;
}

static maille_status make_move(making *m) {
    const char *from = NULL, *to = NULL, **codes = NULL;
    const maille_perimeter *p = NULL;
    maille_op *ops = NULL;
    size_t count = 0, n = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_codes(m, true, true, &n));
    MAILLE_TRY(take_perimeter(m, "vers", &to, &p));
    if (!maille_json_is_null(maille_json_get(m->json, "de")) || !maille_json_get(m->json, "de")) {
        MAILLE_TRY(take_perimeter(m, "de", &from, &p));
        if (strcmp(from, to) == 0)
            return REFUSE(m, MAILLE_REFUSED, "« %s » est nommé deux fois.",
                          "\"%s\" was named twice.", to);
        for (size_t i = 0; i < n; i++)
            MAILLE_TRY(want_member(m, p, code_at(m, i)));
    }
    codes = maille_arena_alloc(m->r->arena, n * sizeof *codes);
    if (!codes)
        return maille_no_memory(m->v->ctx);
    for (size_t i = 0; i < n; i++)
        codes[i] = code_at(m, i);
    MAILLE_TRY(
        maille_ops_move(m->v->ctx, m->r->arena, desk_live(m->d), from, to, codes, n, &ops, &count));
    MAILLE_TRY(push_all(m, ops, count));
done:
    return status;
}

static maille_status make_merge(making *m) {
    const char *into = NULL, *other = NULL;
    const maille_perimeter *p = NULL;
    maille_op *ops = NULL;
    size_t count = 0;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(take_perimeter(m, "perimetre", &other, &p));
    MAILLE_TRY(want_whole(m, p));
    MAILLE_TRY(take_perimeter(m, "vers", &into, &p));
    if (strcmp(into, other) == 0)
        return REFUSE(m, MAILLE_REFUSED, "« %s » est nommé deux fois.", "\"%s\" was named twice.",
                      into);
    MAILLE_TRY(
        maille_ops_merge(m->v->ctx, m->r->arena, desk_live(m->d), into, other, &ops, &count));
    MAILLE_TRY(push_all(m, ops, count));
done:
    return status;
}

/* The gap that holds a commune. */
static const maille_flag *find_gap(const maille_flags *flags, uint32_t unit) {
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        for (uint32_t k = 0; f->kind == MAILLE_FLAG_GAP && k < f->count; k++)
            if (flags->units[f->first + k] == unit)
                return f;
    }
    return NULL;
}

static maille_status make_give_gap(making *m) {
    const maille_ground *ground = maille_loaded_ground(desk_loaded(m->d));
    maille_op op = {.kind = MAILLE_OP_ADD};
    const maille_perimeter *p = NULL;
    const maille_flags *flags = NULL;
    const char *name = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(want_text(m, "zone_blanche", &name));
    MAILLE_TRY(take_perimeter(m, "vers", &op.perimeter, &p));
    const char *last = strrchr(name, '-'); /* zb-CODE, zb-KIND-CODE, CODE */
    uint32_t unit = maille_ground_unit(ground, last ? last + 1 : name);
    MAILLE_TRY(maille_live_flags(m->v->ctx, desk_live(m->d), &flags));
    const maille_flag *gap = unit == MAILLE_ABSENT ? NULL : find_gap(flags, unit);
    if (!gap)
        return REFUSE(m, MAILLE_REFUSED, "il n’y a pas (ou plus) de zone blanche « %s ».",
                      "there was no gap \"%s\" (any more).", name);
    for (uint32_t k = 0; k < gap->count; k++) {
        op.code = ground->code[flags->units[gap->first + k]];
        MAILLE_TRY(push(m, op));
    }
done:
    return status;
}

#define KEYS(...)                                                                                  \
    (const char *const[]) {                                                                        \
        "geste", __VA_ARGS__, NULL                                                                 \
    }
static const struct {
    const char *name;
    const char *const *keys;
    maille_status (*make)(making *m);
} verbs[] = {
    {"create", KEYS("perimetre", "nom", "genre", "statut", "depuis", "accompagnement", "codes"),
     make_create},
    {"add", KEYS("perimetre", "codes", "part", "zone"), make_add},
    {"remove", KEYS("perimetre", "codes"), make_remove},
    {"share", KEYS("perimetre", "codes", "part"), make_share},
    {"on-purpose", KEYS("perimetre", "codes", "raison"), make_on_purpose},
    {"zone", KEYS("perimetre", "codes", "zone"), make_zone},
    {"rename", KEYS("perimetre", "nom"), make_rename},
    {"contact", KEYS("perimetre", "contact"), make_contact},
    {"status", KEYS("perimetre", "statut", "depuis", "accompagnement"), make_status},
    {"delete", KEYS("perimetre"), make_delete},
    {"move", KEYS("de", "vers", "codes"), make_move},
    {"merge", KEYS("vers", "perimetre"), make_merge},
    {"give-gap", KEYS("zone_blanche", "vers"), make_give_gap},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

static maille_status make_one(making *m) {
    size_t i = 0;
    if (!maille_json_is_object(m->json))
        return REFUSE(m, MAILLE_USAGE, "ce n’est pas un objet%s.", "it was no object%s.", "");
    m->verb = maille_json_as_text(maille_json_get(m->json, "geste"));
    while (m->verb && i < VERBS && strcmp(verbs[i].name, m->verb) != 0)
        i++;
    if (!m->verb || i == VERBS)
        return REFUSE(m, MAILLE_USAGE, "« %s » n’est pas un geste connu.",
                      "\"%s\" was no gesture that is known.", m->verb ? m->verb : "geste");
    const char *other = maille_json_other_key(m->json, verbs[i].keys);
    if (other)
        return REFUSE(m, MAILLE_USAGE, "la clé « %s » n’est pas connue ici.",
                      "key \"%s\" was not known here.", other);
    return verbs[i].make(m);
}

/* ---- all of them, as one change ---- */

/* What the territory refuses by itself is told in its own words, but for the most common. */
static maille_status try_at_desk(making *m, const maille_op *ops, size_t count) {
    maille_status status = maille_live_apply(m->v->ctx, desk_live(m->d), ops, count);
    if (status != MAILLE_REFUSED && status != MAILLE_NOT_FOUND)
        return status;
    char why[512];
    snprintf(why, sizeof why, "%s", maille_message(m->v->ctx));
    if (strcmp(why, "nothing was changed") == 0)
        return REFUSE(m, MAILLE_REFUSED, "rien ne changerait%s.", "nothing would change%s.", "");
    return REFUSE(m, MAILLE_REFUSED, "refusé (%s).", "refused (%s).", why);
}

static maille_status try_one_by_one(making *m, const maille_json *gestures, op_list *ops,
                                    size_t *tried) {
    maille_status status = MAILLE_OK;
    for (size_t i = 0; status == MAILLE_OK && i < maille_json_count(gestures); i++) {
        m->json = maille_json_at(gestures, i);
        m->place = i + 1;
        m->ops.count = 0;
        MAILLE_TRY(make_one(m));
        MAILLE_TRY(try_at_desk(m, m->ops.items, m->ops.count));
        ++*tried;
        for (size_t k = 0; k < m->ops.count; k++)
            if (!MAILLE_VEC_PUSH(ops, m->ops.items[k]))
                return maille_no_memory(m->v->ctx);
    }
done:
    return status;
}

maille_status gestures_try(view *v, const request *r, desk *d, const maille_json *gestures,
                           const char *perimeter, op_list *ops) {
    making m = {.v = v, .r = r, .d = d, .perimeter = perimeter};
    size_t tried = 0, count = maille_json_count(gestures);
    if (!maille_json_is_array(gestures) || count == 0 || count > MOST_GESTURES)
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "« gestes » n’est pas une liste de 1 à %d gestes.",
                                   "\"gestes\" was no list of 1 to %d gestures."),
                           MOST_GESTURES);
    maille_status status = try_one_by_one(&m, gestures, ops, &tried);
    bool whole = status == MAILLE_OK && tried == 1;
    for (; !whole && tried > 0; tried--) {
        maille_status back = maille_live_undo(v->ctx, desk_live(d));
        status = back ? back : status;
    }
    if (!whole && status == MAILLE_OK)
        status = try_at_desk(&m, ops->items, ops->count);
    MAILLE_VEC_FREE(&m.ops);
    return status;
}
