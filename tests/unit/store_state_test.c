/* A snapshot and the tail after it give the same state as all facts from the first. */
#include "store/state.h"

#include <string.h>

#include "prop.h"
#include "store/store.h"
#include "store_fixture.h"

enum { DEVICES = 8 };

/* A fold: how many readings, and the sum of their hashes. */
struct fold {
    uint64_t count[DEVICES];
    uint64_t sum[DEVICES];
};

static void fold_fact(struct fold *fold, const struct store_key *key)
{
    fold->count[key->device]++;
    fold->sum[key->device] += key->hash;
}

static enum err fold_row(void *context, const struct store_row *row)
{
    fold_fact(context, &row->key);
    return OK;
}

static enum err fold_state(void *context, const struct store_state *state)
{
    struct fold *fold = context;

    assert_int_equal(state->body.size, 16);
    memcpy(&fold->count[state->device], state->body.data, 8);
    memcpy(&fold->sum[state->device], state->body.data + 8, 8);
    return OK;
}

struct save {
    struct store_state states[DEVICES];
    unsigned char bodies[DEVICES][16];
    struct store_marks marks;
    bool given; /* the marks are given, not taken from the tables */
    enum err done;
};

static void save_of(struct save *save, const struct fold *fold)
{
    for (uint32_t i = 0; i < DEVICES; i++) {
        memcpy(save->bodies[i], &fold->count[i], 8);
        memcpy(save->bodies[i] + 8, &fold->sum[i], 8);
        save->states[i] = (struct store_state){i, {save->bodies[i], 16}};
    }
}

static enum err save_run(struct store_db *db, void *context)
{
    struct save *save = context;

    return store_state_save(db, save->states, DEVICES, save->given ? &save->marks : NULL);
}

static void save_done(void *context, enum err err)
{
    ((struct save *)context)->done = err;
}

static void told_nothing(void *context, struct store_ticket ticket, enum err err)
{
    (void)context;
    (void)ticket;
    (void)err;
}

static struct store *open_store(const char *folder)
{
    struct store_options options = {.folder = folder, .clock = clock_os(), .told = told_nothing};
    struct store *store = NULL;
    struct diag diag = {0};

    assert_int_equal(store_open(&options, &store, &diag), OK);
    return store;
}

/* Facts at random, snapshots at random moments, then a restart. Resent facts count once, because
 * the fold here is told which are new by a set of its own. */
static bool comes_back(struct rng *rng, size_t size)
{
    struct fixture fixture;
    struct fold live = {0};
    struct fold back = {0};
    struct save save = {.done = OK};
    struct store_marks marks = {0};

    fixture_folder(&fixture);
    struct store *store = open_store(fixture.folder);
    for (size_t i = 0; i < size; i++) {
        struct store_reading reading = {.key = {rng_below(rng, DEVICES), {(int64_t)i}, i, {1}}};
        fold_fact(&live, &reading.key);
        assert_int_equal(store_put_reading(store, &reading), OK);
        if (rng_below(rng, 20) == 0) {
            save_of(&save, &live);
            save.given = rng_below(rng, 2) == 0;
            if (save.given) { /* a state of what was told */
                store_drain(store);
                memcpy(save.marks.rows, store_counts(store).rows, sizeof save.marks.rows);
            }
            struct store_job job = {save_run, save_done, &save};
            assert_int_equal(store_put_job(store, &job), OK);
            if (rng_below(rng, 2) == 0) { /* facts put while the job waits are not in the marks */
                reading.key.hash = i + 1000000;
                fold_fact(&live, &reading.key);
                assert_int_equal(store_put_reading(store, &reading), OK);
            }
            store_drain(store);
            assert_int_equal(save.done, OK);
        }
    }
    store_close(store);

    fixture.db = fixture_connect(fixture.folder, true);
    assert_int_equal(store_state_each(fixture.db, fold_state, &back), OK);
    assert_int_equal(store_state_marks(fixture.db, &marks), OK);
    assert_int_equal(
        store_read_tail(fixture.db, STORE_READINGS, marks.rows[STORE_READINGS], fold_row, &back),
        OK);
    fixture_close(&fixture);
    return memcmp(&live, &back, sizeof live) == 0;
}

static void a_snapshot_and_the_tail_give_the_state_back(void **state)
{
    (void)state;
    PROP(comes_back, 25, 600);
}

static void marks_never_go_back(void **state)
{
    struct fixture fixture;
    struct store_marks marks = {{5, 6, 7}};
    struct store_state one = {3, {NULL, 0}};
    (void)state;

    fixture_open(&fixture);
    assert_int_equal(store_state_save(fixture.db, &one, 1, &marks), OK); /* an empty state too */
    marks.rows[STORE_EVENTS] = 6;
    assert_int_equal(store_state_save(fixture.db, NULL, 0, &marks), ERR_RANGE);
    assert_int_equal(store_state_marks(fixture.db, &marks), OK);
    assert_int_equal(marks.rows[STORE_POSITIONS], 5);
    assert_int_equal(marks.rows[STORE_READINGS], 6);
    assert_int_equal(marks.rows[STORE_EVENTS], 7);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_and_the_tail_give_the_state_back),
        cmocka_unit_test(marks_never_go_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
