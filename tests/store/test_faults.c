/* When memory runs out, in our own code or inside SQLite: the call fails with MAILLE_NO_MEMORY and
 * the workspace stands as it was. */
#include "store/internal.h"
#include "workspaces.h"

#include <maille/provenance.h>

/* ---- SQLite's allocator, with an allocation that fails ---- */

static sqlite3_mem_methods heap; /* SQLite's own */
static uint64_t allocations, failing;

static bool may_allocate(void) {
    return ++allocations != failing;
}

static void *failing_malloc(int size) {
    return may_allocate() ? heap.xMalloc(size) : NULL;
}

static void *failing_realloc(void *old, int size) {
    return may_allocate() ? heap.xRealloc(old, size) : NULL;
}

static void use_failing_heap(void) {
    CHECK_INT(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap), SQLITE_OK);
    sqlite3_mem_methods ours = heap;
    ours.xMalloc = failing_malloc;
    ours.xRealloc = failing_realloc;
    CHECK_INT(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
}

static void fail_ours(uint64_t n) {
    maille_memory_fail_at(n);
}

static void fail_sqlites(uint64_t n) {
    failing = n ? allocations + n : 0;
}

/* ---- what is tried ---- */

typedef struct {
    maille_store *store;
    maille_table *rows; /* more centres */
} place;

static const maille_import import = {.kind = "centres", .file = "/c.csv", .sha256 = "00"};

typedef maille_status (*attempt)(maille_ctx *ctx, place *p);

static maille_status try_append(maille_ctx *ctx, place *p) {
    return maille_store_append(ctx, p->store, "centre", p->rows);
}

static maille_status try_replace(maille_ctx *ctx, place *p) {
    maille_value id = maille_int_value(1);
    maille_filter scope = maille_equals("import_id", &id);
    return maille_store_replace(ctx, p->store, "centre", &scope, p->rows);
}

static maille_status try_read(maille_ctx *ctx, place *p) {
    maille_value codes[] = {maille_text_value("a1"), maille_text_value("a2")};
    maille_filter in = {.op = MAILLE_F_IN, .column = "code", .values = codes, .count = 2};
    const maille_filter *children[] = {&in};
    maille_filter filter = {.op = MAILLE_F_NOT, .children = children, .count = 1};
    maille_query query = {.table = "centre", .filter = &filter};
    maille_table *out;
    maille_status status = maille_store_read(ctx, p->store, &query, &out);
    CHECK((status == MAILLE_OK) == (out != NULL));
    if (out)
        CHECK_INT(out->rows, 28);
    maille_table_free(out);
    return status;
}

static maille_status try_read_geometry(maille_ctx *ctx, place *p) {
    maille_query query = {.table = "commune"};
    maille_table *out;
    maille_status status = maille_store_read(ctx, p->store, &query, &out);
    if (out)
        CHECK_INT(out->columns[5].blobs[0].length, 102);
    maille_table_free(out);
    return status;
}

/* Replaces the import of `new_place`, and its rows. */
static maille_status try_import(maille_ctx *ctx, place *p) {
    int64_t id;
    maille_import again = import;
    again.replaces = 1;
    return maille_import_record(ctx, p->store, &again, &id);
}

static maille_status try_setting(maille_ctx *ctx, place *p) {
    char *value;
    maille_status status = maille_store_get(ctx, p->store, "crs", &value);
    maille_free(value);
    return status;
}

static maille_status try_describe(maille_ctx *ctx, place *p) {
    maille_table *out;
    maille_status status = maille_store_describe(ctx, p->store, "commune", &out);
    maille_table_free(out);
    return status;
}

static maille_status try_open(maille_ctx *ctx, place *p) {
    maille_store *reader;
    maille_status status =
        maille_store_open(ctx, maille_store_path(p->store), MAILLE_STORE_READ, "r", &reader);
    CHECK((status == MAILLE_OK) == (reader != NULL));
    maille_store_close(reader);
    return status;
}

static place new_place(maille_ctx *ctx) {
    place p = {new_workspace(ctx), centres(ctx, "b", 40, 2)};
    maille_table *rows = centres(ctx, "a", 30, 1);
    int64_t id;
    CHECK_OK(maille_import_record(ctx, p.store, &import, &id));
    CHECK_INT(id, 1);
    CHECK_OK(maille_store_append(ctx, p.store, "centre", rows));
    CHECK_OK(
        maille_sql_exec(ctx, p.store->db,
                        "INSERT INTO commune VALUES ('1', 'n', 1, 'd', 1, GeomFromText("
                        "'MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))', 4326)); UPDATE commune SET "
                        "geom = GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 1, 0 0)))', 4326)",
                        "test"));
    maille_table_free(rows);
    return p;
}

/* Fails allocation 1, 2, 3 … of a call until it succeeds; rolls its success back. */
static void attempt_with_faults(attempt call, void (*fail_at)(uint64_t), uint64_t at_least) {
    maille_ctx *ctx = new_ctx();
    place p = new_place(ctx);
    uint64_t n = 0;
    maille_status status = MAILLE_FAILED;
    while (status != MAILLE_OK && n < 20000) {
        n++;
        bool reading = call == try_open; /* a reader beside a transaction is fine, but needs none */
        if (!reading)
            CHECK_OK(maille_store_begin(ctx, p.store));
        fail_at(n);
        status = call(ctx, &p);
        fail_at(0);
        if (status != MAILLE_OK)
            CHECK_INT(status, MAILLE_NO_MEMORY);
        if (!reading)
            maille_store_rollback(p.store);
        CHECK_INT(count_of(ctx, p.store, "centre"), 30);
        CHECK_INT(count_of(ctx, p.store, "import"), 1);
    }
    CHECK_INT(status, MAILLE_OK);
    CHECK(n > at_least); /* that many calls did fail */
    CHECK_OK(maille_store_check(ctx, p.store));
    maille_table_free(p.rows);
    maille_store_close(p.store);
    maille_ctx_free(ctx);
}

TEST(our_memory_runs_out) {
    attempt_with_faults(try_append, fail_ours, 1);
    attempt_with_faults(try_replace, fail_ours, 2);
    attempt_with_faults(try_read, fail_ours, 8);
    attempt_with_faults(try_read_geometry, fail_ours, 8);
    attempt_with_faults(try_import, fail_ours, 1);
    attempt_with_faults(try_setting, fail_ours, 1);
    attempt_with_faults(try_describe, fail_ours, 2);
    attempt_with_faults(try_open, fail_ours, 10);
}

TEST(sqlites_memory_runs_out) {
    attempt_with_faults(try_append, fail_sqlites, 5);
    attempt_with_faults(try_replace, fail_sqlites, 5);
    attempt_with_faults(try_read, fail_sqlites, 5);
    attempt_with_faults(try_read_geometry, fail_sqlites, 5);
    attempt_with_faults(try_import, fail_sqlites, 5);
    attempt_with_faults(try_setting, fail_sqlites, 5);
    attempt_with_faults(try_open, fail_sqlites, 50);
}

/* Alone, without a transaction of the caller: all of the rows or none. */
TEST(an_append_of_its_own_is_whole) {
    maille_ctx *ctx = new_ctx();
    place p = new_place(ctx);
    maille_status status = MAILLE_FAILED;
    for (uint64_t n = 1; status != MAILLE_OK && n < 20000; n++) {
        fail_sqlites(n);
        status = try_append(ctx, &p);
        fail_sqlites(0);
        int64_t rows = count_of(ctx, p.store, "centre");
        CHECK_INT(rows, status == MAILLE_OK ? 70 : 30);
        CHECK(sqlite3_get_autocommit(p.store->db));
    }
    CHECK_OK(maille_store_check(ctx, p.store));
    maille_table_free(p.rows);
    maille_store_close(p.store);
    maille_ctx_free(ctx);
}

TEST(set_up) {
    use_failing_heap();
}

RUN_TESTS(CASE(set_up), CASE(our_memory_runs_out), CASE(sqlites_memory_runs_out),
          CASE(an_append_of_its_own_is_whole))
