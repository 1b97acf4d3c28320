/* instance.c - what both kinds of instance share: the free fleet, solution files. */
#include "solve/instance.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "solve/lines.h"
#include "solve/readers.h"

enum err solve_instance_read(const char *name, struct str content,
                             struct solve_instance **ret_instance, struct diag *diag)
{
    struct solve_lines lines = {.file = name, .rest = content, .diag = diag};
    struct solve_lines probe = lines;
    struct solve_instance *instance = mem_zero(1, sizeof *instance);
    size_t bad;

    if (!instance)
        return diag_set(diag, ERR_NOMEM, "no memory for the instance");
    enum err err = OK;
    if (!str_utf8(content, &bad))
        err = diag_at(diag, ERR_SYNTAX, name, 0, 0, "byte %zu is not text; is this an instance?",
                      bad);
    if (!err)
        err = solve_lines_need(&probe, "NAME or NOMBRE");
    struct str word = err ? STR("") : solve_lines_word(&probe);
    if (!err && str_eq(word, STR("NOMBRE")))
        err = solve_read_carp(&lines, instance);
    else if (!err && str_eq(word, STR("NAME")))
        err = solve_read_vrp(&lines, instance);
    else if (!err)
        err = diag_at(diag, ERR_UNSUPPORTED, name, probe.number, 1,
                      "expected NAME (VRPLIB .vrp) or NOMBRE (CARP .dat)");
    if (err) {
        solve_instance_free(instance);
        return err;
    }
    *ret_instance = instance;
    return OK;
}

void solve_instance_free(struct solve_instance *instance)
{
    if (!instance)
        return;
    mem_free(instance->ends);
    mem_free(instance->travel);
    mem_free(instance->services);
    mem_free(instance->vehicles);
    mem_free(instance);
}

enum err solve_instance_fleet(struct solve_instance *instance, uint32_t depot, int32_t capacity)
{
    uint32_t count = instance->problem.service_count;

    instance->vehicles = mem_zero(count + 1, sizeof *instance->vehicles);
    if (!instance->vehicles)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++)
        instance->vehicles[i] = (struct solve_vehicle){.start = depot,
                                                       .end = depot,
                                                       .shift = SOLVE_ALWAYS,
                                                       .duration_max = INT32_MAX,
                                                       .capacity = {capacity},
                                                       .trips_max = 0};
    instance->problem.services = instance->services;
    instance->problem.vehicles = instance->vehicles;
    instance->problem.vehicle_count = count;
    instance->problem.travel_cost = instance->travel;
    instance->problem.travel_time = instance->travel;
    instance->problem.dims = 1;
    return OK;
}

void solve_instance_stop(const struct solve_instance *instance, const struct solve_visit *visit,
                         struct buf *out)
{
    buf_printf(out, "%u", visit->index + 1);
    if (instance->kind == SOLVE_CARP)
        buf_char(out, visit->mode ? '-' : '+');
}

void solve_instance_write(const struct solve_instance *instance,
                          const struct solve_solution *solution, struct buf *out)
{
    for (uint32_t r = 0; r < solution->route_count; r++) {
        const struct solve_route *route = &solution->routes[r];
        buf_printf(out, "Route #%u:", r + 1);
        for (uint32_t i = 0; i < route->visit_count; i++) {
            buf_char(out, ' ');
            solve_instance_stop(instance, &solution->visits[route->visit_first + i], out);
        }
        buf_char(out, '\n');
    }
    buf_printf(out, "Cost %lld\n", (long long)solution->cost);
}

/* --- reading a solution back ---------------------------------------------------------------- */

struct solve_reading {
    const struct solve_instance *instance;
    VEC(struct solve_route) routes;
    VEC(struct solve_visit) visits;
};

static enum err solve_read_stop(struct solve_lines *lines, struct str word,
                                const struct solve_instance *instance,
                                struct solve_visit *ret_visit)
{
    bool carp = instance->kind == SOLVE_CARP;
    bool back = carp && str_ends(word, STR("-"));
    uint64_t number;

    if (carp && (back || str_ends(word, STR("+"))))
        word.size--;
    else if (carp)
        return solve_lines_wrong(lines, ERR_SYNTAX, "a service with its direction, like 12+ or 7-");
    if (str_u64(word, &number) || number < 1 || number > instance->problem.service_count)
        return solve_lines_wrong(lines, ERR_RANGE, "the number of a service of the instance");
    *ret_visit =
        (struct solve_visit){.kind = SOLVE_SERVE, .mode = back, .index = (uint32_t)number - 1};
    return OK;
}

/* Gives a route the times and cost that its order means. */
static void solve_time_route(const struct solve_problem *problem, struct solve_route *route,
                             struct solve_visit *visits)
{
    uint32_t place = problem->vehicles[0].start;
    int64_t clock = 0;

    for (uint32_t i = 0; i < route->visit_count; i++) {
        const struct solve_mode *mode = &problem->services[visits[i].index].modes[visits[i].mode];
        int32_t ride = problem->travel_cost[(size_t)place * problem->place_count + mode->enter];
        clock += ride;
        route->cost += ride + mode->cost;
        visits[i].arrive = visits[i].start = (int32_t)clock;
        clock += mode->duration;
        visits[i].leave = (int32_t)clock;
        place = mode->leave;
    }
    int32_t home =
        problem->travel_cost[(size_t)place * problem->place_count + problem->vehicles[0].end];
    route->arrive = (int32_t)(clock + home);
    route->cost += home;
}

static enum err solve_read_route(struct solve_lines *lines, struct solve_reading *reading)
{
    struct solve_route route = {.vehicle = (uint32_t)reading->routes.count,
                                .visit_first = (uint32_t)reading->visits.count};

    if (route.vehicle >= reading->instance->problem.vehicle_count)
        return solve_lines_wrong(lines, ERR_LIMIT, "no more routes than there are services");
    for (struct str word = solve_lines_word(lines); word.size; word = solve_lines_word(lines)) {
        struct solve_visit visit;
        enum err err = solve_read_stop(lines, word, reading->instance, &visit);
        if (err)
            return err;
        if (vec_push(&reading->visits, visit))
            return ERR_NOMEM;
        route.visit_count++;
    }
    solve_time_route(&reading->instance->problem, &route,
                     reading->visits.items + route.visit_first);
    return vec_push(&reading->routes, route);
}

static enum err solve_read_routes(struct solve_lines *lines, struct solve_reading *reading,
                                  int64_t *ret_cost)
{
    for (;;) {
        enum err err = solve_lines_need(lines, "`Route #1: ...` or `Cost ...`");
        if (err)
            return err;
        struct str word = solve_lines_word(lines);
        if (str_eq(word, STR("Cost")))
            return solve_lines_number(lines, "the cost", 0, SOLVE_COST_MAX, ret_cost);
        if (!str_eq(word, STR("Route")))
            return solve_lines_wrong(lines, ERR_SYNTAX, "`Route #1: ...` or `Cost ...`");
        (void)solve_lines_word(lines); /* #1 */
        err = solve_read_route(lines, reading);
        if (err)
            return err;
    }
}

enum err solve_instance_read_solution(const struct solve_instance *instance, const char *name,
                                      struct str content, struct solve_solution *ret_solution,
                                      int64_t *ret_stated_cost, struct diag *diag)
{
    struct solve_lines lines = {.file = name, .rest = content, .diag = diag};
    struct solve_reading reading = {.instance = instance};
    struct solve_solution found = {0};

    enum err err = solve_read_routes(&lines, &reading, ret_stated_cost);
    if (err) {
        vec_done(&reading.routes);
        vec_done(&reading.visits);
        return err;
    }
    found.routes = reading.routes.items;
    found.route_count = (uint32_t)reading.routes.count;
    found.visits = reading.visits.items;
    found.visit_count = (uint32_t)reading.visits.count;
    for (uint32_t r = 0; r < found.route_count; r++)
        found.cost += found.routes[r].cost;
    for (uint32_t v = 0; v < found.visit_count; v++)
        found.cost_service +=
            instance->problem.services[found.visits[v].index].modes[found.visits[v].mode].cost;
    found.cost_travel = found.cost - found.cost_service;
    *ret_solution = found;
    return OK;
}
