/* solve.c - the door: checks the problem, runs a search on each worker, keeps the best. */
#include "solve/solve.h"

#include "solve/inner.h"

const char *solve_reason_text(enum solve_reason reason)
{
    switch (reason) {
    case SOLVE_REASON_SKILLS:
        return "no vehicle may do it";
    case SOLVE_REASON_CAPACITY:
        return "more than any vehicle can hold";
    case SOLVE_REASON_UNREACHABLE:
        return "no way there and back";
    case SOLVE_REASON_WINDOW:
        return "cannot be reached in its hours and any shift";
    case SOLVE_REASON_FLEET:
        return "vehicles and shifts are used up";
    case SOLVE_REASON_NONE:
        break;
    }
    return "served";
}

static bool solve_window_bad(struct solve_window window)
{
    return window.earliest < 0 || window.latest < window.earliest;
}

static bool solve_mode_bad(const struct solve_problem *problem, const struct solve_mode *mode)
{
    return mode->enter >= problem->place_count || mode->leave >= problem->place_count ||
           mode->duration < 0 || mode->cost < 0;
}

static bool solve_service_bad(const struct solve_problem *problem,
                              const struct solve_service *service)
{
    if (service->mode_count < 1 || service->mode_count > SOLVE_MODES_MAX)
        return true;
    for (uint8_t m = 0; m < service->mode_count; m++)
        if (solve_mode_bad(problem, &service->modes[m]))
            return true;
    for (uint32_t d = 0; d < problem->dims; d++)
        if (service->load[d] < 0)
            return true;
    return service->price <= 0 || service->price > SOLVE_COST_MAX / (problem->service_count + 1) ||
           solve_window_bad(service->window);
}

static enum err solve_check_services(const struct solve_problem *problem, struct diag *diag)
{
    for (uint32_t i = 0; i < problem->service_count; i++)
        if (solve_service_bad(problem, &problem->services[i]))
            return diag_set(diag, ERR_INVALID,
                            "service %u has a mode, window, load or price that is not valid", i);
    return OK;
}

static bool solve_vehicle_bad(const struct solve_problem *problem,
                              const struct solve_vehicle *vehicle)
{
    for (uint32_t d = 0; d < problem->dims; d++)
        if (vehicle->capacity[d] < 0)
            return true;
    return vehicle->start >= problem->place_count || vehicle->end >= problem->place_count ||
           solve_window_bad(vehicle->shift) || vehicle->duration_max < 0 ||
           vehicle->trips_max < 0 || vehicle->cost_fixed < 0 ||
           vehicle->cost_fixed > SOLVE_COST_MAX / (problem->vehicle_count + 1);
}

static bool solve_facility_bad(const struct solve_problem *problem,
                               const struct solve_facility *facility)
{
    return facility->place >= problem->place_count || facility->duration < 0 ||
           facility->cost < 0 || facility->resets == 0 || solve_window_bad(facility->window);
}

static enum err solve_check_vehicles(const struct solve_problem *problem, struct diag *diag)
{
    for (uint32_t i = 0; i < problem->vehicle_count; i++)
        if (solve_vehicle_bad(problem, &problem->vehicles[i]))
            return diag_set(diag, ERR_INVALID,
                            "vehicle %u has a place, shift, capacity or cost that is not valid", i);
    for (uint32_t i = 0; i < problem->facility_count; i++)
        if (solve_facility_bad(problem, &problem->facilities[i]))
            return diag_set(diag, ERR_INVALID,
                            "facility %u has a place, window or reset that is not valid", i);
    return OK;
}

/* Loads of one trip may be summed over all services without passing 31 bits. */
static enum err solve_check_sums(const struct solve_problem *problem, struct diag *diag)
{
    for (uint32_t d = 0; d < problem->dims; d++) {
        int64_t sum = 0;
        for (uint32_t i = 0; i < problem->service_count; i++)
            sum += problem->services[i].load[d];
        if (sum > INT32_MAX / 2)
            return diag_set(diag, ERR_LIMIT,
                            "the loads of dimension %u sum to more than %d; use a larger unit", d,
                            INT32_MAX / 2);
    }
    for (size_t i = 0; i < (size_t)problem->place_count * problem->place_count; i++)
        if (problem->travel_cost[i] < 0 || problem->travel_time[i] < 0)
            return diag_set(diag, ERR_INVALID, "travel from place %zu to %zu is negative",
                            i / problem->place_count, i % problem->place_count);
    return OK;
}

enum err solve_problem_check(const struct solve_problem *problem, struct diag *diag)
{
    if (problem->service_count > SOLVE_SERVICES_MAX || problem->facility_count > SOLVE_SERVICES_MAX)
        return diag_set(diag, ERR_LIMIT, "more than %d services or facilities", SOLVE_SERVICES_MAX);
    if (problem->dims > SOLVE_DIMS_MAX)
        return diag_set(diag, ERR_LIMIT, "more than %d load dimensions", SOLVE_DIMS_MAX);
    enum err err = solve_check_services(problem, diag);
    if (!err)
        err = solve_check_vehicles(problem, diag);
    return err ? err : solve_check_sums(problem, diag);
}

struct solve_team {
    const struct solve_field *field;
    const struct solve_options *options;
    struct solve_search *searches[POOL_THREADS_MAX];
    enum err errs[POOL_THREADS_MAX];
};

static void solve_team_work(void *context, unsigned index)
{
    struct solve_team *team = context;
    uint64_t seed = team->options->seed + index * UINT64_C(0x9e3779b97f4a7c15);

    team->errs[index] = solve_search_new(team->field, seed, &team->searches[index]);
    if (!team->errs[index])
        team->errs[index] = solve_search_run(team->searches[index], team->options, index == 0);
}

/* The best of the searches; among equals the first. Those that ran out of memory do not count. */
static enum err solve_team_best(struct solve_team *team, unsigned count,
                                struct solve_solution *found)
{
    struct solve_search *best = NULL;
    uint64_t iterations = 0;

    for (unsigned i = 0; i < count; i++) {
        if (team->errs[i])
            continue;
        iterations += solve_search_iterations(team->searches[i]);
        if (!best || solve_search_cost(team->searches[i]) < solve_search_cost(best))
            best = team->searches[i];
    }
    enum err err = best ? solve_search_take(best, found) : ERR_NOMEM;
    if (!err)
        found->iterations = iterations;
    return err;
}

static enum err solve_team_run(const struct solve_field *field, const struct solve_options *options,
                               struct solve_solution *found)
{
    struct solve_team team = {.field = field, .options = options};
    unsigned count = options->workers.count > 1 ? options->workers.count : 1;

    if (count > POOL_THREADS_MAX)
        count = POOL_THREADS_MAX;
    if (count > 1)
        options->workers.run(count, solve_team_work, &team);
    else
        solve_team_work(&team, 0);
    enum err err = solve_team_best(&team, count, found);
    for (unsigned i = 0; i < count; i++)
        solve_search_free(team.searches[i]);
    return err;
}

enum err solve_run(const struct solve_problem *problem, const struct solve_options *options,
                   struct solve_solution *ret_solution, struct diag *diag)
{
    struct solve_field *field = NULL;
    struct solve_solution found = {0};
    int64_t begun_us = options->clock ? clock_mono(options->clock).us : 0;

    enum err err = solve_problem_check(problem, diag);
    if (err)
        return err;
    err = solve_field_new(problem, &field);
    if (!err)
        err = solve_team_run(field, options, &found);
    solve_field_free(field);
    if (err)
        return diag_set(diag, err, "the routing problem does not fit in memory");
    if (options->clock)
        found.elapsed_us = clock_mono(options->clock).us - begun_us;
    *ret_solution = found;
    return OK;
}

void solve_solution_done(struct solve_solution *solution)
{
    if (!solution)
        return;
    mem_free(solution->routes);
    mem_free(solution->visits);
    mem_free(solution->unserved);
    *solution = (struct solve_solution){0};
}
