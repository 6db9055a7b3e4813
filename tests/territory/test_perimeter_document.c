/* The document of a perimeter: the same state gives the same bytes, and the bytes give the state
 * back. */
#include "territory/perimeter_kit.h"

static maille_ctx *ctx;

static const char *const golden =
    "{\"id\":\"tregor\",\"kind\":\"cpts\",\"name\":\"Trégor \\\"sud\\\"\","
    "\"contact\":\"1 rue d’Ys\\n22300\","
    "\"statuses\":[{\"status\":\"idee\"},"
    "{\"status\":\"projet\",\"since\":\"2019-07-01\",\"by\":\"URPS\"}],"
    "\"members\":[{\"code\":\"22093\"},{\"code\":\"22113\",\"share\":0.1},"
    "{\"code\":\"2A004\",\"share\":0.5,\"on_purpose\":\"accord\",\"zone\":\"Sud\"}]}";
/* of those bytes, by sha256sum */
static const char *const golden_hash =
    "e126b5f19ad8678dee7420d3e2cdadb8baafce266287a9a6d01f43b4b7fef0ae";

static char *text_of(const maille_perimeter *p) {
    maille_strbuf json = {0};
    maille_perimeter_write(&json, p);
    CHECK(!json.failed);
    return json.text;
}

static maille_perimeter *parse(const char *json) {
    maille_perimeter *p = NULL;
    CHECK_INT(maille_perimeter_parse(ctx, "a.json", json, &p), MAILLE_OK);
    return p;
}

/* Parses, and writes again as `want`. */
static void check_canonical(const char *json, const char *want) {
    maille_perimeter *p = parse(json);
    if (!p)
        return;
    char *text = text_of(p);
    CHECK_TEXT(text, want);
    maille_free(text);
    maille_perimeter_free(p);
}

TEST(a_document_is_written_as_it_was_read) {
    char hash[65];
    maille_perimeter *p = parse(golden);
    check_canonical(golden, golden);
    CHECK_INT(maille_perimeter_hash(ctx, p, hash), MAILLE_OK);
    CHECK_TEXT(hash, golden_hash);
    CHECK_TEXT(p->id, "tregor");
    CHECK_TEXT(p->contact, "1 rue d’Ys\n22300");
    CHECK_INT(p->status_count, 2);
    CHECK(p->statuses[0].since == NULL && p->statuses[0].by == NULL);
    CHECK_TEXT(p->statuses[1].by, "URPS");
    CHECK_INT(p->member_count, 3);
    CHECK(p->members[0].share == 1 && p->members[1].share == 0.1);
    CHECK(!p->members[1].on_purpose && p->members[2].on_purpose);
    CHECK_TEXT(p->members[2].reason, "accord");
    CHECK_TEXT(p->members[2].zone, "Sud");
    maille_perimeter_free(p);
}

TEST(other_ways_to_write_the_same_give_the_same) {
    check_canonical(
        " { \"members\": [ {\"zone\": \"Sud\", \"on_purpose\": \"accord\", \"code\": \"2A004\",\n"
        "   \"share\": 5e-1}, {\"code\": \"22113\", \"share\": 0.1000},\n"
        "   {\"code\": \"22093\", \"share\": 1.0, \"zone\": null, \"on_purpose\": null}],\n"
        " \"statuses\": [{\"status\": \"idee\", \"since\": null, \"by\": null},\n"
        "   {\"by\": \"URPS\", \"since\": \"2019-07-01\", \"status\": \"projet\"}],\n"
        " \"contact\": \"1 rue d\\u2019Ys\\n22300\", \"name\": \"Tr\\u00E9gor \\\"sud\\\"\",\n"
        " \"kind\": \"cpts\", \"id\": \"tregor\" }\n",
        golden);
    static const char *const bare =
        "{\"id\":\"a b\",\"kind\":\"pta\",\"name\":\"N\","
        "\"statuses\":[{\"status\":\"s\"}],\"members\":[]}";
    check_canonical(bare, bare);
}

TEST(random_perimeters_come_back_whole) {
    for (int round = 0; round < 2000; round++) {
        model m = random_model(), other = random_model();
        maille_perimeter *p = value_of(&m), *o = value_of(&other), *back = NULL;
        char *text = text_of(p), *again = NULL;
        char hash[65], back_hash[65], other_hash[65];
        CHECK_INT(maille_perimeter_parse(ctx, "x", text, &back), MAILLE_OK);
        CHECK(is_model(back, &m));
        again = text_of(back);
        CHECK_TEXT(again, text);
        CHECK_INT(maille_perimeter_hash(ctx, p, hash), MAILLE_OK);
        CHECK_INT(maille_perimeter_hash(ctx, back, back_hash), MAILLE_OK);
        CHECK_INT(maille_perimeter_hash(ctx, o, other_hash), MAILLE_OK);
        CHECK_TEXT(back_hash, hash);
        /* another state has another name */
        CHECK((strcmp(hash, other_hash) == 0) == is_model(p, &other));
        maille_free(text);
        maille_free(again);
        maille_perimeter_free(p);
        maille_perimeter_free(o);
        maille_perimeter_free(back);
    }
}

TEST(every_share_reads_back_to_itself) {
    for (int round = 0; round < 5000; round++) {
        double share = (chance(1 << 30) + 1.0) / (1 << 30) / (1 + chance(10) * chance(100));
        maille_member member = {"22093", share, false, NULL, NULL};
        maille_status_entry entry = {"s", NULL, NULL};
        maille_perimeter p = {.id = "a", .kind = "k", .name = "n", .status_count = 1};
        p.statuses = &entry;
        p.members = &member;
        p.member_count = 1;
        char *text = text_of(&p);
        maille_perimeter *back = parse(text);
        CHECK(back && back->members[0].share == share);
        maille_free(text);
        maille_perimeter_free(back);
    }
}

/* ---- what does not hold ---- */

static void check_refused(const char *json, const char *fragment) {
    maille_perimeter *p = NULL;
    CHECK_INT(maille_perimeter_parse(ctx, "a.json", json, &p), MAILLE_REFUSED);
    CHECK(p == NULL);
    if (strncmp(maille_message(ctx), "a.json: ", 8) != 0 || !strstr(maille_message(ctx), fragment))
        CHECK_TEXT(maille_message(ctx), fragment);
    maille_perimeter_free(p);
}

#define HEAD "{\"id\":\"a\",\"kind\":\"k\",\"name\":\"n\","
#define IDEA "\"statuses\":[{\"status\":\"idee\"}],"

TEST(what_is_no_perimeter_is_refused) {
    check_refused("", "JSON was refused at line 1");
    check_refused("[]", "the perimeter was no object");
    check_refused("{}", "id was missing");
    check_refused("{\"id\":7}", "id was no text");
    check_refused("{\"id\":\"\"}", "id was empty");
    check_refused("{\"id\":\"a\\u0007\"}", "id held a control character");
    check_refused("{\"id\":\"a\\n\"}", "id held a control character");
    check_refused("{\"id\":\"a\",\"id\":\"a\"}", "duplicate object key");
    check_refused("{\"id\":\"a\",\"kind\":\"k\"}", "name was missing");
    check_refused("{\"id\":\"a\",\"kind\":\"\",\"name\":\"n\"}", "kind was empty");
    check_refused("{\"nom\":\"a\"}", "key \"nom\" of the perimeter was not known");
    check_refused(HEAD "\"contact\":\" \"," IDEA "\"members\":[]}", "contact was empty");
    check_refused(HEAD "\"contact\":[]," IDEA "\"members\":[]}", "contact was no text");
}

TEST(statuses_that_do_not_hold_are_refused) {
    check_refused(HEAD "\"members\":[]}", "there was no status");
    check_refused(HEAD "\"statuses\":[],\"members\":[]}", "there was no status");
    check_refused(HEAD "\"statuses\":{\"status\":\"s\"},\"members\":[]}", "there was no status");
    check_refused(HEAD "\"statuses\":[7],\"members\":[]}", "a status was no object");
    check_refused(HEAD "\"statuses\":[{}],\"members\":[]}", "status was missing");
    check_refused(HEAD "\"statuses\":[{\"status\":\"s\",\"on\":\"d\"}],\"members\":[]}",
                  "key \"on\" of a status was not known");
    check_refused(HEAD "\"statuses\":[{\"status\":\"s\",\"since\":\"2019-02-29\"}],\"members\":[]}",
                  "\"2019-02-29\" was no date YYYY-MM-DD");
    check_refused(HEAD "\"statuses\":[{\"status\":\"s\",\"since\":\"2019\"}],\"members\":[]}",
                  "\"2019\" was no date YYYY-MM-DD");
    check_refused(HEAD "\"statuses\":[{\"status\":\"s\"},{\"status\":\"t\"}],\"members\":[]}",
                  "a later status had no date");
    check_refused(HEAD
                  "\"statuses\":[{\"status\":\"s\",\"since\":\"2020-01-02\"},"
                  "{\"status\":\"t\",\"since\":\"2020-01-01\"}],\"members\":[]}",
                  "status went back in time: 2020-01-01 came before 2020-01-02 (s)");
}

TEST(members_that_do_not_hold_are_refused) {
    check_refused(HEAD IDEA "\"contact\":\"c\"}", "members were no list");
    check_refused(HEAD IDEA "\"members\":{}}", "members were no list");
    check_refused(HEAD IDEA "\"members\":[\"22093\"]}", "a member was no object");
    check_refused(HEAD IDEA "\"members\":[{\"share\":1}]}", "code was missing");
    check_refused(HEAD IDEA "\"members\":[{\"code\":22093}]}", "code was no text");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"part\":1}]}",
                  "key \"part\" of a member was not known");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"share\":0}]}",
                  "share of 1 was not in (0, 1] (0)");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"share\":1.2}]}",
                  "share of 1 was not in (0, 1] (1.2)");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"share\":-1}]}", "not in (0, 1]");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"share\":\"1\"}]}",
                  "share of 1 was no number");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"on_purpose\":true}]}",
                  "on_purpose was no text");
    check_refused(HEAD IDEA "\"members\":[{\"code\":\"1\",\"zone\":\"\"}]}", "zone was empty");
    check_refused(HEAD IDEA
                  "\"members\":[{\"code\":\"1\"},{\"code\":\"2\"},{\"code\":\"1\",\"share\":0.5}]}",
                  "commune 1 was a member twice");
}

/* Cut anywhere, or with a byte changed, a document is refused or another one; never a crash. */
TEST(damaged_documents_are_refused) {
    char text[1024];
    size_t length = strlen(golden);
    for (size_t cut = 0; cut < length; cut++) {
        maille_perimeter *p = NULL;
        memcpy(text, golden, cut);
        text[cut] = '\0';
        CHECK_INT(maille_perimeter_parse(ctx, "x", text, &p), MAILLE_REFUSED);
        CHECK(p == NULL);
    }
    for (int round = 0; round < 20000; round++) {
        maille_perimeter *p = NULL;
        memcpy(text, golden, length + 1);
        text[chance((int)length)] = (char)(1 + chance(255));
        if (maille_perimeter_parse(ctx, "x", text, &p) != MAILLE_OK)
            continue;
        char *once = text_of(p);
        check_canonical(once, once);
        maille_free(once);
        maille_perimeter_free(p);
    }
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), MAILLE_OK);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(a_document_is_written_as_it_was_read),
          CASE(other_ways_to_write_the_same_give_the_same), CASE(random_perimeters_come_back_whole),
          CASE(every_share_reads_back_to_itself), CASE(what_is_no_perimeter_is_refused),
          CASE(statuses_that_do_not_hold_are_refused), CASE(members_that_do_not_hold_are_refused),
          CASE(damaged_documents_are_refused), CASE(stop))
