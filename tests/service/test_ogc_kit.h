/* For the tests of OGC API: the sample region as it is served, asked without a network through
 * router, real views and handlers. */
#ifndef TESTS_OGC_KIT_H
#define TESTS_OGC_KIT_H

#include "harness.h"
#include "service/server.h"

#include <maille/jsontree.h>
#include <maille/steps.h>
#include <strings.h>

static maille_ctx *ctx;
static maille_serve_config *config;
static maille_server the_server;
static view *the_view;
static char tokens[2]
                  [MAILLE_TOKEN_TEXT]; /* of a reader, and of one who is bound to a département */

#define CHECK_OK(call)                                                                             \
    do {                                                                                           \
        maille_status status_ = (call);                                                            \
        CHECK_TEXT(status_ == MAILLE_OK ? "" : maille_message(ctx), "");                           \
        if (status_ != MAILLE_OK)                                                                  \
            exit(1);                                                                               \
    } while (0)

/* ---- a request and its answer ---- */

static maille_arena *arena;
static reply answered;
static maille_json *document;     /* of the last answer, once asked for */
static char authorization[80];    /* "Bearer …", or "" */
static const char *accepted = ""; /* header Accept */

static const char *wire_header(const wire *w, const char *name) {
    (void)w;
    if (strcasecmp(name, "Host") == 0)
        return "carte.example";
    if (strcasecmp(name, "Accept") == 0)
        return accepted;
    return strcasecmp(name, "Authorization") == 0 ? authorization : "";
}

static unsigned wire_count(const wire *w, const char *name) {
    return *wire_header(w, name) != '\0';
}

static inline void forget(void) {
    maille_json_free(document);
    document = NULL;
    maille_strbuf_free(&answered.body);
    if (answered.stream.drop)
        answered.stream.drop(answered.stream.state);
    maille_arena_free(arena);
    arena = NULL;
    answered = (reply){.file = -1};
}

/* A stream is read to its end, as the wire would. */
static inline void drain(void) {
    bool end = !answered.stream.more;
    while (!end)
        CHECK_OK(answered.stream.more(the_view, answered.stream.state, &answered.body, &end));
}

/* The status of the answer to GET. */
static inline int get(const char *target) {
    request *asks = NULL;
    const route *found = NULL;
    forget();
    arena = maille_arena_new();
    wire w = {.method = "GET",
              .target = target,
              .peer = "192.0.2.7",
              .header = wire_header,
              .header_count = wire_count,
              .body = "",
              .arena = arena};
    CHECK_OK(request_begin(&the_server.core, the_view->world, &w, &asks, &found, &answered));
    if (!asks)
        return answered.status;
    answered = (reply){.file = -1};
    CHECK_OK(found->answer(the_view, asks, &answered));
    drain();
    return answered.status ? answered.status : 200;
}

static inline const char *body(void) {
    return answered.body.text ? answered.body.text : "";
}

static inline bool says(const char *text) {
    return strstr(body(), text) != NULL;
}

static inline const char *header(const char *name) {
    for (size_t i = 0; i < answered.header_count; i++)
        if (strcasecmp(answered.headers[i].name, name) == 0)
            return answered.headers[i].value;
    return "";
}

static inline const maille_json *tree(void) {
    if (!document)
        CHECK_OK(maille_json_parse(ctx, "answer", body(), &document));
    return document;
}

static inline int64_t number(const maille_json *value) {
    double n = -1;
    maille_json_as_number(value, &n);
    return (int64_t)n;
}

/* The address of a link by its relation, without what all begin with; NULL where there is none. */
static inline const char *link_of(const maille_json *object, const char *rel) {
    static const char base[] = "http://carte.example";
    const maille_json *links = maille_json_get(object, "links");
    for (size_t i = 0; i < maille_json_count(links); i++) {
        const maille_json *one = maille_json_at(links, i);
        const char *name = maille_json_as_text(maille_json_get(one, "rel"));
        const char *href = maille_json_as_text(maille_json_get(one, "href"));
        if (!name || strcmp(name, rel) != 0)
            continue;
        CHECK(href && strncmp(href, base, strlen(base)) == 0);
        return href + strlen(base);
    }
    return NULL;
}

/* ---- beginning and end ---- */

static inline void run_steps(maille_store *store, maille_audience audience) {
    maille_step_result *results = NULL;
    size_t count = 0;
    CHECK_OK(maille_steps_run(ctx, store, &(maille_run_options){.audience = audience}, &results,
                              &count));
    maille_free(results);
}

static inline void make_workspace(const char *path) {
    static const char *const bound[] = {"29"};
    char study_path[1000];
    const char *folder = getenv("MAILLE_SAMPLE");
    maille_study *study = NULL;
    maille_store *store = NULL;
    size_t dropped;
    char id[17];
    snprintf(study_path, sizeof study_path, "%s/study.yaml", folder ? folder : "build/sample");
    CHECK_OK(maille_study_read(ctx, study_path, &study));
    CHECK_OK(maille_store_create(ctx, path, 0, "test", &store));
    maille_import_result *results = maille_alloc(study->source_count + 1, sizeof *results);
    CHECK_OK(maille_study_apply(ctx, store, study, false, results, &dropped));
    maille_free(results);
    maille_study_free(study);
    run_steps(store, MAILLE_INTERNE);
    run_steps(store, MAILLE_PUBLIC);
    CHECK_OK(maille_token_create(ctx, store,
                                 &(maille_token_wish){.name = "lectrice", .role = MAILLE_LECTEUR},
                                 tokens[0], id));
    CHECK_OK(maille_token_create(
        ctx, store,
        &(maille_token_wish){
            .name = "bornée", .role = MAILLE_LECTEUR, .departments = bound, .department_count = 1},
        tokens[1], id));
    maille_store_close(store);
}

static inline void start(void) {
    const char *path = test_scratch("w.maille");
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
    make_workspace(path);
    CHECK_OK(maille_serve_config_read(ctx, NULL, &config));
    config->workers = 1;
    config->limit_most = 50;
    config->limit = 10;
    the_server.core = (service){.ctx = ctx, .config = config, .workspace = path};
    CHECK_OK(gatekeeper_new(ctx, config, &the_server.core.gatekeeper));
    CHECK_OK(metrics_new(ctx, &the_server.core.metrics));
    CHECK_OK(views_open(ctx, &the_server.core, path, config, &the_server.core.views));
    CHECK_OK(view_take(the_server.core.views, &the_view));
}

static inline void finish(void) {
    forget();
    view_give(the_view);
    views_close(the_server.core.views);
    gatekeeper_free(the_server.core.gatekeeper);
    metrics_free(the_server.core.metrics);
    maille_serve_config_free(config);
    maille_ctx_free(ctx);
}

/* Who asks from now on: NULL the public. */
static inline void as(const char *token) {
    snprintf(authorization, sizeof authorization, "%s%s", token ? "Bearer " : "",
             token ? token : "");
}

#endif
