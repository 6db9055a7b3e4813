/* Access, direction and speed of an OSM way. */
#include "network/osm_tags.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <maille/text.h>

typedef struct {
    const network_profile *profile;
    const readosm_tag *tags;
    int count;
} tag_list;

static const char *tag(const tag_list *list, const char *key) {
    for (int i = 0; i < list->count; i++)
        if (list->tags[i].key && list->tags[i].value && strcmp(list->tags[i].key, key) == 0)
            return list->tags[i].value;
    return NULL;
}

static bool is(const char *value, const char *word) {
    return value && strcmp(value, word) == 0;
}

static double find_speed(const network_speed *speeds, size_t count, const char *word) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(speeds[i].word, word) == 0)
            return speeds[i].kmh;
    return 0;
}

/* The most telling access tag decides. */
static bool may_enter(const tag_list *list) {
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
    return true;
}

/* "50", "50 km/h", "30 mph", "50;30" (the lower binds), or a word of the profile; 0 = not
 * understood. */
static double parse_limit(const network_profile *p, const char *text) {
    double least = find_speed(p->limits, p->limit_count, text);
    if (least > 0)
        return least;
    for (const char *at = text; *at;) {
        char number[32];
        size_t digits = strspn(at + strspn(at, " "), "0123456789.");
        at += strspn(at, " ");
        if (digits == 0 || digits >= sizeof number)
            return 0;
        memcpy(number, at, digits);
        number[digits] = '\0';
        double value;
        if (!maille_parse_number(number, &value))
            return 0;
        at += digits;
        at += strspn(at, " ");
        size_t unit = strcspn(at, " ;");
        if (unit == 3 && strncmp(at, "mph", unit) == 0)
            value *= 1.609344;
        else if (unit && !(unit == 4 && strncmp(at, "km/h", unit) == 0) &&
                 !(unit == 3 && strncmp(at, "kmh", unit) == 0))
            return 0;
        at += unit;
        at += strspn(at, " ;");
        if (!(value > 0) || value > 400)
            return 0;
        least = least > 0 && least < value ? least : value;
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

/* Closes the direction that a one-way street forbids. */
static void apply_one_way(const tag_list *list, osm_way_use *use) {
    const char *oneway = tag(list, "oneway"), *junction = tag(list, "junction");
    if (!list->profile->one_way)
        return;
    bool implied = is(junction, "roundabout") || is(junction, "circular") ||
                   is(tag(list, "highway"), "motorway");
    if (is(oneway, "-1") || is(oneway, "reverse"))
        use->kmh = 0;
    else if (is(oneway, "yes") || is(oneway, "true") || is(oneway, "1"))
        use->back_kmh = 0;
    else if (is(oneway, "reversible"))
        use->kmh = use->back_kmh = 0; /* which way depends on the hour */
    else if (implied && !is(oneway, "no") && !is(oneway, "false") && !is(oneway, "0"))
        use->back_kmh = 0;
}

double osm_parse_duration(const char *text) {
    unsigned a = 0, b = 0, c = 0;
    int end = 0;
    if (!text || strlen(text) > 16)
        return 0;
    if (sscanf(text, "%4u:%2u:%2u%n", &a, &b, &c, &end) == 3 && text[end] == '\0')
        return a * 3600.0 + b * 60.0 + c;
    if (sscanf(text, "%4u:%2u%n", &a, &b, &end) == 2 && text[end] == '\0')
        return a * 3600.0 + b * 60.0;
    if (sscanf(text, "PT%4uH%4uM%n", &a, &b, &end) == 2 && text[end] == '\0')
        return a * 3600.0 + b * 60.0;
    end = 0;
    if (sscanf(text, "PT%4uH%n", &a, &end) == 1 && end && text[end] == '\0')
        return a * 3600.0;
    end = 0;
    if (sscanf(text, "PT%4uM%n", &a, &end) == 1 && end && text[end] == '\0')
        return a * 60.0;
    end = 0;
    if (sscanf(text, "%4u%n", &a, &end) == 1 && text[end] == '\0')
        return a * 60.0;
    return 0;
}

osm_way_use osm_read_tags(const network_profile *profile, const readosm_tag *tags, int count) {
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
        double kmh = find_speed(profile->speeds, profile->speed_count, highway);
        if (!(kmh > 0) || is(tag(&list, "area"), "yes")) {
            use.use = OSM_NO_ACCESS;
            return use;
        }
        use.kmh = limit(&list, "forward", kmh, &use.unknown_limit);
        use.back_kmh = limit(&list, "backward", kmh, &use.unknown_limit);
    } else {
        return use;
    }
    apply_one_way(&list, &use);
    if (!may_enter(&list) || (!(use.kmh > 0) && !(use.back_kmh > 0)))
        use.use = OSM_NO_ACCESS;
    return use;
}
