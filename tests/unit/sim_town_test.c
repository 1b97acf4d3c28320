/* A made city: whole, connected, repeatable, and made from any pack with no change of code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "folder_fixture.h"
#include "osm/osm.h"
#include "road/road.h"
#include "sim/town.h"

static const char *const packs[] = {"hengyang", "isla"};

static void make(const char *pack_name, uint32_t population, uint64_t seed, char *ret_folder,
                 struct sim_town_sum *ret_sum)
{
    struct folder_pack *pack = NULL;
    struct diag diag = {0};
    char path[256];

    snprintf(path, sizeof path, "%s/packs/%s", TEST_SOURCE, pack_name);
    assert_int_equal(folder_pack_load(path, &pack, &diag), OK);
    fixture_folder(ret_folder);
    struct sim_town_options options = {
        .seed = seed, .population = population, .pack = str_of(pack_name), .centre = pack->centre};
    assert_int_equal(sim_town_make(pack, &options, ret_folder, ret_sum, &diag), OK);
    assert_int_equal(folder_pack_copy(path, ret_folder, &diag), OK);
    folder_pack_free(pack);
}

static void tell(void *context, const struct diag *diag)
{
    char text[600];

    (void)context;
    diag_text(diag, sizeof text, text);
    print_error("%s\n", text);
}

static void both_packs_make_a_city_without_mistakes(void **state)
{
    static const struct folder_sink sink = {tell, NULL};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(packs); i++)
        for (uint32_t population = 500; population < 300000; population *= 9) {
            char folder[64];
            struct sim_town_sum sum;
            uint64_t count = 0;
            make(packs[i], population, 11 + i, folder, &sum);
            assert_int_equal(folder_check(folder, &sink, &count), OK);
            assert_true(sum.bins > 0 && sum.vehicles > 0 && sum.street_km > 1);
            fixture_remove(folder);
        }
}

static void everybody_lives_somewhere_and_every_stream_has_bins(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        char folder[64];
        struct sim_town_sum sum;
        struct city *city = NULL;
        uint64_t people = 0;
        uint32_t with_bins = 0;
        make(packs[i], 20000, 3, folder, &sum);
        assert_int_equal(folder_load(folder, &city, NULL), OK);
        for (uint32_t p = 0; p < city->place_count; p++)
            people += city->places[p].population;
        assert_int_equal(people, 20000);
        for (uint32_t b = 0; b < city->bin_count; b++)
            with_bins |= 1U << city->bins[b].stream;
        assert_int_equal(with_bins, (1U << city->stream_count) - 1);
        assert_int_equal(sum.bins, city->bin_count);
        city_free(city);
        fixture_remove(folder);
    }
}

static const char *const files[] = {"city.yaml",      "streams.yaml", "places.csv", "bins.csv",
                                    "facilities.csv", "fleet.csv",    "map.osm.pbf"};

static uint64_t bytes_hash(const char *folder, const char *name)
{
    struct buf content;
    char path[FILE_PATH_MAX];

    assert_int_equal(file_join(sizeof path, path, folder, name), OK);
    assert_int_equal(file_read(path, 64 << 20, &content, NULL), OK);
    uint64_t hash = str_hash(buf_text(&content));
    buf_done(&content);
    return hash;
}

static void one_seed_gives_the_same_bytes_another_does_not(void **state)
{
    char a[64];
    char b[64];
    char c[64];
    struct sim_town_sum sum;

    (void)state;
    make("hengyang", 30000, 42, a, &sum);
    make("hengyang", 30000, 42, b, &sum);
    make("hengyang", 30000, 43, c, &sum);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        assert_true(bytes_hash(a, files[i]) == bytes_hash(b, files[i]));
    assert_true(bytes_hash(a, "places.csv") != bytes_hash(c, "places.csv"));
    assert_true(bytes_hash(a, "map.osm.pbf") != bytes_hash(c, "map.osm.pbf"));
    fixture_remove(a);
    fixture_remove(b);
    fixture_remove(c);
}

/* Every collection point and plant stands by a street that a truck reaches and leaves. */
static void assert_reachable(const struct city *city, const struct road *road, struct wgs84 at)
{
    struct road_near near;

    (void)city;
    assert_int_equal(road_nearest(road, at, 60, &near), OK);
    const struct road_arc *arc = road_arc(road, near.place.arc);
    assert_false(arc->flags & (ROAD_ISLAND | ROAD_CLOSED));
}

static void all_streets_hang_together(void **state)
{
    static const struct {
        const char *pack;
        uint32_t population;
        uint64_t seed;
    } rows[] = {{"isla", 500, 1},
                {"hengyang", 15000, 2},
                {"isla", 30000, 3},
                {"hengyang", 60000, 4},
                {"isla", 90000, 5},
                {"hengyang", 300000, 7}}; /* had a turn ban at a corner, which cut a street off */

    (void)state;
    for (size_t k = 0; k < COUNT_OF(rows); k++) {
        char folder[64];
        char path[FILE_PATH_MAX];
        struct sim_town_sum sum;
        struct city *city = NULL;
        struct osm_map *map = NULL;
        struct road *road = NULL;
        const struct road_island *islands = NULL;
        struct road_profile profile = road_profile_truck();
        make(rows[k].pack, rows[k].population, rows[k].seed, folder, &sum);
        assert_int_equal(folder_load(folder, &city, NULL), OK);
        assert_int_equal(file_join(sizeof path, path, folder, "map.osm.pbf"), OK);
        assert_int_equal(osm_read(path, NULL, &map, NULL), OK);
        assert_int_equal(map->counts.ways_cut + map->counts.ways_empty, 0);
        assert_int_equal(map->counts.buildings_broken + map->counts.restrictions_ignored, 0);
        assert_int_equal(road_new(&map->roads, &profile, &road, NULL), OK);
        assert_int_equal(road_islands(road, &islands), 0);
        for (uint32_t i = 0; i < city->place_count; i++)
            if (city->places[i].kind == CITY_POINT)
                assert_reachable(city, road, city->places[i].at);
        for (uint32_t i = 0; i < city->facility_count; i++)
            assert_reachable(city, road, city->facilities[i].at);
        road_free(road);
        osm_map_free(map);
        city_free(city);
        fixture_remove(folder);
    }
}

static void the_map_shows_a_city(void **state)
{
    char folder[64];
    char path[FILE_PATH_MAX];
    struct sim_town_sum sum;
    struct osm_map *map = NULL;
    uint32_t classes = 0;
    uint32_t one_way = 0;
    uint32_t bridges = 0;
    uint32_t named = 0;

    (void)state;
    make("hengyang", 200000, 8, folder, &sum);
    assert_int_equal(file_join(sizeof path, path, folder, "map.osm.pbf"), OK);
    assert_int_equal(osm_read(path, NULL, &map, NULL), OK);
    for (uint32_t i = 0; i < map->roads.way_count; i++) {
        const struct road_way *way = &map->roads.ways[i];
        bool forward = way->flags & ROAD_WAY_FORWARD;
        bool backward = way->flags & ROAD_WAY_BACKWARD;
        classes |= 1U << way->class;
        one_way += forward != backward;
        bridges += (way->flags & ROAD_WAY_BRIDGE) > 0;
        named += way->name.size > 0 && way->name_en.size > 0;
    }
    assert_true((classes >> ROAD_PRIMARY & 1) && (classes >> ROAD_SECONDARY & 1) &&
                (classes >> ROAD_TERTIARY & 1) && (classes >> ROAD_RESIDENTIAL & 1) &&
                (classes >> ROAD_SERVICE & 1));
    assert_true(one_way > 0 && bridges > 0 && named > 100);
    assert_true(map->building_count > 1000);
    assert_true(map->roads.restriction_count > 0);
    assert_true(map->place_count > 3);
    assert_int_equal(map->places[0].population, 200000);
    osm_map_free(map);
    fixture_remove(folder);
}

/* The fleet carries more than a mean day brings, stream by stream. */
static void the_fleet_is_enough(void **state)
{
    char folder[64];
    struct sim_town_sum sum;
    struct city *city = NULL;
    double kg[CITY_STREAMS_MAX] = {0};

    (void)state;
    make("hengyang", 120000, 5, folder, &sum);
    assert_int_equal(folder_load(folder, &city, NULL), OK);
    for (uint32_t v = 0; v < city->vehicle_count; v++) {
        const struct city_vehicle *vehicle = &city->vehicles[v];
        double hours = (vehicle->shift_end_s - vehicle->shift_start_s - vehicle->break_s) / 3600.0;
        for (uint32_t c = 0; c < vehicle->compartment_count && vehicle->kind == CITY_TRUCK; c++) {
            const struct city_compartment *part = &vehicle->compartments[c];
            double by_volume =
                part->litres * city->streams[part->stream].density_compacted_kg_m3 / 1000;
            double trip = by_volume < part->kg ? by_volume : part->kg;
            kg[part->stream] += trip * hours / 2.5; /* a trip in two and a half hours */
        }
    }
    for (uint32_t s = 0; s < city->stream_count; s++)
        assert_true(kg[s] > 120000 * city->siting.kg_per_person_day * city->streams[s].share);
    city_free(city);
    fixture_remove(folder);
}

static void a_population_out_of_range_is_told(void **state)
{
    static const uint32_t populations[] = {0, SIM_POPULATION_MIN - 1, SIM_POPULATION_MAX + 1};
    struct folder_pack *pack = NULL;

    (void)state;
    assert_int_equal(folder_pack_load(TEST_SOURCE "/packs/isla", &pack, NULL), OK);
    for (size_t i = 0; i < COUNT_OF(populations); i++) {
        struct sim_town_options options = {.population = populations[i], .centre = pack->centre};
        struct sim_town_sum sum;
        struct diag diag = {0};
        assert_int_equal(sim_town_make(pack, &options, "/nonexistent/x", &sum, &diag), ERR_RANGE);
        assert_non_null(strstr(diag.text, "take 500 to 40000000"));
    }
    folder_pack_free(pack);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    struct folder_pack *pack = NULL;
    char folder[64];

    (void)state;
    assert_int_equal(folder_pack_load(TEST_SOURCE "/packs/isla", &pack, NULL), OK);
    fixture_folder(folder);
    struct sim_town_options options = {.seed = 1, .population = 500, .centre = pack->centre};
    size_t before = mem_live_bytes();
    for (unsigned nth = 1;; nth++) {
        struct sim_town_sum sum;
        struct diag diag = {0};
        mem_fail_nth(nth);
        enum err err = sim_town_make(pack, &options, folder, &sum, &diag);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        assert_int_equal(mem_live_bytes(), before);
        if (!fired) {
            assert_int_equal(err, OK);
            assert_true(nth > 20);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
        assert_true(diag.text[0] != '\0');
    }
    fixture_remove(folder);
    folder_pack_free(pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_packs_make_a_city_without_mistakes),
        cmocka_unit_test(everybody_lives_somewhere_and_every_stream_has_bins),
        cmocka_unit_test(one_seed_gives_the_same_bytes_another_does_not),
        cmocka_unit_test(all_streets_hang_together),
        cmocka_unit_test(the_map_shows_a_city),
        cmocka_unit_test(the_fleet_is_enough),
        cmocka_unit_test(a_population_out_of_range_is_told),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
