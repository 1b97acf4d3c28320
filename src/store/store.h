/* store.h - facts to disk: one writer, group commit, told when they are safe.
 *
 * Purpose    What devices say is put into a batch; a writer thread commits batches; only after the
 *            commit is the giver told, so that it can acknowledge. One SQLite file in the city's
 *            folder: WAL, synchronous FULL.
 * Identity   A fact is (device, device time, hash of its body): one that is there already is
 *            stored once and told as stored.
 * Limits     STORE_WAITING_MAX rows and STORE_WAITING_BYTES_MAX bytes of them wait at most; beyond
 *            that store_put_*() answers BUSY and the giver stops reading.
 * Faults     A batch that cannot be committed (disk full, read-only) is told with its error and
 *            forgotten: the device has no acknowledgement and sends again. Only rows of devices in
 *            it are written with the next batch.
 * Threads    All functions belong to one thread, the loop's; the writer thread is inside.
 * Layer      3
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/clock.h"
#include "store/fact.h"

enum {
    STORE_WAITING_MAX = 200000,
    STORE_WAITING_BYTES_MAX = 64 << 20,
    STORE_COMMIT_EVERY_US = 10000, /* at most this often, so that a commit carries many rows */
    STORE_COMMIT_ROWS = 4000,      /* or when this many wait */
};

struct store;    /* opaque */
struct store_db; /* a connection; see db.h */

/* What a giver is told by: its own numbers. */
struct store_ticket {
    uint64_t whom;
    uint64_t what;
};

struct store_options {
    const char *folder;   /* the city's; the file is STORE_FILE in it */
    const char *vfs;      /* an SQLite VFS for tests; NULL: the system's */
    int checkpoint_pages; /* of the log, after which it is folded into the file; 0: the usual */
    bool checkpoint_here; /* by the writer itself; else by a thread beside it */
    const struct clock *clock;
    /* Everything put with this ticket and before it is on disk (OK), or this batch is not. */
    void (*told)(void *context, struct store_ticket ticket, enum err err);
    void *context;
};

/* Opens or makes the file, brings it up to the newest migration, starts the writer.
 * Owner: caller. Errors: IO, FULL, INVALID (not ours, or newer than this program), NOMEM; BUSY when
 * another process has the store of this folder open. */
MUST_USE enum err store_open(const struct store_options *options, struct store **ret_store,
                             struct diag *diag);
/* Drains, which tells what waits, then ends the writer. NULL is allowed. */
void store_close(struct store *store);

/* Is there room for this much more? Ask before putting what belongs together. */
bool store_has_room(const struct store *store, size_t rows, size_t bytes);
/* Errors of the put functions: BUSY, NOMEM; then nothing was put. Bytes are copied. */
MUST_USE enum err store_put_position(struct store *store, const struct store_position *position);
MUST_USE enum err store_put_reading(struct store *store, const struct store_reading *reading);
MUST_USE enum err store_put_event(struct store *store, const struct store_event *event);
/* Asks to be told when all that was put before is safe. */
MUST_USE enum err store_put_ticket(struct store *store, struct store_ticket ticket);
/* Runs `run` on the writer's thread in a transaction of its own, after all that was put before and
 * before all that is put after; then `done` on this thread, with what run or the commit returned. */
struct store_job {
    enum err (*run)(struct store_db *db, void *context);
    void (*done)(void *context, enum err err);
    void *context;
};
MUST_USE enum err store_put_job(struct store *store, const struct store_job *job);

/* Hands over what waits if it is time; call at the end of each turn of the loop. Returns the
 * milliseconds until it must be called again at the latest, 0 when nothing waits. */
uint64_t store_flush(struct store *store);
/* Readable when something is to be collected. */
int store_fd(const struct store *store);
/* Tells what was committed since the last call. */
void store_collect(struct store *store);
/* Hands over, waits and tells until nothing waits: nor what is put by the functions that are told,
 * so a job that puts its next one must stop doing so first. */
void store_drain(struct store *store);

struct store_counts {
    uint64_t positions, readings, events; /* newly stored */
    uint64_t duplicates;
    /* Newest row that was told, or there at the start: marks for a state that folds facts when they
     * are told. */
    int64_t rows[STORE_TABLES];
    uint64_t commits;
    uint64_t failures;      /* commits that failed */
    uint64_t waiting;       /* rows not yet committed */
    int64_t commit_us_last; /* how long the last one took */
    int64_t commit_us_max;
    enum err last_failure; /* OK once a commit has succeeded again */
};
struct store_counts store_counts(const struct store *store);

#endif
