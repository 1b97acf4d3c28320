/* When a vehicle has unloaded at a facility. */
#include <math.h>

#include "check.h"
#include "city/visit.h"
#include "city_fixture.h"
#include "prop.h"

static struct wgs84 metres_north(double metres)
{
    return (struct wgs84){268900000 + (int32_t)lround(metres / 111194.9 * 1e7), 1125700000};
}

/* The incinerator stands at 0, a depot 2 km north, the rest far away. */
static struct city *placed_city(void)
{
    struct city *city = fixture_city();

    assert_non_null(city);
    for (uint32_t f = 0; f < city->facility_count; f++)
        city->facilities[f].at = metres_north(90000 + 5000.0 * f);
    city->facilities[INCINERATOR].at = metres_north(0);
    city->facilities[INCINERATOR].kind = CITY_INCINERATOR;
    city->facilities[INCINERATOR].unload_s = 900;
    city->facilities[SORTING].at = metres_north(2000);
    city->facilities[SORTING].kind = CITY_DEPOT;
    return city;
}

struct drive {
    struct city *city;
    struct city_visit visit;
    struct city_fact facts[10];
    size_t count;
};

static void go(struct drive *drive, int64_t from_s, int64_t to_s, double from_m, double to_m)
{
    struct city_visit_rules rules = city_visit_rules_default();

    for (int64_t s = from_s; s < to_s; s += 10) {
        double at_m = from_m + (to_m - from_m) * (double)(s - from_s) / (double)(to_s - from_s);
        bool moves = fabs(to_m - from_m) > 1;
        struct city_track_point point = {fixture_at(s), metres_north(at_m), moves ? 30.0 : 0.0};
        if (city_visit_position(drive->city, &rules, TWO_TRUCK, &point, fixture_at(s + 1),
                                &drive->visit, &drive->facts[drive->count]))
            drive->count++;
    }
}

static void level(struct drive *drive, int64_t s, uint32_t compartment, double pct)
{
    struct city_visit_rules rules = city_visit_rules_default();

    if (city_visit_level(drive->city, &rules, TWO_TRUCK, compartment, pct, fixture_at(s),
                         fixture_at(s + 1), &drive->visit, &drive->facts[drive->count]))
        drive->count++;
}

static void begin(struct drive *drive)
{
    *drive = (struct drive){.city = placed_city()};
    city_visit_init(&drive->visit);
}

static void a_long_rest_at_a_plant_is_an_unload_once(void **state)
{
    struct drive drive;

    (void)state;
    begin(&drive);
    go(&drive, 0, 600, -5000, 0);
    go(&drive, 600, 600 + 400, 0, 0);
    assert_int_equal(drive.count, 0); /* half of its 900 s is 450 s */
    go(&drive, 1000, 2000, 0, 0);
    assert_int_equal(drive.count, 1);
    const struct city_fact *fact = &drive.facts[0];
    assert_int_equal(city_fact_check(drive.city, fact, NULL), OK);
    assert_int_equal(fact->kind, CITY_FACT_UNLOAD);
    assert_int_equal(fact->unload.facility, INCINERATOR);
    assert_int_equal(fact->unload.vehicle, TWO_TRUCK);
    assert_int_equal(fact->evidence, CITY_BY_TRACK);
    assert_true(fact->at.us >= fixture_at(1040).us && fact->at.us <= fixture_at(1070).us);
    go(&drive, 2000, 2600, 0, 5000); /* away, and another time */
    go(&drive, 2600, 3200, 5000, 0);
    go(&drive, 3200, 4200, 0, 0);
    assert_int_equal(drive.count, 2);
    assert_true(drive.facts[0].id != drive.facts[1].id);
    city_free(drive.city);
}

static void passing_by_or_parking_at_a_depot_is_none(void **state)
{
    struct drive drive;

    (void)state;
    begin(&drive);
    go(&drive, 0, 600, -5000, 2000);
    go(&drive, 600, 9000, 2000, 2000);
    go(&drive, 9000, 9100, 2000, 150);
    go(&drive, 9100, 9400, 150, 150); /* a short rest at the gate */
    go(&drive, 9400, 9500, 150, 5000);
    assert_int_equal(drive.count, 0);
    city_free(drive.city);
}

static void where_there_are_levels_they_decide(void **state)
{
    struct drive drive;

    (void)state;
    begin(&drive);
    level(&drive, 10, 0, 80);
    level(&drive, 10, 1, 60);
    go(&drive, 20, 600, -5000, 0);
    level(&drive, 500, 0, 85);
    go(&drive, 600, 2400, 0, 0); /* a long queue */
    assert_int_equal(drive.count, 0);
    level(&drive, 2400, 1, 3);
    go(&drive, 2410, 2500, 0, 0);
    level(&drive, 2500, 1, 2);
    assert_int_equal(drive.count, 1);
    assert_int_equal(drive.facts[0].unload.compartments, 2);
    assert_int_equal(drive.facts[0].evidence, CITY_BY_TRACK | CITY_BY_LEVEL);
    level(&drive, 2510, 0, 5); /* the other one, too */
    assert_int_equal(drive.count, 2);
    assert_int_equal(drive.facts[1].unload.compartments, 1);
    assert_true(drive.facts[0].id != drive.facts[1].id);
    level(&drive, 2520, 2, 5); /* it has but two */
    assert_int_equal(drive.count, 2);
    city_free(drive.city);
}

static void a_level_that_falls_on_the_road_is_none(void **state)
{
    struct drive drive;

    (void)state;
    begin(&drive);
    level(&drive, 10, 0, 80);
    go(&drive, 20, 600, -9000, -5000);
    level(&drive, 600, 0, 1); /* a broken sensor, or worse: but no unload at a facility */
    assert_int_equal(drive.count, 0);
    go(&drive, 610, 1000, -5000, 0);
    go(&drive, 1000, 5000, 0,
       0); /* the sensor has been silent for over an hour: the track decides */
    assert_int_equal(drive.count, 1);
    assert_int_equal(drive.facts[0].evidence, CITY_BY_TRACK);
    city_free(drive.city);
}

/* Folded anew from the same positions it is the same fact. */
static bool folded_again_it_is_the_same(struct rng *rng, size_t size)
{
    struct drive drives[2];
    uint64_t seed = rng_u64(rng);

    for (int i = 0; i < 2; i++) {
        struct rng same;
        int64_t s = 0;
        double at_m = 0;
        rng_init(&same, seed);
        begin(&drives[i]);
        for (size_t leg = 0; leg < size && drives[i].count < 8; leg++) {
            double to_m = (double)rng_range(&same, -1, 1) * 3000;
            go(&drives[i], s, s + 300, at_m, to_m);
            int64_t rest_s = rng_range(&same, 10, 1200);
            go(&drives[i], s + 300, s + 300 + rest_s, to_m, to_m);
            s += 300 + rest_s;
            at_m = to_m;
        }
        city_free(drives[i].city);
    }
    for (size_t i = 0; i < drives[0].count; i++)
        if (drives[0].facts[i].id != drives[1].facts[i].id ||
            (i > 0 && drives[0].facts[i].id == drives[0].facts[i - 1].id))
            return false;
    return drives[0].count == drives[1].count;
}

static void an_unload_has_one_identity(void **state)
{
    (void)state;
    PROP(folded_again_it_is_the_same, 100, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_rest_at_a_plant_is_an_unload_once),
        cmocka_unit_test(passing_by_or_parking_at_a_depot_is_none),
        cmocka_unit_test(where_there_are_levels_they_decide),
        cmocka_unit_test(a_level_that_falls_on_the_road_is_none),
        cmocka_unit_test(an_unload_has_one_identity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
