/* store_state_bench.c - how long until a million bins are back in memory.
 *
 * Makes a store of N sensors, each with a row and a state, and a tail of T readings; then, with a
 * fresh connection, reads the devices, the states, and the tail folded into them. Prints one line of
 * JSON. The file is in the page cache, as after a restart of the program alone.
 *     build/release/bench/store_state_bench [N [T [FOLDER]]]
 * With FOLDER, a city's without a store, the store is made there and left, to start a server on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "store/sql.h"
#include "store/state.h"

enum { BENCH_STATE_BYTES = 64, BENCH_BATCH = 50000 };

struct bench_bin {
    unsigned char state[BENCH_STATE_BYTES];
    int32_t fill_bp;
    int64_t at_us;
};
struct bench {
    uint32_t devices;
    uint32_t tail;
    struct bench_bin *bins; /* by id */
    uint64_t devices_seen, states_seen, readings_seen;
};

static double bench_seconds(void)
{
    return (double)clock_mono(clock_os()).us / (double)CLOCK_US_PER_S;
}

static enum err bench_fill(struct bench *bench, struct store_db *db)
{
    unsigned char body[BENCH_STATE_BYTES] = {1};
    char name[32];
    enum err err = store_db_begin(db);

    for (uint32_t i = 1; !err && i <= bench->devices; i++) {
        int size = snprintf(name, sizeof name, "bin-sensor-%08u", i);
        struct store_device device = {.id = i,
                                      .kind = STORE_DEVICE_SENSOR,
                                      .name = {name, (size_t)size},
                                      .unit = {name, (size_t)size},
                                      .unit_kind = STORE_UNIT_BIN,
                                      .empty_mm = 1500};
        struct store_state state = {i, {body, sizeof body}};
        err = store_device_put(db, &device);
        if (!err)
            err = store_state_save(db, &state, 1, NULL);
    }
    return err ? err : store_db_commit(db);
}

static enum err bench_tail(struct bench *bench, struct store_db *db)
{
    struct rng rng;
    bool new;
    enum err err = store_db_begin(db);

    rng_init(&rng, 1);
    for (uint32_t i = 0; !err && i < bench->tail; i++) {
        struct store_reading reading = {
            .key = {1 + rng_below(&rng, bench->devices), {1000 + i}, rng_u64(&rng), {2000 + i}},
            .fields = STORE_READING_FILL | STORE_READING_DISTANCE | STORE_READING_BATTERY_MV,
            .fill_bp = (int32_t)rng_below(&rng, 10000),
            .distance_mm = 700,
            .battery_mv = 3600,
        };
        err = store_fact_reading(db, &reading, &new);
        if (!err && i % BENCH_BATCH == BENCH_BATCH - 1) {
            err = store_db_commit(db);
            if (!err)
                err = store_db_begin(db);
        }
    }
    return err ? err : store_db_commit(db);
}

static enum err bench_device(void *context, const struct store_device *device)
{
    struct bench *bench = context;

    bench->devices_seen += device->id <= bench->devices;
    return OK;
}

static enum err bench_state(void *context, const struct store_state *state)
{
    struct bench *bench = context;

    if (state->device > bench->devices || state->body.size != BENCH_STATE_BYTES)
        return ERR_INVALID;
    memcpy(bench->bins[state->device].state, state->body.data, BENCH_STATE_BYTES);
    bench->states_seen++;
    return OK;
}

static enum err bench_reading(void *context, const struct store_row *row)
{
    struct bench *bench = context;
    struct bench_bin *bin = &bench->bins[row->key.device];

    bin->fill_bp = row->reading.fill_bp;
    bin->at_us = row->key.at.us;
    bench->readings_seen++;
    return OK;
}

struct bench_times {
    double devices_s, states_s, tail_s;
};

static enum err bench_back(struct bench *bench, struct store_db *db, struct bench_times *times)
{
    struct store_marks marks;
    double begun = bench_seconds();

    enum err err = store_device_each(db, bench_device, bench);
    times->devices_s = bench_seconds() - begun;
    begun = bench_seconds();
    if (!err)
        err = store_state_each(db, bench_state, bench);
    times->states_s = bench_seconds() - begun;
    begun = bench_seconds();
    if (!err)
        err = store_state_marks(db, &marks);
    if (!err)
        err = store_read_tail(db, STORE_READINGS, marks.rows[STORE_READINGS], bench_reading, bench);
    times->tail_s = bench_seconds() - begun;
    return err;
}

static enum err bench_run(struct bench *bench, const char *folder, struct diag *diag)
{
    struct store_db_open open = {.folder = folder};
    struct store_db *db = NULL;
    struct bench_times times = {0};

    enum err err = store_db_open(&open, &db, diag);
    if (!err)
        err = bench_fill(bench, db);
    if (!err)
        err = bench_tail(bench, db);
    store_db_close(db);
    db = NULL;
    double begun = bench_seconds();
    if (!err)
        err = store_db_open(&open, &db, diag);
    if (!err)
        err = bench_back(bench, db, &times);
    double total = bench_seconds() - begun;
    store_db_close(db);
    if (err)
        return err;
    printf("{\"bench\":\"store_state\",\"devices\":%llu,\"states\":%llu,\"tail\":%llu,"
           "\"devices_s\":%.3f,\"states_s\":%.3f,\"tail_s\":%.3f,\"total_s\":%.3f}\n",
           (unsigned long long)bench->devices_seen, (unsigned long long)bench->states_seen,
           (unsigned long long)bench->readings_seen, times.devices_s, times.states_s, times.tail_s,
           total);
    return OK;
}

static void bench_remove(const char *folder)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (file_join(sizeof path, path, folder, names[i]) == OK)
            unlink(path);
    rmdir(folder);
}

static bool bench_number(const char *text, uint32_t *ret)
{
    uint64_t number;

    if (str_u64(str_of(text), &number) || number == 0 || number > 10000000)
        return false;
    *ret = (uint32_t)number;
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {.devices = 1000000, .tail = 1000000};
    char made[] = "/tmp/yc-bench-XXXXXX";
    struct diag diag = {0};

    if (argc > 1 && !strcmp(argv[argc - 1], "--json"))
        argc--; /* as other benches have it; here there is no other output */
    if ((argc > 1 && !bench_number(argv[1], &bench.devices)) ||
        (argc > 2 && !bench_number(argv[2], &bench.tail))) {
        fprintf(stderr, "usage: store_state_bench [DEVICES [TAIL [FOLDER]]]\n");
        return 2;
    }
    bench.bins = mem_zero(bench.devices + 1, sizeof *bench.bins);
    const char *folder = argc > 3 ? argv[3] : mkdtemp(made);
    if (!bench.bins || !folder)
        return 1;
    enum err err = bench_run(&bench, folder, &diag);
    if (err)
        fprintf(stderr, "store_state_bench: %s %s\n", err_text(err), diag.text);
    if (argc <= 3)
        bench_remove(folder);
    mem_free(bench.bins);
    return err_exit(err);
}
