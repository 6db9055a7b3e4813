/* Vector files as tables, by GDAL. */
#include "geo/columns.h"
#include "geo/crs.h"
#include "geo/files.h"
#include "geo/handles.h"
#include "geo/wkb.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal.h>
#include <maille/json.h>
#include <maille/memory.h>
#include <maille/text.h>
#include <math.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

/* A layer open for reading. */
typedef struct {
    const char *path;
    GDALDatasetH file;
    OGRLayerH layer;
    maille_offer offer;
    maille_transform *to_lonlat; /* NULL: the coordinates are lon/lat already */
    maille_pieces pieces;
    maille_strbuf text;
} source;

static bool holds(const char *path, const char *word) {
    char head[4096] = {0};
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(head, 1, sizeof head - 1, file) : 0;
    if (file)
        fclose(file);
    return length > 0 && strstr(head, word);
}

static maille_status open_file(maille_ctx *ctx, const char *real, source *s) {
    static const char *const drivers[] = {"GeoJSON", "GPKG", "ESRI Shapefile", "FlatGeobuf",
                                          "LIBKML",  "KML",  "SQLite",         NULL};
    static const char *const gml[] = {"GML", NULL};
    static const char *const gml_options[] = {"WRITE_GFS=NO", "DOWNLOAD_SCHEMA=NO", NULL};
    bool is_gml = holds(real, "opengis.net/gml");
    s->file = GDALOpenEx(real, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                         is_gml ? gml : drivers, is_gml ? gml_options : NULL, NULL);
    if (s->file)
        return MAILLE_OK;
    return maille_fail(ctx, MAILLE_REFUSED, "%s could not be read as a vector file: %s", s->path,
                       CPLGetLastErrorMsg());
}

static void list_layers(const source *s, maille_strbuf *list) {
    for (int i = 0; i < GDALDatasetGetLayerCount(s->file); i++)
        maille_strbuf_addf(list, "%s%s", i ? ", " : "",
                           OGR_L_GetName(GDALDatasetGetLayer(s->file, i)));
}

/* QGIS keeps a layer's styles in a table beside it. */
static bool holds_style(const source *s, int layer) {
    return strcmp(OGR_L_GetName(GDALDatasetGetLayer(s->file, layer)), "layer_styles") == 0;
}

static maille_status pick_layer(maille_ctx *ctx, const char *name, source *s) {
    maille_status status = MAILLE_OK;
    maille_strbuf list = {0};
    int count = GDALDatasetGetLayerCount(s->file);
    if (name)
        s->layer = GDALDatasetGetLayerByName(s->file, name);
    else if (count == 1 || (count == 2 && holds_style(s, 0) != holds_style(s, 1)))
        s->layer = GDALDatasetGetLayer(s->file, count == 2 && holds_style(s, 0));
    if (s->layer)
        return MAILLE_OK;
    list_layers(s, &list);
    const char *layers = list.text ? list.text : "none";
    if (name)
        status = maille_fail(ctx, MAILLE_NOT_FOUND, "%s had no layer \"%s\"; its layers were: %s",
                             s->path, name, layers);
    else
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "%s had %d layers and none was chosen; its layers were: %s", s->path,
                             count, layers);
    maille_strbuf_free(&list);
    return status;
}

static maille_status read_offer(maille_ctx *ctx, source *s) {
    OGRFeatureDefnH fields = OGR_L_GetLayerDefn(s->layer);
    int count = OGR_FD_GetFieldCount(fields);
    maille_status status = maille_offer_new(ctx, (size_t)count, &s->offer);
    for (int i = 0; i < count && status == MAILLE_OK; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(fields, i);
        OGRFieldType type = OGR_Fld_GetType(field);
        bool whole = type == OFTInteger || type == OFTInteger64;
        s->offer.types[i] = whole ? MAILLE_INT : type == OFTReal ? MAILLE_REAL : MAILLE_TEXT;
        status = maille_offer_name(ctx, &s->offer, (size_t)i, OGR_Fld_GetNameRef(field));
    }
    return status;
}

static maille_status open_source(maille_ctx *ctx, const char *path, const char *real,
                                 const char *layer, source *s) {
    *s = (source){.path = path};
    maille_status status = open_file(ctx, real, s);
    if (status == MAILLE_OK)
        status = pick_layer(ctx, layer, s);
    if (status == MAILLE_OK)
        status = read_offer(ctx, s);
    return status;
}

static void close_source(source *s) {
    maille_offer_clear(&s->offer);
    maille_transform_free(s->to_lonlat);
    maille_pieces_free(&s->pieces);
    maille_strbuf_free(&s->text);
    if (s->file)
        GDALClose(s->file);
}

/* "EPSG:n" of a layer, of its horizontal part if it has heights too; "" where its CRS has no number
 * or it has none. */
static void name_crs(OGRSpatialReferenceH srs, char name[64]) {
    static const char *const lonlat[] = {"OGC:CRS84", "OGC:CRS84h", "EPSG:4979"};
    name[0] = '\0';
    if (!srs)
        return;
    const char *node = !OSRIsCompound(srs) ? NULL : OSRIsProjected(srs) ? "PROJCS" : "GEOGCS";
    const char *authority = OSRGetAuthorityName(srs, node), *code = OSRGetAuthorityCode(srs, node);
    if (!authority || !code)
        return;
    snprintf(name, 64, "%s:%s", authority, code);
    for (size_t i = 0; i < sizeof lonlat / sizeof *lonlat; i++)
        if (strcmp(name, lonlat[i]) == 0)
            snprintf(name, 64, "EPSG:4326");
}

static const char *kind_of(OGRwkbGeometryType type) {
    switch (OGR_GT_Flatten(OGR_GT_GetLinear(type))) {
    case wkbPoint:
    case wkbMultiPoint:
        return "point";
    case wkbLineString:
    case wkbMultiLineString:
        return "line";
    case wkbPolygon:
    case wkbMultiPolygon:
        return "polygon";
    default:
        return "";
    }
}

/* By the layer's word, else by its first geometry. */
static const char *geometry_kind(OGRLayerH layer) {
    const char *kind = kind_of(OGR_L_GetGeomType(layer));
    OGRFeatureH feature;
    if (*kind || OGR_L_GetGeomType(layer) == wkbNone)
        return kind;
    while (!*kind && (feature = OGR_L_GetNextFeature(layer))) {
        OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
        if (geometry)
            kind = kind_of(OGR_G_GetGeometryType(geometry));
        OGR_F_Destroy(feature);
    }
    return kind;
}

maille_status maille_ogr_inspect(maille_ctx *ctx, const char *path, const char *real,
                                 const char *layer, maille_file_info *out) {
    source s;
    uint32_t *picked = NULL;
    size_t count;
    maille_gdal_enter(ctx);
    maille_status status = open_source(ctx, path, real, layer, &s);
    if (status == MAILLE_OK)
        status = maille_offer_table(ctx, path, &s.offer, NULL, &picked, &count, &out->columns);
    if (status == MAILLE_OK) {
        out->kind = MAILLE_FILE_VECTOR;
        snprintf(out->format, sizeof out->format, "%s",
                 GDALGetDriverShortName(GDALGetDatasetDriver(s.file)));
        snprintf(out->geometry, sizeof out->geometry, "%s", geometry_kind(s.layer));
        name_crs(OGR_L_GetSpatialRef(s.layer), out->crs);
    }
    maille_free(picked);
    close_source(&s);
    maille_gdal_leave();
    return status;
}

/* Sets `to_lonlat` for the layer's CRS, or for `assume` where it names none. */
static maille_status prepare_crs(maille_ctx *ctx, const char *assume, source *s) {
    char name[64], *wkt = NULL;
    OGRSpatialReferenceH srs = OGR_L_GetSpatialRef(s->layer);
    if (OGR_L_GetGeomType(s->layer) == wkbNone)
        return maille_fail(ctx, MAILLE_REFUSED, "%s held no geometry", s->path);
    name_crs(srs, name);
    if (!srs)
        snprintf(name, sizeof name, "%s", assume ? assume : "EPSG:4326");
    if (strcmp(name, "EPSG:4326") == 0)
        return MAILLE_OK;
    if (!*name && OSRExportToWkt(srs, &wkt) != OGRERR_NONE)
        return maille_fail(ctx, MAILLE_REFUSED, "%s had a CRS that could not be read", s->path);
    maille_status status = maille_transform_new(ctx, wkt ? wkt : name, &s->to_lonlat);
    CPLFree(wkt);
    if (status == MAILLE_REFUSED)
        maille_fail(ctx, status, "%s: %s", s->path, maille_message(ctx));
    return status;
}

/* A date as ISO writes it; with its time if it has one. */
static void add_date(OGRFeatureH feature, int field, OGRFieldType type, maille_strbuf *text) {
    int year, month, day, hour, minute, zone;
    float second;
    if (!OGR_F_GetFieldAsDateTimeEx(feature, field, &year, &month, &day, &hour, &minute, &second,
                                    &zone))
        return;
    if (type != OFTTime)
        maille_strbuf_addf(text, "%04d-%02d-%02d", year, month, day);
    if (type == OFTDateTime)
        maille_strbuf_add_char(text, 'T');
    if (type != OFTDate)
        maille_strbuf_addf(text, "%02d:%02d:%02d", hour, minute, (int)second);
}

static void add_list(OGRFeatureH feature, int field, maille_strbuf *text) {
    char **items = OGR_F_GetFieldAsStringList(feature, field);
    maille_json_texts(text, (const char *const *)items, (size_t)CSLCount(items));
}

/* A text of the file, which may be Windows-1252 where the format does not say. */
static void add_text(const char *found, maille_strbuf *text) {
    size_t length = strlen(found);
    if (maille_is_utf8(found, length)) {
        maille_strbuf_add_n(text, found, length);
        return;
    }
    char *utf8 = maille_from_windows_1252(found, length);
    if (utf8)
        maille_strbuf_add(text, utf8);
    else
        text->failed = true;
    maille_free(utf8);
}

static maille_status read_text(maille_ctx *ctx, OGRFeatureH feature, int field, source *s,
                               maille_table *table, size_t row, size_t column) {
    maille_strbuf *text = &s->text;
    OGRFieldType type = OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, field));
    maille_strbuf_clear(text);
    switch (type) {
    case OFTInteger:
    case OFTInteger64:
        maille_strbuf_add_int(text, OGR_F_GetFieldAsInteger64(feature, field));
        break;
    case OFTReal:
        maille_strbuf_add_double(text, OGR_F_GetFieldAsDouble(feature, field));
        break;
    case OFTDate:
    case OFTTime:
    case OFTDateTime:
        add_date(feature, field, type, text);
        break;
    case OFTStringList:
        add_list(feature, field, text);
        break;
    default:
        add_text(OGR_F_GetFieldAsString(feature, field), text);
    }
    if (text->failed)
        return maille_no_memory(ctx);
    if (text->length == 0)
        return MAILLE_OK;
    return maille_set_text(ctx, table, row, column, text->text);
}

static maille_status read_field(maille_ctx *ctx, OGRFeatureH feature, int field, source *s,
                                maille_table *table, size_t row, size_t column) {
    if (!OGR_F_IsFieldSetAndNotNull(feature, field))
        return MAILLE_OK;
    switch (table->columns[column].type) {
    case MAILLE_INT:
        maille_set_int(table, row, column, OGR_F_GetFieldAsInteger64(feature, field));
        return MAILLE_OK;
    case MAILLE_REAL:
        maille_set_real(table, row, column, OGR_F_GetFieldAsDouble(feature, field));
        return MAILLE_OK;
    default:
        return read_text(ctx, feature, field, s, table, row, column);
    }
}

/* A geometry of the file as pieces; curves become lines. */
static maille_status take_apart(maille_ctx *ctx, OGRGeometryH geometry, maille_pieces *pieces) {
    OGRGeometryH linear = NULL;
    if (OGR_G_HasCurveGeometry(geometry, 1))
        geometry = linear = OGR_G_GetLinearGeometry(geometry, 0, NULL);
    size_t size = geometry ? (size_t)OGR_G_WkbSize(geometry) : 0;
    maille_status status = MAILLE_OK;
    if (!geometry) {
        status = maille_fail(ctx, MAILLE_REFUSED, "a curve could not be made straight");
    } else if (!MAILLE_VEC_RESERVE(&pieces->bytes, size)) {
        status = maille_no_memory(ctx);
    } else if (OGR_G_ExportToIsoWkb(geometry, wkbNDR, pieces->bytes.items) != OGRERR_NONE) {
        status = maille_fail(ctx, MAILLE_REFUSED, "a geometry could not be read");
    } else {
        maille_bytes wkb = {pieces->bytes.items, size};
        status = maille_pieces_read(ctx, wkb, pieces);
    }
    OGR_G_DestroyGeometry(linear);
    return status;
}

/* The first point that does not lie on the Earth, or NULL. NaN lies nowhere. */
static const maille_xy *first_stray(const maille_pieces *pieces) {
    for (size_t i = 0; i < pieces->points.count; i++) {
        const maille_xy *p = &pieces->points.items[i];
        if (!(fabs(p->x) <= 180 && fabs(p->y) <= 90))
            return p;
    }
    return NULL;
}

static maille_status read_geometry(maille_ctx *ctx, OGRFeatureH feature, source *s,
                                   maille_table *table, size_t row, size_t column) {
    maille_pieces *pieces = &s->pieces;
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (!geometry || OGR_G_IsEmpty(geometry))
        return MAILLE_OK;
    maille_status status = take_apart(ctx, geometry, pieces);
    if (status != MAILLE_OK)
        goto done;
    maille_xy before = pieces->points.count ? pieces->points.items[0] : (maille_xy){0, 0};
    if (s->to_lonlat)
        maille_transform_points(s->to_lonlat, pieces->points.items, pieces->points.count);
    if (first_stray(pieces)) {
        status = maille_fail(ctx, MAILLE_REFUSED,
                             "its coordinates (near %.7g, %.7g) had no place on Earth: wrong CRS",
                             before.x, before.y);
        goto done;
    }
    maille_pieces_to_grid(pieces);
    if (pieces->chains.count == 0)
        return MAILLE_OK;
    status = maille_pieces_write(ctx, pieces);
    if (status == MAILLE_OK)
        status =
            maille_set_bytes(ctx, table, row, column, pieces->bytes.items, pieces->bytes.count);
done:
    if (status == MAILLE_REFUSED)
        maille_fail(ctx, status, "%s, feature %zu: %s", s->path, row + 1, maille_message(ctx));
    return status;
}

static maille_status read_features(maille_ctx *ctx, source *s, const uint32_t *picked,
                                   size_t picked_count, bool with_geometry, maille_table *table) {
    OGRFeatureH feature;
    size_t last = table->column_count - 1;
    maille_status status = MAILLE_OK;
    CPLErrorReset();
    while (status == MAILLE_OK && (feature = OGR_L_GetNextFeature(s->layer))) {
        size_t row = 0;
        status = maille_table_add_row(ctx, table, &row);
        for (size_t k = 0; k < picked_count && status == MAILLE_OK; k++)
            status = read_field(ctx, feature, (int)picked[k], s, table, row, k);
        if (with_geometry && status == MAILLE_OK)
            status = read_geometry(ctx, feature, s, table, row, picked_count);
        if (status == MAILLE_OK)
            maille_set_int(table, row, last, (int64_t)row + 1);
        OGR_F_Destroy(feature);
    }
    if (status == MAILLE_OK && CPLGetLastErrorType() >= CE_Failure)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s was damaged after feature %zu: %s", s->path,
                             table->rows, CPLGetLastErrorMsg());
    if (status == MAILLE_OK && table->rows == 0)
        status = maille_fail(ctx, MAILLE_REFUSED, "%s held no feature", s->path);
    return status;
}

maille_status maille_ogr_read(maille_ctx *ctx, const char *path, const char *real,
                              const maille_read_options *options, maille_table **out) {
    source s;
    uint32_t *picked = NULL;
    size_t picked_count = 0;
    maille_table *table = NULL;
    maille_gdal_enter(ctx);
    maille_status status = open_source(ctx, path, real, options->layer, &s);
    if (status == MAILLE_OK)
        status = maille_offer_table(ctx, path, &s.offer, options, &picked, &picked_count, &table);
    if (status == MAILLE_OK && options->with_geometry)
        status = prepare_crs(ctx, options->assume_crs, &s);
    if (status == MAILLE_OK)
        status = read_features(ctx, &s, picked, picked_count, options->with_geometry, table);
    if (status == MAILLE_OK) {
        *out = table;
        table = NULL;
    }
    maille_table_free(table);
    maille_free(picked);
    close_source(&s);
    maille_gdal_leave();
    return status;
}
