/* user.c - people: who they are and what they may, by a security administrator.
 *
 * Nobody changes himself here: another administrator does, or the command line.
 */
#include <string.h>

#include "app/api/user.h"
#include "app/ingest/show.h"

enum { APP_API_USERS_BYTES_MAX = 16 << 20 };

static void app_api_user_write(struct jw *jw, const struct store_user *user)
{
    jw_object(jw);
    jw_key(jw, "name");
    jw_text(jw, user->name);
    app_api_roles_write(jw, user->roles);
    jw_key(jw, "locked");
    jw_bool(jw, user->locked);
    app_show_time(jw, "made", user->made);
    app_show_time(jw, "changed", user->changed);
    jw_object_end(jw);
}

static enum err app_api_user_item(void *context, const struct store_user *user)
{
    app_api_user_write(context, user);
    return OK;
}

void app_api_users(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct buf body;
    struct jw jw;

    buf_init(&body, APP_API_USERS_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "users");
    jw_array(&jw);
    enum err err = store_user_each(app_auth_reader(api->auth), app_api_user_item, &jw);
    jw_array_end(&jw);
    jw_object_end(&jw);
    if (err) {
        buf_done(&body);
        http_reply_err(call, err, "The users cannot be read.");
        return;
    }
    app_api_reply(call, 200, &body);
}

static void app_api_user_reply(struct http_call *call, unsigned status,
                               const struct store_user *user)
{
    struct buf body;
    struct jw jw;

    buf_init(&body, APP_API_SMALL_BYTES);
    jw_init(&jw, &body);
    app_api_user_write(&jw, user);
    app_api_reply(call, status, &body);
}

static enum err app_api_user_hash(struct app_task *task)
{
    struct str password = {task->login.password, task->login.password_size};

    enum err err = app_secret_password(password, task->user.password);
    app_secret_wipe(task->login.password, sizeof task->login.password);
    return err;
}

static enum err app_api_user_add_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    return app_account_add(db, &actor, &task->user);
}

static void app_api_user_added(struct app_task *task, enum err err)
{
    if (err)
        app_api_change_failed(task->call, err, "A user of this name");
    else
        app_api_user_reply(task->call, 201, &task->user);
}

static bool app_api_user_form_ok(struct http_call *call, const struct app_api_form *form)
{
    struct diag diag = {0};
    const char *pointer = "/name";

    enum err err = app_account_name(form->name, &diag);
    if (!err) {
        pointer = "/password";
        err = app_account_password(form->name, form->password, &diag);
    }
    if (!err) {
        pointer = "/roles";
        err = civic_roles_check(form->roles, false, &diag);
    }
    if (err)
        app_api_form_wrong(call, pointer, diag.text);
    return !err;
}

static void app_api_user_password(struct app_task *task, struct str password)
{
    memcpy(task->login.password, password.data, password.size);
    task->login.password_size = password.size;
    task->work = app_api_user_hash;
}

void app_api_user_add(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_api_form form;
    struct app_task *task;

    if (app_api_form_read(call, APP_API_NAME | APP_API_PASSWORD | APP_API_ROLES, &form) &&
        app_api_user_form_ok(call, &form) && !app_auth_task(api->auth, call, &task)) {
        memcpy(task->user.name, form.name.data, form.name.size);
        task->user.roles = form.roles;
        task->user.made = task->user.changed = task->now;
        app_api_user_password(task, form.password);
        task->write = app_api_user_add_write;
        task->answer = app_api_user_added;
        app_task_start(task);
    }
    app_api_form_done(&form);
}

/* False when the call was answered. */
static bool app_api_user_other(struct http_call *call, struct str *ret_name)
{
    struct str name = http_call_param(call, 0);

    if (app_account_name(name, NULL)) {
        http_reply_error(call, 404, "not_found", "There is no user of this name.");
        return false;
    }
    if (str_eq(name, str_of(app_auth_who(call)->name))) {
        http_reply_error(call, 403, "self", "Another administrator must change you.");
        return false;
    }
    *ret_name = name;
    return true;
}

/* A row of the trail for each thing that is new. */
static enum err app_api_user_traces(struct store_db *db, const struct app_task *task,
                                    const struct store_user *user)
{
    struct app_actor actor = app_task_actor(task);
    enum err err = OK;

    if (task->user.password[0])
        err = app_account_change(db, &actor, user, "user_password");
    if (!err && task->user.roles)
        err = app_account_change(db, &actor, user, "user_roles");
    if (!err && task->id)
        err = app_account_change(db, &actor, user, user->locked ? "user_locked" : "user_unlocked");
    if (!err && task->id && !user->locked)
        err = app_account_forgive(db, str_of(user->name));
    return err;
}

/* Reads the row again inside the transaction: somebody else may have changed it. */
static enum err app_api_user_change_write(struct store_db *db, struct app_task *task)
{
    struct store_user user;

    enum err err = store_user_get(db, str_of(task->user.name), &user);
    if (err)
        return err;
    if (task->user.password[0])
        memcpy(user.password, task->user.password, sizeof user.password);
    if (task->user.roles)
        user.roles = task->user.roles;
    if (task->id)
        user.locked = task->user.locked;
    user.changed = task->now;
    err = app_api_user_traces(db, task, &user);
    if (!err)
        task->user = user;
    return err;
}

static void app_api_user_changed(struct app_task *task, enum err err)
{
    if (err)
        app_api_change_failed(task->call, err, "A user of this name");
    else
        app_api_user_reply(task->call, 200, &task->user);
}

static bool app_api_user_change_ok(struct http_call *call, struct str name,
                                   const struct app_api_form *form)
{
    struct diag diag = {0};
    const char *pointer = "/password";
    enum err err = OK;

    if (form->password.data)
        err = app_account_password(name, form->password, &diag);
    if (!err && form->has_roles) {
        pointer = "/roles";
        err = civic_roles_check(form->roles, false, &diag);
    }
    if (!err && !form->password.data && !form->has_roles && !form->has_locked) {
        pointer = "";
        err = diag_set(&diag, ERR_INVALID, "name roles, locked or a password");
    }
    if (err)
        app_api_form_wrong(call, pointer, diag.text);
    return !err;
}

void app_api_user_change(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_api_form form;
    struct app_task *task;
    struct str name;

    if (!app_api_user_other(call, &name))
        return;
    if (app_api_form_read(call, APP_API_PASSWORD | APP_API_ROLES | APP_API_LOCKED, &form) &&
        app_api_user_change_ok(call, name, &form) && !app_auth_task(api->auth, call, &task)) {
        memcpy(task->user.name, name.data, name.size);
        task->user.roles = form.roles;
        task->user.locked = form.locked;
        task->id = form.has_locked;
        if (form.password.data)
            app_api_user_password(task, form.password);
        task->write = app_api_user_change_write;
        task->answer = app_api_user_changed;
        app_task_start(task);
    }
    app_api_form_done(&form);
}

static enum err app_api_user_remove_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    return app_account_remove(db, &actor, str_of(task->user.name));
}

static void app_api_user_removed(struct app_task *task, enum err err)
{
    if (err)
        app_api_change_failed(task->call, err, "A user of this name");
    else
        http_reply_none(task->call, 204);
}

void app_api_user_remove(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_task *task;
    struct str name;

    if (!app_api_user_other(call, &name))
        return;
    enum err err = app_auth_task(api->auth, call, &task);
    if (err)
        return;
    memcpy(task->user.name, name.data, name.size);
    task->write = app_api_user_remove_write;
    task->answer = app_api_user_removed;
    app_task_start(task);
}
