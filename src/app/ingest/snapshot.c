/* snapshot.c - see snapshot.h.
 *
 * A state is a version byte and fields in a fixed order, big-endian. A state of another version is
 * passed over: its device is then known by what comes next.
 */
#include "app/ingest/snapshot.h"

#include "base/rd.h"
#include "store/read.h"
#include "store/state.h"
#include "store/store.h"

enum { APP_STATE_VERSION = 1, APP_STATE_BYTES_MAX = 512 };

enum { APP_STATE_POSITION = 1, APP_STATE_READING = 2 };

/* --- writing --- */

static void app_state_u64(struct buf *out, uint64_t value)
{
    buf_u32be(out, (uint32_t)(value >> 32));
    buf_u32be(out, (uint32_t)value);
}

static void app_state_u32(struct buf *out, int64_t value)
{
    buf_u32be(out, (uint32_t)value);
}

static void app_state_key(struct buf *out, const struct store_key *key)
{
    app_state_u64(out, (uint64_t)key->at.us);
    app_state_u64(out, (uint64_t)key->received.us);
}

static void app_state_position(struct buf *out, const struct store_position *position)
{
    app_state_key(out, &position->key);
    app_state_u32(out, position->place.lat_e7);
    app_state_u32(out, position->place.lng_e7);
    app_state_u32(out, position->altitude_m);
    app_state_u32(out, position->speed_dkmh);
    app_state_u32(out, position->heading_deg);
    app_state_u32(out, position->odometer_dkm);
    app_state_u32(out, position->status);
    app_state_u32(out, position->alarm);
    app_state_u32(out, position->flags);
}

static void app_state_reading(struct buf *out, const struct store_reading *reading)
{
    app_state_key(out, &reading->key);
    app_state_u32(out, reading->fields);
    app_state_u32(out, reading->distance_mm);
    app_state_u32(out, reading->fill_bp);
    app_state_u32(out, reading->battery_dpct);
    app_state_u32(out, reading->battery_mv);
    app_state_u32(out, reading->temperature_cc);
    app_state_u32(out, reading->weight_g);
    app_state_u32(out, reading->place.lat_e7);
    app_state_u32(out, reading->place.lng_e7);
    buf_u8(out, reading->tilt);
    buf_u8(out, reading->alarm);
}

static void app_state_write(struct buf *out, const struct app_device *device)
{
    const struct app_terminal *terminal = device->terminal;
    bool position = terminal && terminal->last.key.device;
    bool reading = device->reading.key.device;

    buf_u8(out, APP_STATE_VERSION);
    buf_u8(out, (uint8_t)((position ? APP_STATE_POSITION : 0) | (reading ? APP_STATE_READING : 0)));
    app_state_u64(out, (uint64_t)device->heard.us);
    app_state_u64(out, device->frames);
    for (size_t i = 0; i < APP_ERROR_KINDS; i++)
        buf_u32be(out, device->errors[i]);
    buf_u16be(out, terminal ? terminal->edition : 0);
    if (position)
        app_state_position(out, &terminal->last);
    if (reading)
        app_state_reading(out, &device->reading);
}

/* --- reading --- */

static int32_t app_state_i32(struct rd *rd)
{
    return (int32_t)rd_u32(rd);
}

static struct store_key app_state_key_read(struct rd *rd, uint32_t device)
{
    struct store_key key = {.device = device};

    key.at.us = (int64_t)rd_u64(rd);
    key.received.us = (int64_t)rd_u64(rd);
    return key;
}

static struct store_position app_state_position_read(struct rd *rd, uint32_t device)
{
    struct store_position position = {.key = app_state_key_read(rd, device)};

    position.place.lat_e7 = app_state_i32(rd);
    position.place.lng_e7 = app_state_i32(rd);
    position.altitude_m = app_state_i32(rd);
    position.speed_dkmh = rd_u32(rd);
    position.heading_deg = rd_u32(rd);
    position.odometer_dkm = rd_u32(rd);
    position.status = rd_u32(rd);
    position.alarm = rd_u32(rd);
    position.flags = rd_u32(rd);
    return position;
}

static struct store_reading app_state_reading_read(struct rd *rd, uint32_t device)
{
    struct store_reading reading = {.key = app_state_key_read(rd, device)};

    reading.fields = rd_u32(rd);
    reading.distance_mm = app_state_i32(rd);
    reading.fill_bp = app_state_i32(rd);
    reading.battery_dpct = app_state_i32(rd);
    reading.battery_mv = app_state_i32(rd);
    reading.temperature_cc = app_state_i32(rd);
    reading.weight_g = app_state_i32(rd);
    reading.place.lat_e7 = app_state_i32(rd);
    reading.place.lng_e7 = app_state_i32(rd);
    reading.tilt = rd_u8(rd);
    reading.alarm = rd_u8(rd);
    return reading;
}

static enum err app_state_take(struct app_device *device, struct rd *rd, uint8_t parts)
{
    device->heard.us = (int64_t)rd_u64(rd);
    device->frames = rd_u64(rd);
    for (size_t i = 0; i < APP_ERROR_KINDS; i++)
        device->errors[i] = rd_u32(rd);
    uint16_t edition = rd_u16(rd);
    if ((edition || parts & APP_STATE_POSITION) && !app_device_terminal(device))
        return ERR_NOMEM;
    if (device->terminal)
        device->terminal->edition = edition;
    if (parts & APP_STATE_POSITION)
        device->terminal->last = app_state_position_read(rd, device->row.id);
    if (parts & APP_STATE_READING)
        device->reading = app_state_reading_read(rd, device->row.id);
    return OK;
}

static enum err app_snapshot_state(void *context, const struct store_state *state)
{
    struct app_device *device = app_device_by_id(context, state->device);
    struct rd rd = {.left = state->body};

    if (!device || rd_u8(&rd) != APP_STATE_VERSION)
        return OK;
    uint8_t parts = rd_u8(&rd);
    return app_state_take(device, &rd, parts);
}

static enum err app_snapshot_fact(void *context, const struct store_row *row)
{
    struct app_devices *devices = context;
    struct app_device *device = app_device_by_id(devices, row->key.device);

    if (!device)
        return OK; /* its row is gone */
    if (row->table == STORE_POSITIONS)
        app_device_position(devices, device, &row->position);
    else if (row->table == STORE_READINGS)
        app_device_reading(devices, device, &row->reading);
    if (row->key.received.us > device->heard.us)
        device->heard = row->key.received;
    return OK;
}

enum err app_snapshot_load(struct app_devices *devices, struct store_db *db)
{
    struct store_marks marks = {0};

    enum err err = store_state_each(db, app_snapshot_state, devices);
    if (!err)
        err = store_state_marks(db, &marks);
    for (enum store_table table = 0; !err && table < STORE_TABLES; table++)
        err = store_read_tail(db, table, marks.rows[table], app_snapshot_fact, devices);
    return err;
}

/* --- saving --- */

struct app_snapshot {
    struct app_devices *devices;
    VEC(struct store_state) states;
    VEC(size_t) ends; /* of each state in `bytes` */
    struct buf bytes;
};

static void app_snapshot_free(struct app_snapshot *snapshot)
{
    vec_done(&snapshot->states);
    vec_done(&snapshot->ends);
    buf_done(&snapshot->bytes);
    mem_free(snapshot);
}

/* On the writer's thread. Everything the states hold was put before this job, so all rows up to the
 * newest are folded in. */
static enum err app_snapshot_run(struct store_db *db, void *context)
{
    struct app_snapshot *snapshot = context;

    return store_state_save(db, snapshot->states.items, snapshot->states.count, NULL);
}

static void app_snapshot_saved(void *context, enum err err)
{
    struct app_snapshot *snapshot = context;
    struct app_devices *devices = snapshot->devices;

    devices->saving = false;
    for (size_t i = 0; err && i < snapshot->states.count; i++) { /* tried again next time */
        struct app_device *device = app_device_by_id(devices, snapshot->states.items[i].device);
        devices->changed += !device->changed;
        device->changed = true;
    }
    app_snapshot_free(snapshot);
}

static enum err app_snapshot_take(struct app_snapshot *snapshot, struct app_device *device)
{
    struct store_state state = {.device = device->row.id};

    app_state_write(&snapshot->bytes, device);
    enum err err = vec_push(&snapshot->ends, snapshot->bytes.size);
    return err ? err : vec_push(&snapshot->states, state);
}

static enum err app_snapshot_gather(struct app_snapshot *snapshot)
{
    struct app_devices *devices = snapshot->devices;
    enum err err = OK;

    for (size_t i = 0; !err && i < devices->by_id.count; i++)
        if (devices->by_id.items[i] && devices->by_id.items[i]->changed)
            err = app_snapshot_take(snapshot, devices->by_id.items[i]);
    if (!err)
        err = buf_err(&snapshot->bytes);
    for (size_t i = 0, at = 0; !err && i < snapshot->states.count; i++) {
        size_t end = snapshot->ends.items[i];
        snapshot->states.items[i].body =
            (struct bytes){(const unsigned char *)snapshot->bytes.data + at, end - at};
        at = end;
    }
    return err;
}

void app_devices_save(struct app_devices *devices, struct store *store)
{
    struct app_snapshot *snapshot = devices->saving ? NULL : mem_zero(1, sizeof *snapshot);

    if (!snapshot)
        return;
    snapshot->devices = devices;
    buf_init(&snapshot->bytes, (size_t)APP_DEVICES_MAX * APP_STATE_BYTES_MAX);
    struct store_job job = {app_snapshot_run, app_snapshot_saved, snapshot};
    enum err err = app_snapshot_gather(snapshot);
    if (!err)
        err = store_put_job(store, &job);
    if (err) {
        app_snapshot_free(snapshot);
        return; /* the facts are there: the tail is longer next time */
    }
    devices->saving = true;
    devices->changed = 0;
    for (size_t i = 0; i < snapshot->states.count; i++)
        app_device_by_id(devices, snapshot->states.items[i].device)->changed = false;
}
