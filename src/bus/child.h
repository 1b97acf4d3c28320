/* child.h - nats-server as a child process.
 *
 * Purpose    Starts it, reads what it says (ports, readiness, complaints), tells its end.
 * Promise    It is killed when the thread that started it ends, however that happens, so that its
 *            ports and files are free again; call from the program's first thread.
 * Why        fork, not posix_spawn: only the child itself can ask for PR_SET_PDEATHSIG.
 * Limits     BUS_CHILD_LINE_MAX bytes of a line are read.
 * Threads    All of it belongs to the loop's thread.
 * Layer      3
 */
#ifndef BUS_CHILD_H
#define BUS_CHILD_H

#include "base/str.h"
#include "net/loop.h"

enum { BUS_CHILD_LINE_MAX = 512 };

struct bus_child; /* opaque */

struct bus_child_options {
    struct net_loop *loop;
    const char *program; /* a path */
    const char *config;  /* a path */
    int lock_fd;         /* held open by it too: a lock on the folder ends with both */
    void (*ready)(void *context);
    void (*reloaded)(void *context); /* it has taken its configuration again */
    /* `last` is its last complaint, or empty. It may be started again from here. */
    void (*ended)(void *context, int status, struct str last);
    void (*said)(void *context, struct str line); /* a warning or error */
    void *context;
};

/* Where `name` is, on PATH or where Debian puts servers. A name with a slash is taken as it is.
 * Errors: NOT_FOUND, LIMIT. */
MUST_USE enum err bus_child_find(const char *name, size_t size, char *ret_path);
/* At rest. Owner: caller. `options` may be temporary, its texts must outlive the child.
 * Errors: NOMEM. */
MUST_USE enum err bus_child_new(const struct bus_child_options *options,
                                struct bus_child **ret_child);
/* Not while it runs. Errors: IO, NOMEM, FULL as the system says. */
MUST_USE enum err bus_child_start(struct bus_child *child, struct diag *diag);
bool bus_child_running(const struct bus_child *child);
/* Reads its configuration again. */
void bus_child_reload(const struct bus_child *child);
void bus_child_kill(const struct bus_child *child); /* `ended` follows */
/* Ends it and waits: SIGTERM, and SIGKILL after 5 s. `ended` is not called. */
void bus_child_stop(struct bus_child *child);
void bus_child_free(struct bus_child *child);                  /* stops it; NULL is allowed */
uint16_t bus_child_mqtt_port(const struct bus_child *child);   /* once ready */
uint16_t bus_child_client_port(const struct bus_child *child); /* once ready */

#endif
