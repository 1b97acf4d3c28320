/* token.c - tokens of devices and programs. A token is told once, when it is made. */
#include <string.h>

#include "app/api/user.h"
#include "app/ingest/show.h"

enum { APP_API_TOKENS_BYTES_MAX = 64 << 20 };

static void app_api_token_write(struct jw *jw, const struct store_token *token, const char *text)
{
    jw_object(jw);
    jw_key(jw, "id");
    jw_i64(jw, (int64_t)token->id);
    jw_key(jw, token->device ? "device" : "program");
    jw_text(jw, token->name);
    if (!token->device)
        app_api_roles_write(jw, token->roles);
    app_show_time(jw, "made", token->made);
    app_show_time(jw, "revoked", token->revoked);
    if (text) {
        jw_key(jw, "token");
        jw_text(jw, text);
    }
    jw_object_end(jw);
}

static enum err app_api_token_item(void *context, const struct store_token *token)
{
    app_api_token_write(context, token, NULL);
    return OK;
}

void app_api_tokens(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct buf body;
    struct jw jw;

    buf_init(&body, APP_API_TOKENS_BYTES_MAX);
    jw_init(&jw, &body);
    jw_object(&jw);
    jw_key(&jw, "tokens");
    jw_array(&jw);
    enum err err = store_token_each(app_auth_reader(api->auth), app_api_token_item, &jw);
    jw_array_end(&jw);
    jw_object_end(&jw);
    if (err) {
        buf_done(&body);
        http_reply_err(call, err, "The tokens cannot be read.");
        return;
    }
    app_api_reply(call, 200, &body);
}

static enum err app_api_token_add_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    return app_account_token_add(db, &actor, &task->token, str_of(task->text), &task->token.id);
}

static void app_api_token_added(struct app_task *task, enum err err)
{
    struct buf body;
    struct jw jw;

    if (err) {
        app_api_change_failed(task->call, err, "This token");
        return;
    }
    buf_init(&body, APP_API_SMALL_BYTES);
    jw_init(&jw, &body);
    app_api_token_write(&jw, &task->token, task->text);
    app_api_reply(task->call, 201, &body);
}

static bool app_api_token_form_ok(struct http_call *call, const struct app_api_form *form)
{
    struct diag diag = {0};
    const char *pointer = "/device";
    enum err err = OK;

    if ((form->device.size == 0) == (form->program.size == 0))
        err = diag_set(&diag, ERR_INVALID, "name a device or a program");
    else if (form->device.size && form->has_roles)
        err = diag_set(&diag, ERR_INVALID, "a device's token has no roles");
    else if (form->device.size)
        err = app_account_device(form->device, &diag);
    else {
        pointer = "/program";
        err = app_account_name(form->program, &diag);
        if (!err) {
            pointer = "/roles";
            err = civic_roles_check(form->roles, true, &diag);
        }
    }
    if (err)
        app_api_form_wrong(call, pointer, diag.text);
    return !err;
}

void app_api_token_add(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_api_form form;
    struct app_task *task;

    if (app_api_form_read(call, APP_API_DEVICE | APP_API_PROGRAM | APP_API_ROLES, &form) &&
        app_api_token_form_ok(call, &form) && !app_auth_task(api->auth, call, &task)) {
        struct str name = form.device.size ? form.device : form.program;
        task->token.device = form.device.size != 0;
        task->token.roles = form.roles;
        task->token.made = task->now;
        memcpy(task->token.name, name.data, name.size);
        app_secret_token(task->text, task->token.hash);
        task->write = app_api_token_add_write;
        task->answer = app_api_token_added;
        app_task_start(task);
    }
    app_api_form_done(&form);
}

static enum err app_api_token_revoke_write(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = app_task_actor(task);

    return app_account_token_revoke(db, &actor, task->id);
}

static void app_api_token_revoked(struct app_task *task, enum err err)
{
    if (err)
        app_api_change_failed(task->call, err, "A token of this number that is not revoked yet");
    else
        http_reply_none(task->call, 204);
}

void app_api_token_revoke(void *context, struct http_call *call)
{
    const struct app_api *api = context;
    struct app_task *task;
    uint64_t id;

    if (str_u64(http_call_param(call, 0), &id) || id > INT64_MAX) {
        http_reply_error(call, 404, "not_found", "There is no token of this number.");
        return;
    }
    enum err err = app_auth_task(api->auth, call, &task);
    if (err)
        return;
    task->id = id;
    task->write = app_api_token_revoke_write;
    task->answer = app_api_token_revoked;
    app_task_start(task);
}
