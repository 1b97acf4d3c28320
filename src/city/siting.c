/* siting.c - see siting.h. Sums of hours, not a plan: the fleet it gives must be enough for the
 * planner, so travel between stops and deadheading are taken on the high side. */
#include "city/siting.h"

#include <math.h>
#include <stdio.h>

#define CITY_STOP_KM 0.35     /* driven from one stop to the next, about */
#define CITY_TOWN_KMH 20.0    /* while collecting */
#define CITY_HAUL_KMH 30.0    /* to and from a plant */
#define CITY_DEADHEAD 1.7     /* hours of a sweeper per hour with the brush down */
#define CITY_LOAD_FACTOR 0.9  /* of a compartment that a trip fills */
#define CITY_BIN_LITRES 240.0 /* the size that the lifting time is given for */

double city_kg_day(const struct city_siting *siting, const struct city_stream *stream,
                   double people)
{
    return people * siting->kg_per_person_day * stream->share * siting->a1 * siting->a2;
}

double city_bins_exact(const struct city_siting *siting, const struct city_stream *stream,
                       double people)
{
    double v_ave_l =
        city_kg_day(siting, stream, people) / (stream->density_kg_m3 * siting->a3) * 1000;
    double v_max_l = siting->k * v_ave_l;

    return v_max_l * stream->clear_days / (stream->bin_litres * siting->fill);
}

uint32_t city_bins_need(const struct city_siting *siting, const struct city_stream *stream,
                        double people)
{
    if (!(people > 0) || !(stream->share > 0))
        return 0;
    /* A hair less, so that a whole number of bins is not rounded up by the last digit. */
    double count = ceil(city_bins_exact(siting, stream, people) - 1e-9);

    return count < 1 ? 1 : count > 1e6 ? 1000000 : (uint32_t)count;
}

/* Share of its bins' volume that a stream fills in a mean day, without the peak coefficients. */
static double city_filled_a_day(const struct city_siting *siting, const struct city_stream *stream,
                                double people, double litres)
{
    double kg = people * siting->kg_per_person_day * stream->share;

    return litres > 0 ? kg / stream->density_kg_m3 * 1000 / litres : 0;
}

double city_fill_pct(const struct city_siting *siting, const struct city_stream *stream,
                     double people, double litres, double unit_age, double unit_use)
{
    double use = 0.75 + 0.5 * unit_use;
    double rate = 100 * city_filled_a_day(siting, stream, people, litres) * use;
    double days = rate > 0 ? ceil(stream->collect_at_pct / rate) : 1;
    double fill = rate * (floor(unit_age * days) + 1);

    return fill > CITY_FILL_MAX ? CITY_FILL_MAX : fill;
}

/* Bins come point by point and, at a point, stream by stream. */
static void city_need_bins(const struct city *city, double bins[], double stops[], double litres[])
{
    uint32_t last_place = CITY_NONE;
    uint32_t last_stream = CITY_NONE;

    for (uint32_t i = 0; i < city->bin_count; i++) {
        const struct city_bin *bin = &city->bins[i];
        bins[bin->stream] += bin->litres / CITY_BIN_LITRES;
        litres[bin->stream] += bin->litres;
        stops[bin->stream] += bin->place != last_place || bin->stream != last_stream;
        last_place = bin->place;
        last_stream = bin->stream;
    }
}

void city_need_of(const struct city *city, struct city_need *need)
{
    double litres[CITY_STREAMS_MAX] = {0};

    need->people = (double)city->population;
    for (uint32_t i = 0; i < city->stream_count; i++)
        need->bins[i] = need->stops[i] = 0;
    city_need_bins(city, need->bins, need->stops, litres);
    for (uint32_t i = 0; i < city->stream_count; i++) {
        const struct city_stream *stream = &city->streams[i];
        /* A full bin is visited on the day it is full, a point when one of its bins is. */
        double visits = city_filled_a_day(&city->siting, stream, need->people, litres[i]) *
                        city->siting.a1 * city->siting.a2 * 100 /
                        (stream->collect_at_pct > 1 ? stream->collect_at_pct : 1);
        visits = visits > 1 ? 1 : visits;
        need->kg[i] = city_kg_day(&city->siting, stream, need->people);
        need->bins[i] *= visits;
        need->stops[i] *= visits * 1.5 > 1 ? 1 : visits * 1.5;
    }
}

static void city_need_window(struct city_need *need, struct city_window window, double km)
{
    uint32_t at = 0;

    while (at < need->sweep_count && (need->sweeps[at].window.start_s != window.start_s ||
                                      need->sweeps[at].window.end_s != window.end_s))
        at++;
    if (at == need->sweep_count)
        need->sweeps[need->sweep_count++] = (struct city_sweep_need){.window = window};
    need->sweeps[at].km += km;
}

void city_need_sweep(const struct city *city, const double km[ROAD_CLASS_COUNT],
                     struct city_need *need)
{
    double class_km[CITY_SWEEP_CLASSES_MAX] = {0};

    for (unsigned i = 0; i < ROAD_CLASS_COUNT; i++)
        if (city->sweep_class_of[i])
            class_km[city->sweep_class_of[i] - 1] += km[i];
    need->sweep_km = 0;
    need->sweep_count = 0;
    for (uint32_t i = 0; i < city->sweep_class_count; i++) {
        const struct city_sweep_class *class = &city->sweep_classes[i];
        double length = class_km[i] * (class->both_sides ? 2 : 1) * class->passes_per_day;
        need->sweep_km += length;
        for (uint32_t j = 0; j < class->window_count; j++)
            city_need_window(need, class->windows[j], length / class->window_count);
    }
}

/* Tonnage of a trip: by mass or by volume, whichever ends first. */
static double city_trip_kg(const struct city *city, const struct city_vehicle *vehicle,
                           uint32_t stream)
{
    double kg = 0;

    for (uint32_t i = 0; i < vehicle->compartment_count; i++) {
        const struct city_compartment *part = &vehicle->compartments[i];
        if (part->stream != stream)
            continue;
        double by_volume = part->litres * city->streams[stream].density_compacted_kg_m3 / 1000;
        kg += by_volume < part->kg ? by_volume : part->kg;
    }
    return kg * CITY_LOAD_FACTOR;
}

static double city_shift_h(const struct city_vehicle *vehicle)
{
    double seconds = vehicle->shift_end_s - vehicle->shift_start_s - vehicle->break_s;

    return seconds > 900 ? seconds / 3600 : 0.25;
}

/* Time to unload at the slowest plant that takes the stream. */
static double city_unload_h(const struct city *city, uint32_t stream)
{
    double slowest = 900;

    for (uint32_t i = 0; i < city->facility_count; i++)
        if (city->facilities[i].streams >> stream & 1 && city->facilities[i].unload_s > slowest)
            slowest = city->facilities[i].unload_s;
    return slowest / 3600;
}

static double city_collect_h(const struct city *city, const struct city_need *need, uint32_t stream,
                             double trip_kg)
{
    double stop_h = city->service.stop_s / 3600.0 + CITY_STOP_KM / CITY_TOWN_KMH;
    double lift_h = city->service.bin_240l_s / 3600.0;
    double trips = trip_kg > 0 ? ceil(need->kg[stream] / trip_kg) : 0;

    return need->stops[stream] * stop_h + need->bins[stream] * lift_h +
           trips * (city_unload_h(city, stream) + 2 * need->haul_km / CITY_HAUL_KMH);
}

static uint32_t city_first_stream(const struct city_vehicle *vehicle)
{
    return vehicle->compartment_count ? vehicle->compartments[0].stream : CITY_NONE;
}

/* Its part of the work that models of the same role share. */
static double city_role_share(const struct city_model *models, size_t model_count, size_t index)
{
    const struct city_vehicle *vehicle = &models[index].vehicle;
    double all = 0;

    for (size_t i = 0; i < model_count; i++)
        if (models[i].one_per_people == 0 && models[i].vehicle.kind == vehicle->kind &&
            city_first_stream(&models[i].vehicle) == city_first_stream(vehicle))
            all += models[i].share;
    return all > 0 ? models[index].share / all : 0;
}

/* Hours of the shift that fall into the window. The break is taken outside where it can be. */
static double city_overlap_h(const struct city_vehicle *vehicle, struct city_window window)
{
    int32_t start =
        vehicle->shift_start_s > window.start_s ? vehicle->shift_start_s : window.start_s;
    int32_t end = vehicle->shift_end_s < window.end_s ? vehicle->shift_end_s : window.end_s;
    double hours = end > start ? (end - start) / 3600.0 : 0;
    double shift = city_shift_h(vehicle);

    return hours < shift ? hours : shift;
}

/* Vehicles of the model that one window needs; models whose shifts meet it share it by their share
 * and by how much of it they can work. */
static double city_window_vehicles(const struct city_model *models, size_t model_count,
                                   size_t index, const struct city_sweep_need *sweep)
{
    double all_kmh = 0;
    double mine = city_overlap_h(&models[index].vehicle, sweep->window);

    for (size_t i = 0; i < model_count; i++) {
        const struct city_vehicle *vehicle = &models[i].vehicle;
        if (vehicle->kind == CITY_SWEEPER && models[i].one_per_people == 0)
            all_kmh += models[i].share * vehicle->work_kmh * city_overlap_h(vehicle, sweep->window);
    }
    /* Windows that the shift only touches are the work of others. */
    if (mine < 1 || all_kmh <= 0)
        return 0;
    return sweep->km * CITY_DEADHEAD * CITY_RESERVE * models[index].share / all_kmh;
}

static uint32_t city_sweepers_need(const struct city_model *models, size_t model_count,
                                   size_t index, const struct city_need *need)
{
    const struct city_vehicle *vehicle = &models[index].vehicle;
    double hours = need->sweep_km / vehicle->work_kmh * CITY_DEADHEAD *
                   city_role_share(models, model_count, index);
    double count = hours * CITY_RESERVE / city_shift_h(vehicle);

    for (uint32_t i = 0; i < need->sweep_count; i++) {
        double vehicles = city_window_vehicles(models, model_count, index, &need->sweeps[i]);
        count = vehicles > count ? vehicles : count;
    }
    return (uint32_t)ceil(count);
}

uint32_t city_fleet_need(const struct city *city, const struct city_model *models,
                         size_t model_count, size_t index, const struct city_need *need)
{
    const struct city_model *model = &models[index];
    const struct city_vehicle *vehicle = &model->vehicle;
    uint32_t stream = city_first_stream(vehicle);

    if (model->one_per_people)
        return (uint32_t)ceil(need->people / model->one_per_people);
    if (vehicle->kind == CITY_SWEEPER && vehicle->work_kmh > 0)
        return city_sweepers_need(models, model_count, index, need);
    if (vehicle->kind != CITY_TRUCK || stream == CITY_NONE)
        return 0;
    double hours = city_collect_h(city, need, stream, city_trip_kg(city, vehicle, stream)) *
                   city_role_share(models, model_count, index);
    return (uint32_t)ceil(hours * CITY_RESERVE / city_shift_h(vehicle));
}

/* Text in the city's arena. */
static enum err city_text(struct city *city, struct str *ret, const char *format, ...)
    PRINTF_LIKE(3, 4);
static enum err city_text(struct city *city, struct str *ret, const char *format, ...)
{
    char text[128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return arena_str(&city->arena, str_of(text), ret);
}

/* The n-th facility that is a depot. */
static uint32_t city_depot(const struct city *city, uint32_t n)
{
    for (uint32_t i = 0; i < city->facility_count; i++)
        if (city->facilities[i].kind == CITY_DEPOT && n-- == 0)
            return i;
    return CITY_NONE;
}

static enum err city_vehicle_make(struct city *city, const struct city_vehicle *model,
                                  struct str plate, uint64_t seed, uint32_t depot)
{
    struct city_vehicle *vehicle = &city->vehicles[city->vehicle_count];
    uint32_t number = ++city->vehicle_count;
    /* 7919 shares no factor with 100,000, so plates differ. */
    uint32_t digits = (uint32_t)((seed % 100000 + number * UINT64_C(7919)) % 100000);

    *vehicle = *model;
    vehicle->depot = depot;
    enum err err = city_text(city, &vehicle->id, "V%05u", number);
    if (!err && vehicle->kind != CITY_ROBOT)
        err = city_text(city, &vehicle->plate, "%.*s%05u", STR_ARG(plate), digits);
    return err;
}

enum err city_fleet_make(struct city *city, const struct city_model *models, size_t model_count,
                         struct str plate, uint64_t seed, const struct city_need *need)
{
    size_t count = 0;
    uint32_t depots = 0;
    enum err err = OK;

    while (city_depot(city, depots) != CITY_NONE)
        depots++;
    if (depots == 0)
        return ERR_NOT_FOUND;
    for (size_t m = 0; m < model_count; m++)
        count += city_fleet_need(city, models, model_count, m, need);
    city->vehicle_count = 0;
    city->vehicles = arena_zero(&city->arena, count, sizeof *city->vehicles);
    if (!city->vehicles)
        return ERR_NOMEM;
    for (size_t m = 0; m < model_count; m++) {
        uint32_t vehicles = city_fleet_need(city, models, model_count, m, need);
        for (uint32_t k = 0; k < vehicles && !err; k++)
            err = city_vehicle_make(city, &models[m].vehicle, plate, seed,
                                    city_depot(city, k % depots));
    }
    return err;
}

void city_site_wish(enum city_site_where where, double start, uint32_t k, double *ret_x,
                    double *ret_y)
{
    double a = start + 0.7548776662466927 * (k + 1);
    double b = start + 0.5698402909980532 * (k + 1);
    double x = 2 * (a - floor(a)) - 1;
    double y = 2 * (b - floor(b)) - 1;
    double size = sqrt(x * x + y * y);
    double scale = 1;

    if (where == CITY_SITE_EDGE)
        scale = 0.92 / (size > 0.05 ? size : 0.05);
    else if (size > 0.85)
        scale = 0.85 / size;
    *ret_x = x * scale;
    *ret_y = y * scale;
}

uint32_t city_site_count(const struct city_site_model *model, double people)
{
    if (model->one_per_people == 0)
        return 1;
    double count = ceil(people / model->one_per_people);
    return count < 1 ? 1 : (uint32_t)count;
}

/* The mass of its streams that does not go to another kind of plant, with reserve, rounded up to
 * five tonnes. */
double city_site_capacity_t_day(const struct city *city, const struct city_site_model *models,
                                size_t model_count, size_t index, double people)
{
    const struct city_site_model *model = &models[index];
    double kg = 0;

    if (model->facility.capacity_t_day > 0)
        return model->facility.capacity_t_day;
    for (uint32_t i = 0; i < city->stream_count; i++) {
        unsigned takers = 0;
        if (!(model->facility.streams >> i & 1))
            continue;
        for (size_t j = 0; j < model_count; j++)
            takers += models[j].facility.streams >> i & 1;
        kg += city_kg_day(&city->siting, &city->streams[i], people) / takers;
    }
    double each_t = kg / 1000 * CITY_RESERVE / city_site_count(model, people);
    return ceil(each_t / 5) * 5;
}
