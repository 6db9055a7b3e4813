/* Accept and Accept-Language (RFC 9110, 12.5) with their q-values; media types of formats. */
#include "service/negotiate.h"

#include <string.h>
#include <strings.h>

/* A format, its media type as it is sent, and other names under which clients ask for it. */
static const struct {
    const char *format, *type;
    const char *others[3];
} types[] = {
    {"json", "application/json", {NULL}},
    {"html", "text/html; charset=utf-8", {"application/xhtml+xml"}},
    {"geojson", "application/geo+json", {"application/json", "application/vnd.geo+json"}},
    {"problem", "application/problem+json", {"application/json"}},
    {"openapi", "application/vnd.oai.openapi+json;version=3.0", {"application/json"}},
    {"schema", "application/schema+json", {"application/json"}},
    {"tilejson", "application/json", {NULL}},
    {"mvt", "application/vnd.mapbox-vector-tile", {"application/x-protobuf"}},
    {"pbf", "application/vnd.mapbox-vector-tile", {"application/x-protobuf"}},
    {"mbtiles", "application/vnd.mapbox-vector-tiles+sqlite3", {"application/vnd.sqlite3"}},
    {"gpkg", "application/geopackage+sqlite3", {"application/vnd.sqlite3"}},
    {"csv", "text/csv; charset=utf-8", {NULL}},
    {"txt", "text/plain; charset=utf-8", {NULL}},
    {"prometheus", "text/plain; version=0.0.4; charset=utf-8", {"application/openmetrics-text"}},
    {"sse", "text/event-stream; charset=utf-8", {NULL}},
    {"pdf", "application/pdf", {NULL}},
    {"png", "image/png", {NULL}},
    {"svg", "image/svg+xml", {NULL}},
    {"css", "text/css; charset=utf-8", {NULL}},
    {"js", "text/javascript; charset=utf-8", {NULL}},
};
enum { TYPES = sizeof types / sizeof *types };

const char *format_type(const char *format) {
    for (size_t i = 0; format && i < TYPES; i++)
        if (strcmp(types[i].format, format) == 0)
            return types[i].type;
    return "application/octet-stream";
}

/* ---- one element of a list: "text/html;level=1;q=0.5" ---- */

typedef struct {
    const char *text; /* without parameters */
    size_t length;
    int q; /* thousandths */
} wish;

static const char *skip_blanks(const char *s) {
    return s + strspn(s, " \t");
}

/* "0.5" in thousandths; what is no q-value counts as 0, so that nothing is sent by mistake. */
static int read_q(const char *s) {
    if (*s != '0' && *s != '1')
        return 0;
    int q = (*s - '0') * 1000, digit = 100;
    s++;
    if (*s == '.')
        for (s++; *s >= '0' && *s <= '9' && digit; s++, digit /= 10)
            q += (*s - '0') * digit;
    return q > 1000 || strcspn(s, ",; \t") ? 0 : q;
}

/* The next element of a list, or false at its end. */
static bool next_wish(const char **list, wish *out) {
    const char *s = *list + strspn(*list, ", \t");
    if (!*s)
        return false;
    *out = (wish){.text = s, .length = strcspn(s, ",; \t"), .q = 1000};
    s += out->length;
    while (*(s = skip_blanks(s)) == ';') {
        s = skip_blanks(s + 1);
        if ((*s == 'q' || *s == 'Q') && s[1] == '=')
            out->q = read_q(s + 2);
        s += strcspn(s, ",;");
    }
    *list = s + strcspn(s, ",");
    return true;
}

static bool same(const wish *w, const char *type, size_t length) {
    return w->length == length && strncasecmp(w->text, type, length) == 0;
}

/* How closely a range names a type: 3 itself, 2 by another name, 1 its family, 0 anything; -1 not.
 */
static int closeness(const wish *w, const char *format) {
    if (same(w, "*/*", 3))
        return 0;
    for (size_t i = 0; i < TYPES; i++) {
        if (strcmp(types[i].format, format) != 0)
            continue;
        const char *type = types[i].type;
        if (same(w, type, strcspn(type, ";")))
            return 3;
        for (size_t k = 0; k < 3 && types[i].others[k]; k++)
            if (same(w, types[i].others[k], strlen(types[i].others[k])))
                return 2;
        size_t family = strcspn(type, "/") + 1;
        if (w->length == family + 1 && w->text[family] == '*' &&
            strncasecmp(w->text, type, family) == 0)
            return 1;
    }
    return -1;
}

/* What the closest range gives to a format, 0 to 1000. */
static int quality(const char *accept, const char *format) {
    int closest = -1, q = 0;
    wish w;
    while (next_wish(&accept, &w)) {
        int close = closeness(&w, format);
        if (close > closest || (close >= 0 && close == closest && w.q > q)) {
            closest = close;
            q = w.q;
        }
    }
    return q;
}

const char *negotiate_format(const char *accept, const char *const *formats) {
    if (!*skip_blanks(accept))
        return formats[0];
    const char *best = NULL;
    int best_q = 0;
    for (size_t i = 0; formats[i]; i++) {
        int q = quality(accept, formats[i]);
        if (q > best_q) {
            best = formats[i];
            best_q = q;
        }
    }
    return best;
}

bool negotiate_page(const char *accept) {
    static const char *const formats[] = {"problem", "html", NULL};
    const char *best = negotiate_format(accept, formats);
    return best && strcmp(best, "html") == 0;
}

const char *negotiate_language(const char *accept_language) {
    int french = -1, english = -1, other = 0;
    wish w;
    while (next_wish(&accept_language, &w)) {
        size_t primary = strcspn(w.text, "-,; \t");
        bool two = primary == 2;
        if (two && strncasecmp(w.text, "fr", 2) == 0)
            french = w.q > french ? w.q : french;
        else if (two && strncasecmp(w.text, "en", 2) == 0)
            english = w.q > english ? w.q : english;
        else if (w.length == 1 && *w.text == '*')
            other = w.q;
    }
    french = french < 0 ? other : french;
    english = english < 0 ? other : english;
    return english > french ? "en" : "fr";
}
