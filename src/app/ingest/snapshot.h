/* snapshot.h - the live picture on disk, so that a start need not read every fact again.
 *
 * Threads    The loop's; the saving itself is a job of the store's writer.
 * Layer      4, private to ingest/
 */
#ifndef APP_INGEST_SNAPSHOT_H
#define APP_INGEST_SNAPSHOT_H

#include "app/ingest/device.h"

/* States as saved, then the facts stored after them. Errors: of the store; NOMEM. */
MUST_USE enum err app_snapshot_load(struct app_devices *devices, struct store_db *db);

#endif
