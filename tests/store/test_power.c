/* The power goes: what was written and not yet synced may be lost, sector by sector. A file system
 * made for this test (a VFS around SQLite's own) remembers what was synced; at the cut each
 * unsynced sector stays or goes by chance. A transaction that was acknowledged survives, and none
 * is torn. */
#include "store/internal.h"
#include "workspaces.h"

enum { SECTOR = 512, DISKS = 8, BATCHES = 12 };

/* ---- files that remember what was synced ---- */

typedef struct {
    char path[512];
    unsigned char *synced;
    size_t size;
} disk;

static disk disks[DISKS];
static long writes_left = -1; /* until the power goes; -1 = it stays */
static bool dark;
static uint64_t state = 0x2545F4914F6CDD1D;

static unsigned char *read_whole(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    *size = 0;
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    unsigned char *content = malloc(length + 1);
    *size = fread(content, 1, length, file);
    fclose(file);
    return content;
}

static void write_whole(const char *path, const unsigned char *content, size_t size) {
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(content, 1, size, file) == size);
    if (file)
        fclose(file);
}

static void note_synced(disk *d) {
    free(d->synced);
    d->synced = read_whole(d->path, &d->size);
}

static disk *disk_of(const char *path) {
    disk *free_one = NULL;
    for (int i = 0; i < DISKS; i++) {
        if (strcmp(disks[i].path, path) == 0)
            return &disks[i];
        if (!disks[i].path[0] && !free_one)
            free_one = &disks[i];
    }
    if (!free_one)
        abort();
    snprintf(free_one->path, sizeof free_one->path, "%s", path);
    note_synced(free_one);
    return free_one;
}

static void forget(disk *d) {
    free(d->synced);
    *d = (disk){0};
}

/* What is left of one file after the cut. */
static void lose_unsynced(disk *d) {
    size_t size;
    unsigned char *now = read_whole(d->path, &size);
    if (!now)
        return;
    size_t longest = size > d->size ? size : d->size;
    unsigned char *left = calloc(longest + 1, 1);
    for (size_t at = 0; at < longest; at += SECTOR) {
        bool kept = next_random(&state) % 2;
        const unsigned char *from = kept ? now : d->synced;
        size_t length = kept ? size : d->size;
        if (at < length)
            memcpy(left + at, from + at, length - at < SECTOR ? length - at : SECTOR);
    }
    write_whole(d->path, left, next_random(&state) % 2 && d->synced ? d->size : longest);
    free(left);
    free(now);
}

static void cut_power(void) {
    for (int i = 0; i < DISKS; i++)
        if (disks[i].path[0]) {
            lose_unsynced(&disks[i]);
            forget(&disks[i]);
        }
    writes_left = -1;
    dark = false;
}

/* False when the power went, now or before. */
static bool powered(void) {
    if (writes_left >= 0 && writes_left-- == 0)
        dark = true;
    return !dark;
}

/* ---- the VFS ---- */

typedef struct {
    sqlite3_file base;
    disk *disk;
    sqlite3_file *real; /* behind this struct */
} file;

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *f) {
    return ((file *)f)->real;
}

static int f_close(sqlite3_file *f) {
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int f_read(sqlite3_file *f, void *to, int length, sqlite3_int64 at) {
    return real_of(f)->pMethods->xRead(real_of(f), to, length, at);
}
static int f_write(sqlite3_file *f, const void *from, int length, sqlite3_int64 at) {
    if (!powered())
        return SQLITE_IOERR_WRITE;
    return real_of(f)->pMethods->xWrite(real_of(f), from, length, at);
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 size) {
    if (!powered())
        return SQLITE_IOERR_TRUNCATE;
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}
static int f_sync(sqlite3_file *f, int flags) {
    if (!powered())
        return SQLITE_IOERR_FSYNC;
    (void)flags;
    note_synced(((file *)f)->disk);
    return SQLITE_OK;
}
static int f_size(sqlite3_file *f, sqlite3_int64 *size) {
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}
static int f_lock(sqlite3_file *f, int level) {
    return real_of(f)->pMethods->xLock(real_of(f), level);
}
static int f_unlock(sqlite3_file *f, int level) {
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}
static int f_reserved(sqlite3_file *f, int *out) {
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int f_control(sqlite3_file *f, int op, void *argument) {
    return real_of(f)->pMethods->xFileControl(real_of(f), op, argument);
}
static int f_sector(sqlite3_file *f) {
    (void)f;
    return SECTOR;
}
static int f_device(sqlite3_file *f) {
    (void)f;
    return 0; /* promises nothing */
}
static int f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out) {
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int f_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}
static void f_shm_barrier(sqlite3_file *f) {
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}
static int f_shm_unmap(sqlite3_file *f, int remove) {
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_device,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out_flags) {
    (void)vfs;
    file *ours = (file *)f;
    ours->real = (sqlite3_file *)(ours + 1);
    ours->base.pMethods = NULL;
    int opened = real_vfs->xOpen(real_vfs, name, ours->real, flags, out_flags);
    if (opened != SQLITE_OK || !name)
        return opened == SQLITE_OK ? SQLITE_CANTOPEN : opened;
    ours->disk = disk_of(name);
    ours->base.pMethods = &methods;
    return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync) {
    (void)vfs;
    if (!powered())
        return SQLITE_IOERR_DELETE;
    forget(disk_of(name));
    return real_vfs->xDelete(real_vfs, name, sync);
}

static void use_weak_power(void) {
    static sqlite3_vfs weak;
    real_vfs = sqlite3_vfs_find(NULL);
    weak = *real_vfs;
    weak.zName = "weak-power";
    weak.szOsFile = (int)sizeof(file) + real_vfs->szOsFile;
    weak.xOpen = v_open;
    weak.xDelete = v_delete;
    CHECK_INT(sqlite3_vfs_register(&weak, 1), SQLITE_OK);
}

/* ---- transactions, and what is left of them ---- */

static int size_of(int64_t batch) {
    return 1 + (int)(batch * 37 % 60);
}

/* Writes batches until the power goes; returns how many were acknowledged. */
static int64_t write_batches(maille_ctx *ctx, maille_store *store) {
    for (int64_t batch = 1; batch <= BATCHES; batch++) {
        char text[32];
        snprintf(text, sizeof text, "%lld-", (long long)batch);
        maille_table *rows = centres(ctx, text, size_of(batch), batch);
        maille_status status = maille_store_begin(ctx, store);
        if (status == MAILLE_OK)
            status = maille_store_append(ctx, store, "centre", rows);
        if (status == MAILLE_OK)
            status = maille_store_commit(ctx, store);
        if (status != MAILLE_OK)
            maille_store_rollback(store);
        maille_table_free(rows);
        if (status != MAILLE_OK)
            return batch - 1;
    }
    return BATCHES;
}

typedef struct {
    int64_t acknowledged, held;
    bool torn;
    bool dark;
} outcome;

/* A copy of the workspace `from` is written to until write number `cut`; then it is opened again.
 */
static outcome live_through(maille_ctx *ctx, const char *from, long cut, const char *settings) {
    outcome o = {0};
    size_t size;
    maille_store *store;
    const char *path = test_scratch("power.maille");
    unsigned char *content = read_whole(from, &size);
    write_whole(path, content, size);
    free(content);

    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "test", &store));
    CHECK_OK(maille_sql_exec(ctx, store->db, settings, "test"));
    writes_left = cut;
    o.acknowledged = write_batches(ctx, store);
    o.dark = dark;
    dark = true; /* closing checkpoints: it does not get to */
    maille_store_close(store);
    cut_power();
    unlink(test_scratch("power.maille-shm"));

    maille_status status = maille_store_open(ctx, path, MAILLE_STORE_WRITE, "test", &store);
    o.torn = status != MAILLE_OK || maille_store_check(ctx, store) != MAILLE_OK;
    int64_t sum = 0, rows = 0;
    if (!o.torn)
        o.torn = maille_store_count(ctx, store, "centre", NULL, &rows) != MAILLE_OK;
    while (sum < rows && o.held < BATCHES)
        sum += size_of(++o.held);
    o.torn = o.torn || sum != rows;
    maille_store_close(store);
    unlink(test_scratch("power.maille-wal"));
    unlink(test_scratch("power.maille-shm"));
    for (int i = 0; i < DISKS; i++)
        forget(&disks[i]);
    return o;
}

static char *empty_workspace(maille_ctx *ctx) {
    maille_store *store = new_workspace(ctx);
    char *path = maille_strdup(maille_store_path(store));
    maille_store_close(store);
    for (int i = 0; i < DISKS; i++)
        forget(&disks[i]);
    return path;
}

TEST(what_was_acknowledged_survives) {
    maille_ctx *ctx = new_ctx();
    char *path = empty_workspace(ctx);
    int cuts = 0;
    for (long cut = 0;; cut += 2) { /* often checkpointed, so that cuts fall into that too */
        outcome o = live_through(ctx, path, cut, "PRAGMA wal_autocheckpoint = 8");
        CHECK(!o.torn);
        CHECK(o.held >= o.acknowledged);
        if (!o.dark)
            break;
        cuts++;
    }
    CHECK(cuts > 50);
    maille_free(path);
    maille_ctx_free(ctx);
}

TEST(the_test_would_see_a_loss) {
    maille_ctx *ctx = new_ctx();
    char *path = empty_workspace(ctx);
    int64_t lost = 0;
    for (long cut = 1; cut < 80; cut += 3) {
        outcome o = live_through(ctx, path, cut, "PRAGMA synchronous = NORMAL");
        lost += o.acknowledged > o.held ? o.acknowledged - o.held : 0;
    }
    CHECK(lost > 0);
    maille_free(path);
    maille_ctx_free(ctx);
}

TEST(set_up) {
    use_weak_power();
}

RUN_TESTS(CASE(set_up), CASE(what_was_acknowledged_survives), CASE(the_test_would_see_a_loss))
