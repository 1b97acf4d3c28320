/* call.h - what http.c and reply.c share; private to this module.
 *
 * Threads    The loop's.
 * Layer      3
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include <microhttpd.h>

#include "http/http.h"

/* A connection, in one of two lists by what is awaited: a request, or that an answer be taken. */
struct http_conn {
    struct http_conn *prev;
    struct http_conn *next;
    struct mono_us since;
    int fd;
    bool answering;
    bool dropped; /* already shut down; waits for the library to notice */
};

struct http_call {
    struct http *http;
    struct MHD_Connection *connection;
    struct str path;
    struct http_params params;
    uint64_t body_bytes;
    bool answered;
    enum MHD_Result result; /* of queueing the answer; MHD_NO closes the connection */
};

/* Adds the headers that every answer has. False for lack of memory. */
MUST_USE bool http_headers_add(struct MHD_Response *response);

#endif
