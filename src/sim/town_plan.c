/* town_plan.c - see town_plan.h. Only + - * / and sqrt touch positions: IEEE 754 rounds them the
 * same everywhere; the compiler may not fuse them (-ffp-contract=off). */
#include "sim/town_plan.h"

#include <math.h>

#define SIM_WARP_CELLS 0.55  /* how far the grid is bent */
#define SIM_WARP_PERIOD 7.0  /* in cells */
#define SIM_LINE_CELLS 0.16  /* how unevenly lines are spaced */
#define SIM_RIVER_PERIOD 9.0 /* of its bends, in cells */
#define SIM_BOX_MARGIN_M 400.0
#define SIM_M_PER_E7 0.0111194926645 /* a ten-millionth of a degree of latitude */
#define SIM_PI 3.14159265358979323846

uint64_t sim_hash(const struct sim_plan *plan, int64_t a, int64_t b, uint32_t what)
{
    uint64_t z = plan->seed * 0x9e3779b97f4a7c15u + what;

    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u + (uint64_t)a;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u + (uint64_t)b;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93u;
    return z ^ (z >> 32);
}

double sim_unit(const struct sim_plan *plan, int64_t a, int64_t b, uint32_t what)
{
    return (double)(sim_hash(plan, a, b, what) >> 11) * 0x1.0p-53;
}

static double sim_ease(double t)
{
    return t * t * (3 - 2 * t);
}

/* Value noise in [-1, 1]: random values at whole numbers, eased between. */
static double sim_noise(const struct sim_plan *plan, double x, double y, uint32_t what)
{
    double x0 = floor(x);
    double y0 = floor(y);
    int64_t a = (int64_t)x0;
    int64_t b = (int64_t)y0;
    double s = sim_ease(x - x0);
    double t = sim_ease(y - y0);
    double low = sim_unit(plan, a, b, what) * (1 - s) + sim_unit(plan, a + 1, b, what) * s;
    double high = sim_unit(plan, a, b + 1, what) * (1 - s) + sim_unit(plan, a + 1, b + 1, what) * s;

    return 2 * (low * (1 - t) + high * t) - 1;
}

/* Offset of a line, between lines by their distance, so that the map stays continuous. */
static double sim_line(const struct sim_plan *plan, double at, uint32_t what)
{
    double below = floor(at);
    double part = at - below;
    double a = sim_unit(plan, (int64_t)below, 0, what) - 0.5;
    double b = sim_unit(plan, (int64_t)below + 1, 0, what) - 0.5;

    return 2 * SIM_LINE_CELLS * (a * (1 - part) + b * part);
}

struct sim_point sim_place(const struct sim_plan *plan, double u, double v)
{
    double x = u / SIM_WARP_PERIOD;
    double y = v / SIM_WARP_PERIOD;
    double du = sim_line(plan, u, SIM_LINE_U) + SIM_WARP_CELLS * sim_noise(plan, x, y, SIM_WARP_X);
    double dv = sim_line(plan, v, SIM_LINE_V) + SIM_WARP_CELLS * sim_noise(plan, x, y, SIM_WARP_Y);

    return (struct sim_point){(u - plan->half_u + du) * SIM_CELL_M,
                              (v - plan->half_v + dv) * SIM_CELL_M};
}

static int32_t sim_round(double value)
{
    return (int32_t)(value < 0 ? value - 0.5 : value + 0.5);
}

struct wgs84 sim_wgs84(const struct sim_plan *plan, struct sim_point at)
{
    return (struct wgs84){plan->centre.lat_e7 + sim_round(at.y_m * plan->e7_per_m_lat),
                          plan->centre.lng_e7 + sim_round(at.x_m * plan->e7_per_m_lng)};
}

double sim_metres(struct sim_point a, struct sim_point b)
{
    double dx = a.x_m - b.x_m;
    double dy = a.y_m - b.y_m;

    return sqrt(dx * dx + dy * dy);
}

double sim_river_v(const struct sim_plan *plan, double u)
{
    /* Noise changes by less than 2 x 1.5 a period, so the river stays flatter than a cell a cell
     * and no street along it crosses it. */
    double sway = plan->half_v * 0.35 < 1.6 ? plan->half_v * 0.35 : 1.6;
    double slow = sim_noise(plan, u / (3 * SIM_RIVER_PERIOD), 0.5, SIM_RIVER);

    return plan->half_v * 0.93 + sway * sim_noise(plan, u / SIM_RIVER_PERIOD, 7.5, SIM_RIVER) +
           sway * 2 * slow;
}

double sim_out(const struct sim_plan *plan, double u, double v)
{
    double x = (u - plan->half_u) / plan->half_u;
    double y = (v - plan->half_v) / plan->half_v;

    return sqrt(x * x + y * y);
}

static double sim_away(double a, double b)
{
    return a < b ? b - a : a - b;
}

static void sim_plan_land(struct sim_plan *plan)
{
    for (int32_t j = 0; j <= plan->ny; j++)
        for (int32_t i = 0; i <= plan->nx; i++) {
            double ragged = 0.16 * sim_noise(plan, i / 4.0, j / 4.0, SIM_EDGE_NOISE);
            bool inside = sim_out(plan, i, j) + ragged <= 1.02;
            bool wet = sim_away(j, sim_river_v(plan, i)) < plan->river_half;
            plan->crossings[sim_crossing_at(plan, i, j)] = inside && !wet ? SIM_LAND : 0;
        }
}

static bool sim_land(const struct sim_plan *plan, int32_t i, int32_t j)
{
    return i >= 0 && j >= 0 && i <= plan->nx && j <= plan->ny &&
           (plan->crossings[sim_crossing_at(plan, i, j)] & SIM_LAND);
}

static bool sim_cell_land(const struct sim_plan *plan, int32_t i, int32_t j)
{
    return sim_land(plan, i, j) && sim_land(plan, i + 1, j) && sim_land(plan, i, j + 1) &&
           sim_land(plan, i + 1, j + 1);
}

/* Every fourth line crosses the river, counted from the middle. */
static void sim_plan_bridge(struct sim_plan *plan, int32_t i, int32_t j)
{
    int32_t from_middle = i - plan->nx / 2;
    int32_t span = 1;

    while (j + span <= plan->ny && span <= 7 && !sim_land(plan, i, j + span))
        span++;
    if (from_middle % 4 == 0 && span > 1 && span <= 7 && sim_land(plan, i, j + span) &&
        sim_away(j + span / 2.0, sim_river_v(plan, i)) < plan->river_half + 1)
        plan->crossings[sim_crossing_at(plan, i, j)] |= (uint8_t)(span << SIM_BRIDGE_SHIFT);
}

/* A street runs where a block lies on at least one of its sides. */
static void sim_plan_streets(struct sim_plan *plan)
{
    for (int32_t j = 0; j <= plan->ny; j++)
        for (int32_t i = 0; i <= plan->nx; i++) {
            uint8_t *crossing = &plan->crossings[sim_crossing_at(plan, i, j)];
            if (!(*crossing & SIM_LAND))
                continue;
            bool here = sim_cell_land(plan, i, j);
            if (here || sim_cell_land(plan, i, j - 1))
                *crossing |= SIM_EAST;
            if (here || sim_cell_land(plan, i - 1, j))
                *crossing |= SIM_NORTH;
            if (!sim_land(plan, i, j + 1))
                sim_plan_bridge(plan, i, j);
        }
}

/* Union-find over crossings. */
static uint32_t sim_root(uint32_t *parents, uint32_t at)
{
    while (parents[at] != at) {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    return at;
}

static void sim_join(uint32_t *parents, size_t a, size_t b)
{
    uint32_t root_a = sim_root(parents, (uint32_t)a);
    uint32_t root_b = sim_root(parents, (uint32_t)b);

    parents[root_a < root_b ? root_b : root_a] = root_a < root_b ? root_a : root_b;
}

static void sim_plan_join(const struct sim_plan *plan, uint32_t *parents)
{
    for (int32_t j = 0; j <= plan->ny; j++)
        for (int32_t i = 0; i <= plan->nx; i++) {
            size_t at = sim_crossing_at(plan, i, j);
            uint8_t crossing = plan->crossings[at];
            if (crossing & SIM_EAST)
                sim_join(parents, at, sim_crossing_at(plan, i + 1, j));
            if (crossing & SIM_NORTH)
                sim_join(parents, at, sim_crossing_at(plan, i, j + 1));
            if (crossing >> SIM_BRIDGE_SHIFT)
                sim_join(parents, at, sim_crossing_at(plan, i, j + (crossing >> SIM_BRIDGE_SHIFT)));
        }
}

/* Only the largest connected part is a city; the rest goes back to fields. */
static enum err sim_plan_connect(struct sim_plan *plan)
{
    size_t count = (size_t)(plan->nx + 1) * (size_t)(plan->ny + 1);
    uint32_t *parents = mem_zero(count, sizeof *parents);
    uint32_t *sizes = mem_zero(count, sizeof *sizes);
    size_t largest = 0;

    if (!parents || !sizes) {
        mem_free(parents);
        mem_free(sizes);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++)
        parents[i] = (uint32_t)i;
    sim_plan_join(plan, parents);
    for (size_t i = 0; i < count; i++)
        sizes[sim_root(parents, (uint32_t)i)]++;
    for (size_t i = 0; i < count; i++)
        if (sizes[i] > sizes[largest])
            largest = i;
    for (size_t i = 0; i < count; i++)
        if (sim_root(parents, (uint32_t)i) != largest)
            plan->crossings[i] = 0;
    mem_free(parents);
    mem_free(sizes);
    return OK;
}

static enum sim_use sim_use_of(const struct sim_plan *plan, int32_t i, int32_t j)
{
    double unit = sim_unit(plan, i, j, SIM_USE);
    double out = sim_out(plan, i + 0.5, j + 0.5);
    /* Offices in the middle, works outside. */
    double offices = out < 0.35 ? 0.26 : 0.08;
    double works = out > 0.6 ? 0.22 : 0.03;

    if (!sim_land(plan, i, j - 1) || !sim_land(plan, i, j + 2)) {
        double r = sim_river_v(plan, i + 0.5);
        if (sim_away(j + 0.5, r) < plan->river_half + 1.1 && unit < 0.5)
            return SIM_USE_PARK;
    }
    if (unit < offices)
        return SIM_USE_OFFICES;
    if (unit < offices + works)
        return SIM_USE_WORKS;
    if (unit < offices + works + 0.08)
        return SIM_USE_PARK;
    return unit < offices + works + 0.14 ? SIM_USE_SCHOOL : SIM_USE_HOMES;
}

static void sim_plan_uses(struct sim_plan *plan)
{
    for (int32_t j = 0; j < plan->ny; j++)
        for (int32_t i = 0; i < plan->nx; i++) {
            struct sim_cell *cell = &plan->cells[sim_cell_at(plan, i, j)];
            uint64_t dice = sim_hash(plan, i, j, SIM_ENTRANCE);
            bool north_land = sim_land(plan, i, j + 1) && sim_land(plan, i + 1, j + 1);
            bool south_land = sim_land(plan, i, j) && sim_land(plan, i + 1, j);
            bool wet = sim_away(j + 0.5, sim_river_v(plan, i + 0.5)) < plan->river_half + 0.6;
            *cell = (struct sim_cell){
                .place = CITY_NONE, .entrance_north = dice & 1, .through = (dice >> 1 & 3) == 0};
            if (north_land && south_land)
                cell->use = (uint8_t)sim_use_of(plan, i, j);
            else if ((north_land || south_land) && wet)
                cell->use = SIM_USE_RIVERSIDE;
        }
}

/* cos of a latitude by its series: libm's last digit differs between machines. */
static double sim_cos(double x)
{
    double square = x * x;
    double sum = 1;

    for (int n = 20; n >= 2; n -= 2)
        sum = 1 - sum * square / (n * (n - 1));
    return sum;
}

/* Crossings and their surroundings; buildings and parks lie between crossings. */
static void sim_plan_box(struct sim_plan *plan)
{
    double margin_lat = SIM_BOX_MARGIN_M * plan->e7_per_m_lat;
    double margin_lng = SIM_BOX_MARGIN_M * plan->e7_per_m_lng;

    plan->box = geo_box_empty();
    for (int32_t j = 0; j <= plan->ny; j++)
        for (int32_t i = 0; i <= plan->nx; i++)
            if (sim_land(plan, i, j))
                geo_box_add(&plan->box, sim_wgs84(plan, sim_place(plan, i, j)));
    if (geo_box_is_empty(&plan->box))
        geo_box_add(&plan->box, plan->centre);
    plan->box.min.lat_e7 -= sim_round(margin_lat);
    plan->box.min.lng_e7 -= sim_round(margin_lng);
    plan->box.max.lat_e7 += sim_round(margin_lat);
    plan->box.max.lng_e7 += sim_round(margin_lng);
}

/* A large city builds higher: from 500 to about 1,600 people in a block of homes. */
static double sim_people_a_block(uint32_t population)
{
    double people = 500;

    for (uint64_t size = 20000; size < population; size *= 2)
        people += 110;
    return people;
}

static int32_t sim_even(double value)
{
    return (int32_t)(value / 2) * 2;
}

static void sim_plan_size(struct sim_plan *plan)
{
    /* About 55 blocks in 100 are homes, and 72 in 100 of the rectangle are city. */
    double blocks = plan->population / sim_people_a_block(plan->population) / 0.52;
    double across = sqrt(blocks / 0.70 * 1.2);
    int32_t half;

    plan->nx = sim_even(across) + 2 < 10 ? 10 : sim_even(across) + 2;
    plan->ny = sim_even(across / 1.2) + 2 < 10 ? 10 : sim_even(across / 1.2) + 2;
    plan->half_u = plan->nx / 2.0;
    plan->half_v = plan->ny / 2.0;
    plan->river_half = plan->population < 200000 ? 0.55 : plan->population < 3000000 ? 0.8 : 1.2;
    half = plan->ny / 2;
    plan->rings[0] = sim_even(half * 0.5) < 2 ? 2 : sim_even(half * 0.5);
    plan->rings[1] = half >= 10 ? sim_even(half * 0.8) : 0;
}

enum err sim_plan_new(const struct sim_town_options *options, struct sim_plan *ret_plan)
{
    struct sim_plan plan = {.seed = options->seed,
                            .population = options->population,
                            .centre = options->centre,
                            .e7_per_m_lat = 1 / SIM_M_PER_E7};

    plan.e7_per_m_lng =
        plan.e7_per_m_lat / sim_cos(options->centre.lat_e7 / GEO_E7 * (SIM_PI / 180));
    sim_plan_size(&plan);
    size_t crossings = (size_t)(plan.nx + 1) * (size_t)(plan.ny + 1);
    plan.crossings = mem_zero(crossings, sizeof *plan.crossings);
    plan.cells = mem_zero((size_t)plan.nx * (size_t)plan.ny, sizeof *plan.cells);
    if (!plan.crossings || !plan.cells) {
        sim_plan_done(&plan);
        return ERR_NOMEM;
    }
    sim_plan_land(&plan);
    sim_plan_streets(&plan);
    enum err err = sim_plan_connect(&plan);
    if (err) {
        sim_plan_done(&plan);
        return err;
    }
    sim_plan_uses(&plan);
    sim_plan_box(&plan);
    *ret_plan = plan;
    return OK;
}

void sim_plan_done(struct sim_plan *plan)
{
    if (!plan)
        return;
    mem_free(plan->crossings);
    mem_free(plan->cells);
    plan->crossings = NULL;
    plan->cells = NULL;
}

static double sim_weight(const struct sim_plan *plan, int32_t i, int32_t j)
{
    double out = sim_out(plan, i + 0.5, j + 0.5);

    return (0.55 + 0.9 * sim_unit(plan, i, j, SIM_WEIGHT)) * (1.35 - 0.75 * (out > 1 ? 1 : out));
}

void sim_plan_settle(struct sim_plan *plan, double persons_per_household)
{
    double all = 0;
    double sum = 0;
    uint32_t given = 0;
    size_t count = (size_t)plan->nx * (size_t)plan->ny;

    for (size_t at = 0; at < count; at++)
        if (plan->cells[at].use == SIM_USE_HOMES)
            all += sim_weight(plan, (int32_t)(at % (size_t)plan->nx),
                              (int32_t)(at / (size_t)plan->nx));
    for (size_t at = 0; at < count && all > 0; at++) {
        struct sim_cell *cell = &plan->cells[at];
        if (cell->use != SIM_USE_HOMES)
            continue;
        sum += sim_weight(plan, (int32_t)(at % (size_t)plan->nx), (int32_t)(at / (size_t)plan->nx));
        /* Shares of the running sum, so that the whole population is given out. */
        uint32_t until = (uint32_t)(plan->population * (sum < all ? sum / all : 1.0) + 0.5);
        cell->people = until - given;
        cell->households = (uint32_t)(cell->people / persons_per_household + 0.5);
        given = until;
    }
}
