/* town_parts.h - the steps of making a city: sites, people, bins, map, fleet.
 *
 * Layer      4, private to sim/
 */
#ifndef SIM_TOWN_PARTS_H
#define SIM_TOWN_PARTS_H

#include "sim/town_plan.h"

struct sim_town {
    struct sim_plan plan;
    const struct folder_pack *pack;
    struct city *city; /* its arena holds all that is made */
    double km[ROAD_CLASS_COUNT];
    enum err err; /* sticky: NOMEM of the naming */
};

/* --- town_street.c: what a stretch of a line is --- */
struct sim_street {
    enum road_class class;
    enum folder_suffix suffix;
    uint32_t name_key;
};
/* Street from the crossing at (i, j) to the east, or to the north. */
struct sim_street sim_street_of(const struct sim_plan *plan, bool north, int32_t i, int32_t j);
bool sim_street_same(const struct sim_street *a, const struct sim_street *b);
/* Half way along it; a little off the straight line, so that streets bend. */
struct sim_point sim_middle(const struct sim_plan *plan, bool north, int32_t i, int32_t j);
/* On the block's service road, `part` of the way in from its entrance. */
struct sim_point sim_inside(const struct sim_plan *plan, int32_t i, int32_t j, double part);

enum { SIM_BUILDINGS_MAX = 12 };
struct sim_building {
    struct sim_point corners[4];
    uint32_t levels;
    const char *kind; /* OpenStreetMap's building value */
};
/* The b-th building of a block; false when there is none. */
bool sim_building(const struct sim_plan *plan, int32_t i, int32_t j, uint32_t b,
                  struct sim_building *ret);

/* --- town_name.c --- */
/* first + second + suffix by number: numbers below first x second give different names. */
struct city_name sim_name(struct sim_town *town, uint32_t key, enum folder_suffix suffix);
struct str sim_text(struct sim_town *town, const char *format, ...) PRINTF_LIKE(2, 3);

/* --- town_city.c --- */
MUST_USE enum err sim_city_facilities(struct sim_town *town);
MUST_USE enum err sim_city_places(struct sim_town *town);
MUST_USE enum err sim_city_bins(struct sim_town *town);
/* Needs `km` of the map's streets. */
MUST_USE enum err sim_city_fleet(struct sim_town *town);

/* --- town_map.c --- */
MUST_USE enum err sim_map_write(struct sim_town *town, const char *path, struct diag *diag);

#endif
