/* Logins with a made clock, on a real store: sessions, lock-outs that outlive the program, and what
 * happens when somebody changes the user meanwhile. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/auth/login.h"
#include "civic/lockout.h"
#include "civic/role.h"

#define PASSWORD "correct horse 9"

struct fixture {
    char folder[64];
    struct store_db *db;
    struct utc_us now;
};

static void open_store(struct fixture *f)
{
    struct store_db_open open = {.folder = f->folder};
    struct diag diag = {0};

    if (store_db_open(&open, &f->db, &diag))
        fail_msg("%s", diag.text);
}

static struct app_actor actor(const struct fixture *f)
{
    return (struct app_actor){.who = STR("test"), .peer = STR(""), .at = f->now};
}

static void add_user(struct fixture *f, const char *name)
{
    struct store_user user = {.roles = CIVIC_BIT(CIVIC_VIEWER), .made = f->now, .changed = f->now};
    struct app_actor by = actor(f);

    memcpy(user.name, name, strlen(name));
    assert_int_equal(app_secret_password(STR(PASSWORD), user.password), OK);
    assert_int_equal(store_db_begin(f->db), OK);
    assert_int_equal(app_account_add(f->db, &by, &user), OK);
    assert_int_equal(store_db_commit(f->db), OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct diag diag = {0};

    memcpy(f->folder, "/tmp/yc-login-XXXXXX", 21);
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(app_secret_init(&diag), OK);
    f->now.us = 1764000000 * CLOCK_US_PER_S;
    open_store(f);
    add_user(f, "wang");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {"store.db", "store.db-wal", "store.db-shm"};
    struct fixture *f = *state;
    char path[128];

    store_db_close(f->db);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", f->folder, files[i]);
        unlink(path);
    }
    rmdir(f->folder);
    free(f);
    assert_int_equal(mem_live_bytes(), 0);
    return 0;
}

static struct app_login asked(const struct fixture *f, const char *name, const char *password)
{
    struct app_login login = {.password_size = strlen(password), .now = f->now};

    snprintf(login.name, sizeof login.name, "%s", name);
    snprintf(login.peer, sizeof login.peer, "203.0.113.5");
    memcpy(login.password, password, login.password_size);
    return login;
}

/* The three steps. BUSY when locked out. */
static enum err log_in(struct fixture *f, struct app_login *login)
{
    enum err err = app_login_begin(f->db, login);
    if (err)
        return err;
    assert_int_equal(app_login_verify(login), OK);
    assert_int_equal(store_db_begin(f->db), OK);
    assert_int_equal(app_login_finish(f->db, login), OK);
    assert_int_equal(store_db_commit(f->db), OK);
    return OK;
}

static bool session_good(struct fixture *f, const char *token)
{
    unsigned char hash[STORE_SECRET_HASH];
    struct store_session session;

    assert_true(app_secret_token_hash(str_of(token), hash));
    if (store_session_get(f->db, hash, &session))
        return false;
    return app_login_session_good(&session, f->now);
}

static void the_right_password_gives_a_session(void **state)
{
    struct fixture *f = *state;
    struct app_login login = asked(f, "wang", PASSWORD);
    static const char zeros[APP_PASSWORD_BYTES_MAX];

    assert_int_equal(log_in(f, &login), OK);
    assert_true(login.fits);
    assert_memory_equal(login.password, zeros, sizeof zeros); /* it is wiped */
    assert_true(session_good(f, login.token));
    f->now.us += (APP_SESSION_IDLE_S_MAX - 1) * CLOCK_US_PER_S;
    assert_true(session_good(f, login.token));
    f->now.us += 1 * CLOCK_US_PER_S;
    assert_false(session_good(f, login.token)); /* idle for too long */
}

static void a_session_that_is_used_ends_with_the_shift(void **state)
{
    struct fixture *f = *state;
    struct app_login login = asked(f, "wang", PASSWORD);
    struct utc_us begun = f->now;
    unsigned char hash[STORE_SECRET_HASH];

    assert_int_equal(log_in(f, &login), OK);
    assert_true(app_secret_token_hash(str_of(login.token), hash));
    while (f->now.us - begun.us < (APP_SESSION_S_MAX - 1800) * CLOCK_US_PER_S) {
        f->now.us += 1800 * CLOCK_US_PER_S;
        if (f->now.us - begun.us < APP_SESSION_S_MAX * CLOCK_US_PER_S)
            assert_true(session_good(f, login.token));
        assert_int_equal(store_session_touch(f->db, hash, f->now), OK);
    }
    f->now.us = begun.us + APP_SESSION_S_MAX * CLOCK_US_PER_S;
    assert_false(session_good(f, login.token));
    struct app_login next = asked(f, "wang", PASSWORD); /* which also clears away the old one */
    assert_int_equal(log_in(f, &next), OK);
    struct store_session session;
    assert_int_equal(store_session_get(f->db, hash, &session), ERR_NOT_FOUND);
}

static void a_lock_out_grows_and_outlives_the_program(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < CIVIC_LOCKOUT_NAME_FREE; i++) {
        struct app_login login = asked(f, "wang", "not the one");
        assert_int_equal(log_in(f, &login), OK);
        assert_false(login.fits);
    }
    struct app_login right = asked(f, "wang", PASSWORD);
    assert_int_equal(app_login_begin(f->db, &right), ERR_BUSY);
    assert_int_equal(right.wait_s, CIVIC_LOCKOUT_FIRST_S);
    store_db_close(f->db);
    open_store(f);
    f->now.us += (CIVIC_LOCKOUT_FIRST_S - 1) * CLOCK_US_PER_S;
    right = asked(f, "wang", PASSWORD);
    assert_int_equal(app_login_begin(f->db, &right), ERR_BUSY);
    assert_int_equal(right.wait_s, 1);
    f->now.us += 1 * CLOCK_US_PER_S;
    struct app_login sixth = asked(f, "wang", "not the one");
    assert_int_equal(log_in(f, &sixth), OK);
    right = asked(f, "wang", PASSWORD);
    assert_int_equal(app_login_begin(f->db, &right), ERR_BUSY);
    assert_int_equal(right.wait_s, 2 * CIVIC_LOCKOUT_FIRST_S);
    f->now.us += right.wait_s * CLOCK_US_PER_S;
    right = asked(f, "wang", PASSWORD);
    assert_int_equal(log_in(f, &right), OK);
    assert_true(right.fits);
    struct app_login wrong = asked(f, "wang", "not the one"); /* the count began anew */
    assert_int_equal(log_in(f, &wrong), OK);
    right = asked(f, "wang", PASSWORD);
    assert_int_equal(app_login_begin(f->db, &right), OK);
}

static void an_address_that_guesses_many_names_is_locked_out(void **state)
{
    struct fixture *f = *state;
    char name[16];

    for (unsigned i = 0; i < CIVIC_LOCKOUT_PEER_FREE; i++) {
        snprintf(name, sizeof name, "name%u", i);
        struct app_login login = asked(f, name, "a common one");
        assert_int_equal(log_in(f, &login), OK);
        assert_false(login.fits);
    }
    struct app_login right = asked(f, "wang", PASSWORD);
    assert_int_equal(app_login_begin(f->db, &right), ERR_BUSY);
    snprintf(right.peer, sizeof right.peer, "203.0.113.6"); /* from elsewhere he may */
    assert_int_equal(log_in(f, &right), OK);
    assert_true(right.fits);
}

static void a_change_during_the_login_counts(void **state)
{
    struct fixture *f = *state;
    struct app_login login = asked(f, "wang", PASSWORD);
    struct app_actor by = actor(f);
    struct store_user user;

    assert_int_equal(app_login_begin(f->db, &login), OK);
    assert_int_equal(app_login_verify(&login), OK);
    assert_true(login.fits);
    assert_int_equal(store_user_get(f->db, STR("wang"), &user), OK);
    user.locked = true;
    user.changed.us++;
    assert_int_equal(app_account_change(f->db, &by, &user, "user_locked"), OK);
    assert_int_equal(app_login_finish(f->db, &login), OK);
    assert_false(login.fits);
    assert_int_equal(login.token[0], '\0');
    login = asked(f, "wang", PASSWORD);
    assert_int_equal(log_in(f, &login), OK);
    assert_false(login.fits); /* locked */
}

static void locking_ends_the_sessions(void **state)
{
    struct fixture *f = *state;
    struct app_login login = asked(f, "wang", PASSWORD);
    struct app_actor by = actor(f);
    struct store_user user;

    assert_int_equal(log_in(f, &login), OK);
    assert_true(session_good(f, login.token));
    assert_int_equal(store_user_get(f->db, STR("wang"), &user), OK);
    assert_int_equal(app_account_change(f->db, &by, &user, "user_locked"), OK);
    assert_false(session_good(f, login.token));
    assert_int_equal(app_account_remove(f->db, &by, STR("wang")), OK);
    assert_int_equal(app_account_remove(f->db, &by, STR("wang")), ERR_NOT_FOUND);
}

static void tokens_are_unlike_and_only_their_hash_is_kept(void **state)
{
    struct fixture *f = *state;
    char one[APP_TOKEN_CHARS + 1];
    char two[APP_TOKEN_CHARS + 1];
    struct store_token token = {.device = true, .name = "bin-1", .made = f->now};
    struct store_token found;
    unsigned char hash[STORE_SECRET_HASH];
    struct app_actor by = actor(f);
    uint64_t id;

    app_secret_token(one, token.hash);
    app_secret_token(two, hash);
    assert_string_not_equal(one, two);
    assert_int_equal(strlen(one), APP_TOKEN_CHARS);
    assert_false(app_secret_same(token.hash, hash));
    assert_true(app_secret_token_hash(str_of(one), hash));
    assert_true(app_secret_same(token.hash, hash));
    static const char *const bad[] = {"", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                      "++++++++++++++++++++++++++++++++++++++++++A",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (app_secret_token_hash(str_of(bad[i]), hash))
            fail_msg("passed: %s", bad[i]);
    assert_int_equal(app_account_token_add(f->db, &by, &token, str_of(one), &id), OK);
    assert_int_equal(app_account_token_add(f->db, &by, &token, str_of(one), &id), ERR_EXISTS);
    assert_int_equal(store_token_get(f->db, token.hash, &found), OK);
    assert_int_equal(found.revoked.us, 0);
    assert_string_equal(found.name, "bin-1");
    assert_int_equal(app_account_token_revoke(f->db, &by, id), OK);
    assert_int_equal(app_account_token_revoke(f->db, &by, id), ERR_NOT_FOUND);
    assert_int_equal(store_token_get(f->db, token.hash, &found), OK);
    assert_int_equal(found.revoked.us, f->now.us);
}

static void passwords_and_names_have_rules(void **state)
{
    static const char *const bad[] = {"", "123456789", "aabbccddaabbccdd", "my-Wang-password",
                                      "\xE8\xA1\xA1\xE9\x98\xB3\xE9\x9B\x81"};
    static const char *const good[] = {"0123456789", "correct horse",
                                       "\xE8\xA1\xA1\xE9\x98\xB3\xE9\x9B\x81\xE5\x9F\x8E 12345"};
    static const char *const names[] = {"", "Wang", ".wang", "wa ng", "w\xC3\xA4ng", "wang/"};
    struct diag diag = {0};
    char long_name[STORE_NAME_MAX + 2];
    (void)state;

    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (app_account_password(STR("wang"), str_of(bad[i]), &diag) != ERR_INVALID)
            fail_msg("passed: %s", bad[i]);
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (app_account_password(STR("wang"), str_of(good[i]), &diag))
            fail_msg("refused: %s: %s", good[i], diag.text);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (app_account_name(str_of(names[i]), &diag) != ERR_INVALID)
            fail_msg("passed: %s", names[i]);
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(app_account_name(str_of(long_name), &diag), ERR_INVALID);
    assert_int_equal(app_account_name(STR("li.4_x-y"), &diag), OK);
    assert_int_equal(app_account_device(STR("A84041:FF"), &diag), OK);
    assert_int_equal(app_account_device(STR(":A8"), &diag), ERR_INVALID);
}

static void an_unknown_name_takes_as_long_and_never_fits(void **state)
{
    (void)state;
    /* The text that stands for nobody is well-formed: hashing is really done for it. */
    assert_int_equal(app_secret_password_fits("", STR(PASSWORD)), ERR_INVALID);
    assert_int_equal(app_secret_password_fits("", STR("")), ERR_INVALID);
    assert_int_equal(app_secret_password_fits("$argon2id$broken", STR(PASSWORD)), ERR_INVALID);
}

struct seen {
    unsigned count;
    uint64_t last;
    char action[32];
};

static enum err see(void *context, const struct store_audit *row)
{
    struct seen *seen = context;

    assert_true(seen->last == 0 || row->id < seen->last);
    seen->last = row->id;
    if (seen->count++ == 0)
        snprintf(seen->action, sizeof seen->action, "%.*s", STR_ARG(row->action));
    return OK;
}

static void the_trail_is_only_added_to(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    struct app_login login = asked(f, "stranger", "not the one");

    assert_int_equal(log_in(f, &login), OK);
    assert_int_equal(store_audit_page(f->db, 0, 100, see, &seen), OK);
    assert_int_equal(seen.count, 2); /* the user added, the login that failed */
    assert_string_equal(seen.action, "login_failed");
    seen = (struct seen){0};
    assert_int_equal(store_audit_page(f->db, 2, 100, see, &seen), OK);
    assert_int_equal(seen.count, 1);
    static char long_text[STORE_AUDIT_TEXT_MAX + 1];
    struct app_actor by = actor(f);
    struct str detail = {long_text, sizeof long_text};
    assert_int_equal(app_account_note(f->db, &by, "too_long", STR(""), detail), ERR_LIMIT);
}

#define LOGIN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOGIN_TEST(the_right_password_gives_a_session),
        LOGIN_TEST(a_session_that_is_used_ends_with_the_shift),
        LOGIN_TEST(a_lock_out_grows_and_outlives_the_program),
        LOGIN_TEST(an_address_that_guesses_many_names_is_locked_out),
        LOGIN_TEST(a_change_during_the_login_counts),
        LOGIN_TEST(locking_ends_the_sessions),
        LOGIN_TEST(tokens_are_unlike_and_only_their_hash_is_kept),
        LOGIN_TEST(passwords_and_names_have_rules),
        LOGIN_TEST(an_unknown_name_takes_as_long_and_never_fits),
        LOGIN_TEST(the_trail_is_only_added_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
