/* served.h - was a planned stop served, by what do we know, and if not, why.
 *
 * Purpose    Track, lift weight, tag, a level that fell and a person's word each say something, if
 *            they exist; together they give a confidence. What nobody observed is unknown, not
 *            skipped.
 * Confidence Sources err independently: 1 - (1 - c1)(1 - c2)...; served from `served_at` on. Each
 *            kind of source counts once, however often it speaks.
 * Units      Metres, seconds, grams, UTC.
 * Threads    Any; pure functions.
 * Layer      2
 */
#ifndef CITY_SERVED_H
#define CITY_SERVED_H

#include "city/fact.h"

struct city_track_point {
    struct utc_us at;
    struct wgs84 place;
    double speed_kmh; /* below 0: not told; then by the way between points */
};

struct city_served_rules {
    double near_m;        /* [ours] 30: half a road's width, a receiver's error, a truck's length */
    double slow_kmh;      /* [ours] 5 */
    int32_t stop_s;       /* [M] 20: below the 25 to 40 s that one 240-litre bin takes */
    int32_t gap_s;        /* [ours] 120: between points farther apart nobody knows the way */
    int32_t silence_s;    /* [ours] 600: after more silence than this a stop may be missed unseen */
    double track_trust;   /* [ours] 0.6: others stop there too, at a light or in a queue */
    double weight_trust;  /* [ours] 0.9 */
    double tag_trust;     /* [ours] 0.7: a reader sees bins that it only passes */
    double level_trust;   /* [ours] 0.8 */
    double person_trust;  /* [ours] 0.6 */
    double picture_trust; /* [ours] 0.7 */
    double served_at;     /* [ours] 0.5: any single source may do */
};
struct city_served_rules city_served_rules_default(void);

struct city_stop {
    struct wgs84 at;
    struct utc_us from; /* what is outside of these two is of another visit */
    struct utc_us until;
    const uint32_t *bins;
    size_t bin_count;
};

/* What was heard of the vehicle. Points ascend in time; the rest may stand in any order. */
struct city_stop_heard {
    const struct city_track_point *track;
    size_t track_count;
    const struct city_fact *lifts; /* of kind CITY_FACT_LIFT; others are passed over */
    size_t lift_count;
    const struct city_bin_seen {
        struct utc_us at;
        uint32_t bin;
        enum city_evidence
            by; /* TAG, PICTURE, or LEVEL: it fell between two readings around `at` */
    } * seen;
    size_t seen_count;
    enum city_why word; /* the driver's: NONE, TOLD that it is served, or why not */
};

enum city_served_verdict {
    CITY_SERVED_YES,
    CITY_SERVED_NO,      /* skipped; `why` tells */
    CITY_SERVED_UNKNOWN, /* nobody saw: NO_DATA, or its time is not over: NOT_YET */
    CITY_SERVED_VERDICTS
};
struct city_served {
    enum city_served_verdict verdict;
    enum city_why why; /* NONE when it is served */
    uint32_t evidence; /* of its service; a set of enum city_evidence */
    double confidence; /* that it was served, 0 to 1 */
    struct utc_us at;  /* first evidence; 0: none */
    double nearest_m;  /* of the track; infinite where there is none */
    double stopped_s;  /* the longest stop near it */
    uint32_t bins;     /* of it, that were lifted, seen or fell */
    uint32_t lifts;
    int64_t net_g; /* weighed */
};
struct city_served city_served(const struct city_served_rules *rules, const struct city_stop *stop,
                               const struct city_stop_heard *heard, struct utc_us now);

#endif
