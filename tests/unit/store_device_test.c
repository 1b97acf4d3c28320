/* Devices and fragments: what is put comes back, in order, and before the facts that follow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/batch.h"
#include "store/device.h"
#include "store/store.h"
#include "store_fixture.h"

struct seen {
    size_t devices;
    struct store_device last;
    char name[64];
    char unit[64];
    size_t fragments;
    uint32_t last_no;
    size_t last_size;
};

static enum err see_device(void *context, const struct store_device *device)
{
    struct seen *seen = context;

    assert_true(device->id > seen->last.id); /* by id */
    seen->devices++;
    seen->last = *device;
    snprintf(seen->name, sizeof seen->name, "%.*s", STR_ARG(device->name));
    snprintf(seen->unit, sizeof seen->unit, "%.*s", STR_ARG(device->unit));
    return OK;
}

static enum err see_fragment(void *context, const struct store_fragment *fragment)
{
    struct seen *seen = context;

    seen->fragments++;
    seen->last_no = fragment->no;
    seen->last_size = fragment->body.size;
    return OK;
}

static enum err see_and_stop(void *context, const struct store_device *device)
{
    (void)context;
    (void)device;
    return ERR_CANCELLED;
}

static struct store_db *open_db(char *folder)
{
    struct store_db *db = NULL;
    struct diag diag = {0};

    assert_non_null(mkdtemp(folder));
    struct store_db_open open = {.folder = folder};
    if (store_db_open(&open, &db, &diag))
        fail_msg("%s", diag.text);
    return db;
}

static struct store_device made(uint32_t id, struct str name)
{
    return (struct store_device){
        .id = id,
        .kind = STORE_DEVICE_TERMINAL,
        .name = name,
        .maker = STR("M1"),
        .model = STR("T-8"),
        .version = STR("v2"),
        .auth = STR("secret"),
        .unit = STR("truck-7"),
        .unit_kind = STORE_UNIT_VEHICLE,
        .empty_mm = 1500,
        .full_mm = 200,
        .state = STORE_DEVICE_UNASSIGNED,
        .enrolled = {123456789},
    };
}

static void a_device_is_replaced_by_id_and_never_by_name(void **state)
{
    char folder[] = "/tmp/yc-device-XXXXXX";
    struct seen seen = {0};
    (void)state;

    struct store_db *db = open_db(folder);
    struct store_device device = made(7, STR("13800000001"));
    assert_int_equal(store_device_put(db, &device), OK);
    device.unit = STR("truck-8");
    device.state = STORE_DEVICE_KNOWN;
    assert_int_equal(store_device_put(db, &device), OK);
    struct store_device other = made(8, STR("13800000001"));
    assert_int_equal(store_device_put(db, &other), ERR_EXISTS);
    other.kind = STORE_DEVICE_SENSOR; /* a sensor may have a terminal's number */
    assert_int_equal(store_device_put(db, &other), OK);
    other.kind = STORE_DEVICE_TERMINAL;
    assert_int_equal(store_device_put(db, &other), ERR_EXISTS);

    assert_int_equal(store_device_each(db, see_device, &seen), OK);
    assert_int_equal(seen.devices, 2);
    assert_int_equal(seen.last.kind, STORE_DEVICE_SENSOR);
    assert_int_equal(seen.last.enrolled.us, 123456789);
    assert_int_equal(seen.last.empty_mm, 1500);
    assert_int_equal(seen.last.full_mm, 200);
    assert_string_equal(seen.unit, "truck-7");
    assert_int_equal(store_device_each(db, see_and_stop, NULL), ERR_CANCELLED);
    store_db_close(db);
    fixture_remove(folder);
}

static void a_text_over_the_limit_is_refused(void **state)
{
    char folder[] = "/tmp/yc-device-XXXXXX";
    static char long_text[STORE_DEVICE_TEXT_MAX + 1];
    (void)state;

    struct store_db *db = open_db(folder);
    struct store_device device = made(1, STR("1"));
    device.auth = (struct str){long_text, sizeof long_text};
    assert_int_equal(store_device_put(db, &device), ERR_LIMIT);
    store_db_close(db);
    fixture_remove(folder);
}

static void told_nothing(void *context, struct store_ticket ticket, enum err err)
{
    (void)ticket;
    *(enum err *)context = err;
}

static void devices_and_fragments_travel_in_the_batch(void **state)
{
    char folder[] = "/tmp/yc-device-XXXXXX";
    struct diag diag = {0};
    struct seen seen = {0};
    struct store *store = NULL;
    enum err told = ERR_BUSY;
    char name[] = "sensor-1";
    unsigned char body[] = {1, 2, 3};
    (void)state;

    assert_non_null(mkdtemp(folder));
    struct store_options options = {
        .folder = folder, .clock = clock_os(), .told = told_nothing, .context = &told};
    assert_int_equal(store_open(&options, &store, &diag), OK);
    struct store_device device = made(3, str_of(name));
    assert_int_equal(store_put_device(store, &device), OK);
    name[0] = '?'; /* the bytes were copied */
    for (uint32_t no = 1; no <= 2; no++) {
        struct store_fragment fragment = {3, 0x0801, 40, no, 2, {5}, {body, sizeof body}};
        assert_int_equal(store_put_fragment(store, &fragment), OK);
        fragment.first = 90;
        assert_int_equal(store_put_fragment(store, &fragment), OK);
    }
    assert_int_equal(store_put_fragments_done(store, 3, 0x0801, 40), OK);
    assert_int_equal(store_put_ticket(store, (struct store_ticket){1, 1}), OK);
    store_drain(store);
    assert_int_equal(told, OK);
    store_close(store);

    struct store_db *db = NULL;
    struct store_db_open open = {.folder = folder, .read_only = true};
    assert_int_equal(store_db_open(&open, &db, &diag), OK);
    assert_int_equal(store_device_each(db, see_device, &seen), OK);
    assert_int_equal(seen.devices, 1);
    assert_string_equal(seen.name, "sensor-1");
    assert_string_equal(seen.unit, "truck-7");
    assert_int_equal(store_fragment_each(db, see_fragment, &seen), OK);
    assert_int_equal(seen.fragments, 2); /* of the message that is not done */
    assert_int_equal(seen.last_no, 2);
    assert_int_equal(seen.last_size, 3);
    assert_int_equal(store_fragment_of(db, 3, 0x0801, 40, see_fragment, &seen), OK);
    assert_int_equal(store_fragment_of(db, 4, 0x0801, 90, see_fragment, &seen), OK);
    assert_int_equal(seen.fragments, 2);
    assert_int_equal(store_fragment_of(db, 3, 0x0801, 90, see_fragment, &seen), OK);
    assert_int_equal(seen.fragments, 4);
    store_db_close(db);
    fixture_remove(folder);
}

/* Devices with long texts fill the queue like any other bytes: BUSY, and good again after it. */
static void long_texts_are_busy_and_no_failure(void **state)
{
    char folder[] = "/tmp/yc-device-XXXXXX";
    static char text[STORE_DEVICE_TEXT_MAX];
    struct diag diag = {0};
    struct store *store = NULL;
    char name[32];
    enum err told = ERR_BUSY;
    enum err err = OK;
    (void)state;

    assert_non_null(mkdtemp(folder));
    struct store_options options = {
        .folder = folder, .clock = clock_os(), .told = told_nothing, .context = &told};
    assert_int_equal(store_open(&options, &store, &diag), OK);
    memset(text, 'x', sizeof text);
    for (uint32_t id = 1; !err; id++) {
        snprintf(name, sizeof name, "sensor-%u", id);
        struct store_device device = made(id, str_of(name));
        device.version = device.auth = device.unit = (struct str){text, sizeof text};
        err = store_put_device(store, &device);
        assert_true(id < 100000);
    }
    assert_int_equal(err, ERR_BUSY);
    assert_true(store_has_room(store, 0, 0));
    store_drain(store);
    struct store_device device = made(900000, STR("sensor-0"));
    assert_int_equal(store_put_device(store, &device), OK);
    store_close(store);
    fixture_remove(folder);
}

/* One batch of `count` devices, each with a text of `size` bytes; devices are put again and again
 * while nothing can be stored, for terminals register until they are answered. */
static enum err write_devices(struct store_db *db, struct store_owed *owed, uint32_t count,
                              size_t size)
{
    static char text[STORE_DEVICE_TEXT_MAX];
    struct store_batch batch;
    char name[32];

    memset(text, 'x', sizeof text);
    store_batch_init(&batch);
    for (uint32_t id = 1; id <= count; id++) {
        struct store_op op = {.kind = STORE_OP_DEVICE, .bytes_at = batch.bytes.size};
        snprintf(name, sizeof name, "sensor-%u", id);
        struct store_device device = made(id, str_of(name));
        device.version = device.auth = device.model = (struct str){text, size};
        assert_int_equal(store_batch_device(&batch.bytes, &device), OK);
        assert_int_equal(vec_push(&batch.ops, op), OK);
    }
    store_batch_write(&batch, db, owed, clock_os());
    enum err err = batch.err;
    store_batch_done(&batch);
    return err;
}

static void a_long_failure_owes_each_device_once(void **state)
{
    struct fixture fixture;
    struct store_owed owed;
    (void)state;

    fixture_open(&fixture);
    struct store_db *deaf = fixture_connect(fixture.folder, true); /* nothing can be written here */
    store_owed_init(&owed);
    for (unsigned i = 0; i < 200; i++)
        assert_int_not_equal(write_devices(deaf, &owed, 100, i % 2 ? 3000 : 4000), OK);
    assert_int_equal(owed.err, OK);
    assert_int_equal(owed.devices.count, 100);
    assert_int_not_equal(write_devices(deaf, &owed, 101, 20), OK);
    assert_int_equal(write_devices(fixture.db, &owed, 0, 0), OK); /* nothing of its own */
    assert_int_equal(write_devices(fixture.db, &owed, 1, 4000), OK);
    assert_int_equal(fixture_number(fixture.db, "SELECT count(*) FROM device"), 101);
    assert_int_equal(fixture_number(fixture.db, "SELECT length(version) FROM device WHERE id = 2"),
                     20); /* as it was put last */
    assert_int_equal(owed.devices.count, 0);
    store_owed_done(&owed);
    store_db_close(deaf);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_replaced_by_id_and_never_by_name),
        cmocka_unit_test(a_text_over_the_limit_is_refused),
        cmocka_unit_test(devices_and_fragments_travel_in_the_batch),
        cmocka_unit_test(long_texts_are_busy_and_no_failure),
        cmocka_unit_test(a_long_failure_owes_each_device_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
