/* Passage: carries figures from the codes of one vintage to those of another, totals kept. */
#include <maille/memory.h>
#include <maille/territory.h>
#include <math.h>

/* What the rows of one code say together. */
typedef struct {
    double given;  /* sum of the ratios that are said */
    double weight; /* of the targets whose ratio is not said */
    double open;   /* how many are not said */
    double rows;
} saying;

static double weight_of(const double *weight, uint32_t name) {
    return weight && weight[name] > 0 ? weight[name] : 0;
}

static maille_status hear(maille_ctx *ctx, const maille_passage_row *rows, size_t count,
                          const double *weight, uint32_t name_count, saying *said) {
    for (size_t k = 0; k < count; k++) {
        const maille_passage_row *row = &rows[k];
        if (row->from >= name_count || row->to >= name_count)
            return maille_fail(ctx, MAILLE_REFUSED, "passage row %zu named an absent code", k + 1);
        if (row->ratio < 0 || isinf(row->ratio))
            return maille_fail(ctx, MAILLE_REFUSED,
                               "passage row %zu held a ratio below 0 or infinite", k + 1);
        saying *s = &said[row->from];
        s->rows++;
        if (isnan(row->ratio)) {
            s->open++;
            s->weight += weight_of(weight, row->to);
        } else {
            s->given += row->ratio;
        }
    }
    return MAILLE_OK;
}

/* What is said counts first; where something is not said it shares what is left of 1. */
static double share_of(const maille_passage_row *row, const saying *s, const double *weight) {
    double left = s->given < 1 ? 1 - s->given : 0;
    bool fits = s->open > 0 && left > 0;
    if (isnan(row->ratio)) {
        if (s->weight > 0)
            return left * weight_of(weight, row->to) / s->weight;
        return left / s->open;
    }
    if (fits)
        return row->ratio;
    return s->given > 0 ? row->ratio / s->given : 1 / s->rows;
}

maille_status maille_passage_normalise(maille_ctx *ctx, maille_passage_row *rows, size_t count,
                                       const double *weight, uint32_t name_count) {
    saying *said = maille_alloc(name_count, sizeof *said);
    if (!said)
        return maille_no_memory(ctx);
    maille_status status = hear(ctx, rows, count, weight, name_count, said);
    for (size_t k = 0; k < count && status == MAILLE_OK; k++)
        rows[k].ratio = share_of(&rows[k], &said[rows[k].from], weight);
    maille_free(said);
    return status;
}

void maille_passage_apply(const maille_passage_row *rows, size_t count, const double *values,
                          double *values_out, uint32_t name_count, const unsigned char *has_row) {
    for (uint32_t name = 0; name < name_count; name++)
        values_out[name] = has_row[name] ? 0 : values[name];
    for (size_t k = 0; k < count; k++)
        values_out[rows[k].to] += rows[k].ratio * values[rows[k].from];
}
