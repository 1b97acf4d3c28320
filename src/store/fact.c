/* fact.c - facts to rows. */
#include "store/fact.h"

#include "store/sql.h"

static void store_fact_key(sqlite3_stmt *put, const struct store_key *key)
{
    store_sql_i64(put, 1, key->at.us);
    store_sql_i64(put, 2, key->device);
    store_sql_i64(put, 3, (int64_t)key->hash);
    store_sql_i64(put, 4, key->received.us);
}

static enum err store_fact_put(sqlite3_stmt *put, bool *ret_new)
{
    enum err err = store_sql_run(put);

    if (!err)
        *ret_new = sqlite3_changes(sqlite3_db_handle(put)) > 0;
    return err;
}

enum err store_fact_position(struct store_db *db, const struct store_position *position,
                             bool *ret_new)
{
    sqlite3_stmt *put = store_sql(
        db, "INSERT OR IGNORE INTO position (at, device, hash, received, lat, lng, altitude, speed,"
            " heading, odometer, status, alarm, flags, items)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    if (!put)
        return store_sql_failed(db);
    store_fact_key(put, &position->key);
    store_sql_i64(put, 5, position->place.lat_e7);
    store_sql_i64(put, 6, position->place.lng_e7);
    store_sql_i64(put, 7, position->altitude_m);
    store_sql_i64(put, 8, position->speed_dkmh);
    store_sql_i64(put, 9, position->heading_deg);
    if (position->odometer_dkm != STORE_NO_ODOMETER)
        store_sql_i64(put, 10, position->odometer_dkm);
    store_sql_i64(put, 11, position->status);
    store_sql_i64(put, 12, position->alarm);
    store_sql_i64(put, 13, position->flags);
    store_sql_bytes(put, 14, position->items);
    return store_fact_put(put, ret_new);
}

static void store_fact_field(sqlite3_stmt *put, int index, bool known, int64_t value)
{
    if (known)
        store_sql_i64(put, index, value);
}

enum err store_fact_reading(struct store_db *db, const struct store_reading *reading, bool *ret_new)
{
    uint32_t fields = reading->fields;

    sqlite3_stmt *put =
        store_sql(db, "INSERT OR IGNORE INTO reading (at, device, hash, received, fields, distance,"
                      " fill, battery, battery_mv, temperature, weight, lat, lng, tilt, alarm)"
                      " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    if (!put)
        return store_sql_failed(db);
    store_fact_key(put, &reading->key);
    store_sql_i64(put, 5, fields);
    store_fact_field(put, 6, fields & STORE_READING_DISTANCE, reading->distance_mm);
    store_fact_field(put, 7, fields & STORE_READING_FILL, reading->fill_bp);
    store_fact_field(put, 8, fields & STORE_READING_BATTERY_PCT, reading->battery_dpct);
    store_fact_field(put, 9, fields & STORE_READING_BATTERY_MV, reading->battery_mv);
    store_fact_field(put, 10, fields & STORE_READING_TEMPERATURE, reading->temperature_cc);
    store_fact_field(put, 11, fields & STORE_READING_WEIGHT, reading->weight_g);
    store_fact_field(put, 12, fields & STORE_READING_PLACE, reading->place.lat_e7);
    store_fact_field(put, 13, fields & STORE_READING_PLACE, reading->place.lng_e7);
    store_fact_field(put, 14, fields & STORE_READING_TILT, reading->tilt);
    store_fact_field(put, 15, fields & STORE_READING_ALARM, reading->alarm);
    return store_fact_put(put, ret_new);
}

enum err store_fact_event(struct store_db *db, const struct store_event *event, bool *ret_new)
{
    sqlite3_stmt *put =
        store_sql(db, "INSERT OR IGNORE INTO event (at, device, hash, received, kind, custody,"
                      " body) VALUES (?,?,?,?,?,?,?)");
    if (!put)
        return store_sql_failed(db);
    store_fact_key(put, &event->key);
    store_sql_text(put, 5, event->kind);
    store_sql_i64(put, 6, event->custody);
    store_sql_bytes(put, 7, event->body);
    return store_fact_put(put, ret_new);
}
