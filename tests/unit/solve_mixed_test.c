/* solve_mixed_test.c - the search against an oracle where everything differs at once: two loads,
 * facilities that empty different loads, skills, visits allowed, unlike vehicles, legs that do not
 * exist. The oracle tries every order, mode, facility and time of leaving. PROP_SEED=N draws other
 * problems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "solve/check.h"

enum { TINY_PLACES = 9, TINY_SERVICES = 4, TINY_VEHICLES = 2, TINY_FACILITIES = 2 };

struct tiny {
    int32_t cost[TINY_PLACES * TINY_PLACES];
    int32_t time[TINY_PLACES * TINY_PLACES];
    struct solve_service services[TINY_SERVICES];
    struct solve_facility facilities[TINY_FACILITIES];
    struct solve_vehicle vehicles[TINY_VEHICLES];
    struct solve_problem problem;
};

static void tiny_service(struct rng *rng, struct solve_service *s, bool timed)
{
    *s = (struct solve_service){.mode_count = (uint8_t)(1 + rng_below(rng, 2)),
                                .window = SOLVE_ALWAYS,
                                .skills = rng_below(rng, 4) == 0,
                                .price = 40 + rng_below(rng, 200)};
    for (uint32_t m = 0; m < SOLVE_MODES_MAX; m++)
        s->modes[m] = (struct solve_mode){rng_below(rng, TINY_PLACES), rng_below(rng, TINY_PLACES),
                                          (int32_t)rng_below(rng, 5), (int32_t)rng_below(rng, 5)};
    for (uint32_t d = 0; d < 2; d++)
        s->load[d] = (int32_t)rng_below(rng, 4);
    if (timed && rng_below(rng, 2)) {
        s->window.earliest = (int32_t)rng_below(rng, 60);
        s->window.latest = s->window.earliest + (int32_t)rng_below(rng, 60);
    }
}

/* Roads are driven by the cheapest way, so no detour is cheaper than the leg it replaces. */
static void tiny_close(int32_t *leg)
{
    for (uint32_t k = 0; k < TINY_PLACES; k++)
        for (uint32_t i = 0; i < TINY_PLACES; i++)
            for (uint32_t j = 0; j < TINY_PLACES; j++) {
                int64_t way = (int64_t)leg[i * TINY_PLACES + k] + leg[k * TINY_PLACES + j];
                if (way < leg[i * TINY_PLACES + j])
                    leg[i * TINY_PLACES + j] = (int32_t)way;
            }
}

static void tiny_legs(struct rng *rng, struct tiny *t)
{
    for (uint32_t i = 0; i < TINY_PLACES * TINY_PLACES; i++) {
        bool far = rng_below(rng, 20) == 0;
        bool own = i % (TINY_PLACES + 1) == 0;
        t->cost[i] = own ? 0 : far ? SOLVE_FAR : (int32_t)rng_below(rng, 40);
        t->time[i] = own ? 0 : far ? SOLVE_FAR : (int32_t)rng_below(rng, 30);
    }
    tiny_close(t->cost);
    tiny_close(t->time);
}

static void tiny_make(struct rng *rng, struct tiny *t)
{
    bool timed = rng_below(rng, 2);

    tiny_legs(rng, t);
    for (uint32_t i = 0; i < TINY_SERVICES; i++)
        tiny_service(rng, &t->services[i], timed);
    for (uint32_t i = 0; i < TINY_FACILITIES; i++)
        t->facilities[i] = (struct solve_facility){.place = rng_below(rng, TINY_PLACES),
                                                   .duration = timed ? 3 : 0,
                                                   .cost = (int32_t)rng_below(rng, 5),
                                                   .window = SOLVE_ALWAYS,
                                                   .resets = i ? 1 + rng_below(rng, 3) : 3};
    for (uint32_t i = 0; i < TINY_VEHICLES; i++)
        t->vehicles[i] = (struct solve_vehicle){
            .start = 0,
            .end = rng_below(rng, 2),
            .shift = {timed ? 5 : 0, timed ? 200 : INT32_MAX},
            .duration_max = timed ? 90 : INT32_MAX,
            .capacity = {3 + (int32_t)rng_below(rng, 5), 3 + (int32_t)rng_below(rng, 5)},
            .must_reset = rng_below(rng, 2),
            .skills = rng_below(rng, 2),
            .cost_fixed = rng_below(rng, 30),
            .trips_max = 1 + (int32_t)rng_below(rng, 4)};
    t->problem = (struct solve_problem){
        TINY_PLACES,   t->cost,         t->time,     t->services,   TINY_SERVICES,
        t->facilities, TINY_FACILITIES, t->vehicles, TINY_VEHICLES, 2};
}

/* The oracle: from each state, every next step. `sets` takes the cheapest way for a vehicle to
 * serve exactly a set. */
struct walk {
    const struct solve_problem *problem;
    const struct solve_vehicle *vehicle;
    int64_t *sets;
    int64_t leave;
};
struct walk_at {
    uint32_t place, set, rests; /* rests: facility visits since the last service */
    int64_t cost, now, visits;
    int64_t load[2];
};

static bool walk_go(const struct walk *w, struct walk_at *at, uint32_t place)
{
    size_t cell = (size_t)at->place * TINY_PLACES + place;

    if (w->problem->travel_cost[cell] == SOLVE_FAR || w->problem->travel_time[cell] == SOLVE_FAR)
        return false;
    at->cost += w->problem->travel_cost[cell];
    at->now += w->problem->travel_time[cell];
    at->place = place;
    return at->now <= w->vehicle->shift.latest && at->now - w->leave <= w->vehicle->duration_max;
}

static bool walk_serve(const struct walk *w, struct walk_at *at, uint32_t s, uint32_t m)
{
    const struct solve_service *service = &w->problem->services[s];

    if (!walk_go(w, at, service->modes[m].enter))
        return false;
    at->now = at->now < service->window.earliest ? service->window.earliest : at->now;
    if (at->now > service->window.latest)
        return false;
    at->now += service->modes[m].duration;
    at->cost += service->modes[m].cost;
    at->place = service->modes[m].leave;
    at->set |= 1u << s;
    at->rests = 0;
    for (uint32_t d = 0; d < 2; d++) {
        at->load[d] += service->load[d];
        if (at->load[d] > w->vehicle->capacity[d])
            return false;
    }
    return true;
}

static bool walk_empty(const struct walk *w, struct walk_at *at,
                       const struct solve_facility *facility)
{
    if (at->visits++ >= w->vehicle->trips_max || !walk_go(w, at, facility->place))
        return false;
    at->rests++;
    at->now += facility->duration;
    at->cost += facility->cost;
    for (uint32_t d = 0; d < 2; d++)
        at->load[d] = facility->resets >> d & 1 ? 0 : at->load[d];
    return true;
}

static void walk_end(const struct walk *w, struct walk_at at)
{
    for (uint32_t d = 0; d < 2; d++)
        if (w->vehicle->must_reset >> d & 1 && at.load[d])
            return;
    if (walk_go(w, &at, w->vehicle->end) && at.cost < w->sets[at.set])
        w->sets[at.set] = at.cost;
}

/* Depth is bounded by the services and two visits between them. */
static void walk_step(const struct walk *w, struct walk_at at)
{
    if (at.set)
        walk_end(w, at);
    for (uint32_t s = 0; s < TINY_SERVICES; s++) {
        const struct solve_service *service = &w->problem->services[s];
        if (at.set >> s & 1 || (service->skills & ~w->vehicle->skills))
            continue;
        for (uint32_t m = 0; m < service->mode_count; m++) {
            struct walk_at next = at;
            if (walk_serve(w, &next, s, m))
                walk_step(w, next);
        }
    }
    for (uint32_t f = 0; f < TINY_FACILITIES && at.set && at.rests < 2; f++) {
        struct walk_at next = at;
        if (walk_empty(w, &next, &w->problem->facilities[f]))
            walk_step(w, next);
    }
}

enum { SETS = 1 << TINY_SERVICES };

/* The cheapest way of one vehicle for each set of services, its fixed cost included. */
static void tiny_sets(const struct tiny *t, const struct solve_vehicle *vehicle, int64_t *sets)
{
    struct walk w = {&t->problem, vehicle, sets, vehicle->shift.earliest};
    int64_t last = vehicle->shift.latest == INT32_MAX ? 0 : 120; /* every time of leaving */

    for (uint32_t i = 0; i < SETS; i++)
        sets[i] = i ? INT64_C(1) << 50 : -vehicle->cost_fixed;
    for (; w.leave <= last; w.leave++)
        walk_step(&w, (struct walk_at){.place = vehicle->start, .now = w.leave});
    for (uint32_t i = 0; i < SETS; i++)
        sets[i] += vehicle->cost_fixed;
}

static int64_t tiny_optimum(const struct tiny *t)
{
    int64_t sets[TINY_VEHICLES][SETS];
    int64_t best = INT64_MAX;

    for (uint32_t v = 0; v < TINY_VEHICLES; v++)
        tiny_sets(t, &t->vehicles[v], sets[v]);
    for (uint32_t a = 0; a < SETS; a++)
        for (uint32_t b = 0; b < SETS; b++) {
            if (a & b)
                continue;
            int64_t cost = sets[0][a] + sets[1][b];
            for (uint32_t s = 0; s < TINY_SERVICES; s++)
                cost += (a | b) >> s & 1 ? 0 : t->services[s].price;
            best = cost < best ? cost : best;
        }
    return best;
}

static uint64_t prop_seed(void)
{
    const char *text = getenv("PROP_SEED");
    uint64_t seed = 1;

    if (text && str_u64(str_of(text), &seed))
        seed = 1;
    printf("PROP_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static void mixed_problems_are_solved_and_never_better_than_the_optimum(void **unused)
{
    enum { PROBLEMS = 60 };
    struct rng rng;
    uint32_t missed = 0;

    (void)unused;
    rng_init(&rng, prop_seed());
    for (uint32_t i = 0; i < PROBLEMS; i++) {
        struct tiny t;
        struct solve_solution solution;
        struct diag diag = {0};
        struct solve_options options = {.seed = i, .iterations_max = 3000};
        tiny_make(&rng, &t);
        assert_int_equal(solve_run(&t.problem, &options, &solution, &diag), OK);
        if (solve_check(&t.problem, &solution, &diag))
            fail_msg("problem %u: %s", i, diag.text);
        int64_t optimum = tiny_optimum(&t);
        if (solution.cost < optimum)
            fail_msg("problem %u: %lld beats the oracle's %lld", i, (long long)solution.cost,
                     (long long)optimum);
        if (solution.cost > optimum) {
            printf("problem %u: %lld, optimum %lld\n", i, (long long)solution.cost,
                   (long long)optimum);
            missed++;
        }
        solve_solution_done(&solution);
    }
    /* No answer may beat the oracle; a route that would be better on an unlike vehicle is found by
     * chance only, so a few may miss it. */
    assert_in_range(missed, 0, PROBLEMS / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixed_problems_are_solved_and_never_better_than_the_optimum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
