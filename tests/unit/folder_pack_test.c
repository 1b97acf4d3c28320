/* Packs: both that come with the program load, and a pack's mistakes are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/csv.h"
#include "folder/pack.h"
#include "folder_fixture.h"

static void the_pack_of_hengyang_has_four_streams(void **state)
{
    struct folder_pack *pack = NULL;
    struct diag diag = {0};
    uint32_t classes = 0;

    (void)state;
    assert_int_equal(folder_pack_load(TEST_SOURCE "/packs/hengyang", &pack, &diag), OK);
    assert_int_equal(pack->city->stream_count, 4);
    for (uint32_t i = 0; i < 4; i++)
        classes += pack->city->streams[i].class_count;
    assert_int_equal(classes, 11); /* GB/T 19095-2019: 5 + 3 + 3 */
    assert_int_not_equal(city_stream_find(pack->city, STR("R")), CITY_NONE);
    assert_int_not_equal(city_stream_find(pack->city, STR("H")), CITY_NONE);
    assert_int_not_equal(city_stream_find(pack->city, STR("F")), CITY_NONE);
    assert_int_not_equal(city_stream_find(pack->city, STR("O")), CITY_NONE);
    assert_int_equal(pack->city->sweep_class_count, 4);
    assert_false(pack->city->left_hand_traffic);
    folder_pack_free(pack);
    folder_pack_free(NULL);
}

static void the_pack_of_isla_is_another_place(void **state)
{
    struct folder_pack *pack = NULL;
    struct diag diag = {0};

    (void)state;
    assert_int_equal(folder_pack_load(TEST_SOURCE "/packs/isla", &pack, &diag), OK);
    assert_int_equal(pack->city->stream_count, 3);
    assert_true(pack->city->left_hand_traffic);
    assert_int_equal(pack->city->utc_offset_s, -3 * 3600);
    assert_true(str_eq(pack->city->streams[0].name.zh, pack->city->streams[0].name.en));
    assert_int_equal(pack->city->rest_days, 1U << 6);
    folder_pack_free(pack);
}

static void hengyang_has_its_44_targets(void **state)
{
    struct buf content;
    struct csv csv;
    bool more = true;
    int rows = -1; /* the header */

    (void)state;
    assert_int_equal(file_read(TEST_SOURCE "/packs/hengyang/targets.csv", 1 << 20, &content, NULL),
                     OK);
    csv_init(&csv, NULL, buf_text(&content));
    for (; more; rows += more) {
        assert_int_equal(csv_next(&csv, &more, NULL), OK);
        if (more)
            assert_int_equal(csv.count, 7);
    }
    assert_int_equal(rows, 44);
    csv_done(&csv);
    buf_done(&content);
}

static void copy_pack(const char *from, char *ret_folder)
{
    static const char *const files[] = {"city.yaml", "streams.yaml", "pack.yaml"};
    char a[FILE_PATH_MAX];
    char b[FILE_PATH_MAX];

    fixture_folder(ret_folder);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        assert_int_equal(file_join(sizeof a, a, from, files[i]), OK);
        assert_int_equal(file_join(sizeof b, b, ret_folder, files[i]), OK);
        assert_int_equal(file_copy(a, b, NULL), OK);
    }
}

static const struct {
    const char *from;
    const char *to;
    const char *says;
} mistake_rows[] = {
    {"streams: \"WET\"", "streams: \"\"", "no facility takes stream `WET`"},
    {"\"WET:5000:3000\"", "\"DRY:5000:3000\"", "no vehicle carries stream `WET`"},
    {"kind: depot", "kind: charger", "no facility is a depot"},
    {"\"WET:5000:3000\"", "\"WAT:5000:3000\"", "streams.yaml (DRY, WET, REST)"},
    {"where: inner", "where: outer", "inner, edge"},
    {"shift_end: \"13:00\"", "shift_end: \"05:00\"", "shift ends before"},
    {"first: [North", "frist: [North", "did you mean `first`"},
    {"first: [North, South, Light, Sand, Stone, Gull, Salt, Wind, Palm, Old, New, High]",
     "first: []", "0 entries"},
    {"  park: \" Gardens\"\n", "", "`park` is missing"},
    {"lat: 36.98", "lat: 86.98", "-80 to 80"},
    {"format: 1", "format: 2", "from 1 to 1"},
    {"stream: WET}", "stream: WIT}", "streams.yaml"},
};

static void mistakes_of_a_pack_are_told(void **state)
{
    char folder[64];
    struct buf content;

    (void)state;
    copy_pack(TEST_SOURCE "/packs/isla", folder);
    assert_int_equal(file_read(TEST_SOURCE "/packs/isla/pack.yaml", 1 << 20, &content, NULL), OK);
    buf_char(&content, '\0');
    for (size_t i = 0; i < COUNT_OF(mistake_rows); i++) {
        struct folder_pack *pack = NULL;
        struct diag diag = {0};
        static char text[1 << 16];
        const char *at = strstr(content.data, mistake_rows[i].from);
        assert_non_null(at);
        int size = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - content.data), content.data,
                            mistake_rows[i].to, at + strlen(mistake_rows[i].from));
        fixture_put(folder, "pack.yaml", text, (size_t)size);
        enum err err = folder_pack_load(folder, &pack, &diag);
        if (err != ERR_INVALID || !strstr(diag.text, mistake_rows[i].says) || !diag.line ||
            !strstr(diag.file, "pack.yaml"))
            fail_msg("%s -> %s: %d %s", mistake_rows[i].from, mistake_rows[i].to, err, diag.text);
        assert_null(pack);
    }
    buf_done(&content);
    fixture_remove(folder);
}

/* A pack's city.yaml says what cities share; a box in it is a mistake, as it is one city's. */
static void a_pack_has_no_box(void **state)
{
    char folder[64];
    struct folder_pack *pack = NULL;
    struct diag diag = {0};

    (void)state;
    copy_pack(TEST_SOURCE "/packs/isla", folder);
    fixture_put(folder, "city.yaml", fixture_content("city.yaml"),
                strlen(fixture_content("city.yaml")));
    assert_int_equal(folder_pack_load(folder, &pack, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "unknown key"));
    fixture_remove(folder);
}

static void targets_and_processes_are_copied(void **state)
{
    char folder[64];
    char path[128];

    (void)state;
    fixture_folder(folder);
    assert_int_equal(folder_pack_copy(TEST_SOURCE "/packs/hengyang", folder, NULL), OK);
    snprintf(path, sizeof path, "%s/targets.csv", folder);
    assert_true(file_exists(path));
    snprintf(path, sizeof path, "%s/processes/grid-case.yaml", folder);
    assert_true(file_exists(path));
    assert_int_equal(folder_pack_copy("/nonexistent", folder, NULL), OK); /* nothing to copy */
    fixture_remove(folder);
}

static void no_memory_is_told_and_leaks_nothing(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct folder_pack *pack = NULL;
        struct city *city = NULL;
        mem_fail_nth(nth);
        enum err err = folder_pack_load(TEST_SOURCE "/packs/isla", &pack, NULL);
        if (!err)
            err = folder_pack_city(pack, &city);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        city_free(city);
        folder_pack_free(pack);
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
        cmocka_unit_test(the_pack_of_hengyang_has_four_streams),
        cmocka_unit_test(the_pack_of_isla_is_another_place),
        cmocka_unit_test(hengyang_has_its_44_targets),
        cmocka_unit_test(mistakes_of_a_pack_are_told),
        cmocka_unit_test(a_pack_has_no_box),
        cmocka_unit_test(targets_and_processes_are_copied),
        cmocka_unit_test(no_memory_is_told_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
