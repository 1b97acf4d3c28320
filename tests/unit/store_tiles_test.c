/* MBTiles count rows from the south, web maps from the north; a file that is no MBTiles is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/tiles.h"

struct fixture {
    char path[64];
};

static const char made[] =
    "CREATE TABLE metadata (name TEXT, value TEXT);"
    "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB);"
    "INSERT INTO metadata VALUES ('minzoom', '1'), ('maxzoom', '2');"
    "INSERT INTO tiles VALUES (1, 0, 1, CAST('north' AS BLOB)), (1, 0, 0, CAST('south' AS BLOB)),"
    " (2, 3, 0, x''), (2, 3, 3, CAST('corner' AS BLOB)), (2, 0, 0, zeroblob(9000000));";

static void make(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->path, sizeof f->path, "/tmp/yancheng-tiles-XXXXXX");
    int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    unlink(f->path);
    free(f);
    assert_int_equal(mem_live_bytes(), 0);
    return 0;
}

static void assert_tile(struct store_tiles *tiles, uint32_t z, uint32_t x, uint32_t y,
                        const char *wanted)
{
    struct buf out;

    buf_init(&out, STORE_TILE_BYTES_MAX);
    assert_int_equal(store_tiles_get(tiles, (struct store_tile_id){z, x, y}, &out), OK);
    assert_true(str_eq(buf_text(&out), str_of(wanted)));
    buf_done(&out);
}

static enum err get(struct store_tiles *tiles, uint32_t z, uint32_t x, uint32_t y)
{
    struct buf out;

    buf_init(&out, STORE_TILE_BYTES_MAX);
    enum err err = store_tiles_get(tiles, (struct store_tile_id){z, x, y}, &out);
    buf_done(&out);
    return err;
}

static void tiles_are_found_from_the_north(void **state)
{
    struct fixture *f = *state;
    struct store_tiles *tiles = NULL;
    struct diag diag = {0};

    make(f->path, made);
    assert_int_equal(store_tiles_open(f->path, &tiles, &diag), OK);
    assert_int_equal(store_tiles_zoom_min(tiles), 1);
    assert_int_equal(store_tiles_zoom_max(tiles), 2);
    assert_tile(tiles, 1, 0, 0, "north");
    assert_tile(tiles, 1, 0, 1, "south");
    assert_tile(tiles, 2, 3, 0, "corner");
    store_tiles_close(tiles);
}

static void tiles_that_are_not_there_or_cannot_be_are_told_apart(void **state)
{
    struct fixture *f = *state;
    struct store_tiles *tiles = NULL;

    make(f->path, made);
    assert_int_equal(store_tiles_open(f->path, &tiles, NULL), OK);
    assert_int_equal(get(tiles, 1, 1, 0), ERR_NOT_FOUND);
    assert_int_equal(get(tiles, 2, 3, 3), ERR_NOT_FOUND); /* an empty tile */
    assert_int_equal(get(tiles, 2, 0, 3), ERR_LIMIT);
    assert_int_equal(get(tiles, 1, 2, 0), ERR_RANGE);
    assert_int_equal(get(tiles, 1, 0, 2), ERR_RANGE);
    assert_int_equal(get(tiles, 0, 0, 1), ERR_RANGE);
    assert_int_equal(get(tiles, 23, 0, 0), ERR_RANGE);
    assert_int_equal(get(tiles, UINT32_MAX, 0, 0), ERR_RANGE);
    assert_tile(tiles, 1, 0, 0, "north"); /* and it goes on */
    store_tiles_close(tiles);
    store_tiles_close(NULL);
}

static void a_file_that_is_no_mbtiles_is_told(void **state)
{
    struct fixture *f = *state;
    struct store_tiles *tiles = NULL;
    struct diag diag = {0};

    assert_int_equal(store_tiles_open("/nonexistent/map.mbtiles", &tiles, &diag), ERR_NOT_FOUND);
    assert_int_equal(file_write(f->path, STR("this is text and no database at all"), NULL), OK);
    assert_int_equal(store_tiles_open(f->path, &tiles, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "remove it"));
    unlink(f->path);
    make(f->path, "CREATE TABLE metadata (name TEXT, value TEXT);");
    assert_int_equal(store_tiles_open(f->path, &tiles, &diag), ERR_INVALID);
    assert_null(tiles);
}

static void a_truncated_file_is_an_error_not_a_crash(void **state)
{
    struct fixture *f = *state;
    struct store_tiles *tiles = NULL;

    make(f->path, made);
    assert_int_equal(truncate(f->path, 4096 + 100), 0);
    enum err err = store_tiles_open(f->path, &tiles, NULL);
    if (!err)
        err = get(tiles, 1, 0, 0);
    store_tiles_close(tiles);
    assert_true(err == ERR_INVALID || err == ERR_IO);
}

static void odd_zooms_in_the_metadata_are_not_believed(void **state)
{
    struct fixture *f = *state;
    struct store_tiles *tiles = NULL;

    make(f->path, "CREATE TABLE metadata (name TEXT, value TEXT);"
                  "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data);"
                  "INSERT INTO metadata VALUES ('minzoom', '-4'), ('maxzoom', '99');");
    assert_int_equal(store_tiles_open(f->path, &tiles, NULL), OK);
    assert_int_equal(store_tiles_zoom_min(tiles), 0);
    assert_int_equal(store_tiles_zoom_max(tiles), 14);
    store_tiles_close(tiles);
}

static void lack_of_memory_is_told(void **state)
{
    struct fixture *f = *state;

    make(f->path, made);
    for (unsigned nth = 1;; nth++) {
        struct store_tiles *tiles = NULL;
        mem_fail_nth(nth);
        enum err err = store_tiles_open(f->path, &tiles, NULL);
        if (!err)
            err = get(tiles, 1, 0, 0);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        store_tiles_close(tiles);
        assert_int_equal(mem_live_bytes(), 0);
        assert_int_equal(err, fired ? ERR_NOMEM : OK);
        if (!fired)
            break;
    }
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(tiles_are_found_from_the_north),
        STORE_TEST(tiles_that_are_not_there_or_cannot_be_are_told_apart),
        STORE_TEST(a_file_that_is_no_mbtiles_is_told),
        STORE_TEST(a_truncated_file_is_an_error_not_a_crash),
        STORE_TEST(odd_zooms_in_the_metadata_are_not_believed),
        STORE_TEST(lack_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
