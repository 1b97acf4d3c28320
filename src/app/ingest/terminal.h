/* terminal.h - what JT/T 808 terminals say, into facts; and their answers, after the commit.
 *
 * Purpose    Admission (registration, authentication), messages to facts, parts to messages,
 *            answers. The manners of a link are net/jt808.h's.
 * Rule       An answer that says "done" is sent only after everything in the message is on disk. A
 *            message that could not be stored is not answered: the terminal sends it again.
 * Threads    The loop's.
 * Source     JT/T 808-2013 and 808-2019, clauses 7 and 8.
 * Layer      4
 */
#ifndef APP_INGEST_TERMINAL_H
#define APP_INGEST_TERMINAL_H

#include "app/ingest/device.h"
#include "base/log.h"
#include "net/jt808.h"
#include "store/store.h"

struct app_commands;
struct app_live;

enum { APP_REFUSALS_MAX = 20 /* of one link, then it is closed */ };

struct app_terminals {
    struct app_devices *devices;
    struct store *store;
    struct net_jt808 *server;
    struct net_timer *tick;
    const struct city *city;
    const struct clock *clock;
    const struct log *log;
    struct app_commands *commands;
    struct app_live *live;
    struct store_db *reader;
    bool enrol_open;    /* new terminals are taken in, unassigned */
    size_t parts_bytes; /* of all messages of which parts are missing, tables included */
    uint64_t unauthorised;
    uint64_t malformed;      /* bodies that could not be read; kept raw */
    uint64_t unanswered;     /* messages that could not be stored */
    int64_t last_failure_us; /* when that was last logged */
};

struct app_terminals_options {
    struct net_loop *loop;
    const char *bind;
    uint16_t port;
    struct net_jt808_options limits; /* only its limits are looked at */
};
/* Fills the fields below `store` itself; the others are set by the caller before. Parts of messages
 * left by an earlier run are taken up. Errors: as net_jt808_new(); of the store; NOMEM. */
MUST_USE enum err app_terminals_start(struct app_terminals *terminals,
                                      const struct app_terminals_options *options,
                                      struct store_db *db, struct diag *diag);
void app_terminals_stop(struct app_terminals *terminals); /* a zeroed one is allowed */
/* A person has changed the device's row: one that is blocked now is cut off. */
void app_terminals_changed(struct app_terminals *terminals, const struct app_device *device);
/* What the store tells: answers the message. */
void app_terminals_told(struct app_terminals *terminals, struct store_ticket ticket, enum err err);

/* --- message.c: one message of an admitted terminal into facts. Errors: BUSY, NOMEM: nothing may
 * be answered. *ret_result is what to answer once they are on disk. --- */
struct app_message {
    struct app_device *device;
    struct net_jt808_session *session;
    struct wire_jt808_head head;
    struct bytes body;
    struct utc_us now;
};
MUST_USE enum err app_message_store(struct app_terminals *terminals,
                                    const struct app_message *message, uint32_t *ret_result);
/* Stored as it came, under "jt808.XXXX". */
MUST_USE enum err app_message_raw(struct app_terminals *terminals,
                                  const struct app_message *message, struct str kind);

/* --- parts.c: messages that come in several frames --- */
/* Takes a part, which is put into the store. When it was the last one missing, the whole message is
 * stored too and *ret_media is its media id (0: none). Errors: BUSY, NOMEM; LIMIT for a message
 * that is too long. */
MUST_USE enum err app_parts_take(struct app_terminals *terminals, const struct app_message *part,
                                 uint32_t *ret_media);
/* The id of the media that a whole message carries, which 0x8800 confirms; 0: none. */
uint32_t app_parts_media(const struct wire_jt808_head *head, struct bytes body);
MUST_USE enum err app_parts_load(struct app_terminals *terminals, struct store_db *db);
/* Asks for what is missing, and gives up what has waited too long. */
void app_parts_tick(struct app_terminals *terminals);
void app_parts_done(struct app_terminals *terminals, struct app_terminal *terminal);

#endif
