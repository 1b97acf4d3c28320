/* base_clock_test.c - the civil calendar, against a walk day by day. */
#include "base/clock.h"

#include "check.h"

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The oracle steps through 1800 to 2300 with the rule of the Gregorian calendar and nothing else.
 */
static void every_day_of_five_centuries_has_its_number(void **state)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct clock_date date = {1800, 1, 1};
    int64_t number = clock_day_of(date);

    (void)state;
    for (; date.year < 2300; number++) {
        struct clock_date same = clock_date_of(number);
        assert_int_equal(clock_day_of(date), number);
        assert_int_equal(same.year, date.year);
        assert_int_equal(same.month, date.month);
        assert_int_equal(same.day, date.day);
        int length = days[date.month - 1] + (date.month == 2 && leap(date.year));
        if (date.day++ < length)
            continue;
        date.day = 1;
        if (date.month++ == 12)
            date = (struct clock_date){date.year + 1, 1, 1};
    }
}

static void known_days_fall_on_known_weekdays(void **state)
{
    (void)state;
    assert_int_equal(clock_day_of((struct clock_date){1970, 1, 1}), 0);
    assert_int_equal(clock_day_of((struct clock_date){2000, 3, 1}), 11017);
    assert_int_equal(clock_weekday(0), 3);     /* Thursday */
    assert_int_equal(clock_weekday(-1), 2);    /* Wednesday */
    assert_int_equal(clock_weekday(20781), 1); /* 2026-11-24, Tuesday */
    assert_int_equal(clock_weekday(-7000), 3); /* a multiple of 7 */
    assert_int_equal(clock_day_of((struct clock_date){2026, 11, 24}), 20781);
}

static void dates_are_read_or_refused(void **state)
{
    struct clock_date date = {1, 2, 3};

    (void)state;
    assert_int_equal(clock_date_parse(STR("2024-02-29"), &date), OK);
    assert_int_equal(date.year, 2024);
    assert_int_equal(date.month, 2);
    assert_int_equal(date.day, 29);
    assert_int_equal(clock_date_parse(STR("2023-02-29"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("2100-02-29"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("0000-01-01"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("2026-13-01"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("2026-00-01"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("2026-01-00"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("2026-04-31"), &date), ERR_RANGE);
    assert_int_equal(clock_date_parse(STR("2026-1-001"), &date), ERR_SYNTAX);
    assert_int_equal(clock_date_parse(STR("2026/01/01"), &date), ERR_SYNTAX);
    assert_int_equal(clock_date_parse(STR("2026-01-0x"), &date), ERR_SYNTAX);
    assert_int_equal(clock_date_parse(STR("2026-01-01 "), &date), ERR_SYNTAX);
    assert_int_equal(clock_date_parse(STR(""), &date), ERR_SYNTAX);
    assert_int_equal(date.day, 29); /* untouched by the failures */
}

static void times_of_day_are_read_or_refused(void **state)
{
    int32_t second = 5;

    (void)state;
    assert_int_equal(clock_hhmm_parse(STR("00:00"), &second), OK);
    assert_int_equal(second, 0);
    assert_int_equal(clock_hhmm_parse(STR("06:30"), &second), OK);
    assert_int_equal(second, 23400);
    assert_int_equal(clock_hhmm_parse(STR("24:00"), &second), OK);
    assert_int_equal(second, 86400);
    assert_int_equal(clock_hhmm_parse(STR("24:01"), &second), ERR_RANGE);
    assert_int_equal(clock_hhmm_parse(STR("06:60"), &second), ERR_RANGE);
    assert_int_equal(clock_hhmm_parse(STR("6:30"), &second), ERR_SYNTAX);
    assert_int_equal(clock_hhmm_parse(STR("0630:"), &second), ERR_SYNTAX);
    assert_int_equal(clock_hhmm_parse(STR("0a:30"), &second), ERR_SYNTAX);
    assert_int_equal(second, 86400);
}

static void the_systems_monotonic_clock_never_steps_back(void **state)
{
    const struct clock *clock = clock_os();
    struct mono_us before = clock_mono(clock);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct mono_us now = clock_mono(clock);
        assert_true(now.us >= before.us);
        before = now;
    }
    assert_true(clock_utc(clock).us > INT64_C(1577836800) * CLOCK_US_PER_S); /* after 2020 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_five_centuries_has_its_number),
        cmocka_unit_test(known_days_fall_on_known_weekdays),
        cmocka_unit_test(dates_are_read_or_refused),
        cmocka_unit_test(times_of_day_are_read_or_refused),
        cmocka_unit_test(the_systems_monotonic_clock_never_steps_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
