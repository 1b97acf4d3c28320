/* points.h - bins that a city already has, from a table or from GeoJSON of container points.
 *
 * Formats    CSV with `lat`, `lng`, `stream` and perhaps `id`, `litres`, `fill_pct`; or a GeoJSON
 *            FeatureCollection of points whose properties are those, or OpenStreetMap tags that
 *            the pack maps to streams (`capacity` in cubic metres).
 * Threads    Any.
 * Layer      3
 */
#ifndef FOLDER_POINTS_H
#define FOLDER_POINTS_H

#include "folder/pack.h"

struct folder_point {
    struct str id; /* may be empty */
    struct wgs84 at;
    uint32_t stream;
    uint32_t litres;
    double fill_pct;
    struct str sensor; /* may be empty */
    uint32_t empty_mm;
    uint32_t full_mm;
};
struct folder_points {
    struct folder_point *items;
    size_t count;
    uint64_t skipped; /* features that are no points, or of no stream that the pack knows */
};

/* Texts and the array live in the arena of `city`. Mistakes go to `sink` (may be NULL); `diag`
 * has the first. Errors: INVALID, NOMEM, IO. */
MUST_USE enum err folder_points_read(const char *path, const struct folder_pack *pack,
                                     struct city *city, const struct folder_sink *sink,
                                     struct folder_points *ret_points, struct diag *diag);
/* The same from memory; `name` is for messages. */
MUST_USE enum err folder_points_parse(const char *name, struct str content,
                                      const struct folder_pack *pack, struct city *city,
                                      const struct folder_sink *sink,
                                      struct folder_points *ret_points, struct diag *diag);
/* facilities.csv or fleet.csv from anywhere, into a city that has its streams (and facilities). */
MUST_USE enum err folder_facilities_load(const char *path, struct city *city,
                                         const struct folder_sink *sink, struct diag *diag);
MUST_USE enum err folder_fleet_load(const char *path, struct city *city,
                                    const struct folder_sink *sink, struct diag *diag);

#endif
