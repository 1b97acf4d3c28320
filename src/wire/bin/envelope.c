/* envelope.c - events of LoRaWAN network servers: ChirpStack v4 and v3, The Things Stack v3.
 *
 * Both write Protocol Buffers as JSON: a member with the default value (0, false, "") is absent, and
 * there will be members that are not known yet, which are passed over.
 * Source     chirpstack-docs, integrations/events; lorawan-stack-docs, reference/data-formats.
 */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "wire/bin/parts.h"

/* --- members --- */

static bool wire_bin_opens(struct json *json, enum json_token token)
{
    if (json_is_null(json, token))
        return false;
    return json_want(json, token, JSON_OBJECT);
}

static void wire_bin_keep(struct json *json, enum json_token token, struct arena *arena,
                          struct str *ret)
{
    if (!json_is_null(json, token) && json_str_keep(json, token, arena, ret) &&
        ret->size > WIRE_BIN_DEVICE_MAX)
        json_refuse(json, ERR_LIMIT, "the text has more than %d bytes", WIRE_BIN_DEVICE_MAX);
}

static void wire_bin_time(struct json *json, enum json_token token, struct wire_bin_uplink *up)
{
    struct str text;

    if (json_is_null(json, token) || !json_str(json, token, &text))
        return;
    if (clock_rfc3339_parse(text, &up->at))
        json_refuse(json, ERR_INVALID, "the time is not one of RFC 3339");
    up->at_known = true;
}

static void wire_bin_port(struct json *json, enum json_token token, uint8_t *ret)
{
    int64_t port = 0;

    if (json_is_null(json, token) || !json_i64(json, token, &port))
        return;
    if (port < 0 || port > 255)
        json_refuse(json, ERR_RANGE, "a port is from 0 to 255");
    *ret = (uint8_t)port;
}

/* The payload, out of its base64. */
static void wire_bin_data(struct json *json, enum json_token token, struct arena *arena,
                          struct bytes *ret)
{
    struct str text;

    if (json_is_null(json, token) || !json_str(json, token, &text))
        return;
    size_t size = BASE64_BYTES_MAX(text.size);
    unsigned char *room = arena_zero(arena, size, 1);
    if (!room)
        json_refuse(json, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    else if (base64_decode(BASE64_PLAIN, text, size, room, ret))
        json_refuse(json, ERR_INVALID, "the payload is not base64");
}

/* Only what names a model that is known; the others say nothing about it. */
static void wire_bin_model(struct json *json, enum json_token token, struct wire_bin_uplink *up)
{
    if (token == JSON_STRING && up->model == WIRE_LORA_UNKNOWN)
        up->model = wire_lora_model_of(json_text(json));
    json_skip(json, token);
}

static void wire_bin_location(struct json *json, enum json_token token, struct wire_bin_uplink *up)
{
    struct wire_bin_reading at = {0};
    struct str key;
    double lat = 0;
    double lng = 0;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("latitude")))
            json_f64(json, token, &lat);
        else if (str_eq(key, STR("longitude")))
            json_f64(json, token, &lng);
        else
            json_skip(json, token);
    }
    if (wire_bin_set(&at, WIRE_BIN_Q_LAT, lat) || wire_bin_set(&at, WIRE_BIN_Q_LNG, lng)) {
        json_refuse(json, ERR_RANGE, "the location lies nowhere on Earth");
        return;
    }
    up->lat = lat;
    up->lng = lng;
    up->fields |= WIRE_BIN_POSITION;
}

/* --- device and identity --- */

static bool wire_bin_is_hex(struct str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = (char)(text.data[i] | 0x20);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

/* The EUI's 16 small hex digits, from hex of any case or from the base64 of ChirpStack v3. False for
 * any other text. */
static bool wire_bin_eui_digits(struct str eui, char ret[16])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char room[BASE64_BYTES_MAX(12)];
    struct bytes bytes = {0};

    if (eui.size == 16 && wire_bin_is_hex(eui)) {
        for (size_t i = 0; i < 16; i++)
            ret[i] = (char)(eui.data[i] | 0x20); /* digits have that bit already */
        return true;
    }
    if (eui.size < 11 || eui.size > 12 ||
        base64_decode(BASE64_PLAIN, eui, sizeof room, room, &bytes) || bytes.size != 8)
        return false;
    for (size_t i = 0; i < 16; i++)
        ret[i] = digits[bytes.data[i / 2] >> (i % 2 ? 0 : 4) & 15];
    return true;
}

static void wire_bin_eui(struct json *json, struct arena *arena, struct str *eui)
{
    char digits[16];

    if (wire_bin_eui_digits(*eui, digits) &&
        arena_str(arena, (struct str){digits, sizeof digits}, eui))
        json_refuse(json, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
}

/* Device, session and frame count name an uplink where the server gives it no name itself. */
static void wire_bin_identity(struct json *json, struct arena *arena, struct wire_bin_uplink *up,
                              int64_t count)
{
    size_t size = up->device.size + up->frame.size + 32;

    char *room = arena_zero(arena, size, 1);
    if (!room) {
        json_refuse(json, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
        return;
    }
    int used = snprintf(room, size, "%.*s/%.*s/%lld", STR_ARG(up->device), STR_ARG(up->frame),
                        (long long)count);
    up->id = (struct str){room, (size_t)used};
}

/* --- ChirpStack --- */

struct wire_bin_cs {
    struct arena *arena;
    struct wire_bin_uplink *up;
    int64_t count;
    bool status; /* an event about the battery */
    bool external;
    bool unavailable;
    double battery_pct;
};

static void wire_bin_cs_tags(struct json *json, enum json_token token, struct wire_bin_uplink *up)
{
    struct str key;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("model")))
            wire_bin_model(json, token, up);
        else
            json_skip(json, token);
    }
}

static void wire_bin_cs_info(struct json *json, enum json_token token, struct wire_bin_cs *cs)
{
    struct str key;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("devEui")))
            wire_bin_keep(json, token, cs->arena, &cs->up->device);
        else if (str_eq(key, STR("deviceProfileName")))
            wire_bin_model(json, token, cs->up);
        else if (str_eq(key, STR("tags")))
            wire_bin_cs_tags(json, token, cs->up);
        else
            json_skip(json, token);
    }
}

/* What a status event says; true where the member was one of them. */
static bool wire_bin_cs_status(struct json *json, struct str key, enum json_token token,
                               struct wire_bin_cs *cs)
{
    if (str_eq(key, STR("batteryLevel")))
        json_f64(json, token, &cs->battery_pct);
    else if (str_eq(key, STR("externalPowerSource")))
        json_bool(json, token, &cs->external);
    else if (str_eq(key, STR("batteryLevelUnavailable")))
        json_bool(json, token, &cs->unavailable);
    else if (str_eq(key, STR("margin")))
        json_skip(json, token);
    else
        return false;
    cs->status = true;
    return true;
}

/* ChirpStack v3 has the time of an uplink with each gateway that heard it: the first one. */
static void wire_bin_cs_gateways(struct json *json, enum json_token token,
                                 struct wire_bin_uplink *up)
{
    struct str key;

    if (json_is_null(json, token) || !json_want(json, token, JSON_ARRAY))
        return;
    while (json_item(json, &token)) {
        if (!wire_bin_opens(json, token))
            continue;
        while (json_member(json, &key, &token)) {
            if (str_eq(key, STR("time")) && !up->at_known)
                wire_bin_time(json, token, up);
            else
                json_skip(json, token);
        }
    }
}

/* Members that tell who and when; true where the member was one of them. */
static bool wire_bin_cs_who(struct json *json, struct str key, enum json_token token,
                            struct wire_bin_cs *cs)
{
    struct wire_bin_uplink *up = cs->up;

    if (str_eq(key, STR("deduplicationId")))
        wire_bin_keep(json, token, cs->arena, &up->id);
    else if (str_eq(key, STR("time")))
        wire_bin_time(json, token, up);
    else if (str_eq(key, STR("deviceInfo")))
        wire_bin_cs_info(json, token, cs);
    else if (str_eq(key, STR("devEUI")))
        wire_bin_keep(json, token, cs->arena, &up->device);
    else if (str_eq(key, STR("deviceProfileName")))
        wire_bin_model(json, token, up);
    else if (str_eq(key, STR("tags")))
        wire_bin_cs_tags(json, token, up);
    else if (str_eq(key, STR("devAddr")))
        wire_bin_keep(json, token, cs->arena, &up->frame);
    else
        return false;
    return true;
}

static void wire_bin_cs_member(struct json *json, struct str key, enum json_token token,
                               struct wire_bin_cs *cs)
{
    if (json_is_null(json, token) || wire_bin_cs_who(json, key, token, cs) ||
        wire_bin_cs_status(json, key, token, cs))
        return;
    if (str_eq(key, STR("fCnt")))
        json_i64(json, token, &cs->count);
    else if (str_eq(key, STR("fPort")))
        wire_bin_port(json, token, &cs->up->fport);
    else if (str_eq(key, STR("data")))
        wire_bin_data(json, token, cs->arena, &cs->up->data);
    else if (str_eq(key, STR("location")))
        wire_bin_location(json, token, cs->up);
    else if (str_eq(key, STR("rxInfo")))
        wire_bin_cs_gateways(json, token, cs->up);
    else
        json_skip(json, token);
}

void wire_bin_chirpstack(struct json *json, struct arena *arena, struct wire_bin_uplink *up)
{
    struct wire_bin_cs cs = {.arena = arena, .up = up};
    struct str key;
    enum json_token token;

    if (json_want(json, json_next(json), JSON_OBJECT))
        while (json_member(json, &key, &token))
            wire_bin_cs_member(json, key, token, &cs);
    if (json->bad)
        return;
    if (up->device.size == 0)
        json_refuse(json, ERR_INVALID, "the event names no device: `deviceInfo.devEui` is missing");
    wire_bin_eui(json, arena, &up->device);
    if (up->id.size == 0 && up->data.size)
        wire_bin_identity(json, arena, up, cs.count);
    if (cs.status && !cs.external && !cs.unavailable && cs.battery_pct >= 0 &&
        cs.battery_pct <= 100) {
        up->battery_pct = cs.battery_pct;
        up->fields |= WIRE_BIN_BATTERY_PCT;
    }
}

/* --- The Things Stack --- */

struct wire_bin_tts {
    struct arena *arena;
    struct wire_bin_uplink *up;
    struct str name; /* the device's id, for devices without an EUI */
    int64_t count;
};

static void wire_bin_tts_ids(struct json *json, enum json_token token, struct wire_bin_tts *tts)
{
    struct str key;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("dev_eui")))
            wire_bin_keep(json, token, tts->arena, &tts->up->device);
        else if (str_eq(key, STR("device_id")))
            wire_bin_keep(json, token, tts->arena, &tts->name);
        else
            json_skip(json, token);
    }
}

static void wire_bin_tts_version(struct json *json, enum json_token token,
                                 struct wire_bin_uplink *up)
{
    struct str key;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("model_id")))
            wire_bin_model(json, token, up);
        else
            json_skip(json, token);
    }
}

static void wire_bin_tts_uplink(struct json *json, enum json_token token, struct wire_bin_tts *tts)
{
    struct wire_bin_uplink *up = tts->up;
    struct str key;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (json_is_null(json, token))
            continue;
        if (str_eq(key, STR("session_key_id")))
            wire_bin_keep(json, token, tts->arena, &up->frame);
        else if (str_eq(key, STR("f_port")))
            wire_bin_port(json, token, &up->fport);
        else if (str_eq(key, STR("f_cnt")))
            json_i64(json, token, &tts->count);
        else if (str_eq(key, STR("frm_payload")))
            wire_bin_data(json, token, tts->arena, &up->data);
        else if (str_eq(key, STR("received_at")))
            wire_bin_time(json, token, up);
        else if (str_eq(key, STR("version_ids")))
            wire_bin_tts_version(json, token, up);
        else
            json_skip(json, token);
    }
}

static void wire_bin_tts_solved(struct json *json, enum json_token token,
                                struct wire_bin_uplink *up)
{
    struct str key;

    if (!wire_bin_opens(json, token))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("location")))
            wire_bin_location(json, token, up);
        else
            json_skip(json, token);
    }
}

void wire_bin_tts(struct json *json, struct arena *arena, struct wire_bin_uplink *up)
{
    struct wire_bin_tts tts = {.arena = arena, .up = up};
    struct str key;
    enum json_token token;

    if (!json_want(json, json_next(json), JSON_OBJECT))
        return;
    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("end_device_ids")))
            wire_bin_tts_ids(json, token, &tts);
        else if (str_eq(key, STR("uplink_message")))
            wire_bin_tts_uplink(json, token, &tts);
        else if (str_eq(key, STR("location_solved")))
            wire_bin_tts_solved(json, token, up);
        else if (str_eq(key, STR("received_at")) && !up->at_known)
            wire_bin_time(json, token, up);
        else
            json_skip(json, token);
    }
    if (up->device.size == 0)
        up->device = tts.name;
    if (up->device.size == 0)
        json_refuse(json, ERR_INVALID, "the message names no device in `end_device_ids`");
    wire_bin_eui(json, arena, &up->device);
    if (up->data.size && !json->bad)
        wire_bin_identity(json, arena, up, tts.count);
}
