/* What the workspace was when it was looked at. */
#include "service/imprint.h"

#include <dirent.h>
#include <errno.h>
#include <maille/layers.h>
#include <maille/memory.h>
#include <maille/rules.h>
#include <maille/strbuf.h>
#include <maille/vec.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { IMPORT_KIND = 1 }; /* columns of `imports` */
enum { RUN_STEP, RUN_AUDIENCE };

/* It carries decisions to the study's codes: who narrows perimeters by where they lie, and the
 * communes that they hold, reads them there. */
static const char step_of_members[] = "members";

static void add_row(maille_hasher *hasher, const maille_table *table, size_t row) {
    for (size_t i = 0; i < table->column_count; i++) {
        const maille_column *column = &table->columns[i];
        if (column->type == MAILLE_TEXT)
            maille_hasher_add_text(hasher, column->texts[row]);
        else
            maille_hasher_add(hasher, &column->ints[row], sizeof column->ints[row]);
    }
}

/* All rows of columns of texts and whole numbers, in the order of the key. */
static maille_status add_table(maille_ctx *ctx, maille_store *store, const maille_query *query,
                               maille_hasher *hasher) {
    maille_table *table = NULL;
    maille_status status = maille_store_read(ctx, store, query, &table);
    for (size_t row = 0; status == MAILLE_OK && row < table->rows; row++)
        add_row(hasher, table, row);
    maille_table_free(table);
    return status;
}

/* ---- settings ---- */

static maille_status add_recipe(maille_ctx *ctx, maille_store *store, maille_hasher *hasher) {
    const maille_value key = maille_text_value("last_change"); /* it moves with every stroke */
    const maille_filter others = {.op = MAILLE_F_NE, .column = "key", .values = &key, .count = 1};
    const maille_query query = {.table = "meta", .filter = &others};
    return add_table(ctx, store, &query, hasher);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Name, size and time of each file of a folder: definitions are read from there, and a change of
 * them counts as one of the workspace. A folder that is not there holds nothing. */
static maille_status add_folder(maille_ctx *ctx, const char *folder, maille_hasher *hasher) {
    maille_status status = MAILLE_OK;
    MAILLE_VEC(char *) names = {0};
    DIR *open = opendir(folder);
    for (const struct dirent *e; open && (e = readdir(open));) {
        char *name = maille_strdup(e->d_name);
        if (!name || !MAILLE_VEC_PUSH(&names, name)) {
            maille_free(name);
            status = maille_no_memory(ctx);
            break;
        }
    }
    if (names.count)
        qsort(names.items, names.count, sizeof *names.items, by_name);
    for (size_t i = 0; i < names.count; i++) {
        struct stat about;
        bool known = fstatat(dirfd(open), names.items[i], &about, 0) == 0;
        if (known && S_ISREG(about.st_mode)) {
            maille_hasher_add_text(hasher, names.items[i]);
            maille_hasher_add(hasher, &about.st_size, sizeof about.st_size);
            maille_hasher_add(hasher, &about.st_mtim.tv_sec, sizeof about.st_mtim.tv_sec);
            maille_hasher_add(hasher, &about.st_mtim.tv_nsec, sizeof about.st_mtim.tv_nsec);
        }
        maille_free(names.items[i]);
    }
    MAILLE_VEC_FREE(&names);
    if (open)
        closedir(open);
    return status;
}

static maille_status add_definitions(maille_ctx *ctx, maille_hasher *hasher) {
    static const char *const parts[] = {"", "/rules", "/views"};
    maille_strbuf path = {0};
    char *folder = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_layers_folder(ctx, &folder));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        maille_strbuf_clear(&path);
        maille_strbuf_addf(&path, "%s%s", folder, parts[i]);
        MAILLE_TRY(path.failed ? maille_no_memory(ctx) : add_folder(ctx, path.text, hasher));
    }
done:
    maille_strbuf_free(&path);
    maille_free(folder);
    return status;
}

/* ---- parts ---- */

/* Runs `add` on a hasher of its own. */
typedef maille_status (*adder)(maille_ctx *ctx, maille_store *store, maille_hasher *hasher);
static maille_status digest(maille_ctx *ctx, maille_store *store, adder add, maille_sha256 *out) {
    maille_hasher *hasher = maille_hasher_new();
    if (!hasher)
        return maille_no_memory(ctx);
    maille_status status = add(ctx, store, hasher);
    maille_hasher_end(hasher, out);
    return status;
}

static maille_status add_settings(maille_ctx *ctx, maille_store *store, maille_hasher *hasher) {
    maille_status status = add_recipe(ctx, store, hasher);
    return status ? status : add_definitions(ctx, hasher);
}

/* Of which imports there are perimeters of which statuses. */
static maille_status add_credited(maille_ctx *ctx, maille_store *store, maille_hasher *hasher) {
    static const char *const columns[] = {"import_id", "status"};
    const maille_query query = {.table = "perimeter",
                                .columns = columns,
                                .column_count = 2,
                                .order = columns,
                                .order_count = 2};
    maille_table *table = NULL;
    maille_status status = maille_store_read(ctx, store, &query, &table);
    for (size_t row = 0; status == MAILLE_OK && row < table->rows; row++) {
        const maille_column *from = &table->columns[0], *as = &table->columns[1];
        bool again = row && from->ints[row] == from->ints[row - 1] &&
                     strcmp(as->texts[row], as->texts[row - 1]) == 0;
        if (!again && !from->null[row])
            add_row(hasher, table, row);
    }
    maille_table_free(table);
    return status;
}

static maille_status add_tokens(maille_ctx *ctx, maille_store *store, maille_hasher *hasher) {
    static const char *const columns[] = {"id",          "name",    "hash",   "role",
                                          "departments", "expires", "revoked"};
    const maille_query query = {.table = "token", .columns = columns, .column_count = 7};
    return add_table(ctx, store, &query, hasher);
}

/* What stands in the reference, and notes; plans are no steps' business. */
static maille_status add_decisions(maille_ctx *ctx, maille_store *store, maille_hasher *hasher) {
    static const char *const head[] = {"perimeter_id", "version", "state"};
    static const char *const note[] = {"code", "note", "since"};
    const maille_value reference = maille_text_value("");
    const maille_filter filter = maille_equals("scenario", &reference);
    const maille_query heads = {
        .table = "scenario_head", .columns = head, .column_count = 3, .filter = &filter};
    const maille_query notes = {.table = "gap_note", .columns = note, .column_count = 3};
    maille_status status = add_table(ctx, store, &heads, hasher);
    return status ? status : add_table(ctx, store, &notes, hasher);
}

maille_status imprint_take(maille_ctx *ctx, maille_store *store, imprint *out) {
    static const char *const of_imports[] = {"id",      "kind",   "name",    "service", "sha256",
                                             "vintage", "source", "licence", "options"};
    static const char *const by_id[] = {"id"};
    static const char *const of_runs[] = {"step", "audience", "inputs_hash", "program", "at"};
    const maille_query imports = {.table = "import",
                                  .columns = of_imports,
                                  .column_count = 9,
                                  .order = by_id,
                                  .order_count = 1};
    const maille_query runs = {.table = "step_run", .columns = of_runs, .column_count = 5};
    imprint p = {0};
    maille_sha256 tokens;
    maille_hasher *all = maille_hasher_new();
    maille_status status = all ? MAILLE_OK : maille_no_memory(ctx);
    MAILLE_TRY(status);
    MAILLE_TRY(maille_store_read(ctx, store, &imports, &p.imports));
    MAILLE_TRY(maille_store_read(ctx, store, &runs, &p.runs));
    MAILLE_TRY(digest(ctx, store, add_settings, &p.settings));
    MAILLE_TRY(digest(ctx, store, add_credited, &p.credited));
    MAILLE_TRY(digest(ctx, store, add_tokens, &tokens));
    MAILLE_TRY(digest(ctx, store, add_decisions, &p.decided));
    for (size_t row = 0; row < p.imports->rows; row++)
        add_row(all, p.imports, row);
    for (size_t row = 0; row < p.runs->rows; row++)
        if (strcmp(p.runs->columns[RUN_STEP].texts[row], step_of_members) != 0)
            add_row(all, p.runs, row);
    maille_hasher_add_text(all, p.settings.hex);
    maille_hasher_add_text(all, p.credited.hex);
    maille_hasher_add_text(all, tokens.hex);
done:
    if (all)
        maille_hasher_end(all, &p.world);
    if (status) {
        imprint_free(&p);
    } else {
        imprint_free(out);
        *out = p;
    }
    return status;
}

void imprint_free(imprint *p) {
    maille_table_free(p->imports);
    maille_table_free(p->runs);
    *p = (imprint){0};
}

/* ---- what rests on it ---- */

static bool is_among(const char *text, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static void add_imports(const imprint *p, const char *const *kinds, size_t count,
                        maille_hasher *hasher) {
    for (size_t row = 0; row < p->imports->rows; row++)
        if (is_among(p->imports->columns[IMPORT_KIND].texts[row], kinds, count))
            add_row(hasher, p->imports, row);
}

/* Runs of these steps, for this audience where they know one. */
static void add_runs(const imprint *p, const char *const *steps, size_t count, const char *audience,
                     maille_hasher *hasher) {
    for (size_t row = 0; row < p->runs->rows; row++) {
        const char *seen = p->runs->columns[RUN_AUDIENCE].texts[row];
        if (is_among(p->runs->columns[RUN_STEP].texts[row], steps, count) &&
            (!*seen || strcmp(seen, audience) == 0))
            add_row(hasher, p->runs, row);
    }
}

static maille_hasher *begin(const imprint *p) {
    maille_hasher *hasher = maille_hasher_new();
    if (hasher)
        maille_hasher_add_text(hasher, p->settings.hex);
    return hasher;
}

maille_status imprint_of_ground(maille_ctx *ctx, const imprint *p, maille_sha256 *out) {
    static const char *const kinds[] = {"communes",   "centres",        "supply",
                                        "facilities", "grouping",       "indicators",
                                        "roads",      "population_age", "movements"};
    static const char *const steps[] = {"borders", "codes", "groupings", "network",
                                        "links",   "times", "coverage",  "access"};
    maille_hasher *hasher = begin(p);
    if (!hasher)
        return maille_no_memory(ctx);
    add_imports(p, kinds, sizeof kinds / sizeof *kinds, hasher);
    add_runs(p, steps, sizeof steps / sizeof *steps, "", hasher);
    maille_hasher_end(hasher, out);
    return MAILLE_OK;
}

maille_status imprint_of_names(maille_ctx *ctx, const imprint *p, maille_sha256 *out) {
    static const char *const kinds[] = {"communes", "movements"};
    maille_hasher *hasher = begin(p);
    if (!hasher)
        return maille_no_memory(ctx);
    add_imports(p, kinds, sizeof kinds / sizeof *kinds, hasher);
    maille_hasher_end(hasher, out);
    return MAILLE_OK;
}

maille_status imprint_of_roads(maille_ctx *ctx, const imprint *p, maille_sha256 *out) {
    static const char *const kinds[] = {"roads"};
    maille_hasher *hasher = begin(p);
    if (!hasher)
        return maille_no_memory(ctx);
    add_imports(p, kinds, 1, hasher);
    maille_hasher_end(hasher, out);
    return MAILLE_OK;
}

maille_status imprint_of_layer(maille_ctx *ctx, const imprint *p, const maille_layer_def *def,
                               maille_audience audience, bool narrowed, maille_sha256 *out) {
    static const char *const members[] = {step_of_members};
    const char *seen = maille_audience_name(audience);
    maille_hasher *hasher = begin(p);
    if (!hasher)
        return maille_no_memory(ctx);
    maille_hasher_add_text(hasher, def->id);
    maille_hasher_add_text(hasher, seen);
    add_imports(p, def->sources, def->source_count, hasher);
    if (is_among("perimeters", def->sources, def->source_count))
        maille_hasher_add_text(hasher, p->credited.hex);
    add_runs(p, def->needs, def->need_count, seen, hasher);
    if (narrowed)
        add_runs(p, members, 1, seen, hasher);
    maille_hasher_end(hasher, out);
    return MAILLE_OK;
}
