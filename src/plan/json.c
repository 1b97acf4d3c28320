/* json.c - plan.json and plan.geojson, as docs/plan-format.md has them. */
#include <stdio.h>

#include "base/jw.h"
#include "plan/inner.h"

static double plan_s(int32_t ds)
{
    return ds / (double)PLAN_DS_PER_S;
}

static void plan_put_s(struct jw *jw, const char *key, int32_t ds)
{
    jw_key(jw, key);
    jw_i64(jw, (int64_t)(plan_s(ds) + 0.5));
}

static void plan_put_f(struct jw *jw, const char *key, double value, int decimals)
{
    jw_key(jw, key);
    jw_f64(jw, value, decimals);
}

static void plan_put_i(struct jw *jw, const char *key, int64_t value)
{
    jw_key(jw, key);
    jw_i64(jw, value);
}

static void plan_put_str(struct jw *jw, const char *key, struct str value)
{
    jw_key(jw, key);
    jw_str(jw, value);
}

static void plan_put_name(struct jw *jw, const char *key, struct city_name name)
{
    jw_key(jw, key);
    jw_object(jw);
    plan_put_str(jw, "zh", name.zh);
    plan_put_str(jw, "en", name.en);
    jw_object_end(jw);
}

static void plan_put_point(struct jw *jw, struct wgs84 at)
{
    plan_put_f(jw, "lat", geo_lat(at), 6);
    plan_put_f(jw, "lng", geo_lng(at), 6);
}

void plan_route_colour(const struct plan *plan, const struct plan_route *route, char ret_text[8])
{
    uint32_t colour = 0x0E7490; /* sweeping: a water blue that no stream uses */

    for (uint32_t s = plan->city->stream_count; s > 0; s--)
        if (route->streams >> (s - 1) & 1)
            colour = plan->city->streams[s - 1].colour;
    snprintf(ret_text, 8, "#%06X", (unsigned)(colour & 0xFFFFFF));
}

static void plan_put_streams(struct jw *jw, const struct plan *plan, uint32_t mask)
{
    struct buf codes;

    buf_init(&codes, 1024);
    for (uint32_t s = 0; s < plan->city->stream_count; s++)
        if (mask >> s & 1) {
            if (codes.size)
                buf_char(&codes, '+');
            buf_str(&codes, plan->city->streams[s].code);
        }
    jw_key(jw, "stream");
    if (codes.size)
        jw_str(jw, buf_text(&codes));
    else
        jw_null(jw);
    buf_done(&codes);
}

static void plan_put_bins(struct jw *jw, const struct plan *plan, const struct plan_task *task)
{
    jw_key(jw, "bins");
    jw_array(jw);
    for (uint32_t i = 0; i < task->bin_count; i++)
        jw_str(jw, plan->city->bins[plan->task_bins.items[task->bin_first + i]].id);
    jw_array_end(jw);
}

static struct str plan_task_name(const struct plan *plan, const struct plan_task *task)
{
    return task->kind == PLAN_SWEEP ? plan->map->ways[task->way].name
                                    : plan->city->places[task->place].name.zh;
}

static void plan_put_task_id(struct jw *jw, const struct plan *plan, const struct plan_task *task)
{
    char id[64];

    if (task->kind == PLAN_COLLECT) {
        plan_put_str(jw, "id", plan->city->places[task->place].id);
        return;
    }
    snprintf(id, sizeof id, "way/%lld/%u", (long long)plan->map->ways[task->way].id, task->arc);
    plan_put_str(jw, "id", str_of(id));
}

static void plan_put_served(struct jw *jw, const struct plan *plan, const struct plan_visit *visit)
{
    static const char *const sides[] = {"on", "left", "right"};
    const struct plan_task *task = &plan->tasks.items[visit->task];
    bool flipped = visit->mode == 1; /* the other direction sees the point on the other side */
    enum geo_side side = task->side;

    plan_put_task_id(jw, plan, task);
    plan_put_str(jw, "name", plan_task_name(plan, task));
    if (task->kind == PLAN_COLLECT) {
        plan_put_bins(jw, plan, task);
        if (flipped && side != GEO_ON)
            side = side == GEO_LEFT ? GEO_RIGHT : GEO_LEFT;
        plan_put_str(jw, "side", str_of(sides[side]));
        plan_put_str(jw, "stream", plan->city->streams[task->stream].code);
    } else {
        plan_put_i(jw, "class", task->class);
        plan_put_i(jw, "pass", task->pass);
        plan_put_f(jw, "m", task->length_m, 0);
        plan_put_str(jw, "side", task->one_side ? STR("right") : STR("both"));
    }
    plan_put_point(jw, task->at);
}

static void plan_put_visit(struct jw *jw, const struct plan *plan, const struct plan_visit *visit)
{
    static const char *const kinds[] = {"serve", "sweep", "unload", "refill", "break"};

    jw_object(jw);
    plan_put_str(jw, "kind", str_of(kinds[visit->kind]));
    if (visit->task != CITY_NONE && visit->kind != PLAN_BREAK)
        plan_put_served(jw, plan, visit);
    if (visit->kind == PLAN_UNLOAD || visit->kind == PLAN_REFILL) {
        const struct city_facility *facility = &plan->city->facilities[visit->facility];
        plan_put_str(jw, "id", facility->id);
        plan_put_str(jw, "name", facility->name.zh);
        plan_put_point(jw, facility->at);
    }
    plan_put_s(jw, "start_s", visit->start_ds);
    plan_put_s(jw, "end_s", visit->end_ds);
    plan_put_f(jw, "kg", visit->kg, 1);
    plan_put_i(jw, "trip", visit->trip);
    jw_object_end(jw);
}

static void plan_put_trip(struct jw *jw, const struct plan *plan, const struct plan_trip *trip)
{
    jw_object(jw);
    plan_put_s(jw, "start_s", trip->start_ds);
    plan_put_s(jw, "end_s", trip->end_ds);
    jw_key(jw, "facility");
    if (trip->facility == CITY_NONE)
        jw_null(jw);
    else
        jw_str(jw, plan->city->facilities[trip->facility].id);
    plan_put_f(jw, "kg", trip->kg, 1);
    plan_put_f(jw, "litres", trip->litres, 0);
    plan_put_f(jw, "fill_pct", trip->fill_pct, 1);
    plan_put_f(jw, "km", trip->km, 2);
    plan_put_i(jw, "stops", trip->stops);
    jw_object_end(jw);
}

static void plan_put_line(struct jw *jw, const struct plan_line *line)
{
    jw_object(jw);
    plan_put_name(jw, "text", (struct city_name){line->zh, line->en});
    plan_put_s(jw, "at_s", line->at_ds);
    plan_put_f(jw, "m", line->length_m, 0);
    jw_object_end(jw);
}

static void plan_put_route_head(struct jw *jw, const struct plan *plan,
                                const struct plan_route *route)
{
    const struct city_vehicle *vehicle = &plan->city->vehicles[route->vehicle];
    char colour[8];

    plan_put_str(jw, "id", str_of(route->id));
    plan_put_str(jw, "kind", route->kind == PLAN_SWEEP ? STR("sweep") : STR("collect"));
    plan_put_streams(jw, plan, route->streams);
    plan_route_colour(plan, route, colour);
    plan_put_str(jw, "colour", str_of(colour));
    plan_put_str(jw, "vehicle", vehicle->id);
    plan_put_str(jw, "plate", vehicle->plate);
    plan_put_str(jw, "depot", plan->city->facilities[vehicle->depot].id);
    plan_put_i(jw, "crew", vehicle->crew);
    plan_put_s(jw, "start_s", route->start_ds);
    plan_put_s(jw, "end_s", route->end_ds);
    plan_put_f(jw, "km", route->km, 2);
    plan_put_f(jw, "swept_km", route->swept_km, 2);
    plan_put_f(jw, "hours", plan_s(route->end_ds - route->start_ds) / 3600, 2);
    plan_put_f(jw, "kg", route->kg, 1);
    plan_put_i(jw, "stops", route->stops);
    plan_put_i(jw, "bins", route->bins);
    plan_put_f(jw, "cost", route->cost, 2);
}

static void plan_put_route(struct jw *jw, const struct plan *plan, const struct plan_route *route)
{
    jw_object(jw);
    plan_put_route_head(jw, plan, route);
    jw_key(jw, "trips");
    jw_array(jw);
    for (uint32_t i = 0; i < route->trip_count; i++)
        plan_put_trip(jw, plan, &plan->trips.items[route->trip_first + i]);
    jw_array_end(jw);
    jw_key(jw, "visits");
    jw_array(jw);
    for (uint32_t i = 0; i < route->visit_count; i++)
        plan_put_visit(jw, plan, &plan->visits.items[route->visit_first + i]);
    jw_array_end(jw);
    jw_key(jw, "lines");
    jw_array(jw);
    for (uint32_t i = 0; i < route->line_count; i++)
        plan_put_line(jw, &plan->lines.items[route->line_first + i]);
    jw_array_end(jw);
    jw_object_end(jw);
}

static void plan_put_unserved(struct jw *jw, const struct plan *plan)
{
    jw_key(jw, "unserved");
    jw_array(jw);
    for (size_t i = 0; i < plan->tasks.count; i++) {
        const struct plan_task *task = &plan->tasks.items[i];
        if (task->reason == PLAN_SERVED)
            continue;
        jw_object(jw);
        plan_put_str(jw, "kind", task->kind == PLAN_SWEEP ? STR("street") : STR("bin"));
        plan_put_task_id(jw, plan, task);
        plan_put_str(jw, "name", plan_task_name(plan, task));
        if (task->kind == PLAN_COLLECT) {
            plan_put_str(jw, "stream", plan->city->streams[task->stream].code);
            plan_put_bins(jw, plan, task);
        } else {
            plan_put_i(jw, "class", task->class);
            plan_put_i(jw, "pass", task->pass);
            plan_put_f(jw, "m", task->length_m, 0);
        }
        plan_put_str(jw, "reason", str_of(plan_reason_name(task->reason)));
        plan_put_name(jw, "text", plan_reason_text(task->reason));
        plan_put_point(jw, task->at);
        jw_object_end(jw);
    }
    jw_array_end(jw);
}

static void plan_put_totals(struct jw *jw, const struct plan *plan)
{
    const struct plan_totals *totals = &plan->totals;

    jw_key(jw, "totals");
    jw_object(jw);
    plan_put_i(jw, "due", totals->due);
    plan_put_i(jw, "routes", totals->routes);
    plan_put_i(jw, "collect_routes", totals->collect_routes);
    plan_put_i(jw, "sweep_routes", totals->sweep_routes);
    plan_put_i(jw, "stops", totals->stops);
    plan_put_i(jw, "bins", totals->bins);
    plan_put_i(jw, "sweeps", totals->sweeps);
    plan_put_f(jw, "kg", totals->kg, 1);
    plan_put_f(jw, "km", totals->km, 2);
    plan_put_f(jw, "swept_km", totals->swept_km, 2);
    plan_put_f(jw, "hours", totals->hours, 2);
    plan_put_f(jw, "cost", totals->cost, 2);
    plan_put_i(jw, "unserved", totals->unserved);
    jw_object_end(jw);
}

/* Stretches nobody can reach, so that "cut off" is a list with places and not a number. */
static void plan_put_islands(struct jw *jw, const struct plan *plan)
{
    const struct road_island *islands;
    size_t count = road_islands(plan->sweeper_road, &islands);

    jw_key(jw, "islands");
    jw_array(jw);
    for (size_t i = 0; i < count; i++) {
        jw_object(jw);
        plan_put_str(jw, "name", road_arc_name(plan->sweeper_road, islands[i].arc_first));
        plan_put_i(jw, "arcs", islands[i].arc_count);
        plan_put_i(jw, "m", islands[i].length_m);
        plan_put_point(jw, islands[i].at);
        jw_object_end(jw);
    }
    jw_array_end(jw);
}

void plan_write_json(const struct plan *plan, struct buf *out)
{
    struct jw jw;
    char date[16];

    snprintf(date, sizeof date, "%04d-%02u-%02u", (int)(plan->date.year % 10000), plan->date.month,
             plan->date.day);
    jw_init(&jw, out);
    jw_object(&jw);
    jw_key(&jw, "city");
    jw_object(&jw);
    plan_put_str(&jw, "id", plan->city->id);
    plan_put_name(&jw, "name", plan->city->name);
    jw_object_end(&jw);
    plan_put_str(&jw, "date", str_of(date));
    plan_put_i(&jw, "seed", (int64_t)plan->seed);
    plan_put_f(&jw, "seconds", plan->elapsed_s, 3);
    plan_put_i(&jw, "iterations", (int64_t)plan->iterations);
    jw_key(&jw, "checked");
    jw_bool(&jw, plan->checked);
    plan_put_totals(&jw, plan);
    jw_key(&jw, "routes");
    jw_array(&jw);
    for (size_t i = 0; i < plan->routes.count; i++)
        plan_put_route(&jw, plan, &plan->routes.items[i]);
    jw_array_end(&jw);
    plan_put_unserved(&jw, plan);
    plan_put_islands(&jw, plan);
    jw_object_end(&jw);
    buf_char(out, '\n');
}
