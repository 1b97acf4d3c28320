/* gbk.c - see gbk.h. */
#include "wire/jt808/gbk.h"

#include <assert.h>
#include <string.h>

enum {
    GBK_EMPTY = 0xFFFD,
    GBK_LEAD_FIRST = 0x81,
    GBK_TRAIL_FIRST = 0x40,
    GBK_TRAIL_GAP = 0x7F,
    GBK_UTF8_MAX = 3, /* bytes of UTF-8 that one byte of GBK can become: U+FFFD for a bad one */
};

/* The character at the front of `gbk`; *ret_size is the bytes it takes. */
static char16_t gbk_next(struct bytes gbk, size_t *ret_size)
{
    unsigned lead = gbk.data[0];

    *ret_size = 1;
    if (lead < 0x80)
        return (char16_t)lead;
    unsigned trail = gbk.size > 1 ? gbk.data[1] : 0;
    if (lead < GBK_LEAD_FIRST || lead == 0xFF || trail < GBK_TRAIL_FIRST ||
        trail == GBK_TRAIL_GAP || trail == 0xFF)
        return GBK_EMPTY;
    unsigned column = trail - GBK_TRAIL_FIRST - (trail > GBK_TRAIL_GAP);
    char16_t point = wire_gbk_table[(lead - GBK_LEAD_FIRST) * WIRE_GBK_TRAILS + column];
    *ret_size = point == GBK_EMPTY ? 1 : 2;
    return point;
}

static char *gbk_put_utf8(char *to, char16_t point)
{
    if (point < 0x80) {
        *to++ = (char)point;
    } else if (point < 0x800) {
        *to++ = (char)(0xC0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3F));
    } else {
        *to++ = (char)(0xE0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3F));
        *to++ = (char)(0x80 | (point & 0x3F));
    }
    return to;
}

enum err wire_gbk_to_utf8(struct bytes gbk, struct arena *arena, struct str *ret)
{
    size_t room;

    if (!mem_mul(gbk.size, GBK_UTF8_MAX, &room))
        return ERR_NOMEM;
    char *text = arena_zero(arena, room ? room : 1, 1);
    if (!text)
        return ERR_NOMEM;
    char *to = text;
    while (gbk.size) {
        size_t size;
        to = gbk_put_utf8(to, gbk_next(gbk, &size));
        gbk.data += size;
        gbk.size -= size;
    }
    *ret = (struct str){text, (size_t)(to - text)};
    return OK;
}

/* The character at the front of well-formed UTF-8; *ret_size is the bytes it takes. */
static uint32_t gbk_point(struct str utf8, size_t *ret_size)
{
    const unsigned char *at = (const unsigned char *)utf8.data;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? at[0] : at[0] & (0x7Fu >> size);

    ASSERT(size <= utf8.size);
    for (size_t i = 1; i < size; i++)
        point = point << 6 | (at[i] & 0x3Fu);
    *ret_size = size;
    return point;
}

/* The cell of a character, or WIRE_GBK_CELLS. A search of four cells at a time, some microseconds:
 * what is sent to vehicles is short, and a second table would be as large as the first. */
static size_t gbk_cell(uint32_t point)
{
    const uint64_t ones = UINT64_C(0x0001000100010001);
    size_t cell = 0;

    static_assert(WIRE_GBK_CELLS % 4 == 0, "whole words");
    if (point == GBK_EMPTY || point > UINT16_MAX)
        return WIRE_GBK_CELLS;
    for (; cell < WIRE_GBK_CELLS; cell += 4) {
        uint64_t word;
        memcpy(&word, &wire_gbk_table[cell], sizeof word);
        word ^= ones * point;
        if ((word - ones) & ~word & ones << 15)
            break; /* one of the four differs in no bit */
    }
    while (cell < WIRE_GBK_CELLS && wire_gbk_table[cell] != point)
        cell++;
    return cell;
}

enum err wire_gbk_of_utf8(struct str utf8, struct arena *arena, struct bytes *ret, size_t *ret_at)
{
    unsigned char *text = arena_zero(arena, utf8.size ? utf8.size : 1, 1);
    struct str rest = utf8;
    size_t used = 0;

    if (!text)
        return ERR_NOMEM;
    while (rest.size) {
        size_t size;
        uint32_t point = gbk_point(rest, &size);
        if (point < 0x80) {
            text[used++] = (unsigned char)point;
        } else {
            size_t cell = gbk_cell(point);
            if (cell == WIRE_GBK_CELLS) {
                *ret_at = utf8.size - rest.size;
                return ERR_INVALID;
            }
            size_t column = cell % WIRE_GBK_TRAILS;
            text[used++] = (unsigned char)(GBK_LEAD_FIRST + cell / WIRE_GBK_TRAILS);
            text[used++] = (unsigned char)(GBK_TRAIL_FIRST + column +
                                           (column >= GBK_TRAIL_GAP - GBK_TRAIL_FIRST));
        }
        rest.data += size;
        rest.size -= size;
    }
    *ret = (struct bytes){text, used};
    return OK;
}
