/* spread.c - see spread.h. Every home is put on its nearest street; along a street, homes are
 * gathered until a point has enough households or the next home is too far to walk. */
#include "city/spread.h"

#include <math.h>
#include <stdlib.h>

#include "geo/grid.h"
#include "geo/line.h"

#define CITY_HOME_STEP_M 40.0 /* homes along a street */
#define CITY_CELL_M 120.0
#define CITY_KERB_M 5.0 /* from the middle of the street to the bins, at most */
enum { CITY_STRETCH_POINTS = 4 /* collection points of one compound */ };

static enum err city_home_push(struct city_homes *homes, struct wgs84 at, double weight)
{
    homes->weight += weight;
    return vec_push(homes, (struct city_home){at, weight});
}

enum err city_homes_add(struct city_homes *homes, struct wgs84 at, double floor_m2,
                        const struct city_siting *siting)
{
    double people = floor_m2 / 100 * siting->persons_per_100m2;

    return people > 0 ? city_home_push(homes, at, people) : OK;
}

void city_homes_done(struct city_homes *homes)
{
    vec_done(homes);
}

void city_spots_done(struct city_spots *spots)
{
    vec_done(spots);
}

bool city_way_serves(const struct road_way *way)
{
    if (way->flags & (ROAD_WAY_NO_ACCESS | ROAD_WAY_LINK | ROAD_WAY_TUNNEL | ROAD_WAY_BRIDGE))
        return false;
    if (!(way->flags & (ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD)))
        return false;
    return way->class >= ROAD_PRIMARY && way->class != ROAD_PEDESTRIAN &&
           way->class != ROAD_TRACK && way->class < ROAD_CLASS_COUNT;
}

static bool city_way_lived(const struct road_way *way)
{
    return city_way_serves(way) &&
           (way->class == ROAD_RESIDENTIAL || way->class == ROAD_LIVING_STREET ||
            way->class == ROAD_UNCLASSIFIED || way->class == ROAD_TERTIARY);
}

static struct wgs84 city_way_point(const struct road_map *roads, const struct road_way *way,
                                   uint32_t index)
{
    return roads->nodes[roads->way_nodes[way->node_first + index]];
}

static double city_way_m(const struct road_map *roads, const struct road_way *way)
{
    double metres = 0;

    for (uint32_t i = 1; i < way->node_count; i++)
        metres += geo_distance_m(city_way_point(roads, way, i - 1), city_way_point(roads, way, i));
    return metres;
}

void city_street_km(const struct road_map *roads, double ret_km[ROAD_CLASS_COUNT])
{
    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++)
        ret_km[i] = 0;
    for (uint32_t i = 0; i < roads->way_count; i++)
        if (!(roads->ways[i].flags & ROAD_WAY_NO_ACCESS))
            ret_km[roads->ways[i].class] += city_way_m(roads, &roads->ways[i]) / 1000;
}

static struct wgs84 city_between(struct wgs84 a, struct wgs84 b, double part)
{
    return (struct wgs84){a.lat_e7 + (int32_t)lround(((double)b.lat_e7 - a.lat_e7) * part),
                          a.lng_e7 + (int32_t)lround(((double)b.lng_e7 - a.lng_e7) * part)};
}

static enum err city_homes_along_way(struct city_homes *homes, const struct road_map *roads,
                                     const struct road_way *way, double weight_m)
{
    for (uint32_t i = 1; i < way->node_count; i++) {
        struct wgs84 a = city_way_point(roads, way, i - 1);
        struct wgs84 b = city_way_point(roads, way, i);
        double metres = geo_distance_m(a, b);
        double steps = ceil(metres / CITY_HOME_STEP_M);
        for (double k = 0; k < steps; k++) {
            enum err err = city_home_push(homes, city_between(a, b, (k + 0.5) / steps),
                                          weight_m * metres / steps);
            if (err)
                return err;
        }
    }
    return OK;
}

enum err city_homes_along(struct city_homes *homes, const struct road_map *roads, double population)
{
    double rest = population - homes->weight;
    double metres = 0;
    bool lived = false;

    /* Buildings of a well-mapped town account for most people; to scale them is better then. */
    if (rest < 0.5 * population)
        return OK;
    for (uint32_t i = 0; i < roads->way_count; i++)
        lived = lived || city_way_lived(&roads->ways[i]);
    for (uint32_t i = 0; i < roads->way_count; i++)
        if (lived ? city_way_lived(&roads->ways[i]) : city_way_serves(&roads->ways[i]))
            metres += city_way_m(roads, &roads->ways[i]);
    for (uint32_t i = 0; i < roads->way_count && metres > 0; i++) {
        const struct road_way *way = &roads->ways[i];
        if (!(lived ? city_way_lived(way) : city_way_serves(way)))
            continue;
        enum err err = city_homes_along_way(homes, roads, way, rest / metres);
        if (err)
            return err;
    }
    return OK;
}

/* --- nearest street --- */

struct city_segment {
    uint32_t way;
    uint32_t index; /* of its first node in the way */
    double from_m;  /* along the way */
};
struct city_streets {
    const struct road_map *roads;
    struct city_segment *items;
    size_t count;
    size_t capacity;
    struct geo_grid *grid;
};
struct city_nearest {
    const struct city_streets *streets;
    struct wgs84 at;
    struct geo_near near;
    uint32_t segment;
    bool found;
};

static void city_streets_done(struct city_streets *streets)
{
    vec_done(streets);
    geo_grid_free(streets->grid);
}

static enum err city_streets_add(struct city_streets *streets, uint32_t way_index)
{
    const struct road_map *roads = streets->roads;
    const struct road_way *way = &roads->ways[way_index];
    double from_m = 0;

    for (uint32_t i = 1; i < way->node_count; i++) {
        enum err err = vec_push(streets, (struct city_segment){way_index, i - 1, from_m});
        if (err)
            return err;
        from_m += geo_distance_m(city_way_point(roads, way, i - 1), city_way_point(roads, way, i));
    }
    return OK;
}

/* Streets of the main network: a bin on a street that leads nowhere would never be emptied. */
static enum err city_streets_collect(struct city_streets *streets)
{
    const struct road_map *roads = streets->roads;
    uint8_t *main_nodes = mem_zero(roads->node_count, 1);

    enum err err = main_nodes ? city_main_nodes(roads, main_nodes) : ERR_NOMEM;
    for (uint32_t w = 0; w < roads->way_count && !err; w++)
        if (city_way_serves(&roads->ways[w]) &&
            main_nodes[roads->way_nodes[roads->ways[w].node_first]])
            err = city_streets_add(streets, w);
    mem_free(main_nodes);
    if (err)
        return err;
    return streets->count ? OK : ERR_NOT_FOUND;
}

static enum err city_streets_new(const struct road_map *roads, struct city_streets *ret)
{
    struct city_streets streets = {.roads = roads};
    struct geo_box *boxes = NULL;

    enum err err = city_streets_collect(&streets);
    if (!err) {
        boxes = mem_zero(streets.count, sizeof *boxes);
        err = boxes ? OK : ERR_NOMEM;
    }
    for (size_t i = 0; i < streets.count && !err; i++) {
        const struct city_segment *segment = &streets.items[i];
        const struct road_way *way = &roads->ways[segment->way];
        boxes[i] = geo_box_empty();
        geo_box_add(&boxes[i], city_way_point(roads, way, segment->index));
        geo_box_add(&boxes[i], city_way_point(roads, way, segment->index + 1));
    }
    if (!err)
        err = geo_grid_new(boxes, streets.count, CITY_CELL_M, &streets.grid);
    mem_free(boxes);
    if (err) {
        city_streets_done(&streets);
        return err;
    }
    *ret = streets;
    return OK;
}

static void city_nearest_visit(void *context, uint32_t item)
{
    struct city_nearest *nearest = context;
    const struct city_segment *segment = &nearest->streets->items[item];
    const struct road_map *roads = nearest->streets->roads;
    const struct road_way *way = &roads->ways[segment->way];
    struct wgs84 ends[2] = {city_way_point(roads, way, segment->index),
                            city_way_point(roads, way, segment->index + 1)};
    struct geo_near near = geo_line_near(ends, 2, nearest->at);

    if (nearest->found &&
        (near.distance_m > nearest->near.distance_m ||
         (near.distance_m >= nearest->near.distance_m && item >= nearest->segment)))
        return;
    nearest->near = near;
    nearest->segment = item;
    nearest->found = true;
}

/* Widens the look until something is near enough that nothing nearer can lie outside it. */
static bool city_nearest_street(const struct city_streets *streets, struct wgs84 at,
                                struct city_nearest *ret)
{
    *ret = (struct city_nearest){.streets = streets, .at = at};
    for (double reach_m = 60; reach_m < 40000; reach_m *= 3) {
        struct geo_box box = geo_box_empty();
        geo_box_add(&box, at);
        box = geo_box_wider(box, reach_m);
        geo_grid_visit(streets->grid, &box, city_nearest_visit, ret);
        if (ret->found && ret->near.distance_m <= reach_m)
            return true;
    }
    return ret->found;
}

/* --- gathering --- */

struct city_door { /* a home where its street passes it */
    uint32_t way;
    uint32_t home;
    double along_m;
};
struct city_doors {
    struct city_door *items;
    size_t count;
};

static int city_door_cmp(const void *a, const void *b)
{
    const struct city_door *x = a;
    const struct city_door *y = b;

    if (x->way != y->way)
        return x->way < y->way ? -1 : 1;
    if (x->along_m < y->along_m || x->along_m > y->along_m)
        return x->along_m < y->along_m ? -1 : 1;
    return x->home < y->home ? -1 : x->home > y->home;
}

static void city_doors_fill(const struct city_streets *streets, const struct city_homes *homes,
                            struct city_doors *doors)
{
    for (size_t i = 0; i < homes->count; i++) {
        struct city_nearest nearest;
        if (!city_nearest_street(streets, homes->items[i].at, &nearest))
            continue;
        const struct city_segment *segment = &streets->items[nearest.segment];
        doors->items[doors->count++] =
            (struct city_door){segment->way, (uint32_t)i, segment->from_m + nearest.near.along_m};
    }
    if (doors->count)
        qsort(doors->items, doors->count, sizeof *doors->items, city_door_cmp);
}

/* The spot at the people's middle along the street, by the kerb of the side most of them live on.
 */
static struct city_spot city_spot_of(const struct road_map *roads, const struct city_homes *homes,
                                     const struct city_door *doors, size_t count, double scale)
{
    const struct road_way *way = &roads->ways[doors[0].way];
    double people = 0;
    double along = 0;
    double lat = 0;
    double lng = 0;

    for (size_t i = 0; i < count; i++) {
        const struct city_home *home = &homes->items[doors[i].home];
        people += home->weight * scale;
        along += home->weight * scale * doors[i].along_m;
        lat += home->weight * scale * home->at.lat_e7;
        lng += home->weight * scale * home->at.lng_e7;
    }
    struct wgs84 middle = {(int32_t)lround(lat / people), (int32_t)lround(lng / people)};
    struct wgs84 at = city_way_point(roads, way, 0);
    double left_m = along / people;
    for (uint32_t i = 1; i < way->node_count; i++) {
        struct wgs84 ends[2] = {city_way_point(roads, way, i - 1), city_way_point(roads, way, i)};
        double metres = geo_line_length_m(ends, 2);
        at = geo_line_at(ends, 2, left_m);
        if (left_m <= metres)
            break;
        left_m -= metres;
    }
    double away_m = geo_distance_m(at, middle);
    if (away_m > 0)
        at = city_between(at, middle, away_m > CITY_KERB_M ? CITY_KERB_M / away_m : 1);
    return (struct city_spot){.at = at, .people = people, .way = doors[0].way};
}

/* How many of the doors, all on one street, share the first one's point. */
static size_t city_gather(const struct city_homes *homes, const struct city_door *doors,
                          size_t count, double scale, const struct city_siting *siting)
{
    double enough = siting->households_per_point * siting->persons_per_household;
    double people = 0;
    size_t taken = 0;

    while (taken < count && doors[taken].way == doors[0].way &&
           doors[taken].along_m - doors[0].along_m <= 2 * siting->reach_m && people < enough)
        people += homes->items[doors[taken++].home].weight * scale;
    return taken;
}

enum err city_spread(const struct road_map *roads, const struct city_homes *homes,
                     double population, const struct city_siting *siting,
                     struct city_spots *ret_spots)
{
    struct city_streets streets;
    struct city_spots spots = {0};
    struct city_doors doors = {0};
    double scale = homes->weight > 0 ? population / homes->weight : 0;
    uint32_t stretch = 0;
    uint32_t in_stretch = 0;

    enum err err = city_streets_new(roads, &streets);
    if (err)
        return err;
    doors.items = mem_zero(homes->count, sizeof *doors.items);
    if (doors.items)
        city_doors_fill(&streets, homes, &doors);
    else
        err = ERR_NOMEM;
    for (size_t at = 0; at < doors.count && !err;) {
        size_t taken = city_gather(homes, &doors.items[at], doors.count - at, scale, siting);
        struct city_spot spot = city_spot_of(roads, homes, &doors.items[at], taken, scale);
        bool same = spots.count && spots.items[spots.count - 1].way == spot.way;
        in_stretch = same ? in_stretch + 1 : 0;
        stretch += spots.count && (!same || in_stretch % CITY_STRETCH_POINTS == 0);
        spot.stretch = stretch;
        err = vec_push(&spots, spot);
        at += taken;
    }
    mem_free(doors.items);
    city_streets_done(&streets);
    if (err) {
        city_spots_done(&spots);
        return err;
    }
    *ret_spots = spots;
    return OK;
}

enum err city_spots_streets(const struct road_map *roads, struct city_spots *spots)
{
    struct city_streets streets;
    struct city_nearest nearest;

    enum err err = city_streets_new(roads, &streets);
    if (err)
        return err;
    for (size_t i = 0; i < spots->count; i++) {
        bool found = city_nearest_street(&streets, spots->items[i].at, &nearest);
        spots->items[i].way = found ? streets.items[nearest.segment].way : CITY_NONE;
    }
    city_streets_done(&streets);
    return OK;
}

/* --- people to given points --- */

struct city_point_look {
    const struct city_spots *spots;
    struct wgs84 at;
    uint32_t best;
    double metres;
};

static void city_point_visit(void *context, uint32_t item)
{
    struct city_point_look *look = context;
    double metres = geo_distance_m(look->at, look->spots->items[item].at);

    if (look->best == CITY_NONE || metres < look->metres ||
        (metres <= look->metres && item < look->best)) {
        look->best = item;
        look->metres = metres;
    }
}

static uint32_t city_nearest_spot(const struct geo_grid *grid, const struct city_spots *spots,
                                  struct wgs84 at)
{
    struct city_point_look look = {.spots = spots, .at = at, .best = CITY_NONE};

    for (double reach_m = 100; reach_m < 400000; reach_m *= 3) {
        struct geo_box box = geo_box_empty();
        geo_box_add(&box, at);
        box = geo_box_wider(box, reach_m);
        geo_grid_visit(grid, &box, city_point_visit, &look);
        if (look.best != CITY_NONE && look.metres <= reach_m)
            break;
    }
    return look.best;
}

enum err city_spread_to(const struct city_homes *homes, double population, struct city_spots *spots)
{
    struct geo_box *boxes = mem_zero(spots->count, sizeof *boxes);
    struct geo_grid *grid = NULL;
    double scale = homes->weight > 0 ? population / homes->weight : 0;

    if (!boxes)
        return ERR_NOMEM;
    for (size_t i = 0; i < spots->count; i++) {
        boxes[i] = geo_box_empty();
        geo_box_add(&boxes[i], spots->items[i].at);
    }
    enum err err = geo_grid_new(boxes, spots->count, CITY_CELL_M, &grid);
    mem_free(boxes);
    if (err)
        return err;
    for (size_t i = 0; i < homes->count; i++) {
        uint32_t spot = city_nearest_spot(grid, spots, homes->items[i].at);
        if (spot != CITY_NONE)
            spots->items[spot].people += homes->items[i].weight * scale;
    }
    geo_grid_free(grid);
    return OK;
}

/* --- connectedness --- */

static uint32_t city_root(uint32_t *parents, uint32_t at)
{
    while (parents[at] != at) {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    return at;
}

enum err city_main_nodes(const struct road_map *roads, uint8_t *ret_main)
{
    uint32_t *parents = mem_zero(roads->node_count, sizeof *parents);
    uint32_t *sizes = mem_zero(roads->node_count, sizeof *sizes);
    uint32_t largest = 0;

    if (!parents || !sizes) {
        mem_free(parents);
        mem_free(sizes);
        return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < roads->node_count; i++)
        parents[i] = i;
    for (uint32_t w = 0; w < roads->way_count; w++) {
        const struct road_way *way = &roads->ways[w];
        const uint32_t *nodes = roads->way_nodes + way->node_first;
        for (uint32_t i = 1; i < way->node_count && !(way->flags & ROAD_WAY_NO_ACCESS); i++)
            parents[city_root(parents, nodes[i])] = city_root(parents, nodes[0]);
    }
    for (uint32_t i = 0; i < roads->node_count; i++)
        sizes[city_root(parents, i)]++;
    for (uint32_t i = 0; i < roads->node_count; i++)
        if (sizes[i] > sizes[largest])
            largest = i;
    for (uint32_t i = 0; i < roads->node_count; i++)
        ret_main[i] = city_root(parents, i) == largest;
    mem_free(parents);
    mem_free(sizes);
    return OK;
}
