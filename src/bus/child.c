/* child.c - see child.h.
 *
 * nats-server says on standard error what it does, in lines
 * "[pid] date time [INF] text"; ports that the system chose are told nowhere else.
 */
#include "bus/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum {
    BUS_CHILD_STOP_MS = 5000,
    BUS_CHILD_TURN_BYTES = 65536, /* of its words read in one turn of the loop */
};

struct bus_child {
    struct bus_child_options options;
    pid_t pid; /* 0: not running */
    int pid_fd;
    int said_fd;
    struct net_watch *ended;
    struct net_watch *said;
    uint16_t mqtt_port;
    uint16_t client_port;
    size_t size;
    char line[BUS_CHILD_LINE_MAX]; /* being read */
    size_t last_size;
    char last[BUS_CHILD_LINE_MAX]; /* the last complaint */
};

enum err bus_child_find(const char *name, size_t size, char *ret_path)
{
    const char *path = getenv("PATH");
    struct str places[] = {str_of(path), STR("/usr/sbin:/usr/local/sbin")};

    if (strchr(name, '/')) {
        if (access(name, X_OK))
            return ERR_NOT_FOUND;
        return (size_t)snprintf(ret_path, size, "%s", name) < size ? OK : ERR_LIMIT;
    }
    for (size_t i = 0; i < COUNT_OF(places); i++)
        while (places[i].size) {
            struct str folder = str_cut(&places[i], ':');
            int need = snprintf(ret_path, size, "%.*s/%s", STR_ARG(folder), name);
            if (folder.size && (size_t)need < size && access(ret_path, X_OK) == 0)
                return OK;
        }
    return ERR_NOT_FOUND;
}

enum err bus_child_new(const struct bus_child_options *options, struct bus_child **ret_child)
{
    struct bus_child *child = mem_zero(1, sizeof *child);

    if (!child)
        return ERR_NOMEM;
    child->options = *options;
    child->pid_fd = child->said_fd = -1;
    *ret_child = child;
    return OK;
}

/* "127.0.0.1:4222" at the end of a line. */
static uint16_t bus_child_port(struct str line)
{
    const char *colon = memrchr(line.data, ':', line.size);
    uint64_t port = 0;

    if (!colon)
        return 0;
    struct str digits = {colon + 1, line.size - (size_t)(colon + 1 - line.data)};
    enum err err = str_u64(digits, &port);
    return err || port > UINT16_MAX ? 0 : (uint16_t)port;
}

static void bus_child_complained(struct bus_child *child, struct str text)
{
    memcpy(child->last, text.data, text.size);
    child->last_size = text.size;
    if (child->options.said)
        child->options.said(child->options.context, text);
}

static void bus_child_line(struct bus_child *child, struct str line)
{
    static const char *const levels[] = {"[INF] ", "[WRN] ", "[ERR] ", "[FTL] "};
    size_t level = COUNT_OF(levels);
    const char *at = NULL;

    for (size_t i = 0; i < COUNT_OF(levels) && !at; i++) {
        at = memmem(line.data, line.size, levels[i], 6);
        level = i;
    }
    if (!at) { /* "nats-server: ..." comes before it has a log */
        if (str_starts(line, STR("nats-server: ")))
            bus_child_complained(child, line);
        return;
    }
    struct str text = {at + 6, line.size - (size_t)(at + 6 - line.data)};
    if (level > 0)
        bus_child_complained(child, text);
    else if (str_starts(text, STR("Listening for MQTT clients on ")))
        child->mqtt_port = bus_child_port(text);
    else if (str_starts(text, STR("Listening for client connections on ")))
        child->client_port = bus_child_port(text);
    else if (str_eq(text, STR("Server is ready")))
        child->options.ready(child->options.context);
    else if (str_eq(text, STR("Reloaded server configuration")))
        child->options.reloaded(child->options.context);
}

/* False at the end. */
static bool bus_child_hear(struct bus_child *child)
{
    char chunk[4096];

    for (size_t all = 0; all < BUS_CHILD_TURN_BYTES; all += sizeof chunk) {
        ssize_t got = read(child->said_fd, chunk, sizeof chunk);
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        if (got == 0)
            return false;
        for (ssize_t i = 0; i < got; i++) {
            if (chunk[i] == '\n') {
                struct str line = str_trim((struct str){child->line, child->size});
                child->size = 0;
                bus_child_line(child, line);
            } else if (child->size < sizeof child->line) {
                child->line[child->size++] = chunk[i];
            }
        }
    }
    return true;
}

static void bus_child_on_said(void *context)
{
    struct bus_child *child = context;

    if (!bus_child_hear(child)) { /* it ends: the other watch sees that */
        net_watch_free(child->said);
        child->said = NULL;
    }
}

static void bus_child_forget(struct bus_child *child)
{
    net_watch_free(child->said);
    net_watch_free(child->ended);
    child->said = child->ended = NULL;
    if (child->said_fd >= 0)
        close(child->said_fd);
    if (child->pid_fd >= 0)
        close(child->pid_fd);
    child->said_fd = child->pid_fd = -1;
    child->pid = 0;
}

static int bus_child_reap(const struct bus_child *child)
{
    int status = 0;

    while (waitpid(child->pid, &status, 0) < 0)
        if (errno != EINTR)
            return 0; /* somebody else waited for it */
    return status;
}

static void bus_child_on_ended(void *context)
{
    struct bus_child *child = context;

    if (child->said)
        bus_child_hear(child); /* its last words */
    if (!child->pid)
        return; /* they made its owner stop it */
    int status = bus_child_reap(child);
    bus_child_forget(child);
    struct str last = {child->last, child->last_size};
    child->options.ended(child->options.context, status, last);
}

/* In the new process, which shares nothing with the program's other threads: system calls only. */
static _Noreturn void bus_child_become(const struct bus_child_options *options, int out_fd,
                                       pid_t parent, struct rlimit files)
{
    char *argv[] = {(char *)(uintptr_t)options->program, (char[]){"-c"},
                    (char *)(uintptr_t)options->config, NULL};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setrlimit(RLIMIT_NOFILE, &files);
    setpgid(0, 0); /* a Ctrl-C at the terminal is for the parent, which then ends us in order */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
        _exit(126);
    int in_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in_fd < 0 || dup2(in_fd, STDIN_FILENO) < 0 || dup2(out_fd, STDOUT_FILENO) < 0 ||
        dup2(out_fd, STDERR_FILENO) < 0)
        _exit(126);
    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    if (fcntl(options->lock_fd, F_SETFD, 0))
        _exit(126);
    execv(options->program, argv);
    _exit(127);
}

static enum err bus_child_failed(struct diag *diag, const char *what)
{
    int number = errno;

    return diag_set(diag, err_of_errno(number), "cannot %s nats-server: %s", what,
                    strerror(number));
}

static enum err bus_child_watch(struct bus_child *child)
{
    child->pid_fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    if (child->pid_fd < 0)
        return err_of_errno(errno);
    enum err err =
        net_watch_new(child->options.loop, child->said_fd, bus_child_on_said, child, &child->said);
    if (!err)
        err = net_watch_new(child->options.loop, child->pid_fd, bus_child_on_ended, child,
                            &child->ended);
    return err;
}

enum err bus_child_start(struct bus_child *child, struct diag *diag)
{
    struct rlimit files = {0};
    int ends[2];

    ASSERT(!child->pid);
    child->size = child->last_size = 0;
    child->mqtt_port = child->client_port = 0;
    if (pipe2(ends, O_CLOEXEC))
        return bus_child_failed(diag, "make a pipe to");
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) || getrlimit(RLIMIT_NOFILE, &files)) {
        close(ends[0]);
        close(ends[1]);
        return bus_child_failed(diag, "prepare");
    }
    files.rlim_cur = files.rlim_max; /* a descriptor for each device */
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        bus_child_become(&child->options, ends[1], parent, files);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return bus_child_failed(diag, "start");
    }
    child->pid = pid;
    child->said_fd = ends[0];
    enum err err = bus_child_watch(child);
    if (err) {
        kill(child->pid, SIGKILL);
        bus_child_reap(child);
        bus_child_forget(child);
        return diag_set(diag, err, "cannot watch nats-server");
    }
    return OK;
}

bool bus_child_running(const struct bus_child *child)
{
    return child->pid != 0;
}

void bus_child_reload(const struct bus_child *child)
{
    if (child->pid)
        kill(child->pid, SIGHUP);
}

void bus_child_kill(const struct bus_child *child)
{
    if (child->pid)
        kill(child->pid, SIGKILL);
}

void bus_child_stop(struct bus_child *child)
{
    if (!child->pid)
        return;
    struct pollfd ended = {.fd = child->pid_fd, .events = POLLIN};
    char passed_over[4096];
    while (read(child->said_fd, passed_over, sizeof passed_over) > 0)
        ; /* a full pipe would keep it from ending */
    kill(child->pid, SIGTERM);
    while (poll(&ended, 1, BUS_CHILD_STOP_MS) < 0 && errno == EINTR)
        ;
    if (!ended.revents)
        kill(child->pid, SIGKILL);
    bus_child_reap(child);
    bus_child_forget(child);
}

void bus_child_free(struct bus_child *child)
{
    if (!child)
        return;
    bus_child_stop(child);
    mem_free(child);
}

uint16_t bus_child_mqtt_port(const struct bus_child *child)
{
    return child->mqtt_port;
}

uint16_t bus_child_client_port(const struct bus_child *child)
{
    return child->client_port;
}
