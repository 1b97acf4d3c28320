/* bus.h - MQTT devices: nats-server as a child process or elsewhere, and what devices publish.
 *
 * Purpose    Starts and watches nats-server (or joins one that runs), takes in all that MQTT
 *            devices publish and hands it to one handler; publishes what devices subscribe to.
 * Promise    A QoS 1 message is in nats-server's file before the device gets its PUBACK, and stays
 *            there until bus_ack(): it survives SIGKILL of either process, not power loss
 *            (nats-server 2.9 does not sync its file first). It may come more than once. QoS 0
 *            comes once or never.
 * Way        nats-server keeps QoS 1 publishes in its stream $MQTT_msgs for as long as a consumer
 *            wants them. Ours is durable, is made before the first device may log in, and
 *            confirms each message by itself.
 * Limits     BUS_FLIGHT_MAX messages are with the handler and not acknowledged; then nats-server
 *            holds the next ones back. Bytes waiting for the loop are bounded by
 *            BUS_WAITING_BYTES_MAX: QoS 1 beyond it is not acknowledged and comes again, QoS 0 is
 *            dropped; bus_counts() tells both.
 * Refuses    Topics with '.', a blank or a wildcard, and QoS 2 (nats-server 2.9 closes the
 *            connection). $SYS and retained copies do not come.
 * Threads    All of it belongs to the loop's thread. cnats has threads of its own; they end before
 *            bus_free() returns.
 * Layer      3
 */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "base/clock.h"
#include "base/str.h"
#include "net/loop.h"

enum {
    BUS_FLIGHT_MAX = 1024,            /* QoS 1 messages handed out and not yet acknowledged */
    BUS_LOOSE_MAX = 4096,             /* QoS 0 messages waiting for the loop */
    BUS_WAITING_BYTES_MAX = 64 << 20, /* of all messages waiting for the loop */
    BUS_PAYLOAD_BYTES_MAX = 1 << 20,  /* of one message: nats-server closes on more */
    BUS_TOPIC_BYTES_MAX = 1024,       /* of one topic; a longer one is acknowledged and counted */
    BUS_FILTERS_MAX = 16,
    BUS_USERS_MAX = 50000,
    BUS_USER_TOPICS_MAX = 16, /* of one user and direction */
    BUS_NAME_BYTES_MAX = 64,  /* of a user */
    BUS_HASH_BYTES = 60,      /* of a bcrypt hash */
    BUS_PAUSE_S_MAX = 30,     /* longest pause before nats-server is started again */
};

struct bus; /* opaque */

enum bus_state {
    BUS_STARTING,
    BUS_READY,  /* devices may log in; bus_mqtt_port() is known */
    BUS_LOST,   /* nats-server is gone or does not answer; tried again; diag says why */
    BUS_FAILED, /* given up: the first start did not succeed; diag says what to do */
};

/* For bus_ack() and bus_nak(). The value 0 (QoS 0) needs neither. */
struct bus_token {
    uint64_t value;
};

/* All of it lives until the handler returns, the token until it is given back. */
struct bus_message {
    struct str topic; /* as the device wrote it */
    struct bytes payload;
    struct bus_token token;
    struct utc_us received; /* when nats-server had it (QoS 0: when it came here) */
    bool again;             /* was delivered before, as far as nats-server has noted */
};

struct bus_options {
    struct net_loop *loop;
    const struct clock *clock;
    const char *folder;  /* of nats-server's data and configuration; made when absent */
    const char *url;     /* nats://user:password@host:port of a server that runs; else NULL */
    const char *program; /* NULL: nats-server, found on PATH or in /usr/sbin */
    const char *bind;    /* address in digits for MQTT; NULL: 127.0.0.1 */
    uint16_t port;       /* for MQTT; 0: a free one */
    const char *const *filters; /* MQTT topic filters that are ours; must not overlap */
    size_t filter_count;
    void (*message)(void *context, const struct bus_message *message);
    void (*state)(void *context, enum bus_state state, const struct diag *diag);
    /* A warning or error of nats-server (refused log-ins, forbidden topics); may be NULL. It may
     * name users and addresses. */
    void (*said)(void *context, struct str line);
    void *context;
    /* 0 means: 10,000 connections, 1 GiB of messages waiting, 30 s until one comes again. */
    uint32_t connections_max;
    uint64_t store_bytes_max;
    uint32_t again_ms;
    /* Devices may come without a name, if and as long as bus_users() has a BUS_ANONYMOUS. */
    bool anonymous;
};

#define BUS_ANONYMOUS "anonymous" /* its hash is empty */

/* Who may log in by MQTT, and what with. */
struct bus_user {
    struct str name;           /* letters, digits, '_', '-', '.', ':', '@' */
    struct str hash;           /* bcrypt; see bus_hash() */
    const struct str *publish; /* topic filters; none: nothing */
    size_t publish_count;
    const struct str *subscribe; /* as publish */
    size_t subscribe_count;
};

struct bus_counts {
    uint64_t messages;  /* given to the handler, without repeats */
    uint64_t repeats;   /* given to the handler again */
    uint64_t postponed; /* QoS 1 that found no room; they come again */
    uint64_t dropped;   /* QoS 0 that found no room */
    uint64_t strange;   /* QoS 1 outside the filters or with a topic too long: acknowledged */
    uint64_t restarts;  /* of nats-server */
    size_t flight;      /* handed out now and not acknowledged */
};

/* Starts nats-server or begins to connect, and returns; `state` tells how that went. With `url`
 * waits for the first try of a connection, 2 s at most. Owner: caller; free it before its loop.
 * Errors: UNSUPPORTED when nats-server is not installed, BUSY when another process uses `folder`,
 * USAGE for bad options, IO, NOMEM; told in `diag`. */
MUST_USE enum err bus_new(const struct bus_options *options, struct bus **ret_bus,
                          struct diag *diag);
/* Ends nats-server (SIGTERM, then SIGKILL after 5 s) and waits for it. Unacknowledged messages
 * come again next time. NULL is allowed. */
void bus_free(struct bus *bus);

/* 0 until known, and with `url`. */
uint16_t bus_mqtt_port(const struct bus *bus);
struct bus_counts bus_counts(const struct bus *bus);

/* The message is on disk. A token that was given back, or is 0, is passed over. */
void bus_ack(struct bus *bus, struct bus_token token);
/* It is not: it comes again after `after_ms`. */
void bus_nak(struct bus *bus, struct bus_token token, uint32_t after_ms);
/* To whoever subscribes now, at QoS 0. Errors: BUSY while not ready, INVALID for a topic that
 * nats-server cannot carry, LIMIT, IO. */
MUST_USE enum err bus_publish(struct bus *bus, struct str topic, struct bytes payload);

/* Replaces the list of users; connections of users that are gone or changed are closed. Not with
 * `url`: there the server's own configuration says it. Errors: INVALID for a name, hash or topic,
 * LIMIT, UNSUPPORTED with `url`, IO, NOMEM; told in `diag`; then the old list stays. */
MUST_USE enum err bus_users(struct bus *bus, const struct bus_user *users, size_t count,
                            struct diag *diag);
/* bcrypt of a token, with salt from the system, NUL-terminated. `cost` 4 to 12: 4 takes about 1 ms
 * and is enough for tokens of 128 random bits, which no dictionary holds. Errors: RANGE for the
 * cost, INVALID for a token that is empty, longer than 72 bytes or holds NUL; IO, NOMEM. */
MUST_USE enum err bus_hash(struct str token, unsigned cost, char ret_hash[BUS_HASH_BYTES + 1]);

#endif
