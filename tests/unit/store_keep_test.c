/* Roll-ups count every fact once, whenever it comes; facts end when they are old, and only then. */
#include "store/keep.h"

#include <string.h>

#include "prop.h"
#include "store/hour.h"
#include "store/state.h"
#include "store_fixture.h"

#define DAY_US (86400 * CLOCK_US_PER_S)
#define HOUR_US (3600 * CLOCK_US_PER_S)
#define NOW_US (1800000000 * CLOCK_US_PER_S)

enum { FACTS_MAX = 1500, DEVICES = 3 };

struct made {
    struct store_position positions[FACTS_MAX];
    struct store_reading readings[FACTS_MAX];
    size_t count;
};

/* The rule of keep.h, written once more. */
static int64_t time_of(const struct store_key *key)
{
    int64_t ahead = key->at.us - key->received.us;

    return ahead > DAY_US || -ahead > 400 * DAY_US ? key->received.us : key->at.us;
}

/* Most device times are near the receipt; some are late, some are nonsense. */
static int64_t device_time(struct rng *rng, int64_t received_us)
{
    switch (rng_below(rng, 8)) {
    case 0:
        return 0;
    case 1:
        return received_us - rng_below(rng, 300) * DAY_US;
    case 2:
        return 946684800 * CLOCK_US_PER_S + rng_below(rng, 1000); /* 2000-01-01 */
    case 3:
        return received_us + rng_below(rng, 4000) * DAY_US;
    default:
        return received_us - rng_range(rng, 0, 3 * HOUR_US);
    }
}

static void make_key(struct rng *rng, uint64_t hash, int64_t received_us, struct store_key *key)
{
    *key = (struct store_key){
        1 + rng_below(rng, DEVICES), {device_time(rng, received_us)}, hash, {received_us}};
}

static void put_made(struct store_db *db, struct rng *rng, struct made *made, int64_t received_us)
{
    size_t i = made->count++;
    struct store_position *position = &made->positions[i];
    struct store_reading *reading = &made->readings[i];

    *position = (struct store_position){
        .speed_dkmh = rng_below(rng, 60),
        .odometer_dkm = rng_below(rng, 3) ? rng_below(rng, 1000) : STORE_NO_ODOMETER,
        .alarm = rng_below(rng, 3) ? 0 : 4,
    };
    make_key(rng, i, received_us, &position->key);
    *reading = (struct store_reading){
        .fields = (rng_below(rng, 2) ? STORE_READING_FILL : 0) |
                  (rng_below(rng, 2) ? STORE_READING_TEMPERATURE : 0) |
                  (rng_below(rng, 2) ? STORE_READING_BATTERY_PCT : 0),
        .fill_bp = (int32_t)rng_below(rng, 10000),
        .temperature_cc = (int32_t)rng_range(rng, -3000, 6000),
        .battery_dpct = (int32_t)rng_below(rng, 1000),
    };
    make_key(rng, i, received_us, &reading->key);
    fixture_put_position(db, position);
    fixture_put_reading(db, reading);
}

static void run_keep(struct store_db *db, const struct store_keep *keep, struct store_keep_run *run)
{
    store_keep_begin(run, keep);
    for (unsigned steps = 0; !run->done; steps++) {
        assert_true(steps < 100000);
        assert_int_equal(store_db_begin(db), OK);
        assert_int_equal(store_keep_step(db, run), OK);
        assert_int_equal(store_db_commit(db), OK);
    }
}

static void save_snapshot(struct store_db *db)
{
    assert_int_equal(store_state_save(db, NULL, 0, NULL), OK);
}

/* --- roll-ups against counting --- */

/* A column of a roll-up row that may be unknown. */
struct seen {
    bool known;
    int64_t value;
};

static void seen_min(struct seen *seen, int64_t value)
{
    if (!seen->known || value < seen->value)
        *seen = (struct seen){true, value};
}

static void seen_max(struct seen *seen, int64_t value)
{
    if (!seen->known || value > seen->value)
        *seen = (struct seen){true, value};
}

static bool column_is(sqlite3_stmt *row, int column, struct seen want)
{
    bool known = sqlite3_column_type(row, column) != SQLITE_NULL;

    return known == want.known && (!known || sqlite3_column_int64(row, column) == want.value);
}

static bool position_hour_is(sqlite3_stmt *row, const struct made *made)
{
    int64_t counts[4] = {0};
    struct seen low = {0};
    struct seen high = {0};

    for (size_t i = 0; i < made->count; i++) {
        const struct store_position *position = &made->positions[i];
        if (time_of(&position->key) / HOUR_US != sqlite3_column_int64(row, 0) ||
            position->key.device != sqlite3_column_int64(row, 1))
            continue;
        counts[0]++;
        if (position->odometer_dkm != STORE_NO_ODOMETER) {
            seen_min(&low, position->odometer_dkm);
            seen_max(&high, position->odometer_dkm);
        }
        if (position->speed_dkmh > counts[1])
            counts[1] = position->speed_dkmh;
        counts[2] += position->speed_dkmh >= STORE_MOVING_DKMH;
        counts[3] += position->alarm != 0;
    }
    return counts[0] == sqlite3_column_int64(row, 2) && column_is(row, 3, low) &&
           column_is(row, 4, high) && counts[1] == sqlite3_column_int64(row, 5) &&
           counts[2] == sqlite3_column_int64(row, 6) && counts[3] == sqlite3_column_int64(row, 7);
}

struct reading_sums {
    int64_t count, fills, fill_sum;
    struct seen low, high, hot, battery;
};

static void reading_add(struct reading_sums *sums, const struct store_reading *reading)
{
    sums->count++;
    if (reading->fields & STORE_READING_FILL) {
        sums->fills++;
        sums->fill_sum += reading->fill_bp;
        seen_min(&sums->low, reading->fill_bp);
        seen_max(&sums->high, reading->fill_bp);
    }
    if (reading->fields & STORE_READING_TEMPERATURE)
        seen_max(&sums->hot, reading->temperature_cc);
    if (reading->fields & STORE_READING_BATTERY_PCT)
        seen_min(&sums->battery, reading->battery_dpct);
}

static bool reading_hour_is(sqlite3_stmt *row, const struct made *made)
{
    struct reading_sums sums = {0};

    for (size_t i = 0; i < made->count; i++) {
        const struct store_reading *reading = &made->readings[i];
        if (time_of(&reading->key) / HOUR_US == sqlite3_column_int64(row, 0) &&
            reading->key.device == sqlite3_column_int64(row, 1))
            reading_add(&sums, reading);
    }
    return sums.count == sqlite3_column_int64(row, 2) &&
           sums.fills == sqlite3_column_int64(row, 3) &&
           sums.fill_sum == sqlite3_column_int64(row, 4) && column_is(row, 5, sums.low) &&
           column_is(row, 6, sums.high) && column_is(row, 7, sums.hot) &&
           column_is(row, 8, sums.battery);
}

/* Each row is right, and together they count every fact. */
static bool hours_are(struct store_db *db, const char *sql, const struct made *made,
                      bool (*is)(sqlite3_stmt *row, const struct made *made))
{
    sqlite3_stmt *row = store_sql(db, sql);
    int64_t counted = 0;
    bool right = true;

    assert_non_null(row);
    while (store_sql_row(row) == OK) {
        right = right && is(row, made);
        counted += sqlite3_column_int64(row, 2);
    }
    return right && counted == (int64_t)made->count;
}

static bool present(struct store_db *db, const char *sql, uint64_t hash)
{
    sqlite3_stmt *ask = store_sql(db, sql);

    assert_non_null(ask);
    store_sql_i64(ask, 1, (int64_t)hash);
    bool there = store_sql_row(ask) == OK;
    sqlite3_reset(ask);
    return there;
}

/* Row ids are given one by one, so fact i is row i + 1 of each table. */
static bool kept_are(struct store_db *db, const struct made *made, size_t snapshot, size_t rolled)
{
    for (size_t i = 0; i < made->count; i++) {
        bool may_go = i < snapshot && i < rolled && i + 1 < made->count;
        bool old = time_of(&made->positions[i].key) < NOW_US - 90 * DAY_US;
        if (present(db, "SELECT 1 FROM position WHERE hash = ?", i) != !(old && may_go))
            return false;
        old = time_of(&made->readings[i].key) < NOW_US - 400 * DAY_US;
        if (present(db, "SELECT 1 FROM reading WHERE hash = ?", i) != !(old && may_go))
            return false;
    }
    return true;
}

static bool rolls_up_and_ends_what_is_old(struct rng *rng, size_t size)
{
    static struct made made;
    struct fixture fixture;
    struct store_keep_run run;
    size_t snapshot = 0;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});

    keep.rows_max = 1 + rng_below(rng, 40);
    made.count = 0;
    fixture_open(&fixture);
    assert_int_equal(store_db_begin(fixture.db), OK);
    /* Receipts over 600 days; while they come, roll-ups run, that end nothing yet. */
    struct store_keep early = keep;
    early.days[STORE_POSITIONS] = early.days[STORE_READINGS] = 0;
    for (size_t i = 0; i < size; i++) {
        put_made(fixture.db, rng, &made,
                 NOW_US - 600 * DAY_US + (int64_t)i * 600 * DAY_US / (int64_t)size);
        if (rng_below(rng, 50) == 0) {
            assert_int_equal(store_db_commit(fixture.db), OK);
            run_keep(fixture.db, &early, &run);
            assert_int_equal(store_db_begin(fixture.db), OK);
        }
        if (rng_below(rng, 100) == 0) {
            save_snapshot(fixture.db);
            snapshot = i + 1;
        }
    }
    assert_int_equal(store_db_commit(fixture.db), OK);
    bool right = true;
    for (int again = 0; again < 2; again++) { /* a second run changes nothing */
        run_keep(fixture.db, &keep, &run);
        right = right && kept_are(fixture.db, &made, snapshot, size) &&
                hours_are(fixture.db, "SELECT * FROM position_hour", &made, position_hour_is) &&
                hours_are(fixture.db, "SELECT * FROM reading_hour", &made, reading_hour_is);
    }
    right = right && run.removed[STORE_POSITIONS] == 0 && run.hours[STORE_READINGS] == 0;
    fixture_close(&fixture);
    return right;
}

static void roll_ups_are_the_counts_of_all_facts_and_only_old_ones_end(void **state)
{
    (void)state;
    PROP(rolls_up_and_ends_what_is_old, 25, FACTS_MAX - 1);
}

/* --- sums read back --- */

struct hours_seen {
    size_t rows;
    int64_t count;
    int64_t last;
    struct store_hour first;
};

static enum err see_hour(void *context, const struct store_hour *hour)
{
    struct hours_seen *seen = context;
    int64_t place = hour->begin.us / HOUR_US * 100000 + hour->device;

    assert_true(place > seen->last); /* by hour and device, each once */
    seen->last = place;
    if (seen->rows++ == 0)
        seen->first = *hour;
    seen->count += hour->count;
    return OK;
}

static void sums_are_read_back_in_pages(void **state)
{
    enum { HOURS = 40, SENSORS = 60 };
    struct fixture fixture;
    struct store_keep_run run;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});
    struct hours_seen seen = {0};
    (void)state;

    fixture_open(&fixture);
    fixture_put_device(fixture.db, 1, STR("bin-1"));
    assert_int_equal(store_db_begin(fixture.db), OK);
    for (int64_t i = 0; i < HOURS * SENSORS * 2; i++) {
        int64_t at = NOW_US - HOURS * HOUR_US + i / (SENSORS * 2) * HOUR_US + i % 2;
        struct store_reading reading = {
            .key = {1 + (uint32_t)(i / 2 % SENSORS), {at}, (uint64_t)i, {at}},
            .fields = i % 2 ? STORE_READING_FILL : 0,
            .fill_bp = 5000 + (int32_t)i};
        fixture_put_reading(fixture.db, &reading);
    }
    assert_int_equal(store_db_commit(fixture.db), OK);
    run_keep(fixture.db, &keep, &run);

    struct store_hours hours = {.table = STORE_READINGS, .until = STORE_NO_END};
    assert_int_equal(store_hours_each(fixture.db, &hours, see_hour, &seen), OK);
    assert_int_equal(seen.rows, HOURS * SENSORS);
    assert_int_equal(seen.count, HOURS * SENSORS * 2);
    assert_int_equal(seen.first.count, 2);
    assert_int_equal(seen.first.reading.fill_count, 1);
    assert_int_equal(seen.first.reading.fill_sum_bp, 5001);
    assert_int_equal(seen.first.reading.fill_max_bp.value, 5001);
    assert_false(seen.first.reading.battery_min_dpct.known);

    hours.since.us = NOW_US - 3 * HOUR_US + 1; /* not the hour that had begun */
    hours.until.us = NOW_US;
    hours.device = 7;
    seen = (struct hours_seen){0};
    assert_int_equal(store_hours_each(fixture.db, &hours, see_hour, &seen), OK);
    assert_int_equal(seen.rows, 2);
    assert_int_equal(seen.first.begin.us, NOW_US - 2 * HOUR_US);
    hours.table = STORE_POSITIONS;
    seen = (struct hours_seen){0};
    assert_int_equal(store_hours_each(fixture.db, &hours, see_hour, &seen), OK);
    assert_int_equal(seen.rows, 0);
    fixture_close(&fixture);
}

/* --- single facts about ends --- */

static void put_event(struct store_db *db, int64_t at_us, int64_t received_us, uint64_t hash,
                      bool custody)
{
    struct store_event event = {
        .key = {1, {at_us}, hash, {received_us}}, .kind = STR("lift"), .custody = custody};

    fixture_put_event(db, &event);
}

static void custody_events_stay(void **state)
{
    struct fixture fixture;
    struct store_keep_run run;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});
    (void)state;

    fixture_open(&fixture);
    keep.rows_max = 2;
    for (uint64_t i = 0; i < 20; i++) {
        int64_t old_us = NOW_US - (int64_t)(420 + 30 * i) * DAY_US;
        put_event(fixture.db, i % 3 ? old_us : 0, old_us, i, i % 2);
    }
    put_event(fixture.db, NOW_US, NOW_US, 99, false);
    save_snapshot(fixture.db);
    run_keep(fixture.db, &keep, &run);
    assert_int_equal(run.removed[STORE_EVENTS], 10);
    assert_int_equal(fixture_number(fixture.db, "SELECT count(*) FROM event WHERE custody"), 10);
    assert_int_equal(fixture_number(fixture.db, "SELECT count(*) FROM event"), 11);
    fixture_close(&fixture);
}

static void the_newest_row_stays_so_that_ids_grow(void **state)
{
    struct fixture fixture;
    struct store_keep_run run;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});
    (void)state;

    fixture_open(&fixture);
    for (uint64_t i = 0; i < 5; i++) {
        struct store_position position =
            fixture_position(1, NOW_US - 200 * DAY_US, i, NOW_US - 200 * DAY_US);
        fixture_put_position(fixture.db, &position);
    }
    run_keep(fixture.db, &keep, &run);
    assert_int_equal(run.removed[STORE_POSITIONS], 0); /* there is no snapshot */
    save_snapshot(fixture.db);
    run_keep(fixture.db, &keep, &run);
    assert_int_equal(run.removed[STORE_POSITIONS], 4);
    struct store_position position = fixture_position(1, NOW_US, 9, NOW_US);
    fixture_put_position(fixture.db, &position);
    assert_int_equal(fixture_number(fixture.db, "SELECT max(id) FROM position"), 6);
    fixture_close(&fixture);
}

static void receipts_of_a_wrong_server_clock_hold_nothing_up(void **state)
{
    struct fixture fixture;
    struct store_keep_run run;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});
    (void)state;

    fixture_open(&fixture);
    keep.rows_max = 3;
    for (uint64_t i = 0; i < 30; i++) { /* the server thought it was twenty years later */
        struct store_position position =
            fixture_position(1, 0, i, NOW_US + (i < 10 ? 7300 : -100) * DAY_US);
        fixture_put_position(fixture.db, &position);
    }
    struct store_position position = fixture_position(1, NOW_US, 99, NOW_US);
    fixture_put_position(fixture.db, &position);
    save_snapshot(fixture.db);
    run_keep(fixture.db, &keep, &run);
    assert_int_equal(run.removed[STORE_POSITIONS], 20);
    fixture_close(&fixture);
}

static void fragments_of_yesterday_go(void **state)
{
    struct fixture fixture;
    struct store_keep_run run;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});
    struct store_fragment fragment = {1, 0x0801, 5, 1, 3, {NOW_US - 2 * DAY_US}, {NULL, 0}};
    (void)state;

    fixture_open(&fixture);
    assert_int_equal(store_fragment_put(fixture.db, &fragment), OK);
    fragment.first = 6;
    fragment.received.us = NOW_US - HOUR_US;
    assert_int_equal(store_fragment_put(fixture.db, &fragment), OK);
    run_keep(fixture.db, &keep, &run);
    assert_int_equal(run.fragments, 1);
    assert_int_equal(fixture_number(fixture.db, "SELECT first FROM fragment"), 6);
    fixture_close(&fixture);
}

/* --- the clock --- */

static struct utc_us utc_of(int64_t us)
{
    return (struct utc_us){us};
}

static struct mono_us mono_of(int64_t us)
{
    return (struct mono_us){us};
}

static void a_clock_that_jumps_is_not_believed_for_a_day(void **state)
{
    int64_t year_us = 365 * DAY_US;
    (void)state;

    struct store_keep_clock clock =
        store_keep_clock_begin(utc_of(NOW_US - DAY_US), utc_of(NOW_US), mono_of(5));
    assert_true(store_keep_believes(&clock, utc_of(NOW_US + HOUR_US), mono_of(5 + HOUR_US)));
    /* a time server may set it by hours */
    assert_true(store_keep_believes(&clock, utc_of(NOW_US + 5 * HOUR_US), mono_of(6 + HOUR_US)));
    assert_false(store_keep_believes(&clock, utc_of(NOW_US + 10 * year_us), mono_of(2 * HOUR_US)));
    assert_false(store_keep_believes(&clock, utc_of(NOW_US + 10 * year_us + 20 * HOUR_US),
                                     mono_of(22 * HOUR_US)));
    /* back again: that is a jump too */
    assert_false(store_keep_believes(&clock, utc_of(NOW_US + DAY_US), mono_of(24 * HOUR_US)));
    assert_false(
        store_keep_believes(&clock, utc_of(NOW_US + 2 * DAY_US - 1), mono_of(48 * HOUR_US - 1)));
    assert_true(store_keep_believes(&clock, utc_of(NOW_US + 2 * DAY_US), mono_of(48 * HOUR_US)));
}

static void a_clock_far_from_the_last_run_is_not_believed_for_a_day(void **state)
{
    static const int64_t lasts[] = {NOW_US - 31 * DAY_US, NOW_US + 31 * DAY_US};
    struct fixture fixture;
    struct store_keep_run run;
    struct store_keep keep = store_keep_usual((struct utc_us){NOW_US});
    struct utc_us last = {1};
    (void)state;

    for (size_t i = 0; i < COUNT_OF(lasts); i++) {
        struct store_keep_clock clock =
            store_keep_clock_begin(utc_of(lasts[i]), utc_of(NOW_US), mono_of(0));
        assert_false(store_keep_believes(&clock, utc_of(NOW_US + 1), mono_of(1)));
        assert_true(store_keep_believes(&clock, utc_of(NOW_US + DAY_US), mono_of(DAY_US)));
    }
    struct store_keep_clock fresh = store_keep_clock_begin(utc_of(0), utc_of(NOW_US), mono_of(0));
    assert_true(store_keep_believes(&fresh, utc_of(NOW_US + 1), mono_of(1)));

    fixture_open(&fixture);
    assert_int_equal(store_keep_last(fixture.db, &last), OK);
    assert_int_equal(last.us, 0);
    run_keep(fixture.db, &keep, &run);
    struct store_keep later = {.now = {NOW_US + DAY_US}}; /* removes nothing: says nothing */
    run_keep(fixture.db, &later, &run);
    assert_int_equal(store_keep_last(fixture.db, &last), OK);
    assert_int_equal(last.us, NOW_US);
    keep.now.us -= DAY_US; /* the clock was mended */
    run_keep(fixture.db, &keep, &run);
    assert_int_equal(store_keep_last(fixture.db, &last), OK);
    assert_int_equal(last.us, NOW_US - DAY_US);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roll_ups_are_the_counts_of_all_facts_and_only_old_ones_end),
        cmocka_unit_test(sums_are_read_back_in_pages),
        cmocka_unit_test(custody_events_stay),
        cmocka_unit_test(the_newest_row_stays_so_that_ids_grow),
        cmocka_unit_test(receipts_of_a_wrong_server_clock_hold_nothing_up),
        cmocka_unit_test(fragments_of_yesterday_go),
        cmocka_unit_test(a_clock_that_jumps_is_not_believed_for_a_day),
        cmocka_unit_test(a_clock_far_from_the_last_run_is_not_believed_for_a_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
