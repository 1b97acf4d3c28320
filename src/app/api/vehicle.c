/* vehicle.c - the fleet. */
#include "app/api/api.h"
#include "base/jw.h"

static void app_api_compartments(const struct city *city, const struct city_vehicle *vehicle,
                                 struct jw *jw)
{
    jw_key(jw, "compartments");
    jw_array(jw);
    for (uint32_t i = 0; i < vehicle->compartment_count; i++) {
        const struct city_compartment *compartment = &vehicle->compartments[i];
        jw_object(jw);
        jw_key(jw, "stream");
        if (compartment->stream == CITY_NONE)
            jw_null(jw); /* sweepings */
        else
            jw_str(jw, city->streams[compartment->stream].code);
        jw_key(jw, "litres");
        jw_i64(jw, compartment->litres);
        jw_key(jw, "kg");
        jw_i64(jw, compartment->kg);
        jw_object_end(jw);
    }
    jw_array_end(jw);
}

static void app_api_vehicle(const struct city *city, const struct city_vehicle *vehicle,
                            struct jw *jw)
{
    jw_object(jw);
    jw_key(jw, "id");
    jw_str(jw, vehicle->id);
    jw_key(jw, "plate");
    jw_str(jw, vehicle->plate);
    jw_key(jw, "kind");
    jw_text(jw, city_vehicle_kind_name(vehicle->kind));
    jw_key(jw, "depot");
    jw_str(jw, city->facilities[vehicle->depot].id);
    app_api_compartments(city, vehicle, jw);
    jw_key(jw, "water_litres");
    jw_i64(jw, vehicle->water_litres);
    jw_key(jw, "shift_start_s");
    jw_i64(jw, vehicle->shift_start_s);
    jw_key(jw, "shift_end_s");
    jw_i64(jw, vehicle->shift_end_s);
    jw_key(jw, "crew");
    jw_i64(jw, vehicle->crew);
    jw_key(jw, "energy");
    jw_str(jw, vehicle->energy);
    jw_object_end(jw);
}

static void app_api_vehicles_write(const struct app_api *api, struct jw *jw)
{
    const struct city *city = api->city;

    jw_object(jw);
    jw_key(jw, "vehicles");
    jw_array(jw);
    for (uint32_t i = 0; i < city->vehicle_count; i++)
        app_api_vehicle(city, &city->vehicles[i], jw);
    jw_array_end(jw);
    jw_object_end(jw);
}

void app_api_vehicles(void *context, struct http_call *call)
{
    struct app_api *api = context;

    app_api_page(api, call, &api->vehicles, "application/json", app_api_vehicles_write);
}
