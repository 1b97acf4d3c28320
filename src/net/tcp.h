/* tcp.h - a TCP listener and its links, for protocols that are streams of frames.
 *
 * Purpose    Takes links, hands over what arrives, keeps the beginning of a frame until the rest
 *            is there, gathers answers and writes them once a turn.
 * Limits     links_max; held_max bytes of an unfinished frame; out_max bytes that a peer does not
 *            take: then it is closed as slow. When every place is taken a new link is refused.
 * Memory     A link is valid from opened() until closed() returns; one buffer for reading serves
 *            all.
 * Threads    All of it belongs to the loop's thread.
 * Layer      3
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "base/buf.h"
#include "net/loop.h"

struct net_tcp;  /* opaque */
struct net_link; /* opaque */

enum net_why {
    NET_WHY_PEER,  /* the peer closed, or the line broke */
    NET_WHY_OURS,  /* net_link_close() */
    NET_WHY_SLOW,  /* it does not take its answers */
    NET_WHY_NOMEM, /* no memory for what it sent */
};

struct net_tcp_handler {
    /* A new link. *ret_user is handed to the other functions. False refuses it. */
    bool (*opened)(void *context, struct net_link *link, void **ret_user);
    /* Moves `input` past what was used; the rest is shown again with what follows it. BUSY stops
     * reading from this link until net_link_resume(); any other error closes the link. */
    enum err (*input)(void *context, void *user, struct bytes *input);
    void (*closed)(void *context, void *user, enum net_why why);
};

struct net_tcp_options {
    struct net_loop *loop;
    const char *bind; /* an address in digits */
    uint16_t port;    /* 0: a free one */
    uint32_t links_max;
    size_t held_max;
    size_t out_max;
    const struct net_tcp_handler *handler;
    void *context;
};

/* Owner: caller. Errors: USAGE for a bad address, BUSY when the port is taken, IO, NOMEM; told in
 * `diag`. */
MUST_USE enum err net_tcp_new(const struct net_tcp_options *options, struct net_tcp **ret_tcp,
                              struct diag *diag);
/* Closes every link, telling each; turns the loop meanwhile. NULL is allowed. Free it before its
 * loop. */
void net_tcp_free(struct net_tcp *tcp);
uint16_t net_tcp_port(const struct net_tcp *tcp);
void net_tcp_quiesce(struct net_tcp *tcp); /* no new links from now on */
uint32_t net_tcp_links(const struct net_tcp *tcp);
uint64_t net_tcp_refused(const struct net_tcp *tcp); /* links, for lack of a place */

/* Writes what stands in the buffers now, not only at the end of the turn. */
void net_tcp_flush(struct net_tcp *tcp);

/* Adds to what is written at the end of this turn. */
void net_link_write(struct net_link *link, struct bytes bytes);
/* The buffer that is written at the end of this turn, for writers that append to it themselves. */
struct buf *net_link_out(struct net_link *link);
/* What stands in the buffer is still written if the peer takes it at once; then closed() is called,
 * in a later turn. */
void net_link_close(struct net_link *link);
/* Shows what is held again, then reads on. */
void net_link_resume(struct net_link *link);
/* The peer's address in digits, without its port. Errors: IO. */
MUST_USE enum err net_link_peer(const struct net_link *link, size_t size, char *ret_text);

#endif
