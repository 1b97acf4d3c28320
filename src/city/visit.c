/* visit.c - see visit.h. */
#include "city/visit.h"

struct city_visit_rules city_visit_rules_default(void)
{
    return (struct city_visit_rules){.near_m = 200,
                                     .slow_kmh = 5,
                                     .rest_share = 0.5,
                                     .rest_s_min = 180,
                                     .fall_pct = 30,
                                     .left_pct = 15,
                                     .level_s = 3600,
                                     .gap_s = 600};
}

void city_visit_init(struct city_visit *visit)
{
    *visit = (struct city_visit){.facility = CITY_NONE, .last = {INT64_MIN}};
}

static bool city_takes_waste(const struct city_facility *facility)
{
    return facility->kind != CITY_DEPOT && facility->kind != CITY_WATER_POINT &&
           facility->kind != CITY_CHARGER;
}

/* The nearest one that takes waste. */
static uint32_t city_facility_at(const struct city *city, double near_m, struct wgs84 place)
{
    uint32_t best = CITY_NONE;

    for (uint32_t i = 0; i < city->facility_count; i++) {
        double distance_m = geo_distance_m(city->facilities[i].at, place);
        if (!city_takes_waste(&city->facilities[i]) || distance_m > near_m)
            continue;
        near_m = distance_m;
        best = i;
    }
    return best;
}

/* The identity comes from what it is about: folded again it is the same fact. */
static uint64_t city_visit_id(uint32_t vehicle, uint32_t facility, struct utc_us since)
{
    uint64_t id = (uint64_t)since.us * UINT64_C(0x9e3779b97f4a7c15);

    id ^= (uint64_t)vehicle << 32 | facility;
    id *= UINT64_C(0xbf58476d1ce4e5b9);
    return id ^ id >> 31;
}

static bool city_visit_unload(uint32_t vehicle, uint32_t compartments, uint32_t evidence,
                              struct utc_us at, struct utc_us received, struct city_visit *visit,
                              struct city_fact *ret_fact)
{
    visit->told = true;
    *ret_fact = (struct city_fact){
        .kind = CITY_FACT_UNLOAD,
        .at = at,
        .received = received,
        .id = city_visit_id(vehicle, visit->facility, visit->since),
        .by = vehicle,
        .evidence = evidence,
        .why = CITY_WHY_MEASURED,
        .unload = {vehicle, visit->facility, compartments},
    };
    return true;
}

static bool city_visit_rested(const struct city *city, const struct city_visit_rules *rules,
                              const struct city_visit *visit)
{
    double need_s = rules->rest_share * city->facilities[visit->facility].unload_s;

    if (need_s < rules->rest_s_min)
        need_s = rules->rest_s_min;
    return visit->rest_s >= need_s;
}

/* Standing from the last point to this one, if the way between is known. */
static double city_visit_rest_s(const struct city_visit_rules *rules,
                                const struct city_visit *visit,
                                const struct city_track_point *point)
{
    double seconds = (double)(point->at.us - visit->last.us) / (double)CLOCK_US_PER_S;
    double way_m = geo_distance_m(visit->point.place, point->place);

    if (seconds <= 0 || way_m / seconds * 3.6 > rules->slow_kmh ||
        point->speed_kmh > rules->slow_kmh)
        return 0;
    return seconds;
}

/* Its levels decide. */
static bool city_visit_levels(const struct city_visit_rules *rules, const struct city_visit *visit,
                              struct utc_us now)
{
    return visit->levels && now.us - visit->level_at.us <= rules->level_s * CLOCK_US_PER_S;
}

bool city_visit_position(const struct city *city, const struct city_visit_rules *rules,
                         uint32_t vehicle, const struct city_track_point *point,
                         struct utc_us received, struct city_visit *visit,
                         struct city_fact *ret_fact)
{
    if (point->at.us < visit->last.us) {
        visit->late++;
        return false;
    }
    uint32_t facility = city_facility_at(city, rules->near_m, point->place);
    bool goes_on = facility == visit->facility && visit->last.us != INT64_MIN &&
                   point->at.us - visit->last.us <= rules->gap_s * CLOCK_US_PER_S;
    if (goes_on) {
        visit->rest_s += city_visit_rest_s(rules, visit, point);
    } else {
        visit->facility = facility;
        visit->since = point->at;
        visit->rest_s = 0;
        visit->told = false;
        visit->fell = 0;
    }
    visit->point = *point;
    visit->last = point->at;
    if (facility == CITY_NONE || visit->told || city_visit_levels(rules, visit, point->at) ||
        !city_visit_rested(city, rules, visit))
        return false;
    return city_visit_unload(vehicle, 0, CITY_BY_TRACK, point->at, received, visit, ret_fact);
}

bool city_visit_level(const struct city *city, const struct city_visit_rules *rules,
                      uint32_t vehicle, uint32_t compartment, double pct, struct utc_us at,
                      struct utc_us received, struct city_visit *visit, struct city_fact *ret_fact)
{
    ASSERT(vehicle < city->vehicle_count);
    if (compartment >= city->vehicles[vehicle].compartment_count)
        return false;
    if (at.us < visit->level_at.us) {
        visit->late++;
        return false;
    }
    uint32_t bit = UINT32_C(1) << compartment;
    double before_pct = visit->levels & bit ? visit->level_pct[compartment] : pct;
    visit->levels |= bit;
    visit->level_at = at;
    visit->level_pct[compartment] = pct;
    bool here =
        visit->facility != CITY_NONE && at.us - visit->last.us <= rules->gap_s * CLOCK_US_PER_S;
    bool fell = before_pct - pct >= rules->fall_pct && pct <= rules->left_pct;
    if (!here || !fell || visit->fell & bit)
        return false;
    visit->fell |= bit;
    struct city_visit one = *visit; /* each compartment's fall is a fact of its own */
    one.since.us += (int64_t)compartment;
    visit->told = true;
    return city_visit_unload(vehicle, bit, CITY_BY_TRACK | CITY_BY_LEVEL, at, received, &one,
                             ret_fact);
}
