/* base_prop_test.c - the harness of properties itself: repeatable, and small where it fails. */
#include "prop.h"

static bool holds_below_10(struct rng *rng, size_t size)
{
    (void)rng;
    return size < 10;
}

static bool never_holds(struct rng *rng, size_t size)
{
    (void)rng;
    (void)size;
    return false;
}

static bool draws_an_even_number(struct rng *rng, size_t size)
{
    (void)size;
    return rng_u64(rng) % 2 == 0;
}

static void a_failing_case_is_halved_while_it_fails(void **state)
{
    (void)state;
    assert_int_equal(prop_smallest(holds_below_10, 1, 100), 12); /* 100, 50, 25, 12; 6 holds */
    assert_int_equal(prop_smallest(never_holds, 1, 1000), 1);
}

static void a_seed_gives_the_same_case_each_time(void **state)
{
    int even = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        bool first = prop_holds(draws_an_even_number, seed, 1);
        assert_int_equal(prop_holds(draws_an_even_number, seed, 1), first);
        even += first;
    }
    assert_in_range(even, 25, 75); /* seeds differ */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_case_is_halved_while_it_fails),
        cmocka_unit_test(a_seed_gives_the_same_case_each_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
