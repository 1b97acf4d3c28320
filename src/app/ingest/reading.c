/* reading.c - see reading.h. */
#include "app/ingest/reading.h"

#include <math.h>

#include "app/ingest/live.h"

enum { APP_READING_ARENA_MAX = 16 << 20 };

struct app_reading_models {
    const struct app_readings *readings;
    struct str asked; /* the sensor whose payload the message has; empty: it has none */
};

static enum wire_lora_model app_reading_model(void *context, struct str name)
{
    struct app_reading_models *models = context;
    const struct app_device *device =
        app_device_find(models->readings->devices, STORE_DEVICE_SENSOR, name);

    models->asked = name;
    return device ? wire_lora_model_of(device->row.model) : WIRE_LORA_UNKNOWN;
}

/* A number in a field's unit; outside of what the field holds it is cut, as sensors do. */
static int32_t app_reading_i32(double value, double scale)
{
    double scaled = round(value * scale);

    return scaled > INT32_MAX ? INT32_MAX : scaled < INT32_MIN ? INT32_MIN : (int32_t)scaled;
}

/* What the reading says, without what was made of it: the same however it was packed. */
static uint64_t app_reading_hash(const struct wire_bin_reading *reading)
{
    const double values[] = {
        reading->distance_mm,   reading->fill,      reading->battery_pct, reading->battery_v,
        reading->temperature_c, reading->weight_kg, reading->lat,         reading->lng};
    static const uint32_t of[] = {WIRE_BIN_DISTANCE,  WIRE_BIN_FILL,        WIRE_BIN_BATTERY_PCT,
                                  WIRE_BIN_BATTERY_V, WIRE_BIN_TEMPERATURE, WIRE_BIN_WEIGHT,
                                  WIRE_BIN_POSITION,  WIRE_BIN_POSITION};
    double kept[COUNT_OF(values) + 1] = {0};

    for (size_t i = 0; i < COUNT_OF(values); i++)
        kept[i] = reading->fields & of[i] ? values[i] : 0;
    kept[COUNT_OF(values)] =
        (double)reading->fields + (reading->tilt ? 0.25 : 0) + (reading->alarm ? 0.5 : 0);
    return str_hash((struct str){(const char *)kept, sizeof kept});
}

/* The level by the bin's depth, where the sensor gives only a distance. */
static void app_reading_level(const struct app_device *device, struct store_reading *reading)
{
    struct wire_bin_depth depth = {device->row.empty_mm, device->row.full_mm};
    double fill;

    if (reading->fields & (STORE_READING_FILL | STORE_READING_INVALID) ||
        !(reading->fields & STORE_READING_DISTANCE) || device->row.empty_mm == 0)
        return;
    if (wire_bin_fill(reading->distance_mm, depth, &fill)) {
        reading->fields |= STORE_READING_FILL;
        reading->fill_bp = app_reading_i32(fill, 10000);
    } else {
        reading->fields |= STORE_READING_INVALID;
    }
}

static uint32_t app_reading_fields(uint32_t fields)
{
    static const uint32_t pairs[][2] = {
        {WIRE_BIN_DISTANCE, STORE_READING_DISTANCE},
        {WIRE_BIN_FILL, STORE_READING_FILL},
        {WIRE_BIN_BATTERY_PCT, STORE_READING_BATTERY_PCT},
        {WIRE_BIN_BATTERY_V, STORE_READING_BATTERY_MV},
        {WIRE_BIN_TEMPERATURE, STORE_READING_TEMPERATURE},
        {WIRE_BIN_TILT, STORE_READING_TILT},
        {WIRE_BIN_WEIGHT, STORE_READING_WEIGHT},
        {WIRE_BIN_POSITION, STORE_READING_PLACE},
        {WIRE_BIN_ALARM, STORE_READING_ALARM},
        {WIRE_BIN_INVALID, STORE_READING_INVALID},
    };
    uint32_t stored = 0;

    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        stored |= fields & pairs[i][0] ? pairs[i][1] : 0;
    return stored;
}

static struct store_reading app_reading_of(const struct app_device *device,
                                           const struct wire_bin_reading *reading,
                                           struct utc_us received)
{
    struct store_reading stored = {
        .key = {device->row.id, reading->at_known ? reading->at : received,
                app_reading_hash(reading), received},
        .fields = app_reading_fields(reading->fields),
        .distance_mm = app_reading_i32(reading->distance_mm, 1),
        .fill_bp = app_reading_i32(reading->fill, 10000),
        .battery_dpct = app_reading_i32(reading->battery_pct, 10),
        .battery_mv = app_reading_i32(reading->battery_v, 1000),
        .temperature_cc = app_reading_i32(reading->temperature_c, 100),
        .weight_g = app_reading_i32(reading->weight_kg, 1000),
        .tilt = reading->tilt,
        .alarm = reading->alarm,
        .place = {app_reading_i32(reading->lat, 1e7), app_reading_i32(reading->lng, 1e7)},
    };

    app_reading_level(device, &stored);
    return stored;
}

/* NULL in *ret_device: not known, and not to be taken in. Errors: BUSY, NOMEM, LIMIT. */
static enum err app_reading_device(struct app_readings *readings,
                                   const struct app_reading_message *message, struct str name,
                                   struct app_device **ret_device)
{
    struct store_device row = {.kind = STORE_DEVICE_SENSOR,
                               .state = STORE_DEVICE_UNASSIGNED,
                               .enrolled = message->received};

    if (name.size == 0)
        name = message->sender.size > 0 ? message->sender : message->topic_device;
    *ret_device = NULL;
    if (name.size == 0 || (message->sender.size > 0 && !str_eq(name, message->sender)))
        return OK;
    struct app_device *device = app_device_find(readings->devices, STORE_DEVICE_SENSOR, name);
    row.name = name;
    if (!device && (readings->enrol_open || message->sender.size > 0)) {
        enum err err = app_device_add(readings->devices, readings->store, &row, &device);
        if (err)
            return err;
    }
    if (device && device->row.state != STORE_DEVICE_BLOCKED)
        *ret_device = device;
    return OK;
}

static enum err app_reading_put(struct app_readings *readings, struct app_device *device,
                                const struct wire_bin_reading *reading,
                                const struct app_reading_message *message)
{
    struct store_reading stored = app_reading_of(device, reading, message->received);

    enum err err = store_put_reading(readings->store, &stored);
    if (err)
        return err;
    app_device_reading(readings->devices, device, &stored);
    app_device_heard(readings->devices, device, message->received);
    app_live_reading(readings->live, device);
    return OK;
}

static enum err app_readings_put(struct app_readings *readings,
                                 const struct app_reading_message *message,
                                 const struct wire_bin_readings *list, struct app_reading_sum *sum)
{
    enum err err = OK;

    /* A sensor that is new takes a row of its own. */
    if (!store_has_room(readings->store, 2 * list->count, 4096 * list->count))
        return ERR_BUSY;
    for (size_t i = 0; !err && i < list->count; i++) {
        struct app_device *device = NULL;
        err = app_reading_device(readings, message, list->items[i].device, &device);
        if (!err && device)
            err = app_reading_put(readings, device, &list->items[i], message);
        sum->accepted += !err && device;
        sum->unknown += !err && !device;
    }
    readings->unknown += sum->unknown;
    return err;
}

/* A sensor whose payload cannot be read is listed all the same where new ones are taken in: there
 * its model is named, and the next message is understood. */
static enum err app_reading_enrol(struct app_readings *readings,
                                  const struct app_reading_message *message, struct str name)
{
    struct app_device *device = NULL;

    if (name.size == 0)
        return OK;
    if (!store_has_room(readings->store, 1, 4096))
        return ERR_BUSY;
    enum err err = app_reading_device(readings, message, name, &device);
    if (err || !device)
        return err;
    app_device_heard(readings->devices, device, message->received);
    app_live_device(readings->live, device);
    return OK;
}

enum err app_readings_take(struct app_readings *readings, const struct app_reading_message *message,
                           struct app_reading_sum *ret_sum, struct diag *diag)
{
    struct app_reading_models models = {.readings = readings};
    struct wire_bin_message wire = {.kind = message->kind,
                                    .body = message->body,
                                    .now = message->received,
                                    .models = {app_reading_model, &models}};
    struct app_reading_sum sum = {0};
    struct wire_bin_readings list;
    struct arena arena;

    readings->messages++;
    arena_init(&arena, APP_READING_ARENA_MAX);
    enum err err = wire_bin_decode(&wire, &arena, &list, diag);
    readings->refused += err && err != ERR_NOMEM;
    enum err put = OK;
    if (!err)
        put = app_readings_put(readings, message, &list, &sum);
    else if (err == ERR_UNSUPPORTED)
        put = app_reading_enrol(readings, message, models.asked);
    if (put)
        err = diag_set(diag, put, "the readings cannot be taken now: %s", err_text(put));
    arena_done(&arena);
    if (!err && sum.accepted == 0 && sum.unknown > 0)
        return diag_set(diag, ERR_NOT_FOUND,
                        "no sensor of this name is known; add it to bins.csv, pair it, or start "
                        "with --enrol open");
    if (!err)
        *ret_sum = sum;
    return err;
}
