/* Answers of the roads: isochrones from a point, times between points. */
#include "service/answers.h"

#include <maille/json.h>
#include <maille/jsontree.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BANDS_MOST = 10, PAIRS_MOST = 10000, PAIRS_OF_ANYBODY = 100 };
static const double minutes_most = 180;

static maille_status missing(view *v, const request *r, const char *key) {
    return maille_fail(v->ctx, MAILLE_USAGE,
                       ogc_say(r, "le paramètre %s manque", "parameter %s was missing"), key);
}

/* ---- isochrones ---- */

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Ascending, each once. */
static maille_status read_bands(view *v, const request *r, double bands[BANDS_MOST],
                                size_t *count) {
    const char *text = request_parameter(r, "minutes");
    size_t read = read_numbers(text ? text : "10,20,30", bands, BANDS_MOST);
    bool good = read > 0;
    *count = 0;
    for (size_t i = 0; i < read; i++)
        good = good && bands[i] > 0 && bands[i] <= minutes_most;
    if (!good)
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r,
                                   "minutes n’est pas une liste de 1 à %d nombres au-dessus de 0 "
                                   "et jusqu’à %g",
                                   "minutes was no list of 1 to %d numbers above 0 and up to %g"),
                           BANDS_MOST, minutes_most);
    qsort(bands, read, sizeof *bands, by_value);
    for (size_t i = 0; i < read; i++)
        if (*count == 0 || bands[*count - 1] < bands[i])
            bands[(*count)++] = bands[i];
    return MAILLE_OK;
}

static maille_status read_direction(view *v, const request *r, maille_direction *out) {
    const char *text = request_parameter(r, "sens");
    *out = text && strcmp(text, "vers") == 0 ? MAILLE_TOWARDS : MAILLE_FROM;
    if (text && *out == MAILLE_FROM && strcmp(text, "depuis") != 0)
        return maille_fail(v->ctx, MAILLE_USAGE,
                           ogc_say(r, "sens n’est ni « depuis » ni « vers »",
                                   "sens was neither \"depuis\" nor \"vers\""));
    return MAILLE_OK;
}

static maille_status read_mode(view *v, const request *r, bool *on_foot) {
    const char *text = request_parameter(r, "mode");
    *on_foot = text && strcmp(text, "pied") == 0;
    return !text || *on_foot || strcmp(text, "voiture") == 0
               ? MAILLE_OK
               : maille_fail(v->ctx, MAILLE_USAGE, "%s",
                             ogc_say(r, "mode n’est ni « voiture » ni « pied »",
                                     "mode was neither \"voiture\" nor \"pied\""));
}

static void add_what_walking_is(const request *r, maille_strbuf *s) {
    maille_strbuf_add(s, ",\"hypothese\":");
    maille_json_text(
        s, ogc_say(r,
                   "À pied sur les routes de l’étude, dans les deux sens et à allure constante : "
                   "les sentiers manquent, les voies rapides sont laissées de côté.",
                   "On foot along the study's roads, both ways and at a constant pace: footpaths "
                   "are missing, fast roads are left out."));
}

/* Takes the brace off that ends an object, so that it can be added to. */
static void open_again(maille_strbuf *s) {
    while (s->length > 0 && s->text[s->length - 1] != '}')
        s->length--;
    if (s->length > 0)
        s->length--;
}

maille_status answer_isochrone(view *v, const request *r, reply *out) {
    double bands[BANDS_MOST], lon = NAN, lat = NAN;
    size_t count = 0;
    const maille_roads *roads = NULL;
    maille_direction direction;
    bool on_foot = false;
    maille_status status = MAILLE_OK;
    MAILLE_TRY(answer_number(v, r, "lon", -180, 180, &lon));
    MAILLE_TRY(answer_number(v, r, "lat", -90, 90, &lat));
    if (isnan(lon) || isnan(lat))
        MAILLE_TRY(missing(v, r, isnan(lon) ? "lon" : "lat"));
    MAILLE_TRY(read_bands(v, r, bands, &count));
    MAILLE_TRY(read_direction(v, r, &direction));
    MAILLE_TRY(read_mode(v, r, &on_foot));
    status = world_reach(v, &roads);
    if (status == MAILLE_NOT_FOUND)
        return answer_no_roads(r, out);
    MAILLE_TRY(status);
    MAILLE_TRY((on_foot ? maille_isochrone_on_foot : maille_isochrone_from)(
        v->ctx, roads, (maille_lonlat){lon, lat}, direction, bands, count, &out->body));
    open_again(&out->body);
    if (on_foot)
        add_what_walking_is(r, &out->body);
    MAILLE_TRY(answer_close(v, r, answer_of_roads, &out->body));
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
done:
    return ogc_end(v, r, out, status);
}

/* ---- times ---- */

/* "lon,lat;lon,lat…"; in the request's arena. */
static maille_status read_points(view *v, const request *r, const char *key, maille_lonlat **out,
                                 size_t *count) {
    const char *text = request_parameter(r, key);
    if (!text)
        return missing(v, r, key);
    char *copy = maille_arena_strdup(r->arena, text);
    maille_lonlat *points = maille_arena_alloc(r->arena, (strlen(text) / 4 + 1) * sizeof *points);
    if (!copy || !points)
        return maille_no_memory(v->ctx);
    *count = 0;
    for (char *item = copy, *end; item; item = end) {
        double at[2];
        end = strchr(item, ';');
        if (end)
            *end++ = '\0';
        if (read_numbers(item, at, 2) != 2 || fabs(at[0]) > 180 || fabs(at[1]) > 90)
            return maille_fail(v->ctx, MAILLE_USAGE,
                               ogc_say(r, "%s : le point %zu n’est pas lon,lat en degrés",
                                       "%s: point %zu was not lon,lat in degrees"),
                               key, *count + 1);
        points[(*count)++] = (maille_lonlat){at[0], at[1]};
    }
    *out = points;
    return MAILLE_OK;
}

static void add_cell(maille_strbuf *s, const maille_json *value) {
    double number;
    if (maille_json_as_number(value, &number))
        maille_strbuf_add_double(s, number);
}

/* One row a pair; an empty cell where there is no way. */
static maille_status write_csv(view *v, const char *answer, maille_strbuf *s) {
    maille_json *tree = NULL;
    maille_status status = maille_json_parse(v->ctx, "times", answer, &tree);
    const maille_json *from = maille_json_get(tree, "de"), *to = maille_json_get(tree, "vers");
    const maille_json *minutes = maille_json_get(tree, "minutes");
    maille_strbuf_add(s, "de_lon,de_lat,vers_lon,vers_lat,minutes\r\n");
    for (size_t i = 0; i < maille_json_count(from); i++)
        for (size_t k = 0; k < maille_json_count(to); k++) {
            const maille_json *ends[] = {maille_json_at(from, i), maille_json_at(to, k)};
            for (size_t c = 0; c < 4; c++) {
                add_cell(s, maille_json_at(ends[c / 2], c % 2));
                maille_strbuf_add_char(s, ',');
            }
            add_cell(s, maille_json_at(maille_json_at(minutes, i), k));
            maille_strbuf_add(s, "\r\n");
        }
    maille_json_free(tree);
    return status;
}

/* Work that anybody may ask for is little. */
static maille_status check_pairs(view *v, const request *r, size_t from, size_t to) {
    size_t most = r->account->role == MAILLE_ANONYMOUS ? PAIRS_OF_ANYBODY : PAIRS_MOST;
    return from <= most / to
               ? MAILLE_OK
               : maille_fail(v->ctx, MAILLE_USAGE,
                             ogc_say(r,
                                     "from et to font %zu paires, au plus %zu sont possibles "
                                     "(avec un compte : %d)",
                                     "from and to made %zu pairs, at most %zu can be (with an "
                                     "account: %d)"),
                             from * to, most, PAIRS_MOST);
}

maille_status answer_times(view *v, const request *r, reply *out) {
    maille_lonlat *from = NULL, *to = NULL;
    size_t from_count = 0, to_count = 0;
    const maille_roads *roads = NULL;
    maille_strbuf answer = {0};
    maille_status status = MAILLE_OK;
    MAILLE_TRY(read_points(v, r, "from", &from, &from_count));
    MAILLE_TRY(read_points(v, r, "to", &to, &to_count));
    MAILLE_TRY(check_pairs(v, r, from_count, to_count));
    status = world_reach(v, &roads);
    if (status == MAILLE_NOT_FOUND)
        return answer_no_roads(r, out);
    MAILLE_TRY(status);
    MAILLE_TRY(maille_times_between(v->ctx, roads, from, from_count, to, to_count, &answer));
    if (ogc_is(r, "csv")) {
        MAILLE_TRY(write_csv(v, answer.text, &out->body));
    } else {
        maille_strbuf_add_n(&out->body, answer.text, answer.length);
        open_again(&out->body);
        MAILLE_TRY(answer_close(v, r, answer_of_roads, &out->body));
    }
    out->keep = true;
    out->cache = CACHE_BY_AUDIENCE;
done:
    maille_strbuf_free(&answer);
    return ogc_end(v, r, out, status);
}
