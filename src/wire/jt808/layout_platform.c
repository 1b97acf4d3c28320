/* layout_platform.c - layouts of what the platform sends, 0x8004 to 0x8805.
 *
 * Source     JT/T 808-2011, -2013, -2019, clause 8. */
#include "wire/jt808/layout.h"

static const struct wire_row rows_clock[] = {WIRE_ROW(TIME, "utc_time")};
static const struct wire_row rows_register_reply[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(U8, "result"),
    WIRE_ROW(TEXT_REST, "auth_code", .when = WIRE_IF_LEFT),
};

static const struct wire_row rows_param[] = {
    WIRE_ROW(ID32, "id"),
    WIRE_ROW(PARAM, "hex"),
};
static const struct wire_layout layout_param = WIRE_LAYOUT(rows_param);
static const struct wire_row rows_params[] = {
    WIRE_ROW(COUNT8, "count", .of = "params"),
    WIRE_ROW(LIST, "params", .of = "count", .sub = &layout_param),
};
const struct wire_layout wire_layout_params = WIRE_LAYOUT(rows_params);

static const struct wire_row rows_param_ids[] = {WIRE_ROW(IDS, "ids", .size = 1)};
static const struct wire_row rows_control[] = {
    WIRE_ROW(U8, "command"),
    WIRE_ROW(TEXT_REST, "args"),
};
static const struct wire_row rows_upgrade[] = {
    WIRE_ROW(U8, "type"),           WIRE_ROW(FIXED, "maker", .size = 5),
    WIRE_ROW(TEXT8, "version"),     WIRE_ROW(SIZE32, "data_len", .of = "data_hex"),
    WIRE_ROW(HEX_REST, "data_hex"),
};
static const struct wire_row rows_track[] = {
    WIRE_ROW(U16, "interval_s"),
    WIRE_ROW(U32, "validity_s", .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_confirm[] = {
    WIRE_ROW(U16, "alarm_serial"),
    WIRE_ROW(BITS32, "type_bits"),
};
static const struct wire_row rows_text[] = {
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(U8, "text_type", .when = WIRE_IF_2019),
    WIRE_ROW(TEXT_REST, "text"),
};
static const struct wire_row rows_event[] = {
    WIRE_ROW(U8, "id"),
    WIRE_ROW(TEXT8, "content", .when = WIRE_IF_LEFT),
};
static const struct wire_layout layout_event = WIRE_LAYOUT(rows_event);
static const struct wire_row rows_events[] = {
    WIRE_ROW(U8, "type"),
    WIRE_ROW(LIST, "events", .size = 1, .sub = &layout_event, .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_choice[] = {
    WIRE_ROW(U8, "id"),
    WIRE_ROW(TEXT16, "content"),
};
static const struct wire_layout layout_choice = WIRE_LAYOUT(rows_choice);
static const struct wire_row rows_question[] = {
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(TEXT8, "question"),
    WIRE_ROW(LIST, "answers", .sub = &layout_choice),
};
static const struct wire_row rows_menu_item[] = {
    WIRE_ROW(U8, "type"),
    WIRE_ROW(TEXT16, "name"),
};
static const struct wire_layout layout_menu_item = WIRE_LAYOUT(rows_menu_item);
static const struct wire_row rows_menu[] = {
    WIRE_ROW(U8, "type"),
    WIRE_ROW(LIST, "items", .size = 1, .sub = &layout_menu_item, .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_info[] = {
    WIRE_ROW(U8, "info_type"),
    WIRE_ROW(TEXT16, "content"),
};
static const struct wire_row rows_call[] = {
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(TEXT_REST, "phone"),
};
static const struct wire_row rows_contact[] = {
    WIRE_ROW(U8, "flag"),
    WIRE_ROW(TEXT8, "phone"),
    WIRE_ROW(TEXT8, "name"),
};
static const struct wire_layout layout_contact = WIRE_LAYOUT(rows_contact);
static const struct wire_row rows_contacts[] = {
    WIRE_ROW(U8, "type"),
    WIRE_ROW(LIST, "contacts", .size = 1, .sub = &layout_contact, .when = WIRE_IF_LEFT),
};
/* Only the door's parameter has a known size; another control takes all that is left. */
static const struct wire_row rows_vehicle_control[] = {
    WIRE_ROW(ID16, "id"),
    WIRE_ROW(U8, "param", .when = WIRE_IF_IS, .on = "id", .test = 1),
    WIRE_ROW(HEX_REST, "param_hex", .when = WIRE_IF_IS_NOT, .on = "id", .test = 1),
};
static const struct wire_layout layout_vehicle_control = WIRE_LAYOUT(rows_vehicle_control);
static const struct wire_row rows_vehicle[] = {
    WIRE_ROW(LIST, "controls", .size = 2, .sub = &layout_vehicle_control, .when = WIRE_IF_2019),
    WIRE_ROW(U8, "flag", .when = WIRE_IF_2013),
};

/* Areas and routes. Their attribute says which members follow: bit 0 times, bit 1 speeds. */
static const struct wire_row rows_speeds[] = {
    WIRE_ROW(U16, "max_speed_kmh"),
    WIRE_ROW(U8, "overspeed_s"),
    WIRE_ROW(U16, "night_max_speed_kmh", .when = WIRE_IF_2019),
};
static const struct wire_layout layout_speeds = WIRE_LAYOUT(rows_speeds);
static const struct wire_row rows_area_head[] = {
    WIRE_ROW(U32, "id"),
    WIRE_ROW(U16, "attr"),
    WIRE_ROW(BITS_OF, "attr_bits", .of = "attr", .arg = 16),
};
static const struct wire_row rows_area_times[] = {
    WIRE_ROW(HEX, "start", .size = 6, .when = WIRE_IF_BIT, .on = "attr", .test = 0),
    WIRE_ROW(HEX, "end", .size = 6, .when = WIRE_IF_BIT, .on = "attr", .test = 0),
};
static const struct wire_layout layout_area_head = WIRE_LAYOUT(rows_area_head);
static const struct wire_layout layout_area_times = WIRE_LAYOUT(rows_area_times);
static const struct wire_row rows_area_tail[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_times),
    WIRE_ROW(GROUP, NULL, .sub = &layout_speeds, .when = WIRE_IF_BIT, .on = "attr", .test = 1),
    WIRE_ROW(TEXT16, "name", .when = WIRE_IF_2019),
};
static const struct wire_layout layout_area_tail = WIRE_LAYOUT(rows_area_tail);
static const struct wire_row rows_circle[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_head),
    WIRE_ROW(U32, "lat_e6"),
    WIRE_ROW(U32, "lon_e6"),
    WIRE_ROW(U32, "radius_m"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_tail),
};
static const struct wire_row rows_rectangle[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_head),
    WIRE_ROW(U32, "top_left_lat_e6"),
    WIRE_ROW(U32, "top_left_lon_e6"),
    WIRE_ROW(U32, "bottom_right_lat_e6"),
    WIRE_ROW(U32, "bottom_right_lon_e6"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_tail),
};
static const struct wire_layout layout_circle = WIRE_LAYOUT(rows_circle);
static const struct wire_layout layout_rectangle = WIRE_LAYOUT(rows_rectangle);
static const struct wire_row rows_circles[] = {
    WIRE_ROW(U8, "set_attr"),
    WIRE_ROW(LIST, "areas", .size = 1, .sub = &layout_circle),
};
static const struct wire_row rows_rectangles[] = {
    WIRE_ROW(U8, "set_attr"),
    WIRE_ROW(LIST, "areas", .size = 1, .sub = &layout_rectangle),
};
static const struct wire_row rows_day_speeds[] = {
    WIRE_ROW(U16, "max_speed_kmh"),
    WIRE_ROW(U8, "overspeed_s"),
};
static const struct wire_layout layout_day_speeds = WIRE_LAYOUT(rows_day_speeds);
static const struct wire_row rows_polygon_2019[] = {
    WIRE_ROW(U16, "night_max_speed_kmh", .when = WIRE_IF_BIT, .on = "attr", .test = 1),
    WIRE_ROW(TEXT16, "name"),
};
static const struct wire_layout layout_polygon_2019 = WIRE_LAYOUT(rows_polygon_2019);
static const struct wire_row rows_polygon[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_head),
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_times),
    WIRE_ROW(GROUP, NULL, .sub = &layout_day_speeds, .when = WIRE_IF_BIT, .on = "attr", .test = 1),
    WIRE_ROW(PAIRS, "points", .size = 2),
    WIRE_ROW(GROUP, NULL, .sub = &layout_polygon_2019, .when = WIRE_IF_2019),
};
static const struct wire_row rows_route_point[] = {
    WIRE_ROW(U32, "point_id"),
    WIRE_ROW(U32, "segment_id"),
    WIRE_ROW(U32, "lat_e6"),
    WIRE_ROW(U32, "lon_e6"),
    WIRE_ROW(U8, "width_m"),
    WIRE_ROW(U8, "attr"),
    WIRE_ROW(U16, "too_long_s", .when = WIRE_IF_BIT, .on = "attr", .test = 0),
    WIRE_ROW(U16, "too_short_s", .when = WIRE_IF_BIT, .on = "attr", .test = 0),
    WIRE_ROW(GROUP, NULL, .sub = &layout_speeds, .when = WIRE_IF_BIT, .on = "attr", .test = 1),
};
static const struct wire_layout layout_route_point = WIRE_LAYOUT(rows_route_point);
static const struct wire_row rows_route[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_head),
    WIRE_ROW(GROUP, NULL, .sub = &layout_area_times),
    WIRE_ROW(LIST, "points", .size = 2, .sub = &layout_route_point),
    WIRE_ROW(TEXT16, "name", .when = WIRE_IF_2019),
};
static const struct wire_row rows_ids[] = {WIRE_ROW(NUMS, "ids", .size = 1, .arg = 4)};
static const struct wire_row rows_area_query[] = {
    WIRE_ROW(U8, "type"),
    WIRE_ROW(NUMS, "ids", .size = 4, .arg = 4),
};

static const struct wire_row rows_recorder[] = {
    WIRE_ROW(U8, "command"),
    WIRE_ROW(HEX_REST, "data_hex"),
};
static const struct wire_row rows_media_reply[] = {
    WIRE_ROW(U32, "media_id"),
    WIRE_ROW(NUMS, "package_ids", .size = 1, .arg = 2, .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_photo[] = {
    WIRE_ROW(U8, "channel"),    WIRE_ROW(U16, "command"),   WIRE_ROW(U16, "interval_s"),
    WIRE_ROW(U8, "save"),       WIRE_ROW(U8, "resolution"), WIRE_ROW(U8, "quality"),
    WIRE_ROW(U8, "brightness"), WIRE_ROW(U8, "contrast"),   WIRE_ROW(U8, "saturation"),
    WIRE_ROW(U8, "chroma"),
};
static const struct wire_row rows_media_query[] = {
    WIRE_ROW(U8, "media_type"),        WIRE_ROW(U8, "channel"),         WIRE_ROW(U8, "event"),
    WIRE_ROW(HEX, "start", .size = 6), WIRE_ROW(HEX, "end", .size = 6),
};
static const struct wire_layout layout_media_query = WIRE_LAYOUT(rows_media_query);
static const struct wire_row rows_media_upload[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_media_query),
    WIRE_ROW(U8, "delete"),
};
static const struct wire_row rows_sound[] = {
    WIRE_ROW(U8, "command"),
    WIRE_ROW(U16, "seconds"),
    WIRE_ROW(U8, "save"),
    WIRE_ROW(U8, "sample_rate"),
};
static const struct wire_row rows_media_one[] = {
    WIRE_ROW(U32, "media_id"),
    WIRE_ROW(U8, "delete"),
};

static const struct wire_layout layout_clock = WIRE_LAYOUT(rows_clock);
static const struct wire_layout layout_register_reply = WIRE_LAYOUT(rows_register_reply);
static const struct wire_layout layout_param_ids = WIRE_LAYOUT(rows_param_ids);
static const struct wire_layout layout_control = WIRE_LAYOUT(rows_control);
static const struct wire_layout layout_upgrade = WIRE_LAYOUT(rows_upgrade);
static const struct wire_layout layout_track = WIRE_LAYOUT(rows_track);
static const struct wire_layout layout_confirm = WIRE_LAYOUT(rows_confirm);
static const struct wire_layout layout_text = WIRE_LAYOUT(rows_text);
static const struct wire_layout layout_events = WIRE_LAYOUT(rows_events);
static const struct wire_layout layout_question = WIRE_LAYOUT(rows_question);
static const struct wire_layout layout_menu = WIRE_LAYOUT(rows_menu);
static const struct wire_layout layout_info = WIRE_LAYOUT(rows_info);
static const struct wire_layout layout_call = WIRE_LAYOUT(rows_call);
static const struct wire_layout layout_contacts = WIRE_LAYOUT(rows_contacts);
static const struct wire_layout layout_vehicle = WIRE_LAYOUT(rows_vehicle);
static const struct wire_layout layout_circles = WIRE_LAYOUT(rows_circles);
static const struct wire_layout layout_rectangles = WIRE_LAYOUT(rows_rectangles);
static const struct wire_layout layout_polygon = WIRE_LAYOUT(rows_polygon);
static const struct wire_layout layout_route = WIRE_LAYOUT(rows_route);
static const struct wire_layout layout_ids = WIRE_LAYOUT(rows_ids);
static const struct wire_layout layout_area_query = WIRE_LAYOUT(rows_area_query);
static const struct wire_layout layout_recorder = WIRE_LAYOUT(rows_recorder);
static const struct wire_layout layout_media_reply = WIRE_LAYOUT(rows_media_reply);
static const struct wire_layout layout_photo = WIRE_LAYOUT(rows_photo);
static const struct wire_layout layout_media_upload = WIRE_LAYOUT(rows_media_upload);
static const struct wire_layout layout_sound = WIRE_LAYOUT(rows_sound);
static const struct wire_layout layout_media_one = WIRE_LAYOUT(rows_media_one);

const struct wire_message_layout wire_layouts_platform[] = {
    {0x8004, &layout_clock, NULL},        {0x8100, &layout_register_reply, NULL},
    {0x8103, &wire_layout_params, NULL},  {0x8105, &layout_control, NULL},
    {0x8106, &layout_param_ids, NULL},    {0x8108, &layout_upgrade, NULL},
    {0x8202, &layout_track, NULL},        {0x8203, &layout_confirm, NULL},
    {0x8300, &layout_text, NULL},         {0x8301, &layout_events, NULL},
    {0x8302, &layout_question, NULL},     {0x8303, &layout_menu, NULL},
    {0x8304, &layout_info, NULL},         {0x8400, &layout_call, NULL},
    {0x8401, &layout_contacts, NULL},     {0x8500, &layout_vehicle, NULL},
    {0x8600, &layout_circles, NULL},      {0x8601, &layout_ids, NULL},
    {0x8602, &layout_rectangles, NULL},   {0x8603, &layout_ids, NULL},
    {0x8604, &layout_polygon, NULL},      {0x8605, &layout_ids, NULL},
    {0x8606, &layout_route, NULL},        {0x8607, &layout_ids, NULL},
    {0x8608, &layout_area_query, NULL},   {0x8700, &layout_recorder, NULL},
    {0x8701, &layout_recorder, NULL},     {0x8800, &layout_media_reply, NULL},
    {0x8801, &layout_photo, NULL},        {0x8802, &layout_media_query, NULL},
    {0x8803, &layout_media_upload, NULL}, {0x8804, &layout_sound, NULL},
    {0x8805, &layout_media_one, NULL},
};
const size_t wire_layouts_platform_count = COUNT_OF(wire_layouts_platform);
