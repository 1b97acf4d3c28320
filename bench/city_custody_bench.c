/* city_custody_bench.c - a day of a city through custody, as facts arrive: in order, and replayed.
 *
 *     build/release/bench/city_custody_bench [VEHICLES] [LIFTS_A_DAY]     1000 300 by default
 *
 * Two days; each vehicle unloads and is weighed after every 60 lifts; a run a minute. Then the same
 * with a tenth of the vehicles that were out of coverage and send their day at its end. One line of
 * JSON each: facts a second over adding and running, the longest run, facts held at the end. */
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "city/custody.h"

enum { BENCH_DAYS = 2, BENCH_TRIP_LIFTS = 60, BENCH_DAY_S = 86400, BENCH_WORK_S = 36000 };
static const int64_t bench_start_us = INT64_C(1795478400) * CLOCK_US_PER_S;

struct bench {
    struct city *city;
    struct city_custody *custody;
    struct city_effects effects;
    uint32_t lifts_a_day;
    uint64_t facts;
    uint64_t effects_told;
    double longest_s;
};

static double bench_seconds(void)
{
    return (double)clock_mono(clock_os()).us / (double)CLOCK_US_PER_S;
}

static enum err bench_city(uint32_t vehicles, struct city **ret_city)
{
    struct city *city;

    enum err err = city_new((size_t)1 << 30, &city);
    if (err)
        return err;
    city->streams = arena_zero(&city->arena, 1, sizeof *city->streams);
    city->facilities = arena_zero(&city->arena, 1, sizeof *city->facilities);
    city->bins = arena_zero(&city->arena, 20000, sizeof *city->bins);
    city->vehicles = arena_zero(&city->arena, vehicles, sizeof *city->vehicles);
    if (!city->streams || !city->facilities || !city->bins || !city->vehicles) {
        city_free(city);
        return ERR_NOMEM;
    }
    city->stream_count = 1;
    city->facility_count = 1;
    city->facilities[0].streams = 1;
    city->bin_count = 20000;
    city->vehicle_count = vehicles;
    for (uint32_t v = 0; v < vehicles; v++)
        city->vehicles[v].compartment_count = 1;
    *ret_city = city;
    return OK;
}

/* The n-th fact of a vehicle's day. */
static struct city_fact bench_fact(const struct bench *bench, uint32_t vehicle, uint32_t day,
                                   uint32_t n)
{
    int64_t second = (int64_t)day * BENCH_DAY_S + (int64_t)n * BENCH_WORK_S / bench->lifts_a_day;
    struct city_fact fact = {.at = {bench_start_us + second * CLOCK_US_PER_S},
                             .id = ((uint64_t)vehicle << 32 | day << 24 | n) + 1};

    fact.received.us = fact.at.us + 5 * CLOCK_US_PER_S;
    if (n % BENCH_TRIP_LIFTS == BENCH_TRIP_LIFTS - 1) {
        fact.kind = CITY_FACT_TICKET;
        fact.ticket = (struct city_ticket){vehicle, 0, 0, (BENCH_TRIP_LIFTS - 1) * 50000};
    } else {
        fact.kind = CITY_FACT_LIFT;
        fact.lift = (struct city_lift){
            vehicle, 0, (vehicle * 131 + n) % 20000, CITY_NONE, CITY_NONE, 50000, true};
    }
    return fact;
}

static enum err bench_run(struct bench *bench, int64_t now_us)
{
    double start = bench_seconds();

    enum err err = city_custody_run(bench->custody, (struct utc_us){now_us}, &bench->effects);
    double took_s = bench_seconds() - start;
    bench->longest_s = took_s > bench->longest_s ? took_s : bench->longest_s;
    bench->effects_told += bench->effects.list.count;
    bench->effects.list.count = 0;
    return err;
}

static enum err bench_add(struct bench *bench, uint32_t vehicle, uint32_t day, uint32_t n,
                          int64_t late_us)
{
    struct city_fact fact = bench_fact(bench, vehicle, day, n);
    enum city_fate fate;

    fact.received.us += late_us;
    bench->facts++;
    return city_custody_add(bench->custody, &fact, &fate, NULL);
}

/* All vehicles from `first` on, each fact as it happens. */
static enum err bench_day(struct bench *bench, uint32_t first, uint32_t day)
{
    int64_t ran_us = 0;

    for (uint32_t n = 0; n < bench->lifts_a_day; n++) {
        int64_t now_us = bench_fact(bench, 0, day, n).received.us;
        for (uint32_t v = first; v < bench->city->vehicle_count; v++) {
            enum err err = bench_add(bench, v, day, n, 0);
            if (err)
                return err;
        }
        if (now_us - ran_us < 60 * CLOCK_US_PER_S)
            continue;
        ran_us = now_us;
        enum err err = bench_run(bench, now_us);
        if (err)
            return err;
    }
    return OK;
}

/* The others send their day at its end. */
static enum err bench_replay(struct bench *bench, uint32_t count, uint32_t day)
{
    for (uint32_t v = 0; v < count; v++)
        for (uint32_t n = 0; n < bench->lifts_a_day; n++) {
            enum err err = bench_add(bench, v, day, n, INT64_C(36000) * CLOCK_US_PER_S);
            if (err)
                return err;
        }
    return bench_run(bench, bench_start_us + (int64_t)(day + 1) * BENCH_DAY_S * CLOCK_US_PER_S - 1);
}

static enum err bench_all(struct bench *bench, uint32_t replayed)
{
    enum err err = city_custody_new(bench->city, NULL, &bench->custody);
    double start = bench_seconds();

    for (uint32_t day = 0; !err && day < BENCH_DAYS; day++) {
        err = bench_day(bench, replayed, day);
        if (!err)
            err = bench_replay(bench, replayed, day);
    }
    double took_s = bench_seconds() - start;
    if (!err) {
        start = bench_seconds();
        struct city_sum sum = city_custody_sum(bench->custody, 20781, CITY_SCOPE_CITY);
        printf("{\"replayed_vehicles\":%u,\"facts\":%llu,\"facts_s\":%.0f,\"longest_run_ms\":%.1f,"
               "\"told\":%llu,\"held\":%zu,\"sum_ms\":%.1f,\"trips_day_1\":%llu}\n",
               replayed, (unsigned long long)bench->facts, (double)bench->facts / took_s,
               bench->longest_s * 1000, (unsigned long long)bench->effects_told,
               city_custody_facts(bench->custody), (bench_seconds() - start) * 1000,
               (unsigned long long)sum.trips);
    }
    city_custody_free(bench->custody);
    city_effects_done(&bench->effects);
    return err;
}

int main(int argc, char **argv)
{
    uint64_t vehicles = 1000;
    uint64_t lifts = 300;
    struct city *city = NULL;

    enum err err = argc > 1 ? str_u64(str_of(argv[1]), &vehicles) : OK;
    if (!err && argc > 2)
        err = str_u64(str_of(argv[2]), &lifts);
    if (!err)
        err = bench_city((uint32_t)vehicles, &city);
    for (int i = 0; !err && i < 2; i++) {
        struct bench bench = {.city = city, .lifts_a_day = (uint32_t)lifts};
        err = bench_all(&bench, i ? (uint32_t)vehicles / 10 : 0);
    }
    city_free(city);
    if (err)
        fprintf(stderr, "city_custody_bench: %s\n", err_text(err));
    return err_exit(err);
}
