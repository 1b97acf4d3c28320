/* The city's words and calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "city/siting.h"

static void every_kind_has_its_word(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CITY_FACILITY_KINDS; i++)
        assert_non_null(city_facility_kind_name((enum city_facility_kind)i));
    for (unsigned i = 0; i < CITY_VEHICLE_KINDS; i++)
        assert_non_null(city_vehicle_kind_name((enum city_vehicle_kind)i));
    for (unsigned i = 0; i < CITY_PLACE_KINDS; i++)
        assert_non_null(city_place_kind_name((enum city_place_kind)i));
    assert_null(city_facility_kind_name(CITY_FACILITY_KINDS));
    assert_null(city_vehicle_kind_name(CITY_VEHICLE_KINDS));
    assert_null(city_place_kind_name(CITY_PLACE_KINDS));
}

static void rest_days_and_holidays_are_found(void **state)
{
    int64_t days[] = {clock_day_of((struct clock_date){2026, 1, 1}),
                      clock_day_of((struct clock_date){2026, 5, 1}),
                      clock_day_of((struct clock_date){2026, 10, 1})};
    struct city city = {.rest_days = 1U << 6, .holidays = days, .holiday_count = COUNT_OF(days)};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        assert_true(city_is_holiday(&city, days[i]));
        assert_false(city_is_holiday(&city, days[i] + 1)); /* all three are followed by Fr-Sa */
    }
    assert_true(city_is_holiday(&city, clock_day_of((struct clock_date){2026, 11, 29}))); /* Su */
    assert_false(city_is_holiday(&city, clock_day_of((struct clock_date){2026, 11, 28})));
}

static void streams_are_found_by_code(void **state)
{
    struct city_stream streams[] = {{.code = STR("R")}, {.code = STR("WET")}};
    struct city city = {.streams = streams, .stream_count = 2};

    (void)state;
    assert_int_equal(city_stream_find(&city, STR("WET")), 1);
    assert_int_equal(city_stream_find(&city, STR("WE")), CITY_NONE);
}

static void a_city_without_memory_is_none(void **state)
{
    struct city *city = NULL;

    (void)state;
    mem_fail_nth(1);
    assert_int_equal(city_new(1 << 20, &city), ERR_NOMEM);
    mem_fail_nth(0);
    assert_null(city);
    city_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_word),
        cmocka_unit_test(rest_days_and_holidays_are_found),
        cmocka_unit_test(streams_are_found_by_code),
        cmocka_unit_test(a_city_without_memory_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
