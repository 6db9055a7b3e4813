/* When memory runs out or the store fails in the middle of a change: it is refused and the
 * workspace stands as it was. */
#include "store/internal.h"

#include "chronicle.h"

static maille_ctx *ctx;
static maille_edit_result result;
static const maille_edit plain = {.scenario = ""};

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

static void fail_ours(uint64_t n) {
    maille_memory_fail_at(n);
}

static void fail_sqlites(uint64_t n) {
    failing = n ? allocations + n : 0;
}

/* ---- what is tried ---- */

typedef maille_status (*attempt)(maille_store *store);

static maille_status try_edit(maille_store *store) {
    const maille_op ops[] = {
        {.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01003"},
        {.kind = MAILLE_OP_RENAME, .perimeter = "b", .text = "Bêta"},
        {.kind = MAILLE_OP_CREATE, .perimeter = "c", .text = "C", .status = "idée"}};
    return maille_edit_apply(ctx, store, &plain, ops, 3, &result);
}

static maille_status try_undo(maille_store *store) {
    return maille_edit_undo(ctx, store, &plain, NULL, &result);
}

static maille_status try_redo(maille_store *store) {
    return maille_edit_redo(ctx, store, &plain, NULL, &result);
}

static maille_status try_restore(maille_store *store) {
    const maille_moment when = {.at = "2020-01-31"};
    return maille_edit_restore(ctx, store, &plain, NULL, &when, &result);
}

static maille_status try_conflict(maille_store *store) {
    const maille_edit edit = {.scenario = "", .expected = 1};
    const maille_op op = {.kind = MAILLE_OP_DELETE, .perimeter = "a"};
    return maille_edit_apply(ctx, store, &edit, &op, 1, &result);
}

static maille_status try_load(maille_store *store) {
    maille_perimeter_list *now = NULL, *then = NULL;
    const maille_moment when = {.at = "2020-01-31"};
    maille_status status = maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, NULL, &now);
    if (status == MAILLE_OK)
        status = maille_perimeters_load(ctx, store, "", NULL, MAILLE_INTERNE, &when, &then);
    CHECK(status != MAILLE_OK || (now->count == 2 && then->count == 1));
    maille_perimeter_list_free(now);
    maille_perimeter_list_free(then);
    return status;
}

static maille_status try_list(maille_store *store) {
    maille_table *list = NULL;
    maille_status status = maille_history_list(ctx, store, "", NULL, &list);
    CHECK(status != MAILLE_OK || list->rows >= 4);
    maille_table_free(list);
    return status;
}

/* ---- as it was ---- */

/* All that the history and its tables hold, as one hash. */
static maille_sha256 contents(maille_store *store) {
    static const char *const names[] = {
        "perimeter",         "perimeter_member_raw", "perimeter_status", "change",
        "perimeter_version", "perimeter_document",   "scenario_head",    "meta"};
    maille_hasher *hasher = maille_hasher_new();
    maille_sha256 sha;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        maille_table *t = all_rows(ctx, store, names[i]);
        for (size_t row = 0; row < t->rows; row++)
            for (size_t c = 0; c < t->column_count; c++) {
                if (t->columns[c].type == MAILLE_TEXT)
                    maille_hasher_add_text(hasher, t->columns[c].texts[row]);
                else if (t->columns[c].type == MAILLE_INT)
                    maille_hasher_add(hasher, &t->columns[c].ints[row], sizeof(int64_t));
            }
        maille_table_free(t);
    }
    maille_hasher_end(hasher, &sha);
    return sha;
}

static void change_at(maille_store *store, const char *at, const maille_op *op) {
    const maille_edit edit = {.scenario = "", .at = at};
    CHECK_OK(maille_edit_apply(ctx, store, &edit, op, 1, &result));
}

/* Perimeter a with three versions, b freshly imported where `fresh` says so. */
static maille_store *new_place(bool fresh) {
    maille_store *store = new_study(ctx);
    change_at(
        store, "2020-01-01T00:00:00Z",
        &(maille_op){.kind = MAILLE_OP_CREATE, .perimeter = "a", .text = "A", .status = "projet"});
    change_at(store, "2020-02-01T00:00:00Z",
              &(maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01001"});
    change_at(store, "2020-03-01T00:00:00Z",
              &(maille_op){.kind = MAILLE_OP_ADD, .perimeter = "a", .code = "01002"});
    import_perimeters(ctx, store, "b.csv", "id;name;status;code\nb;B;projet;01002\n", NULL, false);
    if (!fresh)
        CHECK_INT(adopt(ctx, store), 1);
    return store;
}

/* Fails allocation 1, 2, 3 … of a call until it does what it is to do. Many allocations: after the
 * first hundreds only some are tried. */
static void attempt_with_faults(attempt call, maille_status wanted, bool fresh,
                                void (*fail_at)(uint64_t), uint64_t at_least) {
    maille_store *store = new_place(fresh);
    if (call == try_redo)
        CHECK_OK(try_undo(store));
    maille_sha256 before = contents(store), after;
    maille_status status = MAILLE_FAILED;
    uint64_t n = 0, failed = 0;
    while (n < 200000) {
        n += n < 300 ? 1 : 1 + n / 23;
        fail_at(n);
        status = call(store);
        fail_at(0);
        if (status == wanted)
            break;
        failed++;
        if (status != MAILLE_NO_MEMORY)
            CHECK_TEXT(maille_message(ctx), "memory ran out");
        after = contents(store);
        CHECK_TEXT(after.hex, before.hex);
    }
    CHECK_INT(status, wanted);
    CHECK(failed >= at_least);
    after = contents(store);
    CHECK((strcmp(after.hex, before.hex) == 0) ==
          (wanted != MAILLE_OK || call == try_load || call == try_list));
    CHECK_OK(maille_store_check(ctx, store));
    if (wanted == MAILLE_OK && !fresh)
        check_sound(ctx, store);
    maille_store_close(store);
}

TEST(our_memory_runs_out) {
    attempt_with_faults(try_edit, MAILLE_OK, true, fail_ours, 100);
    attempt_with_faults(try_undo, MAILLE_OK, false, fail_ours, 100);
    attempt_with_faults(try_redo, MAILLE_OK, false, fail_ours, 100);
    attempt_with_faults(try_restore, MAILLE_OK, false, fail_ours, 100);
    attempt_with_faults(try_conflict, MAILLE_REFUSED, false, fail_ours, 50);
    attempt_with_faults(try_load, MAILLE_OK, false, fail_ours, 50);
    attempt_with_faults(try_list, MAILLE_OK, false, fail_ours, 20);
}

TEST(sqlites_memory_runs_out) {
    attempt_with_faults(try_edit, MAILLE_OK, true, fail_sqlites, 100);
    attempt_with_faults(try_undo, MAILLE_OK, false, fail_sqlites, 100);
    attempt_with_faults(try_restore, MAILLE_OK, false, fail_sqlites, 100);
    attempt_with_faults(try_load, MAILLE_OK, false, fail_sqlites, 20);
}

/* A damaged history is told, not followed: a document that does not fit its place. */
TEST(a_document_that_is_gone_is_told) {
    maille_store *store = new_place(false);
    CHECK_OK(maille_store_delete(ctx, store, "perimeter_document", NULL));
    maille_sha256 before = contents(store), after;
    CHECK_INT(try_undo(store), MAILLE_FAILED);
    CHECK(strstr(maille_message(ctx), "document") != NULL);
    after = contents(store);
    CHECK_TEXT(after.hex, before.hex);
    maille_store_close(store);
}

TEST(a_reader_changes_nothing) {
    maille_store *writer = new_place(false), *reader = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s", maille_store_path(writer));
    maille_store_close(writer);
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "reader", &reader));
    maille_sha256 before = contents(reader), after;
    CHECK_INT(try_edit(reader), MAILLE_FAILED);
    CHECK_INT(try_undo(reader), MAILLE_FAILED);
    after = contents(reader);
    CHECK_TEXT(after.hex, before.hex);
    CHECK_OK(try_load(reader));
    maille_store_close(reader);
}

TEST(set_up) {
    CHECK_INT(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap), SQLITE_OK);
    sqlite3_mem_methods ours = heap;
    ours.xMalloc = failing_malloc;
    ours.xRealloc = failing_realloc;
    CHECK_INT(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(our_memory_runs_out), CASE(sqlites_memory_runs_out),
          CASE(a_document_that_is_gone_is_told), CASE(a_reader_changes_nothing), CASE(tear_down))
