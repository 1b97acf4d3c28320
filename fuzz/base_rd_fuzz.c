/* base_rd_fuzz.c - any program of reads over any bytes: never past the end, and a failure stays. */
#include "base/rd.h"
#include "fuzz.h"

static uint64_t one_read(struct rd *rd, uint8_t what)
{
    switch (what % 8) {
    case 0:
        return rd_u8(rd);
    case 1:
        return rd_u16(rd);
    case 2:
        return rd_u32(rd);
    case 3:
        return rd_u64(rd);
    case 4:
        return rd_u16le(rd);
    case 5:
        return rd_u32le(rd);
    case 6:
        return rd_varint(rd);
    default:
        return rd_take(rd, what / 8).size;
    }
}

/* The first byte says how many bytes of program follow; the rest is what it reads. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd program = {.left = {data, size}};
    struct bytes steps = rd_take(&program, rd_u8(&program));
    struct rd rd = {.left = program.left};

    for (size_t i = 0; i < steps.size; i++) {
        struct rd before = rd;
        uint64_t value = one_read(&rd, steps.data[i]);
        ASSERT(rd.left.size <= before.left.size);
        ASSERT(rd.bad || !before.bad);
        if (before.bad) {
            ASSERT(value == 0);
            ASSERT(rd.left.size == before.left.size);
        }
    }
    return 0;
}
