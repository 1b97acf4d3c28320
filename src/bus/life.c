/* life.c - how nats-server, the connection and our consumer come to stand, again and again.
 *
 * nats-server starts with nobody allowed to log in. We connect, ask for the stream that it keeps
 * QoS 1 publishes in and for our durable consumer on it; when both stand, the users are written and
 * it reads them. So no device can publish before somebody wants what it publishes: the stream keeps
 * a message only while a consumer wants it. Each start goes the same way; with a server elsewhere
 * the same without a child and without users. Nothing waits: answers and times come by the loop.
 *
 * Source     nats-server 2.9: "JetStream wire API"; the stream's settings are those that its MQTT
 *            side would make it with.
 */
#include "bus/inner.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "bus/topic.h"

enum {
    BUS_START_MS = 30000,  /* for nats-server to be ready: it reads what it keeps first */
    BUS_RELEASE_MS = 100,  /* what is out for longer comes again, while the consumer says so */
    BUS_BACK_MS = 400,     /* nats-server looks 100 ms after a change */
    BUS_ANSWER_MS = 10000, /* for a connection, an answer, a reload */
    BUS_PAUSE_MS = 100,    /* before the first new try; doubles up to BUS_PAUSE_S_MAX */
    BUS_STEADY_S = 2,      /* ready for so long: the next pause is the first again */
    BUS_REPLY_MAX = 96,
    BUS_ASK_MAX = 512,
    BUS_SUBJECT_MAX = 2 * BUS_TOPIC_BYTES_MAX, /* at most doubled: "//" */
    BUS_CONFIG_HEAD_MAX = 65536,               /* the configuration without its users */
    BUS_STREAM_TAKEN = 10058, /* error code: the stream stands, with other settings; we keep them */
};

static void bus_life_tell(struct bus *bus, enum bus_state state, const struct diag *diag)
{
    bus->options.state(bus->options.context, state, diag);
}

/* What stood for a while and fell is tried again at once. */
static void bus_life_left_ready(struct bus *bus)
{
    struct mono_us now = clock_mono(bus->options.clock);

    if (now.us - bus->ready_at.us > BUS_STEADY_S * CLOCK_US_PER_S)
        bus->pause_ms = 0;
}

/* The first start decides: what fails there is a mistake of the set-up, later it is an accident. */
static void bus_life_trouble(struct bus *bus, const struct diag *diag)
{
    if (bus->child && !bus->was_ready) {
        bus->step = BUS_STEP_FAILED;
        net_timer_stop(bus->timer);
        bus_link_close(bus->link);
        bus_child_stop(bus->child);
        bus_life_tell(bus, BUS_FAILED, diag);
        return;
    }
    if (bus->step == BUS_STEP_READY)
        bus_life_left_ready(bus);
    bus->step = BUS_STEP_PAUSE;
    bus->pause_ms = bus->pause_ms ? 2 * bus->pause_ms : BUS_PAUSE_MS;
    if (bus->pause_ms > BUS_PAUSE_S_MAX * 1000)
        bus->pause_ms = BUS_PAUSE_S_MAX * 1000;
    net_timer_start(bus->timer, bus->pause_ms, 0);
    bus_life_tell(bus, BUS_LOST, diag);
}

static enum err bus_life_save(struct bus *bus, struct str users, struct diag *diag)
{
    struct bus_config config = {
        .folder = bus->folder,
        .bind = bus->bind,
        .mqtt_port = bus->mqtt_port ? bus->mqtt_port : bus->options.port,
        .client_port = bus->client_port,
        .connections_max = bus->options.connections_max,
        .store_bytes_max = bus->options.store_bytes_max,
        .hash = bus->hash,
        .anonymous = bus->options.anonymous,
        .users = users,
    };
    struct buf text;

    buf_init(&text, BUS_CONFIG_HEAD_MAX + users.size);
    enum err err = bus_config_text(&config, &text);
    if (err)
        diag_at(diag, err, bus->folder, 0, 0,
                "nats-server's configuration cannot be made: %s; take a plain path", err_text(err));
    else
        err = bus_config_save(bus->config, buf_text(&text), diag);
    buf_done(&text);
    return err;
}

static enum err bus_life_run(struct bus *bus, struct diag *diag)
{
    enum err err = bus_life_save(bus, (struct str){0}, diag);
    if (!err)
        err = bus_child_start(bus->child, diag);
    if (err)
        return err;
    bus->step = BUS_STEP_CHILD;
    net_timer_start(bus->timer, BUS_START_MS, 0);
    return OK;
}

/* Asks JetStream; the answer comes by bus_life_reply(). */
static void bus_life_ask(struct bus *bus, enum bus_step step, const char *subject,
                         const char *question)
{
    char reply[BUS_REPLY_MAX];
    struct diag diag;

    snprintf(reply, sizeof reply, "_INBOX.%s.%" PRIu64, bus->secret, ++bus->asked);
    bus->step = step;
    net_timer_start(bus->timer, BUS_ANSWER_MS, 0);
    enum err err = bus_link_send(bus->link, subject, reply, str_bytes(str_of(question)));
    if (err) {
        diag_set(&diag, err, "nats-server cannot be asked for its streams: %s", err_text(err));
        bus_life_trouble(bus, &diag);
    }
}

static void bus_life_ask_stream(struct bus *bus)
{
    bus->epoch = bus_link_epoch(bus->link);
    bus_life_ask(bus, BUS_STEP_STREAM, "$JS.API.STREAM.CREATE." BUS_STREAM,
                 "{\"name\":\"" BUS_STREAM "\",\"subjects\":[\"" BUS_STORED ">\"],"
                 "\"storage\":\"file\",\"retention\":\"interest\",\"num_replicas\":1}");
}

static void bus_life_ask_consumer(struct bus *bus, enum bus_step step, uint32_t again_ms)
{
    char question[BUS_ASK_MAX];

    int size = snprintf(question, sizeof question,
                        "{\"stream_name\":\"" BUS_STREAM "\",\"config\":{"
                        "\"durable_name\":\"" BUS_DURABLE "\",\"deliver_subject\":\"" BUS_DELIVER
                        "\",\"deliver_policy\":\"all\",\"replay_policy\":\"instant\","
                        "\"filter_subject\":\"" BUS_STORED ">\",\"ack_policy\":\"explicit\","
                        "\"ack_wait\":%" PRIu64 ",\"max_deliver\":-1,\"max_ack_pending\":%d}}",
                        again_ms * UINT64_C(1000000), BUS_FLIGHT_MAX);
    ASSERT(size > 0 && (size_t)size < sizeof question);
    bus_life_ask(bus, step, "$JS.API.CONSUMER.DURABLE.CREATE." BUS_STREAM "." BUS_DURABLE,
                 question);
}

static void bus_life_ready(struct bus *bus)
{
    bus->step = BUS_STEP_READY;
    bus->was_ready = true;
    bus->ready_at = clock_mono(bus->options.clock);
    net_timer_stop(bus->timer);
    bus_life_tell(bus, BUS_READY, NULL);
}

enum err bus_life_users(struct bus *bus, struct diag *diag)
{
    if (bus->step != BUS_STEP_READY && bus->step != BUS_STEP_RELOAD)
        return OK; /* they are taken when the consumer stands */
    enum err err = bus_life_save(bus, buf_text(&bus->users), diag);
    if (err)
        return err;
    bus_child_reload(bus->child);
    return OK;
}

static void bus_life_consumer_stands(struct bus *bus)
{
    struct diag diag;

    if (!bus->child) {
        bus_life_ready(bus);
        return;
    }
    bus->step = BUS_STEP_RELOAD;
    net_timer_start(bus->timer, BUS_ANSWER_MS, 0);
    enum err err = bus_life_users(bus, &diag);
    if (err)
        bus_life_trouble(bus, &diag);
}

/* The error of an answer: {"error":{"code":503,"err_code":10039,"description":"..."}}. JetStream's
 * answers name no key "error" otherwise. An empty one means that nobody takes the request. */
static bool bus_life_refused(struct str answer, uint64_t *ret_code, struct str *ret_text)
{
    static const char error[] = "\"error\":";
    static const char code[] = "\"err_code\":";
    static const char text[] = "\"description\":\"";

    *ret_code = 0;
    *ret_text = STR("JetStream is not switched on there");
    if (!answer.size)
        return true;
    const char *at = memmem(answer.data, answer.size, error, sizeof error - 1);
    if (!at)
        return false;
    struct str rest = {at, answer.size - (size_t)(at - answer.data)};
    *ret_text = rest;
    at = memmem(rest.data, rest.size, code, sizeof code - 1);
    for (at = at ? at + sizeof code - 1 : rest.data; *at >= '0' && *at <= '9'; at++)
        *ret_code = *ret_code * 10 + (uint64_t)(*at - '0');
    at = memmem(rest.data, rest.size, text, sizeof text - 1);
    if (at) {
        at += sizeof text - 1;
        rest = (struct str){at, rest.size - (size_t)(at - rest.data)};
        *ret_text = str_cut(&rest, '"');
    }
    return true;
}

/* What a killed program (or a killed nats-server, for what it did not note in time) left out would
 * come again only after again_ms, and hold back the rest until then when it is BUS_FLIGHT_MAX. So
 * the wait is made short for a moment. What we have out ourselves comes too and is known by its
 * sequence. */
static void bus_life_answered(struct bus *bus, struct str answer)
{
    static const char out[] = "\"num_ack_pending\":";
    const char *at = memmem(answer.data, answer.size, out, sizeof out - 1);
    bool none = !at || at[sizeof out - 1] == '0';

    if (bus->step == BUS_STEP_STREAM) {
        bus_life_ask_consumer(bus, BUS_STEP_CONSUMER, bus->options.again_ms);
    } else if (bus->step == BUS_STEP_CONSUMER && !none) {
        bus_life_ask_consumer(bus, BUS_STEP_RELEASE, BUS_RELEASE_MS);
    } else if (bus->step == BUS_STEP_RELEASE) {
        bus->step = BUS_STEP_BACK;
        net_timer_start(bus->timer, BUS_BACK_MS, 0);
    } else {
        bus_life_consumer_stands(bus);
    }
}

void bus_life_reply(struct bus *bus, const struct bus_link_item *item)
{
    char mine[BUS_REPLY_MAX];
    struct str answer = {(const char *)item->data.data, item->data.size};
    struct str text;
    struct diag diag;
    uint64_t code;

    snprintf(mine, sizeof mine, "_INBOX.%s.%" PRIu64, bus->secret, bus->asked);
    if (!str_eq(item->subject, str_of(mine)))
        return; /* to an earlier request */
    if (bus->step < BUS_STEP_STREAM || bus->step > BUS_STEP_SETTLE || bus->step == BUS_STEP_BACK)
        return;
    bool refused = bus_life_refused(answer, &code, &text);
    if (!refused || (bus->step == BUS_STEP_STREAM && code == BUS_STREAM_TAKEN)) {
        bus_life_answered(bus, answer);
    } else {
        diag_set(&diag, ERR_UNSUPPORTED,
                 "nats-server refuses what keeps QoS 1 messages: %.*s; give its user JetStream",
                 STR_ARG(text));
        bus_life_trouble(bus, &diag);
    }
}

static bool bus_life_given_up(struct bus *bus)
{
    struct diag diag;
    const char *why;

    if (!bus->link_opened || !bus_link_given_up(bus->link, &why))
        return false;
    diag_set(&diag, ERR_IO, "the NATS server does not let us in: %s; trying again", why);
    bus_link_close(bus->link);
    bus->link_opened = false;
    bus_life_trouble(bus, &diag);
    return true;
}

/* The connection that the steps are about is gone. */
static void bus_life_disconnected(struct bus *bus)
{
    struct diag diag;
    bool was_ready = bus->step == BUS_STEP_READY;

    bus->step = BUS_STEP_CONNECT;
    net_timer_start(bus->timer, BUS_ANSWER_MS, 0);
    if (!was_ready)
        return;
    bus_life_left_ready(bus);
    diag_set(&diag, ERR_IO, "the connection to nats-server is lost; trying again");
    bus_life_tell(bus, BUS_LOST, &diag);
}

void bus_life_look(struct bus *bus)
{
    bool asking = bus->step > BUS_STEP_CONNECT && bus->step <= BUS_STEP_READY;

    if (bus->step == BUS_STEP_FAILED || bus_life_given_up(bus))
        return;
    bool connected = bus_link_connected(bus->link);
    bool another = bus->epoch != bus_link_epoch(bus->link);
    if (asking && (!connected || another))
        bus_life_disconnected(bus);
    bool pause_over = bus->step == BUS_STEP_PAUSE && another;
    if (connected && (bus->step == BUS_STEP_CONNECT || pause_over))
        bus_life_ask_stream(bus);
}

static enum err bus_life_subscribe(struct bus *bus)
{
    char subject[BUS_SUBJECT_MAX];
    struct buf text;
    struct str parts[2];

    snprintf(subject, sizeof subject, "_INBOX.%s.*", bus->secret);
    enum err err = bus_link_subscribe(bus->link, BUS_LINK_REPLY, subject);
    if (!err)
        err = bus_link_subscribe(bus->link, BUS_LINK_STORED, BUS_DELIVER);
    buf_init(&text, sizeof subject);
    for (size_t i = 0; i < bus->options.filter_count && !err; i++) {
        parts[0] = str_of(bus->filters[i]);
        size_t count = bus_topic_parent(parts[0], &parts[1]) ? 2 : 1;
        for (size_t k = 0; k < count && !err; k++) {
            buf_reset(&text);
            err = bus_topic_filter(parts[k], &text);
            buf_char(&text, '\0');
            if (!err)
                err = buf_err(&text);
            if (!err)
                err = bus_link_subscribe(bus->link, BUS_LINK_LOOSE, text.data);
        }
    }
    buf_done(&text);
    return err;
}

static enum err bus_life_open(struct bus *bus, struct diag *diag)
{
    struct bus_link_options options = {.url = bus->url, .name = "yancheng"};
    char url[64];

    if (bus->child) {
        snprintf(url, sizeof url, "nats://127.0.0.1:%u", bus->client_port);
        options.url = url;
        options.user = BUS_CONFIG_SELF;
        options.password = bus->secret;
    }
    enum err err = bus_link_open(bus->link, &options, diag);
    if (err)
        return err;
    bus->link_opened = true;
    err = bus_life_subscribe(bus);
    if (err) {
        bus_link_close(bus->link);
        bus->link_opened = false;
        return diag_set(diag, err, "cannot subscribe at nats-server: %s", err_text(err));
    }
    return OK;
}

/* Opens the link unless it is, which then connects again by itself. */
static void bus_life_connect(struct bus *bus)
{
    struct diag diag;

    bus->step = BUS_STEP_CONNECT;
    net_timer_start(bus->timer, BUS_ANSWER_MS, 0);
    enum err err = bus->link_opened ? OK : bus_life_open(bus, &diag);
    if (err)
        bus_life_trouble(bus, &diag);
    else
        bus_life_look(bus);
}

/* A pause is over: whatever is not there is started anew. */
static void bus_life_again(struct bus *bus)
{
    struct diag diag;

    if (!bus->child || bus_child_running(bus->child)) {
        bus_life_connect(bus);
        return;
    }
    bus->counts.restarts++;
    enum err err = bus_life_run(bus, &diag);
    if (err)
        bus_life_trouble(bus, &diag);
}

void bus_life_due(void *context)
{
    struct bus *bus = context;
    struct diag diag;

    if (bus->step == BUS_STEP_READY || bus->step == BUS_STEP_FAILED)
        return;
    if (bus->step == BUS_STEP_PAUSE) {
        bus_life_again(bus);
    } else if (bus->step == BUS_STEP_BACK) {
        bus_life_ask_consumer(bus, BUS_STEP_SETTLE, bus->options.again_ms);
    } else if (bus->child) { /* too slow or stuck: `ended` comes next */
        bus_child_kill(bus->child);
    } else {
        diag_set(&diag, ERR_IO, "the NATS server does not answer; trying again");
        bus_life_trouble(bus, &diag);
    }
}

static void bus_life_on_ready(void *context)
{
    struct bus *bus = context;
    struct diag diag;

    if (bus->step != BUS_STEP_CHILD)
        return;
    bus->mqtt_port = bus_child_mqtt_port(bus->child);
    bus->client_port = bus_child_client_port(bus->child);
    if (bus->mqtt_port && bus->client_port) {
        bus_life_connect(bus);
        return;
    }
    diag_set(&diag, ERR_UNSUPPORTED,
             "this nats-server does not say its ports as 2.9 does; install that one");
    bus_life_trouble(bus, &diag);
}

static void bus_life_on_reloaded(void *context)
{
    struct bus *bus = context;

    if (bus->step == BUS_STEP_RELOAD)
        bus_life_ready(bus);
}

static void bus_life_ended_text(const struct bus *bus, int status, struct str last,
                                struct diag *diag)
{
    static const char taken[] = "address already in use";
    bool is_taken = last.size && memmem(last.data, last.size, taken, sizeof taken - 1);

    if (is_taken && !bus->was_ready)
        diag_set(diag, ERR_BUSY,
                 "MQTT port %u is taken; end the program that listens there, or choose another",
                 bus->options.port);
    else if (last.size)
        diag_set(diag, ERR_IO, "nats-server ended: %.*s", STR_ARG(last));
    else if (WIFSIGNALED(status))
        diag_set(diag, ERR_IO, "nats-server was ended by signal %d", WTERMSIG(status));
    else
        diag_set(diag, ERR_IO, "nats-server ended with status %d", WEXITSTATUS(status));
}

static void bus_life_on_ended(void *context, int status, struct str last)
{
    struct bus *bus = context;
    struct diag diag;

    bus_life_ended_text(bus, status, last, &diag);
    bus_life_trouble(bus, &diag);
}

static void bus_life_on_said(void *context, struct str line)
{
    struct bus *bus = context;

    if (bus->options.said)
        bus->options.said(bus->options.context, line);
}

enum err bus_life_child(struct bus *bus)
{
    struct bus_child_options options = {
        .loop = bus->options.loop,
        .program = bus->program,
        .config = bus->config,
        .lock_fd = bus->lock_fd,
        .ready = bus_life_on_ready,
        .reloaded = bus_life_on_reloaded,
        .ended = bus_life_on_ended,
        .said = bus_life_on_said,
        .context = bus,
    };

    return bus_child_new(&options, &bus->child);
}

enum err bus_life_start(struct bus *bus, struct diag *diag)
{
    if (bus->child)
        return bus_life_run(bus, diag);
    bus->step = BUS_STEP_CONNECT;
    net_timer_start(bus->timer, BUS_ANSWER_MS, 0);
    return bus_life_open(bus, diag);
}
