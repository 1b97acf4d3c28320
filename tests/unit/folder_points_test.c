/* Bins from a table or from GeoJSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "folder/points.h"
#include "folder_fixture.h"

struct fixture {
    char folder[64];
    char path[128];
    struct folder_pack *pack;
};

static int begin(void **state)
{
    static struct fixture f;

    fixture_folder(f.folder);
    snprintf(f.path, sizeof f.path, "%s/bins", f.folder);
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

static enum err read_text(struct fixture *f, const char *text, struct city *city,
                          struct folder_points *ret, struct diag *diag)
{
    fixture_put(f->folder, "bins", text, strlen(text));
    return folder_points_read(f->path, f->pack, city, NULL, ret, diag);
}

static void a_table_of_points_is_read(void **state)
{
    struct fixture *f = *state;
    struct folder_points points = {0};
    struct diag diag = {0};
    struct city *city = NULL;

    assert_int_equal(folder_pack_city(f->pack, &city), OK);
    assert_int_equal(read_text(f,
                               "lng,lat,stream,litres\n"
                               "112.5,26.9,F,120\n"
                               "112.6,26.8,R,\n",
                               city, &points, &diag),
                     OK);
    assert_int_equal(points.count, 2);
    assert_int_equal(points.items[0].litres, 120);
    assert_int_equal(points.items[0].at.lng_e7, 1125000000);
    uint32_t recyclable = city_stream_find(city, STR("R"));
    assert_int_equal(points.items[1].stream, recyclable);
    assert_int_equal(points.items[1].litres, city->streams[recyclable].bin_litres);
    assert_int_equal(read_text(f, "lng,lat,stream\n112.5,26.9,X\n", city, &points, &diag),
                     ERR_INVALID);
    assert_int_equal(diag.line, 2);
    assert_int_equal(diag.column, 12);
    city_free(city);
}

#define FEATURE(properties, geometry) \
    "{\"type\":\"Feature\",\"properties\":" properties ",\"geometry\":" geometry "}"
#define POINT "{\"type\":\"Point\",\"coordinates\":[112.5, 26.9, 12]}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

static void features_find_their_stream_by_tags(void **state)
{
    struct fixture *f = *state;
    struct folder_points points = {0};
    struct diag diag = {0};
    struct city *city = NULL;

    assert_int_equal(folder_pack_city(f->pack, &city), OK);
    assert_int_equal(
        read_text(
            f,
            COLLECTION(FEATURE("{\"amenity\":\"recycling\",\"recycling:batteries\":\"yes\"}", POINT) "," FEATURE(
                "{\"amenity\":\"waste_disposal\",\"capacity\":\"3.2\"}",
                POINT) "," FEATURE("{\"stream\":\"F\",\"litres\":120,\"fill_pct\":33}",
                                   POINT) "," FEATURE("{\"amenity\":\"bench\",\"x\":[1,{\"y\":2}]}",
                                                      POINT) "," FEATURE("{\"amenity\":"
                                                                         "\"recycling\"}",
                                                                         "{\"type\":\"LineString\","
                                                                         "\"coordinates\":[[1,2],["
                                                                         "3,4]]}") "," FEATURE("{\""
                                                                                               "ame"
                                                                                               "nit"
                                                                                               "y\""
                                                                                               ":\""
                                                                                               "rec"
                                                                                               "ycl"
                                                                                               "ing"
                                                                                               "\""
                                                                                               "}",
                                                                                               "nul"
                                                                                               "l")),
            city, &points, &diag),
        OK);
    assert_int_equal(points.count, 3);
    assert_int_equal(points.skipped, 3);
    assert_int_equal(points.items[0].stream, city_stream_find(city, STR("H")));
    assert_int_equal(points.items[1].stream, city_stream_find(city, STR("O")));
    assert_int_equal(points.items[1].litres, 3200);
    assert_int_equal(points.items[1].at.lat_e7, 269000000);
    assert_int_equal(points.items[2].stream, city_stream_find(city, STR("F")));
    assert_true(points.items[2].fill_pct > 32.9 && points.items[2].fill_pct < 33.1);
    city_free(city);
}

static const struct {
    const char *text;
    unsigned line;
    unsigned column;
    const char *says;
} mistake_rows[] = {
    {"{\"features\":[1]}", 1, 14, "a feature must be an object"},
    {"[]", 1, 1, "FeatureCollection"},
    {"{\"features\":{}}", 1, 13, "must be a list"},
    {"{\"a\":1}", 1, 1, "no `features`"},
    {"{\"features\":[", 1, 14, "ends too early"},
    {"{\"features\":[],}", 1, 16, "comma before"},
    {"{\"features\":[]}\n x", 2, 2, "text after the end"},
    {"{\"features\" []}", 1, 13, "a colon"},
    {"{features:[]}", 1, 2, "a key in double quotes"},
    {"{\"a\":tru}", 1, 9, "a value is expected"},
    {"{\"a\":\"x}", 1, 9, "never closed"},
    {"{\"a\":\"\\q\"}", 1, 9, "no such escape"},
    {"{\"a\":\"\xFF\"}", 1, 9, "UTF-8"},
    {"{\"a\":1 \"b\":2}", 1, 8, "a comma is missing"},
    {"{\"a\":[1}", 1, 8, "opens nothing"},
    {COLLECTION(FEATURE("{\"stream\":\"Q\"}", POINT)), 1, 82, "streams.yaml"},
    {COLLECTION(FEATURE("{\"stream\":\"F\",\"litres\":-4}", POINT)), 1, 95, "whole number"},
    {COLLECTION(FEATURE("{\"stream\":\"F\"}", "{\"type\":\"Point\",\"coordinates\":[26.9,112.5]}")),
     1, 41, "lies nowhere on Earth"},
};

static void mistakes_of_geojson_are_told(void **state)
{
    struct fixture *f = *state;
    int wrong = 0;

    for (size_t i = 0; i < COUNT_OF(mistake_rows); i++) {
        struct folder_points points = {0};
        struct diag diag = {0};
        struct city *city = NULL;
        assert_int_equal(folder_pack_city(f->pack, &city), OK);
        enum err err = read_text(f, mistake_rows[i].text, city, &points, &diag);
        if (err != ERR_INVALID || diag.line != mistake_rows[i].line ||
            diag.column != mistake_rows[i].column || !strstr(diag.text, mistake_rows[i].says)) {
            print_error("%s: %d %u:%u %s\n", mistake_rows[i].text, err, (unsigned)diag.line,
                        (unsigned)diag.column, diag.text);
            wrong++;
        }
        city_free(city);
    }
    assert_int_equal(wrong, 0);
}

static void the_containers_of_malaga_are_read(void **state)
{
    static const struct {
        const char *name;
        const char *stream;
        size_t count;
    } rows[] = {
        {"glass", "R", 1659}, {"trash", "O", 8874}, {"batteries", "H", 120}, {"oil", "F", 126}};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct folder_points points = {0};
        struct diag diag = {0};
        struct city *city = NULL;
        char path[FILE_PATH_MAX];
        snprintf(path, sizeof path, "%s/data/bins/malaga-osm-containers/%s.geojson", TEST_SHARED,
                 rows[i].name);
        if (!file_exists(path)) {
            print_message("%s is absent: skipped\n", path);
            skip();
        }
        assert_int_equal(folder_pack_city(f->pack, &city), OK);
        assert_int_equal(folder_points_read(path, f->pack, city, NULL, &points, &diag), OK);
        assert_int_equal(points.count, rows[i].count);
        assert_int_equal(points.skipped, 0);
        for (size_t k = 0; k < points.count; k++)
            assert_int_equal(points.items[k].stream,
                             city_stream_find(city, str_of(rows[i].stream)));
        city_free(city);
    }
}

static void tables_from_elsewhere_are_read(void **state)
{
    struct fixture *f = *state;
    struct city *city = NULL;
    struct diag diag = {0};
    char path[128];

    assert_int_equal(folder_pack_city(f->pack, &city), OK);
    fixture_put(f->folder, "a.csv", fixture_content("facilities.csv"),
                strlen(fixture_content("facilities.csv")));
    fixture_put(f->folder, "b.csv", fixture_content("fleet.csv"),
                strlen(fixture_content("fleet.csv")));
    snprintf(path, sizeof path, "%s/b.csv", f->folder);
    assert_int_equal(folder_fleet_load(path, city, NULL, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "facilities.csv")); /* the depot is not known yet */
    snprintf(path, sizeof path, "%s/a.csv", f->folder);
    assert_int_equal(folder_facilities_load(path, city, NULL, &diag), OK);
    snprintf(path, sizeof path, "%s/b.csv", f->folder);
    assert_int_equal(folder_fleet_load(path, city, NULL, &diag), OK);
    assert_int_equal(city->facility_count, 2);
    assert_int_equal(city->vehicle_count, 2);
    city_free(city);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    struct fixture *f = *state;
    size_t before = mem_live_bytes();
    static const char *const texts[] = {
        COLLECTION(FEATURE("{\"stream\":\"F\"}", POINT) "," FEATURE("{\"stream\":\"O\"}", POINT)),
        "lng,lat,stream,id\n112.5,26.9,F,A\n"};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (unsigned nth = 1;; nth++) {
            struct folder_points points = {0};
            struct city *city = NULL;
            mem_fail_nth(nth);
            enum err err = folder_pack_city(f->pack, &city);
            if (!err)
                err = read_text(f, texts[i], city, &points, NULL);
            bool fired = mem_fail_fired();
            mem_fail_nth(0);
            city_free(city);
            assert_int_equal(mem_live_bytes(), before);
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
        cmocka_unit_test_setup_teardown(a_table_of_points_is_read, begin, end),
        cmocka_unit_test_setup_teardown(features_find_their_stream_by_tags, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_of_geojson_are_told, begin, end),
        cmocka_unit_test_setup_teardown(the_containers_of_malaga_are_read, begin, end),
        cmocka_unit_test_setup_teardown(tables_from_elsewhere_are_read, begin, end),
        cmocka_unit_test_setup_teardown(no_memory_is_told_and_leaks_nothing, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
