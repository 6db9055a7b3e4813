/* Features of a layer as they are asked for, one at a time (room: layers). The only way from the
 * workspace to what is published: export, service and answers all read through it. */
#ifndef MAILLE_ITEMS_H
#define MAILLE_ITEMS_H

#include <maille/cql.h>
#include <maille/layers.h>
#include <maille/strbuf.h>

/* A property as it is published: definitions with "{service}" stand once for each service. */
typedef struct {
    const char *name;
    maille_property_type type;
    int decimals;
    const char *unit;                  /* NULL = none */
    const char *title[2], *meaning[2]; /* French, English; the service's own title in it */
    const maille_property_def *def;
} maille_property;
/* Properties of a ready layer, in order; block and texts are the catalogue's, until it is freed. */
maille_status maille_layer_properties(maille_ctx *ctx, const maille_catalogue *catalogue,
                                      const char *id, const maille_property **out, size_t *count);
/* A legend of it: a definition with "{service}" stands once for each service that has the property.
 */
typedef struct {
    const char *title[2]; /* French, English */
    const maille_property *property;
    const maille_legend_def *def;
} maille_legend;
/* Legends of a ready layer; block and texts are the catalogue's, until it is freed. */
maille_status maille_layer_legends(maille_ctx *ctx, const maille_catalogue *catalogue,
                                   const char *id, const maille_legend **out, size_t *count);
/* West, south, east, north of all that the audience sees of it; NaN where it has no geometry. */
maille_status maille_layer_extent(maille_ctx *ctx, const maille_catalogue *catalogue,
                                  const char *id, double box[4]);
/* {"title":…,"audience":…,"sources":[…],"licence":…,"estime":…, …}: members, without braces, that a
 * file of the layer bears (DESIGN, "The layers"), to `to`. */
maille_status maille_layer_members(maille_ctx *ctx, const maille_catalogue *catalogue,
                                   const char *id, maille_strbuf *to);

/* What is asked for. All zero but `limit` -1: every feature, whole. Texts are borrowed until the
 * items are open. */
typedef struct {
    const char *id;           /* this feature only; NULL */
    const maille_cql *filter; /* NULL */
    bool has_box;
    double box[4]; /* lon/lat; west > east crosses the antimeridian */
    /* Dates or times of RFC 3339, closed interval; NULL = open; both NULL = no condition. Layers
     * without a time take no notice. */
    const char *from, *until;
    const char *const *departments; /* features of these départements only */
    size_t department_count;
    const char *commune; /* only perimeters and groups that hold it, or the commune itself; NULL */
    /* What a narrowed account is: the same, but for layers that differ by audience only. */
    const char *const *narrowed;
    size_t narrowed_count;
    const char *const *properties; /* names; NULL = all */
    size_t property_count;
    bool without_geometry;
    const struct maille_sort {
        const char *property;
        bool descending;
    } * sort; /* then by id */
    size_t sort_count;
    int64_t offset, limit; /* limit -1: all */
    int epsg;              /* coordinates of the answer; 0 = lon/lat (CRS 84) */
    bool latitude_first;   /* EPSG:4326 as its register has it */
} maille_selection;

/* MAILLE_USAGE names a property, value or geometry that does not fit; MAILLE_NOT_FOUND, also where
 * the layer is not for who asks (narrowed). Everything is read in the store's transaction where the
 * caller began one. */
typedef struct maille_items maille_items;
maille_status maille_items_open(maille_ctx *ctx, const maille_catalogue *catalogue, const char *id,
                                const maille_selection *selection, maille_items **out);
void maille_items_free(maille_items *items);
/* How many there are without offset and limit. */
maille_status maille_items_matched(maille_ctx *ctx, maille_items *items, int64_t *out);
maille_status maille_items_next(maille_ctx *ctx, maille_items *items, bool *found);

/* Of the feature that stands; borrowed until the next. Properties count as they were chosen. */
size_t maille_items_property_count(const maille_items *items);
const maille_property *maille_items_property(const maille_items *items, size_t i);
const char *maille_items_id(const maille_items *items);
typedef struct {
    bool null;
    double number;    /* rounded as published */
    const char *text; /* texts; arrays as JSON */
} maille_item_value;
maille_item_value maille_items_value(const maille_items *items, size_t i);
maille_bytes maille_items_geometry(maille_items *items); /* WKB, lon/lat; {NULL, 0} without */
/* A point inside it, lon and lat: where its name may stand; `*found` false without geometry. */
maille_status maille_items_inside(maille_ctx *ctx, maille_items *items, double lonlat[2],
                                  bool *found);

/* Adds the feature: a GeoJSON object (no line end); a row of CSV with its line end. `header`: names
 * of the columns, as `maille export --format csv` writes them. */
maille_status maille_items_add_geojson(maille_ctx *ctx, maille_items *items, maille_strbuf *to);
maille_status maille_items_add_csv(maille_ctx *ctx, maille_items *items, maille_strbuf *to);
maille_status maille_items_add_csv_header(maille_ctx *ctx, const maille_items *items,
                                          maille_strbuf *to);

#endif
