/* mqtt.c - see mqtt.h. */
#include "store/mqtt.h"

#include "store/sql.h"

enum err store_mqtt_put(struct store_db *db, uint64_t token, struct str hash)
{
    sqlite3_stmt *put = store_sql(db, "INSERT INTO token_mqtt (token, hash) VALUES (?,?)");

    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, (int64_t)token);
    store_sql_text(put, 2, hash);
    return store_sql_run(put);
}

struct store_mqtt_told {
    enum err (*fn)(void *context, const struct store_mqtt_user *user);
    void *context;
};

static enum err store_mqtt_tell(sqlite3_stmt *row, void *context)
{
    const struct store_mqtt_told *told = context;
    struct store_mqtt_user user = {.device = sqlite3_column_int(row, 1) != 0,
                                   .roles = (uint32_t)sqlite3_column_int64(row, 2),
                                   .name = store_sql_get_text(row, 3),
                                   .hash = store_sql_get_text(row, 4)};

    return told->fn(told->context, &user);
}

enum err store_mqtt_each(struct store_db *db,
                         enum err (*fn)(void *context, const struct store_mqtt_user *user),
                         void *context)
{
    struct store_mqtt_told told = {fn, context};
    /* SQLite gives the other columns of the row that has the maximum. */
    sqlite3_stmt *ask =
        store_sql(db, "SELECT max(token.id), device, roles, name, token_mqtt.hash FROM token"
                      " JOIN token_mqtt ON token_mqtt.token = token.id WHERE revoked = 0"
                      " GROUP BY name ORDER BY name");

    return ask ? store_sql_rows(ask, store_mqtt_tell, &told) : store_sql_failed(db);
}

enum err store_mqtt_stamp(struct store_db *db, uint64_t *ret_stamp)
{
    sqlite3_stmt *ask = store_sql(db, "SELECT count(*), max(id), total(revoked <> 0) FROM token");
    if (!ask)
        return store_sql_failed(db);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    uint64_t parts[] = {(uint64_t)sqlite3_column_int64(ask, 0),
                        (uint64_t)sqlite3_column_int64(ask, 1),
                        (uint64_t)sqlite3_column_int64(ask, 2)};
    sqlite3_reset(ask);
    *ret_stamp = str_hash((struct str){(const char *)parts, sizeof parts});
    return OK;
}
