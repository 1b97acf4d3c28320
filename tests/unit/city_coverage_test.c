/* Passes made against passes due, by windows, kerbs, parts of streets; against a count by metre. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "city/coverage.h"
#include "city_fixture.h"
#include "prop.h"

enum { DAY = 20781, H = 3600 };

/* Class 1: three passes in three windows, both kerbs; class 2: two passes at any time; class 3: one
 * pass at night, over midnight; class 4: not every day. */
static struct city *swept_city(void)
{
    struct city *city = fixture_city();

    assert_non_null(city);
    city->utc_offset_s = 0;
    city->sweep_class_count = 4;
    city->sweep_classes[0] =
        (struct city_sweep_class){.passes_per_day = 3,
                                  .passes_per_week = 21,
                                  .windows = {{4 * H, 7 * H}, {9 * H, 16 * H}, {20 * H, 24 * H}},
                                  .window_count = 3,
                                  .both_sides = true};
    city->sweep_classes[1] = (struct city_sweep_class){.passes_per_day = 2, .passes_per_week = 14};
    city->sweep_classes[2] = (struct city_sweep_class){.passes_per_day = 1,
                                                       .passes_per_week = 7,
                                                       .windows = {{22 * H, 26 * H}},
                                                       .window_count = 1};
    city->sweep_classes[3] = (struct city_sweep_class){.passes_per_day = 1, .passes_per_week = 2};
    return city;
}

static struct city_strip strip(uint32_t street, enum geo_side side, double from_m, double to_m,
                               int64_t second)
{
    return (struct city_strip){
        street, 1, side, from_m, to_m, fixture_at(second), fixture_at(second + 60), true};
}

static struct city_coverage cover(const struct city *city, const struct city_street *streets,
                                  uint32_t street_count, const struct city_strip *strips,
                                  size_t count)
{
    struct city_coverage_rules rules = city_coverage_rules_default();
    struct city_coverage out = {0};

    assert_int_equal(
        city_coverage_day(city, &rules, DAY, streets, street_count, strips, count, &out), OK);
    return out;
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

static void a_pass_counts_in_its_window(void **state)
{
    struct city *city = swept_city();
    struct city_street street = {.way = 1, .class = 1, .length_m = 1000};
    struct city_strip strips[] = {
        strip(0, GEO_RIGHT, 0, 1000, 5 * H),
        strip(0, GEO_RIGHT, 0, 1000, 6 * H), /* one is due */
        strip(0, GEO_LEFT, 1000, 400, 10 * H),
        strip(0, GEO_RIGHT, 0, 1000, 8 * H),       /* no window */
        strip(0, GEO_RIGHT, 0, 500, 24 * H + 300), /* within the grace */
    };

    (void)state;
    struct city_coverage out = cover(city, &street, 1, strips, COUNT_OF(strips));
    assert_int_equal(out.kerbs.count, 2);
    const struct city_kerb *left = &out.kerbs.items[0];
    const struct city_kerb *right = &out.kerbs.items[1];
    assert_true(left->side == GEO_LEFT && right->side == GEO_RIGHT);
    assert_int_equal(right->due, 3);
    assert_true(near(left->made_m, 600) && near(left->due_m, 3000) && near(left->once_m, 600));
    assert_true(near(right->made_m, 1500) && near(right->extra_m, 2000));
    assert_true(near(out.of[1].pct, 100 * 2100.0 / 6000));
    assert_true(near(out.of[0].pct, out.of[1].pct));
    assert_true(near(out.of[2].due_m, 0));
    city_coverage_done(&out);
    city_free(city);
}

static void part_of_a_street_counts_by_length(void **state)
{
    struct city *city = swept_city();
    struct city_street streets[] = {{.way = 1, .class = 2, .length_m = 4000},
                                    {.way = 2, .class = 2, .length_m = 100},
                                    {.way = 3, .class = 0, .length_m = 900}};
    struct city_strip strips[] = {
        strip(0, GEO_RIGHT, 0, 1000, 5 * H), strip(1, GEO_LEFT, 100, 0, 5 * H),
        strip(1, GEO_LEFT, 0, 100, 9 * H), strip(2, GEO_LEFT, 0, 100, 9 * H), /* not swept */
        strip(0, GEO_RIGHT, 1000, 4000, 6 * H)};

    (void)state;
    strips[4].brush = false; /* drives on with the brush up */
    struct city_coverage out = cover(city, streets, 3, strips, COUNT_OF(strips));
    assert_int_equal(out.kerbs.count, 2);
    assert_true(near(out.kerbs.items[0].made_m, 1000) && near(out.kerbs.items[0].due_m, 8000));
    assert_true(near(out.kerbs.items[1].made_m, 200));
    assert_int_equal(out.of[2].whole, 1);
    assert_int_equal(out.of[2].kerbs, 2);
    assert_true(near(out.of[2].pct, 100 * 1200.0 / 8200));
    city_coverage_done(&out);
    city_free(city);
}

/* The matched track overlaps, stops, turns on a lane: one pass. An hour later, another one. */
static void what_one_vehicle_drives_at_once_is_one_pass(void **state)
{
    struct city *city = swept_city();
    struct city_street street = {.way = 1, .class = 2, .length_m = 300};
    struct city_strip strips[] = {
        strip(0, GEO_RIGHT, 0, 160, 5 * H), strip(0, GEO_RIGHT, 140, 300, 5 * H + 60),
        strip(0, GEO_LEFT, 300, 0, 5 * H + 200), strip(0, GEO_RIGHT, 0, 300, 7 * H)};

    (void)state;
    struct city_coverage out = cover(city, &street, 1, strips, 3);
    assert_true(near(out.kerbs.items[0].made_m, 300) && near(out.kerbs.items[0].extra_m, 0));
    city_coverage_done(&out);
    out = cover(city, &street, 1, strips, 4);
    assert_true(near(out.kerbs.items[0].made_m, 600));
    assert_int_equal(out.of[0].whole, 1);
    city_coverage_done(&out);
    strips[2].vehicle = 2; /* of another vehicle it is another pass */
    out = cover(city, &street, 1, strips, 3);
    assert_true(near(out.kerbs.items[0].made_m, 600));
    city_coverage_done(&out);
    city_free(city);
}

static void a_night_belongs_to_the_evening_before(void **state)
{
    struct city *city = swept_city();
    struct city_street street = {.way = 1, .class = 3, .length_m = 300};
    struct city_strip strips[] = {strip(0, GEO_RIGHT, 0, 100, H), /* last night's */
                                  strip(0, GEO_RIGHT, 0, 200, 25 * H)};

    (void)state;
    struct city_coverage out = cover(city, &street, 1, strips, 2);
    assert_true(near(out.kerbs.items[0].made_m, 200));
    city_coverage_done(&out);
    city_free(city);
}

/* Twice a week is twice in any seven days, whichever street. */
static void a_week_has_its_passes(void **state)
{
    struct city *city = swept_city();

    (void)state;
    for (int64_t way = -50; way < 50; way++)
        for (int64_t first = DAY; first < DAY + 14; first++) {
            uint32_t sum = 0;
            for (int64_t day = first; day < first + 7; day++)
                sum += city_sweep_passes(&city->sweep_classes[3], way, day);
            assert_int_equal(sum, 2);
        }
    struct city_window last = city_sweep_window(&city->sweep_classes[0], 2, 3);
    assert_int_equal(last.start_s, 20 * H);
    assert_int_equal(city_sweep_window(&city->sweep_classes[0], 1, 6).start_s, 4 * H);
    assert_int_equal(city_sweep_window(&city->sweep_classes[1], 0, 2).end_s, 0);
    city_free(city);
}

static void what_is_no_strip_is_refused(void **state)
{
    struct city *city = swept_city();
    struct city_coverage_rules rules = city_coverage_rules_default();
    struct city_street street = {.way = 1, .class = 3, .length_m = 300};
    struct city_strip bad = strip(1, GEO_RIGHT, 0, 100, H);
    struct city_coverage out = {0};

    (void)state;
    assert_int_equal(city_coverage_day(city, &rules, DAY, &street, 1, &bad, 1, &out), ERR_RANGE);
    bad = strip(0, GEO_RIGHT, 0, (double)NAN, H);
    assert_int_equal(city_coverage_day(city, &rules, DAY, &street, 1, &bad, 1, &out), ERR_RANGE);
    street.class = 5;
    assert_int_equal(city_coverage_day(city, &rules, DAY, &street, 1, &bad, 0, &out), ERR_RANGE);
    assert_null(out.kerbs.items);
    city_free(city);
}

/* --- against a count by metre --- */

enum { STREETS = 4, LENGTH_M = 60, STRIPS_MAX = 60 };
static const struct city_street random_streets[STREETS] = {
    {1, 1, LENGTH_M}, {2, 2, LENGTH_M}, {3, 1, LENGTH_M - 7}, {4, 4, LENGTH_M}};

/* Strips of whole metres; all of a vehicle on a kerb within a window are less than join_s apart, or
 * in other windows: so a pass is a vehicle, kerb and window. */
static size_t random_strips(struct rng *rng, size_t size, struct city_strip *strips)
{
    static const int64_t starts[] = {5 * H, 12 * H, 21 * H, 8 * H};
    size_t count = size < STRIPS_MAX ? size : STRIPS_MAX;

    for (size_t i = 0; i < count; i++) {
        strips[i] = strip(rng_below(rng, STREETS), rng_below(rng, 2) ? GEO_LEFT : GEO_RIGHT,
                          (double)rng_below(rng, LENGTH_M + 10), (double)rng_below(rng, LENGTH_M),
                          starts[rng_below(rng, 4)] + (int64_t)rng_below(rng, 500));
        strips[i].vehicle = rng_below(rng, 4);
        strips[i].brush = rng_below(rng, 6) != 0;
    }
    return count;
}

/* Passes over one metre of a kerb between two times. */
static uint32_t passes_over(const struct city_strip *strips, size_t count, uint32_t street,
                            enum geo_side side, int metre, int64_t from_s, int64_t until_s)
{
    uint32_t vehicles = 0;

    for (size_t i = 0; i < count; i++) {
        const struct city_strip *s = &strips[i];
        double low_m = s->from_m < s->to_m ? s->from_m : s->to_m;
        double high_m = s->from_m < s->to_m ? s->to_m : s->from_m;
        if (s->brush && s->street == street && (side == GEO_ON || s->side == side) &&
            low_m <= metre && metre + 1 <= high_m && s->from.us >= fixture_at(from_s).us &&
            s->from.us < fixture_at(until_s).us)
            vehicles |= 1U << s->vehicle;
    }
    return (uint32_t)__builtin_popcount(vehicles);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Class 1 has one pass a window; the others, which have none, so many at any time: there each of
 * the four times of a vehicle is a pass. */
static double made_by_metre(const struct city_strip *strips, size_t count,
                            const struct city_kerb *k)
{
    bool windows = random_streets[k->street].class == 1;
    double sum = 0;

    for (int m = 0; m < (int)random_streets[k->street].length_m; m++) {
        uint32_t at[4] = {passes_over(strips, count, k->street, k->side, m, 5 * H, 6 * H),
                          passes_over(strips, count, k->street, k->side, m, 12 * H, 13 * H),
                          passes_over(strips, count, k->street, k->side, m, 21 * H, 22 * H),
                          passes_over(strips, count, k->street, k->side, m, 8 * H, 9 * H)};
        if (windows)
            sum += least(at[0], 1) + least(at[1], 1) + least(at[2], 1);
        else
            sum += least(at[0] + at[1] + at[2] + at[3], k->due);
    }
    return sum;
}

static bool metres_are_as_counted(struct rng *rng, size_t size)
{
    struct city *city = swept_city();
    struct city_strip strips[STRIPS_MAX];
    size_t count = random_strips(rng, size, strips);
    struct city_coverage out = cover(city, random_streets, STREETS, strips, count);
    double sum_m = 0;
    bool good = out.kerbs.count == 6;

    for (size_t i = 0; i < out.kerbs.count; i++) {
        const struct city_kerb *kerb = &out.kerbs.items[i];
        good = good && near(kerb->made_m, made_by_metre(strips, count, kerb)) &&
               kerb->made_m <= kerb->due_m + 1e-6;
        sum_m += kerb->made_m;
    }
    good = good && near(sum_m, out.of[0].made_m);
    for (size_t i = 0; i < count / 2; i++) { /* any order */
        struct city_strip held = strips[i];
        strips[i] = strips[count - 1 - i];
        strips[count - 1 - i] = held;
    }
    struct city_coverage again = cover(city, random_streets, STREETS, strips, count);
    good = good && near(again.of[0].made_m, sum_m) && again.of[0].whole == out.of[0].whole;
    city_coverage_done(&again);
    city_coverage_done(&out);
    city_free(city);
    return good;
}

static void made_metres_are_those_counted_one_by_one(void **state)
{
    (void)state;
    PROP(metres_are_as_counted, 300, STRIPS_MAX);
}

static enum err whole_day(void *context)
{
    struct city_coverage_rules rules = city_coverage_rules_default();
    struct city_strip strips[STRIPS_MAX];
    struct city_coverage out = {0};
    struct rng rng;

    rng_init(&rng, 1);
    size_t count = random_strips(&rng, STRIPS_MAX, strips);
    enum err err =
        city_coverage_day(context, &rules, DAY, random_streets, STREETS, strips, count, &out);
    if (err)
        assert_null(out.kerbs.items);
    city_coverage_done(&out);
    return err;
}

static void every_refused_allocation_is_answered(void **state)
{
    struct city *city = swept_city();

    (void)state;
    check_sweep(whole_day, city);
    city_free(city);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_counts_in_its_window),
        cmocka_unit_test(part_of_a_street_counts_by_length),
        cmocka_unit_test(what_one_vehicle_drives_at_once_is_one_pass),
        cmocka_unit_test(a_night_belongs_to_the_evening_before),
        cmocka_unit_test(a_week_has_its_passes),
        cmocka_unit_test(what_is_no_strip_is_refused),
        cmocka_unit_test(made_metres_are_those_counted_one_by_one),
        cmocka_unit_test(every_refused_allocation_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
