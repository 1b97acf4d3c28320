/* checkpoint.c - see checkpoint.h. */
#include "store/checkpoint.h"

#include <sys/resource.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/queue.h"
#include "store/sql.h"

enum {
    STORE_CHECKPOINT_NICE = 10,
    STORE_ROUNDS_MAX = 4,
    STORE_LEFT_PAGES = 256,       /* 1 MB: left to the writer */
    STORE_LOG_PAGES = 4096,       /* 16 MB: then the thread is asked */
    STORE_LOG_PAGES_MAX = 131072, /* 512 MB: a reader holds it back; the writer tries by itself */
};

struct store_checkpoint {
    struct store_db *writer;
    struct store_db *db; /* the thread's */
    struct queue *asked;
    struct queue *done;
    struct pool_thread *thread;
    bool asking;
    int pages;     /* at which the thread is asked */
    int forced_at; /* pages at which the writer tries by itself next */
};

static void store_checkpoint_run(void *context)
{
    struct store_checkpoint *checkpoint = context;
    int token;

    setpriority(PRIO_PROCESS, 0, STORE_CHECKPOINT_NICE); /* of this thread: answers go first */
    while (queue_pop(checkpoint->asked, &token) == OK) {
        /* Each round leaves what came during it, so the rounds get shorter. */
        for (int i = 0; i < STORE_ROUNDS_MAX; i++)
            if (store_db_checkpoint(checkpoint->db) <= STORE_LEFT_PAGES)
                break;
        enum err err = queue_push(checkpoint->done, &token);
        ASSERT(err == OK); /* one is asked at a time */
    }
}

static enum err store_checkpoint_start(struct store_checkpoint *checkpoint)
{
    enum err err = queue_new(sizeof(int), 1, &checkpoint->asked);

    if (!err)
        err = queue_new(sizeof(int), 1, &checkpoint->done);
    if (!err)
        err =
            pool_thread_start("checkpoint", store_checkpoint_run, checkpoint, &checkpoint->thread);
    return err;
}

enum err store_checkpoint_new(const struct store_db_open *open, struct store_db *db,
                              struct store_checkpoint **ret_checkpoint, struct diag *diag)
{
    struct store_checkpoint *checkpoint = mem_zero(1, sizeof *checkpoint);

    if (!checkpoint)
        return diag_set(diag, ERR_NOMEM, "no memory to open the store");
    checkpoint->writer = db;
    checkpoint->pages = open->checkpoint_pages > 0 ? open->checkpoint_pages : STORE_LOG_PAGES;
    enum err err = store_db_open(open, &checkpoint->db, diag);
    if (!err) {
        err = store_checkpoint_start(checkpoint);
        if (err)
            diag_set(diag, err, "the store cannot start its thread for checkpoints");
    }
    if (err) {
        store_checkpoint_free(checkpoint);
        return err;
    }
    store_db_watch_log(db);
    *ret_checkpoint = checkpoint;
    return OK;
}

void store_checkpoint_free(struct store_checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    if (checkpoint->thread)
        queue_close(checkpoint->asked);
    pool_thread_join(checkpoint->thread);
    store_db_close(checkpoint->db);
    queue_free(checkpoint->asked);
    queue_free(checkpoint->done);
    mem_free(checkpoint);
}

void store_checkpoint_look(struct store_checkpoint *checkpoint)
{
    int pages = store_db_log_pages(checkpoint->writer);
    int token = 0;

    if (checkpoint->asking && queue_try_pop(checkpoint->done, &token) == OK) {
        checkpoint->asking = false;
        (void)store_db_checkpoint(checkpoint->writer); /* what came meanwhile: little */
        return;
    }
    if (!checkpoint->asking && pages >= checkpoint->pages)
        checkpoint->asking = queue_push(checkpoint->asked, &token) == OK;
    if (pages < STORE_LOG_PAGES_MAX) {
        checkpoint->forced_at = STORE_LOG_PAGES_MAX;
    } else if (pages >= checkpoint->forced_at) {
        checkpoint->forced_at = pages + STORE_LOG_PAGES;
        (void)store_db_checkpoint(checkpoint->writer);
    }
}
