/* chain.c - see chain.h. */
#include "city/chain.h"

#include <math.h>

struct city_chain_step {
    const struct city *city;
    const struct city_custody_rules *rules;
    const struct city_fact *fact;
    struct utc_us at;
    struct city_chain *chain;
    struct city_chain_out *out;
};

struct city_custody_rules city_custody_rules_default(void)
{
    return (struct city_custody_rules){.lateness = city_lateness_default(),
                                       .match_s = 7200,
                                       .tolerance_g = 50000,
                                       .tolerance_pct = 5};
}

const char *city_sign_name(enum city_sign_kind kind)
{
    static const char *const names[CITY_SIGN_KINDS] = {
        [CITY_SIGN_WRONG_COMPARTMENT] = "wrong_compartment",
        [CITY_SIGN_TWO_STREAMS] = "two_streams",
        [CITY_SIGN_WRONG_FACILITY] = "wrong_facility",
        [CITY_SIGN_MASS] = "mass",
    };

    return (unsigned)kind < CITY_SIGN_KINDS ? names[kind] : NULL;
}

static int64_t city_grams(const int64_t g[CITY_STREAMS_MAX], int64_t unknown_g)
{
    int64_t sum = unknown_g;

    for (size_t i = 0; i < CITY_STREAMS_MAX; i++)
        sum += g[i];
    return sum;
}

int64_t city_hold_g(const struct city_hold *hold)
{
    return city_grams(hold->g, hold->unknown_g);
}

int64_t city_trip_lifted_g(const struct city_trip *trip)
{
    return city_grams(trip->lifted_g, trip->unknown_g);
}

enum city_balance city_trip_balance(const struct city_custody_rules *rules,
                                    const struct city_trip *trip, int64_t *ret_unexplained_g)
{
    int64_t lifted_g = city_trip_lifted_g(trip);
    int64_t off_g = trip->ticketed_g - lifted_g;
    int64_t may_g = llround((double)lifted_g * rules->tolerance_pct / 100);

    if (ret_unexplained_g)
        *ret_unexplained_g = 0;
    if (!trip->final)
        return CITY_BALANCE_WAITING;
    if (trip->tickets == 0)
        return CITY_BALANCE_UNTOLD;
    if (may_g < rules->tolerance_g)
        may_g = rules->tolerance_g;
    /* Less at the plant than the weighed lifts alone is off, whatever the others held. */
    if (!trip->weighs || (trip->unweighed && off_g >= -may_g))
        return CITY_BALANCE_PARTLY;
    if (ret_unexplained_g)
        *ret_unexplained_g = off_g;
    return off_g > may_g || off_g < -may_g ? CITY_BALANCE_OFF : CITY_BALANCE_EVEN;
}

void city_chain_out_done(struct city_chain_out *out)
{
    vec_done(&out->trips);
    vec_done(&out->signs);
}

/* A sign with what the fact itself says. */
static struct city_sign city_sign_of(const struct city_chain_step *step, enum city_sign_kind kind,
                                     uint32_t vehicle)
{
    return (struct city_sign){.kind = kind,
                              .at = step->at,
                              .fact = step->fact->id,
                              .by = step->fact->by,
                              .evidence = step->fact->evidence,
                              .vehicle = vehicle,
                              .compartment = CITY_NONE,
                              .bin = CITY_NONE,
                              .facility = CITY_NONE,
                              .stream = CITY_NONE,
                              .expected = CITY_NONE};
}

/* --- the end of a trip --- */

bool city_trip_over(const struct city_custody_rules *rules, const struct city_trip *trip,
                    struct utc_us now)
{
    return now.us - trip->at.us > rules->match_s * CLOCK_US_PER_S;
}

/* The trip's own fact is the evidence: the lifts are the rows of its vehicle since `since`. */
static enum err city_chain_close(const struct city_custody_rules *rules, struct city_chain *chain,
                                 struct city_chain_out *out)
{
    struct city_trip *trip = &chain->trip;
    int64_t off_g = 0;

    chain->open = false;
    trip->final = true;
    enum err err = vec_push(&out->trips, *trip);
    if (err || city_trip_balance(rules, trip, &off_g) != CITY_BALANCE_OFF)
        return err;
    return vec_push(&out->signs, (struct city_sign){.kind = CITY_SIGN_MASS,
                                                    .at = trip->at,
                                                    .fact = trip->id,
                                                    .by = trip->by,
                                                    .evidence = trip->evidence,
                                                    .vehicle = trip->vehicle,
                                                    .compartment = CITY_NONE,
                                                    .bin = CITY_NONE,
                                                    .facility = trip->facility,
                                                    .stream = CITY_NONE,
                                                    .expected = CITY_NONE,
                                                    .g = off_g});
}

enum err city_chain_until(const struct city *city, const struct city_custody_rules *rules,
                          struct utc_us now, struct city_chain *chain, struct city_chain_out *out)
{
    (void)city;
    if (!chain->open || !city_trip_over(rules, &chain->trip, now))
        return OK;
    return city_chain_close(rules, chain, out);
}

/* --- lifts --- */

/* A stream that is new to the compartment: against the compartment's own, and what is in already.
 * Each lift into a wrong compartment is told; a second stream once, when it comes in. */
static enum err city_lift_signs(const struct city_chain_step *step, uint32_t stream)
{
    const struct city_lift *lift = &step->fact->lift;
    const struct city_hold *hold = &step->chain->holds[lift->compartment];
    uint32_t own = step->city->vehicles[lift->vehicle].compartments[lift->compartment].stream;
    struct city_sign sign = city_sign_of(step, CITY_SIGN_WRONG_COMPARTMENT, lift->vehicle);

    sign.compartment = lift->compartment;
    sign.bin = lift->bin;
    sign.facility = lift->station;
    sign.stream = stream;
    sign.expected = own;
    sign.g = lift->net_g == CITY_NO_MASS ? 0 : lift->net_g;
    if (stream != own) {
        enum err err = vec_push(&step->out->signs, sign);
        if (err)
            return err;
    }
    if (hold->streams == 0 || hold->streams >> stream & 1)
        return OK;
    uint32_t first = 0;
    for (uint32_t i = 0; i < CITY_STREAMS_MAX; i++)
        if (hold->streams >> i & 1)
            first = i; /* of several any: each had its own sign */
    sign.kind = CITY_SIGN_TWO_STREAMS;
    sign.expected = first;
    sign.other = hold->first[first];
    return vec_push(&step->out->signs, sign);
}

static enum err city_chain_lift(const struct city_chain_step *step)
{
    const struct city_lift *lift = &step->fact->lift;
    struct city_hold *hold = &step->chain->holds[lift->compartment];
    uint32_t stream = lift->bin == CITY_NONE ? lift->stream : step->city->bins[lift->bin].stream;

    if (!lift->taken)
        return OK;
    if (step->chain->open) {
        enum err err = city_chain_close(step->rules, step->chain, step->out);
        if (err)
            return err;
    }
    if (stream != CITY_NONE) {
        enum err err = city_lift_signs(step, stream);
        if (err)
            return err;
        if (!(hold->streams >> stream & 1))
            hold->first[stream] = step->fact->id;
        hold->streams |= UINT32_C(1) << stream;
    }
    if (hold->lifts++ == 0)
        hold->since = step->at;
    step->chain->weighs = step->chain->weighs || lift->net_g != CITY_NO_MASS;
    if (lift->net_g == CITY_NO_MASS)
        hold->unweighed++;
    else if (stream == CITY_NONE)
        hold->unknown_g += lift->net_g;
    else
        hold->g[stream] += lift->net_g;
    return OK;
}

/* --- emptyings --- */

static enum err city_wrong_facility(const struct city_chain_step *step, uint32_t vehicle,
                                    uint32_t compartment, uint32_t stream, int64_t g)
{
    struct city_trip *trip = &step->chain->trip;
    struct city_sign sign = city_sign_of(step, CITY_SIGN_WRONG_FACILITY, vehicle);

    if (trip->wrong_streams >> stream & 1 ||
        step->city->facilities[trip->facility].streams >> stream & 1)
        return OK;
    trip->wrong_streams |= UINT32_C(1) << stream;
    sign.compartment = compartment;
    sign.facility = trip->facility;
    sign.stream = stream;
    sign.other = compartment == CITY_NONE ? 0 : step->chain->holds[compartment].first[stream];
    sign.g = g;
    return vec_push(&step->out->signs, sign);
}

static enum err city_empty_one(const struct city_chain_step *step, uint32_t compartment)
{
    struct city_hold *hold = &step->chain->holds[compartment];
    struct city_trip *trip = &step->chain->trip;

    trip->compartments |= UINT32_C(1) << compartment;
    if (hold->lifts == 0)
        return OK;
    for (uint32_t stream = 0; stream < step->city->stream_count; stream++) {
        if (!(hold->streams >> stream & 1))
            continue;
        enum err err =
            city_wrong_facility(step, trip->vehicle, compartment, stream, hold->g[stream]);
        if (err)
            return err;
        trip->lifted_g[stream] += hold->g[stream];
    }
    trip->unknown_g += hold->unknown_g;
    trip->lifts += hold->lifts;
    trip->unweighed += hold->unweighed;
    if (hold->since.us < trip->since.us)
        trip->since = hold->since;
    *hold = (struct city_hold){0};
    return OK;
}

static enum err city_empty(const struct city_chain_step *step, uint32_t compartments)
{
    for (uint32_t i = 0; i < CITY_COMPARTMENTS_MAX; i++) {
        enum err err = compartments >> i & 1 ? city_empty_one(step, i) : OK;
        if (err)
            return err;
    }
    return OK;
}

static bool city_trip_joins(const struct city_chain_step *step, uint32_t facility)
{
    return step->chain->open && step->chain->trip.facility == facility &&
           !city_trip_over(step->rules, &step->chain->trip, step->at);
}

/* The open trip where this fact may join it, else a new one. `*ret_joined` tells which. */
static enum err city_trip_begin(const struct city_chain_step *step, uint32_t vehicle,
                                uint32_t facility, bool may_join, bool *ret_joined)
{
    struct city_chain *chain = step->chain;

    *ret_joined = false;
    if (chain->open) {
        if (may_join && city_trip_joins(step, facility)) {
            *ret_joined = true;
            chain->trip.evidence |= step->fact->evidence;
            return OK;
        }
        enum err err = city_chain_close(step->rules, chain, step->out);
        if (err)
            return err;
    }
    chain->open = true;
    chain->trip = (struct city_trip){.id = step->fact->id,
                                     .by = step->fact->by,
                                     .vehicle = vehicle,
                                     .facility = facility,
                                     .evidence = step->fact->evidence,
                                     .weighs = chain->weighs,
                                     .since = step->at,
                                     .at = step->at};
    return OK;
}

static uint32_t city_all_compartments(const struct city_vehicle *vehicle)
{
    return (UINT32_C(1) << vehicle->compartment_count) - 1;
}

static bool city_any_load(const struct city_chain *chain, uint32_t compartments)
{
    for (uint32_t i = 0; i < CITY_COMPARTMENTS_MAX; i++)
        if (compartments >> i & 1 && chain->holds[i].lifts > 0)
            return true;
    return false;
}

/* With nothing aboard it is a rest at a facility, unless a ticket speaks of it, too. */
static enum err city_chain_unload(const struct city_chain_step *step)
{
    const struct city_unload *unload = &step->fact->unload;
    const struct city_vehicle *vehicle = &step->city->vehicles[unload->vehicle];
    uint32_t compartments =
        unload->compartments ? unload->compartments : city_all_compartments(vehicle);
    bool joined;

    if (!city_trip_joins(step, unload->facility) && !city_any_load(step->chain, compartments))
        return OK;
    enum err err = city_trip_begin(step, unload->vehicle, unload->facility, true, &joined);
    if (err)
        return err;
    return city_empty(step, compartments);
}

/* What a ticket empties that no unload has: the compartments of its stream. */
static uint32_t city_ticket_empties(const struct city_vehicle *vehicle, uint32_t stream,
                                    bool joined)
{
    uint32_t set = 0;

    for (uint32_t i = 0; i < vehicle->compartment_count; i++)
        if (stream != CITY_NONE && vehicle->compartments[i].stream == stream)
            set |= UINT32_C(1) << i;
    return set || joined ? set : city_all_compartments(vehicle);
}

static enum err city_chain_ticket(const struct city_chain_step *step)
{
    const struct city_ticket *ticket = &step->fact->ticket;
    const struct city_vehicle *vehicle = &step->city->vehicles[ticket->vehicle];
    uint32_t streams = ticket->stream == CITY_NONE ? UINT32_MAX : UINT32_C(1) << ticket->stream;
    bool first = !(step->chain->trip.ticket_streams & streams); /* one ticket a stream and trip */
    bool joined;

    enum err err = city_trip_begin(step, ticket->vehicle, ticket->facility, first, &joined);
    if (err)
        return err;
    struct city_trip *trip = &step->chain->trip;
    trip->tickets++;
    trip->ticketed_g += ticket->net_g;
    trip->ticket_streams |= streams;
    err = city_empty(step, city_ticket_empties(vehicle, ticket->stream, joined));
    if (err || ticket->stream == CITY_NONE)
        return err;
    return city_wrong_facility(step, ticket->vehicle, CITY_NONE, ticket->stream, ticket->net_g);
}

enum err city_chain_next(const struct city *city, const struct city_custody_rules *rules,
                         const struct city_fact *fact, struct utc_us at, struct city_chain *chain,
                         struct city_chain_out *out)
{
    struct city_chain_step step = {city, rules, fact, at, chain, out};

    enum err err = city_chain_until(city, rules, at, chain, out);
    if (err)
        return err;
    switch (fact->kind) {
    case CITY_FACT_LIFT:
        return city_chain_lift(&step);
    case CITY_FACT_UNLOAD:
        return city_chain_unload(&step);
    case CITY_FACT_TICKET:
        return city_chain_ticket(&step);
    case CITY_FACT_DEPOSIT:
    case CITY_FACT_RESIDUE:
    case CITY_FACT_VOID:
    case CITY_FACT_KINDS:
        break;
    }
    ASSERT(false);
}
