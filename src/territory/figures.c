/* Figures of a list of units: population, size, area, outline, compactness, pieces, holes. */
#include "territory/figures.h"

#include <maille/hull.h>
#include <math.h>

/* ---- people and size --------------------------------------------------------------------------
 */

static void count_people(const figures_call *call, const maille_size_rules *sizes) {
    maille_figures *f = call->figures;
    f->communes = call->list.count;
    f->population = maille_list_people(call->ground, &call->list);
    for (uint32_t k = 0; k < call->list.count; k++)
        f->unknown_population += call->ground->population[call->list.unit[k]] == 0;
    const maille_size_class *size = maille_size_of(sizes, f->population);
    f->to_upper = f->to_lower = NAN;
    if (!size)
        return;
    f->size_class = size->id;
    if (isfinite(size->to))
        f->to_upper = size->to - f->population;
    if (isfinite(size->from) && size->from != 0)
        f->to_lower = f->population - size->from;
}

/* ---- shape ------------------------------------------------------------------------------------
 */

static void measure(const figures_call *call) {
    const maille_ground *g = call->ground;
    const maille_unit_list *list = &call->list;
    maille_figures *f = call->figures;
    double outlines = 0, shared = 0;
    for (uint32_t k = 0; k < list->count; k++) {
        uint32_t unit = list->unit[k];
        f->area_m2 += g->area_m2[unit];
        outlines += g->outline_m[unit];
        for (uint32_t n = g->adjacency->start[unit]; n < g->adjacency->start[unit + 1]; n++) {
            uint32_t next = g->adjacency->neighbour[n];
            if (next > unit &&
                maille_unit_place(list->unit + k, list->count - k, next) != MAILLE_ABSENT)
                shared += maille_border_length(g->adjacency, unit, next);
        }
    }
    f->density = f->area_m2 > 0 ? f->population / (f->area_m2 / 1e6) : NAN;
    if (list->count > 0)
        f->outline_m = outlines - 2 * shared;
}

static double ring_area(const maille_xy *p, size_t count) {
    double twice = 0;
    for (size_t i = 1; i + 1 < count; i++)
        twice +=
            (p[i].x - p[0].x) * (p[i + 1].y - p[0].y) - (p[i + 1].x - p[0].x) * (p[i].y - p[0].y);
    return twice / 2;
}

/* Points of the members' hulls, one after the other. */
static maille_status gather_hulls(maille_ctx *ctx, const figures_call *call, maille_xy **out,
                                  size_t *out_count) {
    const maille_ground *g = call->ground;
    size_t count = 0;
    for (uint32_t k = 0; k < call->list.count && g->hull_start; k++)
        count += g->hull_start[call->list.unit[k] + 1] - g->hull_start[call->list.unit[k]];
    maille_xy *points = maille_alloc(count, sizeof *points);
    *out = points;
    *out_count = count;
    if (!points)
        return maille_no_memory(ctx);
    for (uint32_t k = 0; k < call->list.count && g->hull_start; k++)
        for (uint32_t p = g->hull_start[call->list.unit[k]];
             p < g->hull_start[call->list.unit[k] + 1]; p++)
            *points++ = g->hull[p];
    return MAILLE_OK;
}

static const double PI = 3.14159265358979323846;

static maille_status compare_shape(maille_ctx *ctx, const figures_call *call) {
    maille_status status = MAILLE_OK;
    maille_figures *f = call->figures;
    maille_xy *points = NULL, *hull = NULL, centre;
    size_t point_count, corners;
    double radius;
    MAILLE_TRY(gather_hulls(ctx, call, &points, &point_count));
    MAILLE_TRY(maille_convex_hull(ctx, points, point_count, &hull, &corners));
    MAILLE_TRY(maille_enclosing_circle(ctx, hull, corners, &centre, &radius));
    double area = ring_area(hull, corners);
    if (area > 0)
        f->hull_ratio = f->area_m2 / area;
    if (radius > 0)
        f->reock = f->area_m2 / (PI * radius * radius);
    if (f->outline_m > 0)
        f->polsby_popper = 4 * PI * f->area_m2 / (f->outline_m * f->outline_m);
done:
    maille_free(points);
    maille_free(hull);
    return status;
}

/* ---- pieces -----------------------------------------------------------------------------------
 */

static maille_status count_pieces(maille_ctx *ctx, const figures_call *call) {
    maille_figures *f = call->figures;
    const maille_unit_list *list = &call->list;
    maille_status status = MAILLE_OK;
    maille_holes holes = {0};
    MAILLE_TRY(maille_pieces(ctx, call->ground, list->unit, list->count, false, &f->parts_by_border,
                             NULL, NULL, NULL));
    f->parts = f->parts_by_border;
    if (f->parts > 1 && call->ground->link_count > 0)
        MAILLE_TRY(maille_pieces(ctx, call->ground, list->unit, list->count, true, &f->parts, NULL,
                                 NULL, NULL));
    MAILLE_TRY(maille_holes_find(ctx, call->ground, list->unit, list->count, &holes));
    f->holes = holes.count;
done:
    maille_holes_free(&holes);
    return status;
}

/* ---- all --------------------------------------------------------------------------------------
 */

maille_status maille_figures_new(maille_ctx *ctx, const maille_ground *ground,
                                 const maille_judge_rules *rules, const uint32_t *units,
                                 const double *shares, uint32_t count, unsigned with,
                                 maille_figures **out) {
    maille_status status = MAILLE_OK;
    maille_figures *f = maille_alloc(1, sizeof *f);
    figures_call call = {ground, {units, shares, count}, f};
    *out = NULL;
    if (!f || !(f->arena = maille_arena_new())) {
        status = maille_no_memory(ctx);
        goto done;
    }
    f->outline_m = f->polsby_popper = f->reock = f->hull_ratio = NAN;
    f->longest_min = f->meeting_max_min = f->meeting_mean_min = NAN;
    f->longest_from = f->longest_to = f->meeting = MAILLE_ABSENT;
    count_people(&call, rules->sizes);
    measure(&call);
    MAILLE_TRY(compare_shape(ctx, &call));
    MAILLE_TRY(count_pieces(ctx, &call));
    if (with & MAILLE_WITH_DRIVES)
        MAILLE_TRY(maille_figures_add_drives(ctx, &call));
    if (with & MAILLE_WITH_SERVICES)
        MAILLE_TRY(maille_figures_add_services(ctx, &call));
    if (with & MAILLE_WITH_CROSSWALKS)
        MAILLE_TRY(maille_figures_add_crosswalks(ctx, &call));
    *out = f;
    f = NULL;
done:
    maille_figures_free(f);
    return status;
}

void maille_figures_free(maille_figures *figures) {
    if (!figures)
        return;
    maille_arena_free(figures->arena);
    maille_free(figures);
}
