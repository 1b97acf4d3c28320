/* sql.h - statements, for the files of this module.
 *
 * Purpose    Binding and reading by position with short names; statements are prepared once per
 *            connection and found again by the address of their text.
 * Threads    As db.h.
 * Layer      3, private to store/
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <sqlite3.h>

#include "base/str.h"
#include "store/db.h"

enum { STORE_STATEMENTS_MAX = 160 };

/* SQLite's code as ours; SQLITE_OK, ROW and DONE are OK. */
enum err store_sql_err(int code);
/* The statement of `sql`, a string literal, reset and unbound. NULL on failure, told by
 * store_sql_failed(). */
sqlite3_stmt *store_sql(struct store_db *db, const char *sql);
/* Why the last store_sql() gave none. */
enum err store_sql_failed(const struct store_db *db);
/* Steps a statement that gives no rows, and resets it. */
MUST_USE enum err store_sql_run(sqlite3_stmt *statement);
/* Steps to a row: OK, NOT_FOUND when there is none, else the failure; reset unless OK. */
MUST_USE enum err store_sql_row(sqlite3_stmt *statement);
/* Gives each row to `read` and resets the statement; ends at its first failure, and returns that. */
MUST_USE enum err store_sql_rows(sqlite3_stmt *rows,
                                 enum err (*read)(sqlite3_stmt *row, void *context), void *context);
/* Runs statements without parameters, separated by ';'. */
MUST_USE enum err store_sql_script(struct store_db *db, const char *sql);

/* Parameters count from 1, columns from 0. Text and bytes must live until the step. */
void store_sql_i64(sqlite3_stmt *statement, int index, int64_t value);
void store_sql_text(sqlite3_stmt *statement, int index, struct str value);
void store_sql_bytes(sqlite3_stmt *statement, int index, struct bytes value); /* none: NULL */
void store_sql_blob(sqlite3_stmt *statement, int index, struct bytes value);  /* never NULL */
struct str store_sql_get_text(sqlite3_stmt *statement, int column);    /* until the next step */
struct bytes store_sql_get_bytes(sqlite3_stmt *statement, int column); /* likewise */

/* The connection itself, for what has no function here. */
sqlite3 *store_sql_handle(const struct store_db *db);

/* Makes an empty file that only its owner may read, unless there is one of this name. */
void store_db_make_private(const char *path);

/* --- db.c: the write-ahead log --- */
/* From now on nothing is checkpointed by itself, and the log's length is kept. */
void store_db_watch_log(struct store_db *db);
int store_db_log_pages(const struct store_db *db); /* after the last commit */
/* Moves what it can into the file, without waiting for others. A failure leaves all in the log. */
int store_db_checkpoint(struct store_db *db); /* pages that are left in the log */

/* --- schema.c --- */
/* Brings the file to the newest version. Errors: INVALID when it is newer or not ours. */
MUST_USE enum err store_schema_migrate(struct store_db *db, struct diag *diag);
/* Errors: INVALID unless the file is of exactly this version. */
MUST_USE enum err store_schema_check(struct store_db *db, struct diag *diag);

/* --- state.c: named row ids, 0 until set; setting one back is RANGE --- */
MUST_USE enum err store_mark_get(struct store_db *db, struct str name, int64_t *ret_row);
MUST_USE enum err store_mark_set(struct store_db *db, struct str name, int64_t row);

/* --- fact.c: rows of facts; *ret_new is false when it was there already --- */
struct store_position;
struct store_reading;
struct store_event;
MUST_USE enum err store_fact_position(struct store_db *db, const struct store_position *position,
                                      bool *ret_new);
MUST_USE enum err store_fact_reading(struct store_db *db, const struct store_reading *reading,
                                     bool *ret_new);
MUST_USE enum err store_fact_event(struct store_db *db, const struct store_event *event,
                                   bool *ret_new);

#endif
