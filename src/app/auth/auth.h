/* auth.h - who asks, and whether he may.
 *
 * Purpose    The HTTP server's gate: each route says what it needs (civic/role.h), a route that
 *            says nothing is refused. People come with a session's cookie, programs and devices
 *            with a bearer token; as long as no user exists, this machine itself may do all that
 *            is not about users.
 * Fresh      Each request looks into the store, so that what another process has changed (the
 *            command line) holds at once.
 * Safety     What changes something by cookie, or without a login from a browser, must come from
 *            our own page (X-Requested-With, or Sec-Fetch-Site).
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_AUTH_AUTH_H
#define APP_AUTH_AUTH_H

#include "app/auth/task.h"
#include "civic/role.h"

struct log;

enum app_who_kind {
    APP_WHO_NOBODY,
    APP_WHO_LOCAL, /* this machine, while there are no users */
    APP_WHO_USER,
    APP_WHO_PROGRAM,
    APP_WHO_DEVICE,
};
struct app_who {
    enum app_who_kind kind;
    uint32_t roles;
    char name[STORE_NAME_MAX + 1];         /* of the user, program or device */
    unsigned char hash[STORE_SECRET_HASH]; /* of the session or the token */
};

struct app_auth; /* opaque */

struct app_auth_options {
    struct net_loop *loop;
    const struct clock *clock;
    const struct log *log;
    struct store *store;     /* writes */
    struct store_db *reader; /* the loop's own connection */
    bool loopback;           /* only this machine can reach us: without users it is let in */
};
/* Owner: caller. Errors: NOMEM, IO; told in `diag`. */
MUST_USE enum err app_auth_new(const struct app_auth_options *options, struct app_auth **ret_auth,
                               struct diag *diag);
/* Before the HTTP server is freed: nothing is answered from now on. NULL is allowed. */
void app_auth_stop(struct app_auth *auth);
/* After the store has been closed. NULL is allowed. */
void app_auth_free(struct app_auth *auth);

/* The gate's judgement; notes who asks in the call. */
struct http_refusal app_auth_judge(struct app_auth *auth, struct http_call *call, unsigned need);
/* Who asks, as the gate has found. */
const struct app_who *app_auth_who(const struct http_call *call);
/* For handlers that allow some more than others. */
bool app_auth_may(const struct http_call *call, enum civic_may may);
/* Would he, who asked a while ago, still be let in? For what goes on long after its request. */
bool app_auth_still(struct app_auth *auth, const struct app_who *who, enum civic_may may);
/* Nobody has been set up: this machine is let in. */
bool app_auth_is_open(struct app_auth *auth);
/* May an address other than loopback be served? Errors: INVALID unless a user exists. */
MUST_USE enum err app_auth_bind(struct store_db *reader, const char *bind, struct diag *diag);

/* A task in the name of who asks. Errors: BUSY, NOMEM: the call has been answered. */
MUST_USE enum err app_auth_task(struct app_auth *auth, struct http_call *call,
                                struct app_task **ret_task);
/* Adds a row to the audit trail: `action` is a constant snake_case word, `what` and `detail` are
 * copied (and cut). Waits for nothing. */
void app_auth_audit(struct app_auth *auth, const struct http_call *call, const char *action,
                    struct str what, struct str detail);
struct store_db *app_auth_reader(struct app_auth *auth);
struct utc_us app_auth_now(struct app_auth *auth);

/* Begins, tells and ends the session of a person. */
void app_auth_login(struct app_auth *auth, struct http_call *call, struct str name,
                    struct str password);
void app_auth_logout(struct app_auth *auth, struct http_call *call);
/* {"user":{"name":...,"roles":[...]}} or {"user":null,"open":...} */
void app_auth_tell(struct app_auth *auth, struct http_call *call);

struct app_auth_counts {
    uint64_t logins;
    uint64_t logins_failed;
    uint64_t logins_locked; /* turned away without a look at the password */
    uint64_t refused;       /* by the gate */
    uint64_t limited;       /* tokens that asked too often */
};
struct app_auth_counts app_auth_counts(const struct app_auth *auth);

#endif
