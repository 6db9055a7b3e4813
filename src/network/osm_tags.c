/* Access, direction and speed of an OSM way. */
#include "network/osm_tags.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <maille/text.h>

typedef struct {
    const network_profile *profile;
    const osm_tag *tags;
    size_t count;
} tag_list;

static const char *tag(const tag_list *list, const char *key) {
    for (size_t i = 0; i < list->count; i++)
        if (list->tags[i].key && list->tags[i].value && strcmp(list->tags[i].key, key) == 0)
            return list->tags[i].value;
    return NULL;
}

static bool is(const char *value, const char *word) {
    return value && strcmp(value, word) == 0;
}

/* Whether the value is one of the words, which spaces part. */
static bool is_among(const char *value, const char *words) {
    size_t length = value ? strlen(value) : 0;
    for (const char *at = words; length > 0 && *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, value, word) == 0)
            return true;
        at += word;
    }
    return false;
}

static double find_speed(const network_speeds *speeds, const char *word) {
    for (size_t i = 0; word && i < speeds->count; i++)
        if (strcasecmp(speeds->items[i].word, word) == 0)
            return speeds->items[i].kmh;
    return 0;
}

/* The lower of two speeds, where 0 says nothing. */
static double at_most(double kmh, double most) {
    return most > 0 && most < kmh ? most : kmh;
}

/* ---- access ---- */

static bool is_denied(const network_profile *p, const char *word, size_t length) {
    for (size_t i = 0; i < p->access_denied.count; i++)
        if (strlen(p->access_denied.items[i]) == length &&
            strncmp(p->access_denied.items[i], word, length) == 0)
            return true;
    return false;
}

/* "agricultural;forestry" is closed, "delivery;destination" is not. */
static bool is_closed(const network_profile *p, const char *values) {
    bool any = false;
    for (const char *at = values + strspn(values, "; "); *at; at += strspn(at, "; ")) {
        size_t length = strcspn(at, "; ");
        if (!is_denied(p, at, length))
            return false;
        any = true;
        at += length;
    }
    return any;
}

/* The tag of the key in one direction, else of the key. */
static const char *directed_tag(const tag_list *list, const char *key, const char *direction) {
    char directed[64];
    snprintf(directed, sizeof directed, "%s:%s", key, direction);
    const char *value = tag(list, directed);
    return value ? value : tag(list, key);
}

typedef enum { UNTOLD, DENIED, ALLOWED, ALLOWED_TO_MODE } entry;

/* The most telling access tag decides; of the mode itself speaks every key but the last. */
static entry may_enter(const tag_list *list, const char *direction) {
    const network_profile *p = list->profile;
    for (size_t k = 0; k < p->access_keys.count; k++) {
        const char *value = directed_tag(list, p->access_keys.items[k], direction);
        if (value)
            return is_closed(p, value)            ? DENIED
                   : k + 1 < p->access_keys.count ? ALLOWED_TO_MODE
                                                  : ALLOWED;
    }
    return UNTOLD;
}

static bool is_for_destinations(const tag_list *list) {
    const network_profile *p = list->profile;
    for (size_t k = 0; k < p->access_keys.count; k++) {
        const char *value = tag(list, p->access_keys.items[k]);
        if (value)
            return is_among(value, "destination customers permit residents");
    }
    return false;
}

/* Whether access, direction or limits of the way depend on the hour, the day or the load. */
static bool has_conditions(const tag_list *list) {
    static const char ending[] = ":conditional";
    const network_profile *p = list->profile;
    const network_words *const keys[] = {&p->access_keys, &p->limit_keys, &p->one_way_keys};
    for (size_t i = 0; i < list->count; i++) {
        const char *key = list->tags[i].key;
        size_t length = key ? strlen(key) : 0;
        if (length < sizeof ending || strcmp(key + length - (sizeof ending - 1), ending) != 0)
            continue;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            for (size_t w = 0; w < keys[k]->count; w++)
                if (strncmp(key, keys[k]->items[w], strlen(keys[k]->items[w])) == 0 &&
                    key[strlen(keys[k]->items[w])] == ':')
                    return true;
    }
    return false;
}

/* Tags like motorroad=yes, which close a way to a mode that is not named. */
static bool has_closing_tag(const tag_list *list) {
    const network_words *closing = &list->profile->closing;
    for (size_t c = 0; c < closing->count; c++) {
        const char *equals = strchr(closing->items[c], '=');
        size_t length = equals ? (size_t)(equals - closing->items[c]) : 0;
        for (size_t i = 0; equals && i < list->count; i++) {
            const osm_tag *t = &list->tags[i];
            if (t->key && strlen(t->key) == length &&
                strncmp(t->key, closing->items[c], length) == 0 && is(t->value, equals + 1))
                return true;
        }
    }
    return false;
}

/* ---- speeds ---- */

/* How many km/h the unit is that the text begins with, up to a space or semicolon; 0 = unknown. */
static double unit_kmh(const char *text, size_t length) {
    static const struct {
        const char *name;
        double kmh;
    } units[] = {{"", 1}, {"km/h", 1}, {"kmh", 1}, {"mph", 1.609344}, {"knots", 1.852}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].name) == length && strncmp(text, units[i].name, length) == 0)
            return units[i].kmh;
    return 0;
}

/* Takes "50", "50 km/h" or "30 mph" off the text; 0 = not understood. */
static double take_speed(const char **text) {
    char number[32];
    double value;
    const char *at = *text + strspn(*text, " ");
    size_t digits = strspn(at, "0123456789.");
    if (digits == 0 || digits >= sizeof number)
        return 0;
    memcpy(number, at, digits);
    number[digits] = '\0';
    if (!maille_parse_number(number, &value))
        return 0;
    at += digits;
    at += strspn(at, " ");
    size_t unit = strcspn(at, " ;|");
    value *= unit_kmh(at, unit);
    at += unit;
    *text = at + strspn(at, " ;|");
    return value > 0 && value <= 400 ? value : 0;
}

/* One speed, "50;30" (the lower binds), "110|110|90" of lanes (the highest may be driven), or a
 * word of the profile; 0 = not understood. */
static double parse_limit(const network_profile *p, const char *text, bool two_lanes) {
    bool of_lanes = strchr(text, '|') != NULL;
    double wide = two_lanes ? find_speed(&p->two_lanes, text) : 0;
    double found = wide > 0 ? wide : find_speed(&p->limits, text);
    if (found > 0)
        return found;
    for (const char *at = text + strspn(text, " |"); *at;) {
        double speed = take_speed(&at);
        if (speed == 0)
            return 0;
        found = found > 0 && (found < speed) != of_lanes ? found : speed;
    }
    return found;
}

/* Whether the direction has two lanes of its own. */
static bool has_two_lanes(const tag_list *list, const char *direction, bool one_way) {
    char key[32];
    double lanes = 0;
    snprintf(key, sizeof key, "lanes:%s", direction);
    const char *value = tag(list, key);
    bool shared = !value && !one_way;
    if (!value)
        value = tag(list, "lanes");
    return value && maille_parse_number(value, &lanes) && lanes >= (shared ? 4 : 2);
}

/* The limit in one direction, or the speed of the class. */
static double limit(const tag_list *list, const char *direction, bool one_way, double of_class,
                    const char **unknown) {
    const network_profile *p = list->profile;
    bool two_lanes = p->two_lanes.count && has_two_lanes(list, direction, one_way);
    for (size_t k = 0; k < p->limit_keys.count; k++) {
        const char *value = directed_tag(list, p->limit_keys.items[k], direction);
        if (!value)
            continue;
        double kmh = parse_limit(p, value, two_lanes);
        if (kmh > 0)
            return kmh;
        if (is(p->limit_keys.items[k], "maxspeed")) /* other keys also tell where a limit is from */
            *unknown = value;
    }
    return of_class;
}

/* What a road is driven at where nothing limits it: its class's speed, less where its other
 * direction shares the carriageway, on ways of service and where it lies in a town. */
static double class_speed(const tag_list *list, const char *highway, bool one_way) {
    const network_profile *p = list->profile;
    double kmh = find_speed(&p->speeds, highway);
    if (!one_way)
        kmh = at_most(kmh, find_speed(&p->two_way, highway));
    kmh = at_most(kmh, find_speed(&p->services, tag(list, "service")));
    return at_most(kmh, find_speed(&p->zones, tag(list, "zone:traffic")));
}

/* What the way is made of binds more than its limit. */
static double cap(const tag_list *list, double kmh) {
    const network_profile *p = list->profile;
    for (size_t i = 0; i < p->cap_count; i++)
        kmh = at_most(kmh, find_speed(&p->caps[i].speeds, tag(list, p->caps[i].key)));
    return kmh;
}

/* ---- directions ---- */

typedef struct {
    bool along, against, by_hour;
} directions;

static directions one_way_of(const tag_list *list) {
    const network_words *keys = &list->profile->one_way_keys;
    bool general = false;
    const char *told = NULL;
    for (size_t k = 0; k < keys->count; k++) {
        general = general || is(keys->items[k], "oneway");
        told = told ? told : tag(list, keys->items[k]);
    }
    bool implied = general && (is_among(tag(list, "junction"), "roundabout circular") ||
                               is(tag(list, "highway"), "motorway"));
    if (is(told, "reversible"))
        return (directions){false, false, true};
    if (is_among(told, "-1 reverse"))
        return (directions){false, true, false};
    bool along = is_among(told, "yes true 1") || (implied && !is_among(told, "no false 0"));
    return (directions){true, !along, false};
}

/* ---- durations ---- */

/* Takes a number of up to `most` digits off the text. */
static bool take_number(const char **text, size_t most, double *out) {
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0 || digits > most)
        return false;
    *out = (double)strtoul(*text, NULL, 10);
    *text += digits;
    return true;
}

/* "90" minutes, "1:30" hours and minutes, "1:30:15". */
static double parse_clock(const char *at) {
    double hours, minutes = 0, seconds = 0;
    if (!take_number(&at, 4, &hours))
        return 0;
    if (*at == '\0')
        return hours * 60;
    if (*at++ != ':' || !take_number(&at, 2, &minutes))
        return 0;
    if (*at == ':' && (++at, !take_number(&at, 2, &seconds)))
        return 0;
    return *at ? 0 : hours * 3600 + minutes * 60 + seconds;
}

/* ISO 8601 behind its "PT": "1H", "1H30M", "90M". */
static double parse_period(const char *at) {
    double total = 0, number;
    bool found = take_number(&at, 4, &number);
    if (found && *at == 'H') {
        total = number * 3600;
        at++;
        found = take_number(&at, 4, &number);
    }
    if (found) {
        if (*at++ != 'M')
            return 0;
        total += number * 60;
    }
    return *at ? 0 : total;
}

double osm_parse_duration(const char *text) {
    if (!text)
        return 0;
    return strncmp(text, "PT", 2) == 0 ? parse_period(text + 2) : parse_clock(text);
}

static bool is_not_built(const char *highway) {
    return is_among(highway,
                    "construction proposed planned abandoned disused razed demolished "
                    "dismantled removed");
}

/* Speeds of a road both ways; what it is where it has none. */
static osm_use read_road(const tag_list *list, const char *highway, directions ways,
                         osm_way_use *use) {
    const network_profile *p = list->profile;
    bool one_way = !ways.along || !ways.against;
    double kmh = class_speed(list, highway, one_way);
    bool named = may_enter(list, "forward") == ALLOWED_TO_MODE ||
                 may_enter(list, "backward") == ALLOWED_TO_MODE;
    if (!(kmh > 0) && named && !is_for_destinations(list))
        kmh = find_speed(&p->opened, highway);
    if (!(kmh > 0))
        return is_not_built(highway) ? OSM_NOT_BUILT : OSM_OTHER_MODE;
    if (is(tag(list, "area"), "yes") && !p->areas)
        return OSM_AREA;
    use->name = highway;
    use->kmh = cap(list, limit(list, "forward", one_way, kmh, &use->unknown_limit)) * p->factor;
    use->back_kmh =
        cap(list, limit(list, "backward", one_way, kmh, &use->unknown_limit)) * p->factor;
    return OSM_ROAD;
}

/* Closes the directions that may not be entered. */
static void apply_access(const tag_list *list, directions ways, osm_way_use *use) {
    entry there = may_enter(list, "forward"), back = may_enter(list, "backward");
    bool closed = has_closing_tag(list);
    if (!ways.along || there == DENIED || (closed && there != ALLOWED_TO_MODE))
        use->kmh = 0;
    if (!ways.against || back == DENIED || (closed && back != ALLOWED_TO_MODE))
        use->back_kmh = 0;
    if (!(use->kmh > 0) && !(use->back_kmh > 0))
        use->use = ways.by_hour ? OSM_REVERSIBLE : OSM_NO_ACCESS;
}

osm_way_use osm_read_tags(const network_profile *profile, const osm_tag *tags, size_t count) {
    tag_list list = {profile, tags, count};
    osm_way_use use = {.use = OSM_NO_HIGHWAY};
    const char *highway = tag(&list, "highway");
    directions ways = one_way_of(&list);
    if (is(tag(&list, "route"), "ferry")) {
        use.use = OSM_FERRY;
        use.name = "ferry";
        use.kmh = use.back_kmh = profile->ferry_kmh;
        use.duration_s = osm_parse_duration(tag(&list, "duration"));
    } else if (highway) {
        use.use = read_road(&list, highway, ways, &use);
    }
    if (use.use >= OSM_NO_HIGHWAY)
        return use;
    apply_access(&list, ways, &use);
    use.untold = may_enter(&list, "forward") == UNTOLD && may_enter(&list, "backward") == UNTOLD;
    use.at_hours = has_conditions(&list);
    use.destination = is_for_destinations(&list);
    return use;
}

/* Whether a barrier may not be passed: its access says so, or else its kind. */
static bool is_barred(const tag_list *list, const char *barrier) {
    const network_profile *p = list->profile;
    const network_words *words = p->only_open ? &p->barriers_open : &p->barriers_closed;
    bool named = false;
    entry told = may_enter(list, "forward");
    for (size_t i = 0; i < words->count; i++)
        named = named || is(barrier, words->items[i]);
    return told == UNTOLD ? named != p->only_open : told == DENIED;
}

unsigned char osm_read_point_tags(const network_profile *profile, const osm_tag *tags,
                                  size_t count) {
    tag_list list = {profile, tags, count};
    const char *barrier = tag(&list, "barrier");
    unsigned marks = 0;
    if (profile->signals_s > 0 && is(tag(&list, "highway"), "traffic_signals")) {
        const char *direction = tag(&list, "traffic_signals:direction");
        marks |= is(direction, "backward") ? 0 : OSM_SIGNAL_ALONG;
        marks |= is(direction, "forward") ? 0 : OSM_SIGNAL_AGAINST;
    }
    if (profile->level_crossing_s > 0 && is(tag(&list, "railway"), "level_crossing"))
        marks |= OSM_LEVEL_CROSSING;
    if ((profile->only_open || profile->only_closed) && barrier && is_barred(&list, barrier))
        marks |= OSM_BARRIER;
    return (unsigned char)marks;
}
