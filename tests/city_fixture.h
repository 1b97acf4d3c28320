/* city_fixture.h - a small city for tests of the loop, by hand: three streams, four facilities, two districts. */
#ifndef TESTS_CITY_FIXTURE_H
#define TESTS_CITY_FIXTURE_H

#include "city/fact.h"

enum {
    R,
    F,
    O, /* streams */
    PLANT = 0,
    INCINERATOR,
    SORTING,
    STATION, /* facilities */
    FOOD_TRUCK = 0,
    TWO_TRUCK, /* recyclable and residual */
    RESIDUAL_TRUCK,
    FIXTURE_BINS = 30,
    FIXTURE_VEHICLES = 3,
};

static inline void fixture_truck(struct city_vehicle *truck, uint32_t count, uint32_t a, uint32_t b)
{
    truck->compartment_count = count;
    truck->compartments[0] = (struct city_compartment){a, 8000, 5000};
    truck->compartments[1] = (struct city_compartment){b, 4000, 2000};
}

/* Bins 0, 3, ... hold recyclables, 1, 4, ... food, 2, 5, ... residual; +08:00. */
static inline struct city *fixture_city(void)
{
    struct city *city = NULL;

    if (city_new(1 << 20, &city))
        return NULL;
    city->utc_offset_s = 8 * 3600;
    city->streams = arena_zero(&city->arena, 3, sizeof *city->streams);
    city->bins = arena_zero(&city->arena, FIXTURE_BINS, sizeof *city->bins);
    city->facilities = arena_zero(&city->arena, 4, sizeof *city->facilities);
    city->vehicles = arena_zero(&city->arena, FIXTURE_VEHICLES, sizeof *city->vehicles);
    city->places = arena_zero(&city->arena, 4, sizeof *city->places);
    if (!city->streams || !city->bins || !city->places || !city->facilities || !city->vehicles) {
        city_free(city);
        return NULL;
    }
    city->stream_count = 3;
    city->streams[R].code = STR("R");
    city->streams[F].code = STR("F");
    city->streams[O].code = STR("O");
    city->bin_count = FIXTURE_BINS;
    for (uint32_t i = 0; i < FIXTURE_BINS; i++)
        city->bins[i] = (struct city_bin){.stream = i % 3, .litres = 240, .place = 2 + i / 10 % 2};
    city->place_count = 4; /* two districts, a point in each */
    for (uint32_t i = 0; i < 2; i++) {
        city->places[i] = (struct city_place){.kind = CITY_DISTRICT, .parent = CITY_NONE};
        city->places[2 + i] = (struct city_place){.kind = CITY_POINT, .parent = i};
    }
    city->facility_count = 4;
    city->facilities[PLANT].streams = 1 << F;
    city->facilities[INCINERATOR].streams = 1 << O;
    city->facilities[SORTING].streams = 1 << R;
    city->facilities[STATION].streams = 1 << R | 1 << O;
    city->vehicle_count = FIXTURE_VEHICLES;
    fixture_truck(&city->vehicles[FOOD_TRUCK], 1, F, CITY_NONE);
    fixture_truck(&city->vehicles[TWO_TRUCK], 2, R, O);
    fixture_truck(&city->vehicles[RESIDUAL_TRUCK], 1, O, CITY_NONE);
    return city;
}

/* 2026-11-24T00:00:00Z and so many seconds. */
#define FIXTURE_DAY_S INT64_C(1795478400)
static inline struct utc_us fixture_at(int64_t second)
{
    return (struct utc_us){(FIXTURE_DAY_S + second) * CLOCK_US_PER_S};
}

static inline struct city_fact fixture_lift(uint64_t id, int64_t second, uint32_t vehicle,
                                            uint32_t compartment, uint32_t bin, int64_t net_g)
{
    return (struct city_fact){
        .kind = CITY_FACT_LIFT,
        .id = id,
        .at = fixture_at(second),
        .received = fixture_at(second + 2),
        .by = vehicle,
        .evidence = CITY_BY_WEIGHT,
        .lift = {vehicle, compartment, bin, CITY_NONE, CITY_NONE, net_g, true}};
}
static inline struct city_fact fixture_unload(uint64_t id, int64_t second, uint32_t vehicle,
                                              uint32_t facility, uint32_t compartments)
{
    return (struct city_fact){.kind = CITY_FACT_UNLOAD,
                              .id = id,
                              .at = fixture_at(second),
                              .received = fixture_at(second + 2),
                              .by = vehicle,
                              .evidence = CITY_BY_TRACK,
                              .unload = {vehicle, facility, compartments}};
}
static inline struct city_fact fixture_ticket(uint64_t id, int64_t second, uint32_t vehicle,
                                              uint32_t facility, uint32_t stream, int64_t net_g)
{
    return (struct city_fact){.kind = CITY_FACT_TICKET,
                              .id = id,
                              .at = fixture_at(second),
                              .received = fixture_at(second + 2),
                              .by = 100,
                              .evidence = CITY_BY_TICKET,
                              .ticket = {vehicle, facility, stream, net_g}};
}

#endif
