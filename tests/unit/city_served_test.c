/* Was a stop served: each source alone, together, and none; and how vehicles drive. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "city/drive.h"
#include "city_fixture.h"
#include "prop.h"

enum { TRACK_MAX = 400 };

static const uint32_t bins[2] = {4, 7};

static struct wgs84 metres_north(double metres)
{
    return (struct wgs84){268900000 + (int32_t)lround(metres / 111194.9 * 1e7), 1125700000};
}

/* Planned between 1,000 and 5,000 s. */
static struct city_stop stop(void)
{
    return (struct city_stop){.at = metres_north(0),
                              .from = fixture_at(1000),
                              .until = fixture_at(5000),
                              .bins = bins,
                              .bin_count = 2};
}

static struct city_served ask(const struct city_stop_heard *heard)
{
    struct city_served_rules rules = city_served_rules_default();
    struct city_stop planned = stop();

    return city_served(&rules, &planned, heard, fixture_at(9000));
}

/* Comes from the south at 5 m/s, is `off_m` north of the stop at 2,000 s, stays there for `stay_s`
 * and drives on; a point every 10 s. */
static size_t drive_by(struct city_track_point *track, double off_m, int64_t stay_s)
{
    size_t count = 0;

    for (int64_t s = 500; s <= 6000 && count < TRACK_MAX * 2; s += 10) {
        bool stays = s >= 2000 && s < 2000 + stay_s;
        int64_t driven_s = s < 2000 ? s - 2000 : stays ? 0 : s - 2000 - stay_s;
        track[count++] = (struct city_track_point){
            fixture_at(s), metres_north(off_m + 5.0 * (double)driven_s), stays ? 0.0 : 18.0};
    }
    return count;
}

static void who_stops_there_has_served_it(void **state)
{
    struct city_track_point track[TRACK_MAX * 2];

    (void)state;
    struct city_stop_heard heard = {.track = track, .track_count = drive_by(track, 10, 60)};
    struct city_served served = ask(&heard);
    assert_int_equal(served.verdict, CITY_SERVED_YES);
    assert_int_equal(served.evidence, CITY_BY_TRACK);
    assert_int_equal(served.at.us, fixture_at(2000).us);
    assert_true(served.stopped_s >= 50 && served.stopped_s <= 70);
    assert_true(fabs(served.confidence - 0.6) < 1e-9);
    assert_int_equal(served.why, CITY_WHY_NONE);
}

static void the_reason_tells_how_it_was_skipped(void **state)
{
    struct city_track_point track[TRACK_MAX * 2];
    struct city_stop_heard heard = {.track = track};

    (void)state;
    heard.track_count = drive_by(track, 10, 0);
    assert_int_equal(ask(&heard).why, CITY_WHY_NOT_STOPPED);
    assert_int_equal(ask(&heard).verdict, CITY_SERVED_NO);
    heard.track_count = drive_by(track, 10, 20);
    assert_int_equal(ask(&heard).why, CITY_WHY_SHORT_STOP);
    for (size_t i = 0; i < heard.track_count; i++)
        track[i].place = metres_north(800); /* stayed in another street */
    assert_int_equal(ask(&heard).why, CITY_WHY_NOT_REACHED);
    assert_true(fabs(ask(&heard).nearest_m - 800) < 1);
}

static void silence_is_no_skipping(void **state)
{
    struct city_track_point track[TRACK_MAX * 2];
    struct city_stop_heard heard = {0};
    size_t kept = 0;

    (void)state;
    assert_int_equal(ask(&heard).verdict, CITY_SERVED_UNKNOWN);
    assert_int_equal(ask(&heard).why, CITY_WHY_NO_DATA);
    size_t count = drive_by(track, 10, 60);
    for (size_t i = 0; i < count; i++) /* no network around the stop */
        if (track[i].at.us < fixture_at(1700).us || track[i].at.us > fixture_at(2500).us)
            track[kept++] = track[i];
    heard.track = track;
    heard.track_count = kept;
    assert_int_equal(ask(&heard).verdict, CITY_SERVED_UNKNOWN);
}

static void before_its_time_is_over_it_is_not_skipped(void **state)
{
    struct city_served_rules rules = city_served_rules_default();
    struct city_stop planned = stop();
    struct city_stop_heard heard = {0};

    (void)state;
    struct city_served served = city_served(&rules, &planned, &heard, fixture_at(4999));
    assert_int_equal(served.verdict, CITY_SERVED_UNKNOWN);
    assert_int_equal(served.why, CITY_WHY_NOT_YET);
}

static void a_lift_of_its_bin_is_enough(void **state)
{
    struct city_fact lifts[3] = {fixture_lift(1, 3000, 0, 0, 7, 31000),
                                 fixture_lift(2, 3050, 0, 0, 4, CITY_NO_MASS),
                                 fixture_lift(3, 9000, 0, 0, 4, 1000)}; /* another visit */
    struct city_stop_heard heard = {.lifts = lifts, .lift_count = 3};

    (void)state;
    struct city_served served = ask(&heard);
    assert_int_equal(served.verdict, CITY_SERVED_YES);
    assert_int_equal(served.lifts, 2);
    assert_int_equal(served.bins, 2);
    assert_int_equal(served.net_g, 31000);
    assert_true(fabs(served.confidence - 0.9) < 1e-9);
    assert_int_equal(served.at.us, fixture_at(3000).us);
    lifts[0].lift.bin = 8; /* neither is of this stop */
    lifts[1].lift.bin = 9;
    assert_int_equal(ask(&heard).verdict, CITY_SERVED_UNKNOWN);
}

/* A lift whose bin nobody knows belongs to the stop that the vehicle is at. */
static void an_unknown_bin_is_placed_by_the_track(void **state)
{
    struct city_track_point track[TRACK_MAX * 2];
    struct city_fact lift = fixture_lift(1, 2030, 0, 0, CITY_NONE, 25000);
    struct city_stop_heard heard = {.track = track, .lifts = &lift, .lift_count = 1};

    (void)state;
    heard.track_count = drive_by(track, 10, 60);
    struct city_served served = ask(&heard);
    assert_int_equal(served.evidence, CITY_BY_TRACK | CITY_BY_WEIGHT);
    assert_true(fabs(served.confidence - 0.96) < 1e-9);
    lift.at = fixture_at(3000); /* a kilometre on */
    assert_int_equal(ask(&heard).evidence, CITY_BY_TRACK);
}

static void a_refused_bin_is_not_served(void **state)
{
    struct city_track_point track[TRACK_MAX * 2];
    struct city_fact lift = fixture_lift(1, 2030, 0, 0, 4, CITY_NO_MASS);
    struct city_stop_heard heard = {.track = track, .lifts = &lift, .lift_count = 1};

    (void)state;
    heard.track_count = drive_by(track, 10, 60);
    lift.lift.taken = false;
    lift.why = CITY_WHY_WRONG_WASTE;
    assert_int_equal(ask(&heard).verdict, CITY_SERVED_NO);
    assert_int_equal(ask(&heard).why, CITY_WHY_WRONG_WASTE);
    heard.lift_count = 0;
    heard.word = CITY_WHY_BLOCKED; /* the driver's word against a stop at the light */
    assert_int_equal(ask(&heard).why, CITY_WHY_BLOCKED);
    struct city_bin_seen fell = {fixture_at(2040), 4, CITY_BY_LEVEL};
    heard.seen = &fell;
    heard.seen_count = 1;
    assert_int_equal(ask(&heard).verdict, CITY_SERVED_YES); /* and the bin's against the driver's */
    heard.word = CITY_WHY_TOLD;
    heard.seen_count = 0;
    assert_int_equal(ask(&heard).evidence, CITY_BY_TRACK | CITY_BY_PERSON);
}

enum { HEARD_MAX = 20 };
struct heard {
    struct city_fact lifts[HEARD_MAX];
    struct city_bin_seen seen[HEARD_MAX];
};

static void random_heard(struct rng *rng, struct heard *heard)
{
    for (size_t i = 0; i < HEARD_MAX; i++) {
        heard->lifts[i] = fixture_lift(i + 1, rng_range(rng, 0, 6000), 0, 0, rng_below(rng, 9),
                                       rng_below(rng, 2) ? 1000 : CITY_NO_MASS);
        heard->lifts[i].evidence = rng_below(rng, 64);
        heard->seen[i] =
            (struct city_bin_seen){fixture_at(rng_range(rng, 0, 6000)), rng_below(rng, 9),
                                   rng_below(rng, 2) ? CITY_BY_TAG : CITY_BY_LEVEL};
    }
}

/* More evidence never makes it less certain. */
static bool evidence_adds_up(struct rng *rng, size_t size)
{
    struct heard all;
    double before = 0;

    random_heard(rng, &all);
    for (size_t n = 0; n <= size && n <= HEARD_MAX; n++) {
        struct city_stop_heard heard = {
            .lifts = all.lifts, .lift_count = n, .seen = all.seen, .seen_count = n};
        struct city_served served = ask(&heard);
        if (served.confidence < before || served.confidence > 1 || served.bins > 2)
            return false;
        if ((served.verdict == CITY_SERVED_YES) != (served.confidence >= 0.5))
            return false;
        before = served.confidence;
    }
    return true;
}

static bool order_plays_no_part(struct rng *rng, size_t size)
{
    struct heard all;

    size = size < HEARD_MAX ? size : HEARD_MAX;
    struct city_stop_heard heard = {
        .lifts = all.lifts, .lift_count = size, .seen = all.seen, .seen_count = size};
    random_heard(rng, &all);
    struct city_served forward = ask(&heard);
    for (size_t i = 0; i < size / 2; i++) {
        struct city_fact lift = all.lifts[i];
        struct city_bin_seen seen = all.seen[i];
        all.lifts[i] = all.lifts[size - 1 - i];
        all.seen[i] = all.seen[size - 1 - i];
        all.lifts[size - 1 - i] = lift;
        all.seen[size - 1 - i] = seen;
    }
    struct city_served backward = ask(&heard);
    return forward.verdict == backward.verdict && forward.evidence == backward.evidence &&
           forward.net_g == backward.net_g && forward.at.us == backward.at.us &&
           forward.bins == backward.bins;
}

static void evidence_only_adds(void **state)
{
    (void)state;
    PROP(evidence_adds_up, 300, HEARD_MAX);
    PROP(order_plays_no_part, 300, HEARD_MAX);
}

/* --- driving --- */

static double figure(const struct city_drive *drive, struct city_drive_where where,
                     enum city_alarm_kind kind)
{
    struct city_drive_rules rules = city_drive_rules_default();
    struct city_signal signals[CITY_DRIVE_SIGNALS];
    size_t count = city_drive_signals(&rules, drive, &where, signals);

    for (size_t i = 0; i < count; i++)
        if (signals[i].key.kind == kind) {
            assert_int_equal(signals[i].key.index, where.vehicle);
            return signals[i].value;
        }
    return -1;
}

static void a_receiver_that_wanders_is_at_rest(void **state)
{
    struct city_drive_rules rules = city_drive_rules_default();
    struct city_drive drive = {0};
    struct rng rng;

    (void)state;
    rng_init(&rng, 3);
    for (int64_t s = 0; s <= 1800; s += 10) {
        struct city_track_point point = {fixture_at(s), metres_north(rng_unit(&rng) * 30), 0};
        city_drive_position(&rules, &point, &drive);
    }
    struct city_drive_where where = {.vehicle = 2};
    assert_true(fabs(figure(&drive, where, CITY_ALARM_LONG_STOP) - 30) < 1e-9);
    where.excused = true;
    assert_true(figure(&drive, where, CITY_ALARM_LONG_STOP) < 1e-9);
    where.excused = false;
    struct city_track_point on = {fixture_at(1810), metres_north(100), 20};
    city_drive_position(&rules, &on, &drive);
    assert_true(figure(&drive, where, CITY_ALARM_LONG_STOP) < 1e-9);
    on.at = fixture_at(5);
    city_drive_position(&rules, &on, &drive);
    assert_int_equal(drive.late, 1);
}

static void sweeping_is_fast_only_with_the_brush_down(void **state)
{
    struct city_drive_rules rules = city_drive_rules_default();
    struct city_drive drive = {0};
    struct city_drive_where where = {.vehicle = 1};
    struct city_track_point point = {fixture_at(100), metres_north(0), 14};

    (void)state;
    assert_true(figure(&drive, where, CITY_ALARM_FAST_SWEEPING) < 0); /* nothing is known */
    city_drive_position(&rules, &point, &drive);
    assert_true(figure(&drive, where, CITY_ALARM_FAST_SWEEPING) < 1e-9);
    city_drive_brush(fixture_at(90), true, &drive);
    assert_true(fabs(figure(&drive, where, CITY_ALARM_FAST_SWEEPING) - 14) < 1e-9);
    point.at = fixture_at(300); /* the brush has not been heard of for too long */
    city_drive_position(&rules, &point, &drive);
    assert_true(figure(&drive, where, CITY_ALARM_FAST_SWEEPING) < 1e-9);
}

static void off_route_is_the_distance_from_it(void **state)
{
    struct city_drive_rules rules = city_drive_rules_default();
    struct city_drive drive = {0};
    struct wgs84 route[3] = {metres_north(-500), metres_north(0), metres_north(300)};
    struct city_track_point point = {fixture_at(0), metres_north(512), 30};

    (void)state;
    city_drive_position(&rules, &point, &drive);
    struct city_drive_where where = {.route = route, .route_count = 3};
    assert_true(fabs(figure(&drive, where, CITY_ALARM_OFF_ROUTE) - 212) < 1);
    where.route_count = 0;
    assert_true(figure(&drive, where, CITY_ALARM_OFF_ROUTE) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_stops_there_has_served_it),
        cmocka_unit_test(the_reason_tells_how_it_was_skipped),
        cmocka_unit_test(silence_is_no_skipping),
        cmocka_unit_test(before_its_time_is_over_it_is_not_skipped),
        cmocka_unit_test(a_lift_of_its_bin_is_enough),
        cmocka_unit_test(an_unknown_bin_is_placed_by_the_track),
        cmocka_unit_test(a_refused_bin_is_not_served),
        cmocka_unit_test(evidence_only_adds),
        cmocka_unit_test(a_receiver_that_wanders_is_at_rest),
        cmocka_unit_test(sweeping_is_fast_only_with_the_brush_down),
        cmocka_unit_test(off_route_is_the_distance_from_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
