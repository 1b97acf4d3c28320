/* layout_video.c - layouts of video signalling and of alarm attachments, 0x1003 to 0x9306.
 *
 * Source     JT/T 1078-2016 clause 5; T/JSATL 12-2017 clause 4.6 (0x9208, 0x9212). */
#include "wire/jt808/layout.h"

static const struct wire_row rows_live[] = {
    WIRE_ROW(TEXT8, "host"), WIRE_ROW(U16, "tcp_port"), WIRE_ROW(U16, "udp_port"),
    WIRE_ROW(U8, "channel"), WIRE_ROW(U8, "data_type"), WIRE_ROW(U8, "stream_type"),
};
static const struct wire_row rows_live_control[] = {
    WIRE_ROW(U8, "channel"),
    WIRE_ROW(U8, "command"),
    WIRE_ROW(U8, "close_type"),
    WIRE_ROW(U8, "stream_type"),
};
static const struct wire_row rows_loss[] = {
    WIRE_ROW(U8, "channel"),
    WIRE_ROW(U8, "loss_rate"),
};
static const struct wire_row rows_video[] = {
    WIRE_ROW(U8, "audio_codec"), WIRE_ROW(U8, "audio_channels"), WIRE_ROW(U8, "sample_rate"),
    WIRE_ROW(U8, "sample_bits"), WIRE_ROW(U16, "frame_len"),     WIRE_ROW(U8, "audio_out"),
    WIRE_ROW(U8, "video_codec"), WIRE_ROW(U8, "max_audio"),      WIRE_ROW(U8, "max_video"),
};
static const struct wire_row rows_passengers[] = {
    WIRE_ROW(TIME, "start"),
    WIRE_ROW(TIME, "end"),
    WIRE_ROW(U16, "on"),
    WIRE_ROW(U16, "off"),
};
static const struct wire_row rows_kept_query[] = {
    WIRE_ROW(U8, "channel"),         WIRE_ROW(HEX, "start", .size = 6),
    WIRE_ROW(HEX, "end", .size = 6), WIRE_ROW(HEX, "alarm_hex", .size = 8),
    WIRE_ROW(U8, "media_type"),      WIRE_ROW(U8, "stream_type"),
    WIRE_ROW(U8, "storage"),
};
static const struct wire_row rows_kept[] = {
    WIRE_ROW(U8, "channel"),    WIRE_ROW(TIME, "start"),
    WIRE_ROW(TIME, "end"),      WIRE_ROW(HEX, "alarm_hex", .size = 8),
    WIRE_ROW(U8, "media_type"), WIRE_ROW(U8, "stream_type"),
    WIRE_ROW(U8, "storage"),
};
static const struct wire_layout layout_kept = WIRE_LAYOUT(rows_kept);
static const struct wire_row rows_kept_item[] = {
    WIRE_ROW(GROUP, NULL, .sub = &layout_kept),
    WIRE_ROW(U32, "size"),
};
static const struct wire_layout layout_kept_item = WIRE_LAYOUT(rows_kept_item);
static const struct wire_row rows_kept_list[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(COUNT32, "count", .of = "items"),
    WIRE_ROW(LIST, "items", .of = "count", .sub = &layout_kept_item),
};
static const struct wire_row rows_playback[] = {
    WIRE_ROW(TEXT8, "host"), WIRE_ROW(U16, "tcp_port"),  WIRE_ROW(U16, "udp_port"),
    WIRE_ROW(U8, "channel"), WIRE_ROW(U8, "media_type"), WIRE_ROW(U8, "stream_type"),
    WIRE_ROW(U8, "storage"), WIRE_ROW(U8, "mode"),       WIRE_ROW(U8, "speed"),
    WIRE_ROW(TIME, "start"), WIRE_ROW(TIME, "end"),
};
static const struct wire_row rows_playback_control[] = {
    WIRE_ROW(U8, "channel"),
    WIRE_ROW(U8, "control"),
    WIRE_ROW(U8, "speed"),
    WIRE_ROW(TIME, "position"),
};
static const struct wire_row rows_upload[] = {
    WIRE_ROW(TEXT8, "host"),           WIRE_ROW(U16, "port"),
    WIRE_ROW(TEXT8, "user"),           WIRE_ROW(TEXT8, "password"),
    WIRE_ROW(TEXT8, "path"),           WIRE_ROW(GROUP, NULL, .sub = &layout_kept),
    WIRE_ROW(BITS8, "condition_bits"),
};
static const struct wire_row rows_upload_done[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(U8, "result"),
};
static const struct wire_row rows_upload_control[] = {
    WIRE_ROW(U16, "reply_serial"),
    WIRE_ROW(U8, "control"),
};
static const struct wire_row rows_turn[] = {
    WIRE_ROW(U8, "channel"),
    WIRE_ROW(U8, "direction"),
    WIRE_ROW(U8, "speed"),
};
static const struct wire_row rows_lens[] = {
    WIRE_ROW(U8, "channel"),
    WIRE_ROW(U8, "value"),
};
static const struct wire_row rows_attachments[] = {
    WIRE_ROW(TEXT8, "host"),
    WIRE_ROW(U16, "tcp_port"),
    WIRE_ROW(U16, "udp_port"),
    WIRE_ROW(HEX_MARK, "mark_hex"),
    WIRE_ROW(FIXED, "alarm_no", .size = 32),
    WIRE_ROW(HEX, "reserved", .size = 16),
};
static const struct wire_row rows_file_done[] = {
    WIRE_ROW(TEXT8, "name"),
    WIRE_ROW(U8, "type"),
    WIRE_ROW(U8, "result"),
    WIRE_ROW(PAIRS, "resend", .size = 1),
};

static const struct wire_layout layout_live = WIRE_LAYOUT(rows_live);
static const struct wire_layout layout_live_control = WIRE_LAYOUT(rows_live_control);
static const struct wire_layout layout_loss = WIRE_LAYOUT(rows_loss);
static const struct wire_layout layout_video = WIRE_LAYOUT(rows_video);
static const struct wire_layout layout_passengers = WIRE_LAYOUT(rows_passengers);
static const struct wire_layout layout_kept_query = WIRE_LAYOUT(rows_kept_query);
static const struct wire_layout layout_kept_list = WIRE_LAYOUT(rows_kept_list);
static const struct wire_layout layout_playback = WIRE_LAYOUT(rows_playback);
static const struct wire_layout layout_playback_control = WIRE_LAYOUT(rows_playback_control);
static const struct wire_layout layout_upload = WIRE_LAYOUT(rows_upload);
static const struct wire_layout layout_upload_done = WIRE_LAYOUT(rows_upload_done);
static const struct wire_layout layout_upload_control = WIRE_LAYOUT(rows_upload_control);
static const struct wire_layout layout_turn = WIRE_LAYOUT(rows_turn);
static const struct wire_layout layout_lens = WIRE_LAYOUT(rows_lens);
static const struct wire_layout layout_attachments = WIRE_LAYOUT(rows_attachments);
static const struct wire_layout layout_file_done = WIRE_LAYOUT(rows_file_done);

const struct wire_message_layout wire_layouts_video[] = {
    {0x1003, &layout_video, NULL},
    {0x1005, &layout_passengers, NULL},
    {0x1205, &layout_kept_list, NULL},
    {0x1206, &layout_upload_done, NULL},
    {0x9101, &layout_live, NULL},
    {0x9102, &layout_live_control, NULL},
    {0x9105, &layout_loss, NULL},
    {0x9201, &layout_playback, NULL},
    {0x9202, &layout_playback_control, NULL},
    {0x9205, &layout_kept_query, NULL},
    {0x9206, &layout_upload, NULL},
    {0x9207, &layout_upload_control, NULL},
    {0x9208, &layout_attachments, NULL},
    {0x9212, &layout_file_done, NULL},
    {0x9301, &layout_turn, NULL},
    {0x9302, &layout_lens, NULL},
    {0x9303, &layout_lens, NULL},
    {0x9304, &layout_lens, NULL},
    {0x9305, &layout_lens, NULL},
    {0x9306, &layout_lens, NULL},
};
const size_t wire_layouts_video_count = COUNT_OF(wire_layouts_video);
