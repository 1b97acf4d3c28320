/* intake.c - messages from the link to the handler: which are ours, what they are called, which
 * token they have. */
#include "bus/inner.h"

#include "bus/topic.h"

enum { BUS_TURN_MAX = 256 }; /* messages handled in one turn of the loop */

/* Fills bus->topic. False when the message is not for us. */
static bool bus_intake_topic(struct bus *bus, struct str subject)
{
    buf_reset(&bus->topic);
    bus_topic_of(subject, &bus->topic);
    enum err err = buf_err(&bus->topic);
    if (err)
        return false;
    for (size_t i = 0; i < bus->options.filter_count; i++)
        if (bus_topic_fits(str_of(bus->filters[i]), buf_text(&bus->topic)))
            return true;
    return false;
}

static void bus_intake_hand(struct bus *bus, struct bus_message message)
{
    if (message.again)
        bus->counts.repeats++;
    else
        bus->counts.messages++;
    message.topic = buf_text(&bus->topic);
    bus->options.message(bus->options.context, &message);
}

static void bus_intake_stored(struct bus *bus, const struct bus_link_item *item)
{
    static const char *const done = "+ACK";
    struct bus_flight_mark mark;
    struct bus_token token;
    struct str subject = item->subject;

    enum err err = bus_flight_parse(item->reply, &mark);
    if (err || !str_starts(subject, STR(BUS_STORED))) {
        bus->counts.strange++; /* not from the consumer: somebody else's publish */
        return;
    }
    subject.data += sizeof BUS_STORED - 1;
    subject.size -= sizeof BUS_STORED - 1;
    if (!bus_intake_topic(bus, subject)) {
        bus->counts.strange++;
        err = bus_link_send(bus->link, item->reply.data, NULL, str_bytes(str_of(done)));
        if (err)
            bus->counts.postponed++; /* comes again, and is passed over again */
        return;
    }
    err = bus_flight_add(bus->flight, item->reply, mark.sequence, &token);
    if (err == ERR_EXISTS)
        return; /* the handler has it, only slowly */
    if (err) {
        bus->counts.postponed++;
        return;
    }
    bus_intake_hand(bus, (struct bus_message){.payload = item->data,
                                              .token = token,
                                              .received = mark.received,
                                              .again = mark.delivered > 1});
}

static void bus_intake_loose(struct bus *bus, const struct bus_link_item *item)
{
    if (!bus_intake_topic(bus, item->subject)) {
        bus->counts.dropped++;
        return;
    }
    bus_intake_hand(bus, (struct bus_message){.payload = item->data,
                                              .received = clock_utc(bus->options.clock)});
}

void bus_intake(void *context)
{
    struct bus *bus = context;
    struct bus_link_item item;
    unsigned count = 0;

    bus_link_rest(bus->link);
    bus_life_look(bus);
    for (; count < BUS_TURN_MAX && bus_link_take(bus->link, BUS_LINK_REPLY, &item); count++) {
        bus_life_reply(bus, &item);
        bus_link_drop(&item);
    }
    while (count < BUS_TURN_MAX && !bus_flight_full(bus->flight) &&
           bus_link_take(bus->link, BUS_LINK_STORED, &item)) {
        bus_intake_stored(bus, &item);
        bus_link_drop(&item);
        count++;
    }
    bus->stored_rests = bus_flight_full(bus->flight);
    for (; count < BUS_TURN_MAX && bus_link_take(bus->link, BUS_LINK_LOOSE, &item); count++) {
        bus_intake_loose(bus, &item);
        bus_link_drop(&item);
    }
    if (count == BUS_TURN_MAX)
        bus_link_wake(bus->link);
}
