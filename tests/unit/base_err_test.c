/* base_err_test.c - codes, and diagnoses that stay readable when they are cut. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "check.h"

static void every_code_has_a_text_and_a_status(void **state)
{
    (void)state;
    for (int code = 0; code < ERR_COUNT; code++) {
        assert_true(strlen(err_text((enum err)code)) > 0);
        assert_int_equal(err_exit((enum err)code) == 0, code == OK);
        assert_true(err_http((enum err)code) >= 200);
        assert_int_equal(err_http((enum err)code) < 300, code == OK);
    }
    assert_string_equal(err_text((enum err)ERR_COUNT), "unknown error");
    assert_string_equal(err_text((enum err) - 1), "unknown error");
    assert_int_equal(err_exit((enum err)9999), 1);
    assert_int_equal(err_http((enum err)9999), 500);
    assert_int_equal(err_exit(ERR_USAGE), 2);
}

static void the_librarys_errors_have_a_code(void **state)
{
    (void)state;
    assert_int_equal(err_of_errno(ENOMEM), ERR_NOMEM);
    assert_int_equal(err_of_errno(ENOENT), ERR_NOT_FOUND);
    assert_int_equal(err_of_errno(EEXIST), ERR_EXISTS);
    assert_int_equal(err_of_errno(ENOSPC), ERR_FULL);
    assert_int_equal(err_of_errno(EBUSY), ERR_BUSY);
    assert_int_equal(err_of_errno(EACCES), ERR_IO);
}

static void a_place_is_printed_as_far_as_it_is_known(void **state)
{
    struct diag diag;
    char text[400];

    (void)state;
    assert_int_equal(diag_at(&diag, ERR_SYNTAX, "bins.csv", 3, 7, "bad %s", "kg"), ERR_SYNTAX);
    diag_text(&diag, sizeof text, text);
    assert_string_equal(text, "bins.csv:3:7: bad kg");
    assert_int_equal(diag_at(&diag, ERR_SYNTAX, "bins.csv", 3, 0, "bad"), ERR_SYNTAX);
    diag_text(&diag, sizeof text, text);
    assert_string_equal(text, "bins.csv:3: bad");
    assert_int_equal(diag_at(&diag, ERR_IO, "bins.csv", 0, 0, "bad"), ERR_IO);
    diag_text(&diag, sizeof text, text);
    assert_string_equal(text, "bins.csv: bad");
    assert_int_equal(diag_set(&diag, ERR_LIMIT, "too many"), ERR_LIMIT);
    diag_text(&diag, sizeof text, text);
    assert_string_equal(text, "too many");
    diag = (struct diag){.code = ERR_BUSY};
    diag_text(&diag, sizeof text, text);
    assert_string_equal(text, "busy");
    assert_int_equal(diag_set(NULL, ERR_IO, "nobody asks"), ERR_IO);
    assert_int_equal(diag_at(NULL, ERR_IO, "f", 1, 1, "nobody asks"), ERR_IO);
}

/* Three-byte characters: whatever the size, no half character is left at the end. */
static void a_cut_text_stays_utf8(void **state)
{
    static const char word[] = "垃圾分类垃圾分类垃圾分类垃圾分类";
    struct diag diag;
    char text[600];
    size_t bad;

    (void)state;
    assert_int_equal(
        diag_set(&diag, ERR_INVALID, "%s%s%s%s%s%s%s", word, word, word, word, word, word, word),
        ERR_INVALID);
    assert_true(str_utf8(str_of(diag.text), &bad));
    assert_true(strlen(diag.text) >= sizeof diag.text - 4);
    for (size_t size = 1; size < 40; size++) {
        diag_text(&diag, size, text);
        assert_true(str_utf8(str_of(text), &bad));
        assert_true(strlen(text) < size);
    }
}

static void a_long_name_is_shortened_from_the_left_at_a_characters_border(void **state)
{
    struct diag diag;
    size_t bad;
    char name[301] = "";

    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(name, 0, sizeof name);
        memset(name, 'x', shift);
        for (size_t at = shift; at + 12 < sizeof name; at += 3)
            memcpy(name + at, "城", 3);
        memcpy(name + strlen(name), "/bins.csv", 9);
        assert_int_equal(diag_at(&diag, ERR_SYNTAX, name, 1, 1, "bad"), ERR_SYNTAX);
        assert_true(str_utf8(str_of(diag.file), &bad));
        assert_true(str_ends(str_of(diag.file), STR("/bins.csv")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_text_and_a_status),
        cmocka_unit_test(the_librarys_errors_have_a_code),
        cmocka_unit_test(a_place_is_printed_as_far_as_it_is_known),
        cmocka_unit_test(a_cut_text_stays_utf8),
        cmocka_unit_test(a_long_name_is_shortened_from_the_left_at_a_characters_border),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
