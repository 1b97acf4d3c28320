/* loop.c - see loop.h.
 *
 * libuv frees a handle only in its close callback, one turn later: the structs here are released
 * there, and net_loop_free() turns the loop until that has happened.
 */
#include "net/loop.h"

#include "base/mem.h"
#include "net/inner.h"

/* Each handle comes first in its struct, so that one close callback serves all three. */
struct net_watch {
    uv_poll_t uv;
    void (*ready)(void *context);
    void *context;
};
struct net_timer {
    uv_timer_t uv;
    void (*due)(void *context);
    void *context;
};
struct net_signal {
    uv_signal_t uv;
    void (*caught)(void *context);
    void *context;
};

struct net_turn {
    uv_prepare_t uv;
    void (*ended)(void *context);
    void *context;
};

enum err net_err(int status)
{
    return status == UV_ENOMEM ? ERR_NOMEM : status == UV_EADDRINUSE ? ERR_BUSY : ERR_IO;
}

static void net_closed(uv_handle_t *handle)
{
    mem_free(handle);
}

enum err net_loop_new(struct net_loop **ret_loop)
{
    struct net_loop *loop = mem_zero(1, sizeof *loop);

    if (!loop)
        return ERR_NOMEM;
    int status = uv_loop_init(&loop->uv);
    if (status) {
        mem_free(loop);
        return net_err(status);
    }
    *ret_loop = loop;
    return OK;
}

void net_loop_free(struct net_loop *loop)
{
    if (!loop)
        return;
    while (uv_run(&loop->uv, UV_RUN_NOWAIT))
        ;
    int status = uv_loop_close(&loop->uv);
    ASSERT(status == 0); /* a handle was not freed */
    mem_free(loop);
}

void net_loop_run(struct net_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void net_loop_poll(struct net_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_NOWAIT);
}

void net_loop_stop(struct net_loop *loop)
{
    uv_stop(&loop->uv);
}

static void net_watch_ready(uv_poll_t *handle, int status, int events)
{
    struct net_watch *watch = handle->data;

    (void)status; /* the owner of the descriptor meets the failure when it reads */
    (void)events;
    watch->ready(watch->context);
}

enum err net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *context), void *context,
                       struct net_watch **ret_watch)
{
    struct net_watch *watch = mem_zero(1, sizeof *watch);

    if (!watch)
        return ERR_NOMEM;
    watch->ready = ready;
    watch->context = context;
    int status = uv_poll_init(&loop->uv, &watch->uv, fd);
    if (status) {
        mem_free(watch);
        return net_err(status);
    }
    watch->uv.data = watch;
    status = uv_poll_start(&watch->uv, UV_READABLE, net_watch_ready);
    if (status) {
        uv_close((uv_handle_t *)&watch->uv, net_closed);
        return net_err(status);
    }
    *ret_watch = watch;
    return OK;
}

void net_watch_free(struct net_watch *watch)
{
    if (watch)
        uv_close((uv_handle_t *)&watch->uv, net_closed);
}

static void net_timer_due(uv_timer_t *handle)
{
    struct net_timer *timer = handle->data;

    timer->due(timer->context);
}

enum err net_timer_new(struct net_loop *loop, void (*due)(void *context), void *context,
                       struct net_timer **ret_timer)
{
    struct net_timer *timer = mem_zero(1, sizeof *timer);

    if (!timer)
        return ERR_NOMEM;
    timer->due = due;
    timer->context = context;
    int status = uv_timer_init(&loop->uv, &timer->uv);
    if (status) {
        mem_free(timer);
        return net_err(status);
    }
    timer->uv.data = timer;
    *ret_timer = timer;
    return OK;
}

void net_timer_free(struct net_timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->uv, net_closed);
}

void net_timer_start(struct net_timer *timer, uint64_t after_ms, uint64_t every_ms)
{
    int status = uv_timer_start(&timer->uv, net_timer_due, after_ms, every_ms);
    ASSERT(status == 0); /* fails only on a closing handle */
}

void net_timer_stop(struct net_timer *timer)
{
    uv_timer_stop(&timer->uv);
}

static void net_signal_caught(uv_signal_t *handle, int number)
{
    struct net_signal *signal = handle->data;

    (void)number;
    signal->caught(signal->context);
}

enum err net_signal_new(struct net_loop *loop, int number, void (*caught)(void *context),
                        void *context, struct net_signal **ret_signal)
{
    struct net_signal *signal = mem_zero(1, sizeof *signal);

    if (!signal)
        return ERR_NOMEM;
    signal->caught = caught;
    signal->context = context;
    int status = uv_signal_init(&loop->uv, &signal->uv);
    if (status) {
        mem_free(signal);
        return net_err(status);
    }
    signal->uv.data = signal;
    status = uv_signal_start(&signal->uv, net_signal_caught, number);
    if (status) {
        uv_close((uv_handle_t *)&signal->uv, net_closed);
        return net_err(status);
    }
    uv_unref((uv_handle_t *)&signal->uv);
    *ret_signal = signal;
    return OK;
}

void net_signal_free(struct net_signal *signal)
{
    if (signal)
        uv_close((uv_handle_t *)&signal->uv, net_closed);
}

static void net_turn_ended(uv_prepare_t *prepare)
{
    struct net_turn *turn = (struct net_turn *)prepare;

    turn->ended(turn->context);
}

enum err net_turn_new(struct net_loop *loop, void (*ended)(void *context), void *context,
                      struct net_turn **ret_turn)
{
    struct net_turn *turn = mem_zero(1, sizeof *turn);

    if (!turn)
        return ERR_NOMEM;
    turn->ended = ended;
    turn->context = context;
    uv_prepare_init(&loop->uv, &turn->uv); /* cannot fail */
    uv_prepare_start(&turn->uv, net_turn_ended);
    uv_unref((uv_handle_t *)&turn->uv);
    *ret_turn = turn;
    return OK;
}

void net_turn_free(struct net_turn *turn)
{
    if (turn)
        uv_close((uv_handle_t *)&turn->uv, net_closed);
}

uint64_t net_loop_ms(const struct net_loop *loop)
{
    return uv_now(&loop->uv);
}
