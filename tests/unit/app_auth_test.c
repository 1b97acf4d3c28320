/* The tasks that requests wait for: through a worker and the store's writer, in order, bounded, and
 * given back whenever the server ends. */
#include "check.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/auth/auth.h"
#include "base/file.h"
#include "net/loop.h"
#include "store/store.h"

struct fixture {
    char folder[64];
    struct net_loop *loop;
    struct store *store;
    struct store_db *reader;
    struct app_tasks *tasks;
    unsigned worked;
    unsigned answered;
    unsigned busy;
    enum err last;
};

static void told(void *context, struct store_ticket ticket, enum err err)
{
    (void)context;
    (void)ticket;
    (void)err;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct diag diag = {0};

    memcpy(f->folder, "/tmp/yc-auth-XXXXXX", 20);
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(app_secret_init(&diag), OK);
    assert_int_equal(net_loop_new(&f->loop), OK);
    struct store_options options = {
        .folder = f->folder, .clock = clock_os(), .told = told, .context = f};
    struct store_db_open open = {.folder = f->folder, .read_only = true};
    assert_int_equal(store_open(&options, &f->store, &diag), OK);
    assert_int_equal(store_db_open(&open, &f->reader, &diag), OK);
    assert_int_equal(app_tasks_new(f->loop, f->store, &f->tasks), OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[128];

    app_tasks_stop(f->tasks);
    store_close(f->store);
    app_tasks_free(f->tasks);
    store_db_close(f->reader);
    net_loop_free(f->loop);
    static const char *const files[] = {"store.db", "store.db-wal", "store.db-shm", "store.lock"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(command, sizeof command, "%s/%s", f->folder, files[i]);
        unlink(command);
    }
    rmdir(f->folder);
    free(f);
    assert_int_equal(mem_live_bytes(), 0);
    return 0;
}

/* Lets worker, writer and loop go on until `done` answers have come. */
static void turn_until(struct fixture *f, unsigned done)
{
    for (int i = 0; i < 10000 && f->answered < done; i++) {
        net_loop_poll(f->loop);
        (void)store_flush(f->store);
        store_collect(f->store);
        poll(NULL, 0, 1);
    }
    assert_int_equal(f->answered, done);
}

static enum err work(struct app_task *task)
{
    struct fixture *f = task->context;

    f->worked++; /* the only worker */
    memcpy(task->what, "worked", 7);
    return task->id == 13 ? ERR_NOMEM : OK;
}

static enum err write_user(struct store_db *db, struct app_task *task)
{
    struct app_actor actor = {.who = STR("test"), .peer = STR(""), .at = {1}};

    if (task->work && strcmp(task->what, "worked") != 0)
        return ERR_INVALID; /* out of order */
    snprintf(task->user.name, sizeof task->user.name, "user%llu", (unsigned long long)task->id);
    return app_account_add(db, &actor, &task->user);
}

static void answer(struct app_task *task, enum err err)
{
    struct fixture *f = task->context;

    f->answered++;
    f->busy += err == ERR_BUSY;
    f->last = err;
}

static struct app_task *new_task(struct fixture *f, uint64_t id)
{
    struct app_task *task = NULL;

    assert_int_equal(app_task_new(f->tasks, &task), OK);
    task->context = f;
    task->id = id;
    task->work = work;
    task->write = write_user;
    task->answer = answer;
    return task;
}

static void a_task_is_worked_then_written_then_answered(void **state)
{
    struct fixture *f = *state;
    struct store_user user;

    app_task_start(new_task(f, 1));
    turn_until(f, 1);
    assert_int_equal(f->last, OK);
    assert_int_equal(store_user_get(f->reader, STR("user1"), &user), OK);
    app_task_start(new_task(f, 1)); /* what the write refuses is told, and rolled back */
    turn_until(f, 2);
    assert_int_equal(f->last, ERR_EXISTS);
    app_task_start(new_task(f, 13)); /* what fails on the worker is not written */
    turn_until(f, 3);
    assert_int_equal(f->last, ERR_NOMEM);
    assert_int_equal(store_user_get(f->reader, STR("user13"), &user), ERR_NOT_FOUND);
    struct app_task *plain = new_task(f, 2);
    plain->work = NULL;
    app_task_start(plain);
    turn_until(f, 4);
    assert_int_equal(f->last, OK);
    assert_int_equal(f->worked, 3);
}

static void too_many_at_the_worker_are_refused_and_no_write_is_lost(void **state)
{
    enum { WRITES = 300 }; /* more than the store takes in one batch */
    struct fixture *f = *state;
    uint64_t count = 0;

    for (unsigned i = 0; i < APP_WORKS_MAX + 5; i++)
        app_task_start(new_task(f, 1000 + i));
    assert_int_equal(f->busy, 5); /* none has come back yet: the loop has not turned */
    turn_until(f, APP_WORKS_MAX + 5);
    for (unsigned i = 0; i < WRITES; i++) {
        struct app_task *task = new_task(f, 2000 + i);
        task->work = NULL;
        app_task_start(task);
    }
    turn_until(f, APP_WORKS_MAX + 5 + WRITES);
    assert_int_equal(f->busy, 5);
    assert_int_equal(store_user_count(f->reader, &count), OK);
    assert_int_equal(count, APP_WORKS_MAX + WRITES);
}

static void the_number_of_tasks_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct app_task *task = NULL;

    for (unsigned i = 0; i < APP_TASKS_MAX; i++)
        assert_int_equal(app_task_new(f->tasks, &task), OK);
    assert_int_equal(app_task_new(f->tasks, &task), ERR_BUSY);
    app_task_drop(task);
    assert_int_equal(app_task_new(f->tasks, &task), OK); /* the rest goes with the tasks */
}

static void who_is_under_way_at_the_end_is_not_answered(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 0; i < 10; i++)
        app_task_start(new_task(f, i));
    struct app_task *plain = new_task(f, 77);
    plain->work = NULL;
    app_task_start(plain);
    assert_true(app_tasks_has_login(f->tasks, STR("wang")) == false);
    app_tasks_stop(f->tasks);
    store_drain(f->store);
    assert_int_equal(f->answered, 0);
    struct app_task *late = NULL;
    assert_int_equal(app_task_new(f->tasks, &late), ERR_BUSY);
}

static enum err make_auth(void *context)
{
    struct fixture *f = context;
    struct app_auth *auth = NULL;
    struct app_auth_options options = {
        .loop = f->loop, .clock = clock_os(), .store = f->store, .reader = f->reader};

    enum err err = app_auth_new(&options, &auth, NULL);
    app_auth_stop(auth);
    app_auth_free(auth);
    for (int i = 0; i < 3; i++)
        net_loop_poll(f->loop); /* handles are given back one turn later */
    return err;
}

static void lack_of_memory_leaves_nothing_behind(void **state)
{
    check_sweep(make_auth, *state);
}

static void an_address_for_others_wants_users(void **state)
{
    struct fixture *f = *state;
    struct diag diag = {0};

    assert_int_equal(app_auth_bind(f->reader, "127.0.0.1", &diag), OK);
    assert_int_equal(app_auth_bind(f->reader, "::1", &diag), OK);
    assert_int_equal(app_auth_bind(f->reader, "0.0.0.0", &diag), ERR_INVALID);
    assert_non_null(strstr(diag.text, "yancheng user add"));
    assert_int_equal(app_auth_bind(f->reader, "::", &diag), ERR_INVALID);
    app_task_start(new_task(f, 1));
    turn_until(f, 1);
    assert_int_equal(app_auth_bind(f->reader, "0.0.0.0", &diag), OK);
}

#define AUTH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUTH_TEST(a_task_is_worked_then_written_then_answered),
        AUTH_TEST(too_many_at_the_worker_are_refused_and_no_write_is_lost),
        AUTH_TEST(the_number_of_tasks_is_bounded),
        AUTH_TEST(who_is_under_way_at_the_end_is_not_answered),
        AUTH_TEST(lack_of_memory_leaves_nothing_behind),
        AUTH_TEST(an_address_for_others_wants_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
