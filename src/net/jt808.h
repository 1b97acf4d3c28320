/* jt808.h - sessions of JT/T 808 terminals.
 *
 * Purpose    Frames in, frames out, and the manners of a link: broken frames are dropped and
 *            counted, floods are slowed down, the silent and the nameless are closed. What a frame
 *            means, and when it is answered, is the handler's business.
 * Limits     Named below. One terminal's fault touches its own link only.
 * Threads    All of it belongs to the loop's thread.
 * Source     JT/T 808-2013 and 808-2019, clause 6 (connections, answers).
 * Layer      3
 */
#ifndef NET_JT808_H
#define NET_JT808_H

#include "base/clock.h"
#include "net/tcp.h"
#include "wire/jt808/frame.h"

enum {
    NET_JT808_SESSIONS_MAX = 20000,
    NET_JT808_IDLE_S_MAX = 900,    /* heartbeats come every few minutes at most */
    NET_JT808_NAMELESS_S_MAX = 30, /* from connecting to the first good frame */
    NET_JT808_OUT_BYTES_MAX = 256 << 10,
    NET_JT808_BAD_MAX = 200,         /* dropped pieces without a good frame between: no terminal */
    NET_JT808_FRAMES_PER_S = 5000,   /* sustained; beyond it the link is read more slowly */
    NET_JT808_FRAMES_BURST = 100000, /* a day's backlog at once */
    NET_JT808_PARTS_MAX = 255,       /* of one message of ours */
    NET_JT808_SERIAL_NONE = 0x10000,
};

struct net_jt808; /* opaque */

struct net_jt808_session {
    uint64_t id; /* never used again, not 0 */
    struct net_jt808 *server;
    struct net_link *link;
    void *user;                  /* the handler's */
    struct wire_jt808_head peer; /* of its last good frame: answers take its form */
    const char *why;             /* it was closed by us; else NULL */
    bool named;                  /* had a good frame */
    bool throttled;              /* read more slowly for now */
    bool waiting;                /* the handler said BUSY */
    uint16_t serial;             /* of our next frame */
    uint32_t bad_in_a_row;
    uint32_t refusals;  /* counted by the handler */
    uint32_t allowance; /* frames it may send now */
    uint64_t refilled_ms;
    uint64_t heard_ms;
    uint64_t frames;
};

struct net_jt808_handler {
    /* A good frame; `raw` is as received. BUSY: shown again after net_jt808_resume(). Any other
     * error closes the link. */
    enum err (*frame)(void *context, struct net_jt808_session *session,
                      const struct wire_jt808_frame *frame, struct bytes raw);
    /* A piece was dropped. */
    void (*bad)(void *context, struct net_jt808_session *session, enum err why, struct bytes raw);
    /* The first time in a while that it was slowed down. */
    void (*flood)(void *context, struct net_jt808_session *session);
    void (*gone)(void *context, struct net_jt808_session *session, const char *why);
};

struct net_jt808_options {
    struct net_loop *loop;
    const char *bind;
    uint16_t port;
    const struct net_jt808_handler *handler;
    void *context;
    /* For tests; 0 means the values above. */
    uint32_t sessions_max;
    uint32_t idle_s_max;
    uint32_t nameless_s_max;
    uint32_t frames_per_s;
    uint32_t frames_burst;
};

/* Owner: caller. Errors: as net_tcp_new(). */
MUST_USE enum err net_jt808_new(const struct net_jt808_options *options,
                                struct net_jt808 **ret_server, struct diag *diag);
void net_jt808_free(struct net_jt808 *server); /* NULL is allowed */
uint16_t net_jt808_port(const struct net_jt808 *server);
void net_jt808_quiesce(struct net_jt808 *server);
/* NULL when it is gone. */
struct net_jt808_session *net_jt808_find(struct net_jt808 *server, uint64_t id);
/* Sends a message in the form its terminal uses, in parts if it must be.
 * Returns its (first) serial, or NET_JT808_SERIAL_NONE when it cannot be sent. */
uint32_t net_jt808_send(struct net_jt808_session *session, uint16_t msg_id, struct bytes body);
void net_jt808_close(struct net_jt808_session *session, const char *why);
/* Sends now what stands to be sent: answers that came late in a long turn need not wait for it. */
void net_jt808_flush(struct net_jt808 *server);
/* Shows again what the handler was too busy for. */
void net_jt808_resume(struct net_jt808 *server);

struct net_jt808_counts {
    uint32_t connected;
    uint64_t accepted;
    uint64_t refused; /* links for which there was no place */
    uint64_t frames;
    uint64_t bytes;
    uint64_t bad_checksum, bad_syntax, bad_truncated, bad_limit;
    uint64_t floods;
};
struct net_jt808_counts net_jt808_counts(const struct net_jt808 *server);

#endif
