/* base_pool_test.c - fork and join: every index once, all done on return. */
#include "base/pool.h"

#include <stdatomic.h>

#include "check.h"

struct counts {
    atomic_uint called[POOL_THREADS_MAX];
    unsigned plain[POOL_THREADS_MAX]; /* each written by one thread, read after the join */
};

static void count_one(void *context, unsigned index)
{
    struct counts *counts = context;

    atomic_fetch_add(&counts->called[index], 1);
    counts->plain[index] = index + 1;
}

static void every_index_runs_once_and_is_seen_after_the_join(void **state)
{
    static const unsigned sizes[] = {1, 2, 3, POOL_THREADS_MAX};

    (void)state;
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        struct counts counts = {0};
        pool_run(sizes[s], count_one, &counts);
        for (unsigned i = 0; i < POOL_THREADS_MAX; i++) {
            assert_int_equal(counts.called[i], i < sizes[s]);
            assert_int_equal(counts.plain[i], i < sizes[s] ? i + 1 : 0);
        }
    }
}

static void workers_are_counted_within_their_limits(void **state)
{
    struct counts counts = {0};

    (void)state;
    assert_int_equal(pool_workers(3).count, 3);
    assert_int_equal(pool_workers(1000000).count, POOL_THREADS_MAX);
    assert_in_range(pool_workers(0).count, 1, POOL_THREADS_MAX);
    struct workers workers = pool_workers(2);
    workers.run(workers.count, count_one, &counts);
    assert_int_equal(counts.called[0] + counts.called[1], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_runs_once_and_is_seen_after_the_join),
        cmocka_unit_test(workers_are_counted_within_their_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
