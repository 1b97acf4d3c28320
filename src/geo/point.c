/* point.c - see point.h. */
#include "geo/point.h"

#include <math.h>

#define GEO_RAD (M_PI / 180)

static int32_t geo_e7(double degrees)
{
    return (int32_t)lround(degrees * GEO_E7);
}

enum err geo_wgs84_of(double lat, double lng, struct wgs84 *ret)
{
    if (!(fabs(lat) <= 90) || !(fabs(lng) <= 180))
        return ERR_RANGE;
    *ret = (struct wgs84){geo_e7(lat), geo_e7(lng)};
    return OK;
}

bool geo_same(struct wgs84 a, struct wgs84 b)
{
    return a.lat_e7 == b.lat_e7 && a.lng_e7 == b.lng_e7;
}

/* The shift's two polynomials share their wave terms. */
static double geo_gcj_waves(double x)
{
    return (20 * sin(6 * x * M_PI) + 20 * sin(2 * x * M_PI)) * 2 / 3;
}

static double geo_gcj_lat(double x, double y)
{
    double shift = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));

    shift += geo_gcj_waves(x);
    shift += (20 * sin(y * M_PI) + 40 * sin(y / 3 * M_PI)) * 2 / 3;
    shift += (160 * sin(y / 12 * M_PI) + 320 * sin(y * M_PI / 30)) * 2 / 3;
    return shift;
}

static double geo_gcj_lng(double x, double y)
{
    double shift = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));

    shift += geo_gcj_waves(x);
    shift += (20 * sin(x * M_PI) + 40 * sin(x / 3 * M_PI)) * 2 / 3;
    shift += (150 * sin(x / 12 * M_PI) + 300 * sin(x / 30 * M_PI)) * 2 / 3;
    return shift;
}

static bool geo_in_china(double lat, double lng)
{
    return lng >= 72.004 && lng <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

/* Shift from WGS-84 to GCJ-02 in degrees. */
static void geo_gcj_shift(double lat, double lng, double *ret_lat, double *ret_lng)
{
    const double a = 6378245.0;
    const double e2 = 0.00669342162296594323;
    double magic = sin(lat * GEO_RAD);

    *ret_lat = *ret_lng = 0;
    if (!geo_in_china(lat, lng))
        return;
    magic = 1 - e2 * magic * magic;
    double root = sqrt(magic);
    double d_lat = geo_gcj_lat(lng - 105, lat - 35);
    double d_lng = geo_gcj_lng(lng - 105, lat - 35);
    *ret_lat = d_lat * 180 / ((a * (1 - e2)) / (magic * root) * M_PI);
    *ret_lng = d_lng * 180 / (a / root * cos(lat * GEO_RAD) * M_PI);
}

struct gcj02 geo_gcj02_of(struct wgs84 p)
{
    double d_lat;
    double d_lng;

    geo_gcj_shift(geo_lat(p), geo_lng(p), &d_lat, &d_lng);
    return (struct gcj02){geo_e7(geo_lat(p) + d_lat), geo_e7(geo_lng(p) + d_lng)};
}

struct wgs84 geo_wgs84_of_gcj02(struct gcj02 p)
{
    double lat = p.lat_e7 / GEO_E7;
    double lng = p.lng_e7 / GEO_E7;
    double d_lat = 0;
    double d_lng = 0;

    /* The shift changes slowly, so each round gains about three digits. */
    for (int i = 0; i < 5; i++)
        geo_gcj_shift(lat - d_lat, lng - d_lng, &d_lat, &d_lng);
    return (struct wgs84){geo_e7(lat - d_lat), geo_e7(lng - d_lng)};
}

double geo_distance_m(struct wgs84 a, struct wgs84 b)
{
    double half_lat = sin((geo_lat(b) - geo_lat(a)) * GEO_RAD / 2);
    double half_lng = sin((geo_lng(b) - geo_lng(a)) * GEO_RAD / 2);
    double h = half_lat * half_lat +
               cos(geo_lat(a) * GEO_RAD) * cos(geo_lat(b) * GEO_RAD) * half_lng * half_lng;

    return 2 * GEO_EARTH_RADIUS_M * asin(sqrt(h < 1 ? h : 1));
}

double geo_bearing_deg(struct wgs84 a, struct wgs84 b)
{
    double lat_a = geo_lat(a) * GEO_RAD;
    double lat_b = geo_lat(b) * GEO_RAD;
    double d_lng = (geo_lng(b) - geo_lng(a)) * GEO_RAD;
    double y = sin(d_lng) * cos(lat_b);
    double x = cos(lat_a) * sin(lat_b) - sin(lat_a) * cos(lat_b) * cos(d_lng);

    if (geo_same(a, b))
        return 0;
    double bearing = atan2(y, x) / GEO_RAD;
    return bearing < 0 ? bearing + 360 : bearing;
}

static const double geo_m_per_e7 = GEO_EARTH_RADIUS_M * GEO_RAD / GEO_E7;

struct geo_plane geo_plane_at(struct wgs84 origin)
{
    return (struct geo_plane){origin, geo_m_per_e7 * cos(geo_lat(origin) * GEO_RAD)};
}

struct geo_xy geo_xy_of(const struct geo_plane *plane, struct wgs84 p)
{
    double lng = (double)p.lng_e7 - plane->origin.lng_e7;
    double lat = (double)p.lat_e7 - plane->origin.lat_e7;

    return (struct geo_xy){lng * plane->m_per_lng_e7, lat * geo_m_per_e7};
}

static int32_t geo_clamp_e7(double value, double limit)
{
    double clamped = value > limit ? limit : value < -limit ? -limit : value;

    return (int32_t)lround(clamped);
}

struct wgs84 geo_wgs84_of_xy(const struct geo_plane *plane, struct geo_xy at)
{
    double lng =
        plane->origin.lng_e7 + (plane->m_per_lng_e7 > 0 ? at.x_m / plane->m_per_lng_e7 : 0);
    double lat = plane->origin.lat_e7 + at.y_m / geo_m_per_e7;

    return (struct wgs84){geo_clamp_e7(lat, 90 * GEO_E7), geo_clamp_e7(lng, 180 * GEO_E7)};
}

struct geo_box geo_box_empty(void)
{
    return (struct geo_box){{INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN}};
}

bool geo_box_is_empty(const struct geo_box *box)
{
    return box->min.lat_e7 > box->max.lat_e7;
}

void geo_box_add(struct geo_box *box, struct wgs84 p)
{
    if (p.lat_e7 < box->min.lat_e7)
        box->min.lat_e7 = p.lat_e7;
    if (p.lng_e7 < box->min.lng_e7)
        box->min.lng_e7 = p.lng_e7;
    if (p.lat_e7 > box->max.lat_e7)
        box->max.lat_e7 = p.lat_e7;
    if (p.lng_e7 > box->max.lng_e7)
        box->max.lng_e7 = p.lng_e7;
}

bool geo_box_holds(const struct geo_box *box, struct wgs84 p)
{
    return p.lat_e7 >= box->min.lat_e7 && p.lat_e7 <= box->max.lat_e7 &&
           p.lng_e7 >= box->min.lng_e7 && p.lng_e7 <= box->max.lng_e7;
}

struct geo_box geo_box_wider(struct geo_box box, double margin_m)
{
    if (geo_box_is_empty(&box))
        return box;
    struct geo_plane low = geo_plane_at(box.min);
    struct geo_plane high = geo_plane_at(box.max);
    return (struct geo_box){geo_wgs84_of_xy(&low, (struct geo_xy){-margin_m, -margin_m}),
                            geo_wgs84_of_xy(&high, (struct geo_xy){margin_m, margin_m})};
}
