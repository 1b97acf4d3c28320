/* town_map.c - the made city's map: streets, bridges, service roads, blocks, buildings, river.
 *
 * Ids are a function of place (a stretch of ids per crossing), so that nodes can be written first
 * and named again by the ways without a table between. */
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "osm/osm_write.h"
#include "sim/town_parts.h"

enum {
    SIM_IDS = 64, /* per crossing */
    SIM_ID_CROSSING = 0,
    SIM_ID_EAST,   /* middle of the street to the east */
    SIM_ID_NORTH,  /* middle of the street to the north */
    SIM_ID_INSIDE, /* service road, SIM_INSIDES of them */
    SIM_INSIDES = 3,
    SIM_ID_BLOCK = SIM_ID_INSIDE + SIM_INSIDES, /* four corners of the block's ground */
    SIM_ID_BUILDING = SIM_ID_BLOCK + 4,
    SIM_TAGS_MAX = 12,
    SIM_RUN_MAX = 40,         /* nodes of one way: four cells, with their middles */
    SIM_MAIN_EVERY = 4,       /* lines that ways are split at */
    SIM_RIVER_STEPS = 4,      /* points of the bank per cell */
    SIM_CITY_PEOPLE = 100000, /* fewer are a town */
    SIM_RIVER_CELLS = 8,      /* cells of one piece of water */
};
#define SIM_SHORE 0.22 /* of a block, between the outermost wet crossing and the bank */
_Static_assert(SIM_ID_BUILDING + 4 * SIM_BUILDINGS_MAX <= SIM_IDS, "ids of a block overlap");

struct sim_map {
    struct sim_town *town;
    struct sim_plan *plan;
    struct osm_writer *out;
    int64_t way_id;
    int64_t river_id; /* its first node */
    struct map south; /* crossing -> way that comes to it from the south */
    struct map west;  /* crossing -> way on its western side */
    struct map east;
    enum err err;
};

struct sim_tags {
    struct osm_tag items[SIM_TAGS_MAX];
    size_t count;
};

static void sim_tag(struct sim_tags *tags, const char *key, struct str value)
{
    ASSERT(tags->count < SIM_TAGS_MAX);
    tags->items[tags->count++] = (struct osm_tag){str_of(key), value};
}

static void sim_tag_name(struct sim_tags *tags, struct city_name name)
{
    sim_tag(tags, "name", name.zh);
    sim_tag(tags, "name:zh", name.zh);
    sim_tag(tags, "name:en", name.en);
}

static int64_t sim_id(const struct sim_plan *plan, int32_t i, int32_t j, int64_t slot)
{
    return (int64_t)sim_crossing_at(plan, i, j) * SIM_IDS + slot + 1;
}

static const double sim_inside_parts[SIM_INSIDES] = {0.22, 0.5, 0.8};

/* --- nodes --- */

static void sim_node(struct sim_map *map, int64_t id, struct sim_point at)
{
    osm_writer_node(map->out, id, sim_wgs84(map->plan, at), NULL, 0);
}

static bool sim_cell_used(const struct sim_plan *plan, int32_t i, int32_t j)
{
    if (i >= plan->nx || j >= plan->ny)
        return false;
    return plan->cells[sim_cell_at(plan, i, j)].use != SIM_USE_NONE;
}

/* South-west, south-east, north-east, north-west, a little inside the streets; on a block by the
 * river, the bank is one of the sides. */
static void sim_block_corners(const struct sim_plan *plan, int32_t i, int32_t j,
                              struct sim_point ret[4])
{
    const double south = j + 0.05;
    const double north = j + 0.95;
    bool riverside = plan->cells[sim_cell_at(plan, i, j)].use == SIM_USE_RIVERSIDE;
    double in = riverside ? 0 : 0.05;
    double low[2] = {south, south};
    double high[2] = {north, north};

    if (riverside)
        for (int k = 0; k < 2; k++) {
            double middle = sim_river_v(plan, i + (k ? 1 - in : in));
            if (middle < j + 0.5)
                low[k] = middle + plan->river_half - SIM_SHORE;
            else
                high[k] = middle - plan->river_half + SIM_SHORE;
        }
    ret[0] = sim_place(plan, i + in, low[0]);
    ret[1] = sim_place(plan, i + 1 - in, low[1]);
    ret[2] = sim_place(plan, i + 1 - in, high[1]);
    ret[3] = sim_place(plan, i + in, high[0]);
}

static void sim_block_nodes(struct sim_map *map, int32_t i, int32_t j)
{
    struct sim_building building;
    struct sim_point corners[4];
    bool inside = map->plan->cells[sim_cell_at(map->plan, i, j)].use != SIM_USE_RIVERSIDE;

    for (int k = 0; k < SIM_INSIDES && inside; k++)
        sim_node(map, sim_id(map->plan, i, j, SIM_ID_INSIDE + k),
                 sim_inside(map->plan, i, j, sim_inside_parts[k]));
    sim_block_corners(map->plan, i, j, corners);
    for (int k = 0; k < 4; k++)
        sim_node(map, sim_id(map->plan, i, j, SIM_ID_BLOCK + k), corners[k]);
    for (uint32_t b = 0; b < SIM_BUILDINGS_MAX; b++) {
        if (!sim_building(map->plan, i, j, b, &building))
            break;
        for (uint32_t k = 0; k < 4; k++)
            sim_node(map, sim_id(map->plan, i, j, SIM_ID_BUILDING + 4 * b + k),
                     building.corners[k]);
    }
}

static void sim_crossing_node(struct sim_map *map, int32_t i, int32_t j)
{
    bool main = (i - map->plan->nx / 2) % SIM_MAIN_EVERY == 0 &&
                (j - map->plan->ny / 2) % SIM_MAIN_EVERY == 0;
    struct osm_tag signals = {STR("highway"), STR("traffic_signals")};

    osm_writer_node(map->out, sim_id(map->plan, i, j, SIM_ID_CROSSING),
                    sim_wgs84(map->plan, sim_place(map->plan, i, j)), &signals, main);
}

static void sim_nodes(struct sim_map *map)
{
    const struct sim_plan *plan = map->plan;

    for (int32_t j = 0; j <= plan->ny; j++)
        for (int32_t i = 0; i <= plan->nx; i++) {
            uint8_t crossing = plan->crossings[sim_crossing_at(plan, i, j)];
            if (crossing & SIM_LAND)
                sim_crossing_node(map, i, j);
            if (crossing & SIM_EAST)
                sim_node(map, sim_id(plan, i, j, SIM_ID_EAST), sim_middle(plan, false, i, j));
            if (crossing & SIM_NORTH)
                sim_node(map, sim_id(plan, i, j, SIM_ID_NORTH), sim_middle(plan, true, i, j));
            if (sim_cell_used(plan, i, j))
                sim_block_nodes(map, i, j);
        }
}

/* The river's three lines, interleaved: southern bank, middle, northern bank. */
static void sim_river_nodes(struct sim_map *map)
{
    const struct sim_plan *plan = map->plan;
    double half = plan->river_half - SIM_SHORE;

    for (int32_t k = 0; k <= plan->nx * SIM_RIVER_STEPS; k++) {
        double u = (double)k / SIM_RIVER_STEPS;
        double v = sim_river_v(plan, u);
        for (int side = -1; side <= 1; side++)
            sim_node(map, map->river_id + 3 * k + side + 1, sim_place(plan, u, v + half * side));
    }
}

/* The city's name in its middle, and those of its street communities. */
static void sim_place_nodes(struct sim_map *map)
{
    const struct city *city = map->town->city;
    int64_t id = map->river_id + 3 * ((int64_t)map->plan->nx * SIM_RIVER_STEPS + 1);
    struct sim_tags tags = {.count = 0};
    struct str people = sim_text(map->town, "%u", map->plan->population);

    sim_tag(&tags, "place", map->plan->population < SIM_CITY_PEOPLE ? STR("town") : STR("city"));
    sim_tag_name(&tags, city->name);
    sim_tag(&tags, "population", people);
    osm_writer_node(map->out, id++, map->plan->centre, tags.items, tags.count);
    for (uint32_t i = 0; i < city->place_count; i++) {
        tags.count = 0;
        if (city->places[i].kind != CITY_STREET)
            continue;
        sim_tag(&tags, "place", STR("suburb"));
        sim_tag_name(&tags, city->places[i].name);
        osm_writer_node(map->out, id++, city->places[i].at, tags.items, tags.count);
    }
}

/* --- streets --- */

struct sim_run {
    struct sim_street street;
    bool north; /* along a line that goes north */
    int32_t line;
    int32_t start; /* position of the first crossing on the line */
    int32_t cells;
    int64_t nodes[SIM_RUN_MAX];
    size_t count;
    struct sim_point last;
    double metres;
};

static void sim_run_add(struct sim_run *run, int64_t id, struct sim_point at)
{
    ASSERT(run->count < SIM_RUN_MAX);
    if (run->count)
        run->metres += sim_metres(run->last, at);
    run->last = at;
    run->nodes[run->count++] = id;
}

static void sim_street_tags(struct sim_map *map, const struct sim_street *street,
                            struct sim_tags *tags)
{
    static const struct {
        const char *speed;
        const char *lanes;
    } rows[ROAD_CLASS_COUNT] = {
        [ROAD_TRUNK] = {"70", "8"},       [ROAD_PRIMARY] = {"60", "6"},
        [ROAD_SECONDARY] = {"50", "4"},   [ROAD_TERTIARY] = {"40", "2"},
        [ROAD_RESIDENTIAL] = {"30", "2"},
    };

    sim_tag(tags, "highway", str_of(road_class_name(street->class)));
    sim_tag_name(tags, sim_name(map->town, street->name_key, street->suffix));
    if (rows[street->class].speed)
        sim_tag(tags, "maxspeed", str_of(rows[street->class].speed));
    if (rows[street->class].lanes)
        sim_tag(tags, "lanes", str_of(rows[street->class].lanes));
}

static bool sim_has(const struct sim_plan *plan, int32_t i, int32_t j, uint8_t bit)
{
    return i >= 0 && j >= 0 && i <= plan->nx && j <= plan->ny &&
           (plan->crossings[sim_crossing_at(plan, i, j)] & bit);
}

/* Both crossing streets go on at this end, so nobody is caught there. */
static bool sim_end_open(const struct sim_plan *plan, bool north, int32_t line, int32_t at)
{
    int32_t i = north ? line : at;
    int32_t j = north ? at : line;
    uint8_t bit = north ? SIM_EAST : SIM_NORTH;

    return sim_has(plan, i, j, bit) && sim_has(plan, i - north, j - !north, bit);
}

/* Lesser streets of the middle, whole between two main lines: every second one each way. */
static bool sim_run_one_way(const struct sim_plan *plan, const struct sim_run *run)
{
    double u = run->north ? run->line : run->start + 2;
    double v = run->north ? run->start + 2 : run->line;

    return run->cells == SIM_MAIN_EVERY &&
           (run->street.class == ROAD_TERTIARY || run->street.class == ROAD_RESIDENTIAL) &&
           sim_out(plan, u, v) < 0.75 && sim_end_open(plan, run->north, run->line, run->start) &&
           sim_end_open(plan, run->north, run->line, run->start + run->cells) &&
           sim_unit(plan, run->line * 2 + run->north, run->start, SIM_ONE_WAY) < 0.3;
}

static void sim_put(struct sim_map *map, struct map *where, size_t crossing)
{
    if (!map->err)
        map->err = map_put(where, crossing, (uint64_t)map->way_id);
}

static void sim_run_end(struct sim_map *map, struct sim_run *run)
{
    struct sim_tags tags = {.count = 0};
    const struct sim_plan *plan = map->plan;

    if (run->count < 2) {
        run->count = 0;
        return;
    }
    sim_street_tags(map, &run->street, &tags);
    if (sim_run_one_way(plan, run))
        sim_tag(&tags, "oneway", run->line / 2 % 2 ? STR("yes") : STR("-1"));
    osm_writer_way(map->out, ++map->way_id, run->nodes, run->count, tags.items, tags.count);
    map->town->km[run->street.class] += run->metres / 1000;
    int32_t end = run->start + run->cells;
    if (run->north) {
        sim_put(map, &map->south, sim_crossing_at(plan, run->line, end));
    } else {
        sim_put(map, &map->west, sim_crossing_at(plan, end, run->line));
        sim_put(map, &map->east, sim_crossing_at(plan, run->start, run->line));
    }
    run->count = 0;
}

static void sim_run_step(struct sim_map *map, struct sim_run *run, int32_t at)
{
    const struct sim_plan *plan = map->plan;
    int32_t i = run->north ? run->line : at;
    int32_t j = run->north ? at : run->line;
    struct sim_street street = sim_street_of(plan, run->north, i, j);
    int32_t from_middle = at - (run->north ? plan->ny : plan->nx) / 2;

    if (run->count &&
        (from_middle % SIM_MAIN_EVERY == 0 || !sim_street_same(&street, &run->street)))
        sim_run_end(map, run);
    if (run->count == 0) {
        run->street = street;
        run->start = at;
        run->cells = 0;
        run->metres = 0;
        sim_run_add(run, sim_id(plan, i, j, SIM_ID_CROSSING), sim_place(plan, i, j));
    }
    sim_run_add(run, sim_id(plan, i, j, run->north ? SIM_ID_NORTH : SIM_ID_EAST),
                sim_middle(plan, run->north, i, j));
    sim_run_add(run, sim_id(plan, i + !run->north, j + run->north, SIM_ID_CROSSING),
                sim_place(plan, i + !run->north, j + run->north));
    run->cells++;
}

static void sim_bridge(struct sim_map *map, int32_t i, int32_t j, int32_t span)
{
    const struct sim_plan *plan = map->plan;
    struct sim_street street = sim_street_of(plan, true, i, j);
    struct sim_tags tags = {.count = 0};
    int64_t nodes[2] = {sim_id(plan, i, j, SIM_ID_CROSSING),
                        sim_id(plan, i, j + span, SIM_ID_CROSSING)};

    street.suffix = FOLDER_SUFFIX_BRIDGE;
    sim_street_tags(map, &street, &tags);
    sim_tag(&tags, "bridge", STR("yes"));
    sim_tag(&tags, "layer", STR("1"));
    osm_writer_way(map->out, ++map->way_id, nodes, 2, tags.items, tags.count);
    map->town->km[street.class] +=
        sim_metres(sim_place(plan, i, j), sim_place(plan, i, j + span)) / 1000;
}

static void sim_line_ways(struct sim_map *map, bool north, int32_t line)
{
    const struct sim_plan *plan = map->plan;
    struct sim_run run = {.north = north, .line = line};

    for (int32_t at = 0; at <= (north ? plan->ny : plan->nx); at++) {
        int32_t i = north ? line : at;
        int32_t j = north ? at : line;
        uint8_t crossing = plan->crossings[sim_crossing_at(plan, i, j)];
        if (crossing & (north ? SIM_NORTH : SIM_EAST))
            sim_run_step(map, &run, at);
        else
            sim_run_end(map, &run);
        if (north && crossing >> SIM_BRIDGE_SHIFT)
            sim_bridge(map, i, j, crossing >> SIM_BRIDGE_SHIFT);
    }
    sim_run_end(map, &run);
}

/* --- blocks --- */

static void sim_service_way(struct sim_map *map, int32_t i, int32_t j)
{
    const struct sim_plan *plan = map->plan;
    const struct sim_cell *cell = &plan->cells[sim_cell_at(plan, i, j)];
    int64_t nodes[SIM_INSIDES + 2];
    struct sim_tags tags = {.count = 0};
    size_t count = 0;
    int32_t from = j + cell->entrance_north;
    int32_t to = j + !cell->entrance_north;

    nodes[count++] = sim_id(plan, i, from, SIM_ID_EAST);
    for (int k = 0; k < SIM_INSIDES; k++)
        nodes[count++] = sim_id(plan, i, j, SIM_ID_INSIDE + k);
    if (cell->through)
        nodes[count++] = sim_id(plan, i, to, SIM_ID_EAST);
    sim_tag(&tags, "highway", cell->use == SIM_USE_PARK ? STR("footway") : STR("service"));
    if (cell->use == SIM_USE_HOMES && sim_hash(plan, i, j, SIM_ENTRANCE) >> 8 & 1)
        sim_tag(&tags, "access", STR("destination"));
    osm_writer_way(map->out, ++map->way_id, nodes, count, tags.items, tags.count);
}

static void sim_ring_way(struct sim_map *map, int64_t first, const struct sim_tags *tags)
{
    int64_t nodes[5] = {first, first + 1, first + 2, first + 3, first};

    osm_writer_way(map->out, ++map->way_id, nodes, 5, tags->items, tags->count);
}

static void sim_ground_tags(struct sim_map *map, const struct sim_cell *cell, uint32_t key,
                            struct sim_tags *tags)
{
    const struct city *city = map->town->city;

    switch ((enum sim_use)cell->use) {
    case SIM_USE_HOMES:
        sim_tag(tags, "landuse", STR("residential"));
        if (cell->place != CITY_NONE)
            sim_tag_name(tags, city->places[cell->place].name);
        break;
    case SIM_USE_OFFICES:
        sim_tag(tags, "landuse", STR("commercial"));
        break;
    case SIM_USE_WORKS:
        sim_tag(tags, "landuse", STR("industrial"));
        break;
    case SIM_USE_PLANT:
        sim_tag(tags, "landuse", STR("industrial"));
        sim_tag_name(tags, city->facilities[cell->place].name);
        break;
    case SIM_USE_PARK:
        sim_tag(tags, "leisure", STR("park"));
        sim_tag_name(tags, sim_name(map->town, key, FOLDER_SUFFIX_PARK));
        break;
    case SIM_USE_SCHOOL:
        sim_tag(tags, "amenity", STR("school"));
        sim_tag_name(tags, sim_name(map->town, key, FOLDER_SUFFIX_SCHOOL));
        break;
    case SIM_USE_RIVERSIDE:
        sim_tag(tags, "landuse", STR("grass"));
        break;
    case SIM_USE_NONE:
        break;
    }
}

static void sim_block_ways(struct sim_map *map, int32_t i, int32_t j)
{
    const struct sim_plan *plan = map->plan;
    struct sim_building building;
    struct sim_tags ground = {.count = 0};
    size_t at = sim_cell_at(plan, i, j);

    if (plan->cells[at].use != SIM_USE_RIVERSIDE)
        sim_service_way(map, i, j);
    sim_ground_tags(map, &plan->cells[at], (uint32_t)at, &ground);
    sim_ring_way(map, sim_id(plan, i, j, SIM_ID_BLOCK), &ground);
    for (uint32_t b = 0; b < SIM_BUILDINGS_MAX; b++) {
        struct sim_tags tags = {.count = 0};
        char levels[16];
        if (!sim_building(plan, i, j, b, &building))
            break;
        struct buf text;
        buf_init(&text, sizeof levels);
        buf_printf(&text, "%u", building.levels);
        sim_tag(&tags, "building", str_of(building.kind));
        sim_tag(&tags, "building:levels", buf_text(&text));
        sim_ring_way(map, sim_id(plan, i, j, SIM_ID_BUILDING + 4 * b), &tags);
        if (buf_err(&text))
            map->err = buf_err(&text);
        buf_done(&text);
    }
}

/* --- river --- */

static int64_t sim_bank(const struct sim_map *map, int32_t k, int side)
{
    return map->river_id + 3 * (int64_t)k + side + 1;
}

static void sim_water_piece(struct sim_map *map, int32_t first, int32_t last)
{
    int64_t nodes[2 * (SIM_RIVER_CELLS * SIM_RIVER_STEPS + 1) + 1];
    struct osm_tag tags[] = {{STR("natural"), STR("water")}, {STR("water"), STR("river")}};
    size_t count = 0;

    for (int32_t k = first; k <= last; k++)
        nodes[count++] = sim_bank(map, k, -1);
    for (int32_t k = last; k >= first; k--)
        nodes[count++] = sim_bank(map, k, 1);
    nodes[count++] = sim_bank(map, first, -1);
    osm_writer_way(map->out, ++map->way_id, nodes, count, tags, COUNT_OF(tags));
}

static void sim_river_ways(struct sim_map *map)
{
    int32_t steps = map->plan->nx * SIM_RIVER_STEPS;
    const int32_t piece = SIM_RIVER_CELLS * SIM_RIVER_STEPS;
    int64_t nodes[SIM_RIVER_CELLS * SIM_RIVER_STEPS + 1];

    for (int32_t first = 0; first < steps; first += piece) {
        struct sim_tags tags = {.count = 0};
        int32_t last = first + piece < steps ? first + piece : steps;
        size_t count = 0;
        sim_water_piece(map, first, last);
        for (int32_t k = first; k <= last; k++)
            nodes[count++] = sim_bank(map, k, 0);
        sim_tag(&tags, "waterway", STR("river"));
        sim_tag_name(&tags, sim_name(map->town, 0, FOLDER_SUFFIX_RIVER));
        osm_writer_way(map->out, ++map->way_id, nodes, count, tags.items, tags.count);
    }
}

/* --- turn restrictions --- */

/* Streets go on in all four directions: what one turn forbids can be reached by others. */
static bool sim_full_crossing(const struct sim_plan *plan, int32_t i, int32_t j)
{
    return sim_end_open(plan, true, i, j) && sim_end_open(plan, false, j, i);
}

/* At some full crossings of main lines, those who come from the south may not turn across the
 * traffic: left, or right where traffic keeps left. */
static void sim_restrictions(struct sim_map *map)
{
    const struct sim_plan *plan = map->plan;
    bool left_hand = map->town->city->left_hand_traffic;
    struct osm_tag tags[] = {
        {STR("type"), STR("restriction")},
        {STR("restriction"), left_hand ? STR("no_right_turn") : STR("no_left_turn")}};
    int64_t id = 0;
    uint64_t from;
    uint64_t to;

    for (int32_t j = plan->ny / 2 % SIM_MAIN_EVERY; j <= plan->ny; j += SIM_MAIN_EVERY)
        for (int32_t i = plan->nx / 2 % SIM_MAIN_EVERY; i <= plan->nx; i += SIM_MAIN_EVERY) {
            size_t at = sim_crossing_at(plan, i, j);
            if (!sim_full_crossing(plan, i, j) || sim_unit(plan, i, j, SIM_LEFT_TURN) > 0.25 ||
                !map_get(&map->south, at, &from) ||
                !map_get(left_hand ? &map->east : &map->west, at, &to))
                continue;
            struct osm_member members[] = {
                {OSM_WAY, (int64_t)from, STR("from")},
                {OSM_NODE, sim_id(plan, i, j, SIM_ID_CROSSING), STR("via")},
                {OSM_WAY, (int64_t)to, STR("to")}};
            osm_writer_relation(map->out, ++id, members, COUNT_OF(members), tags, COUNT_OF(tags));
        }
}

static void sim_map_objects(struct sim_map *map)
{
    const struct sim_plan *plan = map->plan;

    map->river_id = sim_id(plan, plan->nx, plan->ny, SIM_IDS);
    sim_nodes(map);
    sim_river_nodes(map);
    sim_place_nodes(map);
    for (int32_t i = 0; i <= plan->nx; i++)
        sim_line_ways(map, true, i);
    for (int32_t j = 0; j <= plan->ny; j++)
        sim_line_ways(map, false, j);
    for (int32_t j = 0; j < plan->ny; j++)
        for (int32_t i = 0; i < plan->nx; i++)
            if (sim_cell_used(plan, i, j))
                sim_block_ways(map, i, j);
    sim_river_ways(map);
    sim_restrictions(map);
}

enum err sim_map_write(struct sim_town *town, const char *path, struct diag *diag)
{
    struct sim_map map = {.town = town, .plan = &town->plan};

    enum err err = osm_writer_open(path, &town->plan.box, &map.out, diag);
    if (err)
        return err;
    sim_map_objects(&map);
    err = map.err ? map.err : town->err;
    err = err ? diag_at(diag, err, path, 0, 0, "%s", err_text(err))
              : osm_writer_finish(map.out, diag);
    osm_writer_close(map.out);
    map_done(&map.south);
    map_done(&map.west);
    map_done(&map.east);
    return err;
}
