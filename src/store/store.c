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
#include "store/checkpoint.h"
#include "store/device.h"
#include "store/lock.h"
#include "store/sql.h"
#include "store/state.h"

enum { STORE_BATCHES = 3, STORE_UNDER_WAY_MAX = 2, STORE_JOBS_MAX = 64 };

enum store_op_kind {
    STORE_OP_POSITION,
    STORE_OP_READING,
    STORE_OP_EVENT,
    STORE_OP_DEVICE,
    STORE_OP_FRAGMENT,
    STORE_OP_FRAGMENTS_DONE,
};
struct store_op {
    enum store_op_kind kind;
    size_t bytes_at; /* of the fact's bytes, or the device's texts one after the other */
    size_t kind_at;  /* of an event's kind */
    union {
        struct store_position position;
        struct store_reading reading;
        struct store_event event;
        struct store_device device;
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

struct store {
    const struct clock *clock;
    void (*told)(void *context, struct store_ticket ticket, enum err err);
    void *context;
    struct store_db *db;                 /* the writer's, while it runs */
    int lock;                            /* of the folder */
    struct store_checkpoint *checkpoint; /* NULL: the writer does it */
    struct pool_thread *writer;
    struct queue *filled;
    struct queue *committed;
    int event_fd;
    struct store_batch batches[STORE_BATCHES];
    struct store_batch *free[STORE_BATCHES];
    size_t free_count;
    struct store_batch *batch; /* being filled */
    size_t under_way;
    struct mono_us handed;
    struct store_counts counts;
};

/* --- the writer's thread --- */

static enum err store_write_device(struct store *store, const char *texts,
                                   struct store_device *device)
{
    struct str *each[] = {&device->name,    &device->maker, &device->model,
                          &device->version, &device->auth,  &device->unit};

    for (size_t i = 0; i < COUNT_OF(each); i++) {
        each[i]->data = texts;
        texts += each[i]->size;
    }
    return store_device_put(store->db, device);
}

static enum err store_write_kept(struct store *store, const char *bytes, struct store_op *op)
{
    if (op->kind == STORE_OP_DEVICE)
        return store_write_device(store, bytes + op->bytes_at, &op->device);
    op->fragment.body.data = (const unsigned char *)bytes + op->bytes_at;
    if (op->kind == STORE_OP_FRAGMENT)
        return store_fragment_put(store->db, &op->fragment);
    return store_fragment_drop(store->db, op->fragment.device, op->fragment.msg_id,
                               op->fragment.first);
}

static enum err store_write_op(struct store *store, const char *bytes, struct store_op *op,
                               struct store_stored *stored)
{
    enum store_table table = STORE_POSITIONS;
    bool new = false;
    enum err err = OK;

    switch (op->kind) {
    case STORE_OP_DEVICE:
    case STORE_OP_FRAGMENT:
    case STORE_OP_FRAGMENTS_DONE:
        return store_write_kept(store, bytes, op);
    case STORE_OP_POSITION:
        op->position.items.data = (const unsigned char *)bytes + op->bytes_at;
        err = store_fact_position(store->db, &op->position, &new);
        break;
    case STORE_OP_READING:
        err = store_fact_reading(store->db, &op->reading, &new);
        table = STORE_READINGS;
        break;
    case STORE_OP_EVENT:
        op->event.body.data = (const unsigned char *)bytes + op->bytes_at;
        op->event.kind.data = bytes + op->kind_at;
        err = store_fact_event(store->db, &op->event, &new);
        table = STORE_EVENTS;
        break;
    }
    stored->duplicates += !err && !new;
    if (!err && new) {
        stored->facts[table]++;
        stored->rows[table] = sqlite3_last_insert_rowid(store_sql_handle(store->db));
    }
    return err;
}

static void store_stored_add(struct store_stored *sum, const struct store_stored *part)
{
    for (size_t i = 0; i < STORE_TABLES; i++) {
        sum->facts[i] += part->facts[i];
        if (part->rows[i] > 0)
            sum->rows[i] = part->rows[i];
    }
    sum->duplicates += part->duplicates;
}

/* Ops [from, to) in a transaction. */
static enum err store_write_ops(struct store *store, struct store_batch *batch, size_t from,
                                size_t to)
{
    const char *bytes = batch->bytes.data ? batch->bytes.data : "";
    struct store_stored stored = {0};

    if (from == to)
        return OK;
    enum err err = store_db_begin(store->db);
    if (err)
        return err;
    for (size_t i = from; !err && i < to; i++)
        err = store_write_op(store, bytes, &batch->ops.items[i], &stored);
    if (err) {
        store_db_rollback(store->db);
        return err;
    }
    err = store_db_commit(store->db);
    if (!err)
        store_stored_add(&batch->stored, &stored);
    return err;
}

static enum err store_write_job(struct store *store, const struct store_job *job)
{
    enum err err = store_db_begin(store->db);

    if (err)
        return err;
    err = job->run(store->db, job->context);
    if (err) {
        store_db_rollback(store->db);
        return err;
    }
    return store_db_commit(store->db);
}

static void store_write_part(struct store *store, struct store_batch *batch, size_t from, size_t to)
{
    struct mono_us begun = clock_mono(store->clock);

    enum err err = store_write_ops(store, batch, from, to);
    if (!batch->err)
        batch->err = err;
    batch->commit_us += clock_mono(store->clock).us - begun.us;
}

static void store_write_batch(struct store *store, struct store_batch *batch)
{
    size_t from = 0;

    for (size_t i = 0; i < batch->jobs.count; i++) {
        struct store_batch_job *job = &batch->jobs.items[i];
        store_write_part(store, batch, from, job->ops_before);
        from = job->ops_before;
        job->err = store_write_job(store, &job->job);
    }
    store_write_part(store, batch, from, batch->ops.count);
}

static void store_writer(void *context)
{
    struct store *store = context;
    struct store_batch *batch;

    while (queue_pop(store->filled, &batch) == OK) {
        store_write_batch(store, batch);
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

static void store_batch_reset(struct store_batch *batch)
{
    batch->ops.count = batch->tickets.count = batch->jobs.count = 0;
    buf_reset(&batch->bytes);
    batch->err = OK;
    batch->stored = (struct store_stored){0};
    batch->commit_us = 0;
}

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
    for (size_t i = 0; i < STORE_BATCHES; i++) {
        buf_init(&store->batches[i].bytes, STORE_WAITING_BYTES_MAX);
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
    for (size_t i = 0; i < STORE_BATCHES; i++) {
        vec_done(&store->batches[i].ops);
        vec_done(&store->batches[i].tickets);
        vec_done(&store->batches[i].jobs);
        buf_done(&store->batches[i].bytes);
    }
    mem_free(store);
}

bool store_has_room(const struct store *store, size_t rows, size_t bytes)
{
    return store->counts.waiting + rows <= STORE_WAITING_MAX &&
           store->batch->bytes.size + bytes <= STORE_WAITING_BYTES_MAX;
}

/* Room for one more row with `size` bytes beside it; *ret_op is not yet counted. */
static enum err store_room(struct store *store, size_t size, struct store_op **ret_op)
{
    struct store_batch *batch = store->batch;

    if (store->counts.waiting >= STORE_WAITING_MAX ||
        size > STORE_WAITING_BYTES_MAX - batch->bytes.size)
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

static void store_counted(struct store *store)
{
    store->batch->ops.count++;
    store->counts.waiting++;
}

enum err store_put_position(struct store *store, const struct store_position *position)
{
    struct store_op *op;

    enum err err = store_room(store, position->items.size, &op);
    if (err)
        return err;
    *op = (struct store_op){STORE_OP_POSITION, store->batch->bytes.size, 0, {*position}};
    buf_add(&store->batch->bytes, position->items.data, position->items.size);
    store_counted(store);
    return OK;
}

enum err store_put_reading(struct store *store, const struct store_reading *reading)
{
    struct store_op *op;

    enum err err = store_room(store, 0, &op);
    if (err)
        return err;
    *op = (struct store_op){.kind = STORE_OP_READING, .reading = *reading};
    store_counted(store);
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
    *op = (struct store_op){.kind = STORE_OP_EVENT,
                            .bytes_at = bytes->size,
                            .kind_at = bytes->size + event->body.size,
                            .event = *event};
    buf_add(bytes, event->body.data, event->body.size);
    buf_str(bytes, event->kind);
    store_counted(store);
    return OK;
}

enum err store_put_device(struct store *store, const struct store_device *device)
{
    const struct str texts[] = {device->name,    device->maker, device->model,
                                device->version, device->auth,  device->unit};
    struct store_op *op;
    size_t size = 0;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (texts[i].size > STORE_DEVICE_TEXT_MAX)
            return ERR_LIMIT;
        size += texts[i].size;
    }
    enum err err = store_room(store, size, &op);
    if (err)
        return err;
    struct buf *bytes = &store->batch->bytes;
    *op = (struct store_op){.kind = STORE_OP_DEVICE, .bytes_at = bytes->size, .device = *device};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        buf_str(bytes, texts[i]);
    store_counted(store);
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
    store_counted(store);
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
    store_counted(store);
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

static bool store_batch_empty(const struct store_batch *batch)
{
    return batch->ops.count == 0 && batch->tickets.count == 0 && batch->jobs.count == 0;
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
