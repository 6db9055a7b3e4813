/* Polygons as WKB (our tables) and as SpatiaLite blobs (the file), both ways; points as WKB. */
#ifndef STORE_POLYGON_BLOB_H
#define STORE_POLYGON_BLOB_H

#include <maille/strbuf.h>
#include <maille/table.h>

/* Replace the content of `out`. Return NULL, or what was wrong with the input, to follow "the
 * geometry"; out->failed tells that memory ran out. */

/* A POLYGON or MULTIPOLYGON in, a MULTIPOLYGON blob (EPSG:4326) out. Empty parts and rings are left
 * out; of an empty geometry nothing is written (out->length 0), which the store keeps as null. */
const char *maille_wkb_to_blob(maille_bytes wkb, maille_strbuf *out);
/* A POLYGON or MULTIPOLYGON blob in, a MULTIPOLYGON as little-endian WKB out. */
const char *maille_blob_to_wkb(maille_bytes blob, maille_strbuf *out);
/* West, south, east, north as the blob's head tells them. */
const char *maille_blob_box(maille_bytes blob, double box[4]);
void maille_point_to_wkb(double lon, double lat, maille_strbuf *out);

#endif
