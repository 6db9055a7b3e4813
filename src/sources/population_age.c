/* Inhabitants by age: a row is one band of ages of one commune. All communes have the same bands,
 * which do not overlap. */
#include "sources/job.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { CODE, FROM, POPULATION, TO, FIELDS };
enum { BANDS_AT_MOST = 150 }; /* single years, and some */
enum { TO_IMPORT, TO_ROW, TO_CODE, TO_FROM, TO_TO, TO_POPULATION, TO_COLUMNS };

/* `to` is included; infinite: and over. */
typedef struct {
    double from, to;
    int64_t row;     /* of its first mention */
    uint32_t import; /* that another file of the workspace was; MAILLE_ABSENT: this one */
} band;

typedef struct {
    maille_job *job;
    maille_rows rows;
    MAILLE_VEC(band) bands;
    maille_names *here;     /* "code from" → place in the file */
    maille_names *standing; /* code → other import */
    maille_table *to;
} reading;

/* ---- bands ---- */

/* "from 15 to 29", "from 75 on" */
static const char *in_words(const band *b, char out[64]) {
    if (isinf(b->to))
        snprintf(out, 64, "from %g on", b->from);
    else
        snprintf(out, 64, "from %g to %g", b->from, b->to);
    return out;
}

static maille_status refuse_band(const reading *r, const band *now, const band *before) {
    char words[2][64];
    if (before->import != MAILLE_ABSENT)
        return maille_job_refuse(r->job, now->row, "ages %s did not go with those %s of %s",
                                 in_words(now, words[0]), in_words(before, words[1]),
                                 maille_job_file_of(r->job, before->import));
    return maille_job_refuse(r->job, now->row, "ages %s did not go with those %s of row %" PRId64,
                             in_words(now, words[0]), in_words(before, words[1]), before->row);
}

/* A band is one of those known, or apart from all of them. */
static maille_status judge_band(reading *r, const band *now) {
    for (size_t i = 0; i < r->bands.count; i++) {
        const band *known = &r->bands.items[i];
        if (known->from == now->from && known->to == now->to)
            return MAILLE_OK;
        if (now->from <= known->to && known->from <= now->to)
            return refuse_band(r, now, known);
    }
    if (r->bands.count == BANDS_AT_MOST)
        return maille_job_refuse(r->job, now->row, "ages were cut into more than %d bands",
                                 BANDS_AT_MOST);
    return MAILLE_VEC_PUSH(&r->bands, *now) ? MAILLE_OK : maille_no_memory(r->job->ctx);
}

/* Bands and codes that other files brought. */
static maille_status read_standing(reading *r) {
    static const char *const columns[] = {"code", "from_age", "to_age", "import_id"};
    maille_query query = {.table = "population_age_raw", .columns = columns, .column_count = 4};
    maille_job *job = r->job;
    maille_table *table = NULL;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_store_read(job->ctx, job->store, &query, &table));
    if (!(r->standing = maille_names_new(0)))
        status = maille_no_memory(job->ctx);
    for (size_t i = 0; i < table->rows && status == MAILLE_OK; i++) {
        uint32_t import = (uint32_t)table->columns[3].ints[i];
        if (table->columns[3].ints[i] == job->replaces)
            continue;
        bool open = table->columns[2].null[i];
        band b = {.from = table->columns[1].reals[i],
                  .to = open ? INFINITY : table->columns[2].reals[i],
                  .import = import};
        status = maille_names_set(r->standing, table->columns[0].texts[i], import)
                     ? judge_band(r, &b)
                     : maille_no_memory(job->ctx);
    }
done:
    maille_table_free(table);
    return status;
}

static maille_status read_band(const reading *r, size_t i, band *out) {
    maille_job *job = r->job;
    maille_status status = MAILLE_OK;
    *out = (band){.row = maille_row_number(&r->rows, i), .import = MAILLE_ABSENT};
    MAILLE_TRY(maille_job_amount(job, &r->rows, i, FROM, "from", &out->from));
    MAILLE_TRY(maille_job_amount(job, &r->rows, i, TO, "to", &out->to));
    if (isnan(out->from))
        status = maille_job_refuse(job, out->row, "from was missing");
    else if (isnan(out->to))
        out->to = INFINITY;
    else if (out->to < out->from)
        status =
            maille_job_refuse(job, out->row, "ages went from %g back to %g", out->from, out->to);
done:
    return status;
}

/* ---- rows ---- */

static maille_status judge_again(const reading *r, size_t i, const char *code, const band *b) {
    maille_job *job = r->job;
    maille_strbuf key = {0};
    maille_status status = MAILLE_OK;
    uint32_t import = maille_names_get(r->standing, code);
    if (import != MAILLE_ABSENT)
        return maille_job_refuse(job, b->row, "the ages of %s were imported from %s already", code,
                                 maille_job_file_of(job, import));
    maille_strbuf_addf(&key, "%s ", code);
    maille_strbuf_add_double(&key, b->from);
    uint32_t before = key.failed ? MAILLE_ABSENT : maille_names_get(r->here, key.text);
    if (before != MAILLE_ABSENT)
        status =
            maille_job_refuse(job, b->row, "the ages of %s from %g were in row %" PRId64 " already",
                              code, b->from, maille_row_number(&r->rows, before));
    else if (key.failed || !maille_names_set(r->here, key.text, (uint32_t)i))
        status = maille_no_memory(job->ctx);
    maille_strbuf_free(&key);
    return status;
}

static maille_status stage_row(reading *r, size_t i) {
    maille_job *job = r->job;
    const char *code;
    double population = NAN;
    band b;
    size_t to;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_job_code(job, &r->rows, i, CODE, true, &code));
    if (!code) {
        status = maille_report_add(job->ctx, &job->report, CASE_NO_CODE,
                                   maille_row_number(&r->rows, i), NULL);
        goto done;
    }
    MAILLE_TRY(read_band(r, i, &b));
    MAILLE_TRY(judge_again(r, i, code, &b));
    MAILLE_TRY(judge_band(r, &b));
    MAILLE_TRY(maille_job_amount(job, &r->rows, i, POPULATION, "population", &population));
    if (isnan(population)) {
        status = maille_job_refuse(job, b.row, "population of %s was missing", code);
        goto done;
    }
    MAILLE_TRY(maille_table_add_row(job->ctx, r->to, &to));
    maille_set_int(r->to, to, TO_ROW, b.row);
    maille_set_real(r->to, to, TO_FROM, b.from);
    maille_set_real(r->to, to, TO_TO, isinf(b.to) ? NAN : b.to);
    maille_set_real(r->to, to, TO_POPULATION, population);
    MAILLE_TRY(maille_set_text(job->ctx, r->to, to, TO_CODE, code));
done:
    return status;
}

maille_status maille_load_population_age(maille_job *job) {
    static const maille_wanted wanted[FIELDS] = {[CODE] = {"code", true},
                                                 [FROM] = {"from", true},
                                                 [POPULATION] = {"population", true},
                                                 [TO] = {"to", false}};
    static const maille_column_spec columns[TO_COLUMNS] = {
        [TO_IMPORT] = {"import_id", MAILLE_INT}, [TO_ROW] = {"source_row", MAILLE_INT},
        [TO_CODE] = {"code", MAILLE_TEXT},       [TO_FROM] = {"from_age", MAILLE_REAL},
        [TO_TO] = {"to_age", MAILLE_REAL},       [TO_POPULATION] = {"population", MAILLE_REAL}};
    reading r = {.job = job};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(maille_job_read(job, wanted, FIELDS, GEOMETRY_IGNORED, &r.rows));
    if (r.rows.table->rows == 0) {
        status = maille_fail(job->ctx, MAILLE_REFUSED, "%s held no row", job->file);
        goto done;
    }
    MAILLE_TRY(read_standing(&r));
    if (!(r.here = maille_names_new(r.rows.table->rows))) {
        status = maille_no_memory(job->ctx);
        goto done;
    }
    MAILLE_TRY(maille_job_stage(job, "population_age_raw", columns, TO_COLUMNS, &r.to));
    for (size_t i = 0; i < r.rows.table->rows; i++)
        MAILLE_TRY(stage_row(&r, i));
    job->kept = (int64_t)r.to->rows;
done:
    MAILLE_VEC_FREE(&r.bands);
    maille_table_free(r.rows.table);
    maille_names_free(r.here);
    maille_names_free(r.standing);
    return status;
}
