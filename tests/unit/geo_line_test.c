/* geo_line_test.c - polylines: length, the nearest point and its side, areas. */
#include "geo/line.h"

#include <math.h>

#include "check.h"
#include "prop.h"

static struct wgs84 at_xy(double x_m, double y_m)
{
    struct geo_plane plane = geo_plane_at((struct wgs84){268937000, 1125719500});

    return geo_wgs84_of_xy(&plane, (struct geo_xy){x_m, y_m});
}

static void the_side_is_seen_along_the_lines_direction(void **state)
{
    const struct wgs84 line[] = {at_xy(0, 0), at_xy(100, 0),
                                 at_xy(100, 100)}; /* east, then north */
    struct geo_near near = geo_line_near(line, 3, at_xy(50, 10));

    (void)state;
    assert_int_equal(near.side, GEO_LEFT);
    assert_int_equal(near.segment, 0);
    assert_true(fabs(near.distance_m - 10) < 0.05);
    assert_true(fabs(near.along_m - 50) < 0.05);
    near = geo_line_near(line, 3, at_xy(50, -10));
    assert_int_equal(near.side, GEO_RIGHT);
    near = geo_line_near(line, 3, at_xy(120, 60));
    assert_int_equal(near.side, GEO_RIGHT);
    assert_int_equal(near.segment, 1);
    assert_true(fabs(near.along_m - 160) < 0.1);
    near = geo_line_near(line, 3, at_xy(50, 0));
    assert_int_equal(near.side, GEO_ON);
}

static void a_line_of_one_point_is_that_point(void **state)
{
    const struct wgs84 line[] = {at_xy(0, 0), at_xy(0, 0)};
    struct geo_near near = geo_line_near(line, 1, at_xy(3, 4));

    (void)state;
    assert_true(fabs(near.distance_m - 5) < 0.05);
    assert_true(geo_same(near.point, line[0]));
    assert_true(geo_line_length_m(line, 1) == 0);
    assert_true(geo_line_length_m(line, 0) == 0);
    assert_true(geo_same(geo_line_at(line, 1, 77), line[0]));
    near = geo_line_near(line, 2, at_xy(3, 4)); /* a segment of no length */
    assert_true(fabs(near.distance_m - 5) < 0.05);
    assert_int_equal(near.side, GEO_ON);
}

static void walking_along_is_clamped_to_the_ends(void **state)
{
    const struct wgs84 line[] = {at_xy(0, 0), at_xy(100, 0), at_xy(100, 100)};

    (void)state;
    assert_true(geo_same(geo_line_at(line, 3, -5), line[0]));
    assert_true(geo_same(geo_line_at(line, 3, 0), line[0]));
    assert_true(geo_same(geo_line_at(line, 3, 1e6), line[2]));
    assert_true(geo_distance_m(geo_line_at(line, 3, 150), at_xy(100, 50)) < 0.1);
}

enum { LINE_MAX = 12 };

/* The oracle walks the line in small steps and keeps the nearest place it met. */
static bool near_agrees_with_a_walk(struct rng *rng, size_t size)
{
    struct wgs84 line[LINE_MAX];
    size_t count = 2 + size % (LINE_MAX - 1);
    struct wgs84 p = at_xy(rng_unit(rng) * 400, rng_unit(rng) * 400);
    double best = (double)INFINITY;

    if (count > LINE_MAX)
        count = LINE_MAX;
    for (size_t i = 0; i < count; i++)
        line[i] = at_xy(rng_unit(rng) * 400, rng_unit(rng) * 400);
    double length = geo_line_length_m(line, count);
    struct geo_near near = geo_line_near(line, count, p);
    for (double along = 0; along <= length; along += 0.5)
        best = fmin(best, geo_distance_m(geo_line_at(line, count, along), p));
    return near.distance_m <= best + 0.05 && near.distance_m >= best - 0.35 && near.along_m >= 0 &&
           near.along_m <= length + 0.1 && near.segment + 1 < count &&
           geo_distance_m(near.point, geo_line_at(line, count, near.along_m)) < 0.1 &&
           fabs(geo_distance_m(near.point, p) - near.distance_m) < 0.05;
}

static void the_nearest_point_agrees_with_a_walk(void **state)
{
    (void)state;
    PROP(near_agrees_with_a_walk, 300, 60);
}

static void areas_do_not_depend_on_direction_or_start(void **state)
{
    const struct wgs84 open[] = {at_xy(0, 0), at_xy(200, 0), at_xy(200, 50), at_xy(0, 50)};
    const struct wgs84 shut[] = {open[2], open[1], open[0], open[3], open[2]};

    (void)state;
    assert_true(fabs(geo_ring_area_m2(open, 4) - 10000) < 5);
    assert_true(fabs(geo_ring_area_m2(shut, 5) - 10000) < 5);
    assert_true(geo_ring_area_m2(open, 2) == 0);
    assert_true(geo_distance_m(geo_ring_centre(open, 4), at_xy(100, 25)) < 0.1);
    assert_true(geo_distance_m(geo_ring_centre(shut, 5), at_xy(100, 25)) < 0.1);
    assert_true(geo_same(geo_ring_centre(open, 1), open[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_side_is_seen_along_the_lines_direction),
        cmocka_unit_test(a_line_of_one_point_is_that_point),
        cmocka_unit_test(walking_along_is_clamped_to_the_ends),
        cmocka_unit_test(the_nearest_point_agrees_with_a_walk),
        cmocka_unit_test(areas_do_not_depend_on_direction_or_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
