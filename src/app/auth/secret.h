/* secret.h - passwords and tokens.
 *
 * Purpose    argon2id texts for passwords; tokens of 32 random bytes as base64url, kept as their
 *            BLAKE2b hash. All cryptography is libsodium's.
 * Threads    Any, after app_secret_init(). Hashing a password takes 64 MB and a tenth of a second:
 *            never on the loop.
 * Layer      4
 */
#ifndef APP_AUTH_SECRET_H
#define APP_AUTH_SECRET_H

#include "store/user.h"

enum {
    APP_PASSWORD_MIN = 10, /* characters */
    APP_PASSWORD_BYTES_MAX = 256,
    APP_TOKEN_CHARS = 43, /* 32 bytes in base64url, unpadded */
};

/* Call before the others; more than once is fine. Errors: IO when the system has no randomness. */
MUST_USE enum err app_secret_init(struct diag *diag);
/* Errors: NOMEM. */
MUST_USE enum err app_secret_password(struct str password, char ret[STORE_PASSWORD_MAX + 1]);
/* Does it fit? `kept` is an argon2id text; an empty one never fits and takes as long.
 * Errors: INVALID when not, NOMEM. */
MUST_USE enum err app_secret_password_fits(const char *kept, struct str password);
/* A new token, terminated, and its hash. */
void app_secret_token(char ret_text[APP_TOKEN_CHARS + 1],
                      unsigned char ret_hash[STORE_SECRET_HASH]);
/* The hash of a token as received. False when it cannot be one. */
MUST_USE bool app_secret_token_hash(struct str text, unsigned char ret_hash[STORE_SECRET_HASH]);
/* A key for what should not be readable in the store: `purpose` keeps kinds apart. */
void app_secret_key(const char *purpose, struct str text, unsigned char ret[STORE_SECRET_HASH]);
/* Compares hashes in constant time. */
bool app_secret_same(const unsigned char *a, const unsigned char *b);
void app_secret_wipe(void *data, size_t size);

#endif
