/* wire_bin_fuzz.c - any bytes as a message in each language, and in the one it is taken for. */
#include <math.h>

#include "base/json.h"
#include "fuzz.h"
#include "wire/bin/decode.h"

static enum wire_lora_model some_model(void *context, struct str device)
{
    (void)context;
    return device.size % 2 ? (enum wire_lora_model)(device.size % WIRE_LORA_MODEL_COUNT)
                           : WIRE_LORA_UNKNOWN;
}

static void check_reading(const struct wire_bin_reading *reading)
{
    size_t bad;

    ASSERT(reading->fields != 0 && reading->fields < 1u << 10);
    ASSERT(str_utf8(reading->device, &bad) && str_utf8(reading->id, &bad));
    ASSERT(isfinite(reading->distance_mm) && isfinite(reading->fill));
    ASSERT(reading->battery_pct >= 0 && reading->battery_pct <= 100);
    ASSERT(fabs(reading->lat) <= 90 && fabs(reading->lng) <= 180);
}

/* What is shown is JSON, whatever the message was. */
static void check_shown(const struct wire_bin_message *message, struct arena *arena)
{
    struct buf out;
    struct jw jw;
    struct json json;

    buf_init(&out, 16 << 20);
    jw_init(&jw, &out);
    enum err err = wire_bin_show(message, arena, &jw);
    ASSERT(err == OK || (err == ERR_NOMEM && out.size == 0));
    if (!err && !buf_err(&out)) {
        json_init(&json, buf_text(&out));
        json_skip(&json, json_next(&json));
        ASSERT(json_end(&json, NULL) == OK);
        json_done(&json);
    }
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes body = {data, size};
    enum wire_bin_kind taken = wire_bin_kind_of((struct str){(const char *)data, size}, body);

    ASSERT(taken < WIRE_BIN_KIND_COUNT);
    for (unsigned kind = 0; kind < WIRE_BIN_KIND_COUNT; kind++) {
        struct wire_bin_message message = {.kind = (enum wire_bin_kind)kind,
                                           .body = body,
                                           .now = {INT64_C(1790000000000000)},
                                           .models = {some_model, NULL}};
        struct wire_bin_readings readings = {0};
        struct diag diag = {0};
        struct arena arena;
        arena_init(&arena, 32 << 20);
        enum err err = wire_bin_decode(&message, &arena, &readings, &diag);
        ASSERT(!err || (diag.text[0] && readings.count == 0));
        for (size_t i = 0; i < readings.count; i++)
            check_reading(&readings.items[i]);
        check_shown(&message, &arena);
        arena_done(&arena);
    }
    return 0;
}
