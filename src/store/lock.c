/* The writer's lock: flock on "<workspace>.lock", which holds "who pid". The file goes when its
 * holder lets go, so whoever took the lock looks whether it still is the one at that path.
 *
 * Who finds it taken queues: it takes "<workspace>.lock.next" in the same way and holds it until
 * the lock is its own. Whoever comes while that file is there queues too, so that one who takes the
 * lock a thousand times a second leaves its turn to one who takes it once. Such a one keeps the
 * file when it lets go: making and removing it costs more than the lock. */
#include "store/lock.h"

#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <maille/memory.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char LOCK[] = ".lock", NEXT[] = ".lock.next";

static bool still_there(const char *path, int file) {
    struct stat held, named;
    return fstat(file, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

/* Names who holds the lock. */
static maille_status busy(maille_ctx *ctx, const char *workspace, const char *path) {
    char owner[256];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : pread(file, owner, sizeof owner - 1, 0);
    if (file >= 0)
        close(file);
    owner[length > 0 ? length : 0] = '\0';
    owner[strcspn(owner, "\n")] = '\0';
    char *process = strrchr(owner, ' ');
    if (!process)
        return maille_fail(ctx, MAILLE_BUSY, "%s was being written by another process", workspace);
    *process++ = '\0';
    return maille_fail(ctx, MAILLE_BUSY, "%s was being written by %s (process %s)", workspace,
                       owner[0] ? owner : "another program", process);
}

/* Best effort: the lock holds without it. */
static void sign(int file, const char *who) {
    char line[256], found[256];
    const char *name = who ? who : "";
    size_t end = strcspn(name, "\n");
    int length =
        snprintf(line, sizeof line, "%.*s %ld\n", end < 128 ? (int)end : 128, name, (long)getpid());
    if (pread(file, found, sizeof found, 0) == length && memcmp(found, line, (size_t)length) == 0)
        return; /* a file that was kept */
    if (ftruncate(file, 0) != 0 || pwrite(file, line, (size_t)length, 0) < 0)
        return;
}

/* Takes the file at `path`; MAILLE_BUSY without a message where another has it. */
static maille_status try_file(maille_ctx *ctx, const char *path, int *file) {
    int taken = -1;
    do {
        if (taken >= 0)
            close(taken);
        taken = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (taken < 0)
            return maille_fail(ctx, MAILLE_FAILED, "%s could not be made: %s", path,
                               strerror(errno));
        if (flock(taken, LOCK_EX | LOCK_NB) != 0) {
            int why = errno;
            close(taken);
            return why == EWOULDBLOCK
                       ? MAILLE_BUSY
                       : maille_fail(ctx, MAILLE_FAILED, "%s could not be locked: %s", path,
                                     strerror(why));
        }
    } while (!still_there(path, taken));
    *file = taken;
    return MAILLE_OK;
}

static void let_go(const char *path, int file) {
    if (file < 0)
        return;
    unlink(path);
    close(file);
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A nap: short at first, never past the deadline by much. */
static void nap(double since) {
    double length = 0.0002 + (now_s() - since) / 50;
    length = length < 0.005 ? length : 0.005;
    nanosleep(&(struct timespec){.tv_nsec = (long)(length * 1e9)}, NULL);
}

/* Tries until the deadline; at least once. */
static maille_status wait_for(maille_ctx *ctx, const char *path, double since, double wait_s,
                              int *file) {
    maille_status status;
    while ((status = try_file(ctx, path, file)) == MAILLE_BUSY && now_s() - since < wait_s)
        nap(since);
    return status;
}

/* By the queue. */
static maille_status take_in_turn(maille_ctx *ctx, const char *path, const char *queue,
                                  double wait_s, int *file) {
    double since = now_s();
    int turn = -1;
    maille_status status = wait_for(ctx, queue, since, wait_s, &turn);
    if (status == MAILLE_OK)
        status = wait_for(ctx, path, since, wait_s, file);
    let_go(queue, turn);
    return status;
}

/* The file that was kept, where it is free and still the one; else -1, and it is closed. */
static int take_kept(const char *path, int kept, bool at_once) {
    if (kept >= 0 && at_once && flock(kept, LOCK_EX | LOCK_NB) == 0 && still_there(path, kept))
        return kept;
    if (kept >= 0)
        close(kept);
    return -1;
}

maille_status maille_lock_take(maille_ctx *ctx, const char *workspace, const char *who,
                               double wait_s, int *file) {
    maille_status status = MAILLE_BUSY;
    int kept = *file;
    char *path = maille_place_joined(workspace, LOCK);
    char *queue = maille_place_joined(workspace, NEXT);
    *file = -1;
    if (!path || !queue) {
        status = maille_no_memory(ctx);
        goto done;
    }
    bool at_once = wait_s <= 0 || access(queue, F_OK) != 0;
    *file = take_kept(path, kept, at_once);
    kept = -1;
    if (*file >= 0)
        status = MAILLE_OK;
    else if (at_once)
        status = try_file(ctx, path, file);
    if (status == MAILLE_BUSY && wait_s > 0)
        status = take_in_turn(ctx, path, queue, wait_s, file);
    if (status == MAILLE_BUSY)
        status = busy(ctx, workspace, path);
    if (status == MAILLE_OK)
        sign(*file, who);
done:
    if (kept >= 0)
        close(kept);
    maille_free(queue);
    maille_free(path);
    return status;
}

void maille_lock_rest(int file) {
    if (file >= 0)
        flock(file, LOCK_UN);
}

void maille_lock_drop(const char *workspace, int kept) {
    char *path = kept < 0 ? NULL : maille_place_joined(workspace, LOCK);
    int file = path ? take_kept(path, kept, true) : -1;
    if (file >= 0)
        let_go(path, file);
    else if (kept >= 0 && !path)
        close(kept);
    maille_free(path);
}

void maille_lock_release(const char *workspace, int file) {
    char *path = file < 0 ? NULL : maille_place_joined(workspace, LOCK);
    if (path)
        let_go(path, file);
    else if (file >= 0)
        close(file);
    maille_free(path);
}
