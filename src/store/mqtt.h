/* mqtt.h - what a token is to the MQTT server.
 *
 * Purpose    A token's secret is kept as a hash that only we can look up; nats-server checks
 *            passwords by bcrypt, so a token has that hash too, made when the token was.
 * Threads    The connection's.
 * Layer      3
 */
#ifndef STORE_MQTT_H
#define STORE_MQTT_H

#include "store/db.h"

struct store_mqtt_user {
    bool device;     /* else a program */
    uint32_t roles;  /* of a program */
    struct str name; /* borrowed */
    struct str hash; /* bcrypt */
};
/* In the transaction that made the token. */
MUST_USE enum err store_mqtt_put(struct store_db *db, uint64_t token, struct str hash);
/* Of each name the newest token that is not revoked; by name. Stops at the first failure of `fn`
 * and returns it. */
MUST_USE enum err store_mqtt_each(struct store_db *db,
                                  enum err (*fn)(void *context, const struct store_mqtt_user *user),
                                  void *context);
/* A number that changes when what store_mqtt_each() gives does. */
MUST_USE enum err store_mqtt_stamp(struct store_db *db, uint64_t *ret_stamp);

#endif
