/* field.c - the problem prepared for the search: one table of stops, classes of equal vehicles,
 * neighbours. */
#include <stdlib.h>
#include <string.h>

#include "solve/inner.h"

enum { SOLVE_INWARD_MAX = 4096 }; /* places whose travel is kept in both directions: 64 MB */

static struct solve_stop solve_stop_of_service(const struct solve_service *service)
{
    struct solve_stop stop = {.earliest = service->window.earliest,
                              .latest = service->window.latest,
                              .skills = service->skills,
                              .modes = service->mode_count};

    for (uint8_t m = 0; m < service->mode_count; m++) {
        stop.enter[m] = service->modes[m].enter;
        stop.leave[m] = service->modes[m].leave;
        stop.duration[m] = service->modes[m].duration;
        stop.cost[m] = service->modes[m].cost;
    }
    memcpy(stop.load, service->load, sizeof stop.load);
    return stop;
}

static struct solve_stop solve_stop_of_facility(const struct solve_facility *facility)
{
    return (struct solve_stop){.enter = {facility->place},
                               .leave = {facility->place},
                               .duration = {facility->duration},
                               .cost = {facility->cost},
                               .earliest = facility->window.earliest,
                               .latest = facility->window.latest,
                               .resets = facility->resets,
                               .skills = facility->skills,
                               .modes = 1};
}

static struct solve_stop solve_stop_of_end(uint32_t place, int32_t latest)
{
    return (struct solve_stop){.enter = {place}, .leave = {place}, .latest = latest, .modes = 1};
}

static bool solve_same_vehicle(const struct solve_vehicle *a, const struct solve_vehicle *b)
{
    return a->start == b->start && a->end == b->end && a->shift.earliest == b->shift.earliest &&
           a->shift.latest == b->shift.latest && a->duration_max == b->duration_max &&
           !memcmp(a->capacity, b->capacity, sizeof a->capacity) &&
           a->must_reset == b->must_reset && a->skills == b->skills &&
           a->cost_fixed == b->cost_fixed && a->trips_max == b->trips_max;
}

static enum err solve_field_classes(struct solve_field *field)
{
    const struct solve_problem *problem = field->problem;
    uint32_t *class_of = mem_zero(problem->vehicle_count + 1, sizeof *class_of);
    uint32_t at = 0;

    if (!class_of)
        return ERR_NOMEM;
    for (uint32_t v = 0; v < problem->vehicle_count; v++) {
        uint32_t c = 0;
        while (c < field->class_count &&
               !solve_same_vehicle(field->classes[c].vehicle, &problem->vehicles[v]))
            c++;
        if (c == field->class_count)
            field->classes[field->class_count++].vehicle = &problem->vehicles[v];
        field->classes[c].count++;
        class_of[v] = c;
    }
    for (uint32_t c = 0; c < field->class_count; c++) {
        field->classes[c].first = at;
        for (uint32_t v = 0; v < problem->vehicle_count; v++)
            if (class_of[v] == c)
                field->members[at++] = v;
    }
    mem_free(class_of);
    return OK;
}

static void solve_field_stops(struct solve_field *field)
{
    const struct solve_problem *problem = field->problem;
    uint32_t at = 0;

    for (uint32_t i = 0; i < problem->service_count; i++)
        field->stops[at++] = solve_stop_of_service(&problem->services[i]);
    field->facility_stop = at;
    for (uint32_t i = 0; i < problem->facility_count; i++)
        field->stops[at++] = solve_stop_of_facility(&problem->facilities[i]);
    for (uint32_t c = 0; c < field->class_count; c++) {
        struct solve_class *class = &field->classes[c];
        class->start_stop = at;
        field->stops[at++] = solve_stop_of_end(class->vehicle->start, INT32_MAX);
        class->end_stop = at;
        field->stops[at++] = solve_stop_of_end(class->vehicle->end, class->vehicle->shift.latest);
    }
}

struct solve_rank {
    int64_t distance;
    uint32_t stop;
};

static int solve_rank_order(const void *left, const void *right)
{
    const struct solve_rank *a = left;
    const struct solve_rank *b = right;

    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return a->stop < b->stop ? -1 : a->stop > b->stop;
}

/* The cheaper of going there and coming back, over all modes. */
static int64_t solve_stop_distance(const struct solve_field *field, uint32_t a, uint32_t b)
{
    const struct solve_stop *x = &field->stops[a];
    const struct solve_stop *y = &field->stops[b];
    int64_t best = SOLVE_INFINITE;

    for (uint8_t m = 0; m < x->modes; m++)
        for (uint8_t n = 0; n < y->modes; n++) {
            int64_t there = solve_travel(field, x->leave[m], y->enter[n]);
            int64_t back = solve_travel(field, y->leave[n], x->enter[m]);
            best = there < best ? there : best;
            best = back < best ? back : best;
        }
    return best;
}

/* The `keep` least of `count` ranks, in order, to the front: a heap of the kept ones. */
static void solve_least(struct solve_rank *ranks, uint32_t count, uint32_t keep)
{
    if (count > 4 * keep) { /* a pass with a threshold spares most of the sort */
        qsort(ranks, 2 * keep, sizeof *ranks, solve_rank_order);
        struct solve_rank worst = ranks[keep - 1];
        uint32_t kept = keep;
        for (uint32_t i = keep; i < count; i++)
            if (solve_rank_order(&ranks[i], &worst) < 0)
                ranks[kept++] = ranks[i];
        count = kept;
    }
    qsort(ranks, count, sizeof *ranks, solve_rank_order);
}

static void solve_near_of(struct solve_field *field, uint32_t service, struct solve_rank *ranks)
{
    uint32_t count = 0;

    for (uint32_t other = 0; other < field->problem->service_count; other++)
        if (other != service)
            ranks[count++] = (struct solve_rank){solve_stop_distance(field, service, other), other};
    if (field->near_count)
        solve_least(ranks, count, field->near_count);
    for (uint32_t i = 0; i < field->near_count; i++)
        field->near[(size_t)service * field->near_count + i] = (uint16_t)ranks[i].stop;
}

/* The nearest few of each kind of reset: where water points are many, the one site that takes the
 * load is still among those tried. Unused slots repeat the nearest. */
static void solve_facilities_of(struct solve_field *field, uint32_t service,
                                struct solve_rank *ranks)
{
    uint32_t count = field->problem->facility_count;
    uint16_t *nearest = field->facilities + (size_t)service * field->facilities_tried;
    uint32_t of_kind[1 << SOLVE_DIMS_MAX] = {0};
    uint32_t taken = 0;

    for (uint32_t f = 0; f < count; f++)
        ranks[f] =
            (struct solve_rank){solve_stop_distance(field, service, field->facility_stop + f), f};
    if (count)
        qsort(ranks, count, sizeof *ranks, solve_rank_order);
    for (uint32_t i = 0; i < count && taken < field->facilities_tried; i++) {
        uint32_t kind = field->problem->facilities[ranks[i].stop].resets;
        if (of_kind[kind % COUNT_OF(of_kind)]++ < SOLVE_FACILITIES_EACH)
            nearest[taken++] = (uint16_t)ranks[i].stop;
    }
    while (taken && taken < field->facilities_tried)
        nearest[taken++] = nearest[0];
}

/* Slots for the nearest of each kind of reset. */
static uint32_t solve_facilities_tried(const struct solve_problem *problem)
{
    bool seen[1 << SOLVE_DIMS_MAX] = {false};
    uint32_t kinds = 0;

    for (uint32_t f = 0; f < problem->facility_count; f++) {
        bool *known = &seen[problem->facilities[f].resets % COUNT_OF(seen)];
        kinds += !*known;
        *known = true;
    }
    uint32_t slots = kinds * SOLVE_FACILITIES_EACH;
    return slots < problem->facility_count ? slots : problem->facility_count;
}

static void solve_field_near(struct solve_field *field, struct solve_rank *ranks)
{
    uint32_t services = field->problem->service_count;

    for (uint32_t s = 0; s < services; s++) {
        solve_near_of(field, s, ranks);
        solve_facilities_of(field, s, ranks);
    }
    for (uint32_t s = 0; s < services; s++) {
        int64_t distance =
            field->class_count ? solve_stop_distance(field, field->classes[0].start_stop, s) : 0;
        ranks[s] = (struct solve_rank){distance, s};
    }
    if (services)
        qsort(ranks, services, sizeof *ranks, solve_rank_order);
    for (uint32_t i = 0; i < services; i++)
        field->far[ranks[i].stop] = i;
}

static bool solve_field_timed(const struct solve_problem *problem)
{
    bool timed = false;

    for (uint32_t i = 0; i < problem->service_count; i++)
        timed = timed || problem->services[i].window.earliest > 0 ||
                problem->services[i].window.latest < INT32_MAX;
    for (uint32_t i = 0; i < problem->facility_count; i++)
        timed = timed || problem->facilities[i].window.earliest > 0 ||
                problem->facilities[i].window.latest < INT32_MAX;
    for (uint32_t i = 0; i < problem->vehicle_count; i++)
        timed = timed || problem->vehicles[i].shift.latest < INT32_MAX ||
                problem->vehicles[i].duration_max < INT32_MAX;
    return timed;
}

static bool solve_field_room(struct solve_field *field)
{
    const struct solve_problem *problem = field->problem;
    size_t services = problem->service_count;
    size_t vehicles = problem->vehicle_count;
    size_t stops = services + problem->facility_count + 2 * vehicles;

    field->classes = mem_zero(vehicles + 1, sizeof *field->classes);
    field->members = mem_zero(vehicles + 1, sizeof *field->members);
    field->near = mem_zero(services * field->near_count + 1, sizeof *field->near);
    field->facilities = mem_zero(services * field->facilities_tried + 1, sizeof *field->facilities);
    field->far = mem_zero(services + 1, sizeof *field->far);
    field->stops = mem_zero(stops + 1, sizeof *field->stops);
    return field->classes && field->members && field->near && field->facilities && field->far &&
           field->stops;
}

/* Worth its memory while it is small; then the search is fast without. */
static bool solve_field_inward(struct solve_field *field)
{
    size_t places = field->problem->place_count;

    if (places > SOLVE_INWARD_MAX)
        return true;
    field->inward = mem_alloc(places * places * sizeof *field->inward);
    if (!field->inward)
        return false;
    for (size_t i = 0; i < places; i++)
        for (size_t j = 0; j < places; j++)
            field->inward[j * places + i] = field->problem->travel_cost[i * places + j];
    return true;
}

static enum err solve_field_fill(struct solve_field *field)
{
    const struct solve_problem *problem = field->problem;
    uint32_t services = problem->service_count;
    uint32_t facilities = problem->facility_count;
    struct solve_rank *ranks =
        mem_zero((services > facilities ? services : facilities) + 1, sizeof *ranks);

    field->near_count = services == 0 ? 0 : services - 1;
    if (field->near_count > SOLVE_NEAR_MAX)
        field->near_count = SOLVE_NEAR_MAX;
    field->facilities_tried = solve_facilities_tried(problem);
    enum err err = ranks && solve_field_room(field) && solve_field_inward(field)
                       ? solve_field_classes(field)
                       : ERR_NOMEM;
    if (!err) {
        solve_field_stops(field);
        solve_field_near(field, ranks);
        field->timed = solve_field_timed(problem);
    }
    mem_free(ranks);
    return err;
}

enum err solve_field_new(const struct solve_problem *problem, struct solve_field **ret_field)
{
    struct solve_field *field = mem_zero(1, sizeof *field);

    if (!field)
        return ERR_NOMEM;
    field->problem = problem;
    enum err err = solve_field_fill(field);
    if (err) {
        solve_field_free(field);
        return err;
    }
    *ret_field = field;
    return OK;
}

void solve_field_free(struct solve_field *field)
{
    if (!field)
        return;
    mem_free(field->stops);
    mem_free(field->classes);
    mem_free(field->members);
    mem_free(field->near);
    mem_free(field->facilities);
    mem_free(field->far);
    mem_free(field->inward);
    mem_free(field);
}

static bool solve_class_holds(const struct solve_field *field, const struct solve_class *class,
                              const struct solve_stop *stop)
{
    for (uint32_t d = 0; d < field->problem->dims; d++)
        if (stop->load[d] > class->vehicle->capacity[d])
            return false;
    return true;
}

static bool solve_class_reaches(const struct solve_field *field, const struct solve_class *class,
                                uint32_t service)
{
    const struct solve_stop *stop = &field->stops[service];
    bool there = false;
    bool back = false;

    for (uint8_t m = 0; m < stop->modes; m++) {
        there =
            there || solve_travel(field, class->vehicle->start, stop->enter[m]) < SOLVE_INFINITE;
        back = back || solve_travel(field, stop->leave[m], class->vehicle->end) < SOLVE_INFINITE;
    }
    return there && back;
}

/* Alone on an empty route, straight or with one facility before or after it. */
static bool solve_class_alone(const struct solve_field *field, struct solve_tour *tour,
                              uint32_t service)
{
    const int32_t *load = field->stops[service].load;
    uint32_t stops[2] = {service, 0};
    uint32_t open = 0;

    for (uint32_t d = 0; d < field->problem->dims; d++)
        open |= load[d] > 0 ? field->classes[tour->class].vehicle->must_reset & 1u << d : 0;
    if (!open)
        return solve_tour_with(field, tour, 0, stops, 1) < SOLVE_INFINITE;
    for (uint32_t f = 0; f < field->problem->facility_count; f++) {
        stops[1] = field->facility_stop + f;
        const struct solve_stop *facility = &field->stops[stops[1]];
        bool may = (facility->resets & open) == open &&
                   !(facility->skills & ~field->classes[tour->class].vehicle->skills);
        if (may && solve_tour_with(field, tour, 0, stops, 2) < SOLVE_INFINITE)
            return true;
    }
    return false;
}

enum solve_reason solve_field_reason(const struct solve_field *field, uint32_t service)
{
    const struct solve_stop *stop = &field->stops[service];
    enum solve_reason reason = SOLVE_REASON_SKILLS;
    struct solve_node nodes[2];

    for (uint32_t c = 0; c < field->class_count; c++) {
        const struct solve_class *class = &field->classes[c];
        struct solve_tour tour = {.nodes = nodes, .capacity = 2};
        enum solve_reason found = SOLVE_REASON_FLEET;
        if (stop->skills & ~class->vehicle->skills)
            continue;
        solve_tour_start(field, &tour, c);
        (void)solve_tour_update(field, &tour);
        if (!solve_class_holds(field, class, stop))
            found = SOLVE_REASON_CAPACITY;
        else if (!solve_class_reaches(field, class, service))
            found = SOLVE_REASON_UNREACHABLE;
        else if (!solve_class_alone(field, &tour, service))
            found = SOLVE_REASON_WINDOW;
        reason = found > reason ? found : reason; /* the class that comes closest tells */
    }
    return reason;
}
