/* account.c - see account.h. */
#include "app/auth/account.h"

#include <string.h>
#include <strings.h>

#include "bus/bus.h"
#include "civic/role.h"
#include "store/mqtt.h"

enum {
    APP_PASSWORD_LETTERS_MIN = 5, /* different bytes */
    APP_NAME_TELLING = 3,         /* shorter names may occur in a password by chance */
    APP_ROLES_TEXT_MAX = 256,
    APP_TOKEN_BCRYPT_COST = 4, /* a token is 256 random bits: no dictionary holds it */
};

static bool app_account_letter(char c, bool first, bool device)
{
    static const char inner[] = "._-";

    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return true;
    if (device && ((c >= 'A' && c <= 'Z') || (c == ':' && !first)))
        return true;
    return !first && memchr(inner, c, sizeof inner - 1);
}

static bool app_account_named(struct str name, bool device)
{
    if (name.size == 0 || name.size > STORE_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!app_account_letter(name.data[i], i == 0, device))
            return false;
    return true;
}

enum err app_account_name(struct str name, struct diag *diag)
{
    if (app_account_named(name, false))
        return OK;
    return diag_set(diag, ERR_INVALID,
                    "a name has 1 to %d of a-z, 0-9, '.', '_' and '-', and begins with a letter or "
                    "digit",
                    STORE_NAME_MAX);
}

enum err app_account_device(struct str name, struct diag *diag)
{
    if (app_account_named(name, true))
        return OK;
    return diag_set(diag, ERR_INVALID,
                    "a device's name has 1 to %d letters, digits, '.', '_', '-' and ':'",
                    STORE_NAME_MAX);
}

static bool app_account_holds(struct str text, struct str part)
{
    for (size_t i = 0; i + part.size <= text.size; i++)
        if (strncasecmp(text.data + i, part.data, part.size) == 0)
            return true;
    return false;
}

static size_t app_account_characters(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80; /* not a continuation in UTF-8 */
    return count;
}

static unsigned app_account_letters(struct str text)
{
    bool seen[256] = {false};
    unsigned count = 0;

    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        count += !seen[c];
        seen[c] = true;
    }
    return count;
}

enum err app_account_password(struct str name, struct str password, struct diag *diag)
{
    if (app_account_characters(password) < APP_PASSWORD_MIN ||
        password.size > APP_PASSWORD_BYTES_MAX)
        return diag_set(diag, ERR_INVALID,
                        "a password has at least %d characters, and at most %d bytes",
                        APP_PASSWORD_MIN, APP_PASSWORD_BYTES_MAX);
    if (name.size >= APP_NAME_TELLING && app_account_holds(password, name))
        return diag_set(diag, ERR_INVALID, "a password must not contain the name");
    if (app_account_letters(password) < APP_PASSWORD_LETTERS_MIN)
        return diag_set(diag, ERR_INVALID, "a password has at least %d different characters",
                        APP_PASSWORD_LETTERS_MIN);
    return OK;
}

void app_account_roles(uint32_t roles, struct buf *out)
{
    const char *comma = "";

    for (unsigned i = 0; i < CIVIC_ROLES; i++) {
        if (!(roles & CIVIC_BIT(i)))
            continue;
        buf_str(out, str_of(comma));
        buf_str(out, str_of(civic_role_name((enum civic_role)i)));
        comma = ",";
    }
}

enum err app_account_note(struct store_db *db, const struct app_actor *actor, const char *action,
                          struct str what, struct str detail)
{
    struct store_audit row = {.at = actor->at,
                              .who = actor->who,
                              .peer = actor->peer,
                              .action = str_of(action),
                              .what = what,
                              .detail = detail};

    return store_audit_add(db, &row);
}

/* A row whose detail is a set of roles. */
static enum err app_account_note_roles(struct store_db *db, const struct app_actor *actor,
                                       const char *action, struct str what, uint32_t roles)
{
    struct buf text;

    buf_init(&text, APP_ROLES_TEXT_MAX);
    app_account_roles(roles, &text);
    enum err err = buf_err(&text);
    if (!err)
        err = app_account_note(db, actor, action, what, buf_text(&text));
    buf_done(&text);
    return err;
}

enum err app_account_add(struct store_db *db, const struct app_actor *actor,
                         const struct store_user *user)
{
    enum err err = store_user_add(db, user);
    return err ? err
               : app_account_note_roles(db, actor, "user_added", str_of(user->name), user->roles);
}

enum err app_account_change(struct store_db *db, const struct app_actor *actor,
                            const struct store_user *user, const char *what)
{
    enum err err = store_user_change(db, user);

    if (!err)
        err = app_account_note(db, actor, what, str_of(user->name), STR(""));
    if (!err && strcmp(what, "user_roles") == 0)
        err = app_account_note_roles(db, actor, "user_roles_now", str_of(user->name), user->roles);
    return err;
}

enum err app_account_forgive(struct store_db *db, struct str name)
{
    unsigned char key[STORE_SECRET_HASH];

    app_secret_key("name", name, key);
    return store_attempt_remove(db, key);
}

enum err app_account_remove(struct store_db *db, const struct app_actor *actor, struct str name)
{
    enum err err = store_user_remove(db, name);
    return err ? err : app_account_note(db, actor, "user_removed", name, STR(""));
}

enum err app_account_token_add(struct store_db *db, const struct app_actor *actor,
                               const struct store_token *token, struct str secret, uint64_t *ret_id)
{
    char hash[BUS_HASH_BYTES + 1];
    uint64_t id;

    enum err err = store_token_add(db, token, &id);
    if (!err) /* the MQTT server compares by its own kind of hash */
        err = bus_hash(secret, APP_TOKEN_BCRYPT_COST, hash);
    if (!err)
        err = store_mqtt_put(db, id, str_of(hash));
    if (!err)
        err = token->device
                  ? app_account_note(db, actor, "token_made", str_of(token->name), STR("device"))
                  : app_account_note_roles(db, actor, "token_made", str_of(token->name),
                                           token->roles);
    if (!err)
        *ret_id = id;
    return err;
}

enum err app_account_token_revoke(struct store_db *db, const struct app_actor *actor, uint64_t id)
{
    struct store_token token;

    enum err err = store_token_revoke(db, id, actor->at, &token);
    return err ? err : app_account_note(db, actor, "token_revoked", str_of(token.name), STR(""));
}
