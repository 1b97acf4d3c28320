/* What devices say, folded into the live picture: the registry, its snapshot, messages in parts,
 * readings of bins, answers to commands. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "app/ingest/command.h"
#include "app/ingest/live.h"
#include "app/ingest/reading.h"
#include "base/clock.h"
#include "net/loop.h"
#include "store/read.h"
#include "store_fixture.h"

#define NOW_US INT64_C(1764000000000000)
#define S_US INT64_C(1000000)

/* A clock that stands where the test puts it. */
struct still {
    struct clock clock;
    int64_t us;
    int64_t set_us; /* the day's clock was set by so much */
};

static struct utc_us still_utc(const struct clock *clock)
{
    const struct still *still = (const struct still *)clock;

    return (struct utc_us){NOW_US + still->us + still->set_us};
}

static struct mono_us still_mono(const struct clock *clock)
{
    return (struct mono_us){((const struct still *)clock)->us};
}

struct town {
    struct fixture fixture; /* its db is the reader */
    struct still still;
    struct log log;
    struct net_loop *loop;
    struct store *store;
    struct app_devices devices;
    struct app_live *live;
    struct app_commands *commands;
    struct app_terminals terminals;
    struct app_readings readings;
    uint64_t tickets;
};

static void told(void *context, struct store_ticket ticket, enum err err)
{
    struct town *town = context;

    (void)ticket;
    assert_int_equal(err, OK);
    town->tickets++;
}

static void town_begin(struct town *town)
{
    struct store_options options = {
        .folder = town->fixture.folder, .clock = clock_os(), .told = told, .context = town};
    struct app_terminals_options terminals = {.bind = "127.0.0.1"};
    struct diag diag = {0};

    town->still.clock = (struct clock){still_utc, still_mono};
    assert_int_equal(net_loop_new(&town->loop), OK);
    assert_int_equal(store_open(&options, &town->store, &diag), OK);
    town->fixture.db = fixture_connect(town->fixture.folder, true);
    app_devices_init(&town->devices);
    assert_int_equal(app_devices_load(&town->devices, town->fixture.db), OK);
    assert_int_equal(app_live_new(town->loop, &town->devices, &town->still.clock, &town->live), OK);
    assert_int_equal(app_commands_new(&town->devices, town->live, &town->commands), OK);
    town->terminals = (struct app_terminals){.devices = &town->devices,
                                             .store = town->store,
                                             .clock = &town->still.clock,
                                             .log = &town->log,
                                             .commands = town->commands,
                                             .live = town->live};
    terminals.loop = town->loop;
    assert_int_equal(app_terminals_start(&town->terminals, &terminals, town->fixture.db, &diag),
                     OK);
    town->readings = (struct app_readings){.devices = &town->devices,
                                           .store = town->store,
                                           .live = town->live,
                                           .clock = &town->still.clock,
                                           .log = &town->log};
}

static void town_end(struct town *town)
{
    store_drain(town->store);
    app_terminals_stop(&town->terminals);
    app_commands_free(town->commands);
    app_live_free(town->live);
    app_devices_done(&town->devices);
    store_close(town->store);
    store_db_close(town->fixture.db);
    town->fixture.db = NULL;
    net_loop_free(town->loop);
}

static void town_again(struct town *town)
{
    town_end(town);
    town_begin(town);
}

static int setup(void **state)
{
    struct town *town = calloc(1, sizeof *town);

    fixture_folder(&town->fixture);
    town_begin(town);
    *state = town;
    return 0;
}

static int teardown(void **state)
{
    struct town *town = *state;

    town_end(town);
    fixture_remove(town->fixture.folder);
    free(town);
    assert_int_equal(mem_live_bytes(), 0);
    return 0;
}

static struct app_device *add(struct town *town, enum store_device_kind kind, const char *name)
{
    struct store_device row = {.kind = kind,
                               .name = str_of(name),
                               .unit = STR("unit"),
                               .empty_mm = 1000,
                               .full_mm = 200,
                               .state = STORE_DEVICE_KNOWN,
                               .enrolled = {NOW_US}};
    struct app_device *device = NULL;

    assert_int_equal(app_device_add(&town->devices, town->store, &row, &device), OK);
    assert_non_null(app_device_terminal(device));
    return device;
}

static int64_t rows(struct town *town, const char *sql)
{
    store_drain(town->store);
    return fixture_number(town->fixture.db, sql);
}

/* --- the registry --- */

static void a_registry_comes_back_as_it_was(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");

    add(town, STORE_DEVICE_SENSOR, "13800000001"); /* another kind, another device */
    struct store_device row = device->row;
    row.version = STR("2.0");
    row.unit = STR("truck-1");
    row.name = STR("not this one");
    assert_int_equal(app_device_change(town->store, device, &row), OK);
    town_again(town);
    assert_int_equal(town->devices.count, 2);
    device = app_device_find(&town->devices, STORE_DEVICE_TERMINAL, STR("13800000001"));
    assert_non_null(device);
    assert_ptr_equal(app_device_by_id(&town->devices, 1), device);
    check_text(device->row.name, "13800000001");
    check_text(device->row.version, "2.0");
    check_text(device->row.unit, "truck-1");
    assert_null(app_device_by_id(&town->devices, 0));
    assert_null(app_device_by_id(&town->devices, 3));
    assert_null(app_device_find(&town->devices, STORE_DEVICE_SENSOR, STR("not this one")));
}

static void a_row_that_changes_often_takes_no_more_memory(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");
    char version[32];
    size_t before = 0;

    for (unsigned i = 0; i < 20000; i++) {
        struct store_device row = device->row;
        snprintf(version, sizeof version, "version %020u", i);
        row.version = str_of(version);
        assert_int_equal(app_device_change(town->store, device, &row), OK);
        if (i % 1000 == 0)
            store_drain(town->store);
        if (i == 10000)
            before = mem_live_bytes();
    }
    store_drain(town->store);
    assert_true(mem_live_bytes() <= before + 4096);
}

static enum err load_swept(void *context)
{
    struct town *town = context;
    struct app_devices devices;

    app_devices_init(&devices);
    enum err err = app_devices_load(&devices, town->fixture.db);
    if (!err)
        assert_int_equal(devices.count, 50);
    app_devices_done(&devices);
    return err;
}

static void a_load_without_memory_leaves_nothing(void **state)
{
    struct town *town = *state;
    char name[16];

    for (unsigned i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "%u", 100 + i);
        struct app_device *device = add(town, STORE_DEVICE_TERMINAL, name);
        struct store_position position = fixture_position(i + 1, NOW_US, i, NOW_US);
        app_device_position(&town->devices, device, &position);
        assert_int_equal(store_put_position(town->store, &position), OK);
    }
    app_devices_save(&town->devices, town->store);
    store_drain(town->store);
    check_sweep(load_swept, town);
}

/* A device that could not be taken in for lack of memory comes again: it is one row in the end, and
 * nobody else's number. */
static void a_device_refused_for_lack_of_memory_is_taken_later(void **state)
{
    struct town *town = *state;
    char name[16];

    for (unsigned i = 0; i < 40; i++) {
        struct store_device row = {.kind = STORE_DEVICE_SENSOR, .enrolled = {NOW_US}};
        struct app_device *device;
        enum err err = ERR_NOMEM;
        snprintf(name, sizeof name, "bin-%u", i);
        row.name = str_of(name);
        for (unsigned nth = 1; err; nth++) {
            mem_fail_nth(nth);
            err = app_device_add(&town->devices, town->store, &row, &device);
            mem_fail_nth(0);
            if (err)
                assert_int_equal(err, ERR_NOMEM);
            store_drain(town->store);
        }
    }
    assert_int_equal(rows(town, "SELECT count(*) FROM device"), 40);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "bin-%u", i);
        const struct app_device *device =
            app_device_find(&town->devices, STORE_DEVICE_SENSOR, str_of(name));
        assert_non_null(device);
        assert_int_equal(device->row.id, i + 1);
    }
}

/* --- the live picture and its snapshot --- */

static struct store_reading level(const struct app_device *device, int64_t at_us, int32_t fill_bp)
{
    return (struct store_reading){.key = {device->row.id, {at_us}, (uint64_t)at_us, {NOW_US}},
                                  .fields = STORE_READING_FILL,
                                  .fill_bp = fill_bp};
}

static void a_snapshot_and_its_tail_are_the_picture(void **state)
{
    struct town *town = *state;
    struct app_device *truck = add(town, STORE_DEVICE_TERMINAL, "13800000001");
    struct app_device *bin = add(town, STORE_DEVICE_SENSOR, "bin-1");
    struct store_position position = fixture_position(1, NOW_US - S_US, 7, NOW_US);

    position.altitude_m = -3;
    position.speed_dkmh = 421;
    position.heading_deg = 359;
    position.odometer_dkm = 98765;
    position.status = 3;
    position.alarm = 0x80000001;
    position.flags = STORE_POSITION_BACKLOG;
    truck->terminal->edition = 2019;
    truck->errors[APP_ERROR_FLOOD] = 9;
    assert_int_equal(store_put_position(town->store, &position), OK);
    app_device_position(&town->devices, truck, &position);
    app_device_heard(&town->devices, truck, (struct utc_us){NOW_US});
    struct store_reading reading = level(bin, NOW_US - S_US, 5000);
    reading.fields |= STORE_READING_TEMPERATURE | STORE_READING_TILT;
    reading.temperature_cc = -1234;
    reading.tilt = true;
    assert_int_equal(store_put_reading(town->store, &reading), OK);
    app_device_reading(&town->devices, bin, &reading);
    app_devices_save(&town->devices, town->store);
    store_drain(town->store);
    assert_int_equal(town->devices.changed, 0);
    struct store_reading later = level(bin, NOW_US, 6000); /* in the tail only */
    assert_int_equal(store_put_reading(town->store, &later), OK);
    town_again(town);

    truck = app_device_by_id(&town->devices, 1);
    const struct store_position *last = &truck->terminal->last;
    assert_int_equal(truck->terminal->edition, 2019);
    assert_int_equal(truck->errors[APP_ERROR_FLOOD], 9);
    assert_int_equal(truck->frames, 1);
    assert_int_equal(truck->heard.us, NOW_US);
    assert_int_equal(last->key.at.us, position.key.at.us);
    assert_int_equal(last->key.received.us, NOW_US);
    assert_int_equal(last->place.lat_e7, position.place.lat_e7);
    assert_int_equal(last->place.lng_e7, position.place.lng_e7);
    assert_int_equal(last->altitude_m, -3);
    assert_int_equal(last->speed_dkmh, 421);
    assert_int_equal(last->heading_deg, 359);
    assert_int_equal(last->odometer_dkm, 98765);
    assert_int_equal(last->status, 3);
    assert_int_equal(last->alarm, 0x80000001);
    assert_int_equal(last->flags, STORE_POSITION_BACKLOG);
    bin = app_device_by_id(&town->devices, 2);
    assert_int_equal(bin->reading.fill_bp, 6000);
    assert_int_equal(bin->reading.temperature_cc, -1234); /* the last good one stands */
    assert_true(bin->reading.tilt);
}

static void a_late_fact_does_not_turn_the_picture_back(void **state)
{
    struct town *town = *state;
    struct app_device *bin = add(town, STORE_DEVICE_SENSOR, "bin-1");
    struct store_reading new = level(bin, NOW_US, 8000);
    struct store_reading old = level(bin, NOW_US - 3600 * S_US, 1000);

    app_device_reading(&town->devices, bin, &new);
    app_device_reading(&town->devices, bin, &old);
    assert_int_equal(bin->reading.fill_bp, 8000);
}

/* A sensor whose clock was wrong once is believed again afterwards. */
static void a_wrong_clock_does_not_freeze_a_bin(void **state)
{
    struct town *town = *state;
    struct app_device *bin = add(town, STORE_DEVICE_SENSOR, "bin-1");
    struct store_reading readings[] = {
        level(bin, NOW_US, 1000),
        level(bin, NOW_US + 20 * INT64_C(31536000) * S_US, 2000), /* twenty years ahead */
        level(bin, NOW_US + S_US, 3000), level(bin, 0, 4000),     /* its clock has begun anew */
    };

    for (size_t i = 0; i < COUNT_OF(readings); i++) {
        readings[i].key.received.us = NOW_US + (int64_t)i * S_US;
        app_device_reading(&town->devices, bin, &readings[i]);
        assert_int_equal(bin->reading.fill_bp, readings[i].fill_bp);
    }
}

/* --- messages in parts --- */

static enum err part(struct town *town, struct app_device *device, uint16_t first, uint16_t no,
                     uint16_t total, size_t size)
{
    unsigned char body[WIRE_JT808_BODY_MAX];
    struct app_message message = {
        .device = device,
        .head = {.msg_id = 0x0801,
                 .parted = true,
                 .serial = (uint16_t)(first + no - 1),
                 .part_count = total,
                 .part_no = no},
        .body = {body, size},
        .now = clock_utc(&town->still.clock),
    };
    uint32_t media = 0;

    memset(body, 'a' + no, sizeof body);
    enum err err = app_parts_take(&town->terminals, &message, &media);
    if (!err && !device->terminal->parts && no)
        assert_int_not_equal(media, 0); /* it was the last one */
    return err;
}

static void parts_in_any_order_are_one_message(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");

    assert_int_equal(part(town, device, 0xFFFF, 3, 3, 10), OK); /* serials go over their end */
    assert_int_equal(part(town, device, 0xFFFF, 1, 3, 10), OK);
    assert_int_equal(part(town, device, 0xFFFF, 1, 3, 10), OK); /* again */
    assert_int_equal(rows(town, "SELECT count(*) FROM event"), 0);
    assert_int_equal(rows(town, "SELECT count(*) FROM fragment"), 2);
    town_again(town); /* what came is taken up again */
    device = app_device_by_id(&town->devices, 1);
    assert_int_equal(part(town, device, 0xFFFF, 2, 3, 10), OK);
    assert_int_equal(rows(town, "SELECT count(*) FROM event WHERE kind = 'jt808.0801' AND"
                                " body = CAST('bbbbbbbbbbccccccccccdddddddddd' AS BLOB)"),
                     1);
    assert_int_equal(rows(town, "SELECT count(*) FROM fragment"), 0);
    assert_int_equal(town->terminals.parts_bytes, 0);
}

static void parts_have_limits(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");

    assert_int_equal(part(town, device, 1, 0, 2, 10), ERR_INVALID);
    assert_int_equal(part(town, device, 1, 3, 2, 10), ERR_INVALID);
    assert_int_equal(part(town, device, 1, 1, 4097, 10), ERR_LIMIT);
    for (uint16_t i = 0; i < 4; i++)
        assert_int_equal(part(town, device, (uint16_t)(1 + 10000 * i), 1, 4096, 0), OK);
    assert_int_equal(part(town, device, 60000, 1, 2, 10), ERR_LIMIT);
    /* What a message takes before its parts come counts as well. */
    assert_true(town->terminals.parts_bytes >= 4 * 4096 * sizeof(struct bytes));
}

/* What a terminal began and will not end is kept as it is, and its memory given back, whether the
 * terminal is there or not. */
static void parts_of_a_terminal_that_went_away_are_given_up(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");

    assert_int_equal(part(town, device, 1, 1, 3, 10), OK);
    for (int i = 0; i < 700; i++) {
        town->still.us += S_US;
        app_parts_tick(&town->terminals);
    }
    assert_int_equal(rows(town, "SELECT count(*) FROM event WHERE kind = 'jt808.incomplete'"), 1);
    assert_int_equal(rows(town, "SELECT count(*) FROM fragment"), 0);
    assert_null(device->terminal->parts);
    assert_int_equal(town->terminals.parts_bytes, 0);
}

/* The batch with the last part and the whole message failed, a full disk: the terminal sends the
 * last one again, and only that, for the others were answered. */
static void a_message_that_could_not_be_stored_is_ended_later(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");

    assert_int_equal(part(town, device, 7, 1, 3, 10), OK);
    assert_int_equal(part(town, device, 7, 2, 3, 10), OK);
    assert_int_equal(rows(town, "SELECT count(*) FROM fragment"), 2);
    app_parts_done(&town->terminals, device->terminal); /* forgotten with the last part */
    app_terminals_told(&town->terminals, (struct store_ticket){0}, ERR_FULL);
    assert_int_equal(part(town, device, 7, 3, 3, 10), OK);
    assert_int_equal(rows(town, "SELECT count(*) FROM event WHERE length(body) = 30"), 1);
    assert_int_equal(rows(town, "SELECT count(*) FROM fragment"), 0);
}

static void put_raw(struct town *town, struct app_device *device, const char *kind)
{
    struct app_message message = {.device = device, .now = clock_utc(&town->still.clock)};

    assert_int_equal(app_message_raw(&town->terminals, &message, str_of(kind)), OK);
}

static void messages_without_a_body_are_told_apart(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");

    put_raw(town, device, "jt808.0302");
    put_raw(town, device, "jt808.0702");
    put_raw(town, device, "jt808.0702"); /* sent again */
    assert_int_equal(rows(town, "SELECT count(*) FROM event"), 2);
}

/* --- readings --- */

static enum err take(struct town *town, const char *json, const char *sender,
                     struct app_reading_sum *sum)
{
    struct app_reading_message message = {.kind = WIRE_BIN_KIND_JSON,
                                          .body = str_bytes(str_of(json)),
                                          .sender = str_of(sender),
                                          .received = clock_utc(&town->still.clock)};
    struct diag diag = {0};

    *sum = (struct app_reading_sum){0};
    return app_readings_take(&town->readings, &message, sum, &diag);
}

static void a_reading_is_counted_once_and_has_its_level(void **state)
{
    struct town *town = *state;
    struct app_device *bin = add(town, STORE_DEVICE_SENSOR, "bin-1");
    struct app_reading_sum sum;
    const char *one =
        "{\"device\":\"bin-1\",\"time\":\"2025-11-24T08:00:00Z\",\"distance_mm\":400}";

    assert_int_equal(take(town, one, "", &sum), OK);
    assert_int_equal(sum.accepted, 1);
    town->still.us += 60 * S_US;
    assert_int_equal(take(town,
                          "[{\"device\":\"bin-1\",\"time\":\"2025-11-24T08:00:00Z\","
                          "\"distance_mm\":400},"
                          "{\"device\":\"bin-1\",\"time\":\"2025-11-24T09:00:00Z\","
                          "\"distance_mm\":400},"
                          "{\"device\":\"nobody\",\"distance_mm\":400}]",
                          "", &sum),
                     OK);
    assert_int_equal(sum.accepted, 2);
    assert_int_equal(sum.unknown, 1);
    assert_int_equal(rows(town, "SELECT count(*) FROM reading"), 2);
    assert_int_equal(bin->reading.fill_bp, 7500); /* of 1000 down to 200 mm */
    assert_int_equal(take(town, "{\"device\":\"bin-1\",\"distance_mm\":4000}", "", &sum), OK);
    assert_true(bin->reading.fields & STORE_READING_INVALID); /* deeper than the bin */
    assert_int_equal(bin->reading.fill_bp, 7500);             /* the last good one stands */
}

static void a_sender_speaks_for_itself_only(void **state)
{
    struct town *town = *state;
    struct app_reading_sum sum;

    add(town, STORE_DEVICE_SENSOR, "bin-1");
    struct app_device *blocked = add(town, STORE_DEVICE_SENSOR, "bin-2");
    struct store_device row = blocked->row;
    row.state = STORE_DEVICE_BLOCKED;
    assert_int_equal(app_device_change(town->store, blocked, &row), OK);
    assert_int_equal(take(town, "{\"device\":\"bin-1\",\"fill_pct\":10}", "bin-3", &sum),
                     ERR_NOT_FOUND);
    assert_int_equal(take(town, "{\"device\":\"bin-2\",\"fill_pct\":10}", "", &sum), ERR_NOT_FOUND);
    assert_int_equal(take(town, "{\"device\":\"bin-9\",\"fill_pct\":10}", "", &sum), ERR_NOT_FOUND);
    assert_int_equal(rows(town, "SELECT count(*) FROM reading"), 0);
    assert_int_equal(take(town, "{\"fill_pct\":10}", "bin-3", &sum), OK); /* has a token */
    assert_non_null(app_device_find(&town->devices, STORE_DEVICE_SENSOR, STR("bin-3")));
    assert_int_equal(rows(town, "SELECT count(*) FROM reading"), 1);
}

static enum err take_swept(void *context)
{
    struct app_reading_sum sum;

    return take(context,
                "[{\"device\":\"bin-1\",\"fill_pct\":10},{\"device\":\"bin-1\","
                "\"distance_mm\":300}]",
                "", &sum);
}

static void readings_without_memory_leave_nothing(void **state)
{
    struct town *town = *state;

    add(town, STORE_DEVICE_SENSOR, "bin-1");
    assert_int_equal(take_swept(town), OK); /* the batch has its room now */
    check_sweep(take_swept, town);
}

/* --- commands --- */

static struct app_command *sent(struct town *town, const struct app_device *device, uint16_t msg_id,
                                uint16_t serial)
{
    struct app_commands *commands = town->commands;
    uint64_t id = commands->next++;
    struct app_command *command = &commands->items[id % APP_COMMANDS_MAX];

    *command = (struct app_command){.id = id,
                                    .device = device->row.id,
                                    .msg_id = msg_id,
                                    .serial = serial,
                                    .result = -1,
                                    .sent = clock_utc(&town->still.clock),
                                    .waits = clock_mono(&town->still.clock)};
    buf_init(&command->answer, APP_COMMAND_ANSWER_BYTES_MAX);
    commands->waiting++;
    return command;
}

static void answered(struct town *town, struct app_device *device, uint16_t msg_id,
                     const void *body, size_t size)
{
    struct app_message message = {.device = device,
                                  .head = {.msg_id = msg_id},
                                  .body = {body, size},
                                  .now = clock_utc(&town->still.clock)};

    app_commands_answered(town->commands, &message);
}

static void an_answer_finds_its_command(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");
    struct app_device *other = add(town, STORE_DEVICE_TERMINAL, "13800000002");
    struct app_command *text = sent(town, device, 0x8300, 0);
    struct app_command *control = sent(town, device, 0x8105, 1);

    answered(town, device, 0x0001, "", 0); /* says nothing */
    answered(town, device, 0x0001, "\0\0\x83\0", 4);
    answered(town, device, 0x0001, "\0\0\x81\x03\0", 5); /* that serial, of something else */
    answered(town, other, 0x0001, "\0\0\x83\0\0", 5);
    assert_int_equal(text->state, APP_COMMAND_WAITING);
    answered(town, device, 0x0001, "\0\0\x83\0\0", 5);
    assert_int_equal(text->state, APP_COMMAND_ANSWERED);
    assert_int_equal(text->result, 0);
    answered(town, device, 0x0001, "\0\x01\x81\x05\x01", 5);
    assert_int_equal(control->state, APP_COMMAND_REFUSED);
    assert_int_equal(town->commands->waiting, 0);
}

static void a_query_is_answered_once(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");
    static const unsigned char params[] = {0, 5, 1, 0, 0, 0, 0x29, 4, 0, 0, 0, 30};
    struct app_command *query = sent(town, device, 0x8104, 5);

    answered(town, device, 0x0104, params, sizeof params);
    assert_int_equal(query->state, APP_COMMAND_ANSWERED);
    assert_true(query->answer.size > 0);
    assert_ptr_equal(app_command_find(town->commands, query->id), query);
    assert_null(app_command_find(town->commands, query->id + APP_COMMANDS_MAX));
}

static void a_command_waits_so_long(void **state)
{
    struct town *town = *state;
    struct app_device *device = add(town, STORE_DEVICE_TERMINAL, "13800000001");
    struct app_command *late = sent(town, device, 0x8300, 1);

    town->still.set_us = INT64_C(7200) * S_US;
    app_commands_tick(town->commands, &town->still.clock);
    assert_int_equal(late->state, APP_COMMAND_WAITING);
    town->still.us = APP_COMMAND_WAIT_US / 2;
    struct app_command *next = sent(town, device, 0x8300, 2);
    town->still.us = APP_COMMAND_WAIT_US + S_US;
    app_commands_tick(town->commands, &town->still.clock);
    assert_int_equal(late->state, APP_COMMAND_UNANSWERED);
    assert_int_equal(next->state, APP_COMMAND_WAITING);
    app_commands_gone(town->commands, device);
    assert_int_equal(next->state, APP_COMMAND_UNANSWERED);
    assert_int_equal(town->commands->waiting, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_registry_comes_back_as_it_was),
        TEST(a_row_that_changes_often_takes_no_more_memory),
        TEST(a_load_without_memory_leaves_nothing),
        TEST(a_device_refused_for_lack_of_memory_is_taken_later),
        TEST(a_snapshot_and_its_tail_are_the_picture),
        TEST(a_late_fact_does_not_turn_the_picture_back),
        TEST(a_wrong_clock_does_not_freeze_a_bin),
        TEST(parts_in_any_order_are_one_message),
        TEST(parts_have_limits),
        TEST(parts_of_a_terminal_that_went_away_are_given_up),
        TEST(a_message_that_could_not_be_stored_is_ended_later),
        TEST(messages_without_a_body_are_told_apart),
        TEST(a_reading_is_counted_once_and_has_its_level),
        TEST(a_sender_speaks_for_itself_only),
        TEST(readings_without_memory_leave_nothing),
        TEST(an_answer_finds_its_command),
        TEST(a_query_is_answered_once),
        TEST(a_command_waits_so_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
