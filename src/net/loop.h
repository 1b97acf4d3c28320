/* loop.h - the one event loop: descriptors, timers and signals.
 *
 * Purpose    libuv behind a few functions, so that no other module sees its types.
 * Memory     A watch, timer or signal belongs to its caller until its _free(); the loop itself
 *            releases what the system still holds, so every object is freed before the loop is.
 * Threads    All of it belongs to the loop's thread.
 * Layer      3
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "base/err.h"

struct net_loop;
struct net_watch;
struct net_timer;
struct net_signal;
struct net_turn;

/* Owner: caller. Errors: NOMEM, IO. */
MUST_USE enum err net_loop_new(struct net_loop **ret_loop);
/* NULL is allowed. */
void net_loop_free(struct net_loop *loop);
/* Returns after net_loop_stop(), or when nothing is left to wait for. */
void net_loop_run(struct net_loop *loop);
/* Handles what is ready and returns; waits for nothing. */
void net_loop_poll(struct net_loop *loop);
void net_loop_stop(struct net_loop *loop);

/* Calls `ready` while `fd` can be read (or has failed). `fd` stays the caller's and must outlive
 * the watch. Errors: NOMEM, IO. */
MUST_USE enum err net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *context),
                                void *context, struct net_watch **ret_watch);
void net_watch_free(struct net_watch *watch); /* NULL is allowed */

/* Made at rest. Errors: NOMEM, IO. */
MUST_USE enum err net_timer_new(struct net_loop *loop, void (*due)(void *context), void *context,
                                struct net_timer **ret_timer);
void net_timer_free(struct net_timer *timer); /* NULL is allowed */
/* Once after `after_ms`, then every `every_ms` unless that is 0. Starting again replaces. */
void net_timer_start(struct net_timer *timer, uint64_t after_ms, uint64_t every_ms);
void net_timer_stop(struct net_timer *timer);

/* Calls `caught` on the loop's thread for signal `number`. Does not keep the loop running.
 * Errors: NOMEM, IO. */
MUST_USE enum err net_signal_new(struct net_loop *loop, int number, void (*caught)(void *context),
                                 void *context, struct net_signal **ret_signal);
void net_signal_free(struct net_signal *signal); /* NULL is allowed */

/* Calls `ended` once a turn, after everything that was ready was handled. Does not keep the loop
 * running. Errors: NOMEM, IO. */
MUST_USE enum err net_turn_new(struct net_loop *loop, void (*ended)(void *context), void *context,
                               struct net_turn **ret_turn);
void net_turn_free(struct net_turn *turn); /* NULL is allowed */

/* The time of this turn's begin, in milliseconds of a clock that never jumps. */
uint64_t net_loop_ms(const struct net_loop *loop);

#endif
