/* rd.h - sticky readers over bytes from outside.
 *
 * Purpose    Read everything, test `bad` once. A failed read yields zero and moves nothing, so
 *            nothing is ever used uninitialised.
 * Threads    A reader belongs to one thread; it owns nothing.
 * Layer      0
 */
#ifndef BASE_RD_H
#define BASE_RD_H

#include "base/str.h"

struct rd {
    struct bytes left;
    bool bad; /* a read asked for more than was left, or met an impossible value */
};

uint8_t rd_u8(struct rd *rd);
uint16_t rd_u16(struct rd *rd); /* big endian, as on most wires */
uint32_t rd_u32(struct rd *rd);
uint64_t rd_u64(struct rd *rd);
uint16_t rd_u16le(struct rd *rd);
uint32_t rd_u32le(struct rd *rd);
/* Base-128 number, at most 10 bytes (Protocol Buffers encoding). */
uint64_t rd_varint(struct rd *rd);
struct bytes rd_take(struct rd *rd, size_t size);

#endif
