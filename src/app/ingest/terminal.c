/* terminal.c - see terminal.h. */
#include "app/ingest/terminal.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "app/ingest/command.h"
#include "app/ingest/live.h"
#include "wire/jt808/answer.h"
#include "wire/jt808/body.h"

enum {
    APP_TERMINAL_TICK_MS = 1000,
    APP_TERMINAL_ROWS_MAX = 512,      /* facts of one frame */
    APP_TERMINAL_BYTES_MAX = 8 << 20, /* of one frame: the last part of a film */
    APP_TERMINAL_CODE_DIGITS = 16,
    APP_TERMINAL_FAILURE_LOG_US = 5000000,
};

/* What a terminal says of itself in 0x0100. */
struct app_registration {
    uint16_t edition;
    struct str maker;
    struct str model;
    struct str terminal_id;
    struct str plate;
};

static void app_terminal_answer(struct net_jt808_session *session, uint16_t msg_id, uint16_t serial,
                                enum wire_jt808_result result)
{
    struct wire_jt808_head to = session->peer;

    to.msg_id = msg_id;
    to.serial = serial;
    wire_jt808_answer(net_link_out(session->link), &to, session->serial++, result);
}

/* --- answers after the commit --- */

static uint64_t app_terminal_what(const struct wire_jt808_head *head, uint32_t more)
{
    return (uint64_t)more << 32 | (uint64_t)head->msg_id << 16 | head->serial;
}

static void app_terminal_failed(struct app_terminals *terminals, enum err err)
{
    int64_t now_us = clock_mono(terminals->clock).us;

    terminals->unanswered++;
    if (terminals->last_failure_us &&
        now_us - terminals->last_failure_us < APP_TERMINAL_FAILURE_LOG_US)
        return;
    terminals->last_failure_us = now_us;
    LOG(terminals->log, ERR, "facts_not_stored", KV_ERR("err", err),
        KV_I64("messages_unanswered", terminals->unanswered));
}

/* The link may speak for another terminal by now: whose code it is stands in the ticket. */
static void app_terminal_answer_register(struct net_jt808_session *session, uint16_t serial,
                                         uint32_t id)
{
    const struct app_device *device = session->user;
    struct wire_jt808_head to = session->peer;

    if (device->row.id != id || device->terminal->session != session->id)
        return;
    to.msg_id = 0x0100;
    to.serial = serial;
    wire_jt808_answer_register(net_link_out(session->link), &to, session->serial++,
                               WIRE_JT808_REGISTERED, device->row.auth);
}

void app_terminals_told(struct app_terminals *terminals, struct store_ticket ticket, enum err err)
{
    struct net_jt808_session *session = net_jt808_find(terminals->server, ticket.whom);
    uint16_t msg_id = (uint16_t)(ticket.what >> 16);
    uint16_t serial = (uint16_t)ticket.what;
    uint32_t more = (uint32_t)(ticket.what >> 32);

    if (err) {
        app_terminal_failed(terminals, err);
        return;
    }
    if (!session || !session->user)
        return; /* it will send again, and the fact is there already */
    if (msg_id == 0x0100) {
        app_terminal_answer_register(session, serial, more);
        return;
    }
    if (msg_id == 0x0801 && more != 0) {
        struct wire_jt808_head to = session->peer;
        wire_jt808_answer_media(net_link_out(session->link), &to, session->serial++, more, NULL, 0);
        return;
    }
    app_terminal_answer(session, msg_id, serial, msg_id == 0x0801 ? WIRE_JT808_DONE : more);
}

/* --- admission --- */

static struct str app_terminal_text(const struct wire_jt808_message *message, const char *name)
{
    const struct wire_jt808_value *value = wire_jt808_get(&message->body, name);

    return value ? value->text : STR("");
}

static enum err app_terminal_registration(struct app_terminals *terminals,
                                          const struct wire_jt808_frame *frame, struct arena *arena,
                                          struct app_registration *ret)
{
    struct wire_jt808_message message;
    int64_t layout;

    enum err err = wire_jt808_body_decode(&frame->head, frame->body, arena, &message, NULL);
    if (err) {
        terminals->malformed++;
        return err;
    }
    if (!wire_jt808_get_number(&message.body, "layout", &layout))
        layout = 2019; /* which does not say */
    *ret = (struct app_registration){.edition = (uint16_t)layout,
                                     .maker = app_terminal_text(&message, "maker"),
                                     .model = app_terminal_text(&message, "model"),
                                     .terminal_id = app_terminal_text(&message, "terminal_id"),
                                     .plate = app_terminal_text(&message, "plate")};
    return OK;
}

static void app_terminal_refuse(struct app_terminals *terminals, struct net_jt808_session *session,
                                const struct wire_jt808_head *head)
{
    struct app_device *device = session->user;

    terminals->unauthorised++;
    session->refusals++;
    if (device)
        device->errors[APP_ERROR_UNAUTHORISED]++;
    if (head->msg_id == 0x0100)
        wire_jt808_answer_register(net_link_out(session->link), head, session->serial++,
                                   device ? WIRE_JT808_TERMINAL_TAKEN : WIRE_JT808_TERMINAL_UNKNOWN,
                                   STR(""));
    else
        app_terminal_answer(session, head->msg_id, head->serial, WIRE_JT808_FAILED);
    if (session->refusals == 1)
        LOG(terminals->log, WARN, "terminal_refused", KV_I64("msg_id", head->msg_id),
            KV_I64("known", device != NULL));
    if (session->refusals >= APP_REFUSALS_MAX)
        net_jt808_close(session, "unauthorised");
}

/* A vehicle of the fleet with this plate whose terminal nobody has named. */
static const struct city_vehicle *app_terminal_by_plate(const struct app_terminals *terminals,
                                                        struct str plate)
{
    const struct city *city = terminals->city;

    for (uint32_t i = 0; plate.size > 0 && i < city->vehicle_count; i++)
        if (str_eq(city->vehicles[i].plate, plate) && city->vehicles[i].terminal.size == 0)
            return &city->vehicles[i];
    return NULL;
}

static bool app_terminal_vehicle_taken(const struct app_terminals *terminals, struct str vehicle)
{
    for (size_t i = 0; i < terminals->devices->by_id.count; i++) {
        const struct app_device *device = terminals->devices->by_id.items[i];
        if (device && device->row.unit_kind == STORE_UNIT_VEHICLE &&
            str_eq(device->row.unit, vehicle))
            return true;
    }
    return false;
}

/* Takes in a terminal that was never heard, if that is allowed. */
static enum err app_terminal_enrol(struct app_terminals *terminals, struct str name,
                                   const struct app_registration *registration, struct utc_us now,
                                   struct app_device **ret_device)
{
    struct store_device row = {.kind = STORE_DEVICE_TERMINAL,
                               .name = name,
                               .state = STORE_DEVICE_UNASSIGNED,
                               .enrolled = now};
    const struct city_vehicle *vehicle =
        registration ? app_terminal_by_plate(terminals, registration->plate) : NULL;

    if (vehicle && !app_terminal_vehicle_taken(terminals, vehicle->id)) {
        row.unit_kind = STORE_UNIT_VEHICLE;
        row.unit = vehicle->id;
        row.state = STORE_DEVICE_KNOWN;
    } else if (!terminals->enrol_open) {
        return ERR_NOT_FOUND;
    }
    return app_device_add(terminals->devices, terminals->store, &row, ret_device);
}

/* A terminal has one link: an older one is a line that broke unnoticed. Only who may speak for the
 * terminal takes it over: anybody can name a number. */
static void app_terminal_take_over(struct app_terminals *terminals,
                                   struct net_jt808_session *session, struct app_device *device)
{
    struct app_terminal *terminal = device->terminal;

    if (terminal->session == session->id)
        return;
    struct net_jt808_session *old = net_jt808_find(terminals->server, terminal->session);
    if (old) {
        old->user = NULL;
        net_jt808_close(old, "replaced");
    }
    terminal->session = session->id;
    app_live_device(terminals->live, device);
}

/* The device has no link from now on, if this one was it. */
static void app_terminal_let_go(struct app_terminals *terminals,
                                const struct net_jt808_session *session, struct app_device *device)
{
    if (device->terminal->session != session->id)
        return;
    device->terminal->session = 0;
    app_commands_gone(terminals->commands, device);
    app_live_device(terminals->live, device);
}

/* Terminals of the field that never register: taken as they are where enrolment is open. */
static bool app_terminal_is_open(const struct app_terminals *terminals,
                                 const struct app_device *device)
{
    return terminals->enrol_open && device->row.auth.size == 0 &&
           device->row.state != STORE_DEVICE_BLOCKED;
}

/* Finds the device of a link, at its first frame. Errors: NOT_FOUND: not allowed; BUSY, NOMEM. */
static enum err app_terminal_identify(struct app_terminals *terminals,
                                      struct net_jt808_session *session,
                                      const struct wire_jt808_head *head,
                                      const struct app_registration *registration,
                                      struct utc_us now)
{
    char room[WIRE_JT808_DEVICE_MAX + 1];
    struct str name = wire_jt808_device(head, room);
    struct app_device *device = session->user;

    if (device && str_eq(device->row.name, name))
        return OK;
    device = app_device_find(terminals->devices, STORE_DEVICE_TERMINAL, name);
    if (!device) {
        enum err err = app_terminal_enrol(terminals, name, registration, now, &device);
        if (err)
            return err;
    }
    if (!app_device_terminal(device))
        return ERR_NOMEM;
    if (session->user) /* one link speaks for several terminals: the last one has it */
        app_terminal_let_go(terminals, session, session->user);
    session->user = device;
    return OK;
}

static enum err app_terminal_code(char room[APP_TERMINAL_CODE_DIGITS + 1])
{
    uint64_t number;

    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return ERR_IO;
    snprintf(room, APP_TERMINAL_CODE_DIGITS + 1, "%016llx", (unsigned long long)number);
    return OK;
}

static enum err app_terminal_ticket(struct app_terminals *terminals,
                                    const struct net_jt808_session *session,
                                    const struct wire_jt808_head *head, uint32_t more)
{
    struct store_ticket ticket = {session->id, app_terminal_what(head, more)};

    return store_put_ticket(terminals->store, ticket);
}

/* 0x0100. The first registration binds the number to the terminal's own id; another terminal that
 * claims the number later is refused until a person sets it free. */
static enum err app_terminal_register(struct app_terminals *terminals,
                                      const struct app_message *message,
                                      const struct app_registration *registration)
{
    struct app_device *device = message->device;
    struct store_device row = device->row;
    char bound[96];
    char code[APP_TERMINAL_CODE_DIGITS + 1];

    int size = snprintf(bound, sizeof bound, "%.*s/%.*s", STR_ARG(registration->maker),
                        STR_ARG(registration->terminal_id));
    row.maker = (struct str){bound, size < (int)sizeof bound ? (size_t)size : sizeof bound - 1};
    row.model = registration->model;
    if (device->row.maker.size > 0 && !str_eq(device->row.maker, row.maker)) {
        app_terminal_refuse(terminals, message->session, &message->head);
        return OK;
    }
    if (row.auth.size == 0) {
        enum err err = app_terminal_code(code);
        if (err)
            return err;
        row.auth = str_of(code);
    }
    enum err err = app_device_change(terminals->store, device, &row);
    if (err)
        return err;
    device->terminal->edition = registration->edition;
    app_terminal_take_over(terminals, message->session, device);
    return app_terminal_ticket(terminals, message->session, &message->head, device->row.id);
}

/* 0x0102: nothing new is stored, so it is answered at once. */
static void app_terminal_authenticate(struct app_terminals *terminals,
                                      const struct app_message *message, struct arena *arena)
{
    struct app_device *device = message->device;
    struct wire_jt808_message body;

    enum err err = wire_jt808_body_decode(&message->head, message->body, arena, &body, NULL);
    struct str code = err ? STR("") : app_terminal_text(&body, "auth_code");
    struct str version = err ? STR("") : app_terminal_text(&body, "software_version");
    bool right = !err && (device->row.auth.size > 0 ? str_eq(code, device->row.auth)
                                                    : terminals->enrol_open);
    if (!right || device->row.state == STORE_DEVICE_BLOCKED) {
        app_terminal_refuse(terminals, message->session, &message->head);
        return;
    }
    if (device->terminal->session != message->session->id)
        LOG(terminals->log, INFO, "terminal_admitted", KV_I64("device", device->row.id));
    app_terminal_take_over(terminals, message->session, device);
    if (message->head.v2019)
        device->terminal->edition = 2019;
    if (version.size > 0 && !str_eq(version, device->row.version)) {
        struct store_device row = device->row;
        row.version = version;
        err = app_device_change(terminals->store, device, &row);
        (void)err; /* the version is told again at the next connection */
    }
    app_terminal_answer(message->session, message->head.msg_id, message->head.serial,
                        WIRE_JT808_DONE);
    app_live_device(terminals->live, device);
}

static bool app_terminal_admitted(const struct net_jt808_session *session,
                                  const struct app_device *device)
{
    return device->row.state != STORE_DEVICE_BLOCKED && device->terminal->session == session->id;
}

/* --- frames --- */

/* Stored, and to be answered when that is safe; a picture has an answer of its own beside it. */
static enum err app_terminal_stored(struct app_terminals *terminals,
                                    const struct app_message *message, uint32_t *result)
{
    enum err err = app_message_store(terminals, message, result);

    if (!err)
        err = app_terminal_ticket(terminals, message->session, &message->head,
                                  message->head.msg_id == 0x0801 ? 0 : *result);
    uint32_t media = app_parts_media(&message->head, message->body);
    if (!err && media != 0)
        err = app_terminal_ticket(terminals, message->session, &message->head, media);
    return err;
}

static enum err app_terminal_whole(struct app_terminals *terminals,
                                   const struct app_message *message)
{
    uint32_t result = WIRE_JT808_DONE;

    if (message->head.msg_id == 0x0004) {
        wire_jt808_answer_clock(net_link_out(message->session->link), &message->head,
                                message->session->serial++, message->now);
        return OK;
    }
    if (message->head.msg_id == 0x0002 || message->head.msg_id == 0x0003) {
        app_terminal_answer(message->session, message->head.msg_id, message->head.serial,
                            WIRE_JT808_DONE);
        return OK;
    }
    enum err err = OK;
    if (message->head.msg_id != 0x0001) /* an answer to an answer would go on for ever */
        err = app_terminal_stored(terminals, message, &result);
    if (!err) /* else it is shown again, and would answer an older command too */
        app_commands_answered(terminals->commands, message);
    return err;
}

static enum err app_terminal_part(struct app_terminals *terminals,
                                  const struct app_message *message)
{
    uint32_t media = 0;

    enum err err = app_parts_take(terminals, message, &media);
    if (err == ERR_LIMIT || err == ERR_INVALID) { /* it would be refused again */
        message->device->errors[APP_ERROR_LIMIT]++;
        app_terminal_answer(message->session, message->head.msg_id, message->head.serial,
                            WIRE_JT808_BAD_MESSAGE);
        return OK;
    }
    if (!err)
        err = app_terminal_ticket(terminals, message->session, &message->head, 0);
    if (!err && media != 0)
        err = app_terminal_ticket(terminals, message->session, &message->head, media);
    return err;
}

static enum err app_terminal_message(struct app_terminals *terminals,
                                     const struct app_message *message, struct arena *arena)
{
    const struct wire_jt808_head *head = &message->head;

    if (head->msg_id == 0x0102 && !head->parted) {
        app_terminal_authenticate(terminals, message, arena);
        return OK;
    }
    if (app_terminal_is_open(terminals, message->device))
        app_terminal_take_over(terminals, message->session, message->device);
    if (!app_terminal_admitted(message->session, message->device)) {
        app_terminal_refuse(terminals, message->session, head);
        return OK;
    }
    if (head->parted && head->part_count > 1)
        return app_terminal_part(terminals, message);
    return app_terminal_whole(terminals, message);
}

static enum err app_terminal_first(struct app_terminals *terminals, struct app_message *message,
                                   struct arena *arena, const struct wire_jt808_frame *frame)
{
    struct app_registration registration = {0};
    bool registers = frame->head.msg_id == 0x0100 && !frame->head.parted;

    if (registers && app_terminal_registration(terminals, frame, arena, &registration)) {
        app_terminal_refuse(terminals, message->session, &frame->head);
        return OK;
    }
    enum err err = app_terminal_identify(terminals, message->session, &frame->head,
                                         registers ? &registration : NULL, message->now);
    if (err == ERR_NOT_FOUND || err == ERR_LIMIT) {
        app_terminal_refuse(terminals, message->session, &frame->head);
        return OK;
    }
    if (err)
        return err;
    message->device = message->session->user;
    if (!registers)
        return app_terminal_message(terminals, message, arena);
    if (message->device->row.state == STORE_DEVICE_BLOCKED) {
        app_terminal_refuse(terminals, message->session, &frame->head);
        return OK;
    }
    return app_terminal_register(terminals, message, &registration);
}

static enum err app_terminal_frame(void *context, struct net_jt808_session *session,
                                   const struct wire_jt808_frame *frame, struct bytes raw)
{
    struct app_terminals *terminals = context;
    struct app_message message = {.device = session->user,
                                  .session = session,
                                  .head = frame->head,
                                  .body = frame->body,
                                  .now = clock_utc(terminals->clock)};
    struct arena arena;

    if (!store_has_room(terminals->store, APP_TERMINAL_ROWS_MAX, APP_TERMINAL_BYTES_MAX))
        return ERR_BUSY;
    arena_init(&arena, 64 << 10);
    enum err err = app_terminal_first(terminals, &message, &arena, frame);
    arena_done(&arena);
    struct app_device *device = session->user;
    if (device && err != ERR_BUSY) {
        if (app_terminal_admitted(session, device))
            app_device_heard(terminals->devices, device, message.now);
        app_device_trace(device->terminal, raw, false, message.now);
    }
    return err;
}

static void app_terminal_bad(void *context, struct net_jt808_session *session, enum err why,
                             struct bytes raw)
{
    struct app_terminals *terminals = context;
    struct app_device *device = session->user;
    enum app_device_error kind = why == ERR_CHECKSUM    ? APP_ERROR_CHECKSUM
                                 : why == ERR_TRUNCATED ? APP_ERROR_TRUNCATED
                                 : why == ERR_LIMIT     ? APP_ERROR_LIMIT
                                                        : APP_ERROR_SYNTAX;

    if (device) {
        device->errors[kind]++;
        app_device_trace(device->terminal, raw, false, clock_utc(terminals->clock));
    }
    if (session->bad_in_a_row == 1)
        LOG(terminals->log, WARN, "frame_rejected", KV_I64("device", device ? device->row.id : 0),
            KV_ERR("err", why), KV_I64("bytes", raw.size));
}

static void app_terminal_flood(void *context, struct net_jt808_session *session)
{
    struct app_terminals *terminals = context;
    struct app_device *device = session->user;

    if (!device)
        return;
    if (device->errors[APP_ERROR_FLOOD]++ == 0)
        LOG(terminals->log, WARN, "terminal_floods", KV_I64("device", device->row.id));
}

static void app_terminal_gone(void *context, struct net_jt808_session *session, const char *why)
{
    struct app_terminals *terminals = context;
    struct app_device *device = session->user;

    LOG(terminals->log, INFO, "terminal_gone", KV_I64("device", device ? device->row.id : 0),
        KV_STR("why", str_of(why)));
    if (device)
        app_terminal_let_go(terminals, session, device);
}

static void app_terminal_tick(void *context)
{
    struct app_terminals *terminals = context;

    app_parts_tick(terminals);
    app_commands_tick(terminals->commands, terminals->clock);
}

enum err app_terminals_start(struct app_terminals *terminals,
                             const struct app_terminals_options *options, struct store_db *db,
                             struct diag *diag)
{
    static const struct net_jt808_handler handler = {app_terminal_frame, app_terminal_bad,
                                                     app_terminal_flood, app_terminal_gone};
    struct net_jt808_options server = options->limits;

    server.loop = options->loop;
    server.bind = options->bind;
    server.port = options->port;
    server.handler = &handler;
    server.context = terminals;
    terminals->reader = db;
    enum err err = app_parts_load(terminals, db);
    if (!err)
        err = net_timer_new(options->loop, app_terminal_tick, terminals, &terminals->tick);
    if (err)
        return diag_set(diag, err, "terminals cannot be served: %s", err_text(err));
    net_timer_start(terminals->tick, APP_TERMINAL_TICK_MS, APP_TERMINAL_TICK_MS);
    return net_jt808_new(&server, &terminals->server, diag);
}

void app_terminals_stop(struct app_terminals *terminals)
{
    net_jt808_free(terminals->server);
    net_timer_free(terminals->tick);
    for (size_t i = 0; terminals->devices && i < terminals->devices->by_id.count; i++) {
        struct app_device *device = terminals->devices->by_id.items[i];
        if (device && device->terminal)
            app_parts_done(terminals, device->terminal);
    }
}

void app_terminals_changed(struct app_terminals *terminals, const struct app_device *device)
{
    if (device->row.state != STORE_DEVICE_BLOCKED || !device->terminal)
        return;
    struct net_jt808_session *session =
        net_jt808_find(terminals->server, device->terminal->session);
    if (session)
        net_jt808_close(session, "blocked");
}
