/* custody_inner.h - what the files of custody share. See custody.h.
 *
 * Each vehicle, facility and bin has a lane: its facts within the window, sorted. A vehicle has
 * besides a chain, the state before the lane's first fact; folding starts from a copy of it.
 *
 * Threads    As custody.h.
 * Layer      2
 */
#ifndef CITY_CUSTODY_INNER_H
#define CITY_CUSTODY_INNER_H

#include "base/map.h"
#include "city/custody.h"

struct city_held {
    struct utc_us at; /* when it counts */
    struct city_fact fact;
};
struct city_lane {
    VEC(struct city_held) held;
    uint32_t voids;
};

struct city_haul {
    struct city_chain settled;       /* before the lane's first fact, */
    struct city_chain ahead;         /* after its first `folded` ones, */
    struct city_chain_out ahead_out; /* and what these gave; unsorted */
    size_t folded;
    struct city_chain now; /* after all of them and the silence since */
    struct city_chain_out told;
    bool dirty;
};

struct city_custody {
    const struct city *city;
    struct city_custody_rules rules;
    struct city_lane *lanes; /* vehicles, then facilities, then bins */
    uint32_t lane_count;
    struct city_haul *hauls; /* by vehicle */
    struct utc_us now;
    struct utc_us horizon; /* what is older is settled */
    struct map sum_of;     /* day and facility to `sums` */
    VEC(struct city_sum) sums;
};

/* True when another fact of its lane says that it was wrong, and for such facts themselves. */
bool city_lane_voided(const struct city_lane *lane, const struct city_fact *fact);
int64_t city_fact_g(const struct city_fact *fact); /* 0 where nothing was weighed */

/* Makes the rows that a fact or trip counts in; then the settling cannot fail. Errors: NOMEM. */
MUST_USE enum err city_sum_room_fact(struct city_custody *custody, const struct city_held *held);
MUST_USE enum err city_sum_room_trip(struct city_custody *custody, const struct city_trip *trip);
void city_sum_settle_fact(struct city_custody *custody, const struct city_held *held);
void city_sum_settle_trip(struct city_custody *custody, const struct city_trip *trip);
MUST_USE enum err city_sum_late(struct city_custody *custody, const struct city_fact *fact,
                                struct utc_us at);

#endif
