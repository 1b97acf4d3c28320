/* path.c - what a vehicle drives (points for the map) and what its driver is told (turn by turn).
 * A street is told once, with its whole length, when the vehicle leaves it. */
#include <math.h>
#include <stdio.h>

#include "plan/inner.h"

enum {
    PLAN_SHAPE_MAX = 8192, /* points of one arc; a longer shape is cut there */
    PLAN_TELL_M = 8,       /* shorter stretches are not worth a sentence */
    PLAN_TURN_DEG = 35,    /* less is "straight on" */
    PLAN_U_TURN_DEG = 150,
};

static enum err plan_add_point(struct plan *plan, struct wgs84 point)
{
    size_t count = plan->points.count;

    if (count && geo_same(plan->points.items[count - 1], point))
        return OK;
    return vec_push(&plan->points, point);
}

enum err plan_arc_points(struct plan *plan, const struct road *road, uint32_t arc, double from_m,
                         double to_m)
{
    struct wgs84 shape[PLAN_SHAPE_MAX];
    size_t count = road_arc_shape(road, arc, PLAN_SHAPE_MAX, shape);
    double along = 0;

    if (count > PLAN_SHAPE_MAX)
        count = PLAN_SHAPE_MAX;
    enum err err = plan_add_point(plan, geo_line_at(shape, count, from_m));
    for (size_t i = 1; i < count && !err; i++) {
        along += geo_distance_m(shape[i - 1], shape[i]);
        if (along > from_m && along < to_m)
            err = plan_add_point(plan, shape[i]);
    }
    return err ? err : plan_add_point(plan, geo_line_at(shape, count, to_m));
}

static double plan_arc_bearing(const struct road *road, uint32_t arc, bool at_end)
{
    struct wgs84 shape[PLAN_SHAPE_MAX];
    size_t count = road_arc_shape(road, arc, PLAN_SHAPE_MAX, shape);

    if (count < 2 || count > PLAN_SHAPE_MAX)
        return 0;
    return at_end ? geo_bearing_deg(shape[count - 2], shape[count - 1])
                  : geo_bearing_deg(shape[0], shape[1]);
}

static struct city_name plan_turn(const struct road *road, uint32_t from, uint32_t to)
{
    double turn = plan_arc_bearing(road, to, false) - plan_arc_bearing(road, from, true);

    turn -= 360 * floor((turn + 180) / 360); /* to [-180, 180) */
    if (fabs(turn) > PLAN_U_TURN_DEG)
        return (struct city_name){STR("掉头"), STR("turn round")};
    if (turn > PLAN_TURN_DEG)
        return (struct city_name){STR("右转"), STR("right")};
    if (turn < -PLAN_TURN_DEG)
        return (struct city_name){STR("左转"), STR("left")};
    return (struct city_name){STR("直行"), STR("straight on")};
}

static struct city_name plan_street_name(const struct road *road, uint32_t arc)
{
    struct str name = road_arc_name(road, arc);
    struct str name_en = road_arc_way(road, arc)->name_en;

    if (name.size == 0)
        return (struct city_name){STR("无名道路"), STR("unnamed street")};
    return (struct city_name){name, name_en.size ? name_en : name};
}

static enum err plan_push_line(struct plan_teller *teller, int32_t at_ds, double length_m,
                               const struct buf *zh, const struct buf *en)
{
    struct plan_line line = {.at_ds = at_ds, .length_m = length_m};

    enum err err = buf_err(zh) ? buf_err(zh) : buf_err(en);
    if (!err)
        err = arena_str(&teller->plan->arena, buf_text(zh), &line.zh);
    if (!err)
        err = arena_str(&teller->plan->arena, buf_text(en), &line.en);
    return err ? err : vec_push(&teller->plan->lines, line);
}

static void plan_write_street(const struct plan_teller *teller, struct buf *zh, struct buf *en)
{
    struct city_name name = plan_street_name(teller->road, teller->line_arc);
    double length = teller->line_m < 100 ? teller->line_m : round(teller->line_m / 10) * 10;

    buf_printf(zh, teller->line_sweeps ? "清扫%.*s %.0f 米" : "沿%.*s行驶 %.0f 米",
               STR_ARG(name.zh), length);
    buf_printf(en, teller->line_sweeps ? "sweep %.*s for %.0f m" : "%.*s for %.0f m",
               STR_ARG(name.en), length);
}

/* Ends the running line; `next` is the street after it, or ROAD_NONE. */
static enum err plan_end_line(struct plan_teller *teller, uint32_t next)
{
    struct buf zh;
    struct buf en;
    enum err err = OK;

    buf_init(&zh, 4096);
    buf_init(&en, 4096);
    if (teller->line_arc != ROAD_NONE && teller->line_m >= PLAN_TELL_M) {
        plan_write_street(teller, &zh, &en);
        if (next != ROAD_NONE) {
            struct city_name turn = plan_turn(teller->road, teller->last_arc, next);
            struct city_name name = plan_street_name(teller->road, next);
            buf_printf(&zh, "，%.*s进入%.*s", STR_ARG(turn.zh), STR_ARG(name.zh));
            buf_printf(&en, ", then %.*s into %.*s", STR_ARG(turn.en), STR_ARG(name.en));
        }
        err = plan_push_line(teller, teller->line_ds, teller->line_m, &zh, &en);
    }
    teller->line_arc = ROAD_NONE;
    teller->line_m = 0;
    buf_done(&zh);
    buf_done(&en);
    return err;
}

/* Names come from the map's ways; two arcs of one street share the text or are both nameless. */
static bool plan_same_street(const struct road *road, uint32_t a, uint32_t b)
{
    struct str x = road_arc_name(road, a);

    return str_eq(x, road_arc_name(road, b)) &&
           (x.size || road_arc(road, a)->way == road_arc(road, b)->way);
}

static enum err plan_tell_arc(struct plan_teller *teller, uint32_t arc, double length_m,
                              bool sweeps, int32_t at_ds)
{
    bool same = teller->line_arc != ROAD_NONE && teller->line_sweeps == sweeps &&
                plan_same_street(teller->road, teller->line_arc, arc) &&
                arc != road_arc(teller->road, teller->last_arc)->reverse;

    if (length_m < 0.5)
        return OK; /* a path begins and ends on arcs of which it uses nothing */
    if (!same) {
        enum err err = plan_end_line(teller, arc);
        if (err)
            return err;
        teller->line_arc = arc;
        teller->line_sweeps = sweeps;
        teller->line_ds = at_ds;
    }
    teller->line_m += length_m;
    teller->last_arc = arc;
    return OK;
}

static enum err plan_drive_arc(struct plan_teller *teller, uint32_t arc, double from_m, double to_m,
                               int32_t at_ds)
{
    enum err err = plan_arc_points(teller->plan, teller->road, arc, from_m, to_m);

    return err ? err : plan_tell_arc(teller, arc, to_m - from_m, false, at_ds);
}

enum err plan_drive(struct plan_teller *teller, struct road_place to,
                    const struct road_place *other, int32_t at_ds, double *length_m)
{
    struct road_path path;
    struct road_place from = teller->at;

    teller->at = to;
    if (from.arc == ROAD_NONE)
        return OK;
    if (other && other->arc != ROAD_NONE &&
        road_time(teller->query, from, *other) < road_time(teller->query, from, to))
        teller->at = to = *other;
    enum err err = road_path(teller->query, from, to, &path);
    if (err == ERR_NOT_FOUND)
        return OK;
    for (size_t i = 0; i < path.count && !err; i++) {
        uint32_t arc = path.arcs[i];
        double whole = road_arc(teller->road, arc)->length_mm / 1000.0;
        double from_m = i == 0 ? from.at_mm / 1000.0 : 0;
        double to_m = i + 1 == path.count ? to.at_mm / 1000.0 : whole;
        err = plan_drive_arc(teller, arc, from_m, to_m, at_ds);
    }
    if (!err)
        *length_m += (double)path.length_mm / 1000;
    return err;
}

enum err plan_sweep_along(struct plan_teller *teller, uint32_t arc, int32_t at_ds)
{
    double whole = road_arc(teller->road, arc)->length_mm / 1000.0;

    teller->at = road_arc_end(teller->road, arc);
    enum err err = plan_arc_points(teller->plan, teller->road, arc, 0, whole);
    return err ? err : plan_tell_arc(teller, arc, whole, true, at_ds);
}

enum err plan_tell(struct plan_teller *teller, int32_t at_ds, struct str zh, struct str en)
{
    struct plan_line line = {.at_ds = at_ds};

    enum err err = plan_end_line(teller, ROAD_NONE);
    if (!err)
        err = arena_str(&teller->plan->arena, zh, &line.zh);
    if (!err)
        err = arena_str(&teller->plan->arena, en, &line.en);
    return err ? err : vec_push(&teller->plan->lines, line);
}
