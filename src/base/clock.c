/* clock.c - the calendar. Day counts after Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", with eras of 400 years. */
#include "base/clock.h"

#include <stdio.h>

int64_t clock_day_of(struct clock_date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t month = (date.month + 9) % 12; /* March is 0 */
    int64_t of_year = (153 * month + 2) / 5 + date.day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct clock_date clock_date_of(int64_t day)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era_day = z - era * 146097;
    int64_t of_era =
        (of_era_day - of_era_day / 1460 + of_era_day / 36524 - of_era_day / 146096) / 365;
    int64_t of_year = of_era_day - (365 * of_era + of_era / 4 - of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day_of_month = of_year - (153 * month + 2) / 5 + 1;
    int64_t civil_month = month < 10 ? month + 3 : month - 9;

    return (struct clock_date){(int32_t)(of_era + era * 400 + (civil_month <= 2)),
                               (uint8_t)civil_month, (uint8_t)day_of_month};
}

unsigned clock_weekday(int64_t day)
{
    return (unsigned)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

/* True when the calendar has that day: 30 February comes back as another date. */
static bool clock_date_exists(uint64_t year, uint64_t month, uint64_t day)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    struct clock_date date = {(int32_t)year, (uint8_t)month, (uint8_t)day};
    struct clock_date same = clock_date_of(clock_day_of(date));
    return same.month == month && same.day == day;
}

enum err clock_date_parse(struct str text, struct clock_date *ret)
{
    uint64_t year;
    uint64_t month;
    uint64_t day;
    struct str rest = text;

    if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-')
        return ERR_SYNTAX;
    if (str_u64(str_cut(&rest, '-'), &year) || str_u64(str_cut(&rest, '-'), &month) ||
        str_u64(rest, &day))
        return ERR_SYNTAX;
    if (!clock_date_exists(year, month, day))
        return ERR_RANGE;
    *ret = (struct clock_date){(int32_t)year, (uint8_t)month, (uint8_t)day};
    return OK;
}

enum err clock_hhmm_parse(struct str text, int32_t *ret_second)
{
    uint64_t hour;
    uint64_t minute;
    struct str rest = text;

    if (text.size != 5 || text.data[2] != ':')
        return ERR_SYNTAX;
    if (str_u64(str_cut(&rest, ':'), &hour) || str_u64(rest, &minute))
        return ERR_SYNTAX;
    if (minute > 59 || hour * 60 + minute > 24 * 60)
        return ERR_RANGE;
    *ret_second = (int32_t)(hour * 3600 + minute * 60);
    return OK;
}

/* A number of `size` digits at `*at`, which moves past them; -1 when they are not there. */
static int32_t clock_digits(struct str text, size_t *at, size_t size)
{
    int32_t value = 0;

    if (text.size - *at < size)
        return -1;
    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[*at + i] - '0';
        if (digit > 9)
            return -1;
        value = value * 10 + (int32_t)digit;
    }
    *at += size;
    return value;
}

static bool clock_passes(struct str text, size_t *at, char c)
{
    bool there = *at < text.size && text.data[*at] == c;

    *at += there;
    return there;
}

/* "HH:MM" to minutes. */
static enum err clock_minutes(struct str text, size_t *at, int32_t *ret_minutes)
{
    int32_t hour = clock_digits(text, at, 2);
    bool colon = clock_passes(text, at, ':');
    int32_t minute = clock_digits(text, at, 2);

    if (hour < 0 || !colon || minute < 0)
        return ERR_SYNTAX;
    if (hour > 23 || minute > 59)
        return ERR_RANGE;
    *ret_minutes = hour * 60 + minute;
    return OK;
}

/* ".123456789" to microseconds; nothing is 0. */
static enum err clock_fraction(struct str text, size_t *at, int32_t *ret_us)
{
    int32_t scale = 100000;
    int32_t us = 0;

    if (clock_passes(text, at, '.')) {
        int32_t digit = clock_digits(text, at, 1);
        if (digit < 0)
            return ERR_SYNTAX;
        for (; digit >= 0; digit = clock_digits(text, at, 1)) {
            us += digit * scale;
            scale /= 10; /* 0 after six digits */
        }
    }
    *ret_us = us;
    return OK;
}

/* "Z" or "+08:00", the end of the text. */
static enum err clock_offset(struct str text, size_t *at, int32_t *ret_minutes)
{
    int32_t minutes = 0;

    if (!clock_passes(text, at, 'Z') && !clock_passes(text, at, 'z')) {
        bool minus = clock_passes(text, at, '-');
        if (!minus && !clock_passes(text, at, '+'))
            return ERR_SYNTAX;
        enum err err = clock_minutes(text, at, &minutes);
        if (err)
            return err;
        minutes = minus ? -minutes : minutes;
    }
    if (*at != text.size)
        return ERR_SYNTAX;
    *ret_minutes = minutes;
    return OK;
}

enum err clock_rfc3339_parse(struct str text, struct utc_us *ret)
{
    struct clock_date date;
    int32_t minutes;
    int32_t us = 0;
    int32_t offset = 0;
    size_t at = 11;

    if (text.size < 20 || !(text.data[10] == 'T' || text.data[10] == 't' || text.data[10] == ' '))
        return ERR_SYNTAX;
    enum err err = clock_date_parse((struct str){text.data, 10}, &date);
    if (!err)
        err = clock_minutes(text, &at, &minutes);
    if (err)
        return err;
    bool colon = clock_passes(text, &at, ':');
    int32_t second = clock_digits(text, &at, 2);
    if (!colon || second < 0)
        return ERR_SYNTAX;
    if (second > 60)
        return ERR_RANGE;
    err = clock_fraction(text, &at, &us);
    if (!err)
        err = clock_offset(text, &at, &offset);
    if (err)
        return err;
    int64_t total_s = clock_day_of(date) * 86400 + (minutes - offset) * INT64_C(60) + second;
    *ret = (struct utc_us){total_s * CLOCK_US_PER_S + us};
    return OK;
}

struct str clock_rfc3339_text(struct utc_us at, char room[CLOCK_RFC3339_SIZE])
{
    const int64_t first = clock_day_of((struct clock_date){1, 1, 1}) * 86400 * CLOCK_US_PER_S;
    const int64_t last =
        clock_day_of((struct clock_date){10000, 1, 1}) * 86400 * CLOCK_US_PER_S - 1;
    int64_t us = at.us < first ? first : at.us > last ? last : at.us;
    int64_t fraction = (us % CLOCK_US_PER_S + CLOCK_US_PER_S) % CLOCK_US_PER_S;
    int64_t second = (us - fraction) / CLOCK_US_PER_S;
    int64_t of_day = (second % 86400 + 86400) % 86400;
    struct clock_date date = clock_date_of((second - of_day) / 86400);
    char part[16] = "";

    if (fraction % 1000)
        snprintf(part, sizeof part, ".%06d", (int)fraction);
    else if (fraction)
        snprintf(part, sizeof part, ".%03d", (int)(fraction / 1000));
    int size =
        snprintf(room, CLOCK_RFC3339_SIZE, "%04d-%02u-%02uT%02d:%02d:%02d%sZ",
                 (int)date.year % 10000, date.month % 100u, date.day % 100u,
                 (int)(of_day / 3600 % 24), (int)(of_day / 60 % 60), (int)(of_day % 60), part);
    return (struct str){room, (size_t)size};
}
