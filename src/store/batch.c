/* batch.c - see batch.h. */
#include "store/batch.h"

#include <string.h>

#include "store/sql.h"

enum {
    /* What a batch keeps between uses: a second of a busy city. A flood's tens of megabytes go. */
    STORE_BATCH_OPS_KEPT = 16384,
    STORE_BATCH_BYTES_KEPT = 2 << 20,
    STORE_DEVICE_TEXTS = 6,
};

/* --- a batch's memory --- */

void store_batch_init(struct store_batch *batch)
{
    *batch = (struct store_batch){0};
    buf_init(&batch->bytes, STORE_WAITING_BYTES_MAX);
}

bool store_batch_empty(const struct store_batch *batch)
{
    return batch->ops.count == 0 && batch->tickets.count == 0 && batch->jobs.count == 0;
}

void store_batch_reset(struct store_batch *batch)
{
    batch->ops.count = batch->tickets.count = batch->jobs.count = 0;
    buf_reset(&batch->bytes);
    if (batch->ops.capacity > STORE_BATCH_OPS_KEPT)
        vec_done(&batch->ops);
    if (batch->tickets.capacity > STORE_BATCH_OPS_KEPT)
        vec_done(&batch->tickets);
    if (batch->bytes.capacity > STORE_BATCH_BYTES_KEPT)
        buf_done(&batch->bytes);
    batch->err = OK;
    batch->stored = (struct store_stored){0};
    batch->commit_us = 0;
}

void store_batch_done(struct store_batch *batch)
{
    vec_done(&batch->ops);
    vec_done(&batch->tickets);
    vec_done(&batch->jobs);
    buf_done(&batch->bytes);
}

/* --- devices --- */

static void store_device_texts(struct store_device *device, struct str *ret[STORE_DEVICE_TEXTS])
{
    struct str *texts[STORE_DEVICE_TEXTS] = {&device->name,    &device->maker, &device->model,
                                             &device->version, &device->auth,  &device->unit};

    memcpy(ret, texts, sizeof texts);
}

enum err store_batch_device_size(const struct store_device *device, size_t *ret_size)
{
    struct store_device copy = *device;
    struct str *texts[STORE_DEVICE_TEXTS];
    size_t size = sizeof copy;

    store_device_texts(&copy, texts);
    for (size_t i = 0; i < STORE_DEVICE_TEXTS; i++) {
        if (texts[i]->size > STORE_DEVICE_TEXT_MAX)
            return ERR_LIMIT;
        size += texts[i]->size;
    }
    *ret_size = size;
    return OK;
}

enum err store_batch_device(struct buf *bytes, const struct store_device *device)
{
    struct store_device copy = *device;
    struct str *texts[STORE_DEVICE_TEXTS];
    size_t size;

    enum err err = store_batch_device_size(device, &size);
    if (err)
        return err;
    store_device_texts(&copy, texts);
    if (!buf_room(bytes, size)) {
        err = buf_err(bytes);
        bytes->err = OK; /* what is there stays good */
        return err;
    }
    buf_add(bytes, &copy, sizeof copy);
    for (size_t i = 0; i < STORE_DEVICE_TEXTS; i++)
        buf_str(bytes, *texts[i]);
    return OK;
}

static struct store_device store_device_at(const struct buf *bytes, size_t at)
{
    struct store_device device;
    struct str *texts[STORE_DEVICE_TEXTS];
    const char *text = bytes->data + at + sizeof device;

    memcpy(&device, bytes->data + at, sizeof device);
    store_device_texts(&device, texts);
    for (size_t i = 0; i < STORE_DEVICE_TEXTS; i++) {
        texts[i]->data = text;
        text += texts[i]->size;
    }
    return device;
}

void store_owed_init(struct store_owed *owed)
{
    *owed = (struct store_owed){0};
    buf_init(&owed->bytes, STORE_WAITING_BYTES_MAX);
}

static void store_owed_clear(struct store_owed *owed)
{
    vec_done(&owed->devices);
    map_done(&owed->index);
    buf_done(&owed->bytes);
    owed->dead = 0;
}

void store_owed_done(struct store_owed *owed)
{
    store_owed_clear(owed);
}

/* One that breaks a rule would break it again, and all other facts with it: it is let go. */
static bool store_owed_hopeless(enum err err)
{
    return err == ERR_EXISTS || err == ERR_LIMIT;
}

static enum err store_owed_write(struct store_owed *owed, struct store_db *db)
{
    enum err err = owed->err;

    for (size_t i = 0; !err && i < owed->devices.count; i++) {
        struct store_device device = store_device_at(&owed->bytes, owed->devices.items[i]);
        err = store_device_put(db, &device);
        if (store_owed_hopeless(err))
            err = OK;
    }
    return err;
}

/* Only what still counts. */
static enum err store_owed_tidy(struct store_owed *owed)
{
    struct buf kept;
    enum err err = OK;

    buf_init(&kept, owed->bytes.bytes_max);
    for (size_t i = 0; !err && i < owed->devices.count; i++) {
        struct store_device device = store_device_at(&owed->bytes, owed->devices.items[i]);
        owed->devices.items[i] = kept.size;
        err = store_batch_device(&kept, &device);
    }
    buf_done(&owed->bytes);
    owed->bytes = kept;
    owed->dead = 0;
    return err;
}

static enum err store_owed_one(struct store_owed *owed, const struct store_device *device)
{
    size_t at = owed->bytes.size;
    uint64_t index;

    enum err err = store_batch_device(&owed->bytes, device);
    if (err)
        return err;
    if (!map_get(&owed->index, device->id, &index)) {
        err = map_put(&owed->index, device->id, owed->devices.count);
        return err ? err : vec_push(&owed->devices, at);
    }
    struct store_device before = store_device_at(&owed->bytes, owed->devices.items[index]);
    size_t size;
    err = store_batch_device_size(&before, &size);
    if (err)
        return err;
    owed->devices.items[index] = at;
    owed->dead += size;
    return owed->dead > owed->bytes.size / 2 ? store_owed_tidy(owed) : OK;
}

/* The devices of ops [from, to) are owed from now on, without the one at `hopeless`. */
static void store_owed_add(struct store_owed *owed, const struct store_batch *batch, size_t from,
                           size_t to, size_t hopeless)
{
    for (size_t i = from; !owed->err && i < to; i++) {
        const struct store_op *op = &batch->ops.items[i];
        if (op->kind != STORE_OP_DEVICE || i == hopeless)
            continue;
        struct store_device device = store_device_at(&batch->bytes, op->bytes_at);
        owed->err = store_owed_one(owed, &device);
    }
}

/* --- writing --- */

static enum err store_write_kept(struct store_db *db, const struct store_batch *batch,
                                 struct store_op *op)
{
    if (op->kind == STORE_OP_DEVICE) {
        struct store_device device = store_device_at(&batch->bytes, op->bytes_at);
        return store_device_put(db, &device);
    }
    if (op->kind == STORE_OP_FRAGMENT)
        return store_fragment_put(db, &op->fragment);
    return store_fragment_drop(db, op->fragment.device, op->fragment.msg_id, op->fragment.first);
}

static enum err store_write_op(struct store_db *db, const struct store_batch *batch,
                               struct store_op *op, struct store_stored *stored)
{
    const unsigned char *bytes = (const unsigned char *)batch->bytes.data;
    enum store_table table = STORE_POSITIONS;
    bool new = false;
    enum err err = OK;

    switch (op->kind) {
    case STORE_OP_FRAGMENT:
        op->fragment.body.data = bytes ? bytes + op->bytes_at : NULL;
        return store_write_kept(db, batch, op);
    case STORE_OP_DEVICE:
    case STORE_OP_FRAGMENTS_DONE:
        return store_write_kept(db, batch, op);
    case STORE_OP_POSITION:
        op->position.items.data = bytes ? bytes + op->bytes_at : NULL;
        err = store_fact_position(db, &op->position, &new);
        break;
    case STORE_OP_READING:
        err = store_fact_reading(db, &op->reading, &new);
        table = STORE_READINGS;
        break;
    case STORE_OP_EVENT:
        op->event.body.data = bytes ? bytes + op->bytes_at : NULL;
        op->event.kind.data = (const char *)op->event.body.data + op->event.body.size;
        err = store_fact_event(db, &op->event, &new);
        table = STORE_EVENTS;
        break;
    }
    stored->duplicates += !err && !new;
    if (!err && new) {
        stored->facts[table]++;
        stored->rows[table] = sqlite3_last_insert_rowid(store_sql_handle(db));
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

/* Ops [from, to) in the transaction that is open; *ret_at is the one that failed. */
static enum err store_write_all(struct store_batch *batch, struct store_db *db,
                                struct store_owed *owed, size_t from, size_t to,
                                struct store_stored *stored, size_t *ret_at)
{
    enum err err = store_owed_write(owed, db);

    *ret_at = to;
    for (size_t i = from; !err && i < to; i++) {
        err = store_write_op(db, batch, &batch->ops.items[i], stored);
        if (err)
            *ret_at = i;
    }
    return err;
}

/* Ops [from, to) in a transaction. */
static enum err store_write_ops(struct store_batch *batch, struct store_db *db,
                                struct store_owed *owed, size_t from, size_t to)
{
    struct store_stored stored = {0};
    size_t at = to;

    if (from == to)
        return OK;
    enum err err = store_db_begin(db);
    if (!err) {
        err = store_write_all(batch, db, owed, from, to, &stored, &at);
        if (err)
            store_db_rollback(db);
        else
            err = store_db_commit(db);
    }
    if (err) {
        store_owed_add(owed, batch, from, to, store_owed_hopeless(err) ? at : to);
    } else {
        store_owed_clear(owed);
        store_stored_add(&batch->stored, &stored);
    }
    return err;
}

static enum err store_write_job(struct store_db *db, const struct store_job *job)
{
    enum err err = store_db_begin(db);

    if (err)
        return err;
    err = job->run(db, job->context);
    if (err) {
        store_db_rollback(db);
        return err;
    }
    return store_db_commit(db);
}

static void store_write_part(struct store_batch *batch, struct store_db *db,
                             struct store_owed *owed, const struct clock *clock, size_t from,
                             size_t to)
{
    struct mono_us begun = clock_mono(clock);

    enum err err = store_write_ops(batch, db, owed, from, to);
    if (!batch->err)
        batch->err = err;
    batch->commit_us += clock_mono(clock).us - begun.us;
}

void store_batch_write(struct store_batch *batch, struct store_db *db, struct store_owed *owed,
                       const struct clock *clock)
{
    size_t from = 0;

    for (size_t i = 0; i < batch->jobs.count; i++) {
        struct store_batch_job *job = &batch->jobs.items[i];
        store_write_part(batch, db, owed, clock, from, job->ops_before);
        from = job->ops_before;
        job->err = store_write_job(db, &job->job);
    }
    store_write_part(batch, db, owed, clock, from, batch->ops.count);
}
