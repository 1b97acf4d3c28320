/* batch.h - what one group commit carries, and how it is written.
 *
 * Purpose    The loop's side (store.c) fills a batch and tells its outcome; the writer's side is here.
 * Devices    A device whose transaction fails is owed: it is written with the next one that succeeds,
 *            before any fact. Its giver keeps it in memory and gives facts of it again; without its
 *            row they would be nobody's, and after a restart another device's.
 * Threads    A batch belongs to one thread at a time; what is owed, to the writer.
 * Layer      3, private to store/
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "base/map.h"
#include "store/device.h"
#include "store/store.h"

enum store_op_kind {
    STORE_OP_POSITION,
    STORE_OP_READING,
    STORE_OP_EVENT,
    STORE_OP_DEVICE,
    STORE_OP_FRAGMENT,
    STORE_OP_FRAGMENTS_DONE,
};
/* Bytes of facts and fragments lie in the batch, an event's kind after its body; a device lies there
 * altogether: the struct, then its texts one after the other. */
struct store_op {
    enum store_op_kind kind;
    size_t bytes_at;
    union {
        struct store_position position;
        struct store_reading reading;
        struct store_event event;
        struct store_fragment fragment; /* also names the message that is done */
    };
};

struct store_batch_job {
    struct store_job job;
    size_t ops_before; /* a job sees what was put before it, and nothing that was put after */
    enum err err;
};

/* What one transaction stored. */
struct store_stored {
    uint64_t facts[STORE_TABLES]; /* newly */
    int64_t rows[STORE_TABLES];   /* the newest of each table, 0: no new one */
    uint64_t duplicates;
};

struct store_batch {
    VEC(struct store_op) ops;
    VEC(struct store_ticket) tickets;
    VEC(struct store_batch_job) jobs;
    struct buf bytes;
    /* Filled by the writer. */
    enum err err;
    struct store_stored stored;
    int64_t commit_us;
};

void store_batch_init(struct store_batch *batch);
bool store_batch_empty(const struct store_batch *batch);
/* Empties it; the memory of an uncommonly large one is given back. */
void store_batch_reset(struct store_batch *batch);
void store_batch_done(struct store_batch *batch);

/* What store_batch_device() appends. Errors: LIMIT. */
MUST_USE enum err store_batch_device_size(const struct store_device *device, size_t *ret_size);
/* Appends a device's struct and texts. Errors: LIMIT, NOMEM; then `bytes` is as it was. */
MUST_USE enum err store_batch_device(struct buf *bytes, const struct store_device *device);

struct store_owed {
    VEC(size_t) devices; /* where each lies in `bytes` */
    struct map index;    /* by id: the newest row of a device is owed, not all */
    struct buf bytes;
    size_t dead;  /* bytes of rows that newer ones stand for */
    enum err err; /* what is owed could not be kept: nothing more is stored until a restart */
};
void store_owed_init(struct store_owed *owed);
void store_owed_done(struct store_owed *owed);

/* Commits the facts and runs the jobs, in the order of their puts. */
void store_batch_write(struct store_batch *batch, struct store_db *db, struct store_owed *owed,
                       const struct clock *clock);

#endif
