/* http_client.h - a client on the server's own thread, and a clock that moves when told.
 *
 * Threads    One: each step lets the loop take a turn.
 */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "check.h"
#include "net/loop.h"

enum { TURNS_MAX = 20000, ANSWER_MAX = 1 << 17 };

struct hand_clock {
    struct clock clock;
    int64_t us;
};

static inline struct utc_us hand_utc(const struct clock *clock)
{
    return (struct utc_us){((const struct hand_clock *)(const void *)clock)->us};
}

static inline struct mono_us hand_mono(const struct clock *clock)
{
    return (struct mono_us){((const struct hand_clock *)(const void *)clock)->us};
}

static inline int client_open(struct net_loop *loop, uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&to, sizeof to), 0);
    net_loop_poll(loop);
    return fd;
}

static inline void client_say(struct net_loop *loop, int fd, const char *text, size_t size)
{
    size_t sent = 0;

    for (int turn = 0; sent < size && turn < TURNS_MAX; turn++) {
        ssize_t put = send(fd, text + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put > 0)
            sent += (size_t)put;
        else if (put < 0 && errno != EAGAIN)
            return; /* it has hung up: the answer tells why */
        net_loop_poll(loop);
    }
}

/* Everything until the server hangs up, or `stop` has been heard (NULL: nothing stops), or as much
 * as was asked for. */
static inline size_t client_hear(struct net_loop *loop, int fd, const char *stop, char *answer,
                                 size_t size)
{
    size_t got = 0;

    for (int turn = 0; turn < TURNS_MAX && got + 1 < size; turn++) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        net_loop_poll(loop);
        if (poll(&ready, 1, turn < 100 ? 0 : 1) != 1)
            continue;
        ssize_t read = recv(fd, answer + got, size - 1 - got, MSG_DONTWAIT);
        if (read <= 0)
            break;
        got += (size_t)read;
        answer[got] = '\0';
        if (stop && strstr(answer, stop))
            break;
    }
    answer[got] = '\0';
    return got;
}

static inline bool client_hung_up(struct net_loop *loop, int fd)
{
    char bytes[4096];

    for (int turn = 0; turn < 2000; turn++) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        net_loop_poll(loop);
        if (poll(&ready, 1, turn < 100 ? 0 : 1) == 1 &&
            recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) <= 0)
            return true;
    }
    return false;
}

static inline void assert_status(const char *answer, int status)
{
    char start[32];

    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    if (strncmp(answer, start, strlen(start)) != 0)
        fail_msg("wanted %d, got: %.400s", status, answer);
}

#endif
