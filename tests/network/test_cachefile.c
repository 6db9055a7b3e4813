/* Files of the cache where the disk is full, where their version is another, and where many write
 * one file at once. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <maille/cachefile.h>
#include <maille/memory.h>

#include "harness.h"

enum { NUMBERS = 100000, WRITERS = 4 };

static maille_ctx *ctx;
static const maille_cache_kind kind = {"MAILLETT", 3};
static uint32_t numbers[NUMBERS];
static const char *shared; /* the file that threads write */

static maille_status save(maille_ctx *with, const char *path, uint64_t count) {
    const maille_cache_array array = {numbers, count * sizeof *numbers};
    return maille_cache_write(with, path, kind, "key", &array, 1);
}

static maille_status load(const char *path, maille_cache_kind as, uint64_t *bytes) {
    maille_cache_array array;
    maille_status status = maille_cache_read(ctx, path, as, "key", &array, 1);
    *bytes = array.bytes;
    maille_free(array.data);
    return status;
}

/* Files of the scratch folder that are being written. */
static int unfinished(void) {
    int found = 0;
    DIR *folder = opendir(test_scratch("."));
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        found += strstr(entry->d_name, "kept.") != NULL && strstr(entry->d_name, ".tmp") != NULL;
    if (folder)
        closedir(folder);
    return found;
}

TEST(a_full_disk_leaves_what_was_there) {
    const char *path = test_scratch("kept.cache");
    struct rlimit before, small;
    uint64_t bytes;
    CHECK_INT(save(ctx, path, 10), MAILLE_OK);
    signal(SIGXFSZ, SIG_IGN);
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
    maille_status status = save(ctx, path, NUMBERS);
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
    CHECK_INT(status, MAILLE_FAILED);
    CHECK(strstr(maille_message(ctx), "kept.cache: could not be written") != NULL);
    CHECK_INT(load(path, kind, &bytes), MAILLE_OK);
    CHECK_INT(bytes, 10 * sizeof *numbers);
    CHECK_INT(unfinished(), 0);
}

TEST(another_version_is_made_again) {
    const char *path = test_scratch("kept.cache");
    maille_cache_kind later = kind;
    uint64_t bytes;
    later.version++;
    CHECK_INT(save(ctx, path, 10), MAILLE_OK);
    CHECK_INT(load(path, later, &bytes), MAILLE_REFUSED);
    CHECK_INT(bytes, 0);
}

static void *write_often(void *arg) {
    uint64_t *count = arg;
    maille_ctx *own;
    maille_status status = maille_ctx_child(ctx, &own);
    for (int i = 0; i < 20 && !status; i++)
        status = save(own, shared, *count);
    maille_ctx_free(own);
    *count = status ? 0 : *count;
    return NULL;
}

TEST(writers_at_once_leave_one_whole_file) {
    const char *path = shared = test_scratch("kept.cache");
    pthread_t threads[WRITERS];
    uint64_t counts[WRITERS], bytes;
    for (uint64_t i = 0; i < WRITERS; i++) {
        counts[i] = (i + 1) * 1000;
        CHECK_INT(pthread_create(&threads[i], NULL, write_often, &counts[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK(counts[i] > 0);
    }
    CHECK_INT(load(path, kind, &bytes), MAILLE_OK);
    CHECK(bytes % (1000 * sizeof *numbers) == 0 && bytes > 0);
    CHECK_INT(unfinished(), 0);
}

int main(void) {
    static const test_case cases[] = {CASE(a_full_disk_leaves_what_was_there),
                                      CASE(another_version_is_made_again),
                                      CASE(writers_at_once_leave_one_whole_file)};
    for (uint32_t i = 0; i < NUMBERS; i++)
        numbers[i] = i;
    if (maille_ctx_new(&ctx))
        return 1;
    int result = test_main(cases, sizeof cases / sizeof *cases);
    maille_ctx_free(ctx);
    return result;
}
