/* The writer's lock: flock on "<workspace>.lock", which holds "who pid". The file goes when its
 * holder lets go, so whoever took the lock looks whether it still is the one at that path. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <maille/memory.h>
#include <maille/strbuf.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char *lock_path(const char *workspace) {
    maille_strbuf path = {0};
    maille_strbuf_add(&path, workspace);
    maille_strbuf_add(&path, ".lock");
    if (path.failed) {
        maille_strbuf_free(&path);
        return NULL;
    }
    return path.text;
}

static bool still_there(const char *path, int file) {
    struct stat held, named;
    return fstat(file, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

static maille_status busy(maille_ctx *ctx, const char *workspace, int file) {
    char owner[256];
    ssize_t length = pread(file, owner, sizeof owner - 1, 0);
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
    char line[256];
    const char *name = who ? who : "";
    size_t end = strcspn(name, "\n");
    int length =
        snprintf(line, sizeof line, "%.*s %ld\n", end < 128 ? (int)end : 128, name, (long)getpid());
    if (ftruncate(file, 0) != 0 || pwrite(file, line, (size_t)length, 0) < 0)
        return;
}

maille_status maille_lock_take(maille_ctx *ctx, const char *workspace, const char *who, int *file) {
    maille_status status = MAILLE_OK;
    char *path = lock_path(workspace);
    int lock = -1;
    *file = -1;
    if (!path)
        return maille_no_memory(ctx);
    do {
        if (lock >= 0)
            close(lock);
        lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock < 0) {
            status =
                maille_fail(ctx, MAILLE_FAILED, "%s could not be made: %s", path, strerror(errno));
            goto done;
        }
        if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
            status = errno == EWOULDBLOCK
                         ? busy(ctx, workspace, lock)
                         : maille_fail(ctx, MAILLE_FAILED, "%s could not be locked: %s", path,
                                       strerror(errno));
            goto done;
        }
    } while (!still_there(path, lock));
    sign(lock, who);
    *file = lock;
    lock = -1;
done:
    if (lock >= 0)
        close(lock);
    maille_free(path);
    return status;
}

void maille_lock_release(const char *workspace, int file) {
    if (file < 0)
        return;
    char *path = lock_path(workspace);
    if (path)
        unlink(path);
    maille_free(path);
    close(file);
}
