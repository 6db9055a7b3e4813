/* Compactness of the EPCI of Corsica, and of the island, against another computation. */
#include "territory/compactness.h"

#include <maille/map.h>

static sketch_pad pad = {.random = 1};

/* Groups of communes by the column EPCI. */
static uint32_t read_groups(const maille_table *codes, uint32_t *group_of) {
    const char *columns[] = {"CODGEO", "EPCI"};
    maille_read_options options = {.columns = columns, .column_count = 2, .texts = true};
    maille_table *table = NULL;
    maille_names *names = maille_names_new(64);
    uint32_t count = 0;
    CHECK(maille_file_read(pad.ctx, test_real("corse/zonages-2018.csv"), &options, &table) ==
          MAILLE_OK);
    for (size_t i = 0; i < codes->rows; i++)
        group_of[i] = MAILLE_ABSENT;
    for (size_t row = 0; row < table->rows; row++) {
        const char *group = table->columns[1].texts[row];
        if (maille_names_get(names, group) == MAILLE_ABSENT)
            CHECK(maille_names_set(names, group, count++));
        group_of[sketch_commune(codes, table->columns[0].texts[row])] =
            maille_names_get(names, group);
    }
    maille_names_free(names);
    maille_table_free(table);
    return count;
}

TEST(epci_of_corsica) {
    maille_table *codes = NULL;
    land l;
    land_make(&pad, sketch_read_metres(&pad, test_real("corse/communes.geojson"), &codes), &l);
    uint32_t *group_of = maille_alloc(l.ground.count, sizeof *group_of);
    uint32_t *units = maille_alloc(l.ground.count, sizeof *units);
    uint32_t groups = read_groups(codes, group_of), total = 0;
    CHECK_INT(groups, 19);
    for (uint32_t g = 0; g <= groups; g++) {
        uint32_t count = 0;
        for (uint32_t u = 0; u < l.ground.count; u++)
            if (g == groups || group_of[u] == g)
                units[count++] = u;
        check_compactness(&pad, &l, units, count);
        total += g < groups ? count : 0;
    }
    CHECK_INT(total, 360);
    maille_free(group_of);
    maille_free(units);
    maille_table_free(codes);
    land_free(&l);
}

int main(void) {
    static const test_case cases[] = {CASE(epci_of_corsica)};
    if (maille_ctx_new(&pad.ctx) != MAILLE_OK)
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(pad.ctx);
    return result;
}
