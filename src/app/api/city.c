/* city.c - the city itself: names, box, streams, and how much of everything there is. */
#include <stdio.h>

#include "app/api/api.h"
#include "base/jw.h"

static void app_api_stream(const struct city_stream *stream, uint64_t bins, struct jw *jw)
{
    char colour[8];

    snprintf(colour, sizeof colour, "#%06X", (unsigned)(stream->colour & 0xFFFFFF));
    jw_object(jw);
    jw_key(jw, "code");
    jw_str(jw, stream->code);
    app_api_name(jw, "name", &stream->name);
    jw_key(jw, "colour");
    jw_text(jw, colour);
    jw_key(jw, "collect_at_pct");
    jw_f64(jw, stream->collect_at_pct, 1);
    jw_key(jw, "bins");
    jw_i64(jw, (int64_t)bins);
    jw_object_end(jw);
}

static void app_api_streams(const struct city *city, struct jw *jw)
{
    uint64_t bins[CITY_STREAMS_MAX] = {0};

    for (uint32_t i = 0; i < city->bin_count; i++)
        bins[city->bins[i].stream]++;
    jw_key(jw, "streams");
    jw_array(jw);
    for (uint32_t i = 0; i < city->stream_count; i++)
        app_api_stream(&city->streams[i], bins[i], jw);
    jw_array_end(jw);
}

static void app_api_box(const struct geo_box *box, struct jw *jw)
{
    jw_key(jw, "box"); /* west, south, east, north, as in RFC 7946 */
    jw_array(jw);
    jw_f64(jw, geo_lng(box->min), 7);
    jw_f64(jw, geo_lat(box->min), 7);
    jw_f64(jw, geo_lng(box->max), 7);
    jw_f64(jw, geo_lat(box->max), 7);
    jw_array_end(jw);
}

static void app_api_map(const struct app_api *api, struct jw *jw)
{
    char tiles[64];

    jw_key(jw, "map");
    if (!api->tiles) {
        jw_null(jw);
        return;
    }
    snprintf(tiles, sizeof tiles, "/tiles/{z}/{x}/{y}.pbf?v=%llx",
             (unsigned long long)api->tiles_stamp);
    jw_object(jw);
    jw_key(jw, "tiles");
    jw_text(jw, tiles);
    jw_key(jw, "zoom_min");
    jw_i64(jw, store_tiles_zoom_min(api->tiles));
    jw_key(jw, "zoom_max");
    jw_i64(jw, store_tiles_zoom_max(api->tiles));
    jw_object_end(jw);
}

static void app_api_count(struct jw *jw, const char *key, uint64_t count)
{
    jw_key(jw, key);
    jw_i64(jw, (int64_t)count);
}

static void app_api_city_write(const struct app_api *api, struct jw *jw)
{
    const struct city *city = api->city;

    jw_object(jw);
    jw_key(jw, "id");
    jw_str(jw, city->id);
    app_api_name(jw, "name", &city->name);
    jw_key(jw, "utc_offset_s");
    jw_i64(jw, city->utc_offset_s);
    app_api_count(jw, "population", city->population);
    app_api_box(&city->box, jw);
    app_api_map(api, jw);
    app_api_streams(city, jw);
    jw_key(jw, "counts");
    jw_object(jw);
    app_api_count(jw, "places", city->place_count);
    app_api_count(jw, "bins", city->bin_count);
    app_api_count(jw, "facilities", city->facility_count);
    app_api_count(jw, "vehicles", city->vehicle_count);
    jw_object_end(jw);
    jw_object_end(jw);
}

void app_api_city(void *context, struct http_call *call)
{
    struct app_api *api = context;

    app_api_page(api, call, &api->city_page, "application/json", app_api_city_write);
}
