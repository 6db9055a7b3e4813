/* Dates and times as people and programs write them (RFC 3339), as texts that compare. */
#include "layers/cql.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* `count` digits as a number; -1 where one is none. */
static int digits(const char *text, int count) {
    int n = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return -1;
        n = 10 * n + (text[i] - '0');
    }
    return n;
}

static int days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

typedef struct {
    int year, month, day, hour, minute, second;
    char fraction[12]; /* with its point; trailing zeros cut */
} moment;

static bool read_date(const char *text, moment *m) {
    m->year = digits(text, 4);
    if (m->year < 0 || text[4] != '-')
        return false;
    m->month = digits(text + 5, 2);
    if (m->month < 1 || m->month > 12 || text[7] != '-')
        return false;
    m->day = digits(text + 8, 2);
    return m->day >= 1 && m->day <= days_in(m->year, m->month);
}

/* hh:mm:ss and a fraction; the text behind it, or NULL. A leap second is the one before. */
static const char *read_clock(const char *text, moment *m) {
    m->hour = digits(text, 2);
    if (m->hour < 0 || m->hour > 23 || text[2] != ':')
        return NULL;
    m->minute = digits(text + 3, 2);
    if (m->minute < 0 || m->minute > 59 || text[5] != ':')
        return NULL;
    m->second = digits(text + 6, 2);
    if (m->second < 0 || m->second > 60)
        return NULL;
    m->second -= m->second == 60;
    text += 8;
    if (*text != '.')
        return text;
    size_t length = 1 + strspn(text + 1, "0123456789");
    if (length == 1)
        return NULL;
    size_t kept = length < sizeof m->fraction ? length : sizeof m->fraction - 1;
    memcpy(m->fraction, text, kept);
    while (m->fraction[kept - 1] == '0')
        kept--;
    m->fraction[kept == 1 ? 0 : kept] = '\0';
    return text + length;
}

/* Minutes that the zone is ahead of UTC; false where there is none, or more than one. */
static bool read_zone(const char *text, int *ahead) {
    *ahead = 0;
    if ((*text == 'Z' || *text == 'z') && text[1] == '\0')
        return true;
    if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':')
        return false;
    int hours = digits(text + 1, 2), minutes = digits(text + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *ahead = (hours * 60 + minutes) * (*text == '-' ? -1 : 1);
    return true;
}

static void move_day(moment *m, int by) {
    m->day += by;
    if (m->day < 1) {
        m->month--;
        if (m->month < 1) {
            m->month = 12;
            m->year--;
        }
        m->day = days_in(m->year, m->month);
    } else if (m->day > days_in(m->year, m->month)) {
        m->day = 1;
        m->month++;
        if (m->month > 12) {
            m->month = 1;
            m->year++;
        }
    }
}

static void to_utc(moment *m, int ahead) {
    int minutes = m->hour * 60 + m->minute - ahead;
    if (minutes < 0) {
        minutes += 24 * 60;
        move_day(m, -1);
    } else if (minutes >= 24 * 60) {
        minutes -= 24 * 60;
        move_day(m, 1);
    }
    m->hour = minutes / 60;
    m->minute = minutes % 60;
}

bool cql_time(const char *text, char out[CQL_TIME_SIZE]) {
    moment m = {0};
    int ahead;
    if (!read_date(text, &m))
        return false;
    if (text[10] == '\0') {
        snprintf(out, CQL_TIME_SIZE, "%04d-%02d-%02d", m.year, m.month, m.day);
        return true;
    }
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ')
        return false;
    const char *zone = read_clock(text + 11, &m);
    if (!zone || !read_zone(zone, &ahead))
        return false;
    to_utc(&m, ahead);
    if (m.year < 0 || m.year > 9999)
        return false;
    if (m.hour == 0 && m.minute == 0 && m.second == 0 && !m.fraction[0])
        snprintf(out, CQL_TIME_SIZE, "%04d-%02d-%02d", m.year, m.month, m.day);
    else
        snprintf(out, CQL_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", m.year, m.month, m.day,
                 m.hour, m.minute, m.second, m.fraction);
    return true;
}
