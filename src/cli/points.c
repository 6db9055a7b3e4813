/* Points given on the command line: CSV id,node · CSV id,lon,lat · any point layer. */
#include "cli/points.h"

#include <maille/lines.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <maille/vectorfile.h>
#include <math.h>
#include <string.h>

/* The first of some names that the file has, or NULL. */
static const char *first_column(const maille_table *columns, const char *const *names) {
    for (; *names; names++)
        for (size_t i = 0; i < columns->column_count; i++)
            if (strcasecmp(columns->columns[i].name, *names) == 0)
                return *names;
    return NULL;
}

/* What is no lon, lat becomes NaN: it is one finding when points are placed. */
static maille_status parse_lonlats(maille_ctx *ctx, point_list *p) {
    p->at = maille_alloc(p->count + 1, sizeof *p->at);
    if (!p->at)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < p->count; i++)
        if (!p->lon[i] || !p->lat[i] || !maille_parse_number(p->lon[i], &p->at[i].lon) ||
            !maille_parse_number(p->lat[i], &p->at[i].lat))
            p->at[i] = (maille_lonlat){NAN, NAN};
    return MAILLE_OK;
}

static void drop_impossible(point_list *p) {
    for (size_t i = 0; i < p->count; i++)
        if (!(fabs(p->at[i].lon) <= 180 && fabs(p->at[i].lat) <= 90))
            p->at[i] = (maille_lonlat){NAN, NAN};
}

static maille_status parse_ready(maille_ctx *ctx, point_list *p, const char **texts) {
    p->ready_ms = maille_alloc(p->count + 1, sizeof *p->ready_ms);
    if (!p->ready_ms)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < p->count; i++) {
        double minutes = 0;
        if (texts[i] && *texts[i] &&
            !(maille_parse_number(texts[i], &minutes) && minutes >= 0 && minutes <= 60000))
            return maille_fail(ctx, MAILLE_REFUSED,
                               "%s: row %lld: start_min was \"%s\", expected minutes", p->path,
                               file_row(p->table, i), texts[i]);
        p->ready_ms[i] = (uint32_t)llround(minutes * 60000);
    }
    return MAILLE_OK;
}

static maille_status check_ids(maille_ctx *ctx, const point_list *p) {
    for (size_t i = 0; i < p->count; i++)
        if (!p->id[i] || !*p->id[i])
            return maille_fail(ctx, MAILLE_REFUSED, "%s: row %lld had no id", p->path,
                               file_row(p->table, i));
    return MAILLE_OK;
}

/* The columns of a file of points by their names there; NULL where it has none. */
typedef struct {
    const char *id, *node, *lon, *lat, *ready;
    bool drawn; /* the file has points, and no columns tell more */
} point_columns;

static maille_status find_columns(maille_ctx *ctx, const char *path, const maille_file_info *info,
                                  point_columns *out) {
    static const char *const
        ids[] = {"id", "code", NULL},
        *const lons[] = {"lon", "longitude", NULL}, *const lats[] = {"lat", "latitude", NULL},
        *const nodes[] = {"node", NULL}, *const readies[] = {"start_min", NULL};
    *out = (point_columns){first_column(info->columns, ids),     first_column(info->columns, nodes),
                           first_column(info->columns, lons),    first_column(info->columns, lats),
                           first_column(info->columns, readies), false};
    if (out->node || !out->lon || !out->lat)
        out->lon = out->lat = NULL;
    out->drawn = !out->node && !out->lon && strcmp(info->geometry, "point") == 0;
    if (out->id && (out->node || out->lon || out->drawn))
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED, "%s had no columns id,node or id,lon,lat and no points",
                       path);
}

/* Reads the table; `texts` are then the cells of each column that there is. */
static maille_status read_columns(maille_ctx *ctx, const point_columns *c, point_list *out,
                                  const char ***ready) {
    const struct {
        const char *name;
        const char ***texts;
    } wanted[] = {{c->id, &out->id},
                  {c->node, &out->node},
                  {c->lon, &out->lon},
                  {c->lat, &out->lat},
                  {c->ready, ready}};
    const char *names[5];
    size_t count = 0, at = 0;
    for (size_t i = 0; i < 5; i++)
        if (wanted[i].name)
            names[count++] = wanted[i].name;
    maille_read_options options = {
        .columns = names, .column_count = count, .texts = true, .with_geometry = c->drawn};
    maille_status status = maille_file_read(ctx, out->path, &options, &out->table);
    for (size_t i = 0; i < 5 && !status; i++)
        if (wanted[i].name)
            *wanted[i].texts = out->table->columns[at++].texts;
    return status;
}

maille_status read_points(maille_ctx *ctx, const char *path, point_list *out) {
    maille_status status = MAILLE_OK;
    maille_file_info info = {0};
    point_columns columns;
    const char **ready = NULL;
    *out = (point_list){.path = path};
    TRY(maille_file_inspect(ctx, path, NULL, &info));
    TRY(find_columns(ctx, path, &info, &columns));
    TRY(read_columns(ctx, &columns, out, &ready));
    out->count = out->table->rows;
    TRY(check_ids(ctx, out));
    if (ready)
        TRY(parse_ready(ctx, out, ready));
    if (out->lon)
        TRY(parse_lonlats(ctx, out));
    if (columns.drawn)
        TRY(maille_points_from_column(ctx, out->table,
                                      (size_t)maille_table_column(out->table, "geom"), &out->at));
    if (out->at)
        drop_impossible(out);
done:
    maille_file_info_clear(&info);
    return status;
}

void points_free(point_list *points) {
    maille_table_free(points->table);
    maille_free(points->at);
    maille_free(points->ready_ms);
}
