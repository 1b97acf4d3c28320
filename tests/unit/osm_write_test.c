/* osm_write_test.c - the map writer: order, determinism, no half file, out of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "osm/osm_write.h"

#define TAG(k, v) ((struct osm_tag){STR(k), STR(v)})

static char folder[] = "/tmp/osm_write_XXXXXX";
static char path[64];

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/t.osm.pbf", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails when a .part file was left behind */
}

/* A crossing with a forbidden turn: every kind of object. */
static enum err write_crossing(struct diag *diag)
{
    struct geo_box box = {{470000000, 95000000}, {470100000, 95100000}};
    struct osm_writer *writer;
    const struct osm_tag signals[] = {TAG("highway", "traffic_signals")};
    const struct osm_tag street[] = {TAG("highway", "residential"), TAG("name", "解放路")};
    const struct osm_tag turn[] = {TAG("type", "restriction"), TAG("restriction", "no_left_turn")};
    const int64_t first[] = {1, 2};
    const int64_t second[] = {2, 3};
    const struct osm_member members[] = {
        {OSM_WAY, 10, STR("from")}, {OSM_NODE, 2, STR("via")}, {OSM_WAY, 11, STR("to")}};

    enum err err = osm_writer_open(path, &box, &writer, diag);
    if (err)
        return err;
    osm_writer_node(writer, 1, (struct wgs84){470000000, 95000000}, NULL, 0);
    osm_writer_node(writer, 2, (struct wgs84){470050000, 95050000}, signals, 1);
    osm_writer_node(writer, 3, (struct wgs84){470100000, 95100000}, NULL, 0);
    osm_writer_way(writer, 10, first, 2, street, 2);
    osm_writer_way(writer, 11, second, 2, street, 2);
    osm_writer_relation(writer, 20, members, 3, turn, 2);
    err = osm_writer_finish(writer, diag);
    osm_writer_close(writer);
    return err;
}

static void same_calls_give_same_bytes(void **state)
{
    struct buf once;
    struct buf twice;

    (void)state;
    assert_int_equal(write_crossing(NULL), OK);
    assert_int_equal(file_read(path, 1 << 20, &once, NULL), OK);
    assert_int_equal(write_crossing(NULL), OK);
    assert_int_equal(file_read(path, 1 << 20, &twice, NULL), OK);
    assert_true(once.size > 100);
    assert_true(str_eq(buf_text(&once), buf_text(&twice)));
    assert_memory_equal(once.data + 4, "\x0a\x09OSMHeader", 11);
    buf_done(&once);
    buf_done(&twice);
}

static void objects_out_of_order_are_refused_and_leave_no_file(void **state)
{
    struct osm_writer *writer;
    struct diag diag = {0};
    const int64_t nodes[] = {5, 6};

    (void)state;
    unlink(path);
    assert_int_equal(osm_writer_open(path, NULL, &writer, &diag), OK);
    osm_writer_node(writer, 6, (struct wgs84){0, 0}, NULL, 0);
    osm_writer_node(writer, 5, (struct wgs84){0, 0}, NULL, 0);
    assert_int_equal(osm_writer_finish(writer, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "out of order"));
    osm_writer_close(writer);

    assert_int_equal(osm_writer_open(path, NULL, &writer, &diag), OK);
    osm_writer_way(writer, 1, nodes, 2, NULL, 0);
    osm_writer_node(writer, 7, (struct wgs84){0, 0}, NULL, 0);
    assert_int_equal(osm_writer_finish(writer, &diag), ERR_INVALID);
    osm_writer_close(writer);
    assert_false(file_exists(path));
    osm_writer_close(NULL);
}

static void a_folder_that_is_missing_is_named(void **state)
{
    struct osm_writer *writer = NULL;
    struct diag diag = {0};

    (void)state;
    assert_int_equal(osm_writer_open("/nowhere/at/all.osm.pbf", NULL, &writer, &diag),
                     ERR_NOT_FOUND);
    assert_null(writer);
    assert_string_equal(diag.file, "/nowhere/at/all.osm.pbf");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        size_t before = mem_live_bytes();
        mem_fail_nth(nth);
        enum err err = write_crossing(NULL);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
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
        cmocka_unit_test(same_calls_give_same_bytes),
        cmocka_unit_test(objects_out_of_order_are_refused_and_leave_no_file),
        cmocka_unit_test(a_folder_that_is_missing_is_named),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
