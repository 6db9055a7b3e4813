/* Who holds what: perimeters of a kind and the communes of each, as who asks may know them. The map
 * paints with it, and reads it again after each change of others. */
#include "service/catalogue.h"
#include "service/perimeters.h"

#include <maille/portrait.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *code;
    uint32_t number; /* of the perimeter in the answer */
} holder;

typedef struct {
    maille_jout *j;
    MAILLE_VEC(holder) holders;
    bool names;
} listing;

static int by_code(const void *a, const void *b) {
    const holder *x = a, *y = b;
    int order = strcmp(x->code, y->code);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* ---- perimeters ---- */

static maille_status add_perimeter(picture *p, listing *l, uint32_t claim, uint32_t number) {
    const maille_claim *c = &p->plan->claims[claim];
    const maille_perimeter *perimeter = picture_perimeter(p, claim);
    const maille_figures *figures = NULL;
    char tag[MAILLE_STATE_TAG];
    maille_status status = MAILLE_OK;
    MAILLE_TRY(picture_figures(p, claim, &figures));
    maille_j_open(l->j, NULL, '{');
    maille_j_text(l->j, "id", c->id);
    maille_j_text(l->j, "nom", c->name);
    maille_j_text(l->j, "statut", c->status);
    maille_j_text(l->j, "depuis", c->since);
    maille_j_bool(l->j, "actif", c->active);
    maille_j_number(l->j, "population", figures->population);
    maille_j_text(l->j, "taille", figures->size_class);
    maille_j_text(l->j, "etat", picture_state(p, claim, tag) ? tag : NULL);
    maille_j_close(l->j, '}');
    for (uint32_t i = 0; i < perimeter->member_count; i++) {
        const holder held = {perimeter->members[i].code, number};
        if (!MAILLE_VEC_PUSH(&l->holders, held))
            return maille_no_memory(p->v->ctx);
    }
done:
    return status;
}

/* ---- communes ---- */

/* {"56001":[0,3],…}: numbers of perimeters, by code. */
static void add_holders(listing *l) {
    if (l->holders.count)
        qsort(l->holders.items, l->holders.count, sizeof *l->holders.items, by_code);
    maille_j_open(l->j, "communes", '{');
    for (size_t i = 0, end; i < l->holders.count; i = end) {
        const char *code = l->holders.items[i].code;
        maille_j_open(l->j, code, '[');
        for (end = i; end < l->holders.count && strcmp(l->holders.items[end].code, code) == 0;
             end++)
            maille_j_int(l->j, NULL, l->holders.items[end].number);
        maille_j_close(l->j, ']');
    }
    maille_j_close(l->j, '}');
}

static void add_names(const maille_ground *ground, maille_jout *j) {
    maille_j_open(j, "nommees", '[');
    for (uint32_t i = 0; i < ground->count; i++) {
        uint32_t department = ground->department.of_commune[i];
        maille_j_open(j, NULL, '[');
        maille_j_text(j, NULL, ground->code[i]);
        maille_j_text(j, NULL, ground->name[i]);
        maille_j_number(j, NULL, ground->population[i]);
        maille_j_text(j, NULL,
                      department == MAILLE_ABSENT ? NULL : ground->department.id[department]);
        maille_j_close(j, ']');
    }
    maille_j_close(j, ']');
}

/* ---- the answer ---- */

static maille_status list_kind(picture *p, void *user) {
    listing *l = user;
    uint32_t number = 0;
    maille_status status = MAILLE_OK;
    maille_j_text(l->j, "genre", p->kind);
    maille_j_text(l->j, "scenario", p->asked->scenario);
    maille_j_open(l->j, "perimetres", '[');
    for (uint32_t i = 0; i < p->plan->count; i++)
        if (picture_sees(p, i))
            MAILLE_TRY(add_perimeter(p, l, i, number++));
    maille_j_close(l->j, ']');
    add_holders(l); /* codes are the picture's */
    if (l->names)
        add_names(p->ground, l->j);
done:
    return status;
}

maille_status answer_members(view *v, const request *r, reply *out) {
    const char *names = request_parameter(r, "noms");
    const maille_loaded *loaded = NULL;
    maille_jout j = {0};
    listing l = {.j = &j, .names = !names || strcmp(names, "true") == 0};
    scope s;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(scope_read(v, r, 0, &s));
    if (!s.kind)
        s.kind = KIND_OF_DEFAULT;
    if (names && !l.names && strcmp(names, "false") != 0)
        MAILLE_TRY(maille_fail(
            v->ctx, MAILLE_USAGE, "%s",
            ogc_say(r, "noms n’est ni true ni false", "noms was neither true nor false")));
    MAILLE_TRY(ground_read(v, r, out, &loaded));
    if (!loaded)
        goto done;
    maille_j_open(&j, NULL, '{');
    MAILLE_TRY(picture_each(v, r, &s, loaded, list_kind, &l));
    maille_j_close(&j, '}');
done:
    MAILLE_VEC_FREE(&l.holders);
    status = live_end(v, r, &j, out, status);
    if (r->audience == MAILLE_PUBLIC && !out->status) {
        out->keep = true;
        out->cache = CACHE_BY_AUDIENCE;
    }
    return status;
}
