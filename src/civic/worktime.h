/* worktime.h - the clocks that a case runs on.
 *
 * Purpose    Limits in urgent hours, work hours, work days and natural days, with the city's rest
 *            days and holidays; pauses.
 * Source     The four clocks are those of city-management systems; what exactly each counts is a
 *            default of ours, since cities differ: an urgent hour runs around the clock, every day;
 *            a work hour is an hour within the work hours of a work day; a work day is as long as
 *            the work hours of one day, so that what comes at 10:00 with one work day is due at 10:00
 *            of the next; a natural day is 24 hours.
 * Units      Seconds of the clock; UTC.
 * Threads    Any; pure functions.
 * Layer      2
 */
#ifndef CIVIC_WORKTIME_H
#define CIVIC_WORKTIME_H

#include "base/clock.h"
#include "city/city.h"

enum civic_clock {
    CIVIC_URGENT_HOUR,
    CIVIC_WORK_HOUR,
    CIVIC_WORK_DAY,
    CIVIC_NATURAL_DAY,
    CIVIC_CLOCKS
};
const char *civic_clock_name(enum civic_clock clock); /* as in processes/ *.yaml */
MUST_USE bool civic_clock_of(struct str name, enum civic_clock *ret_clock);

struct civic_hours {
    struct city_window work[CITY_WINDOWS_MAX]; /* ascending, apart, within 00:00 and 24:00 */
    uint32_t count;
};
/* Errors: INVALID, told in `diag`: none, out of order, or not within a day. */
MUST_USE enum err civic_hours_check(const struct civic_hours *hours, struct diag *diag);

/* Seconds of the clock between two times; 0 when `to` is not after `from`. `city` gives the zone,
 * rest days and holidays. Errors: RANGE when they are CIVIC_DAYS_MAX apart or more. */
MUST_USE enum err civic_clock_between(const struct city *city, const struct civic_hours *hours,
                                      enum civic_clock clock, struct utc_us from, struct utc_us to,
                                      int64_t *ret_s);
/* The first time at which so many seconds of the clock have passed since `from`. Errors: RANGE when
 * that takes CIVIC_DAYS_MAX or more: a city that never works. */
MUST_USE enum err civic_clock_after(const struct city *city, const struct civic_hours *hours,
                                    enum civic_clock clock, struct utc_us from, int64_t seconds,
                                    struct utc_us *ret_at);
enum { CIVIC_DAYS_MAX = 40000 }; /* a century: 10,000 work days of any calendar fit */
/* Seconds of one unit: an hour, a day, the work hours of a day. */
int64_t civic_clock_unit_s(const struct civic_hours *hours, enum civic_clock clock);

#endif
