/* rng.c - see rng.h. */
#include "base/rng.h"

static uint64_t rng_splitmix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void rng_init(struct rng *rng, uint64_t seed)
{
    for (size_t i = 0; i < COUNT_OF(rng->state); i++)
        rng->state[i] = rng_splitmix(&seed);
}

static uint64_t rng_rotate(uint64_t value, unsigned by)
{
    return value << by | value >> (64 - by);
}

uint64_t rng_u64(struct rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t result = rng_rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rng_rotate(s[3], 45);
    return result;
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
    ASSERT(bound > 0);
    /* Lemire's multiply-shift; the bias, below bound / 2^32, is far under what simulation sees. */
    return (uint32_t)(((rng_u64(rng) >> 32) * bound) >> 32);
}

int64_t rng_range(struct rng *rng, int64_t low, int64_t high)
{
    ASSERT(low <= high);
    uint64_t span = (uint64_t)high - (uint64_t)low + 1;
    uint64_t step = span ? rng_u64(rng) % span : rng_u64(rng);
    return (int64_t)((uint64_t)low + step);
}

double rng_unit(struct rng *rng)
{
    return (double)(rng_u64(rng) >> 11) * 0x1.0p-53;
}

double rng_gauss(struct rng *rng)
{
    double sum = -6;

    for (int i = 0; i < 12; i++)
        sum += rng_unit(rng);
    return sum;
}
