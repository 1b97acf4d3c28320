/* decode.c - see decode.h. */
#include "wire/bin/decode.h"

#include <string.h>

#include "wire/bin/parts.h"

const char *wire_bin_kind_text(enum wire_bin_kind kind)
{
    static const char *const texts[WIRE_BIN_KIND_COUNT] = {
#define X(code, text) [WIRE_BIN_KIND_##code] = text,
        WIRE_BIN_KIND_LIST(X)
#undef X
    };

    return (unsigned)kind < WIRE_BIN_KIND_COUNT ? texts[kind] : texts[WIRE_BIN_KIND_UNKNOWN];
}

static struct str wire_bin_str(struct bytes bytes)
{
    return (struct str){(const char *)bytes.data, bytes.size};
}

/* --- which language --- */

/* Keys that only one of the network servers writes. */
static enum wire_bin_kind wire_bin_kind_of_key(struct str key)
{
    if (str_eq(key, STR("end_device_ids")))
        return WIRE_BIN_KIND_TTS;
    if (str_eq(key, STR("deviceInfo")) || str_eq(key, STR("deduplicationId")) ||
        str_eq(key, STR("devEUI")))
        return WIRE_BIN_KIND_CHIRPSTACK;
    return WIRE_BIN_KIND_UNKNOWN;
}

/* SenML's labels have one or two letters, or are bver; none of ours is so short. */
static bool wire_bin_is_label(struct str key)
{
    return key.size <= 2 || str_eq(key, STR("bver"));
}

static enum wire_bin_kind wire_bin_kind_of_json(struct str text)
{
    enum wire_bin_kind kind = WIRE_BIN_KIND_UNKNOWN;
    struct json json;
    struct str key;
    enum json_token token;

    json_init(&json, text);
    token = json_next(&json);
    if (token == JSON_ARRAY) {
        if (json_next(&json) == JSON_OBJECT && json_member(&json, &key, &token) &&
            wire_bin_is_label(key))
            kind = WIRE_BIN_KIND_SENML_JSON;
    } else if (token == JSON_OBJECT) {
        while (kind == WIRE_BIN_KIND_UNKNOWN && json_member(&json, &key, &token)) {
            kind = wire_bin_kind_of_key(key);
            json_skip(&json, token);
        }
    }
    json_done(&json);
    /* broken JSON too: the reader of ours tells what is wrong, and where */
    return kind == WIRE_BIN_KIND_UNKNOWN ? WIRE_BIN_KIND_JSON : kind;
}

static enum wire_bin_kind wire_bin_kind_of_body(struct bytes message)
{
    struct str text = str_trim(wire_bin_str(message));

    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_trim((struct str){text.data + 3, text.size - 3});
    if (text.size && (text.data[0] == '{' || text.data[0] == '['))
        return wire_bin_kind_of_json(text);
    if (message.size >= 3 && memcmp(message.data, "\x02\x00\x01", 3) == 0)
        return WIRE_BIN_KIND_MILESIGHT_NB;
    if (message.size && message.data[0] >= 0x80 && message.data[0] <= 0x9F)
        return WIRE_BIN_KIND_SENML_CBOR; /* an array */
    return WIRE_BIN_KIND_UNKNOWN;
}

enum wire_bin_kind wire_bin_kind_of(struct str topic, struct bytes message)
{
    struct str rest = topic;
    struct str first = str_cut(&rest, '/');
    (void)str_cut(&rest, '/');
    struct str third = str_cut(&rest, '/');
    (void)str_cut(&rest, '/');
    struct str fifth = str_cut(&rest, '/');

    if (str_eq(first, STR("application")) && str_eq(third, STR("device")) &&
        str_eq(fifth, STR("event")))
        return WIRE_BIN_KIND_CHIRPSTACK;
    if (str_eq(first, STR("v3")) && str_eq(third, STR("devices")))
        return WIRE_BIN_KIND_TTS;
    return wire_bin_kind_of_body(message);
}

enum wire_bin_kind wire_bin_kind_of_media(struct str media, struct bytes message)
{
    struct str rest = media;
    struct str type = str_trim(str_cut(&rest, ';'));

    if (str_eq(type, STR("application/senml+json")) || str_eq(type, STR("application/sensml+json")))
        return WIRE_BIN_KIND_SENML_JSON;
    if (str_eq(type, STR("application/senml+cbor")) || str_eq(type, STR("application/sensml+cbor")))
        return WIRE_BIN_KIND_SENML_CBOR;
    if (str_eq(type, STR("application/json")))
        return wire_bin_kind_of_json(wire_bin_str(message));
    return WIRE_BIN_KIND_UNKNOWN;
}

/* --- network servers --- */

enum err wire_bin_uplink_read(enum wire_bin_kind kind, struct bytes message, struct arena *arena,
                              struct wire_bin_uplink *ret, struct diag *diag)
{
    struct wire_bin_uplink up = {0};
    struct json json;

    if (kind != WIRE_BIN_KIND_CHIRPSTACK && kind != WIRE_BIN_KIND_TTS)
        return diag_set(diag, ERR_UNSUPPORTED, "not an event of a network server");
    if (message.size > WIRE_BIN_MESSAGE_MAX)
        return diag_set(diag, ERR_LIMIT, "a message has at most 1 MB");
    json_init(&json, wire_bin_str(message));
    if (kind == WIRE_BIN_KIND_CHIRPSTACK)
        wire_bin_chirpstack(&json, arena, &up);
    else
        wire_bin_tts(&json, arena, &up);
    enum err err = json_end(&json, diag);
    json_done(&json);
    if (!err)
        *ret = up;
    return err;
}

enum wire_lora_model wire_bin_model_of(const struct wire_bin_message *message, struct str device,
                                       enum wire_lora_model hint)
{
    enum wire_lora_model paired = message->models.of
                                      ? message->models.of(message->models.context, device)
                                      : WIRE_LORA_UNKNOWN;

    return paired == WIRE_LORA_UNKNOWN ? hint : paired;
}

static enum err wire_bin_server(const struct wire_bin_message *message, struct arena *arena,
                                struct wire_bin_readings *readings, struct diag *diag)
{
    struct wire_bin_uplink up;

    enum err err = wire_bin_uplink_read(message->kind, message->body, arena, &up, diag);
    if (err)
        return err;
    struct wire_bin_reading base = {
        .device = up.device, .id = up.id, .at = up.at, .at_known = up.at_known};
    if (up.data.size && up.fport) {
        struct wire_lora_uplink uplink = {.model = wire_bin_model_of(message, up.device, up.model),
                                          .fport = up.fport,
                                          .data = up.data,
                                          .base = base};
        return wire_lora_decode(&uplink, NULL, readings, diag);
    }
    if (!up.fields)
        return OK; /* joined, acknowledged, a log: nothing of a bin */
    base.fields = up.fields;
    base.battery_pct = up.battery_pct;
    base.lat = up.lat;
    base.lng = up.lng;
    err = wire_bin_push(readings, &base);
    return err ? diag_set(diag, err, "the event's reading: %s", err_text(err)) : OK;
}

static enum err wire_bin_nb(const struct wire_bin_message *message,
                            struct wire_bin_readings *readings, struct diag *diag)
{
    struct wire_lora_nb nb;

    enum err err = wire_lora_nb_read(message->body, &nb);
    if (err)
        return diag_set(diag, err, "not a frame of a Milesight terminal: %s", err_text(err));
    struct wire_lora_uplink uplink = {.model =
                                          wire_bin_model_of(message, nb.imei, WIRE_LORA_UNKNOWN),
                                      .nb = true,
                                      .data = nb.data,
                                      .base = {.device = nb.imei}};
    return wire_lora_decode(&uplink, NULL, readings, diag);
}

enum err wire_bin_decode(const struct wire_bin_message *message, struct arena *arena,
                         struct wire_bin_readings *ret_readings, struct diag *diag)
{
    struct wire_bin_readings readings;
    enum err err = ERR_UNSUPPORTED;

    if (message->body.size > WIRE_BIN_MESSAGE_MAX)
        return diag_set(diag, ERR_LIMIT, "a message has at most 1 MB");
    wire_bin_init(&readings, arena);
    switch (message->kind) {
    case WIRE_BIN_KIND_JSON:
        err = wire_bin_plain(message, arena, &readings, diag);
        break;
    case WIRE_BIN_KIND_SENML_JSON:
    case WIRE_BIN_KIND_SENML_CBOR:
        err = wire_bin_senml(message, arena, &readings, diag);
        break;
    case WIRE_BIN_KIND_CHIRPSTACK:
    case WIRE_BIN_KIND_TTS:
        err = wire_bin_server(message, arena, &readings, diag);
        break;
    case WIRE_BIN_KIND_MILESIGHT_NB:
        err = wire_bin_nb(message, &readings, diag);
        break;
    case WIRE_BIN_KIND_UNKNOWN:
    case WIRE_BIN_KIND_COUNT:
        return diag_set(diag, ERR_UNSUPPORTED,
                        "neither JSON nor SenML nor an event of a network server");
    }
    if (!err)
        *ret_readings = readings;
    return err;
}
