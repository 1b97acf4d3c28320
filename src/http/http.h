/* http.h - the HTTP server on the event loop: routes, limits, clean refusals.
 *
 * Purpose    Takes requests on one socket and gives each to the first route that fits. Handlers run
 *            on the loop's thread and answer at once; long work belongs on workers.
 * Why        libmicrohttpd with its epoll descriptor watched by the loop: one thread, no locks.
 * Limits     Named below. A connection that does not bring a whole request, or does not take its
 *            answer, within the time is closed; when all places are taken the one that has been
 *            dallying longest with its request makes room.
 * Safety     Every answer carries the security headers of http_headers.c. When bound to loopback,
 *            a request for another host name is refused (421): a foreign page cannot reach us by
 *            pointing its own name at this machine.
 * Threads    All of it belongs to the loop's thread.
 * Layer      3
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/buf.h"
#include "base/clock.h"
#include "http/url.h"
#include "net/loop.h"

enum {
    HTTP_CONNECTIONS_MAX = 512,    /* browsers open 6 each */
    HTTP_HEAD_BYTES_MAX = 16384,   /* request line and headers of one request */
    HTTP_BODY_BYTES_MAX = 1 << 20, /* no route takes more yet */
    HTTP_REQUEST_S_MAX = 20,       /* from connect, or the last answer, to a whole request */
    HTTP_ANSWER_S_MAX = 300,       /* for the client to take an answer */
    HTTP_ROUTES_MAX = 64,
};

struct http;      /* opaque */
struct http_call; /* one request being answered; opaque */

struct http_route {
    const char *pattern; /* as http_url_match() wants it; GET and HEAD */
    void (*handle)(void *context, struct http_call *call);
};

struct http_options {
    struct net_loop *loop;
    const struct clock *clock;
    const char *bind; /* an address in digits */
    uint16_t port;    /* 0: a free one */
    const char *name; /* one more host name that may be asked for on loopback; may be NULL */
    const struct http_route *routes;
    size_t route_count;
    void *context; /* handed to every handler */
    /* Connection limits for tests; 0 means the values above. */
    uint32_t connections_max;
    uint32_t request_s_max;
};

/* Owner: caller. `options` may be temporary, its routes and context must outlive the server.
 * Errors: USAGE for a bad address, BUSY when the port is taken, IO, NOMEM; told in `diag`. */
MUST_USE enum err http_new(const struct http_options *options, struct http **ret_http,
                           struct diag *diag);
/* Closes every connection. NULL is allowed. Free it before its loop. */
void http_free(struct http *http);
uint16_t http_port(const struct http *http);
/* Takes no new connection from now on. */
void http_quiesce(struct http *http);
/* Answers under way. */
size_t http_busy(const struct http *http);
size_t http_connections(const struct http *http);

/* What the request asks for. All text lives until the handler returns. */
struct str http_call_path(const struct http_call *call); /* as received, without the query */
struct str http_call_param(const struct http_call *call, size_t index);
struct str http_call_header(const struct http_call *call, const char *name); /* empty when absent */

/* Extra headers of an answer; NULL or 0 leaves one out. */
struct http_reply {
    unsigned status; /* 0 means 200 */
    const char *type;
    const char *etag;     /* with its quotes; If-None-Match is then answered 304 */
    const char *encoding; /* Content-Encoding */
    const char *cache;    /* Cache-Control; "no-cache" when NULL */
    bool vary_encoding;
};
/* Exactly one of these is called by a handler. On lack of memory the connection is closed. */
/* `body` must outlive the server. */
void http_reply_kept(struct http_call *call, const struct http_reply *reply, struct str body);
/* Takes the bytes out of `body`, also on failure. */
void http_reply_take(struct http_call *call, const struct http_reply *reply, struct buf *body);
/* Takes `fd` and sends its first `size` bytes. */
void http_reply_fd(struct http_call *call, const struct http_reply *reply, int fd, uint64_t size);
/* {"error":{"code":...,"message":...}}; `code` is a snake_case word, `message` a sentence. */
void http_reply_error(struct http_call *call, unsigned status, const char *code,
                      const char *message);
/* The status that fits `err`, with its text as the message unless `message` is given. */
void http_reply_err(struct http_call *call, enum err err, const char *message);

#endif
