/* worktime.c - see worktime.h. */
#include "civic/worktime.h"

#define CIVIC_DAY_S INT64_C(86400)

const char *civic_clock_name(enum civic_clock clock)
{
    static const char *const names[CIVIC_CLOCKS] = {"urgent_hour", "work_hour", "work_day",
                                                    "natural_day"};

    return (unsigned)clock < CIVIC_CLOCKS ? names[clock] : NULL;
}

bool civic_clock_of(struct str name, enum civic_clock *ret_clock)
{
    for (unsigned i = 0; i < CIVIC_CLOCKS; i++)
        if (str_eq(name, str_of(civic_clock_name((enum civic_clock)i)))) {
            *ret_clock = (enum civic_clock)i;
            return true;
        }
    return false;
}

enum err civic_hours_check(const struct civic_hours *hours, struct diag *diag)
{
    int32_t end_s = 0;

    if (hours->count == 0 || hours->count > CITY_WINDOWS_MAX)
        return diag_set(diag, ERR_INVALID, "work hours: give 1 to %d windows", CITY_WINDOWS_MAX);
    for (uint32_t i = 0; i < hours->count; i++) {
        if (hours->work[i].start_s < end_s || hours->work[i].end_s <= hours->work[i].start_s ||
            hours->work[i].end_s > CIVIC_DAY_S)
            return diag_set(diag, ERR_INVALID,
                            "work hours: windows ascend, do not overlap and end by 24:00");
        end_s = hours->work[i].end_s;
    }
    return OK;
}

int64_t civic_clock_unit_s(const struct civic_hours *hours, enum civic_clock clock)
{
    int64_t sum_s = 0;

    if (clock == CIVIC_NATURAL_DAY)
        return CIVIC_DAY_S;
    if (clock != CIVIC_WORK_DAY)
        return 3600;
    for (uint32_t i = 0; i < hours->count; i++)
        sum_s += hours->work[i].end_s - hours->work[i].start_s;
    return sum_s;
}

static int64_t civic_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Local microseconds. */
static int64_t civic_local_us(const struct city *city, struct utc_us at)
{
    return at.us + city->utc_offset_s * CLOCK_US_PER_S;
}

static bool civic_runs_always(enum civic_clock clock)
{
    return clock == CIVIC_URGENT_HOUR || clock == CIVIC_NATURAL_DAY;
}

/* Work between two local times of one day, in microseconds from its midnight. */
static int64_t civic_day_between_us(const struct civic_hours *hours, int64_t from_us, int64_t to_us)
{
    int64_t sum_us = 0;

    for (uint32_t i = 0; i < hours->count; i++) {
        int64_t start_us = hours->work[i].start_s * CLOCK_US_PER_S;
        int64_t end_us = hours->work[i].end_s * CLOCK_US_PER_S;
        start_us = start_us > from_us ? start_us : from_us;
        end_us = end_us < to_us ? end_us : to_us;
        if (end_us > start_us)
            sum_us += end_us - start_us;
    }
    return sum_us;
}

enum err civic_clock_between(const struct city *city, const struct civic_hours *hours,
                             enum civic_clock clock, struct utc_us from, struct utc_us to,
                             int64_t *ret_s)
{
    const int64_t day_us = CIVIC_DAY_S * CLOCK_US_PER_S;
    int64_t local_us = civic_local_us(city, from);
    int64_t end_us = civic_local_us(city, to);
    int64_t sum_us = 0;

    if (end_us - local_us >= CIVIC_DAYS_MAX * day_us)
        return ERR_RANGE;
    if (civic_runs_always(clock)) {
        *ret_s = end_us > local_us ? (end_us - local_us) / CLOCK_US_PER_S : 0;
        return OK;
    }
    while (local_us < end_us) {
        int64_t day = civic_floor_div(local_us, day_us);
        int64_t next_us = (day + 1) * day_us;
        int64_t until_us = end_us < next_us ? end_us : next_us;
        if (!city_is_holiday(city, day))
            sum_us += civic_day_between_us(hours, local_us - day * day_us, until_us - day * day_us);
        local_us = until_us;
    }
    *ret_s = sum_us / CLOCK_US_PER_S;
    return OK;
}

/* The time of the day when `left_us` of work have passed since `from_us`, both from midnight; the
 * day has at least so much left. */
static int64_t civic_day_after_us(const struct civic_hours *hours, int64_t from_us, int64_t left_us)
{
    for (uint32_t i = 0; i < hours->count; i++) {
        int64_t start_us = hours->work[i].start_s * CLOCK_US_PER_S;
        int64_t end_us = hours->work[i].end_s * CLOCK_US_PER_S;
        start_us = start_us > from_us ? start_us : from_us;
        if (end_us <= start_us)
            continue;
        if (end_us - start_us >= left_us)
            return start_us + left_us;
        left_us -= end_us - start_us;
    }
    ASSERT(false);
}

enum err civic_clock_after(const struct city *city, const struct civic_hours *hours,
                           enum civic_clock clock, struct utc_us from, int64_t seconds,
                           struct utc_us *ret_at)
{
    const int64_t day_us = CIVIC_DAY_S * CLOCK_US_PER_S;
    int64_t local_us = civic_local_us(city, from);
    int64_t day = civic_floor_div(local_us, day_us);
    int64_t from_us = local_us - day * day_us;

    if (seconds <= 0) {
        *ret_at = from;
        return OK;
    }
    if (seconds >= CIVIC_DAYS_MAX * CIVIC_DAY_S)
        return ERR_RANGE;
    int64_t left_us = seconds * CLOCK_US_PER_S;
    if (civic_runs_always(clock)) {
        ret_at->us = from.us + left_us;
        return OK;
    }
    for (int64_t end = day + CIVIC_DAYS_MAX; day < end; day++) {
        int64_t has_us =
            city_is_holiday(city, day) ? 0 : civic_day_between_us(hours, from_us, day_us);
        if (has_us >= left_us) {
            ret_at->us = day * day_us + civic_day_after_us(hours, from_us, left_us) -
                         city->utc_offset_s * CLOCK_US_PER_S;
            return OK;
        }
        left_us -= has_us;
        from_us = 0;
    }
    return ERR_RANGE;
}
