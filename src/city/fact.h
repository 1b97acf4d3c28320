/* fact.h - what the waste loop knows: who brought what, lifted it, unloaded it, weighed it.
 *
 * Purpose    The facts of the custody chain as values, and the rules of their order and lateness.
 *            A fact is never changed: one that was wrong is voided by another fact, which says who,
 *            when and why.
 * Order      Facts count in the order of their event time; at one instant deposit, lift, unload,
 *            ticket, residue; then by identity. Arrival plays no part.
 * Lateness   An event time that is no date, or lies more than `ahead_s` after the receive time, is
 *            not believed: the receive time stands for it. A fact received more than `window_s`
 *            after its event is late: it is kept and counted, and changes nothing that was settled.
 * Units      Mass in grams, times in UTC; nouns are indexes into struct city.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CITY_FACT_H
#define CITY_FACT_H

#include "city/city.h"

#define CITY_NO_MASS INT64_MIN /* was not weighed */

enum {
    /* One fact weighs less than this: a loaded road train is below 100 t. Sums of 10^9 facts fit. */
    CITY_FACT_G_MAX = 1000000000,
};

enum city_fact_kind {
    CITY_FACT_DEPOSIT, /* a resident into a bin */
    CITY_FACT_LIFT,    /* a bin, or a station's hopper, into a compartment */
    CITY_FACT_UNLOAD,  /* compartments at a facility */
    CITY_FACT_TICKET,  /* the weighbridge's word */
    CITY_FACT_RESIDUE, /* what a facility could not treat and sends on */
    CITY_FACT_VOID,    /* an earlier fact was wrong */
    CITY_FACT_KINDS
};

/* What a statement rests on; a set has several. */
enum city_evidence {
    CITY_BY_TRACK = 1 << 0,
    CITY_BY_WEIGHT = 1 << 1,
    CITY_BY_TAG = 1 << 2,
    CITY_BY_LEVEL = 1 << 3, /* a level that fell, of a bin or a compartment */
    CITY_BY_TICKET = 1 << 4,
    CITY_BY_PICTURE = 1 << 5,
    CITY_BY_PERSON = 1 << 6,
};

/* Reasons, as they stand in rows and on pages. */
#define CITY_WHY_LIST(X)                                                         \
    X(CITY_WHY_NONE, "")                                                         \
    X(CITY_WHY_MEASURED, "measured")       /* a device said so */                \
    X(CITY_WHY_TOLD, "told")               /* a person said so */                \
    X(CITY_WHY_CORRECTION, "correction")   /* an earlier row was wrong */        \
    X(CITY_WHY_LATE_FACT, "late_fact")     /* an older event came to light */    \
    X(CITY_WHY_WRONG_WASTE, "wrong_waste") /* refused at the bin */              \
    X(CITY_WHY_OVERWEIGHT, "overweight")   /* too heavy for the lift */          \
    X(CITY_WHY_NOT_EMPTIED, "not_emptied") /* lifted in vain */                  \
    X(CITY_WHY_NOT_STOPPED, "not_stopped") /* passed, did not stop */            \
    X(CITY_WHY_NOT_REACHED, "not_reached") /* never came near */                 \
    X(CITY_WHY_SHORT_STOP, "short_stop")   /* stopped, too briefly */            \
    X(CITY_WHY_NO_DATA, "no_data")         /* nothing was heard */               \
    X(CITY_WHY_NOT_YET, "not_yet")         /* its time is not over */            \
    X(CITY_WHY_BLOCKED, "blocked")         /* the driver's word, from here on */ \
    X(CITY_WHY_NOT_OUT, "not_out")                                               \
    X(CITY_WHY_EMPTY, "empty")                                                   \
    X(CITY_WHY_DAMAGED, "damaged")                                               \
    X(CITY_WHY_VEHICLE_FULL, "vehicle_full")                                     \
    X(CITY_WHY_SHIFT_OVER, "shift_over")
enum city_why {
#define X(why, name) why,
    CITY_WHY_LIST(X)
#undef X
        CITY_WHYS
};
/* NULL for a value that is none. */
const char *city_why_name(enum city_why why);
/* False when there is no such reason. */
MUST_USE bool city_why_of(struct str name, enum city_why *ret_why);

enum city_verdict { CITY_VERDICT_NONE, CITY_VERDICT_RIGHT, CITY_VERDICT_WRONG };

struct city_deposit {
    uint32_t bin;
    uint64_t household; /* pseudonym; 0: not known */
    int64_t net_g;
    enum city_verdict verdict; /* of what was seen: does it belong into this bin */
};
struct city_lift {
    uint32_t vehicle;
    uint32_t compartment; /* from 0 */
    uint32_t bin;         /* CITY_NONE: not known which */
    uint32_t station;     /* the facility that it was loaded at; CITY_NONE: at a bin */
    uint32_t stream;      /* of a load from a station; a bin has its own */
    int64_t net_g;
    bool taken; /* false: refused or not emptied, and `why` of the fact says it */
};
struct city_unload {
    uint32_t vehicle;
    uint32_t facility;
    uint32_t compartments; /* a set; 0: all */
};
struct city_ticket {
    uint32_t vehicle;
    uint32_t facility;
    uint32_t stream; /* CITY_NONE: the whole vehicle */
    int64_t net_g;
};
struct city_residue {
    uint32_t facility;
    uint32_t stream; /* that it was left of */
    int64_t net_g;
};
struct city_void {
    uint64_t id; /* of the fact that was wrong, */
    enum city_fact_kind kind;
    uint32_t owner; /* its vehicle; of a deposit its bin, of a residue its facility */
};

struct city_fact {
    enum city_fact_kind kind;
    struct utc_us at;       /* as said; a void has the time of the fact that it voids */
    struct utc_us received; /* here */
    uint64_t id;            /* the same when the fact is sent again, and only then */
    uint32_t by;            /* who said so: a row of devices or users, as evidence tells */
    uint32_t evidence;      /* enum city_evidence */
    enum city_why why;
    union {
        struct city_deposit deposit;
        struct city_lift lift;
        struct city_unload unload;
        struct city_ticket ticket;
        struct city_residue residue;
        struct city_void voided;
    };
};

struct city_lateness {
    int32_t window_s; /* [ours] 48 h: a terminal out of coverage over a weekend's night shift */
    int32_t ahead_s;  /* [ours] 5 min: clocks of terminals that are set by GPS differ by less */
};
struct city_lateness city_lateness_default(void);

enum city_fate {
    CITY_FATE_KEPT,
    CITY_FATE_CLOCK, /* kept, at its receive time */
    CITY_FATE_LATE,  /* not folded; counted */
    CITY_FATE_AGAIN, /* known already */
    CITY_FATES
};
/* The time at which the fact counts: its event time, or its receive time where that is not
 * believed. Depends on the two times alone, so that arrival cannot change it. */
struct utc_us city_fact_time(const struct city_lateness *lateness, struct utc_us at,
                             struct utc_us received, enum city_fate *ret_fate);
/* <0, 0, >0: the order in which facts count. `a_at` and `b_at` from city_fact_time(). */
int city_fact_cmp(const struct city_fact *a, struct utc_us a_at, const struct city_fact *b,
                  struct utc_us b_at);
/* Errors: RANGE for an index that names nothing, a mass that is none, a set of compartments that
 * the vehicle has not. */
MUST_USE enum err city_fact_check(const struct city *city, const struct city_fact *fact,
                                  struct diag *diag);
/* The local day, in days since 1970-01-01. */
int64_t city_day_of(const struct city *city, struct utc_us at);

#endif
