/* answer.c - see answer.h. */
#include "wire/jt808/answer.h"

#include <string.h>

enum {
    ANSWER_GENERAL = 0x8001,
    ANSWER_ASK_PARTS = 0x8003,
    ANSWER_CLOCK = 0x8004,
    ANSWER_REGISTER = 0x8100,
    ANSWER_MEDIA = 0x8800,
    ANSWER_BODY_MAX = 6 + 2 * WIRE_JT808_ASK_MAX + WIRE_JT808_CODE_MAX,
};

/* A small body under construction. */
struct answer {
    uint8_t bytes[ANSWER_BODY_MAX];
    size_t size;
};

static void answer_u8(struct answer *body, unsigned value)
{
    ASSERT(body->size < sizeof body->bytes);
    body->bytes[body->size++] = (uint8_t)value;
}

static void answer_u16(struct answer *body, unsigned value)
{
    answer_u8(body, value >> 8 & 0xFF);
    answer_u8(body, value & 0xFF);
}

static void answer_send(struct buf *out, const struct wire_jt808_head *to, uint16_t msg_id,
                        uint16_t serial, const struct answer *body)
{
    struct wire_jt808_head head = wire_jt808_reply_head(to, msg_id, serial);

    wire_jt808_frame_write(out, &head, (struct bytes){body->bytes, body->size});
}

struct wire_jt808_head wire_jt808_reply_head(const struct wire_jt808_head *to, uint16_t msg_id,
                                             uint16_t serial)
{
    struct wire_jt808_head head = {.msg_id = msg_id,
                                   .v2019 = to->v2019,
                                   .protocol_version = to->protocol_version,
                                   .serial = serial};

    memcpy(head.phone, to->phone, sizeof head.phone);
    return head;
}

void wire_jt808_answer(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                       enum wire_jt808_result result)
{
    struct answer body;

    body.size = 0;
    answer_u16(&body, to->serial);
    answer_u16(&body, to->msg_id);
    answer_u8(&body, result);
    answer_send(out, to, ANSWER_GENERAL, serial, &body);
}

void wire_jt808_answer_register(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                                enum wire_jt808_register result, struct str code)
{
    struct answer body;

    ASSERT(code.size <= WIRE_JT808_CODE_MAX);
    body.size = 0;
    answer_u16(&body, to->serial);
    answer_u8(&body, result);
    for (size_t i = 0; result == WIRE_JT808_REGISTERED && i < code.size; i++)
        answer_u8(&body, (uint8_t)code.data[i]);
    answer_send(out, to, ANSWER_REGISTER, serial, &body);
}

void wire_jt808_answer_clock(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                             struct utc_us now)
{
    int64_t second = now.us / CLOCK_US_PER_S;
    int64_t of_day = ((second % 86400) + 86400) % 86400;
    struct clock_date date = clock_date_of((second - of_day) / 86400);
    const int64_t parts[] = {date.year % 100, date.month,       date.day,
                             of_day / 3600,   of_day / 60 % 60, of_day % 60};
    struct answer body;

    body.size = 0;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        answer_u8(&body, (unsigned)(parts[i] / 10 << 4 | parts[i] % 10));
    answer_send(out, to, ANSWER_CLOCK, serial, &body);
}

static size_t answer_cut(size_t count)
{
    return count < WIRE_JT808_ASK_MAX ? count : WIRE_JT808_ASK_MAX;
}

static void answer_parts(struct answer *body, const uint16_t *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        answer_u16(body, parts[i]);
}

void wire_jt808_answer_media(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                             uint32_t media_id, const uint16_t *parts, size_t count)
{
    struct answer body;

    count = answer_cut(count);
    body.size = 0;
    answer_u16(&body, media_id >> 16);
    answer_u16(&body, media_id & 0xFFFF);
    if (count)
        answer_u8(&body, (unsigned)count);
    answer_parts(&body, parts, count);
    answer_send(out, to, ANSWER_MEDIA, serial, &body);
}

void wire_jt808_ask_parts(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                          uint16_t first_serial, const uint16_t *parts, size_t count)
{
    struct answer body;

    count = answer_cut(count);
    body.size = 0;
    answer_u16(&body, first_serial);
    if (to->v2019)
        answer_u16(&body, (unsigned)count);
    else
        answer_u8(&body, (unsigned)count);
    answer_parts(&body, parts, count);
    answer_send(out, to, ANSWER_ASK_PARTS, serial, &body);
}
