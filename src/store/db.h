/* db.h - one connection to the store's file.
 *
 * Purpose    Opening, migrating, statements kept prepared. The writer has one, each reader its
 *            own; other programs (the command line) too, also while the server runs.
 * Errors     Of SQLite, as ours: FULL, BUSY (another process writes), INVALID (not a store), IO.
 * Threads    A connection belongs to one thread.
 * Layer      3
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/buf.h"
#include "base/clock.h"

struct store_db; /* opaque */

struct store_db_open {
    const char *folder;
    const char *vfs;      /* NULL: the system's */
    bool read_only;       /* then the file must exist and be of this program's version */
    int checkpoint_pages; /* of the log, after which it is folded into the file; 0: the usual */
};
/* Owner: caller. A new file is made and migrated unless `read_only`.
 * Errors: NOT_FOUND, INVALID, IO, FULL, NOMEM; told in `diag`. */
MUST_USE enum err store_db_open(const struct store_db_open *open, struct store_db **ret_db,
                                struct diag *diag);
void store_db_close(struct store_db *db); /* NULL is allowed */

MUST_USE enum err store_db_begin(struct store_db *db);
MUST_USE enum err store_db_commit(struct store_db *db); /* rolls back on failure */
void store_db_rollback(struct store_db *db);
/* SQLite's words about the last failure. */
const char *store_db_message(const struct store_db *db);

#endif
