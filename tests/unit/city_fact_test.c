/* When a fact counts, and what a fact may say. */
#include "check.h"
#include "city/fact.h"
#include "city_fixture.h"

enum { H = 3600 };

static void the_time_that_counts_depends_on_two_times_alone(void **state)
{
    static const struct {
        int64_t at_s, received_s, counts_s;
        enum city_fate fate;
    } cases[] = {
        {0, 2, 0, CITY_FATE_KEPT},
        {300, 0, 300, CITY_FATE_KEPT}, /* five minutes ahead are a clock's error */
        {301, 0, 0, CITY_FATE_CLOCK},
        {0, 48 * H, 0, CITY_FATE_KEPT},
        {0, 48 * H + 1, 0, CITY_FATE_LATE},
        {-FIXTURE_DAY_S, 7, 7, CITY_FATE_CLOCK}, /* no date */
        {-FIXTURE_DAY_S - 5, 7, 7, CITY_FATE_CLOCK},
        {-FIXTURE_DAY_S + 1, 7, -FIXTURE_DAY_S + 1, CITY_FATE_LATE}, /* 1970 is a date, if late */
    };
    struct city_lateness lateness = city_lateness_default();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum city_fate fate = CITY_FATES;
        struct utc_us counts = city_fact_time(&lateness, fixture_at(cases[i].at_s),
                                              fixture_at(cases[i].received_s), &fate);
        assert_int_equal(fate, cases[i].fate);
        assert_int_equal(counts.us, fixture_at(cases[i].counts_s).us);
    }
}

static void at_one_instant_a_lift_comes_before_its_unload(void **state)
{
    struct city_fact lift = fixture_lift(9, 0, 0, 0, 1, 1);
    struct city_fact unload = fixture_unload(1, 0, 0, 0, 0);
    struct city_fact other = fixture_lift(10, 0, 0, 0, 1, 1);

    (void)state;
    assert_true(city_fact_cmp(&lift, lift.at, &unload, unload.at) < 0);
    assert_true(city_fact_cmp(&unload, unload.at, &lift, lift.at) > 0);
    assert_true(city_fact_cmp(&lift, lift.at, &other, other.at) < 0);
    assert_int_equal(city_fact_cmp(&lift, lift.at, &lift, lift.at), 0);
    assert_true(city_fact_cmp(&lift, fixture_at(1), &unload, unload.at) > 0); /* by time first */
}

static void a_day_begins_at_local_midnight(void **state)
{
    struct city *city = fixture_city();

    (void)state;
    assert_non_null(city);
    assert_int_equal(city_day_of(city, fixture_at(0)), 20781);
    assert_int_equal(city_day_of(city, fixture_at(16 * H - 1)), 20781);
    assert_int_equal(city_day_of(city, fixture_at(16 * H)), 20782);
    city->utc_offset_s = -5 * H;
    assert_int_equal(city_day_of(city, fixture_at(5 * H - 1)), 20780);
    assert_int_equal(city_day_of(city, (struct utc_us){-1}), -1);
    city_free(city);
}

static void reasons_have_names_and_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CITY_WHYS; i++) {
        enum city_why why = CITY_WHYS;
        assert_true(city_why_of(str_of(city_why_name((enum city_why)i)), &why));
        assert_int_equal(why, i);
    }
    enum city_why why = CITY_WHYS;
    assert_false(city_why_of(STR("because"), &why));
    assert_int_equal(why, CITY_WHYS);
    assert_null(city_why_name(CITY_WHYS));
}

static void a_void_names_what_can_be_voided(void **state)
{
    struct city *city = fixture_city();
    struct city_fact fact = {.kind = CITY_FACT_VOID};
    struct diag diag = {0};

    (void)state;
    assert_non_null(city);
    fact.voided = (struct city_void){1, CITY_FACT_TICKET, FIXTURE_VEHICLES - 1};
    assert_int_equal(city_fact_check(city, &fact, NULL), OK);
    fact.voided.owner = FIXTURE_VEHICLES;
    assert_int_equal(city_fact_check(city, &fact, &diag), ERR_RANGE);
    assert_int_equal(diag.code, ERR_RANGE);
    fact.voided = (struct city_void){1, CITY_FACT_DEPOSIT, FIXTURE_BINS - 1};
    assert_int_equal(city_fact_check(city, &fact, NULL), OK);
    fact.voided = (struct city_void){1, CITY_FACT_VOID, 0};
    assert_int_equal(city_fact_check(city, &fact, NULL), ERR_RANGE);
    fact.kind = CITY_FACT_KINDS;
    assert_int_equal(city_fact_check(city, &fact, NULL), ERR_RANGE);
    city_free(city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_time_that_counts_depends_on_two_times_alone),
        cmocka_unit_test(at_one_instant_a_lift_comes_before_its_unload),
        cmocka_unit_test(a_day_begins_at_local_midnight),
        cmocka_unit_test(reasons_have_names_and_back),
        cmocka_unit_test(a_void_names_what_can_be_voided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
