/* store_fixture.h - a store in a folder of its own, and facts made from a seed.
 *
 * Threads    One.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "check.h"
#include "store/device.h"
#include "store/sql.h"

struct fixture {
    char folder[64];
    struct store_db *db;
};

static inline struct store_db *fixture_connect(const char *folder, bool read_only)
{
    struct store_db_open open = {.folder = folder, .read_only = read_only};
    struct store_db *db = NULL;
    struct diag diag = {0};

    if (store_db_open(&open, &db, &diag))
        fail_msg("%s", diag.text);
    return db;
}

static inline void fixture_folder(struct fixture *fixture)
{
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/yc-store-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
}

static inline void fixture_open(struct fixture *fixture)
{
    fixture_folder(fixture);
    fixture->db = fixture_connect(fixture->folder, false);
    /* What reaches the disk is tests/faults' business; here it would be time spent waiting. */
    assert_int_equal(store_sql_script(fixture->db, "PRAGMA synchronous = OFF"), OK);
}

static inline void fixture_remove(const char *folder)
{
    static const char *const names[] = {"store.db",        "store.db-wal", "store.db-shm",
                                        "store.lock",      "store.db.old", "store.db.old-wal",
                                        "store.db.old-shm"};
    char path[128];

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (file_join(sizeof path, path, folder, names[i]) == OK)
            unlink(path);
    rmdir(folder);
}

static inline void fixture_close(struct fixture *fixture)
{
    store_db_close(fixture->db);
    fixture->db = NULL;
    fixture_remove(fixture->folder);
}

static inline struct store_position fixture_position(uint32_t device, int64_t at_us, uint64_t hash,
                                                     int64_t received_us)
{
    return (struct store_position){
        .key = {device, {at_us}, hash, {received_us}},
        .place = {268930000, 1125720000},
        .odometer_dkm = STORE_NO_ODOMETER,
    };
}

static inline void fixture_put_position(struct store_db *db, const struct store_position *position)
{
    bool new;

    assert_int_equal(store_fact_position(db, position, &new), OK);
}

static inline void fixture_put_reading(struct store_db *db, const struct store_reading *reading)
{
    bool new;

    assert_int_equal(store_fact_reading(db, reading, &new), OK);
}

static inline void fixture_put_event(struct store_db *db, const struct store_event *event)
{
    bool new;

    assert_int_equal(store_fact_event(db, event, &new), OK);
}

static inline void fixture_put_device(struct store_db *db, uint32_t id, struct str name)
{
    struct store_device device = {.id = id,
                                  .kind = STORE_DEVICE_TERMINAL,
                                  .name = name,
                                  .unit = STR("truck-1"),
                                  .unit_kind = STORE_UNIT_VEHICLE};

    assert_int_equal(store_device_put(db, &device), OK);
}

/* The one number that a query gives. */
static inline int64_t fixture_number(struct store_db *db, const char *sql)
{
    sqlite3_stmt *ask = store_sql(db, sql);

    assert_non_null(ask);
    assert_int_equal(store_sql_row(ask), OK);
    int64_t number = sqlite3_column_int64(ask, 0);
    sqlite3_reset(ask);
    return number;
}

#endif
