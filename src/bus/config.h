/* config.h - the configuration file of our nats-server, and the users in it.
 *
 * Purpose    Plain text from plain values; mistakes of users are found before nats-server reads it.
 * Source     nats-server 2.9 documentation: configuration, authorization, MQTT, JetStream.
 * Threads    Any; functions of their arguments, but bus_config_save() and bus_hash().
 * Layer      3
 */
#ifndef BUS_CONFIG_H
#define BUS_CONFIG_H

#include "bus/bus.h"

#include "base/buf.h"

enum {
    BUS_CONFIG_BYTES_MAX = 64 << 20, /* the whole file */
    BUS_SECRET_BYTES = 32,           /* hexadecimal digits of our own password */
};
#define BUS_CONFIG_ANONYMOUS "    {user: \"" BUS_ANONYMOUS "\"" /* how its line begins */
#define BUS_CONFIG_SELF "yancheng"                              /* the user that we are ourselves */

struct bus_config {
    const char *folder;
    const char *bind;
    uint16_t mqtt_port;   /* 0: a free one */
    uint16_t client_port; /* 0: a free one */
    uint32_t connections_max;
    uint64_t store_bytes_max;
    const char *hash; /* of our own password */
    bool anonymous;   /* clients without a name are BUS_ANONYMOUS, which `users` may let in */
    struct str users; /* of bus_config_users(); empty: nobody but us may log in */
};

/* Appends the file's text. Errors: INVALID for a folder with '"' or '\' in its path, LIMIT, NOMEM.
 */
MUST_USE enum err bus_config_text(const struct bus_config *config, struct buf *text);
/* Appends the users' part. Errors as bus_users(). */
MUST_USE enum err bus_config_users(const struct bus_user *users, size_t count, struct buf *text,
                                   struct diag *diag);
/* Writes with mode 0600 to a neighbour and renames. Not synced: it is written at each start. */
MUST_USE enum err bus_config_save(const char *path, struct str text, struct diag *diag);
/* Random digits from the system for our own password. Errors: IO. */
MUST_USE enum err bus_config_secret(char ret_secret[BUS_SECRET_BYTES + 1]);

#endif
