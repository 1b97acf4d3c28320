/* inner.h - libuv's types, for the files of this module.
 *
 * Threads    The loop's.
 * Layer      3, private to net/
 */
#ifndef NET_INNER_H
#define NET_INNER_H

#include <uv.h>

#include "net/loop.h"

struct net_loop {
    uv_loop_t uv;
};

/* libuv's status as ours. */
enum err net_err(int status);

#endif
