/* geojson.c - plan.geojson (RFC 7946): driven lines, swept streets, stops, what is unserved. */
#include "base/jw.h"
#include "plan/inner.h"

struct plan_geo {
    struct jw jw;
    const struct plan *plan;
    const struct plan_route *route;
    char colour[8];
    enum err err;
};

static void plan_geo_position(struct jw *jw, struct wgs84 at)
{
    jw_array(jw);
    jw_f64(jw, geo_lng(at), 6);
    jw_f64(jw, geo_lat(at), 6);
    jw_array_end(jw);
}

static void plan_geo_line(struct jw *jw, const struct wgs84 *points, size_t count)
{
    jw_key(jw, "geometry");
    jw_object(jw);
    jw_key(jw, "type");
    jw_text(jw, "LineString");
    jw_key(jw, "coordinates");
    jw_array(jw);
    for (size_t i = 0; i < count; i++)
        plan_geo_position(jw, points[i]);
    jw_array_end(jw);
    jw_object_end(jw);
}

static void plan_geo_point(struct jw *jw, struct wgs84 at)
{
    jw_key(jw, "geometry");
    jw_object(jw);
    jw_key(jw, "type");
    jw_text(jw, "Point");
    jw_key(jw, "coordinates");
    plan_geo_position(jw, at);
    jw_object_end(jw);
}

/* Opens a feature up to its properties; the caller adds more and calls plan_geo_end(). */
static void plan_geo_begin(struct plan_geo *geo, const char *kind)
{
    struct jw *jw = &geo->jw;

    jw_object(jw);
    jw_key(jw, "type");
    jw_text(jw, "Feature");
    jw_key(jw, "properties");
    jw_object(jw);
    jw_key(jw, "kind");
    jw_text(jw, kind);
    if (geo->route) {
        jw_key(jw, "route");
        jw_text(jw, geo->route->id);
        jw_key(jw, "route_kind");
        jw_text(jw, geo->route->kind == PLAN_SWEEP ? "sweep" : "collect");
        jw_key(jw, "colour");
        jw_text(jw, geo->colour);
    }
}

static void plan_geo_number(struct plan_geo *geo, const char *key, int64_t value)
{
    jw_key(&geo->jw, key);
    jw_i64(&geo->jw, value);
}

static void plan_geo_trips(struct plan_geo *geo)
{
    for (uint32_t i = 0; i < geo->route->trip_count; i++) {
        const struct plan_trip *trip = &geo->plan->trips.items[geo->route->trip_first + i];
        if (trip->point_count < 2)
            continue;
        plan_geo_begin(geo, "path");
        plan_geo_number(geo, "trip", i);
        jw_object_end(&geo->jw);
        plan_geo_line(&geo->jw, geo->plan->points.items + trip->point_first, trip->point_count);
        jw_object_end(&geo->jw);
    }
}

static void plan_geo_arc(struct plan_geo *geo, uint32_t arc)
{
    enum { PLAN_GEO_SHAPE_MAX = 4096 };
    struct wgs84 shape[PLAN_GEO_SHAPE_MAX];
    size_t count = road_arc_shape(geo->plan->sweeper_road, arc, PLAN_GEO_SHAPE_MAX, shape);

    plan_geo_line(&geo->jw, shape, count < PLAN_GEO_SHAPE_MAX ? count : PLAN_GEO_SHAPE_MAX);
}

static void plan_geo_swept(struct plan_geo *geo, const struct plan_visit *visit)
{
    const struct plan_task *task = &geo->plan->tasks.items[visit->task];

    plan_geo_begin(geo, "swept");
    plan_geo_number(geo, "trip", visit->trip);
    plan_geo_number(geo, "class", task->class);
    plan_geo_number(geo, "pass", task->pass);
    jw_object_end(&geo->jw);
    plan_geo_arc(geo, task->modes[visit->mode].arc);
    jw_object_end(&geo->jw);
}

static void plan_geo_stop(struct plan_geo *geo, const struct plan_visit *visit, uint32_t seq)
{
    static const char *const kinds[] = {"serve", "sweep", "unload", "refill", "break"};
    const struct plan *plan = geo->plan;
    bool serve = visit->kind == PLAN_SERVE;
    struct wgs84 at =
        serve ? plan->tasks.items[visit->task].at : plan->city->facilities[visit->facility].at;

    plan_geo_begin(geo, kinds[visit->kind]);
    plan_geo_number(geo, "seq", seq);
    plan_geo_number(geo, "trip", visit->trip);
    plan_geo_number(geo, "start_s", visit->start_ds / PLAN_DS_PER_S);
    jw_key(&geo->jw, "kg");
    jw_f64(&geo->jw, visit->kg, 1);
    jw_key(&geo->jw, "id");
    jw_str(&geo->jw, serve ? plan->city->places[plan->tasks.items[visit->task].place].id
                           : plan->city->facilities[visit->facility].id);
    jw_object_end(&geo->jw);
    plan_geo_point(&geo->jw, at);
    jw_object_end(&geo->jw);
}

static void plan_geo_route(struct plan_geo *geo)
{
    uint32_t seq = 0;

    plan_route_colour(geo->plan, geo->route, geo->colour);
    plan_geo_trips(geo);
    for (uint32_t i = 0; i < geo->route->visit_count; i++) {
        const struct plan_visit *visit = &geo->plan->visits.items[geo->route->visit_first + i];
        if (visit->kind == PLAN_SWEEPING)
            plan_geo_swept(geo, visit);
        else if (visit->kind != PLAN_BREAK)
            plan_geo_stop(geo, visit, ++seq);
    }
}

static void plan_geo_unserved(struct plan_geo *geo)
{
    for (size_t i = 0; i < geo->plan->tasks.count; i++) {
        const struct plan_task *task = &geo->plan->tasks.items[i];
        if (task->reason == PLAN_SERVED)
            continue;
        plan_geo_begin(geo, "unserved");
        jw_key(&geo->jw, "reason");
        jw_text(&geo->jw, plan_reason_name(task->reason));
        jw_object_end(&geo->jw);
        if (task->kind == PLAN_SWEEP)
            plan_geo_arc(geo, task->arc);
        else
            plan_geo_point(&geo->jw, task->at);
        jw_object_end(&geo->jw);
    }
}

void plan_write_geojson(const struct plan *plan, struct buf *out)
{
    struct plan_geo geo = {.plan = plan};

    jw_init(&geo.jw, out);
    jw_object(&geo.jw);
    jw_key(&geo.jw, "type");
    jw_text(&geo.jw, "FeatureCollection");
    jw_key(&geo.jw, "features");
    jw_array(&geo.jw);
    for (size_t i = 0; i < plan->routes.count; i++) {
        geo.route = &plan->routes.items[i];
        plan_geo_route(&geo);
    }
    geo.route = NULL;
    plan_geo_unserved(&geo);
    jw_array_end(&geo.jw);
    jw_object_end(&geo.jw);
    buf_char(out, '\n');
}
