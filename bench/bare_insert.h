/* bare_insert.h - the measure of storing: one thread, one prepared statement, nothing else. */
#ifndef BENCH_BARE_INSERT_H
#define BENCH_BARE_INSERT_H

#include "store/db.h"
#include "store/fact.h"
#include "store/sql.h"

enum { BENCH_BARE_BATCH = 10000 };

/* Positions a second into the same table with the same index, in a file of its own below
 * `folder`, for `seconds`. 0 on failure. */
static inline double bench_bare_insert(const char *folder, double seconds)
{
    char path[4096];
    struct store_db *db = NULL;
    struct diag diag = {0};
    uint64_t rows = 0;
    unsigned char items[6] = {1, 4};

    snprintf(path, sizeof path, "%s/bare-XXXXXX", folder);
    if (!mkdtemp(path))
        return 0;
    struct store_db_open open = {.folder = path};
    if (store_db_open(&open, &db, &diag))
        return 0;
    int64_t begun = clock_mono(clock_os()).us;
    int64_t until = begun + (int64_t)(seconds * 1e6);
    while (clock_mono(clock_os()).us < until) {
        enum err err = store_db_begin(db);
        for (int i = 0; !err && i < BENCH_BARE_BATCH; i++, rows++) {
            struct store_position position = {
                .key = {(uint32_t)(rows % 1000 + 1),
                        {INT64_C(1764000000000000) + (int64_t)(rows / 1000) * 1000000},
                        rows * UINT64_C(0x9E3779B97F4A7C15),
                        {INT64_C(1764000000000000) + (int64_t)rows}},
                .place = {268900000, 1125700000},
                .odometer_dkm = (uint32_t)rows,
                .speed_dkmh = 200,
                .items = {items, sizeof items},
            };
            bool fresh;
            err = store_fact_position(db, &position, &fresh);
        }
        if (!err)
            err = store_db_commit(db);
        if (err)
            return 0;
    }
    double rate = (double)rows / ((double)(clock_mono(clock_os()).us - begun) / 1e6);
    store_db_close(db);
    return rate;
}

#endif
