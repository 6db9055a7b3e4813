/* A tiny workspace, written down row by row: three communes, two services, three perimeters of
 * which one is a draft. What the steps would have computed is written down too, so that the layers
 * are tested alone. */
#ifndef TESTS_LAYERS_REGION_H
#define TESTS_LAYERS_REGION_H

#include "harness.h"

#include <maille/layers.h>
#include <maille/memory.h>
#include <maille/store.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        maille_status status_ = (call);                                                            \
        CHECK_TEXT(status_ == MAILLE_OK ? "" : maille_message(ctx), "");                           \
        CHECK_INT(status_, MAILLE_OK);                                                             \
    } while (0)

#define CHECK_FAILS(call, status, part)                                                            \
    do {                                                                                           \
        CHECK_INT((call), (status));                                                               \
        if (!strstr(maille_message(ctx), (part)))                                                  \
            CHECK_TEXT(maille_message(ctx), (part));                                               \
    } while (0)

/* ---- rows from text ---- */

static inline void put_bytes(unsigned char **to, const void *bytes, size_t length) {
    memcpy(*to, bytes, length);
    *to += length;
}

static inline void put_head(unsigned char **to, uint32_t type, uint32_t count) {
    const unsigned char order = 1;
    put_bytes(to, &order, 1);
    put_bytes(to, &type, 4);
    put_bytes(to, &count, 4);
}

/* One ring of a box, clockwise or not. */
static inline void put_box(unsigned char **to, const double *b, bool clockwise) {
    const double x[] = {b[0], b[2], b[2], b[0], b[0]}, y[] = {b[1], b[1], b[3], b[3], b[1]};
    const uint32_t count = 5;
    put_bytes(to, &count, 4);
    for (int i = 0; i < 5; i++) {
        int k = clockwise ? 4 - i : i;
        put_bytes(to, &x[k], 8);
        put_bytes(to, &y[k], 8);
    }
}

/* "x y X Y" a box, " / " another part, " o " a hole in the part before: WKB of a multipolygon.
 * Shells are written clockwise and holes counter-clockwise, wrong on purpose. */
static inline size_t boxes_wkb(const char *text, unsigned char *wkb) {
    unsigned char *at = wkb, *parts, *rings = NULL;
    uint32_t part_count = 0, ring_count = 0;
    put_head(&at, 6, 0);
    parts = at - 4;
    for (const char *c = text; *c;) {
        double b[4];
        int read = 0;
        bool hole = *c == 'o';
        c += *c == '/' || *c == 'o';
        if (sscanf(c, " %lf %lf %lf %lf %n", &b[0], &b[1], &b[2], &b[3], &read) != 4)
            exit(1);
        c += read;
        if (!hole) {
            put_head(&at, 3, 0);
            rings = at - 4;
            ring_count = 0;
            part_count++;
        }
        ring_count++;
        memcpy(rings, &ring_count, 4);
        put_box(&at, b, !hole);
    }
    memcpy(parts, &part_count, 4);
    return (size_t)(at - wkb);
}

static inline void set_cell(maille_ctx *ctx, maille_table *table, size_t row, size_t column,
                            const char *text) {
    unsigned char wkb[2048];
    switch (table->columns[column].type) {
    case MAILLE_INT:
        maille_set_int(table, row, column, strtoll(text, NULL, 10));
        break;
    case MAILLE_REAL:
        maille_set_real(table, row, column, strtod(text, NULL));
        break;
    case MAILLE_TEXT:
        CHECK_OK(maille_set_text(ctx, table, row, column, text));
        break;
    default:
        CHECK_OK(maille_set_bytes(ctx, table, row, column, wkb, boxes_wkb(text, wkb)));
    }
}

/* A table of the first columns of one of the workspace's, as many as a line has cells. */
static inline maille_table *first_columns(maille_ctx *ctx, maille_store *store, const char *name,
                                          const char *line) {
    maille_table *all = NULL, *table = NULL;
    maille_column_spec columns[64];
    size_t count = 1;
    CHECK_OK(maille_store_describe(ctx, store, name, &all));
    for (; *line && *line != '\n'; line++)
        count += *line == '|';
    CHECK(count <= all->column_count && count <= 64);
    for (size_t i = 0; i < count && i < all->column_count && i < 64; i++)
        columns[i] = (maille_column_spec){all->columns[i].name, all->columns[i].type};
    CHECK_OK(maille_table_new(ctx, columns, count, &table));
    maille_table_free(all);
    return table;
}

/* Lines of cells "a|b|c" in the order of the schema's columns; "~" is null; columns beyond the last
 * cell keep their default. */
static inline void fill(maille_ctx *ctx, maille_store *store, const char *name, const char *lines) {
    maille_table *table = first_columns(ctx, store, name, lines);
    char *copy = maille_strdup(lines), *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *cell = line;
        size_t row = 0, column = 0;
        CHECK_OK(maille_table_add_row(ctx, table, &row));
        for (; cell; column++) {
            char *bar = strchr(cell, '|');
            if (bar)
                *bar = '\0';
            if (strcmp(cell, "~") != 0)
                set_cell(ctx, table, row, column, cell);
            cell = bar ? bar + 1 : NULL;
        }
        CHECK_INT(column, table->column_count);
    }
    CHECK_OK(maille_store_append(ctx, store, name, table));
    maille_table_free(table);
    maille_free(copy);
}

/* ---- the workspace ---- */

static const char region_study[] =
    "{\"study\":\"petit\",\"title\":{\"fr\":\"Petit\"},\"services\":["
    "{\"id\":\"medecin_generaliste\",\"title\":{\"fr\":\"Médecin généraliste\"},"
    "\"bands_min\":[10,20]},"
    "{\"id\":\"maternite\",\"title\":{\"fr\":\"Maternité\"},\"bands_min\":[30]}],"
    "\"rules\":{\"sizes\":\"aci-2019\",\"zoning\":{\"set\":\"zonage-2017\",\"unit\":\"bv\"}}}";

static inline void fill_inputs(maille_ctx *ctx, maille_store *store, const char *roads_licence) {
    char imports[2048];
    snprintf(
        imports, sizeof imports,
        "1|communes|~|~|/a/communes.geojson|aaaa|2018-01-01|IGN|Licence Ouverte "
        "2.0|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
        "2|roads|~|~|/a/roads.gpkg|bbbb|~|OpenStreetMap|%s|{}|9|9|0|0|[]|maille|2026-01-01|moi\n"
        "3|supply|~|medecin_generaliste|/a/mg.csv|cccc|2018-01-01|INSEE BPE|Licence Ouverte "
        "2.0|{}|2|2|0|0|[]|maille|2026-01-01|moi\n"
        "4|perimeters|cpts|~|/a/cpts.csv|dddd|~|ARS|CC0|{}|3|3|0|0|[]|maille|2026-01-01|moi\n"
        "5|perimeters|cpts|~|/a/brouillons.csv|eeee|~|Brouillons de "
        "l'ARS|CC0|{}|3|3|0|0|[]|maille|2026-01-01|moi",
        roads_licence);
    fill(ctx, store, "import", imports);
    fill(ctx, store, "commune",
         "2A001|Bourg-l’Évêque|1500|2A|1|8.5 41.5 8.75 41.75\n"
         "01002|Île \"neuve\"|~|01|1|-1.0000001 47 -0.5 47.5 / -0.25 47.1 -0.2 47.2345678\n"
         "01001|Trou|250.4|01|1|1 46 2 47 o 1.25 46.25 1.5 46.5");
    fill(ctx, store, "place",
         "2A001|medecin_generaliste|Bourg-l’Évêque|2A001|8.6|41.6|3|ouvert|centre\n"
         "01001|medecin_generaliste|Trou|01001|1.1|46.1|1.5|ouvert|centre\n"
         "m-1|maternite|Maternité, \"centrale\"|~|~|~|1|prevu|nulle-part");
    fill(ctx, store, "perimeter",
         "cpts-a|cpts|CPTS A|en-fonctionnement|a@exemple.fr|4|0\n"
         "cpts-b|cpts|CPTS B|contractualisee|~|4|0\n"
         "cpts-secret|cpts|CPTS du brouillon|projet|secret@exemple.fr|5|0");
    fill(ctx, store, "perimeter_member_raw",
         "cpts-a|01001|1|4|1\ncpts-a|2A001|0.5|4|2\ncpts-b|2A001|1|4|3\ncpts-secret|01002|1|5|1");
    CHECK_OK(maille_store_set(ctx, store, "study_json", region_study));
    CHECK_OK(maille_store_set(ctx, store, "crs", "EPSG:2154"));
}

static inline void fill_results(maille_ctx *ctx, maille_store *store) {
    fill(ctx, store, "coverage",
         "01001|medecin_generaliste|0|01001|10|0\n"
         "01001|maternite|95.5|m-1|~|0\n"
         "01002|medecin_generaliste|~|~|~|0\n"
         "2A001|medecin_generaliste|10.04|2A001|20|0\n"
         "2A001|maternite|29.96|m-1|30|0");
    fill(ctx, store, "isochrone",
         "1|medecin_generaliste|5|100|0.1|1 1 2 2\n"
         "2|medecin_generaliste|10|200|0.2|0 0 3 3 o 1 1 2 2\n"
         "3|maternite|12.5|300|~|0 0 9 9");
    fill(ctx, store, "access",
         "01001|medecin_generaliste|2.71828\n01002|medecin_generaliste|0\n2A001|maternite|9");
    fill(ctx, store, "catchment",
         "1|2A001|medecin_generaliste|Bourg|1|1500|1234567.8|10.04|10.04|8.5 41.5 8.75 41.75");
    fill(ctx, store, "zone",
         "b1|Zone une|medecin_generaliste|1750.4|2.5|~|ZIP|~|~|0 0 1 1\n"
         "b2|Zone deux|medecin_generaliste|0|~|HZ|~|1|Décision|1 0 2 1");
    fill(ctx, store, "perimeter_figure",
         "1|interne|cpts-a|CPTS A|cpts|en-fonctionnement|2|1000.4|2500000|T1|2|3141.59|"
         "a@exemple.fr|1 46 2 47 / 8.5 41.5 8.75 41.75|2024-05-01|3|1|400.16|0.5|0.25|0.875\n"
         "2|interne|cpts-b|CPTS B|cpts|contractualisee|1|1500|1500000|T1|1|1000|~|8.5 41.5 "
         "8.75 41.75|~|1|0|1000|0.7853981|0.6366197|1\n"
         "3|interne|cpts-secret|CPTS du brouillon|cpts|projet|1|0|5|T1|1|1|secret@exemple.fr|-1 "
         "47 -0.5 47.5|~|1|0|0|~|~|~\n"
         "4|interne|autre|Un contrat local|cls|projet|1|0|5|~|1|1|~|-1 47 -0.5 "
         "47.5|~|1|0|0|~|~|~\n"
         "5|public|cpts-a|CPTS A|cpts|en-fonctionnement|2|1000.4|2500000|T1|2|3141.59|"
         "a@exemple.fr|1 46 2 47 / 8.5 41.5 8.75 41.75|2024-05-01|3|1|400.16|0.5|0.25|0.875\n"
         "6|public|cpts-b|CPTS B|cpts|contractualisee|1|1500|1500000|T1|1|1000|~|8.5 41.5 "
         "8.75 41.75|~|1|0|1000|0.7853981|0.6366197|1");
    fill(ctx, store, "perimeter_alert",
         "interne|cpts-a|1\ninterne|cpts-b|1\ninterne|cpts-secret|0\ninterne|autre|0\n"
         "public|cpts-a|1\npublic|cpts-b|1");
    fill(ctx, store, "finding",
         "1|interne|chevauchement:cpts-a + cpts-b|cpts|chevauchement|erreur|cpts-a + "
         "cpts-b|cpts-a|cpts-b|1|[\"2A001\"]|1500|CPTS A et CPTS B ont 1 commune en "
         "commun|~|8.5 41.5 8.75 41.75\n"
         "2|interne|sans-commune:autre|cls|sans-commune|erreur|autre|autre|~|0|[]|0|Rien|Agir|~");
    fill(ctx, store, "contested",
         "interne|cpts|2A001|Bourg-l’Évêque|1500|2|[\"cpts-a\",\"cpts-b\"]|{\"pretendants\":[]}");
    fill(ctx, store, "perimeter_drive",
         "interne|cpts-a|~\ninterne|cpts-b|12.34\ninterne|cpts-secret|~\ninterne|autre|~\n"
         "public|cpts-a|~\npublic|cpts-b|12.34");
    fill(ctx, store, "overlap",
         "1|interne|cpts-a|cpts-b|1|[\"2A001\"]|1500|0.749850079968|1|erreur|8.5 41.5 8.75 41.75\n"
         "2|public|cpts-a|cpts-b|1|[\"2A001\"]|1500|0.749850079968|1|erreur|8.5 41.5 8.75 41.75");
    fill(ctx, store, "gap", "1|public|zb-01002|1|[\"01002\"]|0|0|[]|~|-1 47 -0.5 47.5");
}

static inline maille_store *new_region(maille_ctx *ctx, const char *roads_licence) {
    static int number;
    char name[32];
    maille_store *store = NULL;
    snprintf(name, sizeof name, "petit%d.maille", ++number);
    CHECK_OK(maille_store_create(ctx, test_scratch(name), 2154, "test", &store));
    if (!store)
        exit(1);
    fill_inputs(ctx, store, roads_licence);
    fill_results(ctx, store);
    return store;
}

/* Steps that have all run, but the last. */
static const maille_step_state region_steps[] = {
    {"codes", true, false, NULL},
    {"borders", true, false, NULL},
    {"contexts", true, false, NULL},
    {"densities", true, false, NULL},
    {"care-densities", true, false, NULL},
    {"network", true, false, NULL},
    {"coverage", true, false, NULL},
    {"catchments", true, true, NULL},
    {"isochrones", true, false, NULL},
    {"access", true, false, NULL},
    {"zones", true, false, NULL},
    {"perimeters", true, false, NULL},
    {"findings", true, false, NULL},
    {"drives", true, false, NULL},
    {"versions", true, false, NULL},
    {"perimeter-catchments", false, false, "no supply was given"},
};
enum { REGION_STEPS = sizeof region_steps / sizeof *region_steps };

static inline maille_catalogue *catalogue_of(maille_ctx *ctx, maille_store *store,
                                             maille_audience audience) {
    maille_catalogue *catalogue = NULL;
    CHECK_OK(maille_catalogue_new(ctx, store, audience, region_steps, REGION_STEPS, &catalogue));
    if (!catalogue)
        exit(1);
    return catalogue;
}

/* Whole file as text; owned by the caller. */
static inline char *file_text(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    text = maille_alloc((size_t)length + 1, 1);
    if (fread(text, 1, (size_t)length, file) != (size_t)length)
        text[0] = '\0';
    fclose(file);
    return text;
}

#endif
