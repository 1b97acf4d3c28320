/* People onto streets: nobody is lost, nobody walks farther than the setting, the nearest street
 * is the nearest one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "city/spread.h"
#include "geo/line.h"

enum { GRID = 7, NODES = GRID * GRID, WAYS = 2 * GRID };

struct fixture {
    struct wgs84 nodes[NODES + 2];
    uint8_t flags[NODES + 2];
    struct road_way ways[WAYS + 1];
    uint32_t way_nodes[NODES * 2 + 2];
    struct road_map map;
    struct city_siting siting;
};

/* Seven streets each way, 200 m apart, and one street far off that nothing joins. */
static void fixture_begin(struct fixture *f)
{
    struct geo_plane plane = geo_plane_at((struct wgs84){268900000, 1125700000});
    uint32_t used = 0;

    *f = (struct fixture){.siting = city_siting_default()};
    for (int i = 0; i < NODES; i++)
        f->nodes[i] = geo_wgs84_of_xy(
            &plane, (struct geo_xy){(i % GRID) * 200.0, (double)(i / GRID) * 200.0});
    f->nodes[NODES] = geo_wgs84_of_xy(&plane, (struct geo_xy){9000, 0});
    f->nodes[NODES + 1] = geo_wgs84_of_xy(&plane, (struct geo_xy){9300, 0});
    for (uint32_t w = 0; w < WAYS; w++) {
        f->ways[w] = (struct road_way){.class = w % 3 ? ROAD_RESIDENTIAL : ROAD_SECONDARY,
                                       .flags = ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD,
                                       .node_first = used,
                                       .node_count = GRID};
        for (uint32_t k = 0; k < GRID; k++)
            f->way_nodes[used++] = w < GRID ? w * GRID + k : k * GRID + (w - GRID);
    }
    f->ways[WAYS] = (struct road_way){
        .class = ROAD_RESIDENTIAL, .flags = ROAD_WAY_FORWARD, .node_first = used, .node_count = 2};
    f->way_nodes[used++] = NODES;
    f->way_nodes[used++] = NODES + 1;
    f->map = (struct road_map){.nodes = f->nodes,
                               .node_flags = f->flags,
                               .node_count = NODES + 2,
                               .ways = f->ways,
                               .way_count = WAYS + 1,
                               .way_nodes = f->way_nodes,
                               .way_node_count = used};
}

static void scatter(const struct fixture *f, struct city_homes *homes, unsigned count)
{
    struct rng rng;

    rng_init(&rng, 5);
    for (unsigned i = 0; i < count; i++) {
        struct wgs84 at = {
            (int32_t)rng_range(&rng, f->nodes[0].lat_e7, f->nodes[NODES - 1].lat_e7),
            (int32_t)rng_range(&rng, f->nodes[0].lng_e7, f->nodes[NODES - 1].lng_e7)};
        assert_int_equal(city_homes_add(homes, at, 100 + 400 * rng_unit(&rng), &f->siting), OK);
    }
}

static double people_of(const struct city_spots *spots)
{
    double people = 0;

    for (size_t i = 0; i < spots->count; i++)
        people += spots->items[i].people;
    return people;
}

static void nobody_is_lost_and_points_stand_by_streets(void **state)
{
    struct fixture f;
    struct city_homes homes = {0};
    struct city_spots spots = {0};

    (void)state;
    fixture_begin(&f);
    scatter(&f, &homes, 400);
    assert_int_equal(city_spread(&f.map, &homes, 12345, &f.siting, &spots), OK);
    assert_true(fabs(people_of(&spots) - 12345) < 1e-6);
    assert_true(spots.count > 10 && spots.count < 400);
    for (size_t i = 0; i < spots.count; i++) {
        const struct city_spot *spot = &spots.items[i];
        const struct road_way *way = &f.ways[spot->way];
        struct wgs84 line[GRID];
        for (uint32_t k = 0; k < way->node_count; k++)
            line[k] = f.nodes[f.way_nodes[way->node_first + k]];
        assert_true(geo_line_near(line, way->node_count, spot->at).distance_m < 5.1);
        if (i)
            assert_true(spot->stretch == spots.items[i - 1].stretch ||
                        spot->stretch == spots.items[i - 1].stretch + 1);
        if (i && spot->stretch == spots.items[i - 1].stretch)
            assert_int_equal(spot->way, spots.items[i - 1].way);
    }
    city_spots_done(&spots);
    city_homes_done(&homes);
}

/* One home at a time: its point must be on the street that a look at every street finds. */
static void the_street_is_the_nearest_one(void **state)
{
    struct fixture f;
    struct city_homes all = {0};

    (void)state;
    fixture_begin(&f);
    scatter(&f, &all, 60);
    for (size_t h = 0; h < all.count; h++) {
        struct city_homes one = {0};
        struct city_spots spots = {0};
        double least = 1e9;
        double found = 1e9;
        assert_int_equal(city_homes_add(&one, all.items[h].at, 100, &f.siting), OK);
        assert_int_equal(city_spread(&f.map, &one, 5, &f.siting, &spots), OK);
        assert_int_equal(spots.count, 1);
        for (uint32_t w = 0; w <= WAYS; w++) {
            struct wgs84 line[GRID];
            for (uint32_t k = 0; k < f.ways[w].node_count; k++)
                line[k] = f.nodes[f.way_nodes[f.ways[w].node_first + k]];
            double metres = geo_line_near(line, f.ways[w].node_count, all.items[h].at).distance_m;
            least = metres < least ? metres : least;
            if (w == spots.items[0].way)
                found = metres;
        }
        assert_true(found < least + 0.01);
        city_spots_done(&spots);
        city_homes_done(&one);
    }
    city_homes_done(&all);
}

/* Homes every 10 m along one street: each point's homes span at most twice the reach, and once a
 * point has its households the next begins. */
static void points_are_as_near_and_as_full_as_the_settings_say(void **state)
{
    struct fixture f;
    struct city_homes homes = {0};
    struct city_spots spots = {0};

    (void)state;
    fixture_begin(&f);
    for (int i = 0; i < 120; i++) {
        struct geo_plane plane = geo_plane_at(f.nodes[0]);
        struct wgs84 at = geo_wgs84_of_xy(&plane, (struct geo_xy){i * 10 + 5.0, -20});
        assert_int_equal(city_homes_add(&homes, at, 100, &f.siting), OK);
    }
    f.siting.reach_m = 102; /* 204 m: 21 homes */
    f.siting.households_per_point = 100000;
    assert_int_equal(city_spread(&f.map, &homes, 1200, &f.siting, &spots), OK);
    assert_int_equal(spots.count, 6); /* 120 / 21 */
    assert_true(fabs(spots.items[0].people - 210) < 1e-6);
    city_spots_done(&spots);
    f.siting.households_per_point = 20;
    f.siting.persons_per_household = 2;
    assert_int_equal(city_spread(&f.map, &homes, 1200, &f.siting, &spots), OK);
    assert_int_equal(spots.count, 30); /* 40 people a point, 10 a home */
    city_spots_done(&spots);
    city_homes_done(&homes);
}

static void streets_take_the_people_that_buildings_do_not(void **state)
{
    struct fixture f;
    struct city_homes homes = {0};

    (void)state;
    fixture_begin(&f);
    assert_int_equal(city_homes_along(&homes, &f.map, 1000), OK);
    assert_true(fabs(homes.weight - 1000) < 1e-6);
    assert_true(homes.count > 100);
    size_t before = homes.count;
    assert_int_equal(city_homes_along(&homes, &f.map, 1100), OK); /* accounted for */
    assert_int_equal(homes.count, before);
    city_homes_done(&homes);
}

static void given_points_get_their_nearest_people(void **state)
{
    struct fixture f;
    struct city_homes homes = {0};
    struct city_spots spots = {0};
    double expected[5] = {0};

    (void)state;
    fixture_begin(&f);
    scatter(&f, &homes, 200);
    for (int i = 0; i < 5; i++)
        assert_int_equal(vec_push(&spots, (struct city_spot){.at = f.nodes[i * 11]}), OK);
    for (size_t h = 0; h < homes.count; h++) {
        int best = 0;
        for (int i = 1; i < 5; i++)
            if (geo_distance_m(homes.items[h].at, spots.items[i].at) <
                geo_distance_m(homes.items[h].at, spots.items[best].at))
                best = i;
        expected[best] += homes.items[h].weight * 500 / homes.weight;
    }
    assert_int_equal(city_spread_to(&homes, 500, &spots), OK);
    for (int i = 0; i < 5; i++)
        assert_true(fabs(spots.items[i].people - expected[i]) < 1e-6);
    assert_int_equal(city_spots_streets(&f.map, &spots), OK);
    for (int i = 0; i < 5; i++)
        assert_true(spots.items[i].way < WAYS);
    city_spots_done(&spots);
    city_homes_done(&homes);
}

static void the_main_network_is_the_largest(void **state)
{
    struct fixture f;
    uint8_t main_nodes[NODES + 2];

    (void)state;
    fixture_begin(&f);
    assert_int_equal(city_main_nodes(&f.map, main_nodes), OK);
    for (int i = 0; i < NODES; i++)
        assert_int_equal(main_nodes[i], 1);
    assert_int_equal(main_nodes[NODES], 0);
    assert_int_equal(main_nodes[NODES + 1], 0);
}

static void kilometres_are_summed_by_class(void **state)
{
    struct fixture f;
    double km[ROAD_CLASS_COUNT];

    (void)state;
    fixture_begin(&f);
    city_street_km(&f.map, km);
    assert_true(fabs(km[ROAD_SECONDARY] - 5 * 1.2) < 0.02);
    assert_true(fabs(km[ROAD_RESIDENTIAL] - (9 * 1.2 + 0.3)) < 0.02);
    assert_true(km[ROAD_PRIMARY] <= 0);
}

static void a_map_without_streets_is_told(void **state)
{
    struct fixture f;
    struct city_homes homes = {0};
    struct city_spots spots = {0};

    (void)state;
    fixture_begin(&f);
    scatter(&f, &homes, 3);
    for (uint32_t w = 0; w <= WAYS; w++)
        f.ways[w].flags |= ROAD_WAY_NO_ACCESS;
    assert_int_equal(city_spread(&f.map, &homes, 10, &f.siting, &spots), ERR_NOT_FOUND);
    city_homes_done(&homes);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    struct fixture f;

    (void)state;
    fixture_begin(&f);
    for (unsigned nth = 1;; nth++) {
        struct city_homes homes = {0};
        struct city_spots spots = {0};
        uint8_t main_nodes[NODES + 2];
        mem_fail_nth(nth);
        enum err err = city_homes_along(&homes, &f.map, 1000);
        if (!err)
            err = city_spread(&f.map, &homes, 1000, &f.siting, &spots);
        if (!err)
            err = city_spread_to(&homes, 1000, &spots);
        if (!err)
            err = city_spots_streets(&f.map, &spots);
        if (!err)
            err = city_main_nodes(&f.map, main_nodes);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        city_spots_done(&spots);
        city_homes_done(&homes);
        assert_int_equal(mem_live_bytes(), 0);
        if (!fired) {
            assert_int_equal(err, OK);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_lost_and_points_stand_by_streets),
        cmocka_unit_test(the_street_is_the_nearest_one),
        cmocka_unit_test(points_are_as_near_and_as_full_as_the_settings_say),
        cmocka_unit_test(streets_take_the_people_that_buildings_do_not),
        cmocka_unit_test(given_points_get_their_nearest_people),
        cmocka_unit_test(the_main_network_is_the_largest),
        cmocka_unit_test(kilometres_are_summed_by_class),
        cmocka_unit_test(a_map_without_streets_is_told),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
