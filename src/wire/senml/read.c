/* read.c - the two forms of a pack: JSON (RFC 8428, 5) and CBOR (RFC 8428, 6). */
#include "base/base64.h"
#include "base/json.h"
#include "wire/senml/cbor.h"
#include "wire/senml/parts.h"

/* An unknown label that ends so must be understood, and is not. */
static bool wire_senml_must(struct str label)
{
    return label.size > 0 && label.data[label.size - 1] == '_';
}

/* --- JSON --- */

/* `vd`: base64url without padding. */
static void wire_senml_json_data(struct json *json, enum json_token token, struct arena *arena,
                                 struct bytes *ret)
{
    struct str text = {0};

    if (!json_str(json, token, &text))
        return;
    size_t size = BASE64_BYTES_MAX(text.size);
    unsigned char *room = arena_zero(arena, size, 1);
    if (!room)
        json_refuse(json, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
    else if (base64_decode(BASE64_URL, text, size, room, ret))
        json_refuse(json, ERR_INVALID, "`vd` is not base64url");
}

static void wire_senml_json_member(struct json *json, struct str key, enum json_token token,
                                   struct arena *arena, struct wire_senml_raw *raw)
{
    enum wire_senml_label label = wire_senml_label_of(key);

    if (label == WIRE_SENML_LABEL_COUNT) {
        if (wire_senml_must(key))
            json_refuse(json, ERR_UNSUPPORTED, "the label `%.*s` is not known", STR_ARG(key));
        json_skip(json, token);
        return;
    }
    if (raw->present >> label & 1) {
        json_refuse(json, ERR_INVALID, "`%.*s` comes twice in a record", STR_ARG(key));
        return;
    }
    raw->present |= 1u << label;
    switch (wire_senml_label_row(label)->kind) {
    case WIRE_SENML_IS_TEXT:
        json_str_keep(json, token, arena, &raw->texts[label]);
        return;
    case WIRE_SENML_IS_NUMBER:
        json_f64(json, token, &raw->numbers[label]);
        return;
    case WIRE_SENML_IS_FLAG:
        json_bool(json, token, &raw->flag);
        return;
    case WIRE_SENML_IS_DATA:
        wire_senml_json_data(json, token, arena, &raw->data);
        return;
    }
}

static void wire_senml_json_record(struct json *json, struct wire_senml_work *work)
{
    struct wire_senml_raw raw = {0};
    struct str key;
    enum json_token token;
    const char *why = NULL;

    while (json_member(json, &key, &token))
        wire_senml_json_member(json, key, token, work->arena, &raw);
    if (json->bad)
        return;
    enum err err = wire_senml_take(work, &raw, &why);
    if (err)
        json_refuse(json, err, "%s", why);
}

enum err wire_senml_read_json(struct str content, struct utc_us now, struct arena *arena,
                              struct wire_senml_pack *ret_pack, struct diag *diag)
{
    struct wire_senml_work work = {.arena = arena, .now = now};
    struct json json;
    enum json_token token;

    if (content.size > WIRE_SENML_BYTES_MAX)
        return diag_set(diag, ERR_LIMIT, "a pack has at most 1 MB");
    json_init(&json, content);
    if (json_want(&json, json_next(&json), JSON_ARRAY))
        while (json_item(&json, &token))
            if (json_want(&json, token, JSON_OBJECT))
                wire_senml_json_record(&json, &work);
    if (work.records == 0)
        json_refuse(&json, ERR_INVALID, "a pack has at least one record");
    enum err err = json_end(&json, diag);
    json_done(&json);
    if (!err)
        *ret_pack = work.pack;
    return err;
}

/* --- CBOR --- */

/* RFC 8428, 6: strings of known length. */
static struct str wire_senml_cbor_text(struct wire_cbor *cbor, enum wire_cbor_item item)
{
    if (item != WIRE_CBOR_TEXT) {
        (void)wire_cbor_refuse(cbor, ERR_INVALID, "a text of known length is expected here");
        return (struct str){0};
    }
    return (struct str){(const char *)cbor->bytes.data, cbor->bytes.size};
}

static void wire_senml_cbor_value(struct wire_cbor *cbor, enum wire_senml_label label,
                                  struct wire_senml_raw *raw)
{
    enum wire_cbor_item item = wire_cbor_next(cbor);

    if (raw->present >> label & 1)
        (void)wire_cbor_refuse(cbor, ERR_INVALID, "a label comes twice in a record");
    raw->present |= 1u << label;
    switch (wire_senml_label_row(label)->kind) {
    case WIRE_SENML_IS_TEXT:
        raw->texts[label] = wire_senml_cbor_text(cbor, item);
        return;
    case WIRE_SENML_IS_NUMBER:
        wire_cbor_f64(cbor, item, &raw->numbers[label]);
        return;
    case WIRE_SENML_IS_FLAG:
        if (item != WIRE_CBOR_SIMPLE || (cbor->number != 20 && cbor->number != 21))
            (void)wire_cbor_refuse(cbor, ERR_INVALID, "true or false is expected here");
        raw->flag = cbor->number == 21;
        return;
    case WIRE_SENML_IS_DATA:
        if (item != WIRE_CBOR_BYTES)
            (void)wire_cbor_refuse(cbor, ERR_INVALID, "bytes of known length are expected here");
        raw->data = cbor->bytes;
        return;
    }
}

/* The label that `item` is; a text is one of the JSON names or unknown. */
static enum wire_senml_label wire_senml_cbor_label(struct wire_cbor *cbor, enum wire_cbor_item item)
{
    if (item == WIRE_CBOR_TEXT) {
        struct str text = wire_senml_cbor_text(cbor, item);
        enum wire_senml_label label = wire_senml_label_of(text);
        if (label == WIRE_SENML_LABEL_COUNT && wire_senml_must(text))
            (void)wire_cbor_refuse(cbor, ERR_UNSUPPORTED, "a label that ends in _ is not known");
        return label;
    }
    if (item != WIRE_CBOR_UINT && item != WIRE_CBOR_NINT) {
        (void)wire_cbor_refuse(cbor, ERR_INVALID, "a label is a number or a text");
        return WIRE_SENML_LABEL_COUNT;
    }
    if (cbor->number > 100) /* far from every known one */
        return WIRE_SENML_LABEL_COUNT;
    int64_t number = (int64_t)cbor->number;
    return wire_senml_label_of_key(item == WIRE_CBOR_UINT ? number : -1 - number);
}

static void wire_senml_cbor_record(struct wire_cbor *cbor, struct wire_senml_work *work)
{
    struct wire_senml_raw raw = {0};
    const char *why = NULL;

    for (;;) {
        enum wire_cbor_item item = wire_cbor_next(cbor);
        if (item == WIRE_CBOR_CLOSE || item == WIRE_CBOR_BAD)
            break;
        enum wire_senml_label label = wire_senml_cbor_label(cbor, item);
        if (label == WIRE_SENML_LABEL_COUNT)
            wire_cbor_skip(cbor, wire_cbor_next(cbor));
        else
            wire_senml_cbor_value(cbor, label, &raw);
    }
    if (cbor->err)
        return;
    enum err err = wire_senml_take(work, &raw, &why);
    if (err)
        (void)wire_cbor_refuse(cbor, err, why);
}

enum err wire_senml_read_cbor(struct bytes content, struct utc_us now, struct arena *arena,
                              struct wire_senml_pack *ret_pack, struct diag *diag)
{
    struct wire_senml_work work = {.arena = arena, .now = now};
    struct wire_cbor cbor;

    if (content.size > WIRE_SENML_BYTES_MAX)
        return diag_set(diag, ERR_LIMIT, "a pack has at most 1 MB");
    wire_cbor_init(&cbor, content);
    enum wire_cbor_item item = wire_cbor_next(&cbor);
    if (item != WIRE_CBOR_ARRAY)
        (void)wire_cbor_refuse(&cbor, ERR_INVALID, "a pack is an array");
    for (item = wire_cbor_next(&cbor); item == WIRE_CBOR_MAP; item = wire_cbor_next(&cbor))
        wire_senml_cbor_record(&cbor, &work);
    if (item != WIRE_CBOR_CLOSE)
        (void)wire_cbor_refuse(&cbor, ERR_INVALID, "a record is a map");
    if (work.records == 0)
        (void)wire_cbor_refuse(&cbor, ERR_INVALID, "a pack has at least one record");
    (void)wire_cbor_next(&cbor); /* the end, or bytes after it */
    if (cbor.err)
        return diag_set(diag, cbor.err, "not SenML in CBOR: %s, at byte %zu", cbor.why, cbor.mark);
    *ret_pack = work.pack;
    return OK;
}
