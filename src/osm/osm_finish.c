/* osm_finish.c - resolves ids to positions and lays the map out as plain arrays.
 *
 * Streets are cut where the file holds no node for them, as extracts do at their edge. The side of
 * traffic is not in the data of most places; roundabouts tell it: they turn clockwise where people
 * drive on the left.
 */
#include <stdlib.h>
#include <string.h>

#include "geo/line.h"
#include "osm/osm_build.h"

struct osm_hold { /* a map and what it owns */
    struct osm_map map;
    struct arena text;
    struct wgs84 *nodes;
    uint8_t *node_flags;
    struct road_way *ways;
    uint32_t *way_nodes;
    struct road_restriction *restrictions;
    struct osm_building *buildings;
    struct osm_point *points;
    struct osm_place *places;
};

struct osm_piece { /* the streets that came of one way of the file */
    int64_t way_id;
    uint32_t way;
};

struct osm_finish {
    struct osm_build *build;
    uint32_t *index_of; /* beside build->nodes: number among the streets' nodes, or NONE */
    VEC(struct wgs84) nodes;
    VEC(struct road_way) ways;
    VEC(uint32_t) way_nodes;
    VEC(struct road_restriction) restrictions;
    VEC(struct osm_piece) pieces; /* sorted by way_id */
};

void osm_map_free(struct osm_map *map)
{
    struct osm_hold *hold = (struct osm_hold *)map; /* the map is its first member */

    if (!hold)
        return;
    arena_done(&hold->text);
    mem_free(hold->nodes);
    mem_free(hold->node_flags);
    mem_free(hold->ways);
    mem_free(hold->way_nodes);
    mem_free(hold->restrictions);
    mem_free(hold->buildings);
    mem_free(hold->points);
    mem_free(hold->places);
    mem_free(hold);
}

static int osm_node_order(const void *a, const void *b)
{
    int64_t x = ((const struct osm_raw_node *)a)->id;
    int64_t y = ((const struct osm_raw_node *)b)->id;

    return x < y ? -1 : x > y;
}

static int osm_piece_order(const void *a, const void *b)
{
    const struct osm_piece *x = a;
    const struct osm_piece *y = b;

    if (x->way_id != y->way_id)
        return x->way_id < y->way_id ? -1 : 1;
    return x->way < y->way ? -1 : x->way > y->way;
}

/* Files are mostly sorted already; sorting them again would be the slowest step of all. */
static void osm_sort_nodes(struct osm_build *build)
{
    for (size_t i = 1; i < build->nodes.count; i++)
        if (build->nodes.items[i].id < build->nodes.items[i - 1].id) {
            qsort(build->nodes.items, build->nodes.count, sizeof *build->nodes.items,
                  osm_node_order);
            return;
        }
}

/* Position in build->nodes, or nodes.count when the file does not hold it. */
static size_t osm_node_find(const struct osm_build *build, int64_t id)
{
    size_t low = 0;
    size_t high = build->nodes.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (build->nodes.items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < build->nodes.count && build->nodes.items[low].id == id;
    return found ? low : build->nodes.count;
}

static enum err osm_street_node(struct osm_finish *f, size_t at)
{
    enum err err = OK;

    if (f->index_of[at] == UINT32_MAX) {
        f->index_of[at] = (uint32_t)f->nodes.count;
        err = vec_push(&f->nodes, f->build->nodes.items[at].at);
    }
    if (!err)
        err = vec_push(&f->way_nodes, f->index_of[at]);
    return err;
}

/* Ends the run of nodes that began at `first`: a street if there are two or more of them. */
static enum err osm_street_end(struct osm_finish *f, const struct road_way *raw, size_t first)
{
    struct road_way way = *raw;

    if (f->way_nodes.count - first < 2) {
        f->way_nodes.count = first;
        return OK;
    }
    way.node_first = (uint32_t)first;
    way.node_count = (uint32_t)(f->way_nodes.count - first);
    enum err err = vec_push(&f->pieces, (struct osm_piece){way.id, (uint32_t)f->ways.count});
    if (!err)
        err = vec_push(&f->ways, way);
    return err;
}

static enum err osm_street_resolve(struct osm_finish *f, const struct road_way *raw)
{
    struct osm_build *build = f->build;
    size_t first = f->way_nodes.count;
    size_t ways_before = f->ways.count;
    bool cut = false;
    enum err err = OK;

    for (uint32_t i = 0; !err && i < raw->node_count; i++) {
        size_t at = osm_node_find(build, build->refs.items[raw->node_first + i]);
        if (at < build->nodes.count) {
            err = osm_street_node(f, at);
            continue;
        }
        cut = true;
        err = osm_street_end(f, raw, first);
        first = f->way_nodes.count;
    }
    if (!err)
        err = osm_street_end(f, raw, first);
    build->counts.ways_cut += cut;
    if (f->ways.count == ways_before && build->counts.ways_empty++ == 0)
        build->empty_way = raw->id;
    return err;
}

static bool osm_way_passes(const struct osm_finish *f, uint32_t way, uint32_t node)
{
    const struct road_way *w = &f->ways.items[way];

    for (uint32_t i = 0; i < w->node_count; i++)
        if (f->way_nodes.items[w->node_first + i] == node)
            return true;
    return false;
}

/* The pieces of a way of the file: *ret_first .. returned end. */
static size_t osm_pieces_of(const struct osm_finish *f, int64_t way_id, size_t *ret_first)
{
    size_t low = 0;
    size_t high = f->pieces.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (f->pieces.items[middle].way_id < way_id)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_first = low;
    while (low < f->pieces.count && f->pieces.items[low].way_id == way_id)
        low++;
    return low;
}

static enum err osm_rule_resolve(struct osm_finish *f, const struct osm_raw_rule *rule)
{
    size_t at = osm_node_find(f->build, rule->via);
    uint32_t via = at < f->build->nodes.count ? f->index_of[at] : UINT32_MAX;
    size_t before = f->restrictions.count;
    size_t from, to;
    enum err err = OK;

    size_t from_end = osm_pieces_of(f, rule->from, &from);
    size_t to_end = osm_pieces_of(f, rule->to, &to);
    for (size_t i = from; !err && via != UINT32_MAX && i < from_end; i++)
        for (size_t k = to; !err && k < to_end; k++) {
            uint32_t from_way = f->pieces.items[i].way;
            uint32_t to_way = f->pieces.items[k].way;
            if (osm_way_passes(f, from_way, via) && osm_way_passes(f, to_way, via))
                err = vec_push(&f->restrictions,
                               (struct road_restriction){from_way, via, to_way, rule->only});
        }
    f->build->counts.restrictions_ignored += f->restrictions.count == before;
    return err;
}

/* Centre and area of a ring, or the reason to drop it. The points are looked up into `points`. */
static bool osm_ring_resolve(const struct osm_build *build, const struct osm_raw_ring *ring,
                             struct wgs84 *points)
{
    for (uint32_t i = 0; i < ring->ref_count; i++) {
        size_t at = osm_node_find(build, build->refs.items[ring->ref_first + i]);
        if (at == build->nodes.count)
            return false;
        points[i] = build->nodes.items[at].at;
    }
    bool closed =
        ring->ref_count >= 4 && build->refs.items[ring->ref_first] ==
                                    build->refs.items[ring->ref_first + ring->ref_count - 1];
    return ring->ref_count > 0 && (closed || ring->is_point);
}

static enum err osm_rings_resolve(struct osm_build *build)
{
    uint32_t most = 1;

    for (size_t i = 0; i < build->rings.count; i++)
        if (build->rings.items[i].ref_count > most)
            most = build->rings.items[i].ref_count;
    struct wgs84 *points = mem_zero(most, sizeof *points);
    if (!points)
        return ERR_NOMEM;
    for (size_t i = 0; i < build->rings.count; i++) {
        const struct osm_raw_ring *ring = &build->rings.items[i];
        bool good = osm_ring_resolve(build, ring, points);
        struct wgs84 at = good ? geo_ring_centre(points, ring->ref_count) : (struct wgs84){0, 0};
        if (ring->is_point) {
            build->points.items[ring->item].at = at;
            if (!good)
                build->points.items[ring->item].kind.size = 0;
            continue;
        }
        build->buildings.items[ring->item].at = at;
        build->buildings.items[ring->item].area_m2 =
            good ? geo_ring_area_m2(points, ring->ref_count) : 0;
        build->counts.buildings_broken += !good;
    }
    mem_free(points);
    return OK;
}

/* Takes out what could not be placed. */
static void osm_drop_broken(struct osm_build *build)
{
    size_t kept = 0;

    for (size_t i = 0; i < build->buildings.count; i++)
        if (build->buildings.items[i].area_m2 > 0)
            build->buildings.items[kept++] = build->buildings.items[i];
    build->buildings.count = kept;
    kept = 0;
    for (size_t i = 0; i < build->points.count; i++)
        if (build->points.items[i].kind.size)
            build->points.items[kept++] = build->points.items[i];
    build->points.count = kept;
}

/* Twice the signed area of a roundabout's ring: above 0 when it turns counter-clockwise. */
static double osm_turning(const struct osm_finish *f, const struct road_way *way)
{
    struct geo_plane plane = geo_plane_at(f->nodes.items[f->way_nodes.items[way->node_first]]);
    double twice = 0;
    struct geo_xy before = {0, 0};

    for (uint32_t i = 1; i < way->node_count; i++) {
        uint32_t node = f->way_nodes.items[way->node_first + i];
        struct geo_xy here = geo_xy_of(&plane, f->nodes.items[node]);
        twice += before.x_m * here.y_m - here.x_m * before.y_m;
        before = here;
    }
    return twice;
}

static bool osm_left_hand(const struct osm_finish *f)
{
    size_t clockwise = f->build->left_hand;
    size_t counter = 0;

    for (size_t w = 0; w < f->ways.count; w++) {
        const struct road_way *way = &f->ways.items[w];
        bool forward = (way->flags & (ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD)) == ROAD_WAY_FORWARD;
        if (!(way->flags & ROAD_WAY_ROUNDABOUT) || !forward)
            continue;
        double twice = osm_turning(f, way);
        clockwise += twice < 0;
        counter += twice > 0;
    }
    return clockwise > counter;
}

static enum err osm_flags_make(const struct osm_finish *f, uint8_t **ret)
{
    uint8_t *flags = mem_zero(f->nodes.count + 1, 1);

    if (!flags)
        return ERR_NOMEM;
    for (size_t i = 0; i < f->build->flags.count; i++) {
        size_t at = osm_node_find(f->build, f->build->flags.items[i].id);
        if (at < f->build->nodes.count && f->index_of[at] != UINT32_MAX)
            flags[f->index_of[at]] |= f->build->flags.items[i].flags;
    }
    *ret = flags;
    return OK;
}

static enum err osm_finish_resolve(struct osm_finish *f)
{
    struct osm_build *build = f->build;
    enum err err = OK;

    osm_sort_nodes(build);
    f->index_of = mem_alloc((build->nodes.count + 1) * sizeof *f->index_of);
    if (!f->index_of)
        return ERR_NOMEM;
    for (size_t i = 0; i < build->nodes.count; i++)
        f->index_of[i] = UINT32_MAX;
    for (size_t i = 0; !err && i < build->ways.count; i++)
        err = osm_street_resolve(f, &build->ways.items[i]);
    if (!err && f->pieces.count)
        qsort(f->pieces.items, f->pieces.count, sizeof *f->pieces.items, osm_piece_order);
    for (size_t i = 0; !err && i < build->rules.count; i++)
        err = osm_rule_resolve(f, &build->rules.items[i]);
    if (!err)
        err = osm_rings_resolve(build);
    osm_drop_broken(build);
    return err;
}

/* Moves the arrays over to the map, which owns them from here on. */
static void osm_hand_over(struct osm_finish *f, struct osm_hold *hold)
{
    struct osm_build *build = f->build;

    hold->nodes = f->nodes.items;
    hold->ways = f->ways.items;
    hold->way_nodes = f->way_nodes.items;
    hold->restrictions = f->restrictions.items;
    hold->buildings = build->buildings.items;
    hold->points = build->points.items;
    hold->places = build->places.items;
    hold->text = build->text;
    hold->map = (struct osm_map){
        .roads = {.nodes = hold->nodes,
                  .node_flags = hold->node_flags,
                  .node_count = (uint32_t)f->nodes.count,
                  .ways = hold->ways,
                  .way_count = (uint32_t)f->ways.count,
                  .way_nodes = hold->way_nodes,
                  .way_node_count = (uint32_t)f->way_nodes.count,
                  .restrictions = hold->restrictions,
                  .restriction_count = (uint32_t)f->restrictions.count,
                  .left_hand_traffic = osm_left_hand(f)},
        .buildings = hold->buildings,
        .building_count = build->buildings.count,
        .points = hold->points,
        .point_count = build->points.count,
        .places = hold->places,
        .place_count = build->places.count,
        .box = build->box,
        .counts = build->counts,
    };
    if (geo_box_is_empty(&hold->map.box))
        for (size_t i = 0; i < f->nodes.count; i++)
            geo_box_add(&hold->map.box, f->nodes.items[i]);
}

static enum err osm_no_street(const struct osm_build *build, const char *name, struct diag *diag)
{
    if (build->counts.ways_empty)
        return diag_at(diag, ERR_INVALID, name, 0, 0,
                       "no street is left: %llu streets have no nodes in the file, way %lld first",
                       (unsigned long long)build->counts.ways_empty, (long long)build->empty_way);
    return diag_at(diag, ERR_INVALID, name, 0, 0,
                   "the file holds no street (%llu nodes, %llu ways, none with a highway for "
                   "vehicles)",
                   (unsigned long long)build->counts.nodes, (unsigned long long)build->counts.ways);
}

enum err osm_build_finish(struct osm_build *build, const char *name, struct osm_map **ret_map,
                          struct diag *diag)
{
    struct osm_finish f = {.build = build};
    struct osm_hold *hold = mem_zero(1, sizeof *hold);

    enum err err = hold ? osm_finish_resolve(&f) : ERR_NOMEM;
    if (!err)
        err = osm_flags_make(&f, &hold->node_flags);
    if (err)
        diag_at(diag, err, name, 0, 0, "no memory to put the map together");
    else if (f.ways.count == 0)
        err = osm_no_street(build, name, diag);
    mem_free(f.index_of);
    vec_done(&f.pieces);
    if (err) {
        vec_done(&f.nodes);
        vec_done(&f.ways);
        vec_done(&f.way_nodes);
        vec_done(&f.restrictions);
        osm_map_free(hold ? &hold->map : NULL);
        return err;
    }
    osm_hand_over(&f, hold);
    /* The builder keeps what only it needed. */
    arena_init(&build->text, OSM_TEXT_MAX);
    memset(&build->buildings, 0, sizeof build->buildings);
    memset(&build->points, 0, sizeof build->points);
    memset(&build->places, 0, sizeof build->places);
    *ret_map = &hold->map;
    return OK;
}
