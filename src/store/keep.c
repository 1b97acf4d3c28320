/* keep.c - see keep.h.
 *
 * Facts end in two walks. The first goes by device time over the index, which is where late facts
 * are found; the second by row id, which is the order of receipt, for those whose clocks were wrong.
 */
#include "store/keep.h"

#include <assert.h>

#include "base/str.h"
#include "store/sql.h"
#include "store/state.h"

#define STORE_DAY_US (86400 * CLOCK_US_PER_S)
#define STORE_KEEP_MARK STR("keep.utc") /* not a row but a time */
#define STORE_DAY_SQL "86400000000"
#define STORE_HOUR_SQL "3600000000"
#define STORE_BELIEVED_SQL "34560000000000" /* STORE_BELIEVED_DAYS */
static_assert(STORE_BELIEVED_DAYS * 86400LL * 1000000 == 34560000000000, "the number above");
static_assert(STORE_MOVING_DKMH == 30, "the number in the roll-up");

#define STORE_IS_BELIEVED \
    "(received <= at + " STORE_BELIEVED_SQL " AND at <= received + " STORE_DAY_SQL ")"
#define STORE_HOUR "(CASE WHEN " STORE_IS_BELIEVED " THEN at ELSE received END) / " STORE_HOUR_SQL
/* The smaller (larger) of two values of which either may be unknown. */
#define STORE_EITHER(which, name)                              \
    name " = " which "(coalesce(" name ", excluded." name ")," \
         " coalesce(excluded." name ", " name "))"
#define STORE_SUM(name) name " = " name " + excluded." name

/* Statements by table: what they bind stands beside their use. */
#define STORE_CHUNK(table)                                                                        \
    "SELECT max(id) FROM (SELECT id FROM " table " WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT " \
    "?3)"
#define STORE_CHUNK_AT(table)                                                 \
    "SELECT max(at) FROM (SELECT at FROM " table " WHERE at > ?1 AND at < ?2" \
    " ORDER BY at LIMIT ?3)"
#define STORE_END_AT(table, also)                                                              \
    "DELETE FROM " table " INDEXED BY " table "_fact WHERE at > ?1 AND at <= ?2 AND +id <= ?3" \
    " AND " STORE_IS_BELIEVED also
#define STORE_END_ID(table, also)                                        \
    "DELETE FROM " table " WHERE id > ?1 AND id <= ?2 AND received < ?3" \
    " AND (at < ?3 OR NOT " STORE_IS_BELIEVED ")" also
#define STORE_YOUNG(table) \
    "SELECT 1 FROM " table \
    " WHERE id > ?1 AND id <= ?2 AND received >= ?3 AND received <= ?4 LIMIT 1"
#define STORE_NO_CUSTODY " AND custody = 0"

static const struct store_keep_table {
    struct str mark; /* of the roll-up; empty: there is none */
    const char *roll;
    const char *chunk;
    const char *chunk_at;
    const char *end_at;
    const char *end_id;
    const char *young;
} store_keep_tables[STORE_TABLES] = {
    [STORE_POSITIONS] =
        {
            {"position.hour", 13},
            "INSERT INTO position_hour (hour, device, count, odometer_min, odometer_max, speed_max,"
            " moving, alarms) SELECT " STORE_HOUR " AS h, device, count(*), min(odometer),"
            " max(odometer), max(speed), sum(speed >= 30), sum(alarm <> 0)"
            " FROM position WHERE id > ?1 AND id <= ?2 GROUP BY h, device"
            " ON CONFLICT (hour, device) DO UPDATE SET " STORE_SUM("count") ", " STORE_EITHER(
                "min",
                "odometer_min") ", " STORE_EITHER("max",
                                                  "odometer_max") ", speed_max = "
                                                                  "max(speed_max, "
                                                                  "excluded.speed_max),"
                                                                  " " STORE_SUM(
                                                                      "moving") ","
                                                                                " " STORE_SUM(
                                                                                    "alarms"),
            STORE_CHUNK("position"),
            STORE_CHUNK_AT("position"),
            STORE_END_AT("position", ""),
            STORE_END_ID("position", ""),
            STORE_YOUNG("position"),
        },
    [STORE_READINGS] =
        {
            {"reading.hour", 12},
            "INSERT INTO reading_hour (hour, device, count, fill_count, fill_sum, fill_min,"
            " fill_max, temperature_max, battery_min) SELECT " STORE_HOUR " AS h, device, count(*),"
            " count(fill), coalesce(sum(fill), 0), min(fill), max(fill), max(temperature),"
            " min(battery) FROM reading WHERE id > ?1 AND id <= ?2 GROUP BY h, device"
            " ON CONFLICT (hour, device) DO UPDATE SET " STORE_SUM("count") ", " STORE_SUM(
                "fill_"
                "count") ", " STORE_SUM("fill_sum") ", " STORE_EITHER("min",
                                                                      "fill_min") ", " STORE_EITHER("max",
                                                                                                    "fill_max") ", " STORE_EITHER("max",
                                                                                                                                  "temperature_"
                                                                                                                                  "max") ","
                                                                                                                                         " " STORE_EITHER(
                                                                                                                                             "min",
                                                                                                                                             "battery_min"),
            STORE_CHUNK("reading"),
            STORE_CHUNK_AT("reading"),
            STORE_END_AT("reading", ""),
            STORE_END_ID("reading", ""),
            STORE_YOUNG("reading"),
        },
    [STORE_EVENTS] =
        {
            {"", 0},
            NULL,
            STORE_CHUNK("event"),
            STORE_CHUNK_AT("event"),
            STORE_END_AT("event", STORE_NO_CUSTODY),
            STORE_END_ID("event", STORE_NO_CUSTODY),
            STORE_YOUNG("event"),
        },
};

struct store_keep store_keep_usual(struct utc_us now)
{
    return (struct store_keep){
        .now = now,
        .days = {[STORE_POSITIONS] = STORE_KEEP_POSITIONS_DAYS,
                 [STORE_READINGS] = STORE_KEEP_READINGS_DAYS,
                 [STORE_EVENTS] = STORE_KEEP_EVENTS_DAYS},
    };
}

/* Phases: a roll-up and two walks a table, then fragments. */
enum store_keep_work { STORE_KEEP_ROLL, STORE_KEEP_BY_TIME, STORE_KEEP_BY_ROW, STORE_KEEP_WORKS };

void store_keep_begin(struct store_keep_run *run, const struct store_keep *keep)
{
    *run = (struct store_keep_run){.keep = *keep};
    if (run->keep.rows_max == 0)
        run->keep.rows_max = STORE_KEEP_ROWS;
    run->after = INT64_MIN;
}

static void store_keep_next(struct store_keep_run *run)
{
    run->phase++;
    run->after = INT64_MIN;
}

/* The end of the next chunk between two keys; NOT_FOUND when there is none. */
static enum err store_keep_chunk(struct store_db *db, const char *sql, int64_t after, int64_t until,
                                 uint32_t rows_max, int64_t *ret_end)
{
    sqlite3_stmt *ask = store_sql(db, sql);

    if (!ask)
        return store_sql_failed(db);
    store_sql_i64(ask, 1, after);
    store_sql_i64(ask, 2, until);
    store_sql_i64(ask, 3, rows_max);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    bool some = sqlite3_column_type(ask, 0) != SQLITE_NULL;
    *ret_end = sqlite3_column_int64(ask, 0);
    sqlite3_reset(ask);
    return some ? OK : ERR_NOT_FOUND;
}

/* Runs a change over (after, end] and counts its rows. */
static enum err store_keep_change(struct store_db *db, const char *sql, int64_t after, int64_t end,
                                  const int64_t *third, uint64_t *count)
{
    sqlite3_stmt *change = store_sql(db, sql);

    if (!change)
        return store_sql_failed(db);
    store_sql_i64(change, 1, after);
    store_sql_i64(change, 2, end);
    if (third)
        store_sql_i64(change, 3, *third);
    enum err err = store_sql_run(change);
    if (!err)
        *count += (uint64_t)sqlite3_changes(store_sql_handle(db));
    return err;
}

/* --- roll-up --- */

static enum err store_keep_roll(struct store_db *db, struct store_keep_run *run,
                                enum store_table table)
{
    const struct store_keep_table *row = &store_keep_tables[table];
    uint64_t changed = 0;
    int64_t mark = 0;
    int64_t end = 0;

    if (!row->roll) {
        store_keep_next(run);
        return OK;
    }
    enum err err = store_mark_get(db, row->mark, &mark);
    if (!err)
        err = store_keep_chunk(db, row->chunk, mark, INT64_MAX, run->keep.rows_max, &end);
    if (err == ERR_NOT_FOUND) {
        store_keep_next(run);
        return OK;
    }
    if (!err)
        err = store_keep_change(db, row->roll, mark, end, NULL, &changed);
    if (!err)
        err = store_mark_set(db, row->mark, end);
    if (!err)
        run->hours[table] += changed;
    return err;
}

/* --- retention --- */

/* The newest row that may go. */
static enum err store_keep_limit(struct store_db *db, enum store_table table, int64_t *ret_row)
{
    struct store_marks newest = {0};
    struct store_marks state = {0};
    int64_t rolled = INT64_MAX;

    enum err err = store_newest_rows(db, &newest);
    if (!err)
        err = store_state_marks(db, &state);
    if (!err && store_keep_tables[table].roll)
        err = store_mark_get(db, store_keep_tables[table].mark, &rolled);
    if (err)
        return err;
    int64_t row = newest.rows[table] - 1;
    row = state.rows[table] < row ? state.rows[table] : row;
    *ret_row = rolled < row ? rolled : row;
    return OK;
}

static enum err store_keep_by_time(struct store_db *db, struct store_keep_run *run,
                                   enum store_table table, int64_t cutoff_us)
{
    const struct store_keep_table *row = &store_keep_tables[table];
    int64_t begin = cutoff_us - STORE_BELIEVED_DAYS * STORE_DAY_US;
    int64_t limit = 0;
    int64_t end = 0;

    /* What is older than that, and believed, was received before the cut too: the other walk. */
    int64_t after = run->after > begin ? run->after : begin;
    enum err err = store_keep_chunk(db, row->chunk_at, after, cutoff_us, run->keep.rows_max, &end);
    if (err == ERR_NOT_FOUND) {
        store_keep_next(run);
        return OK;
    }
    if (!err)
        err = store_keep_limit(db, table, &limit);
    if (!err)
        err = store_keep_change(db, row->end_at, after, end, &limit, &run->removed[table]);
    run->after = end;
    return err;
}

/* True when the chunk has a fact that is not old: those after it are younger still. A receipt in the
 * future, from a server's clock that was wrong, says nothing. */
static enum err store_keep_young(struct store_db *db, const char *sql, int64_t after, int64_t end,
                                 int64_t cutoff_us, int64_t now_us, bool *ret_young)
{
    sqlite3_stmt *ask = store_sql(db, sql);

    if (!ask)
        return store_sql_failed(db);
    store_sql_i64(ask, 1, after);
    store_sql_i64(ask, 2, end);
    store_sql_i64(ask, 3, cutoff_us);
    store_sql_i64(ask, 4, now_us + STORE_DAY_US);
    enum err err = store_sql_row(ask);
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_young = err == OK;
    sqlite3_reset(ask);
    return OK;
}

static enum err store_keep_by_row(struct store_db *db, struct store_keep_run *run,
                                  enum store_table table, int64_t cutoff_us)
{
    const struct store_keep_table *row = &store_keep_tables[table];
    int64_t after = run->after;
    int64_t limit = 0;
    int64_t end = 0;
    bool young = false;

    enum err err = store_keep_limit(db, table, &limit);
    if (!err)
        err = store_keep_chunk(db, row->chunk, after, limit, run->keep.rows_max, &end);
    if (err == ERR_NOT_FOUND) {
        store_keep_next(run);
        return OK;
    }
    if (!err)
        err = store_keep_young(db, row->young, after, end, cutoff_us, run->keep.now.us, &young);
    if (!err)
        err = store_keep_change(db, row->end_id, after, end, &cutoff_us, &run->removed[table]);
    run->after = end;
    if (young)
        store_keep_next(run);
    return err;
}

/* Not store_mark_set(): a clock that was ahead may go back. */
static enum err store_keep_ended(struct store_db *db, const struct store_keep_run *run)
{
    bool removing = false;

    for (size_t i = 0; i < STORE_TABLES; i++)
        removing = removing || run->keep.days[i] > 0;
    if (!removing)
        return OK;
    sqlite3_stmt *set = store_sql(db, "INSERT OR REPLACE INTO mark (name, row) VALUES (?,?)");
    if (!set)
        return store_sql_failed(db);
    store_sql_text(set, 1, STORE_KEEP_MARK);
    store_sql_i64(set, 2, run->keep.now.us);
    return store_sql_run(set);
}

static enum err store_keep_fragments(struct store_db *db, struct store_keep_run *run)
{
    sqlite3_stmt *end = store_sql(db, "DELETE FROM fragment WHERE received < ?");

    if (!end)
        return store_sql_failed(db);
    store_sql_i64(end, 1, run->keep.now.us - STORE_KEEP_FRAGMENT_DAYS * STORE_DAY_US);
    enum err err = store_sql_run(end);
    if (!err)
        run->fragments += (uint64_t)sqlite3_changes(store_sql_handle(db));
    if (!err)
        err = store_keep_ended(db, run);
    run->done = true;
    return err;
}

enum err store_keep_step(struct store_db *db, struct store_keep_run *run)
{
    enum store_table table = (enum store_table)(run->phase / STORE_KEEP_WORKS);
    unsigned work = run->phase % STORE_KEEP_WORKS;

    if (run->done)
        return OK;
    if (table >= STORE_TABLES)
        return store_keep_fragments(db, run);
    if (work == STORE_KEEP_ROLL)
        return store_keep_roll(db, run, table);
    if (run->keep.days[table] <= 0) {
        store_keep_next(run);
        return OK;
    }
    int64_t cutoff_us = run->keep.now.us - run->keep.days[table] * STORE_DAY_US;
    return work == STORE_KEEP_BY_TIME ? store_keep_by_time(db, run, table, cutoff_us)
                                      : store_keep_by_row(db, run, table, cutoff_us);
}

/* --- the clock --- */

static bool store_keep_apart(int64_t a_us, int64_t b_us, int64_t days)
{
    int64_t apart_us = a_us > b_us ? a_us - b_us : b_us - a_us;

    return apart_us > days * STORE_DAY_US;
}

static struct mono_us store_keep_doubt(struct mono_us mono)
{
    return (struct mono_us){mono.us + STORE_DOUBT_HOURS * (STORE_DAY_US / 24)};
}

struct store_keep_clock store_keep_clock_begin(struct utc_us last, struct utc_us utc,
                                               struct mono_us mono)
{
    struct store_keep_clock clock = {utc, mono, mono};

    if (last.us != 0 && store_keep_apart(utc.us, last.us, STORE_DOUBT_SILENCE_DAYS))
        clock.doubted_until = store_keep_doubt(mono);
    return clock;
}

bool store_keep_believes(struct store_keep_clock *clock, struct utc_us utc, struct mono_us mono)
{
    int64_t expected_us = clock->utc.us + (mono.us - clock->mono.us);

    if (store_keep_apart(utc.us, expected_us, STORE_DOUBT_JUMP_DAYS))
        clock->doubted_until = store_keep_doubt(mono);
    clock->utc = utc;
    clock->mono = mono;
    return mono.us >= clock->doubted_until.us;
}

enum err store_keep_last(struct store_db *db, struct utc_us *ret_last)
{
    return store_mark_get(db, STORE_KEEP_MARK, &ret_last->us);
}
