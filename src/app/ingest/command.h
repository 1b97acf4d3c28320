/* command.h - what is sent to terminals, and what they answer.
 *
 * Purpose    A message given as JSON becomes a frame; its answer is found by its serial. The last
 *            commands of a device are kept for people to look at; that one was sent is a fact.
 * Memory     The list owns its commands; one is valid until the next call that adds one.
 * Limits     APP_COMMANDS_MAX in all: the oldest makes room.
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_INGEST_COMMAND_H
#define APP_INGEST_COMMAND_H

#include "app/ingest/terminal.h"

enum {
    APP_COMMANDS_MAX = 1024,
    APP_COMMAND_ANSWER_BYTES_MAX = 64 << 10, /* as JSON */
    APP_COMMAND_WAIT_US = 30000000,
};

enum app_command_state {
    APP_COMMAND_WAITING,
    APP_COMMAND_ANSWERED,
    APP_COMMAND_REFUSED,    /* its result is not 0 */
    APP_COMMAND_UNANSWERED, /* in time, or the link went away */
};
const char *app_command_state_name(enum app_command_state state);

struct app_command {
    uint64_t id; /* from 1 */
    uint32_t device;
    uint16_t msg_id;
    uint16_t serial;
    enum app_command_state state;
    int result; /* of 0x0001; -1: none yet */
    struct utc_us sent;
    struct mono_us waits;   /* since then: the day's clock may be set meanwhile */
    struct utc_us answered; /* 0: not yet */
    struct buf answer;      /* JSON of the answer's body; empty: none */
};

struct app_commands {
    struct app_command items[APP_COMMANDS_MAX]; /* a ring by id */
    uint64_t next;                              /* id of the next one */
    uint32_t waiting;
    struct app_live *live;
    struct app_devices *devices;
};

MUST_USE enum err app_commands_new(struct app_devices *devices, struct app_live *live,
                                   struct app_commands **ret_commands);
void app_commands_free(struct app_commands *commands); /* NULL is allowed */

/* Sends `body` (JSON object) as message `msg_id`. Errors: NOT_FOUND when the device is not
 * connected; INVALID, SYNTAX, RANGE, LIMIT for the body (told in `diag` with line and column);
 * BUSY. */
MUST_USE enum err app_command_send(struct app_terminals *terminals, struct app_device *device,
                                   uint16_t msg_id, struct str body,
                                   const struct app_command **ret_command, struct diag *diag);
/* NULL for one that is forgotten. */
const struct app_command *app_command_find(const struct app_commands *commands, uint64_t id);

/* Looks whether a message answers a command. */
void app_commands_answered(struct app_commands *commands, const struct app_message *message);
void app_commands_gone(struct app_commands *commands, const struct app_device *device);
void app_commands_tick(struct app_commands *commands, const struct clock *clock);

#endif
