/* base_rd_test.c - sticky readers: a failed read is zero, moves nothing, and is remembered. */
#include "base/rd.h"

#include "base/buf.h"
#include "check.h"
#include "prop.h"

#define RD(literal) ((struct rd){.left = str_bytes(STR(literal))})

static void numbers_are_read_in_both_orders(void **state)
{
    struct rd rd =
        RD("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F\x01\x02\x03\x04\x05\x06");

    (void)state;
    assert_int_equal(rd_u8(&rd), 0x01);
    assert_int_equal(rd_u16(&rd), 0x0203);
    assert_int_equal(rd_u32(&rd), 0x04050607);
    assert_true(rd_u64(&rd) == 0x08090A0B0C0D0E0Fu);
    assert_int_equal(rd_u16le(&rd), 0x0201);
    assert_int_equal(rd_u32le(&rd), 0x06050403);
    assert_false(rd.bad);
    assert_int_equal(rd.left.size, 0);
}

static void a_failed_read_is_zero_moves_nothing_and_stays(void **state)
{
    struct rd rd = RD("\x01\x02\x03");

    (void)state;
    assert_int_equal(rd_u32(&rd), 0);
    assert_true(rd.bad);
    assert_int_equal(rd.left.size, 3);
    assert_int_equal(rd_u8(&rd), 0); /* though a byte is there */
    assert_int_equal(rd.left.size, 3);
    assert_int_equal(rd_take(&rd, 0).size, 0);
    assert_true(rd.bad);
}

static void parts_are_taken_without_a_copy(void **state)
{
    struct rd rd = RD("abcd");
    const unsigned char *start = rd.left.data;

    (void)state;
    struct bytes part = rd_take(&rd, 3);
    assert_ptr_equal(part.data, start);
    assert_int_equal(part.size, 3);
    assert_int_equal(rd_take(&rd, SIZE_MAX).size, 0);
    assert_true(rd.bad);
    struct rd none = {0};
    assert_int_equal(rd_take(&none, 0).size, 0);
    assert_false(none.bad);
    assert_int_equal(rd_u8(&none), 0);
    assert_true(none.bad);
}

/* Protocol Buffers encoding guide: 150 is 96 01; ten bytes hold 64 bits. */
static void base_128_numbers_are_read_and_their_limits_kept(void **state)
{
    struct rd rd = RD("\x96\x01");

    (void)state;
    assert_int_equal(rd_varint(&rd), 150);
    rd = RD("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
    assert_true(rd_varint(&rd) == UINT64_MAX);
    assert_false(rd.bad);
    rd = RD("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"); /* 65 bits */
    assert_int_equal(rd_varint(&rd), 0);
    assert_true(rd.bad);
    rd = RD("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"); /* 11 bytes */
    assert_int_equal(rd_varint(&rd), 0);
    assert_true(rd.bad);
    rd = RD("\x96"); /* ends inside */
    assert_int_equal(rd_varint(&rd), 0);
    assert_true(rd.bad);
}

static bool varints_round_trip(struct rng *rng, size_t size)
{
    unsigned char bytes[10];
    size_t used = 0;
    uint64_t want = rng_u64(rng) >> (64 - size);

    for (uint64_t left = want; used == 0 || left; left >>= 7)
        bytes[used++] = (unsigned char)((left & 0x7F) | (left > 0x7F ? 0x80 : 0));
    struct rd rd = {.left = {bytes, used}};
    return rd_varint(&rd) == want && !rd.bad && rd.left.size == 0;
}

static bool what_buf_writes_rd_reads(struct rng *rng, size_t size)
{
    struct buf buf;
    uint8_t a = (uint8_t)rng_u64(rng);
    uint16_t b = (uint16_t)rng_u64(rng);
    uint32_t c = (uint32_t)rng_u64(rng);

    buf_init(&buf, 64 + size);
    buf_u8(&buf, a);
    buf_u16be(&buf, b);
    buf_u32be(&buf, c);
    struct rd rd = {.left = str_bytes(buf_text(&buf))};
    bool same = rd_u8(&rd) == a && rd_u16(&rd) == b && rd_u32(&rd) == c && !rd.bad;
    buf_done(&buf);
    return same;
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    PROP(varints_round_trip, 1000, 62);
    PROP(what_buf_writes_rd_reads, 200, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_in_both_orders),
        cmocka_unit_test(a_failed_read_is_zero_moves_nothing_and_stays),
        cmocka_unit_test(parts_are_taken_without_a_copy),
        cmocka_unit_test(base_128_numbers_are_read_and_their_limits_kept),
        cmocka_unit_test(what_is_written_is_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
