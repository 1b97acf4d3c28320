/* base_base64_test.c - the vectors of RFC 4648, what is refused, and the round trip. */
#include "base/base64.h"

#include "check.h"
#include "prop.h"

static const struct {
    const char *bytes;
    const char *plain;
    const char *url;
} rows[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"}, /* RFC 4648, section 10 */
    {"\xFB\xFF\xBE", "+/++", "-_--"},
};

static void the_vectors_hold_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char room[16];
        struct bytes got = {0};
        struct buf out;
        const char *const texts[2] = {rows[i].plain, rows[i].url};
        struct str want = str_of(rows[i].bytes);
        buf_init(&out, 64);
        for (unsigned k = 0; k < 2; k++) {
            enum base64_alphabet alphabet = k ? BASE64_URL : BASE64_PLAIN;
            buf_reset(&out);
            base64_encode(alphabet, str_bytes(want), &out);
            assert_true(str_eq(buf_text(&out), str_of(texts[k])));
            assert_int_equal(base64_decode(alphabet, str_of(texts[k]), sizeof room, room, &got),
                             OK);
            assert_true(str_eq((struct str){(const char *)got.data, got.size}, want));
        }
        buf_done(&out);
    }
    unsigned char room[4];
    struct bytes got = {0};
    assert_int_equal(base64_decode(BASE64_PLAIN, STR("Zg"), sizeof room, room, &got), OK);
    assert_int_equal(got.size, 1); /* the padding may be absent */
}

static void other_texts_are_refused(void **state)
{
    static const char *const texts[] = {"Z",      "Zg=",   "Zm9vY",    "=",    "====",
                                        "Zg=g",   "Zm9v=", "Zh==",     "Zm9=", "Zm 9v",
                                        "Zm9v\n", "-_--",  "Zm9v====", "Z===", "Zg==Zg=="};
    unsigned char room[16];
    struct bytes got = {NULL, 7};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (base64_decode(BASE64_PLAIN, str_of(texts[i]), sizeof room, room, &got) != ERR_SYNTAX)
            fail_msg("%s", texts[i]);
    assert_int_equal(base64_decode(BASE64_URL, STR("+/++"), sizeof room, room, &got), ERR_SYNTAX);
    assert_int_equal(base64_decode(BASE64_PLAIN, STR("Zm9vYmFy"), 5, room, &got), ERR_LIMIT);
    assert_int_equal(got.size, 7);
}

static bool bytes_come_back(struct rng *rng, size_t size)
{
    unsigned char bytes[64];
    unsigned char room[BASE64_BYTES_MAX(96)];
    struct bytes got = {0};
    struct buf out;
    enum base64_alphabet alphabet = rng_below(rng, 2) ? BASE64_URL : BASE64_PLAIN;
    size_t count = size < sizeof bytes ? size : sizeof bytes;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)rng_below(rng, 256);
    buf_init(&out, 128);
    base64_encode(alphabet, (struct bytes){bytes, count}, &out);
    bool good =
        !base64_decode(alphabet, buf_text(&out), sizeof room, room, &got) && got.size == count;
    for (size_t i = 0; good && i < count; i++)
        good = got.data[i] == bytes[i];
    buf_done(&out);
    return good;
}

static void any_bytes_come_back(void **state)
{
    (void)state;
    PROP(bytes_come_back, 2000, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_hold_both_ways),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(any_bytes_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
