/* call.c - one request, from its head to its handler; see http.h.
 *
 * Whether a request is let in is decided by its head. One that is refused is answered when its body
 * has passed by, uncounted in memory, so that the client hears the answer; one that says beforehand
 * that its body is too large is answered at once.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "http/call.h"

enum {
    /* Bytes of a refused body that are let by; who sends more is cut off. */
    HTTP_PASSED_BYTES_MAX = 2 * HTTP_BODY_BYTES_MAX,
};

static const char *const http_method_names[HTTP_METHODS] = {
    [HTTP_GET] = "GET",     [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
};

static enum http_method http_method_of(const char *text)
{
    for (unsigned i = 0; i < HTTP_METHODS; i++)
        if (strcmp(text, http_method_names[i]) == 0)
            return (enum http_method)i;
    return strcmp(text, "HEAD") == 0 ? HTTP_GET : HTTP_METHODS;
}

static bool http_digits_loopback(const char *digits)
{
    return strcmp(digits, "::1") == 0 || strncmp(digits, "127.", 4) == 0 ||
           strncmp(digits, "::ffff:127.", 11) == 0;
}

/* The last of X-Forwarded-For is what our own proxy has seen; the rest is anybody's word. */
static void http_peer_forwarded(struct http_call *call)
{
    struct str list = http_call_header(call, "X-Forwarded-For");
    char digits[HTTP_PEER_MAX];
    unsigned char address[sizeof(struct in6_addr)];
    struct str last = {0};

    while (list.size)
        last = str_trim(str_cut(&list, ','));
    if (last.size == 0 || last.size >= sizeof digits)
        return;
    memcpy(digits, last.data, last.size);
    digits[last.size] = '\0';
    if (inet_pton(AF_INET, digits, address) == 1 || inet_pton(AF_INET6, digits, address) == 1) {
        memcpy(call->peer, digits, last.size + 1);
        call->forwarded = true;
    }
}

static void http_peer_find(struct http_call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    if (!info || !info->client_addr)
        return;
    const struct sockaddr *from = info->client_addr;
    const void *address =
        from->sa_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)(const void *)from)->sin_addr
            : (const void *)&((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    if (!inet_ntop(from->sa_family, address, call->peer, sizeof call->peer))
        call->peer[0] = '\0';
    if (!call->http->name[0] || !http_digits_loopback(call->peer))
        return;
    http_peer_forwarded(call);
    /* Who asks for the public name came through the proxy, also when it forgets to say for whom. */
    struct str host = http_call_header(call, "Host");
    if (str_eq(str_cut(&host, ':'), str_of(call->http->name)))
        call->forwarded = true;
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

/* Finds the route; without one that takes the method, *ret_methods has a bit for each that the path
 * would take. */
static void http_find_route(struct http_call *call, unsigned *ret_methods)
{
    const struct http *http = call->http;
    struct http_params params;

    for (size_t i = 0; i < http->route_count; i++) {
        const struct http_route *route = &http->routes[i];
        /* The page's own "*" takes what nothing else does, not other methods of what is ours. */
        if (*ret_methods && str_ends(str_of(route->pattern), STR("*")))
            break;
        if (!http_url_match(route->pattern, call->path, &params))
            continue;
        *ret_methods |= 1U << route->method;
        if (route->method != call->method)
            continue;
        call->route = route;
        call->params = params;
        return;
    }
}

/* A body was announced. */
static bool http_has_body(struct http_call *call)
{
    struct str length = http_call_header(call, "Content-Length");

    return (length.size && !str_eq(length, STR("0"))) ||
           http_call_header(call, "Transfer-Encoding").size;
}

/* A body that is declared too large is refused before any of it is read. */
static bool http_declares_over(struct http_call *call, uint64_t most)
{
    struct str declared = http_call_header(call, "Content-Length");
    uint64_t size;

    if (!declared.size)
        return false;
    enum err err = str_u64(declared, &size);
    return err || size > most;
}

static struct http_refusal http_too_large(void)
{
    return (struct http_refusal){413, "too_large",
                                 "The request's body is larger than is taken here.", 0};
}

static struct http_refusal http_judge_body(struct http_call *call)
{
    const struct http_route *route = call->route;

    if (http_declares_over(call, route->body_max))
        return http_too_large();
    if (!http_has_body(call))
        return (struct http_refusal){0};
    if (http_call_header(call, "Content-Encoding").size)
        return (struct http_refusal){415, "encoding", "Send the body without a content coding.", 0};
    if (route->types &&
        !http_url_type_listed(http_call_header(call, "Content-Type"), str_of(route->types)))
        return (struct http_refusal){415, "type", "This address takes bodies of other types.", 0};
    return (struct http_refusal){0};
}

static struct http_refusal http_judge_rate(struct http_call *call)
{
    struct http *http = call->http;
    char room[HTTP_NETWORK_SIZE];

    if (!http->rate || http_call_peer_local(call))
        return (struct http_refusal){0};
    struct str network = http_url_network(str_of(call->peer), room);
    uint32_t wait_s = http_rate_take(http->rate, str_hash(network), clock_mono(http->clock));
    if (!wait_s)
        return (struct http_refusal){0};
    http->counts.limited++;
    return (struct http_refusal){429, "too_many", "Too many requests; wait a moment.", wait_s};
}

/* Everything that the head can tell; status 0: let in. */
static struct http_refusal http_judge(struct http_call *call)
{
    struct http *http = call->http;
    unsigned methods = 0;

    if (!http_host_ok(http, call))
        return (struct http_refusal){421, "wrong_host",
                                     "This server does not answer for that name.", 0};
    struct http_refusal refusal = http_judge_rate(call);
    if (refusal.status)
        return refusal;
    http_find_route(call, &methods);
    call->allowed = methods;
    if (!call->route && methods)
        return (struct http_refusal){405, "method", "This address does not take that method.", 0};
    if (!call->route)
        return (struct http_refusal){404, "not_found", "There is nothing at this address.", 0};
    if (http->gate)
        refusal = http->gate(http->context, call, call->route->need);
    return refusal.status ? refusal : http_judge_body(call);
}

static void http_add_number(struct http_call *call, const char *name, uint32_t number)
{
    char text[16];

    snprintf(text, sizeof text, "%u", number);
    http_call_add(call, name, text);
}

static void http_add_allow(struct http_call *call)
{
    char text[64] = "";
    size_t used = 0;

    for (unsigned i = 0; i < HTTP_METHODS; i++)
        if (call->allowed >> i & 1)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", used ? ", " : "",
                                     http_method_names[i], i == HTTP_GET ? ", HEAD" : "");
    ASSERT(used < sizeof text);
    http_call_add(call, "Allow", text);
}

static enum MHD_Result http_refuse(struct http_call *call)
{
    const struct http_refusal *refusal = &call->refusal;

    if (refusal->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        http_add_allow(call);
    if (refusal->retry_s)
        http_add_number(call, "Retry-After", refusal->retry_s);
    http_reply_error(call, refusal->status, refusal->code, refusal->detail);
    return call->result;
}

static struct http_call *http_call_new(struct http *http, struct MHD_Connection *connection,
                                       const char *url, const char *method)
{
    struct http_call *call = mem_zero(1, sizeof *call);

    if (!call)
        return NULL;
    call->http = http;
    call->connection = connection;
    call->path = str_of(url);
    call->method = http_method_of(method);
    call->head = strcmp(method, "HEAD") == 0;
    arena_init(&call->arena, HTTP_CALL_BYTES_MAX);
    buf_init(&call->extra, HTTP_CALL_BYTES_MAX);
    buf_init(&call->body, HTTP_BODY_BYTES_MAX);
    http_peer_find(call);
    return call;
}

void http_call_free(struct http_call *call)
{
    if (!call)
        return;
    ASSERT(!call->kept);
    if (call->response)
        MHD_destroy_response(call->response);
    arena_done(&call->arena);
    buf_done(&call->extra);
    buf_done(&call->body);
    mem_free(call);
}

static enum MHD_Result http_on_head(struct http *http, struct MHD_Connection *connection,
                                    const char *url, const char *method, void **request_context)
{
    struct http_call *call = http_call_new(http, connection, url, method);

    *request_context = call;
    if (!call)
        return MHD_NO;
    call->refusal = http_judge(call);
    if (!call->refusal.status ||
        (!http_declares_over(call, HTTP_PASSED_BYTES_MAX) && call->refusal.status != 413 &&
         !http_call_header(call, "Expect").size))
        return MHD_YES;
    http_move(http, connection, HTTP_ANSWERING);
    return http_refuse(call);
}

static enum MHD_Result http_on_body(struct http_call *call, const char *data, size_t size)
{
    call->body_bytes += size;
    call->http->counts.received += size;
    if (call->body_bytes > HTTP_PASSED_BYTES_MAX)
        return MHD_NO;
    if (call->refusal.status)
        return MHD_YES;
    if (call->body_bytes > call->route->body_max) {
        buf_done(&call->body);
        call->refusal = http_too_large();
        return MHD_YES;
    }
    buf_add(&call->body, data, size);
    return MHD_YES;
}

static void http_keep(struct http_call *call)
{
    struct http *http = call->http;

    ASSERT(call->deferred);
    call->kept = true;
    call->next = http->deferred;
    if (call->next)
        call->next->prev = call;
    http->deferred = call;
    http->counts.deferred++;
    MHD_suspend_connection(call->connection);
}

static enum MHD_Result http_on_whole(struct http_call *call)
{
    if (call->answered) /* woken with its answer */
        return http_answer_kept(call);
    http_move(call->http, call->connection, HTTP_ANSWERING);
    if (call->refusal.status)
        return http_refuse(call);
    if (buf_err(&call->body))
        return MHD_NO;
    call->route->handle(call->http->context, call);
    if (call->answered)
        return call->result;
    http_keep(call);
    return MHD_YES;
}

enum MHD_Result http_on_request(void *context, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *data_size, void **request_context)
{
    struct http_call *call = *request_context;

    (void)version;
    if (!call)
        return http_on_head(context, connection, url, method, request_context);
    if (*data_size) {
        size_t size = *data_size;
        *data_size = 0;
        return http_on_body(call, data, size);
    }
    return http_on_whole(call);
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

enum http_method http_call_method(const struct http_call *call)
{
    return call->method;
}

struct str http_call_body(const struct http_call *call)
{
    return buf_text(&call->body);
}

enum err http_call_query(struct http_call *call, const char *name, struct str *ret_value)
{
    const char *raw = MHD_lookup_connection_value(call->connection, MHD_GET_ARGUMENT_KIND, name);

    if (!raw)
        return ERR_NOT_FOUND;
    size_t size = strlen(raw);
    char *value = arena_zero(&call->arena, size + 1, 1);
    if (!value)
        return ERR_NOMEM;
    size_t used;
    enum err err = http_url_value((struct str){raw, size}, size + 1, value, &used);
    if (err)
        return err;
    *ret_value = (struct str){value, used};
    return OK;
}

struct str http_call_cookie(const struct http_call *call, const char *name)
{
    return http_url_cookie(http_call_header(call, "Cookie"), str_of(name));
}

struct str http_call_peer(const struct http_call *call)
{
    return str_of(call->peer);
}

bool http_call_peer_local(const struct http_call *call)
{
    return !call->forwarded && http_digits_loopback(call->peer);
}

bool http_call_tls(const struct http_call *call)
{
    return call->forwarded && str_eq(http_call_header(call, "X-Forwarded-Proto"), STR("https"));
}

void *http_call_note(const struct http_call *call)
{
    return (void *)(uintptr_t)call->note; /* the call itself stays as it is */
}

void http_call_defer(struct http_call *call)
{
    ASSERT(!call->answered);
    call->deferred = true;
}

void http_call_add(struct http_call *call, const char *name, const char *value)
{
    buf_add(&call->extra, name, strlen(name) + 1);
    buf_add(&call->extra, value, strlen(value) + 1);
}
