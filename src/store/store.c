/* store.c - see store.h.
 *
 * Batches travel in a circle: filled on the loop's thread, committed on the writer's, told on the
 * loop's, used again. Two may be under way, so that the writer need not wait for the loop; while
 * both are, the third grows. That is the group commit: the busier it is, the larger the groups.
 */
#include "store/store.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/queue.h"
#include "store/batch.h"
#include "store/checkpoint.h"
#include "store/lock.h"
#include "store/state.h"

enum { STORE_BATCHES = 3, STORE_UNDER_WAY_MAX = 2, STORE_JOBS_MAX = 64 };

struct store {
    const struct clock *clock;
    void (*told)(void *context, struct store_ticket ticket, enum err err);
    void *context;
    struct store_db *db;                 /* the writer's, while it runs */
    int lock;                            /* of the folder */
    struct store_checkpoint *checkpoint; /* NULL: the writer does it */
    struct pool_thread *writer;
    struct store_owed owed; /* the writer's */
    struct queue *filled;
    struct queue *committed;
    int event_fd;
    struct store_batch batches[STORE_BATCHES];
    struct store_batch *free[STORE_BATCHES];
    size_t free_count;
    struct store_batch *batch; /* being filled */
    size_t under_way;
    size_t waiting_bytes; /* of all batches */
    struct mono_us handed;
    struct store_counts counts;
};

/* --- the writer's thread --- */

static void store_writer(void *context)
{
    struct store *store = context;
    struct store_batch *batch;

    while (queue_pop(store->filled, &batch) == OK) {
        store_batch_write(batch, store->db, &store->owed, store->clock);
        enum err err = queue_push(store->committed, &batch);
        ASSERT(err == OK); /* it has room for every batch */
        uint64_t one = 1;
        ssize_t written = write(store->event_fd, &one, sizeof one);
        ASSERT(written == sizeof one);
        if (store->checkpoint)
            store_checkpoint_look(store->checkpoint); /* after the batch was told */
    }
}

/* --- the loop's thread --- */

static enum err store_start(struct store *store, const struct store_options *options,
                            struct diag *diag)
{
    struct store_db_open open = {.folder = options->folder,
                                 .vfs = options->vfs,
                                 .checkpoint_pages = options->checkpoint_pages};

    enum err err = store_lock_take(options->folder, &store->lock, diag);
    if (!err)
        err = store_db_open(&open, &store->db, diag);
    if (!err && !options->checkpoint_here)
        err = store_checkpoint_new(&open, store->db, &store->checkpoint, diag);
    struct store_marks newest = {0};
    if (!err)
        err = store_newest_rows(store->db, &newest);
    if (err)
        return err;
    memcpy(store->counts.rows, newest.rows, sizeof newest.rows);
    store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (store->event_fd < 0)
        return diag_set(diag, ERR_IO, "the store cannot make an event descriptor");
    err = queue_new(sizeof(struct store_batch *), STORE_BATCHES, &store->filled);
    if (!err)
        err = queue_new(sizeof(struct store_batch *), STORE_BATCHES, &store->committed);
    if (!err)
        err = pool_thread_start("store", store_writer, store, &store->writer);
    return err ? diag_set(diag, err, "the store cannot start its writer: %s", err_text(err)) : OK;
}

enum err store_open(const struct store_options *options, struct store **ret_store,
                    struct diag *diag)
{
    struct store *store = mem_zero(1, sizeof *store);

    if (!store)
        return diag_set(diag, ERR_NOMEM, "no memory to open the store");
    store->clock = options->clock;
    store->told = options->told;
    store->context = options->context;
    store->event_fd = -1;
    store->lock = -1;
    store_owed_init(&store->owed);
    for (size_t i = 0; i < STORE_BATCHES; i++) {
        store_batch_init(&store->batches[i]);
        store->free[store->free_count++] = &store->batches[i];
    }
    store->batch = store->free[--store->free_count];
    enum err err = store_start(store, options, diag);
    if (err) {
        store_close(store);
        return err;
    }
    *ret_store = store;
    return OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->writer) {
        store_drain(store);
        queue_close(store->filled);
        pool_thread_join(store->writer);
    }
    store_checkpoint_free(store->checkpoint);
    store_db_close(store->db);
    store_lock_release(store->lock);
    queue_free(store->filled);
    queue_free(store->committed);
    if (store->event_fd >= 0)
        close(store->event_fd);
    for (size_t i = 0; i < STORE_BATCHES; i++)
        store_batch_done(&store->batches[i]);
    store_owed_done(&store->owed);
    mem_free(store);
}

bool store_has_room(const struct store *store, size_t rows, size_t bytes)
{
    return store->counts.waiting + rows <= STORE_WAITING_MAX &&
           store->waiting_bytes + bytes <= STORE_WAITING_BYTES_MAX;
}

/* Room for one more row with `size` bytes beside it; *ret_op is not yet counted. */
static enum err store_room(struct store *store, size_t size, struct store_op **ret_op)
{
    struct store_batch *batch = store->batch;

    if (store->counts.waiting >= STORE_WAITING_MAX ||
        size > STORE_WAITING_BYTES_MAX - store->waiting_bytes)
        return ERR_BUSY;
    enum err err = vec_reserve(&batch->ops, batch->ops.count + 1);
    if (err)
        return err;
    *ret_op = &batch->ops.items[batch->ops.count];
    if (size > 0 && !buf_room(&batch->bytes, size)) {
        batch->bytes.err = OK; /* what is there stays good */
        return ERR_NOMEM;
    }
    return OK;
}

/* The op and its `size` bytes are in the batch. */
static void store_counted(struct store *store, size_t size)
{
    store->batch->ops.count++;
    store->waiting_bytes += size;
    store->counts.waiting++;
}

enum err store_put_position(struct store *store, const struct store_position *position)
{
    struct store_op *op;

    enum err err = store_room(store, position->items.size, &op);
    if (err)
        return err;
    *op = (struct store_op){STORE_OP_POSITION, store->batch->bytes.size, {*position}};
    buf_add(&store->batch->bytes, position->items.data, position->items.size);
    store_counted(store, position->items.size);
    return OK;
}

enum err store_put_reading(struct store *store, const struct store_reading *reading)
{
    struct store_op *op;

    enum err err = store_room(store, 0, &op);
    if (err)
        return err;
    *op = (struct store_op){.kind = STORE_OP_READING, .reading = *reading};
    store_counted(store, 0);
    return OK;
}

enum err store_put_event(struct store *store, const struct store_event *event)
{
    struct store_op *op;

    if (event->body.size > STORE_BODY_MAX)
        return ERR_LIMIT;
    enum err err = store_room(store, event->body.size + event->kind.size, &op);
    if (err)
        return err;
    struct buf *bytes = &store->batch->bytes;
    *op = (struct store_op){.kind = STORE_OP_EVENT, .bytes_at = bytes->size, .event = *event};
    buf_add(bytes, event->body.data, event->body.size);
    buf_str(bytes, event->kind);
    store_counted(store, event->body.size + event->kind.size);
    return OK;
}

enum err store_put_device(struct store *store, const struct store_device *device)
{
    struct buf *bytes = &store->batch->bytes;
    size_t at = bytes->size;
    struct store_op *op;
    size_t size;

    enum err err = store_batch_device_size(device, &size);
    if (!err)
        err = store_room(store, size, &op);
    if (!err)
        err = store_batch_device(bytes, device);
    if (err)
        return err;
    *op = (struct store_op){.kind = STORE_OP_DEVICE, .bytes_at = at};
    store_counted(store, bytes->size - at);
    return OK;
}

enum err store_put_fragment(struct store *store, const struct store_fragment *fragment)
{
    struct store_op *op;

    enum err err = store_room(store, fragment->body.size, &op);
    if (err)
        return err;
    struct buf *bytes = &store->batch->bytes;
    *op = (struct store_op){
        .kind = STORE_OP_FRAGMENT, .bytes_at = bytes->size, .fragment = *fragment};
    buf_add(bytes, fragment->body.data, fragment->body.size);
    store_counted(store, fragment->body.size);
    return OK;
}

enum err store_put_fragments_done(struct store *store, uint32_t device, uint32_t msg_id,
                                  uint32_t first)
{
    struct store_op *op;

    enum err err = store_room(store, 0, &op);
    if (err)
        return err;
    *op = (struct store_op){
        .kind = STORE_OP_FRAGMENTS_DONE,
        .fragment = {.device = device, .msg_id = msg_id, .first = first},
    };
    store_counted(store, 0);
    return OK;
}

enum err store_put_ticket(struct store *store, struct store_ticket ticket)
{
    return vec_push(&store->batch->tickets, ticket);
}

enum err store_put_job(struct store *store, const struct store_job *job)
{
    struct store_batch *batch = store->batch;

    if (batch->jobs.count >= STORE_JOBS_MAX)
        return ERR_BUSY;
    return vec_push(&batch->jobs, ((struct store_batch_job){*job, batch->ops.count, OK}));
}

static void store_hand_over(struct store *store)
{
    enum err err = queue_push(store->filled, &store->batch);

    ASSERT(err == OK);
    store->under_way++;
    store->batch = store->free[--store->free_count]; /* two under way, this is the third */
    store->handed = clock_mono(store->clock);
}

uint64_t store_flush(struct store *store)
{
    struct store_batch *batch = store->batch;

    if (store_batch_empty(batch) || store->under_way >= STORE_UNDER_WAY_MAX)
        return 0; /* store_collect() hands over when one comes back */
    int64_t passed_us = clock_mono(store->clock).us - store->handed.us;
    bool many = batch->ops.count >= STORE_COMMIT_ROWS || batch->jobs.count > 0;
    if (!many && passed_us < STORE_COMMIT_EVERY_US)
        return (uint64_t)(STORE_COMMIT_EVERY_US - passed_us) / 1000 + 1;
    store_hand_over(store);
    return 0;
}

int store_fd(const struct store *store)
{
    return store->event_fd;
}

static void store_tell(struct store *store, struct store_batch *batch)
{
    struct store_counts *counts = &store->counts;

    counts->waiting -= batch->ops.count;
    store->waiting_bytes -= batch->bytes.size;
    counts->positions += batch->stored.facts[STORE_POSITIONS];
    counts->readings += batch->stored.facts[STORE_READINGS];
    counts->events += batch->stored.facts[STORE_EVENTS];
    counts->duplicates += batch->stored.duplicates;
    for (size_t i = 0; i < STORE_TABLES; i++)
        if (batch->stored.rows[i] > 0)
            counts->rows[i] = batch->stored.rows[i];
    if (batch->ops.count > 0) {
        counts->commits++;
        counts->failures += batch->err != OK;
        counts->last_failure = batch->err;
        counts->commit_us_last = batch->commit_us;
        if (batch->commit_us > counts->commit_us_max)
            counts->commit_us_max = batch->commit_us;
    }
    for (size_t i = 0; i < batch->tickets.count; i++)
        store->told(store->context, batch->tickets.items[i], batch->err);
    for (size_t i = 0; i < batch->jobs.count; i++)
        batch->jobs.items[i].job.done(batch->jobs.items[i].job.context, batch->jobs.items[i].err);
    store_batch_reset(batch);
    store->free[store->free_count++] = batch;
    store->under_way--;
}

void store_collect(struct store *store)
{
    struct store_batch *batch;
    uint64_t times;

    ssize_t got = read(store->event_fd, &times, sizeof times);
    (void)got; /* empty when another call was quicker */
    while (queue_try_pop(store->committed, &batch) == OK)
        store_tell(store, batch);
    (void)store_flush(store);
}

void store_drain(struct store *store)
{
    struct store_batch *batch;

    while (store->under_way > 0 || !store_batch_empty(store->batch)) {
        if (!store_batch_empty(store->batch) && store->under_way < STORE_UNDER_WAY_MAX)
            store_hand_over(store);
        if (queue_pop(store->committed, &batch))
            break;
        store_tell(store, batch);
    }
}

struct store_counts store_counts(const struct store *store)
{
    return store->counts;
}
