/* check.c - an answer recomputed from the problem alone. Deliberately plain: it walks each route
 * once and believes nothing the search wrote down. */
#include "solve/check.h"

#include "base/mem.h"

/* One route while it is walked. */
struct check_walk {
    const struct solve_problem *problem;
    const struct solve_vehicle *vehicle;
    uint32_t route;
    uint32_t place;
    int64_t clock;
    int64_t travel, service, facility;
    int64_t load[SOLVE_DIMS_MAX];
    uint32_t facilities;
    struct diag *diag;
};

static enum err check_wrong(const struct check_walk *walk, const char *what)
{
    return diag_set(walk->diag, ERR_INVALID, "route %u: %s", walk->route, what);
}

static enum err check_go(struct check_walk *walk, uint32_t to)
{
    size_t cell = (size_t)walk->place * walk->problem->place_count + to;

    if (walk->problem->travel_cost[cell] == SOLVE_FAR)
        return check_wrong(walk, "goes where no way leads");
    walk->travel += walk->problem->travel_cost[cell];
    walk->clock += walk->problem->travel_time[cell];
    walk->place = to;
    return OK;
}

/* Arrives, waits, works and leaves; the visit's own times must say the same. */
static enum err check_work(struct check_walk *walk, const struct solve_visit *visit,
                           struct solve_window window, int32_t duration)
{
    if (visit->arrive != walk->clock)
        return check_wrong(walk, "an arrival is not when the travel times say");
    if (walk->clock < window.earliest)
        walk->clock = window.earliest;
    if (visit->start != walk->clock)
        return check_wrong(walk, "work does not start on arrival or at the window's opening");
    if (walk->clock > window.latest)
        return check_wrong(walk, "work starts after its window");
    walk->clock += duration;
    if (visit->leave != walk->clock)
        return check_wrong(walk, "a visit does not last as long as its work");
    return OK;
}

static enum err check_serve(struct check_walk *walk, const struct solve_visit *visit,
                            uint32_t *served)
{
    const struct solve_problem *problem = walk->problem;

    if (visit->index >= problem->service_count)
        return check_wrong(walk, "serves something that is not in the problem");
    const struct solve_service *service = &problem->services[visit->index];
    if (visit->mode >= service->mode_count)
        return check_wrong(walk, "serves in a mode that does not exist");
    if ((service->skills & walk->vehicle->skills) != service->skills)
        return check_wrong(walk, "the vehicle lacks a skill");
    const struct solve_mode *mode = &service->modes[visit->mode];
    enum err err = check_go(walk, mode->enter);
    if (!err)
        err = check_work(walk, visit, service->window, mode->duration);
    if (err)
        return err;
    walk->place = mode->leave;
    walk->service += mode->cost;
    served[visit->index]++;
    for (uint32_t d = 0; d < problem->dims; d++) {
        walk->load[d] += service->load[d];
        if (walk->load[d] > walk->vehicle->capacity[d])
            return check_wrong(walk, "carries more than it can hold");
    }
    return OK;
}

static enum err check_facility(struct check_walk *walk, const struct solve_visit *visit)
{
    const struct solve_problem *problem = walk->problem;

    if (visit->index >= problem->facility_count)
        return check_wrong(walk, "visits a facility that is not in the problem");
    const struct solve_facility *facility = &problem->facilities[visit->index];
    if ((facility->skills & walk->vehicle->skills) != facility->skills)
        return check_wrong(walk, "the vehicle may not use the facility");
    enum err err = check_go(walk, facility->place);
    if (!err)
        err = check_work(walk, visit, facility->window, facility->duration);
    walk->facility += facility->cost;
    walk->facilities++;
    for (uint32_t d = 0; d < problem->dims; d++)
        if (facility->resets & 1u << d)
            walk->load[d] = 0;
    return err;
}

static enum err check_end(struct check_walk *walk, const struct solve_route *route)
{
    const struct solve_vehicle *vehicle = walk->vehicle;

    enum err err = check_go(walk, vehicle->end);
    if (err)
        return err;
    if (route->arrive != walk->clock)
        return check_wrong(walk, "is not back when the travel times say");
    if (walk->clock > vehicle->shift.latest)
        return check_wrong(walk, "is back after the shift");
    if (walk->clock - route->leave > vehicle->duration_max)
        return check_wrong(walk, "takes longer than it may");
    for (uint32_t d = 0; d < walk->problem->dims; d++)
        if ((vehicle->must_reset & 1u << d) && walk->load[d] != 0)
            return check_wrong(walk, "comes home loaded");
    if (walk->facilities > (uint32_t)vehicle->trips_max)
        return check_wrong(walk, "visits more facilities than it may");
    if (route->cost != walk->travel + walk->service + walk->facility + vehicle->cost_fixed)
        return check_wrong(walk, "costs something else than it says");
    return OK;
}

struct check_sums {
    int64_t travel, service, facility, fixed;
};

static enum err check_route(const struct solve_problem *problem,
                            const struct solve_solution *solution, uint32_t at, uint32_t *served,
                            struct check_sums *sums, struct diag *diag)
{
    const struct solve_route *route = &solution->routes[at];
    struct check_walk walk = {.problem = problem, .route = at, .diag = diag};

    if (route->vehicle >= problem->vehicle_count)
        return check_wrong(&walk, "has no vehicle of the problem");
    if (route->visit_first > solution->visit_count ||
        route->visit_count > solution->visit_count - route->visit_first)
        return check_wrong(&walk, "has visits that are not in the answer");
    walk.vehicle = &problem->vehicles[route->vehicle];
    walk.place = walk.vehicle->start;
    walk.clock = route->leave;
    if (route->leave < walk.vehicle->shift.earliest)
        return check_wrong(&walk, "leaves before the shift");
    for (uint32_t i = 0; i < route->visit_count; i++) {
        const struct solve_visit *visit = &solution->visits[route->visit_first + i];
        enum err err = visit->kind == SOLVE_SERVE ? check_serve(&walk, visit, served)
                                                  : check_facility(&walk, visit);
        if (err)
            return err;
    }
    enum err err = check_end(&walk, route);
    sums->travel += walk.travel;
    sums->service += walk.service;
    sums->facility += walk.facility;
    sums->fixed += walk.vehicle->cost_fixed;
    return err;
}

static enum err check_coverage(const struct solve_problem *problem,
                               const struct solve_solution *solution, uint32_t *served,
                               int64_t *ret_unserved, struct diag *diag)
{
    for (uint32_t i = 0; i < solution->unserved_count; i++) {
        const struct solve_unserved *unserved = &solution->unserved[i];
        if (unserved->service >= problem->service_count || unserved->reason == SOLVE_REASON_NONE)
            return diag_set(diag, ERR_INVALID, "unserved entry %u has no service or reason", i);
        served[unserved->service]++;
        *ret_unserved += problem->services[unserved->service].price;
    }
    for (uint32_t i = 0; i < problem->service_count; i++)
        if (served[i] != 1)
            return diag_set(diag, ERR_INVALID, "service %u is accounted for %u times", i,
                            served[i]);
    return OK;
}

static enum err check_vehicles(const struct solve_problem *problem,
                               const struct solve_solution *solution, struct diag *diag)
{
    uint32_t *uses = mem_zero(problem->vehicle_count + 1, sizeof *uses);
    enum err err = OK;

    if (!uses)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < solution->route_count && !err; i++)
        if (solution->routes[i].vehicle < problem->vehicle_count &&
            ++uses[solution->routes[i].vehicle] > 1)
            err = diag_set(diag, ERR_INVALID, "vehicle %u has two routes",
                           solution->routes[i].vehicle);
    mem_free(uses);
    return err;
}

static enum err check_all(const struct solve_problem *problem,
                          const struct solve_solution *solution, uint32_t *served,
                          struct diag *diag)
{
    struct check_sums sums = {0};
    int64_t unserved = 0;
    enum err err = check_vehicles(problem, solution, diag);

    for (uint32_t i = 0; i < solution->route_count && !err; i++)
        err = check_route(problem, solution, i, served, &sums, diag);
    if (!err)
        err = check_coverage(problem, solution, served, &unserved, diag);
    if (err)
        return err;
    bool terms = sums.travel == solution->cost_travel && sums.service == solution->cost_service &&
                 sums.facility == solution->cost_facility && sums.fixed == solution->cost_fixed &&
                 unserved == solution->cost_unserved;
    int64_t whole = sums.travel + sums.service + sums.facility + sums.fixed + unserved;
    if (!terms || whole != solution->cost)
        return diag_set(diag, ERR_INVALID, "the cost terms do not add up to what was said");
    return OK;
}

enum err solve_check(const struct solve_problem *problem, const struct solve_solution *solution,
                     struct diag *diag)
{
    uint32_t *served = mem_zero(problem->service_count + 1, sizeof *served);

    if (!served)
        return diag_set(diag, ERR_NOMEM, "no memory to check the answer");
    enum err err = check_all(problem, solution, served, diag);
    mem_free(served);
    return err;
}
