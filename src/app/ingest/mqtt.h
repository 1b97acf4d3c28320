/* mqtt.h - who may come in by MQTT: the tokens, handed to nats-server.
 *
 * Purpose    A device logs in with its name and its token and may publish under readings/NAME; a
 *            program with the gateway's role is a network server: readings/, application/ and v3/.
 *            Tokens made or revoked by another process hold within seconds. As long as no user
 *            exists and only this machine can reach us, anybody on it may publish.
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_INGEST_MQTT_H
#define APP_INGEST_MQTT_H

#include "base/arena.h"
#include "base/map.h"
#include "bus/bus.h"
#include "store/db.h"

struct app_mqtt {
    struct bus *bus;
    struct store_db *reader;
    bool loopback; /* nobody but this machine can reach the port */
    bool set;      /* a list was handed over, by this stamp */
    bool open;
    uint64_t stamp;
    struct arena names;
    struct map_str devices; /* those that have a token of their own */
};

void app_mqtt_done(struct app_mqtt *mqtt); /* a zeroed one is allowed */
/* True when a device of this name has a token: then only it can have published below its topic. */
bool app_mqtt_vouched(const struct app_mqtt *mqtt, struct str name);

/* Hands the list over if it has changed. Errors: of the store and of bus_users(), told in `diag`;
 * then the old list holds. */
MUST_USE enum err app_mqtt_look(struct app_mqtt *mqtt, struct diag *diag);

#endif
