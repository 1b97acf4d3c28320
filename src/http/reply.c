/* reply.c - answers: bodies, conditional requests, errors, and the headers that all of them carry.
 *
 * Source     RFC 9110; RFC 9457 (problem details); Content Security Policy level 3.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/jw.h"
#include "base/mem.h"
#include "http/call.h"

enum { HTTP_PROBLEM_BYTES_MAX = 65536 }; /* with every part of a body that is wrong */

/* Scripts come from us alone. Inline style is allowed because the chart and component libraries set
 * style attributes in markup; a style cannot run anything. */
static const char http_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static bool http_add(struct MHD_Response *response, const char *name, const char *value)
{
    return !value || MHD_add_response_header(response, name, value) == MHD_YES;
}

/* What handlers have added. */
static bool http_add_extra(const struct http_call *call, struct MHD_Response *response)
{
    struct str rest = buf_text(&call->extra);

    if (buf_err(&call->extra))
        return false;
    while (rest.size) {
        struct str name = str_cut(&rest, '\0');
        struct str value = str_cut(&rest, '\0');
        if (!http_add(response, name.data, value.data))
            return false;
    }
    return true;
}

static bool http_add_safety(const struct http_call *call, struct MHD_Response *response)
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
        if (!http_add(response, headers[i].name, headers[i].value))
            return false;
    return http_add(response, "Strict-Transport-Security",
                    http_call_tls(call) ? "max-age=31536000" : NULL);
}

static bool http_add_reply(struct MHD_Response *response, const struct http_reply *reply,
                           unsigned status)
{
    bool whole = status != MHD_HTTP_NOT_MODIFIED;

    return http_add(response, "Cache-Control", reply->cache ? reply->cache : "no-cache") &&
           http_add(response, "ETag", reply->etag) &&
           http_add(response, "Vary", reply->vary_encoding ? "Accept-Encoding" : NULL) &&
           http_add(response, "Content-Type", whole ? reply->type : NULL) &&
           http_add(response, "Content-Encoding", whole ? reply->encoding : NULL);
}

static enum MHD_Result http_queue(struct http_call *call, unsigned status,
                                  struct MHD_Response *response)
{
    enum MHD_Result result =
        response ? MHD_queue_response(call->connection, status, response) : MHD_NO;

    call->http->counts.answers[result == MHD_YES ? status / 100 % 6 : 0]++;
    if (response)
        MHD_destroy_response(response);
    return result;
}

/* The connection is woken; the library then asks for the answer. */
static void http_wake(struct http_call *call)
{
    struct http *http = call->http;

    *(call->prev ? &call->prev->next : &http->deferred) = call->next;
    if (call->next)
        call->next->prev = call->prev;
    call->kept = false;
    http->counts.deferred--;
    http_resume(http, call->connection);
}

bool http_answer(struct http_call *call, unsigned status, struct MHD_Response *response,
                 const struct http_reply *reply)
{
    ASSERT(!call->answered);
    call->answered = true;
    call->result = MHD_NO;
    if (response && !(http_add_safety(call, response) && http_add_extra(call, response) &&
                      http_add_reply(response, reply, status))) {
        MHD_destroy_response(response);
        response = NULL;
    }
    if (call->kept) {
        call->response = response;
        call->status = status;
        http_wake(call);
        return response != NULL;
    }
    call->result = http_queue(call, status, response);
    return call->result == MHD_YES;
}

enum MHD_Result http_answer_kept(struct http_call *call)
{
    struct MHD_Response *response = call->response;

    call->response = NULL;
    return http_queue(call, call->status, response);
}

/* True when the client has this answer already; it is then told so. */
static bool http_unchanged(struct http_call *call, const struct http_reply *reply)
{
    struct str known = http_call_header(call, "If-None-Match");

    if (!reply->etag || !known.size || !http_url_tag_matches(known, str_of(reply->etag)))
        return false;
    http_answer(call, MHD_HTTP_NOT_MODIFIED,
                MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), reply);
    return true;
}

static unsigned http_status(const struct http_reply *reply)
{
    return reply->status ? reply->status : MHD_HTTP_OK;
}

static bool http_is_text(const char *type)
{
    return type && (strncmp(type, "text/", 5) == 0 || strstr(type, "json") || strstr(type, "yaml"));
}

/* Is the answer one that is packed for who takes it? */
static bool http_packs(const struct http_reply *reply, size_t size)
{
    return !reply->encoding && http_is_text(reply->type) && size >= HTTP_PACK_BYTES_MIN &&
           size <= HTTP_PACK_BYTES_MAX;
}

static bool http_takes_packed(const struct http_call *call)
{
    return http_url_gzip(http_call_header(call, "Accept-Encoding"));
}

/* Takes the bytes out of `body`. */
static void http_answer_bytes(struct http_call *call, const struct http_reply *reply,
                              struct buf *body)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(body->size, body->data, mem_free);
    if (response)
        buf_init(body, body->bytes_max); /* the bytes are the response's now */
    else
        buf_done(body);
    http_answer(call, http_status(reply), response, reply);
}

/* Answers with `raw` packed; false when there is no memory for that: then it is sent as it is. */
static bool http_answer_packed(struct http_call *call, const struct http_reply *reply,
                               struct str raw)
{
    char etag[128];
    struct buf packed;

    buf_init(&packed, 2 * HTTP_PACK_BYTES_MAX);
    enum err err = http_pack(raw, &packed);
    if (err) {
        buf_done(&packed);
        return false;
    }
    struct http_reply with = *reply;
    with.encoding = "gzip";
    if (reply->etag) { /* other bytes of the same meaning: the tag is a weak one */
        snprintf(etag, sizeof etag, "W/%s", reply->etag);
        with.etag = etag;
    }
    http_answer_bytes(call, &with, &packed);
    return true;
}

void http_reply_kept(struct http_call *call, const struct http_reply *reply, struct str body)
{
    struct http_reply with = *reply;

    with.vary_encoding = reply->vary_encoding || http_packs(reply, body.size);
    if (http_unchanged(call, &with))
        return;
    if (http_packs(reply, body.size) && http_takes_packed(call) &&
        http_answer_packed(call, &with, body))
        return;
    /* The library never writes to a persistent buffer, only its type says that it could. */
    void *data = (void *)(uintptr_t)body.data;
    http_answer(call, http_status(&with),
                MHD_create_response_from_buffer(body.size, data, MHD_RESPMEM_PERSISTENT), &with);
}

void http_reply_take(struct http_call *call, const struct http_reply *reply, struct buf *body)
{
    struct http_reply with = *reply;

    if (buf_err(body)) {
        enum err err = buf_err(body);
        buf_done(body);
        http_reply_err(call, err, NULL);
        return;
    }
    with.vary_encoding = reply->vary_encoding || http_packs(reply, body->size);
    if (http_unchanged(call, &with) || (http_packs(reply, body->size) && http_takes_packed(call) &&
                                        http_answer_packed(call, &with, buf_text(body)))) {
        buf_done(body);
        return;
    }
    http_answer_bytes(call, &with, body);
}

void http_reply_none(struct http_call *call, unsigned status)
{
    struct http_reply reply = {.status = status, .cache = "no-store"};

    http_answer(call, status, MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT),
                &reply);
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
    http_answer(call, http_status(reply), response, reply);
}

void http_reply_flaws(struct http_call *call, unsigned status, const char *code, const char *detail,
                      const struct http_flaw *flaws, size_t count)
{
    struct buf body;
    struct jw jw;

    if (status == MHD_HTTP_UNAUTHORIZED)
        http_call_add(call, "WWW-Authenticate", "Bearer");
    buf_init(&body, HTTP_PROBLEM_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "type");
    jw_text(&jw, "about:blank");
    jw_key(&jw, "title");
    jw_text(&jw, MHD_get_reason_phrase_for(status));
    jw_key(&jw, "status");
    jw_i64(&jw, status);
    jw_key(&jw, "detail");
    jw_text(&jw, detail);
    jw_key(&jw, "code");
    jw_text(&jw, code);
    if (count) {
        jw_key(&jw, "errors");
        jw_array(&jw);
        for (size_t i = 0; i < count; i++) {
            jw_object(&jw);
            jw_key(&jw, "pointer");
            jw_text(&jw, flaws[i].pointer);
            jw_key(&jw, "detail");
            jw_text(&jw, flaws[i].detail);
            jw_object_end(&jw);
        }
        jw_array_end(&jw);
    }
    jw_object_end(&jw);
    struct http_reply reply = {
        .status = status, .type = "application/problem+json", .cache = "no-store"};
    if (buf_err(&body)) { /* no memory even to say so */
        buf_done(&body);
        http_answer(call, status, NULL, &reply);
        return;
    }
    http_reply_take(call, &reply, &body);
}

void http_reply_error(struct http_call *call, unsigned status, const char *code, const char *detail)
{
    http_reply_flaws(call, status, code, detail, NULL, 0);
}

void http_reply_err(struct http_call *call, enum err err, const char *detail)
{
    static const struct {
        enum err err;
        const char *code;
    } codes[] = {
        {ERR_NOT_FOUND, "not_found"},     {ERR_NOMEM, "no_memory"}, {ERR_BUSY, "busy"},
        {ERR_LIMIT, "too_large"},         {ERR_RANGE, "range"},     {ERR_SYNTAX, "syntax"},
        {ERR_INVALID, "invalid"},         {ERR_EXISTS, "exists"},   {ERR_FULL, "disk_full"},
        {ERR_UNSUPPORTED, "unsupported"},
    };
    const char *code = "failed";

    for (size_t i = 0; i < COUNT_OF(codes); i++)
        if (codes[i].err == err)
            code = codes[i].code;
    http_reply_error(call, (unsigned)err_http(err), code, detail ? detail : err_text(err));
}
