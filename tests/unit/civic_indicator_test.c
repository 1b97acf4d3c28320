/* Rates by their formulas, by hand; what is not known is no data. */
#include <math.h>

#include "check.h"
#include "civic/indicator.h"
#include "prop.h"

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* 1,000 t cleared, 100 t recyclables beside it, 250 t food treated, 700 t burnt, 50 t buried. */
static struct civic_masses town(void)
{
    return (struct civic_masses){.cleared = civic_kg(1000e3),
                                 .recyclables = civic_kg(100e3),
                                 .food_treated = civic_kg(250e3),
                                 .incinerated = civic_kg(700e3),
                                 .landfilled = civic_kg(50e3),
                                 .harmless = civic_kg(990e3)};
}

static void rates_by_hand(void **state)
{
    struct civic_masses masses = town();
    struct civic_factors factors = {.incinerated = 0.8, .food_treated = 0.9, .landfilled = 0.1};
    double pct = 0;

    (void)state;
    assert_true(civic_recycling_rate(&masses, &pct) && near(pct, 35)); /* 350 of 1,000 */
    masses.generated = civic_kg(1100e3);
    assert_true(civic_recycling_rate(&masses, &pct) && near(pct, 100 * 350.0 / 1100));
    assert_true(civic_harmless_rate(&masses, &pct) && near(pct, 90));
    /* (100 + 0.8 x 700 + 0.9 x 250 + 0.1 x 50) / (100 + 1,000) */
    assert_true(civic_resource_rate(&masses, &factors, &pct) && near(pct, 100 * 890.0 / 1100));
    assert_true(civic_share(825, 1000, &pct) && near(pct, 82.5));
}

static void what_is_not_known_is_no_data(void **state)
{
    struct civic_factors factors = {1, 1, 1};
    struct civic_masses masses = town();
    double pct = 77;

    (void)state;
    masses.recyclables.known = false; /* dealers have not told */
    assert_false(civic_recycling_rate(&masses, &pct));
    assert_false(civic_resource_rate(&masses, &factors, &pct));
    masses = town();
    masses.cleared = (struct civic_amount){0};
    assert_false(civic_recycling_rate(&masses, &pct));
    assert_false(civic_harmless_rate(&masses, &pct));
    masses.generated = civic_kg(0);
    assert_false(civic_harmless_rate(&masses, &pct));
    assert_false(civic_share(0, 0, &pct));
    assert_false(civic_share(3, 2, &pct));
    assert_true(near(pct, 77));
}

/* Values of the interval as in the literature: 10 of 10 is 72.2 to 100 %; 81 of 263 is 25.5 to
 * 36.6 % (Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3). */
static void a_sample_has_an_interval(void **state)
{
    struct civic_sample sample;

    (void)state;
    assert_true(civic_accuracy(10, 10, &sample));
    assert_true(fabs(sample.low_pct - 72.25) < 0.01 && near(sample.high_pct, 100));
    assert_true(civic_accuracy(81, 263, &sample));
    assert_true(fabs(sample.low_pct - 25.53) < 0.01 && fabs(sample.high_pct - 36.62) < 0.01);
    assert_true(civic_accuracy(0, 20, &sample));
    assert_true(near(sample.low_pct, 0) && fabs(sample.high_pct - 16.11) < 0.01);
    assert_false(civic_accuracy(0, 0, &sample));
}

/* The interval holds the true share in about 95 of 100 samples. */
static void the_interval_holds_what_it_promises(void **state)
{
    struct civic_sample sample;
    struct rng rng;
    int held = 0;

    (void)state;
    rng_init(&rng, 11);
    for (int i = 0; i < 2000; i++) {
        double truth = 0.05 + 0.9 * rng_unit(&rng);
        uint64_t right = 0;
        for (int j = 0; j < 100; j++)
            right += rng_unit(&rng) < truth;
        assert_true(civic_accuracy(right, 100, &sample));
        held += sample.low_pct <= 100 * truth && 100 * truth <= sample.high_pct;
    }
    assert_in_range(held, 1870, 1930); /* 1,900 and three standard deviations */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_by_hand),
        cmocka_unit_test(what_is_not_known_is_no_data),
        cmocka_unit_test(a_sample_has_an_interval),
        cmocka_unit_test(the_interval_holds_what_it_promises),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
