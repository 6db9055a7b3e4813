/* Roads and points given on the command line. */
#include "cli/roads.h"

#include <maille/lines.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <maille/vectorfile.h>
#include <stdio.h>
#include <string.h>

maille_status read_roads(maille_ctx *ctx, const char *path, const char *fields, bool directed,
                         const char *mode, const maille_crs *crs, maille_network **network,
                         maille_network_report *report) {
    static const char *const known[] = {"from",   "to",        "length_m", "speed_kmh",
                                        "time_s", "direction", NULL};
    maille_status status = MAILLE_OK;
    pairs given = {0};
    char *folder = NULL, profile[1024];
    TRY(parse_pairs(ctx, "--fields", fields, &given));
    for (size_t i = 0; i < given.count; i++) {
        size_t k = 0;
        while (known[k] && strcmp(known[k], given.keys[i]) != 0)
            k++;
        if (!known[k]) {
            status = maille_fail(ctx, MAILLE_USAGE,
                                 "--fields named \"%s\", expected from, to, length_m, speed_kmh, "
                                 "time_s or direction",
                                 given.keys[i]);
            goto done;
        }
    }
    TRY(maille_layers_folder(ctx, &folder));
    snprintf(profile, sizeof profile, "%s/rules/profiles/%s.yaml", folder, mode);
    maille_road_fields how = {.directed = directed,
                              .from = pairs_get(&given, "from"),
                              .to = pairs_get(&given, "to"),
                              .length_m = pairs_get(&given, "length_m"),
                              .speed_kmh = pairs_get(&given, "speed_kmh"),
                              .time_s = pairs_get(&given, "time_s"),
                              .direction = pairs_get(&given, "direction"),
                              .profile = profile};
    TRY(maille_network_read(ctx, path, &how, crs, network, report));
done:
    maille_free(given.text);
    maille_free(folder);
    return status;
}

/* The first of some names that the file has, or NULL. */
static const char *first_column(const maille_table *columns, const char *const *names) {
    for (; *names; names++)
        for (size_t i = 0; i < columns->column_count; i++)
            if (strcasecmp(columns->columns[i].name, *names) == 0)
                return *names;
    return NULL;
}

static maille_status parse_places(maille_ctx *ctx, point_list *p, size_t lon, size_t lat) {
    p->at = maille_alloc(p->count + 1, sizeof *p->at);
    if (!p->at)
        return maille_no_memory(ctx);
    for (size_t i = 0; i < p->count; i++) {
        const char *x = p->table->columns[lon].texts[i], *y = p->table->columns[lat].texts[i];
        if (!x || !y || !maille_parse_number(x, &p->at[i].lon) ||
            !maille_parse_number(y, &p->at[i].lat) || p->at[i].lon < -180 || p->at[i].lon > 180 ||
            p->at[i].lat < -90 || p->at[i].lat > 90)
            return maille_fail(ctx, MAILLE_REFUSED, "%s: row %lld: \"%s\", \"%s\" was no lon, lat",
                               p->path, file_row(p->table, i), x ? x : "", y ? y : "");
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

/* CSV id,node · CSV id,lon,lat · any point layer with an id (or code) field. */
maille_status read_points(maille_ctx *ctx, const char *path, point_list *out) {
    static const char *const ids[] = {"id", "code", NULL},
                             *const lons[] = {"lon", "longitude", NULL},
                             *const lats[] = {"lat", "latitude", NULL},
                             *const nodes[] = {"node", NULL};
    maille_status status = MAILLE_OK;
    maille_file_info info = {0};
    *out = (point_list){.path = path};
    TRY(maille_file_inspect(ctx, path, NULL, &info));
    const char *id = first_column(info.columns, ids), *node = first_column(info.columns, nodes);
    const char *lon = first_column(info.columns, lons), *lat = first_column(info.columns, lats);
    bool drawn = strcmp(info.geometry, "point") == 0;
    if (!id || !(node || (lon && lat) || drawn)) {
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s had no columns id,node or id,lon,lat and no points", path);
        goto done;
    }
    const char *columns[3] = {id, node ? node : lon, node ? NULL : lat};
    size_t count = node ? 2 : lon && lat ? 3 : 1;
    maille_read_options options = {
        .columns = columns, .column_count = count, .texts = true, .with_geometry = count == 1};
    TRY(maille_file_read(ctx, path, &options, &out->table));
    out->count = out->table->rows;
    out->id = out->table->columns[0].texts;
    TRY(check_ids(ctx, out));
    if (node)
        out->node = out->table->columns[1].texts;
    else if (count == 3)
        TRY(parse_places(ctx, out, 1, 2));
    else
        TRY(maille_points_from_column(ctx, out->table,
                                      (size_t)maille_table_column(out->table, "geom"), &out->at));
done:
    maille_file_info_clear(&info);
    return status;
}

void points_free(point_list *points) {
    maille_table_free(points->table);
    maille_free(points->at);
}
