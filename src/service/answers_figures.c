/* Figures of a perimeter, or of any list of communes.
 *
 * The public is answered for what is published alone; a free choice of communes needs an account
 * (DOMAIN, "Small numbers"), and one that is bound to départements chooses within them. */
#include "service/answers.h"
#include "service/perimeters.h"

#include <maille/jsontree.h>
#include <maille/portrait.h>
#include <string.h>

enum { CODES_MOST = 2000 };

/* `kept`: the cache may keep it, for decisions do not change it before the layers. */
static maille_status write_figures(view *v, const request *r, const maille_portrait *portrait,
                                   bool kept, reply *out) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_portrait_members(portrait, &j);
    out->body = j.s;
    out->keep = kept;
    out->cache = CACHE_BY_AUDIENCE;
    return answer_close(v, r, answer_of_figures, &out->body);
}

/* ---- a perimeter ---- */

/* Whether who asks sees the perimeter as a feature. */
static maille_status find_feature(view *v, const request *r, const char *id) {
    const maille_layer_state *layer = NULL;
    maille_items *items = NULL;
    maille_selection asked = r->narrowed;
    bool found = false;
    maille_status status = MAILLE_OK;
    asked.id = id;
    asked.limit = -1;
    asked.without_geometry = true;
    MAILLE_TRY(ogc_layer(v, r, "perimetres", &layer));
    MAILLE_TRY(maille_items_open(v->ctx, ogc_catalogue(v, r), layer->def->id, &asked, &items));
    MAILLE_TRY(maille_items_next(v->ctx, items, &found));
    if (!found)
        status = maille_fail(v->ctx, MAILLE_NOT_FOUND, "there was no perimeter %s", id);
done:
    maille_items_free(items);
    return status;
}

/* The public is told of what the layers show; the inside of what stands, or stood. */
static maille_status find_perimeter(view *v, const request *r, const maille_loaded *loaded,
                                    holding *out) {
    scope s;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, ASK_MOMENT, &s));
    if (r->audience == MAILLE_PUBLIC)
        MAILLE_TRY(find_feature(v, r, r->part[0]));
    MAILLE_TRY(holding_find(v, r, &s, loaded, r->part[0], out));
done:
    return status;
}

maille_status answer_perimeter(view *v, const request *r, reply *out) {
    const maille_loaded *loaded = NULL;
    holding h = {0};
    maille_portrait *portrait = NULL;
    bool kept = r->audience == MAILLE_PUBLIC;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    MAILLE_TRY(find_perimeter(v, r, loaded, &h));
    MAILLE_TRY(maille_portrait_of_perimeter(
        v->ctx, maille_loaded_ground(loaded), maille_loaded_rules(loaded),
        maille_loaded_rules_of(loaded, h.perimeter->kind), h.perimeter, &portrait));
    MAILLE_TRY(write_figures(v, r, portrait, kept, out));
done:
    maille_portrait_free(portrait);
    holding_free(&h);
    return ogc_end(v, r, out, status);
}

/* ---- a list ---- */

/* Codes of the body: {"codes": ["…"]}; texts live as long as the tree. */
static maille_status codes_of_body(view *v, const request *r, maille_json **tree,
                                   const char ***codes, size_t *count) {
    static const char *const keys[] = {"codes", NULL};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_json_parse(v->ctx, ogc_say(r, "le corps", "the body"), r->body, tree));
    const maille_json *list = maille_json_get(*tree, "codes");
    *count = maille_json_count(list);
    *codes = maille_arena_alloc(r->arena, (*count + 1) * sizeof **codes);
    if (!*codes)
        return maille_no_memory(v->ctx);
    bool good = maille_json_is_array(list) && !maille_json_other_key(*tree, keys);
    for (size_t i = 0; good && i < *count; i++)
        good = ((*codes)[i] = maille_json_as_text(maille_json_at(list, i))) != NULL;
    if (!good)
        status = maille_fail(v->ctx, MAILLE_USAGE,
                             ogc_say(r, "le corps n’est pas {\"codes\": [\"…\"]}",
                                     "the body was not {\"codes\": [\"…\"]}"));
    else if (*count > CODES_MOST)
        status = maille_fail(
            v->ctx, MAILLE_USAGE,
            ogc_say(r, "codes a plus de %d éléments", "codes had more than %d elements"),
            CODES_MOST);
done:
    return status;
}

static maille_status read_codes(view *v, const request *r, maille_json **tree, const char ***codes,
                                size_t *count) {
    const char *text = request_parameter(r, "codes");
    if (r->verb == POST && !text)
        return codes_of_body(v, r, tree, codes, count);
    if (!text || r->verb == POST)
        return maille_fail(
            v->ctx, MAILLE_USAGE,
            text ? ogc_say(r, "codes est dans l’adresse et non dans le corps",
                           "codes was in the address, not in the body")
                 : ogc_say(r, "le paramètre codes manque", "parameter codes was missing"));
    return answer_list(v, r, "codes", text, CODES_MOST, codes, count);
}

static bool is_bound_to(const request *r, const char *department) {
    for (size_t i = 0; i < r->narrowed.narrowed_count; i++)
        if (strcmp(r->narrowed.narrowed[i], department) == 0)
            return true;
    return r->narrowed.narrowed_count == 0;
}

/* A code that is no commune is named; so is the first outside the account's départements (then
 * `outside` is its unit). */
static maille_status check_codes(view *v, const request *r, const maille_ground *ground,
                                 const char *const *codes, size_t count, uint32_t *outside) {
    *outside = MAILLE_ABSENT;
    for (size_t i = 0; i < count; i++) {
        uint32_t unit = maille_ground_unit(ground, codes[i]);
        if (unit == MAILLE_ABSENT)
            return maille_fail(v->ctx, MAILLE_USAGE,
                               ogc_say(r, "« %.40s » n’est pas une commune de l’étude",
                                       "\"%.40s\" was no commune of the study"),
                               codes[i]);
        uint32_t department = ground->department.of_commune[unit];
        if (*outside == MAILLE_ABSENT &&
            !is_bound_to(r, department == MAILLE_ABSENT ? "" : ground->department.id[department]))
            *outside = unit;
    }
    return MAILLE_OK;
}

static maille_status refuse_outside(view *v, const request *r, reply *out, const char *code) {
    maille_strbuf detail = {0};
    maille_strbuf_addf(&detail,
                       ogc_say(r, "Ce compte est limité à des départements dont %s n’est pas.",
                               "This account is bound to départements that %s is not in."),
                       code);
    maille_status status =
        detail.failed ? maille_no_memory(v->ctx) : reply_problem(r, out, 403, detail.text);
    maille_strbuf_free(&detail);
    return status;
}

maille_status answer_figures(view *v, const request *r, reply *out) {
    const maille_loaded *loaded = NULL;
    maille_portrait *portrait = NULL;
    maille_json *tree = NULL;
    const char **codes = NULL;
    size_t count = 0;
    uint32_t outside = MAILLE_ABSENT;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(read_codes(v, r, &tree, &codes, &count));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    const maille_ground *ground = maille_loaded_ground(loaded);
    MAILLE_TRY(check_codes(v, r, ground, codes, count, &outside));
    if (outside != MAILLE_ABSENT) {
        status = refuse_outside(v, r, out, ground->code[outside]);
        goto done;
    }
    MAILLE_TRY(maille_portrait_of_codes(v->ctx, ground, maille_loaded_rules(loaded), codes, count,
                                        &portrait));
    MAILLE_TRY(write_figures(v, r, portrait, r->verb == GET, out));
done:
    maille_portrait_free(portrait);
    maille_json_free(tree);
    return ogc_end(v, r, out, status);
}
