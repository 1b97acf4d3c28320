/* A city's folder out of a map: complete, without mistakes, and with what it brings itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/import.h"
#include "folder_fixture.h"
#include "osm/osm_write.h"

enum { LINES = 6 };

struct fixture {
    char folder[64];
    char map[128];
    char city[128];
    struct folder_pack *pack;
};

/* Streets in a grid, 150 m apart, houses of 200 m2 beside them, a village. */
static void write_map(const char *path)
{
    struct osm_writer *out = NULL;
    int64_t id = 0;
    struct osm_tag street[] = {{STR("highway"), STR("residential")}, {STR("name"), STR("Weg")}};
    struct osm_tag main_street[] = {{STR("highway"), STR("secondary")},
                                    {STR("name"), STR("解放路")},
                                    {STR("name:en"), STR("Jiefang Road")}};
    struct osm_tag house[] = {{STR("building"), STR("house")}};
    struct osm_tag village[] = {{STR("place"), STR("village")},
                                {STR("name"), STR("Dorf")},
                                {STR("population"), STR("900")}};
    struct geo_box box = {{470000000, 95000000}, {470100000, 95150000}};

    assert_int_equal(osm_writer_open(path, &box, &out, NULL), OK);
    for (int i = 0; i < LINES * LINES; i++)
        osm_writer_node(out, ++id,
                        (struct wgs84){470000000 + i / LINES * 13500, 95000000 + i % LINES * 19800},
                        NULL, 0);
    osm_writer_node(out, ++id, (struct wgs84){470040000, 95050000}, village, 3);
    for (int i = 0; i < 100; i++)
        for (int k = 0; k < 4; k++)
            osm_writer_node(out, ++id,
                            (struct wgs84){470002000 + i / 10 * 6000 + (k / 2) * 1300,
                                           95003000 + i % 10 * 9000 + (k == 1 || k == 2) * 1900},
                            NULL, 0);
    id = 0;
    for (int line = 0; line < 2 * LINES; line++) {
        int64_t nodes[LINES];
        for (int k = 0; k < LINES; k++)
            nodes[k] = 1 + (line < LINES ? line * LINES + k : k * LINES + line - LINES);
        bool big = line == 2;
        osm_writer_way(out, ++id, nodes, LINES, big ? main_street : street, big ? 3 : 2);
    }
    for (int64_t i = 0; i < 100; i++) {
        int64_t first = LINES * LINES + 2 + 4 * i;
        int64_t nodes[] = {first, first + 1, first + 2, first + 3, first};
        osm_writer_way(out, ++id, nodes, 5, house, 1);
    }
    assert_int_equal(osm_writer_finish(out, NULL), OK);
    osm_writer_close(out);
}

static int begin(void **state)
{
    static struct fixture f;

    fixture_folder(f.folder);
    snprintf(f.map, sizeof f.map, "%s/a.osm.pbf", f.folder);
    snprintf(f.city, sizeof f.city, "%s/processes", f.folder); /* removed with the folder */
    write_map(f.map);
    assert_int_equal(folder_pack_load(TEST_SOURCE "/packs/hengyang", &f.pack, NULL), OK);
    *state = &f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    fixture_remove(f->folder);
    folder_pack_free(f->pack);
    return 0;
}

static void tell(void *context, const struct diag *diag)
{
    char text[600];

    (void)context;
    diag_text(diag, sizeof text, text);
    print_error("%s\n", text);
}
static const struct folder_sink sink = {tell, NULL};

static struct app_import_options options_of(const struct fixture *f)
{
    return (struct app_import_options){.map = f->map, .id = STR("dorf"), .pack = STR("hengyang")};
}

static struct city *import(const struct fixture *f, const struct app_import_options *options,
                           struct app_import_sum *ret_sum)
{
    struct city *city = NULL;
    struct diag diag = {0};
    uint64_t count = 0;

    enum err err = app_import(f->pack, options, f->city, ret_sum, &diag);
    if (err)
        tell(NULL, &diag);
    assert_int_equal(err, OK);
    assert_int_equal(folder_check(f->city, &sink, &count), OK);
    assert_int_equal(folder_load(f->city, &city, NULL), OK);
    return city;
}

static void a_map_alone_makes_a_city(void **state)
{
    const struct fixture *f = *state;
    struct app_import_options options = options_of(f);
    struct app_import_sum sum;
    uint64_t people = 0;
    bool depot = false;
    struct city *city = import(f, &options, &sum);

    assert_int_equal(city->population, 900); /* the village's */
    assert_true(str_eq(city->name.zh, STR("Dorf")));
    assert_int_equal(sum.streets, 2 * LINES);
    assert_int_equal(sum.buildings, 100);
    for (uint32_t i = 0; i < city->place_count; i++)
        people += city->places[i].population;
    assert_int_equal(people, 900);
    assert_int_equal(city->places[0].kind, CITY_DISTRICT);
    assert_int_equal(city->places[1].kind, CITY_STREET);
    for (uint32_t i = 0; i < city->facility_count; i++)
        depot = depot || city->facilities[i].kind == CITY_DEPOT;
    assert_true(depot);
    assert_true(city->vehicle_count >= 4);
    assert_true(sum.points >= 5 && sum.bins >= 3 * sum.points);
    city_free(city);
}

static void names_come_from_the_streets(void **state)
{
    const struct fixture *f = *state;
    struct app_import_options options = options_of(f);
    struct app_import_sum sum;
    struct city *city;
    bool main_street = false;
    bool lane = false;

    options.name = STR("Elsewhere");
    city = import(f, &options, &sum);
    assert_true(str_eq(city->name.en, STR("Elsewhere")));
    for (uint32_t i = 0; i < city->place_count; i++) {
        const struct city_place *place = &city->places[i];
        if (place->kind != CITY_COMPOUND)
            continue;
        main_street = main_street || (str_eq(place->name.zh, STR("解放路")) &&
                                      str_eq(place->name.en, STR("Jiefang Road")));
        lane = lane || str_eq(place->name.zh, STR("Weg 2"));
    }
    assert_true(main_street);
    assert_true(lane);
    city_free(city);
}

static void the_same_map_gives_the_same_bytes(void **state)
{
    const struct fixture *f = *state;
    static const char *const files[] = {"city.yaml",      "places.csv", "bins.csv",
                                        "facilities.csv", "fleet.csv",  "map.osm.pbf"};
    struct app_import_options options = options_of(f);
    struct app_import_sum sum;
    uint64_t hashes[COUNT_OF(files)];

    for (int round = 0; round < 2; round++) {
        city_free(import(f, &options, &sum));
        for (size_t i = 0; i < COUNT_OF(files); i++) {
            struct buf content;
            char path[FILE_PATH_MAX];
            assert_int_equal(file_join(sizeof path, path, f->city, files[i]), OK);
            assert_int_equal(file_read(path, 1 << 24, &content, NULL), OK);
            uint64_t hash = str_hash(buf_text(&content));
            buf_done(&content);
            if (round)
                assert_true(hash == hashes[i]);
            hashes[i] = hash;
        }
    }
}

static const char *put(const struct fixture *f, const char *name, const char *text)
{
    static char paths[3][160];
    static int next;
    char *path = paths[next++ % 3];

    fixture_put(f->folder, name, text, strlen(text));
    snprintf(path, sizeof paths[0], "%s/%s", f->folder, name);
    return path;
}

static void what_the_city_has_is_taken(void **state)
{
    const struct fixture *f = *state;
    struct app_import_options options = options_of(f);
    struct app_import_sum sum;
    struct city *city;

    /* Two bins 10 m apart are one point, a third is another, a fourth is not on the map. */
    options.bins = put(f, "b.csv",
                       "stream,lat,lng,litres,fill_pct\n"
                       "O,47.0013500,9.5019800,1100,12\n"
                       "F,47.0014300,9.5019800,,\n"
                       "O,47.0040500,9.5059400,,\n"
                       "O,48.0,9.5,,\n");
    options.facilities =
        put(f, "f.csv",
            "id,kind,name_zh,name_en,lat,lng,streams,open,close,unload_s,capacity_t_day\n"
            "X1,depot,D,D,47.001,9.501,,00:00,24:00,0,0\n"
            "X2,landfill,L,L,47.002,9.502,R;H;F;O,00:00,24:00,600,50\n");
    options.fleet = put(f, "v.csv",
                        "id,plate,depot,kind,compartments,shift_start,shift_end,crew,mass_kg,"
                        "height_cm,speed_kmh_max,cost_day,cost_km,cost_hour,energy\n"
                        "T1,FL 1,X1,truck,O:9000:4000,06:00,14:00,2,9000,280,60,200,2,50,diesel\n");
    options.population = 1234;
    options.sink = &sink;
    city = import(f, &options, &sum);
    assert_int_equal(city->bin_count, 3);
    assert_int_equal(sum.bins_skipped, 1);
    assert_int_equal(sum.points, 2);
    assert_int_equal(city->bins[0].litres, 1100);
    assert_int_equal(city->bins[0].place, city->bins[1].place);
    assert_int_not_equal(city->bins[0].place, city->bins[2].place);
    assert_int_equal(city->facility_count, 2);
    assert_int_equal(city->vehicle_count, 1);
    assert_int_equal(city->vehicles[0].depot, 0);
    assert_int_equal(city->population, 1234);
    city_free(city);
}

static void mistakes_of_what_is_given_are_told(void **state)
{
    const struct fixture *f = *state;
    struct app_import_options options = options_of(f);
    struct app_import_sum sum;
    struct diag diag = {0};

    options.bins = put(f, "b.csv", "stream,lat,lng\nQ,47.0,9.5\n");
    assert_int_equal(app_import(f->pack, &options, f->city, &sum, &diag), ERR_INVALID);
    assert_int_equal(diag.line, 2);
    assert_int_equal(diag.column, 1);
    options.bins = put(f, "b.csv", "stream,lat,lng\nO,27.0,9.5\n");
    assert_int_equal(app_import(f->pack, &options, f->city, &sum, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "another town"));
    options.bins = NULL;
    options.facilities =
        put(f, "f.csv",
            "id,kind,name_zh,name_en,lat,lng,streams,open,close,unload_s,capacity_t_day\n"
            "X2,landfill,L,L,47.002,9.502,R;H;F;O,00:00,24:00,600,50\n");
    assert_int_equal(app_import(f->pack, &options, f->city, &sum, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "depot"));
    options.facilities = NULL;
    options.map = "/nonexistent.osm";
    assert_int_equal(app_import(f->pack, &options, f->city, &sum, &diag), ERR_NOT_FOUND);
    assert_non_null(strstr(diag.file, "nonexistent.osm"));
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    const struct fixture *f = *state;
    struct app_import_options options = options_of(f);
    size_t before = mem_live_bytes();

    for (unsigned nth = 1;; nth += 1 + nth / 40) { /* every early one, then a sample */
        struct app_import_sum sum;
        struct diag diag = {0};
        mem_fail_nth(nth);
        enum err err = app_import(f->pack, &options, f->city, &sum, &diag);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        assert_int_equal(mem_live_bytes(), before);
        if (!fired) {
            assert_int_equal(err, OK);
            assert_true(nth > 50);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
        assert_true(diag.text[0] != '\0');
    }
}

static void real_maps_become_cities(void **state)
{
    static const struct {
        const char *map;
        uint64_t population;
    } rows[] = {{"liechtenstein-2015.osm.pbf", 37000}, {"baltimore-2015.osm.pbf", 0}};
    const struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct app_import_options options = options_of(f);
        struct app_import_sum sum;
        char path[FILE_PATH_MAX];
        snprintf(path, sizeof path, "%s/data/osm/%s", TEST_SHARED, rows[i].map);
        if (!file_exists(path)) {
            print_message("%s is absent: skipped\n", path);
            skip();
        }
        options.map = path;
        options.population = rows[i].population;
        city_free(import(f, &options, &sum));
        assert_true(sum.points > 300 && sum.bins > 3 * sum.points && sum.vehicles > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_map_alone_makes_a_city, begin, end),
        cmocka_unit_test_setup_teardown(names_come_from_the_streets, begin, end),
        cmocka_unit_test_setup_teardown(the_same_map_gives_the_same_bytes, begin, end),
        cmocka_unit_test_setup_teardown(what_the_city_has_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_of_what_is_given_are_told, begin, end),
        cmocka_unit_test_setup_teardown(no_memory_is_told_and_leaks_nothing, begin, end),
        cmocka_unit_test_setup_teardown(real_maps_become_cities, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
