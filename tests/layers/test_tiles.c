/* Tiles of a tiny workspace: decoded by hand, byte after byte, and what is told of them. */
#include "region.h"

#include <maille/jsontree.h>
#include <maille/tiles.h>
#include <pthread.h>

static maille_ctx *ctx;

static const maille_selection everything = {.limit = -1};

static maille_tileset *tiles_of(const char *id, const maille_selection *selection) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    maille_tileset *set = NULL;
    CHECK_OK(maille_tileset_new(ctx, c, id, selection, &set));
    maille_catalogue_free(c); /* the set needs neither */
    maille_store_close(store);
    return set;
}

/* ---- a decoder, as the specification has it
 * ----------------------------------------------------- */

typedef struct {
    const unsigned char *at, *end;
} message;

static uint64_t varint(message *m) {
    uint64_t value = 0;
    for (int shift = 0; m->at < m->end; shift += 7) {
        unsigned char byte = *m->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            break;
    }
    return value;
}

/* The next field: a number, or a message; false at the end. */
static bool field(message *m, unsigned *number, uint64_t *value, message *inner) {
    if (m->at >= m->end)
        return false;
    uint64_t key = varint(m);
    *number = (unsigned)(key >> 3);
    *value = 0;
    *inner = (message){NULL, NULL};
    if ((key & 7) == 0) {
        *value = varint(m);
    } else if ((key & 7) == 1) {
        memcpy(value, m->at, 8);
        m->at += 8;
    } else {
        CHECK_INT(key & 7, 2);
        uint64_t length = varint(m);
        CHECK(length <= (uint64_t)(m->end - m->at));
        *inner = (message){m->at, m->at + length};
        m->at += length;
    }
    return true;
}

static void say_value(message m, maille_strbuf *to) {
    unsigned number;
    uint64_t value;
    message text;
    CHECK(field(&m, &number, &value, &text));
    if (number == 1)
        maille_strbuf_add_n(to, (const char *)text.at, (size_t)(text.end - text.at));
    else if (number == 3) {
        double d;
        memcpy(&d, &value, sizeof d);
        maille_strbuf_add_double(to, d);
    } else if (number == 5) {
        maille_strbuf_add_int(to, (int64_t)value);
    } else {
        CHECK_INT(number, 7);
        maille_strbuf_add(to, value ? "true" : "false");
    }
}

static void say_geometry(message m, maille_strbuf *to) {
    int x = 0, y = 0;
    while (m.at < m.end) {
        uint64_t command = varint(&m);
        unsigned what = (unsigned)(command & 7), count = (unsigned)(command >> 3);
        if (what == 7)
            maille_strbuf_add(to, " Z");
        for (unsigned i = 0; what != 7 && i < count; i++) {
            uint32_t dx = (uint32_t)varint(&m), dy = (uint32_t)varint(&m);
            x += (int)(dx >> 1) ^ -(int)(dx & 1);
            y += (int)(dy >> 1) ^ -(int)(dy & 1);
            maille_strbuf_addf(to, " %c%d,%d", what == 1 ? 'M' : 'L', x, y);
        }
    }
}

enum { MOST = 64 };
typedef struct {
    message features[MOST], keys[MOST], values[MOST];
    unsigned feature_count, key_count, value_count;
} layer;

static void say_feature(message m, const layer *l, maille_strbuf *to) {
    unsigned number;
    uint64_t value;
    message inner, geometry = {NULL, NULL};
    while (field(&m, &number, &value, &inner)) {
        if (number == 1)
            maille_strbuf_addf(to, "%d:", (int)value);
        else if (number == 3)
            maille_strbuf_add(to, value == 1 ? " point" : value == 3 ? " polygon" : " ?");
        else if (number == 4)
            geometry = inner;
        while (number == 2 && inner.at < inner.end) {
            message key = l->keys[varint(&inner)];
            maille_strbuf_add(to, " ");
            maille_strbuf_add_n(to, (const char *)key.at, (size_t)(key.end - key.at));
            maille_strbuf_add(to, "=");
            say_value(l->values[varint(&inner)], to);
        }
    }
    say_geometry(geometry, to);
    maille_strbuf_add(to, "\n");
}

/* The tile as text: "id: key=value … kind M x,y L x,y … Z". */
static void say_tile(maille_tileset *set, unsigned z, unsigned x, unsigned y, maille_strbuf *to) {
    maille_strbuf bytes = {0};
    layer l = {0};
    unsigned number;
    uint64_t value;
    message whole, inner, m;
    maille_strbuf_clear(to);
    maille_strbuf_add(to, "");
    CHECK_OK(maille_tile(ctx, set, z, x, y, &bytes));
    whole = (message){(unsigned char *)bytes.text, (unsigned char *)bytes.text + bytes.length};
    if (bytes.length > 0) {
        CHECK(field(&whole, &number, &value, &m));
        CHECK_INT(number, 3);
        CHECK(whole.at == whole.end); /* one layer */
        while (field(&m, &number, &value, &inner)) {
            if (number == 2)
                l.features[l.feature_count++] = inner;
            else if (number == 3)
                l.keys[l.key_count++] = inner;
            else if (number == 4)
                l.values[l.value_count++] = inner;
            else if (number == 5)
                CHECK_INT(value, 4096);
            else if (number == 15)
                CHECK_INT(value, 2);
            else
                maille_strbuf_addf(to, "%.*s\n", (int)(inner.end - inner.at),
                                   (const char *)inner.at);
        }
    }
    for (unsigned i = 0; i < l.feature_count; i++)
        say_feature(l.features[i], &l, to);
    maille_strbuf_free(&bytes);
}

/* ---- the tests
 * ----------------------------------------------------------------------------------- */

TEST(points_and_their_values) {
    maille_tileset *set = tiles_of("etablissements", &everything);
    maille_strbuf said = {0};
    say_tile(set, 0, 0, 0, &said);
    /* 1.1 E 46.1 N is at 2060.52, 1455.56 by the formula of the projection; a place that is nowhere
     * is in no tile */
    CHECK_TEXT(said.text,
               "etablissements\n"
               "2: id=01001 nom=Trou service=medecin_generaliste code_commune=01001 statut=ouvert "
               "effectif=1.5 localisation=centre point M2061,1456\n"
               "3: id=2A001 nom=Bourg-l’Évêque service=medecin_generaliste code_commune=2A001 "
               "statut=ouvert effectif=3 localisation=centre point M2146,1527\n");
    say_tile(set, 1, 0, 1, &said);
    CHECK_TEXT(said.text, "");
    maille_strbuf_free(&said);
    maille_tileset_free(set);
}

/* A square with a hole at zoom 2: shells clockwise on the screen, holes against it. */
TEST(polygons_and_their_windings) {
    const maille_selection one = {.id = "01001", .limit = -1};
    maille_tileset *set = tiles_of("communes", &one);
    maille_strbuf said = {0};
    say_tile(set, 2, 2, 1, &said);
    /* 64 units from a tile's border its neighbour is cut: there each edge has a point */
    CHECK_TEXT(said.text,
               "communes\n1: code=01001 nom=Trou population=250 departement=01 polygon "
               "M46,1667 L64,1667 L91,1667 L91,1733 L64,1733 L46,1733 Z M57,1700 "
               "L57,1716 L64,1716 L68,1716 L68,1700 L64,1700 Z\n");
    maille_strbuf_free(&said);
    maille_tileset_free(set);
}

TEST(what_tilejson_tells) {
    maille_tileset *set = tiles_of("communes", &everything);
    maille_strbuf text = {0};
    maille_json *tree = NULL;
    double number = -1;
    CHECK_OK(maille_tilejson(ctx, set, "https://x.fr/\"t\"/{z}/{x}/{y}", &text));
    CHECK_OK(maille_json_parse(ctx, "tilejson", text.text, &tree));
    CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "tilejson")), "3.0.0");
    CHECK_TEXT(maille_json_as_text(maille_json_at(maille_json_get(tree, "tiles"), 0)),
               "https://x.fr/\"t\"/{z}/{x}/{y}");
    CHECK(maille_json_as_number(maille_json_get(tree, "maxzoom"), &number) && number == 14);
    const maille_json *bounds = maille_json_get(tree, "bounds");
    const double box[] = {-1.0000001, 41.5, 8.75, 47.5};
    for (size_t i = 0; i < 4; i++)
        CHECK(maille_json_as_number(maille_json_at(bounds, i), &number) && number == box[i]);
    CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "attribution")),
               "IGN, 2018-01-01 (licence : Licence Ouverte 2.0)");
    const maille_json *layer_told = maille_json_at(maille_json_get(tree, "vector_layers"), 0);
    CHECK_TEXT(maille_json_as_text(maille_json_get(layer_told, "id")), "communes");
    CHECK_TEXT(
        maille_json_as_text(maille_json_get(maille_json_get(layer_told, "fields"), "population")),
        "Population (hab.) : Habitants de la commune, selon la source des communes.");
    maille_json_free(tree);
    maille_strbuf_free(&text);
    maille_tileset_free(set);
}

TEST(what_there_is_no_tile_of) {
    maille_tileset *set = tiles_of("communes", &everything);
    maille_strbuf out = {0};
    uint64_t tiles = 0;
    CHECK_FAILS(maille_tile(ctx, set, 15, 0, 0, &out), MAILLE_USAGE, "there was no tile 15/0/0");
    CHECK_FAILS(maille_tile(ctx, set, 3, 8, 0, &out), MAILLE_USAGE, "there was no tile 3/8/0");
    CHECK_FAILS(maille_tile(ctx, set, 0, 0, 1, &out), MAILLE_USAGE, "there was no tile 0/0/1");
    CHECK_FAILS(maille_tileset_write(ctx, set, 15, test_scratch("x.mbtiles"), &tiles), MAILLE_USAGE,
                "zoom 15 was beyond 14");
    CHECK_INT(out.length, 0);
    size_t before = maille_tileset_bytes(set);
    CHECK_OK(maille_tile(ctx, set, 6, 32, 22, &out));
    CHECK(maille_tileset_bytes(set) > before); /* a zoom was made */
    maille_strbuf_free(&out);
    maille_tileset_free(set);
}

/* ---- threads and memory
 * -------------------------------------------------------------------------- */

typedef struct {
    maille_tileset *set;
    maille_strbuf tiles;
} asker;

static void *ask(void *user) {
    asker *a = user;
    maille_ctx *own = NULL;
    if (maille_ctx_new(&own) == MAILLE_OK)
        for (unsigned z = 0; z <= 14; z++)
            for (unsigned i = 0; i < 3; i++) {
                unsigned x = (unsigned)((181.1 + i) / 360 * (1u << z));
                maille_tile(own, a->set, z, x, (unsigned)(0.356 * (1u << z)), &a->tiles);
            }
    maille_ctx_free(own);
    return NULL;
}

TEST(threads_share_a_set) {
    asker askers[4] = {{0}};
    pthread_t threads[4];
    maille_tileset *set = tiles_of("communes", &everything);
    for (int i = 0; i < 4; i++) {
        askers[i].set = set;
        CHECK_INT(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    CHECK(askers[0].tiles.length > 1000);
    for (int i = 1; i < 4; i++) {
        CHECK_INT(askers[i].tiles.length, askers[0].tiles.length);
        CHECK(memcmp(askers[i].tiles.text, askers[0].tiles.text, askers[0].tiles.length) == 0);
    }
    for (int i = 0; i < 4; i++)
        maille_strbuf_free(&askers[i].tiles);
    maille_tileset_free(set);
}

TEST(memory_may_run_out_anywhere) {
    maille_store *store = new_region(ctx, "ODbL 1.0");
    maille_catalogue *c = catalogue_of(ctx, store, MAILLE_INTERNE);
    bool all = false;
    for (uint64_t n = 1; !all && n < 3000; n++) {
        maille_tileset *set = NULL;
        maille_strbuf out = {0}, json = {0};
        maille_memory_fail_at(n);
        maille_status status = maille_tileset_new(ctx, c, "communes", &everything, &set);
        if (!status)
            status = maille_tile(ctx, set, 5, 16, 11, &out);
        if (!status)
            status = maille_tilejson(ctx, set, "u", &json);
        all = !status;
        maille_memory_fail_at(0);
        if (status)
            CHECK(status == MAILLE_NO_MEMORY || status == MAILLE_FAILED);
        maille_strbuf_free(&out);
        maille_strbuf_free(&json);
        maille_tileset_free(set);
    }
    CHECK(all);
    maille_catalogue_free(c);
    maille_store_close(store);
}

int main(void) {
    static const test_case cases[] = {
        CASE(points_and_their_values), CASE(polygons_and_their_windings),
        CASE(what_tilejson_tells),     CASE(what_there_is_no_tile_of),
        CASE(threads_share_a_set),     CASE(memory_may_run_out_anywhere)};
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
