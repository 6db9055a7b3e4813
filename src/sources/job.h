/* One import while it runs: what the readers of all kinds share (inside sources).
 *
 * A kind has one reader, `maille_load_<kind>`: it reads and checks the file, stages rows, and
 * writes nothing. The frame (import.c) then saves all of it in one transaction. */
#ifndef SOURCES_JOB_H
#define SOURCES_JOB_H

#include "sources/report.h"

#include <maille/hash.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/network.h>
#include <maille/point.h>
#include <maille/sources.h>
#include <maille/table.h>
#include <maille/vectorfile.h>

#define JOB_BATCHES 3
#define JOB_FIELDS 12

typedef struct {
    maille_ctx *ctx;
    maille_store *store;
    const maille_source *source;
    const maille_import_options *options;
    maille_arena *arena;   /* texts that live as long as the job */
    const char *file;      /* as the user gave it */
    const char *file_name; /* its last part */
    const char *path;      /* absolute */
    maille_sha256 hash;
    char *settings;        /* canonical JSON of what the reading depends on */
    maille_table *imports; /* those that stand in the workspace */
    int64_t replaces;      /* the import that this one takes the place of, or 0 */
    maille_names *codes;   /* codes known to the workspace; made when first asked for */
    maille_report report;
    int64_t read, kept;
    struct {
        const char *table;
        maille_table *rows; /* has a column import_id, filled by the frame */
    } batches[JOB_BATCHES];
    size_t batch_count;
    int64_t *numbers;        /* communes: rows of the file, for the judgement of their places */
    maille_network *network; /* roads */
    int epsg;                /* roads: of the network's metres */
} maille_job;

/* ---- kinds ---- */

maille_status maille_load_communes(maille_job *job);
maille_status maille_load_centres(maille_job *job);
maille_status maille_load_supply(maille_job *job);
maille_status maille_load_facilities(maille_job *job);
maille_status maille_load_grouping(maille_job *job);
maille_status maille_load_perimeters(maille_job *job);
maille_status maille_load_movements(maille_job *job);
maille_status maille_load_roads(maille_job *job);
maille_status maille_load_indicators(maille_job *job);
maille_status maille_load_population_age(maille_job *job);

/* What a kind does beside appending its rows, inside the transaction. */
maille_status maille_save_communes(maille_job *job);   /* after: chooses the CRS, judges points */
maille_status maille_save_perimeters(maille_job *job); /* before: forgets those edited, if forced */
maille_status maille_save_roads(maille_job *job);      /* network into the cache */

/* ---- reading ---- */

typedef struct {
    const char *key; /* ours */
    bool required;
} maille_wanted;

typedef struct {
    maille_table *table;    /* all fields as texts */
    int column[JOB_FIELDS]; /* of each wanted field, in their order; -1 = the file has none */
    int geometry;           /* column of geometries, or -1 */
    int row;                /* column of row numbers */
} maille_rows;

typedef enum { GEOMETRY_IGNORED, GEOMETRY_POINTS, GEOMETRY_POLYGONS } maille_geometry_wish;

/* The only other column of a table of a code and a count; NULL where there are more. */
const char *maille_other_field(const maille_table *columns, const char *code);
/* Reads the wanted fields. Points are taken where they are; polygons must be there. */
maille_status maille_job_read(maille_job *job, const maille_wanted *wanted, size_t count,
                              maille_geometry_wish wish, maille_rows *out);

int64_t maille_row_number(const maille_rows *rows, size_t i);
/* Text of a cell, NULL where it is missing or says so. */
const char *maille_cell(const maille_rows *rows, size_t i, size_t field);
/* MAILLE_REFUSED with "FILE, row N: …". */
maille_status maille_job_refuse(const maille_job *job, int64_t row, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A cell as a number that is not negative; NaN where it is missing. */
maille_status maille_job_amount(const maille_job *job, const maille_rows *rows, size_t i,
                                size_t field, const char *what, double *out);
/* The same, of either sign. */
maille_status maille_job_number(const maille_job *job, const maille_rows *rows, size_t i,
                                size_t field, const char *what, double *out);
/* A cell as a day, YYYY-MM-DD, in the arena; NULL where it is missing. Written so, or DD/MM/YYYY,
 * or as a year, which is its first day then (`year_only`). */
maille_status maille_job_day(const maille_job *job, const maille_rows *rows, size_t i, size_t field,
                             const char *what, const char **out, bool *year_only);
/* A cell as yes or no (oui, non); no where it is missing. */
maille_status maille_job_yes(const maille_job *job, const maille_rows *rows, size_t i, size_t field,
                             const char *what, bool *out);
/* A cell as a commune's code: blanks and case put right and, with `zeros`, the zero that a
 * spreadsheet ate, if the result is known; NULL where it is missing. */
maille_status maille_job_code(maille_job *job, const maille_rows *rows, size_t i, size_t field,
                              bool zeros, const char **out);

/* ---- points ---- */

/* Points of the rows, from fields or geometry; NaN where a row has none. Owned by the caller. */
maille_status maille_job_points(maille_job *job, const maille_rows *rows, size_t lon_field,
                                size_t lat_field, maille_lonlat **out);
/* Counts and names points outside the area of use of the workspace's CRS (if it has one);
 * MAILLE_REFUSED when most are, and in no part of France either. `subjects` and `numbers` may be
 * NULL. */
maille_status maille_job_judge(maille_job *job, const maille_lonlat *points,
                               const char *const *subjects, const int64_t *numbers, size_t count);
bool maille_is_french_crs(int epsg);
/* EPSG number of the workspace's CRS, 0 when it has none yet. */
maille_status maille_stored_epsg(maille_ctx *ctx, maille_store *store, int *epsg);

/* ---- staging ---- */

/* A table of rows to append to `table`; the job owns it. */
maille_status maille_job_stage(maille_job *job, const char *table,
                               const maille_column_spec *columns, size_t count, maille_table **out);
/* Codes of a table of the workspace with the import each came from, but of the import that is being
 * replaced: value = import id. `filter` may be NULL. Owned by the caller. */
maille_status maille_job_standing(maille_job *job, const char *table, const char *column,
                                  const maille_filter *filter, maille_names **out);
/* File name of an import of the workspace. */
const char *maille_job_file_of(const maille_job *job, int64_t import_id);

/* ---- roads ---- */

/* Whether a file begins as those of OpenStreetMap do. */
bool maille_is_pbf(const char *path);
/* Path of a speed profile, NULL when there is no such file. In the arena. */
maille_status maille_profile_path(maille_ctx *ctx, maille_arena *arena, const char *name,
                                  const char **out);

#endif
