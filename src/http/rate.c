/* rate.c - see rate.h. */
#include "http/rate.h"

#include <math.h>

#include "base/mem.h"

enum { HTTP_RATE_WAYS = 8, HTTP_RATE_SETS = HTTP_RATE_KEYS / HTTP_RATE_WAYS };
_Static_assert((HTTP_RATE_SETS & (HTTP_RATE_SETS - 1)) == 0, "sets are found by a mask");

struct http_bucket {
    uint64_t key;
    double level;
    struct mono_us since; /* when the level was as told; 0 together with key 0: never used */
    bool used;
};

struct http_rate {
    double burst;
    double per_s;
    struct http_bucket buckets[HTTP_RATE_KEYS];
};

enum err http_rate_new(double burst, double per_s, struct http_rate **ret_rate)
{
    ASSERT(burst >= 1);
    ASSERT(per_s > 0);
    struct http_rate *rate = mem_zero(1, sizeof *rate);
    if (!rate)
        return ERR_NOMEM;
    rate->burst = burst;
    rate->per_s = per_s;
    *ret_rate = rate;
    return OK;
}

void http_rate_free(struct http_rate *rate)
{
    mem_free(rate);
}

static double http_rate_level(const struct http_rate *rate, const struct http_bucket *bucket,
                              struct mono_us now)
{
    if (!bucket->used)
        return rate->burst;
    double passed_s = (double)(now.us - bucket->since.us) / (double)CLOCK_US_PER_S;
    return fmin(rate->burst, bucket->level + fmax(0, passed_s) * rate->per_s);
}

uint32_t http_rate_take(struct http_rate *rate, uint64_t key, struct mono_us now)
{
    uint64_t mixed = key * UINT64_C(0x9E3779B97F4A7C15);
    struct http_bucket *set = &rate->buckets[(mixed >> 32 & (HTTP_RATE_SETS - 1)) * HTTP_RATE_WAYS];
    struct http_bucket *found = NULL;
    struct http_bucket *fullest = set;

    for (size_t i = 0; i < HTTP_RATE_WAYS && !found; i++) {
        if (set[i].used && set[i].key == key)
            found = &set[i];
        else if (http_rate_level(rate, &set[i], now) > http_rate_level(rate, fullest, now))
            fullest = &set[i];
    }
    if (!found) {
        found = fullest;
        *found = (struct http_bucket){.key = key, .level = rate->burst, .since = now, .used = true};
    }
    found->level = http_rate_level(rate, found, now);
    found->since = now;
    if (found->level < 1)
        return (uint32_t)ceil((1 - found->level) / rate->per_s);
    found->level -= 1;
    return 0;
}
