/* custody_sum.c - what a day and a facility come to. See custody.h.
 *
 * Rows hold what is settled; what is within the window is added from the lanes when somebody asks,
 * so that a late fact changes no sum behind anybody's back.
 */
#include "city/custody_inner.h"

static uint64_t city_sum_key(int64_t day, uint32_t scope)
{
    return (uint64_t)day << 32 | scope;
}

static enum err city_sum_at(struct city_custody *custody, int64_t day, uint32_t scope,
                            struct city_sum **ret_sum)
{
    uint64_t index;

    if (!map_get(&custody->sum_of, city_sum_key(day, scope), &index)) {
        index = custody->sums.count;
        enum err err = vec_push(&custody->sums, (struct city_sum){0});
        if (err)
            return err;
        err = map_put(&custody->sum_of, city_sum_key(day, scope), index);
        if (err) {
            custody->sums.count--;
            return err;
        }
    }
    *ret_sum = &custody->sums.items[index];
    return OK;
}

static uint32_t city_bin_scope(const struct city *city, uint32_t bin)
{
    uint32_t place = bin == CITY_NONE ? CITY_NONE : city->bins[bin].place;

    for (int up = 0; up < CITY_PLACE_KINDS && place < city->place_count; up++) {
        if (city->places[place].kind == CITY_DISTRICT)
            return CITY_SCOPE_DISTRICT | place;
        place = city->places[place].parent;
    }
    return CITY_SCOPE_CITY;
}

/* Where it counts besides the whole city: what leaves a facility there, what leaves a bin in its
 * district. CITY_SCOPE_CITY: nowhere else. */
static uint32_t city_fact_scope(const struct city *city, const struct city_fact *fact)
{
    if (fact->kind == CITY_FACT_RESIDUE)
        return fact->residue.facility;
    if (fact->kind == CITY_FACT_DEPOSIT)
        return city_bin_scope(city, fact->deposit.bin);
    if (fact->kind != CITY_FACT_LIFT)
        return CITY_SCOPE_CITY;
    return fact->lift.station == CITY_NONE ? city_bin_scope(city, fact->lift.bin)
                                           : fact->lift.station;
}

int64_t city_fact_g(const struct city_fact *fact)
{
    int64_t g = 0;

    if (fact->kind == CITY_FACT_DEPOSIT)
        g = fact->deposit.net_g;
    else if (fact->kind == CITY_FACT_LIFT)
        g = fact->lift.taken ? fact->lift.net_g : 0;
    else if (fact->kind == CITY_FACT_TICKET)
        g = fact->ticket.net_g;
    else if (fact->kind == CITY_FACT_RESIDUE)
        g = fact->residue.net_g;
    return g == CITY_NO_MASS ? 0 : g;
}

static void city_sum_lift(const struct city *city, const struct city_lift *lift, int64_t g,
                          struct city_sum *sum)
{
    if (!lift->taken)
        return;
    if (lift->station != CITY_NONE) {
        sum->loaded_g += g;
        return;
    }
    uint32_t stream = lift->bin == CITY_NONE ? lift->stream : city->bins[lift->bin].stream;
    sum->lifts++;
    sum->unweighed_lifts += lift->net_g == CITY_NO_MASS;
    sum->collected_g += g;
    if (stream != CITY_NONE)
        sum->collected_of_g[stream] += g;
}

static void city_sum_fact(const struct city *city, const struct city_fact *fact,
                          struct city_sum *sum)
{
    int64_t g = city_fact_g(fact);

    if (fact->kind == CITY_FACT_DEPOSIT) {
        sum->deposits++;
        sum->wrong_deposits += fact->deposit.verdict == CITY_VERDICT_WRONG;
        sum->deposited_g += g;
    } else if (fact->kind == CITY_FACT_LIFT) {
        city_sum_lift(city, &fact->lift, g, sum);
    } else if (fact->kind == CITY_FACT_RESIDUE) {
        sum->residue_g += g;
    }
}

static void city_sum_trip(const struct city_custody_rules *rules, const struct city_trip *trip,
                          struct city_sum *sum)
{
    int64_t off_g = 0;
    enum city_balance balance = city_trip_balance(rules, trip, &off_g);
    int64_t lifted_g = city_trip_lifted_g(trip);

    sum->trips++;
    sum->lifted_g += lifted_g;
    for (uint32_t i = 0; i < CITY_STREAMS_MAX; i++)
        sum->lifted_of_g[i] += trip->lifted_g[i];
    sum->ticketed_g += trip->ticketed_g;
    sum->untold_trips += balance == CITY_BALANCE_UNTOLD;
    sum->untold_g += balance == CITY_BALANCE_UNTOLD ? lifted_g : 0;
    sum->waiting_g += balance == CITY_BALANCE_WAITING ? lifted_g : 0;
    if (balance != CITY_BALANCE_EVEN && balance != CITY_BALANCE_OFF)
        return;
    sum->unexplained_g += off_g;
    sum->off_g += off_g < 0 ? -off_g : off_g;
    sum->judged_g += lifted_g;
}

/* --- settled for good --- */

static enum err city_sum_room(struct city_custody *custody, int64_t day, uint32_t scope)
{
    struct city_sum *row = NULL;

    enum err err = city_sum_at(custody, day, CITY_SCOPE_CITY, &row);
    if (err || scope == CITY_SCOPE_CITY)
        return err;
    return city_sum_at(custody, day, scope, &row);
}

enum err city_sum_room_fact(struct city_custody *custody, const struct city_held *held)
{
    return city_sum_room(custody, city_day_of(custody->city, held->at),
                         city_fact_scope(custody->city, &held->fact));
}

enum err city_sum_room_trip(struct city_custody *custody, const struct city_trip *trip)
{
    return city_sum_room(custody, city_day_of(custody->city, trip->at), trip->facility);
}

/* A row that there is room for already. */
static struct city_sum *city_sum_row(struct city_custody *custody, int64_t day, uint32_t scope)
{
    uint64_t index = 0;

    bool found = map_get(&custody->sum_of, city_sum_key(day, scope), &index);
    ASSERT(found);
    return &custody->sums.items[index];
}

void city_sum_settle_fact(struct city_custody *custody, const struct city_held *held)
{
    int64_t day = city_day_of(custody->city, held->at);
    uint32_t scope = city_fact_scope(custody->city, &held->fact);

    city_sum_fact(custody->city, &held->fact, city_sum_row(custody, day, CITY_SCOPE_CITY));
    if (scope != CITY_SCOPE_CITY)
        city_sum_fact(custody->city, &held->fact, city_sum_row(custody, day, scope));
}

void city_sum_settle_trip(struct city_custody *custody, const struct city_trip *trip)
{
    int64_t day = city_day_of(custody->city, trip->at);

    city_sum_trip(&custody->rules, trip, city_sum_row(custody, day, CITY_SCOPE_CITY));
    city_sum_trip(&custody->rules, trip, city_sum_row(custody, day, trip->facility));
}

enum err city_sum_late(struct city_custody *custody, const struct city_fact *fact, struct utc_us at)
{
    struct city_sum *row = NULL;

    enum err err = city_sum_at(custody, city_day_of(custody->city, at), CITY_SCOPE_CITY, &row);
    if (err)
        return err;
    row->late++;
    row->late_g += city_fact_g(fact);
    return OK;
}

/* --- asked for --- */

static void city_sum_held(const struct city_custody *custody, int64_t day, uint32_t scope,
                          struct city_sum *sum)
{
    for (uint32_t l = 0; l < custody->lane_count; l++) {
        const struct city_lane *lane = &custody->lanes[l];
        for (size_t i = 0; i < lane->held.count; i++) {
            const struct city_held *held = &lane->held.items[i];
            if (city_day_of(custody->city, held->at) == day &&
                (scope == CITY_SCOPE_CITY ||
                 city_fact_scope(custody->city, &held->fact) == scope) &&
                !city_lane_voided(lane, &held->fact))
                city_sum_fact(custody->city, &held->fact, sum);
        }
    }
}

struct city_sum city_custody_sum(const struct city_custody *custody, int64_t day, uint32_t scope)
{
    struct city_sum sum = {0};
    uint64_t index;

    if (map_get(&custody->sum_of, city_sum_key(day, scope), &index))
        sum = custody->sums.items[index];
    city_sum_held(custody, day, scope, &sum);
    for (uint32_t v = 0; v < custody->city->vehicle_count; v++) {
        const struct city_haul *haul = &custody->hauls[v];
        for (size_t i = 0; i < haul->told.trips.count; i++) {
            const struct city_trip *trip = &haul->told.trips.items[i];
            if (city_day_of(custody->city, trip->at) == day &&
                (scope == CITY_SCOPE_CITY || trip->facility == scope))
                city_sum_trip(&custody->rules, trip, &sum);
        }
        const struct city_trip *open = &haul->now.trip;
        if (haul->now.open && city_day_of(custody->city, open->at) == day &&
            (scope == CITY_SCOPE_CITY || open->facility == scope))
            city_sum_trip(&custody->rules, open, &sum);
    }
    return sum;
}
