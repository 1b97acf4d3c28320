/* city.c - see city.h. Words here are what the folder's tables are written in. */
#include "city/city.h"

enum err city_new(size_t bytes_max, struct city **ret_city)
{
    struct city *city = mem_zero(1, sizeof *city);

    if (!city)
        return ERR_NOMEM;
    arena_init(&city->arena, bytes_max);
    city->box = geo_box_empty();
    city->siting = city_siting_default();
    *ret_city = city;
    return OK;
}

void city_free(struct city *city)
{
    if (!city)
        return;
    arena_done(&city->arena);
    mem_free(city);
}

struct city_siting city_siting_default(void)
{
    return (struct city_siting){
        .kg_per_person_day = 1.0,
        .a1 = 1.3,
        .a2 = 1.035,
        .a3 = 0.8,
        .k = 1.65,
        .fill = 0.825,
        .households_per_point = 400,
        .reach_m = 150,
        .persons_per_household = 2.6,
        .persons_per_100m2 = 2.5,
    };
}

const char *city_facility_kind_name(enum city_facility_kind kind)
{
    static const char *const names[CITY_FACILITY_KINDS] = {
        [CITY_DEPOT] = "depot",
        [CITY_TRANSFER_STATION] = "transfer_station",
        [CITY_INCINERATOR] = "incinerator",
        [CITY_FOOD_PLANT] = "food_plant",
        [CITY_SORTING_CENTRE] = "sorting_centre",
        [CITY_HAZARDOUS_STORE] = "hazardous_store",
        [CITY_LANDFILL] = "landfill",
        [CITY_WATER_POINT] = "water_point",
        [CITY_CHARGER] = "charger",
        [CITY_SWEEPINGS_SITE] = "sweepings_site",
    };

    return (unsigned)kind < CITY_FACILITY_KINDS ? names[kind] : NULL;
}

const char *city_vehicle_kind_name(enum city_vehicle_kind kind)
{
    static const char *const names[CITY_VEHICLE_KINDS] = {
        [CITY_TRUCK] = "truck",
        [CITY_SWEEPER] = "sweeper",
        [CITY_WASHER] = "washer",
        [CITY_ROBOT] = "robot",
    };

    return (unsigned)kind < CITY_VEHICLE_KINDS ? names[kind] : NULL;
}

const char *city_place_kind_name(enum city_place_kind kind)
{
    static const char *const names[CITY_PLACE_KINDS] = {
        [CITY_DISTRICT] = "district",
        [CITY_STREET] = "street",
        [CITY_COMPOUND] = "compound",
        [CITY_POINT] = "point",
    };

    return (unsigned)kind < CITY_PLACE_KINDS ? names[kind] : NULL;
}

uint32_t city_stream_find(const struct city *city, struct str code)
{
    for (uint32_t i = 0; i < city->stream_count; i++)
        if (str_eq(city->streams[i].code, code))
            return i;
    return CITY_NONE;
}

uint32_t city_apart_find(const struct city *city, struct str code)
{
    for (uint32_t i = 0; i < city->apart_count; i++)
        if (str_eq(city->aparts[i].code, code))
            return i;
    return CITY_NONE;
}

bool city_is_holiday(const struct city *city, int64_t day)
{
    uint32_t low = 0;
    uint32_t high = city->holiday_count;

    if (city->rest_days >> clock_weekday(day) & 1)
        return true;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (city->holidays[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low < city->holiday_count && city->holidays[low] == day;
}
