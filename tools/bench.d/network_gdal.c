/* The peer of the benchmark "network-pbf-malta": GDAL's OSM driver reads all roads of a file with
 * their tags and drawings.
 *
 *     network_gdal FILE
 *
 * Built by: cc -O3 network_gdal.c $(pkg-config --cflags --libs gdal) */
#include <ogr_api.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

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
    printf("{\"seconds\":%.6f,\"roads\":%ld,\"points\":%ld}\n", now() - began, roads, points);
    return 0;
}
