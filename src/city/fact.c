/* fact.c - see fact.h. */
#include "city/fact.h"

const char *city_why_name(enum city_why why)
{
    static const char *const names[CITY_WHYS] = {
#define X(why, name) name,
        CITY_WHY_LIST(X)
#undef X
    };

    return (unsigned)why < CITY_WHYS ? names[why] : NULL;
}

bool city_why_of(struct str name, enum city_why *ret_why)
{
    for (unsigned i = 0; i < CITY_WHYS; i++)
        if (str_eq(name, str_of(city_why_name((enum city_why)i)))) {
            *ret_why = (enum city_why)i;
            return true;
        }
    return false;
}

struct city_lateness city_lateness_default(void)
{
    return (struct city_lateness){.window_s = 48 * 3600, .ahead_s = 300};
}

struct utc_us city_fact_time(const struct city_lateness *lateness, struct utc_us at,
                             struct utc_us received, enum city_fate *ret_fate)
{
    if (at.us <= 0 || at.us > received.us + lateness->ahead_s * CLOCK_US_PER_S) {
        *ret_fate = CITY_FATE_CLOCK;
        return received;
    }
    *ret_fate =
        received.us - at.us > lateness->window_s * CLOCK_US_PER_S ? CITY_FATE_LATE : CITY_FATE_KEPT;
    return at;
}

static int city_cmp_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int city_fact_cmp(const struct city_fact *a, struct utc_us a_at, const struct city_fact *b,
                  struct utc_us b_at)
{
    if (a_at.us != b_at.us)
        return a_at.us < b_at.us ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return city_cmp_u64(a->id, b->id);
}

/* --- what may be said --- */

static bool city_below(uint32_t index, uint32_t count, bool may_none)
{
    return index < count || (may_none && index == CITY_NONE);
}

static bool city_mass_fits(int64_t net_g, bool may_none)
{
    return (may_none && net_g == CITY_NO_MASS) || (net_g >= 0 && net_g <= CITY_FACT_G_MAX);
}

static bool city_lift_fits(const struct city *city, const struct city_lift *lift)
{
    return city_below(lift->vehicle, city->vehicle_count, false) &&
           lift->compartment < city->vehicles[lift->vehicle].compartment_count &&
           city_below(lift->bin, city->bin_count, true) &&
           city_below(lift->station, city->facility_count, true) &&
           city_below(lift->stream, city->stream_count, true) && city_mass_fits(lift->net_g, true);
}

static bool city_unload_fits(const struct city *city, const struct city_unload *unload)
{
    return city_below(unload->vehicle, city->vehicle_count, false) &&
           city_below(unload->facility, city->facility_count, false) &&
           unload->compartments >> city->vehicles[unload->vehicle].compartment_count == 0;
}

static bool city_ticket_fits(const struct city *city, const struct city_ticket *ticket)
{
    return city_below(ticket->vehicle, city->vehicle_count, false) &&
           city_below(ticket->facility, city->facility_count, false) &&
           city_below(ticket->stream, city->stream_count, true) &&
           city_mass_fits(ticket->net_g, false);
}

static bool city_void_fits(const struct city *city, const struct city_void *voided)
{
    switch (voided->kind) {
    case CITY_FACT_DEPOSIT:
        return voided->owner < city->bin_count;
    case CITY_FACT_RESIDUE:
        return voided->owner < city->facility_count;
    case CITY_FACT_LIFT:
    case CITY_FACT_UNLOAD:
    case CITY_FACT_TICKET:
        return voided->owner < city->vehicle_count;
    case CITY_FACT_VOID: /* a void is final: say the fact anew */
    case CITY_FACT_KINDS:
        break;
    }
    return false;
}

static bool city_fact_fits(const struct city *city, const struct city_fact *fact)
{
    switch (fact->kind) {
    case CITY_FACT_DEPOSIT:
        return fact->deposit.bin < city->bin_count && city_mass_fits(fact->deposit.net_g, true);
    case CITY_FACT_LIFT:
        return city_lift_fits(city, &fact->lift);
    case CITY_FACT_UNLOAD:
        return city_unload_fits(city, &fact->unload);
    case CITY_FACT_TICKET:
        return city_ticket_fits(city, &fact->ticket);
    case CITY_FACT_RESIDUE:
        return fact->residue.facility < city->facility_count &&
               fact->residue.stream < city->stream_count &&
               city_mass_fits(fact->residue.net_g, false);
    case CITY_FACT_VOID:
        return city_void_fits(city, &fact->voided);
    case CITY_FACT_KINDS:
        break;
    }
    return false;
}

enum err city_fact_check(const struct city *city, const struct city_fact *fact, struct diag *diag)
{
    static const char *const names[CITY_FACT_KINDS] = {"deposit", "lift",    "unload",
                                                       "ticket",  "residue", "void"};

    if (city_fact_fits(city, fact))
        return OK;
    return diag_set(diag, ERR_RANGE,
                    "%s: names something that this city has not, or weighs less than nothing or "
                    "more than 1,000 t",
                    (unsigned)fact->kind < CITY_FACT_KINDS ? names[fact->kind] : "fact");
}

int64_t city_day_of(const struct city *city, struct utc_us at)
{
    int64_t local_us = at.us + city->utc_offset_s * CLOCK_US_PER_S;
    int64_t day_us = INT64_C(86400) * CLOCK_US_PER_S;
    int64_t day = local_us / day_us;

    return local_us % day_us < 0 ? day - 1 : day;
}
