/* clock.c - the calendar. Day counts after Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms", with eras of 400 years. */
#include "base/clock.h"

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
