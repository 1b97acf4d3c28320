/* tasks.c - what is due on the day: bins by their level, streets by their class and passes. */
#include <math.h>
#include <stdlib.h>

#include "city/coverage.h"
#include "plan/inner.h"

/* A bin is due from its stream's level on. */
static bool plan_bin_due(const struct city *city, const struct city_bin *bin)
{
    return bin->fill_pct >= city->streams[bin->stream].collect_at_pct;
}

static int plan_bin_order(const void *left, const void *right, void *context)
{
    const struct city *city = context;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    const struct city_bin *x = &city->bins[a];
    const struct city_bin *y = &city->bins[b];

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    if (x->stream != y->stream)
        return x->stream < y->stream ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* On a main road the far side is another trip: nobody carries a bin across six lanes. */
static bool plan_may_cross(const struct road *road, uint32_t arc)
{
    return road_arc_way(road, arc)->class > ROAD_SECONDARY;
}

static void plan_place_stop(const struct road *road, struct plan_task *task)
{
    struct road_near near;

    if (road_nearest(road, task->at, PLAN_REACH_M, &near)) {
        task->reason = PLAN_NO_STREET;
        return;
    }
    task->modes[0] = near.place;
    task->mode_count = 1;
    task->side = near.side;
    if (near.reverse.arc != ROAD_NONE && plan_may_cross(road, near.place.arc))
        task->modes[task->mode_count++] = near.reverse;
}

/* One task from the bins [first, last) of task_bins: same point, same stream. */
static enum err plan_add_stop(struct plan *plan, uint32_t first, uint32_t last)
{
    const struct city *city = plan->city;
    const struct city_bin *lead = &city->bins[plan->task_bins.items[first]];
    const struct city_stream *stream = &city->streams[lead->stream];
    struct plan_task task = {.kind = PLAN_COLLECT,
                             .reason = PLAN_FLEET,
                             .stream = lead->stream,
                             .place = lead->place,
                             .bin_first = first,
                             .bin_count = last - first,
                             .arc = ROAD_NONE,
                             .at = lead->at};
    double work_s = city->service.stop_s;

    for (uint32_t i = first; i < last; i++) {
        const struct city_bin *bin = &city->bins[plan->task_bins.items[i]];
        task.kg += bin->litres / 1000.0 * bin->fill_pct / 100 * stream->density_kg_m3;
        work_s += city->service.bin_240l_s * fmax(0.5, bin->litres / 240.0);
    }
    task.work_ds = (int32_t)lround(work_s * PLAN_DS_PER_S);
    plan_place_stop(plan->truck_road, &task);
    return vec_push(&plan->tasks, task);
}

enum err plan_due_bins(struct plan *plan)
{
    const struct city *city = plan->city;
    enum err err = OK;

    for (uint32_t i = 0; i < city->bin_count && !err; i++)
        if (plan_bin_due(city, &city->bins[i]))
            err = vec_push(&plan->task_bins, i);
    if (err || plan->task_bins.count == 0)
        return err;
    qsort_r(plan->task_bins.items, plan->task_bins.count, sizeof *plan->task_bins.items,
            plan_bin_order, (void *)(uintptr_t)city);
    uint32_t first = 0;
    for (uint32_t i = 1; i <= plan->task_bins.count && !err; i++) {
        const struct city_bin *lead = &city->bins[plan->task_bins.items[first]];
        const struct city_bin *here =
            i < plan->task_bins.count ? &city->bins[plan->task_bins.items[i]] : NULL;
        if (here && here->place == lead->place && here->stream == lead->stream)
            continue;
        err = plan_add_stop(plan, first, i);
        first = i;
    }
    return err;
}

static void plan_street_reason(const struct road_arc *arc, struct plan_task *task)
{
    if (arc->flags & ROAD_CLOSED)
        task->reason = PLAN_LIMIT;
    else if (arc->flags & ROAD_ISLAND)
        task->reason = PLAN_ISLAND;
}

/* The slowest sweeper sets the pace, so that any of them can keep the plan. */
static double plan_sweep_kmh(const struct city *city)
{
    double slowest = 0;

    for (uint32_t i = 0; i < city->vehicle_count; i++) {
        const struct city_vehicle *vehicle = &city->vehicles[i];
        if (plan_sweeper(vehicle) && (slowest <= 0 || vehicle->work_kmh < slowest))
            slowest = vehicle->work_kmh;
    }
    return slowest > 0 ? slowest : 5; /* without sweepers the length still tells the work due */
}

struct plan_street {
    const struct city_sweep_class *class;
    uint32_t arc;
    uint8_t class_number;
    double kmh;
};

static struct plan_task plan_street_task(const struct plan *plan, const struct plan_street *street,
                                         uint32_t arc_index)
{
    const struct road *road = plan->sweeper_road;
    const struct road_arc *arc = road_arc(road, arc_index);
    double length_m = arc->length_mm / 1000.0;
    double share = street->class->both_sides ? 0.5 : 1; /* a kerb has half of the street's dirt */
    struct plan_task task = {.kind = PLAN_SWEEP,
                             .reason = PLAN_FLEET,
                             .stream = CITY_NONE,
                             .place = CITY_NONE,
                             .arc = arc_index,
                             .way = arc->way,
                             .class = street->class_number,
                             .one_side = street->class->both_sides,
                             .mode_count = 1,
                             .modes = {{arc_index, 0}},
                             .length_m = length_m,
                             .kg = length_m / 1000 * street->class->kg_per_km * share,
                             .water_l = length_m / 1000 * street->class->water_l_per_km * share,
                             .work_ds =
                                 (int32_t)ceil(length_m / (street->kmh / 3.6) * PLAN_DS_PER_S)};

    task.at = road_place_point(road, (struct road_place){arc_index, arc->length_mm / 2});
    plan_street_reason(arc, &task);
    return task;
}

/* One pass over one stretch: each kerb where the class asks for both, else either direction. */
static enum err plan_add_pass(struct plan *plan, const struct plan_street *street, uint32_t pass,
                              uint32_t passes)
{
    const struct road_arc *arc = road_arc(plan->sweeper_road, street->arc);
    struct plan_task task = plan_street_task(plan, street, street->arc);

    task.pass = (uint8_t)(pass + 1);
    task.window = city_sweep_window(street->class, pass, passes);
    if (!street->class->both_sides && arc->reverse != ROAD_NONE)
        task.modes[task.mode_count++] = road_arc_start(arc->reverse);
    enum err err = vec_push(&plan->tasks, task);
    if (err || !street->class->both_sides)
        return err;
    if (arc->reverse == ROAD_NONE)
        return vec_push(&plan->tasks, task); /* a one-way street's left kerb: the same arc again */
    struct plan_task other = plan_street_task(plan, street, arc->reverse);
    other.pass = task.pass;
    other.window = task.window;
    return vec_push(&plan->tasks, other);
}

/* Streets nobody but the owner may enter are the owner's to sweep. */
static bool plan_street_public(const struct road_way *way)
{
    return !(way->flags & (ROAD_WAY_PRIVATE | ROAD_WAY_NO_ACCESS));
}

static enum err plan_add_street(struct plan *plan, uint32_t arc_index, double kmh, int64_t day)
{
    const struct road_arc *arc = road_arc(plan->sweeper_road, arc_index);
    const struct road_way *way = road_arc_way(plan->sweeper_road, arc_index);
    uint8_t number = plan->city->sweep_class_of[way->class];

    if (arc->reverse != ROAD_NONE && arc->reverse < arc_index)
        return OK; /* the other direction stands for the stretch */
    if (number == 0 || number > plan->city->sweep_class_count || !plan_street_public(way))
        return OK;
    struct plan_street street = {&plan->city->sweep_classes[number - 1], arc_index, number, kmh};
    uint32_t passes = city_sweep_passes(street.class, way->id, day);
    for (uint32_t pass = 0; pass < passes; pass++) {
        enum err err = plan_add_pass(plan, &street, pass, passes);
        if (err)
            return err;
    }
    return OK;
}

enum err plan_due_streets(struct plan *plan)
{
    double kmh = plan_sweep_kmh(plan->city);
    int64_t day = clock_day_of(plan->date);
    enum err err = OK;

    for (uint32_t arc = 0; arc < road_arc_count(plan->sweeper_road) && !err; arc++)
        err = plan_add_street(plan, arc, kmh, day);
    return err;
}
