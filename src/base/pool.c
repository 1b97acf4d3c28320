/* pool.c - see pool.h. */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/mem.h"

struct pool_call {
    void (*fn)(void *context, unsigned index);
    void *context;
    unsigned index;
};

static void *pool_call_run(void *argument)
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
        if (pthread_create(&threads[i], NULL, pool_call_run, &calls[i]))
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

struct pool_thread {
    pthread_t id;
    void (*fn)(void *context);
    void *context;
};

static void *pool_thread_run(void *argument)
{
    struct pool_thread *thread = argument;

    thread->fn(thread->context);
    return NULL;
}

enum err pool_thread_start(const char *name, void (*fn)(void *context), void *context,
                           struct pool_thread **ret_thread)
{
    sigset_t all;
    sigset_t before;

    struct pool_thread *thread = mem_zero(1, sizeof *thread);
    if (!thread)
        return ERR_NOMEM;
    thread->fn = fn;
    thread->context = context;
    sigfillset(&all); /* signals are the first thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread->id, NULL, pool_thread_run, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        mem_free(thread);
        return ERR_NOMEM;
    }
    pthread_setname_np(thread->id, name);
    *ret_thread = thread;
    return OK;
}

void pool_thread_join(struct pool_thread *thread)
{
    if (!thread)
        return;
    pthread_join(thread->id, NULL);
    mem_free(thread);
}
