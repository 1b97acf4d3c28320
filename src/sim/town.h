/* town.h - a plausible city out of a number: streets, river, compounds, bins, plants, fleet.
 *
 * Purpose    A city to try things on without outside data. Everything is drawn from the seed; what
 *            it is furnished with (streams, vehicles, words) comes from a pack.
 * Promise    Same pack, options and seed: same bytes, on any machine. For that, positions use only
 *            operations that IEEE 754 rounds exactly, and no random stream depends on order.
 * Layer      4
 */
#ifndef SIM_TOWN_H
#define SIM_TOWN_H

#include "folder/pack.h"

enum { SIM_POPULATION_MIN = 500, SIM_POPULATION_MAX = 40000000 };

struct sim_town_options {
    uint64_t seed;
    uint32_t population;
    struct str id;   /* empty: "town" */
    struct str name; /* for both languages; empty: made up */
    struct str pack; /* the pack's folder name, kept in city.yaml */
    struct wgs84 centre;
};

/* What came out, for the person who asked. */
struct sim_town_sum {
    uint32_t compounds, points, bins, vehicles, facilities;
    double street_km;
    double sweep_km; /* brush down, all passes of a day */
};

/* Writes the whole folder `path` (made if need be), the pack's targets and processes apart.
 * Errors: RANGE for the population; NOMEM, IO, FULL. */
MUST_USE enum err sim_town_make(const struct folder_pack *pack,
                                const struct sim_town_options *options, const char *path,
                                struct sim_town_sum *ret_sum, struct diag *diag);

#endif
