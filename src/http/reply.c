/* reply.c - answers: bodies, conditional requests, errors, and the headers that all of them carry.
 *
 * Source     RFC 9110; Content Security Policy level 3.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/jw.h"
#include "base/mem.h"
#include "http/call.h"

/* Scripts come from us alone. Inline style is allowed because the chart and component libraries set
 * style attributes in markup; a style cannot run anything. */
static const char http_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool http_headers_add(struct MHD_Response *response)
{
    static const struct {
        const char *name;
        const char *value;
    } headers[] = {
        {"Content-Security-Policy", http_csp},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    };

    for (size_t i = 0; i < COUNT_OF(headers); i++)
        if (MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES)
            return false;
    return true;
}

static bool http_add(struct MHD_Response *response, const char *name, const char *value)
{
    return !value || MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool http_reply_headers(struct MHD_Response *response, const struct http_reply *reply,
                               bool whole)
{
    return http_headers_add(response) &&
           http_add(response, "Cache-Control", reply->cache ? reply->cache : "no-cache") &&
           http_add(response, "ETag", reply->etag) &&
           http_add(response, "Vary", reply->vary_encoding ? "Accept-Encoding" : NULL) &&
           http_add(response, "Content-Type", whole ? reply->type : NULL) &&
           http_add(response, "Content-Encoding", whole ? reply->encoding : NULL);
}

/* Takes `response`, which may be NULL. */
static void http_queue(struct http_call *call, unsigned status, struct MHD_Response *response,
                       const struct http_reply *reply)
{
    call->answered = true;
    call->result = MHD_NO;
    if (!response)
        return;
    if (http_reply_headers(response, reply, status != MHD_HTTP_NOT_MODIFIED) &&
        (status != MHD_HTTP_METHOD_NOT_ALLOWED || http_add(response, "Allow", "GET, HEAD")))
        call->result = MHD_queue_response(call->connection, status, response);
    MHD_destroy_response(response);
}

/* True when the client has this answer already; it is then told so. */
static bool http_unchanged(struct http_call *call, const struct http_reply *reply)
{
    struct str known = http_call_header(call, "If-None-Match");

    if (!reply->etag || !known.size || !http_url_tag_matches(known, str_of(reply->etag)))
        return false;
    http_queue(call, MHD_HTTP_NOT_MODIFIED,
               MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), reply);
    return true;
}

static unsigned http_status(const struct http_reply *reply)
{
    return reply->status ? reply->status : MHD_HTTP_OK;
}

void http_reply_kept(struct http_call *call, const struct http_reply *reply, struct str body)
{
    if (http_unchanged(call, reply))
        return;
    /* The library never writes to a persistent buffer, only its type says that it could. */
    void *data = (void *)(uintptr_t)body.data;
    http_queue(call, http_status(reply),
               MHD_create_response_from_buffer(body.size, data, MHD_RESPMEM_PERSISTENT), reply);
}

void http_reply_take(struct http_call *call, const struct http_reply *reply, struct buf *body)
{
    if (buf_err(body)) {
        enum err err = buf_err(body);
        buf_done(body);
        http_reply_err(call, err, NULL);
        return;
    }
    if (http_unchanged(call, reply)) {
        buf_done(body);
        return;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(body->size, body->data, mem_free);
    if (response)
        buf_init(body, body->bytes_max); /* the bytes are the response's now */
    else
        buf_done(body);
    http_queue(call, http_status(reply), response, reply);
}

void http_reply_fd(struct http_call *call, const struct http_reply *reply, int fd, uint64_t size)
{
    if (http_unchanged(call, reply)) {
        close(fd);
        return;
    }
    struct MHD_Response *response = MHD_create_response_from_fd64(size, fd);
    if (!response)
        close(fd);
    http_queue(call, http_status(reply), response, reply);
}

void http_reply_error(struct http_call *call, unsigned status, const char *code,
                      const char *message)
{
    struct buf body;
    struct jw jw;

    buf_init(&body, 4096);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "error");
    jw_object(&jw);
    jw_key(&jw, "code");
    jw_text(&jw, code);
    jw_key(&jw, "message");
    jw_text(&jw, message);
    jw_object_end(&jw);
    jw_object_end(&jw);
    struct http_reply reply = {.status = status, .type = "application/json", .cache = "no-store"};
    if (buf_err(&body)) { /* no memory even to say so */
        buf_done(&body);
        http_queue(call, status, NULL, &reply);
        return;
    }
    http_reply_take(call, &reply, &body);
}

void http_reply_err(struct http_call *call, enum err err, const char *message)
{
    static const struct {
        enum err err;
        const char *code;
    } codes[] = {
        {ERR_NOT_FOUND, "not_found"}, {ERR_NOMEM, "no_memory"}, {ERR_BUSY, "busy"},
        {ERR_LIMIT, "too_large"},     {ERR_RANGE, "range"},     {ERR_SYNTAX, "syntax"},
        {ERR_INVALID, "invalid"},
    };
    const char *code = "failed";

    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (codes[i].err == err)
            code = codes[i].code;
    http_reply_error(call, (unsigned)err_http(err), code, message ? message : err_text(err));
}
