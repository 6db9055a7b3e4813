/* Makes the first corpus of the fuzz targets: sound files of all shapes, and some that claim more
 * than they are.
 *
 * usage: fuzz_seeds FOLDER   writes into FOLDER/pbf, FOLDER/graph and FOLDER/hierarchy */
#include "fuzz_kit.h"

#include <sys/stat.h>

#include <maille/hierarchy.h>

#include "network/osm_made.h"

static const char *folder;

static const char *place(const char *target, const char *name) {
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    return path;
}

static void write_file(const char *name, made_bytes *bytes) {
    FILE *file = fopen(place("pbf", name), "wb");
    MUST(file && fwrite(bytes->items, bytes->count, 1, file) == 1);
    fclose(file);
    made_clear(bytes);
}

static void write_towns(void) {
    made_bytes file = {0};
    made_town(&file, 4, true, false);
    write_file("town-dense", &file);
    made_town(&file, 4, false, false);
    write_file("town-nodes", &file);
    made_town(&file, 5, true, true);
    write_file("town-packed", &file);
}

/* Blocks of which each says one thing that is not so. */
static void write_claims(void) {
    made_bytes file = {0}, content = {0}, part = {0};
    unsigned char many[4000];
    memset(many, 0, sizeof many);
    made_begin(&file);
    made_add(&content, many, sizeof many);
    made_blob(&file, "OSMData", &content, true, 30 << 20);
    write_file("claims-more", &file);
    made_begin(&file);
    made_blob(&file, "OSMData", &content, true, 100);
    write_file("claims-less", &file);
    made_begin(&file);
    content.count = 0;
    made_varint(&content, 1 << 3 | 2);
    made_varint(&content, UINT64_MAX);
    made_blob(&file, "OSMData", &content, false, 0);
    write_file("endless-table", &file);
    made_begin(&file);
    content.count = 0;
    for (int i = 0; i < 2000; i++)
        made_field(&part, 1, "", 0);
    made_take(&content, 1, &part);
    made_add(&part, many, sizeof many);
    made_clear(&part);
    made_blob(&file, "OSMData", &content, false, 0);
    write_file("empty-texts", &file);
    made_begin(&file);
    content.count = 0;
    for (int depth = 0; depth < 40; depth++) { /* groups in groups in groups */
        made_bytes inner = content;
        content = (made_bytes){0};
        made_take(&content, 2, &inner);
        made_clear(&inner);
    }
    made_blob(&file, "OSMData", &content, false, 0);
    write_file("deep", &file);
    made_begin(&file);
    made_field(&part, 4, "HistoricalInformation", 21);
    made_blob(&file, "OSMHeader", &part, false, 0);
    write_file("foreign-feature", &file);
    made_clear(&part);
    made_clear(&content);
}

static void save(maille_ctx *ctx, const char *name, const maille_network *n) {
    maille_hierarchy *h = NULL;
    MUST(maille_network_save(ctx, n, place("graph", name), "key") == MAILLE_OK);
    MUST(maille_hierarchy_build(ctx, n, &h) == MAILLE_OK);
    MUST(maille_hierarchy_save(ctx, h, place("hierarchy", name), "key") == MAILLE_OK);
    maille_hierarchy_free(h);
}

static void write_caches(maille_ctx *ctx) {
    static const uint32_t from[] = {0, 1, 2, 3, 1}, to[] = {1, 2, 0, 1, 0};
    static const uint32_t ms[] = {5, 7, 9, 11, 5}, back[] = {5, UINT32_MAX, 9, 11, UINT32_MAX};
    static const maille_xy at[] = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
    const maille_road_fields by_road = {.profile = FUZZ_PROFILE};
    const maille_road_fields by_name = {.from = "a", .to = "b", .length_m = "m", .speed_kmh = "v"};
    maille_network_report report;
    maille_network *n = NULL;
    maille_crs *crs = NULL;
    made_bytes file = {0};
    MUST(maille_crs_new(ctx, 32631, &crs) == MAILLE_OK);
    made_town(&file, 3, true, false);
    fuzz_file town = fuzz_file_of(file.items, file.count);
    MUST(maille_network_read(ctx, town.path, &by_road, crs, &n, &report) == MAILLE_OK);
    save(ctx, "town", n);
    maille_network_free(n);
    fuzz_file_close(&town);
    made_clear(&file);
    MUST(maille_network_from_edges(ctx, 4, 5, from, to, ms, back, at, &n) == MAILLE_OK);
    save(ctx, "edges", n);
    maille_network_free(n);
    MUST(maille_network_from_edges(ctx, 0, 0, from, to, ms, back, at, &n) == MAILLE_OK);
    save(ctx, "nothing", n);
    maille_network_free(n);
    char csv[1024];
    snprintf(csv, sizeof csv, "%s", place("graph", "links.csv"));
    FILE *links = fopen(csv, "w");
    MUST(links && fputs("a,b,m,v\none,two,10,5\ntwo,three,20,5\nfour,five,1,1\n", links) >= 0);
    fclose(links);
    MUST(maille_network_read(ctx, csv, &by_name, crs, &n, &report) == MAILLE_OK);
    unlink(csv);
    save(ctx, "names", n);
    maille_network_free(n);
    maille_crs_free(crs);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fputs("usage: fuzz_seeds FOLDER\n", stderr);
        return 2;
    }
    folder = arguments[1];
    write_towns();
    write_claims();
    write_caches(fuzz_ctx());
    return 0;
}
