/* pool.h - threads: run one function on several and wait for all, or one beside the caller.
 *
 * Purpose    Fork and join for compute work; pure layers receive it as `struct workers`, so that
 *            they start no thread themselves. A thread with a long life reads a queue.
 * Threads    The function runs on up to `count` threads at once, index 0 on the caller's.
 * Layer      0 (a named exception to purity)
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/err.h"

enum { POOL_THREADS_MAX = 64 };

/* How a pure layer asks for helpers: run(count, fn, context) returns when every fn has returned. */
struct workers {
    unsigned count;
    void (*run)(unsigned count, void (*fn)(void *context, unsigned index), void *context);
};

/* Threads of the system. A thread that cannot be started is made up for by the caller's, in turn.
 */
void pool_run(unsigned count, void (*fn)(void *context, unsigned index), void *context);
struct workers pool_workers(unsigned count); /* 0 means one per core */

struct pool_thread; /* opaque */

/* Starts `fn` beside the caller. `name` (at most 15 characters) shows in system tools.
 * Owner: caller, by pool_thread_join(). Errors: NOMEM. */
MUST_USE enum err pool_thread_start(const char *name, void (*fn)(void *context), void *context,
                                    struct pool_thread **ret_thread);
/* Waits until its function has returned. NULL is allowed. */
void pool_thread_join(struct pool_thread *thread);

#endif
