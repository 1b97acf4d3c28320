/* wire_lora_fuzz.c - any bytes as a payload: the first byte is the model, the second the port.
 * Readings have finite numbers, facts are a JSON object, mistakes have words. */
#include <math.h>

#include "base/json.h"
#include "fuzz.h"
#include "wire/lorawan/lorawan.h"

static void check_reading(const struct wire_bin_reading *reading)
{
    ASSERT(reading->fields != 0);
    ASSERT(isfinite(reading->distance_mm) && reading->distance_mm >= 0);
    ASSERT(isfinite(reading->temperature_c) && isfinite(reading->battery_v));
    ASSERT(reading->battery_pct >= 0 && reading->battery_pct <= 100);
    ASSERT(fabs(reading->lat) <= 90 && fabs(reading->lng) <= 180);
    if (reading->fields & WIRE_BIN_DISTANCE && !(reading->fields & WIRE_BIN_INVALID))
        ASSERT(reading->distance_mm > WIRE_BIN_DEAD_MM);
}

static void check_facts(const struct wire_lora_facts *facts)
{
    struct buf out;
    struct jw jw;
    struct json json;

    buf_init(&out, 1 << 20);
    jw_init(&jw, &out);
    wire_lora_facts_write(facts, &jw);
    if (!buf_err(&out)) {
        json_init(&json, buf_text(&out));
        json_skip(&json, json_next(&json));
        ASSERT(json_end(&json, NULL) == OK);
        json_done(&json);
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct wire_bin_readings readings;
    struct wire_lora_facts facts = {.count = 0};
    struct wire_lora_nb nb = {0};
    struct diag diag = {0};

    if (size < 2)
        return 0;
    struct wire_lora_uplink uplink = {.model =
                                          (enum wire_lora_model)(data[0] % WIRE_LORA_MODEL_COUNT),
                                      .nb = data[0] & 0x80,
                                      .fport = data[1],
                                      .data = {data + 2, size - 2}};
    if (uplink.nb && wire_lora_nb_read(uplink.data, &nb) == OK)
        uplink.data = nb.data;
    arena_init(&arena, 16 << 20);
    wire_bin_init(&readings, &arena);
    enum err err = wire_lora_decode(&uplink, &facts, &readings, &diag);
    ASSERT(!err || diag.text[0]);
    for (size_t i = 0; i < readings.count; i++)
        check_reading(&readings.items[i]);
    check_facts(&facts);
    arena_done(&arena);
    return 0;
}
