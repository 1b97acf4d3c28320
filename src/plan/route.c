/* route.c - the solver's answer as routes: visits with their breaks, trips with their fill, the
 * driven line. */
#include <math.h>
#include <stdio.h>

#include "plan/inner.h"

enum { PLAN_DRIVE_DS_MAX = 4 * 3600 * PLAN_DS_PER_S }; /* work before a break is due */

/* One route while it is put together. */
struct plan_maker {
    struct plan *plan;
    const struct plan_job *job;
    struct plan_route route;
    struct plan_trip trip;
    double load[SOLVE_DIMS_MAX]; /* kg on board */
    const struct city_vehicle *vehicle;
    int32_t shift_ds; /* what the break has added so far */
    struct plan_teller teller;
    double length_m; /* of the running trip */
};

static double plan_dim_capacity(const struct plan_maker *maker, uint32_t dim)
{
    const struct plan_group *group = maker->job->group;
    double capacity = 0;

    for (uint32_t i = 0; i < maker->vehicle->compartment_count; i++) {
        const struct city_compartment *hold = &maker->vehicle->compartments[i];
        bool mine = group->kind == PLAN_SWEEP || (hold->stream < maker->plan->city->stream_count &&
                                                  group->dim_of_stream[hold->stream] == dim);
        if (mine)
            capacity += plan_capacity_kg(maker->plan->city, hold);
    }
    return capacity;
}

/* The fullest compartment decides how full a trip is. */
static void plan_trip_fill(struct plan_maker *maker)
{
    uint32_t dims = maker->job->group->kind == PLAN_SWEEP ? 1 : maker->job->group->dims;

    for (uint32_t dim = 0; dim < dims; dim++) {
        double capacity = plan_dim_capacity(maker, dim);
        double fill = capacity > 0 ? maker->load[dim] / capacity * 100 : 0;
        maker->trip.fill_pct = fmax(maker->trip.fill_pct, fill);
    }
}

static void plan_begin_trip(struct plan_maker *maker, int32_t at_ds)
{
    maker->trip = (struct plan_trip){.start_ds = at_ds,
                                     .facility = CITY_NONE,
                                     .point_first = (uint32_t)maker->plan->points.count};
    maker->length_m = 0;
}

static enum err plan_end_trip(struct plan_maker *maker, int32_t at_ds)
{
    maker->trip.end_ds = at_ds;
    maker->trip.km = maker->length_m / 1000;
    maker->trip.point_count = (uint32_t)maker->plan->points.count - maker->trip.point_first;
    maker->route.km += maker->trip.km;
    maker->route.trip_count++;
    return vec_push(&maker->plan->trips, maker->trip);
}

static enum err plan_take_break(struct plan_maker *maker, int32_t at_ds)
{
    int32_t break_ds = maker->vehicle->break_s * PLAN_DS_PER_S;
    struct plan_visit visit = {.kind = PLAN_BREAK,
                               .trip = maker->route.trip_count,
                               .start_ds = at_ds,
                               .end_ds = at_ds + break_ds};
    char zh[64];
    char en[64];

    snprintf(zh, sizeof zh, "休息 %d 分钟", maker->vehicle->break_s / 60);
    snprintf(en, sizeof en, "break, %d min", maker->vehicle->break_s / 60);
    maker->shift_ds = break_ds;
    maker->route.visit_count++;
    enum err err = vec_push(&maker->plan->visits, visit);
    return err ? err : plan_tell(&maker->teller, at_ds, str_of(zh), str_of(en));
}

static bool plan_break_due(const struct plan_maker *maker, const struct plan_answer_visit *visit)
{
    return maker->shift_ds == 0 && maker->vehicle->break_s > 0 &&
           visit->end_ds - maker->route.start_ds > PLAN_DRIVE_DS_MAX;
}

static enum err plan_visit_stop(struct plan_maker *maker, const struct plan_answer_visit *at,
                                struct plan_visit *visit)
{
    struct plan *plan = maker->plan;
    struct plan_task *task = &plan->tasks.items[at->index];
    const struct city_place *place = &plan->city->places[task->place];
    char zh[512];
    char en[512];

    visit->kind = PLAN_SERVE;
    visit->task = at->index;
    visit->kg = task->kg;
    maker->load[maker->job->group->dim_of_stream[task->stream]] += task->kg;
    maker->route.bins += task->bin_count;
    maker->trip.litres += task->kg / plan->city->streams[task->stream].density_kg_m3 * 1000;
    enum err err =
        plan_drive(&maker->teller, task->modes[at->mode], NULL, visit->start_ds, &maker->length_m);
    if (err)
        return err;
    snprintf(zh, sizeof zh, "到达%.*s，收运 %u 个桶", STR_ARG(place->name.zh), task->bin_count);
    snprintf(en, sizeof en, "%.*s: empty %u bins", STR_ARG(place->name.en), task->bin_count);
    return plan_tell(&maker->teller, visit->start_ds, str_of(zh), str_of(en));
}

static enum err plan_visit_street(struct plan_maker *maker, const struct plan_answer_visit *at,
                                  struct plan_visit *visit)
{
    struct plan_task *task = &maker->plan->tasks.items[at->index];

    visit->kind = PLAN_SWEEPING;
    visit->task = at->index;
    visit->kg = task->kg;
    maker->load[0] += task->kg;
    maker->route.swept_km += task->length_m / 1000;
    enum err err =
        plan_drive(&maker->teller, task->modes[at->mode], NULL, visit->start_ds, &maker->length_m);
    if (!err)
        err = plan_sweep_along(&maker->teller, task->modes[at->mode].arc, visit->start_ds);
    maker->length_m += task->length_m;
    return err;
}

static void plan_empty(struct plan_maker *maker, uint32_t resets, struct plan_visit *visit)
{
    uint32_t dims = maker->job->group->kind == PLAN_SWEEP ? 1 : maker->job->group->dims;

    plan_trip_fill(maker);
    for (uint32_t dim = 0; dim < dims; dim++)
        if (resets >> dim & 1) {
            visit->kg += maker->load[dim];
            maker->load[dim] = 0;
        }
}

/* Unloading ends a trip; filling water does not. */
static enum err plan_visit_facility(struct plan_maker *maker, const struct plan_answer_visit *at,
                                    struct plan_visit *visit)
{
    const struct plan_group *group = maker->job->group;
    const struct road_near *gate = &group->gates->gates[at->index];
    const struct city_facility *facility = &maker->plan->city->facilities[at->index];
    uint32_t resets = plan_resets(maker->plan->city, group, at->index);
    bool unload = group->kind == PLAN_COLLECT || (resets & 1);
    char zh[512];
    char en[512];

    visit->kind = unload ? PLAN_UNLOAD : PLAN_REFILL;
    visit->facility = at->index;
    enum err err =
        plan_drive(&maker->teller, gate->place, &gate->reverse, visit->start_ds, &maker->length_m);
    if (err)
        return err;
    if (unload)
        plan_empty(maker, resets, visit);
    snprintf(zh, sizeof zh, unload ? "到%.*s卸料" : "到%.*s加水", STR_ARG(facility->name.zh));
    snprintf(en, sizeof en, unload ? "unload at %.*s" : "fill water at %.*s",
             STR_ARG(facility->name.en));
    return plan_tell(&maker->teller, visit->start_ds, str_of(zh), str_of(en));
}

static enum err plan_make_visit(struct plan_maker *maker, const struct plan_answer_visit *at)
{
    struct plan *plan = maker->plan;
    enum err err = OK;

    if (plan_break_due(maker, at))
        err = plan_take_break(maker, at->start_ds);
    if (err)
        return err;
    struct plan_visit visit = {.mode = at->mode,
                               .task = CITY_NONE,
                               .facility = CITY_NONE,
                               .trip = maker->route.trip_count,
                               .start_ds = at->start_ds + maker->shift_ds,
                               .end_ds = at->end_ds + maker->shift_ds};
    if (at->facility)
        err = plan_visit_facility(maker, at, &visit);
    else if (plan->tasks.items[at->index].kind == PLAN_SWEEP)
        err = plan_visit_street(maker, at, &visit);
    else
        err = plan_visit_stop(maker, at, &visit);
    if (!at->facility) {
        maker->trip.kg += visit.kg;
        maker->trip.stops++;
        maker->route.stops++;
        maker->route.kg += visit.kg;
    }
    maker->route.visit_count++;
    if (!err)
        err = vec_push(&plan->visits, visit);
    if (err || visit.kind != PLAN_UNLOAD)
        return err;
    maker->trip.facility = visit.facility;
    return OK;
}

/* A trip lasts from the last unloading (or the depot) to the next; the way home after the last one
 * belongs to it. */
static enum err plan_make_visits(struct plan_maker *maker, const struct plan_answer_route *answer)
{
    const struct plan_answer_visit *visits = maker->job->visits.items + answer->visit_first;

    for (uint32_t i = 0; i < answer->visit_count; i++) {
        if (maker->trip.facility != CITY_NONE) {
            int32_t ended = maker->plan->visits.items[maker->plan->visits.count - 1].end_ds;
            enum err err = plan_end_trip(maker, ended);
            if (err)
                return err;
            plan_begin_trip(maker, ended);
        }
        enum err err = plan_make_visit(maker, &visits[i]);
        if (err)
            return err;
    }
    return OK;
}

static enum err plan_go_home(struct plan_maker *maker, const struct plan_answer_route *answer)
{
    const struct road_near *gate = &maker->job->group->gates->gates[maker->vehicle->depot];
    int32_t home_ds = answer->end_ds + maker->shift_ds;

    enum err err =
        plan_drive(&maker->teller, gate->place, &gate->reverse, home_ds, &maker->length_m);
    if (!err)
        err = plan_tell(&maker->teller, home_ds, STR("回到停车场"), STR("back at the depot"));
    if (maker->trip.facility == CITY_NONE)
        plan_trip_fill(maker);
    if (!err)
        err = plan_end_trip(maker, home_ds);
    maker->route.end_ds = home_ds;
    return err;
}

static void plan_name_route(struct plan *plan, struct plan_route *route)
{
    uint32_t number = 1;

    for (size_t i = 0; i < plan->routes.count; i++)
        number += plan->routes.items[i].kind == route->kind &&
                  plan->routes.items[i].streams == route->streams;
    if (route->kind == PLAN_SWEEP) {
        snprintf(route->id, sizeof route->id, "sweep-%03u", number % 100000);
        return;
    }
    char codes[8] = "";
    size_t used = 0;
    for (uint32_t s = 0; s < plan->city->stream_count && used + 1 < sizeof codes; s++)
        if (route->streams >> s & 1)
            codes[used++] = plan->city->streams[s].code.data[0];
    codes[used] = '\0';
    snprintf(route->id, sizeof route->id, "collect-%s-%03u", codes, number % 100000);
}

/* The streams a vehicle can take, out of the group's. */
static uint32_t plan_route_streams(const struct plan_maker *maker)
{
    uint32_t mask = 0;

    if (maker->job->group->kind == PLAN_SWEEP)
        return 0;
    for (uint32_t i = 0; i < maker->vehicle->compartment_count; i++)
        if (maker->vehicle->compartments[i].stream < maker->plan->city->stream_count)
            mask |= UINT32_C(1) << maker->vehicle->compartments[i].stream;
    return mask & maker->job->group->streams;
}

/* The first gate heading is the one from which the first visit is nearer. */
static void plan_leave_depot(struct plan_maker *maker, const struct plan_answer_visit *first)
{
    const struct plan_gates *gates = maker->job->group->gates;
    const struct road_near *gate = &gates->gates[maker->vehicle->depot];
    struct road_place to = first->facility
                               ? gates->gates[first->index].place
                               : maker->plan->tasks.items[first->index].modes[first->mode];

    maker->teller.at = gate->place;
    if (gate->reverse.arc != ROAD_NONE && road_time(maker->teller.query, gate->reverse, to) <
                                              road_time(maker->teller.query, gate->place, to))
        maker->teller.at = gate->reverse;
}

static enum err plan_make_route(struct plan *plan, const struct plan_job *job,
                                const struct plan_answer_route *answer, struct road_query *query)
{
    const struct road *road = job->group->gates->road;
    struct plan_maker maker = {
        .plan = plan,
        .job = job,
        .vehicle = &plan->city->vehicles[answer->vehicle],
        .route = {.kind = job->group->kind,
                  .vehicle = answer->vehicle,
                  .start_ds = answer->start_ds,
                  .visit_first = (uint32_t)plan->visits.count,
                  .trip_first = (uint32_t)plan->trips.count,
                  .line_first = (uint32_t)plan->lines.count},
        .teller = {plan, road, query, {ROAD_NONE, 0}, ROAD_NONE, ROAD_NONE, false, 0, 0}};

    maker.route.streams = plan_route_streams(&maker);
    plan_name_route(plan, &maker.route);
    plan_leave_depot(&maker, &job->visits.items[answer->visit_first]);
    plan_begin_trip(&maker, answer->start_ds);
    enum err err = plan_make_visits(&maker, answer);
    if (!err)
        err = plan_go_home(&maker, answer);
    if (err)
        return err;
    double hours = (maker.route.end_ds - maker.route.start_ds) / (3600.0 * PLAN_DS_PER_S);
    maker.route.cost = maker.vehicle->cost_day + maker.route.km * maker.vehicle->cost_km +
                       hours * maker.vehicle->cost_hour;
    maker.route.line_count = (uint32_t)plan->lines.count - maker.route.line_first;
    return vec_push(&plan->routes, maker.route);
}

enum err plan_take_answer(struct plan *plan, const struct plan_job *job, struct road_query *query,
                          bool again)
{
    for (uint32_t i = 0; i < job->task_count; i++) {
        struct plan_task *task = &plan->tasks.items[job->tasks[i]];
        enum plan_reason reason = job->reasons.items[i];
        /* What the first try had vehicles for is not misplaced because the idle ones are. */
        bool stays = again && reason != PLAN_SERVED && task->reason == PLAN_FLEET;
        task->reason = stays ? PLAN_FLEET : reason;
    }
    plan->iterations += job->iterations;
    for (size_t i = 0; i < job->routes.count; i++) {
        enum err err = plan_make_route(plan, job, &job->routes.items[i], query);
        if (err)
            return err;
    }
    return OK;
}
