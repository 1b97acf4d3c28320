/* wire_gbk_test.c - GBK to UTF-8 and back: every cell, and bytes that are no text. */
#include "wire/jt808/gbk.h"

#include <string.h>

#include "check.h"

enum { ARENA_MAX = 1 << 20 };

static void texts_of_both_sides_agree(void **state)
{
    static const struct {
        const char *gbk;
        const char *utf8;
    } cases[] = {
        {"", ""},
        {"abc ~", "abc ~"},
        {"\xD6\xD0\xCE\xC4", "中文"},
        {"\xCF\xE6"
         "D12345",
         "湘D12345"},
        {"\xA1\xA4\xA1\xAA\xA1\xA1", "·—　"},
        {"\x81\x40\xFE\x4F\xB0\xA1", "丂﨩啊"},
        {"\xA8\xA4\xA6\xC1", "àα"},
    };
    struct arena arena;

    (void)state;
    arena_init(&arena, ARENA_MAX);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str text;
        struct bytes bytes;
        size_t at;
        assert_int_equal(wire_gbk_to_utf8(str_bytes(str_of(cases[i].gbk)), &arena, &text), OK);
        if (!str_eq(text, str_of(cases[i].utf8)))
            fail_msg("%s: %.*s", cases[i].utf8, STR_ARG(text));
        assert_int_equal(wire_gbk_of_utf8(text, &arena, &bytes, &at), OK);
        assert_int_equal(bytes.size, strlen(cases[i].gbk));
        assert_true(!bytes.size || !memcmp(bytes.data, cases[i].gbk, bytes.size));
    }
    arena_done(&arena);
}

/* One bad byte is one U+FFFD; the byte behind it is read anew. */
static void bad_bytes_cost_one_byte_each(void **state)
{
    static const struct {
        const char *gbk;
        size_t size;
        const char *utf8;
    } cases[] = {
        {"\x80", 1, "\xEF\xBF\xBD"},
        {"\xFF\x41", 2,
         "\xEF\xBF\xBD"
         "A"},
        {"\xD6", 1, "\xEF\xBF\xBD"},
        {"\xD6;x", 3, "\xEF\xBF\xBD;x"},
        {"\xD6\x7F", 2, "\xEF\xBF\xBD\x7F"},
        {"\xD6\xFF", 2, "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xA2\xA0\xD6\xD0", 4, "\xEF\xBF\xBD\xE7\x8A\x9E\xEF\xBF\xBD"}, /* empty, then A0D6 */
        {"\xFE\xFE\xD6\xD0", 4, "\xEF\xBF\xBD\xEF\xBF\xBD\xE4\xB8\xAD"},
    };
    struct arena arena;

    (void)state;
    arena_init(&arena, ARENA_MAX);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str text;
        struct bytes gbk = {(const unsigned char *)cases[i].gbk, cases[i].size};
        assert_int_equal(wire_gbk_to_utf8(gbk, &arena, &text), OK);
        if (!str_eq(text, str_of(cases[i].utf8)))
            fail_msg("case %zu: %.*s", i, STR_ARG(text));
        assert_true(str_utf8(text, &(size_t){0}));
    }
    arena_done(&arena);
}

static void every_cell_comes_back(void **state)
{
    size_t filled = 0;
    struct arena arena;

    (void)state;
    arena_init(&arena, ARENA_MAX);
    for (unsigned code = 0x8140; code <= 0xFEFE; code++) {
        unsigned char gbk[2] = {(unsigned char)(code >> 8), (unsigned char)code};
        struct str text;
        struct bytes bytes;
        size_t at;
        if (gbk[1] < 0x40 || gbk[1] == 0x7F || gbk[1] == 0xFF)
            continue;
        assert_int_equal(wire_gbk_to_utf8((struct bytes){gbk, 2}, &arena, &text), OK);
        if (text.size > 3 || !memcmp(text.data, "\xEF\xBF\xBD", 3))
            continue; /* an empty cell: two bad bytes, or one and an ASCII character */
        filled++;
        assert_int_equal(wire_gbk_of_utf8(text, &arena, &bytes, &at), OK);
        assert_int_equal(bytes.size, 2);
        assert_memory_equal(bytes.data, gbk, 2);
        arena_reset(&arena);
    }
    assert_int_equal(filled, 21791); /* characters of GBK 1.0 with 21003 ideographs */
    arena_done(&arena);
}

static void what_gbk_has_not_is_refused_with_its_place(void **state)
{
    static const char *const texts[] = {"ab\xF0\x9F\x9A\x9B", "ab\xC3\xBF", "ab\xEF\xBF\xBD"};
    struct arena arena;
    struct bytes bytes;

    (void)state;
    arena_init(&arena, ARENA_MAX);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        size_t at = 0;
        assert_int_equal(wire_gbk_of_utf8(str_of(texts[i]), &arena, &bytes, &at), ERR_INVALID);
        assert_int_equal(at, 2);
    }
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_both_sides_agree),
        cmocka_unit_test(bad_bytes_cost_one_byte_each),
        cmocka_unit_test(every_cell_comes_back),
        cmocka_unit_test(what_gbk_has_not_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
