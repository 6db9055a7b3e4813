/* Filters as CQL2 text: what is understood, what is refused and where, what no text can do. */
#include "harness.h"

#include <maille/cql.h>
#include <maille/memory.h>

#include "layers/cql.h"

static maille_ctx *ctx;

/* The canonical text, or "!" and the message. Valid until the next call. */
static const char *canonical(const char *text) {
    static char buffer[65536];
    maille_cql *cql = NULL;
    char *said = NULL;
    maille_status status = maille_cql_parse(ctx, text, &cql);
    if (status) {
        CHECK_INT(status, MAILLE_USAGE);
        CHECK(cql == NULL);
        snprintf(buffer, sizeof buffer, "!%s", maille_message(ctx));
        return buffer;
    }
    CHECK_INT(maille_cql_text(ctx, cql, &said), MAILLE_OK);
    snprintf(buffer, sizeof buffer, "%s", said);
    maille_free(said);
    maille_cql_free(cql);
    return buffer;
}

static void same(const char *text, const char *want) {
    char once[65536];
    CHECK_TEXT(canonical(text), want);
    snprintf(once, sizeof once, "%s", canonical(text));
    if (*once != '!')
        CHECK_TEXT(canonical(once), once); /* and its own text means it again */
}

TEST(comparisons_are_understood) {
    same("nom = 'Rennes'", "\"nom\"='Rennes'");
    same("\"nom\"<>'L''Île'", "\"nom\"<>'L''Île'");
    same("nom != 'x'", "\"nom\"<>'x'");
    same("population>=1.50e3", "\"population\">=1500");
    same("  10 <\tpopulation ", "\"population\">10");
    same("-0.5<=x", "\"x\">=-0.5");
    same("enclavee = true", "\"enclavee\"=TRUE");
    same("FALSE = enclavee", "\"enclavee\"=FALSE");
    same("\"un \"\"nom\"\"\" = 1", "\"un \"\"nom\"\"\"=1");
    same("x between 1 and 2 AND y = 3", "(\"x\" BETWEEN 1 AND 2 AND \"y\"=3)");
    same("x NOT BETWEEN 1 AND 2", "NOT \"x\" BETWEEN 1 AND 2");
    same("x In ('a', 'b','c')", "\"x\" IN ('a','b','c')");
    same("x not in (1)", "NOT \"x\" IN (1)");
    same("nom LIKE 'Saint-%'", "\"nom\" LIKE 'Saint-%'");
    same("nom not like '_\\%'", "NOT \"nom\" LIKE '_\\%'");
    same("x IS NULL", "\"x\" IS NULL");
    same("x is not null", "NOT \"x\" IS NULL");
    same("TRUE", "TRUE");
    same("not false", "NOT FALSE");
    same("date = 1 AND bbox = 2", "(\"date\"=1 AND \"bbox\"=2)");
}

TEST(and_binds_tighter_than_or_and_not_tighter_than_both) {
    same("a=1 OR b=2 AND c=3", "(\"a\"=1 OR (\"b\"=2 AND \"c\"=3))");
    same("(a=1 OR b=2) AND c=3", "((\"a\"=1 OR \"b\"=2) AND \"c\"=3)");
    same("NOT a=1 AND b=2", "(NOT \"a\"=1 AND \"b\"=2)");
    same("NOT (a=1 AND b=2)", "NOT (\"a\"=1 AND \"b\"=2)");
    same("NOT NOT a=1", "NOT NOT \"a\"=1");
    same("((a=1)) and (b=2 and (c=3 and d=4))", "(\"a\"=1 AND \"b\"=2 AND \"c\"=3 AND \"d\"=4)");
    same("a=1 AND TRUE", "\"a\"=1");
    same("FALSE OR FALSE OR a=1", "\"a\"=1");
    same("a=1 OR TRUE", "(\"a\"=1 OR TRUE)");
}

TEST(dates_and_times_are_texts_in_utc) {
    same("depuis >= DATE('2024-02-29')", "\"depuis\">=DATE('2024-02-29')");
    same("d < TIMESTAMP('2024-05-01T00:30:00+02:00')", "\"d\"<TIMESTAMP('2024-04-30T22:30:00Z')");
    same("d < timestamp('2023-12-31T23:30:00.250-01:00')",
         "\"d\"<TIMESTAMP('2024-01-01T00:30:00.25Z')");
    same("d = TIMESTAMP('2024-05-01T00:00:00Z')", "\"d\"=DATE('2024-05-01')");
    same("d = TIMESTAMP('2016-12-31T23:59:60Z')", "\"d\"=TIMESTAMP('2016-12-31T23:59:59Z')");
    same("d > DATE('2023-02-29')", "!filter: DATE('YYYY-MM-DD') was expected at character 10");
    same("d > DATE('2023-02-28T00:00:00Z')",
         "!filter: DATE('YYYY-MM-DD') was expected at character 10");
    same("d > TIMESTAMP('2023-02-28')",
         "!filter: TIMESTAMP('YYYY-MM-DDThh:mm:ssZ') was expected at character 15");
    char out[CQL_TIME_SIZE];
    static const char *const none[] = {"",
                                       "2024",
                                       "2024-1-1",
                                       "2024-13-01",
                                       "2024-00-01",
                                       "2024-04-31",
                                       "1900-02-29",
                                       "2024-05-01T",
                                       "2024-05-01T10:00",
                                       "2024-05-01T10:00:00",
                                       "2024-05-01T24:00:00Z",
                                       "2024-05-01T10:60:00Z",
                                       "2024-05-01T10:00:61Z",
                                       "2024-05-01T10:00:00.Z",
                                       "2024-05-01T10:00:00+2:00",
                                       "2024-05-01T10:00:00Zx",
                                       "2024-05-01x",
                                       "x024-05-01",
                                       "0000-01-01T00:00:00+01:00"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (cql_time(none[i], out))
            CHECK_TEXT(none[i], "no date or time");
    CHECK(cql_time("2000-02-29t01:02:03.1000z", out));
    CHECK_TEXT(out, "2000-02-29T01:02:03.1Z");
}

TEST(geometry_is_understood) {
    same("S_INTERSECTS(geom, POINT(2 48))", "S_INTERSECTS(geom,POINT(2 48))");
    same("s_intersects( \"geometry\" , bbox( 1,2 , 3,4 ))", "S_INTERSECTS(geom,BBOX(1,2,3,4))");
    same("INTERSECTS(POLYGON ((0 0, 1 0, 1 1, 0 0)),geom)",
         "S_INTERSECTS(geom,POLYGON((0 0,1 0,1 1,0 0)))");
    same("BBOX(geom, -5, 47, -1, 49)", "S_INTERSECTS(geom,BBOX(-5,47,-1,49))");
    same("BBOX(geom,170,-20,-170,-10,'EPSG:4326')", "S_INTERSECTS(geom,BBOX(170,-20,-170,-10))");
    same("S_INTERSECTS(geom,BBOX(1,2,-100,3,4,9000))", "S_INTERSECTS(geom,BBOX(1,2,3,4))");
    same("intersects(geom,point Z (1 2 3)) and a=1",
         "(S_INTERSECTS(geom,POINT Z(1 2 3)) AND \"a\"=1)");
    same("S_INTERSECTS(geom, POLYGON((0 0,2 2,2 0,0 2,0 0)))",
         "!filter: at character 20 the geometry was not valid: Self-intersection[1 1]");
    same("S_INTERSECTS(geom, POINT EMPTY)", "!filter: at character 20 the geometry was empty");
    same(
        "S_INTERSECTS(geom, CIRCLE(1 2))",
        "!filter: a geometry (WKT) or BBOX(west, south, east, north) was expected at character 20");
    same("S_INTERSECTS(geom, POINT(1 2)",
         "!filter: a closing parenthesis was expected at character 30");
    same("S_INTERSECTS(geom, POINT(1 2; DROP)",
         "!filter: a geometry (WKT) with its closing parenthesis was expected at character 20");
    same(
        "S_INTERSECTS(nom, POINT(1 2))",
        "!filter: a geometry (WKT) or BBOX(west, south, east, north) was expected at character 14");
    same("BBOX(geom,1,5,2,4)", "!filter: a north above the south was expected at character 18");
    same("BBOX(geom,1,2,3)", "!filter: a comma was expected at character 16");
    same("BBOX(geom,1,2,3,4,5)",
         "!filter: one side more, or one less, was expected at character 20");
    same("BBOX(geom,1,2,3,4,'EPSG:2154')", "!filter: 'EPSG:4326' was expected at character 19");
}

TEST(what_is_wrong_is_told_with_its_place) {
    same("", "!filter: a condition was expected at character 1");
    same("nom",
         "!filter: a comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN or IS NULL) was "
         "expected at character 4");
    same("été = ", "!filter: a value was expected at character 7");
    same("nom = 'x", "!filter: a closing quote was expected at character 7");
    same("\"nom = 1", "!filter: a closing double quote was expected at character 1");
    same("a = 1 b = 2", "!filter: AND, OR or the end was expected at character 7");
    same("(a = 1", "!filter: AND, OR or a closing parenthesis was expected at character 7");
    same("a = 1)", "!filter: AND, OR or the end was expected at character 6");
    same("a IN ()", "!filter: a value was expected at character 7");
    same("a IN (1 2)", "!filter: a comma or a closing parenthesis was expected at character 9");
    same("a BETWEEN 1", "!filter: AND was expected at character 12");
    same("a LIKE 5", "!filter: a text in quotes was expected at character 8");
    same("a = NULL", "!filter: a value was expected at character 5");
    same("a = b", "!filter: a value was expected at character 5");
    same("1 = 2", "!filter: a property was expected at character 5");
    same("a IS 5", "!filter: NULL or NOT NULL was expected at character 6");
    same("a NOT 5", "!filter: LIKE, BETWEEN or IN was expected at character 7");
    same("a = 1e999", "!filter: a number was expected at character 5");
    same("a = 12abc", "!filter: a number was expected at character 5");
    same("a = 1; b", "!filter: a property, a value or a sign was expected at character 6");
    same("a = 'é' ? 1", "!filter: a property, a value or a sign was expected at character 9");
    same("AND a = 1", "!filter: a condition was expected at character 1");
    same("a = 1 AND", "!filter: a condition was expected at character 10");
    same("\xff = 1", "!filter: it was not UTF-8");
}

/* ---- bounds ---- */

static char *repeated(const char *head, const char *part, size_t times, const char *middle,
                      const char *tail, size_t tails) {
    size_t length = strlen(head) + strlen(middle) + times * strlen(part) + tails * strlen(tail);
    char *text = malloc(length + 1), *at = text;
    at += sprintf(at, "%s", head);
    for (size_t i = 0; i < times; i++)
        at += sprintf(at, "%s", part);
    at += sprintf(at, "%s", middle);
    for (size_t i = 0; i < tails; i++)
        at += sprintf(at, "%s", tail);
    return text;
}

static void bounded(char *text, const char *want) {
    const char *got = canonical(text);
    if (want ? !strstr(got, want) : *got == '!')
        CHECK_TEXT(got, want ? want : "no message");
    free(text);
}

TEST(size_depth_and_operands_are_bounded) {
    bounded(repeated("", "(", 23, "a=1", ")", 23), NULL);
    bounded(repeated("", "(", 24, "a=1", ")", 24), "nested deeper than 24 at character 25");
    bounded(repeated("", "(", 8000, "a=1", ")", 8000), "nested deeper than 24");
    bounded(repeated("", "NOT ", 23, "a=1", "", 0), NULL);
    bounded(repeated("", "NOT ", 24, "a=1", "", 0), "nested deeper than 24");
    bounded(repeated("", "NOT ", 4000, "a=1", "", 0), "nested deeper than 24");
    bounded(repeated("", "(a=1 OR b=2 AND ", 20, "c=1", ")", 20), "nested deeper than 24");
    bounded(repeated("a=1", " OR a=1", 999, "", "", 0), NULL);
    bounded(repeated("a=1", " OR a=1", 1000, "", "", 0), "more than 1000 operands");
    bounded(repeated("a IN (1", ",1", 999, ")", "", 0), NULL);
    bounded(repeated("a IN (1", ",1", 1000, ")", "", 0), "more than 1000 operands");
    bounded(repeated("TRUE", " OR TRUE", 1000, "", "", 0), "more than 1000 operands");
    bounded(repeated("a='", "x", 16384 - 4, "'", "", 0), NULL);
    bounded(repeated("a='", "x", 16384 - 3, "'", "", 0), "more than 16384 bytes");
    bounded(repeated("S_INTERSECTS(geom,", "GEOMETRYCOLLECTION(", 800, "", "", 0), "!filter");
    bounded(repeated("S_INTERSECTS(geom,", "GEOMETRYCOLLECTION(", 100, "POINT(1 2)", ")", 101),
            "nested deeper than 16");
}

/* ---- noise ---- */

static uint64_t state = 88172645463325252u;
static uint32_t draw(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 11) % below;
}

/* Words of the language in any order, and bytes of any value among them: never a crash, and what is
 * understood reads back as itself. */
TEST(noise_is_refused_or_understood) {
    static const char *const words[] = {"a",
                                        "nom",
                                        "\"x\"",
                                        "'t'",
                                        "'",
                                        "\"",
                                        "1",
                                        "-2.5e3",
                                        "(",
                                        ")",
                                        "(",
                                        ")",
                                        ",",
                                        "=",
                                        "<>",
                                        "<",
                                        ">=",
                                        "AND",
                                        "OR",
                                        "NOT",
                                        "LIKE",
                                        "IN",
                                        "BETWEEN",
                                        "IS",
                                        "NULL",
                                        "TRUE",
                                        "FALSE",
                                        "DATE('2024-01-01')",
                                        "S_INTERSECTS(geom,",
                                        "BBOX(",
                                        "POINT(1 2)",
                                        "geom",
                                        "\\",
                                        "%",
                                        "é",
                                        ";",
                                        "--",
                                        "/*",
                                        "\xc3",
                                        "POLYGON((0 0,1 0,1 1,0 0))",
                                        "a=1",
                                        "nom LIKE 'x%'",
                                        "a IN (1,2)",
                                        "b BETWEEN 1 AND 2"};
    size_t understood = 0;
    for (int round = 0; round < 60000; round++) {
        char text[1024], *at = text;
        uint32_t count = 1 + draw(12);
        for (uint32_t i = 0; i < count; i++)
            at +=
                sprintf(at, "%s%s", words[draw(sizeof words / sizeof *words)], draw(5) ? " " : "");
        for (uint32_t i = draw(3); i > 1; i--)
            text[draw((uint32_t)(at - text))] = (char)(1 + draw(255));
        char once[65536];
        snprintf(once, sizeof once, "%s", canonical(text));
        if (*once == '!')
            continue;
        understood++;
        const char *again = canonical(once);
        if (strcmp(again, once) != 0) {
            CHECK_TEXT(again, once);
            return;
        }
    }
    CHECK(understood > 300);
}

/* Memory that runs out at any place is told, and nothing is lost. */
TEST(memory_may_run_out) {
    bool done = false;
    for (uint64_t n = 1; n < 200 && !done; n++) {
        maille_cql *cql = NULL;
        char *text = NULL;
        maille_memory_fail_at(n);
        maille_status status =
            maille_cql_parse(ctx, "a='x' AND S_INTERSECTS(geom,POINT(1 2))", &cql);
        if (!status)
            status = maille_cql_text(ctx, cql, &text);
        done = status == MAILLE_OK;
        maille_memory_fail_at(0);
        CHECK(done || status == MAILLE_NO_MEMORY);
        maille_free(text);
        maille_cql_free(cql);
    }
    CHECK(done);
}

static void start(void) {
    CHECK_INT(maille_ctx_new(&ctx), 0);
}
static void stop(void) {
    maille_ctx_free(ctx);
}

RUN_TESTS(CASE(start), CASE(comparisons_are_understood),
          CASE(and_binds_tighter_than_or_and_not_tighter_than_both),
          CASE(dates_and_times_are_texts_in_utc), CASE(geometry_is_understood),
          CASE(what_is_wrong_is_told_with_its_place), CASE(size_depth_and_operands_are_bounded),
          CASE(noise_is_refused_or_understood), CASE(memory_may_run_out), CASE(stop))
