/* heard.h - what a truck's body said, from the stored event to a fact of the loop.
 *
 * Purpose    Reads the JSON body of the events `lift`, `tag`, `brush` and `level` (docs/devices.md), and
 *            makes a custody fact of a lift.
 * Rules      A weight that was not taken at rest is no weight. A lift that was refused, too heavy, or
 *            did not empty the bin took nothing, and says why. Compartments count from 1 there and
 *            from 0 here; 0 there is the only one.
 * Refuses    Another kind of event; a body that is not as described: missing members, other types,
 *            weights and percentages out of range. Members that it does not know are passed over:
 *            they belong to a later version.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CITY_HEARD_H
#define CITY_HEARD_H

#include "city/fact.h"

enum city_heard_kind {
    CITY_HEARD_LIFT,
    CITY_HEARD_TAG,
    CITY_HEARD_BRUSH,
    CITY_HEARD_LEVEL,
    CITY_HEARD_KINDS
};
enum { CITY_TAG_MAX = 64 };

struct city_heard {
    enum city_heard_kind kind;
    char tag[CITY_TAG_MAX]; /* not terminated */
    uint32_t tag_size;      /* 0: none was read */
    uint32_t compartment;   /* as told */
    uint32_t reader;        /* as told */
    int64_t gross_g;        /* or CITY_NO_MASS */
    int64_t net_g;          /* or CITY_NO_MASS */
    double fill_pct;        /* below 0: not told */
    /* a lift's, */
    bool emptied, stable, overweight, refused, by_hand;
    /* a brush's */
    bool down, suction, water, left, right;
};

/* Errors: UNSUPPORTED for another kind of event; SYNTAX, INVALID, RANGE, LIMIT of the body, told in
 * `diag`; NOMEM. */
MUST_USE enum err city_heard_read(struct str kind, struct str body, struct city_heard *ret_heard,
                                  struct diag *diag);
struct str city_heard_tag(const struct city_heard *heard);
/* A compartment of the vehicle, from 0. False when it has none of that number. */
MUST_USE bool city_heard_compartment(const struct city *city, uint32_t vehicle, uint32_t told,
                                     uint32_t *ret_compartment);

struct city_heard_from {
    uint32_t vehicle;
    uint32_t device; /* who said it */
    uint32_t bin;    /* whose tag was read; CITY_NONE: nobody knows */
    struct utc_us at;
    struct utc_us received;
    uint64_t id; /* the stored event's */
};
/* Errors: RANGE when the vehicle has no such compartment. */
MUST_USE enum err city_heard_lift(const struct city *city, const struct city_heard *heard,
                                  const struct city_heard_from *from, struct city_fact *ret_fact);

#endif
