/* custody.h - the chain of custody of a whole city: bin, compartment, facility, and the balance.
 *
 * Purpose    Takes the facts of the loop in any order, folds them in theirs (fact.h), and tells what
 *            changed: trips with their balance, signs of mixing (chain.h). Sums by day and facility.
 * Lateness   Facts are held for the window of lateness and folded anew when an older one comes; what
 *            is older than the window at a run is settled, and a fact older than that is late: it
 *            is counted (city_sum.late) and changes nothing. Any arrival order of the same facts
 *            within the window gives the same state.
 * Effects    Rows to append: a trip or sign that a later fact changes or takes back is told again
 *            with what became of it, never removed.
 * Duties     The caller keeps the facts (the store does, whole); after a start it adds those of the
 *            last days again, with runs between whose `now` follows their receive times.
 *            What they tell then is what they told before: the identities of trips and signs are
 *            those of their facts, so that the store knows the rows.
 * Units      Grams, UTC; days are local, counted from 1970-01-01.
 * Threads    One at a time for each custody.
 * Layer      2
 */
#ifndef CITY_CUSTODY_H
#define CITY_CUSTODY_H

#include "city/chain.h"

enum {
    /* Facts of one vehicle, bin or facility within the window: a truck lifts below 1,000 bins a
     * day. More is a device gone mad. */
    CITY_LANE_MAX = 50000,
};

struct city_custody; /* opaque */

/* `city` must outlive it; NULL rules are the defaults. Owner: caller. Errors: NOMEM. */
MUST_USE enum err city_custody_new(const struct city *city, const struct city_custody_rules *rules,
                                   struct city_custody **ret_custody);
void city_custody_free(struct city_custody *custody); /* NULL is allowed */

/* Takes one fact. `ret_fate` is written with OK alone. Errors: RANGE as city_fact_check(); LIMIT
 * beyond CITY_LANE_MAX; NOMEM. After an error nothing has changed. */
MUST_USE enum err city_custody_add(struct city_custody *custody, const struct city_fact *fact,
                                   enum city_fate *ret_fate, struct diag *diag);

enum city_effect_kind {
    CITY_EFFECT_TRIP,         /* is final */
    CITY_EFFECT_TRIP_CHANGED, /* an older fact came: this is the trip now */
    CITY_EFFECT_TRIP_GONE,    /* it never was: joined with another, or its fact voided */
    CITY_EFFECT_SIGN,
    CITY_EFFECT_SIGN_CHANGED,
    CITY_EFFECT_SIGN_GONE,
};
struct city_effect {
    enum city_effect_kind kind;
    enum city_why why; /* MEASURED, or LATE_FACT where it changes what was told */
    union {
        struct city_trip trip;
        struct city_sign sign;
    };
};
struct city_effects {
    VEC(struct city_effect) list;
};
void city_effects_done(struct city_effects *effects);

/* Folds what came since the last run, ends trips whose time is over, settles what is older than the
 * window, and appends what changed to `effects`, by vehicle. `now` must not go back (an earlier one
 * counts as the last). Errors: NOMEM: run again; nothing is told twice or lost. */
MUST_USE enum err city_custody_run(struct city_custody *custody, struct utc_us now,
                                   struct city_effects *effects);

/* As of the last run. */
const struct city_hold *city_custody_hold(const struct city_custody *custody, uint32_t vehicle,
                                          uint32_t compartment);
/* Facts held; for measurement and tests. */
size_t city_custody_facts(const struct city_custody *custody);

/* Sums of a local day. A trip counts on the day of its emptying, others on their own. */
struct city_sum {
    uint64_t deposits, wrong_deposits;
    int64_t deposited_g;
    uint64_t lifts, unweighed_lifts; /* of bins */
    int64_t collected_g;             /* lifted that day; lifted_g below is in trips that ended */
    int64_t collected_of_g[CITY_STREAMS_MAX];
    uint64_t trips, untold_trips;
    int64_t lifted_g;
    int64_t lifted_of_g[CITY_STREAMS_MAX];
    int64_t untold_g;  /* lifted_g of trips without a ticket */
    int64_t waiting_g; /* lifted_g of trips whose tickets may still come */
    int64_t ticketed_g;
    int64_t unexplained_g; /* tickets less lifts, of trips that can be judged: net, */
    int64_t off_g;         /* and the sum of its absolute values */
    int64_t judged_g;      /* lifted_g of those trips */
    int64_t loaded_g;      /* taken on from stations */
    int64_t residue_g;
    uint64_t late;  /* facts that came too late, */
    int64_t late_g; /* and their weight */
};
/* Whose sums: the whole city, a facility by its index, a district by its place with this bit. */
#define CITY_SCOPE_CITY CITY_NONE
#define CITY_SCOPE_DISTRICT (UINT32_C(1) << 31)
/* As of the last run. Trips, loads and residue count at their facility, deposits and lifts in the
 * district of their bin, everything in the whole city. From the districts' collected_of_g to the
 * facilities' lifted_of_g is the flow by stream. */
struct city_sum city_custody_sum(const struct city_custody *custody, int64_t day, uint32_t scope);

#endif
