/* Memory that runs out at any allocation: the import fails as such, and the workspace is as it was.
 */
#include "fixture.h"

#include <maille/memory.h>

/* Fails allocation 1, 2, 3 … of an import, until there are no more to fail. One that was only for a
 * message may be done without. */
static void starve(fixture *f, const maille_source *source) {
    maille_import_options options = {.force = true};
    maille_sha256 before = hash_workspace(f);
    uint64_t n = 0, used = 1;
    for (; n < used; n++) {
        uint64_t start = maille_memory_count();
        maille_memory_fail_at(n + 1);
        maille_status status = maille_import_source(f->ctx, f->store, source, &options, &f->result);
        maille_memory_fail_at(0);
        used = maille_memory_count() - start;
        maille_sha256 after = hash_workspace(f);
        if (status == MAILLE_OK) {
            before = after;
            continue;
        }
        CHECK_TEXT(after.hex, before.hex);
        used = n + 2; /* it went no farther */
        /* GEOS tells no reason; a vocabulary that could not fold a word does not know it */
        if (status == MAILLE_NO_MEMORY || strstr(maille_message(f->ctx), "GEOS gave no reason") ||
            strstr(maille_message(f->ctx), "status projet was unknown"))
            continue;
        fprintf(stderr, "%s, allocation %llu: %s\n", source->kind, (unsigned long long)n + 1,
                maille_message(f->ctx));
        CHECK_INT(status, MAILLE_NO_MEMORY);
        return;
    }
    CHECK(n > 50); /* else nothing was shown */
}

TEST(tables) {
    fixture f = fixture_open("faim.maille", 2154);
    maille_source sources[] = {
        {.kind = "communes",
         .file = write_file("c.geojson",
                            "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                            "\"properties\":{\"code\":\"01004\",\"nom\":\"A\"},\"geometry\":{"
                            "\"type\":\"Polygon\",\"coordinates\":[[[5,46],[5.1,46.1],[5.1,46],"
                            "[5,46.1],[5,46]]]}}]}")},
        {.kind = "centres", .file = write_file("c.csv", "code,lon,lat\n1004,5,46\n")},
        {.kind = "supply",
         .service = "mg",
         .file = write_file("s.csv", "code,count\n1004,1\n,2\n")},
        {.kind = "facilities",
         .service = "mat",
         .file = write_file("f.csv", "id,code,lon,lat,statut\na,1004,5,46,fermé\nb,,,,\n")},
        {.kind = "grouping", .name = "bv", .file = write_file("g.csv", "code,bv\n1004,_A_\n")},
        {.kind = "movements",
         .from_vintage = "2018",
         .to_vintage = "2019",
         .file = write_file("m.csv", "from,to,ratio\n01001,01002,0.5\n")},
        {.kind = "perimeters",
         .file = write_file("p.csv",
                            "id,nom,statut,code,depuis,partage,motif_partage,zone\n"
                            "a,A,projet,1004,2020,oui,pont,Z\n")}};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        starve(&f, &sources[i]);
    CHECK_INT(count_rows(&f, "import"), 7);
    fixture_close(&f);
}

TEST(figures) {
    fixture f = fixture_open("faim-2.maille", 2154);
    maille_source sources[] = {
        {.kind = "indicators",
         .name = "ald",
         .unit = "pour 1 000",
         .file = write_file("i.csv", "code,valeur,poids\n1004,3,4\n01001,s,\n")},
        {.kind = "population_age",
         .file = write_file("a.csv", "code,from,to,population\n1004,0,19,4\n1004,20,,5\n")}};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        starve(&f, &sources[i]);
    CHECK_INT(count_rows(&f, "import"), 2);
    fixture_close(&f);
}

RUN_TESTS(CASE(tables), CASE(figures))
