/* town_city.c - who lives where, where bins and plants stand, and who drives. */
#include <math.h>

#include "sim/town_parts.h"

enum {
    SIM_COMMUNITY_CELLS = 6, /* a street community is a square of this many blocks */
    SIM_POINTS_MAX = 8,      /* collection points of one compound */
    SIM_PEOPLE_A_DISTRICT = 500000,
};
#define SIM_BIN_GAP_M 0.9
#define SIM_ROADSIDE_M 7.0

static void *sim_array(struct sim_town *town, size_t count, size_t size)
{
    void *items = arena_zero(&town->city->arena, count, size);

    if (!items)
        town->err = ERR_NOMEM;
    return items;
}

/* --- facilities --- */

/* Takes no block of its own. */
static bool sim_is_roadside(enum city_facility_kind kind)
{
    return kind == CITY_WATER_POINT || kind == CITY_CHARGER;
}

/* Distance from the wish, with a liking for works. -1: not there. */
static double sim_unfit(const struct sim_plan *plan, const struct city_site_model *model, int32_t i,
                        int32_t j, double u, double v)
{
    const struct sim_cell *cell = &plan->cells[sim_cell_at(plan, i, j)];
    double du = i + 0.5 - u;
    double dv = j + 0.5 - v;

    if (cell->use == SIM_USE_NONE || cell->use == SIM_USE_RIVERSIDE || cell->use == SIM_USE_PLANT)
        return -1;
    double unfit = du * du + dv * dv;
    if (!sim_is_roadside(model->facility.kind) && cell->use != SIM_USE_WORKS)
        unfit += cell->use == SIM_USE_HOMES ? 16 : 9;
    return unfit;
}

static bool sim_site(const struct sim_plan *plan, const struct city_site_model *model, uint32_t k,
                     int32_t *ret_i, int32_t *ret_j)
{
    double u;
    double v;
    double least = -1;

    city_site_wish(model->where, sim_unit(plan, model->facility.kind, 0, SIM_SPREAD), k, &u, &v);
    u = plan->half_u * (1 + u);
    v = plan->half_v * (1 + v);
    for (int32_t j = 0; j < plan->ny; j++)
        for (int32_t i = 0; i < plan->nx; i++) {
            double unfit = sim_unfit(plan, model, i, j, u, v);
            if (unfit < 0 || (least >= 0 && unfit >= least))
                continue;
            least = unfit;
            *ret_i = i;
            *ret_j = j;
        }
    return least >= 0;
}

static void sim_facility(struct sim_town *town, uint32_t model_index, uint32_t k)
{
    const struct city_site_model *model = &town->pack->sites[model_index];
    struct city *city = town->city;
    struct city_facility *facility = &city->facilities[city->facility_count];
    struct sim_plan *plan = &town->plan;
    uint32_t count = city_site_count(model, plan->population);
    int32_t i = 0;
    int32_t j = 0;

    if (!sim_site(plan, model, k, &i, &j))
        return;
    *facility = model->facility;
    facility->id = sim_text(town, "F%05u", city->facility_count + 1);
    if (count > 1) {
        facility->name.zh = sim_text(town, "%.*s %u", STR_ARG(model->facility.name.zh), k + 1);
        facility->name.en = sim_text(town, "%.*s %u", STR_ARG(model->facility.name.en), k + 1);
    }
    facility->capacity_t_day = city_site_capacity_t_day(
        city, town->pack->sites, town->pack->site_count, model_index, plan->population);
    struct sim_point at = sim_inside(plan, i, j, 0.5);
    if (sim_is_roadside(model->facility.kind)) {
        at = sim_middle(plan, false, i, j);
        at.x_m += 20;
        at.y_m += SIM_ROADSIDE_M;
    } else {
        plan->cells[sim_cell_at(plan, i, j)].use = SIM_USE_PLANT;
        plan->cells[sim_cell_at(plan, i, j)].place = city->facility_count;
    }
    facility->at = sim_wgs84(plan, at);
    city->facility_count++;
}

enum err sim_city_facilities(struct sim_town *town)
{
    const struct folder_pack *pack = town->pack;
    size_t count = 0;

    for (uint32_t m = 0; m < pack->site_count; m++)
        count += city_site_count(&pack->sites[m], town->plan.population);
    town->city->facilities = sim_array(town, count, sizeof *town->city->facilities);
    for (uint32_t m = 0; m < pack->site_count && !town->err; m++)
        for (uint32_t k = 0; k < city_site_count(&pack->sites[m], town->plan.population); k++)
            sim_facility(town, m, k);
    return town->err;
}

/* --- places --- */

static uint32_t sim_points_of(const struct sim_town *town, const struct sim_cell *cell)
{
    uint32_t each = town->city->siting.households_per_point;
    uint32_t count = (cell->households + each - 1) / each;

    return cell->people == 0 ? 0 : count < 1 ? 1 : count > SIM_POINTS_MAX ? SIM_POINTS_MAX : count;
}

struct sim_group {
    double u, v; /* sums, then means */
    uint32_t compounds;
    uint32_t place;
    uint32_t district;
};
struct sim_groups {
    struct sim_group *items;
    int32_t across;
    size_t count;
    size_t used;
    size_t points;
    size_t compounds;
};

static struct sim_group *sim_group_at(const struct sim_groups *groups, int32_t i, int32_t j)
{
    return &groups->items[(size_t)(j / SIM_COMMUNITY_CELLS) * (size_t)groups->across +
                          (size_t)(i / SIM_COMMUNITY_CELLS)];
}

static void sim_groups_count(struct sim_town *town, struct sim_groups *groups)
{
    const struct sim_plan *plan = &town->plan;

    for (int32_t j = 0; j < plan->ny; j++)
        for (int32_t i = 0; i < plan->nx; i++) {
            const struct sim_cell *cell = &plan->cells[sim_cell_at(plan, i, j)];
            struct sim_group *group = sim_group_at(groups, i, j);
            if (cell->people == 0)
                continue;
            group->u += i + 0.5;
            group->v += j + 0.5;
            group->compounds++;
            groups->compounds++;
            groups->points += sim_points_of(town, cell);
        }
    for (size_t k = 0; k < groups->count; k++) {
        struct sim_group *group = &groups->items[k];
        if (group->compounds == 0)
            continue;
        group->u /= group->compounds;
        group->v /= group->compounds;
        groups->used++;
    }
}

static double sim_apart(const struct sim_group *a, const struct sim_group *b)
{
    return (a->u - b->u) * (a->u - b->u) + (a->v - b->v) * (a->v - b->v);
}

/* Seats of districts, each as far as can be from those before; communities join the nearest. */
static void sim_districts(struct sim_groups *groups, uint32_t count, uint32_t *ret_seats)
{
    for (uint32_t d = 0; d < count; d++) {
        double most = -1;
        for (size_t k = 0; k < groups->count; k++) {
            double near = 1e18;
            if (groups->items[k].compounds == 0)
                continue;
            for (uint32_t e = 0; e < d; e++) {
                double apart = sim_apart(&groups->items[k], &groups->items[ret_seats[e]]);
                near = apart < near ? apart : near;
            }
            if (near > most) {
                most = near;
                ret_seats[d] = (uint32_t)k;
            }
        }
    }
    for (size_t k = 0; k < groups->count; k++) {
        double near = 1e18;
        for (uint32_t d = 0; d < count && groups->items[k].compounds; d++) {
            double apart = sim_apart(&groups->items[k], &groups->items[ret_seats[d]]);
            if (apart < near) {
                near = apart;
                groups->items[k].district = d;
            }
        }
    }
}

static struct city_place *sim_place_new(struct sim_town *town, enum city_place_kind kind,
                                        uint32_t parent, struct sim_point at)
{
    struct city_place *place = &town->city->places[town->city->place_count++];

    *place = (struct city_place){.kind = kind, .parent = parent, .at = sim_wgs84(&town->plan, at)};
    return place;
}

static void sim_places_above(struct sim_town *town, struct sim_groups *groups, uint32_t districts,
                             const uint32_t *seats)
{
    uint32_t number = 0;

    for (uint32_t d = 0; d < districts; d++) {
        const struct sim_group *seat = &groups->items[seats[d]];
        struct city_place *place =
            sim_place_new(town, CITY_DISTRICT, CITY_NONE, sim_place(&town->plan, seat->u, seat->v));
        place->id = sim_text(town, "D%02u", d + 1);
        place->name = town->pack->districts.items[d];
    }
    for (size_t k = 0; k < groups->count; k++) {
        struct sim_group *group = &groups->items[k];
        if (group->compounds == 0)
            continue;
        group->place = town->city->place_count;
        struct city_place *place = sim_place_new(town, CITY_STREET, group->district,
                                                 sim_place(&town->plan, group->u, group->v));
        place->id = sim_text(town, "S%04u", number + 1);
        place->name = sim_name(town, number++, FOLDER_SUFFIX_COMMUNITY);
    }
}

/* The compound of a block and its collection points along the service road. */
static void sim_compound(struct sim_town *town, const struct sim_groups *groups, int32_t i,
                         int32_t j, uint32_t *number, uint32_t *point_number)
{
    struct sim_cell *cell = &town->plan.cells[sim_cell_at(&town->plan, i, j)];
    uint32_t points = sim_points_of(town, cell);

    cell->place = town->city->place_count;
    struct city_place *place = sim_place_new(town, CITY_COMPOUND, sim_group_at(groups, i, j)->place,
                                             sim_place(&town->plan, i + 0.5, j + 0.5));
    place->id = sim_text(town, "C%05u", *number + 1);
    place->name = sim_name(town, (*number)++, FOLDER_SUFFIX_COMPOUND);
    place->households = cell->households;
    place->population = cell->people;
    for (uint32_t k = 0; k < points; k++) {
        struct sim_point at = sim_inside(&town->plan, i, j, 0.12 + 0.64 * (k + 0.5) / points);
        at.x_m += SIM_ROADSIDE_M;
        struct city_place *point = sim_place_new(town, CITY_POINT, cell->place, at);
        point->id = sim_text(town, "P%06u", ++*point_number);
        point->name.zh = sim_text(town, "%.*s%u%.*s", STR_ARG(place->name.zh), k + 1,
                                  STR_ARG(town->pack->suffixes[FOLDER_SUFFIX_POINT].zh));
        point->name.en = sim_text(town, "%.*s%.*s %u", STR_ARG(place->name.en),
                                  STR_ARG(town->pack->suffixes[FOLDER_SUFFIX_POINT].en), k + 1);
    }
}

enum err sim_city_places(struct sim_town *town)
{
    const struct sim_plan *plan = &town->plan;
    struct sim_groups groups = {.across = plan->nx / SIM_COMMUNITY_CELLS + 1};
    uint32_t seats[FOLDER_WORDS_MAX];
    uint32_t number = 0;
    uint32_t point_number = 0;

    groups.count = (size_t)groups.across * (size_t)(plan->ny / SIM_COMMUNITY_CELLS + 1);
    groups.items = sim_array(town, groups.count, sizeof *groups.items);
    if (town->err)
        return town->err;
    sim_groups_count(town, &groups);
    uint32_t districts = 1 + plan->population / SIM_PEOPLE_A_DISTRICT;
    if (plan->population > 100000 && districts < 2)
        districts = 2;
    if (districts > town->pack->districts.count)
        districts = town->pack->districts.count;
    if (districts > groups.used)
        districts = (uint32_t)groups.used;
    sim_districts(&groups, districts, seats);
    town->city->places = sim_array(town, districts + groups.used + groups.compounds + groups.points,
                                   sizeof *town->city->places);
    if (town->err)
        return town->err;
    sim_places_above(town, &groups, districts, seats);
    for (int32_t j = 0; j < plan->ny; j++)
        for (int32_t i = 0; i < plan->nx; i++)
            if (plan->cells[sim_cell_at(plan, i, j)].people)
                sim_compound(town, &groups, i, j, &number, &point_number);
    return town->err;
}

/* --- bins --- */

/* People who use one point of the compound. */
static double sim_people_at(const struct city *city, uint32_t point)
{
    const struct city_place *compound = &city->places[city->places[point].parent];
    uint32_t first = city->places[point].parent + 1;
    uint32_t points = 0;

    while (first + points < city->place_count && city->places[first + points].kind == CITY_POINT)
        points++;
    return points ? (double)compound->population / points : 0;
}

/* One of `bins` that share the point's stream. */
static void sim_bin(struct sim_town *town, uint32_t point, uint32_t stream, uint32_t bins,
                    uint32_t slot)
{
    struct city *city = town->city;
    const struct city_stream *what = &city->streams[stream];
    struct city_bin *bin = &city->bins[city->bin_count];
    double age = sim_unit(&town->plan, point, stream, SIM_FILL_AGE);
    double use = sim_unit(&town->plan, city->bin_count, 0, SIM_FILL_USE);
    double fill = city_fill_pct(&city->siting, what, sim_people_at(city, point),
                                (double)what->bin_litres * bins, age, use);
    double gap = SIM_BIN_GAP_M * town->plan.e7_per_m_lng;

    *bin = (struct city_bin){
        .id = sim_text(town, "B%07u", city->bin_count + 1),
        .place = point,
        .stream = stream,
        .litres = what->bin_litres,
        .fill_pct = floor(fill * 10 + 0.5) / 10,
        .at = city->places[point].at,
    };
    bin->at.lng_e7 += (int32_t)(gap * slot);
    city->bin_count++;
}

enum err sim_city_bins(struct sim_town *town)
{
    struct city *city = town->city;
    size_t count = 0;

    for (uint32_t p = 0; p < city->place_count; p++)
        for (uint32_t s = 0; s < city->stream_count && city->places[p].kind == CITY_POINT; s++)
            count += city_bins_need(&city->siting, &city->streams[s], sim_people_at(city, p));
    city->bins = sim_array(town, count, sizeof *city->bins);
    for (uint32_t p = 0; p < city->place_count && !town->err; p++) {
        uint32_t slot = 0;
        if (city->places[p].kind != CITY_POINT)
            continue;
        for (uint32_t s = 0; s < city->stream_count; s++) {
            uint32_t bins =
                city_bins_need(&city->siting, &city->streams[s], sim_people_at(city, p));
            for (uint32_t k = 0; k < bins; k++)
                sim_bin(town, p, s, bins, slot++);
        }
    }
    return town->err;
}

/* --- fleet --- */

enum err sim_city_fleet(struct sim_town *town)
{
    struct city_need need = {.haul_km = 0.6 * town->plan.half_u * SIM_CELL_M / 1000};

    city_need_of(town->city, &need);
    city_need_sweep(town->city, town->km, &need);
    return city_fleet_make(town->city, town->pack->models, town->pack->model_count,
                           town->pack->plate, town->plan.seed, &need);
}
