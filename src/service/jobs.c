/* Jobs: a bounded queue, one thread that does what stands in it, and what it does by itself when
 * decisions have settled. All of it lives in memory; results are files of the cache. */
#include "service/jobs.h"

#include "service/alarm.h"

#include <dirent.h>
#include <errno.h>
#include <maille/clock.h>
#include <maille/secret.h>
#include <maille/steps.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

/* Beside live answers: the thread gives way to all others. */
enum { NICE = 10 };
/* Jobs that have ended are remembered for their time, the oldest go before it beyond so many. */
enum { MOST_REMEMBERED = 256 };
/* Who writes beside us may take long: then we look again after a while. */
static const double AGAIN_S = 5, LONGEST_NAP_S = 60;

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- one job ---- */

task *task_new(task_kind kind, const char *who, const char *account) {
    unsigned char random[16];
    task *t = maille_alloc(1, sizeof *t);
    if (!t || !(t->arena = maille_arena_new())) {
        maille_free(t);
        return NULL;
    }
    t->kind = kind;
    t->who = maille_arena_strdup(t->arena, who);
    t->account = account ? maille_arena_strdup(t->arena, account) : NULL;
    atomic_init(&t->cancel, false);
    maille_random(random, sizeof random);
    maille_base64url(random, sizeof random, t->id);
    maille_utc_now(t->asked);
    if (!t->who || (account && !t->account)) {
        task_free(t);
        return NULL;
    }
    return t;
}

void task_free(task *t) {
    if (!t)
        return;
    MAILLE_VEC_FREE(&t->files);
    maille_arena_free(t->arena);
    maille_free(t);
}

bool task_path(const jobs *j, const task *t, const char *name, char *path, size_t size) {
    int length =
        snprintf(path, size, "%s/%s%s%s", j->folder, t->id, name ? "/" : "", name ? name : "");
    return length > 0 && (size_t)length < size;
}

/* ---- the list ---- */

task *jobs_find(jobs *j, const char *id, const char *account) {
    for (task *t = j->first; t; t = t->next)
        if (strcmp(t->id, id) == 0)
            return !account || (t->account && strcmp(t->account, account) == 0) ? t : NULL;
    return NULL;
}

size_t jobs_waiting(const jobs *j) {
    size_t count = 0;
    for (const task *t = j->first; t; t = t->next)
        count += t->state == TASK_WAITS;
    return count;
}

static bool has_ended(const task *t) {
    return t->state > TASK_RUNS;
}

void jobs_add(jobs *j, task *t) {
    task **end = &j->first;
    while (*end)
        end = &(*end)->next;
    t->next = NULL;
    t->jobs = j;
    *end = t;
    pthread_cond_signal(&j->wake);
}

static void end_task(task *t, task_state state) {
    t->state = state;
    t->ended_s = now_s();
    maille_utc_now(t->ended);
}

void jobs_cancel(jobs *j, task *t) {
    (void)j;
    atomic_store(&t->cancel, true);
    if (t->state == TASK_WAITS)
        end_task(t, TASK_CANCELLED);
}

void jobs_remove(jobs *j, task *t) {
    char path[1024];
    task **place = &j->first;
    while (*place != t)
        place = &(*place)->next;
    *place = t->next;
    if (t->files.count && task_path(j, t, NULL, path, sizeof path))
        remove_folder(path);
    task_free(t);
}

/* Those whose time is over, and the oldest of too many. */
static void forget_old(jobs *j) {
    double now = now_s(), keep = j->service->config->job_keep_hours * 3600;
    size_t count = 0;
    for (const task *t = j->first; t; t = t->next)
        count += has_ended(t);
    for (task *t = j->first, *next; t; t = next) {
        next = t->next;
        if (has_ended(t) && (now - t->ended_s >= keep || count > MOST_REMEMBERED)) {
            jobs_remove(j, t);
            count--;
        }
    }
}

/* ---- by itself ---- */

void jobs_decided(jobs *j) {
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->last_decided = now_s();
    if (j->first_decided == 0)
        j->first_decided = j->last_decided;
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
}

/* When what was decided is to be computed, monotonic; infinite: never. */
static double due_at(const jobs *j) {
    const maille_serve_config *c = j->service->config;
    bool never = c->settle_s == 0 && c->settle_most_s == 0;
    if (never || j->first_decided == 0)
        return INFINITY;
    double quiet = j->last_decided + c->settle_s, most = j->first_decided + c->settle_most_s;
    return c->settle_most_s > 0 ? fmin(quiet, most) : quiet;
}

static bool computes_next(const jobs *j) {
    for (const task *t = j->first; t; t = t->next)
        if (t->kind == TASK_COMPUTE && t->state == TASK_WAITS)
            return true;
    return false;
}

/* Who else writes now holds the workspace for longer than we wait. */
static void try_again(jobs *j) {
    const maille_serve_config *c = j->service->config;
    double wait = fmax(AGAIN_S - c->settle_s, 0);
    if (j->first_decided == 0)
        j->first_decided = j->last_decided = now_s() + wait;
}

/* Asks for a computation in the name of the service where anything is out of date; the lock is held
 * before and after. */
static void settle(jobs *j, maille_ctx *ctx) {
    bool due = false;
    j->first_decided = j->last_decided = 0;
    if (computes_next(j))
        return;
    pthread_mutex_unlock(&j->lock);
    maille_status status = work_is_due(ctx, j, &due);
    if (status)
        maille_log(ctx, MAILLE_LOG_WARNING, "what is out of date could not be told: %s",
                   maille_message(ctx));
    task *t = due ? task_new(TASK_COMPUTE, "maille serve", NULL) : NULL;
    pthread_mutex_lock(&j->lock);
    if (t)
        jobs_add(j, t);
}

/* ---- the thread ---- */

static void told(void *user, const char *what, size_t done, size_t total) {
    task *t = user;
    pthread_mutex_lock(&t->jobs->lock);
    if (t->kind == TASK_COMPUTE && total == maille_step_count()) {
        t->width = 0.5 / (double)total; /* one audience is one half */
        t->base = t->from + t->width * (double)done;
        done = 0;
    }
    double part = t->base + (total ? t->width * (double)done / (double)total : 0);
    t->part = fmin(fmax(t->part, part), 1);
    snprintf(t->step, sizeof t->step, "%s", what);
    pthread_mutex_unlock(&t->jobs->lock);
}

static maille_status work(jobs *j, task *t, char *message, size_t size) {
    maille_ctx *ctx = NULL;
    maille_status status = maille_ctx_child(j->service->ctx, &ctx);
    if (status)
        return status;
    maille_ctx_set_jobs(ctx, 1);
    maille_ctx_set_progress(ctx, told, t);
    maille_ctx_set_cancel(ctx, &t->cancel);
    status = task_work(ctx, t);
    snprintf(message, size, "%s", status ? maille_message(ctx) : "");
    if (status && status != MAILLE_CANCELLED)
        maille_log(ctx, MAILLE_LOG_WARNING, "a job was not done: %s", message);
    maille_ctx_free(ctx);
    return status;
}

static void add_files(jobs *j, task *t) {
    char path[1024];
    struct stat about;
    DIR *folder = task_path(j, t, NULL, path, sizeof path) ? opendir(path) : NULL;
    for (const struct dirent *e; folder && (e = readdir(folder));) {
        if (*e->d_name == '.' || !task_path(j, t, e->d_name, path, sizeof path) ||
            stat(path, &about) != 0)
            continue;
        task_file file = {maille_arena_strdup(t->arena, e->d_name), (int64_t)about.st_size};
        if (!file.name || !MAILLE_VEC_PUSH(&t->files, file))
            break;
    }
    if (folder)
        closedir(folder);
}

/* The lock is held before and after. */
static void run(jobs *j, task *t) {
    char message[sizeof t->message] = "", path[1024];
    t->state = TASK_RUNS;
    maille_utc_now(t->begun);
    if (t->kind == TASK_COMPUTE)
        j->first_decided = j->last_decided = 0; /* it reads them */
    pthread_mutex_unlock(&j->lock);
    maille_status status = work(j, t, message, sizeof message);
    if (status && task_path(j, t, NULL, path, sizeof path))
        remove_folder(path);
    pthread_mutex_lock(&j->lock);
    t->status = status;
    snprintf(t->message, sizeof t->message, "%s", message);
    bool cancelled = status && atomic_load(&t->cancel);
    if (!status) {
        t->part = 1;
        add_files(j, t);
    }
    end_task(t, !status ? TASK_DONE : cancelled ? TASK_CANCELLED : TASK_FAILED);
    if (status == MAILLE_BUSY && !t->account)
        try_again(j);
}

static task *next_of(jobs *j) {
    for (task *t = j->first; t; t = t->next)
        if (t->state == TASK_WAITS)
            return t;
    return NULL;
}

/* Names whose retention is over go, once a day; the lock is held before and after. */
static void forget_daily(jobs *j, maille_ctx *ctx) {
    static const double DAY_S = 24 * 60 * 60;
    pthread_mutex_unlock(&j->lock);
    maille_status status = forget_names(j->service, ctx);
    if (status && status != MAILLE_BUSY)
        maille_log(ctx, MAILLE_LOG_WARNING, "names were not forgotten: %s", maille_message(ctx));
    pthread_mutex_lock(&j->lock);
    j->names_at = now_s() + (status == MAILLE_BUSY ? LONGEST_NAP_S : DAY_S);
}

static void *run_all(void *user) {
    jobs *j = user;
    maille_ctx *ctx = NULL;
    if (maille_ctx_child(j->service->ctx, &ctx))
        return NULL;
    maille_ctx_set_jobs(ctx, 1);
    setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread alone */
    pthread_mutex_lock(&j->lock);
    while (!j->ending) {
        forget_old(j);
        task *t = next_of(j);
        double wait = due_at(j) - now_s();
        if (t)
            run(j, t);
        else if (wait <= 0)
            settle(j, ctx);
        else if (now_s() >= j->names_at)
            forget_daily(j, ctx);
        else
            alarm_wait(&j->wake, &j->lock, (long)(fmin(wait, LONGEST_NAP_S) * 1000) + 1);
    }
    pthread_mutex_unlock(&j->lock);
    maille_ctx_free(ctx);
    return NULL;
}

/* ---- beginning and end ---- */

/* What a former run left. */
static void clear_folder(const char *folder) {
    char path[1024];
    DIR *all = opendir(folder);
    for (const struct dirent *e; all && (e = readdir(all));) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (*e->d_name != '.' && length > 0 && (size_t)length < sizeof path)
            remove_folder(path);
    }
    if (all)
        closedir(all);
}

static maille_status make_folder(jobs *j) {
    maille_ctx *ctx = j->service->ctx;
    maille_store *store = NULL;
    maille_strbuf path = {0};
    const char *cache = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(
        maille_store_open(ctx, j->service->workspace, MAILLE_STORE_READ, "maille serve", &store));
    MAILLE_TRY(maille_store_cache(ctx, store, &cache));
    maille_strbuf_addf(&path, "%s/jobs", cache);
    if (path.failed || !(j->folder = maille_strdup(path.text)))
        status = maille_no_memory(ctx);
    else if (mkdir(j->folder, 0700) != 0 && errno != EEXIST)
        status = maille_fail(ctx, MAILLE_FAILED, "folder %s could not be made: %s", j->folder,
                             strerror(errno));
    if (!status)
        clear_folder(j->folder);
done:
    maille_strbuf_free(&path);
    maille_store_close(store);
    return status;
}

maille_status jobs_new(service *s, jobs **out) {
    *out = NULL;
    jobs *j = maille_alloc(1, sizeof *j);
    if (!j)
        return maille_no_memory(s->ctx);
    j->service = s;
    pthread_mutex_init(&j->lock, NULL);
    alarm_init(&j->wake);
    maille_status status = make_folder(j);
    if (!status && pthread_create(&j->thread, NULL, run_all, j) != 0)
        status = maille_fail(s->ctx, MAILLE_FAILED, "the thread of jobs could not be started");
    if (status) {
        jobs_free(j);
        return status;
    }
    j->running = true;
    *out = j;
    return MAILLE_OK;
}

void jobs_free(jobs *j) {
    if (!j)
        return;
    pthread_mutex_lock(&j->lock);
    j->ending = true;
    for (task *t = j->first; t; t = t->next)
        if (!has_ended(t))
            jobs_cancel(j, t);
    pthread_cond_signal(&j->wake);
    pthread_mutex_unlock(&j->lock);
    if (j->running)
        pthread_join(j->thread, NULL);
    while (j->first)
        jobs_remove(j, j->first);
    maille_free(j->folder);
    pthread_cond_destroy(&j->wake);
    pthread_mutex_destroy(&j->lock);
    maille_free(j);
}
