/* import_place.c - names and places of an imported city: one district, the map's quarters as
 * street communities, stretches of streets as compounds. */
#include <inttypes.h>
#include <stdio.h>

#include "app/import_parts.h"
#include "base/map.h"

/* Settlements and quarters, the larger first. */
static int app_place_rank(struct str kind)
{
    static const char *const kinds[] = {"city",    "town",    "borough",       "suburb",
                                        "village", "quarter", "neighbourhood", "hamlet"};

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_eq(kind, str_of(kinds[i])))
            return (int)i;
    return -1;
}

static bool app_place_usable(const struct app_importing *import, const struct osm_place *place)
{
    return app_place_rank(place->kind) >= 0 && place->name.size &&
           geo_box_holds(&import->city->box, place->at);
}

static enum err app_name_keep(struct app_importing *import, struct str zh, struct str en,
                              struct city_name *ret)
{
    enum err err = arena_str(&import->city->arena, zh, &ret->zh);

    return err ? err : arena_str(&import->city->arena, en.size ? en : zh, &ret->en);
}

enum err app_import_name(struct app_importing *import)
{
    const struct osm_map *map = import->map;
    const struct osm_place *best = NULL;

    if (import->options->name.size)
        return app_name_keep(import, import->options->name, import->options->name,
                             &import->city->name);
    for (size_t i = 0; i < map->place_count; i++) {
        const struct osm_place *place = &map->places[i];
        if (!app_place_usable(import, place))
            continue;
        bool larger = best && place->population > best->population;
        bool level = best && place->population == best->population &&
                     app_place_rank(place->kind) < app_place_rank(best->kind);
        if (!best || larger || level)
            best = place;
    }
    if (best)
        return app_name_keep(import, best->name, best->name_en, &import->city->name);
    return app_name_keep(import, import->options->id, import->options->id, &import->city->name);
}

struct app_placing {
    struct app_importing *import;
    uint32_t *communities; /* of each spot: index into the map's places, or CITY_NONE */
    uint32_t *places;      /* of each community used: its row */
    struct map names;      /* street -> compounds named after it so far */
    uint32_t compound_number;
    double people;       /* given out so far */
    uint64_t population; /* the same in whole people */
    enum err err;
};

static uint32_t app_nearest_community(const struct app_importing *import, struct wgs84 at)
{
    const struct osm_map *map = import->map;
    uint32_t best = CITY_NONE;
    double least = 0;

    for (size_t i = 0; i < map->place_count; i++) {
        if (!app_place_usable(import, &map->places[i]))
            continue;
        double metres = geo_distance_m(at, map->places[i].at);
        if (best == CITY_NONE || metres < least) {
            best = (uint32_t)i;
            least = metres;
        }
    }
    return best;
}

static struct city_place *app_place_new(struct app_placing *placing, enum city_place_kind kind,
                                        uint32_t parent, struct wgs84 at)
{
    struct city *city = placing->import->city;
    struct city_place *place = &city->places[city->place_count++];

    *place = (struct city_place){.kind = kind, .parent = parent, .at = at};
    return place;
}

static void app_place_community(struct app_placing *placing, uint32_t community, struct wgs84 at)
{
    struct app_importing *import = placing->import;
    struct city *city = import->city;
    size_t slot = community == CITY_NONE ? import->map->place_count : community;

    if (placing->places[slot] != CITY_NONE)
        return;
    placing->places[slot] = city->place_count;
    struct city_place *place = app_place_new(placing, CITY_STREET, 0, at);
    place->id = app_import_text(import, &placing->err, "S%04u", city->place_count - 1);
    place->name = city->name;
    if (community != CITY_NONE) {
        const struct osm_place *osm = &import->map->places[community];
        place->at = osm->at;
        if (app_name_keep(import, osm->name, osm->name_en, &place->name))
            placing->err = ERR_NOMEM;
    }
}

/* The street's name, numbered from the second compound on. */
static struct city_name app_compound_name(struct app_placing *placing, uint32_t way,
                                          const struct city_place *community)
{
    struct app_importing *import = placing->import;
    const struct road_way *road = way == CITY_NONE ? NULL : &import->map->roads.ways[way];
    struct str zh = road && road->name.size ? road->name : community->name.zh;
    struct str en = road && road->name.size ? road->name_en : community->name.en;
    struct city_name name = {zh, en.size ? en : zh};
    /* Two names with one hash would only be counted together. */
    uint64_t key = str_hash(zh);
    uint64_t number = 0;

    if (!map_get(&placing->names, key, &number))
        number = 0;
    if (map_put(&placing->names, key, ++number))
        placing->err = ERR_NOMEM;
    if (number == 1)
        return name;
    return (struct city_name){
        app_import_text(import, &placing->err, "%.*s %" PRIu64, STR_ARG(name.zh), number),
        app_import_text(import, &placing->err, "%.*s %" PRIu64, STR_ARG(name.en), number)};
}

static void app_place_compound(struct app_placing *placing, size_t first, size_t count)
{
    struct app_importing *import = placing->import;
    struct city *city = import->city;
    const struct city_spot *spots = import->spots.items + first;
    uint32_t community = placing->communities[first];
    size_t slot = community == CITY_NONE ? import->map->place_count : community;
    uint32_t parent = placing->places[slot];
    uint32_t index = city->place_count;
    struct city_place *place = app_place_new(placing, CITY_COMPOUND, parent, spots[0].at);

    place->id = app_import_text(import, &placing->err, "C%05u", ++placing->compound_number);
    place->name = app_compound_name(placing, spots[0].way, &city->places[parent]);
    for (size_t i = 0; i < count; i++)
        placing->people += spots[i].people;
    /* Whole people by the running sum, so that all compounds together are the population. */
    uint64_t until = (uint64_t)(placing->people + 0.5);
    place->population = (uint32_t)(until - placing->population);
    place->households = (uint32_t)(place->population / city->siting.persons_per_household + 0.5);
    placing->population = until;
    const struct city_name *suffix = &import->pack->suffixes[FOLDER_SUFFIX_POINT];
    for (size_t i = 0; i < count; i++) {
        import->spot_places[first + i] = city->place_count;
        struct city_place *point = app_place_new(placing, CITY_POINT, index, spots[i].at);
        point->id = app_import_text(import, &placing->err, "P%06zu", first + i + 1);
        char number[24] = "";
        if (count > 1)
            snprintf(number, sizeof number, " %zu", i + 1);
        point->name.zh = app_import_text(import, &placing->err, "%.*s%.*s%s",
                                         STR_ARG(place->name.zh), STR_ARG(suffix->zh), number);
        point->name.en = app_import_text(import, &placing->err, "%.*s%.*s%s",
                                         STR_ARG(place->name.en), STR_ARG(suffix->en), number);
    }
}

static enum err app_placing_begin(struct app_placing *placing)
{
    struct app_importing *import = placing->import;
    size_t spots = import->spots.count;
    size_t places = import->map->place_count + 1;

    placing->communities = mem_zero(spots, sizeof *placing->communities);
    placing->places = mem_zero(places, sizeof *placing->places);
    import->spot_places = mem_zero(spots, sizeof *import->spot_places);
    import->city->places =
        arena_zero(&import->city->arena, 1 + places + 2 * spots, sizeof *import->city->places);
    if (!placing->communities || !placing->places || !import->spot_places || !import->city->places)
        return ERR_NOMEM;
    for (size_t i = 0; i < places; i++)
        placing->places[i] = CITY_NONE;
    for (size_t i = 0; i < spots; i++)
        placing->communities[i] = app_nearest_community(import, import->spots.items[i].at);
    return OK;
}

static void app_places_fill(struct app_placing *placing)
{
    struct app_importing *import = placing->import;
    struct city *city = import->city;
    const struct city_spots *spots = &import->spots;
    struct wgs84 middle = spots->count ? spots->items[spots->count / 2].at : city->box.min;

    struct city_place *district = app_place_new(placing, CITY_DISTRICT, CITY_NONE, middle);
    district->id = STR("D01");
    district->name = city->name;
    for (size_t i = 0; i < spots->count; i++)
        app_place_community(placing, placing->communities[i], spots->items[i].at);
    for (size_t i = 0; i < spots->count && !placing->err;) {
        size_t count = 1;
        while (i + count < spots->count &&
               spots->items[i + count].stretch == spots->items[i].stretch)
            count++;
        app_place_compound(placing, i, count);
        i += count;
    }
}

enum err app_import_places(struct app_importing *import)
{
    struct app_placing placing = {.import = import};

    enum err err = app_placing_begin(&placing);
    if (!err) {
        app_places_fill(&placing);
        err = placing.err;
    }
    mem_free(placing.communities);
    mem_free(placing.places);
    map_done(&placing.names);
    return err;
}
