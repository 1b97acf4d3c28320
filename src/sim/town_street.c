/* town_street.c - classes and names of streets, service roads and buildings of a block. */
#include "sim/town_parts.h"

#define SIM_BEND_M 5.0

static int32_t sim_abs(int32_t value)
{
    return value < 0 ? -value : value;
}

/* Index of the ring this stretch lies on, or -1. Rings are wider than high, as the city is. */
static int sim_ring_of(const struct sim_plan *plan, bool north, int32_t i, int32_t j)
{
    for (int k = 0; k < 2; k++) {
        int32_t half_v = plan->rings[k];
        int32_t half_u = half_v * 6 / 5 / 2 * 2;
        int32_t u = i - plan->nx / 2;
        int32_t v = j - plan->ny / 2;
        if (half_v == 0)
            continue;
        if (north && sim_abs(u) == half_u && v >= -half_v && v < half_v)
            return k;
        if (!north && sim_abs(v) == half_v && u >= -half_u && u < half_u)
            return k;
    }
    return -1;
}

struct sim_street sim_street_of(const struct sim_plan *plan, bool north, int32_t i, int32_t j)
{
    int32_t line = north ? i : j;
    int32_t along = north ? j - plan->ny / 2 : i - plan->nx / 2;
    int32_t from_middle = sim_abs(line - (north ? plan->nx : plan->ny) / 2);
    int ring = sim_ring_of(plan, north, i, j);
    uint32_t line_key = (uint32_t)line * 2 + north;
    /* Lesser streets change their name along the line. */
    uint32_t stretch = (uint32_t)((along + 4096) / 8);

    if (ring >= 0)
        return (struct sim_street){plan->nx >= 40 ? ROAD_TRUNK : ROAD_PRIMARY, FOLDER_SUFFIX_RING,
                                   (uint32_t)ring};
    if (from_middle % 8 == 0)
        return (struct sim_street){ROAD_PRIMARY, FOLDER_SUFFIX_PRIMARY, line_key};
    if (from_middle % 4 == 0)
        return (struct sim_street){ROAD_SECONDARY, FOLDER_SUFFIX_SECONDARY, line_key};
    if (from_middle % 2 == 0)
        return (struct sim_street){ROAD_TERTIARY, FOLDER_SUFFIX_TERTIARY,
                                   line_key * 64 + stretch / 2};
    return (struct sim_street){ROAD_RESIDENTIAL, FOLDER_SUFFIX_RESIDENTIAL,
                               line_key * 128 + stretch};
}

bool sim_street_same(const struct sim_street *a, const struct sim_street *b)
{
    return a->class == b->class && a->suffix == b->suffix && a->name_key == b->name_key;
}

struct sim_point sim_middle(const struct sim_plan *plan, bool north, int32_t i, int32_t j)
{
    struct sim_point at = sim_place(plan, north ? i : i + 0.5, north ? j + 0.5 : j);
    double bend = SIM_BEND_M * (2 * sim_unit(plan, i * 2 + north, j, SIM_BEND) - 1);

    at.x_m += north ? bend : 0;
    at.y_m += north ? 0 : bend;
    return at;
}

struct sim_point sim_inside(const struct sim_plan *plan, int32_t i, int32_t j, double part)
{
    bool from_north = plan->cells[sim_cell_at(plan, i, j)].entrance_north;

    return sim_place(plan, i + 0.5, from_north ? j + 1 - part : j + part);
}

static void sim_rectangle(const struct sim_plan *plan, double u, double v, double wide, double deep,
                          struct sim_building *ret)
{
    ret->corners[0] = sim_place(plan, u, v);
    ret->corners[1] = sim_place(plan, u + wide, v);
    ret->corners[2] = sim_place(plan, u + wide, v + deep);
    ret->corners[3] = sim_place(plan, u, v + deep);
}

/* Five rows of slabs on both sides of the service road, facing south. */
static bool sim_homes(const struct sim_plan *plan, int32_t i, int32_t j, uint32_t b,
                      struct sim_building *ret)
{
    const struct sim_cell *cell = &plan->cells[sim_cell_at(plan, i, j)];
    uint32_t flats_a_level = 8;
    uint32_t buildings = 10;
    uint32_t flats = flats_a_level * buildings;

    if (b >= buildings)
        return false;
    double slide = 0.02 * sim_unit(plan, i * INT64_C(16) + b, j, SIM_BUILDING);
    double u = i + (b % 2 ? 0.58 : 0.08) + slide;
    double v = j + 0.11 + 0.165 * (b / 2);
    sim_rectangle(plan, u, v, 0.32, 0.075, ret);
    ret->levels = (cell->households + flats - 1) / flats;
    ret->levels = ret->levels < 2 ? 2 : ret->levels;
    ret->kind = "apartments";
    return true;
}

/* Blocks that are not homes: up to four buildings, two by two. */
static bool sim_others(const struct sim_plan *plan, int32_t i, int32_t j, uint32_t b,
                       struct sim_building *ret)
{
    static const struct {
        uint32_t count;
        double south, deep; /* of the lower two, in blocks */
        uint32_t levels_min, levels_span;
        const char *kind;
    } rows[] = {
        [SIM_USE_OFFICES] = {4, 0.12, 0.28, 4, 22, "office"},
        [SIM_USE_WORKS] = {2, 0.15, 0.6, 1, 3, "industrial"},
        [SIM_USE_SCHOOL] = {2, 0.2, 0.14, 4, 1, "school"},
        [SIM_USE_PLANT] = {2, 0.15, 0.6, 1, 3, "industrial"},
    };
    uint8_t use = plan->cells[sim_cell_at(plan, i, j)].use;
    uint64_t dice = sim_hash(plan, i * INT64_C(16) + b, j, SIM_BUILDING);

    if (use >= COUNT_OF(rows) || b >= rows[use].count)
        return false;
    sim_rectangle(plan, i + (b % 2 ? 0.58 : 0.1), j + rows[use].south + 0.44 * (b / 2), 0.3,
                  rows[use].deep, ret);
    ret->levels = rows[use].levels_min + (uint32_t)(dice % rows[use].levels_span);
    ret->kind = use == SIM_USE_OFFICES && dice >> 32 & 1 ? "retail" : rows[use].kind;
    return true;
}

bool sim_building(const struct sim_plan *plan, int32_t i, int32_t j, uint32_t b,
                  struct sim_building *ret)
{
    if (plan->cells[sim_cell_at(plan, i, j)].use == SIM_USE_HOMES)
        return sim_homes(plan, i, j, b, ret);
    return sim_others(plan, i, j, b, ret);
}
