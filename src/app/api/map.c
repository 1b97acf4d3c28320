/* map.c - what the map is drawn from, tiles and glyphs, and the page itself. */
#include <stdio.h>

#include "app/api/api.h"

static bool app_api_tile_number(struct str text, uint32_t *ret)
{
    uint64_t number;

    if (str_u64(text, &number) || number > UINT32_MAX)
        return false;
    *ret = (uint32_t)number;
    return true;
}

/* tilemaker packs every tile with gzip; one that is not packed is sent as it is. */
static bool app_api_packed(struct str tile)
{
    return tile.size > 2 && tile.data[0] == '\x1F' && tile.data[1] == '\x8B';
}

void app_api_tile(void *context, struct http_call *call)
{
    struct app_api *api = context;
    struct store_tile_id id;

    if (!app_api_tile_number(http_call_param(call, 0), &id.z) ||
        !app_api_tile_number(http_call_param(call, 1), &id.x) ||
        !app_api_tile_number(http_call_param(call, 2), &id.y)) {
        http_reply_error(call, 404, "not_found", "A tile's address is three whole numbers.");
        return;
    }
    enum err err = api->tiles ? store_tiles_get(api->tiles, id, &api->tile) : ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND) { /* nothing is drawn there: an empty tile is valid */
        struct http_reply empty = {.status = 204};
        http_reply_kept(call, &empty, STR(""));
        return;
    }
    if (err) {
        http_reply_err(call, err == ERR_RANGE ? ERR_NOT_FOUND : err, NULL);
        return;
    }
    char etag[40];
    snprintf(etag, sizeof etag, "\"%llx-%llx\"", (unsigned long long)api->tiles_stamp,
             (unsigned long long)str_hash(buf_text(&api->tile)));
    struct http_reply reply = {
        .type = "application/x-protobuf",
        .etag = etag,
        .encoding = app_api_packed(buf_text(&api->tile)) ? "gzip" : NULL,
    };
    http_reply_take(call, &reply, &api->tile);
}

/* A range that the font has no letter of is an empty answer: the map goes on without. */
void app_api_glyphs(void *context, struct http_call *call)
{
    struct app_api *api = context;
    char path[HTTP_PATH_MAX];

    struct str whole = http_call_path(call);
    struct str below = {whole.data + sizeof "/fonts" - 1, whole.size - (sizeof "/fonts" - 1)};
    enum err err = http_url_path(below, sizeof path, path);
    if (err || !api->fonts) {
        http_reply_error(call, 404, "not_found", "There is nothing at this address.");
        return;
    }
    if (http_files_named(api->fonts, call, path))
        return;
    struct http_reply empty = {.type = "application/x-protobuf"};
    http_reply_kept(call, &empty, STR(""));
}

void app_api_web(void *context, struct http_call *call)
{
    struct app_api *api = context;
    static const struct http_files_how how = {.fallback = "index.html", .kept = "assets/"};
    struct str path = http_call_path(call);

    if (str_starts(path, STR("/api/")) || !api->web) {
        http_reply_error(call, 404, "not_found", "There is nothing at this address.");
        return;
    }
    http_files_reply(api->web, call, str_eq(path, STR("/")) ? STR("/index.html") : path, &how);
}
