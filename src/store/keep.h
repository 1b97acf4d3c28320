/* keep.h - hourly roll-ups of facts, and the end of facts that are old enough.
 *
 * Purpose    One run is a row of short steps, each at most STORE_KEEP_ROWS rows of work, so that the
 *            writer is never held up. The giver of jobs puts one step a job until `done`, and no more when
 *            the program is to end: store_drain() would wait for all of them.
 * Time       A fact's time is its device time where that can be believed: not over
 *            STORE_BELIEVED_DAYS before it was received, not over a day after. Else it is the time of
 *            receipt: a terminal that says 2000 or 2038 neither loses its facts at once nor keeps them
 *            for ever.
 * Roll-ups   Rows of `position_hour` and `reading_hour`, by that time and device. They add up, so a
 *            late fact finds its hour; each fact is counted once, because a mark remembers the row
 *            that was last. They are kept when facts go.
 * Retention  A fact goes when its time is older than its table's days. Not before it is in the
 *            roll-up and in the snapshot (state.h); custody events never; nor the newest row of a
 *            table, because row ids must keep growing.
 * Threads    The connection's; a step belongs into a job of the store.
 * Layer      3
 */
#ifndef STORE_KEEP_H
#define STORE_KEEP_H

#include "store/db.h"
#include "store/fact.h"

enum {
    STORE_KEEP_POSITIONS_DAYS = 90, /* crew tracks are personal: no longer than disputes take */
    STORE_KEEP_READINGS_DAYS = 400, /* a year and the month to compare with */
    STORE_KEEP_EVENTS_DAYS = 400,
    STORE_KEEP_FRAGMENT_DAYS = 1, /* a terminal that has not sent the rest by then starts over */
    STORE_BELIEVED_DAYS = 400,
    STORE_KEEP_ROWS = 4000, /* about 10 ms: acknowledgements wait behind a step */
    STORE_MOVING_DKMH = 30, /* from 3 km/h on: a parked receiver drifts at 1 or 2 */
};

struct store_keep {
    struct utc_us now;
    int32_t days[STORE_TABLES]; /* 0: for ever */
    uint32_t rows_max;          /* of one step; 0: STORE_KEEP_ROWS */
};
struct store_keep store_keep_usual(struct utc_us now);

struct store_keep_run {
    struct store_keep keep;
    unsigned phase;
    int64_t after; /* where the phase goes on */
    bool done;
    uint64_t hours[STORE_TABLES]; /* rows of roll-ups made or added to */
    uint64_t removed[STORE_TABLES];
    uint64_t fragments;
};
void store_keep_begin(struct store_keep_run *run, const struct store_keep *keep);
/* The next step, in the transaction that is open. After a failure the run may be begun anew. */
MUST_USE enum err store_keep_step(struct store_db *db, struct store_keep_run *run);

/* --- whether the time of day can be believed enough to remove facts by it --- */

enum {
    STORE_DOUBT_JUMP_DAYS = 1, /* beside the monotonic clock: somebody set it, or it was wrong */
    STORE_DOUBT_SILENCE_DAYS = 30, /* since the last retention: a long stop, or a wrong clock */
    STORE_DOUBT_HOURS = 24,        /* so long a person or a time server has to mend it */
};

struct store_keep_clock {
    struct utc_us utc;
    struct mono_us mono;
    struct mono_us doubted_until;
};
/* `last` is when facts were last removed, 0: never. It is on disk, so that a start with a wrong clock
 * is noticed too. */
struct store_keep_clock store_keep_clock_begin(struct utc_us last, struct utc_us utc,
                                               struct mono_us mono);
/* False from a jump on for STORE_DOUBT_HOURS: then run with all `days` 0, for the roll-ups alone. Ask
 * at least every hour. */
bool store_keep_believes(struct store_keep_clock *clock, struct utc_us utc, struct mono_us mono);
/* When a run with retention last ended; 0: never. */
MUST_USE enum err store_keep_last(struct store_db *db, struct utc_us *ret_last);

#endif
