/* What is read back is what was put: every field, each row once, in the order of the header. */
#include "store/read.h"

#include <string.h>

#include "prop.h"
#include "store_fixture.h"

struct seen {
    struct store_cursor rows[4096];
    int64_t ids[4096];
    size_t count;
    struct store_row last;
    char name[32];
    char unit[32];
    size_t stop_after; /* 0: never */
};

static enum err see(void *context, const struct store_row *row)
{
    struct seen *seen = context;

    assert_true(seen->count < COUNT_OF(seen->rows));
    seen->ids[seen->count] = row->id;
    seen->rows[seen->count++] = store_cursor_after(row);
    seen->last = *row;
    snprintf(seen->name, sizeof seen->name, "%.*s", STR_ARG(row->name));
    snprintf(seen->unit, sizeof seen->unit, "%.*s", STR_ARG(row->unit));
    return seen->stop_after && seen->count >= seen->stop_after ? ERR_CANCELLED : OK;
}

static struct store_read all_of(enum store_table table)
{
    return (struct store_read){
        .table = table, .after = store_cursor_at((struct utc_us){0}), .until = STORE_NO_END};
}

static enum err see_items(void *context, const struct store_row *row)
{
    struct bytes *items = context;

    assert_int_equal(row->position.items.size, items->size);
    assert_memory_equal(row->position.items.data, items->data, items->size);
    return OK;
}

static void every_field_of_a_position_comes_back(void **state)
{
    static struct seen seen;
    struct fixture fixture;
    struct bytes items = str_bytes(STR("\x01\x04\x00\x00\x00\x2a"));
    (void)state;

    fixture_open(&fixture);
    fixture_put_device(fixture.db, 5, STR("13900000005"));
    struct store_position position = {
        .key = {5, {1000}, UINT64_MAX - 3, {2000}},
        .place = {-89123456, -1791234567},
        .altitude_m = -12,
        .speed_dkmh = 655,
        .heading_deg = 359,
        .odometer_dkm = 4294967294,
        .status = 0xFFFFFFFF,
        .alarm = 0x80000001,
        .flags = STORE_POSITION_BACKLOG,
        .items = items,
    };
    fixture_put_position(fixture.db, &position);
    struct store_read read = all_of(STORE_POSITIONS);
    memset(&seen, 0, sizeof seen);
    assert_int_equal(store_read(fixture.db, &read, see, &seen), OK);
    assert_int_equal(store_read(fixture.db, &read, see_items, &items), OK);
    assert_int_equal(seen.count, 1);
    const struct store_position *got = &seen.last.position;
    assert_true(got->key.hash == position.key.hash);
    assert_int_equal(got->key.device, 5);
    assert_int_equal(got->key.at.us, 1000);
    assert_int_equal(got->key.received.us, 2000);
    assert_int_equal(got->place.lat_e7, position.place.lat_e7);
    assert_int_equal(got->place.lng_e7, position.place.lng_e7);
    assert_int_equal(got->altitude_m, -12);
    assert_int_equal(got->speed_dkmh, 655);
    assert_int_equal(got->heading_deg, 359);
    assert_true(got->odometer_dkm == 4294967294);
    assert_true(got->status == 0xFFFFFFFF);
    assert_true(got->alarm == 0x80000001);
    assert_int_equal(got->flags, STORE_POSITION_BACKLOG);
    assert_string_equal(seen.name, "13900000005");
    assert_string_equal(seen.unit, "truck-1");
    assert_int_equal(seen.last.unit_kind, STORE_UNIT_VEHICLE);

    position.key.at.us++;
    position.odometer_dkm = STORE_NO_ODOMETER;
    fixture_put_position(fixture.db, &position);
    assert_int_equal(store_read(fixture.db, &read, see, &seen), OK);
    assert_true(seen.last.position.odometer_dkm == STORE_NO_ODOMETER);
    fixture_close(&fixture);
}

static void every_field_of_a_reading_comes_back(void **state)
{
    static struct seen seen;
    struct fixture fixture;
    (void)state;

    fixture_open(&fixture);
    struct store_reading reading = {
        .key = {9, {50}, 1, {60}},
        .fields = 0x1FF,
        .distance_mm = 1200,
        .fill_bp = -250,
        .battery_dpct = 995,
        .battery_mv = 3600,
        .temperature_cc = -1250,
        .weight_g = 123456,
        .tilt = true,
        .alarm = true,
        .place = {1, -2},
    };
    fixture_put_reading(fixture.db, &reading);
    struct store_read read = all_of(STORE_READINGS);
    memset(&seen, 0, sizeof seen);
    assert_int_equal(store_read(fixture.db, &read, see, &seen), OK);
    assert_int_equal(seen.count, 1);
    const struct store_reading *got = &seen.last.reading;
    assert_int_equal(got->fields, reading.fields);
    assert_int_equal(got->distance_mm, reading.distance_mm);
    assert_int_equal(got->fill_bp, reading.fill_bp);
    assert_int_equal(got->battery_dpct, reading.battery_dpct);
    assert_int_equal(got->battery_mv, reading.battery_mv);
    assert_int_equal(got->temperature_cc, reading.temperature_cc);
    assert_int_equal(got->weight_g, reading.weight_g);
    assert_int_equal(got->place.lat_e7, 1);
    assert_int_equal(got->place.lng_e7, -2);
    assert_true(got->tilt);
    assert_true(got->alarm);
    assert_string_equal(seen.name, ""); /* its device has no row */
    fixture_close(&fixture);
}

struct bodies {
    size_t count;
    size_t bytes;
};

static enum err see_body(void *context, const struct store_row *row)
{
    struct bodies *bodies = context;

    check_text(row->event.kind, "jt808.0801");
    for (size_t i = 0; i < row->event.body.size; i++)
        assert_int_equal(row->event.body.data[i], row->key.device);
    bodies->count++;
    bodies->bytes += row->event.body.size;
    return OK;
}

static void large_bodies_are_read_in_small_pages(void **state)
{
    enum { BODY = 700000, EVENTS = 12 };
    struct fixture fixture;
    struct bodies bodies = {0};
    (void)state;

    fixture_open(&fixture);
    unsigned char *body = mem_alloc(STORE_BODY_MAX);
    assert_non_null(body);
    for (uint32_t i = 1; i <= EVENTS; i++) {
        size_t size = i == EVENTS ? STORE_BODY_MAX : BODY;
        memset(body, (int)i, size);
        struct store_event event = {
            .key = {i, {77}, 1, {78}}, .kind = STR("jt808.0801"), .body = {body, size}};
        fixture_put_event(fixture.db, &event);
    }
    mem_free(body);
    struct store_read read = all_of(STORE_EVENTS);
    assert_int_equal(store_read(fixture.db, &read, see_body, &bodies), OK);
    assert_int_equal(bodies.count, EVENTS);
    assert_int_equal(bodies.bytes, (EVENTS - 1) * BODY + STORE_BODY_MAX);
    fixture_close(&fixture);
}

/* --- order, limits and filters, against a sorted list --- */

struct expected {
    struct store_cursor facts[3000];
    size_t count;
};

static int by_cursor(const void *a, const void *b)
{
    const struct store_cursor *x = a;
    const struct store_cursor *y = b;

    if (x->at_us != y->at_us)
        return x->at_us < y->at_us ? -1 : 1;
    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void make_facts(struct store_db *db, struct rng *rng, size_t size, struct expected *all)
{
    bool new;

    all->count = 0;
    assert_int_equal(store_db_begin(db), OK);
    for (size_t i = 0; i < size; i++) {
        struct store_position position =
            fixture_position(1 + rng_below(rng, 5), rng_below(rng, 300), rng_u64(rng), 400);
        if (rng_below(rng, 4) == 0)
            position.key.hash = 7;
        assert_int_equal(store_fact_position(db, &position, &new), OK);
        if (new)
            all->facts[all->count++] = (struct store_cursor){
                position.key.at.us, position.key.device, (int64_t)position.key.hash};
    }
    assert_int_equal(store_db_commit(db), OK);
    qsort(all->facts, all->count, sizeof all->facts[0], by_cursor);
}

/* Reads in steps of `rows_max`, each going on after the last. */
static void read_in_steps(struct store_db *db, struct store_read read, struct seen *seen)
{
    size_t before;

    seen->count = 0;
    do {
        before = seen->count;
        assert_int_equal(store_read(db, &read, see, seen), OK);
        if (seen->count > before)
            read.after = seen->rows[seen->count - 1];
    } while (read.rows_max && seen->count > before);
}

static bool reads_what_a_sorted_list_gives(struct rng *rng, size_t size)
{
    static struct seen seen;
    static struct expected all;
    struct fixture fixture;
    bool same = true;

    memset(&seen, 0, sizeof seen);
    fixture_open(&fixture);
    make_facts(fixture.db, rng, size, &all);
    struct store_read read = {
        .table = STORE_POSITIONS,
        .after = store_cursor_at((struct utc_us){rng_below(rng, 200)}),
        .until = {100 + (int64_t)rng_below(rng, 250)},
        .device = rng_below(rng, 6),
        .rows_max = rng_below(rng, 50),
    };
    read_in_steps(fixture.db, read, &seen);
    size_t at = 0;
    for (size_t i = 0; i < all.count; i++) {
        const struct store_cursor *fact = &all.facts[i];
        if (fact->at_us < read.after.at_us || fact->at_us >= read.until.us ||
            (read.device && fact->device != read.device))
            continue;
        same = same && at < seen.count && by_cursor(&seen.rows[at], fact) == 0;
        at++;
    }
    same = same && at == seen.count;
    fixture_close(&fixture);
    return same;
}

static void pages_give_each_row_once_in_order(void **state)
{
    (void)state;
    PROP(reads_what_a_sorted_list_gives, 40, 2999);
}

/* A device with two facts among very many, some of which share one time. */
static void a_page_ends_after_looking_at_many_and_the_next_goes_on(void **state)
{
    enum { MANY = 2 * STORE_WALK_ROWS + STORE_WALK_ROWS / 2 };
    static struct seen seen;
    struct fixture fixture;
    bool more = true;
    unsigned pages = 0;
    (void)state;

    memset(&seen, 0, sizeof seen);
    fixture_open(&fixture);
    assert_int_equal(store_db_begin(fixture.db), OK);
    for (int64_t i = 0; i < MANY; i++) {
        struct store_position position =
            fixture_position(2, i < MANY / 2 ? 1000 + i : 900000, (uint64_t)i, i);
        fixture_put_position(fixture.db, &position);
    }
    struct store_position rare = fixture_position(3, 5000, 1, 1);
    fixture_put_position(fixture.db, &rare);
    rare.key.at.us = 900000; /* after all that share its time */
    fixture_put_position(fixture.db, &rare);
    assert_int_equal(store_db_commit(fixture.db), OK);

    struct store_read read = all_of(STORE_POSITIONS);
    read.device = 3;
    read.rows_max = 10;
    for (; more; pages++) {
        assert_true(pages < 6);
        assert_int_equal(store_read_page(fixture.db, &read, see, &seen, &read.after, &more), OK);
    }
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.rows[1].at_us, 900000);
    assert_in_range(pages, 2, 5);

    read = all_of(STORE_POSITIONS); /* without a device, rows are the limit */
    read.rows_max = 7;
    seen.count = 0;
    assert_int_equal(store_read_page(fixture.db, &read, see, &seen, &read.after, &more), OK);
    assert_int_equal(seen.count, 7);
    assert_true(more);
    fixture_close(&fixture);
}

static void the_newest_of_each_device_is_found(void **state)
{
    static struct seen seen;
    struct fixture fixture;
    (void)state;

    fixture_open(&fixture);
    struct store_position position = fixture_position(1, 500, 1, 1);
    fixture_put_position(fixture.db, &position); /* 1 */
    position = fixture_position(1, 100, 1, 2);
    fixture_put_position(fixture.db, &position); /* late */
    position = fixture_position(2, 300, 9, 3);
    fixture_put_position(fixture.db, &position);
    position = fixture_position(2, 300, 4, 4);
    fixture_put_position(fixture.db, &position); /* 4: the same time, came later */
    position = fixture_position(3, 900, 4, 5);
    fixture_put_position(fixture.db, &position); /* not before the end */
    memset(&seen, 0, sizeof seen);
    assert_int_equal(store_read_last(fixture.db, STORE_POSITIONS, (struct utc_us){0},
                                     (struct utc_us){900}, see, &seen),
                     OK);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.ids[0], 1);
    assert_int_equal(seen.ids[1], 4);
    fixture_close(&fixture);
}

static void the_tail_is_read_in_order_of_arrival(void **state)
{
    static struct seen seen;
    struct fixture fixture;
    enum { FACTS = 2500 };
    (void)state;

    fixture_open(&fixture);
    assert_int_equal(store_db_begin(fixture.db), OK);
    for (int64_t i = 0; i < FACTS; i++) {
        struct store_reading reading = {.key = {1, {FACTS - i}, 0, {i}}};
        fixture_put_reading(fixture.db, &reading);
    }
    assert_int_equal(store_db_commit(fixture.db), OK);
    memset(&seen, 0, sizeof seen);
    assert_int_equal(store_read_tail(fixture.db, STORE_READINGS, 100, see, &seen), OK);
    assert_int_equal(seen.count, FACTS - 100);
    for (size_t i = 0; i < seen.count; i++)
        assert_int_equal(seen.ids[i], 101 + i);
    memset(&seen, 0, sizeof seen);
    seen.stop_after = 3;
    assert_int_equal(store_read_tail(fixture.db, STORE_READINGS, 0, see, &seen), ERR_CANCELLED);
    assert_int_equal(seen.count, 3);
    fixture_close(&fixture);
}

static void a_device_is_found_by_its_name(void **state)
{
    struct fixture fixture;
    uint32_t id = 0;
    (void)state;

    fixture_open(&fixture);
    fixture_put_device(fixture.db, 12, STR("13900000012"));
    assert_int_equal(store_device_find(fixture.db, 0, STR("13900000012"), &id), OK);
    assert_int_equal(id, 12);
    assert_int_equal(store_device_find(fixture.db, STORE_DEVICE_SENSOR, STR("13900000012"), &id),
                     ERR_NOT_FOUND);
    fixture_close(&fixture);
}

static enum err read_all_facts(void *context)
{
    struct fixture *fixture = context;
    static struct seen seen;
    struct store_read read = all_of(STORE_POSITIONS);

    seen.count = 0;
    enum err err = store_read(fixture->db, &read, see, &seen);
    if (!err)
        err = store_read_last(fixture->db, STORE_POSITIONS, (struct utc_us){0}, STORE_NO_END, see,
                              &seen);
    if (!err)
        err = store_read_tail(fixture->db, STORE_POSITIONS, 0, see, &seen);
    return err;
}

static void no_memory_is_told_and_nothing_is_left(void **state)
{
    struct fixture fixture;
    struct rng rng;
    static struct expected all;
    (void)state;

    fixture_open(&fixture);
    rng_init(&rng, 1);
    make_facts(fixture.db, &rng, 40, &all);
    check_sweep(read_all_facts, &fixture);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_a_position_comes_back),
        cmocka_unit_test(every_field_of_a_reading_comes_back),
        cmocka_unit_test(large_bodies_are_read_in_small_pages),
        cmocka_unit_test(pages_give_each_row_once_in_order),
        cmocka_unit_test(a_page_ends_after_looking_at_many_and_the_next_goes_on),
        cmocka_unit_test(the_newest_of_each_device_is_found),
        cmocka_unit_test(the_tail_is_read_in_order_of_arrival),
        cmocka_unit_test(a_device_is_found_by_its_name),
        cmocka_unit_test(no_memory_is_told_and_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
