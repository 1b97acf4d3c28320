/* base_log_test.c - one line a record, and nothing in a value can break it. */
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static struct utc_us fixed_utc(const struct clock *clock)
{
    (void)clock;
    return (struct utc_us){INT64_C(1795510861123456)}; /* date -u -d @1795510861 */
}

static struct mono_us fixed_mono(const struct clock *clock)
{
    (void)clock;
    return (struct mono_us){0};
}

static const struct clock fixed = {fixed_utc, fixed_mono};

#define TIME "time=2026-11-24T09:01:01.123Z"

struct sink {
    char *text;
    size_t size;
    struct log log;
};

static void open_sink(struct sink *sink, enum log_level least)
{
    *sink = (struct sink){0};
    FILE *out = open_memstream(&sink->text, &sink->size);
    assert_non_null(out);
    sink->log = (struct log){out, least, &fixed};
}

static void close_sink(struct sink *sink)
{
    fclose(sink->log.out);
    free(sink->text);
}

static void facts_are_typed_and_in_order(void **state)
{
    struct sink sink;

    (void)state;
    open_sink(&sink, LOG_INFO);
    LOG(&sink.log, INFO, "plan_done", KV_I64("routes", 12), KV_F64("seconds", 1.5),
        KV_STR("city", STR("demo")), KV_ERR("err", ERR_NOT_FOUND));
    assert_string_equal(sink.text, TIME " level=info event=plan_done routes=12 seconds=1.5 "
                                        "city=demo err=\"not found\"\n");
    close_sink(&sink);
}

static void a_value_cannot_forge_a_second_fact_or_line(void **state)
{
    struct sink sink;

    (void)state;
    open_sink(&sink, LOG_DEBUG);
    LOG(&sink.log, WARN, "x", KV_STR("a", STR("1 b=2")), KV_STR("c", STR("q\"\\")),
        KV_STR("d", STR("two\nlines")), KV_STR("e", STR("")));
    assert_string_equal(sink.text, TIME " level=warn event=x a=\"1 b=2\" c=\"q\\\"\\\\\" "
                                        "d=\"two lines\" e=\"\"\n");
    close_sink(&sink);
}

static void quieter_levels_and_no_stream_say_nothing(void **state)
{
    struct sink sink;
    struct log none = {.out = NULL, .least = LOG_DEBUG, .clock = &fixed};

    (void)state;
    open_sink(&sink, LOG_WARN);
    LOG(&sink.log, INFO, "x", KV_I64("a", 1));
    fflush(sink.log.out);
    assert_int_equal(sink.size, 0);
    LOG(&sink.log, ERR, "x", KV_I64("a", 1));
    assert_int_equal(sink.text[sink.size - 1], '\n');
    close_sink(&sink);
    LOG(&none, ERR, "x", KV_I64("a", 1));
    LOG(NULL, ERR, "x", KV_I64("a", 1));
}

static void an_endless_value_is_cut_to_one_line_of_utf8(void **state)
{
    struct sink sink;
    size_t bad;
    static char text[6001];

    (void)state;
    for (size_t at = 0; at + 3 < sizeof text; at += 3)
        memcpy(text + at, "桶", 3);
    for (size_t shift = 0; shift < 3; shift++) {
        open_sink(&sink, LOG_INFO);
        LOG(&sink.log, INFO, &"xyz"[shift], KV_STR("a", str_of(text)));
        assert_true(sink.size <= 1024);
        assert_ptr_equal(strchr(sink.text, '\n'), sink.text + sink.size - 1);
        assert_true(str_utf8((struct str){sink.text, sink.size}, &bad));
        close_sink(&sink);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_typed_and_in_order),
        cmocka_unit_test(a_value_cannot_forge_a_second_fact_or_line),
        cmocka_unit_test(quieter_levels_and_no_stream_say_nothing),
        cmocka_unit_test(an_endless_value_is_cut_to_one_line_of_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
