/* A perimeter as a value: made, copied, searched; every stroke and what it refuses. */
#include "territory/perimeter_kit.h"

static maille_ctx *ctx;

static void check_message(const char *fragment) {
    if (!strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
}

static maille_perimeter *tregor(void) {
    maille_perimeter *p = NULL;
    CHECK_INT(
        maille_perimeter_new(ctx, "tregor", "cpts", "Trégor", "projet", "2019-07-01", "URPS", &p),
        MAILLE_OK);
    return p;
}

/* ---- making ---- */

TEST(a_new_one_is_empty_with_one_status) {
    maille_perimeter *p = tregor(), *copy = NULL;
    CHECK_TEXT(p->id, "tregor");
    CHECK_TEXT(p->kind, "cpts");
    CHECK_TEXT(p->name, "Trégor");
    CHECK(p->contact == NULL);
    CHECK_INT(p->member_count, 0);
    CHECK_INT(p->status_count, 1);
    CHECK_TEXT(p->statuses[0].status, "projet");
    CHECK_TEXT(p->statuses[0].since, "2019-07-01");
    CHECK_TEXT(p->statuses[0].by, "URPS");
    CHECK_INT(maille_perimeter_copy(ctx, p, &copy), MAILLE_OK);
    maille_perimeter_free(p);
    CHECK_TEXT(copy->statuses[0].by, "URPS"); /* shares nothing with what it was copied from */
    maille_perimeter_free(copy);
    maille_perimeter_free(NULL);
}

TEST(what_cannot_stand_in_one_is_refused) {
    static const struct {
        const char *id, *kind, *name, *status, *since, *by, *fragment;
    } bad[] = {{NULL, "cpts", "N", "s", NULL, NULL, "id was missing"},
               {"", "cpts", "N", "s", NULL, NULL, "id was empty"},
               {" ", "cpts", "N", "s", NULL, NULL, "id was empty"},
               {"a\nb", "cpts", "N", "s", NULL, NULL, "id held a control character"},
               {"a", NULL, "N", "s", NULL, NULL, "a: kind was missing"},
               {"a", "\x7F", "N", "s", NULL, NULL, "kind held a control character"},
               {"a", "cpts", NULL, "s", NULL, NULL, "name was missing"},
               {"a", "cpts", "\t\n ", "s", NULL, NULL, "name was empty"},
               {"a", "cpts", "N\x1B", "s", NULL, NULL, "name held a control character"},
               {"a", "cpts", "\xC3", "s", NULL, NULL, "name was no UTF-8"},
               {"a", "cpts", "N", NULL, NULL, NULL, "status was missing"},
               {"a", "cpts", "N", "s\t", NULL, NULL, "status held a control character"},
               {"a", "cpts", "N", "s", "2019-02-29", NULL, "\"2019-02-29\" was no date"},
               {"a", "cpts", "N", "s", "2019-07", NULL, "\"2019-07\" was no date YYYY-MM-DD"},
               {"a", "cpts", "N", "s", "", NULL, "\"\" was no date"},
               {"a", "cpts", "N", "s", NULL, "", "who accompanied it was empty"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        maille_perimeter *p = NULL;
        CHECK_INT(maille_perimeter_new(ctx, bad[i].id, bad[i].kind, bad[i].name, bad[i].status,
                                       bad[i].since, bad[i].by, &p),
                  MAILLE_REFUSED);
        CHECK(p == NULL);
        check_message(bad[i].fragment);
    }
    /* ids come from files: any printable text will do */
    maille_perimeter *p = NULL;
    CHECK_INT(
        maille_perimeter_new(ctx, "CPTS n° 7 / Évry", "cpts", "Deux\nlignes", "s", NULL, NULL, &p),
        MAILLE_OK);
    maille_perimeter_free(p);
}

/* ---- searching ---- */

TEST(members_are_found_by_code) {
    for (int round = 0; round < 200; round++) {
        model m = random_model();
        maille_perimeter *p = value_of(&m);
        uint32_t place = 0;
        for (int u = 0; u < UNITS; u++)
            CHECK_INT(maille_perimeter_find(p, unit_code[u]),
                      m.members[u].in ? place++ : MAILLE_ABSENT);
        CHECK_INT(maille_perimeter_find(p, ""), MAILLE_ABSENT);
        CHECK_INT(maille_perimeter_find(p, "01001x"), MAILLE_ABSENT);
        CHECK_INT(maille_perimeter_find(p, "\xFF"), MAILLE_ABSENT);
        maille_perimeter_free(p);
    }
}

static const char *status_on(const maille_perimeter *p, const char *day) {
    const maille_status_entry *entry = maille_perimeter_status_on(p, day);
    return entry ? entry->status : NULL;
}

TEST(the_status_of_a_day_is_the_last_that_is_not_later) {
    maille_status_entry statuses[] = {{"projet", "2019-07-01", NULL},
                                      {"projet-transmis", "2019-09-01", NULL},
                                      {"projet-valide", "2019-09-01", NULL},
                                      {"contractualisee", "2020-01-15", "ARS"}};
    maille_perimeter p = {.status_count = 4, .statuses = statuses};
    CHECK(status_on(&p, "2019-06-30") == NULL);
    CHECK_TEXT(status_on(&p, "2019-07-01"), "projet");
    CHECK_TEXT(status_on(&p, "2019-08-31"), "projet");
    CHECK_TEXT(status_on(&p, "2019-09-01"), "projet-valide");
    CHECK_TEXT(status_on(&p, "2020-01-14"), "projet-valide");
    CHECK_TEXT(status_on(&p, "2020-01-15"), "contractualisee");
    CHECK_TEXT(status_on(&p, "2099-01-01"), "contractualisee");
    CHECK_TEXT(status_on(&p, NULL), "contractualisee");
    statuses[0].since = NULL; /* since ever */
    CHECK_TEXT(status_on(&p, "1900-01-01"), "projet");
}

/* ---- strokes ---- */

/* A stroke that is refused leaves everything as it was. */
static void check_refused(maille_perimeter **p, maille_op op, const char *fragment) {
    maille_perimeter *before = *p;
    char was[65] = "", is[65] = "";
    if (*p)
        CHECK_INT(maille_perimeter_hash(ctx, *p, was), MAILLE_OK);
    if (!op.perimeter)
        op.perimeter = "tregor";
    CHECK_INT(maille_perimeter_apply(ctx, p, &op), MAILLE_REFUSED);
    check_message(fragment);
    CHECK(*p == before);
    if (*p)
        CHECK_INT(maille_perimeter_hash(ctx, *p, is), MAILLE_OK);
    CHECK_TEXT(is, was);
}

static void stroke(maille_perimeter **p, maille_op op) {
    if (!op.perimeter)
        op.perimeter = "tregor";
    CHECK_INT(maille_perimeter_apply(ctx, p, &op), MAILLE_OK);
}

TEST(a_perimeter_is_made_and_deleted) {
    maille_perimeter *p = NULL;
    const maille_op create = {.kind = MAILLE_OP_CREATE,
                              .text = "Trégor",
                              .perimeter_kind = "pta",
                              .status = "idee",
                              .since = "2020-02-29",
                              .by = "ARS"};
    check_refused(&p, (maille_op){.kind = MAILLE_OP_DELETE}, "perimeter tregor was not there");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_CREATE, .text = "T", .status = "idee"},
                  "tregor: kind was missing");
    stroke(&p, create);
    CHECK_TEXT(p->kind, "pta");
    CHECK_TEXT(p->statuses[0].since, "2020-02-29");
    check_refused(&p, create, "perimeter tregor was there already");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = "leon"},
                  "perimeter leon was not there");
    stroke(&p, (maille_op){.kind = MAILLE_OP_DELETE});
    CHECK(p == NULL);
    for (int kind = MAILLE_OP_ADD; kind <= MAILLE_OP_STATUS; kind++)
        check_refused(&p, (maille_op){.kind = (maille_op_kind)kind, .code = "22093", .text = "x"},
                      "was not there");
}

TEST(communes_come_and_go) {
    maille_perimeter *p = tregor(), *place = p;
    stroke(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22093"});
    stroke(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22004", .share = 0.25, .zone = "Sud"});
    CHECK(p == place);
    CHECK_INT(p->member_count, 2);
    CHECK_TEXT(p->members[0].code, "22004");
    CHECK_TEXT(p->members[0].zone, "Sud");
    CHECK(p->members[0].share == 0.25 && p->members[1].share == 1);
    CHECK(!p->members[0].on_purpose && !p->members[0].reason && !p->members[1].zone);
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22093"},
                  "perimeter tregor: commune 22093 was a member already");
    const double shares[] = {1.2, -0.1, NAN, INFINITY, 1.0000000000000002};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        check_refused(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22113", .share = shares[i]},
                      "share of 22113 was not in (0, 1]");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ADD}, "code was missing");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = ""}, "code was empty");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22113", .zone = " "},
                  "zone was empty");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_REMOVE, .code = "22113"},
                  "perimeter tregor: commune 22113 was no member");
    stroke(&p, (maille_op){.kind = MAILLE_OP_REMOVE, .code = "22004"});
    CHECK_INT(p->member_count, 1);
    CHECK_TEXT(p->members[0].code, "22093");
    stroke(&p, (maille_op){.kind = MAILLE_OP_REMOVE, .code = "22093"});
    CHECK_INT(p->member_count, 0);
    check_refused(&p, (maille_op){.kind = MAILLE_OP_REMOVE, .code = "22093"}, "was no member");
    maille_perimeter_free(p);
}

TEST(a_share_lies_above_0_and_up_to_1) {
    maille_perimeter *p = tregor();
    stroke(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22093"});
    const double shares[] = {0, -0.0, 1.2, -1, NAN, INFINITY};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        check_refused(&p, (maille_op){.kind = MAILLE_OP_SHARE, .code = "22093", .share = shares[i]},
                      "share of 22093 was not in (0, 1]");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_SHARE, .code = "22113", .share = 0.5},
                  "22113 was no member");
    stroke(&p, (maille_op){.kind = MAILLE_OP_SHARE, .code = "22093", .share = 5e-324});
    CHECK(p->members[0].share == 5e-324);
    stroke(&p, (maille_op){.kind = MAILLE_OP_SHARE, .code = "22093", .share = 1});
    CHECK(p->members[0].share == 1);
    maille_perimeter_free(p);
}

TEST(sharing_on_purpose_has_a_reason_and_zones_have_names) {
    maille_perimeter *p = tregor();
    stroke(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22093"});
    stroke(&p, (maille_op){.kind = MAILLE_OP_ON_PURPOSE, .code = "22093", .text = "accord"});
    CHECK(p->members[0].on_purpose);
    CHECK_TEXT(p->members[0].reason, "accord");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ON_PURPOSE, .code = "22093", .text = ""},
                  "reason was empty");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ON_PURPOSE, .code = "22113", .text = "x"},
                  "22113 was no member");
    stroke(&p, (maille_op){.kind = MAILLE_OP_ON_PURPOSE, .code = "22093"});
    CHECK(!p->members[0].on_purpose && !p->members[0].reason);
    stroke(&p, (maille_op){.kind = MAILLE_OP_ZONE, .code = "22093", .zone = "Nord"});
    CHECK_TEXT(p->members[0].zone, "Nord");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ZONE, .code = "22113", .zone = "Nord"},
                  "22113 was no member");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_ZONE, .code = "22093", .zone = "\x01"},
                  "zone held a control character");
    stroke(&p, (maille_op){.kind = MAILLE_OP_ZONE, .code = "22093"});
    CHECK(p->members[0].zone == NULL);
    maille_perimeter_free(p);
}

TEST(name_and_contact_change) {
    maille_perimeter *p = tregor();
    stroke(&p, (maille_op){.kind = MAILLE_OP_RENAME, .text = "Léon"});
    CHECK_TEXT(p->name, "Léon");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_RENAME}, "name was missing");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_RENAME, .text = "  "}, "name was empty");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_RENAME, .text = "\xE9"}, "name was no UTF-8");
    stroke(&p, (maille_op){.kind = MAILLE_OP_CONTACT, .text = "1 rue d'Ys\n22000"});
    CHECK_TEXT(p->contact, "1 rue d'Ys\n22000");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_CONTACT, .text = ""}, "contact was empty");
    stroke(&p, (maille_op){.kind = MAILLE_OP_CONTACT});
    CHECK(p->contact == NULL);
    maille_perimeter_free(p);
}

TEST(statuses_go_forward_in_time) {
    maille_perimeter *p = tregor(); /* projet since 2019-07-01 */
    const maille_op valid = {.kind = MAILLE_OP_STATUS, .status = "projet-valide"};
    maille_op op = valid;
    check_refused(&p, op, "a later status had no date");
    op.since = "2019-06-30";
    check_refused(&p, op, "status went back in time: 2019-06-30 came before 2019-07-01 (projet)");
    op.since = "2019-13-01";
    check_refused(&p, op, "\"2019-13-01\" was no date");
    op.since = "2019-07-01"; /* on the same day */
    op.by = "";
    check_refused(&p, op, "who accompanied it was empty");
    op.by = "ARS";
    stroke(&p, op);
    CHECK_INT(p->status_count, 2);
    CHECK_TEXT(p->statuses[1].status, "projet-valide");
    CHECK_TEXT(p->statuses[1].by, "ARS");
    op.since = "2020-01-01";
    check_refused(&p, op, "perimeter tregor: its status was projet-valide already");
    check_refused(&p, (maille_op){.kind = MAILLE_OP_STATUS, .since = "2020-01-01"},
                  "status was missing");
    maille_perimeter_free(p);
    p = NULL;
    stroke(&p,
           (maille_op){
               .kind = MAILLE_OP_CREATE, .text = "T", .perimeter_kind = "cpts", .status = "idee"});
    stroke(&p, (maille_op){.kind = MAILLE_OP_STATUS, .status = "projet", .since = "1999-01-01"});
    CHECK_INT(p->status_count, 2); /* what is not dated is before everything */
    maille_perimeter_free(p);
}

/* Texts of a stroke may be those of the perimeter itself. */
TEST(a_stroke_may_borrow_from_its_perimeter) {
    maille_perimeter *p = tregor();
    stroke(&p, (maille_op){.kind = MAILLE_OP_ADD, .code = "22093", .zone = "Nord"});
    stroke(&p,
           (maille_op){.kind = MAILLE_OP_RENAME, .perimeter = p->id, .text = p->members[0].zone});
    stroke(&p,
           (maille_op){.kind = MAILLE_OP_REMOVE, .perimeter = p->id, .code = p->members[0].code});
    CHECK_TEXT(p->name, "Nord");
    CHECK_INT(p->member_count, 0);
    stroke(&p, (maille_op){.kind = MAILLE_OP_DELETE, .perimeter = p->id});
    CHECK(p == NULL);
}

/* ---- many strokes beside the model ---- */

/* What the model makes of a stroke on a unit; false where it is to be refused. */
static bool model_stroke(model *m, const maille_op *op, int u, int share, int text) {
    model_member *member = &m->members[u];
    switch (op->kind) {
    case MAILLE_OP_ADD:
        if (member->in)
            return false;
        *member = (model_member){true, share, 0, text};
        return true;
    case MAILLE_OP_REMOVE:
        if (!member->in)
            return false;
        *member = (model_member){0};
        return true;
    case MAILLE_OP_SHARE:
        member->share = member->in ? share : 0;
        return member->in;
    case MAILLE_OP_ON_PURPOSE:
        member->reason = member->in ? text : 0;
        return member->in;
    case MAILLE_OP_ZONE:
        member->zone = member->in ? text : 0;
        return member->in;
    case MAILLE_OP_RENAME:
        m->name = text;
        return true;
    default:
        m->contact = text;
        return true;
    }
}

TEST(thousands_of_strokes_do_what_the_model_says) {
    model m = random_model();
    maille_perimeter *p = value_of(&m);
    int refused = 0, done = 0;
    CHECK(is_model(p, &m));
    for (int round = 0; round < 5000; round++) {
        int u = chance(UNITS), share = chance(SHARES), text = chance(TEXTS);
        maille_op op = {.kind = (maille_op_kind)(MAILLE_OP_ADD + chance(7)),
                        .perimeter = "tregor",
                        .code = unit_code[u],
                        .share = share_value[share],
                        .zone = zone_text[text]};
        op.text = op.kind == MAILLE_OP_RENAME       ? name_text[text]
                  : op.kind == MAILLE_OP_ON_PURPOSE ? reason_text[text]
                                                    : contact_text[text];
        bool fine = model_stroke(&m, &op, u, share, text);
        CHECK_INT(maille_perimeter_apply(ctx, &p, &op), fine ? MAILLE_OK : MAILLE_REFUSED);
        CHECK(is_model(p, &m));
        refused += !fine;
        done += fine;
    }
    CHECK(refused > 500 && done > 500);
    maille_perimeter_free(p);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_new_one_is_empty_with_one_status),
          CASE(what_cannot_stand_in_one_is_refused), CASE(members_are_found_by_code),
          CASE(the_status_of_a_day_is_the_last_that_is_not_later),
          CASE(a_perimeter_is_made_and_deleted), CASE(communes_come_and_go),
          CASE(a_share_lies_above_0_and_up_to_1),
          CASE(sharing_on_purpose_has_a_reason_and_zones_have_names), CASE(name_and_contact_change),
          CASE(statuses_go_forward_in_time), CASE(a_stroke_may_borrow_from_its_perimeter),
          CASE(thousands_of_strokes_do_what_the_model_says), CASE(stop))
