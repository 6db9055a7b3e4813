/* Figures of a list of communes as JSON: what is in it, and what is no list. */
#include "field.h"

#include <maille/answers.h>
#include <maille/jsontree.h>
#include <maille/portrait.h>

static maille_json *figures(field *f, const char *const *codes, size_t count, char **text) {
    maille_strbuf out = {0};
    maille_json *tree = NULL;
    CHECK_INT(maille_list_figures(f->pad.ctx, &f->ground, &f->rules, codes, count, &out),
              MAILLE_OK);
    CHECK_INT(maille_json_parse(f->pad.ctx, "figures", out.text ? out.text : "", &tree), MAILLE_OK);
    if (text)
        *text = maille_strdup(out.text);
    maille_strbuf_free(&out);
    return tree;
}

static double number_of(const maille_json *tree, const char *part, const char *key) {
    double value = NAN;
    maille_json_as_number(maille_json_get(part ? maille_json_get(tree, part) : tree, key), &value);
    return value;
}

/* Sums over units of the field: those of the list, of its half, of all. */
TEST(sums_are_those_of_the_communes) {
    field *f = field_new(5, 10);
    uint32_t n = f->ground.count;
    const char *codes[40];
    size_t count = 0;
    double own = 0, half = 0, all = 0, area = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool of_list = f->of[0][i] == 0 && count < 40 && i % 3 == 0;
        if (of_list)
            codes[count++] = f->code[i];
        own += of_list ? f->population[i] : 0;
        area += of_list ? f->area_m2[i] : 0;
        half += f->of[0][i] == 0 ? f->population[i] : 0;
        all += f->population[i];
    }
    maille_json *tree = figures(f, codes, count, NULL);
    CHECK_NEAR(number_of(tree, "ensemble", "communes"), (double)count, 0);
    CHECK_NEAR(number_of(tree, "ensemble", "population"), own, 1e-9);
    CHECK_NEAR(number_of(tree, "ensemble", "surface_km2"), area / 1e6, 1e-9);
    CHECK_NEAR(number_of(tree, "departement", "population"), half, 1e-9);
    CHECK_NEAR(number_of(tree, "region", "population"), all, 1e-9);
    CHECK_NEAR(number_of(tree, "etude", "population"), all, 1e-9);
    const maille_json *crossings = maille_json_get(tree, "croisements");
    CHECK_INT(maille_json_count(crossings), 3);
    CHECK_TEXT(maille_json_as_text(maille_json_get(maille_json_at(crossings, 2), "decoupage")),
               "epci");
    maille_json_free(tree);
    field_free(f);
}

TEST(a_list_has_no_order_and_no_doubles) {
    field *f = field_new(6, 10);
    const char *one[] = {f->code[7], f->code[3], f->code[3], f->code[9]};
    const char *other[] = {f->code[9], f->code[7], f->code[3]};
    char *a = NULL, *b = NULL;
    maille_json_free(figures(f, one, 4, &a));
    maille_json_free(figures(f, other, 3, &b));
    CHECK_TEXT(a, b);
    maille_free(a);
    maille_free(b);
    field_free(f);
}

TEST(an_empty_list_has_figures_without_values) {
    field *f = field_new(6, 6);
    maille_json *tree = figures(f, NULL, 0, NULL);
    CHECK_NEAR(number_of(tree, "ensemble", "communes"), 0, 0);
    CHECK(maille_json_is_null(maille_json_get(tree, "departement")));
    CHECK(maille_json_is_null(maille_json_get(tree, "polsby_popper")));
    maille_json_free(tree);
    field_free(f);
}

TEST(what_is_no_commune_is_named) {
    field *f = field_new(6, 6);
    const char *codes[] = {f->code[0], "99999"};
    maille_strbuf out = {0};
    CHECK_INT(maille_list_figures(f->pad.ctx, &f->ground, &f->rules, codes, 2, &out), MAILLE_USAGE);
    CHECK_TEXT(maille_message(f->pad.ctx), "99999 was no commune of the study");
    CHECK_INT(out.length, 0);
    maille_strbuf_free(&out);
    field_free(f);
}

/* Allocation n fails, for every n: an error, nothing leaks (sanitizers), nothing is written. */
TEST(memory_that_runs_out_is_told) {
    field *f = field_new(6, 6);
    const char *codes[] = {f->code[0], f->code[5]};
    maille_status status = MAILLE_NO_MEMORY;
    for (uint64_t n = 1; status != MAILLE_OK && n < 5000; n++) {
        maille_strbuf out = {0};
        maille_memory_fail_at(n);
        status = maille_list_figures(f->pad.ctx, &f->ground, &f->rules, codes, 2, &out);
        maille_memory_fail_at(0);
        CHECK(status == MAILLE_OK || status == MAILLE_NO_MEMORY);
        maille_strbuf_free(&out);
    }
    CHECK_INT(status, MAILLE_OK);
    field_free(f);
}

RUN_TESTS(CASE(sums_are_those_of_the_communes), CASE(a_list_has_no_order_and_no_doubles),
          CASE(an_empty_list_has_figures_without_values), CASE(what_is_no_commune_is_named),
          CASE(memory_that_runs_out_is_told))
