/* stream.h - server-sent events: an answer that goes on.
 *
 * Purpose    What is sent is kept in a bounded buffer per client and written when its socket takes
 *            it; while there is nothing to write the connection rests and costs nothing.
 * Limits     HTTP_STREAMS_MAX at once (503 beyond). HTTP_STREAM_BYTES_MAX wait for one client; one
 *            that does not keep up is closed and counted, it comes back with Last-Event-ID.
 * Source     HTML Living Standard 9.2; RFC 9110.
 * Threads    The loop's.
 * Layer      3
 */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http/http.h"

enum { HTTP_STREAM_BYTES_MAX = 256 << 10 };

struct http_stream; /* opaque */

/* Answers the call with text/event-stream and keeps it open. `closed` is called once when the
 * client has gone or was too slow, or by http_free(), never inside a function of this header;
 * *ret_stream is then no longer valid. A client that goes is met at the next write: send a comment
 * now and then.
 * Errors: BUSY (limit), NOMEM, CANCELLED (HEAD): the call has been answered, there is no stream. */
MUST_USE enum err http_stream_open(struct http_call *call, void (*closed)(void *context),
                                   void *context, struct http_stream **ret_stream);
/* Adds whole events to what is to be sent. A stream that has ended takes nothing: it is told by
 * `closed`. */
void http_stream_send(struct http_stream *stream, struct str events);
/* Ends it after what waits has been sent; `closed` is not called. NULL is allowed. */
void http_stream_close(struct http_stream *stream);

#endif
