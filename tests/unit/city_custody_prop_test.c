/* Custody on random days: no gram is made or lost, and arrival plays no part. */
#include <string.h>

#include "city_world.h"
#include "prop.h"

enum { FACTS_MAX = 400 };

struct day {
    struct city_fact facts[FACTS_MAX];
    size_t count;
};

static struct city_fact random_lift(struct rng *rng, uint64_t id, int64_t second, uint32_t vehicle)
{
    uint32_t compartment = vehicle == TWO_TRUCK ? rng_below(rng, 2) : 0;
    uint32_t bin = rng_below(rng, 10) ? rng_below(rng, FIXTURE_BINS) : CITY_NONE;
    int64_t net_g = rng_below(rng, 10) ? rng_range(rng, 0, 100 * KG) : CITY_NO_MASS;
    struct city_fact fact = fixture_lift(id, second, vehicle, compartment, bin, net_g);

    fact.lift.taken = rng_below(rng, 20) != 0;
    return fact;
}

static struct city_fact random_fact(struct rng *rng, uint64_t id)
{
    uint32_t vehicle = rng_below(rng, FIXTURE_VEHICLES);
    int64_t second = rng_range(rng, 0, 40 * H);
    uint32_t what = rng_below(rng, 20);

    if (what == 0)
        return fixture_unload(id, second, vehicle, rng_below(rng, 4), 0);
    if (what == 1)
        return fixture_ticket(id, second, vehicle, rng_below(rng, 4),
                              rng_below(rng, 2) ? rng_below(rng, 3) : CITY_NONE,
                              rng_range(rng, 0, 2000 * KG));
    return random_lift(rng, id, second, vehicle);
}

/* Vehicles lift, unload and are weighed within 40 hours, so that all is within the window. */
static void random_day(struct rng *rng, size_t size, struct day *day)
{
    day->count = size < FACTS_MAX ? size : FACTS_MAX;
    for (size_t i = 0; i < day->count; i++) {
        struct city_fact *fact = &day->facts[i];
        const struct city_fact *before = i ? &day->facts[i - 1] : NULL;
        *fact = random_fact(rng, i + 1);
        if (before && before->kind == CITY_FACT_LIFT && rng_below(rng, 20) == 0)
            *fact =
                (struct city_fact){.kind = CITY_FACT_VOID,
                                   .id = i + 1,
                                   .at = before->at,
                                   .voided = {before->id, CITY_FACT_LIFT, before->lift.vehicle}};
        fact->received = fixture_at(40 * H + 100 + (int64_t)i);
    }
}

static void shuffle(struct rng *rng, struct day *day)
{
    for (size_t i = day->count; i > 1; i--) {
        size_t j = rng_below(rng, (uint32_t)i);
        struct city_fact fact = day->facts[i - 1];
        day->facts[i - 1] = day->facts[j];
        day->facts[j] = fact;
    }
}

static bool voided(const struct day *day, const struct city_fact *fact)
{
    for (size_t i = 0; i < day->count; i++)
        if (day->facts[i].kind == CITY_FACT_VOID && day->facts[i].voided.id == fact->id)
            return true;
    return false;
}

/* Slow and obvious: lifted is what the lifts say, ticketed what the tickets say. */
static struct ledger oracle(const struct day *day)
{
    struct ledger sum = {0};

    for (size_t i = 0; i < day->count; i++) {
        const struct city_fact *fact = &day->facts[i];
        if (fact->kind == CITY_FACT_TICKET)
            sum.ticketed_g += fact->ticket.net_g;
        if (fact->kind == CITY_FACT_LIFT && fact->lift.taken && fact->lift.net_g != CITY_NO_MASS &&
            !voided(day, fact))
            sum.lifted_g += fact->lift.net_g;
    }
    return sum;
}

static int64_t aboard_g(const struct world *w)
{
    int64_t g = 0;

    for (uint32_t v = 0; v < FIXTURE_VEHICLES; v++)
        for (uint32_t c = 0; c < 2; c++)
            g += city_hold_g(city_custody_hold(w->custody, v, c));
    return g;
}

/* What leaves the districts and bins that nobody knows is what is collected; what the facilities take
 * of each stream is what the city's trips bring. */
static bool flows_add_up(const struct world *w, int64_t day)
{
    struct city_sum all = city_custody_sum(w->custody, day, CITY_SCOPE_CITY);

    for (uint32_t s = 0; s < 3; s++) {
        int64_t left_g = all.collected_of_g[s];
        int64_t taken_g = all.lifted_of_g[s];
        for (uint32_t d = 0; d < 2; d++)
            left_g -= city_custody_sum(w->custody, day, CITY_SCOPE_DISTRICT | d).collected_of_g[s];
        for (uint32_t f = 0; f < 4; f++)
            taken_g -= city_custody_sum(w->custody, day, f).lifted_of_g[s];
        if (left_g != 0 || taken_g != 0)
            return false;
    }
    return true;
}

static bool facilities_add_up(const struct world *w, int64_t day)
{
    struct city_sum all = city_custody_sum(w->custody, day, CITY_SCOPE_CITY);

    for (uint32_t f = 0; f < 4; f++) {
        struct city_sum part = city_custody_sum(w->custody, day, f);
        all.ticketed_g -= part.ticketed_g;
        all.lifted_g -= part.lifted_g;
        all.unexplained_g -= part.unexplained_g;
        all.off_g -= part.off_g;
        all.trips -= part.trips;
    }
    return !all.ticketed_g && !all.lifted_g && !all.unexplained_g && !all.off_g && !all.trips;
}

/* No gram is made or lost, whatever happens: lifted = in trips + aboard, tickets = tickets. */
static bool grams_are_conserved(struct rng *rng, size_t size)
{
    struct day day;
    struct world w;
    struct ledger got = {0};

    random_day(rng, size, &day);
    struct ledger want = oracle(&day);
    world_open(&w);
    for (size_t i = 0; i < day.count; i++)
        add(&w, day.facts[i]);
    run(&w, 43 * H);
    ledger_take(&w.effects, &got);
    int64_t collected_g = 0;
    int64_t in_trips_g = 0;
    for (int d = 0; d < 3; d++) {
        struct city_sum sum = city_custody_sum(w.custody, 20781 + d, CITY_SCOPE_CITY);
        collected_g += sum.collected_g;
        in_trips_g += sum.lifted_g;
    }
    bool good = got.lifted_g + aboard_g(&w) == want.lifted_g && got.ticketed_g == want.ticketed_g &&
                collected_g == want.lifted_g && in_trips_g == got.lifted_g;
    for (int d = 0; d < 3; d++)
        good = good && flows_add_up(&w, 20781 + d) && facilities_add_up(&w, 20781 + d);
    world_close(&w);
    return good;
}

/* The same facts in another order, with runs between that tell and take back: in the end the same
 * trips and signs stand, and the same is aboard. */
static bool arrival_plays_no_part(struct rng *rng, size_t size)
{
    struct day day;
    struct world ordered;
    struct world shuffled;
    struct ledger one = {0};
    struct ledger two = {0};

    random_day(rng, size, &day);
    world_open(&ordered);
    world_open(&shuffled);
    for (size_t i = 0; i < day.count; i++)
        add(&ordered, day.facts[i]);
    run(&ordered, 43 * H);
    ledger_take(&ordered.effects, &one);
    shuffle(rng, &day);
    for (size_t i = 0; i < day.count; i++) {
        add(&shuffled, day.facts[i]);
        if (rng_below(rng, 5) == 0)
            add(&shuffled, day.facts[rng_below(rng, (uint32_t)i + 1)]); /* sent again */
        if (rng_below(rng, 10) == 0) {
            run(&shuffled, 41 * H + (int64_t)i);
            ledger_take(&shuffled.effects, &two);
        }
    }
    run(&shuffled, 43 * H);
    ledger_take(&shuffled.effects, &two);
    bool good = one.trips == two.trips && one.signs == two.signs &&
                aboard_g(&ordered) == aboard_g(&shuffled);
    for (int d = 0; d < 3; d++) {
        struct city_sum a = city_custody_sum(ordered.custody, 20781 + d, CITY_NONE);
        struct city_sum b = city_custody_sum(shuffled.custody, 20781 + d, CITY_NONE);
        good = good && memcmp(&a, &b, sizeof a) == 0;
    }
    world_close(&ordered);
    world_close(&shuffled);
    return good;
}

/* Settling is invisible: with runs that move the window along, the sums are those of one run. */
static bool settling_changes_no_sum(struct rng *rng, size_t size)
{
    static const uint32_t scopes[] = {CITY_SCOPE_CITY, INCINERATOR, STATION,
                                      CITY_SCOPE_DISTRICT | 0, CITY_SCOPE_DISTRICT | 1};
    struct day day;
    struct world once;
    struct world often;

    random_day(rng, size, &day);
    world_open(&once);
    world_open(&often);
    for (size_t i = 0; i < day.count; i++) {
        add(&once, day.facts[i]);
        add(&often, day.facts[i]);
    }
    run(&once, 43 * H);
    for (int64_t h = 43; h < 100; h += 3)
        run(&often, h * H);
    bool good = aboard_g(&once) == aboard_g(&often) && city_custody_facts(often.custody) == 0;
    for (int d = 0; d < 3; d++) {
        for (size_t s = 0; s < COUNT_OF(scopes); s++) {
            struct city_sum a = city_custody_sum(once.custody, 20781 + d, scopes[s]);
            struct city_sum b = city_custody_sum(often.custody, 20781 + d, scopes[s]);
            good = good && memcmp(&a, &b, sizeof a) == 0;
        }
    }
    world_close(&once);
    world_close(&often);
    return good;
}

static void no_gram_is_made_or_lost(void **state)
{
    (void)state;
    PROP(grams_are_conserved, 200, FACTS_MAX);
}

static void any_arrival_gives_the_same_state(void **state)
{
    (void)state;
    PROP(arrival_plays_no_part, 200, FACTS_MAX);
}

static void settled_sums_are_the_same_sums(void **state)
{
    (void)state;
    PROP(settling_changes_no_sum, 200, FACTS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_gram_is_made_or_lost),
        cmocka_unit_test(any_arrival_gives_the_same_state),
        cmocka_unit_test(settled_sums_are_the_same_sums),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
