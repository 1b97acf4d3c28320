/* device.c - devices: lists, one, its last frames, commands to it, pairing. */
#include <stdio.h>

#include "app/api/api.h"
#include "app/ingest/gate.h"
#include "app/ingest/show.h"
#include "base/json.h"
#include "wire/jt808/body.h"

enum { APP_API_PAGE = 100, APP_API_PAGE_MAX = 1000 };

/* --- what a list is asked for --- */

struct app_device_filter {
    unsigned kind;   /* 0: all */
    int state;       /* -1: all */
    int online;      /* -1: all */
    struct str name; /* a part of it; empty: all */
    uint64_t limit;
    uint64_t after;
};

static bool app_api_bad_query(struct http_call *call, const char *what)
{
    http_reply_error(call, 400, "bad_query", what);
    return false;
}

/* False when it was answered. */
bool app_api_number(struct http_call *call, const char *name, uint64_t max, uint64_t *ret)
{
    struct str text;
    uint64_t number;

    enum err err = http_call_query(call, name, &text);
    if (err == ERR_NOT_FOUND)
        return true;
    if (err || str_u64(text, &number))
        return app_api_bad_query(call, "limit and after are whole numbers.");
    *ret = number > max ? max : number;
    return true;
}

/* -1 when it is not asked for; false when it was answered. */
static bool app_api_word(struct http_call *call, const char *name, const char *const *words,
                         size_t count, int *ret)
{
    struct str text;

    *ret = -1;
    enum err err = http_call_query(call, name, &text);
    if (err == ERR_NOT_FOUND)
        return true;
    for (size_t i = 0; !err && i < count; i++) {
        if (str_eq(text, str_of(words[i]))) {
            *ret = (int)i;
            return true;
        }
    }
    return app_api_bad_query(call, "kind is terminal or sensor; state is known, unassigned or "
                                   "blocked; online is true or false.");
}

static bool app_device_filter(struct http_call *call, struct app_device_filter *filter)
{
    static const char *const kinds[] = {"terminal", "sensor"};
    static const char *const states[] = {"known", "unassigned", "blocked"};
    static const char *const flags[] = {"false", "true"};
    int kind;

    *filter = (struct app_device_filter){.limit = APP_API_PAGE};
    if (!app_api_word(call, "kind", kinds, COUNT_OF(kinds), &kind) ||
        !app_api_word(call, "state", states, COUNT_OF(states), &filter->state) ||
        !app_api_word(call, "online", flags, COUNT_OF(flags), &filter->online) ||
        !app_api_number(call, "limit", APP_API_PAGE_MAX, &filter->limit) ||
        !app_api_number(call, "after", UINT32_MAX, &filter->after))
        return false;
    filter->kind = (unsigned)(kind + 1);
    if (http_call_query(call, "name", &filter->name))
        filter->name = STR("");
    if (filter->limit == 0)
        filter->limit = 1;
    return true;
}

static bool app_device_named(struct str name, struct str part)
{
    for (size_t i = 0; i + part.size <= name.size; i++)
        if (str_eq((struct str){name.data + i, part.size}, part))
            return true;
    return false;
}

static bool app_device_fits(const struct app_device *device, const struct app_device_filter *filter)
{
    bool online = device->terminal && device->terminal->session != 0;

    return (filter->kind == 0 || device->row.kind == filter->kind) &&
           (filter->state < 0 || (int)device->row.state == filter->state) &&
           (filter->online < 0 || online == (filter->online == 1)) &&
           (filter->name.size == 0 || app_device_named(device->row.name, filter->name) ||
            app_device_named(device->row.unit, filter->name));
}

void app_api_reply(struct http_call *call, unsigned status, struct buf *body)
{
    struct http_reply reply = {.status = status, .type = "application/json", .cache = "no-store"};

    if (buf_err(body)) {
        http_reply_err(call, buf_err(body), NULL);
        buf_done(body);
        return;
    }
    http_reply_take(call, &reply, body);
}

void app_api_devices(void *context, struct http_call *call)
{
    struct app_api *api = context;
    const struct app_devices *devices = &api->gate->devices;
    struct app_device_filter filter;
    struct buf body;
    struct jw jw;

    if (!app_device_filter(call, &filter))
        return;
    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "devices");
    jw_array(&jw);
    uint64_t id = filter.after + 1;
    uint64_t last = 0;
    for (uint64_t count = 0; id <= devices->by_id.count && count < filter.limit; id++) {
        const struct app_device *device = app_device_by_id(devices, id);
        if (!device || !app_device_fits(device, &filter))
            continue;
        app_show_device(&jw, device);
        count++;
        last = id;
    }
    jw_array_end(&jw);
    jw_key(&jw, "next");
    if (id <= devices->by_id.count && last != 0)
        jw_i64(&jw, (int64_t)last);
    else
        jw_null(&jw);
    jw_object_end(&jw);
    app_api_reply(call, 200, &body);
}

/* NULL when it was answered. */
static struct app_device *app_api_device_asked(struct app_api *api, struct http_call *call)
{
    uint64_t id;
    struct app_device *device = NULL;

    if (!str_u64(http_call_param(call, 0), &id))
        device = app_device_by_id(&api->gate->devices, id);
    if (!device)
        http_reply_error(call, 404, "no_device", "There is no device of this number.");
    return device;
}

static void app_api_device_reply(struct http_call *call, const struct app_device *device)
{
    struct buf body;
    struct jw jw;

    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&jw, &body);
    app_show_device(&jw, device);
    app_api_reply(call, 200, &body);
}

void app_api_device(void *context, struct http_call *call)
{
    const struct app_device *device = app_api_device_asked(context, call);

    if (device)
        app_api_device_reply(call, device);
}

/* --- frames --- */

static void app_api_frame_text(struct jw *jw, const struct app_trace_frame *frame)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * APP_TRACE_BYTES_MAX];

    for (size_t i = 0; i < frame->size; i++) {
        hex[2 * i] = digits[frame->bytes[i] >> 4];
        hex[2 * i + 1] = digits[frame->bytes[i] & 0xF];
    }
    jw_key(jw, "hex");
    jw_str(jw, (struct str){hex, 2u * frame->size});
}

static void app_api_frame_decoded(struct jw *jw, const struct app_trace_frame *trace)
{
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct bytes raw = {trace->bytes, trace->size};
    struct wire_jt808_frame frame;
    struct diag diag = {0};
    struct arena arena;
    struct buf text;
    struct jw inner;

    arena_init(&arena, WIRE_JT808_TREE_BYTES);
    buf_init(&text, 1 << 20);
    jw_init(&inner, &text);
    enum err err = trace->cut ? diag_set(&diag, ERR_LIMIT, "too long to be kept whole")
                              : wire_jt808_frame(raw, room, &frame, &diag);
    if (!err)
        err = wire_jt808_frame_json(&frame, &arena, &inner, &diag);
    if (!err)
        err = buf_err(&text);
    jw_key(jw, "decoded");
    if (err)
        jw_null(jw);
    else
        jw_raw(jw, buf_text(&text));
    jw_key(jw, "error");
    jw_text(jw, err ? (diag.text[0] ? diag.text : err_text(err)) : NULL);
    buf_done(&text);
    arena_done(&arena);
}

void app_api_device_frames(void *context, struct http_call *call)
{
    const struct app_device *device = app_api_device_asked(context, call);
    struct buf body;
    struct jw jw;

    if (!device)
        return;
    const struct app_terminal *terminal = device->terminal;
    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "frames");
    jw_array(&jw);
    for (uint32_t i = 1; terminal && terminal->trace && i <= APP_TRACE_FRAMES; i++) {
        uint32_t at = (terminal->trace_next - i) % APP_TRACE_FRAMES;
        const struct app_trace_frame *frame = &terminal->trace[at];
        if (frame->size == 0)
            continue;
        jw_object(&jw);
        app_show_time(&jw, "at", frame->at);
        jw_key(&jw, "direction");
        jw_text(&jw, frame->out ? "out" : "in");
        app_api_frame_text(&jw, frame);
        app_api_frame_decoded(&jw, frame);
        jw_object_end(&jw);
    }
    jw_array_end(&jw);
    jw_object_end(&jw);
    app_api_reply(call, 200, &body);
}

/* --- commands --- */

void app_api_device_commands(void *context, struct http_call *call)
{
    struct app_api *api = context;
    const struct app_device *device = app_api_device_asked(api, call);
    const struct app_commands *commands = api->gate->commands;
    struct buf body;
    struct jw jw;

    if (!device)
        return;
    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "commands");
    jw_array(&jw);
    for (uint64_t id = commands->next; id-- > 1;) {
        const struct app_command *command = app_command_find(commands, id);
        if (!command)
            break;
        if (command->device == device->row.id)
            app_show_command(&jw, command, false);
    }
    jw_array_end(&jw);
    jw_object_end(&jw);
    app_api_reply(call, 200, &body);
}

/* "0x8300" */
static bool app_api_msg_id(struct str text, uint16_t *ret)
{
    uint32_t value = 0;

    if (text.size != 6 || !str_starts(text, STR("0x")))
        return false;
    for (size_t i = 2; i < text.size; i++) {
        char c = text.data[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                                                : 16;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    *ret = (uint16_t)value;
    return true;
}

struct app_command_wish {
    uint16_t msg_id;
    struct str body; /* in the request */
};

/* Reads {"msg_id":"0x8300","body":{...}}; the body is taken as its text. */
static enum err app_api_command_read(struct str text, struct app_command_wish *wish,
                                     struct diag *diag)
{
    struct json json;
    struct str key;
    struct str msg_id = STR("");
    enum json_token token;

    *wish = (struct app_command_wish){.body = STR("{}")};
    json_init(&json, text);
    token = json_next(&json);
    if (json_want(&json, token, JSON_OBJECT)) {
        while (json_member(&json, &key, &token)) {
            if (str_eq(key, STR("msg_id"))) {
                if (json_str(&json, token, &msg_id) && !app_api_msg_id(msg_id, &wish->msg_id))
                    json_refuse(&json, ERR_INVALID, "msg_id is written as \"0x8300\"");
            } else if (str_eq(key, STR("body")) && token == JSON_OBJECT) {
                size_t begin = json.at - 1;
                json_skip(&json, token);
                wish->body = (struct str){text.data + begin, json.at - begin};
            } else {
                json_refuse(&json, ERR_INVALID, "a command has msg_id and body, an object");
            }
        }
        if (wish->msg_id == 0)
            json_refuse(&json, ERR_INVALID, "msg_id is missing");
    }
    enum err err = json_end(&json, diag);
    json_done(&json);
    return err;
}

void app_api_diag(struct http_call *call, enum err err, const char *code, const struct diag *diag)
{
    char text[512];

    diag_text(diag, sizeof text, text);
    http_reply_error(call, (unsigned)err_http(err), code, text);
}

void app_api_device_command(void *context, struct http_call *call)
{
    struct app_api *api = context;
    struct app_device *device = app_api_device_asked(api, call);
    const struct app_command *command;
    struct app_command_wish wish;
    struct diag diag = {0};
    struct buf body;
    struct jw jw;

    if (!device)
        return;
    enum err err = app_api_command_read(http_call_body(call), &wish, &diag);
    if (err) {
        app_api_diag(call, err, "bad_command", &diag);
        return;
    }
    err = app_command_send(&api->gate->terminals, device, wish.msg_id, wish.body, &command, &diag);
    if (err == ERR_NOT_FOUND) {
        http_reply_error(call, 409, "offline", diag.text);
        return;
    }
    if (err) {
        app_api_diag(call, err, "bad_command", &diag);
        return;
    }
    char msg_id[8];
    snprintf(msg_id, sizeof msg_id, "0x%04X", (unsigned)command->msg_id);
    app_auth_audit(api->auth, call, "command_sent", device->row.name, str_of(msg_id));
    buf_init(&body, APP_API_BODY_BYTES_MAX);
    jw_init(&jw, &body);
    app_show_command(&jw, command, false);
    app_api_reply(call, 202, &body);
}

/* --- pairing --- */

/* A row being changed; its new texts lie in the arena. */
struct app_device_edit {
    const struct city *city;
    struct arena *arena;
    struct store_device *row;
};

static bool app_api_unit_known(const struct city *city, enum store_unit_kind kind, struct str id)
{
    for (uint32_t i = 0; kind == STORE_UNIT_VEHICLE && i < city->vehicle_count; i++)
        if (str_eq(city->vehicles[i].id, id))
            return true;
    for (uint32_t i = 0; kind == STORE_UNIT_BIN && i < city->bin_count; i++)
        if (str_eq(city->bins[i].id, id))
            return true;
    return false;
}

static void app_api_unit_read(struct json *json, const struct app_device_edit *edit)
{
    struct store_device *row = edit->row;
    struct str key;
    struct str kind = STR("");
    struct str id = STR("");
    enum json_token token;

    while (json_member(json, &key, &token)) {
        if (str_eq(key, STR("kind")))
            (void)json_str_keep(json, token, edit->arena, &kind);
        else if (str_eq(key, STR("id")))
            (void)json_str_keep(json, token, edit->arena, &id);
        else
            json_refuse(json, ERR_INVALID, "a unit has kind and id");
    }
    row->unit = id;
    row->unit_kind = str_eq(kind, STR("vehicle")) ? STORE_UNIT_VEHICLE
                     : str_eq(kind, STR("bin"))   ? STORE_UNIT_BIN
                                                  : STORE_UNIT_NONE;
    if (!app_api_unit_known(edit->city, row->unit_kind, id))
        json_refuse(json, ERR_INVALID, "there is no vehicle or bin of this id in the city");
    if (row->state == STORE_DEVICE_UNASSIGNED)
        row->state = STORE_DEVICE_KNOWN;
}

static void app_api_depth_read(struct json *json, enum json_token token, int32_t *ret_mm)
{
    int64_t mm;

    if (!json_i64(json, token, &mm))
        return;
    if (mm < 0 || mm > 20000)
        json_refuse(json, ERR_RANGE, "a depth is 0 to 20000 mm");
    else
        *ret_mm = (int32_t)mm;
}

static void app_api_state_read(struct json *json, enum json_token token,
                               enum store_device_state *ret)
{
    struct str word;

    if (!json_str(json, token, &word))
        return;
    if (str_eq(word, STR("known")))
        *ret = STORE_DEVICE_KNOWN;
    else if (str_eq(word, STR("unassigned")))
        *ret = STORE_DEVICE_UNASSIGNED;
    else if (str_eq(word, STR("blocked")))
        *ret = STORE_DEVICE_BLOCKED;
    else
        json_refuse(json, ERR_INVALID, "state is known, unassigned or blocked");
}

static void app_api_device_member(struct json *json, const struct app_device_edit *edit,
                                  struct str key, enum json_token token)
{
    struct store_device *row = edit->row;

    if (str_eq(key, STR("unit")) && token == JSON_OBJECT) {
        app_api_unit_read(json, edit);
    } else if (str_eq(key, STR("unit")) && json_is_null(json, token)) {
        row->unit_kind = STORE_UNIT_NONE;
        row->unit = STR("");
    } else if (str_eq(key, STR("empty_mm"))) {
        app_api_depth_read(json, token, &row->empty_mm);
    } else if (str_eq(key, STR("full_mm"))) {
        app_api_depth_read(json, token, &row->full_mm);
    } else if (str_eq(key, STR("state"))) {
        app_api_state_read(json, token, &row->state);
    } else if (str_eq(key, STR("model"))) {
        (void)json_str_keep(json, token, edit->arena, &row->model);
    } else {
        json_refuse(json, ERR_INVALID,
                    "a device's unit, empty_mm, full_mm, state and model can be "
                    "changed");
    }
}

static enum err app_api_device_read(const struct app_device_edit *edit, struct str text,
                                    struct diag *diag)
{
    struct json json;
    struct str key;
    enum json_token token;

    json_init(&json, text);
    token = json_next(&json);
    if (json_want(&json, token, JSON_OBJECT))
        while (json_member(&json, &key, &token))
            app_api_device_member(&json, edit, key, token);
    if (edit->row->empty_mm < edit->row->full_mm)
        json_refuse(&json, ERR_INVALID,
                    "empty_mm is what an empty bin measures: more than full_mm");
    enum err err = json_end(&json, diag);
    json_done(&json);
    return err;
}

void app_api_device_patch(void *context, struct http_call *call)
{
    struct app_api *api = context;
    struct app_device *device = app_api_device_asked(api, call);
    struct diag diag = {0};
    struct arena arena;

    if (!device)
        return;
    struct store_device row = device->row;
    arena_init(&arena, 64 << 10);
    struct app_device_edit edit = {api->city, &arena, &row};
    enum err err = app_api_device_read(&edit, http_call_body(call), &diag);
    if (!err)
        err = app_device_change(api->gate->store, device, &row);
    arena_done(&arena);
    if (err) {
        if (diag.code == OK)
            diag_set(&diag, err, "the device could not be changed: %s", err_text(err));
        app_api_diag(call, err, "bad_device", &diag);
        return;
    }
    app_terminals_changed(&api->gate->terminals, device);
    app_auth_audit(api->auth, call, "device_changed", device->row.name, device->row.unit);
    app_live_device(api->gate->live, device);
    app_api_device_reply(call, device);
}
