/* dragino.c - LDDS75, LDDS20, LDDS45 and DDS75-LB of Dragino: fixed frames, big-endian, told apart
 * by port and length.
 *
 * Port 2     8 bytes: battery mV (bits 0-13; bit 15 the interrupt), distance mm, interrupt flag,
 *            DS18B20 temperature in tenths, sensor flag. 5 bytes: firmware before V1.1.4, without
 *            temperature and sensor flag. 3 bytes: the same without a sensor. DDS75-LB with bit 4
 *            of byte 0 and more than 8 bytes: many samples of one measurement, from byte 8 on; with
 *            8 bytes the bit is a battery of 4.096 V and more.
 * Port 3     DDS75-LB: stored readings of 11 bytes, each with its time.
 * Port 5     DDS75-LB: model, firmware, band, battery.
 * Port 6     DDS75-LB: a list of distances.
 * Source     dragino-end-node-decoder; the manuals: 20 mm and less is no distance.
 */
#include "wire/lorawan/parts.h"

enum {
    WIRE_LORA_DRAGINO_SAMPLES_MAX = 20, /* 40 bytes of a frame */
    WIRE_LORA_DRAGINO_TAIL = 4,         /* flag, temperature, flag after the samples */
    WIRE_LORA_DRAGINO_LOG = 11,
};

/* A connected DS18B20 measures -55 to 125 degrees. Exactly 0 is also what a frame holds when no
 * probe is connected, so it is not taken for a measurement. */
static void wire_lora_dr_temperature(struct wire_bin_reading *reading, int16_t tenths)
{
    if (tenths == 0 || tenths < -550 || tenths > 1250)
        return;
    reading->temperature_c = tenths / 10.0;
    reading->fields |= WIRE_BIN_TEMPERATURE;
}

static void wire_lora_dr_battery(struct wire_lora_work *work, struct wire_bin_reading *reading,
                                 const char *name, unsigned mv)
{
    wire_lora_fact_number(work->facts, name, mv / 1000.0, 3);
    reading->battery_v = mv / 1000.0;
    reading->fields |= WIRE_BIN_BATTERY_V;
}

static enum err wire_lora_dr_plain(struct wire_lora_work *work, struct rd rd)
{
    struct wire_bin_reading reading = work->uplink->base;
    const char *name = wire_lora_model_text(work->uplink->model);
    size_t size = rd.left.size;

    wire_lora_fact_text(work->facts, "Node_type", "%s", name);
    wire_lora_dr_battery(work, &reading, "Bat", rd_u16(&rd) & 0x3FFF);
    if (size > 3) {
        uint16_t mm = rd_u16(&rd);
        wire_lora_fact_number(work->facts, "Distance", mm, 0);
        wire_lora_distance(&reading, work->uplink->model, mm);
    }
    wire_lora_fact_number(work->facts, "Interrupt_flag", rd_u8(&rd), 0);
    if (size == 8) {
        int16_t tenths = (int16_t)rd_u16(&rd);
        uint8_t sensor = rd_u8(&rd);
        wire_lora_fact_text(work->facts, "TempC_DS18B20", "%.2f", tenths / 10.0);
        wire_lora_fact_number(work->facts, "Sensor_flag", sensor, 0);
        wire_lora_dr_temperature(&reading, tenths);
        if (!(sensor & 1)) /* no ultrasonic sensor answered */
            reading.fields |= WIRE_BIN_INVALID;
    }
    return wire_lora_keep(work, &reading);
}

static void wire_lora_dr_sort(uint16_t *items, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && items[k - 1] > items[k]; k--) {
            uint16_t larger = items[k - 1];
            items[k - 1] = items[k];
            items[k] = larger;
        }
}

/* The middle of the samples that can be a level: one echo astray does not move it. 0 when none can.
 */
static uint16_t wire_lora_dr_median(const struct wire_lora_work *work, struct bytes list)
{
    uint16_t good[WIRE_LORA_DRAGINO_SAMPLES_MAX];
    struct rd rd = {.left = list};
    size_t count = 0;

    while (rd.left.size >= 2 && count < COUNT_OF(good)) {
        struct wire_bin_reading sample = {0};
        uint16_t mm = rd_u16(&rd);
        wire_lora_distance(&sample, work->uplink->model, mm);
        if (!(sample.fields & WIRE_BIN_INVALID))
            good[count++] = mm;
    }
    wire_lora_dr_sort(good, count);
    return count ? good[(count - 1) / 2] : 0;
}

static enum err wire_lora_dr_samples(struct wire_lora_work *work, struct rd rd)
{
    struct wire_bin_reading reading = work->uplink->base;
    unsigned mv = rd_u16(&rd) & 0x0FFF;

    (void)rd_take(&rd, 6);
    size_t size = (rd.left.size - WIRE_LORA_DRAGINO_TAIL) / 2 * 2;
    if (size > 2 * WIRE_LORA_DRAGINO_SAMPLES_MAX)
        size = 2 * WIRE_LORA_DRAGINO_SAMPLES_MAX;
    struct bytes list = rd_take(&rd, size);
    wire_lora_dr_battery(work, &reading, "Bat", mv);
    wire_lora_fact_list(work->facts, "Additional_Distance_Data", WIRE_LORA_FACT_DISTANCES, list);
    wire_lora_distance(&reading, work->uplink->model, wire_lora_dr_median(work, list));
    return wire_lora_keep(work, &reading);
}

static enum err wire_lora_dr_bad_size(struct wire_lora_work *work)
{
    return diag_set(work->diag, ERR_INVALID, "%zu bytes on port %u are no frame of a %s",
                    work->uplink->data.size, work->uplink->fport,
                    wire_lora_model_text(work->uplink->model));
}

static enum err wire_lora_dr_port2(struct wire_lora_work *work, struct rd rd)
{
    size_t size = rd.left.size;

    if (size == 3 || size == 5 || size == 8)
        return wire_lora_dr_plain(work, rd);
    if (work->uplink->model == WIRE_LORA_DDS75_LB && size >= 8 + 2 + WIRE_LORA_DRAGINO_TAIL &&
        (rd.left.data[0] & 0x10))
        return wire_lora_dr_samples(work, rd);
    return wire_lora_dr_bad_size(work);
}

static enum err wire_lora_dr_log(struct wire_lora_work *work, struct rd rd)
{
    enum err err = OK;

    if (rd.left.size == 0 || rd.left.size % WIRE_LORA_DRAGINO_LOG != 0)
        return wire_lora_dr_bad_size(work);
    wire_lora_fact_text(work->facts, "Node_type", "%s", wire_lora_model_text(work->uplink->model));
    wire_lora_fact_text(work->facts, "PNACKMD", "%s", rd.left.data[0] & 0x80 ? "True" : "False");
    while (!err && rd.left.size > 0) {
        struct wire_bin_reading past = work->uplink->base;
        past.battery_v = (rd_u16(&rd) & 0x3FFF) / 1000.0;
        past.fields |= WIRE_BIN_BATTERY_V;
        wire_lora_distance(&past, work->uplink->model, rd_u16(&rd));
        wire_lora_dr_temperature(&past, (int16_t)rd_u16(&rd));
        (void)rd_u8(&rd);
        past.at = (struct utc_us){rd_u32(&rd) * CLOCK_US_PER_S};
        past.at_known = true;
        err = wire_lora_keep(work, &past);
    }
    return err;
}

static const char *wire_lora_dr_band(uint8_t number)
{
    static const char *const bands[] = {"",        "EU868", "US915", "IN865",   "AU915",
                                        "KZ865",   "RU864", "AS923", "AS923_1", "AS923_2",
                                        "AS923_3", "CN470", "EU433", "KR920",   "MA869"};

    return number && number < COUNT_OF(bands) ? bands[number] : "unknown";
}

static enum err wire_lora_dr_status(struct wire_lora_work *work, struct rd rd)
{
    struct wire_bin_reading reading = work->uplink->base;

    if (rd.left.size != 7)
        return wire_lora_dr_bad_size(work);
    uint8_t model = rd_u8(&rd);
    uint16_t firmware = rd_u16(&rd);
    uint8_t band = rd_u8(&rd);
    uint8_t sub_band = rd_u8(&rd);
    wire_lora_fact_text(work->facts, "SENSOR_MODEL", "%s", model == 0x27 ? "DDS75-LB" : "unknown");
    wire_lora_fact_text(work->facts, "FIRMWARE_VERSION", "%u.%u.%u", firmware >> 8u & 15u,
                        firmware >> 4u & 15u, firmware & 15u);
    wire_lora_fact_text(work->facts, "FREQUENCY_BAND", "%s", wire_lora_dr_band(band));
    if (sub_band == 0xFF)
        wire_lora_fact_text(work->facts, "SUB_BAND", "NULL");
    else
        wire_lora_fact_number(work->facts, "SUB_BAND", sub_band, 0);
    wire_lora_dr_battery(work, &reading, "BAT", rd_u16(&rd));
    return wire_lora_keep(work, &reading);
}

/* Distances of the detection mode, in the order of their measuring: the last is the present one. */
static enum err wire_lora_dr_detect(struct wire_lora_work *work, struct rd rd)
{
    struct wire_bin_reading reading = work->uplink->base;

    if (rd.left.size < 2 || rd.left.size % 2)
        return wire_lora_dr_bad_size(work);
    wire_lora_fact_list(work->facts, "Detect_Mode_Data", WIRE_LORA_FACT_DISTANCES, rd.left);
    (void)rd_take(&rd, rd.left.size - 2);
    wire_lora_distance(&reading, work->uplink->model, rd_u16(&rd));
    return wire_lora_keep(work, &reading);
}

enum err wire_lora_dragino(struct wire_lora_work *work)
{
    struct rd rd = {.left = work->uplink->data};
    bool lb = work->uplink->model == WIRE_LORA_DDS75_LB;
    uint8_t port = work->uplink->fport;

    if (port == 2)
        return wire_lora_dr_port2(work, rd);
    if (lb && port == 3)
        return wire_lora_dr_log(work, rd);
    if (lb && port == 5)
        return wire_lora_dr_status(work, rd);
    if (lb && port == 6)
        return wire_lora_dr_detect(work, rd);
    return diag_set(work->diag, ERR_UNSUPPORTED, "a %s sends nothing known on port %u",
                    wire_lora_model_text(work->uplink->model), port);
}
