/* day.c - see day.h. */
#include "app/day.h"

#include "base/file.h"
#include "folder/folder.h"
#include "osm/osm.h"

/* plan.json of a city of millions, with every turn of every route. */
static const size_t app_plan_bytes_max = (size_t)2 << 30;

/* The date a person in the city would read off the wall. */
static struct clock_date app_today(const struct city *city, const struct clock *clock)
{
    int64_t second = clock_utc(clock).us / CLOCK_US_PER_S + city->utc_offset_s;

    return clock_date_of((second - (second % 86400 + 86400) % 86400) / 86400);
}

enum err app_day_plan(const char *folder, const struct plan_options *options,
                      struct app_day *ret_day, struct diag *diag)
{
    struct app_day day = {0};
    struct plan_options dated = *options;
    char path[FILE_PATH_MAX];

    enum err err = folder_load(folder, &day.city, diag);
    if (!err && file_join(sizeof path, path, folder, "map.osm.pbf"))
        err = diag_set(diag, ERR_LIMIT, "the folder's name is too long");
    if (!err)
        err = osm_read(path, NULL, &day.map, diag);
    if (!err && day.city->left_hand_traffic)
        day.map->roads.left_hand_traffic = true; /* maps do not always show it */
    if (!err && dated.date.year == 0)
        dated.date = app_today(day.city, options->clock);
    if (!err)
        err = plan_make(day.city, &day.map->roads, &dated, &day.plan, diag);
    if (err) {
        app_day_done(&day);
        return err;
    }
    *ret_day = day;
    return OK;
}

static enum err app_save_one(const struct app_day *day, const char *folder, const char *name,
                             void (*write)(const struct plan *plan, struct buf *out),
                             struct diag *diag)
{
    char path[FILE_PATH_MAX];
    struct buf text;

    if (file_join(sizeof path, path, folder, name))
        return diag_set(diag, ERR_LIMIT, "the folder's name is too long");
    buf_init(&text, app_plan_bytes_max);
    write(day->plan, &text);
    enum err err = buf_err(&text);
    if (err)
        diag_at(diag, err, path, 0, 0, "the plan does not fit in memory");
    else
        err = file_write(path, buf_text(&text), diag);
    buf_done(&text);
    return err;
}

enum err app_day_save(const struct app_day *day, const char *folder, struct diag *diag)
{
    enum err err = app_save_one(day, folder, "plan.json", plan_write_json, diag);

    return err ? err : app_save_one(day, folder, "plan.geojson", plan_write_geojson, diag);
}

void app_day_done(struct app_day *day)
{
    if (!day)
        return;
    plan_free(day->plan);
    osm_map_free(day->map);
    city_free(day->city);
    *day = (struct app_day){0};
}
