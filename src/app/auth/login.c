/* login.c - see login.h. */
#include "app/auth/login.h"

#include <string.h>

#include "civic/lockout.h"
#include "http/url.h"

struct app_login_keys {
    unsigned char name[STORE_SECRET_HASH];
    unsigned char peer[STORE_SECRET_HASH];
};

static struct app_login_keys app_login_keys(const struct app_login *login)
{
    struct app_login_keys keys;
    char room[HTTP_NETWORK_SIZE];

    app_secret_key("name", str_of(login->name), keys.name);
    app_secret_key("peer", http_url_network(str_of(login->peer), room), keys.peer);
    return keys;
}

static enum err app_login_left(struct store_db *db, const unsigned char *key, uint32_t free,
                               struct utc_us now, uint32_t *wait_s)
{
    struct store_attempt attempt;

    enum err err = store_attempt_get(db, key, &attempt);
    if (err)
        return err;
    uint32_t left_s = civic_lockout_left_s(attempt.failures, free, attempt.last, now);
    if (left_s > *wait_s)
        *wait_s = left_s;
    return OK;
}

enum err app_login_begin(struct store_db *db, struct app_login *login)
{
    struct app_login_keys keys = app_login_keys(login);
    struct store_user user;

    login->wait_s = 0;
    enum err err =
        app_login_left(db, keys.name, CIVIC_LOCKOUT_NAME_FREE, login->now, &login->wait_s);
    if (!err)
        err = app_login_left(db, keys.peer, CIVIC_LOCKOUT_PEER_FREE, login->now, &login->wait_s);
    if (err)
        return err;
    if (login->wait_s)
        return ERR_BUSY;
    err = store_user_get(db, str_of(login->name), &user);
    if (err && err != ERR_NOT_FOUND)
        return err;
    login->user = (struct store_user){0};
    if (!err && !user.locked)
        login->user = user;
    return OK;
}

enum err app_login_verify(struct app_login *login)
{
    struct str password = {login->password, login->password_size};

    enum err err = app_secret_password_fits(login->user.password, password);
    app_secret_wipe(login->password, sizeof login->password);
    login->password_size = 0;
    login->fits = err == OK;
    return err == ERR_INVALID ? OK : err;
}

static enum err app_login_failed(struct store_db *db, const unsigned char *key, struct utc_us now)
{
    struct store_attempt attempt;

    enum err err = store_attempt_get(db, key, &attempt);
    if (err)
        return err;
    attempt.failures = civic_lockout_failed(attempt.failures, attempt.last, now);
    attempt.last = now;
    return store_attempt_put(db, &attempt);
}

static enum err app_login_note(struct store_db *db, const struct app_login *login,
                               const char *action)
{
    struct app_actor actor = {.who = str_of(login->user.name[0] ? login->user.name : "unknown"),
                              .peer = str_of(login->peer),
                              .at = login->now};

    return app_account_note(db, &actor, action, STR(""), STR(""));
}

static enum err app_login_refused(struct store_db *db, const struct app_login *login)
{
    struct app_login_keys keys = app_login_keys(login);
    struct utc_us forget = {login->now.us - CIVIC_LOCKOUT_FORGET_S * CLOCK_US_PER_S};

    enum err err = store_attempt_expire(db, forget);
    if (!err)
        err = app_login_failed(db, keys.name, login->now);
    if (!err)
        err = app_login_failed(db, keys.peer, login->now);
    return err ? err : app_login_note(db, login, "login_failed");
}

/* The password fitted a row that may have been changed since: then it fits no longer. */
static enum err app_login_still(struct store_db *db, struct app_login *login)
{
    struct store_user user;

    enum err err = store_user_get(db, str_of(login->name), &user);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (err || user.locked || user.changed.us != login->user.changed.us)
        login->fits = false;
    return OK;
}

static enum err app_login_accepted(struct store_db *db, struct app_login *login)
{
    struct app_login_keys keys = app_login_keys(login);
    struct store_session session = {.made = login->now, .used = login->now};
    struct utc_us made = {login->now.us - APP_SESSION_S_MAX * CLOCK_US_PER_S};
    struct utc_us used = {login->now.us - APP_SESSION_IDLE_S_MAX * CLOCK_US_PER_S};

    memcpy(session.user, login->user.name, sizeof session.user);
    app_secret_token(login->token, session.hash);
    enum err err = store_attempt_remove(db, keys.name);
    if (!err)
        err = store_session_expire(db, made, used);
    if (!err)
        err = store_session_add(db, &session);
    return err ? err : app_login_note(db, login, "login");
}

enum err app_login_finish(struct store_db *db, struct app_login *login)
{
    if (login->fits) {
        enum err err = app_login_still(db, login);
        if (err)
            return err;
    }
    return login->fits ? app_login_accepted(db, login) : app_login_refused(db, login);
}

bool app_login_session_good(const struct store_session *session, struct utc_us now)
{
    return now.us - session->made.us < APP_SESSION_S_MAX * CLOCK_US_PER_S &&
           now.us - session->used.us < APP_SESSION_IDLE_S_MAX * CLOCK_US_PER_S;
}
