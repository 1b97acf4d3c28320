/* rng.h - seeded random numbers, the same on every machine; never for secrets.
 *
 * Source     xoshiro256** and splitmix64 (Blackman and Vigna, public domain).
 * Threads    A generator belongs to one thread.
 * Layer      0
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "base/err.h"

struct rng {
    uint64_t state[4];
};

void rng_init(struct rng *rng, uint64_t seed);
uint64_t rng_u64(struct rng *rng);
/* Uniform in [0, bound); bound must not be 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);
/* Uniform in [low, high]. */
int64_t rng_range(struct rng *rng, int64_t low, int64_t high);
double rng_unit(struct rng *rng);  /* uniform in [0, 1) */
double rng_gauss(struct rng *rng); /* mean 0, variance 1, by a sum of 12 uniforms: within 6 */

#endif
