/* store_commit_bench.c - the store's writer against a bare SQLite insert of the same row and index.
 *
 * For each commit size both sides store the same positions of 1,000 terminals, in turns within one
 * run, each into a file of its own: the ratio is what the queue, the copies and the telling cost. A
 * last line gives positions to the store as a loop does, one at a time, and lets it form its groups.
 *     build/release/bench/store_commit_bench [ROWS] [FOLDER]
 * One line of JSON a measurement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/rng.h"
#include "store/fact.h"
#include "store/sql.h"
#include "store/store.h"

enum { BENCH_DEVICES = 1000, BENCH_ITEM_BYTES = 24, BENCH_ROUNDS = 4, BENCH_COMMITS_MAX = 2000 };

struct bench {
    struct store *store;
    struct store_db *bare; /* its file has the same tables */
    sqlite3_stmt *insert;
    uint64_t rows;
    int64_t next; /* number of the next position, for both sides alike */
    uint64_t told;
    enum err failed;
};

static double bench_seconds(void)
{
    return (double)clock_mono(clock_os()).us / (double)CLOCK_US_PER_S;
}

static struct store_position bench_position(int64_t i, unsigned char *items)
{
    memset(items, (int)i, BENCH_ITEM_BYTES);
    return (struct store_position){
        .key = {.device = 1 + (uint32_t)(i % BENCH_DEVICES),
                .at = {1700000000000000 + i / BENCH_DEVICES * CLOCK_US_PER_S},
                .hash = (uint64_t)i * 0x9E3779B97F4A7C15,
                .received = {1700000001000000 + i * 1000}},
        .place = {268930000 + (int32_t)(i % 10000), 1125720000},
        .altitude_m = 60,
        .speed_dkmh = 312,
        .heading_deg = 90,
        .odometer_dkm = 123456,
        .status = 3,
        .items = {items, BENCH_ITEM_BYTES},
    };
}

static void bench_told(void *context, struct store_ticket ticket, enum err err)
{
    struct bench *bench = context;

    bench->told += ticket.what;
    if (err)
        bench->failed = err;
}

/* --- both sides: `count` rows in one commit --- */

static enum err bench_bare_row(sqlite3_stmt *insert, const struct store_position *position)
{
    const int64_t values[] = {position->key.at.us,
                              position->key.device,
                              (int64_t)position->key.hash,
                              position->key.received.us,
                              position->place.lat_e7,
                              position->place.lng_e7,
                              position->altitude_m,
                              position->speed_dkmh,
                              position->heading_deg,
                              position->odometer_dkm,
                              position->status,
                              position->alarm,
                              position->flags};
    int size = (int)position->items.size;

    for (int i = 0; i < (int)COUNT_OF(values); i++)
        sqlite3_bind_int64(insert, i + 1, values[i]);
    sqlite3_bind_blob(insert, (int)COUNT_OF(values) + 1, position->items.data, size, SQLITE_STATIC);
    int code = sqlite3_step(insert);
    sqlite3_reset(insert);
    return code == SQLITE_DONE ? OK : ERR_IO;
}

static enum err bench_bare(struct bench *bench, int64_t from, int64_t count)
{
    unsigned char items[BENCH_ITEM_BYTES];
    sqlite3 *sql = store_sql_handle(bench->bare);
    enum err err = OK;

    if (sqlite3_exec(sql, "BEGIN", NULL, NULL, NULL))
        return ERR_IO;
    for (int64_t i = from; !err && i < from + count; i++) {
        struct store_position position = bench_position(i, items);
        err = bench_bare_row(bench->insert, &position);
    }
    if (!err && sqlite3_exec(sql, "COMMIT", NULL, NULL, NULL))
        err = ERR_IO;
    return err;
}

static enum err bench_bare_open(struct bench *bench, const char *folder, struct diag *diag)
{
    struct store_db_open open = {.folder = folder};

    enum err err = store_db_open(&open, &bench->bare, diag);
    if (err)
        return err;
    bench->insert = store_sql(
        bench->bare, "INSERT INTO position (at, device, hash, received, lat, lng, altitude,"
                     " speed, heading, odometer, status, alarm, flags, items)"
                     " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    return bench->insert ? OK : store_sql_failed(bench->bare);
}

static enum err bench_put(struct bench *bench, int64_t i)
{
    unsigned char items[BENCH_ITEM_BYTES];
    struct store_position position = bench_position(i, items);

    return store_put_position(bench->store, &position);
}

static enum err bench_store(struct bench *bench, int64_t from, int64_t count)
{
    enum err err = OK;

    for (int64_t i = from; !err && i < from + count; i++)
        err = bench_put(bench, i);
    if (!err)
        err = store_put_ticket(bench->store, (struct store_ticket){0, (uint64_t)count});
    if (err)
        return err;
    store_drain(bench->store);
    return bench->failed;
}

/* One position and one ticket at a time, as a loop puts them; the store makes the groups. */
static enum err bench_stream(struct bench *bench, int64_t from, int64_t count)
{
    enum err err = OK;

    for (int64_t i = from; !err && i < from + count;) {
        err = bench_put(bench, i);
        if (err == ERR_BUSY) {
            store_drain(bench->store);
            err = OK;
            continue;
        }
        if (!err)
            err = store_put_ticket(bench->store, (struct store_ticket){0, 1});
        if (++i % 64 == 0) { /* the end of a turn */
            store_collect(bench->store);
            (void)store_flush(bench->store);
        }
    }
    store_drain(bench->store);
    return err ? err : bench->failed;
}

typedef enum err bench_fn(struct bench *bench, int64_t from, int64_t count);

static enum err bench_rounds(struct bench *bench, bench_fn *fn, int64_t from, int64_t size,
                             int64_t commits, double *seconds)
{
    double begun = bench_seconds();
    enum err err = OK;

    for (int64_t i = 0; !err && i < commits; i++)
        err = fn(bench, from + i * size, size);
    *seconds += bench_seconds() - begun;
    return err;
}

static enum err bench_size(struct bench *bench, int64_t size)
{
    int64_t commits = (int64_t)bench->rows / size / BENCH_ROUNDS;
    double bare_s = 0;
    double store_s = 0;
    enum err err = OK;

    commits = commits < 1 ? 1 : commits > BENCH_COMMITS_MAX ? BENCH_COMMITS_MAX : commits;
    for (int round = 0; !err && round < BENCH_ROUNDS; round++) {
        err = bench_rounds(bench, bench_bare, bench->next, size, commits, &bare_s);
        if (!err)
            err = bench_rounds(bench, bench_store, bench->next, size, commits, &store_s);
        bench->next += size * commits;
    }
    double rows = (double)(size * commits * BENCH_ROUNDS);
    printf("{\"bench\":\"store_commit\",\"commit_rows\":%lld,\"rows\":%.0f,\"bare_rows_s\":%.0f,"
           "\"store_rows_s\":%.0f,\"ratio\":%.3f}\n",
           (long long)size, rows, rows / bare_s, rows / store_s, bare_s / store_s);
    fflush(stdout);
    return err;
}

static enum err bench_loop(struct bench *bench)
{
    int64_t count = (int64_t)bench->rows / BENCH_ROUNDS;
    double bare_s = 0;
    double store_s = 0;
    enum err err = OK;

    uint64_t commits = store_counts(bench->store).commits;
    for (int round = 0; !err && round < BENCH_ROUNDS; round++) {
        err = bench_rounds(bench, bench_bare, bench->next, 1000, count / 1000, &bare_s);
        if (!err)
            err = bench_rounds(bench, bench_stream, bench->next, count, 1, &store_s);
        bench->next += count;
    }
    commits = store_counts(bench->store).commits - commits;
    double rows = (double)(count * BENCH_ROUNDS);
    printf("{\"bench\":\"store_loop\",\"rows\":%.0f,\"bare_rows_s\":%.0f,\"store_rows_s\":%.0f,"
           "\"rows_a_commit\":%.0f,\"ratio\":%.3f}\n",
           rows, rows / bare_s, rows / store_s, rows / (double)(commits ? commits : 1),
           bare_s / store_s);
    return err;
}

static enum err bench_run(struct bench *bench, const char *folder, const char *bare_folder,
                          struct diag *diag)
{
    static const int64_t sizes[] = {1, 10, 100, 1000, 10000};
    struct store_options options = {
        .folder = folder, .clock = clock_os(), .told = bench_told, .context = bench};

    enum err err = store_open(&options, &bench->store, diag);
    if (!err)
        err = bench_bare_open(bench, bare_folder, diag);
    for (size_t i = 0; !err && i < COUNT_OF(sizes); i++)
        err = bench_size(bench, sizes[i]);
    if (!err)
        err = bench_loop(bench);
    store_close(bench->store);
    store_db_close(bench->bare);
    return err;
}

static void bench_remove(const char *folder)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "store.lock"};
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (file_join(sizeof path, path, folder, names[i]) == OK)
            unlink(path);
    rmdir(folder);
}

int main(int argc, char **argv)
{
    struct bench bench = {.rows = 400000};
    char folder[FILE_PATH_MAX];
    char bare_folder[FILE_PATH_MAX];
    struct diag diag = {0};

    if (argc > 1 && !strcmp(argv[argc - 1], "--json"))
        argc--; /* as other benches have it; here there is no other output */
    if (argc > 1 && (str_u64(str_of(argv[1]), &bench.rows) || bench.rows < 10000)) {
        fprintf(stderr, "usage: store_commit_bench [ROWS, from 10000] [FOLDER]\n");
        return 2;
    }
    snprintf(folder, sizeof folder, "%s/yc-bench-XXXXXX", argc > 2 ? argv[2] : "/tmp");
    snprintf(bare_folder, sizeof bare_folder, "%s/yc-bench-XXXXXX", argc > 2 ? argv[2] : "/tmp");
    if (!mkdtemp(folder) || !mkdtemp(bare_folder)) {
        fprintf(stderr, "store_commit_bench: no folder can be made\n");
        return 1;
    }
    enum err err = bench_run(&bench, folder, bare_folder, &diag);
    if (err)
        fprintf(stderr, "store_commit_bench: %s %s\n", err_text(err), diag.text);
    bench_remove(folder);
    bench_remove(bare_folder);
    return err_exit(err);
}
