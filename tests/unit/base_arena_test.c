/* base_arena_test.c - blocks with one life, under a cap. */
#include "base/arena.h"

#include <string.h>

#include "check.h"
#include "prop.h"

static void a_cap_is_kept_and_a_smaller_block_still_fits(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, 10000);
    assert_non_null(arena_zero(&arena, 1, 4096));
    assert_null(arena_zero(&arena, 1, 6000));
    assert_non_null(arena_zero(&arena, 1, 5000));
    assert_true(arena.bytes <= 10000);
    arena_reset(&arena);
    assert_int_equal(arena.bytes, 0);
    assert_non_null(arena_zero(&arena, 1, 9000)); /* the cap holds anew */
    arena_done(&arena);
}

static void a_size_that_overflows_is_refused(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, SIZE_MAX);
    assert_null(arena_zero(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_zero(&arena, 1, SIZE_MAX));
    assert_null(arena_zero(&arena, 1, SIZE_MAX - 64));
    arena_done(&arena);
}

static void giving_back_nothing_is_allowed(void **state)
{
    struct arena zero = {0};

    (void)state;
    arena_done(NULL);
    arena_done(&zero);
    assert_null(arena_zero(&zero, 1, 1)); /* a zeroed arena has a cap of nothing */
}

static void a_text_is_copied_and_terminated(void **state)
{
    struct arena arena;
    struct str copy;

    (void)state;
    arena_init(&arena, 4096);
    assert_int_equal(arena_str(&arena, STR("衡阳"), &copy), OK);
    check_text(copy, "衡阳");
    assert_int_equal(copy.data[copy.size], '\0');
    assert_int_equal(arena_str(&arena, (struct str){0}, &copy), OK);
    assert_int_equal(copy.size, 0);
    arena_done(&arena);
}

/* Every block is aligned, cleared, and keeps what is written while others are taken. */
static bool blocks_keep_apart(struct rng *rng, size_t size)
{
    struct arena arena;
    unsigned char *blocks[64];
    size_t sizes[64];
    size_t count = size < 64 ? size : 64;
    bool good = true;

    arena_init(&arena, 64 << 20);
    for (size_t i = 0; i < count; i++) {
        sizes[i] = rng_below(rng, (uint32_t)(size * 400)) + 1;
        blocks[i] = arena_zero(&arena, sizes[i], 1);
        if (!blocks[i]) {
            good = false;
            break;
        }
        good = good && (uintptr_t)blocks[i] % _Alignof(max_align_t) == 0;
        for (size_t k = 0; k < sizes[i]; k++)
            good = good && blocks[i][k] == 0;
        memset(blocks[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; good && i < count; i++)
        good = blocks[i][0] == i + 1 && blocks[i][sizes[i] - 1] == i + 1;
    arena_done(&arena);
    return good;
}

static void blocks_are_aligned_cleared_and_apart(void **state)
{
    (void)state;
    PROP(blocks_keep_apart, 100, 100);
}

static enum err fill(void *context)
{
    struct arena arena;
    struct str copy;
    enum err err = OK;

    (void)context;
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < 40 && !err; i++)
        err = arena_zero(&arena, 1, 1000) ? arena_str(&arena, STR("name"), &copy) : ERR_NOMEM;
    arena_done(&arena);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(fill, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cap_is_kept_and_a_smaller_block_still_fits),
        cmocka_unit_test(a_size_that_overflows_is_refused),
        cmocka_unit_test(giving_back_nothing_is_allowed),
        cmocka_unit_test(a_text_is_copied_and_terminated),
        cmocka_unit_test(blocks_are_aligned_cleared_and_apart),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
