/* The peer of the benchmark "network-pbf-malta": GDAL's OSM driver reads all roads of a file with
 * their tags and drawings.
 *
 *     network_gdal FILE
 *
 * Built by: cc -O3 network_gdal.c $(pkg-config --cflags --libs gdal) */
#include <ogr_api.h>

#include "measure.h"

int main(int argc, char **argv) {
    long roads = 0, points = 0;
    double began = now();
    OGRRegisterAll();
    OGRDataSourceH file = argc == 2 ? OGROpen(argv[1], 0, NULL) : NULL;
    OGRLayerH lines = file ? OGR_DS_GetLayerByName(file, "lines") : NULL;
    if (!lines)
        return 1;
    OGR_L_SetAttributeFilter(lines, "highway IS NOT NULL");
    for (OGRFeatureH road; (road = OGR_L_GetNextFeature(lines)); OGR_F_Destroy(road)) {
        points += OGR_G_GetPointCount(OGR_F_GetGeometryRef(road));
        roads++;
    }
    OGR_DS_Destroy(file);
    printf("{\"memory_mb\":%.1f,\"seconds\":%.9f,\"roads\":%ld,\"points\":%ld}\n", peak_memory_mb(),
           now() - began, roads, points);
    return 0;
}
