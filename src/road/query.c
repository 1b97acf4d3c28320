/* query.c - one shortest path: two searches that only climb, meeting at the top.
 *
 * Times run from the start of the first arc to the start of the last; the parts of both arcs are
 * taken off and added at the end. A place that lies before the start on the same arc is reached by
 * a way around, so the search then begins behind the arc's end.
 */
#include "road/query.h"

enum err road_half_init(struct road_half *half, const struct road_ch *ch, bool forward)
{
    half->side = forward ? &ch->up : &ch->down;
    half->other = forward ? &ch->down : &ch->up;
    half->labels = mem_alloc(ch->node_count * sizeof *half->labels);
    half->heap = mem_alloc(ch->node_count * sizeof *half->heap);
    half->touched = mem_alloc(ch->node_count * sizeof *half->touched);
    if (!half->labels || !half->heap || !half->touched)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < ch->node_count; i++)
        half->labels[i] = (struct road_label){ROAD_NONE, ROAD_NONE, ROAD_NONE, ROAD_NONE};
    return OK;
}

void road_half_done(struct road_half *half)
{
    mem_free(half->labels);
    mem_free(half->heap);
    mem_free(half->touched);
}

enum err road_query_new(const struct road *road, struct road_query **ret_query)
{
    struct road_query *query = mem_zero(1, sizeof *query);

    if (!query)
        return ERR_NOMEM;
    query->road = road;
    enum err err = road_half_init(&query->up, &road->ch, true);
    err = err ? err : road_half_init(&query->down, &road->ch, false);
    if (err) {
        road_query_free(query);
        return err;
    }
    *ret_query = query;
    return OK;
}

void road_query_free(struct road_query *query)
{
    if (!query)
        return;
    road_half_done(&query->up);
    road_half_done(&query->down);
    vec_done(&query->arcs);
    vec_done(&query->chain);
    vec_done(&query->entries);
    mem_free(query);
}

/* Runs both searches until neither can improve on the best meeting; returns the node where they
 * meet, ROAD_NONE when they do not. */
static uint32_t road_climb(struct road_query *query, uint32_t *ret_ms)
{
    struct road_half *halves[2] = {&query->up, &query->down};
    uint32_t best_ms = ROAD_MS_MAX;
    uint32_t meet = ROAD_NONE;
    unsigned turn = 0;

    for (;;) {
        bool open = halves[turn]->heap_count && halves[turn]->heap[0] >> 32 < best_ms;
        if (!open) {
            turn ^= 1;
            if (!halves[turn]->heap_count || halves[turn]->heap[0] >> 32 >= best_ms)
                break;
        }
        struct road_half *half = halves[turn];
        uint32_t node = road_half_pop(half);
        uint32_t other_ms = halves[turn ^ 1]->labels[node].ms;
        if (other_ms != ROAD_NONE && half->labels[node].ms + other_ms < best_ms) {
            best_ms = half->labels[node].ms + other_ms;
            meet = node;
        }
        if (!road_half_stalled(half, node))
            road_half_relax(half, node);
        turn ^= 1;
    }
    *ret_ms = best_ms;
    return meet;
}

static bool road_place_direct(struct road_place from, struct road_place to)
{
    return from.arc == to.arc && from.at_mm <= to.at_mm;
}

/* Searches between places that are not in line on one arc. */
static uint32_t road_meeting(struct road_query *query, struct road_place from, struct road_place to,
                             uint32_t *ret_ms)
{
    const struct road *road = query->road;
    const struct road_ch *ch = &road->ch;

    road_half_reset(&query->up);
    road_half_reset(&query->down);
    if (!road_arc_usable(&road->arcs[from.arc]) || !road_arc_usable(&road->arcs[to.arc]))
        return ROAD_NONE;
    if (from.arc != to.arc)
        road_half_reach(&query->up, ch->rank_of[from.arc], 0, ROAD_NONE, ROAD_NONE);
    for (uint32_t i = road->turn_first[from.arc];
         from.arc == to.arc && i < road->turn_first[from.arc + 1]; i++)
        road_half_reach(&query->up, ch->rank_of[road->turns[i].to],
                        road->arcs[from.arc].time_ms + road->turns[i].cost_ms, ROAD_NONE,
                        ROAD_NONE);
    road_half_reach(&query->down, ch->rank_of[to.arc], 0, ROAD_NONE, ROAD_NONE);
    return road_climb(query, ret_ms);
}

uint32_t road_time(struct road_query *query, struct road_place from, struct road_place to)
{
    const struct road_arc *arcs = query->road->arcs;
    uint32_t ms = 0;

    ASSERT(from.arc < query->road->arc_count);
    ASSERT(to.arc < query->road->arc_count);
    uint32_t first_ms = road_part_ms(&arcs[from.arc], from.at_mm);
    uint32_t last_ms = road_part_ms(&arcs[to.arc], to.at_mm);
    if (road_place_direct(from, to))
        return road_arc_usable(&arcs[from.arc]) ? last_ms - first_ms : ROAD_UNREACHABLE;
    if (road_meeting(query, from, to, &ms) == ROAD_NONE)
        return ROAD_UNREACHABLE;
    return ms + last_ms - first_ms;
}

/* The edge between two nodes in the list of the lower one. */
static uint32_t road_edge_find(const struct road_side *side, uint32_t low, uint32_t high)
{
    for (uint32_t i = side->first[low]; i < side->first[low + 1]; i++)
        if (side->edges[i].to == high)
            return i;
    const bool shortcut_halves_are_edges = false;
    ASSERT(shortcut_halves_are_edges);
    return ROAD_NONE;
}

/* Appends the arcs after `from` up to and with `to`, for one edge of the hierarchy. */
static enum err road_unpack(struct road_query *query, uint32_t from, uint32_t to, uint32_t via)
{
    const struct road_ch *ch = &query->road->ch;
    size_t floor = query->chain.count;
    enum err err = OK;

    for (;;) {
        if (via == ROAD_NONE) {
            err = vec_push(&query->arcs, ch->arc_of[to]);
            if (err || query->chain.count == floor)
                return err;
            /* Popped in pairs: the second half of an earlier shortcut. */
            uint32_t edge_via = query->chain.items[--query->chain.count];
            from = to;
            to = query->chain.items[--query->chain.count];
            via = edge_via;
            continue;
        }
        uint32_t second = road_edge_find(&ch->up, via, to);
        uint32_t first = road_edge_find(&ch->down, via, from);
        err = vec_push(&query->chain, to);
        if (!err)
            err = vec_push(&query->chain, ch->up.edges[second].via);
        if (err)
            return err;
        to = via;
        via = ch->down.edges[first].via;
    }
}

static enum err road_path_arcs(struct road_query *query, struct road_place from,
                               struct road_place to, uint32_t meet)
{
    const struct road_ch *ch = &query->road->ch;
    enum err err = vec_push(&query->arcs, from.arc);

    /* Upwards the labels point back to the start: collect, then unpack in reverse. */
    uint32_t count = 0;
    uint32_t node = meet;
    query->chain.count = 0;
    for (; !err && query->up.labels[node].parent != ROAD_NONE;
         node = query->up.labels[node].parent, count++)
        err = vec_push(&query->chain, node);
    if (!err && from.arc == to.arc)
        err = vec_push(&query->arcs, ch->arc_of[node]); /* the seed behind the arc's end */
    for (uint32_t i = count; !err && i-- > 0;) {
        uint32_t head = query->chain.items[i];
        const struct road_label *label = &query->up.labels[head];
        err = road_unpack(query, label->parent, head, ch->up.edges[label->edge].via);
    }
    for (node = meet; !err && query->down.labels[node].parent != ROAD_NONE;) {
        const struct road_label *label = &query->down.labels[node];
        err = road_unpack(query, node, label->parent, ch->down.edges[label->edge].via);
        node = label->parent;
    }
    return err;
}

enum err road_path(struct road_query *query, struct road_place from, struct road_place to,
                   struct road_path *ret)
{
    const struct road_arc *arcs = query->road->arcs;
    uint32_t ms = 0;
    uint32_t meet = ROAD_NONE;
    enum err err = OK;

    ASSERT(from.arc < query->road->arc_count);
    ASSERT(to.arc < query->road->arc_count);
    query->arcs.count = 0;
    if (!road_arc_usable(&arcs[from.arc]) || !road_arc_usable(&arcs[to.arc]))
        return ERR_NOT_FOUND;
    if (road_place_direct(from, to)) {
        err = vec_push(&query->arcs, from.arc);
    } else {
        meet = road_meeting(query, from, to, &ms);
        if (meet == ROAD_NONE)
            return ERR_NOT_FOUND;
        err = road_path_arcs(query, from, to, meet);
    }
    if (err)
        return err;
    uint64_t length_mm = 0;
    for (size_t i = 0; i + 1 < query->arcs.count; i++)
        length_mm += arcs[query->arcs.items[i]].length_mm;
    *ret = (struct road_path){.time_ms = ms + road_part_ms(&arcs[to.arc], to.at_mm) -
                                         road_part_ms(&arcs[from.arc], from.at_mm),
                              .length_mm = length_mm + to.at_mm - from.at_mm,
                              .arcs = query->arcs.items,
                              .count = query->arcs.count};
    return OK;
}
