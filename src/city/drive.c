/* drive.c - see drive.h. */
#include "city/drive.h"

#include "geo/line.h"

struct city_drive_rules city_drive_rules_default(void)
{
    return (struct city_drive_rules){.rest_m = 40, .brush_s = 120};
}

void city_drive_position(const struct city_drive_rules *rules, const struct city_track_point *point,
                         struct city_drive *drive)
{
    if (drive->known && point->at.us < drive->last.at.us) {
        drive->late++;
        return;
    }
    if (!drive->known || geo_distance_m(point->place, drive->anchor) > rules->rest_m) {
        drive->anchor = point->place;
        drive->rest_since = point->at;
    }
    drive->known = true;
    drive->last = *point;
}

void city_drive_brush(struct utc_us at, bool down, struct city_drive *drive)
{
    if (at.us < drive->brush_at.us) {
        drive->late++;
        return;
    }
    drive->brush_down = down;
    drive->brush_at = at;
}

static struct city_signal city_drive_signal(const struct city_drive *drive, uint32_t vehicle,
                                            enum city_alarm_kind kind, double value)
{
    return (struct city_signal){{kind, CITY_ABOUT_VEHICLE, vehicle, 0}, drive->last.at, value, 0};
}

size_t city_drive_signals(const struct city_drive_rules *rules, const struct city_drive *drive,
                          const struct city_drive_where *where,
                          struct city_signal ret_signals[CITY_DRIVE_SIGNALS])
{
    size_t count = 0;

    if (!drive->known)
        return 0;
    if (where->route_count > 0) {
        struct geo_near near = geo_line_near(where->route, where->route_count, drive->last.place);
        ret_signals[count++] =
            city_drive_signal(drive, where->vehicle, CITY_ALARM_OFF_ROUTE, near.distance_m);
    }
    if (drive->last.speed_kmh >= 0) {
        bool sweeps = drive->brush_down &&
                      drive->last.at.us - drive->brush_at.us <= rules->brush_s * CLOCK_US_PER_S;
        ret_signals[count++] = city_drive_signal(drive, where->vehicle, CITY_ALARM_FAST_SWEEPING,
                                                 sweeps ? drive->last.speed_kmh : 0);
    }
    double rest_min =
        (double)(drive->last.at.us - drive->rest_since.us) / (60.0 * (double)CLOCK_US_PER_S);
    ret_signals[count++] = city_drive_signal(drive, where->vehicle, CITY_ALARM_LONG_STOP,
                                             where->excused ? 0 : rest_min);
    return count;
}
