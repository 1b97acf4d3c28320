/* keeper.c - runs of keep.h as jobs of the store. */
#include "base/mem.h"
#include "store/keep.h"
#include "store/store.h"

struct store_keeper {
    struct store *store;
    void (*ended)(void *context, const struct store_keep_run *run, enum err err);
    void *context;
    bool busy; /* a step is under way: then the run is the writer's */
    bool stopped;
    struct store_keep_run run;
};

static enum err store_keeper_step(struct store_db *db, void *context)
{
    struct store_keeper *keeper = context;

    return store_keep_step(db, &keeper->run);
}

static void store_keeper_end(struct store_keeper *keeper, enum err err)
{
    keeper->busy = false;
    if (keeper->ended)
        keeper->ended(keeper->context, &keeper->run, err);
}

static void store_keeper_done(void *context, enum err err);

static void store_keeper_put(struct store_keeper *keeper)
{
    struct store_job job = {store_keeper_step, store_keeper_done, keeper};

    keeper->busy = true;
    enum err err = store_put_job(keeper->store, &job);
    if (err)
        store_keeper_end(keeper, err);
}

static void store_keeper_done(void *context, enum err err)
{
    struct store_keeper *keeper = context;

    if (err || keeper->run.done || keeper->stopped)
        store_keeper_end(keeper, err ? err : keeper->run.done ? OK : ERR_CANCELLED);
    else
        store_keeper_put(keeper);
}

enum err store_keeper_new(struct store *store,
                          void (*ended)(void *context, const struct store_keep_run *run,
                                        enum err err),
                          void *context, struct store_keeper **ret_keeper)
{
    struct store_keeper *keeper = mem_zero(1, sizeof *keeper);

    if (!keeper)
        return ERR_NOMEM;
    *keeper = (struct store_keeper){.store = store, .ended = ended, .context = context};
    *ret_keeper = keeper;
    return OK;
}

void store_keeper_go(struct store_keeper *keeper, const struct store_keep *keep)
{
    if (keeper->busy || keeper->stopped)
        return;
    store_keep_begin(&keeper->run, keep);
    store_keeper_put(keeper);
}

void store_keeper_stop(struct store_keeper *keeper)
{
    keeper->stopped = true;
}

void store_keeper_free(struct store_keeper *keeper)
{
    if (!keeper)
        return;
    ASSERT(!keeper->busy);
    mem_free(keeper);
}
