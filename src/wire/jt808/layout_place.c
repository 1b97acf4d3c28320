/* layout_place.c - layouts of locations and their additional items.
 *
 * Source     JT/T 808-2013 and -2019 tables 23 to 32; JT/T 1078-2016 tables 13 to 15 (0x14-0x18);
 *            T/JSATL 12-2017 tables 4-15 to 4-24 (0x64-0x67), with the mark of T/GDRTA 002. */
#include "wire/jt808/layout.h"

static const struct wire_row rows_place[] = {
    WIRE_ROW(U32, "alarm"),
    WIRE_ROW(BITS_OF, "alarm_bits", .of = "alarm", .arg = 32),
    WIRE_ROW(U32, "status"),
    WIRE_ROW(BITS_OF, "status_bits", .of = "status", .arg = 32),
    WIRE_ROW(U32, "lat_raw"),
    WIRE_ROW(U32, "lon_raw"),
    WIRE_ROW(COORD_OF, "lat_e6", .of = "lat_raw", .arg = 2),
    WIRE_ROW(COORD_OF, "lon_e6", .of = "lon_raw", .arg = 3),
    WIRE_ROW(FLAG_OF, "acc_on", .of = "status", .arg = 0),
    WIRE_ROW(FLAG_OF, "fixed", .of = "status", .arg = 1),
    WIRE_ROW(I16, "altitude_m"),
    WIRE_ROW(U16, "speed_0_1kmh"),
    WIRE_ROW(U16, "direction_deg"),
    WIRE_ROW(TIME, "time_gmt8"),
};
const struct wire_layout wire_layout_place = WIRE_LAYOUT(rows_place);

static const struct wire_row rows_location[] = {
    WIRE_ROW(GROUP, NULL, .sub = &wire_layout_place),
    WIRE_ROW(ITEMS, "items"),
};
const struct wire_layout wire_layout_location = WIRE_LAYOUT(rows_location);

static const struct wire_row rows_item[] = {
    WIRE_ROW(ID8, "id"),
    WIRE_ROW(ITEM, "hex"),
};
const struct wire_layout wire_layout_item = WIRE_LAYOUT(rows_item);

/* Alarms of active safety: their common middle, then the mark that ties pictures to them. */
static const struct wire_row rows_alarm_place[] = {
    WIRE_ROW(U8, "speed_kmh"), WIRE_ROW(U16, "altitude_m"), WIRE_ROW(U32, "lat_e6"),
    WIRE_ROW(U32, "lon_e6"),   WIRE_ROW(TIME, "time"),      WIRE_ROW(U16, "vehicle_status"),
};
static const struct wire_layout layout_alarm_place = WIRE_LAYOUT(rows_alarm_place);

static const struct wire_row rows_adas[] = {
    WIRE_ROW(U32, "alarm_id"),
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(U8, "type"),
    WIRE_ROW(U8, "level"),
    WIRE_ROW(U8, "front_speed_kmh"),
    WIRE_ROW(U8, "front_distance_100ms"),
    WIRE_ROW(U8, "deviation"),
    WIRE_ROW(U8, "sign_type"),
    WIRE_ROW(U8, "sign_value"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_alarm_place),
    WIRE_ROW(MARK, "mark"),
    WIRE_ROW(HEX_REST, "extra_hex", .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_dsm[] = {
    WIRE_ROW(U32, "alarm_id"),
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(U8, "type"),
    WIRE_ROW(U8, "level"),
    WIRE_ROW(U8, "fatigue"),
    WIRE_ROW(HEX, "reserved", .size = 4),
    WIRE_ROW(GROUP, NULL, .sub = &layout_alarm_place),
    WIRE_ROW(MARK, "mark"),
    WIRE_ROW(HEX_REST, "extra_hex", .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_tyre[] = {
    WIRE_ROW(U8, "position"), WIRE_ROW(U16, "type_bits"),   WIRE_ROW(U16, "pressure_kpa"),
    WIRE_ROW(U16, "temp_c"),  WIRE_ROW(U16, "battery_pct"),
};
static const struct wire_layout layout_tyre = WIRE_LAYOUT(rows_tyre);
static const struct wire_row rows_tpms[] = {
    WIRE_ROW(U32, "alarm_id"),
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_alarm_place),
    WIRE_ROW(MARK, "mark", .arg = 1),
    WIRE_ROW(LIST, "tyres", .size = 1, .sub = &layout_tyre),
    WIRE_ROW(HEX_REST, "extra_hex", .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_bsd[] = {
    WIRE_ROW(U32, "alarm_id"), WIRE_ROW(U8, "flag"),
    WIRE_ROW(U8, "type"),      WIRE_ROW(GROUP, NULL, .sub = &layout_alarm_place),
    WIRE_ROW(MARK, "mark"),    WIRE_ROW(HEX_REST, "extra_hex", .when = WIRE_IF_LEFT),
};
static const struct wire_layout layout_adas = WIRE_LAYOUT(rows_adas);
static const struct wire_layout layout_dsm = WIRE_LAYOUT(rows_dsm);
static const struct wire_layout layout_tpms = WIRE_LAYOUT(rows_tpms);
static const struct wire_layout layout_bsd = WIRE_LAYOUT(rows_bsd);

static const struct wire_row rows_mark[] = {
    WIRE_ROW(FIXED, "terminal_id", .size = 7),
    WIRE_ROW(TIME, "time"),
    WIRE_ROW(U8, "seq"),
    WIRE_ROW(U8, "attachments"),
    WIRE_ROW(WHOLE, "raw"),
};
static const struct wire_row rows_mark_big[] = {
    WIRE_ROW(FIXED, "terminal_id", .size = 30),
    WIRE_ROW(TIME, "time"),
    WIRE_ROW(U8, "seq"),
    WIRE_ROW(U8, "attachments"),
    WIRE_ROW(WHOLE, "raw"),
};
static const struct wire_layout layout_mark = WIRE_LAYOUT(rows_mark);
static const struct wire_layout layout_mark_big = WIRE_LAYOUT(rows_mark_big);

const struct wire_layout *wire_layout_of_mark(bool big)
{
    return big ? &layout_mark_big : &layout_mark;
}

/* Items by id and length. A row each, so that a layout is the list of rows that share both. */
static const struct wire_row rows_items[] = {
    WIRE_ROW(U32, "mileage_0_1km"),
    WIRE_ROW(U16, "fuel_0_1l"),
    WIRE_ROW(U16, "recorder_speed_0_1kmh"),
    WIRE_ROW(U16, "manual_alarm_event_id"),
    WIRE_ROW(HEX, "tyre_pressure_bytes", .size = 30),
    WIRE_ROW(U16, "carriage_temp_raw"),
    WIRE_ROW(U8, "overspeed_area_type"), /* 6: 0x11, alone or with the next */
    WIRE_ROW(U32, "area_or_segment_id"),
    WIRE_ROW(U8, "area_type"), /* 8: 0x12 */
    WIRE_ROW(U32, "area_id"),
    WIRE_ROW(U8, "direction"),
    WIRE_ROW(U32, "segment_id"), /* 11: 0x13 */
    WIRE_ROW(U16, "drive_time_s"),
    WIRE_ROW(U8, "result"),
    WIRE_ROW(BITS32, "video_alarm_bits"), /* 14 */
    WIRE_ROW(BITS32, "video_loss_channels"),
    WIRE_ROW(BITS32, "video_cover_channels"),
    WIRE_ROW(BITS16, "storage_fault_bits"),
    WIRE_ROW(BITS16, "abnormal_driving_bits"), /* 18: 0x18, alone or with the next */
    WIRE_ROW(U8, "fatigue"),
    WIRE_ROW(BITS32, "vehicle_signal_bits"), /* 20 */
    WIRE_ROW(BITS16, "io_bits"),
    WIRE_ROW(WORD_AT, "ad0", .arg = 2), /* 22: 0x2B is one DWORD, its low word is AD0 */
    WIRE_ROW(WORD_AT, "ad1", .arg = 0),
    WIRE_ROW(U8, "rssi"), /* 24 */
    WIRE_ROW(U8, "satellites"),
    WIRE_ROW(OBJECT, "subiao", .sub = &layout_adas), /* 26 */
    WIRE_ROW(OBJECT, "subiao", .sub = &layout_dsm),
    WIRE_ROW(OBJECT, "subiao", .sub = &layout_tpms),
    WIRE_ROW(OBJECT, "subiao", .sub = &layout_bsd),
};

static const struct {
    uint8_t id;
    uint8_t size_min;
    uint8_t size_max;
    struct wire_layout layout;
} items[] = {
    {0x01, 4, 4, {rows_items + 0, 1}},     {0x02, 2, 2, {rows_items + 1, 1}},
    {0x03, 2, 2, {rows_items + 2, 1}},     {0x04, 2, 2, {rows_items + 3, 1}},
    {0x05, 30, 30, {rows_items + 4, 1}},   {0x06, 2, 2, {rows_items + 5, 1}},
    {0x11, 1, 1, {rows_items + 6, 1}},     {0x11, 5, 5, {rows_items + 6, 2}},
    {0x12, 6, 6, {rows_items + 8, 3}},     {0x13, 7, 7, {rows_items + 11, 3}},
    {0x14, 4, 4, {rows_items + 14, 1}},    {0x15, 4, 4, {rows_items + 15, 1}},
    {0x16, 4, 4, {rows_items + 16, 1}},    {0x17, 2, 2, {rows_items + 17, 1}},
    {0x18, 2, 2, {rows_items + 18, 1}},    {0x18, 3, 3, {rows_items + 18, 2}},
    {0x25, 4, 4, {rows_items + 20, 1}},    {0x2A, 2, 2, {rows_items + 21, 1}},
    {0x2B, 4, 4, {rows_items + 22, 2}},    {0x30, 1, 1, {rows_items + 24, 1}},
    {0x31, 1, 1, {rows_items + 25, 1}},    {0x64, 47, 255, {rows_items + 26, 1}},
    {0x65, 47, 255, {rows_items + 27, 1}}, {0x66, 41, 255, {rows_items + 28, 1}},
    {0x67, 41, 255, {rows_items + 29, 1}},
};

const struct wire_layout *wire_layout_of_item(uint8_t id, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(items); i++)
        if (items[i].id == id && size >= items[i].size_min && size <= items[i].size_max)
            return &items[i].layout;
    return NULL;
}
