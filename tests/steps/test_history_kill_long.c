/* Killed at any moment of editing: each change is whole or absent, and none that was acknowledged
 * is missing. All work is done in children; this process holds no connection when it forks. */
#include "chronicle.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t state = 0xD1B54A32D192ED03;

static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}

static maille_ctx *ctx;
static char path[1024];

/* Change k moves commune k of the ring from one perimeter to the other, and every third time takes
 * the one before back first: what stands tells how many changes there were. */
static maille_status change(maille_store *store, int64_t k) {
    const maille_edit edit = {.scenario = ""};
    const char *code = commune_codes[k / 2 % 10];
    bool there = k / 20 % 2 == 0; /* ten communes go from a to b, then back */
    const maille_op ops[] = {
        {.kind = MAILLE_OP_REMOVE, .perimeter = there ? "a" : "b", .code = code},
        {.kind = MAILLE_OP_ADD, .perimeter = there ? "b" : "a", .code = code},
        {.kind = MAILLE_OP_CONTACT, .perimeter = "a", .text = code}};
    maille_edit_result result;
    if (k % 2 == 0)
        return maille_edit_apply(ctx, store, &edit, ops, 3, &result);
    maille_status status = maille_edit_undo(ctx, store, &edit, NULL, &result);
    return status == MAILLE_OK ? maille_edit_redo(ctx, store, &edit, NULL, &result) : status;
}

/* Transactions of which change k is the last one's number: 1 was the import. */
static int64_t transactions(int64_t changes) {
    return 1 + changes / 2 * 3 + changes % 2;
}

static maille_store *open_workspace(maille_store_mode mode) {
    maille_store *store = NULL;
    CHECK_OK(maille_store_open(ctx, path, mode, "child", &store));
    return store;
}

static void make(void) {
    maille_store *store = NULL;
    char text[1024] = "id;name;status;code\nb;Beta;projet;01020\n";
    size_t used = strlen(text);
    CHECK_OK(maille_store_create(ctx, path, 2154, "child", &store));
    add_communes(ctx, store, "2020-01-01", commune_codes, commune_people, COMMUNES);
    for (int i = 0; i < 10; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "a;Alpha;projet;%s\n",
                                 commune_codes[i]);
    import_perimeters(ctx, store, "p.csv", text, NULL, false);
    CHECK_INT(adopt(ctx, store), 2);
    maille_store_close(store);
    _exit(0);
}

static void edit_for_ever(int64_t done, int pipe) {
    maille_store *store = open_workspace(MAILLE_STORE_WRITE);
    for (int64_t k = done;; k++)
        if (change(store, k) != MAILLE_OK || write(pipe, &k, sizeof k) != sizeof k)
            _exit(1);
}

/* Looks at the workspace; the number of its last change. */
static int64_t look(void) {
    maille_store *store = open_workspace(MAILLE_STORE_READ);
    maille_table *changes = all_rows(ctx, store, "change");
    maille_perimeter *a = NULL, *b = NULL;
    int64_t last = (int64_t)changes->rows;
    CHECK_OK(maille_store_check(ctx, store));
    check_sound(ctx, store);
    CHECK_OK(maille_perimeter_load(ctx, store, "", "a", NULL, &a, NULL));
    CHECK_OK(maille_perimeter_load(ctx, store, "", "b", NULL, &b, NULL));
    /* No commune was lost or doubled on its way. */
    CHECK_INT(a->member_count + b->member_count, 11);
    for (uint32_t i = 0; i < a->member_count; i++)
        CHECK_INT(maille_perimeter_find(b, a->members[i].code), MAILLE_ABSENT);
    maille_perimeter_free(a);
    maille_perimeter_free(b);
    maille_table_free(changes);
    maille_store_close(store);
    return last;
}

/* Runs a child until it is killed; the changes that it acknowledged in all. */
static int64_t run_and_kill(int64_t done) {
    int ends[2], how;
    int64_t k;
    CHECK_INT(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        edit_for_ever(done, ends[1]);
    }
    close(ends[1]);
    if (read(ends[0], &k, sizeof k) == sizeof k) /* it is at work */
        done = k + 1;
    struct timespec pause = {0, (long)(next_random() % 60000000)};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    while (read(ends[0], &k, sizeof k) == sizeof k)
        done = k + 1;
    close(ends[0]);
    waitpid(child, &how, 0);
    CHECK(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    return done;
}

/* Brings a workspace whose last change was cut short to a whole number of them. */
static void finish(int64_t *done, int64_t last) {
    maille_store *store = NULL;
    maille_edit_result result;
    const maille_edit edit = {.scenario = ""};
    if (last == transactions(*done))
        return;
    if (*done % 2 == 0 || last == transactions(*done) + 2) { /* all was there but the word */
        CHECK_INT(last, transactions(*done + 1));
        ++*done;
        return;
    }
    CHECK_INT(last, transactions(*done) + 1); /* taken back, and not taken up yet */
    store = open_workspace(MAILLE_STORE_WRITE);
    CHECK_OK(maille_edit_redo(ctx, store, &edit, NULL, &result));
    maille_store_close(store);
    ++*done;
}

TEST(changes_are_whole_or_absent) {
    int64_t done = 0, first = 0;
    int how;
    snprintf(path, sizeof path, "%s", test_scratch("killed.maille"));
    pid_t child = fork();
    if (child == 0)
        make();
    waitpid(child, &how, 0);
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    for (int round = 0; round < 50; round++) {
        int64_t acknowledged = run_and_kill(done), last = look();
        CHECK(acknowledged > done);
        done = acknowledged;
        finish(&done, last);
        if (round == 0)
            first = done;
    }
    CHECK(done > first);
    printf("     %lld changes, 50 kills\n", (long long)done);
}

TEST(set_up) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}

TEST(tear_down) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(set_up), CASE(changes_are_whole_or_absent), CASE(tear_down))
