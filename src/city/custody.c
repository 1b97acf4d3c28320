/* custody.c - facts into lanes, lanes into what changed. See custody.h. */
#include <stdlib.h>
#include <string.h>

#include "city/custody_inner.h"

enum { CITY_HORIZON_STEP_S = 900 }; /* settling is worth while after this much */

enum err city_custody_new(const struct city *city, const struct city_custody_rules *rules,
                          struct city_custody **ret_custody)
{
    struct city_custody *custody = mem_zero(1, sizeof *custody);

    if (!custody)
        return ERR_NOMEM;
    custody->city = city;
    custody->rules = rules ? *rules : city_custody_rules_default();
    custody->horizon.us = INT64_MIN;
    custody->now.us = INT64_MIN;
    custody->lane_count = city->vehicle_count + city->facility_count + city->bin_count;
    custody->lanes = mem_zero(custody->lane_count, sizeof *custody->lanes);
    custody->hauls = mem_zero(city->vehicle_count, sizeof *custody->hauls);
    if (!custody->lanes || !custody->hauls) {
        city_custody_free(custody);
        return ERR_NOMEM;
    }
    *ret_custody = custody;
    return OK;
}

static void city_haul_done(struct city_haul *haul)
{
    city_chain_out_done(&haul->told);
    city_chain_out_done(&haul->ahead_out);
}

void city_custody_free(struct city_custody *custody)
{
    if (!custody)
        return;
    for (uint32_t i = 0; custody->lanes && i < custody->lane_count; i++)
        vec_done(&custody->lanes[i].held);
    for (uint32_t i = 0; custody->hauls && i < custody->city->vehicle_count; i++)
        city_haul_done(&custody->hauls[i]);
    mem_free(custody->lanes);
    mem_free(custody->hauls);
    map_done(&custody->sum_of);
    vec_done(&custody->sums);
    mem_free(custody);
}

void city_effects_done(struct city_effects *effects)
{
    vec_done(&effects->list);
}

/* --- lanes --- */

static uint32_t city_lane_of(const struct city *city, enum city_fact_kind kind, uint32_t owner)
{
    if (kind == CITY_FACT_DEPOSIT)
        return city->vehicle_count + city->facility_count + owner;
    return kind == CITY_FACT_RESIDUE ? city->vehicle_count + owner : owner;
}

static uint32_t city_fact_lane(const struct city *city, const struct city_fact *fact)
{
    switch (fact->kind) {
    case CITY_FACT_DEPOSIT:
        return city_lane_of(city, fact->kind, fact->deposit.bin);
    case CITY_FACT_LIFT:
        return fact->lift.vehicle;
    case CITY_FACT_UNLOAD:
        return fact->unload.vehicle;
    case CITY_FACT_TICKET:
        return fact->ticket.vehicle;
    case CITY_FACT_RESIDUE:
        return city_lane_of(city, fact->kind, fact->residue.facility);
    case CITY_FACT_VOID:
        return city_lane_of(city, fact->voided.kind, fact->voided.owner);
    case CITY_FACT_KINDS:
        break;
    }
    ASSERT(false);
}

/* Where it belongs among the lane's facts; `*ret_again` when it is there. */
static size_t city_lane_place(const struct city_lane *lane, const struct city_held *held,
                              bool *ret_again)
{
    size_t low = 0;
    size_t high = lane->held.count;

    *ret_again = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct city_held *other = &lane->held.items[middle];
        int order = city_fact_cmp(&other->fact, other->at, &held->fact, held->at);
        if (order == 0)
            *ret_again = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A fact whose own clock was not believed counts at its receive time, which differs when it is sent
 * again: its identity tells, and the earlier receipt counts. True when it was known. */
static bool city_lane_again(struct city_lane *lane, const struct city_held *held, size_t place)
{
    for (size_t i = lane->held.count; i-- > 0;) {
        struct city_held *other = &lane->held.items[i];
        if (other->fact.id != held->fact.id || other->fact.kind != held->fact.kind)
            continue;
        if (held->at.us < other->at.us) {
            memmove(&lane->held.items[place + 1], &lane->held.items[place],
                    (i - place) * sizeof *lane->held.items);
            lane->held.items[place] = *held;
        }
        return true;
    }
    return false;
}

bool city_lane_voided(const struct city_lane *lane, const struct city_fact *fact)
{
    if (fact->kind == CITY_FACT_VOID)
        return true; /* has no weight of its own */
    for (size_t i = 0; lane->voids && i < lane->held.count; i++) {
        const struct city_fact *other = &lane->held.items[i].fact;
        if (other->kind == CITY_FACT_VOID && other->voided.id == fact->id &&
            other->voided.kind == fact->kind)
            return true;
    }
    return false;
}

/* --- a fact comes in --- */

static enum err city_lane_insert(struct city_lane *lane, const struct city_held *held, size_t at,
                                 struct diag *diag)
{
    if (lane->held.count >= CITY_LANE_MAX)
        return diag_set(diag, ERR_LIMIT,
                        "one vehicle, bin or facility has sent %d facts within the window",
                        CITY_LANE_MAX);
    enum err err = vec_reserve(&lane->held, lane->held.count + 1);
    if (err)
        return err;
    memmove(&lane->held.items[at + 1], &lane->held.items[at],
            (lane->held.count - at) * sizeof *lane->held.items);
    lane->held.items[at] = *held;
    lane->held.count++;
    lane->voids += held->fact.kind == CITY_FACT_VOID;
    return OK;
}

/* An older fact, or a void, changes what was folded already. */
static void city_haul_mark(struct city_haul *haul, const struct city_fact *fact, size_t place)
{
    haul->dirty = true;
    if (place < haul->folded || fact->kind == CITY_FACT_VOID)
        haul->folded = 0;
}

enum err city_custody_add(struct city_custody *custody, const struct city_fact *fact,
                          enum city_fate *ret_fate, struct diag *diag)
{
    struct city_held held = {.fact = *fact};
    enum city_fate fate = CITY_FATE_KEPT;
    bool again;

    enum err err = city_fact_check(custody->city, fact, diag);
    if (err)
        return err;
    held.at = city_fact_time(&custody->rules.lateness, fact->at, fact->received, &fate);
    if (fate == CITY_FATE_LATE || held.at.us < custody->horizon.us) {
        *ret_fate = CITY_FATE_LATE;
        return city_sum_late(custody, fact, held.at);
    }
    uint32_t index = city_fact_lane(custody->city, fact);
    struct city_lane *lane = &custody->lanes[index];
    size_t place = city_lane_place(lane, &held, &again);
    if (!again && fate == CITY_FATE_CLOCK)
        again = city_lane_again(lane, &held, place);
    if (!again)
        err = city_lane_insert(lane, &held, place, diag);
    if (err)
        return err;
    if (index < custody->city->vehicle_count)
        city_haul_mark(&custody->hauls[index], fact, place);
    *ret_fate = again ? CITY_FATE_AGAIN : fate;
    return OK;
}

/* --- folding --- */

static int city_trip_cmp(const void *a, const void *b)
{
    const struct city_trip *one = a;
    const struct city_trip *two = b;

    return (one->id > two->id) - (one->id < two->id);
}

static int city_sign_cmp(const void *a, const void *b)
{
    const struct city_sign *one = a;
    const struct city_sign *two = b;

    if (one->fact != two->fact)
        return one->fact < two->fact ? -1 : 1;
    if (one->kind != two->kind)
        return one->kind < two->kind ? -1 : 1;
    if (one->stream != two->stream)
        return one->stream < two->stream ? -1 : 1;
    return (one->compartment > two->compartment) - (one->compartment < two->compartment);
}

static bool city_trip_same(const struct city_trip *a, const struct city_trip *b)
{
    return a->at.us == b->at.us && a->since.us == b->since.us && a->facility == b->facility &&
           a->compartments == b->compartments && a->evidence == b->evidence &&
           a->lifts == b->lifts && a->unweighed == b->unweighed && a->unknown_g == b->unknown_g &&
           a->tickets == b->tickets && a->weighs == b->weighs && a->ticketed_g == b->ticketed_g &&
           memcmp(a->lifted_g, b->lifted_g, sizeof a->lifted_g) == 0;
}

static bool city_sign_same(const struct city_sign *a, const struct city_sign *b)
{
    return a->at.us == b->at.us && a->other == b->other && a->g == b->g &&
           a->facility == b->facility && a->expected == b->expected && a->bin == b->bin &&
           a->evidence == b->evidence;
}

/* Facts `first` up to `end` of a vehicle's lane. */
static enum err city_haul_fold(const struct city_custody *custody, uint32_t vehicle, size_t first,
                               size_t end, struct city_chain *chain, struct city_chain_out *out)
{
    const struct city_lane *lane = &custody->lanes[vehicle];

    for (size_t i = first; i < end; i++) {
        const struct city_held *held = &lane->held.items[i];
        if (city_lane_voided(lane, &held->fact))
            continue;
        enum err err =
            city_chain_next(custody->city, &custody->rules, &held->fact, held->at, chain, out);
        if (err)
            return err;
    }
    return OK;
}

/* Folds on from where the last run was; from the beginning when that is no longer good. */
static enum err city_haul_ahead(const struct city_custody *custody, uint32_t vehicle,
                                struct city_haul *haul)
{
    size_t count = custody->lanes[vehicle].held.count;

    if (haul->folded == 0) {
        haul->ahead = haul->settled;
        haul->ahead_out.trips.count = 0;
        haul->ahead_out.signs.count = 0;
    }
    enum err err =
        city_haul_fold(custody, vehicle, haul->folded, count, &haul->ahead, &haul->ahead_out);
    haul->folded = err ? 0 : count;
    return err;
}

/* `more`: room for what is added besides. */
static enum err city_out_copy(const struct city_chain_out *out, size_t more,
                              struct city_chain_out *ret_copy)
{
    struct city_chain_out copy = {0};

    enum err err = vec_reserve(&copy.trips, out->trips.count + more);
    if (!err)
        err = vec_reserve(&copy.signs, out->signs.count + more);
    if (err) {
        city_chain_out_done(&copy);
        return err;
    }
    if (out->trips.count)
        memcpy(copy.trips.items, out->trips.items, out->trips.count * sizeof *out->trips.items);
    if (out->signs.count)
        memcpy(copy.signs.items, out->signs.items, out->signs.count * sizeof *out->signs.items);
    copy.trips.count = out->trips.count;
    copy.signs.count = out->signs.count;
    *ret_copy = copy;
    return OK;
}

static void city_out_sort(struct city_chain_out *out)
{
    if (out->trips.count)
        qsort(out->trips.items, out->trips.count, sizeof *out->trips.items, city_trip_cmp);
    if (out->signs.count)
        qsort(out->signs.items, out->signs.count, sizeof *out->signs.items, city_sign_cmp);
}

static void city_tell(struct city_effects *effects, enum city_effect_kind kind, bool older,
                      const struct city_trip *trip, const struct city_sign *sign)
{
    struct city_effect *effect = &effects->list.items[effects->list.count++];

    *effect =
        (struct city_effect){.kind = kind, .why = older ? CITY_WHY_LATE_FACT : CITY_WHY_MEASURED};
    if (trip)
        effect->trip = *trip;
    else
        effect->sign = *sign;
}

/* Both lists are sorted: one walk tells what is new, changed and gone. */
static void city_tell_trips(const struct city_chain_out *before, const struct city_chain_out *after,
                            struct city_effects *effects)
{
    size_t b = 0;
    size_t a = 0;

    while (b < before->trips.count || a < after->trips.count) {
        const struct city_trip *old = b < before->trips.count ? &before->trips.items[b] : NULL;
        const struct city_trip *new = a < after->trips.count ? &after->trips.items[a] : NULL;
        int order = !old ? 1 : !new ? -1 : city_trip_cmp(old, new);
        if (order < 0)
            city_tell(effects, CITY_EFFECT_TRIP_GONE, true, old, NULL);
        else if (order > 0)
            city_tell(effects, CITY_EFFECT_TRIP, false, new, NULL);
        else if (!city_trip_same(old, new))
            city_tell(effects, CITY_EFFECT_TRIP_CHANGED, true, new, NULL);
        b += order <= 0;
        a += order >= 0;
    }
}

static void city_tell_signs(const struct city_chain_out *before, const struct city_chain_out *after,
                            struct city_effects *effects)
{
    size_t b = 0;
    size_t a = 0;

    while (b < before->signs.count || a < after->signs.count) {
        const struct city_sign *old = b < before->signs.count ? &before->signs.items[b] : NULL;
        const struct city_sign *new = a < after->signs.count ? &after->signs.items[a] : NULL;
        int order = !old ? 1 : !new ? -1 : city_sign_cmp(old, new);
        if (order < 0)
            city_tell(effects, CITY_EFFECT_SIGN_GONE, true, NULL, old);
        else if (order > 0)
            city_tell(effects, CITY_EFFECT_SIGN, false, NULL, new);
        else if (!city_sign_same(old, new))
            city_tell(effects, CITY_EFFECT_SIGN_CHANGED, true, NULL, new);
        b += order <= 0;
        a += order >= 0;
    }
}

static enum err city_haul_run(struct city_custody *custody, uint32_t vehicle,
                              struct city_effects *effects)
{
    struct city_haul *haul = &custody->hauls[vehicle];
    struct city_chain_out out = {0};

    enum err err = city_haul_ahead(custody, vehicle, haul);
    if (err)
        return err;
    err = city_out_copy(&haul->ahead_out, 1, &out);
    if (err)
        return err;
    struct city_chain chain = haul->ahead;
    err = city_chain_until(custody->city, &custody->rules, custody->now, &chain, &out);
    size_t room = effects->list.count + out.trips.count + out.signs.count + haul->told.trips.count +
                  haul->told.signs.count;
    if (!err)
        err = vec_reserve(&effects->list, room);
    if (err) {
        city_chain_out_done(&out);
        return err;
    }
    city_out_sort(&out);
    city_tell_trips(&haul->told, &out, effects);
    city_tell_signs(&haul->told, &out, effects);
    city_chain_out_done(&haul->told);
    haul->told = out;
    haul->now = chain;
    haul->dirty = false;
    return OK;
}

/* --- settling --- */

static size_t city_lane_older(const struct city_lane *lane, struct utc_us horizon)
{
    size_t count = 0;

    while (count < lane->held.count && lane->held.items[count].at.us < horizon.us)
        count++;
    return count;
}

static enum err city_lane_room(struct city_custody *custody, const struct city_lane *lane,
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum err err = city_sum_room_fact(custody, &lane->held.items[i]);
        if (err)
            return err;
    }
    return OK;
}

static void city_lane_settle(struct city_custody *custody, struct city_lane *lane, size_t count)
{
    uint32_t voids = 0;

    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        voids += lane->held.items[i].fact.kind == CITY_FACT_VOID;
        if (!city_lane_voided(lane, &lane->held.items[i].fact))
            city_sum_settle_fact(custody, &lane->held.items[i]);
    }
    lane->voids -= voids;
    lane->held.count -= count;
    memmove(lane->held.items, lane->held.items + count,
            lane->held.count * sizeof *lane->held.items);
    if (lane->held.count == 0)
        vec_done(&lane->held);
}

/* All that can fail first, then the change. */
static enum err city_haul_settle(struct city_custody *custody, uint32_t vehicle,
                                 struct utc_us horizon)
{
    struct city_haul *haul = &custody->hauls[vehicle];
    struct city_lane *lane = &custody->lanes[vehicle];
    size_t count = city_lane_older(lane, horizon);
    struct city_chain settled = haul->settled;
    struct city_chain_out old = {0};
    struct city_chain_out rest = {0};

    if (count == 0 && !settled.open)
        return OK;
    enum err err = city_haul_fold(custody, vehicle, 0, count, &settled, &old);
    if (!err)
        err = city_chain_until(custody->city, &custody->rules, horizon, &settled, &old);
    struct city_chain now = settled;
    if (!err)
        err = city_haul_fold(custody, vehicle, count, lane->held.count, &now, &rest);
    if (!err)
        err = city_chain_until(custody->city, &custody->rules, custody->now, &now, &rest);
    if (!err)
        err = city_lane_room(custody, lane, count);
    for (size_t i = 0; !err && i < old.trips.count; i++)
        err = city_sum_room_trip(custody, &old.trips.items[i]);
    if (err) {
        city_chain_out_done(&old);
        city_chain_out_done(&rest);
        return err;
    }
    for (size_t i = 0; i < old.trips.count; i++)
        city_sum_settle_trip(custody, &old.trips.items[i]);
    city_lane_settle(custody, lane, count);
    city_out_sort(&rest);
    city_chain_out_done(&old);
    city_chain_out_done(&haul->told);
    haul->told = rest;
    haul->settled = settled;
    haul->now = now;
    haul->folded = 0;
    return OK;
}

static enum err city_custody_settle(struct city_custody *custody, struct utc_us horizon)
{
    for (uint32_t v = 0; v < custody->city->vehicle_count; v++) {
        enum err err = city_haul_settle(custody, v, horizon);
        if (err)
            return err;
    }
    for (uint32_t l = custody->city->vehicle_count; l < custody->lane_count; l++) {
        struct city_lane *lane = &custody->lanes[l];
        size_t count = city_lane_older(lane, horizon);
        enum err err = city_lane_room(custody, lane, count);
        if (err)
            return err;
        city_lane_settle(custody, lane, count);
    }
    return OK;
}

/* Something came, or a trip's time is over. */
static bool city_haul_due(const struct city_custody *custody, const struct city_haul *haul)
{
    return haul->dirty ||
           (haul->now.open && city_trip_over(&custody->rules, &haul->now.trip, custody->now));
}

enum err city_custody_run(struct city_custody *custody, struct utc_us now,
                          struct city_effects *effects)
{
    if (now.us > custody->now.us)
        custody->now = now;
    for (uint32_t v = 0; v < custody->city->vehicle_count; v++) {
        if (!city_haul_due(custody, &custody->hauls[v]))
            continue;
        enum err err = city_haul_run(custody, v, effects);
        if (err)
            return err;
    }
    struct utc_us horizon = {custody->now.us - custody->rules.lateness.window_s * CLOCK_US_PER_S};
    if (custody->horizon.us != INT64_MIN &&
        horizon.us - custody->horizon.us < CITY_HORIZON_STEP_S * CLOCK_US_PER_S)
        return OK;
    custody->horizon = horizon; /* first: what is partly settled takes no older fact */
    return city_custody_settle(custody, horizon);
}

const struct city_hold *city_custody_hold(const struct city_custody *custody, uint32_t vehicle,
                                          uint32_t compartment)
{
    ASSERT(vehicle < custody->city->vehicle_count);
    ASSERT(compartment < CITY_COMPARTMENTS_MAX);
    return &custody->hauls[vehicle].now.holds[compartment];
}

size_t city_custody_facts(const struct city_custody *custody)
{
    size_t count = 0;

    for (uint32_t l = 0; l < custody->lane_count; l++)
        count += custody->lanes[l].held.count;
    return count;
}
