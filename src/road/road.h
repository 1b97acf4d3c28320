/* road.h - the street network: arcs with turn costs, shortest paths, tables, nearest street.
 *
 * Purpose    One immutable index for one kind of vehicle (a profile); a query object per thread.
 *            Nodes of the search are directed arcs, so that every turn has its cost and forbidden
 *            turns are simply absent.
 * Units      Lengths in millimetres, times in milliseconds (uint32_t: enough for 4,294 km, 49
 *            days).
 * Source     Contraction hierarchies: Geisberger, Sanders, Schultes, Delling (2008); turn costs on
 *            the edge-based graph: Geisberger, Vetter (2011).
 * Threads    struct road: any number of readers. struct road_query: one thread.
 * Layer      1
 */
#ifndef ROAD_ROAD_H
#define ROAD_ROAD_H

#include "base/pool.h"
#include "base/str.h"
#include "geo/line.h"
#include "road/map.h"

#define ROAD_NONE UINT32_MAX        /* no such arc */
#define ROAD_UNREACHABLE UINT32_MAX /* no way there; also a table's entry */

/* What the index is built for. Streets that forbid it are left out of the search, not of the map.
 */
struct road_profile {
    uint32_t mass_kg;   /* 0: no limit asked */
    uint32_t height_cm; /* 0: no limit asked */
    uint32_t speed_kmh_max;
    uint32_t straight_ms; /* at a crossing, going on */
    uint32_t right_ms;
    uint32_t left_ms;
    uint32_t u_turn_ms;   /* at a crossing */
    uint32_t dead_end_ms; /* turning where nothing else is possible */
    bool ignore_access;   /* sanitation vehicles may enter private and destination-only ways */
};
struct road_profile road_profile_truck(void); /* the default; every figure is a setting */

struct road;       /* opaque */
struct road_query; /* opaque */

enum road_flag {
    ROAD_ISLAND = 1,   /* cannot reach, or be reached from, the main network */
    ROAD_CLOSED = 2,   /* this profile may not use it */
    ROAD_DEAD_END = 4, /* its head has no other way on */
    ROAD_ROUNDABOUT = 8,
};

struct road_arc {
    uint32_t tail; /* node */
    uint32_t head; /* node */
    uint32_t length_mm;
    uint32_t time_ms;
    uint32_t reverse; /* the same stretch the other way; ROAD_NONE on a one-way street */
    uint32_t way;     /* index into the map's ways: name, class, limits */
    uint32_t flags;   /* enum road_flag */
};

/* Builds from `map`, which must outlive the index (names and shapes are read from it).
 * Errors: NOMEM; INVALID when no street is left, with the reason in `diag`. */
MUST_USE enum err road_new(const struct road_map *map, const struct road_profile *profile,
                           struct road **ret_road, struct diag *diag);
void road_free(struct road *road); /* NULL is allowed */

uint32_t road_arc_count(const struct road *road);
const struct road_arc *road_arc(const struct road *road, uint32_t arc);
const struct road_way *road_arc_way(const struct road *road, uint32_t arc);
struct str road_arc_name(const struct road *road, uint32_t arc); /* empty where it has none */
/* Points along the arc in its direction, both ends included. Appends to nothing: copies at most
 * `max` points and returns how many there are. */
size_t road_arc_shape(const struct road *road, uint32_t arc, size_t max, struct wgs84 *ret_points);

/* A stretch of streets that the profile cannot reach, for people to read. */
struct road_island {
    uint32_t arc_first; /* one of its arcs */
    uint32_t arc_count;
    uint32_t length_m;
    struct wgs84 at;
};
size_t road_islands(const struct road *road, const struct road_island **ret_islands);

/* A place on an arc, `at_mm` after its tail. */
struct road_place {
    uint32_t arc;
    uint32_t at_mm;
};
static inline struct road_place road_arc_start(uint32_t arc)
{
    return (struct road_place){arc, 0};
}
struct road_place road_arc_end(const struct road *road, uint32_t arc);
struct wgs84 road_place_point(const struct road *road, struct road_place place);

struct road_near {
    struct road_place place; /* on the arc on whose right side the point lies, where there is one */
    struct road_place reverse; /* the same point the other way; arc ROAD_NONE on a one-way street */
    double distance_m;
    enum geo_side side; /* where the point lies, seen along place.arc */
};
/* Nearest usable street within `reach_m`. Errors: NOT_FOUND. */
MUST_USE enum err road_nearest(const struct road *road, struct wgs84 point, double reach_m,
                               struct road_near *ret);

MUST_USE enum err road_query_new(const struct road *road, struct road_query **ret_query);
void road_query_free(struct road_query *query);

/* Cheapest time from a place to a place, turns included. ROAD_UNREACHABLE when there is no way. */
uint32_t road_time(struct road_query *query, struct road_place from, struct road_place to);

struct road_path {
    uint32_t time_ms;
    uint64_t length_mm;
    uint32_t *arcs; /* first is from.arc, last is to.arc; owned by the query until its next call */
    size_t count;
};
/* Errors: NOT_FOUND when there is no way, NOMEM. */
MUST_USE enum err road_path(struct road_query *query, struct road_place from, struct road_place to,
                            struct road_path *ret);

/* times[i * to_count + j] from froms[i] to tos[j]. `lengths_m`, unless NULL, receives the length of
 * the same (fastest) paths in metres; up to 2,147 km they are exact. Errors: NOMEM, then the tables
 * hold nothing of use. */
MUST_USE enum err road_table(struct road_query *query, const struct road_place *froms,
                             size_t from_count, const struct road_place *tos, size_t to_count,
                             uint32_t *ret_times_ms, uint32_t *ret_lengths_m);

/* The slow and obvious way, for tests and benchmarks: Dijkstra over arcs, no hierarchy. Errors:
 * NOMEM. */
MUST_USE enum err road_time_plain(const struct road *road, struct road_place from,
                                  struct road_place to, uint32_t *ret_ms);
/* The same to many places in one run, so that large networks can be checked. */
MUST_USE enum err road_times_plain(const struct road *road, struct road_place from,
                                   const struct road_place *tos, size_t to_count, uint32_t *ret_ms);

#endif
