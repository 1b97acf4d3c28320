/* plain.c - the JSON of ours: one reading or a list of them, for devices that anybody builds.
 *
 * Refuses    null as well: a member that has no value is left out. A member that is not known, one that comes twice, numbers that no bin has, and a
 *            reading without a value: each with its line and column, and then the whole message.
 */
#include <math.h>

#include "wire/bin/parts.h"

static const struct {
    uint32_t bit;
    double min;
    double max;
} wire_bin_quantities[WIRE_BIN_Q_COUNT] = {
    [WIRE_BIN_Q_DISTANCE] = {WIRE_BIN_DISTANCE, 0, 100000},
    [WIRE_BIN_Q_FILL] = {WIRE_BIN_FILL, 0, 2},
    [WIRE_BIN_Q_BATTERY_PCT] = {WIRE_BIN_BATTERY_PCT, 0, 100},
    [WIRE_BIN_Q_BATTERY_V] = {WIRE_BIN_BATTERY_V, 0, 100},
    [WIRE_BIN_Q_TEMPERATURE] = {WIRE_BIN_TEMPERATURE, -100, 1000},
    [WIRE_BIN_Q_WEIGHT] = {WIRE_BIN_WEIGHT, -100, 100000}, /* a scale may drift below zero */
    [WIRE_BIN_Q_LAT] = {WIRE_BIN_LAT, -90, 90},
    [WIRE_BIN_Q_LNG] = {WIRE_BIN_LNG, -180, 180},
};

uint32_t wire_bin_bit(enum wire_bin_quantity quantity)
{
    ASSERT(quantity < WIRE_BIN_Q_COUNT);
    return wire_bin_quantities[quantity].bit;
}

static double *wire_bin_place(struct wire_bin_reading *reading, enum wire_bin_quantity quantity)
{
    double *const places[WIRE_BIN_Q_COUNT] = {
        [WIRE_BIN_Q_DISTANCE] = &reading->distance_mm,
        [WIRE_BIN_Q_FILL] = &reading->fill,
        [WIRE_BIN_Q_BATTERY_PCT] = &reading->battery_pct,
        [WIRE_BIN_Q_BATTERY_V] = &reading->battery_v,
        [WIRE_BIN_Q_TEMPERATURE] = &reading->temperature_c,
        [WIRE_BIN_Q_WEIGHT] = &reading->weight_kg,
        [WIRE_BIN_Q_LAT] = &reading->lat,
        [WIRE_BIN_Q_LNG] = &reading->lng,
    };

    return places[quantity];
}

enum err wire_bin_set(struct wire_bin_reading *reading, enum wire_bin_quantity quantity,
                      double value)
{
    uint32_t bit = wire_bin_bit(quantity);

    if (!(value >= wire_bin_quantities[quantity].min && value <= wire_bin_quantities[quantity].max))
        return ERR_RANGE;
    *wire_bin_place(reading, quantity) = value;
    reading->fields |= bit;
    if (quantity == WIRE_BIN_Q_DISTANCE && value <= WIRE_BIN_DEAD_MM)
        reading->fields |= WIRE_BIN_INVALID;
    return OK;
}

bool wire_bin_whole(struct wire_bin_reading *reading)
{
    const uint32_t halves = WIRE_BIN_LAT | WIRE_BIN_LNG;

    if ((reading->fields & halves) == halves)
        reading->fields |= WIRE_BIN_POSITION;
    reading->fields &= ~halves;
    return reading->fields != 0;
}

/* Members that are numbers. */
static const struct {
    const char *key;
    enum wire_bin_quantity quantity;
    double scale; /* from the member's unit to the reading's */
} wire_bin_members[] = {
    {"distance_mm", WIRE_BIN_Q_DISTANCE, 1},
    {"fill", WIRE_BIN_Q_FILL, 1},
    {"fill_pct", WIRE_BIN_Q_FILL, 0.01},
    {"battery_pct", WIRE_BIN_Q_BATTERY_PCT, 1},
    {"battery_v", WIRE_BIN_Q_BATTERY_V, 1},
    {"temperature_c", WIRE_BIN_Q_TEMPERATURE, 1},
    {"weight_kg", WIRE_BIN_Q_WEIGHT, 1},
    {"lat", WIRE_BIN_Q_LAT, 1},
    {"lng", WIRE_BIN_Q_LNG, 1},
};

/* Refuses a member of what was said before. True where it is the first. */
static bool wire_bin_first(struct json *json, const struct wire_bin_reading *reading, uint32_t bit,
                           struct str key)
{
    if (!(reading->fields & bit))
        return true;
    json_refuse(json, ERR_INVALID, "`%.*s` says again what was said before", STR_ARG(key));
    return false;
}

static bool wire_bin_plain_number(struct json *json, struct str key, enum json_token token,
                                  struct wire_bin_reading *reading)
{
    double value = 0;
    size_t i = 0;

    while (i < COUNT_OF(wire_bin_members) && !str_eq(key, str_of(wire_bin_members[i].key)))
        i++;
    if (i == COUNT_OF(wire_bin_members))
        return false;
    enum wire_bin_quantity quantity = wire_bin_members[i].quantity;
    if (!wire_bin_first(json, reading, wire_bin_bit(quantity), key) ||
        !json_f64(json, token, &value))
        return true; /* told */
    double scale = wire_bin_members[i].scale;
    if (wire_bin_set(reading, quantity, value * scale))
        json_refuse(json, ERR_RANGE, "`%s` is from %g to %g", wire_bin_members[i].key,
                    wire_bin_quantities[quantity].min / scale,
                    wire_bin_quantities[quantity].max / scale);
    return true;
}

static bool wire_bin_plain_flag(struct json *json, struct str key, enum json_token token,
                                struct wire_bin_reading *reading)
{
    bool tilt = str_eq(key, STR("tilt"));

    if (!tilt && !str_eq(key, STR("alarm")))
        return false;
    uint32_t bit = tilt ? WIRE_BIN_TILT : WIRE_BIN_ALARM;
    if (wire_bin_first(json, reading, bit, key) &&
        json_bool(json, token, tilt ? &reading->tilt : &reading->alarm))
        reading->fields |= bit;
    return true;
}

/* "2026-07-18T09:34:15Z", or seconds since 1970. */
static void wire_bin_plain_time(struct json *json, enum json_token token,
                                struct wire_bin_reading *reading)
{
    const double last_s = 253402300799.0; /* the end of the year 9999 */
    struct str text;
    double seconds = 0;

    if (token == JSON_STRING) {
        if (json_str(json, token, &text) && clock_rfc3339_parse(text, &reading->at))
            json_refuse(json, ERR_INVALID, "`time` is written 2026-07-18T09:34:15+08:00");
    } else if (json_f64(json, token, &seconds)) {
        if (!(seconds >= 0 && seconds <= last_s))
            json_refuse(json, ERR_RANGE, "`time` is in seconds since 1970");
        else
            reading->at.us = llround(seconds * (double)CLOCK_US_PER_S);
    }
    reading->at_known = true;
}

static bool wire_bin_plain_text(struct json *json, struct str key, enum json_token token,
                                struct arena *arena, struct wire_bin_reading *reading)
{
    bool device = str_eq(key, STR("device"));

    if (!device && !str_eq(key, STR("id")))
        return false;
    struct str *place = device ? &reading->device : &reading->id;
    if (place->size)
        json_refuse(json, ERR_INVALID, "`%.*s` comes twice", STR_ARG(key));
    if (json_str_keep(json, token, arena, place) &&
        (place->size == 0 || place->size > WIRE_BIN_DEVICE_MAX))
        json_refuse(json, ERR_RANGE, "`%.*s` has 1 to %d bytes", STR_ARG(key), WIRE_BIN_DEVICE_MAX);
    return true;
}

static void wire_bin_plain_member(struct json *json, struct str key, enum json_token token,
                                  struct arena *arena, struct wire_bin_reading *reading)
{
    if (wire_bin_plain_number(json, key, token, reading) ||
        wire_bin_plain_flag(json, key, token, reading) ||
        wire_bin_plain_text(json, key, token, arena, reading))
        return;
    if (!str_eq(key, STR("time")))
        json_refuse(json, ERR_INVALID,
                    "the member `%.*s` is not known; known are device, id, time, distance_mm, "
                    "fill, fill_pct, battery_pct, battery_v, temperature_c, weight_kg, tilt, "
                    "alarm, lat, lng",
                    key.size > 40 ? 40 : (int)key.size, key.data);
    else if (reading->at_known)
        json_refuse(json, ERR_INVALID, "`time` comes twice");
    else
        wire_bin_plain_time(json, token, reading);
}

static void wire_bin_plain_reading(struct json *json, struct arena *arena,
                                   struct wire_bin_readings *readings)
{
    struct wire_bin_reading reading = {0};
    struct str key;
    enum json_token token;

    while (json_member(json, &key, &token))
        wire_bin_plain_member(json, key, token, arena, &reading);
    if (json->bad)
        return;
    uint32_t halves = reading.fields & (WIRE_BIN_LAT | WIRE_BIN_LNG);
    if (halves == WIRE_BIN_LAT || halves == WIRE_BIN_LNG) {
        json_refuse(json, ERR_INVALID, "`lat` and `lng` come together");
    } else if (!wire_bin_whole(&reading)) {
        json_refuse(json, ERR_INVALID, "a reading has a value at least, such as distance_mm");
    } else {
        enum err err = wire_bin_push(readings, &reading);
        if (err)
            json_refuse(json, err, "%s",
                        err == ERR_LIMIT ? "a message has at most 10000 readings" : err_text(err));
    }
}

enum err wire_bin_plain(const struct wire_bin_message *message, struct arena *arena,
                        struct wire_bin_readings *readings, struct diag *diag)
{
    struct json json;

    json_init(&json, (struct str){(const char *)message->body.data, message->body.size});
    enum json_token token = json_next(&json);
    if (token == JSON_ARRAY) {
        while (json_item(&json, &token))
            if (json_want(&json, token, JSON_OBJECT))
                wire_bin_plain_reading(&json, arena, readings);
    } else if (json_want(&json, token, JSON_OBJECT)) {
        wire_bin_plain_reading(&json, arena, readings);
    }
    enum err err = json_end(&json, diag);
    json_done(&json);
    return err;
}
