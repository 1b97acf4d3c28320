/* spread.h - people onto a map, and the places where they bring their waste.
 *
 * Purpose    For a map that comes without bins: people are spread over homes, homes stand by a
 *            street, and along each street they share collection points.
 * Promise    Same input, same points, in the order of the streets.
 * Threads    Any; pure functions.
 * Layer      2
 */
#ifndef CITY_SPREAD_H
#define CITY_SPREAD_H

#include "city/siting.h"
#include "road/map.h"

/* Where people live: a building, or a stretch of a street. */
struct city_home {
    struct wgs84 at;
    double weight; /* people, before they are scaled to the population */
};
struct city_homes {
    struct city_home *items;
    size_t count;
    size_t capacity;
    double weight;
};

/* A collection point by a street. */
struct city_spot {
    struct wgs84 at;
    double people;
    uint32_t way;     /* of the map; CITY_NONE where no street is near */
    uint32_t stretch; /* points of one stretch of a street make a compound; ascending */
};
struct city_spots {
    struct city_spot *items;
    size_t count;
    size_t capacity;
};

/* Floor area to people. Errors: NOMEM. */
MUST_USE enum err city_homes_add(struct city_homes *homes, struct wgs84 at, double floor_m2,
                                 const struct city_siting *siting);
/* Homes along streets where people live, for the part of the population that the buildings of the
 * map do not account for; none when they account for enough. Errors: NOMEM. */
MUST_USE enum err city_homes_along(struct city_homes *homes, const struct road_map *roads,
                                   double population);
void city_homes_done(struct city_homes *homes);

/* Collection points for the homes. Errors: NOMEM; NOT_FOUND when the map has no street to stand
 * at. */
MUST_USE enum err city_spread(const struct road_map *roads, const struct city_homes *homes,
                              double population, const struct city_siting *siting,
                              struct city_spots *ret_spots);
/* People to the nearest of the given points instead. */
MUST_USE enum err city_spread_to(const struct city_homes *homes, double population,
                                 struct city_spots *spots);
/* Fills `way` of each spot with its nearest street. */
MUST_USE enum err city_spots_streets(const struct road_map *roads, struct city_spots *spots);
void city_spots_done(struct city_spots *spots);

/* Streets where bins may stand and houses open to. */
bool city_way_serves(const struct road_way *way);
/* Kilometres of each class of streets. */
void city_street_km(const struct road_map *roads, double ret_km[ROAD_CLASS_COUNT]);

/* Marks the nodes of the largest connected part of the streets with 1. `ret_main` has one byte a
 * node. Errors: NOMEM. */
MUST_USE enum err city_main_nodes(const struct road_map *roads, uint8_t *ret_main);

#endif
