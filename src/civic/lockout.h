/* lockout.h - how long failed logins keep a name or an address out.
 *
 * Purpose    After `free` failures each further one doubles the wait, from CIVIC_LOCKOUT_FIRST_S to
 *            CIVIC_LOCKOUT_LONGEST_S. Failures are forgotten after CIVIC_LOCKOUT_FORGET_S.
 * Why        An address has more free failures than a name: an office stands behind one.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CIVIC_LOCKOUT_H
#define CIVIC_LOCKOUT_H

#include "base/clock.h"

enum {
    CIVIC_LOCKOUT_NAME_FREE = 5,
    CIVIC_LOCKOUT_PEER_FREE = 20,
    CIVIC_LOCKOUT_FIRST_S = 30,
    CIVIC_LOCKOUT_LONGEST_S = 3600,
    CIVIC_LOCKOUT_FORGET_S = 86400,
};

/* Seconds, rounded up, that are left to wait; 0: may try. A clock that was set back keeps nobody
 * out for longer than the wait itself. */
uint32_t civic_lockout_left_s(uint32_t failures, uint32_t free, struct utc_us last,
                              struct utc_us now);
/* The failures counted when one more happens now. */
uint32_t civic_lockout_failed(uint32_t failures, struct utc_us last, struct utc_us now);

#endif
