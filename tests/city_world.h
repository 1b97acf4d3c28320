/* city_world.h - a custody over the small city, for its tests. */
#ifndef TESTS_CITY_WORLD_H
#define TESTS_CITY_WORLD_H

#include "check.h"
#include "city/custody.h"
#include "city_fixture.h"

enum { H = 3600, KG = 1000 };

struct world {
    struct city *city;
    struct city_custody *custody;
    struct city_effects effects;
};

static inline void world_open(struct world *world)
{
    *world = (struct world){.city = fixture_city()};
    assert_non_null(world->city);
    assert_int_equal(city_custody_new(world->city, NULL, &world->custody), OK);
}

static inline void world_close(struct world *world)
{
    city_effects_done(&world->effects);
    city_custody_free(world->custody);
    city_free(world->city);
}

static inline enum city_fate add(struct world *world, struct city_fact fact)
{
    enum city_fate fate = CITY_FATES;

    assert_int_equal(city_custody_add(world->custody, &fact, &fate, NULL), OK);
    return fate;
}

static inline void run(struct world *world, int64_t second)
{
    world->effects.list.count = 0;
    assert_int_equal(city_custody_run(world->custody, fixture_at(second), &world->effects), OK);
}

static inline size_t told(const struct world *world, enum city_effect_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < world->effects.list.count; i++)
        count += world->effects.list.items[i].kind == kind;
    return count;
}

/* What the rows that were told add up to: the last word about each trip. */
struct ledger {
    int64_t lifted_g, ticketed_g, signs, trips;
};

static inline void ledger_take(const struct city_effects *effects, struct ledger *ledger)
{
    for (size_t i = 0; i < effects->list.count; i++) {
        const struct city_effect *effect = &effects->list.items[i];
        ledger->trips += effect->kind == CITY_EFFECT_TRIP;
        ledger->trips -= effect->kind == CITY_EFFECT_TRIP_GONE;
        ledger->signs += effect->kind == CITY_EFFECT_SIGN;
        ledger->signs -= effect->kind == CITY_EFFECT_SIGN_GONE;
        if (effect->kind == CITY_EFFECT_TRIP) {
            ledger->lifted_g += city_trip_lifted_g(&effect->trip);
            ledger->ticketed_g += effect->trip.ticketed_g;
        }
    }
}

#endif
