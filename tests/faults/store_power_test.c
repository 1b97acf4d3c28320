/* What was told OK is on the disk, whatever happens to it; what was not may be sent again. */
#include <string.h>
#include <unistd.h>

#include "faults/vfs.h"
#include "prop.h"
#include "store/keep.h"
#include "store/read.h"
#include "store/state.h"
#include "store/store.h"
#include "store_fixture.h"

enum {
    FACTS_MAX = 4000,
    POWER_ROUNDS = 220,
    POWER_ROUNDS_BESIDE = 100,
    ERROR_PLACES = 60,
    CHECKPOINT_PAGES = 12, /* so that small tests see many */
    ITEM_BYTES = 300,
};

/* A giver of numbered facts, and what it was told of them. */
struct giver {
    enum err told[FACTS_MAX]; /* ERR_BUSY: nothing */
    size_t count;
    enum err last;
    struct store *store;
    bool beside; /* the log is folded by a thread beside the writer */
    int64_t utc_us;
    struct clock clock;
};

static void giver_told(void *context, struct store_ticket ticket, enum err err)
{
    struct giver *giver = context;

    for (uint64_t i = ticket.whom; i < ticket.what; i++)
        giver->told[i] = err;
    giver->last = err;
}

static enum err giver_open(struct giver *giver, const char *folder)
{
    struct store_options options = {
        .folder = folder,
        .vfs = FAULTS_VFS,
        .clock = giver->clock.utc ? &giver->clock : clock_os(),
        .told = giver_told,
        .context = giver,
        .checkpoint_pages = CHECKPOINT_PAGES,
        .checkpoint_here = !giver->beside,
    };
    struct diag diag = {0};

    giver->store = NULL;
    return store_open(&options, &giver->store, &diag);
}

static void giver_put(struct giver *giver, size_t i)
{
    unsigned char items[ITEM_BYTES];

    memset(items, (int)i, sizeof items);
    struct store_position position =
        fixture_position(1, (int64_t)i + 1, (uint64_t)i, (int64_t)i + 2);
    position.items = (struct bytes){items, sizeof items};
    assert_int_equal(store_put_position(giver->store, &position), OK);
}

/* Gives the next facts as one batch and waits for the answer. */
static void giver_give(struct giver *giver, size_t count)
{
    struct store_ticket ticket = {giver->count, giver->count + count};

    assert_true(giver->count + count <= FACTS_MAX);
    for (size_t i = 0; i < count; i++) {
        giver->told[giver->count + i] = ERR_BUSY;
        giver_put(giver, giver->count + i);
    }
    giver->count += count;
    assert_int_equal(store_put_ticket(giver->store, ticket), OK);
    store_drain(giver->store);
}

/* --- what is on the disk --- */

struct found {
    unsigned char times[FACTS_MAX];
};

static enum err found_row(void *context, const struct store_row *row)
{
    struct found *found = context;
    size_t i = (size_t)row->key.hash;

    assert_true(i < FACTS_MAX);
    assert_int_equal(row->key.at.us, i + 1);
    assert_int_equal(row->position.items.size, ITEM_BYTES);
    assert_int_equal(row->position.items.data[ITEM_BYTES - 1], i & 0xFF);
    found->times[i]++;
    return OK;
}

static void found_all(const char *folder, struct found *found)
{
    struct store_read read = {.table = STORE_POSITIONS,
                              .after = store_cursor_at((struct utc_us){0}),
                              .until = STORE_NO_END};

    memset(found, 0, sizeof *found);
    struct store_db *db = fixture_connect(folder, false);
    sqlite3_stmt *check = store_sql(db, "PRAGMA integrity_check");
    assert_non_null(check);
    assert_int_equal(store_sql_row(check), OK);
    check_text(store_sql_get_text(check, 0), "ok");
    sqlite3_reset(check);
    assert_int_equal(store_read(db, &read, found_row, found), OK);
    store_db_close(db);
}

/* Every fact that was told OK is there, none twice. */
static bool kept(const struct giver *giver, const char *folder)
{
    static struct found found;

    found_all(folder, &found);
    for (size_t i = 0; i < FACTS_MAX; i++) {
        bool told = i < giver->count && giver->told[i] == OK;
        if ((told && found.times[i] != 1) || found.times[i] > 1)
            return false;
    }
    return true;
}

/* Every fact up to the mark is in the sums once, whatever was cut off when. */
static bool summed(const char *folder)
{
    struct store_db *db = fixture_connect(folder, false);

    int64_t rows =
        fixture_number(db, "SELECT count(*) FROM position WHERE id <="
                           " coalesce((SELECT row FROM mark WHERE name = 'position.hour'), 0)");
    int64_t sum = fixture_number(db, "SELECT coalesce(sum(count), 0) FROM position_hour");
    int64_t saved =
        fixture_number(db, "SELECT coalesce((SELECT row FROM mark WHERE name = 'position.state'),"
                           " 0) <= coalesce((SELECT max(id) FROM position), 0)");
    store_db_close(db);
    return rows == sum && saved;
}

/* --- power loss --- */

static enum err tidy_run(struct store_db *db, void *context)
{
    struct store_keep_run *run = context;

    enum err err = store_state_save(db, NULL, 0, NULL);
    while (!err && !run->done)
        err = store_keep_step(db, run);
    return err;
}

static void tidy_done(void *context, enum err err)
{
    (void)context;
    (void)err; /* the power may have gone */
}

/* A snapshot and a run of roll-ups, as a job. */
static void giver_tidy(struct giver *giver)
{
    struct store_keep keep = store_keep_usual((struct utc_us){0});
    struct store_keep_run run;
    struct store_job job = {tidy_run, tidy_done, &run};

    keep.rows_max = 7;
    store_keep_begin(&run, &keep);
    assert_int_equal(store_put_job(giver->store, &job), OK);
    store_drain(giver->store);
}

/* Gives batches, closes and opens now and then, until power goes or enough is given. */
static void work_until_dark(struct giver *giver, const char *folder, struct rng *rng)
{
    if (giver_open(giver, folder))
        return;
    while (!faults_power_lost() && giver->count < FACTS_MAX - 64) {
        giver_give(giver, 1 + rng_below(rng, 40));
        if (rng_below(rng, 10) == 0)
            giver_tidy(giver);
        if (rng_below(rng, 12) == 0) { /* a close folds the log */
            store_close(giver->store);
            if (giver_open(giver, folder))
                return;
        }
    }
    store_close(giver->store);
}

struct tally {
    uint64_t lost, told;
};

static void power_round(uint64_t seed, bool beside, struct tally *tally)
{
    static struct giver giver;
    struct fixture fixture;
    struct rng rng;

    rng_init(&rng, seed);
    memset(&giver, 0, sizeof giver);
    giver.beside = beside;
    fixture_folder(&fixture);
    faults_begin();
    /* Two losses on one store: the second begins from what the first left. */
    for (int loss = 0; loss < 2; loss++) {
        struct faults_plan plan = {.power_at = 1 + rng_below(&rng, 900), .seed = rng_u64(&rng)};
        faults_plan(&plan);
        work_until_dark(&giver, fixture.folder, &rng);
        tally->lost += faults_power_lost();
        faults_power_off();
        faults_power_back();
        if (!summed(fixture.folder))
            fail_msg("sums and marks do not agree: PROP_SEED=%llu", (unsigned long long)seed);
        if (!kept(&giver, fixture.folder))
            fail_msg("a fact that was acknowledged is lost or doubled: PROP_SEED=%llu",
                     (unsigned long long)seed);
    }
    faults_end();
    for (size_t i = 0; i < giver.count; i++)
        tally->told += giver.told[i] == OK;
    fixture_remove(fixture.folder);
}

static void power_rounds(bool beside, uint64_t rounds)
{
    struct tally tally = {0};
    uint64_t chosen = prop_setting("PROP_SEED", 0);

    if (chosen) {
        power_round(chosen, beside, &tally);
        return;
    }
    for (uint64_t seed = 1; seed <= rounds; seed++)
        power_round(seed, beside, &tally);
    /* The test is worth something only if power went in the middle of work, and work was done. */
    assert_true(tally.lost > rounds);
    assert_true(tally.told > 100 * rounds);
}

static void acknowledged_facts_survive_power_loss(void **state)
{
    (void)state;
    power_rounds(false, POWER_ROUNDS);
}

static void also_while_the_log_is_folded_beside_the_writer(void **state)
{
    (void)state;
    power_rounds(true, POWER_ROUNDS_BESIDE);
}

/* Without a sync the same loss takes facts along: the disk above does lose what is not synced. */
static void the_test_disk_does_lose_what_is_not_synced(void **state)
{
    struct fixture fixture;
    bool lost = false;
    (void)state;

    fixture_folder(&fixture);
    faults_begin();
    struct faults_plan plan = {.seed = 4};
    faults_plan(&plan);
    struct store_db *db = NULL;
    struct diag diag = {0};
    struct store_db_open open = {.folder = fixture.folder, .vfs = FAULTS_VFS};
    assert_int_equal(store_db_open(&open, &db, &diag), OK);
    assert_int_equal(store_sql_script(db, "PRAGMA synchronous = OFF"), OK);
    for (int64_t i = 0; i < 50; i++) {
        struct store_position position = fixture_position(1, i + 1, (uint64_t)i, i);
        fixture_put_position(db, &position);
    }
    faults_power_off();
    store_db_close(db);
    faults_power_back();
    db = fixture_connect(fixture.folder, false);
    lost = fixture_number(db, "SELECT count(*) FROM position") < 50;
    store_db_close(db);
    faults_end();
    fixture_remove(fixture.folder);
    assert_true(lost);
}

/* --- a full disk --- */

static void a_full_disk_is_told_and_the_store_goes_on_when_there_is_space(void **state)
{
    static struct giver giver;
    struct fixture fixture;
    (void)state;

    memset(&giver, 0, sizeof giver);
    fixture_folder(&fixture);
    faults_begin();
    assert_int_equal(giver_open(&giver, fixture.folder), OK);
    giver_give(&giver, 30);
    assert_int_equal(giver.last, OK);
    struct faults_plan plan = {.space_bytes = faults_bytes() + 150000};
    faults_plan(&plan);
    while (giver.last == OK)
        giver_give(&giver, 30);
    assert_int_equal(giver.last, ERR_FULL);
    assert_int_equal(store_counts(giver.store).last_failure, ERR_FULL);
    size_t refused = giver.count - 30;
    for (int again = 0; again < 3; again++) {
        giver_give(&giver, 30);
        assert_int_equal(giver.last, ERR_FULL);
    }

    plan.space_bytes = 0;
    faults_plan(&plan);
    for (size_t i = refused; i < giver.count; i++) /* they have no answer: they send again */
        giver_put(&giver, i);
    struct store_ticket ticket = {refused, giver.count};
    assert_int_equal(store_put_ticket(giver.store, ticket), OK);
    store_drain(giver.store);
    assert_int_equal(giver.last, OK);
    assert_int_equal(store_counts(giver.store).last_failure, OK);
    faults_power_off();
    store_close(giver.store);
    faults_power_back();
    assert_true(kept(&giver, fixture.folder));
    faults_end();
    fixture_remove(fixture.folder);
}

static void put_device(struct giver *giver, uint32_t id, struct str name)
{
    struct store_device device = {
        .id = id, .kind = STORE_DEVICE_TERMINAL, .name = name, .unit = STR("truck-9")};

    assert_int_equal(store_put_device(giver->store, &device), OK);
}

static int64_t devices_called(const char *folder, const char *sql)
{
    struct store_db *db = fixture_connect(folder, false);

    int64_t count = fixture_number(db, sql);
    store_db_close(db);
    return count;
}

/* The giver knows the device from then on and gives facts of it: its row must not be missing. */
static void a_device_whose_batch_failed_is_stored_with_the_next(void **state)
{
    static struct giver giver;
    struct fixture fixture;
    (void)state;

    memset(&giver, 0, sizeof giver);
    fixture_folder(&fixture);
    faults_begin();
    assert_int_equal(giver_open(&giver, fixture.folder), OK);
    put_device(&giver, 7, STR("13900000007"));
    giver_give(&giver, 1);
    struct faults_plan plan = {.space_bytes = 1};
    faults_plan(&plan);
    while (giver.last == OK) /* what the log has room for */
        giver_give(&giver, 10);
    for (uint32_t id = 8; id <= 10; id++) {
        put_device(&giver, id, id == 8 ? STR("A") : id == 9 ? STR("B") : STR("C"));
        giver_give(&giver, 2);
        assert_int_equal(giver.last, ERR_FULL);
    }
    plan.space_bytes = 0;
    faults_plan(&plan);
    put_device(&giver, 11, STR("13900000007")); /* breaks the rules: fails its batch once */
    giver_give(&giver, 1);
    assert_int_equal(giver.last, ERR_EXISTS);
    giver_give(&giver, 1);
    assert_int_equal(giver.last, OK);
    faults_power_off();
    store_close(giver.store);
    faults_power_back();
    assert_int_equal(devices_called(fixture.folder, "SELECT count(*) FROM device"), 4);
    assert_int_equal(devices_called(fixture.folder, "SELECT id FROM device WHERE name = 'C' AND"
                                                    " unit = 'truck-9'"),
                     10);
    assert_true(kept(&giver, fixture.folder));
    faults_end();
    fixture_remove(fixture.folder);
}

/* --- an error at one place, each place in turn --- */

/* Gives facts while one write or sync fails; then loses power. Returns whether it came to failing. */
static bool error_round(uint64_t fail_write, uint64_t fail_sync, uint64_t *told_failures)
{
    static struct giver giver;
    struct fixture fixture;
    struct faults_plan plan = {
        .fail_write = fail_write, .fail_sync = fail_sync, .seed = fail_write + 1000 * fail_sync};

    memset(&giver, 0, sizeof giver);
    fixture_folder(&fixture);
    faults_begin();
    assert_int_equal(giver_open(&giver, fixture.folder), OK);
    faults_plan(&plan);
    for (int batch = 0; batch < 20; batch++)
        giver_give(&giver, 4);
    bool reached = faults_syncs() >= fail_sync;
    giver_give(&giver, 4);
    if (giver.last) /* it was in that one */
        giver_give(&giver, 4);
    assert_int_equal(giver.last, OK); /* one error does not end the store */
    *told_failures += store_counts(giver.store).failures;
    faults_power_off();
    store_close(giver.store);
    faults_power_back();
    if (!kept(&giver, fixture.folder))
        fail_msg("lost or doubled after write %llu or sync %llu failed",
                 (unsigned long long)fail_write, (unsigned long long)fail_sync);
    faults_end();
    fixture_remove(fixture.folder);
    return reached;
}

static void one_failing_write_or_sync_loses_nothing_acknowledged(void **state)
{
    uint64_t failures = 0;
    (void)state;

    for (uint64_t place = 1; place <= ERROR_PLACES; place++)
        (void)error_round(place, 0, &failures);
    assert_true(failures > ERROR_PLACES / 2);
    failures = 0;
    for (uint64_t place = 1; error_round(0, place, &failures); place++)
        assert_true(place < ERROR_PLACES);
    assert_true(failures >= 10);
}

/* --- other trouble --- */

static void a_read_only_folder_is_told(void **state)
{
    static struct giver giver;
    struct fixture fixture;
    struct diag diag = {0};
    struct store *store = NULL;
    (void)state;

    memset(&giver, 0, sizeof giver);
    fixture_folder(&fixture);
    faults_begin();
    struct faults_plan plan = {.read_only = true};
    faults_plan(&plan);
    struct store_options options = {.folder = fixture.folder,
                                    .vfs = FAULTS_VFS,
                                    .clock = clock_os(),
                                    .told = giver_told,
                                    .context = &giver};
    assert_int_equal(store_open(&options, &store, &diag), ERR_IO);
    assert_null(store);
    assert_non_null(strstr(diag.text, "writable"));
    faults_end();
    fixture_remove(fixture.folder);
}

/* Locks of SQLite hold between two connections of a process as between two processes. */
static void a_process_that_keeps_the_write_lock_is_waited_for_then_told(void **state)
{
    static struct giver giver;
    struct fixture fixture;
    (void)state;

    memset(&giver, 0, sizeof giver);
    fixture_folder(&fixture);
    faults_begin();
    assert_int_equal(giver_open(&giver, fixture.folder), OK);
    giver_give(&giver, 3);
    struct store_db *other = NULL;
    struct diag diag = {0};
    struct store_db_open open = {.folder = fixture.folder, .vfs = FAULTS_VFS};
    assert_int_equal(store_db_open(&open, &other, &diag), OK);
    assert_int_equal(store_db_begin(other), OK);
    giver_give(&giver, 3);
    assert_int_equal(giver.last, ERR_BUSY);
    assert_true(faults_slept_us() > 5000000);
    store_db_rollback(other);
    store_db_close(other);
    giver_give(&giver, 3);
    assert_int_equal(giver.last, OK);
    store_close(giver.store);
    faults_power_back();
    assert_true(kept(&giver, fixture.folder));
    faults_end();
    fixture_remove(fixture.folder);
}

static struct utc_us jumping_utc(const struct clock *clock)
{
    const struct giver *giver =
        (const struct giver *)((const char *)clock - offsetof(struct giver, clock));

    return (struct utc_us){giver->utc_us};
}

static struct mono_us steady_mono(const struct clock *clock)
{
    (void)clock;
    return clock_mono(clock_os());
}

static void a_clock_that_jumps_stalls_nothing(void **state)
{
    static struct giver giver;
    static const int64_t years[] = {1, -30, 40, -50, 0};
    struct fixture fixture;
    (void)state;

    memset(&giver, 0, sizeof giver);
    giver.clock = (struct clock){jumping_utc, steady_mono};
    fixture_folder(&fixture);
    faults_begin();
    assert_int_equal(giver_open(&giver, fixture.folder), OK);
    for (size_t i = 0; i < COUNT_OF(years); i++) {
        giver.utc_us = years[i] * 366 * 86400 * CLOCK_US_PER_S;
        giver_put(&giver, giver.count++);
        struct store_ticket ticket = {giver.count - 1, giver.count};
        assert_int_equal(store_put_ticket(giver.store, ticket), OK);
        giver.last = ERR_BUSY;
        uint64_t wait_ms = store_flush(giver.store);
        assert_true(wait_ms <= STORE_COMMIT_EVERY_US / 1000 + 1);
        usleep((useconds_t)wait_ms * 1000);
        assert_int_equal(store_flush(giver.store), 0);
        store_drain(giver.store);
        assert_int_equal(giver.last, OK);
    }
    store_close(giver.store);
    faults_end();
    fixture_remove(fixture.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_facts_survive_power_loss),
        cmocka_unit_test(also_while_the_log_is_folded_beside_the_writer),
        cmocka_unit_test(the_test_disk_does_lose_what_is_not_synced),
        cmocka_unit_test(a_full_disk_is_told_and_the_store_goes_on_when_there_is_space),
        cmocka_unit_test(a_device_whose_batch_failed_is_stored_with_the_next),
        cmocka_unit_test(one_failing_write_or_sync_loses_nothing_acknowledged),
        cmocka_unit_test(a_read_only_folder_is_told),
        cmocka_unit_test(a_process_that_keeps_the_write_lock_is_waited_for_then_told),
        cmocka_unit_test(a_clock_that_jumps_stalls_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
