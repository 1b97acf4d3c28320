/* metrics.c - counts for Prometheus, health for whoever watches, and the description of it all.
 *
 * Source     Prometheus text exposition format 0.0.4.
 */
#include "app/api/api.h"
#include "app/ingest/gate.h"
#include "base/jw.h"

enum { APP_METRICS_BYTES_MAX = 1 << 20 };

static void app_metric(struct buf *out, const char *name, const char *type, const char *help,
                       double value)
{
    buf_printf(out, "# HELP yancheng_%s %s\n# TYPE yancheng_%s %s\nyancheng_%s %.17g\n", name, help,
               name, type, name, value);
}

static void app_metrics_http(const struct app_api *api, struct buf *out)
{
    struct http_counts counts = http_counts(api->http);

    buf_str(out, STR("# HELP yancheng_http_answers_total Answers by class of their status; 0xx: "
                     "the connection was closed instead.\n"
                     "# TYPE yancheng_http_answers_total counter\n"));
    for (size_t i = 0; i < COUNT_OF(counts.answers); i++)
        buf_printf(out, "yancheng_http_answers_total{class=\"%zuxx\"} %llu\n", i,
                   (unsigned long long)counts.answers[i]);
    app_metric(out, "http_body_bytes_total", "counter", "Bytes of bodies received.",
               (double)counts.received);
    app_metric(out, "http_limited_total", "counter", "Requests refused because of their rate.",
               (double)counts.limited);
    app_metric(out, "http_connections", "gauge", "Connections that are open.",
               (double)http_connections(api->http));
    app_metric(out, "http_deferred", "gauge", "Requests that wait for a commit or a password.",
               (double)counts.deferred);
    app_metric(out, "http_streams", "gauge", "Event streams that are open.",
               (double)counts.streams_open);
    app_metric(out, "http_streams_total", "counter", "Event streams opened.",
               (double)counts.streams);
    app_metric(out, "http_streams_slow_total", "counter",
               "Event streams closed because their client did not keep up.",
               (double)counts.streams_slow);
}

static void app_metrics_store(const struct app_api *api, struct buf *out)
{
    struct store_counts counts = store_counts(api->gate->store);
    const struct {
        const char *kind;
        uint64_t count;
    } facts[] = {
        {"position", counts.positions}, {"reading", counts.readings}, {"event", counts.events}};

    buf_str(out, STR("# HELP yancheng_store_facts_total Facts newly stored.\n"
                     "# TYPE yancheng_store_facts_total counter\n"));
    for (size_t i = 0; i < COUNT_OF(facts); i++)
        buf_printf(out, "yancheng_store_facts_total{kind=\"%s\"} %llu\n", facts[i].kind,
                   (unsigned long long)facts[i].count);
    app_metric(out, "store_duplicates_total", "counter", "Facts that were there already.",
               (double)counts.duplicates);
    app_metric(out, "store_commits_total", "counter", "Commits.", (double)counts.commits);
    app_metric(out, "store_commits_failed_total", "counter", "Commits that failed.",
               (double)counts.failures);
    app_metric(out, "store_waiting_rows", "gauge", "Rows that wait for a commit.",
               (double)counts.waiting);
    app_metric(out, "store_commit_seconds_last", "gauge", "How long the last commit took.",
               (double)counts.commit_us_last / 1e6);
    app_metric(out, "store_commit_seconds_longest", "gauge", "How long the longest one took.",
               (double)counts.commit_us_max / 1e6);
    app_metric(out, "store_failing", "gauge", "1 while the last commit has failed.",
               counts.last_failure != OK);
}

static void app_metrics_auth(const struct app_api *api, struct buf *out)
{
    struct app_auth_counts counts = app_auth_counts(api->auth);

    app_metric(out, "logins_total", "counter", "Logins.", (double)counts.logins);
    app_metric(out, "logins_failed_total", "counter", "Logins with a wrong name or password.",
               (double)counts.logins_failed);
    app_metric(out, "logins_locked_total", "counter", "Logins turned away during a lock-out.",
               (double)counts.logins_locked);
    app_metric(out, "auth_refused_total", "counter", "Requests that were not allowed.",
               (double)counts.refused);
    app_metric(out, "auth_limited_total", "counter", "Requests of tokens that asked too often.",
               (double)counts.limited);
}

static void app_metrics_devices(const struct app_api *api, struct buf *out)
{
    const struct app_gate *gate = api->gate;
    struct net_jt808_counts counts = net_jt808_counts(gate->terminals.server);
    const struct {
        const char *kind;
        uint64_t count;
    } rejected[] = {{"checksum", counts.bad_checksum},
                    {"syntax", counts.bad_syntax},
                    {"truncated", counts.bad_truncated},
                    {"limit", counts.bad_limit},
                    {"unauthorised", gate->terminals.unauthorised},
                    {"malformed", gate->terminals.malformed}};

    app_metric(out, "devices", "gauge", "Devices that are known.", (double)gate->devices.count);
    app_metric(out, "terminals_connected", "gauge", "Terminals that are connected.",
               counts.connected);
    app_metric(out, "jt808_links_total", "counter", "Links of terminals taken.",
               (double)counts.accepted);
    app_metric(out, "jt808_links_refused_total", "counter", "Links refused for lack of a place.",
               (double)counts.refused);
    app_metric(out, "jt808_frames_total", "counter", "Good frames.", (double)counts.frames);
    app_metric(out, "jt808_floods_total", "counter", "Times a terminal was slowed down.",
               (double)counts.floods);
    app_metric(out, "jt808_unanswered_total", "counter", "Messages that could not be stored.",
               (double)gate->terminals.unanswered);
    buf_str(out, STR("# HELP yancheng_jt808_rejected_total Frames and messages not taken.\n"
                     "# TYPE yancheng_jt808_rejected_total counter\n"));
    for (size_t i = 0; i < COUNT_OF(rejected); i++)
        buf_printf(out, "yancheng_jt808_rejected_total{why=\"%s\"} %llu\n", rejected[i].kind,
                   (unsigned long long)rejected[i].count);
    app_metric(out, "readings_messages_total", "counter", "Messages of sensors.",
               (double)gate->readings.messages);
    app_metric(out, "readings_refused_total", "counter", "Messages of sensors with a mistake.",
               (double)gate->readings.refused);
    app_metric(out, "readings_unknown_total", "counter", "Readings of sensors nobody knows.",
               (double)gate->readings.unknown);
    app_metric(out, "mqtt_ready", "gauge", "1 while MQTT devices may come in.",
               gate->bus && gate->mqtt == BUS_READY);
}

void app_api_metrics(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct http_reply reply = {.type = "text/plain; version=0.0.4; charset=utf-8",
                               .cache = "no-store"};
    struct buf body;

    buf_init(&body, APP_METRICS_BYTES_MAX);
    app_metrics_http(api, &body);
    app_metrics_devices(api, &body);
    app_metrics_store(api, &body);
    app_metrics_auth(api, &body);
    http_reply_take(call, &reply, &body);
}

/* 503 while facts cannot be stored: then nothing is acknowledged, and a person must act. */
void app_api_healthz(void *context, struct http_call *call)
{
    static const struct http_reply reply = {.type = "application/json", .cache = "no-store"};
    const struct app_api *api = context;
    struct store_counts counts = store_counts(api->gate->store);

    if (counts.last_failure == OK)
        http_reply_kept(call, &reply, STR("{\"status\":\"ok\"}"));
    else
        http_reply_error(call, 503, "store_failing",
                         counts.last_failure == ERR_FULL
                             ? "Facts cannot be stored: no space left on the disk."
                             : "Facts cannot be stored.");
}

void app_api_openapi(void *context, struct http_call *call)
{
    const struct app_api *api = context;

    if (!api->docs || !http_files_named(api->docs, call, "openapi.yaml"))
        http_reply_error(call, 404, "not_found", "The description is not installed.");
}
