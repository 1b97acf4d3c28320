/* line.h - polylines: length, nearest point with its side, and area of a ring.
 *
 * Units      Metres, in the flat map around the asked point (see geo_plane).
 * Threads    Any; pure functions.
 * Layer      1
 */
#ifndef GEO_LINE_H
#define GEO_LINE_H

#include "geo/point.h"

double geo_line_length_m(const struct wgs84 *points, size_t count);

enum geo_side { GEO_ON, GEO_LEFT, GEO_RIGHT }; /* seen along the line's direction */

struct geo_near {
    struct wgs84 point; /* on the line */
    double distance_m;  /* from the asked point */
    double along_m;     /* from the line's start */
    size_t segment;     /* index of its first point */
    enum geo_side side; /* where the asked point lies; ON within 0.01 m */
};
/* `count` is 1 or more; one point is a line of length 0. */
struct geo_near geo_line_near(const struct wgs84 *points, size_t count, struct wgs84 p);
/* The point `along_m` from the start, clamped to the ends. */
struct wgs84 geo_line_at(const struct wgs84 *points, size_t count, double along_m);
/* Area inside the ring (first point repeated or not), 0 for fewer than three points. */
double geo_ring_area_m2(const struct wgs84 *points, size_t count);
struct wgs84 geo_ring_centre(const struct wgs84 *points, size_t count); /* mean of the corners */

#endif
