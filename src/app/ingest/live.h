/* live.h - what changes, told to the pages that are open.
 *
 * Purpose    Events with growing numbers (server-sent events). A page that was away names the last
 *            number it saw and gets what came since; when that is too long ago, `reset` tells it to
 *            load everything anew. Positions and readings are gathered for APP_LIVE_EVERY_MS, one
 *            event a device, so that a thousand vehicles do not drown a page.
 * Limits     APP_LIVE_EVENTS_MAX events are kept; nothing is made while nobody listens.
 * Threads    The loop's.
 * Source     WHATWG HTML, 9.2 (server-sent events).
 * Layer      4
 */
#ifndef APP_INGEST_LIVE_H
#define APP_INGEST_LIVE_H

#include "app/ingest/device.h"
#include "http/stream.h"

struct app_command;
struct app_live; /* opaque */

enum {
    APP_LIVE_EVERY_MS = 200,
    APP_LIVE_EVENTS_MAX = 4096,
    APP_LIVE_BYTES_MAX = 8 << 20, /* of the events kept */
    APP_LIVE_BEAT_MS = 15000,     /* a comment line, so that proxies keep the stream open */
    APP_LIVE_PAGES_MAX = 200,
};

/* Owner: caller. Errors: NOMEM, IO. */
MUST_USE enum err app_live_new(struct net_loop *loop, struct app_devices *devices,
                               const struct clock *clock, struct app_live **ret_live);
void app_live_free(struct app_live *live); /* NULL is allowed */

/* Sets who judges, with each heartbeat, whether a page may go on listening; `note` is a copy of its
 * call's note. Without one all may. */
void app_live_guard(struct app_live *live, bool (*may)(void *context, const void *note),
                    void *context);
/* Adds a page; `last` is its Last-Event-ID, empty for a new page. Answers the call. */
void app_live_join(struct app_live *live, struct http_call *call, struct str last);
size_t app_live_pages(const struct app_live *live);

void app_live_position(struct app_live *live, struct app_device *device);
void app_live_reading(struct app_live *live, struct app_device *device);
/* Connected, gone, paired, ... */
void app_live_device(struct app_live *live, struct app_device *device);
void app_live_command(struct app_live *live, const struct app_command *command);

#endif
