/* db.c - see db.h and sql.h. */
#include "store/db.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/fact.h"
#include "store/sql.h"

enum {
    STORE_BUSY_MS_MAX = 10000, /* another process holds the write lock this long at most */
    /* 4 MB of log. The commit that reaches it folds it, and its givers wait: 5-12 ms; with 32 MB it
     * was 33-72 ms, at the same rate of rows. */
    STORE_CHECKPOINT_PAGES = 1000
};

struct store_db {
    sqlite3 *sql;
    enum err failed;
    int log_pages;
    size_t count;
    const char *texts[STORE_STATEMENTS_MAX];
    sqlite3_stmt *statements[STORE_STATEMENTS_MAX];
};

enum err store_sql_err(int code)
{
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_NOMEM:
        return ERR_NOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    case SQLITE_CONSTRAINT:
        return ERR_EXISTS;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}

sqlite3_stmt *store_sql(struct store_db *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < db->count; i++) {
        if (db->texts[i] == sql) {
            sqlite3_reset(db->statements[i]);
            sqlite3_clear_bindings(db->statements[i]);
            return db->statements[i];
        }
    }
    ASSERT(db->count < STORE_STATEMENTS_MAX);
    int code = sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    db->failed = store_sql_err(code);
    if (code)
        return NULL;
    db->texts[db->count] = sql;
    db->statements[db->count++] = statement;
    return statement;
}

enum err store_sql_failed(const struct store_db *db)
{
    return db->failed;
}

enum err store_sql_run(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    int reset = sqlite3_reset(statement);

    return store_sql_err(code == SQLITE_DONE ? reset : code);
}

enum err store_sql_row(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);

    if (code == SQLITE_ROW)
        return OK;
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? ERR_NOT_FOUND : store_sql_err(code);
}

enum err store_sql_rows(sqlite3_stmt *rows, enum err (*read)(sqlite3_stmt *row, void *context),
                        void *context)
{
    enum err err = store_sql_row(rows);

    while (!err) {
        err = read(rows, context);
        if (err) {
            sqlite3_reset(rows);
            return err;
        }
        err = store_sql_row(rows);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err store_sql_script(struct store_db *db, const char *sql)
{
    return store_sql_err(sqlite3_exec(db->sql, sql, NULL, NULL, NULL));
}

void store_sql_i64(sqlite3_stmt *statement, int index, int64_t value)
{
    int code = sqlite3_bind_int64(statement, index, value);

    ASSERT(code == SQLITE_OK); /* the index is ours */
}

void store_sql_text(sqlite3_stmt *statement, int index, struct str value)
{
    int code = sqlite3_bind_text64(statement, index, value.data ? value.data : "", value.size,
                                   SQLITE_STATIC, SQLITE_UTF8);

    ASSERT(code == SQLITE_OK || code == SQLITE_TOOBIG);
}

void store_sql_bytes(sqlite3_stmt *statement, int index, struct bytes value)
{
    int code = value.size == 0
                   ? sqlite3_bind_null(statement, index)
                   : sqlite3_bind_blob64(statement, index, value.data, value.size, SQLITE_STATIC);

    ASSERT(code == SQLITE_OK || code == SQLITE_TOOBIG);
}

void store_sql_blob(sqlite3_stmt *statement, int index, struct bytes value)
{
    int code = sqlite3_bind_blob64(statement, index, value.size ? (const void *)value.data : "",
                                   value.size, SQLITE_STATIC);

    ASSERT(code == SQLITE_OK || code == SQLITE_TOOBIG);
}

struct str store_sql_get_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return (struct str){(const char *)text, (size_t)sqlite3_column_bytes(statement, column)};
}

struct bytes store_sql_get_bytes(sqlite3_stmt *statement, int column)
{
    const unsigned char *data = sqlite3_column_blob(statement, column);

    return (struct bytes){data, (size_t)sqlite3_column_bytes(statement, column)};
}

sqlite3 *store_sql_handle(const struct store_db *db)
{
    return db->sql;
}

enum err store_db_begin(struct store_db *db)
{
    sqlite3_stmt *begin = store_sql(db, "BEGIN IMMEDIATE");

    return begin ? store_sql_run(begin) : store_sql_failed(db);
}

enum err store_db_commit(struct store_db *db)
{
    sqlite3_stmt *commit = store_sql(db, "COMMIT");
    enum err err = commit ? store_sql_run(commit) : store_sql_failed(db);

    if (err)
        store_db_rollback(db);
    return err;
}

/* SQLite has rolled back by itself after some failures: then there is nothing to do. */
void store_db_rollback(struct store_db *db)
{
    if (!sqlite3_get_autocommit(db->sql))
        sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
}

static int store_db_logged(void *context, sqlite3 *sql, const char *name, int pages)
{
    struct store_db *db = context;

    (void)sql;
    (void)name;
    db->log_pages = pages;
    return SQLITE_OK;
}

void store_db_watch_log(struct store_db *db)
{
    sqlite3_wal_hook(db->sql, store_db_logged, db);
}

int store_db_log_pages(const struct store_db *db)
{
    return db->log_pages;
}

int store_db_checkpoint(struct store_db *db)
{
    int pages = 0;
    int moved = 0;

    sqlite3_wal_checkpoint_v2(db->sql, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
    return pages > moved ? pages - moved : 0;
}

const char *store_db_message(const struct store_db *db)
{
    return sqlite3_errmsg(db->sql);
}

static enum err store_db_set_up(struct store_db *db, const struct store_db_open *open,
                                struct diag *diag)
{
    sqlite3_extended_result_codes(db->sql, 1);
    sqlite3_busy_timeout(db->sql, STORE_BUSY_MS_MAX);
    sqlite3_limit(db->sql, SQLITE_LIMIT_ATTACHED, 0);
    /* New facts land at the right end of table and index: more cache gains nothing, and three
     * connections have one each. */
    enum err err = store_sql_script(db, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                                        "PRAGMA cache_size = -16384; PRAGMA mmap_size = 0;");
    if (!err && open->read_only)
        err = store_sql_script(db, "PRAGMA cache_size = -4096");
    if (!err && open->read_only)
        return store_schema_check(db, diag);
    if (!err)
        err = store_sql_script(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                   "PRAGMA journal_size_limit = 134217728;");
    if (err)
        return diag_at(diag, err, STORE_FILE, 0, 0,
                       "cannot be opened (%s); the folder must be writable, with space left",
                       store_db_message(db));
    sqlite3_wal_autocheckpoint(db->sql, open->checkpoint_pages > 0 ? open->checkpoint_pages
                                                                   : STORE_CHECKPOINT_PAGES);
    return store_schema_migrate(db, diag);
}

/* Positions of crews and codes of terminals are nobody else's; the log and its index get the mode of
 * the file. A failure shows when SQLite opens it. */
void store_db_make_private(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0)
        close(fd);
}

enum err store_db_open(const struct store_db_open *open, struct store_db **ret_db,
                       struct diag *diag)
{
    char path[FILE_PATH_MAX];

    enum err err = file_join(sizeof path, path, open->folder, STORE_FILE);
    if (err)
        return diag_at(diag, err, open->folder, 0, 0, "path is too long");
    if (open->read_only && !file_exists(path))
        return diag_at(diag, ERR_NOT_FOUND, path, 0, 0,
                       "nothing is stored yet; `yancheng serve` makes the store");
    struct store_db *db = mem_zero(1, sizeof *db);
    if (!db)
        return diag_set(diag, ERR_NOMEM, "no memory to open the store");
    if (!open->read_only)
        store_db_make_private(path);
    int flags =
        SQLITE_OPEN_NOMUTEX |
        (open->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    int code = sqlite3_open_v2(path, &db->sql, flags, open->vfs);
    err = code ? diag_at(diag, store_sql_err(code), path, 0, 0,
                         "cannot be opened (%s); the folder must exist and be writable",
                         sqlite3_errstr(code))
               : store_db_set_up(db, open, diag);
    if (err) {
        store_db_close(db);
        return err;
    }
    *ret_db = db;
    return OK;
}

void store_db_close(struct store_db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->count; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->sql);
    mem_free(db);
}
