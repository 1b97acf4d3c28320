/* tcp.c - see tcp.h.
 *
 * One read a turn from each link, so that a link that floods waits its turn like the others. What
 * is answered during a turn goes out in one write a link at its end.
 */
#include "net/tcp.h"

#include <string.h>

#include "base/mem.h"
#include "net/inner.h"

enum {
    NET_TCP_READ_BYTES = 64 << 10,
    NET_TCP_BACKLOG = 1024,
    NET_TCP_OUT_KEPT = 4096, /* of a link's buffers between turns: ten thousand of them are many */
};

struct net_link {
    uv_tcp_t uv; /* first: it is freed by its close callback */
    struct net_tcp *tcp;
    void *user;
    struct net_link *prev;
    struct net_link *next;
    struct net_link *dirty_next; /* in the list of links to be written */
    struct buf held;             /* the beginning of what is not yet whole */
    struct buf out;
    struct buf sending; /* under way in `write` */
    uv_write_t write;
    enum net_why why;
    bool dirty;
    bool writing;
    bool paused;
    bool leaving; /* closes once all is written */
    bool closing;
};

struct net_tcp {
    uv_tcp_t uv;
    struct net_loop *loop;
    const struct net_tcp_handler *handler;
    void *context;
    struct net_turn *turn;
    struct net_link *links;
    struct net_link *dirty;
    uint32_t link_count;
    uint32_t links_max;
    size_t held_max;
    size_t out_max;
    uint64_t refused;
    bool listening;
    char read[NET_TCP_READ_BYTES];
};

static void net_link_gone(uv_handle_t *handle)
{
    struct net_link *link = (struct net_link *)handle;
    struct net_tcp *tcp = link->tcp;

    if (link->user)
        tcp->handler->closed(tcp->context, link->user, link->why);
    if (link->prev)
        link->prev->next = link->next;
    else
        tcp->links = link->next;
    if (link->next)
        link->next->prev = link->prev;
    tcp->link_count--;
    buf_done(&link->held);
    buf_done(&link->out);
    buf_done(&link->sending);
    mem_free(link);
}

/* The list of the dirty is short-lived: a link leaves it before it is freed. */
static void net_link_undirty(struct net_link *link)
{
    struct net_link **at = &link->tcp->dirty;

    if (!link->dirty)
        return;
    while (*at != link)
        at = &(*at)->dirty_next;
    *at = link->dirty_next;
    link->dirty = false;
}

static void net_link_drop(struct net_link *link, enum net_why why)
{
    if (link->closing)
        return;
    link->closing = true;
    link->why = why;
    net_link_undirty(link);
    uv_close((uv_handle_t *)&link->uv, net_link_gone);
}

static void net_link_mark(struct net_link *link)
{
    if (link->dirty || link->closing)
        return;
    link->dirty = true;
    link->dirty_next = link->tcp->dirty;
    link->tcp->dirty = link;
}

static void net_link_emptied(struct buf *out)
{
    if (out->capacity > NET_TCP_OUT_KEPT)
        buf_done(out);
    else
        buf_reset(out);
}

static void net_link_send(struct net_link *link);

static void net_link_sent(uv_write_t *write, int status)
{
    struct net_link *link = (struct net_link *)write->data;

    link->writing = false;
    net_link_emptied(&link->sending);
    if (status < 0)
        net_link_drop(link, NET_WHY_PEER);
    else
        net_link_send(link);
}

static void net_link_send_rest(struct net_link *link, size_t done)
{
    struct buf empty = link->sending;

    link->sending = link->out;
    link->out = empty;
    uv_buf_t left = uv_buf_init(link->sending.data + done, (unsigned)(link->sending.size - done));
    link->write.data = link;
    if (uv_write(&link->write, (uv_stream_t *)&link->uv, &left, 1, net_link_sent))
        net_link_drop(link, NET_WHY_PEER);
    else
        link->writing = true;
}

/* Writes what the system takes at once; the rest follows when it can. A link that is leaving and
 * does not take its last answers goes without. */
static void net_link_send(struct net_link *link)
{
    if (link->closing)
        return;
    if (buf_err(&link->out)) { /* more waits than may: it does not take what it is sent */
        net_link_drop(link, NET_WHY_SLOW);
        return;
    }
    if (link->writing)
        return;
    if (link->out.size > 0) {
        uv_buf_t out = uv_buf_init(link->out.data, (unsigned)link->out.size);
        int written = uv_try_write((uv_stream_t *)&link->uv, &out, 1);
        if (written < 0 && written != UV_EAGAIN) {
            net_link_drop(link, NET_WHY_PEER);
            return;
        }
        size_t done = written > 0 ? (size_t)written : 0;
        if (done < link->out.size && !link->leaving) {
            net_link_send_rest(link, done);
            return;
        }
        net_link_emptied(&link->out);
    }
    if (link->leaving)
        net_link_drop(link, NET_WHY_OURS);
}

void net_tcp_flush(struct net_tcp *tcp)
{
    while (tcp->dirty) {
        struct net_link *link = tcp->dirty;
        tcp->dirty = link->dirty_next;
        link->dirty = false;
        net_link_send(link);
    }
}

static void net_tcp_turn(void *context)
{
    net_tcp_flush(context);
}

static void net_link_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
    struct net_link *link = (struct net_link *)handle;

    (void)wanted;
    *ret = uv_buf_init(link->tcp->read, sizeof link->tcp->read);
}

/* Keeps what of `left` is not in `held` yet; true when it could. */
static bool net_link_hold(struct net_link *link, struct bytes left)
{
    if (left.size == 0) {
        buf_done(&link->held); /* ten thousand idle links hold nothing */
        buf_init(&link->held, link->tcp->held_max);
        return true;
    }
    if (link->held.data && left.data >= (const unsigned char *)link->held.data &&
        left.data < (const unsigned char *)link->held.data + link->held.size) {
        memmove(link->held.data, left.data, left.size);
        link->held.size = left.size;
        return true;
    }
    buf_reset(&link->held);
    buf_add(&link->held, left.data, left.size);
    return buf_err(&link->held) == OK;
}

static void net_link_show(struct net_link *link, struct bytes input)
{
    struct net_tcp *tcp = link->tcp;

    enum err err = tcp->handler->input(tcp->context, link->user, &input);
    if (link->closing)
        return;
    if (err && err != ERR_BUSY) {
        net_link_close(link);
        return;
    }
    if (!net_link_hold(link, input)) {
        net_link_drop(link, NET_WHY_NOMEM);
        return;
    }
    if (err == ERR_BUSY && !link->paused) {
        link->paused = true;
        uv_read_stop((uv_stream_t *)&link->uv);
    }
}

static void net_link_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct net_link *link = (struct net_link *)stream;

    if (got < 0) {
        net_link_drop(link, NET_WHY_PEER);
        return;
    }
    if (got == 0 || link->closing || link->leaving)
        return;
    struct bytes input = {(const unsigned char *)buf->base, (size_t)got};
    if (link->held.size > 0) {
        buf_add(&link->held, buf->base, (size_t)got);
        if (buf_err(&link->held)) {
            net_link_drop(link, NET_WHY_NOMEM);
            return;
        }
        input = str_bytes(buf_text(&link->held));
    }
    net_link_show(link, input);
}

static enum err net_link_new(struct net_tcp *tcp, struct net_link **ret_link)
{
    struct net_link *link = mem_zero(1, sizeof *link);

    if (!link)
        return ERR_NOMEM;
    int status = uv_tcp_init(&tcp->loop->uv, &link->uv);
    if (status) {
        mem_free(link);
        return net_err(status);
    }
    link->tcp = tcp;
    buf_init(&link->held, tcp->held_max);
    buf_init(&link->out, tcp->out_max);
    buf_init(&link->sending, tcp->out_max);
    link->next = tcp->links;
    if (tcp->links)
        tcp->links->prev = link;
    tcp->links = link;
    tcp->link_count++;
    *ret_link = link;
    return OK;
}

static void net_tcp_accept(uv_stream_t *listener, int status)
{
    struct net_tcp *tcp = listener->data;
    struct net_link *link = NULL;

    if (status < 0)
        return; /* no descriptor or no memory: the peer tries again */
    enum err err = net_link_new(tcp, &link);
    if (err)
        return;
    if (uv_accept(listener, (uv_stream_t *)&link->uv) || tcp->link_count > tcp->links_max ||
        !tcp->handler->opened(tcp->context, link, &link->user)) {
        tcp->refused++;
        net_link_drop(link, NET_WHY_OURS);
        return;
    }
    uv_tcp_nodelay(&link->uv, 1);
    uv_tcp_keepalive(&link->uv, 1, 60);
    if (uv_read_start((uv_stream_t *)&link->uv, net_link_alloc, net_link_read))
        net_link_drop(link, NET_WHY_PEER);
}

static enum err net_tcp_address(const struct net_tcp_options *options,
                                struct sockaddr_storage *ret_address, struct diag *diag)
{
    if (uv_ip4_addr(options->bind, options->port, (struct sockaddr_in *)ret_address) == 0 ||
        uv_ip6_addr(options->bind, options->port, (struct sockaddr_in6 *)ret_address) == 0)
        return OK;
    return diag_set(diag, ERR_USAGE, "`%s` is no address in digits", options->bind);
}

static enum err net_tcp_listen(struct net_tcp *tcp, const struct net_tcp_options *options,
                               struct diag *diag)
{
    struct sockaddr_storage address = {0};

    enum err err = net_tcp_address(options, &address, diag);
    if (err)
        return err;
    int status = uv_tcp_bind(&tcp->uv, (const struct sockaddr *)&address, 0);
    if (!status)
        status = uv_listen((uv_stream_t *)&tcp->uv, NET_TCP_BACKLOG, net_tcp_accept);
    if (status)
        return diag_set(diag, net_err(status), "cannot listen on %s port %u: %s", options->bind,
                        (unsigned)options->port, uv_strerror(status));
    return OK;
}

static void net_tcp_stopped(uv_handle_t *handle)
{
    struct net_tcp *tcp = handle->data;

    tcp->listening = false;
}

enum err net_tcp_new(const struct net_tcp_options *options, struct net_tcp **ret_tcp,
                     struct diag *diag)
{
    struct net_tcp *tcp = mem_zero(1, sizeof *tcp);

    if (!tcp)
        return diag_set(diag, ERR_NOMEM, "no memory to listen");
    tcp->loop = options->loop;
    tcp->handler = options->handler;
    tcp->context = options->context;
    tcp->links_max = options->links_max;
    tcp->held_max = options->held_max + NET_TCP_READ_BYTES;
    tcp->out_max = options->out_max;
    int status = uv_tcp_init(&tcp->loop->uv, &tcp->uv);
    if (status) {
        mem_free(tcp);
        return diag_set(diag, net_err(status), "cannot listen: %s", uv_strerror(status));
    }
    tcp->uv.data = tcp;
    tcp->listening = true;
    enum err err = net_turn_new(tcp->loop, net_tcp_turn, tcp, &tcp->turn);
    if (err)
        diag_set(diag, err, "no memory to listen");
    else
        err = net_tcp_listen(tcp, options, diag);
    if (err) {
        net_tcp_free(tcp);
        return err;
    }
    *ret_tcp = tcp;
    return OK;
}

void net_tcp_free(struct net_tcp *tcp)
{
    if (!tcp)
        return;
    net_tcp_turn(tcp); /* what was answered last */
    net_turn_free(tcp->turn);
    net_tcp_quiesce(tcp);
    for (struct net_link *link = tcp->links; link; link = link->next)
        net_link_drop(link, NET_WHY_OURS);
    while (tcp->links || tcp->listening)
        uv_run(&tcp->loop->uv, UV_RUN_NOWAIT);
    mem_free(tcp);
}

uint16_t net_tcp_port(const struct net_tcp *tcp)
{
    struct sockaddr_storage address = {0};
    int size = sizeof address;

    if (uv_tcp_getsockname(&tcp->uv, (struct sockaddr *)&address, &size))
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

void net_tcp_quiesce(struct net_tcp *tcp)
{
    if (!uv_is_closing((uv_handle_t *)&tcp->uv))
        uv_close((uv_handle_t *)&tcp->uv, net_tcp_stopped);
}

uint32_t net_tcp_links(const struct net_tcp *tcp)
{
    return tcp->link_count;
}

uint64_t net_tcp_refused(const struct net_tcp *tcp)
{
    return tcp->refused;
}

struct buf *net_link_out(struct net_link *link)
{
    net_link_mark(link);
    return &link->out;
}

void net_link_write(struct net_link *link, struct bytes bytes)
{
    buf_add(net_link_out(link), bytes.data, bytes.size);
}

void net_link_close(struct net_link *link)
{
    if (link->closing)
        return;
    if (link->writing) {
        net_link_drop(link, NET_WHY_OURS);
        return;
    }
    link->leaving = true;
    uv_read_stop((uv_stream_t *)&link->uv);
    net_link_mark(link);
}

void net_link_resume(struct net_link *link)
{
    if (!link->paused || link->closing || link->leaving)
        return;
    link->paused = false;
    if (link->held.size > 0)
        net_link_show(link, str_bytes(buf_text(&link->held)));
    if (!link->paused && !link->closing && !link->leaving &&
        uv_read_start((uv_stream_t *)&link->uv, net_link_alloc, net_link_read))
        net_link_drop(link, NET_WHY_PEER);
}

enum err net_link_peer(const struct net_link *link, size_t size, char *ret_text)
{
    struct sockaddr_storage address = {0};
    int length = sizeof address;

    if (uv_tcp_getpeername(&link->uv, (struct sockaddr *)&address, &length))
        return ERR_IO;
    int status = address.ss_family == AF_INET6
                     ? uv_ip6_name((struct sockaddr_in6 *)&address, ret_text, size)
                     : uv_ip4_name((struct sockaddr_in *)&address, ret_text, size);
    return status ? ERR_IO : OK;
}
