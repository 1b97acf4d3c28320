/* queue.c - a ring under one mutex. Simple on purpose: items here are jobs and batches, hundreds a
 * second, so the lock is never the bottleneck. */
#include "base/queue.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    size_t item_size;
    size_t count_max;
    size_t count;
    size_t first;
    uint64_t refused;
    bool closed;
    unsigned char *ring;
};

enum err queue_new(size_t item_size, size_t count_max, struct queue **ret_queue)
{
    ASSERT(item_size > 0);
    ASSERT(count_max > 0);
    struct queue *queue = mem_zero(1, sizeof *queue);
    if (!queue)
        return ERR_NOMEM;
    *queue = (struct queue){.item_size = item_size, .count_max = count_max};
    queue->ring = mem_zero(count_max, item_size);
    if (!queue->ring) {
        mem_free(queue);
        return ERR_NOMEM;
    }
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->filled, NULL);
    *ret_queue = queue;
    return OK;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
    mem_free(queue->ring);
    mem_free(queue);
}

enum err queue_push(struct queue *queue, const void *item)
{
    enum err err = OK;

    pthread_mutex_lock(&queue->lock);
    if (queue->closed) {
        err = ERR_CANCELLED;
    } else if (queue->count == queue->count_max) {
        queue->refused++;
        err = ERR_BUSY;
    } else {
        size_t at = (queue->first + queue->count++) % queue->count_max;
        memcpy(queue->ring + at * queue->item_size, item, queue->item_size);
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->lock);
    return err;
}

/* The lock is held and an item is there. */
static void queue_take(struct queue *queue, void *ret_item)
{
    memcpy(ret_item, queue->ring + queue->first * queue->item_size, queue->item_size);
    queue->first = (queue->first + 1) % queue->count_max;
    queue->count--;
}

enum err queue_pop(struct queue *queue, void *ret_item)
{
    enum err err = OK;

    pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !queue->closed)
        pthread_cond_wait(&queue->filled, &queue->lock);
    if (queue->count)
        queue_take(queue, ret_item);
    else
        err = ERR_CANCELLED;
    pthread_mutex_unlock(&queue->lock);
    return err;
}

enum err queue_try_pop(struct queue *queue, void *ret_item)
{
    enum err err = OK;

    pthread_mutex_lock(&queue->lock);
    if (queue->count)
        queue_take(queue, ret_item);
    else
        err = queue->closed ? ERR_CANCELLED : ERR_BUSY;
    pthread_mutex_unlock(&queue->lock);
    return err;
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}

uint64_t queue_refused(const struct queue *queue)
{
    struct queue *locked = (struct queue *)(uintptr_t)queue; /* only the lock changes */

    pthread_mutex_lock(&locked->lock);
    uint64_t refused = locked->refused;
    pthread_mutex_unlock(&locked->lock);
    return refused;
}
