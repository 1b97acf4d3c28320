/* secret.c - see secret.h.
 *
 * Source     RFC 9106 (argon2id) with libsodium's interactive limits: 64 MB, 2 passes; RFC 7693
 *            (BLAKE2b); RFC 4648 5 (base64url).
 */
#include "app/auth/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

_Static_assert(STORE_PASSWORD_MAX + 1 >= crypto_pwhash_STRBYTES, "an argon2id text fits");

/* Well-formed, of the same cost, and of no password: so that an unknown name takes as long. */
static const char app_secret_nobody[crypto_pwhash_STRBYTES] =
    "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

enum err app_secret_init(struct diag *diag)
{
    if (sodium_init() < 0)
        return diag_set(diag, ERR_IO, "the system gives no random numbers");
    return OK;
}

enum err app_secret_password(struct str password, char ret[STORE_PASSWORD_MAX + 1])
{
    int failed =
        crypto_pwhash_str_alg(ret, password.data, password.size, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    return failed ? ERR_NOMEM : OK;
}

enum err app_secret_password_fits(const char *kept, struct str password)
{
    bool nobody = kept[0] == '\0';

    errno = 0;
    int failed =
        crypto_pwhash_str_verify(nobody ? app_secret_nobody : kept, password.data, password.size);
    if (failed && errno == ENOMEM)
        return ERR_NOMEM;
    return failed || nobody ? ERR_INVALID : OK;
}

static void app_secret_hash(const unsigned char *raw, unsigned char *ret_hash)
{
    crypto_generichash(ret_hash, STORE_SECRET_HASH, raw, STORE_SECRET_HASH, NULL, 0);
}

void app_secret_token(char ret_text[APP_TOKEN_CHARS + 1], unsigned char ret_hash[STORE_SECRET_HASH])
{
    unsigned char raw[STORE_SECRET_HASH];

    randombytes_buf(raw, sizeof raw);
    sodium_bin2base64(ret_text, APP_TOKEN_CHARS + 1, raw, sizeof raw,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    app_secret_hash(raw, ret_hash);
    sodium_memzero(raw, sizeof raw);
}

bool app_secret_token_hash(struct str text, unsigned char ret_hash[STORE_SECRET_HASH])
{
    unsigned char raw[STORE_SECRET_HASH];
    size_t size;

    if (text.size != APP_TOKEN_CHARS)
        return false;
    int bad = sodium_base642bin(raw, sizeof raw, text.data, text.size, NULL, &size, NULL,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (!bad && size == sizeof raw)
        app_secret_hash(raw, ret_hash);
    sodium_memzero(raw, sizeof raw);
    return !bad && size == STORE_SECRET_HASH;
}

void app_secret_key(const char *purpose, struct str text, unsigned char ret[STORE_SECRET_HASH])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, STORE_SECRET_HASH);
    crypto_generichash_update(&state, (const unsigned char *)purpose, strlen(purpose) + 1);
    crypto_generichash_update(&state, (const unsigned char *)text.data, text.size);
    crypto_generichash_final(&state, ret, STORE_SECRET_HASH);
}

bool app_secret_same(const unsigned char *a, const unsigned char *b)
{
    return sodium_memcmp(a, b, STORE_SECRET_HASH) == 0;
}

void app_secret_wipe(void *data, size_t size)
{
    sodium_memzero(data, size);
}
