/* show.c - a message and what became of it, for people: the page of devices, the command line. */
#include "wire/bin/parts.h"

static void wire_bin_write_number(struct jw *jw, const char *key, double value, int decimals)
{
    jw_key(jw, key);
    jw_f64(jw, value, decimals);
}

static void wire_bin_write_str(struct jw *jw, const char *key, struct str text)
{
    if (text.size == 0)
        return;
    jw_key(jw, key);
    jw_str(jw, text);
}

static void wire_bin_write_flag(struct jw *jw, const char *key, bool value)
{
    jw_key(jw, key);
    jw_bool(jw, value);
}

static void wire_bin_write_time(struct jw *jw, const struct wire_bin_reading *reading)
{
    char room[CLOCK_RFC3339_SIZE];

    if (reading->at_known)
        wire_bin_write_str(jw, "time", clock_rfc3339_text(reading->at, room));
}

/* Decimals that the sensors have, and one more. */
static void wire_bin_write_numbers(struct jw *jw, const struct wire_bin_reading *reading)
{
    if (reading->fields & WIRE_BIN_DISTANCE)
        wire_bin_write_number(jw, "distance_mm", reading->distance_mm, 1);
    if (reading->fields & WIRE_BIN_FILL)
        wire_bin_write_number(jw, "fill", reading->fill, 4);
    if (reading->fields & WIRE_BIN_BATTERY_PCT)
        wire_bin_write_number(jw, "battery_pct", reading->battery_pct, 1);
    if (reading->fields & WIRE_BIN_BATTERY_V)
        wire_bin_write_number(jw, "battery_v", reading->battery_v, 3);
    if (reading->fields & WIRE_BIN_TEMPERATURE)
        wire_bin_write_number(jw, "temperature_c", reading->temperature_c, 2);
    if (reading->fields & WIRE_BIN_WEIGHT)
        wire_bin_write_number(jw, "weight_kg", reading->weight_kg, 3);
    if (reading->fields & WIRE_BIN_POSITION) {
        wire_bin_write_number(jw, "lat", reading->lat, 7);
        wire_bin_write_number(jw, "lng", reading->lng, 7);
    }
}

static void wire_bin_reading_write(const struct wire_bin_reading *reading, struct jw *jw)
{
    jw_object(jw);
    wire_bin_write_str(jw, "device", reading->device);
    wire_bin_write_str(jw, "id", reading->id);
    wire_bin_write_time(jw, reading);
    wire_bin_write_numbers(jw, reading);
    if (reading->fields & WIRE_BIN_TILT)
        wire_bin_write_flag(jw, "tilt", reading->tilt);
    if (reading->fields & WIRE_BIN_ALARM)
        wire_bin_write_flag(jw, "alarm", reading->alarm);
    if (reading->fields & WIRE_BIN_INVALID)
        wire_bin_write_flag(jw, "invalid", true);
    jw_object_end(jw);
}

void wire_bin_readings_write(const struct wire_bin_readings *readings, struct jw *jw)
{
    jw_array(jw);
    for (size_t i = 0; i < readings->count; i++)
        wire_bin_reading_write(&readings->items[i], jw);
    jw_array_end(jw);
}

static enum err wire_bin_hex(struct bytes bytes, struct arena *arena, struct str *ret)
{
    static const char digits[] = "0123456789abcdef";

    char *room = arena_zero(arena, bytes.size + 1, 2);
    if (!room)
        return ERR_NOMEM;
    for (size_t i = 0; i < bytes.size; i++) {
        room[2 * i] = digits[bytes.data[i] >> 4];
        room[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    *ret = (struct str){room, 2 * bytes.size};
    return OK;
}

static void wire_bin_write_error(struct jw *jw, const struct diag *diag)
{
    jw_key(jw, "error");
    jw_object(jw);
    jw_key(jw, "text");
    jw_text(jw, diag->text);
    if (diag->line) {
        jw_key(jw, "line");
        jw_i64(jw, (int64_t)diag->line);
        jw_key(jw, "column");
        jw_i64(jw, (int64_t)diag->column);
    }
    jw_object_end(jw);
}

/* The payload inside a network server's event, with the maker's words for it. */
static enum err wire_bin_show_uplink(const struct wire_bin_message *message, struct arena *arena,
                                     struct jw *jw)
{
    struct wire_bin_readings readings;
    struct wire_lora_facts facts = {.count = 0};
    struct wire_bin_uplink up;
    struct str hex;

    enum err err = wire_bin_uplink_read(message->kind, message->body, arena, &up, NULL);
    if (err)
        return err == ERR_NOMEM ? err : OK; /* told with the readings */
    err = wire_bin_hex(up.data, arena, &hex);
    if (err)
        return err;
    wire_bin_init(&readings, arena);
    struct wire_lora_uplink uplink = {.model = wire_bin_model_of(message, up.device, up.model),
                                      .fport = up.fport,
                                      .data = up.data};
    err = wire_lora_decode(&uplink, &facts, &readings, NULL);
    if (err == ERR_NOMEM)
        return err;
    wire_bin_write_str(jw, "device", up.device);
    jw_key(jw, "model");
    jw_text(jw, wire_lora_model_text(uplink.model));
    jw_key(jw, "port");
    jw_i64(jw, up.fport);
    wire_bin_write_str(jw, "payload", hex);
    if (facts.count) {
        jw_key(jw, "decoded");
        wire_lora_facts_write(&facts, jw);
    }
    return OK;
}

enum err wire_bin_show(const struct wire_bin_message *message, struct arena *arena, struct jw *jw)
{
    struct wire_bin_readings readings = {0};
    struct diag diag = {0};
    struct jw begin = *jw;
    size_t size = jw->out->size;
    bool server = message->kind == WIRE_BIN_KIND_CHIRPSTACK || message->kind == WIRE_BIN_KIND_TTS;

    jw_object(jw);
    jw_key(jw, "language");
    jw_text(jw, wire_bin_kind_text(message->kind));
    enum err err = server ? wire_bin_show_uplink(message, arena, jw) : OK;
    if (!err)
        err = wire_bin_decode(message, arena, &readings, &diag);
    if (err == ERR_NOMEM) {
        *jw = begin;
        if (!buf_err(jw->out))
            jw->out->size = size;
        return err;
    }
    if (err) {
        wire_bin_write_error(jw, &diag);
    } else {
        jw_key(jw, "readings");
        wire_bin_readings_write(&readings, jw);
    }
    jw_object_end(jw);
    return OK;
}
