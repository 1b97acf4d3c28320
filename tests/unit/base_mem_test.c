/* base_mem_test.c - sizes are checked, refusals are exact, live bytes are counted. */
#include "check.h"

static void a_size_that_overflows_is_refused(void **state)
{
    size_t kept = 7;

    (void)state;
    assert_false(mem_mul(SIZE_MAX / 2, 3, &kept));
    assert_false(mem_add(SIZE_MAX, 1, &kept));
    assert_int_equal(kept, 7);
    assert_true(mem_mul(6, 7, &kept));
    assert_int_equal(kept, 42);
    assert_true(mem_add(SIZE_MAX - 1, 1, &kept));
    assert_true(kept == SIZE_MAX);
    assert_null(mem_zero(SIZE_MAX / 2, 4));
    assert_null(mem_alloc(SIZE_MAX));
}

static void size_0_is_a_block_and_null_may_be_freed(void **state)
{
    void *block = mem_alloc(0);

    (void)state;
    assert_non_null(block);
    mem_free(block);
    mem_free(NULL);
}

static void zeroed_memory_is_zero(void **state)
{
    unsigned char *block = mem_alloc(64);

    (void)state;
    assert_non_null(block);
    for (int i = 0; i < 64; i++)
        block[i] = 0xFF;
    mem_free(block);
    block = mem_zero(8, 8);
    assert_non_null(block);
    for (int i = 0; i < 64; i++)
        assert_int_equal(block[i], 0);
    mem_free(block);
}

static void a_refused_resize_keeps_the_old_block(void **state)
{
    size_t before = mem_live_bytes();
    char *block = mem_alloc(4);

    (void)state;
    assert_non_null(block);
    block[3] = 'x';
    mem_fail_nth(1);
    assert_null(mem_resize(block, 4096));
    assert_true(mem_fail_fired());
    assert_int_equal(block[3], 'x');
    assert_int_equal(mem_live_bytes(), before + 4);
    char *grown = mem_resize(block, 4096); /* a fault happens once */
    assert_non_null(grown);
    assert_int_equal(grown[3], 'x');
    assert_int_equal(mem_live_bytes(), before + 4096);
    mem_free(grown);
    assert_int_equal(mem_live_bytes(), before);
}

static void the_nth_allocation_fails_and_only_that(void **state)
{
    void *blocks[3];

    (void)state;
    mem_fail_nth(2);
    blocks[0] = mem_alloc(1);
    assert_false(mem_fail_fired());
    blocks[1] = mem_alloc(1);
    assert_true(mem_fail_fired());
    blocks[2] = mem_alloc(1);
    assert_non_null(blocks[0]);
    assert_null(blocks[1]);
    assert_non_null(blocks[2]);
    mem_free(blocks[0]);
    mem_free(blocks[2]);
}

static enum err push_100(void *context)
{
    VEC(int) numbers = {0};
    enum err err = OK;

    for (int i = 0; i < 100 && !err; i++)
        err = vec_push(&numbers, i);
    for (size_t i = 0; i < numbers.count; i++)
        assert_int_equal(numbers.items[i], (int)i);
    *(size_t *)context = numbers.count;
    vec_done(&numbers);
    assert_null(numbers.items);
    return err;
}

static void a_growing_array_keeps_its_items_and_survives_refusals(void **state)
{
    size_t count = 0;

    (void)state;
    check_sweep(push_100, &count);
    assert_int_equal(count, 100);
}

static void an_impossible_reserve_changes_nothing(void **state)
{
    void *items = NULL;
    size_t capacity = 0;

    (void)state;
    assert_int_equal(mem_reserve(&items, &capacity, SIZE_MAX, 1), ERR_NOMEM);
    assert_int_equal(mem_reserve(&items, &capacity, SIZE_MAX / 4, 16), ERR_NOMEM);
    assert_null(items);
    assert_int_equal(capacity, 0);
    assert_int_equal(mem_reserve(&items, &capacity, 9, 1), OK);
    assert_true(capacity >= 9);
    mem_free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_that_overflows_is_refused),
        cmocka_unit_test(size_0_is_a_block_and_null_may_be_freed),
        cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(a_refused_resize_keeps_the_old_block),
        cmocka_unit_test(the_nth_allocation_fails_and_only_that),
        cmocka_unit_test(a_growing_array_keeps_its_items_and_survives_refusals),
        cmocka_unit_test(an_impossible_reserve_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
