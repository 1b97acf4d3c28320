/* What strangers write into a request line is judged by text alone. */
#include "http/url.h"

#include <string.h>

#include "check.h"

static enum err path_of(const char *text, size_t size, char *ret)
{
    return http_url_path((struct str){text, size}, HTTP_PATH_MAX, ret);
}

static void a_plain_path_becomes_relative_and_decoded(void **state)
{
    char path[HTTP_PATH_MAX];

    (void)state;
    assert_int_equal(path_of("/assets/a%20b.js", 16, path), OK);
    assert_string_equal(path, "assets/a b.js");
    assert_int_equal(path_of("/", 1, path), OK);
    assert_string_equal(path, "");
    assert_int_equal(path_of("/%E9%9B%81.txt", 14, path), OK);
    assert_string_equal(path, "雁.txt");
}

static void nothing_that_could_leave_the_folder_passes(void **state)
{
    static const char *const bad[] = {
        "",          "assets/a",    "//a",       "/a//b",  "/a/",        "/.",
        "/..",       "/../a",       "/a/../b",   "/a/./b", "/.hidden",   "/a/.git/config",
        "/%2e%2e/a", "/%2E%2E%2Fa", "/..%2fa",   "/a%2fb", "/a\\b",      "/a%5cb",
        "/a%00b",    "/%00",        "/a%0ab",    "/a%7fb", "/%",         "/%4",
        "/%zz",      "/a%2",        "/%c0%ae/a", "/%ff",   "/%ed%a0%80", "/a\001b",
    };
    char path[HTTP_PATH_MAX] = "untouched";

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (path_of(bad[i], strlen(bad[i]), path) != ERR_SYNTAX)
            fail_msg("passed: %s", bad[i]);
    assert_int_equal(path_of("/a\0b", 4, path), ERR_SYNTAX);
    assert_string_equal(path, "untouched");
}

static void a_path_has_limits(void **state)
{
    char text[2 * HTTP_PATH_MAX];
    char path[HTTP_PATH_MAX];

    (void)state;
    memset(text, 'a', sizeof text);
    text[0] = '/';
    assert_int_equal(path_of(text, HTTP_PATH_MAX, path), OK);
    assert_int_equal(path_of(text, HTTP_PATH_MAX + 1, path), ERR_LIMIT);
    assert_int_equal(http_url_path(STR("/abc"), 3, path), ERR_LIMIT);
    assert_int_equal(http_url_path(STR("/abc"), 4, path), OK);
    for (size_t i = 0; i <= HTTP_SEGMENTS_MAX; i++)
        memcpy(text + 2 * i, "/a", 2);
    assert_int_equal(path_of(text, 2 * HTTP_SEGMENTS_MAX, path), OK);
    assert_int_equal(path_of(text, 2 * HTTP_SEGMENTS_MAX + 2, path), ERR_SYNTAX);
}

static void patterns_choose_routes(void **state)
{
    struct http_params params = {0};

    (void)state;
    assert_true(http_url_match("/api/v1/city", STR("/api/v1/city"), &params));
    assert_int_equal(params.count, 0);
    assert_false(http_url_match("/api/v1/city", STR("/api/v1/city/"), &params));
    assert_false(http_url_match("/api/v1/city", STR("/api/v1/cit"), &params));
    assert_true(http_url_match("/tiles/{z}/{x}/{y}.pbf", STR("/tiles/14/8/5.pbf"), &params));
    assert_int_equal(params.count, 3);
    assert_true(str_eq(params.values[0], STR("14")));
    assert_true(str_eq(params.values[2], STR("5")));
    assert_false(http_url_match("/tiles/{z}/{x}/{y}.pbf", STR("/tiles//8/5.pbf"), &params));
    assert_false(http_url_match("/tiles/{z}/{x}/{y}.pbf", STR("/tiles/1/8/5.png"), &params));
    assert_false(http_url_match("/tiles/{z}/{x}/{y}.pbf", STR("/tiles/1/8/5.pbf/x"), &params));
    assert_false(http_url_match("/tiles/{z}/{x}/{y}.pbf", STR("/tiles/1/8"), &params));
    assert_true(http_url_match("/*", STR("/"), &params));
    assert_true(http_url_match("/*", STR("/any/thing"), &params));
    assert_false(http_url_match("/*", STR(""), &params));
    assert_int_equal(params.count, 0); /* and a refusal has not touched it */
}

static void types_follow_names(void **state)
{
    (void)state;
    assert_string_equal(http_url_type(STR("a/b.js")), "text/javascript; charset=utf-8");
    assert_string_equal(http_url_type(STR("index.html")), "text/html; charset=utf-8");
    assert_string_equal(http_url_type(STR("plan.geojson")), "application/geo+json");
    assert_string_equal(http_url_type(STR("x.pbf")), "application/x-protobuf");
    assert_string_equal(http_url_type(STR("README")), "application/octet-stream");
    assert_string_equal(http_url_type(STR("js")), "application/octet-stream");
}

static void gzip_is_sent_only_to_who_takes_it(void **state)
{
    (void)state;
    assert_true(http_url_gzip(STR("gzip")));
    assert_true(http_url_gzip(STR("br, GZIP;q=0.5")));
    assert_true(http_url_gzip(STR("deflate , gzip ; q=1.0")));
    assert_true(http_url_gzip(STR("*")));
    assert_false(http_url_gzip(STR("")));
    assert_false(http_url_gzip(STR("br")));
    assert_false(http_url_gzip(STR("gzip;q=0")));
    assert_false(http_url_gzip(STR("gzip; q=0.000, br")));
    assert_false(http_url_gzip(STR("*, gzip;q=0")));
    assert_false(http_url_gzip(STR("gzip;q=x")));
    assert_false(http_url_gzip(STR("gzipped")));
}

static void tags_are_compared_whole(void **state)
{
    (void)state;
    assert_true(http_url_tag_matches(STR("\"a\""), STR("\"a\"")));
    assert_true(http_url_tag_matches(STR("\"b\", W/\"a\""), STR("\"a\"")));
    assert_true(http_url_tag_matches(STR("*"), STR("\"a\"")));
    assert_true(http_url_tag_matches(STR("\"a\""), STR("W/\"a\"")));
    assert_true(http_url_tag_matches(STR("W/\"a\""), STR("W/\"a\"")));
    assert_false(http_url_tag_matches(STR("\"ab\""), STR("\"a\"")));
    assert_false(http_url_tag_matches(STR("a"), STR("\"a\"")));
    assert_false(http_url_tag_matches(STR(""), STR("\"a\"")));
}

static void only_this_machine_is_loopback(void **state)
{
    static const char *const good[] = {"localhost", "LOCALHOST:80", "127.0.0.1:8080",
                                       "127.9.9.9", "[::1]",        "[::1]:8080"};
    static const char *const bad[] = {
        "",        "example.org",  "127.0.0.1.example.org", "127.0.0.1x",
        "127.0.0", "127.0.0.256",  "127.1.1.1.1",           "[::1",
        "[::2]",   "[::1].evil:1", "localhost.evil"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (!http_url_host_loopback(str_of(good[i])))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (http_url_host_loopback(str_of(bad[i])))
            fail_msg("passed: %s", bad[i]);
}

static void a_query_value_is_decoded_or_refused(void **state)
{
    static const struct {
        const char *raw;
        const char *value;
    } good[] = {
        {"", ""}, {"plain", "plain"}, {"a%20b%2Fc", "a b/c"}, {"%E8%A1%A1", "\xE8\xA1\xA1"}};
    static const char *const bad[] = {"%", "%4", "%zz", "%00", "a%00b", "%E8%A1", "\xFF"};
    char value[64];
    size_t used;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_int_equal(http_url_value(str_of(good[i].raw), sizeof value, value, &used), OK);
        assert_string_equal(value, good[i].value);
        assert_int_equal(used, strlen(good[i].value));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (http_url_value(str_of(bad[i]), sizeof value, value, &used) != ERR_SYNTAX)
            fail_msg("passed: %s", bad[i]);
    assert_int_equal(http_url_value(STR("abc"), 3, value, &used), ERR_LIMIT);
    assert_int_equal(http_url_value(STR("ab"), 3, value, &used), OK);
    assert_int_equal(http_url_value(STR(""), 0, value, &used), ERR_LIMIT);
}

static void a_cookie_is_found_by_its_whole_name(void **state)
{
    (void)state;
    check_text(http_url_cookie(STR("a=1; session=xy; b=2"), STR("session")), "xy");
    check_text(http_url_cookie(STR("session=first;session=second"), STR("session")), "first");
    check_text(http_url_cookie(STR("session=a=b"), STR("session")), "a=b");
    check_text(http_url_cookie(STR("xsession=1; session2=2"), STR("session")), "");
    check_text(http_url_cookie(STR("session"), STR("session")), "");
    check_text(http_url_cookie(STR(";;=;"), STR("session")), "");
    check_text(http_url_cookie(STR(""), STR("session")), "");
}

static void a_media_type_is_compared_without_its_parameters(void **state)
{
    struct str types = STR("application/json application/senml+json");

    (void)state;
    assert_true(http_url_type_listed(STR("application/json"), types));
    assert_true(http_url_type_listed(STR("Application/JSON ; charset=utf-8"), types));
    assert_true(http_url_type_listed(STR("application/senml+json"), types));
    assert_false(http_url_type_listed(STR("application/senml"), types));
    assert_false(http_url_type_listed(STR("json"), types));
    assert_false(http_url_type_listed(STR(""), types));
    assert_false(http_url_type_listed(STR(" "), STR("  ")));
}

static void an_address_stands_for_its_network(void **state)
{
    static const char *const cases[][2] = {
        {"203.0.113.5", "203.0.113.5"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2:ffff::1", "2001:db8:1:2::"},
        {"2001:db8:1:3::1", "2001:db8:1:3::"},
        {"::ffff:203.0.113.5", "::ffff:203.0.113.5"},
        {"::1", "::"},
        {"", ""},
        {"no address", "no address"},
    };
    char room[HTTP_NETWORK_SIZE];
    static char long_text[200];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str network = http_url_network(str_of(cases[i][0]), room);
        assert_string_equal(network.data, cases[i][1]);
        assert_int_equal(network.size, strlen(cases[i][1]));
    }
    memset(long_text, 'a', sizeof long_text - 1);
    assert_int_equal(http_url_network(str_of(long_text), room).size, HTTP_NETWORK_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_path_becomes_relative_and_decoded),
        cmocka_unit_test(nothing_that_could_leave_the_folder_passes),
        cmocka_unit_test(a_path_has_limits),
        cmocka_unit_test(patterns_choose_routes),
        cmocka_unit_test(types_follow_names),
        cmocka_unit_test(gzip_is_sent_only_to_who_takes_it),
        cmocka_unit_test(tags_are_compared_whole),
        cmocka_unit_test(only_this_machine_is_loopback),
        cmocka_unit_test(an_address_stands_for_its_network),
        cmocka_unit_test(a_query_value_is_decoded_or_refused),
        cmocka_unit_test(a_cookie_is_found_by_its_whole_name),
        cmocka_unit_test(a_media_type_is_compared_without_its_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
