/* rd.c - see rd.h. Bytes are put together by shifts: no alignment, no punning. */
#include "base/rd.h"

struct bytes rd_take(struct rd *rd, size_t size)
{
    struct bytes part = {rd->left.data, size};

    if (rd->bad || size > rd->left.size) {
        rd->bad = true;
        return (struct bytes){0};
    }
    if (size) {
        rd->left.data += size;
        rd->left.size -= size;
    }
    return part;
}

static uint64_t rd_big(struct rd *rd, size_t size)
{
    struct bytes part = rd_take(rd, size);
    uint64_t value = 0;

    for (size_t i = 0; i < part.size; i++)
        value = value << 8 | part.data[i];
    return value;
}

static uint64_t rd_little(struct rd *rd, size_t size)
{
    struct bytes part = rd_take(rd, size);
    uint64_t value = 0;

    for (size_t i = part.size; i > 0; i--)
        value = value << 8 | part.data[i - 1];
    return value;
}

uint8_t rd_u8(struct rd *rd)
{
    return (uint8_t)rd_big(rd, 1);
}

uint16_t rd_u16(struct rd *rd)
{
    return (uint16_t)rd_big(rd, 2);
}

uint32_t rd_u32(struct rd *rd)
{
    return (uint32_t)rd_big(rd, 4);
}

uint64_t rd_u64(struct rd *rd)
{
    return rd_big(rd, 8);
}

uint16_t rd_u16le(struct rd *rd)
{
    return (uint16_t)rd_little(rd, 2);
}

uint32_t rd_u32le(struct rd *rd)
{
    return (uint32_t)rd_little(rd, 4);
}

uint64_t rd_varint(struct rd *rd)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t byte = rd_u8(rd);
        if (rd->bad)
            return 0;
        if (shift == 63 && byte > 1)
            break; /* more than 64 bits */
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    rd->bad = true;
    return 0;
}
