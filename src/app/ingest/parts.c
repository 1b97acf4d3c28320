/* parts.c - messages that come in several frames. See terminal.h.
 *
 * Each part is on disk before it is answered, so that a terminal may go on and we may be killed in
 * between. The parts of a message have consecutive serials: the first one's names the message.
 */
#include "app/ingest/command.h"
#include "app/ingest/terminal.h"
#include "wire/jt808/answer.h"

enum {
    APP_PARTS_MAX = 4096,            /* of one message */
    APP_PARTS_MESSAGES_MAX = 4,      /* under way for one terminal */
    APP_PARTS_BYTES_MAX = 256 << 20, /* of all terminals */
    APP_PARTS_ASK_AFTER_US = 5000000,
    APP_PARTS_ASK_TIMES = 3,
    APP_PARTS_DROP_AFTER_US = 600000000,
};

struct app_parts {
    struct app_parts *next;
    struct wire_jt808_head head; /* of the part that came first */
    uint16_t first;
    uint16_t total;
    uint16_t have;
    uint8_t asked;
    size_t bytes; /* of the parts and of their table */
    struct mono_us heard;
    struct bytes *parts; /* NULL data: missing */
};

static void app_parts_free(struct app_terminals *terminals, struct app_parts *parts)
{
    for (uint16_t i = 0; i < parts->total; i++)
        mem_free((void *)(uintptr_t)parts->parts[i].data);
    terminals->parts_bytes -= parts->bytes;
    mem_free(parts->parts);
    mem_free(parts);
}

void app_parts_done(struct app_terminals *terminals, struct app_terminal *terminal)
{
    while (terminal->parts) {
        struct app_parts *parts = terminal->parts;
        terminal->parts = parts->next;
        app_parts_free(terminals, parts);
    }
}

static void app_parts_unlink(struct app_terminal *terminal, const struct app_parts *parts)
{
    struct app_parts **at = &terminal->parts;

    while (*at != parts)
        at = &(*at)->next;
    *at = parts->next;
}

static struct app_parts *app_parts_find(const struct app_terminal *terminal, uint16_t msg_id,
                                        uint16_t first, uint16_t total)
{
    for (struct app_parts *parts = terminal->parts; parts; parts = parts->next)
        if (parts->head.msg_id == msg_id && parts->first == first && parts->total == total)
            return parts;
    return NULL;
}

static enum err app_parts_new(struct app_terminals *terminals, struct app_terminal *terminal,
                              const struct wire_jt808_head *head, uint16_t first,
                              struct app_parts **ret_parts)
{
    size_t table = head->part_count * sizeof(struct bytes);
    size_t under_way = 0;

    for (const struct app_parts *parts = terminal->parts; parts; parts = parts->next)
        under_way++;
    if (under_way >= APP_PARTS_MESSAGES_MAX || head->part_count > APP_PARTS_MAX ||
        terminals->parts_bytes + table > APP_PARTS_BYTES_MAX)
        return ERR_LIMIT;
    struct app_parts *parts = mem_zero(1, sizeof *parts);
    if (!parts)
        return ERR_NOMEM;
    parts->parts = mem_zero(head->part_count, sizeof *parts->parts);
    if (!parts->parts) {
        mem_free(parts);
        return ERR_NOMEM;
    }
    parts->head = *head;
    parts->first = first;
    parts->total = head->part_count;
    parts->bytes = table;
    parts->heard = clock_mono(terminals->clock);
    terminals->parts_bytes += table;
    parts->next = terminal->parts;
    terminal->parts = parts;
    *ret_parts = parts;
    return OK;
}

/* Keeps the bytes of part `no`, from 1. */
static enum err app_parts_keep(struct app_terminals *terminals, struct app_parts *parts,
                               uint16_t no, struct bytes body)
{
    struct bytes *slot = &parts->parts[no - 1];

    if (slot->data)
        return OK; /* sent again */
    if (terminals->parts_bytes + body.size > APP_PARTS_BYTES_MAX)
        return ERR_LIMIT;
    unsigned char *copy = mem_alloc(body.size);
    if (!copy)
        return ERR_NOMEM;
    for (size_t i = 0; i < body.size; i++)
        copy[i] = body.data[i];
    *slot = (struct bytes){copy, body.size};
    parts->bytes += body.size;
    terminals->parts_bytes += body.size;
    parts->have++;
    return OK;
}

static void app_parts_join(const struct app_parts *parts, struct buf *out)
{
    for (uint16_t i = 0; i < parts->total; i++)
        if (parts->parts[i].data)
            buf_add(out, parts->parts[i].data, parts->parts[i].size);
}

uint32_t app_parts_media(const struct wire_jt808_head *head, struct bytes body)
{
    struct rd rd = {.left = body};
    bool media = head->msg_id == 0x0801 && head->encryption == 0;

    return media ? rd_u32(&rd) : 0; /* 0 too when there is none to read */
}

/* The whole message is stored as if it had come at once, and its parts are forgotten. */
static enum err app_parts_finish(struct app_terminals *terminals, const struct app_message *last,
                                 struct app_parts *parts, uint32_t *ret_media)
{
    struct app_message whole = *last;
    uint32_t result = 0;
    struct buf body;

    buf_init(&body, STORE_BODY_MAX);
    app_parts_join(parts, &body);
    enum err err = buf_err(&body);
    whole.body = str_bytes(buf_text(&body));
    whole.head.parted = false;
    if (!err)
        err = app_message_store(terminals, &whole, &result);
    if (!err)
        app_commands_answered(terminals->commands, &whole);
    if (!err)
        err = store_put_fragments_done(terminals->store, last->device->row.id, last->head.msg_id,
                                       parts->first);
    if (!err)
        *ret_media = app_parts_media(&last->head, whole.body);
    buf_done(&body);
    if (err)
        return err;
    app_parts_unlink(last->device->terminal, parts);
    app_parts_free(terminals, parts);
    return OK;
}

static enum err app_parts_loaded(void *context, const struct store_fragment *fragment)
{
    struct app_terminals *terminals = context;
    struct app_device *device = app_device_by_id(terminals->devices, fragment->device);
    struct wire_jt808_head head = {.msg_id = (uint16_t)fragment->msg_id,
                                   .parted = true,
                                   .part_count = (uint16_t)fragment->total,
                                   .part_no = (uint16_t)fragment->no};
    uint16_t first = (uint16_t)fragment->first;

    if (!device || fragment->no < 1 || fragment->no > fragment->total ||
        fragment->total > APP_PARTS_MAX)
        return OK; /* not ours to finish; it is dropped with its age */
    if (!app_device_terminal(device))
        return ERR_NOMEM;
    struct app_parts *parts = app_parts_find(device->terminal, head.msg_id, first, head.part_count);
    enum err err = parts ? OK : app_parts_new(terminals, device->terminal, &head, first, &parts);
    if (err)
        return err == ERR_LIMIT ? OK : err;
    parts->heard = clock_mono(terminals->clock);
    err = app_parts_keep(terminals, parts, head.part_no, fragment->body);
    return err == ERR_LIMIT ? OK : err;
}

enum err app_parts_load(struct app_terminals *terminals, struct store_db *db)
{
    return store_fragment_each(db, app_parts_loaded, terminals);
}

/* The message that `part` belongs to. When a whole message could not be stored its parts are on disk
 * only: the terminal sends the last one again. */
static enum err app_parts_of(struct app_terminals *terminals, const struct app_message *part,
                             uint16_t first, struct app_parts **ret_parts)
{
    const struct wire_jt808_head *head = &part->head;
    struct app_terminal *terminal = part->device->terminal;

    *ret_parts = app_parts_find(terminal, head->msg_id, first, head->part_count);
    if (!*ret_parts && terminals->unanswered > 0) {
        enum err err = store_fragment_of(terminals->reader, part->device->row.id, head->msg_id,
                                         first, app_parts_loaded, terminals);
        if (err == ERR_NOMEM)
            return err; /* any other: the terminal is asked for them */
        *ret_parts = app_parts_find(terminal, head->msg_id, first, head->part_count);
    }
    return *ret_parts ? OK : app_parts_new(terminals, terminal, head, first, ret_parts);
}

enum err app_parts_take(struct app_terminals *terminals, const struct app_message *part,
                        uint32_t *ret_media)
{
    const struct wire_jt808_head *head = &part->head;
    struct app_parts *parts;

    if (head->part_no < 1 || head->part_no > head->part_count)
        return ERR_INVALID;
    uint16_t first = (uint16_t)(head->serial - (head->part_no - 1));
    enum err err = app_parts_of(terminals, part, first, &parts);
    if (err)
        return err;
    struct store_fragment fragment = {.device = part->device->row.id,
                                      .msg_id = head->msg_id,
                                      .first = first,
                                      .no = head->part_no,
                                      .total = head->part_count,
                                      .received = part->now,
                                      .body = part->body};
    err = app_parts_keep(terminals, parts, head->part_no, part->body);
    if (!err)
        err = store_put_fragment(terminals->store, &fragment);
    if (err)
        return err;
    parts->heard = clock_mono(terminals->clock);
    parts->asked = 0;
    return parts->have == parts->total ? app_parts_finish(terminals, part, parts, ret_media) : OK;
}

static void app_parts_ask(struct app_terminals *terminals, struct app_terminal *terminal,
                          struct app_parts *parts)
{
    struct net_jt808_session *session = net_jt808_find(terminals->server, terminal->session);
    uint16_t missing[WIRE_JT808_ASK_MAX];
    size_t count = 0;

    if (!session)
        return;
    for (uint16_t i = 0; i < parts->total && count < COUNT_OF(missing); i++)
        if (!parts->parts[i].data)
            missing[count++] = (uint16_t)(i + 1);
    wire_jt808_ask_parts(net_link_out(session->link), &session->peer, session->serial++,
                         parts->first, missing, count);
    parts->asked++;
    parts->heard = clock_mono(terminals->clock);
}

/* What came is kept, and the rest is waited for no longer. */
static void app_parts_give_up(struct app_terminals *terminals, struct app_device *device,
                              struct app_parts *parts)
{
    struct app_message message = {
        .device = device, .head = parts->head, .now = clock_utc(terminals->clock)};
    struct buf body;

    buf_init(&body, STORE_BODY_MAX);
    app_parts_join(parts, &body);
    message.body = str_bytes(buf_text(&body));
    enum err err = buf_err(&body);
    if (!err)
        err = app_message_raw(terminals, &message, STR("jt808.incomplete"));
    if (!err)
        err = store_put_fragments_done(terminals->store, device->row.id, parts->head.msg_id,
                                       parts->first);
    buf_done(&body);
    if (err)
        return; /* tried again at the next tick */
    LOG(terminals->log, WARN, "message_incomplete", KV_I64("device", device->row.id),
        KV_I64("msg_id", parts->head.msg_id), KV_I64("have", parts->have),
        KV_I64("total", parts->total));
    app_parts_unlink(device->terminal, parts);
    app_parts_free(terminals, parts);
}

static void app_parts_look(struct app_terminals *terminals, struct app_device *device)
{
    int64_t now_us = clock_mono(terminals->clock).us;

    for (struct app_parts *parts = device->terminal->parts, *next; parts; parts = next) {
        int64_t silent_us = now_us - parts->heard.us;
        next = parts->next;
        if (silent_us > APP_PARTS_DROP_AFTER_US) /* the terminal may be gone for good */
            app_parts_give_up(terminals, device, parts);
        else if (parts->asked < APP_PARTS_ASK_TIMES && silent_us > APP_PARTS_ASK_AFTER_US)
            app_parts_ask(terminals, device->terminal, parts);
    }
}

void app_parts_tick(struct app_terminals *terminals)
{
    struct app_devices *devices = terminals->devices;

    if (terminals->parts_bytes == 0)
        return;
    for (size_t i = 0; i < devices->by_id.count; i++) {
        struct app_device *device = devices->by_id.items[i];
        if (device && device->terminal && device->terminal->parts)
            app_parts_look(terminals, device);
    }
}
