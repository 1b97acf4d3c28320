/* app_auth_bench.c - what it costs that every request looks into the store: a session with its user,
 * a token, and one password.
 *     build/release/bench/app_auth_bench [LOOKS]
 * Among 200 users with a session each and 10,000 tokens. One line of JSON a measurement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/auth/auth.h"
#include "base/file.h"
#include "net/loop.h"
#include "store/store.h"

enum { BENCH_USERS = 200, BENCH_TOKENS = 10000, BENCH_LOOKS = 200000 };

struct bench {
    struct app_auth *auth;
    struct app_who users[BENCH_USERS];
    struct app_who tokens[BENCH_TOKENS];
};

static double bench_seconds(void)
{
    return (double)clock_mono(clock_os()).us / (double)CLOCK_US_PER_S;
}

static enum err bench_users(struct bench *bench, struct store_db *db)
{
    struct utc_us now = clock_utc(clock_os());
    enum err err = OK;

    for (size_t i = 0; !err && i < BENCH_USERS; i++) {
        struct store_user user = {
            .roles = CIVIC_BIT(CIVIC_VIEWER), .made = now, .changed = now, .password = "none"};
        struct store_session session = {.made = now, .used = now};
        char text[APP_TOKEN_CHARS + 1];
        snprintf(user.name, sizeof user.name, "user%zu", i);
        snprintf(session.user, sizeof session.user, "user%zu", i);
        app_secret_token(text, session.hash);
        bench->users[i].kind = APP_WHO_USER;
        memcpy(bench->users[i].hash, session.hash, sizeof session.hash);
        err = store_user_add(db, &user);
        if (!err)
            err = store_session_add(db, &session);
    }
    return err;
}

static enum err bench_tokens(struct bench *bench, struct store_db *db)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < BENCH_TOKENS; i++) {
        struct store_token token = {.device = true, .made = {1}};
        char text[APP_TOKEN_CHARS + 1];
        uint64_t id;
        snprintf(token.name, sizeof token.name, "bin-%zu", i);
        app_secret_token(text, token.hash);
        bench->tokens[i].kind = APP_WHO_DEVICE;
        memcpy(bench->tokens[i].hash, token.hash, sizeof token.hash);
        err = store_token_add(db, &token, &id);
    }
    return err;
}

static enum err bench_fill(struct bench *bench, const char *folder, struct diag *diag)
{
    struct store_db_open open = {.folder = folder};
    struct store_db *db = NULL;

    enum err err = store_db_open(&open, &db, diag);
    if (err)
        return err;
    err = store_db_begin(db);
    if (!err)
        err = bench_users(bench, db);
    if (!err)
        err = bench_tokens(bench, db);
    if (!err)
        err = store_db_commit(db);
    store_db_close(db);
    return err ? diag_set(diag, err, "cannot be filled: %s", err_text(err)) : OK;
}

static void bench_looks(struct bench *bench, const char *what, const struct app_who *whos,
                        size_t count, enum civic_may may, uint64_t looks)
{
    uint64_t passed = 0;

    double from = bench_seconds();
    for (uint64_t i = 0; i < looks; i++)
        passed += app_auth_still(bench->auth, &whos[i * 7919 % count], may);
    double took = bench_seconds() - from;
    printf("{\"look\":\"%s\",\"looks\":%llu,\"passed\":%llu,\"us\":%.2f,\"per_s\":%.0f}\n", what,
           (unsigned long long)looks, (unsigned long long)passed, took * 1e6 / (double)looks,
           (double)looks / took);
}

static void bench_password(void)
{
    char kept[STORE_PASSWORD_MAX + 1];
    double from = bench_seconds();

    enum err err = app_secret_password(STR("correct horse 9"), kept);
    if (!err)
        err = app_secret_password_fits(kept, STR("correct horse 9"));
    double took = bench_seconds() - from;
    printf("{\"password\":\"%s\",\"ms\":%.0f}\n", err_text(err), took * 1000 / 2);
}

static enum err bench_run(struct bench *bench, const char *folder, uint64_t looks,
                          struct diag *diag)
{
    struct store_db_open open = {.folder = folder, .read_only = true};
    struct store_options store = {.folder = folder, .clock = clock_os()};
    struct app_auth_options options = {.clock = clock_os()};

    enum err err = net_loop_new(&options.loop);
    if (!err)
        err = store_open(&store, &options.store, diag);
    if (!err)
        err = store_db_open(&open, &options.reader, diag);
    if (!err)
        err = app_auth_new(&options, &bench->auth, diag);
    if (!err) {
        bench_looks(bench, "session", bench->users, BENCH_USERS, CIVIC_MAY_WATCH, looks);
        bench_looks(bench, "token", bench->tokens, BENCH_TOKENS, CIVIC_MAY_REPORT, looks);
        bench_password();
    }
    app_auth_stop(bench->auth);
    store_close(options.store);
    app_auth_free(bench->auth);
    store_db_close(options.reader);
    net_loop_free(options.loop);
    return err;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    static const char *const files[] = {"store.db", "store.db-wal", "store.db-shm", "store.lock"};
    char folder[] = "/tmp/yancheng-auth-XXXXXX";
    char path[FILE_PATH_MAX];
    uint64_t looks = BENCH_LOOKS;
    struct diag diag = {0};

    if ((argc > 1 && str_u64(str_of(argv[1]), &looks)) || !mkdtemp(folder))
        return 2;
    enum err err = app_secret_init(&diag);
    if (!err)
        err = bench_fill(&bench, folder, &diag);
    if (!err)
        err = bench_run(&bench, folder, looks, &diag);
    if (err)
        fprintf(stderr, "app_auth_bench: %s\n", diag.text);
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (!file_join(sizeof path, path, folder, files[i]))
            unlink(path);
    rmdir(folder);
    return err != OK;
}
