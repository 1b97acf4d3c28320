/* live.c - what happens now: the event stream, the gateways' counters, stored positions. */
#include <stdio.h>

#include "app/api/api.h"
#include "app/ingest/gate.h"
#include "app/ingest/show.h"
#include "store/read.h"

enum { APP_API_POSITIONS = 100, APP_API_POSITIONS_MAX = 1000 };

void app_api_events(void *context, struct http_call *call)
{
    struct app_api *api = context;

    app_live_join(api->gate->live, call, http_call_header(call, "Last-Event-ID"));
}

static void app_api_count(struct jw *jw, const char *key, uint64_t value)
{
    jw_key(jw, key);
    jw_i64(jw, (int64_t)value);
}

static void app_api_jt808(struct jw *jw, const struct app_terminals *terminals)
{
    struct net_jt808_counts counts = net_jt808_counts(terminals->server);

    jw_key(jw, "jt808");
    jw_object(jw);
    app_api_count(jw, "port", net_jt808_port(terminals->server));
    app_api_count(jw, "connected", counts.connected);
    app_api_count(jw, "accepted", counts.accepted);
    app_api_count(jw, "refused", counts.refused);
    app_api_count(jw, "frames", counts.frames);
    jw_key(jw, "rejected");
    jw_object(jw);
    app_api_count(jw, "checksum", counts.bad_checksum);
    app_api_count(jw, "syntax", counts.bad_syntax);
    app_api_count(jw, "truncated", counts.bad_truncated);
    app_api_count(jw, "limit", counts.bad_limit);
    app_api_count(jw, "unauthorised", terminals->unauthorised);
    app_api_count(jw, "malformed", terminals->malformed);
    app_api_count(jw, "flood", counts.floods);
    jw_object_end(jw);
    jw_object_end(jw);
}

static void app_api_store(struct jw *jw, const struct store *store)
{
    struct store_counts counts = store_counts(store);

    jw_key(jw, "store");
    jw_object(jw);
    app_api_count(jw, "positions", counts.positions);
    app_api_count(jw, "readings", counts.readings);
    app_api_count(jw, "events", counts.events);
    app_api_count(jw, "duplicates", counts.duplicates);
    app_api_count(jw, "waiting", counts.waiting);
    app_api_count(jw, "commits", counts.commits);
    app_api_count(jw, "commit_us_last", (uint64_t)counts.commit_us_last);
    app_api_count(jw, "commit_us_max", (uint64_t)counts.commit_us_max);
    app_api_count(jw, "failures", counts.failures);
    jw_key(jw, "last_failure");
    jw_text(jw, counts.last_failure ? err_text(counts.last_failure) : NULL);
    jw_object_end(jw);
}

static void app_api_mqtt(struct jw *jw, const struct app_gate *gate)
{
    static const char *const states[] = {"starting", "ready", "lost", "failed"};

    jw_key(jw, "mqtt");
    if (!gate->bus) {
        jw_null(jw);
        return;
    }
    struct bus_counts counts = bus_counts(gate->bus);
    jw_object(jw);
    app_api_count(jw, "port", bus_mqtt_port(gate->bus));
    jw_key(jw, "state");
    jw_text(jw, states[gate->mqtt]);
    app_api_count(jw, "messages", counts.messages);
    app_api_count(jw, "repeats", counts.repeats);
    app_api_count(jw, "dropped", counts.dropped);
    app_api_count(jw, "refused", gate->readings.refused);
    app_api_count(jw, "unknown", gate->readings.unknown);
    jw_object_end(jw);
}

void app_api_gateways(void *context, struct http_call *call)
{
    struct app_api *api = context;
    struct buf body;
    struct jw jw;

    buf_init(&body, 1 << 16);
    jw_init(&jw, &body);
    jw_object(&jw);
    app_api_jt808(&jw, &api->gate->terminals);
    app_api_mqtt(&jw, api->gate);
    app_api_store(&jw, api->gate->store);
    jw_object_end(&jw);
    app_api_reply(call, 200, &body);
}

/* --- stored positions --- */

struct app_positions_page {
    struct jw *jw;
    struct store_cursor next;
    bool more;
};

static enum err app_api_position(void *context, const struct store_row *row)
{
    struct app_positions_page *page = context;

    app_show_stored(page->jw, row);
    return OK;
}

/* "AT.DEVICE.HASH", as it was given out. */
static bool app_api_cursor(struct str text, struct store_cursor *ret)
{
    int64_t *parts[] = {&ret->at_us, &ret->device, &ret->hash};

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (str_i64(str_cut(&text, '.'), parts[i]))
            return false;
    return text.size == 0;
}

static bool app_api_positions_asked(struct http_call *call, struct store_read *read)
{
    struct str text;
    uint64_t device = 0;
    uint64_t limit = APP_API_POSITIONS;
    struct utc_us since = {0};

    if (!app_api_number(call, "device", UINT32_MAX, &device) ||
        !app_api_number(call, "limit", APP_API_POSITIONS_MAX, &limit))
        return false;
    if (!http_call_query(call, "since", &text) && clock_rfc3339_parse(text, &since)) {
        http_reply_error(call, 400, "bad_query", "since is a time such as 2026-11-24T06:30:00Z.");
        return false;
    }
    read->after = store_cursor_at(since);
    if (!http_call_query(call, "after", &text) && !app_api_cursor(text, &read->after)) {
        http_reply_error(call, 400, "bad_query", "after is what `next` of the last page said.");
        return false;
    }
    read->device = (uint32_t)device;
    read->rows_max = limit ? (size_t)limit : 1;
    return true;
}

void app_api_positions(void *context, struct http_call *call)
{
    struct app_api *api = context;
    struct store_read read = {.table = STORE_POSITIONS, .until = STORE_NO_END};
    struct buf body;
    struct jw jw;

    if (!app_api_positions_asked(call, &read))
        return;
    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&jw, &body);
    struct app_positions_page page = {.jw = &jw};
    jw_object(&jw);
    jw_key(&jw, "positions");
    jw_array(&jw);
    enum err err =
        store_read_page(api->gate->reader, &read, app_api_position, &page, &page.next, &page.more);
    jw_array_end(&jw);
    jw_key(&jw, "next");
    if (page.more) {
        char next[72];
        int size = snprintf(next, sizeof next, "%lld.%lld.%lld", (long long)page.next.at_us,
                            (long long)page.next.device, (long long)page.next.hash);
        jw_str(&jw, (struct str){next, (size_t)size});
    } else {
        jw_null(&jw);
    }
    jw_object_end(&jw);
    if (err) {
        buf_done(&body);
        http_reply_err(call, err, NULL);
        return;
    }
    app_api_reply(call, 200, &body);
}
