/* near.c - the nearest usable street to a point, and the side on which the point lies.
 *
 * Long stretches are filed in pieces, so that boxes stay close to their streets. Closed streets and
 * islands are not found: nobody may be sent there.
 */
#include <math.h>

#include "road/inner.h"

enum { ROAD_PIECE_POINTS = 8 };
static const double road_cell_m = 100;
static const double road_reach_first_m = 60; /* most bins stand nearer to their street */

/* One of the two arcs of a stretch stands for both: the one along the way, where it is usable. */
static bool road_near_files(const struct road *road, uint32_t a)
{
    const struct road_arc *arc = &road->arcs[a];

    if (arc->flags & (ROAD_CLOSED | ROAD_ISLAND))
        return false;
    if (arc->reverse == ROAD_NONE || a < arc->reverse)
        return true;
    return road->arcs[arc->reverse].flags & ROAD_ISLAND;
}

static uint32_t road_span_low(struct road_span span)
{
    return span.first < span.last ? span.first : span.last;
}

static uint32_t road_span_high(struct road_span span)
{
    return span.first < span.last ? span.last : span.first;
}

/* Cuts every filed stretch; with `pieces` NULL it only counts. */
static uint32_t road_pieces_cut(const struct road *road, struct road_piece *pieces)
{
    uint32_t count = 0;

    for (uint32_t a = 0; a < road->arc_count; a++) {
        if (!road_near_files(road, a))
            continue;
        uint32_t last = road_span_high(road->spans[a]);
        uint32_t end;
        for (uint32_t first = road_span_low(road->spans[a]); first < last; first = end) {
            end = last - first < ROAD_PIECE_POINTS ? last : first + ROAD_PIECE_POINTS - 1;
            if (pieces)
                pieces[count] = (struct road_piece){a, first, end};
            count++;
        }
    }
    return count;
}

enum err road_near_make(struct road *road)
{
    uint32_t count = road_pieces_cut(road, NULL);
    enum err err = ERR_NOMEM;

    if (count == 0)
        return ERR_INVALID; /* nothing to serve */
    road->pieces = mem_zero(count + (size_t)1, sizeof *road->pieces);
    struct geo_box *boxes = mem_zero(count + (size_t)1, sizeof *boxes);
    if (road->pieces && boxes) {
        road->piece_count = road_pieces_cut(road, road->pieces);
        for (uint32_t i = 0; i < count; i++) {
            boxes[i] = geo_box_empty();
            for (uint32_t k = road->pieces[i].first; k <= road->pieces[i].last; k++)
                geo_box_add(&boxes[i], road_span_point(road, k));
        }
        err = geo_grid_new(boxes, count, road_cell_m, &road->grid);
    }
    mem_free(boxes);
    return err;
}

struct road_search {
    const struct road *road;
    struct wgs84 point;
    struct geo_near best;
    uint32_t piece; /* ROAD_NONE: nothing yet */
};

static size_t road_piece_points(const struct road *road, const struct road_piece *piece,
                                struct wgs84 points[ROAD_PIECE_POINTS])
{
    size_t count = 0;

    for (uint32_t i = piece->first; i <= piece->last; i++)
        points[count++] = road_span_point(road, i);
    return count;
}

static void road_search_visit(void *context, uint32_t item)
{
    struct road_search *search = context;
    struct wgs84 points[ROAD_PIECE_POINTS];
    size_t count = road_piece_points(search->road, &search->road->pieces[item], points);
    struct geo_near near = geo_line_near(points, count, search->point);

    if (search->piece == ROAD_NONE || near.distance_m < search->best.distance_m ||
        (near.distance_m == search->best.distance_m && item < search->piece)) {
        search->best = near;
        search->piece = item;
    }
}

/* How far along the way's direction the found point lies on its arc's stretch. */
static uint32_t road_search_at_mm(const struct road_search *search)
{
    const struct road *road = search->road;
    const struct road_piece *piece = &road->pieces[search->piece];
    uint32_t segment = piece->first + (uint32_t)search->best.segment;
    double along_m = geo_distance_m(road_span_point(road, segment), search->best.point);

    for (uint32_t i = road_span_low(road->spans[piece->arc]); i < segment; i++)
        along_m += geo_distance_m(road_span_point(road, i), road_span_point(road, i + 1));
    double mm = round(along_m * 1000);
    uint32_t length_mm = road->arcs[piece->arc].length_mm;
    return mm >= length_mm ? length_mm : (uint32_t)mm;
}

static enum geo_side road_side_flipped(enum geo_side side)
{
    return side == GEO_LEFT ? GEO_RIGHT : side == GEO_RIGHT ? GEO_LEFT : GEO_ON;
}

/* Chooses between the two arcs: the one that passes the point at its kerb. */
static void road_search_place(const struct road_search *search, struct road_near *ret)
{
    const struct road *road = search->road;
    uint32_t arc = road->pieces[search->piece].arc;
    uint32_t at_mm = road_search_at_mm(search);
    bool against = road->spans[arc].first > road->spans[arc].last;
    enum geo_side side = against ? road_side_flipped(search->best.side) : search->best.side;
    uint32_t length_mm = road->arcs[arc].length_mm;
    uint32_t reverse = road->arcs[arc].reverse;
    enum geo_side far = road->map->left_hand_traffic ? GEO_RIGHT : GEO_LEFT;

    *ret = (struct road_near){.place = {arc, against ? length_mm - at_mm : at_mm},
                              .reverse = {ROAD_NONE, 0},
                              .distance_m = search->best.distance_m,
                              .side = side};
    if (reverse == ROAD_NONE || road->arcs[reverse].flags & (ROAD_ISLAND | ROAD_CLOSED))
        return;
    ret->reverse = (struct road_place){reverse, length_mm - ret->place.at_mm};
    if (side != far)
        return;
    struct road_place other = ret->place;
    ret->place = ret->reverse;
    ret->reverse = other;
    ret->side = road_side_flipped(side);
}

enum err road_nearest(const struct road *road, struct wgs84 point, double reach_m,
                      struct road_near *ret)
{
    struct road_search search = {.road = road, .point = point, .piece = ROAD_NONE};
    double reach = road_reach_first_m;

    /* A find within the looked-at radius is the nearest; else look twice as far. */
    for (;;) {
        bool last = reach >= reach_m;
        struct geo_box box = geo_box_empty();
        geo_box_add(&box, point);
        box = geo_box_wider(box, last ? reach_m : reach);
        search.piece = ROAD_NONE;
        geo_grid_visit(road->grid, &box, road_search_visit, &search);
        bool found =
            search.piece != ROAD_NONE && search.best.distance_m <= (last ? reach_m : reach);
        if (found) {
            road_search_place(&search, ret);
            return OK;
        }
        if (last)
            return ERR_NOT_FOUND;
        reach *= 2;
    }
}
