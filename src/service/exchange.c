/* What comes as files and goes as files: the table of its routes; notes on gaps. */
#include "service/exchange.h"

#include <errno.h>
#include <maille/map.h>
#include <maille/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a private folder for what is read and written as a file ---- */

maille_status private_open(view *v, const char *name, private_file *out) {
    const char *base = getenv("TMPDIR");
    *out = (private_file){0};
    int length = snprintf(out->folder, sizeof out->folder, "%s/maille-XXXXXX",
                          base && *base ? base : "/tmp");
    if (length < 0 || (size_t)length >= sizeof out->folder || !mkdtemp(out->folder)) {
        *out->folder = '\0';
        return maille_fail(v->ctx, MAILLE_FAILED, "no temporary folder could be made: %s",
                           strerror(errno));
    }
    snprintf(out->file, sizeof out->file, "%s/%s", out->folder, name);
    return MAILLE_OK;
}

void private_close(private_file *f) {
    if (!*f->folder)
        return;
    unlink(f->file);
    rmdir(f->folder);
}

maille_status private_write(view *v, const private_file *f, const char *bytes, size_t length) {
    FILE *file = fopen(f->file, "wb");
    bool written = file && fwrite(bytes, 1, length, file) == length;
    bool closed = file && fclose(file) == 0;
    return written && closed ? MAILLE_OK
                             : maille_fail(v->ctx, MAILLE_FAILED, "%s could not be written: %s",
                                           f->file, strerror(errno));
}

maille_status private_read(view *v, const private_file *f, maille_strbuf *out) {
    char piece[8192];
    size_t length;
    FILE *file = fopen(f->file, "rb");
    if (!file)
        return maille_fail(v->ctx, MAILLE_FAILED, "%s could not be read: %s", f->file,
                           strerror(errno));
    while ((length = fread(piece, 1, sizeof piece, file)) > 0)
        maille_strbuf_add_n(out, piece, length);
    bool broken = ferror(file);
    fclose(file);
    return broken ? maille_fail(v->ctx, MAILLE_FAILED, "%s could not be read", f->file) : MAILLE_OK;
}

maille_status refuse_file(view *v, const request *r, const private_file *f, reply *out) {
    const char *message = maille_message(v->ctx);
    const char *named = strstr(message, f->file);
    maille_strbuf said = {0};
    maille_strbuf_add(&said,
                      ogc_say(r, "Ce fichier ne se lit pas : ", "This file cannot be read: "));
    if (named)
        maille_strbuf_add_n(&said, message, (size_t)(named - message));
    maille_strbuf_add(&said, named ? ogc_say(r, "le corps", "the body") : message);
    maille_strbuf_add(&said, named ? named + strlen(f->file) : "");
    maille_status status =
        said.failed ? maille_no_memory(v->ctx) : reply_problem(r, out, 422, said.text);
    maille_strbuf_free(&said);
    return status;
}

/* ---- notes on gaps ---- */

typedef struct {
    const char *code, *note, *date; /* note NULL: it goes */
} noting;

static maille_status set_note(writing *w, reply *out) {
    const noting *n = w->user;
    maille_jout j = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_gap_note_set(w->v->ctx, w->store, n->code, n->note, n->date));
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "code", n->code);
    maille_j_text(&j, "note", n->note);
    maille_j_text(&j, "date", n->date);
    maille_j_close(&j, '}');
    out->body = j.s;
    if (j.s.failed)
        status = maille_no_memory(w->v->ctx);
done:
    return status;
}

/* A commune of the study, of the account's départements; else `out` says what is wrong. */
static maille_status check_commune(view *v, const request *r, const char *code, reply *out,
                                   bool *may) {
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    *may = false;
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    const maille_ground *ground = maille_loaded_ground(loaded);
    uint32_t unit = maille_ground_unit(ground, code);
    *may = unit != MAILLE_ABSENT && sees_unit(r, ground, unit);
    if (unit == MAILLE_ABSENT)
        status = reply_problem(r, out, 404,
                               ogc_say(r, "Aucune commune de l’étude n’a ce code.",
                                       "No commune of the study has this code."));
    else if (!*may)
        status = reply_problem(r, out, 403,
                               ogc_say(r, "Ce compte est limité à d’autres départements.",
                                       "This account is bound to other départements."));
done:
    return status;
}

/* "zb-22016" as findings call the gap, or the code. */
static const char *gap_code(const request *r) {
    const char *last = strrchr(r->part[0], '-');
    return last ? last + 1 : r->part[0];
}

static maille_status put_note(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"note", "date", NULL};
    maille_json *tree = NULL;
    noting n = {.code = gap_code(r)};
    bool may = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(body_object(v, r, keys, &tree));
    MAILLE_TRY(body_text(v, r, tree, "note", &n.note));
    MAILLE_TRY(body_text(v, r, tree, "date", &n.date));
    if (!n.note || !n.note[strspn(n.note, " \t\r\n")] ||
        (n.date && (strlen(n.date) != 10 || !maille_is_date(n.date))))
        MAILLE_TRY(maille_fail(
            v->ctx, MAILLE_USAGE, "%s",
            ogc_say(r, "« note » est un texte qui n’est pas vide, « date » un jour (2026-01-31).",
                    "\"note\" is a text that is not empty, \"date\" a day (2026-01-31).")));
    MAILLE_TRY(check_commune(v, r, n.code, out, &may));
    if (may)
        MAILLE_TRY(write_once(v, r, NULL, NULL, set_note, &n, out));
done:
    maille_json_free(tree);
    return reply_refused(v, r, out, status);
}

static maille_status delete_note(view *v, const request *r, reply *out) {
    noting n = {.code = gap_code(r)};
    bool may = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(check_commune(v, r, n.code, out, &may));
    if (may)
        MAILLE_TRY(write_once(v, r, NULL, NULL, set_note, &n, out));
done:
    return reply_refused(v, r, out, status);
}

/* ---- routes ---- */

static const char *const json[] = {"json", NULL};
static const route_parameter list_parameters[] = {
    {"perimetres", false, "boolean",
     "Lire un fichier de périmètres (id, nom, statut, code …) et proposer les gestes qui les "
     "feraient ; rien n’est enregistré.",
     "\"default\":false"},
    {"scenario", false, "string", "Avec perimetres : un scénario ; sans lui, la référence.", NULL},
    {"kind", false, "string", "Avec perimetres : genre des périmètres, cpts à défaut.", NULL},
    {"departement", false, "string", "Où chercher les noms (code du département).",
     "\"pattern\":\"^[0-9A-Z]{2,3}$\""},
    {0},
};
static const route_parameter ids_parameters[] = {
    {"ids", false, "string", "Identifiants des périmètres, séparés par des virgules ; obligatoire.",
     NULL},
    {0},
};
static const route_parameter receive_parameters[] = {
    {"prefere", false, "string", "Quel côté compte où les deux ont changé la même chose.",
     "\"enum\":[\"ours\",\"theirs\"]"},
    {"motif", false, "string", "Raison, gardée dans l’historique.", NULL},
    {0},
};
static const route_parameter note_parameters[] = {
    {"code", true, "string", "Code d’une commune de la zone blanche.", NULL},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define NOTE                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"code\":" TEXT ",\"note\":" TEXT_OR_NULL                \
    ",\"date\":" TEXT_OR_NULL "}}"

static const route routes[] = {
    {.verbs = POST,
     .path = "/lists",
     .id = "liste",
     .tag = "Échanges",
     .summary = "Comment une liste de communes, ou un fichier de périmètres, est compris ; rien "
                "n’est enregistré",
     .least = MAILLE_LECTEUR,
     .no_csrf = true,
     .formats = json,
     .parameters = list_parameters,
     .body = TEXT,
     .body_type = "text/csv text/plain",
     .answers =
         "{\"type\":\"object\",\"required\":[\"lignes\",\"non_comprises\"],\"properties\":{"
         "\"lignes\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
         "\"ligne\":{\"type\":\"integer\"},\"perimetre\":" TEXT_OR_NULL ",\"texte\":" TEXT
         ",\"code\":" TEXT_OR_NULL ",\"comment\":" TEXT ",\"candidats\":" TEXT_OR_NULL
         "}}},\"non_comprises\":{\"type\":\"integer\"},\"codes\":{\"type\":\"array\","
         "\"items\":" TEXT "},\"gestes\":{\"type\":\"array\",\"items\":{\"type\":"
         "\"object\"}},\"effet\":{\"type\":\"object\",\"nullable\":true},\"refus\":" TEXT "}}",
     .answer = post_list},
    {.verbs = GET,
     .path = "/handover",
     .id = "remise",
     .tag = "Échanges",
     .summary = "Des périmètres avec tout leur historique, noms de personnes et motifs compris",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = ids_parameters,
     .needs = "ids",
     .answers = "{\"type\":\"object\"}",
     .answer = get_handover},
    {.verbs = POST,
     .path = "/handover",
     .id = "reception",
     .tag = "Échanges",
     .summary = "Recevoir des périmètres avec leur historique ; 409 avec les conflits s’il y en a",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = receive_parameters,
     .body = "{\"type\":\"object\"}",
     .answers = "{\"type\":\"object\",\"properties\":{\"fait\":" TEXT ",\"enregistre\":{\"type\":"
                "\"boolean\"}}}",
     .answer = post_handover},
    {.verbs = PUT,
     .path = "/gaps/{code}/note",
     .id = "noteZoneBlanche",
     .tag = "Échanges",
     .summary = "Une note sur la zone blanche dans laquelle est une commune",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = note_parameters,
     .body = "{\"type\":\"object\",\"required\":[\"note\"],\"additionalProperties\":false,"
             "\"properties\":{\"note\":{\"type\":\"string\",\"minLength\":1},\"date\":{\"type\":"
             "\"string\",\"format\":\"date\",\"nullable\":true}}}",
     .answers = NOTE,
     .answer = put_note},
    {.verbs = DELETE,
     .path = "/gaps/{code}/note",
     .id = "suppressionNote",
     .tag = "Échanges",
     .summary = "Retirer une note",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = note_parameters,
     .answers = NOTE,
     .answer = delete_note},
};
const route_table exchange_routes = {routes, sizeof routes / sizeof *routes};
