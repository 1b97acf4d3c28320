/* The server on its loop, with clients on the same thread: routes, refusals, files, and that one
 * who dallies, floods or speaks nonsense harms nobody else. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "http/files.h"
#include "http_client.h"

struct fixture {
    struct hand_clock clock;
    struct net_loop *loop;
    struct http *http;
    struct http_files *files;
    char folder[64];
    unsigned hellos;
};

static void on_hello(void *context, struct http_call *call)
{
    struct fixture *f = context;
    struct http_reply reply = {.type = "text/plain", .etag = "\"one\""};

    f->hellos++;
    http_reply_kept(call, &reply, STR("hello"));
}

static void on_echo(void *context, struct http_call *call)
{
    struct http_reply reply = {.type = "text/plain"};
    struct buf body;

    (void)context;
    buf_init(&body, 4096);
    buf_str(&body, http_call_param(call, 0));
    http_reply_take(call, &reply, &body);
}

static void on_large(void *context, struct http_call *call)
{
    struct http_reply reply = {.type = "text/plain"};
    struct buf body;

    (void)context;
    buf_init(&body, 64 << 20);
    char *room = buf_room(&body, 32 << 20);
    if (room) {
        memset(room, 'x', 32 << 20);
        buf_grown(&body, 32 << 20);
    }
    http_reply_take(call, &reply, &body);
}

static void on_file(void *context, struct http_call *call)
{
    struct fixture *f = context;
    static const struct http_files_how how = {.fallback = "index.html", .kept = "kept/"};

    http_files_reply(f->files, call, http_call_path(call), &how);
}

static const struct http_route routes[] = {{.pattern = "/hello", .handle = on_hello},
                                           {.pattern = "/echo/{word}", .handle = on_echo},
                                           {.pattern = "/large", .handle = on_large},
                                           {.pattern = "/*", .handle = on_file}};

static void put(const struct fixture *f, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    assert_int_equal(file_write(path, str_of(text), NULL), OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct diag diag = {0};

    f->clock = (struct hand_clock){.clock = {hand_utc, hand_mono}, .us = 1000000};
    snprintf(f->folder, sizeof f->folder, "/tmp/yancheng-http-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    char kept[128];
    snprintf(kept, sizeof kept, "%s/kept", f->folder);
    mkdir(kept, 0777);
    put(f, "index.html", "<p>page");
    put(f, "kept/a.js", "let a");
    put(f, "kept/a.js.gz", "packed");
    put(f, ".secret", "no");
    assert_int_equal(net_loop_new(&f->loop), OK);
    assert_int_equal(http_files_open(f->folder, &f->files, &diag), OK);
    struct http_options options = {.loop = f->loop,
                                   .clock = &f->clock.clock,
                                   .bind = "127.0.0.1",
                                   .routes = routes,
                                   .route_count = COUNT_OF(routes),
                                   .context = f,
                                   .connections_max = 32};
    assert_int_equal(http_new(&options, &f->http, &diag), OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char line[256];

    http_free(f->http);
    net_loop_free(f->loop);
    http_files_close(f->files);
    snprintf(line, sizeof line, "%s/kept/a.js", f->folder);
    unlink(line);
    snprintf(line, sizeof line, "%s/kept/a.js.gz", f->folder);
    unlink(line);
    snprintf(line, sizeof line, "%s/kept", f->folder);
    rmdir(line);
    static const char *const names[] = {"index.html", ".secret", "link", "pipe"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(line, sizeof line, "%s/%s", f->folder, names[i]);
        unlink(line);
    }
    rmdir(f->folder);
    free(f);
    assert_int_equal(mem_live_bytes(), 0);
    return 0;
}

static int client(struct fixture *f)
{
    return client_open(f->loop, http_port(f->http));
}

static void say(struct fixture *f, int fd, const char *text, size_t size)
{
    client_say(f->loop, fd, text, size);
}

static size_t hear(struct fixture *f, int fd, char *answer, size_t size)
{
    return client_hear(f->loop, fd, NULL, answer, size);
}

static char *ask(struct fixture *f, const char *head, char *answer)
{
    char request[4096];

    snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             head);
    int fd = client(f);
    say(f, fd, request, strlen(request));
    hear(f, fd, answer, ANSWER_MAX);
    close(fd);
    return answer;
}

static void a_route_answers_with_the_headers_of_safety(void **state)
{
    char answer[ANSWER_MAX];

    ask(*state, "GET /hello", answer);
    assert_status(answer, 200);
    assert_non_null(strstr(answer, "\r\n\r\nhello"));
    static const char *const headers[] = {
        "Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer", "ETag: \"one\"", "Content-Type: text/plain"};
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        if (!strstr(answer, headers[i]))
            fail_msg("missing: %s", headers[i]);
    ask(*state, "HEAD /hello", answer);
    assert_status(answer, 200);
    assert_null(strstr(answer, "\r\n\r\nhello"));
    assert_non_null(strstr(answer, "Content-Length: 5"));
    ask(*state, "GET /echo/w%C3%B6rd?x=1", answer);
    assert_non_null(strstr(answer, "\r\n\r\nw%C3%B6rd"));
}

static void a_known_answer_is_not_sent_again(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char request[] =
        "GET /hello HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: W/\"x\", "
        "\"one\"\r\nConnection: close\r\n\r\n";

    int fd = client(f);
    say(f, fd, request, sizeof request - 1);
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_status(answer, 304);
    assert_null(strstr(answer, "hello"));
}

static void refusals_are_json(void **state)
{
    static const struct {
        const char *head;
        int status;
        const char *code;
    } cases[] = {
        {"POST /hello", 405, "\"code\":\"method\""}, {"BREW /hello", 405, "\"method\""},
        {"GET /none.js", 404, "\"not_found\""},      {"GET /../etc/passwd", 404, "\"not_found\""},
        {"GET /.secret", 404, "\"not_found\""},      {"GET /%2e%2e/x", 404, "\"not_found\""},
        {"GET /kept/%00", 404, "\"not_found\""},
    };
    char answer[ANSWER_MAX];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ask(*state, cases[i].head, answer);
        assert_status(answer, cases[i].status);
        assert_non_null(strstr(answer, "{\"type\":\"about:blank\",\"title\":"));
        assert_non_null(strstr(answer, cases[i].code));
        assert_non_null(strstr(answer, "nosniff"));
    }
    ask(*state, "POST /hello", answer);
    assert_non_null(strstr(answer, "Allow: GET, HEAD"));
}

static void a_foreign_host_is_refused(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char request[] = "GET /hello HTTP/1.1\r\nHost: evil.example\r\n"
                                  "Connection: close\r\n\r\n";

    int fd = client(f);
    say(f, fd, request, sizeof request - 1);
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_status(answer, 421);
    assert_int_equal(f->hellos, 0);
}

static void files_are_sent_packed_where_they_are(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char request[] = "GET /kept/a.js HTTP/1.1\r\nHost: localhost\r\n"
                                  "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n";

    ask(f, "GET /kept/a.js", answer);
    assert_status(answer, 200);
    assert_non_null(strstr(answer, "let a"));
    assert_non_null(strstr(answer, "immutable"));
    assert_non_null(strstr(answer, "Vary: Accept-Encoding"));
    int fd = client(f);
    say(f, fd, request, sizeof request - 1);
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_non_null(strstr(answer, "Content-Encoding: gzip"));
    assert_non_null(strstr(answer, "packed"));
    assert_non_null(strstr(answer, "-gz\""));
    ask(f, "GET /plan/somewhere", answer); /* a page of the page */
    assert_status(answer, 200);
    assert_non_null(strstr(answer, "<p>page"));
}

static void links_pipes_and_folders_are_no_files(void **state)
{
    struct fixture *f = *state;
    char path[128];
    char answer[ANSWER_MAX];
    int fd;

    snprintf(path, sizeof path, "%s/link", f->folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/pipe", f->folder);
    assert_int_equal(mkfifo(path, 0666), 0);
    assert_int_equal(http_files_find(f->files, "link", &fd), ERR_NOT_FOUND);
    assert_int_equal(http_files_find(f->files, "pipe", &fd), ERR_NOT_FOUND);
    assert_int_equal(http_files_find(f->files, "kept", &fd), ERR_NOT_FOUND);
    assert_int_equal(http_files_find(f->files, "kept/a.js/x", &fd), ERR_NOT_FOUND);
    assert_int_equal(http_files_find(f->files, "", &fd), ERR_NOT_FOUND);
    ask(f, "GET /kept", answer);
    assert_null(strstr(answer, "let a"));
}

static void large_bodies_harm_nothing_declared_or_not(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char declared[] = "POST /hello HTTP/1.1\r\nHost: localhost\r\n"
                                   "Content-Length: 99999999999\r\nConnection: close\r\n\r\n";
    static const char chunked[] = "POST /hello HTTP/1.1\r\nHost: localhost\r\n"
                                  "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    static char chunk[65536];

    int fd = client(f);
    say(f, fd, declared, sizeof declared - 1);
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_status(answer, 405); /* at once, before any of it */

    memset(chunk, 'b', sizeof chunk);
    fd = client(f);
    say(f, fd, chunked, sizeof chunked - 1);
    for (size_t i = 0; i < HTTP_BODY_BYTES_MAX / sizeof chunk + 1; i++) {
        say(f, fd, "10000\r\n", 7);
        say(f, fd, chunk, sizeof chunk);
        say(f, fd, "\r\n", 2);
    }
    say(f, fd, "0\r\n\r\n", 5);
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_status(answer, 405); /* no route takes it; it was let by */
    assert_int_equal(f->hellos, 0);
}

static void nonsense_and_endless_heads_harm_nobody(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static char head[4 * HTTP_HEAD_BYTES_MAX];
    static const char *const nonsense[] = {
        "\r\n\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET /hello HTTP/9.9\r\n\r\n",
        "GET /hello HTTP/1.1\r\n: x\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };

    for (size_t i = 0; i < COUNT_OF(nonsense); i++) {
        int fd = client(f);
        say(f, fd, nonsense[i], strlen(nonsense[i]));
        shutdown(fd, SHUT_WR);
        hear(f, fd, answer, sizeof answer);
        close(fd);
    }
    memset(head, 'h', sizeof head);
    memcpy(head, "GET /", 5);
    int fd = client(f);
    say(f, fd, head, sizeof head);
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_true(answer[0] == '\0' || strncmp(answer, "HTTP/1.1 4", 10) == 0);
    f->hellos = 0;
    ask(f, "GET /hello", answer);
    assert_status(answer, 200);
    assert_int_equal(f->hellos, 1);
}

static bool hung_up(struct fixture *f, int fd)
{
    char byte;

    for (int turn = 0; turn < 200; turn++) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        net_loop_poll(f->loop);
        if (poll(&ready, 1, 0) == 1)
            return recv(fd, &byte, 1, MSG_DONTWAIT) <= 0;
    }
    return false;
}

static void who_dallies_too_long_is_dropped(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    int slow = client(f);
    say(f, slow, "GET /hello HT", 13);
    f->clock.us += (HTTP_REQUEST_S_MAX - 1) * CLOCK_US_PER_S;
    ask(f, "GET /hello", answer);
    assert_status(answer, 200);
    assert_false(hung_up(f, slow)); /* still within its time */
    say(f, slow, "T", 1);           /* a byte now and then buys nothing */
    f->clock.us += 2 * CLOCK_US_PER_S;
    ask(f, "GET /hello", answer);
    assert_status(answer, 200);
    assert_true(hung_up(f, slow));
    close(slow);
}

static void a_flood_of_idle_connections_makes_room(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    int idle[100];

    for (size_t i = 0; i < COUNT_OF(idle); i++) {
        idle[i] = client(f);
        say(f, idle[i], "GET /", 5);
        f->clock.us += 1000;
    }
    assert_true(http_connections(f->http) <= 32);
    ask(f, "GET /hello", answer); /* and a good one is served at once */
    assert_status(answer, 200);
    assert_true(hung_up(f, idle[0]));
    for (size_t i = 0; i < COUNT_OF(idle); i++)
        close(idle[i]);
}

static void who_does_not_take_an_answer_holds_up_nobody(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    static const char request[] = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";

    int lazy = client(f);
    say(f, lazy, request, sizeof request - 1);
    for (int i = 0; i < 20; i++) {
        ask(f, "GET /hello", answer);
        assert_status(answer, 200);
    }
    assert_int_equal(http_busy(f->http), 1);
    f->clock.us += (HTTP_ANSWER_S_MAX + 1) * CLOCK_US_PER_S;
    ask(f, "GET /hello", answer);
    for (int turn = 0; turn < 200 && http_busy(f->http); turn++)
        net_loop_poll(f->loop);
    assert_int_equal(http_busy(f->http), 0);
    close(lazy);
}

static void a_connection_serves_many_requests(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];
    char requests[8192] = "";

    for (int i = 0; i < 50; i++)
        strncat(requests, "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
                sizeof requests - strlen(requests) - 1);
    strncat(requests, "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            sizeof requests - strlen(requests) - 1);
    int fd = client(f);
    say(f, fd, requests, strlen(requests));
    hear(f, fd, answer, sizeof answer);
    close(fd);
    assert_int_equal(f->hellos, 51);
}

static void a_bad_address_or_a_taken_port_is_told(void **state)
{
    struct fixture *f = *state;
    struct http *second = NULL;
    struct diag diag = {0};
    struct http_options options = {.loop = f->loop,
                                   .clock = &f->clock.clock,
                                   .bind = "127.0.0.1",
                                   .port = http_port(f->http),
                                   .routes = routes,
                                   .route_count = COUNT_OF(routes)};

    assert_int_equal(http_new(&options, &second, &diag), ERR_BUSY);
    assert_non_null(strstr(diag.text, "is in use"));
    options.bind = "localhost";
    assert_int_equal(http_new(&options, &second, &diag), ERR_USAGE);
    assert_null(second);
}

static void lack_of_memory_is_an_error_and_leaks_nothing(void **state)
{
    struct fixture *f = *state;

    for (unsigned nth = 1;; nth++) {
        struct http *http = NULL;
        size_t before = mem_live_bytes();
        struct http_options options = {.loop = f->loop,
                                       .clock = &f->clock.clock,
                                       .bind = "127.0.0.1",
                                       .routes = routes,
                                       .route_count = COUNT_OF(routes)};
        mem_fail_nth(nth);
        enum err err = http_new(&options, &http, NULL);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        http_free(http);
        for (int i = 0; i < 3; i++)
            net_loop_poll(f->loop); /* handles are given back one turn later */
        assert_int_equal(mem_live_bytes(), before);
        if (!fired) {
            assert_int_equal(err, OK);
            break;
        }
        assert_int_equal(err, ERR_NOMEM);
    }
}

static void lack_of_memory_while_answering_closes_only_that_connection(void **state)
{
    struct fixture *f = *state;
    char answer[ANSWER_MAX];

    for (unsigned nth = 1; nth < 12; nth++) {
        mem_fail_nth(nth);
        ask(f, "GET /echo/word", answer);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        if (!fired) {
            assert_status(answer, 200);
            return;
        }
        ask(f, "GET /hello", answer);
        assert_status(answer, 200);
    }
    fail_msg("an answer takes more memory than thought");
}

#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HTTP_TEST(a_route_answers_with_the_headers_of_safety),
        HTTP_TEST(a_known_answer_is_not_sent_again),
        HTTP_TEST(refusals_are_json),
        HTTP_TEST(a_foreign_host_is_refused),
        HTTP_TEST(files_are_sent_packed_where_they_are),
        HTTP_TEST(links_pipes_and_folders_are_no_files),
        HTTP_TEST(large_bodies_harm_nothing_declared_or_not),
        HTTP_TEST(nonsense_and_endless_heads_harm_nobody),
        HTTP_TEST(who_dallies_too_long_is_dropped),
        HTTP_TEST(a_flood_of_idle_connections_makes_room),
        HTTP_TEST(who_does_not_take_an_answer_holds_up_nobody),
        HTTP_TEST(a_connection_serves_many_requests),
        HTTP_TEST(a_bad_address_or_a_taken_port_is_told),
        HTTP_TEST(lack_of_memory_is_an_error_and_leaks_nothing),
        HTTP_TEST(lack_of_memory_while_answering_closes_only_that_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
