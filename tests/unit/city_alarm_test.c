/* Alarms: hysteresis, delays, repeats, mutes, acknowledgements, and rules on trial. */
#include <string.h>

#include "check.h"
#include "city/alarm.h"
#include "city_fixture.h"
#include "prop.h"

enum { H = 3600 };

static const struct city_alarm_key bin_7 = {CITY_ALARM_OVERFLOW, CITY_ABOUT_BIN, 7, 0};

static void signal_at(struct city_alarms *alarms, struct city_alarm_key key, int64_t second,
                      double value)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_signal signal = {key, fixture_at(second), value, 42};

    assert_int_equal(city_alarm_signal(&rules, &signal, alarms), OK);
}

static void tick_at(struct city_alarms *alarms, int64_t second)
{
    struct city_alarm_rules rules = city_alarm_rules_default();

    assert_int_equal(city_alarm_tick(&rules, fixture_at(second), alarms), OK);
}

/* The next row is this one. */
static void row_is(struct city_alarms *alarms, enum city_alarm_act act, int64_t second, bool aloud)
{
    assert_true(alarms->rows.count > 0);
    assert_int_equal(alarms->rows.items[0].act, act);
    assert_int_equal(alarms->rows.items[0].at.us, fixture_at(second).us);
    assert_int_equal(alarms->rows.items[0].aloud, aloud);
    alarms->rows.count--;
    memmove(alarms->rows.items, alarms->rows.items + 1,
            alarms->rows.count * sizeof *alarms->rows.items);
}

/* Raised at 100 % after ten minutes, cleared at 80 %. */
static void an_overflow_has_two_thresholds_and_a_delay(void **state)
{
    struct city_alarms alarms = {0};

    (void)state;
    signal_at(&alarms, bin_7, 0, 101);
    tick_at(&alarms, 599);
    assert_int_equal(alarms.rows.count, 0);
    tick_at(&alarms, 700);
    assert_int_equal(alarms.rows.items[0].fact, 42);
    assert_int_equal(alarms.rows.items[0].severity, 3);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 600, true);
    signal_at(&alarms, bin_7, 800, 90); /* in between: stands */
    assert_int_equal(alarms.rows.count, 0);
    signal_at(&alarms, bin_7, 900, 80);
    row_is(&alarms, CITY_ALARM_ACT_CLEARED, 900, true);
    signal_at(&alarms, bin_7, 1000, 99);
    tick_at(&alarms, 9000);
    assert_int_equal(alarms.rows.count, 0);
    signal_at(&alarms, bin_7, 9100, 120); /* a short one is none */
    signal_at(&alarms, bin_7, 9300, 99);
    tick_at(&alarms, 12000);
    assert_int_equal(alarms.rows.count, 0);
    assert_int_equal(city_alarm_get(&alarms, bin_7)->raised, 1);
    city_alarms_done(&alarms);
}

static void clearing_may_take_its_time(void **state)
{
    struct city_alarms alarms = {0};
    struct city_alarm_key fire = {CITY_ALARM_FIRE, CITY_ABOUT_BIN, 1, 0};

    (void)state;
    signal_at(&alarms, fire, 0, 1);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 0, true);
    signal_at(&alarms, fire, 100, 0);
    signal_at(&alarms, fire, 200, 1); /* again: easing begins anew */
    signal_at(&alarms, fire, 300, 0);
    tick_at(&alarms, 299 + 600);
    while (alarms.rows.count) /* repeats of a fire */
        row_is(&alarms, CITY_ALARM_ACT_REPEATED, 899, true);
    tick_at(&alarms, 900);
    row_is(&alarms, CITY_ALARM_ACT_CLEARED, 900, true);
    city_alarms_done(&alarms);
}

static void a_low_figure_may_be_the_alarm(void **state)
{
    struct city_alarms alarms = {0};
    struct city_alarm_key battery = {CITY_ALARM_BATTERY, CITY_ABOUT_BIN, 1, 0};

    (void)state;
    signal_at(&alarms, battery, 0, 16);
    assert_int_equal(alarms.rows.count, 0);
    signal_at(&alarms, battery, 1, 15);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 1, true);
    signal_at(&alarms, battery, 2, 24);
    assert_int_equal(alarms.rows.count, 0);
    signal_at(&alarms, battery, 3, 12);
    assert_true(city_alarm_get(&alarms, battery)->worst < 12.5);
    signal_at(&alarms, battery, 4, 25);
    row_is(&alarms, CITY_ALARM_ACT_CLEARED, 4, true);
    city_alarms_done(&alarms);
}

static void it_is_repeated_until_somebody_has_seen_it(void **state)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_alarms alarms = {0};

    (void)state;
    signal_at(&alarms, bin_7, 0, 110);
    tick_at(&alarms, 600);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 600, true);
    tick_at(&alarms, 600 + 4 * H - 1);
    assert_int_equal(alarms.rows.count, 0);
    tick_at(&alarms, 600 + 4 * H);
    row_is(&alarms, CITY_ALARM_ACT_REPEATED, 600 + 4 * H, true);
    tick_at(&alarms, 40 * H); /* slept over many: once */
    row_is(&alarms, CITY_ALARM_ACT_REPEATED, 40 * H, true);
    assert_int_equal(alarms.rows.count, 0);
    assert_int_equal(city_alarm_ack(&rules, bin_7, 5, fixture_at(41 * H), &alarms), OK);
    assert_int_equal(alarms.rows.items[0].by, 5);
    row_is(&alarms, CITY_ALARM_ACT_ACKED, 41 * H, true);
    assert_int_equal(city_alarm_ack(&rules, bin_7, 6, fixture_at(42 * H), &alarms), OK);
    tick_at(&alarms, 90 * H);
    assert_int_equal(alarms.rows.count, 0);
    signal_at(&alarms, bin_7, 91 * H, 0);
    row_is(&alarms, CITY_ALARM_ACT_CLEARED, 91 * H, true);
    assert_int_equal(city_alarm_ack(&rules, bin_7, 5, fixture_at(92 * H), &alarms), ERR_NOT_FOUND);
    signal_at(&alarms, bin_7, 93 * H, 110); /* the next one is a new one */
    tick_at(&alarms, 94 * H);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 93 * H + 600, true);
    assert_false(city_alarm_get(&alarms, bin_7)->acked);
    city_alarms_done(&alarms);
}

static void muted_it_is_written_and_not_told(void **state)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_alarms alarms = {0};

    (void)state;
    assert_int_equal(city_alarm_mute(&rules, bin_7, 3, fixture_at(10 * H), fixture_at(0), &alarms),
                     OK);
    row_is(&alarms, CITY_ALARM_ACT_MUTED, 0, false);
    signal_at(&alarms, bin_7, H, 110);
    tick_at(&alarms, 2 * H);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, H + 600, false);
    tick_at(&alarms, 9 * H); /* no repeat */
    assert_int_equal(alarms.rows.count, 0);
    tick_at(&alarms, 10 * H); /* it still stands: now it is told */
    row_is(&alarms, CITY_ALARM_ACT_UNMUTED, 10 * H, true);
    row_is(&alarms, CITY_ALARM_ACT_REPEATED, 10 * H, true);
    assert_int_equal(city_alarm_mute(&rules, bin_7, 3, fixture_at(CITY_MUTE_S_MAX + 11 * H + 1),
                                     fixture_at(11 * H), &alarms),
                     ERR_RANGE);
    assert_int_equal(
        city_alarm_mute(&rules, bin_7, 3, fixture_at(99 * H), fixture_at(11 * H), &alarms), OK);
    assert_int_equal(
        city_alarm_mute(&rules, bin_7, 3, fixture_at(12 * H), fixture_at(12 * H), &alarms), OK);
    row_is(&alarms, CITY_ALARM_ACT_MUTED, 11 * H, false);
    row_is(&alarms, CITY_ALARM_ACT_UNMUTED, 12 * H, true); /* by hand, early */
    city_alarms_done(&alarms);
}

static void what_happened_stays_until_it_is_seen(void **state)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_alarms alarms = {0};
    struct city_alarm_key mixed = {CITY_ALARM_MIXED, CITY_ABOUT_VEHICLE, 2, 1};
    struct city_alarm_key other = {CITY_ALARM_MIXED, CITY_ABOUT_VEHICLE, 2, 2};

    (void)state;
    signal_at(&alarms, mixed, 0, 1);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 0, true);
    signal_at(&alarms, mixed, 10, 0);
    signal_at(&alarms, mixed, 20, 1);
    assert_int_equal(alarms.rows.count, 0);
    signal_at(&alarms, other, 30, 1); /* another sign is another alarm */
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 30, true);
    assert_int_equal(city_alarm_ack(&rules, mixed, 5, fixture_at(40), &alarms), OK);
    row_is(&alarms, CITY_ALARM_ACT_ACKED, 40, true);
    row_is(&alarms, CITY_ALARM_ACT_CLEARED, 40, true);
    signal_at(&alarms, mixed, 50, 1);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 50, true);
    city_alarms_done(&alarms);
}

static void a_signal_of_before_is_left_aside(void **state)
{
    struct city_alarms alarms = {0};

    (void)state;
    signal_at(&alarms, bin_7, 1000, 20);
    signal_at(&alarms, bin_7, 100, 130);
    tick_at(&alarms, 5000);
    assert_int_equal(alarms.rows.count, 0);
    assert_int_equal(alarms.late, 1);
    city_alarms_done(&alarms);
}

static void a_rule_that_is_switched_off_lets_go(void **state)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_alarms alarms = {0};

    (void)state;
    signal_at(&alarms, bin_7, 0, 130);
    tick_at(&alarms, 600);
    row_is(&alarms, CITY_ALARM_ACT_RAISED, 600, true);
    rules.of[CITY_ALARM_OVERFLOW].off = true;
    assert_int_equal(city_alarm_tick(&rules, fixture_at(700), &alarms), OK);
    row_is(&alarms, CITY_ALARM_ACT_CLEARED, 700, true);
    city_alarms_done(&alarms);
}

static void rules_that_cannot_be_are_refused(void **state)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct diag diag = {0};

    (void)state;
    assert_int_equal(city_alarm_rules_check(&rules, NULL), OK);
    rules.of[CITY_ALARM_OVERFLOW].clear_at = 100;
    assert_int_equal(city_alarm_rules_check(&rules, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "overflow"));
    rules = city_alarm_rules_default();
    rules.of[CITY_ALARM_TILT].repeat_s = -1;
    assert_int_equal(city_alarm_rules_check(&rules, NULL), ERR_INVALID);
    for (unsigned i = 0; i < CITY_ALARM_KINDS; i++) {
        enum city_alarm_kind kind = CITY_ALARM_KINDS;
        assert_true(city_alarm_of(str_of(city_alarm_name((enum city_alarm_kind)i)), &kind));
        assert_int_equal(kind, i);
    }
}

/* Last week's levels of 20 bins: what a threshold of 90 would have made of them. */
static void rules_are_tried_on_the_past(void **state)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_alarm_trial usual;
    struct city_alarm_trial strict;
    struct city_signal signals[20 * 168];
    size_t count = 0;

    (void)state;
    for (int hour = 0; hour < 168; hour++)
        for (uint32_t bin = 0; bin < 20; bin++) /* emptied every 48 hours; the last ones overflow */
            signals[count++] = (struct city_signal){{CITY_ALARM_OVERFLOW, CITY_ABOUT_BIN, bin, 0},
                                                    fixture_at(hour * H),
                                                    (hour % 48) * (1 + 0.1 * bin),
                                                    0};
    struct utc_us end = fixture_at(168 * H);
    assert_int_equal(city_alarm_replay(&rules, signals, count, end, &usual), OK);
    rules.of[CITY_ALARM_OVERFLOW].raise_at = 90;
    assert_int_equal(city_alarm_replay(&rules, signals, count, end, &strict), OK);
    const struct city_alarm_tally *a = &usual.of[CITY_ALARM_OVERFLOW];
    const struct city_alarm_tally *b = &strict.of[CITY_ALARM_OVERFLOW];
    assert_int_equal(a->signals, count);
    assert_int_equal(a->subjects, 8);  /* 47 h x (1 + 0.1 bin) >= 100 from bin 12 on */
    assert_int_equal(b->subjects, 10); /* from bin 10 on */
    assert_int_equal(a->raised, 8 * 3);
    assert_int_equal(a->cleared, 8 * 3);
    assert_int_equal(b->raised, 10 * 3);
    assert_true(b->standing_s > a->standing_s && a->standing_s > 0);
    signals[5].at = fixture_at(-1);
    assert_int_equal(city_alarm_replay(&rules, signals, count, end, &strict), ERR_INVALID);
}

enum { SIGNALS_MAX = 300 };

static struct city_signal random_signal(struct rng *rng, int64_t second)
{
    double value = rng_below(rng, 3) ? rng_unit(rng) * 3 : rng_unit(rng) * 200;
    enum city_alarm_kind kind = (enum city_alarm_kind)rng_below(rng, CITY_ALARM_KINDS);

    return (struct city_signal){
        {kind, CITY_ABOUT_VEHICLE, rng_below(rng, 3), 0}, fixture_at(second), value, 0};
}

/* Raised and cleared take turns, and time does not go back. */
static bool rows_take_turns(const struct city_alarms *alarms)
{
    for (size_t i = 0; i < alarms->rows.count; i++) {
        const struct city_alarm_row *row = &alarms->rows.items[i];
        size_t j = i;
        while (j > 0 && memcmp(&alarms->rows.items[j - 1].key, &row->key, sizeof row->key) != 0)
            j--;
        if (j > 0 && (alarms->rows.items[j - 1].act == row->act ||
                      alarms->rows.items[j - 1].at.us > row->at.us))
            return false;
    }
    return true;
}

static bool alarms_same(const struct city_alarms *a, const struct city_alarms *b)
{
    bool same = a->rows.count == b->rows.count && a->list.count == b->list.count;

    for (size_t i = 0; same && i < a->list.count; i++) {
        const struct city_alarm *one = &a->list.items[i];
        const struct city_alarm *two = city_alarm_get(b, one->key);
        same = two && one->raised == two->raised && one->phase == two->phase &&
               one->since.us == two->since.us;
    }
    return same;
}

/* How often time is told to pass changes no raising and no clearing. */
static bool ticks_change_nothing(struct rng *rng, size_t size)
{
    struct city_alarms with = {0};
    struct city_alarms without = {0};
    struct city_alarm_rules rules = city_alarm_rules_default();
    int64_t second = 0;

    for (unsigned i = 0; i < CITY_ALARM_KINDS; i++)
        rules.of[i].repeat_s = 0;
    for (size_t i = 0; i < size; i++) {
        struct city_signal signal = random_signal(rng, second);
        assert_int_equal(city_alarm_signal(&rules, &signal, &without), OK);
        assert_int_equal(city_alarm_signal(&rules, &signal, &with), OK);
        if (rng_below(rng, 2))
            assert_int_equal(city_alarm_tick(&rules, fixture_at(second), &with), OK);
        second += rng_range(rng, 0, 400);
    }
    assert_int_equal(city_alarm_tick(&rules, fixture_at(second + 86400), &with), OK);
    assert_int_equal(city_alarm_tick(&rules, fixture_at(second + 86400), &without), OK);
    bool good = alarms_same(&with, &without) && rows_take_turns(&with);
    city_alarms_done(&with);
    city_alarms_done(&without);
    return good;
}

static void how_often_time_passes_changes_nothing(void **state)
{
    (void)state;
    PROP(ticks_change_nothing, 300, SIGNALS_MAX);
}

static bool times_same(const struct city_alarm *a, const struct city_alarm *b)
{
    return a->since.us == b->since.us && a->told.us == b->told.us;
}

static bool alarm_restored(const struct city_alarm *lived, const struct city_alarm *restored)
{
    bool stands = lived->phase == CITY_ALARM_RAISED || lived->phase == CITY_ALARM_EASING;

    if (!restored) /* nothing was ever told of it */
        return !stands && !lived->muted && lived->raised == 0;
    bool same = (restored->phase == CITY_ALARM_RAISED) == stands &&
                restored->raised == lived->raised && restored->acked == lived->acked &&
                restored->muted == lived->muted;
    if (lived->muted)
        same = same && restored->muted_until.us == lived->muted_until.us;
    return same && (!stands || times_same(lived, restored));
}

/* What stands, who has seen it and what is muted, from the rows alone. */
static bool rows_restore_it(struct rng *rng, size_t size)
{
    struct city_alarms lived = {0};
    struct city_alarms restored = {0};
    struct city_alarm_rules rules = city_alarm_rules_default();
    int64_t second = 0;
    bool good = true;

    for (size_t i = 0; i < size; i++) {
        struct city_signal signal = random_signal(rng, second);
        assert_int_equal(city_alarm_signal(&rules, &signal, &lived), OK);
        if (rng_below(rng, 6) == 0)
            assert_true(city_alarm_ack(&rules, signal.key, 9, fixture_at(second), &lived) !=
                        ERR_NOMEM);
        if (rng_below(rng, 6) == 0)
            assert_int_equal(city_alarm_mute(&rules, signal.key, 9,
                                             fixture_at(second + rng_range(rng, -50, 5000)),
                                             fixture_at(second), &lived),
                             OK);
        assert_int_equal(city_alarm_tick(&rules, fixture_at(second), &lived), OK);
        second += rng_range(rng, 0, 400);
    }
    for (size_t i = 0; i < lived.rows.count; i++)
        assert_int_equal(city_alarm_restore(&lived.rows.items[i], &restored), OK);
    for (size_t i = 0; good && i < lived.list.count; i++) {
        const struct city_alarm *a = &lived.list.items[i];
        const struct city_alarm *b = city_alarm_get(&restored, a->key);
        good = alarm_restored(a, b);
    }
    city_alarms_done(&lived);
    city_alarms_done(&restored);
    return good;
}

static void alarms_come_back_from_their_rows(void **state)
{
    (void)state;
    PROP(rows_restore_it, 300, SIGNALS_MAX);
}

static enum err all_of_it(void *context)
{
    struct city_alarm_rules rules = city_alarm_rules_default();
    struct city_alarms alarms = {0};
    struct city_alarm_trial trial;
    struct city_signal signals[40];

    (void)context;
    for (uint32_t i = 0; i < 40; i++)
        signals[i] =
            (struct city_signal){{CITY_ALARM_FIRE, CITY_ABOUT_BIN, i, 0}, fixture_at(i), 1, 0};
    enum err err = city_alarm_replay(&rules, signals, 40, fixture_at(1000), &trial);
    if (!err)
        err = city_alarm_mute(&rules, bin_7, 1, fixture_at(100), fixture_at(0), &alarms);
    if (!err)
        err = city_alarm_signal(&rules, &signals[0], &alarms);
    if (!err)
        err = city_alarm_tick(&rules, fixture_at(1000), &alarms);
    if (!err)
        err = city_alarm_ack(&rules, signals[0].key, 1, fixture_at(1000), &alarms);
    city_alarms_done(&alarms);
    return err;
}

static void every_refused_allocation_is_answered(void **state)
{
    (void)state;
    check_sweep(all_of_it, NULL);
    city_alarms_done(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_overflow_has_two_thresholds_and_a_delay),
        cmocka_unit_test(clearing_may_take_its_time),
        cmocka_unit_test(a_low_figure_may_be_the_alarm),
        cmocka_unit_test(it_is_repeated_until_somebody_has_seen_it),
        cmocka_unit_test(muted_it_is_written_and_not_told),
        cmocka_unit_test(what_happened_stays_until_it_is_seen),
        cmocka_unit_test(a_signal_of_before_is_left_aside),
        cmocka_unit_test(a_rule_that_is_switched_off_lets_go),
        cmocka_unit_test(rules_that_cannot_be_are_refused),
        cmocka_unit_test(rules_are_tried_on_the_past),
        cmocka_unit_test(how_often_time_passes_changes_nothing),
        cmocka_unit_test(alarms_come_back_from_their_rows),
        cmocka_unit_test(every_refused_allocation_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
