/* Going back: undo, redo, restore; who changed what, when and why. */
#include "cli/territory.h"

#include <string.h>

static const char *perimeter_word(const territory *t) {
    return t->word_count ? t->words[0] : NULL;
}

static const char *cell(const maille_table *rows, const char *name, size_t row) {
    const maille_column *c = &rows->columns[maille_table_column(rows, name)];
    return c->null[row] || !c->texts[row] ? "" : c->texts[row];
}

/* Kinds of changes are ids; people read them with their accents. */
static const char *kind_in_words(const char *kind) {
    static const char *const words[][2] = {
        {"edition", "édition"}, {"reception", "réception"}, {"retablissement", "rétablissement"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], kind) == 0)
            return words[i][1];
    return kind;
}

/* "changement 12 annulé (édition « pas 3 » : cpts-a, cpts-b)" */
static const char *turned_in_words(territory *t, const maille_table *rows, const char *done_word) {
    enum { MOST = 8 };
    maille_strbuf s = {0};
    const char *why = cell(rows, "why", 0);
    maille_strbuf_addf(&s, "changement %lld %s (%s",
                       (long long)rows->columns[maille_table_column(rows, "number")].ints[0],
                       done_word, kind_in_words(cell(rows, "kind", 0)));
    if (*why)
        maille_strbuf_addf(&s, " « %s »", why);
    for (size_t row = 0; row < rows->rows && row < MOST; row++)
        maille_strbuf_addf(&s, "%s%s", row ? ", " : " : ", cell(rows, "perimeter", row));
    if (rows->rows > MOST)
        maille_strbuf_addf(&s, " et %zu autres", rows->rows - MOST);
    maille_strbuf_add(&s, ")");
    const char *out = s.failed ? NULL : text_of(t, "%s", s.text);
    maille_strbuf_free(&s);
    return out;
}

/* What the change `turn` took back, or up again. */
static maille_status tell_turned(territory *t, const char *turn, const char *done_word,
                                 const char **what) {
    maille_table *one = NULL, *other = NULL;
    maille_status status = MAILLE_OK;
    TRY(maille_history_change(t->ctx, t->store, t->scenario, turn, &one));
    TRY(maille_history_change(t->ctx, t->store, t->scenario, cell(one, "of_change", 0), &other));
    if (!(*what = turned_in_words(t, other, done_word)))
        status = maille_no_memory(t->ctx);
done:
    maille_table_free(one);
    maille_table_free(other);
    return status;
}

static maille_status make_undo(territory *t, const maille_edit *edit, maille_edit_result *out,
                               const char **what) {
    maille_status status = maille_edit_undo(t->ctx, t->store, edit, perimeter_word(t), out);
    return status == MAILLE_OK ? tell_turned(t, out->id, "annulé", what) : status;
}

static maille_status make_redo(territory *t, const maille_edit *edit, maille_edit_result *out,
                               const char **what) {
    maille_status status = maille_edit_redo(t->ctx, t->store, edit, perimeter_word(t), out);
    return status == MAILLE_OK ? tell_turned(t, out->id, "rétabli", what) : status;
}

static maille_status make_restore(territory *t, const maille_edit *edit, maille_edit_result *out,
                                  const char **what) {
    *what = "état restauré";
    return maille_edit_restore(t->ctx, t->store, edit, perimeter_word(t), &t->when, out);
}

maille_status run_undo(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_undo));
done:
    return status;
}

maille_status run_redo(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_redo));
done:
    return status;
}

maille_status run_restore(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, t->when.version ? 1 : 0, 1));
    if (!t->when.at && !t->when.version)
        return want_words(t, 2, 0); /* tells the usage */
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_restore));
done:
    return status;
}

static const char *what_became(const maille_table *rows, size_t row) {
    if (!*cell(rows, "before", row))
        return "créé";
    return *cell(rows, "after", row) ? "" : "supprimé";
}

static void print_history(const maille_table *rows) {
    text_table t = {.columns = 8,
                    .titles = {"no", "quand", "qui", "genre", "périmètre", "version", "", "motif"},
                    .right = {true, false, false, false, false, true, false, false}};
    int number_column = maille_table_column(rows, "number");
    int version_column = maille_table_column(rows, "version");
    for (size_t row = 0; row < rows->rows; row++) {
        char no[32], version[32];
        snprintf(no, sizeof no, "%lld", (long long)rows->columns[number_column].ints[row]);
        snprintf(version, sizeof version, "%lld",
                 (long long)rows->columns[version_column].ints[row]);
        text_table_add(&t, (const char *const[]){no, cell(rows, "at", row), cell(rows, "who", row),
                                                 cell(rows, "kind", row),
                                                 cell(rows, "perimeter", row), version,
                                                 what_became(rows, row), cell(rows, "why", row)});
    }
    text_table_print(&t);
    text_table_free(&t);
}

/* A perimeter may be without a change in a scenario; one that never was is named. */
static maille_status want_perimeter(territory *t, const char *id) {
    const maille_perimeter *found;
    maille_perimeter_list *list = NULL;
    maille_status status = MAILLE_OK;
    TRY(territory_perimeters(t, NULL, &list));
    TRY(territory_perimeter(t, list, id, &found));
done:
    maille_perimeter_list_free(list);
    return status;
}

maille_status run_history(territory *t) {
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_open(t));
    TRY(maille_history_list(t->ctx, t->store, t->scenario, perimeter_word(t), &rows));
    if (rows->rows == 0 && perimeter_word(t))
        TRY(want_perimeter(t, perimeter_word(t)));
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_history(&j, NULL, rows);
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet) {
        print_history(rows);
    }
done:
    maille_table_free(rows);
    return status;
}
