/* All communes of France into their départements, against GEOS: valid, the same ground, the same
 * bytes with one thread and two. */
#include "territory/sketch.h"

#include <dirent.h>
#include <maille/geometry.h>

static sketch_pad pad;
static maille_shapes *communes;
static uint32_t start[200], members[40000], departments;
static char paths[200][1200];
static uint32_t invalid = UINT32_MAX; /* the group of 14174 */

static int by_name(const void *a, const void *b) {
    return strcmp(a, b);
}

static void list_files(void) {
    const char *folder = test_real("france/communes-2018");
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            snprintf(paths[departments++], sizeof paths[0], "%s/%s", folder, entry->d_name);
    closedir(directory);
    qsort(paths, departments, sizeof paths[0], by_name);
}

TEST(read_france) {
    list_files();
    CHECK(maille_shapes_new(pad.ctx, &communes) == MAILLE_OK);
    for (uint32_t g = 0; g < departments; g++) {
        maille_table *table = NULL;
        maille_read_options options = {.with_geometry = true};
        CHECK(maille_file_read(pad.ctx, paths[g], &options, &table) == MAILLE_OK);
        size_t column = (size_t)maille_table_column(table, "geom");
        for (size_t row = 0; row < table->rows; row++)
            CHECK(maille_shapes_add_wkb(pad.ctx, communes, table->columns[column].blobs[row]) ==
                  MAILLE_OK);
        maille_table_free(table);
        start[g + 1] = communes->count;
        if (strstr(paths[g], "communes-14-"))
            invalid = g;
    }
    for (uint32_t i = 0; i < communes->count; i++)
        members[i] = i;
    CHECK_INT(departments, 101);
    CHECK_INT(communes->count, 35357);
    CHECK(invalid != UINT32_MAX);
}

/* Area of what two shapes have in common. */
static double common_area(const maille_shapes *a, uint32_t i, const maille_shapes *b) {
    maille_shapes *common = NULL;
    CHECK(maille_shapes_new(pad.ctx, &common) == MAILLE_OK);
    CHECK(maille_geometry_intersection(pad.ctx, a, i, b, 0, common) == MAILLE_OK);
    double area = maille_shape_area(common, 0);
    maille_shapes_free(common);
    return area;
}

static void check_against_geos(const maille_shapes *ours, uint32_t g) {
    bool valid = false;
    char why[200] = "";
    maille_shapes *geos = NULL;
    CHECK(maille_geometry_valid(pad.ctx, ours, g, &valid, why, sizeof why) == MAILLE_OK);
    test_check(valid, why, paths[g], 0);
    CHECK(maille_shapes_new(pad.ctx, &geos) == MAILLE_OK);
    CHECK(maille_geometry_union(pad.ctx, communes, members + start[g], start[g + 1] - start[g],
                                1e-9, geos) == MAILLE_OK);
    double area = maille_shape_area(ours, g);
    CHECK_NEAR(maille_shape_area(geos, 0), area, 1e-9 * area);
    CHECK_NEAR(common_area(ours, g, geos), area, 1e-9 * area);
    CHECK_INT(geos->part_start[1], ours->part_start[g + 1] - ours->part_start[g]);
    maille_shapes_free(geos);
}

TEST(departments_are_as_geos_makes_them) {
    maille_shapes *one = NULL, *two = NULL;
    maille_dissolve_report report;
    maille_ctx_set_jobs(pad.ctx, 1);
    CHECK(maille_dissolve(pad.ctx, communes, start, members, departments, &one, &report) ==
          MAILLE_OK);
    maille_ctx_set_jobs(pad.ctx, 2);
    CHECK(maille_dissolve(pad.ctx, communes, start, members, departments, &two, &report) ==
          MAILLE_OK);
    CHECK(maille_shapes_points(one) == maille_shapes_points(two) &&
          memcmp(one->points, two->points, maille_shapes_points(one) * sizeof *one->points) == 0);
    CHECK_INT(report.groups, departments);
    CHECK(report.worst_area_error <= 1e-9);
    for (uint32_t g = 0; g < departments; g++)
        check_against_geos(one, g);
    maille_shapes_free(one);
    maille_shapes_free(two);
}

/* 14174 touches itself in a point; the département around it is sound all the same. */
TEST(the_invalid_commune_spoils_nothing) {
    uint32_t broken = 0;
    for (uint32_t i = start[invalid]; i < start[invalid + 1]; i++) {
        bool valid = true;
        char why[200];
        CHECK(maille_geometry_valid(pad.ctx, communes, i, &valid, why, sizeof why) == MAILLE_OK);
        if (!valid)
            fprintf(stderr, "commune %u of %s: %s\n", i - start[invalid], paths[invalid], why);
        broken += !valid;
    }
    CHECK_INT(broken, 1);
    maille_shapes_free(communes);
}

int main(void) {
    static const test_case cases[] = {CASE(read_france), CASE(departments_are_as_geos_makes_them),
                                      CASE(the_invalid_commune_spoils_nothing)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
