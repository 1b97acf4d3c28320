/* user.h - people, programs and devices that may come in, and the trail of what they changed.
 *
 * Purpose    Rows of `user`, `session`, `token`, `attempt` and `audit`. No secret is here in the
 *            clear: passwords are argon2id texts, the rest are hashes.
 * Memory     Rows are values; text that does not fit is LIMIT when written.
 * Errors     Those of db.h, and as named.
 * Threads    The connection's.
 * Layer      3
 */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "store/db.h"

enum {
    STORE_NAME_MAX = 64,      /* bytes of a person's or program's name, a device's id */
    STORE_PASSWORD_MAX = 127, /* an argon2id text is below 100 */
    STORE_SECRET_HASH = 32,
    STORE_AUDIT_TEXT_MAX = 512,
    STORE_ATTEMPTS_MAX = 100000, /* names and peers remembered; the oldest make room */
};

struct store_user {
    char name[STORE_NAME_MAX + 1];
    char password[STORE_PASSWORD_MAX + 1];
    uint32_t roles; /* bits of civic/role.h */
    bool locked;    /* by an administrator */
    struct utc_us made;
    struct utc_us changed;
};
MUST_USE enum err store_user_count(struct store_db *db, uint64_t *ret_count);
/* Errors: NOT_FOUND. */
MUST_USE enum err store_user_get(struct store_db *db, struct str name, struct store_user *ret_user);
/* By name. Stops at the first failure of `fn` and returns it. */
MUST_USE enum err store_user_each(struct store_db *db,
                                  enum err (*fn)(void *context, const struct store_user *user),
                                  void *context);
/* Errors: EXISTS. */
MUST_USE enum err store_user_add(struct store_db *db, const struct store_user *user);
/* Replaces what the row of this name has, and ends the sessions. Errors: NOT_FOUND. */
MUST_USE enum err store_user_change(struct store_db *db, const struct store_user *user);
/* Errors: NOT_FOUND. */
MUST_USE enum err store_user_remove(struct store_db *db, struct str name);

struct store_session {
    unsigned char hash[STORE_SECRET_HASH];
    char user[STORE_NAME_MAX + 1];
    struct utc_us made;
    struct utc_us used;
};
MUST_USE enum err store_session_add(struct store_db *db, const struct store_session *session);
/* Errors: NOT_FOUND. */
MUST_USE enum err store_session_get(struct store_db *db, const unsigned char *hash,
                                    struct store_session *ret_session);
MUST_USE enum err store_session_touch(struct store_db *db, const unsigned char *hash,
                                      struct utc_us used);
/* None is fine. */
MUST_USE enum err store_session_remove(struct store_db *db, const unsigned char *hash);
/* Forgets sessions made, or last used, at these times or before. */
MUST_USE enum err store_session_expire(struct store_db *db, struct utc_us made, struct utc_us used);

struct store_token {
    uint64_t id;
    unsigned char hash[STORE_SECRET_HASH];
    bool device; /* the device of this name; else a program */
    char name[STORE_NAME_MAX + 1];
    uint32_t roles; /* of a program */
    struct utc_us made;
    struct utc_us revoked; /* 0: not */
};
/* Errors: NOT_FOUND. */
MUST_USE enum err store_token_get(struct store_db *db, const unsigned char *hash,
                                  struct store_token *ret_token);
MUST_USE enum err store_token_each(struct store_db *db,
                                   enum err (*fn)(void *context, const struct store_token *token),
                                   void *context);
MUST_USE enum err store_token_add(struct store_db *db, const struct store_token *token,
                                  uint64_t *ret_id);
/* Errors: NOT_FOUND, also for one that is revoked already. The row goes to *ret_token. */
MUST_USE enum err store_token_revoke(struct store_db *db, uint64_t id, struct utc_us at,
                                     struct store_token *ret_token);

/* Failed logins by the hash of a name or of an address. */
struct store_attempt {
    unsigned char key[STORE_SECRET_HASH];
    uint32_t failures;
    struct utc_us last;
};
/* Zero failures when there are none. */
MUST_USE enum err store_attempt_get(struct store_db *db, const unsigned char *key,
                                    struct store_attempt *ret_attempt);
MUST_USE enum err store_attempt_put(struct store_db *db, const struct store_attempt *attempt);
MUST_USE enum err store_attempt_remove(struct store_db *db, const unsigned char *key);
/* Forgets those whose last failure was before. */
MUST_USE enum err store_attempt_expire(struct store_db *db, struct utc_us before);

/* Rows are only ever added. Texts are borrowed: in a callback until it returns. */
struct store_audit {
    uint64_t id; /* in the order written */
    struct utc_us at;
    struct str who;    /* "li", "program gateway", "command line", "this machine" */
    struct str peer;   /* from where; empty: on this machine */
    struct str action; /* a snake_case word */
    struct str what;   /* the user, token or device */
    struct str detail; /* for people */
};
MUST_USE enum err store_audit_add(struct store_db *db, const struct store_audit *row);
/* Newest first, those with an id below `before` (0: from the newest), at most `limit`. */
MUST_USE enum err store_audit_page(struct store_db *db, uint64_t before, uint64_t limit,
                                   enum err (*fn)(void *context, const struct store_audit *row),
                                   void *context);

#endif
