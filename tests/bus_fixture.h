/* bus_fixture.h - a real nats-server with two users, mosquitto_pub as the device, and a record of what
 * came.
 *
 * Threads    One.
 */
#ifndef TESTS_BUS_FIXTURE_H
#define TESTS_BUS_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "base/file.h"
#include "base/mem.h"
#include "bus/bus.h"
#include "bus/child.h"
#include "check.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

extern char **environ;

enum {
    WAIT_MS_MAX = 20000, /* a test that waits so long has failed */
    SEEN_MAX = 16384,
    FOLDER_FDS = 16,
};

struct seen {
    char topic[64];
    char payload[32];
    bool stored;
    bool again;
};

struct fixture {
    char folder[64];
    char hash[BUS_HASH_BYTES + 1];
    struct net_loop *loop;
    struct net_timer *guard;
    struct bus *bus;
    struct bus_child *elsewhere; /* a server that is not the bus's */
    uint64_t store_bytes_max;
    bool timed_out;
    bool keeps; /* does not acknowledge */
    enum bus_state state;
    struct diag diag;
    unsigned ready;
    unsigned lost;
    unsigned complaints;
    size_t seen_count;
    size_t wanted; /* stops the loop */
    const char *wanted_payload;
    bool wants_state;
    enum bus_state wanted_state;
    struct bus_token last;
    bool *came; /* numbered messages: which came; then none is recorded */
    size_t came_max;
    size_t came_count;
    struct seen seen[SEEN_MAX];
};

static const char *const filters[] = {"yc/#", "application/+/device/+/event/up"};

static inline void on_numbered(struct fixture *f, const struct bus_message *message)
{
    uint64_t number = UINT64_MAX;
    struct str text = {(const char *)message->payload.data, message->payload.size};

    assert_int_equal(str_u64(text, &number), OK);
    assert_true(number < f->came_max);
    if (!f->came[number] && ++f->came_count == f->came_max)
        net_loop_stop(f->loop);
    f->came[number] = true;
    bus_ack(f->bus, message->token);
}

static inline void on_message(void *context, const struct bus_message *message)
{
    struct fixture *f = context;

    if (f->came) {
        on_numbered(f, message);
        return;
    }
    struct seen *seen = &f->seen[f->seen_count];

    assert_true(f->seen_count < SEEN_MAX);
    snprintf(seen->topic, sizeof seen->topic, "%.*s", STR_ARG(message->topic));
    snprintf(seen->payload, sizeof seen->payload, "%.*s", (int)message->payload.size,
             (const char *)message->payload.data);
    seen->stored = message->token.value != 0;
    seen->again = message->again;
    assert_true(message->received.us > 1600000000 * CLOCK_US_PER_S);
    f->last = message->token;
    if (!f->keeps)
        bus_ack(f->bus, message->token);
    f->seen_count++;
    bool is_wanted = f->wanted_payload && strcmp(seen->payload, f->wanted_payload) == 0;
    if (f->seen_count == f->wanted || is_wanted)
        net_loop_stop(f->loop);
}

static inline void on_state(void *context, enum bus_state state, const struct diag *diag)
{
    struct fixture *f = context;

    f->state = state;
    if (diag)
        f->diag = *diag;
    if (state == BUS_READY)
        f->ready++;
    if (state == BUS_LOST)
        f->lost++;
    if (f->wants_state && state == f->wanted_state)
        net_loop_stop(f->loop);
}

static inline void on_said(void *context, struct str line)
{
    struct fixture *f = context;

    assert_true(line.size > 0);
    f->complaints++;
}

static inline void on_guard(void *context)
{
    struct fixture *f = context;

    f->timed_out = true;
    net_loop_stop(f->loop);
}

static inline void run(struct fixture *f)
{
    f->timed_out = false;
    net_timer_start(f->guard, WAIT_MS_MAX, 0);
    net_loop_run(f->loop);
    net_timer_stop(f->guard);
}

static inline void until_state(struct fixture *f, enum bus_state state)
{
    f->wants_state = true;
    f->wanted_state = state;
    run(f);
    f->wants_state = false;
    if (f->timed_out)
        fail_msg("state %d did not come: %s", (int)state, f->diag.text);
}

static inline void until_seen(struct fixture *f, size_t count)
{
    f->wanted = count;
    if (f->seen_count < count)
        run(f);
    f->wanted = 0;
    if (f->timed_out)
        fail_msg("%zu of %zu messages came", f->seen_count, count);
}

/* Others may come before: an acknowledgement on its way when the server ended. */
static inline void until_payload(struct fixture *f, const char *text)
{
    f->wanted_payload = text;
    run(f);
    f->wanted_payload = NULL;
    if (f->timed_out)
        fail_msg("`%s` did not come", text);
}

static inline struct bus_options options_of(struct fixture *f)
{
    return (struct bus_options){
        .loop = f->loop,
        .clock = clock_os(),
        .folder = f->folder,
        .filters = filters,
        .filter_count = COUNT_OF(filters),
        .message = on_message,
        .state = on_state,
        .said = on_said,
        .context = f,
        .store_bytes_max = f->store_bytes_max,
    };
}

static inline void allow(struct fixture *f)
{
    struct str publish[] = {STR("yc/d1/#"), STR("application/1/device/+/event/up")};
    struct str subscribe[] = {STR("yc/d2/down/+")};
    struct bus_user users[] = {
        {.name = STR("d1"), .hash = str_of(f->hash), .publish = publish, .publish_count = 2},
        {.name = STR("d2"), .hash = str_of(f->hash), .subscribe = subscribe, .subscribe_count = 1},
    };

    assert_int_equal(bus_users(f->bus, users, COUNT_OF(users), &f->diag), OK);
}

static inline void start(struct fixture *f)
{
    struct bus_options options = options_of(f);

    if (bus_new(&options, &f->bus, &f->diag))
        fail_msg("%s", f->diag.text);
    allow(f);
    until_state(f, BUS_READY);
    assert_true(bus_mqtt_port(f->bus) > 0);
}

static inline void stop(struct fixture *f)
{
    bus_free(f->bus);
    f->bus = NULL;
}

static inline bool on_path(const char *name)
{
    char path[FILE_PATH_MAX];

    for (struct str rest = STR("/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin"); rest.size;) {
        struct str folder = str_cut(&rest, ':');
        snprintf(path, sizeof path, "%.*s/%s", STR_ARG(folder), name);
        if (file_exists(path))
            return true;
    }
    return false;
}

static inline void need_programs(void)
{
    static const char *const names[] = {"nats-server", "mosquitto_pub", "mosquitto_sub"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (!on_path(names[i])) {
            print_message("skipped: %s is not installed\n", names[i]);
            skip();
        }
}

/* Starts a program; it reads from `input` (NULL: nothing) and writes to `out_fd`. */
static inline pid_t start_piped(const char *const words[], const char *input, int out_fd)
{
    posix_spawn_file_actions_t actions;
    char *argv[24] = {0};
    pid_t pid;

    for (size_t i = 0; words[i]; i++) {
        assert_true(i + 1 < COUNT_OF(argv));
        argv[i] = (char *)(uintptr_t)words[i];
    }
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&actions, 0, input ? input : "/dev/null", O_RDONLY, 0), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, out_fd, 1), 0);
    assert_int_equal(posix_spawnp(&pid, words[0], &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static inline pid_t start_program(const char *const words[], const char *input)
{
    return start_piped(words, input, STDOUT_FILENO);
}

static inline int ended(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* mosquitto_pub publishes the lines of a file. */
static inline pid_t publish_lines(struct fixture *f, const char *qos, const char *path)
{
    char port[8];
    const char *words[] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port,       "-u", "d1", "-P",
                           "token one",     "-q", qos,         "-t", "yc/d1/up", "-l", NULL};

    snprintf(port, sizeof port, "%u", bus_mqtt_port(f->bus));
    return start_program(words, path);
}

/* Waits for its end, but not for long: at the end of its lines mosquitto_pub 2.0.11 may wait for
 * itself for ever. */
static inline void end_lines(pid_t pid)
{
    enum { STEPS = 500, STEP_MS = 10 };
    int status;

    for (unsigned i = 0; i < STEPS; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return;
        poll(NULL, 0, STEP_MS);
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* A device publishes one message. The exit status of mosquitto_pub. */
static inline int publish(struct fixture *f, const char *qos, const char *topic, const char *text)
{
    char port[8];
    const char *words[] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port,  "-u", "d1", "-P",
                           "token one",     "-q", qos,         "-t", topic, "-m", text, NULL};

    snprintf(port, sizeof port, "%u", bus_mqtt_port(f->bus));
    return ended(start_program(words, NULL));
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    snprintf(f->folder, sizeof f->folder, "/tmp/yancheng-bus-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(bus_hash(STR("token one"), 4, f->hash), OK);
    assert_int_equal(net_loop_new(&f->loop), OK);
    assert_int_equal(net_timer_new(f->loop, on_guard, f, &f->guard), OK);
    *state = f;
    return 0;
}

static inline int remove_one(const char *path, const struct stat *stat_of, int flag, struct FTW *at)
{
    (void)stat_of;
    (void)flag;
    (void)at;
    return remove(path);
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    bus_free(f->bus);
    bus_child_free(f->elsewhere);
    net_timer_free(f->guard);
    net_loop_free(f->loop);
    assert_int_equal(nftw(f->folder, remove_one, FOLDER_FDS, FTW_DEPTH | FTW_PHYS), 0);
    assert_int_equal(mem_live_bytes(), 0);
    free(f);
    return 0;
}

/* The server's process: the child whose death signal we are. */
static inline pid_t server_pid(void)
{
    char path[64];
    struct buf children;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    assert_int_equal(file_read(path, 4096, &children, NULL), OK);
    struct str rest = buf_text(&children);
    int64_t pid = 0;
    assert_int_equal(str_i64(str_cut(&rest, ' '), &pid), OK);
    buf_done(&children);
    return (pid_t)pid;
}

/* For mosquitto_pub: lines 0, 1, 2, ... */
static inline void write_lines(const struct fixture *f, unsigned count, char path[256])
{
    struct buf lines;

    buf_init(&lines, 1 << 20);
    for (unsigned i = 0; i < count; i++)
        buf_printf(&lines, "%u\n", i);
    snprintf(path, 256, "%s/lines", f->folder);
    assert_int_equal(file_write(path, buf_text(&lines), NULL), OK);
    buf_done(&lines);
}

#endif
