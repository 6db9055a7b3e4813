/* Each use of the room with allocation 1, 2, 3 … failing, until it passes: errors are clean, what
 * stood before stays, and (under the address sanitizer) nothing leaks. */
#include "harness.h"

#include <maille/hash.h>
#include <maille/heap.h>
#include <maille/json.h>
#include <maille/map.h>
#include <maille/memory.h>
#include <maille/pool.h>
#include <maille/table.h>
#include <maille/text.h>
#include <maille/vec.h>

/* Runs `use` until no allocation fails in it; checks that every run before said "no memory". */
static void fail_each(maille_status (*use)(maille_ctx *ctx), const char *name) {
    for (uint64_t n = 1; n < 100000; n++) {
        maille_ctx *ctx = NULL;
        CHECK(maille_ctx_new(&ctx) == MAILLE_OK);
        uint64_t before = maille_memory_count();
        maille_memory_fail_at(n);
        maille_status status = use(ctx);
        maille_memory_fail_at(0);
        uint64_t used = maille_memory_count() - before;
        bool passed = status == MAILLE_OK;
        test_check(passed == (used < n), name, __FILE__, __LINE__);
        test_check(passed || status == MAILLE_NO_MEMORY, name, __FILE__, __LINE__);
        maille_ctx_free(ctx);
        if (passed) {
            test_check(n > 1, name, __FILE__, __LINE__); /* else nothing was tried */
            return;
        }
    }
    test_check(false, name, __FILE__, __LINE__);
}

static maille_status use_table(maille_ctx *ctx) {
    static const maille_column_spec specs[] = {
        {"a", MAILLE_INT}, {"b", MAILLE_REAL}, {"c", MAILLE_TEXT}, {"d", MAILLE_BLOB}};
    maille_table *table = NULL;
    maille_status status = maille_table_new(ctx, specs, 4, &table);
    if (status != MAILLE_OK) {
        CHECK(table == NULL);
        return status;
    }
    char big[5000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    for (size_t i = 0; i < 40 && status == MAILLE_OK; i++) {
        size_t rows = table->rows, row = 0;
        status = maille_table_add_row(ctx, table, &row);
        if (status != MAILLE_OK) {
            CHECK_INT(table->rows, rows);
            break;
        }
        maille_set_int(table, row, 0, 5);
        status = maille_set_text(ctx, table, row, 2, i % 10 ? "petit" : big);
        CHECK(status == MAILLE_OK || table->columns[2].null[row] == 1);
        if (status == MAILLE_OK)
            status = maille_set_bytes(ctx, table, row, 3, big, 100);
    }
    CHECK(table->rows == 0 || table->columns[0].ints[0] == 5);
    maille_table_free(table);
    return status;
}

static maille_status use_names(maille_ctx *ctx) {
    maille_names *map = maille_names_new(0);
    if (!map)
        return maille_no_memory(ctx);
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < 500; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", i);
        if (!maille_names_set(map, name, i)) {
            CHECK(maille_names_get(map, name) == MAILLE_ABSENT);
            status = maille_no_memory(ctx);
            break;
        }
    }
    for (uint32_t i = 0; i < maille_names_count(map); i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", i);
        CHECK_INT(maille_names_get(map, name), i);
    }
    maille_names_free(map);
    return status;
}

static maille_status use_ids(maille_ctx *ctx) {
    maille_ids *map = maille_ids_new(0);
    if (!map)
        return maille_no_memory(ctx);
    maille_status status = MAILLE_OK;
    for (uint32_t i = 0; i < 500 && status == MAILLE_OK; i++) {
        bool kept = i % 2 ? maille_ids_set(map, i, i) : maille_ids_intern(map, i, i) == i;
        if (!kept)
            status = maille_no_memory(ctx);
    }
    for (uint32_t i = 0; i < maille_ids_count(map); i++)
        CHECK_INT(maille_ids_get(map, i), i);
    maille_ids_free(map);
    return status;
}

static maille_status use_heap(maille_ctx *ctx) {
    maille_heap heap;
    if (!maille_heap_init(&heap, 10))
        return maille_no_memory(ctx);
    maille_heap_free(&heap);
    return MAILLE_OK;
}

static maille_status use_vec(maille_ctx *ctx) {
    typedef MAILLE_VEC(double) reals;
    reals v = {0};
    maille_status status = MAILLE_OK;
    for (int i = 0; i < 100 && status == MAILLE_OK; i++)
        if (!MAILLE_VEC_PUSH(&v, i))
            status = maille_no_memory(ctx);
    for (size_t i = 0; i < v.count; i++)
        CHECK(v.items[i] == (double)i);
    MAILLE_VEC_FREE(&v);
    return status;
}

static maille_status use_json(maille_ctx *ctx) {
    static const char *const texts[] = {"un", "deux \"et\" demi", "trois"};
    maille_strbuf s = {0};
    char **got = NULL;
    size_t count = 0;
    for (int i = 0; i < 50; i++)
        maille_strbuf_addf(&s, "%*s", 5, "");
    maille_json_texts(&s, texts, 3);
    maille_status status =
        s.failed ? maille_no_memory(ctx) : maille_json_read_texts(ctx, s.text, &got, &count);
    CHECK(status == MAILLE_OK || (got == NULL && count == 0));
    maille_free(got);
    maille_strbuf_free(&s);
    return status;
}

static maille_status use_text(maille_ctx *ctx) {
    char *fold = maille_fold(
        "Sainte-Œuvre d'été, et un nom assez long pour deux tampons, "
        "ou même trois s'il le faut");
    char *slug = fold ? maille_slug("Les") : NULL;
    char *latin = slug ? maille_from_windows_1252("\xC9vry", 4) : NULL;
    maille_status status = latin ? MAILLE_OK : maille_no_memory(ctx);
    maille_free(fold);
    maille_free(slug);
    maille_free(latin);
    return status;
}

static maille_status use_hash(maille_ctx *ctx) {
    maille_sha256 hash;
    return maille_hash_file(ctx, test_source("tests/harness.c"), &hash);
}

static maille_status no_work(maille_ctx *ctx, void *user, unsigned worker, size_t begin,
                             size_t end) {
    (void)ctx, (void)user, (void)worker, (void)begin, (void)end;
    return MAILLE_OK;
}

static maille_status use_pool(maille_ctx *ctx) {
    maille_ctx_set_jobs(ctx, 3);
    return maille_parallel(ctx, 100, 1, no_work, NULL);
}

static maille_status use_ctx(maille_ctx *ctx) {
    maille_ctx *other = NULL, *child = NULL;
    maille_status status = maille_ctx_new(&other);
    if (status == MAILLE_OK)
        status = maille_ctx_child(ctx, &child);
    CHECK(status == MAILLE_OK || !child);
    maille_ctx_free(other);
    maille_ctx_free(child);
    return status;
}

TEST(every_allocation_may_fail) {
    fail_each(use_table, "table");
    fail_each(use_names, "names");
    fail_each(use_ids, "ids");
    fail_each(use_heap, "heap");
    fail_each(use_vec, "vec");
    fail_each(use_json, "json");
    fail_each(use_text, "text");
    fail_each(use_hash, "hash");
    fail_each(use_pool, "pool");
    fail_each(use_ctx, "ctx");
}

/* No status to give: fewer names, never a wrong one. */
TEST(nearest_names_bear_a_failing_allocation) {
    static const char *const names[] = {"communes", "couverture", "flux"};
    for (uint64_t n = 1; n < 30; n++) {
        uint32_t best[3];
        maille_memory_fail_at(n);
        size_t count = maille_nearest_names("comunes", names, 3, best);
        maille_memory_fail_at(0);
        for (size_t i = 0; i < 3; i++)
            CHECK(i < count ? best[i] < 3 : best[i] == MAILLE_ABSENT);
    }
}

RUN_TESTS(CASE(every_allocation_may_fail), CASE(nearest_names_bear_a_failing_allocation))
