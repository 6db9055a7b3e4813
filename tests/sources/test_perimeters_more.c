/* What a file may say of a perimeter beside its communes: since when it has its status, who
 * accompanied it, what it shares on purpose and why, its sub-zones. */
#include "fixture.h"

static maille_source perimeters(const char *text) {
    return (maille_source){.kind = "perimeters", .file = write_file("cpts-plus.csv", text)};
}

static const char full[] =
    "id;nom;statut;code;depuis;accompagnement;partage;motif_partage;zone\n"
    "a;A;Contractualisée;2A001;01/07/2021;URPS;;;Nord\n"
    "a;A;Contractualisée;2A004;;;OUI;ville-centre, deux équipes;Sud\n"
    "b;B;projet;2A004;2020;;non;;\n"
    "c;C;projet validé;2A006;2019-11-3;ARS;;;\n";

/* As an edit leaves them: a second status, a member of its own, the flag. */
static void edit(fixture *f, const char *id) {
    static const maille_column_spec status_columns[] = {{"perimeter_id", MAILLE_TEXT},
                                                        {"place", MAILLE_INT},
                                                        {"status", MAILLE_TEXT},
                                                        {"since", MAILLE_TEXT}};
    maille_value value = maille_text_value(id);
    maille_filter of_id = maille_equals("id", &value);
    maille_query query = {.table = "perimeter", .filter = &of_id};
    maille_table *row = NULL, *status = NULL;
    size_t to;
    CHECK_INT(maille_store_read(f->ctx, f->store, &query, &row), MAILLE_OK);
    maille_set_int(row, 0, (size_t)maille_table_column(row, "edited"), 1);
    maille_set_int(row, 0, (size_t)maille_table_column(row, "version"), 4);
    CHECK_INT(maille_store_replace(f->ctx, f->store, "perimeter", &of_id, row), MAILLE_OK);
    CHECK_INT(maille_table_new(f->ctx, status_columns, 4, &status), MAILLE_OK);
    CHECK_INT(maille_table_add_row(f->ctx, status, &to), MAILLE_OK);
    CHECK_INT(maille_set_text(f->ctx, status, to, 0, id), MAILLE_OK);
    maille_set_int(status, to, 1, 2);
    CHECK_INT(maille_set_text(f->ctx, status, to, 2, "en-fonctionnement"), MAILLE_OK);
    CHECK_INT(maille_set_text(f->ctx, status, to, 3, "2023-01-01"), MAILLE_OK);
    CHECK_INT(maille_store_append(f->ctx, f->store, "perimeter_status", status), MAILLE_OK);
    maille_table_free(row);
    maille_table_free(status);
}

/* One cell of the member `code` of a perimeter; "" where there is none, "null" where it is empty.
 */
static const char *member(fixture *f, const char *id, const char *code, const char *column) {
    static char out[2][128];
    static int next;
    const char *columns[] = {column};
    maille_value of = maille_text_value(id), at = maille_text_value(code);
    maille_filter by_id = maille_equals("perimeter_id", &of), by_code = maille_equals("code", &at);
    const maille_filter *both[] = {&by_id, &by_code};
    maille_filter filter = {.op = MAILLE_F_AND, .children = both, .count = 2};
    maille_query query = {
        .table = "perimeter_member_raw", .columns = columns, .column_count = 1, .filter = &filter};
    maille_table *table = NULL;
    maille_strbuf s = {0};
    char *text = out[next++ & 1];
    CHECK_INT(maille_store_read(f->ctx, f->store, &query, &table), MAILLE_OK);
    if (table && table->rows)
        hash_column(&s, &table->columns[0], 0);
    snprintf(text, sizeof out[0], "%.*s", s.length ? (int)s.length - 1 : 0, s.text ? s.text : "");
    maille_strbuf_free(&s);
    maille_table_free(table);
    return text;
}

TEST(what_a_file_says_of_a_perimeter_is_kept) {
    fixture f = fixture_open("plus.maille", 2154);
    maille_source source = perimeters(full);
    must_import(&f, &source);
    CHECK_INT(count_rows(&f, "perimeter_status"), 3);
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "since"), "2021-07-01");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "by_whom"), "URPS");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "place"), "1");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "status"), "contractualisee");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "b", "since"), "2020-01-01");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "b", "by_whom"), "null");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "c", "since"), "2019-11-03");
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "version"), "null");
    CHECK_TEXT(cell(&f, "remark", "kind", "date-par-annee", "subject"), "b");
    CHECK_TEXT(member(&f, "a", "2A004", "on_purpose"), "1");
    CHECK_TEXT(member(&f, "a", "2A004", "reason"), "ville-centre, deux équipes");
    CHECK_TEXT(member(&f, "a", "2A004", "zone"), "Sud");
    CHECK_TEXT(member(&f, "a", "2A001", "on_purpose"), "0");
    CHECK_TEXT(member(&f, "a", "2A001", "reason"), "null");
    CHECK_TEXT(member(&f, "b", "2A004", "on_purpose"), "0");
    CHECK_TEXT(member(&f, "b", "2A004", "zone"), "null");
    fixture_close(&f);
}

TEST(a_file_without_more_leaves_it_empty) {
    fixture f = fixture_open("moins.maille", 2154);
    maille_source source = perimeters("id,nom,statut,code\na,A,idée,2A001\n");
    source.perimeter_kind = "pta-2";
    must_import(&f, &source);
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "kind"), "pta-2");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "status"), "idee");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "since"), "null");
    CHECK_TEXT(member(&f, "a", "2A001", "on_purpose"), "0");
    fixture_close(&f);
}

TEST(mapped_fields_are_read_by_their_own_names) {
    fixture f = fixture_open("noms.maille", 2154);
    maille_source source =
        perimeters("n,l,s,c,d,q,p,m,z\na,A,idée,2A001,31/12/2019,ARS,1,fusion,Z\n");
    source.field_count = 9;
    source.field_keys =
        (const char *[]){"id", "name", "status", "code", "since", "by", "shared", "reason", "zone"};
    source.field_values = (const char *[]){"n", "l", "s", "c", "d", "q", "p", "m", "z"};
    must_import(&f, &source);
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "since"), "2019-12-31");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "by_whom"), "ARS");
    CHECK_TEXT(member(&f, "a", "2A001", "reason"), "fusion");
    CHECK_TEXT(member(&f, "a", "2A001", "zone"), "Z");
    fixture_close(&f);
}

#define HEAD "id,nom,statut,code,part,depuis,accompagnement,partage,motif_partage\n"
TEST(more_is_refused_with_its_row) {
    static const struct {
        const char *text, *message;
    } files[] = {
        {HEAD "x,X,idée,2A001,,2021-02-29,,,\n",
         "%s, row 2: since was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (2021-02-29)"},
        {HEAD "x,X,idée,2A001,,2020-02-29,,,\nx,X,idée,2A004,,07/2021,,,\n",
         "%s, row 3: since was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (07/2021)"},
        {HEAD "x,X,idée,2A001,,12/31/2021,,,\n",
         "%s, row 2: since was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (12/31/2021)"},
        {HEAD "x,X,idée,2A001,,2199-12-31,,,\n",
         "%s, row 2: 2199-12-31 was yet to come; a status is of the day it began"},
        {HEAD "x,X,idée,2A001,,juillet 2021,,,\n",
         "%s, row 2: since was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (juillet 2021)"},
        {HEAD "x,X,idée,2A001,,21,,,\n",
         "%s, row 2: since was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (21)"},
        {HEAD "x,X,idée,2A001,,01-07-2021,,,\n",
         "%s, row 2: since was no date of the form YYYY-MM-DD, DD/MM/YYYY or YYYY (01-07-2021)"},
        {HEAD "x,X,idée,2A001,,2021,,,\nx,X,idée,2A004,,2022,,,\n",
         "%s, row 3: perimeter x had two dates of its status: 2022-01-01, and 2021-01-01 in row 2"},
        {HEAD "x,X,idée,2A001,,,URPS,,\nx,X,idée,2A004,,,ARS,,\n",
         "%s, row 3: perimeter x had two bodies that accompanied it: ARS, and URPS in row 2"},
        {HEAD "x,X,idée,2A001,,,,oui,\n",
         "%s, row 2: commune 2A001 of perimeter x was shared on purpose without a reason"},
        {HEAD "x,X,idée,2A001,,,,non,ville\n",
         "%s, row 2: commune 2A001 of perimeter x had a reason to be shared on purpose and was "
         "not"},
        {HEAD "x,X,idée,2A001,,,,peut-être,ville\n",
         "%s, row 2: shared was neither oui nor non (peut-être)"},
        {HEAD "x,X,idée,2A001,0,,,oui,ville\n", "%s, row 2: share was not in (0, 1] (0)"},
        {HEAD "x,X,idée,2A001,1.2,,,,\n", "%s, row 2: share was not in (0, 1] (1.2)"},
        {HEAD "x,X,idée,2A001,,,,,\ny,Y,idée,2A001,,,,,\nx,X,idée,2A001,,,,,\n",
         "%s, row 4: commune 2A001 was in perimeter x in row 2 already"},
        {HEAD "x,X,idée,2A001,,,,,\ny,Y,idée,,,,,,\n",
         "%s, row 3: a commune of perimeter y had no code"},
        {HEAD "x,X,idée,75056,,,,,\ny,Y,idée,75101,,,,,\nx,X,idée,75102,,,,,\n",
         "%s, row 4: commune 75056 and its part 75102 were both in perimeter x (the other in row "
         "2)"},
        {HEAD "x,X,idée,2A0040101,,,,,\nx,X,idée,2A0040102,,,,,\nx,X,idée,2A004,,,,,\n",
         "%s, row 4: commune 2A004 and its part 2A0040101 were both in perimeter x (the other in "
         "row 2)"},
        {HEAD "x,X,idée,751010001,,,,,\nx,X,idée,75056,,,,,\n",
         "%s, row 3: commune 75056 and its part 751010001 were both in perimeter x (the other in "
         "row 2)"},
        {HEAD, "%s held no row"},
    };
    fixture f = fixture_open("refus-plus.maille", 2154);
    maille_source source = perimeters(full);
    must_import(&f, &source);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        source.file = write_file("refuse.csv", files[i].text);
        must_refuse(&f, &source, MAILLE_REFUSED, files[i].message);
    }
    source.perimeter_kind = "Zonage PDSA";
    must_refuse(&f, &source, MAILLE_USAGE,
                "perimeter_kind \"Zonage PDSA\" was not made of a-z, 0-9 and -");
    fixture_close(&f);
}

TEST(statuses_follow_their_perimeter) {
    fixture f = fixture_open("suite.maille", 2154);
    maille_source source = perimeters(full);
    must_import(&f, &source);
    edit(&f, "a");
    CHECK_INT(count_rows(&f, "perimeter_status"), 4);
    source =
        perimeters("id,nom,statut,code,depuis\na,A,projet,2A001,2024\nb,B,abandon,2A004,2022\n");
    must_import(&f, &source);
    /* a was edited: its two statuses stay, and its members; b is the file's; c is gone */
    CHECK_INT(count_rows(&f, "perimeter_status"), 3);
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "since"), "2021-07-01");
    CHECK_TEXT(cell(&f, "perimeter_status", "status", "en-fonctionnement", "since"), "2023-01-01");
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "version"), "4");
    CHECK_TEXT(member(&f, "a", "2A004", "zone"), "Sud");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "b", "status"), "abandonnee");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "b", "since"), "2022-01-01");
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "c", "since"), "");
    /* forced: the file's word counts, and the history takes it up */
    CHECK_INT(import_with(&f, &source, true), MAILLE_OK);
    CHECK_INT(count_rows(&f, "perimeter_status"), 2);
    CHECK_TEXT(cell(&f, "perimeter_status", "perimeter_id", "a", "since"), "2024-01-01");
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "version"), "null");
    CHECK_TEXT(cell(&f, "perimeter", "id", "a", "edited"), "0");
    CHECK_TEXT(member(&f, "a", "2A004", "zone"), "");
    CHECK_TEXT(member(&f, "a", "2A001", "zone"), "null");
    /* forced again: nothing changes but the number of the import */
    CHECK_INT(import_with(&f, &source, true), MAILLE_OK);
    CHECK_INT(count_rows(&f, "perimeter_status"), 2);
    fixture_close(&f);
}

RUN_TESTS(CASE(what_a_file_says_of_a_perimeter_is_kept), CASE(a_file_without_more_leaves_it_empty),
          CASE(mapped_fields_are_read_by_their_own_names), CASE(more_is_refused_with_its_row),
          CASE(statuses_follow_their_perimeter))
