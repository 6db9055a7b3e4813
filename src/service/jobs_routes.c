/* Routes of jobs: asking for one, how it stands, its results, giving it up. */
#include "service/change.h"
#include "service/jobs.h"
#include "service/ogc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { MOST_LAYERS = 64 };

static const char *const kinds[] = {"recalcul", "export", "sauvegarde"};
static const char *const states[] = {"attente", "en-cours", "fini", "echec", "annule"};
static const char *const file_formats[] = {"geojson", "gpkg", "csv", "mbtiles", NULL};

static jobs *jobs_of(const view *v) {
    return v->service->jobs;
}

/* Whose jobs someone may see; NULL: everybody's. */
static const char *whose(const request *r) {
    return r->account->role == MAILLE_ADMIN ? NULL : r->account->id;
}

/* ---- telling ---- */

/* Why it failed, without what is none of everybody's business; NULL where it did not. */
static const char *reason(const request *r, const task *t) {
    if (t->state != TASK_FAILED)
        return NULL;
    if (r->account->role == MAILLE_ADMIN)
        return t->message;
    if (t->status == MAILLE_BUSY)
        return ogc_say(r,
                       "Une importation ou un autre programme écrivait dans l’espace de travail : "
                       "redemandez ce travail plus tard.",
                       "An import or another program was writing to the workspace: ask for this "
                       "job again later.");
    return ogc_say(r, "Ce travail a échoué ; le journal du service dit pourquoi.",
                   "This job failed; the log of the service tells why.");
}

static void add_message(const request *r, const task *t, maille_jout *j) {
    char text[96];
    const char *why = reason(r, t);
    if (t->state == TASK_DONE && t->kind == TASK_COMPUTE) {
        snprintf(text, sizeof text,
                 t->ran ? ogc_say(r, "étapes recalculées : %zu", "steps computed again: %zu")
                        : ogc_say(r, "tout était à jour", "everything was up to date"),
                 t->ran);
        why = text;
    }
    maille_j_text(j, "message", why);
}

static void add_link(maille_jout *j, const char *key, const request *r, const task *t,
                     const char *file) {
    maille_strbuf link = {0};
    maille_strbuf_addf(&link, "%s/jobs/%s%s%s", r->base, t->id, file ? "/result/" : "",
                       file ? file : "");
    j->s.failed = j->s.failed || link.failed;
    maille_j_text(j, key, link.text);
    maille_strbuf_free(&link);
}

static void add_files(const request *r, const task *t, maille_jout *j) {
    maille_j_open(j, "resultats", '[');
    for (size_t i = 0; i < t->files.count; i++) {
        maille_j_open(j, NULL, '{');
        maille_j_text(j, "nom", t->files.items[i].name);
        maille_j_int(j, "octets", t->files.items[i].bytes);
        add_link(j, "lien", r, t, t->files.items[i].name);
        maille_j_close(j, '}');
    }
    maille_j_close(j, ']');
}

/* The lock is held. */
static void add_task(const request *r, const task *t, maille_jout *j) {
    maille_j_open(j, NULL, '{');
    maille_j_text(j, "id", t->id);
    maille_j_text(j, "travail", kinds[t->kind]);
    if (t->kind == TASK_EXPORT) {
        maille_j_texts(j, "couches", t->layers, t->layer_count);
        maille_j_text(j, "format", file_formats[t->format]);
        maille_j_text(j, "audience", maille_audience_name(t->audience));
    }
    maille_j_text(j, "qui", t->who);
    maille_j_text(j, "etat", states[t->state]);
    maille_j_number(j, "part", t->part);
    maille_j_text(j, "etape", t->state == TASK_RUNS && *t->step ? t->step : NULL);
    maille_j_text(j, "demande", t->asked);
    maille_j_text(j, "debut", *t->begun ? t->begun : NULL);
    maille_j_text(j, "fin", *t->ended ? t->ended : NULL);
    add_message(r, t, j);
    add_files(r, t, j);
    add_link(j, "lien", r, t, NULL);
    maille_j_close(j, '}');
}

static maille_status end_json(view *v, maille_jout *j, reply *out) {
    out->cache = CACHE_NO_STORE;
    if (j->s.failed) {
        maille_strbuf_free(&j->s);
        return maille_no_memory(v->ctx);
    }
    out->body = j->s;
    return MAILLE_OK;
}

static maille_status no_such(const request *r, reply *out) {
    out->cache = CACHE_NO_STORE;
    return reply_problem(r, out, 404,
                         ogc_say(r, "Il n’y a pas de tel travail.", "There is no such job."));
}

static maille_status list_jobs(view *v, const request *r, reply *out) {
    jobs *j = jobs_of(v);
    const char *account = whose(r);
    maille_jout o = {0};
    maille_j_open(&o, NULL, '{');
    maille_j_open(&o, "travaux", '[');
    pthread_mutex_lock(&j->lock);
    for (const task *t = j->first; t; t = t->next)
        if (!account || (t->account && strcmp(t->account, account) == 0))
            add_task(r, t, &o);
    pthread_mutex_unlock(&j->lock);
    maille_j_close(&o, ']');
    maille_j_close(&o, '}');
    return end_json(v, &o, out);
}

static maille_status show_job(view *v, const request *r, reply *out) {
    jobs *j = jobs_of(v);
    maille_jout o = {0};
    pthread_mutex_lock(&j->lock);
    const task *t = jobs_find(j, r->part[0], whose(r));
    if (t)
        add_task(r, t, &o);
    pthread_mutex_unlock(&j->lock);
    return t ? end_json(v, &o, out) : no_such(r, out);
}

/* ---- asking ---- */

static maille_status copy_texts(view *v, task *t, const char *const *from, size_t count,
                                const char ***out) {
    *out = maille_arena_alloc(t->arena, (count + 1) * sizeof **out);
    if (!*out)
        return maille_no_memory(v->ctx);
    for (size_t i = 0; i < count; i++)
        if (!((*out)[i] = maille_arena_strdup(t->arena, from[i])))
            return maille_no_memory(v->ctx);
    return MAILLE_OK;
}

/* A layer that who asks sees, with geometry where tiles are asked for; not one that came before. */
static maille_status add_layer(view *v, const request *r, task *t, const char *id) {
    const maille_layer_state *layer = NULL;
    if (!id)
        return maille_fail(v->ctx, MAILLE_USAGE, "%s",
                           ogc_say(r, "« couches » est une liste de noms de couches.",
                                   "\"couches\" is a list of names of layers."));
    maille_status status = ogc_layer(v, r, id, &layer);
    if (!status)
        status = maille_catalogue_find(v->ctx, ogc_catalogue(v, r), id, &layer);
    if (status)
        return status;
    if (t->format == MAILLE_MBTILES && !layer->def->geometry)
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "La couche « %s » n’a pas de géométrie : pas de tuiles.",
                                   "Layer \"%s\" has no geometry: there are no tiles."),
                           id);
    for (size_t i = 0; i < t->layer_count; i++)
        if (strcmp(t->layers[i], layer->def->id) == 0)
            return MAILLE_OK;
    t->layers[t->layer_count] = maille_arena_strdup(t->arena, layer->def->id);
    return t->layers[t->layer_count++] ? MAILLE_OK : maille_no_memory(v->ctx);
}

static maille_status read_format(view *v, const request *r, const maille_json *body, task *t) {
    const char *name = NULL;
    maille_status status = body_text(v, r, body, "format", &name);
    for (size_t i = 0; !status && name && file_formats[i]; i++)
        if (strcmp(name, file_formats[i]) == 0) {
            t->format = (maille_layer_format)i;
            return MAILLE_OK;
        }
    return status || !name ? status
                           : maille_fail(v->ctx, MAILLE_USAGE, "%s",
                                         ogc_say(r, "format : geojson, gpkg, csv ou mbtiles",
                                                 "format: geojson, gpkg, csv or mbtiles"));
}

static maille_status read_export(view *v, const request *r, const maille_json *body, task *t) {
    const maille_json *layers = maille_json_get(body, "couches");
    size_t count = maille_json_count(layers);
    maille_status status = MAILLE_OK;
    t->audience = r->audience;
    t->department_count = r->narrowed.narrowed_count;
    MAILLE_TRY(copy_texts(v, t, r->narrowed.narrowed, t->department_count, &t->departments));
    MAILLE_TRY(read_format(v, r, body, t));
    if (!maille_json_is_array(layers) || count == 0 || count > MOST_LAYERS) {
        status = maille_fail(
            v->ctx, MAILLE_USAGE,
            ogc_say(r, "« couches » nomme 1 à %d couches.", "\"couches\" names 1 to %d layers."),
            MOST_LAYERS);
        goto done;
    }
    if (!(t->layers = maille_arena_alloc(t->arena, count * sizeof *t->layers))) {
        status = maille_no_memory(v->ctx);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        MAILLE_TRY(add_layer(v, r, t, maille_json_as_text(maille_json_at(layers, i))));
done:
    return status;
}

static maille_status read_kind(view *v, const request *r, const maille_json *body,
                               task_kind *kind) {
    const char *name = NULL;
    maille_status status = body_text(v, r, body, "travail", &name);
    for (size_t i = 0; !status && name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i]) == 0) {
            *kind = (task_kind)i;
            return MAILLE_OK;
        }
    return status ? status
                  : maille_fail(v->ctx, MAILLE_USAGE, "%s",
                                ogc_say(r, "travail : recalcul, export ou sauvegarde",
                                        "travail: recalcul, export or sauvegarde"));
}

/* The job that is asked for; *out NULL: who asks may not. */
static maille_status read_task(view *v, const request *r, task **out) {
    static const char *const keys[] = {"travail", "couches", "format", NULL};
    maille_json *body = NULL;
    task *t = NULL;
    task_kind kind = TASK_COMPUTE;
    maille_status status = MAILLE_OK;
    *out = NULL;
    MAILLE_TRY(body_object(v, r, keys, &body));
    MAILLE_TRY(read_kind(v, r, body, &kind));
    if (kind == TASK_BACKUP && r->account->role != MAILLE_ADMIN)
        goto done;
    if (!(t = task_new(kind, r->account->name, r->account->id)) ||
        !(t->body = maille_arena_strdup(t->arena, r->body)) ||
        !(t->key = maille_arena_strdup(t->arena, r->idempotency_key))) {
        status = maille_no_memory(v->ctx);
        goto done;
    }
    if (kind == TASK_EXPORT)
        MAILLE_TRY(read_export(v, r, body, t));
    *out = t;
    t = NULL;
done:
    maille_json_free(body);
    task_free(t);
    return status;
}

/* The job that this request asked for before; the lock is held. */
static const task *asked_before(const jobs *j, const request *r) {
    for (const task *t = j->first; *r->idempotency_key && t; t = t->next)
        if (t->account && strcmp(t->account, r->account->id) == 0 &&
            strcmp(t->key, r->idempotency_key) == 0)
            return t;
    return NULL;
}

static maille_status say_full(const request *r, reply *out) {
    out->cache = CACHE_NO_STORE;
    reply_header(out, "Retry-After", "30");
    return reply_problem(r, out, 503,
                         ogc_say(r, "Trop de travaux attendent : réessayez dans un moment.",
                                 "Too many jobs are waiting: try again in a while."));
}

typedef enum { TAKEN, GIVEN_BEFORE, ANOTHER, FULL } taking;

/* Puts it into the queue; what it became is told while it is held fast. */
static taking take(jobs *j, const request *r, task *t, maille_jout *o, char id[23]) {
    taking what = TAKEN;
    pthread_mutex_lock(&j->lock);
    const task *known = asked_before(j, r);
    if (known)
        what = strcmp(known->body, r->body) == 0 ? GIVEN_BEFORE : ANOTHER;
    else if (jobs_waiting(j) >= j->service->config->jobs)
        what = FULL;
    if (what == TAKEN)
        jobs_add(j, t);
    const task *told = known ? known : t;
    if (what == TAKEN || what == GIVEN_BEFORE) {
        add_task(r, told, o);
        memcpy(id, told->id, sizeof told->id);
    }
    pthread_mutex_unlock(&j->lock);
    if (what != TAKEN)
        task_free(t);
    return what;
}

static maille_status post_job(view *v, const request *r, reply *out) {
    task *t = NULL;
    maille_jout o = {0};
    char id[23];
    maille_status status = read_task(v, r, &t);
    out->cache = CACHE_NO_STORE;
    if (status)
        return ogc_end(v, r, out, status);
    if (!t)
        return reply_problem(r, out, 403,
                             ogc_say(r, "Une sauvegarde est l’affaire de l’administrateur.",
                                     "A backup is for the administrator."));
    taking what = take(jobs_of(v), r, t, &o, id);
    if (what == FULL)
        return say_full(r, out);
    if (what == ANOTHER)
        return reply_problem(r, out, 422,
                             ogc_say(r, "Cet identifiant a déjà servi à une autre demande.",
                                     "This id was used for another request before."));
    if (what == GIVEN_BEFORE)
        reply_header(out, "Idempotency-Replayed", "true");
    reply_header(out, "Location", ogc_link(r, "/jobs/%s", id));
    out->status = 202;
    return end_json(v, &o, out);
}

/* ---- giving up ---- */

static maille_status delete_job(view *v, const request *r, reply *out) {
    jobs *j = jobs_of(v);
    maille_jout o = {0};
    pthread_mutex_lock(&j->lock);
    task *t = jobs_find(j, r->part[0], whose(r));
    bool found = t != NULL, ended = t && t->state > TASK_RUNS;
    if (ended) {
        jobs_remove(j, t);
    } else if (t) {
        jobs_cancel(j, t);
        out->status = t->state == TASK_RUNS ? 202 : 200;
        add_task(r, t, &o);
    }
    pthread_mutex_unlock(&j->lock);
    if (!found)
        return no_such(r, out);
    if (!ended)
        return end_json(v, &o, out);
    out->cache = CACHE_NO_STORE;
    out->status = 204;
    return MAILLE_OK;
}

/* ---- results ---- */

/* "cpts-interne-2026-11-22.geojson": of which day and for whom it is. */
static const char *file_name(const request *r, const task *t, const char *name) {
    char text[384];
    const char *dot = strrchr(name, '.');
    if (t->kind == TASK_EXPORT && dot)
        snprintf(text, sizeof text, "%.*s-%s-%.10s%s", (int)(dot - name), name,
                 maille_audience_name(t->audience), t->ended, dot);
    else
        snprintf(text, sizeof text, "%s", name);
    return maille_arena_strdup(r->arena, text);
}

static const char *type_of(const char *name) {
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && file_formats[i]; i++)
        if (strcmp(dot + 1, file_formats[i]) == 0)
            return format_type(file_formats[i]);
    return "application/vnd.sqlite3";
}

/* `name` NULL: its only file. */
static const task_file *file_of(const task *t, const char *name) {
    if (!name)
        return t->files.count == 1 ? &t->files.items[0] : NULL;
    for (size_t i = 0; i < t->files.count; i++)
        if (strcmp(t->files.items[i].name, name) == 0)
            return &t->files.items[i];
    return NULL;
}

/* The lock is held. */
static maille_status open_result(view *v, const request *r, const task *t, const char *name,
                                 reply *out) {
    char path[1024];
    const task_file *file = file_of(t, name);
    out->cache = CACHE_NO_STORE;
    if (t->state <= TASK_RUNS)
        return reply_problem(r, out, 409,
                             ogc_say(r, "Ce travail n’est pas fini.", "This job has not ended."));
    if (!file && !name && t->files.count > 1)
        return reply_problem(r, out, 409,
                             ogc_say(r,
                                     "Ce travail a plusieurs résultats : « resultats » dit leurs "
                                     "adresses.",
                                     "This job has several results: \"resultats\" tells their "
                                     "addresses."));
    if (!file || !task_path(t->jobs, t, file->name, path, sizeof path))
        return reply_problem(
            r, out, 404,
            ogc_say(r, "Ce travail n’a pas un tel résultat.", "This job has no such result."));
    out->file = open(path, O_RDONLY | O_CLOEXEC);
    if (out->file < 0)
        return maille_fail(v->ctx, MAILLE_FAILED, "%s could not be opened: %s", path,
                           strerror(errno));
    out->type = type_of(file->name);
    out->download = file_name(r, t, file->name);
    return out->download ? MAILLE_OK : maille_no_memory(v->ctx);
}

static maille_status send_result(view *v, const request *r, const char *name, reply *out) {
    jobs *j = jobs_of(v);
    pthread_mutex_lock(&j->lock);
    const task *t = jobs_find(j, r->part[0], whose(r));
    maille_status status = t ? open_result(v, r, t, name, out) : no_such(r, out);
    pthread_mutex_unlock(&j->lock);
    return status;
}

static maille_status get_result(view *v, const request *r, reply *out) {
    return send_result(v, r, NULL, out);
}

static maille_status get_file(view *v, const request *r, reply *out) {
    return send_result(v, r, r->part[1], out);
}

/* ---- the table ---- */

#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":\"string\",\"nullable\":true}"
#define TIME_OR_NULL "{\"type\":\"string\",\"format\":\"date-time\",\"nullable\":true}"
#define TEXTS "{\"type\":\"array\",\"items\":" TEXT "}"
#define KIND "{\"type\":\"string\",\"enum\":[\"recalcul\",\"export\",\"sauvegarde\"]}"
#define FORMAT "{\"type\":\"string\",\"enum\":[\"geojson\",\"gpkg\",\"csv\",\"mbtiles\"]}"
#define WISH                                                                                       \
    "{\"type\":\"object\",\"required\":[\"travail\"],\"properties\":{\"travail\":" KIND            \
    ",\"couches\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":64,\"items\":" TEXT              \
    "},\"format\":" FORMAT "}}"
#define RESULT                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"nom\":" TEXT                                           \
    ",\"octets\":{\"type\":\"integer\"},\"lien\":" TEXT "}}"
#define JOB                                                                                        \
    "{\"type\":\"object\",\"properties\":{\"id\":" TEXT ",\"travail\":" KIND ",\"couches\":" TEXTS \
    ",\"format\":" FORMAT ",\"audience\":" TEXT ",\"qui\":" TEXT                                   \
    ",\"etat\":{\"type\":\"string\",\"enum\":[\"attente\",\"en-cours\",\"fini\",\"echec\","        \
    "\"annule\"]},\"part\":{\"type\":\"number\"},\"etape\":" TEXT_OR_NULL                          \
    ",\"demande\":" TIME_OR_NULL ",\"debut\":" TIME_OR_NULL ",\"fin\":" TIME_OR_NULL               \
    ",\"message\":" TEXT_OR_NULL ",\"resultats\":{\"type\":\"array\",\"items\":" RESULT            \
    "},\"lien\":" TEXT "}}"
#define JOBS                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"travaux\":{\"type\":\"array\",\"items\":" JOB "}}}"

static const char *const json[] = {"json", NULL};
static const route_parameter one[] = {
    {.name = "id", .in_path = true, .type = "string", .description = "Identifiant du travail"},
    {0}};
static const route_parameter one_file[] = {
    {.name = "id", .in_path = true, .type = "string", .description = "Identifiant du travail"},
    {.name = "fichier", .in_path = true, .type = "string", .description = "Nom du résultat"},
    {0}};
static const route routes[] = {
    {.verbs = GET,
     .path = "/jobs",
     .id = "travaux",
     .tag = "Travaux",
     .summary = "Les travaux que l’on a demandés (tous, pour l’administrateur)",
     .least = MAILLE_PLANIFICATEUR,
     .formats = json,
     .answers = JOBS,
     .answer = list_jobs},
    {.verbs = POST,
     .path = "/jobs",
     .id = "demande-de-travail",
     .tag = "Travaux",
     .summary = "Demander un recalcul, un export de couches ou une sauvegarde",
     .least = MAILLE_PLANIFICATEUR,
     .formats = json,
     .body = WISH,
     .answers = JOB,
     .made = 202,
     .answer = post_job},
    {.verbs = GET,
     .path = "/jobs/{id}",
     .id = "travail",
     .tag = "Travaux",
     .summary = "Où en est un travail",
     .least = MAILLE_PLANIFICATEUR,
     .formats = json,
     .parameters = one,
     .answers = JOB,
     .answer = show_job},
    {.verbs = DELETE,
     .path = "/jobs/{id}",
     .id = "abandon-travail",
     .tag = "Travaux",
     .summary = "Abandonner un travail ; fini, l’oublier avec ses résultats",
     .least = MAILLE_PLANIFICATEUR,
     .formats = json,
     .parameters = one,
     .answers = JOB,
     .answer = delete_job},
    {.verbs = GET,
     .path = "/jobs/{id}/result",
     .id = "resultat-travail",
     .tag = "Travaux",
     .summary = "Le résultat d’un travail qui n’en a qu’un",
     .least = MAILLE_PLANIFICATEUR,
     .formats = file_formats,
     .parameters = one,
     .answer = get_result},
    {.verbs = GET,
     .path = "/jobs/{id}/result/{fichier}",
     .id = "fichier-travail",
     .tag = "Travaux",
     .summary = "Un des résultats d’un travail",
     .least = MAILLE_PLANIFICATEUR,
     .formats = file_formats,
     .parameters = one_file,
     .answer = get_file},
};
const route_table job_routes = {routes, sizeof routes / sizeof *routes};
