/* A city's folder: what is read, that it is written back the same, and that every mistake is told
 * with its place and a remedy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "folder/folder.h"
#include "folder_fixture.h"

struct mistakes {
    uint64_t count;
    struct diag first;
    struct diag last;
};

static void mistakes_tell(void *context, const struct diag *diag)
{
    struct mistakes *mistakes = context;

    if (mistakes->count++ == 0)
        mistakes->first = *diag;
    mistakes->last = *diag;
}

static enum err check(const char *folder, struct mistakes *ret)
{
    struct folder_sink sink = {mistakes_tell, ret};
    uint64_t count = 0;

    *ret = (struct mistakes){0};
    return folder_check(folder, &sink, &count);
}

static void a_good_folder_is_read_whole(void **state)
{
    char folder[64];
    struct city *city = NULL;
    struct diag diag = {0};
    struct mistakes mistakes;

    (void)state;
    fixture_city(folder);
    assert_int_equal(check(folder, &mistakes), OK);
    assert_int_equal(mistakes.count, 0);
    assert_int_equal(folder_load(folder, &city, &diag), OK);
    assert_true(str_eq(city->name.zh, STR("小城")));
    assert_int_equal(city->population, 300);
    assert_int_equal(city->utc_offset_s, 8 * 3600);
    assert_int_equal(city->box.min.lat_e7, 268000000);
    assert_true(city->siting.a1 > 1.19 && city->siting.a1 < 1.21);
    assert_true(city->siting.k > 1.6 && city->siting.k < 1.7); /* the default */
    assert_int_equal(city->stream_count, 2);
    assert_int_equal(city->streams[0].colour, 0x3F9C35);
    assert_int_equal(city->streams[0].class_count, 2);
    assert_true(str_eq(city->streams[0].classes[1].zh, STR("Restaurant")));
    assert_int_equal(city->apart_count, 2);
    assert_int_equal(city_apart_find(city, STR("G")), 1);
    assert_int_equal(city_apart_find(city, STR("F")), CITY_NONE); /* a stream */
    assert_int_equal(city->aparts[0].colour, 0x8A5A2B);
    assert_int_equal(city->place_count, 4);
    assert_int_equal(city->places[0].parent, 3); /* a parent may stand below */
    assert_true(str_eq(city->places[0].name.zh, STR("点,一")));
    assert_int_equal(city->places[1].parent, CITY_NONE);
    assert_int_equal(city->bins[1].at.lat_e7, 269000001);
    assert_int_equal(city->bins[1].stream, 1);
    assert_int_equal(city->facilities[1].streams, 3);
    assert_int_equal(city->facilities[1].close_s, 26 * 3600 + 1800);
    assert_int_equal(city->vehicles[0].compartment_count, 2);
    assert_int_equal(city->vehicles[0].compartments[1].litres, 1000);
    assert_int_equal(city->vehicles[1].compartments[0].stream, CITY_NONE);
    assert_int_equal(city->vehicles[1].shift_end_s, 30 * 3600);
    assert_int_equal(city->sweep_classes[0].window_count, 2);
    assert_int_equal(city->sweep_class_of[ROAD_PRIMARY], 1);
    assert_int_equal(city->sweep_class_of[ROAD_TRUNK], 0);
    assert_true(city_is_holiday(city, clock_day_of((struct clock_date){2026, 10, 1})));
    city_free(city);
    fixture_remove(folder);
}

static void what_is_saved_loads_and_saves_the_same(void **state)
{
    static const char *const files[] = {"city.yaml", "streams.yaml",   "places.csv",
                                        "bins.csv",  "facilities.csv", "fleet.csv"};
    char folder[64];
    char first[64];
    char second[64];
    struct city *city = NULL;
    struct diag diag = {0};

    (void)state;
    fixture_city(folder);
    fixture_folder(first);
    fixture_folder(second);
    assert_int_equal(folder_load(folder, &city, &diag), OK);
    assert_int_equal(folder_save(first, city, &diag), OK);
    city_free(city);
    assert_int_equal(folder_load(first, &city, &diag), OK);
    assert_int_equal(city->vehicles[1].shift_end_s, 30 * 3600);
    assert_true(str_eq(city->streams[0].classes[0].en, STR("Home")));
    assert_int_equal(city->apart_count, 2);
    assert_true(str_eq(city->aparts[0].how.en, STR("Book: by phone")));
    assert_int_equal(folder_save(second, city, &diag), OK);
    city_free(city);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct buf a;
        struct buf b;
        char path[128];
        snprintf(path, sizeof path, "%s/%s", first, files[i]);
        assert_int_equal(file_read(path, 1 << 20, &a, NULL), OK);
        snprintf(path, sizeof path, "%s/%s", second, files[i]);
        assert_int_equal(file_read(path, 1 << 20, &b, NULL), OK);
        assert_true(a.size > 20);
        assert_true(str_eq(buf_text(&a), buf_text(&b)));
        buf_done(&a);
        buf_done(&b);
    }
    fixture_remove(folder);
    fixture_remove(first);
    fixture_remove(second);
}

/* One edit of one file, and where and how it must be told. */
static const struct {
    const char *file;
    const char *from;
    const char *to;
    unsigned line;
    unsigned column;
    const char *says; /* part of the message */
} mistake_rows[] = {
    /* tables */
    {"bins.csv", "id,place,stream", "id,place,straem", 1, 10, "did you mean `stream`"},
    {"bins.csv", "fill_pct,lat", "litres,lat", 1, 24, "stands here again"},
    {"bins.csv", ",fill_pct", "", 1, 1, "`fill_pct` is missing"},
    {"bins.csv", "B2,P1,O", "B2,P1,X", 3, 7, "streams.yaml (F, O)"},
    {"bins.csv", "26.9000001,112.6", "27.1,112.6", 3, 17, "outside the map"},
    {"bins.csv", "B2,P1,O,660", "B2,P1,O,-660", 3, 9, "whole number, 0 or more"},
    {"bins.csv", "B2,P1,O,660", "B2,P1,O,660000", 3, 9, "from 10 to 40000"},
    {"bins.csv", "B2,P1", "B\xC3(,P1", 3, 1, "UTF-8"},
    {"bins.csv", "B2,P1", "B1,P1", 3, 1, "already used"},
    {"bins.csv", "B2,P1", "B2,P9", 3, 4, "places.csv"},
    {"bins.csv", "B2,P1", "B2,C1", 3, 4, "compound"},
    {"bins.csv", "B2,P1", ",P1", 3, 1, "id is empty"},
    {"bins.csv", "660,101", "660,10l", 3, 13, "decimal point"},
    {"bins.csv", ",101,", ",", 3, 1, "6 fields where the header has 7"},
    {"bins.csv", "B2,P1", "\"B2,P1", 3, 1, "never closed"},
    {"places.csv", "S1,street,D1", "S1,street,", 4, 11, "parent is empty"},
    {"places.csv", "D1,district,", "D1,district,S1", 3, 13, "no parent"},
    {"places.csv", "S1,street,D1", "S1,street,C1", 4, 11, "cannot belong"},
    {"places.csv", "D1,district", "D1,distrikt", 3, 4, "district, street, compound, point"},
    {"places.csv", "C1,compound,S1", "C1,compound,S7", 5, 13, "places.csv"},
    {"places.csv", "26.9,112.6,,\nD1", "96.9,112.6,,\nD1", 2, 27, "-90 to 90"},
    {"facilities.csv", "F;O", "F;Z", 3, 38, "streams.yaml"},
    {"facilities.csv", "06:00,26:30", "06:00,26:75", 3, 48, "hh:mm"},
    {"facilities.csv", "06:00,26:30", "06:00,05:30", 3, 48, "closes before"},
    {"facilities.csv", ",120.5", ",-1", 3, 58, "0 to 1000000"},
    {"fleet.csv", "V1,湘D·00001,F1", "V1,湘D·00001,F2", 2, 13, "kind depot"},
    {"fleet.csv", "F:6000:4000", "F:6000", 2, 22, "stream:litres:kg"},
    {"fleet.csv", "F:6000:4000;O:1000:500", "", 2, 22, "needs a compartment"},
    {"fleet.csv", "05:00,13:00", "13:00,05:00", 2, 52, "shift ends before"},
    {"fleet.csv", ",6.5,", ",,", 3, 73, "speed at work"},
    {"targets.csv", "absolute", "absolut", 2, 16, "growth"},
    {"targets.csv", "ge:city", "gee:city", 2, 32, "is no rule"},
    /* YAML */
    {"city.yaml", "population: 300", "populaton: 300", 4, 1, "did you mean `population`"},
    {"city.yaml", "population: 300\n", "", 1, 1, "`population` is missing"},
    {"city.yaml", "population: 300", "population: many", 4, 13, "whole number"},
    {"city.yaml", "population: 300", "population: [300]", 4, 13, "must be a single value"},
    {"city.yaml", "south: 26.8", "south: 27.8", 5, 6, "box is empty"},
    {"city.yaml", "\"+08:00\"", "\"8\"", 7, 13, "offset from UTC"},
    {"city.yaml", "a1: 1.2", "a1: 12", 8, 14, "0.5 to 3"},
    {"city.yaml", "03:30-07:00", "07:00-03:30", 14, 15, "end after the start"},
    {"city.yaml", "per_week: 14", "per_week: 15", 11, 5, "7 times"},
    {"city.yaml", "primary: 1", "primary: 2", 18, 25, "1 sweep classes"},
    {"city.yaml", "primary: 1", "prime: 1", 18, 16, "not a class of streets"},
    {"city.yaml", "saturday", "saterday", 20, 15, "monday"},
    {"city.yaml", "2026-10-02", "2026-02-30", 21, 26, "day of the calendar"},
    {"city.yaml", "2026-10-02", "2026-09-02", 21, 26, "not in order"},
    {"city.yaml", "id: tiny", "id: tiny\nid: two", 3, 1, "first on line 2"},
    {"city.yaml", "id: tiny", "id: *tiny", 2, 5, "aliases"},
    {"city.yaml", "id: tiny", "id: &a tiny", 2, 5, "anchors"},
    {"city.yaml", "id: tiny", "id: !!str tiny", 2, 5, "tags"},
    {"city.yaml", "id: tiny", "id: [tiny", 3, 5, "not YAML"},
    {"city.yaml", "id: tiny", "\tid: tiny", 2, 1, "not YAML"},
    {"city.yaml", "小城", "小\xFF", 3, 13, "UTF-8"},
    {"streams.yaml", "\"#3F9C35\"", "\"#3F9C3\"", 4, 13, "colour"},
    {"streams.yaml", "share: 0.6", "share: 0.5", 2, 3, "sum to 0.9"},
    {"streams.yaml", "code: O", "code: F", 12, 5, "stands above already"},
    {"streams.yaml", "code: B", "code: F", 22, 5, "stands above already"},
    {"streams.yaml", "code: G", "code: B", 26, 5, "stands above already"},
    {"streams.yaml", "how: Bundle", "haw: Bundle", 26, 48, "unknown key `haw`"},
    {"streams.yaml", "density_kg_m3: 550", "density_kg_m3: -550", 5, 20, "1 to 5000"},
    {"processes/case.yaml", "next: [work, end]", "next: [wrok, end]", 6, 35, "no stage `wrok`"},
    {"processes/case.yaml", "next: [work, end]", "next: [end]", 7, 5, "no stage leads here"},
    {"processes/case.yaml", "next: [end]}", "next: [work]}", 7, 5, "never ends"},
    {"processes/case.yaml", ", clock: work_hour", "", 7, 5, "belong together"},
    {"processes/case.yaml", "work_hour,", "workhour,", 7, 45, "urgent_hour"},
    {"processes/case.yaml", "stage: work", "stage: werk", 10, 5, "no stage `werk`"},
    {"processes/case.yaml", "id: end", "id: work", 8, 5, "stands above already"},
    {"processes/case.yaml", "photo", "foto", 7, 67, "signature"},
};

static void edit(const char *folder, const char *file, const char *from, const char *to)
{
    const char *content = fixture_content(file);
    const char *at = strstr(content, from);
    char text[8192];

    assert_non_null(at);
    int size = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - content), content, to,
                        at + strlen(from));
    assert_true(size > 0 && (size_t)size < sizeof text);
    fixture_put(folder, file, text, (size_t)size);
}

static void every_mistake_is_told_with_its_place(void **state)
{
    char folder[64];
    struct mistakes mistakes;
    int wrong = 0;

    (void)state;
    fixture_city(folder);
    for (size_t i = 0; i < COUNT_OF(mistake_rows); i++) {
        char text[600];
        edit(folder, mistake_rows[i].file, mistake_rows[i].from, mistake_rows[i].to);
        enum err err = check(folder, &mistakes);
        diag_text(&mistakes.first, sizeof text, text);
        if (err != ERR_INVALID || mistakes.first.line != mistake_rows[i].line ||
            mistakes.first.column != mistake_rows[i].column ||
            !strstr(text, mistake_rows[i].says) || !strstr(text, mistake_rows[i].file)) {
            print_error("%s, %s -> %s: %s\n", mistake_rows[i].file, mistake_rows[i].from,
                        mistake_rows[i].to, text);
            wrong++;
        }
        fixture_put(folder, mistake_rows[i].file, fixture_content(mistake_rows[i].file),
                    strlen(fixture_content(mistake_rows[i].file)));
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(check(folder, &mistakes), OK);
    fixture_remove(folder);
}

static void loading_stops_at_the_first_mistake(void **state)
{
    char folder[64];
    struct city *city = NULL;
    struct diag diag = {0};

    (void)state;
    fixture_city(folder);
    edit(folder, "streams.yaml", "share: 0.6", "share: 0.5");
    assert_int_equal(folder_load(folder, &city, &diag), ERR_INVALID);
    assert_null(city);
    assert_int_equal(diag.line, 2);
    assert_non_null(strstr(diag.file, "streams.yaml"));
    fixture_remove(folder);
}

static void missing_and_empty_files_are_told(void **state)
{
    char folder[64];
    char path[128];
    struct mistakes mistakes;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(fixture_files); i++) {
        bool optional = !strcmp(fixture_files[i].name, "targets.csv") ||
                        !strcmp(fixture_files[i].name, "processes/case.yaml");
        bool map = !strcmp(fixture_files[i].name, "map.osm.pbf");
        fixture_city(folder);
        snprintf(path, sizeof path, "%s/%s", folder, fixture_files[i].name);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(check(folder, &mistakes), optional ? OK : ERR_INVALID);
        if (!optional)
            assert_non_null(strstr(mistakes.first.text, "cannot be found"));
        fixture_put(folder, fixture_files[i].name, "", 0);
        assert_int_equal(check(folder, &mistakes), map ? OK : ERR_INVALID);
        if (!map)
            assert_non_null(strstr(mistakes.first.text, "the file is empty"));
        fixture_remove(folder);
    }
    assert_int_equal(check("/nonexistent/city", &mistakes), ERR_INVALID);
    assert_int_equal(mistakes.count, 1);
    assert_non_null(strstr(mistakes.first.text, "no such folder"));
}

static void a_table_of_mistakes_ends_at_the_limit(void **state)
{
    char folder[64];
    struct mistakes mistakes;
    struct buf text;

    (void)state;
    fixture_city(folder);
    buf_init(&text, 1 << 20);
    buf_str(&text, STR("id,place,stream,litres,fill_pct,lat,lng\n"));
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "B%d,P1,Z,240,5,26.9,112.6\n", i);
    fixture_put(folder, "bins.csv", text.data, text.size);
    assert_int_equal(check(folder, &mistakes), ERR_INVALID);
    assert_int_equal(mistakes.count, FOLDER_MISTAKES_MAX + 1); /* and one line that says so */
    assert_non_null(strstr(mistakes.last.text, "not read"));
    buf_done(&text);
    fixture_remove(folder);
}

/* 1 GB without a line end, as a hole in the file: it takes no disk. */
static void a_line_of_one_gigabyte_costs_no_memory(void **state)
{
    static const char *const files[] = {"bins.csv", "city.yaml"};
    char folder[64];
    char path[128];
    struct mistakes mistakes;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        fixture_city(folder);
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        assert_int_equal(truncate(path, 1 << 30), 0);
        size_t before = mem_live_bytes();
        assert_int_equal(check(folder, &mistakes), ERR_INVALID);
        assert_non_null(strstr(mistakes.first.text, "longer than 1048576 bytes"));
        assert_non_null(strstr(mistakes.first.file, files[i]));
        assert_true(mistakes.first.line > 1);
        assert_int_equal(mem_live_bytes(), before);
        fixture_remove(folder);
    }
}

static void a_long_line_in_a_small_file_is_told(void **state)
{
    char folder[64];
    struct mistakes mistakes;
    struct buf text;

    (void)state;
    fixture_city(folder);
    buf_init(&text, 8 << 20);
    buf_str(&text, str_of(fixture_content("bins.csv")));
    for (int i = 0; i < (2 << 20) / 16; i++)
        buf_str(&text, STR("xxxxxxxxxxxxxxxx"));
    buf_str(&text, STR("\nB3,P1,Z,240,5,26.9,112.6\n"));
    fixture_put(folder, "bins.csv", text.data, text.size);
    assert_int_equal(check(folder, &mistakes), ERR_INVALID);
    assert_int_equal(mistakes.first.line, 4);
    assert_int_equal(mistakes.last.line, 5); /* and reading goes on below */
    assert_int_equal(mistakes.count, 2);
    buf_done(&text);
    fixture_remove(folder);
}

static void deep_yaml_is_refused(void **state)
{
    char folder[64];
    char text[4096];
    struct mistakes mistakes;

    (void)state;
    fixture_city(folder);
    memset(text, '[', sizeof text);
    memcpy(text, "id: ", 4);
    fixture_put(folder, "city.yaml", text, sizeof text);
    assert_int_equal(check(folder, &mistakes), ERR_INVALID);
    assert_int_equal(mistakes.first.line, 1);
    assert_non_null(strstr(mistakes.first.text, "too deeply"));
    fixture_remove(folder);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    char folder[64];
    char copy[64];
    struct diag diag = {0};

    (void)state;
    fixture_city(folder);
    fixture_folder(copy);
    for (unsigned nth = 1;; nth++) {
        struct city *city = NULL;
        size_t before = mem_live_bytes();
        mem_fail_nth(nth);
        enum err err = folder_load(folder, &city, &diag);
        if (!err)
            err = folder_save(copy, city, &diag);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        city_free(city);
        assert_int_equal(mem_live_bytes(), before);
        if (!fired) {
            assert_int_equal(err, OK);
            assert_true(nth > 10);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
    }
    for (unsigned nth = 1;; nth++) {
        struct mistakes mistakes;
        size_t before = mem_live_bytes();
        mem_fail_nth(nth);
        enum err err = check(folder, &mistakes);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        assert_int_equal(mem_live_bytes(), before);
        if (!fired) {
            assert_int_equal(err, OK);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
        assert_int_equal(mistakes.last.code, ERR_NOMEM);
    }
    fixture_remove(folder);
    fixture_remove(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_folder_is_read_whole),
        cmocka_unit_test(what_is_saved_loads_and_saves_the_same),
        cmocka_unit_test(every_mistake_is_told_with_its_place),
        cmocka_unit_test(loading_stops_at_the_first_mistake),
        cmocka_unit_test(missing_and_empty_files_are_told),
        cmocka_unit_test(a_table_of_mistakes_ends_at_the_limit),
        cmocka_unit_test(a_line_of_one_gigabyte_costs_no_memory),
        cmocka_unit_test(a_long_line_in_a_small_file_is_told),
        cmocka_unit_test(deep_yaml_is_refused),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
