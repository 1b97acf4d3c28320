/* base_file_test.c - whole files in a folder of this test's own. */
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

struct place {
    char folder[64];
    char path[FILE_PATH_MAX];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    if (!place)
        return -1;
    snprintf(place->folder, sizeof place->folder, "/tmp/base_file_XXXXXX");
    *state = place;
    return mkdtemp(place->folder) ? 0 : -1;
}

static int drop_place(void **state)
{
    static const char *const names[] = {"a", "b", "a.new", "deep/er", "deep"};
    struct place *place = *state;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (file_join(sizeof place->path, place->path, place->folder, names[i]) == OK)
            remove(place->path);
    int failed = rmdir(place->folder);
    free(place);
    return failed;
}

static const char *at(struct place *place, const char *name)
{
    assert_int_equal(file_join(sizeof place->path, place->path, place->folder, name), OK);
    return place->path;
}

static void content_is(const char *path, size_t bytes_max, struct str want)
{
    struct buf buf;

    assert_int_equal(file_read(path, bytes_max, &buf, NULL), OK);
    assert_true(str_eq(buf_text(&buf), want));
    buf_done(&buf);
}

static void what_is_written_is_read_and_replaced(void **state)
{
    const char *path = at(*state, "a");

    assert_false(file_exists(path));
    assert_int_equal(file_modified_ns(path), 0);
    assert_int_equal(file_write(path, STR("first"), NULL), OK);
    content_is(path, 100, STR("first"));
    assert_int_equal(file_write(path, STR(""), NULL), OK);
    content_is(path, 100, STR(""));
    content_is(path, 0, STR(""));
    assert_true(file_exists(path));
    assert_true(file_modified_ns(path) > 0);
}

static void the_ceiling_is_exact(void **state)
{
    struct buf buf;
    struct diag diag = {0};
    const char *path = at(*state, "a");

    assert_int_equal(file_write(path, STR("12345"), NULL), OK);
    content_is(path, 5, STR("12345"));
    assert_int_equal(file_read(path, 4, &buf, &diag), ERR_LIMIT);
    assert_non_null(strstr(diag.text, "larger than 4 bytes"));
    assert_null(buf.data);
    assert_int_equal(file_read(path, 0, &buf, &diag), ERR_LIMIT);
}

static void a_large_file_is_whole(void **state)
{
    struct buf big;
    const char *path = at(*state, "a");

    buf_init(&big, 1 << 20);
    for (uint32_t i = 0; i < 100000; i++)
        buf_u32be(&big, i);
    assert_int_equal(file_write(path, buf_text(&big), NULL), OK);
    content_is(path, 1 << 20, buf_text(&big));
    content_is(path, 400000, buf_text(&big));
    buf_done(&big);
}

static void what_cannot_be_read_says_why(void **state)
{
    struct buf buf;
    struct diag diag = {0};

    assert_int_equal(file_read(at(*state, "absent"), 10, &buf, &diag), ERR_NOT_FOUND);
    assert_true(strlen(diag.text) > 5);
    assert_true(str_ends(str_of(diag.file), STR("/absent")));
    struct place *place = *state;
    assert_int_equal(file_read(place->folder, 10, &buf, &diag), ERR_IO);
    assert_non_null(strstr(diag.text, "folder"));
}

static void a_failed_write_keeps_the_old_file_and_leaves_no_neighbour(void **state)
{
    struct diag diag = {0};
    struct place *place = *state;

    assert_int_equal(file_make_folder(at(place, "deep"), NULL), OK);
    assert_int_equal(file_write(place->path, STR("x"), &diag), ERR_IO); /* a folder is in the way */
    assert_false(file_exists(at(place, "deep.new")));
    assert_int_equal(file_write(at(place, "none/a"), STR("x"), &diag), ERR_NOT_FOUND);
}

static void folders_are_made_with_their_parents(void **state)
{
    struct diag diag = {0};
    struct place *place = *state;

    assert_int_equal(file_make_folder(at(place, "deep/er/"), NULL), OK);
    assert_int_equal(file_make_folder(at(place, "deep/er"), NULL), OK);
    assert_true(file_exists(place->path));
    assert_int_equal(file_write(at(place, "a"), STR("x"), NULL), OK);
    assert_int_equal(file_make_folder(place->path, &diag), ERR_EXISTS);
    assert_int_equal(file_make_folder(at(place, "a/b"), &diag), ERR_NOT_FOUND);
    assert_int_equal(file_make_folder("", &diag), ERR_NOT_FOUND);
}

static void copies_and_joins_have_their_limits(void **state)
{
    char path[8];
    struct place *place = *state;
    char from[FILE_PATH_MAX];

    snprintf(from, sizeof from, "%s", at(place, "a"));
    assert_int_equal(file_write(from, STR("bytes\0in"), NULL), OK);
    assert_int_equal(file_copy(from, at(place, "b"), NULL), OK);
    content_is(place->path, 100, STR("bytes\0in"));
    assert_int_equal(file_copy("/nonexistent", place->path, NULL), ERR_NOT_FOUND);
    content_is(place->path, 100, STR("bytes\0in"));
    assert_int_equal(file_join(sizeof path, path, "abc", "def"), OK);
    assert_string_equal(path, "abc/def");
    assert_int_equal(file_join(sizeof path, path, "abc/", "def"), OK);
    assert_string_equal(path, "abc/def");
    assert_int_equal(file_join(sizeof path, path, "abc", "defg"), ERR_LIMIT);
}

static enum err read_it(void *context)
{
    struct buf buf;

    enum err err = file_read(context, 1 << 20, &buf, NULL);
    buf_done(&buf);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    struct place *place = *state;

    assert_int_equal(file_write(at(place, "a"), STR("some bytes"), NULL), OK);
    check_sweep(read_it, place->path);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(what_is_written_is_read_and_replaced),
        IN_PLACE(the_ceiling_is_exact),
        IN_PLACE(a_large_file_is_whole),
        IN_PLACE(what_cannot_be_read_says_why),
        IN_PLACE(a_failed_write_keeps_the_old_file_and_leaves_no_neighbour),
        IN_PLACE(folders_are_made_with_their_parents),
        IN_PLACE(copies_and_joins_have_their_limits),
        IN_PLACE(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
