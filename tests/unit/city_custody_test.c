/* The chain of custody: trips, their balance, the four signs, lateness, corrections. */
#include "city_world.h"

static const struct city_effect *only(const struct world *world, enum city_effect_kind kind)
{
    const struct city_effect *found = NULL;

    assert_int_equal(told(world, kind), 1);
    for (size_t i = 0; i < world->effects.list.count; i++)
        if (world->effects.list.items[i].kind == kind)
            found = &world->effects.list.items[i];
    return found;
}

static void a_trip_is_lifts_unload_and_ticket(void **state)
{
    struct world w;
    int64_t off_g = -1;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, FOOD_TRUCK, 0, 1, 60 * KG));
    add(&w, fixture_lift(2, 600, FOOD_TRUCK, 0, 4, 45 * KG));
    run(&w, 700);
    assert_int_equal(w.effects.list.count, 0);
    assert_int_equal(city_custody_hold(w.custody, FOOD_TRUCK, 0)->g[F], 105 * KG);
    add(&w, fixture_unload(3, H, FOOD_TRUCK, PLANT, 0));
    add(&w, fixture_ticket(4, H + 300, FOOD_TRUCK, PLANT, F, 106 * KG));
    run(&w, H + 400);
    assert_int_equal(w.effects.list.count, 0); /* another ticket may come */
    assert_int_equal(city_hold_g(city_custody_hold(w.custody, FOOD_TRUCK, 0)), 0);
    assert_int_equal(city_custody_sum(w.custody, 20781, CITY_NONE).waiting_g, 105 * KG);
    run(&w, 4 * H);
    const struct city_trip *trip = &only(&w, CITY_EFFECT_TRIP)->trip;
    struct city_custody_rules rules = city_custody_rules_default();
    assert_int_equal(city_trip_balance(&rules, trip, &off_g), CITY_BALANCE_EVEN);
    assert_int_equal(off_g, KG);
    assert_int_equal(trip->lifts, 2);
    assert_int_equal(trip->since.us, fixture_at(0).us);
    assert_int_equal(trip->evidence, CITY_BY_TRACK | CITY_BY_TICKET);
    assert_int_equal(w.effects.list.count, 1);
    run(&w, 5 * H);
    assert_int_equal(w.effects.list.count, 0); /* told once */
    struct city_sum day = city_custody_sum(w.custody, 20781, PLANT);
    assert_int_equal(day.ticketed_g, 106 * KG);
    assert_int_equal(day.unexplained_g, KG);
    assert_int_equal(city_custody_sum(w.custody, 20781, INCINERATOR).trips, 0);
    assert_int_equal(city_custody_sum(w.custody, 20780, CITY_NONE).trips, 0);
    world_close(&w);
}

/* The ticket may be stamped at the first weighing, before the unload. */
static void a_ticket_before_its_unload_is_the_same_emptying(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, TWO_TRUCK, 0, 0, 60 * KG));
    add(&w, fixture_lift(2, 60, TWO_TRUCK, 1, 2, 200 * KG));
    add(&w, fixture_ticket(3, H, TWO_TRUCK, STATION, O, 201 * KG));
    add(&w, fixture_ticket(4, H + 60, TWO_TRUCK, STATION, R, 60 * KG));
    add(&w, fixture_unload(5, H + 120, TWO_TRUCK, STATION, 3));
    run(&w, 9 * H);
    const struct city_trip *trip = &only(&w, CITY_EFFECT_TRIP)->trip;
    assert_int_equal(w.effects.list.count, 1);
    assert_int_equal(trip->tickets, 2);
    assert_int_equal(trip->ticketed_g, 261 * KG);
    assert_int_equal(city_trip_lifted_g(trip), 260 * KG);
    assert_int_equal(trip->compartments, 3);
    world_close(&w);
}

static void a_bin_in_the_wrong_compartment_is_a_sign(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(7, 0, TWO_TRUCK, 0, 2, 30 * KG)); /* residual among recyclables */
    run(&w, 1);
    const struct city_sign *sign = &only(&w, CITY_EFFECT_SIGN)->sign;
    assert_int_equal(sign->kind, CITY_SIGN_WRONG_COMPARTMENT);
    assert_int_equal(sign->stream, O);
    assert_int_equal(sign->expected, R);
    assert_int_equal(sign->fact, 7);
    assert_int_equal(sign->bin, 2);
    assert_int_equal(sign->g, 30 * KG);
    assert_int_equal(sign->evidence, CITY_BY_WEIGHT);
    assert_int_equal(w.effects.list.count, 1); /* it is the only stream in there so far */
    world_close(&w);
}

static void a_second_stream_in_a_compartment_is_a_sign_once(void **state)
{
    struct world w;
    size_t second = 0;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, FOOD_TRUCK, 0, 1, 30 * KG));
    add(&w, fixture_lift(2, 60, FOOD_TRUCK, 0, 2, 30 * KG));
    add(&w, fixture_lift(3, 120, FOOD_TRUCK, 0, 5, 30 * KG));
    run(&w, 200);
    assert_int_equal(told(&w, CITY_EFFECT_SIGN), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct city_sign *sign = &w.effects.list.items[i].sign;
        if (sign->kind != CITY_SIGN_TWO_STREAMS)
            continue;
        second++;
        assert_int_equal(sign->fact, 2);
        assert_int_equal(sign->other, 1); /* the lift that it contradicts */
        assert_int_equal(sign->expected, F);
    }
    assert_int_equal(second, 1);
    world_close(&w);
}

static void a_facility_without_licence_is_a_sign(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, FOOD_TRUCK, 0, 1, 500 * KG));
    add(&w, fixture_unload(2, H, FOOD_TRUCK, INCINERATOR, 0));
    add(&w, fixture_ticket(3, H + 60, FOOD_TRUCK, INCINERATOR, F, 500 * KG));
    run(&w, 9 * H);
    const struct city_sign *sign = &only(&w, CITY_EFFECT_SIGN)->sign;
    assert_int_equal(sign->kind, CITY_SIGN_WRONG_FACILITY);
    assert_int_equal(sign->stream, F);
    assert_int_equal(sign->fact, 2);
    assert_int_equal(sign->other, 1);
    assert_int_equal(sign->facility, INCINERATOR);
    world_close(&w);
}

/* 1,000 kg lifted; 5 % may be off, at least 50 kg. */
static void mass_beyond_tolerance_is_a_sign(void **state)
{
    static const struct {
        int64_t lifted_kg, ticket_kg;
        bool off;
    } cases[] = {{1000, 1000, false}, {1000, 1050, false}, {1000, 1051, true},
                 {1000, 949, true},   {1000, 950, false},  {100, 150, false},
                 {100, 49, true},     {8000, 8399, false}, {8000, 8401, true}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world w;
        world_open(&w);
        add(&w, fixture_lift(1, 0, RESIDUAL_TRUCK, 0, 2, cases[i].lifted_kg * KG));
        add(&w,
            fixture_ticket(2, H, RESIDUAL_TRUCK, INCINERATOR, CITY_NONE, cases[i].ticket_kg * KG));
        run(&w, 9 * H);
        assert_int_equal(told(&w, CITY_EFFECT_SIGN), cases[i].off);
        if (cases[i].off) {
            const struct city_sign *sign = &only(&w, CITY_EFFECT_SIGN)->sign;
            assert_int_equal(sign->kind, CITY_SIGN_MASS);
            assert_int_equal(sign->g, (cases[i].ticket_kg - cases[i].lifted_kg) * KG);
        }
        world_close(&w);
    }
}

/* Nobody knows what an unweighed bin held: more on the ticket says nothing, less does. */
static void an_unweighed_lift_makes_no_guess(void **state)
{
    struct world w;

    (void)state;
    for (int less = 0; less < 2; less++) {
        world_open(&w);
        add(&w, fixture_lift(1, 0, RESIDUAL_TRUCK, 0, 2, 400 * KG));
        add(&w, fixture_lift(2, 60, RESIDUAL_TRUCK, 0, 5, CITY_NO_MASS));
        add(&w, fixture_ticket(3, H, RESIDUAL_TRUCK, INCINERATOR, O, (less ? 300 : 900) * KG));
        run(&w, 9 * H);
        assert_int_equal(told(&w, CITY_EFFECT_SIGN), less);
        struct city_sum day = city_custody_sum(w.custody, 20781, CITY_NONE);
        assert_int_equal(day.off_g, less ? 100 * KG : 0);
        assert_int_equal(day.unweighed_lifts, 1);
        world_close(&w);
    }
}

static void a_trip_without_ticket_is_untold(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, RESIDUAL_TRUCK, 0, 2, 400 * KG));
    add(&w, fixture_unload(2, H, RESIDUAL_TRUCK, INCINERATOR, 1));
    add(&w, fixture_lift(3, H + 1800, RESIDUAL_TRUCK, 0, 5, 20 * KG)); /* goes on: no ticket */
    run(&w, H + 1900);
    struct city_custody_rules rules = city_custody_rules_default();
    assert_int_equal(city_trip_balance(&rules, &only(&w, CITY_EFFECT_TRIP)->trip, NULL),
                     CITY_BALANCE_UNTOLD);
    struct city_sum day = city_custody_sum(w.custody, 20781, CITY_NONE);
    assert_int_equal(day.untold_g, 400 * KG);
    assert_int_equal(day.collected_g, 420 * KG);
    world_close(&w);
}

static void a_rest_at_a_plant_with_nothing_aboard_is_no_trip(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_unload(1, H, RESIDUAL_TRUCK, INCINERATOR, 0));
    run(&w, 4 * H);
    assert_int_equal(w.effects.list.count, 0);
    add(&w, fixture_ticket(2, H + 60, RESIDUAL_TRUCK, INCINERATOR, O, 900 * KG));
    run(&w, 5 * H);
    assert_int_equal(only(&w, CITY_EFFECT_TRIP)->trip.tickets, 1); /* but a ticket is */
    world_close(&w);
}

/* A sweeper, or a truck without a scale, has nothing that a ticket could be off from; one that has told
 * lifts before and comes with a load that it never lifted, has. */
static void who_never_weighs_is_not_judged(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_ticket(1, H, RESIDUAL_TRUCK, INCINERATOR, O, 900 * KG));
    run(&w, 4 * H);
    assert_int_equal(told(&w, CITY_EFFECT_SIGN), 0);
    struct city_sum day = city_custody_sum(w.custody, 20781, CITY_SCOPE_CITY);
    assert_int_equal(day.ticketed_g, 900 * KG);
    assert_int_equal(day.off_g, 0);
    add(&w, fixture_lift(2, 4 * H, RESIDUAL_TRUCK, 0, 2, 100 * KG));
    add(&w, fixture_ticket(3, 5 * H, RESIDUAL_TRUCK, INCINERATOR, O, 100 * KG));
    add(&w, fixture_ticket(4, 8 * H, RESIDUAL_TRUCK, INCINERATOR, O, 900 * KG));
    run(&w, 12 * H);
    assert_int_equal(only(&w, CITY_EFFECT_SIGN)->sign.g, 900 * KG);
    assert_int_equal(only(&w, CITY_EFFECT_SIGN)->sign.fact, 4);
    world_close(&w);
}

/* A lift comes hours after the ticket: the sign of mass is taken back. */
static void a_late_fact_takes_a_sign_back(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(3, 60, RESIDUAL_TRUCK, 0, 5, 100 * KG));
    add(&w, fixture_ticket(1, H, RESIDUAL_TRUCK, INCINERATOR, O, 300 * KG));
    run(&w, 4 * H);
    assert_int_equal(only(&w, CITY_EFFECT_SIGN)->sign.kind, CITY_SIGN_MASS);
    struct city_fact late = fixture_lift(2, 0, RESIDUAL_TRUCK, 0, 2, 201 * KG);
    late.received = fixture_at(5 * H);
    assert_int_equal(add(&w, late), CITY_FATE_KEPT);
    run(&w, 5 * H);
    assert_int_equal(only(&w, CITY_EFFECT_SIGN_GONE)->why, CITY_WHY_LATE_FACT);
    assert_int_equal(only(&w, CITY_EFFECT_TRIP_CHANGED)->trip.lifts, 2);
    assert_int_equal(w.effects.list.count, 2);
    world_close(&w);
}

static void a_void_undoes_a_fact_and_stays(void **state)
{
    struct world w;
    struct city_fact wrong;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, RESIDUAL_TRUCK, 0, 2, 300 * KG));
    wrong = fixture_ticket(2, H, RESIDUAL_TRUCK, INCINERATOR, O, 3000 * KG); /* a zero too many */
    add(&w, wrong);
    run(&w, 4 * H);
    assert_int_equal(told(&w, CITY_EFFECT_SIGN), 1);
    struct city_fact undo = {.kind = CITY_FACT_VOID,
                             .id = 3,
                             .at = wrong.at,
                             .received = fixture_at(5 * H),
                             .by = 7,
                             .why = CITY_WHY_CORRECTION,
                             .voided = {2, CITY_FACT_TICKET, RESIDUAL_TRUCK}};
    add(&w, undo);
    wrong.id = 4;
    wrong.ticket.net_g = 300 * KG;
    add(&w, wrong);
    run(&w, 5 * H);
    assert_int_equal(told(&w, CITY_EFFECT_SIGN_GONE), 1);
    assert_int_equal(told(&w, CITY_EFFECT_TRIP_GONE), 1);
    assert_int_equal(only(&w, CITY_EFFECT_TRIP)->trip.ticketed_g, 300 * KG);
    assert_int_equal(city_custody_facts(w.custody), 4); /* rows are kept */
    world_close(&w);
}

static void what_is_older_than_the_window_changes_nothing(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    add(&w, fixture_lift(1, 0, RESIDUAL_TRUCK, 0, 2, 300 * KG));
    add(&w, fixture_ticket(2, H, RESIDUAL_TRUCK, INCINERATOR, O, 300 * KG));
    run(&w, 60 * H);
    assert_int_equal(city_custody_facts(w.custody), 0); /* settled */
    struct city_sum before = city_custody_sum(w.custody, 20781, CITY_NONE);
    assert_int_equal(before.ticketed_g, 300 * KG);
    struct city_fact late = fixture_lift(3, 30, RESIDUAL_TRUCK, 0, 5, 20 * KG);
    late.received = fixture_at(60 * H);
    assert_int_equal(add(&w, late), CITY_FATE_LATE);
    run(&w, 61 * H);
    assert_int_equal(w.effects.list.count, 0);
    struct city_sum after = city_custody_sum(w.custody, 20781, CITY_NONE);
    assert_int_equal(after.collected_g, before.collected_g);
    assert_int_equal(after.late, 1);
    assert_int_equal(after.late_g, 20 * KG);
    world_close(&w);
}

static void a_clock_without_date_counts_when_received(void **state)
{
    struct world w;
    struct city_fact fact = fixture_lift(1, H, RESIDUAL_TRUCK, 0, 2, 300 * KG);

    (void)state;
    world_open(&w);
    fact.at.us = 0;
    assert_int_equal(add(&w, fact), CITY_FATE_CLOCK);
    fact.received = fixture_at(2 * H);
    assert_int_equal(add(&w, fact), CITY_FATE_AGAIN); /* sent again: the first receipt counts */
    run(&w, 3 * H);
    assert_int_equal(city_custody_hold(w.custody, RESIDUAL_TRUCK, 0)->since.us,
                     fixture_at(H + 2).us);
    fact.id = 2;
    fact.at = fixture_at(30 * H); /* a clock that is ahead */
    assert_int_equal(add(&w, fact), CITY_FATE_CLOCK);
    world_close(&w);
}

static void stations_send_on_what_they_took(void **state)
{
    struct world w;
    struct city_fact load = fixture_lift(3, 3 * H, RESIDUAL_TRUCK, 0, CITY_NONE, 5000 * KG);
    struct city_fact residue = {.kind = CITY_FACT_RESIDUE,
                                .id = 5,
                                .at = fixture_at(9 * H),
                                .received = fixture_at(9 * H),
                                .residue = {INCINERATOR, O, 1000 * KG}};

    (void)state;
    world_open(&w);
    load.lift.station = STATION;
    load.lift.stream = O;
    add(&w, load);
    add(&w, fixture_ticket(4, 4 * H, RESIDUAL_TRUCK, INCINERATOR, O, 5010 * KG));
    add(&w, residue);
    run(&w, 10 * H);
    assert_int_equal(w.effects.list.count, 1);
    assert_int_equal(city_custody_sum(w.custody, 20781, STATION).loaded_g, 5000 * KG);
    assert_int_equal(city_custody_sum(w.custody, 20781, CITY_NONE).collected_g, 0);
    assert_int_equal(city_custody_sum(w.custody, 20781, INCINERATOR).residue_g, 1000 * KG);
    world_close(&w);
}

static void what_the_city_has_not_is_refused(void **state)
{
    struct world w;
    struct city_fact fact = fixture_lift(1, 0, FOOD_TRUCK, 1, 1, 1); /* one compartment only */
    enum city_fate fate = CITY_FATES;

    (void)state;
    world_open(&w);
    assert_int_equal(city_custody_add(w.custody, &fact, &fate, NULL), ERR_RANGE);
    fact = fixture_lift(1, 0, FIXTURE_VEHICLES, 0, 1, 1);
    assert_int_equal(city_custody_add(w.custody, &fact, &fate, NULL), ERR_RANGE);
    fact = fixture_lift(1, 0, FOOD_TRUCK, 0, FIXTURE_BINS, 1);
    assert_int_equal(city_custody_add(w.custody, &fact, &fate, NULL), ERR_RANGE);
    fact = fixture_lift(1, 0, FOOD_TRUCK, 0, 1, -1);
    assert_int_equal(city_custody_add(w.custody, &fact, &fate, NULL), ERR_RANGE);
    fact = fixture_unload(1, 0, FOOD_TRUCK, PLANT, 2);
    assert_int_equal(city_custody_add(w.custody, &fact, &fate, NULL), ERR_RANGE);
    fact = fixture_ticket(1, 0, FOOD_TRUCK, PLANT, F, CITY_NO_MASS);
    assert_int_equal(city_custody_add(w.custody, &fact, &fate, NULL), ERR_RANGE);
    assert_int_equal(fate, CITY_FATES);
    world_close(&w);
}

static enum err whole_chain(void *context)
{
    const struct city *city = context;
    struct city_custody *custody = NULL;
    struct city_effects effects = {0};
    enum city_fate fate;

    enum err err = city_custody_new(city, NULL, &custody);
    for (int i = 0; !err && i < 40; i++) {
        struct city_fact fact =
            i % 10 == 9 ? fixture_ticket((uint64_t)i, i * H, FOOD_TRUCK, INCINERATOR, F, 900 * KG)
                        : fixture_lift((uint64_t)i, i * H, FOOD_TRUCK, 0, (uint32_t)i % 30, KG);
        err = city_custody_add(custody, &fact, &fate, NULL);
    }
    if (!err)
        err = city_custody_run(custody, fixture_at(50 * H), &effects);
    if (!err)
        err = city_custody_run(custody, fixture_at(200 * H), &effects);
    if (!err)
        assert_int_equal(city_custody_facts(custody), 0);
    city_effects_done(&effects);
    city_custody_free(custody);
    return err;
}

static void every_refused_allocation_is_answered(void **state)
{
    struct city *city = fixture_city();

    (void)state;
    assert_non_null(city);
    check_sweep(whole_chain, city);
    city_free(city);
    city_custody_free(NULL);
}

/* A run that fails half way is repeated: what it tells in all is told once. */
static void a_failed_run_tells_nothing_twice(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 40; nth++) {
        struct world w;
        struct ledger got = {0};
        world_open(&w);
        for (uint32_t v = 0; v < FIXTURE_VEHICLES; v++) {
            add(&w, fixture_lift(10 * v, 0, v, 0, 1, 400 * KG));
            add(&w, fixture_ticket(10 * v + 1, H, v, INCINERATOR, CITY_NONE, 500 * KG));
        }
        mem_fail_nth(nth);
        enum err err = city_custody_run(w.custody, fixture_at(60 * H), &w.effects);
        mem_fail_nth(0);
        if (err) /* `effects` keeps what was told */
            assert_int_equal(city_custody_run(w.custody, fixture_at(60 * H), &w.effects), OK);
        ledger_take(&w.effects, &got);
        assert_int_equal(got.trips, 3);
        assert_int_equal(got.ticketed_g, 1500 * KG);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trip_is_lifts_unload_and_ticket),
        cmocka_unit_test(a_ticket_before_its_unload_is_the_same_emptying),
        cmocka_unit_test(a_bin_in_the_wrong_compartment_is_a_sign),
        cmocka_unit_test(a_second_stream_in_a_compartment_is_a_sign_once),
        cmocka_unit_test(a_facility_without_licence_is_a_sign),
        cmocka_unit_test(mass_beyond_tolerance_is_a_sign),
        cmocka_unit_test(an_unweighed_lift_makes_no_guess),
        cmocka_unit_test(a_trip_without_ticket_is_untold),
        cmocka_unit_test(a_rest_at_a_plant_with_nothing_aboard_is_no_trip),
        cmocka_unit_test(who_never_weighs_is_not_judged),
        cmocka_unit_test(a_late_fact_takes_a_sign_back),
        cmocka_unit_test(a_void_undoes_a_fact_and_stays),
        cmocka_unit_test(what_is_older_than_the_window_changes_nothing),
        cmocka_unit_test(a_clock_without_date_counts_when_received),
        cmocka_unit_test(stations_send_on_what_they_took),
        cmocka_unit_test(what_the_city_has_not_is_refused),
        cmocka_unit_test(every_refused_allocation_is_answered),
        cmocka_unit_test(a_failed_run_tells_nothing_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
