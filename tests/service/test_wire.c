/* The wire as its callers see it: keep-alive, bodies, shapes that are refused, the cache, ETags,
 * compression, streams. The router and the views are stand-ins; see test_wire_kit.h. */
#include "test_wire_kit.h"

#include <zlib.h>

/* ---- connections ---- */

TEST(keeps_a_connection) {
    maille_serve_config config = defaults();
    start(&config);
    int s = dial();
    for (int i = 0; i < 3; i++) {
        say(s, "GET /small HTTP/1.1\r\nHost: here\r\n\r\n");
        heard h = hear(s);
        CHECK_INT(h.status, 200);
        CHECK_TEXT(h.body.text, "{\"small\":true}");
        CHECK_TEXT(header_of(&h, "Content-Type"), "application/json");
        CHECK_TEXT(header_of(&h, "Cache-Control"), "public, max-age=60");
        forget(&h);
    }
    say(s, "GET /small HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    heard h = hear(s);
    CHECK_INT(h.status, 200);
    CHECK(is_closed(s, 2000));
    forget(&h);
    close(s);
    stop(5);
}

TEST(answers_a_pipeline_in_its_order) {
    maille_serve_config config = defaults();
    start(&config);
    int s = dial();
    say(s,
        "GET /slow HTTP/1.1\r\nHost: here\r\n\r\nGET /missing HTTP/1.1\r\nHost: here\r\n\r\n"
        "POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
        "GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\nGET /kept HTTP/1.1\r\nHost: here\r\n\r\n");
    static const int expected[] = {200, 404, 200, 404, 200};
    for (int i = 0; i < 5; i++) {
        heard h = hear(s);
        CHECK_INT(h.status, expected[i]);
        CHECK(h.whole);
        if (i == 2)
            CHECK_TEXT(h.body.text, "hello");
        if (i == 1)
            CHECK(strstr(h.body.text, "half of") == NULL);
        forget(&h);
    }
    close(s);
    stop(5);
}

TEST(answers_who_closed_one_half) {
    maille_serve_config config = defaults();
    config.header_s = 1; /* where the end comes with the last bytes, the watch closes */
    start(&config);
    int s = dial();
    say(s, "GET /slow HTTP/1.1\r\nHost: here\r\n\r\n");
    shutdown(s, SHUT_WR);
    heard h = hear(s);
    CHECK_INT(h.status, 200);
    CHECK(h.whole);
    CHECK(is_closed(s, 2000));
    forget(&h);
    close(s);
    s = dial(); /* and one that says half a request */
    say(s, "GET /slow HTT");
    shutdown(s, SHUT_WR);
    CHECK(is_closed(s, 5000));
    close(s);
    stop(5);
}

TEST(heads_are_gets_without_a_body) {
    maille_serve_config config = defaults();
    start(&config);
    static const char *const targets[] = {"/small", "/kept", "/stream", "/file", "/nowhere"};
    for (size_t i = 0; i < 5; i++) {
        heard get = ask("GET", targets[i], ""), head = ask("HEAD", targets[i], "");
        CHECK_INT(head.status, get.status);
        char length[64];
        snprintf(length, sizeof length, "%s", header_of(&get, "Content-Length"));
        CHECK_TEXT(header_of(&head, "Content-Length"), length);
        CHECK_TEXT(header_of(&head, "Cache-Control"), i < 4 ? "public, max-age=60" : "");
        forget(&get);
        forget(&head);
    }
    int s = dial(); /* nothing of a body follows: the next answer begins where it must */
    say(s, "HEAD /kept HTTP/1.1\r\nHost: here\r\n\r\nGET /small HTTP/1.1\r\nHost: here\r\n\r\n");
    heard head = hear_for(s, true, 5000), get = hear(s);
    CHECK_INT(head.status, 200);
    CHECK_TEXT(get.body.text, "{\"small\":true}");
    forget(&head);
    forget(&get);
    close(s);
    stop(5);
}

/* ---- bodies ---- */

TEST(reads_bodies) {
    maille_serve_config config = defaults();
    start(&config);
    int s = dial();
    say(s, "POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n");
    heard h = hear(s);
    CHECK_INT(h.status, 200);
    CHECK_INT(h.body.length, 0);
    forget(&h);
    say(s,
        "POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\nA\r\ndefghijklm\r\n0\r\n\r\n");
    h = hear(s);
    CHECK_TEXT(h.body.text, "abcdefghijklm");
    forget(&h);
    say(s,
        "POST /echo HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\n"
        "Content-Length: 3\r\n\r\n");
    maille_strbuf line = {0};
    CHECK(hear_line(s, &line, &h, 2000));
    CHECK_TEXT(line.text, "HTTP/1.1 100 Continue\r\n");
    CHECK(hear_line(s, &line, &h, 2000));
    say(s, "xyz");
    h = hear(s);
    CHECK_TEXT(h.body.text, "xyz");
    forget(&h);
    maille_strbuf_clear(&line); /* the largest that is taken */
    fill(&line, 1 << 20, 0);
    say(s, "POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 1048576\r\n\r\n");
    say_n(s, line.text, line.length);
    h = hear(s);
    CHECK_TEXT(h.body.text, line.text);
    forget(&h);
    maille_strbuf_free(&line);
    close(s);
    stop(5);
}

TEST(refuses_bodies_that_are_too_large) {
    maille_serve_config config = defaults();
    start(&config);
    static char megabyte[1 << 20];
    int s = dial(); /* told before: not even asked for */
    say(s,
        "POST /echo HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\n"
        "Content-Length: 1048577\r\n\r\n");
    heard h = hear(s);
    CHECK_INT(h.status, 413);
    CHECK_TEXT(header_of(&h, "Connection"), "close");
    CHECK(is_closed(s, 5000));
    forget(&h);
    close(s);
    s = dial(); /* 100 MB: who sends them hears why they were not wanted */
    say(s, "POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 104857600\r\n\r\n");
    for (int i = 0; i < 100 && say_n(s, megabyte, sizeof megabyte); i++)
        ;
    h = hear(s);
    CHECK_INT(h.status, 413);
    forget(&h);
    close(s);
    s = dial(); /* in chunks, it shows while it comes */
    say(s, "POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; i++)
        if (!say(s, "100000\r\n") || !say_n(s, megabyte, sizeof megabyte) || !say(s, "\r\n"))
            break;
    h = hear(s);
    CHECK_INT(h.status, 413);
    CHECK(is_closed(s, 5000));
    forget(&h);
    close(s);
    stop(5);
}

/* ---- shapes ---- */

TEST(refuses_what_two_servers_read_differently) {
    maille_serve_config config = defaults();
    start(&config);
#define SHAPE(text, status)                                                                        \
    { text, sizeof text - 1, status }
    static const struct {
        const char *text;
        size_t length;
        int status; /* 0 = closed without a word is fine too */
    } shapes[] = {
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
              "chunked\r\n\r\n"
              "0\r\n\r\nGET /small HTTP/1.1\r\nHost: a\r\n\r\n",
              400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
              400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc", 400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nabc", 400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
              0),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc", 400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
              400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
              400),
        SHAPE("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
              "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
              400),
        SHAPE("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nAccept: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\n\tfolded\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX: a\0b\r\nY: c\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\0\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n", 400),
        SHAPE("GET /small\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\nHost: a\n\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nX y: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 0),
        SHAPE("GET /small HTTP/2.0\r\nHost: a\r\n\r\n", 0),
        SHAPE("GET /small\r\n\r\n", 0),
        SHAPE("GET  /small HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        SHAPE("GET /small HTTP/1.1 x\r\nHost: a\r\n\r\n", 0),
        SHAPE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 0),
        SHAPE("GET /small HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n", 417),
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int s = dial();
        say_n(s, shapes[i].text, shapes[i].length);
        heard h = hear_for(s, false, 3000);
        bool fine = shapes[i].status ? h.status == shapes[i].status
                                     : h.status == 0 || (h.status >= 400 && h.status < 600);
        if (!fine || h.status == 200)
            fprintf(stderr, "shape %zu: status %d: %s\n", i, h.status, shapes[i].text);
        CHECK(fine && h.status != 200);
        CHECK(is_closed(s, 3000)); /* whatever follows is not taken for a request */
        forget(&h);
        close(s);
    }
    CHECK_INT(atomic_load(&handled), 0);
    /* What is merely unusual is taken. */
    static const char *const fine[] = {
        "GET /small HTTP/1.1\r\nHost:a\r\nAccept:*/*\r\n\r\n",
        "GET /small HTTP/1.1\r\nhost:   a  \r\nX:\r\nY: \t\r\n\r\n",
        "GET /small HTTP/1.1\r\nX-1~!#$%&'*+.^_`|: \xc3\xa9\r\nHost: a\r\n\r\n",
        "GET /small HTTP/1.0\r\n\r\n",
        "\r\nGET /small HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /small HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "GET /small HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
    };
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        int s = dial();
        say(s, fine[i]);
        heard h = hear_for(s, false, 3000);
        if (h.status != 200)
            fprintf(stderr, "fine %zu: status %d %s\n", i, h.status, h.body.text);
        CHECK_INT(h.status, 200);
        forget(&h);
        close(s);
    }
    /* A header that comes in pieces of one byte is as good as another. */
    int s = dial();
    for (const char *c = fine[1]; *c; c++)
        say_n(s, c, 1);
    heard h = hear(s);
    CHECK_INT(h.status, 200);
    forget(&h);
    close(s);
    stop(5);
}

static int status_of_size(size_t target, size_t header) {
    maille_strbuf text = {0};
    maille_strbuf_add(&text, "GET /small?");
    fill(&text, target, 0);
    maille_strbuf_add(&text, " HTTP/1.1\r\nHost: here\r\n");
    if (header) {
        maille_strbuf_add(&text, "X: ");
        fill(&text, header, 0);
        maille_strbuf_add(&text, "\r\n");
    }
    maille_strbuf_add(&text, "\r\n");
    int s = dial();
    say_n(s, text.text, text.length);
    heard h = hear_for(s, false, 3000);
    int status = h.status;
    forget(&h);
    close(s);
    maille_strbuf_free(&text);
    return status;
}

TEST(refuses_what_is_too_long) {
    maille_serve_config config = defaults();
    start(&config);
    CHECK_INT(status_of_size(8000, 0), 200);
    CHECK_INT(status_of_size(8192, 0), 414);
    CHECK_INT(status_of_size(100000, 0), 414);
    CHECK_INT(status_of_size(10, 16000), 200);
    CHECK_INT(status_of_size(10, 16384), 431);
    CHECK_INT(status_of_size(10, 100000), 431);
    stop(5);
}

/* ---- cache, ETag, compression ---- */

static maille_strbuf inflated(const maille_strbuf *from) {
    maille_strbuf out = {0};
    static char buffer[1 << 16];
    z_stream z = {.next_in = (Bytef *)from->text, .avail_in = (uInt)from->length};
    inflateInit2(&z, 15 + 16);
    int state_of_z;
    do {
        z.next_out = (Bytef *)buffer;
        z.avail_out = sizeof buffer;
        state_of_z = inflate(&z, Z_NO_FLUSH);
        maille_strbuf_add_n(&out, buffer, sizeof buffer - z.avail_out);
    } while (state_of_z == Z_OK);
    CHECK_INT(state_of_z, Z_STREAM_END);
    CHECK_INT(z.avail_in, 0);
    inflateEnd(&z);
    return out;
}

TEST(keeps_answers_until_the_workspace_changes) {
    maille_serve_config config = defaults();
    start(&config);
    heard first = ask("GET", "/kept", ""), again = ask("GET", "/kept", "");
    CHECK_INT(atomic_load(&handled), 1);
    CHECK_TEXT(again.body.text, first.body.text);
    CHECK_TEXT(again.head.text, first.head.text);
    forget(&again);
    heard origin = ask("GET", "/kept?origin=elsewhere", ""); /* headers are each request's own */
    CHECK_INT(atomic_load(&handled), 1);
    CHECK_TEXT(header_of(&origin, "Access-Control-Allow-Origin"), "elsewhere");
    CHECK_TEXT(origin.body.text, first.body.text);
    forget(&origin);
    again = ask("GET", "/kept", "");
    CHECK_TEXT(again.head.text, first.head.text);
    forget(&again);
    forget(&first);
    atomic_store(&state, 4);
    first = ask("GET", "/kept", "");
    CHECK_INT(atomic_load(&handled), 2);
    CHECK(strstr(first.body.text, "\"world\":5") != NULL);
    forget(&first);
    stop(5);
}

TEST(etags_depend_on_the_content_alone) {
    maille_serve_config config = defaults();
    start(&config);
    char etag[64], other[64];
    heard h = ask("GET", "/kept", "");
    snprintf(etag, sizeof etag, "%s", header_of(&h, "ETag"));
    CHECK(strlen(etag) > 20 && etag[0] == '"');
    forget(&h);
    atomic_store(&state, 1); /* another world, another time, the same content */
    h = ask("GET", "/kept", "");
    CHECK_TEXT(header_of(&h, "ETag"), etag);
    CHECK_INT(atomic_load(&handled), 2);
    forget(&h);
    h = ask("GET", "/kept", "Accept-Encoding: gzip\r\n");
    snprintf(other, sizeof other, "%s", header_of(&h, "ETag"));
    CHECK(strcmp(other, etag) != 0);
    forget(&h);
    atomic_store(&state, 4); /* other content */
    h = ask("GET", "/kept", "");
    CHECK(strcmp(header_of(&h, "ETag"), etag) != 0);
    forget(&h);
    stop(5);
}

/* The form with the tag where it holds "@". */
static void put_in(const char *form, const char *tag, char *out, size_t size) {
    size_t before = strcspn(form, "@");
    snprintf(out, size, "%.*s%s%s", (int)before, form, form[before] ? tag : "",
             form[before] ? form + before + 1 : "");
}

TEST(says_that_nothing_has_changed) {
    maille_serve_config config = defaults();
    start(&config);
    heard full = ask("GET", "/kept", "");
    char etag[64];
    snprintf(etag, sizeof etag, "%s", header_of(&full, "ETag"));
    forget(&full);
    static const struct {
        const char *form;
        int status;
    } forms[] = {{"@", 304},    {"W/@", 304},   {"\"a\", @", 304}, {"\"a\",W/@ , \"b\"", 304},
                 {"*", 304},    {"\"a\"", 200}, {"\"@\"", 200},    {"", 200},
                 {"\"x@", 200}, {",,@,,", 304}, {"x@", 200}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char value[200], line[256];
        put_in(forms[i].form, etag, value, sizeof value);
        snprintf(line, sizeof line, "If-None-Match: %s\r\n", value);
        heard h = ask("GET", "/kept", line);
        CHECK_INT(h.status, forms[i].status);
        if (h.status != forms[i].status)
            fputs(line, stderr);
        if (h.status == 304) {
            CHECK_TEXT(header_of(&h, "ETag"), etag);
            CHECK_TEXT(header_of(&h, "Cache-Control"), "public, max-age=60");
            CHECK_TEXT(header_of(&h, "Vary"), "Accept, Accept-Encoding");
        }
        forget(&h);
    }
    char line[256];
    snprintf(line, sizeof line, "If-None-Match: %s\r\nAccept-Encoding: gzip\r\n", etag);
    heard h = ask("GET", "/kept", line); /* that of other bytes */
    CHECK_INT(h.status, 200);
    snprintf(line, sizeof line, "If-None-Match: %s\r\nAccept-Encoding: gzip\r\n",
             header_of(&h, "ETag"));
    forget(&h);
    h = ask("HEAD", "/kept", line);
    CHECK_INT(h.status, 304);
    forget(&h);
    int s = dial(); /* nothing of a body follows */
    snprintf(line, sizeof line, "GET /kept HTTP/1.1\r\nHost: a\r\nIf-None-Match: %s\r\n\r\n", etag);
    say(s, line);
    say(s, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
    h = hear(s);
    CHECK_INT(h.status, 304);
    forget(&h);
    h = hear(s);
    CHECK_TEXT(h.body.text, "{\"small\":true}");
    forget(&h);
    close(s);
    stop(5);
}

TEST(compresses_for_who_takes_it) {
    maille_serve_config config = defaults();
    start(&config);
    heard plain = ask("GET", "/kept", "");
    CHECK_TEXT(header_of(&plain, "Vary"), "Accept, Accept-Encoding");
    static const struct {
        const char *accepts;
        bool zipped;
    } cases[] = {{"gzip", true},
                 {"deflate, gzip;q=0.5, br", true},
                 {"GZIP", true},
                 {"x-gzip", true},
                 {"*", true},
                 {"gzip;q=0", false},
                 {"gzip; q=0.000", false},
                 {"gzip;q=0.001", true},
                 {"*;q=0", false},
                 {"*, gzip;q=0", false},
                 {"gzip, *;q=0", true},
                 {"br", false},
                 {"identity", false},
                 {"gzipped", false},
                 {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[128];
        snprintf(line, sizeof line, "Accept-Encoding: %s\r\n", cases[i].accepts);
        heard h = ask("GET", "/kept", line);
        CHECK_TEXT(header_of(&h, "Content-Encoding"), cases[i].zipped ? "gzip" : "");
        CHECK_TEXT(header_of(&h, "Vary"), "Accept, Accept-Encoding");
        if (cases[i].zipped) {
            CHECK(h.body.length < plain.body.length / 2);
            maille_strbuf text = inflated(&h.body);
            CHECK_TEXT(text.text, plain.body.text);
            maille_strbuf_free(&text);
        } else {
            CHECK_TEXT(h.body.text, plain.body.text);
        }
        forget(&h);
    }
    CHECK_INT(atomic_load(&handled), 1);
    forget(&plain);
    heard small = ask("GET", "/small", "Accept-Encoding: gzip\r\n");
    CHECK_TEXT(header_of(&small, "Content-Encoding"), "");
    forget(&small);
    stop(5);
}

TEST(keeps_no_more_than_it_may) {
    maille_serve_config config = defaults();
    config.cache_entry_kib = 100; /* smaller than the answer */
    start(&config);
    for (int i = 0; i < 3; i++) {
        heard h = ask("GET", "/kept", "");
        CHECK_INT(h.status, 200);
        forget(&h);
    }
    CHECK_INT(atomic_load(&handled), 3);
    stop(5);
    config = defaults();
    config.cache_mib = 0;
    start(&config);
    for (int i = 0; i < 3; i++) {
        heard h = ask("GET", "/kept", "");
        CHECK_INT(h.status, 200);
        forget(&h);
    }
    CHECK_INT(atomic_load(&handled), 3);
    stop(5);
}

/* ---- streams and files ---- */

static maille_strbuf expected_stream(void) {
    maille_strbuf s = {0};
    for (unsigned i = 0; i < 20; i++)
        fill(&s, PIECE, i);
    return s;
}

TEST(streams_bodies) {
    maille_serve_config config = defaults();
    start(&config);
    maille_strbuf expected = expected_stream();
    heard h = ask("GET", "/stream", "");
    CHECK_TEXT(header_of(&h, "Transfer-Encoding"), "chunked");
    CHECK_TEXT(header_of(&h, "Content-Type"), "application/geo+json");
    CHECK_TEXT(header_of(&h, "Vary"), "Accept, Accept-Encoding");
    CHECK(h.whole);
    CHECK_TEXT(h.body.text, expected.text);
    forget(&h);
    int s = dial();
    say(s, "GET /stream HTTP/1.0\r\n\r\n");
    h = hear(s);
    CHECK_TEXT(header_of(&h, "Transfer-Encoding"), "");
    CHECK(h.whole);
    CHECK_TEXT(h.body.text, expected.text);
    forget(&h);
    close(s);
    h = ask("GET", "/stream", "Accept-Encoding: gzip\r\n");
    CHECK_TEXT(header_of(&h, "Content-Encoding"), "gzip");
    maille_strbuf text = inflated(&h.body);
    CHECK_TEXT(text.text, expected.text);
    maille_strbuf_free(&text);
    forget(&h);
    s = dial(); /* the connection goes on */
    for (int i = 0; i < 3; i++) {
        say(s, "GET /stream HTTP/1.1\r\nHost: here\r\n\r\n");
        h = hear(s);
        CHECK_INT(h.body.length, expected.length);
        forget(&h);
    }
    close(s);
    maille_strbuf_free(&expected);
    stop(5);
}

TEST(a_broken_stream_looks_broken) {
    maille_serve_config config = defaults();
    start(&config);
    heard h = ask("GET", "/broken", "");
    CHECK_INT(h.status, 200);
    CHECK_INT(h.body.length, 3 * PIECE);
    CHECK(!h.whole && h.closed);
    forget(&h);
    h = ask("GET", "/broken", "Accept-Encoding: gzip\r\n");
    CHECK(!h.whole && h.closed);
    forget(&h);
    int s = dial();
    say(s, "GET /broken HTTP/1.0\r\n\r\n");
    h = hear(s);
    CHECK(!h.whole && h.reset);
    forget(&h);
    close(s);
    h = ask("GET", "/stillborn", ""); /* nothing was sent yet: it can be told */
    CHECK_INT(h.status, 500);
    CHECK(h.whole);
    forget(&h);
    stop(5);
}

static bool comes_to(atomic_int *what, int wanted) {
    for (int i = 0; i < 500 && atomic_load(what) != wanted; i++)
        sleep_ms(10);
    return atomic_load(what) == wanted;
}

TEST(so_many_streams_at_a_time) {
    maille_serve_config config = defaults();
    start(&config);
    int s[3];
    for (int i = 0; i < 3; i++) {
        s[i] = dial();
        say(s[i], "GET /endless HTTP/1.1\r\nHost: here\r\n\r\n");
    }
    CHECK(comes_to(&streams_open, 3));
    sleep_ms(50);
    heard h = ask("GET", "/stream", "");
    CHECK_INT(h.status, 503);
    CHECK(atoi(header_of(&h, "Retry-After")) > 0);
    forget(&h);
    h = ask("GET", "/small", ""); /* others are served all the while */
    CHECK_INT(h.status, 200);
    forget(&h);
    for (int i = 0; i < 3; i++)
        close(s[i]);
    CHECK(comes_to(&streams_open, 0)); /* who left is noticed */
    h = ask("GET", "/stream", "");
    CHECK_INT(h.status, 200);
    forget(&h);
    stop(5);
}

TEST(sends_files) {
    maille_serve_config config = defaults();
    start(&config);
    char *text = NULL;
    size_t length = 0;
    FILE *file = fopen(test_source("tests/service/test_wire_kit.h"), "r");
    CHECK(file && getdelim(&text, &length, 0, file) > 0);
    heard h = ask("GET", "/file", "");
    CHECK_TEXT(h.body.text, text);
    CHECK_TEXT(header_of(&h, "Content-Type"), "text/plain");
    forget(&h);
    free(text);
    fclose(file);
    stop(5);
}

RUN_TESTS(CASE(keeps_a_connection), CASE(answers_a_pipeline_in_its_order),
          CASE(answers_who_closed_one_half), CASE(heads_are_gets_without_a_body),
          CASE(reads_bodies), CASE(refuses_bodies_that_are_too_large),
          CASE(refuses_what_two_servers_read_differently), CASE(refuses_what_is_too_long),
          CASE(keeps_answers_until_the_workspace_changes), CASE(etags_depend_on_the_content_alone),
          CASE(says_that_nothing_has_changed), CASE(compresses_for_who_takes_it),
          CASE(keeps_no_more_than_it_may), CASE(streams_bodies), CASE(a_broken_stream_looks_broken),
          CASE(so_many_streams_at_a_time), CASE(sends_files))
