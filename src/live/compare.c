/* Two states of a perimeter, and plans of several scenarios, side by side. */
#include <maille/compare.h>
#include <maille/memory.h>
#include <maille/tell.h>
#include <math.h>
#include <string.h>

/* ---- two states ---- */

static void j_side(maille_jout *j, const char *key, const maille_perimeter *p,
                   const maille_figures *figures) {
    if (!p || !figures) {
        maille_j_text(j, key, NULL);
        return;
    }
    maille_j_open(j, key, '{');
    maille_j_size(j, figures);
    maille_j_text(j, "statut", maille_perimeter_status_on(p, NULL)->status);
    maille_j_close(j, '}');
}

maille_status maille_tell_pair(maille_ctx *ctx, const maille_perimeter *before,
                               const maille_perimeter *after, const maille_figures *was,
                               const maille_figures *is, maille_jout *j) {
    maille_differences *found = NULL;
    maille_status status = maille_perimeter_diff(ctx, before, after, &found);
    if (status)
        return status;
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "id", after ? after->id : before->id);
    j_side(j, "avant", before, was);
    j_side(j, "apres", after, is);
    maille_j_differences(j, "differences", found);
    maille_j_close(j, '}');
    maille_differences_free(found);
    return j->s.failed ? maille_no_memory(ctx) : MAILLE_OK;
}

/* ---- plans ---- */

static bool counts(const unsigned char *which, uint32_t i) {
    return !which || which[i];
}

static void count_class(maille_plan_figures *out, const char *id) {
    for (uint32_t i = 0; id && i < out->class_count; i++)
        if (strcmp(out->class_ids[i], id) == 0) {
            out->classes[i]++;
            return;
        }
    out->unclassed++;
}

static maille_status add_size(maille_ctx *ctx, const char *id, const maille_figures *f,
                              maille_arena *arena, maille_plan_figures *out) {
    const char *kept = maille_arena_strdup(arena, id);
    if (!kept)
        return maille_no_memory(ctx);
    if (!out->perimeters || f->population < out->least) {
        out->least = f->population;
        out->smallest = kept;
    }
    if (!out->perimeters || f->population > out->most) {
        out->most = f->population;
        out->largest = kept;
    }
    out->perimeters++;
    count_class(out, f->size_class);
    return MAILLE_OK;
}

static maille_status add_sizes(maille_ctx *ctx, const maille_ground *ground,
                               const maille_judge_rules *rules, const maille_plan *plan,
                               const unsigned char *claims, maille_arena *arena,
                               maille_plan_figures *out) {
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; status == MAILLE_OK && i < plan->count; i++) {
        const maille_claim *c = &plan->claims[i];
        maille_figures *f = NULL;
        if (!c->active || !counts(claims, i))
            continue;
        status = maille_figures_new(ctx, ground, rules, c->member, c->share, c->count, 0, &f);
        if (status == MAILLE_OK)
            status = add_size(ctx, c->id, f, arena, out);
        maille_figures_free(f);
    }
    return status;
}

static maille_status add_cover(maille_ctx *ctx, const maille_ground *ground,
                               const maille_plan *plan, const unsigned char *units,
                               maille_plan_figures *out) {
    maille_holders holders = {0};
    double all = 0;
    maille_status status = maille_holders_new(ctx, ground, plan, &holders);
    if (status)
        return status;
    for (uint32_t i = 0; i < ground->count; i++) {
        bool held = holders.start[i + 1] > holders.start[i];
        if (!counts(units, i))
            continue;
        all += ground->population[i];
        out->communes += held;
        out->uncovered += !held;
        out->population += held ? ground->population[i] : 0;
    }
    out->share = all > 0 ? out->population / all : NAN;
    maille_holders_free(&holders);
    return MAILLE_OK;
}

maille_status maille_plan_figures_of(maille_ctx *ctx, const maille_ground *ground,
                                     const maille_judge_rules *rules,
                                     const maille_size_rules *sizes, const maille_plan *plan,
                                     const maille_flags *flags, const unsigned char *claims,
                                     const unsigned char *units, maille_arena *arena,
                                     maille_plan_figures *out) {
    maille_status status = MAILLE_OK;
    *out = (maille_plan_figures){0};
    for (size_t i = 0; i < sizes->count && i < MAILLE_PLAN_CLASSES; i++)
        out->class_ids[out->class_count++] = sizes->classes[i].id;
    MAILLE_TRY(add_sizes(ctx, ground, rules, plan, claims, arena, out));
    MAILLE_TRY(add_cover(ctx, ground, plan, units, out));
    for (uint32_t i = 0; i < flags->count; i++) {
        const maille_flag *f = &flags->flags[i];
        out->severity[f->severity]++;
        out->overlaps += f->kind == MAILLE_FLAG_OVERLAP;
        out->gaps += f->kind == MAILLE_FLAG_GAP;
    }
done:
    return status;
}

void maille_j_plan_figures(maille_jout *j, const char *scenario,
                           const maille_plan_figures *figures) {
    const maille_plan_figures *p = figures;
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "scenario", scenario);
    maille_j_int(j, "perimetres", p->perimeters);
    maille_j_int(j, "communes", p->communes);
    maille_j_int(j, "communes_hors", p->uncovered);
    maille_j_number(j, "population", p->population);
    maille_j_int(j, "chevauchements", p->overlaps);
    maille_j_int(j, "zones_blanches", p->gaps);
    maille_j_int(j, "erreurs", p->severity[MAILLE_ERREUR]);
    maille_j_int(j, "alertes", p->severity[MAILLE_ALERTE]);
    maille_j_int(j, "informations", p->severity[MAILLE_INFORMATION]);
    maille_j_number(j, "plus_petit", p->perimeters ? p->least : NAN);
    maille_j_number(j, "plus_grand", p->perimeters ? p->most : NAN);
    maille_j_number(j, "part_population", p->share);
    maille_j_text(j, "plus_petit_id", p->smallest);
    maille_j_text(j, "plus_grand_id", p->largest);
    maille_j_open(j, "tailles", '{');
    for (uint32_t k = 0; k < p->class_count; k++)
        maille_j_int(j, p->class_ids[k], p->classes[k]);
    maille_j_int(j, "hors classe", p->unclassed);
    maille_j_close(j, '}');
    maille_j_close(j, '}');
}
