/* flight.h - messages handed out and not yet acknowledged.
 *
 * Purpose    A token for each, in a table of fixed size; one that is delivered again while it is
 *            still out keeps its token.
 * Source     nats-server, "JetStream wire API": the acknowledgement's subject is
 *            $JS.ACK[.domain.account].stream.consumer.delivered.sequence.ours.time_ns.pending[.*]
 * Threads    All of it belongs to the loop's thread.
 * Layer      3
 */
#ifndef BUS_FLIGHT_H
#define BUS_FLIGHT_H

#include "bus/bus.h"

enum { BUS_FLIGHT_SUBJECT_MAX = 192 }; /* bytes of an acknowledgement's subject, with its NUL */

struct bus_flight; /* opaque */

/* What an acknowledgement's subject tells. */
struct bus_flight_mark {
    uint64_t delivered; /* times; 1 the first time */
    uint64_t sequence;  /* in the stream */
    struct utc_us received;
};

/* Errors: SYNTAX. */
MUST_USE enum err bus_flight_parse(struct str subject, struct bus_flight_mark *ret);
/* Owner: caller. Errors: NOMEM. */
MUST_USE enum err bus_flight_new(struct bus_flight **ret_flight);
void bus_flight_free(struct bus_flight *flight); /* NULL is allowed */
size_t bus_flight_count(const struct bus_flight *flight);
bool bus_flight_full(const struct bus_flight *flight);
/* Errors: EXISTS when it is out already (it is then acknowledged by the newer subject), BUSY when
 * full, LIMIT for a subject too long. */
MUST_USE enum err bus_flight_add(struct bus_flight *flight, struct str subject, uint64_t sequence,
                                 struct bus_token *ret_token);
/* Gives the token back: true when it was out; then *ret_subject is the subject to answer. */
bool bus_flight_take(struct bus_flight *flight, struct bus_token token,
                     char ret_subject[BUS_FLIGHT_SUBJECT_MAX]);

#endif
