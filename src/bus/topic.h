/* topic.h - MQTT topics and filters, and the NATS subjects that nats-server maps them to.
 *
 * Purpose    foo/bar is foo.bar; an empty level is the token "/"; + is * and # is >.
 * Refuses    '.', blanks and control characters, which nats-server 2.9 cannot map; '"' and '\',
 *            which its configuration would read otherwise; first levels that begin with '$'.
 * Source     MQTT 3.1.1, 4.7; nats-server 2.9 documentation, "MQTT", topics and subjects.
 * Threads    Any; functions of their arguments.
 * Layer      3
 */
#ifndef BUS_TOPIC_H
#define BUS_TOPIC_H

#include "base/buf.h"

/* Appends the subject of a topic without wildcards. Errors: INVALID, then nothing is appended. */
MUST_USE enum err bus_topic_subject(struct str topic, struct buf *subject);
/* As bus_topic_subject, with wildcards. foo/# fits foo too, which foo.> does not: name
 * bus_topic_parent() as well. */
MUST_USE enum err bus_topic_filter(struct str filter, struct buf *subject);
/* True for a filter that ends in a level # below others; *ret is these. */
bool bus_topic_parent(struct str filter, struct str *ret);
/* Appends the topic of a subject. */
void bus_topic_of(struct str subject, struct buf *topic);
bool bus_topic_fits(struct str filter, struct str topic);
/* True when some topic fits both. */
bool bus_topic_overlap(struct str a, struct str b);

#endif
