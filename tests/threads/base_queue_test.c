/* base_queue_test.c - the bounded queue, alone and between threads. */
#include "base/queue.h"

#include <stdatomic.h>

#include "base/pool.h"
#include "check.h"

static void items_come_out_in_order_and_a_full_queue_says_so(void **state)
{
    struct queue *queue = NULL;
    int item = 0;

    (void)state;
    assert_int_equal(queue_new(sizeof item, 3, &queue), OK);
    assert_int_equal(queue_try_pop(queue, &item), ERR_BUSY);
    for (int round = 0; round < 5; round++) { /* the ring wraps */
        for (int i = 1; i <= 3; i++)
            assert_int_equal(queue_push(queue, &i), OK);
        item = 9;
        assert_int_equal(queue_push(queue, &item), ERR_BUSY);
        assert_int_equal(queue_refused(queue), round + 1);
        for (int i = 1; i <= 3; i++) {
            assert_int_equal(queue_pop(queue, &item), OK);
            assert_int_equal(item, i);
        }
    }
    queue_free(queue);
    queue_free(NULL);
}

static void a_closed_queue_gives_what_it_holds_and_takes_no_more(void **state)
{
    struct queue *queue = NULL;
    int item = 7;

    (void)state;
    assert_int_equal(queue_new(sizeof item, 3, &queue), OK);
    assert_int_equal(queue_push(queue, &item), OK);
    assert_int_equal(queue_push(queue, &item), OK);
    queue_close(queue);
    assert_int_equal(queue_push(queue, &item), ERR_CANCELLED);
    assert_int_equal(queue_pop(queue, &item), OK);
    assert_int_equal(queue_try_pop(queue, &item), OK);
    assert_int_equal(queue_pop(queue, &item), ERR_CANCELLED);
    assert_int_equal(queue_try_pop(queue, &item), ERR_CANCELLED);
    queue_free(queue);
}

enum { THREADS = 4, ITEMS = 5000 };

struct traffic {
    struct queue *queue;
    atomic_uint writers_left;
    atomic_uint_fast64_t sum;
    atomic_uint_fast64_t count;
};

/* Half of the threads write 1 .. ITEMS, trying again while the queue is full; half read. */
static void run_traffic(void *context, unsigned index)
{
    struct traffic *traffic = context;
    uint64_t item = 0;

    if (index % 2 == 0) {
        for (item = 1; item <= ITEMS;)
            item += queue_push(traffic->queue, &item) == OK;
        if (atomic_fetch_sub(&traffic->writers_left, 1) == 1)
            queue_close(traffic->queue);
        return;
    }
    while (queue_pop(traffic->queue, &item) == OK) {
        atomic_fetch_add(&traffic->sum, item);
        atomic_fetch_add(&traffic->count, 1);
    }
}

static void every_item_arrives_once_between_threads(void **state)
{
    struct traffic traffic = {.writers_left = THREADS / 2};

    (void)state;
    assert_int_equal(queue_new(sizeof(uint64_t), 16, &traffic.queue), OK);
    pool_run(THREADS, run_traffic, &traffic);
    assert_int_equal(traffic.count, THREADS / 2 * ITEMS);
    assert_int_equal(traffic.sum, (uint64_t)THREADS / 2 * ITEMS * (ITEMS + 1) / 2);
    queue_free(traffic.queue);
}

static enum err make(void *context)
{
    struct queue *queue = NULL;

    (void)context;
    enum err err = queue_new(8, 100, &queue);
    queue_free(queue);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(make, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_order_and_a_full_queue_says_so),
        cmocka_unit_test(a_closed_queue_gives_what_it_holds_and_takes_no_more),
        cmocka_unit_test(every_item_arrives_once_between_threads),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
