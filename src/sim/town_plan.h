/* town_plan.h - the ground plan of a made city: a warped grid cut by a river.
 *
 * Model      Crossings stand at whole numbers (u, v); a smooth map carries them to metres. Lines of
 *            the grid are streets; their class goes by their distance from the middle. A cell of
 *            the grid is one block: a compound, offices, works, a park, a plant.
 * Memory     Arrays over crossings and cells, about 40 bytes each.
 * Layer      4, private to sim/
 */
#ifndef SIM_TOWN_PLAN_H
#define SIM_TOWN_PLAN_H

#include "base/rng.h"
#include "sim/town.h"

#define SIM_CELL_M 185.0

enum sim_use {
    SIM_USE_NONE, /* outside, or in the river */
    SIM_USE_RIVERSIDE,
    SIM_USE_HOMES,
    SIM_USE_OFFICES,
    SIM_USE_WORKS,
    SIM_USE_PARK,
    SIM_USE_SCHOOL,
    SIM_USE_PLANT, /* a facility of the city's */
};
struct sim_cell {
    uint8_t use;
    uint8_t entrance_north; /* the service road begins on the northern street */
    uint8_t through;        /* and goes on to the other one */
    uint32_t people;
    uint32_t households;
    uint32_t place; /* index of the compound, CITY_NONE */
};

enum sim_crossing { /* bits */
                    SIM_LAND = 1,
                    SIM_EAST = 2,  /* a street to (i + 1, j) */
                    SIM_NORTH = 4, /* a street to (i, j + 1) */
                    SIM_BRIDGE_SHIFT =
                        3, /* above: how many cells a bridge to the north spans, 0: none */
};

struct sim_point {
    double x_m;
    double y_m;
};

struct sim_plan {
    uint64_t seed;
    uint32_t population;
    int32_t nx; /* cells */
    int32_t ny;
    int32_t rings[2]; /* distance from the middle in cells; 0: none */
    double half_u, half_v;
    double river_half; /* width, in cells */
    struct wgs84 centre;
    double e7_per_m_lat, e7_per_m_lng;
    uint8_t *crossings;     /* (nx + 1) * (ny + 1), row by row */
    struct sim_cell *cells; /* nx * ny */
    struct geo_box box;
};

/* Owner: caller. Errors: NOMEM. */
MUST_USE enum err sim_plan_new(const struct sim_town_options *options, struct sim_plan *ret_plan);
void sim_plan_done(struct sim_plan *plan);
/* People to the cells used as homes; after plants have taken theirs. */
void sim_plan_settle(struct sim_plan *plan, double persons_per_household);

/* A number that belongs to (a, b, what) for this seed. */
uint64_t sim_hash(const struct sim_plan *plan, int64_t a, int64_t b, uint32_t what);
double sim_unit(const struct sim_plan *plan, int64_t a, int64_t b, uint32_t what); /* [0, 1) */

struct sim_point sim_place(const struct sim_plan *plan, double u, double v);
struct wgs84 sim_wgs84(const struct sim_plan *plan, struct sim_point at);
double sim_metres(struct sim_point a, struct sim_point b);
double sim_river_v(const struct sim_plan *plan, double u); /* the river's middle */
/* 0 in the middle, 1 about where the city ends. */
double sim_out(const struct sim_plan *plan, double u, double v);

static inline size_t sim_crossing_at(const struct sim_plan *plan, int32_t i, int32_t j)
{
    return (size_t)j * (size_t)(plan->nx + 1) + (size_t)i;
}
static inline size_t sim_cell_at(const struct sim_plan *plan, int32_t i, int32_t j)
{
    return (size_t)j * (size_t)plan->nx + (size_t)i;
}

/* Salts of sim_hash(). */
enum sim_what {
    SIM_WARP_X,
    SIM_WARP_Y,
    SIM_LINE_U,
    SIM_LINE_V,
    SIM_RIVER,
    SIM_EDGE_NOISE,
    SIM_USE,
    SIM_WEIGHT,
    SIM_ENTRANCE,
    SIM_BEND,
    SIM_ONE_WAY,
    SIM_LEFT_TURN,
    SIM_NAME,
    SIM_BUILDING,
    SIM_FILL_AGE,
    SIM_FILL_USE,
    SIM_SPREAD,
};

#endif
