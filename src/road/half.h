/* half.h - one direction of a search in the hierarchy: only ever to more important nodes.
 *
 * Purpose    Inlined into the query and the table, which differ in what they do with a node.
 * Memory     Every node has its state from the start, so that a search cannot run out of memory;
 *            what a search touched is put back in its length, not the graph's.
 * Layer      1, private to road/
 */
#ifndef ROAD_HALF_H
#define ROAD_HALF_H

#include "road/heap.h"
#include "road/inner.h"

struct road_label {
    uint32_t ms;     /* ROAD_NONE: not reached */
    uint32_t parent; /* node; ROAD_NONE at a seed */
    uint32_t edge;   /* into the side's edges, of the parent */
    uint32_t slot;   /* in the heap; ROAD_NONE: not waiting */
};
struct road_half {
    const struct road_side *side;  /* edges to follow */
    const struct road_side *other; /* edges that would have led here more cheaply */
    struct road_label *labels;
    uint64_t *heap; /* road_heap_key() */
    uint32_t heap_count;
    uint32_t *touched;
    uint32_t touched_count;
};

MUST_USE enum err road_half_init(struct road_half *half, const struct road_ch *ch, bool forward);
void road_half_done(struct road_half *half);

static inline void road_half_reset(struct road_half *half)
{
    for (uint32_t i = 0; i < half->touched_count; i++) {
        half->labels[half->touched[i]].ms = ROAD_NONE;
        half->labels[half->touched[i]].slot = ROAD_NONE;
    }
    half->touched_count = 0;
    half->heap_count = 0;
}

static inline void road_half_put(struct road_half *half, uint32_t slot, uint64_t key)
{
    half->heap[slot] = key;
    half->labels[(uint32_t)key].slot = slot;
}

/* Reaches a node at a time, if that is better than before. */
static inline void road_half_reach(struct road_half *half, uint32_t node, uint32_t ms,
                                   uint32_t parent, uint32_t edge)
{
    struct road_label *label = &half->labels[node];

    if (ms >= label->ms || ms >= ROAD_MS_MAX)
        return;
    uint32_t slot = label->slot;
    if (label->ms == ROAD_NONE)
        half->touched[half->touched_count++] = node;
    if (slot == ROAD_NONE)
        slot = half->heap_count++;
    label->ms = ms;
    label->parent = parent;
    label->edge = edge;
    uint64_t key = road_heap_key(ms, node);
    while (slot > 0 && half->heap[(slot - 1) / 2] > key) {
        road_half_put(half, slot, half->heap[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    road_half_put(half, slot, key);
}

/* Takes the nearest waiting node; there must be one. */
static inline uint32_t road_half_pop(struct road_half *half)
{
    uint32_t node = (uint32_t)half->heap[0];
    uint64_t key = half->heap[--half->heap_count];
    uint32_t count = half->heap_count;
    uint32_t slot = 0;

    for (uint32_t child = 1; child < count; child = 2 * slot + 1) {
        if (child + 1 < count && half->heap[child + 1] < half->heap[child])
            child++;
        if (half->heap[child] >= key)
            break;
        road_half_put(half, slot, half->heap[child]);
        slot = child;
    }
    if (count)
        road_half_put(half, slot, key);
    half->labels[node].slot = ROAD_NONE;
    return node;
}

/* True when a more important node leads here more cheaply: no shortest path goes up through it. */
static inline bool road_half_stalled(const struct road_half *half, uint32_t node)
{
    const struct road_side *other = half->other;
    uint32_t ms = half->labels[node].ms;

    for (uint32_t i = other->first[node]; i < other->first[node + 1]; i++) {
        uint32_t there_ms = half->labels[other->edges[i].to].ms;
        if (there_ms < ms && there_ms + other->edges[i].weight_ms < ms)
            return true;
    }
    return false;
}

static inline void road_half_relax(struct road_half *half, uint32_t node)
{
    const struct road_side *side = half->side;
    uint32_t ms = half->labels[node].ms;

    for (uint32_t i = side->first[node]; i < side->first[node + 1]; i++)
        road_half_reach(half, side->edges[i].to, ms + side->edges[i].weight_ms, node, i);
}

#endif
