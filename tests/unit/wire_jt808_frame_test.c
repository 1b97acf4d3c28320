/* wire_jt808_frame_test.c - frames out of streams and back: escapes, checks, resynchronising. */
#include "wire/jt808/frame.h"

#include "jt808_shared.h"
#include "prop.h"

enum { BYTES_MAX = 1 << 20 };

static struct buf bytes_of(const char *hex)
{
    struct buf buf;

    buf_init(&buf, BYTES_MAX);
    jt808_shared_hex(str_of(hex), &buf);
    return buf;
}

static struct bytes bytes_in(const struct buf *buf)
{
    return str_bytes(buf_text(buf));
}

static void assert_hex(struct bytes got, const char *hex)
{
    struct buf want = bytes_of(hex);

    assert_int_equal(got.size, want.size);
    assert_memory_equal(got.data, want.data, got.size);
    buf_done(&want);
}

static void a_frame_of_2013_is_parsed(void **state)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct buf raw = bytes_of("7e000100050123456789017fff1234000200287e");
    struct wire_jt808_frame frame;

    (void)state;
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), OK);
    assert_int_equal(frame.head.msg_id, 0x0001);
    assert_int_equal(frame.head.attr, 0x0005);
    assert_false(frame.head.v2019);
    assert_false(frame.head.parted);
    assert_int_equal(frame.head.serial, 0x7FFF);
    assert_hex((struct bytes){frame.head.phone, 6}, "012345678901");
    assert_hex(frame.body, "1234000200");
    buf_done(&raw);
}

static void a_part_of_2019_is_parsed(void **state)
{
    const struct wire_jt808_head head = {.msg_id = 0x0801,
                                         .v2019 = true,
                                         .parted = true,
                                         .encryption = 1,
                                         .protocol_version = 1,
                                         .phone = {0, 0, 0, 0, 0x01, 0x39},
                                         .serial = 0xFFFE,
                                         .part_count = 300,
                                         .part_no = 299};
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct buf raw;

    (void)state;
    buf_init(&raw, BYTES_MAX);
    wire_jt808_frame_write(&raw, &head, str_bytes(STR("abc")));
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), OK);
    assert_int_equal(frame.head.attr, 0x6403);
    assert_int_equal(frame.head.encryption, 1);
    assert_int_equal(frame.head.protocol_version, 1);
    assert_memory_equal(frame.head.phone, head.phone, sizeof head.phone);
    assert_int_equal(frame.head.serial, 0xFFFE);
    assert_int_equal(frame.head.part_count, 300);
    assert_int_equal(frame.head.part_no, 299);
    assert_hex(frame.body, "616263");
    buf_done(&raw);
}

static void escapes_are_undone_as_the_standard_shows(void **state)
{
    const struct wire_jt808_head head = {.msg_id = 0x0900, .serial = 1};
    static const uint8_t body[] = {0x30, 0x7E, 0x08, 0x7D, 0x55};
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct buf raw;

    (void)state;
    buf_init(&raw, BYTES_MAX);
    wire_jt808_frame_write(&raw, &head, (struct bytes){body, sizeof body});
    assert_hex(bytes_in(&raw), "7e090000050000000000000001307d02087d0155637e");
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), OK);
    assert_int_equal(frame.body.size, sizeof body);
    assert_memory_equal(frame.body.data, body, sizeof body);
    buf_done(&raw);
}

/* Each raw is refused with its code, and the diagnosis says something of its own. */
static void broken_frames_are_refused_with_a_reason(void **state)
{
    static const struct {
        const char *hex;
        enum err err;
        const char *says;
    } cases[] = {
        {"", ERR_SYNTAX, "begins and ends"},
        {"7e", ERR_SYNTAX, "begins and ends"},
        {"000200", ERR_SYNTAX, "begins and ends"},
        {"7e0002000000000000067900007d7e", ERR_SYNTAX, "no second byte"},
        {"7e00027d037e", ERR_SYNTAX, "7d03"},
        {"7e7e7e", ERR_SYNTAX, "more than one"},
        {"7e7e", ERR_TRUNCATED, "too few"},
        {"7e307d02087d01557e", ERR_TRUNCATED, "too few"},
        {"7e000200000000000000000000037e", ERR_CHECKSUM, "should be 02"},
        {"7e000200010000000000000000037e", ERR_TRUNCATED, "1 bytes but it has 0"},
        {"7e00020000000000000000000005077e", ERR_INVALID, "0 bytes but it has 1"},
        {"7e000240000100000000000000000000437e", ERR_TRUNCATED, "too few"},
        {"7e000220000000000000000001227e", ERR_CHECKSUM, "check"},
    };
    uint8_t room[WIRE_JT808_PLAIN_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct wire_jt808_frame frame = {.head = {.msg_id = 7}};
        struct diag diag;
        struct buf raw = bytes_of(cases[i].hex);
        enum err err = wire_jt808_frame(bytes_in(&raw), room, &frame, &diag);
        if (err != cases[i].err)
            fail_msg("%s: %s", cases[i].hex, err ? diag.text : "taken");
        if (!strstr(diag.text, cases[i].says))
            fail_msg("%s: %s", cases[i].hex, diag.text);
        assert_int_equal(frame.head.msg_id, 7); /* untouched */
        buf_done(&raw);
    }
}

static void one_byte_more_than_the_largest_frame_is_refused(void **state)
{
    static uint8_t flags[WIRE_JT808_BODY_MAX];
    const struct wire_jt808_head head = {
        .msg_id = 0x7E7D, .v2019 = true, .parted = true, .protocol_version = 0x7E};
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct buf raw;

    (void)state;
    memset(flags, 0x7E, sizeof flags);
    buf_init(&raw, BYTES_MAX);
    wire_jt808_frame_write(&raw, &head, (struct bytes){flags, sizeof flags});
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), OK);
    assert_int_equal(frame.body.size, WIRE_JT808_BODY_MAX);
    buf_reset(&raw);
    buf_u8(&raw, 0x7E);
    for (int i = 0; i < WIRE_JT808_PLAIN_MAX; i++)
        buf_add(&raw, "\x7D\x02", 2);
    buf_u8(&raw, 0x7E);
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), ERR_CHECKSUM);
    raw.data[raw.size - 1] = 0x11;
    buf_u8(&raw, 0x7E);
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), ERR_LIMIT);
    buf_reset(&raw);
    buf_u8(&raw, 0x7E);
    for (int i = 0; i <= WIRE_JT808_PLAIN_MAX; i++)
        buf_u8(&raw, 0);
    buf_u8(&raw, 0x7E);
    assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), ERR_LIMIT);
    buf_done(&raw);
}

/* Counts of what a stream gave. */
struct got {
    size_t frames;
    size_t bad;
    struct buf raws;    /* of the frames, one after the other */
    struct buf dropped; /* the last piece */
};

static void got_init(struct got *got)
{
    *got = (struct got){0};
    buf_init(&got->raws, BYTES_MAX);
    buf_init(&got->dropped, BYTES_MAX);
}

static void got_done(struct got *got)
{
    buf_done(&got->raws);
    buf_done(&got->dropped);
}

/* Reads what the window holds and keeps the rest, as a server does. */
static void feed(struct buf *window, struct bytes chunk, struct got *got)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_piece piece;
    enum wire_jt808_cut cut;

    buf_add(window, chunk.data, chunk.size);
    struct bytes input = bytes_in(window);
    while ((cut = wire_jt808_cut(&input, room, &piece)) != WIRE_JT808_CUT_MORE) {
        got->frames += cut == WIRE_JT808_CUT_FRAME;
        got->bad += cut == WIRE_JT808_CUT_BAD;
        assert_true(cut == WIRE_JT808_CUT_FRAME || piece.why != OK);
        struct buf *out = cut == WIRE_JT808_CUT_FRAME ? &got->raws : &got->dropped;
        if (cut == WIRE_JT808_CUT_BAD)
            buf_reset(out);
        buf_add(out, piece.raw.data, piece.raw.size);
    }
    assert_true(input.size < WIRE_JT808_FRAME_MAX);
    if (input.size)
        memmove(window->data, input.data, input.size);
    window->size = input.size;
}

static void stream_case(struct str line)
{
    struct str chunks = jt808_shared_after(line, "chunks");
    struct str frames = jt808_shared_after(line, "frames");
    struct got got;
    struct buf window;
    struct buf chunk;
    struct buf want;
    struct str text;
    size_t count = 0;

    buf_init(&window, BYTES_MAX);
    buf_init(&chunk, BYTES_MAX);
    buf_init(&want, BYTES_MAX);
    got_init(&got);
    while (jt808_shared_next(&chunks, &text)) {
        buf_reset(&chunk);
        jt808_shared_hex(text, &chunk);
        feed(&window, bytes_in(&chunk), &got);
    }
    while (jt808_shared_next(&frames, &text)) {
        jt808_shared_hex(text, &want);
        count++;
    }
    struct str name = jt808_shared_get(line, "name");
    if (str_eq(name, STR("standard-escape-example"))) { /* framing only: no header inside */
        assert_int_equal(got.frames, 0);
        assert_true(str_eq(buf_text(&got.dropped), buf_text(&want)));
    } else {
        if (got.frames != count)
            fail_msg("%.*s: %zu frames, not %zu", STR_ARG(name), got.frames, count);
        assert_true(str_eq(buf_text(&got.raws), buf_text(&want)));
    }
    buf_done(&window);
    buf_done(&chunk);
    buf_done(&want);
    got_done(&got);
}

static void recorded_streams_give_their_frames(void **state)
{
    struct buf content = jt808_shared_open("jt808-stream.jsonl");
    struct str rest = buf_text(&content);
    struct str line;
    size_t count = 0;

    (void)state;
    while (jt808_shared_line(&rest, &line)) {
        stream_case(line);
        count++;
    }
    assert_int_equal(count, 17);
    buf_done(&content);
}

static void recorded_frames_are_written_the_same_again(void **state)
{
    struct buf content = jt808_shared_open("jt808-vectors.jsonl");
    struct str rest = buf_text(&content);
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct str line;
    size_t count = 0;

    (void)state;
    while (jt808_shared_line(&rest, &line)) {
        struct wire_jt808_frame frame;
        struct buf again;
        struct buf raw;
        buf_init(&raw, BYTES_MAX);
        buf_init(&again, BYTES_MAX);
        jt808_shared_hex(jt808_shared_get(line, "hex"), &raw);
        assert_int_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, NULL), OK);
        wire_jt808_frame_write(&again, &frame.head, frame.body);
        assert_int_equal(again.size, raw.size);
        assert_memory_equal(again.data, raw.data, raw.size);
        buf_done(&raw);
        buf_done(&again);
        count++;
    }
    assert_int_equal(count, 302);
    buf_done(&content);
}

static void recorded_mistakes_are_refused(void **state)
{
    struct buf content = jt808_shared_open("jt808-negative.jsonl");
    struct str rest = buf_text(&content);
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct str line;
    size_t count = 0;

    (void)state;
    while (jt808_shared_line(&rest, &line)) {
        struct wire_jt808_frame frame;
        struct diag diag = {0};
        struct buf raw;
        buf_init(&raw, BYTES_MAX);
        jt808_shared_hex(jt808_shared_get(line, "hex"), &raw);
        assert_int_not_equal(wire_jt808_frame(bytes_in(&raw), room, &frame, &diag), OK);
        assert_true(diag.text[0]);
        buf_done(&raw);
        count++;
    }
    assert_int_equal(count, 43);
    buf_done(&content);
}

static void noise_and_lost_flags_cost_no_frame_behind_them(void **state)
{
    const struct wire_jt808_head head = {.msg_id = 2, .serial = 9, .phone = {0x01, 0x39}};
    struct got got;
    struct buf window;
    struct buf one;

    (void)state;
    buf_init(&window, BYTES_MAX);
    buf_init(&one, BYTES_MAX);
    got_init(&got);
    wire_jt808_frame_write(&one, &head, (struct bytes){0});

    feed(&window, str_bytes(STR("GET / HTTP/1.1\r\n\r\n")), &got);
    assert_int_equal(got.bad, 1);
    feed(&window, bytes_in(&one), &got);
    assert_int_equal(got.frames, 1);
    feed(&window, str_bytes(STR("between")), &got);
    feed(&window, bytes_in(&one), &got);
    assert_int_equal(got.frames, 2);
    assert_int_equal(got.bad, 2);
    feed(&window, (struct bytes){(const uint8_t *)one.data, one.size - 1}, &got); /* no flag */
    feed(&window, bytes_in(&one), &got);
    assert_int_equal(got.frames, 4); /* the next frame's flag closes it */
    for (int i = 0; i < WIRE_JT808_FRAME_MAX; i++)
        feed(&window, str_bytes(STR("x")), &got);
    assert_int_equal(got.frames, 4);
    feed(&window, bytes_in(&one), &got);
    assert_int_equal(got.frames, 5);
    buf_done(&window);
    buf_done(&one);
    got_done(&got);
}

/* A stream of frames and noise: the frames are the same whole and cut anywhere. */
static bool any_cut_gives_the_same_frames(struct rng *rng, size_t size)
{
    struct got whole;
    struct got parts;
    struct buf stream;
    struct buf window;

    buf_init(&stream, BYTES_MAX);
    buf_init(&window, BYTES_MAX);
    got_init(&whole);
    got_init(&parts);
    for (size_t i = 0; i < size; i++) {
        struct wire_jt808_head head = {.msg_id = (uint16_t)rng_u64(rng),
                                       .serial = (uint16_t)i,
                                       .v2019 = rng_below(rng, 2),
                                       .parted = rng_below(rng, 2)};
        uint8_t body[64];
        for (size_t j = 0; j < sizeof body; j++)
            body[j] = rng_below(rng, 3) ? (uint8_t)rng_u64(rng) : 0x7D + (uint8_t)(j % 2);
        if (rng_below(rng, 3))
            wire_jt808_frame_write(&stream, &head,
                                   (struct bytes){body, rng_below(rng, sizeof body)});
        else
            buf_add(&stream, body, rng_below(rng, sizeof body));
    }
    feed(&window, bytes_in(&stream), &whole);
    buf_reset(&window);
    for (size_t at = 0; at < stream.size;) {
        size_t step = 1 + rng_below(rng, 40);
        step = step < stream.size - at ? step : stream.size - at;
        feed(&window, (struct bytes){(const uint8_t *)stream.data + at, step}, &parts);
        at += step;
    }
    bool same =
        whole.frames == parts.frames && str_eq(buf_text(&whole.raws), buf_text(&parts.raws));
    buf_done(&stream);
    buf_done(&window);
    got_done(&whole);
    got_done(&parts);
    return same;
}

static void streams_may_be_cut_anywhere(void **state)
{
    (void)state;
    PROP(any_cut_gives_the_same_frames, 300, 60);
}

static void a_device_has_one_name_in_both_forms(void **state)
{
    static const struct {
        bool v2019;
        uint8_t phone[WIRE_JT808_PHONE_MAX];
        const char *name;
    } cases[] = {
        {false, {0x01, 0x72, 0x99, 0x84, 0x17, 0x38}, "17299841738"},
        {true, {0, 0, 0, 0, 0x01, 0x72, 0x99, 0x84, 0x17, 0x38}, "17299841738"},
        {false, {0}, "0"},
        {true, {0}, "0"},
        {false, {0x4E, 0xB6, 0xFB, 0x4A, 0xFD, 0x9E}, "4eb6fb4afd9e"},
        {true, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0A}, "0000000000000000000a"},
        {false, {0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x77}, "999999999999"},
    };
    char room[WIRE_JT808_DEVICE_MAX + 1];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct wire_jt808_head head = {.v2019 = cases[i].v2019};
        memcpy(head.phone, cases[i].phone, sizeof head.phone);
        struct str name = wire_jt808_device(&head, room);
        assert_true(str_eq(name, str_of(cases[i].name)));
        assert_int_equal(name.data[name.size], 0);
    }
}

static enum err write_one(void *context)
{
    struct buf out;

    (void)context;
    buf_init(&out, BYTES_MAX);
    wire_jt808_frame_write(&out, &(struct wire_jt808_head){.msg_id = 2}, (struct bytes){0});
    enum err err = buf_err(&out);
    buf_done(&out);
    return err;
}

static void writing_survives_every_refused_allocation(void **state)
{
    (void)state;
    check_sweep(write_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_of_2013_is_parsed),
        cmocka_unit_test(a_part_of_2019_is_parsed),
        cmocka_unit_test(escapes_are_undone_as_the_standard_shows),
        cmocka_unit_test(broken_frames_are_refused_with_a_reason),
        cmocka_unit_test(one_byte_more_than_the_largest_frame_is_refused),
        cmocka_unit_test(recorded_streams_give_their_frames),
        cmocka_unit_test(recorded_frames_are_written_the_same_again),
        cmocka_unit_test(recorded_mistakes_are_refused),
        cmocka_unit_test(noise_and_lost_flags_cost_no_frame_behind_them),
        cmocka_unit_test(streams_may_be_cut_anywhere),
        cmocka_unit_test(a_device_has_one_name_in_both_forms),
        cmocka_unit_test(writing_survives_every_refused_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
