/* import.c - see import.h. */
#include "app/import.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "app/import_parts.h"
#include "base/file.h"

enum { APP_PEOPLE_MIN = 50, APP_PEOPLE_MAX = 100000000 };
#define APP_BOX_MARGIN_M 150.0
#define APP_SHED_M2 40.0    /* smaller ones are sheds and garages */
#define APP_HOUSE_M2 3000.0 /* a larger ground plan without a kind is no house */

struct str app_import_text(struct app_importing *import, enum err *err, const char *format, ...)
{
    char text[256];
    struct str copy = STR("");
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (arena_str(&import->city->arena, str_of(text), &copy))
        *err = ERR_NOMEM;
    return copy;
}

/* --- homes --- */

/* Levels of a building of this kind where the map does not say; 0: nobody lives in it. */
static double app_levels(struct str kind)
{
    static const struct {
        const char *kind;
        double levels;
    } rows[] = {
        {"yes", 2},           {"house", 2},     {"residential", 3}, {"apartments", 5},
        {"detached", 2},      {"terrace", 2},   {"bungalow", 1},    {"semidetached_house", 2},
        {"farm", 2},          {"dormitory", 4}, {"cabin", 1},       {"houseboat", 1},
        {"static_caravan", 1}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(kind, str_of(rows[i].kind)))
            return rows[i].levels;
    return 0;
}

static enum err app_import_homes(struct app_importing *import, double population)
{
    const struct osm_map *map = import->map;
    enum err err = OK;

    for (size_t i = 0; i < map->building_count && !err; i++) {
        const struct osm_building *building = &map->buildings[i];
        double levels = app_levels(building->kind);
        bool plain = str_eq(building->kind, STR("yes"));
        if (levels <= 0 || building->area_m2 < APP_SHED_M2 ||
            (plain && building->area_m2 > APP_HOUSE_M2))
            continue;
        if (building->levels)
            levels = building->levels;
        err = city_homes_add(&import->homes, building->at, building->area_m2 * levels,
                             &import->city->siting);
    }
    return err ? err : city_homes_along(&import->homes, &map->roads, population);
}

/* What was asked for; else what the map's settlements or its floors say. */
static uint64_t app_import_people(const struct app_importing *import)
{
    const struct osm_map *map = import->map;
    double people = 0;

    if (import->options->population)
        return import->options->population;
    for (size_t i = 0; i < map->place_count; i++)
        if (geo_box_holds(&import->city->box, map->places[i].at) &&
            (str_eq(map->places[i].kind, STR("city")) || str_eq(map->places[i].kind, STR("town")) ||
             str_eq(map->places[i].kind, STR("village"))))
            people += map->places[i].population;
    if (people < APP_PEOPLE_MIN)
        for (size_t i = 0; i < map->building_count; i++)
            people += map->buildings[i].area_m2 / 100 * app_levels(map->buildings[i].kind) *
                      import->city->siting.persons_per_100m2;
    people = people < APP_PEOPLE_MIN ? APP_PEOPLE_MIN : people;
    return people > APP_PEOPLE_MAX ? APP_PEOPLE_MAX : (uint64_t)people;
}

/* The header's box and every street that may be served. */
static struct geo_box app_import_box(const struct osm_map *map)
{
    struct geo_box box = map->box;

    for (uint32_t w = 0; w < map->roads.way_count; w++) {
        const struct road_way *way = &map->roads.ways[w];
        for (uint32_t i = 0; i < way->node_count && city_way_serves(way); i++)
            geo_box_add(&box, map->roads.nodes[map->roads.way_nodes[way->node_first + i]]);
    }
    return geo_box_wider(box, APP_BOX_MARGIN_M);
}

/* --- the map --- */

static enum err app_is_pbf(const char *path, bool *ret, struct diag *diag)
{
    unsigned char start[16] = {0};
    FILE *file = fopen(path, "rbe");

    if (!file)
        return diag_at(diag, err_of_errno(errno), path, 0, 0, "cannot open: %s", strerror(errno));
    size_t got = fread(start, 1, sizeof start, file);
    fclose(file);
    /* A length, then the kind of the first block. */
    *ret = got >= 15 && start[4] == 0x0A && start[5] == 9 && !memcmp(start + 6, "OSMHeader", 9);
    return OK;
}

/* osmium-tool writes what the page's tile maker and we read. */
static enum err app_osmium(const char *from, const char *to, struct diag *diag)
{
    char name[] = "osmium";
    char verb[] = "cat";
    char overwrite[] = "--overwrite";
    char output[] = "--output";
    char from_path[FILE_PATH_MAX];
    char to_path[FILE_PATH_MAX];
    pid_t pid;
    int status = 0;

    if ((size_t)snprintf(from_path, sizeof from_path, "%s", from) >= sizeof from_path ||
        (size_t)snprintf(to_path, sizeof to_path, "%s", to) >= sizeof to_path)
        return diag_at(diag, ERR_LIMIT, to, 0, 0, "the path is too long");
    char *argv[] = {name, verb, overwrite, output, to_path, from_path, NULL};
    int failed = posix_spawnp(&pid, name, NULL, NULL, argv, environ);
    if (failed == ENOENT)
        return diag_at(diag, ERR_NOT_FOUND, from, 0, 0,
                       "is not in PBF, and osmium, which converts it, is not installed; run "
                       "`apt-get install osmium-tool` or give a .osm.pbf");
    if (failed)
        return diag_at(diag, err_of_errno(failed), from, 0, 0, "osmium cannot be started: %s",
                       strerror(failed));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return diag_at(diag, ERR_IO, from, 0, 0, "osmium got lost: %s", strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return diag_at(diag, ERR_IO, from, 0, 0, "osmium could not convert the map (see above)");
    return OK;
}

static enum err app_import_map(const char *from, const char *folder, struct diag *diag)
{
    char to[FILE_PATH_MAX];
    bool pbf = false;

    if (file_join(sizeof to, to, folder, "map.osm.pbf"))
        return diag_at(diag, ERR_LIMIT, folder, 0, 0, "the path is too long");
    enum err err = app_is_pbf(from, &pbf, diag);
    if (err)
        return err;
    return pbf ? file_copy(from, to, diag) : app_osmium(from, to, diag);
}

/* --- the steps --- */

static enum err app_import_begin(struct app_importing *import)
{
    struct city *city;

    enum err err = folder_pack_city(import->pack, &import->city);
    if (err)
        return err;
    city = import->city;
    city->id = import->options->id;
    city->pack = import->options->pack;
    city->left_hand_traffic = city->left_hand_traffic || import->map->roads.left_hand_traffic;
    city->box = app_import_box(import->map);
    city->population = app_import_people(import);
    err = app_import_homes(import, (double)city->population);
    return err ? err : app_import_name(import);
}

static enum err app_import_spots(struct app_importing *import, struct diag *diag)
{
    const struct city *city = import->city;
    const struct road_map *roads = &import->map->roads;
    double population = (double)city->population;

    if (!import->options->bins) {
        enum err err =
            city_spread(roads, &import->homes, population, &city->siting, &import->spots);
        return err == ERR_NOT_FOUND
                   ? diag_at(diag, ERR_INVALID, import->options->map, 0, 0,
                             "the map has no street that bins could stand at; take a larger map")
                   : err;
    }
    enum err err = app_import_given(import, diag);
    if (!err)
        err = city_spots_streets(roads, &import->spots);
    return err ? err : city_spread_to(&import->homes, population, &import->spots);
}

static void app_import_count(struct app_importing *import)
{
    const struct city *city = import->city;
    double km[ROAD_CLASS_COUNT];

    import->sum.population = city->population;
    import->sum.streets = import->map->roads.way_count;
    import->sum.buildings = (uint32_t)import->map->building_count;
    for (uint32_t i = 0; i < city->place_count; i++) {
        import->sum.compounds += city->places[i].kind == CITY_COMPOUND;
        import->sum.points += city->places[i].kind == CITY_POINT;
    }
    import->sum.bins = city->bin_count;
    import->sum.facilities = city->facility_count;
    import->sum.vehicles = city->vehicle_count;
    city_street_km(&import->map->roads, km);
    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++)
        import->sum.street_km += km[i];
}

static enum err app_import_steps(struct app_importing *import, const char *path, struct diag *diag)
{
    enum err err = app_import_begin(import);
    if (!err)
        err = app_import_spots(import, diag);
    if (!err)
        err = app_import_places(import);
    if (!err)
        err = app_import_bins(import);
    if (!err)
        err = app_import_facilities(import, diag);
    if (!err)
        err = app_import_fleet(import, diag);
    if (!err)
        err = folder_save(path, import->city, diag);
    if (!err)
        err = app_import_map(import->options->map, path, diag);
    if (!err)
        app_import_count(import);
    return err;
}

enum err app_import(const struct folder_pack *pack, const struct app_import_options *options,
                    const char *path, struct app_import_sum *ret_sum, struct diag *diag)
{
    struct osm_map *map = NULL;
    struct app_importing import = {.pack = pack, .options = options};
    struct diag own = {0};

    enum err err = osm_read(options->map, NULL, &map, &own);
    import.map = map;
    if (!err)
        err = app_import_steps(&import, path, &own);
    if (err && own.text[0] == '\0')
        (void)diag_at(&own, err, options->map, 0, 0, "cannot be imported: %s", err_text(err));
    if (!err)
        *ret_sum = import.sum;
    else if (diag)
        *diag = own;
    mem_free(import.given_spots);
    mem_free(import.spot_places);
    city_spots_done(&import.spots);
    city_homes_done(&import.homes);
    city_free(import.city);
    osm_map_free(map);
    return err;
}
