/* city_custody_fuzz.c - any sequence of facts and runs: no crash, and no gram is made or lost.
 *
 * Ten bytes a step: what, vehicle, compartment or stream, bin or facility, hour (2), how late (2),
 * kilograms (2). The grams that were taken in must be in trips or aboard, whatever was late, sent
 * again, or settled meanwhile. */
#include <string.h>

#include "city/custody.h"
#include "fuzz.h"

enum { STEP_BYTES = 10, STEPS_MAX = 400, VEHICLES = 4, BINS = 8, FACILITIES = 3, STREAMS = 3 };
static const int64_t start_us = INT64_C(1795478400) * CLOCK_US_PER_S;
static const int64_t hour_us = 3600 * CLOCK_US_PER_S;

struct ledger {
    int64_t lifted_g;
    int64_t in_trips_g;
    int64_t ticketed_g;
};

static struct city *small_city(void)
{
    struct city *city = NULL;

    if (city_new(1 << 20, &city))
        return NULL;
    city->streams = arena_zero(&city->arena, STREAMS, sizeof *city->streams);
    city->bins = arena_zero(&city->arena, BINS, sizeof *city->bins);
    city->facilities = arena_zero(&city->arena, FACILITIES, sizeof *city->facilities);
    city->vehicles = arena_zero(&city->arena, VEHICLES, sizeof *city->vehicles);
    ASSERT(city->streams && city->bins && city->facilities && city->vehicles);
    city->stream_count = STREAMS;
    city->bin_count = BINS;
    city->facility_count = FACILITIES;
    city->vehicle_count = VEHICLES;
    for (uint32_t i = 0; i < BINS; i++)
        city->bins[i].stream = i % STREAMS;
    for (uint32_t i = 0; i < FACILITIES; i++)
        city->facilities[i].streams = UINT32_C(1) << i;
    for (uint32_t v = 0; v < VEHICLES; v++) {
        city->vehicles[v].compartment_count = v; /* the first has none */
        for (uint32_t c = 0; c < v; c++)
            city->vehicles[v].compartments[c].stream = c;
    }
    return city;
}

static uint32_t word(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

/* What the bytes say; it may name what is not there. */
static struct city_fact fact_of(const uint8_t *bytes, uint64_t id)
{
    struct city_fact fact = {.id = id};
    int64_t kg = word(bytes + 8);

    fact.at.us = bytes[0] & 0x80 ? 0 : start_us + word(bytes + 4) % 96 * hour_us + bytes[3];
    fact.received.us = start_us + word(bytes + 4) % 96 * hour_us + word(bytes + 6) % 60 * hour_us;
    switch (bytes[0] % 4) {
    case 0:
        fact.kind = CITY_FACT_UNLOAD;
        fact.unload = (struct city_unload){bytes[1] % 5, bytes[3] % 4, bytes[2] % 9};
        break;
    case 1:
        fact.kind = CITY_FACT_TICKET;
        fact.ticket = (struct city_ticket){bytes[1] % 5, bytes[3] % 4,
                                           bytes[2] % 4 == 3 ? CITY_NONE : bytes[2] % 4, kg * 1000};
        break;
    default:
        fact.kind = CITY_FACT_LIFT;
        fact.lift = (struct city_lift){.vehicle = bytes[1] % 5,
                                       .compartment = bytes[2] % 4,
                                       .bin = bytes[3] % 10 == 9 ? CITY_NONE : bytes[3] % 10,
                                       .station = CITY_NONE,
                                       .stream = CITY_NONE,
                                       .net_g = kg % 7 ? kg * 1000 : CITY_NO_MASS,
                                       .taken = kg % 5 != 0};
    }
    return fact;
}

static void count_fact(const struct city_fact *fact, struct ledger *ledger)
{
    if (fact->kind == CITY_FACT_TICKET)
        ledger->ticketed_g += fact->ticket.net_g;
    if (fact->kind == CITY_FACT_LIFT && fact->lift.taken && fact->lift.net_g != CITY_NO_MASS)
        ledger->lifted_g += fact->lift.net_g;
}

static void run(struct city_custody *custody, int64_t now_us)
{
    struct city_effects effects = {0};

    ASSERT(city_custody_run(custody, (struct utc_us){now_us}, &effects) == OK);
    city_effects_done(&effects);
}

/* Sums of all days that a fact can lie on, and what is aboard. */
static void check(struct city_custody *custody, const struct ledger *want)
{
    struct ledger got = {0};
    int64_t collected_g = 0;
    int64_t aboard_g = 0;

    for (int64_t day = 20780; day < 20781 + 8; day++) {
        struct city_sum sum = city_custody_sum(custody, day, CITY_SCOPE_CITY);
        got.in_trips_g += sum.lifted_g;
        got.ticketed_g += sum.ticketed_g;
        collected_g += sum.collected_g;
    }
    for (uint32_t v = 0; v < VEHICLES; v++)
        for (uint32_t c = 0; c < CITY_COMPARTMENTS_MAX; c++)
            aboard_g += city_hold_g(city_custody_hold(custody, v, c));
    ASSERT(collected_g == want->lifted_g);
    ASSERT(got.in_trips_g + aboard_g == want->lifted_g);
    ASSERT(got.ticketed_g == want->ticketed_g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct city *city = small_city();
    struct city_custody *custody = NULL;
    struct city_fact fact = {0};
    struct ledger want = {0};

    ASSERT(city && city_custody_new(city, NULL, &custody) == OK);
    for (size_t i = 0; i < STEPS_MAX && (i + 1) * STEP_BYTES <= size; i++) {
        const uint8_t *bytes = data + i * STEP_BYTES;
        if (i == 0 || !(bytes[0] & 0x20))
            fact = fact_of(bytes, i + 1);
        else /* sent again */
            fact.received.us = start_us + word(bytes + 4) % 96 * hour_us;
        enum city_fate fate = CITY_FATES;
        enum err err = city_custody_add(custody, &fact, &fate, NULL);
        if (!err && (fate == CITY_FATE_KEPT || fate == CITY_FATE_CLOCK))
            count_fact(&fact, &want);
        if (bytes[0] & 0x40)
            run(custody, fact.received.us);
    }
    run(custody, start_us + 200 * hour_us);
    check(custody, &want);
    city_custody_free(custody);
    city_free(city);
    return 0;
}
