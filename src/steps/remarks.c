/* Remarks: what a step converted, estimated or could not reach, kept in the workspace. */
#include "steps/step.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

maille_status remarks_open(maille_ctx *ctx, remarks *r, const char *step_name,
                           const char *audience) {
    static const maille_column_spec columns[] = {
        {"origin", MAILLE_TEXT}, {"audience", MAILLE_TEXT}, {"severity", MAILLE_TEXT},
        {"kind", MAILLE_TEXT},   {"subject", MAILLE_TEXT},  {"message", MAILLE_TEXT}};
    r->step = step_name;
    r->audience = audience;
    return maille_table_new(ctx, columns, 6, &r->table);
}

maille_status remarks_add(maille_ctx *ctx, remarks *r, const char *severity, const char *kind,
                          const char *subject, const char *format, ...) {
    char message[1024], origin[64];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    snprintf(origin, sizeof origin, "step:%s", r->step);
    const char *cells[] = {origin, r->audience, severity, kind, subject, message};
    size_t row;
    maille_status status = MAILLE_OK;
    TRY(maille_table_add_row(ctx, r->table, &row));
    for (size_t i = 0; i < 6; i++)
        if (cells[i])
            TRY(maille_set_text(ctx, r->table, row, i, cells[i]));
done:
    return status;
}

maille_status remarks_save(maille_ctx *ctx, remarks *r, maille_store *store) {
    char origin[64];
    snprintf(origin, sizeof origin, "step:%s", r->step);
    maille_value step_value = maille_text_value(origin), seen = maille_text_value(r->audience);
    maille_filter by_step = maille_equals("origin", &step_value);
    maille_filter by_audience = maille_equals("audience", &seen);
    const maille_filter *both[] = {&by_step, &by_audience};
    maille_filter scope = {.op = MAILLE_F_AND, .children = both, .count = 2};
    maille_status status = maille_store_replace(ctx, store, "remark", &scope, r->table);
    remarks_close(r);
    return status;
}

void remarks_close(remarks *r) {
    maille_table_free(r->table);
    r->table = NULL;
}

void names_in_words(const char *const *names, const uint32_t *numbers, size_t count, char *out,
                    size_t size) {
    enum { SHOWN = 5 };
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < count && i < SHOWN && used < size; i++) {
        int n = snprintf(out + used, size - used, "%s%s", i ? ", " : "",
                         names[numbers ? numbers[i] : i]);
        used += n > 0 ? (size_t)n : 0;
    }
    if (count > SHOWN && used < size)
        snprintf(out + used, size - used, " et %zu autres", count - SHOWN);
}
