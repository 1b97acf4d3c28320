/* app_jt808_bench.c - terminals against the whole program: stored and acknowledged, as ratios.
 *
 * Three measurements in one run, client and server on the same machine:
 *   single   LINKS terminals, one position a packet, 32 outstanding each: frames a second that are
 *            stored and acknowledged, against a bare epoll loop that only counts what the same
 *            client sends.
 *   paced    the same at half of that rate: time from send to acknowledgement.
 *   backlog  terminals that burst 0x0704 batches, many frames a packet: positions a second, against
 *            a bare SQLite batch insert of the same rows.
 * The server is `yancheng serve CITY --enrol open`, started and ended here; CITY is a folder that
 * the caller made (`yancheng city new`). Its store grows by what is sent.
 *     app_jt808_bench --program build/yancheng --city DIR [--links 1000] [--seconds 5] [--json]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare_insert.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
    OUTSTANDING = 32,
    FRAME_MAX = 128,
    BATCH_POSITIONS = 26,
    BATCH_FRAMES = 32, /* in one write */
    BACKLOG_LINKS = 20,
    LATENCIES_MAX = 2000000,
    WAIT_MS = 30000,
};

struct link {
    int fd;
    uint32_t number;
    uint16_t serial;
    uint64_t sent;
    uint64_t acked;
    uint64_t flags; /* 7E bytes received: two an answer */
    int64_t sent_us[OUTSTANDING];
};

struct bench {
    const char *program;
    const char *city;
    uint32_t link_count;
    double seconds;
    double pace; /* part of the highest rate at which latency is measured */
    bool json;
    uint16_t port;
    pid_t server;
    struct link *links;
    int epoll;
    uint64_t counter; /* makes every position differ */
    int64_t *latencies;
    size_t latency_count;
    bool timed;
};

static int64_t now_us(void)
{
    return clock_mono(clock_os()).us;
}

static void stop(const char *what)
{
    fprintf(stderr, "app_jt808_bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- frames --- */

static uint8_t bcd(unsigned value)
{
    return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* A location of 28 bytes and the odometer, all different. */
static size_t location(struct bench *bench, uint8_t *at)
{
    uint64_t n = bench->counter++;
    uint32_t second = (uint32_t)(n / 1000 % 86400);

    memset(at, 0, 28);
    at[7] = 3; /* ACC on, fixed */
    put32(at + 8, 26890000 + (uint32_t)(n % 100000));
    put32(at + 12, 112570000 + (uint32_t)(n / 100000 % 100000));
    at[17] = 60;
    at[19] = 200;
    at[21] = 90;
    at[22] = 0x26;
    at[23] = 0x11;
    at[24] = bcd(24 - (unsigned)(n / 86400000 % 20));
    at[25] = bcd(second / 3600);
    at[26] = bcd(second / 60 % 60);
    at[27] = bcd(second % 60);
    at[28] = 0x01;
    at[29] = 4;
    put32(at + 30, (uint32_t)n);
    return 34;
}

static size_t frame(struct link *link, uint16_t msg_id, const uint8_t *body, size_t size,
                    uint8_t *out)
{
    uint8_t plain[1100];
    size_t n = 0;
    size_t o = 0;
    uint8_t check = 0;

    plain[n++] = (uint8_t)(msg_id >> 8);
    plain[n++] = (uint8_t)msg_id;
    plain[n++] = (uint8_t)(size >> 8);
    plain[n++] = (uint8_t)size;
    plain[n++] = 0x01;
    plain[n++] = 0x39;
    plain[n++] = bcd(link->number / 1000000);
    plain[n++] = bcd(link->number / 10000 % 100);
    plain[n++] = bcd(link->number / 100 % 100);
    plain[n++] = bcd(link->number % 100);
    plain[n++] = (uint8_t)(link->serial >> 8);
    plain[n++] = (uint8_t)link->serial;
    link->serial++;
    memcpy(plain + n, body, size);
    n += size;
    for (size_t i = 0; i < n; i++)
        check ^= plain[i];
    plain[n++] = check;
    out[o++] = 0x7E;
    for (size_t i = 0; i < n; i++) {
        if (plain[i] == 0x7E || plain[i] == 0x7D) {
            out[o++] = 0x7D;
            out[o++] = plain[i] == 0x7E ? 2 : 1;
        } else {
            out[o++] = plain[i];
        }
    }
    out[o++] = 0x7E;
    return o;
}

/* --- the client --- */

static void connect_links(struct bench *bench, uint32_t count, uint32_t first)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(bench->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;

    bench->epoll = epoll_create1(0);
    bench->links = mem_zero(count, sizeof *bench->links);
    if (!bench->links || bench->epoll < 0)
        stop("links");
    for (uint32_t i = 0; i < count; i++) {
        struct link *link = &bench->links[i];
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        link->number = first + i;
        link->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&address, sizeof address))
            stop("connect");
        setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        fcntl(link->fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(bench->epoll, EPOLL_CTL_ADD, link->fd, &event);
    }
}

static void close_links(struct bench *bench, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        close(bench->links[i].fd);
    close(bench->epoll);
    mem_free(bench->links);
}

static bool send_one(struct bench *bench, struct link *link)
{
    uint8_t body[64];
    uint8_t out[FRAME_MAX];

    size_t size = frame(link, 0x0200, body, location(bench, body), out);
    ssize_t written = write(link->fd, out, size);
    if (written != (ssize_t)size) {
        if (written < 0 && errno == EAGAIN)
            return false;
        stop("write");
    }
    if (bench->timed)
        link->sent_us[link->sent % OUTSTANDING] = now_us();
    link->sent++;
    return true;
}

/* Reads answers; returns how many. Answers come in the order of the questions. */
static uint64_t take_answers(struct bench *bench, struct link *link)
{
    uint8_t in[8192];
    uint64_t before = link->acked;

    ssize_t got = read(link->fd, in, sizeof in);
    if (got == 0 || (got < 0 && errno != EAGAIN))
        stop("the server closed a link");
    for (ssize_t i = 0; i < got; i++)
        link->flags += in[i] == 0x7E;
    link->acked = link->flags / 2;
    if (bench->timed) {
        int64_t now = now_us();
        for (uint64_t n = before; n < link->acked && bench->latency_count < LATENCIES_MAX; n++)
            bench->latencies[bench->latency_count++] = now - link->sent_us[n % OUTSTANDING];
    }
    return link->acked - before;
}

/* As many as are allowed to be outstanding, until the time is over; then waits for the rest. */
static double run_single(struct bench *bench)
{
    struct epoll_event events[256];
    uint64_t acked = 0;
    uint64_t sent = 0;

    connect_links(bench, bench->link_count, 1);
    int64_t begun = now_us();
    int64_t until = begun + (int64_t)(bench->seconds * 1e6);
    for (uint32_t i = 0; i < bench->link_count; i++)
        for (int n = 0; n < OUTSTANDING; n++)
            sent += send_one(bench, &bench->links[i]);
    while (acked < sent) {
        int count = epoll_wait(bench->epoll, events, 256, WAIT_MS);
        if (count <= 0)
            stop("no answers come");
        bool on = now_us() < until;
        for (int e = 0; e < count; e++) {
            struct link *link = &bench->links[events[e].data.u32];
            acked += take_answers(bench, link);
            while (on && link->sent - link->acked < OUTSTANDING && send_one(bench, link))
                sent++;
        }
    }
    double rate = (double)acked / ((double)(now_us() - begun) / 1e6);
    close_links(bench, bench->link_count);
    return rate;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Sends at `rate`, spread over the links. */
static void run_paced(struct bench *bench, double rate, double *ret_p50_ms, double *ret_p99_ms)
{
    struct epoll_event events[256];
    uint64_t acked = 0;
    uint64_t sent = 0;

    bench->timed = true;
    connect_links(bench, bench->link_count, 1);
    int64_t begun = now_us();
    for (;;) {
        double passed_s = (double)(now_us() - begun) / 1e6;
        bool on = passed_s < bench->seconds;
        while (on && (double)sent < passed_s * rate) {
            struct link *link = &bench->links[sent % bench->link_count];
            if (link->sent - link->acked >= OUTSTANDING || !send_one(bench, link))
                break;
            sent++;
        }
        int count = epoll_wait(bench->epoll, events, 256, 1);
        for (int e = 0; e < count; e++)
            acked += take_answers(bench, &bench->links[events[e].data.u32]);
        if (!on && acked == sent)
            break;
        if (passed_s > bench->seconds + WAIT_MS / 1000.0)
            stop("answers are missing");
    }
    close_links(bench, bench->link_count);
    bench->timed = false;
    qsort(bench->latencies, bench->latency_count, sizeof *bench->latencies, by_value);
    *ret_p50_ms = (double)bench->latencies[bench->latency_count / 2] / 1000;
    *ret_p99_ms = (double)bench->latencies[bench->latency_count * 99 / 100] / 1000;
}

struct burst {
    uint8_t *bytes;
    size_t size;
    size_t at;
};

static void burst_fill(struct bench *bench, struct link *link, struct burst *burst)
{
    uint8_t body[1023];

    burst->size = burst->at = 0;
    for (int f = 0; f < BATCH_FRAMES; f++) {
        size_t n = 0;
        body[n++] = 0;
        body[n++] = BATCH_POSITIONS;
        body[n++] = 1;
        for (int i = 0; i < BATCH_POSITIONS; i++) {
            body[n] = 0;
            body[n + 1] = (uint8_t)location(bench, body + n + 2);
            n += 2u + body[n + 1];
        }
        burst->size += frame(link, 0x0704, body, n, burst->bytes + burst->size);
    }
    link->sent += BATCH_FRAMES;
}

/* Writes what the link takes; fills the next burst while there is time. */
static void burst_go(struct bench *bench, uint32_t i, struct burst *burst, bool on, uint64_t *sent)
{
    struct link *link = &bench->links[i];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

    if (burst->at == burst->size && on) {
        burst_fill(bench, link, burst);
        *sent += BATCH_FRAMES;
    }
    if (burst->at < burst->size) {
        ssize_t n = write(link->fd, burst->bytes + burst->at, burst->size - burst->at);
        if (n < 0 && errno != EAGAIN)
            stop("write");
        burst->at += n > 0 ? (size_t)n : 0;
    }
    if (!on && burst->at == burst->size)
        epoll_ctl(bench->epoll, EPOLL_CTL_MOD, link->fd, &event);
}

/* Every link writes bursts until the time is over; positions a second until the last answer. */
static double run_backlog(struct bench *bench)
{
    struct burst bursts[BACKLOG_LINKS] = {0};
    struct epoll_event events[64];
    uint64_t sent = 0;
    uint64_t acked = 0;

    connect_links(bench, BACKLOG_LINKS, 50001);
    for (uint32_t i = 0; i < BACKLOG_LINKS; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u32 = i};
        bursts[i].bytes = mem_alloc((size_t)BATCH_FRAMES * 2100);
        epoll_ctl(bench->epoll, EPOLL_CTL_MOD, bench->links[i].fd, &event);
    }
    int64_t begun = now_us();
    int64_t until = begun + (int64_t)(bench->seconds * 1e6);
    bool on = true;
    while (on || acked < sent) {
        int count = epoll_wait(bench->epoll, events, 64, WAIT_MS);
        if (count <= 0)
            stop("no answers come");
        on = on && now_us() < until;
        for (int e = 0; e < count; e++) {
            uint32_t i = events[e].data.u32;
            if (events[e].events & EPOLLIN)
                acked += take_answers(bench, &bench->links[i]);
            if (events[e].events & EPOLLOUT)
                burst_go(bench, i, &bursts[i], on, &sent);
        }
    }
    double rate = (double)acked * BATCH_POSITIONS / ((double)(now_us() - begun) / 1e6);
    for (uint32_t i = 0; i < BACKLOG_LINKS; i++)
        mem_free(bursts[i].bytes);
    close_links(bench, BACKLOG_LINKS);
    return rate;
}

/* --- the bare sink --- */

static _Noreturn void sink_serve(int listener, int result)
{
    static uint8_t in[65536];
    struct epoll_event events[256];
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    uint64_t flags = 0;
    uint64_t open = 0;
    bool any = false;

    int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    while (!any || open > 0) {
        int count = epoll_wait(epoll, events, 256, -1);
        for (int e = 0; e < count; e++) {
            int fd = events[e].data.fd;
            if (fd == listener) {
                event.data.fd = accept(listener, NULL, NULL);
                epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
                open++;
                any = true;
                continue;
            }
            ssize_t got = read(fd, in, sizeof in);
            for (ssize_t i = 0; i < got; i++)
                flags += in[i] == 0x7E;
            if (got <= 0) {
                close(fd);
                open--;
            }
        }
    }
    ssize_t written = write(result, &flags, sizeof flags);
    _exit(written == sizeof flags ? 0 : 1);
}

static int sink_listen(uint16_t *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) ||
        listen(listener, 1024) || getsockname(listener, (struct sockaddr *)&address, &size))
        stop("sink");
    *ret_port = ntohs(address.sin_port);
    return listener;
}

/* The same client, one write a frame, to a loop that counts and does nothing else. */
static double run_sink(struct bench *bench)
{
    int pipes[2];
    uint16_t port;
    uint64_t flags = 0;

    if (pipe(pipes))
        stop("pipe");
    int listener = sink_listen(&port);
    pid_t child = fork();
    if (child == 0)
        sink_serve(listener, pipes[1]);
    close(listener);
    uint16_t server_port = bench->port;
    bench->port = port;
    connect_links(bench, bench->link_count, 1);
    int64_t begun = now_us();
    int64_t until = begun + (int64_t)(bench->seconds * 1e6);
    while (now_us() < until)
        for (uint32_t i = 0; i < bench->link_count; i++)
            for (int n = 0; n < OUTSTANDING && send_one(bench, &bench->links[i]); n++)
                ;
    close_links(bench, bench->link_count);
    if (read(pipes[0], &flags, sizeof flags) != sizeof flags)
        stop("sink");
    double rate = (double)(flags / 2) / ((double)(now_us() - begun) / 1e6);
    waitpid(child, NULL, 0);
    close(pipes[0]);
    close(pipes[1]);
    bench->port = server_port;
    return rate;
}

/* --- the server --- */

static void server_start(struct bench *bench)
{
    char line[256] = "";
    int pipes[2];

    if (pipe(pipes))
        stop("pipe");
    bench->server = fork();
    if (bench->server == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        execl(bench->program, bench->program, "serve", bench->city, "--http", "0", "--jt808", "0",
              "--mqtt", "off", "--enrol", "open", "--no-map", (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    FILE *out = fdopen(pipes[0], "r");
    if (!out || !fgets(line, sizeof line, out))
        stop("the server does not start");
    const char *at = strstr(line, "\"jt808\":");
    if (!at)
        stop("the server has no terminals' port");
    bench->port = (uint16_t)strtoul(at + 8, NULL, 10);
}

static long server_kb(const struct bench *bench)
{
    char path[64];
    char line[256];
    long kb = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)bench->server);
    FILE *in = fopen(path, "r");
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (in)
        fclose(in);
    return kb;
}

static bool read_options(int argc, char **argv, struct bench *bench)
{
    static const struct option options[] = {
        {"program", required_argument, NULL, 'p'},
        {"city", required_argument, NULL, 'c'},
        {"links", required_argument, NULL, 'l'},
        {"seconds", required_argument, NULL, 's'},
        {"pace", required_argument, NULL, 'a'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (option == 'p')
            bench->program = optarg;
        else if (option == 'c')
            bench->city = optarg;
        else if (option == 'l')
            bench->link_count = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'a')
            bench->pace = strtod(optarg, NULL);
        else if (option == 's')
            bench->seconds = strtod(optarg, NULL);
        else if (option == 'j')
            bench->json = true;
        else
            return false;
    }
    return bench->program && bench->city;
}

int main(int argc, char **argv)
{
    struct bench bench = {.link_count = 1000, .seconds = 5, .pace = 0.5};
    struct rlimit files = {65536, 65536};

    if (!read_options(argc, argv, &bench)) {
        fprintf(stderr, "name --program and --city\n");
        return 2;
    }
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    bench.latencies = mem_alloc(LATENCIES_MAX * sizeof *bench.latencies);
    if (!bench.latencies)
        stop("memory");
    double p50_ms;
    double p99_ms;
    double sink = run_sink(&bench);
    server_start(&bench);
    double single = run_single(&bench);
    run_paced(&bench, single * bench.pace, &p50_ms, &p99_ms);
    double backlog = run_backlog(&bench);
    long kb = server_kb(&bench);
    kill(bench.server, SIGTERM);
    waitpid(bench.server, NULL, 0);
    double bare = bench_bare_insert(bench.city, bench.seconds);
    mem_free(bench.latencies);
    printf(bench.json ? "{\"sink_per_s\":%.0f,\"single_per_s\":%.0f,\"single_ratio\":%.3f,"
                        "\"paced_p50_ms\":%.2f,\"paced_p99_ms\":%.2f,\"bare_insert_per_s\":%.0f,"
                        "\"backlog_per_s\":%.0f,\"backlog_ratio\":%.3f,\"server_peak_mb\":%.0f}\n"
                      : "sink %.0f/s, one position a packet %.0f/s (%.3f of it), at half of that "
                        "p50 %.2f ms p99 %.2f ms;\nbare insert %.0f/s, backlog %.0f/s (%.3f of "
                        "it); server's peak %.0f MB\n",
           sink, single, single / sink, p50_ms, p99_ms, bare, backlog, backlog / bare,
           (double)kb / 1024);
    return 0;
}
