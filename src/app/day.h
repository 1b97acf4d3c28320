/* day.h - a city's folder planned for one day, from files to files.
 *
 * Purpose    Loads the folder and its map, plans, writes plan.json and plan.geojson.
 * Threads    One at a time for one folder; the planning itself uses the options' workers.
 * Memory     A day is the caller's until app_day_done().
 * Layer      4
 */
#ifndef APP_DAY_H
#define APP_DAY_H

#include "plan/plan.h"

struct osm_map;

struct app_day {
    struct city *city;
    struct osm_map *map;
    struct plan *plan;
};

/* Errors: as folder_load(), osm_read() and plan_make(); `diag` says which file and what to do. */
MUST_USE enum err app_day_plan(const char *folder, const struct plan_options *options,
                               struct app_day *ret_day, struct diag *diag);
/* Both files, each whole or not at all. Errors: FULL, IO, NOMEM. */
MUST_USE enum err app_day_save(const struct app_day *day, const char *folder, struct diag *diag);
void app_day_done(struct app_day *day); /* NULL and a zeroed day are allowed */

#endif
