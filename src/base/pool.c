/* pool.c - see pool.h. */
#include "base/pool.h"

#include <pthread.h>
#include <unistd.h>

struct pool_call {
    void (*fn)(void *context, unsigned index);
    void *context;
    unsigned index;
};

static void *pool_thread(void *argument)
{
    struct pool_call *call = argument;

    call->fn(call->context, call->index);
    return NULL;
}

void pool_run(unsigned count, void (*fn)(void *context, unsigned index), void *context)
{
    pthread_t threads[POOL_THREADS_MAX];
    struct pool_call calls[POOL_THREADS_MAX];
    unsigned started = 1;

    ASSERT(count >= 1);
    ASSERT(count <= POOL_THREADS_MAX);
    for (unsigned i = 1; i < count; i++, started++) {
        calls[i] = (struct pool_call){fn, context, i};
        if (pthread_create(&threads[i], NULL, pool_thread, &calls[i]))
            break;
    }
    fn(context, 0);
    for (unsigned i = started; i < count; i++)
        fn(context, i);
    for (unsigned i = 1; i < started; i++)
        pthread_join(threads[i], NULL);
}

struct workers pool_workers(unsigned count)
{
    if (count == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        count = cores > 0 ? (unsigned)cores : 1;
    }
    if (count > POOL_THREADS_MAX)
        count = POOL_THREADS_MAX;
    return (struct workers){count, pool_run};
}
