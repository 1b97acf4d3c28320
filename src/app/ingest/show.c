/* show.c - see show.h. */
#include "app/ingest/show.h"

#include <stdio.h>

#include "store/read.h"

static void app_show_text(struct jw *jw, const char *key, struct str value)
{
    jw_key(jw, key);
    jw_str(jw, value);
}

static void app_show_number(struct jw *jw, const char *key, int64_t value)
{
    jw_key(jw, key);
    jw_i64(jw, value);
}

/* null where a field is not known. */
static void app_show_real(struct jw *jw, const char *key, bool known, double value, int decimals)
{
    jw_key(jw, key);
    if (known)
        jw_f64(jw, value, decimals);
    else
        jw_null(jw);
}

void app_show_time(struct jw *jw, const char *key, struct utc_us at)
{
    char room[CLOCK_RFC3339_SIZE];

    jw_key(jw, key);
    if (at.us == 0)
        jw_null(jw);
    else
        jw_str(jw, clock_rfc3339_text(at, room));
}

void app_show_unit(struct jw *jw, const struct store_device *row)
{
    if (row->unit_kind == STORE_UNIT_NONE) {
        jw_null(jw);
        return;
    }
    jw_object(jw);
    jw_key(jw, "kind");
    jw_text(jw, row->unit_kind == STORE_UNIT_VEHICLE ? "vehicle" : "bin");
    app_show_text(jw, "id", row->unit);
    jw_object_end(jw);
}

static void app_show_place(struct jw *jw, struct wgs84 place)
{
    jw_key(jw, "lat");
    jw_f64(jw, geo_lat(place), 7);
    jw_key(jw, "lng");
    jw_f64(jw, geo_lng(place), 7);
}

static void app_show_position_fields(struct jw *jw, const struct store_position *position)
{
    app_show_time(jw, "at", position->key.at);
    app_show_place(jw, position->place);
    app_show_real(jw, "speed_kmh", true, position->speed_dkmh / 10.0, 1);
    app_show_number(jw, "heading_deg", position->heading_deg);
    app_show_number(jw, "status", position->status);
    app_show_number(jw, "alarm", position->alarm);
}

static void app_show_position(struct jw *jw, const struct store_position *position)
{
    jw_object(jw);
    app_show_position_fields(jw, position);
    app_show_time(jw, "received", position->key.received);
    app_show_number(jw, "altitude_m", position->altitude_m);
    app_show_real(jw, "odometer_km", position->odometer_dkm != STORE_NO_ODOMETER,
                  position->odometer_dkm / 10.0, 1);
    jw_key(jw, "clock_wrong");
    jw_bool(jw, position->flags & STORE_POSITION_CLOCK_WRONG);
    jw_object_end(jw);
}

static void app_show_reading_fields(struct jw *jw, const struct store_reading *reading)
{
    uint32_t fields = reading->fields;

    app_show_time(jw, "at", reading->key.at);
    app_show_time(jw, "received", reading->key.received);
    app_show_real(jw, "fill_pct", fields & STORE_READING_FILL, reading->fill_bp / 100.0, 2);
    app_show_real(jw, "distance_mm", fields & STORE_READING_DISTANCE, reading->distance_mm, 0);
    app_show_real(jw, "battery_pct", fields & STORE_READING_BATTERY_PCT,
                  reading->battery_dpct / 10.0, 1);
    app_show_real(jw, "battery_v", fields & STORE_READING_BATTERY_MV, reading->battery_mv / 1000.0,
                  3);
    app_show_real(jw, "temperature_c", fields & STORE_READING_TEMPERATURE,
                  reading->temperature_cc / 100.0, 2);
    app_show_real(jw, "weight_kg", fields & STORE_READING_WEIGHT, reading->weight_g / 1000.0, 3);
    jw_key(jw, "tilt");
    if (fields & STORE_READING_TILT)
        jw_bool(jw, reading->tilt);
    else
        jw_null(jw);
    jw_key(jw, "level_valid");
    jw_bool(jw, !(fields & STORE_READING_INVALID));
}

static const char *app_show_state(enum store_device_state state)
{
    return state == STORE_DEVICE_KNOWN        ? "known"
           : state == STORE_DEVICE_UNASSIGNED ? "unassigned"
                                              : "blocked";
}

static void app_show_row(struct jw *jw, const struct store_device *row)
{
    app_show_number(jw, "id", row->id);
    jw_key(jw, "kind");
    jw_text(jw, row->kind == STORE_DEVICE_TERMINAL ? "terminal" : "sensor");
    app_show_text(jw, "name", row->name);
    jw_key(jw, "state");
    jw_text(jw, app_show_state(row->state));
    app_show_text(jw, "maker", row->maker);
    app_show_text(jw, "model", row->model);
    app_show_text(jw, "version", row->version);
    jw_key(jw, "unit");
    app_show_unit(jw, row);
    app_show_number(jw, "empty_mm", row->empty_mm);
    app_show_number(jw, "full_mm", row->full_mm);
    app_show_time(jw, "enrolled", row->enrolled);
}

void app_show_device(struct jw *jw, const struct app_device *device)
{
    const struct app_terminal *terminal = device->terminal;

    jw_object(jw);
    app_show_row(jw, &device->row);
    jw_key(jw, "online");
    jw_bool(jw, terminal && terminal->session != 0);
    app_show_time(jw, "last_heard", device->heard);
    jw_key(jw, "edition");
    if (terminal && terminal->edition)
        jw_i64(jw, terminal->edition);
    else
        jw_null(jw);
    app_show_number(jw, "frames", (int64_t)device->frames);
    jw_key(jw, "errors");
    jw_object(jw);
    for (enum app_device_error i = 0; i < APP_ERROR_KINDS; i++)
        app_show_number(jw, app_device_error_name(i), device->errors[i]);
    jw_object_end(jw);
    jw_key(jw, "position");
    if (terminal && terminal->last.key.device)
        app_show_position(jw, &terminal->last);
    else
        jw_null(jw);
    jw_key(jw, "reading");
    if (device->reading.key.device) {
        jw_object(jw);
        app_show_reading_fields(jw, &device->reading);
        jw_object_end(jw);
    } else {
        jw_null(jw);
    }
    jw_object_end(jw);
}

void app_show_moved(struct jw *jw, const struct app_device *device)
{
    jw_object(jw);
    app_show_number(jw, "device", device->row.id);
    app_show_text(jw, "name", device->row.name);
    jw_key(jw, "unit");
    app_show_unit(jw, &device->row);
    app_show_position_fields(jw, &device->terminal->last);
    jw_object_end(jw);
}

void app_show_filled(struct jw *jw, const struct app_device *device)
{
    jw_object(jw);
    app_show_number(jw, "device", device->row.id);
    app_show_text(jw, "name", device->row.name);
    jw_key(jw, "unit");
    app_show_unit(jw, &device->row);
    app_show_reading_fields(jw, &device->reading);
    jw_object_end(jw);
}

void app_show_command(struct jw *jw, const struct app_command *command, bool with_device)
{
    char msg_id[8];

    snprintf(msg_id, sizeof msg_id, "0x%04X", (unsigned)command->msg_id);
    jw_object(jw);
    app_show_number(jw, "id", (int64_t)command->id);
    if (with_device)
        app_show_number(jw, "device", command->device);
    jw_key(jw, "msg_id");
    jw_text(jw, msg_id);
    app_show_time(jw, "sent", command->sent);
    jw_key(jw, "state");
    jw_text(jw, app_command_state_name(command->state));
    jw_key(jw, "result");
    if (command->result >= 0)
        jw_i64(jw, command->result);
    else
        jw_null(jw);
    jw_key(jw, "answer");
    if (command->answer.size > 0)
        jw_raw(jw, buf_text(&command->answer));
    else
        jw_null(jw);
    app_show_time(jw, "answered", command->answered);
    jw_object_end(jw);
}

void app_show_stored(struct jw *jw, const struct store_row *row)
{
    const struct store_position *position = &row->position;

    jw_object(jw);
    app_show_text(jw, "device", row->name);
    app_show_number(jw, "id", position->key.device);
    app_show_position_fields(jw, position);
    app_show_time(jw, "received", position->key.received);
    app_show_number(jw, "altitude_m", position->altitude_m);
    app_show_real(jw, "odometer_km", position->odometer_dkm != STORE_NO_ODOMETER,
                  position->odometer_dkm / 10.0, 1);
    jw_object_end(jw);
}
