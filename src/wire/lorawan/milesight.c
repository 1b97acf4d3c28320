/* milesight.c - the channel list of Milesight: channel, type, value, little-endian, until something
 * unknown comes, whose length nobody can tell.
 *
 * Source     Milesight's SensorDecoders (em-series) and the READMEs beside them. They disagree about
 *            location: for EM400-MUD and -UDL the READMEs have longitude first, which is followed.
 */
#include "base/rd.h"
#include "wire/lorawan/parts.h"

enum { WIRE_LORA_EM310 = 1, WIRE_LORA_EM500 = 2, WIRE_LORA_EM400 = 4, WIRE_LORA_EM_ALL = 7 };

typedef void wire_lora_channel_fn(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value);

struct wire_lora_channel {
    uint8_t id;
    uint8_t type;
    uint8_t size;
    uint8_t families;
    wire_lora_channel_fn *read; /* NULL: passed over */
};

static void wire_lora_ms_battery(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                 struct rd value)
{
    uint8_t pct = rd_u8(&value);

    wire_lora_fact_number(work->facts, "battery", pct, 0);
    if (pct > 100)
        return; /* 255: the sensor does not know */
    reading->battery_pct = pct;
    reading->fields |= WIRE_BIN_BATTERY_PCT;
}

static void wire_lora_ms_distance(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    uint16_t mm = rd_u16le(&value);

    wire_lora_fact_number(work->facts, "distance", mm, 0);
    wire_lora_distance(reading, work->uplink->model, mm);
}

static void wire_lora_ms_position(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    uint8_t position = rd_u8(&value);

    wire_lora_fact_text(work->facts, "position", "%s",
                        position == 0   ? "normal"
                        : position == 1 ? "tilt"
                                        : "unknown");
    if (position > 1)
        return;
    reading->tilt = position == 1;
    reading->fields |= WIRE_BIN_TILT;
}

static void wire_lora_ms_temperature(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                     struct rd value)
{
    double celsius = (int16_t)rd_u16le(&value) / 10.0;

    wire_lora_fact_number(work->facts, "temperature", celsius, 1);
    reading->temperature_c = celsius;
    reading->fields |= WIRE_BIN_TEMPERATURE;
}

/* Each alarm of a frame has its own byte; the reading has one for all. */
static void wire_lora_ms_alarm(struct wire_bin_reading *reading, bool alarm)
{
    reading->alarm = reading->alarm || alarm;
    reading->fields |= WIRE_BIN_ALARM;
}

static void wire_lora_ms_threshold(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                   const char *name, uint8_t status)
{
    wire_lora_fact_text(work->facts, name, "%s",
                        status == 0   ? "threshold_alarm_release"
                        : status == 1 ? "threshold_alarm"
                                      : "unknown");
    wire_lora_ms_alarm(reading, status == 1);
}

static void wire_lora_ms_temperature_alarm(struct wire_lora_work *work,
                                           struct wire_bin_reading *reading, struct rd value)
{
    struct rd status = value;

    wire_lora_ms_temperature(work, reading, value);
    (void)rd_take(&status, 2);
    wire_lora_ms_threshold(work, reading, "temperature_alarm", rd_u8(&status));
}

static void wire_lora_ms_distance_alarm(struct wire_lora_work *work,
                                        struct wire_bin_reading *reading, struct rd value)
{
    struct rd status = value;

    wire_lora_ms_distance(work, reading, value);
    (void)rd_take(&status, 2);
    wire_lora_ms_threshold(work, reading, "distance_alarm", rd_u8(&status));
}

/* A sudden change. The maker's decoder divides both numbers by ten while the manual says mm: the
 * facts follow the decoder, and no level is taken from a number whose scale is in doubt. */
static void wire_lora_ms_mutation(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    double distance = rd_u16le(&value) / 10.0;
    double change = rd_u16le(&value) / 10.0;
    uint8_t alarm = rd_u8(&value);

    wire_lora_fact_number(work->facts, "distance", distance, 1);
    wire_lora_fact_number(work->facts, "distance_mutation", change, 1);
    wire_lora_fact_text(work->facts, "distance_alarm", "%s",
                        alarm == 0   ? "normal"
                        : alarm == 1 ? "threshold_alarm"
                        : alarm == 2 ? "mutation_alarm"
                                     : "unknown");
    wire_lora_ms_alarm(reading, alarm == 1 || alarm == 2);
}

static void wire_lora_ms_disassembly(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                     struct rd value)
{
    uint8_t alarm = rd_u8(&value);

    wire_lora_fact_text(work->facts, "disassembly_alarm", "%s",
                        alarm == 1 ? "device_abnormal_movement" : "unknown");
    wire_lora_ms_alarm(reading, alarm == 1);
}

static void wire_lora_ms_location(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    static const char *const motions[] = {"unknown", "start", "moving", "stop"};
    static const char *const fences[] = {"inside", "outside", "unset", "unknown"};
    bool lat_first = work->uplink->model == WIRE_LORA_EM400_TLD;
    int32_t first = (int32_t)rd_u32le(&value);
    int32_t second = (int32_t)rd_u32le(&value);
    uint8_t status = rd_u8(&value);
    double lat = (lat_first ? first : second) / 1e6;
    double lng = (lat_first ? second : first) / 1e6;

    wire_lora_fact_number(work->facts, "latitude", lat, 6);
    wire_lora_fact_number(work->facts, "longitude", lng, 6);
    wire_lora_fact_text(work->facts, "motion_status", "%s", motions[status & 3]);
    wire_lora_fact_text(work->facts, "geofence_status", "%s", fences[status >> 4 & 3]);
    if ((first == -1 && second == -1) || lat < -90 || lat > 90 || lng < -180 || lng > 180)
        return; /* -1 twice: no fix yet */
    reading->lat = lat;
    reading->lng = lng;
    reading->fields |= WIRE_BIN_POSITION;
}

static void wire_lora_ms_ipso(struct wire_lora_work *work, struct wire_bin_reading *reading,
                              struct rd value)
{
    uint8_t version = rd_u8(&value);

    (void)reading;
    wire_lora_fact_text(work->facts, "ipso_version", "v%u.%u", version >> 4u, version & 15u);
}

static void wire_lora_ms_hardware(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    uint16_t version = rd_u16(&value);

    (void)reading;
    wire_lora_fact_text(work->facts, "hardware_version", "v%x.%u", version >> 8u,
                        version >> 4u & 15u);
}

static void wire_lora_ms_firmware(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    uint16_t version = rd_u16(&value);

    (void)reading;
    wire_lora_fact_text(work->facts, "firmware_version", "v%x.%x", version >> 8u, version & 255u);
}

static void wire_lora_ms_tsl(struct wire_lora_work *work, struct wire_bin_reading *reading,
                             struct rd value)
{
    uint16_t version = rd_u16(&value);

    (void)reading;
    wire_lora_fact_text(work->facts, "tsl_version", "v%u.%u", version >> 8u, version & 255u);
}

static void wire_lora_ms_serial(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                struct rd value)
{
    uint64_t serial = rd_u64(&value);

    (void)reading;
    wire_lora_fact_text(work->facts, "sn", "%016llx", (unsigned long long)serial);
}

static void wire_lora_ms_class(struct wire_lora_work *work, struct wire_bin_reading *reading,
                               struct rd value)
{
    static const char *const classes[] = {"Class A", "Class B", "Class C", "Class CtoB"};
    uint8_t number = rd_u8(&value);

    (void)reading;
    wire_lora_fact_text(work->facts, "lorawan_class", "%s",
                        number < COUNT_OF(classes) ? classes[number] : "unknown");
}

static void wire_lora_ms_reset(struct wire_lora_work *work, struct wire_bin_reading *reading,
                               struct rd value)
{
    (void)reading;
    (void)value;
    wire_lora_fact_text(work->facts, "reset_event", "reset");
}

static void wire_lora_ms_power(struct wire_lora_work *work, struct wire_bin_reading *reading,
                               struct rd value)
{
    (void)reading;
    (void)value;
    wire_lora_fact_text(work->facts, "device_status", "on");
}

/* A past measurement is a reading of its own, with its own time and nothing of the others. */
static void wire_lora_ms_history(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                 struct rd value)
{
    struct wire_bin_reading past = work->uplink->base;

    (void)reading;
    past.at = (struct utc_us){rd_u32le(&value) * CLOCK_US_PER_S};
    past.at_known = true;
    wire_lora_distance(&past, work->uplink->model, rd_u16le(&value));
    work->past_err = work->past_err ? work->past_err : wire_lora_keep(work, &past);
}

static void wire_lora_ms_interval(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                  struct rd value)
{
    (void)reading;
    wire_lora_fact_number(work->facts, "report_interval", rd_u16le(&value), 0);
}

static const struct wire_lora_channel wire_lora_channels[] = {
    {0x01, 0x75, 1, WIRE_LORA_EM_ALL, wire_lora_ms_battery},
    {0x03, 0x82, 2, WIRE_LORA_EM310 | WIRE_LORA_EM500, wire_lora_ms_distance},
    {0x04, 0x00, 1, WIRE_LORA_EM310, wire_lora_ms_position},
    {0x03, 0x67, 2, WIRE_LORA_EM400, wire_lora_ms_temperature},
    {0x04, 0x82, 2, WIRE_LORA_EM400, wire_lora_ms_distance},
    {0x05, 0x00, 1, WIRE_LORA_EM400, wire_lora_ms_position},
    {0x06, 0x88, 9, WIRE_LORA_EM400, wire_lora_ms_location},
    {0x83, 0x67, 3, WIRE_LORA_EM400, wire_lora_ms_temperature_alarm},
    {0x84, 0x82, 3, WIRE_LORA_EM400, wire_lora_ms_distance_alarm},
    {0x88, 0x00, 1, WIRE_LORA_EM400, wire_lora_ms_disassembly},
    {0x83, 0xE9, 5, WIRE_LORA_EM500, wire_lora_ms_mutation},
    {0x20, 0xCE, 6, WIRE_LORA_EM500, wire_lora_ms_history},
    {0xFF, 0x01, 1, WIRE_LORA_EM_ALL, wire_lora_ms_ipso},
    {0xFF, 0x09, 2, WIRE_LORA_EM_ALL, wire_lora_ms_hardware},
    {0xFF, 0x0A, 2, WIRE_LORA_EM_ALL, wire_lora_ms_firmware},
    {0xFF, 0xFF, 2, WIRE_LORA_EM_ALL, wire_lora_ms_tsl},
    {0xFF, 0x16, 8, WIRE_LORA_EM_ALL, wire_lora_ms_serial},
    {0xFF, 0x0F, 1, WIRE_LORA_EM_ALL, wire_lora_ms_class},
    {0xFF, 0xFE, 1, WIRE_LORA_EM_ALL, wire_lora_ms_reset},
    {0xFF, 0x0B, 1, WIRE_LORA_EM_ALL, wire_lora_ms_power},
    /* echoes of commands, under FE and FF alike */
    {0xFE, 0x02, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x03, 2, WIRE_LORA_EM_ALL, wire_lora_ms_interval},
    {0xFE, 0x06, 9, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x10, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x11, 4, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x13, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x17, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x1C, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x27, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x28, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x35, 8, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x3B, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x3E, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x4A, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x56, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x68, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x69, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x6A, 3, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x70, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x71, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x77, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x84, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0x96, 8, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xA1, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xA2, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xA3, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xA4, 1, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xF1, 4, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xF2, 2, WIRE_LORA_EM_ALL, NULL},
    {0xFE, 0xF5, 1, WIRE_LORA_EM_ALL, NULL},
};

static const struct wire_lora_channel *wire_lora_channel_find(uint8_t id, uint8_t type)
{
    for (size_t i = 0; i < COUNT_OF(wire_lora_channels); i++) {
        const struct wire_lora_channel *channel = &wire_lora_channels[i];
        if (channel->type == type && (channel->id == id || (id == 0xFF && channel->id == 0xFE)))
            return channel;
    }
    return NULL;
}

/* The next channel, and its value as a reader of its own. NULL at the end, at an unknown pair, and
 * where the value is cut off. */
static const struct wire_lora_channel *wire_lora_channel_next(struct rd *rd, struct rd *ret_value)
{
    uint8_t id = rd_u8(rd);
    uint8_t type = rd_u8(rd);

    const struct wire_lora_channel *channel = rd->bad ? NULL : wire_lora_channel_find(id, type);
    if (!channel)
        return NULL;
    *ret_value = (struct rd){.left = rd_take(rd, channel->size)};
    return rd->bad ? NULL : channel;
}

bool wire_lora_milesight_history(struct rd *rd, uint32_t *ret_s, uint16_t *ret_mm)
{
    struct rd value;

    for (;;) {
        const struct wire_lora_channel *channel = wire_lora_channel_next(rd, &value);
        if (!channel)
            return false;
        if (channel->read != wire_lora_ms_history)
            continue;
        *ret_s = rd_u32le(&value);
        *ret_mm = rd_u16le(&value);
        return true;
    }
}

static unsigned wire_lora_family(enum wire_lora_model model)
{
    return model == WIRE_LORA_EM310_UDL   ? WIRE_LORA_EM310
           : model == WIRE_LORA_EM500_UDL ? WIRE_LORA_EM500
                                          : WIRE_LORA_EM400;
}

/* A terminal of NB-IoT sends several rounds of channels in one frame: a channel whose number does
 * not rise begins the next one. */
static enum err wire_lora_round(struct wire_lora_work *work, uint8_t id, uint8_t *last,
                                struct wire_bin_reading *reading)
{
    uint8_t place = id & 15;
    bool next = work->uplink->nb && place <= *last;

    *last = place;
    if (!next)
        return OK;
    enum err err = wire_lora_keep(work, reading);
    *reading = work->uplink->base;
    return err;
}

static enum err wire_lora_channel_take(struct wire_lora_work *work,
                                       const struct wire_lora_channel *channel, struct rd value,
                                       uint8_t *last, struct wire_bin_reading *reading)
{
    enum err err = wire_lora_round(work, channel->id, last, reading);

    if (err || !channel->read)
        return err;
    channel->read(work, reading, value);
    if (channel->read == wire_lora_ms_history)
        wire_lora_fact_list(work->facts, "history", WIRE_LORA_FACT_HISTORY, work->uplink->data);
    return work->past_err;
}

enum err wire_lora_milesight(struct wire_lora_work *work)
{
    struct rd rd = {.left = work->uplink->data};
    struct wire_bin_reading reading = work->uplink->base;
    unsigned family = wire_lora_family(work->uplink->model);
    size_t read = 0;
    uint8_t last = 0;
    struct rd value;
    enum err err = OK;

    for (; !err && rd.left.size > 0; read++) {
        const struct wire_lora_channel *channel = wire_lora_channel_next(&rd, &value);
        if (!channel || !(channel->families & family))
            break;
        err = wire_lora_channel_take(work, channel, value, &last, &reading);
    }
    if (!err && read == 0 && work->uplink->data.size > 0)
        return diag_set(work->diag, ERR_INVALID,
                        "begins with no channel of a %s; is the sensor another model?",
                        wire_lora_model_text(work->uplink->model));
    return err ? err : wire_lora_keep(work, &reading);
}

/* --- NB-IoT --- */

static struct str wire_lora_nb_text(struct rd *rd, size_t size)
{
    struct bytes part = rd_take(rd, size);

    return (struct str){(const char *)part.data, part.size};
}

/* What identifies a terminal is letters and digits, or the frame is none of theirs. */
static bool wire_lora_nb_plain(struct str text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return false;
    }
    return true;
}

enum err wire_lora_nb_read(struct bytes message, struct wire_lora_nb *ret)
{
    struct rd rd = {.left = message};
    struct wire_lora_nb nb = {0};

    uint8_t start = rd_u8(&rd);
    uint16_t id = rd_u16(&rd);
    uint16_t size = rd_u16(&rd);
    if (!rd.bad && (start != 2 || id != 1))
        return ERR_SYNTAX;
    if (!rd.bad && size > rd.left.size)
        return ERR_TRUNCATED;
    (void)rd_take(&rd, 4); /* flag, frame count, protocol version */
    nb.firmware = wire_lora_nb_text(&rd, 4);
    nb.hardware = wire_lora_nb_text(&rd, 4);
    nb.serial = wire_lora_nb_text(&rd, 16);
    nb.imei = wire_lora_nb_text(&rd, 15);
    nb.imsi = wire_lora_nb_text(&rd, 15);
    nb.iccid = wire_lora_nb_text(&rd, 20);
    nb.csq = rd_u8(&rd);
    nb.data = rd_take(&rd, rd_u16(&rd));
    if (rd.bad)
        return ERR_TRUNCATED;
    if (rd.left.size || !wire_lora_nb_plain(nb.serial) || !wire_lora_nb_plain(nb.imei))
        return ERR_SYNTAX;
    *ret = nb;
    return OK;
}
