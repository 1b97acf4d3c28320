/* session.c - a person comes and goes; see auth.h. */
#include <stdio.h>
#include <string.h>

#include "app/auth/parts.h"
#include "base/jw.h"
#include "base/log.h"

enum { APP_AUTH_BODY_MAX = 4096, APP_AUTH_COOKIE_MAX = 256 };

static void app_auth_roles(struct jw *jw, uint32_t roles)
{
    jw_key(jw, "roles");
    jw_array(jw);
    for (unsigned i = 0; i < CIVIC_ROLES; i++)
        if (roles & CIVIC_BIT(i))
            jw_text(jw, civic_role_name((enum civic_role)i));
    jw_array_end(jw);
}

static void app_auth_reply_user(struct http_call *call, const char *name, uint32_t roles)
{
    struct http_reply reply = {.type = "application/json", .cache = "no-store"};
    struct buf body;
    struct jw jw;

    buf_init(&body, APP_AUTH_BODY_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "user");
    jw_object(&jw);
    jw_key(&jw, "name");
    jw_text(&jw, name);
    app_auth_roles(&jw, roles);
    jw_object_end(&jw);
    jw_object_end(&jw);
    http_reply_take(call, &reply, &body);
}

void app_auth_tell(struct app_auth *auth, struct http_call *call)
{
    static const struct http_reply reply = {.type = "application/json", .cache = "no-store"};
    const struct app_who *who = app_auth_who(call);

    if (who->kind == APP_WHO_USER || who->kind == APP_WHO_PROGRAM) {
        app_auth_reply_user(call, who->name, who->roles);
        return;
    }
    http_reply_kept(call, &reply,
                    who->kind == APP_WHO_LOCAL && app_auth_is_open(auth)
                        ? STR("{\"user\":null,\"open\":true}")
                        : STR("{\"user\":null,\"open\":false}"));
}

static void app_auth_cookie(struct http_call *call, const char *token, unsigned age_s)
{
    char cookie[APP_AUTH_COOKIE_MAX];

    snprintf(cookie, sizeof cookie,
             APP_AUTH_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%u%s", token, age_s,
             http_call_tls(call) ? "; Secure" : "");
    http_call_add(call, "Set-Cookie", cookie);
    app_secret_wipe(cookie, sizeof cookie);
}

static enum err app_auth_login_work(struct app_task *task)
{
    return app_login_verify(&task->login);
}

static enum err app_auth_login_write(struct store_db *db, struct app_task *task)
{
    return app_login_finish(db, &task->login);
}

static void app_auth_login_answer(struct app_task *task, enum err err)
{
    struct app_auth *auth = task->context;
    const struct app_login *login = &task->login;

    if (err) {
        if (err != ERR_BUSY)
            LOG(auth->log, ERR, "login_not_decided", KV_ERR("err", err));
        http_reply_err(task->call, err, "The login could not be decided now; try again.");
        return;
    }
    if (!login->fits) {
        auth->counts.logins_failed++;
        http_reply_error(task->call, 401, "wrong_login", "The name or the password is wrong.");
        return;
    }
    auth->counts.logins++;
    app_auth_cookie(task->call, login->token, APP_SESSION_S_MAX);
    app_auth_reply_user(task->call, login->user.name, login->user.roles);
}

static void app_auth_wait(struct app_auth *auth, struct http_call *call, uint32_t wait_s)
{
    char text[16];

    auth->counts.logins_locked++;
    snprintf(text, sizeof text, "%u", wait_s);
    http_call_add(call, "Retry-After", text);
    http_reply_error(call, 429, "locked_out", "Too many failed logins; wait and try again.");
}

/* False when the call has been answered. */
static bool app_auth_login_ready(struct app_auth *auth, struct app_task *task, struct str name,
                                 struct str password)
{
    struct app_login *login = &task->login;

    memcpy(login->name, name.data, name.size);
    memcpy(login->password, password.data, password.size);
    login->password_size = password.size;
    memcpy(login->peer, task->peer, sizeof login->peer);
    login->now = task->now;
    enum err err = app_login_begin(auth->reader, login);
    if (err == ERR_BUSY && login->wait_s)
        app_auth_wait(auth, task->call, login->wait_s);
    else if (err)
        http_reply_err(task->call, err, NULL);
    return !err;
}

void app_auth_login(struct app_auth *auth, struct http_call *call, struct str name,
                    struct str password)
{
    struct app_task *task;

    /* What nobody can have needs no look, and is not remembered. */
    if (app_account_name(name, NULL) || password.size == 0 ||
        password.size > APP_PASSWORD_BYTES_MAX) {
        http_reply_error(call, 401, "wrong_login", "The name or the password is wrong.");
        return;
    }
    if (app_tasks_has_login(auth->tasks, name)) {
        app_auth_wait(auth, call, 1);
        return;
    }
    enum err err = app_auth_task(auth, call, &task);
    if (err)
        return;
    if (!app_auth_login_ready(auth, task, name, password)) {
        app_task_drop(task);
        return;
    }
    task->work = app_auth_login_work;
    task->write = app_auth_login_write;
    task->answer = app_auth_login_answer;
    app_task_start(task);
}

static enum err app_auth_logout_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    enum err err = store_session_remove(db, task->hash);
    return err ? err : app_account_note(db, &actor, "logout", STR(""), STR(""));
}

static void app_auth_logout_answer(struct app_task *task, enum err err)
{
    if (err) {
        http_reply_err(task->call, err, "The session could not be ended; try again.");
        return;
    }
    app_auth_cookie(task->call, "", 0);
    http_reply_none(task->call, 204);
}

void app_auth_logout(struct app_auth *auth, struct http_call *call)
{
    const struct app_who *who = app_auth_who(call);
    struct app_task *task;

    if (who->kind != APP_WHO_USER) { /* there is none: as wished */
        http_reply_none(call, 204);
        return;
    }
    enum err err = app_auth_task(auth, call, &task);
    if (err)
        return;
    memcpy(task->hash, who->hash, sizeof task->hash);
    task->write = app_auth_logout_write;
    task->answer = app_auth_logout_answer;
    app_task_start(task);
}
