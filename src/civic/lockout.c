/* lockout.c - see lockout.h. */
#include "civic/lockout.h"

static bool civic_lockout_forgotten(struct utc_us last, struct utc_us now)
{
    return now.us - last.us >= CIVIC_LOCKOUT_FORGET_S * CLOCK_US_PER_S;
}

uint32_t civic_lockout_left_s(uint32_t failures, uint32_t free, struct utc_us last,
                              struct utc_us now)
{
    int64_t wait_s = CIVIC_LOCKOUT_FIRST_S;

    if (failures < free || civic_lockout_forgotten(last, now))
        return 0;
    for (uint32_t i = free; i < failures && wait_s < CIVIC_LOCKOUT_LONGEST_S; i++)
        wait_s *= 2;
    if (wait_s > CIVIC_LOCKOUT_LONGEST_S)
        wait_s = CIVIC_LOCKOUT_LONGEST_S;
    int64_t passed_us = now.us > last.us ? now.us - last.us : 0;
    int64_t left_us = wait_s * CLOCK_US_PER_S - passed_us;
    return left_us > 0 ? (uint32_t)((left_us + CLOCK_US_PER_S - 1) / CLOCK_US_PER_S) : 0;
}

uint32_t civic_lockout_failed(uint32_t failures, struct utc_us last, struct utc_us now)
{
    if (civic_lockout_forgotten(last, now))
        return 1;
    return failures < UINT32_MAX ? failures + 1 : failures;
}
