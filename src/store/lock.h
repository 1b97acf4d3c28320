/* lock.h - one writing process a folder.
 *
 * Purpose    Two servers on one folder would each acknowledge from its own memory; a restore under a
 *            running server would be lost. Whoever writes facts holds STORE_LOCK_FILE.
 * Mechanism  flock(2) on a file that stays: it is given back by the system however the process ends.
 *            Its text, the holder's process id, is for people. Not across network file systems
 *            without locks; there the store does not belong either.
 * Threads    Any; one holder.
 * Layer      3, private to store/
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/err.h"

#define STORE_LOCK_FILE "store.lock"

/* *ret_lock is a descriptor, given back by store_lock_release().
 * Errors: BUSY when another holds it; NOT_FOUND, IO, LIMIT; told in `diag`. */
MUST_USE enum err store_lock_take(const char *folder, int *ret_lock, struct diag *diag);
void store_lock_release(int lock); /* -1 is allowed */

#endif
