/* gate.h - everything through which devices come in, wired together.
 *
 * Purpose    The store, the registry, the live feed, the terminals and what turns the loop's time
 *            into commits. The rest of the server sees devices through this struct.
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_INGEST_GATE_H
#define APP_INGEST_GATE_H

#include "app/ingest/command.h"
#include "app/ingest/live.h"
#include "app/ingest/mqtt.h"
#include "app/ingest/reading.h"
#include "app/ingest/terminal.h"
#include "bus/bus.h"
#include "store/keep.h"

struct app_gate {
    struct store *store;
    struct store_db *reader; /* the loop's own, for what pages ask */
    struct app_devices devices;
    struct app_live *live;
    struct app_commands *commands;
    struct app_terminals terminals;
    struct app_readings readings;
    struct bus *bus;        /* NULL: no MQTT */
    enum bus_state mqtt;    /* of it */
    struct app_mqtt doors;  /* who may log in there */
    struct net_timer *look; /* for tokens that another process made */
    const struct log *log;
    struct net_turn *turn;
    struct net_watch *committed;
    struct net_timer *due;  /* the next commit */
    struct net_timer *tidy; /* snapshot, roll-ups, retention */
    void (*mqtt_told)(void *context, uint16_t port, const struct diag *diag); /* once */
    void *told_context;
    bool bus_elsewhere;
    uint64_t said; /* lines of nats-server's */
    int64_t said_us;
    struct store_keep_run keep; /* roll-ups and retention, a step a job */
    struct store_keep_clock keep_clock;
    bool keeping;
    bool ending;         /* no further step begins: the end would wait for it */
    struct mono_us kept; /* when it was last begun */
    bool closing;
};

struct app_gate_options {
    const char *folder;
    const struct city *city;
    struct net_loop *loop;
    const struct clock *clock;
    const struct log *log;
    const char *bind;
    uint16_t jt808_port; /* 0: a free one */
    uint16_t mqtt_port;  /* 0: a free one */
    bool no_mqtt;
    const char *bus_url; /* nats://... of a server that runs; NULL: ours */
    /* Told once: MQTT devices may log in, or why they cannot. */
    void (*mqtt)(void *context, uint16_t port, const struct diag *diag);
    void *context;
    bool enrol_open;
};
/* Errors: of the store, the port, NOMEM; told in `diag`. */
MUST_USE enum err app_gate_open(const struct app_gate_options *options, struct app_gate *ret_gate,
                                struct diag *diag);
/* Takes a message of sensors that came by HTTP: answers the call, after the commit. */
void app_gate_readings(struct app_gate *gate, struct http_call *call,
                       const struct app_reading_message *message);
/* Takes no new link; what is waiting is committed and answered. */
void app_gate_quiesce(struct app_gate *gate);
/* Commits what waits and answers whoever waits for it. */
void app_gate_drain(struct app_gate *gate);
/* Drain it, then free the HTTP server, then close. A zeroed gate is allowed. */
void app_gate_close(struct app_gate *gate);

#endif
