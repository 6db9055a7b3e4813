/* A wire without a network: requests by method, target and header lines, for tests of the router.
 * Routes, world and views are stand-ins; accounts are those of a real workspace. */
#ifndef TESTS_ROUTER_KIT_H
#define TESTS_ROUTER_KIT_H

#include "harness.h"
#include "service/hub.h"
#include "service/router.h"
#include "service/server.h"

#include <maille/account.h>
#include <strings.h>

struct world {
    maille_accounts *accounts;
};
struct views {
    bool ready;
};

const maille_accounts *world_accounts(const world *w) {
    return w->accounts;
}
uint64_t world_number(const world *w) {
    (void)w;
    return 7;
}
/* Nobody listens to events here. */
unsigned hub_streams(hub *h) {
    (void)h;
    return 0;
}

uint64_t views_decisions(const views *all) {
    (void)all;
    return 5;
}

uint64_t views_tilesets_made(const views *all) {
    (void)all;
    return 3;
}

bool views_ready(views *all, char *why, size_t size) {
    if (!all->ready && why)
        snprintf(why, size, "disk gone: /secret/place");
    return all->ready;
}

static maille_ctx *ctx;
static maille_serve_config *config;
static world the_world;
static views the_views = {true};
static maille_server the_server;
#define the_service the_server.core
static view the_view;
enum { TOKENS = 5 };
static char tokens[TOKENS][MAILLE_TOKEN_TEXT]; /* by role; narrowed: [0] */
static char token_ids[TOKENS][17];

/* What became of the last request. */
static maille_arena *arena;
static request *asks;
static const route *goes;
static reply answered;
static const char *peer = "192.0.2.7";

enum { HEADERS = 8 };
static const char *sent[HEADERS + 1]; /* "Name: value", NULL-terminated */

static const char *wire_header(const wire *w, const char *name) {
    (void)w;
    for (size_t i = 0; sent[i]; i++) {
        size_t length = strlen(name);
        if (strncasecmp(sent[i], name, length) == 0 && sent[i][length] == ':')
            return sent[i] + length + 2;
    }
    return "";
}

static unsigned wire_count(const wire *w, const char *name) {
    (void)w;
    unsigned count = 0;
    for (size_t i = 0; sent[i]; i++) {
        size_t length = strlen(name);
        count += strncasecmp(sent[i], name, length) == 0 && sent[i][length] == ':';
    }
    return count;
}

static void forget(void) {
    maille_strbuf_free(&answered.body);
    maille_arena_free(arena);
    arena = NULL;
    asks = NULL;
}

/* Sends; the status of the answer at once, 0 where the request goes through. */
static inline int ask_of(maille_serve_config *by, const char *method, const char *address,
                         const char *body) {
    forget();
    arena = maille_arena_new();
    the_service.config = by;
    wire w = {.method = method,
              .target = address,
              .peer = peer,
              .header = wire_header,
              .header_count = wire_count,
              .body = body,
              .body_length = strlen(body),
              .arena = arena};
    CHECK_INT(request_begin(&the_service, &the_world, &w, &asks, &goes, &answered), MAILLE_OK);
    CHECK((asks != NULL) == (answered.status == 0));
    return asks ? 0 : answered.status;
}

#define ASK(method, target, ...)                                                                   \
    (memcpy(sent, (const char * [HEADERS + 1]){__VA_ARGS__}, sizeof sent),                         \
     ask_of(config, method, target, ""))
/* With Host, as every client sends it. */
#define GET_(target, ...) ASK("GET", target, "Host: carte.example", __VA_ARGS__)

/* A header of the answer, "" where there is none. */
static inline const char *header(const char *name) {
    for (size_t i = 0; i < answered.header_count; i++)
        if (strcasecmp(answered.headers[i].name, name) == 0)
            return answered.headers[i].value;
    return "";
}

static inline const char *body(void) {
    return answered.body.text ? answered.body.text : "";
}

static inline bool says(const char *text) {
    return strstr(body(), text) != NULL;
}

/* Answers a request that went through, as a worker would, and dresses the reply. */
static inline int answer(void) {
    if (!asks)
        return answered.status;
    maille_strbuf_free(&answered.body);
    answered = (reply){.file = -1};
    CHECK_INT(goes->answer(&the_view, asks, &answered), MAILLE_OK);
    reply_dress(&the_service, asks, &answered);
    return answered.status ? answered.status : 200;
}

static inline const char *bearer(maille_role role) {
    static char text[8][80];
    static unsigned next;
    char *to = text[next++ % 8];
    snprintf(to, sizeof text[0], "Authorization: Bearer %s", tokens[role]);
    return to;
}

static inline void reload_accounts(maille_store *store) {
    maille_accounts_free(the_world.accounts);
    the_world.accounts = NULL;
    CHECK_INT(maille_accounts_load(ctx, store, &the_world.accounts), MAILLE_OK);
}

static maille_store *store;

static void start(void) {
    static const char *const corse[] = {"2A", "2B"};
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    CHECK_INT(maille_serve_config_read(ctx, NULL, &config), MAILLE_OK);
    CHECK_INT(maille_store_create(ctx, test_scratch("w.maille"), 0, "test", &store), MAILLE_OK);
    for (int role = 0; role < TOKENS; role++) {
        maille_token_wish wish = {.name = role ? maille_role_name((maille_role)role) : "corse",
                                  .role = role ? (maille_role)role : MAILLE_LECTEUR,
                                  .departments = role ? NULL : corse,
                                  .department_count = role ? 0 : 2};
        CHECK_INT(maille_token_create(ctx, store, &wish, tokens[role], token_ids[role]), 0);
    }
    reload_accounts(store);
    CHECK_INT(gatekeeper_new(ctx, config, &the_service.gatekeeper), MAILLE_OK);
    CHECK_INT(metrics_new(ctx, &the_service.metrics), MAILLE_OK);
    the_service.ctx = ctx;
    the_service.views = &the_views;
    the_view = (view){.ctx = ctx, .world = &the_world, .service = &the_service};
}

static void finish(void) {
    forget();
    gatekeeper_free(the_service.gatekeeper);
    metrics_free(the_service.metrics);
    maille_accounts_free(the_world.accounts);
    maille_store_close(store);
    maille_serve_config_free(config);
    maille_ctx_free(ctx);
}

#endif
