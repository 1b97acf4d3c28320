/* inner.h - what the search's files share; the checker includes none of it.
 *
 * Stops      Services, facilities and the ends of routes are one table, so that one piece of code
 *            walks a route. Stop s < service_count is service s; then come the facilities; then a
 *            start and an end for each class of equal vehicles.
 * Labels     Each stop of a route keeps, per mode, the best way to it from the start (forward) and
 *            from it to the end (backward). Putting a stop between two others is then judged in
 *            constant time with every mode of the route chosen anew.
 * Layer      1
 */
#ifndef SOLVE_INNER_H
#define SOLVE_INNER_H

#include "base/mem.h"
#include "base/rng.h"
#include "solve/solve.h"

enum {
    SOLVE_NEAR_MAX = 32,       /* neighbours a stop is tried beside */
    SOLVE_FACILITIES_EACH = 3, /* nearest facilities of each kind considered beside a stop */
};
#define SOLVE_INFINITE (INT64_C(1) << 56) /* a hundred of them still fit */

struct solve_stop {
    uint32_t enter[SOLVE_MODES_MAX];
    uint32_t leave[SOLVE_MODES_MAX];
    int32_t duration[SOLVE_MODES_MAX];
    int32_t cost[SOLVE_MODES_MAX];
    int32_t earliest;
    int32_t latest;
    int32_t load[SOLVE_DIMS_MAX];
    uint32_t resets; /* 0 for services */
    uint64_t skills;
    uint8_t modes;
};

/* Vehicles that differ in nothing. */
struct solve_class {
    const struct solve_vehicle *vehicle;
    uint32_t start_stop;
    uint32_t end_stop;
    uint32_t count;
    uint32_t first; /* of its vehicles, in `members` */
};

/* The problem, prepared once and shared by all searches. */
struct solve_field {
    const struct solve_problem *problem;
    struct solve_stop *stops;
    uint32_t facility_stop; /* of facility 0 */
    struct solve_class *classes;
    uint32_t class_count;
    uint32_t *members;
    uint16_t *near; /* near_count per service, nearest first */
    uint32_t near_count;
    uint16_t *facilities; /* facility_count_tried per service, nearest first */
    uint32_t facilities_tried;
    uint32_t *far;   /* by service: its rank by distance from the first start, 0 nearest */
    bool timed;      /* windows or shifts can bind */
    int32_t *inward; /* travel_cost with rows and columns swapped; NULL for many places */
};

MUST_USE enum err solve_field_new(const struct solve_problem *problem,
                                  struct solve_field **ret_field);
void solve_field_free(struct solve_field *field);
enum solve_reason solve_field_reason(const struct solve_field *field, uint32_t service);

static inline int64_t solve_travel(const struct solve_field *field, uint32_t from, uint32_t to)
{
    int32_t cost = field->problem->travel_cost[(size_t)from * field->problem->place_count + to];

    return cost == SOLVE_FAR ? SOLVE_INFINITE : cost;
}
static inline int64_t solve_ride(const struct solve_field *field, uint32_t from, uint32_t to)
{
    return field->problem->travel_time[(size_t)from * field->problem->place_count + to];
}

/* How a stop in one mode is reached, and what comes after it. */
struct solve_label {
    int64_t cost;  /* forward: up to and with the stop; backward: with the stop to the end */
    int64_t ready; /* forward: when it is left */
    int64_t left;  /* forward: when the start was left */
    int64_t span;  /* backward: from its start of work to the end, without waiting */
    int64_t least; /* backward: the end comes no earlier than this */
    int64_t last;  /* backward: latest start of work that keeps all windows */
    uint8_t via;   /* forward: mode of the stop before; backward: of the stop after */
};
/* The first part is what judging a place by its cost reads: one line of the processor's cache. */
struct solve_node {
    uint32_t stop;
    uint32_t modes;
    uint32_t enter[SOLVE_MODES_MAX];
    uint32_t leave[SOLVE_MODES_MAX];
    int64_t cost_to[SOLVE_MODES_MAX];   /* forward[].cost */
    int64_t cost_from[SOLVE_MODES_MAX]; /* backward[].cost */
    int32_t trip[SOLVE_DIMS_MAX];       /* whole load of the trip it lies in */
    int32_t before[SOLVE_DIMS_MAX];     /* load on board after this stop, in its trip */
    struct solve_label forward[SOLVE_MODES_MAX];
    struct solve_label backward[SOLVE_MODES_MAX];
};

/* nodes[0] is the start, nodes[count - 1] the end. Empty: count 2. */
struct solve_tour {
    struct solve_node *nodes;
    uint32_t count;
    uint32_t capacity;
    uint32_t class;
    uint32_t facilities;                 /* visits among the nodes */
    uint32_t last_reset[SOLVE_DIMS_MAX]; /* node of the last reset of each dimension, or 0 */
    int32_t lightest[SOLVE_DIMS_MAX];    /* load of the trip that holds least */
    int32_t heaviest[SOLVE_DIMS_MAX];    /* and of the one that holds most */
    int64_t cost;                        /* 0 when empty */
};

/* tour.c */
MUST_USE enum err solve_tour_room(struct solve_tour *tour, uint32_t count);
void solve_tour_start(const struct solve_field *field, struct solve_tour *tour, uint32_t class);
/* Labels, loads and cost anew. False when it breaks a rule (then labels are not all set). */
bool solve_tour_update(const struct solve_field *field, struct solve_tour *tour);
/* The same when nothing changed before node `first` or after node `last` since the labels were
 * right. An empty range (last = first - 1) is a stop taken out before `first`. */
bool solve_tour_update_part(const struct solve_field *field, struct solve_tour *tour,
                            uint32_t first, uint32_t last);
/* Cost of the tour with `stops` put in after node `at`, or SOLVE_INFINITE. Loads are not judged. */
int64_t solve_tour_with(const struct solve_field *field, const struct solve_tour *tour, uint32_t at,
                        const uint32_t *stops, uint32_t count);
/* The same for one stop, when it is below `bound`; else SOLVE_INFINITE. The search's hot path: times
 * are looked at only when the cost alone would do. */
int64_t solve_tour_with_one(const struct solve_field *field, const struct solve_tour *tour,
                            uint32_t at, uint32_t stop, int64_t bound);
/* Room must have been made. */
void solve_tour_insert(struct solve_tour *tour, uint32_t at, uint32_t stop);
void solve_tour_remove(struct solve_tour *tour, uint32_t at);
/* Drops facility visits nothing needs, and moves the others to where they cost least. */
void solve_tour_tidy(const struct solve_field *field, struct solve_tour *tour);

/* Whether a reset after node `at` keeps every trip within capacity. */
bool solve_reset_fits(const struct solve_field *field, const struct solve_tour *tour, uint32_t at,
                      uint32_t resets, const int32_t *extra, bool extra_before);

/* search.c: one search of one thread. */
struct solve_search;
MUST_USE enum err solve_search_new(const struct solve_field *field, uint64_t seed,
                                   struct solve_search **ret_search);
void solve_search_free(struct solve_search *search);
/* Until the options' limits; the first thread alone tells progress. */
MUST_USE enum err solve_search_run(struct solve_search *search, const struct solve_options *options,
                                   bool tell);
int64_t solve_search_cost(const struct solve_search *search);
uint64_t solve_search_iterations(const struct solve_search *search);
/* The best found, in the caller's terms. Errors: NOMEM. */
MUST_USE enum err solve_search_take(struct solve_search *search,
                                    struct solve_solution *ret_solution);

#endif
