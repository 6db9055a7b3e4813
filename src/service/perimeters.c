/* Perimeters as they stand, or stood: lists, what one is, codes of its communes; the table of the
 * routes that read them. */
#include "service/perimeters.h"

#include <maille/map.h>
#include <maille/rules.h>
#include <math.h>
#include <string.h>

/* ---- GET /perimeters ---- */

typedef struct {
    maille_jout *j;
    const char *department, *status; /* NULL: any */
} listing;

static bool in_department(const picture *p, const maille_claim *c, const char *department) {
    const maille_partition *all = &p->ground->department;
    for (uint32_t i = 0; department && i < c->count; i++) {
        uint32_t group = all->of_commune[c->member[i]];
        if (group != MAILLE_ABSENT && strcmp(all->id[group], department) == 0)
            return true;
    }
    return !department;
}

static maille_status write_row(picture *p, const listing *l, uint32_t claim,
                               const maille_perimeter *perimeter, const maille_status_entry *on) {
    const maille_figures *figures = NULL;
    const maille_flags *flags = NULL;
    uint32_t all = 0, alerts = 0;
    char tag[MAILLE_STATE_TAG];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(picture_flags(p, &flags));
    MAILLE_TRY(picture_figures(p, claim, &figures));
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        bool its = (f->a == claim || f->b == claim) && picture_sees_flag(p, flags, f);
        all += its;
        alerts += its && maille_flag_alerts(f);
    }
    maille_j_open(l->j, NULL, '{');
    maille_j_listed(l->j, p->ground, perimeter, on, &p->plan->claims[claim]);
    maille_j_size(l->j, figures);
    maille_j_int(l->j, "constats", all);
    maille_j_int(l->j, "alertes", alerts);
    maille_j_text(l->j, "etat", picture_state(p, claim, tag) ? tag : NULL);
    maille_j_close(l->j, '}');
done:
    return status;
}

static maille_status list_kind(picture *p, void *user) {
    const listing *l = user;
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < p->plan->count; i++) {
        const maille_perimeter *perimeter = picture_perimeter(p, i);
        const maille_status_entry *on =
            perimeter ? maille_perimeter_status_on(perimeter, p->asked->when.at) : NULL;
        if (!perimeter || !picture_sees(p, i) ||
            !in_department(p, &p->plan->claims[i], l->department) ||
            (l->status && (!on || strcmp(on->status, l->status) != 0)))
            continue;
        status = write_row(p, l, i, perimeter, on);
    }
    return status;
}

/* The id of a status that people name. */
static maille_status read_status(view *v, const request *r, const maille_loaded *loaded,
                                 const char **out) {
    const char *word = request_parameter(r, "statut");
    const maille_perimeter_status *found =
        word ? maille_publication_status(maille_loaded_publication(loaded), word) : NULL;
    *out = found ? found->id : NULL;
    return !word || found ? MAILLE_OK
                          : maille_fail(v->ctx, MAILLE_USAGE, "%s",
                                        ogc_say(r, "statut n’est pas un statut connu",
                                                "statut was no status that is known"));
}

static maille_status answer_list_of(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    listing l = {.j = &j, .department = request_parameter(r, "departement")};
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_DAY, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(read_status(v, r, loaded, &l.status));
    maille_j_open(&j, NULL, '[');
    MAILLE_TRY(picture_each(v, r, &s, loaded, list_kind, &l));
    maille_j_close(&j, ']');
done:
    return live_end(v, r, &j, out, status);
}

/* ---- GET /perimeters/{id} ---- */

/* "\"v4-0123456789abcdef\"", in the request's arena. */
static const char *quoted(const request *r, const char *tag) {
    maille_strbuf s = {0};
    maille_strbuf_addf(&s, "\"%s\"", tag);
    const char *kept = s.failed ? NULL : maille_arena_strdup(r->arena, s.text);
    maille_strbuf_free(&s);
    return kept;
}

static maille_status answer_one(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    holding h = {0};
    char tag[MAILLE_STATE_TAG] = "";
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_MOMENT, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(holding_find(v, r, &s, loaded, r->part[0], &h));
    if (h.version)
        maille_state_tag(h.version, h.state, tag);
    maille_j_open(&j, NULL, '{');
    MAILLE_TRY(maille_tell_perimeter(v->ctx, maille_loaded_ground(loaded), h.perimeter, &j));
    maille_j_number(&j, "version", h.version ? (double)h.version : NAN);
    maille_j_text(&j, "etat", *tag ? tag : NULL);
    maille_j_close(&j, '}');
    if (*tag)
        reply_header(out, "ETag", quoted(r, tag));
done:
    holding_free(&h);
    return live_end(v, r, &j, out, status);
}

/* ---- GET /perimeters/{id}/codes ---- */

static bool has_zones(const maille_perimeter *p) {
    for (uint32_t i = 0; i < p->member_count; i++)
        if (p->members[i].zone)
            return true;
    return false;
}

static void add_csv(maille_strbuf *s, const maille_ground *ground, const maille_member *m,
                    bool zones) {
    uint32_t unit = maille_ground_unit(ground, m->code);
    maille_strbuf_addf(s, "%s,", m->code);
    if (unit != MAILLE_ABSENT) /* a member of another vintage has neither */
        maille_strbuf_add_csv(s, ground->name[unit]);
    maille_strbuf_add_char(s, ',');
    if (unit != MAILLE_ABSENT)
        maille_strbuf_add_double(s, ground->population[unit]);
    maille_strbuf_add_char(s, ',');
    maille_strbuf_add_double(s, m->share);
    maille_strbuf_add(s, zones ? "," : "");
    if (zones && m->zone)
        maille_strbuf_add_csv(s, m->zone);
    maille_strbuf_add_char(s, '\n');
}

static maille_status answer_codes(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    holding h = {0};
    const maille_loaded *loaded = NULL;
    bool csv = ogc_is(r, "csv"), json = ogc_is(r, "json");
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_MOMENT, &s));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(holding_find(v, r, &s, loaded, r->part[0], &h));
    const maille_ground *ground = maille_loaded_ground(loaded);
    bool zones = has_zones(h.perimeter);
    if (json)
        maille_j_members(&j, NULL, ground, h.perimeter);
    if (csv)
        maille_strbuf_addf(&out->body, "code,nom,population,part%s\n", zones ? ",zone" : "");
    for (uint32_t i = 0; !json && i < h.perimeter->member_count; i++) {
        const maille_member *m = &h.perimeter->members[i];
        if (csv)
            add_csv(&out->body, ground, m, zones);
        else
            maille_strbuf_addf(&out->body, "%s\n", m->code);
    }
done:
    holding_free(&h);
    if (json)
        return live_end(v, r, &j, out, status);
    out->cache = CACHE_NO_STORE;
    return ogc_end(v, r, out, status);
}

/* ---- routes ---- */

static const char *const json[] = {"json", NULL};
static const char *const tables[] = {"json", "csv", "txt", NULL};

#define ID                                                                                         \
    { "id", true, "string", "Identifiant du périmètre.", NULL }
#define SCENARIO                                                                                   \
    { "scenario", false, "string", "Un scénario ; sans lui, la référence.", NULL }
#define KIND(all)                                                                                  \
    { "kind", false, "string", "Genre de périmètre : " all ".", NULL }
#define DAY                                                                                        \
    { "a", false, "string", "Tel que c’était à la fin de ce jour.", "\"format\":\"date\"" }
#define MOMENT                                                                                     \
    {                                                                                              \
        "a", false, "string", "Tel que c’était à la fin de ce jour, ou dans cette version.",       \
            "\"pattern\":\"^(v[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2})$\""                               \
    }

static const route_parameter list_parameters[] = {
    SCENARIO,
    KIND("tous à défaut"),
    DAY,
    {"statut", false, "string", "Seulement ceux de ce statut.", NULL},
    {"departement", false, "string", "Seulement ceux qui touchent ce département (code).",
     "\"pattern\":\"^[0-9A-Z]{2,3}$\""},
    {0},
};
static const route_parameter one_parameters[] = {ID, SCENARIO, MOMENT, {0}};
#define PAGE                                                                                       \
    {"limit", false, "integer",                                                                    \
     "Lignes de la réponse ; les périmètres d’un même changement restent ensemble.",               \
     "\"minimum\":1,\"maximum\":1000,\"default\":100"},                                            \
    {                                                                                              \
        "avant", false, "integer", "Seulement les changements de plus petit numéro.",              \
            "\"minimum\":1"                                                                        \
    }
static const route_parameter history_of_one[] = {ID, SCENARIO, PAGE, {0}};
static const route_parameter history_of_all[] = {SCENARIO, PAGE, {0}};
#define BETWEEN                                                                                       \
    {"de", false, "string",                                                                           \
     "Avant : un jour ou une version ; à défaut la version précédente du périmètre.",                 \
     "\"pattern\":\"^(v[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2})$\""},                                       \
        {"a", false, "string", "Après : un jour ou une version ; à défaut ce qui est.",               \
         "\"pattern\":\"^(v[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2})$\""},                                   \
    {                                                                                                 \
        "scenarios", false, "string",                                                                 \
            "Plutôt que deux moments : deux scénarios séparés par une virgule (reference est la " \
            "référence).",                                                                            \
            NULL                                                                                      \
    }
static const route_parameter diff_of_one[] = {ID, SCENARIO, BETWEEN, {0}};
static const route_parameter diff_of_all[] = {SCENARIO, KIND("tous à défaut"), BETWEEN, {0}};
static const route_parameter findings_parameters[] = {
    SCENARIO, KIND("tous à défaut"),
    DAY,      {"perimetre", false, "string", "Seulement ceux de ce périmètre.", NULL},
    {0},
};
static const route_parameter kind_parameters[] = {SCENARIO, KIND("cpts à défaut"), DAY, {0}};
static const route_parameter proposal_parameters[] = {
    SCENARIO,
    KIND("cpts à défaut"),
    {"methode", false, "string",
     "enclosed : les zones blanches enclavées, à qui les borde le plus ; nearest : chaque commune "
     "à qui est le plus près.",
     "\"enum\":[\"enclosed\",\"nearest\"],\"default\":\"enclosed\""},
    {"minutes", false, "integer", "nearest : minutes au plus.",
     "\"minimum\":1,\"maximum\":1000,\"default\":30"},
    {0},
};

/* Parts of schemas of answers. */
#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define NUMBER_OR_NULL "{\"type\":\"number\",\"nullable\":true}"
#define WHOLE "{\"type\":\"integer\"}"
#define ARRAY_OF(properties)                                                                       \
    "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{" properties "}}}"
#define SIZE "\"communes\":" WHOLE ",\"population\":" NUMBER_OR_NULL ",\"taille\":" TEXT_OR_NULL
#define DIFFERENCES                                                                                \
    "\"differences\":" ARRAY_OF("\"quoi\":" TEXT ",\"code\":" TEXT_OR_NULL                         \
                                ",\"avant\":" TEXT_OR_NULL ",\"apres\":" TEXT_OR_NULL)
#define SIDE "{\"type\":\"object\",\"nullable\":true,\"properties\":{" SIZE ",\"statut\":" TEXT "}}"
#define PAIR "\"id\":" TEXT ",\"avant\":" SIDE ",\"apres\":" SIDE "," DIFFERENCES

#define ROWS_OF_LIST                                                                               \
    ARRAY_OF("\"id\":" TEXT ",\"nom\":" TEXT ",\"genre\":" TEXT ",\"statut\":" TEXT_OR_NULL        \
             ",\"depuis\":" TEXT_OR_NULL ",\"contact\":" TEXT_OR_NULL                              \
             ",\"departements\":{\"type\":\"array\",\"items\":" TEXT "}," SIZE                     \
             ",\"constats\":" WHOLE ",\"alertes\":" WHOLE ",\"etat\":" TEXT_OR_NULL)
#define ROWS_OF_HISTORY                                                                            \
    ARRAY_OF("\"numero\":" WHOLE ",\"id\":" TEXT ",\"date\":" TEXT ",\"qui\":" TEXT_OR_NULL        \
             ",\"motif\":" TEXT_OR_NULL ",\"genre\":" TEXT ",\"du_changement\":" TEXT_OR_NULL      \
             ",\"perimetre\":" TEXT ",\"nom\":" TEXT_OR_NULL ",\"version\":" WHOLE                 \
             ",\"avant\":" TEXT_OR_NULL ",\"apres\":" TEXT_OR_NULL)

static const route routes[] = {
    {.verbs = GET,
     .path = "/perimeters",
     .id = "perimetres",
     .tag = "Périmètres",
     .summary = "Les périmètres tels qu’ils sont : statut, taille, constats, état",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = list_parameters,
     .answers = ROWS_OF_LIST,
     .answer = answer_list_of},
    {.verbs = GET,
     .path = "/perimeters/{id}",
     .id = "perimetre",
     .tag = "Périmètres",
     .summary = "Ce qu’est un périmètre : nom, statuts, contact, communes ; l’ETag est son état",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = one_parameters,
     .answers = "{\"type\":\"object\",\"required\":[\"id\",\"nom\",\"version\",\"etat\"],"
                "\"properties\":{\"id\":" TEXT ",\"nom\":" TEXT ",\"genre\":" TEXT
                ",\"contact\":" TEXT_OR_NULL ",\"version\":{\"type\":\"integer\","
                "\"nullable\":true},\"etat\":" TEXT_OR_NULL "}}",
     .answer = answer_one},
    {.verbs = GET,
     .path = "/perimeters/{id}/codes",
     .id = "codesPerimetre",
     .tag = "Périmètres",
     .summary = "Les codes des communes d’un périmètre ; en txt, un code par ligne",
     .least = MAILLE_LECTEUR,
     .formats = tables,
     .parameters = one_parameters,
     .answers = ARRAY_OF("\"code\":" TEXT ",\"nom\":" TEXT_OR_NULL ",\"population\":" NUMBER_OR_NULL
                         ",\"part\":{\"type\":\"number\"},\"sous_zone\":" TEXT_OR_NULL
                         ",\"partage_expres\":" TEXT_OR_NULL),
     .answer = answer_codes},
    {.verbs = GET,
     .path = "/perimeters/{id}/history",
     .id = "historiquePerimetre",
     .tag = "Périmètres",
     .summary = "Qui a changé quoi d’un périmètre, quand et pourquoi, le plus récent d’abord",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = history_of_one,
     .answers = ROWS_OF_HISTORY,
     .answer = answer_history},
    {.verbs = GET,
     .path = "/history",
     .id = "historique",
     .tag = "Périmètres",
     .summary = "Qui a changé quoi, quand et pourquoi, le plus récent d’abord",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = history_of_all,
     .answers = ROWS_OF_HISTORY,
     .answer = answer_history},
    {.verbs = GET,
     .path = "/perimeters/{id}/diff",
     .id = "differencesPerimetre",
     .tag = "Périmètres",
     .summary = "Un périmètre à deux moments, ou dans deux scénarios : communes, parts, statuts",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = diff_of_one,
     .answers = "{\"oneOf\":[{\"type\":\"object\",\"properties\":{" PAIR "}}," ARRAY_OF(PAIR) "]}",
     .answer = answer_diff},
    {.verbs = GET,
     .path = "/diff",
     .id = "differences",
     .tag = "Périmètres",
     .summary = "Tous les périmètres qui diffèrent entre deux jours, ou entre deux scénarios",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = diff_of_all,
     .answers = ARRAY_OF(PAIR),
     .answer = answer_diff},
    {.verbs = GET,
     .path = "/findings",
     .id = "constats",
     .tag = "Périmètres",
     .summary = "Ce qu’une personne devrait regarder, en l’état",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = findings_parameters,
     .answers = ARRAY_OF("\"id\":" TEXT ",\"gravite\":" TEXT ",\"genre\":" TEXT ",\"objet\":" TEXT
                         ",\"a\":" TEXT_OR_NULL ",\"b\":" TEXT_OR_NULL
                         ",\"codes\":{\"type\":\"array\",\"items\":" TEXT "},\"constat\":" TEXT
                         ",\"piste\":" TEXT_OR_NULL ",\"population\":" NUMBER_OR_NULL),
     .answer = answer_findings},
    {.verbs = GET,
     .path = "/contested",
     .id = "communesDisputees",
     .tag = "Périmètres",
     .summary = "Les communes que plusieurs périmètres revendiquent, avec ce qui éclaire le choix",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = kind_parameters,
     .answers = ARRAY_OF("\"code\":" TEXT ",\"nom\":" TEXT ",\"population\":" NUMBER_OR_NULL
                         ",\"pretendants\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}},"
                         "\"majorites\":{\"type\":\"object\"}"),
     .answer = answer_contested},
    {.verbs = GET,
     .path = "/coverage",
     .id = "couvertureTerritoire",
     .tag = "Périmètres",
     .summary = "Population et communes couvertes par statut, région et département, un jour donné",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = kind_parameters,
     .answers = "{\"type\":\"object\",\"properties\":{\"date\":" TEXT ",\"lignes\":" ARRAY_OF(
         "\"etendue\":" TEXT ",\"id\":" TEXT ",\"nom\":" TEXT_OR_NULL ",\"statut\":" TEXT
         ",\"perimetres\":" WHOLE ",\"communes\":" WHOLE ",\"population\":" NUMBER_OR_NULL
         ",\"part_communes\":" NUMBER_OR_NULL
         ",\"part_population\":" NUMBER_OR_NULL) ",\"objectif\":{\"type\":\"object\"}}}",
     .answer = answer_coverage},
    {.verbs = GET,
     .path = "/proposals",
     .id = "propositions",
     .tag = "Périmètres",
     .summary = "Qui pourrait prendre ce que personne ne tient",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = proposal_parameters,
     .answers = ARRAY_OF("\"code\":" TEXT ",\"nom\":" TEXT ",\"population\":" NUMBER_OR_NULL
                         ",\"vers\":" TEXT ",\"minutes\":" NUMBER_OR_NULL ",\"motif\":" TEXT),
     .answer = answer_proposals},
};
const route_table perimeter_routes = {routes, sizeof routes / sizeof *routes};
