/* The loop's objects: each tells what happened, and gives everything back. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/loop.h"

struct seen {
    struct net_loop *loop;
    int fd;
    unsigned count;
    unsigned stop_at;
};

static void on_event(void *context)
{
    struct seen *seen = context;
    char byte;

    if (seen->fd >= 0)
        assert_int_equal(read(seen->fd, &byte, 1), 1);
    if (++seen->count == seen->stop_at)
        net_loop_stop(seen->loop);
}

static void a_watch_tells_that_bytes_are_there(void **state)
{
    struct seen seen = {.stop_at = 3};
    struct net_watch *watch = NULL;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    seen.fd = ends[0];
    assert_int_equal(net_loop_new(&seen.loop), OK);
    assert_int_equal(net_watch_new(seen.loop, ends[0], on_event, &seen, &watch), OK);
    net_loop_poll(seen.loop);
    assert_int_equal(seen.count, 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    net_loop_run(seen.loop);
    assert_int_equal(seen.count, 3);
    net_watch_free(watch);
    net_loop_free(seen.loop);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(mem_live_bytes(), 0);
}

static void a_timer_comes_once_or_again_until_stopped(void **state)
{
    struct seen once = {.fd = -1};
    struct seen again = {.fd = -1, .stop_at = 3};
    struct net_timer *first = NULL;
    struct net_timer *second = NULL;

    (void)state;
    assert_int_equal(net_loop_new(&again.loop), OK);
    assert_int_equal(net_timer_new(again.loop, on_event, &once, &first), OK);
    assert_int_equal(net_timer_new(again.loop, on_event, &again, &second), OK);
    net_timer_start(first, 0, 0);
    net_timer_start(second, 1, 1);
    net_loop_run(again.loop);
    assert_int_equal(again.count, 3);
    assert_int_equal(once.count, 1);
    net_timer_stop(second);
    net_loop_run(again.loop); /* returns: nothing is left to wait for */
    assert_int_equal(again.count, 3);
    net_timer_free(first);
    net_timer_free(second);
    net_loop_free(again.loop);
    assert_int_equal(mem_live_bytes(), 0);
}

static void a_signal_is_caught_on_the_loop(void **state)
{
    struct seen seen = {.fd = -1, .stop_at = 1};
    struct net_signal *caught = NULL;
    struct net_timer *alive = NULL;

    (void)state;
    assert_int_equal(net_loop_new(&seen.loop), OK);
    assert_int_equal(net_signal_new(seen.loop, SIGUSR1, on_event, &seen, &caught), OK);
    assert_int_equal(net_timer_new(seen.loop, on_event, &seen, &alive), OK);
    net_timer_start(alive, 60000, 0); /* a signal alone does not keep the loop running */
    raise(SIGUSR1);
    net_loop_run(seen.loop);
    assert_int_equal(seen.count, 1);
    net_signal_free(caught);
    net_timer_free(alive);
    net_loop_free(seen.loop);
    assert_int_equal(mem_live_bytes(), 0);
}

static void absent_things_may_be_freed(void **state)
{
    (void)state;
    net_watch_free(NULL);
    net_timer_free(NULL);
    net_signal_free(NULL);
    net_loop_free(NULL);
}

/* Makes one of each; what was made before a failure is given back. */
static enum err make_all(int fd)
{
    struct seen seen = {.fd = -1};
    struct net_watch *watch = NULL;
    struct net_timer *timer = NULL;
    struct net_signal *caught = NULL;

    enum err err = net_loop_new(&seen.loop);
    if (err)
        return err;
    err = net_watch_new(seen.loop, fd, on_event, &seen, &watch);
    if (!err)
        err = net_timer_new(seen.loop, on_event, &seen, &timer);
    if (!err)
        err = net_signal_new(seen.loop, SIGUSR1, on_event, &seen, &caught);
    net_watch_free(watch);
    net_timer_free(timer);
    net_signal_free(caught);
    net_loop_free(seen.loop);
    return err;
}

static void lack_of_memory_is_told(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    for (unsigned nth = 1;; nth++) {
        mem_fail_nth(nth);
        enum err err = make_all(ends[0]);
        bool fired = mem_fail_fired();
        mem_fail_nth(0);
        assert_int_equal(mem_live_bytes(), 0);
        assert_int_equal(err, fired ? ERR_NOMEM : OK);
        if (!fired)
            break;
    }
    close(ends[0]);
    close(ends[1]);
}

static void what_cannot_be_watched_is_an_error(void **state)
{
    struct net_loop *loop = NULL;
    struct net_watch *watch = NULL;

    (void)state;
    assert_int_equal(net_loop_new(&loop), OK);
    assert_int_equal(net_watch_new(loop, -1, on_event, NULL, &watch), ERR_IO);
    assert_null(watch);
    net_loop_free(loop);
    assert_int_equal(mem_live_bytes(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watch_tells_that_bytes_are_there),
        cmocka_unit_test(a_timer_comes_once_or_again_until_stopped),
        cmocka_unit_test(a_signal_is_caught_on_the_loop),
        cmocka_unit_test(absent_things_may_be_freed),
        cmocka_unit_test(lack_of_memory_is_told),
        cmocka_unit_test(what_cannot_be_watched_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
