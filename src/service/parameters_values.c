/* Values of parameters: numbers, instants, reference systems. */
#include "service/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPSG "http://www.opengis.net/def/crs/EPSG/0/"

/* Those that France uses, which keep east before north, and those of the web. */
const reference_system reference_systems[] = {
    {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", 0, false, true},
    {EPSG "4326", 4326, true, true},
    {EPSG "3857", 3857, false, false},
    {EPSG "2154", 2154, false, false},
    {EPSG "5490", 5490, false, false},
    {EPSG "2972", 2972, false, false},
    {EPSG "2975", 2975, false, false},
    {EPSG "4471", 4471, false, false},
    {EPSG "4467", 4467, false, false},
};
const size_t reference_system_count = sizeof reference_systems / sizeof *reference_systems;

size_t read_numbers(const char *text, double *out, size_t most) {
    size_t count = 0;
    if (!*text || text[strspn(text, "0123456789+-.eE,")])
        return 0;
    for (const char *p = text;; p++) {
        char *end;
        if (count == most || *p == ',' || !*p)
            return 0;
        out[count] = strtod(p, &end);
        if (end == p || !isfinite(out[count]) || (*end && *end != ','))
            return 0;
        count++;
        p = end;
        if (!*p)
            return count;
    }
}

/* ---- instants ---- */

/* `digits` digits, no more; -1 where there are not so many. */
static int number_at(const char **p, int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return -1;
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool sign_at(const char **p, const char *signs) {
    if (!**p || !strchr(signs, **p))
        return false;
    (*p)++;
    return true;
}

static bool date_at(const char **p) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = number_at(p, 4);
    if (year < 0 || !sign_at(p, "-"))
        return false;
    int month = number_at(p, 2);
    if (month < 1 || month > 12 || !sign_at(p, "-"))
        return false;
    int day = number_at(p, 2);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* hh:mm */
static bool minutes_at(const char **p) {
    int hour = number_at(p, 2);
    if (hour < 0 || hour > 23 || !sign_at(p, ":"))
        return false;
    int minute = number_at(p, 2);
    return minute >= 0 && minute <= 59;
}

static bool zone_at(const char **p) {
    if (sign_at(p, "Zz"))
        return true;
    return sign_at(p, "+- ") && minutes_at(p); /* "+" of a query may have come as a blank */
}

bool is_instant(const char *text) {
    const char *p = text;
    if (!date_at(&p))
        return false;
    if (!*p)
        return true;
    if (!sign_at(&p, "Tt") || !minutes_at(&p) || !sign_at(&p, ":"))
        return false;
    int second = number_at(&p, 2);
    if (second < 0 || second > 60)
        return false;
    if (sign_at(&p, ".")) {
        size_t digits = strspn(p, "0123456789");
        if (digits == 0)
            return false;
        p += digits;
    }
    return zone_at(&p) && !*p;
}
