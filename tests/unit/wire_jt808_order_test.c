/* wire_jt808_order_test.c - what a program asks of a terminal, from JSON to bytes. */
#include "jt808_tools.h"

/* Orders as a program writes them, and the bytes that the tables of the standards give for them. */
static const struct {
    uint16_t msg_id;
    bool v2019;
    const char *json;
    const char *hex;
} orders[] = {
    {0x8001, false, "{\"reply_serial\":258,\"reply_id\":\"0x0200\",\"result\":0}", "0102020000"},
    {0x8003, false, "{\"original_serial\":9,\"package_ids\":[2,3]}", "00090200020003"},
    {0x8003, true, "{\"original_serial\":9,\"package_ids\":[2,3]}", "0009000200020003"},
    {0x8100, true, "{\"reply_serial\":1,\"result\":0,\"auth_code\":\"K1\"}", "0001004b31"},
    {0x8100, true, "{\"reply_serial\":1,\"result\":3}", "000103"},
    {0x8103, false,
     "{\"params\":[{\"id\":\"0x0001\",\"value\":60},{\"id\":\"0x0013\",\"value\":\"10.0.0.1\"},"
     "{\"id\":\"0xF364\",\"hex\":\"0102\"},{\"id\":132,\"value\":2},{\"id\":\"0x0083\","
     "\"value\":\"湘D12345\"}]}",
     "0500000001040000003c000000130831302e302e302e310000f3640201020000008401020000008308cfe6443"
     "132333435"},
    {0x8104, false, "{}", ""},
    {0x8105, false, "{\"command\":4,\"args\":\"\"}", "04"},
    {0x8105, true, "{\"command\":2,\"args\":\"1\"}", "0231"},
    {0x8106, false, "{\"ids\":[\"0x0001\",32]}", "020000000100000020"},
    {0x8107, false, "{}", ""},
    {0x8108, false, "{\"type\":0,\"maker\":\"70111\",\"version\":\"v2\",\"data_hex\":\"0a0b\"}",
     "003730313131027632000000020a0b"},
    {0x8201, true, "{}", ""},
    {0x8202, false, "{\"interval_s\":5,\"validity_s\":600}", "000500000258"},
    {0x8202, false, "{\"interval_s\":0}", "0000"},
    {0x8203, false, "{\"alarm_serial\":0,\"type_bits\":[0,3]}", "000000000009"},
    {0x8300, false, "{\"flag\":8,\"text\":\"请收衡州大道\"}", "08c7ebcad5bae2d6ddb4f3b5c0"},
    {0x8300, true, "{\"flag\":8,\"text_type\":1,\"text\":\"\\u4e2d\"}", "0801d6d0"},
    {0x8301, false, "{\"type\":0,\"events\":[]}", "00"},
    {0x8301, false,
     "{\"type\":2,\"events\":[{\"id\":1,\"content\":\"满\"},{\"id\":2,\"content\":\"\"}]}",
     "02020102c2fa0200"},
    {0x8302, false, "{\"flag\":8,\"question\":\"?\",\"answers\":[{\"id\":1,\"content\":\"是\"}]}",
     "08013f010002cac7"},
    {0x8400, false, "{\"flag\":0,\"phone\":\"10086\"}", "003130303836"},
    {0x8401, false, "{\"type\":1,\"contacts\":[{\"flag\":3,\"phone\":\"110\",\"name\":\"警\"}]}",
     "0101030331313002beaf"},
    {0x8500, false, "{\"flag\":1}", "01"},
    {0x8500, true,
     "{\"controls\":[{\"id\":\"0x0001\",\"param\":1},{\"id\":\"0xF001\",\"param_hex\":\"aabb\"}"
     "]}",
     "0002000101f001aabb"},
    {0x8600, false,
     "{\"set_attr\":1,\"areas\":[{\"id\":7,\"attr\":3,\"lat_e6\":26890000,\"lon_e6\":112570000,"
     "\"radius_m\":200,\"start\":\"000000083000\",\"end\":\"000000180000\",\"max_speed_kmh\":"
     "30,\"overspeed_s\":5}]}",
     "0101000000070003019a4f1006b5ae90000000c8000000083000000000180000001e05"},
    {0x8600, true,
     "{\"set_attr\":1,\"areas\":[{\"id\":7,\"attr\":2,\"lat_e6\":26890000,\"lon_e6\":112570000,"
     "\"radius_m\":200,\"max_speed_kmh\":30,\"overspeed_s\":5,\"night_max_speed_kmh\":20,"
     "\"name\":\"站\"}]}",
     "0101000000070002019a4f1006b5ae90000000c8001e0500140002d5be"},
    {0x8601, false, "{\"ids\":[]}", "00"},
    {0x8602, false,
     "{\"set_attr\":0,\"areas\":[{\"id\":1,\"attr\":0,\"top_left_lat_e6\":1,\"top_left_lon_"
     "e6\":2,\"bottom_right_lat_e6\":3,\"bottom_right_lon_e6\":4}]}",
     "000100000001000000000001000000020000000300000004"},
    {0x8604, true,
     "{\"id\":9,\"attr\":2,\"max_speed_kmh\":40,\"overspeed_s\":3,\"points\":[[1,2],[3,4],[5,6]"
     "],\"night_max_speed_kmh\":30,\"name\":\"区\"}",
     "0000000900020028030003000000010000000200000003000000040000000500000006001e0002c7f8"},
    {0x8606, false,
     "{\"id\":9,\"attr\":0,\"points\":[{\"point_id\":1,\"segment_id\":2,\"lat_e6\":3,\"lon_"
     "e6\":4,\"width_m\":5,\"attr\":3,\"too_long_s\":6,\"too_short_s\":7,\"max_speed_kmh\":8,"
     "\"overspeed_s\":9}]}",
     "000000090000000100000001000000020000000300000004050300060007000809"},
    {0x8607, false, "{\"ids\":[4294967295]}", "01ffffffff"},
    {0x8608, true, "{\"type\":1,\"ids\":[1]}", "010000000100000001"},
    {0x8800, false, "{\"media_id\":5}", "00000005"},
    {0x8800, false, "{\"media_id\":5,\"package_ids\":[1,9]}", "000000050200010009"},
    {0x8801, false,
     "{\"channel\":1,\"command\":1,\"interval_s\":0,\"save\":0,\"resolution\":1,\"quality\":5,"
     "\"brightness\":125,\"contrast\":60,\"saturation\":60,\"chroma\":125}",
     "01000100000001057d3c3c7d"},
    {0x8802, false,
     "{\"media_type\":0,\"channel\":0,\"event\":0,\"start\":\"000000000000\",\"end\":"
     "\"261124235959\"}",
     "000000000000000000261124235959"},
    {0x8803, false,
     "{\"media_type\":0,\"channel\":0,\"event\":0,\"start\":\"000000000000\",\"end\":"
     "\"000000000000\",\"delete\":1}",
     "00000000000000000000000000000001"},
    {0x8804, false, "{\"command\":1,\"seconds\":10,\"save\":0,\"sample_rate\":0}", "01000a0000"},
    {0x8900, false, "{\"type\":\"0xF1\",\"content_hex\":\"0100\"}", "f10100"},
    {0x8A00, false,
     "{\"e\":65537,\"n_hex\":"
     "\"abababababababababababababababababababababababababababababababababababababababababababa"
     "babababababababababababababababababababababababababababababababababababababababababababab"
     "abababababababababababababababababababababababababababababababababababababababab\"}",
     "00010001ababababababababababababababababababababababababababababababababababababababababa"
     "babababababababababababababababababababababababababababababababababababababababababababab"
     "ababababababababababababababababababababababababababababababababababababababababababab"},
    {0x9101, false,
     "{\"host\":\"10.0.0.1\",\"tcp_port\":1078,\"udp_port\":0,\"channel\":1,\"data_type\":1,"
     "\"stream_type\":0}",
     "0831302e302e302e3104360000010100"},
    {0x9202, true, "{\"channel\":1,\"control\":5,\"speed\":0,\"position\":\"2026-11-24 12:30:00\"}",
     "010500261124123000"},
    {0x9208, false,
     "{\"host\":\"h\",\"tcp_port\":1,\"udp_port\":2,\"mark_hex\":"
     "\"01010101010101010101010101010101010101010101010101010101010101010101010101010101\","
     "\"alarm_no\":\"A1\",\"reserved\":\"00000000000000000000000000000000\"}",
     "01680001000201010101010101010101010101010101010101010101010101010101010101010101010101010"
     "10141310000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000"},
    {0x9212, false, "{\"name\":\"a.jpg\",\"type\":0,\"result\":1,\"resend\":[[0,65536]]}",
     "05612e6a70670001010000000000010000"},
    {0x1210, true,
     "{\"terminal_id\":\"T1\",\"mark_hex\":"
     "\"02020202020202020202020202020202020202020202020202020202020202020202020202020202\","
     "\"alarm_no\":\"A\",\"info_type\":0,\"files\":[{\"name\":\"a\",\"size\":5}]}",
     "54310000000000000000000000000000000000000000000000000000000002020202020202020202020202020"
     "20202020202020202020202020202020202020202020202020241000000000000000000000000000000000000"
     "000000000000000000000000000001016100000005"},
    {0x0100, false,
     "{\"province\":43,\"city\":401,\"layout\":2011,\"maker\":\"M\",\"model\":\"X\",\"terminal_"
     "id\":\"1\",\"plate_color\":2,\"plate\":\"湘D1\"}",
     "002b01914d0000000058000000000000003100000000000002cfe64431"},
    {0x0200, false,
     "{\"alarm\":0,\"status\":6,\"lat_raw\":1,\"lon_raw\":2,\"altitude_m\":-3,\"speed_0_1kmh\":"
     "4,\"direction_deg\":5,\"time_gmt8\":\"2026-11-24 "
     "12:30:00\",\"items\":[{\"id\":\"0x01\",\"hex\":\"00000007\"}]}",
     "00000000000000060000000100000002fffd00040005261124123000010400000007"},
    {0x0704, false,
     "{\"type\":1,\"locations\":[{\"alarm\":0,\"status\":0,\"lat_raw\":1,\"lon_raw\":2,"
     "\"altitude_m\":0,\"speed_0_1kmh\":0,\"direction_deg\":0,\"time_gmt8\":\"2026-11-24 "
     "12:30:00\"}]}",
     "000101001c00000000000000000000000100000002000000000000261124123000"},
    {0x4321, false, "{\"body_hex\":\"00ff\"}", "00ff"},
    {0x8204, true, "{\"unparsed_hex\":\"07\"}", "07"},
};

static void orders_become_bytes(void **state)
{
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct wire_jt808_head head = {.msg_id = orders[i].msg_id, .v2019 = orders[i].v2019};
        struct wire_jt808_message message;
        struct diag diag;
        tools_reset(&tools);
        if (wire_jt808_body_parse_json(str_of(orders[i].json), orders[i].msg_id, orders[i].v2019,
                                       &tools.arena, &message, &diag))
            fail_msg("%04x %s: %s", orders[i].msg_id, orders[i].json, diag.text);
        jt808_shared_hex(str_of(orders[i].hex), &tools.raw);
        assert_same_bytes(&message, in(&tools.raw), &tools.again);
        assert_true(body_goes_round(&tools, &head, in(&tools.raw)));
        assert_true(wire_jt808_known(orders[i].msg_id) == (orders[i].msg_id != 0x4321));
    }
    tools_done(&tools);
}

static const struct {
    uint16_t msg_id;
    bool v2019;
    const char *json;
    const char *says;
} mistakes[] = {
    {0x8202, false, "{}", "`interval_s` is missing"},
    {0x8300, false, "{\"flag\":8,\"text\":\"\xFF\"}", "UTF-8"},
    {0x8004, false, "{}", "`utc_time` is missing"},
    {0x8900, false, "{\"type\":1}", "`content_hex` is missing"},
    {0x0200, false,
     "{\"alarm\":0,\"status\":0,\"lat_raw\":0,\"lon_raw\":0,\"altitude_m\":0,\"speed_0_1kmh\":0,"
     "\"direction_deg\":0,\"time_gmt8\":\"2026-11-24 12:30:00\",\"items\":7}",
     "`items` wants a list"},
    {0x0200, false, "{\"alarm\":0,\"status\":0,\"lat_raw\":0,\"lon_raw\":0,\"altitude_m\":32768}",
     "`altitude_m` must be from -32768 to 32767"},
    {0x8300, false, "{\"flag\":8}", "`text` is missing"},
    {0x8300, false, "{\"flag\":8,\"text\":null}", "`text` is missing"},
    {0x8300, false, "{\"flag\":256,\"text\":\"\"}", "`flag` must be from 0 to 255"},
    {0x8300, false, "{\"flag\":1.5,\"text\":\"\"}", "`flag` wants a whole number"},
    {0x8300, false, "{\"flag\":\"8\",\"text\":\"\"}", "`flag` wants a whole number"},
    {0x8300, false, "{\"flag\":8,\"text\":7}", "`text` wants a text"},
    {0x8300, false, "{\"flag\":8,\"text\":\"\",\"text_type\":1}", "`text_type` does not belong"},
    {0x8300, false, "{\"flag\":8,\"flag\":8,\"text\":\"\"}", "`flag` does not belong"},
    {0x8300, false, "{\"flag\":8,\"text\":\"ab\xF0\x9F\x9A\x9B\"}", "GBK has not"},
    {0x8300, false, "[]", "wants an object"},
    {0x8300, false, "7", "wants an object"},
    {0x8300, false, "{\"flag\":8,\"text\":\"\"} x", "not JSON"},
    {0x8300, false, "", "not JSON"},
    {0x8106, false, "{\"ids\":[\"0x100000000\"]}", "`ids`"},
    {0x8106, false, "{\"ids\":[-1]}", "`ids` must be from 0"},
    {0x8106, false, "{\"ids\":7}", "`ids` wants a list"},
    {0x8103, false, "{\"count\":2,\"params\":[{\"id\":1,\"value\":1}]}", "number of members"},
    {0x8103, false, "{\"params\":[{\"id\":1,\"value\":\"x\"}]}", "`value` wants a whole"},
    {0x8103, false, "{\"params\":[{\"id\":19,\"value\":1}]}", "`value` wants a text"},
    {0x8103, false, "{\"params\":[{\"id\":49,\"value\":65536}]}", "`value` must be from 0"},
    {0x8103, false, "{\"params\":[{\"id\":61697,\"value\":1}]}", "is given as `hex`"},
    {0x8103, false, "{\"params\":[{\"id\":1}]}", "`hex` is missing"},
    {0x8103, false, "{\"params\":[1]}", "`params` wants an object"},
    {0x8203, false, "{\"alarm_serial\":0,\"type_bits\":[32]}", "from 0 to 31"},
    {0x8900, false, "{\"type\":1,\"content_hex\":\"123\"}", "odd number"},
    {0x8900, false, "{\"type\":1,\"content_hex\":\"1g\"}", "wants hex digits"},
    {0x8004, false, "{\"utc_time\":\"2026-11-24T12:30:00\"}", "wants the form"},
    {0x8604, false, "{\"id\":1,\"attr\":0,\"points\":[[1]]}", "pairs"},
    {0x8604, false, "{\"id\":1,\"attr\":0,\"points\":[],\"start\":\"000000000000\"}",
     "`start` does not belong"},
    {0x8802, false, "{\"media_type\":0,\"channel\":0,\"event\":0,\"start\":\"00\",\"end\":\"00\"}",
     "`start` wants 6 bytes"},
    {0x0100, false,
     "{\"province\":1,\"city\":1,\"layout\":2011,\"maker\":\"\",\"model\":\"\",\"terminal_id\":"
     "\"\",\"plate_color\":1,\"plate\":\"longer than twelve\"}",
     "would read something else"},
    {0x0100, false,
     "{\"province\":1,\"city\":1,\"maker\":\"123456\",\"model\":\"\",\"terminal_id\":\"\","
     "\"plate_color\":1,\"plate\":\"\"}",
     "`maker` has 6 bytes in GBK, at most 5"},
    {0x8301, false, "{\"type\":2,\"events\":[{\"id\":1},{\"id\":2,\"content\":\"\"}]}",
     "would read something else"},
    {0x8500, true,
     "{\"controls\":[{\"id\":61441,\"param_hex\":\"\"},{\"id\":61442,\"param_hex\":\"01\"}]}",
     "would read something else"},
    {0x0701, false, "{\"length\":3,\"content_hex\":\"0102\"}", "would read something else"},
    {0x9208, false,
     "{\"host\":\"\",\"tcp_port\":1,\"udp_port\":1,\"mark_hex\":\"00\",\"alarm_no\":\"\","
     "\"reserved\":\"00\"}",
     "`mark_hex` wants 16 or 40"},
};

static void what_no_terminal_would_read_is_refused(void **state)
{
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        struct wire_jt808_message message = {.msg_id = 1};
        struct diag diag = {0};
        tools_reset(&tools);
        if (!wire_jt808_body_parse_json(str_of(mistakes[i].json), mistakes[i].msg_id,
                                        mistakes[i].v2019, &tools.arena, &message, &diag))
            fail_msg("%04x %s: taken", mistakes[i].msg_id, mistakes[i].json);
        if (!strstr(diag.text, mistakes[i].says))
            fail_msg("%04x %s: %s", mistakes[i].msg_id, mistakes[i].json, diag.text);
        assert_int_equal(message.msg_id, 1);
    }
    tools_done(&tools);
}

/* One more than a list of that count, a text or a parameter can hold. */
static void what_does_not_fit_its_count_is_refused(void **state)
{
    static const struct {
        uint16_t msg_id;
        const char *before;
        const char *each;
        const char *after;
        unsigned count;
        const char *says;
    } cases[] = {
        {0x8106, "{\"ids\":[1", ",1", "]}", 255, "`ids` has too many members"},
        {0x8103, "{\"params\":[{\"id\":1,\"value\":1}", ",{\"id\":1,\"value\":1}", "]}", 255,
         "`params` has too many members"},
        {0x8302, "{\"flag\":0,\"question\":\"?", "?", "\",\"answers\":[]}", 255,
         "`question` has 256 bytes in GBK, at most 255 fit"},
        {0x8303, "{\"type\":1,\"items\":[{\"type\":1,\"name\":\"\"}", ",{\"type\":1,\"name\":\"\"}",
         "]}", 255, "`items` has too many members"},
        {0x8103, "{\"params\":[{\"id\":19,\"value\":\"a", "a", "\"}]}", 255,
         "256 bytes, at most 255 fit"},
        {0x8103, "{\"params\":[{\"id\":19,\"hex\":\"00", "00", "\"}]}", 255,
         "256 bytes, at most 255 fit"},
    };
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (unsigned less = 0; less <= 1; less++) {
            struct wire_jt808_message message;
            struct diag diag = {0};
            tools_reset(&tools);
            buf_str(&tools.json, str_of(cases[i].before));
            for (unsigned n = less; n < cases[i].count; n++)
                buf_str(&tools.json, str_of(cases[i].each));
            buf_str(&tools.json, str_of(cases[i].after));
            enum err err = wire_jt808_body_parse_json(buf_text(&tools.json), cases[i].msg_id, false,
                                                      &tools.arena, &message, &diag);
            assert_int_equal(err, less ? OK : ERR_LIMIT);
            if (!less && !strstr(diag.text, cases[i].says))
                fail_msg("%04x: %s", cases[i].msg_id, diag.text);
        }
    }
    tools_done(&tools);
}

/* A route of a thousand points, 18 KB in 18 parts. */
static void a_long_route_fits(void **state)
{
    struct wire_jt808_message message;
    struct diag diag = {0};
    struct arena arena;
    struct buf json;
    struct buf body;

    (void)state;
    buf_init(&json, BYTES_MAX);
    buf_init(&body, BYTES_MAX);
    buf_str(&json, STR("{\"id\":1,\"attr\":0,\"points\":["));
    for (int i = 0; i < 1000; i++)
        buf_printf(&json,
                   "%s{\"point_id\":%d,\"segment_id\":%d,\"lat_e6\":26890000,\"lon_e6\":112570000,"
                   "\"width_m\":12,\"attr\":0}",
                   i ? "," : "", i + 1, i + 1);
    buf_str(&json, STR("]}"));
    arena_init(&arena, WIRE_JT808_ORDER_BYTES);
    if (wire_jt808_body_parse_json(buf_text(&json), 0x8606, false, &arena, &message, &diag))
        fail_msg("%s", diag.text);
    wire_jt808_body_encode(&message, &body);
    assert_int_equal(body.size, 4 + 2 + 2 + 1000 * 18);
    arena_done(&arena);
    arena_init(&arena, WIRE_JT808_TREE_BYTES / 4);
    assert_int_equal(
        wire_jt808_body_parse_json(buf_text(&json), 0x8606, false, &arena, &message, &diag),
        ERR_NOMEM);
    arena_done(&arena);
    buf_done(&json);
    buf_done(&body);
}

static enum err parse_one(void *context)
{
    static const char json[] =
        "{\"params\":[{\"id\":19,\"value\":\"\\u4e2d\"},{\"id\":1,\"value\":6}]}";
    struct wire_jt808_message message;
    struct arena arena;

    (void)context;
    arena_init(&arena, ARENA_MAX);
    enum err err = wire_jt808_body_parse_json(str_of(json), 0x8103, false, &arena, &message, NULL);
    arena_done(&arena);
    return err;
}

static void refused_allocations_are_told(void **state)
{
    (void)state;
    check_sweep(parse_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_become_bytes),
        cmocka_unit_test(what_no_terminal_would_read_is_refused),
        cmocka_unit_test(what_does_not_fit_its_count_is_refused),
        cmocka_unit_test(a_long_route_fits),
        cmocka_unit_test(refused_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
