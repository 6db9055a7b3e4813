/* The way of a request up to its handler: what is taken, what is refused and with which words. */
#include "router_kit.h"

#include <maille/jsontree.h>
#include <maille/text.h>

static maille_status nothing(view *v, const request *r, reply *out) {
    (void)v, (void)r;
    out->cache = CACHE_BY_AUDIENCE;
    maille_strbuf_add(&out->body, "fine");
    return MAILLE_OK;
}

static const char *const pages[] = {"json", "html", NULL};
static const char *const features[] = {"geojson", "html", NULL};
static const char *const tiles[] = {"mvt", NULL};
static const char *const plain[] = {"json", NULL};
static const route_parameter item_parameters[] = {
    {.name = "collection", .in_path = true}, {.name = "limit"}, {.name = "bbox"}, {.name = NULL}};
static const route mine[] = {
    {.verbs = GET, .path = "/", .id = "landing", .formats = pages, .answer = nothing},
    {.verbs = GET, .path = "/c/{collection}", .id = "one", .formats = pages, .answer = nothing},
    {.verbs = GET, .path = "/c/all", .id = "all", .formats = pages, .answer = nothing},
    {.verbs = GET,
     .path = "/c/{collection}/items",
     .id = "items",
     .parameters = item_parameters,
     .formats = features,
     .answer = nothing},
    {.verbs = GET,
     .path = "/c/{collection}/items/{feature}",
     .id = "item",
     .any_parameter = true,
     .formats = features,
     .answer = nothing},
    {.verbs = GET, .path = "/t/{l}/{z}/{x}/{y}", .id = "tile", .formats = tiles, .answer = nothing},
    {.verbs = GET,
     .path = "/t/{l}/{z}/{x}/{y}.json",
     .id = "y",
     .formats = plain,
     .answer = nothing},
    {.verbs = GET,
     .path = "/hidden",
     .id = "hidden",
     .least = MAILLE_ADMIN,
     .hidden = true,
     .formats = plain,
     .answer = nothing},
    {.verbs = POST | DELETE,
     .path = "/edit",
     .id = "edit",
     .least = MAILLE_PLANIFICATEUR,
     .formats = plain,
     .answer = nothing},
    {.verbs = POST,
     .path = "/figures",
     .id = "figures",
     .no_csrf = true,
     .formats = plain,
     .answer = nothing},
};
static const route_table my_routes = {mine, sizeof mine / sizeof *mine};
const route_table *const all_routes[] = {&my_routes, &operation_routes};
const size_t all_route_count = 2;

/* ---- paths ---- */

TEST(a_path_finds_its_route_and_its_parts) {
    CHECK_INT(GET_("/", NULL), 0);
    CHECK_TEXT(goes->id, "landing");
    CHECK_TEXT(asks->path, "/");
    CHECK_INT(GET_("/c/cpts/items/a%20b%C3%A9", NULL), 0);
    CHECK_TEXT(goes->id, "item");
    CHECK_TEXT(asks->part[0], "cpts");
    CHECK_TEXT(asks->part[1], "a bé");
    CHECK_TEXT(asks->target, "/c/cpts/items/a%20b%C3%A9");
    CHECK_TEXT(asks->path, "/c/cpts/items/a bé");
    /* A literal goes before a part, a part with an ending before one without. */
    CHECK_INT(GET_("/c/all", NULL), 0);
    CHECK_TEXT(goes->id, "all");
    CHECK_INT(GET_("/c/alle", NULL), 0);
    CHECK_TEXT(goes->id, "one");
    CHECK_INT(GET_("/t/l/1/2/3.json", NULL), 0);
    CHECK_TEXT(goes->id, "y");
    CHECK_TEXT(asks->part[3], "3");
    CHECK_INT(GET_("/t/l/1/2/.json", NULL), 0);
    CHECK_TEXT(goes->id, "tile");
    CHECK_TEXT(asks->part[3], ".json");
}

TEST(what_is_no_route_is_404) {
    static const char *const nowhere[] = {"/x",      "/c",
                                          "/C/all",  "/c/a/items/b/c",
                                          "/hidden", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s"};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        CHECK_INT(GET_(nowhere[i], NULL), 404);
    CHECK(says("\"status\":404") && says("\"instance\":\"/a/b/"));
}

TEST(a_path_that_hides_something_is_400) {
    static const char *const wrong[] = {"/c/../all",
                                        "/c/./all",
                                        "/c//all",
                                        "//",
                                        "/c/%2e%2e/all",
                                        "/c/%2E/all",
                                        "/c/a%2fb",
                                        "/c/a%2Fb",
                                        "/c/a%5cb",
                                        "/c/a\\b",
                                        "/c/a%00",
                                        "/c/a%0d%0aX:1",
                                        "/c/a%7f",
                                        "/c/%ff",
                                        "/c/%c0%af",
                                        "/c/%",
                                        "/c/%4",
                                        "/c/%zz",
                                        "/c/a\tb",
                                        "/c/a\x01",
                                        "c/all",
                                        "",
                                        "?f=json",
                                        "http:/c/all",
                                        "http://h",
                                        "//c.example/",
                                        "/c/a#b",
                                        "/c/a b",
                                        "/c/%ed%a0%80",
                                        "/..",
                                        "/c/all?x=%0",
                                        "/c/all?x=%00",
                                        "/c/all?x=%ff",
                                        "ftp://h/c",
                                        "/c/..%2f..%2fetc",
                                        "/c/all?%01=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int status = GET_(wrong[i], NULL);
        if (status != 400)
            CHECK_TEXT(wrong[i], "refused with 400");
    }
    /* Decoded once only. */
    CHECK_INT(GET_("/c/%252e%252e", NULL), 0);
    CHECK_TEXT(asks->part[0], "%2e%2e");
    CHECK_INT(GET_("/c/a%252fb", NULL), 0);
    CHECK_TEXT(asks->part[0], "a%2fb");
    CHECK_INT(GET_("/c/a..b", NULL), 0);
    CHECK_INT(GET_("/c/\xc3\xa9", NULL), 0);
    CHECK_TEXT(asks->part[0], "é");
}

TEST(a_target_that_is_too_long_is_414) {
    static char long_one[9000];
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[0] = '/';
    CHECK_INT(GET_(long_one, NULL), 414);
    long_one[8192] = '\0';
    CHECK_INT(GET_(long_one, NULL), 404);
}

TEST(the_absolute_form_is_that_of_its_host) {
    CHECK_INT(GET_("http://carte.example/c/all", NULL), 0);
    CHECK_TEXT(asks->path, "/c/all");
    CHECK_INT(GET_("http://other.example/c/all", NULL), 400);
}

TEST(a_slash_at_the_end_is_left_out_for_good) {
    CHECK_INT(GET_("/c/all/?f=json", NULL), 308);
    CHECK_TEXT(header("Location"), "http://carte.example/c/all?f=json");
    CHECK_INT(GET_("/c/%C3%A9/", NULL), 308);
    CHECK_TEXT(header("Location"), "http://carte.example/c/%C3%A9");
    CHECK_INT(GET_("/nowhere/", NULL), 404);
    CHECK_INT(GET_("/hidden/", NULL), 404);
}

TEST(methods_are_those_of_the_path) {
    CHECK_INT(ASK("HEAD", "/c/all", "Host: h"), 0);
    CHECK_INT(asks->verb, GET);
    CHECK_INT(ASK("POST", "/c/all", "Host: h"), 405);
    CHECK_TEXT(header("Allow"), "GET, HEAD, OPTIONS");
    CHECK_INT(ASK("GET", "/edit", "Host: h"), 405);
    CHECK_TEXT(header("Allow"), "POST, DELETE, OPTIONS");
    CHECK_INT(ASK("BREW", "/c/all", "Host: h"), 405);
    CHECK_INT(ASK("get", "/c/all", "Host: h"), 405);
    CHECK_INT(ASK("POST", "/hidden", "Host: h"), 404);
    CHECK_INT(ASK("BREW", "/nowhere", "Host: h"), 404);
}

/* ---- parameters ---- */

TEST(parameters_are_known_and_given_once) {
    CHECK_INT(GET_("/c/a/items?limit=3&bbox=1%2C2,3&f=geojson&lang=en&audience=public", NULL), 0);
    CHECK_TEXT(request_parameter(asks, "limit"), "3");
    CHECK_TEXT(request_parameter(asks, "bbox"), "1,2,3");
    CHECK(request_parameter(asks, "offset") == NULL);
    CHECK_INT(GET_("/c/a/items?limit=3&ofset=4&lang=en", NULL), 400);
    CHECK(says("“ofset”") && says("Known parameters: limit, bbox, f, lang, audience."));
    CHECK_INT(GET_("/c/a/items?Limit=3", NULL), 400);
    CHECK_INT(GET_("/c/a/items?collection=3", NULL), 400); /* stands in the path */
    CHECK_INT(GET_("/c/a/items?limit=3&limit=3", NULL), 400);
    CHECK(says("deux fois"));
    CHECK_INT(GET_("/c/a/items?limit=3&%6cimit=4", NULL), 400);
    CHECK_INT(GET_("/c/a/items?f=geojson&f=html", NULL), 400);
    CHECK_INT(GET_("/c/a/items?=3", NULL), 400);
    /* Any: also what is not there, but once. */
    CHECK_INT(GET_("/c/a/items/b?nom=Saint+L%C3%B4&x=a%2Bb&&y", NULL), 0);
    CHECK_TEXT(request_parameter(asks, "nom"), "Saint Lô");
    CHECK_TEXT(request_parameter(asks, "x"), "a+b");
    CHECK_TEXT(request_parameter(asks, "y"), "");
    CHECK_INT(asks->parameter_count, 3);
    CHECK_INT(GET_("/c/a/items/b?nom=a&nom=b", NULL), 400);
}

TEST(many_parameters_are_too_many) {
    char many[2048] = "/c/a/items/b?";
    for (int i = 0; i < 100; i++)
        snprintf(many + strlen(many), 16, "a%d=1&", i);
    CHECK_INT(GET_(many, NULL), 400); /* the last & opens one more */
    many[strlen(many) - 1] = '\0';
    CHECK_INT(GET_(many, NULL), 0);
    CHECK_INT(asks->parameter_count, 100);
}

/* What a caller sends stands in the answer as text of JSON or HTML, never as more. */
TEST(a_hostile_name_is_quoted) {
    CHECK_INT(GET_("/c/a/items?%22%3E%3Cscript%3E=1", NULL), 400);
    CHECK(says("« \\\"><script> »"));
    CHECK_INT(GET_("/c/a/items?%22%3E%3Cscript%3E=1&f=html", NULL), 400);
    CHECK(says("&quot;&gt;&lt;script&gt;") && !says("<script"));
    maille_json *tree = NULL;
    CHECK_INT(GET_("/c/a/items?%E2%82%AC%22%0A=1", NULL), 400);
    CHECK_INT(maille_json_parse(ctx, "problem", body(), &tree), MAILLE_OK);
    CHECK_TEXT(maille_json_as_text(maille_json_get(tree, "instance")), "/c/a/items");
    maille_json_free(tree);
}

/* ---- format and language ---- */

TEST(f_chooses_the_format) {
    CHECK_INT(GET_("/c/all?f=html", "Accept: application/json"), 0);
    CHECK_TEXT(asks->format, "html");
    CHECK_INT(GET_("/c/all?f=xml", NULL), 400);
    CHECK(says("« xml »") && says("json, html"));
    CHECK_INT(GET_("/c/all?f=", NULL), 400);
}

TEST(accept_chooses_the_format) {
    static const struct {
        const char *accept, *target, *format; /* NULL: 406 */
    } cases[] = {
        {"", "/c/all", "json"},
        {"*/*", "/c/all", "json"},
        {"text/html", "/c/all", "html"},
        {"TEXT/HTML", "/c/all", "html"},
        {"text/*", "/c/all", "html"},
        {"application/json;q=0.5, text/html;q=0.9", "/c/all", "html"},
        {"application/json;q=0.9, text/html;q=0.5", "/c/all", "json"},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "/c/all", "html"},
        {"text/html;q=0, */*", "/c/all", "json"},
        {"application/json;q=0, */*;q=0.1", "/c/all", "html"},
        {"text/html;level=1;q=0.4, application/json;q=0.3", "/c/all", "html"},
        {"text/html;q=0.001, application/json;q=0", "/c/all", "html"},
        {"text/html ; q=0.2 , application/json ; q=0.3", "/c/all", "json"},
        {"image/png", "/c/all", NULL},
        {"text/html;q=0", "/c/all", NULL},
        {"text/html;q=2", "/c/all", NULL},
        {"text/html;q=x", "/c/all", NULL},
        {"application/geo+json, application/json", "/c/a/items", "geojson"},
        {"application/json", "/c/a/items", "geojson"},
        {"application/json;q=0.2, text/html;q=0.1", "/c/a/items", "geojson"},
        {"application/geo+json;q=0.1, application/json;q=1, text/html;q=0.5", "/c/a/items", "html"},
        {"image/avif,image/webp,*/*;q=0.8", "/t/l/1/2/3", "mvt"},
        {"application/x-protobuf", "/t/l/1/2/3", "mvt"},
        {"text/html", "/t/l/1/2/3", NULL},
        {",,;;q=1,", "/c/all", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char accept[160];
        snprintf(accept, sizeof accept, "Accept: %s", cases[i].accept);
        int status = GET_(cases[i].target, accept);
        CHECK_INT(status, cases[i].format ? 0 : 406);
        if (!status)
            CHECK_TEXT(asks->format, cases[i].format);
    }
}

TEST(problems_are_pages_for_those_who_want_pages) {
    CHECK_INT(GET_("/nowhere", "Accept: text/html,*/*;q=0.8"), 404);
    CHECK_TEXT(answered.type, "text/html; charset=utf-8");
    CHECK(says("<html lang=\"fr\">") && says("Introuvable") &&
          says("href=\"http://carte.example/\""));
    CHECK(strstr(header("Content-Security-Policy"), "default-src 'self'") != NULL);
    CHECK_INT(GET_("/nowhere?f=html&lang=en", NULL), 404);
    CHECK(says("<html lang=\"en\">") && says("Not found"));
    CHECK_INT(GET_("/nowhere?f=json", "Accept: text/html"), 404);
    CHECK_TEXT(answered.type, "application/problem+json");
    CHECK(says("\"type\":\"about:blank\"") && says("\"title\":\"Introuvable\""));
}

TEST(languages_are_french_and_english) {
    static const struct {
        const char *accept, *language;
    } cases[] = {
        {"", "fr"},
        {"en", "en"},
        {"en-GB,en;q=0.9", "en"},
        {"EN", "en"},
        {"de", "fr"},
        {"de, *;q=0.5", "fr"},
        {"de, en;q=0.1", "en"},
        {"fr;q=0.3, en;q=0.4", "en"},
        {"fr-CA, en", "fr"},
        {"en, fr", "fr"}, /* on a tie, French */
        {"fr;q=0, *", "en"},
        {"eng", "fr"},
        {"x-en", "fr"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char accept[80];
        snprintf(accept, sizeof accept, "Accept-Language: %s", cases[i].accept);
        CHECK_INT(GET_("/c/all", accept), 0);
        CHECK_TEXT(asks->language, cases[i].language);
    }
    CHECK_INT(GET_("/c/all?lang=fr", "Accept-Language: en"), 0);
    CHECK_TEXT(asks->language, "fr");
    CHECK_INT(GET_("/c/all?lang=de", NULL), 400);
    CHECK(says("fr, en"));
}

/* ---- audience ---- */

TEST(the_audience_is_that_of_the_account_or_the_public) {
    CHECK_INT(GET_("/c/all", NULL), 0);
    CHECK_INT(asks->audience, MAILLE_PUBLIC);
    CHECK_INT(GET_("/c/all", bearer(MAILLE_LECTEUR)), 0);
    CHECK_INT(asks->audience, MAILLE_INTERNE);
    CHECK(asks->narrowed.narrowed == NULL && asks->narrowed.narrowed_count == 0);
    CHECK_INT(GET_("/c/all?audience=public", bearer(MAILLE_LECTEUR)), 0);
    CHECK_INT(asks->audience, MAILLE_PUBLIC);
    CHECK_INT(asks->account->role, MAILLE_LECTEUR);
    CHECK_INT(GET_("/c/all?audience=interne", bearer(MAILLE_LECTEUR)), 0);
    CHECK_INT(asks->audience, MAILLE_INTERNE);
    /* Whoever is bound to départements is so for what is internal; what is public is for all. */
    CHECK_INT(GET_("/c/all", bearer(0)), 0);
    CHECK_INT(asks->narrowed.narrowed_count, 2);
    CHECK_TEXT(asks->narrowed.narrowed[1], "2B");
    CHECK_INT(GET_("/c/all?audience=public", bearer(0)), 0);
    CHECK_INT(asks->narrowed.narrowed_count, 0);
}

/* For the public "interne" is as unknown as anything: the same words but for the value. */
TEST(the_public_is_not_told_of_another_audience) {
    CHECK_INT(GET_("/c/all?audience=interne", NULL), 400);
    char *told = maille_strdup(body());
    CHECK_INT(GET_("/c/all?audience=zzzzzzz", NULL), 400);
    char *place = strstr(told, "interne");
    CHECK(place != NULL);
    if (place)
        memcpy(place, "zzzzzzz", 7);
    CHECK_TEXT(told, body());
    maille_free(told);
    CHECK_INT(GET_("/c/all?audience=zzzzzzz", bearer(MAILLE_LECTEUR)), 400);
    CHECK(says("public, interne"));
}

/* ---- rights ---- */

TEST(a_route_has_its_least_role) {
    CHECK_INT(ASK("POST", "/edit", "Host: h"), 401);
    CHECK_TEXT(header("WWW-Authenticate"), "Bearer realm=\"maille\"");
    CHECK_INT(ASK("POST", "/edit", "Host: h", bearer(MAILLE_RELECTEUR)), 403);
    CHECK_INT(ASK("POST", "/edit", "Host: h", bearer(MAILLE_PLANIFICATEUR)), 0);
    CHECK_INT(ASK("POST", "/edit", "Host: h", bearer(MAILLE_ADMIN)), 0);
    /* Who may not ask is not told what the parameters are. */
    CHECK_INT(ASK("POST", "/edit?x=1", "Host: h"), 401);
    CHECK_INT(ASK("POST", "/edit?x=1", "Host: h", bearer(MAILLE_ADMIN)), 400);
}

/* A hidden route is a path that does not exist, byte for byte. */
TEST(what_is_hidden_is_not_there) {
    static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS", "DELETE", "BREW"};
    static const char *const queries[] = {"", "?x=1", "?f=zzz", "/", "?audience=interne"};
    for (int role = MAILLE_ANONYMOUS; role < MAILLE_ADMIN; role++)
        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
            for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
                char there[64], absent[64];
                const char *who = role ? bearer((maille_role)role) : "X: y";
                snprintf(there, sizeof there, "/hidden%s", queries[q]);
                snprintf(absent, sizeof absent, "/absent%s", queries[q]);
                int first = ASK(methods[m], there, "Host: h", who);
                char *told = maille_strdup(body());
                size_t headers = answered.header_count;
                CHECK_INT(ASK(methods[m], absent, "Host: h", who), first);
                char *place = strstr(told, "hidden");
                if (place)
                    memcpy(place, "absent", 6);
                CHECK_TEXT(told, body());
                CHECK_INT(answered.header_count, headers);
                CHECK_INT(first, 404);
                maille_free(told);
            }
    CHECK_INT(GET_("/hidden", bearer(MAILLE_ADMIN)), 0);
}

/* ---- where it is ---- */

TEST(the_base_is_what_the_host_says) {
    CHECK_INT(GET_("/", NULL), 0);
    CHECK_TEXT(asks->base, "http://carte.example");
    CHECK_INT(ASK("GET", "/", "Host: [::1]:8080"), 0);
    CHECK_TEXT(asks->base, "http://[::1]:8080");
    CHECK_INT(ASK("GET", "/", "X: y"), 0); /* HTTP/1.0 */
    CHECK_TEXT(asks->base, "http://127.0.0.1:8080");
    static const char *const wrong[] = {
        "Host: ",        "Host: a/b", "Host: a@b",     "Host: a b", "Host: a:b",    "Host: a:0",
        "Host: a:65536", "Host: a:",  "Host: [::1",    "Host: []",  "Host: a\"><x", "Host: a, b",
        "Host: é",       "Host: .a",  "Host: a:80:80", "Host: ::1", "Host: -a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_INT(ASK("GET", "/", wrong[i]), 400);
    CHECK_INT(ASK("GET", "/", "Host: a", "Host: a"), 400);
    /* Nobody's word is taken for what only a trusted proxy knows. */
    CHECK_INT(GET_("/", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https",
                   "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Prefix: /evil"),
              0);
    CHECK_TEXT(asks->base, "http://carte.example");
    CHECK_TEXT(asks->peer, "192.0.2.7");
}

TEST(a_trusted_proxy_tells_where_and_who) {
    static const char *proxies[] = {"10.0.0.1", "2001:db8::1"};
    maille_serve_config behind = *config;
    behind.proxies = proxies;
    behind.proxy_count = 2;
    peer = "10.0.0.1";
    memset(sent, 0, sizeof sent);
    sent[0] = "Host: inside:8080";
    sent[1] = "X-Forwarded-Host: carte.example";
    sent[2] = "X-Forwarded-Proto: https";
    sent[3] = "X-Forwarded-Prefix: /cpts/";
    sent[4] = "X-Forwarded-For: 6.6.6.6, 203.0.113.9, 2001:DB8::0:1";
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 0);
    CHECK_TEXT(asks->base, "https://carte.example/cpts");
    CHECK_TEXT(asks->peer, "203.0.113.9"); /* the last that is no proxy; before it all is hearsay */
    sent[4] = "X-Forwarded-For: unknown";
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 400);
    sent[4] = NULL;
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 0);
    CHECK_TEXT(asks->peer, "10.0.0.1");
    sent[3] = "X-Forwarded-Prefix: /../x";
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 400);
    sent[3] = "X-Forwarded-Proto: https"; /* twice */
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 400);
    sent[2] = "X-Forwarded-Proto: javascript";
    sent[3] = NULL;
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 400);
    behind.public_url = "https://told.example/x";
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 0);
    CHECK_TEXT(asks->base, "https://told.example/x");
    sent[0] = "Host: a b";
    CHECK_INT(ask_of(&behind, "GET", "/", ""), 400);
    peer = "192.0.2.7";
}

/* ---- the dress of a reply ---- */

TEST(caches_keep_what_is_public) {
    CHECK_INT(GET_("/c/all", NULL), 0);
    CHECK_INT(answer(), 200);
    CHECK_TEXT(header("Cache-Control"), "public, max-age=60");
    CHECK_TEXT(header("Vary"), "Accept-Encoding, Authorization, Cookie, Accept, Accept-Language");
    CHECK_TEXT(header("X-Content-Type-Options"), "nosniff");
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "*");
    CHECK_TEXT(header("Access-Control-Allow-Credentials"), "");
    CHECK(strstr(header("Access-Control-Expose-Headers"), "Content-Crs") != NULL);
    CHECK(strstr(header("Content-Security-Policy"), "frame-ancestors 'none'") != NULL);
    CHECK_INT(GET_("/c/all?f=json&lang=fr", NULL), 0);
    answer();
    CHECK_TEXT(header("Vary"), "Accept-Encoding, Authorization, Cookie");
    CHECK_INT(GET_("/t/a/1/2/3", NULL), 0);
    answer();
    CHECK_TEXT(header("Vary"), "Accept-Encoding, Authorization, Cookie");
    CHECK_INT(GET_("/c/all", bearer(MAILLE_LECTEUR)), 0);
    answer();
    CHECK_TEXT(header("Cache-Control"), "private, no-cache");
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "");
    CHECK_INT(GET_("/nowhere", NULL), 404);
    CHECK_TEXT(header("Cache-Control"), "no-store");
}

TEST(other_origins_read_with_credentials_where_they_are_named) {
    static const char *origins[] = {"https://portail.example"};
    maille_serve_config named = *config;
    named.origins = origins;
    named.origin_count = 1;
    memset(sent, 0, sizeof sent);
    sent[0] = "Host: carte.example";
    sent[1] = "Origin: https://portail.example";
    sent[2] = bearer(MAILLE_LECTEUR);
    CHECK_INT(ask_of(&named, "GET", "/c/all", ""), 0);
    answer();
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "https://portail.example");
    CHECK_TEXT(header("Access-Control-Allow-Credentials"), "true");
    CHECK(strstr(header("Vary"), "Origin") != NULL);
    sent[1] = "Origin: https://portail.example.evil.example";
    CHECK_INT(ask_of(&named, "GET", "/c/all", ""), 0);
    answer();
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "");
    sent[2] = NULL;
    CHECK_INT(ask_of(&named, "GET", "/c/all", ""), 0);
    answer();
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "*");
    /* Preflights. */
    sent[1] = "Origin: https://portail.example";
    sent[2] = "Access-Control-Request-Method: POST";
    CHECK_INT(ask_of(&named, "OPTIONS", "/edit", ""), 204);
    CHECK_TEXT(header("Access-Control-Allow-Methods"), "POST, DELETE, OPTIONS");
    CHECK(strstr(header("Access-Control-Allow-Headers"), "Authorization") != NULL);
    CHECK_TEXT(header("Access-Control-Allow-Credentials"), "true");
    sent[1] = "Origin: https://other.example";
    CHECK_INT(ask_of(&named, "OPTIONS", "/edit", ""), 204);
    CHECK(strstr(header("Access-Control-Allow-Headers"), "Authorization") == NULL);
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "*");
    CHECK_INT(ask_of(&named, "OPTIONS", "/hidden", ""), 404);
    CHECK_INT(ask_of(&named, "OPTIONS", "*", ""), 204);
}

TEST(no_reply_loses_its_dress) {
    static const char *origins[] = {"https://portail.example"};
    maille_serve_config named = *config;
    named.origins = origins;
    named.origin_count = 1;
    memset(sent, 0, sizeof sent);
    sent[0] = "Host: carte.example";
    sent[1] = "Origin: https://portail.example";
    CHECK_INT(ask_of(&named, "GET", "/c/all", ""), 0);
    answered = (reply){.file = -1, .download = "été \"1\".csv"};
    reply_header(&answered, "Link", "<x>");
    reply_header(&answered, "Content-Crs", "<y>");
    reply_header(&answered, "OGC-NumberReturned", "3");
    reply_header(&answered, "X-Evil", "a\r\nSet-Cookie: b"); /* is left out */
    reply_dress(&the_service, asks, &answered);
    size_t count = answered.header_count;
    reply_dress(&the_service, asks, &answered); /* twice changes nothing */
    CHECK_INT(answered.header_count, count);
    CHECK_INT(count, 12);
    CHECK_TEXT(header("X-Evil"), "");
    CHECK_TEXT(header("Content-Disposition"), "attachment; filename=\"__t____1_.csv\"");
    /* One that the wire made by itself has no more than a request's fields. */
    request *stub = maille_arena_alloc(arena, sizeof *stub);
    *stub = *asks;
    stub->body_type = "";
    answered = (reply){.file = -1, .status = 413};
    reply_dress(&the_service, stub, &answered);
    CHECK_TEXT(header("Access-Control-Allow-Origin"), "*");
    CHECK_TEXT(header("Cache-Control"), "no-store");
}

/* Two who may see different things never share an answer; two who may see the same do. */
TEST(the_key_of_an_answer_tells_who_may_see_it) {
    maille_strbuf keys[7] = {0};
    const char *who[7] = {"X: y",
                          bearer(MAILLE_LECTEUR),
                          bearer(0),
                          "Accept: text/html",
                          "Accept-Language: en",
                          "Prefer: x",
                          "X: z"};
    for (size_t i = 0; i < 7; i++) {
        CHECK_INT(GET_("/c/all", who[i]), 0);
        CHECK(request_key(asks, goes, &keys[i]));
    }
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(keys[i].text, keys[k].text) != 0);
    CHECK_TEXT(keys[0].text, keys[6].text);
    for (size_t i = 0; i < 7; i++)
        CHECK(strstr(keys[i].text, "corse") == NULL); /* the name of an account */
    for (size_t i = 0; i < 7; i++)
        maille_strbuf_free(&keys[i]);
    CHECK_INT(ASK("POST", "/figures", "Host: h"), 0);
    maille_strbuf key = {0};
    CHECK(!request_key(asks, goes, &key));
    maille_strbuf_free(&key);
}

TEST(failures_tell_no_more_than_they_may) {
    static const struct {
        maille_status status;
        int http;
        bool told;
    } cases[] = {{MAILLE_USAGE, 400, true},      {MAILLE_REFUSED, 400, true},
                 {MAILLE_NOT_FOUND, 404, false}, {MAILLE_BUSY, 503, false},
                 {MAILLE_FAILED, 500, false},    {MAILLE_NO_MEMORY, 500, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_INT(GET_("/c/all", NULL), 0);
        answered = (reply){.file = -1, .keep = true, .cache = CACHE_LONG};
        maille_strbuf_add(&answered.body, "half an answer");
        maille_status failed = maille_fail(ctx, cases[i].status, "le mot secret");
        CHECK_INT(reply_failure(&the_view, asks, &answered, failed), MAILLE_OK);
        CHECK_INT(answered.status, cases[i].http);
        CHECK(says("le mot secret") == cases[i].told);
        CHECK(!says("half an answer") && !answered.keep && answered.cache == CACHE_NO_STORE);
    }
}

/* ---- chance ---- */

static uint64_t chance = 42;
static uint32_t draw(uint32_t most) {
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance >> 33) % most;
}

/* However a path is encoded, it is found and decoded to the same. */
TEST(random_encodings_of_a_path_decode_to_it) {
    static const char *const names[] = {"cpts", "a b", "é€𝄞", "x%2f",
                                        "100%", "a+b", "..a", "a?b#c"};
    for (int round = 0; round < 2000; round++) {
        const char *first = names[draw(8)], *second = names[draw(8)];
        char address[400] = "/c/";
        const char *const parts[] = {first, "/items/", second};
        for (size_t p = 0; p < 3; p++)
            for (const char *c = parts[p]; *c; c++) {
                bool must = p != 1 && (strchr(" %?#", *c) != NULL);
                bool bare = p == 1 || (!must && draw(2));
                snprintf(address + strlen(address), 8,
                         bare      ? "%c"
                         : draw(2) ? "%%%02x"
                                   : "%%%02X",
                         bare ? *c : (unsigned char)*c);
            }
        CHECK_INT(GET_(address, NULL), 0);
        CHECK_TEXT(asks->part[0], first);
        CHECK_TEXT(asks->part[1], second);
    }
}

static bool has_control(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

/* Whatever comes, there is an answer, and what goes through is clean. */
TEST(random_targets_are_answered) {
    static const char *const pieces[] = {
        "/",    "c",    "/all",  "..",   ".",      "%2e",      "%2f",      "%5c",    "%00", "%",
        "?",    "&",    "=",     "f",    "html",   "lang",     "audience", "public", "#",   "+",
        "%c3",  "%a9",  "\xc3",  "\xa9", "items",  "http://h", "t/1/2/3",  "hidden", "\\",  "%25",
        "\x01", "json", "limit", ";",    "%0d%0a", "edit",     "session",  "~",      "'",   "{x}"};
    static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS", "DELETE", "X"};
    unsigned through = 0;
    for (int round = 0; round < 60000; round++) {
        static const char *const begins[] = {"", "/c", "/c/", "/c/all?", "/c/x/items/", "/c/all"};
        char address[256];
        snprintf(address, sizeof address, "%s", begins[draw(6)]);
        for (uint32_t i = 0, n = draw(9); i < n; i++)
            snprintf(address + strlen(address), 24, "%s", pieces[draw(40)]);
        int status = ASK(methods[draw(6)], address, "Host: h");
        bool known = !status || status == 204 || status == 308 || status == 400 || status == 401 ||
                     status == 404 || status == 405;
        CHECK(known);
        through += !status;
        if (status)
            continue;
        CHECK(asks->path[0] == '/' && !strstr(asks->path, "//") && !strstr(asks->path, "/../"));
        CHECK(!strchr(asks->path, '\\') && !has_control(asks->path));
        CHECK(maille_is_utf8(asks->path, strlen(asks->path)));
        CHECK(!goes->hidden && goes->least == MAILLE_ANONYMOUS);
        for (size_t i = 0; i < asks->parameter_count; i++)
            CHECK(maille_is_utf8(asks->parameters[i].value, strlen(asks->parameters[i].value)));
    }
    CHECK(through > 500); /* else the loop would test nothing but refusals */
}

/* Headers of any bytes choose something or nothing, and never more. */
TEST(random_headers_are_survived) {
    static const char *const names[] = {"Accept", "Accept-Language", "Cookie", "Content-Type",
                                        "Origin", "X-Forwarded-For", "Prefer", "Referer"};
    static const char signs[] = "ab*/;q=0.1,,  \t-\"maille_session=text/html:[]%";
    for (int round = 0; round < 20000; round++) {
        char lines[2][80];
        for (size_t i = 0; i < 2; i++) {
            snprintf(lines[i], sizeof lines[i], "%s: ", names[draw(8)]);
            for (uint32_t k = 0, n = draw(40); k < n; k++)
                snprintf(lines[i] + strlen(lines[i]), 2, "%c", signs[draw(sizeof signs - 1)]);
        }
        int status = GET_("/c/all", lines[0], lines[1]);
        CHECK(!status || status == 406);
    }
}

TEST(memory_that_runs_out_is_told) {
    for (uint64_t n = 1; n < 30; n++) {
        forget();
        arena = maille_arena_new();
        memset(sent, 0, sizeof sent);
        sent[0] = "Host: carte.example";
        wire w = {.method = "GET",
                  .target = "/c/x/items?limit=1",
                  .peer = peer,
                  .header = wire_header,
                  .header_count = wire_count,
                  .body = "",
                  .arena = arena};
        the_service.config = config;
        maille_memory_fail_at(n);
        maille_status status = request_begin(&the_service, &the_world, &w, &asks, &goes, &answered);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_NO_MEMORY || asks || answered.status == 400);
        if (status)
            CHECK(asks == NULL);
    }
}

TEST(begin) {
    start();
}

TEST(end) {
    finish();
}

RUN_TESTS(CASE(begin), CASE(a_path_finds_its_route_and_its_parts), CASE(what_is_no_route_is_404),
          CASE(a_path_that_hides_something_is_400), CASE(a_target_that_is_too_long_is_414),
          CASE(the_absolute_form_is_that_of_its_host),
          CASE(a_slash_at_the_end_is_left_out_for_good), CASE(methods_are_those_of_the_path),
          CASE(parameters_are_known_and_given_once), CASE(many_parameters_are_too_many),
          CASE(a_hostile_name_is_quoted), CASE(f_chooses_the_format),
          CASE(accept_chooses_the_format), CASE(problems_are_pages_for_those_who_want_pages),
          CASE(languages_are_french_and_english),
          CASE(the_audience_is_that_of_the_account_or_the_public),
          CASE(the_public_is_not_told_of_another_audience), CASE(a_route_has_its_least_role),
          CASE(what_is_hidden_is_not_there), CASE(the_base_is_what_the_host_says),
          CASE(a_trusted_proxy_tells_where_and_who), CASE(caches_keep_what_is_public),
          CASE(other_origins_read_with_credentials_where_they_are_named),
          CASE(no_reply_loses_its_dress), CASE(the_key_of_an_answer_tells_who_may_see_it),
          CASE(failures_tell_no_more_than_they_may), CASE(random_encodings_of_a_path_decode_to_it),
          CASE(random_targets_are_answered), CASE(random_headers_are_survived),
          CASE(memory_that_runs_out_is_told), CASE(end))
