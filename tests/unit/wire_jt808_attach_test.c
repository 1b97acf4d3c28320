/* wire_jt808_attach_test.c - what a truck's body says, by the layout in docs/devices.md. */
#include "wire/jt808/attach.h"

#include "jt808_shared.h"

enum { BYTES_MAX = 4096 };

/* A lift with a tag, a tag alone, a kind of the future, a brush, a level. */
static const char told[] = "0105"
                           "01 19 261124123456 03 02 0000157c 00000c80 08 4531323334353637"
                           "02 0a 261124123500 01 02 4142"
                           "7f 07 261124123501 ff"
                           "03 07 261124123502 1f"
                           "04 0c 261124123503 01 4b 0000ffff";

static void unspaced(const char *text, struct buf *out)
{
    char digits[512];
    size_t size = 0;

    for (; *text; text++)
        if (*text != ' ')
            digits[size++] = *text;
    jt808_shared_hex((struct str){digits, size}, out);
}

static struct bytes in(const struct buf *buf)
{
    return str_bytes(buf_text(buf));
}

static void records_are_read(void **state)
{
    struct wire_attach attach;
    struct diag diag;
    struct buf raw;

    (void)state;
    buf_init(&raw, BYTES_MAX);
    unspaced(told, &raw);
    if (wire_attach_decode(in(&raw), &attach, &diag))
        fail_msg("%s", diag.text);
    assert_int_equal(attach.count, 4);
    assert_int_equal(attach.skipped, 1);
    const struct wire_attach_event *lift = &attach.events[0];
    assert_int_equal(lift->kind, WIRE_ATTACH_LIFT);
    assert_memory_equal(lift->time_bcd, "\x26\x11\x24\x12\x34\x56", 6);
    assert_int_equal(lift->bits, WIRE_ATTACH_LIFT_EMPTIED | WIRE_ATTACH_LIFT_STABLE);
    assert_int_equal(lift->compartment, 2);
    assert_int_equal(lift->gross_dag, 5500);
    assert_int_equal(lift->net_dag, 3200);
    check_text(lift->tag, "E1234567");
    assert_int_equal(attach.events[1].kind, WIRE_ATTACH_TAG);
    assert_int_equal(attach.events[1].reader, 1);
    check_text(attach.events[1].tag, "AB");
    assert_int_equal(attach.events[2].kind, WIRE_ATTACH_BRUSH);
    assert_int_equal(attach.events[2].bits, WIRE_ATTACH_BRUSH_DOWN | WIRE_ATTACH_BRUSH_SUCTION |
                                                WIRE_ATTACH_BRUSH_WATER | WIRE_ATTACH_BRUSH_LEFT |
                                                WIRE_ATTACH_BRUSH_RIGHT);
    assert_int_equal(attach.events[3].kind, WIRE_ATTACH_LEVEL);
    assert_int_equal(attach.events[3].compartment, 1);
    assert_int_equal(attach.events[3].percent, 75);
    assert_int_equal(attach.events[3].net_dag, 0xFFFF);
    buf_done(&raw);
}

static void events_are_written_as_they_were_read(void **state)
{
    struct wire_attach attach;
    struct wire_attach again;
    struct buf raw;
    struct buf out;

    (void)state;
    buf_init(&raw, BYTES_MAX);
    buf_init(&out, BYTES_MAX);
    unspaced(told, &raw);
    assert_int_equal(wire_attach_decode(in(&raw), &attach, NULL), OK);
    wire_attach_encode(&attach, &out);
    assert_int_equal(buf_err(&out), OK);
    assert_int_equal(out.size, raw.size - 9); /* without the kind that is not known */
    assert_int_equal(wire_attach_decode(in(&out), &again, NULL), OK);
    assert_int_equal(again.count, 4);
    assert_int_equal(again.skipped, 0);
    buf_reset(&raw);
    wire_attach_encode(&again, &raw);
    assert_true(str_eq(buf_text(&raw), buf_text(&out)));
    buf_done(&raw);
    buf_done(&out);
}

static void a_longer_record_of_a_known_kind_is_read(void **state)
{
    struct wire_attach attach;
    struct buf raw;

    (void)state;
    buf_init(&raw, BYTES_MAX);
    unspaced("0101 03 09 261124123502 01 beef", &raw);
    assert_int_equal(wire_attach_decode(in(&raw), &attach, NULL), OK);
    assert_int_equal(attach.events[0].bits, WIRE_ATTACH_BRUSH_DOWN);
    buf_done(&raw);
}

static void mistakes_are_refused_with_the_record(void **state)
{
    static const struct {
        const char *hex;
        enum err err;
        const char *says;
    } cases[] = {
        {"", ERR_TRUNCATED, "version and count"},
        {"01", ERR_TRUNCATED, "version and count"},
        {"0200", ERR_UNSUPPORTED, "version 2"},
        {"010003", ERR_INVALID, "1 bytes follow"},
        {"0101", ERR_TRUNCATED, "record 1"},
        {"0101 03 05 2611241235", ERR_TRUNCATED, "record 1 ends before its time"},
        {"0101 03 06 261124123502", ERR_TRUNCATED, "kind 3 is too short"},
        {"0101 03 08 261124123502 01", ERR_TRUNCATED, "record 1"},
        {"0102 03 07 261124123502 01 02 08 261124123500 01 02", ERR_TRUNCATED,
         "record 2 of kind 2"},
        {"0101 02 0a 261124123500 01 02 4120", ERR_INVALID, "printable ASCII"},
        {"0101 04 0c 261124123503 01 65 0000ffff", ERR_INVALID, "101 percent"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct wire_attach attach = {.count = 77};
        struct diag diag = {0};
        struct buf raw;
        buf_init(&raw, BYTES_MAX);
        unspaced(cases[i].hex, &raw);
        assert_int_equal(wire_attach_decode(in(&raw), &attach, &diag), cases[i].err);
        if (!strstr(diag.text, cases[i].says))
            fail_msg("%s: %s", cases[i].hex, diag.text);
        assert_int_equal(attach.count, 77);
        buf_done(&raw);
    }
}

static void too_many_events_are_refused(void **state)
{
    struct wire_attach attach;
    struct buf raw;

    (void)state;
    buf_init(&raw, BYTES_MAX);
    unspaced("0181", &raw);
    for (int i = 0; i <= WIRE_ATTACH_EVENTS_MAX; i++)
        unspaced("03 07 261124123502 01", &raw);
    assert_int_equal(wire_attach_decode(in(&raw), &attach, NULL), ERR_LIMIT);
    raw.data[1]--;
    raw.size -= 9;
    assert_int_equal(wire_attach_decode(in(&raw), &attach, NULL), OK);
    assert_int_equal(attach.count, WIRE_ATTACH_EVENTS_MAX);
    buf_done(&raw);
}

static enum err encode_one(void *context)
{
    const struct wire_attach attach = {.count = 1,
                                       .events = {{.kind = WIRE_ATTACH_LIFT, .tag = STR("A")}}};
    struct buf out;

    (void)context;
    buf_init(&out, BYTES_MAX);
    wire_attach_encode(&attach, &out);
    enum err err = buf_err(&out);
    buf_done(&out);
    return err;
}

static void refused_allocations_are_told(void **state)
{
    (void)state;
    check_sweep(encode_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read),
        cmocka_unit_test(events_are_written_as_they_were_read),
        cmocka_unit_test(a_longer_record_of_a_known_kind_is_read),
        cmocka_unit_test(mistakes_are_refused_with_the_record),
        cmocka_unit_test(too_many_events_are_refused),
        cmocka_unit_test(refused_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
