/* backup.h - the whole store into one file, and back.
 *
 * Purpose    A backup is a moment of the store, taken while the server writes on. It is checked, then
 *            gets its name: a file of that name is always a whole one.
 * Cost       While a backup runs, the writer's log is not reused: it grows by what is written
 *            meanwhile, and is folded afterwards.
 * Threads    The caller's, until done. The command line calls these in processes of their own.
 * Layer      3
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "base/err.h"

#define STORE_OLD_FILE "store.db.old"

struct store_backup {
    const char *folder;
    const char *file;
    void (*progress)(void *context, unsigned percent); /* may be NULL */
    void *context;
};

/* Copies the store of `folder` to `file`, by way of FILE.part.
 * Errors: NOT_FOUND (nothing stored), INVALID (not ours, of another version, damaged), FULL, IO. */
MUST_USE enum err store_backup(const struct store_backup *backup, struct diag *diag);
/* Makes `file` the store of `folder`, brought to this program's version; the store that was there
 * becomes STORE_OLD_FILE. Until the new one is checked nothing is touched.
 * Errors: BUSY while a server has the store; EXISTS when STORE_OLD_FILE is in the way; INVALID; FULL;
 * IO. */
MUST_USE enum err store_restore(const struct store_backup *backup, struct diag *diag);

#endif
