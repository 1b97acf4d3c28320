/* base_buf_test.c - bytes that grow up to a ceiling, with a sticky error. */
#include "base/buf.h"

#include <string.h>

#include "check.h"

static void parts_are_joined_in_order(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    check_text(buf_text(&buf), "");
    buf_str(&buf, STR("a"));
    buf_char(&buf, 'b');
    buf_printf(&buf, "%d-%s", 42, "c");
    buf_add(&buf, NULL, 0);
    check_text(buf_text(&buf), "ab42-c");
    buf_reset(&buf);
    check_text(buf_text(&buf), "");
    buf_done(&buf);
}

static void binary_numbers_are_big_endian(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 1000);
    buf_u8(&buf, 0x7E);
    buf_u16be(&buf, 0x0102);
    buf_u32be(&buf, 0xA1B2C3D4);
    check_text(buf_text(&buf), "\x7E\x01\x02\xA1\xB2\xC3\xD4");
    buf_done(&buf);
}

static void the_ceiling_is_exact_and_the_error_stays(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 4);
    buf_str(&buf, STR("abcd"));
    assert_int_equal(buf_err(&buf), OK);
    buf_char(&buf, 'e');
    assert_int_equal(buf_err(&buf), ERR_LIMIT);
    assert_null(buf_room(&buf, 0));
    buf_str(&buf, STR(""));
    assert_int_equal(buf_err(&buf), ERR_LIMIT);
    check_text(buf_text(&buf), "abcd"); /* what fitted is whole */
    buf_reset(&buf);
    assert_int_equal(buf_err(&buf), OK);
    buf_done(&buf);
}

static void a_formatted_text_may_fill_the_ceiling_exactly(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 300);
    buf_printf(&buf, "%300s", "x"); /* longer than the inner buffer of 256 */
    assert_int_equal(buf_err(&buf), OK);
    assert_int_equal(buf_text(&buf).size, 300);
    assert_int_equal(buf_text(&buf).data[299], 'x');
    buf_done(&buf);
}

static void a_long_formatted_text_is_whole(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 100000);
    for (int width = 250; width < 262; width++) { /* both sides of the inner buffer's size */
        buf_reset(&buf);
        buf_printf(&buf, "%*d|", width, 7);
        assert_int_equal(buf_text(&buf).size, width + 1);
        assert_int_equal(buf_text(&buf).data[width], '|');
    }
    buf_done(&buf);
}

static void room_is_filled_by_the_caller(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 100);
    assert_non_null(buf_room(&buf, 0)); /* room for nothing is no failure */
    char *room = buf_room(&buf, 10);
    assert_non_null(room);
    memcpy(room, "abc", 3);
    buf_grown(&buf, 3);
    check_text(buf_text(&buf), "abc");
    assert_null(buf_room(&buf, SIZE_MAX));
    buf_done(&buf);
}

static void done_takes_null_zero_and_twice(void **state)
{
    struct buf zero = {0};

    (void)state;
    buf_done(NULL);
    buf_done(&zero);
    buf_done(&zero);
    assert_null(zero.data);
}

static enum err write_much(void *context)
{
    struct buf buf;

    (void)context;
    buf_init(&buf, 1 << 20);
    for (int i = 0; i < 100; i++) {
        buf_str(&buf, STR("twelve bytes"));
        buf_printf(&buf, "%400d", i);
        buf_u32be(&buf, 1);
    }
    enum err err = buf_err(&buf);
    buf_done(&buf);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(write_much, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_joined_in_order),
        cmocka_unit_test(binary_numbers_are_big_endian),
        cmocka_unit_test(the_ceiling_is_exact_and_the_error_stays),
        cmocka_unit_test(a_formatted_text_may_fill_the_ceiling_exactly),
        cmocka_unit_test(a_long_formatted_text_is_whole),
        cmocka_unit_test(room_is_filled_by_the_caller),
        cmocka_unit_test(done_takes_null_zero_and_twice),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
