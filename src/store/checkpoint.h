/* checkpoint.h - the log is moved into the file beside the writer, not by it.
 *
 * Purpose    A checkpoint copies tens of megabytes and syncs them. Done by the writer it would hold
 *            every acknowledgement up for that long; done by a thread with its own connection, only
 *            the little that was written meanwhile is left to the writer, after which SQLite begins
 *            the log anew.
 * Threads    All functions are the writer's.
 * Source     SQLite, "Write-Ahead Logging", 3: checkpoints run while others write.
 * Layer      3, private to store/
 */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "store/db.h"

struct store_checkpoint; /* opaque */

/* `db` is the writer's connection: its log is watched from now on. Owner: caller. */
MUST_USE enum err store_checkpoint_new(const struct store_db_open *open, struct store_db *db,
                                       struct store_checkpoint **ret_checkpoint, struct diag *diag);
/* Waits for the thread. NULL is allowed. */
void store_checkpoint_free(struct store_checkpoint *checkpoint);
/* After each commit: asks the thread, or finishes what it has begun. */
void store_checkpoint_look(struct store_checkpoint *checkpoint);

#endif
