/* Scenarios, and perimeters that go from one workspace to another. */
#include "cli/territory.h"

#include <maille/memory.h>
#include <string.h>

/* ---- merges
 * ------------------------------------------------------------------------------------- */

static maille_status print_conflicts(territory *t, const maille_merge_report *report) {
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_open(&j, NULL, '{');
        maille_j_int(&j, "fusionnes", 0);
        maille_j_open(&j, "conflits", '[');
        for (uint32_t i = 0; i < report->count; i++) {
            maille_j_open(&j, NULL, '{');
            maille_j_text(&j, "id", report->items[i].perimeter);
            maille_j_differences(&j, "differences", report->items[i].conflicts);
            maille_j_close(&j, '}');
        }
        maille_j_close(&j, ']');
        maille_j_close(&j, '}');
        return j_print(t->ctx, &j);
    }
    if (t->o.quiet)
        return MAILLE_OK;
    for (uint32_t i = 0; i < report->count; i++) {
        printf("%s : changé des deux côtés (le nôtre → le leur)\n", report->items[i].perimeter);
        print_differences(t, report->items[i].conflicts, "  ");
    }
    return MAILLE_OK;
}

/* Both kinds of merge end alike: conflicts are shown and nothing is written. */
static maille_status conflicts_or(territory *t, maille_status status,
                                  const maille_merge_report *report) {
    if (status != MAILLE_FOUND || !report)
        return status;
    char why[400];
    snprintf(why, sizeof why, "%s", maille_message(t->ctx));
    status = print_conflicts(t, report);
    if (status != MAILLE_OK)
        return status;
    return maille_fail(t->ctx, MAILLE_FOUND, "%s",
                       *why ? why : "conflicts were found, nothing was written; see --prefer");
}

static maille_status make_merge(territory *t, const maille_edit *edit, maille_edit_result *out,
                                const char **what) {
    maille_merge_report *report = NULL;
    *what = "scénario fusionné";
    maille_status status = maille_scenario_merge(
        t->ctx, t->store, edit, maille_scenario_named(t->words[1]), t->o.prefer, &report, out);
    status = conflicts_or(t, status, report);
    maille_merge_report_free(report);
    return status;
}

static maille_status make_receive(territory *t, const maille_edit *edit, maille_edit_result *out,
                                  const char **what) {
    maille_merge_report *report = NULL;
    *what = "périmètres reçus";
    maille_status status =
        maille_history_receive(t->ctx, t->store, edit, t->words[0], t->o.prefer, &report, out);
    status = conflicts_or(t, status, report);
    maille_merge_report_free(report);
    return status;
}

static maille_status check_prefer(territory *t) {
    const char *p = t->o.prefer;
    if (!p || strcmp(p, "ours") == 0 || strcmp(p, "theirs") == 0)
        return MAILLE_OK;
    return maille_fail(t->ctx, MAILLE_USAGE, "--prefer was \"%s\", expected ours or theirs", p);
}

maille_status run_receive(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, 1));
    TRY(check_prefer(t));
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_receive));
done:
    return status;
}

/* ---- scenario
 * ----------------------------------------------------------------------------------- */

static maille_status list_scenarios(territory *t) {
    static const maille_j_column columns[] = {{"id", "id"},     {"titre", "title"},
                                              {"base", "base"}, {"date", "at"},
                                              {"qui", "who"},   {"changes", "changed"}};
    maille_table *rows = NULL;
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, 1));
    TRY(maille_scenario_list(t->ctx, t->store, &rows));
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_table(&j, NULL, rows, columns, sizeof columns / sizeof *columns);
        TRY(j_print(t->ctx, &j));
        goto done;
    }
    text_table table = {.columns = 6,
                        .titles = {"id", "titre", "base", "date", "qui", "changés"},
                        .right = {[5] = true}};
    for (size_t row = 0; row < rows->rows; row++) {
        const char *base = rows->columns[maille_table_column(rows, "base")].texts[row];
        char changed[32];
        snprintf(changed, sizeof changed, "%lld",
                 (long long)rows->columns[maille_table_column(rows, "changed")].ints[row]);
        text_table_add(&table,
                       (const char *const[]){
                           rows->columns[maille_table_column(rows, "id")].texts[row],
                           rows->columns[maille_table_column(rows, "title")].texts[row],
                           base && *base ? base : "reference",
                           rows->columns[maille_table_column(rows, "at")].texts[row],
                           rows->columns[maille_table_column(rows, "who")].texts[row], changed});
    }
    if (!t->o.quiet)
        text_table_print(&table);
    text_table_free(&table);
done:
    maille_table_free(rows);
    return status;
}

static maille_status say_scenario(territory *t, const char *id, const char *done_word) {
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_open(&j, NULL, '{');
        maille_j_text(&j, "scenario", id);
        maille_j_text(&j, "fait", done_word);
        maille_j_close(&j, '}');
        return j_print(t->ctx, &j);
    }
    if (!t->o.quiet)
        printf("scénario %s %s\n", id, done_word);
    return MAILLE_OK;
}

static maille_status create_scenario(territory *t) {
    maille_status status = want_words(t, 2, 2);
    const char *id = status == MAILLE_OK ? t->words[1] : "";
    if (status == MAILLE_OK)
        status = maille_scenario_create(t->ctx, t->store, id, t->o.title ? t->o.title : id,
                                        maille_scenario_named(t->o.base));
    return status == MAILLE_OK ? say_scenario(t, id, "créé") : status;
}

static maille_status delete_scenario(territory *t) {
    maille_status status = want_words(t, 2, 2);
    if (status == MAILLE_OK)
        status = maille_scenario_delete(t->ctx, t->store, t->words[1]);
    return status == MAILLE_OK ? say_scenario(t, t->words[1], "supprimé") : status;
}

static maille_status merge_scenario(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 2, 2));
    TRY(check_prefer(t));
    TRY(territory_ground(t, 0));
    TRY(make_change(t, make_merge));
done:
    return status;
}

maille_status run_scenario(territory *t) {
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 1, SIZE_MAX));
    const char *verb = t->words[0];
    t->writes = strcmp(verb, "list") != 0 && strcmp(verb, "compare") != 0;
    if (strcmp(verb, "merge") == 0)
        return merge_scenario(t);
    if (strcmp(verb, "compare") == 0) {
        TRY(want_words(t, 3, MOST_CELLS));
        return compare_scenarios(t, t->words + 1, t->word_count - 1);
    }
    if (strcmp(verb, "list") == 0) {
        TRY(territory_open(t));
        return list_scenarios(t);
    }
    if (strcmp(verb, "create") != 0 && strcmp(verb, "delete") != 0)
        return maille_fail(t->ctx, MAILLE_USAGE,
                           "scenario %s was not known: list, create, delete, compare or merge",
                           verb);
    TRY(territory_open(t));
    return strcmp(verb, "create") == 0 ? create_scenario(t) : delete_scenario(t);
done:
    return status;
}

/* ---- copy
 * --------------------------------------------------------------------------------------- */

static maille_status add_member(territory *t, const char *id, const maille_member *m,
                                op_list *ops) {
    maille_op both[2] = {
        {.kind = MAILLE_OP_ADD,
         .perimeter = id,
         .code = m->code,
         .share = m->share,
         .zone = m->zone},
        {.kind = MAILLE_OP_ON_PURPOSE, .perimeter = id, .code = m->code, .text = m->reason}};
    return ops_append(t, ops, both, m->on_purpose && m->reason ? 2 : 1);
}

/* A second perimeter of the same communes, with the present status alone. */
static maille_status copy_within(territory *t) {
    maille_perimeter *from = NULL;
    op_list ops = {0};
    maille_status status = MAILLE_OK;
    TRY(want_words(t, 2, 2));
    TRY(check_id(t->ctx, t->words[1]));
    TRY(territory_ground(t, 0));
    TRY(maille_perimeter_load(t->ctx, t->store, t->scenario, t->words[0], &(maille_moment){0},
                              &from, NULL));
    const maille_status_entry *now = maille_perimeter_status_on(from, NULL);
    maille_op create = {.kind = MAILLE_OP_CREATE,
                        .perimeter = t->words[1],
                        .text = t->o.name ? t->o.name : from->name,
                        .perimeter_kind = from->kind,
                        .status = now->status,
                        .since = now->since,
                        .by = now->by};
    TRY(ops_append(t, &ops, &create, 1));
    for (uint32_t i = 0; i < from->member_count; i++)
        TRY(add_member(t, t->words[1], &from->members[i], &ops));
    if (from->contact) {
        maille_op contact = {
            .kind = MAILLE_OP_CONTACT, .perimeter = t->words[1], .text = from->contact};
        TRY(ops_append(t, &ops, &contact, 1));
    }
    TRY(save_ops(t, &ops, text_of(t, "%s copié en %s", t->words[0], t->words[1])));
done:
    maille_perimeter_free(from);
    return status;
}

static maille_status copy_to_file(territory *t) {
    maille_status status = MAILLE_OK;
    uint32_t adopted = 0;
    TRY(want_words(t, 1, SIZE_MAX));
    if (*t->scenario)
        return maille_fail(t->ctx, MAILLE_USAGE,
                           "copy --to FILE hands over perimeters of the reference, not of a "
                           "scenario");
    TRY(territory_open(t));
    TRY(maille_history_adopt(t->ctx, t->store, &adopted));
    TRY(maille_history_export(t->ctx, t->store, t->words, t->word_count, t->o.to));
    if (t->o.json) {
        maille_jout j = {0};
        maille_j_open(&j, NULL, '{');
        maille_j_texts(&j, "perimetres", t->words, t->word_count);
        maille_j_text(&j, "fichier", t->o.to);
        maille_j_close(&j, '}');
        TRY(j_print(t->ctx, &j));
    } else if (!t->o.quiet) {
        printf("%zu périmètre%s avec %s histoire : %s\n", t->word_count,
               plural((double)t->word_count), t->word_count > 1 ? "leur" : "son", t->o.to);
    }
done:
    return status;
}

maille_status run_copy(territory *t) {
    return t->o.to ? copy_to_file(t) : copy_within(t);
}
