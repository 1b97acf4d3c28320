/* inner.h - what the files of plan/ share; nobody else includes it.
 *
 * Flow       tasks.c finds what is due; group.c sorts it by the vehicles that may do it; part.c
 *            cuts groups by geography; job.c turns one part into a routing problem, solves and
 *            checks it; route.c turns the answers into routes, path.c into driven lines and spoken
 *            turns; json.c writes them. plan.c leads.
 * Layer      2
 */
#ifndef PLAN_INNER_H
#define PLAN_INNER_H

#include "plan/plan.h"
#include "solve/solve.h"

enum {
    PLAN_GROUPS_MAX = CITY_STREAMS_MAX + 1,
    PLAN_FACILITY_REACH_M = 3000, /* plants stand off the road; further than this is a mistake */
    PLAN_MONEY_UNITS = 100,       /* the solver counts in hundredths of the currency */
};

/* Where facilities meet one network: a gate is left and entered in either direction. */
struct plan_gates {
    const struct road *road;
    struct road_near *gates; /* by facility; place.arc ROAD_NONE where no street is near */
};

/* Work that shares vehicles. */
struct plan_group {
    enum plan_kind kind;
    uint32_t streams; /* mask, collect */
    uint32_t dims;
    uint8_t dim_of_stream[CITY_STREAMS_MAX];
    const struct plan_gates *gates;
    VEC(uint32_t) tasks;
    VEC(uint32_t) vehicles;
    double cost_m; /* mean over the vehicles, in money units */
    double cost_ds;
};

struct plan_answer_visit {
    uint32_t index; /* task or facility of the plan */
    bool facility;
    uint8_t mode;
    int32_t start_ds;
    int32_t end_ds;
};
struct plan_answer_route {
    uint32_t vehicle;
    uint32_t visit_first;
    uint32_t visit_count;
    int32_t start_ds;
    int32_t end_ds;
};

/* One routing problem: a part of a group, from its tasks to its answer. */
struct plan_job {
    const struct plan_group *group;
    uint32_t *tasks; /* indices into plan.tasks; owned by the group or the leftover list */
    uint32_t task_count;
    uint32_t *vehicles;
    uint32_t vehicle_count;
    double weight;
    VEC(struct plan_answer_route) routes;
    VEC(struct plan_answer_visit) visits;
    VEC(enum plan_reason) reasons; /* by task of the job */
    uint64_t iterations;
    enum err err;
    struct diag diag;
};
void plan_job_done(struct plan_job *job);

/* tasks.c: append what is due to plan->tasks. Errors: NOMEM. */
MUST_USE enum err plan_due_bins(struct plan *plan);
MUST_USE enum err plan_due_streets(struct plan *plan);

/* group.c. Tasks without vehicle or facility get their reason and join no group. Errors: NOMEM. */
MUST_USE enum err plan_groups(struct plan *plan, const struct plan_gates *trucks,
                              const struct plan_gates *sweepers, struct plan_group *groups,
                              uint32_t *ret_count);
void plan_group_done(struct plan_group *group);
/* The strictest size of the vehicles of a kind, for their network. */
struct road_profile plan_profile(const struct city *city, bool sweepers);
bool plan_sweeper(const struct city_vehicle *vehicle);
/* May `facility` empty (or fill) a dimension of the group? The mask of those it does. */
uint32_t plan_resets(const struct city *city, const struct plan_group *group, uint32_t facility);
double plan_capacity_kg(const struct city *city, const struct city_compartment *compartment);

/* part.c: cuts the group into jobs appended to `jobs`. Errors: NOMEM. */
typedef VEC(struct plan_job) plan_jobs;
MUST_USE enum err plan_parts(const struct plan *plan, struct plan_group *group, plan_jobs *jobs);

/* job.c: any thread; reads the plan, writes only the job. */
struct plan_job_limits {
    const struct plan_options *options;
    int64_t budget_us;
    uint64_t seed;
};
void plan_job_run(const struct plan *plan, struct plan_job *job,
                  const struct plan_job_limits *limits);

/* route.c: adds the job's routes to the plan. Errors: NOMEM. */
MUST_USE enum err plan_take_answer(struct plan *plan, const struct plan_job *job,
                                   struct road_query *query, bool again);

/* path.c: what a vehicle drives and is told, leg by leg. */
struct plan_teller {
    struct plan *plan;
    const struct road *road;
    struct road_query *query;
    struct road_place at; /* arc ROAD_NONE before the start */
    uint32_t line_arc;    /* the street being told; ROAD_NONE for none */
    uint32_t last_arc;
    bool line_sweeps;
    double line_m;
    int32_t line_ds;
};
/* Drives to `to` (by the variant that is nearer when `other` is given), adding points; the length
 * in metres is added to *length_m. Errors: NOMEM. An impossible leg adds nothing. */
MUST_USE enum err plan_drive(struct plan_teller *teller, struct road_place to,
                             const struct road_place *other, int32_t at_ds, double *length_m);
MUST_USE enum err plan_sweep_along(struct plan_teller *teller, uint32_t arc, int32_t at_ds);
/* Ends the running line, then says what happens here. `zh` and `en` are copied. */
MUST_USE enum err plan_tell(struct plan_teller *teller, int32_t at_ds, struct str zh,
                            struct str en);
/* Points of an arc between two offsets, joined to what is there. Errors: NOMEM. */
MUST_USE enum err plan_arc_points(struct plan *plan, const struct road *road, uint32_t arc,
                                  double from_m, double to_m);
/* json.c: "#RRGGBB" of the route's first stream, or the sweepers' own. */
void plan_route_colour(const struct plan *plan, const struct plan_route *route, char ret_text[8]);
const struct road *plan_road_of(const struct plan *plan, enum plan_kind kind);

#endif
