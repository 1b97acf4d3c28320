/* drive.h - what a vehicle's positions say of its driving: at rest, off its route, too fast with the
 * brush down. Figures for alarms.
 *
 * Rest       A receiver at rest wanders: a vehicle rests as long as it stays within `rest_m` of where
 *            it came to rest.
 * Order      Positions count in the order of their times; an older one than the last is left aside,
 *            since these figures are about now.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CITY_DRIVE_H
#define CITY_DRIVE_H

#include "city/alarm.h"
#include "city/served.h"

struct city_drive_rules {
    double rest_m;   /* [ours] 40 */
    int32_t brush_s; /* [ours] 120: a sweeper tells its brush once a minute while working */
};
struct city_drive_rules city_drive_rules_default(void);

struct city_drive {
    bool known;
    struct city_track_point last;
    struct wgs84 anchor; /* where it came to rest */
    struct utc_us rest_since;
    bool brush_down;
    struct utc_us brush_at; /* told last */
    uint64_t late;
};

void city_drive_position(const struct city_drive_rules *rules, const struct city_track_point *point,
                         struct city_drive *drive);
void city_drive_brush(struct utc_us at, bool down, struct city_drive *drive);

/* What surrounds the vehicle. */
struct city_drive_where {
    uint32_t vehicle;
    bool excused;              /* may rest here: a depot, a facility, a planned stop, a break */
    const struct wgs84 *route; /* where it should drive now; NULL: anywhere */
    size_t route_count;
};
enum { CITY_DRIVE_SIGNALS = 3 };
/* The figures at its last position: CITY_ALARM_OFF_ROUTE (only with a route), FAST_SWEEPING (only
 * with a speed), LONG_STOP. Returns how many. */
size_t city_drive_signals(const struct city_drive_rules *rules, const struct city_drive *drive,
                          const struct city_drive_where *where,
                          struct city_signal ret_signals[CITY_DRIVE_SIGNALS]);

#endif
