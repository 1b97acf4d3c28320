/* frame.c - see frame.h.
 *
 * The hot path of every vehicle: flags are found by memchr(), a frame without escapes is read where
 * it lies, and the check runs over words. A closing flag stays in the input, because some terminals
 * let it open their next frame; so a stream that lost a flag is in step again one frame later. */
#include "wire/jt808/frame.h"

#include <assert.h>
#include <string.h>

enum {
    FRAME_FLAG = 0x7E,
    FRAME_ESCAPE = 0x7D,
    FRAME_ESCAPED_ESCAPE = 0x01,
    FRAME_ESCAPED_FLAG = 0x02,
    FRAME_HEAD_2013 = 12, /* without the fields of a part */
    FRAME_HEAD_2019 = 17,
    FRAME_PART = 4,
    FRAME_PHONE_2013 = 6,
};
/* The attributes, table 3 of 2019. */
enum {
    FRAME_ATTR_SIZE = 0x03FF,
    FRAME_ATTR_ENCRYPTION_SHIFT = 10,
    FRAME_ATTR_ENCRYPTION = 0x7,
    FRAME_ATTR_PARTED = 0x2000,
    FRAME_ATTR_2019 = 0x4000,
};

static_assert(WIRE_JT808_PLAIN_MAX >= FRAME_HEAD_2019 + FRAME_PART + WIRE_JT808_BODY_MAX + 1,
              "the largest frame fits");
static_assert(WIRE_JT808_FRAME_MAX == 2 * WIRE_JT808_PLAIN_MAX + 2, "every byte escaped");

static inline uint16_t frame_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* The XOR of all bytes: 0 when the last one is the check of the others. */
static uint8_t frame_xor(struct bytes plain)
{
    uint64_t words = 0;
    uint8_t sum = 0;
    size_t i = 0;

    for (; i + sizeof words <= plain.size; i += sizeof words) {
        uint64_t word;
        memcpy(&word, plain.data + i, sizeof word);
        words ^= word;
    }
    for (; i < plain.size; i++)
        sum ^= plain.data[i];
    words ^= words >> 32;
    words ^= words >> 16;
    words ^= words >> 8;
    return (uint8_t)(sum ^ words);
}

/* `escape` is the first 7D of what is between the flags. */
static enum err frame_unescape(struct bytes inner, const uint8_t *escape,
                               uint8_t room[WIRE_JT808_PLAIN_MAX], struct bytes *ret_plain,
                               struct diag *diag)
{
    const uint8_t *end = inner.data + inner.size;
    const uint8_t *at = inner.data;
    size_t size = 0;

    while (at < end) {
        size_t run = (size_t)((escape ? escape : end) - at);
        if (run + (escape ? 1 : 0) > WIRE_JT808_PLAIN_MAX - size)
            return diag_set(diag, ERR_LIMIT, "the frame is longer than %d bytes",
                            WIRE_JT808_PLAIN_MAX);
        memcpy(room + size, at, run);
        size += run;
        if (!escape)
            break;
        if (escape + 1 == end)
            return diag_set(diag, ERR_SYNTAX, "the escape 7d has no second byte");
        if (escape[1] != FRAME_ESCAPED_ESCAPE && escape[1] != FRAME_ESCAPED_FLAG)
            return diag_set(diag, ERR_SYNTAX, "7d%02x is no escape; 7d01 and 7d02 are", escape[1]);
        room[size++] = escape[1] == FRAME_ESCAPED_FLAG ? FRAME_FLAG : FRAME_ESCAPE;
        at = escape + 2;
        escape = at < end ? memchr(at, FRAME_ESCAPE, (size_t)(end - at)) : NULL;
    }
    *ret_plain = (struct bytes){room, size};
    return OK;
}

static size_t frame_head_size(const struct wire_jt808_head *head)
{
    size_t size = head->v2019 ? FRAME_HEAD_2019 : FRAME_HEAD_2013;

    return head->parted ? size + FRAME_PART : size;
}

/* The head of a plain frame of at least FRAME_HEAD_2013 + 1 bytes. Errors: TRUNCATED. */
static enum err frame_head(struct bytes plain, struct wire_jt808_head *ret, struct diag *diag)
{
    const uint8_t *at = plain.data;

    memset(ret, 0, sizeof *ret);
    ret->msg_id = frame_u16(at);
    ret->attr = frame_u16(at + 2);
    ret->v2019 = ret->attr & FRAME_ATTR_2019;
    ret->parted = ret->attr & FRAME_ATTR_PARTED;
    ret->encryption = ret->attr >> FRAME_ATTR_ENCRYPTION_SHIFT & FRAME_ATTR_ENCRYPTION;
    if (plain.size < frame_head_size(ret) + 1)
        return diag_set(diag, ERR_TRUNCATED, "%zu bytes are too few for a header and a check",
                        plain.size);
    at += 4;
    if (ret->v2019) {
        ret->protocol_version = *at++;
        memcpy(ret->phone, at, WIRE_JT808_PHONE_MAX);
        at += WIRE_JT808_PHONE_MAX;
    } else {
        memcpy(ret->phone, at, FRAME_PHONE_2013);
        at += FRAME_PHONE_2013;
    }
    ret->serial = frame_u16(at);
    if (ret->parted) {
        ret->part_count = frame_u16(at + 2);
        ret->part_no = frame_u16(at + 4);
    }
    return OK;
}

/* A plain frame: header, body, check. */
static enum err frame_plain(struct bytes plain, struct wire_jt808_frame *ret, struct diag *diag)
{
    struct wire_jt808_head head;

    if (plain.size < FRAME_HEAD_2013 + 1)
        return diag_set(diag, ERR_TRUNCATED, "%zu bytes are too few for a header and a check",
                        plain.size);
    uint8_t sum = frame_xor(plain);
    if (sum)
        return diag_set(diag, ERR_CHECKSUM, "the check is %02x but should be %02x",
                        plain.data[plain.size - 1], plain.data[plain.size - 1] ^ sum);
    enum err err = frame_head(plain, &head, diag);
    if (err)
        return err;
    size_t head_size = frame_head_size(&head);
    size_t size = plain.size - head_size - 1;
    size_t want = head.attr & FRAME_ATTR_SIZE;
    if (size != want)
        return diag_set(diag, size < want ? ERR_TRUNCATED : ERR_INVALID,
                        "the header says a body of %zu bytes but it has %zu", want, size);
    *ret = (struct wire_jt808_frame){head, {plain.data + head_size, size}};
    return OK;
}

/* `inner` is what stands between two flags and holds none. */
static enum err frame_inner(struct bytes inner, uint8_t room[WIRE_JT808_PLAIN_MAX],
                            struct wire_jt808_frame *ret, struct diag *diag)
{
    const uint8_t *escape = inner.size ? memchr(inner.data, FRAME_ESCAPE, inner.size) : NULL;
    struct bytes plain = inner;

    if (escape) {
        enum err err = frame_unescape(inner, escape, room, &plain, diag);
        if (err)
            return err;
    } else if (inner.size > WIRE_JT808_PLAIN_MAX) {
        return diag_set(diag, ERR_LIMIT, "the frame is longer than %d bytes", WIRE_JT808_PLAIN_MAX);
    }
    return frame_plain(plain, ret, diag);
}

/* Drops all from the front of `input`, at least one byte, up to the next flag. */
static enum wire_jt808_cut frame_drop(struct bytes *input, enum err why,
                                      struct wire_jt808_piece *ret_piece)
{
    const uint8_t *flag =
        input->size > 1 ? memchr(input->data + 1, FRAME_FLAG, input->size - 1) : NULL;
    size_t size = flag ? (size_t)(flag - input->data) : input->size;

    *ret_piece = (struct wire_jt808_piece){.why = why, .raw = {input->data, size}};
    input->data += size;
    input->size -= size;
    return WIRE_JT808_CUT_BAD;
}

enum wire_jt808_cut wire_jt808_cut(struct bytes *input, uint8_t room[WIRE_JT808_PLAIN_MAX],
                                   struct wire_jt808_piece *ret_piece)
{
    if (input->size && input->data[0] != FRAME_FLAG)
        return frame_drop(input, ERR_SYNTAX, ret_piece);
    while (input->size > 1 && input->data[1] == FRAME_FLAG) {
        input->data++;
        input->size--;
    }
    if (input->size < 2)
        return WIRE_JT808_CUT_MORE;

    size_t window = input->size < WIRE_JT808_FRAME_MAX ? input->size : WIRE_JT808_FRAME_MAX;
    const uint8_t *flag = memchr(input->data + 1, FRAME_FLAG, window - 1);
    if (!flag && window < WIRE_JT808_FRAME_MAX)
        return WIRE_JT808_CUT_MORE;
    if (!flag)
        return frame_drop(input, ERR_LIMIT, ret_piece);

    struct bytes inner = {input->data + 1, (size_t)(flag - input->data) - 1};
    enum err err = frame_inner(inner, room, &ret_piece->frame, NULL);
    ret_piece->why = err;
    ret_piece->raw = (struct bytes){input->data, inner.size + 2};
    input->data += inner.size + 1;
    input->size -= inner.size + 1;
    return err ? WIRE_JT808_CUT_BAD : WIRE_JT808_CUT_FRAME;
}

enum err wire_jt808_frame(struct bytes raw, uint8_t room[WIRE_JT808_PLAIN_MAX],
                          struct wire_jt808_frame *ret_frame, struct diag *diag)
{
    if (raw.size < 2 || raw.data[0] != FRAME_FLAG || raw.data[raw.size - 1] != FRAME_FLAG)
        return diag_set(diag, ERR_SYNTAX, "a frame begins and ends with 7e");
    struct bytes inner = {raw.data + 1, raw.size - 2};
    if (inner.size && memchr(inner.data, FRAME_FLAG, inner.size))
        return diag_set(diag, ERR_SYNTAX, "a 7e inside: this is more than one frame");
    return frame_inner(inner, room, ret_frame, diag);
}

static uint8_t *frame_put_u16(uint8_t *at, uint16_t value)
{
    *at++ = (uint8_t)(value >> 8);
    *at++ = (uint8_t)value;
    return at;
}

/* Returns the header's size. */
static size_t frame_put_head(const struct wire_jt808_head *head, size_t body_size,
                             uint8_t plain[WIRE_JT808_PLAIN_MAX])
{
    size_t phone_size = head->v2019 ? WIRE_JT808_PHONE_MAX : FRAME_PHONE_2013;
    uint8_t *at = plain;
    unsigned attr = (unsigned)body_size | (unsigned)(head->encryption & FRAME_ATTR_ENCRYPTION)
                                              << FRAME_ATTR_ENCRYPTION_SHIFT;

    attr |= head->parted ? FRAME_ATTR_PARTED : 0;
    attr |= head->v2019 ? FRAME_ATTR_2019 : 0;
    at = frame_put_u16(at, head->msg_id);
    at = frame_put_u16(at, (uint16_t)attr);
    if (head->v2019)
        *at++ = head->protocol_version;
    memcpy(at, head->phone, phone_size);
    at = frame_put_u16(at + phone_size, head->serial);
    if (head->parted) {
        at = frame_put_u16(at, head->part_count);
        at = frame_put_u16(at, head->part_no);
    }
    return (size_t)(at - plain);
}

void wire_jt808_frame_write(struct buf *out, const struct wire_jt808_head *head, struct bytes body)
{
    uint8_t plain[WIRE_JT808_PLAIN_MAX];
    size_t escapes = 0;

    ASSERT(body.size <= WIRE_JT808_BODY_MAX);
    size_t size = frame_put_head(head, body.size, plain);
    if (body.size)
        memcpy(plain + size, body.data, body.size);
    size += body.size;
    plain[size] = frame_xor((struct bytes){plain, size});
    size++;
    for (size_t i = 0; i < size; i++)
        escapes += plain[i] == FRAME_FLAG || plain[i] == FRAME_ESCAPE;

    char *to = buf_room(out, size + escapes + 2);
    if (!to)
        return;
    *to++ = FRAME_FLAG;
    for (size_t i = 0; i < size; i++) {
        if (plain[i] != FRAME_FLAG && plain[i] != FRAME_ESCAPE) {
            *to++ = (char)plain[i];
            continue;
        }
        *to++ = FRAME_ESCAPE;
        *to++ = plain[i] == FRAME_FLAG ? FRAME_ESCAPED_FLAG : FRAME_ESCAPED_ESCAPE;
    }
    *to = FRAME_FLAG;
    buf_grown(out, size + escapes + 2);
}

struct str wire_jt808_device(const struct wire_jt808_head *head,
                             char room[WIRE_JT808_DEVICE_MAX + 1])
{
    size_t count = 2 * (head->v2019 ? (size_t)WIRE_JT808_PHONE_MAX : (size_t)FRAME_PHONE_2013);
    bool decimal = true;
    size_t zeros = 0;

    for (size_t i = 0; i < count; i++) {
        uint8_t nibble = i % 2 ? head->phone[i / 2] & 0xF : head->phone[i / 2] >> 4;
        room[i] = "0123456789abcdef"[nibble];
        decimal = decimal && nibble <= 9;
        if (zeros == i && nibble == 0)
            zeros++;
    }
    room[count] = '\0';
    if (!decimal)
        return (struct str){room, count};
    if (zeros == count)
        zeros = count - 1;
    return (struct str){room + zeros, count - zeros};
}
