/* Routes of operation and counters: what a monitor, an orchestrator and a crawler are told. */
#include "router_kit.h"

#include <pthread.h>

const route_table *const all_routes[] = {&session_routes, &operation_routes};
const size_t all_route_count = 2;

/* The number behind the line that begins so; -1 where there is none. */
static double counter(const char *text, const char *line) {
    size_t length = strlen(line);
    for (const char *at = text; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, line, length) == 0 && at[length] == ' ')
            return strtod(at + length, NULL);
    }
    return -1;
}

static const route *route_of(const char *id) {
    for (size_t i = 0; i < operation_routes.count; i++)
        if (strcmp(operation_routes.routes[i].id, id) == 0)
            return &operation_routes.routes[i];
    return NULL;
}

TEST(it_lives_and_is_ready_as_long_as_the_workspace_can_be_read) {
    CHECK_INT(GET_("/health", NULL), 0);
    CHECK_INT(answer(), 200);
    CHECK(says("\"status\":\"ok\""));
    CHECK_TEXT(header("Cache-Control"), "no-store");
    CHECK_INT(GET_("/ready", NULL), 0);
    CHECK_INT(answer(), 200);
    the_views.ready = false;
    CHECK_INT(GET_("/ready", NULL), 0);
    CHECK_INT(answer(), 503);
    CHECK(*header("Retry-After") && !says("/secret/place") && says("espace de travail"));
    CHECK_INT(GET_("/ready", bearer(MAILLE_ADMIN)), 0);
    CHECK_INT(answer(), 503);
    CHECK(says("/secret/place"));
    CHECK_INT(GET_("/health", NULL), 0);
    CHECK_INT(answer(), 200);
    the_views.ready = true;
    the_service.stopping = true;
    CHECK_INT(GET_("/ready", NULL), 0);
    CHECK_INT(answer(), 503);
    the_service.stopping = false;
}

TEST(metrics_are_for_the_admin) {
    for (int role = MAILLE_ANONYMOUS; role < MAILLE_ADMIN; role++)
        CHECK_INT(GET_("/metrics", role ? bearer((maille_role)role) : "X: y"), 404);
    CHECK_INT(GET_("/metrics", bearer(MAILLE_ADMIN)), 0);
    CHECK_INT(answer(), 200);
    CHECK_TEXT(format_type(asks->format), "text/plain; version=0.0.4; charset=utf-8");
    CHECK_NEAR(counter(body(), "maille_world"), 7, 0);
    CHECK_NEAR(counter(body(), "maille_commits_total"), 5, 0);
    CHECK_NEAR(counter(body(), "maille_tilesets_made_total"), 3, 0);
    CHECK_NEAR(counter(body(), "maille_ready"), 1, 0);
    CHECK(counter(body(), "process_resident_memory_bytes") > 1e6);
    CHECK_NEAR(counter(body(), "maille_connections"), 0, 0);
    CHECK_NEAR(counter(body(), "maille_requests_active"), 0, 0);
    CHECK_NEAR(counter(body(), "maille_downloads_active"), 0, 0);
    CHECK(counter(body(), "maille_uptime_seconds") >= 0);
}

TEST(crawlers_are_told_where_there_is_no_end) {
    CHECK_INT(GET_("/robots.txt", NULL), 0);
    CHECK_INT(answer(), 200);
    CHECK(says("User-agent: *\n") && says("Disallow: /tiles/\n"));
}

TEST(requests_are_counted_by_route_and_status) {
    metrics *m = NULL;
    maille_strbuf text = {0};
    const route *health = route_of("sante"), *ready = route_of("disponibilite");
    CHECK_INT(metrics_new(ctx, &m), MAILLE_OK);
    metrics_add(m, health, 200, 0.0004, 10, false);
    metrics_add(m, health, 200, 0.0005, 20, true); /* a bound holds its own */
    metrics_add(m, health, 304, 0.003, 0, true);
    metrics_add(m, health, 200, 99, 30, false);
    metrics_add(m, ready, 503, 0.2, 5, false);
    metrics_add(m, NULL, 404, 0.0001, 7, false);
    metrics_add(m, NULL, 0, NAN, 0, false); /* an answer that never was */
    metrics_write(m, &text);
    const char *t = text.text;
    CHECK_NEAR(counter(t, "maille_requests_total{route=\"sante\",status=\"2xx\"}"), 3, 0);
    CHECK_NEAR(counter(t, "maille_requests_total{route=\"sante\",status=\"3xx\"}"), 1, 0);
    CHECK_NEAR(counter(t, "maille_requests_total{route=\"disponibilite\",status=\"5xx\"}"), 1, 0);
    CHECK_NEAR(counter(t, "maille_requests_total{route=\"\",status=\"4xx\"}"), 1, 0);
    CHECK_NEAR(counter(t, "maille_requests_total{route=\"\",status=\"5xx\"}"), 1, 0);
    CHECK_NEAR(counter(t, "maille_requests_total{route=\"session\",status=\"2xx\"}"), -1, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_bucket{route=\"sante\",le=\"0.0005\"}"), 2, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_bucket{route=\"sante\",le=\"0.0025\"}"), 2, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_bucket{route=\"sante\",le=\"0.005\"}"), 3, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_bucket{route=\"sante\",le=\"10\"}"), 3, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_bucket{route=\"sante\",le=\"+Inf\"}"), 4, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_count{route=\"sante\"}"), 4, 0);
    CHECK_NEAR(counter(t, "maille_request_seconds_sum{route=\"sante\"}"), 99.0039, 1e-9);
    CHECK_NEAR(counter(t, "maille_response_bytes_total{route=\"sante\"}"), 60, 0);
    CHECK_NEAR(counter(t, "maille_cache_hits_total{route=\"sante\"}"), 2, 0);
    maille_strbuf_free(&text);
    metrics_free(m);
}

/* Each family has its HELP and TYPE once, and each line of values is of the family above it. */
TEST(the_text_is_that_of_prometheus) {
    metrics *m = NULL;
    maille_strbuf text = {0};
    CHECK_INT(metrics_new(ctx, &m), MAILLE_OK);
    for (size_t i = 0; i < operation_routes.count; i++)
        metrics_add(m, &operation_routes.routes[i], 200, 0.1, 1, false);
    metrics_write(m, &text);
    char type[64] = "", *rest = NULL;
    int types = 0, values = 0;
    for (char *line = strtok_r(text.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "# TYPE ", 7) == 0) {
            snprintf(type, sizeof type, "%.*s", (int)strcspn(line + 7, " "), line + 7);
            types++;
        } else if (*line != '#') {
            CHECK(strncmp(line, type, strlen(type)) == 0);
            char *end = NULL;
            CHECK(strrchr(line, ' ') && strtod(strrchr(line, ' '), &end) >= 0 && !*end);
            values++;
        }
    }
    CHECK_INT(types, 4);
    CHECK_INT(values, 4 * (1 + 14 + 2 + 1 + 1)); /* 13 bounds and +Inf; sum, count */
    maille_strbuf_free(&text);
    metrics_free(m);
}

static void *count_many(void *user) {
    metrics *m = user;
    for (int i = 0; i < 50000; i++)
        metrics_add(m, &operation_routes.routes[i % 2], 200 + 100 * (i % 3), 0.001 * (i % 7), 3,
                    i % 2);
    return NULL;
}

TEST(no_count_is_lost_between_threads) {
    metrics *m = NULL;
    maille_strbuf text = {0};
    CHECK_INT(metrics_new(ctx, &m), MAILLE_OK);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, count_many, m), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    metrics_write(m, &text);
    double sum = 0, bytes = 0;
    static const char *const ids[] = {"sante", "disponibilite"};
    for (size_t i = 0; i < 2; i++) {
        char line[120];
        snprintf(line, sizeof line, "maille_request_seconds_count{route=\"%s\"}", ids[i]);
        sum += counter(text.text, line);
        snprintf(line, sizeof line, "maille_response_bytes_total{route=\"%s\"}", ids[i]);
        bytes += counter(text.text, line);
    }
    CHECK_NEAR(sum, 200000, 0);
    CHECK_NEAR(bytes, 600000, 0);
    CHECK_NEAR(counter(text.text, "maille_cache_hits_total{route=\"disponibilite\"}"), 100000, 0);
    maille_strbuf_free(&text);
    metrics_free(m);
}

TEST(begin) {
    start();
}

TEST(end) {
    finish();
}

RUN_TESTS(CASE(begin), CASE(it_lives_and_is_ready_as_long_as_the_workspace_can_be_read),
          CASE(metrics_are_for_the_admin), CASE(crawlers_are_told_where_there_is_no_end),
          CASE(requests_are_counted_by_route_and_status), CASE(the_text_is_that_of_prometheus),
          CASE(no_count_is_lost_between_threads), CASE(end))
