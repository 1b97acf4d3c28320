/* base_json_test.c - JSON token by token: what RFC 8259 allows is read, the rest is told with its
 * place. */
#include "base/json.h"

#include <string.h>

#include "base/jw.h"
#include "check.h"
#include "prop.h"

static void texts_are_decoded(void **state)
{
    struct json json;

    (void)state;
    json_init(&json, STR("[\"a\\n\\u00e9\\u96c1\\ud83d\\ude9b\\ud83d\", -1.5e3, true, {}]"));
    assert_int_equal(json_next(&json), JSON_ARRAY);
    assert_int_equal(json_next(&json), JSON_STRING);
    check_text(json_text(&json), "a\n\xC3\xA9雁\xF0\x9F\x9A\x9B\xEF\xBF\xBD");
    assert_int_equal(json_next(&json), JSON_NUMBER);
    check_text(json_text(&json), "-1.5e3");
    assert_int_equal(json_next(&json), JSON_WORD);
    assert_int_equal(json_next(&json), JSON_OBJECT);
    assert_int_equal(json_next(&json), JSON_OBJECT_END);
    assert_int_equal(json_next(&json), JSON_ARRAY_END);
    assert_int_equal(json_next(&json), JSON_END);
    assert_int_equal(json_next(&json), JSON_END);
    assert_int_equal(json_end(&json, NULL), OK);
    json_done(&json);
}

static void nesting_ends_at_the_limit(void **state)
{
    struct json json;
    struct diag diag = {0};
    char deep[JSON_DEPTH_MAX + 1];
    int opened = 0;

    (void)state;
    memset(deep, '[', sizeof deep);
    json_init(&json, (struct str){deep, sizeof deep});
    while (json_next(&json) == JSON_ARRAY)
        opened++;
    assert_int_equal(opened, JSON_DEPTH_MAX);
    assert_int_equal(json_end(&json, &diag), ERR_LIMIT);
    assert_int_equal(diag.column, JSON_DEPTH_MAX + 1);
    json_done(&json);
}

static enum err read_all(struct str content, struct diag *diag)
{
    struct json json;

    json_init(&json, content);
    while (json_next(&json) > JSON_END)
        ;
    enum err err = json_end(&json, diag);
    json_done(&json);
    return err;
}

static const struct {
    const char *text;
    unsigned line;
    unsigned column;
    const char *says;
} mistake_rows[] = {
    {"", 1, 1, "ends too early"},
    {" \n ", 2, 2, "ends too early"},
    {"[", 1, 2, "ends too early"},
    {"[1,]", 1, 4, "comma before"},
    {"{\"a\":1,}", 1, 8, "comma before"},
    {"[1 2]", 1, 4, "a comma is missing"},
    {"[,1]", 1, 2, "a value is expected"},
    {"[1}", 1, 3, "opens nothing"},
    {"]", 1, 1, "opens nothing"},
    {"{\"a\":}", 1, 6, "opens nothing"},
    {"{\"a\"}", 1, 5, "a colon"},
    {"{a:1}", 1, 2, "a key in double quotes"},
    {"{1:1}", 1, 2, "a key in double quotes"},
    {"1\n\n 2", 3, 2, "text after the end"},
    {"tru", 1, 4, "a value is expected"},
    {"nul", 1, 4, "a value is expected"},
    {"NaN", 1, 1, "a value is expected"},
    {"[01]", 1, 4, "a value is expected"},
    {"[+1]", 1, 4, "a value is expected"},
    {"[.5]", 1, 4, "a value is expected"},
    {"[1.]", 1, 4, "a value is expected"},
    {"[1e]", 1, 4, "a value is expected"},
    {"[1e+]", 1, 5, "a value is expected"},
    {"[-]", 1, 3, "a value is expected"},
    {"[1e999]", 1, 7, "a value is expected"},
    {"[1-2]", 1, 5, "a value is expected"},
    {"\"x", 1, 3, "never closed"},
    {"\"x\\n", 1, 5, "never closed"},
    {"\"a\tb\"", 1, 3, "a control character"},
    {"\"a\\n\tb\"", 1, 5, "a control character"},
    {"\"\\q\"", 1, 4, "no such escape"},
    {"\"\\u12g4\"", 1, 6, "no such escape"},
    {"\"\xFF\"", 1, 4, "UTF-8"},
    {"\"\\n\xC3\"", 1, 6, "UTF-8"},
    {"/* */ 1", 1, 1, "a value is expected"},
};

static void mistakes_are_told_with_their_place(void **state)
{
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistake_rows); i++) {
        struct diag diag = {0};
        enum err err = read_all(str_of(mistake_rows[i].text), &diag);
        if (err != ERR_SYNTAX || diag.line != mistake_rows[i].line ||
            diag.column != mistake_rows[i].column || !strstr(diag.text, mistake_rows[i].says)) {
            print_error("%s: %d %u:%u %s\n", mistake_rows[i].text, err, (unsigned)diag.line,
                        (unsigned)diag.column, diag.text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void numbers_of_the_grammar_are_read(void **state)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {{"0", 0},         {"-0", 0},      {"-0.5", -0.5},
                {"1e3", 1000},    {"1E+3", 1000}, {"25e-2", 0.25},
                {"112.5", 112.5}, {" 7 ", 7},     {"-1.25E-1", -0.125}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json json;
        double value = -1;
        json_init(&json, str_of(rows[i].text));
        assert_true(json_f64(&json, json_next(&json), &value));
        assert_int_equal(json_end(&json, NULL), OK);
        assert_true(value >= rows[i].value && value <= rows[i].value);
        json_done(&json);
    }
}

/* What an API asks of a document: members in a loop, each of its own kind. */
struct thing {
    struct str name;
    double weight;
    int64_t count;
    bool big;
    size_t parts;
    bool nothing;
};

static void thing_member(struct json *json, struct str key, enum json_token token,
                         struct thing *thing)
{
    if (str_eq(key, STR("name")))
        json_str(json, token, &thing->name);
    else if (str_eq(key, STR("weight")))
        json_f64(json, token, &thing->weight);
    else if (str_eq(key, STR("count")))
        json_i64(json, token, &thing->count);
    else if (str_eq(key, STR("big")))
        json_bool(json, token, &thing->big);
    else if (str_eq(key, STR("nothing")))
        thing->nothing = json_is_null(json, token);
    else if (str_eq(key, STR("parts")) && json_want(json, token, JSON_ARRAY))
        for (; json_item(json, &token); thing->parts++)
            json_skip(json, token);
    else if (str_eq(key, STR("skip")))
        json_skip(json, token);
    else
        json_refuse(json, ERR_INVALID, "unknown member `%.*s`", STR_ARG(key));
}

static enum err thing_read(const char *text, struct thing *thing, struct diag *diag)
{
    struct json json;
    struct str key;
    enum json_token token;

    json_init(&json, str_of(text));
    if (json_want(&json, json_next(&json), JSON_OBJECT))
        while (json_member(&json, &key, &token))
            thing_member(&json, key, token, thing);
    enum err err = json_end(&json, diag);
    json_done(&json);
    return err;
}

static void members_are_taken_in_a_loop(void **state)
{
    struct thing thing = {0};
    const char *text = "\xEF\xBB\xBF{\"name\":\"bin\",\"weight\":1.5,\"count\":-3,\"big\":true,"
                       "\"skip\":[{\"a\":[]}],\"parts\":[1,[2],{\"b\":3},\"c\"],\"nothing\":null}";

    (void)state;
    assert_int_equal(thing_read(text, &thing, NULL), OK);
    check_text(thing.name, "bin"); /* without an escape it points into the content */
    assert_true(thing.name.data > text && thing.name.data < text + strlen(text));
    assert_true(thing.weight > 1.4 && thing.weight < 1.6);
    assert_int_equal(thing.count, -3);
    assert_true(thing.big);
    assert_true(thing.nothing);
    assert_int_equal(thing.parts, 4);
}

static const struct {
    const char *text;
    enum err err;
    unsigned column;
    const char *says;
} kind_rows[] = {
    {"[]", ERR_INVALID, 1, "an object is expected"},
    {"{\"name\":7}", ERR_INVALID, 9, "a text in double quotes"},
    {"{\"weight\":\"7\"}", ERR_INVALID, 11, "a number is expected"},
    {"{\"count\":1.5}", ERR_INVALID, 10, "a whole number"},
    {"{\"count\":99999999999999999999}", ERR_RANGE, 10, "out of range"},
    {"{\"big\":null}", ERR_INVALID, 8, "true or false"},
    {"{\"parts\":{}}", ERR_INVALID, 10, "a list is expected"},
    {"{ \"odd\": 1}", ERR_INVALID, 10, "unknown member `odd`"},
    {"{\"name\":\"a\"", ERR_SYNTAX, 12, "ends too early"},
    {"{} {}", ERR_SYNTAX, 4, "text after the end"},
};

static void values_of_another_kind_are_told(void **state)
{
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kind_rows); i++) {
        struct thing thing = {0};
        struct diag diag = {0};
        enum err err = thing_read(kind_rows[i].text, &thing, &diag);
        if (err != kind_rows[i].err || diag.line != 1 || diag.column != kind_rows[i].column ||
            !strstr(diag.text, kind_rows[i].says)) {
            print_error("%s: %d %u %s\n", kind_rows[i].text, err, (unsigned)diag.column, diag.text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* A key with escapes stays while its value, with escapes too, is read. */
static void a_key_outlives_its_value(void **state)
{
    struct json json;
    struct str key;
    enum json_token token;

    (void)state;
    json_init(&json, STR("{\"a\\nb\":\"c\\td\"}"));
    assert_int_equal(json_next(&json), JSON_OBJECT);
    assert_true(json_member(&json, &key, &token));
    check_text(key, "a\nb");
    check_text(json_text(&json), "c\td");
    assert_false(json_member(&json, &key, &token));
    assert_int_equal(json_end(&json, NULL), OK);
    json_done(&json);
}

static void a_kept_text_outlives_the_reader(void **state)
{
    struct json json;
    struct arena arena;
    struct str kept[2] = {0};
    const char *content = "[\"plain\",\"esc\\taped\"]";

    (void)state;
    arena_init(&arena, 1 << 16);
    json_init(&json, str_of(content));
    assert_int_equal(json_next(&json), JSON_ARRAY);
    for (size_t i = 0; i < COUNT_OF(kept); i++)
        assert_true(json_str_keep(&json, json_next(&json), &arena, &kept[i]));
    json_done(&json);
    check_text(kept[0], "plain");
    assert_ptr_equal(kept[0].data, content + 2);
    check_text(kept[1], "esc\taped");
    arena_done(&arena);
}

static void a_text_ends_at_the_limit(void **state)
{
    size_t size = JSON_TEXT_MAX + 8;
    char *text = mem_alloc(size);
    struct diag diag = {0};

    (void)state;
    assert_non_null(text);
    memset(text, 'x', size);
    text[0] = text[JSON_TEXT_MAX + 1] = '"';
    assert_int_equal(read_all((struct str){text, JSON_TEXT_MAX + 2}, &diag), OK);
    text[JSON_TEXT_MAX + 1] = 'x';
    text[JSON_TEXT_MAX + 2] = '"';
    assert_int_equal(read_all((struct str){text, JSON_TEXT_MAX + 3}, &diag), ERR_LIMIT);
    text[1] = '\\';
    text[2] = 'n'; /* one byte less, and through the copy */
    assert_int_equal(read_all((struct str){text, JSON_TEXT_MAX + 3}, &diag), OK);
    text[JSON_TEXT_MAX + 2] = 'x';
    text[JSON_TEXT_MAX + 3] = '"';
    assert_int_equal(read_all((struct str){text, JSON_TEXT_MAX + 4}, &diag), ERR_LIMIT);
    assert_non_null(strstr(diag.text, "too long"));
    mem_free(text);
}

/* What the writer writes is read as it was. */
static bool any_text_comes_back(struct rng *rng, size_t size)
{
    char bytes[100];
    size_t count = size < sizeof bytes ? size : sizeof bytes;
    size_t bad;
    struct buf out;
    struct jw jw;
    struct json json;

    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)(1 + rng_below(rng, 127));
    struct str text = {bytes, count};
    buf_init(&out, 4096);
    jw_init(&jw, &out);
    jw_str(&jw, text);
    json_init(&json, buf_text(&out));
    bool good = str_utf8(text, &bad) && json_next(&json) == JSON_STRING &&
                str_eq(json_text(&json), text) && json_end(&json, NULL) == OK;
    json_done(&json);
    buf_done(&out);
    return good;
}

static void written_texts_come_back(void **state)
{
    (void)state;
    PROP(any_text_comes_back, 2000, 100);
}

static enum err read_escapes(void *context)
{
    (void)context;
    return read_all(STR("{\"a\\n\":\"\\u96c1\",\"b\":[1,\"\\\\\"]}"), NULL);
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(read_escapes, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_decoded),
        cmocka_unit_test(nesting_ends_at_the_limit),
        cmocka_unit_test(mistakes_are_told_with_their_place),
        cmocka_unit_test(numbers_of_the_grammar_are_read),
        cmocka_unit_test(members_are_taken_in_a_loop),
        cmocka_unit_test(values_of_another_kind_are_told),
        cmocka_unit_test(a_key_outlives_its_value),
        cmocka_unit_test(a_kept_text_outlives_the_reader),
        cmocka_unit_test(a_text_ends_at_the_limit),
        cmocka_unit_test(written_texts_come_back),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
