/* Documents and pages of the service: no dead link, OpenAPI that tells what is there, pages that
 * stand up to what is written in them. */
#include "test_ogc_kit.h"

static const char base[] = "http://carte.example";

/* ---- links ---- */

enum { MOST_LINKS = 4000, LONGEST = 600 };
static char (*found)[LONGEST];
static size_t found_count;

/* Files and tiles are asked for elsewhere; a page of features stands for the pages after it. */
static bool is_followed(const char *path) {
    return !strchr(path, '{') && !strstr(path, "/download") && !strstr(path, "sortby=") &&
           !strstr(path, "offset=") && strncmp(path, "/metrics", 8) != 0;
}

static void note(const char *text, size_t length) {
    char link[LONGEST] = "";
    size_t n = 0;
    for (size_t i = 0; i < length && n + 1 < sizeof link; i++) {
        link[n++] = text[i];
        if (strncmp(text + i, "&amp;", 5) == 0)
            i += 4;
    }
    if (strncmp(link, base, strlen(base)) != 0 || !is_followed(link))
        return;
    const char *path = link + strlen(base);
    for (size_t i = 0; i < found_count; i++)
        if (strcmp(found[i], path) == 0)
            return;
    CHECK(found_count < MOST_LINKS);
    if (found_count < MOST_LINKS)
        memcpy(found[found_count++], path, strlen(path) + 1);
}

/* What stands in quotes after href, in JSON and in HTML. */
static void note_links(void) {
    for (const char *p = body(); (p = strstr(p, "href\"")) != NULL;)
        if (*(p += 5) == ':')
            note(p + 2, strcspn(p + 2, "\""));
    for (const char *p = body(); (p = strstr(p, " href=\"")) != NULL;) {
        p += 7;
        note(p, strcspn(p, "\""));
    }
}

/* From the landing page on, every address that an answer names answers; features of one layer
 * stand for those of all. */
static void crawl(const char *from) {
    size_t features = 0;
    found_count = 0;
    note(from, strlen(from));
    for (size_t i = 0; i < found_count; i++) {
        if (strstr(found[i], "/items/") && ++features > 60)
            continue;
        int status = get(found[i]);
        if (status != 200)
            CHECK_TEXT(found[i], "alive");
        note_links();
    }
    CHECK(found_count > 100);
}

TEST(no_link_is_dead) {
    found = maille_alloc(MOST_LINKS, sizeof *found);
    crawl("http://carte.example/?f=json");
    crawl("http://carte.example/?f=html&lang=en");
    as(tokens[0]);
    crawl("http://carte.example/?audience=public");
    for (size_t i = 0; i < found_count; i++)
        if (strncmp(found[i], "/style.css", 10) != 0)
            CHECK(strstr(found[i], "audience=public") != NULL);
    as(NULL);
    maille_free(found);
}

/* ---- formats ---- */

TEST(a_document_comes_as_it_is_asked_for) {
    static const struct {
        const char *target, *accept, *type;
    } cases[] = {
        {"/", "", "application/json"},
        {"/", "text/html,*/*;q=0.8", "text/html"},
        {"/?f=html", "application/json", "text/html"},
        {"/api", "application/vnd.oai.openapi+json;version=3.0",
         "application/vnd.oai.openapi+json;version=3.0"},
        {"/collections/communes/items", "application/json", "application/json"},
        {"/collections/communes/items", "application/geo+json, application/json;q=0.5",
         "application/geo+json"},
        {"/collections/communes/items", "text/csv", "text/csv"},
        {"/collections/communes/queryables", "application/schema+json", "application/schema+json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        accepted = cases[i].accept;
        CHECK_INT(get(cases[i].target), 200);
        bool html = strncmp(body(), "<!DOCTYPE html>", 15) == 0;
        CHECK(html == (strcmp(cases[i].type, "text/html") == 0));
        CHECK((body()[0] == '{') == (strstr(cases[i].type, "json") != NULL));
    }
    accepted = "";
}

/* ---- OpenAPI ---- */

static const maille_json *operation_of(const maille_json *paths, const char *path,
                                       const char *method) {
    return maille_json_get(maille_json_get(paths, path), method);
}

static bool has_parameter(const maille_json *operation, const char *name) {
    const maille_json *list = maille_json_get(operation, "parameters");
    for (size_t i = 0; i < maille_json_count(list); i++)
        if (strcmp(maille_json_as_text(maille_json_get(maille_json_at(list, i), "name")), name) ==
            0)
            return true;
    return false;
}

static void check_route(const maille_json *paths, const route *one) {
    static const struct {
        unsigned verb;
        const char *name;
    } verbs[] = {{GET, "get"}, {POST, "post"}, {PUT, "put"}, {PATCH, "patch"}, {DELETE, "delete"}};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        const maille_json *operation = operation_of(paths, one->path, verbs[i].name);
        if (!(one->verbs & verbs[i].verb))
            continue;
        bool told = operation != NULL;
        bool hidden = one->page || (one->hidden && one->least > MAILLE_ANONYMOUS);
        if (told == hidden)
            CHECK_TEXT(one->path, hidden ? "hidden" : "told");
        for (const route_parameter *p = one->parameters; told && p && p->name; p++)
            CHECK(has_parameter(operation, p->name));
        for (const char *p = one->path; told && (p = strchr(p, '{')) != NULL; p++) {
            char name[64] = "";
            memcpy(name, p + 1, strcspn(p + 1, "}"));
            CHECK(has_parameter(operation, name));
        }
    }
}

TEST(openapi_tells_every_route_and_none_that_is_hidden) {
    CHECK_INT(get("/api"), 200);
    CHECK_TEXT(maille_json_as_text(maille_json_get(tree(), "openapi")), "3.0.3");
    const maille_json *paths = maille_json_get(tree(), "paths");
    for (size_t t = 0; t < all_route_count; t++)
        for (size_t i = 0; i < all_routes[t]->count; i++)
            check_route(paths, &all_routes[t]->routes[i]);
    /* GDAL and QGIS read the size of pages here. */
    const maille_json *list = maille_json_get(
        operation_of(paths, "/collections/{collection}/items", "get"), "parameters");
    for (size_t i = 0; i < maille_json_count(list); i++) {
        const maille_json *p = maille_json_at(list, i);
        if (strcmp(maille_json_as_text(maille_json_get(p, "name")), "limit") != 0)
            continue;
        CHECK_INT(number(maille_json_get(maille_json_get(p, "schema"), "maximum")), 50);
        CHECK_INT(number(maille_json_get(maille_json_get(p, "schema"), "default")), 10);
    }
}

/* ---- collections ---- */

TEST(a_collection_tells_its_extent_sources_and_properties) {
    CHECK_INT(get("/collections/cpts"), 200);
    const maille_json *box = maille_json_at(
        maille_json_get(maille_json_get(maille_json_get(tree(), "extent"), "spatial"), "bbox"), 0);
    CHECK_INT(maille_json_count(box), 4);
    CHECK(maille_json_count(maille_json_get(tree(), "sources")) > 0);
    CHECK(maille_json_as_text(maille_json_get(tree(), "licence")) != NULL);
    CHECK_TEXT(maille_json_as_text(maille_json_get(tree(), "storageCrs")),
               "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    CHECK_TEXT(maille_json_as_text(maille_json_get(tree(), "audience")), "public");
    CHECK_INT(get("/collections/cpts/queryables"), 200);
    const maille_json *properties = maille_json_get(tree(), "properties");
    const maille_json *status = maille_json_get(properties, "statut");
    CHECK_TEXT(maille_json_as_text(maille_json_get(status, "type")), "string");
    CHECK_TEXT(maille_json_as_text(maille_json_at(maille_json_get(status, "enum"), 0)),
               "en-fonctionnement");
    CHECK_TEXT(maille_json_as_text(
                   maille_json_get(maille_json_get(properties, "surface_km2"), "x-ogc-unit")),
               "km²");
    CHECK(maille_json_get(properties, "geometry") != NULL);
}

/* What is answered is what the schema says. */
TEST(features_have_the_properties_of_their_schema) {
    static const char *const layers[] = {"communes", "cpts", "couverture", "etablissements"};
    for (size_t k = 0; k < sizeof layers / sizeof *layers; k++) {
        char target[200];
        maille_json *feature = NULL;
        snprintf(target, sizeof target, "/collections/%s/items?limit=1", layers[k]);
        CHECK_INT(get(target), 200);
        CHECK_OK(maille_json_parse(ctx, "feature", body(), &feature));
        const maille_json *properties =
            maille_json_get(maille_json_at(maille_json_get(feature, "features"), 0), "properties");
        snprintf(target, sizeof target, "/collections/%s/schema", layers[k]);
        CHECK_INT(get(target), 200);
        const maille_json *told = maille_json_get(tree(), "properties");
        const maille_property *list = NULL;
        size_t count = 0;
        CHECK_OK(maille_layer_properties(ctx, the_view->catalogues[MAILLE_PUBLIC], layers[k], &list,
                                         &count));
        CHECK(count > 3);
        for (size_t i = 0; i < count; i++) {
            CHECK(maille_json_get(properties, list[i].name) != NULL);
            CHECK(maille_json_get(told, list[i].name) != NULL);
        }
        maille_json_free(feature);
    }
}

/* ---- pages ---- */

TEST(what_is_asked_is_not_written_into_a_page) {
    CHECK_INT(get("/collections/communes/items?f=html&q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
              200);
    CHECK(!says("<script"));
    CHECK(says("&quot;&gt;&lt;script&gt;"));
    CHECK_INT(get("/collections/communes/items?f=html&filter=%3Cb%3E"), 400);
    CHECK(!says("<b>"));
}

TEST(pages_are_in_the_language_that_is_asked_for) {
    CHECK_INT(get("/collections/communes?f=html&lang=en"), 200);
    CHECK(says("<html lang=\"en\">") && says("Download") && says("/items?lang=en"));
    CHECK_INT(get("/collections/communes?f=html"), 200);
    CHECK(says("<html lang=\"fr\">") && says("Télécharger"));
}

TEST(tiles_have_addresses_and_the_rest_is_refused) {
    CHECK_INT(get("/tiles/communes/0/0/0"), 200);
    size_t length = answered.body.length;
    CHECK(length > 100);
    CHECK_INT(get("/tiles/communes/0/0/0.pbf"), 200);
    CHECK_INT(answered.body.length, length);
    CHECK_INT(get("/tiles/communes/6/0/0.mvt"), 204);
    CHECK_INT(get("/tiles/communes/1/2/0"), 400);
    CHECK_INT(get("/tiles/communes/1/0/x"), 400);
    CHECK_INT(get("/tiles/communes/1/0/0.png"), 400);
    CHECK_INT(get("/tiles/communes/1/-1/0"), 400);
    CHECK_INT(get("/tiles/nulle-part/0/0/0"), 404);
    CHECK_INT(get("/tiles/nulle-part"), 404);
}

TEST(begin) {
    start();
}
TEST(end) {
    finish();
}

RUN_TESTS(CASE(begin), CASE(no_link_is_dead), CASE(a_document_comes_as_it_is_asked_for),
          CASE(openapi_tells_every_route_and_none_that_is_hidden),
          CASE(a_collection_tells_its_extent_sources_and_properties),
          CASE(features_have_the_properties_of_their_schema),
          CASE(what_is_asked_is_not_written_into_a_page),
          CASE(pages_are_in_the_language_that_is_asked_for),
          CASE(tiles_have_addresses_and_the_rest_is_refused), CASE(end))
