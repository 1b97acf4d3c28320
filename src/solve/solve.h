/* solve.h - routing for a fleet: points, street sides and whole streets in one model.
 *
 * Purpose    What must be served, by whom, with trips to a facility in between -> routes.
 * Model      A service is done in one of its modes; a mode enters the network at one place and
 *            leaves it at another. `travel` between places already holds turns and headings, so a
 *            node is a service with one mode (or two: a bin reached from either direction), an
 *            edge has two modes (one per direction), a one-way street has one. A route is: start
 *            place, services, visits to facilities that empty (or fill) some dimensions of the
 *            load, end place. Facilities are chosen by the solver.
 * Units      Cost in any integer unit of the caller (sums up to SOLVE_COST_MAX); time in seconds
 *            unless the caller says otherwise; loads in any integer unit per dimension.
 * Source     Node, edge, arc routing with mode choice: Vidal (2017), Operations Research 65(4).
 * Threads    solve_run() may be called by any thread; it starts threads only through `workers`.
 * Memory     The problem's arrays are the caller's and are only read. A solution is the caller's.
 * Layer      1
 */
#ifndef SOLVE_SOLVE_H
#define SOLVE_SOLVE_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/pool.h"

enum {
    SOLVE_DIMS_MAX = 4,  /* one per compartment; or sweepings and water */
    SOLVE_MODES_MAX = 2, /* directions of a street, or sides from which a point is reached */
    SOLVE_SERVICES_MAX = 65535,
};
#define SOLVE_COST_MAX (INT64_C(1) << 52) /* of all prices, or all fixed costs, together */
#define SOLVE_FAR INT32_MAX               /* travel that is impossible */

struct solve_window {
    int32_t earliest; /* service may start */
    int32_t latest;   /* service must have started */
};
#define SOLVE_ALWAYS ((struct solve_window){0, INT32_MAX})

struct solve_mode {
    uint32_t enter; /* place */
    uint32_t leave; /* place */
    int32_t duration;
    int32_t cost; /* of serving in this mode, without travel */
};

struct solve_service {
    struct solve_mode modes[SOLVE_MODES_MAX];
    uint8_t mode_count;
    struct solve_window window;
    int32_t load[SOLVE_DIMS_MAX];
    uint64_t skills; /* the vehicle must have all these bits */
    int64_t price;   /* cost of leaving it out; must be > 0 */
};

struct solve_facility {
    uint32_t place;
    int32_t duration;
    int32_t cost;
    struct solve_window window;
    uint32_t resets; /* bit d: the load of dimension d is 0 afterwards */
    uint64_t skills; /* the vehicle must have all these bits */
};

struct solve_vehicle {
    uint32_t start;            /* place */
    uint32_t end;              /* place */
    struct solve_window shift; /* leaves at or after `earliest`, is back at or before `latest` */
    int32_t duration_max;      /* back minus leave; INT32_MAX for none */
    int32_t capacity[SOLVE_DIMS_MAX]; /* INT32_MAX where the dimension does not bind */
    uint32_t must_reset; /* dimensions that must be 0 on return: the last visit unloads them */
    uint64_t skills;
    int64_t cost_fixed; /* once, when it leaves */
    int32_t trips_max;  /* facility visits; INT32_MAX for none */
};

/* Travel between places, row = from. `cost` and `time` may be the same array. */
struct solve_problem {
    uint32_t place_count;
    const int32_t *travel_cost; /* place_count x place_count */
    const int32_t *travel_time;
    const struct solve_service *services;
    uint32_t service_count;
    const struct solve_facility *facilities;
    uint32_t facility_count;
    const struct solve_vehicle *vehicles;
    uint32_t vehicle_count; /* each may do one route; the fleet is not free unless repeated */
    uint32_t dims;
};

/* Checks what solve_run() relies on: indices, signs, sums that fit. Errors: INVALID, LIMIT. */
MUST_USE enum err solve_problem_check(const struct solve_problem *problem, struct diag *diag);

struct solve_options {
    uint64_t seed;
    uint64_t iterations_max; /* 0: until the deadline; with a number and one thread, bit for bit */
    const struct clock *clock; /* may be NULL when only iterations bound the run */
    struct mono_us deadline;   /* 0: none */
    const atomic_bool *cancel; /* may be NULL */
    struct workers workers;    /* count 0 is taken as 1; several threads run several searches */
    void (*progress)(void *context, int64_t cost, uint64_t iterations); /* may be NULL; one thread
                                                                          at a time calls it */
    void *progress_context;
};

enum solve_visit_kind { SOLVE_SERVE, SOLVE_FACILITY };
struct solve_visit {
    uint8_t kind;
    uint8_t mode;
    uint32_t index; /* of the service or the facility */
    int32_t arrive; /* at its entry place */
    int32_t start;  /* of work, after waiting */
    int32_t leave;
};
struct solve_route {
    uint32_t vehicle;
    uint32_t visit_first;
    uint32_t visit_count;
    int32_t leave;  /* from the start place */
    int32_t arrive; /* at the end place */
    int64_t cost;   /* travel + service + facilities + fixed */
};
enum solve_reason {
    SOLVE_REASON_NONE,
    SOLVE_REASON_SKILLS,      /* no vehicle may do it */
    SOLVE_REASON_CAPACITY,    /* heavier than any vehicle */
    SOLVE_REASON_UNREACHABLE, /* no way there and back */
    SOLVE_REASON_WINDOW,      /* even alone it cannot be reached in its window and the shift */
    SOLVE_REASON_FLEET,       /* it fits alone, but shifts and vehicles are used up */
};
const char *solve_reason_text(enum solve_reason reason);

struct solve_unserved {
    uint32_t service;
    enum solve_reason reason;
};
struct solve_solution {
    struct solve_route *routes;
    uint32_t route_count;
    struct solve_visit *visits;
    uint32_t visit_count;
    struct solve_unserved *unserved;
    uint32_t unserved_count;
    int64_t cost; /* all routes + prices of the unserved */
    int64_t cost_travel, cost_service, cost_facility, cost_fixed, cost_unserved;
    uint64_t iterations;
    int64_t elapsed_us; /* by the caller's clock; 0 without one */
};

/* Never without an answer: at worst everything is unserved with a reason.
 * Errors: INVALID, LIMIT (a problem that cannot be read), NOMEM. */
MUST_USE enum err solve_run(const struct solve_problem *problem,
                            const struct solve_options *options,
                            struct solve_solution *ret_solution, struct diag *diag);
void solve_solution_done(struct solve_solution *solution);

#endif
