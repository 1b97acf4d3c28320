/* wire_lora_test.c - payloads of bin sensors: what the makers' own decoders say, and the readings
 * behind it. */
#include "wire/lorawan/lorawan.h"

#include "base/base64.h"
#include "wire_vectors.h"

struct uplink {
    struct arena arena;
    struct wire_bin_readings readings;
    struct wire_lora_facts facts;
    struct diag diag;
};

static int begin(void **state)
{
    static struct uplink u;

    u = (struct uplink){0};
    arena_init(&u.arena, 1 << 20);
    wire_bin_init(&u.readings, &u.arena);
    *state = &u;
    return 0;
}

static int end(void **state)
{
    struct uplink *u = *state;

    arena_done(&u->arena);
    return 0;
}

static enum err decode(struct uplink *u, enum wire_lora_model model, uint8_t fport, const char *hex)
{
    unsigned char room[256];
    size_t size = hex_bytes(str_of(hex), sizeof room, room);
    struct wire_lora_uplink uplink = {.model = model,
                                      .fport = fport,
                                      .data = {room, size},
                                      .base = {.device = STR("24e124713b012345")}};

    wire_bin_init(&u->readings, &u->arena);
    return wire_lora_decode(&uplink, &u->facts, &u->readings, &u->diag);
}

static bool near(double a, double b)
{
    return a > b - 1e-9 && a < b + 1e-9;
}

static void one_vector(struct uplink *u, struct str line)
{
    unsigned char room[256];
    unsigned char plain[256];
    struct bytes data = {0};
    struct buf out;
    struct jw jw;
    uint64_t fport = 0;
    struct str hex = vector_member(line, "hex");
    struct str device = vector_member(line, "device");

    assert_int_equal(str_u64(vector_member(line, "fport"), &fport), OK);
    size_t size = hex_bytes(hex, sizeof room, room);
    assert_int_equal(
        base64_decode(BASE64_PLAIN, vector_member(line, "base64"), sizeof plain, plain, &data), OK);
    assert_int_equal(data.size, size);
    assert_memory_equal(data.data, room, size);
    struct wire_lora_uplink uplink = {
        .model = wire_lora_model_of(device), .fport = (uint8_t)fport, .data = data};
    wire_bin_init(&u->readings, &u->arena);
    if (wire_lora_decode(&uplink, &u->facts, &u->readings, &u->diag))
        fail_msg("%.*s: %s", STR_ARG(hex), u->diag.text);
    buf_init(&out, 1 << 16);
    jw_init(&jw, &out);
    wire_lora_facts_write(&u->facts, &jw);
    char what[256];
    snprintf(what, sizeof what, "%.*s %.*s", STR_ARG(device), STR_ARG(hex));
    check_same_json(what, buf_text(&out), vector_member(line, "decoded"));
    buf_done(&out);
}

static void the_makers_decoders_say_the_same(void **state)
{
    struct buf file;
    size_t count = 0;

    vectors_open(TEST_SHARED "/protocols/bins-vectors.jsonl", &file);
    struct str rest = buf_text(&file);
    while (rest.size > 0) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (line.size == 0)
            continue;
        one_vector(*state, line);
        count++;
    }
    assert_int_equal(count, 28);
    buf_done(&file);
}

static void milesight_gives_a_reading(void **state)
{
    struct uplink *u = *state;

    /* the example of the EM310-UDL's manual */
    assert_int_equal(decode(u, WIRE_LORA_EM310_UDL, 85, "01755c03824408040001"), OK);
    assert_int_equal(u->readings.count, 1);
    struct wire_bin_reading *r = u->readings.items;
    assert_int_equal(r->fields, WIRE_BIN_DISTANCE | WIRE_BIN_BATTERY_PCT | WIRE_BIN_TILT);
    assert_true(near(r->distance_mm, 2116) && near(r->battery_pct, 92) && r->tilt);
    check_text(r->device, "24e124713b012345");
    assert_false(r->at_known);
    /* a threshold alarm of the EM400's manual, and temperatures below zero */
    assert_int_equal(decode(u, WIRE_LORA_EM400_UDL, 85, "848233070183670bff00"), OK);
    r = u->readings.items;
    assert_true(near(r->distance_mm, 1843) && r->alarm);
    assert_true(near(r->temperature_c, -24.5));
    /* a frame about the device alone is no reading */
    assert_int_equal(decode(u, WIRE_LORA_EM310_UDL, 85, "ff0bff"), OK);
    assert_int_equal(u->readings.count, 0);
}

static void channels_mean_what_the_model_means(void **state)
{
    struct uplink *u = *state;

    /* 03 82 is a distance of the EM310 and nothing of the EM400: reading stops there */
    assert_int_equal(decode(u, WIRE_LORA_EM400_TLD, 85, "01755c03824408040001"), OK);
    assert_int_equal(u->readings.count, 1);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_BATTERY_PCT);
    assert_int_equal(decode(u, WIRE_LORA_EM310_UDL, 85, "0367010104824408"), ERR_INVALID);
    assert_non_null(strstr(u->diag.text, "another model"));
    /* an unknown pair and a value that is cut off: what came before stays */
    assert_int_equal(decode(u, WIRE_LORA_EM310_UDL, 85, "01755c7777038244080400"), OK);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_BATTERY_PCT);
    assert_int_equal(decode(u, WIRE_LORA_EM310_UDL, 85, "01755c038244"), OK);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_BATTERY_PCT);
    /* an echo of a command is passed over */
    assert_int_equal(decode(u, WIRE_LORA_EM310_UDL, 85, "fe03b0040382f401"), OK);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_DISTANCE);
}

static void coordinates_come_in_the_models_order(void **state)
{
    struct uplink *u = *state;
    static const struct {
        enum wire_lora_model model;
        double lat;
        double lng;
    } rows[] = {{WIRE_LORA_EM400_TLD, 26.8933, 112.5719}, {WIRE_LORA_EM400_MUD, 31.2, 26.8933}};

    /* 26893300 and 112571900, then 26893300 and 31200000 */
    static const char *const hex[] = {"0688f45b9a01fcb5b50622", "0688f45b9a010013dc0122"};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(decode(u, rows[i].model, 85, hex[i]), OK);
        assert_int_equal(u->readings.items[0].fields, WIRE_BIN_POSITION);
        assert_true(near(u->readings.items[0].lat, rows[i].lat));
        assert_true(near(u->readings.items[0].lng, rows[i].lng));
    }
    assert_int_equal(decode(u, WIRE_LORA_EM400_TLD, 85, "0688ffffffffffffffff00"), OK);
    assert_int_equal(u->readings.count, 0); /* no fix yet */
    assert_int_equal(decode(u, WIRE_LORA_EM400_MUD, 85, "0688f45b9a01fcb5b50622"), OK);
    assert_int_equal(u->readings.count, 0); /* a latitude of 112 degrees */
}

static void distances_that_are_no_level_are_marked(void **state)
{
    static const struct {
        enum wire_lora_model model;
        uint8_t fport;
        const char *hex;
        bool invalid;
    } rows[] = {
        {WIRE_LORA_EM310_UDL, 85, "03820000", true},
        {WIRE_LORA_EM310_UDL, 85, "0382ffff", true},
        {WIRE_LORA_EM310_UDL, 85, "03821400", true},  /* 20 mm */
        {WIRE_LORA_EM310_UDL, 85, "03821500", false}, /* 21 mm */
        {WIRE_LORA_EM310_UDL, 85, "03829411", true},  /* 4500 mm: the end of the range */
        {WIRE_LORA_EM310_UDL, 85, "03829311", false},
        {WIRE_LORA_LDDS75, 2, "0ce400140000ee01", true},
        {WIRE_LORA_LDDS75, 2, "0ce4001300", true},
        {WIRE_LORA_LDDS75, 2, "0ce408fc00", false},            /* 5 bytes: the old firmware */
        {WIRE_LORA_LDDS75, 2, "0ce408fc0000ee00", true},       /* no sensor answered */
        {WIRE_LORA_LDDS20, 2, "0ce407d00000ee01", true},       /* 2000 mm */
        {WIRE_LORA_DL_MBX, 1, "02012f000304d200000bb1", true}, /* no valid sample */
    };
    struct uplink *u = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(decode(u, rows[i].model, rows[i].fport, rows[i].hex), OK);
        assert_int_equal(u->readings.count, 1);
        assert_true(u->readings.items[0].fields & WIRE_BIN_DISTANCE);
        if (!(u->readings.items[0].fields & WIRE_BIN_INVALID) == rows[i].invalid)
            fail_msg("%s", rows[i].hex);
    }
}

static void history_has_its_own_times(void **state)
{
    struct uplink *u = *state;

    /* battery, distance now, two of the past */
    assert_int_equal(
        decode(u, WIRE_LORA_EM500_UDL, 85, "0175640382dc0520ce5c2b3a64e80320ce5c393a640000"), OK);
    assert_int_equal(u->readings.count, 3);
    struct wire_bin_reading *r = u->readings.items;
    assert_true(r[0].at_known && r[0].at.us == INT64_C(1681533788000000));
    assert_int_equal(r[0].fields, WIRE_BIN_DISTANCE);
    assert_true(near(r[0].distance_mm, 1000));
    assert_true(r[1].at_known && r[1].at.us == INT64_C(1681537372000000));
    assert_int_equal(r[1].fields, WIRE_BIN_DISTANCE | WIRE_BIN_INVALID);
    assert_false(r[2].at_known);
    assert_int_equal(r[2].fields, WIRE_BIN_DISTANCE | WIRE_BIN_BATTERY_PCT);
    /* DDS75-LB, port 3: battery 3.3 V, 2300 mm, 23.8 and -1.5 degrees */
    assert_int_equal(
        decode(u, WIRE_LORA_DDS75_LB, 3, "0ce408fc00ee006437c1e00ce408fcfff1006437cff0"), OK);
    assert_int_equal(u->readings.count, 2);
    r = u->readings.items;
    assert_true(r[0].at.us == INT64_C(1681375712000000) && near(r[0].temperature_c, 23.8));
    assert_true(r[1].at.us == INT64_C(1681379312000000) && near(r[1].temperature_c, -1.5));
    assert_true(r[1].at_known && near(r[1].battery_v, 3.3) && near(r[1].distance_mm, 2300));
}

static void dragino_frames_are_told_apart_by_length(void **state)
{
    struct uplink *u = *state;

    assert_int_equal(decode(u, WIRE_LORA_LDDS75, 2, "0b4508fc01"), OK);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_DISTANCE | WIRE_BIN_BATTERY_V);
    assert_int_equal(decode(u, WIRE_LORA_LDDS75, 2, "0b4500"), OK);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_BATTERY_V);
    assert_int_equal(decode(u, WIRE_LORA_LDDS75, 2, "0b4508fc000000"), ERR_INVALID);
    assert_int_equal(decode(u, WIRE_LORA_LDDS75, 3, "0b4508fc00"), ERR_UNSUPPORTED);
    assert_int_equal(decode(u, WIRE_LORA_LDDS45, 2, "8b4508fc01ff6901"), OK);
    assert_true(near(u->readings.items[0].battery_v, 2.885)); /* bit 15 is the interrupt */
    assert_true(near(u->readings.items[0].temperature_c, -15.1));
    /* bit 4 of byte 0: in 8 bytes it is a battery of 4.2 V, in more the mark of many samples */
    assert_int_equal(decode(u, WIRE_LORA_DDS75_LB, 2, "106808fc0000ee01"), OK);
    assert_true(near(u->readings.items[0].battery_v, 4.2));
    assert_true(near(u->readings.items[0].distance_mm, 2300));
    assert_int_equal(
        decode(u, WIRE_LORA_DDS75_LB, 2, "1ce0000000000000044c0014044e17704e2004500000ee01"), OK);
    assert_int_equal(u->readings.count, 1);
    assert_true(near(u->readings.items[0].battery_v, 3.296));
    /* of 1100, 20, 1102, 6000, 20000, 1104 the levels are 1100, 1102, 1104, 6000 */
    assert_true(near(u->readings.items[0].distance_mm, 1102));
    assert_int_equal(decode(u, WIRE_LORA_DDS75_LB, 3, "0ce408fc00ee006437c1"), ERR_INVALID);
    assert_int_equal(decode(u, WIRE_LORA_DDS75_LB, 6, "044c0bb8"), OK);
    assert_true(near(u->readings.items[0].distance_mm, 3000));
}

/* What no vector of the makers shows: each frame with the facts it should give. */
static const struct {
    enum wire_lora_model model;
    uint8_t fport;
    const char *hex;
    const char *facts;
} fact_rows[] = {
    {WIRE_LORA_EM500_UDL, 85, "83e9dc05f40102",
     "{\"distance\":150,\"distance_mutation\":50,\"distance_alarm\":\"mutation_alarm\"}"},
    {WIRE_LORA_EM400_UDL, 85, "880001", "{\"disassembly_alarm\":\"device_abnormal_movement\"}"},
    {WIRE_LORA_EM400_MUD, 85, "050007", "{\"position\":\"unknown\"}"},
    {WIRE_LORA_EM400_MUD, 85, "8482410600",
     "{\"distance\":1601,\"distance_alarm\":\"threshold_alarm_release\"}"},
    {WIRE_LORA_EM310_UDL, 85, "ffff0102fffeffff0f02ff0f09",
     "{\"tsl_version\":\"v1.2\",\"reset_event\":\"reset\",\"lorawan_class\":\"unknown\"}"},
    {WIRE_LORA_EM400_TLD, 85, "0688f45b9a01fcb5b50622",
     "{\"latitude\":26.8933,\"longitude\":112.5719,\"motion_status\":\"moving\","
     "\"geofence_status\":\"unset\"}"},
    {WIRE_LORA_EM310_UDL, 85, "fe03b004", "{\"report_interval\":1200}"},
    {WIRE_LORA_EM500_UDL, 85, "20ce5c2b3a64dc05017564",
     "{\"history\":[{\"timestamp\":1681533788,\"distance\":1500}],\"battery\":100}"},
    {WIRE_LORA_DDS75_LB, 2, "1ce0000000000000044c00140000ee01",
     "{\"Bat\":3.296,\"Additional_Distance_Data\":[1100,20]}"},
    {WIRE_LORA_DDS75_LB, 3, "8ce408fc00ee006437c1e0",
     "{\"Node_type\":\"DDS75-LB\",\"PNACKMD\":\"True\"}"},
    {WIRE_LORA_DDS75_LB, 5, "000123ffff0ce0",
     "{\"SENSOR_MODEL\":\"unknown\",\"FIRMWARE_VERSION\":\"1.2.3\",\"FREQUENCY_BAND\":"
     "\"unknown\",\"SUB_BAND\":\"NULL\",\"BAT\":3.296}"},
    {WIRE_LORA_DDS75_LB, 6, "044c0bb8", "{\"Detect_Mode_Data\":[1100,3000]}"},
};

static void facts_have_the_makers_names(void **state)
{
    struct uplink *u = *state;

    for (size_t i = 0; i < COUNT_OF(fact_rows); i++) {
        struct buf out;
        struct jw jw;
        unsigned char room[64];
        struct wire_lora_uplink uplink = {
            .model = fact_rows[i].model,
            .fport = fact_rows[i].fport,
            .data = {room, hex_bytes(str_of(fact_rows[i].hex), sizeof room, room)}};
        assert_int_equal(wire_lora_decode(&uplink, &u->facts, &u->readings, &u->diag), OK);
        buf_init(&out, 1 << 16);
        jw_init(&jw, &out);
        wire_lora_facts_write(&u->facts, &jw);
        check_same_json(fact_rows[i].hex, buf_text(&out), str_of(fact_rows[i].facts));
        buf_done(&out);
    }
}

static void an_alarm_whose_scale_is_in_doubt_gives_no_level(void **state)
{
    struct uplink *u = *state;

    assert_int_equal(decode(u, WIRE_LORA_EM500_UDL, 85, "83e9dc05f40102"), OK);
    assert_int_equal(u->readings.count, 1);
    assert_int_equal(u->readings.items[0].fields, WIRE_BIN_ALARM);
    assert_true(u->readings.items[0].alarm);
    assert_int_equal(decode(u, WIRE_LORA_EM400_UDL, 85, "83672201008482330701"), OK);
    assert_true(u->readings.items[0].alarm); /* one of two */
    assert_int_equal(decode(u, WIRE_LORA_EM400_MUD, 85, "050007"), OK);
    assert_int_equal(u->readings.count, 0); /* a position that is none */
    assert_int_equal(decode(u, WIRE_LORA_DDS75_LB, 5, "2701"), ERR_INVALID);
    assert_int_equal(decode(u, WIRE_LORA_DDS75_LB, 6, "044c0b"), ERR_INVALID);
    assert_int_equal(decode(u, WIRE_LORA_DDS75_LB, 4, "00"), ERR_UNSUPPORTED);
    assert_non_null(strstr(u->diag.text, "port 4"));
}

static void decentlab_refuses_what_it_does_not_know(void **state)
{
    struct uplink *u = *state;

    assert_int_equal(decode(u, WIRE_LORA_DL_MBX, 1, "03012f000304d200010bb1"), ERR_UNSUPPORTED);
    assert_int_equal(decode(u, WIRE_LORA_DL_MBX, 1, "02012f000704d200010bb1"), ERR_UNSUPPORTED);
    assert_int_equal(decode(u, WIRE_LORA_DL_MBX, 1, "02012f000304d200010b"), ERR_TRUNCATED);
    assert_int_equal(decode(u, WIRE_LORA_DL_MBX, 1, ""), ERR_TRUNCATED);
    assert_int_equal(decode(u, WIRE_LORA_UNKNOWN, 1, "00"), ERR_UNSUPPORTED);
}

/* The sample of the EM400's README. */
static void frames_of_nb_iot_are_opened(void **state)
{
    struct uplink *u = *state;
    unsigned char room[128];
    struct wire_lora_nb nb = {0};
    static const char sample[] =
        "020001005f00000001303130313031313036373439443139303534363930303331"
        "3836383530383036343830373335303436303034333232343231333131303839383630"
        "34313231303232373030363238353709000e01756403670b0104823b01050001";

    size_t size = hex_bytes(str_of(sample), sizeof room, room);
    assert_int_equal(wire_lora_nb_read((struct bytes){room, size}, &nb), OK);
    check_text(nb.imei, "868508064807350");
    check_text(nb.serial, "6749D19054690031");
    check_text(nb.firmware, "0101");
    assert_int_equal(nb.csq, 9);
    struct wire_lora_uplink uplink = {.model = WIRE_LORA_EM400_TLD, .nb = true, .data = nb.data};
    assert_int_equal(wire_lora_decode(&uplink, NULL, &u->readings, NULL), OK);
    assert_int_equal(u->readings.count, 1);
    assert_true(near(u->readings.items[0].distance_mm, 315) && u->readings.items[0].tilt);
    assert_int_equal(wire_lora_nb_read((struct bytes){room, size - 1}, &nb), ERR_TRUNCATED);
    assert_int_equal(wire_lora_nb_read((struct bytes){room, size + 1}, &nb), ERR_SYNTAX);
    assert_int_equal(wire_lora_nb_read((struct bytes){room, 0}, &nb), ERR_TRUNCATED);
    room[0] = 3;
    assert_int_equal(wire_lora_nb_read((struct bytes){room, size}, &nb), ERR_SYNTAX);
    /* several rounds in one list: a channel that does not rise begins the next */
    size = hex_bytes(STR("01756403670b0104823b01050001"
                         "8367e800018482410601"
                         "0175630482e803"),
                     sizeof room, room);
    uplink.data = (struct bytes){room, size};
    wire_bin_init(&u->readings, &u->arena);
    assert_int_equal(wire_lora_decode(&uplink, NULL, &u->readings, NULL), OK);
    assert_int_equal(u->readings.count, 3);
    assert_true(near(u->readings.items[1].distance_mm, 1601) && u->readings.items[1].alarm);
    assert_int_equal(u->readings.items[2].fields, WIRE_BIN_BATTERY_PCT | WIRE_BIN_DISTANCE);
}

static void models_are_found_in_names(void **state)
{
    (void)state;
    assert_int_equal(wire_lora_model_of(STR("Milesight EM310-UDL")), WIRE_LORA_EM310_UDL);
    assert_int_equal(wire_lora_model_of(STR("em310_udl")), WIRE_LORA_EM310_UDL);
    assert_int_equal(wire_lora_model_of(STR("em400 tld (bins)")), WIRE_LORA_EM400_TLD);
    assert_int_equal(wire_lora_model_of(STR("Dragino LDDS75")), WIRE_LORA_LDDS75);
    assert_int_equal(wire_lora_model_of(STR("DDS75-LB")), WIRE_LORA_DDS75_LB);
    assert_int_equal(wire_lora_model_of(STR("decentlab-dl-mbx")), WIRE_LORA_DL_MBX);
    assert_int_equal(wire_lora_model_of(STR("EM310")), WIRE_LORA_UNKNOWN);
    assert_int_equal(wire_lora_model_of(STR("")), WIRE_LORA_UNKNOWN);
    for (unsigned i = 1; i < WIRE_LORA_MODEL_COUNT; i++)
        assert_int_equal(wire_lora_model_of(str_of(wire_lora_model_text((enum wire_lora_model)i))),
                         i);
    assert_string_equal(wire_lora_model_text((enum wire_lora_model)99), "unknown");
    assert_string_equal(wire_lora_maker_text(WIRE_LORA_DL_MBX), "Decentlab");
}

static enum err decode_history(void *context)
{
    unsigned char room[64];
    struct arena arena;
    struct wire_bin_readings readings;
    size_t size = hex_bytes(STR("0175640382dc0520ce5c2b3a64e803"), sizeof room, room);
    struct wire_lora_uplink uplink = {.model = WIRE_LORA_EM500_UDL, .data = {room, size}};

    (void)context;
    arena_init(&arena, 1 << 16);
    wire_bin_init(&readings, &arena);
    enum err err = wire_lora_decode(&uplink, NULL, &readings, NULL);
    arena_done(&arena);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(decode_history, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_makers_decoders_say_the_same, begin, end),
        cmocka_unit_test_setup_teardown(milesight_gives_a_reading, begin, end),
        cmocka_unit_test_setup_teardown(channels_mean_what_the_model_means, begin, end),
        cmocka_unit_test_setup_teardown(coordinates_come_in_the_models_order, begin, end),
        cmocka_unit_test_setup_teardown(distances_that_are_no_level_are_marked, begin, end),
        cmocka_unit_test_setup_teardown(history_has_its_own_times, begin, end),
        cmocka_unit_test_setup_teardown(dragino_frames_are_told_apart_by_length, begin, end),
        cmocka_unit_test_setup_teardown(facts_have_the_makers_names, begin, end),
        cmocka_unit_test_setup_teardown(an_alarm_whose_scale_is_in_doubt_gives_no_level, begin,
                                        end),
        cmocka_unit_test_setup_teardown(decentlab_refuses_what_it_does_not_know, begin, end),
        cmocka_unit_test_setup_teardown(frames_of_nb_iot_are_opened, begin, end),
        cmocka_unit_test_setup_teardown(models_are_found_in_names, begin, end),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
