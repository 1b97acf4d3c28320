/* coverage.h - sweeping passes that were made, against those that were due.
 *
 * Purpose    A street is swept where a matched track went along it with the brush down. A pass over
 *            part of a street counts for that part: figures are metres, percentages are of metres.
 * Windows    A class spreads its passes of a day over its windows; a pass counts in the window that
 *            it was driven in, up to what is due there, and a few minutes of grace at either end.
 *            Beyond what is due, and outside all windows, nothing counts (it is told apart).
 * Passes     Strips of one vehicle on one side within `join_s` are one pass: overlaps of the matched
 *            track, a stop on the way, there and back over a lane count once.
 * Order      Strips may come in any order: the result is a function of their set.
 * Units      Metres along the street; days are local, counted from 1970-01-01.
 * Threads    Any; pure functions.
 * Layer      2
 */
#ifndef CITY_COVERAGE_H
#define CITY_COVERAGE_H

#include "city/city.h"
#include "geo/line.h"

/* Passes due on a day. A class that is not due daily is spread over the week by street (`way_id`),
 * so that each day carries its share and each street keeps its days. */
uint32_t city_sweep_passes(const struct city_sweep_class *class, int64_t way_id, int64_t day);
/* The window of pass 0, 1, ... of so many; {0, 0}: any time of the day. */
struct city_window city_sweep_window(const struct city_sweep_class *class, uint32_t pass,
                                     uint32_t passes);

struct city_street {
    int64_t way;    /* of the map */
    uint32_t class; /* 1-based sweep class; 0: not swept */
    double length_m;
};
/* A piece of a matched track on one street. */
struct city_strip {
    uint32_t street;
    uint32_t vehicle;
    enum geo_side side; /* along the street's direction; GEO_ON: both kerbs at once */
    double from_m;      /* along the street, in the order of driving: either may be larger */
    double to_m;
    struct utc_us from;
    struct utc_us to;
    bool brush; /* down */
};

struct city_coverage_rules {
    int32_t grace_s; /* [ours] 600: begun before the window opens, ended after it closes */
    int32_t join_s;  /* [ours] 600 */
};
struct city_coverage_rules city_coverage_rules_default(void);

/* A kerb (a street, where one pass serves both) on the day. */
struct city_kerb {
    uint32_t street;
    enum geo_side side; /* GEO_ON: the street */
    uint32_t due;       /* passes */
    double due_m;
    double made_m;  /* of it */
    double once_m;  /* swept at least once, at any time of the day */
    double extra_m; /* beyond what is due, or outside the windows */
};
struct city_class_cover {
    uint32_t kerbs; /* with something due */
    uint32_t whole; /* of them, with all passes made over 99 % of their length */
    double due_m;
    double made_m;
    double pct; /* of metres due; 100 where nothing is due: see due_m */
};
struct city_coverage {
    VEC(struct city_kerb) kerbs; /* of streets with a class, in their order, left before right */
    struct city_class_cover of[CITY_SWEEP_CLASSES_MAX + 1]; /* by class, 1-based; 0: all */
};
void city_coverage_done(struct city_coverage *coverage);

/* `strips` may hold more than the day. Errors: RANGE for a strip on no street, a length or position
 * that is no number; NOMEM. */
MUST_USE enum err city_coverage_day(const struct city *city,
                                    const struct city_coverage_rules *rules, int64_t day,
                                    const struct city_street *streets, uint32_t street_count,
                                    const struct city_strip *strips, size_t strip_count,
                                    struct city_coverage *ret_coverage);

#endif
