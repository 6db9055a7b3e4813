/* Lists of communes, by code or by name: how each row was understood is shown before a list that is
 * not clear does anything. */
#include "cli/territory.h"

#include <maille/map.h>
#include <maille/memory.h>
#include <string.h>

typedef struct {
    territory *t;
    maille_names *seen;
    MAILLE_VEC(const char *) codes;
} collector;

static maille_status collect(collector *c, const char *code) {
    territory *t = c->t;
    if (maille_ground_unit(t->ground, code) == MAILLE_ABSENT)
        return maille_code_refuse(t->ctx, t->store, code);
    if (maille_names_get(c->seen, code) != MAILLE_ABSENT)
        return maille_fail(t->ctx, MAILLE_REFUSED, "commune %s was given twice", code);
    const char *kept = maille_arena_strdup(t->arena, code);
    if (!kept || !maille_names_set(c->seen, code, 1) || !MAILLE_VEC_PUSH(&c->codes, kept))
        return maille_no_memory(t->ctx);
    return MAILLE_OK;
}

/* "A,B, C" */
static maille_status collect_texts(collector *c, const char *text) {
    maille_status status = MAILLE_OK;
    while (status == MAILLE_OK && *text) {
        size_t length = strcspn(text, ", ");
        char *code = length ? maille_arena_strndup(c->t->arena, text, length) : NULL;
        if (length)
            status = code ? collect(c, code) : maille_no_memory(c->t->ctx);
        text += length;
        text += strspn(text, ", ");
    }
    return status;
}

/* ---- a file
 * --------------------------------------------------------------------------------------- */

static bool is_clear(const maille_list_row *row) {
    return row->code && strcmp(row->how, "double") != 0;
}

static void print_rows(const territory *t, const maille_list_row *rows, size_t count) {
    text_table table = {.columns = 5,
                        .titles = {"ligne", "texte", "commune", "compris comme", "candidats"},
                        .right = {true, false, false, false, false}};
    for (size_t i = 0; i < count; i++) {
        uint32_t unit = rows[i].code ? maille_ground_unit(t->ground, rows[i].code) : MAILLE_ABSENT;
        char line[32], commune[160] = "–";
        snprintf(line, sizeof line, "%lld", rows[i].row);
        if (rows[i].code)
            snprintf(commune, sizeof commune, "%s %s", rows[i].code,
                     unit == MAILLE_ABSENT ? "" : t->ground->name[unit]);
        text_table_add(&table, (const char *const[]){line, rows[i].text, commune, rows[i].how,
                                                     rows[i].candidates});
    }
    text_table_print(&table);
    text_table_free(&table);
}

static maille_status print_rows_json(territory *t, const maille_list_row *rows, size_t count) {
    maille_jout j = {0};
    maille_j_open(&j, NULL, '{');
    maille_j_open(&j, "lignes", '[');
    for (size_t i = 0; i < count; i++) {
        maille_j_open(&j, NULL, '{');
        maille_j_int(&j, "ligne", rows[i].row);
        maille_j_text(&j, "texte", rows[i].text);
        maille_j_text(&j, "code", rows[i].code);
        maille_j_text(&j, "comment", rows[i].how);
        maille_j_text(&j, "candidats", rows[i].candidates);
        maille_j_close(&j, '}');
    }
    maille_j_close(&j, ']');
    maille_j_close(&j, '}');
    return j_print(t->ctx, &j);
}

static maille_status collect_rows(collector *c, const char *path, const maille_list_row *rows,
                                  size_t count, size_t unclear, bool yes) {
    territory *t = c->t;
    maille_status status = MAILLE_OK;
    if (unclear && !yes) {
        if (t->o.json)
            TRY(print_rows_json(t, rows, count));
        else if (!t->o.quiet)
            print_rows(t, rows, count);
        status = maille_fail(t->ctx, MAILLE_REFUSED,
                             "%s: %zu of %zu rows were not clear, nothing was done; --yes takes "
                             "the others",
                             path, unclear, count);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        if (is_clear(&rows[i]))
            TRY(collect(c, rows[i].code));
    if (unclear)
        maille_log(t->ctx, MAILLE_LOG_WARNING, "%s: %zu of %zu rows were left out", path, unclear,
                   count);
done:
    return status;
}

static maille_status collect_file(collector *c, const char *path, const char *department,
                                  bool yes) {
    territory *t = c->t;
    maille_list_row *rows = NULL;
    size_t count = 0, unclear = 0, carried = 0;
    maille_status status =
        maille_list_read(t->ctx, t->store, path, department, t->arena, &rows, &count);
    if (status != MAILLE_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        unclear += !is_clear(&rows[i]);
        carried += strncmp(rows[i].how, "ancien", 6) == 0;
    }
    if (carried)
        maille_log(t->ctx, MAILLE_LOG_WARNING,
                   "%s: %zu of %zu rows are of another vintage and were carried to this one", path,
                   carried, count);
    return collect_rows(c, path, rows, count, unclear, yes);
}

maille_status read_codes(territory *t, const territory_options *o, const char *const *words,
                         size_t word_count, code_list *out) {
    collector c = {.t = t, .seen = maille_names_new(0)};
    maille_status status = c.seen ? MAILLE_OK : maille_no_memory(t->ctx);
    *out = (code_list){0};
    if (status != MAILLE_OK)
        goto done;
    for (size_t i = 0; i < word_count; i++)
        TRY(collect_texts(&c, words[i]));
    if (o->codes)
        TRY(collect_texts(&c, o->codes));
    if (o->list)
        TRY(collect_file(&c, o->list, o->department, o->yes));
    out->items = maille_arena_alloc(t->arena, (c.codes.count + 1) * sizeof *out->items);
    if (!out->items) {
        status = maille_no_memory(t->ctx);
        goto done;
    }
    if (c.codes.count)
        memcpy((void *)out->items, (const void *)c.codes.items, c.codes.count * sizeof *out->items);
    out->count = c.codes.count;
done:
    MAILLE_VEC_FREE(&c.codes);
    maille_names_free(c.seen);
    return status;
}
