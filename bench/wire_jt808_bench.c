/* wire_jt808_bench.c - how many position frames one CPU-second decodes.
 *
 *     wire_jt808_bench [FRAMES]     20000000 by default
 *
 * A stream of 0x0200 frames as a terminal sends them, cut, checked and read as positions with their
 * time and odometer; one of 16 frames has an escape. Prints one JSON line. */
#include <stdio.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/rng.h"
#include "wire/jt808/frame.h"
#include "wire/jt808/location.h"

enum { BENCH_FRAMES = 20000000, BENCH_STREAM_FRAMES = 4096, BENCH_BODY = 42, BENCH_PERCENT = 16 };

static double bench_cpu_s(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

static uint8_t bench_plain(struct rng *rng)
{
    return (uint8_t)rng_below(rng, 0x7D);
}

static void bench_frame(struct rng *rng, uint32_t i, struct buf *stream)
{
    const struct wire_jt808_head head = {
        .msg_id = 0x0200, .serial = (uint16_t)(i % 0x7D7D), .phone = {0x01, 0x39, 0x12}};
    uint8_t body[BENCH_BODY] = {0, 0, 0, 0, 0, 0, 0, 3, 0x01, 0x99, 0x50, 0x10, 0x06, 0xB8};

    for (size_t j = 14; j < 22; j++)
        body[j] = bench_plain(rng);
    const uint8_t rest[] = {0x26,
                            0x11,
                            0x24,
                            0x12,
                            0x30,
                            (uint8_t)(i % 6 * 16),
                            0x01,
                            0x04,
                            0x00,
                            0x00,
                            bench_plain(rng),
                            bench_plain(rng),
                            0x30,
                            0x01,
                            bench_plain(rng),
                            0x31,
                            0x01,
                            0x0C};
    for (size_t j = 0; j < sizeof rest; j++)
        body[22 + j] = rest[j];
    body[40] = 0xE1;
    if (i % BENCH_PERCENT == 0)
        body[15] = 0x7E;
    wire_jt808_frame_write(stream, &head, (struct bytes){body, sizeof body});
}

struct bench_sum {
    uint64_t frames;
    uint64_t bad;
    uint64_t mixed; /* of what was read, so that nothing is left out */
};

static void bench_read(struct bytes input, struct bench_sum *sum)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_piece piece;
    enum wire_jt808_cut cut;

    while ((cut = wire_jt808_cut(&input, room, &piece)) != WIRE_JT808_CUT_MORE) {
        struct wire_jt808_location at;
        struct utc_us time = {0};
        uint32_t dkm = 0;
        if (cut == WIRE_JT808_CUT_BAD || piece.frame.head.msg_id != 0x0200 ||
            wire_jt808_location(piece.frame.body, &at) || wire_jt808_time(at.time_bcd, &time) ||
            !wire_jt808_odometer(at.items, &dkm)) {
            sum->bad++;
            continue;
        }
        sum->frames++;
        sum->mixed +=
            (uint64_t)at.lat_e6 + (uint64_t)at.lng_e6 + at.speed_dkmh + dkm + (uint64_t)time.us;
    }
}

int main(int argc, char **argv)
{
    struct bench_sum sum = {0};
    uint64_t count = BENCH_FRAMES;
    struct buf stream;
    struct rng rng;

    if (argc > 1 && str_u64(str_of(argv[1]), &count))
        return 2;
    rng_init(&rng, 1);
    buf_init(&stream, 1u << 20);
    for (uint32_t i = 0; i < BENCH_STREAM_FRAMES; i++)
        bench_frame(&rng, i, &stream);
    if (buf_err(&stream))
        return 1;
    double start_s = bench_cpu_s();
    while (sum.frames < count && !sum.bad)
        bench_read(str_bytes(buf_text(&stream)), &sum);
    double cpu_s = bench_cpu_s() - start_s;
    printf("{\"frames\":%llu,\"bytes_each\":%.1f,\"bad\":%llu,\"cpu_s\":%.3f,"
           "\"frames_per_cpu_s\":%.0f,\"mixed\":%llu}\n",
           (unsigned long long)sum.frames, (double)stream.size / BENCH_STREAM_FRAMES,
           (unsigned long long)sum.bad, cpu_s, (double)sum.frames / cpu_s,
           (unsigned long long)sum.mixed);
    buf_done(&stream);
    return sum.bad ? 1 : 0;
}
