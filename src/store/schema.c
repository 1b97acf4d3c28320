/* schema.c - the tables, as numbered migrations.
 *
 * A migration is never changed once released; a new one is added at the end. PRAGMA user_version
 * counts those applied; application_id marks the file as ours.
 *
 * Facts have a row id in order of arrival, by which the tail after a snapshot is read, and a unique
 * index on (device time, device, hash): time first, so that new facts land at its right end.
 */
#include "store/sql.h"

#define STORE_APPLICATION_ID 0x59434844 /* "YCHD" */

static const char *const store_migrations[] = {
    /* 1: devices and their facts */
    "CREATE TABLE device ("
    " id INTEGER PRIMARY KEY,"
    " kind INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " maker TEXT NOT NULL DEFAULT '',"
    " model TEXT NOT NULL DEFAULT '',"
    " version TEXT NOT NULL DEFAULT '',"
    " auth TEXT NOT NULL DEFAULT '',"
    " unit_kind INTEGER NOT NULL DEFAULT 0,"
    " unit TEXT NOT NULL DEFAULT '',"
    " empty_mm INTEGER NOT NULL DEFAULT 0,"
    " full_mm INTEGER NOT NULL DEFAULT 0,"
    " state INTEGER NOT NULL DEFAULT 0,"
    " enrolled INTEGER NOT NULL,"
    " UNIQUE (kind, name));"
    "CREATE TABLE position ("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device INTEGER NOT NULL, hash INTEGER NOT NULL,"
    " received INTEGER NOT NULL, lat INTEGER NOT NULL, lng INTEGER NOT NULL,"
    " altitude INTEGER NOT NULL, speed INTEGER NOT NULL, heading INTEGER NOT NULL,"
    " odometer INTEGER, status INTEGER NOT NULL, alarm INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " items BLOB);"
    "CREATE UNIQUE INDEX position_fact ON position (at, device, hash);"
    "CREATE TABLE reading ("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device INTEGER NOT NULL, hash INTEGER NOT NULL,"
    " received INTEGER NOT NULL, fields INTEGER NOT NULL, distance INTEGER, fill INTEGER,"
    " battery INTEGER, battery_mv INTEGER, temperature INTEGER, weight INTEGER, lat INTEGER,"
    " lng INTEGER, tilt INTEGER, alarm INTEGER);"
    "CREATE UNIQUE INDEX reading_fact ON reading (at, device, hash);"
    "CREATE TABLE event ("
    " id INTEGER PRIMARY KEY, at INTEGER NOT NULL, device INTEGER NOT NULL, hash INTEGER NOT NULL,"
    " received INTEGER NOT NULL, kind TEXT NOT NULL, custody INTEGER NOT NULL, body BLOB);"
    "CREATE UNIQUE INDEX event_fact ON event (at, device, hash);"
    "CREATE TABLE fragment ("
    " device INTEGER NOT NULL, msg_id INTEGER NOT NULL, first INTEGER NOT NULL,"
    " no INTEGER NOT NULL, total INTEGER NOT NULL, received INTEGER NOT NULL, body BLOB,"
    " PRIMARY KEY (device, msg_id, first, no)) WITHOUT ROWID;"
    /* State folded up to these rows of facts; what comes after is the tail. */
    "CREATE TABLE mark (name TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE device_state ("
    " device INTEGER PRIMARY KEY, body BLOB NOT NULL);"
    "CREATE TABLE position_hour ("
    " hour INTEGER NOT NULL, device INTEGER NOT NULL, count INTEGER NOT NULL,"
    " odometer_min INTEGER, odometer_max INTEGER, speed_max INTEGER NOT NULL,"
    " moving INTEGER NOT NULL, alarms INTEGER NOT NULL,"
    " PRIMARY KEY (hour, device)) WITHOUT ROWID;"
    "CREATE TABLE reading_hour ("
    " hour INTEGER NOT NULL, device INTEGER NOT NULL, count INTEGER NOT NULL,"
    " fill_count INTEGER NOT NULL, fill_sum INTEGER NOT NULL, fill_min INTEGER, fill_max INTEGER,"
    " temperature_max INTEGER, battery_min INTEGER,"
    " PRIMARY KEY (hour, device)) WITHOUT ROWID;",
    /* 2: who may come in, and the trail of what was changed */
    "CREATE TABLE user ("
    " name TEXT PRIMARY KEY, password TEXT NOT NULL, roles INTEGER NOT NULL,"
    " locked INTEGER NOT NULL, made INTEGER NOT NULL, changed INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE session ("
    " hash BLOB PRIMARY KEY, user TEXT NOT NULL, made INTEGER NOT NULL, used INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX session_user ON session (user);"
    "CREATE TABLE token ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, device INTEGER NOT NULL,"
    " name TEXT NOT NULL, roles INTEGER NOT NULL, made INTEGER NOT NULL, revoked INTEGER NOT NULL);"
    "CREATE TABLE attempt ("
    " key BLOB PRIMARY KEY, failures INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX attempt_last ON attempt (last);"
    "CREATE TABLE audit ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,"
    " peer TEXT NOT NULL, action TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);"
    "CREATE TRIGGER audit_kept BEFORE DELETE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;"
    "CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;",
    /* 3: tokens for MQTT, by nats-server's kind of hash */
    ("CREATE TABLE token_mqtt ("
     " token INTEGER PRIMARY KEY REFERENCES token (id), hash TEXT NOT NULL);"),
};

static enum err store_pragma(struct store_db *db, const char *sql, int64_t *ret)
{
    sqlite3_stmt *ask = store_sql(db, sql);
    if (!ask)
        return store_sql_failed(db);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    *ret = sqlite3_column_int64(ask, 0);
    sqlite3_reset(ask);
    return OK;
}

static enum err store_schema_version(struct store_db *db, int64_t *ret_version, struct diag *diag)
{
    int64_t version = 0;
    int64_t application = 0;
    int64_t tables = 0;

    enum err err = store_pragma(db, "PRAGMA user_version", &version);
    if (!err)
        err = store_pragma(db, "PRAGMA application_id", &application);
    if (!err)
        err = store_pragma(db, "SELECT count(*) FROM sqlite_schema", &tables);
    if (err)
        return diag_set(diag, err, "the store cannot be read: %s", store_db_message(db));
    /* A fresh file has nothing in it; a foreign one may well have no version. */
    if (application != STORE_APPLICATION_ID && (version != 0 || application != 0 || tables != 0))
        return diag_set(diag, ERR_INVALID, "the file is a database of another program");
    if (version > (int64_t)COUNT_OF(store_migrations))
        return diag_set(diag, ERR_INVALID,
                        "the store is of a newer program (version %lld, this one knows %zu); run "
                        "the newer one",
                        (long long)version, COUNT_OF(store_migrations));
    *ret_version = version;
    return OK;
}

enum err store_schema_check(struct store_db *db, struct diag *diag)
{
    int64_t version;

    enum err err = store_schema_version(db, &version, diag);
    if (err)
        return err;
    if (version < (int64_t)COUNT_OF(store_migrations))
        return diag_set(diag, ERR_INVALID,
                        "the store is of an older program; start `yancheng serve` once to bring it "
                        "up to date");
    return OK;
}

static enum err store_schema_step(struct store_db *db, size_t number)
{
    char pragma[96];

    sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA user_version = %d; PRAGMA application_id = %d",
                     (int)number + 1, STORE_APPLICATION_ID);
    enum err err = store_db_begin(db);
    if (err)
        return err;
    err = store_sql_script(db, store_migrations[number]);
    if (!err)
        err = store_sql_script(db, pragma);
    if (err) {
        store_db_rollback(db);
        return err;
    }
    return store_db_commit(db);
}

enum err store_schema_migrate(struct store_db *db, struct diag *diag)
{
    int64_t version;

    enum err err = store_schema_version(db, &version, diag);
    for (size_t i = (size_t)(err ? 0 : version); !err && i < COUNT_OF(store_migrations); i++) {
        err = store_schema_step(db, i);
        if (err)
            diag_set(diag, err, "the store cannot be brought to version %zu: %s", i + 1,
                     store_db_message(db));
    }
    return err;
}
