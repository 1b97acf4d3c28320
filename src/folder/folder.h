/* folder.h - a city is a folder: read it, check it, write it.
 *
 * Purpose    city.yaml, streams.yaml, places.csv, bins.csv, fleet.csv, facilities.csv,
 *            processes/ *.yaml, targets.csv and map.osm.pbf, as docs/city-folder.md describes.
 *            Every mistake is told with file, line, column and remedy.
 * Errors     INVALID for a folder with mistakes; NOMEM, IO beside it. `diag` may be NULL.
 * Threads    Any; two writers of one folder are the caller's mistake.
 * Layer      3
 */
#ifndef FOLDER_FOLDER_H
#define FOLDER_FOLDER_H

#include "city/city.h"

enum {
    FOLDER_MISTAKES_MAX = 200, /* told per file; a broken table has as many mistakes as rows */
};
#define FOLDER_TABLE_BYTES_MAX ((size_t)512 << 20) /* a city of 7 million has 40 MB of bins */
#define FOLDER_YAML_BYTES_MAX ((size_t)4 << 20)
#define FOLDER_CITY_BYTES_MAX ((size_t)4 << 30)

/* Receives each mistake; called by the thread that checks. */
struct folder_sink {
    void (*tell)(void *context, const struct diag *diag);
    void *context;
};

/* Owner of *ret_city: caller. `diag` tells the first mistake. The map itself is not opened. */
MUST_USE enum err folder_load(const char *path, struct city **ret_city, struct diag *diag);
/* Only what streams.yaml says: a city without name, places and bins, for those who need no more. Owner
 * of *ret_city: caller. */
MUST_USE enum err folder_load_streams(const char *path, struct city **ret_city, struct diag *diag);
/* Goes on after mistakes; *ret_count is how many there are (written also on INVALID). */
MUST_USE enum err folder_check(const char *path, const struct folder_sink *sink,
                               uint64_t *ret_count);
/* Writes city.yaml, streams.yaml and the four tables; leaves other files of the folder alone.
 * Makes the folder. Errors also FULL. */
MUST_USE enum err folder_save(const char *path, const struct city *city, struct diag *diag);

#endif
