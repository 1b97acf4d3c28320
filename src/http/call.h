/* call.h - what the files of this module share; private to it.
 *
 * Threads    The loop's.
 * Layer      3
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include <microhttpd.h>

#include "base/arena.h"
#include "http/http.h"
#include "http/rate.h"

/* What is awaited of a connection. */
enum http_phase {
    HTTP_WAITING,   /* a request */
    HTTP_ANSWERING, /* that an answer be made and taken */
    HTTP_STREAMING, /* events; without a limit of time */
    HTTP_PHASES
};

/* A connection, in one list by its phase. */
struct http_conn {
    struct http_conn *prev;
    struct http_conn *next;
    struct mono_us since;
    int fd;
    enum http_phase phase;
    bool dropped; /* already shut down; waits for the library to notice */
};

struct http_list {
    struct http_conn head; /* oldest first after it */
    size_t count;
};

struct http {
    struct MHD_Daemon *daemon;
    const struct clock *clock;
    struct net_watch *watch;
    struct net_timer *wake;
    struct net_timer *sweep;
    const struct http_route *routes;
    size_t route_count;
    http_gate *gate;
    void *context;
    struct http_rate *rate;
    struct http_list lists[HTTP_PHASES];
    struct http_call *deferred; /* list of calls kept for a later answer */
    struct http_stream *streams;
    struct http_counts counts;
    uint32_t connections_max;
    uint32_t streams_max;
    int64_t request_us_max;
    bool loopback;
    bool resumed; /* a connection, since the last turn began */
    uint16_t port;
    char name[256];
};

enum {
    HTTP_CALL_BYTES_MAX =
        32768,          /* decoded texts of one call: of one head, so below twice its limit */
    HTTP_PEER_MAX = 46, /* an IPv6 address in digits */
};

struct http_call {
    _Alignas(16) unsigned char note[HTTP_NOTE_BYTES];
    struct http *http;
    struct MHD_Connection *connection;
    const struct http_route *route; /* NULL until one is found */
    struct str path;
    struct http_params params;
    struct buf body;
    struct arena arena;  /* decoded texts */
    struct buf extra;    /* "Name\0value\0", headers of the answer */
    uint64_t body_bytes; /* as received, also those let go */
    struct http_refusal refusal;
    struct http_call *prev; /* among the deferred ones */
    struct http_call *next;
    struct MHD_Response *response; /* of a deferred answer, until it can be queued */
    unsigned status;
    enum http_method method;
    unsigned allowed; /* a bit per method that the path takes */
    bool forwarded;   /* the peer is what a proxy has told */
    bool head;        /* HEAD: as GET, without the body */
    bool deferred;    /* asked to be kept */
    bool kept;        /* suspended now, and in the list */
    bool answered;
    char peer[HTTP_PEER_MAX];
    enum MHD_Result result; /* of queueing the answer; MHD_NO closes the connection */
};

/* --- http.c --- */
/* Moves the connection into the list of `phase`. */
void http_move(struct http *http, struct MHD_Connection *connection, enum http_phase phase);
void http_drop(struct http_conn *conn);
/* Wakes a suspended connection. */
void http_resume(struct http *http, struct MHD_Connection *connection);
struct http_conn *http_conn_of(struct MHD_Connection *connection);

/* --- call.c --- */
/* Called once with the head, once per piece of body, once at its end, and once more when a deferred
 * answer is there. */
enum MHD_Result http_on_request(void *context, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *data_size, void **request_context);
void http_call_free(struct http_call *call); /* NULL is allowed */

/* --- reply.c --- */
/* Answers with `response`, taken also on failure; NULL closes the connection. At once, or when a
 * deferred call has been woken. False when the connection will be closed instead. */
bool http_answer(struct http_call *call, unsigned status, struct MHD_Response *response,
                 const struct http_reply *reply);
/* Queues the answer of a deferred call. */
enum MHD_Result http_answer_kept(struct http_call *call);

/* --- stream.c --- */
/* Wakes and ends all, so that the library can be stopped. */
void http_streams_end(struct http *http);

#endif
