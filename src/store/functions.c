/* Functions that filters call: a number as it is published, a geometry that meets another. */
#include "store/internal.h"
#include "store/polygon_blob.h"

#include <math.h>
#include <string.h>

/* The double that a fixed decimal stands for, whatever the locale. Its digits are a whole number
 * below 2^53 and so is the power of ten: the quotient is the nearest double. */
static double number_of(const char *text) {
    uint64_t digits = 0, power = 1;
    bool negative = *text == '-', behind_point = false;
    for (const char *c = text + negative; *c; c++) {
        if (*c == '.') {
            behind_point = true;
            continue;
        }
        digits = digits * 10 + (uint64_t)(*c - '0');
        power *= behind_point ? 10 : 1;
    }
    return (negative ? -1 : 1) * ((double)digits / (double)power);
}

/* published(number, factor, decimals): number × factor, rounded as maille_strbuf_add_fixed does.
 * Where a double has no digit behind the last decimal it stays as it is. */
static void published(sqlite3_context *call, int count, sqlite3_value **given) {
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    maille_store *store = sqlite3_user_data(call);
    (void)count;
    if (sqlite3_value_type(given[0]) == SQLITE_NULL)
        return;
    double value = sqlite3_value_double(given[0]) * sqlite3_value_double(given[1]);
    int decimals = sqlite3_value_int(given[2]);
    if (!(fabs(value) * powers[decimals] < 9007199254740992.0)) {
        sqlite3_result_double(call, value);
        return;
    }
    maille_strbuf_clear(&store->scratch);
    maille_strbuf_add_fixed(&store->scratch, value, decimals);
    if (store->scratch.failed)
        sqlite3_result_error_nomem(call);
    else
        sqlite3_result_double(call, number_of(store->scratch.text));
}

/* True, false, or what went wrong. */
static void answer_exactly(sqlite3_context *call, const maille_meets *asked, maille_strbuf *wkb,
                           const char *wrong) {
    if (wkb->failed)
        sqlite3_result_error_nomem(call);
    else if (wrong)
        sqlite3_result_error(call, "a geometry was damaged", -1);
    else
        sqlite3_result_int(
            call, asked->exactly(asked->user,
                                 (maille_bytes){(const unsigned char *)wkb->text, wkb->length}));
}

static bool within(const double box[4], const maille_meets *asked) {
    return box[0] >= asked->west && box[1] >= asked->south && box[2] <= asked->east &&
           box[3] <= asked->north;
}

static bool apart(const double box[4], const maille_meets *asked) {
    return box[0] > asked->east || box[1] > asked->north || box[2] < asked->west ||
           box[3] < asked->south;
}

/* Answers where the box of the geometry is enough. */
static bool settled_by_boxes(sqlite3_context *call, const double box[4],
                             const maille_meets *asked) {
    if (apart(box, asked))
        sqlite3_result_int(call, 0);
    else if (!asked->exactly || (asked->inside_meets && within(box, asked)))
        sqlite3_result_int(call, 1);
    else
        return false;
    return true;
}

/* meets(geometry, asked). */
static void meets(sqlite3_context *call, int count, sqlite3_value **given) {
    maille_store *store = sqlite3_user_data(call);
    const maille_meets *asked = sqlite3_value_pointer(given[1], MAILLE_MEETS_POINTER);
    double box[4];
    (void)count;
    if (sqlite3_value_type(given[0]) == SQLITE_NULL || !asked)
        return;
    maille_bytes blob = {sqlite3_value_blob(given[0]), (size_t)sqlite3_value_bytes(given[0])};
    const char *wrong = maille_blob_box(blob, box);
    if (!wrong && settled_by_boxes(call, box, asked))
        return;
    if (!wrong)
        wrong = maille_blob_to_wkb(blob, &store->scratch);
    answer_exactly(call, asked, &store->scratch, wrong);
}

/* meets(lon, lat, asked). */
static void point_meets(sqlite3_context *call, int count, sqlite3_value **given) {
    maille_store *store = sqlite3_user_data(call);
    const maille_meets *asked = sqlite3_value_pointer(given[2], MAILLE_MEETS_POINTER);
    (void)count;
    if (sqlite3_value_type(given[0]) == SQLITE_NULL ||
        sqlite3_value_type(given[1]) == SQLITE_NULL || !asked)
        return;
    double lon = sqlite3_value_double(given[0]), lat = sqlite3_value_double(given[1]);
    const double box[4] = {lon, lat, lon, lat};
    if (settled_by_boxes(call, box, asked))
        return;
    maille_point_to_wkb(lon, lat, &store->scratch);
    answer_exactly(call, asked, &store->scratch, NULL);
}

maille_status maille_functions_add(maille_ctx *ctx, maille_store *store) {
    static const struct {
        const char *name;
        int count;
        void (*run)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {{"maille_published", 3, published},
                     {"maille_meets", 2, meets},
                     {"maille_meets", 3, point_meets}};
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (sqlite3_create_function_v2(store->db, functions[i].name, functions[i].count, flags,
                                       store, functions[i].run, NULL, NULL, NULL) != SQLITE_OK)
            return maille_sql_fail(ctx, store->db, "%s could not be opened", store->path);
    return MAILLE_OK;
}
