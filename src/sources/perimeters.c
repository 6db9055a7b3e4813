/* Perimeters as a long table: a row is one commune of one perimeter. */
#include "sources/job.h"

#include <inttypes.h>
#include <maille/clock.h>
#include <maille/rules.h>
#include <math.h>
#include <string.h>

enum { ID, NAME, STATUS, CODE, SHARE, CONTACT, SINCE, BY, SHARED, REASON, ZONE, FIELDS };
enum { TO_ID, TO_KIND, TO_NAME, TO_STATUS, TO_CONTACT, TO_IMPORT, TO_COLUMNS };
enum {
    MEMBER_OF,
    MEMBER_CODE,
    MEMBER_SHARE,
    MEMBER_ON_PURPOSE,
    MEMBER_REASON,
    MEMBER_ZONE,
    MEMBER_IMPORT,
    MEMBER_ROW,
    MEMBER_COLUMNS
};
enum {
    STATUS_OF,
    STATUS_PLACE,
    STATUS_STATUS,
    STATUS_SINCE,
    STATUS_BY,
    STATUS_IMPORT,
    STATUS_COLUMNS
};

enum { EDITED = 1, DELETED };

/* A perimeter as its rows tell it. */
typedef struct {
    const char *id, *name, *status, *contact;
    const char *since, *by; /* of the status: its day, who accompanied it; or NULL */
    int64_t row;            /* of its first mention */
    bool left;              /* edited in the workspace: left as it is there */
    bool year_only;         /* the day was given as a year */
} perimeter;

typedef struct {
    maille_job *job;
    maille_rows rows;
    const maille_publication_rules *rules;
    maille_publication_rules *own_rules;
    MAILLE_VEC(perimeter) perimeters;
    maille_names *ids;     /* id → place in `perimeters` */
    maille_names *members; /* "id code" → place in the file */
    maille_names *wholes;  /* "id code" of what members are parts of → place of the first part */
    maille_unit_rules *units;
    maille_names *edited;   /* ids edited in the workspace → EDITED, DELETED */
    maille_names *standing; /* id → other import */
    maille_table *to, *member, *status;
} reading;

/* ---- what stands in the workspace ---- */

static maille_status read_edited(maille_job *job, maille_names **out) {
    static const char *const columns[] = {"id", "import_id", "edited"};
    maille_query query = {.table = "perimeter", .columns = columns, .column_count = 3};
    maille_table *table = NULL;
    *out = NULL;
    maille_status status = maille_store_read(job->ctx, job->store, &query, &table);
    if (status != MAILLE_OK)
        return status;
    maille_names *edited = maille_names_new(table->rows);
    if (!edited)
        status = maille_no_memory(job->ctx);
    for (size_t i = 0; i < table->rows && status == MAILLE_OK; i++) {
        bool by_hand = table->columns[1].null[i] || table->columns[2].ints[i] != 0;
        if (by_hand && !maille_names_set(edited, table->columns[0].texts[i], EDITED))
            status = maille_no_memory(job->ctx);
    }
    if (status == MAILLE_OK)
        *out = edited;
    else
        maille_names_free(edited);
    maille_table_free(table);
    return status;
}

/* Whether the last version of a perimeter in the reference was somebody's decision: neither an
 * import's, nor an undo's of what somebody had made. */
static maille_status was_decided(maille_job *job, const char *id, int64_t version, bool *decided) {
    static const char *const change_of[] = {"change_id"}, *const kind_of[] = {"kind"};
    maille_value of = maille_text_value(id), nowhere = maille_text_value("");
    maille_value number = maille_int_value(version), change;
    const maille_filter by_id = maille_equals("perimeter_id", &of);
    const maille_filter by_scenario = maille_equals("scenario", &nowhere);
    const maille_filter by_version = maille_equals("version", &number);
    const maille_filter *const all[] = {&by_id, &by_scenario, &by_version};
    const maille_filter one = {.op = MAILLE_F_AND, .children = all, .count = 3};
    maille_query query = {
        .table = "perimeter_version", .columns = change_of, .column_count = 1, .filter = &one};
    maille_table *versions = NULL, *changes = NULL;
    maille_status status = MAILLE_OK;
    *decided = false;
    MAILLE_TRY(maille_store_read(job->ctx, job->store, &query, &versions));
    if (versions->rows == 0)
        goto done;
    change = maille_text_value(versions->columns[0].texts[0]);
    const maille_filter by_change = maille_equals("id", &change);
    query = (maille_query){
        .table = "change", .columns = kind_of, .column_count = 1, .filter = &by_change};
    MAILLE_TRY(maille_store_read(job->ctx, job->store, &query, &changes));
    *decided = changes->rows && strcmp(changes->columns[0].texts[0], "import") != 0 &&
               strcmp(changes->columns[0].texts[0], "annulation") != 0;
done:
    maille_table_free(versions);
    maille_table_free(changes);
    return status;
}

/* Perimeters that people deleted since a file brought them. */
static maille_status read_deleted(maille_job *job, maille_names *edited) {
    static const char *const columns[] = {"perimeter_id", "version", "state"};
    maille_value nowhere = maille_text_value("");
    const maille_filter of_reference = maille_equals("scenario", &nowhere);
    maille_query query = {
        .table = "scenario_head", .columns = columns, .column_count = 3, .filter = &of_reference};
    maille_table *heads = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_read(job->ctx, job->store, &query, &heads));
    for (size_t i = 0; i < heads->rows; i++) {
        const char *id = heads->columns[0].texts[i];
        bool decided = false;
        if (!heads->columns[2].null[i])
            continue;
        MAILLE_TRY(was_decided(job, id, heads->columns[1].ints[i], &decided));
        if (decided && maille_names_get(edited, id) == MAILLE_ABSENT &&
            !maille_names_set(edited, id, DELETED)) {
            status = maille_no_memory(job->ctx);
            goto done;
        }
    }
done:
    maille_table_free(heads);
    return status;
}

/* ---- reading ---- */

static maille_status refuse_status(const reading *r, size_t i, const char *text) {
    maille_strbuf known = {0};
    for (size_t k = 0; k < r->rules->count; k++)
        maille_strbuf_addf(&known, "%s%s", k ? ", " : "", r->rules->statuses[k].id);
    maille_status status = maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                                             "status %s was unknown; known are: %s", text,
                                             known.text ? known.text : "none");
    maille_strbuf_free(&known);
    return status;
}

/* A status dated ahead would be published before its day. */
static maille_status read_day(const reading *r, size_t i, perimeter *out) {
    char today[11];
    maille_status status =
        maille_job_day(r->job, &r->rows, i, SINCE, "since", &out->since, &out->year_only);
    maille_utc_today(today);
    if (status == MAILLE_OK && out->since && strcmp(out->since, today) > 0)
        status =
            maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                              "%s was yet to come; a status is of the day it began", out->since);
    return status;
}

static maille_status read_row(const reading *r, size_t i, perimeter *out) {
    static const struct {
        int field;
        const char *what;
    } needed[] = {{ID, "id"}, {NAME, "name"}, {STATUS, "status"}};
    for (size_t k = 0; k < 3; k++)
        if (!maille_cell(&r->rows, i, (size_t)needed[k].field))
            return maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                                     "the %s of the perimeter was missing", needed[k].what);
    const char *text = maille_cell(&r->rows, i, STATUS);
    const maille_perimeter_status *status = maille_publication_status(r->rules, text);
    if (!status)
        return refuse_status(r, i, text);
    *out = (perimeter){.id = maille_cell(&r->rows, i, ID),
                       .name = maille_cell(&r->rows, i, NAME),
                       .status = status->id,
                       .contact = maille_cell(&r->rows, i, CONTACT),
                       .by = maille_cell(&r->rows, i, BY),
                       .row = maille_row_number(&r->rows, i)};
    return read_day(r, i, out);
}

/* A perimeter says the same of itself in all of its rows; what need not be said may be left out in
 * some. */
static maille_status judge_same(const reading *r, perimeter *known, const perimeter *row) {
    const struct {
        const char *what, **known, *row;
    } texts[] = {{"names", &known->name, row->name},
                 {"statuses", &known->status, row->status},
                 {"contacts", &known->contact, row->contact},
                 {"dates of its status", &known->since, row->since},
                 {"bodies that accompanied it", &known->by, row->by}};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        if (!*texts[k].known)
            *texts[k].known = texts[k].row;
        else if (texts[k].row && strcmp(*texts[k].known, texts[k].row) != 0)
            return maille_job_refuse(r->job, row->row,
                                     "perimeter %s had two %s: %s, and %s in row %" PRId64, row->id,
                                     texts[k].what, texts[k].row, *texts[k].known, known->row);
    }
    known->year_only = known->year_only || row->year_only;
    return MAILLE_OK;
}

static maille_status add_perimeter(reading *r, perimeter *row) {
    maille_job *job = r->job;
    maille_status status = MAILLE_OK;
    uint32_t since = maille_names_get(r->edited, row->id);
    bool edited = since != MAILLE_ABSENT;
    uint32_t import = maille_names_get(r->standing, row->id);
    if (!edited && import != MAILLE_ABSENT)
        return maille_job_refuse(job, row->row, "perimeter %s was imported from %s already",
                                 row->id, maille_job_file_of(job, import));
    row->left = edited && !job->options->force;
    if (row->left)
        status =
            maille_report_add(job->ctx, &job->report, since == DELETED ? CASE_DELETED : CASE_EDITED,
                              row->row, row->id);
    if (status == MAILLE_OK && (!maille_names_set(r->ids, row->id, (uint32_t)r->perimeters.count) ||
                                !MAILLE_VEC_PUSH(&r->perimeters, *row)))
        status = maille_no_memory(job->ctx);
    return status;
}

/* "id code" as the names know it, in the arena. */
static maille_status key_of(const reading *r, const char *id, const char *code, const char **out) {
    maille_strbuf key = {0};
    maille_strbuf_addf(&key, "%s %s", id, code);
    *out = key.failed ? NULL : maille_arena_strdup(r->job->arena, key.text);
    maille_strbuf_free(&key);
    return *out ? MAILLE_OK : maille_no_memory(r->job->ctx);
}

static maille_status refuse_part(const reading *r, size_t i, const char *id, const char *code,
                                 uint32_t before, bool is_part) {
    const char *other = maille_cell(&r->rows, before, CODE);
    return maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                             "commune %s and its part %s were both in perimeter %s (the other in "
                             "row %" PRId64 ")",
                             is_part ? other : code, is_part ? code : other, id,
                             maille_row_number(&r->rows, before));
}

/* A commune and its parts (arrondissements, IRIS) are not both members. */
static maille_status judge_parts(reading *r, size_t i, const char *id, const char *code) {
    maille_status status = MAILLE_OK;
    const char *key;
    char whole[33], part[33];
    MAILLE_TRY(key_of(r, id, code, &key));
    uint32_t before = maille_names_get(r->wholes, key);
    if (before != MAILLE_ABSENT)
        status = refuse_part(r, i, id, code, before, false);
    for (const char *of = code; status == MAILLE_OK && maille_unit_whole(r->units, of, whole);
         of = memcpy(part, whole, sizeof part)) {
        MAILLE_TRY(key_of(r, id, whole, &key));
        before = maille_names_get(r->members, key);
        if (before != MAILLE_ABSENT)
            status = refuse_part(r, i, id, code, before, true);
        else if (maille_names_get(r->wholes, key) == MAILLE_ABSENT &&
                 !maille_names_set(r->wholes, key, (uint32_t)i))
            status = maille_no_memory(r->job->ctx);
    }
done:
    return status;
}

static maille_status judge_member(reading *r, size_t i, const char *id, const char *code) {
    maille_status status = MAILLE_OK;
    const char *key;
    MAILLE_TRY(key_of(r, id, code, &key));
    uint32_t before = maille_names_get(r->members, key);
    if (before != MAILLE_ABSENT)
        status = maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                                   "commune %s was in perimeter %s in row %" PRId64 " already",
                                   code, id, maille_row_number(&r->rows, before));
    else if (!maille_names_set(r->members, key, (uint32_t)i))
        status = maille_no_memory(r->job->ctx);
    else
        status = judge_parts(r, i, id, code);
done:
    return status;
}

static maille_status read_share(const reading *r, size_t i, double *out) {
    maille_status status = maille_job_amount(r->job, &r->rows, i, SHARE, "share", out);
    if (status != MAILLE_OK)
        return status;
    if (isnan(*out))
        *out = 1;
    return *out > 0 && *out <= 1
               ? MAILLE_OK
               : maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                                   "share was not in (0, 1] (%s)", maille_cell(&r->rows, i, SHARE));
}

/* Shared on purpose, and why: both or neither. */
static maille_status read_purpose(const reading *r, size_t i, const char *id, const char *code,
                                  bool *on_purpose) {
    bool reason = maille_cell(&r->rows, i, REASON) != NULL;
    maille_status status = maille_job_yes(r->job, &r->rows, i, SHARED, "shared", on_purpose);
    if (status != MAILLE_OK || *on_purpose == reason)
        return status;
    return maille_job_refuse(r->job, maille_row_number(&r->rows, i),
                             *on_purpose
                                 ? "commune %s of perimeter %s was shared on purpose without a "
                                   "reason"
                                 : "commune %s of perimeter %s had a reason to be shared on "
                                   "purpose and was not",
                             code, id);
}

static maille_status stage_member(reading *r, size_t i, const perimeter *p) {
    maille_job *job = r->job;
    const char *code;
    double share = 1;
    bool on_purpose = false;
    size_t to;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_job_code(job, &r->rows, i, CODE, true, &code));
    if (!code) {
        status = maille_job_refuse(job, maille_row_number(&r->rows, i),
                                   "a commune of perimeter %s had no code", p->id);
        goto done;
    }
    MAILLE_TRY(judge_member(r, i, p->id, code));
    MAILLE_TRY(read_share(r, i, &share));
    MAILLE_TRY(read_purpose(r, i, p->id, code, &on_purpose));
    if (p->left)
        goto done;
    MAILLE_TRY(maille_table_add_row(job->ctx, r->member, &to));
    maille_set_int(r->member, to, MEMBER_ROW, maille_row_number(&r->rows, i));
    maille_set_real(r->member, to, MEMBER_SHARE, share);
    maille_set_int(r->member, to, MEMBER_ON_PURPOSE, on_purpose);
    const char *const texts[MEMBER_COLUMNS] = {[MEMBER_OF] = p->id,
                                               [MEMBER_CODE] = code,
                                               [MEMBER_REASON] = maille_cell(&r->rows, i, REASON),
                                               [MEMBER_ZONE] = maille_cell(&r->rows, i, ZONE)};
    for (size_t c = 0; c < MEMBER_COLUMNS; c++)
        if (texts[c])
            MAILLE_TRY(maille_set_text(job->ctx, r->member, to, c, texts[c]));
done:
    return status;
}

static maille_status take_row(reading *r, size_t i) {
    perimeter row = {0};
    maille_status status = read_row(r, i, &row);
    if (status != MAILLE_OK)
        return status;
    uint32_t place = maille_names_get(r->ids, row.id);
    if (place == MAILLE_ABSENT) {
        place = (uint32_t)r->perimeters.count;
        status = add_perimeter(r, &row);
    } else {
        status = judge_same(r, &r->perimeters.items[place], &row);
    }
    return status == MAILLE_OK ? stage_member(r, i, &r->perimeters.items[place]) : status;
}

static maille_status stage_perimeter(reading *r, const perimeter *p) {
    maille_job *job = r->job;
    const char *kind = job->source->perimeter_kind ? job->source->perimeter_kind : "cpts";
    const char *const texts[] = {p->id, kind, p->name, p->status, p->contact};
    size_t to;
    maille_status status = MAILLE_OK;
    if (p->left)
        return MAILLE_OK;
    if (p->year_only)
        MAILLE_TRY(maille_report_add(job->ctx, &job->report, CASE_YEAR_ONLY, p->row, p->id));
    MAILLE_TRY(maille_table_add_row(job->ctx, r->to, &to));
    for (size_t c = TO_ID; c <= TO_CONTACT; c++)
        MAILLE_TRY(maille_set_text(job->ctx, r->to, to, c, texts[c]));
    MAILLE_TRY(maille_table_add_row(job->ctx, r->status, &to));
    maille_set_int(r->status, to, STATUS_PLACE, 1);
    MAILLE_TRY(maille_set_text(job->ctx, r->status, to, STATUS_OF, p->id));
    MAILLE_TRY(maille_set_text(job->ctx, r->status, to, STATUS_STATUS, p->status));
    MAILLE_TRY(maille_set_text(job->ctx, r->status, to, STATUS_SINCE, p->since));
    MAILLE_TRY(maille_set_text(job->ctx, r->status, to, STATUS_BY, p->by));
done:
    return status;
}

/* The rules, the names known, and the two staged tables. */
static maille_status prepare(reading *r) {
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_ID] = {"id", MAILLE_TEXT},           [TO_KIND] = {"kind", MAILLE_TEXT},
        [TO_NAME] = {"name", MAILLE_TEXT},       [TO_STATUS] = {"status", MAILLE_TEXT},
        [TO_CONTACT] = {"contact", MAILLE_TEXT}, [TO_IMPORT] = {"import_id", MAILLE_INT}};
    static const maille_column_spec member_columns[MEMBER_COLUMNS] = {
        [MEMBER_OF] = {"perimeter_id", MAILLE_TEXT},
        [MEMBER_CODE] = {"code", MAILLE_TEXT},
        [MEMBER_SHARE] = {"share", MAILLE_REAL},
        [MEMBER_ON_PURPOSE] = {"on_purpose", MAILLE_INT},
        [MEMBER_REASON] = {"reason", MAILLE_TEXT},
        [MEMBER_ZONE] = {"zone", MAILLE_TEXT},
        [MEMBER_IMPORT] = {"import_id", MAILLE_INT},
        [MEMBER_ROW] = {"source_row", MAILLE_INT}};
    static const maille_column_spec status_columns[STATUS_COLUMNS] = {
        [STATUS_OF] = {"perimeter_id", MAILLE_TEXT}, [STATUS_PLACE] = {"place", MAILLE_INT},
        [STATUS_STATUS] = {"status", MAILLE_TEXT},   [STATUS_SINCE] = {"since", MAILLE_TEXT},
        [STATUS_BY] = {"by_whom", MAILLE_TEXT},      [STATUS_IMPORT] = {"import_id", MAILLE_INT}};
    maille_job *job = r->job;
    maille_status status = MAILLE_OK;
    r->ids = maille_names_new(0);
    r->members = maille_names_new(0);
    r->wholes = maille_names_new(0);
    if (!r->ids || !r->members || !r->wholes)
        return maille_no_memory(job->ctx);
    status = maille_unit_rules_read(job->ctx, MAILLE_DEFAULT_UNITS, &r->units);
    r->rules = job->options->publication;
    if (status == MAILLE_OK && !r->rules) {
        status = maille_publication_rules_read(job->ctx, MAILLE_DEFAULT_PUBLICATION, &r->own_rules);
        r->rules = r->own_rules;
    }
    if (status == MAILLE_OK)
        status = read_edited(job, &r->edited);
    if (status == MAILLE_OK)
        status = read_deleted(job, r->edited);
    if (status == MAILLE_OK)
        status = maille_job_standing(job, "perimeter", "id", NULL, &r->standing);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "perimeter", columns, TO_COLUMNS, &r->to);
    if (status == MAILLE_OK)
        status = maille_job_stage(job, "perimeter_member_raw", member_columns, MEMBER_COLUMNS,
                                  &r->member);
    if (status == MAILLE_OK)
        status =
            maille_job_stage(job, "perimeter_status", status_columns, STATUS_COLUMNS, &r->status);
    return status;
}

maille_status maille_load_perimeters(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {
        [ID] = {"id", true},          [NAME] = {"name", true},    [STATUS] = {"status", true},
        [CODE] = {"code", true},      [SHARE] = {"share", false}, [CONTACT] = {"contact", false},
        [SINCE] = {"since", false},   [BY] = {"by", false},       [SHARED] = {"shared", false},
        [REASON] = {"reason", false}, [ZONE] = {"zone", false}};
    reading r = {.job = job};
    maille_status status = prepare(&r);
    if (status == MAILLE_OK)
        status = maille_job_read(job, wanted, FIELDS, GEOMETRY_IGNORED, &r.rows);
    if (status == MAILLE_OK && r.rows.table->rows == 0)
        status = maille_fail(job->ctx, MAILLE_REFUSED, "%s held no row", job->file);
    for (size_t i = 0; status == MAILLE_OK && i < r.rows.table->rows; i++)
        status = take_row(&r, i);
    for (size_t i = 0; status == MAILLE_OK && i < r.perimeters.count; i++)
        status = stage_perimeter(&r, &r.perimeters.items[i]);
    if (status == MAILLE_OK)
        job->kept = (int64_t)r.member->rows;
    MAILLE_VEC_FREE(&r.perimeters);
    maille_table_free(r.rows.table);
    maille_names_free(r.ids);
    maille_names_free(r.members);
    maille_names_free(r.wholes);
    maille_unit_rules_free(r.units);
    maille_names_free(r.edited);
    maille_names_free(r.standing);
    maille_publication_rules_free(r.own_rules);
    return status;
}

/* ---- before the rows are appended ---- */

/* With `force` the file's perimeters replace those of the same id that people edited or made. */
maille_status maille_save_perimeters(maille_job *job) {
    static const char *const places[][2] = {{"perimeter_member_raw", "perimeter_id"},
                                            {"perimeter_status", "perimeter_id"},
                                            {"perimeter", "id"}};
    const maille_table *perimeters = job->batches[0].rows;
    maille_status status = MAILLE_OK;
    if (!job->options->force)
        return MAILLE_OK;
    for (size_t i = 0; i < perimeters->rows; i++) {
        maille_value id = maille_text_value(perimeters->columns[TO_ID].texts[i]);
        for (size_t p = 0; p < 3 && status == MAILLE_OK; p++) {
            maille_filter of_id = maille_equals(places[p][1], &id);
            status = maille_store_delete(job->ctx, job->store, places[p][0], &of_id);
        }
    }
    return status;
}
