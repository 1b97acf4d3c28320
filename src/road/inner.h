/* inner.h - what the files of road/ share: the index as arrays.
 *
 * Layer      1, private to road/
 */
#ifndef ROAD_INNER_H
#define ROAD_INNER_H

#include "base/mem.h"
#include "geo/grid.h"
#include "road/road.h"

/* Times and their sums stay below this (24 days), so that two of them add up in 32 bits; what is
 * farther counts as unreachable. One arc stays far below it. */
#define ROAD_MS_MAX (UINT32_MAX / 2)
#define ROAD_ARC_MS_MAX (UINT32_MAX / 16)
#define ROAD_ARC_MM_MAX (UINT32_MAX / 2)

/* Where an arc's points lie in the map's way_nodes; first > last runs against the way. */
struct road_span {
    uint32_t first;
    uint32_t last;
};

/* Going on from the end of an arc to the start of another. */
struct road_turn {
    uint32_t to;
    uint32_t cost_ms;
};

/* A part of an arc short enough for a box to be near its points. */
struct road_piece {
    uint32_t arc;
    uint32_t first; /* into way_nodes, first <= last */
    uint32_t last;
};

/* An edge of the hierarchy, from the start of one arc to the start of another. Nodes are numbered
 * by rank, the most important last. */
struct road_edge {
    uint32_t to;
    uint32_t weight_ms;
    uint32_t via; /* the node that a shortcut leaps over; ROAD_NONE for a turn of the map */
};
struct road_side {
    uint32_t *first; /* node_count + 1 */
    struct road_edge *edges;
    uint32_t *lengths_mm; /* beside `edges`; UINT32_MAX where it does not fit */
};
struct road_ch {
    uint32_t node_count;
    uint32_t *rank_of;     /* arc to node */
    uint32_t *arc_of;      /* node to arc */
    struct road_side up;   /* edges that leave a node for a higher one */
    struct road_side down; /* edges that enter a node from a higher one, which is `to` */
};

struct road {
    const struct road_map *map;
    struct road_profile profile;
    struct road_arc *arcs;
    uint32_t arc_count;
    struct road_span *spans;
    uint32_t *turn_first; /* arc_count + 1 */
    struct road_turn *turns;
    struct road_island *islands;
    size_t island_count;
    struct geo_grid *grid;
    struct road_piece *pieces;
    uint32_t piece_count;
    struct road_ch ch;
};

MUST_USE enum err road_arcs_make(struct road *road);
MUST_USE enum err road_turns_make(struct road *road);
MUST_USE enum err road_islands_make(struct road *road);
MUST_USE enum err road_near_make(struct road *road);
MUST_USE enum err road_ch_make(struct road *road);
void road_ch_done(struct road_ch *ch);

static inline uint32_t road_ms_capped(uint64_t ms)
{
    return ms < ROAD_MS_MAX ? (uint32_t)ms : ROAD_MS_MAX;
}

/* Time from an arc's start to `at_mm`. */
uint32_t road_part_ms(const struct road_arc *arc, uint32_t at_mm);
/* The way of the arc is open to the profile and it is no island's business here. */
static inline bool road_arc_usable(const struct road_arc *arc)
{
    return !(arc->flags & ROAD_CLOSED);
}
static inline struct wgs84 road_span_point(const struct road *road, uint32_t at)
{
    return road->map->nodes[road->map->way_nodes[at]];
}

#endif
