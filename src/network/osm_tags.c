/* Access, direction and speed of an OSM way. */
#include "network/osm_tags.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static double find_speed(const network_speed *speeds, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(speeds[i].word, word) == 0)
            return speeds[i].kmh;
    return 0;
}

/* The most telling access tag decides; `untold` where there is none. */
static bool may_enter(const tag_list *list, bool untold) {
    const network_profile *p = list->profile;
    for (size_t k = 0; k < p->access_key_count; k++) {
        const char *value = tag(list, p->access_keys[k]);
        if (!value)
            continue;
        for (size_t i = 0; i < p->access_denied_count; i++)
            if (strcmp(value, p->access_denied[i]) == 0)
                return false;
        return true;
    }
    return untold;
}

/* How many km/h the unit is that the text begins with, up to a space or semicolon; 0 = unknown. */
static double unit_kmh(const char *text, size_t length) {
    static const struct {
        const char *name;
        double kmh;
    } units[] = {{"", 1}, {"km/h", 1}, {"kmh", 1}, {"mph", 1.609344}};
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
    size_t unit = strcspn(at, " ;");
    value *= unit_kmh(at, unit);
    at += unit;
    *text = at + strspn(at, " ;");
    return value > 0 && value <= 400 ? value : 0;
}

/* One speed, "50;30" (the lower binds), or a word of the profile; 0 = not understood. */
static double parse_limit(const network_profile *p, const char *text) {
    double least = find_speed(p->limits, p->limit_count, text);
    if (least > 0)
        return least;
    for (const char *at = text; *at;) {
        double speed = take_speed(&at);
        if (speed == 0)
            return 0;
        least = least > 0 && least < speed ? least : speed;
    }
    return least;
}

/* The limit in one direction, or the speed of the class. */
static double limit(const tag_list *list, const char *direction, double of_class,
                    const char **unknown) {
    const network_profile *p = list->profile;
    for (size_t k = 0; k < p->limit_key_count; k++) {
        char key[64];
        snprintf(key, sizeof key, "%s:%s", p->limit_keys[k], direction);
        const char *value = tag(list, key);
        if (!value)
            value = tag(list, p->limit_keys[k]);
        if (!value)
            continue;
        double kmh = parse_limit(p, value);
        if (kmh > 0)
            return kmh;
        *unknown = value;
    }
    return of_class;
}

/* What a road is driven at where nothing limits it: its class's speed, less on ways of service and
 * where it lies in a town. */
static double class_speed(const tag_list *list, const char *highway) {
    const network_profile *p = list->profile;
    double kmh = find_speed(p->speeds, p->speed_count, highway);
    const char *service = tag(list, "service"), *zone = tag(list, "zone:traffic");
    double most = service ? find_speed(p->services, p->service_count, service) : 0;
    kmh = most > 0 && most < kmh ? most : kmh;
    most = zone ? find_speed(p->zones, p->zone_count, zone) : 0;
    kmh = most > 0 && most < kmh ? most : kmh;
    return kmh;
}

/* Closes the direction that a one-way street forbids. */
static void apply_one_way(const tag_list *list, osm_way_use *use) {
    const char *oneway = tag(list, "oneway");
    if (!list->profile->one_way)
        return;
    bool implied = is_among(tag(list, "junction"), "roundabout circular") ||
                   is(tag(list, "highway"), "motorway");
    bool along = is_among(oneway, "yes true 1"), against = is_among(oneway, "-1 reverse");
    bool neither = is_among(oneway, "no false 0");
    bool by_hour = is(oneway, "reversible");
    if (against || by_hour)
        use->kmh = 0;
    if (along || by_hour || (implied && !against && !neither))
        use->back_kmh = 0;
}

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

osm_way_use osm_read_tags(const network_profile *profile, const osm_tag *tags, size_t count) {
    tag_list list = {profile, tags, count};
    osm_way_use use = {.use = OSM_NO_HIGHWAY};
    const char *highway = tag(&list, "highway");
    if (is(tag(&list, "route"), "ferry")) {
        use.use = OSM_FERRY;
        use.name = "ferry";
        use.kmh = use.back_kmh = profile->ferry_kmh;
        use.duration_s = osm_parse_duration(tag(&list, "duration"));
    } else if (highway) {
        use.use = OSM_ROAD;
        use.name = highway;
        double kmh = class_speed(&list, highway);
        if (!(kmh > 0) || is(tag(&list, "area"), "yes")) {
            use.use = OSM_NO_ACCESS;
            return use;
        }
        use.kmh = limit(&list, "forward", kmh, &use.unknown_limit);
        use.back_kmh = limit(&list, "backward", kmh, &use.unknown_limit);
        use.kmh *= profile->factor;
        use.back_kmh *= profile->factor;
    } else {
        return use;
    }
    apply_one_way(&list, &use);
    if (!may_enter(&list, true) || (!(use.kmh > 0) && !(use.back_kmh > 0)))
        use.use = OSM_NO_ACCESS;
    return use;
}

/* Whether a barrier may be passed: its access says so, or it is of an open kind. */
static bool is_barred(const tag_list *list, const char *barrier) {
    const network_profile *p = list->profile;
    bool open = !p->barriers_close;
    for (size_t i = 0; i < p->barriers_open_count; i++)
        open = open || is(barrier, p->barriers_open[i]);
    return !may_enter(list, open);
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
    if (profile->barriers_close && barrier && is_barred(&list, barrier))
        marks |= OSM_BARRIER;
    return (unsigned char)marks;
}
