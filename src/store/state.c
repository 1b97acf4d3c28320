/* state.c - see state.h. */
#include "store/state.h"

#include "store/sql.h"

/* Names of marks, and the newest rows. */
static const struct {
    struct str mark;
    const char *newest;
} store_state_tables[STORE_TABLES] = {
    [STORE_POSITIONS] = {{"position.state", 14}, "SELECT max(id) FROM position"},
    [STORE_READINGS] = {{"reading.state", 13}, "SELECT max(id) FROM reading"},
    [STORE_EVENTS] = {{"event.state", 11}, "SELECT max(id) FROM event"},
};

enum err store_mark_get(struct store_db *db, struct str name, int64_t *ret_row)
{
    sqlite3_stmt *get = store_sql(db, "SELECT row FROM mark WHERE name = ?");

    if (!get)
        return store_sql_failed(db);
    store_sql_text(get, 1, name);
    enum err err = store_sql_row(get);
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_row = err ? 0 : sqlite3_column_int64(get, 0);
    sqlite3_reset(get);
    return OK;
}

enum err store_mark_set(struct store_db *db, struct str name, int64_t row)
{
    int64_t before;

    enum err err = store_mark_get(db, name, &before);
    if (err)
        return err;
    if (row < before)
        return ERR_RANGE;
    sqlite3_stmt *set = store_sql(db, "INSERT OR REPLACE INTO mark (name, row) VALUES (?,?)");
    if (!set)
        return store_sql_failed(db);
    store_sql_text(set, 1, name);
    store_sql_i64(set, 2, row);
    return store_sql_run(set);
}

enum err store_newest_rows(struct store_db *db, struct store_marks *ret_marks)
{
    struct store_marks marks = {0};

    for (size_t i = 0; i < STORE_TABLES; i++) {
        sqlite3_stmt *ask = store_sql(db, store_state_tables[i].newest);
        if (!ask)
            return store_sql_failed(db);
        enum err err = store_sql_row(ask);
        if (err)
            return err;
        marks.rows[i] = sqlite3_column_int64(ask, 0); /* NULL of an empty table reads as 0 */
        sqlite3_reset(ask);
    }
    *ret_marks = marks;
    return OK;
}

static enum err store_state_put(struct store_db *db, const struct store_state *state)
{
    sqlite3_stmt *put =
        store_sql(db, "INSERT OR REPLACE INTO device_state (device, body) VALUES (?,?)");

    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, state->device);
    store_sql_blob(put, 2, state->body);
    return store_sql_run(put);
}

enum err store_state_save(struct store_db *db, const struct store_state *states, size_t count,
                          const struct store_marks *marks)
{
    struct store_marks newest;

    enum err err = store_newest_rows(db, &newest);
    for (size_t i = 0; !err && i < count; i++)
        err = store_state_put(db, &states[i]);
    for (size_t i = 0; !err && i < STORE_TABLES; i++)
        err =
            store_mark_set(db, store_state_tables[i].mark, marks ? marks->rows[i] : newest.rows[i]);
    return err;
}

struct store_state_told {
    enum err (*fn)(void *context, const struct store_state *state);
    void *context;
};

static enum err store_state_tell(sqlite3_stmt *row, void *context)
{
    const struct store_state_told *told = context;
    struct store_state state = {(uint32_t)sqlite3_column_int64(row, 0),
                                store_sql_get_bytes(row, 1)};

    return told->fn(told->context, &state);
}

enum err store_state_each(struct store_db *db,
                          enum err (*fn)(void *context, const struct store_state *state),
                          void *context)
{
    struct store_state_told told = {fn, context};
    sqlite3_stmt *list = store_sql(db, "SELECT device, body FROM device_state ORDER BY device");

    return list ? store_sql_rows(list, store_state_tell, &told) : store_sql_failed(db);
}

enum err store_state_marks(struct store_db *db, struct store_marks *ret_marks)
{
    struct store_marks marks = {0};
    enum err err = OK;

    for (size_t i = 0; !err && i < STORE_TABLES; i++)
        err = store_mark_get(db, store_state_tables[i].mark, &marks.rows[i]);
    if (!err)
        *ret_marks = marks;
    return err;
}
