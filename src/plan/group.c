/* group.c - which tasks share vehicles. Streams joined by a truck with two compartments are one
 * group; streets to sweep are another. */
#include <math.h>

#include "plan/inner.h"

/* Sweepings are mostly dust and leaves, wet and packed by the blower [default to configure]. */
static const double plan_sweepings_kg_m3 = 500;

bool plan_sweeper(const struct city_vehicle *vehicle)
{
    return vehicle->kind == CITY_SWEEPER && vehicle->work_kmh > 0;
}

struct road_profile plan_profile(const struct city *city, bool sweepers)
{
    struct road_profile profile = road_profile_truck();

    profile.ignore_access = true;
    profile.mass_kg = profile.height_cm = 0;
    for (uint32_t i = 0; i < city->vehicle_count; i++) {
        const struct city_vehicle *vehicle = &city->vehicles[i];
        if (vehicle->kind != (sweepers ? CITY_SWEEPER : CITY_TRUCK))
            continue;
        if (vehicle->mass_kg > profile.mass_kg)
            profile.mass_kg = vehicle->mass_kg;
        if (vehicle->height_cm > profile.height_cm)
            profile.height_cm = vehicle->height_cm;
    }
    return profile;
}

double plan_capacity_kg(const struct city *city, const struct city_compartment *compartment)
{
    double density = compartment->stream == CITY_NONE
                         ? plan_sweepings_kg_m3
                         : city->streams[compartment->stream].density_compacted_kg_m3;

    return fmin(compartment->kg, compartment->litres / 1000.0 * density);
}

static uint32_t plan_vehicle_streams(const struct city *city, const struct city_vehicle *vehicle)
{
    uint32_t mask = 0;

    if (vehicle->kind != CITY_TRUCK)
        return 0;
    for (uint32_t i = 0; i < vehicle->compartment_count; i++)
        if (vehicle->compartments[i].stream < city->stream_count)
            mask |= UINT32_C(1) << vehicle->compartments[i].stream;
    return mask;
}

/* Sweepings go to their own site; a city without one takes them where residual waste goes. */
static bool plan_takes_sweepings(const struct city *city, uint32_t facility)
{
    bool has_site = false;
    enum city_facility_kind kind = city->facilities[facility].kind;

    for (uint32_t i = 0; i < city->facility_count; i++)
        has_site = has_site || city->facilities[i].kind == CITY_SWEEPINGS_SITE;
    if (has_site)
        return kind == CITY_SWEEPINGS_SITE;
    return kind == CITY_LANDFILL || kind == CITY_TRANSFER_STATION || kind == CITY_INCINERATOR;
}

uint32_t plan_resets(const struct city *city, const struct plan_group *group, uint32_t facility)
{
    const struct city_facility *at = &city->facilities[facility];
    uint32_t mask = 0;

    if (group->gates->gates[facility].place.arc == ROAD_NONE || at->kind == CITY_DEPOT)
        return 0;
    if (group->kind == PLAN_SWEEP)
        return (plan_takes_sweepings(city, facility) ? 1u : 0u) |
               (at->kind == CITY_WATER_POINT ? 2u : 0u);
    for (uint32_t stream = 0; stream < city->stream_count; stream++)
        if (group->streams & at->streams & UINT32_C(1) << stream)
            mask |= 1u << group->dim_of_stream[stream];
    return mask;
}

/* Joins streams that share a truck until nothing changes; masks of the same group are equal. */
static void plan_join_streams(const struct city *city, uint32_t *group_of)
{
    for (uint32_t s = 0; s < city->stream_count; s++)
        group_of[s] = UINT32_C(1) << s;
    for (uint32_t round = 0; round < city->stream_count; round++)
        for (uint32_t i = 0; i < city->vehicle_count; i++) {
            uint32_t streams = plan_vehicle_streams(city, &city->vehicles[i]);
            uint32_t joined = streams;
            for (uint32_t s = 0; s < city->stream_count; s++)
                if (streams >> s & 1)
                    joined |= group_of[s];
            for (uint32_t s = 0; s < city->stream_count; s++)
                if (joined >> s & 1)
                    group_of[s] = joined;
        }
}

static enum err plan_group_vehicles(const struct city *city, struct plan_group *group)
{
    double km = 0;
    double hour = 0;

    for (uint32_t i = 0; i < city->vehicle_count; i++) {
        const struct city_vehicle *vehicle = &city->vehicles[i];
        bool fits = group->kind == PLAN_SWEEP
                        ? plan_sweeper(vehicle)
                        : (plan_vehicle_streams(city, vehicle) & group->streams) != 0;
        if (!fits || vehicle->depot >= city->facility_count ||
            group->gates->gates[vehicle->depot].place.arc == ROAD_NONE)
            continue;
        enum err err = vec_push(&group->vehicles, i);
        if (err)
            return err;
        km += vehicle->cost_km;
        hour += vehicle->cost_hour;
    }
    double count = group->vehicles.count ? (double)group->vehicles.count : 1;
    group->cost_m = km / count / 1000 * PLAN_MONEY_UNITS;
    group->cost_ds = hour / count / (3600.0 * PLAN_DS_PER_S) * PLAN_MONEY_UNITS;
    return OK;
}

static bool plan_group_has_facility(const struct city *city, const struct plan_group *group,
                                    uint32_t dim)
{
    for (uint32_t i = 0; i < city->facility_count; i++)
        if (plan_resets(city, group, i) >> dim & 1)
            return true;
    return false;
}

/* Files the group's tasks, or says why they have nobody and nowhere. */
static enum err plan_group_tasks(struct plan *plan, struct plan_group *group)
{
    for (uint32_t i = 0; i < plan->tasks.count; i++) {
        struct plan_task *task = &plan->tasks.items[i];
        bool mine = task->kind == group->kind &&
                    (task->kind == PLAN_SWEEP || (group->streams >> task->stream & 1));
        if (!mine || task->reason != PLAN_FLEET)
            continue;
        uint32_t dim = task->kind == PLAN_SWEEP ? 0 : group->dim_of_stream[task->stream];
        if (group->vehicles.count == 0)
            task->reason = PLAN_NO_VEHICLE;
        else if (!plan_group_has_facility(plan->city, group, dim))
            task->reason = PLAN_NO_FACILITY;
        else if (vec_push(&group->tasks, i))
            return ERR_NOMEM;
    }
    return OK;
}

/* Work asked for in one window, against what the shifts offer in it. */
struct plan_demand {
    struct city_window window;
    double work_s;
    double offer_s;
};
enum { PLAN_WINDOWS_MAX = CITY_SWEEP_CLASSES_MAX * CITY_WINDOWS_MAX + 1, PLAN_TRAVEL_DS = 300 };

static struct plan_demand *plan_demand_of(struct plan_demand *demands, uint32_t *count,
                                          struct city_window window)
{
    for (uint32_t i = 0; i < *count; i++)
        if (demands[i].window.start_s == window.start_s && demands[i].window.end_s == window.end_s)
            return &demands[i];
    ASSERT(*count < PLAN_WINDOWS_MAX);
    demands[*count] = (struct plan_demand){.window = window};
    return &demands[(*count)++];
}

static double plan_offer_s(const struct plan *plan, const struct plan_group *group,
                           struct city_window window)
{
    double offer = 1;

    for (size_t i = 0; i < group->vehicles.count; i++) {
        const struct city_vehicle *vehicle = &plan->city->vehicles[group->vehicles.items[i]];
        double first = fmax(vehicle->shift_start_s, window.start_s);
        double last =
            window.end_s ? fmin(vehicle->shift_end_s, window.end_s) : vehicle->shift_end_s;
        offer += fmax(0, last - first);
    }
    return offer;
}

/* Parts share vehicles by the work whose hours are scarce: a morning that is nearly full decides, not
 * an afternoon with room to spare. */
static void plan_group_weights(struct plan *plan, struct plan_group *group)
{
    struct plan_demand demands[PLAN_WINDOWS_MAX];
    uint32_t count = 0;

    for (size_t i = 0; i < group->tasks.count; i++) {
        const struct plan_task *task = &plan->tasks.items[group->tasks.items[i]];
        plan_demand_of(demands, &count, task->window)->work_s +=
            (task->work_ds + PLAN_TRAVEL_DS) / (double)PLAN_DS_PER_S;
    }
    for (uint32_t i = 0; i < count; i++)
        demands[i].offer_s = plan_offer_s(plan, group, demands[i].window);
    for (size_t i = 0; i < group->tasks.count; i++) {
        struct plan_task *task = &plan->tasks.items[group->tasks.items[i]];
        const struct plan_demand *demand = plan_demand_of(demands, &count, task->window);
        double use = fmin(1, demand->work_s / demand->offer_s);
        task->weight = (task->work_ds + PLAN_TRAVEL_DS) * (0.2 + 4 * use * use);
    }
}

static enum err plan_group_fill(struct plan *plan, struct plan_group *group)
{
    enum err err = plan_group_vehicles(plan->city, group);

    if (!err)
        err = plan_group_tasks(plan, group);
    if (!err)
        plan_group_weights(plan, group);
    return err;
}

enum err plan_groups(struct plan *plan, const struct plan_gates *trucks,
                     const struct plan_gates *sweepers, struct plan_group *groups,
                     uint32_t *ret_count)
{
    uint32_t group_of[CITY_STREAMS_MAX] = {0};
    uint32_t seen = 0;
    uint32_t count = 0;

    plan_join_streams(plan->city, group_of);
    for (uint32_t s = 0; s < plan->city->stream_count; s++) {
        if (seen >> s & 1)
            continue;
        seen |= group_of[s];
        struct plan_group *group = &groups[count++];
        *group = (struct plan_group){.kind = PLAN_COLLECT, .streams = group_of[s], .gates = trucks};
        for (uint32_t t = 0; t < plan->city->stream_count; t++)
            if (group_of[s] >> t & 1)
                group->dim_of_stream[t] = (uint8_t)group->dims++;
    }
    groups[count++] = (struct plan_group){.kind = PLAN_SWEEP, .dims = 2, .gates = sweepers};
    *ret_count = count;
    for (uint32_t g = 0; g < count; g++) {
        enum err err =
            groups[g].dims > SOLVE_DIMS_MAX ? ERR_LIMIT : plan_group_fill(plan, &groups[g]);
        if (err)
            return err;
    }
    return OK;
}

void plan_group_done(struct plan_group *group)
{
    vec_done(&group->tasks);
    vec_done(&group->vehicles);
}
