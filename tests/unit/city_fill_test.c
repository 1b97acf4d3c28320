/* A bin's level, its collections and its forecast; that arrival plays no part. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "city/fill.h"
#include "city_fixture.h"
#include "prop.h"

enum { H = 3600, OFFSET_S = 8 * 3600 };

static struct city_reading level(uint64_t id, int64_t second, double fill_pct)
{
    return (struct city_reading){.at = fixture_at(second),
                                 .received = fixture_at(second + 1),
                                 .id = id,
                                 .fields = CITY_READ_FILL,
                                 .fill_pct = fill_pct};
}

static struct city_reading warmth(uint64_t id, int64_t second, double temperature_c)
{
    return (struct city_reading){.at = fixture_at(second),
                                 .received = fixture_at(second + 1),
                                 .id = id,
                                 .fields = CITY_READ_TEMPERATURE,
                                 .temperature_c = temperature_c};
}

static enum city_reading_fate take(struct city_fill *fill, struct city_reading reading)
{
    struct city_fill_rules rules = city_fill_rules_default();

    return city_fill_add(&rules, OFFSET_S, &reading, NULL, fill);
}

static void a_large_fall_is_a_collection(void **state)
{
    struct city_fill fill = {0};

    (void)state;
    take(&fill, level(1, 0, 70));
    take(&fill, level(2, H, 80));
    assert_false(fill.now.collected);
    take(&fill, level(3, 2 * H, 5));
    assert_true(fill.now.collected);
    assert_int_equal(fill.now.last.at.us, fixture_at(2 * H).us);
    assert_true(fabs(fill.now.last.before_pct - 80) < 1e-9);
    take(&fill, level(4, 3 * H, 2)); /* noise */
    take(&fill, level(5, 4 * H, 60));
    take(&fill, level(6, 5 * H, 45)); /* pressed down, not emptied */
    assert_int_equal(fill.now.collections, 1);
}

static void one_low_echo_is_no_collection(void **state)
{
    struct city_fill fill = {0};

    (void)state;
    take(&fill, level(1, 0, 80));
    take(&fill, level(2, H, 6));
    take(&fill, level(3, 2 * H, 82));
    assert_int_equal(fill.now.collections, 0);
    assert_false(fill.now.collected);
    take(&fill, level(4, 3 * H, 6)); /* a real one, and 10 hours later it is full again */
    take(&fill, level(5, 13 * H, 82));
    assert_int_equal(fill.now.collections, 1);
}

static void heat_is_a_quick_rise_or_a_high_temperature(void **state)
{
    struct city_fill_rules rules = city_fill_rules_default();
    struct city_fill fill = {0};

    (void)state;
    for (int i = 0; i < 12; i++) /* the sun: 24 degrees in two hours */
        take(&fill, warmth((uint64_t)i, 600 * i, 30 + 2 * i));
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(7200)), 0);
    take(&fill, warmth(20, 600 * 12, 62.5));
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(7200)), CITY_BIN_HOT);
    take(&fill, warmth(21, 600 * 13, 40));
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(7800)), 0);
    take(&fill, warmth(22, 600 * 20, 70)); /* over an hour later: nobody saw the rise */
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(12000)), CITY_BIN_HOT);
}

static void trouble_is_told_by_what_is_known(void **state)
{
    struct city_fill_rules rules = city_fill_rules_default();
    struct city_fill fill = {0};
    struct city_reading reading = level(1, 0, 20);

    (void)state;
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(0)), 0); /* never heard of */
    take(&fill, reading);
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(26 * H)), 0);
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(26 * H + 1)), CITY_BIN_SILENT);
    reading = (struct city_reading){.id = 2,
                                    .at = fixture_at(H),
                                    .received = fixture_at(H),
                                    .fields = CITY_READ_BATTERY_PCT | CITY_READ_TILT,
                                    .battery_pct = 15,
                                    .tilt = true};
    take(&fill, reading);
    assert_int_equal(city_fill_trouble(&rules, &fill, fixture_at(2 * H)),
                     CITY_BIN_BATTERY | CITY_BIN_TILT);
}

static void no_forecast_without_observation(void **state)
{
    struct city_fill_rules rules = city_fill_rules_default();
    struct city_fill fill = {0};
    struct utc_us at;
    double pct;

    (void)state;
    assert_false(city_fill_expected(&rules, OFFSET_S, NULL, &fill, fixture_at(0), &pct));
    assert_false(city_fill_full_at(&rules, OFFSET_S, NULL, &fill, 100, &at));
    take(&fill, level(1, 0, 10));
    take(&fill, level(2, 18 * H, 28));
    assert_false(city_fill_full_at(&rules, OFFSET_S, NULL, &fill, 100, &at));
    assert_true(city_fill_expected(&rules, OFFSET_S, NULL, &fill, fixture_at(30 * H), &pct));
    assert_true(fabs(pct - 28) < 1e-9); /* the last one, for lack of a pace */
    take(&fill, level(3, 24 * H, 34));
    assert_true(city_fill_full_at(&rules, OFFSET_S, NULL, &fill, 100, &at));
    assert_true(llabs(at.us - fixture_at(90 * H).us) < 60 * CLOCK_US_PER_S);
    assert_true(city_fill_full_at(&rules, OFFSET_S, NULL, &fill, 34, &at)); /* already */
    assert_int_equal(at.us, fixture_at(24 * H).us);
}

/* Four weeks of one bin that fills three times as fast from 17 to 21 local time, with noise; returns
 * how far the forecast over its last half day is off. */
static double month_of_a_bin(struct rng *rng, double pace, struct city_week *week,
                             struct city_fill *fill)
{
    struct city_fill_rules rules = city_fill_rules_default();
    double fill_pct = 0;
    double expected = -1000;

    for (int hour = 0; hour < 27 * 24 + 12; hour++) {
        int local = (hour + 8) % 24;
        if (hour == 27 * 24 && !city_fill_expected(&rules, OFFSET_S, week, fill,
                                                   fixture_at((hour + 12) * H), &expected))
            return 1000;
        if (fill_pct > 70 && hour < 26 * 24)
            fill_pct = 3;
        struct city_reading reading =
            level((uint64_t)hour + 1, hour * H, fill_pct + rng_gauss(rng) * 0.7);
        city_fill_add(&rules, OFFSET_S, &reading, week, fill);
        fill_pct += pace * (local >= 17 && local < 21 ? 3.0 : 0.6);
    }
    return fabs(expected - fill_pct);
}

static void the_week_is_learned_from_many_bins(void **state)
{
    struct city_fill_rules rules = city_fill_rules_default();
    struct city_week week = {0};
    double worst = 0;
    double day = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 7);
    for (int bin = 0; bin < 20; bin++) {
        struct city_fill fill = {0};
        double pace = 0.8 + 0.1 * bin; /* percent an hour, on average */
        double off = month_of_a_bin(&rng, pace, &week, &fill);
        if (bin > 0) /* the first has no week to go by */
            worst = fmax(worst, off);
        assert_true(fabs(city_fill_pace(&rules, &fill) / pace - 1) < 0.08);
    }
    for (uint32_t h = 0; h < 24; h++)
        day += city_week_weight(&rules, &week, h);
    double evening = city_week_weight(&rules, &week, 18) / (day / 24);
    print_message("forecast over 12 hours: worst %.1f points; evening %.2f\n", worst, evening);
    assert_true(evening > 2.4 && evening < 3.3); /* 3 */
    assert_true(city_week_weight(&rules, &week, 3) < 0.8);
    assert_true(worst < 5);
}

enum { READINGS_MAX = 200 };

static bool states_same(const struct city_fill_state *a, const struct city_fill_state *b)
{
    return a->known == b->known && a->level_at.us == b->level_at.us &&
           a->collections == b->collections && a->last.at.us == b->last.at.us &&
           fabs(a->fill_pct - b->fill_pct) < 1e-12 && fabs(a->rise_pct - b->rise_pct) < 1e-9 &&
           fabs(a->pace_hours - b->pace_hours) < 1e-9 &&
           fabs(a->temperature_c - b->temperature_c) < 1e-12 &&
           fabs(a->cool_c - b->cool_c) < 1e-12 && a->tilt == b->tilt && a->heard.us == b->heard.us;
}

/* Readings are held back so that none is overtaken by CITY_FILL_RECENT others, and some are sent
 * twice. */
static bool arrival_plays_no_part(struct rng *rng, size_t size)
{
    struct city_reading readings[READINGS_MAX];
    struct city_reading mixed[READINGS_MAX];
    struct city_fill one = {0};
    struct city_fill two = {0};
    size_t count = size < READINGS_MAX ? size : READINGS_MAX;

    for (size_t i = 0; i < count; i++) {
        readings[i] =
            level(i + 1, (int64_t)i * 1800 + rng_range(rng, 0, 1700), (double)rng_below(rng, 100));
        readings[i].fields = rng_below(rng, 128);
        readings[i].temperature_c = (double)rng_below(rng, 80);
        readings[i].tilt = rng_below(rng, 2);
        readings[i].received = fixture_at(READINGS_MAX * 1800);
        take(&one, readings[i]);
    }
    for (size_t begin = 0; begin < count; begin += CITY_FILL_RECENT) {
        size_t end = begin + CITY_FILL_RECENT < count ? begin + CITY_FILL_RECENT : count;
        memcpy(mixed + begin, readings + begin, (end - begin) * sizeof *mixed);
        for (size_t i = end; i > begin + 1; i--) {
            size_t j = begin + rng_below(rng, (uint32_t)(i - begin));
            struct city_reading held = mixed[i - 1];
            mixed[i - 1] = mixed[j];
            mixed[j] = held;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (take(&two, mixed[i]) != CITY_READING_KEPT)
            return false;
        if (rng_below(rng, 3) == 0 && take(&two, mixed[i]) != CITY_READING_AGAIN)
            return false;
    }
    return states_same(&one.now, &two.now) && two.late == 0;
}

static void any_arrival_gives_the_same_bin(void **state)
{
    (void)state;
    PROP(arrival_plays_no_part, 300, READINGS_MAX);
}

/* 240 litres at 100 kg/m3 are full with 24 kg. Lifted every 24 hours with 12 kg: 50 % a day. */
static void lifts_tell_of_a_bin_without_sensor(void **state)
{
    struct city_fill_rules rules = city_fill_rules_default();
    struct city *city = fixture_city();
    struct city_fill fill = {0};
    struct city_reading readings[2];
    struct utc_us at;

    (void)state;
    assert_non_null(city);
    city->streams[F].density_kg_m3 = 100;
    for (int day = 0; day < 5; day++) {
        struct city_fact lift =
            fixture_lift((uint64_t)day + 1, day * 24 * H, FOOD_TRUCK, 0, 1, 12000);
        assert_true(city_fill_of_lift(city, &lift, readings));
        for (int i = 0; i < 2; i++)
            assert_int_equal(take(&fill, readings[i]), CITY_READING_KEPT);
    }
    assert_int_equal(fill.now.collections, 5);
    assert_true(fabs(city_fill_pace(&rules, &fill) - 50.0 / 24) < 1e-3);
    assert_true(city_fill_full_at(&rules, OFFSET_S, NULL, &fill, 100, &at));
    assert_true(llabs(at.us - fixture_at((4 * 24 + 48) * H).us) < 60 * CLOCK_US_PER_S);
    struct city_fact lift = fixture_lift(9, 0, FOOD_TRUCK, 0, CITY_NONE, 12000);
    assert_false(city_fill_of_lift(city, &lift, readings));
    lift = fixture_lift(9, 0, FOOD_TRUCK, 0, 1, CITY_NO_MASS);
    assert_false(city_fill_of_lift(city, &lift, readings));
    city_free(city);
}

static void an_older_reading_than_all_that_are_kept_is_late(void **state)
{
    struct city_fill fill = {0};

    (void)state;
    for (int i = 1; i <= CITY_FILL_RECENT + 5; i++)
        take(&fill, level((uint64_t)i, i * H, i));
    struct city_fill_state before = fill.now;
    assert_int_equal(take(&fill, level(100, H, 99)), CITY_READING_LATE);
    assert_int_equal(fill.late, 1);
    assert_true(states_same(&before, &fill.now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_fall_is_a_collection),
        cmocka_unit_test(one_low_echo_is_no_collection),
        cmocka_unit_test(heat_is_a_quick_rise_or_a_high_temperature),
        cmocka_unit_test(trouble_is_told_by_what_is_known),
        cmocka_unit_test(no_forecast_without_observation),
        cmocka_unit_test(the_week_is_learned_from_many_bins),
        cmocka_unit_test(lifts_tell_of_a_bin_without_sensor),
        cmocka_unit_test(any_arrival_gives_the_same_bin),
        cmocka_unit_test(an_older_reading_than_all_that_are_kept_is_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
