/* The wire under strain: slow and greedy callers, many connections, a full queue, stopping while
 * all is under way; the access log; where it listens. */
#include "test_wire_kit.h"

#include "service/server.h"
#include <sys/resource.h>

/* ---- time ---- */

/* Sends `first`, then `text` byte by byte, one each `ms`, until the other end closes; seconds that
 * it took. */
static double dribble(const char *first, const char *text, long ms) {
    int s = dial();
    double began = now();
    say(s, first);
    while (now() - began < 10) {
        struct pollfd p = {.fd = s, .events = POLLIN};
        char c;
        if (poll(&p, 1, 0) > 0 && recv(s, &c, 1, 0) <= 0)
            break;
        if (*text)
            say_n(s, text++, 1);
        sleep_ms(ms);
    }
    close(s);
    return now() - began;
}

static void *dribble_header(void *out) {
    *(double *)out =
        dribble("",
                "GET /small HTTP/1.1\r\nHost: here\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                50);
    return NULL;
}

static void *dribble_line(void *out) {
    *(double *)out =
        dribble("", "GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 50);
    return NULL;
}

static void *dribble_body(void *out) {
    *(double *)out =
        dribble("POST /echo HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\n",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 20);
    return NULL;
}

static void *say_nothing(void *out) {
    *(double *)out = dribble("", "", 20);
    return NULL;
}

/* One request, then nothing. */
static void *idle(void *out) {
    double began = now();
    int s = dial();
    say(s, "GET /small HTTP/1.1\r\nHost: here\r\n\r\n");
    heard h = hear(s);
    CHECK_INT(h.status, 200);
    forget(&h);
    is_closed(s, 10000);
    close(s);
    *(double *)out = now() - began;
    return NULL;
}

/* Asks for much and reads nothing. */
static void *take_nothing(void *out) {
    double began = now();
    int s = dial(), small = 4096;
    setsockopt(s, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say(s, "GET /endless HTTP/1.1\r\nHost: here\r\n\r\n");
    while (atomic_load(&streams_open) == 0 && now() - began < 10)
        sleep_ms(10);
    while (atomic_load(&streams_open) > 0 && now() - began < 10)
        sleep_ms(10);
    close(s);
    *(double *)out = now() - began;
    return NULL;
}

TEST(slow_callers_are_cut) {
    maille_serve_config config = defaults();
    config.header_s = 1;
    config.idle_s = 1.5;
    config.answer_s = 2;
    start(&config);
    static const struct {
        void *(*run)(void *);
        double least, most;
    } callers[] = {{dribble_header, 0.9, 1.9}, {dribble_line, 0.9, 1.9}, {dribble_body, 1.8, 4.5},
                   {say_nothing, 0.9, 1.9},    {idle, 1.3, 2.5},         {take_nothing, 1.5, 5}};
    enum { CALLERS = sizeof callers / sizeof *callers };
    pthread_t threads[CALLERS];
    double took[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        pthread_create(&threads[i], NULL, callers[i].run, &took[i]);
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        if (took[i] < callers[i].least || took[i] > callers[i].most)
            fprintf(stderr, "caller %d: cut after %.2f s\n", i, took[i]);
        CHECK(took[i] >= callers[i].least && took[i] <= callers[i].most);
    }
    stop(5);
}

TEST(who_waits_for_work_is_not_cut) {
    maille_serve_config config = defaults();
    config.header_s = config.idle_s = config.answer_s = 0.05;
    start(&config);
    heard h = ask("GET", "/slow", ""); /* works longer than anyone may be silent */
    CHECK_INT(h.status, 200);
    CHECK(h.whole);
    forget(&h);
    stop(5);
}

/* ---- many ---- */

TEST(two_thousand_connections) {
    enum { MANY = 2000 };
    static int s[MANY];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &files);
    maille_serve_config config = defaults();
    start(&config);
    for (int i = 0; i < MANY; i++) {
        s[i] = dial();
        CHECK(s[i] >= 0);
    }
    int answered = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++)
            say(s[i], i % 2 ? "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                            : "HEAD /kept HTTP/1.1\r\nHost: a\r\n\r\n");
        for (int i = 0; i < MANY; i++) {
            heard h = hear_for(s[i], i % 2 == 0, 20000);
            answered += h.status == (i % 2 ? 404 : 200) || h.status == 503;
            forget(&h);
        }
    }
    CHECK_INT(answered, 2 * MANY);
    for (int i = 0; i < MANY; i++)
        close(s[i]);
    stop(5);
}

TEST(a_full_queue_refuses) {
    maille_serve_config config = defaults();
    config.queue = 4;
    start(&config);
    int s[20], refused = 0, served = 0;
    for (int i = 0; i < 20; i++) {
        s[i] = dial();
        say(s[i], "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    for (int i = 0; i < 20; i++) {
        heard h = hear(s[i]);
        refused += h.status == 503 && atoi(header_of(&h, "Retry-After")) > 0;
        served += h.status == 200;
        forget(&h);
        say(s[i], "GET /small HTTP/1.1\r\nHost: a\r\n\r\n"); /* the connection goes on */
    }
    CHECK(refused >= 12 && served >= 4);
    CHECK_INT(refused + served, 20);
    for (int i = 0; i < 20; i++) {
        heard h = hear(s[i]);
        CHECK(h.status == 200 || h.status == 503);
        forget(&h);
        close(s[i]);
    }
    stop(5);
}

static long resident_kib(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * 4;
}

TEST(streams_take_no_memory) {
    maille_serve_config config = defaults();
    start(&config);
    int s = dial();
    say(s, "GET /endless HTTP/1.1\r\nHost: here\r\n\r\n");
    static char buffer[1 << 16];
    long before = 0;
    for (size_t total = 0; total < 100u << 20;) {
        ssize_t n = recv(s, buffer, sizeof buffer, 0);
        if (n <= 0)
            break;
        total += (size_t)n;
        if (!before && total > 2 << 20)
            before = resident_kib();
    }
    CHECK(before > 0 && resident_kib() - before < 16 << 10);
    close(s);
    stop(5);
}

/* Loopback and proxies are not counted, whatever address they are written in. */
TEST(so_many_connections_of_one_address) {
    const char *proxies[] = {"192.0.2.9"};
    maille_server m = {0};
    connection others[9] = {0};
    m.config = defaults();
    m.config.proxies = proxies;
    m.config.proxy_count = 1;
    m.connections.config = &m.config;
    pthread_mutex_init(&m.connections.lock, NULL);
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
    for (int i = 0; i < 9; i++) {
        memcpy(others[i].address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
        others[i].next = m.connections.first;
        m.connections.first = &others[i];
        inet_pton(AF_INET, "192.0.2.1", &from.sin_addr);
        CHECK_INT(connections_accept(&m, (struct sockaddr *)&from, sizeof from),
                  i < 7 ? MHD_YES : MHD_NO);
        inet_pton(AF_INET6, "::ffff:192.0.2.1", &mapped.sin6_addr);
        CHECK_INT(connections_accept(&m, (struct sockaddr *)&mapped, sizeof mapped),
                  i < 7 ? MHD_YES : MHD_NO);
        inet_pton(AF_INET, "192.0.2.2", &from.sin_addr);
        CHECK_INT(connections_accept(&m, (struct sockaddr *)&from, sizeof from), MHD_YES);
    }
    for (int i = 0; i < 9; i++)
        memcpy(others[i].address + 12, "\xc0\0\2\x9", 4);
    inet_pton(AF_INET, "192.0.2.9", &from.sin_addr);
    CHECK_INT(connections_accept(&m, (struct sockaddr *)&from, sizeof from), MHD_YES);
    for (int i = 0; i < 9; i++)
        memcpy(others[i].address + 12, "\x7f\0\0\x1", 4);
    inet_pton(AF_INET, "127.0.0.1", &from.sin_addr);
    CHECK_INT(connections_accept(&m, (struct sockaddr *)&from, sizeof from), MHD_YES);
    pthread_mutex_destroy(&m.connections.lock);
}

/* ---- stopping ---- */

typedef struct {
    const char *text;
    atomic_bool *over;
    int whole, none, cut;
} caller;

static void *call(void *user) {
    caller *c = user;
    while (!atomic_load(c->over)) {
        int s = dial();
        if (s < 0)
            break;
        while (say(s, c->text)) {
            heard h = hear_for(s, false, 20000);
            c->whole += h.whole;
            c->none += !h.status;
            c->cut += h.status && !h.whole;
            bool closed = !h.whole || strcmp(header_of(&h, "Connection"), "close") == 0;
            forget(&h);
            if (closed)
                break;
        }
        close(s);
    }
    return NULL;
}

/* While it stops, answers are whole, or there are none; streams are cut when grace is over. */
static void stop_under(double grace_s, bool streams) {
    static const char *const texts[] = {
        "GET /kept HTTP/1.1\r\nHost: a\r\n\r\n", "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /kept HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n",
        "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n"};
    enum { CALLERS = 10 };
    atomic_bool over = false;
    caller callers[CALLERS];
    pthread_t threads[CALLERS];
    maille_serve_config config = defaults();
    start(&config);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.text = texts[i % (streams ? 5 : 4)], .over = &over};
        pthread_create(&threads[i], NULL, call, &callers[i]);
    }
    sleep_ms(500);
    double began = now();
    stop(grace_s);
    CHECK(now() - began < grace_s + 3);
    atomic_store(&over, true);
    int whole = 0;
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(threads[i], NULL);
        whole += callers[i].whole;
        if (i % 5 != 4 || !streams)
            CHECK_INT(callers[i].cut, 0);
        else
            CHECK(callers[i].cut > 0);
    }
    CHECK(whole > 10);
}

TEST(stops_when_all_is_answered) {
    stop_under(5, false);
}

TEST(stops_though_streams_never_end) {
    stop_under(0.3, true);
}

TEST(stops_with_connections_open) {
    maille_serve_config config = defaults();
    start(&config);
    int s[3] = {dial(), dial(), dial()};
    say(s[1], "GET /small HT");
    say(s[2], "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    sleep_ms(50);
    double began = now();
    stop(5);
    CHECK(now() - began < 2);
    heard h = hear(s[2]);
    CHECK_INT(h.status, 200);
    forget(&h);
    for (int i = 0; i < 3; i++)
        close(s[i]);
}

/* ---- log ---- */

static maille_strbuf read_file(const char *path) {
    maille_strbuf s = {0};
    char line[4096];
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        maille_strbuf_add(&s, line);
    if (file)
        fclose(file);
    return s;
}

TEST(tells_what_was_asked_but_no_secrets) {
    const char *path = test_scratch("access.log"), *moved = test_scratch("access.log.1");
    maille_serve_config config = defaults();
    config.log = path;
    atomic_store(&counted, 0);
    start(&config);
    heard h = ask("GET", "/kept?a=%22b&token=sesame&x\"y=1&access%5Ftoken=sesame",
                  "Authorization: Bearer sesame\r\nCookie: session=sesame\r\n");
    forget(&h);
    h = ask("HEAD", "/kept", "");
    forget(&h);
    h = ask("GET", "/nowhere", "");
    forget(&h);
    int s = dial();
    say(s, "GET /small HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n");
    h = hear(s);
    forget(&h);
    close(s);
    s = dial(); /* leaves before it is answered */
    say(s, "GET /slow HTTP/1.1\r\nHost: a\r\n");
    sleep_ms(50);
    close(s);
    sleep_ms(800);
    CHECK_INT(rename(path, moved), 0);
    h = ask("GET", "/stream", "");
    forget(&h);
    stop(5);
    CHECK_INT(atomic_load(&counted), 6);
    maille_strbuf old = read_file(moved), new = read_file(path);
    CHECK(old.text && new.text);
    CHECK(strstr(old.text, "sesame") == NULL);
    CHECK(strstr(old.text,
                 "\"method\":\"GET\",\"path\":\"/kept\",\"query\":\"a=%22b&token=***&x\\"
                 "u0022y=1&access%5Ftoken=***\",\"status\":200,\"bytes\":3000") != NULL);
    CHECK(strstr(old.text,
                 "\"peer\":\"127.0.0.1\",\"cached\":false,\"route\":\"kept\","
                 "\"account\":null}\n") != NULL);
    CHECK(strstr(old.text, "\"method\":\"HEAD\",\"path\":\"/kept\",\"status\":200,\"bytes\":0,") !=
          NULL);
    CHECK(strstr(old.text, "\"cached\":true") != NULL);
    CHECK(strstr(old.text, "\"status\":404") != NULL && strstr(old.text, "\"route\":null") != NULL);
    CHECK(strstr(old.text, "\"status\":400") != NULL);
    CHECK(strstr(old.text, "\"path\":\"/slow\",\"status\":499,") != NULL);
    CHECK(strncmp(old.text, "{\"time\":\"20", 11) == 0);
    CHECK(strstr(new.text, "\"bytes\":2000000,") != NULL);
    CHECK(strchr(new.text, '\n') == new.text + new.length - 1);
    maille_strbuf_free(&old);
    maille_strbuf_free(&new);
}

/* ---- where ---- */

static maille_status try_to_listen(const char *where, char *said, size_t size) {
    maille_ctx *ctx = NULL;
    maille_server *one = NULL;
    maille_serve_config config = defaults();
    config.listen = where;
    config.io_threads = 1;
    maille_ctx_new(&ctx);
    maille_status status = maille_server_start(ctx, "none", &config, &one);
    snprintf(said, size, "%s", status ? maille_message(ctx) : maille_server_address(one));
    maille_server_stop(one, 1);
    maille_ctx_free(ctx);
    return status;
}

TEST(listens_where_it_is_told_to) {
    char said[200], taken[64];
    CHECK_INT(try_to_listen("127.0.0.1:0", said, sizeof said), MAILLE_OK);
    CHECK(strncmp(said, "127.0.0.1:", 10) == 0 && atoi(said + 10) > 0);
    CHECK_INT(try_to_listen("localhost:0", said, sizeof said), MAILLE_OK);
    int six = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (six >= 0 && bind(six, (struct sockaddr *)&to, sizeof to) == 0) {
        CHECK_INT(try_to_listen("[::1]:0", said, sizeof said), MAILLE_OK);
        CHECK(strncmp(said, "[::1]:", 6) == 0 && atoi(said + 6) > 0);
    }
    close(six);
    static const char *const none[] = {
        "", "127.0.0.1", ":80", "127.0.0.1:", "::1:0", "[::1]", "[::1]0:80", "127.0.0.1:8o"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK_INT(try_to_listen(none[i], said, sizeof said), MAILLE_REFUSED);
    maille_serve_config config = defaults();
    start(&config);
    snprintf(taken, sizeof taken, "127.0.0.1:%d", port);
    CHECK_INT(try_to_listen(taken, said, sizeof said), MAILLE_FAILED);
    CHECK(strstr(said, taken) != NULL);
    stop(5);
}

RUN_TESTS(CASE(slow_callers_are_cut), CASE(who_waits_for_work_is_not_cut),
          CASE(two_thousand_connections), CASE(a_full_queue_refuses), CASE(streams_take_no_memory),
          CASE(so_many_connections_of_one_address), CASE(stops_when_all_is_answered),
          CASE(stops_though_streams_never_end), CASE(stops_with_connections_open),
          CASE(tells_what_was_asked_but_no_secrets), CASE(listens_where_it_is_told_to))
