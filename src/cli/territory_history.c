/* Going back: undo, redo, restore; who changed what, when and why. */
#include "cli/territory.h"

#include <string.h>

static const char *perimeter_word(const territory *t) {
    return t->word_count ? t->words[0] : NULL;
}

static maille_status make_undo(territory *t, const maille_edit *edit, maille_edit_result *out) {
    return maille_edit_undo(t->ctx, t->store, edit, perimeter_word(t), out);
}

static maille_status make_redo(territory *t, const maille_edit *edit, maille_edit_result *out) {
    return maille_edit_redo(t->ctx, t->store, edit, perimeter_word(t), out);
}

static maille_status make_restore(territory *t, const maille_edit *edit, maille_edit_result *out) {
    return maille_edit_restore(t->ctx, t->store, edit, perimeter_word(t), &t->when, out);
}

maille_status run_undo(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_undo, "changement annulé"));
done:
    return status;
}

maille_status run_redo(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_redo, "changement rétabli"));
done:
    return status;
}

maille_status run_restore(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, t->when.version ? 1 : 0, 1));
    if (!t->when.at && !t->when.version)
        return want_words(t, 2, 0); /* tells the usage */
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_restore, "état restauré"));
done:
    return status;
}

static const char *cell(const maille_table *rows, const char *name, size_t row) {
    const maille_column *c = &rows->columns[maille_table_column(rows, name)];
    return c->null[row] || !c->texts[row] ? "" : c->texts[row];
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
    static const j_column columns[] = {{"numero", "number"},
                                       {"id", "id"},
                                       {"date", "at"},
                                       {"qui", "who"},
                                       {"motif", "why"},
                                       {"genre", "kind"},
                                       {"du_changement", "of_change"},
                                       {"perimetre", "perimeter"},
                                       {"nom", "name"},
                                       {"version", "version"},
                                       {"avant", "before"},
                                       {"apres", "after"}};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 0, 1));
    TRY(territory_open(t));
    TRY(maille_history_list(t->ctx, t->store, t->scenario, perimeter_word(t), &rows));
    if (rows->rows == 0 && perimeter_word(t))
        TRY(want_perimeter(t, perimeter_word(t)));
    if (t->o.json) {
        jout j = {0};
        j_table(&j, NULL, rows, columns, sizeof columns / sizeof *columns);
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet) {
        print_history(rows);
    }
done:
    maille_table_free(rows);
    return status;
}
