/* wire_bin_test.c - messages of bins' sensors in every language to readings. */
#include "wire/bin/decode.h"

#include <math.h>

#include "wire_vectors.h"

static const struct utc_us now = {INT64_C(1790000000000000)};

struct bin {
    struct arena arena;
    struct wire_bin_readings readings;
    struct diag diag;
    enum wire_lora_model model; /* that every sensor is paired as */
    struct str asked;           /* the device whose model was asked for */
};

static int begin(void **state)
{
    static struct bin b;

    b = (struct bin){0};
    arena_init(&b.arena, 16 << 20);
    *state = &b;
    return 0;
}

static int end(void **state)
{
    struct bin *b = *state;

    arena_done(&b->arena);
    return 0;
}

static enum wire_lora_model paired(void *context, struct str device)
{
    struct bin *b = context;

    b->asked = device;
    return b->model;
}

static enum err decode(struct bin *b, enum wire_bin_kind kind, struct str body)
{
    struct wire_bin_message message = {
        .kind = kind, .body = str_bytes(body), .now = now, .models = {paired, b}};

    return wire_bin_decode(&message, &b->arena, &b->readings, &b->diag);
}

/* As a message that comes on a topic that says nothing. */
static enum err decode_text(struct bin *b, const char *text)
{
    return decode(b, wire_bin_kind_of(STR(""), str_bytes(str_of(text))), str_of(text));
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static void plain_json_is_read(void **state)
{
    struct bin *b = *state;

    assert_int_equal(
        decode_text(b,
                    "{\"device\":\"bin-17\",\"id\":\"x1\",\"time\":\"2026-07-18T17:34:15+08:00\","
                    "\"distance_mm\":412,\"fill\":0.72,\"battery_pct\":92,\"battery_v\":3.6,"
                    "\"temperature_c\":-4.5,\"weight_kg\":61.2,\"tilt\":false,\"alarm\":true,"
                    "\"lat\":26.8933,\"lng\":112.5719}"),
        OK);
    assert_int_equal(b->readings.count, 1);
    struct wire_bin_reading *r = b->readings.items;
    check_text(r->device, "bin-17");
    check_text(r->id, "x1");
    assert_true(r->at_known && r->at.us == INT64_C(1784367255000000));
    assert_int_equal(r->fields, WIRE_BIN_DISTANCE | WIRE_BIN_FILL | WIRE_BIN_BATTERY_PCT |
                                    WIRE_BIN_BATTERY_V | WIRE_BIN_TEMPERATURE | WIRE_BIN_TILT |
                                    WIRE_BIN_WEIGHT | WIRE_BIN_POSITION | WIRE_BIN_ALARM);
    assert_true(near(r->distance_mm, 412) && near(r->fill, 0.72) && near(r->battery_pct, 92));
    assert_true(near(r->battery_v, 3.6) && near(r->temperature_c, -4.5) &&
                near(r->weight_kg, 61.2));
    assert_true(near(r->lat, 26.8933) && near(r->lng, 112.5719) && !r->tilt && r->alarm);
    assert_int_equal(decode_text(b, " [{\"time\":1784367255.25,\"fill_pct\":72},\n"
                                    "{\"distance_mm\":15},{\"tilt\":true}] "),
                     OK);
    assert_int_equal(b->readings.count, 3);
    r = b->readings.items;
    assert_true(near(r[0].fill, 0.72) && r[0].at.us == INT64_C(1784367255250000));
    assert_int_equal(r[1].fields, WIRE_BIN_DISTANCE | WIRE_BIN_INVALID);
    assert_true(!r[1].at_known && r[1].device.size == 0 && r[2].tilt);
    assert_int_equal(decode_text(b, "[]"), OK);
    assert_int_equal(b->readings.count, 0);
}

static const struct {
    const char *text;
    enum err err;
    unsigned line;
    unsigned column;
    const char *says;
} mistakes[] = {
    {"{\"distance\":412}", ERR_INVALID, 1, 13, "`distance` is not known"},
    {"[{\"tilt\":true},\n {\"fil\":1}]", ERR_INVALID, 2, 9, "`fil`"},
    {"{\"distance_mm\":\"412\"}", ERR_INVALID, 1, 16, "a number is expected"},
    {"{\"distance_mm\":-1}", ERR_RANGE, 1, 16, "from 0 to 100000"},
    {"{\"fill_pct\":201}", ERR_RANGE, 1, 13, "from 0 to 200"},
    {"{\"fill\":72}", ERR_RANGE, 1, 9, "from 0 to 2"},
    {"{\"fill\":0.5,\"fill_pct\":50}", ERR_INVALID, 1, 24, "said before"},
    {"{\"tilt\":false,\"tilt\":true}", ERR_INVALID, 1, 22, "said before"},
    {"{\"tilt\":1}", ERR_INVALID, 1, 9, "true or false"},
    {"{\"tilt\":null}", ERR_INVALID, 1, 9, "true or false"},
    {"{\"lat\":26.9,\"tilt\":true}", ERR_INVALID, 1, 24, "come together"},
    {"{\"lat\":112.5,\"lng\":26.9}", ERR_RANGE, 1, 8, "from -90 to 90"},
    {"{\"time\":\"2026-07-18\",\"tilt\":true}", ERR_INVALID, 1, 9, "is written"},
    {"{\"time\":-5,\"tilt\":true}", ERR_RANGE, 1, 9, "seconds since 1970"},
    {"{\"time\":1784367255000,\"tilt\":true}", ERR_RANGE, 1, 9, "seconds since 1970"},
    {"{\"time\":1,\"time\":2,\"tilt\":true}", ERR_INVALID, 1, 18, "twice"},
    {"{\"device\":\"\",\"tilt\":true}", ERR_RANGE, 1, 11, "1 to 128"},
    {"{\"device\":\"a\",\"device\":\"b\"}", ERR_INVALID, 1, 24, "twice"},
    {"{\"device\":\"a\"}", ERR_INVALID, 1, 14, "a value at least"},
    {"{}", ERR_INVALID, 1, 2, "a value at least"},
    {"[1]", ERR_INVALID, 1, 2, "an object is expected"},
    {"{\"fill\":0.5", ERR_SYNTAX, 1, 12, "ends too early"},
    {"{\"fill\":0.5} {}", ERR_SYNTAX, 1, 14, "text after the end"},
};

static void mistakes_of_plain_json_are_told(void **state)
{
    struct bin *b = *state;
    int wrong = 0;

    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        enum err err = decode_text(b, mistakes[i].text);
        if (err != mistakes[i].err || b->diag.line != mistakes[i].line ||
            b->diag.column != mistakes[i].column || !strstr(b->diag.text, mistakes[i].says)) {
            print_error("%s: %d %u:%u %s\n", mistakes[i].text, err, (unsigned)b->diag.line,
                        (unsigned)b->diag.column, b->diag.text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(b->readings.count, 0); /* a mistake gives nothing */
}

static void senml_becomes_one_reading_a_time(void **state)
{
    struct bin *b = *state;

    assert_int_equal(
        decode_text(
            b,
            "[{\"bn\":\"urn:dev:mac:24e124fffe013b01:\",\"bt\":1.784e9,\"n\":\"fill\",\"u\":\"/\","
            "\"v\":0.72},{\"n\":\"distance\",\"u\":\"m\",\"v\":0.412},{\"n\":\"battery\","
            "\"u\":\"%EL\",\"v\":92},{\"n\":\"temp\",\"u\":\"Cel\",\"v\":25.7},"
            "{\"n\":\"tilt\",\"vb\":false},{\"n\":\"fill\",\"u\":\"%\",\"v\":80,\"t\":60},"
            "{\"n\":\"humidity\",\"u\":\"%RH\",\"v\":40},"
            "{\"n\":\"lat\",\"u\":\"lat\",\"v\":26.9},{\"n\":\"lon\",\"u\":\"lon\",\"v\":112.5}]"),
        OK);
    assert_int_equal(b->readings.count, 2);
    struct wire_bin_reading *r = b->readings.items;
    check_text(r[0].device, "urn:dev:mac:24e124fffe013b01");
    assert_int_equal(r[0].fields, WIRE_BIN_FILL | WIRE_BIN_DISTANCE | WIRE_BIN_BATTERY_PCT |
                                      WIRE_BIN_TEMPERATURE | WIRE_BIN_TILT | WIRE_BIN_POSITION);
    assert_true(r[0].at_known && r[0].at.us == INT64_C(1784000000000000));
    assert_true(near(r[0].distance_mm, 412) && near(r[0].battery_pct, 92));
    assert_true(near(r[0].lat, 26.9) && near(r[0].lng, 112.5));
    assert_true(near(r[1].fill, 0.8) && r[1].at.us == INT64_C(1784000060000000));
    /* two devices; the name alone and the unit alone; no time is now */
    assert_int_equal(decode_text(b, "[{\"n\":\"a/fill\",\"u\":\"/\",\"v\":0.1},"
                                    "{\"n\":\"b/fill\",\"u\":\"/\",\"v\":0.2},"
                                    "{\"n\":\"a/weight\",\"u\":\"g\",\"v\":1500},"
                                    "{\"n\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":7},"
                                    "{\"n\":\"alarm\",\"v\":1}]"),
                     OK);
    assert_int_equal(b->readings.count, 4);
    r = b->readings.items;
    assert_true(near(r[0].weight_kg, 1.5) && near(r[1].fill, 0.2) && !r[0].at_known);
    assert_int_equal(r[0].at.us, now.us);
    check_text(r[2].device, "urn:dev:ow:10e2073a01080063");
    assert_true(near(r[2].temperature_c, 7) && r[3].alarm && r[3].device.size == 0);
    assert_int_equal(decode_text(b, "[{\"n\":\"a/level\",\"u\":\"dB\",\"v\":1}]"), ERR_INVALID);
    assert_non_null(strstr(b->diag.text, "no record is a bin's"));
    assert_int_equal(decode_text(b, "[{\"n\":\"a/fill\",\"u\":\"/\",\"v\":72}]"), ERR_RANGE);
    assert_int_equal(decode_text(b, "[{\"n\":\"lat\",\"u\":\"lat\",\"v\":7}]"), ERR_INVALID);
}

static void senml_in_cbor_is_the_same(void **state)
{
    struct bin *b = *state;
    unsigned char room[64];

    /* [{-2: "bin17:", -3: 1784000000, 0: "fill", 1: "/", 2: 0.75}, {0: "tilt", 4: true}] */
    size_t size = hex_bytes(STR("82a5216662696e31373a221a6a55ae0000"
                                "6466696c6c01612f02f93a00a2006474696c7404f5"),
                            sizeof room, room);
    struct str body = {(const char *)room, size};
    assert_int_equal(wire_bin_kind_of(STR("a/b"), str_bytes(body)), WIRE_BIN_KIND_SENML_CBOR);
    assert_int_equal(decode(b, WIRE_BIN_KIND_SENML_CBOR, body), OK);
    assert_int_equal(b->readings.count, 1);
    check_text(b->readings.items->device, "bin17");
    assert_true(near(b->readings.items->fill, 0.75) && b->readings.items->tilt);
    assert_int_equal(b->readings.items->at.us, INT64_C(1784000000000000));
}

#define CS_INFO                                                                         \
    "\"deviceInfo\":{\"tenantId\":\"5\",\"applicationName\":\"bins\",\"devEui\":"       \
    "\"24E124713B012345\",\"deviceName\":\"bin-17\",\"deviceProfileName\":\"Milesight " \
    "EM310-UDL\",\"tags\":{\"bin\":\"17\"}}"

#define TTS_IDS_NULLS "\"end_device_ids\":{\"device_id\":\"bin-17\",\"dev_eui\":null}"

static void chirpstack_uplinks_are_opened(void **state)
{
    struct bin *b = *state;
    static const char up[] =
        "{\"deduplicationId\":\"3ac7e3c4-4401-4b8d-9386-a5c902f9202d\",\"time\":"
        "\"2026-07-18T09:34:15.775023242+00:00\"," CS_INFO ",\"devAddr\":\"00189440\",\"adr\":true,"
        "\"dr\":1,\"fPort\":85,\"data\":\"AXVcA4JECAQAAQ==\",\"object\":{\"a\":[1,{\"b\":null}]},"
        "\"rxInfo\":[{\"gatewayId\":\"0016c001f153a14c\",\"rssi\":-97,\"snr\":6.5}],"
        "\"txInfo\":{\"frequency\":868100000}}";

    assert_int_equal(decode_text(b, up), OK); /* the profile's name says the model */
    assert_int_equal(b->readings.count, 1);
    struct wire_bin_reading *r = b->readings.items;
    check_text(r->device, "24e124713b012345");
    check_text(b->asked, "24e124713b012345");
    check_text(r->id, "3ac7e3c4-4401-4b8d-9386-a5c902f9202d");
    assert_true(r->at_known && r->at.us == INT64_C(1784367255775023));
    assert_true(near(r->distance_mm, 2116) && near(r->battery_pct, 92) && r->tilt);
    b->model = WIRE_LORA_EM400_TLD; /* what a person paired goes before a profile's name */
    assert_int_equal(decode_text(b, up), OK);
    assert_int_equal(b->readings.items->fields, WIRE_BIN_BATTERY_PCT);
    struct wire_bin_uplink open = {0};
    assert_int_equal(wire_bin_uplink_read(WIRE_BIN_KIND_CHIRPSTACK, str_bytes(str_of(up)),
                                          &b->arena, &open, NULL),
                     OK);
    assert_int_equal(open.fport, 85);
    assert_int_equal(open.data.size, 10);
    assert_int_equal(open.model, WIRE_LORA_EM310_UDL);
}

static void chirpstack_events_say_what_they_say(void **state)
{
    struct bin *b = *state;

    assert_int_equal(
        decode_text(b, "{\"deduplicationId\":\"a\",\"time\":\"2026-07-18T09:34:15Z\"," CS_INFO
                       ",\"margin\":10,\"batteryLevel\":75.5}"),
        OK);
    assert_int_equal(b->readings.items->fields, WIRE_BIN_BATTERY_PCT);
    assert_true(near(b->readings.items->battery_pct, 75.5));
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"margin\":10}"), OK); /* absent is 0 */
    assert_int_equal(b->readings.count, 1);
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"margin\":10,\"externalPowerSource\":true}"),
                     OK);
    assert_int_equal(b->readings.count, 0);
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"margin\":1,\"batteryLevelUnavailable\":true}"),
                     OK);
    assert_int_equal(b->readings.count, 0);
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"location\":{\"latitude\":26.9,"
                                    "\"longitude\":112.5,\"source\":\"GEO_RESOLVER\"}}"),
                     OK);
    assert_int_equal(b->readings.items->fields, WIRE_BIN_POSITION);
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"devAddr\":\"01\"}"), OK); /* joined */
    assert_int_equal(b->readings.count, 0);
    /* no payload, and frames of the network itself */
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"fPort\":85,\"fCnt\":1}"), OK);
    assert_int_equal(decode_text(b, "{" CS_INFO ",\"data\":\"AA==\",\"fCnt\":1}"), OK);
    assert_int_equal(b->readings.count, 0);
}

static void chirpstack_v3_is_read_too(void **state)
{
    struct bin *b = *state;

    b->model = WIRE_LORA_LDDS75;
    assert_int_equal(
        decode(b,
               wire_bin_kind_of(STR("application/1/device/24e124713b012345/event/up"),
                                (struct bytes){0}),
               STR("{\"applicationID\":\"1\",\"devEUI\":\"JOEkcTsBI0U=\",\"devAddr\":\"AY5mzg==\","
                   "\"rxInfo\":[{\"gatewayID\":\"AAAA\",\"time\":null},{\"time\":"
                   "\"2026-07-18T09:34:15Z\"}],\"fCnt\":12,\"fPort\":2,\"data\":\"C0UI/AAA7gE=\","
                   "\"objectJSON\":\"{}\"}")),
        OK);
    struct wire_bin_reading *r = b->readings.items;
    check_text(r->device, "24e124713b012345");
    check_text(r->id, "24e124713b012345/AY5mzg==/12");
    assert_true(r->at_known && near(r->distance_mm, 2300) && near(r->battery_v, 2.885));
}

#define TTS_IDS                                                                             \
    "\"end_device_ids\":{\"device_id\":\"bin-17\",\"application_ids\":{\"application_id\":" \
    "\"bins\"},\"dev_eui\":\"A84041000181C061\",\"dev_addr\":\"260B3F2A\"}"

static void members_that_say_nothing_are_passed_over(void **state)
{
    struct bin *b = *state;
    struct wire_bin_uplink up = {0};

    /* null is a default value; a tag names the model; gateways may be broken */
    assert_int_equal(
        decode_text(b,
                    "{\"deviceInfo\":{\"devEui\":\"24e124713b012345\",\"deviceProfileName\":null,"
                    "\"tags\":{\"a\":\"b\",\"model\":\"LDDS75\"}},\"deduplicationId\":null,"
                    "\"time\":null,\"fCnt\":null,\"rxInfo\":[null,{\"rssi\":1}],\"location\":null,"
                    "\"fPort\":2,\"data\":\"C0UI/AAA7gE=\"}"),
        OK);
    check_text(b->readings.items->id, "24e124713b012345//0");
    assert_false(b->readings.items->at_known);
    assert_int_equal(
        decode_text(b, "{\"devEUI\":\"bin-17\",\"tags\":{\"model\":\"ldds75\"},\"fPort\":2,"
                       "\"deviceInfo\":null,\"data\":\"C0UI/AAA7gE=\"}"),
        OK);
    check_text(b->readings.items->device, "bin-17"); /* no EUI: as it is */
    assert_int_equal(decode_text(b,
                                 "{" TTS_IDS_NULLS ",\"received_at\":null,\"location_solved\":null,"
                                 "\"uplink_message\":{\"f_port\":null,\"frm_payload\":null,"
                                 "\"version_ids\":null,\"session_key_id\":null}}"),
                     OK);
    assert_int_equal(b->readings.count, 0);
    assert_int_equal(decode_text(b, "{" TTS_IDS_NULLS ",\"uplink_message\":null}"), OK);
    assert_int_equal(
        wire_bin_uplink_read(WIRE_BIN_KIND_JSON, str_bytes(STR("{}")), &b->arena, &up, &b->diag),
        ERR_UNSUPPORTED);
}

static void the_things_stack_is_opened(void **state)
{
    struct bin *b = *state;
    static const char up[] =
        "{" TTS_IDS ",\"correlation_ids\":[\"as:up:01\"],\"received_at\":\"2026-07-18T09:34:16Z\","
        "\"uplink_message\":{\"session_key_id\":\"AXA50AtBhZ\",\"f_port\":3,\"f_cnt\":45,"
        "\"frm_payload\":\"DOQI/ADuAGQ3weAM5Aj8//EAZDfP8A==\",\"rx_metadata\":[{\"gateway_ids\":{"
        "\"gateway_id\":\"gw\"},\"rssi\":-42}],\"settings\":{\"data_rate\":{}},\"received_at\":"
        "\"2026-07-18T09:34:15.5Z\",\"version_ids\":{\"brand_id\":\"dragino\",\"model_id\":"
        "\"dds75-lb\"}}}";

    assert_int_equal(decode_text(b, up), OK);
    assert_int_equal(b->readings.count, 2); /* two stored readings, each with its time */
    struct wire_bin_reading *r = b->readings.items;
    check_text(r->device, "a84041000181c061");
    check_text(r->id, "a84041000181c061/AXA50AtBhZ/45");
    assert_true(r[0].at.us == INT64_C(1681375712000000) && r[1].at.us == INT64_C(1681379312000000));
    /* absent is 0: no count, and no port is a frame without a payload of ours */
    b->model = WIRE_LORA_DL_MBX;
    assert_int_equal(
        decode(b, WIRE_BIN_KIND_TTS,
               STR("{" TTS_IDS ",\"uplink_message\":{\"session_key_id\":\"k\",\"f_port\":1,"
                   "\"frm_payload\":\"AgEvAAME0gABC7E=\"}}")),
        OK);
    check_text(b->readings.items->id, "a84041000181c061/k/0");
    assert_false(b->readings.items->at_known);
    assert_int_equal(decode_text(b, "{" TTS_IDS ",\"join_accept\":{}}"), OK);
    assert_int_equal(b->readings.count, 0);
    assert_int_equal(
        decode_text(b, "{\"end_device_ids\":{\"device_id\":\"bin-17\"},\"location_solved\":{"
                       "\"location\":{\"latitude\":26.9,\"longitude\":112.5}}}"),
        OK);
    check_text(b->readings.items->device, "bin-17");
}

static const struct {
    enum wire_bin_kind kind;
    const char *text;
    enum err err;
    const char *says;
} broken[] = {
    {WIRE_BIN_KIND_CHIRPSTACK, "{\"data\":\"AA==\",\"fPort\":1}", ERR_INVALID, "names no device"},
    {WIRE_BIN_KIND_CHIRPSTACK, "{" CS_INFO ",\"data\":\"A\"}", ERR_INVALID, "base64"},
    {WIRE_BIN_KIND_CHIRPSTACK, "{" CS_INFO ",\"fPort\":256}", ERR_RANGE, "a port"},
    {WIRE_BIN_KIND_CHIRPSTACK, "{" CS_INFO ",\"time\":\"now\"}", ERR_INVALID, "RFC 3339"},
    {WIRE_BIN_KIND_CHIRPSTACK, "{\"deviceInfo\":7}", ERR_INVALID, "an object"},
    {WIRE_BIN_KIND_CHIRPSTACK, "[]", ERR_INVALID, "an object"},
    {WIRE_BIN_KIND_CHIRPSTACK, "{" CS_INFO ",\"location\":{\"latitude\":91}}", ERR_RANGE, "Earth"},
    {WIRE_BIN_KIND_CHIRPSTACK,
     "{\"deviceInfo\":{\"devEui\":\"24e124713b012345\"},\"fPort\":2,\"data\":\"AXVc\"}",
     ERR_UNSUPPORTED, "model is not known"},
    {WIRE_BIN_KIND_CHIRPSTACK,
     "{\"devEUI\":\"0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890\"}",
     ERR_LIMIT, "more than 128"},
    {WIRE_BIN_KIND_TTS, "{\"uplink_message\":{}}", ERR_INVALID, "names no device"},
    {WIRE_BIN_KIND_TTS, "{" TTS_IDS ",\"uplink_message\":[]}", ERR_INVALID, "an object"},
    {WIRE_BIN_KIND_TTS, "{" TTS_IDS, ERR_SYNTAX, "ends too early"},
    {WIRE_BIN_KIND_MILESIGHT_NB, "\x02\x01", ERR_TRUNCATED, "Milesight"},
    {WIRE_BIN_KIND_UNKNOWN, "x", ERR_UNSUPPORTED, "neither JSON"},
};

static void broken_messages_are_told(void **state)
{
    struct bin *b = *state;
    int wrong = 0;

    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        enum err err = decode(b, broken[i].kind, str_of(broken[i].text));
        if (err != broken[i].err || !strstr(b->diag.text, broken[i].says)) {
            print_error("%s: %d %s\n", broken[i].text, err, b->diag.text);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    for (unsigned kind = 0; kind < WIRE_BIN_KIND_COUNT; kind++)
        assert_int_not_equal(decode(b, (enum wire_bin_kind)kind, (struct str){0}), OK);
    assert_int_equal(b->readings.count, 0);
}

static void the_language_is_found(void **state)
{
    static const struct {
        const char *topic;
        const char *message;
        enum wire_bin_kind kind;
    } rows[] = {
        {"application/1/device/24e1/event/status", "", WIRE_BIN_KIND_CHIRPSTACK},
        {"v3/bins@city/devices/bin-17/up", "{}", WIRE_BIN_KIND_TTS},
        {"v3/x", "{}", WIRE_BIN_KIND_JSON},
        {"bins/17", "{\"distance_mm\":1}", WIRE_BIN_KIND_JSON},
        {"bins/17", "\xEF\xBB\xBF [{\"device\":\"a\"}]", WIRE_BIN_KIND_JSON},
        {"", "[{\"n\":\"a\",\"v\":1}]", WIRE_BIN_KIND_SENML_JSON},
        {"", "[{\"bver\":10}]", WIRE_BIN_KIND_SENML_JSON},
        {"", "{\"a\":{\"deviceInfo\":1},\"deviceInfo\":{}}", WIRE_BIN_KIND_CHIRPSTACK},
        {"", "{\"devEUI\":\"\"}", WIRE_BIN_KIND_CHIRPSTACK},
        {"", "{\"end_device_ids\":{}}", WIRE_BIN_KIND_TTS},
        {"", "{\"a\":{\"deviceInfo\":1}}", WIRE_BIN_KIND_JSON},
        {"", "{broken", WIRE_BIN_KIND_JSON},
        {"", "\x82\xA0", WIRE_BIN_KIND_SENML_CBOR},
        {"", "hello", WIRE_BIN_KIND_UNKNOWN},
        {"", "", WIRE_BIN_KIND_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (wire_bin_kind_of(str_of(rows[i].topic), str_bytes(str_of(rows[i].message))) !=
            rows[i].kind)
            fail_msg("%s %s", rows[i].topic, rows[i].message);
    struct bytes nb = {(const unsigned char *)"\x02\x00\x01\x00", 4};
    assert_int_equal(wire_bin_kind_of(STR(""), nb), WIRE_BIN_KIND_MILESIGHT_NB);
    assert_int_equal(wire_bin_kind_of((struct str){0}, (struct bytes){0}), WIRE_BIN_KIND_UNKNOWN);
    struct bytes any = str_bytes(STR("{\"tilt\":true}"));
    assert_int_equal(wire_bin_kind_of_media(STR("application/json; charset=utf-8"), any),
                     WIRE_BIN_KIND_JSON);
    assert_int_equal(wire_bin_kind_of_media(STR("application/senml+json"), any),
                     WIRE_BIN_KIND_SENML_JSON);
    assert_int_equal(wire_bin_kind_of_media(STR("application/senml+cbor"), any),
                     WIRE_BIN_KIND_SENML_CBOR);
    assert_int_equal(wire_bin_kind_of_media(STR("text/plain"), any), WIRE_BIN_KIND_UNKNOWN);
    assert_string_equal(wire_bin_kind_text(WIRE_BIN_KIND_TTS), "the-things-stack");
    assert_string_equal(wire_bin_kind_text((enum wire_bin_kind)77), "unknown");
}

static void terminals_of_nb_iot_are_read(void **state)
{
    struct bin *b = *state;
    unsigned char room[128];
    size_t size =
        hex_bytes(STR("020001005f00000001303130313031313036373439443139303534363930303331"
                      "3836383530383036343830373335303436303034333232343231333131303839383630"
                      "34313231303232373030363238353709000e01756403670b0104823b01050001"),
                  sizeof room, room);
    struct str body = {(const char *)room, size};

    b->model = WIRE_LORA_EM400_MUD;
    assert_int_equal(decode(b, wire_bin_kind_of(STR(""), str_bytes(body)), body), OK);
    check_text(b->readings.items->device, "868508064807350");
    check_text(b->asked, "868508064807350");
    assert_true(near(b->readings.items->distance_mm, 315));
    b->model = WIRE_LORA_UNKNOWN;
    assert_int_equal(decode(b, WIRE_BIN_KIND_MILESIGHT_NB, body), ERR_UNSUPPORTED);
}

static void show(struct bin *b, const char *text, enum wire_lora_model model, const char *want)
{
    struct buf out;
    struct jw jw;
    struct wire_bin_message message = {.kind = wire_bin_kind_of(STR(""), str_bytes(str_of(text))),
                                       .body = str_bytes(str_of(text)),
                                       .now = now,
                                       .models = {paired, b}};

    b->model = model;
    buf_init(&out, 1 << 16);
    jw_init(&jw, &out);
    assert_int_equal(wire_bin_show(&message, &b->arena, &jw), OK);
    check_same_json(text, buf_text(&out), str_of(want));
    buf_done(&out);
}

static void a_message_is_shown_to_people(void **state)
{
    struct bin *b = *state;
    static const char up[] = "{" CS_INFO ",\"deduplicationId\":\"x\",\"time\":"
                             "\"2026-07-18T09:34:15Z\",\"fPort\":85,\"data\":\"AXUKA4IAAA==\"}";

    show(b, up, WIRE_LORA_UNKNOWN,
         "{\"language\":\"chirpstack\",\"device\":\"24e124713b012345\",\"model\":\"EM310-UDL\","
         "\"port\":85,\"payload\":\"01750a03820000\",\"decoded\":{\"battery\":10,"
         "\"distance\":0},\"readings\":[{\"device\":\"24e124713b012345\",\"id\":\"x\",\"time\":"
         "\"2026-07-18T09:34:15Z\",\"distance_mm\":0,\"battery_pct\":10,\"invalid\":true}]}");
    show(b, up, WIRE_LORA_LDDS75,
         "{\"language\":\"chirpstack\",\"device\":\"24e124713b012345\",\"model\":\"LDDS75\","
         "\"port\":85,\"payload\":\"01750a03820000\",\"error\":{\"text\":"
         "\"a LDDS75 sends nothing known on port 85\"}}");
    show(b, "{\"tilt\":1}", WIRE_LORA_UNKNOWN,
         "{\"language\":\"json\",\"error\":{\"text\":\"true or false is expected here\",\"line\":1,"
         "\"column\":9}}");
    show(b, "{\"end_device_ids\":7}", WIRE_LORA_UNKNOWN,
         "{\"language\":\"the-things-stack\",\"error\":{\"text\":\"an object is expected here\","
         "\"line\":1,\"column\":19}}");
}

/* What is written is the plain JSON of ours. */
static void written_readings_come_back(void **state)
{
    struct bin *b = *state;
    struct buf out;
    struct jw jw;
    static const char text[] =
        "[{\"device\":\"bin \\\"17\\\"\",\"id\":\"x1\",\"time\":\"2026-07-18T09:34:15.250Z\","
        "\"distance_mm\":412.5,\"fill\":0.7200,\"battery_pct\":92.5,\"battery_v\":3.605,"
        "\"temperature_c\":-4.25,\"weight_kg\":61.205,\"lat\":26.8933001,\"lng\":112.5719,"
        "\"tilt\":false,\"alarm\":true},{\"tilt\":true}]";

    assert_int_equal(decode_text(b, text), OK);
    buf_init(&out, 1 << 16);
    jw_init(&jw, &out);
    wire_bin_readings_write(&b->readings, &jw);
    check_same_json("written", buf_text(&out), str_of(text));
    buf_done(&out);
}

static enum err sweep_show(void *context)
{
    const size_t *quota = context;
    struct arena arena;
    struct buf out;
    struct jw jw;
    struct wire_bin_message message = {
        .kind = WIRE_BIN_KIND_CHIRPSTACK,
        .body = str_bytes(STR("{\"devEUI\":\"JOEkcTsBI0U=\",\"deviceProfileName\":\"LDDS75\","
                              "\"fPort\":2,\"data\":\"C0UI/AAA7gE=\"}"))};

    arena_init(&arena, *quota);
    buf_init(&out, 1 << 16);
    jw_init(&jw, &out);
    enum err err = wire_bin_show(&message, &arena, &jw);
    assert_true(err == OK || out.size == 0); /* nothing half written */
    if (!err)
        err = buf_err(&out);
    buf_done(&out);
    arena_done(&arena);
    return err;
}

static void a_level_is_a_distance_inside_the_bin(void **state)
{
    static const struct {
        double distance_mm;
        struct wire_bin_depth depth;
        bool valid;
        double fill;
    } rows[] = {
        {1200, {1200, 200}, true, 0},
        {200, {1200, 200}, true, 1},
        {700, {1200, 200}, true, 0.5},
        {1300, {1200, 200}, true, 0}, /* deeper than when paired */
        {100, {1200, 200}, true, 1},
        {20, {1200, 200}, false, 0},
        {0, {1200, 200}, false, 0},
        {-5, {1200, 200}, false, 0},
        {1800, {1200, 200}, true, 0},
        {1801, {1200, 200}, false, 0},
        {700, {200, 1200}, false, 0},
        {700, {1200, 1200}, false, 0},
        {700, {1200, -1}, false, 0},
        {(double)NAN, {1200, 200}, false, 0},
        {700, {(double)INFINITY, 0}, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double fill = 7;
        assert_int_equal(wire_bin_fill(rows[i].distance_mm, rows[i].depth, &fill), rows[i].valid);
        assert_true(near(fill, rows[i].valid ? rows[i].fill : 7));
    }
}

static void limits_hold(void **state)
{
    struct bin *b = *state;
    struct buf out;

    buf_init(&out, 4 << 20);
    buf_str(&out, STR("[{\"tilt\":true}"));
    for (int i = 1; i < WIRE_BIN_READINGS_MAX; i++)
        buf_str(&out, STR(",{\"tilt\":true}"));
    size_t size = out.size;
    buf_char(&out, ']');
    assert_int_equal(decode(b, WIRE_BIN_KIND_JSON, buf_text(&out)), OK);
    assert_int_equal(b->readings.count, WIRE_BIN_READINGS_MAX);
    out.size = size;
    buf_str(&out, STR(",{\"tilt\":true}]"));
    assert_int_equal(decode(b, WIRE_BIN_KIND_JSON, buf_text(&out)), ERR_LIMIT);
    while (out.size <= WIRE_BIN_MESSAGE_MAX)
        buf_char(&out, ' ');
    assert_int_equal(decode(b, WIRE_BIN_KIND_JSON, buf_text(&out)), ERR_LIMIT);
    assert_int_equal(decode(b, WIRE_BIN_KIND_TTS, buf_text(&out)), ERR_LIMIT);
    buf_done(&out);
}

static const struct {
    enum wire_bin_kind kind;
    const char *text;
} swept[] = {
    {WIRE_BIN_KIND_JSON, "[{\"device\":\"a\\nb\",\"fill\":0.5},{\"fill\":1}]"},
    {WIRE_BIN_KIND_SENML_JSON, "[{\"bn\":\"a:\",\"n\":\"fill\",\"u\":\"/\",\"v\":1}]"},
    {WIRE_BIN_KIND_CHIRPSTACK, "{\"devEUI\":\"JOEkcTsBI0U=\",\"deviceProfileName\":\"LDDS75\","
                               "\"fPort\":2,\"data\":\"C0UI/AAA7gE=\"}"},
    {WIRE_BIN_KIND_TTS, "{" TTS_IDS ",\"uplink_message\":{\"f_port\":2,\"version_ids\":{"
                        "\"model_id\":\"ldds75\"},\"frm_payload\":\"C0UI/AAA7gE=\"}}"},
};

struct swept_row {
    size_t row;
    size_t quota;
};

static enum err sweep(void *context)
{
    const struct swept_row *at = context;
    struct arena arena;
    struct wire_bin_readings readings;
    struct wire_bin_message message = {
        .kind = swept[at->row].kind, .body = str_bytes(str_of(swept[at->row].text)), .now = now};

    arena_init(&arena, at->quota);
    enum err err = wire_bin_decode(&message, &arena, &readings, NULL);
    arena_done(&arena);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(swept); i++) {
        struct swept_row at = {i, 1 << 20};
        check_sweep(sweep, &at);
        /* the arena asks the heap seldom: every quota refuses another of its blocks */
        enum err err = ERR_NOMEM;
        for (at.quota = 0; err == ERR_NOMEM && at.quota < 1 << 16; at.quota += 8)
            err = sweep(&at);
        assert_int_equal(err, OK);
        assert_true(at.quota > 100);
    }
    size_t quota = 1 << 20;
    check_sweep(sweep_show, &quota);
    enum err err = ERR_NOMEM;
    for (quota = 0; err == ERR_NOMEM && quota < 1 << 16; quota += 8)
        err = sweep_show(&quota);
    assert_int_equal(err, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_json_is_read, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_of_plain_json_are_told, begin, end),
        cmocka_unit_test_setup_teardown(senml_becomes_one_reading_a_time, begin, end),
        cmocka_unit_test_setup_teardown(senml_in_cbor_is_the_same, begin, end),
        cmocka_unit_test_setup_teardown(chirpstack_uplinks_are_opened, begin, end),
        cmocka_unit_test_setup_teardown(chirpstack_events_say_what_they_say, begin, end),
        cmocka_unit_test_setup_teardown(chirpstack_v3_is_read_too, begin, end),
        cmocka_unit_test_setup_teardown(members_that_say_nothing_are_passed_over, begin, end),
        cmocka_unit_test_setup_teardown(the_things_stack_is_opened, begin, end),
        cmocka_unit_test_setup_teardown(broken_messages_are_told, begin, end),
        cmocka_unit_test(the_language_is_found),
        cmocka_unit_test_setup_teardown(terminals_of_nb_iot_are_read, begin, end),
        cmocka_unit_test_setup_teardown(a_message_is_shown_to_people, begin, end),
        cmocka_unit_test_setup_teardown(written_readings_come_back, begin, end),
        cmocka_unit_test(a_level_is_a_distance_inside_the_bin),
        cmocka_unit_test_setup_teardown(limits_hold, begin, end),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
