/* Jobs from inside: what waits, runs and has run, in memory only; one thread does them one after
 * the other. */
#ifndef SERVICE_JOBS_H
#define SERVICE_JOBS_H

#include "service/editing.h"

#include <maille/layers.h>

typedef enum { TASK_COMPUTE, TASK_EXPORT, TASK_BACKUP } task_kind;
typedef enum { TASK_WAITS, TASK_RUNS, TASK_DONE, TASK_FAILED, TASK_CANCELLED } task_state;

typedef struct {
    const char *name; /* of the file in the job's folder */
    int64_t bytes;
} task_file;

/* What was asked is fixed; what became of it is guarded by the lock of all jobs, and so is being in
 * the list: who runs is never taken out of it. */
typedef struct task {
    struct task *next; /* in the order of being asked */
    maille_arena *arena;
    char id[23];
    task_kind kind;
    const char *account, *who; /* account NULL: the service itself */
    const char *key;           /* Idempotency-Key; NULL */
    const char *body;          /* what was asked, for that comparison */
    maille_audience audience;  /* of an export */
    const char **departments;  /* that it is bound to */
    size_t department_count;
    const char **layers;
    size_t layer_count;
    maille_layer_format format;
    char asked[21];

    task_state state;
    double part;
    char step[64];
    char begun[21], ended[21];
    double ended_s; /* monotonic */
    maille_status status;
    char message[512]; /* of a failure, as it was logged */
    size_t ran;        /* steps that were computed */
    MAILLE_VEC(task_file) files;

    /* of the thread that runs it */
    struct jobs *jobs;
    double from, base, width; /* which part of the whole is being done, and since where */
    atomic_bool cancel;
} task;

struct jobs {
    service *service;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool running, ending;
    task *first;
    char *folder; /* of results, in the workspace's cache */
    /* Decisions since the last computation: when the first and the last was heard of, monotonic; 0
     * none. */
    double first_decided, last_decided;
    double names_at; /* when names whose retention is over go next, monotonic; 0: now */
};

/* ---- the list (jobs.c); the lock is held --------------------------------------------------------
 */

/* NULL where there is none such; `account` NULL: of anybody. */
task *jobs_find(jobs *j, const char *id, const char *account);
size_t jobs_waiting(const jobs *j);
/* Takes it into the list and wakes the thread. */
void jobs_add(jobs *j, task *t);
/* Waiting ones end at once, the running one soon. */
void jobs_cancel(jobs *j, task *t);
/* One that has ended goes, with its results. */
void jobs_remove(jobs *j, task *t);

/* `who` and `account` are copied; NULL where memory ran out. */
task *task_new(task_kind kind, const char *who, const char *account);
void task_free(task *t);
/* Path of a file of a job, or of its folder (`name` NULL); false where it is too long. */
bool task_path(const jobs *j, const task *t, const char *name, char *path, size_t size);

/* ---- doing it (jobs_work.c); on the thread of jobs, without the lock
 * -----------------------------
 */

maille_status task_work(maille_ctx *ctx, task *t);
/* Whether anything is out of date, or could be computed and never was. */
maille_status work_is_due(maille_ctx *ctx, jobs *j, bool *due);
/* Removes the files of a folder, and the folder itself. */
void remove_folder(const char *path);

#endif
