/* When any one allocation fails, each function on a perimeter says so, gives nothing, leaves what
 * it was given as it was and leaks nothing (the leaks are seen by the sanitizer). */
#include "harness.h"

#include <maille/perimeter.h>

static maille_ctx *ctx;
static maille_perimeter *base, *ours, *theirs;
static char *document;
static char wide[5000]; /* texts so long that each asks for memory of its own */

/* ---- the fault ---- */

static uint64_t failing, before, used; /* the allocation of a call that fails; how many it made */

static void arm(void) {
    before = maille_memory_count();
    maille_memory_fail_at(failing);
}

static maille_status disarm(maille_status status) {
    maille_memory_fail_at(0);
    used = maille_memory_count() - before;
    return status;
}

/* ---- the calls ---- */

static maille_status new_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    arm();
    maille_status status =
        disarm(maille_perimeter_new(ctx, "a", "cpts", wide, "idee", "2020-01-01", wide, &p));
    *nothing = p == NULL;
    maille_perimeter_free(p);
    return status;
}

static maille_status copy_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    arm();
    maille_status status = disarm(maille_perimeter_copy(ctx, base, &p));
    *nothing = p == NULL;
    maille_perimeter_free(p);
    return status;
}

static maille_status hash_fails(bool *nothing) {
    char hash[65] = "";
    arm();
    maille_status status = disarm(maille_perimeter_hash(ctx, base, hash));
    *nothing = !*hash;
    return status;
}

static maille_status parse_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    arm();
    maille_status status = disarm(maille_perimeter_parse(ctx, "x", document, &p));
    *nothing = p == NULL;
    maille_perimeter_free(p);
    return status;
}

static maille_status diff_fails(bool *nothing) {
    maille_differences *found = NULL;
    arm();
    maille_status status = disarm(maille_perimeter_diff(ctx, base, theirs, &found));
    *nothing = found == NULL;
    maille_differences_free(found);
    return status;
}

static maille_status merge_fails(bool *nothing) {
    maille_perimeter *merged = NULL;
    maille_differences *found = NULL;
    arm();
    maille_status status = disarm(maille_perimeter_merge(ctx, base, ours, theirs, &merged, &found));
    *nothing = !merged && !found;
    maille_perimeter_free(merged);
    maille_differences_free(found);
    return status;
}

static maille_status deleted_fails(bool *nothing) {
    maille_perimeter *merged = NULL;
    maille_differences *found = NULL;
    arm();
    maille_status status = disarm(maille_perimeter_merge(ctx, base, ours, NULL, &merged, &found));
    *nothing = !merged && !found;
    maille_perimeter_free(merged);
    maille_differences_free(found);
    return status;
}

static bool same_perimeters(const maille_perimeter *a, const maille_perimeter *b) {
    maille_differences *found = NULL;
    CHECK_INT(maille_perimeter_diff(ctx, a, b, &found), MAILLE_OK);
    bool same = found->count == 0;
    maille_differences_free(found);
    return same;
}

/* The stroke that apply_fails tries on a copy. */
static maille_op op;

static maille_status apply_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    if (op.kind != MAILLE_OP_CREATE)
        CHECK_INT(maille_perimeter_copy(ctx, base, &p), MAILLE_OK);
    arm();
    maille_status status = disarm(maille_perimeter_apply(ctx, &p, &op));
    *nothing = op.kind == MAILLE_OP_CREATE ? p == NULL : same_perimeters(p, base);
    maille_perimeter_free(p);
    return status;
}

/* As many faults as a call that goes well makes allocations. */
static void check_every_failure(maille_status (*call)(bool *nothing), const char *name) {
    bool nothing;
    failing = 0;
    test_check(call(&nothing) == MAILLE_OK && !nothing, name, __FILE__, __LINE__);
    uint64_t most = used;
    test_check(most > 2, name, __FILE__, __LINE__);
    for (failing = 1; failing <= most; failing++)
        test_check(call(&nothing) == MAILLE_NO_MEMORY && nothing, name, __FILE__, __LINE__);
}

/* So many members that their array does so too. */
static maille_perimeter *wide_perimeter(const char *name, double share) {
    maille_strbuf json = {0};
    maille_perimeter *p = NULL;
    maille_strbuf_addf(&json,
                       "{\"id\":\"a\",\"kind\":\"cpts\",\"name\":\"%s\",\"contact\":\"%s\","
                       "\"statuses\":[{\"status\":\"idee\",\"by\":\"%s\"}],\"members\":[",
                       name, wide, wide);
    for (int i = 0; i < 100; i++)
        maille_strbuf_addf(&json, "%s{\"code\":\"%05d\",\"share\":%g%s%s%s}", i ? "," : "", i,
                           i % 2 ? share : 1, i ? "" : ",\"on_purpose\":\"", i ? "" : wide,
                           i ? "" : "\"");
    maille_strbuf_add(&json, "]}");
    CHECK_INT(maille_perimeter_parse(ctx, "x", json.text, &p), MAILLE_OK);
    maille_strbuf_free(&json);
    return p;
}

TEST(each_allocation_may_fail) {
    memset(wide, 'x', sizeof wide - 1);
    base = wide_perimeter("N", 1);
    ours = wide_perimeter("O", 0.5);
    theirs = wide_perimeter("T", 0.25);
    maille_strbuf json = {0};
    maille_perimeter_write(&json, base);
    document = json.text;
    check_every_failure(new_fails, "new");
    check_every_failure(copy_fails, "copy");
    check_every_failure(hash_fails, "hash");
    check_every_failure(parse_fails, "parse");
    check_every_failure(diff_fails, "diff");
    check_every_failure(merge_fails, "merge");
    check_every_failure(deleted_fails, "merge with what was deleted");
    const maille_op strokes[] = {
        {.kind = MAILLE_OP_CREATE, .text = wide, .perimeter_kind = "cpts", .status = "idee"},
        {.kind = MAILLE_OP_ADD, .code = "new", .zone = wide},
        {.kind = MAILLE_OP_REMOVE, .code = "00050"},
        {.kind = MAILLE_OP_SHARE, .code = "00050", .share = 0.125},
        {.kind = MAILLE_OP_ON_PURPOSE, .code = "00000", .text = wide + 1},
        {.kind = MAILLE_OP_ZONE, .code = "00050", .zone = wide},
        {.kind = MAILLE_OP_RENAME, .text = wide},
        {.kind = MAILLE_OP_CONTACT, .text = wide + 1},
        {.kind = MAILLE_OP_STATUS, .status = "oppose", .since = "2030-01-01", .by = wide}};
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) {
        op = strokes[i];
        op.perimeter = "a";
        check_every_failure(apply_fails, "stroke");
    }
    maille_free(document);
    maille_perimeter_free(base);
    maille_perimeter_free(ours);
    maille_perimeter_free(theirs);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(each_allocation_may_fail), CASE(stop))
