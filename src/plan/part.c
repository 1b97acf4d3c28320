/* part.c - cuts a group's work by geography, so that each routing problem is of a size that can be
 * searched well. Work and vehicles are split in the same proportion, along the longer side of the
 * ground they cover; vehicles go to the half their depot is nearer to. */
#include <math.h>
#include <stdlib.h>

#include "plan/inner.h"

enum {
    PLAN_PARTS_DEPTH = 40,      /* halves: more than any number of parts needs */
    PLAN_PART_TASKS_MAX = 3000, /* one vehicle cannot do as many in a day: the rest is "fleet" */
};

struct plan_half {
    uint32_t task_first, task_count;
    uint32_t vehicle_first, vehicle_count;
};

struct plan_axis {
    const struct plan *plan;
    bool by_lng;
};

static int32_t plan_axis_of(const struct plan_axis *axis, struct wgs84 at)
{
    return axis->by_lng ? at.lng_e7 : at.lat_e7;
}

static int plan_order(int32_t left, int32_t right, uint32_t a, uint32_t b)
{
    if (left != right)
        return left < right ? -1 : 1;
    return a < b ? -1 : a > b;
}

static int plan_task_order(const void *left, const void *right, void *context)
{
    const struct plan_axis *axis = context;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return plan_order(plan_axis_of(axis, axis->plan->tasks.items[a].at),
                      plan_axis_of(axis, axis->plan->tasks.items[b].at), a, b);
}

static int plan_vehicle_order(const void *left, const void *right, void *context)
{
    const struct plan_axis *axis = context;
    const struct city *city = axis->plan->city;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return plan_order(plan_axis_of(axis, city->facilities[city->vehicles[a].depot].at),
                      plan_axis_of(axis, city->facilities[city->vehicles[b].depot].at), a, b);
}

static double plan_weight(const struct plan *plan, const uint32_t *tasks, uint32_t count)
{
    double weight = 0;

    for (uint32_t i = 0; i < count; i++)
        weight += plan->tasks.items[tasks[i]].weight;
    return weight;
}

static bool plan_wider_than_high(const struct plan *plan, const uint32_t *tasks, uint32_t count)
{
    struct geo_box box = geo_box_empty();

    for (uint32_t i = 0; i < count; i++)
        geo_box_add(&box, plan->tasks.items[tasks[i]].at);
    struct geo_plane plane = geo_plane_at(box.min);
    struct geo_xy size = geo_xy_of(&plane, box.max);
    return size.x_m > size.y_m;
}

/* Where the cut falls among vehicles of one depot, every kind of shift and vehicle goes to both
 * sides: of the run of equals, every other one (by the share needed) moves to the front. */
static void plan_mix_depot(const struct plan *plan, uint32_t *vehicles, uint32_t count,
                           uint32_t fleet)
{
    const struct city_vehicle *all = plan->city->vehicles;
    uint32_t depot = all[vehicles[fleet]].depot;
    uint32_t first = fleet;
    uint32_t last = fleet;

    while (first > 0 && all[vehicles[first - 1]].depot == depot)
        first--;
    while (last < count && all[vehicles[last]].depot == depot)
        last++;
    uint32_t run = last - first;
    uint32_t need = fleet - first;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < run && taken < need; i++) {
        if ((uint64_t)(i + 1) * need / run == (uint64_t)i * need / run)
            continue;
        uint32_t picked =
            vehicles[first + i]; /* rotate it to the front, the order of others stays */
        for (uint32_t j = first + i; j > first + taken; j--)
            vehicles[j] = vehicles[j - 1];
        vehicles[first + taken++] = picked;
    }
}

/* Splits one half in two and returns the second; `half` keeps the first. */
static struct plan_half plan_split(const struct plan *plan, struct plan_group *group,
                                   struct plan_half *half)
{
    uint32_t *tasks = group->tasks.items + half->task_first;
    uint32_t *vehicles = group->vehicles.items + half->vehicle_first;
    struct plan_axis axis = {plan, plan_wider_than_high(plan, tasks, half->task_count)};
    uint32_t fleet = half->vehicle_count / 2;
    double share = plan_weight(plan, tasks, half->task_count) * fleet / half->vehicle_count;
    uint32_t count = 0;

    qsort_r(tasks, half->task_count, sizeof *tasks, plan_task_order, &axis);
    qsort_r(vehicles, half->vehicle_count, sizeof *vehicles, plan_vehicle_order, &axis);
    plan_mix_depot(plan, vehicles, half->vehicle_count, fleet);
    for (double sum = 0; count < half->task_count - 1 && (count == 0 || sum < share); count++)
        sum += plan_weight(plan, tasks + count, 1);
    struct plan_half second = {half->task_first + count, half->task_count - count,
                               half->vehicle_first + fleet, half->vehicle_count - fleet};
    half->task_count = count;
    half->vehicle_count = fleet;
    return second;
}

enum err plan_parts(const struct plan *plan, struct plan_group *group, plan_jobs *jobs)
{
    struct plan_half stack[PLAN_PARTS_DEPTH];
    uint32_t depth = 0;

    if (group->tasks.count == 0)
        return OK;
    stack[depth++] = (struct plan_half){.task_count = (uint32_t)group->tasks.count,
                                        .vehicle_count = (uint32_t)group->vehicles.count};
    while (depth > 0) {
        struct plan_half *half = &stack[depth - 1];
        if (half->task_count > PLAN_PART_TASKS && half->vehicle_count >= 2 &&
            depth < PLAN_PARTS_DEPTH) {
            struct plan_half second = plan_split(plan, group, half);
            stack[depth++] = second;
            continue;
        }
        struct plan_job job = {.group = group,
                               .tasks = group->tasks.items + half->task_first,
                               .task_count = half->task_count,
                               .vehicles = group->vehicles.items + half->vehicle_first,
                               .vehicle_count = half->vehicle_count};
        if (job.task_count > PLAN_PART_TASKS_MAX)
            job.task_count = PLAN_PART_TASKS_MAX;
        job.weight = plan_weight(plan, job.tasks, job.task_count);
        depth--;
        enum err err = vec_push(jobs, job);
        if (err)
            return err;
    }
    return OK;
}
