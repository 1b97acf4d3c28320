/* Methods, bodies, answers that come later, streams of events, packing and allowances: the parts
 * of the server by which things are changed and watched. */
#include <stdlib.h>

#include "http/rate.h"
#include "http/stream.h"
#include "http_client.h"

enum { STREAMS = 4 };

struct fixture {
    struct hand_clock clock;
    struct net_loop *loop;
    struct http *http;
    struct http_call *kept[8];
    size_t kept_count;
    struct http_stream *streams[STREAMS];
    unsigned opened;
    unsigned closed;
    unsigned bodies;
    bool gate_shut;
};

static void on_body(void *context, struct http_call *call)
{
    struct fixture *f = context;
    struct http_reply reply = {.type = "text/plain"};
    struct buf body;

    f->bodies++;
    buf_init(&body, 1 << 20);
    buf_printf(&body, "%d:", (int)http_call_method(call));
    buf_str(&body, http_call_body(call));
    http_call_add(call, "Location", "/there");
    http_reply_take(call, &reply, &body);
}

static void on_asked(void *context, struct http_call *call)
{
    struct str word;
    struct http_reply reply = {.type = "text/plain"};
    struct buf body;

    (void)context;
    enum err err = http_call_query(call, "word", &word);
    if (err) {
        http_reply_err(call, err, NULL);
        return;
    }
    buf_init(&body, 4096);
    buf_str(&body, word);
    buf_char(&body, '|');
    buf_str(&body, http_call_cookie(call, "b"));
    buf_char(&body, '|');
    buf_str(&body, http_call_peer(call));
    buf_printf(&body, "|%d%d", http_call_peer_local(call), http_call_tls(call));
    http_reply_take(call, &reply, &body);
}

static void on_later(void *context, struct http_call *call)
{
    struct fixture *f = context;

    http_call_defer(call);
    f->kept[f->kept_count++] = call;
}

static void on_at_once(void *context, struct http_call *call)
{
    (void)context;
    http_call_defer(call); /* and then there is nothing to wait for */
    http_reply_none(call, 204);
}

static void stream_closed(void *context)
{
    struct fixture *f = context;

    f->closed++;
}

static void on_events(void *context, struct http_call *call)
{
    struct fixture *f = context;

    if (http_stream_open(call, stream_closed, f, &f->streams[f->opened % STREAMS]) == OK)
        f->opened++;
}

static void on_long(void *context, struct http_call *call)
{
    struct http_reply reply = {.type = "application/json", .etag = "\"long\""};
    struct buf body;

    (void)context;
    buf_init(&body, 1 << 20);
    for (int i = 0; i < 2000; i++)
        buf_printf(&body, "{\"device\":%d}\n", i);
    http_reply_take(call, &reply, &body);
}

static void on_flawed(void *context, struct http_call *call)
{
    static const struct http_flaw flaws[] = {{"/unit/kind", "is \"boat\""}};

    (void)context;
    http_reply_flaws(call, 422, "invalid", "The body is wrong.", flaws, 1);
}

static struct http_refusal gate(void *context, struct http_call *call, unsigned need)
{
    struct fixture *f = context;

    (void)call;
    if (f->gate_shut && need == 7)
        return (struct http_refusal){401, "login", "Log in first.", 0};
    return (struct http_refusal){0};
}

static const struct http_route routes[] = {
    {.pattern = "/thing",
     .handle = on_body,
     .method = HTTP_POST,
     .body_max = 1000,
     .need = 7,
     .types = "application/json application/senml+json"},
    {.pattern = "/thing", .handle = on_asked},
    {.pattern = "/thing", .handle = on_body, .method = HTTP_DELETE},
    {.pattern = "/thing", .handle = on_body, .method = HTTP_PATCH, .body_max = 100000},
    {.pattern = "/later", .handle = on_later, .method = HTTP_POST, .body_max = 100},
    {.pattern = "/at-once", .handle = on_at_once},
    {.pattern = "/events", .handle = on_events},
    {.pattern = "/long", .handle = on_long},
    {.pattern = "/flawed", .handle = on_flawed},
    {.pattern = "/*", .handle = on_asked},
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct diag diag = {0};

    f->clock = (struct hand_clock){.clock = {hand_utc, hand_mono}, .us = 1000000};
    assert_int_equal(net_loop_new(&f->loop), OK);
    struct http_options options = {.loop = f->loop,
                                   .clock = &f->clock.clock,
                                   .bind = "127.0.0.1",
                                   .name = "city.example",
                                   .routes = routes,
                                   .route_count = COUNT_OF(routes),
                                   .gate = gate,
                                   .context = f,
                                   .allowance = {.per_s = 1, .burst = 3},
                                   .connections_max = 32,
                                   .streams_max = 3};
    assert_int_equal(http_new(&options, &f->http, &diag), OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    http_free(f->http);
    assert_int_equal(f->closed, f->opened);
    net_loop_free(f->loop);
    free(f);
    assert_int_equal(mem_live_bytes(), 0);
    return 0;
}

/* A request with `head` after its first line; the connection is then closed by the server. */
static char *ask(struct fixture *f, const char *line, const char *head, const char *body,
                 char *answer)
{
    char request[4096];
    char length[64] = "";

    if (body)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    snprintf(request, sizeof request,
             "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s\r\n%s", line, length,
             head, body ? body : "");
    int fd = client_open(f->loop, http_port(f->http));
    client_say(f->loop, fd, request, strlen(request));
    client_hear(f->loop, fd, NULL, answer, ANSWER_MAX);
    close(fd);
    return answer;
}

static int begin(struct fixture *f, const char *request)
{
    int fd = client_open(f->loop, http_port(f->http));

    client_say(f->loop, fd, request, strlen(request));
    for (int i = 0; i < 20; i++)
        net_loop_poll(f->loop);
    return fd;
}

static void a_method_chooses_among_the_routes_of_a_path(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    ask(f, "POST /thing", "Content-Type: application/json; charset=utf-8\r\n", "{\"a\":1}", answer);
    assert_status(answer, 200);
    assert_non_null(strstr(answer, "\r\n\r\n1:{\"a\":1}"));
    assert_non_null(strstr(answer, "Location: /there"));
    ask(f, "DELETE /thing", "", NULL, answer);
    assert_non_null(strstr(answer, "\r\n\r\n4:"));
    ask(f, "PUT /thing", "", "x", answer);
    assert_status(answer, 405);
    assert_non_null(strstr(answer, "Allow: GET, HEAD, POST, PATCH, DELETE\r\n"));
    ask(f, "OPTIONS /later", "", NULL, answer);
    assert_status(answer, 405);
    assert_non_null(strstr(answer, "Allow: POST\r\n")); /* the page's `*` is no method of it */
    ask(f, "GET /later", "", NULL, answer);
    assert_status(answer, 405);
    ask(f, "HEAD /thing?word=x", "", NULL, answer);
    assert_status(answer, 200);
}

static void bodies_are_limited_by_size_and_type(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    char large[1200];
    static const char json[] = "Content-Type: application/json\r\n";

    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    ask(f, "POST /thing", json, large, answer);
    assert_status(answer, 413);
    ask(f, "DELETE /thing", "", "x", answer);
    assert_status(answer, 413); /* takes none */
    ask(f, "POST /thing", "Content-Type: text/plain\r\n", "x", answer);
    assert_status(answer, 415);
    ask(f, "POST /thing", "", "x", answer);
    assert_status(answer, 415);
    ask(f, "POST /thing", "Content-Encoding: gzip\r\nContent-Type: application/json\r\n", "x",
        answer);
    assert_status(answer, 415);
    assert_non_null(strstr(answer, "Content-Type: application/problem+json"));
    assert_int_equal(f->bodies, 0);
    ask(f, "PATCH /thing", "Content-Type: what/ever\r\n", large, answer);
    assert_status(answer, 200);
    assert_non_null(strstr(answer, large));
    int fd = begin(f, "POST /thing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      "Content-Type: application/senml+json\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n");
    client_say(f->loop, fd, "2\r\nde\r\n0\r\n\r\n", 12);
    client_hear(f->loop, fd, NULL, answer, sizeof answer);
    close(fd);
    assert_non_null(strstr(answer, "1:abcde"));
    fd = begin(f, "POST /thing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                  "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 2; i++) {
        client_say(f->loop, fd, "258\r\n", 5);
        client_say(f->loop, fd, large, 600);
        client_say(f->loop, fd, "\r\n", 2);
    }
    client_say(f->loop, fd, "0\r\n\r\n", 5);
    client_hear(f->loop, fd, NULL, answer, sizeof answer);
    close(fd);
    assert_status(answer, 413);
}

static void who_is_not_let_in_hears_it_and_is_not_read(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    f->gate_shut = true;
    ask(f, "POST /thing", "Content-Type: application/json\r\n", "{}", answer);
    assert_status(answer, 401);
    assert_non_null(strstr(answer, "WWW-Authenticate: Bearer"));
    assert_non_null(strstr(answer, "\"code\":\"login\""));
    assert_int_equal(f->bodies, 0);
    ask(f, "GET /thing?word=x", "", NULL, answer); /* needs nothing */
    assert_status(answer, 200);
}

static void queries_and_cookies_are_read(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    ask(f, "GET /thing?x=&word=a%2Bb%20c+d%E8%A1%A1&word=2", "Cookie: a=1; b=two; b=three\r\n",
        NULL, answer);
    assert_non_null(strstr(answer, "\r\n\r\na+b c d\xE8\xA1\xA1|two|127.0.0.1|10"));
    ask(f, "GET /thing?word=%00", "", NULL, answer);
    assert_status(answer, 400);
    ask(f, "GET /thing?word=%E8", "", NULL, answer);
    assert_status(answer, 400);
    ask(f, "GET /thing?word=%4", "", NULL, answer);
    assert_status(answer, 400);
    ask(f, "GET /thing?sword=1", "", NULL, answer);
    assert_status(answer, 404);
}

static void a_proxy_tells_who_asks_and_how_often_is_limited(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char via[] = "X-Forwarded-For: 10.0.0.9, 203.0.113.5\r\n"
                              "X-Forwarded-Proto: https\r\n";

    ask(f, "GET /thing?word=x", via, NULL, answer);
    assert_non_null(strstr(answer, "x||203.0.113.5|01"));
    assert_non_null(strstr(answer, "Strict-Transport-Security: max-age="));
    for (int i = 0; i < 2; i++)
        ask(f, "GET /thing?word=x", via, NULL, answer);
    assert_status(answer, 200);
    ask(f, "GET /thing?word=x", via, NULL, answer);
    assert_status(answer, 429);
    assert_non_null(strstr(answer, "Retry-After: 1\r\n"));
    ask(f, "GET /thing?word=x", "", NULL, answer); /* this machine itself is not counted */
    assert_status(answer, 200);
    assert_null(strstr(answer, "Strict-Transport"));
    ask(f, "GET /thing?word=x", "X-Forwarded-For: 203.0.113.6\r\n", NULL, answer);
    assert_status(answer, 200);
    f->clock.us += 2 * CLOCK_US_PER_S;
    ask(f, "GET /thing?word=x", via, NULL, answer);
    assert_status(answer, 200);
    assert_int_equal(http_counts(f->http).limited, 1);
    ask(f, "GET /thing?word=x", "X-Forwarded-For: nonsense\r\n", NULL, answer);
    assert_non_null(strstr(answer, "x||127.0.0.1|10"));
    static const char request[] = "GET /thing?word=x HTTP/1.1\r\nHost: city.example:80\r\n"
                                  "Connection: close\r\n\r\n"; /* a proxy that forgets to say */
    int fd = begin(f, request);
    client_hear(f->loop, fd, NULL, answer, sizeof answer);
    close(fd);
    assert_non_null(strstr(answer, "x||127.0.0.1|00"));
}

static void an_answer_may_come_later(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char request[] = "POST /later HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                                  "\r\nhi";
    struct http_reply reply = {.status = 202, .type = "text/plain"};

    int one = begin(f, request);
    int two = begin(f, request);
    assert_int_equal(f->kept_count, 2);
    assert_int_equal(http_counts(f->http).deferred, 2);
    ask(f, "GET /thing?word=x", "", NULL, answer); /* others are served meanwhile */
    assert_status(answer, 200);
    check_text(http_call_body(f->kept[1]), "hi");
    http_reply_kept(f->kept[1], &reply, STR("second"));
    client_hear(f->loop, two, "second", answer, sizeof answer);
    assert_status(answer, 202);
    http_reply_error(f->kept[0], 503, "disk_full", "No space is left.");
    client_hear(f->loop, one, "}", answer, sizeof answer);
    assert_status(answer, 503);
    client_say(f->loop, two, "GET /at-once HTTP/1.1\r\nHost: localhost\r\n\r\n", 43);
    client_hear(f->loop, two, "\r\n\r\n", answer, sizeof answer);
    assert_status(answer, 204);
    assert_int_equal(http_counts(f->http).deferred, 0);
    assert_int_equal(http_busy(f->http), 0);
    close(one);
    close(two);
}

static void who_goes_before_the_answer_harms_nothing(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char request[] = "POST /later HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                                  "\r\nhi";

    for (int i = 0; i < 4; i++) {
        int fd = begin(f, request);
        if (i % 2) { /* a reset, not a polite end */
            struct linger linger = {.l_onoff = 1};
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        }
        close(fd);
    }
    for (int i = 0; i < 50; i++)
        net_loop_poll(f->loop);
    assert_int_equal(f->kept_count, 4);
    for (int i = 0; i < 3; i++)
        http_reply_none(f->kept[i], 204);
    for (int i = 0; i < 50; i++)
        net_loop_poll(f->loop);
    assert_int_equal(http_counts(f->http).deferred, 1); /* the last one is left to http_free() */
    ask(f, "GET /thing?word=x", "", NULL, answer);
    assert_status(answer, 200);
}

static const char get_events[] = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

static void many_hear_the_same_event(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    int fds[3];

    for (int i = 0; i < 3; i++)
        fds[i] = begin(f, get_events);
    assert_int_equal(f->opened, 3);
    for (int i = 0; i < 3; i++) { /* the head comes before anything is sent */
        client_hear(f->loop, fds[i], "\r\n\r\n", answer, sizeof answer);
        assert_status(answer, 200);
        assert_non_null(strstr(answer, "Content-Type: text/event-stream"));
        assert_non_null(strstr(answer, "X-Accel-Buffering: no"));
    }
    ask(f, "GET /events", "", NULL, answer);
    assert_status(answer, 503); /* no more than three */
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 3; i++)
            http_stream_send(f->streams[i], STR("data: one\n\n"));
    for (int i = 0; i < 3; i++)
        client_hear(f->loop, fds[i], "data: one\n\ndata: one\n\n", answer, sizeof answer);
    http_stream_send(f->streams[0], STR("data: last\n\n"));
    http_stream_close(f->streams[0]);
    f->closed++; /* its owner knows */
    client_hear(f->loop, fds[0], "0\r\n\r\n", answer, sizeof answer);
    assert_non_null(strstr(answer, "data: last\n\n"));
    assert_int_equal(http_counts(f->http).streams_open, 2);
    int again = begin(f, get_events);
    assert_int_equal(f->opened, 4);
    close(again);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    for (int round = 0; round < 3; round++) { /* who has gone is met when written to */
        http_stream_send(f->streams[1], STR(":\n\n"));
        for (int i = 0; i < 20; i++)
            net_loop_poll(f->loop);
        if (f->closed == 2)
            break;
    }
    assert_int_equal(f->closed, 2);
    assert_int_equal(http_counts(f->http).streams_slow, 0);
}

static void a_silent_stream_costs_no_turns_and_has_no_end(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    int fd = begin(f, get_events);
    client_hear(f->loop, fd, "\r\n\r\n", answer, sizeof answer);
    f->clock.us += (HTTP_ANSWER_S_MAX + 10) * CLOCK_US_PER_S;
    ask(f, "GET /thing?word=x", "", NULL, answer);
    assert_int_equal(f->closed, 0);
    http_stream_send(f->streams[0], STR("data: still here\n\n"));
    client_hear(f->loop, fd, "still here", answer, sizeof answer);
    assert_non_null(strstr(answer, "still here"));
    ask(f, "HEAD /events", "", NULL, answer);
    assert_status(answer, 200);
    assert_int_equal(f->opened, 1);
    close(fd);
}

static void who_does_not_keep_up_is_cut_off(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static char event[8192];
    int tight = 4096;

    memset(event, 'e', sizeof event);
    int slow = begin(f, get_events);
    int quick = begin(f, get_events);
    setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &tight, sizeof tight);
    for (int i = 0; i < 4000 && f->closed == 0; i++) {
        http_stream_send(f->streams[0], (struct str){event, sizeof event});
        net_loop_poll(f->loop);
    }
    assert_int_equal(f->closed, 1);
    assert_int_equal(http_counts(f->http).streams_slow, 1);
    http_stream_send(f->streams[1], STR("data: mine\n\n"));
    client_hear(f->loop, quick, "mine", answer, sizeof answer);
    assert_non_null(strstr(answer, "mine"));
    assert_int_equal(http_connections(f->http), 1);
    close(slow);
    close(quick);
}

static void long_answers_are_packed_for_who_takes_it(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    ask(f, "GET /long", "", NULL, answer);
    assert_non_null(strstr(answer, "ETag: \"long\""));
    assert_non_null(strstr(answer, "Vary: Accept-Encoding"));
    assert_non_null(strstr(answer, "{\"device\":1999}"));
    ask(f, "GET /long", "Accept-Encoding: br, gzip\r\n", NULL, answer);
    assert_non_null(strstr(answer, "Content-Encoding: gzip"));
    assert_non_null(strstr(answer, "ETag: W/\"long\""));
    const char *body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    assert_memory_equal(body + 4, "\x1F\x8B", 2);
    ask(f, "GET /long", "Accept-Encoding: gzip\r\nIf-None-Match: W/\"long\"\r\n", NULL, answer);
    assert_status(answer, 304);
    ask(f, "GET /thing?word=short", "Accept-Encoding: gzip\r\n", NULL, answer);
    assert_null(strstr(answer, "Content-Encoding"));
}

static void a_wrong_body_is_told_part_by_part(void **state)
{
    char answer[ANSWER_MAX];

    ask(*state, "GET /flawed", "", NULL, answer);
    assert_status(answer, 422);
    assert_non_null(strstr(answer, "\"status\":422,\"detail\":\"The body is wrong.\",\"code\":"
                                   "\"invalid\",\"errors\":[{\"pointer\":\"/unit/kind\","
                                   "\"detail\":\"is \\\"boat\\\"\"}]}"));
}

static void a_bucket_fills_again_and_the_table_is_bounded(void **state)
{
    struct http_rate *rate = NULL;
    struct mono_us now = {1000};
    (void)state;

    assert_int_equal(http_rate_new(5, 0.5, &rate), OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(http_rate_take(rate, 42, now), 0);
    assert_int_equal(http_rate_take(rate, 42, now), 2);
    assert_int_equal(http_rate_take(rate, 43, now), 0);
    now.us += 2 * CLOCK_US_PER_S;
    assert_int_equal(http_rate_take(rate, 42, now), 0);
    assert_int_equal(http_rate_take(rate, 42, now), 2);
    for (uint64_t key = 100; key < 100 + 3 * HTTP_RATE_KEYS; key++) /* strangers, once each */
        assert_int_equal(http_rate_take(rate, key, now), 0);
    assert_int_equal(http_rate_take(rate, 42, now), 2); /* push out each other, not the busy one */
    http_rate_free(rate);
}

static void lack_of_memory_closes_only_that_call(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char *const lines[] = {"PATCH /thing", "GET /thing?word=ab", "GET /long",
                                        "GET /flawed"};

    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        unsigned nth = 1;
        for (; nth < 60; nth++) {
            mem_fail_nth(nth);
            ask(f, lines[i], "Accept-Encoding: gzip\r\n", i == 0 ? "body" : NULL, answer);
            bool fired = mem_fail_fired();
            mem_fail_nth(0);
            if (!fired)
                break;
        }
        assert_in_range(nth, 3, 59);
        assert_true(answer[0] != '\0');
    }
}

#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_method_chooses_among_the_routes_of_a_path),
        HTTP_TEST(bodies_are_limited_by_size_and_type),
        HTTP_TEST(who_is_not_let_in_hears_it_and_is_not_read),
        HTTP_TEST(queries_and_cookies_are_read),
        HTTP_TEST(a_proxy_tells_who_asks_and_how_often_is_limited),
        HTTP_TEST(an_answer_may_come_later),
        HTTP_TEST(who_goes_before_the_answer_harms_nothing),
        HTTP_TEST(many_hear_the_same_event),
        HTTP_TEST(a_silent_stream_costs_no_turns_and_has_no_end),
        HTTP_TEST(who_does_not_keep_up_is_cut_off),
        HTTP_TEST(long_answers_are_packed_for_who_takes_it),
        HTTP_TEST(a_wrong_body_is_told_part_by_part),
        cmocka_unit_test(a_bucket_fills_again_and_the_table_is_bounded),
        HTTP_TEST(lack_of_memory_closes_only_that_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
