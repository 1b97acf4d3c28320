/* gate.c - see gate.h. */
#include "app/ingest/gate.h"

enum { APP_GATE_SAVE_MS = 60000 };

static void app_gate_told(void *context, struct store_ticket ticket, enum err err)
{
    struct app_gate *gate = context;

    if (!gate->closing)
        app_terminals_told(&gate->terminals, ticket, err);
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
    net_jt808_resume(gate->terminals.server);
}

static void app_gate_save(void *context)
{
    struct app_gate *gate = context;

    app_devices_save(&gate->devices, gate->store);
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
        err = net_timer_new(options->loop, app_gate_save, gate, &gate->tidy);
    if (!err)
        net_timer_start(gate->tidy, APP_GATE_SAVE_MS, APP_GATE_SAVE_MS);
    if (!err)
        err = net_watch_new(options->loop, store_fd(gate->store), app_gate_committed, gate,
                            &gate->committed);
    if (!err)
        err = app_live_new(options->loop, &gate->devices, &gate->live);
    if (!err)
        err = app_commands_new(&gate->devices, gate->live, &gate->commands);
    return err;
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
    return app_terminals_start(&gate->terminals, &terminals, gate->reader, diag);
}

enum err app_gate_open(const struct app_gate_options *options, struct app_gate *ret_gate,
                       struct diag *diag)
{
    *ret_gate = (struct app_gate){0};
    app_devices_init(&ret_gate->devices);
    return app_gate_start(ret_gate, options, diag);
}

void app_gate_quiesce(struct app_gate *gate)
{
    net_jt808_quiesce(gate->terminals.server);
}

void app_gate_close(struct app_gate *gate)
{
    if (gate->store && gate->terminals.server) {
        app_devices_save(&gate->devices, gate->store);
        store_drain(gate->store); /* answers go out with the last turn of the links */
    }
    gate->closing = true;
    app_terminals_stop(&gate->terminals);
    net_turn_free(gate->turn);
    net_watch_free(gate->committed);
    net_timer_free(gate->due);
    net_timer_free(gate->tidy);
    app_commands_free(gate->commands);
    app_live_free(gate->live);
    store_close(gate->store);
    store_db_close(gate->reader);
    app_devices_done(&gate->devices);
}
