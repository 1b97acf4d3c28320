/* wire_jt808_body_test.c - bodies to values, to JSON, and back to the same bytes. */
#include "jt808_tools.h"

/* Both documents, token by token. The recorded one begins at its value of `key`. */
static void assert_same_json(struct str line, const char *key, struct str got)
{
    struct str want = jt808_shared_after(line, key);
    size_t depth = 0;
    struct json a;
    struct json b;

    json_init(&a, want);
    json_init(&b, got);
    do {
        enum json_token token = json_next(&a);
        enum json_token other = json_next(&b);
        if (token != other || !str_eq(json_text(&a), json_text(&b)))
            fail_msg("%.*s\nis not\n%.*s", STR_ARG(got), STR_ARG(want));
        depth += token == JSON_OBJECT || token == JSON_ARRAY;
        depth -= token == JSON_OBJECT_END || token == JSON_ARRAY_END;
    } while (depth);
    assert_int_equal(json_next(&b), JSON_END);
    json_done(&a);
    json_done(&b);
}

static void recorded_frames_are_told_as_recorded(void **state)
{
    struct buf content = jt808_shared_open("jt808-vectors.jsonl");
    struct str rest = buf_text(&content);
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct tools tools;
    struct str line;
    size_t count = 0;
    size_t round = 0;

    (void)state;
    tools_init(&tools);
    while (jt808_shared_line(&rest, &line)) {
        struct wire_jt808_frame frame;
        struct diag diag;
        struct jw jw;
        tools_reset(&tools);
        jt808_shared_hex(jt808_shared_get(line, "hex"), &tools.raw);
        assert_int_equal(wire_jt808_frame(in(&tools.raw), room, &frame, NULL), OK);
        jw_init(&jw, &tools.json);
        assert_int_equal(wire_jt808_frame_json(&frame, &tools.arena, &jw, &diag), OK);
        assert_int_equal(buf_err(&tools.json), OK);
        assert_same_json(line, "decoded", buf_text(&tools.json));
        bool whole = frame.head.part_count <= 1 && !frame.head.encryption;
        round += !whole || body_goes_round(&tools, &frame.head, frame.body);
        count++;
    }
    assert_int_equal(count, 302);
    assert_int_equal(round, 295); /* not those whose texts hold padding or bytes that are no GBK */
    tools_done(&tools);
    buf_done(&content);
}

static void recorded_bodies_are_told_as_recorded(void **state)
{
    struct buf content = jt808_shared_open("jt808-bodies.jsonl");
    struct str rest = buf_text(&content);
    struct tools tools;
    struct str line;
    size_t count = 0;
    size_t round = 0;

    (void)state;
    tools_init(&tools);
    while (jt808_shared_line(&rest, &line)) {
        struct wire_jt808_head head = {0};
        struct str version = jt808_shared_after(line, "version");
        struct str id = jt808_shared_get(line, "msg_id");
        tools_reset(&tools);
        jt808_shared_hex((struct str){id.data + 2, 4}, &tools.raw);
        head.msg_id = (uint16_t)((uint8_t)tools.raw.data[0] << 8 | (uint8_t)tools.raw.data[1]);
        head.v2019 = str_starts(version, STR("2019"));
        buf_reset(&tools.raw);
        jt808_shared_hex(jt808_shared_get(line, "body_hex"), &tools.raw);
        bool both = str_starts(version, STR("\"2013 or"));
        struct str decoded = jt808_shared_after(line, "decoded");
        for (int v2019 = 0; v2019 <= both; v2019++) {
            head.v2019 = head.v2019 || v2019;
            round += body_goes_round(&tools, &head, in(&tools.raw));
            assert_same_json(both ? decoded : line, both ? v2019 ? "2019" : "2013" : "decoded",
                             buf_text(&tools.json));
        }
        count++;
    }
    assert_int_equal(count, 113);
    assert_int_equal(round, 110);
    tools_done(&tools);
    buf_done(&content);
}

static void bodies_that_end_early_are_refused_by_name(void **state)
{
    static const struct {
        uint16_t msg_id;
        const char *hex;
        const char *says;
    } cases[] = {
        {0x0001, "00", "`reply_serial` needs 2 bytes, 1 are left"},
        {0x0200, "00000000000000000102", "`lat_raw` needs 4 bytes, 2 are left"},
        {0x8608, "01ffffffff", "`ids`"},
        {0x1205, "0001ffffffff0102", "`start`"},
        {0x0704, "0002010005", "`locations`"},
        {0x0704, "00010100050102030405", "`status`"},
        {0x8103, "0100000001", "`hex`"},
    };
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct wire_jt808_head head = {.msg_id = cases[i].msg_id};
        struct wire_jt808_message message;
        struct diag diag = {0};
        tools_reset(&tools);
        jt808_shared_hex(str_of(cases[i].hex), &tools.raw);
        assert_int_equal(
            wire_jt808_body_decode(&head, in(&tools.raw), &tools.arena, &message, &diag),
            ERR_TRUNCATED);
        if (!strstr(diag.text, cases[i].says))
            fail_msg("%s: %s", cases[i].hex, diag.text);
    }
    tools_done(&tools);
}

static void values_are_found_by_name(void **state)
{
    static const uint8_t body[] = {0x12, 0x34, 0x02, 0x00, 0x04};
    const struct wire_jt808_head head = {.msg_id = 0x0001};
    struct wire_jt808_message message;
    struct arena arena;
    int64_t number = 0;

    (void)state;
    arena_init(&arena, ARENA_MAX);
    assert_int_equal(
        wire_jt808_body_decode(&head, (struct bytes){body, sizeof body}, &arena, &message, NULL),
        OK);
    assert_true(wire_jt808_get_number(&message.body, "reply_serial", &number));
    assert_int_equal(number, 0x1234);
    assert_false(wire_jt808_get_number(&message.body, "reply", &number));
    assert_int_equal(number, 0x1234);
    assert_null(wire_jt808_get(&message.body, "none"));
    arena_done(&arena);
}

/* The smallest items a frame can hold make the largest tree. */
static void the_largest_tree_of_a_frame_fits(void **state)
{
    static uint8_t body[WIRE_JT808_BODY_MAX];
    const struct wire_jt808_head head = {.msg_id = 0x0200};
    struct wire_jt808_message message;
    struct arena arena;
    struct diag diag;

    (void)state;
    for (size_t i = 28; i + 1 < sizeof body; i += 3) {
        body[i] = 0x30;
        body[i + 1] = 1;
    }
    arena_init(&arena, WIRE_JT808_TREE_BYTES);
    assert_int_equal(
        wire_jt808_body_decode(&head, (struct bytes){body, sizeof body}, &arena, &message, &diag),
        OK);
    arena_done(&arena);
    arena_init(&arena, WIRE_JT808_TREE_BYTES / 16);
    assert_int_equal(
        wire_jt808_body_decode(&head, (struct bytes){body, sizeof body}, &arena, &message, &diag),
        ERR_NOMEM);
    arena_done(&arena);
}

static enum err decode_one(void *context)
{
    static const uint8_t body[] = {0, 1,    1, 0,    33,   0,    0,    0,    0, 0, 0, 0, 3,
                                   1, 1,    1, 1,    6,    1,    1,    1,    0, 9, 0, 9, 0,
                                   9, 0x26, 8, 0x17, 0x22, 0x18, 0x12, 0x66, 3, 1, 2, 3};
    const struct wire_jt808_head head = {.msg_id = 0x0704};
    struct wire_jt808_message message;
    struct arena arena;

    (void)context;
    arena_init(&arena, ARENA_MAX);
    enum err err =
        wire_jt808_body_decode(&head, (struct bytes){body, sizeof body}, &arena, &message, NULL);
    arena_done(&arena);
    return err;
}

static void refused_allocations_are_told(void **state)
{
    (void)state;
    check_sweep(decode_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_frames_are_told_as_recorded),
        cmocka_unit_test(recorded_bodies_are_told_as_recorded),
        cmocka_unit_test(bodies_that_end_early_are_refused_by_name),
        cmocka_unit_test(values_are_found_by_name),
        cmocka_unit_test(the_largest_tree_of_a_frame_fits),
        cmocka_unit_test(refused_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
