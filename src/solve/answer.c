/* answer.c - the best solution of a search in the caller's terms: modes, times, cost terms, and a
 * reason for each service that is left out.
 */
#include "solve/search.h"

/* Modes are read backwards from the end; times forwards. */
static void solve_take_times(const struct solve_field *field, const struct solve_tour *tour,
                             struct solve_visit *visits, struct solve_route *route)
{
    const struct solve_node *nodes = tour->nodes;
    const struct solve_stop *before = &field->stops[nodes[0].stop];
    uint8_t mode = nodes[tour->count - 1].forward[0].via;
    uint8_t mode_before = 0;

    for (uint32_t i = tour->count - 2; i > 0; i--) {
        visits[i - 1].mode = mode;
        mode = nodes[i].forward[mode].via;
    }
    int64_t clock = nodes[tour->count - 1].forward[0].left;
    route->leave = (int32_t)clock;
    for (uint32_t i = 1; i + 1 < tour->count; i++) {
        const struct solve_stop *stop = &field->stops[nodes[i].stop];
        struct solve_visit *visit = &visits[i - 1];
        bool facility = nodes[i].stop >= field->problem->service_count;
        clock += solve_ride(field, before->leave[mode_before], stop->enter[visit->mode]);
        visit->kind = facility ? SOLVE_FACILITY : SOLVE_SERVE;
        visit->index = nodes[i].stop - (facility ? field->facility_stop : 0);
        visit->arrive = (int32_t)clock;
        clock = clock < stop->earliest ? stop->earliest : clock;
        visit->start = (int32_t)clock;
        clock += stop->duration[visit->mode];
        visit->leave = (int32_t)clock;
        before = stop;
        mode_before = visit->mode;
    }
    clock += solve_ride(field, before->leave[mode_before],
                        field->stops[nodes[tour->count - 1].stop].enter[0]);
    route->arrive = (int32_t)clock;
}

static void solve_take_costs(const struct solve_field *field, const struct solve_solution *found,
                             struct solve_route *route, struct solve_solution *sums)
{
    int64_t service = 0;
    int64_t facility = 0;

    for (uint32_t i = 0; i < route->visit_count; i++) {
        const struct solve_visit *visit = &found->visits[route->visit_first + i];
        if (visit->kind == SOLVE_FACILITY)
            facility += field->problem->facilities[visit->index].cost;
        else
            service += field->problem->services[visit->index].modes[visit->mode].cost;
    }
    int64_t fixed = field->problem->vehicles[route->vehicle].cost_fixed;
    sums->cost_service += service;
    sums->cost_facility += facility;
    sums->cost_fixed += fixed;
    sums->cost_travel += route->cost - service - facility - fixed;
    sums->cost += route->cost;
}

static enum err solve_take_routes(struct solve_search *s, struct solve_solution *found)
{
    const struct solve_field *field = s->field;
    uint32_t *taken = mem_zero(field->class_count + 1, sizeof *taken);

    found->routes = mem_zero(s->best_tours.count + 1, sizeof *found->routes);
    found->visits = mem_zero(s->best_stops.count + 1, sizeof *found->visits);
    if (!taken || !found->routes || !found->visits) {
        mem_free(taken);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < s->best_tours.count; i++) {
        const struct solve_saved *saved = &s->best_tours.items[i];
        struct solve_tour *tour = &s->tours.items[saved->slot];
        const struct solve_class *class = &field->classes[saved->class];
        struct solve_route *route = &found->routes[found->route_count++];
        solve_put_back(s, saved, s->best_stops.items);
        *route =
            (struct solve_route){.vehicle = field->members[class->first + taken[saved->class]++],
                                 .visit_first = found->visit_count,
                                 .visit_count = tour->count - 2,
                                 .cost = tour->cost};
        solve_take_times(field, tour, found->visits + found->visit_count, route);
        found->visit_count += route->visit_count;
        solve_take_costs(field, found, route, found);
    }
    mem_free(taken);
    return OK;
}

static enum err solve_take_unserved(const struct solve_field *field, struct solve_solution *found)
{
    uint32_t services = field->problem->service_count;
    bool *served = mem_zero(services + 1, sizeof *served);

    found->unserved = mem_zero(services + 1, sizeof *found->unserved);
    if (!served || !found->unserved) {
        mem_free(served);
        return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < found->visit_count; i++)
        if (found->visits[i].kind == SOLVE_SERVE)
            served[found->visits[i].index] = true;
    for (uint32_t i = 0; i < services; i++)
        if (!served[i]) {
            found->unserved[found->unserved_count++] =
                (struct solve_unserved){i, solve_field_reason(field, i)};
            found->cost_unserved += field->problem->services[i].price;
        }
    found->cost += found->cost_unserved;
    mem_free(served);
    return OK;
}

enum err solve_search_take(struct solve_search *s, struct solve_solution *ret_solution)
{
    struct solve_solution found = {.iterations = s->iterations};

    for (size_t slot = 0; slot < s->tours.count; slot++) { /* room for the best's longer tours */
        uint32_t need = 2;
        for (size_t i = 0; i < s->best_tours.count; i++)
            if (s->best_tours.items[i].slot == slot)
                need = s->best_tours.items[i].count;
        if (solve_tour_room(&s->tours.items[slot], need))
            return ERR_NOMEM;
    }
    enum err err = solve_take_routes(s, &found);
    if (!err)
        err = solve_take_unserved(s->field, &found);
    if (err) {
        solve_solution_done(&found);
        return err;
    }
    *ret_solution = found;
    return OK;
}
