/* Facts are told only when they are on disk, once each, also after the store is opened again. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store.h"
#include "store_fixture.h"

struct told {
    struct store_ticket tickets[64];
    enum err errs[64];
    size_t count;
    unsigned jobs;
    enum err job_err;
};

static void told_ticket(void *context, struct store_ticket ticket, enum err err)
{
    struct told *told = context;

    assert_true(told->count < COUNT_OF(told->tickets));
    told->tickets[told->count] = ticket;
    told->errs[told->count++] = err;
}

static void told_job(void *context, enum err err)
{
    struct told *told = context;

    told->jobs++;
    told->job_err = err;
}

static struct store *open_store(const char *folder, struct told *told)
{
    struct store_options options = {
        .folder = folder, .clock = clock_os(), .told = told_ticket, .context = told};
    struct store *store = NULL;
    struct diag diag = {0};

    enum err err = store_open(&options, &store, &diag);
    if (err)
        fail_msg("%s", diag.text);
    return store;
}

static void put_position(struct store *store, uint32_t device, int64_t at, uint64_t hash)
{
    struct store_position position = {
        .key = {device, {at}, hash, {at + 5}},
        .place = {268930000, 1125720000},
        .odometer_dkm = STORE_NO_ODOMETER,
        .items = str_bytes(STR("\x01\x04xxxx")),
    };

    assert_int_equal(store_put_position(store, &position), OK);
}

static void folder_new(char *folder)
{
    assert_non_null(mkdtemp(folder));
}

static void a_resent_fact_is_stored_once(void **state)
{
    char folder[] = "/tmp/yc-store-XXXXXX";
    struct told told = {0};
    (void)state;

    folder_new(folder);
    struct store *store = open_store(folder, &told);
    for (int round = 0; round < 2; round++) {
        put_position(store, 1, 1000, 7);
        put_position(store, 1, 1000, 8); /* the same moment, another body */
        put_position(store, 2, 1000, 7); /* another device */
        struct store_ticket ticket = {1, (uint64_t)round};
        assert_int_equal(store_put_ticket(store, ticket), OK);
    }
    assert_int_equal(told.count, 0);
    store_drain(store);
    assert_int_equal(told.count, 2);
    assert_int_equal(told.errs[0], OK);
    assert_int_equal(told.tickets[1].what, 1);
    assert_int_equal(store_counts(store).positions, 3);
    assert_int_equal(store_counts(store).duplicates, 3);
    store_close(store);

    store = open_store(folder, &told);
    put_position(store, 2, 1000, 7);
    store_drain(store);
    assert_int_equal(store_counts(store).positions, 0);
    assert_int_equal(store_counts(store).duplicates, 1);
    store_close(store);
    fixture_remove(folder);
}

static enum err job_refuses(struct store_db *db, void *context)
{
    (void)db;
    (void)context;
    return ERR_EXISTS;
}

static void a_job_runs_after_the_facts_before_it(void **state)
{
    char folder[] = "/tmp/yc-store-XXXXXX";
    struct told told = {0};
    (void)state;

    folder_new(folder);
    struct store *store = open_store(folder, &told);
    put_position(store, 1, 1000, 7);
    struct store_job job = {job_refuses, told_job, &told};
    assert_int_equal(store_put_job(store, &job), OK);
    store_drain(store);
    assert_int_equal(told.jobs, 1);
    assert_int_equal(told.job_err, ERR_EXISTS); /* and the facts stay */
    assert_int_equal(store_counts(store).positions, 1);
    store_close(store);
    fixture_remove(folder);
}

static void a_full_queue_answers_busy(void **state)
{
    char folder[] = "/tmp/yc-store-XXXXXX";
    struct told told = {0};
    struct store_position position = {.key = {.device = 1}, .odometer_dkm = STORE_NO_ODOMETER};
    enum err err = OK;
    (void)state;

    folder_new(folder);
    struct store *store = open_store(folder, &told);
    for (int64_t i = 0; !err; i++) {
        position.key.at.us = i;
        err = store_put_position(store, &position);
    }
    assert_int_equal(err, ERR_BUSY);
    assert_int_equal(store_counts(store).waiting, STORE_WAITING_MAX);
    store_drain(store);
    assert_int_equal(store_counts(store).positions, STORE_WAITING_MAX);
    assert_int_equal(store_counts(store).waiting, 0);
    assert_true(mem_live_bytes() < 8 << 20); /* a flood's memory is given back */
    store_close(store);
    fixture_remove(folder);
}

/* Bytes that wait are counted over all batches, those under way too. */
static void bytes_that_wait_are_limited(void **state)
{
    char folder[] = "/tmp/yc-store-XXXXXX";
    struct told told = {0};
    static unsigned char body[STORE_BODY_MAX];
    struct store_event event = {
        .key = {.device = 1}, .kind = STR("x"), .body = {body, sizeof body}};
    size_t put = 0;
    (void)state;

    folder_new(folder);
    struct store *store = open_store(folder, &told);
    for (;; put++) {
        event.key.hash = put;
        enum err err = store_put_event(store, &event);
        if (err == ERR_BUSY)
            break;
        assert_int_equal(err, OK);
        (void)store_flush(store);
    }
    assert_int_equal(put, STORE_WAITING_BYTES_MAX / (STORE_BODY_MAX + 1));
    store_drain(store);
    assert_int_equal(store_counts(store).events, put);
    assert_int_equal(store_put_event(store, &event), OK);
    store_close(store);
    fixture_remove(folder);
}

static void a_file_of_another_program_is_refused(void **state)
{
    char folder[] = "/tmp/yc-store-XXXXXX";
    char path[64];
    struct diag diag = {0};
    struct told told = {0};
    struct store *store = NULL;
    (void)state;

    folder_new(folder);
    assert_int_equal(file_join(sizeof path, path, folder, STORE_FILE), OK);
    assert_int_equal(
        file_write(path, STR("this is no database, and long enough to be looked at"), &diag), OK);
    struct store_options options = {
        .folder = folder, .clock = clock_os(), .told = told_ticket, .context = &told};
    assert_int_equal(store_open(&options, &store, &diag), ERR_INVALID);
    assert_null(store);
    fixture_remove(folder);
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
    struct diag diag = {0};
    struct told told = {0};
    struct store *store = NULL;
    struct store_options options = {
        .folder = "/proc/nowhere", .clock = clock_os(), .told = told_ticket, .context = &told};
    (void)state;

    assert_int_not_equal(store_open(&options, &store, &diag), OK);
    assert_non_null(strstr(diag.text, "folder"));
}

static void sweep_told(void *context, struct store_ticket ticket, enum err err)
{
    (void)ticket;
    *(enum err *)context = err;
}

static enum err sweep_run(struct store_db *db, void *context)
{
    (void)db;
    (void)context;
    return OK;
}

static void sweep_done(void *context, enum err err)
{
    (void)context;
    assert_int_equal(err, OK);
}

/* Everything a giver does, once. Each round has another fact, as the folder stays. */
static enum err open_put_and_close(void *context)
{
    static uint64_t round;
    enum err told = OK;
    struct store *store = NULL;
    struct store_options options = {
        .folder = context, .clock = clock_os(), .told = sweep_told, .context = &told};
    struct store_position position = fixture_position(1, 5, round++, 6);
    struct store_event event = {
        .key = position.key, .kind = STR("lift"), .body = str_bytes(STR("abc"))};
    struct store_device device = {.id = 1, .kind = STORE_DEVICE_SENSOR, .name = STR("s")};
    struct store_job job = {sweep_run, sweep_done, NULL};

    enum err err = store_open(&options, &store, NULL);
    if (err)
        return err;
    err = store_put_device(store, &device);
    if (!err)
        err = store_put_position(store, &position);
    if (!err)
        err = store_put_event(store, &event);
    if (!err)
        err = store_put_ticket(store, (struct store_ticket){1, 2});
    if (!err)
        err = store_put_job(store, &job);
    store_close(store);
    return err ? err : told;
}

static void no_memory_is_told_and_nothing_is_left(void **state)
{
    char folder[] = "/tmp/yc-store-XXXXXX";
    (void)state;

    folder_new(folder);
    check_sweep(open_put_and_close, folder);
    fixture_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resent_fact_is_stored_once),
        cmocka_unit_test(a_job_runs_after_the_facts_before_it),
        cmocka_unit_test(a_full_queue_answers_busy),
        cmocka_unit_test(bytes_that_wait_are_limited),
        cmocka_unit_test(a_file_of_another_program_is_refused),
        cmocka_unit_test(no_memory_is_told_and_nothing_is_left),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
