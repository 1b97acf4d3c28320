/* clock.h - time is passed in, never fetched.
 *
 * Purpose    Two kinds of time that the compiler keeps apart, and the civil calendar.
 * Units      Microseconds. utc_us counts from 1970-01-01T00:00:00Z without leap seconds.
 * Threads    The clocks here may be read by any thread.
 * Layer      0 (clock_os.c alone asks the system)
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

struct utc_us {
    int64_t us;
};
struct mono_us {
    int64_t us;
};

struct clock {
    struct utc_us (*utc)(const struct clock *clock);
    struct mono_us (*mono)(const struct clock *clock);
};

#define CLOCK_US_PER_S INT64_C(1000000)

static inline struct utc_us clock_utc(const struct clock *clock)
{
    return clock->utc(clock);
}
static inline struct mono_us clock_mono(const struct clock *clock)
{
    return clock->mono(clock);
}

/* The system's clocks; the object is static and constant. */
const struct clock *clock_os(void);

/* A day of the proleptic Gregorian calendar, by itself in no time zone. */
struct clock_date {
    int32_t year;
    uint8_t month; /* 1-12 */
    uint8_t day;   /* 1-31 */
};
int64_t clock_day_of(struct clock_date date); /* days since 1970-01-01 */
struct clock_date clock_date_of(int64_t day);
unsigned clock_weekday(int64_t day); /* 0 Monday ... 6 Sunday */
/* "2026-11-24". Errors: SYNTAX; RANGE for a day that does not exist or years outside 1-9999. */
MUST_USE enum err clock_date_parse(struct str text, struct clock_date *ret);
/* "06:30" to seconds after midnight, up to "24:00". Errors: SYNTAX, RANGE. */
MUST_USE enum err clock_hhmm_parse(struct str text, int32_t *ret_second);

/* RFC 3339: "2026-11-24T06:30:00.123456789+08:00". What is finer than a microsecond is cut off; a
 * leap second is the first one of the next minute; a blank may stand for the T. Errors: SYNTAX;
 * RANGE for what no clock shows and years outside 1-9999. */
MUST_USE enum err clock_rfc3339_parse(struct str text, struct utc_us *ret);
enum { CLOCK_RFC3339_SIZE = 32 };
/* "2026-11-24T06:30:00Z", with 3 or 6 digits after the second where they say something. Times
 * outside the years 1-9999 are written as the nearest one inside. The text lies in `room`. */
struct str clock_rfc3339_text(struct utc_us at, char room[CLOCK_RFC3339_SIZE]);

#endif
