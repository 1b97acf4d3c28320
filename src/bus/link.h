/* link.h - the connection to nats-server by cnats, as events on the loop.
 *
 * Purpose    Hides cnats and its threads: what arrives waits in bounded queues until the loop takes
 *            it; what is sent never waits for an answer.
 * Ways       "stored": what our durable consumer delivers (QoS 1). "loose": what a plain
 *            subscription brings (QoS 0 of MQTT devices only). "replies": answers to our own requests. Replies come
 *            first, then stored, then loose.
 * Limits     Those of bus.h.
 * Threads    The loop's thread; cnats calls back on its own threads and touches only queues,
 *            counters and the wake-up descriptor.
 * Layer      3
 */
#ifndef BUS_LINK_H
#define BUS_LINK_H

#include "base/str.h"

enum {
    BUS_LINK_STORED_MAX = 2048, /* waiting for the loop; more than BUS_FLIGHT_MAX, for repeats */
    BUS_LINK_REPLIES_MAX = 16,  /* requests go out one at a time */
    BUS_LINK_SUBSCRIPTIONS_MAX = 40,
    BUS_LINK_CONNECT_MS = 2000,  /* for one try */
    BUS_LINK_WRITE_MS = 2000,    /* for a server that does not read */
    BUS_LINK_PING_MS = 5000,     /* twice unanswered: the connection is lost */
    BUS_LINK_RECONNECT_MS = 200, /* between tries */
};

struct bus_link; /* opaque */

enum bus_link_way { BUS_LINK_REPLY, BUS_LINK_STORED, BUS_LINK_LOOSE };

/* One message; its texts live until bus_link_drop(). */
struct bus_link_item {
    enum bus_link_way way;
    struct str subject;
    struct str reply; /* where the acknowledgement goes; empty when nowhere */
    struct bytes data;
    void *handle;
};

struct bus_link_options {
    const char *url;
    const char *user; /* NULL: what stands in the URL */
    const char *password;
    const char *name; /* shown by the server's monitoring */
};

struct bus_link_counts {
    uint64_t postponed;
    uint64_t dropped;
};

/* Makes queues and the descriptor that wakes the loop. Owner: caller. Errors: NOMEM, IO. */
MUST_USE enum err bus_link_new(struct bus_link **ret_link);
/* Ends the connection and waits for cnats's callbacks. NULL is allowed. */
void bus_link_free(struct bus_link *link);
int bus_link_fd(const struct bus_link *link); /* can be read when something waits */
void bus_link_rest(struct bus_link *link);    /* before looking: forgets earlier wake-ups */
void bus_link_wake(struct bus_link *link);    /* looks again in the next turn */

/* Tries once, and from then on again and again by itself. Errors: INVALID for a bad URL, NOMEM, IO
 * (also when the server does not let us in); told in `diag`. */
MUST_USE enum err bus_link_open(struct bus_link *link, const struct bus_link_options *options,
                                struct diag *diag);
/* Ends the connection, waits for cnats's callbacks and forgets what waits; it may be opened again.
 */
void bus_link_close(struct bus_link *link);
/* cnats has given up, as it does when a server twice does not let us in; close and open again.
 * Then *ret_why, which lives until the close, says what came last. */
bool bus_link_given_up(const struct bus_link *link, const char **ret_why);
/* Stays over reconnects. Errors: NOMEM, IO. */
MUST_USE enum err bus_link_subscribe(struct bus_link *link, enum bus_link_way way,
                                     const char *subject);
bool bus_link_connected(const struct bus_link *link);
/* Counts connections made: another number means that the server is a new one. */
uint64_t bus_link_epoch(const struct bus_link *link);
/* Errors: IO. `reply` may be NULL. */
MUST_USE enum err bus_link_send(struct bus_link *link, const char *subject, const char *reply,
                                struct bytes data);
/* False when nothing waits on `way`. The caller drops the item. */
bool bus_link_take(struct bus_link *link, enum bus_link_way way, struct bus_link_item *ret);
void bus_link_drop(const struct bus_link_item *item);
struct bus_link_counts bus_link_counts(const struct bus_link *link);

#endif
