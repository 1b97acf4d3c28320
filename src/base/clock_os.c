/* clock_os.c - the one place that asks the system for the time. */
#include <time.h>

#include "base/clock.h"

static int64_t clock_os_read(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CLOCK_US_PER_S + now.tv_nsec / 1000;
}

static struct utc_us clock_os_utc(const struct clock *clock)
{
    (void)clock;
    return (struct utc_us){clock_os_read(CLOCK_REALTIME)};
}

static struct mono_us clock_os_mono(const struct clock *clock)
{
    (void)clock;
    return (struct mono_us){clock_os_read(CLOCK_MONOTONIC)};
}

const struct clock *clock_os(void)
{
    static const struct clock os = {clock_os_utc, clock_os_mono};

    return &os;
}
