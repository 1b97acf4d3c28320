/* http.h - the HTTP server on the event loop: routes, bodies, limits, clean refusals.
 *
 * Purpose    Takes requests on one socket and gives each to the first route that fits. Handlers run
 *            on the loop's thread. They answer at once, or keep the call and answer later
 *            (http_call_defer), or open a stream of events (http/stream.h); long work belongs on
 *            workers.
 * Why        libmicrohttpd with its epoll descriptor watched by the loop: one thread, no locks.
 * Limits     Named below. A connection that does not bring a whole request, or does not take its
 *            answer, within the time is closed; when all places are taken the one that has been
 *            dallying longest with its request makes room.
 * Safety     Every answer carries the security headers of reply.c. When bound to loopback, a
 *            request for another host name is refused (421): a foreign page cannot reach us by
 *            pointing its own name at this machine. Bodies are only taken where a route says so,
 *            and only after the gate has let the head in.
 * Proxies    With `name` given, a proxy on this machine is expected: requests that come from
 *            loopback tell their client by the last X-Forwarded-For and X-Forwarded-Proto.
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
    HTTP_BODY_BYTES_MAX = 8 << 20, /* no route may take more: it is held in memory */
    HTTP_REQUEST_S_MAX = 20,       /* from connect, or the last answer, to a whole request */
    HTTP_ANSWER_S_MAX = 300,       /* to make an answer and for the client to take it */
    HTTP_ROUTES_MAX = 128,
    HTTP_STREAMS_MAX = 200,     /* event streams at once; the rest of the places are for requests */
    HTTP_PACK_BYTES_MIN = 1024, /* smaller bodies are not worth packing */
    HTTP_PACK_BYTES_MAX = 1 << 20, /* larger ones would hold the loop for more than 10 ms */
};

struct http;      /* opaque */
struct http_call; /* one request being answered; opaque */

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHODS };

struct http_route {
    const char *pattern; /* as http_url_match() wants it */
    void (*handle)(void *context, struct http_call *call);
    enum http_method method; /* GET also answers HEAD */
    unsigned need;           /* for the gate, which knows what it means */
    uint32_t body_max;       /* bytes of body that are taken; 0: none, one that comes is 413 */
    const char *types; /* media types of bodies, parted by blanks, others are 415; NULL: any */
};

/* Why a request is not let in. Texts are constant. */
struct http_refusal {
    unsigned status; /* 0: let in */
    const char *code;
    const char *detail;
    uint32_t retry_s; /* Retry-After; 0 leaves it out */
};
/* Judges a request by its head, before any of its body is read. */
typedef struct http_refusal http_gate(void *context, struct http_call *call, unsigned need);

/* A peer's allowance: `burst` requests at once, then `per_s`. 0 burst: no limit. Clients on this
 * machine, unless a proxy brings them, have no limit. */
struct http_allowance {
    double per_s;
    double burst;
};

struct http_options {
    struct net_loop *loop;
    const struct clock *clock;
    const char *bind; /* an address in digits */
    uint16_t port;    /* 0: a free one */
    const char *name; /* one more host name that may be asked for on loopback; may be NULL */
    const struct http_route *routes;
    size_t route_count;
    http_gate *gate; /* NULL: all are let in */
    void *context;   /* handed to the gate and to every handler */
    struct http_allowance allowance;
    /* Limits for tests; 0 means the values above. */
    uint32_t connections_max;
    uint32_t request_s_max;
    uint32_t streams_max;
};

/* Owner: caller. `options` may be temporary, its routes and context must outlive the server.
 * Errors: USAGE for a bad address, BUSY when the port is taken, IO, NOMEM; told in `diag`. */
MUST_USE enum err http_new(const struct http_options *options, struct http **ret_http,
                           struct diag *diag);
/* Closes every connection; deferred calls must not be used any more. NULL is allowed. Free it
 * before its loop. */
void http_free(struct http *http);
uint16_t http_port(const struct http *http);
/* Is `bind` an address that only this machine can reach? False also for what is no address. */
bool http_bind_loopback(const char *bind);
/* Takes no new connection from now on. */
void http_quiesce(struct http *http);
/* Answers under way, without streams. */
size_t http_busy(const struct http *http);
size_t http_connections(const struct http *http);

struct http_counts {
    uint64_t answers[6];   /* by the hundreds of their status; [0] counts those never queued */
    uint64_t received;     /* bytes of bodies */
    uint64_t limited;      /* refused with 429 by the allowance */
    uint64_t streams;      /* opened so far */
    uint64_t streams_slow; /* closed because their client did not keep up */
    size_t streams_open;
    size_t deferred; /* calls kept now */
};
struct http_counts http_counts(const struct http *http);

/* What the request asks for. All text lives until the call is answered. */
struct str http_call_path(const struct http_call *call); /* as received, without the query */
struct str http_call_param(const struct http_call *call, size_t index);
struct str http_call_header(const struct http_call *call, const char *name); /* empty when absent */
enum http_method http_call_method(const struct http_call *call);
struct str http_call_body(const struct http_call *call);
/* The first query value of `name`, decoded. Errors: NOT_FOUND, SYNTAX (escapes, UTF-8), NOMEM. */
MUST_USE enum err http_call_query(struct http_call *call, const char *name, struct str *ret_value);
/* The value of a cookie, as sent; empty when absent. */
struct str http_call_cookie(const struct http_call *call, const char *name);
/* The client's address in digits. */
struct str http_call_peer(const struct http_call *call);
bool http_call_peer_local(const struct http_call *call); /* on this machine, no proxy between */
bool http_call_tls(const struct http_call *call); /* the proxy says that its client came by TLS */

/* HTTP_NOTE_BYTES of the call's own, zeroed, for what the gate finds out and handlers want to know;
 * aligned for any type. */
enum { HTTP_NOTE_BYTES = 256 };
void *http_call_note(const struct http_call *call);

/* Keeps the call beyond its handler. It stays valid, also when its client has gone meanwhile, until
 * it is answered, once, on the loop's thread; it must be before http_free(). */
void http_call_defer(struct http_call *call);
/* One more header of the answer, before it is given; both are copied. */
void http_call_add(struct http_call *call, const char *name, const char *value);

/* Extra headers of an answer; NULL or 0 leaves one out. */
struct http_reply {
    unsigned status; /* 0 means 200 */
    const char *type;
    const char *etag;     /* with its quotes; If-None-Match is then answered 304 */
    const char *encoding; /* Content-Encoding: then it is sent as it is */
    const char *cache;    /* Cache-Control; "no-cache" when NULL */
    bool vary_encoding;
};
/* Exactly one of these is called for a call, by its handler or, when it was deferred, later. On
 * lack of memory the connection is closed. Bodies of a text type between HTTP_PACK_BYTES_MIN and
 * _MAX are sent with gzip to who takes it, their ETag then weak. */
/* `body` must outlive the server. */
void http_reply_kept(struct http_call *call, const struct http_reply *reply, struct str body);
/* Takes the bytes out of `body`, also on failure. */
void http_reply_take(struct http_call *call, const struct http_reply *reply, struct buf *body);
/* Takes `fd` and sends its first `size` bytes. */
void http_reply_fd(struct http_call *call, const struct http_reply *reply, int fd, uint64_t size);
/* 204, or another status without a body. */
void http_reply_none(struct http_call *call, unsigned status);

/* A part of a body that is wrong: where (a JSON pointer, RFC 6901) and why. */
struct http_flaw {
    const char *pointer;
    const char *detail;
};
/* application/problem+json (RFC 9457); `code` is a snake_case word, `detail` a sentence. */
void http_reply_error(struct http_call *call, unsigned status, const char *code,
                      const char *detail);
/* As http_reply_error, with the parts that are wrong. */
void http_reply_flaws(struct http_call *call, unsigned status, const char *code, const char *detail,
                      const struct http_flaw *flaws, size_t count);
/* The status that fits `err`, with its text as the detail unless `detail` is given. */
void http_reply_err(struct http_call *call, enum err err, const char *detail);

/* Appends `raw` as gzip. Errors: NOMEM, LIMIT. */
MUST_USE enum err http_pack(struct str raw, struct buf *out);

#endif
