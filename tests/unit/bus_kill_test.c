/* nats-server is killed again and again while a device publishes: what the device got a PUBACK for
 * comes. And a nats-server that is not ours: found, lost, found again. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "bus/config.h"
#include "bus_fixture.h"
#include "prop.h"

enum {
    MESSAGES = 3000,
    WINDOW = 32, /* publishes without a PUBACK */
    KILLS = 6,
};

/* An MQTT 3.1.1 client of our own: mosquitto_pub does not tell which messages were confirmed. */
struct device {
    struct fixture *f;
    struct rng rng;
    int fd;
    struct net_watch *watch;
    bool connected;
    unsigned first; /* not confirmed yet, all before it are */
    unsigned next;  /* to be sent */
    unsigned kill_at;
    unsigned kills;
    size_t got;
    unsigned char in[4]; /* every packet that comes has 4 bytes */
    bool confirmed[MESSAGES];
};

static void put_text(struct buf *packet, struct str text)
{
    buf_u16be(packet, (uint16_t)text.size);
    buf_str(packet, text);
}

/* All packets here are shorter than 128 bytes: one byte of length. */
static void send_packet(struct device *device, unsigned char type, const struct buf *body)
{
    unsigned char out[130] = {type, (unsigned char)body->size};

    assert_true(body->size < 128);
    memcpy(out + 2, body->data, body->size);
    ssize_t put = send(device->fd, out, 2 + body->size, MSG_NOSIGNAL);
    (void)put; /* a connection lost shows when reading */
}

static void send_connect(struct device *device)
{
    struct buf body;

    buf_init(&body, 127);
    put_text(&body, STR("MQTT"));
    buf_u8(&body, 4);    /* MQTT 3.1.1 */
    buf_u8(&body, 0xC2); /* user, password, clean session */
    buf_u16be(&body, 60);
    put_text(&body, STR("device-1"));
    put_text(&body, STR("d1"));
    put_text(&body, STR("token one"));
    send_packet(device, 0x10, &body);
    buf_done(&body);
}

static void send_publishes(struct device *device)
{
    struct buf body;

    buf_init(&body, 127);
    for (; device->next < MESSAGES && device->next < device->first + WINDOW; device->next++) {
        buf_reset(&body);
        put_text(&body, STR("yc/d1/up"));
        buf_u16be(&body, (uint16_t)(device->next + 1));
        buf_printf(&body, "%u", device->next);
        send_packet(device, 0x32, &body);
    }
    buf_done(&body);
}

static void hang_up(struct device *device)
{
    net_watch_free(device->watch);
    device->watch = NULL;
    if (device->fd >= 0)
        close(device->fd);
    device->fd = -1;
    device->connected = false;
}

static void confirmed(struct device *device, unsigned number)
{
    assert_true(number < MESSAGES);
    device->confirmed[number] = true;
    while (device->first < MESSAGES && device->confirmed[device->first])
        device->first++;
    if (device->first >= device->kill_at && device->kills < KILLS) {
        device->kills++;
        device->kill_at = device->first + 20 + rng_below(&device->rng, MESSAGES / KILLS - 50);
        assert_int_equal(kill(server_pid(), SIGKILL), 0);
    }
    if (device->first == MESSAGES)
        net_loop_stop(device->f->loop);
}

static void on_packet(struct device *device)
{
    if (device->in[0] == 0x20) {
        assert_int_equal(device->in[3], 0);
        device->connected = true;
        device->next = device->first; /* what was not confirmed is sent again */
    } else {
        assert_int_equal(device->in[0], 0x40);
        confirmed(device, (unsigned)(device->in[2] << 8 | device->in[3]) - 1);
    }
}

static void on_device(void *context)
{
    struct device *device = context;
    ssize_t got;

    for (;;) {
        got = recv(device->fd, device->in + device->got, 4 - device->got, MSG_DONTWAIT);
        if (got <= 0)
            break;
        device->got += (size_t)got;
        if (device->got < 4)
            continue;
        device->got = 0;
        on_packet(device);
    }
    if (got < 0 && errno == EAGAIN) {
        if (device->connected)
            send_publishes(device);
        return;
    }
    hang_up(device);
}

static void dial(struct device *device)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(bus_mqtt_port(device->f->bus)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    device->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(device->fd >= 0);
    device->got = 0;
    assert_int_equal(connect(device->fd, (struct sockaddr *)&address, sizeof address), 0);
    send_connect(device);
    assert_int_equal(net_watch_new(device->f->loop, device->fd, on_device, device, &device->watch),
                     OK);
}

static void nothing_confirmed_is_lost_when_the_server_is_killed(void **state)
{
    struct fixture *f = *state;
    struct device *device = calloc(1, sizeof *device);
    uint64_t seed = prop_setting("PROP_SEED", 1);
    bool came[MESSAGES] = {0};

    need_programs();
    print_message("PROP_SEED=%llu\n", (unsigned long long)seed);
    *device = (struct device){.f = f, .fd = -1, .kill_at = 50};
    rng_init(&device->rng, seed);
    f->came = came;
    f->came_max = MESSAGES;
    start(f);
    while (device->first < MESSAGES) {
        hang_up(device);
        dial(device);
        until_state(f, BUS_READY); /* ends too when all is confirmed */
    }
    assert_int_equal(device->kills, KILLS);
    assert_int_equal(bus_counts(f->bus).restarts, KILLS);
    if (f->came_count < MESSAGES)
        run(f);
    for (unsigned i = 0; i < MESSAGES; i++)
        if (!f->came[i])
            fail_msg("message %u was confirmed and did not come", i);
    hang_up(device);
    free(device);
}

/* A server that somebody else runs. */
struct elsewhere {
    struct fixture *f;
    char config[128];
    char program[128];
    char store[96];
    char hash[BUS_HASH_BYTES + 1];
    uint16_t port;
    uint16_t mqtt_port;
    int lock_fd;
};

static void on_elsewhere_ready(void *context)
{
    struct elsewhere *e = context;

    e->port = bus_child_client_port(e->f->elsewhere);
    e->mqtt_port = bus_child_mqtt_port(e->f->elsewhere);
    net_loop_stop(e->f->loop);
}

static void on_elsewhere_reloaded(void *context)
{
    (void)context;
}

static void on_elsewhere_ended(void *context, int status, struct str last)
{
    struct elsewhere *e = context;

    (void)status;
    (void)last;
    net_loop_stop(e->f->loop);
}

static void elsewhere_start(struct elsewhere *e, const char *password)
{
    struct str publish[] = {STR("yc/d1/#")};
    struct bus_user user = {
        .name = STR("d1"), .hash = str_of(e->f->hash), .publish = publish, .publish_count = 1};
    struct bus_config config = {.folder = e->store,
                                .bind = "127.0.0.1",
                                .mqtt_port = e->mqtt_port,
                                .client_port = e->port,
                                .connections_max = 100,
                                .store_bytes_max = 1 << 20,
                                .hash = e->hash};
    struct buf users;
    struct buf text;

    buf_init(&users, 4096);
    buf_init(&text, 8192);
    assert_int_equal(bus_hash(str_of(password), 4, e->hash), OK);
    assert_int_equal(bus_config_users(&user, 1, &users, NULL), OK);
    config.users = buf_text(&users);
    assert_int_equal(bus_config_text(&config, &text), OK);
    assert_int_equal(bus_config_save(e->config, buf_text(&text), NULL), OK);
    assert_int_equal(bus_child_start(e->f->elsewhere, NULL), OK);
    run(e->f);
    assert_false(e->f->timed_out);
    buf_done(&users);
    buf_done(&text);
}

static void elsewhere_open(struct elsewhere *e, struct fixture *f)
{
    *e = (struct elsewhere){.f = f};
    snprintf(e->config, sizeof e->config, "%s/elsewhere.conf", f->folder);
    snprintf(e->store, sizeof e->store, "%s/elsewhere", f->folder);
    e->lock_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(bus_child_find("nats-server", sizeof e->program, e->program), OK);
    struct bus_child_options options = {.loop = f->loop,
                                        .program = e->program,
                                        .config = e->config,
                                        .lock_fd = e->lock_fd,
                                        .ready = on_elsewhere_ready,
                                        .reloaded = on_elsewhere_reloaded,
                                        .ended = on_elsewhere_ended,
                                        .context = e};
    assert_int_equal(bus_child_new(&options, &f->elsewhere), OK);
}

static void elsewhere_publish(struct elsewhere *e, const char *text)
{
    char port[8];
    const char *words[] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port,       "-u", "d1", "-P",
                           "token one",     "-q", "1",         "-t", "yc/d1/up", "-m", text, NULL};

    snprintf(port, sizeof port, "%u", e->mqtt_port);
    assert_int_equal(ended(start_program(words, NULL)), 0);
}

static void a_server_elsewhere_is_joined_and_found_again(void **state)
{
    struct fixture *f = *state;
    struct bus_options options = options_of(f);
    struct elsewhere e;
    char url[96];

    need_programs();
    elsewhere_open(&e, f);
    elsewhere_start(&e, "secret");
    snprintf(url, sizeof url, "nats://yancheng:secret@127.0.0.1:%u", e.port);
    options.url = url;
    options.folder = NULL;
    if (bus_new(&options, &f->bus, &f->diag))
        fail_msg("%s", f->diag.text);
    assert_int_equal(bus_users(f->bus, NULL, 0, &f->diag), ERR_UNSUPPORTED);
    until_state(f, BUS_READY);
    assert_int_equal(bus_mqtt_port(f->bus), 0);
    elsewhere_publish(&e, "one");
    until_payload(f, "one");

    bus_child_stop(f->elsewhere); /* an upgrade there */
    until_state(f, BUS_LOST);
    elsewhere_start(&e, "secret");
    until_state(f, BUS_READY);
    elsewhere_publish(&e, "two");
    until_payload(f, "two");

    bus_child_stop(f->elsewhere); /* and a password that is changed for a while */
    until_state(f, BUS_LOST);
    elsewhere_start(&e, "another");
    do
        until_state(f, BUS_LOST);
    while (!strstr(f->diag.text, "does not let us in"));
    bus_child_stop(f->elsewhere);
    elsewhere_start(&e, "secret");
    until_state(f, BUS_READY);
    elsewhere_publish(&e, "three");
    until_payload(f, "three");
    stop(f);
    close(e.lock_fd);
}

static void a_server_without_jetstream_is_told(void **state)
{
    struct fixture *f = *state;
    struct bus_options options = options_of(f);
    struct elsewhere e;
    char url[96];

    need_programs();
    elsewhere_open(&e, f);
    assert_int_equal(bus_config_save(e.config, STR("host: \"127.0.0.1\"\nport: -1\n"), NULL), OK);
    assert_int_equal(bus_child_start(f->elsewhere, NULL), OK);
    run(f);
    snprintf(url, sizeof url, "nats://127.0.0.1:%u", e.port);
    options.url = url;
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), OK);
    until_state(f, BUS_LOST);
    assert_int_equal(f->diag.code, ERR_UNSUPPORTED);
    assert_non_null(strstr(f->diag.text, "JetStream"));
    stop(f);
    close(e.lock_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_confirmed_is_lost_when_the_server_is_killed),
        TEST(a_server_elsewhere_is_joined_and_found_again),
        TEST(a_server_without_jetstream_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
