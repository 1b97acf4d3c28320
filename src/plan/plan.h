/* plan.h - a day's work: which bins and streets are due, who serves them, in what order.
 *
 * Purpose    City, map and date -> routes with trips, visits, driven paths and turn-by-turn lines;
 *            and everything that is not served, each with its reason. Nothing due is silently
 *            missing.
 * How        Due tasks are grouped by the vehicles that may do them (streams joined by shared
 *            vehicles; streets to sweep), cut into parts of at most PLAN_PART_TASKS by geography,
 *            and each part is one routing problem (solve/). What a part leaves over is tried once
 *            more with the vehicles nobody used.
 * Units      Times of day in tenths of a second after local midnight (ds), lengths in metres,
 *            masses in kg, money in the city's currency.
 * Threads    plan_make() may be called by any thread; it starts threads only through `workers`.
 * Memory     The plan is the caller's until plan_free(); it keeps pointers into the city.
 * Layer      2, pure
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/pool.h"
#include "city/city.h"
#include "road/road.h"

enum {
    PLAN_PART_TASKS =
        1100,           /* a table of 2,200 places squared is 19 MB: two parts fit any machine */
    PLAN_REACH_M = 400, /* a bin further from any street is "no_street" */
    PLAN_DS_PER_S = 10,
};

enum plan_kind { PLAN_COLLECT, PLAN_SWEEP };

/*     code                     name           zh, en */
#define PLAN_REASON_LIST(X)                                                                    \
    X(PLAN_SERVED, "served", "已安排", "served")                                               \
    X(PLAN_NO_STREET, "no_street", "附近没有可通行的道路", "no usable street nearby")          \
    X(PLAN_ISLAND, "island", "道路与路网不连通", "its street is cut off from the network")     \
    X(PLAN_LIMIT, "limit", "道路限重、限高或禁行", "its street forbids vehicles of this size") \
    X(PLAN_NO_VEHICLE, "no_vehicle", "没有适用的车辆", "no vehicle takes this kind of work")   \
    X(PLAN_NO_FACILITY, "no_facility", "没有可接收的设施", "no facility takes this stream")    \
    X(PLAN_SKILLS, "skills", "没有符合要求的车辆", "no vehicle has what it needs")             \
    X(PLAN_CAPACITY, "capacity", "超过任何车辆的容量", "more than any vehicle can hold")       \
    X(PLAN_UNREACHABLE, "unreachable", "车辆无法往返", "no way there and back")                \
    X(PLAN_WINDOW, "window", "作业时段与班次不符", "its hours do not meet any shift")          \
    X(PLAN_FLEET, "fleet", "车辆和班次已用完", "vehicles and shifts are used up")

enum plan_reason {
#define X(code, name, zh, en) code,
    PLAN_REASON_LIST(X)
#undef X
        PLAN_REASONS
};
const char *plan_reason_name(enum plan_reason reason);
struct city_name plan_reason_text(enum plan_reason reason);

/* Something due today. */
struct plan_task {
    enum plan_kind kind;
    enum plan_reason reason; /* PLAN_SERVED once it is in a route */
    uint32_t stream;         /* collect */
    uint32_t place;          /* collect: the collection point */
    uint32_t bin_first;      /* collect: into plan.task_bins */
    uint32_t bin_count;
    uint32_t arc;  /* sweep: of the first mode, in the sweepers' network; ROAD_NONE off it */
    uint32_t way;  /* sweep: index into the map's ways */
    uint8_t class; /* sweep: 1-based sanitation class */
    uint8_t pass;  /* sweep: from 1 */
    bool one_side; /* sweep: the kerb on the right of the arc; else the whole street */
    uint8_t mode_count;
    struct road_place modes[2];
    struct wgs84 at;
    double length_m; /* sweep */
    double kg;
    double water_l;
    int32_t work_ds;
    double weight; /* share of the vehicles it asks for: work, more where its hours are scarce */
    struct city_window window; /* end_s 0: any time */
    enum geo_side side;        /* collect: seen along modes[0] */
};

enum plan_visit_kind { PLAN_SERVE, PLAN_SWEEPING, PLAN_UNLOAD, PLAN_REFILL, PLAN_BREAK };
struct plan_visit {
    enum plan_visit_kind kind;
    uint32_t task;     /* SERVE, SWEEPING */
    uint32_t facility; /* UNLOAD, REFILL */
    uint8_t mode;
    uint32_t trip; /* within the route, from 0 */
    int32_t start_ds;
    int32_t end_ds;
    double kg; /* taken in, or given off */
};
struct plan_trip {
    int32_t start_ds;
    int32_t end_ds;
    uint32_t facility; /* where it unloads; CITY_NONE for a last leg with nothing on board */
    double kg;
    double litres;
    double fill_pct; /* of the fullest compartment */
    double km;
    uint32_t stops;
    uint32_t point_first; /* driven line, into plan.points */
    uint32_t point_count;
};
struct plan_line {
    struct str zh;
    struct str en;
    int32_t at_ds;
    double length_m;
};
struct plan_route {
    char id[24];
    enum plan_kind kind;
    uint32_t vehicle;
    uint32_t streams; /* mask; 0 when sweeping */
    int32_t start_ds;
    int32_t end_ds;
    uint32_t visit_first, visit_count;
    uint32_t trip_first, trip_count;
    uint32_t line_first, line_count;
    double km;
    double swept_km;
    double kg;
    double cost;
    uint32_t stops;
    uint32_t bins;
};

struct plan_totals {
    uint32_t routes, collect_routes, sweep_routes;
    uint32_t stops, bins, sweeps, unserved, due;
    double km, swept_km, hours, kg, cost;
};

struct plan {
    const struct city *city;
    const struct road_map *map;
    struct clock_date date;
    uint64_t seed;
    bool checked; /* every part's answer passed solve_check() */
    double elapsed_s;
    uint64_t iterations;
    VEC(struct plan_task) tasks;
    VEC(uint32_t) task_bins;
    VEC(struct plan_route) routes;
    VEC(struct plan_trip) trips;
    VEC(struct plan_visit) visits;
    VEC(struct wgs84) points;
    VEC(struct plan_line) lines;
    struct arena arena; /* texts */
    struct plan_totals totals;
    struct road *truck_road;   /* the networks the tasks' arcs belong to */
    struct road *sweeper_road; /* may be the same */
};

struct plan_options {
    struct clock_date date;
    uint64_t seed;
    int64_t budget_us;       /* wall time for the search; 0 with iterations_max set: none */
    uint64_t iterations_max; /* per part; with one worker the plan is then repeatable */
    const struct clock *clock;
    const atomic_bool *cancel; /* may be NULL; set: the best so far is returned */
    struct workers workers;
    bool collect; /* either or both */
    bool sweep;
    /* May be NULL. `done` of `total` shares of the work; called by one thread at a time. */
    void (*progress)(void *context, double done, const char *stage);
    void *progress_context;
};

/* Errors: NOMEM; INVALID when the map has no usable street. */
MUST_USE enum err plan_make(const struct city *city, const struct road_map *map,
                            const struct plan_options *options, struct plan **ret_plan,
                            struct diag *diag);
void plan_free(struct plan *plan); /* NULL is allowed */

/* The two files of docs/plan-format.md. Errors: sticky in `out`. */
void plan_write_json(const struct plan *plan, struct buf *out);
void plan_write_geojson(const struct plan *plan, struct buf *out);

#endif
