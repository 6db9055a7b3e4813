/* Step drives, once per audience: the longest drive between two members of each CPTS. */
#include "steps/step.h"

#include <maille/memory.h>
#include <math.h>
#include <stdio.h>

/* In minutes; NaN where a member cannot reach another, or there is none. */
static maille_status longest_drive(maille_ctx *ctx, loads *l, const uint32_t *members,
                                   uint32_t count, double *minutes) {
    maille_matrix *matrix = NULL;
    uint32_t longest = 0;
    maille_status status = times_without_limit(ctx, l, members, count, members, count, &matrix);
    *minutes = NAN;
    if (status == MAILLE_OK && count && matrix->start[count] == (uint64_t)count * count) {
        for (uint64_t k = 0; k < matrix->start[count]; k++)
            if (matrix->ms[k] > longest)
                longest = matrix->ms[k];
        *minutes = (double)longest / 60000.0;
    }
    maille_matrix_free(matrix);
    return status;
}

maille_status step_drives(maille_ctx *ctx, step_call *call) {
    static const maille_column_spec columns[] = {
        {"audience", MAILLE_TEXT}, {"id", MAILLE_TEXT}, {"longest_drive_min", MAILLE_REAL}};
    maille_status status = MAILLE_OK;
    const seen_perimeters *seen = NULL;
    maille_table *table = NULL;
    uint32_t apart = 0;
    TRY(load_perimeters(ctx, call->loads, call->audience, &seen));
    TRY(maille_table_new(ctx, columns, 3, &table));
    for (uint32_t i = 0; i < seen->sets.count; i++) {
        uint32_t first = seen->sets.start[i], count = seen->sets.start[i + 1] - first;
        double minutes;
        size_t row;
        TRY(longest_drive(ctx, call->loads, seen->sets.member + first, count, &minutes));
        TRY(maille_table_add_row(ctx, table, &row));
        TRY(maille_set_text(ctx, table, row, 0, maille_audience_name(call->audience)));
        TRY(maille_set_text(ctx, table, row, 1, seen->id[i]));
        maille_set_real(table, row, 2, minutes);
        apart += isnan(minutes) != 0;
    }
    TRY(maille_store_append(ctx, call->store, "perimeter_drive", table));
    snprintf(call->message, sizeof call->message,
             "%u perimeters, %u with members that no road joins", seen->sets.count, apart);
done:
    maille_table_free(table);
    return status;
}
