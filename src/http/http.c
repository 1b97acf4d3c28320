/* http.c - see http.h: the socket, the connections and the choice of a route.
 *
 * The library's epoll descriptor is watched by the loop; a timer wakes it for its own deadlines.
 * A connection that is to go is shut down, not closed: the library then finds its end by itself.
 */
#include "http/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/call.h"

enum {
    HTTP_SWEEP_MS = 1000,
    HTTP_BACKLOG = 512,
    HTTP_SPARE = 4, /* places kept free by dropping dalliers, so that accept() never waits */
};

static void http_list_init(struct http_list *list)
{
    list->head.prev = list->head.next = &list->head;
}

static void http_unlink(struct http *http, struct http_conn *conn)
{
    conn->prev->next = conn->next;
    conn->next->prev = conn->prev;
    http->lists[conn->phase].count--;
}

static void http_link(struct http *http, struct http_conn *conn, enum http_phase phase)
{
    struct http_list *list = &http->lists[phase];

    conn->phase = phase;
    conn->since = clock_mono(http->clock);
    conn->prev = list->head.prev;
    conn->next = &list->head;
    list->head.prev->next = conn;
    list->head.prev = conn;
    list->count++;
}

void http_drop(struct http_conn *conn)
{
    if (!conn->dropped)
        shutdown(conn->fd, SHUT_RDWR);
    conn->dropped = true;
}

static void http_drop_late(struct http_list *list, int64_t before_us)
{
    for (struct http_conn *conn = list->head.next; conn != &list->head; conn = conn->next) {
        if (conn->since.us > before_us)
            return; /* the rest came later */
        http_drop(conn);
    }
}

/* The one that has kept us waiting longest makes room for a new one. */
static void http_make_room(struct http *http)
{
    struct http_conn *head = &http->lists[HTTP_WAITING].head;

    for (struct http_conn *conn = head->next; conn != head; conn = conn->next)
        if (!conn->dropped) {
            http_drop(conn);
            return;
        }
}

static void http_sweep(struct http *http)
{
    int64_t now_us = clock_mono(http->clock).us;

    http_drop_late(&http->lists[HTTP_WAITING], now_us - http->request_us_max);
    http_drop_late(&http->lists[HTTP_ANSWERING], now_us - HTTP_ANSWER_S_MAX * CLOCK_US_PER_S);
}

static void http_swept(void *context)
{
    struct http *http = context;

    http_sweep(http);
    if (http_connections(http) == 0)
        net_timer_stop(http->sweep);
}

static void http_turn(void *context)
{
    struct http *http = context;
    MHD_UNSIGNED_LONG_LONG ms;

    http_sweep(http);
    http->resumed = false;
    MHD_run(http->daemon);
    if (http->resumed) /* during this turn: the next one is at once */
        net_timer_start(http->wake, 0, 0);
    else if (MHD_get_timeout(http->daemon, &ms) == MHD_YES)
        net_timer_start(http->wake, ms, 0);
    else
        net_timer_stop(http->wake);
}

/* With a loop of our own the library tells nobody that it has something to do. */
void http_resume(struct http *http, struct MHD_Connection *connection)
{
    MHD_resume_connection(connection);
    http->resumed = true;
    net_timer_start(http->wake, 0, 0);
}

static void http_on_connection(void *context, struct MHD_Connection *connection,
                               void **socket_context, enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    struct http_conn *conn = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (conn)
            http_unlink(http, conn);
        mem_free(conn);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info)
        return;
    conn = mem_zero(1, sizeof *conn);
    if (!conn) { /* one that cannot be watched over is not kept */
        shutdown(info->connect_fd, SHUT_RDWR);
        return;
    }
    conn->fd = info->connect_fd;
    http_link(http, conn, HTTP_WAITING);
    *socket_context = conn;
    if (http_connections(http) == 1)
        net_timer_start(http->sweep, HTTP_SWEEP_MS, HTTP_SWEEP_MS);
    if (http_connections(http) + HTTP_SPARE > http->connections_max)
        http_make_room(http);
}

struct http_conn *http_conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void http_move(struct http *http, struct MHD_Connection *connection, enum http_phase phase)
{
    struct http_conn *conn = http_conn_of(connection);

    if (!conn || conn->phase == phase)
        return;
    http_unlink(http, conn);
    http_link(http, conn, phase);
}

static void http_on_completed(void *context, struct MHD_Connection *connection,
                              void **request_context, enum MHD_RequestTerminationCode code)
{
    (void)code;
    http_move(context, connection, HTTP_WAITING);
    http_call_free(*request_context);
    *request_context = NULL;
}

/* The path stays as received; http_url_path() and the handlers decode what they use. */
static size_t http_keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

union http_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static enum err http_address_of(const char *bind, uint16_t port, union http_address *ret,
                                socklen_t *ret_size, struct diag *diag)
{
    union http_address address = {0};

    if (inet_pton(AF_INET, bind, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        *ret_size = sizeof address.v4;
    } else if (inet_pton(AF_INET6, bind, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        *ret_size = sizeof address.v6;
    } else {
        return diag_set(diag, ERR_USAGE,
                        "`%s` is no address; give digits, such as 127.0.0.1 or ::1", bind);
    }
    *ret = address;
    return OK;
}

static bool http_is_loopback(const union http_address *address)
{
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

bool http_bind_loopback(const char *bind)
{
    union http_address address;
    socklen_t size;

    return http_address_of(bind, 0, &address, &size, NULL) == OK && http_is_loopback(&address);
}

static enum err http_listen_failed(const struct http_options *options, struct diag *diag)
{
    int number = errno;

    if (number == EADDRINUSE)
        return diag_set(diag, ERR_BUSY,
                        "port %u of %s is in use; give another, or 0 for a free one",
                        (unsigned)options->port, options->bind);
    if (number == EACCES)
        return diag_set(diag, ERR_IO, "port %u may not be used; give one above 1023",
                        (unsigned)options->port);
    return diag_set(diag, err_of_errno(number), "cannot listen on %s port %u: %s", options->bind,
                    (unsigned)options->port, strerror(number));
}

static enum err http_listen(struct http *http, const struct http_options *options, int *ret_fd,
                            struct diag *diag)
{
    union http_address address;
    socklen_t size;
    int on = 1;

    enum err err = http_address_of(options->bind, options->port, &address, &size, diag);
    if (err)
        return err;
    http->loopback = http_is_loopback(&address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return http_listen_failed(options, diag);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) || bind(fd, &address.any, size) ||
        listen(fd, HTTP_BACKLOG) || getsockname(fd, &address.any, &size)) {
        err = http_listen_failed(options, diag);
        close(fd);
        return err;
    }
    http->port =
        ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    *ret_fd = fd;
    return OK;
}

/* Takes `fd`, also on failure. */
static enum err http_start(struct http *http, int fd)
{
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, http->port, NULL, NULL, http_on_request, http,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, http->connections_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEAD_BYTES_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(http->request_us_max / CLOCK_US_PER_S),
        MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, http, MHD_OPTION_NOTIFY_COMPLETED,
        http_on_completed, http, MHD_OPTION_UNESCAPE_CALLBACK, http_keep_escapes, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
    if (!http->daemon) {
        close(fd);
        return ERR_IO;
    }
    return OK;
}

static enum err http_join_loop(struct http *http, struct net_loop *loop)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return ERR_IO;
    enum err err = net_timer_new(loop, http_turn, http, &http->wake);
    if (err)
        return err;
    err = net_timer_new(loop, http_swept, http, &http->sweep);
    if (err)
        return err;
    return net_watch_new(loop, info->epoll_fd, http_turn, http, &http->watch);
}

static enum err http_allow(struct http *http, const struct http_allowance *allowance,
                           struct diag *diag)
{
    if (allowance->burst <= 0)
        return OK;
    enum err err = http_rate_new(allowance->burst, allowance->per_s, &http->rate);
    return err ? diag_set(diag, err, "no memory for the HTTP server") : OK;
}

enum err http_new(const struct http_options *options, struct http **ret_http, struct diag *diag)
{
    int fd = -1;

    ASSERT(options->route_count <= HTTP_ROUTES_MAX);
    struct http *http = mem_zero(1, sizeof *http);
    if (!http)
        return diag_set(diag, ERR_NOMEM, "no memory for the HTTP server");
    http->clock = options->clock;
    http->routes = options->routes;
    http->route_count = options->route_count;
    http->gate = options->gate;
    http->context = options->context;
    http->streams_max = options->streams_max ? options->streams_max : HTTP_STREAMS_MAX;
    http->connections_max =
        options->connections_max ? options->connections_max : HTTP_CONNECTIONS_MAX;
    http->request_us_max =
        CLOCK_US_PER_S * (options->request_s_max ? options->request_s_max : HTTP_REQUEST_S_MAX);
    snprintf(http->name, sizeof http->name, "%s", options->name ? options->name : "");
    for (size_t i = 0; i < HTTP_PHASES; i++)
        http_list_init(&http->lists[i]);
    signal(SIGPIPE, SIG_IGN); /* a client that leaves is met as an error of its socket */

    enum err err = http_allow(http, &options->allowance, diag);
    if (!err)
        err = http_listen(http, options, &fd, diag);
    if (!err) {
        err = http_start(http, fd);
        if (!err)
            err = http_join_loop(http, options->loop);
        if (err)
            diag_set(diag, err, "the HTTP server cannot be started: %s", err_text(err));
    }
    if (err) {
        http_free(http);
        return err;
    }
    *ret_http = http;
    return OK;
}

/* A connection at rest must be woken before the library can be stopped. */
static void http_wake_all(struct http *http)
{
    for (struct http_call *call = http->deferred; call; call = call->next) {
        call->kept = false;
        http_resume(http, call->connection);
    }
    http->deferred = NULL;
    http_streams_end(http);
}

void http_free(struct http *http)
{
    if (!http)
        return;
    net_watch_free(http->watch);
    if (http->daemon) {
        http_wake_all(http);
        MHD_stop_daemon(http->daemon);
    }
    net_timer_free(http->wake);
    net_timer_free(http->sweep);
    http_rate_free(http->rate);
    mem_free(http);
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

void http_quiesce(struct http *http)
{
    int fd = MHD_quiesce_daemon(http->daemon);

    if (fd >= 0)
        close(fd);
}

size_t http_busy(const struct http *http)
{
    return http->lists[HTTP_ANSWERING].count;
}

size_t http_connections(const struct http *http)
{
    size_t count = 0;

    for (size_t i = 0; i < HTTP_PHASES; i++)
        count += http->lists[i].count;
    return count;
}

struct http_counts http_counts(const struct http *http)
{
    return http->counts;
}
