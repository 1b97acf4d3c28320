/* user.c - see user.h. */
#include "store/user.h"

#include <string.h>

#include "store/sql.h"

/* Copies a column's text; what is longer than we ever write is a damaged file. */
static enum err store_user_text(sqlite3_stmt *row, int column, size_t size, char *ret)
{
    struct str text = store_sql_get_text(row, column);

    if (text.size >= size)
        return ERR_INVALID;
    if (text.size)
        memcpy(ret, text.data, text.size);
    ret[text.size] = '\0';
    return OK;
}

static enum err store_user_hash(sqlite3_stmt *row, int column, unsigned char *ret)
{
    struct bytes hash = store_sql_get_bytes(row, column);

    if (hash.size != STORE_SECRET_HASH)
        return ERR_INVALID;
    memcpy(ret, hash.data, STORE_SECRET_HASH);
    return OK;
}

static void store_user_put_hash(sqlite3_stmt *statement, int index, const unsigned char *hash)
{
    store_sql_bytes(statement, index, (struct bytes){hash, STORE_SECRET_HASH});
}

static struct utc_us store_user_time(sqlite3_stmt *row, int column)
{
    return (struct utc_us){sqlite3_column_int64(row, column)};
}

/* Runs a change that must have met a row. */
static enum err store_user_met(sqlite3_stmt *statement)
{
    enum err err = store_sql_run(statement);

    if (!err && sqlite3_changes(sqlite3_db_handle(statement)) == 0)
        return ERR_NOT_FOUND;
    return err;
}

/* --- users --- */

enum err store_user_count(struct store_db *db, uint64_t *ret_count)
{
    sqlite3_stmt *ask = store_sql(db, "SELECT count(*) FROM user");

    if (!ask)
        return store_sql_failed(db);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    *ret_count = (uint64_t)sqlite3_column_int64(ask, 0);
    sqlite3_reset(ask);
    return OK;
}

static enum err store_user_read(sqlite3_stmt *row, struct store_user *ret_user)
{
    struct store_user user = {.roles = (uint32_t)sqlite3_column_int64(row, 2),
                              .locked = sqlite3_column_int64(row, 3) != 0,
                              .made = store_user_time(row, 4),
                              .changed = store_user_time(row, 5)};

    enum err err = store_user_text(row, 0, sizeof user.name, user.name);
    if (!err)
        err = store_user_text(row, 1, sizeof user.password, user.password);
    if (!err)
        *ret_user = user;
    return err;
}

enum err store_user_get(struct store_db *db, struct str name, struct store_user *ret_user)
{
    sqlite3_stmt *ask = store_sql(
        db, "SELECT name, password, roles, locked, made, changed FROM user WHERE name = ?");

    if (!ask)
        return store_sql_failed(db);
    store_sql_text(ask, 1, name);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    err = store_user_read(ask, ret_user);
    sqlite3_reset(ask);
    return err;
}

struct store_user_each {
    enum err (*fn)(void *context, const struct store_user *user);
    void *context;
};

static enum err store_user_each_row(sqlite3_stmt *row, void *context)
{
    const struct store_user_each *each = context;
    struct store_user user;

    enum err err = store_user_read(row, &user);
    return err ? err : each->fn(each->context, &user);
}

enum err store_user_each(struct store_db *db,
                         enum err (*fn)(void *context, const struct store_user *user),
                         void *context)
{
    struct store_user_each each = {fn, context};
    sqlite3_stmt *ask = store_sql(
        db, "SELECT name, password, roles, locked, made, changed FROM user ORDER BY name");

    return ask ? store_sql_rows(ask, store_user_each_row, &each) : store_sql_failed(db);
}

enum err store_user_add(struct store_db *db, const struct store_user *user)
{
    sqlite3_stmt *put = store_sql(db, "INSERT INTO user (name, password, roles, locked, made,"
                                      " changed) VALUES (?,?,?,?,?,?)");

    if (!put)
        return store_sql_failed(db);
    store_sql_text(put, 1, str_of(user->name));
    store_sql_text(put, 2, str_of(user->password));
    store_sql_i64(put, 3, user->roles);
    store_sql_i64(put, 4, user->locked);
    store_sql_i64(put, 5, user->made.us);
    store_sql_i64(put, 6, user->changed.us);
    return store_sql_run(put);
}

static enum err store_user_sessions_end(struct store_db *db, struct str name)
{
    sqlite3_stmt *end = store_sql(db, "DELETE FROM session WHERE user = ?");

    if (!end)
        return store_sql_failed(db);
    store_sql_text(end, 1, name);
    return store_sql_run(end);
}

enum err store_user_change(struct store_db *db, const struct store_user *user)
{
    sqlite3_stmt *put = store_sql(db, "UPDATE user SET password = ?, roles = ?, locked = ?,"
                                      " changed = ? WHERE name = ?");

    if (!put)
        return store_sql_failed(db);
    store_sql_text(put, 1, str_of(user->password));
    store_sql_i64(put, 2, user->roles);
    store_sql_i64(put, 3, user->locked);
    store_sql_i64(put, 4, user->changed.us);
    store_sql_text(put, 5, str_of(user->name));
    enum err err = store_user_met(put);
    return err ? err : store_user_sessions_end(db, str_of(user->name));
}

enum err store_user_remove(struct store_db *db, struct str name)
{
    sqlite3_stmt *remove = store_sql(db, "DELETE FROM user WHERE name = ?");

    if (!remove)
        return store_sql_failed(db);
    store_sql_text(remove, 1, name);
    enum err err = store_user_met(remove);
    return err ? err : store_user_sessions_end(db, name);
}

/* --- sessions --- */

enum err store_session_add(struct store_db *db, const struct store_session *session)
{
    sqlite3_stmt *put =
        store_sql(db, "INSERT INTO session (hash, user, made, used) VALUES (?,?,?,?)");

    if (!put)
        return store_sql_failed(db);
    store_user_put_hash(put, 1, session->hash);
    store_sql_text(put, 2, str_of(session->user));
    store_sql_i64(put, 3, session->made.us);
    store_sql_i64(put, 4, session->used.us);
    return store_sql_run(put);
}

enum err store_session_get(struct store_db *db, const unsigned char *hash,
                           struct store_session *ret_session)
{
    struct store_session session = {0};
    sqlite3_stmt *ask = store_sql(db, "SELECT hash, user, made, used FROM session WHERE hash = ?");

    if (!ask)
        return store_sql_failed(db);
    store_user_put_hash(ask, 1, hash);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    err = store_user_hash(ask, 0, session.hash);
    if (!err)
        err = store_user_text(ask, 1, sizeof session.user, session.user);
    session.made = store_user_time(ask, 2);
    session.used = store_user_time(ask, 3);
    sqlite3_reset(ask);
    if (!err)
        *ret_session = session;
    return err;
}

enum err store_session_touch(struct store_db *db, const unsigned char *hash, struct utc_us used)
{
    sqlite3_stmt *put = store_sql(db, "UPDATE session SET used = ? WHERE hash = ?");

    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, used.us);
    store_user_put_hash(put, 2, hash);
    return store_sql_run(put);
}

enum err store_session_remove(struct store_db *db, const unsigned char *hash)
{
    sqlite3_stmt *remove = store_sql(db, "DELETE FROM session WHERE hash = ?");

    if (!remove)
        return store_sql_failed(db);
    store_user_put_hash(remove, 1, hash);
    return store_sql_run(remove);
}

enum err store_session_expire(struct store_db *db, struct utc_us made, struct utc_us used)
{
    sqlite3_stmt *remove = store_sql(db, "DELETE FROM session WHERE made <= ? OR used <= ?");

    if (!remove)
        return store_sql_failed(db);
    store_sql_i64(remove, 1, made.us);
    store_sql_i64(remove, 2, used.us);
    return store_sql_run(remove);
}

/* --- tokens --- */

static enum err store_token_read(sqlite3_stmt *row, struct store_token *ret_token)
{
    struct store_token token = {.id = (uint64_t)sqlite3_column_int64(row, 0),
                                .device = sqlite3_column_int64(row, 2) != 0,
                                .roles = (uint32_t)sqlite3_column_int64(row, 4),
                                .made = store_user_time(row, 5),
                                .revoked = store_user_time(row, 6)};

    enum err err = store_user_hash(row, 1, token.hash);
    if (!err)
        err = store_user_text(row, 3, sizeof token.name, token.name);
    if (!err)
        *ret_token = token;
    return err;
}

enum err store_token_get(struct store_db *db, const unsigned char *hash,
                         struct store_token *ret_token)
{
    sqlite3_stmt *ask = store_sql(
        db, "SELECT id, hash, device, name, roles, made, revoked FROM token WHERE hash = ?");

    if (!ask)
        return store_sql_failed(db);
    store_user_put_hash(ask, 1, hash);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    err = store_token_read(ask, ret_token);
    sqlite3_reset(ask);
    return err;
}

struct store_token_each {
    enum err (*fn)(void *context, const struct store_token *token);
    void *context;
};

static enum err store_token_each_row(sqlite3_stmt *row, void *context)
{
    const struct store_token_each *each = context;
    struct store_token token;

    enum err err = store_token_read(row, &token);
    return err ? err : each->fn(each->context, &token);
}

enum err store_token_each(struct store_db *db,
                          enum err (*fn)(void *context, const struct store_token *token),
                          void *context)
{
    struct store_token_each each = {fn, context};
    sqlite3_stmt *ask =
        store_sql(db, "SELECT id, hash, device, name, roles, made, revoked FROM token ORDER BY id");

    return ask ? store_sql_rows(ask, store_token_each_row, &each) : store_sql_failed(db);
}

enum err store_token_add(struct store_db *db, const struct store_token *token, uint64_t *ret_id)
{
    sqlite3_stmt *put = store_sql(db, "INSERT INTO token (hash, device, name, roles, made, revoked)"
                                      " VALUES (?,?,?,?,?,0)");

    if (!put)
        return store_sql_failed(db);
    store_user_put_hash(put, 1, token->hash);
    store_sql_i64(put, 2, token->device);
    store_sql_text(put, 3, str_of(token->name));
    store_sql_i64(put, 4, token->roles);
    store_sql_i64(put, 5, token->made.us);
    enum err err = store_sql_run(put);
    if (!err)
        *ret_id = (uint64_t)sqlite3_last_insert_rowid(sqlite3_db_handle(put));
    return err;
}

static enum err store_token_by_id(struct store_db *db, uint64_t id, struct store_token *ret_token)
{
    sqlite3_stmt *ask = store_sql(
        db, "SELECT id, hash, device, name, roles, made, revoked FROM token WHERE id = ?");

    if (!ask)
        return store_sql_failed(db);
    store_sql_i64(ask, 1, (int64_t)id);
    enum err err = store_sql_row(ask);
    if (err)
        return err;
    err = store_token_read(ask, ret_token);
    sqlite3_reset(ask);
    return err;
}

enum err store_token_revoke(struct store_db *db, uint64_t id, struct utc_us at,
                            struct store_token *ret_token)
{
    sqlite3_stmt *put = store_sql(db, "UPDATE token SET revoked = ? WHERE id = ? AND revoked = 0");

    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, at.us);
    store_sql_i64(put, 2, (int64_t)id);
    enum err err = store_user_met(put);
    return err ? err : store_token_by_id(db, id, ret_token);
}

/* --- failed logins --- */

enum err store_attempt_get(struct store_db *db, const unsigned char *key,
                           struct store_attempt *ret_attempt)
{
    struct store_attempt attempt = {0};
    sqlite3_stmt *ask = store_sql(db, "SELECT failures, last FROM attempt WHERE key = ?");

    if (!ask)
        return store_sql_failed(db);
    store_user_put_hash(ask, 1, key);
    memcpy(attempt.key, key, STORE_SECRET_HASH);
    enum err err = store_sql_row(ask);
    if (!err) {
        attempt.failures = (uint32_t)sqlite3_column_int64(ask, 0);
        attempt.last = store_user_time(ask, 1);
        sqlite3_reset(ask);
    }
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_attempt = attempt;
    return OK;
}

static enum err store_attempt_bound(struct store_db *db)
{
    sqlite3_stmt *bound =
        store_sql(db, "DELETE FROM attempt WHERE key IN (SELECT key FROM attempt ORDER BY last"
                      " LIMIT max(0, (SELECT count(*) FROM attempt) - ?))");

    if (!bound)
        return store_sql_failed(db);
    store_sql_i64(bound, 1, STORE_ATTEMPTS_MAX);
    return store_sql_run(bound);
}

enum err store_attempt_put(struct store_db *db, const struct store_attempt *attempt)
{
    sqlite3_stmt *put =
        store_sql(db, "INSERT OR REPLACE INTO attempt (key, failures, last) VALUES (?,?,?)");

    if (!put)
        return store_sql_failed(db);
    store_user_put_hash(put, 1, attempt->key);
    store_sql_i64(put, 2, attempt->failures);
    store_sql_i64(put, 3, attempt->last.us);
    enum err err = store_sql_run(put);
    return err ? err : store_attempt_bound(db);
}

enum err store_attempt_remove(struct store_db *db, const unsigned char *key)
{
    sqlite3_stmt *remove = store_sql(db, "DELETE FROM attempt WHERE key = ?");

    if (!remove)
        return store_sql_failed(db);
    store_user_put_hash(remove, 1, key);
    return store_sql_run(remove);
}

enum err store_attempt_expire(struct store_db *db, struct utc_us before)
{
    sqlite3_stmt *remove = store_sql(db, "DELETE FROM attempt WHERE last < ?");

    if (!remove)
        return store_sql_failed(db);
    store_sql_i64(remove, 1, before.us);
    return store_sql_run(remove);
}

/* --- the trail --- */

enum err store_audit_add(struct store_db *db, const struct store_audit *row)
{
    const struct str texts[] = {row->who, row->peer, row->action, row->what, row->detail};
    sqlite3_stmt *put = store_sql(db, "INSERT INTO audit (at, who, peer, action, what, detail)"
                                      " VALUES (?,?,?,?,?,?)");

    if (!put)
        return store_sql_failed(db);
    store_sql_i64(put, 1, row->at.us);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].size > STORE_AUDIT_TEXT_MAX)
            return ERR_LIMIT;
        store_sql_text(put, 2 + (int)i, texts[i]);
    }
    return store_sql_run(put);
}

struct store_audit_each {
    enum err (*fn)(void *context, const struct store_audit *row);
    void *context;
};

static enum err store_audit_row(sqlite3_stmt *row, void *context)
{
    const struct store_audit_each *each = context;
    struct store_audit audit = {.id = (uint64_t)sqlite3_column_int64(row, 0),
                                .at = store_user_time(row, 1),
                                .who = store_sql_get_text(row, 2),
                                .peer = store_sql_get_text(row, 3),
                                .action = store_sql_get_text(row, 4),
                                .what = store_sql_get_text(row, 5),
                                .detail = store_sql_get_text(row, 6)};

    return each->fn(each->context, &audit);
}

enum err store_audit_page(struct store_db *db, uint64_t before, uint64_t limit,
                          enum err (*fn)(void *context, const struct store_audit *row),
                          void *context)
{
    struct store_audit_each each = {fn, context};
    sqlite3_stmt *ask = store_sql(db, "SELECT id, at, who, peer, action, what, detail FROM audit"
                                      " WHERE id < ? ORDER BY id DESC LIMIT ?");

    if (!ask)
        return store_sql_failed(db);
    store_sql_i64(ask, 1, before && before < INT64_MAX ? (int64_t)before : INT64_MAX);
    store_sql_i64(ask, 2, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    return store_sql_rows(ask, store_audit_row, &each);
}
