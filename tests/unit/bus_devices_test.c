/* MQTT devices by way of a real nats-server: what they publish comes, in order, and what was
 * confirmed to them comes even when either process is killed. mosquitto_pub is the device. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "bus_fixture.h"

static void what_devices_publish_comes_with_its_topic_and_quality(void **state)
{
    struct fixture *f = *state;

    need_programs();
    start(f);
    assert_int_equal(publish(f, "1", "yc/d1/up", "one"), 0);
    until_seen(f, 1);
    assert_string_equal(f->seen[0].topic, "yc/d1/up");
    assert_string_equal(f->seen[0].payload, "one");
    assert_true(f->seen[0].stored);
    assert_false(f->seen[0].again);
    assert_int_equal(publish(f, "0", "yc/d1//箱/", "zero"), 0);
    until_seen(f, 2);
    assert_string_equal(f->seen[1].topic, "yc/d1//箱/");
    assert_false(f->seen[1].stored);
    assert_int_equal(publish(f, "1", "application/1/device/24e1/event/up", "lora"), 0);
    until_seen(f, 3);
    assert_string_equal(f->seen[2].topic, "application/1/device/24e1/event/up");
    struct bus_counts counts = bus_counts(f->bus);
    assert_int_equal(counts.messages, 3); /* QoS 1 passes both ways and counts once */
    assert_int_equal(counts.repeats, 0);
    assert_int_equal(counts.flight, 0);
}

static void a_message_without_acknowledgement_comes_again(void **state)
{
    struct fixture *f = *state;

    need_programs();
    start(f);
    f->keeps = true;
    assert_int_equal(publish(f, "1", "yc/d1/up", "one"), 0);
    until_seen(f, 1);
    assert_int_equal(bus_counts(f->bus).flight, 1);
    bus_nak(f->bus, f->last, 1);
    until_seen(f, 2);
    assert_true(f->seen[1].again);
    struct bus_token used = f->last;
    bus_ack(f->bus, used);
    bus_ack(f->bus, used); /* given back twice: no harm */
    bus_nak(f->bus, (struct bus_token){0}, 1);
    assert_int_equal(bus_counts(f->bus).flight, 0);
    assert_int_equal(bus_counts(f->bus).repeats, 1);
    f->keeps = false;
    assert_int_equal(publish(f, "1", "yc/d1/up", "two"), 0);
    until_seen(f, 3);
    assert_string_equal(f->seen[2].payload, "two");
}

static void what_comes_while_nobody_runs_comes_later(void **state)
{
    struct fixture *f = *state;

    need_programs();
    start(f);
    f->keeps = true;
    assert_int_equal(publish(f, "1", "yc/d1/up", "one"), 0);
    assert_int_equal(publish(f, "1", "yc/d1/up", "two"), 0);
    until_seen(f, 1);
    stop(f);
    f->keeps = false;
    f->seen_count = 0;
    start(f);
    until_seen(f, 2);
    assert_int_equal(f->seen[0].payload[0] + f->seen[1].payload[0], 'o' + 't');
}

static void a_killed_server_loses_nothing_it_has_confirmed(void **state)
{
    struct fixture *f = *state;

    need_programs();
    start(f);
    uint16_t port = bus_mqtt_port(f->bus);
    f->keeps = true;
    assert_int_equal(publish(f, "1", "yc/d1/up", "one"), 0);
    assert_int_equal(publish(f, "1", "yc/d1/up", "two"), 0);
    until_seen(f, 1); /* one is with the handler, two may still wait */
    assert_int_equal(kill(server_pid(), SIGKILL), 0);
    until_state(f, BUS_LOST);
    until_state(f, BUS_READY);
    assert_int_equal(bus_mqtt_port(f->bus), port);
    assert_int_equal(bus_counts(f->bus).restarts, 1);
    until_seen(f, 2); /* "one" is still out and does not come twice */
    assert_string_equal(f->seen[0].payload, "one");
    assert_string_equal(f->seen[1].payload, "two");
    f->keeps = false;
    bus_nak(f->bus, f->last, 1);
    until_seen(f, 3);
    assert_string_equal(f->seen[2].payload, "two");
    assert_int_equal(publish(f, "1", "yc/d1/up", "three"), 0); /* users are back too */
    until_seen(f, 4);
    assert_string_equal(f->seen[3].payload, "three");
}

static void ten_thousand_come_in_order_without_loss(void **state)
{
    enum { COUNT = 10000 };
    struct fixture *f = *state;
    char path[256];
    char want[32];

    need_programs();
    start(f);
    write_lines(f, COUNT, path);
    pid_t pid = publish_lines(f, "1", path);
    until_seen(f, COUNT);
    end_lines(pid);
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(want, sizeof want, "%u", i);
        assert_string_equal(f->seen[i].payload, want);
    }
    assert_int_equal(bus_counts(f->bus).repeats, 0);
}

static void more_than_fits_waits_until_there_is_room(void **state)
{
    enum { COUNT = BUS_FLIGHT_MAX + 100 };
    struct fixture *f = *state;
    struct bus_token first = {0};
    char path[256];

    need_programs();
    start(f);
    write_lines(f, COUNT, path);
    f->keeps = true;
    pid_t pid = publish_lines(f, "1", path);
    until_seen(f, 1);
    first = f->last;
    until_seen(f, BUS_FLIGHT_MAX);
    for (unsigned i = 0; i < 100; i++)
        net_loop_poll(f->loop);
    assert_int_equal(f->seen_count, BUS_FLIGHT_MAX);
    assert_int_equal(bus_counts(f->bus).flight, BUS_FLIGHT_MAX);
    bus_ack(f->bus, first);
    until_seen(f, BUS_FLIGHT_MAX + 1);
    end_lines(pid);
}

/* In a process of its own, so that it can be killed: takes a message, acknowledges none, and tells
 * on standard output its port and that it has the message. */
static int be_a_consumer(const char *folder)
{
    struct fixture *f = calloc(1, sizeof *f);
    uint16_t port;

    assert_non_null(f);
    snprintf(f->folder, sizeof f->folder, "%s", folder);
    assert_int_equal(bus_hash(STR("token one"), 4, f->hash), OK);
    assert_int_equal(net_loop_new(&f->loop), OK);
    assert_int_equal(net_timer_new(f->loop, on_guard, f, &f->guard), OK);
    f->keeps = true;
    start(f);
    port = bus_mqtt_port(f->bus);
    for (size_t i = 0; i < 2; i++) {
        if (write(STDOUT_FILENO, &port, sizeof port) != sizeof port)
            return 1;
        until_seen(f, 1);
    }
    run(f);
    return 1; /* was to be killed */
}

static bool port_is_free(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;

    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    int status = bind(fd, (struct sockaddr *)&address, sizeof address);
    close(fd);
    return status == 0;
}

static void a_killed_program_gets_what_it_had_not_acknowledged(void **state)
{
    struct fixture *f = *state;
    char port_text[8];
    const char *words[] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port_text,  "-u", "d1",  "-P",
                           "token one",     "-q", "1",         "-t", "yc/d1/up", "-m", "one", NULL};
    const char *consumer[] = {"/proc/self/exe", "consume", f->folder, NULL};
    uint16_t port;
    int ends[2];

    need_programs();
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = start_piped(consumer, NULL, ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port);
    snprintf(port_text, sizeof port_text, "%u", port);
    assert_int_equal(ended(start_program(words, NULL)), 0);
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port); /* it has the message */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(ended(pid), 128 + SIGKILL);
    close(ends[0]);
    start(f); /* waits for the lock, which the killed program's server holds until it is gone */
    assert_true(port_is_free(port));
    until_seen(f, 1);
    assert_string_equal(f->seen[0].payload, "one");
}

static void a_full_store_holds_devices_back_and_loses_nothing(void **state)
{
    enum { COUNT = 6000, FILLS_MS = 1000 };
    struct fixture *f = *state;
    bool came[COUNT] = {0};
    char path[256];
    int status;

    need_programs();
    f->store_bytes_max = 200000; /* about 2,600 of these messages */
    start(f);
    f->came = came;
    f->came_max = COUNT;
    write_lines(f, COUNT, path);
    pid_t pid = publish_lines(f, "1", path);
    poll(NULL, 0, FILLS_MS); /* nobody looks at the loop: the store fills up */
    assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    run(f);
    assert_false(f->timed_out);
    assert_int_equal(f->came_count, COUNT);
    end_lines(pid);
}

static void it_may_end_while_devices_publish(void **state)
{
    enum { COUNT = 20000 };
    struct fixture *f = *state;
    char path[256];

    need_programs();
    write_lines(f, COUNT, path);
    for (unsigned round = 0; round < 5; round++) {
        start(f);
        pid_t pid = publish_lines(f, round % 2 ? "1" : "0", path);
        f->seen_count = 0;
        until_seen(f, 10);
        stop(f);
        kill(pid, SIGKILL);
        ended(pid);
    }
}

static void a_flood_of_qos_0_is_dropped_and_counted(void **state)
{
    enum { COUNT = 3 * BUS_LOOSE_MAX };
    struct fixture *f = *state;
    char path[256];

    need_programs();
    start(f);
    write_lines(f, COUNT, path);
    end_lines(publish_lines(f, "0", path)); /* nobody looks at the loop */
    assert_int_equal(publish(f, "1", "yc/d1/up", "last"), 0);
    until_payload(f, "last");
    for (unsigned i = 0; i < 100; i++) /* stored messages go first: these still wait */
        net_loop_poll(f->loop);
    struct bus_counts counts = bus_counts(f->bus);
    assert_true(counts.dropped > 0);
    assert_int_equal(counts.dropped + counts.messages, COUNT + 1);
}

static void who_is_not_allowed_is_refused(void **state)
{
    struct fixture *f = *state;
    char port[8];
    const char *wrong[] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port, "-u", "d1", "-P",
                           "token two",     "-t", "yc/d1/up",  "-m", "x",  NULL};
    const char *nobody[] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port, "-t",
                            "yc/d1/up",      "-m", "x",         NULL};
    const char *reader[] = {"mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-u", "d1", "-P",
                            "token one",     "-t", "yc/#",      "-W", "5",  NULL};

    need_programs();
    start(f);
    snprintf(port, sizeof port, "%u", bus_mqtt_port(f->bus));
    assert_int_not_equal(ended(start_program(wrong, NULL)), 0);
    assert_int_not_equal(ended(start_program(nobody, NULL)), 0);
    ended(start_program(reader, NULL)); /* says so and ends: all its subscriptions are denied */
    publish(f, "1", "yc/d2/up", "foreign");
    publish(f, "0", "yc/d2/up", "foreign");
    assert_int_equal(publish(f, "1", "yc/d1/up", "own"), 0);
    until_seen(f, 1);
    assert_string_equal(f->seen[0].payload, "own");
    assert_true(f->complaints >= 4);

    struct str topic = STR("yc/d3/#");
    struct bus_user user = {
        .name = STR("d3"), .hash = str_of(f->hash), .publish = &topic, .publish_count = 1};
    assert_int_equal(bus_users(f->bus, &user, 1, &f->diag), OK);
    stop(f);
}

static void what_is_published_to_devices_arrives(void **state)
{
    struct fixture *f = *state;
    char port[8];
    const char *words[] = {"mosquitto_sub",
                           "-h",
                           "127.0.0.1",
                           "-p",
                           port,
                           "-u",
                           "d2",
                           "-P",
                           "token one",
                           "-q",
                           "1",
                           "-t",
                           "yc/d2/down/+",
                           "-C",
                           "1",
                           "-W",
                           "15",
                           NULL};

    need_programs();
    start(f);
    snprintf(port, sizeof port, "%u", bus_mqtt_port(f->bus));
    pid_t pid = start_program(words, NULL);
    int status = 0;
    for (unsigned i = 0; waitpid(pid, &status, WNOHANG) == 0 && i < 2000; i++) {
        struct bytes payload = {(const unsigned char *)"go", 2};
        assert_int_equal(bus_publish(f->bus, STR("yc/d2/down/x"), payload), OK);
        net_loop_poll(f->loop);
        poll(NULL, 0, 5); /* until it has subscribed */
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0); /* 27 when nothing came */
    assert_int_equal(bus_publish(f->bus, STR("yc/d2/+"), (struct bytes){0}), ERR_INVALID);
    assert_int_equal(bus_publish(f->bus, STR("a.b"), (struct bytes){0}), ERR_INVALID);
}

static void a_taken_port_is_told_with_what_to_do(void **state)
{
    struct fixture *f = *state;
    struct bus_options options = options_of(f);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need_programs();
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    options.port = ntohs(address.sin_port);
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), OK);
    until_state(f, BUS_FAILED);
    assert_int_equal(f->diag.code, ERR_BUSY);
    assert_non_null(strstr(f->diag.text, "is taken; end the program"));
    close(fd);
}

static void a_missing_server_is_told_with_what_to_do(void **state)
{
    struct fixture *f = *state;
    struct bus_options options = options_of(f);

    options.program = "no-nats-server-here";
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), ERR_UNSUPPORTED);
    assert_null(f->bus);
    assert_non_null(strstr(f->diag.text, "apt-get install nats-server"));
    options.program = "/bin/false";
    assert_int_equal(bus_new(&options, &f->bus, &f->diag), OK);
    until_state(f, BUS_FAILED);
    assert_non_null(strstr(f->diag.text, "ended with status 1"));
}

static void a_folder_has_one_owner(void **state)
{
    struct fixture *f = *state;
    struct bus_options options = options_of(f);
    struct bus *second = NULL;
    struct diag diag;

    need_programs();
    start(f);
    assert_int_equal(bus_new(&options, &second, &diag), ERR_BUSY);
    assert_null(second);
    assert_non_null(strstr(diag.text, "end it first"));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "consume") == 0)
        return be_a_consumer(argv[2]);
    const struct CMUnitTest tests[] = {
        TEST(what_devices_publish_comes_with_its_topic_and_quality),
        TEST(a_message_without_acknowledgement_comes_again),
        TEST(what_comes_while_nobody_runs_comes_later),
        TEST(a_killed_server_loses_nothing_it_has_confirmed),
        TEST(a_killed_program_gets_what_it_had_not_acknowledged),
        TEST(ten_thousand_come_in_order_without_loss),
        TEST(more_than_fits_waits_until_there_is_room),
        TEST(a_full_store_holds_devices_back_and_loses_nothing),
        TEST(it_may_end_while_devices_publish),
        TEST(a_flood_of_qos_0_is_dropped_and_counted),
        TEST(who_is_not_allowed_is_refused),
        TEST(what_is_published_to_devices_arrives),
        TEST(a_taken_port_is_told_with_what_to_do),
        TEST(a_missing_server_is_told_with_what_to_do),
        TEST(a_folder_has_one_owner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
