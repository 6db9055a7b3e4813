/* Files of features and tables as tables: any vector format on the allow-list of GDAL drivers, CSV
 * by our own reader (room: geo).
 *
 * Formats: GeoJSON, GPKG, Shapefile, FlatGeobuf, GML, KML, SQLite files by GDAL, opened read-only
 * with an allow-list of drivers; names that start with /vsi, hold "://" or name a driver prefix are
 * refused. CSV (any of ; , | tab; UTF-8 with or without BOM, Windows-1252; LF or CRLF; quotes
 * doubled). Recognised by content, not by name. */
#ifndef MAILLE_VECTORFILE_H
#define MAILLE_VECTORFILE_H

#include <maille/ctx.h>
#include <maille/table.h>
#include <stdint.h>

typedef struct {
    const char *layer;          /* NULL: the only layer, or an error that lists them */
    const char *const *columns; /* NULL: all; else these, each must exist (case-insensitively), and
                                 * come out with the name asked for, in this order */
    size_t column_count;
    bool with_geometry;     /* adds a GEOMETRY column "geom" in lon/lat, on the published grid */
    bool texts;             /* every column comes as TEXT, as written (codes keep their zeros) */
    const char *assume_crs; /* for files that name none: "EPSG:4326" by default */
    bool cells;             /* CSV without a header, or with lines of several kinds: every line
                             * is a row, columns are "1", "2" … to the longest line's last,
                             * shorter lines end in nulls; `columns` must be NULL */
} maille_read_options;

typedef enum { MAILLE_FILE_VECTOR, MAILLE_FILE_CSV } maille_file_kind;

/* What a file holds, without reading it whole. Columns are owned by `table` (0 rows). */
typedef struct {
    maille_file_kind kind;
    char format[32];   /* "GeoJSON", "GPKG", "CSV;" … */
    char geometry[32]; /* "polygon", "line", "point", "" */
    char crs[64];      /* "EPSG:2154" or "" */
    maille_table *columns;
} maille_file_info;

maille_status maille_file_inspect(maille_ctx *ctx, const char *path, const char *layer,
                                  maille_file_info *out);
void maille_file_info_clear(maille_file_info *info);

/* Reads a layer or a CSV. An empty cell is null; blank lines are passed over; a row of a CSV may be
 * longer than the header by empty cells only. First line of a CSV is its header; the table's row i
 * is data row i + 1; for messages, `maille_read_row_name` style is "row N" where N counts data rows
 * from 1 (CSV: the line of the file, header = line 1). Errors: MAILLE_NOT_FOUND (no such file),
 * MAILLE_REFUSED (unknown format, missing field with those that were found, no row at all, wrong
 * geometry). */
maille_status maille_file_read(maille_ctx *ctx, const char *path,
                               const maille_read_options *options, maille_table **out);
/* Line of the CSV, or feature number, that row i of a table read from `path` came from. A column
 * "#row" (INT, last) carries it: every table that maille_file_read makes has it. */
#define MAILLE_ROW_COLUMN "#row"

/* A table of a GeoPackage, with a geometry column named "geom" (lon/lat) or none. */
typedef struct {
    const char *name, *title; /* title NULL = none */
    const maille_table *table;
} maille_gpkg_table;
/* Writes a GeoPackage of these tables under a temporary name, then gives it its own. */
maille_status maille_gpkg_write(maille_ctx *ctx, const char *path, const maille_gpkg_table *tables,
                                size_t count);

#endif
