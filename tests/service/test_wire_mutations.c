/* Requests that chance has changed, cut and joined, from callers who leave when they like; memory
 * that runs out at any moment: the server answers the next one as ever, and everything that was
 * taken comes back. */
#include "test_wire_kit.h"

static uint64_t seed;

static unsigned chance(unsigned below) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

static const char *const whole[] = {
    "GET /small HTTP/1.1\r\nHost: here\r\nAccept: */*\r\n\r\n",
    "GET /kept?a=b&c=%2f HTTP/1.1\r\nHost: here\r\nAccept-Encoding: gzip, *;q=0\r\n"
    "If-None-Match: \"a\", W/\"b\"\r\n\r\n",
    "HEAD /stream HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n",
    "GET /stream HTTP/1.1\r\nHost: here\r\nAccept-Encoding: gzip\r\n\r\n",
    "GET /broken HTTP/1.0\r\n\r\n",
    "GET /file HTTP/1.1\r\nHost: here\r\nRange: bytes=0-3\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 11\r\n\r\nhello world",
    "POST /echo HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n",
    "POST /missing HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    "OPTIONS * HTTP/1.1\r\nHost: here\r\nUpgrade: h2c\r\n\r\n",
    "GET http://here/small HTTP/1.1\r\nHost: here\r\nCookie: a=b; c=\"d\"\r\n\r\n",
};
enum { WHOLE = sizeof whole / sizeof *whole };

static const char *const bits[] = {"\r\n",
                                   "\n",
                                   "\r",
                                   "\t",
                                   ":",
                                   " ",
                                   "\r\n ",
                                   "%00",
                                   "..%2f",
                                   "Host: x\r\n",
                                   "\x7f",
                                   "\xff",
                                   "0\r\n\r\n",
                                   "HTTP/1.1",
                                   "?",
                                   "FFFFFFFFFFFFFFFF\r\n",
                                   "Content-Length: 5\r\n",
                                   "Transfer-Encoding: chunked\r\n",
                                   "99999999999",
                                   "-1"};
enum { BITS = sizeof bits / sizeof *bits };

static void splice(maille_strbuf *s, size_t at, size_t gone, const char *put, size_t length) {
    maille_strbuf out = {0};
    maille_strbuf_add_n(&out, s->text, at);
    maille_strbuf_add_n(&out, put, length);
    maille_strbuf_add_n(&out, s->text + at + gone, s->length - at - gone);
    maille_strbuf_free(s);
    *s = out;
}

static void mutate(maille_strbuf *s) {
    size_t at = chance((unsigned)s->length);
    size_t rest = s->length - at;
    const char *bit = bits[chance(BITS)];
    char byte = (char)chance(256);
    switch (chance(5)) {
    case 0:
        splice(s, at, 1, &byte, 1);
        break;
    case 1:
        splice(s, at, 0, bit, strlen(bit));
        break;
    case 2:
        splice(s, at, 1 + chance((unsigned)rest), bit, 0);
        break;
    case 3:
        splice(s, at, 0, s->text + at / 2, rest / 2);
        break;
    default:
        splice(s, s->length, 0, whole[chance(WHOLE)], 20);
        break;
    }
}

TEST(mutated_requests_do_no_harm) {
    enum { ROUNDS = 3000 };
    maille_serve_config config = defaults();
    config.header_s = config.idle_s = config.answer_s = 0.5;
    start(&config);
    seed = 20260301;
    int answers[6] = {0};
    for (int i = 0; i < ROUNDS; i++) {
        maille_strbuf text = {0};
        maille_strbuf_add(&text, whole[chance(WHOLE)]);
        for (unsigned k = chance(4); k > 0 && text.length > 2; k--)
            mutate(&text);
        int s = dial();
        CHECK(s >= 0);
        size_t first = chance((unsigned)text.length + 1);
        if (say_n(s, text.text, first) && chance(8) == 0)
            sleep_ms(1);
        say_n(s, text.text + first, text.length - first);
        unsigned way = chance(4); /* reads, closes one half and reads, leaves, resets */
        if (way == 1)
            shutdown(s, SHUT_WR);
        if (way < 2) {
            heard h = hear_for(s, strncmp(text.text, "HEAD", 4) == 0, 20);
            answers[h.status / 100 % 6]++;
            forget(&h);
        } else if (way == 3) {
            struct linger now_at_once = {.l_onoff = 1};
            setsockopt(s, SOL_SOCKET, SO_LINGER, &now_at_once, sizeof now_at_once);
        }
        close(s);
        maille_strbuf_free(&text);
        if (i % 500 == 0) {
            heard h = ask("GET", "/small", "");
            CHECK_INT(h.status, 200);
            forget(&h);
        }
    }
    CHECK(answers[2] > ROUNDS / 50 && answers[4] > ROUNDS / 100);
    CHECK_INT(answers[5] > ROUNDS / 20, 0);
    stop(5);
}

/* Reads without memory of ours; false when there was no answer within some time. */
static bool hear_anything(int s, bool *closed) {
    static char buffer[1 << 20];
    struct pollfd p = {.fd = s, .events = POLLIN};
    if (poll(&p, 1, 5000) <= 0)
        return false;
    do
        *closed = recv(s, buffer, sizeof buffer, 0) <= 0;
    while (!*closed && poll(&p, 1, 20) > 0);
    return true;
}

/* Each allocation fails once, on whichever thread it is; who asked hears something or is cut. */
TEST(does_without_memory_once) {
    static const char *const texts[] = {
        "GET /kept HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
        "GET /stream HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /file HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /small HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    };
    maille_serve_config config = defaults();
    start(&config);
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (unsigned n = 1; n <= 30; n++) {
            bool closed = false;
            atomic_store(&state, n % 2 ? 0 : 1); /* so that nothing is kept */
            int s = dial();
            maille_memory_fail_at(n);
            say(s, texts[t]);
            bool heard_it = hear_anything(s, &closed);
            maille_memory_fail_at(0);
            if (!heard_it)
                fprintf(stderr, "text %zu, allocation %u\n", t, n);
            CHECK(heard_it);
            close(s);
        }
    heard h = ask("GET", "/kept", "");
    CHECK_INT(h.status, 200);
    CHECK(h.whole);
    forget(&h);
    stop(5);
}

RUN_TESTS(CASE(mutated_requests_do_no_harm), CASE(does_without_memory_once))
