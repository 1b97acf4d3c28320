/* query.h - what the query object holds.
 *
 * Layer      1, private to road/
 */
#ifndef ROAD_QUERY_H
#define ROAD_QUERY_H

#include "road/half.h"

struct road_entry { /* a target's search passed this node */
    uint32_t node;
    uint32_t target;
    uint32_t ms;
    uint32_t length_mm;
};
struct road_meet {
    uint32_t target;
    uint32_t ms;
};

struct road_query {
    const struct road *road;
    struct road_half up;   /* from the start, forwards */
    struct road_half down; /* from the destination, backwards */
    VEC(uint32_t) arcs;    /* of the last path */
    VEC(uint32_t) chain;   /* edges of the hierarchy, to be unpacked */
    VEC(struct road_entry) entries;
};

#endif
