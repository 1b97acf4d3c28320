/* spot.c - where a stop can go: beside its nearest, on a new route, and only then anywhere. Where a
 * full trip stands against it, a facility put beside the stop makes a trip more.
 */
#include "solve/search.h"

enum {
    SOLVE_BLINKS = 100,     /* one place in a hundred is overlooked */
    SOLVE_SPLITS_TRIED = 6, /* full trips beside which a facility is considered */
};

static bool solve_load_fits(const struct solve_search *s, const struct solve_tour *tour,
                            uint32_t at, const struct solve_stop *stop)
{
    const struct solve_vehicle *vehicle = s->field->classes[tour->class].vehicle;
    const struct solve_node *node = &tour->nodes[at];

    for (uint32_t d = 0; d < s->field->problem->dims; d++) {
        if (stop->load[d] == 0)
            continue;
        if (node->trip[d] + stop->load[d] > vehicle->capacity[d])
            return false;
        if ((vehicle->must_reset >> d & 1) && at >= tour->last_reset[d])
            return false;
    }
    return true;
}

static void solve_offer(struct solve_spot *best, const struct solve_spot *spot)
{
    if (spot->delta < best->delta)
        *best = *spot;
}

/* The stop with a facility beside it: a trip more. */
static void solve_try_split(struct solve_search *s, uint32_t slot, const struct solve_tour *tour,
                            uint32_t at, uint32_t service, struct solve_spot *best)
{
    const struct solve_field *field = s->field;
    const struct solve_vehicle *vehicle = field->classes[tour->class].vehicle;
    const int32_t *load = field->stops[service].load;
    int64_t old = tour->count > 2 ? tour->cost : 0;

    if (tour->facilities >= (uint32_t)vehicle->trips_max)
        return;
    for (uint32_t i = 0; i < field->facilities_tried; i++) {
        uint32_t f =
            field->facility_stop + field->facilities[(size_t)service * field->facilities_tried + i];
        if (field->stops[f].skills & ~vehicle->skills)
            continue;
        for (int before = 0; before < 2; before++) {
            struct solve_spot spot = {.slot = slot, .class = tour->class, .at = at, .count = 2};
            spot.stops[before ? 0 : 1] = service;
            spot.stops[before ? 1 : 0] = f;
            if (!solve_reset_fits(field, tour, at, field->stops[f].resets, load, before != 0))
                continue;
            int64_t cost = solve_tour_with(field, tour, at, spot.stops, 2);
            spot.delta = cost < SOLVE_INFINITE ? cost - old : SOLVE_INFINITE;
            solve_offer(best, &spot);
        }
    }
}

/* After node `at`. Returns true when only the load stood against it. */
static bool solve_try(struct solve_search *s, uint32_t slot, const struct solve_tour *tour,
                      uint32_t at, uint32_t service, struct solve_spot *best)
{
    int64_t old = tour->count > 2 ? tour->cost : 0;

    if (!solve_load_fits(s, tour, at, &s->field->stops[service]))
        return true;
    int64_t cost = solve_tour_with_one(s->field, tour, at, service, best->delta + old);
    if (cost < SOLVE_INFINITE && cost - old < best->delta)
        *best = (struct solve_spot){.delta = cost - old,
                                    .slot = slot,
                                    .class = tour->class,
                                    .at = at,
                                    .stops = {service},
                                    .count = 1};
    return false;
}

static bool solve_may(const struct solve_search *s, uint32_t class, uint32_t service)
{
    return !(s->field->stops[service].skills & ~s->field->classes[class].vehicle->skills);
}

/* The gaps between overlooked places are drawn, not each place: one number for a hundred places. */
static bool solve_blink(struct solve_search *s)
{
    if (s->blink_in > 0) {
        s->blink_in--;
        return false;
    }
    s->blink_in = rng_below(&s->rng, 2 * SOLVE_BLINKS - 1);
    return true;
}

/* No trip of the tour has room for the stop. */
static bool solve_full(const struct solve_search *s, const struct solve_tour *tour,
                       const struct solve_stop *stop)
{
    const struct solve_vehicle *vehicle = s->field->classes[tour->class].vehicle;

    for (uint32_t d = 0; d < s->field->problem->dims; d++)
        if (stop->load[d] > 0 && stop->load[d] > vehicle->capacity[d] - tour->lightest[d])
            return true;
    return false;
}

/* Whether the stop of a node has been tried, and with it the places on both its sides. */
static bool solve_tried(const struct solve_search *s, uint32_t stop)
{
    return stop < s->field->problem->service_count && s->tried[stop] == s->tried_mark;
}

/* The places after and before a neighbour; `*splits` counts down as new trips are tried there. */
static void solve_try_beside(struct solve_search *s, uint32_t slot, uint32_t neighbour,
                             uint32_t service, unsigned *splits, struct solve_spot *best)
{
    const struct solve_tour *tour = &s->tours.items[slot];

    for (uint32_t side = 0; side < 2; side++) {
        uint32_t at = s->at_of[neighbour] - side;
        if (solve_tried(s, tour->nodes[side ? at : at + 1].stop) || solve_blink(s))
            continue;
        if (solve_try(s, slot, tour, at, service, best) && *splits) {
            solve_try_split(s, slot, tour, at, service, best);
            (*splits)--;
        }
    }
}

static void solve_try_near(struct solve_search *s, uint32_t service, struct solve_spot *best)
{
    const struct solve_field *field = s->field;
    const struct solve_stop *stop = &field->stops[service];
    const uint16_t *near = &field->near[(size_t)service * field->near_count];
    unsigned splits = field->problem->facility_count ? SOLVE_SPLITS_TRIED : 0;

    s->tried_mark++;
    for (uint32_t i = 0; i < field->near_count; i++) {
        uint32_t slot = s->tour_of[near[i]];
        if (slot == SOLVE_NOWHERE)
            continue;
        const struct solve_tour *tour = &s->tours.items[slot];
        if ((!splits && solve_full(s, tour, stop)) || !solve_may(s, tour->class, service))
            continue;
        s->tried[near[i]] = s->tried_mark;
        solve_try_beside(s, slot, near[i], service, &splits, best);
    }
}

static void solve_try_everywhere(struct solve_search *s, uint32_t service, struct solve_spot *best)
{
    bool facilities = s->field->problem->facility_count > 0;

    for (uint32_t slot = 0; slot < s->tours.count; slot++) {
        const struct solve_tour *tour = &s->tours.items[slot];
        if (tour->count <= 2 || !solve_may(s, tour->class, service))
            continue;
        for (uint32_t at = 0; at + 1 < tour->count; at++)
            if (solve_try(s, slot, tour, at, service, best) && facilities)
                solve_try_split(s, slot, tour, at, service, best);
    }
}

static void solve_try_new(struct solve_search *s, uint32_t service, struct solve_spot *best)
{
    for (uint32_t c = 0; c < s->field->class_count; c++) {
        if (s->used[c] >= s->field->classes[c].count || !solve_may(s, c, service))
            continue;
        if (solve_try(s, SOLVE_NOWHERE, &s->empty[c], 0, service, best))
            solve_try_split(s, SOLVE_NOWHERE, &s->empty[c], 0, service, best);
    }
}

struct solve_spot solve_spot_find(struct solve_search *s, uint32_t service)
{
    struct solve_spot best = {.delta = SOLVE_INFINITE};

    solve_try_near(s, service, &best);
    solve_try_new(s, service, &best);
    if (best.delta >= SOLVE_INFINITE)
        solve_try_everywhere(s, service, &best);
    return best;
}
