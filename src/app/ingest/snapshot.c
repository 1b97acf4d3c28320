/* snapshot.c - see snapshot.h. */
#include "app/ingest/snapshot.h"

#include "store/read.h"

static enum err app_snapshot_fact(void *context, const struct store_row *row)
{
    struct app_devices *devices = context;
    struct app_device *device = app_device_by_id(devices, row->key.device);

    if (!device)
        return OK; /* its row is gone */
    if (row->key.received.us > device->heard.us)
        device->heard = row->key.received;
    if (row->table == STORE_POSITIONS)
        app_device_position(devices, device, &row->position);
    else if (row->table == STORE_READINGS)
        app_device_reading(devices, device, &row->reading);
    return OK;
}

enum err app_snapshot_load(struct app_devices *devices, struct store_db *db)
{
    enum err err = OK;

    for (enum store_table table = 0; !err && table < STORE_TABLES; table++)
        err = store_read_tail(db, table, 0, app_snapshot_fact, devices);
    return err;
}
