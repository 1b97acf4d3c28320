/* pool.h - run one function on several threads and wait for all of them.
 *
 * Purpose    Fork and join for compute work; pure layers receive it as `struct workers`, so that
 *            they start no thread themselves.
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

#endif
