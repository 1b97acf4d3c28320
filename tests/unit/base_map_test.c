/* base_map_test.c - hash maps against a slow and obvious list. */
#include "base/map.h"

#include <stdio.h>

#include "check.h"
#include "prop.h"

enum { MODEL_MAX = 2000 };

struct model {
    uint64_t keys[MODEL_MAX];
    uint64_t values[MODEL_MAX];
    size_t count;
};

static size_t model_find(const struct model *model, uint64_t key)
{
    size_t at = 0;

    while (at < model->count && model->keys[at] != key)
        at++;
    return at;
}

/* One look-up and one store, in both. */
static bool step_agrees(struct map *map, struct model *model, uint64_t key, uint64_t value)
{
    uint64_t found = 0;
    size_t at = model_find(model, key);
    bool known = at < model->count;

    if (map_get(map, key, &found) != known || (known && found != model->values[at]))
        return false;
    model->keys[at] = key;
    model->values[at] = value;
    model->count += !known;
    return map_put(map, key, value) == OK && map->count == model->count;
}

/* Keys from a small range collide and repeat; the list is searched from the front. */
static bool map_agrees_with_a_list(struct rng *rng, size_t size)
{
    struct map map = {0};
    struct model model = {.count = 0};
    bool good = true;

    for (size_t step = 0; good && step < size; step++) {
        uint64_t key = rng_below(rng, 2) ? rng_below(rng, (uint32_t)size) : rng_u64(rng) << 40;
        good = step_agrees(&map, &model, key, rng_u64(rng) >> 1);
    }
    for (size_t i = 0; good && i < model.count; i++) {
        uint64_t found = 0;
        good = map_get(&map, model.keys[i], &found) && found == model.values[i];
    }
    map_done(&map);
    return good;
}

static void a_map_agrees_with_a_list(void **state)
{
    (void)state;
    PROP(map_agrees_with_a_list, 60, MODEL_MAX - 1);
}

static void the_ends_of_the_range_are_keys_and_values(void **state)
{
    struct map map = {0};
    uint64_t value = 5;

    (void)state;
    assert_false(map_get(&map, 0, &value));
    assert_int_equal(value, 5);
    assert_int_equal(map_put(&map, 0, 0), OK);
    assert_int_equal(map_put(&map, UINT64_MAX, UINT64_MAX - 1), OK);
    assert_true(map_get(&map, 0, &value));
    assert_int_equal(value, 0);
    assert_true(map_get(&map, UINT64_MAX, &value));
    assert_true(value == UINT64_MAX - 1);
    assert_int_equal(map_reserve(&map, SIZE_MAX), ERR_NOMEM);
    assert_int_equal(map.count, 2);
    map_done(&map);
    map_done(&map);
}

static void text_keys_are_added_once(void **state)
{
    struct map_str map = {0};
    uint32_t value = 5;

    (void)state;
    assert_false(map_str_get(&map, STR("a"), &value));
    assert_int_equal(map_str_add(&map, STR("a"), 1), OK);
    assert_int_equal(map_str_add(&map, STR("a"), 2), ERR_EXISTS);
    assert_int_equal(map_str_add(&map, STR(""), 3), OK);
    assert_int_equal(map_str_add(&map, STR("可回收物"), 4), OK);
    assert_true(map_str_get(&map, STR("a"), &value));
    assert_int_equal(value, 1);
    assert_true(map_str_get(&map, STR(""), &value));
    assert_int_equal(value, 3);
    assert_true(map_str_get(&map, STR("可回收物"), &value));
    assert_int_equal(value, 4);
    assert_false(map_str_get(&map, STR("b"), &value));
    map_str_done(&map);
}

static void thousands_of_text_keys_are_all_found(void **state)
{
    struct map_str map = {0};
    static char names[3000][12];
    uint32_t value = 0;

    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(names[i], sizeof names[i], "B%05u", i);
        assert_int_equal(map_str_add(&map, str_of(names[i]), i), OK);
    }
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        assert_true(map_str_get(&map, str_of(names[i]), &value));
        assert_int_equal(value, i);
    }
    map_str_done(&map);
}

static enum err fill_both(void *context)
{
    struct map map = {0};
    struct map_str names = {0};
    static const char *const words[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    enum err err = OK;

    (void)context;
    for (uint64_t i = 0; i < 200 && !err; i++)
        err = map_put(&map, i, i);
    for (uint32_t i = 0; i < COUNT_OF(words) && !err; i++)
        err = map_str_add(&names, str_of(words[i]), i);
    for (uint64_t i = 0, value; i < map.count; i++)
        assert_true(map_get(&map, i, &value)); /* what went in before a refusal is still there */
    map_done(&map);
    map_str_done(&names);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    (void)state;
    check_sweep(fill_both, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_agrees_with_a_list),
        cmocka_unit_test(the_ends_of_the_range_are_keys_and_values),
        cmocka_unit_test(text_keys_are_added_once),
        cmocka_unit_test(thousands_of_text_keys_are_all_found),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
