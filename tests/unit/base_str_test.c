/* base_str_test.c - text, numbers and UTF-8 from outside. */
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "prop.h"

static void texts_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(str_eq(STR("街道"), STR("街道")));
    assert_false(str_eq(STR("a"), STR("ab")));
    assert_true(str_eq((struct str){0}, STR("")));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
    assert_true(str_cmp(STR("\x7F"), STR("\x80")) < 0); /* bytes are unsigned */
    assert_true(str_starts(STR("bins.csv"), STR("bins")));
    assert_false(str_starts(STR("bin"), STR("bins")));
    assert_true(str_ends(STR("bins.csv"), STR(".csv")));
    assert_false(str_ends(STR("v"), STR(".csv")));
    assert_int_equal(str_of(NULL).size, 0);
    assert_int_equal(str_of("abc").size, 3);
    assert_int_equal(str_bytes(STR("\xFF")).data[0], 0xFF);
}

static void blanks_are_trimmed_at_both_ends(void **state)
{
    (void)state;
    check_text(str_trim(STR(" \t a b\r\n")), "a b");
    check_text(str_trim(STR(" \n")), "");
    check_text(str_trim(STR("")), "");
}

static void cutting_walks_through_every_part(void **state)
{
    struct str rest = STR("a,,b");

    (void)state;
    check_text(str_cut(&rest, ','), "a");
    check_text(str_cut(&rest, ','), "");
    check_text(rest, "b");
    check_text(str_cut(&rest, ','), "b");
    check_text(rest, "");
    check_text(str_cut(&rest, ','), "");
}

/* Vectors of the FNV reference page (Fowler, Noll, Vo): 64-bit FNV-1a. */
static void the_hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_true(str_hash(STR("")) == 0xcbf29ce484222325u);
    assert_true(str_hash(STR("a")) == 0xaf63dc4c8601ec8cu);
    assert_true(str_hash(STR("foobar")) == 0x85944171f73967e8u);
}

static void whole_numbers_are_whole_or_refused(void **state)
{
    uint64_t u = 9;
    int64_t i = 9;

    (void)state;
    assert_int_equal(str_u64(STR("18446744073709551615"), &u), OK);
    assert_true(u == UINT64_MAX);
    assert_int_equal(str_u64(STR("18446744073709551616"), &u), ERR_RANGE);
    assert_int_equal(str_u64(STR("99999999999999999999999"), &u), ERR_RANGE);
    assert_int_equal(str_u64(STR(""), &u), ERR_SYNTAX);
    assert_int_equal(str_u64(STR("+1"), &u), ERR_SYNTAX);
    assert_int_equal(str_u64(STR("-1"), &u), ERR_SYNTAX);
    assert_int_equal(str_u64(STR(" 1"), &u), ERR_SYNTAX);
    assert_int_equal(str_u64(STR("1x"), &u), ERR_SYNTAX);
    assert_true(u == UINT64_MAX); /* untouched by the failures */
    assert_int_equal(str_i64(STR("-9223372036854775808"), &i), OK);
    assert_true(i == INT64_MIN);
    assert_int_equal(str_i64(STR("9223372036854775807"), &i), OK);
    assert_true(i == INT64_MAX);
    assert_int_equal(str_i64(STR("9223372036854775808"), &i), ERR_RANGE);
    assert_int_equal(str_i64(STR("-9223372036854775809"), &i), ERR_RANGE);
    assert_int_equal(str_i64(STR("-"), &i), ERR_SYNTAX);
    assert_int_equal(str_i64(STR("--1"), &i), ERR_SYNTAX);
    assert_true(i == INT64_MAX);
}

static void real_numbers_are_finite_or_refused(void **state)
{
    double f = 9;
    static const char *const bad[] = {"",    "x",   "1 ", " 1",  "1,5", "0x10",
                                      "nan", "inf", "1e", "1-2", ".",   "-"};

    (void)state;
    assert_int_equal(str_f64(STR("-1.5e2"), &f), OK);
    assert_true(f == -150);
    assert_int_equal(str_f64(STR("1e999"), &f), ERR_RANGE);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (str_f64(str_of(bad[i]), &f) != ERR_SYNTAX)
            fail_msg("`%s` was taken for a number", bad[i]);
    char longest[66];
    memset(longest, '1', sizeof longest);
    assert_int_equal(str_f64((struct str){longest, 64}, &f), OK);
    f = 9;
    assert_int_equal(str_f64((struct str){longest, 65}, &f), ERR_SYNTAX);
    assert_true(f == 9);
}

static bool numbers_round_trip(struct rng *rng, size_t size)
{
    char text[32];
    int64_t i = 0;
    double f = 0;
    int64_t want = (int64_t)(rng_u64(rng) >> (63 - size % 64)) * (rng_below(rng, 2) ? 1 : -1);

    snprintf(text, sizeof text, "%lld", (long long)want);
    if (str_i64(str_of(text), &i) || i != want)
        return false;
    double real = (rng_unit(rng) - 0.5) * ldexp(1, (int)size);
    snprintf(text, sizeof text, "%.17g", real);
    return str_f64(str_of(text), &f) == OK && f == real;
}

/* Short decimals, among them those with the sign, zeros and points of careless writers: strtod is the
 * oracle, bit by bit. */
static bool decimals_are_what_strtod_reads(struct rng *rng, size_t size)
{
    static const char letters[] = "0123456789012345678900-.";
    char text[32];
    double f = 7;
    char *end;
    size_t count = 1 + rng_below(rng, 1 + (uint32_t)size % 20);

    for (size_t i = 0; i < count; i++)
        text[i] = letters[rng_below(rng, sizeof letters - 1)];
    text[count] = '\0';
    double want = strtod(text, &end);
    enum err err = str_f64(str_of(text), &f);
    return *end ? err == ERR_SYNTAX : err == OK && memcmp(&f, &want, sizeof f) == 0;
}

static void numbers_written_are_read_back(void **state)
{
    (void)state;
    PROP(numbers_round_trip, 2000, 62);
    PROP(decimals_are_what_strtod_reads, 20000, 19);
}

/* RFC 3629, section 3 (the table) and section 10 (overlong forms, surrogates). */
static void utf8_is_told_from_what_only_looks_like_it(void **state)
{
    static const struct {
        const char *text;
        size_t bad_at; /* SIZE_MAX: well-formed */
    } cases[] = {
        {"", SIZE_MAX},
        {"plain", SIZE_MAX},
        {"\xC2\x80 \xDF\xBF", SIZE_MAX},
        {"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", SIZE_MAX},
        {"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", SIZE_MAX},
        {"ab\x80", 2},
        {"\xC0\xAF", 0},
        {"\xC1\xBF", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xED\xA0\x80", 0},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xF4\x90\x80\x80", 0},
        {"\xF5\x80\x80\x80", 0},
        {"\xFF", 0},
        {"\xE4\xB8", 0},
        {"ok\xE4\xB8", 2},
        {"\xE4\x41\x42", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t at = SIZE_MAX;
        bool good = str_utf8(str_of(cases[i].text), &at);
        if (good != (cases[i].bad_at == SIZE_MAX) || at != cases[i].bad_at)
            fail_msg("case %zu: bad at %zu", i, at);
    }
    size_t at = 9;
    assert_false(str_utf8((struct str){"a\0b", 3}, &at));
    assert_int_equal(at, 1);
}

static void a_text_cut_inside_a_character_ends_before_it(void **state)
{
    static const char word[] = "a\xC2\x80桶\xF0\x9F\x9A\xAE"; /* 1, 2, 3 and 4 bytes */
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};

    (void)state;
    for (size_t size = 0; size < COUNT_OF(whole); size++)
        assert_int_equal(str_utf8_whole((struct str){word, size}), whole[size]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_compare_by_bytes),
        cmocka_unit_test(blanks_are_trimmed_at_both_ends),
        cmocka_unit_test(cutting_walks_through_every_part),
        cmocka_unit_test(the_hash_is_fnv_1a),
        cmocka_unit_test(whole_numbers_are_whole_or_refused),
        cmocka_unit_test(real_numbers_are_finite_or_refused),
        cmocka_unit_test(numbers_written_are_read_back),
        cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
        cmocka_unit_test(a_text_cut_inside_a_character_ends_before_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
