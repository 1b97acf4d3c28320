/* plan_day_test.c - a small town on paper: a grid of streets with one cut off, two streams, a
 * sweeper. Every fact is made here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "plan/plan.h"

enum {
    GRID = 6,
    GRID_NODES = GRID * GRID + 2, /* and two of the island */
    GRID_WAYS = 2 * GRID + 1,
    GRID_REFS = 2 * GRID * GRID + 2,
    POINTS = 12,
    BINS = 2 * POINTS,
};

struct paper_town {
    struct wgs84 nodes[GRID_NODES];
    uint8_t flags[GRID_NODES];
    struct road_way ways[GRID_WAYS];
    uint32_t refs[GRID_REFS];
    struct road_map map;
    struct city_stream streams[2];
    struct city_place places[POINTS];
    struct city_bin bins[BINS];
    struct city_facility facilities[4];
    struct city_vehicle vehicles[4];
    struct city city;
    char ids[BINS][8];
};

static struct wgs84 at_m(double x_m, double y_m)
{
    struct geo_plane plane = geo_plane_at((struct wgs84){268900000, 1125700000});

    return geo_wgs84_of_xy(&plane, (struct geo_xy){x_m, y_m});
}

static void add_way(struct paper_town *town, uint32_t *at, uint32_t way, uint32_t first,
                    uint32_t step, uint32_t count, struct str name)
{
    town->ways[way] = (struct road_way){.id = 100 + way,
                                        .name = name,
                                        .class = ROAD_RESIDENTIAL,
                                        .flags = ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD,
                                        .node_first = *at,
                                        .node_count = count};
    for (uint32_t i = 0; i < count; i++)
        town->refs[(*at)++] = first + i * step;
}

static void draw_streets(struct paper_town *town)
{
    uint32_t at = 0;

    for (uint32_t row = 0; row < GRID; row++)
        for (uint32_t column = 0; column < GRID; column++)
            town->nodes[row * GRID + column] = at_m(column * 100.0, row * 100.0);
    town->nodes[GRID * GRID] = at_m(3000, 3000); /* far from everything */
    town->nodes[GRID * GRID + 1] = at_m(3080, 3000);
    for (uint32_t row = 0; row < GRID; row++)
        add_way(town, &at, row, row * GRID, 1, GRID, STR("东西街"));
    for (uint32_t column = 0; column < GRID; column++)
        add_way(town, &at, GRID + column, column, GRID, GRID, STR("南北街"));
    add_way(town, &at, 2 * GRID, GRID * GRID, 1, 2, STR("孤岛路"));
    town->map = (struct road_map){.nodes = town->nodes,
                                  .node_flags = town->flags,
                                  .node_count = GRID_NODES,
                                  .ways = town->ways,
                                  .way_count = GRID_WAYS,
                                  .way_nodes = town->refs,
                                  .way_node_count = GRID_REFS};
}

static void place_bins(struct paper_town *town)
{
    for (uint32_t p = 0; p < POINTS; p++) {
        struct wgs84 at = at_m(50 + 100.0 * (p % 4), 8 + 100.0 * (p / 4.0));
        snprintf(town->ids[p], sizeof town->ids[p], "P%02u", p);
        town->places[p] = (struct city_place){
            .id = str_of(town->ids[p]), .kind = CITY_POINT, .parent = CITY_NONE, .at = at};
        for (uint32_t s = 0; s < 2; s++)
            town->bins[2 * p + s] = (struct city_bin){.id = STR("B"),
                                                      .place = p,
                                                      .stream = s,
                                                      .litres = 240,
                                                      .fill_pct = s == 1 && p == 0 ? 10 : 90,
                                                      .at = at};
    }
}

static void staff_town(struct paper_town *town)
{
    struct city_vehicle truck = {.id = STR("T1"),
                                 .kind = CITY_TRUCK,
                                 .compartments = {{0, 2000, 700}},
                                 .compartment_count = 1,
                                 .shift_start_s = 6 * 3600,
                                 .shift_end_s = 14 * 3600,
                                 .break_s = 1800,
                                 .cost_day = 100,
                                 .cost_km = 4,
                                 .cost_hour = 60};

    town->facilities[0] = (struct city_facility){
        .id = STR("D"), .kind = CITY_DEPOT, .at = at_m(0, 0), .close_s = 86400};
    town->facilities[1] = (struct city_facility){.id = STR("I"),
                                                 .kind = CITY_INCINERATOR,
                                                 .at = at_m(500, 500),
                                                 .streams = 3,
                                                 .close_s = 86400,
                                                 .unload_s = 600};
    town->facilities[2] = (struct city_facility){
        .id = STR("W"), .kind = CITY_WATER_POINT, .at = at_m(300, 0), .close_s = 86400};
    town->vehicles[0] = truck;
    town->vehicles[1] = truck;
    town->vehicles[1].id = STR("T2");
    town->vehicles[1].compartments[0].stream = 1;
    town->vehicles[2] = (struct city_vehicle){.id = STR("S1"),
                                              .kind = CITY_SWEEPER,
                                              .compartments = {{CITY_NONE, 2000, 1000}},
                                              .compartment_count = 1,
                                              .water_litres = 800,
                                              .shift_start_s = 5 * 3600,
                                              .shift_end_s = 13 * 3600,
                                              .work_kmh = 8,
                                              .cost_km = 5,
                                              .cost_hour = 60};
}

static struct paper_town *new_town(void)
{
    struct paper_town *town = calloc(1, sizeof *town);

    assert_non_null(town);
    draw_streets(town);
    place_bins(town);
    staff_town(town);
    for (uint32_t s = 0; s < 2; s++)
        town->streams[s] = (struct city_stream){.code = s ? STR("F") : STR("O"),
                                                .density_kg_m3 = s ? 550 : 180,
                                                .density_compacted_kg_m3 = s ? 550 : 350,
                                                .collect_at_pct = 70};
    town->city = (struct city){.id = STR("paper"),
                               .streams = town->streams,
                               .stream_count = 2,
                               .places = town->places,
                               .place_count = POINTS,
                               .bins = town->bins,
                               .bin_count = BINS,
                               .facilities = town->facilities,
                               .facility_count = 3,
                               .vehicles = town->vehicles,
                               .vehicle_count = 3,
                               .sweep_classes = {{.passes_per_day = 1,
                                                  .passes_per_week = 7,
                                                  .both_sides = true,
                                                  .kg_per_km = 60,
                                                  .water_l_per_km = 200}},
                               .sweep_class_count = 1,
                               .service = {60, 40, 500}};
    town->city.sweep_class_of[ROAD_RESIDENTIAL] = 1;
    return town;
}

static struct plan_options day_options(void)
{
    return (struct plan_options){.date = {2026, 11, 24},
                                 .seed = 1,
                                 .iterations_max = 300,
                                 .workers = {.count = 1},
                                 .collect = true,
                                 .sweep = true};
}

static struct plan *plan_of(const struct paper_town *town)
{
    struct plan_options options = day_options();
    struct plan *plan = NULL;
    struct diag diag = {0};

    enum err err = plan_make(&town->city, &town->map, &options, &plan, &diag);
    if (err)
        print_message("%s\n", diag.text);
    assert_int_equal(err, OK);
    assert_true(plan->checked);
    return plan;
}

static unsigned count_reason(const struct plan *plan, enum plan_kind kind, enum plan_reason reason)
{
    unsigned count = 0;

    for (size_t i = 0; i < plan->tasks.count; i++)
        count += plan->tasks.items[i].kind == kind && plan->tasks.items[i].reason == reason;
    return count;
}

static void every_full_bin_is_collected_and_others_are_left(void **state)
{
    struct paper_town *town = new_town();
    struct plan *plan = plan_of(town);

    (void)state;
    assert_int_equal(plan->totals.bins, BINS - 1); /* one bin is at 10 % */
    assert_int_equal(count_reason(plan, PLAN_COLLECT, PLAN_SERVED), BINS - 1);
    plan_free(plan);
    free(town);
}

static void each_kerb_is_swept_once_and_the_island_has_its_reason(void **state)
{
    struct paper_town *town = new_town();
    struct plan *plan = plan_of(town);
    unsigned stretches = 2 * GRID * (GRID - 1);

    (void)state;
    assert_int_equal(count_reason(plan, PLAN_SWEEP, PLAN_SERVED), 2 * stretches);
    assert_int_equal(count_reason(plan, PLAN_SWEEP, PLAN_ISLAND), 2);
    assert_true(fabs(plan->totals.swept_km - 2 * stretches * 0.1) < 0.1);
    plan_free(plan);
    free(town);
}

static void trips_respect_the_compartment_and_streams_never_share_it(void **state)
{
    struct paper_town *town = new_town();
    struct plan *plan = plan_of(town);

    (void)state;
    for (size_t i = 0; i < plan->trips.count; i++)
        assert_true(plan->trips.items[i].fill_pct <= 100.0);
    for (size_t r = 0; r < plan->routes.count; r++) {
        const struct plan_route *route = &plan->routes.items[r];
        for (uint32_t v = 0; v < route->visit_count; v++) {
            const struct plan_visit *visit = &plan->visits.items[route->visit_first + v];
            if (visit->kind == PLAN_SERVE)
                assert_true(route->streams >> plan->tasks.items[visit->task].stream & 1);
        }
    }
    plan_free(plan);
    free(town);
}

static void what_is_loaded_is_unloaded(void **state)
{
    struct paper_town *town = new_town();
    struct plan *plan = plan_of(town);

    (void)state;
    for (size_t r = 0; r < plan->routes.count; r++) {
        const struct plan_route *route = &plan->routes.items[r];
        double unloaded = 0;
        for (uint32_t v = 0; v < route->visit_count; v++) {
            const struct plan_visit *visit = &plan->visits.items[route->visit_first + v];
            unloaded += visit->kind == PLAN_UNLOAD ? visit->kg : 0;
        }
        assert_true(fabs(unloaded - route->kg) < 0.01);
    }
    plan_free(plan);
    free(town);
}

static void without_a_truck_bins_say_no_vehicle(void **state)
{
    struct paper_town *town = new_town();

    (void)state;
    town->vehicles[1].compartments[0].stream = 0; /* nobody takes food waste now */
    struct plan *plan = plan_of(town);
    assert_int_equal(count_reason(plan, PLAN_COLLECT, PLAN_NO_VEHICLE), POINTS - 1);
    plan_free(plan);
    free(town);
}

static void without_a_licence_bins_say_no_facility(void **state)
{
    struct paper_town *town = new_town();

    (void)state;
    town->facilities[1].streams = 1; /* the plant refuses stream 1 */
    struct plan *plan = plan_of(town);
    assert_int_equal(count_reason(plan, PLAN_COLLECT, PLAN_NO_FACILITY), POINTS - 1);
    assert_int_equal(count_reason(plan, PLAN_COLLECT, PLAN_SERVED), POINTS);
    plan_free(plan);
    free(town);
}

static void a_short_shift_leaves_work_with_a_reason(void **state)
{
    struct paper_town *town = new_town();

    (void)state;
    town->vehicles[2].shift_end_s = town->vehicles[2].shift_start_s + 1200;
    struct plan *plan = plan_of(town);
    unsigned served = count_reason(plan, PLAN_SWEEP, PLAN_SERVED);
    unsigned left =
        count_reason(plan, PLAN_SWEEP, PLAN_FLEET) + count_reason(plan, PLAN_SWEEP, PLAN_WINDOW);
    assert_true(left > 0);
    assert_int_equal(served + left, 4 * GRID * (GRID - 1));
    plan_free(plan);
    free(town);
}

static void a_break_is_taken_in_a_long_shift_and_nothing_overlaps_it(void **state)
{
    struct paper_town *town = new_town();
    unsigned breaks = 0;

    (void)state;
    town->city.service.stop_s = 2400; /* slow stops make a day of more than four hours */
    struct plan *plan = plan_of(town);
    for (size_t r = 0; r < plan->routes.count; r++) {
        const struct plan_route *route = &plan->routes.items[r];
        int32_t clock = route->start_ds;
        for (uint32_t v = 0; v < route->visit_count; v++) {
            const struct plan_visit *visit = &plan->visits.items[route->visit_first + v];
            breaks += visit->kind == PLAN_BREAK;
            assert_true(visit->start_ds >= clock);
            clock = visit->end_ds;
        }
        assert_true(route->end_ds >= clock);
        assert_true(route->end_ds <= town->vehicles[route->vehicle].shift_end_s * PLAN_DS_PER_S);
    }
    assert_true(breaks > 0);
    plan_free(plan);
    free(town);
}

static void streets_not_due_daily_are_spread_over_the_week(void **state)
{
    struct paper_town *town = new_town();
    size_t week = 0;

    (void)state;
    town->city.sweep_classes[0].passes_per_week = 2;
    for (uint8_t day = 23; day < 30; day++) {
        struct plan_options options = day_options();
        struct plan *plan = NULL;
        options.date.day = day;
        options.collect = false;
        assert_int_equal(plan_make(&town->city, &town->map, &options, &plan, NULL), OK);
        week += plan->tasks.count;
        assert_true(plan->tasks.count < 4 * GRID * (GRID - 1) + 2);
        plan_free(plan);
    }
    assert_int_equal(week, 2 * (4 * GRID * (GRID - 1) + 2));
    free(town);
}

static void the_same_seed_gives_the_same_plan(void **state)
{
    struct paper_town *town = new_town();
    struct buf json[2];
    struct buf geojson[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct plan *plan = plan_of(town);
        buf_init(&json[i], 64 << 20);
        buf_init(&geojson[i], 64 << 20);
        plan_write_json(plan, &json[i]);
        plan_write_geojson(plan, &geojson[i]);
        assert_int_equal(buf_err(&json[i]), OK);
        assert_int_equal(buf_err(&geojson[i]), OK);
        plan_free(plan);
    }
    assert_true(str_eq(buf_text(&json[0]), buf_text(&json[1])));
    assert_true(str_eq(buf_text(&geojson[0]), buf_text(&geojson[1])));
    assert_non_null(strstr(json[0].data, "孤岛路"));
    for (int i = 0; i < 2; i++) {
        buf_done(&json[i]);
        buf_done(&geojson[i]);
    }
    free(town);
}

#ifdef MEM_FAULTS
static void every_allocation_may_fail(void **state)
{
    struct paper_town *town = new_town();
    struct plan_options options = day_options();

    (void)state;
    options.iterations_max = 3;
    for (unsigned nth = 1;; nth += 1 + nth / 40) { /* all of the first, then ever wider steps */
        struct plan *plan = NULL;
        mem_fail_nth(nth);
        enum err err = plan_make(&town->city, &town->map, &options, &plan, NULL);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        if (!fired) {
            assert_int_equal(err, OK);
            plan_free(plan);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
        assert_null(plan);
        assert_int_equal(mem_live_bytes(), 0);
    }
    assert_int_equal(mem_live_bytes(), 0);
    free(town);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_full_bin_is_collected_and_others_are_left),
        cmocka_unit_test(each_kerb_is_swept_once_and_the_island_has_its_reason),
        cmocka_unit_test(trips_respect_the_compartment_and_streams_never_share_it),
        cmocka_unit_test(what_is_loaded_is_unloaded),
        cmocka_unit_test(without_a_truck_bins_say_no_vehicle),
        cmocka_unit_test(without_a_licence_bins_say_no_facility),
        cmocka_unit_test(a_short_shift_leaves_work_with_a_reason),
        cmocka_unit_test(a_break_is_taken_in_a_long_shift_and_nothing_overlaps_it),
        cmocka_unit_test(streets_not_due_daily_are_spread_over_the_week),
        cmocka_unit_test(the_same_seed_gives_the_same_plan),
#ifdef MEM_FAULTS
        cmocka_unit_test(every_allocation_may_fail),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
