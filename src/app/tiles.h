/* tiles.h - map tiles of a city, made from its own map by tilemaker.
 *
 * Purpose    DIR/map.mbtiles from DIR/map.osm.pbf, when it is missing or older than the map.
 * Why        A tile maker is a program of its own and Debian has one; it runs as a child process.
 * Threads    Any; blocks until the child ends.
 * Layer      4
 */
#ifndef APP_TILES_H
#define APP_TILES_H

#include "city/city.h"

struct app_tiles_job {
    const char *folder;        /* the city's */
    const struct geo_box *box; /* of the map, for files that do not tell theirs */
    /* Told once when work begins, then for each whole percent. */
    void (*progress)(void *context, unsigned percent);
    void *context;
    const char *program; /* NULL: tilemaker, found on PATH */
};

/* OK also when the tiles were there already. A half-made file is never left under the final name.
 * Errors: NOT_FOUND when there is no map, UNSUPPORTED when tilemaker is not installed, INVALID when
 * it cannot read the map (its last words are in `diag`), IO. */
MUST_USE enum err app_tiles_make(const struct app_tiles_job *job, struct diag *diag);

#endif
