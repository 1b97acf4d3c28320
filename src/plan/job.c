/* job.c - one part as a routing problem: places, travel, loads and hours in the solver's terms.
 *
 * A place of the solver is a pair: where it is entered and where it is left. A street's direction
 * is entered at its tail and left at its head, so one place does for both. A facility's gate has
 * two headings; its rows and columns are the better of the two. */
#include <math.h>

#include "plan/inner.h"
#include "solve/check.h"

/* A row of the travel table: `place` of the solver, reached at `to`, left at `from`. */
struct plan_end {
    struct road_place to;
    struct road_place from;
    uint32_t place;
};

struct plan_model {
    const struct plan *plan;
    const struct plan_job *job;
    VEC(struct plan_end) ends;
    uint32_t place_count;
    uint32_t *gate_place; /* by facility of the city: its place, or CITY_NONE */
    struct solve_service *services;
    struct solve_facility *facilities;
    uint32_t *facility_of; /* the solver's facility -> the city's */
    uint32_t facility_count;
    struct solve_vehicle *vehicles;
    int32_t *cost;
    int32_t *time;
};

static void plan_model_done(struct plan_model *model)
{
    vec_done(&model->ends);
    mem_free(model->gate_place);
    mem_free(model->services);
    mem_free(model->facilities);
    mem_free(model->facility_of);
    mem_free(model->vehicles);
    mem_free(model->cost);
    mem_free(model->time);
}

static enum err plan_add_end(struct plan_model *model, struct road_place to, struct road_place from)
{
    return vec_push(&model->ends, (struct plan_end){to, from, model->place_count});
}

/* The place of a facility's gate, made when first asked for. */
static enum err plan_gate(struct plan_model *model, uint32_t facility, uint32_t *ret_place)
{
    const struct road_near *near = &model->job->group->gates->gates[facility];

    if (model->gate_place[facility] == CITY_NONE) {
        if (plan_add_end(model, near->place, near->place))
            return ERR_NOMEM;
        if (near->reverse.arc != ROAD_NONE && plan_add_end(model, near->reverse, near->reverse))
            return ERR_NOMEM;
        model->gate_place[facility] = model->place_count++;
    }
    *ret_place = model->gate_place[facility];
    return OK;
}

/* Hours are cut by the longest break, which is put into the finished route afterwards. */
static int32_t plan_break_ds(const struct plan_model *model)
{
    int32_t longest = 0;

    for (uint32_t i = 0; i < model->job->vehicle_count; i++) {
        const struct city_vehicle *vehicle = &model->plan->city->vehicles[model->job->vehicles[i]];
        if (vehicle->break_s > longest)
            longest = vehicle->break_s;
    }
    return longest * PLAN_DS_PER_S;
}

static struct solve_window plan_solve_window(struct city_window window, int32_t work_ds,
                                             int32_t break_ds)
{
    struct solve_window hours = {window.start_s * PLAN_DS_PER_S,
                                 window.end_s * PLAN_DS_PER_S - work_ds - break_ds};

    if (window.end_s == 0)
        return SOLVE_ALWAYS;
    if (hours.latest < hours.earliest)
        hours.latest = hours.earliest;
    return hours;
}

/* What leaving a task out costs. Above all it is more than the dearest vehicle's whole day: due
 * work is done as long as somebody can, and the city's own price then says what is left first. */
static int64_t plan_price(const struct plan_model *model, const struct plan_task *task)
{
    const struct city *city = model->plan->city;
    double dearest = 0;

    for (uint32_t i = 0; i < model->job->vehicle_count; i++) {
        const struct city_vehicle *vehicle = &city->vehicles[model->job->vehicles[i]];
        double hours = (vehicle->shift_end_s - vehicle->shift_start_s) / 3600.0;
        double km = hours * fmax(vehicle->speed_kmh_max, 1);
        dearest =
            fmax(dearest, vehicle->cost_day + hours * vehicle->cost_hour + km * vehicle->cost_km);
    }
    double own = fmax(1, city->service.unserved_price) * fmax(1, task->bin_count);
    return llround((dearest + own) * PLAN_MONEY_UNITS);
}

static enum err plan_model_service(struct plan_model *model, uint32_t at)
{
    const struct plan_job *job = model->job;
    const struct plan_task *task = &model->plan->tasks.items[job->tasks[at]];
    struct solve_service *service = &model->services[at];
    bool sweep = task->kind == PLAN_SWEEP;

    *service = (struct solve_service){
        .mode_count = task->mode_count,
        .window = plan_solve_window(task->window, task->work_ds, plan_break_ds(model)),
        .skills = sweep ? 0 : UINT64_C(1) << task->stream,
        .price = plan_price(model, task)};
    service->load[sweep ? 0 : job->group->dim_of_stream[task->stream]] = (int32_t)ceil(task->kg);
    if (sweep)
        service->load[1] = (int32_t)ceil(task->water_l);
    for (uint8_t m = 0; m < task->mode_count; m++) {
        struct road_place to = task->modes[m];
        struct road_place from = sweep ? road_arc_end(job->group->gates->road, to.arc) : to;
        if (plan_add_end(model, to, from))
            return ERR_NOMEM;
        service->modes[m] =
            (struct solve_mode){model->place_count, model->place_count, task->work_ds,
                                (int32_t)lround(task->work_ds * job->group->cost_ds)};
        model->place_count++;
    }
    return OK;
}

static enum err plan_model_facilities(struct plan_model *model)
{
    const struct city *city = model->plan->city;

    for (uint32_t i = 0; i < city->facility_count; i++) {
        const struct city_facility *at = &city->facilities[i];
        uint32_t resets = plan_resets(city, model->job->group, i);
        uint32_t place;
        if (resets == 0)
            continue;
        if (plan_gate(model, i, &place))
            return ERR_NOMEM;
        int32_t duration = at->unload_s * PLAN_DS_PER_S;
        model->facility_of[model->facility_count] = i;
        model->facilities[model->facility_count++] = (struct solve_facility){
            .place = place,
            .duration = duration,
            .cost = (int32_t)lround(duration * model->job->group->cost_ds),
            .window = plan_solve_window((struct city_window){at->open_s, at->close_s}, duration,
                                        plan_break_ds(model)),
            .resets = resets};
    }
    return OK;
}

static void plan_vehicle_loads(const struct city *city, const struct plan_group *group,
                               const struct city_vehicle *vehicle, struct solve_vehicle *out)
{
    for (uint32_t i = 0; i < vehicle->compartment_count; i++) {
        const struct city_compartment *hold = &vehicle->compartments[i];
        uint32_t dim = 0;
        if (group->kind == PLAN_COLLECT) {
            if (hold->stream >= city->stream_count || !(group->streams >> hold->stream & 1))
                continue;
            dim = group->dim_of_stream[hold->stream];
            out->skills |= UINT64_C(1) << hold->stream;
        }
        out->capacity[dim] += (int32_t)floor(plan_capacity_kg(city, hold));
        out->must_reset |= 1u << dim;
    }
    if (group->kind == PLAN_SWEEP) /* one without a tank sweeps dry */
        out->capacity[1] = vehicle->water_litres ? (int32_t)vehicle->water_litres : INT32_MAX;
}

static enum err plan_model_vehicle(struct plan_model *model, uint32_t at)
{
    const struct city *city = model->plan->city;
    const struct city_vehicle *vehicle = &city->vehicles[model->job->vehicles[at]];
    int32_t break_ds = vehicle->break_s * PLAN_DS_PER_S;
    uint32_t depot;

    if (plan_gate(model, vehicle->depot, &depot))
        return ERR_NOMEM;
    model->vehicles[at] = (struct solve_vehicle){
        .start = depot,
        .end = depot,
        .shift = {vehicle->shift_start_s * PLAN_DS_PER_S,
                  vehicle->shift_end_s * PLAN_DS_PER_S - break_ds},
        .duration_max = (vehicle->shift_end_s - vehicle->shift_start_s) * PLAN_DS_PER_S - break_ds,
        .cost_fixed = llround(vehicle->cost_day * PLAN_MONEY_UNITS),
        .trips_max = INT32_MAX};
    plan_vehicle_loads(city, model->job->group, vehicle, &model->vehicles[at]);
    return OK;
}

/* Folds the table over ends into one over places: the best pair of headings wins by cost. */
static void plan_fold(struct plan_model *model, const uint32_t *times, const uint32_t *lengths)
{
    const struct plan_group *group = model->job->group;
    size_t count = model->ends.count;
    size_t places = model->place_count;

    for (size_t i = 0; i < places * places; i++)
        model->cost[i] = model->time[i] = SOLVE_FAR;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            uint32_t ms = times[i * count + j];
            size_t cell = model->ends.items[i].place * places + model->ends.items[j].place;
            if (ms == ROAD_UNREACHABLE)
                continue;
            int32_t ds = (int32_t)(ms / 100 + (ms % 100 >= 50));
            double money = ds * group->cost_ds + lengths[i * count + j] * group->cost_m;
            int32_t cost = (int32_t)lround(fmin(money, INT32_MAX / 2));
            if (cost < model->cost[cell]) {
                model->cost[cell] = cost;
                model->time[cell] = ds;
            }
        }
    for (size_t place = 0; place < places; place++)
        if (model->cost[place * places + place] == SOLVE_FAR)
            model->cost[place * places + place] = model->time[place * places + place] = 0;
}

static enum err plan_model_travel(struct plan_model *model)
{
    size_t count = model->ends.count;
    size_t places = model->place_count;
    struct road_place *froms = mem_zero(count, sizeof *froms);
    struct road_place *tos = mem_zero(count, sizeof *tos);
    uint32_t *times = mem_zero(count * count, sizeof *times);
    uint32_t *lengths = mem_zero(count * count, sizeof *lengths);
    struct road_query *query = NULL;
    enum err err = ERR_NOMEM;

    model->cost = mem_zero(places * places, sizeof *model->cost);
    model->time = mem_zero(places * places, sizeof *model->time);
    if (!froms || !tos || !times || !lengths || !model->cost || !model->time)
        goto out;
    for (size_t i = 0; i < count; i++) {
        froms[i] = model->ends.items[i].from;
        tos[i] = model->ends.items[i].to;
    }
    err = road_query_new(model->job->group->gates->road, &query);
    if (err)
        goto out;
    err = road_table(query, froms, count, tos, count, times, lengths);
    if (!err)
        plan_fold(model, times, lengths);
out:
    road_query_free(query);
    mem_free(froms);
    mem_free(tos);
    mem_free(times);
    mem_free(lengths);
    return err;
}

static enum err plan_model_arrays(struct plan_model *model)
{
    const struct plan_job *job = model->job;
    uint32_t facilities = model->plan->city->facility_count;

    model->gate_place = mem_alloc((facilities + 1) * sizeof *model->gate_place);
    model->services = mem_zero(job->task_count + 1, sizeof *model->services);
    model->facilities = mem_zero(facilities + 1, sizeof *model->facilities);
    model->facility_of = mem_zero(facilities + 1, sizeof *model->facility_of);
    model->vehicles = mem_zero(job->vehicle_count + 1, sizeof *model->vehicles);
    if (!model->gate_place || !model->services || !model->facilities || !model->facility_of ||
        !model->vehicles)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < facilities; i++)
        model->gate_place[i] = CITY_NONE;
    return OK;
}

static enum err plan_model_make(struct plan_model *model)
{
    const struct plan_job *job = model->job;
    enum err err = plan_model_arrays(model);

    for (uint32_t i = 0; i < job->task_count && !err; i++)
        err = plan_model_service(model, i);
    if (!err)
        err = plan_model_facilities(model);
    for (uint32_t i = 0; i < job->vehicle_count && !err; i++)
        err = plan_model_vehicle(model, i);
    return err ? err : plan_model_travel(model);
}

static enum plan_reason plan_reason_of(enum solve_reason reason)
{
    switch (reason) {
    case SOLVE_REASON_SKILLS:
        return PLAN_SKILLS;
    case SOLVE_REASON_CAPACITY:
        return PLAN_CAPACITY;
    case SOLVE_REASON_UNREACHABLE:
        return PLAN_UNREACHABLE;
    case SOLVE_REASON_WINDOW:
        return PLAN_WINDOW;
    case SOLVE_REASON_NONE:
    case SOLVE_REASON_FLEET:
        break;
    }
    return PLAN_FLEET;
}

/* Copies one route of the solver into the plan's terms. */
static enum err plan_job_route(struct plan_job *job, const struct plan_model *model,
                               const struct solve_solution *found, const struct solve_route *route)
{
    struct plan_answer_route answer = {.vehicle = job->vehicles[route->vehicle],
                                       .visit_first = (uint32_t)job->visits.count,
                                       .visit_count = route->visit_count,
                                       .start_ds = route->leave,
                                       .end_ds = route->arrive};

    for (uint32_t i = 0; i < route->visit_count; i++) {
        const struct solve_visit *visit = &found->visits[route->visit_first + i];
        bool facility = visit->kind == SOLVE_FACILITY;
        uint32_t index = facility ? model->facility_of[visit->index] : job->tasks[visit->index];
        if (vec_push(&job->visits, (struct plan_answer_visit){index, facility, visit->mode,
                                                              visit->start, visit->leave}))
            return ERR_NOMEM;
    }
    return vec_push(&job->routes, answer);
}

static enum err plan_job_take(struct plan_job *job, const struct plan_model *model,
                              const struct solve_solution *found)
{
    for (uint32_t i = 0; i < job->task_count; i++)
        if (vec_push(&job->reasons, PLAN_SERVED))
            return ERR_NOMEM;
    for (uint32_t i = 0; i < found->unserved_count; i++)
        job->reasons.items[found->unserved[i].service] = plan_reason_of(found->unserved[i].reason);
    for (uint32_t i = 0; i < found->route_count; i++) {
        enum err err = found->routes[i].visit_count
                           ? plan_job_route(job, model, found, &found->routes[i])
                           : OK;
        if (err)
            return err;
    }
    job->iterations = found->iterations;
    return OK;
}

static struct solve_options plan_solve_options(const struct plan_job_limits *limits)
{
    struct solve_options options = {.seed = limits->seed,
                                    .iterations_max = limits->options->iterations_max,
                                    .clock = limits->options->clock,
                                    .cancel = limits->options->cancel,
                                    .workers = {.count = 1}};

    if (options.clock && limits->budget_us > 0)
        options.deadline.us = clock_mono(options.clock).us + limits->budget_us;
    return options;
}

void plan_job_run(const struct plan *plan, struct plan_job *job,
                  const struct plan_job_limits *limits)
{
    struct plan_model model = {.plan = plan, .job = job};
    struct solve_solution found = {0};
    struct solve_options options = plan_solve_options(limits);

    job->err = plan_model_make(&model);
    if (!job->err) {
        struct solve_problem problem = {.place_count = model.place_count,
                                        .travel_cost = model.cost,
                                        .travel_time = model.time,
                                        .services = model.services,
                                        .service_count = job->task_count,
                                        .facilities = model.facilities,
                                        .facility_count = model.facility_count,
                                        .vehicles = model.vehicles,
                                        .vehicle_count = job->vehicle_count,
                                        .dims = job->group->dims};
        job->err = solve_run(&problem, &options, &found, &job->diag);
        if (!job->err)
            job->err = solve_check(&problem, &found, &job->diag);
        if (!job->err)
            job->err = plan_job_take(job, &model, &found);
    }
    solve_solution_done(&found);
    plan_model_done(&model);
}

void plan_job_done(struct plan_job *job)
{
    vec_done(&job->routes);
    vec_done(&job->visits);
    vec_done(&job->reasons);
}
