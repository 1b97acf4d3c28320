/* road.c - the index as a whole, and what can be asked about its arcs.
 *
 * The steps: ways are split at crossings into arcs (arcs.c), arcs are joined by turns (turns.c),
 * what cannot be reached is named (island.c), stretches are filed by place (near.c), and the
 * hierarchy is built (ch.c).
 */
#include "road/inner.h"

/* Each step needs those before it. */
static enum err road_make(struct road *road)
{
    enum err (*const steps[])(struct road *) = {road_arcs_make, road_turns_make, road_islands_make,
                                                road_near_make, road_ch_make};

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        enum err err = steps[i](road);
        if (err)
            return err;
    }
    return OK;
}

enum err road_new(const struct road_map *map, const struct road_profile *profile,
                  struct road **ret_road, struct diag *diag)
{
    struct road *road = mem_zero(1, sizeof *road);

    if (!road)
        return diag_set(diag, ERR_NOMEM, "no memory for the street network");
    road->map = map;
    road->profile = *profile;
    enum err err = road_make(road);
    if (err) {
        road_free(road);
        return diag_set(diag, err, "%s",
                        err == ERR_INVALID ? "the map has no street that this vehicle may use"
                                           : "no memory for the street network");
    }
    *ret_road = road;
    return OK;
}

void road_free(struct road *road)
{
    if (!road)
        return;
    mem_free(road->arcs);
    mem_free(road->spans);
    mem_free(road->turn_first);
    mem_free(road->turns);
    mem_free(road->islands);
    geo_grid_free(road->grid);
    mem_free(road->pieces);
    road_ch_done(&road->ch);
    mem_free(road);
}

uint32_t road_arc_count(const struct road *road)
{
    return road->arc_count;
}

const struct road_arc *road_arc(const struct road *road, uint32_t arc)
{
    ASSERT(arc < road->arc_count);
    return &road->arcs[arc];
}

const struct road_way *road_arc_way(const struct road *road, uint32_t arc)
{
    return &road->map->ways[road_arc(road, arc)->way];
}

struct str road_arc_name(const struct road *road, uint32_t arc)
{
    return road_arc_way(road, arc)->name;
}

size_t road_arc_shape(const struct road *road, uint32_t arc, size_t max, struct wgs84 *ret_points)
{
    ASSERT(arc < road->arc_count);
    struct road_span span = road->spans[arc];
    bool back = span.first > span.last;
    size_t count = (size_t)(back ? span.first - span.last : span.last - span.first) + 1;

    for (uint32_t i = 0; i < count && i < max; i++)
        ret_points[i] = road_span_point(road, back ? span.first - i : span.first + i);
    return count;
}

size_t road_islands(const struct road *road, const struct road_island **ret_islands)
{
    *ret_islands = road->islands;
    return road->island_count;
}

struct road_place road_arc_end(const struct road *road, uint32_t arc)
{
    return (struct road_place){arc, road_arc(road, arc)->length_mm};
}

uint32_t road_part_ms(const struct road_arc *arc, uint32_t at_mm)
{
    if (at_mm >= arc->length_mm)
        return arc->time_ms;
    return (uint32_t)((uint64_t)arc->time_ms * at_mm / arc->length_mm);
}

struct wgs84 road_place_point(const struct road *road, struct road_place place)
{
    ASSERT(place.arc < road->arc_count);
    struct road_span span = road->spans[place.arc];
    uint32_t step = span.first > span.last ? UINT32_MAX : 1; /* -1 in modular arithmetic */
    double left_m = place.at_mm / 1000.0;

    for (uint32_t i = span.first; i != span.last; i += step) {
        const struct wgs84 ends[2] = {road_span_point(road, i), road_span_point(road, i + step)};
        double length_m = geo_distance_m(ends[0], ends[1]);
        if (left_m <= length_m)
            return geo_line_at(ends, 2, left_m);
        left_m -= length_m;
    }
    return road_span_point(road, span.last);
}
