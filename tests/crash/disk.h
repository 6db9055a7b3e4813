/* A disk that remembers: a VFS around SQLite's own notes each write, truncation, sync, creation and
 * removal of the files of one workspace in the order in which they were asked for. From these notes
 * the disk can be shown as a power cut at any moment may leave it: what was synced is there, of all
 * else any part.
 *
 * What a disk may do: a write that was not synced is there, is not, or some of its sectors are;
 * writes reach it in any order; a file that was made or removed is so only once its folder was
 * synced. What is beside a write it leaves alone (powersafe overwrite, as SQLite's unix VFS
 * assumes). */
#ifndef TESTS_CRASH_DISK_H
#define TESTS_CRASH_DISK_H

#include "harness.h"

#include <sqlite3.h>
#include <unistd.h>

enum { SECTOR = 512, MOST_FILES = 64 };

typedef enum {
    DISK_MADE,
    DISK_WRITE,
    DISK_TRUNCATE,
    DISK_SYNC,
    DISK_REMOVED,
    DISK_FOLDER /* the folder was synced: files made and removed before are */
} disk_act;

typedef struct {
    disk_act act;
    int file;   /* number among disk.files */
    int64_t at; /* where it is written, or the size to truncate to */
    int length;
    unsigned char *bytes;
} disk_op;

typedef struct {
    unsigned char *bytes;
    int64_t size, room;
} content;

static struct {
    char path[512]; /* the workspace that is noted */
    bool noting;
    bool deaf; /* syncs are not noted: a disk that lies */
    disk_op *ops;
    long count, room;
    struct {
        int name; /* 0 the workspace, 1 its -wal, 2 its -journal */
        bool there;
        content began; /* with */
    } files[MOST_FILES];
    int file_count;
    sqlite3_vfs *real;
} disk;

static const char *const disk_suffix[] = {"", "-wal", "-journal"};
enum { NAMES = 3 };

/* ---- contents ---- */

static void content_reach(content *c, int64_t size) {
    if (size > c->room) {
        c->room = size + size / 2 + 65536;
        c->bytes = realloc(c->bytes, (size_t)c->room);
        if (!c->bytes)
            abort();
    }
    if (size > c->size) {
        memset(c->bytes + c->size, 0, (size_t)(size - c->size));
        c->size = size;
    }
}

static void content_write(content *c, int64_t at, const void *bytes, int64_t length) {
    content_reach(c, at + length);
    memcpy(c->bytes + at, bytes, (size_t)length);
}

static void content_copy(content *to, const content *from) {
    to->size = 0;
    content_reach(to, from->size);
    if (from->size)
        memcpy(to->bytes, from->bytes, (size_t)from->size);
}

static content content_read(const char *path) {
    content c = {0};
    unsigned char part[65536];
    FILE *file = fopen(path, "rb");
    for (size_t got; file && (got = fread(part, 1, sizeof part, file)) > 0;)
        content_write(&c, c.size, part, (int64_t)got);
    if (file)
        fclose(file);
    return c;
}

static void content_save(const content *c, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(c->bytes, 1, (size_t)c->size, file) != (size_t)c->size || fclose(file) != 0)
        abort();
}

/* ---- notes ---- */

static void disk_note(disk_act act, int file, int64_t at, const void *bytes, int length) {
    if (!disk.noting || file < 0)
        return;
    if (disk.count == disk.room) {
        disk.room = 2 * disk.room + 1024;
        disk.ops = realloc(disk.ops, (size_t)disk.room * sizeof *disk.ops);
    }
    unsigned char *copy = NULL;
    if (bytes) {
        copy = malloc((size_t)length);
        if (!copy)
            abort();
        memcpy(copy, bytes, (size_t)length);
    }
    if (!disk.ops)
        abort();
    disk.ops[disk.count++] = (disk_op){act, file, at, length, copy};
}

/* 0, 1, 2 of a file of the workspace; -1 of another. */
static int disk_name_of(const char *path) {
    size_t length = strlen(disk.path);
    if (!path || !length || strncmp(path, disk.path, length) != 0)
        return -1;
    for (int i = 0; i < NAMES; i++)
        if (strcmp(path + length, disk_suffix[i]) == 0)
            return i;
    return -1;
}

static int disk_there(int name) {
    for (int i = 0; name >= 0 && i < disk.file_count; i++)
        if (disk.files[i].there && disk.files[i].name == name)
            return i;
    return -1;
}

/* The file that was opened, and whether that made it. */
static int disk_opened(const char *path, bool made) {
    int name = disk_name_of(path);
    int file = disk_there(name);
    if (!disk.noting || name < 0 || file >= 0)
        return file;
    if (disk.file_count == MOST_FILES || !made)
        abort();
    file = disk.file_count++;
    disk.files[file].name = name;
    disk.files[file].there = true;
    disk_note(DISK_MADE, file, 0, NULL, 0);
    return file;
}

/* ---- the VFS ---- */

typedef struct {
    sqlite3_file base;
    int file;
    bool fresh; /* made by this opening: its first sync syncs the folder too, as unix's does */
    sqlite3_file *real; /* behind this struct */
} disk_file;

static sqlite3_file *real_of(sqlite3_file *f) {
    return ((disk_file *)f)->real;
}
static int d_close(sqlite3_file *f) {
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int d_read(sqlite3_file *f, void *to, int length, sqlite3_int64 at) {
    return real_of(f)->pMethods->xRead(real_of(f), to, length, at);
}
static int d_write(sqlite3_file *f, const void *from, int length, sqlite3_int64 at) {
    disk_note(DISK_WRITE, ((disk_file *)f)->file, at, from, length);
    return real_of(f)->pMethods->xWrite(real_of(f), from, length, at);
}
static int d_truncate(sqlite3_file *f, sqlite3_int64 size) {
    disk_note(DISK_TRUNCATE, ((disk_file *)f)->file, size, NULL, 0);
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}
static int d_sync(sqlite3_file *f, int flags) {
    disk_file *ours = (disk_file *)f;
    (void)flags; /* the disk of the test machine itself need not hurry */
    if (disk.deaf)
        return SQLITE_OK;
    disk_note(DISK_SYNC, ours->file, 0, NULL, 0);
    if (ours->fresh)
        disk_note(DISK_FOLDER, ours->file, 0, NULL, 0);
    ours->fresh = false;
    return SQLITE_OK;
}
static int d_size(sqlite3_file *f, sqlite3_int64 *size) {
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}
static int d_lock(sqlite3_file *f, int level) {
    return real_of(f)->pMethods->xLock(real_of(f), level);
}
static int d_unlock(sqlite3_file *f, int level) {
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}
static int d_reserved(sqlite3_file *f, int *out) {
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int d_control(sqlite3_file *f, int op, void *argument) {
    return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}
static int d_sector(sqlite3_file *f) {
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int d_device(sqlite3_file *f) {
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}
static int d_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int d_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}
static void d_shm_barrier(sqlite3_file *f) {
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int d_shm_unmap(sqlite3_file *f, int remove) {
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}
static int d_fetch(sqlite3_file *f, sqlite3_int64 at, int length, void **out) {
    return real_of(f)->pMethods->xFetch(real_of(f), at, length, out);
}
static int d_unfetch(sqlite3_file *f, sqlite3_int64 at, void *page) {
    return real_of(f)->pMethods->xUnfetch(real_of(f), at, page);
}

static const sqlite3_io_methods disk_methods = {
    .iVersion = 3,
    .xClose = d_close,
    .xRead = d_read,
    .xWrite = d_write,
    .xTruncate = d_truncate,
    .xSync = d_sync,
    .xFileSize = d_size,
    .xLock = d_lock,
    .xUnlock = d_unlock,
    .xCheckReservedLock = d_reserved,
    .xFileControl = d_control,
    .xSectorSize = d_sector,
    .xDeviceCharacteristics = d_device,
    .xShmMap = d_shm_map,
    .xShmLock = d_shm_lock,
    .xShmBarrier = d_shm_barrier,
    .xShmUnmap = d_shm_unmap,
    .xFetch = d_fetch, /* mapped pages are read only: disk_seen_all proves it */
    .xUnfetch = d_unfetch,
};

static int d_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags) {
    (void)vfs;
    disk_file *ours = (disk_file *)f;
    ours->real = (sqlite3_file *)(ours + 1);
    ours->base.pMethods = NULL;
    bool there = name && access(name, F_OK) == 0;
    int opened = disk.real->xOpen(disk.real, name, ours->real, flags, out_flags);
    if (opened != SQLITE_OK)
        return opened;
    ours->file = disk_opened(name, !there);
    ours->fresh = !there && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    ours->base.pMethods = &disk_methods;
    return SQLITE_OK;
}

static int d_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs;
    int file = disk_there(disk_name_of(name));
    if (file >= 0 && disk.noting) {
        disk_note(DISK_REMOVED, file, 0, NULL, 0);
        disk.files[file].there = false;
        if (sync && !disk.deaf)
            disk_note(DISK_FOLDER, file, 0, NULL, 0);
    }
    return disk.real->xDelete(disk.real, name, 0);
}

/* From now on SQLite works through this disk. */
static void disk_register(void) {
    static sqlite3_vfs ours;
    disk.real = sqlite3_vfs_find(NULL);
    ours = *disk.real;
    ours.zName = "disk-that-remembers";
    ours.szOsFile = (int)sizeof(disk_file) + disk.real->szOsFile;
    ours.xOpen = d_open;
    ours.xDelete = d_delete;
    CHECK_INT(sqlite3_vfs_register(&ours, 1), SQLITE_OK);
}

/* Notes what happens to the workspace at `path`, which nobody has open and which is synced. */
static void disk_begin(const char *path) {
    char name[600];
    for (long i = 0; i < disk.count; i++)
        free(disk.ops[i].bytes);
    for (int i = 0; i < disk.file_count; i++)
        free(disk.files[i].began.bytes);
    memset(disk.files, 0, sizeof disk.files);
    disk.count = disk.file_count = 0;
    snprintf(disk.path, sizeof disk.path, "%s", path);
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "%s%s", path, disk_suffix[i]);
        if (access(name, F_OK) != 0)
            continue;
        disk.files[disk.file_count].name = i;
        disk.files[disk.file_count].there = true;
        disk.files[disk.file_count++].began = content_read(name);
    }
    disk.noting = true;
}

/* ---- what is on the disk at a moment ---- */

typedef struct {
    long next; /* operation to come */
    struct {
        content synced;
        bool named, was_named; /* in the folder as it is, as it was synced */
    } files[MOST_FILES];
    long *pending; /* writes and truncations that were not synced, ascending */
    long pending_count;
} platter;

static platter *platter_new(void) {
    platter *p = calloc(1, sizeof *p);
    if (!p || !(p->pending = calloc((size_t)disk.count + 1, sizeof *p->pending)))
        abort();
    for (int i = 0; i < disk.file_count; i++) {
        bool began = disk.files[i].began.size > 0;
        content_copy(&p->files[i].synced, &disk.files[i].began);
        p->files[i].named = p->files[i].was_named = began;
    }
    return p;
}

static void platter_free(platter *p) {
    for (int i = 0; i < MOST_FILES; i++)
        free(p->files[i].synced.bytes);
    free(p->pending);
    free(p);
}

static void act_on(content *c, const disk_op *op) {
    if (op->act == DISK_WRITE)
        content_write(c, op->at, op->bytes, op->length);
    else if (op->at < c->size)
        c->size = op->at;
    else
        content_reach(c, op->at);
}

/* One more operation. */
static void platter_step(platter *p) {
    const disk_op *op = &disk.ops[p->next++];
    long left = 0;
    if (op->act == DISK_WRITE || op->act == DISK_TRUNCATE)
        p->pending[p->pending_count++] = p->next - 1;
    if (op->act == DISK_MADE || op->act == DISK_REMOVED)
        p->files[op->file].named = op->act == DISK_MADE;
    for (int i = 0; op->act == DISK_FOLDER && i < disk.file_count; i++)
        p->files[i].was_named = p->files[i].named;
    if (op->act != DISK_SYNC)
        return;
    for (long i = 0; i < p->pending_count; i++)
        if (disk.ops[p->pending[i]].file == op->file)
            act_on(&p->files[op->file].synced, &disk.ops[p->pending[i]]);
        else
            p->pending[left++] = p->pending[i];
    p->pending_count = left;
}

/* ---- what a power cut may leave ---- */

typedef enum {
    LEFT_NONE,   /* of what was not synced */
    LEFT_ALL,    /* of it: the program was killed, the power stayed */
    LEFT_BUT,    /* one write */
    LEFT_SOME,   /* of the writes */
    LEFT_TORN,   /* all but some sectors of the last write */
    LEFT_SECTORS /* some of all of them */
} disk_left;

typedef struct {
    content files[NAMES];
    bool there[NAMES];
} image;

static uint64_t mixed(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void write_sectors(content *c, const disk_op *op, uint64_t *seed) {
    for (int64_t at = op->at, end = op->at + op->length; at < end;) {
        int64_t next = at / SECTOR * SECTOR + SECTOR;
        if (next > end)
            next = end;
        if (mixed(seed) % 2)
            content_write(c, at, op->bytes + (at - op->at), next - at);
        at = next;
    }
}

/* `but`: place among the pending writes (LEFT_BUT). */
static void platter_show(const platter *p, disk_left left, long but, uint64_t seed, image *out) {
    bool old_folder =
        left == LEFT_NONE || ((left == LEFT_SOME || left == LEFT_SECTORS) && mixed(&seed) % 2);
    int name_of[MOST_FILES];
    memset(out->there, 0, sizeof out->there);
    for (int i = 0; i < disk.file_count; i++) {
        bool shown = old_folder ? p->files[i].was_named : p->files[i].named;
        name_of[i] = shown ? disk.files[i].name : -1;
        if (!shown)
            continue;
        out->there[name_of[i]] = true;
        content_copy(&out->files[name_of[i]], &p->files[i].synced);
    }
    for (long i = 0; left != LEFT_NONE && i < p->pending_count; i++) {
        const disk_op *op = &disk.ops[p->pending[i]];
        if (name_of[op->file] < 0)
            continue;
        content *c = &out->files[name_of[op->file]];
        bool torn = op->act == DISK_WRITE &&
                    (left == LEFT_SECTORS || (left == LEFT_TORN && i == p->pending_count - 1));
        if (torn)
            write_sectors(c, op, &seed);
        else if (!(left == LEFT_BUT && i == but) && !(left == LEFT_SOME && mixed(&seed) % 2))
            act_on(c, op);
    }
}

static void image_free(image *i) {
    for (int n = 0; n < NAMES; n++)
        free(i->files[n].bytes);
}

static uint64_t image_hash(const image *i) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (int n = 0; n < NAMES; n++) {
        int64_t at = 0, size = i->there[n] ? i->files[n].size : -1;
        hash = (hash ^ (uint64_t)size) * 0x100000001B3u;
        for (uint64_t word; at + 8 <= size; at += 8) {
            memcpy(&word, i->files[n].bytes + at, 8);
            hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
            hash ^= hash >> 29;
        }
        for (; at < size; at++)
            hash = (hash ^ i->files[n].bytes[at]) * 0x100000001B3u;
    }
    return hash;
}

static void image_save(const image *i, const char *path) {
    char name[600];
    for (int n = 0; n < NAMES; n++) {
        snprintf(name, sizeof name, "%s%s", path, disk_suffix[n]);
        if (i->there[n])
            content_save(&i->files[n], name);
        else
            unlink(name);
    }
    snprintf(name, sizeof name, "%s-shm", path); /* memory */
    unlink(name);
}

/* Whether what was noted is all that was written: the disk shown whole is what the files hold. */
static bool disk_seen_all(void) {
    platter *p = platter_new();
    image i = {0};
    bool same = true;
    while (p->next < disk.count)
        platter_step(p);
    platter_show(p, LEFT_ALL, 0, 0, &i);
    for (int n = 0; n < NAMES; n++) {
        char name[600];
        snprintf(name, sizeof name, "%s%s", disk.path, disk_suffix[n]);
        content now = content_read(name);
        same = same && i.there[n] == (access(name, F_OK) == 0);
        if (i.there[n])
            same = same && now.size == i.files[n].size &&
                   memcmp(now.bytes, i.files[n].bytes, (size_t)now.size) == 0;
        free(now.bytes);
    }
    image_free(&i);
    platter_free(p);
    return same;
}

#endif
