/* What an import met, as JSON for its record and as remarks for people. */
#include "sources/report.h"

#include <inttypes.h>
#include <maille/json.h>
#include <maille/table.h>
#include <string.h>

#define NAMED_AT_MOST 5    /* cases of a kind that a summary names */
#define REMARKS_AT_MOST 20 /* more cases of a kind than this become one remark */

typedef enum { REPAIRED, REFUSED, NAMED, EFFECTS } effect;

static const char *const effect_names[EFFECTS] = {"repaired", "refused", "named"};

static const struct {
    const char *id;
    effect effect;
    const char *severity;
    const char *text; /* reads well after "3 × " too */
} kinds[CASE_KINDS] = {
    [CASE_GEOMETRY_REPAIRED] = {"geometrie-reparee", REPAIRED, "information",
                                "géométrie invalide, réparée"},
    [CASE_LEADING_ZERO] = {"zero-initial", REPAIRED, "information", "zéro initial du code rétabli"},
    [CASE_CODE_TIDIED] = {"code-remis-en-forme", REPAIRED, "information",
                          "code remis en forme (espaces, casse)"},
    [CASE_GROUP_TIDIED] = {"groupe-remis-en-forme", REPAIRED, "information",
                           "identifiant de groupe remis en forme"},
    [CASE_NO_CODE] = {"code-absent", REFUSED, "alerte", "ligne sans code, écartée"},
    [CASE_NO_COORDINATES] = {"coordonnees-absentes", REFUSED, "alerte",
                             "ligne sans coordonnées, écartée"},
    [CASE_DOUBLE] = {"doublon", REFUSED, "information", "ligne en double, écartée"},
    [CASE_NO_VALUE] = {"valeur-absente", REFUSED, "information",
                       "ligne sans valeur (absente ou couverte par le secret), écartée"},
    [CASE_NO_GEOMETRY] = {"sans-geometrie", REFUSED, "alerte", "tronçon sans tracé, écarté"},
    [CASE_NO_SPEED] = {"sans-vitesse", REFUSED, "alerte", "tronçon sans vitesse, écarté"},
    [CASE_NO_LENGTH] = {"sans-longueur", REFUSED, "alerte", "tronçon sans longueur, écarté"},
    [CASE_MISSING_NODES] = {"noeuds-absents", REFUSED, "alerte", "nœud de route absent du fichier"},
    [CASE_NO_POPULATION] = {"population-absente", NAMED, "alerte", "population absente"},
    [CASE_NO_NAME] = {"nom-absent", NAMED, "information", "nom absent, remplacé par le code"},
    [CASE_OUTSIDE] = {"hors-domaine", NAMED, "alerte",
                      "point hors du domaine d’emploi de la projection"},
    [CASE_FOREIGN_CRS] = {"projection-hors-de-france", NAMED, "alerte",
                          "projection choisie hors de France (coordonnées inversées ?)"},
    [CASE_NOWHERE] = {"sans-position", NAMED, "alerte", "lieu sans code ni coordonnées"},
    [CASE_NO_GROUP] = {"sans-groupe", NAMED, "information", "commune sans groupe"},
    [CASE_CODE_AGAIN] = {"code-repete", NAMED, "information",
                         "code déjà rencontré, les quantités s’ajoutent"},
    [CASE_RATIOS] = {"ratios-incomplets", NAMED, "alerte",
                     "parts d’une commune dont la somme n’est pas 1"},
    [CASE_EDITED] = {"perimetre-modifie", NAMED, "alerte",
                     "périmètre modifié dans l’espace de travail, laissé tel quel"},
    [CASE_DELETED] = {"perimetre-supprime", NAMED, "alerte",
                      "périmètre supprimé dans l’espace de travail, non repris"},
    [CASE_YEAR_ONLY] = {"date-par-annee", NAMED, "information",
                        "statut daté par l’année seule, tenu pour pris le 1er janvier"},
    [CASE_LOOPS] = {"boucles", NAMED, "information", "tronçon en boucle, écarté"},
    [CASE_PARALLELS] = {"paralleles", NAMED, "information", "tronçon parallèle à un plus rapide"},
    [CASE_NO_ACCESS] = {"acces-interdit", NAMED, "information", "tronçon interdit d’accès"},
    [CASE_OTHER_MODE] = {"autre-mode", NAMED, "information",
                         "tronçon que ce mode n’emprunte pas (sentier, piste…), écarté"},
    [CASE_NOT_BUILT] = {"pas-en-service", NAMED, "information",
                        "tronçon en projet, en chantier ou abandonné, écarté"},
    [CASE_AREAS] = {"surfaces", NAMED, "information", "surface circulable, écartée"},
    [CASE_REVERSIBLE] = {"sens-variable", NAMED, "information",
                         "tronçon dont le sens change avec l’heure, écarté"},
    [CASE_NO_ROAD] = {"ni-route-ni-bac", NAMED, "information", "ligne ni route ni bac, écartée"},
    [CASE_UNKNOWN_LIMITS] = {"limite-incomprise", NAMED, "alerte",
                             "limite de vitesse non comprise, remplacée par celle de la classe"},
    [CASE_AT_HOURS] = {"selon-l-heure", NAMED, "information",
                       "tronçon dont une règle dépend de l’heure, non prise en compte"},
    [CASE_DESTINATION] = {"riverains", NAMED, "information",
                          "tronçon réservé aux riverains, tenu pour ouvert"},
    [CASE_FERRIES] = {"bacs", NAMED, "information", "bac ou liaison maritime"},
    [CASE_BARRIERS] = {"barrieres", NAMED, "information", "barrière qui coupe la voie"},
    [CASE_TURNS] = {"interdictions-de-tourner", NAMED, "information",
                    "interdiction de tourner, prise en compte"},
    [CASE_TURNS_AT_HOURS] = {"interdictions-selon-l-heure", NAMED, "information",
                             "interdiction de tourner selon l’heure, non prise en compte"},
    [CASE_TURNS_OF_OTHERS] = {"interdictions-d-autres-modes", NAMED, "information",
                              "interdiction de tourner d’autres modes, non prise en compte"},
    [CASE_TURNS_UNFIT] =
        {"interdictions-sans-voie", NAMED, "information",
         "interdiction de tourner qu’aucune suite de tronçons ne porte, non prise en "
         "compte"},
    [CASE_PIECES] = {"reseau-en-morceaux", NAMED, "alerte", "réseau en morceaux"},
    [CASE_PARTS] = {"commune-deleguee", NAMED, "information",
                    "mouvement vers une commune déléguée ou associée, non repris"},
    [CASE_OTHER_DATES] = {"hors-periode", NAMED, "information",
                          "mouvement hors des deux millésimes, non repris"},
};

void maille_report_clear(maille_report *report) {
    MAILLE_VEC_FREE(&report->cases);
    maille_arena_free(report->texts);
    *report = (maille_report){0};
}

static bool copy_text(maille_report *report, const char **text) {
    if (!*text)
        return true;
    if (!report->texts)
        report->texts = maille_arena_new();
    *text = report->texts ? maille_arena_strdup(report->texts, *text) : NULL;
    return *text != NULL;
}

static maille_status add_case(maille_ctx *ctx, maille_report *report, maille_case c) {
    if (!copy_text(report, &c.subject) || !copy_text(report, &c.detail) ||
        !MAILLE_VEC_PUSH(&report->cases, c))
        return maille_no_memory(ctx);
    if (kinds[c.kind].effect == REPAIRED)
        report->repaired += c.count;
    if (kinds[c.kind].effect == REFUSED)
        report->refused += c.count;
    return MAILLE_OK;
}

maille_status maille_report_add(maille_ctx *ctx, maille_report *report, maille_case_kind kind,
                                int64_t row, const char *subject) {
    return add_case(ctx, report,
                    (maille_case){.kind = kind, .row = row, .subject = subject, .count = 1});
}

maille_status maille_report_count(maille_ctx *ctx, maille_report *report, maille_case_kind kind,
                                  uint64_t count, const char *detail) {
    if (count == 0)
        return MAILLE_OK;
    return add_case(ctx, report,
                    (maille_case){.kind = kind, .detail = detail, .count = (int64_t)count});
}

/* Cases of a kind: how many in all, and the first of them. */
typedef struct {
    int64_t count;
    size_t first_count;
    const maille_case *first[REMARKS_AT_MOST];
} gathered;

static gathered gather(const maille_report *report, maille_case_kind kind) {
    gathered g = {0};
    for (size_t i = 0; i < report->cases.count; i++) {
        const maille_case *c = &report->cases.items[i];
        if (c->kind != kind)
            continue;
        g.count += c->count;
        if (g.first_count < REMARKS_AT_MOST)
            g.first[g.first_count++] = c;
    }
    return g;
}

/* ---- as JSON ---- */

static void add_first_rows(const gathered *g, maille_strbuf *out) {
    bool any = false;
    maille_strbuf_add(out, ",\"rows\":[");
    for (size_t i = 0; i < g->first_count && i < NAMED_AT_MOST; i++) {
        if (g->first[i]->row == 0 && !g->first[i]->subject)
            continue;
        maille_strbuf_addf(out, "%s{\"row\":%" PRId64 ",\"subject\":", any ? "," : "",
                           g->first[i]->row);
        maille_json_text(out, g->first[i]->subject);
        maille_strbuf_add_char(out, '}');
        any = true;
    }
    maille_strbuf_add_char(out, ']');
}

void maille_report_json(const maille_report *report, maille_strbuf *out) {
    for (int e = 0; e < EFFECTS; e++) {
        bool any = false;
        maille_strbuf_addf(out, "%s\"%s\":{", e ? "," : "{", effect_names[e]);
        for (int kind = 0; kind < CASE_KINDS; kind++) {
            if ((int)kinds[kind].effect != e)
                continue;
            gathered g = gather(report, (maille_case_kind)kind);
            if (g.count == 0)
                continue;
            maille_strbuf_addf(out, "%s\"%s\":{\"count\":%" PRId64, any ? "," : "", kinds[kind].id,
                               g.count);
            add_first_rows(&g, out);
            if (g.first[0]->detail) {
                maille_strbuf_add(out, ",\"detail\":");
                maille_json_text(out, g.first[0]->detail);
            }
            maille_strbuf_add_char(out, '}');
            any = true;
        }
        maille_strbuf_add_char(out, '}');
    }
    maille_strbuf_add_char(out, '}');
}

/* ---- as remarks ---- */

enum { IMPORT_ID, ORIGIN, AUDIENCE, SEVERITY, KIND, SUBJECT, MESSAGE, COLUMNS };

typedef struct {
    maille_ctx *ctx;
    maille_table *table; /* NULL: what is graver than information goes to the log */
    const char *origin, *audience, *file_name;
    int64_t import_id;
} remarks;

/* The message is in `text`, which is emptied. */
static maille_status add_remark(const remarks *r, maille_case_kind kind, const char *subject,
                                maille_strbuf *text) {
    size_t row;
    if (text->failed)
        return maille_no_memory(r->ctx);
    if (!r->table) {
        if (strcmp(kinds[kind].severity, "information") != 0)
            maille_log(r->ctx, MAILLE_LOG_WARNING, "%s", text->text);
        maille_strbuf_clear(text);
        return MAILLE_OK;
    }
    maille_status status = maille_table_add_row(r->ctx, r->table, &row);
    if (status != MAILLE_OK)
        return status;
    const char *values[COLUMNS] = {
        [ORIGIN] = r->origin,    [AUDIENCE] = r->audience, [SEVERITY] = kinds[kind].severity,
        [KIND] = kinds[kind].id, [SUBJECT] = subject,      [MESSAGE] = text->text};
    maille_set_int(r->table, row, IMPORT_ID, r->import_id);
    for (size_t c = ORIGIN; c < COLUMNS && status == MAILLE_OK; c++)
        status = maille_set_text(r->ctx, r->table, row, c, values[c]);
    maille_strbuf_clear(text);
    return status;
}

static void add_name(maille_strbuf *text, const maille_case *c) {
    if (c->subject && c->row)
        maille_strbuf_addf(text, "%s (ligne %" PRId64 ")", c->subject, c->row);
    else if (c->subject)
        maille_strbuf_add(text, c->subject);
    else
        maille_strbuf_addf(text, "ligne %" PRId64, c->row);
}

/* "communes.geojson, 14174 (ligne 171) : géométrie invalide, réparée" */
static maille_status add_single(const remarks *r, const maille_case *c, maille_strbuf *text) {
    maille_strbuf_add(text, r->file_name);
    if (c->subject || c->row) {
        maille_strbuf_add(text, ", ");
        add_name(text, c);
    }
    maille_strbuf_add(text, " : ");
    if (c->count > 1)
        maille_strbuf_addf(text, "%" PRId64 " × ", c->count);
    maille_strbuf_add(text, kinds[c->kind].text);
    if (c->detail)
        maille_strbuf_addf(text, " (%s)", c->detail);
    return add_remark(r, c->kind, c->subject, text);
}

/* "communes.geojson : 360 × population absente, dont 2A001 (ligne 3), …" */
static maille_status add_summary(const remarks *r, maille_case_kind kind, const gathered *g,
                                 maille_strbuf *text) {
    maille_strbuf_addf(text, "%s : %" PRId64 " × %s, dont ", r->file_name, g->count,
                       kinds[kind].text);
    for (size_t i = 0; i < NAMED_AT_MOST; i++) {
        maille_strbuf_add(text, i ? ", " : "");
        add_name(text, g->first[i]);
    }
    return add_remark(r, kind, NULL, text);
}

static maille_status add_kind(const remarks *r, const maille_report *report, maille_case_kind kind,
                              maille_strbuf *text) {
    gathered g = gather(report, kind);
    if (g.count > REMARKS_AT_MOST && g.first_count == REMARKS_AT_MOST)
        return add_summary(r, kind, &g, text);
    for (size_t i = 0; i < g.first_count; i++) {
        maille_status status = add_single(r, g.first[i], text);
        if (status != MAILLE_OK)
            return status;
    }
    return MAILLE_OK;
}

maille_status maille_report_save(maille_ctx *ctx, maille_store *store, const maille_report *report,
                                 const char *kind, const char *file_name, int64_t import_id) {
    static const maille_column_spec columns[COLUMNS] = {
        [IMPORT_ID] = {"import_id", MAILLE_INT}, [ORIGIN] = {"origin", MAILLE_TEXT},
        [AUDIENCE] = {"audience", MAILLE_TEXT},  [SEVERITY] = {"severity", MAILLE_TEXT},
        [KIND] = {"kind", MAILLE_TEXT},          [SUBJECT] = {"subject", MAILLE_TEXT},
        [MESSAGE] = {"message", MAILLE_TEXT}};
    maille_strbuf origin = {0}, text = {0};
    remarks r = {.ctx = ctx, .file_name = file_name, .import_id = import_id};
    /* perimeters: what is said of a draft stays inside */
    r.audience = strcmp(kind, "perimeters") == 0 ? "interne" : "";
    maille_status status = maille_table_new(ctx, columns, COLUMNS, &r.table);
    if (status != MAILLE_OK)
        goto done;
    maille_strbuf_addf(&origin, "import:%s", kind);
    if (origin.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    r.origin = origin.text;
    for (int k = 0; k < CASE_KINDS && status == MAILLE_OK; k++)
        status = add_kind(&r, report, (maille_case_kind)k, &text);
    if (status == MAILLE_OK && r.table->rows)
        status = maille_store_append(ctx, store, "remark", r.table);
done:
    maille_table_free(r.table);
    maille_strbuf_free(&origin);
    maille_strbuf_free(&text);
    return status;
}

void maille_report_warn(maille_ctx *ctx, const maille_report *report, const char *file_name) {
    remarks r = {.ctx = ctx, .file_name = file_name};
    maille_strbuf text = {0};
    maille_status status = MAILLE_OK;
    for (int k = 0; k < CASE_KINDS && status == MAILLE_OK; k++)
        status = add_kind(&r, report, (maille_case_kind)k, &text);
    maille_strbuf_free(&text);
}
