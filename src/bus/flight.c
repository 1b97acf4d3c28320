/* flight.c - see flight.h. A token is the place's number and how often the place was used: one
 * given back twice does no harm. */
#include "bus/flight.h"

#include <string.h>

#include "base/mem.h"

struct bus_flight_slot {
    uint32_t uses;
    bool out;
    char subject[BUS_FLIGHT_SUBJECT_MAX];
};

struct bus_flight {
    /* Beside the slots, so that looking for one reads 8 KiB. 0: free. */
    uint64_t sequences[BUS_FLIGHT_MAX];
    struct bus_flight_slot slots[BUS_FLIGHT_MAX];
    uint16_t free[BUS_FLIGHT_MAX];
    size_t free_count;
};

/* Short form: nine tokens; with domain and account, two more in front and perhaps one behind. */
enum { BUS_MARK_TOKENS = 9, BUS_MARK_TOKENS_MAX = 12, BUS_MARK_LONG_BY = 2 };

static enum err bus_flight_numbers(const struct str tokens[BUS_MARK_TOKENS],
                                   struct bus_flight_mark *ret)
{
    enum { DELIVERED = 4, SEQUENCE = 5, TIME = 7 };
    struct bus_flight_mark mark = {0};
    uint64_t time_ns = 0;

    enum err err = str_u64(tokens[DELIVERED], &mark.delivered);
    if (!err)
        err = str_u64(tokens[SEQUENCE], &mark.sequence);
    if (!err)
        err = str_u64(tokens[TIME], &time_ns);
    if (err || mark.sequence == 0 || time_ns > INT64_MAX)
        return ERR_SYNTAX;
    mark.received.us = (int64_t)(time_ns / 1000);
    *ret = mark;
    return OK;
}

enum err bus_flight_parse(struct str subject, struct bus_flight_mark *ret)
{
    struct str tokens[BUS_MARK_TOKENS_MAX] = {0};
    struct str rest = subject;
    size_t count = 0;

    while (rest.size && count < BUS_MARK_TOKENS_MAX)
        tokens[count++] = str_cut(&rest, '.');
    if (rest.size || !str_eq(tokens[0], STR("$JS")) || !str_eq(tokens[1], STR("ACK")))
        return ERR_SYNTAX;
    if (count == BUS_MARK_TOKENS)
        return bus_flight_numbers(tokens, ret);
    if (count < BUS_MARK_TOKENS + BUS_MARK_LONG_BY)
        return ERR_SYNTAX;
    return bus_flight_numbers(tokens + BUS_MARK_LONG_BY, ret);
}

enum err bus_flight_new(struct bus_flight **ret_flight)
{
    struct bus_flight *flight = mem_zero(1, sizeof *flight);

    if (!flight)
        return ERR_NOMEM;
    for (size_t i = 0; i < BUS_FLIGHT_MAX; i++)
        flight->free[i] = (uint16_t)(BUS_FLIGHT_MAX - 1 - i);
    flight->free_count = BUS_FLIGHT_MAX;
    *ret_flight = flight;
    return OK;
}

void bus_flight_free(struct bus_flight *flight)
{
    mem_free(flight);
}

size_t bus_flight_count(const struct bus_flight *flight)
{
    return BUS_FLIGHT_MAX - flight->free_count;
}

bool bus_flight_full(const struct bus_flight *flight)
{
    return flight->free_count == 0;
}

static void bus_flight_name(struct bus_flight_slot *slot, struct str subject)
{
    memcpy(slot->subject, subject.data, subject.size);
    slot->subject[subject.size] = '\0';
}

enum err bus_flight_add(struct bus_flight *flight, struct str subject, uint64_t sequence,
                        struct bus_token *ret_token)
{
    ASSERT(sequence != 0);
    if (subject.size >= BUS_FLIGHT_SUBJECT_MAX)
        return ERR_LIMIT;
    for (size_t i = 0; i < BUS_FLIGHT_MAX; i++)
        if (flight->sequences[i] == sequence) {
            bus_flight_name(&flight->slots[i], subject);
            return ERR_EXISTS;
        }
    if (bus_flight_full(flight))
        return ERR_BUSY;
    size_t at = flight->free[--flight->free_count];
    struct bus_flight_slot *slot = &flight->slots[at];
    bus_flight_name(slot, subject);
    slot->out = true;
    slot->uses++;
    flight->sequences[at] = sequence;
    ret_token->value = (uint64_t)slot->uses << 32 | (at + 1);
    return OK;
}

bool bus_flight_take(struct bus_flight *flight, struct bus_token token,
                     char ret_subject[BUS_FLIGHT_SUBJECT_MAX])
{
    uint64_t number = token.value & UINT32_MAX;

    if (number == 0 || number > BUS_FLIGHT_MAX)
        return false;
    size_t at = number - 1;
    struct bus_flight_slot *slot = &flight->slots[at];
    if (!slot->out || slot->uses != token.value >> 32)
        return false;
    memcpy(ret_subject, slot->subject, sizeof slot->subject);
    slot->out = false;
    flight->sequences[at] = 0;
    flight->free[flight->free_count++] = (uint16_t)at;
    return true;
}
