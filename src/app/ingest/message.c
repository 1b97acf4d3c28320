/* message.c - one message of a terminal into facts. See terminal.h. */
#include <stdio.h>

#include "app/ingest/live.h"
#include "app/ingest/terminal.h"
#include "base/jw.h"
#include "wire/jt808/answer.h"
#include "wire/jt808/attach.h"
#include "wire/jt808/body.h"
#include "wire/jt808/location.h"

#define APP_RESENT_US (INT64_C(600) * 1000000)

enum {
    APP_LAT_E6_MAX = 90000000,
    APP_LNG_E6_MAX = 180000000,
    APP_ATTACH_BYTES_MAX = 1024, /* of one event, as JSON */
};

static struct store_key app_message_key(const struct app_message *message, struct utc_us at,
                                        struct bytes body)
{
    struct str text = {(const char *)body.data, body.size};

    return (struct store_key){message->device->row.id, at, str_hash(text), message->now};
}

enum err app_message_raw(struct app_terminals *terminals, const struct app_message *message,
                         struct str kind)
{
    /* Such a message has no time of its own that we know: the same bytes under the same serial in
     * the same ten minutes are a resend; a scale that shows the same weight twice says so twice. */
    struct utc_us then = {message->now.us - message->now.us % APP_RESENT_US};
    struct store_event event = {
        .key = app_message_key(message, then, message->body), .kind = kind, .body = message->body};

    event.key.hash ^= str_hash(kind) + message->head.serial; /* also for messages without a body */
    return store_put_event(terminals->store, &event);
}

static enum err app_message_event(struct app_terminals *terminals,
                                  const struct app_message *message)
{
    char kind[24];

    int size = snprintf(kind, sizeof kind, "jt808.%04X%s", (unsigned)message->head.msg_id,
                        message->head.v2019 ? ".2019" : "");
    return app_message_raw(terminals, message, (struct str){kind, (size_t)size});
}

/* One location. Errors: TRUNCATED when it is none. */
static enum err app_message_location(struct app_terminals *terminals,
                                     const struct app_message *message, struct bytes body,
                                     uint32_t flags)
{
    struct wire_jt808_location location;
    struct utc_us at = {0};
    uint32_t odometer_dkm = STORE_NO_ODOMETER;

    enum err err = wire_jt808_location(body, &location);
    if (err)
        return err;
    if (wire_jt808_time(location.time_bcd, &at) ||
        at.us > message->now.us + APP_CLOCK_AHEAD_US_MAX ||
        at.us < message->now.us - APP_CLOCK_BEHIND_US_MAX)
        flags |= STORE_POSITION_CLOCK_WRONG;
    if (location.lat_e6 > APP_LAT_E6_MAX || location.lat_e6 < -APP_LAT_E6_MAX ||
        location.lng_e6 > APP_LNG_E6_MAX || location.lng_e6 < -APP_LNG_E6_MAX)
        return ERR_RANGE;
    if (!wire_jt808_odometer(location.items, &odometer_dkm))
        odometer_dkm = STORE_NO_ODOMETER;
    struct store_position position = {
        .key = app_message_key(message, at, body),
        .place = {location.lat_e6 * 10, location.lng_e6 * 10},
        .altitude_m = location.altitude_m,
        .speed_dkmh = location.speed_dkmh,
        .heading_deg = location.heading_deg,
        .odometer_dkm = odometer_dkm,
        .status = location.status,
        .alarm = location.alarm,
        .flags = flags,
        .items = location.items,
    };
    err = store_put_position(terminals->store, &position);
    if (err)
        return err;
    app_device_position(terminals->devices, message->device, &position);
    app_live_position(terminals->live, message->device);
    return OK;
}

/* A location that cannot be used is kept as it came, so that nothing is lost. */
static enum err app_message_location_or_raw(struct app_terminals *terminals,
                                            const struct app_message *message, struct bytes body,
                                            uint32_t flags, uint32_t *ret_result)
{
    enum err err = app_message_location(terminals, message, body, flags);

    if (err != ERR_TRUNCATED && err != ERR_RANGE)
        return err;
    terminals->malformed++;
    if (err == ERR_TRUNCATED)
        *ret_result = WIRE_JT808_BAD_MESSAGE;
    return app_message_event(terminals, message);
}

static enum err app_message_answer(struct app_terminals *terminals,
                                   const struct app_message *message, uint32_t *ret_result)
{
    struct rd rd = {.left = message->body};

    (void)rd_u16(&rd); /* the serial of the question; commands have looked at it */
    if (rd.bad) {
        *ret_result = WIRE_JT808_BAD_MESSAGE;
        return app_message_event(terminals, message);
    }
    return app_message_location_or_raw(terminals, message, rd.left, STORE_POSITION_ANSWER,
                                       ret_result);
}

/* 0x0704. What can be read is taken; a batch with a broken part is kept whole beside it. */
static enum err app_message_batch(struct app_terminals *terminals,
                                  const struct app_message *message, uint32_t *ret_result)
{
    struct rd rd = {.left = message->body};
    bool broken = false;

    uint16_t count = rd_u16(&rd);
    uint32_t flags = rd_u8(&rd) == 1 ? STORE_POSITION_BACKLOG : 0;
    for (uint16_t i = 0; i < count && !rd.bad; i++) {
        uint16_t size = rd_u16(&rd);
        struct bytes body = rd_take(&rd, size);
        if (rd.bad)
            break;
        enum err err = app_message_location(terminals, message, body, flags);
        if (err == ERR_TRUNCATED || err == ERR_RANGE)
            broken = true;
        else if (err)
            return err;
    }
    if (!rd.bad && !broken)
        return OK;
    terminals->malformed++;
    *ret_result = rd.bad ? WIRE_JT808_BAD_MESSAGE : WIRE_JT808_DONE;
    return app_message_event(terminals, message);
}

/* --- the truck's body, 0x0900 of our own type --- */

static void app_attach_kg(struct jw *jw, const char *key, uint32_t dag)
{
    jw_key(jw, key);
    if (dag == WIRE_ATTACH_NO_WEIGHT)
        jw_null(jw);
    else
        jw_f64(jw, dag / 100.0, 2);
}

static void app_attach_bit(struct jw *jw, const char *key, uint32_t bits, uint32_t bit)
{
    jw_key(jw, key);
    jw_bool(jw, bits & bit);
}

static void app_attach_lift(struct jw *jw, const struct wire_attach_event *event)
{
    jw_key(jw, "tag");
    jw_str(jw, event->tag);
    jw_key(jw, "compartment");
    jw_i64(jw, event->compartment);
    app_attach_kg(jw, "gross_kg", event->gross_dag);
    app_attach_kg(jw, "net_kg", event->net_dag);
    app_attach_bit(jw, "emptied", event->bits, WIRE_ATTACH_LIFT_EMPTIED);
    app_attach_bit(jw, "stable", event->bits, WIRE_ATTACH_LIFT_STABLE);
    app_attach_bit(jw, "overweight", event->bits, WIRE_ATTACH_LIFT_OVERWEIGHT);
    app_attach_bit(jw, "refused", event->bits, WIRE_ATTACH_LIFT_REFUSED);
    app_attach_bit(jw, "by_hand", event->bits, WIRE_ATTACH_LIFT_BY_HAND);
}

static void app_attach_brush(struct jw *jw, const struct wire_attach_event *event)
{
    app_attach_bit(jw, "down", event->bits, WIRE_ATTACH_BRUSH_DOWN);
    app_attach_bit(jw, "suction", event->bits, WIRE_ATTACH_BRUSH_SUCTION);
    app_attach_bit(jw, "water", event->bits, WIRE_ATTACH_BRUSH_WATER);
    app_attach_bit(jw, "left", event->bits, WIRE_ATTACH_BRUSH_LEFT);
    app_attach_bit(jw, "right", event->bits, WIRE_ATTACH_BRUSH_RIGHT);
}

static struct str app_attach_write(struct jw *jw, const struct wire_attach_event *event)
{
    switch (event->kind) {
    case WIRE_ATTACH_LIFT:
        app_attach_lift(jw, event);
        return STR("lift");
    case WIRE_ATTACH_TAG:
        jw_key(jw, "tag");
        jw_str(jw, event->tag);
        jw_key(jw, "reader");
        jw_i64(jw, event->reader);
        return STR("tag");
    case WIRE_ATTACH_BRUSH:
        app_attach_brush(jw, event);
        return STR("brush");
    case WIRE_ATTACH_LEVEL:
        break;
    }
    jw_key(jw, "compartment");
    jw_i64(jw, event->compartment);
    jw_key(jw, "fill_pct");
    if (event->percent == WIRE_ATTACH_NO_PERCENT)
        jw_null(jw);
    else
        jw_i64(jw, event->percent);
    app_attach_kg(jw, "net_kg", event->net_dag);
    return STR("level");
}

/* A lift is a link of the custody chain. */
static enum err app_attach_put(struct app_terminals *terminals, const struct app_message *message,
                               const struct wire_attach_event *event)
{
    struct utc_us at = {0};
    struct buf body;
    struct jw jw;

    if (wire_jt808_time(event->time_bcd, &at))
        at.us = 0; /* no date: the receive time is kept beside it */
    buf_init(&body, APP_ATTACH_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    struct str kind = app_attach_write(&jw, event);
    jw_object_end(&jw);
    enum err err = buf_err(&body);
    struct bytes bytes = str_bytes(buf_text(&body));
    struct store_event fact = {.key = app_message_key(message, at, bytes),
                               .kind = kind,
                               .custody = event->kind == WIRE_ATTACH_LIFT,
                               .body = bytes};
    if (!err)
        err = store_put_event(terminals->store, &fact);
    buf_done(&body);
    return err;
}

static enum err app_message_passed(struct app_terminals *terminals,
                                   const struct app_message *message, uint32_t *ret_result)
{
    struct rd rd = {.left = message->body};
    struct wire_attach attach;

    if (rd_u8(&rd) != WIRE_ATTACH_TYPE)
        return app_message_event(terminals, message);
    if (wire_attach_decode(rd.left, &attach, NULL)) {
        terminals->malformed++;
        *ret_result = WIRE_JT808_BAD_MESSAGE;
        return app_message_event(terminals, message);
    }
    enum err err = OK;
    for (size_t i = 0; !err && i < attach.count; i++)
        err = app_attach_put(terminals, message, &attach.events[i]);
    return err;
}

enum err app_message_store(struct app_terminals *terminals, const struct app_message *message,
                           uint32_t *ret_result)
{
    if (message->head.encryption != 0) /* nobody gives us keys: acknowledged, kept as it came */
        return app_message_raw(terminals, message, STR("jt808.encrypted"));
    switch (message->head.msg_id) {
    case 0x0200:
        return app_message_location_or_raw(terminals, message, message->body, 0, ret_result);
    case 0x0201:
    case 0x0500:
        return app_message_answer(terminals, message, ret_result);
    case 0x0900:
        return app_message_passed(terminals, message, ret_result);
    case 0x0704:
        return app_message_batch(terminals, message, ret_result);
    default:
        break;
    }
    if (!wire_jt808_known(message->head.msg_id))
        *ret_result = WIRE_JT808_UNSUPPORTED; /* and kept, for whoever knows it later */
    return app_message_event(terminals, message);
}
