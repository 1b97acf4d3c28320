/* stream.c - see stream.h.
 *
 * A connection without anything to write is suspended inside the library's reader, which is where
 * it allows that, and resumed by the next send.
 */
#include "http/stream.h"

#include <string.h>

#include "base/mem.h"
#include "http/call.h"

enum { HTTP_STREAM_BLOCK = 16384 }; /* written at once; the library holds one per connection */

struct http_stream {
    struct http *http;
    struct MHD_Connection *connection;
    struct http_stream *prev;
    struct http_stream *next;
    void (*closed)(void *context);
    void *context;
    struct buf waiting;
    size_t at;    /* bytes of it that were written */
    bool resting; /* suspended */
    bool ending;  /* by its owner, who is not told */
    bool failed;
};

static ssize_t http_stream_read(void *context, uint64_t at, char *out, size_t size)
{
    struct http_stream *stream = context;
    size_t left = stream->waiting.size - stream->at;

    (void)at;
    if (stream->failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (left == 0) {
        if (stream->ending)
            return MHD_CONTENT_READER_END_OF_STREAM;
        stream->resting = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    if (size > left)
        size = left;
    memcpy(out, stream->waiting.data + stream->at, size);
    stream->at += size;
    if (stream->at == stream->waiting.size) {
        buf_reset(&stream->waiting);
        stream->at = 0;
    }
    return (ssize_t)size;
}

/* Called by the library when the connection is done with. */
static void http_stream_gone(void *context)
{
    struct http_stream *stream = context;

    *(stream->prev ? &stream->prev->next : &stream->http->streams) = stream->next;
    if (stream->next)
        stream->next->prev = stream->prev;
    stream->http->counts.streams_open--;
    if (!stream->ending)
        stream->closed(stream->context);
    buf_done(&stream->waiting);
    mem_free(stream);
}

static void http_stream_wake(struct http_stream *stream)
{
    if (!stream->resting)
        return;
    stream->resting = false;
    http_resume(stream->http, stream->connection);
}

static enum err http_stream_refuse(struct http_call *call, enum err err)
{
    http_reply_err(call, err,
                   err == ERR_BUSY ? "Too many live connections; try again later." : NULL);
    return err;
}

static struct http_stream *http_stream_new(struct http_call *call, void (*closed)(void *context),
                                           void *context)
{
    struct http *http = call->http;
    struct http_stream *stream = mem_zero(1, sizeof *stream);

    if (!stream)
        return NULL;
    *stream = (struct http_stream){.http = http,
                                   .connection = call->connection,
                                   .next = http->streams,
                                   .closed = closed,
                                   .context = context};
    buf_init(&stream->waiting, HTTP_STREAM_BYTES_MAX);
    if (stream->next)
        stream->next->prev = stream;
    http->streams = stream;
    http->counts.streams_open++;
    http->counts.streams++;
    return stream;
}

enum err http_stream_open(struct http_call *call, void (*closed)(void *context), void *context,
                          struct http_stream **ret_stream)
{
    struct http *http = call->http;

    ASSERT(!call->deferred);
    if (call->head) {
        struct http_reply reply = {.type = "text/event-stream"};
        http_reply_kept(call, &reply, STR(""));
        return ERR_CANCELLED;
    }
    if (http->counts.streams_open >= http->streams_max)
        return http_stream_refuse(call, ERR_BUSY);
    struct http_stream *stream = http_stream_new(call, closed, context);
    if (!stream)
        return http_stream_refuse(call, ERR_NOMEM);
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, HTTP_STREAM_BLOCK, http_stream_read, stream, http_stream_gone);
    if (!response) {
        stream->ending = true;
        http_stream_gone(stream);
        return http_stream_refuse(call, ERR_NOMEM);
    }
    stream->ending = true; /* until the answer is queued: nobody is told of a failure twice */
    struct http_reply reply = {.type = "text/event-stream", .cache = "no-store"};
    http_call_add(call, "X-Accel-Buffering", "no");
    if (!http_answer(call, 200, response, &reply))
        return ERR_NOMEM;
    stream->ending = false;
    http_move(http, call->connection, HTTP_STREAMING);
    *ret_stream = stream;
    return OK;
}

/* Bytes already written make room for new ones when they are most of the buffer. */
static void http_stream_tidy(struct http_stream *stream)
{
    struct buf *waiting = &stream->waiting;

    if (stream->at < waiting->size / 2)
        return;
    memmove(waiting->data, waiting->data + stream->at, waiting->size - stream->at);
    waiting->size -= stream->at;
    stream->at = 0;
}

void http_stream_send(struct http_stream *stream, struct str events)
{
    if (stream->ending || stream->failed || events.size == 0)
        return;
    if (stream->at)
        http_stream_tidy(stream);
    buf_str(&stream->waiting, events);
    if (buf_err(&stream->waiting)) {
        stream->failed = true;
        stream->http->counts.streams_slow++;
        struct http_conn *conn = http_conn_of(stream->connection);
        if (conn)
            http_drop(conn);
    }
    http_stream_wake(stream);
}

void http_stream_close(struct http_stream *stream)
{
    if (!stream)
        return;
    stream->ending = true;
    http_stream_wake(stream);
}

void http_streams_end(struct http *http)
{
    for (struct http_stream *stream = http->streams; stream; stream = stream->next) {
        stream->failed = true;
        http_stream_wake(stream);
    }
}
