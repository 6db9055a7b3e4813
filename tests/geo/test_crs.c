/* CRS: exact round trips on the published grid, the right choice of CRS, areas of use. */
#include <maille/crs.h>

#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

static maille_ctx *ctx;

/* A small generator of our own: the same points on every machine. */
static double random_between(uint64_t *state, double low, double high) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * (double)(*state >> 11) / 9007199254740992.0;
}

static maille_crs *crs_of(int epsg) {
    maille_crs *crs = NULL;
    CHECK_INT(maille_crs_new(ctx, epsg, &crs), MAILLE_OK);
    CHECK_INT(maille_crs_epsg(crs), epsg);
    return crs;
}

TEST(the_grid_is_stable) {
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        maille_lonlat p = {random_between(&state, -180, 180), random_between(&state, -90, 90)};
        maille_lonlat q = maille_on_grid(p), r = maille_on_grid(q);
        CHECK_NEAR(q.lon, p.lon, 0.5000001e-7);
        CHECK(q.lon == r.lon && q.lat == r.lat);
        char text[32]; /* what is published with 7 decimals reads back to the same number */
        snprintf(text, sizeof text, "%.7f", q.lon);
        CHECK(strtod(text, NULL) == q.lon);
    }
    CHECK(!signbit(maille_on_grid((maille_lonlat){-1e-9, 0}).lon));
}

static void check_round_trip(int epsg, double west, double south, double east, double north) {
    enum { COUNT = 100000 };
    static maille_lonlat points[COUNT], back[COUNT];
    static maille_xy metres[COUNT];
    uint64_t state = (uint64_t)epsg;
    size_t failed = 1, differing = 0;
    maille_crs *crs = crs_of(epsg);
    for (int i = 0; i < COUNT; i++)
        points[i] = maille_on_grid((maille_lonlat){random_between(&state, west, east),
                                                   random_between(&state, south, north)});
    CHECK_INT(maille_crs_project(ctx, crs, points, metres, COUNT, &failed), MAILLE_OK);
    CHECK_INT(failed, 0);
    CHECK_INT(maille_crs_unproject(ctx, crs, metres, back, COUNT), MAILLE_OK);
    for (int i = 0; i < COUNT; i++)
        differing += points[i].lon != back[i].lon || points[i].lat != back[i].lat;
    CHECK_INT(differing, 0);
    maille_crs_free(crs);
}

TEST(there_and_back_is_exact) {
    check_round_trip(2154, 8.5, 41.3, 9.6, 43.1);     /* Corsica */
    check_round_trip(2154, -5.2, 42.2, 8.3, 51.1);    /* mainland */
    check_round_trip(5490, -61.9, 14.3, -60.8, 16.6); /* Antilles */
    check_round_trip(2972, -54.6, 2.1, -51.6, 5.8);   /* Guyane */
    check_round_trip(2975, 55.2, -21.4, 55.9, -20.8); /* La Réunion */
    check_round_trip(4471, 45.0, -13.1, 45.4, -12.6); /* Mayotte */
    check_round_trip(4467, -56.5, 46.7, -56.1, 47.2); /* Saint-Pierre-et-Miquelon */
}

/* IGN's published example: the false origin of Lambert-93. */
TEST(axes_run_lon_lat_and_east_north) {
    maille_crs *crs = crs_of(2154);
    maille_lonlat p = {3, 46.5};
    maille_xy m;
    CHECK_INT(maille_crs_project(ctx, crs, &p, &m, 1, NULL), MAILLE_OK);
    CHECK_NEAR(m.x, 700000, 0.001);
    CHECK_NEAR(m.y, 6600000, 0.001);
    double x = 700000, y = 6600000;
    CHECK_INT(maille_to_lonlat(ctx, "EPSG:2154", &x, &y, 1), MAILLE_OK);
    CHECK_NEAR(x, 3, 1e-9);
    CHECK_NEAR(y, 46.5, 1e-9);
    x = 3, y = 46.5; /* EPSG:4326 says latitude first; files do not */
    CHECK_INT(maille_to_lonlat(ctx, "EPSG:4326", &x, &y, 1), MAILLE_OK);
    CHECK(x == 3 && y == 46.5);
    CHECK_INT(maille_to_lonlat(ctx, NULL, &x, &y, 1), MAILLE_OK);
    CHECK(x == 3 && y == 46.5);
    CHECK_INT(maille_to_lonlat(ctx, "EPSG:nonsense", &x, &y, 1), MAILLE_REFUSED);
    maille_crs_free(crs);
}

TEST(unusable_points_are_counted) {
    maille_crs *crs = crs_of(2154);
    maille_lonlat points[] = {{9, 42}, {NAN, 42}, {9, 95}, {INFINITY, 3}};
    maille_xy metres[4];
    size_t failed = 0;
    CHECK_INT(maille_crs_project(ctx, crs, points, metres, 4, &failed), MAILLE_OK);
    CHECK_INT(failed, 3);
    CHECK(isfinite(metres[0].x) && isnan(metres[1].x) && isnan(metres[2].y) && isnan(metres[3].x));
    CHECK_INT(maille_crs_project(ctx, crs, NULL, NULL, 0, &failed), MAILLE_OK);
    CHECK_INT(failed, 0);
    maille_crs_free(crs);
}

TEST(only_metres_are_taken) {
    static const int refused[] = {4326, 2263 /* feet */, 4978 /* geocentric */, 999999, -1, 0};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        maille_crs *crs = NULL;
        CHECK_INT(maille_crs_new(ctx, refused[i], &crs), MAILLE_REFUSED);
        CHECK(crs == NULL);
        char name[24];
        snprintf(name, sizeof name, "EPSG:%d", refused[i]);
        CHECK(strstr(maille_message(ctx), name) != NULL);
    }
}

TEST(areas_of_use) {
    maille_crs *lambert = crs_of(2154), *reunion = crs_of(2975), *fiji = crs_of(3460);
    maille_lonlat ajaccio = {8.7387, 41.9192}, saint_denis = {55.4504, -20.8789};
    CHECK(maille_crs_covers(lambert, ajaccio));
    CHECK(!maille_crs_covers(lambert, saint_denis));
    CHECK(maille_crs_covers(reunion, saint_denis));
    CHECK(!maille_crs_covers(reunion, ajaccio));
    CHECK(!maille_crs_covers(lambert, (maille_lonlat){NAN, NAN}));
    /* an area across the antimeridian */
    CHECK(maille_crs_covers(fiji, (maille_lonlat){178.4, -18.1}));
    CHECK(maille_crs_covers(fiji, (maille_lonlat){-179.5, -17}));
    CHECK(!maille_crs_covers(fiji, (maille_lonlat){0, -17}));
    maille_crs_free(lambert);
    maille_crs_free(reunion);
    maille_crs_free(fiji);
}

TEST(the_extent_chooses) {
    static const struct {
        int epsg;
        maille_lonlat p;
    } places[] = {
        {2154, {2.35, 48.85}},   {2154, {8.74, 41.92}},     {2154, {-5.1, 48.46}},
        {2154, {7.42, 43.73}},   {5490, {-61.53, 16.24}},   {5490, {-61.07, 14.6}},
        {5490, {-63.08, 18.07}}, {2972, {-52.33, 4.93}},    {2972, {-54.03, 5.5}},
        {2975, {55.45, -20.88}}, {4471, {45.23, -12.78}},   {4467, {-56.18, 46.78}},
        {32633, {14.5, 35.9}},   {32723, {-43.94, -19.92}}, {32760, {179, -17}},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        CHECK_INT(maille_crs_choose(&places[i].p, 1), places[i].epsg);
        maille_crs *crs = crs_of(places[i].epsg); /* and PROJ knows it */
        if (places[i].p.lon != -54.03)            /* the west of Guyane, a little outside */
            CHECK(maille_crs_covers(crs, places[i].p));
        maille_crs_free(crs);
    }
    CHECK_INT(maille_crs_choose(NULL, 0), 2154);
    maille_lonlat strays[] = {{2, 48}, {55.5, -21}, {55.4, -21.1}, {0, 0}, {NAN, NAN}, {55.6, -21}};
    CHECK_INT(maille_crs_choose(strays, 6), 2975);
    maille_lonlat nowhere[] = {{NAN, NAN}};
    CHECK_INT(maille_crs_choose(nowhere, 1), 2154);
}

/* In a process of its own: PROJ reads its environment once. */
TEST(a_missing_proj_db_is_said_at_once) {
    pid_t child = fork();
    if (child == 0) {
        maille_ctx *own = NULL;
        maille_crs *crs = NULL;
        setenv("PROJ_LIB", "/nonexistent", 1);
        setenv("PROJ_DATA", "/nonexistent", 1);
        bool said = maille_ctx_new(&own) == MAILLE_OK &&
                    maille_crs_new(own, 2154, &crs) == MAILLE_FAILED &&
                    strstr(maille_message(own), "proj.db") != NULL;
        maille_ctx_free(own);
        _exit(said ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}

TEST(a_context) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
TEST(the_end_of_the_context) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(a_missing_proj_db_is_said_at_once), CASE(a_context), CASE(the_grid_is_stable),
          CASE(there_and_back_is_exact), CASE(axes_run_lon_lat_and_east_north),
          CASE(unusable_points_are_counted), CASE(only_metres_are_taken), CASE(areas_of_use),
          CASE(the_extent_chooses), CASE(the_end_of_the_context))
