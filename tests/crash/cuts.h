/* The power is cut at every moment of a recorded session (session.h): what the store finds then. */
#ifndef TESTS_CRASH_CUTS_H
#define TESTS_CRASH_CUTS_H

#include "crash/session.h"

enum { WORKERS = 2, BLOCK = 16, KNOWN = 1 << 17 };

typedef struct {
    long moments, images, opened; /* different ones are opened once */
    long lost, half;              /* changes acknowledged and gone; images of no state at all */
    long modelled;                /* images that were held against the model too */
    long in_flight;               /* images that hold what was not acknowledged yet */
    char first[256];              /* fault */
} tally;

/* What the store makes of an image: `state` is the digest of all that it says. */
typedef struct {
    uint64_t hash, state;
    bool sound;
} finding;

typedef struct {
    const char *path;
    finding *known; /* by hash of the image */
    tally *tally;
    image image;
    platter *disk;
    maille_store *store; /* of another workspace; its connection is lent out */
    long stride;
} cutter;

static int state_number(uint64_t digest, int from) {
    for (int n = from; n >= 0; n--)
        if (digests[n] == digest)
            return n;
    for (int n = steps; n > from; n--)
        if (digests[n] == digest)
            return n;
    return -1;
}

/* The model is asked on some: all tables agreeing is as much. */
static void ask_model(cutter *c, maille_store *store, const finding *f) {
    int n = state_number(f->state, steps);
    if (n < 0 || (c->tally->opened % 16 && n % 8))
        return;
    c->tally->modelled++;
    if (!as_modelled(store, &after[n])) {
        c->tally->half++;
        snprintf(c->tally->first, sizeof c->tally->first, "state %d is not as modelled", n);
    }
}

/* What the connection finds is whole, and which state it is of. */
static void look(cutter *c, maille_store *store, finding *f) {
    f->sound = maille_store_check(ctx, store) == MAILLE_OK && digest_of(store->db, &f->state);
    if (f->sound)
        ask_model(c, store, f);
    else if (!c->tally->first[0])
        snprintf(c->tally->first, sizeof c->tally->first, "%s", maille_message(ctx));
}

/* As a service that starts again finds it: every sixteenth is opened by the store for writing, the
 * others by a bare connection in the place of an open store's own, which saves reading the schema
 * each time. */
static finding open_image(cutter *c, uint64_t hash) {
    finding f = {.hash = hash};
    maille_store *store = NULL;
    image_save(&c->image, c->path);
    if (c->tally->opened++ % 16 == 0) {
        if (maille_store_open(ctx, c->path, MAILLE_STORE_WRITE, "test", &store) == MAILLE_OK)
            look(c, store, &f);
        maille_store_close(store);
        return f;
    }
    sqlite3 *own = c->store->db;
    if (sqlite3_open_v2(c->path, &c->store->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
        look(c, c->store, &f);
    sqlite3_close(c->store->db);
    c->store->db = own;
    return f;
}

static void judge(cutter *c, long moment, int acked, disk_left left) {
    uint64_t hash = image_hash(&c->image);
    finding *f = &c->known[hash % KNOWN];
    if (f->hash != hash)
        *f = open_image(c, hash);
    c->tally->images++;
    int most = acked < steps ? acked + 1 : acked;
    int held = f->sound ? state_number(f->state, most) : -1;
    c->tally->in_flight += held > acked;
    if (held >= acked && held <= most)
        return;
    if (held >= 0 && held < acked)
        c->tally->lost += acked - held;
    else
        c->tally->half++;
    if (!c->tally->first[0])
        snprintf(c->tally->first, sizeof c->tally->first,
                 "moment %ld, way %d: %d acknowledged, state %d found", moment, (int)left, acked,
                 held);
}

/* All that may be left at this moment, as far as it is tried. */
static void cut_here(cutter *c, int acked) {
    static const disk_left ways[] = {LEFT_NONE, LEFT_ALL,  LEFT_BUT,
                                     LEFT_SOME, LEFT_TORN, LEFT_SECTORS};
    long moment = c->disk->next, pending = c->disk->pending_count;
    bool synced_next = moment == disk.count || disk.ops[moment].act == DISK_SYNC;
    uint64_t seed = (uint64_t)moment;
    c->tally->moments++;
    for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
        long but = pending ? (long)(mixed(&seed) % (uint64_t)pending) : 0;
        platter_show(c->disk, ways[way], but, mixed(&seed), &c->image);
        judge(c, moment, acked, ways[way]);
    }
    /* Each write alone is dropped where all those that a sync waits for are there. */
    for (long but = 0; synced_next && but < pending; but += c->stride) {
        platter_show(c->disk, LEFT_BUT, but, 0, &c->image);
        judge(c, moment, acked, LEFT_BUT);
    }
}

/* Every `stride`th moment, of blocks that are this worker's. */
static void cut_all(cutter *c, int worker) {
    int acked = 0;
    for (;;) {
        long moment = c->disk->next;
        while (acked < steps && ops_at[acked + 1] <= moment)
            acked++;
        bool sync_next = moment < disk.count && disk.ops[moment].act == DISK_SYNC;
        bool tried = moment % c->stride == 0 || (sync_next && moment % 3 == 0);
        if (tried && moment / BLOCK % WORKERS == worker)
            cut_here(c, acked);
        if (moment == disk.count)
            break;
        platter_step(c->disk);
    }
}

static void work(int worker, long stride, tally *t) {
    char name[32], path[1024], other[1024];
    snprintf(name, sizeof name, "image%d.maille", worker);
    snprintf(path, sizeof path, "%s", test_scratch(name));
    snprintf(name, sizeof name, "other%d.maille", worker);
    snprintf(other, sizeof other, "%s", test_scratch(name));
    cutter c = {.path = path, .tally = t, .stride = stride};
    c.known = calloc(KNOWN, sizeof *c.known);
    if (!c.known)
        abort();
    c.disk = platter_new();
    platter_show(c.disk, LEFT_ALL, 0, 0, &c.image);
    image_save(&c.image, other);
    CHECK_OK(maille_store_open(ctx, other, MAILLE_STORE_READ, "test", &c.store));
    cut_all(&c, worker);
    maille_store_close(c.store);
    platter_free(c.disk);
    free(c.known);
    image_free(&c.image);
}

/* Cuts the power at every `stride`th moment of what was recorded, in two processes. */
static tally cut_power(long stride) {
    tally *t =
        mmap(NULL, WORKERS * sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    tally all = {0};
    pid_t children[WORKERS];
    CHECK(t != MAP_FAILED);
    for (int i = 0; i < WORKERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            work(i, stride, &t[i]);
            _exit(0);
        }
    }
    for (int i = 0; i < WORKERS; i++) {
        int how = 0;
        waitpid(children[i], &how, 0);
        CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
        all.moments += t[i].moments;
        all.images += t[i].images;
        all.opened += t[i].opened;
        all.lost += t[i].lost;
        all.half += t[i].half;
        all.modelled += t[i].modelled;
        all.in_flight += t[i].in_flight;
        if (!all.first[0])
            memcpy(all.first, t[i].first, sizeof all.first);
    }
    munmap(t, WORKERS * sizeof *t);
    return all;
}

static void tell(const char *what, const tally *t) {
    printf(
        "     %s: %d changes acknowledged in %ld operations of the disk; cut at %ld moments: "
        "%ld images, %ld different, %ld held against the model, %ld with the one in flight; "
        "lost %ld, half %ld%s%s\n",
        what, steps, disk.count, t->moments, t->images, t->opened, t->modelled, t->in_flight,
        t->lost, t->half, t->first[0] ? ": " : "", t->first);
}

/* A session of `all` changes survives every cut. */
static void survives(int all, long stride) {
    record("session.maille", all, "PRAGMA wal_autocheckpoint = 1000");
    tally t = cut_power(stride);
    tell("synchronous=FULL", &t);
    CHECK(t.images > 10 * (long)all / stride);
    CHECK(t.in_flight > 0);
    CHECK(t.modelled > 0);
    CHECK_INT(t.lost, 0);
    CHECK_INT(t.half, 0);
}

/* The same would not without its syncs: these cuts find it. */
static void control(int all, long stride) {
    record("normal.maille", all, "PRAGMA synchronous = NORMAL");
    tally t = cut_power(stride);
    tell("control, synchronous=NORMAL", &t);
    CHECK(t.lost > 0);
    CHECK_INT(t.half, 0);
    disk.deaf = true;
    record("deaf.maille", all, "PRAGMA wal_autocheckpoint = 12");
    disk.deaf = false;
    t = cut_power(stride);
    tell("control, a disk that drops syncs", &t);
    CHECK(t.lost > 0);
    CHECK(t.half > 0);
}

#endif
