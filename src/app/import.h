/* import.h - a city's folder out of a map.
 *
 * Purpose    The map gives streets, buildings and quarters; people, bins, plants and a fleet are
 *            added where nobody brings them, by the settings of a pack.
 * Promise    Same files and settings, same folder.
 * Threads    Any.
 * Layer      4
 */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H

#include "folder/points.h"

struct app_import_options {
    const char *map;        /* .osm.pbf, .osm, .osm.gz, .osm.bz2 */
    const char *bins;       /* CSV or GeoJSON; NULL: sited */
    const char *fleet;      /* fleet.csv; NULL: sized */
    const char *facilities; /* facilities.csv; NULL: sited */
    struct str id;
    struct str name; /* empty: the map's own */
    struct str pack;
    uint64_t population;            /* 0: from settlements and buildings of the map */
    const struct folder_sink *sink; /* mistakes of the given tables; NULL stops at the first */
};

struct app_import_sum {
    uint64_t population;
    uint32_t streets, buildings, compounds, points, bins, facilities, vehicles;
    uint64_t bins_skipped; /* outside the map, or not of a known stream */
    double street_km;
};

/* Writes the folder `path`, the pack's targets and processes apart. Errors: those of osm_read();
 * INVALID for a table with mistakes or a map without streets; NOT_FOUND when osmium is needed to
 * convert the map and is not installed. */
MUST_USE enum err app_import(const struct folder_pack *pack,
                             const struct app_import_options *options, const char *path,
                             struct app_import_sum *ret_sum, struct diag *diag);

#endif
