/* form.c - see user.h. */
#include <stdio.h>

#include "app/api/user.h"
#include "base/jw.h"

enum { APP_API_FORM_BYTES = 4 * APP_API_SMALL_BYTES };

static void app_api_form_roles(struct json *json, enum json_token token, struct app_api_form *form)
{
    struct str name;
    enum civic_role role;

    if (!json_want(json, token, JSON_ARRAY))
        return;
    form->has_roles = true;
    while (json_item(json, &token)) {
        if (!json_str(json, token, &name))
            continue;
        if (civic_role_of(name, &role))
            form->roles |= CIVIC_BIT(role);
        else
            json_refuse(json, ERR_INVALID, "there is no such role");
    }
}

static void app_api_form_locked(struct json *json, enum json_token token, struct app_api_form *form)
{
    form->has_locked = json_bool(json, token, &form->locked);
}

static void app_api_form_member(struct json *json, struct str key, enum json_token token,
                                unsigned fields, struct app_api_form *form)
{
    const struct {
        const char *key;
        enum app_api_field field;
        struct str *text;
    } texts[] = {
        {"name", APP_API_NAME, &form->name},       {"password", APP_API_PASSWORD, &form->password},
        {"old", APP_API_OLD, &form->old},          {"program", APP_API_PROGRAM, &form->program},
        {"device", APP_API_DEVICE, &form->device},
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (fields & texts[i].field && str_eq(key, str_of(texts[i].key))) {
            (void)json_str_keep(json, token, &form->arena, texts[i].text);
            return;
        }
    if (fields & APP_API_ROLES && str_eq(key, STR("roles")))
        app_api_form_roles(json, token, form);
    else if (fields & APP_API_LOCKED && str_eq(key, STR("locked")))
        app_api_form_locked(json, token, form);
    else
        json_refuse(json, ERR_INVALID, "there is no such member here");
}

bool app_api_form_read(struct http_call *call, unsigned fields, struct app_api_form *form)
{
    struct diag diag = {0};
    struct json json;
    struct str key;
    char text[512];

    *form = (struct app_api_form){0};
    arena_init(&form->arena, APP_API_FORM_BYTES);
    json_init(&json, http_call_body(call));
    enum json_token token = json_next(&json);
    if (json_want(&json, token, JSON_OBJECT))
        while (json_member(&json, &key, &token))
            app_api_form_member(&json, key, token, fields, form);
    enum err err = json_end(&json, &diag);
    json_done(&json);
    if (!err)
        return true;
    diag_text(&diag, sizeof text, text);
    http_reply_error(call, (unsigned)err_http(err), "bad_body", text);
    return false;
}

void app_api_form_done(struct app_api_form *form)
{
    arena_done(&form->arena);
}

void app_api_form_wrong(struct http_call *call, const char *pointer, const char *detail)
{
    struct http_flaw flaw = {pointer, detail};

    http_reply_flaws(call, 422, "invalid", detail, &flaw, 1);
}

void app_api_change_failed(struct http_call *call, enum err err, const char *what)
{
    char text[128];

    if (err == ERR_NOT_FOUND || err == ERR_EXISTS)
        snprintf(text, sizeof text, "%s %s.", what,
                 err == ERR_EXISTS ? "is there already" : "is not there");
    else
        snprintf(text, sizeof text, "The change could not be stored: %s.", err_text(err));
    http_reply_err(call, err, text);
}

void app_api_roles_write(struct jw *jw, uint32_t roles)
{
    jw_key(jw, "roles");
    jw_array(jw);
    for (unsigned i = 0; i < CIVIC_ROLES; i++)
        if (roles & CIVIC_BIT(i))
            jw_text(jw, civic_role_name((enum civic_role)i));
    jw_array_end(jw);
}
