/* All figures of a perimeter or of any list of communes, beside département, region and study. */
#include "cli/territory_show.h"

#include <maille/map.h>
#include <math.h>

static void portrait_free(portrait *p) {
    maille_portrait_free(p->of);
    standing_free(p->plan);
}

/* ---- what is shown
 * ------------------------------------------------------------------------------ */

static maille_status portrait_of_codes(portrait *p) {
    territory *t = p->t;
    code_list codes = {0};
    maille_status status = MAILLE_OK;
    TRY(read_codes(t, &t->o, NULL, 0, &codes));
    TRY(maille_portrait_of_codes(t->ctx, t->ground, maille_loaded_rules(t->loaded), codes.items,
                                 codes.count, &p->of));
done:
    return status;
}

static maille_status portrait_of_perimeter(portrait *p, const maille_perimeter *perimeter) {
    territory *t = p->t;
    return maille_portrait_of_perimeter(t->ctx, t->ground, maille_loaded_rules(t->loaded),
                                        maille_loaded_rules_of(t->loaded, perimeter->kind),
                                        perimeter, &p->of);
}

static maille_status find_flags(portrait *p, const maille_perimeter_list *list) {
    const maille_perimeter *perimeter = p->of->perimeter;
    maille_status status = standing_new(p->t, list, perimeter->kind, &p->plan);
    if (status != MAILLE_OK)
        return status;
    uint32_t claim = standing_find(p->plan, perimeter->id);
    return claim == MAILLE_ABSENT
               ? MAILLE_OK
               : tell_flags(p->t, p->plan->kind, p->plan->plan, &p->plan->flags, claim, &p->flags);
}

/* ---- show
 * --------------------------------------------------------------------------------------- */

static maille_status print_json(portrait *p) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_portrait_members(p->of, &j);
    drop_ids(&p->flags);
    maille_j_flags(&j, "constats", &p->flags);
    maille_j_close(&j, '}');
    return j_print(p->t->ctx, &j);
}

static maille_status show(portrait *p) {
    territory *t = p->t;
    maille_status status = MAILLE_OK;
    if (p->of->f[MAILLE_SELF]->pairs_beyond) {
        TRY(maille_loaded_drives(t->ctx, t->loaded, p->of->units, p->of->shares, p->of->count,
                                 p->of->f[MAILLE_SELF]));
        p->of->drives_up_to_min = NAN;
    }
    if (t->o.json)
        TRY(print_json(p));
    else if (!t->o.quiet)
        print_portrait(p);
done:
    return status;
}

maille_status run_show(territory *t) {
    portrait p = {.t = t};
    maille_perimeter_list *list = NULL;
    maille_perimeter *old = NULL;
    const maille_perimeter *perimeter = NULL;
    bool of_list = t->o.codes || t->o.list;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, of_list ? 0 : 1, of_list ? 0 : 1));
    TRY(territory_ground(t, NEEDS_TIMES));
    if (of_list) {
        TRY(portrait_of_codes(&p));
    } else if (t->when.version) {
        TRY(maille_perimeter_load(t->ctx, t->store, t->scenario, t->words[0], &t->when, &old,
                                  NULL));
        TRY(portrait_of_perimeter(&p, old));
    } else {
        TRY(territory_perimeters(t, NULL, &list));
        TRY(territory_perimeter(t, list, t->words[0], &perimeter));
        TRY(portrait_of_perimeter(&p, perimeter));
        TRY(find_flags(&p, list));
    }
    TRY(show(&p));
done:
    portrait_free(&p);
    maille_perimeter_free(old);
    maille_perimeter_list_free(list);
    return status;
}
