/* base_jw_test.c - JSON as a stream: commas, escapes, and bytes that are not UTF-8. */
#include "base/jw.h"

#include <math.h>

#include "check.h"
#include "prop.h"

struct out {
    struct buf buf;
    struct jw jw;
};

static void open_out(struct out *out)
{
    buf_init(&out->buf, 1 << 20);
    jw_init(&out->jw, &out->buf);
}

static void commas_and_nesting_are_kept(void **state)
{
    struct out out;

    (void)state;
    open_out(&out);
    jw_object(&out.jw);
    jw_key(&out.jw, "a");
    jw_array(&out.jw);
    jw_i64(&out.jw, INT64_MIN);
    jw_bool(&out.jw, true);
    jw_bool(&out.jw, false);
    jw_null(&out.jw);
    jw_array(&out.jw);
    jw_array_end(&out.jw);
    jw_object(&out.jw);
    jw_object_end(&out.jw);
    jw_array_end(&out.jw);
    jw_key(&out.jw, "b");
    jw_text(&out.jw, NULL);
    jw_key(&out.jw, "c");
    jw_text(&out.jw, "x");
    jw_object_end(&out.jw);
    check_text(buf_text(&out.buf),
               "{\"a\":[-9223372036854775808,true,false,null,[],{}],\"b\":null,\"c\":\"x\"}");
    buf_done(&out.buf);
}

static void bytes_are_hex(void **state)
{
    static const unsigned char bytes[] = {0x00, 0x7F, 0xFE};
    struct out out;

    (void)state;
    open_out(&out);
    jw_array(&out.jw);
    jw_hex(&out.jw, (struct bytes){bytes, sizeof bytes});
    jw_hex(&out.jw, (struct bytes){0});
    jw_array_end(&out.jw);
    check_text(buf_text(&out.buf), "[\"007ffe\",\"\"]");
    buf_done(&out.buf);
}

static void numbers_have_the_asked_decimals_and_are_finite(void **state)
{
    struct out out;

    (void)state;
    open_out(&out);
    jw_array(&out.jw);
    jw_f64(&out.jw, 1.25, 1);
    jw_f64(&out.jw, -2.5, 3);
    jw_f64(&out.jw, (double)NAN, 1);
    jw_f64(&out.jw, (double)INFINITY, 1);
    jw_f64(&out.jw, -(double)INFINITY, 1);
    jw_array_end(&out.jw);
    check_text(buf_text(&out.buf), "[1.2,-2.500,null,null,null]");
    buf_done(&out.buf);
}

/* RFC 8259, section 7: quotes, backslash and U+0000 to U+001F must be escaped. */
static void text_is_escaped_where_it_must_be(void **state)
{
    struct out out;

    (void)state;
    open_out(&out);
    jw_str(&out.jw, STR("a\"b\\c\nd\re\tf\bg\fh\x01\x1F/雁"));
    check_text(buf_text(&out.buf), "\"a\\\"b\\\\c\\nd\\re\\tf\\bg\\fh\\u0001\\u001f/雁\"");
    buf_done(&out.buf);
}

static void bytes_that_are_not_utf8_become_the_replacement_character(void **state)
{
    struct out out;

    (void)state;
    open_out(&out);
    jw_str(&out.jw, STR("a\xFF"
                        "b\xE4\xB8\0c"));
    check_text(buf_text(&out.buf), "\"a\xEF\xBF\xBD"
                                   "b\xEF\xBF\xBD\xEF\xBF\xBD\\u0000c\"");
    buf_reset(&out.buf);
    jw_init(&out.jw, &out.buf);
    jw_str(&out.jw, (struct str){0});
    check_text(buf_text(&out.buf), "\"\"");
    buf_done(&out.buf);
}

/* Whatever the bytes, the string is valid UTF-8 without raw control characters or loose quotes. */
static bool any_bytes_make_a_valid_string(struct rng *rng, size_t size)
{
    char bytes[200];
    struct out out;
    size_t bad;
    size_t count = size < sizeof bytes ? size : sizeof bytes;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)(rng_below(rng, 4) ? rng_below(rng, 256) : rng_below(rng, 40));
    open_out(&out);
    jw_str(&out.jw, (struct str){bytes, count});
    struct str text = buf_text(&out.buf);
    bool good = buf_err(&out.buf) == OK && str_utf8(text, &bad) && text.data[0] == '"';
    for (size_t i = 1; good && i + 1 < text.size; i++) {
        good = (unsigned char)text.data[i] >= ' ' && text.data[i] != '"';
        i += text.data[i] == '\\';
    }
    good = good && text.data[text.size - 1] == '"';
    buf_done(&out.buf);
    return good;
}

static void any_bytes_make_a_string(void **state)
{
    (void)state;
    PROP(any_bytes_make_a_valid_string, 2000, 200);
}

static enum err write_some(void *context)
{
    struct out out;

    (void)context;
    open_out(&out);
    jw_array(&out.jw);
    for (int i = 0; i < 100; i++)
        jw_str(&out.jw, STR("text \" with \x01 escapes"));
    jw_array_end(&out.jw);
    enum err err = buf_err(&out.buf);
    buf_done(&out.buf);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(write_some, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_nesting_are_kept),
        cmocka_unit_test(bytes_are_hex),
        cmocka_unit_test(numbers_have_the_asked_decimals_and_are_finite),
        cmocka_unit_test(text_is_escaped_where_it_must_be),
        cmocka_unit_test(bytes_that_are_not_utf8_become_the_replacement_character),
        cmocka_unit_test(any_bytes_make_a_string),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
