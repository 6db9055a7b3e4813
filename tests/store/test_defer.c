/* Transactions that are written late: one state is read, what is written is kept in order and
 * written as one, what others committed meanwhile stays, and the outcome is that of a store that
 * writes at once. */
#include "workspaces.h"

#include <maille/journal.h>
#include <maille/memory.h>
#include <maille/provenance.h>

static const char *path_of(maille_ctx *ctx) {
    static char path[1100];
    maille_store *store = new_workspace(ctx);
    snprintf(path, sizeof path, "%s", maille_store_path(store));
    maille_store_close(store);
    return path;
}

static maille_store *deferred(maille_ctx *ctx, const char *path) {
    maille_store *store = NULL;
    CHECK_OK(maille_store_open_deferred(ctx, path, "late", 0.05, &store));
    if (!store)
        exit(1);
    return store;
}

static maille_store *writer(maille_ctx *ctx, const char *path) {
    maille_store *store = NULL;
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_WRITE, "other", &store));
    if (!store)
        exit(1);
    return store;
}

static void append_centres(maille_ctx *ctx, maille_store *store, const char *prefix, int count) {
    maille_table *rows = centres(ctx, prefix, count, 1);
    CHECK_OK(maille_store_append(ctx, store, "centre", rows));
    maille_table_free(rows); /* what was given may go at once */
}

static void check_setting(maille_ctx *ctx, maille_store *store, const char *key, const char *want) {
    char *value = NULL;
    CHECK_OK(maille_store_get(ctx, store, key, &value));
    CHECK_TEXT(value ? value : "", want);
    maille_free(value);
}

TEST(one_state_is_read_and_what_is_written_waits_for_the_commit) {
    maille_ctx *ctx = new_ctx();
    const char *path = path_of(ctx);
    maille_store *late = deferred(ctx, path), *other;
    maille_table *found = NULL;
    CHECK_OK(maille_store_begin(ctx, late));
    append_centres(ctx, late, "a", 3);
    CHECK_OK(maille_store_set(ctx, late, "mine", "1"));

    other = writer(ctx, path); /* the lock is free meanwhile */
    CHECK_INT(count_of(ctx, other, "centre"), 0);
    append_centres(ctx, other, "b", 2);
    CHECK_OK(maille_store_set(ctx, other, "theirs", "2"));
    maille_store_close(other);
    check_setting(ctx, late, "theirs", ""); /* its state is the one it began with */

    CHECK_OK(maille_store_commit(ctx, late));
    CHECK_INT(count_of(ctx, late, "centre"), 5);
    check_setting(ctx, late, "mine", "1");
    check_setting(ctx, late, "theirs", "2");
    other = writer(ctx, path); /* it let go of the lock */
    CHECK_INT(count_of(ctx, other, "centre"), 5);
    CHECK_OK(maille_store_check(ctx, other));
    maille_store_close(other);
    maille_table_free(found);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

TEST(order_is_kept_and_filters_are_copied) {
    maille_ctx *ctx = new_ctx();
    const char *path = path_of(ctx);
    maille_store *late = deferred(ctx, path);
    char code[] = "a1", other_code[] = "a2";
    maille_value values[] = {maille_text_value(code), maille_text_value(other_code)};
    maille_filter among = {.op = MAILLE_F_IN, .column = "code", .values = values, .count = 2};
    const maille_filter *children[] = {&among};
    maille_filter all = {.op = MAILLE_F_AND, .children = children, .count = 1};
    CHECK_OK(maille_store_begin(ctx, late));
    append_centres(ctx, late, "a", 4);
    CHECK_OK(maille_store_delete(ctx, late, "centre", &all)); /* of what was appended before */
    code[1] = '0';
    among.count = 1;
    children[0] = NULL;
    CHECK_OK(maille_store_commit(ctx, late));
    CHECK_INT(count_of(ctx, late, "centre"), 2);
    CHECK_OK(maille_store_replace(ctx, late, "centre", NULL, NULL)); /* a transaction of its own */
    CHECK_INT(count_of(ctx, late, "centre"), 0);
    append_centres(ctx, late, "c", 1);
    CHECK_INT(count_of(ctx, late, "centre"), 1);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

TEST(what_was_written_is_not_read_back) {
    maille_ctx *ctx = new_ctx();
    maille_store *late = deferred(ctx, path_of(ctx));
    int64_t count;
    CHECK_OK(maille_store_begin(ctx, late));
    CHECK_INT(count_of(ctx, late, "centre"), 0);
    append_centres(ctx, late, "a", 1);
    CHECK_FAILS(maille_store_count(ctx, late, "centre", NULL, &count), MAILLE_FAILED,
                "centre was read after it was written late");
    CHECK_INT(count_of(ctx, late, "commune"), 0);
    maille_store_rollback(late);
    CHECK_INT(count_of(ctx, late, "centre"), 0); /* what was kept is forgotten */
    CHECK_OK(maille_store_begin(ctx, late));
    CHECK_OK(maille_store_commit(ctx, late));
    CHECK_INT(count_of(ctx, late, "centre"), 0);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

TEST(who_holds_the_lock_is_named_and_nothing_is_half_written) {
    maille_ctx *ctx = new_ctx();
    const char *path = path_of(ctx);
    maille_store *late = deferred(ctx, path), *other;
    CHECK_OK(maille_store_begin(ctx, late));
    append_centres(ctx, late, "a", 3);
    other = writer(ctx, path);
    CHECK_FAILS(maille_store_commit(ctx, late), MAILLE_BUSY, "by other (process");
    CHECK_INT(count_of(ctx, other, "centre"), 0);
    maille_store_close(other);
    CHECK_INT(count_of(ctx, late, "centre"),
              0); /* it can be read again, and nothing is left over */
    CHECK_OK(maille_store_begin(ctx, late));
    append_centres(ctx, late, "a", 2);
    CHECK_OK(maille_store_commit(ctx, late));
    CHECK_INT(count_of(ctx, late, "centre"), 2);

    CHECK_OK(maille_store_begin(ctx, late));
    append_centres(ctx, late, "b", 2);
    append_centres(ctx, late, "a", 1); /* there already */
    CHECK_FAILS(maille_store_commit(ctx, late), MAILLE_REFUSED, "row 1 of centre (code a0)");
    CHECK_INT(count_of(ctx, late, "centre"), 2);
    other = writer(ctx, path); /* it let go of the lock all the same */
    maille_store_close(other);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

static void import_something(maille_ctx *ctx, const char *path) {
    const maille_import import = {
        .kind = "communes", .file = "/f", .sha256 = "0", .options = "[]", .report = "{}"};
    int64_t id;
    maille_store *other = writer(ctx, path);
    CHECK_OK(maille_import_record(ctx, other, &import, &id));
    maille_store_close(other);
}

TEST(imports_that_came_meanwhile_make_it_begin_again) {
    maille_ctx *ctx = new_ctx();
    const char *path = path_of(ctx);
    maille_store *late = deferred(ctx, path);
    CHECK_OK(maille_store_begin(ctx, late));
    append_centres(ctx, late, "a", 1);
    import_something(ctx, path);
    CHECK_FAILS(maille_store_commit(ctx, late), MAILLE_BUSY, "imports of");
    CHECK_INT(count_of(ctx, late, "centre"), 0);
    /* What it loaded before is of imports that are gone: it stays so until it is opened again. */
    CHECK_FAILS(maille_store_begin(ctx, late), MAILLE_BUSY, "imports of");
    maille_store_close(late);
    late = deferred(ctx, path);
    append_centres(ctx, late, "a", 1);
    CHECK_INT(count_of(ctx, late, "centre"), 1);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

TEST(steps_and_the_journal_are_kept_too_and_nothing_else_is_written_past_it) {
    maille_ctx *ctx = new_ctx();
    const char *path = path_of(ctx);
    maille_store *late = deferred(ctx, path);
    char hash[] = "0123", *found = NULL;
    int64_t id;
    const maille_step_run run = {.step = "borders", .inputs_hash = hash, .seconds = 1};
    const maille_import import = {.kind = "communes", .file = "/f", .sha256 = "0"};
    CHECK_OK(maille_store_begin(ctx, late));
    CHECK_OK(maille_step_record(ctx, late, &run));
    hash[0] = 'x';
    CHECK_OK(maille_store_act_as(ctx, late, "Anne", "k1"));
    CHECK_OK(maille_journal_add(ctx, late, &(maille_entry){.action = "calcul"}));
    CHECK_FAILS(maille_import_record(ctx, late, &import, &id), MAILLE_FAILED, "at rest");
    CHECK_OK(maille_step_hash(ctx, late, "borders", "", &found));
    CHECK(found == NULL);
    CHECK_OK(maille_store_commit(ctx, late));
    CHECK_OK(maille_step_hash(ctx, late, "borders", "", &found));
    CHECK_TEXT(found, "0123");
    CHECK_OK(maille_journal_last(ctx, late, &id));
    CHECK_INT(id, 1);
    maille_free(found);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

/* ---- against a store that writes at once ---- */

static uint32_t dice(uint32_t *state, uint32_t sides) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % sides;
}

/* A row of zone: a text key, numbers, a null, a geometry. */
static void random_zone(maille_ctx *ctx, maille_store *store, uint32_t *state) {
    static const maille_column_spec columns[] = {
        {"id", MAILLE_TEXT},         {"name", MAILLE_TEXT}, {"service", MAILLE_TEXT},
        {"population", MAILLE_REAL}, {"apl", MAILLE_REAL},  {"derogation", MAILLE_INT},
        {"geom", MAILLE_GEOMETRY}};
    unsigned char wkb[93] = {1};
    const uint32_t head[3] = {3, 1, 5};
    char id[16];
    maille_table *row = NULL;
    double west = dice(state, 1000) / 100.0, north = 45 + dice(state, 100) / 100.0;
    const double ring[5][2] = {
        {west, north}, {west + 1, north}, {west + 1, north + 1}, {west, north + 1}, {west, north}};
    memcpy(wkb + 1, head, sizeof head);
    memcpy(wkb + 13, ring, sizeof ring);
    snprintf(id, sizeof id, "z%u", dice(state, 40));
    const maille_value key = maille_text_value(id);
    const maille_filter by_id = maille_equals("id", &key);
    CHECK_OK(maille_table_new(ctx, columns, 7, &row));
    CHECK_OK(maille_table_add_row(ctx, row, NULL));
    CHECK_OK(maille_set_text(ctx, row, 0, 0, id));
    CHECK_OK(maille_set_text(ctx, row, 0, 1, "Vallée de l’Aurze"));
    CHECK_OK(maille_set_text(ctx, row, 0, 2, "medecin"));
    maille_set_real(row, 0, 3, dice(state, 100000) / 7.0);
    if (dice(state, 2))
        maille_set_real(row, 0, 4, dice(state, 100) / 3.0);
    maille_set_int(row, 0, 5, dice(state, 2));
    if (dice(state, 4))
        CHECK_OK(maille_set_bytes(ctx, row, 0, 6, wkb, sizeof wkb));
    CHECK_OK(maille_store_replace(ctx, store, "zone", &by_id, row));
    maille_table_free(row);
}

static void random_transaction(maille_ctx *ctx, maille_store *store, uint32_t *state) {
    char text[16];
    CHECK_OK(maille_store_begin(ctx, store));
    for (uint32_t i = dice(state, 8); i-- > 0;) {
        const maille_value least = {.type = MAILLE_REAL, .real = dice(state, 20000) / 7.0};
        const maille_filter small = {
            .op = MAILLE_F_LT, .column = "population", .values = &least, .count = 1};
        snprintf(text, sizeof text, "%u", dice(state, 9));
        switch (dice(state, 8)) {
        case 0:
            CHECK_OK(maille_store_delete(ctx, store, "zone", &small));
            break;
        case 1:
            CHECK_OK(maille_store_set(ctx, store, text, text));
            break;
        default:
            random_zone(ctx, store, state);
        }
    }
    if (dice(state, 5))
        CHECK_OK(maille_store_commit(ctx, store));
    else
        maille_store_rollback(store);
}

static void check_same(maille_ctx *ctx, maille_store *a, maille_store *b, const char *name) {
    const maille_query query = {.table = name};
    maille_table *x = NULL, *y = NULL;
    CHECK_OK(maille_store_read(ctx, a, &query, &x));
    CHECK_OK(maille_store_read(ctx, b, &query, &y));
    CHECK_INT(x->rows, y->rows);
    for (size_t c = 0; c < x->column_count; c++)
        for (size_t row = 0; row < x->rows && row < y->rows; row++) {
            const maille_column *p = &x->columns[c], *q = &y->columns[c];
            CHECK_INT(p->null[row], q->null[row]);
            if (p->null[row] || q->null[row])
                continue;
            if (p->type == MAILLE_INT)
                CHECK_INT(p->ints[row], q->ints[row]);
            else if (p->type == MAILLE_REAL)
                CHECK(p->reals[row] == q->reals[row]);
            else if (p->type == MAILLE_TEXT)
                CHECK_TEXT(p->texts[row], q->texts[row]);
            else
                CHECK(p->blobs[row].length == q->blobs[row].length &&
                      memcmp(p->blobs[row].bytes, q->blobs[row].bytes, p->blobs[row].length) == 0);
        }
    maille_table_free(x);
    maille_table_free(y);
}

TEST(a_random_walk_ends_where_a_store_that_writes_at_once_ends) {
    maille_ctx *ctx = new_ctx();
    maille_store *now = new_workspace(ctx), *late = deferred(ctx, path_of(ctx));
    uint32_t a = 7, b = 7;
    double box[2][4];
    for (int i = 0; i < 30; i++) {
        random_transaction(ctx, now, &a);
        random_transaction(ctx, late, &b);
    }
    CHECK(count_of(ctx, now, "zone") > 3);
    check_same(ctx, now, late, "zone");
    CHECK_OK(maille_store_extent(ctx, now, "zone", NULL, box[0])); /* triggers keep the index */
    CHECK_OK(maille_store_extent(ctx, late, "zone", NULL, box[1]));
    CHECK(memcmp(box[0], box[1], sizeof box[0]) == 0 && box[0][0] < box[0][2]);
    CHECK_OK(maille_store_check(ctx, late));
    maille_store_close(now);
    maille_store_close(late);
    maille_ctx_free(ctx);
}

/* ---- memory ---- */

TEST(where_memory_runs_out_all_is_written_or_nothing) {
    maille_ctx *ctx = new_ctx();
    const char *path = path_of(ctx);
    maille_store *late = deferred(ctx, path), *other;
    maille_table *rows = centres(ctx, "a", 3, 1);
    const maille_value code = maille_text_value("a0");
    const maille_filter by_code = maille_equals("code", &code);
    bool whole = false;
    int failures = 0;
    other = NULL;
    CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "other", &other));
    for (uint64_t n = 1; !whole && n < 2000; n++) {
        maille_memory_fail_at(n);
        maille_status status = maille_store_begin(ctx, late);
        if (status == MAILLE_OK)
            status = maille_store_replace(ctx, late, "centre", &by_code, rows);
        if (status == MAILLE_OK)
            status = maille_store_set(ctx, late, "k", "v");
        if (status == MAILLE_OK)
            status = maille_store_commit(ctx, late);
        maille_memory_fail_at(0);
        maille_store_rollback(late);
        whole = status == MAILLE_OK;
        failures += !whole;
        CHECK_INT(count_of(ctx, other, "centre"), whole ? 3 : 0);
    }
    CHECK(whole && failures > 20);
    maille_store_close(other);
    maille_store_close(late);
    maille_table_free(rows);
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(one_state_is_read_and_what_is_written_waits_for_the_commit),
          CASE(order_is_kept_and_filters_are_copied), CASE(what_was_written_is_not_read_back),
          CASE(who_holds_the_lock_is_named_and_nothing_is_half_written),
          CASE(imports_that_came_meanwhile_make_it_begin_again),
          CASE(steps_and_the_journal_are_kept_too_and_nothing_else_is_written_past_it),
          CASE(a_random_walk_ends_where_a_store_that_writes_at_once_ends),
          CASE(where_memory_runs_out_all_is_written_or_nothing))
