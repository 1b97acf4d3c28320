/* siting.h - how many bins, vehicles and plants a number of people needs, and where bins go.
 *
 * Purpose    Shared by the made city and by a map that comes without bins, fleet or plants.
 * Source     Bins: CJJ 27-2012 appendix A: Q = R C A1 A2; V_ave = Q / (D_ave A3); V_max = K V_ave;
 *            N = V A4 / (E B). Every coefficient is a setting of the city.
 * Units      kg, litres, seconds, kilometres as named.
 * Threads    Any; pure functions.
 * Layer      2
 */
#ifndef CITY_SITING_H
#define CITY_SITING_H

#include "city/city.h"

/* A kind of vehicle that a pack offers. `vehicle` has no id, plate or depot. */
struct city_model {
    struct city_vehicle vehicle;
    double share;            /* of the work of its role: same kind, same first stream */
    uint32_t one_per_people; /* this many people have one; 0: as many as the work needs */
};

enum city_site_where {
    CITY_SITE_INNER, /* spread over the city */
    CITY_SITE_EDGE,  /* where the city ends, on a main road */
    CITY_SITE_WHERE
};
/* A kind of facility that a pack offers. `facility` has no id or place; its capacity is worked out
 * where the pack gives none. */
struct city_site_model {
    struct city_facility facility;
    enum city_site_where where;
    uint32_t one_per_people;
};

/* Bins of the stream's usual size that `people` need at one point: 1 or more for 1 person or more.
 * By the peak volume. */
uint32_t city_bins_need(const struct city_siting *siting, const struct city_stream *stream,
                        double people);
/* The same before it is rounded up. */
double city_bins_exact(const struct city_siting *siting, const struct city_stream *stream,
                       double people);
/* Mass the stream gathers a day from `people`, with the uneven-generation coefficients. */
double city_kg_day(const struct city_siting *siting, const struct city_stream *stream,
                   double people);

/* Streets to sweep in one window. */
struct city_sweep_need {
    struct city_window window;
    double km; /* brush down */
};
enum { CITY_SWEEP_NEEDS_MAX = CITY_SWEEP_CLASSES_MAX * CITY_WINDOWS_MAX };

/* What a day asks of the fleet. */
struct city_need {
    double kg[CITY_STREAMS_MAX];                         /* collected a day, by stream */
    double bins[CITY_STREAMS_MAX];                       /* lifted a day */
    double stops[CITY_STREAMS_MAX];                      /* points visited a day */
    double sweep_km;                                     /* brush down, all passes of a day */
    struct city_sweep_need sweeps[CITY_SWEEP_NEEDS_MAX]; /* of it, what has a window */
    uint32_t sweep_count;
    double haul_km; /* from the middle of the city to a plant, about */
    double people;
};
/* Fills kg, bins, stops and people from the city's bins and places; leaves the rest. */
void city_need_of(const struct city *city, struct city_need *need);
/* Kilometres with the brush down on a day that has every pass due, from the length of each class
 * of streets (one line per street, both directions together). */
void city_need_sweep(const struct city *city, const double km[ROAD_CLASS_COUNT],
                     struct city_need *need);
/* How many vehicles of model `index` the need takes, with CITY_RESERVE on top. */
uint32_t city_fleet_need(const struct city *city, const struct city_model *models,
                         size_t model_count, size_t index, const struct city_need *need);
#define CITY_RESERVE 1.25
/* Furnishes the city with vehicles for the need, spread over its depots, with plates that begin
 * with `plate`. Errors: NOMEM; NOT_FOUND without a depot. */
MUST_USE enum err city_fleet_make(struct city *city, const struct city_model *models,
                                  size_t model_count, struct str plate, uint64_t seed,
                                  const struct city_need *need);

/* Where the k-th site of a kind would like to be, in units of the city's size around its middle:
 * points that spread evenly (Roberts' R2 sequence from `start`), on the rim for the edge. Exact
 * arithmetic only. */
void city_site_wish(enum city_site_where where, double start, uint32_t k, double *ret_x,
                    double *ret_y);
/* How many facilities of the model, and the capacity of each in tonnes a day. */
uint32_t city_site_count(const struct city_site_model *model, double people);
double city_site_capacity_t_day(const struct city *city, const struct city_site_model *models,
                                size_t model_count, size_t index, double people);
/* A plausible level of a bin at a point where `people` share `litres` of the stream, when bins are
 * emptied on the day they reach the stream's collect_at_pct: `unit_age` in [0, 1) is how long ago
 * that was, `unit_use` how much it is used. Percent, at most CITY_FILL_MAX. */
double city_fill_pct(const struct city_siting *siting, const struct city_stream *stream,
                     double people, double litres, double unit_age, double unit_use);
#define CITY_FILL_MAX 120.0

#endif
