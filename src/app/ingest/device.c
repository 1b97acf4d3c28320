/* device.c - see device.h. */
#include "app/ingest/device.h"

#include <string.h>

#include "app/ingest/snapshot.h"
#include "store/store.h"

const char *app_device_error_name(enum app_device_error error)
{
    static const char *const names[APP_ERROR_KINDS] = {"checksum", "syntax",       "truncated",
                                                       "limit",    "unauthorised", "flood"};

    return names[error];
}

void app_devices_init(struct app_devices *devices)
{
    *devices = (struct app_devices){0};
}

static void app_device_free(struct app_device *device)
{
    if (!device)
        return;
    if (device->terminal)
        mem_free(device->terminal->trace);
    mem_free(device->terminal);
    mem_free(device->texts);
    mem_free(device);
}

void app_devices_done(struct app_devices *devices)
{
    if (!devices)
        return;
    for (size_t i = 0; i < devices->by_id.count; i++) {
        struct app_device *device = devices->by_id.items[i];
        app_device_free(device);
    }
    vec_done(&devices->by_id);
    for (size_t i = 0; i < COUNT_OF(devices->by_name); i++)
        map_str_done(&devices->by_name[i]);
}

struct app_device *app_device_by_id(const struct app_devices *devices, uint64_t id)
{
    return id >= 1 && id <= devices->by_id.count ? devices->by_id.items[id - 1] : NULL;
}

struct app_device *app_device_find(const struct app_devices *devices, enum store_device_kind kind,
                                   struct str name)
{
    uint32_t index;

    return map_str_get(&devices->by_name[kind], name, &index) ? devices->by_id.items[index] : NULL;
}

/* The texts of `row`, but its name, into a block of their own. */
static enum err app_device_texts(struct store_device *row, char **ret_block)
{
    struct str *texts[] = {&row->maker, &row->model, &row->version, &row->auth, &row->unit};
    size_t size = 0;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (!mem_add(size, texts[i]->size, &size))
            return ERR_LIMIT;
    char *block = mem_alloc(size);
    if (!block)
        return ERR_NOMEM;
    char *at = block;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i]->size > 0)
            memcpy(at, texts[i]->data, texts[i]->size);
        texts[i]->data = at;
        at += texts[i]->size;
    }
    *ret_block = block;
    return OK;
}

/* A device of its own, and room for it in the registry: app_device_enter() cannot fail then. */
static enum err app_device_make(struct app_devices *devices, const struct store_device *row,
                                struct app_device **ret_device)
{
    struct map_str *names = &devices->by_name[row->kind];
    size_t size;

    if (row->id == 0 || row->id > APP_DEVICES_MAX ||
        !mem_add(sizeof **ret_device, row->name.size, &size))
        return ERR_LIMIT;
    struct app_device *device = mem_zero(1, size);
    if (!device)
        return ERR_NOMEM;
    device->row = *row;
    if (row->name.size > 0)
        memcpy(device->name, row->name.data, row->name.size);
    device->row.name.data = device->name;
    enum err err = app_device_texts(&device->row, &device->texts);
    if (!err)
        err = vec_reserve(&devices->by_id, row->id);
    if (!err)
        err = map_str_reserve(names, names->count + 1);
    if (err) {
        app_device_free(device);
        return err;
    }
    *ret_device = device;
    return OK;
}

static enum err app_device_enter(struct app_devices *devices, struct app_device *device)
{
    size_t at = device->row.id - 1;

    enum err err = map_str_add(&devices->by_name[device->row.kind], device->row.name, (uint32_t)at);
    if (err)
        return err;
    while (devices->by_id.count <= at)
        devices->by_id.items[devices->by_id.count++] = NULL;
    devices->by_id.items[at] = device;
    devices->count++;
    return OK;
}

static enum err app_device_loaded(void *context, const struct store_device *row)
{
    struct app_device *device;

    enum err err = app_device_make(context, row, &device);
    if (err)
        return err;
    err = app_device_enter(context, device);
    if (err)
        app_device_free(device);
    return err;
}

enum err app_devices_load(struct app_devices *devices, struct store_db *db)
{
    enum err err = store_device_each(db, app_device_loaded, devices);

    return err ? err : app_snapshot_load(devices, db);
}

enum err app_device_add(struct app_devices *devices, struct store *store,
                        const struct store_device *row, struct app_device **ret_device)
{
    struct store_device numbered = *row;

    numbered.id = (uint32_t)devices->by_id.count + 1;
    struct app_device *device;
    enum err err = app_device_make(devices, &numbered, &device);
    if (err)
        return err;
    /* What needs memory comes first: a row on disk that nobody here knows would take its number and
     * its name from the next one. */
    err = store_put_device(store, &numbered);
    if (!err)
        err = app_device_enter(devices, device);
    if (err) {
        app_device_free(device);
        return err;
    }
    *ret_device = device;
    return OK;
}

enum err app_device_change(struct store *store, struct app_device *device,
                           const struct store_device *change)
{
    struct store_device row = *change;
    char *texts;

    row.id = device->row.id;
    row.kind = device->row.kind;
    row.name = device->row.name;
    enum err err = app_device_texts(&row, &texts);
    if (err)
        return err;
    err = store_put_device(store, &row);
    if (err) {
        mem_free(texts);
        return err;
    }
    mem_free(device->texts); /* `change` may point there: its texts were copied */
    device->texts = texts;
    device->row = row;
    return OK;
}

struct app_terminal *app_device_terminal(struct app_device *device)
{
    if (!device->terminal)
        device->terminal = mem_zero(1, sizeof *device->terminal);
    return device->terminal;
}

/* --- what the city's folder knows --- */

struct app_device_wish {
    enum store_device_kind kind;
    struct str name;
    enum store_unit_kind unit_kind;
    struct str unit;
    int32_t empty_mm;
    int32_t full_mm;
};

/* Pairing by a person stands above the folder: only a device that nobody has paired is. */
static enum err app_device_wished(struct app_devices *devices, struct store *store,
                                  const struct app_device_wish *wish, struct utc_us now)
{
    struct app_device *device = app_device_find(devices, wish->kind, wish->name);

    if (device && device->row.unit_kind != STORE_UNIT_NONE)
        return OK;
    struct store_device row = device ? device->row : (struct store_device){.enrolled = now};
    row.kind = wish->kind;
    row.name = wish->name;
    row.unit_kind = wish->unit_kind;
    row.unit = wish->unit;
    row.empty_mm = wish->empty_mm;
    row.full_mm = wish->full_mm;
    if (row.state == STORE_DEVICE_UNASSIGNED)
        row.state = STORE_DEVICE_KNOWN;
    enum err err = device ? app_device_change(store, device, &row)
                          : app_device_add(devices, store, &row, &device);
    if (err != ERR_BUSY)
        return err;
    store_drain(store); /* a million sensors are more than a queue holds */
    return device ? app_device_change(store, device, &row)
                  : app_device_add(devices, store, &row, &device);
}

static struct str app_device_phone(struct str phone)
{
    while (phone.size > 1 && phone.data[0] == '0') {
        phone.data++;
        phone.size--;
    }
    return phone;
}

enum err app_devices_of_city(struct app_devices *devices, struct store *store,
                             const struct city *city, struct utc_us now)
{
    enum err err = OK;

    for (uint32_t i = 0; !err && i < city->vehicle_count; i++) {
        const struct city_vehicle *vehicle = &city->vehicles[i];
        struct app_device_wish wish = {
            .kind = STORE_DEVICE_TERMINAL,
            .name = app_device_phone(vehicle->terminal),
            .unit_kind = STORE_UNIT_VEHICLE,
            .unit = vehicle->id,
        };
        if (wish.name.size > 0)
            err = app_device_wished(devices, store, &wish, now);
    }
    for (uint32_t i = 0; !err && i < city->bin_count; i++) {
        const struct city_bin *bin = &city->bins[i];
        struct app_device_wish wish = {
            .kind = STORE_DEVICE_SENSOR,
            .name = bin->sensor,
            .unit_kind = STORE_UNIT_BIN,
            .unit = bin->id,
            .empty_mm = (int32_t)bin->empty_mm,
            .full_mm = (int32_t)bin->full_mm,
        };
        if (wish.name.size > 0)
            err = app_device_wished(devices, store, &wish, now);
    }
    return err;
}

/* --- the live picture --- */

static void app_device_changed(struct app_devices *devices, struct app_device *device)
{
    devices->changed += !device->changed;
    device->changed = true;
}

void app_device_heard(struct app_devices *devices, struct app_device *device, struct utc_us now)
{
    device->heard = now;
    device->frames++;
    app_device_changed(devices, device);
}

/* Facts come late and out of order: the picture keeps the newest by device time, and by receive
 * time where a clock is wrong. */
static bool app_device_newer(const struct store_key *key, bool wrong, const struct store_key *last,
                             bool last_wrong)
{
    if (last->device == 0)
        return true;
    if (wrong || last_wrong)
        return key->received.us >= last->received.us;
    return key->at.us >= last->at.us;
}

void app_device_position(struct app_devices *devices, struct app_device *device,
                         const struct store_position *position)
{
    struct app_terminal *terminal = app_device_terminal(device);

    if (!terminal)
        return;
    if (!app_device_newer(&position->key, position->flags & STORE_POSITION_CLOCK_WRONG,
                          &terminal->last.key, terminal->last.flags & STORE_POSITION_CLOCK_WRONG))
        return;
    uint32_t odometer_dkm = position->odometer_dkm == STORE_NO_ODOMETER
                                ? terminal->last.odometer_dkm
                                : position->odometer_dkm;
    if (terminal->last.key.device == 0)
        odometer_dkm = position->odometer_dkm;
    terminal->last = *position;
    terminal->last.odometer_dkm = odometer_dkm;
    terminal->last.items = (struct bytes){0};
    app_device_changed(devices, device);
}

/* A day ahead of its arrival, or older than any backlog. */
static bool app_device_clock_wrong(const struct store_key *key)
{
    return key->at.us > key->received.us + APP_CLOCK_AHEAD_US_MAX ||
           key->at.us < key->received.us - APP_CLOCK_BEHIND_US_MAX;
}

void app_device_reading(struct app_devices *devices, struct app_device *device,
                        const struct store_reading *reading)
{
    struct store_reading *last = &device->reading;

    if (!app_device_newer(&reading->key, app_device_clock_wrong(&reading->key), &last->key,
                          app_device_clock_wrong(&last->key)))
        return;
    uint32_t kept = last->fields & ~reading->fields;
    struct store_reading next = *reading;
    next.fields |= kept & ~(uint32_t)STORE_READING_INVALID;
    if (kept & STORE_READING_DISTANCE)
        next.distance_mm = last->distance_mm;
    if (kept & STORE_READING_FILL)
        next.fill_bp = last->fill_bp; /* the last good level stands */
    if (kept & STORE_READING_BATTERY_PCT)
        next.battery_dpct = last->battery_dpct;
    if (kept & STORE_READING_BATTERY_MV)
        next.battery_mv = last->battery_mv;
    if (kept & STORE_READING_TEMPERATURE)
        next.temperature_cc = last->temperature_cc;
    if (kept & STORE_READING_WEIGHT)
        next.weight_g = last->weight_g;
    if (kept & STORE_READING_PLACE)
        next.place = last->place;
    if (kept & STORE_READING_TILT)
        next.tilt = last->tilt;
    *last = next;
    app_device_changed(devices, device);
}

void app_device_trace(struct app_terminal *terminal, struct bytes frame, bool out,
                      struct utc_us now)
{
    if (!terminal->trace)
        terminal->trace = mem_zero(APP_TRACE_FRAMES, sizeof *terminal->trace);
    if (!terminal->trace)
        return;
    struct app_trace_frame *slot = &terminal->trace[terminal->trace_next++ % APP_TRACE_FRAMES];
    slot->at = now;
    slot->out = out;
    slot->cut = frame.size > sizeof slot->bytes;
    slot->size = (uint16_t)(slot->cut ? sizeof slot->bytes : frame.size);
    memcpy(slot->bytes, frame.data, slot->size);
}
