/* solve_run_test.c - the search against a slow and obvious oracle on tiny problems, and the checker
 * against answers that are wrong in one way each. PROP_SEED=N reruns one random problem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "solve/check.h"

enum {
    TINY_SERVICES = 5,
    TINY_PLACES = 2 + 2 * TINY_SERVICES,
    TINY_VEHICLES = 2,
    TINY_ROUNDS = 120
};

struct tiny {
    int32_t cost[TINY_PLACES * TINY_PLACES];
    int32_t time[TINY_PLACES * TINY_PLACES];
    struct solve_service services[TINY_SERVICES];
    struct solve_facility facility;
    struct solve_vehicle vehicles[TINY_VEHICLES];
    struct solve_problem problem;
};

/* Place 0 is the depot, 1 the facility; each service has two ends. */
static void draw(struct tiny *tiny, struct rng *rng)
{
    int32_t x[TINY_PLACES];
    int32_t y[TINY_PLACES];

    memset(tiny, 0, sizeof *tiny);
    for (int i = 0; i < TINY_PLACES; i++) {
        x[i] = (int32_t)rng_below(rng, 50);
        y[i] = (int32_t)rng_below(rng, 50);
    }
    for (int i = 0; i < TINY_PLACES; i++)
        for (int j = 0; j < TINY_PLACES; j++) {
            int32_t d = abs(x[i] - x[j]) + abs(y[i] - y[j]);
            tiny->cost[i * TINY_PLACES + j] = d + (i == j ? 0 : (int32_t)rng_below(rng, 4));
            tiny->time[i * TINY_PLACES + j] = d;
        }
    uint32_t count = 1 + rng_below(rng, TINY_SERVICES);
    bool windows = rng_below(rng, 2) == 0;
    for (uint32_t s = 0; s < count; s++) {
        uint32_t a = 2 + 2 * s;
        uint32_t b = a + 1;
        struct solve_service *service = &tiny->services[s];
        *service =
            (struct solve_service){.modes = {{a, b, 3, 2}, {b, a, 3, 4}},
                                   .mode_count = (uint8_t)(1 + rng_below(rng, 2)),
                                   .window = SOLVE_ALWAYS,
                                   .load = {(int32_t)rng_below(rng, 6), (int32_t)rng_below(rng, 4)},
                                   .price = 1000};
        if (windows) {
            service->window.earliest = (int32_t)rng_below(rng, 60);
            service->window.latest = service->window.earliest + 40 + (int32_t)rng_below(rng, 150);
        }
    }
    tiny->facility = (struct solve_facility){
        .place = 1, .duration = 2, .cost = 1, .window = SOLVE_ALWAYS, .resets = 3};
    for (int v = 0; v < TINY_VEHICLES; v++)
        tiny->vehicles[v] = (struct solve_vehicle){.shift = {0, 260},
                                                   .duration_max = INT32_MAX,
                                                   .capacity = {8, 5},
                                                   .must_reset = 1,
                                                   .cost_fixed = 20,
                                                   .trips_max = 4};
    tiny->problem = (struct solve_problem){.place_count = TINY_PLACES,
                                           .travel_cost = tiny->cost,
                                           .travel_time = tiny->time,
                                           .services = tiny->services,
                                           .service_count = count,
                                           .facilities = &tiny->facility,
                                           .facility_count = 1,
                                           .vehicles = tiny->vehicles,
                                           .vehicle_count = TINY_VEHICLES,
                                           .dims = 2};
}

/* --- the oracle: every order, mode, unloading and vehicle, by depth-first search ------------- */

struct walk {
    const struct tiny *tiny;
    uint32_t served; /* mask */
    uint32_t place;
    int32_t clock;
    int32_t load;
    int32_t load_other; /* of the second dimension, which may come home */
    int32_t facilities;
    uint32_t vehicle;
    bool moved;
    int64_t cost;
    int64_t *best;
};

static int32_t ride(const struct walk *walk, const int32_t *table, uint32_t to)
{
    return table[walk->place * TINY_PLACES + to];
}

static void explore(struct walk walk);

static void explore_home(struct walk walk)
{
    struct walk next = walk;

    if (walk.load > 0)
        return;
    if (walk.moved) {
        if (walk.clock + ride(&walk, walk.tiny->time, 0) > 260)
            return;
        next.cost += ride(&walk, walk.tiny->cost, 0) + 20;
    }
    next.vehicle++;
    next.place = 0;
    next.clock = next.load = next.load_other = next.facilities = 0;
    next.moved = false;
    if (next.vehicle < TINY_VEHICLES) {
        explore(next);
        return;
    }
    for (uint32_t s = 0; s < walk.tiny->problem.service_count; s++)
        if (!(next.served >> s & 1))
            next.cost += walk.tiny->services[s].price;
    if (next.cost < *next.best)
        *next.best = next.cost;
}

static void explore_serve(struct walk walk, uint32_t s, uint8_t m)
{
    const struct solve_service *service = &walk.tiny->services[s];
    const struct solve_mode *mode = &service->modes[m];
    struct walk next = walk;

    next.clock += ride(&walk, walk.tiny->time, mode->enter);
    if (next.clock < service->window.earliest)
        next.clock = service->window.earliest;
    if (next.clock > service->window.latest || walk.load + service->load[0] > 8 ||
        walk.load_other + service->load[1] > 5)
        return;
    next.cost += ride(&walk, walk.tiny->cost, mode->enter) + mode->cost;
    next.clock += mode->duration;
    next.place = mode->leave;
    next.load += service->load[0];
    next.load_other += service->load[1];
    next.served |= 1u << s;
    next.moved = true;
    explore(next);
}

static void explore(struct walk walk)
{
    if (walk.cost >= *walk.best)
        return;
    explore_home(walk);
    for (uint32_t s = 0; s < walk.tiny->problem.service_count; s++)
        for (uint8_t m = 0; m < walk.tiny->services[s].mode_count; m++)
            if (!(walk.served >> s & 1))
                explore_serve(walk, s, m);
    if ((walk.load > 0 || walk.load_other > 0) && walk.facilities < 4) {
        struct walk next = walk;
        next.cost += ride(&walk, walk.tiny->cost, 1) + 1;
        next.clock += ride(&walk, walk.tiny->time, 1) + 2;
        next.place = 1;
        next.load = next.load_other = 0;
        next.facilities++;
        explore(next);
    }
}

static int64_t best_of(const struct tiny *tiny)
{
    int64_t best = INT64_MAX;

    explore((struct walk){.tiny = tiny, .best = &best});
    return best;
}

static struct solve_options few(uint64_t iterations)
{
    return (struct solve_options){.seed = 7, .iterations_max = iterations, .workers = {.count = 1}};
}

static void one_random_problem(uint64_t seed)
{
    struct tiny tiny;
    struct rng rng;
    struct solve_options options = few(3000);
    struct solve_solution found = {0};
    struct diag diag = {0};

    rng_init(&rng, seed);
    draw(&tiny, &rng);
    assert_int_equal(solve_run(&tiny.problem, &options, &found, &diag), OK);
    if (solve_check(&tiny.problem, &found, &diag))
        fail_msg("PROP_SEED=%llu: %s", (unsigned long long)seed, diag.text);
    int64_t best = best_of(&tiny);
    if (found.cost != best)
        fail_msg("PROP_SEED=%llu: cost %lld, the best is %lld", (unsigned long long)seed,
                 (long long)found.cost, (long long)best);
    solve_solution_done(&found);
}

static void tiny_problems_are_solved_to_the_optimum(void **state)
{
    const char *only = getenv("PROP_SEED");
    uint64_t seed = 0;

    (void)state;
    if (only && !str_u64(str_of(only), &seed)) {
        one_random_problem(seed);
        return;
    }
    for (seed = 1; seed <= TINY_ROUNDS; seed++)
        one_random_problem(seed);
}

static void the_same_iterations_give_the_same_answer(void **state)
{
    struct tiny tiny;
    struct rng rng;
    struct solve_options options = few(200);
    struct solve_solution a = {0};
    struct solve_solution b = {0};

    (void)state;
    rng_init(&rng, 11);
    draw(&tiny, &rng);
    assert_int_equal(solve_run(&tiny.problem, &options, &a, NULL), OK);
    assert_int_equal(solve_run(&tiny.problem, &options, &b, NULL), OK);
    assert_int_equal(a.visit_count, b.visit_count);
    assert_memory_equal(a.visits, b.visits, a.visit_count * sizeof *a.visits);
    solve_solution_done(&a);
    solve_solution_done(&b);
}

/* A line of three services, so that each rule can be broken on purpose. */
static struct tiny *line_problem(void)
{
    struct tiny *tiny = calloc(1, sizeof *tiny);
    struct rng rng;

    assert_non_null(tiny);
    rng_init(&rng, 3);
    draw(tiny, &rng);
    tiny->problem.service_count = 3;
    for (uint32_t s = 0; s < 3; s++)
        tiny->services[s] = (struct solve_service){
            .modes = {{2 + 2 * s, 3 + 2 * s, 3, 2}, {3 + 2 * s, 2 + 2 * s, 3, 2}},
            .mode_count = 2,
            .window = {0, 200},
            .load = {2},
            .price = 1000};
    return tiny;
}

static void answers_with_one_mistake_are_refused(void **state)
{
    enum { MISTAKES = 12 };
    (void)state;
    for (int mistake = 0; mistake < MISTAKES; mistake++) {
        struct tiny *tiny = line_problem();
        struct solve_options options = few(200);
        struct solve_solution found = {0};
        struct diag diag = {0};
        assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
        assert_int_equal(solve_check(&tiny->problem, &found, &diag), OK);
        assert_int_equal(found.unserved_count, 0);
        struct solve_visit *first = &found.visits[0];
        switch (mistake) {
        case 0:
            first->mode = 2;
            break;
        case 1:
            first->arrive++;
            break;
        case 2:
            first->index = 99;
            break;
        case 3:
            found.cost++;
            break;
        case 4:
            found.cost_travel++;
            break;
        case 5:
            found.routes[0].vehicle = TINY_VEHICLES;
            break;
        case 6:
            tiny->services[0].window.latest = 0;
            tiny->services[1].window.latest = 0;
            tiny->services[2].window.latest = 0;
            break;
        case 7:
            tiny->vehicles[found.routes[0].vehicle].capacity[0] = 1;
            break;
        case 8:
            tiny->facility.resets = 0; /* nothing is unloaded any more */
            break;
        case 9:
            found.visits[0].index = found.visits[1].index; /* one twice, another never */
            break;
        case 10:
            tiny->vehicles[found.routes[0].vehicle].duration_max = 1;
            break;
        default:
            tiny->services[0].skills = 1;
            break;
        }
        if (solve_check(&tiny->problem, &found, &diag) != ERR_INVALID)
            fail_msg("mistake %d was not seen", mistake);
        assert_true(diag.text[0]);
        solve_solution_done(&found);
        free(tiny);
    }
}

static void break_a_limit(int mistake, struct tiny *tiny, struct solve_solution *found)
{
    struct solve_route *route = &found->routes[0];
    struct solve_vehicle *vehicle = &tiny->vehicles[route->vehicle];

    switch (mistake) {
    case 0:
        vehicle->shift.earliest = route->leave + 1;
        break;
    case 1:
        vehicle->shift.latest = route->arrive - 1;
        break;
    case 2:
        vehicle->trips_max = 0; /* it must unload, so it does visit the facility */
        break;
    case 3:
        route->arrive++;
        break;
    case 4:
        route->visit_count = found->visit_count + 1;
        break;
    case 5:
        found->visits[0].leave++;
        break;
    case 6:
        found->unserved[0] = (struct solve_unserved){0, SOLVE_REASON_FLEET}; /* yet it is served */
        found->unserved_count = 1;
        break;
    case 7:
        tiny->facility.skills = 1;
        break;
    default:
        for (int place = 0; place < TINY_PLACES; place++)
            tiny->cost[place * TINY_PLACES] = SOLVE_FAR; /* no way home */
        break;
    }
}

static void answers_past_a_limit_are_refused(void **state)
{
    enum { MISTAKES = 9 };
    (void)state;
    for (int mistake = 0; mistake < MISTAKES; mistake++) {
        struct tiny *tiny = line_problem();
        struct solve_options options = few(200);
        struct solve_solution found = {0};
        struct diag diag = {0};
        assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
        assert_int_equal(solve_check(&tiny->problem, &found, &diag), OK);
        break_a_limit(mistake, tiny, &found);
        if (solve_check(&tiny->problem, &found, &diag) != ERR_INVALID)
            fail_msg("mistake %d was not seen", mistake);
        assert_true(diag.text[0]);
        solve_solution_done(&found);
        free(tiny);
    }
}

static void what_cannot_be_served_says_why(void **state)
{
    struct tiny *tiny = line_problem();
    struct solve_options options = few(50);
    struct solve_solution found = {0};

    (void)state;
    tiny->services[0].skills = 4;
    tiny->services[1].load[0] = 9;
    for (int i = 0; i < TINY_PLACES; i++)
        for (int end = 6; end < 8; end++)
            tiny->cost[i * TINY_PLACES + end] = i == end ? 0 : SOLVE_FAR;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
    assert_int_equal(solve_check(&tiny->problem, &found, NULL), OK);
    assert_int_equal(found.unserved_count, 3);
    assert_int_equal(found.unserved[0].reason, SOLVE_REASON_SKILLS);
    assert_int_equal(found.unserved[1].reason, SOLVE_REASON_CAPACITY);
    assert_int_equal(found.unserved[2].reason, SOLVE_REASON_UNREACHABLE);
    solve_solution_done(&found);
    free(tiny);
}

static void a_window_no_shift_meets_is_told_from_a_fleet_used_up(void **state)
{
    struct tiny *tiny = line_problem();
    struct solve_options options = few(50);
    struct solve_solution found = {0};

    (void)state;
    tiny->services[0].window = (struct solve_window){1000, 2000};
    tiny->problem.vehicle_count = 1;
    tiny->vehicles[0].trips_max = 1;
    for (uint32_t s = 1; s < 3; s++)
        tiny->services[s].load[0] = 8; /* one trip holds one of them */
    assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
    assert_int_equal(found.unserved_count, 2);
    assert_int_equal(found.unserved[0].reason, SOLVE_REASON_WINDOW);
    assert_int_equal(found.unserved[1].reason, SOLVE_REASON_FLEET);
    solve_solution_done(&found);
    free(tiny);
}

static void nothing_to_do_and_nobody_to_do_it_are_answers(void **state)
{
    struct tiny *tiny = line_problem();
    struct solve_options options = few(10);
    struct solve_solution found = {0};

    (void)state;
    tiny->problem.vehicle_count = 0;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
    assert_int_equal(found.unserved_count, 3);
    assert_int_equal(solve_check(&tiny->problem, &found, NULL), OK);
    solve_solution_done(&found);
    tiny->problem.service_count = 0;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
    assert_int_equal(found.route_count, 0);
    assert_int_equal(found.cost, 0);
    solve_solution_done(&found);
    free(tiny);
}

static void a_problem_that_makes_no_sense_is_refused(void **state)
{
    struct tiny *tiny = line_problem();
    struct solve_options options = few(10);
    struct solve_solution found = {0};
    struct diag diag = {0};

    (void)state;
    tiny->services[1].modes[1].enter = TINY_PLACES;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "service 1"));
    tiny->services[1].modes[1].enter = 2;
    tiny->cost[5] = -1;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, &diag), ERR_INVALID);
    tiny->cost[5] = 1;
    tiny->services[1].load[0] = INT32_MAX;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, &diag), ERR_LIMIT);
    free(tiny);
}

static void a_raised_flag_ends_the_search_with_an_answer(void **state)
{
    struct tiny *tiny = line_problem();
    atomic_bool stop = true;
    struct solve_options options = few(UINT64_MAX);
    struct solve_solution found = {0};

    (void)state;
    options.cancel = &stop;
    assert_int_equal(solve_run(&tiny->problem, &options, &found, NULL), OK);
    assert_int_equal(found.iterations, 0);
    assert_int_equal(solve_check(&tiny->problem, &found, NULL), OK);
    solve_solution_done(&found);
    free(tiny);
}

#ifdef MEM_FAULTS
static void every_allocation_may_fail(void **state)
{
    struct tiny *tiny = line_problem();
    struct solve_options options = few(20);

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct solve_solution found = {0};
        mem_fail_nth(nth);
        enum err err = solve_run(&tiny->problem, &options, &found, NULL);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        if (!fired) {
            assert_int_equal(err, OK);
            solve_solution_done(&found);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
        assert_null(found.routes);
        assert_int_equal(mem_live_bytes(), 0);
    }
    free(tiny);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiny_problems_are_solved_to_the_optimum),
        cmocka_unit_test(the_same_iterations_give_the_same_answer),
        cmocka_unit_test(answers_with_one_mistake_are_refused),
        cmocka_unit_test(answers_past_a_limit_are_refused),
        cmocka_unit_test(what_cannot_be_served_says_why),
        cmocka_unit_test(a_window_no_shift_meets_is_told_from_a_fleet_used_up),
        cmocka_unit_test(nothing_to_do_and_nobody_to_do_it_are_answers),
        cmocka_unit_test(a_problem_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_raised_flag_ends_the_search_with_an_answer),
#ifdef MEM_FAULTS
        cmocka_unit_test(every_allocation_may_fail),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
