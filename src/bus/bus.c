/* bus.c - see bus.h: options in, calls of the program, everything back. The steps are in life.c. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "bus/inner.h"
#include "bus/topic.h"

enum {
    BUS_CONNECTIONS = 10000,
    BUS_STORE_BYTES = 1 << 30,
    BUS_AGAIN_MS = 30000,
    BUS_AGAIN_MS_MIN = 100,
    BUS_LOCK_TRIES = 40, /* a killed program's nats-server is gone within milliseconds */
    BUS_LOCK_WAIT_MS = 50,
    BUS_SUBJECT_MAX = 2 * BUS_TOPIC_BYTES_MAX,
};

static enum err bus_filters(struct bus *bus, const struct bus_options *options, struct diag *diag)
{
    struct buf subject;
    enum err err = OK;

    if (options->filter_count < 1 || options->filter_count > BUS_FILTERS_MAX)
        return diag_set(diag, ERR_USAGE, "%zu MQTT filters; 1 to %d are possible",
                        options->filter_count, BUS_FILTERS_MAX);
    buf_init(&subject, BUS_SUBJECT_MAX);
    for (size_t i = 0; i < options->filter_count && !err; i++) {
        struct str filter = str_of(options->filters[i]);
        buf_reset(&subject);
        err = filter.size < BUS_TOPIC_BYTES_MAX ? bus_topic_filter(filter, &subject) : ERR_INVALID;
        if (err == ERR_INVALID)
            err = diag_set(diag, ERR_USAGE, "`%.64s` is not an MQTT filter that NATS can carry",
                           options->filters[i]);
        for (size_t k = 0; k < i && !err; k++)
            if (bus_topic_overlap(filter, str_of(options->filters[k])))
                err = diag_set(diag, ERR_USAGE, "MQTT filters `%.64s` and `%.64s` overlap",
                               options->filters[k], options->filters[i]);
        if (!err)
            memcpy(bus->filters[i], filter.data, filter.size); /* zeroed: ends with NUL */
    }
    buf_done(&subject);
    return err;
}

static enum err bus_copy(const char *text, size_t size, char *ret, struct diag *diag)
{
    if ((size_t)snprintf(ret, size, "%s", text) < size)
        return OK;
    return diag_set(diag, ERR_USAGE, "`%.64s...` is too long", text);
}

static void bus_take_numbers(struct bus_options *options)
{
    if (!options->connections_max)
        options->connections_max = BUS_CONNECTIONS;
    if (!options->store_bytes_max)
        options->store_bytes_max = BUS_STORE_BYTES;
    if (!options->again_ms)
        options->again_ms = BUS_AGAIN_MS;
    if (options->again_ms < BUS_AGAIN_MS_MIN)
        options->again_ms = BUS_AGAIN_MS_MIN;
}

static enum err bus_take_options(struct bus *bus, const struct bus_options *options,
                                 struct diag *diag)
{
    bus->options = *options;
    bus_take_numbers(&bus->options);
    enum err err = bus_filters(bus, options, diag);
    if (!err && options->url)
        return bus_copy(options->url, sizeof bus->url, bus->url, diag);
    if (!err)
        err = bus_copy(options->folder, sizeof bus->folder, bus->folder, diag);
    if (!err)
        err = bus_copy(options->bind ? options->bind : "127.0.0.1", sizeof bus->bind, bus->bind,
                       diag);
    if (!err && file_join(sizeof bus->config, bus->config, bus->folder, "nats.conf"))
        err = diag_at(diag, ERR_LIMIT, bus->folder, 0, 0, "path is too long");
    return err;
}

/* One process a folder: nats-server itself does not look whether another writes its files. The
 * child holds the lock too, so that it ends only when both are gone. */
static enum err bus_lock(struct bus *bus, struct diag *diag)
{
    char path[FILE_PATH_MAX];

    enum err err = file_make_folder(bus->folder, diag);
    if (err)
        return err;
    if (chmod(bus->folder, 0700) || file_join(sizeof path, path, bus->folder, "lock"))
        return diag_at(diag, ERR_IO, bus->folder, 0, 0, "cannot be made private: %s",
                       strerror(errno));
    bus->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (bus->lock_fd < 0)
        return diag_at(diag, err_of_errno(errno), path, 0, 0, "cannot open: %s", strerror(errno));
    for (int i = 0; i < BUS_LOCK_TRIES; i++) {
        if (flock(bus->lock_fd, LOCK_EX | LOCK_NB) == 0)
            return OK;
        poll(NULL, 0, BUS_LOCK_WAIT_MS);
    }
    return diag_at(diag, ERR_BUSY, bus->folder, 0, 0,
                   "another yancheng or its nats-server works here; end it first");
}

static enum err bus_prepare_child(struct bus *bus, struct diag *diag)
{
    const char *name = bus->options.program ? bus->options.program : "nats-server";

    enum err err = bus_child_find(name, sizeof bus->program, bus->program);
    if (err)
        return diag_set(diag, ERR_UNSUPPORTED,
                        "MQTT needs nats-server, which is not installed (`%.64s` is not found); "
                        "`apt-get install nats-server`, or give the address of a server that runs",
                        name);
    err = bus_lock(bus, diag);
    if (err)
        return err;
    err = bus_hash(str_of(bus->secret), 4, bus->hash);
    if (!err)
        err = bus_life_child(bus);
    return err;
}

static enum err bus_prepare(struct bus *bus, const struct bus_options *options, struct diag *diag)
{
    enum err err = bus_take_options(bus, options, diag);
    if (!err)
        err = bus_config_secret(bus->secret);
    if (!err && !options->url)
        err = bus_prepare_child(bus, diag);
    if (!err)
        err = bus_flight_new(&bus->flight);
    if (!err)
        err = bus_link_new(&bus->link);
    if (!err)
        err = net_watch_new(options->loop, bus_link_fd(bus->link), bus_intake, bus, &bus->watch);
    if (!err)
        err = net_timer_new(options->loop, bus_life_due, bus, &bus->timer);
    return err;
}

enum err bus_new(const struct bus_options *options, struct bus **ret_bus, struct diag *diag)
{
    struct diag unused;
    struct bus *bus = mem_zero(1, sizeof *bus);

    diag = diag ? diag : &unused;
    *diag = (struct diag){0};
    if (!bus)
        return diag_set(diag, ERR_NOMEM, "no memory for MQTT");
    ASSERT(options->loop && options->clock);
    ASSERT(options->message && options->state);
    bus->lock_fd = -1;
    buf_init(&bus->users, BUS_CONFIG_BYTES_MAX);
    buf_init(&bus->topic, BUS_TOPIC_BYTES_MAX);
    enum err err = bus_prepare(bus, options, diag);
    if (!err)
        err = bus_life_start(bus, diag);
    if (err) {
        bus_free(bus);
        if (!diag->text[0])
            diag_set(diag, err, "MQTT cannot be prepared: %s", err_text(err));
        return err;
    }
    *ret_bus = bus;
    return OK;
}

void bus_free(struct bus *bus)
{
    if (!bus)
        return;
    net_watch_free(bus->watch);
    net_timer_free(bus->timer);
    bus_link_free(bus->link);
    bus_child_free(bus->child);
    bus_flight_free(bus->flight);
    if (bus->lock_fd >= 0)
        close(bus->lock_fd);
    buf_done(&bus->users);
    buf_done(&bus->topic);
    explicit_bzero(bus->secret, sizeof bus->secret);
    mem_free(bus);
}

uint16_t bus_mqtt_port(const struct bus *bus)
{
    return bus->mqtt_port;
}

struct bus_counts bus_counts(const struct bus *bus)
{
    struct bus_link_counts link = bus_link_counts(bus->link);
    struct bus_counts counts = bus->counts;

    counts.postponed += link.postponed;
    counts.dropped += link.dropped;
    counts.flight = bus_flight_count(bus->flight);
    return counts;
}

static void bus_answer(struct bus *bus, struct bus_token token, const char *answer)
{
    char subject[BUS_FLIGHT_SUBJECT_MAX];

    if (!bus_flight_take(bus->flight, token, subject))
        return;
    enum err err = bus_link_send(bus->link, subject, NULL, str_bytes(str_of(answer)));
    if (err)
        bus->counts.postponed++; /* it comes again, which is what an answer unheard means */
    if (bus->stored_rests)
        bus_link_wake(bus->link);
}

void bus_ack(struct bus *bus, struct bus_token token)
{
    bus_answer(bus, token, "+ACK");
}

void bus_nak(struct bus *bus, struct bus_token token, uint32_t after_ms)
{
    char answer[64];

    snprintf(answer, sizeof answer, "-NAK {\"delay\": %" PRIu64 "}", after_ms * UINT64_C(1000000));
    bus_answer(bus, token, answer);
}

enum err bus_publish(struct bus *bus, struct str topic, struct bytes payload)
{
    struct buf subject;

    if (bus->step != BUS_STEP_READY)
        return ERR_BUSY;
    if (payload.size > BUS_PAYLOAD_BYTES_MAX || topic.size > BUS_TOPIC_BYTES_MAX)
        return ERR_LIMIT;
    buf_init(&subject, BUS_SUBJECT_MAX);
    enum err err = bus_topic_subject(topic, &subject);
    buf_char(&subject, '\0');
    if (!err)
        err = buf_err(&subject);
    if (!err)
        err = bus_link_send(bus->link, subject.data, NULL, payload);
    buf_done(&subject);
    return err;
}

enum err bus_users(struct bus *bus, const struct bus_user *users, size_t count, struct diag *diag)
{
    struct buf text;

    if (!bus->child)
        return diag_set(diag, ERR_UNSUPPORTED,
                        "a NATS server elsewhere has its own list of MQTT users");
    buf_init(&text, BUS_CONFIG_BYTES_MAX);
    enum err err = bus_config_users(users, count, &text, diag);
    if (err) {
        buf_done(&text);
        return err;
    }
    struct buf old = bus->users;
    bus->users = text;
    err = bus_life_users(bus, diag);
    if (err) { /* the file is the old one still */
        bus->users = old;
        old = text;
    }
    buf_done(&old);
    return err;
}
