/* device.c - see device.h. */
#include "store/device.h"

#include "store/sql.h"

static const char store_device_list[] =
    "SELECT id, kind, name, maker, model, version, auth, unit, unit_kind, empty_mm, full_mm, state,"
    " enrolled FROM device ORDER BY id";

static struct store_device store_device_row(sqlite3_stmt *row)
{
    return (struct store_device){
        .id = (uint32_t)sqlite3_column_int64(row, 0),
        .kind = (enum store_device_kind)sqlite3_column_int(row, 1),
        .name = store_sql_get_text(row, 2),
        .maker = store_sql_get_text(row, 3),
        .model = store_sql_get_text(row, 4),
        .version = store_sql_get_text(row, 5),
        .auth = store_sql_get_text(row, 6),
        .unit = store_sql_get_text(row, 7),
        .unit_kind = (enum store_unit_kind)sqlite3_column_int(row, 8),
        .empty_mm = sqlite3_column_int(row, 9),
        .full_mm = sqlite3_column_int(row, 10),
        .state = (enum store_device_state)sqlite3_column_int(row, 11),
        .enrolled = {sqlite3_column_int64(row, 12)},
    };
}

struct store_device_told {
    enum err (*fn)(void *context, const struct store_device *device);
    void *context;
};

static enum err store_device_tell(sqlite3_stmt *row, void *context)
{
    const struct store_device_told *told = context;
    struct store_device device = store_device_row(row);

    return told->fn(told->context, &device);
}

enum err store_device_each(struct store_db *db,
                           enum err (*fn)(void *context, const struct store_device *device),
                           void *context)
{
    struct store_device_told told = {fn, context};
    sqlite3_stmt *list = store_sql(db, store_device_list);

    return list ? store_sql_rows(list, store_device_tell, &told) : store_sql_failed(db);
}

static bool store_device_short(const struct store_device *device)
{
    const struct str *texts[] = {&device->name,    &device->maker, &device->model,
                                 &device->version, &device->auth,  &device->unit};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i]->size > STORE_DEVICE_TEXT_MAX)
            return false;
    return true;
}

/* Not INSERT OR REPLACE: that would silently remove another device of the same name. */
enum err store_device_put(struct store_db *db, const struct store_device *device)
{
    if (!store_device_short(device))
        return ERR_LIMIT;
    sqlite3_stmt *put = store_sql(
        db, "INSERT INTO device (id, kind, name, maker, model, version, auth, unit, unit_kind,"
            " empty_mm, full_mm, state, enrolled) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,"
            " maker = excluded.maker, model = excluded.model, version = excluded.version,"
            " auth = excluded.auth, unit = excluded.unit, unit_kind = excluded.unit_kind,"
            " empty_mm = excluded.empty_mm, full_mm = excluded.full_mm, state = excluded.state,"
            " enrolled = excluded.enrolled");
    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, device->id);
    store_sql_i64(put, 2, device->kind);
    store_sql_text(put, 3, device->name);
    store_sql_text(put, 4, device->maker);
    store_sql_text(put, 5, device->model);
    store_sql_text(put, 6, device->version);
    store_sql_text(put, 7, device->auth);
    store_sql_text(put, 8, device->unit);
    store_sql_i64(put, 9, device->unit_kind);
    store_sql_i64(put, 10, device->empty_mm);
    store_sql_i64(put, 11, device->full_mm);
    store_sql_i64(put, 12, device->state);
    store_sql_i64(put, 13, device->enrolled.us);
    return store_sql_run(put);
}

/* --- fragments --- */

#define STORE_FRAGMENTS "SELECT device, msg_id, first, no, total, received, body FROM fragment"

struct store_fragment_told {
    store_fragment_fn *fn;
    void *context;
};

static enum err store_fragment_tell(sqlite3_stmt *row, void *context)
{
    const struct store_fragment_told *told = context;
    struct store_fragment fragment = {
        .device = (uint32_t)sqlite3_column_int64(row, 0),
        .msg_id = (uint32_t)sqlite3_column_int64(row, 1),
        .first = (uint32_t)sqlite3_column_int64(row, 2),
        .no = (uint32_t)sqlite3_column_int64(row, 3),
        .total = (uint32_t)sqlite3_column_int64(row, 4),
        .received = {sqlite3_column_int64(row, 5)},
        .body = store_sql_get_bytes(row, 6),
    };

    return told->fn(told->context, &fragment);
}

static enum err store_fragment_rows(sqlite3_stmt *list, store_fragment_fn *fn, void *context)
{
    struct store_fragment_told told = {fn, context};

    return store_sql_rows(list, store_fragment_tell, &told);
}

enum err store_fragment_each(struct store_db *db, store_fragment_fn *fn, void *context)
{
    sqlite3_stmt *list = store_sql(db, STORE_FRAGMENTS " ORDER BY device, msg_id, first, no");

    return list ? store_fragment_rows(list, fn, context) : store_sql_failed(db);
}

enum err store_fragment_of(struct store_db *db, uint32_t device, uint32_t msg_id, uint32_t first,
                           store_fragment_fn *fn, void *context)
{
    sqlite3_stmt *list =
        store_sql(db, STORE_FRAGMENTS " WHERE device = ? AND msg_id = ? AND first = ? ORDER BY no");

    if (!list)
        return store_sql_failed(db);
    store_sql_i64(list, 1, device);
    store_sql_i64(list, 2, msg_id);
    store_sql_i64(list, 3, first);
    return store_fragment_rows(list, fn, context);
}

enum err store_fragment_put(struct store_db *db, const struct store_fragment *fragment)
{
    sqlite3_stmt *put = store_sql(
        db, "INSERT OR REPLACE INTO fragment (device, msg_id, first, no, total, received, body)"
            " VALUES (?,?,?,?,?,?,?)");
    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, fragment->device);
    store_sql_i64(put, 2, fragment->msg_id);
    store_sql_i64(put, 3, fragment->first);
    store_sql_i64(put, 4, fragment->no);
    store_sql_i64(put, 5, fragment->total);
    store_sql_i64(put, 6, fragment->received.us);
    store_sql_bytes(put, 7, fragment->body);
    return store_sql_run(put);
}

enum err store_fragment_drop(struct store_db *db, uint32_t device, uint32_t msg_id, uint32_t first)
{
    sqlite3_stmt *drop =
        store_sql(db, "DELETE FROM fragment WHERE device = ? AND msg_id = ? AND first = ?");
    if (!drop)
        return store_sql_failed(db);
    store_sql_i64(drop, 1, device);
    store_sql_i64(drop, 2, msg_id);
    store_sql_i64(drop, 3, first);
    return store_sql_run(drop);
}
