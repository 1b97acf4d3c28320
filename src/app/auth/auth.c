/* auth.c - see auth.h. */
#include "app/auth/auth.h"

#include <stdio.h>
#include <string.h>

#include "app/auth/parts.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/rate.h"

enum {
    APP_AUTH_TOUCH_S = 60, /* a session's last use is written at most this often */
    /* Requests of one token at once, and per second: a network server brings in thousands of
     * sensors, a sensor itself a few readings and now and then a day's backlog. */
    APP_AUTH_PROGRAM_BURST = 2000,
    APP_AUTH_PROGRAM_PER_S = 500,
    APP_AUTH_DEVICE_BURST = 300,
    APP_AUTH_DEVICE_PER_S = 5,
};

_Static_assert(sizeof(struct app_who) <= HTTP_NOTE_BYTES, "who asks fits into the call's note");

enum err app_auth_new(const struct app_auth_options *options, struct app_auth **ret_auth,
                      struct diag *diag)
{
    enum err err = app_secret_init(diag);
    if (err)
        return err;
    struct app_auth *auth = mem_zero(1, sizeof *auth);
    if (!auth)
        return diag_set(diag, ERR_NOMEM, "no memory for logins");
    auth->clock = options->clock;
    auth->log = options->log;
    auth->reader = options->reader;
    auth->loopback = options->loopback;
    err = app_tasks_new(options->loop, options->store, &auth->tasks);
    if (!err)
        err = http_rate_new(APP_AUTH_PROGRAM_BURST, APP_AUTH_PROGRAM_PER_S, &auth->programs);
    if (!err)
        err = http_rate_new(APP_AUTH_DEVICE_BURST, APP_AUTH_DEVICE_PER_S, &auth->devices);
    if (err) {
        app_auth_stop(auth);
        app_auth_free(auth);
        return diag_set(diag, err, "logins cannot be prepared: %s", err_text(err));
    }
    *ret_auth = auth;
    return OK;
}

void app_auth_stop(struct app_auth *auth)
{
    if (auth)
        app_tasks_stop(auth->tasks);
}

void app_auth_free(struct app_auth *auth)
{
    if (!auth)
        return;
    app_tasks_free(auth->tasks);
    http_rate_free(auth->programs);
    http_rate_free(auth->devices);
    mem_free(auth);
}

struct store_db *app_auth_reader(struct app_auth *auth)
{
    return auth->reader;
}

struct utc_us app_auth_now(struct app_auth *auth)
{
    return clock_utc(auth->clock);
}

struct app_auth_counts app_auth_counts(const struct app_auth *auth)
{
    return auth->counts;
}

const struct app_who *app_auth_who(const struct http_call *call)
{
    return http_call_note(call);
}

/* A store that cannot be read lets nobody in. */
bool app_auth_is_open(struct app_auth *auth)
{
    uint64_t count;

    if (!auth->loopback)
        return false;
    enum err err = store_user_count(auth->reader, &count);
    return !err && count == 0;
}

enum err app_auth_bind(struct store_db *reader, const char *bind, struct diag *diag)
{
    uint64_t count;

    if (http_bind_loopback(bind))
        return OK;
    enum err err = store_user_count(reader, &count);
    if (err)
        return diag_set(diag, err, "the users cannot be read: %s", err_text(err));
    if (count == 0)
        return diag_set(diag, ERR_INVALID,
                        "%s can be reached by others, and there are no users yet; make one with "
                        "`yancheng user add NAME --role ROLE DIR`, or leave out --bind",
                        bind);
    return OK;
}

/* --- who asks --- */

static struct http_refusal app_auth_broken(struct app_auth *auth, enum err err)
{
    LOG(auth->log, ERR, "auth_store_failed", KV_ERR("err", err));
    return (struct http_refusal){503, "store", "The store cannot be read.", 0};
}

/* "Bearer TOKEN"; empty when there is none. */
static struct str app_auth_bearer(const struct http_call *call)
{
    struct str value = http_call_header(call, "Authorization");
    struct str scheme = str_cut(&value, ' ');

    return str_eq(scheme, STR("Bearer")) || str_eq(scheme, STR("bearer")) ? str_trim(value)
                                                                          : (struct str){0};
}

static struct http_refusal app_auth_bad_token(void)
{
    return (struct http_refusal){401, "token", "This token is unknown or was revoked.", 0};
}

/* Errors: NOT_FOUND when it is unknown or was revoked; of the store. */
static enum err app_auth_by_token(struct app_auth *auth, const unsigned char *hash,
                                  struct app_who *who, uint64_t *ret_id)
{
    struct store_token token;

    enum err err = store_token_get(auth->reader, hash, &token);
    if (err)
        return err;
    if (!app_secret_same(hash, token.hash) || token.revoked.us != 0)
        return ERR_NOT_FOUND;
    who->kind = token.device ? APP_WHO_DEVICE : APP_WHO_PROGRAM;
    who->roles = token.device ? 0 : token.roles;
    memcpy(who->name, token.name, sizeof who->name);
    memcpy(who->hash, hash, sizeof who->hash);
    *ret_id = token.id;
    return OK;
}

static struct http_refusal app_auth_token(struct app_auth *auth, struct str text,
                                          struct app_who *who)
{
    unsigned char hash[STORE_SECRET_HASH];
    uint64_t id;

    if (!app_secret_token_hash(text, hash))
        return app_auth_bad_token();
    enum err err = app_auth_by_token(auth, hash, who, &id);
    if (err == ERR_NOT_FOUND)
        return app_auth_bad_token();
    if (err)
        return app_auth_broken(auth, err);
    struct http_rate *rate = who->kind == APP_WHO_DEVICE ? auth->devices : auth->programs;
    uint32_t wait_s = http_rate_take(rate, id, clock_mono(auth->clock));
    if (wait_s == 0)
        return (struct http_refusal){0};
    auth->counts.limited++;
    return (struct http_refusal){429, "too_many", "This token asks too often; wait.", wait_s};
}

static enum err app_auth_touch_write(struct store_db *db, struct app_task *task)
{
    return store_session_touch(db, task->hash, task->now);
}

/* That a session was used is written now and then; when there is no room it is at the next time. */
static void app_auth_touch(struct app_auth *auth, const struct store_session *session,
                           struct utc_us now)
{
    struct app_task *task;

    if (now.us - session->used.us < APP_AUTH_TOUCH_S * CLOCK_US_PER_S)
        return;
    enum err err = app_task_new(auth->tasks, &task);
    if (err)
        return;
    task->write = app_auth_touch_write;
    task->now = now;
    memcpy(task->hash, session->hash, sizeof task->hash);
    app_task_start(task);
}

/* Errors: NOT_FOUND when it has ended; of the store. */
static enum err app_auth_by_session(struct app_auth *auth, const unsigned char *hash,
                                    struct app_who *who, struct store_session *ret_session)
{
    struct store_session session;
    struct store_user user;

    enum err err = store_session_get(auth->reader, hash, &session);
    if (!err)
        err = store_user_get(auth->reader, str_of(session.user), &user);
    if (err)
        return err;
    if (user.locked || !app_secret_same(hash, session.hash) ||
        !app_login_session_good(&session, clock_utc(auth->clock)))
        return ERR_NOT_FOUND;
    who->kind = APP_WHO_USER;
    who->roles = user.roles;
    memcpy(who->name, user.name, sizeof who->name);
    memcpy(who->hash, hash, sizeof who->hash);
    *ret_session = session;
    return OK;
}

/* A cookie that is worth nothing is as good as none. */
static struct http_refusal app_auth_session(struct app_auth *auth, struct str cookie,
                                            struct app_who *who)
{
    struct store_session session;
    unsigned char hash[STORE_SECRET_HASH];

    if (!app_secret_token_hash(cookie, hash))
        return (struct http_refusal){0};
    enum err err = app_auth_by_session(auth, hash, who, &session);
    if (err && err != ERR_NOT_FOUND)
        return app_auth_broken(auth, err);
    if (!err)
        app_auth_touch(auth, &session, clock_utc(auth->clock));
    return (struct http_refusal){0};
}

static struct http_refusal app_auth_find(struct app_auth *auth, struct http_call *call,
                                         struct app_who *who)
{
    struct str bearer = app_auth_bearer(call);
    struct str cookie = http_call_cookie(call, APP_AUTH_COOKIE);
    struct http_refusal refusal = {0};

    if (bearer.size)
        return app_auth_token(auth, bearer, who);
    if (cookie.size)
        refusal = app_auth_session(auth, cookie, who);
    if (!refusal.status && who->kind == APP_WHO_NOBODY && http_call_peer_local(call) &&
        app_auth_is_open(auth))
        who->kind = APP_WHO_LOCAL;
    return refusal;
}

/* --- may he --- */

static bool app_who_may(const struct app_who *who, enum civic_may may)
{
    if (may == CIVIC_MAY_ANYONE)
        return true;
    switch (who->kind) {
    case APP_WHO_LOCAL:
        return may != CIVIC_MAY_NOTHING && may != CIVIC_MAY_USERS && may != CIVIC_MAY_AUDIT;
    case APP_WHO_USER:
    case APP_WHO_PROGRAM:
        return civic_roles_may(who->roles, may);
    case APP_WHO_DEVICE:
        return may == CIVIC_MAY_REPORT;
    case APP_WHO_NOBODY:
    default:
        return false;
    }
}

bool app_auth_may(const struct http_call *call, enum civic_may may)
{
    return app_who_may(app_auth_who(call), may);
}

bool app_auth_still(struct app_auth *auth, const struct app_who *who, enum civic_may may)
{
    struct app_who now = {0};
    struct store_session session;
    uint64_t id;
    enum err err = OK;

    if (who->kind == APP_WHO_USER)
        err = app_auth_by_session(auth, who->hash, &now, &session);
    else if (who->kind == APP_WHO_PROGRAM || who->kind == APP_WHO_DEVICE)
        err = app_auth_by_token(auth, who->hash, &now, &id);
    else if (who->kind == APP_WHO_LOCAL && app_auth_is_open(auth))
        now.kind = APP_WHO_LOCAL;
    /* A page that listens uses its session; that the store cannot be read now ends nothing. */
    if (err == OK && now.kind == APP_WHO_USER)
        app_auth_touch(auth, &session, clock_utc(auth->clock));
    return err == ERR_NOT_FOUND ? false : err != OK || app_who_may(&now, may);
}

/* Does our own page ask, or a program that no foreign page can make ask? */
static bool app_auth_own_page(const struct http_call *call, const struct app_who *who)
{
    struct str site = http_call_header(call, "Sec-Fetch-Site");

    if (str_eq(http_call_header(call, "X-Requested-With"), STR("yancheng")) ||
        str_eq(site, STR("same-origin")))
        return true;
    /* Without a login only a browser can be used against us, and it tells that it is one. */
    return who->kind != APP_WHO_USER && site.size == 0 &&
           http_call_header(call, "Origin").size == 0;
}

static struct http_refusal app_auth_allow(const struct http_call *call, const struct app_who *who,
                                          unsigned need)
{
    if (need >= CIVIC_MAYS || !app_who_may(who, (enum civic_may)need))
        return who->kind == APP_WHO_NOBODY
                   ? (struct http_refusal){401, "login", "Log in first, or bring a token.", 0}
                   : (struct http_refusal){403, "forbidden", "Your roles do not allow this.", 0};
    bool changes = http_call_method(call) != HTTP_GET;
    bool by_token = who->kind == APP_WHO_PROGRAM || who->kind == APP_WHO_DEVICE;
    if (changes && !by_token && !app_auth_own_page(call, who))
        return (struct http_refusal){403, "foreign_page",
                                     "Changes must come from this server's own page.", 0};
    return (struct http_refusal){0};
}

struct http_refusal app_auth_judge(struct app_auth *auth, struct http_call *call, unsigned need)
{
    struct app_who *who = http_call_note(call);

    struct http_refusal refusal = app_auth_find(auth, call, who);
    if (!refusal.status)
        refusal = app_auth_allow(call, who, need);
    if (refusal.status)
        auth->counts.refused++;
    return refusal;
}

/* --- tasks --- */

/* Cut at a character's border. */
static void app_auth_copy(struct str text, size_t size, char *ret)
{
    if (text.size >= size)
        text.size = str_utf8_whole((struct str){text.data, size - 1});
    if (text.size)
        memcpy(ret, text.data, text.size);
    ret[text.size] = '\0';
}

static void app_auth_sign(struct app_auth *auth, const struct http_call *call,
                          struct app_task *task)
{
    const struct app_who *who = app_auth_who(call);

    task->context = auth;
    task->now = clock_utc(auth->clock);
    app_auth_copy(http_call_peer(call), sizeof task->peer, task->peer);
    switch (who->kind) {
    case APP_WHO_USER:
        app_auth_copy(str_of(who->name), sizeof task->who, task->who);
        break;
    case APP_WHO_PROGRAM:
        snprintf(task->who, sizeof task->who, "program %s", who->name);
        break;
    case APP_WHO_DEVICE:
        snprintf(task->who, sizeof task->who, "device %s", who->name);
        break;
    case APP_WHO_LOCAL:
        app_auth_copy(STR("this machine"), sizeof task->who, task->who);
        break;
    case APP_WHO_NOBODY:
    default:
        app_auth_copy(STR("unknown"), sizeof task->who, task->who);
        break;
    }
}

enum err app_auth_task(struct app_auth *auth, struct http_call *call, struct app_task **ret_task)
{
    struct app_task *task;

    enum err err = app_task_new(auth->tasks, &task);
    if (err) {
        http_reply_err(call, err, "Too much is under way; try again in a moment.");
        return err;
    }
    app_auth_sign(auth, call, task);
    task->call = call;
    *ret_task = task;
    return OK;
}

static enum err app_auth_audit_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    return app_account_note(db, &actor, task->action, str_of(task->what), str_of(task->detail));
}

static void app_auth_audit_done(struct app_task *task, enum err err)
{
    struct app_auth *auth = task->context;

    if (err)
        LOG(auth->log, ERR, "audit_not_written", KV_STR("action", str_of(task->action)),
            KV_ERR("err", err));
}

void app_auth_audit(struct app_auth *auth, const struct http_call *call, const char *action,
                    struct str what, struct str detail)
{
    struct app_task *task;

    enum err err = app_task_new(auth->tasks, &task);
    if (err) {
        LOG(auth->log, ERR, "audit_not_written", KV_STR("action", str_of(action)),
            KV_ERR("err", err));
        return;
    }
    app_auth_sign(auth, call, task);
    task->action = action;
    app_auth_copy(what, sizeof task->what, task->what);
    app_auth_copy(detail, sizeof task->detail, task->detail);
    task->write = app_auth_audit_write;
    task->answer = app_auth_audit_done;
    app_task_start(task);
}
