/* town.c - see town.h. Steps in an order that matters: plants take their blocks, then people move
 * in, then bins follow people, and the fleet follows bins and streets. */
#include "sim/town.h"

#include <string.h>

#include "base/file.h"
#include "sim/town_parts.h"

/* The pack's settings, with a box, people and a name. */
static enum err sim_town_begin(struct sim_town *town, const struct sim_town_options *options)
{
    struct city *city = NULL;

    enum err err = folder_pack_city(town->pack, &city);
    if (err)
        return err;
    town->city = city;
    err = sim_plan_new(options, &town->plan);
    if (err)
        return err;
    city->id = options->id.size ? options->id : STR("town");
    city->pack = options->pack;
    city->population = options->population;
    city->box = town->plan.box;
    city->name = (struct city_name){options->name, options->name};
    if (!options->name.size)
        city->name = sim_name(town, 0, FOLDER_SUFFIX_CITY);
    return town->err;
}

static enum err sim_town_fill(struct sim_town *town, const char *path, struct diag *diag)
{
    char map_path[FILE_PATH_MAX];

    enum err err = sim_city_facilities(town);
    if (err)
        return err;
    sim_plan_settle(&town->plan, town->city->siting.persons_per_household);
    err = sim_city_places(town);
    if (!err)
        err = sim_city_bins(town);
    if (!err)
        err = file_make_folder(path, diag);
    if (!err)
        err = file_join(sizeof map_path, map_path, path, "map.osm.pbf");
    if (!err)
        err = sim_map_write(town, map_path, diag);
    if (!err)
        err = sim_city_fleet(town);
    return err ? err : folder_save(path, town->city, diag);
}

static struct sim_town_sum sim_town_sum_of(const struct sim_town *town)
{
    const struct city *city = town->city;
    struct sim_town_sum sum = {.bins = city->bin_count,
                               .vehicles = city->vehicle_count,
                               .facilities = city->facility_count};
    struct city_need need = {.people = 0};

    for (uint32_t i = 0; i < city->place_count; i++) {
        sum.compounds += city->places[i].kind == CITY_COMPOUND;
        sum.points += city->places[i].kind == CITY_POINT;
    }
    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++)
        sum.street_km += town->km[i];
    city_need_sweep(city, town->km, &need);
    sum.sweep_km = need.sweep_km;
    return sum;
}

enum err sim_town_make(const struct folder_pack *pack, const struct sim_town_options *options,
                       const char *path, struct sim_town_sum *ret_sum, struct diag *diag)
{
    struct sim_town town = {.pack = pack};

    if (options->population < SIM_POPULATION_MIN || options->population > SIM_POPULATION_MAX)
        return diag_set(diag, ERR_RANGE, "population %u is out of range; take %d to %d",
                        options->population, SIM_POPULATION_MIN, SIM_POPULATION_MAX);
    if (diag)
        *diag = (struct diag){0};
    enum err err = sim_town_begin(&town, options);
    if (!err)
        err = sim_town_fill(&town, path, diag);
    if (!err)
        *ret_sum = sim_town_sum_of(&town);
    else if (diag && diag->text[0] == '\0')
        (void)diag_at(diag, err, path, 0, 0, "the city cannot be made: %s", err_text(err));
    sim_plan_done(&town.plan);
    city_free(town.city);
    return err;
}
