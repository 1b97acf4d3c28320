/* import_parts.h - the steps of an import.
 *
 * Layer      4, private to app/
 */
#ifndef APP_IMPORT_PARTS_H
#define APP_IMPORT_PARTS_H

#include "app/import.h"
#include "base/rng.h"
#include "city/spread.h"
#include "osm/osm.h"

enum { APP_IMPORT_PLATES = 12345 /* where number plates begin */ };

struct app_importing {
    const struct folder_pack *pack;
    const struct app_import_options *options;
    const struct osm_map *map;
    struct city *city;
    struct city_homes homes;
    struct city_spots spots;
    struct folder_points given; /* bins that the city has already */
    uint32_t *given_spots;      /* the spot of each */
    uint32_t *spot_places;      /* the point of each spot */
    struct app_import_sum sum;
};

/* --- import_place.c --- */
/* Name of the city: as asked, else the map's largest settlement. Errors: NOMEM. */
MUST_USE enum err app_import_name(struct app_importing *import);
/* District, communities, compounds and points out of the spots. Errors: NOMEM. */
MUST_USE enum err app_import_places(struct app_importing *import);

/* --- import_bins.c --- */
/* Given bins, gathered into spots. Those outside the map are left out and counted. */
MUST_USE enum err app_import_given(struct app_importing *import, struct diag *diag);
MUST_USE enum err app_import_bins(struct app_importing *import);

/* --- import_site.c --- */
MUST_USE enum err app_import_facilities(struct app_importing *import, struct diag *diag);
MUST_USE enum err app_import_fleet(struct app_importing *import, struct diag *diag);

/* Text in the city's arena, empty when memory is gone (then *err is set). */
struct str app_import_text(struct app_importing *import, enum err *err, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
