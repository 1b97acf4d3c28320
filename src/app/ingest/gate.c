/* gate.c - see gate.h. */
#include "app/ingest/gate.h"

#include <string.h>

#include "base/file.h"
#include "base/jw.h"

#define APP_GATE_SAID_US (INT64_C(10) * 1000000)
#define APP_GATE_KEEP_EVERY_US (INT64_C(3600) * 1000000)

enum { APP_GATE_SAVE_MS = 60000, APP_GATE_AGAIN_MS = 2000, APP_GATE_LOOK_MS = 250 };

/* Who is told by a ticket; anything else is a session of a terminal. */
#define APP_WHOM_HTTP UINT64_MAX
#define APP_WHOM_MQTT (UINT64_MAX - 1)

/* A request that waits for its readings to be on disk. */
struct app_waiting {
    struct http_call *call;
    struct app_reading_sum sum;
};

static void app_gate_answer(struct app_waiting *waiting, enum err err)
{
    struct http_reply reply = {.status = 202, .type = "application/json", .cache = "no-store"};
    struct buf body;
    struct jw jw;

    if (err) {
        http_reply_err(waiting->call, err, "The readings could not be stored; send them again.");
        mem_free(waiting);
        return;
    }
    buf_init(&body, 256);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "accepted");
    jw_i64(&jw, waiting->sum.accepted);
    jw_key(&jw, "unknown");
    jw_i64(&jw, waiting->sum.unknown);
    jw_object_end(&jw);
    http_reply_take(waiting->call, &reply, &body);
    mem_free(waiting);
}

static void app_gate_told(void *context, struct store_ticket ticket, enum err err)
{
    struct app_gate *gate = context;

    if (ticket.whom == APP_WHOM_HTTP)
        app_gate_answer((struct app_waiting *)(uintptr_t)ticket.what, err);
    else if (ticket.whom == APP_WHOM_MQTT && err)
        bus_nak(gate->bus, (struct bus_token){ticket.what}, APP_GATE_AGAIN_MS);
    else if (ticket.whom == APP_WHOM_MQTT)
        bus_ack(gate->bus, (struct bus_token){ticket.what});
    else if (!gate->closing)
        app_terminals_told(&gate->terminals, ticket, err);
}

void app_gate_readings(struct app_gate *gate, struct http_call *call,
                       const struct app_reading_message *message)
{
    struct diag diag = {0};
    char text[512];

    struct app_waiting *waiting = mem_zero(1, sizeof *waiting);
    enum err err = waiting ? app_readings_take(&gate->readings, message, &waiting->sum, &diag)
                           : diag_set(&diag, ERR_NOMEM, "no memory to take readings");
    if (!err)
        err =
            store_put_ticket(gate->store, (struct store_ticket){APP_WHOM_HTTP, (uintptr_t)waiting});
    if (err) {
        mem_free(waiting);
        diag_text(&diag, sizeof text, text);
        http_reply_error(call, (unsigned)err_http(err), "bad_readings", text);
        return;
    }
    waiting->call = call;
    http_call_defer(call);
}

/* --- MQTT --- */

/* "readings/NAME": the sensor that the topic names. */
static struct str app_gate_topic_device(struct str topic)
{
    struct str head = str_cut(&topic, '/');

    return str_eq(head, STR("readings")) ? str_cut(&topic, '/') : STR("");
}

static void app_gate_message(void *context, const struct bus_message *message)
{
    struct app_gate *gate = context;
    struct app_reading_sum sum;
    struct diag diag = {0};
    struct app_reading_message readings = {
        .kind = wire_bin_kind_of(message->topic, message->payload),
        .body = message->payload,
        .topic_device = app_gate_topic_device(message->topic),
        .received = message->received,
    };

    if (app_mqtt_vouched(&gate->doors, readings.topic_device))
        readings.sender = readings.topic_device; /* nobody else may publish there */
    enum err err = app_readings_take(&gate->readings, &readings, &sum, &diag);
    if (!err)
        err = store_put_ticket(gate->store,
                               (struct store_ticket){APP_WHOM_MQTT, message->token.value});
    if (err == ERR_BUSY || err == ERR_NOMEM) {
        bus_nak(gate->bus, message->token, APP_GATE_AGAIN_MS);
    } else if (err) { /* it would be wrong again: said once, and let go */
        LOG(gate->log, WARN, "mqtt_message_refused", KV_ERR("err", err),
            KV_STR("why", str_of(diag.text)), KV_I64("bytes", message->payload.size));
        bus_ack(gate->bus, message->token);
    }
}

static void app_gate_mqtt(void *context, enum bus_state state, const struct diag *diag)
{
    struct app_gate *gate = context;

    gate->mqtt = state;
    if (state == BUS_LOST || state == BUS_FAILED)
        LOG(gate->log, WARN, "mqtt_lost", KV_STR("why", str_of(diag ? diag->text : "")));
    /* A server elsewhere may be away for long; our own is soon there, or has failed. */
    bool settled =
        state == BUS_READY || state == BUS_FAILED || (state == BUS_LOST && gate->bus_elsewhere);
    if (settled && gate->mqtt_told) {
        gate->mqtt_told(gate->told_context, state == BUS_READY ? bus_mqtt_port(gate->bus) : 0,
                        state == BUS_READY ? NULL : diag);
        gate->mqtt_told = NULL;
    }
}

/* nats-server confirms what a device may not publish, and drops it: only this tells. */
static void app_gate_said(void *context, struct str line)
{
    struct app_gate *gate = context;
    int64_t now_us = clock_mono(gate->terminals.clock).us;

    gate->said++;
    if (gate->said_us && now_us - gate->said_us < APP_GATE_SAID_US)
        return;
    gate->said_us = now_us;
    LOG(gate->log, WARN, "mqtt_server_said", KV_STR("line", line), KV_I64("lines", gate->said));
}

/* The end of a turn: what came in is handed to the writer if it is time. */
static void app_gate_turn(void *context)
{
    struct app_gate *gate = context;

    uint64_t again_ms = store_flush(gate->store);
    if (again_ms > 0)
        net_timer_start(gate->due, again_ms, 0);
}

static void app_gate_due(void *context)
{
    (void)context; /* that the loop turns is enough: app_gate_turn() follows */
}

static void app_gate_committed(void *context)
{
    struct app_gate *gate = context;

    store_collect(gate->store);
    net_jt808_flush(gate->terminals.server);
    net_jt808_resume(gate->terminals.server);
}

/* --- snapshot, roll-ups, retention --- */

static enum err app_gate_keep_run(struct store_db *db, void *context)
{
    struct app_gate *gate = context;

    return store_keep_step(db, &gate->keep);
}

static void app_gate_keep(struct app_gate *gate);

/* The next step, unless it is over or something is wrong: then the next hour tries anew. */
static void app_gate_kept(void *context, enum err err)
{
    struct app_gate *gate = context;

    gate->keeping = false;
    if (err)
        LOG(gate->log, WARN, "retention_failed", KV_ERR("err", err));
    else if (!gate->keep.done && !gate->ending)
        app_gate_keep(gate);
}

static void app_gate_keep(struct app_gate *gate)
{
    struct store_job job = {app_gate_keep_run, app_gate_kept, gate};

    gate->keeping = store_put_job(gate->store, &job) == OK;
}

static void app_gate_tidy(void *context)
{
    struct app_gate *gate = context;
    const struct clock *clock = gate->terminals.clock;

    app_devices_save(&gate->devices, gate->store);
    if (gate->keeping || clock_mono(clock).us - gate->kept.us < APP_GATE_KEEP_EVERY_US)
        return;
    struct store_keep keep = store_keep_usual(clock_utc(clock));
    gate->kept = clock_mono(clock);
    if (!store_keep_believes(&gate->keep_clock, keep.now, gate->kept)) {
        LOG(gate->log, WARN, "clock_doubted", KV_I64("retention_waits_hours", STORE_DOUBT_HOURS));
        memset(keep.days, 0, sizeof keep.days);
    }
    store_keep_begin(&gate->keep, &keep);
    app_gate_keep(gate);
}

static enum err app_gate_store(struct app_gate *gate, const struct app_gate_options *options,
                               struct diag *diag)
{
    struct store_options store = {
        .folder = options->folder, .clock = options->clock, .told = app_gate_told, .context = gate};
    struct store_db_open reader = {.folder = options->folder, .read_only = true};

    enum err err = store_open(&store, &gate->store, diag);
    if (err)
        return err;
    err = store_db_open(&reader, &gate->reader, diag);
    if (err)
        return err;
    struct utc_us last = {0};
    err = store_keep_last(gate->reader, &last);
    gate->keep_clock =
        store_keep_clock_begin(last, clock_utc(options->clock), clock_mono(options->clock));
    if (!err)
        err = app_devices_load(&gate->devices, gate->reader);
    if (!err)
        err = app_devices_of_city(&gate->devices, gate->store, options->city,
                                  clock_utc(options->clock));
    if (err)
        return diag_set(diag, err, "the devices cannot be read from the store: %s", err_text(err));
    store_drain(gate->store);
    return OK;
}

static enum err app_gate_turns(struct app_gate *gate, const struct app_gate_options *options)
{
    enum err err = net_turn_new(options->loop, app_gate_turn, gate, &gate->turn);

    if (!err)
        err = net_timer_new(options->loop, app_gate_due, gate, &gate->due);
    if (!err)
        err = net_timer_new(options->loop, app_gate_tidy, gate, &gate->tidy);
    if (!err)
        net_timer_start(gate->tidy, APP_GATE_SAVE_MS, APP_GATE_SAVE_MS);
    if (!err)
        err = net_watch_new(options->loop, store_fd(gate->store), app_gate_committed, gate,
                            &gate->committed);
    if (!err)
        err = app_live_new(options->loop, &gate->devices, options->clock, &gate->live);
    if (!err)
        err = app_commands_new(&gate->devices, gate->live, &gate->commands);
    return err;
}

static void app_gate_look(void *context)
{
    struct app_gate *gate = context;
    struct diag diag = {0};

    enum err err = app_mqtt_look(&gate->doors, &diag);
    if (err && err != ERR_BUSY)
        LOG(gate->log, WARN, "mqtt_users_failed", KV_ERR("err", err),
            KV_STR("why", str_of(diag.text)));
}

/* Without nats-server the rest goes on: that is told, not fatal. */
static enum err app_gate_bus(struct app_gate *gate, const struct app_gate_options *options,
                             struct diag *diag)
{
    static const char *const filters[] = {"readings/#", "application/#", "v3/#"};
    char folder[FILE_PATH_MAX];
    struct bus_options bus = {.loop = options->loop,
                              .clock = options->clock,
                              .url = options->bus_url,
                              .bind = options->bind,
                              .port = options->mqtt_port,
                              .filters = filters,
                              .filter_count = COUNT_OF(filters),
                              .message = app_gate_message,
                              .state = app_gate_mqtt,
                              .said = app_gate_said,
                              .context = gate};

    enum err err = file_join(sizeof folder, folder, options->folder, "bus");
    if (err)
        return diag_at(diag, err, options->folder, 0, 0, "path is too long");
    bus.folder = folder;
    gate->mqtt_told = options->mqtt;
    gate->told_context = options->context;
    gate->bus_elsewhere = options->bus_url != NULL;
    bus.anonymous = http_bind_loopback(options->bind);
    err = bus_new(&bus, &gate->bus, diag);
    if (!err && !options->bus_url) {
        gate->doors =
            (struct app_mqtt){.bus = gate->bus, .reader = gate->reader, .loopback = bus.anonymous};
        err = net_timer_new(options->loop, app_gate_look, gate, &gate->look);
        if (!err)
            net_timer_start(gate->look, 0, APP_GATE_LOOK_MS);
    }
    if (err != ERR_UNSUPPORTED)
        return err;
    LOG(options->log, WARN, "mqtt_off", KV_STR("why", str_of(diag->text)));
    options->mqtt(options->context, 0, diag);
    return OK;
}

static enum err app_gate_start(struct app_gate *gate, const struct app_gate_options *options,
                               struct diag *diag)
{
    struct app_terminals_options terminals = {
        .loop = options->loop, .bind = options->bind, .port = options->jt808_port};

    enum err err = app_gate_store(gate, options, diag);
    if (err)
        return err;
    err = app_gate_turns(gate, options);
    if (err)
        return diag_set(diag, err, "no memory for the devices' side");
    gate->terminals = (struct app_terminals){.devices = &gate->devices,
                                             .store = gate->store,
                                             .city = options->city,
                                             .clock = options->clock,
                                             .log = options->log,
                                             .commands = gate->commands,
                                             .live = gate->live,
                                             .enrol_open = options->enrol_open};
    gate->readings = (struct app_readings){.devices = &gate->devices,
                                           .store = gate->store,
                                           .live = gate->live,
                                           .clock = options->clock,
                                           .log = options->log,
                                           .enrol_open = options->enrol_open};
    err = app_terminals_start(&gate->terminals, &terminals, gate->reader, diag);
    return err || options->no_mqtt ? err : app_gate_bus(gate, options, diag);
}

enum err app_gate_open(const struct app_gate_options *options, struct app_gate *ret_gate,
                       struct diag *diag)
{
    *ret_gate = (struct app_gate){.log = options->log};
    app_devices_init(&ret_gate->devices);
    return app_gate_start(ret_gate, options, diag);
}

void app_gate_quiesce(struct app_gate *gate)
{
    gate->ending = true;
    net_jt808_quiesce(gate->terminals.server);
}

void app_gate_drain(struct app_gate *gate)
{
    if (gate->store)
        store_drain(gate->store);
}

void app_gate_close(struct app_gate *gate)
{
    gate->ending = true;
    if (gate->store && gate->terminals.server) {
        app_devices_save(&gate->devices, gate->store);
        store_drain(gate->store); /* answers go out with the last turn of the links */
    }
    gate->closing = true;
    net_timer_free(gate->look); /* the loop turns once more below: nothing may look at the bus */
    net_timer_free(gate->tidy);
    bus_free(gate->bus);
    app_mqtt_done(&gate->doors);
    app_terminals_stop(&gate->terminals);
    net_turn_free(gate->turn);
    net_watch_free(gate->committed);
    net_timer_free(gate->due);
    app_commands_free(gate->commands);
    app_live_free(gate->live);
    store_close(gate->store);
    store_db_close(gate->reader);
    app_devices_done(&gate->devices);
}
