/* tour.c - one vehicle's route under the search: labels, loads, insertion, facility visits. */
#include <string.h>

#include "solve/inner.h"

enum err solve_tour_room(struct solve_tour *tour, uint32_t count)
{
    size_t capacity = tour->capacity;
    void *nodes = tour->nodes;

    enum err err = mem_reserve(&nodes, &capacity, count, sizeof *tour->nodes);
    tour->nodes = nodes;
    tour->capacity = (uint32_t)capacity;
    return err;
}

void solve_tour_start(const struct solve_field *field, struct solve_tour *tour, uint32_t class)
{
    tour->class = class;
    tour->count = 2;
    tour->nodes[0].stop = field->classes[class].start_stop;
    tour->nodes[1].stop = field->classes[class].end_stop;
}

/* From the labels of the stop before (`from`) to `mode` of the next stop: the cheapest that keeps
 * the windows. The start is left as late as the first stop's window allows. */
static struct solve_label solve_step(const struct solve_field *field,
                                     const struct solve_stop *before,
                                     const struct solve_label *labels,
                                     const struct solve_stop *next, uint8_t mode, bool first)
{
    struct solve_label best = {.cost = SOLVE_INFINITE};

    for (uint8_t m = 0; m < before->modes; m++) {
        int64_t cost = labels[m].cost + solve_travel(field, before->leave[m], next->enter[mode]) +
                       next->cost[mode];
        if (cost >= best.cost)
            continue;
        int64_t arrive = labels[m].ready + solve_ride(field, before->leave[m], next->enter[mode]);
        int64_t start = arrive < next->earliest ? next->earliest : arrive;
        if (start > next->latest)
            continue;
        int64_t left = first ? labels[m].left + (start - arrive) : labels[m].left;
        best = (struct solve_label){
            .cost = cost, .ready = start + next->duration[mode], .left = left, .via = m};
    }
    return best;
}

static struct solve_label solve_step_back(const struct solve_field *field,
                                          const struct solve_stop *here, uint8_t mode,
                                          const struct solve_stop *next,
                                          const struct solve_label *labels)
{
    struct solve_label best = {.cost = SOLVE_INFINITE, .last = -1};

    for (uint8_t m = 0; m < next->modes; m++) {
        int64_t cost = here->cost[mode] + labels[m].cost +
                       solve_travel(field, here->leave[mode], next->enter[m]);
        if (cost >= best.cost)
            continue;
        int64_t gap = here->duration[mode] + solve_ride(field, here->leave[mode], next->enter[m]);
        int64_t last = labels[m].last - gap;
        int64_t waited = next->earliest + labels[m].span;
        best = (struct solve_label){.cost = cost,
                                    .span = gap + labels[m].span,
                                    .least = waited > labels[m].least ? waited : labels[m].least,
                                    .last = last < here->latest ? last : here->latest,
                                    .via = m};
    }
    return best;
}

/* Loads on board from node `first` on. */
static void solve_tour_loads(const struct solve_field *field, struct solve_tour *tour,
                             uint32_t first)
{
    for (uint32_t i = first; i < tour->count; i++) {
        const struct solve_stop *stop = &field->stops[tour->nodes[i].stop];
        for (uint32_t d = 0; d < field->problem->dims; d++) {
            bool empties = i == 0 || stop->resets >> d & 1 || i + 1 == tour->count;
            tour->nodes[i].before[d] = empties ? 0 : tour->nodes[i - 1].before[d] + stop->load[d];
        }
    }
}

/* Whole loads of trips, from the end; a reset belongs to the trip it begins. */
static void solve_tour_trips(const struct solve_field *field, struct solve_tour *tour)
{
    for (uint32_t d = 0; d < field->problem->dims; d++) {
        bool ends = true; /* node i + 1 ends the trip of node i */
        int32_t trip = 0;
        tour->last_reset[d] = 0;
        tour->lightest[d] = INT32_MAX;
        tour->heaviest[d] = 0;
        tour->nodes[tour->count - 1].trip[d] = 0;
        for (uint32_t i = tour->count - 1; i-- > 0;) {
            if (ends) {
                trip = tour->nodes[i].before[d];
                tour->lightest[d] = trip < tour->lightest[d] ? trip : tour->lightest[d];
                tour->heaviest[d] = trip > tour->heaviest[d] ? trip : tour->heaviest[d];
            }
            tour->nodes[i].trip[d] = trip;
            ends = field->stops[tour->nodes[i].stop].resets >> d & 1;
            if (ends && tour->last_reset[d] == 0)
                tour->last_reset[d] = i;
        }
    }
}

static bool solve_tour_fits(const struct solve_field *field, const struct solve_tour *tour)
{
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;
    const struct solve_node *last = &tour->nodes[tour->count - 2];

    for (uint32_t d = 0; d < field->problem->dims; d++) {
        if (tour->heaviest[d] > vehicle->capacity[d])
            return false;
        if (vehicle->must_reset >> d & 1 && last->before[d] != 0)
            return false;
    }
    return tour->facilities <= (uint32_t)vehicle->trips_max;
}

static bool solve_tour_in_time(const struct solve_field *field, const struct solve_tour *tour)
{
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;
    const struct solve_label *end = &tour->nodes[tour->count - 1].forward[0];

    return end->cost < SOLVE_INFINITE && end->ready - end->left <= vehicle->duration_max;
}

static void solve_tour_forward(const struct solve_field *field, struct solve_tour *tour,
                               uint32_t first)
{
    for (uint32_t i = first; i < tour->count; i++) {
        struct solve_node *node = &tour->nodes[i];
        const struct solve_stop *stop = &field->stops[node->stop];
        node->modes = stop->modes;
        for (uint8_t m = 0; m < stop->modes; m++) {
            if (i > 0)
                node->forward[m] = solve_step(field, &field->stops[node[-1].stop], node[-1].forward,
                                              stop, m, i == 1);
            node->cost_to[m] = node->forward[m].cost;
            node->enter[m] = stop->enter[m];
            node->leave[m] = stop->leave[m];
        }
    }
}

static void solve_tour_backward(const struct solve_field *field, struct solve_tour *tour,
                                uint32_t last)
{
    for (uint32_t i = last + 1; i-- > 0;) {
        struct solve_node *node = &tour->nodes[i];
        const struct solve_stop *stop = &field->stops[node->stop];
        for (uint8_t m = 0; m < stop->modes; m++) {
            if (i + 1 < tour->count)
                node->backward[m] =
                    solve_step_back(field, stop, m, &field->stops[node[1].stop], node[1].backward);
            node->cost_from[m] = node->backward[m].cost;
        }
    }
}

bool solve_tour_update_part(const struct solve_field *field, struct solve_tour *tour,
                            uint32_t first, uint32_t last)
{
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;
    struct solve_node *nodes = tour->nodes;

    tour->facilities = 0;
    for (uint32_t i = 1; i + 1 < tour->count; i++)
        tour->facilities += nodes[i].stop >= field->facility_stop;
    solve_tour_forward(field, tour, first);
    solve_tour_backward(field, tour, last);
    solve_tour_loads(field, tour, first);
    solve_tour_trips(field, tour);
    bool empty = tour->count == 2;
    tour->cost = empty ? 0 : nodes[tour->count - 1].forward[0].cost + vehicle->cost_fixed;
    return empty || (solve_tour_fits(field, tour) && solve_tour_in_time(field, tour));
}

bool solve_tour_update(const struct solve_field *field, struct solve_tour *tour)
{
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;

    tour->nodes[0].forward[0] =
        (struct solve_label){.ready = vehicle->shift.earliest, .left = vehicle->shift.earliest};
    tour->nodes[tour->count - 1].backward[0] = (struct solve_label){.last = vehicle->shift.latest};
    return solve_tour_update_part(field, tour, 0, tour->count - 1);
}

/* Joins the labels of the last stop put in with what follows in the tour. */
static int64_t solve_join(const struct solve_field *field, const struct solve_tour *tour,
                          const struct solve_stop *here, const struct solve_label *labels,
                          const struct solve_node *next_node)
{
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;
    const struct solve_stop *next = &field->stops[next_node->stop];
    int64_t best = SOLVE_INFINITE;

    for (uint8_t m = 0; m < here->modes; m++)
        for (uint8_t n = 0; n < next->modes; n++) {
            const struct solve_label *after = &next_node->backward[n];
            int64_t cost =
                labels[m].cost + after->cost + solve_travel(field, here->leave[m], next->enter[n]);
            if (cost >= best)
                continue;
            if (field->timed) {
                int64_t start = labels[m].ready + solve_ride(field, here->leave[m], next->enter[n]);
                start = start < next->earliest ? next->earliest : start;
                int64_t end =
                    start + after->span > after->least ? start + after->span : after->least;
                if (start > after->last || end - labels[m].left > vehicle->duration_max)
                    continue;
            }
            best = cost;
        }
    return best < SOLVE_INFINITE ? best + vehicle->cost_fixed : SOLVE_INFINITE;
}

int64_t solve_tour_with(const struct solve_field *field, const struct solve_tour *tour, uint32_t at,
                        const uint32_t *stops, uint32_t count)
{
    struct solve_label labels[2][SOLVE_MODES_MAX];
    const struct solve_stop *before = &field->stops[tour->nodes[at].stop];
    const struct solve_label *from = tour->nodes[at].forward;

    for (uint32_t i = 0; i < count; i++) {
        const struct solve_stop *stop = &field->stops[stops[i]];
        struct solve_label *to = labels[i % 2];
        for (uint8_t m = 0; m < stop->modes; m++)
            to[m] = solve_step(field, before, from, stop, m, at == 0 && i == 0);
        before = stop;
        from = to;
    }
    return solve_join(field, tour, before, from, &tour->nodes[at + 1]);
}

/* Travel to a stop that many places are judged for: the other way round, its row stays cached. */
static int64_t solve_travel_to(const struct solve_field *field, uint32_t from, uint32_t to)
{
    if (!field->inward)
        return solve_travel(field, from, to);
    int32_t cost = field->inward[(size_t)to * field->problem->place_count + from];
    return cost == SOLVE_FAR ? SOLVE_INFINITE : cost;
}

/* What solve_tour_with() would say if no window or shift stood against it. */
static int64_t solve_least_with(const struct solve_field *field, const struct solve_node *before,
                                const struct solve_stop *stop)
{
    const struct solve_node *next = before + 1;
    int64_t best = SOLVE_INFINITE;

    for (uint8_t m = 0; m < stop->modes; m++) {
        int64_t there = SOLVE_INFINITE;
        int64_t back = SOLVE_INFINITE;
        for (uint32_t p = 0; p < before->modes; p++) {
            int64_t cost =
                before->cost_to[p] + solve_travel_to(field, before->leave[p], stop->enter[m]);
            there = cost < there ? cost : there;
        }
        for (uint32_t n = 0; n < next->modes; n++) {
            int64_t cost = next->cost_from[n] + solve_travel(field, stop->leave[m], next->enter[n]);
            back = cost < back ? cost : back;
        }
        int64_t cost = there + stop->cost[m] + back;
        best = cost < best ? cost : best;
    }
    return best;
}

int64_t solve_tour_with_one(const struct solve_field *field, const struct solve_tour *tour,
                            uint32_t at, uint32_t stop, int64_t bound)
{
    int64_t least = solve_least_with(field, tour->nodes + at, &field->stops[stop]);

    if (least >= SOLVE_INFINITE)
        return SOLVE_INFINITE;
    least += field->classes[tour->class].vehicle->cost_fixed;
    if (least >= bound)
        return SOLVE_INFINITE;
    return field->timed ? solve_tour_with(field, tour, at, &stop, 1) : least;
}

void solve_tour_insert(struct solve_tour *tour, uint32_t at, uint32_t stop)
{
    ASSERT(tour->count < tour->capacity);
    memmove(tour->nodes + at + 2, tour->nodes + at + 1,
            (tour->count - at - 1) * sizeof *tour->nodes);
    tour->nodes[at + 1].stop = stop;
    tour->count++;
}

void solve_tour_remove(struct solve_tour *tour, uint32_t at)
{
    memmove(tour->nodes + at, tour->nodes + at + 1, (tour->count - at - 1) * sizeof *tour->nodes);
    tour->count--;
}

/* True when every dimension the stop resets keeps to the capacity without it. */
static bool solve_needless(const struct solve_field *field, struct solve_tour *tour, uint32_t at)
{
    uint32_t stop = tour->nodes[at].stop;
    int64_t cost = tour->cost;

    solve_tour_remove(tour, at);
    if (solve_tour_update_part(field, tour, at, at - 1) && tour->cost <= cost)
        return true;
    solve_tour_insert(tour, at - 1, stop);
    (void)solve_tour_update_part(field, tour, at, at);
    return false;
}

/* One dimension of solve_reset_fits(): the trip of `node` is cut behind it, or is not. */
static bool solve_dim_fits(const struct solve_node *node, uint32_t d, bool split, int32_t capacity,
                           int32_t head_more, int32_t tail_more, bool final)
{
    int32_t head = split ? node->before[d] + head_more : node->trip[d] + head_more + tail_more;
    int32_t tail = split ? node->trip[d] - node->before[d] + tail_more : 0;

    if (head > capacity || tail > capacity)
        return false;
    return !final || (split ? tail : head) == 0;
}

/* `extra` (may be NULL) is the load of a stop put beside the reset, before or after it. */
bool solve_reset_fits(const struct solve_field *field, const struct solve_tour *tour, uint32_t at,
                      uint32_t resets, const int32_t *extra, bool extra_before)
{
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;

    for (uint32_t d = 0; d < field->problem->dims; d++) {
        int32_t more = extra ? extra[d] : 0;
        bool final = vehicle->must_reset >> d & 1 && at >= tour->last_reset[d];
        if (!solve_dim_fits(&tour->nodes[at], d, resets >> d & 1, vehicle->capacity[d],
                            extra_before ? more : 0, extra_before ? 0 : more, final))
            return false;
    }
    return true;
}

/* Takes a facility visit out and puts the best one, of any facility, where it costs least. */
static void solve_replace_visit(const struct solve_field *field, struct solve_tour *tour,
                                uint32_t at)
{
    uint32_t old = tour->nodes[at].stop;
    int64_t best = tour->cost;
    uint32_t best_at = at - 1;
    uint32_t best_stop = old;

    solve_tour_remove(tour, at);
    (void)solve_tour_update_part(field, tour, at, at - 1);
    for (uint32_t i = 0; i + 1 < tour->count; i++)
        for (uint32_t f = 0; f < field->problem->facility_count; f++) {
            uint32_t stop = field->facility_stop + f;
            if (field->stops[stop].resets != field->stops[old].resets ||
                (field->stops[stop].skills & ~field->classes[tour->class].vehicle->skills))
                continue;
            if (!solve_reset_fits(field, tour, i, field->stops[stop].resets, NULL, false))
                continue;
            int64_t cost = solve_tour_with(field, tour, i, &stop, 1);
            if (cost < best) {
                best = cost;
                best_at = i;
                best_stop = stop;
            }
        }
    solve_tour_insert(tour, best_at, best_stop);
    if (solve_tour_update_part(field, tour, best_at + 1, best_at + 1))
        return;
    solve_tour_remove(tour, best_at + 1); /* labels were blind to something: back to what was */
    solve_tour_insert(tour, at - 1, old);
    (void)solve_tour_update(field, tour);
}

void solve_tour_tidy(const struct solve_field *field, struct solve_tour *tour)
{
    bool served = false;

    if (tour->facilities == 0)
        return;
    for (uint32_t i = 1; i + 1 < tour->count && !served; i++)
        served = field->stops[tour->nodes[i].stop].resets == 0;
    if (!served) {
        solve_tour_start(field, tour, tour->class);
        (void)solve_tour_update(field, tour);
        return;
    }
    for (uint32_t i = tour->count - 1; i-- > 1;)
        if (field->stops[tour->nodes[i].stop].resets && !solve_needless(field, tour, i))
            solve_replace_visit(field, tour, i);
}
