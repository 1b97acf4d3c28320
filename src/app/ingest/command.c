/* command.c - see command.h. */
#include "app/ingest/command.h"

#include <stdio.h>

#include "app/ingest/live.h"
#include "base/jw.h"
#include "wire/jt808/body.h"

const char *app_command_state_name(enum app_command_state state)
{
    static const char *const names[] = {"waiting", "answered", "refused", "unanswered"};

    return names[state];
}

enum err app_commands_new(struct app_devices *devices, struct app_live *live,
                          struct app_commands **ret_commands)
{
    struct app_commands *commands = mem_zero(1, sizeof *commands);

    if (!commands)
        return ERR_NOMEM;
    commands->next = 1;
    commands->devices = devices;
    commands->live = live;
    *ret_commands = commands;
    return OK;
}

void app_commands_free(struct app_commands *commands)
{
    if (!commands)
        return;
    for (size_t i = 0; i < COUNT_OF(commands->items); i++)
        buf_done(&commands->items[i].answer);
    mem_free(commands);
}

const struct app_command *app_command_find(const struct app_commands *commands, uint64_t id)
{
    const struct app_command *command = &commands->items[id % APP_COMMANDS_MAX];

    return command->id == id && id != 0 ? command : NULL;
}

static void app_command_settle(struct app_commands *commands, struct app_command *command,
                               enum app_command_state state)
{
    commands->waiting -= command->state == APP_COMMAND_WAITING;
    command->state = state;
    app_live_command(commands->live, command);
}

/* That it was sent, and what, is a fact like any other. */
static enum err app_command_record(struct app_terminals *terminals, const struct app_device *device,
                                   uint16_t msg_id, struct bytes body)
{
    char kind[24];
    struct utc_us now = clock_utc(terminals->clock);
    struct str text = {(const char *)body.data, body.size};

    int size = snprintf(kind, sizeof kind, "sent.%04X", (unsigned)msg_id);
    struct store_event event = {.key = {device->row.id, now, str_hash(text), now},
                                .kind = {kind, (size_t)size},
                                .body = body};
    return store_put_event(terminals->store, &event);
}

static struct app_command *app_command_new(struct app_commands *commands)
{
    uint64_t id = commands->next++;
    struct app_command *command = &commands->items[id % APP_COMMANDS_MAX];

    if (command->id != 0 && command->state == APP_COMMAND_WAITING)
        commands->waiting--;
    buf_done(&command->answer);
    *command = (struct app_command){.id = id, .result = -1};
    buf_init(&command->answer, APP_COMMAND_ANSWER_BYTES_MAX);
    return command;
}

static enum err app_command_body(const struct net_jt808_session *session, uint16_t msg_id,
                                 struct str json, struct buf *out, struct diag *diag)
{
    struct wire_jt808_message message;
    struct arena arena;

    if ((msg_id & 0x8000) == 0 || !wire_jt808_known(msg_id))
        return diag_set(diag, ERR_INVALID, "0x%04X is no message to a terminal that is known here",
                        (unsigned)msg_id);
    arena_init(&arena, WIRE_JT808_ORDER_BYTES);
    enum err err =
        wire_jt808_body_parse_json(json, msg_id, session->peer.v2019, &arena, &message, diag);
    if (!err) {
        wire_jt808_body_encode(&message, out);
        err = buf_err(out);
    }
    arena_done(&arena);
    return err;
}

static enum err app_command_frames(struct app_terminals *terminals, struct app_device *device,
                                   struct net_jt808_session *session, uint16_t msg_id,
                                   struct bytes body, const struct app_command **ret_command)
{
    size_t before = net_link_out(session->link)->size;

    enum err err = app_command_record(terminals, device, msg_id, body);
    if (err)
        return err;
    uint32_t serial = net_jt808_send(session, msg_id, body);
    if (serial == NET_JT808_SERIAL_NONE)
        return ERR_LIMIT;
    struct buf *out = net_link_out(session->link);
    struct bytes frame = {(const unsigned char *)out->data + before, out->size - before};
    app_device_trace(device->terminal, frame, true, clock_utc(terminals->clock));
    struct app_command *command = app_command_new(terminals->commands);
    command->device = device->row.id;
    command->msg_id = msg_id;
    command->serial = (uint16_t)serial;
    command->sent = clock_utc(terminals->clock);
    command->waits = clock_mono(terminals->clock);
    terminals->commands->waiting++;
    *ret_command = command;
    app_live_command(terminals->live, command);
    return OK;
}

enum err app_command_send(struct app_terminals *terminals, struct app_device *device,
                          uint16_t msg_id, struct str body, const struct app_command **ret_command,
                          struct diag *diag)
{
    struct net_jt808_session *session =
        device->terminal ? net_jt808_find(terminals->server, device->terminal->session) : NULL;
    struct buf bytes;

    if (!session)
        return diag_set(diag, ERR_NOT_FOUND, "the device is not connected; try again when it is");
    buf_init(&bytes, (size_t)NET_JT808_PARTS_MAX * WIRE_JT808_BODY_MAX);
    enum err err = app_command_body(session, msg_id, body, &bytes, diag);
    if (!err) {
        err = app_command_frames(terminals, device, session, msg_id, str_bytes(buf_text(&bytes)),
                                 ret_command);
        if (err)
            diag_set(diag, err, "the message could not be sent: %s", err_text(err));
    }
    buf_done(&bytes);
    return err;
}

/* Which message a reply begins with the serial of. */
static bool app_command_is_reply(uint16_t msg_id)
{
    switch (msg_id) {
    case 0x0001:
    case 0x0104:
    case 0x0107:
    case 0x0201:
    case 0x0500:
    case 0x0608:
    case 0x0700:
    case 0x0802:
    case 0x0805:
    case 0x1003:
    case 0x1205:
    case 0x1206:
        return true;
    default:
        return false;
    }
}

/* 0x0107 and 0x1003 answer without a serial: the question is known by its id. */
static uint16_t app_command_question(uint16_t reply)
{
    return reply == 0x0107 ? 0x8107 : reply == 0x1003 ? 0x9003 : reply == 0x0608 ? 0x8608 : 0;
}

static struct app_command *app_command_match(struct app_commands *commands,
                                             const struct app_message *message)
{
    struct rd rd = {.left = message->body};
    uint16_t question = app_command_question(message->head.msg_id);
    uint16_t serial = rd_u16(&rd);
    uint64_t oldest = commands->next > APP_COMMANDS_MAX ? commands->next - APP_COMMANDS_MAX : 1;

    if (rd.bad)
        return NULL;
    for (uint64_t id = commands->next - 1; id >= oldest; id--) {
        struct app_command *command = &commands->items[id % APP_COMMANDS_MAX];
        if (command->device != message->device->row.id || command->answer.size > 0)
            continue;
        if (question ? command->msg_id == question : command->serial == serial)
            return command;
    }
    return NULL;
}

static void app_command_keep_answer(struct app_command *command, const struct app_message *message)
{
    struct wire_jt808_message body;
    struct arena arena;
    struct jw jw;

    arena_init(&arena, WIRE_JT808_TREE_BYTES);
    if (!wire_jt808_body_decode(&message->head, message->body, &arena, &body, NULL)) {
        jw_init(&jw, &command->answer);
        wire_jt808_body_json(&body, &jw);
        if (buf_err(&command->answer))
            buf_reset(&command->answer);
    }
    arena_done(&arena);
}

/* 0x0001: the serial and the id of a message, and its result. */
static void app_command_told(struct app_commands *commands, struct app_command *command,
                             const struct app_message *message)
{
    struct rd rd = {.left = message->body};

    (void)rd_u16(&rd);
    uint16_t msg_id = rd_u16(&rd);
    uint8_t result = rd_u8(&rd);
    if (rd.bad || msg_id != command->msg_id)
        return;
    command->answered = message->now;
    command->result = result;
    app_command_settle(commands, command, result == 0 ? APP_COMMAND_ANSWERED : APP_COMMAND_REFUSED);
}

/* 0x0001 tells the result at once; a query's own answer follows it or comes alone. */
void app_commands_answered(struct app_commands *commands, const struct app_message *message)
{
    if (commands->next == 1 || !app_command_is_reply(message->head.msg_id))
        return;
    struct app_command *command = app_command_match(commands, message);
    if (!command)
        return;
    if (message->head.msg_id == 0x0001) {
        app_command_told(commands, command, message);
        return;
    }
    command->answered = message->now;
    app_command_keep_answer(command, message);
    app_command_settle(commands, command, APP_COMMAND_ANSWERED);
}

void app_commands_gone(struct app_commands *commands, const struct app_device *device)
{
    for (size_t i = 0; commands->waiting > 0 && i < APP_COMMANDS_MAX; i++) {
        struct app_command *command = &commands->items[i];
        if (command->id != 0 && command->device == device->row.id &&
            command->state == APP_COMMAND_WAITING)
            app_command_settle(commands, command, APP_COMMAND_UNANSWERED);
    }
}

void app_commands_tick(struct app_commands *commands, const struct clock *clock)
{
    int64_t before_us = clock_mono(clock).us - APP_COMMAND_WAIT_US;

    for (size_t i = 0; commands->waiting > 0 && i < APP_COMMANDS_MAX; i++) {
        struct app_command *command = &commands->items[i];
        if (command->id != 0 && command->state == APP_COMMAND_WAITING &&
            command->waits.us < before_us)
            app_command_settle(commands, command, APP_COMMAND_UNANSWERED);
    }
}
