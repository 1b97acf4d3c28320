/* wire_jt808_answer_test.c - the platform's answers, byte for byte. */
#include "wire/jt808/answer.h"

#include "jt808_shared.h"

static const struct wire_jt808_head of_2013 = {
    .msg_id = 0x0200, .serial = 0x1234, .phone = {0x01, 0x23, 0x45, 0x67, 0x89, 0x01}};
static const struct wire_jt808_head of_2019 = {
    .msg_id = 0x0100,
    .serial = 7,
    .v2019 = true,
    .protocol_version = 1,
    .parted = true,
    .part_count = 3,
    .part_no = 1,
    .phone = {0, 0, 0, 0, 1, 0x72, 0x99, 0x84, 0x17, 0x38}};

/* The frame in `out` has that header, without its phone and serial, and that body. */
static void assert_sent(struct buf *out, const struct wire_jt808_head *to, const char *id_attr,
                        const char *body)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct buf want;

    buf_init(&want, 4096);
    jt808_shared_hex(str_of(id_attr), &want);
    jt808_shared_hex(str_of(body), &want);
    assert_int_equal(wire_jt808_frame(str_bytes(buf_text(out)), room, &frame, NULL), OK);
    assert_int_equal(frame.head.msg_id, (uint8_t)want.data[0] << 8 | (uint8_t)want.data[1]);
    assert_int_equal(frame.head.attr, (uint8_t)want.data[2] << 8 | (uint8_t)want.data[3]);
    assert_int_equal(frame.head.protocol_version, to->protocol_version);
    assert_int_equal(frame.head.serial, 0x0BAD);
    assert_memory_equal(frame.head.phone, to->phone, sizeof to->phone);
    assert_int_equal(frame.body.size, want.size - 4);
    if (frame.body.size)
        assert_memory_equal(frame.body.data, want.data + 4, frame.body.size);
    buf_done(&want);
    buf_reset(out);
}

static void answers_go_back_in_the_terminal_s_form(void **state)
{
    static const uint16_t parts[] = {2, 0x7E7D};
    const struct utc_us now = {INT64_C(1786976292) * CLOCK_US_PER_S + 999999};
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    wire_jt808_answer(&out, &of_2013, 0x0BAD, WIRE_JT808_DONE);
    assert_sent(&out, &of_2013, "80010005", "1234020000");
    wire_jt808_answer(&out, &of_2019, 0x0BAD, WIRE_JT808_UNSUPPORTED);
    assert_sent(&out, &of_2019, "80014005", "0007010003");
    wire_jt808_answer_register(&out, &of_2019, 0x0BAD, WIRE_JT808_REGISTERED, STR("abc"));
    assert_sent(&out, &of_2019, "81004006", "000700616263");
    wire_jt808_answer_register(&out, &of_2013, 0x0BAD, WIRE_JT808_VEHICLE_UNKNOWN, STR("abc"));
    assert_sent(&out, &of_2013, "81000003", "123402");
    wire_jt808_answer_clock(&out, &of_2019, 0x0BAD, now);
    assert_sent(&out, &of_2019, "80044006", "260817141812");
    wire_jt808_answer_media(&out, &of_2013, 0x0BAD, 0x01020304, NULL, 0);
    assert_sent(&out, &of_2013, "88000004", "01020304");
    wire_jt808_answer_media(&out, &of_2013, 0x0BAD, 0x01020304, parts, 2);
    assert_sent(&out, &of_2013, "88000009", "010203040200027e7d");
    wire_jt808_ask_parts(&out, &of_2013, 0x0BAD, 0x1230, parts, 2);
    assert_sent(&out, &of_2013, "80030007", "12300200027e7d");
    wire_jt808_ask_parts(&out, &of_2019, 0x0BAD, 0x1230, parts, 2);
    assert_sent(&out, &of_2019, "80034008", "1230000200027e7d");
    buf_done(&out);
}

static void long_lists_are_cut(void **state)
{
    static const uint16_t parts[1000];
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    wire_jt808_answer_media(&out, &of_2019, 1, 9, parts, COUNT_OF(parts));
    assert_int_equal(wire_jt808_frame(str_bytes(buf_text(&out)), room, &frame, NULL), OK);
    assert_int_equal(frame.body.size, 5 + 2 * WIRE_JT808_ASK_MAX);
    assert_int_equal(frame.body.data[4], WIRE_JT808_ASK_MAX);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_go_back_in_the_terminal_s_form),
        cmocka_unit_test(long_lists_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
