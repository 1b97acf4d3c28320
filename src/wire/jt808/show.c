/* show.c - a tree as JSON. */
#include <stdio.h>
#include <string.h>

#include "wire/jt808/layout.h"

static void show_bits(uint64_t number, struct jw *jw)
{
    jw_array(jw);
    for (unsigned bit = 0; bit < 32; bit++)
        if (number >> bit & 1)
            jw_i64(jw, bit);
    jw_array_end(jw);
}

static void show_id(uint64_t number, int digits, struct jw *jw)
{
    char text[24];

    snprintf(text, sizeof text, "0x%0*llX", digits, (unsigned long long)number);
    jw_text(jw, text);
}

static void show_time(struct bytes bcd, struct jw *jw)
{
    char text[24];

    ASSERT(bcd.size == 6);
    snprintf(text, sizeof text, "20%02x-%02x-%02x %02x:%02x:%02x", bcd.data[0], bcd.data[1],
             bcd.data[2], bcd.data[3], bcd.data[4], bcd.data[5]);
    jw_text(jw, text);
}

static void show_numbers(const struct wire_jt808_value *list, struct jw *jw)
{
    size_t width = list->row->kind == WIRE_NUMS ? list->row->arg : 4;
    size_t count = 0;

    jw_array(jw);
    for (struct rd rd = {.left = list->raw}; rd.left.size; count++) {
        bool first = list->row->kind == WIRE_PAIRS && count % 2 == 0;
        uint32_t number = width == 2 ? rd_u16(&rd) : rd_u32(&rd);
        ASSERT(!rd.bad);
        if (first)
            jw_array(jw);
        if (list->row->kind == WIRE_IDS)
            show_id(number, 4, jw);
        else
            jw_i64(jw, number);
        if (list->row->kind == WIRE_PAIRS && !first)
            jw_array_end(jw);
    }
    jw_array_end(jw);
}

static void show_list(const struct wire_jt808_value *list, bool told, struct jw *jw)
{
    jw_array(jw);
    for (const struct wire_jt808_value *at = list->first; at; at = at->next)
        wire_show(at, told, jw);
    jw_array_end(jw);
}

static void show_number(const struct wire_jt808_value *value, struct jw *jw)
{
    static const uint8_t digits[WIRE_KINDS] = {
        [WIRE_ID8] = 2, [WIRE_ID16] = 4, [WIRE_ID32] = 4, [WIRE_CAN] = 8};
    enum wire_kind kind = value->row->kind;

    if (digits[kind])
        show_id((uint64_t)value->number, digits[kind], jw);
    else if (kind == WIRE_BITS8 || kind == WIRE_BITS16 || kind == WIRE_BITS32 ||
             kind == WIRE_BITS_OF)
        show_bits((uint64_t)value->number, jw);
    else if (kind == WIRE_FLAG_OF)
        jw_bool(jw, value->number != 0);
    else
        jw_i64(jw, value->number);
}

enum show { SHOW_NUMBER, SHOW_HEX, SHOW_TEXT, SHOW_TIME, SHOW_NUMBERS, SHOW_LIST, SHOW_OBJECT };

static enum show show_as(enum wire_kind kind)
{
    static const uint8_t as[WIRE_KINDS] = {
        [WIRE_HEX] = SHOW_HEX,      [WIRE_HEX_OF] = SHOW_HEX,    [WIRE_HEX_REST] = SHOW_HEX,
        [WIRE_HEX_MARK] = SHOW_HEX, [WIRE_WHOLE] = SHOW_HEX,     [WIRE_FIXED] = SHOW_TEXT,
        [WIRE_TEXT8] = SHOW_TEXT,   [WIRE_TEXT16] = SHOW_TEXT,   [WIRE_TEXT_REST] = SHOW_TEXT,
        [WIRE_NOTE] = SHOW_TEXT,    [WIRE_TIME] = SHOW_TIME,     [WIRE_NUMS] = SHOW_NUMBERS,
        [WIRE_IDS] = SHOW_NUMBERS,  [WIRE_PAIRS] = SHOW_NUMBERS, [WIRE_LIST] = SHOW_LIST,
        [WIRE_ITEMS] = SHOW_LIST,   [WIRE_OBJECT] = SHOW_OBJECT, [WIRE_MARK] = SHOW_OBJECT,
    };

    return as[kind];
}

static void show_value(const struct wire_jt808_value *value, bool told, struct jw *jw)
{
    switch (show_as(value->row->kind)) {
    case SHOW_HEX:
        jw_hex(jw, value->raw);
        return;
    case SHOW_TEXT:
        jw_str(jw, value->text);
        return;
    case SHOW_TIME:
        show_time(value->raw, jw);
        return;
    case SHOW_NUMBERS:
        show_numbers(value, jw);
        return;
    case SHOW_LIST:
        show_list(value, told, jw);
        return;
    case SHOW_OBJECT:
        wire_show(value, told, jw);
        return;
    case SHOW_NUMBER:
    default:
        show_number(value, jw);
    }
}

/* Goes down as deep as layouts do. */
void wire_show(const struct wire_jt808_value *object, bool told, struct jw *jw)
{
    jw_object(jw);
    for (const struct wire_jt808_value *at = object->first; at; at = at->next) {
        if (at->told && !told)
            continue;
        jw_key(jw, at->name);
        show_value(at, told, jw);
    }
    jw_object_end(jw);
}

void wire_jt808_body_json(const struct wire_jt808_message *message, struct jw *jw)
{
    wire_show(&message->body, true, jw);
}

static void show_head_number(struct jw *jw, const char *key, int64_t value)
{
    jw_key(jw, key);
    jw_i64(jw, value);
}

static void show_head(const struct wire_jt808_frame *frame, struct jw *jw)
{
    const struct wire_jt808_head *head = &frame->head;

    jw_object(jw);
    jw_key(jw, "msg_id");
    show_id(head->msg_id, 4, jw);
    jw_key(jw, "attr");
    show_id(head->attr, 4, jw);
    show_head_number(jw, "body_len", (int64_t)frame->body.size);
    show_head_number(jw, "encryption", head->encryption);
    jw_key(jw, "subpackage");
    jw_bool(jw, head->parted);
    jw_key(jw, "version_flag");
    jw_bool(jw, head->v2019);
    if (head->v2019)
        show_head_number(jw, "protocol_version", head->protocol_version);
    jw_key(jw, "phone");
    jw_hex(jw, (struct bytes){head->phone, head->v2019 ? WIRE_JT808_PHONE_MAX : 6});
    show_head_number(jw, "serial", head->serial);
    if (head->parted) {
        show_head_number(jw, "package_total", head->part_count);
        show_head_number(jw, "package_no", head->part_no);
    }
    show_head_number(jw, "body_len_actual", (int64_t)frame->body.size);
    jw_object_end(jw);
}

static void show_bytes(const char *key, struct bytes body, struct jw *jw)
{
    jw_object(jw);
    jw_key(jw, key);
    jw_hex(jw, body);
    jw_object_end(jw);
}

enum err wire_jt808_frame_json(const struct wire_jt808_frame *frame, struct arena *arena,
                               struct jw *jw, struct diag *diag)
{
    struct wire_jt808_message message;
    bool fragment = frame->head.parted && frame->head.part_count > 1;

    if (!fragment && !frame->head.encryption) {
        enum err err = wire_jt808_body_decode(&frame->head, frame->body, arena, &message, diag);
        if (err)
            return err;
    }
    jw_object(jw);
    jw_key(jw, "header");
    show_head(frame, jw);
    jw_key(jw, "body");
    if (fragment)
        show_bytes("fragment_hex", frame->body, jw);
    else if (frame->head.encryption)
        show_bytes("encrypted_hex", frame->body, jw);
    else
        wire_jt808_body_json(&message, jw);
    jw_object_end(jw);
    return OK;
}
