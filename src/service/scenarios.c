/* Scenarios: plans beside the reference, compared, made, deleted and brought back into it. */
#include "service/answers.h"
#include "service/change.h"
#include "service/perimeters.h"

#include <maille/compare.h>
#include <string.h>

enum { COMPARED_MOST = 9 };

/* ---- GET /scenarios ---- */

static maille_status answer_scenarios(view *v, const request *r, reply *out) {
    static const maille_j_column columns[] = {{"id", "id"},     {"titre", "title"},
                                              {"base", "base"}, {"date", "at"},
                                              {"qui", "who"},   {"changes", "changed"}};
    maille_jout j = {0};
    maille_table *rows = NULL;
    maille_status status = maille_scenario_list(v->ctx, v->store, &rows);
    if (status == MAILLE_OK && r->audience == MAILLE_PUBLIC)
        rows->rows = 0; /* plans are for the inside */
    if (status == MAILLE_OK)
        maille_j_table(&j, NULL, rows, columns, sizeof columns / sizeof *columns);
    maille_table_free(rows);
    return live_end(v, r, &j, out, status);
}

/* ---- GET /scenarios/compare ---- */

/* Which units who asks sees, one byte each; NULL: all. */
static maille_status units_seen(const picture *p, unsigned char **out) {
    *out = NULL;
    if (!p->r->narrowed.narrowed_count)
        return MAILLE_OK;
    *out = maille_arena_alloc(p->r->arena, p->ground->count + 1u);
    for (uint32_t i = 0; *out && i < p->ground->count; i++)
        (*out)[i] = sees_unit(p->r, p->ground, i);
    return *out ? MAILLE_OK : maille_no_memory(p->v->ctx);
}

static maille_status claims_seen(const picture *p, unsigned char **out) {
    *out = NULL;
    if (!p->r->narrowed.narrowed_count)
        return MAILLE_OK;
    *out = maille_arena_alloc(p->r->arena, p->plan->count + 1u);
    for (uint32_t i = 0; *out && i < p->plan->count; i++)
        (*out)[i] = picture_sees(p, i);
    return *out ? MAILLE_OK : maille_no_memory(p->v->ctx);
}

typedef struct {
    maille_jout *j;
    const char *scenario; /* as it was asked for */
} comparing;

static maille_status measure(picture *p, void *user) {
    const comparing *c = user;
    maille_flags flags = {0};
    maille_plan_figures figures;
    unsigned char *claims = NULL, *units = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(picture_flags_seen(p, &flags));
    MAILLE_TRY(claims_seen(p, &claims));
    MAILLE_TRY(units_seen(p, &units));
    MAILLE_TRY(maille_plan_figures_of(p->v->ctx, p->ground, p->rules,
                                      maille_loaded_rules(p->loaded)->sizes, p->plan, &flags,
                                      claims, units, p->r->arena, &figures));
    maille_j_plan_figures(c->j, c->scenario, &figures);
done:
    return status;
}

static maille_status answer_compare(view *v, const request *r, reply *out) {
    scope s;
    maille_jout j = {0};
    comparing c = {.j = &j};
    const char *text = request_parameter(r, "scenarios");
    const char **names = NULL;
    size_t count = 0;
    const maille_loaded *loaded = NULL;
    maille_status status = MAILLE_OK;
    if (only_inside(r, out, &status))
        goto done;
    MAILLE_TRY(scope_read(v, r, ASK_DAY, &s));
    if (!text)
        MAILLE_TRY(maille_fail(
            v->ctx, MAILLE_USAGE, "%s",
            ogc_say(r, "le paramètre scenarios manque", "parameter scenarios was missing")));
    MAILLE_TRY(answer_list(v, r, "scenarios", text, COMPARED_MOST, &names, &count));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    s.kind = s.kind ? s.kind : "cpts";
    maille_j_open(&j, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        c.scenario = names[i];
        s.scenario = maille_scenario_named(names[i]);
        MAILLE_TRY(picture_each(v, r, &s, loaded, measure, &c));
    }
    maille_j_close(&j, ']');
done:
    return live_end(v, r, &j, out, status);
}

/* ---- making and deleting ---- */

typedef struct {
    const char *id, *title, *base;
} wish;

static maille_status say_done(writing *w, reply *out, const char *scenario, const char *done_word) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_j_text(&j, "scenario", scenario);
    maille_j_text(&j, "fait", done_word);
    maille_j_close(&j, '}');
    out->body = j.s;
    return j.s.failed ? maille_no_memory(w->v->ctx) : MAILLE_OK;
}

static maille_status is_there(writing *w, const char *id, bool *there) {
    maille_table *rows = NULL;
    maille_status status = maille_scenario_list(w->v->ctx, w->store, &rows);
    *there = !*id;
    for (size_t i = 0; status == MAILLE_OK && i < rows->rows; i++)
        *there |= strcmp(rows->columns[maille_table_column(rows, "id")].texts[i], id) == 0;
    maille_table_free(rows);
    return status;
}

static bool is_scenario_id(const char *id) {
    size_t length = strlen(id);
    return length > 0 && length <= 64 &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
           strcmp(id, "reference") != 0;
}

static maille_status create(writing *w, reply *out) {
    const wish *asked = w->user;
    const request *r = w->r;
    bool there = false, base = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(is_there(w, asked->id, &there));
    MAILLE_TRY(is_there(w, asked->base, &base));
    if (there || !base) {
        status = reply_problem(r, out, there ? 409 : 422,
                               there ? ogc_say(r, "Un scénario de cet identifiant existe déjà.",
                                               "A scenario of this id exists already.")
                                     : ogc_say(r, "Le scénario de départ n’existe pas.",
                                               "The scenario to begin with does not exist."));
        goto done;
    }
    MAILLE_TRY(maille_scenario_create(w->v->ctx, w->store, asked->id, asked->title, asked->base));
    out->status = 201;
    MAILLE_TRY(say_done(w, out, asked->id, "créé"));
done:
    return status;
}

static maille_status post_scenario(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"id", "titre", "base", NULL};
    maille_json *tree = NULL;
    wish asked = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(body_object(v, r, keys, &tree));
    MAILLE_TRY(body_text(v, r, tree, "id", &asked.id));
    MAILLE_TRY(body_text(v, r, tree, "titre", &asked.title));
    MAILLE_TRY(body_text(v, r, tree, "base", &asked.base));
    asked.base = maille_scenario_named(asked.base);
    asked.title = asked.title && *asked.title ? asked.title : asked.id;
    if (!asked.id || !is_scenario_id(asked.id))
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_USAGE, "%s",
                               ogc_say(r, "« id » n’a pas 1 à 64 signes parmi a-z, 0-9 et -.",
                                       "\"id\" had not 1 to 64 of a-z, 0-9 and -.")));
    MAILLE_TRY(write_once(v, r, NULL, NULL, create, &asked, out));
done:
    maille_json_free(tree);
    return reply_refused(v, r, out, status);
}

/* An account that is bound to départements deletes what it made itself: the rest may hold what it
 * does not see. */
static maille_status refuse_others(writing *w, const char *id, reply *out) {
    maille_table *all = NULL;
    bool own = !w->r->narrowed.narrowed_count;
    maille_status status = MAILLE_OK;
    if (!own)
        MAILLE_TRY(maille_scenario_list(w->v->ctx, w->store, &all));
    for (size_t row = 0; all && row < all->rows; row++)
        own |= strcmp(all->columns[maille_table_column(all, "id")].texts[row], id) == 0 &&
               strcmp(all->columns[maille_table_column(all, "who")].texts[row],
                      w->r->account->name) == 0;
    if (!own)
        status = reply_problem(w->r, out, 403,
                               ogc_say(w->r,
                                       "Ce compte est limité à des départements : il supprime les "
                                       "scénarios qu’il a faits.",
                                       "This account is bound to départements: it deletes the "
                                       "scenarios that it made."));
done:
    maille_table_free(all);
    return status;
}

static maille_status remove_one(writing *w, reply *out) {
    const char *id = w->user;
    const request *r = w->r;
    bool there = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(is_there(w, id, &there));
    if (!there)
        return maille_fail(w->v->ctx, MAILLE_NOT_FOUND, "there was no scenario %s", id);
    MAILLE_TRY(refuse_others(w, id, out));
    if (out->status)
        goto done;
    status = maille_scenario_delete(w->v->ctx, w->store, id);
    if (status == MAILLE_REFUSED) {
        status = reply_problem(r, out, 409,
                               ogc_say(r, "Un autre scénario est parti de celui-ci.",
                                       "Another scenario began with this one."));
        goto done;
    }
    MAILLE_TRY(status);
    MAILLE_TRY(say_done(w, out, id, "supprimé"));
done:
    return status;
}

static maille_status delete_scenario(view *v, const request *r, reply *out) {
    if (!*maille_scenario_named(r->part[0]))
        return reply_problem(
            r, out, 409,
            ogc_say(r, "La référence ne se supprime pas.", "The reference cannot be deleted."));
    maille_status status =
        write_once(v, r, NULL, NULL, remove_one, (void *)(uintptr_t)r->part[0], out);
    return reply_refused(v, r, out, status);
}

/* ---- POST /scenarios/{id}/merge ---- */

typedef struct {
    const char *from, *into, *prefer, *why;
    made_change made;
} merge_wish;

static void after_merge(writing *w, bool kept) {
    merge_wish *m = w->user;
    release_change(&m->made, kept);
}

maille_status reply_conflicts(writing *w, const maille_merge_report *report, reply *out) {
    const request *r = w->r;
    maille_jout j = {0};
    maille_j_open(&j, "conflits", '[');
    /* Who is bound to départements is told that there are some: they may lie elsewhere. */
    for (uint32_t i = 0; report && !r->narrowed.narrowed_count && i < report->count; i++) {
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "id", report->items[i].perimeter);
        maille_j_differences(&j, "differences", report->items[i].conflicts);
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
    maille_status status =
        j.s.failed
            ? maille_no_memory(w->v->ctx)
            : reply_problem_with(r, out, 409,
                                 ogc_say(r,
                                         "Les deux côtés ont changé la même chose autrement. Rien "
                                         "n’est enregistré ; « prefere » dit quel côté compte.",
                                         "Both sides changed the same thing otherwise. Nothing "
                                         "was saved; \"prefere\" tells which side counts."),
                                 j.s.text);
    maille_strbuf_free(&j.s);
    return status;
}

static maille_status merge(writing *w, reply *out) {
    merge_wish *m = w->user;
    const maille_edit edit = {.scenario = m->into, .why = m->why};
    maille_merge_report *report = NULL;
    maille_status status = MAILLE_OK;
    w->after = after_merge;
    m->made.scenario = m->into;
    status = maille_scenario_merge(w->v->ctx, w->store, &edit, m->from, m->prefer, &report,
                                   &m->made.result);
    if (status == MAILLE_FOUND) {
        status = reply_conflicts(w, report, out);
        goto done;
    }
    if (status == MAILLE_REFUSED) {
        status = reply_problem(w->r, out, 409,
                               ogc_say(w->r,
                                       "Rien ne changerait, ou ce scénario n’est pas parti de "
                                       "celui dans lequel il devrait être fusionné.",
                                       "Nothing would change, or this scenario began with another "
                                       "than the one that it should be merged into."));
        goto done;
    }
    MAILLE_TRY(status);
    maille_strbuf_add(&m->made.what, "scénario fusionné");
    MAILLE_TRY(tell_change(w, &m->made, out));
done:
    maille_merge_report_free(report);
    return status;
}

bool is_prefer(const char *text) {
    return !text || strcmp(text, "ours") == 0 || strcmp(text, "theirs") == 0;
}

static maille_status post_merge(view *v, const request *r, reply *out) {
    static const char *const keys[] = {"dans", "prefere", "motif", NULL};
    maille_json *tree = NULL;
    merge_wish m = {.from = r->part[0]};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(body_object(v, r, keys, &tree));
    MAILLE_TRY(body_text(v, r, tree, "dans", &m.into));
    MAILLE_TRY(body_text(v, r, tree, "prefere", &m.prefer));
    MAILLE_TRY(body_text(v, r, tree, "motif", &m.why));
    m.into = maille_scenario_named(m.into);
    m.from = maille_scenario_named(m.from);
    if (!is_prefer(m.prefer))
        MAILLE_TRY(maille_fail(v->ctx, MAILLE_USAGE, "%s",
                               ogc_say(r, "« prefere » n’est ni ours ni theirs.",
                                       "\"prefere\" was neither ours nor theirs.")));
    MAILLE_TRY(write_once(v, r, NULL, NULL, merge, &m, out));
done:
    maille_json_free(tree);
    return reply_refused(v, r, out, status);
}

/* ---- routes ---- */

static const char *const json[] = {"json", NULL};
static const route_parameter one[] = {
    {"id", true, "string", "Identifiant du scénario.", NULL},
    {0},
};
static const route_parameter compare_parameters[] = {
    {"scenarios", false, "string",
     "Deux scénarios ou plus, séparés par des virgules (reference est la référence) ; obligatoire.",
     NULL},
    {"kind", false, "string", "Genre de périmètre : cpts à défaut.", NULL},
    {"a", false, "string", "Tels qu’ils étaient à la fin de ce jour.", "\"format\":\"date\""},
    {0},
};

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define DONE "{\"type\":\"object\",\"properties\":{\"scenario\":" TEXT ",\"fait\":" TEXT "}}"

static const route routes[] = {
    {.verbs = GET,
     .path = "/scenarios",
     .id = "scenarios",
     .tag = "Scénarios",
     .summary = "Les scénarios : de quoi ils sont partis, par qui, ce qu’ils changent",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .answers = "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":" TEXT
                ",\"titre\":" TEXT_OR_NULL ",\"base\":" TEXT_OR_NULL ",\"date\":" TEXT
                ",\"qui\":" TEXT_OR_NULL ",\"changes\":{\"type\":\"integer\"}}}}",
     .answer = answer_scenarios},
    {.verbs = GET,
     .path = "/scenarios/compare",
     .id = "comparaison",
     .tag = "Scénarios",
     .summary = "Des scénarios côte à côte : périmètres, tailles, couverture, constats",
     .least = MAILLE_LECTEUR,
     .formats = json,
     .parameters = compare_parameters,
     .needs = "scenarios",
     .answers = "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}",
     .answer = answer_compare},
    {.verbs = POST,
     .path = "/scenarios",
     .id = "nouveauScenario",
     .tag = "Scénarios",
     .summary = "Faire un scénario : une copie qui ne garde que ce qu’elle change",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .body = "{\"type\":\"object\",\"required\":[\"id\"],\"additionalProperties\":false,"
             "\"properties\":{\"id\":{\"type\":\"string\",\"pattern\":\"^[a-z0-9-]{1,64}$\"},"
             "\"titre\":" TEXT_OR_NULL ",\"base\":" TEXT_OR_NULL "}}",
     .answers = DONE,
     .made = 201,
     .answer = post_scenario},
    {.verbs = DELETE,
     .path = "/scenarios/{id}",
     .id = "suppressionScenario",
     .tag = "Scénarios",
     .summary = "Supprimer un scénario et son historique ; ce qui a été fusionné reste",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = one,
     .answers = DONE,
     .answer = delete_scenario},
    {.verbs = POST,
     .path = "/scenarios/{id}/merge",
     .id = "fusionScenario",
     .tag = "Scénarios",
     .summary = "Fusionner ce qu’un scénario a changé ; 409 avec les conflits s’il y en a",
     .least = MAILLE_PLANIFICATEUR,
     .writes = true,
     .formats = json,
     .parameters = one,
     .body = "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
             "\"dans\":" TEXT_OR_NULL ",\"prefere\":{\"type\":\"string\",\"nullable\":true,"
             "\"enum\":[\"ours\",\"theirs\",null]},\"motif\":" TEXT_OR_NULL "}}",
     .answers = "{\"type\":\"object\",\"properties\":{\"fait\":" TEXT
                ",\"changement\":{\"type\":\"integer\"},\"id_changement\":" TEXT
                ",\"etats\":{\"type\":\"object\"}}}",
     .answer = post_merge},
};
const route_table scenario_routes = {routes, sizeof routes / sizeof *routes};
