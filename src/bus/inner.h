/* inner.h - the bus's object, for the files of this folder alone.
 *
 * Threads    All of it belongs to the loop's thread.
 * Layer      3
 */
#ifndef BUS_INNER_H
#define BUS_INNER_H

#include "base/buf.h"
#include "base/file.h"
#include "bus/bus.h"
#include "bus/child.h"
#include "bus/config.h"
#include "bus/flight.h"
#include "bus/link.h"

#define BUS_STREAM "$MQTT_msgs"  /* nats-server's own name for it */
#define BUS_STORED "$MQTT.msgs." /* what QoS 1 publishes are kept under */
#define BUS_DURABLE "yancheng"   /* our consumer: one per server */
#define BUS_DELIVER "yancheng.deliver"

enum { BUS_URL_MAX = 512, BUS_BIND_MAX = 64 };

enum bus_step {
    BUS_STEP_CHILD,    /* waits for nats-server to be ready */
    BUS_STEP_CONNECT,  /* waits for a connection */
    BUS_STEP_STREAM,   /* asked for the stream */
    BUS_STEP_CONSUMER, /* asked for our consumer */
    BUS_STEP_RELEASE,  /* asked to have back what an earlier connection had and did not confirm */
    BUS_STEP_BACK,     /* waits until that is on its way */
    BUS_STEP_SETTLE,   /* asked for our consumer as it is to be */
    BUS_STEP_RELOAD,   /* waits for nats-server to have taken the users */
    BUS_STEP_READY,
    BUS_STEP_PAUSE,  /* waits before starting or asking again */
    BUS_STEP_FAILED, /* given up */
};

struct bus {
    struct bus_options options; /* texts are the copies below; defaults are filled in */
    char folder[FILE_PATH_MAX];
    char config[FILE_PATH_MAX];
    char program[FILE_PATH_MAX];
    char url[BUS_URL_MAX];
    char bind[BUS_BIND_MAX];
    char filters[BUS_FILTERS_MAX][BUS_TOPIC_BYTES_MAX];
    char secret[BUS_SECRET_BYTES + 1];
    char hash[BUS_HASH_BYTES + 1];
    struct buf users; /* their part of the configuration */
    struct buf topic; /* of the message being handed out */
    int lock_fd;
    struct bus_child *child; /* NULL: a server elsewhere */
    struct bus_link *link;
    struct bus_flight *flight;
    struct net_watch *watch;
    struct net_timer *timer;
    enum bus_step step;
    bool was_ready; /* once */
    bool link_opened;
    bool stored_rests; /* no token was free: bus_ack() goes on */
    uint64_t epoch;    /* of the connection that the steps are about */
    uint64_t asked;    /* requests so far */
    uint32_t pause_ms;
    struct mono_us ready_at;
    uint16_t mqtt_port;
    uint16_t client_port;
    struct bus_counts counts;
};

/* life.c: from nothing to ready, and back there after every loss. */
MUST_USE enum err bus_life_child(struct bus *bus); /* makes the child's object */
MUST_USE enum err bus_life_start(struct bus *bus, struct diag *diag);
void bus_life_look(struct bus *bus); /* the connection may have come or gone */
void bus_life_due(void *context);    /* the timer's */
void bus_life_reply(struct bus *bus, const struct bus_link_item *item);
/* Writes the configuration with the users, and has it read. */
MUST_USE enum err bus_life_users(struct bus *bus, struct diag *diag);

/* intake.c: from the link to the handler. */
void bus_intake(void *context); /* the watch's */

#endif
