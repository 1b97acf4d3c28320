/* road_random_test.c - on random towns the hierarchy, its paths and its tables agree with a plain
 * Dijkstra. A failure prints its seed; PROP_SEED=n runs that one alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "road/road.h"

enum { TOWN_NODES = 60, TOWN_WAYS = 50, TOWN_WAY_NODES = 6, TOWN_RULES = 20, TOWN_SEEDS = 150 };

struct town {
    struct wgs84 nodes[TOWN_NODES];
    uint8_t flags[TOWN_NODES];
    struct road_way ways[TOWN_WAYS];
    uint32_t way_nodes[TOWN_WAYS * TOWN_WAY_NODES];
    struct road_restriction rules[TOWN_RULES];
    struct road_map map;
};

static const uint32_t direction_flags[] = {
    ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD, ROAD_WAY_FORWARD | ROAD_WAY_BACKWARD, ROAD_WAY_FORWARD,
    ROAD_WAY_BACKWARD, ROAD_WAY_FORWARD | ROAD_WAY_ROUNDABOUT};

static void town_way(struct town *town, struct rng *rng, uint32_t w)
{
    uint32_t first = w * TOWN_WAY_NODES;
    uint32_t count = 2 + rng_below(rng, TOWN_WAY_NODES - 1);
    uint32_t node = rng_below(rng, TOWN_NODES);

    for (uint32_t i = 0; i < count; i++) {
        town->way_nodes[first + i] = node;
        /* Mostly to a neighbour in a row of 8, so that ways meet; sometimes anywhere or nowhere. */
        const uint32_t steps[] = {1, 8, TOWN_NODES - 1, TOWN_NODES - 8, rng_below(rng, TOWN_NODES)};
        node = (node + steps[rng_below(rng, COUNT_OF(steps))]) % TOWN_NODES;
    }
    town->ways[w] = (struct road_way){.id = w,
                                      .class = rng_below(rng, ROAD_CLASS_COUNT),
                                      .flags = direction_flags[rng_below(rng, 5)],
                                      .speed_kmh = (uint16_t)rng_below(rng, 60),
                                      .node_first = first,
                                      .node_count = count};
    if (rng_below(rng, 12) == 0)
        town->ways[w].flags |= ROAD_WAY_NO_ACCESS;
}

static void town_make(struct town *town, struct rng *rng)
{
    uint32_t way_count = 5 + rng_below(rng, TOWN_WAYS - 4);

    for (uint32_t i = 0; i < TOWN_NODES; i++) {
        town->nodes[i] = (struct wgs84){(int32_t)(i / 8 * 10000 + rng_below(rng, 5000)),
                                        (int32_t)(i % 8 * 10000 + rng_below(rng, 5000))};
        town->flags[i] = rng_below(rng, 20) == 0 ? ROAD_NODE_BARRIER : 0;
    }
    for (uint32_t w = 0; w < way_count; w++)
        town_way(town, rng, w);
    for (uint32_t i = 0; i < TOWN_RULES; i++) {
        uint32_t from = rng_below(rng, way_count);
        const struct road_way *way = &town->ways[from];
        uint32_t via = town->way_nodes[way->node_first + rng_below(rng, way->node_count)];
        town->rules[i] =
            (struct road_restriction){from, via, rng_below(rng, way_count), rng_below(rng, 3) == 0};
    }
    town->map = (struct road_map){.nodes = town->nodes,
                                  .node_flags = town->flags,
                                  .node_count = TOWN_NODES,
                                  .ways = town->ways,
                                  .way_count = way_count,
                                  .way_nodes = town->way_nodes,
                                  .way_node_count = TOWN_WAYS * TOWN_WAY_NODES,
                                  .restrictions = town->rules,
                                  .restriction_count = rng_below(rng, TOWN_RULES + 1),
                                  .left_hand_traffic = rng_below(rng, 2)};
}

static struct road_place town_place(const struct road *road, struct rng *rng)
{
    uint32_t arc = rng_below(rng, road_arc_count(road));

    return (struct road_place){arc, rng_below(rng, road_arc(road, arc)->length_mm + 1)};
}

/* The cost of driving exactly these arcs, by plain queries from each start to the next. */
static void path_is_a_way(const struct road *road, struct road_place from, struct road_place to,
                          const struct road_path *path)
{
    uint64_t length_mm = 0;

    assert_int_equal(path->arcs[0], from.arc);
    assert_int_equal(path->arcs[path->count - 1], to.arc);
    for (size_t i = 0; i + 1 < path->count; i++) {
        const struct road_arc *here = road_arc(road, path->arcs[i]);
        assert_int_equal(here->head, road_arc(road, path->arcs[i + 1])->tail);
        length_mm += here->length_mm;
    }
    assert_int_equal(path->length_mm, length_mm + to.at_mm - from.at_mm);
}

static void pair_agrees(const struct road *road, struct road_query *query, struct road_place from,
                        struct road_place to)
{
    uint32_t plain = 0;
    uint32_t table = 0;
    uint32_t table_m = 0;
    struct road_path path;

    assert_int_equal(road_time_plain(road, from, to, &plain), OK);
    assert_int_equal(road_time(query, from, to), plain);
    enum err err = road_path(query, from, to, &path);
    assert_int_equal(err, plain == ROAD_UNREACHABLE ? ERR_NOT_FOUND : OK);
    if (!err) {
        assert_int_equal(path.time_ms, plain);
        path_is_a_way(road, from, to, &path);
    }
    assert_int_equal(road_table(query, &from, 1, &to, 1, &table, &table_m), OK);
    assert_int_equal(table, plain);
    assert_true((table_m == ROAD_UNREACHABLE) == (plain == ROAD_UNREACHABLE));
}

static void table_agrees(const struct road *road, struct road_query *query, struct rng *rng)
{
    enum { SIDE = 12 };
    struct road_place froms[SIDE];
    struct road_place tos[SIDE];
    uint32_t times[SIDE * SIDE];
    uint32_t again[SIDE * SIDE];
    uint32_t lengths[SIDE * SIDE];

    for (size_t i = 0; i < SIDE; i++) {
        froms[i] = town_place(road, rng);
        tos[i] = i % 3 ? town_place(road, rng) : froms[i];
    }
    assert_int_equal(road_table(query, froms, SIDE, tos, SIDE, times, lengths), OK);
    assert_int_equal(road_table(query, froms, SIDE, tos, SIDE, again, NULL), OK);
    assert_memory_equal(times, again, sizeof times);
    for (size_t i = 0; i < SIDE; i++)
        for (size_t j = 0; j < SIDE; j++) {
            uint32_t plain = 0;
            assert_int_equal(road_time_plain(road, froms[i], tos[j], &plain), OK);
            assert_int_equal(times[i * SIDE + j], plain);
        }
}

static void town_agrees(uint64_t seed)
{
    struct rng rng;
    struct town town;
    struct road *road = NULL;
    struct road_query *query = NULL;
    struct road_profile profile = road_profile_truck();
    struct diag diag = {0};

    rng_init(&rng, seed);
    town_make(&town, &rng);
    profile.ignore_access = rng_below(&rng, 2);
    enum err err = road_new(&town.map, &profile, &road, &diag);
    if (err) {
        assert_int_equal(err, ERR_INVALID); /* a town of nothing but closed streets */
        return;
    }
    assert_int_equal(road_query_new(road, &query), OK);
    for (int i = 0; i < 60; i++)
        pair_agrees(road, query, town_place(road, &rng), town_place(road, &rng));
    for (int i = 0; i < 20; i++) {
        struct road_place from = town_place(road, &rng);
        struct road_place to = {from.arc, rng_below(&rng, road_arc(road, from.arc)->length_mm + 1)};
        pair_agrees(road, query, from, to);
    }
    table_agrees(road, query, &rng);
    road_query_free(query);
    road_free(road);
}

static void random_towns_agree_with_dijkstra(void **state)
{
    const char *chosen = getenv("PROP_SEED");

    (void)state;
    if (chosen) {
        town_agrees(strtoull(chosen, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= TOWN_SEEDS; seed++) {
        print_message("PROP_SEED=%llu\r", (unsigned long long)seed);
        town_agrees(seed);
    }
    assert_int_equal(mem_live_bytes(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_towns_agree_with_dijkstra)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
