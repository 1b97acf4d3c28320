/* api.c - see api.h. */
#include "app/api/api.h"

#include <stdio.h>

#include "base/jw.h"
#include "wire/bin/reading.h"

struct http_refusal app_api_judge(void *context, struct http_call *call, unsigned need)
{
    const struct app_api *api = context;

    return app_auth_judge(api->auth, call, need);
}

/* What each address needs stands beside it; without a word about it nobody is let in. */
static const struct http_route app_api_table[] = {
    {.pattern = "/api/v1/city", .handle = app_api_city, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/places", .handle = app_api_places, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/bins", .handle = app_api_bins, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/facilities", .handle = app_api_facilities, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/vehicles", .handle = app_api_vehicles, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/plan", .handle = app_api_plan, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/plan/routes", .handle = app_api_plan_routes, .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/health", .handle = app_api_health, .need = CIVIC_MAY_ANYONE},
    {.pattern = "/api/v1/devices", .handle = app_api_devices, .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/devices/{id}", .handle = app_api_device, .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/devices/{id}",
     .handle = app_api_device_patch,
     .method = HTTP_PATCH,
     .body_max = 65536,
     .types = "application/json",
     .need = CIVIC_MAY_PAIR},
    {.pattern = "/api/v1/devices/{id}/frames",
     .handle = app_api_device_frames,
     .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/devices/{id}/commands",
     .handle = app_api_device_commands,
     .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/devices/{id}/commands",
     .handle = app_api_device_command,
     .method = HTTP_POST,
     .body_max = 1 << 20,
     .types = "application/json",
     .need = CIVIC_MAY_COMMAND},
    {.pattern = "/api/v1/readings",
     .handle = app_api_readings,
     .method = HTTP_POST,
     .body_max = WIRE_BIN_MESSAGE_MAX,
     .need = CIVIC_MAY_REPORT},
    {.pattern = "/api/v1/uplinks/chirpstack",
     .handle = app_api_uplink_chirpstack,
     .method = HTTP_POST,
     .body_max = WIRE_BIN_MESSAGE_MAX,
     .need = CIVIC_MAY_RELAY},
    {.pattern = "/api/v1/uplinks/tts",
     .handle = app_api_uplink_tts,
     .method = HTTP_POST,
     .body_max = WIRE_BIN_MESSAGE_MAX,
     .need = CIVIC_MAY_RELAY},
    {.pattern = "/api/v1/events", .handle = app_api_events, .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/gateways", .handle = app_api_gateways, .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/positions", .handle = app_api_positions, .need = CIVIC_MAY_WATCH},
    {.pattern = "/api/v1/session", .handle = app_api_session, .need = CIVIC_MAY_ANYONE},
    {.pattern = "/api/v1/session",
     .handle = app_api_session_begin,
     .method = HTTP_POST,
     .body_max = APP_API_SMALL_BYTES,
     .types = "application/json",
     .need = CIVIC_MAY_ANYONE},
    {.pattern = "/api/v1/session",
     .handle = app_api_session_end,
     .method = HTTP_DELETE,
     .need = CIVIC_MAY_ANYONE},
    {.pattern = "/api/v1/session/password",
     .handle = app_api_session_password,
     .method = HTTP_PUT,
     .body_max = APP_API_SMALL_BYTES,
     .types = "application/json",
     .need = CIVIC_MAY_KNOW},
    {.pattern = "/api/v1/users", .handle = app_api_users, .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/users",
     .handle = app_api_user_add,
     .method = HTTP_POST,
     .body_max = APP_API_SMALL_BYTES,
     .types = "application/json",
     .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/users/{name}",
     .handle = app_api_user_change,
     .method = HTTP_PATCH,
     .body_max = APP_API_SMALL_BYTES,
     .types = "application/json",
     .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/users/{name}",
     .handle = app_api_user_remove,
     .method = HTTP_DELETE,
     .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/tokens", .handle = app_api_tokens, .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/tokens",
     .handle = app_api_token_add,
     .method = HTTP_POST,
     .body_max = APP_API_SMALL_BYTES,
     .types = "application/json",
     .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/tokens/{id}",
     .handle = app_api_token_revoke,
     .method = HTTP_DELETE,
     .need = CIVIC_MAY_USERS},
    {.pattern = "/api/v1/audit", .handle = app_api_audit, .need = CIVIC_MAY_AUDIT},
    {.pattern = "/api/v1/openapi.yaml", .handle = app_api_openapi, .need = CIVIC_MAY_ANYONE},
    {.pattern = "/metrics", .handle = app_api_metrics, .need = CIVIC_MAY_MEASURE},
    {.pattern = "/healthz", .handle = app_api_healthz, .need = CIVIC_MAY_ANYONE},
    {.pattern = "/tiles/{z}/{x}/{y}.pbf", .handle = app_api_tile, .need = CIVIC_MAY_ANYONE},
    {.pattern = "/fonts/{stack}/{range}.pbf", .handle = app_api_glyphs, .need = CIVIC_MAY_ANYONE},
    {.pattern = "/*", .handle = app_api_web, .need = CIVIC_MAY_ANYONE},
};

const struct http_route *app_api_routes(size_t *ret_count)
{
    *ret_count = COUNT_OF(app_api_table);
    return app_api_table;
}

void app_api_init(struct app_api *api)
{
    *api = (struct app_api){0};
    buf_init(&api->tile, STORE_TILE_BYTES_MAX);
    struct app_api_page *pages[] = {&api->city_page, &api->places, &api->bins, &api->facilities,
                                    &api->vehicles};
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        buf_init(&pages[i]->body, APP_API_BODY_BYTES_MAX);
        buf_init(&pages[i]->packed, 2 * APP_API_PACK_BYTES_MAX);
    }
}

void app_api_done(struct app_api *api)
{
    if (!api)
        return;
    buf_done(&api->tile);
    struct app_api_page *pages[] = {&api->city_page, &api->places, &api->bins, &api->facilities,
                                    &api->vehicles};
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        buf_done(&pages[i]->body);
        buf_done(&pages[i]->packed);
    }
}

/* Is the page there packed, for a client that takes that? It is packed once and kept: the server
 * itself packs only what is small, each time anew. */
static bool app_api_pack(const struct http_call *call, struct app_api_page *page)
{
    if (page->body.size <= HTTP_PACK_BYTES_MAX || page->body.size > APP_API_PACK_BYTES_MAX ||
        !http_url_gzip(http_call_header(call, "Accept-Encoding")))
        return false;
    if (page->packed.size)
        return true;
    enum err err = http_pack(buf_text(&page->body), &page->packed);
    if (err)
        buf_reset(&page->packed); /* sent as it is */
    return !err;
}

void app_api_page(struct app_api *api, struct http_call *call, struct app_api_page *page,
                  const char *type, void (*write)(const struct app_api *api, struct jw *jw))
{
    struct jw jw;

    if (page->etag[0] == '\0') {
        buf_reset(&page->body);
        jw_init(&jw, &page->body);
        write(api, &jw);
        enum err err = buf_err(&page->body);
        if (err) { /* tried again at the next request: memory may be back */
            http_reply_err(call, err,
                           err == ERR_LIMIT ? "This city is too large to be sent whole." : NULL);
            return;
        }
        snprintf(page->etag, sizeof page->etag, "\"%016llx\"",
                 (unsigned long long)str_hash(buf_text(&page->body)));
    }
    struct http_reply reply = {.type = type, .etag = page->etag, .vary_encoding = true};
    if (!app_api_pack(call, page)) {
        http_reply_kept(call, &reply, buf_text(&page->body));
        return;
    }
    char weak[sizeof page->etag + 2];
    snprintf(weak, sizeof weak, "W/%s", page->etag);
    reply.etag = weak;
    reply.encoding = "gzip";
    http_reply_kept(call, &reply, buf_text(&page->packed));
}

void app_api_name(struct jw *jw, const char *key, const struct city_name *name)
{
    jw_key(jw, key);
    jw_object(jw);
    jw_key(jw, "zh");
    jw_str(jw, name->zh);
    jw_key(jw, "en");
    jw_str(jw, name->en);
    jw_object_end(jw);
}

void app_api_at(struct jw *jw, struct wgs84 at)
{
    jw_key(jw, "lat");
    jw_f64(jw, geo_lat(at), 7);
    jw_key(jw, "lng");
    jw_f64(jw, geo_lng(at), 7);
}

void app_api_set(struct jw *jw, const struct city *city, uint32_t streams)
{
    jw_array(jw);
    for (uint32_t i = 0; i < city->stream_count; i++)
        if (streams >> i & 1)
            jw_str(jw, city->streams[i].code);
    jw_array_end(jw);
}
