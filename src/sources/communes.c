/* Communes: any layer of polygons with a code; arrondissements and what is finer where given. The
 * only source whose codes must be INSEE's: the codes of all others are held against them. */
#include "sources/job.h"

#include <inttypes.h>
#include <maille/crs.h>
#include <maille/geometry.h>
#include <maille/rules.h>
#include <maille/shapes.h>
#include <maille/text.h>
#include <math.h>
#include <string.h>

enum { CODE, NAME, POPULATION, DEPARTMENT, FIELDS };

/* Columns of the staged rows. */
enum { TO_CODE, TO_NAME, TO_POPULATION, TO_DEPARTMENT, TO_GEOM, TO_IMPORT, TO_COLUMNS };

typedef struct {
    maille_job *job;
    maille_rows rows;
    maille_shapes *shapes;  /* valid */
    maille_names *here;     /* code → place in this file */
    maille_names *standing; /* code → other import */
    maille_unit_rules *units;
    maille_table *to;
} reading;

/* The vertices that a repair made, on the published grid; as they were made where that would spoil
 * the shape again. */
static maille_status round_shape(maille_ctx *ctx, maille_shapes *shapes, uint32_t i) {
    uint32_t first_ring = shapes->ring_start[shapes->part_start[i]],
             after_ring = shapes->ring_start[shapes->part_start[i + 1]],
             first = shapes->point_start[first_ring], after = shapes->point_start[after_ring];
    bool valid = false;
    char why[128];
    maille_xy *exact = maille_alloc(after - first, sizeof *exact);
    if (!exact)
        return maille_no_memory(ctx);
    for (uint32_t p = first; p < after; p++) {
        exact[p - first] = shapes->points[p];
        maille_lonlat q = maille_on_grid((maille_lonlat){shapes->points[p].x, shapes->points[p].y});
        shapes->points[p] = (maille_xy){q.lon, q.lat};
    }
    maille_status status = maille_geometry_valid(ctx, shapes, i, &valid, why, sizeof why);
    for (uint32_t p = first; status == MAILLE_OK && !valid && p < after; p++)
        shapes->points[p] = exact[p - first];
    maille_free(exact);
    return status;
}

/* Shapes of all rows; those that were invalid are repaired, and named by their codes. */
static maille_status read_shapes(reading *r) {
    maille_job *job = r->job;
    maille_shapes *given = NULL;
    uint32_t *repaired = NULL;
    size_t count = 0;
    maille_status status =
        maille_shapes_from_column(job->ctx, r->rows.table, (size_t)r->rows.geometry, &given);
    if (status == MAILLE_OK)
        status = maille_geometry_repair(job->ctx, given, &r->shapes, &repaired, &count);
    for (size_t i = 0; i < count && status == MAILLE_OK; i++) {
        status = round_shape(job->ctx, r->shapes, repaired[i]);
        if (status == MAILLE_OK)
            status = maille_report_add(job->ctx, &job->report, CASE_GEOMETRY_REPAIRED,
                                       maille_row_number(&r->rows, repaired[i]),
                                       maille_cell(&r->rows, repaired[i], CODE));
    }
    maille_shapes_free(given);
    maille_free(repaired);
    return status;
}

/* A commune, an arrondissement, or a commune's code with the digits of a part of it (an IRIS). */
static bool is_unit(const maille_unit_rules *units, const char *code) {
    char whole[33];
    if (maille_is_insee_code(code))
        return true;
    if (!maille_unit_whole(units, code, whole) || !maille_is_insee_code(whole))
        return false;
    const char *rest = code + strlen(whole);
    return rest[strspn(rest, "0123456789")] == '\0';
}

static maille_status read_code(reading *r, size_t i, const char **code) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    maille_status status = maille_job_code(job, &r->rows, i, CODE, false, code);
    if (status != MAILLE_OK)
        return status;
    if (!*code)
        return maille_job_refuse(job, row, "the commune had no code");
    if (!is_unit(r->units, *code))
        return maille_job_refuse(job, row, "%s was no INSEE code of a commune", *code);
    uint32_t before = maille_names_get(r->here, *code);
    if (before != MAILLE_ABSENT)
        return maille_job_refuse(job, row, "commune code %s was in row %" PRId64 " already", *code,
                                 maille_row_number(&r->rows, before));
    uint32_t import = maille_names_get(r->standing, *code);
    if (import != MAILLE_ABSENT)
        return maille_job_refuse(job, row, "commune code %s was imported from %s already", *code,
                                 maille_job_file_of(job, import));
    return maille_names_set(r->here, *code, (uint32_t)i) ? MAILLE_OK : maille_no_memory(job->ctx);
}

static maille_status stage_shape(reading *r, size_t i, size_t to, const char *code) {
    maille_job *job = r->job;
    maille_bytes wkb = {0};
    if (r->shapes->part_start[i] == r->shapes->part_start[i + 1])
        return maille_job_refuse(job, maille_row_number(&r->rows, i), "commune %s had no geometry",
                                 code);
    maille_status status = maille_shapes_to_wkb(job->ctx, r->shapes, (uint32_t)i, &wkb);
    if (status == MAILLE_OK)
        status = maille_set_bytes(job->ctx, r->to, to, TO_GEOM, wkb.bytes, wkb.length);
    maille_free((void *)(uintptr_t)wkb.bytes);
    return status;
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    int64_t row = maille_row_number(&r->rows, i);
    const char *code = NULL, *name = maille_cell(&r->rows, i, NAME),
               *department = maille_cell(&r->rows, i, DEPARTMENT);
    char of_code[4];
    double population;
    size_t to;
    maille_status status = read_code(r, i, &code);
    if (status == MAILLE_OK)
        status = maille_job_amount(job, &r->rows, i, POPULATION, "population", &population);
    if (status == MAILLE_OK && isnan(population))
        status = maille_report_add(job->ctx, &job->report, CASE_NO_POPULATION, row, code);
    if (status == MAILLE_OK && !name)
        status = maille_report_add(job->ctx, &job->report, CASE_NO_NAME, row, code);
    if (status == MAILLE_OK)
        status = maille_table_add_row(job->ctx, r->to, &to);
    if (status != MAILLE_OK)
        return status;
    maille_department_of(code, of_code);
    maille_set_real(r->to, to, TO_POPULATION, population);
    status = maille_set_text(job->ctx, r->to, to, TO_CODE, code);
    if (status == MAILLE_OK)
        status = maille_set_text(job->ctx, r->to, to, TO_NAME, name ? name : code);
    if (status == MAILLE_OK)
        status =
            maille_set_text(job->ctx, r->to, to, TO_DEPARTMENT, department ? department : of_code);
    return status == MAILLE_OK ? stage_shape(r, i, to, code) : status;
}

static maille_status keep_numbers(reading *r) {
    maille_job *job = r->job;
    job->kept = (int64_t)r->to->rows;
    job->numbers = maille_arena_alloc(job->arena, r->to->rows * sizeof *job->numbers);
    if (!job->numbers)
        return maille_no_memory(job->ctx);
    for (size_t i = 0; i < r->to->rows; i++)
        job->numbers[i] = maille_row_number(&r->rows, i);
    return MAILLE_OK;
}

maille_status maille_load_communes(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {[CODE] = {"code", true},
                                                 [NAME] = {"name", true},
                                                 [POPULATION] = {"population", false},
                                                 [DEPARTMENT] = {"department", false}};
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_CODE] = {"code", MAILLE_TEXT},
        [TO_NAME] = {"name", MAILLE_TEXT},
        [TO_POPULATION] = {"population", MAILLE_REAL},
        [TO_DEPARTMENT] = {"department", MAILLE_TEXT},
        [TO_GEOM] = {"geom", MAILLE_GEOMETRY},
        [TO_IMPORT] = {"import_id", MAILLE_INT}};
    reading r = {.job = job, .here = maille_names_new(0)};
    maille_status status = r.here ? MAILLE_OK : maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = maille_unit_rules_read(job->ctx, MAILLE_DEFAULT_UNITS, &r.units);
    if (status == MAILLE_OK)
        status = maille_job_read(job, wanted, FIELDS, GEOMETRY_POLYGONS, &r.rows);
    if (status == MAILLE_OK)
        status = read_shapes(&r);
    if (status == MAILLE_OK)
        status = maille_job_standing(job, "commune", "code", NULL, &r.standing);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "commune", columns, TO_COLUMNS, &r.to);
    for (size_t i = 0; status == MAILLE_OK && i < r.rows.table->rows; i++) {
        status = stage_row(&r, i);
        if (i % 1000 == 0)
            maille_progress(job->ctx, "communes", i, r.rows.table->rows);
    }
    if (status == MAILLE_OK)
        status = keep_numbers(&r);
    maille_shapes_free(r.shapes);
    maille_table_free(r.rows.table);
    maille_names_free(r.here);
    maille_names_free(r.standing);
    maille_unit_rules_free(r.units);
    return status;
}

/* ---- after the rows stand in the workspace ---- */

static maille_status name_foreign_crs(maille_job *job, int epsg) {
    maille_strbuf text = {0};
    maille_strbuf_addf(&text, "EPSG:%d", epsg);
    const char *detail = text.failed ? NULL : maille_arena_strdup(job->arena, text.text);
    maille_strbuf_free(&text);
    return detail ? maille_report_count(job->ctx, &job->report, CASE_FOREIGN_CRS, 1, detail)
                  : maille_no_memory(job->ctx);
}

/* Every commune by its first point. */
static maille_status judge_communes(maille_job *job) {
    const maille_table *to = job->batches[0].rows;
    maille_shapes *shapes = NULL;
    maille_lonlat *points = maille_alloc(to->rows, sizeof *points);
    maille_status status = points ? MAILLE_OK : maille_no_memory(job->ctx);
    if (status == MAILLE_OK)
        status = maille_shapes_from_column(job->ctx, to, TO_GEOM, &shapes);
    if (status == MAILLE_OK) {
        for (uint32_t i = 0; i < shapes->count; i++) {
            maille_xy p =
                shapes->points[shapes->point_start[shapes->ring_start[shapes->part_start[i]]]];
            points[i] = (maille_lonlat){p.x, p.y};
        }
        status = maille_job_judge(job, points, to->columns[TO_CODE].texts, job->numbers, to->rows);
    }
    maille_shapes_free(shapes);
    maille_free(points);
    return status;
}

maille_status maille_save_communes(maille_job *job) {
    int before = 0, epsg = 0;
    maille_status status = maille_stored_epsg(job->ctx, job->store, &before);
    if (status == MAILLE_OK)
        status = maille_source_crs(job->ctx, job->store, &epsg);
    if (status == MAILLE_OK && before == 0 && !maille_is_french_crs(epsg))
        status = name_foreign_crs(job, epsg);
    return status == MAILLE_OK ? judge_communes(job) : status;
}
