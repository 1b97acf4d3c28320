/* city.h - a city, as its folder describes it.
 *
 * Purpose    The nouns of the waste loop: streams, places, bins, vehicles, facilities, road
 * classes. Plain arrays; a reference to another noun is an index, CITY_NONE where there is none.
 * Units      Named in each field. Times of day are seconds after local midnight.
 * Memory     Everything, text included, lives in `arena`; freed by city_free().
 * Threads    Immutable once loaded.
 * Layer      2
 */
#ifndef CITY_CITY_H
#define CITY_CITY_H

#include "base/arena.h"
#include "base/clock.h"
#include "geo/point.h"
#include "road/map.h"

#define CITY_NONE UINT32_MAX

enum {
    CITY_STREAMS_MAX = 32, /* a set of streams is a 32-bit mask */
    CITY_APARTS_MAX = 32,
    CITY_COMPARTMENTS_MAX = 4,
    CITY_WINDOWS_MAX = 4,
    CITY_SWEEP_CLASSES_MAX = 8,
};

struct city_name {
    struct str zh;
    struct str en;
};

struct city_stream {
    struct str code; /* "R", "H", "F", "O" or a city's own */
    struct city_name name;
    uint32_t colour;                /* 0xRRGGBB */
    double density_kg_m3;           /* loose, in a bin */
    double density_compacted_kg_m3; /* in a truck */
    double share;                   /* of generation by mass; all streams sum to 1 */
    double collect_at_pct;          /* a bin this full is collected */
    double clear_days;              /* A4 of CJJ 27-2012: days between clearances */
    uint32_t bin_litres;            /* size used when bins are sited */
    struct city_name *classes;      /* sub-classes, for people to read */
    uint32_t class_count;
};

/* What is kept out of the bins and collected by itself: bulky, garden, construction waste. */
struct city_apart {
    struct str code; /* none of a stream's */
    struct city_name name;
    uint32_t colour;      /* 0xRRGGBB */
    struct city_name how; /* what a resident does with it */
};

enum city_place_kind { CITY_DISTRICT, CITY_STREET, CITY_COMPOUND, CITY_POINT, CITY_PLACE_KINDS };
struct city_place {
    struct str id;
    enum city_place_kind kind;
    uint32_t parent; /* CITY_NONE for a district */
    struct city_name name;
    struct wgs84 at;
    uint32_t households; /* of a compound; 0 elsewhere */
    uint32_t population;
};

struct city_bin {
    struct str id;
    uint32_t place; /* a collection point */
    uint32_t stream;
    uint32_t litres;
    double fill_pct; /* last known level, 0-100; may be over 100 */
    struct wgs84 at;
    struct str sensor; /* its device; empty: none */
    uint32_t empty_mm; /* what the sensor measures when it is empty, */
    uint32_t full_mm;  /* and when it is full; both 0: not known */
};

enum city_facility_kind {
    CITY_DEPOT,
    CITY_TRANSFER_STATION,
    CITY_INCINERATOR,
    CITY_FOOD_PLANT,
    CITY_SORTING_CENTRE,
    CITY_HAZARDOUS_STORE,
    CITY_LANDFILL,
    CITY_WATER_POINT,
    CITY_CHARGER,
    CITY_SWEEPINGS_SITE, /* takes what sweepers pick up */
    CITY_FACILITY_KINDS
};
struct city_facility {
    struct str id;
    enum city_facility_kind kind;
    struct city_name name;
    struct wgs84 at;
    uint32_t streams; /* mask of what it may take */
    int32_t open_s;
    int32_t close_s;
    int32_t unload_s;
    double capacity_t_day;
};

enum city_vehicle_kind { CITY_TRUCK, CITY_SWEEPER, CITY_WASHER, CITY_ROBOT, CITY_VEHICLE_KINDS };
struct city_compartment {
    uint32_t stream; /* CITY_NONE: sweepings */
    uint32_t litres;
    uint32_t kg;
};
struct city_vehicle {
    struct str id;
    struct str plate;
    enum city_vehicle_kind kind;
    uint32_t depot;      /* a facility of kind CITY_DEPOT */
    struct str terminal; /* phone number of its JT/T 808 terminal; empty: none */
    struct city_compartment compartments[CITY_COMPARTMENTS_MAX];
    uint32_t compartment_count;
    uint32_t water_litres; /* sweepers and washers */
    int32_t shift_start_s;
    int32_t shift_end_s; /* may pass 24:00 */
    int32_t break_s;     /* taken out of the shift */
    uint32_t crew;
    uint32_t mass_kg; /* gross */
    uint32_t height_cm;
    uint32_t speed_kmh_max;
    double work_kmh; /* while sweeping or washing; 0 for a truck */
    double cost_day;
    double cost_km;
    double cost_hour;
    struct str energy; /* diesel, electric, ... */
};

struct city_window {
    int32_t start_s;
    int32_t end_s; /* may pass 24:00 */
};

/* A sanitation class of streets (1-4 of 城市环境卫生质量标准) and what is due on it. */
struct city_sweep_class {
    struct city_name name;
    uint32_t passes_per_day;
    double passes_per_week; /* 7 x per day, or less for streets not due every day */
    struct city_window windows[CITY_WINDOWS_MAX];
    uint32_t window_count; /* 0: any time */
    bool both_sides;       /* each kerb is a pass of its own; else one pass serves the street */
    double kg_per_km;      /* sweepings picked up */
    double water_l_per_km;
};

/* Coefficients of CJJ 27-2012 appendix A; the defaults are the middle of its ranges. */
struct city_siting {
    double kg_per_person_day; /* R */
    double a1;                /* uneven generation, 1.1-1.5 */
    double a2;                /* living standard, 1.02-1.05 */
    double a3;                /* uneven density, 0.7-0.9 */
    double k;                 /* peak volume, 1.5-1.8 */
    double fill;              /* B, 0.75-0.9 */
    uint32_t households_per_point;
    double reach_m; /* a resident walks this far at most */
    double persons_per_household;
    double persons_per_100m2; /* floor area to people, where the map knows buildings only */
};

/* Handling times and costs that are the city's own. */
struct city_service {
    int32_t stop_s;        /* park and position, once a stop */
    int32_t bin_240l_s;    /* lift one bin of 240 litres; scaled by size */
    double unserved_price; /* cost of leaving one full bin or one due pass */
};

struct city {
    struct arena arena;
    struct str id;
    struct city_name name;
    struct str pack;
    int32_t utc_offset_s;
    bool left_hand_traffic;
    struct geo_box box;
    uint64_t population;
    struct city_stream *streams;
    uint32_t stream_count;
    struct city_apart *aparts;
    uint32_t apart_count;
    struct city_place *places;
    uint32_t place_count;
    struct city_bin *bins;
    uint32_t bin_count;
    struct city_facility *facilities;
    uint32_t facility_count;
    struct city_vehicle *vehicles;
    uint32_t vehicle_count;
    struct city_sweep_class sweep_classes[CITY_SWEEP_CLASSES_MAX];
    uint32_t sweep_class_count;
    uint8_t sweep_class_of[ROAD_CLASS_COUNT]; /* 1-based class; 0: not swept */
    struct city_siting siting;
    struct city_service service;
    uint8_t rest_days; /* bit 0 Monday ... 6 Sunday */
    int64_t *holidays; /* days since 1970-01-01, ascending */
    uint32_t holiday_count;
};

/* An empty city with a capped arena. Errors: NOMEM. */
MUST_USE enum err city_new(size_t bytes_max, struct city **ret_city);
void city_free(struct city *city); /* NULL is allowed */

/* The middle of the ranges of CJJ 27-2012 appendix A, and common figures beside it. */
struct city_siting city_siting_default(void);

/* Words as in the folder's tables. NULL for a value that is none. */
const char *city_facility_kind_name(enum city_facility_kind kind);
const char *city_vehicle_kind_name(enum city_vehicle_kind kind);
const char *city_place_kind_name(enum city_place_kind kind);
/* CITY_NONE when there is none of that code. */
uint32_t city_stream_find(const struct city *city, struct str code);
uint32_t city_apart_find(const struct city *city, struct str code);
/* True on a rest day or holiday. */
bool city_is_holiday(const struct city *city, int64_t day);

#endif
