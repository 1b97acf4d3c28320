/* geo_point_test.c - datums, distances and the flat map, against known values and other formulas.
 */
#include "geo/point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "check.h"
#include "prop.h"

static struct wgs84 place(double lat, double lng)
{
    struct wgs84 p = {0, 0};

    assert_int_equal(geo_wgs84_of(lat, lng, &p), OK);
    return p;
}

static struct wgs84 any_place(struct rng *rng, double lat_max)
{
    return place((rng_unit(rng) * 2 - 1) * lat_max, (rng_unit(rng) * 2 - 1) * 180);
}

static void degrees_outside_the_earth_are_refused(void **state)
{
    struct wgs84 p = {1, 2};

    (void)state;
    assert_int_equal(geo_wgs84_of(90.0001, 0, &p), ERR_RANGE);
    assert_int_equal(geo_wgs84_of(0, -180.0001, &p), ERR_RANGE);
    assert_int_equal(geo_wgs84_of((double)NAN, 0, &p), ERR_RANGE);
    assert_int_equal(geo_wgs84_of(0, (double)INFINITY, &p), ERR_RANGE);
    assert_int_equal(p.lng_e7, 2);
    assert_int_equal(geo_wgs84_of(-90, 180, &p), OK);
    assert_int_equal(p.lat_e7, -900000000);
    assert_int_equal(p.lng_e7, 1800000000);
    assert_int_equal(place(26.89370004, 112.57194996).lat_e7, 268937000); /* nearest 1e-7 */
    assert_int_equal(place(26.89370004, 112.57194996).lng_e7, 1125719500);
    assert_true(geo_same(p, p));
    assert_false(geo_same(p, place(0, 180)));
}

/* Tian'anmen and the Bund: values that the npm packages gcoord 1.0.7 and coordtransform 2.1.2 both
 * give. */
static void known_points_shift_to_known_points(void **state)
{
    struct gcj02 beijing = geo_gcj02_of(place(39.90923, 116.397428));
    struct gcj02 shanghai = geo_gcj02_of(place(31.230416, 121.473701));

    (void)state;
    assert_in_range(beijing.lat_e7, 399106335 - 1, 399106335 + 1);
    assert_in_range(beijing.lng_e7, 1164036716 - 1, 1164036716 + 1);
    assert_in_range(shanghai.lat_e7, 312284737 - 1, 312284737 + 1);
    assert_in_range(shanghai.lng_e7, 1214782241 - 1, 1214782241 + 1);
}

static void outside_china_the_datums_are_one(void **state)
{
    struct wgs84 vaduz = place(47.141, 9.5215);
    struct gcj02 same = geo_gcj02_of(vaduz);

    (void)state;
    assert_int_equal(same.lat_e7, vaduz.lat_e7);
    assert_int_equal(same.lng_e7, vaduz.lng_e7);
    assert_true(geo_same(geo_wgs84_of_gcj02(same), vaduz));
}

static bool the_shift_can_be_undone(struct rng *rng, size_t size)
{
    double reach = (double)size / 100; /* inside the rectangle, away from its edge's jump */
    struct wgs84 p = place(28 + reach * 24 * (rng_unit(rng) * 2 - 1),
                           105 + reach * 30 * (rng_unit(rng) * 2 - 1));
    struct gcj02 shifted = geo_gcj02_of(p);
    struct wgs84 back = geo_wgs84_of_gcj02(shifted);
    struct wgs84 drawn = {shifted.lat_e7, shifted.lng_e7};

    return abs(back.lat_e7 - p.lat_e7) <= 2 && abs(back.lng_e7 - p.lng_e7) <= 2 &&
           geo_distance_m(p, drawn) < 1200;
}

static void shifts_can_be_undone(void **state)
{
    (void)state;
    PROP(the_shift_can_be_undone, 5000, 100);
}

/* "key":[lng,lat in one line of the vector file. */
static bool vector_pair(struct str line, struct str key, double *ret_lng, double *ret_lat)
{
    while (line.size && !str_starts(line, key))
        line = (struct str){line.data + 1, line.size - 1};
    if (!line.size)
        return false;
    line = (struct str){line.data + key.size, line.size - key.size};
    struct str lng = str_cut(&line, ',');
    return str_f64(lng, ret_lng) == OK && str_f64(str_cut(&line, ']'), ret_lat) == OK;
}

static void shared_vectors_agree(void **state)
{
    struct buf file;
    size_t checked = 0;

    (void)state;
    if (file_read(TEST_SHARED "/protocols/gcj02-vectors.jsonl", 1 << 20, &file, NULL)) {
        print_message("skipped: no shared vectors beside the checkout\n");
        skip();
    }
    for (struct str rest = buf_text(&file); rest.size;) {
        struct str line = str_cut(&rest, '\n');
        double lng;
        double lat;
        double to_lng;
        double to_lat;
        if (!vector_pair(line, STR("\"wgs84\":["), &lng, &lat) ||
            !vector_pair(line, STR("\"gcj02_gcoord\":["), &to_lng, &to_lat))
            continue;
        struct gcj02 got = geo_gcj02_of(place(lat, lng));
        if (fabs(got.lat_e7 - to_lat * 1e7) > 1.01 || fabs(got.lng_e7 - to_lng * 1e7) > 1.01)
            fail_msg("%.*s: got %d %d", STR_ARG(line), got.lat_e7, got.lng_e7);
        checked++;
    }
    buf_done(&file);
    assert_true(checked >= 10);
}

static void known_distances_and_bearings(void **state)
{
    (void)state;
    double quarter = GEO_EARTH_RADIUS_M * M_PI / 2;
    assert_true(fabs(geo_distance_m(place(0, 0), place(0, 90)) - quarter) < 1e-3);
    assert_true(fabs(geo_distance_m(place(0, 0), place(90, 55)) - quarter) < 1e-3);
    assert_true(fabs(geo_distance_m(place(12, 34), place(-12, -146)) - 2 * quarter) < 1);
    assert_true(fabs(geo_distance_m(place(10, 179.5), place(10, -179.5)) -
                     geo_distance_m(place(10, 0), place(10, 1))) < 1e-3);
    assert_true(geo_distance_m(place(1, 2), place(1, 2)) == 0);
    assert_true(fabs(geo_bearing_deg(place(0, 0), place(1, 0)) - 0) < 1e-9);
    assert_true(fabs(geo_bearing_deg(place(0, 0), place(0, 1)) - 90) < 1e-9);
    assert_true(fabs(geo_bearing_deg(place(0, 0), place(-1, 0)) - 180) < 1e-9);
    assert_true(fabs(geo_bearing_deg(place(0, 0), place(0, -1)) - 270) < 1e-9);
    assert_true(geo_bearing_deg(place(5, 5), place(5, 5)) == 0);
}

struct vec3 {
    double x, y, z;
};

static struct vec3 vec3_of(struct wgs84 p)
{
    double lat = geo_lat(p) * M_PI / 180;
    double lng = geo_lng(p) * M_PI / 180;

    return (struct vec3){cos(lat) * cos(lng), cos(lat) * sin(lng), sin(lat)};
}

/* The oracle: the angle between two vectors from the earth's centre. */
static bool distance_agrees_with_vectors(struct rng *rng, size_t size)
{
    struct wgs84 a = any_place(rng, 90);
    struct wgs84 b = any_place(rng, 90);
    (void)size;
    struct vec3 u = vec3_of(a);
    struct vec3 v = vec3_of(b);
    struct vec3 cross = {u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x};
    double angle = atan2(sqrt(cross.x * cross.x + cross.y * cross.y + cross.z * cross.z),
                         u.x * v.x + u.y * v.y + u.z * v.z);
    double bearing = geo_bearing_deg(a, b);

    return fabs(geo_distance_m(a, b) - GEO_EARTH_RADIUS_M * angle) < 0.05 &&
           geo_distance_m(a, b) == geo_distance_m(b, a) && bearing >= 0 && bearing < 360;
}

/* Within a city the flat map and the sphere agree, and a point comes back to itself. */
static bool the_flat_map_agrees_with_the_sphere(struct rng *rng, size_t size)
{
    struct wgs84 origin = any_place(rng, 55);
    double reach = (double)size / 100 * 0.2; /* degrees; about 22 km */
    struct geo_plane plane = geo_plane_at(origin);
    double lng = geo_lng(origin) + reach * (rng_unit(rng) * 2 - 1);
    if (fabs(lng) > 180)
        return true;
    struct wgs84 p = place(geo_lat(origin) + reach * (rng_unit(rng) * 2 - 1), lng);
    struct geo_xy xy = geo_xy_of(&plane, p);
    double sphere = geo_distance_m(origin, p);

    return geo_same(geo_wgs84_of_xy(&plane, xy), p) &&
           fabs(hypot(xy.x_m, xy.y_m) - sphere) <= 0.003 * sphere + 0.02;
}

static void distances_agree_with_other_formulas(void **state)
{
    (void)state;
    PROP(distance_agrees_with_vectors, 5000, 1);
    PROP(the_flat_map_agrees_with_the_sphere, 5000, 100);
}

static void the_flat_map_is_clamped_to_the_earth(void **state)
{
    struct geo_plane pole = geo_plane_at(place(90, 0));
    struct geo_plane plane = geo_plane_at(place(10, 179));
    struct wgs84 far = geo_wgs84_of_xy(&plane, (struct geo_xy){1e9, 1e9});

    (void)state;
    assert_int_equal(far.lat_e7, 900000000);
    assert_int_equal(far.lng_e7, 1800000000);
    far = geo_wgs84_of_xy(&pole, (struct geo_xy){5, 5});
    assert_int_equal(far.lat_e7, 900000000);
}

static void boxes_grow_hold_and_widen(void **state)
{
    struct geo_box box = geo_box_empty();

    (void)state;
    assert_true(geo_box_is_empty(&box));
    assert_false(geo_box_holds(&box, place(0, 0)));
    struct geo_box still = geo_box_wider(box, 100);
    assert_true(geo_box_is_empty(&still));
    geo_box_add(&box, place(10, 20));
    assert_false(geo_box_is_empty(&box));
    assert_true(geo_box_holds(&box, place(10, 20)));
    geo_box_add(&box, place(9, 21));
    assert_true(geo_box_holds(&box, place(9.5, 20.5)));
    assert_false(geo_box_holds(&box, place(9.5, 21.0000001)));
    assert_false(geo_box_holds(&box, place(10.0000001, 20.5)));
    struct geo_box wide = geo_box_wider(box, 1000);
    assert_true(
        fabs(geo_distance_m(wide.min, (struct wgs84){box.min.lat_e7, wide.min.lng_e7}) - 1000) < 1);
    assert_true(
        fabs(geo_distance_m(wide.max, (struct wgs84){wide.max.lat_e7, box.max.lng_e7}) - 1000) < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_outside_the_earth_are_refused),
        cmocka_unit_test(known_points_shift_to_known_points),
        cmocka_unit_test(outside_china_the_datums_are_one),
        cmocka_unit_test(shifts_can_be_undone),
        cmocka_unit_test(shared_vectors_agree),
        cmocka_unit_test(known_distances_and_bearings),
        cmocka_unit_test(distances_agree_with_other_formulas),
        cmocka_unit_test(the_flat_map_is_clamped_to_the_earth),
        cmocka_unit_test(boxes_grow_hold_and_widen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
