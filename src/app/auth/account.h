/* account.h - what may be changed about users and tokens, and leaves its trace.
 *
 * Purpose    The same rules for the command line and the interface: a change and its row in the
 *            audit trail are one transaction, which is the caller's.
 * Errors     Those of db.h and as named, told in `diag` where one is given.
 * Threads    The connection's.
 * Layer      4
 */
#ifndef APP_AUTH_ACCOUNT_H
#define APP_AUTH_ACCOUNT_H

#include "app/auth/secret.h"

/* Who changes, from where, when. */
struct app_actor {
    struct str who;
    struct str peer;
    struct utc_us at;
};

/* 1 to STORE_NAME_MAX of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit.
 * Errors: INVALID. */
MUST_USE enum err app_account_name(struct str name, struct diag *diag);
/* The same, with capital letters and ':' allowed: ids of devices. */
MUST_USE enum err app_account_device(struct str name, struct diag *diag);
/* Long enough, not made of the name, not of a few letters over and over. Errors: INVALID. */
MUST_USE enum err app_account_password(struct str name, struct str password, struct diag *diag);

/* Errors: EXISTS. */
MUST_USE enum err app_account_add(struct store_db *db, const struct app_actor *actor,
                                  const struct store_user *user);
/* Writes the user's row again and ends the sessions; `what` says what is new. Errors: NOT_FOUND. */
MUST_USE enum err app_account_change(struct store_db *db, const struct app_actor *actor,
                                     const struct store_user *user, const char *what);
/* Forgets failed logins of this name. */
MUST_USE enum err app_account_forgive(struct store_db *db, struct str name);
/* Errors: NOT_FOUND. */
MUST_USE enum err app_account_remove(struct store_db *db, const struct app_actor *actor,
                                     struct str name);
/* `token` has a hash of `secret`, a name, and roles unless it is a device's. */
MUST_USE enum err app_account_token_add(struct store_db *db, const struct app_actor *actor,
                                        const struct store_token *token, struct str secret,
                                        uint64_t *ret_id);
/* Errors: NOT_FOUND. */
MUST_USE enum err app_account_token_revoke(struct store_db *db, const struct app_actor *actor,
                                           uint64_t id);
MUST_USE enum err app_account_note(struct store_db *db, const struct app_actor *actor,
                                   const char *action, struct str what, struct str detail);
/* "dispatcher,viewer" */
void app_account_roles(uint32_t roles, struct buf *out);

#endif
