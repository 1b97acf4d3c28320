/* jt808.c - see jt808.h. */
#include "net/jt808.h"

#include "base/mem.h"

enum { NET_JT808_TICK_MS = 100, NET_JT808_SWEEP_TICKS = 20 };

struct net_jt808 {
    struct net_tcp *tcp;
    struct net_loop *loop;
    struct net_timer *tick;
    const struct net_jt808_handler *handler;
    void *context;
    struct net_jt808_session **slots; /* by the low half of an id */
    uint32_t *generations;
    uint32_t *free;
    uint32_t free_count;
    uint32_t slots_max;
    uint32_t slot_count; /* used so far */
    uint32_t waiting;
    uint32_t throttled;
    uint32_t ticks;
    uint64_t idle_ms_max;
    uint64_t nameless_ms_max;
    uint32_t frames_per_s;
    uint32_t frames_burst;
    struct net_jt808_counts counts;
};

static uint32_t net_jt808_or(uint32_t value, uint32_t standard)
{
    return value ? value : standard;
}

static bool net_jt808_opened(void *context, struct net_link *link, void **ret_user)
{
    struct net_jt808 *server = context;

    if (server->free_count == 0)
        return false;
    struct net_jt808_session *session = mem_zero(1, sizeof *session);
    if (!session)
        return false;
    uint32_t slot = server->free[--server->free_count];
    if (slot >= server->slot_count)
        server->slot_count = slot + 1;
    session->id = (uint64_t)++server->generations[slot] << 32 | slot;
    session->server = server;
    session->link = link;
    session->allowance = server->frames_burst;
    session->heard_ms = session->refilled_ms = net_loop_ms(server->loop);
    server->slots[slot] = session;
    server->counts.accepted++;
    server->counts.connected++;
    *ret_user = session;
    return true;
}

static void net_jt808_bad(struct net_jt808 *server, struct net_jt808_session *session,
                          const struct wire_jt808_piece *piece)
{
    struct net_jt808_counts *counts = &server->counts;

    counts->bad_checksum += piece->why == ERR_CHECKSUM;
    counts->bad_syntax += piece->why == ERR_SYNTAX;
    counts->bad_truncated += piece->why == ERR_TRUNCATED;
    counts->bad_limit += piece->why == ERR_LIMIT;
    session->bad_in_a_row++;
    server->handler->bad(server->context, session, piece->why, piece->raw);
}

static void net_jt808_refill(struct net_jt808 *server, struct net_jt808_session *session)
{
    uint64_t now = net_loop_ms(server->loop);
    uint64_t more = (now - session->refilled_ms) * server->frames_per_s / 1000;

    if (more == 0)
        return;
    session->refilled_ms = now;
    uint64_t sum = session->allowance + more;
    session->allowance = sum > server->frames_burst ? server->frames_burst : (uint32_t)sum;
}

/* False when the session has sent too much for now. */
static bool net_jt808_allowed(struct net_jt808 *server, struct net_jt808_session *session)
{
    if (session->allowance > 0)
        return true;
    net_jt808_refill(server, session);
    if (session->allowance > 0)
        return true;
    session->throttled = true;
    server->throttled++;
    server->counts.floods++;
    server->handler->flood(server->context, session);
    return false;
}

static enum err net_jt808_frame(struct net_jt808 *server, struct net_jt808_session *session,
                                const struct wire_jt808_piece *piece)
{
    if (!net_jt808_allowed(server, session))
        return ERR_BUSY;
    session->peer = piece->frame.head;
    session->named = true;
    session->heard_ms = net_loop_ms(server->loop);
    session->bad_in_a_row = 0;
    enum err err = server->handler->frame(server->context, session, &piece->frame, piece->raw);
    if (err == ERR_BUSY) {
        session->waiting = true;
        server->waiting++;
        return err;
    }
    session->allowance--;
    session->frames++;
    server->counts.frames++;
    server->counts.bytes += piece->raw.size;
    return err;
}

static enum err net_jt808_input(void *context, void *user, struct bytes *input)
{
    struct net_jt808 *server = context;
    struct net_jt808_session *session = user;
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_piece piece;

    if (session->named) /* until then the time runs from the connection */
        session->heard_ms = net_loop_ms(server->loop);
    for (;;) {
        struct bytes before = *input;
        enum wire_jt808_cut cut = wire_jt808_cut(input, room, &piece);
        if (cut == WIRE_JT808_CUT_MORE)
            return OK;
        if (cut == WIRE_JT808_CUT_BAD) {
            net_jt808_bad(server, session, &piece);
            if (session->bad_in_a_row > NET_JT808_BAD_MAX) {
                session->why = "rubbish";
                return ERR_SYNTAX; /* this is no terminal */
            }
            continue;
        }
        enum err err = net_jt808_frame(server, session, &piece);
        if (err == ERR_BUSY)
            *input = before;
        if (err)
            return err;
        if (session->why)
            return ERR_CANCELLED; /* closed by the handler: nothing more of it is heard */
    }
}

static const char *net_jt808_why(enum net_why why)
{
    switch (why) {
    case NET_WHY_PEER:
        return "closed_by_terminal";
    case NET_WHY_SLOW:
        return "too_slow";
    case NET_WHY_NOMEM:
        return "frame_too_long";
    case NET_WHY_OURS:
        break;
    }
    return "closed";
}

static void net_jt808_closed(void *context, void *user, enum net_why why)
{
    struct net_jt808 *server = context;
    struct net_jt808_session *session = user;
    uint32_t slot = (uint32_t)session->id;

    server->handler->gone(server->context, session,
                          session->why ? session->why : net_jt808_why(why));
    server->waiting -= session->waiting;
    server->throttled -= session->throttled;
    server->slots[slot] = NULL;
    server->free[server->free_count++] = slot;
    server->counts.connected--;
    mem_free(session);
}

/* Throttled sessions that may send again are read on. */
static void net_jt808_unthrottle(struct net_jt808 *server)
{
    for (uint32_t i = 0; i < server->slot_count && server->throttled > 0; i++) {
        struct net_jt808_session *session = server->slots[i];
        if (!session || !session->throttled)
            continue;
        net_jt808_refill(server, session);
        if (session->allowance == 0)
            continue;
        session->throttled = false;
        server->throttled--;
        net_link_resume(session->link);
    }
}

static void net_jt808_sweep(struct net_jt808 *server)
{
    uint64_t now = net_loop_ms(server->loop);

    for (uint32_t i = 0; i < server->slot_count; i++) {
        struct net_jt808_session *session = server->slots[i];
        if (!session)
            continue;
        uint64_t silent = now - session->heard_ms;
        if (!session->named && silent > server->nameless_ms_max)
            net_jt808_close(session, "nameless");
        else if (silent > server->idle_ms_max)
            net_jt808_close(session, "silent");
    }
}

static void net_jt808_tick(void *context)
{
    struct net_jt808 *server = context;

    if (server->throttled > 0)
        net_jt808_unthrottle(server);
    if (++server->ticks % NET_JT808_SWEEP_TICKS == 0)
        net_jt808_sweep(server);
}

static enum err net_jt808_slots(struct net_jt808 *server)
{
    server->slots = mem_zero(server->slots_max, sizeof(struct net_jt808_session *));
    server->generations = mem_zero(server->slots_max, sizeof(uint32_t));
    server->free = mem_zero(server->slots_max, sizeof(uint32_t));
    if (!server->slots || !server->generations || !server->free)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < server->slots_max; i++)
        server->free[i] = server->slots_max - 1 - i; /* the lowest is taken first */
    server->free_count = server->slots_max;
    return OK;
}

static enum err net_jt808_start(struct net_jt808 *server, const struct net_jt808_options *options,
                                struct diag *diag)
{
    static const struct net_tcp_handler handler = {net_jt808_opened, net_jt808_input,
                                                   net_jt808_closed};
    struct net_tcp_options tcp = {.loop = options->loop,
                                  .bind = options->bind,
                                  .port = options->port,
                                  .links_max = server->slots_max,
                                  .held_max = WIRE_JT808_FRAME_MAX,
                                  .out_max = NET_JT808_OUT_BYTES_MAX,
                                  .handler = &handler,
                                  .context = server};

    enum err err = net_jt808_slots(server);
    if (!err)
        err = net_timer_new(options->loop, net_jt808_tick, server, &server->tick);
    if (err)
        return diag_set(diag, err, "no memory for terminals");
    net_timer_start(server->tick, NET_JT808_TICK_MS, NET_JT808_TICK_MS);
    return net_tcp_new(&tcp, &server->tcp, diag);
}

enum err net_jt808_new(const struct net_jt808_options *options, struct net_jt808 **ret_server,
                       struct diag *diag)
{
    struct net_jt808 *server = mem_zero(1, sizeof *server);

    if (!server)
        return diag_set(diag, ERR_NOMEM, "no memory for terminals");
    server->loop = options->loop;
    server->handler = options->handler;
    server->context = options->context;
    server->slots_max = net_jt808_or(options->sessions_max, NET_JT808_SESSIONS_MAX);
    server->idle_ms_max = 1000ull * net_jt808_or(options->idle_s_max, NET_JT808_IDLE_S_MAX);
    server->nameless_ms_max =
        1000ull * net_jt808_or(options->nameless_s_max, NET_JT808_NAMELESS_S_MAX);
    server->frames_per_s = net_jt808_or(options->frames_per_s, NET_JT808_FRAMES_PER_S);
    server->frames_burst = net_jt808_or(options->frames_burst, NET_JT808_FRAMES_BURST);
    enum err err = net_jt808_start(server, options, diag);
    if (err) {
        net_jt808_free(server);
        return err;
    }
    *ret_server = server;
    return OK;
}

void net_jt808_free(struct net_jt808 *server)
{
    if (!server)
        return;
    net_tcp_free(server->tcp);
    net_timer_free(server->tick);
    mem_free(server->slots);
    mem_free(server->generations);
    mem_free(server->free);
    mem_free(server);
}

uint16_t net_jt808_port(const struct net_jt808 *server)
{
    return net_tcp_port(server->tcp);
}

void net_jt808_quiesce(struct net_jt808 *server)
{
    net_tcp_quiesce(server->tcp);
}

struct net_jt808_session *net_jt808_find(struct net_jt808 *server, uint64_t id)
{
    uint32_t slot = (uint32_t)id;

    if (slot >= server->slot_count || !server->slots[slot] || server->slots[slot]->id != id)
        return NULL;
    return server->slots[slot];
}

uint32_t net_jt808_send(struct net_jt808_session *session, uint16_t msg_id, struct bytes body)
{
    size_t parts = (body.size + WIRE_JT808_BODY_MAX - 1) / WIRE_JT808_BODY_MAX;

    if (parts == 0)
        parts = 1;
    if (parts > NET_JT808_PARTS_MAX)
        return NET_JT808_SERIAL_NONE;
    struct buf *out = net_link_out(session->link);
    struct wire_jt808_head head = session->peer;
    uint16_t first = session->serial;
    head.msg_id = msg_id;
    head.encryption = 0;
    head.parted = parts > 1;
    head.part_count = parts > 1 ? (uint16_t)parts : 0;
    for (size_t i = 0; i < parts; i++) {
        size_t at = i * WIRE_JT808_BODY_MAX;
        size_t size = body.size - at;
        struct bytes part = {body.data ? body.data + at : NULL,
                             size > WIRE_JT808_BODY_MAX ? WIRE_JT808_BODY_MAX : size};
        head.serial = session->serial++;
        head.part_no = parts > 1 ? (uint16_t)(i + 1) : 0;
        wire_jt808_frame_write(out, &head, part);
    }
    return buf_err(out) ? NET_JT808_SERIAL_NONE : first;
}

void net_jt808_close(struct net_jt808_session *session, const char *why)
{
    session->why = why;
    net_link_close(session->link);
}

void net_jt808_flush(struct net_jt808 *server)
{
    net_tcp_flush(server->tcp);
}

void net_jt808_resume(struct net_jt808 *server)
{
    for (uint32_t i = 0; i < server->slot_count && server->waiting > 0; i++) {
        struct net_jt808_session *session = server->slots[i];
        if (!session || !session->waiting)
            continue;
        session->waiting = false;
        server->waiting--;
        net_link_resume(session->link);
    }
}

struct net_jt808_counts net_jt808_counts(const struct net_jt808 *server)
{
    struct net_jt808_counts counts = server->counts;

    counts.refused = net_tcp_refused(server->tcp);
    return counts;
}
