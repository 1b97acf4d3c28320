/* reading.c - what sensors and network servers send by HTTP. Answered after the commit. */
#include "app/api/api.h"
#include "app/ingest/gate.h"

static void app_api_take(struct app_api *api, struct http_call *call, enum wire_bin_kind kind)
{
    struct app_reading_message message = {
        .kind = kind,
        .body = str_bytes(http_call_body(call)),
        .received = clock_utc(api->gate->readings.clock),
    };
    const struct app_who *who = app_auth_who(call);

    if (who->kind == APP_WHO_DEVICE) /* speaks for nobody else */
        message.sender = str_of(who->name);
    if (kind == WIRE_BIN_KIND_UNKNOWN) {
        http_reply_error(call, 415, "unknown_kind",
                         "Readings come as application/json, application/senml+json or "
                         "application/senml+cbor.");
        return;
    }
    app_gate_readings(api->gate, call, &message);
}

void app_api_readings(void *context, struct http_call *call)
{
    struct str body = http_call_body(call);

    app_api_take(context, call,
                 wire_bin_kind_of_media(http_call_header(call, "Content-Type"), str_bytes(body)));
}

void app_api_uplink_chirpstack(void *context, struct http_call *call)
{
    app_api_take(context, call, WIRE_BIN_KIND_CHIRPSTACK);
}

void app_api_uplink_tts(void *context, struct http_call *call)
{
    app_api_take(context, call, WIRE_BIN_KIND_TTS);
}
