/* point.h - positions and datums.
 *
 * Purpose    WGS-84 and GCJ-02 are two types, so that the compiler catches a mix-up.
 * Units      1e-7 degree; metres for distances.
 * Source     WGS-84 mean radius 6371008.8 m (IUGG R1). GCJ-02: the published reverse-engineered
 *            transform on the Krasovsky 1940 ellipsoid (a = 6378245 m, e2 =
 * 0.00669342162296594323), valid in the rectangle GEO_CHINA; outside it GCJ-02 equals WGS-84.
 * Threads    Any; pure functions.
 * Layer      1
 */
#ifndef GEO_POINT_H
#define GEO_POINT_H

#include "base/err.h"

struct wgs84 {
    int32_t lat_e7;
    int32_t lng_e7;
};
struct gcj02 {
    int32_t lat_e7;
    int32_t lng_e7;
}; /* only for drawing on AMap-style tiles and reading their picks */

#define GEO_E7 1e7
#define GEO_EARTH_RADIUS_M 6371008.8

/* Rounds to the nearest 1e-7 degree. Errors: RANGE outside +-90 and +-180, or not finite. */
MUST_USE enum err geo_wgs84_of(double lat, double lng, struct wgs84 *ret);
static inline double geo_lat(struct wgs84 p)
{
    return p.lat_e7 / GEO_E7;
}
static inline double geo_lng(struct wgs84 p)
{
    return p.lng_e7 / GEO_E7;
}
bool geo_same(struct wgs84 a, struct wgs84 b);

struct gcj02 geo_gcj02_of(struct wgs84 p);
/* Inverse by fixed-point iteration; within 2e-7 degree of the true inverse. */
struct wgs84 geo_wgs84_of_gcj02(struct gcj02 p);

/* Great-circle distance (haversine). */
double geo_distance_m(struct wgs84 a, struct wgs84 b);
/* Initial bearing from a to b, 0 north, clockwise, [0, 360). 0 when they coincide. */
double geo_bearing_deg(struct wgs84 a, struct wgs84 b);

/* A flat map around an origin, for work within a city: equirectangular, error below 0.1 % within
 * 100 km at mid latitudes. */
struct geo_plane {
    struct wgs84 origin;
    double m_per_lng_e7;
};
struct geo_xy {
    double x_m; /* east */
    double y_m; /* north */
};
struct geo_plane geo_plane_at(struct wgs84 origin);
struct geo_xy geo_xy_of(const struct geo_plane *plane, struct wgs84 p);
/* Clamped to the valid range of degrees. */
struct wgs84 geo_wgs84_of_xy(const struct geo_plane *plane, struct geo_xy at);

struct geo_box {
    struct wgs84 min;
    struct wgs84 max;
};
/* A box that holds nothing; geo_box_add() grows it. */
struct geo_box geo_box_empty(void);
bool geo_box_is_empty(const struct geo_box *box);
void geo_box_add(struct geo_box *box, struct wgs84 p);
bool geo_box_holds(const struct geo_box *box, struct wgs84 p);
/* Widened by `margin_m` on every side. */
struct geo_box geo_box_wider(struct geo_box box, double margin_m);

#endif
