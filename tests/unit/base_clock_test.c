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

static void times_of_rfc3339_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1985-04-12T23:20:50.52Z", INT64_C(482196050520000)},   /* RFC 3339, 5.8 */
        {"1996-12-19T16:39:57-08:00", INT64_C(851042397000000)}, /* RFC 3339, 5.8 */
        {"1990-12-31T23:59:60Z", INT64_C(662688000000000)},      /* a leap second */
        {"1990-12-31T15:59:60-08:00", INT64_C(662688000000000)},
        {"1937-01-01T12:00:27.87+00:20", INT64_C(-1041337172130000)},
        {"2026-07-18T09:34:15.775023242+00:00", INT64_C(1784367255775023)},
        {"2026-07-18 17:34:15.775023999+08:00", INT64_C(1784367255775023)},
        {"2026-07-18t09:34:15.7z", INT64_C(1784367255700000)},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800000000)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct utc_us at = {-1};
        assert_int_equal(clock_rfc3339_parse(str_of(rows[i].text), &at), OK);
        assert_int_equal(at.us, rows[i].us);
    }
}

static void times_that_no_clock_shows_are_refused(void **state)
{
    static const struct {
        const char *text;
        enum err err;
    } rows[] = {
        {"", ERR_SYNTAX},
        {"2026-07-18", ERR_SYNTAX},
        {"2026-07-18T09:34:15", ERR_SYNTAX},
        {"2026-07-18T09:34Z", ERR_SYNTAX},
        {"2026-07-18T09:34:15.Z", ERR_SYNTAX},
        {"2026-07-18T09:34:15.5", ERR_SYNTAX},
        {"2026-07-18T09:34:15+0800", ERR_SYNTAX},
        {"2026-07-18T09:34:15+08:0", ERR_SYNTAX},
        {"2026-07-18T09:34:15Z ", ERR_SYNTAX},
        {"2026-07-18_09:34:15Z", ERR_SYNTAX},
        {"2026-7-18T09:34:15.00Z", ERR_SYNTAX},
        {"2026-07-18T09-34-15Z", ERR_SYNTAX},
        {"2026-07-18T09:34:x5Z", ERR_SYNTAX},
        {"2026-02-29T09:34:15Z", ERR_RANGE},
        {"2026-07-18T24:00:00Z", ERR_RANGE},
        {"2026-07-18T09:60:00Z", ERR_RANGE},
        {"2026-07-18T09:34:61Z", ERR_RANGE},
        {"2026-07-18T09:34:15+24:00", ERR_RANGE},
    };
    struct utc_us at = {7};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (clock_rfc3339_parse(str_of(rows[i].text), &at) != rows[i].err)
            fail_msg("%s", rows[i].text);
    assert_int_equal(at.us, 7);
}

static void times_are_written_and_read_again(void **state)
{
    static const int64_t times[] = {0,
                                    1,
                                    -1,
                                    1000,
                                    1500000,
                                    INT64_C(1784367255775023),
                                    INT64_C(-62135596800000000),
                                    INT64_C(253402300799999999)};
    char room[CLOCK_RFC3339_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct utc_us at = {7};
        struct str text = clock_rfc3339_text((struct utc_us){times[i]}, room);
        assert_int_equal(clock_rfc3339_parse(text, &at), OK);
        assert_int_equal(at.us, times[i]);
    }
    check_text(clock_rfc3339_text((struct utc_us){0}, room), "1970-01-01T00:00:00Z");
    check_text(clock_rfc3339_text((struct utc_us){1500000}, room), "1970-01-01T00:00:01.500Z");
    check_text(clock_rfc3339_text((struct utc_us){-1}, room), "1969-12-31T23:59:59.999999Z");
    check_text(clock_rfc3339_text((struct utc_us){INT64_MAX}, room), "9999-12-31T23:59:59.999999Z");
    check_text(clock_rfc3339_text((struct utc_us){INT64_MIN}, room), "0001-01-01T00:00:00Z");
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
        cmocka_unit_test(times_of_rfc3339_are_read),
        cmocka_unit_test(times_that_no_clock_shows_are_refused),
        cmocka_unit_test(times_are_written_and_read_again),
        cmocka_unit_test(the_systems_monotonic_clock_never_steps_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
