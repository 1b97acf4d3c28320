/* link.c - see link.h.
 *
 * cnats delivers each message on its thread; it goes into a queue of ours, and one write wakes the
 * loop for all that come before it looks. cnats tells the end of each subscription and of the
 * connection; only after all of them may the queues go.
 */
#include "bus/link.h"

#include <errno.h>
#include <nats/nats.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/queue.h"
#include "bus/bus.h"

enum { BUS_LINK_WAYS = 3 };

struct bus_link_subscription {
    natsSubscription *handle;
    enum bus_link_way way;
};

struct bus_link {
    natsConnection *connection;
    struct bus_link_subscription subscriptions[BUS_LINK_SUBSCRIPTIONS_MAX];
    size_t subscription_count;
    struct queue *waiting[BUS_LINK_WAYS]; /* of natsMsg pointers */
    struct queue *ended;                  /* a byte for each callback that will not come again */
    int wake_fd;
    atomic_bool woken;
    atomic_size_t waiting_bytes;
    atomic_uint_fast64_t epoch;
    atomic_uint_fast64_t postponed;
    atomic_uint_fast64_t dropped;
};

/* The byte of a message that no queue counts: cnats's own bookkeeping. */
enum { BUS_LINK_MESSAGE_BYTES = 256 };

static size_t bus_link_size(natsMsg *message)
{
    return (size_t)natsMsg_GetDataLength(message) + BUS_LINK_MESSAGE_BYTES;
}

static void bus_link_empty(struct bus_link *link)
{
    struct bus_link_item item;

    for (int way = 0; way < BUS_LINK_WAYS; way++)
        while (link->waiting[way] && bus_link_take(link, (enum bus_link_way)way, &item))
            bus_link_drop(&item);
}

enum err bus_link_new(struct bus_link **ret_link)
{
    static const size_t room[BUS_LINK_WAYS] = {BUS_LINK_REPLIES_MAX, BUS_LINK_STORED_MAX,
                                               BUS_LOOSE_MAX};
    struct bus_link *link = mem_zero(1, sizeof *link);
    enum err err = OK;

    if (!link)
        return ERR_NOMEM;
    link->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (link->wake_fd < 0)
        err = err_of_errno(errno);
    for (int way = 0; way < BUS_LINK_WAYS && !err; way++)
        err = queue_new(sizeof(natsMsg *), room[way], &link->waiting[way]);
    if (!err)
        err = queue_new(1, BUS_LINK_SUBSCRIPTIONS_MAX + 1, &link->ended);
    if (err) {
        bus_link_free(link);
        return err;
    }
    *ret_link = link;
    return OK;
}

/* What cnats itself has dropped before it called us: its queue is as long as ours. */
static uint64_t bus_link_overrun(const struct bus_link *link, enum bus_link_way way)
{
    uint64_t all = 0;

    for (size_t i = 0; i < link->subscription_count; i++) {
        int64_t dropped = 0;
        if (link->subscriptions[i].way == way &&
            natsSubscription_GetDropped(link->subscriptions[i].handle, &dropped) == NATS_OK)
            all += (uint64_t)dropped;
    }
    return all;
}

void bus_link_close(struct bus_link *link)
{
    size_t owed = link->subscription_count + (link->connection ? 1 : 0);
    unsigned char byte;

    atomic_fetch_add(&link->postponed, bus_link_overrun(link, BUS_LINK_STORED));
    atomic_fetch_add(&link->dropped, bus_link_overrun(link, BUS_LINK_LOOSE));
    for (size_t i = 0; i < link->subscription_count; i++)
        natsSubscription_Destroy(link->subscriptions[i].handle);
    natsConnection_Destroy(link->connection);
    for (size_t i = 0; i < owed; i++)
        if (queue_pop(link->ended, &byte))
            break;
    link->connection = NULL;
    link->subscription_count = 0;
    bus_link_empty(link);
}

void bus_link_free(struct bus_link *link)
{
    if (!link)
        return;
    bus_link_close(link);
    for (int way = 0; way < BUS_LINK_WAYS; way++)
        queue_free(link->waiting[way]);
    queue_free(link->ended);
    if (link->wake_fd >= 0)
        close(link->wake_fd);
    mem_free(link);
}

bool bus_link_given_up(const struct bus_link *link, const char **ret_why)
{
    if (!link->connection || !natsConnection_IsClosed(link->connection))
        return false;
    *ret_why = "it gives no reason";
    natsConnection_GetLastError(link->connection, ret_why);
    return true;
}

int bus_link_fd(const struct bus_link *link)
{
    return link->wake_fd;
}

void bus_link_rest(struct bus_link *link)
{
    uint64_t count;

    /* The order matters: a wake-up between the two lines is seen next time. */
    if (read(link->wake_fd, &count, sizeof count) < 0)
        return; /* nothing was written: then nobody waits for the flag either */
    atomic_store(&link->woken, false);
}

void bus_link_wake(struct bus_link *link)
{
    static const uint64_t one = 1;

    if (atomic_exchange(&link->woken, true))
        return;
    ssize_t put = write(link->wake_fd, &one, sizeof one);
    ASSERT(put == sizeof one); /* the counter cannot be full: it is written once a look */
}

static void bus_link_on_message(struct bus_link *link, enum bus_link_way way, natsMsg *message)
{
    size_t size = bus_link_size(message);

    size_t before = atomic_fetch_add(&link->waiting_bytes, size);
    enum err err =
        before + size > BUS_WAITING_BYTES_MAX ? ERR_BUSY : queue_push(link->waiting[way], &message);
    if (err) {
        atomic_fetch_sub(&link->waiting_bytes, size);
        atomic_fetch_add(way == BUS_LINK_STORED ? &link->postponed : &link->dropped, 1);
        natsMsg_Destroy(message);
    }
    bus_link_wake(link);
}

static void bus_link_on_reply(natsConnection *connection, natsSubscription *subscription,
                              natsMsg *message, void *closure)
{
    (void)connection;
    (void)subscription;
    bus_link_on_message(closure, BUS_LINK_REPLY, message);
}

static void bus_link_on_stored(natsConnection *connection, natsSubscription *subscription,
                               natsMsg *message, void *closure)
{
    (void)connection;
    (void)subscription;
    bus_link_on_message(closure, BUS_LINK_STORED, message);
}

static void bus_link_on_loose(natsConnection *connection, natsSubscription *subscription,
                              natsMsg *message, void *closure)
{
    const char *qos = NULL;

    (void)connection;
    (void)subscription;
    /* A QoS 1 publish passes here too; it comes by the consumer. Without the header it is no
     * device's. Neither may take the room of others. */
    natsStatus status = natsMsgHeader_Get(message, "Nmqtt-Pub", &qos);
    if (status == NATS_OK && strcmp(qos, "0") == 0)
        bus_link_on_message(closure, BUS_LINK_LOOSE, message);
    else
        natsMsg_Destroy(message);
}

static void bus_link_on_connected(natsConnection *connection, void *closure)
{
    struct bus_link *link = closure;

    (void)connection;
    atomic_fetch_add(&link->epoch, 1);
    bus_link_wake(link);
}

static void bus_link_on_lost(natsConnection *connection, void *closure)
{
    (void)connection;
    bus_link_wake(closure);
}

/* Only a slow reader (our limits refuse messages before cnats does) and refusals of subjects come
 * here; the loop sees the latter as requests without an answer. Without a handler cnats prints. */
static void bus_link_on_error(natsConnection *connection, natsSubscription *subscription,
                              natsStatus status, void *closure)
{
    (void)connection;
    (void)subscription;
    (void)status;
    bus_link_wake(closure);
}

static void bus_link_ended(void *closure)
{
    static const unsigned char byte = 1;
    struct bus_link *link = closure;

    enum err err = queue_push(link->ended, &byte);
    ASSERT(!err); /* has room for one of each */
}

static void bus_link_on_closed(natsConnection *connection, void *closure)
{
    (void)connection;
    bus_link_wake(closure);
    bus_link_ended(closure); /* the last that happens: the link may be freed now */
}

static natsStatus bus_link_set(const struct bus_link_options *options, natsOptions *set)
{
    natsStatus status = natsOptions_SetURL(set, options->url);

    if (status == NATS_OK && options->user)
        status = natsOptions_SetUserInfo(set, options->user, options->password);
    if (status == NATS_OK)
        status = natsOptions_SetName(set, options->name);
    if (status == NATS_OK)
        status = natsOptions_SetTimeout(set, BUS_LINK_CONNECT_MS);
    if (status == NATS_OK)
        status = natsOptions_SetWriteDeadline(set, BUS_LINK_WRITE_MS);
    if (status == NATS_OK)
        status = natsOptions_SetPingInterval(set, BUS_LINK_PING_MS);
    if (status == NATS_OK)
        status = natsOptions_SetMaxReconnect(set, -1);
    if (status == NATS_OK)
        status = natsOptions_SetReconnectWait(set, BUS_LINK_RECONNECT_MS);
    if (status == NATS_OK)
        status = natsOptions_UseGlobalMessageDelivery(set, true);
    return status;
}

static natsStatus bus_link_set_calls(struct bus_link *link, natsOptions *set)
{
    natsStatus status = natsOptions_SetRetryOnFailedConnect(set, true, bus_link_on_connected, link);

    if (status == NATS_OK)
        status = natsOptions_SetReconnectedCB(set, bus_link_on_connected, link);
    if (status == NATS_OK)
        status = natsOptions_SetDisconnectedCB(set, bus_link_on_lost, link);
    if (status == NATS_OK)
        status = natsOptions_SetErrorHandler(set, bus_link_on_error, link);
    if (status == NATS_OK)
        status = natsOptions_SetClosedCB(set, bus_link_on_closed, link);
    return status;
}

static enum err bus_link_err(natsStatus status)
{
    if (status == NATS_OK)
        return OK;
    if (status == NATS_NO_MEMORY)
        return ERR_NOMEM;
    return status == NATS_INVALID_ARG ? ERR_INVALID : ERR_IO;
}

enum err bus_link_open(struct bus_link *link, const struct bus_link_options *options,
                       struct diag *diag)
{
    natsOptions *set = NULL;

    ASSERT(!link->connection);
    natsStatus status = natsOptions_Create(&set);
    if (status == NATS_OK)
        status = bus_link_set(options, set);
    if (status == NATS_OK)
        status = bus_link_set_calls(link, set);
    if (status == NATS_OK)
        status = natsConnection_Connect(&link->connection, set);
    natsOptions_Destroy(set);
    if (status == NATS_OK)
        bus_link_on_connected(link->connection, link); /* cnats tells later ones only */
    if (status == NATS_OK || status == NATS_NOT_YET_CONNECTED)
        return OK;
    link->connection = NULL;
    return diag_set(diag, bus_link_err(status), "cannot connect to the NATS server: %s",
                    natsStatus_GetText(status));
}

enum err bus_link_subscribe(struct bus_link *link, enum bus_link_way way, const char *subject)
{
    static const natsMsgHandler handlers[BUS_LINK_WAYS] = {bus_link_on_reply, bus_link_on_stored,
                                                           bus_link_on_loose};
    natsSubscription *made = NULL;

    ASSERT(link->subscription_count < BUS_LINK_SUBSCRIPTIONS_MAX);
    natsStatus status =
        natsConnection_Subscribe(&made, link->connection, subject, handlers[way], link);
    if (status != NATS_OK)
        return bus_link_err(status);
    status = natsSubscription_SetOnCompleteCB(made, bus_link_ended, link);
    if (status != NATS_OK) { /* the connection is given up already: nothing will come by it */
        natsSubscription_Destroy(made);
        return bus_link_err(status);
    }
    link->subscriptions[link->subscription_count++] =
        (struct bus_link_subscription){.handle = made, .way = way};
    status = natsSubscription_SetPendingLimits(made, BUS_LOOSE_MAX, BUS_WAITING_BYTES_MAX);
    return bus_link_err(status);
}

bool bus_link_connected(const struct bus_link *link)
{
    return link->connection &&
           natsConnection_Status(link->connection) == NATS_CONN_STATUS_CONNECTED;
}

uint64_t bus_link_epoch(const struct bus_link *link)
{
    return atomic_load(&link->epoch);
}

enum err bus_link_send(struct bus_link *link, const char *subject, const char *reply,
                       struct bytes data)
{
    natsStatus status;

    if (!link->connection || data.size > INT32_MAX)
        return ERR_IO;
    if (reply)
        status = natsConnection_PublishRequest(link->connection, subject, reply, data.data,
                                               (int)data.size);
    else
        status = natsConnection_Publish(link->connection, subject, data.data, (int)data.size);
    return bus_link_err(status);
}

bool bus_link_take(struct bus_link *link, enum bus_link_way way, struct bus_link_item *ret)
{
    natsMsg *message;

    enum err err = queue_try_pop(link->waiting[way], &message);
    if (err)
        return false;
    atomic_fetch_sub(&link->waiting_bytes, bus_link_size(message));
    *ret = (struct bus_link_item){
        .way = way,
        .subject = str_of(natsMsg_GetSubject(message)),
        .reply = str_of(natsMsg_GetReply(message)),
        .data = {(const unsigned char *)natsMsg_GetData(message),
                 (size_t)natsMsg_GetDataLength(message)},
        .handle = message,
    };
    return true;
}

void bus_link_drop(const struct bus_link_item *item)
{
    natsMsg_Destroy(item->handle);
}

struct bus_link_counts bus_link_counts(const struct bus_link *link)
{
    return (struct bus_link_counts){
        .postponed = atomic_load(&link->postponed) + bus_link_overrun(link, BUS_LINK_STORED),
        .dropped = atomic_load(&link->dropped) + bus_link_overrun(link, BUS_LINK_LOOSE),
    };
}
