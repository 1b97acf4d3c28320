/* layout_terminal.c - layouts of what terminals send, 0x0001 to 0x0A00.
 *
 * Source     JT/T 808-2011, -2013, -2019, clause 8; T/JSATL 12-2017 clause 4.6 (0x1210 to 0x1212). */
#include "wire/jt808/layout.h"

static const struct wire_row rows_reply[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(ID16, "reply_id"),
    WIRE_ROW(U8, "result"),
};
static const struct wire_row rows_parts[] = {
    WIRE_ROW(U16, "original_serial"),
    WIRE_ROW(NUMS, "package_ids", .size = 2, .arg = 2, .when = WIRE_IF_2019),
    WIRE_ROW(NUMS, "package_ids", .size = 1, .arg = 2, .when = WIRE_IF_2013),
};

static const struct wire_row rows_register_2019[] = {
    WIRE_ROW(FIXED, "maker", .size = 11),
    WIRE_ROW(FIXED, "model", .size = 30),
    WIRE_ROW(FIXED, "terminal_id", .size = 30),
};
static const struct wire_row rows_register_2013[] = {
    WIRE_ROW(EDITION, "layout"),
    WIRE_ROW(FIXED, "maker", .size = 5),
    WIRE_ROW(FIXED, "model", .size = 20, .when = WIRE_IF_IS, .on = "layout", .test = 2013),
    WIRE_ROW(FIXED, "model", .size = 8, .when = WIRE_IF_IS, .on = "layout", .test = 2011),
    WIRE_ROW(FIXED, "terminal_id", .size = 7),
};
static const struct wire_layout layout_register_2019 = WIRE_LAYOUT(rows_register_2019);
static const struct wire_layout layout_register_2013 = WIRE_LAYOUT(rows_register_2013);
static const struct wire_row rows_register[] = {
    WIRE_ROW(U16, "province"),
    WIRE_ROW(U16, "city"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_register_2019, .when = WIRE_IF_2019),
    WIRE_ROW(GROUP, NULL, .sub = &layout_register_2013, .when = WIRE_IF_2013),
    WIRE_ROW(U8, "plate_color"),
    WIRE_ROW(TEXT_REST, "plate"),
};

static const struct wire_row rows_authenticate_2019[] = {
    WIRE_ROW(TEXT8, "auth_code"),
    WIRE_ROW(FIXED, "imei", .size = 15),
    WIRE_ROW(FIXED, "software_version", .size = 20),
};
static const struct wire_layout layout_authenticate_2019 = WIRE_LAYOUT(rows_authenticate_2019);
static const struct wire_row rows_authenticate[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_authenticate_2019, .when = WIRE_IF_2019),
    WIRE_ROW(TEXT_REST, "auth_code", .when = WIRE_IF_2013),
};

static const struct wire_row rows_params_reply[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(GROUP, NULL, .sub = &wire_layout_params),
};
static const struct wire_row rows_attributes[] = {
    WIRE_ROW(BITS16, "terminal_type_bits"),
    WIRE_ROW(FIXED, "maker", .size = 5),
    WIRE_ROW(FIXED, "model", .size = 30, .when = WIRE_IF_2019),
    WIRE_ROW(FIXED, "model", .size = 20, .when = WIRE_IF_2013),
    WIRE_ROW(FIXED, "terminal_id", .size = 30, .when = WIRE_IF_2019),
    WIRE_ROW(FIXED, "terminal_id", .size = 7, .when = WIRE_IF_2013),
    WIRE_ROW(HEX, "iccid", .size = 10),
    WIRE_ROW(TEXT8, "hardware"),
    WIRE_ROW(TEXT8, "firmware"),
    WIRE_ROW(BITS8, "gnss_bits"),
    WIRE_ROW(BITS8, "comm_bits"),
};
static const struct wire_row rows_upgrade_result[] = {
    WIRE_ROW(U8, "type"),
    WIRE_ROW(U8, "result"),
};
static const struct wire_row rows_location_reply[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(GROUP, NULL, .sub = &wire_layout_location),
};
static const struct wire_row rows_event[] = {WIRE_ROW(U8, "event_id")};
static const struct wire_row rows_answer[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(U8, "answer_id"),
};
static const struct wire_row rows_order[] = {
    WIRE_ROW(U8, "info_type"),
    WIRE_ROW(U8, "flag"),
};
static const struct wire_row rows_recorder[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(U8, "command"),
    WIRE_ROW(HEX_REST, "data_hex"),
};
static const struct wire_row rows_waybill[] = {
    WIRE_ROW(SIZE32, "length", .of = "content_hex"),
    WIRE_ROW(HEX_OF, "content_hex", .of = "length"),
};

static const struct wire_row rows_driver_card[] = {
    WIRE_ROW(TEXT8, "driver"),
    WIRE_ROW(FIXED, "certificate", .size = 20),
    WIRE_ROW(TEXT8, "agency"),
    WIRE_ROW(HEX, "valid_until", .size = 4),
    WIRE_ROW(FIXED, "id_card", .size = 20, .when = WIRE_IF_2019),
};
static const struct wire_layout layout_driver_card = WIRE_LAYOUT(rows_driver_card);
static const struct wire_row rows_driver_read[] = {
    WIRE_ROW(U8, "card_result"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_driver_card, .when = WIRE_IF_IS, .on = "card_result",
             .test = 0),
};
static const struct wire_layout layout_driver_read = WIRE_LAYOUT(rows_driver_read);
static const struct wire_row rows_driver_in[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_driver_read, .when = WIRE_IF_LEFT),
};
static const struct wire_layout layout_driver_in = WIRE_LAYOUT(rows_driver_in);
static const struct wire_row rows_driver[] = {
    WIRE_ROW(U8, "status"),
    WIRE_ROW(TIME, "time"),
    WIRE_ROW(GROUP, NULL, .sub = &layout_driver_in, .when = WIRE_IF_IS, .on = "status", .test = 1),
};

static const struct wire_row rows_batch[] = {
    WIRE_ROW(COUNT16, "count", .of = "locations"),
    WIRE_ROW(U8, "type"),
    WIRE_ROW(LIST, "locations", .of = "count", .arg = 2, .sub = &wire_layout_location),
};
static const struct wire_row rows_can_frame[] = {
    WIRE_ROW(CAN, "id"),
    WIRE_ROW(HEX, "data", .size = 8),
};
static const struct wire_layout layout_can_frame = WIRE_LAYOUT(rows_can_frame);
static const struct wire_row rows_can[] = {
    WIRE_ROW(COUNT16, "count", .of = "frames"),
    WIRE_ROW(HEX, "time_bcd", .size = 5),
    WIRE_ROW(LIST, "frames", .of = "count", .sub = &layout_can_frame),
};

static const struct wire_row rows_media_event[] = {
    WIRE_ROW(U32, "media_id"), WIRE_ROW(U8, "media_type"), WIRE_ROW(U8, "format"),
    WIRE_ROW(U8, "event"),     WIRE_ROW(U8, "channel"),
};
static const struct wire_layout layout_media_event = WIRE_LAYOUT(rows_media_event);
static const struct wire_row rows_media[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_media_event),
    WIRE_ROW(OBJECT, "location", .sub = &wire_layout_place),
    WIRE_ROW(REST_SIZE, "data_len"),
    WIRE_ROW(HEX_REST, "data_hex"),
};
static const struct wire_row rows_media_item[] = {
    WIRE_ROW(U32, "media_id"),
    WIRE_ROW(U8, "media_type"),
    WIRE_ROW(U8, "channel"),
    WIRE_ROW(U8, "event"),
    WIRE_ROW(OBJECT, "location", .sub = &wire_layout_place),
};
static const struct wire_layout layout_media_item = WIRE_LAYOUT(rows_media_item);
static const struct wire_row rows_media_found[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(COUNT16, "count", .of = "items"),
    WIRE_ROW(LIST, "items", .of = "count", .sub = &layout_media_item),
};
static const struct wire_row rows_photo_reply[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(U8, "result"),
    WIRE_ROW(NUMS, "media_ids", .size = 2, .arg = 4, .when = WIRE_IF_LEFT),
};
static const struct wire_row rows_through[] = {
    WIRE_ROW(ID8, "type"),
    WIRE_ROW(HEX_REST, "content_hex"),
};
static const struct wire_row rows_compressed[] = {
    WIRE_ROW(SIZE32, "length", .of = "content_hex"),
    WIRE_ROW(HEX_REST, "content_hex"),
};
static const struct wire_row rows_key[] = {
    WIRE_ROW(U32, "e"),
    WIRE_ROW(HEX, "n_hex", .size = 128),
};

static const struct wire_row rows_file[] = {
    WIRE_ROW(TEXT8, "name"),
    WIRE_ROW(U32, "size"),
};
static const struct wire_layout layout_file = WIRE_LAYOUT(rows_file);
static const struct wire_row rows_files[] = {
    WIRE_ROW(FIXED, "alarm_no", .size = 32),
    WIRE_ROW(U8, "info_type"),
    WIRE_ROW(LIST, "files", .size = 1, .sub = &layout_file),
};
static const struct wire_layout layout_files = WIRE_LAYOUT(rows_files);
static const struct wire_row rows_alarm_files[] = {
    WIRE_ROW(FIXED, "terminal_id", .size = 7),
    WIRE_ROW(HEX, "mark_hex", .size = WIRE_MARK_BYTES),
    WIRE_ROW(GROUP, NULL, .sub = &layout_files),
};
static const struct wire_row rows_alarm_files_big[] = {
    WIRE_ROW(FIXED, "terminal_id", .size = 30),
    WIRE_ROW(HEX, "mark_hex", .size = WIRE_MARK_BIG_BYTES),
    WIRE_ROW(GROUP, NULL, .sub = &layout_files),
};
static const struct wire_row rows_file_info[] = {
    WIRE_ROW(TEXT8, "name"),
    WIRE_ROW(U8, "type"),
    WIRE_ROW(U32, "size"),
};

static const struct wire_layout layout_empty = {NULL, 0};
static const struct wire_layout layout_reply = WIRE_LAYOUT(rows_reply);
static const struct wire_layout layout_parts = WIRE_LAYOUT(rows_parts);
static const struct wire_layout layout_register = WIRE_LAYOUT(rows_register);
static const struct wire_layout layout_authenticate = WIRE_LAYOUT(rows_authenticate);
static const struct wire_layout layout_params_reply = WIRE_LAYOUT(rows_params_reply);
static const struct wire_layout layout_attributes = WIRE_LAYOUT(rows_attributes);
static const struct wire_layout layout_upgrade_result = WIRE_LAYOUT(rows_upgrade_result);
static const struct wire_layout layout_location_reply = WIRE_LAYOUT(rows_location_reply);
static const struct wire_layout layout_event = WIRE_LAYOUT(rows_event);
static const struct wire_layout layout_answer = WIRE_LAYOUT(rows_answer);
static const struct wire_layout layout_order = WIRE_LAYOUT(rows_order);
static const struct wire_layout layout_recorder = WIRE_LAYOUT(rows_recorder);
static const struct wire_layout layout_waybill = WIRE_LAYOUT(rows_waybill);
static const struct wire_layout layout_driver = WIRE_LAYOUT(rows_driver);
static const struct wire_layout layout_batch = WIRE_LAYOUT(rows_batch);
static const struct wire_layout layout_can = WIRE_LAYOUT(rows_can);
static const struct wire_layout layout_media = WIRE_LAYOUT(rows_media);
static const struct wire_layout layout_media_found = WIRE_LAYOUT(rows_media_found);
static const struct wire_layout layout_photo_reply = WIRE_LAYOUT(rows_photo_reply);
static const struct wire_layout layout_through = WIRE_LAYOUT(rows_through);
static const struct wire_layout layout_compressed = WIRE_LAYOUT(rows_compressed);
static const struct wire_layout layout_key = WIRE_LAYOUT(rows_key);
static const struct wire_layout layout_alarm_files = WIRE_LAYOUT(rows_alarm_files);
static const struct wire_layout layout_alarm_files_big = WIRE_LAYOUT(rows_alarm_files_big);
static const struct wire_layout layout_file_info = WIRE_LAYOUT(rows_file_info);

/* The shapes that both sides send, 0x8xxx among them, stand here once. */
const struct wire_message_layout wire_layouts_terminal[] = {
    {0x0001, &layout_reply, NULL},
    {0x0002, &layout_empty, NULL},
    {0x0003, &layout_empty, NULL},
    {0x0004, &layout_empty, NULL},
    {0x0005, &layout_parts, NULL},
    {0x0100, &layout_register, NULL},
    {0x0102, &layout_authenticate, NULL},
    {0x0104, &layout_params_reply, NULL},
    {0x0107, &layout_attributes, NULL},
    {0x0108, &layout_upgrade_result, NULL},
    {0x0200, &wire_layout_location, NULL},
    {0x0201, &layout_location_reply, NULL},
    {0x0301, &layout_event, NULL},
    {0x0302, &layout_answer, NULL},
    {0x0303, &layout_order, NULL},
    {0x0500, &layout_location_reply, NULL},
    {0x0700, &layout_recorder, NULL},
    {0x0701, &layout_waybill, NULL},
    {0x0702, &layout_driver, NULL},
    {0x0704, &layout_batch, NULL},
    {0x0705, &layout_can, NULL},
    {0x0800, &layout_media_event, NULL},
    {0x0801, &layout_media, NULL},
    {0x0802, &layout_media_found, NULL},
    {0x0805, &layout_photo_reply, NULL},
    {0x0900, &layout_through, NULL},
    {0x0901, &layout_compressed, NULL},
    {0x0A00, &layout_key, NULL},
    {0x1210, &layout_alarm_files, &layout_alarm_files_big},
    {0x1211, &layout_file_info, NULL},
    {0x1212, &layout_file_info, NULL},
    {0x8001, &layout_reply, NULL},
    {0x8003, &layout_parts, NULL},
    {0x8104, &layout_empty, NULL},
    {0x8107, &layout_empty, NULL},
    {0x8201, &layout_empty, NULL},
    {0x8204, &layout_empty, NULL},
    {0x8702, &layout_empty, NULL},
    {0x8900, &layout_through, NULL},
    {0x8A00, &layout_key, NULL},
    {0x9003, &layout_empty, NULL},
};
const size_t wire_layouts_terminal_count = COUNT_OF(wire_layouts_terminal);
