/* Writing tables as a GeoPackage, by GDAL. */
#include <maille/vectorfile.h>

#include "geo/handles.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <errno.h>
#include <gdal.h>
#include <limits.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct {
    const char *path;
    const maille_table *table;
    int geometry; /* its column, -1 without */
    GDALDatasetH file;
    OGRLayerH layer;
} sink;

static maille_status fail(maille_ctx *ctx, const sink *s) {
    return maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", s->path,
                       CPLGetLastErrorMsg());
}

static uint32_t wkb_type(maille_bytes wkb) {
    uint32_t type = 0;
    if (wkb.length >= 5)
        memcpy(&type, wkb.bytes + 1, sizeof type);
    return type;
}

/* What all geometries fit in: single and multi together are multi; mixed kinds are unknown. */
static OGRwkbGeometryType layer_type(const sink *s) {
    uint32_t common = 0;
    if (s->geometry < 0)
        return wkbNone;
    for (size_t row = 0; row < s->table->rows; row++) {
        uint32_t type = wkb_type(s->table->columns[s->geometry].blobs[row]);
        if (type == 0 || type == common)
            continue;
        bool same_kind = common == 0 || type + 3 == common || common + 3 == type;
        if (!same_kind || type > 6)
            return wkbUnknown;
        common = common > type ? common : type;
    }
    return (OGRwkbGeometryType)common;
}

static OGRFieldType field_type(maille_type type) {
    switch (type) {
    case MAILLE_INT:
        return OFTInteger64;
    case MAILLE_REAL:
        return OFTReal;
    case MAILLE_TEXT:
        return OFTString;
    default:
        return OFTBinary;
    }
}

static bool has_fid(const maille_table *table) {
    for (size_t c = 0; c < table->column_count; c++)
        if (strcasecmp(table->columns[c].name, "fid") == 0)
            return true;
    return false;
}

static maille_status make_layer(maille_ctx *ctx, const char *name, const char *title, sink *s) {
    char **options = CSLSetNameValue(NULL, "GEOMETRY_NAME", "geom");
    options = CSLSetNameValue(options, "FID", has_fid(s->table) ? "feature_id" : "fid");
    if (title)
        options = CSLSetNameValue(options, "IDENTIFIER", title);
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(srs, 4326);
    OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
    s->layer = GDALDatasetCreateLayer(s->file, name, srs, layer_type(s), options);
    OSRRelease(srs);
    CSLDestroy(options);
    if (!s->layer)
        return fail(ctx, s);
    for (size_t c = 0; c < s->table->column_count; c++) {
        const maille_column *column = &s->table->columns[c];
        if ((int)c == s->geometry)
            continue;
        OGRFieldDefnH field = OGR_Fld_Create(column->name, field_type(column->type));
        OGRErr error = OGR_L_CreateField(s->layer, field, 0);
        OGR_Fld_Destroy(field);
        if (error != OGRERR_NONE)
            return fail(ctx, s);
    }
    return MAILLE_OK;
}

static maille_status set_geometry(maille_ctx *ctx, const sink *s, maille_bytes wkb,
                                  OGRFeatureH feature) {
    OGRGeometryH geometry = NULL;
    if (wkb.length > INT_MAX ||
        OGR_G_CreateFromWkb(wkb.bytes, NULL, &geometry, (int)wkb.length) != OGRERR_NONE)
        return fail(ctx, s);
    OGRwkbGeometryType type = OGR_L_GetGeomType(s->layer);
    if (type != wkbUnknown)
        geometry = OGR_G_ForceTo(geometry, type, NULL);
    return OGR_F_SetGeometryDirectly(feature, geometry) == OGRERR_NONE ? MAILLE_OK : fail(ctx, s);
}

static maille_status set_cell(maille_ctx *ctx, const sink *s, size_t c, size_t row, int field,
                              OGRFeatureH feature) {
    const maille_column *column = &s->table->columns[c];
    switch (column->type) {
    case MAILLE_INT:
        OGR_F_SetFieldInteger64(feature, field, column->ints[row]);
        break;
    case MAILLE_REAL:
        OGR_F_SetFieldDouble(feature, field, column->reals[row]);
        break;
    case MAILLE_TEXT:
        OGR_F_SetFieldString(feature, field, column->texts[row]);
        break;
    default:
        if (column->blobs[row].length > INT_MAX)
            return maille_fail(ctx, MAILLE_REFUSED, "%s: a value of \"%s\" exceeded 2 GB", s->path,
                               column->name);
        OGR_F_SetFieldBinary(feature, field, (int)column->blobs[row].length,
                             column->blobs[row].bytes);
    }
    return MAILLE_OK;
}

static maille_status write_row(maille_ctx *ctx, const sink *s, size_t row) {
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(s->layer));
    maille_status status = MAILLE_OK;
    int field = 0;
    for (size_t c = 0; c < s->table->column_count && status == MAILLE_OK; c++) {
        const maille_column *column = &s->table->columns[c];
        bool is_geometry = (int)c == s->geometry;
        if (column->null[row])
            is_geometry ? (void)0 : OGR_F_SetFieldNull(feature, field);
        else if (is_geometry)
            status = set_geometry(ctx, s, column->blobs[row], feature);
        else
            status = set_cell(ctx, s, c, row, field, feature);
        field += !is_geometry;
    }
    if (status == MAILLE_OK && OGR_L_CreateFeature(s->layer, feature) != OGRERR_NONE)
        status = fail(ctx, s);
    OGR_F_Destroy(feature);
    return status;
}

static maille_status write_table(maille_ctx *ctx, const maille_gpkg_table *table, sink *s) {
    s->table = table->table;
    s->geometry = maille_table_column(s->table, "geom");
    if (s->geometry >= 0 && s->table->columns[s->geometry].type != MAILLE_GEOMETRY)
        s->geometry = -1;
    maille_status status = make_layer(ctx, table->name, table->title, s);
    if (status == MAILLE_OK && GDALDatasetStartTransaction(s->file, 0) != OGRERR_NONE)
        status = fail(ctx, s);
    for (size_t row = 0; row < s->table->rows && status == MAILLE_OK; row++)
        status = write_row(ctx, s, row);
    if (status == MAILLE_OK && GDALDatasetCommitTransaction(s->file) != OGRERR_NONE)
        status = fail(ctx, s);
    return status;
}

static maille_status write_all(maille_ctx *ctx, const char *part, const maille_gpkg_table *tables,
                               size_t count, sink *s) {
    maille_status status = MAILLE_OK;
    s->file = GDALCreate(GDALGetDriverByName("GPKG"), part, 0, 0, 0, GDT_Unknown, NULL);
    if (!s->file)
        return fail(ctx, s);
    for (size_t t = 0; t < count && status == MAILLE_OK; t++)
        status = write_table(ctx, &tables[t], s);
    CPLErrorReset();
    GDALClose(s->file);
    if (status == MAILLE_OK && CPLGetLastErrorType() >= CE_Failure)
        status = fail(ctx, s);
    return status;
}

/* Writes beside the path and renames, so that a failure leaves what was there. */
maille_status maille_gpkg_write(maille_ctx *ctx, const char *path, const maille_gpkg_table *tables,
                                size_t count) {
    sink s = {.path = path};
    maille_strbuf part = {0};
    maille_status status = MAILLE_OK;
    if (strncasecmp(path, "/vsi", 4) == 0 || strstr(path, "://"))
        return maille_fail(ctx, MAILLE_REFUSED, "%s was refused: only plain files are written",
                           path);
    maille_strbuf_addf(&part, "%s.part.gpkg", path);
    if (part.failed) {
        status = maille_no_memory(ctx);
        goto done;
    }
    maille_gdal_enter(ctx);
    unlink(part.text);
    status = write_all(ctx, part.text, tables, count, &s);
    maille_gdal_leave();
    if (status == MAILLE_OK && rename(part.text, path) != 0)
        status =
            maille_fail(ctx, MAILLE_FAILED, "%s could not be written: %s", path, strerror(errno));
    if (status != MAILLE_OK)
        unlink(part.text);
done:
    maille_strbuf_free(&part);
    return status;
}
