/* When any one allocation fails, each function on a perimeter says so, gives nothing, leaves what
 * it was given as it was and leaks nothing (the leaks are seen by the sanitizer). */
#include "territory/perimeter_kit.h"

static maille_ctx *ctx;
static maille_perimeter *base, *ours, *theirs;
static char *document;

static maille_status new_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    maille_status status =
        maille_perimeter_new(ctx, "a", "cpts", "N", "idee", "2020-01-01", "ARS", &p);
    *nothing = p == NULL;
    maille_perimeter_free(p);
    return status;
}

static maille_status copy_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    maille_status status = maille_perimeter_copy(ctx, base, &p);
    *nothing = p == NULL;
    maille_perimeter_free(p);
    return status;
}

static maille_status hash_fails(bool *nothing) {
    char hash[65] = "";
    maille_status status = maille_perimeter_hash(ctx, base, hash);
    *nothing = !*hash;
    return status;
}

static maille_status parse_fails(bool *nothing) {
    maille_perimeter *p = NULL;
    maille_status status = maille_perimeter_parse(ctx, "x", document, &p);
    *nothing = p == NULL;
    maille_perimeter_free(p);
    return status;
}

static maille_status diff_fails(bool *nothing) {
    maille_differences *found = NULL;
    maille_status status = maille_perimeter_diff(ctx, base, theirs, &found);
    *nothing = found == NULL;
    maille_differences_free(found);
    return status;
}

static maille_status merge_fails(bool *nothing) {
    maille_perimeter *merged = NULL;
    maille_differences *found = NULL;
    maille_status status = maille_perimeter_merge(ctx, base, ours, theirs, &merged, &found);
    *nothing = !merged && !found;
    maille_perimeter_free(merged);
    maille_differences_free(found);
    return status;
}

static maille_status deleted_fails(bool *nothing) {
    maille_perimeter *merged = NULL;
    maille_differences *found = NULL;
    maille_status status = maille_perimeter_merge(ctx, base, ours, NULL, &merged, &found);
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

/* Each stroke once on a copy; what fails is the stroke, never the copy. */
static maille_op op;

static maille_status apply_fails(bool *nothing) {
    static uint64_t n;
    maille_perimeter *p = NULL;
    maille_memory_fail_at(0);
    if (op.kind != MAILLE_OP_CREATE)
        CHECK_INT(maille_perimeter_copy(ctx, base, &p), MAILLE_OK);
    maille_memory_fail_at(++n);
    maille_status status = maille_perimeter_apply(ctx, &p, &op);
    maille_memory_fail_at(0);
    *nothing = op.kind == MAILLE_OP_CREATE ? p == NULL : same_perimeters(p, base);
    maille_perimeter_free(p);
    if (status == MAILLE_OK)
        n = 0;
    return status;
}

static void check_every_failure(maille_status (*call)(bool *nothing), const char *name) {
    uint64_t n = 0;
    maille_status status;
    do {
        bool nothing;
        maille_memory_fail_at(++n);
        status = call(&nothing);
        maille_memory_fail_at(0);
        test_check(status == MAILLE_OK || (status == MAILLE_NO_MEMORY && nothing), name, __FILE__,
                   __LINE__);
    } while (status != MAILLE_OK && n < 1000);
    test_check(n > 1 && n < 1000, name, __FILE__, __LINE__);
}

TEST(each_allocation_may_fail) {
    model b = random_model(), o = b, t = random_model();
    static char wide[20000]; /* texts so long that each asks for memory of its own */
    memset(wide, 'x', sizeof wide - 1);
    change_model(&o, 0, 1);
    o.name = (b.name + 1) % TEXTS;
    base = value_of(&b);
    ours = value_of(&o);
    theirs = value_of(&t);
    base->contact = wide;
    base->members[0].zone = wide;
    base->members[0].reason = wide;
    base->members[0].on_purpose = true;
    base->statuses[0].by = wide;
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
    const char *member = base->members[0].code;
    const maille_op strokes[] = {
        {.kind = MAILLE_OP_CREATE, .text = wide, .perimeter_kind = "cpts", .status = "idee"},
        {.kind = MAILLE_OP_ADD, .code = "new", .zone = wide},
        {.kind = MAILLE_OP_REMOVE, .code = member},
        {.kind = MAILLE_OP_SHARE, .code = member, .share = 0.125},
        {.kind = MAILLE_OP_ON_PURPOSE, .code = member, .text = wide + 1},
        {.kind = MAILLE_OP_ZONE, .code = member, .zone = wide + 1},
        {.kind = MAILLE_OP_RENAME, .text = wide},
        {.kind = MAILLE_OP_CONTACT, .text = wide + 1},
        {.kind = MAILLE_OP_STATUS, .status = "oppose", .since = "2030-01-01", .by = wide}};
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) {
        op = strokes[i];
        op.perimeter = "tregor";
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
