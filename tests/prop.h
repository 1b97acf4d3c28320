/* prop.h - seeded properties: many random cases, each repeatable, a failing one made smaller.
 *
 * Purpose    prop_run() calls a property with seeds 1, 2, ... and growing sizes. A case that fails
 * is tried again with half the size while it still fails; the smallest is printed as `PROP_SEED=7
 * PROP_SIZE=12`. Setting these two runs that case alone.
 */
#ifndef TESTS_PROP_H
#define TESTS_PROP_H

#include <stdlib.h>

#include "base/rng.h"
#include "base/str.h"
#include "check.h"

/* True when the fact holds for the case that `rng` makes; `size` says how large it may be. */
typedef bool prop_fn(struct rng *rng, size_t size);

static inline bool prop_holds(prop_fn *fn, uint64_t seed, size_t size)
{
    struct rng rng;

    rng_init(&rng, seed);
    return fn(&rng, size);
}

static inline uint64_t prop_setting(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    uint64_t value = usual;

    if (text && str_u64(str_of(text), &value))
        fail_msg("%s=%s is not a number", name, text);
    return value;
}

/* Halves the size of a failing case while it still fails. */
static inline size_t prop_smallest(prop_fn *fn, uint64_t seed, size_t size)
{
    while (size > 1 && !prop_holds(fn, seed, size / 2))
        size /= 2;
    return size;
}

static inline void prop_fail(prop_fn *fn, const char *name, uint64_t seed, size_t size)
{
    size = prop_smallest(fn, seed, size);
    fail_msg("%s: PROP_SEED=%llu PROP_SIZE=%zu", name, (unsigned long long)seed, size);
}

static inline void prop_run(prop_fn *fn, const char *name, uint64_t runs, size_t size_max)
{
    uint64_t chosen = prop_setting("PROP_SEED", 0);
    size_t size = (size_t)prop_setting("PROP_SIZE", size_max);

    if (chosen) {
        if (!prop_holds(fn, chosen, size))
            prop_fail(fn, name, chosen, size);
        return;
    }
    for (uint64_t seed = 1; seed <= runs; seed++) {
        size = 1 + (size_t)(seed * size_max / runs);
        if (!prop_holds(fn, seed, size))
            prop_fail(fn, name, seed, size);
    }
}
#define PROP(fn, runs, size_max) prop_run((fn), #fn, (runs), (size_max))

#endif
