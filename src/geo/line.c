/* line.c - see line.h. */
#include "geo/line.h"

#include <math.h>

double geo_line_length_m(const struct wgs84 *points, size_t count)
{
    double length = 0;

    for (size_t i = 1; i < count; i++)
        length += geo_distance_m(points[i - 1], points[i]);
    return length;
}

/* Nearest point of one segment to the origin of the plane. */
struct geo_foot {
    double t; /* 0 at a, 1 at b */
    double x_m, y_m;
    double cross; /* (b - a) x (origin - a): > 0 when the origin lies left of a -> b */
    double length_m;
};

static struct geo_foot geo_foot_of(struct geo_xy a, struct geo_xy b)
{
    double dx = b.x_m - a.x_m;
    double dy = b.y_m - a.y_m;
    double square = dx * dx + dy * dy;
    double t = square > 0 ? -(a.x_m * dx + a.y_m * dy) / square : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return (struct geo_foot){.t = t,
                             .x_m = a.x_m + t * dx,
                             .y_m = a.y_m + t * dy,
                             .cross = a.x_m * dy - a.y_m * dx,
                             .length_m = sqrt(square)};
}

struct geo_near geo_line_near(const struct wgs84 *points, size_t count, struct wgs84 p)
{
    double along = 0;
    bool first = true;

    ASSERT(count > 0);
    struct geo_plane plane = geo_plane_at(p);
    struct geo_near best = {.point = points[0], .distance_m = geo_distance_m(points[0], p)};
    for (size_t i = 0; i + 1 < count; i++) {
        struct geo_foot foot =
            geo_foot_of(geo_xy_of(&plane, points[i]), geo_xy_of(&plane, points[i + 1]));
        double distance = hypot(foot.x_m, foot.y_m);
        if (first || distance < best.distance_m) {
            double off = foot.length_m > 0 ? foot.cross / foot.length_m : 0;
            best = (struct geo_near){
                .point = geo_wgs84_of_xy(&plane, (struct geo_xy){foot.x_m, foot.y_m}),
                .distance_m = distance,
                .along_m = along + foot.t * foot.length_m,
                .segment = i,
                .side = off > 0.01    ? GEO_LEFT
                        : off < -0.01 ? GEO_RIGHT
                                      : GEO_ON};
            first = false;
        }
        along += foot.length_m;
    }
    return best;
}

struct wgs84 geo_line_at(const struct wgs84 *points, size_t count, double along_m)
{
    ASSERT(count > 0);
    for (size_t i = 0; i + 1 < count; i++) {
        double length = geo_distance_m(points[i], points[i + 1]);
        if (along_m <= length && length > 0) {
            double t = along_m > 0 ? along_m / length : 0;
            double lat = points[i].lat_e7 + t * ((double)points[i + 1].lat_e7 - points[i].lat_e7);
            double lng = points[i].lng_e7 + t * ((double)points[i + 1].lng_e7 - points[i].lng_e7);
            return (struct wgs84){(int32_t)lround(lat), (int32_t)lround(lng)};
        }
        along_m -= length;
    }
    return points[count - 1];
}

double geo_ring_area_m2(const struct wgs84 *points, size_t count)
{
    double twice = 0;

    if (count < 3)
        return 0;
    struct geo_plane plane = geo_plane_at(points[0]);
    struct geo_xy before = geo_xy_of(&plane, points[count - 1]);
    for (size_t i = 0; i < count; i++) {
        struct geo_xy here = geo_xy_of(&plane, points[i]);
        twice += before.x_m * here.y_m - here.x_m * before.y_m;
        before = here;
    }
    return fabs(twice) / 2;
}

struct wgs84 geo_ring_centre(const struct wgs84 *points, size_t count)
{
    int64_t lat = 0;
    int64_t lng = 0;

    ASSERT(count > 0);
    if (count > 1 && geo_same(points[0], points[count - 1]))
        count--;
    for (size_t i = 0; i < count; i++) {
        lat += points[i].lat_e7;
        lng += points[i].lng_e7;
    }
    return (struct wgs84){(int32_t)(lat / (int64_t)count), (int32_t)(lng / (int64_t)count)};
}
