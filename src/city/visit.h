/* visit.h - a vehicle at a facility: when did it unload there.
 *
 * Purpose    Terminals do not say that a truck unloads. A vehicle that comes to rest at a facility that
 *            takes waste, and whose compartments' level falls there, or, where no level is told, that
 *            rests there long enough, has unloaded: a fact for custody, once a visit.
 * Why both   A truck also waits in the queue. Where it has levels, these decide; where it has none,
 *            most of the facility's usual time at the tip does, and a ticket sets it right.
 * Order      Positions and levels count in the order of their times; an older one is left aside. For a
 *            track that came late, fold the visit anew from the stored positions.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CITY_VISIT_H
#define CITY_VISIT_H

#include "city/fact.h"
#include "city/served.h"

struct city_visit_rules {
    double near_m;      /* [ours] 200: a plant's yard */
    double slow_kmh;    /* [ours] 5 */
    double rest_share;  /* [ours] 0.5 of the facility's unload_s, */
    int32_t rest_s_min; /* [ours] 180: and no less */
    double fall_pct;    /* [ours] 30: points of a compartment's level */
    double left_pct;    /* [ours] 15: and so little is left */
    int32_t level_s;    /* [ours] 3,600: a sensor that has been silent for longer decides nothing */
    int32_t gap_s;      /* [ours] 600: after more silence a new visit begins */
};
struct city_visit_rules city_visit_rules_default(void);

struct city_visit {
    uint32_t facility; /* CITY_NONE: on the road */
    struct utc_us since;
    struct utc_us last;
    struct city_track_point point; /* the last, at `last` */
    double rest_s;
    bool told;              /* the unload of this visit */
    uint32_t levels;        /* compartments whose level was ever told; a set */
    struct utc_us level_at; /* told last */
    double level_pct[CITY_COMPARTMENTS_MAX];
    uint32_t fell; /* in this visit; a set */
    uint64_t late;
};
void city_visit_init(struct city_visit *visit);

/* The next position of the vehicle. True when it shows an unload: then *ret_fact is one, received
 * when the position was. */
bool city_visit_position(const struct city *city, const struct city_visit_rules *rules,
                         uint32_t vehicle, const struct city_track_point *point,
                         struct utc_us received, struct city_visit *visit,
                         struct city_fact *ret_fact);
/* A compartment's level (the event `level`), in percent. True as above. */
bool city_visit_level(const struct city *city, const struct city_visit_rules *rules,
                      uint32_t vehicle, uint32_t compartment, double pct, struct utc_us at,
                      struct utc_us received, struct city_visit *visit, struct city_fact *ret_fact);

#endif
