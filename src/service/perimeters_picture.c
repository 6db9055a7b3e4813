/* Perimeters as who asks may know them: one, or all of a kind with their plan and flags. */
#include "service/perimeters.h"

#include <maille/map.h>
#include <maille/text.h>
#include <stdio.h>
#include <string.h>

/* ---- what is asked about ---- */

maille_status count_read(view *v, const request *r, const char *key, int64_t least, int64_t most,
                         int64_t *number) {
    const char *text = request_parameter(r, key);
    if (!text)
        return MAILLE_OK;
    if (maille_parse_int(text, number) && *number >= least && *number <= most)
        return MAILLE_OK;
    return maille_fail(v->ctx, MAILLE_USAGE,
                       ogc_say(r, "%s n’est pas un nombre entier de %lld à %lld",
                               "%s was no whole number from %lld to %lld"),
                       key, (long long)least, (long long)most);
}

static bool is_version(const char *text, int64_t *version) {
    size_t digits = text[0] == 'v' ? strspn(text + 1, "0123456789") : 0;
    return digits > 0 && digits <= 9 && !text[1 + digits] && maille_parse_int(text + 1, version) &&
           *version > 0;
}

maille_status moment_read(view *v, const request *r, const char *key, unsigned moments,
                          maille_moment *out) {
    const char *text = request_parameter(r, key);
    *out = (maille_moment){0};
    if (!text)
        return MAILLE_OK;
    if ((moments & ASK_VERSION) && is_version(text, &out->version))
        return MAILLE_OK;
    out->version = 0;
    if ((moments & ASK_DAY) && strlen(text) == 10 && maille_is_date(text)) {
        out->at = text;
        return MAILLE_OK;
    }
    return maille_fail(
        v->ctx, MAILLE_USAGE,
        moments & ASK_VERSION
            ? ogc_say(r, "%s n’est ni un jour (2026-01-31) ni une version (v3)",
                      "%s was neither a day (2026-01-31) nor a version (v3)")
            : ogc_say(r, "%s n’est pas un jour (2026-01-31)", "%s was no day (2026-01-31)"),
        key);
}

static const char *public_today(const request *r) {
    return ogc_say(r, "Le public voit ce qui est publié, tel qu’il est aujourd’hui.",
                   "The public sees what is published, as it stands today.");
}

static bool is_past(const scope *s) {
    return s->when.at || s->when.version;
}

maille_status scope_read(view *v, const request *r, unsigned moments, scope *out) {
    maille_status status = MAILLE_OK;
    *out = (scope){.scenario = maille_scenario_named(request_parameter(r, "scenario")),
                   .kind = request_parameter(r, "kind")};
    if (moments)
        MAILLE_TRY(moment_read(v, r, "a", moments, &out->when));
    if (r->audience == MAILLE_PUBLIC && *out->scenario)
        status = maille_fail(v->ctx, MAILLE_NOT_FOUND, "plans are not for the public");
    else if (r->audience == MAILLE_PUBLIC && is_past(out) && !(moments & ASK_PUBLICLY))
        status = maille_fail(v->ctx, MAILLE_USAGE, "%s", public_today(r));
done:
    return status;
}

bool only_inside(const request *r, reply *out, maille_status *status) {
    if (r->audience != MAILLE_PUBLIC)
        return false;
    *status = reply_problem(r, out, 403, public_today(r));
    return true;
}

maille_status ground_read(view *v, const request *r, reply *out, const maille_loaded **loaded) {
    *loaded = NULL;
    maille_status status = world_ground(v, loaded);
    if (status != MAILLE_NOT_FOUND)
        return status;
    *loaded = NULL;
    return reply_problem(r, out, 404,
                         ogc_say(r, "Les calculs dont cette réponse dépend ne sont pas faits.",
                                 "What this answer rests on was not computed yet."));
}

maille_status live_end(view *v, const request *r, maille_jout *j, reply *out,
                       maille_status status) {
    if (status == MAILLE_OK && !out->status) {
        maille_strbuf_add_char(&j->s, '\n');
        out->body = j->s;
        j->s = (maille_strbuf){0};
        out->cache = CACHE_NO_STORE;
    }
    maille_strbuf_free(&j->s);
    return ogc_end(v, r, out, status);
}

/* ---- one perimeter ---- */

void holding_free(holding *h) {
    maille_perimeter_free(h->perimeter);
    h->perimeter = NULL;
}

/* What is published, as the public may know it. */
static maille_status find_published(view *v, const char *id, holding *out) {
    static const maille_moment now;
    maille_perimeter_list *list = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_perimeters_load(v->ctx, v->store, "", NULL, MAILLE_PUBLIC, &now, &list));
    for (uint32_t i = 0; i < list->count && !out->perimeter; i++)
        if (strcmp(list->items[i]->id, id) == 0)
            MAILLE_TRY(maille_perimeter_copy(v->ctx, list->items[i], &out->perimeter));
done:
    maille_perimeter_list_free(list);
    return status;
}

/* What stands, with its version and state: as the desk of its kind has it. */
static maille_status find_standing(view *v, const scope *s, const char *id, holding *out) {
    static const maille_moment now;
    maille_perimeter *known = NULL;
    desk *d = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_perimeter_load(v->ctx, v->store, s->scenario, id, &now, &known, NULL));
    MAILLE_TRY(desk_take(v, v->store, s->scenario, known->kind, &d));
    const maille_perimeter *stands = maille_live_perimeter(desk_live(d), id);
    if (stands)
        MAILLE_TRY(maille_perimeter_copy(v->ctx, stands, &out->perimeter));
    out->version = desk_version(d, id, out->state);
done:
    desk_give(d);
    maille_perimeter_free(known);
    return status;
}

static maille_status find_past(view *v, const scope *s, const char *id, holding *out) {
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_perimeter_load(v->ctx, v->store, s->scenario, id, &s->when, &out->perimeter,
                                     &out->version));
    MAILLE_TRY(maille_perimeter_hash(v->ctx, out->perimeter, out->state));
done:
    return status;
}

maille_status holding_find(view *v, const request *r, const scope *s, const maille_loaded *loaded,
                           const char *id, holding *out) {
    *out = (holding){0};
    maille_status status = r->audience == MAILLE_PUBLIC ? find_published(v, id, out)
                           : is_past(s)                 ? find_past(v, s, id, out)
                                                        : find_standing(v, s, id, out);
    if (status == MAILLE_OK &&
        (!out->perimeter || !sees_perimeter(r, maille_loaded_ground(loaded), out->perimeter)))
        status = maille_fail(v->ctx, MAILLE_NOT_FOUND, "there was no perimeter %s", id);
    if (status)
        holding_free(out);
    return status;
}

maille_status holding_figures(view *v, const maille_loaded *loaded, const maille_perimeter *p,
                              unsigned with, maille_figures **out) {
    maille_plan *plan = NULL;
    const maille_ground *ground = maille_loaded_ground(loaded);
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_plan_new(v->ctx, ground, maille_loaded_publication(loaded), &p, 1, &plan));
    const maille_claim *c = &plan->claims[0];
    MAILLE_TRY(maille_figures_new(v->ctx, ground, maille_loaded_rules_of(loaded, p->kind),
                                  c->member, c->share, c->count, with, out));
done:
    maille_plan_free(plan);
    return status;
}

/* ---- all of a kind ---- */

static bool at_desk(const request *r, const scope *s) {
    return r->audience != MAILLE_PUBLIC && !is_past(s);
}

static void picture_begin(view *v, const request *r, const scope *s, const maille_loaded *loaded,
                          const char *kind, picture *out) {
    *out = (picture){.v = v,
                     .r = r,
                     .asked = s,
                     .kind = kind,
                     .loaded = loaded,
                     .ground = maille_loaded_ground(loaded),
                     .rules = maille_loaded_rules_of(loaded, kind)};
}

/* The desk's ground may be that of a newer state than the request's. */
static maille_status take_desk(picture *p) {
    maille_status status = desk_take(p->v, p->v->store, p->asked->scenario, p->kind, &p->desk);
    if (status)
        return status;
    p->loaded = desk_loaded(p->desk);
    p->ground = maille_loaded_ground(p->loaded);
    p->rules = desk_rules(p->desk);
    p->plan = maille_live_plan(desk_live(p->desk));
    return MAILLE_OK;
}

static maille_status lay_out(picture *p, const maille_perimeter_list *list) {
    maille_status status = MAILLE_OK;
    p->items = maille_arena_alloc(p->r->arena, (list->count + 1u) * sizeof *p->items);
    if (!p->items)
        return maille_no_memory(p->v->ctx);
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i]->kind, p->kind) == 0)
            p->items[p->count++] = list->items[i];
    MAILLE_TRY(maille_plan_new(p->v->ctx, p->ground, maille_loaded_publication(p->loaded), p->items,
                               p->count, &p->own_plan));
    p->plan = p->own_plan;
done:
    return status;
}

static void put_away(picture *p) {
    maille_figures_free(p->own_figures);
    maille_flags_free(&p->own_flags);
    maille_plan_free(p->own_plan);
    desk_give(p->desk);
    *p = (picture){0};
}

static maille_status load(view *v, const request *r, const scope *s, const char *kind,
                          maille_perimeter_list **out) {
    return maille_perimeters_load(v->ctx, v->store, s->scenario, kind, r->audience, &s->when, out);
}

static maille_status visit_kind(view *v, const request *r, const scope *s,
                                const maille_loaded *loaded, const maille_perimeter_list *list,
                                const char *kind, picture_visitor visit, void *user) {
    picture p;
    picture_begin(v, r, s, loaded, kind, &p);
    maille_status status = list ? lay_out(&p, list) : take_desk(&p);
    if (status == MAILLE_OK)
        status = visit(&p, user);
    put_away(&p);
    return status;
}

/* Kinds in order of first mention, in the request's arena. */
typedef MAILLE_VEC(const char *) kind_list;

static maille_status add_kind(view *v, const request *r, kind_list *list, const char *kind) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], kind) == 0)
            return MAILLE_OK;
    const char *kept = maille_arena_strdup(r->arena, kind);
    return kept && MAILLE_VEC_PUSH(list, kept) ? MAILLE_OK : maille_no_memory(v->ctx);
}

static maille_status kinds_of_reference(view *v, const request *r, kind_list *out) {
    static const char *const columns[] = {"kind"};
    const maille_query query = {.table = "perimeter", .columns = columns, .column_count = 1};
    maille_table *rows = NULL;
    maille_status status = maille_store_read(v->ctx, v->store, &query, &rows);
    for (size_t i = 0; status == MAILLE_OK && i < rows->rows; i++)
        status = add_kind(v, r, out, rows->columns[0].texts[i]);
    maille_table_free(rows);
    return status;
}

maille_status picture_each(view *v, const request *r, const scope *s, const maille_loaded *loaded,
                           picture_visitor visit, void *user) {
    bool warm = at_desk(r, s);
    maille_perimeter_list *list = NULL;
    kind_list kinds = {0};
    maille_status status = MAILLE_OK;
    if (!warm || (!s->kind && *s->scenario))
        MAILLE_TRY(load(v, r, s, s->kind, &list));
    if (s->kind)
        MAILLE_TRY(add_kind(v, r, &kinds, s->kind));
    else if (!list)
        MAILLE_TRY(kinds_of_reference(v, r, &kinds));
    for (uint32_t i = 0; !s->kind && list && i < list->count; i++)
        MAILLE_TRY(add_kind(v, r, &kinds, list->items[i]->kind));
    for (size_t i = 0; i < kinds.count; i++)
        MAILLE_TRY(visit_kind(v, r, s, loaded, warm ? NULL : list, kinds.items[i], visit, user));
done:
    MAILLE_VEC_FREE(&kinds);
    maille_perimeter_list_free(list);
    return status;
}

/* ---- what a picture shows ---- */

const maille_perimeter *picture_perimeter(const picture *p, uint32_t claim) {
    const char *id = p->plan->claims[claim].id;
    if (p->desk)
        return maille_live_perimeter(desk_live(p->desk), id);
    for (uint32_t i = claim < p->count ? claim : 0; i < p->count; i++)
        if (strcmp(p->items[i]->id, id) == 0)
            return p->items[i];
    return NULL;
}

bool picture_sees(const picture *p, uint32_t claim) {
    const maille_perimeter *perimeter = picture_perimeter(p, claim);
    return perimeter && sees_perimeter(p->r, p->ground, perimeter);
}

/* What is said of perimeters is for who sees them all; of communes, for who sees one. */
uint32_t picture_seen(const picture *p) {
    uint32_t seen = 0;
    for (uint32_t i = 0; i < p->plan->count; i++)
        seen += picture_sees(p, i);
    return seen;
}

bool picture_is_told(const picture *p) {
    return strcmp(p->kind, KIND_OF_DEFAULT) == 0 || picture_seen(p) > 0;
}

bool picture_sees_flag(const picture *p, const maille_flags *flags, const maille_flag *flag) {
    bool of_claims = flag->a != MAILLE_ABSENT, seen = false;
    if (!p->r->narrowed.narrowed_count)
        return true;
    if (of_claims)
        return picture_sees(p, flag->a) && (flag->b == MAILLE_ABSENT || picture_sees(p, flag->b));
    for (uint32_t i = 0; i < flag->count && !seen; i++)
        seen = sees_unit(p->r, p->ground, flags->units[flag->first + i]);
    return seen;
}

maille_status picture_figures(picture *p, uint32_t claim, const maille_figures **out) {
    const maille_claim *c = &p->plan->claims[claim];
    if (p->desk)
        return maille_live_figures(p->v->ctx, desk_live(p->desk), claim, out);
    maille_figures_free(p->own_figures);
    p->own_figures = NULL;
    maille_status status = maille_figures_new(p->v->ctx, p->ground, p->rules, c->member, c->share,
                                              c->count, 0, &p->own_figures);
    *out = p->own_figures;
    return status;
}

maille_status picture_flags(picture *p, const maille_flags **out) {
    maille_status status = MAILLE_OK;
    if (p->desk)
        return maille_live_flags(p->v->ctx, desk_live(p->desk), out);
    if (!p->judged)
        status = maille_judge(p->v->ctx, p->ground, p->rules, p->plan, &p->own_flags);
    p->judged = status == MAILLE_OK;
    *out = &p->own_flags;
    return status;
}

maille_status picture_flags_seen(picture *p, maille_flags *out) {
    const maille_flags *all = NULL;
    maille_status status = picture_flags(p, &all);
    if (status)
        return status;
    *out = *all;
    if (!p->r->narrowed.narrowed_count)
        return MAILLE_OK;
    out->flags = maille_arena_alloc(p->r->arena, (all->count + 1u) * sizeof *out->flags);
    if (!out->flags)
        return maille_no_memory(p->v->ctx);
    out->count = 0;
    for (uint32_t i = 0; i < all->count; i++)
        if (picture_sees_flag(p, all, &all->flags[i]))
            out->flags[out->count++] = all->flags[i];
    return MAILLE_OK;
}

bool picture_state(const picture *p, uint32_t claim, char tag[MAILLE_STATE_TAG]) {
    char state[65];
    if (!p->desk)
        return false;
    int64_t version = desk_version(p->desk, p->plan->claims[claim].id, state);
    maille_state_tag(version, state, tag);
    return true;
}
