/* chain.h - one vehicle's custody: what its compartments hold, its trips, the signs of mixing.
 *
 * Purpose    Facts of one vehicle, in their order, folded into compartments, emptyings (trips) and
 *            signs. custody.h keeps the facts and decides the order.
 * Trips      An unload or a ticket empties compartments. At one facility, within `match_s` and with
 *            no lift between, unloads and tickets are one emptying: the clerk weighs before and
 *            after, and each stream may have its ticket. A ticket alone empties the compartments of
 *            its stream (all, where it has none or the vehicle has no such compartment). An unload
 *            with nothing aboard, and no ticket, is none.
 * Signs      The four of 混收混运: a bin's stream differs from its compartment's; a second stream in
 *            one compartment between unloads; an unload of a stream at a facility that is not
 *            licensed for it; tickets off the sum of lifts beyond tolerance.
 * Silence    A vehicle that has never told a weighed lift (a sweeper, a truck without a scale) has
 *            nothing to compare a ticket with. A lift without a weight makes its trip partly weighed: then more on the ticket than
 *            lifted is no sign, since nobody knows. A lift of a bin that nobody knows has no stream
 *            and gives no sign. A guess is never made.
 * Threads    Any; functions of their arguments.
 * Layer      2
 */
#ifndef CITY_CHAIN_H
#define CITY_CHAIN_H

#include "city/fact.h"

struct city_custody_rules {
    struct city_lateness lateness;
    int32_t match_s;      /* [ours] 2 h: from the gate over the queue to the ticket */
    int64_t tolerance_g;  /* [ours] 50 kg: a 100 t weighbridge of class III counts by 20 or 50 kg */
    double tolerance_pct; /* [ours] 5 %: body scales weigh a bin to about 1 to 2 % */
};
struct city_custody_rules city_custody_rules_default(void);

/* What a compartment holds since its last unload. */
struct city_hold {
    int64_t g[CITY_STREAMS_MAX]; /* weighed, by stream */
    int64_t unknown_g;           /* weighed, of bins that nobody knows */
    uint32_t streams;            /* a set */
    uint32_t lifts;
    uint32_t unweighed;
    struct utc_us since;              /* the first lift */
    uint64_t first[CITY_STREAMS_MAX]; /* the fact that brought the stream in */
};
int64_t city_hold_g(const struct city_hold *hold);

/* One emptying at a facility. */
struct city_trip {
    uint64_t id; /* of the fact that began it */
    uint32_t by;
    uint32_t vehicle;
    uint32_t facility;
    uint32_t compartments; /* a set */
    uint32_t evidence;     /* a set */
    struct utc_us since;   /* first lift; the emptying itself where there was none */
    struct utc_us at;
    int64_t lifted_g[CITY_STREAMS_MAX];
    int64_t unknown_g;
    uint32_t lifts;
    uint32_t unweighed;
    int64_t ticketed_g;
    uint32_t tickets;
    uint32_t ticket_streams; /* a set; a ticket for the whole vehicle has all */
    uint32_t wrong_streams;  /* a set: not licensed here */
    bool weighs;             /* its vehicle has told weighed lifts, in this trip or before */
    bool final;              /* nothing can join it any more */
};
int64_t city_trip_lifted_g(const struct city_trip *trip);
/* Nothing that happens from `now` on can join it. */
bool city_trip_over(const struct city_custody_rules *rules, const struct city_trip *trip,
                    struct utc_us now);

enum city_balance {
    CITY_BALANCE_WAITING, /* tickets may still come */
    CITY_BALANCE_UNTOLD,  /* none came */
    CITY_BALANCE_PARTLY,  /* not every lift was weighed, or none ever: no statement */
    CITY_BALANCE_EVEN,    /* within tolerance */
    CITY_BALANCE_OFF,
    CITY_BALANCES
};
/* `ret_unexplained_g`: tickets less lifts; 0 unless the balance is EVEN or OFF. May be NULL. */
enum city_balance city_trip_balance(const struct city_custody_rules *rules,
                                    const struct city_trip *trip, int64_t *ret_unexplained_g);

enum city_sign_kind {
    CITY_SIGN_WRONG_COMPARTMENT,
    CITY_SIGN_TWO_STREAMS,
    CITY_SIGN_WRONG_FACILITY,
    CITY_SIGN_MASS,
    CITY_SIGN_KINDS
};
const char *city_sign_name(enum city_sign_kind kind);
struct city_sign {
    enum city_sign_kind kind;
    struct utc_us at;
    uint64_t fact;     /* the evidence, */
    uint64_t other;    /* and what it contradicts: the first lift of the other stream; 0: none */
    uint32_t by;       /* who said the fact */
    uint32_t evidence; /* enum city_evidence of it */
    uint32_t vehicle;
    uint32_t compartment; /* CITY_NONE: of the vehicle */
    uint32_t bin;         /* CITY_NONE: none */
    uint32_t facility;    /* CITY_NONE: none */
    uint32_t stream;      /* found; CITY_NONE: of mass */
    uint32_t expected;    /* a stream; CITY_NONE: none, or several */
    int64_t g;            /* in question; of mass: tickets less lifts */
};

/* A vehicle between two facts. */
struct city_chain {
    struct city_hold holds[CITY_COMPARTMENTS_MAX];
    bool weighs;           /* has told a weighed lift */
    struct city_trip trip; /* that something may still join; `open` says whether there is one */
    bool open;
};

struct city_chain_out {
    VEC(struct city_trip) trips;
    VEC(struct city_sign) signs;
};
void city_chain_out_done(struct city_chain_out *out);

/* The next fact (lift, unload or ticket of this vehicle, checked), at the time it counts. Trips and
 * signs are added to `out`. Errors: NOMEM; then `chain` and `out` are of no use. */
MUST_USE enum err city_chain_next(const struct city *city, const struct city_custody_rules *rules,
                                  const struct city_fact *fact, struct utc_us at,
                                  struct city_chain *chain, struct city_chain_out *out);
/* Nothing happens up to `now`: ends the trip whose time is over. Errors: NOMEM. */
MUST_USE enum err city_chain_until(const struct city *city, const struct city_custody_rules *rules,
                                   struct utc_us now, struct city_chain *chain,
                                   struct city_chain_out *out);

#endif
