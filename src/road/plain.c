/* plain.c - Dijkstra over arcs: the oracle that the hierarchy is held against.
 *
 * It shares nothing with the hierarchy but the arcs and their turns.
 * Source     Dijkstra (1959).
 */
#include "road/heap.h"
#include "road/inner.h"

struct road_plain {
    const struct road *road;
    uint32_t *starts_ms; /* best known time to the start of each arc; ROAD_MS_MAX: none */
    struct road_heap heap;
};

/* Goes on from an arc whose end is reached at `end_ms`. */
static enum err road_plain_on(struct road_plain *p, uint32_t arc, uint64_t end_ms)
{
    const struct road *road = p->road;

    for (uint32_t i = road->turn_first[arc]; i < road->turn_first[arc + 1]; i++) {
        uint64_t ms = end_ms + road->turns[i].cost_ms;
        uint32_t to = road->turns[i].to;
        if (ms >= p->starts_ms[to])
            continue;
        p->starts_ms[to] = (uint32_t)ms;
        enum err err = road_heap_push(&p->heap, road_heap_key((uint32_t)ms, to));
        if (err)
            return err;
    }
    return OK;
}

/* The best time to the start of every arc, counted from the start of `from` so that no time goes
 * below zero. */
static enum err road_plain_run(struct road_plain *p, uint32_t from)
{
    const struct road_arc *arcs = p->road->arcs;
    enum err err = OK;

    if (road_arc_usable(&arcs[from]))
        err = road_plain_on(p, from, arcs[from].time_ms);
    while (!err && p->heap.count) {
        uint64_t key = road_heap_pop(&p->heap);
        uint32_t arc = (uint32_t)key;
        uint32_t ms = (uint32_t)(key >> 32);
        if (ms == p->starts_ms[arc])
            err = road_plain_on(p, arc, (uint64_t)ms + arcs[arc].time_ms);
    }
    return err;
}

static uint32_t road_plain_ms(const struct road_plain *p, struct road_place from,
                              struct road_place to)
{
    const struct road_arc *arcs = p->road->arcs;
    uint32_t first_ms = road_part_ms(&arcs[from.arc], from.at_mm);
    uint32_t last_ms = road_part_ms(&arcs[to.arc], to.at_mm);

    if (!road_arc_usable(&arcs[from.arc]) || !road_arc_usable(&arcs[to.arc]))
        return ROAD_UNREACHABLE;
    if (from.arc == to.arc && from.at_mm <= to.at_mm)
        return last_ms - first_ms;
    uint32_t start_ms = p->starts_ms[to.arc];
    return start_ms < ROAD_MS_MAX ? start_ms + last_ms - first_ms : ROAD_UNREACHABLE;
}

enum err road_times_plain(const struct road *road, struct road_place from,
                          const struct road_place *tos, size_t to_count, uint32_t *ret_ms)
{
    struct road_plain p = {.road = road};

    ASSERT(from.arc < road->arc_count);
    p.starts_ms = mem_alloc(road->arc_count * sizeof *p.starts_ms);
    if (!p.starts_ms)
        return ERR_NOMEM;
    for (uint32_t a = 0; a < road->arc_count; a++)
        p.starts_ms[a] = ROAD_MS_MAX;
    enum err err = road_plain_run(&p, from.arc);
    for (size_t i = 0; !err && i < to_count; i++) {
        ASSERT(tos[i].arc < road->arc_count);
        ret_ms[i] = road_plain_ms(&p, from, tos[i]);
    }
    mem_free(p.starts_ms);
    road_heap_done(&p.heap);
    return err;
}

enum err road_time_plain(const struct road *road, struct road_place from, struct road_place to,
                         uint32_t *ret_ms)
{
    return road_times_plain(road, from, &to, 1, ret_ms);
}
