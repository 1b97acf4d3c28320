/* search.h - the state of one search, for its own files: search.c leads, spot.c finds where a stop
 * can go, answer.c tells the best in the caller's terms.
 *
 * Threads    A search belongs to one thread.
 * Layer      1
 */
#ifndef SOLVE_SEARCH_H
#define SOLVE_SEARCH_H

#include "solve/inner.h"

#define SOLVE_NOWHERE UINT32_MAX

struct solve_saved {
    uint32_t slot;
    uint32_t class;
    uint32_t first; /* of its stops in best_stops */
    uint32_t count;
};

struct solve_search {
    const struct solve_field *field;
    struct rng rng;
    VEC(struct solve_tour) tours;
    struct solve_tour *empty; /* by class, to judge opening a route */
    uint32_t *used;           /* by class */
    uint32_t *tour_of;        /* by service; SOLVE_NOWHERE when unserved */
    uint32_t *at_of;          /* node in its tour */
    uint32_t *tried;          /* by service: mark of the stop that was last tried beside it */
    uint32_t tried_mark;
    uint32_t blink_in; /* places until one is overlooked */
    VEC(uint32_t) absent;
    VEC(uint32_t) old_absent;             /* before this iteration's ruin */
    VEC(uint32_t) journal;                /* slots saved in this iteration */
    VEC(struct solve_tour) journal_tours; /* as saved; their nodes are in journal_nodes */
    VEC(struct solve_node) journal_nodes;
    VEC(struct solve_saved) best_tours;
    VEC(uint32_t) best_stops;
    VEC(uint32_t) spare_stops; /* a tour as it was before it was handed over */
    uint64_t *touched;         /* by slot: iteration that saved it */
    size_t touched_capacity;
    uint64_t iteration_mark;
    int64_t cost;
    int64_t best_cost;
    uint64_t iterations;
    int64_t first_leg; /* mean cost of a leg of the first solution: the scale of temperature */
};

/* A place to put a stop. */
struct solve_spot {
    int64_t delta;
    uint32_t slot; /* SOLVE_NOWHERE: a new route of `class` */
    uint32_t class;
    uint32_t at;
    uint32_t stops[2];
    uint32_t count;
};

/* The cheapest place for an unserved stop: delta SOLVE_INFINITE when there is none. */
struct solve_spot solve_spot_find(struct solve_search *search, uint32_t service);
/* Makes a tour what was saved of it; `stops` is the array its `first` points into. */
void solve_put_back(struct solve_search *search, const struct solve_saved *saved,
                    const uint32_t *stops);

#endif
