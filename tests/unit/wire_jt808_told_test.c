/* wire_jt808_told_test.c - what bodies say: additional items, alarms of active safety, broken ends,
 * and frames that are not opened. */
#include "jt808_tools.h"

/* A location before its items; all signs and units are in its own text below. */
static const char place[] = "000000010000000e019a501006b5a2d0fffe012c005a261124123000";
static const char place_told[] =
    "{\"alarm\":1,\"alarm_bits\":[0],\"status\":14,\"status_bits\":[1,2,3],\"lat_raw\":26890256,"
    "\"lon_raw\":112566992,\"lat_e6\":-26890256,\"lon_e6\":-112566992,\"acc_on\":false,\"fixed\":"
    "true,"
    "\"altitude_m\":-2,\"speed_0_1kmh\":300,\"direction_deg\":90,\"time_gmt8\":\"2026-11-24 "
    "12:30:00\",";

/* For 0x0200 what follows the place, and what is told behind it. */
static const struct {
    uint16_t msg_id;
    bool v2019;
    const char *hex;
    const char *told;
} cases[] = {
    /* place and plain items */
    {0x0200, false, "0104000036c902020064030201020402000106028005e100",
     "\"items\":[{\"id\":\"0x01\",\"len\":4,\"hex\":\"000036c9\",\"mileage_0_1km\":14025},{\"id\":"
     "\"0x02\",\"len\":2,\"hex\":\"0064\",\"fuel_0_1l\":100},{\"id\":\"0x03\",\"len\":2,\"hex\":"
     "\"0102\",\"recorder_speed_0_1kmh\":258},{\"id\":\"0x04\",\"len\":2,\"hex\":\"0001\",\"manual_"
     "alarm_event_id\":1},{\"id\":\"0x06\",\"len\":2,\"hex\":\"8005\",\"carriage_temp_raw\":32773},"
     "{\"id\":\"0xE1\",\"len\":0,\"hex\":\"\"}]}"},
    /* areas */
    {0x0200, false, "110100110501000000071206040000000701130700000007003c01",
     "\"items\":[{\"id\":\"0x11\",\"len\":1,\"hex\":\"00\",\"overspeed_area_type\":0},{\"id\":"
     "\"0x11\",\"len\":5,\"hex\":\"0100000007\",\"overspeed_area_type\":1,\"area_or_segment_id\":7}"
     ",{\"id\":\"0x12\",\"len\":6,\"hex\":\"040000000701\",\"area_type\":4,\"area_id\":7,"
     "\"direction\":1},{\"id\":\"0x13\",\"len\":7,\"hex\":\"00000007003c01\",\"segment_id\":7,"
     "\"drive_time_s\":60,\"result\":1}]}"},
    /* video and signals */
    {0x0200, false,
     "140400000005150480000000160400000001170200031802000118030002552504000000112a0200022b040102030"
     "430011f31010c",
     "\"items\":[{\"id\":\"0x14\",\"len\":4,\"hex\":\"00000005\",\"video_alarm_bits\":[0,2]},{"
     "\"id\":\"0x15\",\"len\":4,\"hex\":\"80000000\",\"video_loss_channels\":[31]},{\"id\":"
     "\"0x16\",\"len\":4,\"hex\":\"00000001\",\"video_cover_channels\":[0]},{\"id\":\"0x17\","
     "\"len\":2,\"hex\":\"0003\",\"storage_fault_bits\":[0,1]},{\"id\":\"0x18\",\"len\":2,\"hex\":"
     "\"0001\",\"abnormal_driving_bits\":[0]},{\"id\":\"0x18\",\"len\":3,\"hex\":\"000255\","
     "\"abnormal_driving_bits\":[1],\"fatigue\":85},{\"id\":\"0x25\",\"len\":4,\"hex\":"
     "\"00000011\",\"vehicle_signal_bits\":[0,4]},{\"id\":\"0x2A\",\"len\":2,\"hex\":\"0002\",\"io_"
     "bits\":[1]},{\"id\":\"0x2B\",\"len\":4,\"hex\":\"01020304\",\"ad0\":772,\"ad1\":258},{\"id\":"
     "\"0x30\",\"len\":1,\"hex\":\"1f\",\"rssi\":31},{\"id\":\"0x31\",\"len\":1,\"hex\":\"0c\","
     "\"satellites\":12}]}"},
    /* tyres */
    {0x0200, false, "051e0000000000000000000000000000000000000000000000000000000000ff060101",
     "\"items\":[{\"id\":\"0x05\",\"len\":30,\"hex\":"
     "\"0000000000000000000000000000000000000000000000000000000000ff\",\"tyre_pressure_bytes\":"
     "\"0000000000000000000000000000000000000000000000000000000000ff\"},{\"id\":\"0x06\",\"len\":1,"
     "\"hex\":\"01\"}]}"},
    /* forward collision */
    {0x0200, false,
     "642f0000000701010228050000001e0005019a4f1006b5ae902611241230000401543132333435362611241230000"
     "10200",
     "\"items\":[{\"id\":\"0x64\",\"len\":47,\"hex\":"
     "\"0000000701010228050000001e0005019a4f1006b5ae90261124123000040154313233343536261124123000010"
     "200\",\"subiao\":{\"alarm_id\":7,\"flag\":1,\"type\":1,\"level\":2,\"front_speed_kmh\":40,"
     "\"front_distance_100ms\":5,\"deviation\":0,\"sign_type\":0,\"sign_value\":0,\"speed_kmh\":30,"
     "\"altitude_m\":5,\"lat_e6\":26890000,\"lon_e6\":112570000,\"time\":\"2026-11-24 "
     "12:30:00\",\"vehicle_status\":1025,\"mark\":{\"terminal_id\":\"T123456\",\"time\":\"2026-11-"
     "24 12:30:00\",\"seq\":1,\"attachments\":2,\"raw\":\"54313233343536261124123000010200\"}}}]}"},
    /* forward collision, long mark */
    {0x0200, true,
     "64470000000701010228050000001e0005019a4f1006b5ae902611241230000401543939000000000000000000000"
     "00000000000000000000000000000000026112412300003040000",
     "\"items\":[{\"id\":\"0x64\",\"len\":71,\"hex\":"
     "\"0000000701010228050000001e0005019a4f1006b5ae90261124123000040154393900000000000000000000000"
     "000000000000000000000000000000026112412300003040000\",\"subiao\":{\"alarm_id\":7,\"flag\":1,"
     "\"type\":1,\"level\":2,\"front_speed_kmh\":40,\"front_distance_100ms\":5,\"deviation\":0,"
     "\"sign_type\":0,\"sign_value\":0,\"speed_kmh\":30,\"altitude_m\":5,\"lat_e6\":26890000,\"lon_"
     "e6\":112570000,\"time\":\"2026-11-24 "
     "12:30:00\",\"vehicle_status\":1025,\"mark\":{\"terminal_id\":\"T99\",\"time\":\"2026-11-24 "
     "12:30:00\",\"seq\":3,\"attachments\":4,\"raw\":"
     "\"54393900000000000000000000000000000000000000000000000000000026112412300003040000\"}}}]}"},
    /* driver */
    {0x0200, false,
     "65300000000701020103000000001e0005019a4f1006b5ae902611241230000401543132333435362611241230000"
     "10200ab",
     "\"items\":[{\"id\":\"0x65\",\"len\":48,\"hex\":"
     "\"0000000701020103000000001e0005019a4f1006b5ae90261124123000040154313233343536261124123000010"
     "200ab\",\"subiao\":{\"alarm_id\":7,\"flag\":1,\"type\":2,\"level\":1,\"fatigue\":3,"
     "\"reserved\":\"00000000\",\"speed_kmh\":30,\"altitude_m\":5,\"lat_e6\":26890000,\"lon_e6\":"
     "112570000,\"time\":\"2026-11-24 "
     "12:30:00\",\"vehicle_status\":1025,\"mark\":{\"terminal_id\":\"T123456\",\"time\":\"2026-11-"
     "24 "
     "12:30:00\",\"seq\":1,\"attachments\":2,\"raw\":\"54313233343536261124123000010200\"},\"extra_"
     "hex\":\"ab\"}}]}"},
    /* tyre alarm */
    {0x0200, false,
     "663200000007011e0005019a4f1006b5ae90261124123000040154313233343536261124123000010200010200040"
     "2580028005f",
     "\"items\":[{\"id\":\"0x66\",\"len\":50,\"hex\":"
     "\"00000007011e0005019a4f1006b5ae9026112412300004015431323334353626112412300001020001020004025"
     "80028005f\",\"subiao\":{\"alarm_id\":7,\"flag\":1,\"speed_kmh\":30,\"altitude_m\":5,\"lat_"
     "e6\":26890000,\"lon_e6\":112570000,\"time\":\"2026-11-24 "
     "12:30:00\",\"vehicle_status\":1025,\"mark\":{\"terminal_id\":\"T123456\",\"time\":\"2026-11-"
     "24 "
     "12:30:00\",\"seq\":1,\"attachments\":2,\"raw\":\"54313233343536261124123000010200\"},"
     "\"tyres\":[{\"position\":2,\"type_bits\":4,\"pressure_kpa\":600,\"temp_c\":40,\"battery_"
     "pct\":95}]}}]}"},
    /* tyre alarm, long mark */
    {0x0200, false,
     "664a00000007011e0005019a4f1006b5ae90261124123000040154393900000000000000000000000000000000000"
     "0000000000000000000261124123000030400000102000402580028005f",
     "\"items\":[{\"id\":\"0x66\",\"len\":74,\"hex\":"
     "\"00000007011e0005019a4f1006b5ae9026112412300004015439390000000000000000000000000000000000000"
     "00000000000000000261124123000030400000102000402580028005f\",\"subiao\":{\"alarm_id\":7,"
     "\"flag\":1,\"speed_kmh\":30,\"altitude_m\":5,\"lat_e6\":26890000,\"lon_e6\":112570000,"
     "\"time\":\"2026-11-24 "
     "12:30:00\",\"vehicle_status\":1025,\"mark\":{\"terminal_id\":\"T99\",\"time\":\"2026-11-24 "
     "12:30:00\",\"seq\":3,\"attachments\":4,\"raw\":"
     "\"54393900000000000000000000000000000000000000000000000000000026112412300003040000\"},"
     "\"tyres\":[{\"position\":2,\"type_bits\":4,\"pressure_kpa\":600,\"temp_c\":40,\"battery_"
     "pct\":95}]}}]}"},
    /* tyre alarm that is cut */
    {0x0200, false,
     "663100000007011e0005019a4f1006b5ae90261124123000040154313233343536261124123000010200020200040"
     "258002800",
     "\"items\":[{\"id\":\"0x66\",\"len\":49,\"hex\":"
     "\"00000007011e0005019a4f1006b5ae9026112412300004015431323334353626112412300001020002020004025"
     "8002800\",\"error\":\"short body: want 2 have 1\"}]}"},
    /* blind spot */
    {0x0200, false,
     "67290000000701021e0005019a4f1006b5ae90261124123000040154313233343536261124123000010200",
     "\"items\":[{\"id\":\"0x67\",\"len\":41,\"hex\":"
     "\"0000000701021e0005019a4f1006b5ae90261124123000040154313233343536261124123000010200\","
     "\"subiao\":{\"alarm_id\":7,\"flag\":1,\"type\":2,\"speed_kmh\":30,\"altitude_m\":5,\"lat_"
     "e6\":26890000,\"lon_e6\":112570000,\"time\":\"2026-11-24 "
     "12:30:00\",\"vehicle_status\":1025,\"mark\":{\"terminal_id\":\"T123456\",\"time\":\"2026-11-"
     "24 12:30:00\",\"seq\":1,\"attachments\":2,\"raw\":\"54313233343536261124123000010200\"}}}]}"},
    /* item cut off */
    {0x0200, false, "01040000",
     "\"items\":[{\"id\":\"0x01\",\"len\":4,\"truncated_hex\":\"0000\"}]}"},
    /* a byte left over */
    {0x0200, false, "01040000000130",
     "\"trailing_hex\":\"30\",\"items\":[{\"id\":\"0x01\",\"len\":4,\"hex\":\"00000001\",\"mileage_"
     "0_1km\":1}]}"},
    /* no shape fits */
    {0x1210, false, "010203", "{\"body_hex\":\"010203\"}"},
    /* left over */
    {0x8001, false, "0001020000aa",
     "{\"reply_serial\":1,\"reply_id\":\"0x0200\",\"result\":0,\"unparsed_hex\":\"aa\"}"},
};

static void bodies_say_what_they_hold(void **state)
{
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct wire_jt808_head head = {.msg_id = cases[i].msg_id, .v2019 = cases[i].v2019};
        bool located = cases[i].msg_id == 0x0200;
        tools_reset(&tools);
        jt808_shared_hex(str_of(located ? place : ""), &tools.raw);
        jt808_shared_hex(str_of(cases[i].hex), &tools.raw);
        buf_str(&tools.want, str_of(located ? place_told : ""));
        buf_str(&tools.want, str_of(cases[i].told));
        assert_true(body_goes_round(&tools, &head, in(&tools.raw)));
        if (!str_eq(buf_text(&tools.json), buf_text(&tools.want)))
            fail_msg("%.*s\nis not\n%.*s", STR_ARG(buf_text(&tools.json)),
                     STR_ARG(buf_text(&tools.want)));
    }
    tools_done(&tools);
}

static void frames_that_are_not_opened_stay_hex(void **state)
{
    static const struct {
        struct wire_jt808_head head;
        const char *told;
    } frames[] = {
        {{.msg_id = 0x0801, .parted = true, .part_count = 2, .part_no = 1, .serial = 7},
         "{\"header\":{\"msg_id\":\"0x0801\",\"attr\":\"0x2002\",\"body_len\":2,\"encryption\":0,"
         "\"subpackage\":true,\"version_flag\":false,\"phone\":\"000000000000\",\"serial\":7,"
         "\"package_total\":2,\"package_no\":1,\"body_len_actual\":2},"
         "\"body\":{\"fragment_hex\":\"08ff\"}}"},
        {{.msg_id = 0x0200, .encryption = 1, .v2019 = true, .protocol_version = 1},
         "{\"header\":{\"msg_id\":\"0x0200\",\"attr\":\"0x4402\",\"body_len\":2,\"encryption\":1,"
         "\"subpackage\":false,\"version_flag\":true,\"protocol_version\":1,"
         "\"phone\":\"00000000000000000000\",\"serial\":0,\"body_len_actual\":2},"
         "\"body\":{\"encrypted_hex\":\"08ff\"}}"},
        {{.msg_id = 0x0303, .parted = true, .part_count = 1, .part_no = 1},
         "{\"header\":{\"msg_id\":\"0x0303\",\"attr\":\"0x2002\",\"body_len\":2,\"encryption\":0,"
         "\"subpackage\":true,\"version_flag\":false,\"phone\":\"000000000000\",\"serial\":0,"
         "\"package_total\":1,\"package_no\":1,\"body_len_actual\":2},"
         "\"body\":{\"info_type\":8,\"flag\":255}}"},
    };
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        struct wire_jt808_frame frame;
        struct jw jw;
        tools_reset(&tools);
        wire_jt808_frame_write(&tools.raw, &frames[i].head, str_bytes(STR("\x08\xFF")));
        assert_int_equal(wire_jt808_frame(in(&tools.raw), room, &frame, NULL), OK);
        jw_init(&jw, &tools.json);
        assert_int_equal(wire_jt808_frame_json(&frame, &tools.arena, &jw, NULL), OK);
        assert_true(str_eq(buf_text(&tools.json), str_of(frames[i].told)));
    }
    tools_done(&tools);
}

static void every_cut_of_a_body_is_refused_or_comes_back(void **state)
{
    struct tools tools;

    (void)state;
    tools_init(&tools);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct wire_jt808_head head = {.msg_id = cases[i].msg_id, .v2019 = cases[i].v2019};
        tools_reset(&tools);
        jt808_shared_hex(str_of(cases[i].msg_id == 0x0200 ? place : ""), &tools.raw);
        jt808_shared_hex(str_of(cases[i].hex), &tools.raw);
        for (size_t size = 0; size < tools.raw.size; size++) {
            struct bytes part = {(const uint8_t *)tools.raw.data, size};
            struct wire_jt808_message message;
            struct diag diag = {0};
            arena_reset(&tools.arena);
            if (wire_jt808_body_decode(&head, part, &tools.arena, &message, &diag))
                assert_true(diag.code == ERR_TRUNCATED && diag.text[0]);
            else
                assert_same_bytes(&message, part, &tools.again);
        }
    }
    tools_done(&tools);
}

static enum err decode_either(void *context)
{
    static const uint8_t body[] = {1, 2, 3};
    const struct wire_jt808_head head = {.msg_id = 0x1210};
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
    check_sweep(decode_either, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_say_what_they_hold),
        cmocka_unit_test(frames_that_are_not_opened_stay_hex),
        cmocka_unit_test(every_cut_of_a_body_is_refused_or_comes_back),
        cmocka_unit_test(refused_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
