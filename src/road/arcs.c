/* arcs.c - ways are split at crossings into stretches, and stretches into arcs.
 *
 * A node is a crossing when two ways meet there, a way meets itself, or a barrier stands there.
 * A way that forbids the profile keeps its arcs, marked closed, so that nothing vanishes from view.
 */
#include <math.h>

#include "road/inner.h"

/* Usual speeds of a loaded truck where the way names no limit; urban, stops not counted. */
static const uint16_t road_class_kmh[ROAD_CLASS_COUNT] = {
    [ROAD_MOTORWAY] = 80,    [ROAD_TRUNK] = 70,         [ROAD_PRIMARY] = 50,
    [ROAD_SECONDARY] = 45,   [ROAD_TERTIARY] = 40,      [ROAD_UNCLASSIFIED] = 35,
    [ROAD_RESIDENTIAL] = 30, [ROAD_LIVING_STREET] = 10, [ROAD_PEDESTRIAN] = 8,
    [ROAD_SERVICE] = 15,     [ROAD_TRACK] = 12,
};

enum { ROAD_USE_CROSSING = 2 }; /* ends count as two uses, inner nodes as one */

static void road_uses_count(const struct road_map *map, uint8_t *uses)
{
    for (uint32_t w = 0; w < map->way_count; w++) {
        const uint32_t *nodes = map->way_nodes + map->ways[w].node_first;
        uint32_t last = map->ways[w].node_count - 1;
        for (uint32_t i = 0; i <= last; i++) {
            unsigned use = uses[nodes[i]] + (i == 0 || i == last ? 2U : 1U);
            bool stop = map->node_flags && (map->node_flags[nodes[i]] & ROAD_NODE_BARRIER);
            uses[nodes[i]] = use > ROAD_USE_CROSSING || stop ? ROAD_USE_CROSSING : (uint8_t)use;
        }
    }
}

static uint32_t road_speed_kmh(const struct road_way *way, const struct road_profile *profile)
{
    uint32_t speed = way->speed_kmh ? way->speed_kmh : road_class_kmh[way->class];

    if (profile->speed_kmh_max && speed > profile->speed_kmh_max)
        speed = profile->speed_kmh_max;
    return speed ? speed : 1;
}

static bool road_way_closed(const struct road_way *way, const struct road_profile *profile)
{
    if (!(way->flags & (ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD)))
        return true;
    if (way->flags & ROAD_WAY_NO_ACCESS)
        return true;
    if (!profile->ignore_access && (way->flags & ROAD_WAY_PRIVATE || way->class == ROAD_PEDESTRIAN))
        return true;
    if (way->mass_kg_max && profile->mass_kg > way->mass_kg_max)
        return true;
    return way->height_cm_max && profile->height_cm > way->height_cm_max;
}

static uint32_t road_length_mm(const struct road *road, uint32_t first, uint32_t last)
{
    double length_m = 0;

    for (uint32_t i = first; i < last; i++)
        length_m += geo_distance_m(road_span_point(road, i), road_span_point(road, i + 1));
    double mm = round(length_m * 1000);
    return mm < 1 ? 1 : mm > ROAD_ARC_MM_MAX ? ROAD_ARC_MM_MAX : (uint32_t)mm;
}

static uint32_t road_time_ms(uint32_t length_mm, uint32_t speed_kmh)
{
    uint64_t ms = (uint64_t)length_mm * 36 / (10 * (uint64_t)speed_kmh); /* 1 km/h = 1/3.6 mm/ms */

    return ms < 1 ? 1 : ms > ROAD_ARC_MS_MAX ? ROAD_ARC_MS_MAX : (uint32_t)ms;
}

struct road_arcs {
    VEC(struct road_arc) arcs;
    VEC(struct road_span) spans;
};

static enum err road_arc_add(struct road_arcs *out, struct road_arc arc, struct road_span span)
{
    enum err err = vec_push(&out->arcs, arc);

    if (!err)
        err = vec_push(&out->spans, span);
    return err;
}

/* One stretch: the arc along the way, the arc against it, or both. */
static enum err road_stretch_add(const struct road *road, uint32_t w, struct road_span span,
                                 struct road_arcs *out)
{
    const struct road_map *map = road->map;
    const struct road_way *way = &map->ways[w];
    uint32_t tail = map->way_nodes[span.first];
    uint32_t head = map->way_nodes[span.last];
    enum err err = OK;

    if (tail == head && span.last == span.first + 1)
        return OK; /* a node named twice in a row is no street */
    struct road_arc arc = {.tail = tail,
                           .head = head,
                           .length_mm = road_length_mm(road, span.first, span.last),
                           .reverse = ROAD_NONE,
                           .way = w};
    arc.time_ms = road_time_ms(arc.length_mm, road_speed_kmh(way, &road->profile));
    if (road_way_closed(way, &road->profile))
        arc.flags |= ROAD_CLOSED;
    if (way->flags & ROAD_WAY_ROUNDABOUT)
        arc.flags |= ROAD_ROUNDABOUT;
    bool back = way->flags & ROAD_WAY_BACKWARD;
    bool forth = (way->flags & ROAD_WAY_FORWARD) || !back;
    uint32_t index = (uint32_t)out->arcs.count;
    if (forth) {
        arc.reverse = back ? index + 1 : ROAD_NONE;
        err = road_arc_add(out, arc, span);
    }
    if (!err && back) {
        arc.tail = head;
        arc.head = tail;
        arc.reverse = forth ? index : ROAD_NONE;
        err = road_arc_add(out, arc, (struct road_span){span.last, span.first});
    }
    return err;
}

static enum err road_way_split(const struct road *road, uint32_t w, const uint8_t *uses,
                               struct road_arcs *out)
{
    const struct road_way *way = &road->map->ways[w];
    uint32_t first = way->node_first;
    uint32_t end = way->node_first + way->node_count;

    for (uint32_t i = first + 1; i < end; i++) {
        if (uses[road->map->way_nodes[i]] < ROAD_USE_CROSSING)
            continue;
        enum err err = road_stretch_add(road, w, (struct road_span){first, i}, out);
        if (err)
            return err;
        first = i;
    }
    return OK;
}

enum err road_arcs_make(struct road *road)
{
    struct road_arcs out = {0};
    uint8_t *uses = mem_zero(road->map->node_count + (size_t)1, 1);
    enum err err = uses ? OK : ERR_NOMEM;

    if (!err)
        road_uses_count(road->map, uses);
    for (uint32_t w = 0; !err && w < road->map->way_count; w++)
        err = road_way_split(road, w, uses, &out);
    if (!err && out.arcs.count >= UINT32_MAX / 4)
        err = ERR_LIMIT;
    mem_free(uses);
    road->arcs = out.arcs.items;
    road->spans = out.spans.items;
    road->arc_count = (uint32_t)out.arcs.count;
    return err;
}
