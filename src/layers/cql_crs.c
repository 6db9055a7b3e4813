/* A filter whose geometries are given in another CRS, written again with lon/lat, before it is
 * parsed: the parser takes degrees only. */
#include <maille/crs.h>
#include <maille/extract.h>
#include <maille/vec.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef MAILLE_VEC(double) numbers;

typedef struct {
    int epsg;
    bool latitude_first;
} system_of;

/* ---- pieces of a geometry: numbers, and signs between them ---- */

typedef struct {
    const char *at;
    size_t length, place; /* of a number in its point: 0 x, 1 y, more: heights */
    bool number;
    double value;
} piece;

/* `place`: that of the number to come; a parenthesis or a comma begins a point. */
static bool next_piece(const char **p, const char *end, size_t *place, piece *out) {
    char *after = NULL;
    *out = (piece){.at = *p, .length = 1};
    if (*p >= end)
        return false;
    if (strchr("+-.0123456789", **p)) {
        out->value = strtod(*p, &after);
        out->number = after > *p;
    }
    if (out->number) {
        out->length = (size_t)(after - *p);
        out->place = (*place)++;
    } else if (**p == '(' || **p == ',') {
        *place = 0;
    }
    *p += out->length;
    return true;
}

/* ---- WKT ---- */

static bool read_points(const char *p, const char *end, numbers *x, numbers *y) {
    size_t place = 2;
    for (piece next; next_piece(&p, end, &place, &next);)
        if (next.number && next.place < 2 && !MAILLE_VEC_PUSH(next.place == 0 ? x : y, next.value))
            return false;
    return true;
}

static void write_points(const char *p, const char *end, const numbers *x, const numbers *y,
                         maille_strbuf *to) {
    size_t place = 2, i = 0, k = 0;
    for (piece next; next_piece(&p, end, &place, &next);) {
        if (next.number && next.place == 0 && i < x->count)
            maille_strbuf_add_double(to, x->items[i++]);
        else if (next.number && next.place == 1 && k < y->count)
            maille_strbuf_add_double(to, y->items[k++]);
        else
            maille_strbuf_add_n(to, next.at, next.length);
    }
}

static maille_status bring_points(maille_ctx *ctx, system_of from, numbers *x, numbers *y) {
    char crs[32];
    if (from.latitude_first) {
        numbers swapped = *x;
        *x = *y;
        *y = swapped;
    }
    snprintf(crs, sizeof crs, "EPSG:%d", from.epsg);
    maille_status status = maille_to_lonlat(ctx, crs, x->items, y->items, x->count);
    for (size_t i = 0; i < x->count && !status; i++)
        if (!isfinite(x->items[i]) || !isfinite(y->items[i]))
            status = maille_fail(ctx, MAILLE_USAGE,
                                 "filter: a point lay outside of what EPSG:%d can tell", from.epsg);
    return status;
}

static maille_status bring_wkt(maille_ctx *ctx, system_of from, const char *start, const char *end,
                               maille_strbuf *to) {
    numbers x = {0}, y = {0};
    maille_status status = MAILLE_OK;
    if (!read_points(start, end, &x, &y)) {
        status = maille_no_memory(ctx);
        goto done;
    }
    if (x.count != y.count) {
        status = maille_fail(ctx, MAILLE_USAGE, "filter: a point had one coordinate");
        goto done;
    }
    MAILLE_TRY(bring_points(ctx, from, &x, &y));
    write_points(start, end, &x, &y, to);
done:
    MAILLE_VEC_FREE(&x);
    MAILLE_VEC_FREE(&y);
    return status;
}

/* ---- boxes ---- */

enum { SIDES = 6 };

/* Four sides, or six with the heights; another number of them is left to the parser. */
static maille_status bring_box(maille_ctx *ctx, system_of from, const char *start, const char *end,
                               maille_strbuf *to) {
    double sides[SIDES], box[4];
    size_t count = 0, place = 0, i = 0;
    const char *p = start;
    for (piece next; next_piece(&p, end, &place, &next) && count <= SIDES;)
        if (next.number && count++ < SIDES)
            sides[count - 1] = next.value;
    if (count != 4 && count != SIDES) {
        maille_strbuf_add_n(to, start, (size_t)(end - start));
        return MAILLE_OK;
    }
    const size_t at[] = {0, 1, count / 2, count / 2 + 1};
    for (size_t k = 0; k < 4; k++)
        box[k] = sides[at[from.latitude_first ? k ^ 1U : k]];
    maille_status status = MAILLE_OK;
    if (from.epsg != 4326)
        status = maille_box_to_lonlat(ctx, from.epsg, box);
    for (size_t k = 0; k < 4; k++)
        sides[at[k]] = box[k];
    p = start;
    for (piece next; next_piece(&p, end, &place, &next);) {
        if (next.number)
            maille_strbuf_add_double(to, sides[i++]);
        else
            maille_strbuf_add_n(to, next.at, next.length);
    }
    return status;
}

/* ---- the filter ---- */

/* After the parenthesis that closes the one at `p`; NULL where there is none. */
static const char *closed(const char *p) {
    size_t open = 0;
    for (; *p; p++) {
        open += *p == '(';
        if (*p == ')' && --open == 0)
            return p + 1;
    }
    return NULL;
}

static size_t word_at(const char *p) {
    return strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
}

static bool is_word(const char *p, size_t length, const char *const *words) {
    for (; *words; words++)
        if (strlen(*words) == length && strncasecmp(p, *words, length) == 0)
            return true;
    return false;
}

/* Where the parentheses of the geometry open whose type ends at `p`: "POINT (", "POINT Z(". */
static const char *opens(const char *p) {
    static const char *const dimensions[] = {"Z", "M", "ZM", NULL};
    p += strspn(p, " \t\r\n");
    size_t length = word_at(p);
    if (is_word(p, length, dimensions)) {
        p += length;
        p += strspn(p, " \t\r\n");
    }
    return *p == '(' ? p : NULL;
}

/* A word, with the geometry that it begins; what is malformed is left to the parser. */
static maille_status take_word(maille_ctx *ctx, system_of from, const char **p, maille_strbuf *to) {
    static const char *const types[] = {
        "POINT",        "LINESTRING",         "POLYGON", "MULTIPOINT", "MULTILINESTRING",
        "MULTIPOLYGON", "GEOMETRYCOLLECTION", NULL};
    static const char *const boxes[] = {"BBOX", NULL};
    const char *start = *p;
    size_t length = word_at(start);
    bool box = is_word(start, length, boxes);
    const char *open = box || is_word(start, length, types) ? opens(start + length) : NULL;
    const char *end = open ? closed(open) : NULL;
    *p = end ? end : start + length;
    maille_strbuf_add_n(to, start, (size_t)((end ? open : *p) - start));
    if (!end)
        return MAILLE_OK;
    return box ? bring_box(ctx, from, open, end, to) : bring_wkt(ctx, from, open, end, to);
}

/* A text or a quoted name, to its end; a doubled quote begins the next one. */
static void take_quoted(const char **p, maille_strbuf *to) {
    const char *end = strchr(*p + 1, **p);
    size_t length = end ? (size_t)(end + 1 - *p) : strlen(*p);
    maille_strbuf_add_n(to, *p, length);
    *p += length;
}

maille_status maille_cql_to_lonlat(maille_ctx *ctx, const char *text, int epsg, bool latitude_first,
                                   maille_strbuf *out) {
    system_of from = {epsg, latitude_first};
    maille_status status = MAILLE_OK;
    while (*text && !status) {
        if (*text == '\'' || *text == '"')
            take_quoted(&text, out);
        else if (word_at(text) > 0)
            status = take_word(ctx, from, &text, out);
        else
            maille_strbuf_add_char(out, *text++);
    }
    return !status && out->failed ? maille_no_memory(ctx) : status;
}
