/* Routes for those who run the service: is it alive, is it ready, what did it do. */
#include "service/hub.h"
#include "service/router.h"
#include "service/server.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static maille_status health(view *v, const request *r, reply *out) {
    (void)v;
    (void)r;
    maille_strbuf_add(&out->body, "{\"status\":\"ok\"}\n");
    return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
}

/* Why it is not ready is for the admin and the log: it may name files. */
static maille_status ready(view *v, const request *r, reply *out) {
    char why[256] = "";
    bool stopping = __atomic_load_n(&v->service->stopping, __ATOMIC_RELAXED);
    if (views_ready(v->service->views, why, sizeof why) && !stopping) {
        maille_strbuf_add(&out->body, "{\"status\":\"ready\"}\n");
        return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
    }
    maille_log(v->ctx, MAILLE_LOG_WARNING, "not ready: %s", why);
    reply_header(out, "Retry-After", "5");
    if (r->account->role == MAILLE_ADMIN && *why)
        return reply_problem(r, out, 503, why);
    return reply_problem(r, out, 503,
                         stopping
                             ? router_say(r, "Le service s’arrête.", "The service is stopping.")
                             : router_say(r, "L’espace de travail ne peut pas être lu.",
                                          "The workspace cannot be read."));
}

static void gauge(maille_strbuf *out, const char *name, const char *help, double value) {
    maille_strbuf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n%s ", name, help, name, name);
    maille_strbuf_add_double(out, value);
    maille_strbuf_add(out, "\n");
}

static void counter(maille_strbuf *out, const char *name, const char *help, uint64_t value) {
    maille_strbuf_addf(out, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n", name, help, name,
                       name, value);
}

/* Memory of the process that is in RAM; 0 where the system does not tell. */
static double resident_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    if (!read)
        return 0;
    char *end = NULL;
    strtoull(line, &end, 10); /* the whole of it comes before what is in RAM */
    unsigned long long pages = strtoull(end, NULL, 10);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* What the server has in hand; the service is its first member. */
static void write_server(const service *s, maille_strbuf *out) {
    const maille_server *m = (const maille_server *)s;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(m->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    gauge(out, "maille_connections", "Connections that are open.",
          info ? info->num_connections : 0);
    gauge(out, "maille_requests_active", "Requests that are not answered yet.",
          atomic_load(&m->active));
    gauge(out, "maille_downloads_active", "Downloads that are being sent.",
          atomic_load(&m->downloads));
    gauge(out, "maille_streams", "Event streams that are open.", hub_streams(s->hub));
}

static maille_status show_metrics(view *v, const request *r, reply *out) {
    (void)r;
    const service *s = v->service;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    metrics_write(s->metrics, &out->body);
    gauge(&out->body, "maille_uptime_seconds", "Seconds since the service started.",
          (double)now.tv_sec + (double)now.tv_nsec / 1e9 - s->started);
    gauge(&out->body, "maille_ready", "1 where the workspace can be read.",
          views_ready(s->views, NULL, 0));
    gauge(&out->body, "maille_world", "Number of the state of the workspace that is served.",
          (double)world_number(v->world));
    counter(&out->body, "maille_commits_total", "Commits to the workspace that were noticed.",
            views_decisions(s->views));
    counter(&out->body, "maille_tilesets_made_total", "Tile sets that were made.",
            views_tilesets_made(s->views));
    write_server(s, &out->body);
    gauge(&out->body, "process_resident_memory_bytes", "Memory in RAM.", resident_bytes());
    return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
}

/* Pages for people may be found; tiles, pages of items and answers have no end. */
static maille_status robots(view *v, const request *r, reply *out) {
    (void)v;
    (void)r;
    maille_strbuf_add(&out->body,
                      "User-agent: *\n"
                      "Disallow: /*?\n"
                      "Disallow: /tiles/\n"
                      "Disallow: /session\n");
    out->cache = CACHE_BY_AUDIENCE;
    return out->body.failed ? MAILLE_NO_MEMORY : MAILLE_OK;
}

static const char *const json[] = {"json", NULL};
static const char *const text[] = {"txt", NULL};
static const char *const prometheus[] = {"prometheus", NULL};
static const route routes[] = {
    {.verbs = GET,
     .path = "/health",
     .id = "sante",
     .tag = "Exploitation",
     .summary = "Le service est en vie",
     .formats = json,
     .answer = health},
    {.verbs = GET,
     .path = "/ready",
     .id = "disponibilite",
     .tag = "Exploitation",
     .summary = "Le service peut répondre : l’espace de travail se lit",
     .formats = json,
     .answer = ready},
    {.verbs = GET,
     .path = "/metrics",
     .id = "compteurs",
     .tag = "Exploitation",
     .summary = "Compteurs au format de Prometheus",
     .least = MAILLE_ADMIN,
     .hidden = true,
     .formats = prometheus,
     .answer = show_metrics},
    {.verbs = GET,
     .path = "/robots.txt",
     .id = "robots",
     .tag = "Exploitation",
     .summary = "Ce que les moteurs de recherche peuvent parcourir",
     .formats = text,
     .answer = robots},
};
const route_table operation_routes = {routes, sizeof routes / sizeof *routes};
