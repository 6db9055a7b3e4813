/* Counters of answered requests, in Prometheus' text format. Every counter is an atomic of its own:
 * threads never wait for one another, and a reader sees each as it is. */
#include "service/http.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Upper bounds of the histogram of seconds; what is slower is in the last one alone. */
static const double bounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                0.1,    0.25,  0.5,    1,     2.5,  10};
enum { BOUNDS = sizeof bounds / sizeof *bounds, CLASSES = 5 };

typedef struct {
    const char *id;
    _Atomic uint64_t answers[CLASSES]; /* 1xx … 5xx */
    _Atomic uint64_t within[BOUNDS + 1];
    _Atomic uint64_t nanoseconds, bytes, cached;
} counters;

struct metrics {
    size_t count; /* of routes; the last counters are of requests without one */
    counters *of;
};

maille_status metrics_new(maille_ctx *ctx, metrics **out) {
    size_t count = 0, next = 0;
    for (size_t i = 0; i < all_route_count; i++)
        count += all_routes[i]->count;
    metrics *m = maille_alloc(1, sizeof *m);
    counters *of = maille_alloc(count + 1, sizeof *of);
    if (!m || !of) {
        maille_free(m);
        maille_free(of);
        return maille_no_memory(ctx);
    }
    for (size_t i = 0; i < all_route_count; i++)
        for (size_t k = 0; k < all_routes[i]->count; k++)
            of[next++].id = all_routes[i]->routes[k].id;
    of[count].id = "";
    *m = (metrics){.count = count, .of = of};
    *out = m;
    return MAILLE_OK;
}

void metrics_free(metrics *m) {
    if (m)
        maille_free(m->of);
    maille_free(m);
}

static counters *counters_of(metrics *m, const route *found) {
    size_t before = 0;
    for (size_t i = 0; found && i < all_route_count; i++) {
        const route_table *table = all_routes[i];
        if (found >= table->routes && found < table->routes + table->count)
            return &m->of[before + (size_t)(found - table->routes)];
        before += table->count;
    }
    return &m->of[m->count];
}

static void add(_Atomic uint64_t *counter, uint64_t n) {
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_add(metrics *m, const route *found, int status, double seconds, uint64_t bytes,
                 bool from_cache) {
    counters *c = counters_of(m, found);
    double spent = seconds > 0 ? seconds : 0; /* NaN too */
    size_t bucket = 0;
    while (bucket < BOUNDS && spent > bounds[bucket])
        bucket++;
    add(&c->answers[status >= 100 && status < 600 ? status / 100 - 1 : CLASSES - 1], 1);
    add(&c->within[bucket], 1);
    add(&c->nanoseconds, (uint64_t)llround(fmin(spent, 1e6) * 1e9));
    add(&c->bytes, bytes);
    add(&c->cached, from_cache);
}

/* ---- text ---- */

static void family(maille_strbuf *out, const char *name, const char *type, const char *help) {
    maille_strbuf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static uint64_t answered(const counters *c) {
    uint64_t sum = 0;
    for (size_t i = 0; i < CLASSES; i++)
        sum += get(&c->answers[i]);
    return sum;
}

static void write_histogram(const counters *c, maille_strbuf *out) {
    uint64_t sum = 0;
    for (size_t b = 0; b <= BOUNDS; b++) {
        sum += get(&c->within[b]);
        maille_strbuf_addf(out, "maille_request_seconds_bucket{route=\"%s\",le=\"", c->id);
        if (b < BOUNDS)
            maille_strbuf_add_double(out, bounds[b]);
        else
            maille_strbuf_add(out, "+Inf");
        maille_strbuf_add(out, "\"} ");
        maille_strbuf_add_int(out, (int64_t)sum);
        maille_strbuf_add(out, "\n");
    }
    maille_strbuf_addf(out, "maille_request_seconds_sum{route=\"%s\"} ", c->id);
    maille_strbuf_add_double(out, (double)get(&c->nanoseconds) / 1e9);
    maille_strbuf_addf(out, "\nmaille_request_seconds_count{route=\"%s\"} ", c->id);
    maille_strbuf_add_int(out, (int64_t)sum);
    maille_strbuf_add(out, "\n");
}

static void write_counter(const counters *c, const char *name, const _Atomic uint64_t *counter,
                          maille_strbuf *out) {
    maille_strbuf_addf(out, "%s{route=\"%s\"} ", name, c->id);
    maille_strbuf_add_int(out, (int64_t)get(counter));
    maille_strbuf_add(out, "\n");
}

/* Routes that nobody asked for yet are left out: a counter that appears begins at 0. */
void metrics_write(const metrics *m, maille_strbuf *out) {
    family(out, "maille_requests_total", "counter", "Answered requests by route and status class.");
    for (size_t i = 0; i <= m->count; i++)
        for (size_t k = 0; k < CLASSES; k++)
            if (get(&m->of[i].answers[k])) {
                maille_strbuf_addf(out, "maille_requests_total{route=\"%s\",status=\"%zuxx\"} ",
                                   m->of[i].id, k + 1);
                maille_strbuf_add_int(out, (int64_t)get(&m->of[i].answers[k]));
                maille_strbuf_add(out, "\n");
            }
    family(out, "maille_request_seconds", "histogram", "Seconds from request to answer.");
    for (size_t i = 0; i <= m->count; i++)
        if (answered(&m->of[i]))
            write_histogram(&m->of[i], out);
    family(out, "maille_response_bytes_total", "counter", "Bytes of bodies sent.");
    for (size_t i = 0; i <= m->count; i++)
        if (answered(&m->of[i]))
            write_counter(&m->of[i], "maille_response_bytes_total", &m->of[i].bytes, out);
    family(out, "maille_cache_hits_total", "counter", "Answers that came from the cache.");
    for (size_t i = 0; i <= m->count; i++)
        if (answered(&m->of[i]))
            write_counter(&m->of[i], "maille_cache_hits_total", &m->of[i].cached, out);
}
