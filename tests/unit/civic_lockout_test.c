/* How long failed logins keep somebody out. */
#include "check.h"

#include "civic/lockout.h"

static struct utc_us at_s(int64_t s)
{
    return (struct utc_us){s * CLOCK_US_PER_S};
}

static uint32_t left_s(uint32_t failures, int64_t passed_s)
{
    return civic_lockout_left_s(failures, CIVIC_LOCKOUT_NAME_FREE, at_s(1000000),
                                at_s(1000000 + passed_s));
}

static void the_wait_doubles_after_the_free_failures(void **state)
{
    static const uint32_t waits[] = {0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600};
    (void)state;

    for (uint32_t failures = 0; failures < COUNT_OF(waits); failures++)
        assert_int_equal(left_s(failures, 0), waits[failures]);
    assert_int_equal(left_s(UINT32_MAX, 0), CIVIC_LOCKOUT_LONGEST_S);
}

static void the_wait_passes(void **state)
{
    (void)state;
    assert_int_equal(left_s(5, 29), 1);
    assert_int_equal(left_s(5, 30), 0);
    assert_int_equal(left_s(6, 30), 30);
    assert_int_equal(
        civic_lockout_left_s(5, CIVIC_LOCKOUT_NAME_FREE, at_s(1000), (struct utc_us){1000500000}),
        30); /* half a second is a second to wait */
    assert_int_equal(civic_lockout_left_s(5, CIVIC_LOCKOUT_PEER_FREE, at_s(1000), at_s(1000)), 0);
}

static void a_clock_set_back_keeps_nobody_out_for_long(void **state)
{
    (void)state;
    assert_int_equal(left_s(5, -500000), 30);
}

static void failures_are_forgotten_after_a_day(void **state)
{
    (void)state;
    assert_int_equal(left_s(1000, CIVIC_LOCKOUT_FORGET_S), 0);
    assert_int_equal(civic_lockout_failed(4, at_s(1000), at_s(1001)), 5);
    assert_int_equal(civic_lockout_failed(4, at_s(1000), at_s(1000 + CIVIC_LOCKOUT_FORGET_S)), 1);
    assert_int_equal(civic_lockout_failed(UINT32_MAX, at_s(1000), at_s(1001)), UINT32_MAX);
    assert_int_equal(civic_lockout_failed(0, at_s(0), at_s(1)), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wait_doubles_after_the_free_failures),
        cmocka_unit_test(the_wait_passes),
        cmocka_unit_test(a_clock_set_back_keeps_nobody_out_for_long),
        cmocka_unit_test(failures_are_forgotten_after_a_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
