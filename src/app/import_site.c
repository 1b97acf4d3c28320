/* import_site.c - plants and fleet of an imported city. Plants stand on main roads, at the edge or
 * spread over the city; the fleet is as large as the day needs. */
#include <math.h>
#include <stdlib.h>

#include "app/import_parts.h"

#define APP_APART_M 200.0    /* between plants */
#define APP_FAR_KM 1e5       /* no plant takes the stream */
#define APP_HAUL_FACTOR 1.35 /* streets are longer than the crow flies */

enum { APP_HAUL_SAMPLE = 2000 /* points that the mean is taken over */ };

struct app_candidate {
    struct wgs84 at;
    struct geo_xy xy; /* on the plan's plane: every plant looks at every candidate */
};
struct app_candidates {
    struct app_candidate *items;
    size_t count;
    size_t capacity;
};

struct app_siting_plan {
    struct app_importing *import;
    struct app_candidates candidates;
    struct geo_plane plane; /* around the people's middle */
    double size_m;          /* nine in ten people live within it */
};

static bool app_main_road(const struct road_way *way)
{
    return city_way_serves(way) && way->class <= ROAD_TERTIARY;
}

static enum err app_candidates_of(struct app_siting_plan *plan, const uint8_t *main_nodes, bool any)
{
    const struct road_map *roads = &plan->import->map->roads;
    enum err err = OK;

    for (uint32_t w = 0; w < roads->way_count && !err; w++) {
        const struct road_way *way = &roads->ways[w];
        if (any ? !city_way_serves(way) : !app_main_road(way))
            continue;
        for (uint32_t i = 0; i < way->node_count && !err; i++) {
            uint32_t node = roads->way_nodes[way->node_first + i];
            if (main_nodes[node] && geo_box_holds(&plan->import->city->box, roads->nodes[node]))
                err = vec_push(&plan->candidates, (struct app_candidate){.at = roads->nodes[node]});
        }
    }
    return err;
}

static int app_double_cmp(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static enum err app_plan_size(struct app_siting_plan *plan)
{
    const struct city_spots *spots = &plan->import->spots;
    double people = 0;
    double lat = 0;
    double lng = 0;

    double *metres = mem_zero(spots->count, sizeof *metres);
    if (!metres)
        return ERR_NOMEM;
    for (size_t i = 0; i < spots->count; i++) {
        double weight = spots->items[i].people + 1e-6;
        people += weight;
        lat += weight * spots->items[i].at.lat_e7;
        lng += weight * spots->items[i].at.lng_e7;
    }
    struct wgs84 middle = {(int32_t)lround(lat / people), (int32_t)lround(lng / people)};
    plan->plane = geo_plane_at(middle);
    for (size_t i = 0; i < plan->candidates.count; i++)
        plan->candidates.items[i].xy = geo_xy_of(&plan->plane, plan->candidates.items[i].at);
    for (size_t i = 0; i < spots->count; i++)
        metres[i] = geo_distance_m(middle, spots->items[i].at);
    qsort(metres, spots->count, sizeof *metres, app_double_cmp);
    plan->size_m = metres[spots->count * 9 / 10 < spots->count ? spots->count * 9 / 10 : 0];
    plan->size_m = plan->size_m < APP_APART_M ? APP_APART_M : plan->size_m;
    mem_free(metres);
    return OK;
}

/* A plant stands too near already. */
static bool app_taken(const struct app_siting_plan *plan, struct geo_xy xy)
{
    const struct city *city = plan->import->city;

    for (uint32_t i = 0; i < city->facility_count; i++) {
        struct geo_xy other = geo_xy_of(&plan->plane, city->facilities[i].at);
        double dx = xy.x_m - other.x_m;
        double dy = xy.y_m - other.y_m;
        if (dx * dx + dy * dy < APP_APART_M * APP_APART_M)
            return true;
    }
    return false;
}

/* The free candidate nearest to the wish; where all are taken, the nearest. */
static struct wgs84 app_site(const struct app_siting_plan *plan, struct geo_xy wish)
{
    struct wgs84 best = plan->candidates.items[0].at;
    double least = 1e18; /* square metres */

    for (size_t i = 0; i < plan->candidates.count; i++) {
        const struct app_candidate *candidate = &plan->candidates.items[i];
        double dx = candidate->xy.x_m - wish.x_m;
        double dy = candidate->xy.y_m - wish.y_m;
        double square = dx * dx + dy * dy;
        if (square >= least)
            continue;
        if (app_taken(plan, candidate->xy))
            square += 1e14;
        if (square < least) {
            least = square;
            best = candidate->at;
        }
    }
    return best;
}

static enum err app_facility(struct app_siting_plan *plan, uint32_t model_index, uint32_t k)
{
    struct app_importing *import = plan->import;
    const struct city_site_model *model = &import->pack->sites[model_index];
    struct city *city = import->city;
    double people = (double)city->population;
    double x;
    double y;
    enum err err = OK;

    city_site_wish(model->where, 0.11 * (double)model->facility.kind, k, &x, &y);
    struct wgs84 at = app_site(plan, (struct geo_xy){x * plan->size_m, y * plan->size_m});
    struct city_facility *facility = &city->facilities[city->facility_count];
    *facility = model->facility;
    facility->at = at;
    facility->id = app_import_text(import, &err, "F%05u", city->facility_count + 1);
    if (city_site_count(model, people) > 1) {
        const struct city_name *name = &model->facility.name;
        facility->name.zh = app_import_text(import, &err, "%.*s %u", STR_ARG(name->zh), k + 1);
        facility->name.en = app_import_text(import, &err, "%.*s %u", STR_ARG(name->en), k + 1);
    }
    facility->capacity_t_day = city_site_capacity_t_day(
        city, import->pack->sites, import->pack->site_count, model_index, people);
    city->facility_count++;
    return err;
}

static enum err app_facilities_fill(struct app_siting_plan *plan)
{
    struct app_importing *import = plan->import;
    struct city *city = import->city;
    size_t count = 0;
    enum err err = OK;

    for (uint32_t m = 0; m < import->pack->site_count; m++)
        count += city_site_count(&import->pack->sites[m], (double)city->population);
    city->facilities = arena_zero(&city->arena, count, sizeof *city->facilities);
    if (!city->facilities)
        return ERR_NOMEM;
    for (uint32_t m = 0; m < import->pack->site_count; m++)
        for (uint32_t k = 0;
             k < city_site_count(&import->pack->sites[m], (double)city->population) && !err; k++)
            err = app_facility(plan, m, k);
    return err;
}

static enum err app_facilities_site(struct app_importing *import, struct diag *diag)
{
    struct app_siting_plan plan = {.import = import};
    const struct road_map *roads = &import->map->roads;

    uint8_t *main_nodes = mem_zero(roads->node_count, 1);
    enum err err = main_nodes ? city_main_nodes(roads, main_nodes) : ERR_NOMEM;
    if (!err)
        err = app_candidates_of(&plan, main_nodes, false);
    if (!err && plan.candidates.count < 2 * import->pack->site_count)
        err = app_candidates_of(&plan, main_nodes, true);
    if (!err && plan.candidates.count == 0)
        err = diag_at(diag, ERR_INVALID, import->options->map, 0, 0,
                      "no street of the main network lies in the map's box; take a larger map");
    if (!err)
        err = app_plan_size(&plan);
    if (!err)
        err = app_facilities_fill(&plan);
    vec_done(&plan.candidates);
    mem_free(main_nodes);
    return err;
}

enum err app_import_facilities(struct app_importing *import, struct diag *diag)
{
    const struct app_import_options *options = import->options;

    if (options->facilities)
        return folder_facilities_load(options->facilities, import->city, options->sink, diag);
    return app_facilities_site(import, diag);
}

static double app_nearest_taker_m(const struct city *city, uint32_t stream, struct wgs84 at)
{
    double least = 1e9;

    for (uint32_t f = 0; f < city->facility_count; f++) {
        if (!(city->facilities[f].streams >> stream & 1))
            continue;
        double metres = geo_distance_m(at, city->facilities[f].at);
        least = metres < least ? metres : least;
    }
    return least;
}

/* Mean way from where people live to the nearest plant, of the stream that has it farthest. */
static double app_haul_km(const struct app_importing *import)
{
    const struct city_spots *spots = &import->spots;
    size_t step = spots->count / APP_HAUL_SAMPLE + 1;
    double farthest = 1;

    for (uint32_t s = 0; s < import->city->stream_count; s++) {
        double sum = 0;
        size_t count = 0;
        for (size_t i = 0; i < spots->count; i += step, count++)
            sum += app_nearest_taker_m(import->city, s, spots->items[i].at);
        double km = count ? sum / (double)count / 1000 : 0;
        farthest = km > farthest && km < APP_FAR_KM ? km : farthest;
    }
    return farthest * APP_HAUL_FACTOR;
}

enum err app_import_fleet(struct app_importing *import, struct diag *diag)
{
    const struct app_import_options *options = import->options;
    struct city *city = import->city;
    struct city_need need = {.haul_km = app_haul_km(import)};
    double km[ROAD_CLASS_COUNT];

    if (options->fleet)
        return folder_fleet_load(options->fleet, city, options->sink, diag);
    city_need_of(city, &need);
    city_street_km(&import->map->roads, km);
    city_need_sweep(city, km, &need);
    enum err err = city_fleet_make(city, import->pack->models, import->pack->model_count,
                                   import->pack->plate, APP_IMPORT_PLATES, &need);
    if (err == ERR_NOT_FOUND)
        err = diag_at(diag, ERR_INVALID, options->facilities, 0, 0,
                      "no facility is a depot; a fleet needs one");
    return err;
}
