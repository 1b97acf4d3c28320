/* frame.h - JT/T 808 frames: cut out of a stream, checked, parsed; and written.
 *
 * Purpose    Bytes of a TCP stream to frames and back, for the 2011, 2013 and 2019 editions.
 * Memory     Nothing is kept: a frame's body points into the input or into the caller's room.
 * Source     JT/T 808-2013 and 808-2019, clause 4 (connection, escape, check, header).
 * Threads    Any; values only.
 * Layer      1
 */
#ifndef WIRE_JT808_FRAME_H
#define WIRE_JT808_FRAME_H

#include "base/buf.h"
#include "base/rd.h"

enum {
    WIRE_JT808_BODY_MAX = 1023,  /* ten bits of the attributes */
    WIRE_JT808_PLAIN_MAX = 1045, /* header 21, body, check */
    WIRE_JT808_FRAME_MAX = 2092, /* every byte escaped, and two flags */
    WIRE_JT808_PHONE_MAX = 10,   /* bytes of BCD */
    WIRE_JT808_DEVICE_MAX = 20,  /* digits of a device's name */
};

struct wire_jt808_head {
    uint16_t msg_id;
    uint16_t attr;            /* as received: length, encryption, subpackage and version bits */
    bool v2019;               /* bit 14: the header of 2019 */
    bool parted;              /* bit 13: total and number follow */
    uint8_t encryption;       /* bits 10-12 */
    uint8_t protocol_version; /* 2019 only */
    uint8_t phone[WIRE_JT808_PHONE_MAX]; /* 6 bytes, or 10 in 2019 */
    uint16_t serial;
    uint16_t part_count; /* 0 when not parted */
    uint16_t part_no;    /* from 1 */
};

struct wire_jt808_frame {
    struct wire_jt808_head head;
    struct bytes body; /* of this frame; still encrypted or a fragment if the head says so */
};

enum wire_jt808_cut {
    WIRE_JT808_CUT_MORE,  /* no whole frame is left; what remains of the input is its beginning */
    WIRE_JT808_CUT_FRAME, /* ret_piece->frame is filled */
    WIRE_JT808_CUT_BAD,   /* a piece was dropped: `why` and `raw` of *ret_piece tell; go on */
};

struct wire_jt808_piece {
    struct wire_jt808_frame frame; /* CUT_FRAME */
    enum err why;     /* CUT_BAD: SYNTAX (noise, escape), CHECKSUM, TRUNCATED, INVALID (longer than
                         its header says), LIMIT */
    struct bytes raw; /* the frame or the dropped piece as received, flags included */
};

/* Takes one piece off the front of `input`. `room` holds the unescaped frame when it had escapes.
 * Empty pairs of flags are passed over; bytes before the first flag are a dropped piece. A closing
 * flag stays in `input`, as it may open the next frame. After CUT_MORE fewer than
 * WIRE_JT808_FRAME_MAX bytes remain in `input` (a lone flag between frames): keep them for the next
 * read. */
MUST_USE enum wire_jt808_cut wire_jt808_cut(struct bytes *input, uint8_t room[WIRE_JT808_PLAIN_MAX],
                                            struct wire_jt808_piece *ret_piece);

/* The one frame that `raw` is, flags included. Errors: SYNTAX, TRUNCATED, CHECKSUM, INVALID, LIMIT;
 * told in `diag` (may be NULL). */
MUST_USE enum err wire_jt808_frame(struct bytes raw, uint8_t room[WIRE_JT808_PLAIN_MAX],
                                   struct wire_jt808_frame *ret_frame, struct diag *diag);

/* Appends a whole frame: header by `head` (its attr is made from the other fields), body, check,
 * escaped, with flags. `body` is at most WIRE_JT808_BODY_MAX bytes. */
void wire_jt808_frame_write(struct buf *out, const struct wire_jt808_head *head, struct bytes body);

/* The device's name: the phone's digits without leading zeros ("0" for none), the same for 12 and
 * 20 digits; a phone with a nibble that is no decimal keeps all its digits, as lower-case hex. */
struct str wire_jt808_device(const struct wire_jt808_head *head,
                             char room[WIRE_JT808_DEVICE_MAX + 1]);

#endif
