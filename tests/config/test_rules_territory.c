/* Rule sets on the territory: the shipped ones hold what law and convention say; what does not hold
 * is refused. */
#include "harness.h"

#include <maille/rules.h>
#include <maille/text.h>
#include <sys/stat.h>

static maille_ctx *ctx;

TEST(a_link_of_twenty_minutes_joins) {
    maille_contiguity_rules *rules = NULL;
    CHECK_INT(maille_contiguity_rules_read(ctx, MAILLE_DEFAULT_CONTIGUITY, &rules), MAILLE_OK);
    CHECK_NEAR(rules->link_limit_min, 20, 0);
    CHECK_TEXT(rules->head.id, "vingt-minutes");
    CHECK(rules->head.title.fr && rules->head.title.en && rules->head.source);
    maille_contiguity_rules_free(rules);
    maille_contiguity_rules_free(NULL);
}

TEST(everybody_is_to_be_covered_by_july_2021) {
    maille_target_rules *rules = NULL;
    CHECK_INT(maille_target_rules_read(ctx, MAILLE_DEFAULT_TARGET, &rules), MAILLE_OK);
    CHECK_TEXT(rules->date, "2021-07-01");
    CHECK_NEAR(rules->share_population, 1, 0);
    CHECK_INT(rules->status_count, 0);
    CHECK(rules->head.title.fr && rules->head.title.en && rules->head.source);
    maille_target_rules_free(rules);
    maille_target_rules_free(NULL);
}

TEST(names_stay_a_year_in_the_journal_and_three_in_the_history) {
    maille_retention_rules *rules = NULL;
    CHECK_INT(maille_retention_rules_read(ctx, MAILLE_DEFAULT_RETENTION, &rules), MAILLE_OK);
    CHECK_INT(rules->audit_days, 365);
    CHECK_INT(rules->authors_days, 3 * 365 + 1);
    CHECK(strstr(rules->head.source, "2021-122") && strstr(rules->head.note, "convention"));
    maille_retention_rules_free(rules);
    maille_retention_rules_free(NULL);
}

static size_t departments_of(const maille_region_rules *rules, const char *region) {
    size_t count = 0;
    for (size_t i = 0; i < rules->department_count; i++)
        count += strcmp(rules->departments[i].region, region) == 0;
    return count;
}

TEST(the_regions_of_2016_hold_all_departments) {
    static const struct {
        const char *code, *name, *region;
    } some[] = {{"01", "Ain", "84"},
                {"2A", "Corse-du-Sud", "94"},
                {"2B", "Haute-Corse", "94"},
                {"22", "Côtes-d'Armor", "53"},
                {"44", "Loire-Atlantique", "52"},
                {"33", "Gironde", "75"},
                {"49", "Maine-et-Loire", "52"},
                {"95", "Val-d'Oise", "11"},
                {"971", "Guadeloupe", "01"},
                {"972", "Martinique", "02"},
                {"973", "Guyane", "03"},
                {"974", "La Réunion", "04"},
                {"976", "Mayotte", "06"}};
    /* of the law and its annex: 13 metropolitan regions, then one département each overseas */
    static const struct {
        const char *region;
        size_t departments;
    } sizes[] = {{"84", 12}, {"27", 8}, {"53", 4}, {"24", 6},  {"94", 2},  {"44", 10},
                 {"32", 5},  {"11", 8}, {"28", 5}, {"75", 12}, {"76", 13}, {"52", 5},
                 {"93", 6},  {"01", 1}, {"02", 1}, {"03", 1},  {"04", 1},  {"06", 1}};
    maille_region_rules *rules = NULL;
    CHECK_INT(maille_region_rules_read(ctx, MAILLE_DEFAULT_REGIONS, &rules), MAILLE_OK);
    CHECK_INT(rules->region_count, 18);
    CHECK_INT(rules->department_count, 101);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        const maille_department *d = maille_department_find(rules, some[i].code);
        CHECK_TEXT(d ? d->name : NULL, some[i].name);
        CHECK_TEXT(d ? d->region : NULL, some[i].region);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        CHECK_INT(departments_of(rules, sizes[i].region), sizes[i].departments);
    for (size_t i = 1; i < rules->department_count; i++)
        CHECK(strcmp(rules->departments[i - 1].code, rules->departments[i].code) < 0);
    CHECK(maille_department_find(rules, "20") == NULL);
    CHECK(maille_department_find(rules, "975") == NULL);
    CHECK(maille_department_find(rules, "") == NULL);
    CHECK(maille_department_find(rules, NULL) == NULL);
    char cut[4];
    maille_department_of("97411", cut);
    CHECK_TEXT(maille_department_find(rules, cut)->name, "La Réunion");
    maille_region_rules_free(rules);
    maille_region_rules_free(NULL);
}

/* ---- rule sets that do not hold, in a folder of their own ---- */

typedef enum { SIZES, CONTIGUITY, TARGET, REGIONS, RETENTION } family;

static maille_status read_and_free(family which) {
    maille_size_rules *sizes = NULL;
    maille_contiguity_rules *contiguity = NULL;
    maille_target_rules *target = NULL;
    maille_region_rules *regions = NULL;
    maille_retention_rules *retention = NULL;
    maille_status status = MAILLE_FAILED;
    if (which == SIZES)
        status = maille_size_rules_read(ctx, "x", &sizes);
    if (which == CONTIGUITY)
        status = maille_contiguity_rules_read(ctx, "x", &contiguity);
    if (which == TARGET)
        status = maille_target_rules_read(ctx, "x", &target);
    if (which == REGIONS)
        status = maille_region_rules_read(ctx, "x", &regions);
    if (which == RETENTION)
        status = maille_retention_rules_read(ctx, "x", &retention);
    CHECK((status == MAILLE_OK) == (sizes || contiguity || target || regions || retention));
    maille_retention_rules_free(retention);
    maille_size_rules_free(sizes);
    maille_contiguity_rules_free(contiguity);
    maille_target_rules_free(target);
    maille_region_rules_free(regions);
    return status;
}

/* The same head of four lines, then `text`; `fragment` NULL: it holds. */
static void check_rules(family which, const char *text, const char *fragment) {
    static const char *const names[] = {"sizes", "contiguity", "target", "regions", "retention"};
    char folder[512], path[600];
    snprintf(folder, sizeof folder, "%s", test_scratch("definitions"));
    mkdir(folder, 0755);
    mkdir(test_scratch("definitions/rules"), 0755);
    snprintf(path, sizeof path, "%s/rules/%s-x.yaml", folder, names[which]);
    FILE *file = fopen(path, "wb");
    fprintf(file, "id: x\ntitle: X\nsource: nous\nvalid_from: 2019\n%s", text);
    fclose(file);
    setenv("MAILLE_LAYERS", folder, 1);
    CHECK_INT(read_and_free(which), fragment ? MAILLE_REFUSED : MAILLE_OK);
    if (fragment && !strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}

TEST(links_take_time) {
    check_rules(CONTIGUITY, "link_limit_min: 12.5\n", NULL);
    check_rules(CONTIGUITY, "", "link_limit_min");
    check_rules(CONTIGUITY, "link_limit_min: 0\n", ":5: link_limit_min was not above 0");
    check_rules(CONTIGUITY, "link_limit_min: peu\n", "where a number was expected");
    check_rules(CONTIGUITY, "link_limit_min: 1\nlink: 1\n", ":6: key \"link\" was not known");
}

TEST(retention_is_in_whole_days) {
    check_rules(RETENTION, "audit_days: 1\nauthors_days: 36525\n", NULL);
    check_rules(RETENTION, "audit_days: 365\n", "\"authors_days\" was missing");
    check_rules(RETENTION, "audit_days: 0\nauthors_days: 9\n",
                ":5: audit_days was no whole number of days from 1 to 36525");
    check_rules(RETENTION, "audit_days: 9\nauthors_days: 1.5\n", ":6: authors_days was no whole");
    check_rules(RETENTION, "audit_days: 9\nauthors_days: .nan\n", "authors_days");
    check_rules(RETENTION, "audit_days: 9\nauthors_days: 36526\n", ":6: authors_days was no whole");
}

TEST(a_target_is_a_day_and_a_share) {
    check_rules(TARGET, "date: 2021-07-01\nshare_population: 0.5\nstatuses: [a, b]\n", NULL);
    check_rules(TARGET, "share_population: 0.5\n", "\"date\" was missing");
    check_rules(TARGET, "date: 2021-07\nshare_population: 1\n",
                ":5: date \"2021-07\" was no day (2021-07-01)");
    check_rules(TARGET, "date: 2021-02-30\nshare_population: 1\n",
                ":5: date \"2021-02-30\" was no");
    check_rules(TARGET, "date: 2021-07-01\nshare_population: 1.01\n",
                ":6: share_population was above 1");
    check_rules(TARGET, "date: 2021-07-01\nshare_population: 0\n",
                ":6: share_population was not above 0");
    check_rules(TARGET, "date: 2021-07-01\nshare_population: 1\nstatuses: [a, a]\n",
                ":7: \"statuses\" held \"a\" twice");
}

TEST(a_department_lies_in_one_region_that_is_there) {
    static const char *const regions = "regions:\n  - {code: R, name: Ère}\n";
    char text[300];
    snprintf(text, sizeof text, "%sdepartments:\n  - {code: B, name: Bé, region: R}\n", regions);
    check_rules(REGIONS, text, NULL);
    check_rules(REGIONS, regions, "\"departments\" was missing");
    check_rules(REGIONS, "departments: []\n", "\"regions\" was missing");
    snprintf(text, sizeof text, "%sdepartments:\n  - {code: B, name: Bé, region: S}\n", regions);
    check_rules(REGIONS, text, ":8: region S of département B was not known");
    snprintf(text, sizeof text, "%sdepartments:\n  - {code: B, name: Bé}\n", regions);
    check_rules(REGIONS, text, ":8: key \"region\" was missing");
    snprintf(text, sizeof text, "%s  - {code: R, name: Erre}\ndepartments: []\n", regions);
    check_rules(REGIONS, text, ":7: region R stood twice");
    snprintf(
        text, sizeof text,
        "%sdepartments:\n  - {code: B, name: Bé, region: R}\n  - {code: A, name: A, region: R}\n"
        "  - {code: B, name: Bée, region: R}\n",
        regions);
    check_rules(REGIONS, text, "département B stood twice");
}

TEST(sizes_may_have_a_most) {
    static const char *const classes = "classes:\n  - {id: A}\n";
    char text[200];
    maille_size_rules *rules = NULL;
    CHECK_INT(maille_size_rules_read(ctx, MAILLE_DEFAULT_SIZES, &rules), MAILLE_OK);
    CHECK(isinf(rules->most));
    maille_size_rules_free(rules);
    snprintf(text, sizeof text, "least: 10\nmost: 20\n%s", classes);
    check_rules(SIZES, text, NULL);
    snprintf(text, sizeof text, "least: 10\nmost: 10\n%s", classes);
    check_rules(SIZES, text, ":6: most was not above least");
    snprintf(text, sizeof text, "most: 0\n%s", classes);
    check_rules(SIZES, text, ":5: most was not above least");
    snprintf(text, sizeof text, "most: beaucoup\n%s", classes);
    check_rules(SIZES, text, "where a number was expected");
}

TEST(rule_sets_that_are_not_there_are_not_found) {
    maille_target_rules *rules = NULL;
    CHECK_INT(maille_target_rules_read(ctx, "demain", &rules), MAILLE_NOT_FOUND);
    CHECK(strstr(maille_message(ctx), "there: juillet-2021") != NULL);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
    setenv("MAILLE_LAYERS", test_source("layers"), 1);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_link_of_twenty_minutes_joins),
          CASE(everybody_is_to_be_covered_by_july_2021),
          CASE(the_regions_of_2016_hold_all_departments),
          CASE(names_stay_a_year_in_the_journal_and_three_in_the_history),
          CASE(retention_is_in_whole_days), CASE(links_take_time),
          CASE(a_target_is_a_day_and_a_share), CASE(a_department_lies_in_one_region_that_is_there),
          CASE(sizes_may_have_a_most), CASE(rule_sets_that_are_not_there_are_not_found), CASE(stop))
