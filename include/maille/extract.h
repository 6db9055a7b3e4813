/* Extracts: part of a layer as it was asked for, between the forms of those who ask and ours
 * (room: layers). */
#ifndef MAILLE_EXTRACT_H
#define MAILLE_EXTRACT_H

#include <maille/items.h>

/* Four sides (least x, least y, most x, most y) in EPSG:`epsg`, x before y whatever its register
 * says, become west, south, east, north of the least box of lon/lat that holds them. MAILLE_USAGE
 * where a side cannot be brought over. */
maille_status maille_box_to_lonlat(maille_ctx *ctx, int epsg, double box[4]);
/* Adds the CQL2 text with its geometries, given in EPSG:`epsg`, as lon/lat. MAILLE_USAGE where a
 * point cannot be brought over; other faults are left to maille_cql_parse. */
maille_status maille_cql_to_lonlat(maille_ctx *ctx, const char *text, int epsg, bool latitude_first,
                                   maille_strbuf *out);

/* The features that are left in `items`, lon/lat, as a GeoPackage of the layer's name; a file that
 * is there is replaced. */
maille_status maille_items_write_gpkg(maille_ctx *ctx, const maille_catalogue *catalogue,
                                      const char *id, maille_items *items, const char *path);

#endif
