/* api.h - the HTTP interface: which address gives what. Described in docs/api/openapi.yaml.
 *
 * Purpose    The state that the handlers share, and the table of routes. A file per resource.
 * Memory     The maker of struct app_api owns what it points to. City answers are written on first
 *            use and kept: the city does not change while it is served.
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_API_API_H
#define APP_API_API_H

#include "app/auth/auth.h"
#include "city/city.h"
#include "http/files.h"
#include "store/tiles.h"

#define APP_API_BODY_BYTES_MAX ((size_t)256 << 20) /* 1 million bins as GeoJSON */

/* One answer, written once. */
struct app_api_page {
    struct buf body;
    struct buf packed; /* the same with gzip, made when first asked for */
    char etag[24];
};

/* Larger pages would hold the loop for too long, even if only once. */
#define APP_API_PACK_BYTES_MAX ((size_t)16 << 20)
/* Bodies that are about people and tokens. */
#define APP_API_SMALL_BYTES 8192

struct app_gate;

struct app_api {
    const struct city *city;
    const char *version;
    struct app_gate *gate;     /* devices */
    struct app_auth *auth;     /* who may what */
    const struct http *http;   /* its counts */
    struct http_files *docs;   /* openapi.yaml */
    struct http_files *folder; /* the city's */
    struct http_files *web;    /* the page */
    struct http_files *fonts;  /* glyphs */
    struct store_tiles *tiles; /* NULL: no map is drawn */
    struct buf tile;           /* the tile being answered */
    uint64_t tiles_stamp;      /* changes with the tile file */
    struct app_api_page city_page;
    struct app_api_page places;
    struct app_api_page bins;
    struct app_api_page facilities;
    struct app_api_page vehicles;
};

void app_api_init(struct app_api *api);
void app_api_done(struct app_api *api); /* gives back pages and buffers, not what it points to */
const struct http_route *app_api_routes(size_t *ret_count);

/* Writes a page on first use, then answers with it. */
struct jw;
void app_api_page(struct app_api *api, struct http_call *call, struct app_api_page *page,
                  const char *type, void (*write)(const struct app_api *api, struct jw *jw));
/* {"zh":...,"en":...} */
void app_api_name(struct jw *jw, const char *key, const struct city_name *name);
void app_api_at(struct jw *jw, struct wgs84 at);                            /* "lat" and "lng" */
void app_api_set(struct jw *jw, const struct city *city, uint32_t streams); /* ["F","O"] */

/* Answers with what was written, not to be kept by anyone. */
void app_api_reply(struct http_call *call, unsigned status, struct buf *body);
/* A query value that is a whole number; *ret stays when it is not asked for. False when it was
 * answered. */
MUST_USE bool app_api_number(struct http_call *call, const char *name, uint64_t max, uint64_t *ret);
/* A refusal with its place. */
struct diag;
void app_api_diag(struct http_call *call, enum err err, const char *code, const struct diag *diag);

/* The server's gate; `context` is a struct app_api. */
struct http_refusal app_api_judge(void *context, struct http_call *call, unsigned need);

/* Handlers; `context` is a struct app_api. */
void app_api_session(void *context, struct http_call *call);
void app_api_session_begin(void *context, struct http_call *call);
void app_api_session_end(void *context, struct http_call *call);
void app_api_session_password(void *context, struct http_call *call);
void app_api_users(void *context, struct http_call *call);
void app_api_user_add(void *context, struct http_call *call);
void app_api_user_change(void *context, struct http_call *call);
void app_api_user_remove(void *context, struct http_call *call);
void app_api_tokens(void *context, struct http_call *call);
void app_api_token_add(void *context, struct http_call *call);
void app_api_token_revoke(void *context, struct http_call *call);
void app_api_audit(void *context, struct http_call *call);
void app_api_openapi(void *context, struct http_call *call);
void app_api_metrics(void *context, struct http_call *call);
void app_api_healthz(void *context, struct http_call *call);
void app_api_city(void *context, struct http_call *call);
void app_api_places(void *context, struct http_call *call);
void app_api_bins(void *context, struct http_call *call);
void app_api_facilities(void *context, struct http_call *call);
void app_api_vehicles(void *context, struct http_call *call);
void app_api_plan(void *context, struct http_call *call);
void app_api_plan_routes(void *context, struct http_call *call);
void app_api_health(void *context, struct http_call *call);
void app_api_devices(void *context, struct http_call *call);
void app_api_device(void *context, struct http_call *call);
void app_api_device_patch(void *context, struct http_call *call);
void app_api_device_frames(void *context, struct http_call *call);
void app_api_device_commands(void *context, struct http_call *call);
void app_api_device_command(void *context, struct http_call *call);
void app_api_readings(void *context, struct http_call *call);
void app_api_uplink_chirpstack(void *context, struct http_call *call);
void app_api_uplink_tts(void *context, struct http_call *call);
void app_api_events(void *context, struct http_call *call);
void app_api_gateways(void *context, struct http_call *call);
void app_api_positions(void *context, struct http_call *call);
void app_api_tile(void *context, struct http_call *call);
void app_api_glyphs(void *context, struct http_call *call);
void app_api_web(void *context, struct http_call *call);

#endif
