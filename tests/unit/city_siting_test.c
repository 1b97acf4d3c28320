/* Numbers of bins, vehicles and plants. The bin formula is checked against sums done by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "city/siting.h"

static struct city_stream food(void)
{
    return (struct city_stream){.code = STR("F"),
                                .density_kg_m3 = 550,
                                .density_compacted_kg_m3 = 800,
                                .share = 0.5,
                                .collect_at_pct = 50,
                                .clear_days = 1,
                                .bin_litres = 240};
}

/* CJJ 27-2012 appendix A with A1 1.2, A2 1.04, A3 0.8, K 1.5, B 0.8:
 * 1,000 people at 1.1 kg, half of it food: Q = 1.1 x 1000 x 0.5 x 1.2 x 1.04 = 686.4 kg;
 * V_ave = 686.4 / (550 x 0.8) = 1.56 m3; V_max = 2.34 m3; N = 2.34 x 1 / (0.24 x 0.8) = 12.19. */
static void bins_follow_the_formula(void **state)
{
    struct city_siting siting = {
        .kg_per_person_day = 1.1, .a1 = 1.2, .a2 = 1.04, .a3 = 0.8, .k = 1.5, .fill = 0.8};
    struct city_stream stream = food();

    (void)state;
    assert_true(fabs(city_kg_day(&siting, &stream, 1000) - 686.4) < 1e-9);
    assert_true(fabs(city_bins_exact(&siting, &stream, 1000) - 12.1875) < 1e-9);
    assert_int_equal(city_bins_need(&siting, &stream, 1000), 13);
    stream.clear_days = 2;
    assert_int_equal(city_bins_need(&siting, &stream, 1000), 25); /* 24.375 */
    stream.clear_days = 0.5;
    assert_int_equal(city_bins_need(&siting, &stream, 1000), 7); /* 6.09 */
    stream.clear_days = 1;
    stream.bin_litres = 120;
    assert_int_equal(city_bins_need(&siting, &stream, 1000), 25);
    assert_int_equal(city_bins_need(&siting, &stream, 0.001), 1);
    assert_int_equal(city_bins_need(&siting, &stream, 0), 0);
    stream.share = 0;
    assert_int_equal(city_bins_need(&siting, &stream, 1000), 0);
}

/* Exactly full bins are not rounded up: 12 bins' worth of people need 12. */
static void a_whole_number_of_bins_stays(void **state)
{
    struct city_siting siting = {
        .kg_per_person_day = 1, .a1 = 1, .a2 = 1, .a3 = 1, .k = 1, .fill = 1};
    struct city_stream stream = food();

    (void)state;
    for (unsigned n = 1; n <= 50; n++) {
        double people = n * 0.24 * 550 / 0.5;
        assert_int_equal(city_bins_need(&siting, &stream, people), n);
    }
}

static void levels_are_those_of_their_use(void **state)
{
    struct city_siting siting = city_siting_default();
    struct city_stream stream = food();
    double sum_collected = 0;
    double people = 500;
    double litres = 240 * 6;
    unsigned steps = 100;

    (void)state;
    /* What is at or over the level today is about what people bring in a day. */
    for (unsigned a = 0; a < steps; a++)
        for (unsigned b = 0; b < steps; b++) {
            double fill = city_fill_pct(&siting, &stream, people, litres, (a + 0.5) / steps,
                                        (b + 0.5) / steps);
            assert_true(fill >= 0 && fill <= CITY_FILL_MAX);
            if (fill >= stream.collect_at_pct)
                sum_collected += fill / 100 * litres * stream.density_kg_m3 / 1000;
        }
    double kg = sum_collected / steps / steps;
    double brought = people * siting.kg_per_person_day * stream.share;
    assert_true(kg > 0.7 * brought && kg < 1.5 * brought);
    assert_true(city_fill_pct(&siting, &stream, 0, 240, 0.5, 0.5) <= 0);
}

static struct city_model truck(double share)
{
    return (struct city_model){
        .vehicle = {.kind = CITY_TRUCK,
                    .compartments = {{.stream = 0, .litres = 8000, .kg = 5000}},
                    .compartment_count = 1,
                    .shift_start_s = 6 * 3600,
                    .shift_end_s = 14 * 3600,
                    .break_s = 1800},
        .share = share};
}

struct town {
    struct city_stream streams[1];
    struct city_facility facilities[3];
    struct city city;
};

static void town_begin(struct town *town)
{
    *town = (struct town){.streams = {food()},
                          .facilities = {{.kind = CITY_DEPOT, .id = STR("F1")},
                                         {.kind = CITY_FOOD_PLANT, .streams = 1, .unload_s = 900},
                                         {.kind = CITY_DEPOT, .id = STR("F3")}}};
    town->city = (struct city){.streams = town->streams,
                               .stream_count = 1,
                               .facilities = town->facilities,
                               .facility_count = 3,
                               .siting = city_siting_default(),
                               .service = {.stop_s = 60, .bin_240l_s = 30}};
    arena_init(&town->city.arena, 1 << 24);
}

static void the_fleet_grows_with_the_need_and_keeps_a_reserve(void **state)
{
    struct town town;
    struct city_model models[] = {truck(1), truck(1)};
    uint32_t last = 0;

    (void)state;
    town_begin(&town);
    for (double kg = 1000; kg < 4e6; kg *= 2) {
        struct city_need need = {.kg = {kg}, .bins = {kg / 100}, .stops = {kg / 400}, .haul_km = 8};
        uint32_t count = city_fleet_need(&town.city, models, 1, 0, &need);
        /* Hours of work by a sum of its own: 0.9 of 5,000 kg a trip, 15 minutes and 16 km each. */
        double hours = ceil(kg / 4500) * (0.25 + 16 / 30.0) + kg / 400 * (60 / 3600.0 + 0.0175) +
                       kg / 100 * 30 / 3600;
        assert_true(count * 7.5 >= 1.25 * hours - 1e-6);
        assert_true((count - 1) * 7.5 < 1.25 * hours);
        assert_true(count >= last);
        last = count;
        uint32_t shared = city_fleet_need(&town.city, models, 2, 0, &need) +
                          city_fleet_need(&town.city, models, 2, 1, &need);
        assert_true(shared >= count && shared <= count + 1);
    }
    assert_true(last > 100);
    models[0].one_per_people = 1000;
    struct city_need need = {.people = 2500};
    assert_int_equal(city_fleet_need(&town.city, models, 1, 0, &need), 3);
    arena_done(&town.city.arena);
}

static void vehicles_have_their_own_id_plate_and_a_depot(void **state)
{
    struct town town;
    struct city_model models[] = {truck(1)};
    struct city_need need = {.kg = {500000}, .bins = {4000}, .stops = {1000}, .haul_km = 8};

    (void)state;
    town_begin(&town);
    assert_int_equal(city_fleet_make(&town.city, models, 1, STR("T-"), 7, &need), OK);
    assert_true(town.city.vehicle_count > 10);
    for (uint32_t i = 0; i < town.city.vehicle_count; i++) {
        const struct city_vehicle *vehicle = &town.city.vehicles[i];
        assert_int_equal(vehicle->depot, i % 2 ? 2 : 0);
        assert_int_equal(vehicle->plate.size, 7);
        for (uint32_t j = 0; j < i; j++) {
            assert_false(str_eq(vehicle->id, town.city.vehicles[j].id));
            assert_false(str_eq(vehicle->plate, town.city.vehicles[j].plate));
        }
    }
    town.facilities[0].kind = town.facilities[2].kind = CITY_CHARGER;
    assert_int_equal(city_fleet_make(&town.city, models, 1, STR("T-"), 7, &need), ERR_NOT_FOUND);
    arena_done(&town.city.arena);
    town_begin(&town);
    for (unsigned nth = 1;; nth++) {
        mem_fail_nth(nth);
        enum err err = city_fleet_make(&town.city, models, 1, STR("T-"), 7, &need);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        arena_reset(&town.city.arena);
        if (!fired) {
            assert_int_equal(err, OK);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
    }
    arena_done(&town.city.arena);
}

/* Class 1: 10 km, both sides, 3 passes in three windows: 60 km, 20 in each. Class 2: 100 km, one
 * line, 1 pass at any time. Unswept streets count nothing. */
static void sweeping_is_sides_times_passes(void **state)
{
    struct city city = {.sweep_classes = {{.passes_per_day = 3,
                                           .both_sides = true,
                                           .windows = {{0, 1}, {2, 3}, {20 * 3600, 24 * 3600}},
                                           .window_count = 3},
                                          {.passes_per_day = 1}},
                        .sweep_class_count = 2};
    double km[ROAD_CLASS_COUNT] = {
        [ROAD_PRIMARY] = 10, [ROAD_RESIDENTIAL] = 100, [ROAD_SERVICE] = 1000};
    struct city_need need = {0};

    (void)state;
    city.sweep_class_of[ROAD_PRIMARY] = 1;
    city.sweep_class_of[ROAD_RESIDENTIAL] = 2;
    city_need_sweep(&city, km, &need);
    assert_true(fabs(need.sweep_km - 160) < 1e-9);
    assert_int_equal(need.sweep_count, 3);
    for (int i = 0; i < 3; i++)
        assert_true(fabs(need.sweeps[i].km - 20) < 1e-9);
    assert_int_equal(need.sweeps[2].window.start_s, 20 * 3600);
}

/* 84 km at 7 km/h in a window of 3 hours, with deadheading 1.7 and a reserve of 1.25: 8.5 vehicles
 * of the shift that meets it, however short the day's sum is, and none of the other. */
static void sweepers_follow_the_windows(void **state)
{
    struct town town;
    struct city_model models[2] = {{.vehicle = {.kind = CITY_SWEEPER,
                                                .work_kmh = 7,
                                                .shift_start_s = 4 * 3600,
                                                .shift_end_s = 12 * 3600},
                                    .share = 1},
                                   {.vehicle = {.kind = CITY_SWEEPER,
                                                .work_kmh = 7,
                                                .shift_start_s = 12 * 3600,
                                                .shift_end_s = 20 * 3600},
                                    .share = 1}};
    struct city_need need = {
        .sweep_km = 84, .sweeps = {{.window = {3 * 3600, 7 * 3600}, .km = 84}}, .sweep_count = 1};

    (void)state;
    town_begin(&town);
    assert_int_equal(city_fleet_need(&town.city, models, 2, 0, &need), 9);
    assert_int_equal(city_fleet_need(&town.city, models, 2, 1, &need), 2); /* its half of the sum */
    need.sweep_count = 0;
    assert_int_equal(city_fleet_need(&town.city, models, 2, 0, &need), 2);
    arena_done(&town.city.arena);
}

static void wishes_of_the_edge_lie_on_the_rim(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < 500; k++) {
        double x;
        double y;
        city_site_wish(CITY_SITE_INNER, 0.3, k, &x, &y);
        assert_true(x * x + y * y <= 0.86 * 0.86);
        city_site_wish(CITY_SITE_EDGE, 0.3, k, &x, &y);
        assert_true(x * x + y * y <= 0.93 * 0.93);
    }
}

/* 100,000 people, 0.5 food x 1.0 kg x 1.3 x 1.035 = 67.3 t; x 1.25 = 84.1; two plants of 45 t. */
static void plants_take_what_their_streams_bring(void **state)
{
    struct town town;
    struct city_site_model models[] = {
        {.facility = {.streams = 1}, .one_per_people = 50000},
        {.facility = {.streams = 0, .capacity_t_day = 7}},
    };

    (void)state;
    town_begin(&town);
    assert_int_equal(city_site_count(&models[0], 100000), 2);
    assert_int_equal(city_site_count(&models[0], 100001), 3);
    assert_int_equal(city_site_count(&models[1], 1), 1);
    assert_true(fabs(city_site_capacity_t_day(&town.city, models, 2, 0, 100000) - 45) < 1e-9);
    assert_true(fabs(city_site_capacity_t_day(&town.city, models, 2, 1, 100000) - 7) < 1e-9);
    arena_done(&town.city.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_follow_the_formula),
        cmocka_unit_test(a_whole_number_of_bins_stays),
        cmocka_unit_test(levels_are_those_of_their_use),
        cmocka_unit_test(the_fleet_grows_with_the_need_and_keeps_a_reserve),
        cmocka_unit_test(vehicles_have_their_own_id_plate_and_a_depot),
        cmocka_unit_test(sweeping_is_sides_times_passes),
        cmocka_unit_test(sweepers_follow_the_windows),
        cmocka_unit_test(wishes_of_the_edge_lie_on_the_rim),
        cmocka_unit_test(plants_take_what_their_streams_bring),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
