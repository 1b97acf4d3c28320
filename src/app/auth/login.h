/* login.h - one attempt to log in, in three steps on three threads.
 *
 * Purpose    begin: may this name and address try at all, and what is kept of the name (the loop's
 *            reader). verify: does the password fit (a worker: slow). finish: what follows from it
 *            is written (the store's writer): a session, or one more failure, and the trail.
 * Why        Nothing here knows of HTTP or threads, so that lock-outs are tested with a made clock.
 * Safety     A name that does not exist takes as long and is answered the same. The trail has no
 *            names that do not exist: they are often passwords.
 * Threads    As said; a login belongs to one step at a time.
 * Layer      4
 */
#ifndef APP_AUTH_LOGIN_H
#define APP_AUTH_LOGIN_H

#include "app/auth/account.h"

enum {
    APP_SESSION_S_MAX = 12 * 3600, /* a shift */
    APP_SESSION_IDLE_S_MAX = 3600,
    APP_PEER_MAX = 46,
};

struct app_login {
    /* what is asked */
    char name[STORE_NAME_MAX + 1];
    char password[APP_PASSWORD_BYTES_MAX];
    size_t password_size;
    char peer[APP_PEER_MAX];
    struct utc_us now;
    /* what is known */
    struct store_user user; /* name empty: no such user, or locked */
    bool fits;
    uint32_t wait_s; /* locked out for so long */
    /* what is given */
    char token[APP_TOKEN_CHARS + 1];
};

/* Errors: BUSY when locked out, then wait_s tells for how long. */
MUST_USE enum err app_login_begin(struct store_db *db, struct app_login *login);
/* Wipes the password. Errors: NOMEM. */
MUST_USE enum err app_login_verify(struct app_login *login);
/* In a transaction of the caller's. On OK see `fits`. */
MUST_USE enum err app_login_finish(struct store_db *db, struct app_login *login);

/* Is the session still good at `now`? */
bool app_login_session_good(const struct store_session *session, struct utc_us now);

#endif
