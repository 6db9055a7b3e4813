/* Movements of communes: names of the old codes, and events followed from day to day. */
#include "fixture.h"

static const char *const by_code[] = {"from_code", "to_code", "from_name"};

/* "from>to name; …" of what the workspace holds. */
static const char *passages(fixture *f) {
    static char text[2000];
    maille_table *t = NULL;
    maille_query query = {.table = "movement",
                          .columns = by_code,
                          .column_count = 3,
                          .order = by_code,
                          .order_count = 3};
    size_t used = 0;
    text[0] = '\0';
    CHECK_INT(maille_store_read(f->ctx, f->store, &query, &t), MAILLE_OK);
    for (size_t i = 0; i < t->rows; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s>%s %s", i ? "; " : "",
                                 t->columns[0].texts[i], t->columns[1].texts[i],
                                 t->columns[2].texts[i] ? t->columns[2].texts[i] : "-");
    maille_table_free(t);
    return text;
}

TEST(a_passage_table_may_name_the_old_communes) {
    fixture f = fixture_open("names.maille", 2154);
    const char *keys[] = {"from", "to", "from_name"}, *values[] = {"avant", "apres", "nom"};
    maille_source source = {.kind = "movements",
                            .from_vintage = "2018-01-01",
                            .to_vintage = "2020-01-01",
                            .field_keys = keys,
                            .field_values = values,
                            .field_count = 3};
    source.file =
        write_file("noms.csv", "avant,apres,nom\n01001,01002,Ville Haute\n01003,01002,\n");
    must_import(&f, &source);
    CHECK_TEXT(passages(&f), "01001>01002 Ville Haute; 01003>01002 -");
    fixture_close(&f);
}

static const char events[] =
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,LIBELLE_AP\n"
    /* A joins B, which takes B's part as délégué, and later becomes C */
    "32,2000-01-01,COM,01001,A,COM,01002,B\n"
    "32,2000-01-01,COM,01001,A,COMD,01001,A\n"
    "32,2000-01-01,COM,01002,B,COM,01002,B\n"
    "10,2005-06-01,COM,01002,B,COM,01002,B-sur-Mer\n"
    "35,2008-01-01,COMD,01001,A,COM,01002,B-sur-Mer\n"
    "41,2010-01-01,COM,01002,B-sur-Mer,COM,02002,C\n"
    /* a commune comes back, another is made of nothing, one is gone */
    "21,2012-01-01,COM,02002,C,COM,02002,C\n"
    "21,2012-01-01,COM,02002,C,COM,01001,A\n"
    "20,2013-01-01,,,,COM,03003,N\n"
    "30,2014-01-01,COM,04004,D,COM,,\n"
    /* after the later vintage */
    "10,2020-05-01,COM,02002,C,COM,02002,Cité\n";

TEST(events_are_followed_to_the_later_vintage) {
    fixture f = fixture_open("events.maille", 2154);
    maille_source source = {
        .kind = "movements", .from_vintage = "1999-01-01", .to_vintage = "2020-01-01"};
    source.file = write_file("mouvements.csv", events);
    must_import(&f, &source);
    CHECK_TEXT(passages(&f),
               "01001>01001 A; 01001>02002 A; 01002>01001 B; 01002>01001 B-sur-Mer; "
               "01002>02002 B; 01002>02002 B-sur-Mer; 02002>01001 C; 02002>02002 C");
    fixture_close(&f);
}

TEST(events_up_to_the_earlier_vintage_are_left_out) {
    fixture f = fixture_open("later.maille", 2154);
    maille_source source = {
        .kind = "movements", .from_vintage = "2008-01-01", .to_vintage = "2010-01-01"};
    source.file = write_file("mouvements.csv", events);
    must_import(&f, &source);
    CHECK_TEXT(passages(&f), "01002>02002 B-sur-Mer");
    fixture_close(&f);
}

TEST(a_list_of_events_is_recognised_with_its_days) {
    fixture f = fixture_open("auto.maille", 2154);
    maille_arena *arena = maille_arena_new();
    maille_source source;
    CHECK_INT(maille_source_recognise(f.ctx, write_file("mouvements.csv", events), arena, &source),
              MAILLE_OK);
    CHECK_TEXT(source.kind, "movements");
    CHECK_TEXT(source.from_vintage, "1999-01-01");
    CHECK_TEXT(source.to_vintage, "2020-05-01");
    must_import(&f, &source);
    CHECK(strstr(passages(&f), "01001>02002 A; ") != NULL);
    maille_arena_free(arena);
    fixture_close(&f);
}

TEST(an_event_without_a_day_is_refused) {
    fixture f = fixture_open("refused.maille", 2154);
    maille_source source = {
        .kind = "movements", .from_vintage = "1999-01-01", .to_vintage = "2020-01-01"};
    source.file = write_file("sans-date.csv", "DATE_EFF,COM_AV,COM_AP\n,01001,01002\n");
    CHECK_INT(import_with(&f, &source, false), MAILLE_REFUSED);
    CHECK(strstr(maille_message(f.ctx), "sans-date.csv, row 2: the movement had no date") != NULL);
    fixture_close(&f);
}

RUN_TESTS(CASE(a_passage_table_may_name_the_old_communes),
          CASE(events_are_followed_to_the_later_vintage),
          CASE(events_up_to_the_earlier_vintage_are_left_out),
          CASE(a_list_of_events_is_recognised_with_its_days),
          CASE(an_event_without_a_day_is_refused))
