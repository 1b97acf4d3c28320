/* queue.h - the only way threads talk, and the only home of locks.
 *
 * Purpose    A bounded queue of fixed-size items; many writers, many readers.
 * Errors     A full queue answers BUSY at once and counts it; it never blocks the writer.
 * Threads    Any, except queue_free(), which wants the queue to itself.
 * Layer      0 (a named exception to purity)
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include "base/err.h"

struct queue; /* opaque */

/* Room for `count_max` items of `item_size` bytes. Owner: caller. Errors: NOMEM. */
MUST_USE enum err queue_new(size_t item_size, size_t count_max, struct queue **ret_queue);
void queue_free(struct queue *queue); /* NULL is allowed; waiting items are dropped */
/* Copies *item in. Errors: BUSY when full, CANCELLED after queue_close(). */
MUST_USE enum err queue_push(struct queue *queue, const void *item);
/* Copies the oldest item out; waits for one. Errors: CANCELLED once closed and empty. */
MUST_USE enum err queue_pop(struct queue *queue, void *ret_item);
/* As queue_pop without waiting. Errors: BUSY when empty. */
MUST_USE enum err queue_try_pop(struct queue *queue, void *ret_item);
void queue_close(struct queue *queue);             /* no more pushes; wakes every waiter */
uint64_t queue_refused(const struct queue *queue); /* pushes answered BUSY so far */

#endif
