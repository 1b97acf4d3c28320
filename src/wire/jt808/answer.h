/* answer.h - the platform's own answers to a terminal, written straight into frames.
 *
 * Purpose    What a server sends for nearly every frame it takes; other messages go by body.h.
 * Memory     Appended to the caller's buffer, whose error is sticky.
 * Source     JT/T 808-2013 and 808-2019, clause 8 (0x8001, 0x8003, 0x8004, 0x8100, 0x8800).
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_JT808_ANSWER_H
#define WIRE_JT808_ANSWER_H

#include "base/clock.h"
#include "wire/jt808/frame.h"

enum wire_jt808_result { /* of 0x8001 and 0x0001 */
                         WIRE_JT808_DONE = 0,
                         WIRE_JT808_FAILED = 1,
                         WIRE_JT808_BAD_MESSAGE = 2,
                         WIRE_JT808_UNSUPPORTED = 3,
                         WIRE_JT808_ALARM_CONFIRMED = 4, /* 0x8001 only */
};

enum wire_jt808_register { /* of 0x8100 */
                           WIRE_JT808_REGISTERED = 0,
                           WIRE_JT808_VEHICLE_TAKEN = 1,
                           WIRE_JT808_VEHICLE_UNKNOWN = 2,
                           WIRE_JT808_TERMINAL_TAKEN = 3,
                           WIRE_JT808_TERMINAL_UNKNOWN = 4,
};

enum {
    WIRE_JT808_ASK_MAX = 125, /* parts asked for at once, as 2019 allows */
    WIRE_JT808_CODE_MAX =
        255, /* bytes of an authentication code: 0x0102 of 2019 counts in a byte */
};

/* The header of a message to the terminal whose header is `to`: the same device in the same form.
 * `serial` is the platform's own counter. */
struct wire_jt808_head wire_jt808_reply_head(const struct wire_jt808_head *to, uint16_t msg_id,
                                             uint16_t serial);

/* 0x8001: to the message that `to` heads. */
void wire_jt808_answer(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                       enum wire_jt808_result result);
/* 0x8100; the code, ASCII and at most WIRE_JT808_CODE_MAX bytes, goes out only with REGISTERED. */
void wire_jt808_answer_register(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                                enum wire_jt808_register result, struct str code);
/* 0x8004: the time, UTC. */
void wire_jt808_answer_clock(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                             struct utc_us now);
/* 0x8800: all of the picture or sound has come, or the numbers of the parts to send again. More
 * than WIRE_JT808_ASK_MAX are cut: ask for the others when these have come. */
void wire_jt808_answer_media(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                             uint32_t media_id, const uint16_t *parts, size_t count);
/* 0x8003: parts to send again, of the message whose first part has the serial `first_serial`. Cut
 * like 0x8800. */
void wire_jt808_ask_parts(struct buf *out, const struct wire_jt808_head *to, uint16_t serial,
                          uint16_t first_serial, const uint16_t *parts, size_t count);

#endif
