/* heap.h - a queue of (time, node) pairs, smallest time first, then smallest node.
 *
 * Purpose    Searches push a node again instead of moving it; old entries are met and skipped.
 *            Both parts lie in one 64-bit number, so that order is total and runs repeat.
 * Layer      1, private to road/
 */
#ifndef ROAD_HEAP_H
#define ROAD_HEAP_H

#include "base/mem.h"

struct road_heap {
    uint64_t *items;
    size_t count;
    size_t capacity;
};

static inline uint64_t road_heap_key(uint32_t ms, uint32_t node)
{
    return (uint64_t)ms << 32 | node;
}

MUST_USE static inline enum err road_heap_push(struct road_heap *heap, uint64_t key)
{
    if (heap->count == heap->capacity &&
        mem_reserve((void **)&heap->items, &heap->capacity, heap->count + 1, sizeof *heap->items))
        return ERR_NOMEM;
    size_t at = heap->count++;
    while (at > 0 && heap->items[(at - 1) / 2] > key) {
        heap->items[at] = heap->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->items[at] = key;
    return OK;
}

/* The heap must not be empty. */
static inline uint64_t road_heap_pop(struct road_heap *heap)
{
    uint64_t *items = heap->items;
    uint64_t top = items[0];
    uint64_t key = items[--heap->count];
    size_t count = heap->count;
    size_t at = 0;

    for (size_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && items[child + 1] < items[child])
            child++;
        if (items[child] >= key)
            break;
        items[at] = items[child];
        at = child;
    }
    if (count)
        items[at] = key;
    return top;
}

static inline void road_heap_done(struct road_heap *heap)
{
    mem_free(heap->items);
    *heap = (struct road_heap){0};
}

#endif
