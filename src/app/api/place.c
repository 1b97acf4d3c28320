/* place.c - places, bins and facilities: what stands in the city. */
#include "app/api/api.h"
#include "base/jw.h"

static void app_api_place(const struct city *city, const struct city_place *place, struct jw *jw)
{
    jw_object(jw);
    jw_key(jw, "id");
    jw_str(jw, place->id);
    jw_key(jw, "kind");
    jw_text(jw, city_place_kind_name(place->kind));
    jw_key(jw, "parent");
    if (place->parent == CITY_NONE)
        jw_null(jw);
    else
        jw_str(jw, city->places[place->parent].id);
    app_api_name(jw, "name", &place->name);
    app_api_at(jw, place->at);
    if (place->kind == CITY_COMPOUND) {
        jw_key(jw, "households");
        jw_i64(jw, place->households);
        jw_key(jw, "population");
        jw_i64(jw, place->population);
    }
    jw_object_end(jw);
}

static void app_api_places_write(const struct app_api *api, struct jw *jw)
{
    const struct city *city = api->city;

    jw_object(jw);
    jw_key(jw, "places");
    jw_array(jw);
    for (uint32_t i = 0; i < city->place_count; i++)
        app_api_place(city, &city->places[i], jw);
    jw_array_end(jw);
    jw_object_end(jw);
}

void app_api_places(void *context, struct http_call *call)
{
    struct app_api *api = context;

    app_api_page(api, call, &api->places, "application/json", app_api_places_write);
}

static void app_api_point(struct wgs84 at, struct jw *jw)
{
    jw_key(jw, "type");
    jw_text(jw, "Feature");
    jw_key(jw, "geometry");
    jw_object(jw);
    jw_key(jw, "type");
    jw_text(jw, "Point");
    jw_key(jw, "coordinates");
    jw_array(jw);
    jw_f64(jw, geo_lng(at), 7);
    jw_f64(jw, geo_lat(at), 7);
    jw_array_end(jw);
    jw_object_end(jw);
}

static void app_api_bin(const struct city *city, const struct city_bin *bin, struct jw *jw)
{
    const struct city_place *place = &city->places[bin->place];

    jw_object(jw);
    app_api_point(bin->at, jw);
    jw_key(jw, "properties");
    jw_object(jw);
    jw_key(jw, "id");
    jw_str(jw, bin->id);
    jw_key(jw, "stream");
    jw_str(jw, city->streams[bin->stream].code);
    jw_key(jw, "litres");
    jw_i64(jw, bin->litres);
    jw_key(jw, "fill_pct");
    jw_f64(jw, bin->fill_pct, 1);
    jw_key(jw, "place");
    jw_str(jw, place->id);
    app_api_name(jw, "place_name", &place->name);
    jw_object_end(jw);
    jw_object_end(jw);
}

static void app_api_bins_write(const struct app_api *api, struct jw *jw)
{
    const struct city *city = api->city;

    jw_object(jw);
    jw_key(jw, "type");
    jw_text(jw, "FeatureCollection");
    jw_key(jw, "features");
    jw_array(jw);
    for (uint32_t i = 0; i < city->bin_count; i++)
        app_api_bin(city, &city->bins[i], jw);
    jw_array_end(jw);
    jw_object_end(jw);
}

void app_api_bins(void *context, struct http_call *call)
{
    struct app_api *api = context;

    app_api_page(api, call, &api->bins, "application/geo+json", app_api_bins_write);
}

static void app_api_facility(const struct city *city, const struct city_facility *facility,
                             struct jw *jw)
{
    jw_object(jw);
    jw_key(jw, "id");
    jw_str(jw, facility->id);
    jw_key(jw, "kind");
    jw_text(jw, city_facility_kind_name(facility->kind));
    app_api_name(jw, "name", &facility->name);
    app_api_at(jw, facility->at);
    jw_key(jw, "streams");
    app_api_set(jw, city, facility->streams);
    jw_key(jw, "open_s");
    jw_i64(jw, facility->open_s);
    jw_key(jw, "close_s");
    jw_i64(jw, facility->close_s);
    jw_key(jw, "capacity_t_day");
    jw_f64(jw, facility->capacity_t_day, 2);
    jw_object_end(jw);
}

static void app_api_facilities_write(const struct app_api *api, struct jw *jw)
{
    const struct city *city = api->city;

    jw_object(jw);
    jw_key(jw, "facilities");
    jw_array(jw);
    for (uint32_t i = 0; i < city->facility_count; i++)
        app_api_facility(city, &city->facilities[i], jw);
    jw_array_end(jw);
    jw_object_end(jw);
}

void app_api_facilities(void *context, struct http_call *call)
{
    struct app_api *api = context;

    app_api_page(api, call, &api->facilities, "application/json", app_api_facilities_write);
}
