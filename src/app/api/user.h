/* user.h - bodies about people and tokens, as session.c, user.c and token.c read them.
 *
 * Threads    The loop's.
 * Layer      4
 */
#ifndef APP_API_USER_H
#define APP_API_USER_H

#include "app/api/api.h"
#include "base/json.h"

/* Texts lie in the arena. What is absent is empty. */
struct app_api_form {
    struct arena arena;
    struct str name;
    struct str password;
    struct str old; /* password */
    struct str program;
    struct str device;
    uint32_t roles;
    bool has_roles;
    bool has_locked;
    bool locked;
};

enum app_api_field {
    APP_API_NAME = 1,
    APP_API_PASSWORD = 2,
    APP_API_OLD = 4,
    APP_API_PROGRAM = 8,
    APP_API_DEVICE = 16,
    APP_API_ROLES = 32,
    APP_API_LOCKED = 64,
};

/* Reads the call's body, in which only `fields` may be. False when the call was answered; then as
 * otherwise app_api_form_done() gives the memory back. */
MUST_USE bool app_api_form_read(struct http_call *call, unsigned fields, struct app_api_form *form);
void app_api_form_done(struct app_api_form *form);
/* Answers 422 with the part that is wrong. */
void app_api_form_wrong(struct http_call *call, const char *pointer, const char *detail);
/* The answer of a change that failed: `what` names what was not found or is there already. */
void app_api_change_failed(struct http_call *call, enum err err, const char *what);
void app_api_roles_write(struct jw *jw, uint32_t roles);

#endif
