/* session.c - a person logs in and out, and changes his own password. */
#include <string.h>

#include "app/api/user.h"

void app_api_session(void *context, struct http_call *call)
{
    const struct app_api *api = context;

    app_auth_tell(api->auth, call);
}

void app_api_session_begin(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_api_form form;

    if (app_api_form_read(call, APP_API_NAME | APP_API_PASSWORD, &form))
        app_auth_login(api->auth, call, form.name, form.password);
    app_api_form_done(&form);
}

void app_api_session_end(void *context, struct http_call *call)
{
    const struct app_api *api = context;

    app_auth_logout(api->auth, call);
}

/* The old password is tried as a login is: failures count. */
static enum err app_api_password_work(struct app_task *task)
{
    enum err err = app_login_verify(&task->login);

    if (err || !task->login.fits)
        return err;
    return app_secret_password(str_of(task->what), task->user.password);
}

static enum err app_api_password_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    if (!task->login.fits)
        return app_login_finish(db, &task->login);
    struct store_user user;
    enum err err = store_user_get(db, str_of(task->login.name), &user);
    if (err)
        return err;
    memcpy(user.password, task->user.password, sizeof user.password);
    user.changed = task->now;
    return app_account_change(db, &actor, &user, "own_password_changed");
}

static void app_api_password_answer(struct app_task *task, enum err err)
{
    if (err)
        app_api_change_failed(task->call, err, "This user");
    else if (!task->login.fits)
        http_reply_error(task->call, 403, "wrong_password", "The old password is wrong.");
    else
        http_reply_none(task->call, 204); /* all sessions have ended, this one too */
}

static void app_api_password_start(const struct app_api *api, struct http_call *call,
                                   const struct app_api_form *form)
{
    const struct app_who *who = app_auth_who(call);
    struct app_task *task;

    enum err err = app_auth_task(api->auth, call, &task);
    if (err)
        return;
    struct app_login *login = &task->login;
    memcpy(login->name, who->name, sizeof login->name);
    memcpy(login->peer, task->peer, sizeof login->peer);
    memcpy(login->password, form->old.data, form->old.size);
    login->password_size = form->old.size;
    login->now = task->now;
    memcpy(task->what, form->password.data, form->password.size);
    err = app_login_begin(app_auth_reader(api->auth), login);
    if (err) {
        http_reply_error(call, err == ERR_BUSY ? 429 : 503, "locked_out",
                         "Too many wrong passwords; wait and try again.");
        app_task_drop(task);
        return;
    }
    task->work = app_api_password_work;
    task->write = app_api_password_write;
    task->answer = app_api_password_answer;
    app_task_start(task);
}

void app_api_session_password(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    const struct app_who *who = app_auth_who(call);
    struct app_api_form form;
    struct diag diag = {0};

    if (who->kind != APP_WHO_USER) {
        http_reply_error(call, 403, "forbidden", "Only a person who has logged in has a password.");
        return;
    }
    if (app_api_form_read(call, APP_API_OLD | APP_API_PASSWORD, &form)) {
        enum err err = app_account_password(str_of(who->name), form.password, &diag);
        if (err)
            app_api_form_wrong(call, "/password", diag.text);
        else if (form.old.size == 0 || form.old.size > APP_PASSWORD_BYTES_MAX)
            app_api_form_wrong(call, "/old", "is not the old password");
        else
            app_api_password_start(api, call, &form);
    }
    app_api_form_done(&form);
}
