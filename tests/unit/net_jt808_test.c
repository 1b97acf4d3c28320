/* Sessions of terminals over real sockets: frames, floods, rubbish, silence, answers in parts. */
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/jt808.h"

enum { TURNS_MAX = 20000, SEEN_MAX = 256 };

struct seen {
    struct net_loop *loop;
    struct net_jt808 *server;
    uint16_t serials[SEEN_MAX];
    size_t count;
    size_t bad;
    size_t floods;
    size_t gone;
    char why[32];
    bool busy;   /* what the handler says */
    bool closes; /* the handler ends the link with the first frame */
    uint64_t session;
};

static enum err seen_frame(void *context, struct net_jt808_session *session,
                           const struct wire_jt808_frame *frame, struct bytes raw)
{
    struct seen *seen = context;

    (void)raw;
    if (seen->busy)
        return ERR_BUSY;
    seen->session = session->id;
    seen->serials[seen->count++ % SEEN_MAX] = frame->head.serial;
    if (seen->closes)
        net_jt808_close(session, "enough");
    return OK;
}

static void seen_bad(void *context, struct net_jt808_session *session, enum err why,
                     struct bytes raw)
{
    struct seen *seen = context;

    (void)session;
    (void)raw;
    assert_int_not_equal(why, OK);
    seen->bad++;
}

static void seen_flood(void *context, struct net_jt808_session *session)
{
    struct seen *seen = context;

    (void)session;
    seen->floods++;
}

static void seen_gone(void *context, struct net_jt808_session *session, const char *why)
{
    struct seen *seen = context;

    (void)session;
    seen->gone++;
    memcpy(seen->why, why, strlen(why) + 1);
}

static const struct net_jt808_handler handler = {seen_frame, seen_bad, seen_flood, seen_gone};

static void begin(struct seen *seen, struct net_jt808_options options)
{
    struct diag diag = {0};

    *seen = (struct seen){0};
    assert_int_equal(net_loop_new(&seen->loop), OK);
    options.loop = seen->loop;
    options.bind = "127.0.0.1";
    options.handler = &handler;
    options.context = seen;
    assert_int_equal(net_jt808_new(&options, &seen->server, &diag), OK);
}

static void end(struct seen *seen)
{
    net_jt808_free(seen->server);
    net_loop_free(seen->loop);
}

static int dial(const struct seen *seen)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(net_jt808_port(seen->server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Turns the loop until the condition holds; slow machines get their time, fast ones lose none. */
#define UNTIL(seen, condition)                                   \
    do {                                                         \
        int turns = 0;                                           \
        while (!(condition)) {                                   \
            net_loop_poll((seen)->loop);                         \
            usleep(500);                                         \
            if (++turns > TURNS_MAX)                             \
                fail_msg("this did not happen: %s", #condition); \
        }                                                        \
    } while (0)

static size_t heartbeat(uint16_t serial, unsigned char *out)
{
    struct wire_jt808_head head = {.msg_id = 0x0002, .serial = serial, .phone = {1, 0x39}};
    struct buf buf;

    buf_init(&buf, 256);
    wire_jt808_frame_write(&buf, &head, (struct bytes){0});
    assert_int_equal(buf_err(&buf), OK);
    size_t size = buf.size;
    memcpy(out, buf.data, size);
    buf_done(&buf);
    return size;
}

static void put(int fd, const void *bytes, size_t size)
{
    assert_int_equal(write(fd, bytes, size), size);
}

static void a_frame_may_come_in_any_pieces(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int fd = dial(&seen);
    size_t size = heartbeat(7, frame);
    for (size_t i = 0; i < size; i++) {
        put(fd, frame + i, 1);
        net_loop_poll(seen.loop);
    }
    put(fd, frame, size);
    UNTIL(&seen, seen.count == 2);
    assert_int_equal(seen.serials[0], 7);
    assert_int_equal(net_jt808_counts(seen.server).frames, 2);
    close(fd);
    UNTIL(&seen, seen.gone == 1);
    assert_string_equal(seen.why, "closed_by_terminal");
    assert_null(net_jt808_find(seen.server, seen.session));
    end(&seen);
}

static void a_busy_handler_loses_nothing(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int fd = dial(&seen);
    seen.busy = true;
    for (uint16_t i = 0; i < 100; i++)
        put(fd, frame, heartbeat(i, frame));
    for (int i = 0; i < 50; i++)
        net_loop_poll(seen.loop);
    assert_int_equal(seen.count, 0);
    seen.busy = false;
    net_jt808_resume(seen.server);
    UNTIL(&seen, seen.count == 100);
    for (uint16_t i = 0; i < 100; i++)
        assert_int_equal(seen.serials[i], i);
    close(fd);
    UNTIL(&seen, seen.gone == 1);
    end(&seen);
}

static void a_flood_is_slowed_and_not_cut(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    (void)state;

    begin(&seen, (struct net_jt808_options){.frames_per_s = 1000, .frames_burst = 50});
    int fd = dial(&seen);
    int other = dial(&seen);
    for (uint16_t i = 0; i < 200; i++)
        put(fd, frame, heartbeat(i, frame));
    UNTIL(&seen, seen.floods > 0);
    size_t before = seen.count;
    put(other, frame, heartbeat(0xFFFF, frame));
    UNTIL(&seen, seen.count > before);
    UNTIL(&seen, seen.count == 201); /* at its pace, all of it */
    assert_int_equal(seen.gone, 0);
    close(fd);
    close(other);
    UNTIL(&seen, seen.gone == 2);
    end(&seen);
}

static void rubbish_ends_its_own_link(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int good = dial(&seen);
    int bad = dial(&seen);
    for (int i = 0; i <= NET_JT808_BAD_MAX; i++)
        put(bad, "\x7E\x01\x02\x03\x7E", 5);
    UNTIL(&seen, seen.gone == 1);
    assert_string_equal(seen.why, "rubbish");
    assert_true(seen.bad > NET_JT808_BAD_MAX);
    put(good, frame, heartbeat(1, frame));
    UNTIL(&seen, seen.count == 1);
    close(good);
    close(bad);
    UNTIL(&seen, seen.gone == 2);
    end(&seen);
}

static void the_nameless_and_the_silent_are_closed(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    (void)state;

    begin(&seen, (struct net_jt808_options){.nameless_s_max = 1, .idle_s_max = 5});
    int nameless = dial(&seen);
    int silent = dial(&seen);
    put(silent, frame, heartbeat(1, frame));
    UNTIL(&seen, seen.gone == 1);
    assert_string_equal(seen.why, "nameless");
    UNTIL(&seen, seen.gone == 2);
    assert_string_equal(seen.why, "silent");
    close(nameless);
    close(silent);
    end(&seen);
}

/* A byte now and then is no frame: a place is not held by it. */
static void a_link_that_drips_is_nameless(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    size_t sent = 0;
    (void)state;

    begin(&seen, (struct net_jt808_options){.nameless_s_max = 1, .idle_s_max = 60});
    int fd = dial(&seen);
    (void)heartbeat(1, frame);
    for (int turns = 0; seen.gone == 0; turns++) {
        if (turns % 100 == 0 && sent < 10)
            put(fd, frame + sent++, 1);
        net_loop_poll(seen.loop);
        usleep(5000);
        assert_true(turns < 1000);
    }
    assert_string_equal(seen.why, "nameless");
    assert_true(sent < 10);
    close(fd);
    end(&seen);
}

static void nothing_is_heard_after_the_end(void **state)
{
    struct seen seen;
    unsigned char frames[192];
    size_t size = 0;
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    seen.closes = true;
    int fd = dial(&seen);
    for (uint16_t i = 0; i < 3; i++)
        size += heartbeat(i, frames + size);
    put(fd, frames, size);
    UNTIL(&seen, seen.gone == 1);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.why, "enough");
    close(fd);
    end(&seen);
}

/* Ten thousand terminals that had a long answer once are not ten thousand long buffers. */
static void a_link_at_rest_holds_nothing(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    static unsigned char body[100000];
    static unsigned char got[1 << 16];
    size_t left;
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int fd = dial(&seen);
    put(fd, frame, heartbeat(1, frame));
    UNTIL(&seen, seen.count == 1);
    size_t before = mem_live_bytes();
    struct net_jt808_session *session = net_jt808_find(seen.server, seen.session);
    assert_non_null(session);
    for (int i = 0; i < 2; i++) {
        (void)net_jt808_send(session, 0x8108, (struct bytes){body, sizeof body});
        net_loop_poll(seen.loop);
    }
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    for (left = 2 * sizeof body; left > 0;) {
        ssize_t some = recv(fd, got, sizeof got, 0);
        net_loop_poll(seen.loop);
        left -= some < 0 ? 0 : (size_t)some < left ? (size_t)some : left;
    }
    for (int i = 0; i < 10; i++)
        net_loop_poll(seen.loop);
    assert_true(mem_live_bytes() <= before + 8192);
    close(fd);
    end(&seen);
}

static void what_is_answered_last_goes_out(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    char byte;
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int fd = dial(&seen);
    put(fd, frame, heartbeat(1, frame));
    UNTIL(&seen, seen.count == 1);
    struct net_jt808_session *session = net_jt808_find(seen.server, seen.session);
    assert_non_null(session);
    (void)net_jt808_send(session, 0x8104, (struct bytes){0});
    end(&seen);
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(byte, 0x7E);
    close(fd);
}

static void beyond_the_last_place_a_link_is_refused(void **state)
{
    struct seen seen;
    char byte;
    (void)state;

    begin(&seen, (struct net_jt808_options){.sessions_max = 2});
    int fds[3] = {dial(&seen), dial(&seen), dial(&seen)};
    UNTIL(&seen, net_jt808_counts(seen.server).refused == 1);
    assert_int_equal(net_jt808_counts(seen.server).connected, 2);
    assert_int_equal(read(fds[2], &byte, 1), 0);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    UNTIL(&seen, seen.gone == 2);
    end(&seen);
}

static void a_peer_that_takes_nothing_is_closed(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    static const unsigned char body[WIRE_JT808_BODY_MAX];
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int fd = dial(&seen);
    put(fd, frame, heartbeat(1, frame));
    UNTIL(&seen, seen.count == 1);
    for (int i = 0; i < TURNS_MAX && seen.gone == 0; i++) {
        struct net_jt808_session *session = net_jt808_find(seen.server, seen.session);
        for (int n = 0; session && n < 50; n++)
            (void)net_jt808_send(session, 0x8300, (struct bytes){body, sizeof body});
        net_loop_poll(seen.loop);
    }
    assert_int_equal(seen.gone, 1);
    assert_string_equal(seen.why, "too_slow");
    close(fd);
    end(&seen);
}

static size_t take(struct seen *seen, int fd, unsigned char *out, size_t size)
{
    size_t got = 0;

    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (int turns = 0; turns < 200; turns++) {
        net_loop_poll(seen->loop);
        ssize_t n = read(fd, out + got, size - got);
        got += n > 0 ? (size_t)n : 0;
    }
    return got;
}

static void a_long_message_goes_out_in_parts(void **state)
{
    struct seen seen;
    unsigned char frame[64];
    unsigned char got[8192];
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    unsigned char body[2500];
    struct wire_jt808_piece piece;
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    int fd = dial(&seen);
    put(fd, frame, heartbeat(1, frame));
    UNTIL(&seen, seen.count == 1);
    memset(body, 0x7E, sizeof body);
    uint32_t serial = net_jt808_send(net_jt808_find(seen.server, seen.session), 0x8300,
                                     (struct bytes){body, sizeof body});
    assert_int_equal(serial, 0);
    struct bytes input = {got, take(&seen, fd, got, sizeof got)};
    size_t bytes = 0;
    for (uint16_t i = 1; i <= 3; i++) {
        assert_int_equal(wire_jt808_cut(&input, room, &piece), WIRE_JT808_CUT_FRAME);
        assert_int_equal(piece.frame.head.part_count, 3);
        assert_int_equal(piece.frame.head.part_no, i);
        assert_int_equal(piece.frame.head.serial, i - 1);
        bytes += piece.frame.body.size;
    }
    assert_int_equal(bytes, sizeof body);
    assert_int_equal(net_jt808_send(net_jt808_find(seen.server, seen.session), 0x8300,
                                    (struct bytes){body, (size_t)NET_JT808_PARTS_MAX *
                                                             (WIRE_JT808_BODY_MAX + 1)}),
                     NET_JT808_SERIAL_NONE);
    close(fd);
    UNTIL(&seen, seen.gone == 1);
    end(&seen);
}

static void a_port_that_is_taken_is_told(void **state)
{
    struct seen seen;
    struct diag diag = {0};
    struct net_jt808 *second = NULL;
    (void)state;

    begin(&seen, (struct net_jt808_options){0});
    struct net_jt808_options options = {.loop = seen.loop,
                                        .bind = "127.0.0.1",
                                        .port = net_jt808_port(seen.server),
                                        .handler = &handler,
                                        .context = &seen};
    assert_int_equal(net_jt808_new(&options, &second, &diag), ERR_BUSY);
    assert_non_null(strstr(diag.text, "cannot listen"));
    options.bind = "not-an-address";
    assert_int_equal(net_jt808_new(&options, &second, &diag), ERR_USAGE);
    assert_null(second);
    end(&seen);
}

static enum err make_one(void *context)
{
    struct net_loop *loop = context;
    struct diag diag = {0};
    struct net_jt808 *server = NULL;
    struct net_jt808_options options = {.loop = loop, .bind = "127.0.0.1", .handler = &handler};

    enum err err = net_jt808_new(&options, &server, &diag);
    net_jt808_free(server);
    net_loop_poll(loop); /* what was freed is gone after a turn */
    return err;
}

static void each_refused_allocation_comes_out_clean(void **state)
{
    struct net_loop *loop;
    (void)state;

    assert_int_equal(net_loop_new(&loop), OK);
    check_sweep(make_one, loop);
    net_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_may_come_in_any_pieces),
        cmocka_unit_test(a_busy_handler_loses_nothing),
        cmocka_unit_test(a_flood_is_slowed_and_not_cut),
        cmocka_unit_test(rubbish_ends_its_own_link),
        cmocka_unit_test(the_nameless_and_the_silent_are_closed),
        cmocka_unit_test(a_link_that_drips_is_nameless),
        cmocka_unit_test(nothing_is_heard_after_the_end),
        cmocka_unit_test(a_link_at_rest_holds_nothing),
        cmocka_unit_test(what_is_answered_last_goes_out),
        cmocka_unit_test(beyond_the_last_place_a_link_is_refused),
        cmocka_unit_test(a_peer_that_takes_nothing_is_closed),
        cmocka_unit_test(a_long_message_goes_out_in_parts),
        cmocka_unit_test(a_port_that_is_taken_is_told),
        cmocka_unit_test(each_refused_allocation_comes_out_clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
