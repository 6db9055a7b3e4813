/* serve.yaml: defaults, the shipped example, bounds, and refusals that name file and line. */
#include "harness.h"

#include <maille/memory.h>
#include <maille/serve.h>

static maille_ctx *ctx;

/* Reads a text as serve.yaml; the config, or NULL with the message in the context. */
static maille_serve_config *read_text(const char *text) {
    const char *path = test_scratch("serve.yaml");
    FILE *file = fopen(path, "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
    maille_serve_config *config = NULL;
    maille_status status = maille_serve_config_read(ctx, path, &config);
    CHECK_INT(status, config ? MAILLE_OK : MAILLE_REFUSED);
    return config;
}

/* The text is refused with a message that names the line and holds `why`. */
static void refused(const char *text, int line, const char *why) {
    char place[32];
    snprintf(place, sizeof place, "serve.yaml:%d: ", line);
    maille_serve_config *config = read_text(text);
    CHECK(config == NULL);
    if (config || !strstr(maille_message(ctx), place) || !strstr(maille_message(ctx), why))
        CHECK_TEXT(maille_message(ctx), why);
    maille_serve_config_free(config);
}

TEST(without_a_file_the_defaults_hold) {
    maille_serve_config *c = NULL;
    CHECK_INT(maille_serve_config_read(ctx, NULL, &c), MAILLE_OK);
    CHECK_TEXT(c->listen, "127.0.0.1:8080");
    CHECK(c->public_url == NULL && c->proxy_count == 0 && c->origin_count == 0);
    CHECK_INT(c->io_threads, 2);
    CHECK_INT(c->workers, 0);
    CHECK_INT(c->downloads, 8);
    CHECK_INT(c->connections, 1024);
    CHECK_INT(c->connections_per_address, 64);
    CHECK_INT(c->header_kib, 16);
    CHECK_INT(c->uri_bytes, 8192);
    CHECK_INT(c->body_kib, 1024);
    CHECK_INT(c->queue, 256);
    CHECK_NEAR(c->header_s, 10, 0);
    CHECK_NEAR(c->idle_s, 30, 0);
    CHECK_NEAR(c->answer_s, 60, 0);
    CHECK_INT(c->cache_mib, 64);
    CHECK_INT(c->cache_entry_kib, 4096);
    CHECK_INT(c->tiles_mib, 512);
    CHECK_INT(c->limit, 100);
    CHECK_INT(c->limit_most, 10000);
    CHECK_NEAR(c->max_age_s, 60, 0);
    CHECK(!c->secure_cookies);
    CHECK_NEAR(c->session_hours, 12, 0);
    CHECK_INT(c->failures, 10);
    CHECK_INT(c->failure_minutes, 5);
    CHECK_TEXT(c->log, "-");
    maille_serve_config_free(c);
    maille_serve_config_free(NULL);
}

TEST(the_shipped_example_is_read_and_tells_the_defaults) {
    maille_serve_config *c = NULL, *d = NULL;
    CHECK_INT(maille_serve_config_read(ctx, test_source("docs/examples/serve.yaml"), &c), 0);
    CHECK_INT(maille_serve_config_read(ctx, NULL, &d), 0);
    CHECK_TEXT(c->public_url, "https://carte.example/cpts");
    CHECK_INT(c->proxy_count, 2);
    CHECK_TEXT(c->proxies[1], "::1");
    CHECK_TEXT(c->origins[0], "https://portail.example");
    CHECK(c->secure_cookies);
    CHECK_TEXT(c->tiles, "https://tuiles.example/{z}/{x}/{y}.png");
    CHECK_TEXT(c->tiles_origin, "https://tuiles.example");
    CHECK_TEXT(c->tiles_attribution, "© les contributeurs d’OpenStreetMap");
    CHECK(d->tiles == NULL && d->tiles_origin == NULL && d->tiles_attribution == NULL);
    CHECK_TEXT(c->listen, d->listen);
    CHECK_TEXT(c->log, d->log);
    /* All numbers lie between io_threads and max_age_s, and after secure_cookies. */
    CHECK(memcmp(&c->io_threads, &d->io_threads,
                 (size_t)((char *)&d->secure_cookies - (char *)&d->io_threads)) == 0);
    CHECK_NEAR(c->session_hours, d->session_hours, 0);
    CHECK_INT(c->failures, d->failures);
    CHECK_INT(c->failure_minutes, d->failure_minutes);
    maille_serve_config_free(c);
    maille_serve_config_free(d);
}

TEST(what_is_written_is_taken) {
    maille_serve_config *c = read_text(
        "listen: \"[::1]:0\"\n"
        "public_url: https://carte.example/cpts/\n"
        "proxies: [10.0.0.1]\n"
        "workers: 3\nheader_s: 2.5\nlog: \"\"\n"
        "limit: 7\nlimit_most: 7\nsecure_cookies: true\n");
    CHECK(c != NULL);
    if (!c)
        return;
    CHECK_TEXT(c->listen, "[::1]:0");
    CHECK_TEXT(c->public_url, "https://carte.example/cpts");
    CHECK_TEXT(c->proxies[0], "10.0.0.1");
    CHECK_INT(c->workers, 3);
    CHECK_NEAR(c->header_s, 2.5, 0);
    CHECK_TEXT(c->log, "");
    CHECK_INT(c->limit, 7);
    CHECK(c->secure_cookies);
    CHECK_INT(c->io_threads, 2);
    maille_serve_config_free(c);
}

TEST(addresses_have_their_form) {
    static const char *const wrong[] = {
        "listen: localhost:8080",
        "listen: 127.0.0.1",
        "listen: 127.0.0.1:65536",
        "listen: \"::1:8080\"",
        "listen: 1.2.3:80",
        "listen: \"[::1]\"",
        "public_url: carte.example",
        "public_url: ftp://carte.example",
        "public_url: https://carte.example/a//b",
        "public_url: https://carte.example/../b",
        "public_url: \"https://carte.example/a?b\"",
        "public_url: \"https://carte.example/a b\"",
        "proxies: [nginx]",
        "proxies: [10.0.0.0/8]",
        "origins: [https://portail.example/]",
        "origins: [\"*\"]",
        "origins: [portail.example]",
        "base_map: {attribution: x, tiles: \"/{z}/{x}/{y}.png\"}",
        "base_map: {attribution: x, tiles: \"https://a.example/{z}/{x}.png\"}",
        "base_map: {attribution: x, tiles: \"https://a.example/{z}/{x}/{y}/{z}\"}",
        "base_map: {attribution: x, tiles: \"https://a.example; script-src *{z}/{x}/{y}\"}",
        "base_map: {attribution: x, tiles: \"https://{z}/{x}/{y}\"}",
        "base_map: {attribution: x, tiles: \"https://a.example/{z}/{x}/{y} b\"}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(wrong[i], 1, "was not of the form");
}

TEST(numbers_keep_their_bounds) {
    refused("limit: 10\nworkers: 2.5\n", 2, "workers was not a whole number between 0 and 256");
    refused("\nheader_s: 0\n", 2, "header_s was not a number between 1 and 600");
    refused("failures: 0\n", 1, "failures");
    refused("failures: -1\n", 1, "failures");
    refused("body_kib: 1e300\n", 1, "body_kib");
    refused("uri_bytes: 8\n", 1, "uri_bytes");
    refused("idle_s: bientôt\n", 1, "idle_s");
    refused("limit_most: 50\n\nlimit: 51\n", 3, "limit 51 was more than limit_most 50");
}

TEST(keys_are_known_and_stand_once) {
    refused("limit: 10\nlimits: 20\n", 2, "limits");
    refused("limit: 10\nlimit: 20\n", 2, "limit");
    refused("- limit\n", 1, "map");
    refused("base_map: {tiles: \"https://a.example/{z}/{x}/{y}\"}\n", 1, "attribution");
    refused("base_map: https://a.example/{z}/{x}/{y}\n", 1, "base_map");
    refused("base_map:\n  tile: x\n", 2, "tile");
    refused("secure_cookies: peut-être\n", 1, "secure_cookies");
    refused("proxies: 127.0.0.1\n", 1, "proxies");
    refused("proxies: [127.0.0.1, 127.0.0.1]\n", 1, "twice");
}

TEST(a_file_that_is_not_there_is_named) {
    maille_serve_config *c = NULL;
    CHECK(maille_serve_config_read(ctx, test_scratch("nowhere.yaml"), &c) != MAILLE_OK);
    CHECK(c == NULL && strstr(maille_message(ctx), "nowhere.yaml"));
}

TEST(memory_that_runs_out_leaves_nothing_behind) {
    static const char text[] = "public_url: https://a.example/b\nproxies: [127.0.0.1]\n";
    maille_serve_config *c = read_text(text);
    maille_serve_config_free(c);
    for (uint64_t n = 1; n < 60; n++) {
        c = NULL;
        maille_memory_fail_at(n);
        maille_status status = maille_serve_config_read(ctx, test_scratch("serve.yaml"), &c);
        maille_memory_fail_at(0);
        CHECK((status == MAILLE_OK) == (c != NULL));
        maille_serve_config_free(c);
    }
}

TEST(begin) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(end) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(begin), CASE(without_a_file_the_defaults_hold),
          CASE(the_shipped_example_is_read_and_tells_the_defaults), CASE(what_is_written_is_taken),
          CASE(addresses_have_their_form), CASE(numbers_keep_their_bounds),
          CASE(keys_are_known_and_stand_once), CASE(a_file_that_is_not_there_is_named),
          CASE(memory_that_runs_out_leaves_nothing_behind), CASE(end))
