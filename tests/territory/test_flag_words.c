/* What flags say in French: the codes that they are about, where there are more than a few. */
#include "territory/sketch.h"

#include <maille/flagwords.h>

static const char *const codes[] = {"01001", "01002", "01003", "01004", "01005", "01006", "01007"};
static const char *const names[] = {"Ain", "Brou", "Cize", "Dun", "Échay", "Fay", "Gex"};
static const maille_ground ground = {.count = 7, .code = codes, .name = names};

/* The message and the codes ("01001 01002") of a flag. */
static void check_words(const maille_flag_context *c, const maille_flag *flag, const char *message,
                        const char *about) {
    maille_strbuf said = {0}, list = {0};
    maille_flag_message(c, flag, &said);
    CHECK_TEXT(said.text, message);
    for (uint32_t i = 0; i < maille_flag_code_count(c, flag); i++)
        maille_strbuf_addf(&list, "%s%s", i ? " " : "", maille_flag_code(c, flag, i));
    CHECK_TEXT(list.text ? list.text : "", about);
    maille_strbuf_free(&said);
    maille_strbuf_free(&list);
}

TEST(members_that_are_gone_are_named_by_their_codes) {
    static const char *const gone[] = {"01999", "2A004", "75999", "76001",
                                       "77001", "78001", "79001"};
    static const struct {
        uint32_t count;
        const char *message, *about;
    } cases[] = {
        {1, "CPTS du Lac nomme 1 code qui n’est dans aucune couche de communes : 01999", "01999"},
        {2, "CPTS du Lac nomme 2 codes qui ne sont dans aucune couche de communes : 01999, 2A004",
         "01999 2A004"},
        {5,
         "CPTS du Lac nomme 5 codes qui ne sont dans aucune couche de communes : 01999, 2A004, "
         "75999, 76001, 77001",
         "01999 2A004 75999 76001 77001"},
        {6,
         "CPTS du Lac nomme 6 codes qui ne sont dans aucune couche de communes : 01999, 2A004, "
         "75999, 76001, 77001 et 1 autre",
         "01999 2A004 75999 76001 77001 78001"},
        {7,
         "CPTS du Lac nomme 7 codes qui ne sont dans aucune couche de communes : 01999, 2A004, "
         "75999, 76001, 77001 et 2 autres",
         "01999 2A004 75999 76001 77001 78001 79001"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maille_claim claims[] = {
            {.id = "a", .name = "Autre"},
            {.id = "lac", .name = "CPTS du Lac", .lost = cases[i].count, .lost_code = gone}};
        const maille_plan plan = {2, claims};
        maille_flag flag = {.kind = MAILLE_FLAG_LOST, .a = 1, .value = cases[i].count};
        const maille_flags flags = {.count = 1, .flags = &flag};
        const maille_flag_context c = {
            .kind = "cpts", .ground = &ground, .plan = &plan, .flags = &flags};
        check_words(&c, &flag, cases[i].message, cases[i].about);
    }
}

TEST(communes_are_named_by_their_names_and_told_by_their_codes) {
    static uint32_t units[] = {6, 0, 1, 2, 3, 4, 5};
    maille_claim claims[] = {{.id = "lac", .name = "CPTS du Lac", .lost = 3}};
    const maille_plan plan = {1, claims};
    maille_flag flag = {
        .kind = MAILLE_FLAG_HOLE, .a = 0, .first = 1, .count = 6, .population = 1200};
    const maille_flags flags = {.count = 1, .flags = &flag, .units = units, .unit_count = 7};
    const maille_flag_context c = {
        .kind = "cpts", .ground = &ground, .plan = &plan, .flags = &flags};
    check_words(&c, &flag,
                "CPTS du Lac entoure 6 communes qui n’en sont pas (1\u202f200 habitants) : Ain, "
                "Brou, Cize, Dun, Échay et 1 autre",
                "01001 01002 01003 01004 01005 01006");
}

RUN_TESTS(CASE(members_that_are_gone_are_named_by_their_codes),
          CASE(communes_are_named_by_their_names_and_told_by_their_codes))
