/* The clocks of cases, against counting minute by minute. */
#include <string.h>

#include "check.h"
#include "civic/worktime.h"
#include "prop.h"

static const struct civic_hours office = {{{8 * 3600, 12 * 3600}, {14 * 3600 + 1800, 18 * 3600}},
                                          2};

/* +08:00, weekends off, and a holiday on Thursday 2026-11-26. */
static void office_city(struct city *city, int64_t *holiday)
{
    *holiday = clock_day_of((struct clock_date){2026, 11, 26});
    *city = (struct city){.utc_offset_s = 8 * 3600,
                          .rest_days = 1 << 5 | 1 << 6,
                          .holidays = holiday,
                          .holiday_count = 1};
}

static struct utc_us at(const char *text)
{
    struct utc_us us = {0};

    assert_int_equal(clock_rfc3339_parse(str_of(text), &us), OK);
    return us;
}

static void due_is(enum civic_clock clock, const char *from, int64_t amount, const char *due)
{
    struct city city;
    int64_t holiday;
    struct utc_us got = {0};

    office_city(&city, &holiday);
    assert_int_equal(civic_clock_after(&city, &office, clock, at(from),
                                       amount * civic_clock_unit_s(&office, clock), &got),
                     OK);
    assert_int_equal(got.us, at(due).us);
}

/* 2026-11-24 is a Tuesday. */
static void each_clock_counts_its_own_hours(void **state)
{
    (void)state;
    due_is(CIVIC_URGENT_HOUR, "2026-11-28T23:30:00+08:00", 2, "2026-11-29T01:30:00+08:00");
    due_is(CIVIC_NATURAL_DAY, "2026-11-24T10:00:00+08:00", 3, "2026-11-27T10:00:00+08:00");
    due_is(CIVIC_WORK_HOUR, "2026-11-24T11:00:00+08:00", 2, "2026-11-24T15:30:00+08:00");
    due_is(CIVIC_WORK_HOUR, "2026-11-24T11:00:00+08:00", 1, "2026-11-24T12:00:00+08:00");
    due_is(CIVIC_WORK_HOUR, "2026-11-24T03:00:00+08:00", 1, "2026-11-24T09:00:00+08:00");
    due_is(CIVIC_WORK_HOUR, "2026-11-24T17:30:00+08:00", 1, "2026-11-25T08:30:00+08:00");
    due_is(CIVIC_WORK_DAY, "2026-11-24T10:00:00+08:00", 1, "2026-11-25T10:00:00+08:00");
    /* over a holiday and a weekend */
    due_is(CIVIC_WORK_DAY, "2026-11-25T10:00:00+08:00", 1, "2026-11-27T10:00:00+08:00");
    due_is(CIVIC_WORK_DAY, "2026-11-25T10:00:00+08:00", 2, "2026-11-30T10:00:00+08:00");
    due_is(CIVIC_WORK_HOUR, "2026-11-28T10:00:00+08:00", 1, "2026-11-30T09:00:00+08:00");
    assert_int_equal(civic_clock_unit_s(&office, CIVIC_WORK_DAY), 27000); /* 7.5 h */
}

static void a_city_that_never_works_has_no_due_time(void **state)
{
    struct city city = {.rest_days = 0x7F};
    struct utc_us due = {77};
    int64_t between_s = 77;

    (void)state;
    assert_int_equal(civic_clock_after(&city, &office, CIVIC_WORK_HOUR, due, 3600, &due),
                     ERR_RANGE);
    assert_int_equal(civic_clock_after(&city, &office, CIVIC_URGENT_HOUR, due,
                                       CIVIC_DAYS_MAX * INT64_C(86400), &due),
                     ERR_RANGE);
    assert_int_equal(due.us, 77);
    struct utc_us far = {CIVIC_DAYS_MAX * INT64_C(86400) * CLOCK_US_PER_S};
    assert_int_equal(
        civic_clock_between(&city, &office, CIVIC_WORK_DAY, (struct utc_us){0}, far, &between_s),
        ERR_RANGE);
    assert_int_equal(between_s, 77);
    assert_int_equal(civic_clock_between(&city, &office, CIVIC_WORK_DAY, far, due, &between_s), OK);
    assert_int_equal(between_s, 0); /* backwards */
}

static void hours_that_cannot_be_are_refused(void **state)
{
    static const struct civic_hours bad[] = {
        {{{0, 0}}, 0},     {{{3600, 3600}}, 1}, {{{0, 90000}}, 1}, {{{0, 7200}, {3600, 9000}}, 2},
        {{{-5, 7200}}, 1},
    };
    struct diag diag = {0};

    (void)state;
    assert_int_equal(civic_hours_check(&office, NULL), OK);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(civic_hours_check(&bad[i], &diag), ERR_INVALID);
    for (unsigned i = 0; i < CIVIC_CLOCKS; i++) {
        enum civic_clock clock = CIVIC_CLOCKS;
        assert_true(civic_clock_of(str_of(civic_clock_name((enum civic_clock)i)), &clock));
        assert_int_equal(clock, i);
    }
    assert_null(civic_clock_name(CIVIC_CLOCKS));
}

/* Is this minute work? By the calendar alone. */
static bool works(const struct city *city, int64_t minute)
{
    int64_t local = minute + city->utc_offset_s / 60;
    int64_t day = local / 1440;
    int64_t of_day = local % 1440;

    if (city_is_holiday(city, day))
        return false;
    return (of_day >= 480 && of_day < 720) || (of_day >= 870 && of_day < 1080);
}

/* Between two times as counted by the minute; and after so many seconds the clock shows them. */
static bool minutes_agree(struct rng *rng, size_t size)
{
    struct city city;
    int64_t holiday;
    int64_t from = at("2026-11-20T00:00:00Z").us / 60000000 + rng_range(rng, 0, 10000);
    int64_t to = from + rng_range(rng, 0, (int64_t)size);
    int64_t counted = 0;
    int64_t got_s = -1;
    struct utc_us due;

    office_city(&city, &holiday);
    for (int64_t minute = from; minute < to; minute++)
        counted += works(&city, minute);
    struct utc_us a = {from * 60000000};
    struct utc_us b = {to * 60000000};
    if (civic_clock_between(&city, &office, CIVIC_WORK_DAY, a, b, &got_s) || got_s != counted * 60)
        return false;
    if (got_s == 0)
        return true;
    if (civic_clock_after(&city, &office, CIVIC_WORK_HOUR, a, got_s, &due) || due.us > b.us)
        return false;
    int64_t back_s = -1;
    struct utc_us before = {due.us - 60000000};
    return civic_clock_between(&city, &office, CIVIC_WORK_HOUR, a, due, &back_s) == OK &&
           back_s == got_s && works(&city, before.us / 60000000); /* the first such time */
}

static void work_is_what_counting_says(void **state)
{
    (void)state;
    PROP(minutes_agree, 500, 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_clock_counts_its_own_hours),
        cmocka_unit_test(a_city_that_never_works_has_no_due_time),
        cmocka_unit_test(hours_that_cannot_be_are_refused),
        cmocka_unit_test(work_is_what_counting_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
