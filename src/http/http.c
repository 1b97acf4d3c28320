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

struct http {
    struct MHD_Daemon *daemon;
    const struct clock *clock;
    struct net_watch *watch;
    struct net_timer *wake;
    struct net_timer *sweep;
    const struct http_route *routes;
    size_t route_count;
    void *context;
    struct http_conn waiting; /* list heads; oldest first */
    struct http_conn answering;
    size_t waiting_count;
    size_t answering_count;
    uint32_t connections_max;
    int64_t request_us_max;
    bool loopback;
    uint16_t port;
    char name[256];
};

static void http_list_init(struct http_conn *head)
{
    head->prev = head->next = head;
}

static void http_unlink(struct http *http, struct http_conn *conn)
{
    conn->prev->next = conn->next;
    conn->next->prev = conn->prev;
    if (conn->answering)
        http->answering_count--;
    else
        http->waiting_count--;
}

static void http_link(struct http *http, struct http_conn *conn, bool answering)
{
    struct http_conn *head = answering ? &http->answering : &http->waiting;

    conn->answering = answering;
    conn->since = clock_mono(http->clock);
    conn->prev = head->prev;
    conn->next = head;
    head->prev->next = conn;
    head->prev = conn;
    if (answering)
        http->answering_count++;
    else
        http->waiting_count++;
}

static void http_drop(struct http_conn *conn)
{
    if (!conn->dropped)
        shutdown(conn->fd, SHUT_RDWR);
    conn->dropped = true;
}

static void http_drop_late(struct http_conn *head, int64_t before_us)
{
    for (struct http_conn *conn = head->next; conn != head; conn = conn->next) {
        if (conn->since.us > before_us)
            return; /* the rest came later */
        http_drop(conn);
    }
}

/* The one that has kept us waiting longest makes room for a new one. */
static void http_make_room(struct http *http)
{
    for (struct http_conn *c = http->waiting.next; c != &http->waiting; c = c->next)
        if (!c->dropped) {
            http_drop(c);
            return;
        }
}

static void http_sweep(struct http *http)
{
    int64_t now_us = clock_mono(http->clock).us;

    http_drop_late(&http->waiting, now_us - http->request_us_max);
    http_drop_late(&http->answering, now_us - HTTP_ANSWER_S_MAX * CLOCK_US_PER_S);
}

static void http_swept(void *context)
{
    struct http *http = context;

    http_sweep(http);
    if (http->waiting_count + http->answering_count == 0)
        net_timer_stop(http->sweep);
}

static void http_turn(void *context)
{
    struct http *http = context;
    MHD_UNSIGNED_LONG_LONG ms;

    http_sweep(http);
    MHD_run(http->daemon);
    if (MHD_get_timeout(http->daemon, &ms) == MHD_YES)
        net_timer_start(http->wake, ms, 0);
    else
        net_timer_stop(http->wake);
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
    http_link(http, conn, false);
    *socket_context = conn;
    if (http->waiting_count + http->answering_count == 1)
        net_timer_start(http->sweep, HTTP_SWEEP_MS, HTTP_SWEEP_MS);
    if (http->waiting_count + http->answering_count + HTTP_SPARE > http->connections_max)
        http_make_room(http);
}

static struct http_conn *http_conn_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static void http_move(struct http *http, struct MHD_Connection *connection, bool answering)
{
    struct http_conn *conn = http_conn_of(connection);

    if (!conn || conn->answering == answering)
        return;
    http_unlink(http, conn);
    http_link(http, conn, answering);
}

static void http_on_completed(void *context, struct MHD_Connection *connection,
                              void **request_context, enum MHD_RequestTerminationCode code)
{
    (void)code;
    http_move(context, connection, false);
    mem_free(*request_context);
    *request_context = NULL;
}

/* The path stays as received; http_url_path() and the handlers decode what they use. */
static size_t http_keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static bool http_host_ok(const struct http *http, struct http_call *call)
{
    struct str host = http_call_header(call, "Host");

    /* HTTP/1.0 may leave it out; no browser does. */
    if (!http->loopback || !host.size || http_url_host_loopback(host))
        return true;
    struct str name = str_cut(&host, ':');
    return http->name[0] && str_eq(name, str_of(http->name));
}

static void http_route(struct http *http, struct http_call *call, const char *method)
{
    if (!http_host_ok(http, call)) {
        http_reply_error(call, 421, "wrong_host", "This server does not answer for that name.");
        return;
    }
    for (size_t i = 0; i < http->route_count; i++) {
        const struct http_route *route = &http->routes[i];
        if (!http_url_match(route->pattern, call->path, &call->params))
            continue;
        if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
            http_reply_error(call, 405, "method", "This address only takes GET and HEAD.");
        else
            route->handle(http->context, call);
        ASSERT(call->answered);
        return;
    }
    http_reply_error(call, 404, "not_found", "There is nothing at this address.");
}

/* A body that is declared too large is refused before any of it is read. */
static bool http_declares_too_much(struct http_call *call)
{
    struct str declared = http_call_header(call, "Content-Length");
    uint64_t size;

    if (!declared.size)
        return false;
    enum err err = str_u64(declared, &size);
    return err || size > HTTP_BODY_BYTES_MAX;
}

static void http_refuse_body(struct http_call *call)
{
    http_reply_error(call, 413, "too_large", "The request's body is larger than is taken here.");
}

static struct http_call *http_call_new(struct http *http, struct MHD_Connection *connection,
                                       const char *url)
{
    struct http_call *call = mem_zero(1, sizeof *call);

    if (!call)
        return NULL;
    *call = (struct http_call){.http = http, .connection = connection, .path = str_of(url)};
    return call;
}

/* Called once with the head, once per piece of body, once at its end. */
static enum MHD_Result http_on_request(void *context, struct MHD_Connection *connection,
                                       const char *url, const char *method, const char *version,
                                       const char *data, size_t *data_size, void **request_context)
{
    struct http *http = context;
    struct http_call *call = *request_context;

    (void)version;
    (void)data;
    if (!call) {
        call = http_call_new(http, connection, url);
        *request_context = call;
        if (!call)
            return MHD_NO;
        if (!http_declares_too_much(call))
            return MHD_YES;
        http_move(http, connection, true);
        http_refuse_body(call);
        return call->result;
    }
    if (*data_size) { /* no route takes a body yet: it is counted and let go */
        call->body_bytes += *data_size;
        *data_size = 0;
        return MHD_YES;
    }
    http_move(http, connection, true);
    call->path = str_of(url);
    if (call->body_bytes > HTTP_BODY_BYTES_MAX)
        http_refuse_body(call);
    else
        http_route(http, call, method);
    return call->result;
}

struct str http_call_path(const struct http_call *call)
{
    return call->path;
}

struct str http_call_param(const struct http_call *call, size_t index)
{
    ASSERT(index < call->params.count);
    return call->params.values[index];
}

struct str http_call_header(const struct http_call *call, const char *name)
{
    return str_of(MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name));
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
        MHD_USE_EPOLL, http->port, NULL, NULL, http_on_request, http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, http->connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_HEAD_BYTES_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(http->request_us_max / CLOCK_US_PER_S), MHD_OPTION_NOTIFY_CONNECTION,
        http_on_connection, http, MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, http,
        MHD_OPTION_UNESCAPE_CALLBACK, http_keep_escapes, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
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
    http->context = options->context;
    http->connections_max =
        options->connections_max ? options->connections_max : HTTP_CONNECTIONS_MAX;
    http->request_us_max =
        CLOCK_US_PER_S * (options->request_s_max ? options->request_s_max : HTTP_REQUEST_S_MAX);
    snprintf(http->name, sizeof http->name, "%s", options->name ? options->name : "");
    http_list_init(&http->waiting);
    http_list_init(&http->answering);
    signal(SIGPIPE, SIG_IGN); /* a client that leaves is met as an error of its socket */

    enum err err = http_listen(http, options, &fd, diag);
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

void http_free(struct http *http)
{
    if (!http)
        return;
    net_watch_free(http->watch);
    if (http->daemon)
        MHD_stop_daemon(http->daemon);
    net_timer_free(http->wake);
    net_timer_free(http->sweep);
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
    return http->answering_count;
}

size_t http_connections(const struct http *http)
{
    return http->waiting_count + http->answering_count;
}
