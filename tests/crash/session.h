/* An editing session as people make it, through the functions that they reach, on a disk that
 * remembers (disk.h), beside a plain model of what each acknowledged change leaves. Then the
 * power is cut at every moment of it, and what the store makes of the disk is held against both. */
#ifndef TESTS_CRASH_SESSION_H
#define TESTS_CRASH_SESSION_H

#include "crash/disk.h"
#include "steps/chronicle.h"
#include "store/internal.h"

#include <maille/comment.h>
#include <maille/journal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static maille_ctx *ctx;
static uint64_t dice = 20260731;

static uint32_t below(uint32_t n) {
    return (uint32_t)(mixed(&dice) % n);
}

/* ---- the model ---- */

enum { PERIMETERS = 4, USED = 17, BRANCHED = 3, MOST_STEPS = 400 };
static const char *const ids[PERIMETERS] = {"a", "b", "c", "d"};
static const char branch[] = "variante";

typedef struct {
    char name[24], contact[24];   /* "" none */
    unsigned char quarters[USED]; /* share of each commune; 0 = not a member */
} sketch;

typedef struct {
    sketch reference[PERIMETERS];
    bool branched;
    sketch of_branch; /* perimeter d, the only one that the branch changes */
    int list, supply; /* number of the imported file, 0 = none */
    char notes[USED][24];
    int changes, requests, comments;
} world;

static world after[MOST_STEPS + 1];      /* each step */
static uint64_t digests[MOST_STEPS + 1]; /* of all tables after each step */
static long ops_at[MOST_STEPS + 1];      /* noted when it was acknowledged */
static int steps;

/* Each commune of imported list n. */
static int listed(int list, int place) {
    return (list * 5 + place * 7) % USED;
}

static bool same_or_told(const char *what, const char *got, const char *want) {
    bool same = got && strcmp(got, want) == 0;
    if (!same)
        fprintf(stderr, "     %s is \"%s\", expected \"%s\"\n", what, got ? got : "(null)", want);
    return same;
}

static bool like_sketch(maille_store *store, const char *scenario, const char *id,
                        const sketch *want) {
    maille_perimeter *got = NULL;
    char is[512] = "", shall[512] = "";
    size_t m = 0, n = 0;
    if (maille_perimeter_load(ctx, store, scenario, id, NULL, &got, NULL) != MAILLE_OK)
        return same_or_told(id, maille_message(ctx), "");
    for (uint32_t i = 0; i < got->member_count; i++)
        m += (size_t)snprintf(is + m, sizeof is - m, "%s=%g ", got->members[i].code,
                              4 * got->members[i].share);
    for (int i = 0; i < USED; i++)
        if (want->quarters[i])
            n += (size_t)snprintf(shall + n, sizeof shall - n, "%s=%d ", commune_codes[i],
                                  want->quarters[i]);
    bool same = same_or_told(id, is, shall) && same_or_told("name", got->name, want->name) &&
                same_or_told("contact", got->contact ? got->contact : "", want->contact);
    maille_perimeter_free(got);
    return same;
}

static bool count_is(maille_store *store, const char *table, int64_t want) {
    int64_t got = -1;
    bool same = maille_store_count(ctx, store, table, NULL, &got) == MAILLE_OK && got == want;
    if (!same)
        fprintf(stderr, "     %s has %lld rows, expected %lld\n", table, (long long)got,
                (long long)want);
    return same;
}

/* The list that was imported stands, and is in the history once any change was made since. */
static bool list_is(maille_store *store, int list) {
    maille_value id = maille_text_value("liste");
    maille_filter of_list = maille_equals("perimeter_id", &id);
    maille_query query = {.table = "perimeter_member_raw", .filter = &of_list};
    maille_table *members = NULL;
    bool same = maille_store_read(ctx, store, &query, &members) == MAILLE_OK &&
                members->rows == (list ? 2 : 0);
    for (int i = 0; same && list && i < 2; i++)
        same = holds(members, "code", commune_codes[listed(list, i)]);
    if (!same)
        fprintf(stderr, "     list %d is not there\n", list);
    maille_table_free(members);
    return same;
}

static bool notes_are(maille_store *store, const world *w) {
    maille_query query = {.table = "gap_note"};
    maille_table *notes = NULL;
    size_t row = 0;
    bool same = maille_store_read(ctx, store, &query, &notes) == MAILLE_OK;
    for (int i = 0; same && i < USED; i++)
        if (w->notes[i][0]) {
            same = row < notes->rows &&
                   same_or_told("note of", cell(notes, row, "code"), commune_codes[i]) &&
                   same_or_told("note", cell(notes, row, "note"), w->notes[i]);
            row++;
        }
    same = same && notes->rows == row;
    maille_table_free(notes);
    return same;
}

/* Every change has its entry in the journal, once, and each request its answer. */
static bool told_once(maille_store *store, const world *w) {
    maille_query of_changes = {.table = "change"}, of_entries = {.table = "journal"};
    maille_table *changes = NULL, *entries = NULL;
    bool same = maille_store_read(ctx, store, &of_changes, &changes) == MAILLE_OK &&
                maille_store_read(ctx, store, &of_entries, &entries) == MAILLE_OK;
    for (size_t row = 0; same && row < changes->rows; row++) {
        int told = 0;
        const char *change = cell(changes, row, "id");
        for (size_t e = 0; e < entries->rows; e++)
            told += same_text(cell(entries, e, "change_id"), change);
        same = told == 1;
        if (!same)
            fprintf(stderr, "     change %s is told %d times in the journal\n", change, told);
    }
    maille_table_free(changes);
    maille_table_free(entries);
    return same && count_is(store, "request", w->requests);
}

/* The store shows what the model has. */
static bool as_modelled(maille_store *store, const world *w) {
    bool same = notes_are(store, w) && list_is(store, w->list) && told_once(store, w) &&
                count_is(store, "supply_raw", w->supply ? w->supply % 7 + 3 : 0) &&
                count_is(store, "scenario", w->branched) &&
                count_is(store, "comment", w->comments) && count_is(store, "change", w->changes);
    for (int i = 0; same && i < PERIMETERS; i++)
        same = like_sketch(store, "", ids[i], &w->reference[i]);
    return same && (!w->branched || like_sketch(store, branch, ids[BRANCHED], &w->of_branch));
}

/* ---- all that the file says ---- */

static uint64_t fold(uint64_t hash, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001B3u;
    return hash * 0x100000001B3u;
}

/* False when a row could not be read. */
static bool digest_rows(sqlite3 *db, const char *select, uint64_t *hash) {
    sqlite3_stmt *rows = NULL;
    int step = sqlite3_prepare_v2(db, select, -1, &rows, NULL);
    while (step == SQLITE_OK || step == SQLITE_ROW) {
        step = sqlite3_step(rows);
        for (int i = 0; step == SQLITE_ROW && i < sqlite3_column_count(rows); i++) {
            int type = sqlite3_column_type(rows, i);
            const void *value = sqlite3_column_blob(rows, i);
            *hash = fold(*hash + (uint64_t)type, value, (size_t)sqlite3_column_bytes(rows, i));
        }
    }
    sqlite3_finalize(rows);
    return step == SQLITE_DONE;
}

/* Every table row by row, those of the indexes of boxes too. */
static bool digest_of(sqlite3 *db, uint64_t *hash) {
    static const char names[] =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
        "sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    sqlite3_stmt *tables = NULL;
    char select[256];
    bool good = true;
    *hash = 1;
    int step = sqlite3_prepare_v2(db, names, -1, &tables, NULL);
    while (good && step == SQLITE_OK && sqlite3_step(tables) == SQLITE_ROW) {
        snprintf(select, sizeof select, "SELECT * FROM \"%s\"", sqlite3_column_text(tables, 0));
        *hash = fold(*hash, select, strlen(select));
        good = digest_rows(db, select, hash);
    }
    return sqlite3_finalize(tables) == SQLITE_OK && step == SQLITE_OK && good;
}

/* ---- the session ---- */

static world past[MOST_STEPS]; /* of the reference: what taking back leads to */
static int done, undone;
static maille_edit_result result;

static world *here(void) {
    return &after[steps];
}

/* What was asked is done: the workspace agrees with the model, and what is noted by now is enough
 * to keep it. */
static void acknowledged(maille_store *store) {
    ops_at[steps] = disk.count;
    CHECK(as_modelled(store, here()));
    CHECK(digest_of(store->db, &digests[steps]));
}

/* Strokes on up to three perimeters; each changes something. */
static size_t strokes(const char *scenario, maille_op *ops) {
    static const double share[] = {0, 0.25, 0.5, 0.75, 1};
    bool branched = *scenario;
    uint32_t at = branched ? BRANCHED : below(BRANCHED), code = below(USED);
    size_t count = 0;
    for (uint32_t more = 1 + below(3); count < more; code = (code + 1) % USED) {
        sketch *s = branched ? &here()->of_branch : &here()->reference[at];
        unsigned char old = s->quarters[code];
        unsigned char now = old ? (unsigned char)(below(2) ? 0 : old % 4 + 1) : 4;
        ops[count++] = (maille_op){.kind = !old  ? MAILLE_OP_ADD
                                           : now ? MAILLE_OP_SHARE
                                                 : MAILLE_OP_REMOVE,
                                   .perimeter = ids[at],
                                   .code = commune_codes[code],
                                   .share = share[now]};
        s->quarters[code] = now;
        at = branched ? BRANCHED : (at + below(2)) % BRANCHED;
    }
    sketch *s = branched ? &here()->of_branch : &here()->reference[at];
    snprintf(s->contact, sizeof s->contact, "bureau %d", steps);
    ops[count++] = (maille_op){.kind = MAILLE_OP_CONTACT, .perimeter = ids[at], .text = s->contact};
    if (below(4) == 0) {
        snprintf(s->name, sizeof s->name, "Nom %d", steps);
        ops[count++] = (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = ids[at], .text = s->name};
    }
    return count;
}

/* A change and the answer to the request that asked for it, as the service writes them. */
static void keep_answer(maille_store *store) {
    char id[32], answer[64];
    snprintf(id, sizeof id, "demande-%d", steps);
    snprintf(answer, sizeof answer, "{\"changement\":%lld}", (long long)result.number);
    CHECK_OK(maille_request_keep(ctx, store, "jeton", id, "0", 200, answer));
    here()->requests++;
}

static void edit(maille_store *store, const char *scenario) {
    const maille_edit how = {.scenario = scenario, .why = "réunion"};
    maille_op ops[8];
    size_t count = strokes(scenario, ops);
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(maille_edit_apply(ctx, store, &how, ops, count, &result));
    keep_answer(store);
    CHECK_OK(maille_store_commit(ctx, store));
    here()->changes++;
    if (!*scenario) {
        past[++done] = *here();
        undone = done;
    }
}

static void turn(maille_store *store, bool back) {
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_store_begin(ctx, store));
    CHECK_OK(back ? maille_edit_undo(ctx, store, &how, NULL, &result)
                  : maille_edit_redo(ctx, store, &how, NULL, &result));
    keep_answer(store);
    CHECK_OK(maille_store_commit(ctx, store));
    done += back ? -1 : 1;
    memcpy(here()->reference, past[done].reference, sizeof past[done].reference);
    here()->changes++;
}

static void note(maille_store *store) {
    uint32_t code = below(USED);
    char *text = here()->notes[code];
    bool gone = *text && below(2);
    snprintf(text, sizeof here()->notes[code], gone ? "" : "vu le %d", steps);
    CHECK_OK(maille_gap_note_set(ctx, store, commune_codes[code], gone ? NULL : text, NULL));
}

static void comment(maille_store *store) {
    char text[32], id[33];
    snprintf(text, sizeof text, "À revoir (%d)", steps);
    const maille_comment what = {.subject_kind = "perimetre",
                                 .subject = ids[below(PERIMETERS)],
                                 .scenario = "",
                                 .text = text};
    CHECK_OK(maille_comment_add(ctx, store, &what, id));
    here()->comments++;
}

static void import_list(maille_store *store) {
    char text[256];
    int list = here()->list += 1;
    snprintf(text, sizeof text,
             "id;nom;statut;code\nliste;Liste;projet;%s\nliste;Liste;projet;%s\n",
             commune_codes[listed(list, 0)], commune_codes[listed(list, 1)]);
    import_perimeters(ctx, store, "liste.csv", text, NULL, false);
}

static void import_supply(maille_store *store) {
    char text[512] = "code;nombre\n";
    maille_import_result told;
    size_t used = strlen(text);
    int supply = here()->supply += 1;
    const char *path = test_scratch("medecins.csv");
    maille_source source = {.kind = "supply", .file = path, .service = "medecin"};
    maille_import_options options = {0};
    for (int i = 0; i < supply % 7 + 3; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s;%d\n", commune_codes[i],
                                 supply + i);
    write_file(path, text);
    CHECK_OK(maille_import_source(ctx, store, &source, &options, &told));
}

static void make_branch(maille_store *store) {
    CHECK_OK(maille_scenario_create(ctx, store, branch, "Variante", ""));
    here()->branched = true;
    here()->of_branch = here()->reference[BRANCHED];
}

static void merge_branch(maille_store *store) {
    const maille_edit how = {.scenario = ""};
    CHECK_OK(maille_scenario_merge(ctx, store, &how, branch, NULL, NULL, &result));
    here()->reference[BRANCHED] = here()->of_branch;
    here()->changes++;
    past[++done] = *here();
    undone = done;
}

static void setting(maille_store *store, const char *pragma) {
    CHECK_OK(maille_sql_exec(ctx, store->db, pragma, "test"));
}

/* A reader that goes on looking at an old state keeps checkpoints from ending. */
static maille_store *beside(maille_store *reader, const char *path) {
    int64_t count;
    if (steps % 40 == 20 && !reader) {
        CHECK_OK(maille_store_open(ctx, path, MAILLE_STORE_READ, "reader", &reader));
        CHECK_OK(maille_store_begin(ctx, reader));
        CHECK_OK(maille_store_count(ctx, reader, "change", NULL, &count));
    } else if (steps % 40 == 35) {
        maille_store_close(reader);
        reader = NULL;
    }
    return reader;
}

/* Step n of `all`; a list is recorded in the history by the step after its import. */
static void take_step(maille_store *store, int all) {
    static bool recorded = true;
    int n = steps;
    uint32_t count = 0;
    if (!recorded) {
        CHECK_OK(maille_history_adopt(ctx, store, &count));
        CHECK_INT(count, 1);
        here()->changes++;
        recorded = true;
    } else if (n == 8) {
        make_branch(store);
    } else if (n == all * 6 / 10) {
        merge_branch(store);
    } else if (n % 20 == 5) {
        import_list(store);
        recorded = false;
    } else if (n % 25 == 18) {
        import_supply(store);
    } else if (n % 9 == 4 && done > 0) {
        turn(store, true);
    } else if (n % 9 == 5 && done < undone) {
        turn(store, false);
    } else if (n % 7 == 3) {
        note(store);
    } else if (n % 11 == 6) {
        comment(store);
    } else {
        edit(store, here()->branched && n < all * 6 / 10 && n % 5 == 4 ? branch : "");
    }
}

static void begin_world(const char *path) {
    const maille_edit how = {.scenario = ""};
    maille_op ops[PERIMETERS];
    maille_store *store = NULL;
    CHECK_OK(maille_store_create(ctx, path, 2154, "test", &store));
    add_communes(ctx, store, "2020-01-01", commune_codes, commune_people, COMMUNES);
    memset(after, 0, sizeof after);
    steps = done = undone = 0;
    for (int i = 0; i < PERIMETERS; i++) {
        ops[i] = (maille_op){.kind = MAILLE_OP_CREATE,
                             .perimeter = ids[i],
                             .perimeter_kind = "cpts",
                             .text = ids[i],
                             .status = "projet"};
        snprintf(here()->reference[i].name, sizeof here()->reference[i].name, "%s", ids[i]);
    }
    CHECK_OK(maille_edit_apply(ctx, store, &how, ops, PERIMETERS, &result));
    here()->changes = 1;
    past[0] = *here();
    acknowledged(store);
    maille_store_close(store);
}

/* Makes a workspace and `all` changes to it, all noted; `settings` of the connection. */
static void record(const char *name, int all, const char *settings) {
    maille_store *store = NULL, *reader = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s", test_scratch(name));
    begin_world(path);
    disk_begin(path);
    ops_at[0] = 0;
    CHECK_OK(maille_store_open_resting(ctx, path, "test", &store)); /* as the service does */
    setting(store, settings);
    while (steps < all) {
        steps++;
        *here() = after[steps - 1];
        if (steps % 50 == 10)
            setting(store, "PRAGMA wal_autocheckpoint = 12");
        if (steps % 50 == 45)
            setting(store, "PRAGMA wal_autocheckpoint = 1000");
        reader = beside(reader, path);
        CHECK_OK(maille_store_rouse(ctx, store, 5));
        take_step(store, all);
        maille_store_rest(store);
        acknowledged(store);
        if (steps % 40 == 38)
            setting(store, steps % 80 == 38 ? "PRAGMA wal_checkpoint(TRUNCATE)"
                                            : "PRAGMA wal_checkpoint(RESTART)");
        if (steps % 30 == 12)
            check_sound(ctx, store);
    }
    maille_store_close(reader);
    maille_store_close(store);
    disk.noting = false;
    CHECK(disk_seen_all());
}

#endif
