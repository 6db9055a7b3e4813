/* Who asks: tokens, sessions of browsers, forgery, and addresses that present wrong tokens. */
#include "router_kit.h"

#include "service/limits.h"

#include <maille/jsontree.h>
#include <time.h>

static maille_status nothing(view *v, const request *r, reply *out) {
    (void)v, (void)r, (void)out;
    return MAILLE_OK;
}

static const char *const plain[] = {"json", NULL};
static const route mine[] = {
    {.verbs = GET, .path = "/read", .id = "read", .formats = plain, .answer = nothing},
    {.verbs = POST | PUT | PATCH | DELETE,
     .path = "/edit",
     .id = "edit",
     .least = MAILLE_PLANIFICATEUR,
     .formats = plain,
     .answer = nothing},
    {.verbs = POST,
     .path = "/ask",
     .id = "ask",
     .no_csrf = true,
     .formats = plain,
     .answer = nothing},
};
static const route_table my_routes = {mine, sizeof mine / sizeof *mine};
const route_table *const all_routes[] = {&my_routes, &session_routes};
const size_t all_route_count = 2;

#define SEND(method, address, text, ...)                                                           \
    (memcpy(sent, (const char * [HEADERS + 1]){"Host: carte.example", __VA_ARGS__}, sizeof sent),  \
     ask_of(config, method, address, text))

typedef struct {
    char cookie[120]; /* "Cookie: maille_session=…" */
    char csrf[80];    /* "X-Maille-CSRF: …" */
} browser;

/* Opens a session as a page does. */
static browser enter(const char *token) {
    browser b = {"", ""};
    char text[128];
    snprintf(text, sizeof text, "{\"token\":\"%s\"}", token);
    CHECK_INT(SEND("POST", "/session", text, "Content-Type: application/json"), 0);
    CHECK_INT(answer(), 201);
    const char *set = header("Set-Cookie");
    snprintf(b.cookie, sizeof b.cookie, "Cookie: %.*s", (int)strcspn(set, ";"), set);
    maille_json *tree = NULL;
    CHECK_INT(maille_json_parse(ctx, "session", body(), &tree), MAILLE_OK);
    const char *csrf = maille_json_as_text(maille_json_get(tree, "csrf"));
    CHECK(csrf && strlen(csrf) == 43);
    snprintf(b.csrf, sizeof b.csrf, "X-Maille-CSRF: %s", csrf ? csrf : "");
    maille_json_free(tree);
    return b;
}

/* The role that a request with these headers has. */
static maille_role role_with(const char *line) {
    CHECK_INT(SEND("GET", "/read", "", line), 0);
    return asks ? asks->account->role : MAILLE_ANONYMOUS;
}

/* ---- tokens ---- */

TEST(a_token_is_an_account) {
    for (int role = MAILLE_LECTEUR; role <= MAILLE_ADMIN; role++)
        CHECK_INT(role_with(bearer((maille_role)role)), role);
    CHECK_INT(role_with("X: y"), MAILLE_ANONYMOUS);
    char small[80];
    snprintf(small, sizeof small, "authorization: bearer  %s", tokens[MAILLE_ADMIN]);
    CHECK_INT(role_with(small), MAILLE_ADMIN);
    /* Passwords are asked for by proxies; they are none of ours. */
    CHECK_INT(role_with("Authorization: Basic YTpi"), MAILLE_ANONYMOUS);
    CHECK_INT(role_with("Authorization: Bearerx"), MAILLE_ANONYMOUS);
}

TEST(a_wrong_token_is_401_everywhere) {
    char wrong[80];
    snprintf(wrong, sizeof wrong, "%s", bearer(MAILLE_ADMIN));
    wrong[strlen(wrong) - 2] ^= 1;
    peer = "198.51.100.1";
    CHECK_INT(SEND("GET", "/read", "", wrong), 401);
    CHECK_TEXT(header("WWW-Authenticate"), "Bearer realm=\"maille\", error=\"invalid_token\"");
    CHECK(!says(wrong + strlen("Authorization: Bearer maille_")));
    CHECK_INT(SEND("GET", "/nowhere", "", wrong), 401);
    CHECK_INT(SEND("GET", "/read", "", "Authorization: Bearer "), 401);
    CHECK_INT(SEND("GET", "/read", "", "Authorization: Bearer"), 401);
    CHECK_INT(SEND("GET", "/read", "", bearer(MAILLE_ADMIN), bearer(MAILLE_ADMIN)), 401);
    peer = "192.0.2.7";
}

/* ---- sessions ---- */

TEST(a_session_is_its_token_for_a_browser) {
    browser b = enter(tokens[MAILLE_PLANIFICATEUR]);
    CHECK_INT(role_with(b.cookie), MAILLE_PLANIFICATEUR);
    CHECK_INT(SEND("GET", "/session", "", b.cookie), 0);
    CHECK_INT(answer(), 200);
    CHECK_TEXT(header("Cache-Control"), "no-store");
    CHECK(says("\"role\":\"planificateur\"") && says("\"nom\":\"planificateur\"") &&
          says("\"audience\":\"interne\"") && says("\"departements\":null"));
    CHECK(says(b.csrf + strlen("X-Maille-CSRF: ")));
    b = enter(tokens[0]);
    CHECK_INT(SEND("GET", "/session?audience=public", "", b.cookie), 0);
    answer();
    CHECK(says("\"departements\":[\"2A\",\"2B\"]") && says("\"audience\":\"public\""));
    CHECK_INT(SEND("GET", "/session", "", NULL), 0);
    answer();
    CHECK(says("\"role\":\"anonyme\"") && says("\"nom\":null") && says("\"csrf\":null"));
    /* A program that sends a token has no session. */
    CHECK_INT(SEND("GET", "/session", "", bearer(MAILLE_LECTEUR)), 0);
    answer();
    CHECK(says("\"role\":\"lecteur\"") && says("\"csrf\":null"));
}

TEST(the_cookie_is_for_our_pages_alone) {
    enter(tokens[MAILLE_LECTEUR]);
    CHECK(strstr(header("Set-Cookie"), "; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"));
    CHECK(!strstr(header("Set-Cookie"), "Secure"));
    maille_serve_config behind = *config;
    behind.secure_cookies = true;
    behind.public_url = "https://carte.example/cpts";
    char text[128];
    snprintf(text, sizeof text, "token=%s", tokens[MAILLE_LECTEUR]);
    memset(sent, 0, sizeof sent);
    sent[0] = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
    CHECK_INT(ask_of(&behind, "POST", "/session", text), 0);
    CHECK_INT(answer(), 201);
    CHECK(strstr(header("Set-Cookie"), "; Path=/cpts; ") &&
          strstr(header("Set-Cookie"), "; Secure"));
}

TEST(what_opens_no_session) {
    static const struct {
        const char *type, *text;
        int status;
    } cases[] = {
        {"application/json", "{\"token\":\"maille_secretsecret\"}", 401},
        {"application/json", "{\"token\":\"\"}", 401},
        {"application/json", "{\"token\":17}", 400},
        {"application/json", "{\"token\":\"maille_secretsecret", 400},
        {"application/json", "[\"maille_secretsecret\"]", 400},
        {"application/json", "", 400},
        {"text/plain", "{\"token\":\"maille_secretsecret\"}", 415},
        {"", "token=maille_secretsecret", 415},
        {"application/x-www-form-urlencoded", "tokens=maille_secretsecret", 400},
        {"application/x-www-form-urlencoded", "token=%zz", 400},
        {"application/x-www-form-urlencoded", "token=a&token=b", 401},
    };
    peer = "198.51.100.2";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char type[80];
        snprintf(type, sizeof type, "Content-Type: %s", cases[i].type);
        CHECK_INT(SEND("POST", "/session", cases[i].text, type), 0);
        CHECK_INT(answer(), cases[i].status);
        CHECK_TEXT(header("Set-Cookie"), "");
        CHECK(!says("secretsecret")); /* no error tells what was sent */
    }
    char text[128];
    snprintf(text, sizeof text, "{\"token\":\"%s\"}", tokens[MAILLE_LECTEUR]);
    CHECK_INT(SEND("POST", "/session", text, "Content-Type: application/json",
                   "Origin: https://evil.example"),
              0);
    CHECK_INT(answer(), 403);
    peer = "192.0.2.7";
}

TEST(a_session_ends) {
    browser b = enter(tokens[MAILLE_LECTEUR]), other = enter(tokens[MAILLE_LECTEUR]);
    CHECK(strcmp(b.cookie, other.cookie) != 0 && strcmp(b.csrf, other.csrf) != 0);
    CHECK_INT(SEND("DELETE", "/session", "", b.cookie), 403); /* not by another site */
    CHECK_INT(SEND("DELETE", "/session", "", b.cookie, b.csrf), 0);
    CHECK_INT(answer(), 204);
    CHECK(strstr(header("Set-Cookie"), "maille_session=; Path=/; Max-Age=0"));
    CHECK_INT(role_with(b.cookie), MAILLE_ANONYMOUS);
    CHECK_INT(role_with(other.cookie), MAILLE_LECTEUR);
    CHECK_INT(SEND("DELETE", "/session", "", b.cookie), 0);
    CHECK_INT(answer(), 204);
    /* Opening another ends the one that one had. */
    char text[128];
    snprintf(text, sizeof text, "{\"token\":\"%s\"}", tokens[MAILLE_ADMIN]);
    CHECK_INT(SEND("POST", "/session", text, "Content-Type: application/json", other.cookie), 0);
    CHECK_INT(answer(), 201);
    CHECK_INT(role_with(other.cookie), MAILLE_ANONYMOUS);
}

TEST(a_session_expires) {
    maille_serve_config brief = *config;
    brief.session_hours = 0.1 / 3600;
    gatekeeper *usual = the_service.gatekeeper;
    CHECK_INT(gatekeeper_new(ctx, &brief, &the_service.gatekeeper), MAILLE_OK);
    browser b = enter(tokens[MAILLE_LECTEUR]);
    CHECK_INT(role_with(b.cookie), MAILLE_LECTEUR);
    struct timespec wait = {.tv_nsec = 150000000};
    nanosleep(&wait, NULL);
    CHECK_INT(role_with(b.cookie), MAILLE_ANONYMOUS);
    gatekeeper_free(the_service.gatekeeper);
    the_service.gatekeeper = usual;
}

TEST(a_token_that_is_revoked_ends_its_sessions) {
    maille_token_wish wish = {.name = "bref", .role = MAILLE_ADMIN};
    char token[MAILLE_TOKEN_TEXT], id[17], line[80];
    CHECK_INT(maille_token_create(ctx, store, &wish, token, id), MAILLE_OK);
    reload_accounts(store);
    browser b = enter(token);
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    CHECK_INT(role_with(b.cookie), MAILLE_ADMIN);
    CHECK_INT(role_with(line), MAILLE_ADMIN);
    CHECK_INT(maille_token_revoke(ctx, store, id), MAILLE_OK);
    reload_accounts(store);
    CHECK_INT(role_with(b.cookie), MAILLE_ANONYMOUS);
    peer = "198.51.100.3";
    CHECK_INT(SEND("GET", "/read", "", line), 401);
    peer = "192.0.2.7";
}

TEST(a_cookie_that_is_not_ours_is_nobody) {
    browser b = enter(tokens[MAILLE_ADMIN]);
    char many[400];
    const char *value = b.cookie + strlen("Cookie: ");
    snprintf(many, sizeof many, "Cookie: a=b; %s; c=d", value);
    CHECK_INT(role_with(many), MAILLE_ADMIN);
    /* Twice: somebody else set one. */
    snprintf(many, sizeof many, "Cookie: %s; maille_session=x", value);
    CHECK_INT(role_with(many), MAILLE_ANONYMOUS);
    CHECK_INT(SEND("GET", "/read", "", b.cookie, "Cookie: a=b"), 0);
    CHECK_INT(asks->account->role, MAILLE_ANONYMOUS);
    snprintf(many, sizeof many, "Cookie: x%s", value);
    CHECK_INT(role_with(many), MAILLE_ANONYMOUS);
    snprintf(many, sizeof many, "%.*s", (int)strlen(b.cookie) - 1, b.cookie);
    CHECK_INT(role_with(many), MAILLE_ANONYMOUS);
    CHECK_INT(role_with("Cookie: maille_session="), MAILLE_ANONYMOUS);
    CHECK_INT(role_with("Cookie: maille_session"), MAILLE_ANONYMOUS);
}

/* ---- forgery ---- */

TEST(what_changes_something_comes_from_our_page) {
    browser b = enter(tokens[MAILLE_PLANIFICATEUR]), other = enter(tokens[MAILLE_PLANIFICATEUR]);
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < 4; i++) {
        CHECK_INT(SEND(methods[i], "/edit", "", b.cookie), 403);
        CHECK_INT(SEND(methods[i], "/edit", "", b.cookie, "X-Maille-CSRF: "), 403);
        CHECK_INT(SEND(methods[i], "/edit", "", b.cookie, other.csrf), 403);
        CHECK_INT(SEND(methods[i], "/edit", "", b.cookie, b.csrf), 0);
        CHECK_INT(SEND(methods[i], "/edit", "", bearer(MAILLE_PLANIFICATEUR)), 0);
    }
    static const struct {
        const char *line;
        int status;
    } origins[] = {
        {"Origin: http://carte.example", 0},
        {"Origin: HTTP://CARTE.example", 0},
        {"Referer: http://carte.example/carte?x=1", 0},
        {"Origin: https://carte.example", 403}, /* another scheme */
        {"Origin: http://carte.example:81", 403},
        {"Origin: http://carte.example.evil.example", 403},
        {"Origin: http://evil.example", 403},
        {"Origin: null", 403},
        {"Origin: ", 403},
        {"Referer: http://evil.example/http://carte.example/", 403},
        {"Referer: about:blank", 403},
    };
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
        int status = SEND("POST", "/edit", "", b.cookie, b.csrf, origins[i].line);
        if (status != origins[i].status)
            CHECK_TEXT(origins[i].line, "as expected");
    }
    CHECK_INT(SEND("POST", "/edit", "", b.cookie, b.csrf, "Origin: http://carte.example",
                   "Origin: http://carte.example"),
              403);
    /* What changes nothing may be asked from anywhere. */
    CHECK_INT(SEND("POST", "/ask", "", b.cookie, "Origin: http://evil.example"), 0);
    CHECK_INT(SEND("GET", "/read", "", b.cookie, "Origin: http://evil.example"), 0);
}

/* ---- limits ---- */

TEST(an_address_that_fails_too_often_waits) {
    static const char wrong[] = "Authorization: Bearer maille_wrong";
    peer = "198.51.100.10";
    for (int i = 0; i < 10; i++)
        CHECK_INT(SEND("GET", "/read", "", wrong), 401);
    CHECK_INT(SEND("GET", "/read", "", wrong), 429);
    long wait = strtol(header("Retry-After"), NULL, 10);
    CHECK(wait > 290 && wait <= 300);
    CHECK_INT(SEND("POST", "/session", "token=maille_wrong",
                   "Content-Type: application/x-www-form-urlencoded"),
              0);
    CHECK_INT(answer(), 429);
    CHECK(*header("Retry-After") != '\0');
    /* Right tokens, their sessions and the public pass. */
    CHECK_INT(role_with(bearer(MAILLE_LECTEUR)), MAILLE_LECTEUR);
    browser b = enter(tokens[MAILLE_LECTEUR]);
    CHECK_INT(role_with(b.cookie), MAILLE_LECTEUR);
    CHECK_INT(role_with("X: y"), MAILLE_ANONYMOUS);
    peer = "198.51.100.11";
    CHECK_INT(SEND("GET", "/read", "", wrong), 401);
    peer = "192.0.2.7";
}

static void fail_often(limits *l, const char *address, int times, double now) {
    for (int i = 0; i < times; i++)
        limits_failed(l, address, now);
}

TEST(a_window_opens_with_the_first_failure_and_closes) {
    limits *l = limits_new(3, 5);
    fail_often(l, "192.0.2.1", 2, 1000);
    CHECK_INT(limits_wait(l, "192.0.2.1", 1000), 0);
    fail_often(l, "192.0.2.1", 1, 1100);
    CHECK_INT(limits_wait(l, "192.0.2.1", 1100), 200);
    CHECK_INT(limits_wait(l, "192.0.2.1", 1299.5), 1);
    CHECK_INT(limits_wait(l, "192.0.2.1", 1300), 0);
    fail_often(l, "192.0.2.1", 2, 1301); /* a new window */
    CHECK_INT(limits_wait(l, "192.0.2.1", 1302), 0);
    limits_free(l);
    limits_free(NULL);
}

TEST(one_network_of_ipv6_is_one_address) {
    limits *l = limits_new(3, 5);
    fail_often(l, "2001:db8:1:2::1", 2, 0);
    fail_often(l, "2001:db8:1:2:ffff::9", 1, 0);
    CHECK(limits_wait(l, "2001:db8:1:2:3:4:5:6", 1) > 0);
    CHECK_INT(limits_wait(l, "2001:db8:1:3::1", 1), 0);
    fail_often(l, "::ffff:192.0.2.1", 3, 0);
    CHECK(limits_wait(l, "192.0.2.1", 1) > 0);
    CHECK_INT(limits_wait(l, "::ffff:192.0.2.2", 1), 0);
    fail_often(l, "no address", 3, 0);
    CHECK(limits_wait(l, "", 1) > 0);
    limits_free(l);
}

/* A flood of addresses does not let one go free that keeps on failing. */
TEST(a_flood_pushes_out_those_that_stopped) {
    limits *l = limits_new(10, 5);
    double now = 0;
    unsigned heard = 0;
    for (int i = 0; i < 100000; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.%d.%d.%d", i >> 16, (i >> 8) & 255, i & 255);
        limits_failed(l, address, now);
        if (i % 50 == 0) {
            heard += i > 1000 && limits_wait(l, "192.0.2.1", now) == 0;
            limits_failed(l, "192.0.2.1", now);
        }
        now += 0.001;
    }
    CHECK_INT(heard, 0);
    limits_free(l);
}

/* Nobody pushes out another by opening sessions without end. */
TEST(sessions_are_bounded_by_account) {
    browser first = enter(tokens[MAILLE_ADMIN]), last = first, mine_first = {"", ""};
    for (int i = 0; i < 32; i++) {
        last = enter(tokens[MAILLE_RELECTEUR]);
        if (i == 0)
            mine_first = last;
    }
    CHECK_INT(role_with(mine_first.cookie), MAILLE_RELECTEUR);
    enter(tokens[MAILLE_RELECTEUR]);
    CHECK_INT(role_with(mine_first.cookie), MAILLE_ANONYMOUS);
    for (int i = 0; i < 2000; i++)
        last = enter(tokens[MAILLE_RELECTEUR]);
    CHECK_INT(role_with(last.cookie), MAILLE_RELECTEUR);
    CHECK_INT(role_with(first.cookie), MAILLE_ADMIN);
}

TEST(begin) {
    start();
}

TEST(end) {
    finish();
}

RUN_TESTS(CASE(begin), CASE(a_token_is_an_account), CASE(a_wrong_token_is_401_everywhere),
          CASE(a_session_is_its_token_for_a_browser), CASE(the_cookie_is_for_our_pages_alone),
          CASE(what_opens_no_session), CASE(a_session_ends), CASE(a_session_expires),
          CASE(a_token_that_is_revoked_ends_its_sessions),
          CASE(a_cookie_that_is_not_ours_is_nobody),
          CASE(what_changes_something_comes_from_our_page),
          CASE(an_address_that_fails_too_often_waits),
          CASE(a_window_opens_with_the_first_failure_and_closes),
          CASE(one_network_of_ipv6_is_one_address), CASE(a_flood_pushes_out_those_that_stopped),
          CASE(sessions_are_bounded_by_account), CASE(end))
