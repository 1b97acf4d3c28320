/* geo_grid_test.c - the grid misses nothing that a look at every box finds. */
#include "geo/grid.h"

#include "check.h"
#include "prop.h"

enum { BOXES_MAX = 400 };

static void mark(void *context, uint32_t item)
{
    bool *seen = context;

    seen[item] = true;
}

static bool boxes_touch(const struct geo_box *a, const struct geo_box *b)
{
    return a->min.lat_e7 <= b->max.lat_e7 && b->min.lat_e7 <= a->max.lat_e7 &&
           a->min.lng_e7 <= b->max.lng_e7 && b->min.lng_e7 <= a->max.lng_e7;
}

static struct geo_box any_box(struct rng *rng, uint32_t span_e7)
{
    struct wgs84 min = {(int32_t)(269000000 + rng_range(rng, -200000, 200000)),
                        (int32_t)(1125000000 + rng_range(rng, -200000, 200000))};

    return (struct geo_box){min,
                            {min.lat_e7 + (int32_t)rng_below(rng, span_e7),
                             min.lng_e7 + (int32_t)rng_below(rng, span_e7)}};
}

static bool nothing_near_is_missed(struct rng *rng, size_t size)
{
    struct geo_box boxes[BOXES_MAX];
    struct geo_grid *grid = NULL;
    size_t count = size < BOXES_MAX ? size : BOXES_MAX;
    bool good = true;

    for (size_t i = 0; i < count; i++)
        boxes[i] = any_box(rng, rng_below(rng, 10) ? 3000 : 300000);
    if (geo_grid_new(boxes, count, 1 + rng_unit(rng) * 500, &grid))
        return false;
    for (int ask = 0; good && ask < 20; ask++) {
        struct geo_box box = any_box(rng, 20000);
        bool seen[BOXES_MAX] = {false};
        geo_grid_visit(grid, &box, mark, seen);
        for (size_t i = 0; good && i < count; i++)
            good = seen[i] || !boxes_touch(&boxes[i], &box);
    }
    geo_grid_free(grid);
    return good;
}

static void every_item_near_is_visited(void **state)
{
    (void)state;
    PROP(nothing_near_is_missed, 200, BOXES_MAX);
}

static void far_items_are_not_all_visited(void **state)
{
    struct geo_box boxes[100];
    struct geo_grid *grid = NULL;
    bool seen[100] = {false};
    int visited = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct wgs84 p = {i * 10000, i * 10000}; /* a diagonal, 157 m a step */
        boxes[i] = (struct geo_box){p, p};
    }
    assert_int_equal(geo_grid_new(boxes, 100, 100, &grid), OK);
    geo_grid_visit(grid, &boxes[50], mark, seen);
    for (int i = 0; i < 100; i++)
        visited += seen[i];
    assert_true(seen[50]);
    assert_in_range(visited, 1, 3);
    geo_grid_free(grid);
}

static void an_empty_grid_and_a_grid_of_the_whole_earth_work(void **state)
{
    const struct geo_box earth[] = {{{-900000000, -1800000000}, {900000000, 1800000000}},
                                    {{0, 0}, {0, 0}}};
    const struct geo_box here = {{0, 0}, {1, 1}};
    struct geo_grid *grid = NULL;
    bool seen[2] = {false};

    (void)state;
    assert_int_equal(geo_grid_new(NULL, 0, 100, &grid), OK);
    geo_grid_visit(grid, &here, mark, seen);
    assert_false(seen[0]);
    geo_grid_free(grid);
    assert_int_equal(geo_grid_new(earth, 2, 1, &grid), OK); /* the cell size grows to the limit */
    geo_grid_visit(grid, &here, mark, seen);
    assert_true(seen[0]);
    assert_true(seen[1]);
    geo_grid_free(grid);
    geo_grid_free(NULL);
}

static enum err build(void *context)
{
    struct geo_grid *grid = NULL;

    enum err err = geo_grid_new(context, 2, 100, &grid);
    geo_grid_free(grid);
    return err;
}

static void refused_memory_is_answered(void **state)
{
    struct geo_box boxes[] = {{{0, 0}, {10, 10}}, {{5, 5}, {90000, 90000}}};

    (void)state;
    check_sweep(build, boxes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_near_is_visited),
        cmocka_unit_test(far_items_are_not_all_visited),
        cmocka_unit_test(an_empty_grid_and_a_grid_of_the_whole_earth_work),
        cmocka_unit_test(refused_memory_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
