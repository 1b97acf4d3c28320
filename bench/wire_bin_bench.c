/* wire_bin_bench.c - readings decoded in a second of one CPU, for each language of bins.
 *
 * Prints one JSON object a language: messages and readings per CPU-second, megabytes per CPU-second.
 */
#include <stdio.h>
#include <time.h>

#include "wire/bin/decode.h"
#include "wire/senml/senml.h"

enum { BIN_PACK = 100 }; /* readings of a long message */
#define BIN_SECONDS 1.0

static const struct utc_us bin_now = {INT64_C(1790000000000000)};

static double bin_cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum wire_lora_model bin_model(void *context, struct str device)
{
    (void)context;
    (void)device;
    return WIRE_LORA_EM310_UDL;
}

static const char bin_plain[] = "{\"device\":\"bin-17\",\"time\":\"2026-07-18T09:34:15Z\","
                                "\"distance_mm\":412,\"battery_pct\":92,\"temperature_c\":25.7,"
                                "\"tilt\":false}";

static const char bin_chirpstack[] =
    "{\"deduplicationId\":\"3ac7e3c4-4401-4b8d-9386-a5c902f9202d\",\"time\":"
    "\"2026-07-18T09:34:15.775023242+00:00\",\"deviceInfo\":{\"tenantId\":"
    "\"52f14cd4-c6f1-4fbd-8f87-4025e1d49242\",\"tenantName\":\"city\",\"applicationId\":"
    "\"ca739e26-7b67-4f14-b69e-d568c22a5a75\",\"applicationName\":\"bins\",\"deviceProfileId\":"
    "\"605d08d4-65f5-4d2c-8a5a-3d2457662f79\",\"deviceProfileName\":\"Milesight EM310-UDL\","
    "\"deviceName\":\"bin-17\",\"devEui\":\"24e124713b012345\",\"tags\":{\"bin\":\"17\"}},"
    "\"devAddr\":\"00189440\",\"adr\":true,\"dr\":1,\"fCnt\":4,\"fPort\":85,\"confirmed\":false,"
    "\"data\":\"AXVcA4JECAQAAQ==\",\"rxInfo\":[{\"gatewayId\":\"0016c001f153a14c\",\"uplinkId\":"
    "4217106255,\"rssi\":-36,\"snr\":10.5,\"context\":\"E3OWOQ==\",\"metadata\":{\"region\":"
    "\"eu868\"}}],\"txInfo\":{\"frequency\":867100000,\"modulation\":{\"lora\":{\"bandwidth\":"
    "125000,\"spreadingFactor\":11,\"codeRate\":\"CR_4_5\"}}}}";

static const char bin_tts[] =
    "{\"end_device_ids\":{\"device_id\":\"bin-17\",\"application_ids\":{\"application_id\":"
    "\"bins\"},\"dev_eui\":\"24E124713B012345\",\"dev_addr\":\"260B3F2A\"},\"correlation_ids\":["
    "\"as:up:01GABC\"],\"received_at\":\"2026-07-18T09:34:16.114591436Z\",\"uplink_message\":{"
    "\"session_key_id\":\"AXA50AtBhZ\",\"f_port\":85,\"f_cnt\":45,\"frm_payload\":"
    "\"AXVcA4JECAQAAQ==\",\"rx_metadata\":[{\"gateway_ids\":{\"gateway_id\":\"gw\",\"eui\":"
    "\"0016C001F153A14C\"},\"time\":\"2026-07-18T09:34:15.9Z\",\"timestamp\":2463457000,\"rssi\":"
    "-42,\"channel_rssi\":-42,\"snr\":4.2}],\"settings\":{\"data_rate\":{\"lora\":{\"bandwidth\":"
    "125000,\"spreading_factor\":7}},\"coding_rate\":\"4/5\",\"frequency\":\"868300000\"},"
    "\"received_at\":\"2026-07-18T09:34:15.905Z\",\"consumed_airtime\":\"0.056576s\"}}";

/* A pack of BIN_PACK times four numbers of one bin, a minute apart. */
static void bin_senml(struct buf *out, bool cbor)
{
    struct wire_senml_record records[4 * BIN_PACK];
    const struct wire_senml_record four[4] = {
        {.name = STR("urn:dev:mac:24e124fffe013b01:fill"), .unit = STR("/"), .value = 0.72},
        {.name = STR("urn:dev:mac:24e124fffe013b01:distance"), .unit = STR("m"), .value = 0.412},
        {.name = STR("urn:dev:mac:24e124fffe013b01:battery"), .unit = STR("%EL"), .value = 92},
        {.name = STR("urn:dev:mac:24e124fffe013b01:temp"), .unit = STR("Cel"), .value = 25.7}};

    for (size_t i = 0; i < COUNT_OF(records); i++) {
        records[i] = four[i % 4];
        records[i].fields = WIRE_SENML_VALUE;
        records[i].timed = true;
        records[i].at.us = INT64_C(1784000000000000) + (int64_t)(i / 4) * 60 * CLOCK_US_PER_S;
    }
    struct str base = STR("urn:dev:mac:24e124fffe013b01:");
    (cbor ? wire_senml_write_cbor : wire_senml_write_json)(records, COUNT_OF(records), base, out);
}

static void bin_list(struct buf *out)
{
    for (int i = 0; i < BIN_PACK; i++) {
        buf_char(out, i ? ',' : '[');
        buf_str(out, str_of(bin_plain));
    }
    buf_char(out, ']');
}

static enum err bin_measure(const char *what, enum wire_bin_kind kind, struct str body)
{
    struct wire_bin_message message = {
        .kind = kind, .body = str_bytes(body), .now = bin_now, .models = {bin_model, NULL}};
    struct wire_bin_readings readings = {0};
    struct arena arena;
    struct diag diag;
    uint64_t messages = 0;
    uint64_t count = 0;
    enum err err = OK;

    arena_init(&arena, 16 << 20);
    double start_s = bin_cpu_s();
    double used_s = 0;
    while (!err && used_s < BIN_SECONDS) {
        for (int i = 0; !err && i < 100; i++) {
            arena_reset(&arena);
            err = wire_bin_decode(&message, &arena, &readings, &diag);
            count += readings.count;
            messages++;
        }
        used_s = bin_cpu_s() - start_s;
    }
    if (err)
        fprintf(stderr, "%s: %s\n", what, diag.text);
    else
        printf("{\"language\":\"%s\",\"message_bytes\":%zu,\"messages_per_cpu_s\":%.0f,"
               "\"readings_per_cpu_s\":%.0f,\"mb_per_cpu_s\":%.0f}\n",
               what, body.size, (double)messages / used_s, (double)count / used_s,
               (double)messages * (double)body.size / used_s / 1e6);
    arena_done(&arena);
    return err;
}

int main(void)
{
    struct buf out;
    enum err err;

    buf_init(&out, 1 << 20);
    err = bin_measure("json", WIRE_BIN_KIND_JSON, str_of(bin_plain));
    bin_list(&out);
    if (!err)
        err = bin_measure("json list of 100", WIRE_BIN_KIND_JSON, buf_text(&out));
    for (int cbor = 0; !err && cbor < 2; cbor++) {
        buf_reset(&out);
        bin_senml(&out, cbor);
        err = buf_err(&out);
        if (!err)
            err = bin_measure(cbor ? "senml+cbor of 100" : "senml+json of 100",
                              cbor ? WIRE_BIN_KIND_SENML_CBOR : WIRE_BIN_KIND_SENML_JSON,
                              buf_text(&out));
    }
    if (!err)
        err = bin_measure("chirpstack", WIRE_BIN_KIND_CHIRPSTACK, str_of(bin_chirpstack));
    if (!err)
        err = bin_measure("the-things-stack", WIRE_BIN_KIND_TTS, str_of(bin_tts));
    buf_done(&out);
    return err_exit(err);
}
