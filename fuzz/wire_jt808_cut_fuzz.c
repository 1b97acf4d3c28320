/* wire_jt808_cut_fuzz.c - a stream gives the same frames whole and in pieces; each frame is one by
 * itself, and is written again with the same meaning. */
#include <string.h>

#include "wire/jt808/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOW_MAX = WIRE_JT808_FRAME_MAX + 256 };

/* Sums up the frames taken from the front of `input`. */
static uint64_t take(struct bytes *input, uint64_t sum)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_piece piece;
    enum wire_jt808_cut cut;

    while ((cut = wire_jt808_cut(input, room, &piece)) != WIRE_JT808_CUT_MORE) {
        ASSERT(piece.raw.size);
        if (cut == WIRE_JT808_CUT_FRAME)
            sum = sum * 31 + str_hash((struct str){(const char *)piece.raw.data, piece.raw.size});
        else
            ASSERT(piece.why != OK);
    }
    ASSERT(input->size < WIRE_JT808_FRAME_MAX);
    return sum;
}

static void again(struct bytes raw)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    uint8_t other[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct wire_jt808_frame same;
    struct buf out;

    if (wire_jt808_frame(raw, room, &frame, NULL))
        return;
    buf_init(&out, WIRE_JT808_FRAME_MAX);
    wire_jt808_frame_write(&out, &frame.head, frame.body);
    ASSERT(buf_err(&out) == OK);
    ASSERT(wire_jt808_frame(str_bytes(buf_text(&out)), other, &same, NULL) == OK);
    ASSERT((same.head.attr | 0x8000) == (frame.head.attr | 0x8000));
    ASSERT(same.head.serial == frame.head.serial && same.head.part_no == frame.head.part_no);
    ASSERT(same.body.size == frame.body.size);
    ASSERT(!same.body.size || !memcmp(same.body.data, frame.body.data, same.body.size));
    buf_done(&out);
}

/* The first byte is the size of the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t window[WINDOW_MAX];
    size_t kept = 0;
    uint64_t sum = 0;

    if (!size)
        return 0;
    size_t step = data[0] ? data[0] : 1;
    struct bytes stream = {data + 1, size - 1};
    struct bytes input = stream;
    again(stream);
    uint64_t whole = take(&input, 0);
    for (size_t at = 0; at < stream.size; at += step) {
        size_t part = step < stream.size - at ? step : stream.size - at;
        memcpy(window + kept, stream.data + at, part);
        input = (struct bytes){window, kept + part};
        sum = take(&input, sum);
        memmove(window, input.data, input.size);
        kept = input.size;
    }
    ASSERT(sum == whole);
    return 0;
}
