/* serve.h - one city on one address: the page, its data and its map.
 *
 * Threads    The caller's becomes the loop's thread until the server ends.
 * Layer      4
 */
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include "base/clock.h"

struct log;

struct app_ports {
    uint16_t http;
    uint16_t jt808;
    uint16_t mqtt; /* 0: there is none */
};

struct app_serve {
    const char *folder;  /* the city's */
    const char *bind;    /* an address in digits */
    uint16_t port;       /* of HTTP; 0: a free one */
    uint16_t jt808_port; /* 0: a free one */
    uint16_t mqtt_port;  /* 0: a free one */
    bool no_mqtt;
    const char *bus_url; /* nats://... of a server that runs; NULL: ours is started */
    bool enrol_open;     /* new terminals are taken in, unassigned */
    const char *name;    /* one more host name that may be asked for; may be NULL */
    const char *version; /* of the program */
    bool no_map;         /* serve without map tiles */
    const struct clock *clock;
    const struct log *log;
    /* Making map tiles: told at the start and for each whole percent. */
    void (*progress)(void *context, unsigned percent);
    /* Requests and devices are taken from now on. */
    void (*ready)(void *context, const struct app_ports *ports);
    /* The server goes on without `what` ("MQTT", "page"), and why. */
    void (*notice)(void *context, const char *what, const struct diag *diag);
    void *context;
};

/* Returns OK after SIGTERM or SIGINT. Errors: what is wrong with the folder, the map, the port or
 * the installation; told in `diag`. */
MUST_USE enum err app_serve_run(const struct app_serve *serve, struct diag *diag);

#endif
