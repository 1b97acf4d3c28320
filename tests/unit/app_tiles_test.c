/* Map tiles are made by a child process and read back; every way it can fail leaves no half file.
 * The children here are small shell scripts that stand for the tile maker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/paths.h"
#include "app/tiles.h"
#include "base/file.h"
#include "base/mem.h"

struct fixture {
    char folder[64];
    char program[256];
    struct geo_box box;
    unsigned told;
    unsigned last;
};

static void on_progress(void *context, unsigned percent)
{
    struct fixture *f = context;

    f->told++;
    f->last = percent;
}

static char *in_folder(const struct fixture *f, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", f->folder, name);
    return path;
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    char path[256];

    assert_int_equal(file_write(in_folder(f, name, path), str_of(text), NULL), OK);
}

/* Sets when a file was changed, so that no test waits for the clock. */
static void touch(const struct fixture *f, const char *name, time_t second)
{
    char path[256];
    struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};

    assert_int_equal(utimensat(AT_FDCWD, in_folder(f, name, path), times, 0), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    snprintf(f->folder, sizeof f->folder, "/tmp/yancheng-tiles-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    in_folder(f, "maker", f->program);
    f->box = geo_box_empty();
    geo_box_add(&f->box, (struct wgs84){268000000, 1125000000});
    geo_box_add(&f->box, (struct wgs84){269000000, 1126000000});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"maker", "map.osm.pbf", "map.mbtiles", "map.new.mbtiles",
                                        "args"};
    struct fixture *f = *state;
    char path[256];

    for (size_t i = 0; i < COUNT_OF(names); i++)
        unlink(in_folder(f, names[i], path));
    rmdir(f->folder);
    free(f);
    return 0;
}

static enum err make(struct fixture *f, const char *script, struct diag *diag)
{
    struct app_tiles_job job = {
        .folder = f->folder,
        .box = &f->box,
        .progress = on_progress,
        .context = f,
        .program = f->program,
    };

    if (script) {
        put(f, "maker", script);
        assert_int_equal(chmod(f->program, 0755), 0);
    }
    return app_tiles_make(&job, diag);
}

static bool there(const struct fixture *f, const char *name)
{
    char path[256];

    return file_exists(in_folder(f, name, path));
}

static void tiles_are_made_with_the_citys_box_and_progress_is_told(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};
    struct buf args;
    char path[256];

    put(f, "map.osm.pbf", "map");
    enum err err = make(f,
                        "#!/bin/sh\n"
                        "echo \"$@\" > \"${0%/*}/args\"\n"
                        "printf 'Zoom level 8, writing tile 1 of 4\\r'\n"
                        "printf 'Zoom level 9, writing tile 3 of 4   \\r\\n'\n"
                        "echo tiles > \"$4\"\n",
                        &diag);
    assert_int_equal(err, OK);
    assert_true(there(f, "map.mbtiles"));
    assert_false(there(f, "map.new.mbtiles"));
    assert_int_equal(f->told, 3);
    assert_int_equal(f->last, 75);
    assert_int_equal(file_read(in_folder(f, "args", path), 4096, &args, NULL), OK);
    buf_char(&args, '\0');
    assert_non_null(strstr(args.data, "--bbox 112.5000000,26.8000000,112.6000000,26.9000000"));
    assert_non_null(strstr(args.data, "web/tiles/process.lua"));
    buf_done(&args);
}

static void tiles_that_are_newer_than_the_map_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};

    put(f, "map.osm.pbf", "map");
    put(f, "map.mbtiles", "old");
    touch(f, "map.osm.pbf", 2000000000);
    touch(f, "map.mbtiles", 2000000001);
    assert_int_equal(make(f, "#!/bin/sh\nexit 9\n", &diag), OK);
    assert_int_equal(f->told, 0);
    touch(f, "map.osm.pbf", 2000000002);
    assert_int_equal(make(f, "#!/bin/sh\necho new > \"$4\"\n", &diag), OK);
    assert_int_equal(f->told, 1);
}

static void a_failure_tells_the_last_words_and_keeps_the_old_tiles(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};

    put(f, "map.osm.pbf", "map");
    put(f, "map.mbtiles", "old");
    touch(f, "map.mbtiles", 1000000000);
    enum err err =
        make(f, "#!/bin/sh\necho half > \"$4\"\necho 'the map is broken' >&2\nexit 3\n", &diag);
    assert_int_equal(err, ERR_INVALID);
    assert_non_null(strstr(diag.text, "the map is broken"));
    assert_true(there(f, "map.mbtiles"));
    assert_false(there(f, "map.new.mbtiles"));
}

static void a_maker_that_makes_nothing_or_is_killed_is_told(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};

    put(f, "map.osm.pbf", "map");
    assert_int_equal(make(f, "#!/bin/sh\nexit 0\n", &diag), ERR_INVALID);
    assert_int_equal(make(f, "#!/bin/sh\nkill -9 $$\n", &diag), ERR_CANCELLED);
    assert_non_null(strstr(diag.text, "signal 9"));
}

static void a_missing_maker_or_map_is_told_with_the_remedy(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};

    assert_int_equal(make(f, NULL, &diag), ERR_NOT_FOUND);
    assert_non_null(strstr(diag.text, "city import"));
    put(f, "map.osm.pbf", "map");
    assert_int_equal(make(f, NULL, &diag), ERR_UNSUPPORTED);
    assert_non_null(strstr(diag.text, "apt-get install tilemaker"));
}

static void endless_output_is_no_danger(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};

    put(f, "map.osm.pbf", "map");
    assert_int_equal(
        make(f, "#!/bin/sh\nhead -c 3000000 /dev/zero\necho\necho tiles > \"$4\"\n", &diag), OK);
    assert_int_equal(mem_live_bytes(), 0);
}

static void data_is_found_near_the_program_or_where_told(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};
    char path[FILE_PATH_MAX] = "untouched";
    char wanted[256];

    assert_int_equal(app_paths_find("packs", sizeof path, path, &diag), OK);
    assert_true(file_exists(path));
    assert_int_equal(app_paths_find("no/such/thing", sizeof path, path, &diag), ERR_NOT_FOUND);
    assert_non_null(strstr(diag.text, "YANCHENG_DATA"));
    put(f, "maker", "x");
    assert_int_equal(setenv("YANCHENG_DATA", f->folder, 1), 0);
    assert_int_equal(app_paths_find("maker", sizeof path, path, &diag), OK);
    assert_string_equal(path, in_folder(f, "maker", wanted));
    assert_int_equal(app_paths_find("packs", sizeof path, path, &diag), ERR_NOT_FOUND);
    assert_int_equal(unsetenv("YANCHENG_DATA"), 0);
    assert_int_equal(app_paths_find("packs", 3, path, &diag), ERR_NOT_FOUND); /* does not fit */
}

#define TILES_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TILES_TEST(tiles_are_made_with_the_citys_box_and_progress_is_told),
        TILES_TEST(tiles_that_are_newer_than_the_map_are_left_alone),
        TILES_TEST(a_failure_tells_the_last_words_and_keeps_the_old_tiles),
        TILES_TEST(a_maker_that_makes_nothing_or_is_killed_is_told),
        TILES_TEST(a_missing_maker_or_map_is_told_with_the_remedy),
        TILES_TEST(endless_output_is_no_danger),
        TILES_TEST(data_is_found_near_the_program_or_where_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
